package console

import (
	"cmp"
	"context"
	"errors"
	"html/template"
	"slices"
	"strconv"
	"time"

	"parley/desk"
	"parley/format"
	"parley/identity"
	"parley/mechanism"
	"parley/rule"
	"parley/watch"
)

// floorConfirmed is what every switch says of the safety floor.
var floorConfirmed = map[string]string{"floor-confirmed": "yes"}

// areas shows how each area stands, and the form that switches some.
func (k *Console) areas(v *visit) error { return v.show("areas", k.areasPage(v)) }

func (k *Console) areasPage(v *visit) any {
	var floor []string
	for _, r := range k.desk.Charter().Formats {
		if f, ok := k.desk.Charter().Format(r.Format); ok && f.Kind == format.Message && (f.Floor || r.Floor) {
			floor = append(floor, r.Format)
		}
	}
	begin := map[string]string{"from": format.WriteInstant(v.now), "review-at": format.WriteInstant(v.now.Add(24 * time.Hour).Truncate(time.Hour))}
	return map[string]any{"Floor": floor, "Form": k.sayForm(v, "/areas", "J05", begin, floorConfirmed)}
}

// switchAreas signs a switch.
func (k *Console) switchAreas(v *visit) error {
	id, err := k.desk.Say(v.ctx, desk.Saying{By: v.officer, Format: "J05", Lang: v.lang, Fields: v.said(floorConfirmed)})
	if err != nil {
		return v.showRefused("areas", k.areasPage(v), err)
	}
	return v.see("/areas", v.say("console.signed", "id", id))
}

// A rosterPage is who is on watch, and what the officer hands or takes over.
type rosterPage struct {
	Mine    *desk.Checklist // nil: the officer's key has none
	Relief  *desk.Checklist // nil: nothing waits for its relief
	Form    *sayForm
	At      string
	Note    string
	NoteFor string // the form that Note was typed in
	Fresh   []desk.OpenItem
	Covers  map[string][]string // party to the roles that must be covered
	Took    bool                // the officer may not relieve himself
}

func (k *Console) roster(v *visit) error {
	p, err := k.rosterPage(v)
	if err != nil {
		return err
	}
	return v.show("roster", p)
}

func (k *Console) rosterPage(v *visit) (*rosterPage, error) {
	begin := map[string]string{"lead": v.officer.Party + "/" + v.officer.Role, "roles": v.officer.Party + "/" + v.officer.Role, "languages": v.lang}
	p := &rosterPage{Form: k.sayForm(v, "/roster/duty", "J06", begin, nil), Covers: map[string][]string{}}
	for _, party := range k.desk.Charter().Parties {
		p.Covers[party.ID] = mechanism.Cover(k.desk.Charter(), party.ID)
	}
	var err error
	if p.Mine, err = k.desk.Handover(v.ctx, v.officer, v.lang); err != nil {
		return nil, err
	}
	p.Relief, err = k.desk.Relief(v.ctx, v.officer, v.lang)
	if refusal := (*rule.Refusal)(nil); errors.As(err, &refusal) && refusal.Rule == watch.NoHandover {
		p.Relief, err = nil, nil
	}
	if p.Relief != nil {
		p.Took = p.Relief.HandedBy == v.officer.Officer
		for _, item := range p.Relief.Items {
			if item.Fresh {
				p.Fresh = append(p.Fresh, item)
			}
		}
	}
	return p, err
}

// linked is a line of the desk's with each entry that it names as a link.
func linked(text string) template.HTML {
	return template.HTML(entryInText.ReplaceAllStringFunc(template.HTMLEscapeString(text), func(name string) string { //nolint:gosec // escaped first
		return `<a href="/s/` + name[1:] + `">` + name + `</a>`
	}))
}

