package console

import (
	"cmp"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"html/template"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"parley/charter"
	"parley/desk"
	"parley/format"
	"parley/rule"
	"parley/words"
)

// A blank is one field of a form to fill in.
type blank struct {
	*format.Field
	Label, Help string
	Value       string
	Choices     []desk.Choice
	Fault       string        // why what was typed does not do
	Read        template.HTML // how what was typed reads, see [visit.reading]
}

// A composition is a statement while it is written.
type composition struct {
	Format *format.Format
	Draft  int64
	About  string
	Blanks []*blank

	Precedence  string
	Precedences []string
	Sides       []charter.Party // whom it may be addressed to
	To          []string

	Contested []contested
	Seen      string    // what Pages show, see [seen]
	Pages     []written // of a preview
	Overlaps  *desk.Overlaps
}

// A contested term was found in what is written; its officer writes another, or keeps it.
type contested struct {
	ID     string
	Agreed []string
	Kept   bool
}

// A written is the page as it will be signed, in one language.
type written struct{ Lang, Dir, Text string }

// A formatGroup is what an officer may send in one area.
type formatGroup struct {
	Area    string
	Formats []*format.Format
}

// sendable are the formats that the officer may write anew: the safety floor first, then
// as the charter names the areas.
func (v *visit) sendable() (all []formatGroup) {
	ch := v.console.desk.Charter()
	role, _ := ch.Role(v.officer.Role)
	party, _ := ch.Party(v.officer.Party)
	by := map[string][]*format.Format{}
	for _, r := range ch.Formats {
		f, ok := ch.Format(r.Format)
		if !ok || f.Kind != format.Message || f.Borrows != "" || !role.Allows(f.ID) || len(f.From) > 0 && !slices.Contains(f.From, party.Kind) {
			continue
		}
		if newest, ok := ch.Newest(f.ID); ok && newest.Ref() == f.Ref() {
			by[f.Area] = append(by[f.Area], f)
		}
	}
	unsafe := func(f *format.Format) int {
		if f.Floor || f.Safety {
			return 0
		}
		return 1
	}
	areas := []string{}
	for _, a := range ch.Areas {
		areas = append(areas, a.ID)
	}
	for _, area := range append(areas, "") {
		if formats := by[area]; len(formats) > 0 {
			slices.SortStableFunc(formats, func(a, b *format.Format) int { return unsafe(a) - unsafe(b) })
			all = append(all, formatGroup{area, formats})
		}
	}
	slices.SortStableFunc(all, func(a, b formatGroup) int { return unsafe(a.Formats[0]) - unsafe(b.Formats[0]) })
	return all
}

// mayCompose finds one of them.
func (v *visit) mayCompose(id string) (*format.Format, error) {
	for _, g := range v.sendable() {
		for _, f := range g.Formats {
			if strings.EqualFold(f.ID, id) {
				return f, nil
			}
		}
	}
	return nil, rule.Refuse(desk.NoFormat, "choose one from the list", "there is no format %q that %s may write here", id, v.officer)
}

// composeChoice lists the formats.
func (k *Console) composeChoice(v *visit) error {
	return v.show("compose", struct {
		Groups []formatGroup
		About  string
	}{v.sendable(), v.r.URL.Query().Get("re")})
}

// composeForm shows an empty form, or that of a kept draft.
func (k *Console) composeForm(v *visit) error {
	f, err := v.mayCompose(v.r.PathValue("format"))
	if err != nil {
		return err
	}
	query := v.r.URL.Query()
	q := desk.Saying{About: query.Get("re")}
	if typed := query.Get("draft"); typed != "" {
		kept, err := v.draftOf(f, typed)
		if err != nil {
			return err
		}
		q = kept.Saying
		q.Draft = kept.Number
	}
	return v.show("write", v.composition(f, q, false))
}

