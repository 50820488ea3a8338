package trade

import (
	"cmp"
	"slices"
	"time"

	"parley/format"
	"parley/matter"
	"parley/rule"
)

// What an answer (J52) can say.
const (
	Objection   = "objection"
	Condition   = "condition"
	NoObjection = "no-objection"
	Met         = "condition-met"       // the proposer says so
	Confirmed   = "condition-confirmed" // whoever set it says so too
	Extension   = "extension"           // of the time to answer
	Referral    = "referral"            // of a refusal to the supervisor
	Approval    = "approval"            // the supervisor's decision
	Refusal     = "refusal"             // the same
)

// Silence is the answer of a side that gave none in time.
const Silence = "silence"

// An Answer is where one party stands.
type Answer struct {
	Party     string    `json:"party"`
	Kind      string    `json:"kind"`                // Objection, Condition, NoObjection or Silence
	Statement string    `json:"statement,omitempty"` // none for silence
	Reason    string    `json:"reason,omitempty"`
	MeetBy    time.Time `json:"meetBy,omitzero"` // of a condition
	Met       time.Time `json:"met,omitzero"`    // when the proposer said that it is met
	ConfirmBy time.Time `json:"confirmBy,omitzero"`
	Waited    bool      `json:"waited,omitempty"`  // nobody confirmed or denied it in time
	Failed    bool      `json:"failed,omitempty"`  // a condition that was not met in time: an objection
	Counted   bool      `json:"counted,omitempty"` // silence that the charter counts as no objection
}

func (a Answer) consents() bool { return a.Kind == NoObjection || a.Kind == Silence && a.Counted }

// Answer gives where a party stands; not ok where it has not answered.
func (s *State) Answer(party string) (Answer, bool) {
	if i := s.find(party); i >= 0 {
		return s.Answers[i], true
	}
	return Answer{}, false
}

func (s *State) find(party string) int {
	return slices.IndexFunc(s.Answers, func(a Answer) bool { return a.Party == party })
}

func (s *State) put(a Answer) {
	s.drop(a.Party)
	s.Answers = append(s.Answers, a)
	slices.SortFunc(s.Answers, func(a, b Answer) int { return cmp.Compare(a.Party, b.Party) })
}

func (s *State) drop(party string) {
	s.Answers = slices.DeleteFunc(s.Answers, func(a Answer) bool { return a.Party == party })
	if len(s.Answers) == 0 {
		s.Answers = nil
	}
}

func (s *State) has(is func(Answer) bool) bool { return slices.ContainsFunc(s.Answers, is) }

func (s *State) objected() bool { return s.has(func(a Answer) bool { return a.Kind == Objection }) }

// conditional reports whether a condition waits for the proposer, or for whoever
// set it.
func (s *State) conditional() bool {
	return s.has(func(a Answer) bool { return a.Kind == Condition && !a.Waited })
}

// silent reports whether somebody has let his time pass, so that it goes to the
// supervisor.
func (s *State) silent() bool {
	return s.Screening.Late && s.Screening.Statement == "" ||
		s.has(func(a Answer) bool { return a.Kind == Silence && !a.Counted || a.Waited })
}

// consented reports whether all who were asked have consented, and nobody else
// stands in the way.
func (s *State) consented() bool {
	for _, side := range s.Asked {
		if a, _ := s.Answer(side); !a.consents() {
			return false
		}
	}
	return !s.has(func(a Answer) bool { return !a.consents() })
}

func (s *State) agreed() bool { return s.Screening.Passes() && s.consented() }

