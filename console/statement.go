package console

import (
	"maps"
	"slices"
	"strings"

	"parley/delivery"
	"parley/desk"
	"parley/format"
	"parley/mechanism"
	"parley/rule"
	"parley/words"
)

// A shown is one statement, the language its fields are said in, and what the officer
// could do to it. What he may is the desk's to decide: only what cannot apply is left out.
type shown struct {
	*desk.Detail
	In     string // language of the rendering
	Theirs string // language that the author's side writes first
	Offers []string
	Ack    bool
	Gate   bool // it waits at the gate of the officer's side
}

// Dir is the direction of the language that it is said in.
func (s *shown) Dir() string {
	if words.RightToLeft(s.In) {
		return "rtl"
	}
	return "ltr"
}

// Superseder is what took its place; empty: nothing.
func (s *shown) Superseder() string {
	if s.Delivery == nil {
		return ""
	}
	return s.Delivery.Superseded.By
}

// statement shows one statement.
func (k *Console) statement(v *visit) error {
	s, err := k.shown(v)
	if err != nil {
		return err
	}
	return v.show("statement", s)
}

func (k *Console) shown(v *visit) (*shown, error) {
	in := v.r.URL.Query().Get("in")
	if !spoken(in) {
		in = v.lang
	}
	d, err := k.desk.ShowTo(v.ctx, v.r.PathValue("ref"), in, v.officer)
	if err != nil {
		return nil, err
	}
	s := &shown{Detail: d, In: in, Theirs: v.lang}
	party, _, _ := strings.Cut(d.Author, "/")
	if p, ok := k.desk.Charter().Party(party); ok && len(p.Languages) > 0 && spoken(p.Languages[0]) {
		s.Theirs = p.Languages[0]
	}
	s.offer(v)
	return s, nil
}

// offer says which acts could apply.
func (s *shown) offer(v *visit) {
	record, ordered := v.console.desk.Work().Record(s.ID)
	if !ordered || record.Delivery == nil || record.Facts == nil || record.Purged != 0 {
		return
	}
	d, own := record.Delivery, record.Claims.Author.Party == v.officer.Party
	add := func(verb string, applies bool) {
		if applies {
			s.Offers = append(s.Offers, verb)
		}
	}
	if at := slices.IndexFunc(d.Reach, func(r delivery.Reach) bool { return r.Party == v.officer.Party }); at >= 0 && d.Current() {
		s.Ack = !slices.ContainsFunc(d.Reach[at].Acks, func(a delivery.Ack) bool { return a.By.Role == v.officer.Role })
		add("readback", len(record.Facts.Critical) > 0 && !d.Understood(v.officer.Party))
		add("pass", true)
	}
	s.Gate = d.Waiting() && v.officer.Party == d.Supervisor
	add("replace", own && d.Superseded.By == "" && d.Pending == "" && (d.Waiting() || d.Status == delivery.Released))
	add("cancel", own && d.Superseded.By == "" && d.Pending == "" && (d.Waiting() || d.Status == delivery.Released))
	add("withdraw", own && d.Waiting())
	add("translate", len(record.Facts.Texts) > 0)
	add("annotate", v.officer.Party == d.Supervisor)
}

// An acting is the page of one act: what is to be typed for it.
type acting struct {
	*desk.Detail
	Verb   string
	Fields []*format.Field
	Typed  map[string][]string // what was typed and not taken
	Result *desk.ReadbackView  // of a readback just sent
}

// Value is what was typed for a field.
func (a acting) Value(name string) string {
	if of := a.Typed["field."+name]; len(of) > 0 {
		return of[0]
	}
	return ""
}

// actPage asks for what an act says. That of a readback shows nothing of the original.
func (k *Console) actPage(v *visit) error {
	a, err := k.acting(v)
	if err != nil {
		return err
	}
	if sent := v.r.URL.Query().Get("sent"); sent != "" && a.Verb == "readback" {
		mine, err := k.desk.ShowTo(v.ctx, sent, v.lang, v.officer)
		if err != nil {
			return err
		}
		if slices.Contains(mine.Refs, desk.Ref{Relation: "reads-back", ID: a.ID}) {
			view, err := k.desk.Compared(v.ctx, mine.ID, v.lang)
			if err != nil {
				return err
			}
			if view.By.Party != "" {
				a.Result = &view
			}
		}
	}
	return v.show("act", a)
}

// actFormats are the formats of the acts that have a page.
var actFormats = map[string]string{"readback": "J02", "pass": "J03", "replace": "J04", "cancel": "J04", "translate": "translation", "annotate": "gate.annotate", "withdraw": "withdraw"}

func (k *Console) acting(v *visit) (*acting, error) {
	verb := v.r.PathValue("verb")
	id, ok := actFormats[verb]
	if !ok {
		return nil, notFound(v.r.URL.Path)
	}
	d, err := k.desk.ShowTo(v.ctx, v.r.PathValue("ref"), v.lang, v.officer)
	if err != nil {
		return nil, err
	}
	record, ordered := k.desk.Work().Record(d.ID)
	f, ok := k.desk.Charter().Newest(id)
	if !ordered || !ok || record.Facts == nil || record.Purged != 0 {
		return nil, rule.Refuse(mechanism.BadRef, "", "nothing can be done to statement %s", d.ID)
	}
	a := &acting{Detail: d, Verb: verb, Typed: v.r.PostForm}
	own := f
	if f.Borrows != "" && verb != "cancel" {
		if f, err = f.Whole(k.desk.Charter().Format, record.Facts.Content); err != nil {
			return nil, rule.Refuse(mechanism.BadRef, "", "%s", err)
		}
	}
	for i := range f.Fields {
		field := &f.Fields[i]
		_, mine := own.Field(field.Name)
		_, critical := record.Facts.Critical[field.Name]
		switch {
		case field.Name == format.ContentField, field.Name == "action" && id == "J04", verb == "readback" && !critical,
			verb == "translate" && !mine && !slices.Contains(record.Facts.Texts, field.Name):
			continue
		}
		a.Fields = append(a.Fields, field)
	}
	return a, nil
}

// act does one of the desk's verbs to a statement, with the fields that the form has as
// "field.NAME".
func (k *Console) act(v *visit) error {
	ref, verb := v.r.PathValue("ref"), v.r.PathValue("verb")
	q := desk.Saying{By: v.officer, About: ref, Lang: v.lang, Fields: v.fields(), Keep: v.r.PostForm["keep"]}
	id, err := k.desk.Act(v.ctx, verb, q)
	if err != nil {
		if a, unread := k.acting(v); unread == nil {
			return v.showRefused("act", a, err)
		}
		s, unread := k.shown(v)
		if unread != nil {
			return err
		}
		return v.showRefused("statement", s, err)
	}
	if verb == "readback" {
		return v.see("/s/"+ref+"/readback?sent="+id, "")
	}
	return v.see("/s/"+ref, v.say("console.signed", "id", id))
}

// fields are what a form has for the fields of a statement, as "name=value".
func (v *visit) fields() []string {
	var all []string
	for _, name := range slices.Sorted(maps.Keys(v.r.PostForm)) {
		field, ok := strings.CutPrefix(name, "field.")
		if !ok {
			continue
		}
		for _, value := range v.r.PostForm[name] {
			if value != "" {
				all = append(all, field+"="+value)
			}
		}
	}
	return all
}
