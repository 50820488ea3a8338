package format

import (
	"fmt"
	"strings"

	"parley/geo"
	"parley/words"
)

// An area is a circle, a polygon or a corridor on WGS84, its edges geodesics, as
// package geo reads and writes it. Crossing edges, holes and rings round a pole
// are refused by name.
type areaType struct{ stringType }

func (areaType) accepts(*Field) words.Message { return words.M("accepts.area") }

func (areaType) parse(s *Setting, _ *Field, typed string) (any, *fault) {
	a, err := s.geoReader().ParseArea(typed)
	if err != nil {
		return nil, geoFault(s, err)
	}
	return a.String(), nil
}

func (areaType) check(_ *Field, value any) *fault {
	text, ok := value.(string)
	if !ok {
		return notString(value)
	}
	if _, err := geo.ParseAreaValue(text); err != nil {
		return geoFault(nil, err)
	}
	return nil
}

func (areaType) count(_ *Field, value any) int {
	a, err := geo.ParseAreaValue(fmt.Sprint(value))
	if err != nil {
		return 0
	}
	return wordCount(a.Name)
}

func (areaType) brief(_ *Setting, _ *Field, lang string, value any) string {
	a, err := geo.ParseAreaValue(fmt.Sprint(value))
	if err != nil {
		return words.Isolate(lang, fmt.Sprint(value))
	}
	at := words.Raw(words.LeftToRight(lang, located(a.Points[0], a.Format, a.Metres)))
	size := words.Raw(words.LeftToRight(lang, distance(float64(a.Size))))
	var text string
	switch a.Shape {
	case geo.Circle:
		text = words.M("area.circle", "at", at, "size", size).In(lang)
	case geo.Corridor:
		last := words.Raw(words.LeftToRight(lang, located(a.Points[len(a.Points)-1], a.Format, a.Metres)))
		text = words.M("area.corridor", "at", at, "last", last, "n", len(a.Points), "size", size).In(lang)
	default:
		text = words.M("area.polygon", "at", at, "n", len(a.Points)).In(lang)
	}
	return named(lang, a.Name, text)
}

func (t areaType) show(s *Setting, field *Field, lang string, value any) []string {
	a, err := geo.ParseAreaValue(fmt.Sprint(value))
	if err != nil {
		return []string{words.Isolate(lang, fmt.Sprint(value))}
	}
	first := words.M("place.uncertain", "place", words.Raw(t.brief(s, field, lang, value)), "metres", words.Raw(words.LeftToRight(lang, fmt.Sprintf("±%d m", a.Metres)))).In(lang)
	lines := []string{first}
	for i, p := range a.Points {
		grids := []string{located(p, a.Format, a.Metres)}
		for _, g := range s.grids(a.Format) {
			grids = append(grids, located(p, g, a.Metres))
		}
		lines = append(lines, fmt.Sprintf("%d. %s", i+1, words.LeftToRight(lang, strings.Join(grids, " = "))))
	}
	return append(lines, words.M("area.geodesic").In(lang))
}

func (areaType) same(_ *Field, original, again string) bool {
	a, err1 := geo.ParseAreaValue(original)
	b, err2 := geo.ParseAreaValue(again)
	return err1 == nil && err2 == nil && geo.CompareAreas(a, b).Match
}

func (areaType) differ(s *Setting, _ *Field, original, again string) words.Message {
	a, err1 := geo.ParseAreaValue(original)
	b, err2 := geo.ParseAreaValue(again)
	if err1 != nil || err2 != nil {
		return s.differs("differ.plain", "again", again, "original", original)
	}
	c := geo.CompareAreas(a, b)
	if c.Vaguer {
		return vaguer(a.Metres, b.Metres)
	}
	return words.M("differ.area", "difference", words.Raw(fmt.Sprintf("%.2f km²", c.Difference/1e6)), "share", words.Raw(fmt.Sprintf("%.0f%%", 100*c.Share)),
		"apart", words.Raw(distance(c.Apart)), "within", words.Raw(distance(float64(c.Within))))
}

func (areaType) schema(*Field) map[string]any {
	return map[string]any{"type": "string", "pattern": `^(circle|polygon|corridor):-?\d`}
}

// An altitude is a band between two levels, each with its unit and reference
// (AIXM: SFC, MSL, W84, STD).
type altitudeType struct{ stringType }

func (altitudeType) accepts(*Field) words.Message { return words.M("accepts.altitude") }

func (altitudeType) parse(s *Setting, _ *Field, typed string) (any, *fault) {
	b, err := geo.ParseBand(typed)
	if err != nil {
		return nil, geoFault(s, err)
	}
	return b.String(), nil
}

func (altitudeType) check(_ *Field, value any) *fault {
	text, ok := value.(string)
	if !ok {
		return notString(value)
	}
	if _, err := geo.ParseBandValue(text); err != nil {
		return geoFault(nil, err)
	}
	return nil
}

func (altitudeType) brief(_ *Setting, _ *Field, lang string, value any) string {
	lower, upper, ok := strings.Cut(fmt.Sprint(value), "/")
	if !ok {
		return words.Isolate(lang, fmt.Sprint(value))
	}
	return words.M("window.shown", "start", words.Raw(words.LeftToRight(lang, lower)), "end", words.Raw(words.LeftToRight(lang, upper))).In(lang)
}

func (t altitudeType) show(s *Setting, field *Field, lang string, value any) []string {
	lines := []string{t.brief(s, field, lang, value)}
	b, err := geo.ParseBandValue(fmt.Sprint(value))
	if err != nil {
		return lines
	}
	var said []string
	for _, reference := range []string{b.Lower.Reference, b.Upper.Reference} {
		switch reference {
		case "SFC", "MSL", "W84", "STD":
			if text := words.M("altitude." + reference).In(lang); len(said) == 0 || said[0] != text {
				said = append(said, text)
			}
		}
	}
	return append(lines, said...)
}

func (altitudeType) schema(*Field) map[string]any {
	return map[string]any{"type": "string", "pattern": `^(\d+ (m|ft) (SFC|MSL|W84|STD)|-\d+ (m|ft) (MSL|W84)|FL\d+)/(.+)$`}
}
