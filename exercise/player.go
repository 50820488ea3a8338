package exercise

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"time"

	"parley/identity"
	"parley/rule"
)

// A Stage is a running mechanism as its officers use it. Each call acts at the
// desk of the officer's party. A refusal comes back as a [rule.Refusal].
type Stage interface {
	Send(ctx context.Context, by identity.Author, m Message) (id string, err error)
	// Paper keys in a message from its paper form, with one digit wrong where slip
	// says so, and sends it.
	Paper(ctx context.Context, by identity.Author, m Message, slip bool) (id string, err error)
	// Link cuts the line of a party, or mends it.
	Link(ctx context.Context, party string, up bool) error
	// Second reads the page of what waits for a second officer and signs it.
	Second(ctx context.Context, by identity.Author, id string) error
	// Deposit seals a text for an exchange; it waits for a second officer.
	Deposit(ctx context.Context, by identity.Author, fields []string) (id string, err error)
	// Act gives the identifier of the act's own statement.
	Act(ctx context.Context, by identity.Author, verb, id string, fields []string) (act string, err error)
	// Release lets a statement through the gate without some of its parts.
	Release(ctx context.Context, by identity.Author, id string, withhold, fields []string) (act string, err error)
	Await(ctx context.Context, by identity.Author, id string) error
	Show(ctx context.Context, by identity.Author, id string) error
	// Expect reports, as an error, where the desk of by does not show what of
	// statement id, and says in a few words what it shows. What is one of
	// waiting, late, understood, not-understood, amber, red, passed-on, current,
	// superseded, open, closed, late-entry, end-to-end, overlaps; or, of the channel as a whole,
	// "line PARTY COLOUR [CAUSE]", "area AREA STATUS", "waiting COUNT" for what the
	// desk keeps while the hub is away, and "serials AUTHOR" where none is missing; or,
	// of the statement's matter, "matter STATUS" and "visit STATUS"; or, of a project,
	// "window free" and "window not-free"; or, of an exchange, "exchange sealed" where the
	// desk can open neither text and "exchange opened" where it shows both; or "withheld
	// COUNT" where it says that so many parts of the statement were kept from its addressees.
	Expect(ctx context.Context, by identity.Author, id, what string) (shown string, err error)
}

// A Message is what an officer sends.
type Message struct {
	Format, Precedence string
	To                 []string
	Fields             []string
	About              string // identifier of the statement that it replies to; empty for none
	Late, Route        string // of one that was passed outside the channel
	Queued             bool   // the hub is away: it is enough that the desk keeps it
}

// A Moment is one step that was played.
type Moment struct {
	Step    Step
	Actor   identity.Author // with the party of the charter
	ID      string          // of the statement sent or meant
	Refusal *rule.Refusal   // set where the step was refused, as it had to be
	Shown   []string        // what was expected, as the desk shows it
	Took    time.Duration
}

// Play plays the scenario on the stage. cast gives the charter's party for each
// part. tell is called after every step. Play ends with the first step that does
// not come out as the scenario says.
func (s *Scenario) Play(ctx context.Context, stage Stage, cast map[string]string, clock func() time.Time, tell func(Moment)) error {
	run := playing{Scenario: s, stage: stage, cast: cast, ids: map[string]string{}, written: map[string]time.Time{}, clock: clock}
	for i, step := range s.Steps {
		moment := Moment{Step: step}
		start := clock()
		err := run.play(ctx, &moment)
		moment.Took = clock().Sub(start)
		var refusal *rule.Refusal
		switch {
		case err == nil && step.Refused != "":
			return fmt.Errorf("step %d (%s %s): it went through and had to be refused by %s", i+1, step.Do, step.Format, step.Refused)
		case err != nil && (!errors.As(err, &refusal) || step.Refused == ""):
			return fmt.Errorf("step %d (%s %s by %s): %w", i+1, step.Do, step.Format, step.Actor, err)
		case err != nil && refusal.Rule != step.Refused:
			return fmt.Errorf("step %d (%s %s): refused by %s and had to be refused by %s: %w", i+1, step.Do, step.Format, refusal.Rule, step.Refused, err)
		}
		moment.Refusal, run.refused = refusal, refusal
		for _, what := range step.Expect {
			shown, err := stage.Expect(ctx, moment.Actor, moment.ID, run.played(what))
			if err != nil {
				return fmt.Errorf("step %d (%s %s by %s): %w", i+1, step.Do, step.Format, step.Actor, err)
			}
			moment.Shown = append(moment.Shown, shown)
		}
		tell(moment)
	}
	return nil
}

// A playing is a scenario as far as it has been played.
type playing struct {
	*Scenario
	stage   Stage
	cast    map[string]string
	ids     map[string]string
	written map[string]time.Time // by the name of what was sent, to the second
	clock   func() time.Time
	now     time.Time     // of the step, to the second
	refused *rule.Refusal // of the step before
}

