package desk

import (
	"context"
	"math"
	"slices"
	"strconv"
	"time"

	"parley/identity"
	"parley/line"
	"parley/mechanism"
	"parley/rule"
	"parley/statement"
	"parley/watch"
	"parley/words"
)

// Stale is when a fallback contact counts as not tried.
const Stale = 8 * 24 * time.Hour

// NoTest says that no link test of another party waits for a person here.
const NoTest = "desk.no-test"

// A PathView is how one party's path stands, and what to do about it.
type PathView struct {
	Party        string      `json:"party"`
	Colour       line.Colour `json:"colour"` // empty: no test was ever held
	Since        time.Time   `json:"since,omitzero"`
	Cause        line.Cause  `json:"cause,omitempty"`
	Absent       bool        `json:"absent,omitempty"`   // the machine answers and no person does
	Declared     bool        `json:"declared,omitempty"` // the party has declared a pause of all areas
	Machine      time.Time   `json:"machine,omitzero"`   // last proof
	Person       time.Time   `json:"person,omitzero"`    // last proof by a person
	PersonDue    time.Time   `json:"personDue,omitzero"` // when a person is to prove it next
	Turn         time.Time   `json:"turn,omitzero"`      // when it starts its next test; zero for who takes no turns
	Tests        int         `json:"tests"`              // this month
	Missed       int         `json:"missed"`             // of them, by the machine
	Availability float64     `json:"availability"`       // this month so far, in percent
	Contacts     []string    `json:"contacts,omitempty"` // beside this channel, in the order in which to try them
	Verified     time.Time   `json:"verified,omitzero"`  // when a person last tried them
	Stale        bool        `json:"stale,omitempty"`    // that is longer ago than [Stale]
	Next         string      `json:"next,omitempty"`     // what to do, in the reader's language
}

// A LineView is how the line stands.
type LineView struct {
	Exercise bool       `json:"exercise"`
	Now      time.Time  `json:"now"`
	AsOf     time.Time  `json:"asOf"` // what it is true of: now, or when the hub was last reached
	Month    string     `json:"month"`
	Begun    time.Time  `json:"begun,omitzero"` // the first test; zero before it
	Turn     time.Time  `json:"turn,omitzero"`  // the next test
	TurnOf   string     `json:"turnOf,omitempty"`
	Waiting  string     `json:"waiting,omitempty"` // party whose test waits for a person of this one
	Paths    []PathView `json:"paths"`
	Status   Status     `json:"status"` // of this desk's own connection
	// Ahead is by how many milliseconds this desk's clock is ahead of the hub's; nil
	// where that is not known. More than a second, either way, is to be put right.
	Ahead *int64 `json:"aheadMillis,omitempty"`
	Text  string `json:"text"` // all of it, for a person

	alarm string // that the hub misbehaved
}

// Line tells how the line stands, in one of the catalogue's languages.
func (d *Desk) Line(ctx context.Context, lang string) (*LineView, error) {
	v, p, err := d.line(ctx, lang)
	if err != nil {
		return nil, err
	}
	v.alarm = d.alarmLine(p, v.Status)
	p.linePage(v)
	v.Text = p.String()
	return v, nil
}

func (d *Desk) line(ctx context.Context, lang string) (*LineView, *page, error) {
	status, err := d.Status(ctx)
	if err != nil {
		return nil, nil, err
	}
	c, b, now := d.Charter(), d.work.Board(), d.config.Clock().UTC()
	p := d.newPage(lang, now)
	v := &LineView{Exercise: c.Exercise, Now: now, AsOf: d.asOf(now, status), Begun: b.Line.Begun, Status: status}
	v.Month = v.AsOf.Format("2006-01")
	if ahead, ok := d.skewNow(); ok {
		n := ahead.Milliseconds()
		v.Ahead = &n
	}
	rules := mechanism.LineRules(c)
	for _, t := range b.Line.Timers(rules) {
		if t.Kind == line.KindTurn {
			v.Turn, v.TurnOf = t.At.Add(-rules.Miss), t.Party
		}
	}
	if t, ok := d.testToAnswer(); ok {
		v.Waiting = t.By
	}
	for _, party := range c.Parties {
		v.Paths = append(v.Paths, d.path(p, v, party.ID))
	}
	return v, p, nil
}

// asOf is until when this desk knows how things stand: now, where it has all that
// the hub has; else until when it had, or until the newest entry that it has.
func (d *Desk) asOf(now time.Time, s Status) time.Time {
	var newest time.Time
	if size := d.work.Size(); size > 0 {
		newest, _ = d.work.TimeAt(size - 1)
	}
	d.mu.Lock()
	known := d.state.known
	d.mu.Unlock()
	if known.Before(newest) {
		known = newest
	}
	if s.Reachable && !s.Behind || known.IsZero() || known.After(now) {
		return now
	}
	return known.UTC()
}

