package casefile

import (
	"slices"
	"strings"
	"testing"
	"time"

	"parley/matter"
)

const (
	answer = "alder J21 kind=clarification cause=technical-fault agreed-facts=what,where,when,harm,state disputed-facts=noticed-by ref=replies:r1"
	found  = "cedar J23 outcome=partly-agreed cause=technical-fault agreed-facts=what,where,when disputed-facts=noticed-by positions=r1,p1 ref=replies:r1"
	visit  = " place=lake window=2026-11-25T07:00Z/2026-11-25T09:00Z purpose=recover visitors=4 recorders=1 "
	later  = " place=lake window=2026-11-25T10:00Z/2026-11-25T12:00Z purpose=recover visitors=4 recorders=1 "
)

// The drone of QUIET ORCHARD, from report to close.
func TestDrone(t *testing.T) {
	f := open(t, drone)
	f.at(time.Hour)
	f.must("p1", answer)
	f.must("v1", "cedar J22 kind=proposal ref=replies:r1"+visit)
	f.must("v2", "birch J22 kind=counter ref=replies:v1"+later)
	f.must("v3", "alder J22 kind=acceptance ref=replies:v2"+later)
	f.at(25 * time.Hour)
	f.must("f1", found+" stage=interim")
	f.must("f2", found+" stage=final remedies=asked")
	if got := f.say("f3", "cedar J23 stage=closing ref=replies:f2"); ruleOf(got) != NoCommitment {
		t.Errorf("closed without commitments: %v", got)
	}
	f.must("f3", "cedar J23 stage=closing commitments=c1,c2,c3 ref=replies:f2")
	var stages []string
	for _, s := range f.Steps {
		stages = append(stages, s.Stage)
	}
	if got, want := strings.Join(stages, " "), "reported clocked answered examined interim remedies closed"; got != want {
		t.Errorf("stages %q, want %q", got, want)
	}
	if outcome, cause := f.Outcome(); outcome != OutcomePartly || cause != "technical-fault" {
		t.Errorf("outcome %s, %s", outcome, cause)
	}
	for _, o := range f.Owed {
		if missed := o.Stage == StageCall || o.Stage == StageMeeting; missed == o.Missed.IsZero() {
			t.Errorf("%s: missed %s", o.Stage, o.Missed)
		}
	}
	if err := f.say("p2", answer); ruleOf(err) != matter.Ended {
		t.Errorf("said after the end: %v", err)
	}
}

