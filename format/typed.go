package format

import (
	"fmt"
	"strings"

	"parley/geo"
	"parley/words"
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

// Codes gives the codes of a field with a closed list, in order; nil for others.
func (field *Field) Codes() []string {
	switch t := types[field.Type].(type) {
	case choiceType:
		return field.Choices
	case codeType:
		return t.codes
	case flagType:
		return []string{"yes", "no"}
	case listType:
		if field.Items == Choice {
			return field.Choices
		}
	}
	return nil
}

// CodeName is the name of one of the field's codes in lang.
func (field *Field) CodeName(code, lang string) string {
	switch t := types[field.Type].(type) {
	case codeType:
		return words.M(t.key + "." + code).In(lang)
	case flagType:
		return words.M("flag." + code).In(lang)
	}
	if name := field.ChoiceNames[code].In(lang); name != "" {
		return name
	}
	return code
}