func (d *Desk) path(p *page, v *LineView, party string) PathView {
	c, b := d.Charter(), d.work.Board()
	rules, path := mechanism.LineRules(c), b.Line.Path(party)
	view := PathView{Party: party, Colour: b.Colour(c, party, v.AsOf), Cause: path.Cause, Absent: path.Absent, Machine: path.Machine, Person: path.Human, PersonDue: path.Person,
		Declared: b.Areas.AllPausedBy(party, mechanism.Switchable(c), v.AsOf)}
	if view.Colour != line.Green && view.Colour != line.Unproven {
		view.Since = path.Since
		if view.Since.IsZero() && !path.Machine.IsZero() { // unproven for too long, which nobody has said yet
			view.Since = path.Machine.Add(rules.Red)
		}
	}
	if !b.Line.Begun.IsZero() {
		view.Turn, view.Availability = rules.NextTurn(party, p.now), path.Availability(v.Month, b.Line.Begun, v.AsOf)
	}
	for _, m := range path.Months {
		if m.Month == v.Month {
			view.Tests, view.Missed = m.Tests, m.Missed
		}
	}
	if duty, ok := d.newestRoster(party); ok {
		view.Contacts, view.Verified = duty.Contacts, duty.Verified
		view.Stale = p.now.Sub(duty.Verified) > Stale
	}
	view.Next = d.advice(p, v, view)
	return view
}

// newestRoster gives the roster that a party has announced last.
func (d *Desk) newestRoster(party string) (newest watch.Duty, ok bool) {
	var at uint64
	for _, duty := range d.work.Board().Watch.Of(party).Duties {
		if r, known := d.work.Record(duty.Statement); known && (!ok || r.Index > at) {
			newest, at, ok = duty, r.Index, true
		}
	}
	return newest, ok
}

// advice says what to do next about a path, in plain words; nothing where it is
// GREEN.
func (d *Desk) advice(p *page, v *LineView, path PathView) string {
	key := ""
	switch {
	case path.Colour == line.Green:
		return ""
	case path.Party == d.party && !v.Status.Reachable:
		key = "path.do-connect"
	case v.Begun.IsZero():
		key = "path.do-begin"
	case path.Party == d.party:
		key = "path.do-test"
	case path.Colour == line.Dark && path.Declared:
		key = "path.do-declared"
	case path.Colour == line.Dark:
		key = "path.do-dark"
	case path.Colour == line.Red:
		key = "path.do-red"
	case path.Colour == line.Unproven:
		key = "path.do-first"
	case path.Absent:
		key = "path.do-person"
	default:
		key = "path.do-amber"
	}
	return words.M(key, "party", p.party(path.Party), "superior", p.code(p.charter.Supervisor().ID+"/"+p.charter.Clocks.Superior)).In(p.lang)
}

func (p *page) linePage(v *LineView) {
	p.say(0, "path.title", "at", p.code(p.now.Format("2006-01-02")), "time", p.at(p.now))
	p.connection(v)
	if v.Begun.IsZero() {
		p.say(0, "path.never")
	} else if !v.Turn.IsZero() {
		p.say(0, "path.turn", "at", p.at(v.Turn), "left", p.left(v.Turn), "party", p.party(v.TurnOf))
	}
	if v.Waiting != "" {
		p.say(0, "path.waiting", "party", p.party(v.Waiting))
	}
	for _, path := range v.Paths {
		p.text.WriteString("\n")
		p.line(0, p.pathLine(path))
		p.say(2, "path.proofs", "machine", p.at(path.Machine), "person", p.at(path.Person), "due", p.at(path.PersonDue))
		if path.Colour != line.Unproven {
			p.say(2, "path.month", "month", p.code(v.Month), "share", p.code(percent(path.Availability)), "n", path.Tests, "missed", path.Missed)
		}
		if !path.Turn.IsZero() {
			p.say(2, "path.own-turn", "at", p.at(path.Turn), "left", p.left(path.Turn))
		}
		if path.Colour != line.Green {
			p.contacts(path)
		}
		if path.Next != "" {
			p.line(2, path.Next)
		}
	}
	p.witnessPage(v.Status)
}

// pathLine says in one line how a path stands, since when and why.
func (p *page) pathLine(path PathView) string {
	if path.Since.IsZero() {
		return words.M("path.colour", "party", p.party(path.Party), "colour", p.colour(path.Colour)).In(p.lang)
	}
	cause := path.Cause
	if path.Declared && path.Colour == line.Dark {
		cause = line.Pause
	}
	if cause == "" {
		return words.M("path.since", "party", p.party(path.Party), "colour", p.colour(path.Colour), "since", p.at(path.Since), "long", p.since(path.Since)).In(p.lang)
	}
	return words.M("path.why", "party", p.party(path.Party), "colour", p.colour(path.Colour), "since", p.at(path.Since), "long", p.since(path.Since),
		"cause", p.named("line.missed", "cause", string(cause))).In(p.lang)
}

