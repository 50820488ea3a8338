package geo

import (
	"math"
	"slices"
	"strconv"
)

// A projection turns degrees on its ellipsoid into metres and back.
type projection interface {
	forward(lat, lon float64) (east, north float64)
	reverse(east, north float64) (lat, lon float64)
}

// A legacy is a grid on another datum, with the parameters of the EPSG Dataset.
type legacy struct {
	area       Box // where EPSG defines it
	datum      helmert
	projection projection
	accuracy   int // of the step to WGS84, metres; the least uncertainty
}

// singleEPSG lists the codes besides the zones of UTM.
var singleEPSG = []int{2039, 4326, 6984, 22770, 22780, 28191, 28193}

func knownEPSG(code int) bool {
	_, _, ok := utmOfEPSG(code)
	return ok || slices.Contains(singleEPSG, code)
}

func epsgNames() []string {
	names := make([]string, 0, len(singleEPSG)+2)
	for _, code := range singleEPSG {
		names = append(names, strconv.Itoa(code))
	}
	return append(names, "32601…32660", "32701…32760")
}

// utmOfEPSG returns the UTM zone of a code for WGS84 / UTM.
func utmOfEPSG(code int) (zone int, north, ok bool) {
	switch {
	case 32601 <= code && code <= 32660:
		return code - 32600, true, true
	case 32701 <= code && code <= 32760:
		return code - 32700, false, true
	}
	return 0, false, false
}

// readEPSG reads two numbers in the code's order of axes: latitude and
// longitude for 4326, otherwise easting and northing in metres. What lies
// outside the area for which EPSG defines the code is refused, which also
// catches most swapped axes.
func readEPSG(code int, text []byte) (p Point, least int, f *Fault) {
	fault := func(c Code) (Point, int, *Fault) {
		return Point{}, 0, &Fault{Code: c, Read: string(text)}
	}
	if code == 4326 {
		p, f = readAngles(text, 1)
		return p, MinMetres, f
	}
	east, north, ok := readMetres(text)
	if !ok {
		return fault(BadCoordinates)
	}
	if zone, isNorth, ok := utmOfEPSG(code); ok {
		g := gridPoint{zone, isNorth, east, north}
		if p, ok = g.point(); !ok || !g.inRange() {
			return fault(EPSGRange)
		}
		return p, MinMetres, nil
	}
	grid := legacyGrids()[code]
	if p, ok = grid.point(east, north); !ok {
		_, _, f := fault(EPSGRange)
		if _, ok := grid.point(north, east); ok {
			f.Try = "EPSG:" + strconv.Itoa(code) + " " + meters(north) + " " + meters(east)
		}
		return Point{}, 0, f
	}
	return p, grid.accuracy, nil
}

func meters(v float64) string { return strconv.FormatFloat(v, 'f', -1, 64) }

func (l legacy) point(east, north float64) (Point, bool) {
	lat, lon := l.projection.reverse(east, north)
	if !(math.Abs(lat) < 89 && math.Abs(lon) < 360) {
		return Point{}, false
	}
	p, ok := pointOf(l.datum.toWGS84(lat, lon))
	return p, ok && l.area.Contains(p)
}

// gridOfEPSG returns p's easting and northing in a code's grid.
func gridOfEPSG(code int, p Point) (east, north float64, f *Fault) {
	outside := &Fault{Code: EPSGRange, Read: p.String()}
	if zone, isNorth, ok := utmOfEPSG(code); ok {
		own := zoneOf(p)
		apart := (own - zone + 60) % 60
		if own == 0 || apart > 1 && apart < 59 {
			return 0, 0, outside
		}
		g := gridIn(p, zone)
		if g.north != isNorth || !g.inRange() {
			return 0, 0, outside
		}
		return g.easting, g.northing, nil
	}
	grid := legacyGrids()[code]
	if !grid.area.Contains(p) {
		return 0, 0, outside
	}
	lat, lon := p.degrees()
	east, north = grid.projection.forward(grid.datum.fromWGS84(lat, lon))
	return east, north, nil
}
