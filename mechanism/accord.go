package mechanism

import (
	"strings"
	"time"

	"parley/accord"
	"parley/calendar"
	"parley/charter"
	"parley/delivery"
	"parley/matter"
	"parley/rule"
)

// NotFulfilled is the rule by which no commitment comes into force before what it
// comes after is met.
const NotFulfilled = "accord.not-fulfilled"

var sessions = keeper{
	open: func(ch *charter.Charter, m matter.Move, r matter.Rules, now time.Time) (matter.State, error) {
		t := ch.Accord()
		terms := accord.SessionTerms{Draft: hours(t.DraftHours), Statement: charter.Seconds(t.StatementSeconds), Adoption: t.AdoptionDays}
		var sides []calendar.Party
		for _, side := range r.Others("") {
			sides = append(sides, ch.Works(side))
		}
		terms.Days = calendar.Keep(now, sides...)
		return opened(accord.OpenSession(m, r, terms, now))
	},
	read: read[accord.Session],
}

var commitments = keeper{
	open: func(ch *charter.Charter, m matter.Move, r matter.Rules, now time.Time) (matter.State, error) {
		t := ch.Accord()
		terms := accord.CommitmentTerms{Remind: hours(t.RemindHours), Report: hours(t.ReportHours), Contest: hours(t.ContestHours), Gate: slowestGate(ch, m)}
		return opened(accord.OpenCommitment(m, r, terms, now))
	},
	admit: checkFulfilled,
	read:  read[accord.Commitment],
	most:  maxKept,
}

var publicLines = keeper{
	open: func(ch *charter.Charter, m matter.Move, r matter.Rules, now time.Time) (matter.State, error) {
		return opened(accord.OpenLine(m, r, accord.LineTerms{Agree: time.Duration(ch.Accord().LineMinutes) * time.Minute}, now))
	},
	read: read[accord.Line],
}

func hours(n int) time.Duration { return time.Duration(n) * time.Hour }

// opened gives an opening's answer as a matter.State: nil, and no pointer to
// nothing, where it was refused.
func opened[S matter.State](state S, err error) (matter.State, error) {
	if err != nil {
		return nil, err
	}
	return state, nil
}

// slowestGate is how long the gate may keep a message of that format, whatever its
// precedence.
func slowestGate(ch *charter.Charter, m matter.Move) time.Duration {
	f, ok := ch.Newest(m.Format)
	var slowest time.Duration
	if !ok {
		return slowest
	}
	for _, p := range ch.Precedences {
		if mode, limit := ch.Gate(f.Ref(), p.ID); mode != delivery.ModeNone && mode != delivery.ModeNotify {
			slowest = max(slowest, limit)
		}
	}
	return slowest
}

// checkFulfilled holds the word that what a commitment comes after is met to the
// register, as far as it is known here.
func checkFulfilled(v View, old *Matter, m matter.Move, parties []string) error {
	c, ok := old.State.(*accord.Commitment)
	if !ok || m.Value("kind") != "in-force" || c.Standing == nil {
		return nil
	}
	for _, name := range c.Standing.After {
		before, ok := v.MatterNamed(matter.Commitment, name, parties...)
		if id, is := strings.CutPrefix(name, "statement:"); is {
			before, ok = v.Matter(id)
		}
		if !ok || before.Partial || !before.Among(parties) {
			continue
		}
		if other, ok := before.State.(*accord.Commitment); ok && !other.Fulfilled() {
			return rule.Refuse(NotFulfilled, "wait until it is met, or agree to a text that does not come after it", "commitment %s comes after %s, which is %s", c.Number, other.Number, other.Status())
		}
	}
	return nil
}
