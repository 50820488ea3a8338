package casefile

import (
	"fmt"
	"testing"
	"time"

	"parley/matter"
)

// A holding answer that is replaced by the answer does not make the answer as early
// as the holding one was.
func TestAnswerNotBackdated(t *testing.T) {
	f := open(t, drone)
	f.must("h", "alder J21 kind=holding ref=replies:r1")
	f.at(50 * time.Hour)
	f.must("p", "alder J21 kind=position ref=replaces:h")
	if o := f.owed(StageHolding, "alder"); !o.InTime() || o.By != "p" || !o.At.Equal(noon) {
		t.Errorf("the holding answer came in time: %+v", o)
	}
	if o := f.owed(StageAnswer, "alder"); o.InTime() || o.By != "p" || !o.At.Equal(f.now) {
		t.Errorf("the answer came late: %+v", o)
	}
	f.at(51 * time.Hour)
	f.must("q", "alder J21 kind=position ref=replaces:p") // its own correction changes no time
	if o := f.owed(StageAnswer, "alder"); o.By != "q" || !o.At.Equal(noon.Add(50*time.Hour)) {
		t.Errorf("the answer: %+v", o)
	}
	if o := f.owed(StageHolding, "alder"); o.By != "q" || !o.At.Equal(noon) {
		t.Errorf("the holding answer: %+v", o)
	}

	f = open(t, drone) // there and back
	f.must("p", "alder J21 kind=position ref=replies:r1")
	f.at(time.Hour)
	f.must("h", "alder J21 kind=holding ref=replaces:p")
	f.at(50 * time.Hour)
	f.must("q", "alder J21 kind=position ref=replaces:h")
	if o := f.owed(StageAnswer, "alder"); o.InTime() || o.Missed.IsZero() {
		t.Errorf("the answer that stands came late: %+v", o)
	}
}

// The supervisor does not end a case by remedies while a side that the finding lacks
// may still speak: what that side said in time may lie at the gate.
func TestClosingWaits(t *testing.T) {
	f := open(t, drone)
	f.at(49 * time.Hour)
	f.must("f1", "cedar J23 stage=final outcome=not-agreed cause=not-known positions=r1 no-position=alder remedies=asked ref=replies:r1")
	closing := "cedar J23 stage=closing dropped=refused ref=replies:f1"
	if err := f.say("f2", closing); ruleOf(err) != NoPosition {
		t.Errorf("closed behind alder's back: %v", err)
	}
	f.at(97*time.Hour - time.Millisecond)
	if err := f.say("f2", closing); ruleOf(err) != NoPosition {
		t.Errorf("closed too early: %v", err)
	}
	f.at(97 * time.Hour)
	if err := f.say("f2", closing); err != nil {
		t.Error(err)
	}
	f = open(t, drone)
	f.at(49 * time.Hour)
	f.must("f1", "cedar J23 stage=final outcome=not-agreed cause=not-known positions=r1 no-position=alder remedies=asked ref=replies:r1")
	if err := f.gated("p1", answer, noon.Add(47*time.Hour)); err != nil || f.Final() != nil {
		t.Errorf("answered in time: %v", err)
	}
}

// What is called agreed is agreed by every side, to the wording that stands.
func TestCalledAgreed(t *testing.T) {
	finding := func(position, more string) string {
		return "cedar J23 stage=interim cause=weather positions=" + position + " ref=replies:r1 " + more
	}
	for _, test := range []struct {
		name  string
		given []string
		when  string
		then  string
	}{
		{"agreed", []string{answer}, finding("r1,x0", "outcome=partly-agreed agreed-facts=what"), ""},
		{"nobody asked alder", []string{"alder J21 kind=position ref=replies:r1"}, finding("r1,x0", "outcome=partly-agreed agreed-facts=what"), NotAgreed},
		{"alder agreed to another wording", []string{answer, "birch J20 kind=fire where=shore when=2026-11-24T11:00Z ref=replaces:r1"}, finding("x1,x0", "outcome=partly-agreed agreed-facts=where"), NotAgreed},
		{"alder disputed another wording", []string{"alder J21 kind=position disputed-facts=where ref=replies:r1", "birch J20 kind=fire where=shore when=2026-11-24T11:00Z ref=replaces:r1"}, finding("x1,x0", "outcome=partly-agreed agreed-facts=where"), NotAgreed},
		{"unsaid", []string{"birch J20 kind=fire where=shore when=2026-11-24T11:00Z ref=replaces:r1", answer}, finding("x0,x1", "outcome=partly-agreed agreed-facts=harm"), NotAgreed},
		{"the disputed line left out", []string{answer}, finding("r1,x0", "outcome=agreed agreed-facts=what"), NotAgreed},
		{"accounts that differ", []string{"alder J20 kind=craft where=shore when=2026-11-24T10:20Z ref=replies:r1"}, finding("r1,x0", "outcome=agreed"), NotAgreed},
	} {
		f := open(t, drone)
		for i, said := range test.given {
			f.must(fmt.Sprint("x", i), said)
		}
		if err := f.say("y", test.when); ruleOf(err) != test.then {
			t.Errorf("%s: %v, want %q", test.name, err, test.then)
		}
	}
}

