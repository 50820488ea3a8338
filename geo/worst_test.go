package geo

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
	"testing"
)

// worstAreas are corridors and polygons that were, or might be, dear to compare.
func worstAreas(tb testing.TB) map[string]Area {
	areas := map[string]Area{}
	add := func(name, head string, points []string, tail string) {
		a, err := ParseArea(head + " DD " + strings.Join(points, " / ") + tail)
		if err != nil {
			tb.Fatalf("%s: %v", name, err)
		}
		areas[name] = a
	}
	var heap, zigzag, star, spiral, road, dots, spokes []string
	for i := range MaxPoints {
		heap = append(heap, fmt.Sprintf("%.4f %.4f", 33+0.05*float64(i%2), 36+0.01*float64(i)))
		zigzag = append(zigzag, fmt.Sprintf("%.4f %.4f", 33+1.7*float64(i%2), 36+0.05*float64(i)))
		road = append(road, fmt.Sprintf("%.4f %.4f", 33+0.3*math.Sin(float64(i)), 36+0.05*float64(i)))
		turn := 0.25 * float64(i)
		spiral = append(spiral, fmt.Sprintf("%.4f %.4f", 33+0.08*turn*math.Sin(turn)/3, 36+0.08*turn*math.Cos(turn)/3))
		dots = append(dots, fmt.Sprintf("%.5f %.5f", 33+0.00002*float64(i%2), 36+0.00002*float64(i)))
		turn = math.Pi * (float64(i/2)/50 + float64(i%2))
		spokes = append(spokes, fmt.Sprintf("%.4f %.4f", 33+0.85*math.Sin(turn), 36+1.0*math.Cos(turn)))
		r := 0.85
		if i%2 == 1 {
			r = 2.4
		}
		angle := 2 * math.Pi * float64(i) / MaxPoints
		star = append(star, fmt.Sprintf("%.4f %.4f", 33+r*math.Sin(angle), 36+r*math.Cos(angle)))
	}
	add("heap", "corridor", heap, " w=100km ±50m")
	add("zigzag wide", "corridor", zigzag, " w=100km ±50m")
	add("zigzag", "corridor", zigzag, " w=4km ±50m")
	add("road", "corridor", road, " w=10km ±50m")
	add("spiral", "corridor", spiral, " w=20km ±50m")
	add("dots", "corridor", dots, " w=100km ±50m")
	add("dots narrow", "corridor", dots, " w=4m ±1m")
	add("spokes", "corridor", spokes, " w=100m ±50m")
	add("star", "polygon", star, " ±50m")
	return areas
}

// moved is an area whose points are all a little off.
func moved(a Area) Area {
	b := a
	b.Points = make([]Point, len(a.Points))
	for i, p := range a.Points {
		b.Points[i] = Point{p.Lat + int32(3000+50*(i%7)), p.Lon - int32(40*(i%5))}
	}
	return b
}

func BenchmarkWorst(b *testing.B) {
	all := worstAreas(b)
	for _, name := range slices.Sorted(maps.Keys(all)) {
		a := all[name]
		for what, other := range map[string]Area{"itself": a, "moved": moved(a), "star": all["star"]} {
			b.Run(name+"/"+what, func(b *testing.B) {
				for b.Loop() {
					CompareAreas(a, other)
				}
			})
		}
	}
}
