package delivery

import (
	"fmt"
	"reflect"
	"slices"
	"testing"
	"time"

	"parley/identity"
	"parley/rule"
)

var clockTerms = Terms{Gate: 2 * time.Minute, Ack: 5 * time.Minute, Readback: 8 * time.Minute,
	Ladder: []Rung{{2 * time.Minute, "watch"}, {4 * time.Minute, "head"}, {6 * time.Minute, "superior"}}}

// flash is a FLASH that was submitted at noon and left the gate after that long.
func flash(gate time.Duration, terms Terms) []Event {
	return []Event{StatementSubmitted{ID: "s", Author: amal, To: []string{"birch"}, Supervisor: "cedar", Mode: ModeAutoRelease, Due: noon.Add(2 * time.Minute), Terms: terms, At: noon},
		StatementReleased{At: noon.Add(gate)}, StatementDelivered{"birch", noon.Add(gate)}, StatementDisplayed{"birch", noon.Add(gate)}}
}

func lines(timers []Timer) []string {
	var all []string
	for _, t := range timers {
		all = append(all, fmt.Sprintf("%s %s %s %d", t.At.Sub(noon), t.Stage, t.Party, t.Step))
	}
	return all
}

func TestTimers(t *testing.T) {
	withBegin := clockTerms
	withBegin.Ladder, withBegin.Begins, withBegin.Expires = nil, noon.Add(time.Hour), noon.Add(2*time.Hour)
	quiet := Terms{Gate: 2 * time.Minute, Expires: noon.Add(time.Hour)}
	atGate := func(mode string) []Event {
		return []Event{StatementSubmitted{ID: "s", Author: amal, To: []string{"birch"}, Supervisor: "cedar", Mode: mode, Due: noon.Add(2 * time.Minute), Terms: quiet, At: noon}}
	}
	for _, test := range []struct {
		name  string
		given []Event
		want  []string
	}{
		{"at a safety gate", atGate(ModeAutoRelease), []string{"2m0s release cedar 0", "1h0m0s expire  0"}},
		{"held at a safety gate", then(atGate(ModeAutoRelease), StatementHeld{"unclear", noon}), []string{"2m0s release cedar 0", "1h0m0s expire  0"}},
		{"under review", atGate(ModeReview), []string{"2m0s gate cedar 0", "1h0m0s expire  0"}},
		{"under review, called", then(atGate(ModeReview), StatementCalled{Stage: StageGate, Party: "cedar", At: noon}), []string{"1h0m0s expire  0"}},
		{"sealed", atGate(ModeEscrow), []string{"1h0m0s expire  0"}},
		{"returned", then(atGate(ModeReview), StatementReturned{"unclear", noon}), nil},
		{"lapsed at the gate", then(atGate(ModeReview), StatementExpired{noon}), nil},
		{"released at once", flash(0, clockTerms), []string{"2m0s ladder birch 1", "4m0s ladder birch 2", "5m0s acknowledge birch 0", "6m0s ladder birch 3", "8m0s read-back birch 0"}},
		{"released at the limit", flash(2*time.Minute, clockTerms), []string{"2m0s ladder birch 1", "4m0s ladder birch 2", "5m0s acknowledge birch 0", "6m0s ladder birch 3", "8m0s read-back birch 0"}},
		{"the gate took ten minutes", flash(10*time.Minute, clockTerms), []string{"10m0s ladder birch 1", "12m0s ladder birch 2", "13m0s acknowledge birch 0", "14m0s ladder birch 3", "16m0s read-back birch 0"}},
		{"first rung called", then(flash(0, clockTerms), StatementCalled{StageLadder, "birch", 1, "watch", noon}), []string{"4m0s ladder birch 2", "5m0s acknowledge birch 0", "6m0s ladder birch 3", "8m0s read-back birch 0"}},
		{"acknowledged", then(flash(0, clockTerms), StatementAcknowledged{basil, noon}), []string{"8m0s read-back birch 0"}},
		{"misread", then(flash(0, clockTerms), StatementAcknowledged{basil, noon}, StatementReadBack{By: basil, At: noon}), []string{"8m0s read-back birch 0"}},
		{"understood", then(flash(0, clockTerms), StatementAcknowledged{basil, noon}, StatementReadBack{By: basil, Match: true, At: noon}), nil},
		{"to be passed on", then(flash(0, withBegin), StatementAcknowledged{basil, noon}, StatementReadBack{By: basil, Match: true, At: noon}),
			[]string{"30m0s pass-on birch 1", "1h0m0s pass-on birch 2", "2h0m0s expire  0"}},
		{"passed on", then(flash(0, withBegin), StatementAcknowledged{basil, noon}, StatementReadBack{By: basil, Match: true, At: noon}, StatementPassedOn{By: basil, Echelon: "post", At: noon}), []string{"2h0m0s expire  0"}},
		{"replied, and the reply withdrawn", then(flash(0, Terms{ReplyBy: noon.Add(time.Hour)}), StatementReplied{"birch", "r", noon}, StatementReplyDropped{"birch", "r"}), []string{"1h0m0s reply birch 0"}},
		{"replied twice, one withdrawn", then(flash(0, Terms{ReplyBy: noon.Add(time.Hour)}), StatementReplied{"birch", "r", noon}, StatementReplied{"birch", "q", noon}, StatementReplyDropped{"birch", "r"}), nil},
		{"expired", then(flash(0, withBegin), StatementExpired{noon}), nil},
		{"superseded", then(flash(0, clockTerms), StatementSuperseded{By: "t", At: noon}), nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := lines(stateOf(test.given...).Timers()); !slices.Equal(got, test.want) {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}

func TestDecideClock(t *testing.T) {
	given := flash(0, clockTerms)
	after := func(d time.Duration) time.Time { return noon.Add(d) }
	rung := Overdue{Stage: StageLadder, Party: "birch", Step: 1, Role: "watch"}
	for _, test := range []struct {
		name  string
		given []Event
		by    identity.Author
		when  Command
		at    time.Time
		then  []Event
		rule  string
	}{
		{"first rung", given, hub, rung, after(2 * time.Minute), []Event{StatementCalled{StageLadder, "birch", 1, "watch", after(2 * time.Minute)}}, ""},
		{"a moment early", given, hub, rung, after(2*time.Minute - time.Millisecond), nil, NotDue},
		{"by the supervisor's watch", given, chen, rung, after(3 * time.Minute), nil, NotHub},
		{"by a side", given, amal, rung, after(3 * time.Minute), nil, NotHub},
		{"twice", then(given, StatementCalled{StageLadder, "birch", 1, "watch", noon}), hub, rung, after(3 * time.Minute), nil, Twice},
		{"of a party that is not addressed", given, hub, Overdue{Stage: StageLadder, Party: "alder", Step: 1}, after(time.Hour), nil, NotDue},
		{"of what was done", then(given, StatementAcknowledged{basil, noon}), hub, rung, after(time.Hour), nil, NotDue},
		{"of what the clock does itself", submitted(ModeAutoRelease), hub, Overdue{Stage: StageRelease, Party: "cedar"}, after(time.Hour), nil, NotDue},
		{"on what is withheld here", submitted(ModeReview), hub, Overdue{Stage: StageReadback, Party: "birch", Unknown: true}, noon, []Event{StatementCalled{Stage: StageReadback, Party: "birch", At: noon}}, ""},
		{"expire too early", given, hub, Expire{}, after(time.Hour), nil, NotDue},
		{"expire by a side", given, amal, Expire{}, after(time.Hour), nil, NotHub},
		{"annotate", given, chen, Annotate{}, noon, nil, ""},
		{"annotate by a side", given, amal, Annotate{}, noon, nil, NotSupervisor},
		{"reply", given, basil, Reply{"r"}, noon, []Event{StatementReplied{"birch", "r", noon}}, ""},
		{"second reply", then(given, StatementReplied{"birch", "r", noon}), basil, Reply{"q"}, noon, []Event{StatementReplied{"birch", "q", noon}}, ""},
		{"reply to oneself", given, amal, Reply{"r"}, noon, nil, ""},
		{"reply dropped", then(given, StatementReplied{"birch", "r", noon}), chen, Unreply{"birch", "r"}, noon, []Event{StatementReplyDropped{"birch", "r"}}, ""},
		{"what was no reply dropped", given, chen, Unreply{"birch", "r"}, noon, nil, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			events, err := stateOf(test.given...).Decide(test.by, test.when, test.at)
			var refused string
			if r, ok := err.(*rule.Refusal); ok {
				refused = r.Rule
			}
			if refused != test.rule || len(events) != len(test.then) || len(events) > 0 && !reflect.DeepEqual(events, test.then) {
				t.Errorf("got %+v and %v, want %+v and %q", events, err, test.then, test.rule)
			}
		})
	}
	expiring := flash(0, Terms{Expires: noon.Add(time.Hour)})
	events, err := stateOf(expiring...).Decide(hub, Expire{}, after(time.Hour))
	if err != nil || len(events) != 1 {
		t.Errorf("expire when due: got %v and %v", events, err)
	}
}

// Who has something to do about a statement, and who has nothing any more.
func TestOwing(t *testing.T) {
	waiting := stateOf(submitted(ModeReview)...)
	for party, want := range map[string]bool{"alder": true, "cedar": true, "birch": false} {
		if got := waiting.Owing(party); got != want {
			t.Errorf("at the gate: %s owes %t, want %t", party, got, want)
		}
	}
	out := stateOf(flash(0, clockTerms)...)
	for party, want := range map[string]bool{"alder": false, "cedar": false, "birch": true} {
		if got := out.Owing(party); got != want {
			t.Errorf("released: %s owes %t, want %t", party, got, want)
		}
	}
	misread := stateOf(then(flash(0, clockTerms), StatementReadBack{By: basil, At: noon})...)
	if !misread.Owing("alder") {
		t.Error("its author owes nothing for what was misread")
	}
	done := stateOf(then(flash(0, clockTerms), StatementAcknowledged{basil, noon}, StatementReadBack{By: basil, Match: true, At: noon})...)
	if done.Owing("birch") || done.Owing("alder") || len(done.Timers()) > 0 {
		t.Error("something is owed of what is done")
	}
}
