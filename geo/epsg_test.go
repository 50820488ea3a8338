package geo

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"
)

// PROJ must agree within 1 m, both ways, over the whole area of each code. For
// Deir ez Zor it is told the operation, as it would take another about the town.
func TestGDALTransform(t *testing.T) {
	t.Parallel()
	const levant = "+proj=pipeline +step +proj=axisswap +order=2,1 +step +proj=unitconvert +xy_in=deg +xy_out=rad " +
		"+step +proj=push +v_3 +step +proj=cart +ellps=WGS84 +step +proj=helmert +x=190.421 +y=-8.532 +z=-238.69 " +
		"+step +inv +proj=cart +ellps=clrk80ign +step +proj=pop +v_3 +step "
	code := func(n string) []string { return []string{"-s_srs", "EPSG:4326", "-t_srs", "EPSG:" + n} }
	for _, test := range []struct {
		code      int
		arguments []string
	}{
		{2039, code("2039")},
		{6984, code("6984")},
		{28191, code("28191")},
		{28193, code("28193")},
		{22770, []string{"-ct", levant + "+proj=lcc +lat_1=34.65 +lat_0=34.65 +lon_0=37.35 +k_0=0.9996256 +x_0=300000 +y_0=300000 +ellps=clrk80ign"}},
		{22780, []string{"-ct", levant + "+proj=sterea +lat_0=34.2 +lon_0=39.15 +k=0.9995341 +x_0=0 +y_0=0 +ellps=clrk80ign"}},
		{32636, code("32636")},
		{32637, code("32637")},
		{32728, code("32728")},
	} {
		area := Box{0, 0, 839999999, 0}
		if zone, north, ok := utmOfEPSG(test.code); ok {
			middle := int32(centralMeridian(zone)) * Unit
			area.West, area.East = middle-35000000, middle+35000000
			if !north {
				area.South, area.North = -799999999, -1
			}
		}
		if grid, ok := legacyGrids()[test.code]; ok {
			area = grid.area
		}
		random := rand.New(rand.NewPCG(uint64(test.code), 5))
		points := make([]Point, 2000)
		lines := make([]string, len(points))
		for i := range points {
			points[i] = Point{area.South + random.Int32N(area.North-area.South+1), area.West + random.Int32N(area.East-area.West+1)}
			lat, lon := points[i].degrees()
			lines[i] = fmt.Sprintf("%.7f %.7f", lon, lat)
			if test.arguments[0] == "-ct" {
				lines[i] = fmt.Sprintf("%.7f %.7f", lat, lon)
			}
		}
		worst, back := 0.0, 0.0
		for i, answer := range oracle(t, lines, "gdaltransform", test.arguments...) {
			var east, north float64
			if _, err := fmt.Sscan(answer, &east, &north); err != nil {
				t.Fatalf("answer %q: %v", answer, err)
			}
			gotEast, gotNorth, f := gridOfEPSG(test.code, points[i])
			if f != nil {
				t.Fatal(f)
			}
			off := math.Hypot(gotEast-east, gotNorth-north)
			if worst = max(worst, off); off > 1 {
				t.Errorf("EPSG:%d of %v is %.2f %.2f, want %.2f %.2f", test.code, points[i], gotEast, gotNorth, east, north)
			}
			p, _, err := readCoordinates(format{epsg, test.code}, fmt.Sprintf("%.3f %.3f", east, north))
			if err != nil && area.inner(points[i]) {
				t.Errorf("EPSG:%d %.3f %.3f: %v", test.code, east, north, err)
			} else if err == nil {
				d := Distance(p, points[i])
				if back = max(back, d); d > 1 {
					t.Errorf("EPSG:%d %.3f %.3f is %v, want %v", test.code, east, north, p, points[i])
				}
			}
		}
		t.Logf("EPSG:%d, worst of %d points: %.3f m written, %.3f m read", test.code, len(points), worst, back)
	}
}

// inner says whether p is 2 m and more from the borders, which readers of
// rounded metres may cross.
func (b Box) inner(p Point) bool {
	return Box{b.South + 200, b.West + 400, b.North - 200, b.East - 400}.Contains(p)
}

func TestEPSGRefuses(t *testing.T) {
	for _, test := range []struct {
		point Point
		grid  string
	}{
		{Point{0, 0}, "EPSG:2039"},
		{Point{0, 0}, "EPSG:32636"},
		{Point{-1, 330000000}, "EPSG:32636"},
		{Point{maxLat, 0}, "EPSG:32636"},
	} {
		if text, err := Format(test.point, test.grid, 5); err == nil {
			t.Errorf("Format(%v, %s) = %s, want an error", test.point, test.grid, text)
		}
	}
	for _, grid := range []string{"", "DD ", "EPSG", "EPSG:", "EPSG:3857", "EPSG:32600", "EPSG:32661", "EPSG:+2039", "EPSG:22700", "WGS84"} {
		if KnownGrid(grid) {
			t.Errorf("grid %q is known", grid)
		}
	}
	for _, grid := range append(Grids(), "epsg:32636", "EPSG:32728", "mgrs") {
		if !KnownGrid(grid) {
			t.Errorf("grid %q is unknown", grid)
		}
	}
	if got := strings.Join(Grids(), " "); got != "DD DMM DMS MGRS UTM GARS EPSG:2039 EPSG:4326 EPSG:6984 EPSG:22770 EPSG:22780 EPSG:28191 EPSG:28193" {
		t.Errorf("grids: %s", got)
	}
}
