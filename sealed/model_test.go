package sealed

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"testing"
	"time"

	"parley/matter"
)

// instants are the moments at which things happen in the model, from the deadline:
// before, at and after each edge of a rule.
var instants = map[string][]time.Duration{
	BothIn:     {-time.Hour, -30 * time.Minute, -time.Millisecond, 0, 30*time.Minute - time.Millisecond},
	AtDeadline: {-time.Hour, -time.Millisecond, 0, 30*time.Minute - time.Millisecond, 30 * time.Minute},
	AtSignal:   {-time.Hour, -30 * time.Minute, -time.Millisecond, 0, 30*time.Minute - time.Millisecond},
}

// A node is everything that matters of one exchange at one moment: the ledger's
// state, what the hub holds, and what each side's desk has and knows.
type node struct {
	X     *State            // nil before the first deposit
	Rule  string            // by which it is opened
	Clock int               // of the rule's instants
	Gate  map[string]string // what each side has sealed, at the hub's gate or released
	Knows map[string]bool   // the desk has followed as far as that both may be opened, and maybe no further
	Left  map[string]bool   // the side's true text has left its desk, sealed: a hub in league hands it on at once
}

func (n node) now() time.Time { return noon.Add(instants[n.Rule][n.Clock]) }

func (n node) clone() node {
	n.Gate, n.Knows, n.Left = maps.Clone(n.Gate), maps.Clone(n.Knows), maps.Clone(n.Left)
	return n
}

func (n node) opened() []string { return slices.Sorted(maps.Keys(n.Gate)) }

// follow has a desk take in what the ledger has.
func (n node) follow(side string) node {
	n = n.clone()
	delete(n.Knows, side)
	if n.X != nil && !n.X.Since.IsZero() && n.X.End == "" {
		n.Knows[side] = true
	}
	return n
}

// A model plays all that sides, supervisor and hub can do, well or ill, on the real
// rules.
type model struct {
	t     *testing.T
	rule  string
	cast  map[string]*party
	reads map[string]map[string]bool // sealed true text of a side, opened with the identity of a side
	done  map[string]int             // how many attempts of each kind were taken
	tried map[string]int
	ended map[string]bool // what need not be played again
}

func newModel(t *testing.T, openRule string) *model {
	m := &model{t: t, rule: openRule, cast: newCast(t), reads: map[string]map[string]bool{}, done: map[string]int{}, tried: map[string]int{}, ended: map[string]bool{}}
	for of, p := range m.cast {
		m.reads[of] = map[string]bool{}
		for by, reader := range m.cast {
			_, err := Unseal(p.sealed["good"], reader.identity)
			m.reads[of][by] = err == nil
		}
	}
	return m
}

// note counts an attempt.
func (m *model) note(what string, taken bool) bool {
	m.tried[what]++
	if taken {
		m.done[what]++
	}
	return taken
}

// put asks the rules for a move, as the hub does, and gives the node after it.
func (m *model) put(n node, what string, move matter.Move) (node, bool) {
	var after matter.State
	var err error
	if n.X == nil {
		after, err = Open(move, rules, terms, n.now())
	} else {
		after, err = n.X.Take(move, rules, n.now())
	}
	if !m.note(what, err == nil) {
		return n, false
	}
	n = n.clone()
	n.X = after.(*State)
	return n, true
}

// after gives every node that one action of anybody's leads to.
func (m *model) after(n node) []node {
	var all []node
	keep := func(next node, ok bool) {
		if ok {
			all = append(all, next)
		}
	}
	for _, side := range sides {
		p := m.cast[side]
		good := p.deposit(side, m.rule, n.now())
		keep(m.put(n, "deposit", good))
		if n.X != nil {
			keep(m.put(n, "deposit of other terms", with(good, "open-rule", map[string]string{BothIn: AtSignal, AtSignal: AtDeadline, AtDeadline: BothIn}[m.rule])))
			keep(m.put(n, "deposit of other terms", with(good, "deadline", "2026-11-25T13:00Z")))
			keep(m.put(n, "deposit copied", with(good, "commitment", n.X.Deposits[0].Commitment)))
			keep(m.put(n, "signal of a side", signal(side, n.now())))
			if key, _ := json.Marshal([]any{n.X, side}); !m.ended[string(key)] { // what was sealed is nothing to it
				m.ended[string(key)] = true
				keep(m.put(n, "contest", contest(side, "open-"+other(side), p.identity, n.now())))
				keep(m.put(n, "contest with a false identity", contest(side, "open-"+other(side), m.cast[other(side)].identity, n.now())))
			}
			for _, what := range []string{"good", "bad"} {
				keep(m.open(n, side, what))
			}
		}
		all = append(all, n.follow(side))
	}
	if n.X != nil {
		keep(m.put(n, "signal", signal("cedar", n.now())))
		for _, act := range [][]string{{}, {"alder"}, {"birch"}, {"alder", "birch"}, {"birch", "alder"}, {"alder", "alder"}, {"alder", "birch", "alder"}} {
			keep(m.release(n, act))
		}
		for _, stage := range []string{StageDeposit, StageSignal, StageOpening} {
			for _, party := range []string{"", "alder", "birch", "cedar"} {
				keep(m.lapse(n, matter.Timer{Stage: stage, Party: party}))
			}
		}
	}
	if n.Clock < len(instants[n.Rule])-1 && (n.X == nil || n.X.End == "") {
		later := n.clone()
		later.Clock++
		all = append(all, later)
	}
	return all
}