// composed previews what was written, or sends it.
func (k *Console) composed(v *visit) error {
	f, err := v.mayCompose(v.r.PathValue("format"))
	if err != nil {
		return err
	}
	post := v.r.PostForm
	q := desk.Saying{By: v.officer, Format: f.Ref(), Precedence: post.Get("precedence"), To: post["to"], Fields: v.chosen(f), About: post.Get("re"), Lang: v.lang, Keep: post["keep"]}
	if typed := post.Get("draft"); typed != "" && typed != "0" {
		kept, err := v.draftOf(f, typed)
		if err != nil {
			return v.showRefused("write", v.composition(f, q, true), err)
		}
		q.Draft, q.Late, q.Route, q.Withhold = kept.Number, kept.Saying.Late, kept.Saying.Route, kept.Saying.Withhold
	}
	c := v.composition(f, q, true)
	if post.Get("do") == "send" && post.Get("seen") == seen(q) {
		id, err := k.desk.Say(v.ctx, q)
		if err != nil {
			if n := desk.ProblemOf(err).Draft; n != 0 {
				c.Draft = n
			}
			return v.showRefused("write", c, err)
		}
		return v.see("/s/"+id, v.came(id))
	}
	if c.faulty() {
		return v.render(http.StatusUnprocessableEntity, "write", c)
	}
	if err := v.preview(c, q); err != nil {
		return v.showRefused("write", c, err)
	}
	return v.show("write", c)
}

// seen stands for all that is signed of what was written: only what was shown is sent.
func seen(q desk.Saying) string {
	fields := slices.DeleteFunc(slices.Clone(q.Fields), func(arg string) bool { return strings.HasSuffix(arg, "=") })
	slices.Sort(fields)
	text, err := json.Marshal([]any{q.Format, q.Precedence, q.To, q.About, q.Keep, q.Late, q.Route, fields})
	if err != nil {
		return "" // strings have a JSON text
	}
	return fmt.Sprintf("%x", sha256.Sum256(text))
}

// came says what became of a statement just signed, as far as it is known at once.
func (v *visit) came(id string) string {
	d, err := v.console.desk.ShowTo(v.ctx, id, v.lang, v.officer)
	if err == nil && d.Digest != "" {
		return v.say("console.write.waits", "id", id)
	}
	return v.say("console.signed", "id", id)
}

// preview adds the page in the officer's language and in those of the addressees.
func (v *visit) preview(c *composition, q desk.Saying) error {
	langs := []string{v.lang}
	for _, p := range c.Sides {
		if len(p.Languages) > 0 && spoken(p.Languages[0]) && !slices.Contains(langs, p.Languages[0]) && (len(c.To) == 0 || slices.Contains(c.To, p.ID)) {
			langs = append(langs, p.Languages[0])
		}
	}
	for _, lang := range langs {
		q.Lang = lang
		text, err := v.console.desk.Preview(v.ctx, q)
		if err != nil {
			if lang != v.lang {
				q.Lang = v.lang
				_, err = v.console.desk.Preview(v.ctx, q)
			}
			return err
		}
		dir := "ltr"
		if words.RightToLeft(lang) {
			dir = "rtl"
		}
		c.Pages = append(c.Pages, written{lang, dir, text})
	}
	q.Lang = v.lang
	c.Seen = seen(q)
	c.Overlaps = v.console.desk.PreviewOverlaps(q)
	return nil
}

// chosen are the fields as written, with the reading that was chosen put in.
func (v *visit) chosen(f *format.Format) []string {
	name, typed, ok := strings.Cut(v.r.PostForm.Get("choose"), "=")
	if _, known := f.Field(name); ok && known {
		v.r.PostForm["field."+name] = []string{typed}
	}
	return v.fields()
}

// composition makes the form of what is written; read: with what is wrong with it.
func (v *visit) composition(f *format.Format, q desk.Saying, read bool) *composition {
	ch := v.console.desk.Charter()
	c := &composition{Format: f, Draft: q.Draft, About: q.About, Precedence: cmp.Or(q.Precedence, f.Precedence), To: q.To}
	for _, p := range ch.Precedences {
		c.Precedences = append(c.Precedences, p.ID)
	}
	for _, p := range ch.Parties {
		if p.ID != v.officer.Party {
			c.Sides = append(c.Sides, p)
		}
	}
	setting := ch.Setting(v.officer.Party)
	typed := map[string]string{}
	for _, arg := range q.Fields {
		name, value, _ := strings.Cut(arg, "=")
		if old := typed[name]; old != "" {
			value = old + ", " + value
		}
		typed[name] = value
	}
	for i := range f.Fields {
		c.Blanks = append(c.Blanks, v.blank(f, &f.Fields[i], typed[f.Fields[i].Name]))
	}
	if !read {
		return c
	}
	values, err := f.Parse(setting, q.Fields)
	if err == nil {
		err = f.Check(format.Values(values), c.Precedence)
		for _, t := range setting.Contests(f, format.Values(values)) {
			if slices.ContainsFunc(c.Contested, func(old contested) bool { return old.ID == t.Term.ID }) {
				continue
			}
			c.Contested = append(c.Contested, contested{t.Term.ID, setting.Agreed(t), slices.Contains(q.Keep, t.Term.ID)})
		}
	}
	for _, e := range format.FieldErrors(err) {
		for _, b := range c.Blanks {
			if b.Name == e.Field || e.Field == "" && b == c.Blanks[len(c.Blanks)-1] {
				b.Fault = e.In(v.lang)
			}
		}
	}
	return c
}