// answer takes in a J52, or takes one back.
func (s *State) answer(m matter.Move, now time.Time) error {
	party, kind := m.Author.Party, m.Value("kind")
	if m.Cancels() || m.Replaces() {
		own, ok := s.Answer(party)
		if !ok || own.Statement == "" || own.Statement != m.About().ID {
			return rule.Refuse(OldText, "answer anew with a J52 of its own", "statement %s is not where %s stands now", m.About().ID, party)
		}
		if m.Cancels() {
			if s.Phase == Approved {
				return rule.Refuse(NotNow, "a licence can be revoked with J53", "the project is recommended already")
			}
			s.drop(party)
			return nil
		}
	}
	switch kind {
	case Objection, Condition, NoObjection:
		return s.stand(m, kind, now)
	case Met:
		return s.met(m, now)
	case Confirmed:
		return s.confirmed(m)
	case Extension:
		return s.extend(m)
	case Referral:
		return s.referred(m, now)
	case Approval, Refusal:
		return s.decided(m, kind)
	}
	return rule.Refuse(NotNow, "", "%q is no answer to a project", kind)
}

// stand takes in where a party stands.
func (s *State) stand(m matter.Move, kind string, now time.Time) error {
	party := m.Author.Party
	old, _ := s.Answer(party)
	inTime := !m.Logged.After(s.RecommendBy)
	switch {
	case party == s.Proposer:
		return rule.Refuse(NotYours, "withdraw it with J04 instead", "nobody answers a proposal of its own")
	case party != s.Supervisor && !slices.Contains(s.Asked, party):
		return rule.Refuse(NotYours, "", "%s is not asked about this project", party)
	case !m.Replaces() && s.replaced(m.About().ID):
		return rule.Refuse(OldText, "refer to statement "+s.Text, "the text of statement %s was replaced; an answer is to the text that stands", m.About().ID)
	case old.Counted && !inTime:
		return rule.Refuse(TooLate, "", "the silence of %s until %s counts as no objection by the charter", party, format.WriteInstant(s.RecommendBy))
	case s.Phase == Approved && !old.Counted:
		return rule.Refuse(NotNow, "a licence can be revoked with J53", "the project is %s already", s.Status())
	}
	a := Answer{Party: party, Kind: kind, Statement: m.ID, Reason: m.Value("reason")}
	if kind == Condition {
		by, ok := format.ReadInstant(m.Value("meet-by"))
		if !ok || !by.After(m.Logged) || by.Sub(m.Logged) > maxCondition {
			return rule.Refuse(BadTime, "name a time to come, within a year", "meet-by: a condition is met by %q", m.Value("meet-by"))
		}
		if a.MeetBy = by.UTC(); !by.After(now) {
			a.MeetBy = s.Terms.Days.Add(now, s.Terms.Confirm) // the gate kept it so long
		}
	}
	s.put(a)
	if s.Phase == Referred && s.Silenced && inTime {
		s.Phase = Review // it was not silent
	}
	return nil
}

// replaced reports whether a statement is the proposal's text, but not the one
// that stands.
func (s *State) replaced(id string) bool { return id == s.ID && id != s.Text }

// met has the proposer say that a condition is met.
func (s *State) met(m matter.Move, now time.Time) error {
	i := slices.IndexFunc(s.Answers, func(a Answer) bool {
		return (a.Kind == Condition || a.Failed) && a.Met.IsZero() && (a.Statement == m.About().ID || s.conditions() == 1)
	})
	switch {
	case m.Author.Party != s.Proposer:
		return rule.Refuse(NotYours, "", "%s says when a condition is met", s.Proposer)
	case s.Phase == Approved:
		return rule.Refuse(NotNow, "", "the project is %s already", s.Status())
	case i < 0:
		return rule.Refuse(Unknown, "refer to the J52 that set it", "statement %s sets no condition that is open", m.About().ID)
	case m.Logged.After(s.Answers[i].MeetBy):
		return rule.Refuse(TooLate, "ask "+s.Answers[i].Party+" for another time, or refer the refusal", "the condition was to be met by %s", format.WriteInstant(s.Answers[i].MeetBy))
	}
	a := &s.Answers[i]
	a.Kind, a.Failed, a.Met, a.ConfirmBy = Condition, false, clean(m.Logged), s.Terms.Days.Add(now, s.Terms.Confirm)
	return nil
}

