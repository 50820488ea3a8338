package geo

import (
	"math"
	"strconv"
	"strings"
	"testing"
)

func TestComparePlaces(t *testing.T) {
	for _, test := range []struct {
		a, b  string
		apart float64
		match bool
	}{
		{"DMM 33 10.30N 036 12.50E ±50m", "DMS 33 10 18N 036 12 30E ±10m", 0, true},
		{"DMM 33 10.30N 036 12.50E ±50m", "DD 33.1720 36.2083 ±10m", 37.1, true},
		{"DMM 33 10.30N 036 12.50E ±50m", "DD 33.1030 36.1250 ±10m", 10_884, false}, // decimals for minutes
		{"MGRS 38SMB 44 88", "MGRS 38SMB 445 885 ±100m", 70.7, true},
		{"MGRS 38SMB 445 885 ±100m", "MGRS 38SMB 44 88", 70.7, false},            // a square of 1 km says less than one of 100 m
		{"DMM 33 10.30N 036 12.50E ±50m", "DD 33.9 36.9 ±100km", 103_214, false}, // anywhere round here
		{"DMM 33 10.30N 036 12.50E ±50m", "DMM 33 10.30N 036 12.50E ±51m", 0, false},
		{"DD 10 179.9999 ±50m", "DD 10 -179.9999 ±50m", 21.9, true},
		{"DD 90 0 ±5m", "DD 90 77 ±5m", 0, true},
	} {
		a, err := Parse(test.a)
		if err != nil {
			t.Fatal(err)
		}
		b, err := Parse(test.b)
		if err != nil {
			t.Fatal(err)
		}
		got, back := ComparePlaces(a, b), ComparePlaces(b, a)
		if math.Abs(got.Apart-test.apart) > 1 || got.Match != test.match || back.Apart != got.Apart {
			t.Errorf("%s and %s: %+v, back %+v; want %.1f m, match %t", test.a, test.b, got, back, test.apart, test.match)
		}
	}
}

func TestCompareAreas(t *testing.T) {
	for _, test := range []struct {
		name       string
		a, b       string
		difference float64 // square metres, to 1 % and 200
		apart      float64 // metres, to 1 % and 0.5
		match      bool
	}{
		{"same", "circle DD 0.56 -17.95 r=2km ±50m", "circle DMM 00 33.6N 017 57.0W r=2km ±50m", 0, 0, true},
		{"wider", "circle DD 0.56 -17.95 r=2km ±50m", "circle DD 0.56 -17.95 r=2100m ±50m", math.Pi * (2100*2100 - 2000*2000), 100, false},
		{"wider within", "circle DD 0.56 -17.95 r=2km ±150m", "circle DD 0.56 -17.95 r=2100m ±50m", math.Pi * (2100*2100 - 2000*2000), 100, true},
		{"moved 44 m", "circle DD 0.56 -17.95 r=2km ±50m", "circle DD 0.5604 -17.95 r=2km ±50m", 4 * 2000 * 44.23, 44.23, true},
		{"other way round", "polygon DD 33 36 / 33 36.1 / 33.1 36.1 / 33.1 36 ±50m", "polygon DD 33.1 36.1 / 33 36.1 / 33 36 / 33.1 36 ±50m", 0, 0, true},
		{"dent", "polygon DD 33 36 / 33 36.1 / 33.1 36.1 / 33.1 36 ±50m", "polygon DD 33 36 / 33 36.1 / 33.05 36.05 / 33.1 36.1 / 33.1 36 ±50m", 25_900_000, 4669, false},
		{"antimeridian", "polygon DD 10 179.9 / 10 -179.9 / 10.1 -179.9 / 10.1 179.9 ±60m", "polygon DD 10 179.9 / 10 -179.9005 / 10.1 -179.9005 / 10.1 179.9 ±50m", 607_000, 54.8, true},
		{"pole in a circle", "circle DD 89.99 0 r=5km ±50m", "circle DD 89.99 0 r=5010m ±50m", math.Pi * (5010*5010 - 5000*5000), 10, true},
		{"swapped", "circle DD 33 36 r=2km ±50m", "circle DD 36 33 r=2km ±50m", 2 * math.Pi * 2000 * 2000, 431_300, false},
		{"other side of the globe", "circle DD 33 36 r=2km ±50m", "circle DD -33 -144 r=2km ±50m", 2 * math.Pi * 2000 * 2000, 20_003_900, false},
		{"route", "corridor DD 33 36 / 33.2 36 w=1km ±50m", "corridor DD 33 36 / 33.1 36 / 33.2 36 w=1km ±50m", 0, 0, true},
		// At the inner corner 50 m each way are 71 m.
		{"narrower route", "corridor DD 33 36 / 33.1 36 / 33.1 36.1 w=1km ±50m", "corridor DD 33 36 / 33.1 36 / 33.1 36.1 w=900m ±50m", 2.2e6, 70.7, false},
		{"sharp bend moved", "corridor DD 33 36 / 33.5 36 / 33 36.1 w=2km ±60m", "corridor DD 33 36 / 33.5005 36 / 33 36.1 w=2km ±50m", 530_000, 55.5, true},
		// A ring road of 5 km round its middle, and the same with a way across.
		{"filled hole", "corridor DD 0.05 0 / 0 0.05 / -0.05 0 / 0 -0.05 / 0.05 0 w=2km ±50m", "corridor DD 0.05 0 / 0 0.05 / -0.05 0 / 0 -0.05 / 0.05 0 / -0.05 0 w=2km ±50m", 14_490_000, 2200, false},
		{"crosses itself", "corridor DD 0 0 / 0.1 0.1 / 0.1 0 / 0 0.1 w=2km ±50m", "corridor DD 0 0.1 / 0.1 0 / 0.1 0.1 / 0 0 w=2km ±50m", 0, 0, true},
		{"route and polygon", "corridor DD 0 36 / 0.1 36 w=10m ±50m", "polygon DD 0 35.99996 / 0 36.00004 / 0.1 36.00004 / 0.1 35.99996 ±5m", 12_150, 5, true},
	} {
		t.Run(test.name, func(t *testing.T) {
			a, err := ParseArea(test.a)
			if err != nil {
				t.Fatal(err)
			}
			b, err := ParseArea(test.b)
			if err != nil {
				t.Fatal(err)
			}
			if b.Metres = 100_000; CompareAreas(a, b).Match {
				t.Error("matches what is vaguer")
			}
			b.Metres = a.Metres
			for _, got := range []AreaComparison{CompareAreas(a, b), CompareAreas(b, a)} {
				if math.Abs(got.Difference-test.difference) > test.difference/100+200 || math.Abs(got.Apart-test.apart) > test.apart/100+0.5 || got.Match != test.match {
					t.Errorf("%+v, want %.0f m², %.1f m, match %t", got, test.difference, test.apart, test.match)
				}
			}
		})
	}
}

