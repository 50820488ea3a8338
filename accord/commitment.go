package accord

import (
	"cmp"
	"slices"
	"time"

	"parley/format"
	"parley/matter"
	"parley/rule"
)

// Stages of a commitment, as the clock names them.
const (
	StageCommitmentDue     = "commitment-due"     // its owner is reminded
	StageCommitmentOverdue = "commitment-overdue" // its owner has not said in time that it was met
	StageCommitmentSettled = "commitment-settled" // nobody has contested that it was met
)

// maxAway bounds how far from now a commitment may be due, so that no time of it
// leaves the years that a time is written with.
const maxAway = 100 * 366 * 24 * time.Hour

// CommitmentTerms are the times of a commitment, fixed as it is proposed.
type CommitmentTerms struct {
	Remind  time.Duration `json:"remind"`  // before it is due
	Report  time.Duration `json:"report"`  // what recurs more often is reported once in so long
	Contest time.Duration `json:"contest"` // after its owner has said that it was met
	Gate    time.Duration `json:"gate"`    // how long a gate may keep what was contested in time
}

// A Commitment is one entry of the register: what its owners are to do, by when,
// in the words of one statement in all languages.
//
// It is proposed, its text is agreed by every side and every owner, and it is in
// force: at once, or, where it comes after other commitments, when its owner or
// the supervisor says that those are met. Each owner has a [Duty] of his own. He
// says that it was met, with evidence; the other sides accept that or contest it
// within a time, and the register shows both and judges nothing. It ends met, or
// waived by all sides. What recurs goes on until it is waived.
//
// What is agreed stands until another text is agreed by all; proposing one frees
// nobody.
type Commitment struct {
	Number     string          `json:"number"` // its name in the register, such as "doc:commitment-1"
	Supervisor string          `json:"supervisor"`
	Sides      []string        `json:"sides"`
	Terms      CommitmentTerms `json:"terms"`

	Standing *Text       `json:"standing,omitempty"` // agreed by all
	Proposed *Text       `json:"proposed,omitempty"`
	InForce  time.Time   `json:"inForce,omitzero"`
	Duties   []Duty      `json:"duties,omitempty"` // once it is in force, one of each owner
	Waivers  []Signature `json:"waivers,omitempty"`
	Over     string      `json:"over,omitempty"`
}

// A Text is what one statement has a commitment say.
type Text struct {
	Statement  string        `json:"statement"`
	By         string        `json:"by"` // its author's party
	Owners     []string      `json:"owners"`
	Recurrence string        `json:"recurrence"`         // "once", "each-time" or "periodic"
	Every      time.Duration `json:"every,omitempty"`    // periodic: the interval of the text
	Due        time.Time     `json:"due,omitzero"`       // the first time
	After      []string      `json:"after,omitempty"`    // what must be met first
	AgreedIn   string        `json:"agreedIn,omitempty"` // such as minutes
	Agreed     []Signature   `json:"agreed,omitempty"`
	Since      time.Time     `json:"since,omitzero"` // when all had agreed
}

// OpenCommitment opens a commitment with its first text.
func OpenCommitment(m matter.Move, r matter.Rules, t CommitmentTerms, now time.Time) (*Commitment, error) {
	sides, err := sidesOf(r, "a commitment")
	if err != nil {
		return nil, err
	}
	if m.Value("kind") != "entry" {
		return nil, rule.Refuse(matter.NotOpening, "enter the commitment first (kind entry), or refer to its entry", "a %s of kind %q is about a commitment of the register, and refers to none", m.Format, m.Value("kind"))
	}
	if err := named("number", m.Value("number")); err != nil {
		return nil, err
	}
	c := &Commitment{Number: m.Value("number"), Supervisor: r.Supervisor, Sides: sides, Terms: t}
	return c.proposed(m, now)
}

// Take gives the commitment after m.
func (c *Commitment) Take(m matter.Move, _ matter.Rules, now time.Time) (matter.State, error) {
	if c.Over != "" && !c.unheard(m) {
		return nil, ended("commitment "+c.Number, c.Over)
	}
	next, err := c.take(m, now)
	if err != nil {
		return nil, err
	}
	if c.Over == Met {
		next.Over = "" // contested after all
	}
	return next, nil
}

// unheard reports whether m contests in time a claim that the clock has settled: the
// gate alone had it, and makes nothing met.
func (c *Commitment) unheard(m matter.Move) bool {
	i, ok := c.claimed(m.About().ID)
	return c.Over == Met && ok && m.Value("kind") == "contest" && !m.Replaces() && !m.Logged.After(c.Duties[i].Claim.Until)
}

