package console

import (
	"slices"
	"strings"

	"parley/delivery"
	"parley/desk"
	"parley/rule"
)

// What the supervisor says at the gate, besides a release, and the form of each.
var gateVerbs = []gateVerb{
	{"hold", "gate.hold", "h", "reason"},
	{"return", "gate.return", "t", "reason"},
	{"annotate", "gate.annotate", "a", "mark"},
}

// A gateVerb is one of them.
type gateVerb struct {
	Verb, Format, Key string
	Field             string // its closed list
}

// A code is one of a closed list, with its name.
type code struct{ Code, Name string }

// A gateAct is a form of the page of one item.
type gateAct struct {
	gateVerb
	Codes  []code
	Chosen string // what was typed, where it was refused
	Note   string
}

// gate shows what waits: all of it to the supervisor, to a side what is its own.
func (k *Console) gate(v *visit) error {
	all, err := k.desk.Gate(v.ctx, v.lang, v.officer)
	if err != nil {
		return err
	}
	return v.show("gate", map[string]any{"Items": all, "Keeps": k.keepsGate(v)})
}

// keepsGate reports whether the officer is of the party that has the gate.
func (k *Console) keepsGate(v *visit) bool {
	return v.officer.Party == k.desk.Charter().Supervisor().ID
}

// A gatePage is one item, what the other side said of the same, and what can be done.
type gatePage struct {
	Item    *desk.GateItem
	Detail  *desk.Detail
	Other   *desk.Detail // nil: the other side has said nothing of it
	Keeps   bool
	Acts    []gateAct
	Parts   []desk.TearPart
	Reasons []code            // of what is withheld
	Cut     map[string]string // part to reason, as chosen
	Note    string            // of the release
	Preview string            // what its addressees would read; empty: not asked for
	Seen    string            // the choice that the preview is of
	Moved   bool              // the choice is not the one that was previewed
}

// Has reports whether a part was chosen to be withheld.
func (p *gatePage) Has(part string) bool { _, ok := p.Cut[part]; return ok }

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
		return nil, rule.Refuse(desk.NotFound, "go back to the gate, or open the statement itself", "statement %s does not wait at the gate", d.ID)
	}
	p := &gatePage{Item: &all[i], Detail: d, Keeps: k.keepsGate(v) && d.Delivery.Mode != delivery.ModeEscrow}
	if o := all[i].Other; o != nil {
		if p.Other, err = k.desk.ShowTo(v.ctx, o.ID, v.lang, v.officer); err != nil {
			return nil, err
		}
	}
	if !p.Keeps {
		return p, nil
	}
	p.read(v)
	for _, verb := range gateVerbs {
		act := gateAct{gateVerb: verb, Codes: k.codes(v, verb.Format, verb.Field)}
		if v.r.PathValue("verb") == verb.Verb {
			act.Chosen, act.Note = v.r.PostForm.Get("field."+verb.Field), v.r.PostForm.Get("field.note")
		}
		p.Acts = append(p.Acts, act)
	}
	p.Reasons = k.codes(v, "gate.release", "withheld")
	p.Parts, err = k.desk.TearLine(v.ctx, d.ID, v.lang, v.officer)
	return p, err
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
	p.Preview, err = k.desk.PreviewRelease(v.ctx, desk.Saying{By: v.officer, About: p.Detail.ID, Lang: v.lang, Withhold: cut})
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
		if verb == "release" && p.Keeps {
			k.previewInto(v, p) //nolint:errcheck // what was refused is said
		}
		return v.showRefused("gate-item", p, err)
	}
	if verb == "annotate" || verb == "hold" {
		return v.see("/gate/"+ref, v.say("console.signed", "id", id))
	}
	return v.see("/gate", v.say("console.signed", "id", id))
}