func (v *visit) blank(f *format.Format, field *format.Field, value string) *blank {
	b := &blank{Field: field, Label: field.Label.In(v.lang), Help: field.Help.In(v.lang), Value: value}
	if field.Type == format.Choice {
		for _, code := range field.Choices {
			b.Choices = append(b.Choices, desk.Choice{Typed: code, Label: field.CodeName(code, v.lang)})
		}
	}
	b.Read = v.reading(f, field, value)
	return b
}

// faulty reports whether something is to be mended before it can be signed.
func (c *composition) faulty() bool {
	return slices.ContainsFunc(c.Blanks, func(b *blank) bool { return b.Fault != "" })
}

// echoed are the types whose reading is shown while one types.
var echoed = []string{format.Place, format.Area, format.Instant, format.Window, format.Duration, format.Altitude, format.Quantity}

// reading shows how what was typed in a field reads: a place in each grid, a time in each
// zone; or what is wrong with it, with a button for each reading that it can have.
func (v *visit) reading(f *format.Format, field *format.Field, typed string) template.HTML {
	typed = strings.TrimSpace(typed)
	if typed == "" || !slices.Contains(echoed, field.Type) {
		return ""
	}
	setting := v.console.desk.Charter().Setting(v.officer.Party)
	one := &format.Format{ID: f.ID, Edition: f.Edition, Fields: []format.Field{*field}}
	var b strings.Builder
	var values []string
	value, err := f.ParseField(setting, field, typed)
	if err == nil {
		fmt.Fprintf(&b, `<p class="reads pre" dir="auto">%s</p>`, template.HTMLEscapeString(one.Render(setting, v.lang, format.Values{field.Name: value})))
		values = append(values, fmt.Sprint(value))
	}
	for _, e := range format.FieldErrors(err) {
		fmt.Fprintf(&b, `<p class="asks pre" dir="auto">%s</p>`, template.HTMLEscapeString(e.In(v.lang)))
		for i, r := range e.Readings {
			fmt.Fprintf(&b, `<button name="choose" value="%s">%d · <bdi dir="auto">%s</bdi></button> `, template.HTMLEscapeString(field.Name+"="+r.Typed), i+1, template.HTMLEscapeString(r.Means.In(v.lang)))
			if value, err := f.ParseField(setting, field, r.Typed); err == nil {
				values = append(values, fmt.Sprint(value))
			}
		}
	}
	if field.Type == format.Place || field.Type == format.Area {
		if drawn, err := v.placeMap(values...); err == nil {
			b.WriteString(string(drawn))
		}
	}
	return template.HTML(b.String())
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
	_, err = v.w.Write([]byte(v.reading(f, field, query.Get("value"))))
	return err
}

// draft finds a draft that the officer may go on with.
func (v *visit) draft(typed string) (*desk.KeptDraft, error) {
	all, err := v.console.desk.Drafts(v.ctx, v.officer)
	if err != nil {
		return nil, err
	}
	number, bad := strconv.ParseInt(typed, 10, 64)
	for i := range all {
		if all[i].Number == number && bad == nil && !all[i].Withheld {
			return &all[i], nil
		}
	}
	return nil, rule.Refuse(desk.NotFound, "the list of drafts shows what is kept", "this desk keeps no draft %q that %s may take up", typed, v.officer)
}

// draftOf finds one of a new statement of that format: another is not signed in its name.
func (v *visit) draftOf(f *format.Format, typed string) (*desk.KeptDraft, error) {
	d, err := v.draft(typed)
	if err != nil {
		return nil, err
	}
	if of, ok := v.console.desk.Charter().Newest(d.Saying.Format); !ok || d.Saying.Verb != "" || of.Ref() != f.Ref() {
		return nil, rule.Refuse(desk.NotFound, "the list of drafts shows what is kept", "draft %d is not one of %s", d.Number, f.Ref())
	}
	return d, nil
}
