package geo

import (
	"math"
	"slices"
	"strconv"
)

// settle checks the area's points and brings a polygon's into canonical order.
func (a *Area) settle() *Fault {
	least := map[Shape]int{Circle: 1, Polygon: 3, Corridor: 2}[a.Shape]
	n := len(a.Points)
	if a.Shape == Polygon && n > 1 && a.Points[0] == a.Points[n-1] {
		n--
		a.Points = a.Points[:n]
	}
	switch {
	case n < least:
		return &Fault{Code: TooFewPoints, Read: strconv.Itoa(n), Min: int64(least)}
	case a.Shape == Circle && n > 1:
		return &Fault{Code: TooManyPoints, Read: strconv.Itoa(n), Max: 1}
	case n > MaxPoints:
		return &Fault{Code: TooManyPoints, Read: strconv.Itoa(n), Max: MaxPoints}
	case a.Shape == Circle:
		return nil
	}
	for i, p := range a.Points[1:] {
		if !surelyNear(a.Points[0], p) && Distance(a.Points[0], p) > MaxReach {
			return &Fault{Code: AreaTooWide, Read: p.String(), At: i + 2, Max: MaxReach}
		}
	}
	if a.Shape == Polygon {
		return a.settleRing()
	}
	return checkLine(flatten(a.Points), a.Points, false)
}

// surelyNear says, without the work of Distance, that two points are surely within
// MaxReach: 8 degrees apart at most, of at most 111.7 km.
func surelyNear(p, q Point) bool {
	lon := abs(int64(p.Lon) - int64(q.Lon))
	return abs(int64(p.Lat)-int64(q.Lat))+min(lon, 2*maxLon-lon) <= 8*Unit
}

func abs(v int64) int64 { return max(v, -v) }

// checkLine checks that no points repeat (in a line: that follow each other)
// and that edges are not too long.
func checkLine(flat []spot, points []Point, ring bool) *Fault {
	for i := range points {
		last := i + 1
		if ring {
			last = len(points) - 1
		}
		for j := i + 1; j <= last && j < len(points); j++ {
			if near(flat[i], flat[j]) {
				return &Fault{Code: RepeatedPoint, Read: points[j].String(), At: i + 1, With: j + 1}
			}
		}
	}
	for i, p := range points {
		if i+1 == len(points) && !ring {
			break
		}
		next := (i + 1) % len(points)
		if !surelyShort(flat[i], flat[next]) && Distance(p, points[next]) > MaxEdge {
			return &Fault{Code: EdgeTooLong, Read: p.String(), At: i + 1, Max: MaxEdge}
		}
	}
	return nil
}

func (a *Area) settleRing() *Fault {
	flat := flatten(a.Points)
	if f := checkLine(flat, a.Points, true); f != nil {
		return f
	}
	if roundPole(a.Points) {
		return &Fault{Code: RingRoundPole, Read: a.Points[0].String()}
	}
	if i, j, cross := crossing(flat); cross {
		return &Fault{Code: EdgesCross, Read: a.Points[i].String(), At: i + 1, With: j + 1}
	}
	if clockwise(flat) {
		a.Points = slices.Clone(a.Points)
		slices.Reverse(a.Points[1:])
	}
	return nil
}

// roundPole says whether a ring goes round a pole or through one, by the whole
// turns that its longitudes make.
func roundPole(points []Point) bool {
	turn := int64(0)
	for i, p := range points {
		step := int64(points[(i+1)%len(points)].Lon) - int64(p.Lon)
		switch {
		case step > maxLon:
			step -= 2 * maxLon
		case step < -maxLon:
			step += 2 * maxLon
		}
		if step == maxLon || step == -maxLon || p.Lat == maxLat || p.Lat == -maxLat {
			return true
		}
		turn += step
	}
	return turn != 0
}

// A spot is a point of a plane, in millimetres.
type spot struct{ x, y int64 }

// flatten projects points by the gnomonic projection about the first, in which
// great circles are straight lines: latitudes are taken as those of a sphere.
// Within [MaxReach] of it coordinates are below 1.01e9, so that the products in
// cross fit 64 bits and every decision about the plane is exact.
func flatten(points []Point) []spot {
	const radius = 6_371_008_800.0 // mm
	c, east, north := frame(points[0])
	flat := make([]spot, len(points))
	for i, p := range points {
		v := unitVector(p)
		depth := v.dot(c)
		flat[i] = spot{
			int64(math.Round(radius * v.dot(east) / depth)),
			int64(math.Round(radius * v.dot(north) / depth)),
		}
	}
	return flat
}

