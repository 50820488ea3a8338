package delivery

import (
	"slices"
	"testing"
	"time"
)

// What is owed stays owed when the clock has called it, and ends when it is done, or
// when the statement is no longer current.
func TestUnmet(t *testing.T) {
	withBegin := clockTerms
	withBegin.Begins = noon.Add(time.Hour)
	atGate := func(mode string) []Event {
		return []Event{StatementSubmitted{ID: "s", Author: amal, To: []string{"birch"}, Supervisor: "cedar", Mode: mode, Due: noon.Add(2 * time.Minute), Terms: clockTerms, At: noon}}
	}
	late := StatementCalled{Stage: StageAcknowledge, Party: "birch", At: noon}
	for _, test := range []struct {
		name, party string
		given       []Event
		want        []string
	}{
		{"at a safety gate", "cedar", atGate(ModeAutoRelease), []string{"2m0s release cedar 0"}},
		{"under review", "cedar", atGate(ModeReview), []string{"2m0s gate cedar 0"}},
		{"under review, called", "cedar", then(atGate(ModeReview), StatementCalled{Stage: StageGate, Party: "cedar", At: noon}), []string{"2m0s gate cedar 0"}},
		{"under review, for its author", "alder", atGate(ModeReview), nil},
		{"under review, for its addressee", "birch", atGate(ModeReview), nil},
		{"sealed", "cedar", atGate(ModeEscrow), nil},
		{"returned", "cedar", then(atGate(ModeReview), StatementReturned{"unclear", noon}), nil},
		{"released", "birch", flash(0, clockTerms), []string{"5m0s acknowledge birch 0", "8m0s read-back birch 0"}},
		{"released, called", "birch", then(flash(0, clockTerms), late), []string{"5m0s acknowledge birch 0", "8m0s read-back birch 0"}},
		{"acknowledged", "birch", then(flash(0, clockTerms), late, StatementAcknowledged{basil, noon}), []string{"8m0s read-back birch 0"}},
		{"to be passed on", "birch", then(flash(0, withBegin), StatementAcknowledged{basil, noon}, StatementReadBack{By: basil, Match: true, At: noon}), []string{"30m0s pass-on birch 1"}},
		{"expired", "birch", then(flash(0, clockTerms), StatementExpired{noon}), nil},
		{"superseded", "birch", then(flash(0, clockTerms), StatementSuperseded{By: "t", At: noon}), nil},
		{"for its author", "alder", flash(0, clockTerms), nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := stateOf(test.given...)
			if got := lines(s.Unmet(test.party)); !slices.Equal(got, test.want) {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
	s := stateOf(flash(0, clockTerms)...)
	if !s.Awaits(StageLadder, "birch") || s.Awaits(StageReply, "birch") {
		t.Error("a ladder is climbed while nobody has acknowledged, and no reply was asked for")
	}
	if s.Apply(StatementAcknowledged{basil, noon}); s.Awaits(StageLadder, "birch") {
		t.Error("the ladder is climbed after the acknowledgement")
	}
}
