package line

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"
	"time"

	"parley/rule"
)

var (
	rules = Rules{Interval: time.Hour, Miss: 5 * time.Minute, Human: 8 * time.Hour, Red: 90 * time.Minute, Dark: 6 * time.Hour, Sides: []string{"alder", "birch"}, Supervisor: "cedar"}
	five  = time.Date(2026, 11, 24, 5, 0, 0, 0, time.UTC) // the 494189th hour: birch's turn is at odd ones
)

// A desk plays a line: what is said is decided and applied.
type desk struct {
	t *testing.T
	State
	held int
}

func (d *desk) do(at time.Time, c Command) error {
	d.t.Helper()
	before := d.Clone()
	events, err := d.Decide(rules, c, at)
	if !reflect.DeepEqual(before, &d.State) {
		d.t.Fatal("Decide has changed the state")
	}
	for _, e := range events {
		d.Apply(rules, e)
	}
	return err
}

func (d *desk) test(party string, at time.Time, human bool) string {
	d.t.Helper()
	d.held++
	id := fmt.Sprint("t", d.held)
	var others []string
	for _, p := range []string{"alder", "birch", "cedar"} {
		if p != party {
			others = append(others, p)
		}
	}
	if err := d.do(at, Hold{ID: id, Party: party, Human: human, Others: others}); err != nil {
		d.t.Fatal(err)
	}
	return id
}

func (d *desk) answer(party, test, by string, of, at time.Time, human bool) {
	d.t.Helper()
	if err := d.do(at, Answer{Test: test, Party: party, By: by, Of: of, Human: human}); err != nil {
		d.t.Fatal(err)
	}
}

func (d *desk) colour(party string, at time.Time) Colour {
	return d.Path(party).Colour(rules, at, false)
}

func (d *desk) want(party string, at time.Time, want Colour) {
	d.t.Helper()
	if got := d.colour(party, at); got != want {
		d.t.Errorf("%s at %s is %q, want %q: %+v", party, at.Format("15:04:05"), got, want, d.Path(party))
	}
}

func minute(n int) time.Time { return five.Add(time.Duration(n) * time.Minute) }

// The beginning of QUIET ORCHARD: a test of the supervisor's that all answer; an
// hour later a side's, and a machine without a person.
func TestOperatorMissing(t *testing.T) {
	d := &desk{t: t}
	d.want("birch", five, Unproven)
	if len(d.Timers(rules)) > 0 {
		t.Error("something is due before the first test")
	}
	id := d.test("cedar", five, true)
	d.answer("alder", id, "cedar", five, minute(1), false)
	d.answer("alder", id, "cedar", five, minute(1), true)
	d.answer("birch", id, "cedar", five, minute(1), true)
	for _, p := range []string{"alder", "birch", "cedar"} {
		d.want(p, minute(2), Green)
	}
	id = d.test("alder", minute(60), true)
	d.answer("birch", id, "alder", minute(60), minute(60), false)
	d.answer("cedar", id, "alder", minute(60), minute(60), true)
	miss := Miss{Party: "birch", Part: Human, Due: minute(65), Cause: Operator}
	for _, bad := range []struct {
		name string
		at   time.Time
		c    Miss
		rule string
	}{
		{"a second early", minute(65).Add(-time.Second), miss, NotDue},
		{"of who has answered", minute(65), Miss{Party: "cedar", Part: Human, Due: minute(65), Cause: Operator}, NotMissed},
		{"of the machine, which has", minute(65), Miss{Party: "birch", Part: Machine, Due: minute(65), Cause: Desk}, NotMissed},
		{"of another time", minute(66), Miss{Party: "birch", Part: Human, Due: minute(66), Cause: Operator}, NotMissed},
		{"with a machine's cause", minute(65), Miss{Party: "birch", Part: Human, Due: minute(65), Cause: Network}, WrongCause},
		{"with the hub's, in time", minute(65), Miss{Party: "cedar", Part: Human, Due: minute(65), Cause: Hub}, WrongCause},
		{"of no part", minute(65), Miss{Party: "birch", Part: "soul", Due: minute(65), Cause: Operator}, UnknownPart},
		{"with turns", minute(65), Miss{Party: "birch", Part: Human, Due: minute(65), Cause: Operator, Tests: 1}, NotMissed},
	} {
		var refusal *rule.Refusal
		if err := d.do(bad.at, bad.c); err == nil {
			t.Errorf("%s: it was noted", bad.name)
		} else if refusal, _ = err.(*rule.Refusal); refusal == nil || refusal.Rule != bad.rule {
			t.Errorf("%s: got %v, want rule %s", bad.name, err, bad.rule)
		}
	}
	if err := d.do(minute(65), miss); err != nil {
		t.Fatal(err)
	}
	if d.do(minute(65), miss) == nil {
		t.Error("it was noted twice")
	}
	d.want("birch", minute(65), Amber)
	if p := d.Path("birch"); p.Cause != Operator || !p.Since.Equal(minute(65)) {
		t.Errorf("birch is %+v", p)
	}
	d.answer("birch", id, "alder", minute(60), minute(71), true) // late, and a proof all the same
	d.want("birch", minute(71), Green)
}

