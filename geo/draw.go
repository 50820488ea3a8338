package geo

import "math"

// Outline gives the ring to draw an area by, counter-clockwise and not closed: corners
// along the geodesics, at most 50 km apart, so at most some hundred metres from them
// but near a pole, and at most 1,600 of them. It is for the eye. Inside the bends of a
// corridor it may cross itself; what it winds round is the area nevertheless. Nothing
// is measured by it.
func (a Area) Outline() []Point {
	switch a.Shape {
	case Circle:
		return round(a.Points[0], float64(a.Size))
	case Polygon:
		var ring []Point
		for i, p := range a.Points {
			along := drawnEdge(p, a.Points[(i+1)%len(a.Points)]).points
			ring = append(ring, along[:len(along)-1]...)
		}
		return ring
	}
	var there, back []leg
	for i, q := range a.Points[1:] {
		there = append(there, drawnEdge(a.Points[i], q))
	}
	for i := len(there) - 1; i >= 0; i-- {
		back = append(back, there[i].reversed())
	}
	return beside(append(there, back...), float64(a.Size)/2)
}

// Outline gives the circle of the position's uncertainty to draw it by, as
// [Area.Outline] does.
func (p Position) Outline() []Point { return round(p.Point, float64(p.Metres)) }

// drawnEdge is the geodesic from p to q, in few pieces.
func drawnEdge(p, q Point) leg {
	const piece = 50_000 // metres
	metres, first := inverse(p, q)
	_, back := inverse(q, p)
	l := leg{[]Point{p}, first, back + 180}
	n := math.Ceil(metres / piece)
	for i := 1.0; i < n; i++ {
		l.points = append(l.points, destination(p, first, metres*i/n))
	}
	l.points = append(l.points, q)
	return l
}

// round draws a circle of few corners, which the eye does not see.
func round(p Point, metres float64) []Point {
	const corners = 72
	ring := make([]Point, corners)
	for i := range ring {
		ring[i] = destination(p, -360*float64(i)/corners, metres)
	}
	return ring
}

// A leg is a part of a corridor's middle line, with its bearings at both ends.
type leg struct {
	points      []Point
	first, last float64
}

func (l leg) reversed() leg {
	points := make([]Point, len(l.points))
	for i, p := range l.points {
		points[len(points)-1-i] = p
	}
	return leg{points, l.last + 180, l.first + 180}
}

// beside walks at a distance to the right of legs that end where they began, and
// round their ends.
func beside(legs []leg, metres float64) (ring []Point) {
	step := 7.5 // degrees
	if len(legs) > 2*manyLegs {
		step = 45
	}
	for i, l := range legs {
		for j, p := range l.points {
			bearing := l.first
			if j == len(l.points)-1 {
				bearing = l.last
			} else if j > 0 {
				_, bearing = inverse(p, l.points[j+1])
			}
			ring = append(ring, destination(p, bearing+90, metres))
		}
		next := legs[(i+1)%len(legs)]
		// Turning left, the way on the right goes round the outside of the bend.
		left := math.Mod(l.last-next.first+720, 360)
		if left > 180 {
			continue
		}
		end := l.points[len(l.points)-1]
		for turned := step; turned < left; turned += step {
			ring = append(ring, destination(end, l.last+90-turned, metres))
		}
	}
	return ring
}