// Each of the clocks, one millisecond before its time and at it.
func TestClocks(t *testing.T) {
	meet := strings.Replace(visit, "recover", "meet", 1)
	for _, test := range []struct {
		stage, party string
		after        time.Duration
		before       []string // said at noon
		met          string   // said at the edge
	}{
		{StageHolding, "alder", 6 * time.Hour, nil, "alder J21 kind=holding ref=replies:r1"},
		{StageAnswer, "alder", 48 * time.Hour, nil, answer},
		{StageCall, "cedar", 6 * time.Hour, nil, "cedar J22 kind=proposal ref=replies:r1" + meet},
		{StageMeeting, "cedar", 24 * time.Hour, nil, "cedar J22 kind=refusal refusal=settled ref=replies:r1" + meet},
		{StageMeetingAnswer, "alder", 19 * time.Hour, []string{"birch J22 kind=proposal ref=replies:r1" + meet}, "alder J22 kind=acceptance ref=replies:x0" + meet},
		{StageMeetingOver, "", 21 * time.Hour, []string{"birch J22 kind=proposal ref=replies:r1" + meet, "alder J22 kind=acceptance ref=replies:x0" + meet}, "alder J22 kind=refusal refusal=safety ref=replies:x0" + meet},
		{StageOffer, "cedar", 24 * time.Hour, nil, "cedar J22 kind=proposal ref=replies:r1" + strings.ReplaceAll(visit, "11-25", "11-29")},
		{StageVisit, "cedar", 72 * time.Hour, nil, "cedar J22 kind=refusal refusal=safety ref=replies:r1" + visit},
		{StageVisitAnswer, "alder", 19 * time.Hour, []string{"birch J22 kind=proposal ref=replies:r1" + visit}, "alder J22 kind=acceptance ref=replies:x0" + visit},
		{StageVisitOver, "", 21 * time.Hour, []string{"birch J22 kind=proposal ref=replies:r1" + visit, "alder J22 kind=acceptance ref=replies:x0" + visit}, "alder J22 kind=refusal refusal=safety ref=replies:x0" + visit},
		{StageInterim, "cedar", 5 * 24 * time.Hour, []string{"alder J21 kind=position ref=replies:r1"}, "cedar J23 stage=interim outcome=agreed cause=weather positions=r1,x0 ref=replies:r1"},
		{StageFinal, "cedar", 15 * 24 * time.Hour, []string{"alder J21 kind=position ref=replies:r1"}, "cedar J23 stage=final outcome=agreed cause=weather positions=r1,x0 ref=replies:r1"},
		{StageRemedies, "cedar", 30 * 24 * time.Hour, []string{"alder J21 kind=position ref=replies:r1", "cedar J23 stage=final remedies=asked outcome=agreed cause=weather positions=r1,x0 ref=replies:r1"}, "cedar J23 stage=closing dropped=refused ref=replies:r1"},
	} {
		for _, edge := range []time.Duration{-time.Millisecond, 0} {
			f := open(t, drone)
			for i, said := range test.before {
				f.must("x"+string(rune('0'+i)), said)
			}
			timer := matter.Timer{Stage: test.stage, Party: test.party}
			f.at(test.after + edge - time.Hour)
			f.now = noon.Add(test.after + edge)
			if next, err := f.Lapse(timer, between, f.now); (err == nil) != (edge == 0) {
				t.Errorf("%s at %v: %v", test.stage, edge, err)
			} else if err == nil {
				f.become(next)
				if _, err := f.Lapse(timer, between, f.now); ruleOf(err) != matter.NotDue {
					t.Errorf("%s fired twice: %v", test.stage, err)
				}
				if o := f.owed(test.stage, test.party); o != nil && !o.Missed.Equal(f.now) {
					t.Errorf("%s is missed at %s", test.stage, o.Missed)
				}
			}
			err := f.say("y", test.met)
			o := f.owed(test.stage, test.party)
			switch over := test.stage == StageVisitAnswer || test.stage == StageMeetingAnswer || test.party == ""; {
			case over && (err == nil) != (edge < 0):
				t.Errorf("%s at %v: said: %v", test.stage, edge, err)
			case !over && err != nil:
				t.Errorf("%s at %v: what is late is refused: %v", test.stage, edge, err)
			case !over && (o == nil || o.By != "y" || o.InTime() != (edge < 0)):
				t.Errorf("%s at %v: %+v", test.stage, edge, o)
			}
			if _, err := f.Lapse(timer, between, f.now); err == nil {
				t.Errorf("%s at %v: lapses though it was met", test.stage, edge)
			}
		}
	}
}

// What is late is marked and counts like any other.
func TestLate(t *testing.T) {
	for when, late := range map[string]bool{"2026-11-23T12:00Z": false, "2026-11-23T11:59:59Z": true} {
		if f := open(t, "birch J20 kind=fire where=lake when="+when); f.Late() != late {
			t.Errorf("%s: late %v", when, f.Late())
		}
	}
}

