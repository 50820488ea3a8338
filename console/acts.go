package console

import (
	"context"
	"maps"
	"slices"
	"strings"
	"time"

	"parley/desk"
	"parley/format"
	"parley/mechanism"
	"parley/rule"
)

// An acting is the page of one act: what is to be typed for it.
type acting struct {
	*desk.Detail
	Verb   string
	Fields []*format.Field
	Typed  map[string][]string // what was typed and not taken
	Sent   string              // identifier of a readback just sent
	Result *desk.ReadbackView  // of it; nil: not compared yet
}

// Value is what was typed for a field, or else what it says unless something is typed;
// a readback has nothing of its own, and a replacement what it
// replaces.
func (a acting) Value(f *format.Field) string {
	if of := a.Typed["field."+f.Name]; len(of) > 0 || a.Verb == "readback" || a.Verb == "replace" {
		return first(of)
	}
	return f.Default
}

// Beside reports whether the statement stands beside the form.
func (a acting) Beside() bool { return a.Verb != "readback" }

// An asking is one choice that a refusal leaves.
type asking struct {
	Keep   string // term to keep; empty: what follows
	Choose string // "field=value", one reading of what was typed
	Text   string
}

// Asked are the choices of a refusal: readings of what was typed, and contested terms,
// which can be kept or written otherwise.
func (a acting) Asked(p *desk.Problem) (all []asking) {
	for _, option := range p.Options {
		switch term, keep := strings.CutPrefix(option, "-keep "); {
		case keep:
			all = append(all, asking{Keep: term, Text: term})
		case p.Rule == desk.Ambiguity:
			_, value, _ := strings.Cut(option, "=")
			all = append(all, asking{Choose: option, Text: value})
		default:
			all = append(all, asking{Text: option})
		}
	}
	return all
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
			a.Sent = mine.ID
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
var actFormats = map[string]string{"readback": "J02", "pass": "J03", "replace": "J04", "cancel": "J04", "translate": "translation", "annotate": "gate.annotate", "withdraw": "withdraw",
	"ask-consent": mechanism.ConsentAsk, "answer-consent": mechanism.ConsentAnswer}

// verbKeys are the keys that lead to what can be done to a statement.
var verbKeys = map[string]string{"ack": "a", "readback": "b", "pass": "p", "reply": "r", "replace": "c", "cancel": "x", "withdraw": "w", "translate": "t", "annotate": "n", "forward": "f", "answer-consent": "y", "ask-consent": "q", "screen": "l"}

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

// comparing is how long a readback waits for the ledger, where it is compared; after it
// the page says that it is not yet, and shows it when it is.
const comparing = 5 * time.Second

// act does one of the desk's verbs to a statement, with the fields that the form has as
// "field.NAME".
func (k *Console) act(v *visit) error {
	ref, verb := v.r.PathValue("ref"), v.r.PathValue("verb")
	if name, value, ok := strings.Cut(v.r.PostForm.Get("choose"), "="); ok && v.r.PostForm.Has("field."+name) {
		v.r.PostForm.Set("field."+name, value)
	}
	q := desk.Saying{By: v.officer, About: ref, Lang: v.lang, Fields: v.fields(), Keep: v.r.PostForm["keep"]}
	id, err := k.desk.Act(v.ctx, verb, q)
	if err != nil {
		if a, unread := k.acting(v); unread == nil {
			v.at = "/s/" + ref + "/" + verb
			return v.showRefused("act", a, err)
		}
		s, unread := k.shown(v)
		if unread != nil {
			return err
		}
		v.at = "/s/" + ref
		return v.showRefused("statement", s, err)
	}
	if verb == "readback" {
		ctx, cancel := context.WithTimeout(v.ctx, comparing)
		defer cancel()
		if _, err := k.desk.Await(ctx, id); err != nil && ctx.Err() == nil {
			return err
		}
		return v.see("/s/"+ref+"/readback?sent="+id, "")
	}
	return v.see("/s/"+ref, v.came(id))
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
