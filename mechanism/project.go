package mechanism

import (
	"time"

	"parley/calendar"
	"parley/charter"
	"parley/matter"
	"parley/trade"
)

// projects keeps projects of the commercial track, by the times that the charter
// has as they open.
var projects = keeper{
	open: func(ch *charter.Charter, m matter.Move, r matter.Rules, now time.Time) (matter.State, error) {
		s, err := trade.Open(m, r, tradeTerms(ch, r.Parties, now), now)
		if err != nil {
			return nil, err // not a state that is nil
		}
		return s, nil
	},
	read: read[trade.State],
}

// tradeTerms gives what the charter says of projects between parties.
func tradeTerms(ch *charter.Charter, parties []string, now time.Time) trade.Terms {
	t := ch.Trade()
	var days []calendar.Party
	for _, party := range parties {
		days = append(days, ch.Works(party))
	}
	return trade.Terms{
		Silence: t.SilenceConsents, Screen: t.ScreeningDays, Recommend: t.RecommendationDays, Extend: t.ExtendedDays, Disagree: t.DisagreementDays, Confirm: t.ConfirmationDays,
		Refer: t.ReferralDays, Decide: t.DecisionDays, Superior: t.SuperiorDays, License: t.LicenceDays, EndUse: t.EndUse, Readers: t.Readers, Days: calendar.Keep(now, days...),
	}
}
