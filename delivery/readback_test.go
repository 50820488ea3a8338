package delivery

import (
	"testing"

	"parley/identity"
)

var deputy = identity.Author{Party: "birch", Role: "watch", Officer: "dalia"}

func displayed(mode string) []Event {
	return then(submitted(mode), StatementReleased{At: noon}, StatementDelivered{"birch", noon}, StatementDisplayed{"birch", noon})
}

func TestReadBack(t *testing.T) {
	match := func(by identity.Author) Event { return StatementReadBack{By: by, Match: true, At: noon} }
	differs := func(by identity.Author) Event {
		return StatementReadBack{By: by, Differs: []string{"window"}, At: noon}
	}
	unseen := then(submitted(ModeReview), StatementReleased{At: noon}, StatementDelivered{"birch", noon})
	for _, test := range []struct {
		name  string
		given []Event
		by    identity.Author
		when  ReadBack
		then  []Event
		rule  string
	}{
		{"match", displayed(ModeReview), basil, ReadBack{Match: true}, []Event{match(basil)}, ""},
		{"mismatch", displayed(ModeReview), basil, ReadBack{Differs: []string{"window"}}, []Event{differs(basil)}, ""},
		{"match with differences is none", displayed(ModeReview), basil, ReadBack{Match: true, Differs: []string{"window"}}, []Event{differs(basil)}, ""},
		{"match of the unknown is none", displayed(ModeReview), basil, ReadBack{Match: true, Unknown: true}, []Event{StatementReadBack{By: basil, Unknown: true, At: noon}}, ""},
		{"again after a mismatch", then(displayed(ModeReview), differs(basil)), basil, ReadBack{Match: true}, []Event{match(basil)}, ""},
		{"again after a match", then(displayed(ModeReview), match(basil)), basil, ReadBack{Match: true}, nil, Twice},
		{"by another after a match", then(displayed(ModeReview), match(basil)), deputy, ReadBack{Match: true}, []Event{match(deputy)}, ""},
		{"again after another's match", then(displayed(ModeReview), match(basil), match(deputy)), basil, ReadBack{Match: true}, nil, Twice},
		{"again after another's mismatch", then(displayed(ModeReview), match(basil), differs(deputy)), basil, ReadBack{Match: true}, []Event{match(basil)}, ""},
		{"unseen", unseen, basil, ReadBack{Match: true}, nil, NotShown},
		{"by the author's own side", displayed(ModeReview), amal, ReadBack{Match: true}, nil, NotAddressed},
		{"by one not addressed", displayed(ModeReview), chen, ReadBack{Match: true}, nil, NotAddressed},
		{"at the gate it is unknown", submitted(ModeReview), basil, ReadBack{Match: true}, nil, UnknownStatement},
		{"unknown", nil, basil, ReadBack{Match: true}, nil, UnknownStatement},
	} {
		t.Run(test.name, func(t *testing.T) { decides(t, test.given, test.by, test.when, test.then, test.rule) })
	}
}

// A state is kept whole and copied at each act, so nothing in it grows for ever.
func TestSaidTooOften(t *testing.T) {
	given := displayed(ModeReview)
	for range maxSaid {
		given = append(given, StatementReadBack{By: basil, Differs: []string{"window"}, At: noon}, StatementPassedOn{By: basil, Echelon: "post", PassedAt: noon, Outstanding: 1, At: noon})
	}
	decides(t, given, basil, ReadBack{Match: true}, nil, TooOften)
	decides(t, given, basil, PassOn{Echelon: "post", PassedAt: noon}, nil, TooOften)
	decides(t, given, basil, Acknowledge{}, []Event{StatementAcknowledged{basil, noon}}, "")
}

// Understood is what the last readback says, and nothing else is.
func TestUnderstood(t *testing.T) {
	s := stateOf(displayed(ModeReview)...)
	for i, step := range []struct {
		event Event
		want  bool
	}{
		{StatementAcknowledged{basil, noon}, false},
		{StatementReadBack{By: basil, Differs: []string{"window"}, At: noon}, false},
		{StatementReadBack{By: basil, Match: true, At: noon}, true},
		{StatementAcknowledged{deputy, noon}, true},
		{StatementReadBack{By: deputy, Differs: []string{"place"}, At: noon}, false},
		{StatementReadBack{By: deputy, Match: true, At: noon}, true},
		{StatementReadBack{By: deputy, Unknown: true, At: noon}, false},
	} {
		if s.Apply(step.event); s.Understood("birch") != step.want {
			t.Errorf("after step %d understood is %t", i, !step.want)
		}
	}
	if s.Understood("cedar") {
		t.Error("one who is not addressed has understood it")
	}
}
