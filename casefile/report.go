package casefile

import (
	"slices"
	"time"

	"parley/format"
	"parley/matter"
	"parley/rule"
)

// Facts are the lines of a report that are agreed or disputed one by one, in the
// order in which they are shown.
var Facts = []string{"what", "where", "when", "noticed-by", "harm", "state"}

// A Fact is one line of an account.
type Fact struct {
	Name  string `json:"name"`
	Value string `json:"value,omitempty"` // coded; empty where it is in words alone
	Words bool   `json:"words,omitempty"` // it has words, which the statement has
	Since int    `json:"since"`           // the version that says it first, from 0
}

// A Version is one wording of an account.
type Version struct {
	ID     string    `json:"id"`
	Logged time.Time `json:"logged"`
	At     time.Time `json:"at"` // when the others could read it
}

// An Account is what one party says happened. It is an allegation and no finding.
type Account struct {
	Party     string    `json:"party"`
	Versions  []Version `json:"versions"` // the last one stands
	Facts     []Fact    `json:"facts"`    // those that it states, in the order of [Facts]
	Evidence  int       `json:"evidence,omitempty"`
	Late      bool      `json:"late,omitempty"`      // reported later after the incident than the charter asks
	Withdrawn string    `json:"withdrawn,omitempty"` // the statement that took it back
}

// ID is the statement that says it now.
func (a *Account) ID() string { return a.Versions[len(a.Versions)-1].ID }

// Live reports whether its party stands by it.
func (a *Account) Live() bool { return a.Withdrawn == "" }

// Fact gives one line; nil where the account does not state it.
func (a *Account) Fact(name string) *Fact {
	for i := range a.Facts {
		if a.Facts[i].Name == name {
			return &a.Facts[i]
		}
	}
	return nil
}

// version gives which version a statement is; -1 for none.
func (a *Account) version(id string) int {
	return slices.IndexFunc(a.Versions, func(v Version) bool { return v.ID == id })
}

// account gives the one that stands and that a statement says now; nil for none.
func (s *State) account(id string) *Account {
	for i := range s.Accounts {
		if s.Accounts[i].ID() == id && s.Accounts[i].Live() {
			return &s.Accounts[i]
		}
	}
	return nil
}

// accountOf gives what a party stands by; nil where it gave no account.
func (s *State) accountOf(party string) *Account {
	for i := range s.Accounts {
		if s.Accounts[i].Party == party && s.Accounts[i].Live() {
			return &s.Accounts[i]
		}
	}
	return nil
}

func (s *State) takeReport(m matter.Move, now time.Time) error {
	if !m.Replaces() {
		return s.report(m, now)
	}
	a := s.account(m.About().ID)
	if a == nil {
		return s.notThere(m.About().ID)
	}
	if err := s.afterFinding("report"); err != nil {
		return err
	}
	if len(a.Versions) >= maxVersions {
		return rule.Refuse(Full, "say it in a J21", "the report has been corrected %d times", len(a.Versions)-1)
	}
	before := a.Facts
	a.Versions = append(slices.Clip(a.Versions), version(m, now))
	s.state(a, m)
	for i := range a.Facts { // who agreed to a line that stays as it was agrees to it still
		f := &a.Facts[i]
		at := slices.IndexFunc(before, func(old Fact) bool { return old.Name == f.Name })
		if at >= 0 && !f.Words && !before[at].Words && before[at].Value == f.Value {
			f.Since = before[at].Since
		}
	}
	return nil
}

// report adds a party's account.
func (s *State) report(m matter.Move, now time.Time) error {
	if own := s.accountOf(m.Author.Party); own != nil {
		return rule.Refuse(HasAccount, "correct it with a J04 that replaces "+own.ID(), "%s has given its account of this incident in statement %s", m.Author.Party, own.ID())
	}
	given := 0
	for i := range s.Accounts {
		if s.Accounts[i].Party == m.Author.Party {
			given++
		}
	}
	if given >= maxVersions {
		return rule.Refuse(Full, "say it in a J21", "%s has given %d accounts of this incident and taken them back", m.Author.Party, given)
	}
	a := Account{Party: m.Author.Party, Versions: []Version{version(m, now)}}
	s.state(&a, m)
	s.Accounts = append(s.Accounts, a)
	s.overtake(a.Party, m.ID, now)
	return nil
}

func version(m matter.Move, now time.Time) Version {
	return Version{ID: m.ID, Logged: m.Logged.UTC(), At: now.UTC()}
}

// state writes down the lines of a report.
func (s *State) state(a *Account, m matter.Move) {
	newest := len(a.Versions) - 1
	a.Facts, a.Evidence = nil, len(m.All("evidence"))
	for _, f := range []Fact{
		{Name: "what", Value: m.Value("kind"), Words: slices.Contains(m.Texts, "what")},
		{Name: "where", Value: m.Value("where")},
		{Name: "when", Value: m.Value("when")},
		{Name: "noticed-by", Words: m.Value("noticed-by") != ""}, // a line, which nothing is compared with
		{Name: "harm", Value: m.Value("harm"), Words: slices.Contains(m.Texts, "harm-note")},
		{Name: "state", Words: slices.Contains(m.Texts, "state")},
	} {
		if f.Value != "" || f.Words {
			f.Since = newest
			a.Facts = append(a.Facts, f)
		}
	}
	when, ok := format.ReadInstant(m.Value("when"))
	a.Late = ok && a.Versions[0].Logged.Sub(when) > s.Terms.Late
}

// cancelReport takes an account back. What others have said stays.
func (s *State) cancelReport(m matter.Move, a *Account) error {
	if err := s.afterFinding("report"); err != nil {
		return err
	}
	a.Withdrawn = m.ID
	s.emptied(a.Party)
	return nil
}

// emptied ends the case where party has taken back what it said and nobody else
// has said anything that deserves an answer. What the supervisor has found is for it
// to close.
func (s *State) emptied(party string) {
	if s.anyAccount() || slices.ContainsFunc(s.Findings, func(f Ruling) bool { return f.stands() }) {
		return
	}
	for i := range s.Positions {
		if p := &s.Positions[i]; p.Live() && p.Kind != KindHolding && p.Party != party {
			return
		}
	}
	s.Result = Withdrawn
}

// anyAccount reports whether anybody stands by an account.
func (s *State) anyAccount() bool {
	return slices.ContainsFunc(s.Accounts, func(a Account) bool { return a.Live() })
}
