package geo

import (
	"fmt"
	"math"
	"strings"
	"testing"
)

// Every corner of an outline is as far from the area's core as its boundary, and it
// winds counter-clockwise.
func TestOutline(t *testing.T) {
	for _, test := range []struct {
		text  string
		every bool // corner lies on the boundary; of a corridor those inside its bends do not
	}{
		{"circle DD 0.56 -17.95 r=2km ±50m", true},
		{"polygon DD 0.56 -17.95 / 0.56 -17.90 / 0.60 -17.90 ±50m", true},
		{"polygon DD 0.56 -17.95 / 0.60 -17.90 / 0.56 -17.90 ±50m", true},
		{"polygon DD 10 179.9 / 10 -179.9 / 10.2 180 ±50m", true},
		{"corridor DD 0.56 -17.95 / 0.56 -17.90 w=500m ±50m", true},
		{"corridor DD 60 179.7 / 61 -179.5 w=10km ±50m", true},
		{"corridor DD 0.56 -17.95 / 0.56 -17.90 / 0.60 -17.90 / 0.60 -18.3 w=500m ±50m", false},
	} {
		area, err := ParseArea(test.text)
		if err != nil {
			t.Fatal(err)
		}
		ring := area.Outline()
		if len(ring) < 3 || len(ring) > 1600 {
			t.Fatalf("%s: %d corners", test.text, len(ring))
		}
		if test.every && area.Shape != Polygon {
			for _, p := range ring {
				core := newFootprint(area.Points, 0, false)
				radius := float64(area.Size)
				if area.Shape == Corridor {
					radius /= 2
				}
				if apart := Apart(core, newFootprint([]Point{p}, 0, false)); math.Abs(apart-radius) > 0.01*radius+1 {
					t.Errorf("%s: corner %v is %.1f m from the core, want %.1f", test.text, p, apart, radius)
				}
			}
		}
		sum := 0.0
		for i, p := range ring {
			q := ring[(i+1)%len(ring)]
			west, east := float64(p.Lon), float64(q.Lon)
			for _, lon := range []*float64{&west, &east} {
				if *lon < 0 && area.Points[0].Lon > 90*Unit {
					*lon += 360 * Unit
				}
			}
			sum += (west*float64(q.Lat) - east*float64(p.Lat)) / Unit / Unit
		}
		if sum <= 0 {
			t.Errorf("%s: winds clockwise", test.text)
		}
	}
	var zigzag []string // the most corners that an area can have
	for i := range MaxPoints {
		zigzag = append(zigzag, fmt.Sprintf("%.3f %.3f", 0.9*float64(i%2), 10+0.01*float64(i)))
	}
	most, err := ParseArea("corridor DD " + strings.Join(zigzag, " / ") + " w=500m ±50m")
	if err != nil {
		t.Fatal(err)
	}
	if n := len(most.Outline()); n > 1600 {
		t.Errorf("a corridor of %d points has an outline of %d", MaxPoints, n)
	}
	place, err := Parse("DD 0.56 -17.95 ±80m")
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range place.Outline() {
		if metres := Distance(place.Point, p); math.Abs(metres-80) > 1 {
			t.Errorf("corner %v of the uncertainty is %.1f m away, want 80", p, metres)
		}
	}
}