// contacts says how else a party is reached, and how old that is.
func (p *page) contacts(path PathView) {
	if len(path.Contacts) == 0 {
		p.say(2, "path.no-contacts")
		return
	}
	key := "path.contacts"
	if path.Stale {
		key = "path.contacts-stale"
	}
	p.say(2, key, "contacts", p.list(path.Contacts), "at", p.at(path.Verified), "long", p.since(path.Verified))
}

// connection says how this desk itself stands: what it cannot know, nobody should
// take from it.
func (p *page) connection(v *LineView) {
	switch s := v.Status; {
	case s.Alarm != "":
		p.line(0, v.alarm)
	case !s.Reachable && s.Trouble == "":
		p.say(0, "path.unreached", "at", p.at(v.AsOf))
	case !s.Reachable:
		p.say(0, "path.away", "trouble", words.Raw(words.LeftToRight(p.lang, s.Trouble)), "at", p.at(v.AsOf), "long", p.since(v.AsOf))
	case !s.Behind:
		p.say(0, "path.connected", "n", int64(v.Status.Size))
	}
	if v.Status.Reachable && v.Status.Behind {
		p.say(0, "path.behind", "at", p.at(v.AsOf), "long", p.since(v.AsOf))
	}
	if v.Status.Queued > 0 {
		p.say(0, "path.queued", "n", v.Status.Queued)
	}
	if ahead, warn, ok := v.skewed(); ok {
		key := "path.skew"
		if warn {
			key = "path.skew-warned"
		}
		p.say(0, key, "ahead", p.code(seconds(ahead)))
	}
}

// skewed gives by how much the desk's clock is ahead, and whether that is to be
// warned of.
func (v *LineView) skewed() (ahead time.Duration, warn, ok bool) {
	if v.Ahead == nil {
		return 0, false, false
	}
	ahead = time.Duration(*v.Ahead) * time.Millisecond
	return ahead, ahead > maxSkew || ahead < -maxSkew, true
}

func seconds(d time.Duration) string {
	sign := ""
	if d >= 0 {
		sign = "+"
	}
	return sign + strconv.FormatFloat(d.Seconds(), 'f', 1, 64) + " s"
}

// percent writes a share cut after the second place, as the statistics have it, so
// that it is 100 only where nothing is missing.
func percent(share float64) string {
	return strconv.FormatFloat(math.Floor(share*100+1e-6)/100, 'f', 2, 64) + "%"
}

// testToAnswer gives the newest test of another party that waits for a person here, or
// where there is none, for its machine.
func (d *Desk) testToAnswer() (line.Test, bool) {
	open := d.work.Board().Line.Open
	for _, waits := range []func(line.Test) []string{func(t line.Test) []string { return t.People }, func(t line.Test) []string { return t.Waiting }} {
		for i := len(open) - 1; i >= 0; i-- {
			if t := open[i]; t.By != d.party && slices.Contains(waits(t), d.party) {
				return t, true
			}
		}
	}
	return line.Test{}, false
}

// Test starts a link test that a person stands behind, to everyone.
func (d *Desk) Test(ctx context.Context, by identity.Author, lang string) (id string, err error) {
	return d.personTest(ctx, by, lang, "start")
}

// Answer answers the newest link test of another party as a person.
func (d *Desk) Answer(ctx context.Context, by identity.Author, lang string) (id string, err error) {
	d.awaitSynced(ctx)
	t, ok := d.testToAnswer()
	if !ok && d.refresh(ctx) {
		t, ok = d.testToAnswer()
	}
	if !ok {
		return "", refusal(NoTest, lang, words.M("path.no-test"), words.M("path.no-test-remedy", "command", "`parley line -test`"))
	}
	r, ok := d.work.Record(t.ID)
	if !ok {
		return "", rule.Refuse(NotFound, "", "link test %s is not in this desk's replica", t.ID)
	}
	return d.personTest(ctx, by, lang, "answer", statement.Ref{Relation: "replies", ID: t.ID, Hash: r.Hash})
}

func (d *Desk) personTest(ctx context.Context, by identity.Author, lang, leg string, refs ...statement.Ref) (string, error) {
	d.awaitSynced(ctx)
	f, ok := d.Charter().Newest("J00")
	if !ok {
		return "", rule.Refuse(NoFormat, "`parley charter show` lists those in force", "format J00 is not in force")
	}
	sequence := strconv.FormatInt(d.work.Board().Line.Path(d.party).Started+1, 10)
	return d.say(ctx, f, Saying{By: by, Lang: lang, Fields: []string{"sequence=" + sequence, "operator=yes", "leg=" + leg, "route=main"}}, refs)
}