// GeographicLib's Planimeter measures polygons of geodesics exactly.
func TestPlanimeter(t *testing.T) {
	for _, text := range []string{
		"polygon DD 33 36 / 33 37.5 / 34.2 37.2 / 34.5 36.1 / 33.6 35.5 ±50m",
		"polygon DD 70 178 / 70 -178 / 71 -177 / 71.5 179 ±50m",
		"polygon DD 0 0 / 0 0.01 / 0.01 0.005 ±50m",
		"polygon DD 88 0 / 88 30 / 89 20 ±50m",
	} {
		a, err := ParseArea(text)
		if err != nil {
			t.Fatal(err)
		}
		answers := oracle(t, []string{strings.Join(degreesOf(a.Points), "\n")}, "Planimeter")
		want, err := strconv.ParseFloat(strings.Fields(answers[0])[2], 64)
		if err != nil {
			t.Fatal(err)
		}
		got := newRegion(newPlane(a.Points[0]), a).size()
		if math.Abs(got-want) > want/1000 {
			t.Errorf("%s: %.0f m², want %.0f", text, got, want)
		} else {
			t.Logf("%.0f m² is off by %.1e of it", want, math.Abs(got-want)/want)
		}
	}
}

func BenchmarkCompareAreas(b *testing.B) {
	a, err := ParseArea("polygon DMM 00 33.600N 017 57.000W / 00 34.100N 017 56.000W / 00 35.000N 017 56.300W / 00 34.900N 017 57.200W / 00 34.000N 017 57.500W ±50m; valley")
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if !CompareAreas(a, a).Match {
			b.Fatal("unlike itself")
		}
	}
}

func BenchmarkDistance(b *testing.B) {
	p, q := Point{331666667, 362083333}, Point{5600000, -179500000}
	for b.Loop() {
		Distance(p, q)
	}
}

func BenchmarkFormatMGRS(b *testing.B) {
	for b.Loop() {
		if _, err := Format(Point{331666667, 362083333}, "MGRS", 50); err != nil {
			b.Fatal(err)
		}
	}
}