// What lies at the gate is on the supervisor's time.
func TestGate(t *testing.T) {
	f := open(t, drone)
	f.at(50 * time.Hour)
	if f.Stage() != NoAnswer {
		t.Fatal(f.Stage())
	}
	none := "cedar J23 stage=final outcome=not-agreed cause=not-known positions=r1 no-position=alder ref=replies:r1"
	f.must("f1", none)
	if f.Stage() != Finding {
		t.Fatalf("stage %s: a finding without a position is not the end at once", f.Stage())
	}
	if err := f.gated("p1", answer, noon.Add(47*time.Hour)); err != nil {
		t.Fatal(err)
	}
	if o := f.owed(StageAnswer, "alder"); !o.InTime() || o.Missed.IsZero() {
		t.Errorf("answered in time, and the clock spoke: %+v", o)
	}
	if f.Stage() != Answered || f.Final() != nil || f.owed(StageFinal, "cedar").By != "" {
		t.Errorf("stage %s: the finding stands without what had been said", f.Stage())
	}
	if err := f.say("f2", none); ruleOf(err) != NoPosition {
		t.Errorf("found without it again: %v", err)
	}

	f = open(t, drone)
	f.at(50 * time.Hour)
	f.must("f1", none)
	f.at(98*time.Hour - time.Millisecond)
	if f.Ended() != "" {
		t.Error("closed too early")
	}
	if f.at(98 * time.Hour); f.Ended() != Closed {
		t.Errorf("stage %s after as long as an answer takes", f.Stage())
	}

	f = open(t, drone)
	f.must("v", "cedar J22 kind=proposal ref=replies:r1"+visit)
	f.at(20 * time.Hour)
	if err := f.gated("a", "alder J22 kind=acceptance ref=replies:v"+visit, noon.Add(18*time.Hour)); err != nil || f.Visits[0].answer("alder").Said != Accepts || f.Visits[0].Status != VisitLapsed {
		t.Errorf("accepted in time: %v, %+v", err, f.Visits[0])
	}
	if err := f.gated("b", "birch J22 kind=acceptance ref=replies:v"+visit, noon.Add(18*time.Hour)); err != nil || f.Visits[0].Status != VisitAgreed {
		t.Errorf("both accepted in time and the window goes on: %v, %+v", err, f.Visits[0])
	}
}

