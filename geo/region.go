package geo

import (
	"cmp"
	"math"
	"slices"
)

// A plane is the oblique Lambert azimuthal equal-area projection of WGS84
// (Snyder, "Map projections: a working manual", 1987, equations 24-17 to
// 24-21), true to scale at its centre.
type plane struct {
	lon             float64 // of the centre, degrees
	sin, cos        float64 // of its authalic latitude
	radius, stretch float64 // metres; Snyder's D
}

// authalic returns Snyder's q, equation 3-12, of a latitude's sine.
func authalic(sin float64) float64 {
	e := math.Sqrt(wgs84.e2())
	return (1 - e*e) * (sin/(1-e*e*sin*sin) + math.Atanh(e*sin)/e)
}

func newPlane(centre Point) plane {
	lat, lon := centre.degrees()
	sin, cos := math.Sincos(min(max(lat, -89.9999), 89.9999) * radian)
	polar := authalic(1)
	p := plane{lon: lon, radius: wgs84.a * math.Sqrt(polar/2)}
	p.sin = authalic(sin) / polar
	p.cos = math.Sqrt(1 - p.sin*p.sin)
	p.stretch = wgs84.a * cos / math.Sqrt(1-wgs84.e2()*sin*sin) / (p.radius * p.cos)
	return p
}

// spot returns where p lies.
func (pl plane) spot(p Point) spot {
	lat, lon := p.degrees()
	sin := authalic(math.Sin(lat*radian)) / authalic(1)
	cos := math.Sqrt(max(0, 1-sin*sin))
	sinLon, cosLon := math.Sincos((lon - pl.lon) * radian)
	b := 1000 * pl.radius * math.Sqrt(2/(1+pl.sin*sin+pl.cos*cos*cosLon))
	return spot{
		int64(math.Round(b * pl.stretch * cos * sinLon)),
		int64(math.Round(b / pl.stretch * (pl.cos*sin - pl.sin*cos*cosLon))),
	}
}

// A region is what one or more simple rings enclose together.
type region [][]spot

const (
	chord  = 10_000 // metres between corners drawn along an edge
	bulge  = 0.25   // metres by which an arc may pass a straight line between its corners
	degree = 1.0    // but corners of an arc are never closer
)

func newRegion(pl plane, a Area) region {
	draw := func(points []Point) []spot {
		ring := make([]spot, len(points))
		for i, p := range points {
			ring[i] = pl.spot(p)
		}
		return ring
	}
	switch a.Shape {
	case Circle:
		return region{draw(turn(nil, a.Points[0], 0, 360, float64(a.Size)))}
	case Polygon:
		var ring []Point
		for i, p := range a.Points {
			along, _, _ := alongEdge(p, a.Points[(i+1)%len(a.Points)])
			ring = append(ring, along[:len(along)-1]...)
		}
		return region{draw(ring)}
	}
	legs := make(region, 0, len(a.Points))
	for i, p := range a.Points[1:] {
		legs = append(legs, capsule(piece{pl.spot(a.Points[i]), pl.spot(p)}, float64(a.Size)*500))
	}
	return legs
}

// capsule returns the ring of what lies within a distance of a piece, its ends with
// a corner every three degrees.
func capsule(p piece, distance float64) []spot {
	const corners = 60 // of an end
	ring := make([]spot, 0, 2*corners+2)
	along := math.Atan2(float64(p.b.y-p.a.y), float64(p.b.x-p.a.x))
	for k := range 2*corners + 2 {
		end, turn := p.b, k
		if k > corners {
			end, turn = p.a, k-1
		}
		sin, cos := math.Sincos(along + math.Pi*(float64(turn)/corners-0.5))
		ring = append(ring, spot{end.x + int64(math.Round(distance*cos)), end.y + int64(math.Round(distance*sin))})
	}
	return ring
}

// turn appends corners of the arc at a distance from p that begins at a bearing
// and goes counter-clockwise. A full circle does not repeat its first corner.
func turn(dst []Point, p Point, bearing, degrees, metres float64) []Point {
	step := max(degree, 2*math.Acos(1-min(1, bulge/metres))/radian)
	parts := max(8, math.Ceil(degrees/min(step, 45)))
	for i := 0.0; i < parts || i == parts && degrees < 360; i++ {
		dst = append(dst, destination(p, bearing-degrees*i/parts, metres))
	}
	return dst
}

