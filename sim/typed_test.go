package sim

import (
	"maps"
	"regexp"
	"slices"
	"time"

	"parley/format"
)

// instant matches the times in the examples of the catalogue.
var instant = regexp.MustCompile(`20\d\d-\d\d-\d\dT\d\d:\d\dZ`)

// typed is what an officer types for a format: its example, moved to today.
func (w *world) typed(f *format.Format) (fields []string) {
	days := time.Since(begin).Truncate(24 * time.Hour)
	for _, name := range slices.Sorted(maps.Keys(f.Example)) {
		value := instant.ReplaceAllStringFunc(f.Example[name], func(text string) string {
			at, err := time.Parse("2006-01-02T15:04Z", text)
			if err != nil {
				return text // none of the calendar's
			}
			return at.Add(days).Format("2006-01-02T15:04Z")
		})
		fields = append(fields, name+"="+value)
	}
	return fields
}

// slip types one digit of a field wrong; a field without digits stays right.
func (w *world) slip(field string) string {
	text := []byte(field)
	var digits []int
	for i, c := range text {
		if c >= '0' && c <= '9' {
			digits = append(digits, i)
		}
	}
	if len(digits) > 0 {
		i := digits[w.chance.IntN(len(digits))]
		text[i] = '0' + (text[i]-'0'+1+byte(w.chance.IntN(9)))%10
	}
	return string(text)
}
