package geo

import (
	"errors"
	"fmt"
	"strings"
	"testing"
)

func TestParseArea(t *testing.T) {
	for _, test := range []struct {
		text, want string
	}{
		{"circle DMM 00 33.600N 017 57.000W r=2km ±50m; mill",
			"circle:0.56,-17.95;r=2000;u=50;edges=geodesic;as=dmm;typed=00%2033.600N%20017%2057.000W;name=mill"},
		{"Circle dd 0.56 -17.95 R=1m +-50m", "circle:0.56,-17.95;r=1;u=50;edges=geodesic;as=dd;typed=0.56%20-17.95"},
		{"circle DD 0.56 -17.95 ±50m r=2km", "circle:0.56,-17.95;r=2000;u=50;edges=geodesic;as=dd;typed=0.56%20-17.95"},
		{"polygon DD 0 0 / 0 1 / 1 1 / 1 0 +/-50m; field",
			"polygon:0,0/0,1/1,1/1,0;u=50;edges=geodesic;as=dd;typed=0%200%20%2F%200%201%20%2F%201%201%20%2F%201%200;name=field"},
		{"polygon DD 0 0/1 0/1 1/0 1/0 0 ±50m", // clockwise and closed
			"polygon:0,0/0,1/1,1/1,0;u=50;edges=geodesic;as=dd;typed=0%200%20%2F%201%200%20%2F%201%201%20%2F%200%201%20%2F%200%200"},
		{"polygon DD 10 179.5 / 10 -179.5 / 11 180 ±50m", // across the antimeridian
			"polygon:10,179.5/10,-179.5/11,180;u=50;edges=geodesic;as=dd;typed=10%20179.5%20%2F%2010%20-179.5%20%2F%2011%20180"},
		{"corridor DD 0 0 / 0 1 / 1 1 w=500m ±50m",
			"corridor:0,0/0,1/1,1;w=500;u=50;edges=geodesic;as=dd;typed=0%200%20%2F%200%201%20%2F%201%201"},
		{"polygon MGRS 38SMB4488 / 38SMB5088 / 38SMB4494",
			"polygon:33.3342351,44.4036278/33.3345279,44.4680979/33.3883513,44.4032586;u=708;edges=geodesic;as=mgrs;typed=38SMB4488%20%2F%2038SMB5088%20%2F%2038SMB4494"},
	} {
		a, err := ParseArea(test.text)
		if err != nil {
			t.Errorf("ParseArea(%q): %v", test.text, err)
			continue
		}
		if got := a.String(); got != test.want {
			t.Errorf("ParseArea(%q)\n = %s\nwant %s", test.text, got, test.want)
		}
		again, err := ParseAreaValue(a.String())
		if err != nil || again.String() != a.String() {
			t.Errorf("ParseAreaValue(%q) = %+v, %v", a.String(), again, err)
		}
	}
}

