package mechanism

import (
	"time"

	"parley/casefile"
	"parley/charter"
	"parley/matter"
)

// openCase opens an incident or a dispute with the charter's clocks.
func openCase(ch *charter.Charter, m matter.Move, r matter.Rules, now time.Time) (matter.State, error) {
	t := ch.CaseTimes()
	s, err := casefile.Open(m, r, casefile.Terms{
		Late: charter.Minutes(t.LateMinutes), Holding: charter.Minutes(t.HoldingMinutes), Answer: charter.Minutes(t.AnswerMinutes),
		Call: charter.Minutes(t.CallMinutes), Meeting: charter.Minutes(t.MeetingMinutes), Offer: charter.Minutes(t.OfferMinutes), Visit: charter.Minutes(t.VisitMinutes),
		Interim: charter.Minutes(t.InterimMinutes), Final: charter.Minutes(t.FinalMinutes), Remedies: charter.Minutes(t.RemediesMinutes),
	}, now)
	if err != nil {
		return nil, err // not a state of nil
	}
	return s, nil
}
