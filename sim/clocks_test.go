package sim

import (
	"context"
	"fmt"
	"strings"
	"time"

	"parley/delivery"
	"parley/format"
	"parley/ledger"
	"parley/mechanism"
	"parley/statement"
	"parley/store"
)

// promptness is how late the hub's clock may be while the hub runs.
const promptness = time.Second

// A timekeeper watches the hub's clock: nothing is said late or twice, and nothing
// that is due stays unsaid.
type timekeeper struct {
	// able are the moments, by the hub's own clock, from which on it could sign: it
	// was started, or its clock was moved, and was past its last entry.
	able  []time.Time
	said  map[string]int // by format and stage
	worst time.Duration  // lateness beside what a fault excuses
	calls map[string]bool
	stood map[string]time.Time // by matter, when it was last spoken of: what is due in it may be so since then
}

// ableFrom notes that from now on the hub can sign, as soon as its clock is past
// its last entry.
func (k *timekeeper) ableFrom(now, last time.Time) {
	if now.Before(last) {
		now = last
	}
	k.able = append(k.able, now.Truncate(time.Millisecond)) // as the hub writes its times
}

// late gives how long after its due time something was said at, less what the hub
// could not help.
func (k *timekeeper) late(due, at time.Time) time.Duration {
	late := at.Sub(due)
	for _, since := range k.able {
		if since.After(due) && !since.After(at) {
			late = min(late, at.Sub(since))
		}
	}
	return late
}

// enter looks at what the hub's clock said in an entry that was just folded.
func (k *timekeeper) enter(a *auditor, r *mechanism.Record, content []byte, at time.Time) error {
	if r.Claims.Author.Role != mechanism.Hub {
		return nil
	}
	s, err := statement.Parse(content)
	if err != nil {
		return err
	}
	kind, due := r.Claims.Format, time.Time{}
	about, _ := a.work.Record(firstRef(r.Claims))
	switch kind {
	case "gate.auto-release/1":
		due = about.Delivery.Due
	case "clock.expired/1":
		due = about.Delivery.Terms.Expires
	case "clock.overdue/1", "line.missed/1", "matter.due/1":
		text, _ := s.Field("due")
		due, _ = format.ReadInstant(fmt.Sprint(text))
		stage, _ := s.Field("stage")
		party, _ := s.Field("owed-by")
		step, _ := s.Field("step")
		if kind != "line.missed/1" {
			call := fmt.Sprint(firstRef(r.Claims), stage, party, step, due)
			if k.calls[call] {
				return fmt.Errorf("entry %d says a second time what was said before: %s", r.Index, call)
			}
			k.calls[call] = true
			kind += " " + fmt.Sprint(stage)
		} else if cause, _ := s.Field("cause"); cause == "hub" {
			k.said[kind+" hub"]++
			return nil // it says itself that it is late
		}
	default:
		k.said[kind]++
		return nil
	}
	k.said[kind]++
	late := k.late(due, at)
	if stood := k.stood[firstRef(r.Claims)]; stood.After(due) {
		late = min(late, at.Sub(stood))
	}
	if due.Equal(due.Truncate(time.Second)) { // it is said to the second
		late -= time.Second
	}
	k.worst = max(k.worst, late)
	if late > promptness {
		return fmt.Errorf("entry %d (%s) is of %s and was due at %s: %s late", r.Index, kind, at.Format(time.RFC3339Nano), due.Format(time.RFC3339Nano), late)
	}
	return nil
}

func firstRef(c statement.Claims) string {
	if len(c.Refs) == 0 {
		return ""
	}
	return c.Refs[0].ID
}

// unsaid gives what was due by now and stands unsaid, of statements and of the
// channel.
func (k *timekeeper) unsaid(a *auditor, now time.Time) error {
	due, err := a.work.Due(context.Background())
	if err != nil {
		return err
	}
	for _, d := range due {
		if id, of := strings.CutPrefix(d.ID, store.MatterTimer); of {
			if err := k.unsaidOf(a, id, now); err != nil {
				return err
			}
			continue
		}
		r, ok := a.work.Record(d.ID)
		if !ok || mechanism.Orphaned(a.work, r) || k.late(d.At, now) <= promptness {
			continue
		}
		return fmt.Errorf("%s of statement %s was due at %s, and the hub, at %s, has not said so", r.Delivery.Timers()[0].Stage, d.ID, d.At.Format(time.RFC3339Nano), now.Format(time.RFC3339Nano))
	}
	c := a.work.CharterAt(a.work.Size())
	for _, t := range a.work.Board().Line.Timers(mechanism.LineRules(c)) {
		if k.late(t.At, now) > promptness {
			return fmt.Errorf("%s of %s on the line was due at %s, and the hub, at %s, has not said so", t.Kind, t.Party, t.At.Format(time.RFC3339Nano), now.Format(time.RFC3339Nano))
		}
	}
	return nil
}

// unsaidOf gives what was due by now in a matter and stands unsaid.
func (k *timekeeper) unsaidOf(a *auditor, id string, now time.Time) error {
	m, ok := a.work.Matter(id)
	if !ok {
		return fmt.Errorf("matter %s has a timer and is not known", id)
	}
	since, _ := a.work.TimeAt(m.Since)
	t, ok := mechanism.DueOf(a.work, m)
	if !ok || k.late(t.At, now) <= promptness || now.Sub(since) <= promptness {
		return nil
	}
	return fmt.Errorf("%s of %q in the %s %s was due at %s, and the hub, at %s, has not said so", t.Stage, t.Party, m.Kind, id, t.At.Format(time.RFC3339Nano), now.Format(time.RFC3339Nano))
}

// spoken notes which matters an entry is about.
func (k *timekeeper) spoken(a *auditor, r *mechanism.Record, at time.Time) {
	about := []*mechanism.Record{r}
	for _, ref := range r.Claims.Refs {
		if old, ok := a.work.Record(ref.ID); ok {
			about = append(about, old)
		}
	}
	for _, r := range about {
		if r.Facts != nil && r.Facts.Matter != "" {
			k.stood[r.Facts.Matter] = at
		}
	}
}

// known are the states that a statement can be in.
var known = map[delivery.Status]bool{delivery.Submitted: true, delivery.Held: true, delivery.Released: true, delivery.Returned: true, delivery.Withdrawn: true, delivery.Lapsed: true}

// enterAll looks at the entries of a block that was just folded.
func (k *timekeeper) enterAll(a *auditor, b *ledger.Block) error {
	for i, e := range b.Entries {
		r, ok := a.work.RecordAt(b.First + uint64(i))
		if !ok {
			continue // the charter
		}
		if r.Delivery != nil && !known[r.Delivery.Status] {
			return fmt.Errorf("statement %s is in the unknown state %q", r.Claims.ID, r.Delivery.Status)
		}
		if err := k.enter(a, r, b.Contents[i], e.Time); err != nil {
			return err
		}
		k.spoken(a, r, e.Time)
	}
	return nil
}
