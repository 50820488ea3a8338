package geo

import (
	"errors"
	"math"
	"slices"
	"strings"
	"testing"
)

func TestParse(t *testing.T) {
	for _, test := range []struct {
		text string
		want string
	}{
		{"DMM 00 33.600N 017 57.000W ±50m; valley, north end", "geo:0.56,-17.95;u=50;as=dmm;typed=00%2033.600N%20017%2057.000W;name=valley%2C%20north%20end"},
		{"dd 0.56 -17.95 +-0.5km", "geo:0.56,-17.95;u=500;as=dd;typed=0.56%20-17.95"},
		{"DD 0.56,-17.95 +/-50 m", "geo:0.56,-17.95;u=50;as=dd;typed=0.56%2C-17.95"},
		{"DD 0.56N, 17.95W ±50m", "geo:0.56,-17.95;u=50;as=dd;typed=0.56N%2C%2017.95W"},
		{"DD 17.95W 0.56N ±50m", "geo:0.56,-17.95;u=50;as=dd;typed=17.95W%200.56N"},
		{"DD N0.56 W17.95 ±50m", "geo:0.56,-17.95;u=50;as=dd;typed=N0.56%20W17.95"},
		{"DD N 0.56, W 17.95 ±50m", "geo:0.56,-17.95;u=50;as=dd;typed=N%200.56%2C%20W%2017.95"},
		{"DD 0 0 ±1m", "geo:0,0;u=1;as=dd;typed=0%200"},
		{"DD -0.0 -0.0 ±1m", "geo:0,0;u=1;as=dd;typed=-0.0%20-0.0"},
		{"DD 10 -180 ±1m", "geo:10,180;u=1;as=dd;typed=10%20-180"},
		{"DD 90 45 ±1m", "geo:90,0;u=1;as=dd;typed=90%2045"},
		{"DD 0.000000049 0.00000005 ±1m", "geo:0,0.0000001;u=1;as=dd;typed=0.000000049%200.00000005"},
		{"DMM 0033.60N 01757.00W ±50m", "geo:0.56,-17.95;u=50;as=dmm;typed=0033.60N%2001757.00W"},
		{"DMM 33-10.30N 036-12.50E ±50m", "geo:33.1716667,36.2083333;u=50;as=dmm;typed=33-10.30N%20036-12.50E"},
		{"DMM N33°10.30′ E036°12.50′ ±50m", "geo:33.1716667,36.2083333;u=50;as=dmm;typed=N33%C2%B010.30%E2%80%B2%20E036%C2%B012.50%E2%80%B2"},
		{"DMM ٣٣ ١٠٫٣٠N ٠٣٦ ١٢٫٥٠E ±٥٠m", "geo:33.1716667,36.2083333;u=50;as=dmm;typed=%D9%A3%D9%A3%20%D9%A1%D9%A0%D9%AB%D9%A3%D9%A0N%20%D9%A0%D9%A3%D9%A6%20%D9%A1%D9%A2%D9%AB%D9%A5%D9%A0E"},
		{"DMS 33 10 30N 036 12 30E ±50m", "geo:33.175,36.2083333;u=50;as=dms;typed=33%2010%2030N%20036%2012%2030E"},
		{"DMS 331030N 0361230E ±50m", "geo:33.175,36.2083333;u=50;as=dms;typed=331030N%200361230E"},
		{`DMS 33°10'30"N 36°12'30.5"E ±50m`, "geo:33.175,36.2084722;u=50;as=dms;typed=33%C2%B010'30%22N%2036%C2%B012'30.5%22E"},
		{"DMS 33°10'30''N 36°12'30.5''E ±50m", "geo:33.175,36.2084722;u=50;as=dms;typed=33%C2%B010'30''N%2036%C2%B012'30.5''E"},
		{"MGRS 38SMB4488 ", "geo:33.3342351,44.4036278;u=708;as=mgrs;typed=38SMB4488"},
		{"GARS 361HN47 ±7km", "geo:0.0416667,0.2916667;u=7000;as=gars;typed=361HN47"},
		{"EPSG:4326 0.56 -17.95 ±50m", "geo:0.56,-17.95;u=50;as=epsg:4326;typed=0.56%20-17.95"},
	} {
		p, err := Parse(test.text)
		if err != nil {
			t.Errorf("Parse(%q): %v", test.text, err)
			continue
		}
		if got := p.String(); got != test.want {
			t.Errorf("Parse(%q)\n = %s\nwant %s", test.text, got, test.want)
		}
		again, err := ParsePosition(p.String())
		if err != nil || again != p {
			t.Errorf("ParsePosition(%q) = %+v, %v; want %+v", p.String(), again, err, p)
		}
	}
}

