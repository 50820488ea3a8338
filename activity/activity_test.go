package activity

import (
	"fmt"
	"maps"
	"math"
	"testing"
	"time"

	"parley/format"
)

// volumeOf reads what an officer would type.
func volumeOf(tb testing.TB, id string, expires time.Time, args ...string) (*Volume, bool) {
	tb.Helper()
	f, ok := format.Catalogue().Lookup(id)
	if !ok {
		tb.Fatalf("no format %s", id)
	}
	values, err := f.Parse(nil, args)
	if err != nil {
		tb.Fatal(err)
	}
	return Of(f, func(name string) string {
		said, _ := values[name].(string)
		return said
	}, expires)
}

const (
	here   = "place=DD 33 36 ±50m"
	window = "window=2026-11-27T07:00Z/2026-11-27T09:00Z"
)

func at(hour int) time.Time { return time.Date(2026, 11, 27, hour, 0, 0, 0, time.UTC) }

func TestMeets(t *testing.T) {
	survey := []string{here, window, "altitude=0 m SFC to 120 m SFC"}
	type row struct {
		name   string
		format string
		args   []string
		meets  bool
		time   Span
		metres float64
		band   string
	}
	morning := Span{at(7), at(9)}
	for _, test := range []row{
		{"itself", "J14/1", survey, true, morning, 0, "0 m SFC/120 m SFC"},
		{"later part", "J14/1", []string{here, "window=2026-11-27T08:00Z/2026-11-27T12:00Z"}, true, Span{at(8), at(9)}, 0, ""},
		{"touches in time", "J14/1", []string{here, "window=2026-11-27T09:00Z/2026-11-27T12:00Z"}, true, Span{at(9), at(9)}, 0, ""},
		{"a minute after", "J14/1", []string{here, "window=2026-11-27T09:01Z/2026-11-27T12:00Z"}, false, Span{}, 0, ""},
		{"before", "J14/1", []string{here, "window=2026-11-27T05:00Z/2026-11-27T06:59Z"}, false, Span{}, 0, ""},
		{"beside, within the margin", "J14/1", []string{"place=DD 33.005 36 ±50m", window}, true, morning, 454.5, ""},
		{"beside, beyond it", "J14/1", []string{"place=DD 33.0055 36 ±50m", window}, false, Span{}, 0, ""},
		{"its extent reaches it", "J14/1", []string{"place=DD 33.02 36 ±50m", "extent=circle DD 33.02 36 r=2200m ±50m", window}, true, morning, 0, ""},
		{"its place lies outside its extent", "J14/1", []string{here, "extent=circle DD 34 36 r=1km ±50m", window}, true, morning, 0, ""},
		{"above", "J14/1", []string{here, window, "altitude=121 m SFC to 300 m SFC"}, false, Span{}, 0, ""},
		{"touches from above", "J14/1", []string{here, window, "altitude=120 m SFC to UNL"}, true, morning, 0, "120 m SFC/120 m SFC"},
		{"heights that cannot be compared", "J14/1", []string{here, window, "altitude=FL100 to FL200"}, true, morning, 0, ""},
		{"reservation", "J15/1", []string{"lateral=circle DD 33 36 r=2km ±50m", window, "vertical=50 m SFC to 900 m SFC"}, true, morning, 0, "50 m SFC/120 m SFC"},
		{"alternate window", "J15/1", []string{"lateral=circle DD 33 36 r=2km ±50m", "window=2026-11-26T07:00Z/2026-11-26T09:00Z", "alternate=2026-11-27T08:30Z/2026-11-27T10:00Z"}, true, Span{at(8).Add(30 * time.Minute), at(9)}, 0, ""},
		{"road through it", "J16/1", []string{"route=corridor DD 32.5 36 / 33.5 36.001 w=10m ±5m", window}, true, morning, 0, ""},
		{"search, and where they return", "J17/1", []string{"place=DD 34 36 ±50m", "return-point=DD 33 36 ±50m", window}, true, morning, 0, ""},
		{"safety call that has no end", "J10/1", []string{here, "when=2026-11-20T07:00Z"}, true, morning, 0, ""},
		{"safety call that has ended", "J10/1", []string{here, "when=2026-11-20T07:00Z", "until=2026-11-27T06:00Z"}, false, Span{}, 0, ""},
		{"safety call that begins in it", "J10/1", []string{here, "when=2026-11-27T08:00Z"}, true, Span{at(8), at(9)}, 0, ""},
		{"warning", "J30/1", []string{"where=polygon DD 32.9 35.9 / 32.9 36.1 / 33.1 36 ±50m", window}, true, morning, 0, ""},
	} {
		a, ok := volumeOf(t, "J14/1", time.Time{}, survey...)
		b, ok2 := volumeOf(t, test.format, time.Time{}, test.args...)
		if !ok || !ok2 {
			t.Errorf("%s: no volume", test.name)
			continue
		}
		work := 0
		got, meets := a.Meets(b, Margin, &work)
		back, again := b.Meets(a, Margin, &work)
		if meets != test.meets || again != meets {
			t.Errorf("%s: meets %t, back %t, want %t", test.name, meets, again, test.meets)
			continue
		}
		if !meets {
			continue
		}
		band := ""
		if got.Band != nil {
			band = got.Band.String()
		}
		if got.Time != test.time || math.Abs(got.Metres-test.metres) > 1 || band != test.band || back.Time != got.Time || back.Metres != got.Metres {
			t.Errorf("%s: %+v %s, back %+v; want %+v", test.name, got, band, back, test)
		}
	}
}

