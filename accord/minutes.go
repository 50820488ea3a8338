package accord

import (
	"slices"
	"time"

	"parley/format"
	"parley/matter"
	"parley/rule"
)

const (
	maxDrafts   = 20 // of one session's minutes
	maxInserted = 10 // statements, or corrections of one draft, or dissents from it, of one party
)

// Minutes are those of a session as they stand. The zero Minutes have no draft.
type Minutes struct {
	Late     bool        `json:"late,omitempty"`     // the supervisor's draft was overdue
	Inserted []Signature `json:"inserted,omitempty"` // statements to be inserted, in the order in which they took effect

	Draft         string      `json:"draft,omitempty"` // statement with the draft as it stands
	Drafter       string      `json:"drafter,omitempty"`
	Drafts        int         `json:"drafts,omitempty"`
	CorrectionsBy time.Time   `json:"correctionsBy,omitzero"`
	AdoptBy       time.Time   `json:"adoptBy,omitzero"`
	Corrections   []Signature `json:"corrections,omitempty"` // asked of this draft
	Adopted       []Signature `json:"adopted,omitempty"`     // at most one of each side
	Dissents      []Signature `json:"dissents,omitempty"`    // from phrases of this draft
	Silent        []string    `json:"silent,omitempty"`      // sides that had not answered in time
}

// answers gives the sides that have adopted the draft or dissented from some of it.
func (m Minutes) answers() signatures {
	all := slices.Clone(signatures(m.Adopted))
	for _, d := range m.Dissents {
		if !all.has(d.Party) {
			all = all.with(d.Party, d.Statement)
		}
	}
	return all
}

// minute takes a J42 other than one that replaces a draft.
func (s *Session) minute(m matter.Move, now time.Time) (*Session, error) {
	kind := m.Value("kind")
	switch {
	case s.Locked.IsZero():
		return nil, rule.Refuse(TooEarly, "lock its agenda first", "session %s has no agenda that all sides have locked, so that it has no minutes", s.Title)
	case m.Logged.Before(s.Starts):
		return nil, rule.Refuse(TooEarly, "wait until it begins", "session %s begins at %s", s.Title, stamp(s.Starts))
	case kind == "draft":
		return s.drafted(m, now)
	case kind == "statement":
		return s.insert(m)
	case s.Minutes.Draft == "":
		return nil, rule.Refuse(TooEarly, "wait for the draft", "the minutes of session %s have no draft yet", s.Title)
	case m.About().ID != s.Minutes.Draft:
		return nil, rule.Refuse(Superseded, "read it, and refer to statement "+s.Minutes.Draft, "the draft of the minutes of session %s is statement %s; statement %s refers to %s", s.Title, s.Minutes.Draft, m.ID, m.About().ID)
	case kind == "correction":
		return s.correct(m)
	}
	return s.answer(m, kind)
}

func (s *Session) drafted(m matter.Move, now time.Time) (*Session, error) {
	by, ok := format.ReadInstant(m.Value("corrections-by"))
	adopt := s.Terms.Days.Add(instant(now), s.Terms.Adoption)
	switch party := m.Author.Party; {
	case party != s.Supervisor && !s.Minutes.Late:
		return nil, rule.Refuse(NotYours, "wait for it; a side may draft once that is overdue", "the minutes of session %s are drafted by %s, until %s", s.Title, s.Supervisor, stamp(s.draftBy()))
	case s.Minutes.Drafts >= maxDrafts:
		return nil, rule.Refuse(Full, "adopt the last one, or dissent from what is wrong in it", "the minutes of session %s have had %d drafts", s.Title, maxDrafts)
	case !ok || !by.After(now) || by.After(adopt):
		return nil, rule.Refuse(BadTimes, "give a time between the two", "corrections would be taken until %s; it is %s, and the draft is to be adopted by %s", stamp(by), stamp(now), stamp(adopt))
	}
	next := *s
	next.Minutes = Minutes{
		Late: s.Minutes.Late, Inserted: s.Minutes.Inserted,
		Draft: m.ID, Drafter: m.Author.Party, Drafts: s.Minutes.Drafts + 1, CorrectionsBy: by.UTC(), AdoptBy: adopt,
	}
	if s.isSide(m.Author.Party) {
		next.Minutes.Adopted = signatures(nil).with(m.Author.Party, m.ID)
	}
	return &next, nil
}

