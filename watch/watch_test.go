package watch

import (
	"slices"
	"testing"
	"time"

	"parley/rule"
)

var six = time.Date(2026, 11, 24, 6, 0, 0, 0, time.UTC)

func hour(n int) time.Time { return six.Add(time.Duration(n) * time.Hour) }

func ruleOf(err error) string {
	if r, ok := err.(*rule.Refusal); ok {
		return r.Rule
	}
	return ""
}

func (s *State) do(t *testing.T, events []Event, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range events {
		s.Apply(e)
	}
}

func announce(t *testing.T, s *State, from, to int, roles ...string) {
	t.Helper()
	events, err := Announce("birch", Duty{From: hour(from), To: hour(to), Roles: roles}, hour(from))
	s.do(t, events, err)
}

func TestCover(t *testing.T) {
	s, roles, lead := &State{}, []string{"watch"}, 30*time.Minute
	if !s.Of("birch").Gap("watch", six).IsZero() || len(s.Of("birch").Warnings(roles, lead, six)) > 0 {
		t.Error("a gap in a roster that was never announced")
	}
	announce(t, s, 0, 8, "birch/watch", "birch/translator")
	announce(t, s, 7, 16, "watch")
	if got := s.Of("birch").Gap("watch", six); !got.Equal(hour(16)) {
		t.Errorf("the watch is covered until %s, want %s", got, hour(16))
	}
	if on := s.Of("birch").On(hour(7)); len(on) != 2 || !on[0].To.Equal(hour(16)) {
		t.Errorf("on duty are %+v", on)
	}
	early := hour(16).Add(-lead - time.Second)
	if due := s.Of("birch").Warnings(roles, lead, early); len(due) > 0 {
		t.Errorf("warned too early of %+v", due)
	}
	if next := s.Of("birch").NextWarning(roles, lead, six); !next.Equal(hour(16).Add(-lead)) {
		t.Errorf("next warning at %s", next)
	}
	gap := Gap{"watch", hour(16)}
	if _, err := s.Warn("birch", gap, roles, lead, early); ruleOf(err) != NotDue {
		t.Errorf("warned early: %v", err)
	}
	events, err := s.Warn("birch", gap, roles, lead, hour(16).Add(-lead))
	s.do(t, events, err)
	if _, err := s.Warn("birch", gap, roles, lead, hour(16)); ruleOf(err) != NotDue {
		t.Errorf("warned twice: %v", err)
	}
	if due := s.Of("birch").Warnings(roles, lead, hour(18)); len(due) > 0 {
		t.Errorf("the same gap again: %+v", due)
	}
	announce(t, s, 18, 20, "watch") // a new end, a new warning
	if due := s.Of("birch").Warnings(roles, lead, hour(20)); !slices.Equal(due, []Gap{{"watch", hour(20)}}) {
		t.Errorf("due are %+v", due)
	}
	if _, err := Announce("birch", Duty{Roles: []string{"alder/watch"}}, six); ruleOf(err) != OtherRole {
		t.Errorf("another party's role: %v", err)
	}
}

func TestHandover(t *testing.T) {
	s := &State{}
	h := Handover{Statement: "h", Role: "watch", By: "basil", Items: []uint64{8, 12}, Signed: six}
	if _, err := s.HandOver("birch", h, []uint64{8, 12, 15}); ruleOf(err) != Unlisted {
		t.Errorf("an unlisted item: %v", err)
	}
	events, err := s.HandOver("birch", h, []uint64{8})
	s.do(t, events, err)
	for _, test := range []struct {
		name, statement, role, officer string
		items, open                    []uint64
		rule                           string
	}{
		{"unknown", "x", "watch", "bruno", nil, nil, NoHandover},
		{"of another role", "h", "analyst", "bruno", nil, nil, NoHandover},
		{"by the same officer", "h", "watch", "basil", nil, nil, SameOfficer},
		{"with something new", "h", "watch", "bruno", nil, []uint64{12, 15}, Unlisted},
		{"with something new on the list", "h", "watch", "bruno", []uint64{15}, []uint64{12, 15}, ""},
		{"taken over before", "h", "watch", "dalia", nil, nil, TakenOver},
	} {
		events, err := s.Relieve("birch", test.statement, test.role, test.officer, test.items, test.open, hour(8))
		if ruleOf(err) != test.rule {
			t.Errorf("%s: got %v, want %q", test.name, err, test.rule)
		}
		for _, e := range events {
			s.Apply(e)
		}
	}
	if got := s.Of("birch").Handovers[0]; got.Relief != "bruno" || !slices.Equal(got.Items, []uint64{8, 12, 15}) {
		t.Errorf("the watch is %+v", got)
	}
	h.Statement = "i"
	events, err = s.HandOver("birch", h, nil)
	s.do(t, events, err)
	if _, err := s.Relieve("birch", "h", "watch", "dalia", nil, nil, hour(9)); ruleOf(err) != NoHandover {
		t.Errorf("a handover that a newer one has replaced: %v", err)
	}
}

