package digest

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"parley/charter"
	"parley/format"
	"parley/line"
	"parley/matter"
	"parley/mechanism"
	"parley/stats"
	"parley/words"
	"parley/zone"
)

// A writer says what is of a page in one language. What it gives is safe to stand
// beside others.
type writer struct {
	page     *Page
	lang     string
	charter  *charter.Charter // of the page's edition: names alone
	location *time.Location   // nil: UTC
}

func newWriter(p *Page, lang string, ch *charter.Charter) *writer {
	w := &writer{page: p, lang: lang, charter: ch}
	if location, err := zone.Load(p.Zone); err == nil && p.Zone != "UTC" {
		w.location = location
	}
	return w
}

func (w *writer) word(key string, pairs ...any) string {
	return words.M("digest."+key, pairs...).In(w.lang)
}

// all says several things.
func (w *writer) all(keys ...string) []string {
	var said []string
	for _, key := range keys {
		said = append(said, w.word(key))
	}
	return said
}

// code is what reads from left to right in every language.
func (w *writer) code(s string) words.Raw { return words.Raw(words.LeftToRight(w.lang, s)) }

func (w *writer) name(by map[string]string, otherwise string) words.Raw {
	return words.Raw(words.Isolate(w.lang, cmp.Or(words.Said(by).In(w.lang), otherwise)))
}

// at says a time in UTC, and by the clocks whose days the report is of.
func (w *writer) at(ms int64) words.Raw { return w.stamp(ms, "15:04 -07:00") }

// date is at with both dates.
func (w *writer) date(ms int64) words.Raw { return w.stamp(ms, "2006-01-02 15:04 -07:00") }

func (w *writer) stamp(ms int64, local string) words.Raw {
	if ms == 0 {
		return "—"
	}
	t := time.UnixMilli(ms).UTC()
	text := t.Format("2006-01-02 15:04Z")
	if w.location != nil {
		text += " (" + t.In(w.location).Format(local) + ")"
	}
	return w.code(text)
}

// by says when something is due, and whether that is over.
func (w *writer) by(ms int64) string {
	if ms == 0 || ms > w.page.At {
		return string(w.at(ms))
	}
	return w.word("late", "at", w.at(ms), "long", w.code(stats.Span(w.page.At-ms)))
}

func (w *writer) party(id string) words.Raw {
	switch id {
	case "":
		return "—"
	case matter.Clock:
		return words.Raw(w.word("clock"))
	}
	p, _ := w.charter.Party(id)
	return w.name(p.Names, id)
}

func (w *writer) area(id string) words.Raw {
	for _, a := range w.charter.Areas {
		if a.ID == id {
			return w.name(a.Names, id)
		}
	}
	return w.code(id)
}

func (w *writer) areas(ids []string) words.Raw {
	var all []string
	for _, id := range ids {
		all = append(all, string(w.area(id)))
	}
	return words.Raw(strings.Join(all, w.comma()))
}

func (w *writer) semicolon() string {
	if w.lang == "ar" {
		return "؛ "
	}
	return "; "
}

func (w *writer) comma() string {
	if w.lang == "ar" {
		return "، "
	}
	return ", "
}

func (w *writer) entry(index uint64) string {
	return string(w.code(mechanism.EntryName(index)))
}

func (w *writer) format(ref string) string {
	if f, ok := w.charter.Format(ref); ok {
		return string(w.code(f.ID)) + " " + words.Isolate(w.lang, f.Names.In(w.lang))
	}
	return string(w.code(ref))
}

// choice gives the name of a code of a format's field.
func (w *writer) choice(formatID, name, code string) string {
	if f, ok := format.Catalogue().Newest(formatID); ok {
		if of, ok := f.Field(name); ok && len(of.ChoiceNames[code]) > 0 {
			return of.ChoiceNames[code].In(w.lang)
		}
	}
	return string(w.code(code))
}

// known says the first of keys that the catalogue has, or else a code.
func (w *writer) known(code string, keys ...string) string {
	if i := slices.IndexFunc(keys, words.Has); i >= 0 {
		return words.M(keys[i]).In(w.lang)
	}
	return string(w.code(code))
}

// action says what is to be done next in a matter; what the clock does is named as
// what falls due.
func (w *writer) action(kind matter.Kind, action string) string {
	if key := fmt.Sprintf("next.%s.%s", kind, action); words.Has(key) {
		return words.M(key).In(w.lang)
	}
	return w.choice("matter.due", "stage", action)
}

// status says how a matter stands, in the words of the pages of its kind.
func (w *writer) status(m *Matter) string {
	said := w.known(m.Status, fmt.Sprintf("%s.status.%s", m.Kind, m.Status), fmt.Sprintf("%s.stage.%s", m.Kind, m.Status), fmt.Sprintf("accord.%s.%s", m.Kind, m.Status))
	if m.Partial {
		said += " " + w.word("partial")
	}
	return said
}

func (w *writer) colour(c line.Colour) string {
	if c == line.Unproven {
		return words.M("path.unproven").In(w.lang)
	}
	return words.M("path." + strings.ToLower(string(c))).In(w.lang)
}

// audience names whom the report is for.
func (w *writer) audience() words.Raw {
	switch a := w.page.Audience; a {
	case Watch, Command, Auditor:
		return words.Raw(w.word("audience." + a))
	default:
		return words.Raw(w.word("audience.area", "area", w.area(a)))
	}
}