// listed are the entries that a form had on it: what its officer has seen.
func (v *visit) listed() ([]uint64, error) {
	var all []uint64
	for _, item := range v.r.PostForm["item"] {
		n, err := strconv.ParseUint(item, 10, 63)
		if err != nil {
			return nil, rule.Refuse(desk.BadRequest, "open the page again", "item is %q; want the number of an entry", item)
		}
		all = append(all, n)
	}
	return all, nil
}

// handOver signs what the page listed, and no more: what opened since is refused, and
// stands on the page that says so.
func (k *Console) handOver(v *visit) error {
	return k.signWatch(v, "handover", func(listed []uint64) (string, error) {
		return k.desk.HandOver(v.ctx, v.officer, v.r.PostForm.Get("at"), v.r.PostForm.Get("note"), v.lang, listed)
	})
}

func (k *Console) relieve(v *visit) error {
	return k.signWatch(v, "relief", func(listed []uint64) (string, error) {
		return k.desk.Relieve(v.ctx, v.officer, v.r.PostForm.Get("handover"), v.r.PostForm.Get("note"), v.lang, listed)
	})
}

func (k *Console) announceDuty(v *visit) error {
	return k.signWatch(v, "duty", func([]uint64) (string, error) {
		return k.desk.Say(v.ctx, desk.Saying{By: v.officer, Format: "J06", Lang: v.lang, Fields: v.said(nil)})
	})
}

// signWatch does what a form of the roster asks, and keeps what was typed where it is
// refused.
func (k *Console) signWatch(v *visit, form string, sign func(listed []uint64) (string, error)) error {
	listed, err := v.listed()
	if err != nil {
		return err
	}
	id, err := sign(listed)
	if err != nil {
		p, unread := k.rosterPage(v)
		if unread != nil {
			return err
		}
		p.At, p.Note, p.NoteFor = v.r.PostForm.Get("at"), v.r.PostForm.Get("note"), form
		return v.showRefused("roster", p, err)
	}
	return v.see("/roster", v.say("console.signed", "id", id))
}

// A lineRecord is a link test or an answer to one, or that one was missed.
type lineRecord struct {
	desk.ListItem
	Test, Person bool
}

// lineRecords is how many of the newest tests, answers and misses the line shows.
const lineRecords = 30

// line shows each party's path, how this desk reaches the hub, and what proved or missed.
func (k *Console) line(v *visit) error {
	page, err := k.linePage(v)
	if err != nil {
		return err
	}
	return v.show("line", page)
}

func (k *Console) linePage(v *visit) (any, error) {
	var records []lineRecord
	for _, id := range []string{"J00", "line.missed"} {
		page, err := k.desk.Page(v.ctx, desk.ListQuery{Format: id, Acts: true, Limit: lineRecords, Lang: v.lang}, v.officer)
		if err != nil {
			return nil, err
		}
		for _, item := range page.Items {
			r := lineRecord{ListItem: item, Test: id == "J00"}
			if author, err := identity.ParseAuthor(item.Author); err == nil {
				role, known := k.desk.Charter().Role(author.Role)
				r.Person = known && !role.Machine
			}
			records = append(records, r)
		}
	}
	slices.SortFunc(records, func(a, b lineRecord) int { return cmp.Compare(*b.Index, *a.Index) })
	return map[string]any{"Records": records[:min(len(records), lineRecords)]}, nil
}

// testLine holds a link test that a person stands behind.
func (k *Console) testLine(v *visit) error {
	return k.proveLine(v, k.desk.Test)
}

// answerLine answers another's.
func (k *Console) answerLine(v *visit) error {
	return k.proveLine(v, k.desk.Answer)
}

func (k *Console) proveLine(v *visit, prove func(ctx context.Context, by identity.Author, lang string) (string, error)) error {
	id, err := prove(v.ctx, v.officer, v.lang)
	if err != nil {
		page, unread := k.linePage(v)
		if unread != nil {
			return err
		}
		return v.showRefused("line", page, err)
	}
	return v.see("/line", v.say("console.signed", "id", id))
}
