package mechanism

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"time"

	"parley/charter"
	"parley/format"
	"parley/matter"
	"parley/statement"
)

// Rules of matters, as refusals name them.
const (
	MatterParties = "matter.parties"
	MatterName    = "matter.name-taken"
	MatterFull    = "matter.full"
	UnknownMatter = "matter.unknown"
	UnreadMatter  = "matter.unread"
)

const (
	// maxMoves bounds the statements of one matter: what goes on for longer is
	// taken up in a new one. Each party has an equal share, so that none takes the
	// word from the others.
	maxMoves = 500
	// maxKept is the same of a commitment, which may be kept daily for years.
	maxKept = 9000
	// maxOpaque is how long an opaque value may be that the rules read.
	maxOpaque = 4000
	// maxVoids is how many overtaken statements a matter keeps by name, the newest.
	maxVoids = 20
)

// A Matter is something of the channel with a life of its own, such as a case.
// Every party of it has the same, the one whose reader lacks some of it apart.
type Matter struct {
	ID      string         `json:"id"` // of the statement that opened it
	Kind    matter.Kind    `json:"kind"`
	Area    string         `json:"area"`
	Rules   matter.Rules   `json:"rules"`   // whom it is between, fixed as it opened
	Opened  uint64         `json:"opened"`  // entry of the statement that opened it
	Began   time.Time      `json:"began"`   // when that took effect
	Since   uint64         `json:"since"`   // entry from which on it stands as it does
	Moves   []uint64       `json:"moves"`   // entries of the statements that took effect, in that order
	Shares  map[string]int `json:"shares"`  // how many of them are each party's
	Voids   []Void         `json:"voids"`   // what was overtaken, the newest of it; nil for nothing
	Partial bool           `json:"partial"` // some of it is withheld here, so that nothing is refused by it
	State   matter.State   `json:"state"`
}

// A Void is a statement that was good as it was submitted, and no longer as its
// addressees could read it: another had overtaken it. It changes nothing.
type Void struct {
	Index    uint64    `json:"index"` // its entry
	At       time.Time `json:"at"`
	Rule     string    `json:"rule"`
	Sentence string    `json:"sentence"`
}

// UnmarshalJSON reads the form that json.Marshal gives a matter.
func (m *Matter) UnmarshalJSON(text []byte) error {
	type plain Matter
	all := struct {
		*plain
		State json.RawMessage `json:"state"`
	}{plain: (*plain)(m)}
	if err := json.Unmarshal(text, &all); err != nil {
		return err
	}
	k, ok := keeperOf(m.Kind)
	if !ok {
		return fmt.Errorf("matter %s: its kind %q is unknown", m.ID, m.Kind)
	}
	var err error
	m.State, err = k.read(all.State)
	return err
}

// clone copies m, but for its state, which nothing changes.
func (m *Matter) clone() *Matter {
	c := *m
	c.Moves, c.Voids, c.Shares = slices.Clone(m.Moves), slices.Clone(m.Voids), maps.Clone(m.Shares)
	return &c
}

// Owing reports whether party is to act next in the matter.
func (m *Matter) Owing(party string) bool {
	return slices.ContainsFunc(m.State.Next(m.Rules), func(n matter.Next) bool { return n.Party == party })
}

// OwedBy gives what a matter in which a party is to act is listed as.
func (m *Matter) OwedBy() Owed { return Owed{Index: m.Opened, Since: m.Since, Area: m.Area} }

// A keeper knows one kind of matter: how it opens, and how its state is read.
type keeper struct {
	open func(ch *charter.Charter, m matter.Move, r matter.Rules, now time.Time) (matter.State, error)
	// admit refuses what the rest of the channel stands against; nil for nothing. It
	// is asked of the matter before m, and as m opens it of the matter after. What not
	// all of parties are party to is nothing.
	admit func(v View, old *Matter, m matter.Move, parties []string) error
	read  func(text []byte) (matter.State, error)
	most  int // statements of one; 0 for maxMoves
}

// keeperOf gives the keeper of a kind. Each kind has a file of its own.
func keeperOf(kind matter.Kind) (keeper, bool) {
	switch kind {
	case matter.Project:
		return projects, true
	case matter.Exchange:
		return exchanges, true
	case matter.Case:
		return cases, true
	case matter.Session:
		return sessions, true
	case matter.Commitment:
		return commitments, true
	case matter.PublicLine:
		return publicLines, true
	}
	return keeper{}, false
}

// read gives the reader of a state of type S.
func read[S any, P interface {
	*S
	matter.State
}](text []byte) (matter.State, error) {
	state := P(new(S))
	if err := json.Unmarshal(text, state); err != nil {
		return nil, fmt.Errorf("read state of a matter: %w", err)
	}
	return state, nil
}

// moveOf reads what a message says to a matter; nil where it is of none.
func moveOf(content *format.Format, c Case) *matter.Move {
	claims := c.Statement.Claims()
	m := &matter.Move{ID: claims.ID, Author: claims.Author, Format: content.ID, Logged: c.Now, Index: c.Index}
	for _, ref := range claims.Refs {
		m.Refs = append(m.Refs, matter.Ref{Relation: ref.Relation, ID: ref.ID})
	}
	if cancels(claims) {
		return m
	}
	m.Values = map[string][]string{}
	for i := range content.Fields {
		name := content.Fields[i].Name
		value, said := c.Statement.Field(name)
		switch {
		case !said:
		case content.Fields[i].Type == format.Text, content.Fields[i].Type == format.Opaque && content.Fields[i].Max > maxOpaque:
			m.Texts = append(m.Texts, name)
		default:
			m.Values[name] = values(value)
		}
	}
	return m
}

// values writes a field's value as a move has it.
func values(value any) []string {
	switch v := value.(type) {
	case string:
		return []string{v}
	case []string:
		return slices.Clone(v)
	case int64:
		return []string{strconv.FormatInt(v, 10)}
	case bool:
		return []string{strconv.FormatBool(v)}
	}
	return []string{fmt.Sprint(value)}
}

// concern finds the matter that a message is of: that of the statement that it
// refers to first, where that is of the same kind, and else its own. It is empty
// where what it refers to is withheld here.
func (facts *Facts) concern(v View, ch *charter.Charter, kind matter.Kind, claims statement.Claims, about *Record) {
	facts.Kind, facts.Matter = kind, claims.ID
	switch {
	case len(claims.Refs) == 0:
	case about == nil || about.Facts == nil && about.Delivery != nil && !ofNoMatter(v, ch, about):
		facts.Matter = ""
	case about.Facts != nil && about.Facts.Kind == kind:
		facts.Matter = about.Facts.Matter
	}
}
