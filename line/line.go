// Package line knows whether the channel is alive: its tests, their misses, and
// the colour of each party's path.
//
// Tests (J00) are held at whole multiples of an interval, the sides taking turns,
// so that nobody asks who calls first. A test proves its starter's way up, each
// answer the answerer's way down. The machine's part and the person's are two
// things: a desk answers by itself, a person answers a test that a person has
// started, and proves the line now and then in any case. What does not come in
// time is missed; the hub's clock says so in the ledger, with the cause as far as
// it can tell. Where the hub itself was late, it blames itself and nobody else.
//
// A path is GREEN when both parts are proven; AMBER after one miss, or with a
// machine that no person stands behind; RED after two misses, or unproven for too
// long; DARK when it has been RED for long, or is missed while its party has
// declared a pause of all areas. It leaves RED by a test both ways alone.
//
// A [State] is the fold of its events: [State.Decide] makes them, [State.Apply]
// records them, both pure.
package line

import (
	"slices"
	"time"
)

// A Colour says how a path stands.
type Colour string

// The colours. Unproven is that of a line on which no test was ever held.
const (
	Unproven Colour = ""
	Green    Colour = "GREEN"
	Amber    Colour = "AMBER"
	Red      Colour = "RED"
	Dark     Colour = "DARK"
)

// A Cause is why something was missed.
type Cause string

// The causes.
const (
	Network  Cause = "network"        // the desk cannot be reached
	Hub      Cause = "hub"            // the hub did not run, or its clock was moved
	Desk     Cause = "desk"           // the desk is connected and does not answer
	Operator Cause = "operator"       // the machine answers and no person does
	Pause    Cause = "declared-pause" // the party has paused all areas
)

// The parts of a proof.
const (
	Machine = "machine"
	Human   = "human"
)

// Grace is how late the hub may say that something was missed without having to
// blame itself.
const Grace = time.Minute

// Rules are the times and the parties by the charter in force.
type Rules struct {
	Interval, Miss, Human, Red, Dark time.Duration
	Sides                            []string // who take turns, in this order
	Supervisor                       string
}

// slot is the time of the k-th test since 1970.
func (r Rules) slot(k int64) time.Time { return time.UnixMilli(k * r.Interval.Milliseconds()).UTC() }

// at is the number of the test whose time is nearest to t.
func (r Rules) at(t time.Time) int64 {
	n := r.Interval.Milliseconds()
	return (t.UnixMilli() + n/2) / n
}

// Starter is the side whose turn the k-th test is.
func (r Rules) Starter(k int64) string { return r.Sides[int(k%int64(len(r.Sides)))] }

// NextTurn gives the first test from t on that party is to start; zero for who
// takes no turns.
func (r Rules) NextTurn(party string, t time.Time) time.Time {
	n := r.Interval.Milliseconds()
	for k := (t.UnixMilli() + n - 1) / n; slices.Contains(r.Sides, party); k++ {
		if r.Starter(k) == party {
			return r.slot(k)
		}
	}
	return time.Time{}
}

// A Path is one party's way to and from the hub.
type Path struct {
	Party   string    `json:"party"`
	Machine time.Time `json:"machine,omitzero"`  // its newest proof
	Human   time.Time `json:"human,omitzero"`    // its newest proof by a person
	Up      time.Time `json:"up,omitzero"`       // its newest test
	Down    time.Time `json:"down,omitzero"`     // its newest answer to a test of another's that came after it was last RED
	Started int64     `json:"started,omitempty"` // its tests so far
	Missed  int       `json:"missed,omitempty"`  // of the machine's part, in a row
	Absent  bool      `json:"absent,omitempty"`  // the person's part is missing
	Cause   Cause     `json:"cause,omitempty"`   // of the newest miss; empty while GREEN
	Since   time.Time `json:"since,omitzero"`    // when what is missing was due first; zero while GREEN
	Red     time.Time `json:"red,omitzero"`      // since when it has been RED; zero while it is not
	Person  time.Time `json:"person,omitzero"`   // when a person is next to prove it
	Months  []Month   `json:"months,omitempty"`  // oldest first
}

// A Month counts what became of a path's tests. Out is how long it could not be
// relied on, from when the first missed part was due to its proof, in milliseconds.
type Month struct {
	Month  string `json:"month"`            // "2026-11"
	Tests  int    `json:"tests"`            // started or to be answered
	Missed int    `json:"missed,omitempty"` // of the machine's part
	Absent int    `json:"absent,omitempty"` // of the person's part
	Out    int64  `json:"out,omitempty"`
}

