package geo

import "math"

// An ellipsoid is a spheroid of equatorial radius a in metres and flattening f.
type ellipsoid struct{ a, f float64 }

var wgs84 = ellipsoid{6378137, 1 / 298.257223563}

func (e ellipsoid) e2() float64 { return e.f * (2 - e.f) }

const radian = math.Pi / 180

// A transverseMercator is the projection of that name by the series of Krüger
// in the third flattening to sixth order, as in Karney, "Transverse Mercator
// with an accuracy of a few nanometers", J. Geodesy 85 (2011), equations 7 to
// 36. Within 3900 km of the central meridian it is right to 5 nm.
type transverseMercator struct {
	e           float64 // eccentricity
	radius      float64 // scale times radius of the rectifying sphere, metres
	lat0, lon0  float64 // degrees
	east, north float64 // false easting and northing, metres
	m0          float64 // northing of lat0 over the equator, metres
	alpha, beta [6]float64
}

func newTransverseMercator(el ellipsoid, lat0, lon0, k0, east, north float64) transverseMercator {
	n := el.f / (2 - el.f)
	n2 := n * n
	n3, n4, n5, n6 := n2*n, n2*n2, n2*n2*n, n2*n2*n2
	t := transverseMercator{
		e: math.Sqrt(el.e2()), radius: k0 * el.a / (1 + n) * (1 + n2/4 + n4/64 + n6/256),
		lat0: lat0, lon0: lon0, east: east, north: north,
		alpha: [6]float64{
			n/2 - n2*2/3 + n3*5/16 + n4*41/180 - n5*127/288 + n6*7891/37800,
			n2*13/48 - n3*3/5 + n4*557/1440 + n5*281/630 - n6*1983433/1935360,
			n3*61/240 - n4*103/140 + n5*15061/26880 + n6*167603/181440,
			n4*49561/161280 - n5*179/168 + n6*6601661/7257600,
			n5*34729/80640 - n6*3418889/1995840,
			n6 * 212378941 / 319334400,
		},
		beta: [6]float64{
			n/2 - n2*2/3 + n3*37/96 - n4/360 - n5*81/512 + n6*96199/604800,
			n2/48 + n3/15 - n4*437/1440 + n5*46/105 - n6*1118711/3870720,
			n3*17/480 - n4*37/840 - n5*209/4480 + n6*5569/90720,
			n4*4397/161280 - n5*11/504 - n6*830251/7257600,
			n5*4583/161280 - n6*108847/3991680,
			n6 * 20648693 / 638668800,
		},
	}
	if lat0 != 0 {
		_, t.m0 = t.grid(lat0, 0)
	}
	return t
}

// conformal returns the tangent of the conformal latitude.
func conformal(tau, e float64) float64 {
	h := math.Hypot(1, tau)
	sigma := math.Sinh(e * math.Atanh(e*tau/h))
	return math.Hypot(1, sigma)*tau - sigma*h
}

// geographic undoes conformal, by Newton's method.
func geographic(taup, e float64) float64 {
	e2m := 1 - e*e
	tau := taup / e2m
	for range 5 {
		got := conformal(tau, e)
		step := (taup - got) / math.Hypot(1, got) * (1 + e2m*tau*tau) / (e2m * math.Hypot(1, tau))
		tau += step
		if math.Abs(step) < 1e-12*max(1, math.Abs(tau)) {
			break
		}
	}
	return tau
}

// grid returns metres east of the central meridian and north of the equator.
func (t *transverseMercator) grid(lat, dlon float64) (x, y float64) {
	taup := conformal(math.Tan(lat*radian), t.e)
	sin, cos := math.Sincos(dlon * radian)
	xi := math.Atan2(taup, cos)
	eta := math.Asinh(sin / math.Hypot(taup, cos))
	dxi, deta := series(&t.alpha, xi, eta)
	return t.radius * (eta + deta), t.radius * (xi + dxi)
}

// series sums c[j]·sin 2j(xi + i·eta) over j from 1, by Clenshaw's recurrence.
func series(c *[6]float64, xi, eta float64) (re, im float64) {
	sin, cos := math.Sincos(2 * xi)
	sinh, cosh := math.Sinh(2*eta), math.Cosh(2*eta)
	ar, ai := 2*cos*cosh, -2*sin*sinh // 2·cos 2(xi + i·eta)
	var yr, yi, zr, zi float64
	for j := 5; j >= 0; j-- {
		yr, yi, zr, zi = ar*yr-ai*yi-zr+c[j], ar*yi+ai*yr-zi, yr, yi
	}
	sr, si := sin*cosh, cos*sinh
	return sr*yr - si*yi, sr*yi + si*yr
}

// forward projects a point given in degrees.
func (t *transverseMercator) forward(lat, lon float64) (east, north float64) {
	x, y := t.grid(lat, math.Remainder(lon-t.lon0, 360))
	return t.east + x, t.north + y - t.m0
}

// reverse returns the degrees of a projected point.
func (t *transverseMercator) reverse(east, north float64) (lat, lon float64) {
	xi, eta := (north-t.north+t.m0)/t.radius, (east-t.east)/t.radius
	dxi, deta := series(&t.beta, xi, eta)
	xi, eta = xi-dxi, eta-deta
	sinh := math.Sinh(eta)
	sin, cos := math.Sincos(xi)
	dlon := math.Atan2(sinh, cos)
	tau := geographic(sin/math.Hypot(sinh, cos), t.e)
	return math.Atan(tau) / radian, math.Remainder(t.lon0+dlon/radian, 360)
}
