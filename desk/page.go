package desk

import (
	"cmp"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"parley/charter"
	"parley/delivery"
	"parley/format"
	"parley/line"
	"parley/words"
)

// A page is text for a person on watch, line by line in one language. Times stand in
// UTC with those of the reader's own clocks beside them; what comes from outside is
// isolated.
type page struct {
	lang     string
	charter  *charter.Charter
	location *time.Location // the reader's; nil: not known
	now      time.Time
	dated    bool // every time stands with its date
	text     strings.Builder
}

func (d *Desk) newPage(lang string, now time.Time) *page {
	return pageFor(d.Charter(), d.party, lang, now)
}

// pageFor begins a page for a reader of a party, or of none.
func pageFor(c *charter.Charter, reader, lang string, now time.Time) *page {
	p := &page{lang: cmp.Or(lang, "en"), charter: c, now: now}
	for _, party := range c.Setting(reader).Parties {
		if party.ID == reader {
			p.location = party.Location
		}
	}
	return p
}

// say writes a line of the catalogue, indented by so many spaces.
func (p *page) say(indent int, key string, pairs ...any) {
	p.line(indent, words.M(key, pairs...).In(p.lang))
}

func (p *page) line(indent int, text string) {
	p.text.WriteString(strings.Repeat(" ", indent) + strings.TrimRight(text, " ") + "\n")
}

// head writes a heading, after an empty line.
func (p *page) head(key string, pairs ...any) {
	p.text.WriteString("\n")
	p.say(0, key, pairs...)
}

func (p *page) String() string {
	return strings.TrimLeft(p.text.String(), "\n")
}

// code writes what reads from left to right in every language.
func (p *page) code(s string) words.Raw { return words.Raw(words.LeftToRight(p.lang, s)) }

// at writes a time: that of UTC, then in brackets what the reader's clocks show. The
// date stands where it is not today's, or always where the page is dated.
func (p *page) at(t time.Time) words.Raw {
	if t.IsZero() {
		return "—"
	}
	today := p.now.UTC().Format(time.DateOnly)
	form := func(t time.Time) string {
		if t.Format(time.DateOnly) == today && !p.dated {
			return "15:04"
		}
		return "2006-01-02 15:04"
	}
	utc := t.UTC()
	text := utc.Format(form(utc)) + "Z"
	if p.location != nil {
		if local := t.In(p.location); local.Format("15:04") != utc.Format("15:04") {
			shape := "15:04"
			if local.Format(time.DateOnly) != utc.Format(time.DateOnly) {
				shape = "2006-01-02 15:04"
			}
			text += " (" + local.Format(shape+" -07:00") + ")"
		}
	}
	return p.code(text)
}

// left writes how long it is to t, as "T-4m10s", or since, as "T+2h05m".
func (p *page) left(t time.Time) words.Raw {
	return p.code("T" + timeLeft(t.Sub(p.now)))
}

// since writes how long ago t was.
func (p *page) since(t time.Time) words.Raw { return p.code(span(p.now.Sub(t))) }

func timeLeft(d time.Duration) string {
	if d < 0 {
		return "+" + span(-d)
	}
	return "-" + span(d)
}

// span writes a length of time by its two greatest units.
func span(d time.Duration) string {
	d = max(d, 0).Truncate(time.Second)
	days, hours, minutes, seconds := int(d/(24*time.Hour)), int(d/time.Hour)%24, int(d/time.Minute)%60, int(d/time.Second)%60
	switch {
	case days > 0:
		return fmt.Sprintf("%dd%02dh", days, hours)
	case hours > 0:
		return fmt.Sprintf("%dh%02dm", hours, minutes)
	case minutes > 0:
		return fmt.Sprintf("%dm%02ds", minutes, seconds)
	}
	return fmt.Sprintf("%ds", seconds)
}

// party names a party in the reader's language.
func (p *page) party(id string) words.Raw {
	party, _ := p.charter.Party(id)
	return words.Raw(words.Isolate(p.lang, cmp.Or(party.Names[p.lang], party.Names["en"], id)))
}

// parties names some.
func (p *page) parties(ids []string) words.Raw {
	named := make([]string, len(ids))
	for i, id := range ids {
		named[i] = string(p.party(id))
	}
	return words.Raw(strings.Join(named, p.comma()))
}

// list writes texts from outside side by side.
func (p *page) list(texts []string) words.Raw {
	shown := make([]string, len(texts))
	for i, text := range texts {
		shown[i] = words.LeftToRight(p.lang, text)
	}
	return words.Raw(strings.Join(shown, p.comma()))
}

func (p *page) comma() string {
	if p.lang == "ar" {
		return "، "
	}
	return ", "
}

// named gives the name of a code of a format's field.
func (p *page) named(formatID, field, code string) words.Raw {
	if f, ok := format.Catalogue().Newest(formatID); ok {
		if field, ok := f.Field(field); ok && len(field.ChoiceNames[code]) > 0 {
			return words.Raw(field.ChoiceNames[code].In(p.lang))
		}
	}
	return p.code(code)
}

// stage names a step that is owed.
func (p *page) stage(s delivery.Stage) words.Raw {
	if s == delivery.StageRelease {
		return words.Raw(words.M("watch.release").In(p.lang))
	}
	return p.named("clock.overdue", "stage", string(s))
}

func (p *page) colour(c line.Colour) words.Raw {
	if c == line.Unproven {
		return words.Raw(words.M("path.unproven").In(p.lang))
	}
	return words.Raw(words.M("path." + strings.ToLower(string(c))).In(p.lang))
}

// area names an area, with the identifier that officers type.
func (p *page) area(id string) words.Raw {
	for _, a := range p.charter.Areas {
		if name := cmp.Or(a.Names[p.lang], a.Names["en"]); a.ID == id && name != "" && !strings.EqualFold(name, id) {
			return words.Raw(string(p.code(id)) + " (" + words.Isolate(p.lang, name) + ")")
		}
	}
	return p.code(id)
}

// floor names the formats that no switch touches.
func (p *page) floor() words.Raw {
	var ids []string
	for _, r := range p.charter.Formats {
		if f, ok := p.charter.Format(r.Format); ok && (f.Floor || r.Floor) {
			ids = append(ids, f.ID)
		}
	}
	return p.list(ids)
}

// areaNames names some areas.
func (p *page) areaNames(ids []string) words.Raw {
	named := make([]string, len(ids))
	for i, id := range ids {
		named[i] = string(p.area(id))
	}
	return words.Raw(strings.Join(named, p.comma()))
}

// firstWords cuts a text from outside to one line of at most so many letters, between
// two words.
func firstWords(text string, letters int) string {
	cut := ""
	for _, word := range strings.Fields(text) {
		if cut != "" && utf8.RuneCountInString(cut)+1+utf8.RuneCountInString(word) > letters {
			return cut + " …"
		}
		cut = strings.TrimSpace(cut + " " + word)
	}
	if runes := []rune(cut); len(runes) > letters { // one long word
		return string(runes[:letters]) + "…"
	}
	return cut
}
