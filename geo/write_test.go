package geo

import (
	"errors"
	"fmt"
	"testing"
)

func TestFormat(t *testing.T) {
	valley := Point{5600000, -179500000}
	mount := Point{331716667, 362083333}
	for _, test := range []struct {
		point  Point
		grid   string
		metres float64
		want   string
	}{
		{valley, "DD", 50, "00.5600N 017.9500W"},
		{valley, "dmm", 50, "00 33.600N 017 57.000W"},
		{valley, "DMS", 50, "00 33 36.0N 017 57 00.0W"},
		{valley, "EPSG:4326", 50, "0.5600 -17.9500"},
		{valley, "MGRS", 50, "28NAF 7160 6197"},
		{valley, "UTM", 50, "28N 171610 61980"},
		{valley, "UTM", 1, "28N 171608.4 61979.5"},
		{valley, "GARS", 50, "325HP37"},
		{valley, "GARS", 100_000, "325HP3"},
		{mount, "DD", 1, "33.171667N 036.208333E"},
		{mount, "DD", 100_000, "33.2N 036.2E"},
		{mount, "DMM", 1, "33 10.3000N 036 12.5000E"},
		{mount, "DMM", 6000, "33 10N 036 12E"}, // 12.49999 once the point is rounded
		{mount, "DMS", 1, "33 10 18.00N 036 12 30.00E"},
		{mount, "MGRS", 1, "37SBS 39678 73789"},
		{mount, "MGRS", 100_000, "37SBS 3 7"},
		{mount, "UTM", 5, "37S north 239679 3673790"},
		{Point{599999999, 59999999}, "DMM", 50, "60 00.000N 006 00.000E"}, // minutes carry
		{Point{-5, -5}, "DD", 50, "00.0000S 000.0000W"},
		{Point{-5, -5}, "EPSG:4326", 50, "0.0000 0.0000"}, // no -0
		{Point{maxLat, 0}, "MGRS", 1, "ZAH 00000 00000"},
		{Point{-maxLat, 0}, "UTM", 5, "B 2000000 2000000"},
		{Point{0, maxLon}, "GARS", 1, "001HN37"}, // 180 east is 180 west
		{Point{maxLat, 0}, "GARS", 1, "361QZ11"},
		{Point{576491100, 104074400}, "GARS", 1, "381NH45"},
		{Point{-869500000, -1773000000}, "GARS", 1, "006AG39"},
	} {
		got, err := Format(test.point, test.grid, test.metres)
		if err != nil || got != test.want {
			t.Errorf("Format(%v, %s, %.0f) = %q, %v; want %q", test.point, test.grid, test.metres, got, err, test.want)
		}
	}
}

// What is written in any grid at any uncertainty is read again as one place, no
// farther from the point than a quarter of the uncertainty or than the grid's
// finest text can be.
func TestFormatIsReadAgain(t *testing.T) {
	t.Parallel()
	finest := map[string]float64{"MGRS": 0.75, "GARS": 6700, "UTM": 0.1, "DD": 0.1, "DMM": 0.1, "DMS": 0.1}
	for i, p := range somePoints(3000) {
		for _, grid := range []string{"DD", "DMM", "DMS", "MGRS", "UTM", "GARS", "EPSG:4326"} {
			for _, metres := range []float64{1, 7, 50, 300, 2000, 100_000} {
				text, err := Format(p, grid, metres)
				if err != nil {
					t.Fatalf("%v in %s: %v", p, grid, err)
				}
				typed := fmt.Sprintf("%s %s ±100km", grid, text)
				got, err := Parse(typed)
				if err != nil {
					t.Errorf("point %d, %v: %q: %v", i, p, typed, err)
					continue
				}
				// UTM's grid north-south step is longer on the ground by its scale.
				if d := Distance(p, got.Point); d > max(metres/4, finest[grid])*1.01+0.02 {
					t.Errorf("%v in %s ±%.0f m is %q, %.1f m away", p, grid, metres, text, d)
				}
			}
		}
	}
}

// The region's zone edge, where 36 and 37 meet, and that of the exercise, where
// 27 and 28 do; the grid's exceptions; the seams of the globe.
func TestZones(t *testing.T) {
	for _, test := range []struct {
		lat, lon float64
		want     string
	}{
		{33.5, 35.83, "36S"}, {33.5, 35.9999999, "36S"}, {33.5, 36, "37S"}, {33.5, 36.1, "37S"}, {33.5, 36.29, "37S"},
		{0.5, -18.0000001, "27N"}, {0.5, -18, "28N"}, {-0.0000001, -18, "28M"},
		{60, 2.9999999, "31V"}, {60, 3, "32V"}, {55.9999999, 3, "31U"}, {64, 3, "31W"},
		{75, 8.9999999, "31X"}, {75, 9, "33X"}, {75, 20.9999999, "33X"}, {75, 21, "35X"}, {75, 33, "37X"}, {75, 42, "38X"},
		{10, 180, "01P"}, {10, -179.9999999, "01P"}, {10, 179.9999999, "60P"},
		{83.9999999, 0, "31X"}, {84, 0, "Z"}, {84, -0.0000001, "Y"}, {-80, 0, "31C"}, {-80.0000001, 0, "B"}, {-80.0000001, -90, "A"},
	} {
		p, _ := pointOf(test.lat, test.lon)
		text, err := Format(p, "MGRS", 1)
		if err != nil || len(text) < len(test.want) || text[:len(test.want)] != test.want {
			t.Errorf("%v is in %s, %v; want zone %s", p, text, err, test.want)
		}
	}
}

// A zone read as its neighbour is hundreds of kilometres off.
func TestZoneMistakeIsFar(t *testing.T) {
	a, err := Parse("UTM 36S north 771000 3710000 ±5m")
	if err != nil {
		t.Fatal(err)
	}
	b, err := Parse("UTM 37S north 771000 3710000 ±5m")
	if err != nil {
		t.Fatal(err)
	}
	if d := Distance(a.Point, b.Point); d < 500_000 {
		t.Errorf("%.0f m", d)
	}
	var several *Ambiguous
	if _, err := Parse("UTM 36S 771000 3710000 ±5m"); !errors.As(err, &several) {
		t.Errorf("36S: %v, want a question", err)
	}
}
