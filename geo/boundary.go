package geo

import "math"

// samples is about how many points of a boundary are measured from.
const samples = 1000

// A piece is a short part of a boundary.
type piece struct{ a, b spot }

// boundary returns the region's boundary in pieces: what its rings share with
// the inside of another is none of it.
func (r region) boundary() (pieces []piece) {
	length := 0.0
	for _, ring := range r {
		for i, a := range ring {
			b := ring[(i+1)%len(ring)]
			length += math.Hypot(float64(b.x-a.x), float64(b.y-a.y))
		}
	}
	step := max(length/samples, 100)
	for n, ring := range r {
		for i, a := range ring {
			b := ring[(i+1)%len(ring)]
			dx, dy := float64(b.x-a.x), float64(b.y-a.y)
			parts := math.Ceil(math.Hypot(dx, dy) / step)
			last := a
			for k := 1.0; k <= parts; k++ {
				next := spot{a.x + int64(math.Round(dx*k/parts)), a.y + int64(math.Round(dy*k/parts))}
				middle := spot{(last.x + next.x) / 2, (last.y + next.y) / 2}
				if !r.covers(middle, n) {
					pieces = append(pieces, piece{last, next})
				}
				last = next
			}
		}
	}
	return pieces
}

// covers says whether a ring other than the nth has s inside it.
func (r region) covers(s spot, n int) bool {
	for i, ring := range r {
		if i != n && inside(ring, s) {
			return true
		}
	}
	return false
}

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
	return math.Sqrt(max(farthest(a, b), farthest(b, a))) / 1000
}

// farthest returns the square of the greatest distance from a corner of from
// to the nearest of to.
func farthest(from, to []piece) (worst float64) {
	start := 0
	for _, p := range from {
		least := math.Inf(1)
		for k := range to {
			i := start + k
			if i >= len(to) {
				i -= len(to)
			}
			if d := to[i].squared(p.a); d < least {
				if least = d; least <= worst {
					start = i // the next corner is most likely near the same piece
					break
				}
			}
		}
		worst = max(worst, least)
	}
	return worst
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