func (c *Commitment) take(m matter.Move, now time.Time) (*Commitment, error) {
	if m.Cancels() {
		return c.cancel(m)
	}
	if name := m.Value("number"); name != c.Number {
		return nil, rule.Refuse(WrongName, "write "+c.Number+", or leave the reference out to enter another commitment", "statement %s refers to commitment %s and names %q", m.ID, c.Number, name)
	}
	kind := m.Value("kind")
	if m.Replaces() && (kind != "entry" || !c.has(m.About().ID)) {
		return nil, again(m)
	}
	switch kind {
	case "entry":
		return c.proposed(m, now)
	case "agreement":
		return c.agreed(m, now)
	case "in-force":
		return c.enforced(m, now)
	case "met":
		return c.met(m, now)
	case "contest":
		return c.contested(m)
	case "waiver":
		return c.waived(m)
	}
	return nil, rule.Refuse(NotAsked, "write entry, agreement, in-force, met, contest or waiver", "the register has no statement of kind %q", kind)
}

// has reports whether a statement is one of the texts that stand.
func (c *Commitment) has(statement string) bool {
	return c.Standing != nil && c.Standing.Statement == statement || c.Proposed != nil && c.Proposed.Statement == statement
}

// signers gives those who must agree to a text: the sides and its owners, sorted.
func (c *Commitment) signers(t *Text) []string {
	all := append(slices.Clone(c.Sides), t.Owners...)
	slices.Sort(all)
	return slices.Compact(all)
}

// proposed puts a text in the place of the one proposed before, if any.
func (c *Commitment) proposed(m matter.Move, now time.Time) (*Commitment, error) {
	t := &Text{Statement: m.ID, By: m.Author.Party, Owners: slices.Clone(m.All("owner")), Recurrence: m.Value("recurrence"), After: slices.Clone(m.All("after")), AgreedIn: m.Value("agreed-in")}
	slices.Sort(t.Owners)
	t.Owners = slices.Compact(t.Owners)
	for _, owner := range t.Owners {
		if owner != c.Supervisor && !contains(c.Sides, owner) {
			return nil, rule.Refuse(NoSides, "address it to "+owner, "%s would own commitment %s and is not party to it", owner, c.Number)
		}
	}
	for _, name := range append(slices.Clone(t.After), cmp.Or(t.AgreedIn, c.Number)) {
		if err := named("after or agreed-in", name); err != nil {
			return nil, err
		}
	}
	for _, name := range t.After { // which is looked up
		if err := matter.CheckName(name); err != nil {
			return nil, err
		}
	}
	if due := m.Value("due"); due != "" {
		t.Due, _ = format.ReadInstant(due)
	}
	t.Every, _ = format.ReadDuration(m.Value("every"))
	switch {
	case len(t.Owners) == 0:
		return nil, rule.Refuse(Incomplete, "write its owner", "commitment %s has no owner", c.Number)
	case t.Recurrence == "once" && !t.Due.After(now), t.Recurrence == "each-time" && !t.Due.IsZero() && !t.Due.After(now):
		return nil, rule.Refuse(BadTimes, "give a time to come", "commitment %s would be due at %s, and it is %s", c.Number, stamp(t.Due), stamp(now))
	case !t.Due.IsZero() && t.Due.Sub(now).Abs() > maxAway:
		return nil, rule.Refuse(BadTimes, "check the year", "commitment %s would be due at %s, more than a hundred years from %s", c.Number, stamp(t.Due), stamp(now))
	case t.Recurrence == "periodic" && t.Every <= 0:
		return nil, rule.Refuse(Incomplete, "write every", "commitment %s recurs at intervals and does not say at which", c.Number)
	case !contains([]string{"once", "each-time", "periodic"}, t.Recurrence):
		return nil, rule.Refuse(Incomplete, "write once, each-time or periodic", "commitment %s does not say how it recurs", c.Number)
	case contains(t.After, c.Number):
		return nil, rule.Refuse(BadTimes, "leave it out", "commitment %s would come after itself", c.Number)
	}
	next := *c
	next.Proposed = t
	if contains(c.signers(t), m.Author.Party) {
		t.Agreed = signatures(nil).with(m.Author.Party, m.ID)
	}
	return &next, nil
}

// agreed takes a party's agreement to the text that is proposed; with the last one
// it stands, and nothing of the text before counts any more.
func (c *Commitment) agreed(m matter.Move, now time.Time) (*Commitment, error) {
	if c.Proposed == nil {
		return nil, rule.Refuse(Already, "leave it out", "every text of commitment %s that was proposed is agreed by all", c.Number)
	}
	t, party := *c.Proposed, m.Author.Party
	switch {
	case m.About().ID != t.Statement:
		return nil, rule.Refuse(Superseded, "read it, and refer to statement "+t.Statement, "the text of commitment %s to agree to is statement %s; statement %s refers to %s", c.Number, t.Statement, m.ID, m.About().ID)
	case !contains(c.signers(&t), party):
		return nil, rule.Refuse(NotYours, "leave it to them", "commitment %s is agreed by %s", c.Number, listed(c.signers(&t)))
	case len(m.Texts) > 0 && (contains(m.Texts, "text-en") || contains(m.Texts, "text-ar") || contains(m.Texts, "text-he")):
		return nil, rule.Refuse(Superseded, "leave the texts out, or write kind=entry to propose others", "an agreement takes the words of statement %s as they stand", t.Statement)
	case signatures(t.Agreed).has(party):
		return nil, rule.Refuse(Already, "wait for the others", "%s has agreed to statement %s", party, t.Statement)
	case t.Recurrence == "once" && !t.Due.After(now):
		return nil, rule.Refuse(TooLate, "propose a text with a later time", "commitment %s was due at %s, before all had agreed to it", c.Number, stamp(t.Due))
	}
	t.Agreed = signatures(t.Agreed).with(party, m.ID)
	next := *c
	if !signatures(t.Agreed).complete(c.signers(&t)) {
		next.Proposed = &t
		return &next, nil
	}
	t.Since = instant(now)
	next.Standing, next.Proposed = &t, nil
	next.InForce, next.Duties, next.Waivers = time.Time{}, nil, nil
	if len(t.After) > 0 {
		return &next, nil
	}
	return next.begun(now), nil
}

