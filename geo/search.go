package geo

import (
	"math"
	"slices"
)

// A pair of parts, one of each footprint, and the bounds of the straight line
// between what is nearest in them.
type pair struct {
	least, most float64
	one, two    int32 // where the search has them
}

// balls is the least that the parts of a pair can be apart, by the balls that hold
// them.
func balls(one, two *part) float64 {
	return length3(one.centre, two.centre) - one.reach - two.reach
}

// A search is a best-first one for the nearest parts of two footprints: a heap of
// pairs, the one whose parts may be nearest on top.
type search struct {
	one, two []part // the trees, and behind them the arcs that were halved
	heap     []pair
}

func newSearch(a, b *Footprint) *search {
	s := &search{one: slices.Clip(a.parts), two: slices.Clip(b.parts)}
	s.push(0, 0)
	return s
}

func (s *search) push(i, j int) {
	one, two := &s.one[i], &s.two[j]
	p := pair{one: int32(i), two: int32(j), least: balls(one, two), most: math.Inf(1)} //nolint:gosec // trees have at most some ten thousand parts
	if one.isArc() && two.isArc() {
		straight := segments(one.from, one.to, two.from, two.to)
		p.least = max(p.least, straight-one.sag-two.sag)
		p.most = straight + one.sag + two.sag
	}
	h := append(s.heap, p)
	for i := len(h) - 1; i > 0; {
		up := (i - 1) / 2
		if h[up].least <= h[i].least {
			break
		}
		h[up], h[i], i = h[i], h[up], up
	}
	s.heap = h
}

func (s *search) pop() pair {
	h := s.heap
	top, last := h[0], len(h)-1
	h[0], h = h[last], h[:last]
	for i := 0; ; {
		down := 2*i + 1
		if down >= last {
			break
		}
		if down+1 < last && h[down+1].least < h[down].least {
			down++
		}
		if h[i].least <= h[down].least {
			break
		}
		h[i], h[down], i = h[down], h[i], down
	}
	s.heap = h
	return top
}

// split puts a pair's halves in its place: those of several arcs before those of an
// arc, and of what is wider first.
func (s *search) split(p pair) {
	one, two := &s.one[p.one], &s.two[p.two]
	first := one.reach >= two.reach
	if one.several != two.several {
		first = one.several
	} else if !one.several {
		first = one.sag >= two.sag
	}
	if first {
		for _, half := range halvesOf(&s.one, int(p.one)) {
			s.push(half, int(p.two))
		}
		return
	}
	for _, half := range halvesOf(&s.two, int(p.two)) {
		s.push(int(p.one), half)
	}
}

// halvesOf gives the halves of a part. The middle of an arc is straight above that of
// its chord: of the longest edge the geodesic is within centimetres of it.
func halvesOf(parts *[]part, i int) [2]int {
	p := (*parts)[i]
	if p.halves[1] == 0 {
		m := raised(p.centre)
		p.halves = [2]int{len(*parts), len(*parts) + 1}
		*parts = append(*parts, arcOf(p.from, m), arcOf(m, p.to))
		(*parts)[i].halves = p.halves
	}
	return p.halves
}

func minus(p, q place) place { return place{p[0] - q[0], p[1] - q[1], p[2] - q[2]} }

func inner(p, q place) float64 { return p[0]*q[0] + p[1]*q[1] + p[2]*q[2] }

// segments is the least distance between two segments in space: between an end of
// one and the other, or between two inner spots where lines at right angles to both
// meet them.
func segments(a, b, c, d place) float64 {
	least := min(fromSegment(a, c, d), fromSegment(b, c, d), fromSegment(c, a, b), fromSegment(d, a, b))
	u, v, w := minus(b, a), minus(d, c), minus(a, c)
	uu, uv, vv, uw, vw := inner(u, u), inner(u, v), inner(v, v), inner(u, w), inner(v, w)
	if wide := uu*vv - uv*uv; wide > 0 {
		s, t := (uv*vw-vv*uw)/wide, (uu*vw-uv*uw)/wide
		if s > 0 && s < 1 && t > 0 && t < 1 {
			gap := place{w[0] + s*u[0] - t*v[0], w[1] + s*u[1] - t*v[1], w[2] + s*u[2] - t*v[2]}
			least = min(least, inner(gap, gap))
		}
	}
	return math.Sqrt(least)
}

// fromSegment is the square of the distance from p to a segment.
func fromSegment(p, a, b place) float64 {
	u, w := minus(b, a), minus(p, a)
	if uu := inner(u, u); uu > 0 {
		s := min(1, max(0, inner(u, w)/uu))
		w = place{w[0] - s*u[0], w[1] - s*u[1], w[2] - s*u[2]}
	}
	return inner(w, w)
}

// A ring is a polygon's, drawn in the gnomonic plane about its first corner. Its
// edges are drawn in pieces of at most 50 km, which are within 0.2 m of straight
// there.
type ring struct {
	up, east, north place
	spots           []spot
}

func newRing(core []place) *ring {
	up, east, north := frame3(core[0])
	r := &ring{up: up, east: east, north: north}
	for i, p := range core {
		r.edge(p, core[(i+1)%len(core)])
	}
	return r
}

// frame3 is the direction of p and, there, two at right angles to it.
func frame3(p place) (up, east, north place) {
	scale := 1 / math.Sqrt(inner(p, p))
	up = place{p[0] * scale, p[1] * scale, p[2] * scale}
	flat := math.Hypot(up[0], up[1])
	east = place{1, 0, 0}
	if flat > 0 {
		east = place{-up[1] / flat, up[0] / flat, 0}
	}
	north = place{up[1]*east[2] - up[2]*east[1], up[2]*east[0] - up[0]*east[2], up[0]*east[1] - up[1]*east[0]}
	return up, east, north
}

func (r *ring) edge(p, q place) {
	if length3(p, q) > 50_000 {
		m := raised(middle(p, q))
		r.edge(p, m)
		r.edge(m, q)
		return
	}
	s, _ := r.spot(p)
	r.spots = append(r.spots, s)
}

// spot is where p lies in the plane, in millimetres; not ok where that is more
// than 1020 km away, and so outside every ring.
func (r *ring) spot(p place) (s spot, ok bool) {
	const most = 1_020_000
	depth, x, y := inner(p, r.up), inner(p, r.east), inner(p, r.north)
	if depth <= 0 || math.Hypot(x, y) > most*1.1 {
		return spot{}, false
	}
	scale := 6_371_008_800 / depth
	return spot{int64(math.Round(x * scale)), int64(math.Round(y * scale))}, true
}

// holds says whether the ring, nil of what is no polygon, goes round p. It may be
// wrong of what lies within half a metre of an edge.
func (r *ring) holds(p place) bool {
	if r == nil {
		return false
	}
	s, ok := r.spot(p)
	if !ok {
		return false
	}
	inside := false
	for i, a := range r.spots {
		b := r.spots[(i+1)%len(r.spots)]
		if (a.y > s.y) == (b.y > s.y) {
			continue
		}
		if (cross(a, b, s) > 0) == (b.y > a.y) {
			inside = !inside
		}
	}
	return inside
}