func TestRefusals(t *testing.T) {
	for _, test := range []struct {
		name  string
		given []string // x0, x1, ...
		when  string
		then  string
	}{
		{"a stranger", nil, "elm J21 kind=position ref=replies:r1", NotParty},
		{"the supervisor has no position", nil, "cedar J21 kind=position ref=replies:r1", NotParty},
		{"a side finds nothing", nil, "alder J23 stage=final outcome=agreed cause=weather positions=r1 ref=replies:r1", NotParty},
		{"second account", nil, "birch J20 kind=fire where=lake when=2026-11-24T11:00Z ref=replies:r1", HasAccount},
		{"own account", nil, "birch J21 kind=position agreed-facts=what ref=replies:r1", OwnAccount},
		{"agreed and disputed", nil, "alder J21 kind=position agreed-facts=what disputed-facts=what ref=replies:r1", BothWays},
		{"finding before the time is over", nil, "cedar J23 stage=final outcome=not-agreed cause=weather positions=r1 no-position=alder ref=replies:r1", NoPosition},
		{"finding with a holding answer", []string{"alder J21 kind=holding ref=replies:r1"}, "cedar J23 stage=final outcome=not-agreed cause=weather positions=r1,x0 ref=replies:r1", NoPosition},
		{"finding without the report", []string{answer}, "cedar J23 stage=final outcome=not-agreed cause=weather positions=x0 ref=replies:r1", NoPosition},
		{"finding with an older position", []string{answer, "alder J21 kind=position ref=replies:r1"}, "cedar J23 stage=final outcome=not-agreed cause=weather positions=r1,x0 ref=replies:r1", NoPosition},
		{"a position that was stated", []string{answer}, "cedar J23 stage=final outcome=not-agreed cause=weather positions=r1,x0 no-position=alder ref=replies:r1", NoPosition},
		{"a stranger's position", []string{answer}, "cedar J23 stage=final outcome=not-agreed cause=weather positions=r1,x0,zz ref=replies:r1", Unknown},
		{"disputed called agreed", []string{answer}, "cedar J23 stage=final outcome=partly-agreed cause=weather agreed-facts=noticed-by positions=r1,x0 ref=replies:r1", NotAgreed},
		{"all agreed, with a dispute", []string{answer}, "cedar J23 stage=final outcome=agreed cause=weather disputed-facts=noticed-by positions=r1,x0 ref=replies:r1", NotAgreed},
		{"finding that finds nothing", []string{answer}, "cedar J23 stage=final positions=r1,x0 ref=replies:r1", Incomplete},
		{"closing too early", []string{answer}, "cedar J23 stage=closing commitments=c ref=replies:r1", Found},
		{"second final", []string{answer, "cedar J23 stage=final remedies=asked outcome=partly-agreed cause=weather positions=r1,x0 ref=replies:r1"}, "cedar J23 stage=final outcome=partly-agreed cause=weather positions=r1,x0 ref=replies:r1", Found},
		{"correction after the finding", []string{answer, "cedar J23 stage=final remedies=asked outcome=partly-agreed cause=weather positions=r1,x0 ref=replies:r1"}, "birch J20 kind=fire where=lake when=2026-11-24T11:00Z ref=replaces:r1", Found},
		{"accept nothing", nil, "alder J22 kind=acceptance ref=replies:r1" + visit, NoVisit},
		{"accept other terms", []string{"cedar J22 kind=proposal ref=replies:r1" + visit}, "alder J22 kind=acceptance ref=replies:x0" + later, OtherTerms},
		{"accept what was countered", []string{"cedar J22 kind=proposal ref=replies:r1" + visit, "birch J22 kind=counter ref=replies:x0" + later}, "alder J22 kind=acceptance ref=replies:x0" + visit, OtherTerms},
		{"accept one's own", []string{"alder J22 kind=proposal ref=replies:r1" + visit}, "alder J22 kind=acceptance ref=replies:x0" + visit, VisitStands},
		{"counter with the same", []string{"cedar J22 kind=proposal ref=replies:r1" + visit}, "alder J22 kind=counter ref=replies:x0" + visit, OtherTerms},
		{"two proposals", []string{"cedar J22 kind=proposal ref=replies:r1" + visit}, "alder J22 kind=proposal ref=replies:r1" + later, VisitStands},
		{"refuse without a reason", []string{"cedar J22 kind=proposal ref=replies:r1" + visit}, "alder J22 kind=refusal ref=replies:x0" + visit, Incomplete},
		{"a window that is past", nil, "cedar J22 kind=proposal place=lake window=2026-11-24T11:00Z/2026-11-24T13:00Z purpose=recover visitors=1 recorders=0 ref=replies:r1", WindowBegun},
		{"cancel what is not there", nil, "alder J21 ref=cancels:zz", Unknown},
	} {
		f := open(t, drone)
		for i, said := range test.given {
			f.must("x"+string(rune('0'+i)), said)
		}
		if err := f.say("y", test.when); ruleOf(err) != test.then {
			t.Errorf("%s: %v, want %s", test.name, err, test.then)
		}
	}
	if _, err := Open(move("x", answer, noon), between, terms, noon); ruleOf(err) != matter.NotOpening {
		t.Errorf("opened with a J21: %v", err)
	}
	if _, err := Open(move("x", "birch J20 kind=breach where=lake when=2026-11-24T11:00Z", noon), between, terms, noon); ruleOf(err) != NoBreach {
		t.Errorf("a breach of nothing: %v", err)
	}
	if s, err := Open(move("x", "birch J20 kind=breach where=lake when=2026-11-24T11:00Z ref=replies:c1", noon), between, terms, noon); err != nil || s.Breaches != "c1" {
		t.Errorf("a breach: %v", err)
	}
}

func status(s *State, name string) Row {
	rows := s.Table()
	return rows[slices.IndexFunc(rows, func(r Row) bool { return r.Name == name })]
}

