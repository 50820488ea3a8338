package delivery

import (
	"testing"
	"time"

	"parley/identity"
)

// What an addressee is charged with does not hold what the gate took beyond its
// share, and nothing is due of what has not left the gate.
func TestDues(t *testing.T) {
	terms := Terms{Gate: 10 * time.Minute, Ack: time.Hour, Readback: 2 * time.Hour, Begins: noon.Add(3 * time.Hour)}
	for _, test := range []struct {
		name                string
		gated               time.Duration
		status              Status
		ack, readback, pass time.Duration // from noon; 0 for none
	}{
		{"in the gate's share", 5 * time.Minute, Released, time.Hour, 2 * time.Hour, 3 * time.Hour},
		{"beyond it", 4 * time.Hour, Released, 4*time.Hour + 50*time.Minute, 5*time.Hour + 50*time.Minute, 4 * time.Hour},
		{"at the gate", 0, Held, 0, 0, 0},
	} {
		s := &State{Submitted: noon, Gated: noon.Add(test.gated), Status: test.status, Terms: terms}
		for what, got := range map[string]struct {
			at   time.Time
			want time.Duration
		}{"ack": {s.AckDue(&Reach{}), test.ack}, "readback": {s.ReadbackDue(&Reach{}), test.readback}, "pass on": {s.PassOnDue(), test.pass}} {
			if want := noon.Add(got.want); got.want == 0 && !got.at.IsZero() || got.want != 0 && !got.at.Equal(want) {
				t.Errorf("%s: %s is due at %s, want %s", test.name, what, got.at, want)
			}
		}
	}
	if s := (&State{Submitted: noon, Status: Released}); !s.AckDue(&Reach{}).IsZero() || !s.PassOnDue().IsZero() {
		t.Error("what is not asked for is due")
	}
}

// A mismatch, or one who waits again, takes back what was reached before.
func TestReachedSince(t *testing.T) {
	by := identity.Author{Party: "birch", Role: "watch", Officer: "basil"}
	at := func(n int) time.Time { return noon.Add(time.Duration(n) * time.Minute) }
	r := &Reach{Readbacks: []Readback{{by, true, false, nil, at(1)}, {by, false, false, nil, at(2)}}, Passed: []Passed{{by, "post", noon, 0, at(1)}, {by, "post", noon, 2, at(2)}}}
	if !r.UnderstoodAt().IsZero() || !r.PassedOnAt().IsZero() {
		t.Errorf("understood at %s, passed on at %s, want neither", r.UnderstoodAt(), r.PassedOnAt())
	}
	r.Readbacks = append(r.Readbacks, Readback{by, true, false, nil, at(3)}, Readback{by, true, false, nil, at(4)})
	r.Passed = append(r.Passed, Passed{by, "post", noon, 0, at(3)}, Passed{by, "post", noon, 0, at(4)})
	if !r.UnderstoodAt().Equal(at(3)) || !r.PassedOnAt().Equal(at(3)) {
		t.Errorf("understood at %s, passed on at %s, want both at %s", r.UnderstoodAt(), r.PassedOnAt(), at(3))
	}
}

// Over is the first of what ends a statement.
func TestOver(t *testing.T) {
	for _, test := range []struct {
		name                string
		superseded, expired time.Time
		want                time.Time
	}{
		{"current", time.Time{}, time.Time{}, time.Time{}},
		{"expired", time.Time{}, noon, noon},
		{"superseded", noon, time.Time{}, noon},
		{"both", noon.Add(time.Minute), noon, noon},
		{"both, the other way", noon, noon.Add(time.Minute), noon},
	} {
		s := &State{Expired: test.expired, Superseded: Supersession{At: test.superseded}}
		if got := s.Over(); !got.Equal(test.want) {
			t.Errorf("%s: over at %s, want %s", test.name, got, test.want)
		}
	}
}
