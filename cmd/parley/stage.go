package main

import (
	"context"
	"crypto/rand"
	"fmt"
	"io"
	"strings"
	"time"

	"parley/delivery"
	"parley/desk"
	"parley/identity"
	"parley/mechanism"
)

var randomReader io.Reader = rand.Reader

// A stage is the demo's mechanism as the scenario's officers use it.
type stage struct{ *demo }

const stageWait = 10 * time.Second

func (s stage) desk(by identity.Author) *desk.Desk { return s.desks[by.Party] }

// Send drafts, signs and sends, and waits for the receipt.
func (s stage) Send(ctx context.Context, by identity.Author, ref, precedence string, to, fields []string) (string, error) {
	id, err := s.desk(by).Say(ctx, desk.Saying{By: by, Format: ref, Precedence: precedence, To: to, Fields: fields})
	if err != nil {
		return "", err
	}
	return id, s.receipted(ctx, by, id)
}

// Second signs by the digest of the page that the officer is shown, and waits for
// the receipt.
func (s stage) Second(ctx context.Context, by identity.Author, id string) error {
	page, err := s.desk(by).Show(ctx, id, "en")
	if err != nil {
		return err
	}
	if _, err := s.desk(by).Second(ctx, by, id, page.Digest); err != nil {
		return err
	}
	return s.receipted(ctx, by, id)
}

// receipted waits for the receipt, or for nothing where a second officer must sign.
func (s stage) receipted(ctx context.Context, by identity.Author, id string) error {
	ctx, cancel := context.WithTimeout(ctx, stageWait)
	defer cancel()
	sent, err := s.desk(by).Await(ctx, id)
	if err == nil && sent.State != desk.Accepted && sent.State != desk.Waits {
		err = fmt.Errorf("the hub has not answered in %s", stageWait)
	}
	return err
}

// Act does what a verb says to a statement.
func (s stage) Act(ctx context.Context, by identity.Author, verb, about string, fields []string) (string, error) {
	id, err := s.desk(by).Act(ctx, verb, desk.Saying{By: by, About: about, Fields: fields})
	if err != nil {
		return "", err
	}
	s.acted = id
	return id, s.receipted(ctx, by, id)
}

// Expect looks at what an officer's own desk shows of a statement, and waits a
// moment for it to be so.
func (s stage) Expect(ctx context.Context, by identity.Author, id, what string) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, stageWait)
	defer cancel()
	ticker := time.NewTicker(10 * time.Millisecond)
	defer ticker.Stop()
	for {
		r, ok := s.desk(by).Work().Record(id)
		if ok && r.Delivery != nil {
			if shown, is := expected(r, by.Party, what, time.Now()); is && what == "not-understood" {
				view, err := s.desk(by).Compared(ctx, s.acted, "en")
				return shown + ". " + strings.Join(view.Differences, "; "), err
			} else if is {
				return shown, nil
			}
		}
		select {
		case <-ticker.C:
		case <-ctx.Done():
			return "", fmt.Errorf("the desk of %s does not show statement %s %s", by.Party, id, what)
		}
	}
}

// expected says whether a record is what a scenario expects, and how it shows.
func expected(r *mechanism.Record, party, what string, now time.Time) (shown string, is bool) {
	d := r.Delivery
	light := d.PassOn(party, r.PassOnBegins(), now)
	left := r.PassOnBegins().Sub(now).Round(time.Minute)
	switch what {
	case "waiting":
		return "waits at the gate", d.Waiting()
	case "late":
		if r.Facts == nil || !r.Facts.LateNotice {
			return "", false
		}
		return fmt.Sprintf("LATE NOTICE: %s before it begins, where %s is asked for", r.Facts.Begins.Sub(r.Logged).Round(time.Minute), time.Duration(r.Facts.LeadSeconds)*time.Second), true
	case "understood":
		return "UNDERSTOOD by " + party, d.Understood(party)
	case "not-understood":
		return "MISMATCH in " + differs(d, party) + ": not understood", !d.Understood(party) && differs(d, party) != ""
	case "amber":
		return fmt.Sprintf("AMBER: not yet passed on to all, T-%s", left), light == delivery.Amber
	case "red":
		return fmt.Sprintf("RED: not passed on, T-%s", left), light == delivery.Red
	case "passed-on":
		return "CLEAR: passed on to all before it begins", light == delivery.Clear
	case "current":
		return "current", d.Current()
	case "superseded":
		return "SUPERSEDED", d.Superseded.By != ""
	case "open":
		return "OPEN: not all who acknowledged the original have acknowledged this", d.Open()
	case "closed":
		return "closed: acknowledged by all who had acknowledged the original", !d.Open() && d.Supersedes != ""
	}
	return "", false
}

// differs names the fields in which a party's last readback differed.
func differs(d *delivery.State, party string) string {
	for _, reach := range d.Reach {
		if n := len(reach.Readbacks); reach.Party == party && n > 0 {
			return strings.Join(reach.Readbacks[n-1].Differs, ", ")
		}
	}
	return ""
}

// Await waits until the desk may read the statement.
func (s stage) Await(ctx context.Context, by identity.Author, id string) error {
	ctx, cancel := context.WithTimeout(ctx, stageWait)
	defer cancel()
	ticker := time.NewTicker(10 * time.Millisecond)
	defer ticker.Stop()
	for {
		if _, ok := s.desk(by).Work().Record(id); ok {
			return nil
		}
		select {
		case <-ticker.C:
		case <-ctx.Done():
			return fmt.Errorf("statement %s did not come to %s in %s", id, by.Party, stageWait)
		}
	}
}

// Show opens a statement in front of a person.
func (s stage) Show(ctx context.Context, by identity.Author, id string) error {
	if err := s.Await(ctx, by, id); err != nil {
		return err
	}
	_, err := s.desk(by).Show(ctx, id, "en")
	return err
}
