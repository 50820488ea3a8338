package accord

import (
	"testing"
	"time"

	"parley/calendar"
	"parley/matter"
)

// The sides rest on Friday, Saturday and Sunday between them: five working days from
// Tuesday 24 November are over on Wednesday 2 December at 17:00, 197 hours from noon.
var sessionTerms = SessionTerms{Draft: 24 * time.Hour, Statement: 2 * time.Hour, Adoption: 5, Days: calendar.Days{
	Clocks:  []calendar.Clock{{Zone: "UTC", Opens: 8 * time.Hour, Closes: 16 * time.Hour}, {Zone: "UTC", Opens: 8 * time.Hour, Closes: 17 * time.Hour}},
	Weekend: []time.Weekday{time.Sunday, time.Friday, time.Saturday},
}}

// The session is called at noon for 14:00 to 16:00.
func call(by, id, about string) matter.Move {
	return said(by, id, about, "J41", "kind=call", "session=doc:session-1", "items=incident,notice list,pump project", "attendance=alder/diplomat,birch/diplomat", "window=2026-11-24T14:00Z/2026-11-24T16:00Z")
}

func lock(by, id, about string) matter.Move {
	return said(by, id, about, "J41", "kind=lock", "session=doc:session-1")
}

func minutes(by, id, about, kind string, more ...string) matter.Move {
	return said(by, id, about, "J42", append([]string{"kind=" + kind, "session=doc:session-1"}, more...)...)
}

func opened(t *testing.T, by string) *Session {
	t.Helper()
	s, err := OpenSession(call(by, "c1", ""), parties, sessionTerms, noon)
	if err != nil {
		t.Fatal(err)
	}
	sound(t, s, noon)
	return s
}

