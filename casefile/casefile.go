// Package casefile decides what may happen next in a case: an incident or a
// dispute, from the first report (J20) to its close.
//
// What is kept apart: an account is what one side says happened, line by line; a
// position (J21) is what a side agrees and disputes of another's account; a finding
// (J23) is the supervisor's, and impossible unless it attaches the position of
// every side. Where a side let its clock run out, the dated fact that no answer
// came stands for it. No clock stops a case: what is missed is dated, and may
// still be done.
//
// A [State] goes through [Reported], [Clocked], [Answered] or [NoAnswer],
// [Examined], [Interim], [Finding] and [Remedies] to [Closed], as far as each is
// reached; or it ends as [Withdrawn]. It says nothing about areas: no incident
// pauses anything.
//
// Clocks on the sides start when the report reaches them, those on the supervisor
// when it was ordered; all stop when what is owed is ordered. So what lies at the
// gate is on the supervisor's time, and a position that lay there as the case ended
// without it opens it again.
package casefile

import (
	"slices"
	"time"

	"parley/matter"
)

// The stages of a case.
const (
	Reported  = "reported"  // no side owes an answer
	Clocked   = "clocked"   // an answer is owed
	Answered  = "answered"  // every side has answered
	NoAnswer  = "no-answer" // nobody's clock runs any more, and somebody has not answered
	Examined  = "examined"  // a joint visit is over
	Interim   = "interim"   // an interim finding stands
	Finding   = "finding"   // a final finding stands, and a side that it lacks may still speak
	Remedies  = "remedies"  // the final finding asks for commitments
	Closed    = "closed"    // ended
	Withdrawn = "withdrawn" // ended: who reported it took that back
)

// Rules of this package, as refusals name them.
const (
	NotParty     = "casefile.not-party"     // who is not party to the case says nothing in it
	Unknown      = "casefile.unknown"       // what it refers to is not part of the case as it stands
	Full         = "casefile.full"          // bounded, so that no party can drown a case
	HasAccount   = "casefile.has-account"   // each side has one account of an incident
	OwnAccount   = "casefile.own-account"   // a side neither agrees with itself nor disputes what it says
	BothWays     = "casefile.both-ways"     // one line is agreed or disputed
	NoBreach     = "casefile.breach"        // a breach names what was not kept
	Found        = "casefile.found"         // what a finding stands on stays as it is
	VisitStands  = "casefile.visit-stands"  // one visit is agreed at a time
	NoVisit      = "casefile.no-visit"      // there is none to accept or to refuse
	OtherTerms   = "casefile.other-terms"   // both sign the same terms
	WindowBegun  = "casefile.window-begun"  // nothing is agreed for what has begun
	NoPosition   = "casefile.no-position"   // a finding attaches the position of every side
	NotAgreed    = "casefile.not-agreed"    // what is disputed is not called agreed
	NoCommitment = "casefile.no-commitment" // remedies end as commitments, or with a reason
	Incomplete   = "casefile.incomplete"    // what the rules go by is missing
)

// Bounds of a case. A party that has used them up is refused with [Full]; the
// supervisor can always make the final finding.
const (
	maxVersions  = 16 // of one account, and of one visit's terms
	maxPositions = 16 // of one party, those taken back included
	maxVisits    = 8  // proposed or refused by one party
	maxInterims  = 8
)

// A State is how a case stands. It names statements by their identifiers, and has
// no prose.
type State struct {
	ID         string     `json:"id"` // of the report that opened it
	Terms      Terms      `json:"terms"`
	Reporter   string     `json:"reporter"`
	Supervisor string     `json:"supervisor"`
	Sides      []string   `json:"sides"`              // party to it, sorted; the reporter if it is one
	Breaches   string     `json:"breaches,omitempty"` // the commitment that was not kept
	Reported   time.Time  `json:"reported"`           // when the report was ordered
	Clocked    time.Time  `json:"clocked"`            // when it reached those it is addressed to
	Accounts   []Account  `json:"accounts"`           // the first is the report
	Positions  []Position `json:"positions,omitempty"`
	Visits     []Visit    `json:"visits,omitempty"`
	Findings   []Ruling   `json:"findings,omitempty"`
	Owed       []Owed     `json:"owed"`
	Steps      []Step     `json:"steps"`            // stages in the order in which they were reached
	Result     string     `json:"result,omitempty"` // Closed or Withdrawn; empty while it goes on
}

// A Step says when a stage was reached, and by which statement; by none where the
// hub's clock did it.
type Step struct {
	Stage string    `json:"stage"`
	By    string    `json:"by,omitempty"`
	At    time.Time `json:"at"`
}

var _ matter.State = (*State)(nil)

// Ended is [matter.State]'s.
func (s *State) Ended() string { return s.Result }

// Name is [matter.State]'s: a case goes by its number.
func (s *State) Name() string { return "" }

// Stage gives how far the case has come.
func (s *State) Stage() string {
	final := s.Final()
	switch {
	case s.Result != "":
		return s.Result
	case final != nil && final.Remedies:
		return Remedies
	case final != nil:
		return Finding
	case slices.ContainsFunc(s.Findings, func(f Ruling) bool { return f.Stage == FoundInterim && f.stands() }):
		return Interim
	case slices.ContainsFunc(s.Visits, func(v Visit) bool { return v.Status == VisitOver && !v.Meeting() }):
		return Examined
	}
	owing, silent := 0, false
	for _, o := range s.Owed {
		if o.Stage == StageAnswer && o.By == "" {
			if silent = silent || !o.Missed.IsZero(); o.Missed.IsZero() {
				owing++
			}
		}
	}
	switch {
	case owing > 0:
		return Clocked
	case silent:
		return NoAnswer
	case len(s.respondents()) == 0:
		return Reported
	}
	return Answered
}

// respondents gives the sides that are to answer.
func (s *State) respondents() []string {
	var all []string
	for _, side := range s.Sides {
		if side != s.Reporter {
			all = append(all, side)
		}
	}
	return all
}

// Outcome gives the outcome and the cause that the newest standing finding found;
// empty where there is none.
func (s *State) Outcome() (outcome, cause string) {
	for _, f := range slices.Backward(s.Findings) {
		if f.stands() && f.Stage != FoundClosing {
			return f.Outcome, f.Cause
		}
	}
	return "", ""
}

// Late reports whether the report that opened the case came later after the
// incident than the charter asks. It counts like any other.
func (s *State) Late() bool { return s.Accounts[0].Late }

// clone copies all that a move changes.
func (s *State) clone() *State {
	c := *s
	c.Accounts = slices.Clone(s.Accounts)
	c.Positions = slices.Clone(s.Positions)
	c.Visits = slices.Clone(s.Visits)
	for i := range c.Visits {
		c.Visits[i].Answers = slices.Clone(s.Visits[i].Answers)
	}
	c.Findings = slices.Clone(s.Findings)
	c.Owed = slices.Clone(s.Owed)
	c.Steps = slices.Clone(s.Steps)
	return &c
}

// settle brings what follows from the rest up to date, after whatever happened by
// that statement at now.
func (s *State) settle(by string, now time.Time) {
	s.meet()
	if stage := s.Stage(); len(s.Steps) == 0 || s.Steps[len(s.Steps)-1].Stage != stage {
		s.Steps = append(s.Steps, Step{stage, by, now.UTC()})
	}
}
