package geo

import "math"

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

// sampled returns the ends of the pieces, and spots between them so that there
// are about as many as samples.
func sampled(pieces []piece) (spots []spot) {
	length := 0.0
	for _, p := range pieces {
		length += p.length()
	}
	step := max(length/samples, 100)
	for _, p := range pieces {
		spots = spotsOf(spots, p, step)
	}
	return spots
}

// spotsOf appends the ends of a piece, and spots between them a step apart at most.
func spotsOf(dst []spot, p piece, step float64) []spot {
	parts := math.Ceil(p.length() / step)
	for k := 0.0; k < parts; k++ {
		dst = append(dst, p.at(k/parts))
	}
	return append(dst, p.b)
}

// squared is the square of the distance from s to the extent.
func (e extent) squared(s spot) float64 {
	dx := float64(max(e.low.x-s.x, s.x-e.high.x, 0))
	dy := float64(max(e.low.y-s.y, s.y-e.high.y, 0))
	return dx*dx + dy*dy
}

// foot is the spot of the piece that is nearest to s.
func (p piece) foot(s spot) spot {
	dx, dy := float64(p.b.x-p.a.x), float64(p.b.y-p.a.y)
	long := dx*dx + dy*dy
	if long == 0 {
		return p.a
	}
	return p.at(min(max((float64(s.x-p.a.x)*dx+float64(s.y-p.a.y)*dy)/long, 0), 1))
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
