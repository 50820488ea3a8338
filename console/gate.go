package console

import (
	"fmt"
	"slices"
	"strings"

	"parley/desk"
	"parley/format"
)

// A gateQueue is what waits at the gate: at the supervisor's desk for a hand there, the
// first to fall due first; at a side's, of its own alone.
type gateQueue struct {
	Here  bool // this is the supervisor's desk
	Items []gateItem
}

// A gateItem is one of them.
type gateItem struct {
	desk.Task
	Subject string
}

func (k *Console) gate(v *visit) error {
	view, err := k.desk.Watch(v.ctx, v.lang, v.officer)
	if err != nil {
		return err
	}
	q := gateQueue{Here: k.desk.Charter().Supervisor().ID == k.desk.Party()}
	waiting := view.Tasks
	if !q.Here {
		waiting = slices.Concat(view.Others, view.Tasks)
	}
	for _, t := range waiting {
		r, ok := k.desk.Work().Record(t.ID)
		if ok && r.Delivery.Waiting() {
			q.Items = append(q.Items, gateItem{Task: t})
		}
	}
	return v.show("gate", q)
}

// A gateText is one statement at the gate with all that a decision needs.
type gateText struct {
	*desk.Detail
	About   *desk.Detail // what it refers to, if that can be read here
	Parts   []string     // "field" or "text/2": what a release may keep from its addressees
	Hold    *format.Field
	Return  *format.Field
	Mark    *format.Field
	Cuts    []string // reasons of a cut
	Preview string   // what the addressees would read
}

func (k *Console) gateText(v *visit) (*gateText, error) {
	d, err := k.desk.ShowTo(v.ctx, v.r.PathValue("ref"), v.lang, v.officer)
	if err != nil {
		return nil, err
	}
	g := &gateText{Detail: d, Hold: fieldOf("gate.hold", "reason"), Return: fieldOf("gate.return", "reason"), Mark: fieldOf("gate.annotate", "mark"), Cuts: fieldOf("gate.release", "withheld").Choices}
	if len(d.Refs) > 0 {
		if about, err := k.desk.ShowTo(v.ctx, d.Refs[0].ID, v.lang, v.officer); err == nil {
			g.About = about
		}
	}
	count := map[string]int{}
	for _, f := range d.Fields {
		count[f.Name]++
	}
	seen := map[string]int{}
	for _, f := range d.Fields {
		seen[f.Name]++
		part := f.Name
		if count[f.Name] > 1 {
			part = fmt.Sprintf("%s/%d", f.Name, seen[f.Name])
		}
		g.Parts = append(g.Parts, part)
	}
	return g, nil
}

// fieldOf finds a field of one of our own formats.
func fieldOf(formatID, name string) *format.Field {
	f, _ := format.Catalogue().Newest(formatID)
	field, _ := f.Field(name)
	return field
}

func (k *Console) gateOne(v *visit) error {
	g, err := k.gateText(v)
	if err != nil {
		return err
	}
	return v.show("gate-one", g)
}

// gateAct releases, holds, returns or annotates; or shows what would be read if this were
// released so.
func (k *Console) gateAct(v *visit) error {
	verb := v.r.PathValue("verb")
	q := desk.Saying{By: v.officer, About: v.r.PathValue("ref"), Lang: v.lang, Fields: v.fields()}
	for name, reasons := range v.r.PostForm {
		if part, ok := strings.CutPrefix(name, "cut."); ok && verb == "release" && reasons[0] != "" {
			q.Withhold = append(q.Withhold, part+"="+reasons[0])
		}
	}
	slices.Sort(q.Withhold)
	if !slices.Contains([]string{"release", "hold", "return", "annotate"}, verb) {
		return notFound(v.r.URL.Path)
	}
	var err error
	if v.r.PostForm.Has("preview") {
		var g *gateText
		if g, err = k.gateText(v); err != nil {
			return err
		}
		if g.Preview, err = k.desk.PreviewRelease(v.ctx, q); err != nil {
			return v.showRefused("gate-one", g, err)
		}
		return v.show("gate-one", g)
	}
	id, err := k.desk.Act(v.ctx, verb, q)
	if err != nil {
		g, unread := k.gateText(v)
		if unread != nil {
			return err
		}
		return v.showRefused("gate-one", g, err)
	}
	return v.see("/gate", v.say("console.signed", "id", id))
}
