package geo

import (
	"errors"
	"fmt"
	"math"
	"strings"
	"testing"
)

func TestParseBand(t *testing.T) {
	for _, test := range []struct{ text, want string }{
		{"0 m SFC to 120 m SFC", "0 m SFC/120 m SFC"},
		{"GND to UNL", "0 m SFC/UNL"},
		{"gnd / 400 ft agl", "0 m SFC/400 ft SFC"},
		{"FL100 to FL200", "FL100/FL200"},
		{"fl 50 TO fl 60 std", "FL050/FL060"},
		{"1000FT STD to FL100", "1000 ft STD/FL100"},
		{"-20 m MSL/100 m W84", "-20 m MSL/100 m W84"},
		{"٠ m SFC to ١٢٠ m SFC", "0 m SFC/120 m SFC"},
		{"100 m MSL to 100 m MSL", "100 m MSL/100 m MSL"},
		{"3000 m AMSL to FL100", "3000 m MSL/FL100"},
	} {
		b, err := ParseBand(test.text)
		if err != nil || b.String() != test.want {
			t.Errorf("ParseBand(%q) = %v, %v; want %s", test.text, b, err, test.want)
			continue
		}
		if again, err := ParseBandValue(b.String()); err != nil || again != b {
			t.Errorf("ParseBandValue(%q) = %v, %v", b, again, err)
		}
	}
}

func TestParseBandRefuses(t *testing.T) {
	for _, test := range []struct {
		text string
		code Code
		try  string
	}{
		{"", BadBand, ""},
		{"120 m SFC", BadBand, ""},
		{"0 to 120 m SFC", NoUnit, ""},
		{"0 m to 120 m SFC", NoReference, ""},
		{"0 m SFC to 120 m", NoReference, ""},
		{"0 m SFC to 120 m QNH", NoReference, ""},
		{"0 m SFC to 120 km SFC", NoUnit, ""},
		{"0 m SFC to", BadBand, ""},
		{"0 m SFC/", BadLevel, ""},
		{"0 m SFC to 1,000 m SFC", NoUnit, ""},
		{"0 m SFC to 1.5 m SFC", NoUnit, ""},
		{"low to high", BadLevel, ""},
		{"FL100 MSL to FL200", BadLevel, ""},
		{"FL-10 to FL200", BadLevel, ""},
		{"FL100 to FL1000", LevelRange, ""},
		{"-1 m SFC to 10 m SFC", LevelRange, ""},
		{"0 m MSL to 100001 m MSL", LevelRange, ""},
		{"UNL to UNL", BandEmpty, ""},
		{"UNL to 10 m SFC", BandEmpty, ""},
		{"120 m SFC to 0 m SFC", BandOrder, "0 m SFC to 120 m SFC"},
		{"FL200 to 10000 ft STD", BandOrder, "10000 ft STD to FL200"},
		{"400 ft MSL to 121 m MSL", BandOrder, "121 m MSL to 400 ft MSL"},
		{strings.Repeat("9", 101), TooLong, ""},
	} {
		_, err := ParseBand(test.text)
		var f *Fault
		if !errors.As(err, &f) || f.Code != test.code || f.Try != test.try {
			t.Errorf("ParseBand(%q): %v, want %s, try %q", test.text, err, test.code, test.try)
		}
	}
	for _, text := range []string{"0 m SFC to 120 m SFC", "GND/UNL", "00 m SFC/120 m SFC", "FL50/FL60", "0 m SFC/120 m SFC ", "-0 m SFC/120 m SFC"} {
		if b, err := ParseBandValue(text); err == nil {
			t.Errorf("ParseBandValue(%q) = %v, want an error", text, b)
		}
	}
}

func TestOnW84(t *testing.T) {
	ground := &Ground{200, 500}
	p := Point{450000000, -300000000} // the geoid stands at +61 m
	for _, test := range []struct {
		band      string
		ground    *Ground
		low, high float64
		ok        bool
	}{
		{"100 m W84 to 200 m W84", nil, 100, 200, true},
		{"100 m MSL to 200 m MSL", nil, 160, 262, true},
		{"0 m SFC to 120 m SFC", ground, 260, 682, true},
		{"0 m SFC to 120 m SFC", nil, 0, 0, false},
		{"0 m SFC to UNL", ground, 260, math.Inf(1), true},
		// 3048 m less 541 m of 950 hPa and 8 %; 6096 m and 301 m of 1050 hPa and 8 %.
		{"FL100 to FL200", nil, 2367, 6971, true},
	} {
		b, err := ParseBand(test.band)
		if err != nil {
			t.Fatal(err)
		}
		got, ok := b.OnW84(p, test.ground)
		if ok != test.ok || ok && (math.Abs(got.Low-test.low) > 2 || got.High != test.high && math.Abs(got.High-test.high) > 2) {
			t.Errorf("%s: %+v, %t; want %.0f to %.0f, %t", test.band, got, ok, test.low, test.high, test.ok)
		}
	}
}

func TestSameBand(t *testing.T) {
	for _, test := range []struct {
		a, b string
		same bool
	}{
		{"0 m SFC to 400 ft SFC", "GND to 122 m SFC", true},
		{"0 m SFC to 400 ft SFC", "GND to 124 m SFC", false},
		{"0 m SFC to 400 ft SFC", "GND to 400 ft MSL", false},
		{"FL100 to FL200", "10000 ft STD to 20000 ft STD", true},
		{"GND to UNL", "GND to 100000 m SFC", false},
	} {
		a, _ := ParseBand(test.a)
		b, err := ParseBand(test.b)
		if err != nil || SameBand(a, b) != test.same {
			t.Errorf("%s and %s: same %t, %v", test.a, test.b, !test.same, err)
		}
	}
}

// PROJ holds the same geoid as floating point.
func TestGeoid(t *testing.T) {
	t.Parallel()
	points := somePoints(20_000)
	lines := make([]string, len(points))
	for i, p := range points {
		lat, lon := p.degrees()
		lines[i] = fmt.Sprintf("%.7f %.7f 0", lon, lat)
	}
	worst := 0.0
	answers := oracle(t, lines, "gdaltransform", "-s_srs", "EPSG:4979", "-t_srs", "EPSG:4326+5773")
	for i, answer := range answers {
		var x, y, height float64
		if _, err := fmt.Sscan(answer, &x, &y, &height); err != nil {
			t.Fatalf("answer %q: %v", answer, err)
		}
		height = -height // of the ellipsoid over the sea
		off := math.Abs(height - Geoid(points[i]))
		if worst = max(worst, off); off > 0.1 {
			t.Errorf("geoid at %s: %.3f m, want %.3f", points[i], Geoid(points[i]), height)
		}
	}
	t.Logf("worst of %d points: %.3f m", len(points), worst)
}

func FuzzParseBand(f *testing.F) {
	for _, seed := range []string{"0 m SFC to 120 m SFC", "GND to UNL", "FL100/FL200", "-20 m MSL/100 m W84", "400 ft MSL to 121 m MSL"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		b, err := ParseBand(text)
		if err != nil {
			var fault *Fault
			if !errors.As(err, &fault) {
				t.Fatalf("error of another type: %v", err)
			}
			return
		}
		again, err := ParseBandValue(b.String())
		if err != nil || again != b || !SameBand(b, again) {
			t.Fatalf("%q reads as %v, %v", b, again, err)
		}
	})
}

func BenchmarkParseBandValue(b *testing.B) {
	for b.Loop() {
		if _, err := ParseBandValue("0 m SFC/120 m SFC"); err != nil {
			b.Fatal(err)
		}
	}
}