func TestSession(t *testing.T) {
	locked := []step{{move: lock("alder", "l1", "c1"), at: 0.5}, {move: lock("birch", "l2", "c1"), at: 0.6}}
	draft := minutes("cedar", "d1", "c1", "draft", "corrections-by=2026-11-26T12:00Z")
	drafted := []step{locked[0], locked[1], {move: draft, at: 5}}
	item4 := said("birch", "c2", "c1", "J41", "kind=call", "session=doc:session-1", "items=incident,notice list,pump project,grazing", "attendance=birch/diplomat", "window=2026-11-24T14:00Z/2026-11-24T17:00Z")
	own := said("birch", "c2", "c1", "J41", "kind=call", "session=doc:session-2", "items=grazing", "attendance=birch/diplomat", "window=2026-11-24T18:00Z/2026-11-24T19:00Z")
	for _, test := range []struct {
		name  string
		by    string
		steps []step
		want  string // status
	}{
		{"locked by both", "cedar", locked, "locked"},
		{"a call by a side is its lock", "alder", []step{{move: lock("alder", "l1", "c1"), rule: Already}, {move: lock("birch", "l2", "c1")}}, "locked"},
		{"the supervisor locks nothing", "cedar", []step{{move: lock("cedar", "l1", "c1"), rule: NotYours}}, "called"},
		{"a later item is a new session", "cedar", append(locked, step{move: item4, at: 0.7, rule: Frozen}, step{move: own, at: 0.7, rule: WrongName}), "locked"},
		{"locks fall with another agenda", "cedar", []step{{move: locked[0].move}, {move: item4}, {move: lock("alder", "l3", "c1"), rule: Superseded}, {move: lock("alder", "l3", "c2")}}, "locked"},
		{"a lock has no items", "cedar", []step{{move: said("alder", "l1", "c1", "J41", "kind=lock", "session=doc:session-1", "items=incident"), rule: Superseded}}, "called"},
		{"corrected before it is locked", "cedar", []step{{move: locked[0].move}, {move: call("cedar", "c2", "replaces:c1")}, {move: lock("birch", "l2", "c2")}}, "called"},
		{"not corrected after", "cedar", append(locked, step{move: call("cedar", "c2", "replaces:c1"), rule: Frozen}), "locked"},
		{"a lock taken back", "cedar", []step{{move: locked[0].move}, {move: said("alder", "x", "cancels:l1", "J41")}, {move: locked[1].move}}, "called"},
		{"no lock taken back from what is frozen", "cedar", append(locked, step{move: said("alder", "x", "cancels:l1", "J41"), rule: Frozen}), "locked"},
		{"cancelled", "cedar", []step{{move: said("cedar", "x", "cancels:c1", "J41")}, {move: locked[0].move, rule: matter.Ended}}, Cancelled},
		{"not cancelled by another", "cedar", []step{{move: said("alder", "x", "cancels:c1", "J41")}}, "called"},
		{"locked at the last moment", "alder", []step{{move: lock("birch", "l2", "c1"), at: 2, rule: TooLate}, {move: lock("birch", "l2", "c1"), at: 1.999}}, "locked"},
		{"a lock held at the gate", "alder", []step{{lapse: "agenda-lock birch", at: 2}, {move: lock("birch", "l2", "c1"), at: 1.999, later: 1}}, "locked"},
		{"not locked", "alder", []step{{lapse: "agenda-lock birch", at: 1.999, rule: matter.NotDue}, {lapse: "agenda-lock birch", at: 2}, {lapse: "session-lapse", at: 4}}, NotLocked},
		{"no minutes without a lock", "cedar", []step{{move: draft, at: 5, rule: TooEarly}}, "called"},
		{"no minutes before it begins", "cedar", append(locked, step{move: draft, at: 1.9, rule: TooEarly}), "locked"},
		{"a side drafts what is overdue", "cedar", append(locked, step{move: minutes("alder", "d2", "c1", "draft", "corrections-by=2026-11-27T12:00Z"), at: 27, rule: NotYours},
			step{lapse: "minutes-draft cedar", at: 28}, step{move: minutes("alder", "d2", "c1", "draft", "corrections-by=2026-11-27T12:00Z"), at: 28}, step{move: minutes("birch", "a", "d2", "adoption"), at: 29}), Adopted},
		{"statement in time", "cedar", append(locked, step{move: minutes("alder", "s1", "c1", "statement"), at: 6}, step{move: minutes("alder", "s2", "c1", "statement"), at: 6.001, rule: TooLate}), "locked"},
		{"a statement held at the gate", "cedar", append(locked, step{move: minutes("alder", "s1", "c1", "statement"), at: 6, later: 3}), "locked"},
		{"adopted", "cedar", append(drafted, step{move: minutes("alder", "a1", "d1", "adoption"), at: 6, rule: TooEarly}, step{move: minutes("alder", "a1", "d1", "adoption"), at: 7}, step{move: minutes("alder", "a2", "d1", "adoption"), at: 7, rule: Already},
			step{move: minutes("birch", "a2", "d1", "adoption"), at: 7}), Adopted},
		{"nothing comes in behind an adoption", "cedar", append(drafted, step{move: minutes("birch", "a1", "d1", "adoption"), at: 7}, step{move: minutes("alder", "s1", "c1", "statement"), at: 6, later: 2},
			step{move: minutes("alder", "a2", "d1", "adoption"), at: 8.5}, step{lapse: "minutes-adoption birch", at: 197}, step{move: minutes("birch", "a3", "d1", "adoption"), at: 198}), Adopted},
		{"nor behind its own alone", "cedar", append(drafted, step{move: minutes("birch", "a1", "d1", "adoption"), at: 7}, step{move: minutes("alder", "s1", "c1", "statement"), at: 6, later: 2}, step{move: minutes("alder", "a2", "d1", "adoption"), at: 8.5}), "drafted"},
		{"with a dissent", "cedar", append(drafted, step{move: minutes("alder", "a1", "d1", "dissent"), at: 7}, step{move: minutes("birch", "a2", "d1", "adoption"), at: 7}), AdoptedWithDissent},
		{"adopted anew", "cedar", append(drafted, step{move: minutes("alder", "a1", "d1", "adoption"), at: 7}, step{move: minutes("birch", "k1", "d1", "correction"), at: 7},
			step{move: minutes("cedar", "d2", "replaces:d1", "draft", "corrections-by=2026-11-27T12:00Z"), at: 8}, step{move: minutes("birch", "a2", "d1", "adoption"), at: 8, rule: Superseded}, step{move: minutes("birch", "a2", "d2", "adoption"), at: 9}), "drafted"},
		{"corrections in time", "cedar", append(drafted, step{move: minutes("birch", "k1", "d1", "correction"), at: 48}, step{move: minutes("birch", "k2", "d1", "correction"), at: 48.01, rule: TooLate}), "drafted"},
		{"silence adopts nothing", "cedar", append(drafted, step{move: minutes("alder", "a1", "d1", "adoption"), at: 7}, step{lapse: "minutes-adoption birch", at: 196.99, rule: matter.NotDue}, step{lapse: "minutes-adoption birch", at: 197}), "drafted"},
		{"and late is not never", "cedar", append(drafted, step{lapse: "minutes-adoption birch", at: 197}, step{move: minutes("alder", "a1", "d1", "adoption"), at: 7}, step{move: minutes("birch", "a2", "d1", "adoption"), at: 200}), Adopted},
		{"another name", "cedar", append(locked, step{move: said("cedar", "d1", "c1", "J42", "kind=draft", "session=doc:session-2"), at: 5, rule: WrongName}), "locked"},
	} {
		t.Run(test.name, func(t *testing.T) {
			if s := play(t, opened(t, test.by), test.steps...).(*Session); s.Status() != test.want {
				t.Errorf("it is %s, want %s: %s", s.Status(), test.want, text(t, s))
			}
		})
	}
}

func TestOpenSession(t *testing.T) {
	alone := matter.Rules{Supervisor: "cedar", Sides: parties.Sides, Parties: []string{"alder", "cedar"}}
	for _, test := range []struct {
		name string
		move matter.Move
		r    matter.Rules
		now  float64
	}{
		{"a lock", lock("alder", "l", ""), parties, 0},
		{"minutes", minutes("cedar", "d", "", "draft"), parties, 0},
		{"begun", call("alder", "c", ""), parties, 2},
		{"to nobody", call("alder", "c", ""), alone, 0},
	} {
		if s, err := OpenSession(test.move, test.r, sessionTerms, at(test.now)); err == nil {
			t.Errorf("%s opened %+v", test.name, s)
		}
	}
}