// alongEdge returns points of the geodesic from p to q, both included, and the
// bearings at its ends.
func alongEdge(p, q Point) (along []Point, first, last float64) {
	metres, first := inverse(p, q)
	_, back := inverse(q, p)
	n := math.Ceil(metres / chord)
	along = append(along, p)
	for i := 1.0; i < n; i++ {
		along = append(along, destination(p, first, metres*i/n))
	}
	return append(along, q), first, back + 180
}

// Parallel lines that areas are measured along: fewer where there are corridors of
// many legs, each of which is measured by itself.
const (
	rows     = 2048
	fewRows  = 512
	manyLegs = 16
)

// crossings gives where a ring crosses each of n rows, at low+(i+½)·step.
func crossings(ring []spot, n int, low, step float64, cross func(row int, x int64)) {
	for i, a := range ring {
		b := ring[(i+1)%len(ring)]
		if a.y > b.y {
			a, b = b, a
		}
		// Rows from a.y, included, to b.y, excluded.
		from := max(0, int(math.Ceil((float64(a.y)-low)/step-0.5)))
		for row := from; row < n; row++ {
			y := low + (float64(row)+0.5)*step
			if y >= float64(b.y) {
				break
			}
			x := float64(a.x) + float64(b.x-a.x)*(y-float64(a.y))/float64(b.y-a.y)
			cross(row, int64(math.Round(x)))
		}
	}
}

// A span is a part of a row.
type span struct{ from, to int64 }

// spans returns where each of n rows lies in the region, sorted and without
// overlap. The rings of a region of several are convex.
func (r region) spans(n int, low, step float64) [][]span {
	all := make([][]span, n)
	if len(r) == 1 {
		xs := make([][]int64, n)
		crossings(r[0], n, low, step, func(row int, x int64) { xs[row] = append(xs[row], x) })
		for row := range xs {
			slices.Sort(xs[row])
			for k := 0; k+1 < len(xs[row]); k += 2 {
				all[row] = append(all[row], span{xs[row][k], xs[row][k+1]})
			}
		}
		return all
	}
	rings := make([]int, n) // which ring's span is the row's last
	for i, ring := range r {
		crossings(ring, n, low, step, func(row int, x int64) {
			if rings[row] != i+1 {
				rings[row], all[row] = i+1, append(all[row], span{x, x})
			}
			last := &all[row][len(all[row])-1]
			last.from, last.to = min(last.from, x), max(last.to, x)
		})
	}
	for row := range all {
		all[row] = unite(all[row])
	}
	return all
}

// unite returns the union of spans, which it sorts.
func unite(spans []span) []span {
	slices.SortFunc(spans, func(a, b span) int { return cmp.Compare(a.from, b.from) })
	out := spans[:0]
	for _, s := range spans {
		if n := len(out); n > 0 && s.from <= out[n-1].to {
			out[n-1].to = max(out[n-1].to, s.to)
		} else {
			out = append(out, s)
		}
	}
	return out
}

func length(spans []span) (sum int64) {
	for _, s := range spans {
		sum += s.to - s.from
	}
	return sum
}

func (r region) heights() (low, high int64) {
	low, high = math.MaxInt64, math.MinInt64
	for _, ring := range r {
		for _, s := range ring {
			low, high = min(low, s.y), max(high, s.y)
		}
	}
	return low, high
}

// compareRows returns the square metres in one region alone and in either.
func compareRows(one, two region) (difference, union float64) {
	low1, high1 := one.heights()
	low2, high2 := two.heights()
	low, high := float64(min(low1, low2)), float64(max(high1, high2))
	n := max(fewRows, rows*manyLegs/max(manyLegs, len(one), len(two)))
	step := (high - low) / float64(n)
	spans1, spans2 := one.spans(n, low, step), two.spans(n, low, step)
	var both, sum int64
	for row := range n {
		sum += length(spans1[row]) + length(spans2[row])
		both += length(unite(slices.Concat(spans1[row], spans2[row])))
	}
	toMetres := step * 1e-6
	return math.Round(float64(2*both-sum) * toMetres), math.Round(float64(both) * toMetres)
}

// size is the region's square metres.
func (r region) size() float64 {
	_, size := compareRows(r, r)
	return size
}
