// Package exercise reads scenario files and plays them on a running mechanism.
//
// A scenario is data: who acts, when by the story's clock, what they send or do,
// and what must come of it. Its cast has names of its own; whoever plays it says
// which party of the charter takes which part. What a step expects is checked,
// so a scenario that plays to its end is a test that has passed.
package exercise

import (
	"bytes"
	"embed"
	"encoding/json"
	"fmt"
	"io/fs"
	"path"
	"strings"
)

//go:embed data/*.json
var data embed.FS

// A Scenario is an exercise script.
type Scenario struct {
	Name  string   `json:"name"`
	Title string   `json:"title"`
	Cast  []string `json:"cast"` // the parts: two or more sides, the supervisor last
	Steps []Step   `json:"steps"`
}

// What a step can do.
const (
	Send    = "send"    // sign and send a statement
	Show    = "show"    // open a statement, as a person at the desk
	Await   = "await"   // wait until the desk may read a statement
	Ack     = "ack"     // acknowledge
	Hold    = "hold"    // supervisor: hold at the gate
	Release = "release" // supervisor: let it through
	Return  = "return"  // supervisor: back to the author

	Readback = "readback"       // enter the critical fields again
	Pass     = "pass"           // say to whom it was passed on
	Replace  = "replace"        // one's own, by a new one
	Cancel   = "cancel"         // one's own
	Ask      = "ask-consent"    // of an item under originator control, to show it outside
	Answer   = "answer-consent" // to that
	Forward  = "forward"        // write a copy of such an item for a recipient outside
	Second   = "second"         // sign too, as second officer, what the format lets nobody send alone
	Paper    = "paper"          // key in a message that was passed outside the channel, from its paper form
	Cut      = "cut"            // the link of the actor's party fails
	Mend     = "mend"           // and comes back
	Look     = "look"           // at what must be expected
	Deposit  = "deposit"        // seal a text for an exchange
	Signal   = "signal"         // supervisor: open an exchange that waits for it
	Wait     = "wait"           // until a moment: the exercise clock is compressed, and some steps have a time
	Note     = "note"           // nothing but the story
)

// A Step is one thing that happens.
type Step struct {
	Clock      string   `json:"clock,omitempty"` // story time, such as "06:20Z"; empty: as the step before
	Actor      string   `json:"actor,omitempty"` // "part/role/officer"
	Do         string   `json:"do"`
	Name       string   `json:"name,omitempty"`  // send: what later steps call the statement
	About      string   `json:"about,omitempty"` // which statement; of what is sent, the one that it replies to
	Format     string   `json:"format,omitempty"`
	Precedence string   `json:"precedence,omitempty"`
	To         []string `json:"to,omitempty"`       // parts; empty: every other side
	Fields     []string `json:"fields,omitempty"`   // "field=value"; {now+40m} is the time then, to the minute, {flight+40m} the time when flight was written, {now+5s} to the second; deposit: exchange, text, deadline, open-rule
	Late       string   `json:"late,omitempty"`     // when it was passed outside the channel, as in fields
	Route      string   `json:"route,omitempty"`    // and by which way
	Until      string   `json:"until,omitempty"`    // wait: as in fields, such as {session+4s}
	Queued     bool     `json:"queued,omitempty"`   // send: the hub cannot be reached; the desk keeps it
	Slip       bool     `json:"slip,omitempty"`     // paper: one digit is keyed in wrong
	Choose     string   `json:"choose,omitempty"`   // send: the reading to take, of those that the step before was asked about
	Expect     []string `json:"expect,omitempty"`   // what the actor's desk must show of the statement afterwards, see [Stage]
	Withhold   []string `json:"withhold,omitempty"` // release: parts that the addressees do not get, each with a reason, such as "item/1=source"
	Reason     string   `json:"reason,omitempty"`
	Refused    string   `json:"refused,omitempty"` // rule that must refuse this step; empty: it must succeed
	Story      string   `json:"story"`             // one or two sentences for who watches
}

// Names lists the scenarios that come with the program.
func Names() []string {
	files, err := fs.Glob(data, "data/*.json")
	if err != nil {
		panic(err) // the pattern is ours
	}
	for i, f := range files {
		files[i] = strings.TrimSuffix(path.Base(f), ".json")
	}
	return files
}

// Load reads a scenario that comes with the program.
func Load(name string) (*Scenario, error) {
	text, err := data.ReadFile("data/" + name + ".json")
	if err != nil {
		return nil, fmt.Errorf("read scenario %q: there is none of that name; there are %s", name, strings.Join(Names(), ", "))
	}
	return Parse(text)
}

// Parse reads a scenario file and checks that every step can be played: its
// actor has a part, and what it is about was sent before.
func Parse(text []byte) (*Scenario, error) {
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	var s Scenario
	if err := d.Decode(&s); err != nil {
		return nil, fmt.Errorf("read scenario: %w", err)
	}
	if len(s.Cast) < 2 {
		return nil, fmt.Errorf("read scenario %s: cast is %q, want a side and the supervisor at least", s.Name, s.Cast)
	}
	parts, sent := map[string]bool{}, map[string]bool{}
	for _, part := range s.Cast {
		parts[part] = true
	}
	for i, step := range s.Steps {
		if err := step.check(parts, sent); err != nil {
			return nil, fmt.Errorf("read scenario %s: step %d: %w", s.Name, i+1, err)
		}
		if step.Name != "" && step.Refused == "" {
			sent[step.Name] = true
		}
	}
	return &s, nil
}

func (s *Step) check(parts, sent map[string]bool) error {
	if s.Do == Note {
		return nil
	}
	part, rest, ok := strings.Cut(s.Actor, "/")
	if !ok || !parts[part] || !strings.Contains(rest, "/") {
		return fmt.Errorf("actor is %q, want part/role/officer with a part of the cast", s.Actor)
	}
	if len(s.Withhold) > 0 && s.Do != Release {
		return fmt.Errorf("a %s withholds nothing", s.Do)
	}
	switch s.Do {
	case Cut, Mend, Look, Wait:
		if s.About != "" && !sent[s.About] {
			return fmt.Errorf("about is %q, which no step before has sent", s.About)
		}
	case Send, Paper:
		if s.About != "" && !sent[s.About] {
			return fmt.Errorf("about is %q, which no step before has sent", s.About)
		}
		if s.Format == "" || (s.Name == "" && s.Refused == "") {
			return fmt.Errorf("a statement that is sent needs a format and a name")
		}
		for _, part := range s.To {
			if !parts[part] {
				return fmt.Errorf("to names %q, which is not of the cast", part)
			}
		}
	case Deposit:
		if s.Name == "" {
			return fmt.Errorf("a deposit needs a name")
		}
	case Show, Await, Ack, Ask, Answer, Forward, Second, Signal, Hold, Release, Return, Readback, Pass, Replace, Cancel:
		if !sent[s.About] {
			return fmt.Errorf("about is %q, which no step before has sent", s.About)
		}
	default:
		return fmt.Errorf("do is %q, want send, show, await, ack, readback, pass, replace, cancel, ask-consent, answer-consent, forward, second, deposit, signal, hold, release, return, paper, cut, mend, look, wait or note", s.Do)
	}
	return nil
}
