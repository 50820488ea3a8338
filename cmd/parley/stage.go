package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"parley/delivery"
	"parley/desk"
	"parley/exercise"
	"parley/form"
	"parley/format"
	"parley/identity"
	"parley/mechanism"
	"parley/paper"
	"parley/rule"
)

var randomReader io.Reader = rand.Reader

// A stage is the demo's mechanism as the scenario's officers use it.
type stage struct{ *demo }

const stageWait = time.Minute

func (s stage) desk(by identity.Author) *desk.Desk { return s.desks[by.Party] }

// Send drafts, signs and sends, and waits for the receipt; of what is queued it is
// enough that the desk keeps it.
func (s stage) Send(ctx context.Context, by identity.Author, m exercise.Message) (string, error) {
	id, err := s.desk(by).Say(ctx, desk.Saying{By: by, Format: m.Format, Precedence: m.Precedence, To: m.To, Fields: m.Fields, About: m.About, Late: m.Late, Route: m.Route})
	if err != nil || m.Queued {
		return id, err
	}
	return id, s.receipted(ctx, by, id)
}

// Paper writes the telephone script of a message, with one digit wrong where slip
// says so, and has it keyed in and sent.
func (s stage) Paper(ctx context.Context, by identity.Author, m exercise.Message, slip bool) (string, error) {
	c := s.desk(by).Charter()
	f, ok := c.Newest(m.Format)
	if !ok {
		return "", fmt.Errorf("no format %s is in force", m.Format)
	}
	setting := c.Setting(by.Party)
	values, err := f.Parse(setting, m.Fields)
	if err != nil {
		return "", err
	}
	script := paper.WriteTranscript(form.Filled(f, setting, "en", form.Head{Exercise: c.Exercise}, format.Values(values)))
	if slip {
		script = slipped(script)
	}
	transcript, err := paper.ParseTranscript(script)
	if err == nil {
		f, m.Fields, err = form.Read(transcript, setting, form.Formats{Newest: c.Newest, Lookup: c.Format})
	}
	if fault, ok := errors.AsType[*paper.Fault](err); ok {
		return "", &rule.Refusal{Rule: fault.Rule, Sentence: fault.Error()}
	} else if err != nil {
		return "", err
	}
	m.Format = f.Ref()
	return s.Send(ctx, by, m)
}

// slipped is a script in which one digit of the first value that ends with one is
// wrong.
func slipped(script string) string {
	rows := strings.Split(script, "\n")
	for i, row := range rows {
		value, check, ok := strings.Cut(row, " #")
		if at, text, two := strings.Cut(value, " "); ok && two && at >= "1" && at <= "99" && text != "" && text[len(text)-1] >= '0' && text[len(text)-1] <= '9' {
			rows[i] = value[:len(value)-1] + string('0'+(value[len(value)-1]-'0'+1)%10) + " #" + check
			break
		}
	}
	return strings.Join(rows, "\n")
}

// Link cuts the line between a party's desk and the hub, or mends it.
func (s stage) Link(_ context.Context, party string, up bool) error {
	s.lines[party].set(up)
	return nil
}

// Second signs by the digest of the page that the officer is shown, and waits for
// the receipt.
func (s stage) Second(ctx context.Context, by identity.Author, id string) error {
	page, err := s.desk(by).ShowTo(ctx, id, "en", by)
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
	switch verb {
	case exercise.Signal:
		return s.desk(by).Signal(ctx, by, about, "en")
	case exercise.Forward:
		return s.forward(ctx, by, about, fields)
	}
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
	if free, ok := strings.CutPrefix(what, "window "); ok {
		return s.window(ctx, by, id, free == "free")
	}
	for {
		if shown, is, err := s.expectedOfAll(ctx, by, what); is || err != nil {
			return shown, err
		}
		if shown, is := s.expectedParts(ctx, by, id, what); is {
			return shown, nil
		}
		if what == "overlaps" {
			if detail, err := s.desk(by).ShowTo(ctx, id, "en", by); err == nil && detail.Overlaps != nil && len(detail.Overlaps.Lines) > 0 {
				return "OVERLAPS " + strings.Join(detail.Overlaps.Lines, "; "), nil
			}
		}
		if shown, is := s.expectedOfMatter(by, id, what); is {
			return shown, nil
		}
		if shown, is := s.expectedOfExchange(ctx, by, id, what); is {
			return shown, nil
		}
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
			return "", fmt.Errorf("the desk of %s does not show %q of statement %q", by.Party, what, id)
		}
	}
}

// expectedOfAll says whether the channel as a whole is what a scenario expects.
func (s stage) expectedOfAll(ctx context.Context, by identity.Author, what string) (shown string, is bool, err error) {
	d, words := s.desk(by), strings.Fields(what)
	c, b, now := d.Charter(), d.Work().Board(), time.Now()
	switch {
	case words[0] == "line" && len(words) > 2:
		path := b.Line.Path(words[1])
		colour := b.Colour(c, words[1], now)
		if path.Cause != "" {
			shown = ", cause " + string(path.Cause)
		}
		return fmt.Sprintf("line of %s: %s%s", words[1], colour, shown), string(colour) == words[2] && (len(words) == 3 || string(path.Cause) == words[3]), nil
	case words[0] == "area" && len(words) == 3:
		status, switches := b.Areas.Of(words[1], now)
		for _, sw := range switches {
			shown += fmt.Sprintf(" by %s (%s), to be reviewed at %s", sw.Party, sw.Reason, sw.Review.Format("2006-01-02T15:04Z"))
		}
		return fmt.Sprintf("area %s: %s%s", words[1], strings.ToUpper(string(status)), shown), string(status) == words[2], nil
	case words[0] == "waiting" && len(words) == 2:
		status, err := d.Status(ctx)
		return fmt.Sprintf("%d statements wait on the desk for the line", status.Queued), fmt.Sprint(status.Queued) == words[1], err
	}
	return "", false, nil
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
	case "late-entry":
		if r.Claims.Late.At.IsZero() {
			return "", false
		}
		return fmt.Sprintf("LATE ENTRY: passed by %s at %s, in the record since %s", r.Claims.Late.Route, r.Claims.Late.At.Format("15:04:05Z"), r.Logged.Format("15:04:05Z")), true
	case "end-to-end":
		since := time.Time{}
		for _, reach := range d.Reach {
			if n := len(reach.Passed); n > 0 && reach.Passed[n-1].Outstanding == 0 && len(reach.Acks) > 0 {
				since = reach.Passed[n-1].At
			}
		}
		return fmt.Sprintf("END TO END: from submission to all units told %s; the charter allows 10 minutes", since.Sub(d.Submitted).Round(time.Millisecond)), !since.IsZero()
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
	_, err := s.desk(by).ShowTo(ctx, id, "en", by)
	return err
}
