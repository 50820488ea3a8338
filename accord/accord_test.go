package accord

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"parley/identity"
	"parley/matter"
	"parley/rule"
)

var (
	noon    = time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC) // a Tuesday
	parties = matter.Rules{Supervisor: "cedar", Sides: []string{"alder", "birch"}, Parties: []string{"alder", "birch", "cedar"}}
)

func at(hours float64) time.Time { return noon.Add(time.Duration(hours * float64(time.Hour))) }

// said makes a move: who says it, its identifier, what it refers to ("replaces:id"
// for another relation), and its fields. A field without a value is a text.
func said(by, id, about string, formatID string, fields ...string) matter.Move {
	m := matter.Move{ID: id, Author: identity.Author{Party: by}, Format: formatID, Logged: noon}
	if about != "" {
		relation, of, other := strings.Cut(about, ":")
		if !other {
			relation, of = "replies", about
		}
		m.Refs = []matter.Ref{{Relation: relation, ID: of}}
	}
	if m.Cancels() {
		return m
	}
	m.Values = map[string][]string{}
	for _, f := range fields {
		name, value, is := strings.Cut(f, "=")
		if is {
			m.Values[name] = strings.Split(value, ",")
		} else {
			m.Texts = append(m.Texts, name)
		}
	}
	return m
}

// ordered gives m as it was ordered at that many hours after noon.
func ordered(m matter.Move, hours float64) matter.Move {
	m.Logged = at(hours)
	return m
}

// A step is a move that takes effect as it is ordered or, where lapse names a stage
// and a party ("stage party"), the clock's word.
type step struct {
	move  matter.Move
	lapse string
	at    float64 // hours after noon
	later float64 // takes effect so many hours later
	rule  string  // refused so; empty where it is granted
}

func play(t *testing.T, s matter.State, steps ...step) matter.State {
	t.Helper()
	for i, p := range steps {
		before := text(t, s)
		var next matter.State
		var err error
		what := p.lapse
		if p.lapse != "" {
			stage, party, _ := strings.Cut(p.lapse, " ")
			next, err = s.Lapse(matter.Timer{Stage: stage, Party: party}, parties, at(p.at))
		} else {
			what = fmt.Sprintf("%s by %s", p.move.ID, p.move.Author.Party)
			next, err = s.Take(ordered(p.move, p.at), parties, at(p.at+p.later))
		}
		var refusal *rule.Refusal
		switch errors.As(err, &refusal); {
		case p.rule == "" && err != nil:
			t.Fatalf("step %d, %s: %v", i, what, err)
		case p.rule != "" && (refusal == nil || refusal.Rule != p.rule):
			t.Fatalf("step %d, %s: %v, want %s", i, what, err, p.rule)
		case text(t, s) != before:
			t.Fatalf("step %d, %s: it changed the state that it was asked of", i, what)
		case err == nil:
			sound(t, next, at(p.at+p.later))
			s = next
		}
	}
	return s
}

