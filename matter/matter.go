// Package matter knows what everything on the channel that has a life of its own
// has in common: a case, a session, a commitment, a public line, a sealed
// exchange, a project.
//
// A matter is opened by a message of its kind and goes on by messages that refer
// to one of it. It takes notice of a message when that message's addressees may
// read it: as it is ordered where no gate waits, and else as it is released. So
// every party of a matter takes in the same moves in the same order, and has the
// same state, which is nowhere sent.
//
// A [State] is a value. [State.Take] and [State.Lapse] answer the state that
// follows, or why there is none, and leave the one they are asked of as it was.
// Both are pure: time is an argument.
package matter

import (
	"cmp"
	"slices"
	"time"

	"parley/identity"
	"parley/rule"
)

// A Kind is what a matter is.
type Kind string

// The kinds. Formats name them as their matter.
const (
	Case       Kind = "case"        // an incident or a dispute
	Session    Kind = "session"     // a meeting with its agenda and minutes
	Commitment Kind = "commitment"  // an entry of the register of commitments
	PublicLine Kind = "public-line" // words that both sides may say in public
	Exchange   Kind = "exchange"    // texts that are sealed and opened together
	Project    Kind = "project"     // a proposal of the commercial track
)

// Rules of this package, as refusals name them.
const (
	NotOpening = "matter.not-opening" // what was said needs a matter to speak about
	Ended      = "matter.ended"       // nothing more is said in it
	NotDue     = "matter.not-due"     // the clock speaks too early, or of what is not owed
)

// A Ref is a reference of a message to another.
type Ref struct {
	Relation string `json:"relation"`
	ID       string `json:"id"`
}

// A Move is what one message says to a matter: everything about it that the rules
// may ask, texts in prose apart, of which it has the names alone.
type Move struct {
	ID     string              `json:"id"`               // the message's
	Author identity.Author     `json:"author"`           // who signed it
	Format string              `json:"format"`           // "J21"; that of the content where it replaces another
	Refs   []Ref               `json:"refs,omitempty"`   // as signed; empty for most that open a matter
	Values map[string][]string `json:"values,omitempty"` // fields in their one form, those of type text apart; lists have several values, the others one
	Texts  []string            `json:"texts,omitempty"`  // names of the fields of type text that it has
	Logged time.Time           `json:"logged"`           // when it was ordered: its author's clock stops here
	Index  uint64              `json:"index"`            // its entry
}

// Value gives a field's one value; empty where it is not there.
func (m Move) Value(name string) string {
	if all := m.Values[name]; len(all) > 0 {
		return all[0]
	}
	return ""
}

// All gives a list's values, in the order in which they were signed.
func (m Move) All(name string) []string { return m.Values[name] }

// About gives the statement that the move is about first; none where it opens
// something by itself.
func (m Move) About() Ref {
	if len(m.Refs) == 0 {
		return Ref{}
	}
	return m.Refs[0]
}

// Replaces reports whether the move takes the place of an earlier one of the same
// format, Cancels whether it leaves that place empty.
func (m Move) Replaces() bool { return m.About().Relation == "replaces" }

// Cancels is described with [Move.Replaces].
func (m Move) Cancels() bool { return m.About().Relation == "cancels" }

// Rules is whom a matter is between, as the charter in force has it. What else a
// kind needs of the charter is fixed as the matter opens, and kept in its state.
type Rules struct {
	Supervisor string
	Sides      []string // of the mechanism, sorted
	Parties    []string // of this matter, the supervisor included, sorted
}

// Others gives the sides that are party to the matter, without party.
func (r Rules) Others(party string) []string {
	var all []string
	for _, side := range r.Sides {
		if side != party && slices.Contains(r.Parties, side) {
			all = append(all, side)
		}
	}
	return all
}

// A Timer is something that falls due. Its stage and its party name it: a state
// never has two of both alike.
type Timer struct {
	Stage string    `json:"stage"`           // what falls due, a name of format matter.due's field stage
	Party string    `json:"party,omitempty"` // who owes it; empty where nobody does, such as the end of a window
	At    time.Time `json:"at"`
}

// SortTimers puts timers in the order in which they fall due.
func SortTimers(all []Timer) []Timer {
	slices.SortFunc(all, func(a, b Timer) int {
		return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.Stage, b.Stage), cmp.Compare(a.Party, b.Party))
	})
	return all
}

// A Next is what is to be done next in a matter and by whom.
type Next struct {
	Party  string    // one that is party to it, or the hub's clock as "clock"
	Action string    // a code that the matter's page has words for
	By     time.Time // zero where no clock runs
}

// Clock stands for the hub's clock as the one to act next.
const Clock = "clock"

// A State is how a matter stands. A state is never changed: what follows it is
// another one. Its JSON form gives it again, to the byte.
type State interface {
	// Take gives the state after m took effect at now, or a [rule.Refusal]. A
	// message is asked about twice: as it is submitted, when its author gets
	// the refusal, and as it takes effect, when it may have been overtaken.
	Take(m Move, r Rules, now time.Time) (State, error)
	// Lapse gives the state after the hub's clock has said at now that t is
	// due. A timer that fired is not among Timers again.
	Lapse(t Timer, r Rules, now time.Time) (State, error)
	// Timers gives what falls due, sorted with [SortTimers].
	Timers() []Timer
	// Next gives who is to act. It is empty exactly where Ended is not.
	Next(r Rules) []Next
	// Ended is how the matter ended; empty while it goes on.
	Ended() string
	// Name is what people call it, such as "session-1", unlike that of every
	// other one of its kind; empty where they call it by its number.
	Name() string
}

// Find gives the timer of s that has that stage and party and is due at now, or a
// refusal of [NotDue].
func Find(s State, t Timer, now time.Time) (Timer, error) {
	for _, own := range s.Timers() {
		if own.Stage == t.Stage && own.Party == t.Party && !own.At.After(now) {
			return own, nil
		}
	}
	return Timer{}, rule.Refuse(NotDue, "wait for its time", "nothing of stage %q is due from %q at %s", t.Stage, t.Party, now.UTC().Format(time.RFC3339))
}