// Two accounts of one incident, side by side.
func TestTable(t *testing.T) {
	f := open(t, drone)
	f.must("r2", "alder J20 kind=craft where=shore when=2026-11-24T10:20Z harm=none ref=replies:r1")
	for name, want := range map[string]string{"what": RowAgreed, "where": RowDiffers, "when": RowDiffers, "harm": RowAgreed, "noticed-by": RowOpen, "state": RowOpen} {
		if got := status(f.State, name); got.Status != want {
			t.Errorf("%s is %s, want %s", name, got.Status, want)
		}
	}
	if d := status(f.State, "when").Differences[0]; d.Seconds != 2400 {
		t.Errorf("when: %d s apart", d.Seconds)
	}
	if d := status(f.State, "where").Differences[0]; d.Metres < 1100 || d.Metres > 1110 || d.Within != 60 {
		t.Errorf("where: %v m apart, within %d", d.Metres, d.Within)
	}
	if err := f.say("f", "cedar J23 stage=interim outcome=partly-agreed cause=weather agreed-facts=when positions=r1,r2 ref=replies:r1"); ruleOf(err) != NotAgreed {
		t.Errorf("what differs is called agreed: %v", err)
	}
	f.must("p1", "birch J21 kind=clarification agreed-facts=when disputed-facts=where ref=replies:r2")
	if got := status(f.State, "when").Status; got != RowAgreed {
		t.Errorf("when is %s after one side agreed with the other's", got)
	}
	if got := status(f.State, "where").Status; got != RowDisputed {
		t.Errorf("where is %s", got)
	}
	// alder corrects the place: birch disputed another, and agreed to the time that stays
	f.must("r3", "alder J20 kind=craft where=lake when=2026-11-24T10:20Z harm=none ref=replaces:r2")
	if row := status(f.State, "where"); row.Status != RowAgreed || !row.Stances[0].Stale {
		t.Errorf("where is %s after the correction: %+v", row.Status, row.Stances)
	}
	if row := status(f.State, "when"); row.Status != RowAgreed || row.Stances[0].Stale {
		t.Errorf("when is %s after the correction: %+v", row.Status, row.Stances)
	}
	if f.Stage() != Answered {
		t.Errorf("stage %s: an account is an answer", f.Stage())
	}
}

// What is agreed is agreed of the wording that its author could read.
func TestAgreedEarlier(t *testing.T) {
	f := open(t, drone)
	f.at(time.Hour)
	f.must("r2", "birch J20 kind=craft where=shore when=2026-11-24T11:00Z harm=none ref=replaces:r1")
	f.at(2 * time.Hour)
	if err := f.gated("p1", strings.Replace(answer, "r1", "v", 1), noon.Add(30*time.Minute)); err != nil { // ordered before r2 could be read
		t.Fatal(err)
	}
	if row := status(f.State, "where"); row.Status != RowOpen || !row.Stances[0].Stale {
		t.Errorf("where is %s, %+v", row.Status, row.Stances)
	}
	if row := status(f.State, "when"); row.Status != RowAgreed {
		t.Errorf("when is %s", row.Status)
	}
}

// A report that is taken back ends the case, unless somebody has spoken.
func TestWithdrawn(t *testing.T) {
	f := open(t, drone)
	f.must("h", "alder J21 kind=holding ref=replies:r1")
	f.must("c", "birch J20 ref=cancels:r1")
	if f.Ended() != Withdrawn {
		t.Errorf("ended %q", f.Ended())
	}
	f = open(t, drone)
	f.must("p1", answer)
	f.must("c", "birch J20 ref=cancels:r1")
	if f.Ended() != "" || len(f.Positions) != 1 {
		t.Fatalf("ended %q over what alder said", f.Ended())
	}
	if err := f.say("f", "cedar J23 stage=closing ref=replies:p1"); ruleOf(err) != Found {
		t.Errorf("closed without a reason: %v", err)
	}
	g := &file{State: f.State, t: t, now: f.now}
	g.must("f", "cedar J23 stage=closing dropped=withdrawn ref=replies:p1")
	if g.Ended() != Closed {
		t.Errorf("ended %q", g.Ended())
	}
	f.must("f", "cedar J23 stage=final outcome=not-agreed cause=not-known positions=p1 no-position=birch ref=replies:p1")
	f = open(t, drone)
	f.must("p1", answer)
	f.must("c", "birch J20 ref=cancels:r1")
	f.must("d", "alder J21 ref=cancels:p1")
	if f.Ended() != Withdrawn {
		t.Errorf("ended %q, and nobody stands by anything", f.Ended())
	}
}

