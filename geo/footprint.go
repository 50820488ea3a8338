package geo

import (
	"cmp"
	"math"
	"slices"
)

// A Footprint is an area made ready to be measured from: all that may be in it,
// so with its uncertainty. It is what lies within a radius of a core, which is a
// point, a line of geodesics, or a ring of them with what it encloses. It is never
// changed once it is made; any number may read it.
type Footprint struct {
	points []Point // corners
	core   []place // the same in space
	radius float64 // metres along the ground
	parts  []part  // a tree of the core's edges; the first holds them all
	ring   *ring   // of a polygon
}

// Footprint makes the area ready to be measured from.
func (a Area) Footprint() *Footprint {
	radius := float64(a.Metres)
	switch a.Shape {
	case Circle:
		radius += float64(a.Size)
	case Corridor:
		radius += float64(a.Size) / 2
	}
	return newFootprint(a.Points, radius, a.Shape == Polygon)
}

// Footprint is the circle of the position's uncertainty.
func (p Position) Footprint() *Footprint {
	return newFootprint([]Point{p.Point}, float64(p.Metres), false)
}

func newFootprint(points []Point, radius float64, closed bool) *Footprint {
	f := &Footprint{points: points, core: make([]place, len(points)), radius: radius}
	for i, p := range points {
		f.core[i] = placeOf(p)
	}
	var arcs []part
	for i, p := range f.core {
		switch {
		case i+1 < len(f.core):
			arcs = append(arcs, arcOf(p, f.core[i+1]))
		case closed:
			arcs = append(arcs, arcOf(p, f.core[0]))
		case i == 0:
			arcs = append(arcs, arcOf(p, p))
		}
	}
	f.parts = make([]part, 0, 2*len(arcs))
	f.grow(arcs)
	if closed {
		f.ring = newRing(f.core)
	}
	return f
}

// grow makes the tree of some arcs, which follow each other.
func (f *Footprint) grow(arcs []part) {
	if len(arcs) == 1 {
		f.parts = append(f.parts, arcs[0])
		return
	}
	low, high := arcs[0].from, arcs[0].from
	for _, a := range arcs {
		for i := range low {
			low[i], high[i] = min(low[i], a.from[i], a.to[i]), max(high[i], a.from[i], a.to[i])
		}
	}
	whole := part{several: true, centre: middle(low, high)}
	for _, a := range arcs {
		whole.reach = max(whole.reach, length3(a.centre, whole.centre)+a.reach)
	}
	at := len(f.parts)
	f.parts = append(f.parts, whole)
	f.grow(arcs[:len(arcs)/2])
	f.parts[at].halves = [2]int{at + 1, len(f.parts)}
	f.grow(arcs[len(arcs)/2:])
}

// Apart returns the least distance in metres between two footprints along the
// ground: 0 where they touch or overlap, also where one lies inside the other. It
// is the same both ways.
//
// It is never larger than the true distance by more than 0.1 m. It may be smaller:
// by at most 1 m and a thousandth of the distance between the cores; by up to 6 %
// where they are half round the globe from each other; and of areas made to be dear
// to measure, whose edges run beside each other a hundred times over, by what is
// left after some thousand steps, which take a few milliseconds.
func Apart(a, b *Footprint) float64 {
	work := math.MaxInt
	metres, _ := Within(a, b, math.Inf(1), &work)
	return metres
}

// maxSteps bounds the work of one comparison.
const maxSteps = 4096

