package geo

import (
	"math"
	"slices"
)

// samples is about how many points of a boundary, besides its corners, are
// measured from.
const samples = 1000

// A piece is a straight part of a boundary, in millimetres.
type piece struct{ a, b spot }

func (p piece) length() float64 { return math.Hypot(float64(p.b.x-p.a.x), float64(p.b.y-p.a.y)) }

// at returns the spot a share of the way along the piece.
func (p piece) at(share float64) spot {
	return spot{
		p.a.x + int64(math.Round(float64(p.b.x-p.a.x)*share)),
		p.a.y + int64(math.Round(float64(p.b.y-p.a.y)*share)),
	}
}

// An extent is a rectangle that holds something.
type extent struct{ low, high spot }

func extentOf(spots ...spot) extent {
	e := extent{spots[0], spots[0]}
	for _, s := range spots[1:] {
		e.low = spot{min(e.low.x, s.x), min(e.low.y, s.y)}
		e.high = spot{max(e.high.x, s.x), max(e.high.y, s.y)}
	}
	return e
}

func (e extent) touches(o extent) bool {
	return e.low.x <= o.high.x && o.low.x <= e.high.x && e.low.y <= o.high.y && o.low.y <= e.high.y
}

// boundary returns the region's boundary: what its rings have outside all
// others. Rings are cut where they cross, so that each piece is wholly one or
// the other.
func (r region) boundary() (pieces []piece) {
	extents := make([]extent, len(r))
	for i, ring := range r {
		extents[i] = extentOf(ring...)
	}
	for n, ring := range r {
		var others [][]spot
		for i, other := range r {
			if i != n && extents[i].touches(extents[n]) {
				others = append(others, other)
			}
		}
		for i, a := range ring {
			edge := piece{a, ring[(i+1)%len(ring)]}
			switch {
			case len(others) == 0:
				pieces = append(pieces, edge)
			case !edge.covered(others):
				pieces = edge.outside(pieces, others)
			}
		}
	}
	return pieces
}

// covered says whether one ring has the whole piece inside: both ends, as the
// rings of a region of several are convex. That ring is moved to the front,
// where the next piece most likely finds it.
func (p piece) covered(rings [][]spot) bool {
	for i, ring := range rings {
		if inside(ring, p.a) && inside(ring, p.b) {
			rings[0], rings[i] = ring, rings[0]
			return true
		}
	}
	return false
}

// outside appends the parts of the piece that no ring has inside.
func (p piece) outside(dst []piece, rings [][]spot) []piece {
	cuts := []float64{0, 1}
	own := extentOf(p.a, p.b)
	for _, ring := range rings {
		for i, c := range ring {
			d := ring[(i+1)%len(ring)]
			if !extentOf(c, d).touches(own) {
				continue
			}
			if at, ok := p.crossed(c, d); ok {
				cuts = append(cuts, at)
			}
		}
	}
	slices.Sort(cuts)
	for i, from := range cuts[:len(cuts)-1] {
		to := cuts[i+1]
		part := piece{p.at(from), p.at(to)}
		if part.a == part.b {
			continue
		}
		middle := p.at((from + to) / 2)
		if !slices.ContainsFunc(rings, func(ring []spot) bool { return inside(ring, middle) }) {
			dst = append(dst, part)
		}
	}
	return dst
}

// crossed returns the share of the way at which the line from c to d crosses
// the piece. Coordinates reach 1e10 mm, so this is floating point.
func (p piece) crossed(c, d spot) (share float64, ok bool) {
	px, py := float64(p.b.x-p.a.x), float64(p.b.y-p.a.y)
	qx, qy := float64(d.x-c.x), float64(d.y-c.y)
	rx, ry := float64(c.x-p.a.x), float64(c.y-p.a.y)
	across := px*qy - py*qx
	if across == 0 {
		return 0, false
	}
	share, other := (rx*qy-ry*qx)/across, (rx*py-ry*px)/across
	return share, 0 < share && share < 1 && 0 <= other && other <= 1
}

// inside says whether s lies inside the ring.
func inside(ring []spot, s spot) bool {
	in := false
	for i, a := range ring {
		b := ring[(i+1)%len(ring)]
		if (a.y > s.y) == (b.y > s.y) {
			continue
		}
		x := float64(a.x) + float64(b.x-a.x)*float64(s.y-a.y)/float64(b.y-a.y)
		if x > float64(s.x) {
			in = !in
		}
	}
	return in
}

// boundaryDistance is the Hausdorff distance of the regions' boundaries, in
// metres.
func boundaryDistance(one, two region) float64 {
	a, b := one.boundary(), two.boundary()
	return math.Sqrt(max(farthest(sampled(a), bundles(b)), farthest(sampled(b), bundles(a)))) / 1000
}

// sampled returns the ends of the pieces, and spots between them so that there
// are about as many as samples.
func sampled(pieces []piece) (spots []spot) {
	length := 0.0
	for _, p := range pieces {
		length += p.length()
	}
	step := max(length/samples, 100)
	for _, p := range pieces {
		parts := math.Ceil(p.length() / step)
		for k := 0.0; k <= parts; k++ {
			spots = append(spots, p.at(k/parts))
		}
	}
	return spots
}

// A bundle is some pieces that lie together.
type bundle struct {
	extent
	pieces []piece
}

func bundles(pieces []piece) (all []bundle) {
	for some := range slices.Chunk(pieces, 16) {
		b := bundle{extentOf(some[0].a), some}
		for _, p := range some {
			b.extent = extentOf(b.low, b.high, p.a, p.b)
		}
		all = append(all, b)
	}
	return all
}

// farthest returns the square of the greatest distance from a spot to the
// nearest piece.
func farthest(from []spot, to []bundle) (worst float64) {
	start := 0
	for _, s := range from {
		least := math.Inf(1)
		for k := range to {
			i := start + k
			if i >= len(to) {
				i -= len(to)
			}
			if to[i].squared(s) >= least {
				continue
			}
			for _, p := range to[i].pieces {
				least = min(least, p.squared(s))
			}
			if least <= worst {
				start = i // the next spot is most likely near the same pieces
				break
			}
		}
		worst = max(worst, least)
	}
	return worst
}

// squared is the square of the distance from s to the extent.
func (e extent) squared(s spot) float64 {
	dx := float64(max(e.low.x-s.x, s.x-e.high.x, 0))
	dy := float64(max(e.low.y-s.y, s.y-e.high.y, 0))
	return dx*dx + dy*dy
}

// squared is the square of the distance from s to the piece.
func (p piece) squared(s spot) float64 {
	dx, dy := float64(p.b.x-p.a.x), float64(p.b.y-p.a.y)
	x, y := float64(s.x-p.a.x), float64(s.y-p.a.y)
	if long := dx*dx + dy*dy; long > 0 {
		at := min(max((x*dx+y*dy)/long, 0), 1)
		x, y = x-at*dx, y-at*dy
	}
	return x*x + y*y
}
