package geo

import (
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
	var legs region
	for i, p := range a.Points[1:] {
		legs = append(legs, draw(leg(a.Points[i], p, float64(a.Size)/2)))
	}
	return legs
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

// leg returns the ring of what lies within a distance of an edge.
func leg(p, q Point, metres float64) []Point {
	along, first, last := alongEdge(p, q)
	ring := turn(nil, q, last+90, 180, metres) // round the end, from right to left
	for i := len(along) - 2; i > 0; i-- {
		_, bearing := inverse(along[i], q)
		ring = append(ring, destination(along[i], bearing-90, metres))
	}
	ring = turn(ring, p, first-90, 180, metres)
	for _, at := range along[1 : len(along)-1] {
		_, bearing := inverse(at, q)
		ring = append(ring, destination(at, bearing+90, metres))
	}
	return ring
}

// rows is how many parallel lines an area is measured along.
const rows = 2048

// spans returns where each row, at low+(i+½)·step, lies in the region, as
// sorted pairs of x without overlap.
func (r region) spans(low, step float64) [rows][]int64 {
	var all [rows][]int64
	for n, ring := range r {
		var own [rows][]int64
		for i, a := range ring {
			b := ring[(i+1)%len(ring)]
			if a.y > b.y {
				a, b = b, a
			}
			// Rows from a.y, included, to b.y, excluded.
			from := max(0, int(math.Ceil((float64(a.y)-low)/step-0.5)))
			for row := from; row < rows; row++ {
				y := low + (float64(row)+0.5)*step
				if y >= float64(b.y) {
					break
				}
				x := float64(a.x) + float64(b.x-a.x)*(y-float64(a.y))/float64(b.y-a.y)
				own[row] = append(own[row], int64(math.Round(x)))
			}
		}
		for row := range own {
			slices.Sort(own[row])
			if n == 0 {
				all[row] = own[row]
			} else {
				all[row] = unite(all[row], own[row])
			}
		}
	}
	return all
}

// unite returns the union of two lists of spans.
func unite(a, b []int64) (out []int64) {
	for len(a) > 0 || len(b) > 0 {
		if len(a) == 0 || len(b) > 0 && b[0] < a[0] {
			a, b = b, a
		}
		if n := len(out); n > 0 && a[0] <= out[n-1] {
			out[n-1] = max(out[n-1], a[1])
		} else {
			out = append(out, a[0], a[1])
		}
		a = a[2:]
	}
	return out
}

func length(spans []int64) (sum int64) {
	for i := 0; i+1 < len(spans); i += 2 {
		sum += spans[i+1] - spans[i]
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
	step := (high - low) / rows
	spans1, spans2 := one.spans(low, step), two.spans(low, step)
	var both, sum int64
	for row := range rows {
		both += length(unite(spans1[row], spans2[row]))
		sum += length(spans1[row]) + length(spans2[row])
	}
	toMetres := step * 1e-6
	return math.Round(float64(2*both-sum) * toMetres), math.Round(float64(both) * toMetres)
}

// size is the region's square metres.
func (r region) size() float64 {
	_, size := compareRows(r, r)
	return size
}
