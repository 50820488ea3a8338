package desk

import (
	"context"
	"errors"
	"slices"
	"time"

	"parley/format"
	"parley/line"
	"parley/mechanism"
	"parley/rule"
	"parley/statement"
)

const (
	// keeperCheck is how often the keeper looks at the clock, which may be set.
	keeperCheck = 15 * time.Second
	// keeperPause is how soon a desk whose path is not proven tests it again.
	keeperPause = time.Minute
)

// A keeper proves the line for its desk's machine: it starts a link test when it
// is its party's turn, answers the tests of others, and tests a path that was not
// proven as soon as the hub is reached again. A person's part it leaves to people.
type keeper struct {
	desk     *Desk
	answered map[string]bool // tests answered since the desk was opened, as far as they wait
	turn     time.Time       // of the newest test started
	tested   time.Time       // when the path was tested last beside its turns
	trouble  string          // what was logged last
}

// proveLine runs the keeper until ctx ends. Nothing is tested before the line's first
// test, which people start.
func (d *Desk) proveLine(ctx context.Context) {
	k := &keeper{desk: d, answered: map[string]bool{}}
	for ctx.Err() == nil {
		grown := d.grown.wait()
		wait := keeperCheck
		if d.current() {
			wait = min(wait, k.look(ctx))
		}
		timer := time.NewTimer(wait)
		select {
		case <-ctx.Done():
		case <-grown:
		case <-timer.C:
		}
		timer.Stop()
	}
}

// current reports whether the hub answers and the replica has what it had when it
// was reached.
func (d *Desk) current() bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.state.reachable && d.state.caught
}

// look does what is due now, and tells how long the next has.
func (k *keeper) look(ctx context.Context) time.Duration {
	d := k.desk
	b, c, now := d.work.Board(), d.Charter(), d.config.Clock()
	if b.Line.Begun.IsZero() {
		return keeperCheck
	}
	waiting := map[string]bool{}
	for _, t := range b.Line.Open {
		if !slices.Contains(t.Waiting, d.party) {
			continue
		}
		if waiting[t.ID] = true; !k.answered[t.ID] {
			k.answer(ctx, t)
		}
	}
	for id := range k.answered {
		if !waiting[id] {
			delete(k.answered, id)
		}
	}
	for _, done := range []*time.Time{&k.turn, &k.tested} {
		if done.After(now.Add(keeperPause)) { // the clock was set back since; the hub refused what came from the future
			*done = time.Time{}
		}
	}
	rules := mechanism.LineRules(c)
	next := rules.NextTurn(d.party, now.Add(-rules.Miss))
	switch {
	case !next.IsZero() && !next.After(now) && next.After(k.turn) && !b.Line.Path(d.party).Up.After(next.Add(-rules.Miss)):
		if k.test(ctx) {
			k.turn = next
		}
	case b.Line.Path(d.party).Missed > 0 && now.Sub(k.tested) >= keeperPause:
		if k.test(ctx) {
			k.tested = now
		}
	}
	if next = rules.NextTurn(d.party, now.Add(time.Millisecond)); next.IsZero() {
		return keeperCheck
	}
	return max(next.Sub(now), time.Millisecond)
}

// answer answers a test for the machine.
func (k *keeper) answer(ctx context.Context, t line.Test) {
	r, ok := k.desk.work.Record(t.ID)
	if !ok {
		return
	}
	ref := statement.Ref{Relation: "replies", ID: t.ID, Hash: r.Hash}
	if k.send(ctx, "answer", ref) {
		k.answered[t.ID] = true
	}
}

func (k *keeper) test(ctx context.Context) bool { return k.send(ctx, "start") }

// send signs a link test of the machine's. It reports whether it went.
func (k *keeper) send(ctx context.Context, leg string, refs ...statement.Ref) bool {
	d := k.desk
	f, ok := d.Charter().Newest("J00")
	if !ok {
		return false
	}
	var everyone []string
	for _, p := range d.Charter().Parties {
		everyone = append(everyone, p.ID)
	}
	_, err := d.sign(ctx, Draft{By: d.config.Author, Format: f.Ref(), To: mechanism.Others(d.party, everyone...), Refs: refs, Fields: testFields(f, leg, false, d.work.Board().Line.Path(d.party).Started+1)}, 0)
	if err == nil {
		k.trouble = ""
		return true
	}
	var refusal *rule.Refusal
	if said := err.Error(); ctx.Err() == nil && said != k.trouble {
		d.log.Warn("link test not sent", "leg", leg, "refused", errors.As(err, &refusal), "error", err)
		k.trouble = said
	}
	return false
}

// testFields are the fields of a link test with the format's own phrase.
func testFields(f *format.Format, leg string, person bool, sequence int64) map[string]any {
	fields := map[string]any{"sequence": sequence, "operator": person, "leg": leg, "route": "main"}
	if phrase, ok := f.Field("phrase"); ok {
		fields["phrase"] = phrase.Default
	}
	return fields
}
