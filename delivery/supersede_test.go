package delivery

import (
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"parley/identity"
	"parley/rule"
)

func TestSupersede(t *testing.T) {
	released := then(submitted(ModeReview), StatementReleased{At: noon})
	pending := then(displayed(ModeReview), StatementSupersessionProposed{"t", noon})
	replaced := then(slices.Clip(pending), StatementSuperseded{"t", false, noon})
	cancelled := then(slices.Clip(pending), StatementSuperseded{"t", true, noon})
	cancel := []Event{StatementSubmitted{ID: "s", Author: amal, To: []string{"birch"}, Supervisor: "cedar", Supersedes: "r", Cancels: true, At: noon}, StatementReleased{At: noon}}
	propose := Propose{By: "u", To: []string{"birch", "cedar"}}
	for _, test := range []struct {
		name  string
		given []Event
		by    identity.Author
		when  Command
		then  []Event
		rule  string
	}{
		{"propose", released, amal, propose, []Event{StatementSupersessionProposed{"u", noon}}, ""},
		{"propose to too few", released, amal, Propose{By: "u", To: []string{"cedar"}}, nil, FewerAddressees},
		{"propose for another's", released, basil, propose, nil, NotYours},
		{"propose for what is at the gate", submitted(ModeReview), amal, propose, nil, WrongStatus},
		{"propose for another's at the gate", submitted(ModeReview), basil, propose, nil, UnknownStatement},
		{"propose for what was returned", then(submitted(ModeReview), StatementReturned{"unclear", noon}), amal, propose, nil, WrongStatus},
		{"propose while another waits", pending, amal, propose, nil, OtherPending},
		{"propose for what is replaced", replaced, amal, propose, nil, OutOfDate},
		{"propose for a cancellation", cancel, amal, propose, nil, CancelStands},
		{"drop", pending, chen, Drop{"t"}, []Event{StatementSupersessionDropped{"t", noon}}, ""},
		{"drop what was not proposed", pending, chen, Drop{"u"}, nil, WrongStatus},
		{"supersede", pending, chen, Supersede{"t", true}, []Event{StatementSuperseded{"t", true, noon}}, ""},
		{"supersede by what was not proposed", released, chen, Supersede{"t", false}, nil, WrongStatus},

		{"a pending successor stops nobody", pending, basil, Acknowledge{}, []Event{StatementAcknowledged{basil, noon}}, ""},
		{"acknowledge what is replaced", replaced, basil, Acknowledge{}, nil, OutOfDate},
		{"read back what is cancelled", cancelled, basil, ReadBack{Match: true}, nil, OutOfDate},
		{"pass on what is cancelled", cancelled, basil, PassOn{PassedAt: noon}, nil, OutOfDate},
		{"arrival of what is replaced", then(slices.Clip(released), StatementSupersessionProposed{"t", noon}, StatementSuperseded{"t", false, noon}), bdesk, Deliver{}, []Event{StatementDelivered{"birch", noon}}, ""},
	} {
		t.Run(test.name, func(t *testing.T) { decides(t, test.given, test.by, test.when, test.then, test.rule) })
	}
	_, err := stateOf(cancelled...).Decide(basil, Acknowledge{}, noon)
	if err == nil || !strings.Contains(err.Error(), "cancelled by statement t") || !strings.Contains(err.Error(), "refer to t") {
		t.Errorf("the refusal does not lead to the successor: %v", err)
	}
	if stateOf(cancelled...).Current() || !stateOf(pending...).Current() || stateOf(submitted(ModeReview)...).Current() {
		t.Error("current is not what is released and not superseded")
	}
}

