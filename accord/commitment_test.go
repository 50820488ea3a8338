package accord

import (
	"strings"
	"testing"
	"time"

	"parley/matter"
)

var (
	commitmentTerms = CommitmentTerms{Remind: 24 * time.Hour, Report: 24 * time.Hour, Contest: 72 * time.Hour, Gate: 4 * time.Hour}
	lineTerms       = LineTerms{Agree: time.Hour}
)

// An entry by ALDER that BIRCH owns, due on the 27th at noon, 72 hours on.
func entry(by, id, about string, more ...string) matter.Move {
	return said(by, id, about, "J43", append([]string{"kind=entry", "number=doc:commitment-1", "owner=birch", "recurrence=once", "due=2026-11-27T12:00Z", "text-en", "text-ar", "text-he"}, more...)...)
}

func register(by, id, about, kind string, more ...string) matter.Move {
	return said(by, id, about, "J43", append([]string{"kind=" + kind, "number=doc:commitment-1"}, more...)...)
}

func TestCommitment(t *testing.T) {
	agree := step{move: register("birch", "a1", "e1", "agreement")}
	met := func(id string, hours float64) step {
		return step{move: register("birch", id, "e1", "met", "evidence=h"), at: hours}
	}
	for _, test := range []struct {
		name  string
		entry matter.Move
		steps []step
		want  string // status
	}{
		{"proposed", entry("alder", "e1", ""), nil, "proposed"},
		{"by the supervisor, agreed by both", entry("cedar", "e1", ""), []step{agree, {move: register("alder", "a2", "e1", "agreement")}}, "in-force"},
		{"agreed", entry("alder", "e1", ""), []step{agree}, "in-force"},
		{"agreed to words of its own", entry("alder", "e1", ""), []step{{move: register("birch", "a1", "e1", "agreement", "text-he"), rule: Superseded}}, "proposed"},
		{"other words are agreed anew", entry("alder", "e1", ""), []step{{move: entry("birch", "e2", "e1")}, {move: register("alder", "a1", "e1", "agreement"), rule: Superseded}, {move: register("alder", "a1", "e2", "agreement")}}, "in-force"},
		{"corrected before", entry("alder", "e1", ""), []step{{move: entry("alder", "e2", "replaces:e1")}, {move: agree.move, rule: Superseded}, {move: register("birch", "a1", "e2", "agreement")}}, "in-force"},
		{"corrected after: agreed anew", entry("alder", "e1", ""), []step{agree, {move: entry("alder", "e2", "replaces:e1")}, {lapse: "commitment-due birch", at: 48}}, "due"},
		{"agreed too late", entry("alder", "e1", ""), []step{{move: agree.move, at: 72, rule: TooLate}}, "proposed"},
		{"withdrawn", entry("alder", "e1", ""), []step{{move: said("alder", "x", "cancels:e1", "J43")}}, Withdrawn},
		{"not taken back", entry("alder", "e1", ""), []step{agree, {move: said("alder", "x", "cancels:e1", "J43"), rule: Frozen}}, "in-force"},
		{"proposing frees nobody", entry("alder", "e1", ""), []step{agree, {move: entry("birch", "e2", "e1", "due=2027-11-27T12:00Z")}, {lapse: "commitment-due birch", at: 48}, {lapse: "commitment-overdue birch", at: 72}}, "overdue"},
		{"not before its time", entry("alder", "e1", ""), []step{agree, {lapse: "commitment-due birch", at: 47.99, rule: matter.NotDue}, {lapse: "commitment-overdue birch", at: 71.99, rule: matter.NotDue}}, "in-force"},
		{"after others", entry("alder", "e1", "", "after=doc:commitment-0"), []step{agree, {lapse: "commitment-overdue birch", at: 73, rule: matter.NotDue}, {move: register("birch", "m", "e1", "met", "evidence=h"), rule: TooEarly},
			{move: register("alder", "f", "e1", "in-force"), rule: NotYours}}, "text-agreed"},
		{"in force after others", entry("alder", "e1", "", "after=doc:commitment-0"), []step{agree, {move: register("birch", "f", "e1", "in-force")}}, "in-force"},
		{"met, accepted", entry("alder", "e1", ""), []step{agree, met("m1", 10), {move: register("alder", "k", "m1", "met"), at: 11}}, Met},
		{"met, not contested", entry("alder", "e1", ""), []step{agree, met("m1", 10), {lapse: "commitment-settled", at: 85.9, rule: matter.NotDue}, {lapse: "commitment-settled", at: 86}}, Met},
		{"met without evidence", entry("alder", "e1", ""), []step{agree, {move: register("birch", "m1", "e1", "met"), rule: Incomplete}}, "in-force"},
		{"met by another", entry("alder", "e1", ""), []step{agree, {move: register("alder", "m1", "e1", "met", "evidence=h"), rule: NotYours}}, "in-force"},
		{"met in time, held at the gate", entry("alder", "e1", ""), []step{agree, {lapse: "commitment-overdue birch", at: 72}, {move: met("m1", 0).move, at: 72, later: 4}}, "claimed"},
		{"contested", entry("alder", "e1", ""), []step{agree, met("m1", 10), {move: register("alder", "k", "m1", "contest"), at: 82}, {lapse: "commitment-settled", at: 90, rule: matter.NotDue}}, "contested"},
		{"contested too late", entry("alder", "e1", ""), []step{agree, met("m1", 10), {move: register("alder", "k", "m1", "contest"), at: 82.01, rule: TooLate}}, "claimed"},
		{"contested, held at the gate", entry("alder", "e1", ""), []step{agree, met("m1", 10), {move: register("alder", "k", "m1", "contest"), at: 82, later: 4}}, "contested"},
		{"contested, held over the end", entry("alder", "e1", ""), []step{agree, met("m1", 10), {lapse: "commitment-settled", at: 86}, {move: register("alder", "k", "m1", "contest"), at: 82.01, later: 10, rule: matter.Ended}, {move: register("cedar", "k", "m1", "contest"), at: 82, later: 10, rule: NotYours},
			{move: register("alder", "k", "m1", "contest"), at: 82, later: 10}, {lapse: "commitment-settled", at: 100, rule: matter.NotDue}}, "contested"},
		{"no contest of what all accepted", entry("alder", "e1", ""), []step{agree, met("m1", 10), {move: register("alder", "k", "m1", "met"), at: 11}, {move: register("alder", "k2", "m1", "contest"), at: 10.5, later: 10, rule: Already}}, Met},
		{"contested and said again", entry("alder", "e1", ""), []step{agree, met("m1", 10), {move: register("alder", "k", "m1", "contest"), at: 11}, met("m2", 12), {move: register("alder", "k2", "m1", "contest"), at: 13, rule: Superseded}}, "claimed"},
		{"a contest taken back", entry("alder", "e1", ""), []step{agree, met("m1", 10), {move: register("alder", "k", "m1", "contest"), at: 11}, {move: said("alder", "x", "cancels:k", "J43"), at: 12}}, "claimed"},
		{"a claim taken back", entry("alder", "e1", ""), []step{agree, met("m1", 10), {move: said("birch", "x", "cancels:m1", "J43"), at: 12}, {lapse: "commitment-overdue birch", at: 72}}, "overdue"},
		{"waived by both", entry("alder", "e1", ""), []step{agree, {move: register("alder", "w1", "e1", "waiver")}, {move: register("alder", "w3", "e1", "waiver"), rule: Already}, {move: register("cedar", "w3", "e1", "waiver"), rule: NotYours}, {move: register("birch", "w2", "e1", "waiver")}}, Waived},
		{"a waiver taken back", entry("alder", "e1", ""), []step{agree, {move: register("alder", "w1", "e1", "waiver")}, {move: said("alder", "x", "cancels:w1", "J43")}, {move: register("birch", "w2", "e1", "waiver")}}, "in-force"},
		{"of both owners", entry("alder", "e1", "", "owner=alder,birch"), []step{agree, met("m1", 10), {move: register("alder", "m2", "e1", "met", "evidence=h"), at: 11}, {move: register("alder", "k1", "m1", "met"), at: 12}, {move: register("birch", "k2", "m2", "met"), at: 12}}, Met},
		{"one of both owners", entry("alder", "e1", "", "owner=alder,birch"), []step{agree, met("m1", 10), {lapse: "commitment-overdue alder", at: 72}}, "overdue"},
		{"each time", entry("alder", "e1", "", "recurrence=each-time", "due=2026-11-27T12:00Z"), []step{agree, met("m1", 10), met("m2", 11)}, "in-force"},
		{"periodic, hourly: told daily", entry("alder", "e1", "", "recurrence=periodic", "every=PT1H", "due=2026-11-24T13:00Z"), []step{agree, {lapse: "commitment-overdue birch", at: 1}, met("m1", 2), {move: register("birch", "m2", "e1", "met", "evidence=h"), at: 2.5}, {lapse: "commitment-overdue birch", at: 49}}, "overdue"},
		{"a period once", entry("alder", "e1", "", "recurrence=periodic", "every=P7D", "due=2026-11-27T12:00Z"), []step{agree, met("m1", 10), {move: register("birch", "m2", "e1", "met", "evidence=h"), at: 11, rule: TooEarly}, met("m3", 73), {move: register("alder", "k", "m3", "contest"), at: 74}}, "contested"},
		{"not of the supervisor's making", entry("alder", "e1", "", "owner=cedar"), []step{agree, {move: register("cedar", "a2", "e1", "agreement")}, {move: register("cedar", "m1", "e1", "met", "evidence=h"), at: 1}, {move: register("alder", "k1", "m1", "met"), at: 2}}, "claimed"},
	} {
		t.Run(test.name, func(t *testing.T) {
			c, err := OpenCommitment(test.entry, parties, commitmentTerms, noon)
			if err != nil {
				t.Fatal(err)
			}
			sound(t, c, noon)
			if s := play(t, c, test.steps...).(*Commitment); s.Status() != test.want {
				t.Errorf("it is %s, want %s: %s", s.Status(), test.want, text(t, s))
			}
		})
	}
}

