package geo

import "math"

// A cassini is the Cassini-Soldner projection, EPSG method 9806, whose series
// hold to centimetres within a few degrees of the central meridian.
type cassini struct {
	el                    ellipsoid
	lon0, m0, east, north float64
}

func newCassini(el ellipsoid, lat0, lon0, east, north float64) cassini {
	return cassini{el, lon0, el.meridian(lat0 * radian), east, north}
}

// meridian is the length of the meridian from the equator, in metres.
func (e ellipsoid) meridian(lat float64) float64 {
	e2 := e.e2()
	e4, e6 := e2*e2, e2*e2*e2
	return e.a * ((1-e2/4-e4*3/64-e6*5/256)*lat -
		(e2*3/8+e4*3/32+e6*45/1024)*math.Sin(2*lat) +
		(e4*15/256+e6*45/1024)*math.Sin(4*lat) -
		e6*35/3072*math.Sin(6*lat))
}

func (c cassini) forward(lat, lon float64) (east, north float64) {
	e2 := c.el.e2()
	sin, cos := math.Sincos(lat * radian)
	tan2 := sin * sin / (cos * cos)
	a := math.Remainder(lon-c.lon0, 360) * radian * cos
	curve := e2 * cos * cos / (1 - e2)
	nu := c.el.a / math.Sqrt(1-e2*sin*sin)
	a2 := a * a
	x := nu * a * (1 - tan2*a2/6 - (8-tan2+8*curve)*tan2*a2*a2/120)
	y := c.el.meridian(lat*radian) - c.m0 + nu*sin/cos*a2*(0.5+(5-tan2+6*curve)*a2/24)
	return c.east + x, c.north + y
}

func (c cassini) reverse(east, north float64) (lat, lon float64) {
	e2 := c.el.e2()
	e1 := (1 - math.Sqrt(1-e2)) / (1 + math.Sqrt(1-e2))
	mu := (c.m0 + north - c.north) / (c.el.a * (1 - e2/4 - e2*e2*3/64 - e2*e2*e2*5/256))
	foot := mu + (e1*3/2-e1*e1*e1*27/32)*math.Sin(2*mu) + e1*e1*21/16*math.Sin(4*mu) + e1*e1*e1*151/96*math.Sin(6*mu)
	sin, cos := math.Sincos(foot)
	tan2 := sin * sin / (cos * cos)
	w := 1 - e2*sin*sin
	nu, rho := c.el.a/math.Sqrt(w), c.el.a*(1-e2)/(w*math.Sqrt(w))
	d := (east - c.east) / nu
	d2 := d * d
	lat = foot - nu*sin/cos/rho*d2*(0.5-(1+3*tan2)*d2/24)
	lon = d * (1 - tan2*d2/3 + (1+3*tan2)*tan2*d2*d2/15) / cos
	return lat / radian, c.lon0 + lon/radian
}
