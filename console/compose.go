package console

import (
	"cmp"
	"crypto/sha256"
	"encoding/json"
	"fmt"
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

// A composition is a statement while it is written.
type composition struct {
	Format *format.Format
	Draft  int64
	Blanks []*blank

	About      string
	Answered   *desk.Detail // what it replies to
	AboutFault string       // why that is not shown

	Precedence  string
	Precedences []string
	Sides       []charter.Party // whom it may be addressed to
	To          []string
	Late, Route string // of a draft that tells of what was passed outside the channel; empty: it was not

	Courses   []*course // by precedence
	Away      bool      // the hub is not reached
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

func writtenIn(lang, text string) written {
	if words.RightToLeft(lang) {
		return written{lang, "rtl", text}
	}
	return written{lang, "ltr", text}
}

// readersLanguages are the officer's own, and what each addressee writes first; with
// nobody named, each other party.
func (v *visit) readersLanguages(to []string) []string {
	langs := []string{v.lang}
	for _, p := range v.console.desk.Charter().Parties {
		if p.ID != v.officer.Party && len(p.Languages) > 0 && spoken(p.Languages[0]) && !slices.Contains(langs, p.Languages[0]) && (len(to) == 0 || slices.Contains(to, p.ID)) {
			langs = append(langs, p.Languages[0])
		}
	}
	return langs
}

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
	if post.Get("do") == "keep" || len(q.Fields) > 0 && (post.Get("do") != "send" || post.Get("seen") != v.seen(q)) {
		n, err := k.desk.KeepDraft(v.ctx, q)
		if err != nil {
			return v.showRefused("write", v.composition(f, q, true), err)
		}
		if q.Draft = n; post.Get("do") == "keep" {
			return v.see("/drafts#d"+strconv.FormatInt(n, 10), v.say("console.kept", "n", n))
		}
	}
	c := v.composition(f, q, true)
	if post.Get("do") == "send" && post.Get("seen") == v.seen(q) {
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
func (v *visit) seen(q desk.Saying) string { return seen(v.console.desk.Charter().Edition, q) }

// What a text means may change with the charter, which has the zones, the grids and the
// agreed words.
func seen(edition int, q desk.Saying) string {
	fields := slices.DeleteFunc(slices.Clone(q.Fields), func(arg string) bool { return strings.HasSuffix(arg, "=") })
	slices.Sort(fields)
	text, err := json.Marshal([]any{edition, q.By, q.Format, q.Precedence, q.To, q.About, q.Keep, q.Late, q.Route, fields})
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
	if v.away() {
		return v.say("console.write.queued", "id", id)
	}
	return v.say("console.signed", "id", id)
}

// away reports whether the hub is not reached: what is signed waits for it here.
func (v *visit) away() bool {
	s, err := v.strip()
	return err != nil || !s.Status.Reachable
}

// preview adds the page in the officer's language and in those of the addressees.
func (v *visit) preview(c *composition, q desk.Saying) error {
	for _, lang := range v.readersLanguages(c.To) {
		q.Lang = lang
		text, err := v.console.desk.Preview(v.ctx, q)
		if err != nil {
			if lang != v.lang {
				q.Lang = v.lang
				_, err = v.console.desk.Preview(v.ctx, q)
			}
			return err
		}
		c.Pages = append(c.Pages, writtenIn(lang, text))
	}
	q.Lang = v.lang
	c.Seen = v.seen(q)
	c.Overlaps = v.console.desk.PreviewOverlaps(q)
	return nil
}

// composition makes the form of what is written; read: with what is wrong with it.
func (v *visit) composition(f *format.Format, q desk.Saying, read bool) *composition {
	ch := v.console.desk.Charter()
	c := &composition{Format: f, Draft: q.Draft, About: q.About, Precedence: cmp.Or(q.Precedence, f.Precedence), To: q.To, Late: q.Late}
	if words.Has("late.route-" + q.Route) { // a draft may be kept for its bad one
		c.Route = q.Route
	}
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
	c.Away = v.away()
	for _, p := range c.Precedences {
		c.Courses = append(c.Courses, v.courseOf(f, p))
	}
	if c.About != "" {
		answered, err := v.console.desk.ShowTo(v.ctx, c.About, v.lang, v.officer)
		if c.Answered = answered; err != nil {
			c.Answered, c.AboutFault = nil, desk.ProblemOf(err).Detail
		}
	}
	if !read {
		return c
	}
	values, err := f.Parse(setting, q.Fields)
	if err == nil {
		err = f.Check(format.Values(values), c.Precedence)
	}
	if values != nil {
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

// Asked are the blanks that have to be filled in, or are.
func (c *composition) Asked() []*blank { return c.some(true) }

// Rest are the others.
func (c *composition) Rest() []*blank { return c.some(false) }

func (c *composition) some(asked bool) (all []*blank) {
	for _, b := range c.Blanks {
		if asked == (b.Required || b.Value != "" || b.Fault != "") {
			all = append(all, b)
		}
	}
	return all
}

// Words are how many words of it count in what must be short.
func (c *composition) Words() (n int) {
	for _, b := range c.Blanks {
		n += b.Words
	}
	return n
}

// Limit is how many of those words there may be; 0: any number.
func (c *composition) Limit() int {
	if format.Short(c.Precedence) {
		return format.ShortWords
	}
	return 0
}

// faulty reports whether something is to be mended before it can be signed.
func (c *composition) faulty() bool {
	return c.AboutFault != "" || slices.ContainsFunc(c.Blanks, func(b *blank) bool { return b.Fault != "" })
}
