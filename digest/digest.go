// Package digest makes the situation report: how the channel stands and what
// happened on it in a day, a week or a month, for one audience.
//
// A report is a fold of the ledger and nothing else. It tells what every party can
// read, in the areas that its audience reads, by the rule of package stats; so all
// who read those areas make the same [Page], to the byte, and whoever has a record
// makes it again. What waits at the gate and what went to some alone is not in it, and
// no text of a statement is: it says what, when, whose turn it is and since when, and
// which entry to look up. Of a project that is kept to named readers it says no more
// than the pipeline does to all who read that area.
//
// What happened is that of the period; how things stand is as of the newest entry.
//
// A [Page] is values alone. [Page.Report] says it in a language, for paper, for a
// browser and for a terminal.
package digest

import (
	"cmp"
	"context"
	"encoding/base64"
	"fmt"
	"slices"
	"strings"
	"time"

	"parley/charter"
	"parley/format"
	"parley/line"
	"parley/mechanism"
	"parley/sealed"
	"parley/statement"
	"parley/stats"
	"parley/store"
)

// Reads reports whether a report may need the text of a statement.
func Reads(c statement.Claims) bool {
	return stats.Reads(c.Format) || identifier(c.Format) == "matter.due"
}

// Make makes the page that q asks for from a read model. text gives a statement's text
// where [Reads] asks for it. The page is of one moment, however long it takes.
func Make(ctx context.Context, w *store.Working, q Question, text func(*mechanism.Record) (*statement.Statement, error)) (Page, error) {
	s, err := w.Snapshot(ctx)
	if err != nil {
		return Page{}, err
	}
	defer s.Close()
	f, err := newFold(s, q)
	if err != nil {
		return Page{}, err
	}
	if err := f.matters(ctx, s, w.TimeAt); err != nil {
		return Page{}, err
	}
	for r, err := range s.Records(ctx) {
		if err != nil {
			return Page{}, err
		}
		if err := f.add(r, text); err != nil {
			return Page{}, fmt.Errorf("report on entry %d: %w", r.Index, err)
		}
	}
	return f.done(), w.Err()
}

// A fold makes one page.
type fold struct {
	page    Page
	charter *charter.Charter
	stats   *stats.Fold
	board   *mechanism.Board
	now     time.Time
	known   map[string]*mechanism.Matter // those that may be reported, by identifier
	sent    map[[2]string]*Sent
	entries map[string]said // the statements that are reported, by identifier
}

// A said statement has an entry and a format.
type said struct {
	entry  uint64
	format string
}

func newFold(s *store.Snapshot, q Question) (*fold, error) {
	ch := s.CharterAt(s.Size)
	q.Audience, q.Span = cmp.Or(q.Audience, Watch), cmp.Or(q.Span, Day)
	areas, err := AreasOf(ch, q.Audience)
	if err != nil {
		return nil, err
	}
	zone, location, err := q.zone(ch)
	if err != nil {
		return nil, err
	}
	period, err := q.period(s.Now, location)
	if err != nil {
		return nil, err
	}
	f := &fold{charter: ch, board: s.Board, now: s.Now, known: map[string]*mechanism.Matter{}, sent: map[[2]string]*Sent{}, entries: map[string]said{}}
	f.stats = stats.New(stats.Input{CharterAt: s.CharterAt, Board: s.Board, Keys: s.Keys, Size: s.Size, Root: s.Root, Now: s.Now, Period: period, Areas: areas})
	f.page = Page{Form: Form, Mechanism: ch.Mechanism, Exercise: ch.Exercise, Edition: ch.Edition, Size: s.Size, Root: base64.StdEncoding.EncodeToString(s.Root[:]), At: s.Now.UnixMilli(),
		Audience: q.Audience, Areas: areas, Span: q.Span, Zone: zone, From: period.From.UnixMilli(), To: period.To.UnixMilli()}
	return f, nil
}

// holds reports whether t is of the period.
func (f *fold) holds(t time.Time) bool {
	return f.page.From <= t.UnixMilli() && t.UnixMilli() < f.page.To
}

// matters keeps the matters that all parties are party to, in the report's areas.
func (f *fold) matters(ctx context.Context, s *store.Snapshot, timeAt func(uint64) (time.Time, bool)) error {
	all, err := s.Matters(ctx, "", false)
	if err != nil {
		return err
	}
	for _, m := range all {
		if !slices.Contains(f.page.Areas, m.Area) || !f.stats.Everyone(m.Rules.Parties...) {
			continue
		}
		f.known[m.ID] = m
		since, ok := timeAt(m.Since)
		if !ok {
			return fmt.Errorf("report on the matter of entry %d: entry %d is not here", m.Opened, m.Since)
		}
		if m.State.Ended() == "" || f.holds(since) {
			f.page.Matters = append(f.page.Matters, stands(m, since, f.now))
		}
	}
	return nil
}

// stands tells how a matter stands now.
func stands(m *mechanism.Matter, since, now time.Time) Matter {
	v := Matter{Entry: m.Opened, Kind: m.Kind, Name: m.State.Name(), Area: m.Area, Status: m.State.Ended(), Opened: m.Began.UnixMilli(), Since: since.UnixMilli(), Partial: m.Partial}
	switch s := m.State.(type) {
	case interface{ Stage() string }: // of a case
		v.Status = s.Stage()
	case interface{ Status() string }:
		v.Status = s.Status()
	case *sealed.State:
		v.Status = exchange(s, now)
	}
	for _, n := range m.State.Next(m.Rules) {
		turn := Turn{Party: n.Party, Action: n.Action}
		if !n.By.IsZero() {
			turn.By = n.By.UnixMilli()
		}
		v.Next = append(v.Next, turn)
	}
	return v
}

