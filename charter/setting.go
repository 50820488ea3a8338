package charter

import (
	"fmt"
	"slices"
	"strings"

	"parley/format"
	"parley/geo"
	"parley/zone"
)

// Places are what the parties have agreed about saying where something is.
type Places struct {
	Grids     []string   `json:"grids"`               // in which every place is echoed: DD, DMM, DMS, MGRS, UTM, GARS or EPSG:code
	Theatre   *Theatre   `json:"theatre,omitempty"`   // where places are expected; none: anywhere
	Landmarks []Landmark `json:"landmarks,omitempty"` // agreed points that places are described from
}

// A Theatre is bounded by two parallels and two meridians, given by two corners
// as an officer types a place: "DD 32.0 35.0 ±1m".
type Theatre struct {
	SouthWest string `json:"southWest"`
	NorthEast string `json:"northEast"`
}

// A Landmark is an agreed point, At as an officer types a place.
type Landmark struct {
	Names map[string]string `json:"names"`
	At    string            `json:"at"`
}

// A Term is an agreed word of the mechanism in each language, or a contested one
// with the agreed ones to choose from.
type Term struct {
	ID        string              `json:"id"`
	Words     map[string][]string `json:"words"` // by language: spellings, the one to write first
	Contested bool                `json:"contested,omitempty"`
	Use       []string            `json:"use,omitempty"`
}

// Format finds a format by its reference, among the charter's own formats and
// then in the catalogue. Whether it is in force is for [Charter.Rule] to say.
func (c *Charter) Format(ref string) (*format.Format, bool) {
	for _, f := range c.Own {
		if f != nil && f.Ref() == ref { // a draft may have a gap
			return f, true
		}
	}
	return format.Catalogue().Lookup(ref)
}

// Newest finds the highest edition in force of a format by its identifier, such
// as "J14"; a reference finds that very edition. Case is ignored.
func (c *Charter) Newest(id string) (*format.Format, bool) {
	var inForce []*format.Format
	for _, r := range c.Formats {
		if f, ok := c.Format(r.Format); ok {
			inForce = append(inForce, f)
		}
	}
	return format.Newest(inForce, id)
}

// Lead is how many minutes before its window a statement of the format must be
// in the ledger so as not to be late; Expiry how many hours after that it
// expires, 0 for never or with its window. The charter may ask for more time and
// let things expire sooner than the format says, not the reverse.
func (c *Charter) Lead(f *format.Format) int {
	rule, _ := c.Rule(f.Ref())
	return max(rule.LeadMinutes, f.LeadMinutes)
}

// Expiry is described with [Charter.Lead].
func (c *Charter) Expiry(f *format.Format) int {
	rule, _ := c.Rule(f.Ref())
	if rule.ExpiryHours > 0 && (f.ExpiryHours == 0 || rule.ExpiryHours < f.ExpiryHours) {
		return rule.ExpiryHours
	}
	return f.ExpiryHours
}

// Setting is what the charter says of time, place and words, for the eyes of
// reader, a party, or of nobody where it is empty. The charter must have passed
// [Charter.Check]; what is wrong in one that has not is left out.
func (c *Charter) Setting(reader string) *format.Setting {
	s := &format.Setting{Reader: reader, Grids: c.Places.Grids}
	for _, p := range c.Parties {
		location, _ := zone.Load(p.Zone)
		s.Parties = append(s.Parties, format.Party{ID: p.ID, Names: p.Names, Zone: p.Zone, Location: location})
	}
	if box, err := c.Places.Theatre.box(); err == nil {
		s.Theatre = box
	}
	for _, l := range c.Places.Landmarks {
		if at, err := geo.Parse(l.At); err == nil {
			s.Landmarks = append(s.Landmarks, format.Landmark{Names: l.Names, Point: at.Point})
		}
	}
	for _, t := range c.Glossary {
		s.Glossary = append(s.Glossary, format.Term(t))
	}
	return s
}

// box gives the theatre's bounds; nil for a nil theatre.
func (t *Theatre) box() (*geo.Box, error) {
	if t == nil {
		return nil, nil //nolint:nilnil // no theatre, no box
	}
	sw, err := geo.Parse(t.SouthWest)
	if err != nil {
		return nil, fmt.Errorf("southWest: %w", err)
	}
	ne, err := geo.Parse(t.NorthEast)
	if err != nil {
		return nil, fmt.Errorf("northEast: %w", err)
	}
	if sw.Point.Lat >= ne.Point.Lat {
		return nil, fmt.Errorf("the corner southWest does not lie south of northEast")
	}
	return &geo.Box{South: sw.Point.Lat, West: sw.Point.Lon, North: ne.Point.Lat, East: ne.Point.Lon}, nil
}

