package mechanism

import (
	"time"

	"parley/charter"
	"parley/delivery"
	"parley/statement"
)

// deadlines gives when old's addressees owe what by its terms, if it leaves the gate
// now: by the charter under which it was submitted.
func deadlines(v View, c Case, old *Record, terms delivery.Terms) []delivery.Deadlines {
	ch := v.CharterAt(old.Index)
	if ch == nil || old.Delivery == nil {
		return nil
	}
	return workingDue(ch, old.Claims, terms, old.Delivery.Submitted, c.Now)
}

// workingDue counts the terms of a statement in the working time of each addressee.
// Nothing is due before it left the gate, and what the gate took beyond its own
// share, which always runs, is charged to nobody else. None where its precedence
// always runs. A precedence in working time leaves a reply the charter's working
// days, however soon its author asks for one.
func workingDue(ch *charter.Charter, claims statement.Claims, terms delivery.Terms, submitted, gated time.Time) []delivery.Deadlines {
	p, _ := ch.Precedence(claims.Precedence)
	if !p.Working {
		return nil
	}
	from := later(submitted, gated.Add(-terms.Gate))
	var all []delivery.Deadlines
	for _, party := range claims.To {
		works := ch.Works(party)
		hours := func(d time.Duration) time.Time {
			if d == 0 {
				return time.Time{}
			}
			return later(works.AddHours(from, d), gated)
		}
		own := delivery.Deadlines{Party: party, Ack: hours(terms.Ack), Readback: hours(terms.Readback)}
		for _, rung := range terms.Ladder { // apart from each other also behind a slow gate
			own.Ladder = append(own.Ladder, later(works.AddHours(submitted, rung.After), works.AddHours(gated, rung.After-terms.Ladder[0].After)))
		}
		if !terms.ReplyBy.IsZero() {
			own.Reply = later(later(terms.ReplyBy, gated), ch.Calendar(party).Add(from, p.Days()))
		}
		all = append(all, own)
	}
	return all
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}