// exchange tells how a sealed exchange stands, as its own page does.
func exchange(s *sealed.State, now time.Time) string {
	switch {
	case s.End != "":
		return s.End
	case len(s.Deposits) == 1:
		return "one-in"
	case s.Since.IsZero() || now.Before(s.Since):
		return "both-in"
	}
	return "opening"
}

// add folds the next record.
func (f *fold) add(r *mechanism.Record, text func(*mechanism.Record) (*statement.Statement, error)) error {
	var s *statement.Statement
	id := identifier(r.Claims.Format)
	if f.stats.Common(r) && (f.stats.Reads(r) || id == "matter.due" && f.holds(r.Logged)) {
		var err error
		if s, err = text(r); err != nil {
			return err
		}
	}
	if err := f.stats.Add(r, s); err != nil {
		return err
	}
	switch {
	case r.Delivery != nil && f.stats.Counts(r.Claims.ID):
		f.message(r, s)
	case s != nil && f.holds(r.Logged):
		f.clock(id, r, s)
	}
	return nil
}

// message folds a statement that every party can read.
func (f *fold) message(r *mechanism.Record, s *statement.Statement) {
	f.entries[r.Claims.ID] = said{r.Index, r.Claims.Format}
	f.open(r)
	if !f.holds(r.Logged) {
		return
	}
	c, d := r.Claims, r.Delivery
	key := [2]string{c.Area, c.Format}
	if f.sent[key] == nil {
		f.sent[key] = &Sent{Area: c.Area, Format: c.Format, By: make([]int, len(f.charter.Parties))}
	}
	if i := slices.IndexFunc(f.charter.Parties, func(p charter.Party) bool { return p.ID == c.Author.Party }); i >= 0 {
		f.sent[key].By[i]++
	}
	if s != nil && identifier(c.Format) == "J05" {
		f.declared(r, s)
	}
	if c.Precedence != f.charter.Precedences[0].ID {
		return
	}
	flash := Flash{Entry: r.Index, Format: c.Format, Author: c.Author.Party, Logged: r.Logged.UnixMilli(), Released: milli(d.Gated)}
	for i := range d.Reach {
		reach := &d.Reach[i]
		if !f.stats.Everyone(c.Author.Party, reach.Party) {
			continue
		}
		v := Reach{Party: reach.Party, Understood: milli(reach.UnderstoodAt()), AckDue: milli(d.AckDue(reach)), ReadbackDue: milli(d.ReadbackDue(reach))}
		if len(reach.Acks) > 0 {
			v.Acknowledged = reach.Acks[0].At.UnixMilli()
		}
		flash.Reached = append(flash.Reached, v)
	}
	f.page.Flash = append(f.page.Flash, flash)
}

// open lists what each addressee has still to do about a statement.
func (f *fold) open(r *mechanism.Record) {
	c, d := r.Claims, r.Delivery
	for _, p := range f.charter.Parties {
		if p.ID == c.Author.Party || !f.stats.Everyone(c.Author.Party, p.ID) {
			continue
		}
		steps := d.Unmet(p.ID)
		if len(steps) == 0 {
			continue
		}
		since := d.Gated
		if since.IsZero() {
			since = r.Logged
		}
		o := Open{Entry: r.Index, Format: c.Format, Precedence: c.Precedence, Author: c.Author.Party, Area: c.Area, Since: since.UnixMilli(), Party: p.ID}
		for _, step := range steps {
			o.Steps = append(o.Steps, Step{string(step.Stage), milli(step.At)})
		}
		f.page.Open = append(f.page.Open, o)
	}
}

func (f *fold) declared(r *mechanism.Record, s *statement.Statement) {
	d := mechanism.Declaration(s)
	var areas []string
	for _, id := range d.Areas {
		if slices.Contains(f.page.Areas, id) {
			areas = append(areas, id)
		}
	}
	if len(areas) > 0 {
		f.page.Declared = append(f.page.Declared, Declared{Entry: r.Index, At: r.Logged.UnixMilli(), Party: d.Party, Kind: d.Kind, Reason: d.Reason, Areas: areas, From: milli(d.From), Until: milli(d.Until)})
	}
}

// clock folds what the hub's clock said to everyone.
func (f *fold) clock(id string, r *mechanism.Record, s *statement.Statement) {
	about := ""
	if len(r.Claims.Refs) > 0 {
		about = r.Claims.Refs[0].ID
	}
	due, _ := format.ReadInstant(field(s, "due"))
	party, _, _ := strings.Cut(field(s, "owed-by"), "/")
	late := Overdue{At: r.Logged.UnixMilli(), Stage: field(s, "stage"), Party: party, Due: milli(due)}
	switch id {
	case "line.missed":
		party, _, _ = strings.Cut(field(s, "party"), "/")
		f.page.Missed = append(f.page.Missed, Missed{Entry: r.Index, Party: party, Part: field(s, "part"), Cause: line.Cause(field(s, "cause")), Due: milli(due), Tests: max(1, number(s, "tests"))})
	case "clock.overdue":
		if of, ok := f.entries[about]; ok {
			late.Entry, late.Format = of.entry, of.format
			f.page.Overdue = append(f.page.Overdue, late)
		}
	case "matter.due":
		if m := f.known[about]; m != nil && party != "" { // what nobody owed has come to its time
			late.Entry, late.Kind, late.Name = m.Opened, m.Kind, m.State.Name()
			f.page.Overdue = append(f.page.Overdue, late)
		}
	}
}