func (p *playing) play(ctx context.Context, m *Moment) error {
	step := m.Step
	if step.Do == Note {
		return nil
	}
	part, rest, _ := strings.Cut(step.Actor, "/")
	actor, err := identity.ParseAuthor(p.cast[part] + "/" + rest)
	if err != nil {
		return err
	}
	m.Actor, m.ID = actor, p.ids[step.About]
	p.now = p.clock().UTC().Truncate(time.Second)
	if step.Name != "" {
		p.written[step.Name] = p.now
	}
	fields, err := p.fields(step)
	if err != nil {
		return err
	}
	switch step.Do {
	case Send, Paper:
		message := Message{Format: step.Format, Precedence: step.Precedence, To: p.addressees(step), Fields: fields, About: m.ID, Late: p.times(step.Late), Route: step.Route, Queued: step.Queued}
		if step.Do == Paper {
			m.ID, err = p.stage.Paper(ctx, actor, message, step.Slip)
		} else {
			m.ID, err = p.stage.Send(ctx, actor, message)
		}
		if err == nil {
			p.ids[step.Name] = m.ID
		}
		return err
	case Deposit:
		m.ID, err = p.stage.Deposit(ctx, actor, fields)
		if err == nil {
			p.ids[step.Name] = m.ID
		}
		return err
	case Cut, Mend:
		return p.stage.Link(ctx, actor.Party, step.Do == Mend)
	case Look:
		return nil
	case Wait:
		return p.wait(ctx, step.Until)
	case Await:
		return p.stage.Await(ctx, actor, m.ID)
	case Show:
		return p.stage.Show(ctx, actor, m.ID)
	case Second:
		return p.stage.Second(ctx, actor, m.ID)
	}
	act := ""
	if len(step.Withhold) > 0 {
		act, err = p.stage.Release(ctx, actor, m.ID, step.Withhold, fields)
	} else {
		act, err = p.stage.Act(ctx, actor, step.Do, m.ID, fields)
	}
	if err == nil && step.Name != "" {
		p.ids[step.Name] = act
	}
	return err
}

// addressees gives the parties of a step's parts, or all other sides.
func (p *playing) addressees(step Step) []string {
	to := step.To
	if len(to) == 0 {
		part, _, _ := strings.Cut(step.Actor, "/")
		for _, other := range p.Cast[:len(p.Cast)-1] {
			if other != part {
				to = append(to, other)
			}
		}
	}
	parties := make([]string, len(to))
	for i, part := range to {
		parties[i] = p.cast[part]
	}
	return parties
}

var moment = regexp.MustCompile(`\{([a-z][a-z0-9-]*?)(?:([+-])(\d{1,4})([ms]))?\}`)

// named is the identifier of a statement: {id:flight}.
var named = regexp.MustCompile(`\{id:([a-z][a-z0-9-]*)\}`)

// times puts times in the place of {now+40m} and {flight+40m}, to the minute, and of
// {now+5s}, to the second.
func (p *playing) times(text string) string {
	return moment.ReplaceAllStringFunc(text, func(text string) string {
		parts := moment.FindStringSubmatch(text)
		at, known := p.written[parts[1]]
		if parts[1] == "now" {
			at, known = p.now, true
		}
		if !known {
			return text
		}
		unit, layout := "m", "2006-01-02T15:04Z"
		if parts[4] == "s" {
			unit, layout = "s", "2006-01-02T15:04:05Z"
		} else {
			at = at.Truncate(time.Minute)
		}
		after, _ := time.ParseDuration("0" + parts[3] + unit)
		if parts[2] == "-" {
			after = -after
		}
		return at.Add(after).Format(layout)
	})
}

// played puts the parties of the charter in the place of the parts of the cast.
func (p *playing) played(what string) string {
	words := strings.Fields(what)
	for i, word := range words {
		part, rest, slash := strings.Cut(word, "/")
		if party, ok := p.cast[part]; ok && i > 0 {
			words[i] = party
			if slash {
				words[i] += "/" + rest
			}
		}
	}
	return strings.Join(words, " ")
}

// fields gives a step's fields with the times and roles of the cast in them, its
// reason, and the reading that it chooses.
func (p *playing) fields(step Step) ([]string, error) {
	var fields []string
	for _, field := range step.Fields {
		field = p.times(field)
		for _, part := range p.Cast {
			field = strings.ReplaceAll(field, "@"+part+"/", p.cast[part]+"/")
			field = strings.ReplaceAll(field, "@@"+part, p.cast[part])
		}
		field = named.ReplaceAllStringFunc(field, func(text string) string { return p.ids[named.FindStringSubmatch(text)[1]] })
		fields = append(fields, field)
	}
	if step.Reason != "" {
		fields = append(fields, "reason="+step.Reason)
	}
	if step.Choose == "" {
		return fields, nil
	}
	if p.refused != nil {
		for _, option := range p.refused.Options {
			if strings.Contains(option, step.Choose) {
				return append(fields, option), nil
			}
		}
	}
	return nil, fmt.Errorf("no reading with %q was offered", step.Choose)
}

// wait lets time pass until a moment that the scenario names.
func (p *playing) wait(ctx context.Context, until string) error {
	at, err := time.Parse(time.RFC3339, p.times(until))
	if err != nil {
		return fmt.Errorf("wait until %q: %w", until, err)
	}
	timer := time.NewTimer(at.Sub(p.clock()))
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
