package mechanism

import (
	"time"

	"parley/charter"
	"parley/delivery"
	"parley/format"
	"parley/rule"
)

// StageReview is the stage of a pause whose review is due.
const StageReview delivery.Stage = "review"

// GoesTo gives the role that something overdue goes to: on a ladder the role of
// the rung, at the gate the supervisor's superior; empty where it goes to nobody
// else.
func GoesTo(ch *charter.Charter, t delivery.Timer) string {
	switch t.Stage {
	case delivery.StageGate:
		return ch.Supervisor().ID + "/" + ch.Clocks.Superior
	case delivery.StageLadder:
		party := t.Party
		if r, ok := ch.Role(t.Role); ok && r.Of == charter.KindSupervisor {
			party = ch.Supervisor().ID
		}
		return party + "/" + t.Role
	}
	return ""
}

// termsOf gives how long each step of a message may take. facts are nil where some
// of it is withheld here; then only what needs no fields is known.
// spoken is the format that it speaks as; empty where that is withheld.
func termsOf(ch *charter.Charter, c Case, f form, spoken string, facts *Facts) delivery.Terms {
	var terms delivery.Terms
	p, _ := ch.Precedence(c.Statement.Claims().Precedence)
	content := f.Format
	if of, ok := ch.Format(spoken); ok && f.Borrows != "" {
		content = of
	}
	if f.Borrows != format.BorrowsTexts { // a translation goes with its original
		terms.KeepDays = ch.Keep(spoken)
	}
	if !content.Quiet {
		terms.Ack = charter.Seconds(p.AckSeconds)
		for _, r := range p.Ladder {
			terms.Ladder = append(terms.Ladder, delivery.Rung{After: charter.Seconds(r.AfterSeconds), Role: r.Role})
		}
	}
	if facts == nil {
		return terms
	}
	if len(facts.Critical) > 0 {
		terms.Readback = charter.Seconds(p.ReadbackSeconds)
	}
	// What was over before it was said is a report: nothing of it falls due.
	if facts.PassOn && facts.Begins.After(c.Now) {
		terms.Begins = facts.Begins
	}
	if facts.ReplyBy.After(c.Now) {
		terms.ReplyBy = facts.ReplyBy
	}
	if facts.Expires.After(c.Now) {
		terms.Expires = facts.Expires
	}
	if terms.KeepDays > 0 && !cancels(c.Statement.Claims()) {
		terms.Over = later(facts.Ends, facts.Expires)
	}
	return terms
}

// overdue reads the hub's word that a step is past its time, and holds each of its
// words to what the rules say.
func overdue(ch *charter.Charter, c Case, old *Record) (delivery.Overdue, error) {
	s := c.Statement
	step, _ := s.Field("step")
	n, _ := step.(int64)
	said := delivery.Overdue{Stage: delivery.Stage(text(s, "stage")), Party: text(s, "owed-by"), Step: int(n), Unknown: old.Facts == nil}
	for _, t := range old.Delivery.Timers() {
		if t.Stage != said.Stage || t.Party != said.Party || t.Step != said.Step {
			continue
		}
		due, _ := format.ReadInstant(text(s, "due"))
		if !due.Equal(t.At.Truncate(time.Second)) || text(s, "goes-to") != GoesTo(ch, t) {
			return said, rule.Refuse(ClockWords, "say what the charter says", "%s of statement %s was due at %s and goes to %q; the clock says %s and %q",
				t.Stage, old.Claims.ID, t.At.Format(time.RFC3339), GoesTo(ch, t), text(s, "due"), text(s, "goes-to"))
		}
		said.Role = t.Role
	}
	return said, nil
}
