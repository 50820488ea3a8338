package geo

import (
	"fmt"
	"maps"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

func footprintOf(tb testing.TB, text string) *Footprint {
	tb.Helper()
	if a, err := ParseArea(text); err == nil {
		return a.Footprint()
	} else if strings.HasPrefix(text, "c") || strings.HasPrefix(text, "p") {
		tb.Fatalf("%s: %v", text, err)
	}
	p, err := Parse(text)
	if err != nil {
		tb.Fatalf("%s: %v", text, err)
	}
	return p.Footprint()
}

func TestApart(t *testing.T) {
	const ring = "polygon DD 33 36 / 33 36.1 / 33.1 36.1 / 33.1 36 ±1m"
	for _, test := range []struct {
		name string
		a, b string
		want float64 // metres, to 0.1 % and a metre
	}{
		{"places", "DD 33 36 ±50m", "DD 33.1 36 ±10m", 11_091.5 - 60},
		{"places touch by their uncertainty", "DD 33 36 ±6km", "DD 33.1 36 ±6km", 0},
		{"circles", "circle DD 33 36 r=2km ±50m", "circle DD 33.1 36 r=3km ±50m", 11_091.5 - 5100},
		{"circles touch", "circle DD 33 36 r=6km ±50m", "circle DD 33.1 36 r=5km ±50m", 0},
		{"circle in a circle", "circle DD 33 36 r=100km ±50m", "circle DD 33.1 36 r=1m ±1m", 0},
		{"same", ring, ring, 0},
		{"place inside a polygon", ring, "DD 33.05 36.05 ±1m", 0},
		{"corridor inside a polygon", ring, "corridor DD 33.04 36.05 / 33.06 36.05 w=10m ±1m", 0},
		{"polygon inside a polygon", ring, "polygon DD 33.04 36.04 / 33.04 36.06 / 33.06 36.06 ±1m", 0},
		{"place beside a polygon", ring, "DD 33.05 36.2 ±1m", 9_348 - 2},
		{"corridor across a polygon", ring, "corridor DD 33.05 35 / 33.05 37 w=10m ±1m", 0},
		{"edges cross, no corner inside", ring, "polygon DD 32.9 36.04 / 32.9 36.06 / 33.2 36.05 ±1m", 0},
		{"touch along an edge", ring, "polygon DD 33 36.1 / 33 36.2 / 33.1 36.2 / 33.1 36.1 ±1m", 0},
		{"three metres between edges", ring, "polygon DD 33 36.10005 / 33 36.2 / 33.1 36.2 / 33.1 36.10005 ±1m", 4.67 - 2},
		// A geodesic of 180 km runs 300 m north of the parallel through its ends.
		{"long edge bends to the pole", "corridor DD 45 10 / 45 12.3 w=2m ±1m", "DD 45 11.15 ±1m", 643.5 - 3},
		{"long edge holds what is under its bend", "polygon DD 45 10 / 44.5 11 / 45 12.3 ±1m", "DD 45.005 11.15 ±1m", 0},
		{"across the antimeridian", "circle DD 10 179.99 r=1m ±1m", "circle DD 10 -179.99 r=1m ±1m", 2192.8 - 4},
		{"polygon across the antimeridian", "polygon DD 10 179.9 / 10 -179.9 / 10.1 -179.9 / 10.1 179.9 ±1m", "DD 10.05 180 ±1m", 0},
		{"over the pole", "circle DD 89.99 0 r=1m ±1m", "circle DD 89.99 180 r=1m ±1m", 2233.9 - 4},
		{"far", "circle DD 33 36 r=2km ±50m", "circle DD 36 33 r=2km ±50m", 431_300 - 4100},
		{"wide and far", "circle DD 33 36 r=500km ±1m", "circle DD 33 60 r=500km ±1m", 2_237_955 - 1_000_002},
		{"bend of a corridor", "corridor DD 33 36 / 33.1 36 / 33.1 36.1 w=1km ±50m", "DD 33.05 36.05 ±50m", 4669 - 600},
		{"hole of a ring road", "corridor DD 0.05 0 / 0 0.05 / -0.05 0 / 0 -0.05 / 0.05 0 w=2km ±50m", "DD 0 0 ±50m", 3923 - 1100},
	} {
		a, b := footprintOf(t, test.a), footprintOf(t, test.b)
		got, back := Apart(a, b), Apart(b, a)
		if math.Abs(got-test.want) > 1+test.want/500 || got != back {
			t.Errorf("%s: %.3f m, back %.3f, want %.1f", test.name, got, back, test.want)
		}
		work := 1 << 30
		if metres, within := Within(a, b, got, &work); !within || metres != got {
			t.Errorf("%s: within its own distance: %.3f, %t", test.name, metres, within)
		}
		if _, within := Within(a, b, got-1, &work); within && got > 1 {
			t.Errorf("%s: within less than its distance", test.name)
		}
	}
}

func TestApartAtAntipodes(t *testing.T) {
	one, two := footprintOf(t, "DD 33 36 ±1m"), footprintOf(t, "DD -33 -144 ±1m")
	if got, want := Apart(one, two), 20_003_931.0; got > want || got < 0.94*want {
		t.Errorf("%.0f m, want at most %.0f and not less than 94 %% of that", got, want)
	}
}

// someArea draws an area round about a place, of any size that is accepted.
func someArea(rnd *rand.Rand, lat, lon, spread float64) (Area, bool) {
	near := func() string {
		return fmt.Sprintf("%.6f %.6f", min(max(lat+spread*(2*rnd.Float64()-1), -90), 90), math.Remainder(lon+spread*(2*rnd.Float64()-1), 360))
	}
	text := ""
	metres := 1 + rnd.IntN(1+int(spread*10_000))
	switch rnd.IntN(3) {
	case 0:
		text = fmt.Sprintf("circle DD %s r=%dm ±%dm", near(), metres, 1+rnd.IntN(100))
	case 1:
		text = fmt.Sprintf("polygon DD %s / %s / %s", near(), near(), near())
		if rnd.IntN(2) == 0 {
			text += " / " + near()
		}
		text += " ±1m"
	default:
		text = fmt.Sprintf("corridor DD %s / %s", near(), near())
		for range rnd.IntN(4) {
			text += " / " + near()
		}
		text += fmt.Sprintf(" w=%dm ±1m", metres)
	}
	a, err := ParseArea(text)
	return a, err == nil
}

// sampledPoints gives points of an area's core by Vincenty's geodesics, and how far
// apart they are at most.
func sampledPoints(a Area) (points []Point, step float64) {
	n := len(a.Points)
	if a.Shape != Polygon {
		n--
	}
	points = slices.Clone(a.Points)
	for i := range n {
		p, q := a.Points[i], a.Points[(i+1)%len(a.Points)]
		metres, bearing := inverse(p, q)
		const parts = 60
		step = max(step, metres/parts)
		for k := 1.0; k < parts; k++ {
			points = append(points, destination(p, bearing, metres*k/parts))
		}
	}
	return points, step
}

// What is measured is never farther than what sampling by geodesics finds, and
// nearer by no more than the samples' spacing explains.
func TestApartSampled(t *testing.T) {
	rnd := rand.New(rand.NewPCG(3, 1))
	overlapping, apart := 0, 0
	for range 500 {
		spread := math.Pow(10, -2.5+2.6*rnd.Float64()) // degrees: 300 m to 140 km
		lat, lon := 150*rnd.Float64()-75, 360*rnd.Float64()-180
		a, ok := someArea(rnd, lat, lon, spread)
		b, ok2 := someArea(rnd, lat+spread*rnd.Float64(), lon+3*spread*rnd.Float64(), spread)
		if !ok || !ok2 {
			continue
		}
		fa, fb := a.Footprint(), b.Footprint()
		got := Apart(fa, fb)
		if back := Apart(fb, fa); back != got {
			t.Fatalf("%s and %s: %f, back %f", a, b, got, back)
		}
		one, step1 := sampledPoints(a)
		two, step2 := sampledPoints(b)
		least := math.Inf(1)
		for _, p := range one {
			for _, q := range two {
				least = min(least, Distance(p, q))
			}
		}
		least -= fa.radius + fb.radius
		inside := fa.ring.holds(fb.core[0]) || fb.ring.holds(fa.core[0])
		switch {
		case inside && got != 0:
			t.Fatalf("%s and %s: one holds a corner of the other, and they are %.3f m apart", a, b, got)
		case got > max(0, least)+0.1:
			t.Fatalf("%s and %s: %.3f m, and samples are %.3f apart", a, b, got, least)
		case !inside && got < least-(step1+step2)/2-1-least/1000:
			t.Fatalf("%s and %s: %.3f m, and samples %.0f m apart are %.3f", a, b, got, step1+step2, least)
		case got == 0:
			overlapping++
		default:
			apart++
		}
	}
	if overlapping < 30 || apart < 30 {
		t.Errorf("%d overlap and %d do not: the test looks at too few of one kind", overlapping, apart)
	}
}

// Whether a point lies in a polygon agrees with a fan of spherical triangles, drawn
// another way, for all that is not near an edge.
func TestRingHolds(t *testing.T) {
	rnd := rand.New(rand.NewPCG(4, 1))
	for range 300 {
		a, ok := someArea(rnd, 140*rnd.Float64()-70, 360*rnd.Float64()-180, 0.3)
		if !ok || a.Shape != Polygon {
			continue
		}
		f := a.Footprint()
		flat := flatten(a.Points)
		for range 20 {
			p, ok := pointOf(float64(a.Points[0].Lat)/Unit+rnd.Float64()-0.5, math.Remainder(float64(a.Points[0].Lon)/Unit+rnd.Float64()-0.5, 360))
			if !ok {
				continue
			}
			spot := flatten([]Point{a.Points[0], p})[1]
			turns := 0.0
			for i, s := range flat {
				e := flat[(i+1)%len(flat)]
				turns += math.Remainder(math.Atan2(float64(e.y-spot.y), float64(e.x-spot.x))-math.Atan2(float64(s.y-spot.y), float64(s.x-spot.x)), 2*math.Pi)
			}
			edge := newFootprint(append(slices.Clone(a.Points), a.Points[0]), 0, false)
			if want := math.Abs(turns) > 3; f.ring.holds(placeOf(p)) != want && Apart(edge, newFootprint([]Point{p}, 0, false)) > 10 {
				t.Fatalf("%s holds %s: %t, want %t", a, p, !want, want)
			}
		}
	}
}

func FuzzApart(f *testing.F) {
	for _, a := range worstAreas(f) {
		f.Add(a.String(), moved(a).String())
		f.Add(a.String(), "circle:33,36;r=500000;u=50;edges=geodesic;as=dd;typed=33%2036")
	}
	f.Add("circle:89.99,0;r=5;u=50;edges=geodesic;as=dd;typed=89.99%200", "circle:-89.99,0;r=5;u=50;edges=geodesic;as=dd;typed=-89.99%200")
	f.Fuzz(func(t *testing.T, one, two string) {
		a, err := ParseAreaValue(one)
		if err != nil {
			return
		}
		b, err := ParseAreaValue(two)
		if err != nil {
			return
		}
		fa, fb := a.Footprint(), b.Footprint()
		got := Apart(fa, fb)
		if got != Apart(fb, fa) || !(got >= 0) || got > 21e6 {
			t.Errorf("%s and %s: %f, back %f", one, two, got, Apart(fb, fa))
		}
		if Apart(fa, fa) != 0 {
			t.Errorf("%s is apart from itself", one)
		}
		if most := Distance(a.Points[0], b.Points[0]); got > most+0.1 {
			t.Errorf("%s and %s: %f, and two of their points are %f apart", one, two, got, most)
		}
	})
}

// However the areas are chosen, a comparison ends within its steps, and is the same
// both ways also where it is broken off.
func TestApartIsBounded(t *testing.T) {
	areas := worstAreas(t)
	var all []*Footprint
	for _, name := range slices.Sorted(maps.Keys(areas)) {
		a := areas[name]
		a.Size, a.Metres = min(a.Size, 4), 1 // so that much is near and little overlaps
		all = append(all, a.Footprint(), moved(a).Footprint())
	}
	for _, a := range all {
		for _, b := range all {
			work := 0
			metres, _ := Within(a, b, math.Inf(1), &work)
			if back := Apart(b, a); back != metres {
				t.Errorf("%f m, back %f", metres, back)
			}
			if -work > maxSteps+3+2*MaxPoints {
				t.Errorf("a comparison took %d steps", -work)
			}
		}
	}
}

func BenchmarkApart(b *testing.B) {
	run := func(name string, one, two *Footprint) {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			work := 0
			for b.Loop() {
				Within(one, two, math.Inf(1), &work)
			}
			b.ReportMetric(float64(-work)/float64(b.N), "steps/op")
		})
	}
	run("circles", footprintOf(b, "circle DD 33 36 r=2km ±50m"), footprintOf(b, "circle DD 33.1 36 r=3km ±50m"))
	run("polygons", footprintOf(b, "polygon DD 33 36 / 33 36.1 / 33.1 36.1 / 33.1 36 ±1m"), footprintOf(b, "polygon DD 33 36.2 / 33 36.3 / 33.1 36.3 / 33.1 36.2 ±1m"))
	areas := worstAreas(b)
	for _, name := range slices.Sorted(maps.Keys(areas)) {
		a := areas[name]
		a.Size, a.Metres = min(a.Size, 4), 1
		run(name+"/moved", a.Footprint(), moved(a).Footprint())
		run(name+"/star", a.Footprint(), areas["star"].Footprint())
	}
}
