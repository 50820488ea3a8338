// Package activity knows where, when and how high what statements announce takes
// place, and says whether two of them meet.
//
// A [Volume] is read from the critical fields of a statement, those that its
// format names for it. [Volume.Meets] compares two of them in time, on the ground
// and in height. It is pure, and on the safe side: what is not known overlaps, so
// two volumes that do not meet are surely apart in one of the three. It says
// nothing of whether the activities can go on beside each other, which is for
// people to decide.
package activity

import (
	"slices"
	"time"

	"parley/format"
	"parley/geo"
)

// Margin is how near on the ground, in metres, two volumes are said to meet though
// their areas do not touch. Areas are taken with their own uncertainty besides.
const Margin = 500

// A Span is a time from Begins to Ends, both included. A zero Ends says that
// nobody knows when it ends.
type Span struct {
	Begins time.Time `json:"begins"`
	Ends   time.Time `json:"ends,omitzero"`
}

// A Volume is where, when and how high something takes place. It is never changed
// once it is made; any number may read it.
type Volume struct {
	Times []Span // at least one, by their begin
	Areas []*geo.Footprint
	Band  *geo.Band // nil: any height
}

// Of reads the volume that fields say in the format f, by its [format.Volume].
// Expires is when what they say is over in any case; zero: nobody knows. It is not
// ok where the format has no volume, or the fields say no time or no area, or a
// value is none that can be signed.
func Of(f *format.Format, field func(name string) string, expires time.Time) (v *Volume, ok bool) {
	if f.Volume == nil {
		return nil, false
	}
	v = &Volume{}
	for i, name := range f.Volume.Windows {
		said := field(name)
		if said == "" {
			continue
		}
		begins, ends, isWindow := format.ReadWindow(said)
		if !isWindow {
			if begins, ok = format.ReadInstant(said); !ok {
				return nil, false
			}
			ends = begins
			if i == 0 && f.Volume.Until != "" {
				if ends, ok = format.ReadInstant(field(f.Volume.Until)); !ok || ends.Before(begins) {
					ends = expires // an end before the begin is a slip: nobody knows it
				}
			}
		}
		if ends.Before(begins) && !ends.IsZero() {
			ends = begins // which nothing forbids
		}
		v.Times = append(v.Times, Span{begins, ends})
	}
	slices.SortFunc(v.Times, func(a, b Span) int { return a.Begins.Compare(b.Begins) })
	for _, name := range f.Volume.Areas {
		said := field(name)
		if said == "" {
			continue
		}
		if area, err := geo.ParseAreaValue(said); err == nil {
			v.Areas = append(v.Areas, area.Footprint())
		} else if place, err := geo.ParsePosition(said); err == nil {
			v.Areas = append(v.Areas, place.Footprint())
		} else {
			return nil, false
		}
	}
	if said := field(f.Volume.Band); said != "" {
		band, err := geo.ParseBandValue(said)
		if err != nil {
			return nil, false
		}
		v.Band = &band
	}
	return v, len(v.Times) > 0 && len(v.Areas) > 0
}

// Lasts gives when the first of the volume's times begins and the last ends, zero
// where nobody knows.
func (v *Volume) Lasts() Span {
	whole := v.Times[0]
	for _, s := range v.Times[1:] {
		if s.Ends.IsZero() || !whole.Ends.IsZero() && s.Ends.After(whole.Ends) {
			whole.Ends = s.Ends
		}
	}
	return whole
}

// Shared gives the time that two spans have in common, ends included.
func (s Span) Shared(t Span) (Span, bool) {
	both := Span{Begins: s.Begins, Ends: s.Ends}
	if t.Begins.After(both.Begins) {
		both.Begins = t.Begins
	}
	if both.Ends.IsZero() || !t.Ends.IsZero() && t.Ends.Before(both.Ends) {
		both.Ends = t.Ends
	}
	return both, both.Ends.IsZero() || !both.Ends.Before(both.Begins)
}

// An Overlap says how two volumes meet.
type Overlap struct {
	Time   Span      // the first that they have in common
	Metres float64   // least distance of their areas, see [geo.Apart]; 0 where they touch or overlap
	Band   *geo.Band // the heights they have in common; nil: one says none, or they cannot be compared
}

// Meets says how two volumes overlap: in time, ends included; on the ground,
// within a margin in metres; and in height, by [geo.Band.Meets]. What it costs is
// taken off work, as by [geo.Within].
func (v *Volume) Meets(w *Volume, margin float64, work *int) (o Overlap, meets bool) {
	*work--
	if o.Time, meets = v.shared(w); !meets {
		return o, false
	}
	meets = false
	for _, a := range v.Areas {
		for _, b := range w.Areas {
			metres, within := geo.Within(a, b, margin, work)
			if within && (!meets || metres < o.Metres) {
				o.Metres, meets = metres, true
			}
		}
	}
	if !meets || v.Band == nil || w.Band == nil {
		return o, meets
	}
	*work -= 100
	o.Band, meets = v.Band.Meets(*w.Band, slices.Concat(v.Areas, w.Areas)...)
	return o, meets
}

// shared gives the first time that two volumes have in common.
func (v *Volume) shared(w *Volume) (first Span, found bool) {
	for _, s := range v.Times {
		for _, t := range w.Times {
			if both, ok := s.Shared(t); ok && (!found || both.Begins.Before(first.Begins)) {
				first, found = both, true
			}
		}
	}
	return first, found
}