func TestOf(t *testing.T) {
	for _, test := range []struct {
		name   string
		format string
		args   []string
		ok     bool
		lasts  Span
	}{
		{"notice", "J14/1", []string{here, window}, true, Span{at(7), at(9)}},
		{"reservation with an alternate before it", "J15/1", []string{"lateral=circle DD 33 36 r=2km ±50m", window, "alternate=2026-11-27T05:00Z/2026-11-27T06:00Z"}, true, Span{at(5), at(9)}},
		{"call until", "J10/1", []string{here, "when=2026-11-27T07:00Z", "until=2026-11-27T08:00Z"}, true, Span{at(7), at(8)}},
		{"call that expires", "J10/1", []string{here, "when=2026-11-27T07:00Z"}, true, Span{at(7), at(12)}},
		{"call until before it, a slip", "J10/1", []string{here, "when=2026-11-27T07:00Z", "until=2026-11-27T05:00Z"}, true, Span{at(7), at(12)}},
		{"call that has expired before it", "J10/1", []string{here, "when=2026-11-27T13:00Z"}, true, Span{at(13), at(13)}},
		{"no time", "J17/1", []string{here, "seen-at=2026-11-27T05:00Z"}, false, Span{}},
		{"no area", "J14/1", []string{window}, false, Span{}},
		{"a format without a volume", "J03/1", []string{}, false, Span{}},
	} {
		v, ok := volumeOf(t, test.format, at(12), test.args...)
		if ok != test.ok || ok && v.Lasts() != test.lasts {
			t.Errorf("%s: %t %+v, want %t %+v", test.name, ok, v, test.ok, test.lasts)
		}
	}
	f, _ := format.Catalogue().Lookup("J14/1")
	good := map[string]string{"place": "geo:0.56,-17.95;u=50;as=dd;typed=0.56%20-17.95", "window": "2026-11-27T07:00Z/2026-11-27T09:00Z", "altitude": "0 m SFC/120 m SFC"}
	for name, bad := range map[string]string{"place": "geo:0.57,-17.95;u=50;as=dd;typed=0.56%20-17.95", "window": "tomorrow", "altitude": "low"} {
		fields := maps.Clone(good)
		fields[name] = bad
		if _, ok := Of(f, func(name string) string { return fields[name] }, time.Time{}); ok {
			t.Errorf("%s %q is read", name, bad)
		}
	}
	if _, ok := Of(f, func(name string) string { return good[name] }, time.Time{}); !ok {
		t.Error("the good ones are not read")
	}
}

func BenchmarkMeets(b *testing.B) {
	one, _ := volumeOf(b, "J14/1", time.Time{}, here, window, "altitude=0 m SFC to 120 m SFC")
	for name, args := range map[string][]string{
		"other time": {here, "window=2026-11-28T07:00Z/2026-11-28T09:00Z"},
		"far":        {"place=DD 33.5 36 ±50m", window},
		"meets":      {here, window, "altitude=50 m SFC to 150 m SFC"},
		"geoid":      {here, window, "altitude=50 m MSL to 150 m MSL"},
	} {
		other, _ := volumeOf(b, "J14/1", time.Time{}, args...)
		b.Run(name, func(b *testing.B) {
			work := 0
			for b.Loop() {
				one.Meets(other, Margin, &work)
			}
		})
	}
	b.Run("read 100 corners", func(b *testing.B) {
		route := "route=corridor DD"
		for i := range 100 {
			if i > 0 {
				route += " /"
			}
			route += fmt.Sprintf(" %.4f %.4f", 33+0.01*float64(i%3), 36+0.01*float64(i))
		}
		for b.Loop() {
			volumeOf(b, "J16/1", time.Time{}, route+" w=10m ±5m", window)
		}
	})
}
