package console

import (
	"html/template"
	"slices"
	"strconv"

	"parley/desk"
	"parley/format"
	"parley/rule"
)

// A kept is one draft, and where it is gone on with.
type kept struct {
	desk.KeptDraft
	Open string // empty: it is an act, which is done again at its statement
}

// Unsent reports whether nothing was wrong with it: it was not sent yet.
func (k kept) Unsent() bool { return k.Problem.Rule == desk.Unsent }

// drafts lists what is kept, and what waits for a second officer.
func (k *Console) drafts(v *visit) error {
	all, err := k.desk.Drafts(v.ctx, v.officer)
	if err != nil {
		return err
	}
	var about struct {
		Kept    []kept
		Waiting []desk.ListItem
	}
	for _, d := range slices.Backward(all) {
		one := kept{KeptDraft: d}
		if f, ok := k.desk.Charter().Newest(d.Saying.Format); ok && d.Saying.Verb == "" && !d.Withheld {
			if _, err := v.mayCompose(f.ID); err == nil {
				one.Open = "/compose/" + f.ID
			}
			if f.ID == format.AccidentFormat {
				one.Open = "/accident"
			}
		}
		about.Kept = append(about.Kept, one)
	}
	page, err := k.desk.Page(v.ctx, desk.ListQuery{Party: k.desk.Party(), Limit: 1, Lang: v.lang}, v.officer)
	if err != nil {
		return err
	}
	for _, item := range page.Unsent {
		if item.Status == desk.Waits {
			about.Waiting = append(about.Waiting, item)
		}
	}
	return v.show("drafts", about)
}

// dropDraft forgets a draft that the officer may read.
func (k *Console) dropDraft(v *visit) error {
	d, err := v.draft(v.r.PathValue("n"))
	if err == nil {
		err = k.desk.Drop(v.ctx, d.Number)
	}
	if err != nil {
		return err
	}
	return v.see("/drafts", v.say("console.drafts.dropped", "n", d.Number))
}

// secondPage shows the page that a second officer is to sign.
func (k *Console) secondPage(v *visit) error {
	d, err := k.desk.ShowTo(v.ctx, v.r.PathValue("ref"), v.lang, v.officer)
	if err != nil {
		return err
	}
	if d.Digest == "" {
		return v.see("/s/"+d.ID, "")
	}
	about, err := v.seconding(d)
	if err != nil {
		return err
	}
	return v.show("second", about)
}

// A seconding is what a second officer is to sign, in each reader's language.
type seconding struct {
	*desk.Detail
	Pages  []written
	Map    template.HTML // of its places
	Course *course
}

func (v *visit) seconding(d *desk.Detail) (*seconding, error) {
	s := &seconding{Detail: d}
	if f, ok := v.console.desk.Charter().Format(d.Format); ok {
		s.Course = v.courseOf(f, d.Precedence)
	}
	for _, lang := range v.readersLanguages(d.To) {
		in, err := v.console.desk.ShowTo(v.ctx, d.ID, lang, v.officer)
		if err != nil {
			return nil, err
		}
		s.Pages = append(s.Pages, writtenIn(lang, in.Text))
	}
	var places []string
	for _, f := range d.Fields {
		value, _ := f.Value.(string)
		if _, drawn := desk.ShapeOf(value); drawn {
			places = append(places, value)
		}
	}
	var err error
	s.Map, err = v.placeMap(places...)
	return s, err
}

// secondDone signs it, or refuses to.
func (k *Console) secondDone(v *visit) error {
	ref, post := v.r.PathValue("ref"), v.r.PostForm
	var err error
	if post.Get("do") == "decline" {
		var n int64
		if n, err = k.desk.Decline(v.ctx, v.officer, ref, post.Get("reason")); err == nil {
			return v.see("/drafts", v.say("console.second.declined", "n", n))
		}
	} else {
		var id string
		if id, err = k.desk.Second(v.ctx, v.officer, ref, post.Get("digest")); err == nil {
			return v.see("/s/"+id, v.say("console.signed", "id", id))
		}
	}
	d, unread := k.desk.ShowTo(v.ctx, ref, v.lang, v.officer)
	if unread != nil || d.Digest == "" {
		return err
	}
	about, bad := v.seconding(d)
	if bad != nil {
		return err
	}
	return v.showRefused("second", about, err)
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