// conditions counts those that the proposer may still say are met.
func (s *State) conditions() (n int) {
	for _, a := range s.Answers {
		if (a.Kind == Condition || a.Failed) && a.Met.IsZero() {
			n++
		}
	}
	return n
}

// confirmed has a party say that its condition is met, whoever has said so before.
func (s *State) confirmed(m matter.Move) error {
	i := s.find(m.Author.Party)
	switch {
	case i < 0 || s.Answers[i].Kind != Condition && !s.Answers[i].Failed:
		return rule.Refuse(NotYours, "whoever set a condition confirms it", "%s has set no condition that is open", m.Author.Party)
	case s.Phase == Approved:
		return rule.Refuse(NotNow, "", "the project is %s already", s.Status())
	}
	s.Answers[i] = Answer{Party: m.Author.Party, Kind: NoObjection, Statement: m.ID}
	return nil
}

// extend gives everyone who is asked more time, once.
func (s *State) extend(m matter.Move) error {
	party := m.Author.Party
	silenced := s.Phase == Referred && s.Silenced
	switch {
	case party != s.Supervisor && !slices.Contains(s.Asked, party):
		return rule.Refuse(NotYours, "", "those who are to answer ask for more time")
	case s.Extended != "":
		return rule.Refuse(NotNow, "", "the time was extended once, by statement %s", s.Extended)
	case s.Phase != Review && !silenced:
		return rule.Refuse(NotNow, "", "the project is %s", s.Status())
	case m.Logged.After(s.RecommendBy):
		return rule.Refuse(TooLate, "", "the time to answer ended at %s", format.WriteInstant(s.RecommendBy))
	}
	s.Extended, s.RecommendBy = m.ID, later(s.RecommendBy, s.Terms.Days.Add(s.Began, s.Terms.Extend))
	s.DisagreeBy = later(s.DisagreeBy, s.RecommendBy)
	s.Answers = slices.DeleteFunc(s.Answers, func(a Answer) bool { return a.Kind == Silence })
	if len(s.Answers) == 0 {
		s.Answers = nil
	}
	s.Screening.Late = false
	if silenced {
		s.Phase, s.DecideBy, s.Escalated = Review, time.Time{}, false
	}
	return nil
}

// referred puts a refusal before the supervisor.
func (s *State) referred(m matter.Move, now time.Time) error {
	own, _ := s.Answer(m.Author.Party)
	switch {
	case s.Proposer == s.Supervisor:
		return rule.Refuse(NotNow, "propose it anew", "nobody decides about a proposal of its own")
	case m.Author.Party == s.Supervisor, own.Kind == Objection:
		return rule.Refuse(NotYours, "", "a refusal is referred by a side that does not object")
	case s.Phase != Refused && (s.Phase != Review || !s.objected()):
		return rule.Refuse(NotNow, "", "the project is %s; a refusal is referred", s.Status())
	case s.Phase == Refused && m.Logged.After(s.ReferBy):
		return rule.Refuse(TooLate, "propose it anew", "the refusal could be referred until %s", format.WriteInstant(s.ReferBy))
	}
	s.refer(now, false)
	return nil
}

// decided takes in the supervisor's decision.
func (s *State) decided(m matter.Move, kind string) error {
	switch {
	case m.Author.Party != s.Supervisor:
		return rule.Refuse(NotYours, "", "%s decides", s.Supervisor)
	case s.Phase != Referred:
		return rule.Refuse(NotNow, "it is for the sides to answer", "the project is %s, and was not referred", s.Status())
	case s.replaced(m.About().ID):
		return rule.Refuse(OldText, "refer to statement "+s.Text, "the text of statement %s was replaced; a decision is about the text that stands", m.About().ID)
	case kind == Approval && !s.Screening.Passes():
		return rule.Refuse(Stopped, "screen it first, with J51", "the screening does not let the project pass")
	case kind == Refusal:
		s.finish(Declined, time.Time{})
		return nil
	}
	s.Phase, s.Decision, s.LicenseBy = Approved, m.ID, s.Terms.Days.Add(clean(m.Logged), s.Terms.License)
	return nil
}