func TestParseAreaRefuses(t *testing.T) {
	for _, test := range []struct {
		text     string
		code     Code
		at, with int
		try      string
	}{
		{"", NoShape, 0, 0, ""},
		{"square DD 0 0 ±5m", NoShape, 0, 0, ""},
		{"circle 0 0 r=2km ±5m", NoFormat, 0, 0, "circle DD 0 0 r=2km ±5m"},
		{"circle UTMX 0 0 r=2km ±5m", UnknownFormat, 0, 0, ""},
		{"circle DD r=2km ±5m", NoCoordinates, 0, 0, ""},
		{"circle DD 0 0 ±5m", NoSize, 0, 0, ""},
		{"circle DD 0 0 w=5m ±5m", ExtraSize, 0, 0, ""},
		{"circle DD 0 0 r=5 ±5m", NoSize, 0, 0, ""},
		{"circle DD 0 0 r=0m ±5m", SizeRange, 0, 0, ""},
		{"circle DD 0 0 r=501km ±5m", SizeRange, 0, 0, ""},
		{"circle DD 0 0 / 0 1 r=5m ±5m", TooManyPoints, 0, 0, ""},
		{"circle DD 0 0 r=5m", NoUncertainty, 0, 0, ""},
		{"corridor DD 0 0 w=5m ±5m", TooFewPoints, 0, 0, ""},
		{"corridor DD 0 0 / 0 0.000001 w=5m ±5m", RepeatedPoint, 1, 2, ""},
		{"corridor DD 0 0 / 0 1 ±5m", NoSize, 0, 0, ""},
		{"corridor DD 0 0 / 0 1 w=0m ±5m", SizeRange, 0, 0, ""},
		{"corridor DD 0 0 / 0 2 w=5m ±5m", EdgeTooLong, 1, 0, ""},
		{"polygon DD 0 0 / 0 1 ±5m", TooFewPoints, 0, 0, ""},
		{"polygon DD 0 0 / 0 1 / 0 0 ±5m", TooFewPoints, 0, 0, ""},
		{"polygon DD 0 0 / 0 1 / 1 1 r=5m ±5m", ExtraSize, 0, 0, ""},
		{"polygon DD 0 0 / 0 1 / / 1 1 ±5m", NoCoordinates, 3, 0, ""},
		{"polygon DD 0 0 / 0 1 / 1 91.5x ±5m", BadCoordinates, 3, 0, ""},
		{"polygon DD 0 0 / 0 1 / 91 0 ±5m", LatitudeRange, 3, 0, ""},
		{"polygon DD 0 0 / 0 1 / 1 1 / 0 1 ±5m", RepeatedPoint, 2, 4, ""},
		{"polygon DD 0 0 / 0 1 / 0 0.5 ±5m", EdgesCross, 1, 2, ""}, // flat
		{"polygon DD 0 0 / 1 1 / 0 1 / 1 0 ±5m; x", EdgesCross, 1, 3, "polygon DD 0 0 / 0 1 / 1 1 / 1 0 ±5m; x"},
		{"polygon DMM 00 00.0N 000 00.0E / 01 00.0N 001 00.0E / 00 00.0N 001 00.0E / 01 00.0N 000 00.0E / 00 00.0N 000 00.0E ±5m", EdgesCross, 1, 3,
			"polygon DMM 00 00.0N 000 00.0E / 00 00.0N 001 00.0E / 01 00.0N 001 00.0E / 01 00.0N 000 00.0E ±5m"},
		{"polygon DD 10 179.5 / 11 -179.5 / 10 -179.5 / 11 179.5 ±5m", EdgesCross, 1, 3, "polygon DD 10 179.5 / 10 -179.5 / 11 -179.5 / 11 179.5 ±5m"},
		{"polygon DD 0 0 / 0 1 / 0.5 0.5 / 0 0.5 ±5m", EdgesCross, 1, 3, ""}, // point 4 on edge 1
		{"polygon DD 89.5 0 / 89.5 120 / 89.5 -120 ±5m", RingRoundPole, 0, 0, ""},
		{"polygon DD 90 0 / 89.5 120 / 89.5 90 ±5m", RingRoundPole, 0, 0, ""},
		{"polygon DD 89.5 0 / 89.5 180 / 89.5 90 ±5m", RingRoundPole, 0, 0, ""},
		{"polygon DD 0 0 / 0 3 / 1 1 ±5m", EdgeTooLong, 1, 0, ""},
		{"polygon DD 0 0 / 0 1 / 10 10 ±5m", AreaTooWide, 3, 0, ""},
		{"polygon DD 0 0 / 0 1 / 1 1 // 0.1 0.1 / 0.1 0.2 / 0.2 0.1 ±5m", Hole, 0, 0, ""},
		{"polygon DD 0 0 / 0 1 / 1 1 hole 0.1 0.1 / 0.1 0.2 / 0.2 0.1 ±5m", Hole, 0, 0, ""},
		{"polygon DD 0 0 ±5m / 0 1 / 1 1 ±5m", BadCharacter, 1, 0, ""},
		{"polygon DD " + strings.Repeat("0 0 / ", 101) + "0 0 ±5m", TooManyPoints, 0, 0, ""},
		{strings.Repeat("9", 13_000), TooLong, 0, 0, ""},
	} {
		a, err := ParseArea(test.text)
		var f *Fault
		if !errors.As(err, &f) {
			t.Errorf("ParseArea(%q) = %v, %v, want a fault", test.text, a, err)
			continue
		}
		if f.Code != test.code || f.At != test.at || f.With != test.with || test.try != "" && f.Try != test.try {
			t.Errorf("ParseArea(%q): %v, want %s at %d and %d, try %q", test.text, f, test.code, test.at, test.with, test.try)
		}
		if f.Code == EdgesCross && f.Try != "" {
			if _, err := ParseArea(f.Try); err != nil {
				t.Errorf("what is suggested, %q: %v", f.Try, err)
			}
		}
	}
}

func TestParseAreaAsks(t *testing.T) {
	theatre := &Box{29 * Unit, 33.5 * Unit, 34 * Unit, 38 * Unit}
	for _, test := range []struct {
		text string
		want []string
	}{
		{"polygon 33 10.30N 036 12.50E / 33 11.30N 036 12.50E / 33 11.30N 036 13.50E ±50m; x", []string{
			"polygon DMM 33 10.30N 036 12.50E / 33 11.30N 036 12.50E / 33 11.30N 036 13.50E ±50m; x",
			"polygon DD 33.1030N 036.1250E / 33.1130N 036.1250E / 33.1130N 036.1350E ±50m; x",
			"polygon DMS 33 10 30N 036 12 50E / 33 11 30N 036 12 50E / 33 11 30N 036 13 50E ±50m; x"}},
		{"circle UTM 36S 712345 3654321 r=2km ±5m", []string{"circle UTM 36S north 712345 3654321 r=2km ±5m", "circle UTM 36 south 712345 3654321 r=2km ±5m"}},
		{"circle DD 36.2 33.1 r=2km ±5m", []string{"circle DD 36.2 33.1 outside r=2km ±5m", "circle DD 33.1 36.2 r=2km ±5m"}},
	} {
		_, err := Reader{theatre}.ParseArea(test.text)
		var several *Ambiguous
		if !errors.As(err, &several) {
			t.Errorf("ParseArea(%q): %v, want a question", test.text, err)
			continue
		}
		var got []string
		for _, r := range several.Readings {
			got = append(got, r.Typed)
			a, err := Reader{theatre}.ParseArea(r.Typed)
			if err != nil || a.Points[0] != r.Point {
				t.Errorf("%q: %v, %v; want %v first", r.Typed, a, err, r.Point)
				continue
			}
			if again, err := ParseAreaValue(a.String()); err != nil || again.String() != a.String() {
				t.Errorf("ParseAreaValue(%q): %v", a, err)
			}
		}
		if strings.Join(got, "\n") != strings.Join(test.want, "\n") {
			t.Errorf("ParseArea(%q) asks\n%s\nwant\n%s", test.text, strings.Join(got, "\n"), strings.Join(test.want, "\n"))
		}
	}
}