// What is inherited names parties and roles, each once, and any officer of
// them settles it.
func TestOwed(t *testing.T) {
	analyst := identity.Author{Party: "birch", Role: "analyst", Officer: "aya"}
	s := stateOf(then(displayed(ModeReview), StatementAcknowledged{basil, noon}, StatementAcknowledged{deputy, noon}, StatementAcknowledged{analyst, noon})...)
	owed := s.Bequest()
	if want := []Owed{{"birch", "analyst"}, {"birch", "watch"}}; !reflect.DeepEqual(owed, want) {
		t.Fatalf("it leaves %v, want %v", owed, want)
	}
	next := stateOf(then(submitted(ModeReview)[:1:1], StatementReleased{Owed: owed, At: noon}, StatementDelivered{"birch", noon}, StatementDisplayed{"birch", noon})...)
	for i, step := range []struct {
		event Event
		owes  int
		open  bool
	}{
		{StatementReadBack{By: basil, Match: true, At: noon}, 2, true},
		{StatementAcknowledged{deputy, noon}, 1, true},
		{StatementAcknowledged{basil, noon}, 1, true},
		{StatementSupersessionProposed{"u", noon}, 1, true},
		{StatementSuperseded{"u", true, noon}, 1, false},
	} {
		if next.Apply(step.event); len(next.Owes()) != step.owes || next.Open() != step.open {
			t.Errorf("step %d: open %t, owed %v", i, next.Open(), next.Owes())
		}
	}
	if want := []Owed{{"birch", "analyst"}, {"birch", "watch"}}; !reflect.DeepEqual(next.Bequest(), want) {
		t.Errorf("it leaves %v, want %v", next.Bequest(), want)
	}
}

// A chain is a statement and its successors, played as package mechanism plays
// them, with every acknowledgement ever given.
type chain struct {
	states map[string]*State
	events map[string][]Event
	acked  map[string][]Owed
	ids    []string
}

func (c *chain) decide(id string, by identity.Author, cmd Command, now time.Time) error {
	events, err := c.states[id].Decide(by, cmd, now)
	if err != nil {
		return err
	}
	next := &State{}
	if c.states[id] != nil {
		next = c.states[id].Clone()
	}
	for _, e := range events {
		next.Apply(e)
		c.events[id] = append(c.events[id], e)
	}
	c.states[id] = next
	return nil
}

// do plays one command with what follows from it, or none of it.
func (c *chain) do(id string, by identity.Author, cmd Command, now time.Time) error {
	s := c.states[id]
	switch cmd := cmd.(type) {
	case Submit:
		if cmd.Supersedes != "" {
			if err := c.decide(cmd.Supersedes, by, Propose{cmd.ID, cmd.To}, now); err != nil {
				return err
			}
		}
	case Release:
		if s != nil && s.Supersedes != "" {
			cmd.Owed = c.states[s.Supersedes].Bequest()
		}
		if err := c.decide(id, by, cmd, now); err != nil || s.Supersedes == "" {
			return err
		}
		return c.decide(s.Supersedes, by, Supersede{id, s.Cancels}, now)
	case Return, Withdraw:
		if err := c.decide(id, by, cmd, now); err != nil || s.Supersedes == "" {
			return err
		}
		return c.decide(s.Supersedes, by, Drop{id}, now)
	}
	err := c.decide(id, by, cmd, now)
	if _, ok := cmd.(Acknowledge); ok && err == nil {
		c.acked[id] = append(c.acked[id], Owed{by.Party, by.Role})
	}
	return err
}

