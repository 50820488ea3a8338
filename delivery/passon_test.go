package delivery

import (
	"testing"
	"time"

	"parley/identity"
)

func TestDecidePassOn(t *testing.T) {
	unseen := then(submitted(ModeReview), StatementReleased{At: noon}, StatementDelivered{"birch", noon})
	told := PassOn{Echelon: "brigade", PassedAt: noon, Outstanding: 2}
	event := StatementPassedOn{basil, "brigade", noon, 2, noon}
	for _, test := range []struct {
		name  string
		given []Event
		by    identity.Author
		when  PassOn
		then  []Event
		rule  string
	}{
		{"passed on", displayed(ModeReview), basil, told, []Event{event}, ""},
		{"again", then(displayed(ModeReview), event), basil, told, []Event{event}, ""},
		{"unseen", unseen, basil, told, nil, NotShown},
		{"before it was released", displayed(ModeReview), basil, PassOn{Echelon: "brigade", PassedAt: noon.Add(-time.Minute)}, nil, BadPassedAt},
		{"by the author's own side", displayed(ModeReview), amal, told, nil, NotAddressed},
		{"at the gate it is unknown", submitted(ModeReview), basil, told, nil, UnknownStatement},
	} {
		t.Run(test.name, func(t *testing.T) { decides(t, test.given, test.by, test.when, test.then, test.rule) })
	}
}

// The lights against a window that begins three hours after noon.
func TestPassOnLight(t *testing.T) {
	begins := noon.Add(3 * time.Hour)
	word := func(echelon string, outstanding int64, at time.Duration) Event {
		return StatementPassedOn{basil, echelon, noon, outstanding, noon.Add(at)}
	}
	red := begins.Add(-PassOnMargin).Sub(noon)
	for _, test := range []struct {
		name  string
		words []Event
		now   time.Duration
		want  Light
	}{
		{"no word", nil, 0, Amber},
		{"no word a moment before the margin", nil, red - time.Millisecond, Amber},
		{"no word at the margin", nil, red, Red},
		{"no word past the beginning", nil, 4 * time.Hour, Red},
		{"one outstanding", []Event{word("posts", 1, 0)}, time.Hour, Amber},
		{"all have it", []Event{word("posts", 1, 0), word("posts", 0, time.Hour)}, 4 * time.Hour, Clear},
		{"all have it within the margin", []Event{word("posts", 0, red+time.Minute)}, 4 * time.Hour, Clear},
		{"another echelon waits", []Event{word("posts", 0, 0), word("patrols", 2, 0)}, red, Red},
		{"one echelon's zero is not the other's", []Event{word("posts", 2, 0), word("patrols", 0, 0)}, 0, Amber},
		{"as the window begins", []Event{word("posts", 0, 3*time.Hour)}, 3 * time.Hour, Late},
		{"late stays late", []Event{word("posts", 0, 3*time.Hour+time.Minute), word("posts", 0, 3*time.Hour+time.Hour)}, 9 * time.Hour, Late},
		{"in time, and said again later", []Event{word("posts", 0, 0), word("patrols", 0, 4*time.Hour)}, 5 * time.Hour, Clear},
		{"rises after the beginning", []Event{word("posts", 0, 0), word("posts", 1, 4*time.Hour)}, 5 * time.Hour, Red},
		{"and falls again", []Event{word("posts", 0, 0), word("posts", 1, 4*time.Hour), word("posts", 0, 5*time.Hour)}, 6 * time.Hour, Late},
		{"superseded", []Event{StatementSupersessionProposed{"t", noon}, StatementSuperseded{"t", false, noon}}, red, None},
	} {
		s := stateOf(then(displayed(ModeReview), test.words...)...)
		if got := s.PassOn("birch", begins, noon.Add(test.now)); got != test.want {
			t.Errorf("%s: got %q, want %q", test.name, got, test.want)
		}
		if s.PassOn("birch", time.Time{}, noon) != None || s.PassOn("cedar", begins, noon) != None {
			t.Errorf("%s: a light where nothing is to be passed on", test.name)
		}
	}
	if got := stateOf(submitted(ModeReview)...).PassOn("birch", begins, noon); got != None {
		t.Errorf("at the gate: got %q", got)
	}
}