func TestOpenCommitment(t *testing.T) {
	for _, bad := range []matter.Move{
		register("alder", "a", "", "agreement"),
		entry("alder", "e", "", "due=2026-11-24T12:00Z"),
		entry("alder", "e", "", "owner=dogwood"),
		entry("alder", "e", "", "recurrence=periodic"),
		entry("alder", "e", "", "after=doc:commitment-1"),
		entry("alder", "e", "", "after=doc:c\u043emmitment-0"),
		entry("alder", "e", "", "after=doc:"+strings.Repeat("x", 200)),
		entry("alder", "e", "", "number=doc:"+strings.Repeat("x", 200)),
	} {
		if c, err := OpenCommitment(bad, parties, commitmentTerms, noon); err == nil {
			t.Errorf("%+v opened %+v", bad, c)
		}
	}
}

func TestLine(t *testing.T) {
	words := func(by, id, about string) matter.Move {
		return said(by, id, about, "J45", "kind=proposal", "release-at=2026-11-24T14:00Z", "line-en", "line-ar", "line-he")
	}
	say := func(by, id, about, kind string, more ...string) matter.Move {
		return said(by, id, about, "J45", append([]string{"kind=" + kind}, more...)...)
	}
	agree := step{move: say("birch", "a1", "p1", "agreement"), at: 0.5}
	for _, test := range []struct {
		name  string
		by    string
		steps []step
		want  string
	}{
		{"locked until its time", "alder", []step{agree, {lapse: "line-release", at: 1.999, rule: matter.NotDue}}, "locked"},
		{"released", "alder", []step{agree, {lapse: "line-release", at: 2}, {move: words("alder", "p2", "p1"), at: 2, rule: matter.Ended}}, Released},
		{"not agreed", "alder", []step{{lapse: "line-agreement birch", at: 0.99, rule: matter.NotDue}, {lapse: "line-agreement birch", at: 1}, {lapse: "line-release", at: 2}}, Lapsed},
		{"agreed late", "alder", []step{{lapse: "line-agreement birch", at: 1}, {move: agree.move, at: 1.9}}, "locked"},
		{"agreed after its time", "alder", []step{{move: agree.move, at: 2, rule: TooLate}, {move: agree.move, at: 1.9, later: 0.1, rule: TooLate}}, "proposed"},
		{"the supervisor proposes, both agree", "cedar", []step{agree, {move: say("alder", "a2", "p1", "agreement")}}, "locked"},
		{"other words", "alder", []step{{move: say("birch", "a1", "p1", "agreement", "line-he"), rule: Superseded}, {move: words("birch", "p2", "p1")}, {move: agree.move, rule: Superseded}, {move: say("alder", "a2", "p2", "agreement")}}, "locked"},
		{"another time", "alder", []step{{move: say("birch", "a1", "p1", "agreement", "release-at=2026-11-24T13:00Z"), rule: Superseded}}, "proposed"},
		{"no other words once locked", "alder", []step{agree, {move: words("alder", "p2", "p1"), at: 1, rule: Frozen}, {move: words("alder", "p2", "replaces:p1"), at: 1, rule: Frozen}}, "locked"},
		{"withdrawn by one before", "alder", []step{{move: say("birch", "w", "p1", "withdrawal")}}, Withdrawn},
		{"by both after", "alder", []step{agree, {move: say("birch", "w", "p1", "withdrawal"), at: 1}, {move: say("birch", "w2", "p1", "withdrawal"), at: 1, rule: Already}, {move: say("cedar", "w2", "p1", "withdrawal"), at: 1, rule: NotYours}, {move: say("alder", "w3", "p1", "withdrawal"), at: 1.999}}, Withdrawn},
		{"one alone withdraws nothing", "alder", []step{agree, {move: say("birch", "w", "p1", "withdrawal"), at: 1}, {move: say("alder", "w3", "p1", "withdrawal"), at: 2, rule: TooLate}, {lapse: "line-release", at: 2}}, Released},
		{"cancelled before", "alder", []step{{move: said("alder", "x", "cancels:p1", "J45")}}, Withdrawn},
		{"not after", "alder", []step{agree, {move: said("alder", "x", "cancels:p1", "J45"), rule: Frozen}, {move: said("birch", "x", "cancels:a1", "J45"), rule: Frozen}}, "locked"},
	} {
		t.Run(test.name, func(t *testing.T) {
			l, err := OpenLine(words(test.by, "p1", "j33"), parties, lineTerms, noon)
			if err != nil {
				t.Fatal(err)
			}
			sound(t, l, noon)
			if s := play(t, l, test.steps...).(*Line); s.Status() != test.want || s.Request != "j33" {
				t.Errorf("it is %s, want %s: %s", s.Status(), test.want, text(t, s))
			}
		})
	}
}

