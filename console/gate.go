package console

import (
	"slices"
	"strings"
	"time"

	"parley/desk"
	"parley/rule"
	"parley/words"
)

// What is said at the gate, besides a release, and the form of each.
var gateVerbs = []gateVerb{
	{"hold", "gate.hold", "h", "reason"},
	{"return", "gate.return", "t", "reason"},
	{"annotate", "gate.annotate", "a", "mark"},
}

// A gateVerb is one of them.
type gateVerb struct {
	Verb, Format, Key string
	Field             string // its closed list, of which one is demanded
}

// A code is one of a closed list, with its name.
type code struct{ Code, Name string }

// A gateForm is a form of the page of one item: verbs that choose from the same list.
type gateForm struct {
	Verbs  []gateVerb
	Field  string
	Codes  []code
	Chosen string // what was typed, where it was refused
	Note   string
}

// keepsGate reports whether the officer is of the party that has the gate.
func (v *visit) keepsGate() bool {
	return v.officer.Party == v.console.desk.Charter().Supervisor().ID
}

// atGate serves a screen of the gate to who keeps it. For anybody else there is no such
// page, whatever is asked: no answer tells whether something waits.
func (k *Console) atGate(serve func(*visit) error) func(*visit) error {
	return func(v *visit) error {
		if !v.keepsGate() {
			return notFound(v.r.URL.Path)
		}
		return serve(v)
	}
}

// A gateSide is how a party stands, beside what it has at the gate.
type gateSide struct {
	desk.PathView
	Duty        desk.DutyView
	Waits, Late int
	Oldest      time.Time // since when its oldest waits; zero: nothing does
}

// gate shows what waits, and how each side stands.
func (k *Console) gate(v *visit) error {
	all, err := k.desk.Gate(v.ctx, v.lang, v.officer)
	if err != nil {
		return err
	}
	sides, err := v.gateSides(all)
	if err != nil {
		return err
	}
	return v.show("gate", map[string]any{"Items": all, "Sides": sides})
}

// gateSides gives the parties in the charter's order.
func (v *visit) gateSides(all []desk.GateItem) ([]*gateSide, error) {
	top, err := v.strip()
	if err != nil {
		return nil, err
	}
	sides, by := []*gateSide{}, map[string]*gateSide{}
	for _, path := range top.Paths {
		side := &gateSide{PathView: path}
		sides, by[path.Party] = append(sides, side), side
	}
	for _, duty := range top.View.Duties {
		if side, ok := by[duty.Party]; ok {
			side.Duty = duty
		}
	}
	for _, item := range all {
		party, _, _ := strings.Cut(item.Author, "/")
		side, ok := by[party]
		if !ok || item.Escrow {
			continue
		}
		side.Waits++
		if !item.Due.IsZero() && !item.Due.After(v.now) {
			side.Late++
		}
		if side.Oldest.IsZero() || item.Since.Before(side.Oldest) {
			side.Oldest = item.Since
		}
	}
	return sides, nil
}

// A gatePage is one item, what the other side said of the same, and what can be done.
type gatePage struct {
	Item    *desk.GateItem
	Detail  *desk.Detail
	Other   *desk.Detail // nil: the other side has said nothing of it
	Sides   []*gateSide
	Escrow  bool // no person opens it
	Forms   []gateForm
	Parts   []desk.TearPart
	Reasons []code            // of what is withheld
	Cut     map[string]string // part to reason, as chosen
	Note    string            // of the release
	In      string            // language of the preview
	Preview string            // what its addressees would read; empty: not asked for
	Seen    string            // the choice that the preview is of
	Moved   bool              // the choice is not the one that was previewed
}

// Has reports whether a part was chosen to be withheld.
func (p *gatePage) Has(part string) bool { _, ok := p.Cut[part]; return ok }

// Dir is the direction of the preview.
func (p *gatePage) Dir() string {
	if words.RightToLeft(p.In) {
		return "rtl"
	}
	return "ltr"
}

// gateItem shows one item.
func (k *Console) gateItem(v *visit) error {
	p, err := k.gatePage(v)
	if err != nil {
		return err
	}
	return v.show("gate-item", p)
}

func (k *Console) gatePage(v *visit) (*gatePage, error) {
	all, err := k.desk.Gate(v.ctx, v.lang, v.officer)
	if err != nil {
		return nil, err
	}
	d, err := k.desk.ShowTo(v.ctx, v.r.PathValue("ref"), v.lang, v.officer)
	if err != nil {
		return nil, err
	}
	i := slices.IndexFunc(all, func(item desk.GateItem) bool { return item.ID == d.ID })
	if i < 0 {
		return nil, rule.Refuse(desk.NotFound, v.say("console.gate.left-remedy"), "%s", v.say("console.gate.left", "id", words.Raw(d.ID), "status", words.Raw(v.status(d.Status))))
	}
	p := &gatePage{Item: &all[i], Detail: d, Escrow: all[i].Escrow, In: v.lang}
	if p.Sides, err = v.gateSides(all); err != nil {
		return nil, err
	}
	if o := all[i].Other; o != nil {
		if p.Other, err = k.desk.ShowTo(v.ctx, o.ID, v.lang, v.officer); err != nil {
			return nil, err
		}
	}
	if p.Escrow {
		return p, nil
	}
	p.read(v)
	p.Forms = k.gateForms(v)
	p.Reasons = k.codes(v, "gate.release", "withheld")
	p.Parts, err = k.desk.TearLine(v.ctx, d.ID, v.lang, v.officer)
	return p, err
}