// A Test waits for answers.
type Test struct {
	ID      string    `json:"id"`
	By      string    `json:"by"` // party
	At      time.Time `json:"at"` // hub's time
	Human   bool      `json:"human,omitempty"`
	Waiting []string  `json:"waiting,omitempty"` // parties whose machine has not answered
	People  []string  `json:"people,omitempty"`  // parties of whom no person has
}

// maxOpen bounds the tests of one party that wait; its oldest make room, and no
// other's, so that nobody pushes out of sight what it has not answered.
const maxOpen = 24

// maxMonths bounds what is counted apart.
const maxMonths = 36

// A State is how the line stands.
type State struct {
	Begun time.Time `json:"begun,omitzero"` // the first test of all; nothing is owed before it
	Turn  int64     `json:"turn,omitempty"` // the next test that is to be held, in slots since 1970
	Paths []Path    `json:"paths,omitempty"`
	Open  []Test    `json:"open,omitempty"` // oldest first
	Probe time.Time `json:"probe,omitzero"` // when the hub is to hold a test of its own; zero for none

	Interval time.Duration `json:"interval,omitempty"` // of the slots that Turn counts, by the charter it was counted under
}

// turn is Turn counted by r: where the charter was amended, the first slot that is
// not before the one that was next.
func (s *State) turn(r Rules) int64 {
	if s.Interval == 0 || s.Interval == r.Interval {
		return s.Turn
	}
	n := r.Interval.Milliseconds()
	return (s.Turn*s.Interval.Milliseconds() + n - 1) / n
}

// Clone returns a copy that shares nothing that Apply changes.
func (s *State) Clone() *State {
	c := *s
	c.Paths, c.Open = slices.Clone(s.Paths), slices.Clone(s.Open)
	for i := range c.Paths {
		c.Paths[i].Months = slices.Clone(c.Paths[i].Months)
	}
	for i := range c.Open {
		c.Open[i].Waiting, c.Open[i].People = slices.Clone(c.Open[i].Waiting), slices.Clone(c.Open[i].People)
	}
	return &c
}

// Path gives a party's path; the zero one where nothing is known of it.
func (s *State) Path(party string) Path {
	if p := s.path(party); p != nil {
		return *p
	}
	return Path{Party: party}
}

func (s *State) path(party string) *Path {
	for i := range s.Paths {
		if s.Paths[i].Party == party {
			return &s.Paths[i]
		}
	}
	return nil
}

// Colour tells how a path stands at now. paused says that its party has declared
// a pause of all areas.
func (p Path) Colour(r Rules, now time.Time, paused bool) Colour {
	red := p.redSince(r, now)
	switch {
	case p.unproven():
		return Unproven
	case paused && p.Missed > 0, !red.IsZero() && now.Sub(red) >= r.Dark:
		return Dark
	case !red.IsZero():
		return Red
	case p.Missed > 0 || p.Absent:
		return Amber
	}
	return Green
}

// unproven says that the path was neither proven nor missed yet.
func (p Path) unproven() bool { return p.Machine.IsZero() && p.Since.IsZero() }

// redSince is since when the path is RED, also where no miss has been said yet.
func (p Path) redSince(r Rules, now time.Time) time.Time {
	if !p.Red.IsZero() || p.Machine.IsZero() {
		return p.Red
	}
	if unproven := p.Machine.Add(r.Red); !now.Before(unproven) {
		return unproven
	}
	return time.Time{}
}

// Availability is the share of a month up to now, in percent, in which the path
// could be relied on. begun is when the line was first proven.
func (p Path) Availability(month string, begun, now time.Time) float64 {
	out, whole := p.Outage(month, begun, now)
	if whole <= 0 {
		return 0
	}
	return 100 * (1 - float64(out)/float64(whole))
}

// Outage tells how much of a month, up to now and since the line was begun, the
// path could not be relied on, and how long that time is as a whole: zero where
// there was no line, or nothing of the path is known yet.
func (p Path) Outage(month string, begun, now time.Time) (out, whole time.Duration) {
	from, err := time.Parse("2006-01", month)
	if err != nil || begun.IsZero() || p.unproven() {
		return 0, 0
	}
	to := from.AddDate(0, 1, 0)
	if begun.After(from) {
		from = begun
	}
	if now.Before(to) {
		to = now
	}
	if whole = to.Sub(from); whole <= 0 {
		return 0, 0
	}
	for _, m := range p.Months {
		if m.Month == month {
			out = time.Duration(m.Out) * time.Millisecond
		}
	}
	if !p.Since.IsZero() && p.Missed > 0 && p.Since.Before(to) {
		since := p.Since
		if since.Before(from) {
			since = from
		}
		out += to.Sub(since)
	}
	return min(out, whole), whole
}
