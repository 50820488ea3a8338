package geo

import "math"

// Geodesics on the WGS84 ellipsoid by Vincenty, "Direct and inverse solutions
// of geodesics on the ellipsoid with application of nested equations", Survey
// Review 23 (1975), right to half a millimetre. His inverse solution does not
// converge for points that are nearly antipodal; there the azimuth is found by
// bisection, which always does (Karney, "Algorithms for geodesics", J. Geodesy
// 87 (2013), section 4, shows that longitude rises with the azimuth).

const polarAxis = 6378137 * (1 - 1/298.257223563) // metres

// Distance returns metres along the shortest geodesic between p and q. It is
// the same both ways.
func Distance(p, q Point) float64 {
	metres, _ := inverse(p, q)
	return metres
}

// Describe returns how p lies as seen from an agreed landmark: metres along
// the geodesic and its bearing at the landmark, in degrees from true north
// clockwise, 0 to 360. Where p and the landmark are one point the bearing is 0.
func Describe(p, from Point) (metres, bearing float64) {
	metres, bearing = inverse(from, p)
	if bearing < 0 {
		bearing += 360
	}
	if bearing >= 360 {
		bearing = 0
	}
	return metres, bearing
}

// reduced returns sine and cosine of the reduced latitude.
func reduced(lat int32) (sin, cos float64) {
	if lat == maxLat || lat == -maxLat {
		return math.Copysign(1, float64(lat)), 0
	}
	sin, cos = math.Sincos(float64(lat) / Unit * radian)
	sin *= 1 - wgs84.f
	h := math.Hypot(sin, cos)
	return sin / h, cos / h
}

// An arc is a geodesic on the auxiliary sphere.
type arc struct {
	sinAlpha, cos2Alpha float64 // azimuth at the equator: sine, squared cosine
	sigma, sin, cos     float64 // length, its sine and cosine
	cos2m               float64 // cosine of twice the distance from the equator to the middle
}

// twist is the difference between longitude on the sphere and the ellipsoid.
func (a *arc) twist() float64 {
	const f = 1 / 298.257223563
	c := f / 16 * a.cos2Alpha * (4 + f*(4-3*a.cos2Alpha))
	return (1 - c) * f * a.sinAlpha * (a.sigma + c*a.sin*(a.cos2m+c*a.cos*(2*a.cos2m*a.cos2m-1)))
}

// series returns Vincenty's A and B.
func (a *arc) series() (A, B float64) {
	u2 := a.cos2Alpha * (wgs84.a*wgs84.a - polarAxis*polarAxis) / (polarAxis * polarAxis)
	return 1 + u2/16384*(4096+u2*(-768+u2*(320-175*u2))), u2 / 1024 * (256 + u2*(-128+u2*(74-47*u2)))
}

// excess is the difference between sigma and length over the polar axis and A.
func (a *arc) excess(B float64) float64 {
	c2 := a.cos2m * a.cos2m
	return B * a.sin * (a.cos2m + B/4*(a.cos*(2*c2-1)-B/6*a.cos2m*(4*a.sin*a.sin-3)*(4*c2-3)))
}

func (a *arc) metres() float64 {
	A, B := a.series()
	return polarAxis * A * (a.sigma - a.excess(B))
}

// inverse returns metres from p to q and the bearing at p, -180 to 180.
func inverse(p, q Point) (metres, bearing float64) {
	if p == q {
		return 0, 0
	}
	sin1, cos1 := reduced(p.Lat)
	sin2, cos2 := reduced(q.Lat)
	lon := int64(q.Lon) - int64(p.Lon)
	if lon > maxLon {
		lon -= 2 * maxLon
	} else if lon < -maxLon {
		lon += 2 * maxLon
	}
	want := math.Abs(float64(lon)) / Unit * radian
	mirror := 1.0 // west of p: solved to the east and mirrored
	if lon < 0 {
		mirror = -1
	}
	lambda := want
	for range 30 {
		sinL, cosL := math.Sincos(lambda)
		y, x := cos2*sinL, cos1*sin2-sin1*cos2*cosL
		a := arc{sin: math.Hypot(y, x), cos: sin1*sin2 + cos1*cos2*cosL}
		if a.sin == 0 {
			break // antipodal
		}
		a.sigma = math.Atan2(a.sin, a.cos)
		a.sinAlpha = cos1 * cos2 * sinL / a.sin
		a.cos2Alpha = 1 - a.sinAlpha*a.sinAlpha
		if a.cos2Alpha > 1e-15 {
			a.cos2m = a.cos - 2*sin1*sin2/a.cos2Alpha
		}
		next := want + a.twist()
		if math.Abs(next) > math.Pi {
			break
		}
		if math.Abs(next-lambda) < 1e-13 {
			return a.metres(), mirror * math.Atan2(y, x) / radian
		}
		lambda = next
	}
	return antipodal(sin1, cos1, sin2, cos2, want, mirror)
}

