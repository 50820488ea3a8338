package console

import (
	"encoding/json"

	"parley/assets"
	"parley/desk"
)

// A mapPage is what the map's template shows.
type mapPage struct {
	*look
	Ground bool   // the build has a map to draw on
	Data   string // where the features are
	Rows   []mapRow
}

type mapRow struct {
	desk.Sight
	Row    string // its id
	Mark   string // of its side
	Active bool
	Spans  string // its times, in minutes
}

// mapPage shows where things take place: a table, and where the build has one the same
// on a map.
func (k *Console) mapPage(v *visit) error {
	l, err := v.look(false)
	if err != nil {
		return err
	}
	if err := v.wholePicture(l); err != nil {
		return err
	}
	p := mapPage{look: l, Data: "/map.geojson"}
	_, p.Ground = assets.Browser()
	if query := v.r.URL.RawQuery; query != "" {
		p.Data += "?" + query
	}
	for _, s := range l.Sights {
		p.Rows = append(p.Rows, mapRow{s, rowOf(s), l.Marks[s.Party], l.Active(s), l.Times(s)})
	}
	return v.show("map", p)
}

// mapData gives the same as GeoJSON.
func (k *Console) mapData(v *visit) error {
	l, err := v.look(false)
	if err != nil {
		return err
	}
	text, err := json.Marshal(l.drawing())
	if err != nil {
		return err
	}
	v.w.Header().Set("Content-Type", "application/geo+json")
	v.w.Write(text) //nolint:errcheck // the browser is gone, or has it
	return nil
}
