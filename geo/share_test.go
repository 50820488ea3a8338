package geo

import "testing"

func TestBandsMeet(t *testing.T) {
	here := footprintOf(t, "circle DD 33 36 r=2km ±50m") // where the geoid is 21 m over the ellipsoid
	wide := footprintOf(t, "circle DD 33 36 r=500km ±50m")
	for _, test := range []struct {
		a, b   string
		over   *Footprint
		meets  bool
		shared string // empty: it cannot be said
	}{
		{"0 m SFC/120 m SFC", "100 m SFC/300 m SFC", here, true, "100 m SFC/120 m SFC"},
		{"0 m SFC/120 m SFC", "120 m SFC/300 m SFC", here, true, "120 m SFC/120 m SFC"},
		{"0 m SFC/120 m SFC", "121 m SFC/300 m SFC", here, false, ""},
		{"0 m SFC/1000 ft SFC", "305 m SFC/400 m SFC", here, false, ""},
		{"0 m SFC/1001 ft SFC", "305 m SFC/400 m SFC", here, true, "305 m SFC/1001 ft SFC"},
		{"0 m SFC/UNL", "121 m SFC/300 m SFC", here, true, "121 m SFC/300 m SFC"},
		{"0 m SFC/UNL", "50 m SFC/UNL", here, true, "50 m SFC/UNL"},
		{"0 m SFC/UNL", "FL100/FL200", here, true, ""},
		{"FL100/FL200", "FL200/FL300", here, true, "FL200/FL200"},
		{"FL100/FL200", "FL210/FL300", here, false, ""},
		{"0 m SFC/120 m SFC", "FL300/FL400", here, true, ""}, // the ground may be as high as that: nobody has said
		{"0 m MSL/500 m MSL", "FL100/FL200", here, false, ""},
		{"0 m MSL/500 m MSL", "FL100/FL200", wide, false, ""},
		{"0 m MSL/2600 m MSL", "FL100/FL200", here, true, ""}, // on a warm or a low day
		{"0 m MSL/500 m MSL", "530 m W84/900 m W84", here, false, ""},
		{"0 m MSL/500 m MSL", "530 m W84/900 m W84", wide, true, ""}, // elsewhere the geoid is higher
		{"0 m MSL/500 m MSL", "510 m W84/900 m W84", here, true, ""},
		{"0 m MSL/500 m MSL", "0 m MSL/900 m W84", here, true, ""},
	} {
		a, err := ParseBandValue(test.a)
		if err != nil {
			t.Fatal(test.a, err)
		}
		b, err := ParseBandValue(test.b)
		if err != nil {
			t.Fatal(test.b, err)
		}
		for _, pair := range [][2]Band{{a, b}, {b, a}} {
			shared, meets := pair[0].Meets(pair[1], test.over, here)
			if meets != test.meets || (shared != nil) != (test.shared != "") || shared != nil && shared.String() != test.shared {
				t.Errorf("%s and %s: %v %t, want %q %t", pair[0], pair[1], shared, meets, test.shared, test.meets)
			}
		}
	}
}
