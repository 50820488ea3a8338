package accord

import (
	"slices"
	"time"

	"parley/matter"
	"parley/rule"
)

// A Duty is what one owner is to do under a commitment in force.
type Duty struct {
	Owner    string    `json:"owner"`
	From     time.Time `json:"from"`         // when what is due next began to run
	Due      time.Time `json:"due,omitzero"` // zero: by no time, or done
	Reminded bool      `json:"reminded,omitempty"`
	Overdue  bool      `json:"overdue,omitempty"` // the clock has said so, and it was not met since
	Claim    *Claim    `json:"claim,omitempty"`   // the newest
	Claims   int       `json:"claims,omitempty"`
	Late     int       `json:"late,omitempty"`     // claims that came after the time
	Disputed int       `json:"disputed,omitempty"` // claims before the newest that were left contested
}

// A Claim is an owner's word that his duty was met.
type Claim struct {
	Statement string      `json:"statement"`
	At        time.Time   `json:"at"`    // when it was ordered
	Until     time.Time   `json:"until"` // until when it can be contested
	Late      bool        `json:"late,omitempty"`
	Accepted  []Signature `json:"accepted,omitempty"`
	Contests  []Signature `json:"contests,omitempty"`
}

// period is how long a recurring duty runs, and zero for one that does not run by
// the clock.
func (c *Commitment) period() time.Duration {
	if c.Standing.Recurrence != "periodic" {
		return 0
	}
	return max(c.Standing.Every, c.Terms.Report)
}

// duty gives an owner's duty as the commitment comes into force.
func (c *Commitment) duty(owner string, now time.Time) Duty {
	d := Duty{Owner: owner, From: now, Due: c.Standing.Due}
	if period := c.period(); period > 0 {
		if d.Due.IsZero() {
			d.Due = now
		}
		d.Due = roll(d.Due, period, now)
	} else if c.Standing.Recurrence == "each-time" && !d.Due.After(now) {
		d.Due = time.Time{} // nobody was bound by it
	}
	d.Reminded = !d.Due.IsZero() && !d.Due.Add(-c.Terms.Remind).After(now)
	return d
}

// roll gives the first of due, due and a period, and so on, that is after t.
func roll(due time.Time, period time.Duration, t time.Time) time.Time {
	if due.After(t) {
		return due
	}
	return due.Add((t.Sub(due)/period + 1) * period)
}

// once reports whether the duties end as they are met.
func (c *Commitment) once() bool { return c.Standing != nil && c.Standing.Recurrence == "once" }

// others gives the sides that an owner owes it to.
func (c *Commitment) others(owner string) []string {
	return remove(c.Sides, func(side string) bool { return side == owner })
}

// settled reports whether all to whom a claim is made have accepted it.
func (c *Commitment) settled(d Duty) bool {
	return d.Claim != nil && signatures(d.Claim.Accepted).complete(c.others(d.Owner))
}

// change gives the commitment with one duty changed.
func (c *Commitment) change(i int, d Duty) *Commitment {
	next := *c
	next.Duties = slices.Clone(c.Duties)
	next.Duties[i] = d
	if next.once() && !slices.ContainsFunc(next.Duties, func(d Duty) bool { return !next.settled(d) }) {
		next.Over = Met
	}
	return &next
}

// claimed finds the duty of which a statement is the newest claim.
func (c *Commitment) claimed(statement string) (int, bool) {
	i := slices.IndexFunc(c.Duties, func(d Duty) bool { return d.Claim != nil && d.Claim.Statement == statement })
	return i, i >= 0
}

