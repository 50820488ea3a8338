package console

import (
	"fmt"
	"html/template"
	"slices"
	"strconv"
	"strings"

	"parley/desk"
	"parley/format"
	"parley/geo"
)

// wordsHeader says how many words of a field count in what must be short.
const wordsHeader = "Parley-Words"

// A blank is one field of a form to fill in.
type blank struct {
	*format.Field
	Label    string
	Guide    template.HTML
	Value    string
	Choices  []desk.Choice
	Suggests []desk.Choice // what it could say
	Fault    string        // why what was typed does not do
	Read     template.HTML // how what was typed reads, see [visit.reading]
	Words    int           // of it that count in what must be short
}

// Dir is the direction of what is typed: codes and numbers read from left to right.
func (b *blank) Dir() string {
	if b.Coded() && b.Value == "" {
		return "ltr"
	}
	return "auto"
}

// chosen are the fields as written, with the reading that was chosen put in.
func (v *visit) chosen(f *format.Format) []string {
	name, typed, ok := strings.Cut(v.r.PostForm.Get("choose"), "=")
	if _, known := f.Field(name); ok && known {
		v.r.PostForm["field."+name] = []string{typed}
	}
	return v.fields()
}

func (v *visit) blank(f *format.Format, field *format.Field, value string) *blank {
	b := &blank{Field: field, Label: field.Label.In(v.lang), Guide: v.guide(field.Help), Value: value}
	if field.Type == format.Choice {
		for _, code := range field.Choices {
			b.Choices = append(b.Choices, desk.Choice{Typed: code, Label: field.CodeName(code, v.lang)})
		}
	}
	b.Read, b.Words = v.reading(f, field, value)
	return b
}

// echoed are the types whose reading is shown while one types.
var echoed = []string{format.Place, format.Area, format.Instant, format.Window, format.Duration, format.Altitude, format.Quantity}

// reading shows how what was typed in a field reads: a place in each grid, a time in each
// zone; or what is wrong with it, with a button for each reading that it can have; and
// how many of its words count.
func (v *visit) reading(f *format.Format, field *format.Field, typed string) (said template.HTML, count int) {
	typed = strings.TrimSpace(typed)
	if typed == "" {
		return "", 0
	}
	setting := v.console.desk.Charter().Setting(v.officer.Party)
	one := &format.Format{ID: f.ID, Edition: f.Edition, Fields: []format.Field{*field}}
	var b strings.Builder
	var values []string
	value, err := f.ParseField(setting, field, typed)
	if err == nil {
		count = one.Words(format.Values{field.Name: value})
	}
	if !slices.Contains(echoed, field.Type) {
		return "", count
	}
	if err == nil {
		read, _, _ := strings.Cut(one.Render(setting, v.lang, format.Values{field.Name: value}), "\n\n")
		fmt.Fprintf(&b, `<p class="reads pre">%s</p>`, template.HTMLEscapeString(read))
		values = append(values, fmt.Sprint(value))
	}
	for _, e := range format.FieldErrors(err) {
		fmt.Fprintf(&b, `<p class="asks pre">%s</p>`, template.HTMLEscapeString(e.In(v.lang)))
		for i, r := range e.Readings {
			fmt.Fprintf(&b, `<button name="choose" value="%s">%d · <bdi dir="auto">%s</bdi></button> `, template.HTMLEscapeString(field.Name+"="+r.Typed), i+1, template.HTMLEscapeString(r.Means.In(v.lang)))
			for _, exact := range []string{"", " ±1m"} { // to draw it, where it does not say how well it is known
				if value, err := f.ParseField(setting, field, r.Typed+exact); err == nil {
					values = append(values, fmt.Sprint(value))
					break
				}
			}
		}
	}
	if field.Type == format.Place || field.Type == format.Area {
		if drawn, err := v.placeMap(values...); err == nil {
			b.WriteString(string(drawn))
		}
	}
	return template.HTML(b.String()), count
}

// typedPlace writes a signed place as an officer types it; empty: it is none.
func typedPlace(value any) string {
	text, ok := value.(string)
	if !ok {
		return ""
	}
	p, err := geo.ParsePosition(text)
	if err != nil {
		return ""
	}
	typed := fmt.Sprintf("%s %s ±%dm", p.Format, p.Typed, p.Metres)
	if p.Name != "" {
		typed += "; " + p.Name
	}
	return typed
}

// composeReading is that for the module compose.js.
func (k *Console) composeReading(v *visit) error {
	query := v.r.URL.Query()
	f, err := v.mayCompose(query.Get("format"))
	if err != nil {
		return err
	}
	field, ok := f.Field(query.Get("field"))
	if !ok {
		return notFound(v.r.URL.Path)
	}
	v.w.Header().Set("Content-Type", "text/html; charset=utf-8")
	said, count := v.reading(f, field, query.Get("value"))
	v.w.Header().Set(wordsHeader, strconv.Itoa(count))
	_, err = v.w.Write([]byte(said))
	return err
}
