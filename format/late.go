package format

import (
	"time"

	"parley/statement"
	"parley/words"
)

// LateField is the time of a late entry as officers type it and read it.
func LateField() *Field {
	return &Field{Name: "late", Type: Instant, Label: Words{"en": words.M("late.passed").In("en"), "ar": words.M("late.passed").In("ar"), "he": words.M("late.passed").In("he")}}
}

// LateTitle says in one line that a statement was passed outside the channel.
func LateTitle(lang string, late statement.Late) string {
	return words.M("late.title", "route", words.M("late.route-"+late.Route).In(lang)).In(lang)
}

// LateEntry says, line by line, that a statement was passed outside the channel,
// when, and when it was entered in the record: in UTC and by the clocks of every
// side. Where entered is zero it is not in the record yet.
func LateEntry(s *Setting, lang string, late statement.Late, entered time.Time) []string {
	lines := []string{LateTitle(lang, late)}
	add := func(key string, at time.Time) {
		for i, line := range LateField().Show(s, lang, WriteInstant(at)) {
			if i == 0 {
				lines = append(lines, words.M(key).In(lang)+": "+line)
			} else {
				lines = append(lines, "  "+line)
			}
		}
	}
	add("late.passed", late.At)
	if entered.IsZero() {
		return append(lines, words.M("late.not-entered").In(lang))
	}
	add("late.entered", entered)
	return lines
}