// antipodal solves the inverse problem by bisection of the azimuth at the point
// of the higher latitude, taken as southern: longitude at the other's latitude
// then rises from 0 to 180 degrees with it.
func antipodal(sin1, cos1, sin2, cos2, want, mirror float64) (metres, bearing float64) {
	swapped := math.Abs(sin1) < math.Abs(sin2)
	if swapped {
		sin1, cos1, sin2, cos2 = sin2, cos2, sin1, cos1
	}
	flip := 1.0
	if sin1 > 0 {
		flip, sin1, sin2 = -1, -sin1, -sin2
	}
	if sin1 == 0 {
		sin1 = math.Copysign(0, -1) // the equator, come upon from the south
	}
	var a arc
	var alpha1, alpha2 float64
	low, high := 0.0, math.Pi
	for range 80 {
		alpha1 = (low + high) / 2
		var lambda float64
		a, lambda, alpha2 = meet(sin1, cos1, sin2, cos2, alpha1)
		if lambda-a.twist() < want {
			low = alpha1
		} else {
			high = alpha1
		}
	}
	if swapped { // walked the other way, and seen from the other end
		alpha1 = math.Pi - alpha2
		if flip < 0 {
			alpha1 = math.Pi - alpha1
		}
		return a.metres(), mirror * alpha1 / radian
	}
	if flip < 0 {
		alpha1 = math.Pi - alpha1
	}
	return a.metres(), mirror * alpha1 / radian
}

// meet follows a geodesic from the first reduced latitude, southern, at azimuth
// alpha1, until it meets the second going north. It returns the arc, the
// longitude on the sphere, and the azimuth there.
func meet(sin1, cos1, sin2, cos2, alpha1 float64) (a arc, lambda, alpha2 float64) {
	sinA, cosA := math.Sincos(alpha1)
	a.sinAlpha = sinA * cos1
	a.cos2Alpha = 1 - a.sinAlpha*a.sinAlpha
	sinA2 := 1.0
	if cos2 > 0 {
		sinA2 = min(1, a.sinAlpha/cos2)
	}
	cosA2 := 0.0
	if cos2 > 0 { // stable where both latitudes are nearly the same
		cosA2 = math.Sqrt(max(0, cosA*cosA*cos1*cos1+(cos2*cos2-cos1*cos1))) / cos2
	}
	sigma1, sigma2 := math.Atan2(sin1, cosA*cos1), math.Atan2(sin2, cosA2*cos2)
	omega1, omega2 := math.Atan2(a.sinAlpha*sin1, cosA*cos1), math.Atan2(a.sinAlpha*sin2, cosA2*cos2)
	a.sigma = sigma2 - sigma1
	a.sin, a.cos = math.Sincos(a.sigma)
	a.cos2m = math.Cos(sigma1 + sigma2)
	return a, omega2 - omega1, math.Atan2(sinA2, cosA2)
}

// destination returns the point at metres along the geodesic that leaves p at a
// bearing in degrees.
func destination(p Point, bearing, metres float64) Point {
	sin1, cos1 := reduced(p.Lat)
	sinA, cosA := math.Sincos(bearing * radian)
	a := arc{sinAlpha: cos1 * sinA}
	a.cos2Alpha = 1 - a.sinAlpha*a.sinAlpha
	sigma1 := math.Atan2(sin1, cos1*cosA)
	A, B := a.series()
	start := metres / (polarAxis * A)
	a.sigma = start
	for range 20 {
		a.cos2m = math.Cos(2*sigma1 + a.sigma)
		a.sin, a.cos = math.Sincos(a.sigma)
		next := start + a.excess(B)
		done := math.Abs(next-a.sigma) < 1e-14
		a.sigma = next
		if done {
			break
		}
	}
	a.cos2m = math.Cos(2*sigma1 + a.sigma)
	a.sin, a.cos = math.Sincos(a.sigma)
	x := sin1*a.sin - cos1*a.cos*cosA
	lat := math.Atan2(sin1*a.cos+cos1*a.sin*cosA, (1-wgs84.f)*math.Hypot(a.sinAlpha, x))
	lambda := math.Atan2(a.sin*sinA, cos1*a.cos-sin1*a.sin*cosA)
	_, lon := p.degrees()
	q, _ := pointOf(lat/radian, math.Remainder(lon+(lambda-a.twist())/radian, 360))
	return q
}
