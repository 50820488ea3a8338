package geo

import (
	"bytes"
	"math"
	"strconv"
)

// The Universal Transverse Mercator and Universal Polar Stereographic grids of
// NGA.SIG.0012_2.0.0_UTMUPS (2014) on WGS84.
const (
	falseEasting  = 500_000
	falseNorthing = 10_000_000 // of the southern hemisphere
	upsFalse      = 2_000_000  // easting and northing of the poles
	upsScale      = 0.994
)

var utmGrid = newTransverseMercator(wgs84, 0, 0, 0.9996, falseEasting, 0)

// A gridPoint is a place in UTM, or in UPS where zone is 0.
type gridPoint struct {
	zone              int
	north             bool // hemisphere
	easting, northing float64
}

const utmBands = "CDEFGHJKLMNPQRSTUVWX"

// bandOf returns the index in utmBands of a latitude in units, within -80 to
// 84 degrees; below and above, that of the first and last band.
func bandOf(lat int64) int {
	return int(min(max(floorDiv(lat, 8*Unit)+10, 0), 19))
}

func floorDiv(a, b int64) int64 {
	q := a / b
	if a%b < 0 {
		q--
	}
	return q
}

// zoneOf returns the UTM zone of p with the exceptions of south-west Norway
// (32V) and Svalbard (31X, 33X, 35X, 37X), or 0 where UPS is used: from 84
// north and below 80 south.
func zoneOf(p Point) int {
	lat := int64(p.Lat)
	if lat < -80*Unit || lat >= 84*Unit {
		return 0
	}
	lon := floorDiv(int64(p.Lon), Unit) // whole degrees
	if lon == 180 {
		lon = -180
	}
	zone := int(lon+186) / 6
	switch band := utmBands[bandOf(lat)]; {
	case band == 'V' && zone == 31 && lon >= 3:
		return 32
	case band == 'X' && lon >= 0 && lon < 42:
		return 2*(int(lon+183)/12) + 1
	}
	return zone
}

func centralMeridian(zone int) float64 { return float64(6*zone - 183) }

// gridOf returns p in the zone that is its own.
func gridOf(p Point) gridPoint { return gridIn(p, zoneOf(p)) }

// gridIn returns p in a zone, 0 for UPS.
func gridIn(p Point, zone int) gridPoint {
	lat, lon := p.degrees()
	g := gridPoint{zone: zone, north: p.Lat >= 0}
	if zone == 0 {
		g.easting, g.northing = polarForward(math.Abs(lat), lon, g.north)
		return g
	}
	g.easting, g.northing = utmGrid.forward(lat, lon-centralMeridian(zone))
	if !g.north {
		g.northing += falseNorthing
	}
	return g
}

// point returns the place of g; ok is false beyond the poles.
func (g gridPoint) point() (p Point, ok bool) {
	var lat, lon float64
	if g.zone == 0 {
		lat, lon = polarReverse(g.easting, g.northing, g.north)
	} else {
		y := g.northing
		if !g.north {
			y -= falseNorthing
		}
		lat, lon = utmGrid.reverse(g.easting, y)
		lon += centralMeridian(g.zone)
	}
	return pointOf(lat, lon)
}

// pointOf rounds degrees to a Point.
func pointOf(lat, lon float64) (Point, bool) {
	if !(math.Abs(lat) <= 90 && math.Abs(lon) <= 400) {
		return Point{}, false
	}
	return newPoint(int64(math.Round(lat*Unit)), int64(math.Round(lon*Unit))), true
}

// polarRadius is twice the scaled distance at which the conformal radius is 1.
var polarRadius = func() float64 {
	e := math.Sqrt(wgs84.e2())
	return 2 * upsScale * wgs84.a / math.Sqrt(math.Pow(1+e, 1+e)*math.Pow(1-e, 1-e))
}()

// polarForward is the polar stereographic projection, of a latitude on the
// hemisphere's own side.
func polarForward(lat, lon float64, north bool) (x, y float64) {
	rho := 0.0
	if lat < 90 {
		taup := conformal(math.Tan(lat*radian), math.Sqrt(wgs84.e2()))
		rho = math.Hypot(1, taup) + taup
		if taup < 0 {
			rho = 1 / (math.Hypot(1, taup) - taup)
		}
		rho = polarRadius / rho
	}
	sin, cos := math.Sincos(lon * radian)
	if north {
		cos = -cos
	}
	return upsFalse + rho*sin, upsFalse + rho*cos
}

func polarReverse(east, north float64, isNorth bool) (lat, lon float64) {
	x, y := east-upsFalse, north-upsFalse
	if isNorth {
		y = -y
	}
	rho := math.Hypot(x, y)
	if rho == 0 {
		lat = 90
	} else {
		t := rho / polarRadius
		lat = math.Atan(geographic((1/t-t)/2, math.Sqrt(wgs84.e2()))) / radian
		lon = math.Atan2(x, y) / radian
	}
	if !isNorth {
		lat = -lat
	}
	return lat, lon
}

// inRange says whether g lies where its grid is used, with the overlap that
// MGRS needs: squares of 100 km.
func (g gridPoint) inRange() bool {
	low, high := 100_000.0, 900_000.0
	lowNorth, highNorth := 0.0, 9_600_000.0
	switch {
	case g.zone == 0 && g.north:
		low, high, lowNorth, highNorth = 1_200_000, 2_800_000, 1_200_000, 2_800_000
	case g.zone == 0:
		low, high, lowNorth, highNorth = 700_000, 3_300_000, 700_000, 3_300_000
	case !g.north:
		lowNorth, highNorth = 900_000, falseNorthing
	}
	return low <= g.easting && g.easting <= high && lowNorth <= g.northing && g.northing <= highNorth
}

