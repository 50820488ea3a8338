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
