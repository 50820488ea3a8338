package geo

import (
	"math"
	"testing"
)

func TestPoint(t *testing.T) {
	for _, test := range []struct {
		lat, lon int64
		want     string
	}{
		{0, 0, "0,0"},
		{1, -1, "0.0000001,-0.0000001"},
		{-5600000, 179500000, "-0.56,17.95"},
		{maxLat, 123, "90,0"},
		{-maxLat, 123, "-90,0"},
		{10 * Unit, -maxLon, "10,180"},
		{10 * Unit, maxLon, "10,180"},
		{10 * Unit, maxLon + 1, "10,-179.9999999"},
	} {
		p := newPoint(test.lat, test.lon)
		if !p.Valid() || p.String() != test.want {
			t.Errorf("point of %d, %d is %v, valid %t; want %s", test.lat, test.lon, p, p.Valid(), test.want)
		}
	}
	for _, p := range []Point{{maxLat, 1}, {maxLat + 1, 0}, {-maxLat - 1, 0}, {0, -maxLon}, {0, maxLon + 1}} {
		if p.Valid() {
			t.Errorf("%+v is valid", p)
		}
	}
}

func TestBox(t *testing.T) {
	land := Box{29 * Unit, 34 * Unit, 37 * Unit, 42 * Unit}
	seam := Box{-10 * Unit, 170 * Unit, 10 * Unit, -170 * Unit}
	for _, test := range []struct {
		box  Box
		p    Point
		want bool
	}{
		{land, Point{33 * Unit, 36 * Unit}, true},
		{land, Point{29 * Unit, 34 * Unit}, true},
		{land, Point{36 * Unit, 33 * Unit}, false},
		{seam, Point{0, maxLon}, true},
		{seam, Point{0, -175 * Unit}, true},
		{seam, Point{0, 0}, false},
		{seam, Point{11 * Unit, maxLon}, false},
	} {
		if got := test.box.Contains(test.p); got != test.want {
			t.Errorf("%+v contains %v: %t", test.box, test.p, got)
		}
	}
}

func TestDescribe(t *testing.T) {
	from := Point{33 * Unit, 36 * Unit}
	for _, test := range []struct {
		p               Point
		metres, bearing float64
	}{
		{from, 0, 0},
		{Point{34 * Unit, 36 * Unit}, 110_913, 0},
		{Point{32 * Unit, 36 * Unit}, 110_896, 180},
		{Point{33 * Unit, 37 * Unit}, 93_453, 89.73},
		{Point{33 * Unit, 35 * Unit}, 93_453, 270.27},
		{Point{-33 * Unit, -144 * Unit}, 20_003_931, 0}, // antipodal: over the pole
	} {
		metres, bearing := Describe(test.p, from)
		if math.Abs(metres-test.metres) > 1 || math.Abs(math.Remainder(bearing-test.bearing, 360)) > 0.01 || bearing < 0 || bearing >= 360 {
			t.Errorf("%v is %.0f m on %.2f from %v, want %.0f on %.2f", test.p, metres, bearing, from, test.metres, test.bearing)
		}
	}
}
