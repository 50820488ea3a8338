package format

import (
	"fmt"
	"strings"
	"time"

	"parley/words"
)

// A window is two instants, "start/end" (ISO 8601 time interval), from start,
// included, to end, excluded. It is never empty and lasts at most [MaxWindow].
type windowType struct{ stringType }

// MaxWindow bounds a window: what lasts longer is a standing state of things,
// of which notice is given in parts.
const MaxWindow = 366 * 24 * time.Hour

// ReadWindow reads a window field.
func ReadWindow(s string) (start, end time.Time, ok bool) {
	a, b, cut := strings.Cut(s, "/")
	if !cut {
		return start, end, false
	}
	start, ok1 := ReadInstant(a)
	end, ok2 := ReadInstant(b)
	return start, end, ok1 && ok2 && start.Before(end) && end.Sub(start) <= MaxWindow
}

func (windowType) accepts(*Field) words.Message { return words.M("accepts.window") }

func (w windowType) parse(s *Setting, field *Field, typed string) (any, *fault) {
	a, b, cut := strings.Cut(typed, "/")
	if !cut {
		if strings.Contains(strings.ToLower(typed), "local") {
			return nil, faulty("time.no-zone")
		}
		return nil, faulty("window.no-slash")
	}
	start, why := typedInstant(s, a)
	if why != nil {
		return nil, w.asked(s, field, why.of("window.start", func(t string) string { return t + "/" + strings.TrimSpace(b) }))
	}
	end, why := typedInstant(s, b)
	if why != nil {
		return nil, w.asked(s, field, why.of("window.end", func(t string) string { return strings.TrimSpace(a) + "/" + t }))
	}
	if !start.Before(end) {
		return nil, faulty("window.order")
	}
	if end.Sub(start) > MaxWindow {
		return nil, faulty("window.long", "days", words.M("duration.days", "n", int(MaxWindow/(24*time.Hour))))
	}
	return WriteInstant(start) + "/" + WriteInstant(end), nil
}

// asked keeps the readings that are windows as a whole. Where the other end can be
// read in more than one way too, each reading becomes all that follow from it.
func (w windowType) asked(s *Setting, field *Field, why *fault) *fault {
	if len(why.readings) == 0 {
		return why
	}
	var whole []Reading
	for _, r := range why.readings {
		_, bad := w.parse(s, field, r.Typed)
		if bad == nil {
			whole = append(whole, r)
			continue
		}
		for _, further := range bad.readings {
			whole = append(whole, Reading{Typed: further.Typed, Means: joined([]words.Message{r.Means, further.Means})})
		}
	}
	if len(whole) == 0 {
		return faulty("window.order")
	}
	why.readings = whole
	return why
}

// of makes the fault of a part that of the whole.
func (why *fault) of(key string, whole func(typed string) string) *fault {
	for i := range why.readings {
		why.readings[i].Typed = whole(why.readings[i].Typed)
	}
	if !why.remedy.IsZero() {
		why.remedy = words.M(key, "remedy", why.remedy)
	}
	return why
}

func (w windowType) check(field *Field, value any) *fault {
	s, ok := value.(string)
	if !ok {
		return notString(value)
	}
	if _, _, ok = ReadWindow(s); ok {
		return nil
	}
	canonical, why := w.parse(nil, field, s)
	if why != nil {
		return why
	}
	return faulty("remedy.instead", "canonical", canonical)
}

func (windowType) brief(_ *Setting, _ *Field, lang string, value any) string {
	start, end, ok := ReadWindow(fmt.Sprint(value))
	if !ok {
		return words.Isolate(lang, fmt.Sprint(value))
	}
	return words.M("window.shown", "start", words.Raw(words.LeftToRight(lang, WriteInstant(start))), "end", words.Raw(words.LeftToRight(lang, WriteInstant(end)))).In(lang)
}

func (w windowType) show(s *Setting, field *Field, lang string, value any) []string {
	start, end, ok := ReadWindow(fmt.Sprint(value))
	if !ok {
		return []string{words.Isolate(lang, fmt.Sprint(value))}
	}
	lines := []string{w.brief(s, field, lang, value) + words.M("window.lasting", "span", span(end.Sub(start))).In(lang)}
	for _, p := range s.zones() {
		lines = append(lines, windowInZone(p, lang, start, end))
	}
	return lines
}

// windowInZone says what a party's clocks show from start to end, the offset
// once where it stays the same.
func windowInZone(p Party, lang string, start, end time.Time) string {
	_, before := start.In(p.Location).Zone()
	_, after := end.In(p.Location).Zone()
	if before != after {
		return words.M("window.shown", "start", words.Raw(inZone(p, lang, start, start)), "end", words.Raw(inZone(p, lang, end, end))).In(lang)
	}
	return words.M("window.in-zone", "start", words.Raw(words.LeftToRight(lang, clock(p, start, start))), "end", words.Raw(words.LeftToRight(lang, clock(p, end, end))),
		"party", p.Names.In(lang), "zone", words.Raw(words.LeftToRight(lang, p.Zone)), "offset", words.Raw(words.LeftToRight(lang, offset(before)))).In(lang)
}

func (windowType) same(_ *Field, original, again string) bool {
	a, b, ok1 := ReadWindow(original)
	c, d, ok2 := ReadWindow(again)
	return ok1 && ok2 && a.Equal(c) && b.Equal(d)
}

func (windowType) differ(s *Setting, _ *Field, original, again string) words.Message {
	a, b, _ := ReadWindow(original)
	c, d, _ := ReadWindow(again)
	var all []words.Message
	if !a.Equal(c) {
		all = append(all, words.M("window.start", "remedy", differInstants(s, a, c)))
	}
	if !b.Equal(d) {
		all = append(all, words.M("window.end", "remedy", differInstants(s, b, d)))
	}
	return joined(all)
}

func (windowType) schema(*Field) map[string]any {
	const instant = `\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2})?Z`
	return map[string]any{"type": "string", "pattern": "^" + instant + "/" + instant + "$"}
}