// insert takes a statement to be inserted. One that was in time and lay at the gate
// may come after adoptions: nothing comes in behind them, so the others adopt anew.
func (s *Session) insert(m matter.Move) (*Session, error) {
	if until := s.StatementsBy(); m.Logged.After(until) {
		return nil, rule.Refuse(TooLate, "say it in a note (J40)", "statements to be inserted in the minutes of session %s were taken until %s", s.Title, stamp(until))
	}
	all, err := add(s.Minutes.Inserted, m)
	if err != nil {
		return nil, err
	}
	next := *s
	next.Minutes.Inserted = all
	next.Minutes.Adopted = remove(s.Minutes.Adopted, func(a Signature) bool { return a.Party != m.Author.Party })
	return &next, nil
}

func (s *Session) correct(m matter.Move) (*Session, error) {
	if until := s.Minutes.CorrectionsBy; m.Logged.After(until) {
		return nil, rule.Refuse(TooLate, "have your dissent recorded", "corrections of statement %s were taken until %s", s.Minutes.Draft, stamp(until))
	}
	all, err := add(s.Minutes.Corrections, m)
	if err != nil {
		return nil, err
	}
	next := *s
	next.Minutes.Corrections = all
	return &next, nil
}

// answer takes a side's adoption or dissent, and ends the session with the last.
func (s *Session) answer(m matter.Move, kind string) (*Session, error) {
	next, party := *s, m.Author.Party
	switch until := s.StatementsBy(); {
	case kind != "adoption" && kind != "dissent":
		return nil, rule.Refuse(NotAsked, "write adoption or dissent", "minutes have no statement of kind %q", kind)
	case !s.isSide(party):
		return nil, rule.Refuse(NotYours, "leave it to them", "minutes are adopted by the sides: %s", listed(s.Sides))
	case !m.Logged.After(until):
		return nil, rule.Refuse(TooEarly, "wait for that", "statements can be inserted in the minutes of session %s until %s", s.Title, stamp(until))
	case kind == "adoption" && signatures(s.Minutes.Adopted).has(party):
		return nil, rule.Refuse(Already, "wait for the others", "%s has adopted statement %s", party, s.Minutes.Draft)
	case kind == "adoption":
		next.Minutes.Adopted = signatures(s.Minutes.Adopted).with(party, m.ID)
	default:
		all, err := add(s.Minutes.Dissents, m)
		if err != nil {
			return nil, err
		}
		next.Minutes.Dissents = all
	}
	if next.Minutes.answers().complete(s.Sides) {
		next.Over = Adopted
		if len(next.Minutes.Dissents) > 0 {
			next.Over = AdoptedWithDissent
		}
	}
	return &next, nil
}

// without gives the minutes without what c takes back.
func (m Minutes) without(c matter.Move) Minutes {
	if c.About().ID == m.Draft && c.Author.Party == m.Drafter {
		return Minutes{Late: m.Late, Inserted: m.Inserted, Drafts: m.Drafts}
	}
	for _, list := range []*[]Signature{&m.Inserted, &m.Corrections, &m.Adopted, &m.Dissents} {
		*list, _ = signatures(*list).drop(c)
	}
	return m
}

// add puts a statement at the end of a list that may have several of one party.
func add(all []Signature, m matter.Move) ([]Signature, error) {
	have := 0
	for _, s := range all {
		if s.Party == m.Author.Party {
			have++
		}
	}
	if have >= maxInserted {
		return nil, rule.Refuse(Full, "cancel one, or say it in a note (J40)", "%s has said this %d times, which is all that there is room for", m.Author.Party, have)
	}
	return append(slices.Clone(all), Signature{m.Author.Party, m.ID}), nil
}

func contains(all []string, party string) bool { return slices.Contains(all, party) }

// sorted gives all with party, in order.
func sorted(all []string, party string) []string {
	next := append(slices.Clone(all), party)
	slices.Sort(next)
	return slices.Compact(next)
}
