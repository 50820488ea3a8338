package geo

import "strconv"

// Unit is how many units of [Point] make one degree.
const Unit = 10_000_000

const (
	maxLat = 90 * Unit
	maxLon = 180 * Unit
)

// A Point is a place on the WGS84 ellipsoid, in units of 1e-7 degree (at most
// 1.1 cm): Lat from -90 to 90 degrees, north positive; Lon above -180 and up
// to 180 degrees, east positive. At the poles Lon is 0. The zero value is the
// point at latitude 0, longitude 0.
type Point struct{ Lat, Lon int32 }

// Valid says whether p keeps the bounds above, so that a place has one Point.
func (p Point) Valid() bool {
	if p.Lat == maxLat || p.Lat == -maxLat {
		return p.Lon == 0
	}
	return -maxLat < p.Lat && p.Lat < maxLat && -maxLon < p.Lon && p.Lon <= maxLon
}

// newPoint returns the Point of a latitude within 90 degrees and a longitude
// within 360, in units of 1e-7 degree.
func newPoint(lat, lon int64) Point {
	switch {
	case lat == maxLat || lat == -maxLat:
		lon = 0
	case lon <= -maxLon:
		lon += 2 * maxLon
	case lon > maxLon:
		lon -= 2 * maxLon
	}
	return Point{int32(lat), int32(lon)}
}

// degrees returns the point in degrees; exact to the last bit but one.
func (p Point) degrees() (lat, lon float64) {
	return float64(p.Lat) / Unit, float64(p.Lon) / Unit
}

// String is "LAT,LON" in decimal degrees as RFC 5870 section 3.3 writes them:
// at most seven decimals, no trailing zeros, no "-0".
func (p Point) String() string { return string(p.append(make([]byte, 0, 24))) }

func (p Point) append(dst []byte) []byte {
	dst = appendDegrees(dst, p.Lat)
	dst = append(dst, ',')
	return appendDegrees(dst, p.Lon)
}

func appendDegrees(dst []byte, v int32) []byte {
	n := int64(v)
	if n < 0 {
		dst = append(dst, '-')
		n = -n
	}
	dst = strconv.AppendInt(dst, n/Unit, 10)
	rest := n % Unit
	if rest == 0 {
		return dst
	}
	dst = append(dst, '.')
	for unit := int64(Unit / 10); rest > 0; unit /= 10 {
		dst = append(dst, byte('0'+rest/unit))
		rest %= unit
	}
	return dst
}

// A Box is bounded by two parallels and two meridians, borders included, in
// units of 1e-7 degree. Where West is greater than East it spans the
// antimeridian.
type Box struct{ South, West, North, East int32 }

// Contains says whether p lies in b.
func (b Box) Contains(p Point) bool {
	if p.Lat < b.South || p.Lat > b.North {
		return false
	}
	if b.West <= b.East {
		return b.West <= p.Lon && p.Lon <= b.East
	}
	return p.Lon >= b.West || p.Lon <= b.East
}