func TestParseRefuses(t *testing.T) {
	for _, test := range []struct {
		text string
		code Code
		try  string
	}{
		{"", NoFormat, ""},
		{"; name", NoFormat, ""},
		{"valley", UnknownFormat, ""},
		{"WGS84 33.1 36.2 ±5m", UnknownFormat, ""},
		{"33N 36E ±50m; mill", NoFormat, "DD 33N 36E ±50m; mill"},
		{"38SMB4488", NoFormat, "MGRS 38SMB4488"},
		{"DD", NoCoordinates, ""},
		{"DD ±5m", NoCoordinates, ""},
		{"DD 33.1 36.2", NoUncertainty, ""},
		{"DD 33.1 36.2 ±50", BadUncertainty, ""},
		{"DD 33.1 36.2 ±50M", BadUncertainty, ""},
		{"DD 33.1 36.2 ±50ft", BadUncertainty, ""},
		{"DD 33.1 36.2 ±0.5m", BadUncertainty, ""},
		{"DD 33.1 36.2 ±", BadUncertainty, ""},
		{"DD 33.1 36.2 ±0m", UncertaintyRange, ""},
		{"DD 33.1 36.2 ±101km", UncertaintyRange, ""},
		{"MGRS 38SMB4488 ±50m", UncertaintyRange, ""},
		{"DD 33,1 36,2 ±50m", Comma, "DD 33.1 36.2 ±50m"},
		{"DD 33,36 ±50m", Comma, ""},
		{"DMM 33 10,30N 36 12,5E ±50m", Comma, "DMM 33 10.30N 36 12.5E ±50m"},
		{"DMM 33 10.30 036 12.50 ±50m", NoHemisphere, ""},
		{"DMM 33 10.30N 036 12.50 ±50m", NoHemisphere, ""},
		{"DMM 33 10.30N 036 12.50N ±50m", TwoHemispheres, ""},
		{"DMM -33 10.30N 036 12.50E ±50m", SignAndLetter, ""},
		{"DD -33.1N 36.2E ±50m", SignAndLetter, ""},
		{"DMM 33 10 30N 036 12 30E ±50m", BadCoordinates, "DMS 33 10 30N 036 12 30E ±50m"},
		{"DMS 33 10.30N 036 12.50E ±50m", BadCoordinates, "DMM 33 10.30N 036 12.50E ±50m"},
		{"DMM 33.10N 036.12E ±50m", BadCoordinates, "DD 33.10N 036.12E ±50m"},
		{"DMM 33°10\"N 036 12.50E ±50m", BadCoordinates, ""},
		{"DMM 33 60.0N 036 12.50E ±50m", MinutesRange, ""},
		{"DMS 33 10 60N 036 12 30E ±50m", SecondsRange, ""},
		{"DMS 33 60 10N 036 12 30E ±50m", MinutesRange, ""},
		{"DMM 90 00.01N 036 12.50E ±50m", LatitudeRange, ""},
		{"DD 91 36 ±50m", LatitudeRange, ""},
		{"DD 36 180.1 ±50m", LongitudeRange, ""},
		{"DD 36.1234567891 36 ±50m", TooFine, ""},
		{"DD 36.1 36.2 36.3 ±50m", BadCoordinates, ""},
		{"DD 36.1 ±50m", BadCoordinates, ""},
		{"DD 36.1\u200f 36.2 ±50m", BadCharacter, ""},
		{"DD 36*1 36.2 ±50m", BadCharacter, ""},
		{"DD 36.1 36.2 ±50m; a\u202eb", BadName, ""},
		{"DD 36.1 36.2 ±50m; a\tb", BadName, ""},
		{"DD 36.1 36.2 ±50m; " + strings.Repeat("a", 201), TooLong, ""},
		{"MGRS 38SMB448", MGRSDigits, ""},
		{"MGRS 38SMB 448 8", MGRSDigits, ""},
		{"MGRS 38SMB 448123 881234", MGRSRange, ""},
		{"MGRS 38SIB 44 88", MGRSLetter, ""},
		{"MGRS 38SAB 44 88", MGRSLetter, ""},
		{"MGRS 38IMB 44 88", MGRSLetter, ""},
		{"MGRS 61SMB 44 88", UTMZone, ""},
		{"MGRS SMB 44 88", MGRSLetter, ""},
		{"MGRS 38SMM 44 88", MGRSRange, ""},
		{"UTM 712345 3654321 ±5m", UTMNoZone, ""},
		{"UTM 61T 712345 3654321 ±5m", UTMZone, ""},
		{"UTM 36I 712345 3654321 ±5m", UTMZone, ""},
		{"UTM 36T 712345 3654321 ±5m", UTMBand, ""},
		{"UTM 36S 712345 6254321 ±5m", UTMBand, "UTM 36 south 712345 6254321 ±5m"},
		{"UTM 36T 3654321 712345 ±5m", UTMRange, ""},
		{"UTM 36T 712345 ±5m", BadCoordinates, ""},
		{"GARS 721AA ", GARSCell, ""},
		{"GARS 001RA", GARSCell, ""},
		{"GARS 001AA5", GARSCell, ""},
		{"GARS 001AA40", GARSCell, ""},
		{"EPSG:3857 1 2 ±5m", EPSGUnknown, ""},
		{"EPSG:02039 1 2 ±5m", EPSGUnknown, ""},
		{"EPSG:2039 634141 219035 ±5m", EPSGRange, "EPSG:2039 219035 634141 ±5m"},
		{strings.Repeat("9", 500), TooLong, ""},
	} {
		_, err := Parse(test.text)
		var f *Fault
		if !errors.As(err, &f) {
			t.Errorf("Parse(%q): %v, want a fault", test.text, err)
			continue
		}
		if f.Code != test.code || f.Try != test.try {
			t.Errorf("Parse(%q): %v, want %s, try %q", test.text, f, test.code, test.try)
		}
	}
}

