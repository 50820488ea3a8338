// Package trade decides what may happen next to one project of the commercial
// track, between those who propose it and those whose consent it needs.
//
// A project (J50) is screened by the supervisor (J51) and answered by each other
// side (J52): no objection, a condition, or an objection with its reason. It is
// recommended when every side asked has consented, no condition is open and the
// screening lets it pass; a licence (J53) then makes it licensed.
//
//	proposed → screened → under review → recommended ─────────────→ licensed
//	               │            │ objection, silence, condition        │
//	               └ stopped    └→ refused → referred → approved ──────┘
//
// Consent is a side's word. Silence is recorded as silence and hands the project
// to the supervisor; it counts as no objection only where the charter says so, and
// even then an objection that was ordered in time undoes it. A screening that holds
// or bars a project stops it, whatever else is said, until the next screening. An
// answer is to one text: a proposal that is replaced is screened and answered anew.
//
// Every clock runs in working days that all parties share. Each has one owner, and
// what ends it is said by that owner or by the clock, so that nothing is left
// standing: see [State.Next]. A deadline is met by when something was ordered, not
// by when the gate let it go: what was in time and comes later is heard, even by a
// project that the clock has ended meanwhile.
package trade

import (
	"slices"
	"time"

	"parley/calendar"
	"parley/matter"
	"parley/rule"
)

// Rules of this package, as refusals name them.
const (
	NotYours  = "project.not-yours"   // for another party to say
	NotNow    = "project.not-now"     // not at this stage
	TooLate   = "project.too-late"    // after its time
	OldText   = "project.old-text"    // about a text that was replaced
	Unknown   = "project.unknown"     // about something that is not there
	BadTime   = "project.time"        // a time that cannot be
	Stopped   = "project.stopped"     // the screening does not let it pass
	NoCert    = "project.certificate" // an end-use certificate comes first
	BadReader = "project.reader"      // named readers that nobody is
	Full      = "project.full"        // more papers than a project may have
)

const (
	maxPapers    = 16                   // licences, certificates and permits of one project
	maxReaders   = 40                   // officers whom a project names
	maxCondition = 366 * 24 * time.Hour // from a condition to when it must be met
)

// Terms are the charter's times and choices. They are fixed as a project opens.
type Terms struct {
	Silence   bool          `json:"silence"`           // silence counts as no objection
	Screen    int           `json:"screen"`            // working days until the supervisor has screened it
	Recommend int           `json:"recommend"`         // until every side has answered
	Extend    int           `json:"extend"`            // the same, once a side has asked for more time
	Disagree  int           `json:"disagree"`          // until an objection that stands is a refusal
	Confirm   int           `json:"confirm"`           // until a condition that is said to be met is confirmed
	Refer     int           `json:"refer"`             // until a refusal is referred to the supervisor
	Decide    int           `json:"decide"`            // until the supervisor has decided
	Superior  int           `json:"superior"`          // until its superior has, where it has not
	License   int           `json:"license"`           // until a licence follows
	EndUse    []string      `json:"endUse,omitempty"`  // sectors that need an end-use certificate
	Readers   []string      `json:"readers,omitempty"` // officers who read projects, "party/officer"; a party without any: all of its area
	Days      calendar.Days `json:"days"`
}

// A Phase is how far a project has come, whatever its screening says.
type Phase string

// The phases.
const (
	Review   Phase = "review"   // being screened and answered
	Refused  Phase = "refused"  // an objection has stood too long; it may be referred
	Referred Phase = "referred" // with the supervisor
	Approved Phase = "approved" // by all, or by decision
	Paper    Phase = "paper"    // no project: an authorisation sent by itself
)

// How projects end.
const (
	Withdrawn = "withdrawn"
	Declined  = "refused"
	Lapsed    = "lapsed" // nobody decided, or no licence followed
	Expired   = "expired"
	Revoked   = "revoked"
)