// One miss is AMBER, two are RED; six hours of it are DARK; and it is left by a
// test both ways alone.
func TestRedAndBack(t *testing.T) {
	d := &desk{t: t}
	id := d.test("cedar", five, false)
	for _, p := range []string{"alder", "birch"} {
		d.answer(p, id, "cedar", five, five, false)
	}
	miss := func(n int, party string, cause Cause) {
		t.Helper()
		if err := d.do(minute(n), Miss{Party: party, Part: Machine, Due: minute(n), Cause: cause}); err != nil {
			t.Fatal(err)
		}
	}
	id = d.test("alder", minute(60), false)
	d.answer("cedar", id, "alder", minute(60), minute(60), false)
	miss(65, "birch", Network)
	d.want("birch", minute(65), Amber)
	miss(125, "birch", Network) // its own turn at 07:00
	d.want("birch", minute(125), Red)
	if paused := d.Path("birch").Colour(rules, minute(125), true); paused != Dark {
		t.Errorf("with a declared pause it is %s", paused)
	}
	if d.Probe.IsZero() {
		t.Error("the hub does not probe after a turn was missed")
	}
	probe := d.test("cedar", minute(125), false)
	if !d.Probe.IsZero() {
		t.Error("the hub would probe again at once")
	}
	d.answer("alder", probe, "cedar", minute(125), minute(125), false)
	d.want("birch", minute(125).Add(6*time.Hour-time.Second), Red)
	d.want("birch", minute(125).Add(6*time.Hour), Dark)
	at := minute(125).Add(7 * time.Hour)
	d.test("birch", at, false) // it comes up: one way
	d.want("birch", at, Dark)
	if !d.Probe.Equal(at) {
		t.Error("the hub does not ask the path that came up whether it hears")
	}
	d.answer("birch", probe, "cedar", minute(125), at, false) // a test from before: no proof of the way down
	d.want("birch", at, Dark)
	probe = d.test("cedar", at, false)
	d.answer("birch", probe, "cedar", at, at.Add(time.Second), false)
	d.want("birch", at.Add(time.Second), Green)
	month := d.Path("birch").Months[0]
	if want := at.Add(time.Second).Sub(minute(65)).Milliseconds(); month.Out != want || month.Missed != 2 {
		t.Errorf("counted %+v, want %d ms out", month, want)
	}
}

// A hub that was away blames itself, for all that fell due meanwhile, and nobody
// else.
func TestHubAway(t *testing.T) {
	d := &desk{t: t}
	id := d.test("cedar", five, false)
	for _, p := range []string{"alder", "birch"} {
		d.answer(p, id, "cedar", five, five, false)
	}
	back := minute(60*4 + 20) // turns 06:00 to 09:00 have passed
	if err := d.do(back, Miss{Party: "alder", Part: Machine, Due: minute(65), Cause: Network}); err == nil {
		t.Error("hours late it blames a side")
	}
	if err := d.do(back, Miss{Party: "cedar", Part: Machine, Due: minute(65), Cause: Hub, Tests: 3}); err == nil {
		t.Error("it covers fewer turns than have passed")
	}
	if err := d.do(back, Miss{Party: "cedar", Part: Machine, Due: minute(65), Cause: Hub, Tests: 4}); err != nil {
		t.Fatal(err)
	}
	for _, p := range []string{"alder", "birch", "cedar"} {
		d.want(p, back, Red)
	}
	if got := d.Path("cedar").Months[0].Missed; got != 4 {
		t.Errorf("the supervisor has %d misses, want 4", got)
	}
	if got := d.Path("alder").Months[0].Missed; got != 0 {
		t.Errorf("alder has %d misses, want 0", got)
	}
	if next := d.Timers(rules)[0]; next.Kind != KindProbe {
		t.Errorf("next is %+v, want a probe", next)
	}
	if d.Turn != rules.at(minute(300)) {
		t.Errorf("next turn is %s", rules.slot(d.Turn))
	}
}

// 90 minutes without a proof are RED, said or not.
func TestUnproven(t *testing.T) {
	d := &desk{t: t}
	d.test("alder", five, false)
	d.want("alder", minute(89), Green)
	d.want("alder", minute(90), Red)
	d.want("alder", minute(90+360), Dark)
}

