package geo

import "math"

// A PlaceComparison says how well a place read back agrees with the place.
type PlaceComparison struct {
	Apart  float64 // metres along the geodesic, to the millimetre
	Within int     // metres that are allowed: the place's own uncertainty
	Vaguer bool    // what was read back is less certain than the place
	Match  bool    // Apart is at most Within, and nothing is vaguer
}

// ComparePlaces compares the place a with b, what was read back, in whatever
// format: half the diagonal of a square of MGRS or GARS is its uncertainty. Who
// reads back does not choose how closely: what is vaguer than the place says less,
// and matches nothing.
func ComparePlaces(a, b Position) PlaceComparison {
	c := PlaceComparison{Apart: millimetres(Distance(a.Point, b.Point)), Within: a.Metres, Vaguer: b.Metres > a.Metres}
	c.Match = c.Apart <= float64(c.Within) && !c.Vaguer
	return c
}

func millimetres(m float64) float64 { return math.Round(m*1000) / 1000 }

// An AreaComparison says how well an area read back agrees with the area.
type AreaComparison struct {
	Difference float64 // square metres that lie in one area and not in the other
	Share      float64 // Difference over the area of both together, 0 to 1
	Apart      float64 // metres from the one boundary to the farthest point of the other
	Within     int     // metres that are allowed: the area's own uncertainty
	Vaguer     bool    // what was read back is less certain than the area
	Match      bool    // Apart is at most Within, and nothing is vaguer
}

// farApart is where two areas are compared no closer, in metres.
const farApart = 3 * MaxReach

// CompareAreas compares an area with what was read back, of the same shape or
// another. They match if no point of either boundary is farther from the other
// boundary than the uncertainty of a: the Hausdorff distance of the boundaries.
// As in [ComparePlaces], a b that is vaguer than a does not match.
//
// Both areas are drawn in one plane, the equal-area projection about the first
// point of a, polygons with a corner at least every 10 km, circles with one every
// degree or two, corridors by their middle lines. Corners are rounded to the
// millimetre. Difference is measured along 512 to 2048 parallel rows and is right
// to some parts in a thousand of the areas. Apart is measured from the corners of
// each boundary and some thousand spots along it; it is right to 0.5 % within
// 1000 km, but may miss what is smaller than the spacing of those spots. How much
// is done does not grow with how often a corridor overlaps itself: it takes about a
// millisecond, and some twenty for the dearest areas that are accepted.
func CompareAreas(a, b Area) AreaComparison {
	c := AreaComparison{Within: a.Metres, Vaguer: b.Metres > a.Metres}
	own := newPlane(a.Points[0])
	if d := Distance(a.Points[0], b.Points[0]); d > farApart {
		c.Difference = newRegion(own, a).size() + newRegion(newPlane(b.Points[0]), b).size()
		c.Share, c.Apart = 1, millimetres(d)
		return c
	}
	one, two := newRegion(own, a), newRegion(own, b)
	difference, union := compareRows(one, two)
	c.Difference = difference
	if union > 0 {
		c.Share = math.Round(difference/union*1e6) / 1e6
	}
	c.Apart = millimetres(boundaryDistance(newOutline(own, a), newOutline(own, b)))
	c.Match = c.Apart <= float64(c.Within) && !c.Vaguer
	return c
}