// Who says anew what was contested does not wash that off the record.
func TestContestStays(t *testing.T) {
	for _, recurrence := range []string{"once", "each-time"} {
		c, err := OpenCommitment(entry("alder", "e1", "", "recurrence="+recurrence), parties, commitmentTerms, noon)
		if err != nil {
			t.Fatal(err)
		}
		s := play(t, c, step{move: register("birch", "a1", "e1", "agreement")}, step{move: register("birch", "m1", "e1", "met", "evidence=h"), at: 10}, step{move: register("alder", "k1", "m1", "contest"), at: 11},
			step{move: register("birch", "m2", "e1", "met", "evidence=h"), at: 12}).(*Commitment)
		if d := s.Duties[0]; d.Disputed != 1 || d.Claims != 2 {
			t.Errorf("%s: %+v", recurrence, d)
		}
	}
}

// A commitment whose times are far off is refused, or keeps to years that can be
// written down.
func TestFarTimes(t *testing.T) {
	for _, due := range []string{"0000-01-01T00:00Z", "0001-01-01T00:01Z", "1700-01-01T00:00Z", "1930-01-01T00:00Z", "2120-12-31T23:59Z", "9999-12-31T23:59Z"} {
		for _, recurrence := range []string{"periodic", "each-time", "once"} {
			c, err := OpenCommitment(entry("alder", "e1", "", "recurrence="+recurrence, "every=P1D", "due="+due), parties, commitmentTerms, noon)
			if err != nil {
				continue
			}
			s := play(t, c, step{move: register("birch", "a1", "e1", "agreement")}, step{move: register("birch", "m1", "e1", "met", "evidence=h"), at: 10})
			for _, timer := range s.Timers() {
				if timer.At.Before(at(9)) {
					t.Errorf("%s %s: %+v", recurrence, due, timer)
				}
			}
		}
	}
}

// What is owed each time has a first time alone: who has kept it is not overdue.
func TestEachTimeOnceDue(t *testing.T) {
	for _, hours := range []float64{10, 80} {
		c, err := OpenCommitment(entry("alder", "e1", "", "recurrence=each-time"), parties, commitmentTerms, noon)
		if err != nil {
			t.Fatal(err)
		}
		s := play(t, c, step{move: register("birch", "a1", "e1", "agreement")}, step{move: register("birch", "m1", "e1", "met", "evidence=h"), at: hours},
			step{lapse: "commitment-overdue birch", at: 81, rule: matter.NotDue}).(*Commitment)
		if d := s.Duties[0]; s.Status() != "in-force" || d.Claim.Late != (hours > 72) || d.Late != count(hours > 72) {
			t.Errorf("met at %v h: %s, %+v", hours, s.Status(), d)
		}
	}
	c, err := OpenCommitment(entry("alder", "e1", "", "recurrence=each-time"), parties, commitmentTerms, noon)
	if err != nil {
		t.Fatal(err)
	}
	s := play(t, c, step{move: register("birch", "a1", "e1", "agreement"), at: 73})
	if len(s.Timers()) > 0 {
		t.Errorf("due before anybody was bound: %+v", s.Timers())
	}
}