const wantUTM = "36T 612345 4654321, 36S north 712345 3654321, Z 2222222 1999999"

// bandSlack is how far outside its band a UTM point may lie, in units: others
// write the band of a point before rounding its metres.
const bandSlack = Unit / 1000

// readUTM reads a zone number with a band letter, north, south, or both; or a
// letter of UPS; then easting and northing in metres. 36S alone is asked about:
// S is a band of the northern hemisphere and, to many, the southern one.
func readUTM(text []byte) (p Point, least int, err error) {
	bad := func(code Code, want string) (Point, int, error) {
		return Point{}, 0, &Fault{Code: code, Read: string(text), Want: want}
	}
	digits := 0
	for digits < len(text) && isDigit(text[digits]) {
		digits++
	}
	rest := bytes.TrimLeft(text[digits:], " ")
	words := 0
	for words < len(rest) && 'A' <= rest[words] && rest[words] <= 'Z' {
		words++
	}
	if digits > 2 || words == 0 {
		return bad(UTMNoZone, wantUTM)
	}
	band, word := byte(0), rest[:words]
	rest = bytes.TrimLeft(rest[words:], " ")
	if words == 1 {
		band = word[0]
		word = nil
		for _, name := range []string{"NORTH", "SOUTH"} {
			if bytes.HasPrefix(rest, []byte(name)) {
				word, rest = rest[:5], rest[5:]
			}
		}
	}
	g := gridPoint{north: true}
	switch string(word) {
	case "SOUTH":
		g.north = false
	case "", "NORTH":
	default:
		return bad(UTMZone, wantUTM)
	}
	var ok bool
	if g.easting, g.northing, ok = readMetres(rest); !ok {
		return bad(BadCoordinates, wantUTM)
	}
	if digits == 0 {
		if words != 1 || word != nil || indexByte(upsLetters, band) < 0 {
			return bad(UTMNoZone, wantUTM)
		}
		g.north = band >= 'Y'
		return g.read(text)
	}
	g.zone, _ = strconv.Atoi(string(text[:digits]))
	index := indexByte(utmBands, band)
	if g.zone < 1 || g.zone > 60 || band != 0 && index < 0 {
		return bad(UTMZone, wantUTM)
	}
	switch {
	case band == 0:
		return g.read(text)
	case word == nil && band == 'N': // both meanings of N are the northern hemisphere
		return g.read(text)
	case word == nil && band == 'S':
		return g.askBand(text, rest)
	case word != nil && g.north != (index >= 10):
		return bad(UTMBand, wantUTM)
	}
	g.north = index >= 10
	if p, least, err = g.read(text); err != nil {
		return p, least, err
	}
	if !g.inBand(p, index) {
		return bad(UTMBand, "")
	}
	return p, least, nil
}

func (g gridPoint) inBand(p Point, index int) bool {
	lat := int64(p.Lat)
	return bandOf(lat-bandSlack) <= index && index <= bandOf(lat+bandSlack)
}

// read returns the point of g, as read from text.
func (g gridPoint) read(text []byte) (Point, int, error) {
	p, ok := g.point()
	if !ok || !g.inRange() {
		return Point{}, 0, &Fault{Code: UTMRange, Read: string(text)}
	}
	return p, MinMetres, nil
}

// askBand answers for a zone with the letter S, band or hemisphere.
func (g gridPoint) askBand(text, metres []byte) (Point, int, error) {
	south := g
	south.north = false
	var found []Reading
	if p, _, err := g.read(text); err == nil && g.inBand(p, indexByte(utmBands, 'S')) {
		found = append(found, Reading{"UTM", "UTM " + strconv.Itoa(g.zone) + "S north " + string(metres), p})
	}
	if p, _, err := south.read(text); err == nil {
		found = append(found, Reading{"UTM", "UTM " + strconv.Itoa(g.zone) + " south " + string(metres), p})
	}
	switch len(found) {
	case 0:
		return Point{}, 0, &Fault{Code: UTMRange, Read: string(text)}
	case 1:
		return Point{}, 0, &Fault{Code: UTMBand, Read: string(text), Try: found[0].Typed}
	}
	return Point{}, 0, ambiguous(string(text), found)
}

// readMetres reads two numbers of metres, easting and northing, each with an
// optional M and an optional letter E or N behind it.
func readMetres(text []byte) (east, north float64, ok bool) {
	var v [2]float64
	for i, letter := range [2]byte{'E', 'N'} {
		text = bytes.TrimLeft(text, " ")
		if i == 1 && len(text) > 1 && text[0] == ',' && text[1] == ' ' {
			text = bytes.TrimLeft(text[1:], " ")
		}
		minus := len(text) > 0 && text[0] == '-'
		if minus {
			text = text[1:]
		}
		if len(text) == 0 || !isDigit(text[0]) {
			return 0, 0, false
		}
		n, end, ok := scanNumber(text, 0)
		if !ok || n.mark != 0 || len(n.whole) > 8 || len(n.decimals) > 3 {
			return 0, 0, false
		}
		thousandths := digits(n.whole)*1000 + digits(append(append([]byte(nil), n.decimals...), "000"[len(n.decimals):]...))
		if v[i] = float64(thousandths) / 1000; minus {
			v[i] = -v[i]
		}
		text = text[end:]
		if len(text) > 0 && text[0] == 'M' {
			text = text[1:]
		}
		if len(text) > 0 && text[0] == letter {
			text = text[1:]
		}
		if i == 0 && (len(text) == 0 || text[0] != ' ' && text[0] != ',') {
			return 0, 0, false
		}
	}
	return v[0], v[1], len(bytes.TrimLeft(text, " ")) == 0
}