func text(t *testing.T, s matter.State) string {
	t.Helper()
	b, err := json.Marshal(s)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// sound checks what holds of every state: that it reads back as it is written, and
// that it goes on.
func sound(t *testing.T, s matter.State, now time.Time) {
	t.Helper()
	written := text(t, s)
	again := reflect.New(reflect.TypeOf(s).Elem()).Interface()
	if err := json.Unmarshal([]byte(written), again); err != nil || !reflect.DeepEqual(again, s) {
		t.Fatalf("%s reads back as %+v (%v)", written, again, err)
	}
	if len(written) > 16<<10 {
		t.Fatalf("a state of %d bytes", len(written))
	}
	goesOn(t, s, now)
}

// goesOn checks that somebody is next or it has ended, and that each clock strikes at
// its time and not a nanosecond before, once.
func goesOn(t *testing.T, s matter.State, now time.Time) {
	t.Helper()
	next := s.Next(parties)
	if (len(next) == 0) != (s.Ended() != "") {
		t.Fatalf("%+v ended %q and has %d next actions", s, s.Ended(), len(next))
	}
	for _, n := range next {
		if n.Action == "" || n.Party != matter.Clock && !slices.Contains(parties.Parties, n.Party) {
			t.Fatalf("%+v: next is %+v", s, n)
		}
		if n.Party == matter.Clock && !slices.ContainsFunc(s.Timers(), func(t matter.Timer) bool { return t.Stage == n.Action && t.At.Equal(n.By) }) {
			t.Fatalf("%+v: the clock is next with %s, and has no such timer", s, n.Action)
		}
	}
	timers := s.Timers()
	if s.Ended() != "" && len(timers) > 0 {
		t.Fatalf("%+v has ended, and something falls due", s)
	}
	for i, timer := range timers {
		if slices.ContainsFunc(timers[:i], func(o matter.Timer) bool { return o.Stage == timer.Stage && o.Party == timer.Party }) {
			t.Fatalf("%+v has %s of %q twice", s, timer.Stage, timer.Party)
		}
		if _, err := s.Lapse(timer, parties, timer.At.Add(-time.Nanosecond)); err == nil {
			t.Fatalf("%+v: %s falls due early", s, timer.Stage)
		}
		after, err := s.Lapse(timer, parties, latest(timer.At, now))
		if err != nil {
			t.Fatalf("%+v: %v", s, err)
		}
		if slices.Contains(after.Timers(), timer) {
			t.Fatalf("%+v: %s of %q falls due again", s, timer.Stage, timer.Party)
		}
	}
}

func latest(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

var commands = flag.Int("moves", 20_000, "random moves of TestRandomMoves")

// Random moves of all parties, the clock's word at its time or much later: nothing
// panics, every state is sound, what was agreed changes by agreement alone, and every
// end is reached.
func TestRandomMoves(t *testing.T) {
	ends, granted := map[string]int{}, 0
	for made := range *commands / 180 {
		random := rand.New(rand.NewPCG(uint64(made), 45)) //nolint:gosec // a seed that can be played again
		for _, kind := range []matter.Kind{matter.Session, matter.Commitment, matter.PublicLine} {
			w := &world{random: random, kind: kind, now: noon, ends: ends}
			for step := range 61 { // the first opens
				if err := w.step(t, step); err != nil {
					t.Fatalf("seed %d, %s, step %d: %v", made, kind, step, err)
				}
			}
			granted += w.granted
		}
	}
	for _, end := range []string{"session cancelled", "session not-locked", "session adopted", "session adopted-with-dissent", "commitment met", "commitment waived", "commitment withdrawn",
		"public-line released", "public-line lapsed", "public-line withdrawn"} {
		if ends[end] == 0 {
			t.Errorf("no %s in %d commands, of which %d were granted: %v", end, *commands, granted, ends)
		}
	}
}

type world struct {
	random *rand.Rand
	kind   matter.Kind
	now    time.Time
	state  matter.State
	ids    []string

	granted int
	ends    map[string]int
}

func pick[T any](w *world, all ...T) T { return all[w.random.IntN(len(all))] }

// sound reads back one state in ten, which is what takes the time.
func (w *world) sound(t *testing.T, s matter.State) {
	t.Helper()
	if w.random.IntN(10) == 0 {
		sound(t, s, w.now)
	} else {
		goesOn(t, s, w.now)
	}
}

func (w *world) step(t *testing.T, n int) error {
	w.now = w.now.Add(pick(w, 0, time.Minute, time.Hour, 5*time.Hour, 26*time.Hour))
	if w.state == nil || w.state.Ended() != "" {
		w.state = w.open(n)
		sound(t, w.state, w.now)
		return nil
	}
	for _, timer := range w.state.Timers() {
		if timer.At.After(w.now) || w.random.IntN(3) == 0 {
			continue
		}
		if _, err := matter.Find(w.state, timer, w.now); err != nil {
			continue // another one has settled it
		}
		next, err := w.state.Lapse(timer, parties, w.now)
		if err != nil {
			return err
		}
		w.sound(t, next)
		if err := w.follows(next, matter.Move{}); err != nil {
			return fmt.Errorf("%+v: %w", timer, err)
		}
		if next.Ended() != "" {
			return nil
		}
	}
	m := w.move(fmt.Sprint("s", n))
	next, err := w.state.Take(m, parties, w.now)
	if err != nil {
		var refusal *rule.Refusal
		if !errors.As(err, &refusal) {
			return err
		}
		return nil
	}
	w.sound(t, next)
	w.granted, w.ids = w.granted+1, append(w.ids, m.ID)
	if err := w.follows(next, m); err != nil {
		return fmt.Errorf("%+v: %w", m, err)
	}
	return nil
}

// follows takes a state in the place of the one before, where that is in order.
func (w *world) follows(next matter.State, m matter.Move) error {
	was := w.state
	if w.state = next; next.Ended() != "" {
		w.ends[string(w.kind)+" "+next.Ended()]++
	}
	return errors.Join(inOrder(was, next, m), agreedAlone(was, next))
}

// inOrder reports a step that the order of a matter has not: minutes of a session
// that nobody locked, a duty under a text that nobody agreed to, an end that a silent
// party had to say, or a turn back.
func inOrder(was, is matter.State, m matter.Move) error {
	clock := m.ID == ""
	switch b := is.(type) {
	case *Session:
		a := was.(*Session)
		all := b.Minutes.answers().complete(b.Sides)
		switch adopted := b.Over == Adopted || b.Over == AdoptedWithDissent; {
		case b.Locked.IsZero() && (b.Minutes.Draft != "" || adopted), adopted && (clock || !all), !adopted && all && b.Minutes.Draft != "":
			return errors.New("minutes out of order")
		case !b.Locked.IsZero() && (!signatures(b.Locks).complete(b.Sides) || b.Over == NotLocked):
			return errors.New("locked by fewer than all")
		case b.Minutes.Drafts < a.Minutes.Drafts, len(a.Minutes.Inserted) > len(b.Minutes.Inserted) && !m.Cancels():
			return errors.New("minutes turned back")
		}
	case *Commitment:
		a := was.(*Commitment)
		switch {
		case b.Standing == nil && (a.Standing != nil || !b.InForce.IsZero() || len(b.Duties) > 0 || b.Over == Met || b.Over == Waived):
			return errors.New("without a text that all agreed to")
		case b.InForce.IsZero() != (len(b.Duties) == 0):
			return errors.New("duties that are not in force")
		case b.Over == Met && slices.ContainsFunc(b.Duties, func(d Duty) bool { return d.Claim == nil || len(d.Claim.Contests) > 0 || !clock && !b.settled(d) }):
			return errors.New("met in the eyes of one alone")
		case clock && (b.Over == Waived || b.Over == Withdrawn):
			return errors.New("the clock freed somebody")
		}
		for _, d := range b.Duties {
			if d.Overdue && !clock && !slices.ContainsFunc(a.Duties, func(o Duty) bool { return o.Owner == d.Owner && o.Overdue }) {
				return errors.New("overdue by a person's word")
			}
		}
	case *Line:
		if !b.Locked.IsZero() != signatures(b.Agreed).complete(b.Sides) || b.Over == Released && (b.Locked.IsZero() || !clock) || b.Over == Lapsed && !b.Locked.IsZero() {
			return errors.New("a line out of order")
		}
	}
	return nil
}

// agreedAlone reports what all had agreed to and one step changed that was not the
// last word of all.
func agreedAlone(was, is matter.State) error {
	switch a := was.(type) {
	case *Session:
		if b := is.(*Session); !a.Locked.IsZero() && (b.Call != a.Call || !b.Starts.Equal(a.Starts) || b.Over == Cancelled) {
			return errors.New("a locked agenda changed")
		}
	case *Commitment:
		b := is.(*Commitment)
		if a.Standing != nil && b.Standing != a.Standing && !signatures(b.Standing.Agreed).complete(b.signers(b.Standing)) {
			return errors.New("an agreed text changed")
		}
		if b.Over == Waived && !signatures(b.Waivers).complete(b.Sides) || b.Over == Withdrawn && a.Standing != nil {
			return errors.New("one freed itself")
		}
	case *Line:
		b := is.(*Line)
		if !a.Locked.IsZero() && (b.Words != a.Words || b.Over == Withdrawn && !signatures(b.Withdrawals).complete(b.Sides)) {
			return errors.New("a locked line changed")
		}
	}
	return nil
}

func (w *world) when(hours ...float64) string {
	return w.now.Add(time.Duration(pick(w, hours...) * float64(time.Hour))).Format("2006-01-02T15:04Z")
}

func (w *world) open(n int) matter.State {
	w.ids = []string{fmt.Sprint("o", n)}
	var state matter.State
	var err error
	switch w.kind {
	case matter.Session:
		m := said(pick(w, parties.Parties...), w.ids[0], "", "J41", "kind=call", "session=doc:s", "items=a", "attendance=alder/x", "window="+w.when(2, 9)+"/"+w.when(10, 30))
		state, err = OpenSession(m, parties, sessionTerms, w.now)
	case matter.Commitment:
		state, err = OpenCommitment(w.entry(w.ids[0], ""), parties, commitmentTerms, w.now)
	default:
		m := said(pick(w, parties.Parties...), w.ids[0], "j33", "J45", "kind=proposal", "release-at="+w.when(1, 30), "line-en")
		state, err = OpenLine(m, parties, lineTerms, w.now)
	}
	if err != nil {
		panic(err)
	}
	return state
}

func (w *world) entry(id, about string) matter.Move {
	return said(pick(w, parties.Parties...), id, about, "J43", "kind=entry", "number=doc:c", "text-en", "owner="+pick(w, "alder", "alder,birch", "cedar"),
		"recurrence="+pick(w, "once", "once", "each-time", "periodic"), "every="+pick(w, "PT1H", "P7D"), "due="+w.when(2, 30, 90))
}

func (w *world) move(id string) matter.Move {
	by, about := pick(w, parties.Parties...), pick(w, w.ids...)
	if w.random.IntN(2) == 0 { // what stands, so that some of it is granted
		switch s := w.state.(type) {
		case *Session:
			about = pick(w, s.Call, s.Minutes.Draft)
		case *Commitment:
			about = s.Text().Statement
			for _, d := range s.Duties {
				if d.Claim != nil {
					about = pick(w, about, d.Claim.Statement)
				}
			}
			if s.Proposed != nil {
				about = pick(w, about, s.Proposed.Statement)
			}
		case *Line:
			about = s.Words
		}
	}
	if w.random.IntN(8) == 0 {
		about = pick(w, "cancels:", "replaces:") + about
	}
	var m matter.Move
	switch w.kind {
	case matter.Session:
		if w.random.IntN(2) == 0 {
			m = said(by, id, about, "J41", "kind=lock", "session=doc:s")
			if w.random.IntN(3) == 0 {
				m = said(by, id, about, "J41", "kind=call", "session=doc:s", "items=a", "attendance=alder/x", "window="+w.when(2, 9)+"/"+w.when(10, 30))
			}
		} else {
			m = said(by, id, about, "J42", "kind="+pick(w, "draft", "statement", "correction", "adoption", "dissent"), "session=doc:s", "corrections-by="+w.when(1, 20))
		}
	case matter.Commitment:
		m = said(by, id, about, "J43", "kind="+pick(w, "agreement", "agreement", "in-force", "met", "met", "contest", "waiver"), "number=doc:c", "evidence=h")
		if w.random.IntN(6) == 0 {
			m = w.entry(id, about)
		}
	default:
		m = said(by, id, about, "J45", "kind="+pick(w, "agreement", "agreement", "withdrawal"))
		if w.random.IntN(4) == 0 {
			m = said(by, id, about, "J45", "kind=proposal", "release-at="+w.when(1, 30), "line-en")
		}
	}
	m.Logged = w.now.Add(-pick(w, 0, time.Minute, 5*time.Hour))
	return m
}
