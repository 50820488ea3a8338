package digest

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"parley/matter"
	"parley/mechanism"
	"parley/statement"
)

// kinds is the order in which matters are reported.
var kinds = []matter.Kind{matter.Case, matter.Session, matter.Commitment, matter.PublicLine, matter.Exchange, matter.Project}

// done gives the page of all that was added.
func (f *fold) done() Page {
	p := f.page
	for _, party := range f.charter.Parties {
		path := f.board.Line.Path(party.ID)
		p.Paths = append(p.Paths, Path{party.ID, f.board.Colour(f.charter, party.ID, f.now), milli(path.Since), path.Cause})
	}
	for _, id := range p.Areas {
		if id != mechanism.Service {
			p.Standing = append(p.Standing, f.standing(id))
		}
	}
	for _, s := range f.sent {
		p.Sent = append(p.Sent, *s)
	}
	slices.SortFunc(p.Sent, func(a, b Sent) int {
		return cmp.Or(cmp.Compare(slices.Index(p.Areas, a.Area), slices.Index(p.Areas, b.Area)), cmp.Compare(a.Format, b.Format))
	})
	slices.SortStableFunc(p.Open, func(a, b Open) int {
		return cmp.Or(latest(a.Steps[0].Due, b.Steps[0].Due), cmp.Compare(a.Entry, b.Entry))
	})
	slices.SortStableFunc(p.Matters, func(a, b Matter) int {
		return cmp.Compare(slices.Index(kinds, a.Kind), slices.Index(kinds, b.Kind))
	})
	p.Open, p.Beyond.Open = first(p.Open)
	p.Flash, p.Beyond.Flash = first(p.Flash)
	p.Overdue, p.Beyond.Overdue = first(p.Overdue)
	p.Missed, p.Beyond.Missed = first(p.Missed)
	p.Declared, p.Beyond.Declared = first(p.Declared)
	p.Matters, p.Beyond.Matters = ofEach(p.Matters)
	p.Figures = f.stats.Page()
	return p
}

func (f *fold) standing(id string) Standing {
	v := Standing{Area: id}
	status, in := f.board.Areas.Of(id, f.now)
	v.Status = status
	for _, sw := range in {
		v.Switches = append(v.Switches, Switch{Entry: sw.Index, Party: sw.Party, Kind: sw.Kind, Reason: sw.Reason, From: milli(sw.From), Until: milli(sw.Until), Review: milli(sw.Review)})
	}
	return v
}

// latest compares two times of which 0 is none, and last.
func latest(a, b int64) int {
	return cmp.Or(-cmp.Compare(min(a, 1), min(b, 1)), cmp.Compare(a, b))
}

// first cuts a list to its bound, and counts the rest.
func first[T any](all []T) ([]T, int) {
	n := min(len(all), most)
	return all[:n], len(all) - n
}

// ofEach cuts the matters of each kind, the newest off.
func ofEach(all []Matter) (some []Matter, beyond int) {
	count := map[matter.Kind]int{}
	for _, m := range all {
		if count[m.Kind]++; count[m.Kind] <= most {
			some = append(some, m)
		} else {
			beyond++
		}
	}
	return some, beyond
}

func milli(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMilli()
}

// field reads a field of a coded type; empty where it is not there.
func field(s *statement.Statement, name string) string {
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
