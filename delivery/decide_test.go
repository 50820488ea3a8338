package delivery

import (
	"encoding/json"
	"errors"
	"reflect"
	"testing"
	"time"

	"parley/identity"
	"parley/rule"
)

var (
	noon  = time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)
	amal  = identity.Author{Party: "alder", Role: "watch", Officer: "amal"}
	basil = identity.Author{Party: "birch", Role: "watch", Officer: "basil"}
	bdesk = identity.Author{Party: "birch", Role: "desk", Officer: "one"}
	chen  = identity.Author{Party: "cedar", Role: "gate", Officer: "chen"}
	hub   = identity.Author{Party: "cedar", Role: "hub", Officer: "one"}
)

func submitted(mode string) []Event {
	return []Event{StatementSubmitted{ID: "s", Author: amal, To: []string{"birch"}, Supervisor: "cedar", Mode: mode, Due: noon, At: noon.Add(-time.Hour)}}
}

func then(given []Event, more ...Event) []Event { return append(given, more...) }

func TestDecide(t *testing.T) {
	review, auto := submitted(ModeReview), submitted(ModeAutoRelease)
	released := then(submitted(ModeReview), StatementReleased{At: noon})
	delivered := then(released, StatementDelivered{"birch", noon})
	displayed := then(delivered, StatementDisplayed{"birch", noon})
	acked := then(displayed, StatementAcknowledged{basil, noon})
	submit := Submit{ID: "s", To: []string{"birch"}, Supervisor: "cedar", Mode: ModeReview, Limit: time.Hour}
	for _, test := range []struct {
		name  string
		given []Event
		by    identity.Author
		when  Command
		then  []Event // nil where the command is refused
		rule  string  // empty where it is granted
	}{
		{"submit waits", nil, amal, submit, []Event{StatementSubmitted{"s", amal, []string{"birch"}, "cedar", ModeReview, noon.Add(time.Hour), "", false, Terms{Gate: time.Hour}, noon}}, ""},
		{"no gate", nil, amal, Submit{ID: "s", To: []string{"birch"}, Supervisor: "cedar", Mode: ModeNone}, []Event{StatementSubmitted{"s", amal, []string{"birch"}, "cedar", ModeNone, time.Time{}, "", false, Terms{}, noon}, StatementReleased{At: noon}}, ""},
		{"supervisor has no gate", nil, chen, submit, []Event{StatementSubmitted{"s", chen, []string{"birch"}, "cedar", ModeReview, time.Time{}, "", false, Terms{}, noon}, StatementReleased{At: noon}}, ""},
		{"to nobody", nil, amal, Submit{ID: "s", Supervisor: "cedar"}, nil, NoAddressee},
		{"to oneself", nil, basil, submit, nil, NoAddressee},
		{"submitted twice", review, amal, submit, nil, WrongStatus},

		{"hold", review, chen, Hold{"unclear"}, []Event{StatementHeld{"unclear", noon}}, ""},
		{"hold without reason", review, chen, Hold{}, nil, NoReason},
		{"hold by author's side", review, amal, Hold{"unclear"}, nil, NotSupervisor},
		{"hold by addressee, who may not know", review, basil, Hold{"unclear"}, nil, UnknownStatement},
		{"hold too late", released, chen, Hold{"unclear"}, nil, WrongStatus},
		{"release", review, chen, Release{}, []Event{StatementReleased{At: noon}}, ""},
		{"release of held", then(submitted(ModeReview), StatementHeld{"unclear", noon}), chen, Release{}, []Event{StatementReleased{At: noon}}, ""},
		{"release by a side", review, amal, Release{}, nil, NotSupervisor},
		{"release of sealed", submitted(ModeEscrow), chen, Release{}, nil, EscrowClosed},
		{"release twice", released, chen, Release{}, nil, WrongStatus},
		{"return", review, chen, Return{"unclear"}, []Event{StatementReturned{"unclear", noon}}, ""},
		{"return without reason", review, chen, Return{}, nil, NoReason},
		{"return of safety format", auto, chen, Return{"unclear"}, nil, FloorHold},

		{"auto release when due", auto, hub, AutoRelease{}, []Event{StatementReleased{Auto: true, At: noon}}, ""},
		{"auto release of held", then(submitted(ModeAutoRelease), StatementHeld{"unclear", noon}), hub, AutoRelease{}, []Event{StatementReleased{Auto: true, At: noon}}, ""},
		{"auto release by a person", auto, chen, AutoRelease{}, nil, NotHub},
		{"auto release of reviewed format", review, hub, AutoRelease{}, nil, NotDue},

		{"withdraw", review, amal, Withdraw{}, []Event{StatementWithdrawn{noon}}, ""},
		{"withdraw another's", review, chen, Withdraw{}, nil, NotYours},
		{"withdraw released", released, amal, Withdraw{}, nil, WrongStatus},

		{"delivered", released, bdesk, Deliver{}, []Event{StatementDelivered{"birch", noon}}, ""},
		{"delivered twice", delivered, bdesk, Deliver{}, nil, Twice},
		{"delivered to author", released, amal, Deliver{}, nil, NotAddressed},
		{"delivered to one not addressed", released, chen, Deliver{}, nil, NotAddressed},
		{"displayed before delivered", released, bdesk, Display{}, nil, WrongStatus},
		{"displayed", delivered, bdesk, Display{}, []Event{StatementDisplayed{"birch", noon}}, ""},
		{"acknowledged", displayed, basil, Acknowledge{}, []Event{StatementAcknowledged{basil, noon}}, ""},
		{"acknowledged unseen", delivered, basil, Acknowledge{}, nil, NotShown},
		{"acknowledged twice", acked, basil, Acknowledge{}, nil, Twice},
		{"acknowledged at the gate", review, basil, Acknowledge{}, nil, UnknownStatement},
		{"unknown", nil, basil, Acknowledge{}, nil, UnknownStatement},
	} {
		t.Run(test.name, func(t *testing.T) { decides(t, test.given, test.by, test.when, test.then, test.rule) })
	}
}

