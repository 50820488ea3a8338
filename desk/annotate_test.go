package desk

import (
	"slices"
	"strings"
	"testing"
	"time"

	"parley/delivery"
	"parley/format"
	"parley/identity"
	"parley/mechanism"
)

// The supervisor speaks beside a statement: to its author alone while it is at the
// gate, to its addressees too once they can read it.
func TestAnnotate(t *testing.T) {
	w := newWorld(t)
	id := w.say("alder/watch/amal")
	w.status("cedar", id, "submitted")
	early := w.act("cedar/gate/chen", "annotate", id, "mark=time-doubtful")
	w.release(id)
	late := w.act("cedar/gate/chen", "annotate", id, "mark=not-verified", "note=EXERCISE. Nobody was there to look. EXERCISE.")
	for party, want := range map[string][]string{"alder": {early, late}, "cedar": {early, late}, "birch": {late}} {
		w.until(party+" reads what was annotated", func() bool {
			var got []string
			for _, a := range w.look(party, id, "he").Annotations {
				got = append(got, a.ID)
			}
			return slices.Equal(got, want)
		})
	}
	last := w.look("birch", id, "he").Annotations[0]
	if last.Mark != "not-verified" || last.By != "cedar/gate/chen" || !strings.Contains(last.Text, "לא אומת") || !strings.Contains(last.Text, "Nobody was there") {
		t.Errorf("birch reads %+v", last)
	}
	w.refuse(mechanism.NoRight, "birch/watch/basil", "annotate", Saying{About: id, Fields: []string{"mark=context"}})
}

// What concerns everyone goes to everyone, and what is of its own party's to nobody.
func TestWhoIsAddressed(t *testing.T) {
	w := newWorld(t)
	soon := func(hours int) string { return format.WriteInstant(time.Now().Add(time.Duration(hours) * time.Hour)) }
	for _, test := range []struct {
		by, format string
		fields     []string
		to         []string
	}{
		{"alder/watch/amal", "handover", []string{"at=" + soon(1)}, nil},
		{"alder/watch/amal", "J00", []string{"sequence=1", "operator=yes"}, []string{"birch", "cedar"}},
		{"cedar/gate/chen", "J00", []string{"sequence=1", "operator=yes"}, []string{"alder", "birch"}},
		{"birch/watch/basil", "J05", []string{"switch=restrict", "areas=commercial", "from=" + soon(0), "review-at=" + soon(5), "reason=holiday", "floor-confirmed=yes"}, []string{"alder", "cedar"}},
		{"alder/watch/amal", "J06", []string{"duty=" + soon(0) + "/" + soon(8), "roles=alder/watch", "lead=alder/watch", "languages=he", "contacts=desk:line 2", "verified-at=" + soon(-5)}, []string{"birch", "cedar"}},
		{"alder/watch/amal", "J14", notice, []string{"birch"}},
	} {
		id := w.send(test.by, Saying{Format: test.format, Fields: test.fields})
		party := w.author(test.by).Party
		w.receipt(party, id)
		if r, ok := w.desks[party].work.Record(id); !ok || !slices.Equal(r.Claims.To, test.to) {
			t.Errorf("%s of %s goes to %v, want %v", test.format, test.by, r.Claims.To, test.to)
		}
	}
}

// What was called and is still missing is marked, and what was done since is not.
func TestLateMarks(t *testing.T) {
	noon := time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)
	terms := delivery.Terms{Ack: 5 * time.Minute, Readback: 8 * time.Minute, Ladder: []delivery.Rung{{After: 2 * time.Minute, Role: "watch"}, {After: 4 * time.Minute, Role: "head"}}}
	begun := []delivery.Event{
		delivery.StatementSubmitted{ID: "s", To: []string{"birch"}, Supervisor: "cedar", Mode: delivery.ModeReview, Terms: terms, At: noon},
		delivery.StatementCalled{Stage: delivery.StageGate, Party: "cedar", At: noon},
	}
	called := []delivery.Event{
		delivery.StatementReleased{At: noon},
		delivery.StatementCalled{Stage: delivery.StageLadder, Party: "birch", Step: 1, Role: "watch", At: noon},
		delivery.StatementCalled{Stage: delivery.StageLadder, Party: "birch", Step: 2, Role: "head", At: noon},
		delivery.StatementCalled{Stage: delivery.StageAcknowledge, Party: "birch", At: noon},
	}
	for _, test := range []struct {
		name, status string
		events       []delivery.Event
		want         []string
	}{
		{"late at the gate", "submitted", begun, []string{"overdue gate cedar"}},
		{"not acknowledged", "released", slices.Concat(begun, called), []string{"escalated to watch", "escalated to head", "overdue acknowledge birch"}},
		{"acknowledged", "acknowledged", slices.Concat(begun, called, []delivery.Event{delivery.StatementDelivered{Party: "birch", At: noon}, delivery.StatementAcknowledged{By: identity.Author{Party: "birch", Role: "watch", Officer: "basil"}, At: noon}}), nil},
		{"never delivered", "expired", slices.Concat(begun, called, []delivery.Event{delivery.StatementExpired{At: noon}}), []string{"undelivered birch"}},
		{"lapsed at the gate", "lapsed", slices.Concat(begun, []delivery.Event{delivery.StatementExpired{At: noon}}), nil},
	} {
		s := &delivery.State{}
		for _, e := range test.events {
			s.Apply(e)
		}
		r := &mechanism.Record{Delivery: s}
		if got := marksOf(r, noon); !slices.Equal(got, test.want) || statusOf(r) != test.status {
			t.Errorf("%s: %s %q, want %s %q", test.name, statusOf(r), got, test.status, test.want)
		}
	}
}
