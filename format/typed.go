package format

import (
	"fmt"
	"strings"

	"parley/geo"
)

// Typed gives a signed value as an officer would type it to mean it: for paper
// forms, and to take a statement up again. It has one string, or one for each
// paragraph of a text; typed again it gives the same value, but for the
// spelling that a place or an area keeps.
func (field *Field) Typed(value any) []string {
	switch field.Type {
	case Text:
		open, _ := openParagraphs(value)
		return open
	case List, Parties:
		list, _ := value.([]string)
		return []string{strings.Join(list, ", ")}
	case Flag:
		if value == true {
			return []string{"yes"}
		}
		return []string{"no"}
	}
	text := fmt.Sprint(value)
	switch field.Type {
	case Place:
		if p, err := geo.ParsePosition(text); err == nil {
			return []string{typedGeo(p.Format+" "+p.Typed, p.Metres, p.Name)}
		}
	case Area:
		if a, err := geo.ParseAreaValue(text); err == nil {
			head := string(a.Shape) + " " + a.Format + " " + a.Typed
			switch a.Shape {
			case geo.Circle:
				head += fmt.Sprintf(" r=%dm", a.Size)
			case geo.Corridor:
				head += fmt.Sprintf(" w=%dm", a.Size)
			}
			return []string{typedGeo(head, a.Metres, a.Name)}
		}
	case Altitude:
		if lower, upper, ok := strings.Cut(text, "/"); ok {
			return []string{lower + " to " + upper}
		}
	case Reference:
		if number, ok := strings.CutPrefix(text, "notam:"); ok {
			return []string{"NOTAM " + number}
		}
	}
	return []string{text}
}

func typedGeo(head string, metres int, name string) string {
	typed := fmt.Sprintf("%s ±%dm", head, metres)
	if name != "" {
		typed += "; " + name
	}
	return typed
}
