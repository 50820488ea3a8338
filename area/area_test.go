package area

import (
	"reflect"
	"testing"
	"time"

	"parley/rule"
)

var (
	noon = time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)
	all  = []string{"commercial", "diplomatic", "intelligence", "military"}
)

func hour(n int) time.Time { return noon.Add(time.Duration(n) * time.Hour) }

func do(t *testing.T, s *State, c Declare, now time.Time) error {
	t.Helper()
	before := s.Clone()
	events, err := s.Decide(c, all, now)
	if !reflect.DeepEqual(before.Areas, s.Areas) && len(before.Areas)+len(s.Areas) > 0 {
		t.Fatal("Decide has changed the state")
	}
	for _, e := range events {
		s.Apply(e)
	}
	return err
}

func ruleOf(err error) string {
	if r, ok := err.(*rule.Refusal); ok {
		return r.Rule
	}
	return ""
}

func TestSwitches(t *testing.T) {
	s := &State{}
	pause := Declare{Statement: "p", Party: "birch", Kind: Pause, Reason: "domestic", Areas: []string{"diplomatic"}, From: hour(1), Review: hour(6), Until: hour(20)}
	for _, bad := range []struct {
		name   string
		change func(*Declare)
		rule   string
	}{
		{"unknown area", func(c *Declare) { c.Areas = []string{"service"} }, UnknownArea},
		{"ends before it begins", func(c *Declare) { c.Until = hour(1) }, BadTimes},
		{"reviewed in the past", func(c *Declare) { c.Review = noon }, BadTimes},
		{"resumes what is open", func(c *Declare) { c.Kind = Resume }, NotPaused},
	} {
		c := pause
		bad.change(&c)
		if err := do(t, s, c, noon); ruleOf(err) != bad.rule {
			t.Errorf("%s: got %v, want %s", bad.name, err, bad.rule)
		}
	}
	if err := do(t, s, pause, noon); err != nil {
		t.Fatal(err)
	}
	want := func(id string, at time.Time, status Status) {
		t.Helper()
		if got, _ := s.Of(id, at); got != status {
			t.Errorf("%s is %s at %s, want %s", id, got, at.Format(time.RFC3339), status)
		}
	}
	want("diplomatic", noon, Open) // not yet
	want("diplomatic", hour(1), Paused)
	want("diplomatic", hour(20), Open) // it ends by itself
	want("military", hour(1), Open)
	if err := s.Admit("diplomatic", true, 9, hour(1)); ruleOf(err) != IsPaused {
		t.Errorf("a paused area answers %v", err)
	}

	// Another's restriction beside it; each resumes its own alone.
	restrict := Declare{Statement: "r", Party: "alder", Kind: Restrict, Reason: "staffing", Areas: []string{"diplomatic"}, Review: hour(9)}
	if err := do(t, s, restrict, hour(2)); err != nil {
		t.Fatal(err)
	}
	if err := do(t, s, Declare{Statement: "x", Party: "cedar", Kind: Resume, Areas: []string{"diplomatic"}}, hour(2)); ruleOf(err) != NotPaused {
		t.Errorf("the supervisor resumes a side's pause: %v", err)
	}
	if err := do(t, s, Declare{Statement: "y", Party: "birch", Kind: Resume, Areas: []string{"diplomatic"}}, hour(3)); err != nil {
		t.Fatal(err)
	}
	want("diplomatic", hour(3), Restricted)
	if err := s.Admit("diplomatic", false, 9, hour(3)); ruleOf(err) != IsClosed {
		t.Errorf("something new in a restricted area: %v", err)
	}
	if err := s.Admit("diplomatic", true, 9, hour(3)); err != nil {
		t.Errorf("business at hand in a restricted area: %v", err)
	}
	if err := do(t, s, Declare{Statement: "z", Party: "birch", Kind: Resume, Areas: []string{"diplomatic"}}, hour(3)); ruleOf(err) != NotPaused {
		t.Errorf("resumed twice: %v", err)
	}
}