// A State is one project.
type State struct {
	ID         string    `json:"id"`
	Text       string    `json:"text"` // statement whose text stands: the opening, or what replaced it
	Proposer   string    `json:"proposer"`
	Supervisor string    `json:"supervisor"`
	Asked      []string  `json:"asked,omitempty"` // sides whose consent it needs, sorted
	Sector     string    `json:"sector,omitempty"`
	Readers    []string  `json:"readers,omitempty"` // officers who may read it, "party/officer", sorted
	Terms      Terms     `json:"terms"`
	Began      time.Time `json:"began"` // when the text that stands took effect: clocks run from it
	Phase      Phase     `json:"phase"`

	Screening Screening `json:"screening"`
	Answers   []Answer  `json:"answers,omitempty"`  // of sides and the supervisor, sorted by party
	Papers    []Grant   `json:"papers,omitempty"`   // licences and certificates in force or to come, in their order
	Extended  string    `json:"extended,omitempty"` // statement that asked for more time

	RecommendBy time.Time `json:"recommendBy,omitzero"`
	DisagreeBy  time.Time `json:"disagreeBy,omitzero"`
	ReferBy     time.Time `json:"referBy,omitzero"`  // of a refusal
	DecideBy    time.Time `json:"decideBy,omitzero"` // of a referral
	Silenced    bool      `json:"silenced,omitempty"`
	Escalated   bool      `json:"escalated,omitempty"` // the supervisor has let DecideBy pass; it is its superior's
	Decision    string    `json:"decision,omitempty"`  // statement that approved it, where it was referred
	LicenseBy   time.Time `json:"licenseBy,omitzero"`

	End   string    `json:"end,omitempty"`
	EndBy time.Time `json:"endBy,omitzero"` // the deadline that ended it, for what was ordered in time
}

// Open begins a project with the proposal m (J50), or keeps an authorisation that
// was sent by itself (J53). now is when that took effect.
func Open(m matter.Move, r matter.Rules, t Terms, now time.Time) (*State, error) {
	s := &State{ID: m.ID, Text: m.ID, Proposer: m.Author.Party, Supervisor: r.Supervisor, Terms: t, Phase: Review}
	if m.Format == "J53" {
		return opened(s, s.standAlone(m, now))
	}
	if m.Format != "J50" || len(m.Refs) > 0 {
		return nil, rule.Refuse(matter.NotOpening, "refer to the proposal that it is about; `parley projects` lists them", "%s opens no project, and refers to none", m.Format)
	}
	if s.Asked = r.Others(m.Author.Party); len(s.Asked) == 0 {
		return nil, rule.Refuse(NotYours, "name the other side in to", "a project is proposed to at least one other side, and this one to none")
	}
	s.begin(m, now)
	return opened(s, s.named(m, r.Parties))
}

func opened(s *State, err error) (*State, error) {
	if err != nil {
		return nil, err
	}
	return s, nil
}

// begin starts, or starts again, with the text of m.
func (s *State) begin(m matter.Move, now time.Time) {
	now = clean(now)
	s.Text, s.Sector, s.Began, s.Phase = m.ID, m.Value("sector"), now, Review
	s.Screening = Screening{By: s.Terms.Days.Add(now, s.Terms.Screen)}
	s.Answers, s.Papers, s.Extended, s.Silenced, s.Escalated = nil, nil, "", false, false
	s.RecommendBy, s.DisagreeBy = s.Terms.Days.Add(now, s.Terms.Recommend), s.Terms.Days.Add(now, s.Terms.Disagree)
	s.ReferBy, s.DecideBy, s.LicenseBy = time.Time{}, time.Time{}, time.Time{}
}

// named fixes who may read the project.
func (s *State) named(m matter.Move, parties []string) (err error) {
	s.Readers, err = ReadersOf(m.All("readers"), s.Terms.Readers, parties)
	return err
}

// Take gives the project after the message m.
func (s *State) Take(m matter.Move, r matter.Rules, now time.Time) (matter.State, error) {
	n := s.clone()
	if n.End != "" {
		if n.EndBy.IsZero() || m.Logged.After(n.EndBy) {
			return nil, rule.Refuse(matter.Ended, "propose it anew", "this project has ended: %s", n.End)
		}
		n.End, n.EndBy = "", time.Time{} // it was in time, and only waited at the gate
	}
	if err := n.take(m, r, clean(now)); err != nil {
		return nil, err
	}
	n.settle(clean(now))
	return n, nil
}

