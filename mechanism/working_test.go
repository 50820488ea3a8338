package mechanism

import (
	"testing"
	"time"

	"parley/delivery"
)

// ROUTINE runs in the addressee's working time, save at the gate; the rest of the
// precedences never stop. birch works from Sunday to Thursday, 05:00Z to 12:30Z, save
// on 2 December.
func TestWorkingTime(t *testing.T) {
	at := func(text string) time.Time {
		instant, err := time.Parse("2006-01-02T15:04", text)
		if err != nil {
			t.Fatal(err)
		}
		return instant
	}
	for _, test := range []struct {
		name, precedence string
		submitted        string
		gate             time.Duration
		ack, readback    string
		reply            string // of a question that asks for one within 48 h
	}{
		{"a day of work", "ROUTINE", "2026-11-24T06:30", time.Hour, "2026-11-24T12:30", "2026-11-25T07:00", "2026-11-29T12:30"},
		{"over the weekend", "ROUTINE", "2026-11-26T10:30", time.Hour, "2026-11-29T09:00", "2026-11-29T11:00", "2026-12-01T12:30"},
		{"over a holiday", "ROUTINE", "2026-12-01T10:30", time.Hour, "2026-12-03T09:00", "2026-12-03T11:00", "2026-12-07T12:30"},
		{"the gate's whole share", "ROUTINE", "2026-11-26T10:30", 4 * time.Hour, "2026-11-29T09:00", "2026-11-29T11:00", "2026-12-01T12:30"},
		{"a gate that takes the weekend", "ROUTINE", "2026-11-26T10:30", 68 * time.Hour, "2026-11-29T11:00", "2026-11-30T05:30", "2026-12-03T12:30"},
		{"a gate that takes longer", "ROUTINE", "2026-11-26T10:30", 96 * time.Hour, "2026-11-30T12:30", "2026-12-01T07:00", "2026-12-06T12:30"},
		{"never stops", "PRIORITY", "2026-11-26T10:30", time.Hour, "2026-11-26T13:30", "2026-11-26T14:30", "2026-11-28T10:30"},
	} {
		w := newWorld(t)
		w.now = at(test.submitted).Add(-time.Second)
		s := w.must(draft{by: amal, format: "J12/1", precedence: test.precedence, fields: example("J12")})
		w.now = at(test.submitted).Add(test.gate - time.Second)
		w.must(releases(s))
		for _, view := range []*memory{w.hub, w.desks["birch"]} {
			r, _ := view.Record(s.Claims().ID)
			due := map[delivery.Stage]time.Time{}
			for _, timer := range r.Delivery.Timers() {
				due[timer.Stage] = timer.At
			}
			for stage, want := range map[delivery.Stage]string{delivery.StageAcknowledge: test.ack, delivery.StageReadback: test.readback, delivery.StageReply: test.reply} {
				if !due[stage].Equal(at(want)) {
					t.Errorf("%s: %s is due at %s, want %s", test.name, stage, due[stage].Format("2006-01-02T15:04:05"), want)
				}
			}
		}
	}
}