// Who is sent more than a list can hold lists the oldest of it, and the watch
// changes all the same.
func TestFullList(t *testing.T) {
	var open []uint64
	for i := range uint64(3 * MaxListed) {
		open = append(open, 10+2*i)
	}
	var s State
	h := Handover{Statement: "h", Role: "watch", By: "basil", Items: open[1 : MaxListed+1], Signed: hour(6)}
	if _, err := s.HandOver("birch", h, open); ruleOf(err) != Unlisted {
		t.Errorf("a full list without the oldest item: %v", err)
	}
	h.Items = open[:MaxListed-1]
	if _, err := s.HandOver("birch", h, open); ruleOf(err) != Unlisted {
		t.Errorf("a list with room left: %v", err)
	}
	h.Items = open[:MaxListed]
	events, err := s.HandOver("birch", h, open)
	s.do(t, events, err)
	if _, err := s.Relieve("birch", "h", "watch", "bruno", open[MaxListed:2*MaxListed-1], open, hour(7)); ruleOf(err) != Unlisted {
		t.Errorf("a relief with room left: %v", err)
	}
	events, err = s.Relieve("birch", "h", "watch", "bruno", open[MaxListed:2*MaxListed], open, hour(7))
	s.do(t, events, err)
}

// A roster that begins later leaves no gap where it covers: what is warned of is a
// time at which nobody is on duty, and is warned of once.
func TestRosterToCome(t *testing.T) {
	var s State
	announce := func(from, to int, role string) {
		events, err := Announce("birch", Duty{Statement: "d", From: hour(from), To: hour(to), Roles: []string{role}}, hour(0))
		s.do(t, events, err)
	}
	announce(10, 18, "watch")
	for now, want := range map[time.Time][]Gap{hour(0): nil, hour(9).Add(45 * time.Minute): nil, hour(12): nil, hour(17).Add(40 * time.Minute): {{"watch", hour(18)}}, hour(20): {{"watch", hour(18)}}} {
		if got := s.Of("birch").Warnings([]string{"watch"}, 30*time.Minute, now); !slices.Equal(got, want) {
			t.Errorf("at %s it warns of %v, want %v", now.Format("15:04"), got, want)
		}
	}
	if next := s.Of("birch").NextWarning([]string{"watch"}, 30*time.Minute, hour(0)); !next.Equal(hour(17).Add(30 * time.Minute)) {
		t.Errorf("it wakes next at %s", next)
	}
	events, err := s.Warn("birch", Gap{"watch", hour(18)}, []string{"watch"}, 30*time.Minute, hour(17).Add(40*time.Minute))
	s.do(t, events, err)
	if next := s.Of("birch").NextWarning([]string{"watch"}, 30*time.Minute, hour(17).Add(45*time.Minute)); !next.IsZero() {
		t.Errorf("with nothing more to come it wakes at %s", next)
	}
	announce(20, 28, "watch") // behind the gap that was warned of another opens
	if next := s.Of("birch").NextWarning([]string{"watch"}, 30*time.Minute, hour(19)); !next.Equal(hour(20)) {
		t.Errorf("in the gap it wakes next at %s, want when the next duty begins", next)
	}
	if next := s.Of("birch").NextWarning([]string{"watch"}, 30*time.Minute, hour(20)); !next.Equal(hour(27).Add(30 * time.Minute)) {
		t.Errorf("behind the gap it wakes next at %s", next)
	}
}