// Whatever the parties do in whatever order: nothing moves backwards, what is
// superseded is never current or acknowledged, an acknowledgement once given is
// given or owed on what is current, and events alone give the state.
func TestRandomCommands(t *testing.T) {
	analyst := identity.Author{Party: "birch", Role: "analyst", Officer: "aya"}
	cwatch := identity.Author{Party: "cedar", Role: "watch", Officer: "cora"}
	cast := []identity.Author{amal, basil, deputy, analyst, bdesk, chen, cwatch, hub}
	granted := map[string]int{}
	for seed := range uint64(100) {
		random := rand.New(rand.NewPCG(seed, 4))
		c := &chain{states: map[string]*State{}, events: map[string][]Event{}, acked: map[string][]Owed{}}
		now := noon
		for step := range 120 {
			now = now.Add(time.Second)
			id := "none"
			if len(c.ids) > 0 {
				id = c.ids[random.IntN(len(c.ids))]
			}
			by := cast[random.IntN(len(cast))]
			var cmd Command
			switch random.IntN(14) {
			case 0, 1:
				submit := Submit{ID: fmt.Sprint("s", step), To: []string{"birch", "cedar"}, Supervisor: "cedar", Mode: ModeReview, Limit: time.Hour}
				if by.Party != "alder" {
					by = amal
				}
				if len(c.ids) > 0 && random.IntN(8) > 0 {
					submit.Supersedes, submit.Cancels = id, random.IntN(4) == 0
				}
				id, cmd = submit.ID, submit
			case 2:
				cmd = Release{}
			case 3:
				cmd = Return{"unclear"}
			case 4:
				cmd = Withdraw{}
			case 5:
				cmd = Hold{"unclear"}
			case 6, 7:
				cmd = Deliver{}
			case 8, 9:
				cmd = Display{}
			case 10, 11:
				cmd = Acknowledge{}
			case 12:
				cmd = ReadBack{Match: random.IntN(2) == 0}
			case 13:
				cmd = PassOn{Echelon: "posts", PassedAt: now, Outstanding: random.Int64N(3)}
			}
			before, _ := json.Marshal(c.states[id])
			old := c.states[id]
			err := c.do(id, by, cmd, now)
			if after, _ := json.Marshal(old); string(after) != string(before) {
				t.Fatalf("seed %d, step %d: %T changed a state that was handed out", seed, step, cmd)
			}
			if refusal, ok := errors.AsType[*rule.Refusal](err); err != nil && !ok || ok && refusal.Sentence == "" {
				t.Fatalf("seed %d, step %d: %T: %v", seed, step, cmd, err)
			}
			if _, ok := cmd.(Submit); ok && err == nil {
				c.ids = append(c.ids, id)
			}
			if err == nil {
				granted[fmt.Sprintf("%T", cmd)]++
			}
			if old != nil && backwards(old, c.states[id]) {
				t.Fatalf("seed %d, step %d: %T by %s moves %s backwards", seed, step, cmd, by, id)
			}
			if fault := c.fault(); fault != "" {
				t.Fatalf("seed %d, step %d: after %T by %s: %s", seed, step, cmd, by, fault)
			}
		}
	}
	if len(granted) != 10 {
		t.Errorf("not every command was ever granted: %v", granted)
	}
}

func backwards(old, next *State) bool {
	rank := []Status{Submitted, Held, Released, Returned, Withdrawn}
	if slices.Index(rank, next.Status) < slices.Index(rank, old.Status) || old.Superseded != (Supersession{}) && next.Superseded != old.Superseded {
		return true
	}
	for i, r := range old.Reach {
		n := next.Reach[i]
		if !r.Delivered.IsZero() && n.Delivered != r.Delivered || !r.Displayed.IsZero() && n.Displayed != r.Displayed || len(n.Acks) < len(r.Acks) || len(n.Passed) < len(r.Passed) {
			return true
		}
	}
	return false
}

// fault names what does not hold of the chain, if anything.
func (c *chain) fault() string {
	for _, id := range c.ids {
		s := c.states[id]
		again := stateOf(c.events[id]...)
		if !reflect.DeepEqual(s, again) {
			return "the events give another state of " + id
		}
		text, _ := json.Marshal(s)
		var stored State
		if json.Unmarshal(text, &stored) != nil || !reflect.DeepEqual(&stored, again) {
			return "storing changes " + id
		}
		for _, r := range s.Reach {
			if n := len(r.Readbacks); r.Understood() != (n > 0 && r.Readbacks[n-1].Match) {
				return "understood is not the last readback of " + id
			}
		}
		if by := s.Superseded.By; by != "" {
			switch next := c.states[by]; {
			case s.Current() || s.Open():
				return id + " is superseded and current or open"
			case next.Status != Released || next.Supersedes != id || s.Pending != "":
				return id + " is superseded by what is not its released successor"
			}
			for _, r := range s.Reach {
				for _, a := range r.Acks {
					if a.At.After(s.Superseded.At) {
						return id + " was acknowledged after it was superseded"
					}
				}
			}
		}
		if s.Pending != "" && !c.states[s.Pending].Waiting() {
			return id + " waits for a successor that left the gate"
		}
		if !s.Current() {
			continue
		}
		for at := s; at.Supersedes != ""; at = c.states[at.Supersedes] {
			for _, o := range c.acked[at.Supersedes] {
				if !slices.Contains(c.acked[id], o) && !slices.Contains(s.Owes(), o) {
					return fmt.Sprintf("%v acknowledged %s, and neither acknowledged nor owes %s", o, at.Supersedes, id)
				}
			}
		}
	}
	return ""
}