// enforced takes the word that what comes before it is met.
func (c *Commitment) enforced(m matter.Move, now time.Time) (*Commitment, error) {
	party := m.Author.Party
	switch {
	case c.Standing == nil:
		return nil, c.noText()
	case !c.InForce.IsZero():
		return nil, rule.Refuse(Already, "leave it out", "commitment %s is in force since %s", c.Number, stamp(c.InForce))
	case party != c.Supervisor && !contains(c.Standing.Owners, party):
		return nil, rule.Refuse(NotYours, "ask them to say it", "what comes before commitment %s is said to be met by its owner or by %s", c.Number, c.Supervisor)
	case c.Standing.Recurrence == "once" && !c.Standing.Due.After(now):
		return nil, rule.Refuse(TooLate, "propose a text with a later time", "commitment %s was due at %s, before what it comes after was met", c.Number, stamp(c.Standing.Due))
	}
	return c.begun(now), nil
}

// begun gives the commitment in force from now on.
func (c *Commitment) begun(now time.Time) *Commitment {
	next := *c
	next.InForce, next.Duties = instant(now), nil
	for _, owner := range c.Standing.Owners {
		next.Duties = append(next.Duties, c.duty(owner, next.InForce))
	}
	return &next
}

func (c *Commitment) noText() error {
	return rule.Refuse(TooEarly, "agree to a text first", "commitment %s has no text that all have agreed to", c.Number)
}

// waived takes a side's waiver, and ends the commitment with the last.
func (c *Commitment) waived(m matter.Move) (*Commitment, error) {
	party := m.Author.Party
	switch {
	case c.Standing == nil:
		return nil, c.noText()
	case !contains(c.Sides, party):
		return nil, rule.Refuse(NotYours, "leave it to them", "commitment %s is waived by the sides together: %s", c.Number, listed(c.Sides))
	case signatures(c.Waivers).has(party):
		return nil, rule.Refuse(Already, "wait for the others", "%s has waived commitment %s", party, c.Number)
	}
	next := *c
	next.Waivers = signatures(c.Waivers).with(party, m.ID)
	if signatures(next.Waivers).complete(c.Sides) {
		next.Over = Waived
	}
	return &next, nil
}

// cancel takes back what the statement said that is cancelled. What no longer
// counts is taken back without effect.
func (c *Commitment) cancel(m matter.Move) (*Commitment, error) {
	next, gone := *c, m.About().ID
	if c.Standing != nil && c.Standing.Statement == gone {
		return nil, rule.Refuse(Frozen, "waive it, and ask the others to", "commitment %s is agreed by %s and not taken back by one of them", c.Number, listed(c.signers(c.Standing)))
	}
	if c.Proposed != nil {
		t := *c.Proposed
		if t.Statement == gone && t.By == m.Author.Party {
			if c.Standing == nil {
				next.Over = Withdrawn // its text stays, for the register
			} else {
				next.Proposed = nil
			}
			return &next, nil
		}
		if agreed, ok := signatures(t.Agreed).drop(m); ok {
			t.Agreed, next.Proposed = agreed, &t
			return &next, nil
		}
	}
	if waivers, ok := signatures(c.Waivers).drop(m); ok {
		next.Waivers = waivers
		return &next, nil
	}
	return c.unclaimed(m)
}

// Fulfilled reports whether what comes after the commitment may begin: it is met,
// or, where it recurs, its owners have said so at least once and nobody contests it.
func (c *Commitment) Fulfilled() bool {
	return c.Over == Met || c.Standing != nil && !c.once() && len(c.Duties) > 0 && !slices.ContainsFunc(c.Duties, func(d Duty) bool {
		return d.Claim == nil || len(d.Claim.Contests) > 0
	})
}

// Ended is how the commitment ended; empty while it goes on.
func (c *Commitment) Ended() string { return c.Over }

// Name is the commitment's in the register.
func (c *Commitment) Name() string { return c.Number }

// Text is the one that counts: what is agreed, and else what is proposed.
func (c *Commitment) Text() *Text {
	if c.Standing != nil {
		return c.Standing
	}
	return c.Proposed
}