// met takes an owner's claim, or another side's acceptance of one.
func (c *Commitment) met(m matter.Move, now time.Time) (*Commitment, error) {
	if c.InForce.IsZero() {
		return nil, rule.Refuse(TooEarly, "wait until it is in force", "commitment %s is not in force", c.Number)
	}
	party := m.Author.Party
	if i, ok := c.claimed(m.About().ID); ok && c.Duties[i].Owner != party {
		return c.accepted(i, m)
	}
	i := slices.IndexFunc(c.Duties, func(d Duty) bool { return d.Owner == party })
	if i < 0 {
		return nil, rule.Refuse(NotYours, "refer to the owner's claim to accept it", "%s does not own commitment %s: %s", party, c.Number, listed(c.Standing.Owners))
	}
	d := c.Duties[i]
	contested := d.Claim != nil && len(d.Claim.Contests) > 0
	switch {
	case len(m.All("evidence")) == 0:
		return nil, rule.Refuse(Incomplete, "write the hash of what shows it", "%s says that commitment %s was met, and names no evidence", party, c.Number)
	case c.once() && d.Claim != nil && !contested:
		return nil, rule.Refuse(Already, "cancel that one first, to say it anew", "%s has said in statement %s that commitment %s was met", party, d.Claim.Statement, c.Number)
	case c.period() > 0 && m.Logged.Before(d.From) && !contested:
		return nil, rule.Refuse(TooEarly, "say it for the next period once that has begun", "%s has said for the period until %s that commitment %s was met", party, stamp(d.From), c.Number)
	}
	claim := &Claim{Statement: m.ID, At: instant(m.Logged), Until: instant(now).Add(c.Terms.Contest), Late: !d.Due.IsZero() && m.Logged.After(d.Due)}
	if c.once() && d.Claim != nil { // said anew, about the same time
		claim.Late = d.Claim.Late
		d.Late -= count(d.Claim.Late)
	}
	d.Disputed += count(contested)
	d.Late += count(claim.Late)
	d.Claim, d.Overdue = claim, false
	d.Claims++
	if c.Standing.Recurrence == "each-time" {
		d.Due = time.Time{} // that was the first time, and the others have none
	}
	if period := c.period(); period > 0 && !m.Logged.Before(d.From) {
		d.From = d.Due
		if d.Due = roll(d.Due.Add(period), period, now); d.Due.Add(-period).After(d.From) {
			d.From = d.Due.Add(-period)
		}
		d.Reminded = !d.Due.Add(-c.Terms.Remind).After(now)
	}
	return c.change(i, d), nil
}

func count(is bool) int {
	if is {
		return 1
	}
	return 0
}

// accepted takes a side's word that a claim is true. It takes back what that side
// had contested.
func (c *Commitment) accepted(i int, m matter.Move) (*Commitment, error) {
	d, party := c.Duties[i], m.Author.Party
	claim := *d.Claim
	switch {
	case !contains(c.others(d.Owner), party):
		return nil, rule.Refuse(NotYours, "leave it to them", "that commitment %s was met is accepted by the sides that it is owed to: %s", c.Number, listed(c.others(d.Owner)))
	case signatures(claim.Accepted).has(party):
		return nil, rule.Refuse(Already, "wait for the others", "%s has accepted statement %s", party, claim.Statement)
	}
	claim.Contests = signatures(claim.Contests).without(party)
	claim.Accepted = signatures(claim.Accepted).with(party, m.ID)
	d.Claim = &claim
	return c.change(i, d), nil
}

// contested takes a side's word that a claim is not true.
func (c *Commitment) contested(m matter.Move) (*Commitment, error) {
	i, ok := c.claimed(m.About().ID)
	if !ok {
		return nil, rule.Refuse(Superseded, "refer to the newest statement that it was met", "statement %s is not what the owner of commitment %s last said of it", m.About().ID, c.Number)
	}
	d, party := c.Duties[i], m.Author.Party
	claim := *d.Claim
	switch {
	case !contains(c.others(d.Owner), party):
		return nil, rule.Refuse(NotYours, "leave it to them", "that commitment %s was met is contested by the sides that it is owed to: %s", c.Number, listed(c.others(d.Owner)))
	case signatures(claim.Contests).has(party), signatures(claim.Accepted).has(party):
		return nil, rule.Refuse(Already, "open a case (J20) for what is new", "%s has said of statement %s what it says to it", party, claim.Statement)
	case m.Logged.After(claim.Until):
		return nil, rule.Refuse(TooLate, "open a case (J20)", "statement %s could be contested until %s", claim.Statement, stamp(claim.Until))
	}
	claim.Contests = signatures(claim.Contests).with(party, m.ID)
	d.Claim = &claim
	return c.change(i, d), nil
}

// unclaimed takes back a contest, an acceptance, or the claim of what is due once.
func (c *Commitment) unclaimed(m matter.Move) (*Commitment, error) {
	for i, d := range c.Duties {
		if d.Claim == nil {
			continue
		}
		claim, gone := *d.Claim, false
		switch contests, ok := signatures(claim.Contests).drop(m); {
		case claim.Statement == m.About().ID && !c.once():
			return nil, rule.Refuse(Frozen, "leave it to the others to contest it", "statement %s speaks of a time that is over for commitment %s", claim.Statement, c.Number)
		case claim.Statement == m.About().ID && d.Owner == m.Author.Party:
			d.Claim = nil
			d.Late -= count(claim.Late)
			d.Disputed += count(len(claim.Contests) > 0)
			return c.change(i, d), nil
		case ok:
			claim.Contests, gone = contests, true
		default:
			claim.Accepted, gone = signatures(claim.Accepted).drop(m)
		}
		if gone {
			d.Claim = &claim
			return c.change(i, d), nil
		}
	}
	return c, nil
}