// No party uses up what there is room for.
func TestNoDrowning(t *testing.T) {
	f := open(t, drone)
	n := 0
	for ; n < 100; n++ {
		if err := f.say(fmt.Sprint("v", n), "alder J22 kind=proposal ref=replies:r1"+visit); err != nil {
			if ruleOf(err) != Full {
				t.Fatal(err)
			}
			break
		}
		f.must(fmt.Sprint("c", n), fmt.Sprintf("alder J22 ref=cancels:v%d", n))
	}
	if n == 100 {
		t.Error("no bound")
	}
	f.must("w", "cedar J22 kind=proposal ref=replies:r1"+visit)
	f.must("x", "birch J22 kind=counter ref=replies:w"+later)
}

// A side that takes back a visit that all had agreed to in time makes nobody else late;
// the supervisor wins no time by it.
func TestAgreedVisitTakenBack(t *testing.T) {
	long := " place=lake window=2026-12-25T07:00Z/2026-12-25T09:00Z purpose=recover visitors=4 recorders=1 "
	for _, back := range []string{"alder J22 ref=cancels:v1", "alder J22 kind=proposal ref=replaces:v1 place=shore window=2026-12-25T07:00Z/2026-12-25T09:00Z purpose=recover visitors=4 recorders=1", "birch J22 ref=cancels:v2"} {
		f := open(t, drone)
		f.must("v1", "alder J22 kind=proposal ref=replies:r1"+long)
		f.must("v2", "birch J22 kind=acceptance ref=replies:v1"+long)
		f.at(80 * time.Hour)
		f.must("y", back)
		for _, timer := range f.Timers() {
			if timer.Stage == StageVisit && timer.At != noon.Add(80*time.Hour+terms.Visit) {
				t.Errorf("%s: %+v", back, timer)
			}
		}
		if o := f.owed(StageVisit, "cedar"); o.By != "" || !o.Missed.IsZero() {
			t.Errorf("%s: %+v", back, o)
		}
	}
}

func TestOwnVisitTakenBack(t *testing.T) {
	f := open(t, drone)
	f.must("v1", "cedar J22 kind=proposal ref=replies:r1"+visit)
	f.must("v2", "birch J22 kind=acceptance ref=replies:v1"+visit)
	f.must("v3", "alder J22 kind=acceptance ref=replies:v1"+visit)
	f.at(time.Hour)
	f.must("x", "cedar J22 ref=cancels:v1")
	if o := f.owed(StageVisit, "cedar"); o.By != "" || !o.Due.Equal(noon.Add(terms.Visit)) {
		t.Errorf("%+v", o)
	}
}

// Who takes back its report does not end a case in which the supervisor has found
// something.
func TestReportTakenBack(t *testing.T) {
	f := open(t, drone)
	f.at(49 * time.Hour)
	f.must("f1", "cedar J23 stage=interim outcome=not-agreed cause=against-orders positions=r1 no-position=alder ref=replies:r1")
	f.must("x", "birch J20 ref=cancels:r1")
	if f.Ended() != "" {
		t.Fatal("one side ended it")
	}
	f.must("f2", "cedar J23 stage=closing dropped=withdrawn ref=replies:r1")
	f = open(t, drone)
	f.must("f", "cedar J22 kind=refusal refusal=safety ref=replies:r1"+visit)
	if err := f.say("g", "cedar J22 kind=refusal ref=replaces:f"+visit); ruleOf(err) != Incomplete {
		t.Errorf("a refusal loses its reason: %v", err)
	}
}

// What a side said in time is not lost for how long it lies at the gate: it opens a
// case again that was closed without it.
func TestHeldOverTheClose(t *testing.T) {
	f := open(t, drone)
	f.at(time.Hour)
	f.must("x", "birch J20 ref=cancels:r1")
	if err := f.gated("p1", answer, noon); err != nil || f.Stage() != Answered {
		t.Errorf("answered before the report was taken back: %v, %s", err, f.Stage())
	}
	none := "cedar J23 stage=final outcome=not-agreed cause=not-known positions=r1 no-position=alder ref=replies:r1"
	for _, closing := range []bool{false, true} {
		f := open(t, drone)
		f.at(49 * time.Hour)
		if closing {
			f.must("f1", none+" remedies=asked")
			f.at(98 * time.Hour)
			f.must("f2", "cedar J23 stage=closing dropped=refused ref=replies:f1")
		} else {
			f.must("f1", none)
		}
		f.at(98 * time.Hour)
		if f.Ended() != Closed {
			t.Fatal(f.Stage())
		}
		for _, late := range []string{"birch J21 kind=position ref=replies:r1", "alder J21 kind=holding ref=replies:r1", "alder J22 kind=proposal ref=replies:r1" + visit} {
			if err := f.gated("x", late, noon.Add(40*time.Hour)); ruleOf(err) != matter.Ended {
				t.Errorf("%s: %v", late, err)
			}
		}
		if err := f.say("x", answer); ruleOf(err) != matter.Ended {
			t.Errorf("said after the close: %v", err)
		}
		if err := f.gated("p1", answer, noon.Add(40*time.Hour)); err != nil {
			t.Fatal(err)
		}
		if o := f.owed(StageFinal, "cedar"); f.Ended() != "" || f.Stage() != Answered || f.Final() != nil || o.By != "" || !o.Due.Equal(noon.Add(98*time.Hour+terms.Interim)) {
			t.Errorf("%s: %+v", f.Stage(), o)
		}
		f.must("f3", found+" stage=final")
		if f.Ended() != Closed {
			t.Error(f.Stage())
		}
		if err := f.gated("p2", answer, noon.Add(40*time.Hour)); ruleOf(err) != matter.Ended {
			t.Errorf("opened again by more of the same: %v", err)
		}
	}
}
