package geo

import "math"

// A lambert is the Lambert conic conformal projection with one standard
// parallel, EPSG method 9801.
type lambert struct {
	e, lon0, n, f, r0, east, north float64
}

func newLambert(el ellipsoid, lat0, lon0, k0, east, north float64) lambert {
	l := lambert{e: math.Sqrt(el.e2()), lon0: lon0, n: math.Sin(lat0 * radian), east: east, north: north}
	nu := el.a / math.Sqrt(1-el.e2()*l.n*l.n)
	l.r0 = k0 * nu / math.Tan(lat0*radian)
	l.f = l.r0 / math.Pow(colatitude(lat0, l.e), l.n)
	return l
}

// colatitude is the tangent of half the conformal colatitude.
func colatitude(lat, e float64) float64 {
	taup := conformal(math.Tan(lat*radian), e)
	return math.Hypot(1, taup) - taup
}

func (l lambert) forward(lat, lon float64) (east, north float64) {
	r := l.f * math.Pow(colatitude(lat, l.e), l.n)
	sin, cos := math.Sincos(l.n * (lon - l.lon0) * radian)
	return l.east + r*sin, l.north + l.r0 - r*cos
}

func (l lambert) reverse(east, north float64) (lat, lon float64) {
	x, y := east-l.east, l.r0-(north-l.north)
	t := math.Pow(math.Hypot(x, y)/l.f, 1/l.n)
	lat = math.Atan(geographic((1/t-t)/2, l.e)) / radian
	return lat, l.lon0 + math.Atan2(x, y)/l.n/radian
}

// A stereographic is the oblique stereographic projection over a conformal
// sphere, EPSG method 9809.
type stereographic struct {
	e, lon0, n, c, r, sin0, cos0, east, north float64
}

func newStereographic(el ellipsoid, lat0, lon0, k0, east, north float64) stereographic {
	e2 := el.e2()
	sin, cos := math.Sincos(lat0 * radian)
	rho := el.a * (1 - e2) / math.Pow(1-e2*sin*sin, 1.5)
	nu := el.a / math.Sqrt(1-e2*sin*sin)
	s := stereographic{e: math.Sqrt(e2), lon0: lon0, east: east, north: north}
	s.n = math.Sqrt(1 + e2*cos*cos*cos*cos/(1-e2))
	s.r = 2 * k0 * math.Sqrt(rho*nu)
	w1 := math.Pow(colatitude(lat0, s.e), -2*s.n)
	sinChi := (w1 - 1) / (w1 + 1)
	s.c = (s.n + sin) * (1 - sinChi) / ((s.n - sin) * (1 + sinChi))
	w2 := s.c * w1
	s.sin0 = (w2 - 1) / (w2 + 1)
	s.cos0 = math.Sqrt(1 - s.sin0*s.sin0)
	return s
}

func (s stereographic) forward(lat, lon float64) (east, north float64) {
	w := s.c * math.Pow(colatitude(lat, s.e), -2*s.n)
	sin := (w - 1) / (w + 1)
	cos := math.Sqrt(1 - sin*sin)
	sinLon, cosLon := math.Sincos(s.n * (lon - s.lon0) * radian)
	b := 1 + sin*s.sin0 + cos*s.cos0*cosLon
	return s.east + s.r*cos*sinLon/b, s.north + s.r*(sin*s.cos0-cos*s.sin0*cosLon)/b
}

func (s stereographic) reverse(east, north float64) (lat, lon float64) {
	x, y := (east-s.east)/s.r, (north-s.north)/s.r
	rho := math.Hypot(x, y)
	if rho == 0 {
		x, y, rho = 0, 1e-12, 1e-12
	}
	sin, cos := math.Sincos(2 * math.Atan(rho))
	sinChi := cos*s.sin0 + y*sin*s.cos0/rho
	dlon := math.Atan2(x*sin, rho*s.cos0*cos-y*s.sin0*sin)
	t := math.Pow((1+sinChi)/(s.c*(1-sinChi)), 1/(2*s.n)) // cotangent of half the conformal colatitude
	return math.Atan(geographic((t-1/t)/2, s.e)) / radian, s.lon0 + dlon/s.n/radian
}
