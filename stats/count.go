package stats

import (
	"slices"
	"strings"
	"time"

	"parley/area"
	"parley/delivery"
	"parley/line"
	"parley/mechanism"
	"parley/statement"
)

// message counts a statement with a delivery of its own that every party could read
// once it was released.
func (f *Fold) message(r *mechanism.Record, s *statement.Statement) error {
	c, d := r.Claims, r.Delivery
	if d.Status != delivery.Released || !f.originalCounts(c) {
		return nil
	}
	switch identifier(c.Format) {
	case "J00": // nothing refers to it but its answers
		f.test(r)
		return nil
	case "J05":
		if err := f.declared(r, s); err != nil {
			return err
		}
	}
	f.counted[c.ID] = true
	f.incidents(r)
	author := f.of(c.Author.Party)
	if author == nil || !f.in.Period.holds(r.Logged) {
		return nil
	}
	f.messages++
	if c.Late.IsZero() {
		author.ordered = append(author.ordered, max(0, r.Logged.Sub(c.Time).Milliseconds()))
	}
	f.precedence(author, r)
	if r.Facts != nil && r.Facts.LeadSeconds > 0 {
		author.notices.Of++
		if r.Facts.LateNotice {
			author.notices.Count++
		}
	}
	f.gate(author, r)
	for i := range d.Reach {
		reach := &d.Reach[i]
		if t := f.of(reach.Party); t != nil && f.everyone(c.Author.Party, reach.Party) {
			f.reached(t, r, reach)
		}
	}
	return nil
}

// originalCounts reports whether what a message replaces, cancels or translates
// counts: who may not read that one knows less of this one.
func (f *Fold) originalCounts(c statement.Claims) bool {
	for _, ref := range c.Refs {
		if (mechanism.Supersedes(ref.Relation) || ref.Relation == "translates") && !f.counted[ref.ID] {
			return false
		}
	}
	return true
}

// incidents opens and closes cases. What replaces a report keeps its age; what
// cancels it closes it, and so does a finding that is not cancelled, itself or as
// what has taken its place.
func (f *Fold) incidents(r *mechanism.Record) {
	c, d := r.Claims, r.Delivery
	if identifier(c.Format) == "J20" {
		f.cases[c.ID] = &incident{party: c.Author.Party, since: r.Logged}
	} else if old := f.cases[d.Supersedes]; old != nil && !d.Cancels {
		f.cases[c.ID] = old
	}
	if identifier(c.Format) == "J23" {
		found := &finding{}
		f.findings[c.ID] = found
		for _, ref := range c.Refs {
			if about := f.cases[ref.ID]; about != nil && ref.Relation == "replies" {
				about.findings = append(about.findings, found)
			}
		}
	} else if old := f.findings[d.Supersedes]; old != nil && !d.Cancels {
		f.findings[c.ID] = old
	}
	if !d.Superseded.Cancel {
		return
	}
	if own := f.cases[c.ID]; own != nil {
		own.cancelled = true
	}
	if own := f.findings[c.ID]; own != nil {
		own.cancelled = true
	}
}

// precedence holds what an author chose against what the format begins with.
func (f *Fold) precedence(author *tally, r *mechanism.Record) {
	ch := f.in.CharterAt(r.Index)
	chosen := r.Claims.Precedence
	content, ok := ch.Format(r.Claims.Format)
	if r.Facts != nil {
		if of, known := ch.Format(r.Facts.Content); known {
			content = of
		}
	}
	if !ok || content.Quiet {
		return
	}
	rank := func(id string) int {
		for i, p := range ch.Precedences {
			if p.ID == id {
				return i
			}
		}
		return -1
	}
	sent := at(author.sent, chosen)
	sent.Count++
	is, was := rank(chosen), rank(content.Precedence)
	if was >= 0 && is < was {
		sent.Above++
	} else if was >= 0 && is > was {
		sent.Below++
	}
	if is == 0 {
		author.urgent.Of++
		if was > 0 {
			author.urgent.Count++
		}
	}
}

// gate counts how long a side's statement waited: with its author, and with the
// supervisor, whose time it was.
func (f *Fold) gate(author *tally, r *mechanism.Record) {
	d := r.Delivery
	if d.Due.IsZero() {
		return
	}
	for _, t := range []*tally{author, f.of(f.supervisor)} {
		g := at(t.gates, gateKey{r.Claims.Precedence, d.Mode})
		g.submission = append(g.submission, d.Gated.Sub(d.Submitted).Milliseconds())
		if d.Auto {
			g.automatic++
		}
		// The clock lets through what is due, and takes a moment to do it.
		if over := d.Gated.Sub(d.Due); over > line.Grace || over > 0 && !d.Auto {
			g.late++
		}
	}
}