// An answer that is taken back is owed again, with the time that it had.
func TestTakenBack(t *testing.T) {
	f := open(t, drone)
	f.must("p1", answer)
	f.at(49 * time.Hour)
	f.must("c", "alder J21 ref=cancels:p1")
	if f.Stage() != Clocked {
		t.Fatal(f.Stage())
	}
	if f.at(49 * time.Hour); f.Stage() != NoAnswer {
		t.Errorf("stage %s", f.Stage())
	}
}

// Terms that change are signed anew, those that do not are not.
func TestVisitReplaced(t *testing.T) {
	f := open(t, drone)
	f.must("v1", "cedar J22 kind=proposal ref=replies:r1"+visit)
	f.must("a1", "alder J22 kind=acceptance ref=replies:v1"+visit)
	f.must("v2", "cedar J22 kind=proposal ref=replaces:v1"+visit)
	f.must("a2", "birch J22 kind=acceptance ref=replies:v2"+visit)
	if v := f.Visits[0]; v.Status != VisitAgreed {
		t.Fatalf("%+v", v)
	}
	f.must("v3", "cedar J22 kind=proposal ref=replaces:v2"+later)
	if v := f.Visits[0]; v.Status != VisitProposed || len(v.Lacks()) != 2 {
		t.Fatalf("%+v", v)
	}
	f.must("a3", "alder J22 kind=acceptance ref=replies:v3"+later)
	f.must("a4", "birch J22 kind=acceptance ref=replies:v3"+later)
	f.must("c", "alder J22 ref=cancels:a3")
	if v := f.Visits[0]; v.Status != VisitProposed {
		t.Fatalf("%+v", v)
	}
	f.must("n", "alder J22 kind=refusal refusal=safety ref=replies:v3"+later)
	if o := f.owed(StageVisit, "cedar"); f.Visits[0].Status != VisitRefused || o.By != "n" {
		t.Errorf("%+v", o)
	}
}

// What only the supervisor was told has no side that owes an answer.
func TestSupervisorAlone(t *testing.T) {
	alone := matter.Rules{Supervisor: "cedar", Sides: between.Sides, Parties: []string{"birch", "cedar"}}
	s, err := Open(move("r1", drone, noon), alone, terms, noon)
	if err != nil || s.Stage() != Reported || len(s.Steps) != 1 {
		t.Fatalf("%v, %+v", err, s)
	}
	next, err := s.Take(move("f", "cedar J23 stage=final outcome=agreed cause=weather positions=r1 ref=replies:r1", noon), alone, noon)
	if err != nil || next.Ended() != Closed {
		t.Errorf("%v", err)
	}
}

func TestGroups(t *testing.T) {
	var all []*State
	for i := range 30 {
		place, kind := "lake", "fire"
		if i%3 == 1 {
			place = "shore"
		} else if i%3 == 2 {
			kind = "shots"
		}
		s, err := Open(move(string(rune('a'+i)), "birch J20 kind="+kind+" where="+place+" when=2026-11-24T11:00Z", noon.Add(time.Duration(-i)*time.Minute)), between, terms, noon)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, s)
	}
	for metres, want := range map[float64]int{500: 3, 2000: 2} {
		groups := Groups(all, metres, noon)
		n := 0
		for _, g := range groups {
			n += len(g.Cases)
		}
		if len(groups) != want || n != 30 {
			t.Errorf("%v m: %d groups of %d cases, want %d of 30", metres, len(groups), n, want)
		}
	}
	if g := Groups(all, 500, noon)[0]; !g.Oldest.Equal(g.Cases[0].Reported) {
		t.Errorf("oldest %s, first %s", g.Oldest, g.Cases[0].Reported)
	}
}