func TestTurns(t *testing.T) {
	at := rules.NextTurn("alder", five.Add(time.Second))
	other := rules.NextTurn("birch", five.Add(time.Second))
	if at.Equal(other) || absolute(at.Sub(other)) != time.Hour {
		t.Errorf("alder's turn is at %s and birch's at %s", at, other)
	}
	if !rules.NextTurn("alder", at).Equal(at) || !rules.NextTurn("cedar", at).IsZero() {
		t.Error("a turn on the hour is not found, or the supervisor has one")
	}
}

func TestAvailability(t *testing.T) {
	p := Path{Machine: five, Months: []Month{{Month: "2026-11", Out: (3 * time.Hour).Milliseconds()}}}
	begun := time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)
	if got := p.Availability("2026-11", begun, begun.AddDate(0, 1, 5)); got < 99.58 || got > 99.59 {
		t.Errorf("three hours of November are %f%%", got)
	}
	if got := p.Availability("2026-12", begun, begun.AddDate(0, 1, 5)); got != 100 {
		t.Errorf("December is %f%%", got)
	}
	if out, whole := p.Outage("2026-11", begun, begun.Add(12*time.Hour)); out != 3*time.Hour || whole != 12*time.Hour {
		t.Errorf("by noon of its first day the line was out %s of %s", out, whole)
	}
	for _, month := range []string{"2026-10", "2027-02", "month"} {
		if out, whole := p.Outage(month, begun, begun.AddDate(0, 1, 5)); out != 0 || whole != 0 {
			t.Errorf("%s, when there was no line, was out %s of %s", month, out, whole)
		}
	}
}

// Whatever happens, a timer that is said is gone, and the state stays small.
func TestRandomLine(t *testing.T) {
	for seed := range uint64(200) {
		random := rand.New(rand.NewPCG(seed, 1))
		d := &desk{t: t}
		now, last := five, ""
		var lastAt time.Time
		for range 300 {
			now = now.Add(time.Duration(random.Int64N(int64(20 * time.Minute))))
			party := []string{"alder", "birch", "cedar"}[random.IntN(3)]
			switch {
			case random.IntN(3) > 0 && len(d.Timers(rules)) > 0:
				for _, due := range d.Timers(rules) {
					if due.At.After(now) || due.Kind == KindProbe {
						continue
					}
					c := Miss{Party: due.Party, Part: due.Part, Due: due.At.Truncate(time.Second), Cause: Network}
					if due.Part == Human {
						c.Cause = Operator
					}
					if now.Sub(due.At) > Grace {
						c.Party, c.Cause, c.Tests = "cedar", Hub, due.Turns(rules, now)
					}
					if err := d.do(now, c); err != nil {
						t.Fatalf("seed %d: %v of %+v", seed, err, due)
					}
					break
				}
			case last == "" || random.IntN(3) == 0:
				last, lastAt = d.test(party, now, random.IntN(2) == 0), now
			default:
				_ = d.do(now, Answer{Test: last, Party: party, By: "none", Of: lastAt, Human: random.IntN(2) == 0})
			}
			if len(d.Open) > 3*maxOpen || len(d.Paths) > 3 {
				t.Fatalf("seed %d: it grows: %d tests, %d paths", seed, len(d.Open), len(d.Paths))
			}
		}
		for range 1000 { // with nothing more on the line, what is owed is said and ends
			due := d.Timers(rules)[0]
			if due.At.After(now) {
				break
			}
			if due.Kind == KindProbe {
				d.Probe = time.Time{}
				continue
			}
			c := Miss{Party: due.Party, Part: due.Part, Due: due.At.Truncate(time.Second), Cause: Network}
			if due.Part == Human {
				c.Cause = Operator
			}
			if now.Sub(due.At) > Grace {
				c.Party, c.Cause, c.Tests = "cedar", Hub, due.Turns(rules, now)
			}
			if err := d.do(now, c); err != nil {
				t.Fatalf("seed %d: %v of %+v", seed, err, due)
			}
		}
		if due := d.Timers(rules)[0]; !due.At.After(now) {
			t.Fatalf("seed %d: %+v is never settled", seed, due)
		}
	}
}

// A path that nobody has proven is not available, and has no figure at all.
func TestUnprovenIsNotAvailable(t *testing.T) {
	d := &desk{t: t}
	d.test("cedar", five, false)
	for _, party := range []string{"birch", "dogwood"} { // dogwood joins later
		if out, whole := d.Path(party).Outage("2026-11", d.Begun, minute(4)); out != 0 || whole != 0 {
			t.Errorf("%s, of which nothing is known, was out %s of %s", party, out, whole)
		}
	}
	if err := d.do(minute(5), Miss{Party: "birch", Part: Machine, Due: minute(5), Cause: Network}); err != nil {
		t.Fatal(err)
	}
	if out, whole := d.Path("birch").Outage("2026-11", d.Begun, minute(15)); out != 10*time.Minute || whole != 15*time.Minute {
		t.Errorf("birch was out %s of %s", out, whole)
	}
}

