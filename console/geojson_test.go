package console

import (
	"encoding/json"
	"html"
	"strings"
	"testing"

	"parley/assets"
	"parley/geo"
)

// Readings of a place are numbered, and what is none is passed over; text from outside
// stands in an attribute and stays there.
func TestPlaceMap(t *testing.T) {
	var values []string
	for _, typed := range []string{`DD 0.56 -17.95 ±80m; "><script>`, "circle DD 10 179.99 r=20km ±50m"} {
		if strings.HasPrefix(typed, "circle") {
			a, err := geo.ParseArea(typed)
			if err != nil {
				t.Fatal(err)
			}
			values = append(values, a.String())
			continue
		}
		p, err := geo.Parse(typed)
		if err != nil {
			t.Fatal(err)
		}
		values = append(values, p.String())
	}
	v := &visit{lang: "ar"}
	text, err := v.placeMap(append(values, "nowhere")...)
	if err != nil {
		t.Fatal(err)
	}
	if _, ok := assets.Browser(); !ok {
		if text != "" {
			t.Errorf("without a map to draw on: %s", text)
		}
		return
	}
	if strings.Count(string(text), "<") != 2 || strings.Contains(string(text), "script") {
		t.Errorf("the element: %s", text)
	}
	_, data, _ := strings.Cut(string(text), `data-geojson="`)
	data, _, _ = strings.Cut(data, `"`)
	var c struct {
		Features []struct {
			Geometry   struct{ Coordinates json.RawMessage }
			Properties about
		}
	}
	if err := json.Unmarshal([]byte(html.UnescapeString(data)), &c); err != nil {
		t.Fatal(err)
	}
	if len(c.Features) != 3 || c.Features[0].Properties.Label != "1" || c.Features[0].Properties.Draw != "place" || c.Features[2].Properties.Label != "2" {
		t.Fatalf("features %+v", c.Features)
	}
	// A ring over the antimeridian is one ring, which goes on beyond it.
	var rings [][][2]float64
	if err := json.Unmarshal(c.Features[2].Geometry.Coordinates, &rings); err != nil {
		t.Fatal(err)
	}
	for i, at := range rings[0] {
		if at[0] < 179.7 || at[0] > 180.3 {
			t.Errorf("corner %d is at longitude %f", i, at[0])
		}
	}
	if first, last := rings[0][0], rings[0][len(rings[0])-1]; first != last {
		t.Errorf("the ring begins at %v and ends at %v", first, last)
	}
	if text, err := v.placeMap("nowhere"); text != "" || err != nil {
		t.Errorf("of no place: %q, %v", text, err)
	}
}