func (k *checker) places(p Places) {
	const typed = "a place as an officer types it, such as DD 32.0 35.0 ±1m"
	for i, g := range p.Grids {
		if !geo.KnownGrid(g) || slices.Contains(p.Grids[:i], g) {
			k.add(fmt.Sprintf("places.grids[%d]", i), g, "grids, each once: "+strings.Join(geo.Grids(), ", ")+" or EPSG:code", "")
		}
	}
	if _, err := p.Theatre.box(); err != nil {
		k.add("places.theatre", p.Theatre.SouthWest+" to "+p.Theatre.NorthEast, typed, err.Error())
	}
	for i, l := range p.Landmarks {
		field := fmt.Sprintf("places.landmarks[%d]", i)
		k.names(field+".names", l.Names)
		if _, err := geo.Parse(l.At); err != nil {
			k.add(field+".at", l.At, typed, err.Error())
		}
	}
}

func (k *checker) glossary(terms []Term) {
	for i, t := range terms {
		field := fmt.Sprintf("glossary[%s]", t.ID)
		k.id(fmt.Sprintf("glossary[%d].id", i), t.ID)
		if slices.ContainsFunc(terms[:i], func(o Term) bool { return o.ID == t.ID }) {
			k.add(field, t.ID, "each term once", "")
		}
		if len(t.Words["en"]) == 0 {
			k.missing(field+".words", "at least a spelling in English (\"en\")", "")
		}
		for _, lang := range sortedKeys(t.Words) {
			if !language.MatchString(lang) || slices.ContainsFunc(t.Words[lang], badSpelling) {
				k.add(field+".words."+lang, strings.Join(t.Words[lang], ", "), "words of 1 to 100 bytes by language code", "")
			}
		}
		if t.Contested != (len(t.Use) > 0) {
			k.add(field+".use", strings.Join(t.Use, ", "), "agreed terms for a contested one, none for an agreed one", "")
		}
		for _, use := range t.Use {
			if !slices.ContainsFunc(terms, func(o Term) bool { return o.ID == use && !o.Contested }) {
				k.add(field+".use", use, "identifiers of agreed terms of this glossary", "")
			}
		}
	}
}

func badSpelling(s string) bool {
	return s == "" || len(s) > 100 || strings.TrimSpace(s) != s || strings.ContainsAny(s, "\n\r\t")
}

// own checks the charter's own formats.
func (k *checker) own(c *Charter) {
	for i, f := range c.Own {
		field := fmt.Sprintf("own[%d]", i)
		if f == nil {
			k.missing(field, "a format", "")
			continue
		}
		if err := f.Declared(); err != nil {
			k.add(field, f.Ref(), "a format declared as the catalogue's are (`parley format show J14 -json`)", err.Error())
		}
		_, known := format.Catalogue().Newest(f.ID)
		switch {
		case known:
			k.add(field+".id", f.ID, "an identifier that the catalogue does not have", "")
		case slices.ContainsFunc(c.Own[:i], func(o *format.Format) bool { return o != nil && strings.EqualFold(o.Ref(), f.Ref()) }):
			k.add(field+".id", f.Ref(), "each format once", "")
		case slices.ContainsFunc(c.Own[:i], func(o *format.Format) bool { return o != nil && o.ID != f.ID && strings.EqualFold(o.ID, f.ID) }):
			k.add(field+".id", f.ID, "identifiers that differ in more than case", "an officer may type them in any")
		case f.Kind != format.Message || f.Floor || f.Borrows != "" || len(f.Relations) > 1 || len(f.Relations) == 1 && f.Relations[0] != "replies":
			k.add(field, f.Ref(), "a message outside the safety floor that borrows nothing and refers with replies alone", "acts and the floor are the program's")
		}
		for _, borrower := range format.Catalogue().All() {
			for j := range f.Fields {
				if _, clash := borrower.Field(f.Fields[j].Name); clash && borrower.Borrows != "" {
					k.add(field+".fields", f.Fields[j].Name, "fields of other names than those of "+borrower.ID, "it could not be read back, replaced or translated")
				}
			}
		}
		if _, ok := c.Rule(f.Ref()); !ok {
			k.add(field, f.Ref(), "a format that formats puts in force", "add it to formats")
		}
	}
}
