package casefile

import (
	"slices"
	"time"

	"parley/matter"
	"parley/rule"
)

// Terms are the charter's times, fixed as a case opens.
type Terms struct {
	Late     time.Duration `json:"late"`     // from the incident to the report; later ones are marked
	Holding  time.Duration `json:"holding"`  // a side's first word
	Answer   time.Duration `json:"answer"`   // a side's answer; and how long a finding without it stands open for it
	Call     time.Duration `json:"call"`     // the call of an urgent meeting that is asked for
	Meeting  time.Duration `json:"meeting"`  // that meeting agreed
	Offer    time.Duration `json:"offer"`    // the offer of a joint visit that is asked for
	Visit    time.Duration `json:"visit"`    // that visit agreed
	Interim  time.Duration `json:"interim"`  // interim finding; and what the supervisor has for a final one that must be made anew
	Final    time.Duration `json:"final"`    // final finding
	Remedies time.Duration `json:"remedies"` // from the final finding to the commitments that it asks for
}

// What a report may ask for, beside an answer.
const (
	AskVisit   = "visit"
	AskMeeting = "meeting"
)

// Open gives the case that m opens as it takes effect at now. Only a report opens
// one: whatever else is said needs a case to be said in.
func Open(m matter.Move, r matter.Rules, t Terms, now time.Time) (*State, error) {
	if m.Format != "J20" || m.Replaces() || m.Cancels() {
		return nil, rule.Refuse(matter.NotOpening, "refer to the report, or send a J20 first", "a %s speaks about a case, and the statement that it refers to is of none", m.Format)
	}
	s := &State{ID: m.ID, Terms: t, Reporter: m.Author.Party, Supervisor: r.Supervisor, Reported: m.Logged.UTC(), Clocked: now.UTC()}
	for _, side := range r.Sides {
		if slices.Contains(r.Parties, side) || side == s.Reporter {
			s.Sides = append(s.Sides, side)
		}
	}
	slices.Sort(s.Sides)
	if m.Value("kind") == "breach" {
		if s.Breaches = m.About().ID; s.Breaches == "" {
			return nil, rule.Refuse(NoBreach, "send it in reply to the entry of the register", "the report says that a commitment was not kept, and names none")
		}
	}
	if err := s.report(m, now); err != nil {
		return nil, err
	}
	s.owe(m)
	s.Steps = []Step{{Reported, m.ID, s.Reported}}
	s.settle(m.ID, now)
	return s, nil
}

// owe starts the clocks.
func (s *State) owe(m matter.Move) {
	due := func(stage, party string, from time.Time, after time.Duration) {
		s.Owed = append(s.Owed, Owed{Stage: stage, Party: party, Due: from.Add(after)})
	}
	for _, side := range s.respondents() {
		due(StageHolding, side, s.Clocked, s.Terms.Holding)
		due(StageAnswer, side, s.Clocked, s.Terms.Answer)
	}
	asks := m.All("asks")
	if slices.Contains(asks, AskMeeting) {
		due(StageCall, s.Supervisor, s.Reported, s.Terms.Call)
		due(StageMeeting, s.Supervisor, s.Reported, s.Terms.Meeting)
	}
	if slices.Contains(asks, AskVisit) {
		due(StageOffer, s.Supervisor, s.Reported, s.Terms.Offer)
		due(StageVisit, s.Supervisor, s.Reported, s.Terms.Visit)
	}
	due(StageInterim, s.Supervisor, s.Reported, s.Terms.Interim)
	due(StageFinal, s.Supervisor, s.Reported, s.Terms.Final)
}

// Take is [matter.State]'s.
func (s *State) Take(m matter.Move, _ matter.Rules, now time.Time) (matter.State, error) {
	if s.Result != "" && !s.unheard(m) {
		return nil, rule.Refuse(matter.Ended, "report what is new with a J20 of its own", "the case %s is %s", s.ID, s.Result)
	}
	if m.Author.Party != s.Supervisor && !slices.Contains(s.Sides, m.Author.Party) {
		return nil, rule.Refuse(NotParty, "", "%s is not party to the case %s", m.Author.Party, s.ID)
	}
	next := s.clone()
	next.Result = ""
	var err error
	switch {
	case m.Cancels():
		err = next.cancel(m, now)
	case m.Format == "J20":
		err = next.takeReport(m, now)
	case m.Format == "J21":
		err = next.takePosition(m, now)
	case m.Format == "J22":
		err = next.takeVisit(m, now)
	case m.Format == "J23":
		err = next.takeFinding(m, now)
	default:
		err = rule.Refuse(Unknown, "send a J20, J21, J22 or J23", "a %s says nothing in a case", m.Format)
	}
	if err != nil {
		return nil, err
	}
	next.settle(m.ID, now)
	return next, nil
}

// unheard reports whether m, said by a side before the case ended without its
// position, is that position: the gate alone had it, and cannot silence anybody.
func (s *State) unheard(m matter.Move) bool {
	position := m.Format == "J20" || m.Format == "J21" && m.Value("kind") != KindHolding
	if !position || m.Replaces() || m.Cancels() || !m.Logged.Before(s.Steps[len(s.Steps)-1].At) {
		return false
	}
	if s.Result == Withdrawn {
		return m.Author.Party != s.Reporter
	}
	f := s.Final()
	return f != nil && slices.Contains(f.Without, m.Author.Party)
}

// cancel takes back what the move's author said.
func (s *State) cancel(m matter.Move, now time.Time) error {
	id := m.About().ID
	switch {
	case s.account(id) != nil:
		return s.cancelReport(m, s.account(id))
	case s.position(id) != nil:
		return s.cancelPosition(m, s.position(id))
	case s.ruling(id) != nil:
		return s.cancelFinding(m, s.ruling(id))
	}
	return s.cancelVisit(m, id, now)
}

// notThere refuses what speaks about something that the case has not.
func (s *State) notThere(id string) error {
	return rule.Refuse(Unknown, "`parley case show` lists what stands", "statement %s is not part of the case %s as it stands", id, s.ID)
}

// afterFinding refuses to change what a final finding stands on.
func (s *State) afterFinding(what string) error {
	if f := s.Final(); f != nil {
		return rule.Refuse(Found, "say in a new J21 what is to be said", "the finding %s stands on what was said before; no %s is replaced or cancelled after it", f.ID, what)
	}
	return nil
}