// reached counts how far a statement came with an addressee.
func (f *Fold) reached(t *tally, r *mechanism.Record, reach *delivery.Reach) {
	d, precedence := r.Delivery, r.Claims.Precedence
	end := d.Over()
	if end.IsZero() {
		end = f.in.Now
	}
	if due := d.AckDue(reach); !due.IsZero() {
		var done time.Time
		if len(reach.Acks) > 0 {
			done = reach.Acks[0].At
		}
		at(t.acks, precedence).step(d, done, due, end)
	}
	if due := d.ReadbackDue(reach); !due.IsZero() {
		at(t.reads, precedence).step(d, reach.UnderstoodAt(), due, end)
		if len(reach.Readbacks) > 0 {
			t.tried++
			if reach.Readbacks[0].Match {
				t.first++
			}
		}
	}
	if due := d.PassOnDue(); !due.IsZero() && d.Gated.Before(due) { // else it left no time at all
		done := reach.PassedOnAt()
		inTime := !done.IsZero() && done.Before(due)
		if inTime {
			t.passOn.Count++
		}
		if !done.IsZero() || end.After(due) {
			t.passOn.Of++
		}
	}
	if !d.Expired.IsZero() && d.Superseded.By == "" {
		switch {
		case reach.Delivered.IsZero():
			t.expired.Undelivered++
		case len(reach.Acks) == 0 && d.Terms.Ack > 0:
			t.expired.Unacknowledged++
		}
	}
}

func (f *Fold) test(r *mechanism.Record) {
	t := f.of(r.Claims.Author.Party)
	switch {
	case t == nil || !f.in.Period.holds(r.Logged):
	case len(r.Claims.Refs) > 0:
		t.answered++
	default:
		t.started++
	}
}

// clock counts what the hub's clock says to everyone.
func (f *Fold) clock(r *mechanism.Record, s *statement.Statement) {
	name := map[string]string{"clock.overdue": "owed-by", "line.missed": "party", "roster.gap": "role"}[identifier(r.Claims.Format)]
	party, _, _ := strings.Cut(text(s, name), "/")
	t := f.of(party)
	if t == nil {
		return
	}
	switch identifier(r.Claims.Format) {
	case "clock.overdue":
		stage := delivery.Stage(text(s, "stage"))
		t.calls[stage]++
		if stage == delivery.StageLadder {
			t.ladder[int(number(s, "step"))]++
		}
	case "line.missed":
		t.missed[missKey{text(s, "part"), line.Cause(text(s, "cause"))}] += int(max(1, number(s, "tests")))
	case "roster.gap":
		t.gaps++
	}
}

// A pause is the time in which a party had paused one area.
type pause struct {
	statement, party, area, reason string
	declared, from, until          time.Time // until is zero while it stands
}

// declared keeps the pauses that a J05 declares and ends. A resumption ends what
// counts of them; what it resumes need not count, as where a party joined between
// the two.
func (f *Fold) declared(r *mechanism.Record, s *statement.Statement) error {
	d := mechanism.Declaration(s)
	if d.Kind == area.Resume {
		from := d.From
		if from.Before(r.Logged) {
			from = r.Logged
		}
		f.ends(d.Party, d.Areas, from)
		return nil
	}
	var switched area.State // a pause or a restriction asks nothing of what stands
	events, err := switched.Decide(d, mechanism.Switchable(f.in.CharterAt(r.Index)), r.Logged)
	if err != nil {
		return err
	}
	for _, e := range events {
		e, ok := e.(area.AreasSwitched)
		if !ok {
			continue
		}
		f.ends(e.Switch.Party, e.Areas, r.Logged)
		for _, id := range e.Areas {
			if e.Switch.Kind == area.Pause {
				f.pauses = append(f.pauses, pause{r.Claims.ID, e.Switch.Party, id, e.Switch.Reason, r.Logged, e.Switch.From, e.Switch.Until})
			}
		}
	}
	return nil
}

// ends cuts a party's pauses of areas off at t.
func (f *Fold) ends(party string, areas []string, t time.Time) {
	for i := range f.pauses {
		p := &f.pauses[i]
		if p.party == party && slices.Contains(areas, p.area) && (p.until.IsZero() || t.Before(p.until)) {
			p.until = t
		}
	}
}

// text reads a field of a coded type; empty where it is not there.
func text(s *statement.Statement, name string) string {
	v, _ := s.Field(name)
	t, _ := v.(string)
	return t
}

func number(s *statement.Statement, name string) int64 {
	v, _ := s.Field(name)
	n, _ := v.(int64)
	return n
}

// identifier gives a format's identifier without its edition.
func identifier(ref string) string {
	id, _, _ := strings.Cut(ref, "/")
	return id
}