func (s *State) take(m matter.Move, r matter.Rules, now time.Time) error {
	switch {
	case m.Format == "J53":
		return s.paper(m, now)
	case s.Phase == Paper:
		return rule.Refuse(NotNow, "refer to the proposal", "statement %s is an authorisation, not a proposal", s.ID)
	case m.Format == "J50":
		return s.revise(m, r, now)
	case m.Format == "J51":
		return s.screen(m, now)
	case m.Format == "J52":
		return s.answer(m, now)
	}
	return rule.Refuse(NotNow, "", "a project has no place for %s", m.Format)
}

// revise takes a proposal back, or puts another text in its place, which is
// screened and answered anew.
func (s *State) revise(m matter.Move, r matter.Rules, now time.Time) error {
	switch {
	case m.Author.Party != s.Proposer:
		return rule.Refuse(NotYours, "answer it with J52", "the proposal is %s's to change", s.Proposer)
	case m.Cancels():
		s.finish(Withdrawn, time.Time{})
		return nil
	case !m.Replaces():
		return rule.Refuse(NotNow, "replace it with J04, or propose another without a reference", "a project has one proposal")
	case m.About().ID != s.Text:
		return rule.Refuse(OldText, "replace the newest text", "statement %s is not the text that stands", m.About().ID)
	case s.Phase != Review && s.Phase != Refused, s.licensed():
		return rule.Refuse(NotNow, "withdraw it and propose anew", "a project that is %s is not changed", s.Phase)
	}
	s.begin(m, now)
	return s.named(m, r.Parties)
}

// settle draws the conclusions from what has been said.
func (s *State) settle(now time.Time) {
	for range 4 { // each step goes on at most to the end
		before := s.Phase
		if s.step(now); s.Phase == before || s.End != "" {
			return
		}
	}
}

func (s *State) step(now time.Time) {
	stands := s.objected() || s.Screening.stops()
	switch {
	case s.End != "":
	case s.Phase == Review && s.agreed(), s.Phase == Referred && s.agreed():
		s.Phase, s.LicenseBy = Approved, s.Terms.Days.Add(now, s.Terms.License)
	case s.Phase == Review && stands:
		if !now.Before(s.DisagreeBy) {
			s.refuse(now)
		}
	case s.Phase == Review && s.silent() && !s.conditional():
		s.refer(now, true)
	case s.Phase == Refused && !stands:
		s.Phase = Review
	case s.Phase == Approved && s.Decision == "" && !s.consented():
		s.Phase = Review // an objection in time undoes silence that was counted
	}
}

// refuse ends the review without a recommendation. A supervisor's own proposal has
// nobody to be referred to.
func (s *State) refuse(now time.Time) {
	if s.Proposer == s.Supervisor {
		s.finish(Declined, time.Time{})
		return
	}
	s.Phase, s.ReferBy = Refused, s.Terms.Days.Add(now, s.Terms.Refer)
}

// refer puts the project before the supervisor. Where silence does it a second
// time, the supervisor has no more time than it had.
func (s *State) refer(now time.Time, silence bool) {
	if s.Proposer == s.Supervisor {
		s.finish(Lapsed, s.RecommendBy)
		return
	}
	if !silence || !s.Silenced || s.DecideBy.IsZero() {
		s.DecideBy, s.Escalated = s.Terms.Days.Add(now, s.Terms.Decide), false
	}
	s.Phase, s.Silenced = Referred, silence
}

func (s *State) finish(end string, by time.Time) { s.End, s.EndBy = end, by }

// Ended is how it ended: withdrawn, refused, lapsed, expired or revoked.
func (s *State) Ended() string { return s.End }

// Name is empty: projects go by their numbers.
func (s *State) Name() string { return "" }

// clone copies what [State.Take] changes.
func (s *State) clone() *State {
	n := *s
	n.Answers, n.Papers, n.Readers = slices.Clone(s.Answers), slices.Clone(s.Papers), slices.Clone(s.Readers)
	return &n
}

// clean gives t as JSON gives it again.
func clean(t time.Time) time.Time { return t.Round(0).UTC() }
