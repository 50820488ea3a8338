package desk

import (
	"slices"
	"strings"
	"sync"

	"parley/activity"
	"parley/format"
	"parley/geo"
	"parley/mechanism"
	"parley/store"
)

// Bounds of what a picture is made from.
const (
	maxSightLook = 20_000 // newest entries that are looked through when the desk has just started
	maxSights    = 20_000 // statements that are kept in mind
)

// sights are the messages that say a place and a time, whose texts this desk has, by
// entry. They are gathered from the replica by whoever asks. Whether one still stands
// and who may read it is asked each time.
type sights struct {
	mu    sync.Mutex // guards all
	begun bool
	first uint64 // entries before it were not looked through
	next  uint64 // entry to look at next
	known []sight
}

type sight struct {
	index uint64
	lasts activity.Span
}

// within gives those whose time a span shares, newest first, and the entry before
// which nothing was looked at.
func (s *sights) within(d *Desk, span activity.Span) (found []sight, before uint64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.gather(d)
	for _, one := range slices.Backward(s.known) {
		if _, shared := one.lasts.Shared(span); shared {
			found = append(found, one)
		}
	}
	return found, s.first
}

// gather looks at what the replica has got since. A text that a release hands over
// stands before the entry of the release.
func (s *sights) gather(d *Desk) {
	size := d.work.Size()
	if !s.begun {
		s.begun = true
		s.first = size - min(size, maxSightLook)
		s.next = s.first
	}
	for ; s.next < size; s.next++ {
		r, ok := d.work.RecordAt(s.next)
		if !ok {
			continue
		}
		s.add(d, r)
		for _, ref := range r.Claims.Refs {
			if !mechanism.Opening(ref.Relation) {
				continue
			}
			if opened, ok := d.work.Record(ref.ID); ok {
				s.add(d, opened)
			}
		}
	}
	if more := len(s.known) - maxSights; more > 0 {
		s.first = max(s.first, s.known[more].index)
		s.known = slices.Delete(s.known, 0, more)
	}
}

func (s *sights) add(d *Desk, r *mechanism.Record) {
	i, known := slices.BinarySearchFunc(s.known, r.Index, func(one sight, index uint64) int {
		switch {
		case one.index < index:
			return -1
		case one.index > index:
			return 1
		}
		return 0
	})
	if known {
		return
	}
	times := d.timesOf(r)
	if len(times) == 0 || len(d.placesOf(r)) == 0 {
		return
	}
	s.known = slices.Insert(s.known, i, sight{r.Index, (&activity.Volume{Times: times}).Lasts()})
}

// forget leaves out what is destroyed: when it took place was said in the text.
func (s *sights) forget(gone []store.Destroyed) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.known = slices.DeleteFunc(s.known, func(one sight) bool {
		return slices.ContainsFunc(gone, func(g store.Destroyed) bool { return g.Index == one.index })
	})
}

// criticalOf gives the format whose fields a message has, and what it says in them. A
// cancellation says nothing.
func (d *Desk) criticalOf(r *mechanism.Record) (f *format.Format, critical map[string]string, ok bool) {
	if r.Facts == nil || r.Delivery == nil || r.Delivery.Cancels {
		return nil, nil, false
	}
	f, ok = d.Charter().Format(r.Facts.Content)
	return f, r.Facts.Critical, ok && f.Kind == format.Message
}

// timesOf gives when it takes place: by the volume that its format declares, or else
// by its first critical time.
func (d *Desk) timesOf(r *mechanism.Record) []activity.Span {
	f, critical, ok := d.criticalOf(r)
	if !ok {
		return nil
	}
	if v, ok := activity.Of(f, func(name string) string { return critical[name] }, r.Facts.Expires); ok {
		return v.Times
	}
	for _, field := range f.Fields {
		said := critical[field.Name]
		if begins, ends, ok := format.ReadWindow(said); ok && field.Type == format.Window {
			return []activity.Span{{Begins: begins, Ends: ends}}
		}
		if at, ok := format.ReadInstant(said); ok && field.Type == format.Instant {
			return []activity.Span{{Begins: at, Ends: at}}
		}
	}
	return nil
}

// A Shape is a place or an area as it is drawn. Its texts are from outside.
type Shape struct {
	Kind   string      `json:"kind"`           // place, circle, polygon or corridor
	Name   string      `json:"name,omitempty"` // its author's own
	At     geo.Point   `json:"at"`             // a place, the centre of a circle, or the first point that was said
	Ring   []geo.Point `json:"ring"`           // its outline, see [geo.Area.Outline]; round a place, its uncertainty
	Metres int         `json:"metres"`         // uncertainty of each point that was said
}

// ShapeOf reads a signed place or area for drawing.
func ShapeOf(value string) (Shape, bool) {
	if strings.HasPrefix(value, "geo:") {
		p, err := geo.ParsePosition(value)
		return Shape{"place", p.Name, p.Point, p.Outline(), p.Metres}, err == nil
	}
	a, err := geo.ParseAreaValue(value)
	if err != nil {
		return Shape{}, false
	}
	return Shape{string(a.Shape), a.Name, a.Points[0], a.Outline(), a.Metres}, true
}

// placesOf gives the signed places and areas of its critical fields, in their order.
func (d *Desk) placesOf(r *mechanism.Record) (values []string) {
	f, critical, ok := d.criticalOf(r)
	if !ok {
		return nil
	}
	for _, field := range f.Fields {
		if said := critical[field.Name]; said != "" && (field.Type == format.Place || field.Type == format.Area) {
			values = append(values, said)
		}
	}
	return values
}