// settles is when a commitment that is due once is met unless somebody contests
// that in time; zero where it is not claimed by all owners, or is contested.
func (c *Commitment) settles() time.Time {
	var at time.Time
	if !c.once() || c.Over != "" {
		return at
	}
	for _, d := range c.Duties {
		switch {
		case d.Claim == nil || len(d.Claim.Contests) > 0:
			return time.Time{}
		case !c.settled(d) && d.Claim.Until.Add(c.Terms.Gate).After(at):
			at = d.Claim.Until.Add(c.Terms.Gate)
		}
	}
	return at
}

// Timers gives what falls due.
func (c *Commitment) Timers() []matter.Timer {
	if c.Over != "" {
		return nil
	}
	var all []matter.Timer
	for _, d := range c.Duties {
		if d.Due.IsZero() || c.once() && d.Claim != nil {
			continue
		}
		if !d.Reminded {
			all = append(all, matter.Timer{Stage: StageCommitmentDue, Party: d.Owner, At: d.Due.Add(-c.Terms.Remind)})
		}
		if !d.Overdue {
			all = append(all, matter.Timer{Stage: StageCommitmentOverdue, Party: d.Owner, At: d.Due})
		}
	}
	if at := c.settles(); !at.IsZero() {
		all = append(all, matter.Timer{Stage: StageCommitmentSettled, At: at})
	}
	return matter.SortTimers(all)
}

// Lapse gives the commitment after the clock has said that t is due.
func (c *Commitment) Lapse(t matter.Timer, _ matter.Rules, now time.Time) (matter.State, error) {
	if _, err := matter.Find(c, t, now); err != nil {
		return nil, err
	}
	if t.Stage == StageCommitmentSettled {
		next := *c
		next.Over = Met
		return &next, nil
	}
	i := slices.IndexFunc(c.Duties, func(d Duty) bool { return d.Owner == t.Party })
	d := c.Duties[i]
	d.Reminded = true
	d.Overdue = d.Overdue || t.Stage == StageCommitmentOverdue
	return c.change(i, d), nil
}

// Next gives who is to act.
func (c *Commitment) Next(matter.Rules) []matter.Next {
	if c.Over != "" {
		return nil
	}
	var all []matter.Next
	if t := c.Proposed; t != nil {
		for _, party := range signatures(t.Agreed).missing(c.signers(t)) {
			all = append(all, matter.Next{Party: party, Action: AgreeText})
		}
	}
	if c.Standing != nil && c.InForce.IsZero() {
		all = append(all, matter.Next{Party: c.Supervisor, Action: PutInForce})
	}
	for _, d := range c.Duties {
		all = append(all, c.nextOf(d)...)
	}
	if at := c.settles(); !at.IsZero() {
		all = append(all, matter.Next{Party: matter.Clock, Action: StageCommitmentSettled, By: at})
	}
	return all
}

func (c *Commitment) nextOf(d Duty) []matter.Next {
	var all []matter.Next
	if d.Claim != nil && len(d.Claim.Contests) > 0 {
		all = append(all, matter.Next{Party: d.Owner, Action: ClaimAgain})
	} else if d.Claim != nil && c.once() {
		for _, side := range signatures(d.Claim.Accepted).missing(c.others(d.Owner)) {
			all = append(all, matter.Next{Party: side, Action: AcceptClaim, By: d.Claim.Until})
		}
	}
	switch {
	case c.once() && d.Claim != nil:
	case d.Due.IsZero():
		all = append(all, matter.Next{Party: d.Owner, Action: Keep})
	default:
		all = append(all, matter.Next{Party: d.Owner, Action: Meet, By: d.Due})
	}
	return all
}

// Status is one word for how the commitment stands.
func (c *Commitment) Status() string {
	any := func(is func(Duty) bool) bool { return slices.ContainsFunc(c.Duties, is) }
	switch {
	case c.Over != "":
		return c.Over
	case c.Standing == nil:
		return "proposed"
	case c.InForce.IsZero():
		return "text-agreed"
	case any(func(d Duty) bool { return d.Overdue }):
		return "overdue"
	case any(func(d Duty) bool { return d.Claim != nil && len(d.Claim.Contests) > 0 }):
		return "contested"
	case c.once() && !any(func(d Duty) bool { return d.Claim == nil }):
		return "claimed"
	case any(func(d Duty) bool { return d.Reminded && !(c.once() && d.Claim != nil) }):
		return "due"
	}
	return "in-force"
}