// open sends an opening. A good one is an honest desk's, which sends only what its
// own replica shows to be due, as often as it is restarted; anything else is sent
// at any time by who does not care.
func (m *model) open(n node, side, what string) (node, bool) {
	if what == "good" {
		replica := *n.X
		if replica.End, replica.Opened = "", nil; !n.Knows[side] || !replica.MayOpen(n.now()) {
			return n, false // as far as the desk knows
		}
		n = n.clone()
		n.Left[side] = true
	}
	move := m.cast[side].opening(side, "deposit-"+other(side), m.cast[side].sealed[what], n.now())
	if _, err := n.X.Take(move, rules, n.now()); !m.note("open "+what, err == nil && n.Gate[side] == "") {
		return n, what == "good" // refused, but it has left
	}
	n = n.clone()
	n.Gate[side] = what // at the gate: the state learns of it as it is released
	return n, true
}

// release is an act of the hub's that opens what sides have at the gate.
func (m *model) release(n node, act []string) (node, bool) {
	var openings []matter.Move
	for _, side := range act {
		if n.Gate[side] == "" {
			return n, false
		}
		openings = append(openings, m.cast[side].opening(side, "deposit-"+other(side), m.cast[side].sealed[n.Gate[side]], n.now()))
		if d, ok := n.X.Of(side); ok { // it was ordered while it might be
			openings[len(openings)-1].Logged = later(n.X.Since, d.At)
		}
	}
	next, err := n.X.Reveal(openings, rules, n.now())
	if !m.note(fmt.Sprintf("release of %d", len(act)), err == nil) {
		return n, false
	}
	n = n.clone()
	n.X, n.Knows = next, map[string]bool{} // nothing is opened any more
	return n, true
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// lapse is the hub's word that something was missed. An untrue one the rules refuse
// where all is known, and else whoever it names.
func (m *model) lapse(n node, t matter.Timer) (node, bool) {
	after, err := n.X.Lapse(t, rules, n.now())
	if err != nil {
		m.note("lapse", false)
		return n, false
	}
	if due, ok := n.X.Due(n.opened()); !ok || due.Stage != t.Stage || due.Party != t.Party {
		m.note("lapse untrue", false)
		if wronged := after.(*State).Missing; !slices.ContainsFunc(wronged, func(side string) bool { return n.Gate[side] != "" }) && len(n.opened()) > 0 {
			m.t.Fatalf("an untrue lapse of %s by %q wrongs nobody: %v have opened", t.Stage, t.Party, n.opened())
		}
		return n, false
	}
	m.note("lapse", true)
	n = n.clone()
	n.X = after.(*State)
	return n, true
}

// holds checks everything that is promised, at one node.
func (m *model) holds(n node) {
	x := n.X
	if x == nil {
		if len(n.Left) > 0 {
			m.t.Fatal("a text has left a desk before any deposit")
		}
		return
	}
	text, _ := json.Marshal(x)
	var again State
	if err := json.Unmarshal(text, &again); err != nil {
		m.t.Fatal(err)
	}
	if twice, _ := json.Marshal(again); string(twice) != string(text) || len(text) > 2000 {
		m.t.Fatalf("a state of %d bytes reads back as another: %s", len(text), text)
	}
	for side := range n.Left { // with a hub in league the other side reads it from now on
		if len(x.Deposits) < 2 {
			m.t.Fatalf("the text of %s has left its desk, and %v alone has deposited", side, x.Deposits)
		}
		for by, can := range m.reads[side] {
			if can != (by == other(side)) {
				m.t.Fatalf("the text of %s is read by %s: %v", side, by, can)
			}
		}
	}
	if n.Left != nil && x.End != Revealed && len(x.Contests) > 0 {
		m.t.Fatal("an identity is public and the exchange is not revealed")
	}
	switch x.End {
	case Revealed: // an honest hub gives a text from here on
		if len(n.Gate) != 2 || len(x.Opened) != 2 {
			m.t.Fatalf("revealed with %v opened", n.Gate)
		}
		m.verdicts(n)
	case Lapsed:
		if len(x.Opened) > 0 || len(x.Missing) == 0 {
			m.t.Fatalf("lapsed sealed with %v opened and %v missing", x.Opened, x.Missing)
		}
		for _, side := range x.Missing {
			if n.Gate[side] != "" {
				m.t.Fatalf("%s is said not to have opened, and has", side)
			}
		}
	default:
		if len(x.Opened) > 0 {
			m.t.Fatalf("%v alone is released", x.Opened)
		}
	}
	owners := x.Next(rules)
	if (len(owners) == 0) != (x.End != "") || (len(x.Timers()) == 0) != (x.End != "") {
		m.t.Fatalf("%s: next %v, timers %v", text, owners, x.Timers())
	}
	for _, o := range owners {
		if !slices.Contains(rules.Parties, o.Party) || o.Action == "" || o.By.IsZero() {
			m.t.Fatalf("nobody is to do %+v", o)
		}
	}
}

// verdicts has each side's cheating found out by the other, and by everybody else
// as soon as that has published its identity, and no honest side accused.
func (m *model) verdicts(n node) {
	for side, what := range n.Gate {
		key := "verdict of " + what + " by " + side
		if m.done[key] > 0 { // the same bytes as before
			continue
		}
		m.note(key, true)
		d, _ := n.X.Of(side)
		e := Evidence{Context: context(side), Commitment: d.Commitment, Key: m.cast[other(side)].key, Identity: m.cast[other(side)].identity}
		for sealed, want := range map[string]Verdict{"good": Kept, "lie": Mismatched, "own-key": Unopenable, "noise": Unopenable} {
			if (sealed == "good") != (what == "good") {
				continue
			}
			e.Sealed = m.cast[side].sealed[sealed]
			if got, _, err := Check(e); got != want {
				m.t.Fatalf("%s opened with %s is found %s (%v)", side, sealed, got, err)
			}
		}
	}
}

// finish plays on with an honest hub, and able desks that follow and open as they
// can; the others have lost their secrets.
func (m *model) finish(n node, able ...string) node {
	for {
		for _, side := range able {
			n = n.follow(side)
			if next, ok := m.open(n, side, "good"); ok && n.Gate[side] == "" {
				n = next
			}
		}
		if next, ok := m.put(n, "signal", signal("cedar", n.now())); ok {
			n = next
			continue
		}
		if next, ok := m.release(n, sides); ok {
			n = next
		}
		if due, ok := n.X.Due(n.opened()); ok && !due.At.After(n.now()) {
			n, _ = m.lapse(n, due)
		}
		if n.X.End != "" || n.Clock == len(instants[n.Rule])-1 {
			return n
		}
		n = n.clone()
		n.Clock++
	}
}

// ends plays an exchange to its end, with able desks and with others. Where both are
// able in time it is revealed.
func (m *model) ends(n node) {
	key, _ := json.Marshal([]any{n.X, n.Clock, n.Gate}) // a rule has a model of its own
	if n.X == nil || m.ended[string(key)] {
		return
	}
	m.ended[string(key)] = true
	x := n.X
	in := x.End == "" && len(x.Deposits) == 2 && (x.MayOpen(n.now()) || n.now().Before(x.Since) || x.Since.IsZero() && n.now().Before(noon))
	for _, able := range [][]string{nil, {"alder"}, {"birch"}, sides} {
		end := m.finish(n, able...)
		m.holds(end)
		if end.X.End == "" || in && len(able) == 2 && end.X.End != Revealed {
			m.t.Fatalf("%s ends as %q where %v can open", key, end.X.End, able)
		}
	}
}

// Every ordering of everything that the two sides, the supervisor and the hub can do,
// with desks that are behind, restarted at any point, and bereft of their secrets.
func TestEveryOrdering(t *testing.T) {
	for _, openRule := range []string{BothIn, AtDeadline, AtSignal} {
		t.Run(openRule, func(t *testing.T) {
			m := newModel(t, openRule)
			first := node{Rule: openRule, Gate: map[string]string{}, Knows: map[string]bool{}, Left: map[string]bool{}}
			seen, queue, steps := map[string]bool{}, []node{first}, 0
			for len(queue) > 0 {
				n := queue[len(queue)-1]
				queue = queue[:len(queue)-1]
				key, err := json.Marshal(n)
				if err != nil {
					t.Fatal(err)
				}
				if seen[string(key)] {
					continue
				}
				seen[string(key)] = true
				m.holds(n)
				m.ends(n)
				next := m.after(n)
				if now, _ := json.Marshal(n); string(now) != string(key) {
					t.Fatalf("what was asked of %s has changed it: %s", key, now)
				}
				steps += len(next)
				queue = append(queue, next...)
			}
			t.Logf("%d states, %d steps taken; of what was tried: %v", len(seen), steps, m.tried)
			for _, what := range []string{"deposit", "open good", "open bad", "release of 2", "lapse", "contest"} {
				if m.done[what] == 0 {
					t.Errorf("the model never came to %s", what)
				}
			}
			for _, what := range []string{"deposit copied", "release of 0", "release of 1", "release of 3", "lapse untrue", "contest with a false identity", "signal of a side"} {
				if m.tried[what] == 0 || m.done[what] > 0 {
					t.Errorf("%s: tried %d times and taken %d times", what, m.tried[what], m.done[what])
				}
			}
		})
	}
}