// decides checks what a command answers after the events given, none for a
// statement that is not known: the events then, or a refusal by rule.
func decides(t *testing.T, given []Event, by identity.Author, when Command, then []Event, ruleID string) {
	t.Helper()
	var s *State
	if given != nil {
		s = stateOf(given...)
	}
	events, err := s.Decide(by, when, noon)
	var refusal *rule.Refusal
	if errors.As(err, &refusal) != (ruleID != "") || (refusal != nil && refusal.Rule != ruleID) {
		t.Fatalf("refused by %v, want rule %q", err, ruleID)
	}
	if !reflect.DeepEqual(events, then) {
		t.Errorf("got %#v\nwant %#v", events, then)
	}
}

func stateOf(events ...Event) *State {
	s := &State{}
	for _, e := range events {
		s.Apply(e)
	}
	return s
}

func TestAutoReleaseBeforeDue(t *testing.T) {
	s := &State{}
	s.Apply(submitted(ModeAutoRelease)[0])
	_, err := s.Decide(hub, AutoRelease{}, noon.Add(-time.Millisecond))
	var refusal *rule.Refusal
	if !errors.As(err, &refusal) || refusal.Rule != NotDue {
		t.Errorf("one millisecond early: got %v, want %s", err, NotDue)
	}
}

// What one side has under the gate must look to the other like nothing at all.
func TestHiddenLooksUnknown(t *testing.T) {
	s := &State{}
	s.Apply(submitted(ModeReview)[0])
	var none *State
	_, hidden := s.Decide(basil, Acknowledge{}, noon)
	_, unknown := none.Decide(basil, Acknowledge{}, noon)
	if hidden.Error() != unknown.Error() {
		t.Errorf("hidden %q, unknown %q", hidden, unknown)
	}
}

// A clone shares nothing that Apply changes, whichever of the two moves on.
func TestCloneIsApart(t *testing.T) {
	s := stateOf(then(submitted(ModeReview), StatementReleased{At: noon, Owed: []Owed{{"birch", "watch"}}}, StatementDelivered{"birch", noon}, StatementDisplayed{"birch", noon},
		StatementAcknowledged{basil, noon}, StatementReadBack{By: basil, Differs: []string{"window"}, At: noon}, StatementPassedOn{By: basil, Outstanding: 3, At: noon})...)
	for range 2 { // an odd number leaves room behind the last, where two clones could meet
		s.Apply(StatementAcknowledged{bdesk, noon})
		s.Apply(StatementReadBack{By: bdesk, At: noon})
		s.Apply(StatementPassedOn{By: bdesk, Outstanding: 1, At: noon})
	}
	before, err := json.Marshal(s)
	if err != nil {
		t.Fatal(err)
	}
	one, two := s.Clone(), s.Clone()
	for _, e := range []Event{StatementAcknowledged{deputy, noon}, StatementReadBack{By: deputy, Match: true, At: noon}, StatementPassedOn{By: deputy, At: noon},
		StatementSupersessionProposed{"t", noon}, StatementSuperseded{"t", true, noon}} {
		one.Apply(e)
	}
	two.Apply(StatementAcknowledged{basil, noon})
	two.Apply(StatementReadBack{By: basil, At: noon})
	two.Apply(StatementPassedOn{By: basil, At: noon})
	if after, _ := json.Marshal(s); string(after) != string(before) {
		t.Errorf("the original became %s", after)
	}
	if r := one.Reach[0]; r.Acks[3].By != deputy || r.Readbacks[3].By != deputy || r.Passed[3].By != deputy || two.Superseded.By != "" {
		t.Errorf("the clones share what they append: %+v, %+v", one, two)
	}
}
