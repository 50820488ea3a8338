package mechanism

import (
	"time"

	"parley/accord"
	"parley/casefile"
	"parley/charter"
	"parley/matter"
	"parley/rule"
)

// cases keeps incidents and disputes.
var cases = keeper{open: openCase, admit: checkBreach, read: read[casefile.State]}

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

// checkBreach holds a report that a commitment was not kept to the register, as far
// as that is known here: there must be one that all have agreed to. Whether it was
// kept is what the case is about. What is agreed stays so, so that a report that was
// good as it was submitted is good as it is released.
func checkBreach(v View, opened *Matter, m matter.Move, _ []string) error {
	about, ok := v.Record(m.About().ID)
	if m.ID != opened.ID || m.Value("kind") != "breach" || !ok || about.Facts == nil {
		return nil
	}
	if about.Facts.Kind != matter.Commitment {
		return rule.Refuse(casefile.NoBreach, "send it in reply to the entry of the register, or choose another kind", "the report says that a commitment was not kept, and statement %s is of none", about.Claims.ID)
	}
	entry, ok := v.Matter(about.Facts.Matter)
	if !ok || entry.Partial {
		return nil
	}
	if c, ok := entry.State.(*accord.Commitment); ok && c.Standing == nil {
		return rule.Refuse(casefile.NoBreach, "choose another kind; nobody is bound by what was proposed", "commitment %s is %s: not all have agreed to it", c.Number, c.Status())
	}
	return nil
}
