package format

import (
	"errors"
	"fmt"
	"math"

	"parley/geo"
	"parley/words"
)

// A place is a position on WGS84 with its uncertainty, as package geo reads and
// writes it: typed in a declared format, signed as a geo URI (RFC 5870) that
// also keeps what was typed. Nothing is guessed: text that can be read as two
// places is asked about.
type placeType struct{ stringType }

func (placeType) accepts(*Field) words.Message { return words.M("accepts.place") }

func (placeType) parse(s *Setting, _ *Field, typed string) (any, *fault) {
	p, err := s.geoReader().Parse(typed)
	if err != nil {
		return nil, geoFault(s, err)
	}
	return p.String(), nil
}

func (placeType) check(_ *Field, value any) *fault {
	text, ok := value.(string)
	if !ok {
		return notString(value)
	}
	if _, err := geo.ParsePosition(text); err != nil {
		return geoFault(nil, err)
	}
	return nil
}

func (placeType) count(_ *Field, value any) int {
	p, err := geo.ParsePosition(fmt.Sprint(value))
	if err != nil {
		return 0
	}
	return wordCount(p.Name)
}

func (placeType) brief(_ *Setting, _ *Field, lang string, value any) string {
	p, err := geo.ParsePosition(fmt.Sprint(value))
	if err != nil {
		return words.Isolate(lang, fmt.Sprint(value))
	}
	return named(lang, p.Name, words.LeftToRight(lang, located(p.Point, p.Format, p.Metres)))
}

// named puts an officer's own name of a place before where it is.
func named(lang, name, where string) string {
	if name == "" {
		return where
	}
	return words.M("place.named", "name", name, "where", words.Raw(where)).In(lang)
}

// located writes a point in a grid with its name in front: "MGRS 36S YC 123 456".
func located(p geo.Point, grid string, metres int) string {
	text, err := geo.Format(p, grid, float64(metres))
	if err != nil {
		return grid + " —"
	}
	return grid + " " + text
}

func (t placeType) show(s *Setting, field *Field, lang string, value any) []string {
	p, err := geo.ParsePosition(fmt.Sprint(value))
	if err != nil {
		return []string{words.Isolate(lang, fmt.Sprint(value))}
	}
	first := words.M("place.uncertain", "place", words.Raw(t.brief(s, field, lang, value)), "metres", words.Raw(words.LeftToRight(lang, fmt.Sprintf("±%d m", p.Metres)))).In(lang)
	lines := append([]string{first}, echoPoint(s, lang, p.Point, p.Format, p.Metres)...)
	if typed := p.Typed; typed != "" {
		lines = append(lines, words.M("place.typed", "typed", words.Raw(words.LeftToRight(lang, p.Format+" "+typed))).In(lang))
	}
	for _, l := range s.landmarks() {
		metres, bearing := geo.Describe(p.Point, l.Point)
		lines = append(lines, words.M("place.from", "distance", words.Raw(distance(metres)), "bearing", words.Raw(fmt.Sprintf("%03.0f°", math.Mod(math.Round(bearing)+360, 360))), "landmark", l.Names.In(lang)).In(lang))
	}
	return lines
}

// echoPoint writes a point in each of the charter's grids.
func echoPoint(s *Setting, lang string, p geo.Point, besides string, metres int) []string {
	var lines []string
	for _, g := range s.grids(besides) {
		lines = append(lines, "= "+words.LeftToRight(lang, located(p, g, metres)))
	}
	return lines
}

// distance writes metres as a person says them.
func distance(metres float64) string {
	switch {
	case metres < 1000:
		return fmt.Sprintf("%.0f m", metres)
	case metres < 100_000:
		return fmt.Sprintf("%.1f km", metres/1000)
	}
	return fmt.Sprintf("%.0f km", metres/1000)
}

func (placeType) same(_ *Field, original, again string) bool {
	a, err1 := geo.ParsePosition(original)
	b, err2 := geo.ParsePosition(again)
	return err1 == nil && err2 == nil && geo.ComparePlaces(a, b).Match
}

func (placeType) differ(s *Setting, _ *Field, original, again string) words.Message {
	a, err1 := geo.ParsePosition(original)
	b, err2 := geo.ParsePosition(again)
	if err1 != nil || err2 != nil {
		return s.differs("differ.plain", "again", again, "original", original)
	}
	c := geo.ComparePlaces(a, b)
	if c.Vaguer {
		return vaguer(a.Metres, b.Metres)
	}
	return s.differs("differ.place", "again", located(b.Point, a.Format, b.Metres), "original", located(a.Point, a.Format, a.Metres),
		"apart", words.Raw(distance(c.Apart)), "within", words.Raw(distance(float64(c.Within))))
}

// vaguer says that what was read back is less certain than the original.
func vaguer(original, again int) words.Message {
	return words.M("differ.vaguer", "again", words.Raw(fmt.Sprintf("±%d m", again)), "original", words.Raw(fmt.Sprintf("±%d m", original)))
}

func (placeType) schema(*Field) map[string]any {
	return map[string]any{"type": "string", "pattern": `^geo:-?\d+(\.\d+)?,-?\d+(\.\d+)?;u=\d+;`}
}

// geoFault says in the officer's language what package geo found.
func geoFault(s *Setting, err error) *fault {
	var ask *geo.Ambiguous
	if errors.As(err, &ask) {
		why := &fault{apart: words.M("place.apart", "distance", words.Raw(distance(ask.Apart)))}
		for _, r := range ask.Readings {
			means := located(r.Point, "DD", 10)
			if grids := s.grids("DD"); len(grids) > 0 {
				means += " = " + located(r.Point, grids[0], 10)
			}
			why.readings = append(why.readings, Reading{Typed: r.Typed, Means: words.Plain(r.Format + ": " + means)})
		}
		return why
	}
	var bad *geo.Fault
	if !errors.As(err, &bad) {
		return &fault{}
	}
	why := faulty("geo."+string(bad.Code), "read", bad.Read, "min", bad.Min, "max", bad.Max, "at", bad.At, "with", bad.With, "want", words.Raw(words.Visible(bad.Want)))
	if bad.Try != "" {
		why.remedy = words.M("geo.try", "remedy", why.remedy, "try", bad.Try)
	}
	return why
}