func TestReminders(t *testing.T) {
	s := &State{}
	c := Declare{Statement: "p", Party: "birch", Kind: Pause, Reason: "domestic", Areas: all, Review: hour(6)}
	if err := do(t, s, c, noon); err != nil {
		t.Fatal(err)
	}
	if !s.AllPausedBy("birch", all, hour(1)) || s.AllPausedBy("alder", all, hour(1)) || s.AllPausedBy("birch", nil, hour(1)) {
		t.Error("who has paused everything is not told")
	}
	if due := s.Reminders(); len(due) != 1 || !due[0].Review.Equal(hour(6)) {
		t.Errorf("due are %+v, want one of four areas' common pause", due)
	}
	if _, err := s.Remind("p", hour(6).Add(-time.Millisecond)); ruleOf(err) != NotDue {
		t.Errorf("reminded early: %v", err)
	}
	events, err := s.Remind("p", hour(6))
	if err != nil {
		t.Fatal(err)
	}
	s.Apply(events[0])
	if _, err := s.Remind("p", hour(7)); ruleOf(err) != NotDue {
		t.Errorf("reminded twice: %v", err)
	}
	c.Statement, c.Review = "q", hour(12) // it is declared again: reviewed again
	if err := do(t, s, c, hour(6)); err != nil {
		t.Fatal(err)
	}
	if due := s.Reminders(); len(due) != 1 || due[0].Statement != "q" {
		t.Errorf("due are %+v", due)
	}
	if err := do(t, s, Declare{Statement: "r", Party: "birch", Kind: Resume, Areas: all}, hour(7)); err != nil {
		t.Fatal(err)
	}
	if due := s.Reminders(); len(due) != 0 {
		t.Errorf("what is resumed is still reviewed: %+v", due)
	}
}

// Who announces a resumption for later is still reminded of the review before it;
// who resumes at once is not.
func TestReviewBeforeResumption(t *testing.T) {
	for _, test := range []struct {
		from time.Time
		want int
	}{{hour(1000), 1}, {noon, 0}} {
		s := &State{}
		if err := do(t, s, Declare{Statement: "p", Party: "birch", Kind: Pause, Reason: "domestic", Areas: []string{"diplomatic"}, Review: hour(2)}, noon); err != nil {
			t.Fatal(err)
		}
		if err := do(t, s, Declare{Statement: "q", Party: "birch", Kind: Resume, Areas: []string{"diplomatic"}, From: test.from}, hour(3)); err != nil {
			t.Fatal(err)
		}
		if got := s.Reminders(); len(got) != test.want {
			t.Errorf("resumed at hour(3) from %s on: %d reviews are due, want %d", test.from, len(got), test.want)
		}
	}
}

// A pause that is declared for later leaves the restriction that stands until then.
func TestPauseToCome(t *testing.T) {
	s := &State{}
	if err := do(t, s, Declare{Statement: "r", Party: "birch", Kind: Restrict, Areas: all, Review: hour(9)}, noon); err != nil {
		t.Fatal(err)
	}
	for range 3 { // said again and again, it stays one
		if err := do(t, s, Declare{Statement: "p", Party: "birch", Kind: Pause, Areas: all, From: hour(5), Review: hour(9)}, hour(1)); err != nil {
			t.Fatal(err)
		}
	}
	for _, test := range []struct {
		at   time.Time
		want Status
	}{{hour(1), Restricted}, {hour(5).Add(-time.Second), Restricted}, {hour(5), Paused}} {
		if got, _ := s.Of("military", test.at); got != test.want {
			t.Errorf("at %s it is %s, want %s", test.at.Format(time.RFC3339), got, test.want)
		}
	}
	if n := len(s.Areas[0].Switches); n != 2 {
		t.Errorf("%d switches are kept, want 2", n)
	}
	if err := do(t, s, Declare{Statement: "x", Party: "birch", Kind: Resume, Areas: all}, hour(2)); err != nil {
		t.Fatal(err)
	}
	if got, _ := s.Of("military", hour(6)); got != Open {
		t.Errorf("after it was resumed it is %s", got)
	}
}
