package trade

import (
	"time"

	"parley/matter"
)

// Where a project stands, as the pipeline shows it. One that has ended is as it
// ended.
const (
	StatusProposed    = "proposed"    // not screened yet
	StatusReview      = "review"      // screened, waiting for answers
	StatusStopped     = "stopped"     // the screening does not let it pass
	StatusCondition   = "condition"   // a condition is open
	StatusObjected    = "objected"    // an objection stands
	StatusRefused     = "not-agreed"  // it has stood too long; it may be referred
	StatusReferred    = "referred"    // with the supervisor
	StatusRecommended = "recommended" // by all who were asked
	StatusApproved    = "approved"    // by decision
	StatusLicensed    = "licensed"
	StatusSuspended   = "suspended" // licensed, and stopped since
	StatusInForce     = "in-force"  // an authorisation by itself
)

// Status says where the project stands.
func (s *State) Status() string {
	switch {
	case s.End != "":
		return s.End
	case s.Phase == Paper:
		return StatusInForce
	case s.licensed() && (s.Phase != Approved || !s.Screening.Passes() || !s.certified()):
		return StatusSuspended
	case s.licensed():
		return StatusLicensed
	case s.Phase == Refused:
		return StatusRefused
	case s.Phase == Referred:
		return StatusReferred
	case s.Screening.stops(), s.Phase == Approved && !s.Screening.Passes():
		return StatusStopped
	case s.Phase == Approved && s.Decision != "":
		return StatusApproved
	case s.Phase == Approved:
		return StatusRecommended
	case s.objected():
		return StatusObjected
	case s.conditional():
		return StatusCondition
	case s.Screening.Statement == "":
		return StatusProposed
	}
	return StatusReview
}

// What is to be done next, as the page has words for it.
const (
	ActScreen    = "screen"
	ActRescreen  = "rescreen"
	ActAnswer    = "answer"
	ActResolve   = "resolve" // revise it, withdraw it, or refer it
	ActMeet      = "meet-condition"
	ActConfirm   = "confirm-condition"
	ActRefer     = "refer"
	ActDecide    = "decide"
	ActSuperior  = "decide-superior"
	ActLicense   = "license"
	ActCertify   = "certify"
	ActRunOut    = "expire" // the clock ends it
	ActTakeForce = "revoke" // a revocation takes effect
)

// Next gives who holds the project, what he is to do, and by when.
func (s *State) Next(matter.Rules) []matter.Next {
	switch {
	case s.End != "":
		return nil
	case s.Phase == Paper:
		return s.runOut()
	case s.Phase == Refused:
		return one(s.Proposer, ActRefer, s.ReferBy)
	case s.Phase == Referred && s.Escalated:
		return one(s.Supervisor, ActSuperior, s.DecideBy)
	case s.Phase == Referred:
		return one(s.Supervisor, ActDecide, s.DecideBy)
	case s.Phase == Review:
		return s.reviewing()
	}
	by := s.LicenseBy
	if s.licensed() {
		by = s.runOut()[0].By
	}
	switch {
	case !s.Screening.Passes():
		return one(s.Supervisor, ActRescreen, by)
	case !s.certified():
		return one(s.Proposer, ActCertify, by)
	case s.licensed():
		return s.runOut()
	}
	return one(s.Supervisor, ActLicense, by)
}

func one(party, action string, by time.Time) []matter.Next {
	return []matter.Next{{Party: party, Action: action, By: by}}
}

// runOut names the clock, which ends what is licensed.
func (s *State) runOut() []matter.Next {
	var expiry, revocation time.Time
	for _, g := range s.Papers {
		if g.licenses() || s.Phase == Paper {
			expiry, revocation = first(expiry, g.Until), first(revocation, g.Ends)
		}
	}
	if !revocation.IsZero() && revocation.Before(expiry) {
		return one(matter.Clock, ActTakeForce, revocation)
	}
	return one(matter.Clock, ActRunOut, expiry)
}

func (s *State) reviewing() []matter.Next {
	var all []matter.Next
	switch {
	case s.Screening.stops(): // conditions may be met meanwhile; nobody is asked to answer
		return append(one(s.Supervisor, ActRescreen, s.DisagreeBy), s.openConditions()...)
	case s.objected():
		all = one(s.Proposer, ActResolve, s.DisagreeBy)
	}
	if s.Screening.Statement == "" {
		by := s.Screening.By
		if s.Screening.Noted {
			by = s.RecommendBy
		}
		all = append(all, matter.Next{Party: s.Supervisor, Action: ActScreen, By: by})
	}
	for _, side := range s.Asked {
		if _, answered := s.Answer(side); !answered {
			all = append(all, matter.Next{Party: side, Action: ActAnswer, By: s.RecommendBy})
		}
	}
	return append(all, s.openConditions()...)
}

// openConditions gives who is to meet a condition, or to say that it is met.
func (s *State) openConditions() (all []matter.Next) {
	for _, a := range s.Answers {
		switch {
		case a.Kind != Condition:
		case a.Met.IsZero():
			all = append(all, matter.Next{Party: s.Proposer, Action: ActMeet, By: a.MeetBy})
		case !a.Waited:
			all = append(all, matter.Next{Party: a.Party, Action: ActConfirm, By: a.ConfirmBy})
		}
	}
	return all
}
