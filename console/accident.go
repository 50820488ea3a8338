package console

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"parley/desk"
	"parley/format"
	"parley/rule"
	"parley/words"
)

// An accident is the form of an own accident, the shortest of all.
type accident struct {
	Blanks, Later []*blank
	Draft         int64
	Pages         []written // before it is sent
	Seen          string    // what they show, see [seen]
	Course        *course
	Away          bool // the hub is not reached
}

// accident asks for what must be said, with its defaults filled in.
func (k *Console) accident(v *visit) error {
	f, err := v.accidentFormat()
	if err != nil {
		return err
	}
	q := desk.Saying{By: v.officer, Lang: v.lang}
	if typed := v.r.URL.Query().Get("draft"); typed != "" {
		kept, err := v.draftOf(f, typed)
		if err != nil {
			return err
		}
		if !asAccident(f, kept.Saying) {
			return v.see("/compose/"+f.ID+"?draft="+typed, "")
		}
		q.Draft = kept.Number
	}
	return v.ask(q)
}

// accidentDone previews what was written, or sends it.
func (k *Console) accidentDone(v *visit) error {
	f, err := v.accidentFormat()
	if err != nil {
		return err
	}
	q := desk.Saying{By: v.officer, Lang: v.lang, Fields: v.chosen(f), Keep: v.r.PostForm["keep"]}
	q.Fields = append(q.Fields, v.emptied("contact")...)
	if typed := v.r.PostForm.Get("draft"); typed != "" && typed != "0" {
		kept, err := v.draftOf(f, typed)
		if err != nil {
			return err
		}
		if !asAccident(f, kept.Saying) {
			return v.see("/compose/"+f.ID+"?draft="+typed, "")
		}
		q.Draft = kept.Number
	}
	if v.r.PostForm.Get("do") != "send" || v.r.PostForm.Get("seen") != v.seen(q) {
		return v.ask(q)
	}
	answer, err := k.desk.Accident(v.ctx, q, false)
	if err != nil {
		if n := desk.ProblemOf(err).Draft; n != 0 {
			q.Draft = n
		}
		a, _ := v.accidentOf(q, desk.AccidentAnswer{Fields: q.Fields, Draft: q.Draft})
		return v.showRefused("accident", a, err)
	}
	if answer.ID == "" {
		return v.ask(q)
	}
	return v.see("/s/"+answer.ID, v.came(answer.ID))
}

// asAccident reports whether a draft says no more than this form shows: one that was
// written for some sides alone, say, would go to them alone and look as if it went to all.
func asAccident(f *format.Format, q desk.Saying) bool {
	return len(q.To) == 0 && q.About == "" && q.Late == "" && q.Route == "" && (q.Precedence == "" || q.Precedence == f.Precedence)
}

func (v *visit) accidentFormat() (*format.Format, error) {
	f, ok := v.console.desk.Charter().Newest(format.AccidentFormat)
	if !ok {
		return nil, rule.Refuse(desk.NoFormat, "ask who wrote the charter", "there is no format %q in force", format.AccidentFormat)
	}
	return f, nil
}

// ask shows what is still to be answered, or the page that will be sent.
func (v *visit) ask(q desk.Saying) error {
	answer, err := v.console.desk.Accident(v.ctx, q, true)
	if err != nil {
		a, bad := v.accidentOf(q, desk.AccidentAnswer{Fields: q.Fields, Draft: desk.ProblemOf(err).Draft})
		if bad != nil {
			return bad
		}
		return v.showRefused("accident", a, err)
	}
	a, err := v.accidentOf(q, answer)
	if err != nil {
		return err
	}
	if q.Fields = answer.Fields; answer.Page == "" {
		return v.show("accident", a)
	}
	a.Seen = v.seen(q)
	for _, lang := range v.readersLanguages(q.To) {
		of := q
		of.Format, of.Lang = format.AccidentFormat, lang
		text, err := v.console.desk.Preview(v.ctx, of)
		if err != nil {
			return v.showRefused("accident", a, err)
		}
		a.Pages = append(a.Pages, writtenIn(lang, text))
	}
	return v.show("accident", a)
}

func (v *visit) accidentOf(q desk.Saying, answer desk.AccidentAnswer) (*accident, error) {
	f, err := v.accidentFormat()
	if err != nil {
		return nil, err
	}
	a := &accident{Draft: cmp.Or(answer.Draft, q.Draft), Course: v.courseOf(f, f.Precedence), Away: v.away()}
	known := v.knownPlaces()
	typed := map[string]string{}
	for _, arg := range answer.Fields {
		name, value, _ := strings.Cut(arg, "=")
		typed[name] = value
	}
	for i := range f.Fields {
		field := &f.Fields[i]
		at := slices.IndexFunc(answer.Open, func(o desk.Question) bool { return o.Field == field.Name })
		value := typed[field.Name]
		if value == "" {
			value = field.Default
		}
		if at >= 0 && value == "" {
			value = answer.Open[at].Default
		}
		if value == "" && field.Name == "place" && len(q.Fields) == 0 {
			value = v.placeOf(v.r.URL.Query().Get("re"))
		}
		b := v.blank(f, field, value)
		if field.Name == "place" {
			b.Suggests = known
		}
		if at >= 0 && len(q.Fields) > 0 {
			b.Fault = answer.Open[at].Fault
		}
		if field.Required || typed[field.Name] != "" {
			a.Blanks = append(a.Blanks, b)
		} else {
			a.Later = append(a.Later, b)
		}
	}
	return a, nil
}

// placeOf is where an earlier statement of the officer's own side says that something
// takes place, as it is typed; empty: it is none such.
func (v *visit) placeOf(ref string) string {
	if ref == "" {
		return ""
	}
	d, err := v.console.desk.ShowTo(v.ctx, ref, v.lang, v.officer)
	if err != nil || !strings.HasPrefix(d.Author, v.officer.Party+"/") {
		return ""
	}
	for _, f := range d.Fields {
		if typed := typedPlace(f.Value); typed != "" {
			return typed
		}
	}
	return ""
}

// mostKnown is how many places are offered.
const mostKnown = 8

// knownPlaces are those of what the officer's own side has under way.
func (v *visit) knownPlaces() (all []desk.Choice) {
	p, err := v.console.desk.Picture(v.ctx, desk.PictureQuery{From: v.now, To: v.now.Add(time.Second), Party: v.officer.Party, Lang: v.lang}, v.officer)
	if err != nil {
		return nil // it is only an offer
	}
	for _, s := range p.Sights {
		if !s.Notice || len(all) == mostKnown {
			continue
		}
		if typed := v.placeOf(s.ID); typed != "" {
			all = append(all, desk.Choice{Typed: typed, Label: words.Visible(s.Title + ": " + s.Subject)})
		}
	}
	return all
}

// emptied are the fields that have a default, or stand in the draft, and are left out on
// purpose.
func (v *visit) emptied(defaults ...string) (all []string) {
	names := defaults
	if d, err := v.draft(v.r.PostForm.Get("draft")); err == nil {
		for _, arg := range d.Saying.Fields {
			name, _, _ := strings.Cut(arg, "=")
			names = append(names, name)
		}
	}
	slices.Sort(names)
	for _, name := range slices.Compact(names) {
		if v.r.PostForm.Get("field."+name) == "" {
			all = append(all, name+"=")
		}
	}
	return all
}