// Within is [Apart] for a caller who asks no further than some metres: where the
// footprints are farther apart it says so at once, and gives no distance. What the
// comparison cost is taken off work, in steps of about a microsecond; work is never
// looked at, so a caller of many stops where it has fallen below 0.
func Within(a, b *Footprint, metres float64, work *int) (apart float64, within bool) {
	*work--
	if order(a, b) > 0 {
		a, b = b, a
	}
	both := a.radius + b.radius
	if along(balls(&a.parts[0], &b.parts[0]))-both > metres {
		return 0, false
	}
	*work -= len(a.core) + len(b.core)
	if a.ring.holds(b.core[0]) || b.ring.holds(a.core[0]) {
		return 0, true
	}
	s := newSearch(a, b)
	for steps := 0; ; steps++ {
		*work--
		p := s.pop()
		one, two := &s.one[p.one], &s.two[p.two]
		arcs := one.isArc() && two.isArc()
		apart = max(0, along(p.least)-both)
		switch {
		case apart > metres:
			return 0, false
		case arcs && along(p.most) <= both:
			return 0, true
		case arcs && one.sag+two.sag <= max(0.25, p.least/2000), steps == maxSteps:
			return apart, true
		}
		s.split(p)
	}
}

// order puts two footprints in an order, so that the same two are measured in the
// same way whichever comes first.
func order(a, b *Footprint) int {
	if c := cmp.Compare(a.radius, b.radius); c != 0 {
		return c
	}
	return slices.CompareFunc(a.core, b.core, func(p, q place) int { return slices.Compare(p[:], q[:]) })
}

// A place is a point in space, metres from the centre of the ellipsoid. Between
// two on the ground the straight line is shorter than the way along the ground, by
// a metre in 100 km; see along.
type place [3]float64

func placeOf(p Point) place {
	lat, lon := p.degrees()
	sin, cos := math.Sincos(lat * radian)
	sinLon, cosLon := math.Sincos(lon * radian)
	e2 := wgs84.e2()
	nu := wgs84.a / math.Sqrt(1-e2*sin*sin)
	return place{nu * cos * cosLon, nu * cos * sinLon, nu * (1 - e2) * sin}
}

// Radii of the ellipsoid's curves: no geodesic is bent more or less anywhere.
const (
	mostBent  = polarAxis * polarAxis / 6378137
	leastBent = 6378137.0 * 6378137 / polarAxis
)

// along is the least way along the ground between two places whose straight line
// is so long.
func along(straight float64) float64 {
	return 2 * leastBent * math.Asin(min(1, max(0, straight)/(2*leastBent)))
}

func length3(p, q place) float64 {
	x, y, z := p[0]-q[0], p[1]-q[1], p[2]-q[2]
	return math.Sqrt(x*x + y*y + z*z)
}

func middle(p, q place) place { return place{(p[0] + q[0]) / 2, (p[1] + q[1]) / 2, (p[2] + q[2]) / 2} }

// raised returns the place on the ground straight above p, which lies in it.
func raised(p place) place {
	axes := place{1 / (wgs84.a * wgs84.a), 1 / (wgs84.a * wgs84.a), 1 / (polarAxis * polarAxis)}
	up := place{p[0] * axes[0], p[1] * axes[1], p[2] * axes[2]}
	a, b, c := 0.0, 0.0, -1.0
	for i := range p {
		a, b, c = a+up[i]*up[i]*axes[i], b+p[i]*up[i]*axes[i], c+p[i]*p[i]*axes[i]
	}
	t := (math.Sqrt(max(0, b*b-a*c)) - b) / a
	return place{p[0] + t*up[0], p[1] + t*up[1], p[2] + t*up[2]}
}

// A part of a core is one arc, a piece of a geodesic, or several. A ball holds it.
type part struct {
	centre place
	reach  float64
	halves [2]int // where the tree has them; 0 of an arc that was not halved

	several  bool
	from, to place   // of an arc: its ends
	sag      float64 // of an arc: how far it may be from the straight line between them
}

func arcOf(from, to place) part {
	long := length3(from, to)
	p := part{from: from, to: to, centre: middle(from, to), sag: long * long / (8 * mostBent) * 1.001}
	p.reach = long/2 + p.sag
	return p
}

// isArc says whether the part is one arc; it may have been halved since.
func (p *part) isArc() bool { return !p.several }
