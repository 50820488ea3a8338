package console

import (
	"encoding/json"
	"html/template"
	"slices"
	"strconv"

	"parley/assets"
	"parley/desk"
	"parley/geo"
	"parley/words"
)

// A collection is a FeatureCollection of GeoJSON (RFC 7946). A ring that crosses the
// antimeridian goes on beyond 180 degrees instead of being cut, as a map draws it.
type collection struct {
	Type     string    `json:"type"`
	Features []feature `json:"features"`
}

type feature struct {
	Type       string   `json:"type"`
	Geometry   geometry `json:"geometry"`
	Properties about    `json:"properties"`
}

type geometry struct {
	Type        string `json:"type"` // Point, or Polygon of one ring
	Coordinates any    `json:"coordinates"`
}

// about says how a feature is drawn.
type about struct {
	Item     string     `json:"item"` // whose it is: the id of its row in the table
	Draw     string     `json:"draw"` // area, doubt (the uncertainty of a place) or place
	Side     string     `json:"side"` // 0, 1 or s; of a reading empty
	Notice   bool       `json:"notice,omitempty"`
	Conflict bool       `json:"conflict,omitempty"`
	Label    string     `json:"label,omitempty"` // isolated, and safe to draw
	Times    [][2]int64 `json:"times,omitempty"` // minutes since 1970; an end of 0: nobody knows it
}

// draw adds a shape's features.
func (c *collection) draw(s desk.Shape, a about) {
	area := a
	area.Draw = "area"
	if s.Kind == "place" {
		area.Draw, area.Label = "doubt", ""
		dot := a
		dot.Draw = "place"
		c.Features = append(c.Features, feature{"Feature", geometry{"Point", position(s.At)}, dot})
	}
	ring := make([][2]float64, 0, len(s.Ring)+1)
	last := s.At
	shift := 0.0
	for _, p := range slices.Concat(s.Ring, s.Ring[:1]) {
		switch {
		case float64(p.Lon)-float64(last.Lon) > 180*geo.Unit:
			shift -= 360
		case float64(p.Lon)-float64(last.Lon) < -180*geo.Unit:
			shift += 360
		}
		last = p
		at := position(p)
		at[0] += shift
		ring = append(ring, at)
	}
	c.Features = append(c.Features, feature{"Feature", geometry{"Polygon", [][][2]float64{ring}}, area})
}

func position(p geo.Point) [2]float64 {
	return [2]float64{float64(p.Lon) / geo.Unit, float64(p.Lat) / geo.Unit}
}

// drawing gives the picture for a map.
func (l *look) drawing() collection {
	c := collection{Type: "FeatureCollection", Features: []feature{}}
	for _, s := range l.Sights {
		a := about{Item: rowOf(s), Side: l.Marks[s.Party], Notice: s.Notice, Conflict: s.Overlaps > 0}
		for _, span := range s.Times {
			times := [2]int64{minute(span.Begins)}
			if !span.Ends.IsZero() {
				times[1] = minute(span.Ends)
			}
			a.Times = append(a.Times, times)
		}
		for i, shape := range s.Shapes {
			if a.Label = ""; i == 0 {
				a.Label = shortName(s.ListItem)
				if shape.Name != "" {
					a.Label += " \u2068" + words.Visible(shape.Name) + "\u2069"
				}
			}
			c.draw(shape, a)
		}
	}
	return c
}

// rowOf is the id of a sight's row.
func rowOf(s desk.Sight) string {
	if s.Index == nil {
		return "m-" + s.ID
	}
	return "m-" + strconv.FormatUint(*s.Index, 10)
}

// placeMap shows readings of a place or an area, as they are signed, on a small map;
// several, beside each other and numbered from 1. What is none is passed over. The
// module /a/place.js draws it; where the build has no map it is nothing, and without
// script it stays empty: whatever it shows stands in words beside it.
func (v *visit) placeMap(values ...string) (template.HTML, error) {
	if _, ok := assets.Browser(); !ok {
		return "", nil
	}
	c := collection{Type: "FeatureCollection", Features: []feature{}}
	for i, value := range values {
		shape, ok := desk.ShapeOf(value)
		if !ok {
			continue
		}
		label := ""
		if len(values) > 1 {
			label = strconv.Itoa(i + 1)
		}
		c.draw(shape, about{Label: label})
	}
	if len(c.Features) == 0 {
		return "", nil
	}
	text, err := json.Marshal(c)
	if err != nil {
		return "", err
	}
	return template.HTML(`<div class="place-map" role="img" aria-label="` + template.HTMLEscapeString(v.say("console.map.preview")) + `" data-geojson="` + template.HTMLEscapeString(string(text)) + `"></div>`), nil
}
