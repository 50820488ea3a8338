package geo

import (
	"math"
	"slices"
)

// An outline is what an area's boundary is measured by, in a plane.
//
// Of a circle and a polygon it is the ring. Of a corridor it is the middle line:
// where its boundary is follows from the distance to that, so that the time a
// comparison takes does not grow with how often a corridor overlaps itself.
type outline struct {
	line   *tree
	radius float64 // millimetres from the line to the boundary; 0 of a ring
	edge   []spot  // of the boundary: its corners, and spots between them
	rim    []piece // of a corridor: between those spots
	rims   *tree   // of rim; made where it is needed
}

// Bounds of what an outline is measured from.
const (
	samples  = 1000 // about so many spots of a boundary, besides its corners
	leastArc = 12   // steps round each point of a corridor
	slack    = 2.0  // millimetres that rounding may move a spot
)

func newOutline(pl plane, a Area) *outline {
	if a.Shape != Corridor {
		ring := newRegion(pl, a)[0]
		pieces := make([]piece, len(ring))
		for i, s := range ring {
			pieces[i] = piece{s, ring[(i+1)%len(ring)]}
		}
		return &outline{edge: sampled(pieces), line: newTree(pieces)}
	}
	legs := make([][]piece, 0, len(a.Points))
	for i, p := range a.Points[1:] {
		legs = append(legs, drawn(pl, a.Points[i], p))
	}
	o := &outline{line: newTree(slices.Concat(legs...)), radius: float64(a.Size) * 500}
	o.walk(legs)
	return o
}

// legChord is how far apart the corners of a corridor's middle line are drawn: the
// geodesic is within half a metre of the line between them.
const legChord = 25_000

// drawn returns the pieces of a leg.
func drawn(pl plane, p, q Point) []piece {
	metres, bearing := inverse(p, q)
	n := math.Ceil(metres / legChord)
	pieces := make([]piece, 0, int(n))
	last := pl.spot(p)
	for i := 1.0; i < n; i++ {
		next := pl.spot(destination(p, bearing, metres*i/n))
		pieces = append(pieces, piece{last, next})
		last = next
	}
	return append(pieces, piece{last, pl.spot(q)})
}

// beside returns the piece moved to its left by a distance, to its right by a
// negative one.
func (p piece) beside(distance float64) piece {
	long := p.length()
	if long == 0 {
		return p
	}
	x, y := -float64(p.b.y-p.a.y)/long*distance, float64(p.b.x-p.a.x)/long*distance
	move := func(s spot) spot { return spot{s.x + int64(math.Round(x)), s.y + int64(math.Round(y))} }
	return piece{move(p.a), move(p.b)}
}

// walk finds a corridor's boundary: of both sides of each leg and the circle round
// each point what no other part covers.
func (o *outline) walk(legs [][]piece) {
	length := 0.0
	for _, leg := range legs {
		for _, p := range leg {
			length += 2 * p.length()
		}
	}
	w := walker{outline: o, halvings: 8}
	if len(legs) > manyLegs {
		w.halvings = 3
	}
	step := max(length/samples, 100)
	for _, side := range []float64{o.radius, -o.radius} {
		for _, leg := range legs {
			for _, p := range leg {
				w.along(math.Ceil(p.length()/step), p.beside(side).at)
			}
		}
	}
	around := max(leastArc, math.Ceil(samples/float64(len(legs)+1)))
	w.round(legs[0][0].a, around)
	for _, leg := range legs {
		w.round(leg[len(leg)-1].b, around)
	}
}

// A walker goes along what may be an outline's boundary.
type walker struct {
	*outline
	halvings int // of a step, to find where a covered part begins
}

// round walks round a point.
func (w *walker) round(centre spot, steps float64) {
	w.along(steps, func(share float64) spot {
		sin, cos := math.Sincos(2 * math.Pi * share)
		return spot{centre.x + int64(math.Round(w.radius*cos)), centre.y + int64(math.Round(w.radius*sin))}
	})
}

// along walks a way, at each share of which the boundary lies unless another part of
// the corridor covers it.
func (w *walker) along(steps float64, at func(share float64) spot) {
	last, open := at(0), false
	for k := 0.0; k <= steps; k++ {
		here := at(k / steps)
		outer := w.outer(here)
		if k > 0 && outer != open {
			in, out := k/steps, (k-1)/steps // out is where it is not covered
			if outer {
				in, out = out, in
			}
			for range w.halvings {
				if middle := (in + out) / 2; w.outer(at(middle)) {
					out = middle
				} else {
					in = middle
				}
			}
			if turn := at(out); outer {
				last = turn
				w.edge = append(w.edge, turn)
			} else {
				w.edge, w.rim = append(w.edge, turn), append(w.rim, piece{last, turn})
			}
		}
		if outer {
			w.edge = append(w.edge, here)
			if k > 0 {
				w.rim = append(w.rim, piece{last, here})
			}
		}
		last, open = here, outer
	}
}

// outer reports whether the boundary is at s, which is as far from one piece of the
// line as the boundary is: no other piece is nearer.
func (o *outline) outer(s spot) bool {
	least := max(o.radius-slack, 0)
	squared, _ := o.line.nearest(s, least*least)
	return squared >= least*least
}

// gap returns how far s is from the boundary, in millimetres; where that is at most
// enough, it may be anything that is.
//
// A spot outside a corridor is as much farther from the line as from the boundary.
// So is one inside, but where another part of the corridor covers the boundary
// beside it: there the nearest of what was walked has to do.
func (o *outline) gap(s spot, enough float64) float64 {
	if o.radius == 0 {
		squared, _ := o.line.nearest(s, enough*enough)
		return math.Sqrt(squared)
	}
	squared, near := o.line.nearest(s, 0)
	from := math.Sqrt(squared)
	gap := math.Abs(from - o.radius)
	if from >= o.radius-slack {
		return gap
	}
	if from > 0 {
		out := piece{near.foot(s), s}.at(o.radius / from)
		if o.outer(out) {
			return gap
		}
	}
	if o.rims == nil {
		o.rims = newTree(o.rim)
	}
	squared, _ = o.rims.nearest(s, enough*enough)
	return math.Sqrt(squared)
}

// boundaryDistance is the Hausdorff distance of the boundaries, in metres.
func boundaryDistance(one, two *outline) float64 {
	return max(farthest(one.edge, two), farthest(two.edge, one)) / 1000
}

// farthest returns the greatest distance from a spot to the boundary.
func farthest(from []spot, to *outline) (worst float64) {
	for _, s := range from {
		worst = max(worst, to.gap(s, worst))
	}
	return worst
}