type vector [3]float64

func (v vector) dot(w vector) float64 { return v[0]*w[0] + v[1]*w[1] + v[2]*w[2] }

func unitVector(p Point) vector {
	lat, lon := p.degrees()
	sin, cos := math.Sincos(lat * radian)
	sinLon, cosLon := math.Sincos(lon * radian)
	return vector{cos * cosLon, cos * sinLon, sin}
}

// frame returns the direction of p and, there, of east and north.
func frame(p Point) (up, east, north vector) {
	lat, lon := p.degrees()
	sin, cos := math.Sincos(lat * radian)
	sinLon, cosLon := math.Sincos(lon * radian)
	return vector{cos * cosLon, cos * sinLon, sin}, vector{-sinLon, cosLon, 0}, vector{-sin * cosLon, -sin * sinLon, cos}
}

// near says whether two spots are less than 1 m apart.
func near(a, b spot) bool {
	dx, dy := a.x-b.x, a.y-b.y
	return -1000 < dx && dx < 1000 && -1000 < dy && dy < 1000 && dx*dx+dy*dy < 1_000_000
}

// surelyShort says, without the work of Distance, that an edge is surely no longer
// than MaxEdge: the gnomonic projection shortens nothing, and the sphere by less
// than 1 %.
func surelyShort(a, b spot) bool {
	dx, dy := a.x-b.x, a.y-b.y
	const most = MaxEdge * 990
	return dx*dx+dy*dy <= most*most
}

// cross is positive where c lies left of the line from a to b.
func cross(a, b, c spot) int64 {
	return (b.x-a.x)*(c.y-a.y) - (b.y-a.y)*(c.x-a.x)
}

// crossing returns the first two edges, edge i leading from spot i to the next,
// that cross, touch or fold back on one another.
func crossing(ring []spot) (i, j int, found bool) {
	n := len(ring)
	for i := range n {
		a, b := ring[i], ring[(i+1)%n]
		if c := ring[(i+2)%n]; cross(a, b, c) == 0 && dot(b, a, c) > 0 {
			return min(i, (i+1)%n), max(i, (i+1)%n), true
		}
		for j := i + 2; j < n; j++ {
			if i == 0 && j == n-1 {
				continue // neighbours
			}
			if meets(a, b, ring[j], ring[(j+1)%n]) {
				return i, j, true
			}
		}
	}
	return 0, 0, false
}

// dot is positive where the directions from a to b and to c agree.
func dot(a, b, c spot) int64 { return (b.x-a.x)*(c.x-a.x) + (b.y-a.y)*(c.y-a.y) }

// meets says whether two segments have a spot in common.
func meets(a, b, c, d spot) bool {
	if max(a.x, b.x) < min(c.x, d.x) || max(c.x, d.x) < min(a.x, b.x) ||
		max(a.y, b.y) < min(c.y, d.y) || max(c.y, d.y) < min(a.y, b.y) {
		return false
	}
	return sign(cross(a, b, c))*sign(cross(a, b, d)) <= 0 && sign(cross(c, d, a))*sign(cross(c, d, b)) <= 0
}

func sign(v int64) int {
	switch {
	case v < 0:
		return -1
	case v > 0:
		return 1
	}
	return 0
}

// clockwise says which way a simple ring runs: by the turn at its westernmost
// spot, of these the southernmost, which every simple ring makes outward.
func clockwise(ring []spot) bool {
	n, at := len(ring), 0
	for i, s := range ring {
		if s.x < ring[at].x || s.x == ring[at].x && s.y < ring[at].y {
			at = i
		}
	}
	return cross(ring[(at+n-1)%n], ring[at], ring[(at+1)%n]) < 0
}

// simpleOrder returns an order of points, the first kept, in which the ring
// does not cross itself. It turns round what lies between two edges that cross,
// each time, until none do; nil if that does not end soon.
func simpleOrder(points []Point) []int {
	flat := flatten(points)
	order := make([]int, len(points))
	for i := range order {
		order[i] = i
	}
	for range 10 * len(points) {
		i, j, found := crossing(flat)
		if !found {
			return order
		}
		if j-i < 2 { // folded back: no order mends it
			return nil
		}
		slices.Reverse(flat[i+1 : j+1])
		slices.Reverse(order[i+1 : j+1])
	}
	return nil
}
