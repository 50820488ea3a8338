package geo

import (
	"math"
	"sync"
)

// A helmert turns geocentric metres of another datum into WGS84's by EPSG
// methods 1032 (coordinate frame rotation) or, with the rotations' signs
// turned, 1033 (position vector). The way back is the exact inverse.
type helmert struct {
	from       ellipsoid
	dx, dy, dz float64 // metres
	rx, ry, rz float64 // coordinate frame rotation, seconds of arc
	scale      float64 // parts per million
}

func (h helmert) toWGS84(lat, lon float64) (float64, float64) {
	x, y, z := h.from.geocentric(lat, lon)
	s := 1 + h.scale*1e-6
	rx, ry, rz := h.radians()
	return wgs84.geographic(
		h.dx+s*(x+rz*y-ry*z),
		h.dy+s*(-rz*x+y+rx*z),
		h.dz+s*(ry*x-rx*y+z))
}

func (h helmert) fromWGS84(lat, lon float64) (float64, float64) {
	x, y, z := wgs84.geocentric(lat, lon)
	s := 1 + h.scale*1e-6
	x, y, z = (x-h.dx)/s, (y-h.dy)/s, (z-h.dz)/s
	rx, ry, rz := h.radians()
	// The rotation is within 1e-4 of none, so this settles below a micrometre.
	px, py, pz := x, y, z
	for range 4 {
		px, py, pz = x-rz*py+ry*pz, y+rz*px-rx*pz, z-ry*px+rx*py
	}
	return h.from.geographic(px, py, pz)
}

func (h helmert) radians() (rx, ry, rz float64) {
	const second = radian / 3600
	return h.rx * second, h.ry * second, h.rz * second
}

// geocentric returns metres of a point on the ellipsoid.
func (e ellipsoid) geocentric(lat, lon float64) (x, y, z float64) {
	sin, cos := math.Sincos(lat * radian)
	sinLon, cosLon := math.Sincos(lon * radian)
	n := e.a / math.Sqrt(1-e.e2()*sin*sin)
	return n * cos * cosLon, n * cos * sinLon, n * (1 - e.e2()) * sin
}

// geographic returns degrees, by Bowring's formula; the height is dropped.
func (e ellipsoid) geographic(x, y, z float64) (lat, lon float64) {
	b := e.a * (1 - e.f)
	second := e.e2() / (1 - e.e2())
	p := math.Hypot(x, y)
	sin, cos := math.Sincos(math.Atan2(z*e.a, p*b))
	lat = math.Atan2(z+second*b*sin*sin*sin, p-e.e2()*e.a*cos*cos*cos)
	return lat / radian, math.Atan2(y, x) / radian
}

var (
	grs80       = ellipsoid{6378137, 1 / 298.257222101}
	clarke1880P = ellipsoid{6378300.789, 1 - 6356566.435/6378300.789} // Clarke 1880 (Benoit)
	clarke1880I = ellipsoid{6378249.2, 1 / 293.4660212936269}         // Clarke 1880 (IGN)
)

// legacyGrids holds, by EPSG code, the grids on other datums. Each has one
// operation to WGS84 for the whole area in which that is defined: Israel 1993 to
// WGS 84 (2), Palestine 1923 to WGS 84 (1), which leaves out the grid's part
// east of the Jordan, and Deir ez Zor to WGS 84 (5). IG05 is taken for WGS84, as
// EPSG has no operation between them.
//
// 22700, Levant Zone, is not here: its conic is only nearly conformal and cut
// off after the cubic term, and PROJ, which could prove ours, refuses it.
var legacyGrids = sync.OnceValue(func() map[int]legacy {
	israel := Box{294500000, 341700000, 332800000, 356900000}
	levant := Box{323100000, 350400000, 373000000, 423800000}
	israel1993 := helmert{grs80, 23.772, 17.49, 17.859, 0.3132, 1.85274, -1.67299, -5.4262}
	palestine1923 := helmert{clarke1880P, -275.7224, 94.7824, 340.8944, 8.001, 4.42, 11.821, 1}
	deirEzZor := helmert{from: clarke1880I, dx: -190.421, dy: 8.532, dz: 238.69}
	itm := newTransverseMercator(grs80, 31.73439361111111, 35.20451694444444, 1.0000067, 219529.584, 626907.39)
	return map[int]legacy{
		2039:  {israel, israel1993, &itm, 1},
		6984:  {israel, helmert{from: grs80}, &itm, 2},
		22770: {levant, deirEzZor, newLambert(clarke1880I, 34.65, 37.35, 0.9996256, 300000, 300000), 5},
		22780: {levant, deirEzZor, newStereographic(clarke1880I, 34.2, 39.15, 0.9995341, 0, 0), 5},
		28191: {israel, palestine1923, newCassini(clarke1880P, 31.73409694444444, 35.21208055555556, 170251.555, 126867.909), 2},
		28193: {israel, palestine1923, newCassini(clarke1880P, 31.73409694444444, 35.21208055555556, 170251.555, 1126867.909), 2},
	}
})