func TestParseAsks(t *testing.T) {
	theatre := &Box{29 * Unit, 33.5 * Unit, 34 * Unit, 38 * Unit}
	for _, test := range []struct {
		text    string
		theatre *Box
		want    []string
		apart   float64 // metres, to 1 %
	}{
		{"00 27.10N 018 01.00W", nil, []string{"DMM 00 27.10N 018 01.00W", "DD 00.2710N 018.0100W", "DMS 00 27 10N 018 01 00W"}, 20_053},
		{"33 10.30N 036 12.50E ±50m; mill", nil, []string{"DMM 33 10.30N 036 12.50E ±50m; mill", "DD 33.1030N 036.1250E ±50m; mill", "DMS 33 10 30N 036 12 50E ±50m; mill"}, 11_513},
		{"33.1030N 036.1250E", nil, []string{"DD 33.1030N 036.1250E", "DMM 33 10.30N 036 12.50E", "DMS 33 10 30N 036 12 50E"}, 11_513},
		{"33.1030 36.1250", nil, []string{"DD 33.1030 36.1250", "DMM 33 10.30N 36 12.50E", "DMS 33 10 30N 36 12 50E"}, 11_513},
		{"3310.30N 03612.50E", nil, []string{"DMM 33 10.30N 036 12.50E", "DD 33.1030N 036.1250E", "DMS 33 10 30N 036 12 50E"}, 11_513},
		{"UTM 36S 712345 3654321 ±5m", nil, []string{"UTM 36S north 712345 3654321 ±5m", "UTM 36 south 712345 3654321 ±5m"}, 9_960_000},
		{"38 30.5N 036 12.5E", nil, []string{"DMM 38 30.5N 036 12.5E", "DD 38.305N 036.125E", "DMS 38 30 05N 036 12 05E"}, 23_830},
		{"36S 712345 3654321", nil, []string{"UTM 36S north 712345 3654321", "UTM 36 south 712345 3654321"}, 9_960_000},
		{"DD 36.2 33.1 ±50m", theatre, []string{"DD 36.2 33.1 outside ±50m", "DD 33.1 36.2 ±50m"}, 449_000},
		{"DMM 36 12.5N 033 10.3E ±50m; x", theatre, []string{"DMM 36 12.5N 033 10.3E outside ±50m; x", "DMM 033 10.3N 36 12.5E ±50m; x"}, 437_600},
	} {
		_, err := Reader{test.theatre}.Parse(test.text)
		var a *Ambiguous
		if !errors.As(err, &a) {
			t.Errorf("Parse(%q): %v, want a question", test.text, err)
			continue
		}
		var got []string
		for _, r := range a.Readings {
			got = append(got, r.Typed)
			typed := r.Typed
			if !strings.Contains(typed, "±") {
				typed += " ±50m"
			}
			p, err := Reader{test.theatre}.Parse(typed)
			if _, err := ParsePosition(p.String()); err != nil {
				t.Errorf("%q is written as %q: %v", typed, p, err)
			}
			if err != nil || p.Point != r.Point || p.Format != r.Format {
				t.Errorf("%q means %v to %v; want %v alone", typed, p.Point, err, r.Point)
			}
		}
		if strings.Join(got, "\n") != strings.Join(test.want, "\n") {
			t.Errorf("Parse(%q) asks\n%s\nwant\n%s", test.text, strings.Join(got, "\n"), strings.Join(test.want, "\n"))
		}
		if math.Abs(a.Apart-test.apart) > test.apart/100 {
			t.Errorf("Parse(%q): %.0f m apart, want %.0f", test.text, a.Apart, test.apart)
		}
	}
}