// gateForms makes the forms of the verbs, those with one list in one form, with what was
// typed in the one that was refused.
func (k *Console) gateForms(v *visit) []gateForm {
	var all []gateForm
	for _, verb := range gateVerbs {
		codes := k.codes(v, verb.Format, verb.Field)
		i := slices.IndexFunc(all, func(f gateForm) bool { return f.Field == verb.Field && slices.Equal(f.Codes, codes) })
		if i < 0 {
			i = len(all)
			all = append(all, gateForm{Field: verb.Field, Codes: codes})
		}
		all[i].Verbs = append(all[i].Verbs, verb)
		if v.r.PathValue("verb") == verb.Verb {
			all[i].Chosen, all[i].Note = v.r.PostForm.Get("field."+verb.Field), v.r.PostForm.Get("field.note")
		}
	}
	return all
}

// read takes over what the form of a release has chosen.
func (p *gatePage) read(v *visit) {
	p.Cut = map[string]string{}
	for _, name := range v.r.PostForm["cut"] {
		p.Cut[name] = v.r.PostForm.Get("why." + name)
	}
	if v.r.PathValue("verb") == "" || v.r.PathValue("verb") == "release" {
		p.Note = v.r.PostForm.Get("field.note")
	}
	if in := v.r.PostForm.Get("in"); spoken(in) {
		p.In = in
	}
}

// codes gives the closed list of a field of the format in force.
func (k *Console) codes(v *visit, formatID, name string) []code {
	f, ok := k.desk.Charter().Newest(formatID)
	if !ok {
		return nil
	}
	field, ok := f.Field(name)
	if !ok {
		return nil
	}
	var all []code
	for _, c := range field.Choices {
		all = append(all, code{c, field.CodeName(c, v.lang)})
	}
	return all
}

// withholds is what the form of a release withholds, in one order.
func (v *visit) withholds() []string {
	var all []string
	for _, name := range v.r.PostForm["cut"] {
		all = append(all, name+"="+v.r.PostForm.Get("why."+name))
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// gatePreview shows what the addressees would read, and signs nothing.
func (k *Console) gatePreview(v *visit) error {
	p, err := k.gatePage(v)
	if err != nil {
		return err
	}
	if err := k.previewInto(v, p); err != nil {
		return v.showRefused("gate-item", p, err)
	}
	return v.show("gate-item", p)
}

func (k *Console) previewInto(v *visit, p *gatePage) (err error) {
	cut := v.withholds()
	p.Seen = strings.Join(cut, " ")
	p.Preview, err = k.desk.PreviewRelease(v.ctx, desk.Saying{By: v.officer, About: p.Detail.ID, Lang: p.In, Withhold: cut})
	return err
}

// gateAct does a verb of the gate. A release in part is signed only as it was previewed.
func (k *Console) gateAct(v *visit) error {
	ref, verb := v.r.PathValue("ref"), v.r.PathValue("verb")
	v.at = "/gate/" + ref
	known := verb == "release" || slices.ContainsFunc(gateVerbs, func(g gateVerb) bool { return g.Verb == verb })
	if !known {
		return notFound(v.r.URL.Path)
	}
	q := desk.Saying{By: v.officer, About: ref, Lang: v.lang, Fields: v.fields()}
	if verb == "release" {
		for name := range v.r.PostForm {
			if field, ok := strings.CutPrefix(name, "field."); ok && field != "note" {
				return rule.Refuse(desk.BadRequest, "tick the parts, and look at the preview", "field %s is none of the form: what is withheld is chosen by its parts", words.Visible(field))
			}
		}
		q.Withhold = v.withholds()
		if seen := strings.Join(q.Withhold, " "); seen != v.r.PostForm.Get("seen") {
			p, err := k.gatePage(v)
			if err != nil {
				return err
			}
			p.Moved = true
			if err := k.previewInto(v, p); err != nil {
				return v.showRefused("gate-item", p, err)
			}
			return v.show("gate-item", p)
		}
	}
	id, err := k.desk.Act(v.ctx, verb, q)
	if err != nil {
		p, unread := k.gatePage(v)
		if unread != nil {
			return err
		}
		if verb == "release" && !p.Escrow {
			k.previewInto(v, p) //nolint:errcheck // what was refused is said
		}
		return v.showRefused("gate-item", p, err)
	}
	if verb == "annotate" || verb == "hold" {
		return v.see("/gate/"+ref, v.say("console.signed", "id", id))
	}
	return v.see("/gate", v.say("console.signed", "id", id))
}
