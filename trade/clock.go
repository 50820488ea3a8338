package trade

import (
	"slices"
	"time"

	"parley/matter"
)

// Stages that fall due, as the format matter.due names them.
const (
	StageScreening      = "screening"      // the supervisor screens the proposal
	StageRecommendation = "recommendation" // a side answers; the supervisor, where it has not screened
	StageDisagreement   = "disagreement"   // an objection that stands becomes a refusal
	StageCondition      = "condition"      // the proposer meets it
	StageConfirmation   = "confirmation"   // whoever set it confirms it
	StageReferral       = "referral"       // a refusal is referred
	StageDecision       = "decision"       // the supervisor decides
	StageSuperior       = "superior"       // its superior does
	StageLicence        = "licence"        // a licence follows
	StageExpiry         = "expiry"         // a licence ends
	StageRevocation     = "revocation"     // a revocation takes effect
	StageCertificate    = "certificate"    // an end-use certificate ends
	StageAuthorisation  = "authorisation"  // what the screening relied on ends
)

// Timers gives what falls due.
func (s *State) Timers() []matter.Timer {
	var all []matter.Timer
	add := func(stage, party string, at time.Time) {
		if !at.IsZero() {
			all = append(all, matter.Timer{Stage: stage, Party: party, At: at})
		}
	}
	if s.End != "" {
		return nil
	}
	if s.Phase == Review || s.Phase == Referred {
		s.answerTimers(add)
	}
	switch {
	case s.Phase == Review && (s.objected() || s.Screening.stops()):
		add(StageDisagreement, "", s.DisagreeBy)
	case s.Phase == Refused:
		add(StageReferral, s.Proposer, s.ReferBy)
	case s.Phase == Referred && s.Escalated:
		add(StageSuperior, s.Supervisor, s.DecideBy)
	case s.Phase == Referred:
		add(StageDecision, s.Supervisor, s.DecideBy)
	case s.Phase == Approved && !s.licensed():
		add(StageLicence, s.Supervisor, s.LicenseBy)
	}
	if s.Screening.Passes() {
		add(StageAuthorisation, "", s.Screening.Until)
	}
	var expiry, certificate, revocation time.Time
	for _, g := range s.Papers {
		if revocation = first(revocation, g.Ends); g.Instrument == Certificate {
			certificate = first(certificate, g.Until)
		} else {
			expiry = first(expiry, g.Until)
		}
	}
	add(StageExpiry, "", expiry)
	add(StageCertificate, "", certificate)
	add(StageRevocation, "", revocation)
	return matter.SortTimers(all)
}

// answerTimers gives those of what others have to say to the proposal. While its
// screening stops it, nobody has to answer.
func (s *State) answerTimers(add func(stage, party string, at time.Time)) {
	if s.Screening.Statement == "" && !s.Screening.Noted {
		add(StageScreening, s.Supervisor, s.Screening.By)
	}
	if s.Screening.Statement == "" && !s.Screening.Late {
		add(StageRecommendation, s.Supervisor, s.RecommendBy)
	}
	for _, side := range s.Asked {
		if _, answered := s.Answer(side); !answered && !s.Screening.stops() {
			add(StageRecommendation, side, s.RecommendBy)
		}
	}
	var meet time.Time
	for _, a := range s.Answers {
		switch {
		case a.Kind != Condition:
		case a.Met.IsZero():
			meet = first(meet, a.MeetBy)
		case !a.Waited:
			add(StageConfirmation, a.Party, a.ConfirmBy)
		}
	}
	add(StageCondition, s.Proposer, meet)
}

// first gives the earlier of two times, of which a zero one is none.
func first(a, b time.Time) time.Time {
	if a.IsZero() || !b.IsZero() && b.Before(a) {
		return b
	}
	return a
}

// Lapse gives the project after the clock has said that t is due. Silence is
// recorded as what it is.
func (s *State) Lapse(t matter.Timer, _ matter.Rules, now time.Time) (matter.State, error) {
	t, err := matter.Find(s, t, now)
	if err != nil {
		return nil, err
	}
	n, now := s.clone(), clean(now)
	switch t.Stage {
	case StageScreening:
		n.Screening.Noted = true
	case StageRecommendation:
		if t.Party == n.Supervisor && !slices.Contains(n.Asked, t.Party) {
			n.Screening.Late = true
		} else {
			n.put(Answer{Party: t.Party, Kind: Silence, Counted: n.Terms.Silence})
		}
	case StageDisagreement:
		n.refuse(now)
	case StageCondition:
		for i := range n.Answers {
			if a := &n.Answers[i]; a.Kind == Condition && a.Met.IsZero() && !a.MeetBy.After(t.At) {
				a.Kind, a.Failed = Objection, true
			}
		}
	case StageConfirmation:
		n.Answers[n.find(t.Party)].Waited = true
	case StageReferral:
		n.finish(Declined, t.At)
	case StageDecision:
		n.Escalated, n.DecideBy = true, n.Terms.Days.Add(now, n.Terms.Superior)
	case StageSuperior, StageLicence:
		n.finish(Lapsed, t.At)
	case StageExpiry, StageCertificate, StageRevocation:
		n.end(now)
	case StageAuthorisation:
		n.Screening.Over = true
	}
	n.settle(now)
	return n, nil
}