// 33 degrees 10.30 minutes read as decimal degrees is 7.6 km off, 33 degrees 10
// minutes 30 seconds is 8.0 km off: the size of real accidents.
func TestMisreadingIsKilometres(t *testing.T) {
	decimal := Point{331030000, 362000000}
	for _, test := range []struct {
		text string
		want float64
	}{{"DMM 33 10.30N 036 12.00E ±1m", 7615}, {"DMS 33 10 30N 036 12 00E ±1m", 7985}} {
		p, err := Parse(test.text)
		if err != nil {
			t.Fatal(err)
		}
		if got := Distance(p.Point, decimal); math.Abs(got-test.want) > 20 {
			t.Errorf("%s: %.0f m, want %.0f", test.text, got, test.want)
		}
	}
}

func TestParsePositionRefuses(t *testing.T) {
	const good = "geo:0.56,-17.95;u=50;as=dmm;typed=00%2033.600N%20017%2057.000W;name=a%2Fb"
	if _, err := ParsePosition(good); err != nil {
		t.Fatal(err)
	}
	for _, bad := range []string{
		"", "geo:", "geo:0.56,-17.95",
		strings.Replace(good, "geo", "GEO", 1),
		strings.Replace(good, "0.56,", "0.560,", 1),
		strings.Replace(good, "0.56,", "0.57,", 1), // typed says another place
		strings.Replace(good, "33.600N", "33.600S", 1),
		strings.Replace(good, "u=50", "u=050", 1),
		strings.Replace(good, "u=50", "u=0", 1),
		strings.Replace(good, "u=50", "u=100001", 1),
		strings.Replace(good, "u=50", "U=50", 1),
		strings.Replace(good, "as=dmm", "as=DMM", 1),
		strings.Replace(good, "as=dmm", "as=dms", 1),
		strings.Replace(good, "%20", "+", 1),
		strings.Replace(good, "%2F", "%2f", 1),
		strings.Replace(good, "%2F", "/", 1),
		strings.Replace(good, "a%2F", "%61%2F", 1),
		strings.Replace(good, "name=a%2Fb", "name=", 1),
		strings.Replace(good, "name=a%2Fb", "name=%E2%80%8F", 1),
		strings.Replace(good, ";name", ";name=x;name", 1),
		strings.Replace(good, "typed=", "typed=%20", 1),
		good + ";", good + ";crs=wgs84", good + "%", " " + good,
	} {
		if p, err := ParsePosition(bad); err == nil {
			t.Errorf("ParsePosition(%q) = %+v, want an error", bad, p)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, seed := range []string{
		"DMM 00 33.600N 017 57.000W ±50m; valley", "DD 0.56,-17.95 +-50m", "DMS 331030N 0361230E ±1km", "MGRS 38SMB 44 88",
		"UTM 36S north 712345 3654321 ±5m", "UTM Z 2222222 1999999 ±5m", "GARS 361HN47", "EPSG:2039 219035 634141 ±5m", "33 10.30N 036 12.50E", "DD ٣٣٫١ ٣٦ ±5m",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		p, err := Parse(text)
		var a *Ambiguous
		var fault *Fault
		switch {
		case errors.As(err, &a):
			if len(a.Readings) < 2 || !(a.Apart > 0) {
				t.Fatalf("asks of %d readings %.0f m apart", len(a.Readings), a.Apart)
			}
			for _, r := range a.Readings { // each says one place, but for what it lacks
				if p, err := Parse(r.Typed); err == nil && p.Point != r.Point || errors.As(err, &a) {
					t.Fatalf("%q is %v, %v; want %v", r.Typed, p.Point, err, r.Point)
				}
			}
			return
		case errors.As(err, &fault):
			if fault.Code == "" {
				t.Fatal("a fault without a code")
			}
			if fault.Try != "" {
				if _, err := Parse(fault.Try); err != nil && (!errors.As(err, &fault) || !slices.Contains([]Code{NoUncertainty, BadUncertainty, UncertaintyRange, TooLong}, fault.Code)) {
					t.Fatalf("what is suggested, %q: %v", fault.Try, err)
				}
			}
			return
		case err != nil:
			t.Fatalf("error of another type: %v", err)
		}
		if !p.Point.Valid() {
			t.Fatalf("%+v is no point", p.Point)
		}
		again, err := ParsePosition(p.String())
		if err != nil || again != p {
			t.Fatalf("%q reads as %+v, %v; want %+v", p.String(), again, err, p)
		}
	})
}

func FuzzParsePosition(f *testing.F) {
	f.Add("geo:0.56,-17.95;u=50;as=dmm;typed=00%2033.600N%20017%2057.000W;name=a%2Fb")
	f.Add("geo:33.175,36.2083333;u=50;as=dms;typed=331030N%200361230E")
	f.Fuzz(func(t *testing.T, text string) {
		if p, err := ParsePosition(text); err == nil && p.String() != text {
			t.Fatalf("%q is accepted and written as %q", text, p)
		}
	})
}

func BenchmarkParse(b *testing.B) {
	for b.Loop() {
		if _, err := Parse("DMM 00 33.600N 017 57.000W ±50m; valley, north end"); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkParsePosition(b *testing.B) {
	for b.Loop() {
		if _, err := ParsePosition("geo:0.56,-17.95;u=50;as=dmm;typed=00%2033.600N%20017%2057.000W;name=valley%2C%20north%20end"); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkParsePositionMGRS(b *testing.B) {
	for b.Loop() {
		if _, err := ParsePosition("geo:33.3342351,44.4036278;u=708;as=mgrs;typed=38SMB4488"); err != nil {
			b.Fatal(err)
		}
	}
}