// Whoever floods the line with tests of its own does not make it forget the answer
// that it owes.
func TestFloodForgetsNothing(t *testing.T) {
	d := &desk{t: t}
	id := d.test("alder", five, true)
	d.answer("cedar", id, "alder", five, minute(1), true)
	d.answer("birch", id, "alder", five, minute(1), false) // its machine; no person
	for i := range 3 * maxOpen {
		d.test("birch", minute(1).Add(time.Duration(i)*time.Second), false)
	}
	if n := len(d.Open); n > maxOpen+1 { // and alder's
		t.Errorf("%d tests are kept in mind", n)
	}
	if err := d.do(minute(5), Miss{Party: "birch", Part: Human, Due: minute(5), Cause: Operator}); err != nil {
		t.Errorf("the person at birch who did not answer: %v", err)
	}
	if !d.Path("birch").Absent {
		t.Error("birch has a person, who never answered")
	}
}

// A path RED because nothing proved it, while its person is missing too, is left by
// a test both ways, and was out from when it was RED.
func TestUnprovenAndAbsent(t *testing.T) {
	d := &desk{t: t}
	id := d.test("alder", five, true)
	d.answer("birch", id, "alder", five, minute(0), false)
	if err := d.do(minute(5), Miss{Party: "birch", Part: Human, Due: minute(5), Cause: Operator}); err != nil {
		t.Fatal(err)
	}
	d.want("birch", minute(6), Amber)
	d.want("birch", minute(120), Red) // the hub has said nothing meanwhile
	d.test("birch", minute(121), false)
	id = d.test("alder", minute(122), false)
	d.answer("birch", id, "alder", minute(122), minute(123), false)
	d.want("birch", minute(123), Amber)
	if out, _ := d.Path("birch").Outage("2026-11", d.Begun, minute(123)); out != 33*time.Minute {
		t.Errorf("birch was out %s, want 33m from when it was RED", out)
	}
}

// An amended charter may set another interval. The turns go on from where they
// were: none is owed for the years since 1970, and none is put off for decades.
func TestIntervalAmended(t *testing.T) {
	for _, interval := range []time.Duration{time.Minute, 20 * time.Minute, 24 * time.Hour} {
		d := &desk{t: t}
		d.test("cedar", five, false)
		amended := rules
		amended.Interval, amended.Miss = interval, 30*time.Second
		turn := d.Timers(amended)[0]
		for _, timer := range d.Timers(amended) {
			if timer.Kind == KindTurn {
				turn = timer
			}
		}
		if turn.At.Before(five) || turn.At.After(five.Add(time.Hour+interval+amended.Miss)) {
			t.Errorf("every %s: the next turn is due at %s, and it is %s", interval, turn.At, five)
		}
		missed := TestMissed{Party: turn.Party, Part: Machine, Due: turn.At.Truncate(time.Second), Cause: Network, At: turn.At}
		d.Apply(amended, missed)
		for _, timer := range d.Timers(amended) {
			if timer.Kind == KindTurn && !timer.At.Equal(turn.At.Add(interval)) {
				t.Errorf("every %s: after the turn of %s the next is due at %s", interval, turn.At, timer.At)
			}
		}
	}
}

// A hub that was away for years says so in several entries, each of which its
// format can hold.
func TestAwayForYears(t *testing.T) {
	d := &desk{t: t}
	d.test("cedar", five, false)
	for said, now := 0, five.AddDate(40, 0, 0); ; said++ {
		i := slices.IndexFunc(d.Timers(rules), func(t Timer) bool { return t.Kind == KindTurn })
		timer := d.Timers(rules)[i]
		if timer.At.After(now) {
			return
		}
		turns := timer.Turns(rules, now)
		if turns > 100_000 || said > 10 {
			t.Fatalf("entry %d covers %d turns", said, turns)
		}
		if err := d.do(now, Miss{Party: "cedar", Part: Machine, Due: timer.At, Cause: Hub, Tests: turns}); err != nil {
			t.Fatal(err)
		}
	}
}

// A party cannot push out of sight what it has not answered itself by tests of
// its own.
func TestStorm(t *testing.T) {
	d := &desk{t: t}
	asked := d.test("alder", five, true)
	for i := range 500 {
		d.test("birch", five.Add(time.Duration(i)*time.Millisecond), i%2 == 0)
	}
	if !slices.ContainsFunc(d.Open, func(t Test) bool { return t.ID == asked }) {
		t.Error("the test that birch owes an answer to is forgotten")
	}
	if len(d.Open) > 3*maxOpen {
		t.Errorf("%d tests are kept", len(d.Open))
	}
}