func TestParseAreaValueRefuses(t *testing.T) {
	const good = "polygon:0,0/0,1/1,1/1,0;u=50;edges=geodesic;as=dd;typed=0%200%20%2F%201%200%20%2F%201%201%20%2F%200%201;name=a"
	if _, err := ParseAreaValue(good); err != nil {
		t.Fatal(err)
	}
	for _, bad := range []string{
		"", "polygon:", "circle:0,0;r=5;u=5", "circle:0,0;r=0;u=5;edges=geodesic;as=dd;typed=0%200", "circle:0,0;w=5;u=5;edges=geodesic;as=dd;typed=0%200",
		"circle:0,0;r=+5;u=5;edges=geodesic;as=dd;typed=0%200", "circle:0,0;edges=geodesic;as=dd;typed=0%200",
		strings.Replace(good, "0,0/0,1/1,1/1,0", "0,0/1,0/1,1/0,1", 1), // clockwise
		strings.Replace(good, "0,0/0,1/1,1/1,0", "0,0/0,1/1,1/1,0/0,0", 1),
		strings.Replace(good, "0,1/", "0,1.5/", 1),
		strings.Replace(good, "edges=geodesic", "edges=rhumb", 1),
		strings.Replace(good, "u=50", "u=050", 1),
		strings.Replace(good, "%20%2F%20", "%2F", 1),
		strings.Replace(good, "polygon", "Polygon", 1),
		good + ";",
	} {
		if a, err := ParseAreaValue(bad); err == nil {
			t.Errorf("ParseAreaValue(%q) = %v, want an error", bad, a)
		}
	}
}

func FuzzParseArea(f *testing.F) {
	for _, seed := range []string{
		"circle DMM 00 33.600N 017 57.000W r=2km ±50m; mill", "polygon DD 0 0 / 1 1 / 0 1 / 1 0 ±5m; x", "corridor DD 0 0 / 0 1 / 1 1 w=500m ±50m",
		"polygon MGRS 38SMB4488 / 38SMB5088 / 38SMB4494", "polygon 33 10.30N 036 12.50E / 33 11.30N 036 12.50E ±50m",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		a, err := ParseArea(text)
		var several *Ambiguous
		var fault *Fault
		switch {
		case errors.As(err, &several), errors.As(err, &fault):
			return
		case err != nil:
			t.Fatalf("error of another type: %v", err)
		}
		again, err := ParseAreaValue(a.String())
		if err != nil || again.String() != a.String() {
			t.Fatalf("%q reads as %+v, %v", a.String(), again, err)
		}
		if c := CompareAreas(a, a); !c.Match || c.Difference != 0 {
			t.Fatalf("%v is unlike itself: %+v", a, c)
		}
	})
}

func FuzzParseAreaValue(f *testing.F) {
	f.Add("polygon:0,0/0,1/1,1/1,0;u=50;edges=geodesic;as=dd;typed=0%200%20%2F%201%200%20%2F%201%201%20%2F%200%201;name=a")
	f.Add("circle:0.56,-17.95;r=2000;u=50;edges=geodesic;as=dmm;typed=00%2033.600N%20017%2057.000W;name=mill")
	f.Fuzz(func(t *testing.T, text string) {
		if a, err := ParseAreaValue(text); err == nil && a.String() != text {
			t.Fatalf("%q is accepted and written as %q", text, a)
		}
	})
}

func BenchmarkParseAreaValue(b *testing.B) {
	a, err := ParseArea("polygon DMM 00 33.600N 017 57.000W / 00 34.100N 017 56.000W / 00 35.000N 017 56.300W / 00 34.900N 017 57.200W / 00 34.000N 017 57.500W ±50m; valley")
	if err != nil {
		b.Fatal(err)
	}
	text := a.String()
	for b.Loop() {
		if _, err := ParseAreaValue(text); err != nil {
			b.Fatal(err)
		}
	}
}

func ExampleParseArea() {
	_, err := ParseArea("polygon DD 0 0 / 1 1 / 0 1 / 1 0 ±50m")
	fmt.Println(err)
	// Output: edges cross: "0,0" (1 and 3); type "polygon DD 0 0 / 0 1 / 1 1 / 1 0 ±50m"
}
