package desk

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"parley/accord"
	"parley/casefile"
	"parley/delivery"
	"parley/ical"
	"parley/identity"
	"parley/mechanism"
	"parley/rule"
	"parley/words"
)

// CalendarFull says that there is more than a calendar takes.
const CalendarFull = "desk.calendar-full"

// maxItems bounds a calendar.
const maxItems = 5000

// A CalendarView is what a desk's calendar holds.
type CalendarView struct {
	Exercise bool        `json:"exercise"`
	Items    []ical.Item `json:"items"`
	File     string      `json:"file"` // the same as an iCalendar file
	Text     string      `json:"text"` // for people
}

// Calendar gives the meetings and due dates that this desk knows of: sessions, what
// falls due in matters, replies, and when a pause is to be looked at again. With an
// officer, only what that officer's key may read; with the zero Author all that the
// desk has. No text of a statement is in it.
func (d *Desk) Calendar(ctx context.Context, lang string, as identity.Author) (*CalendarView, error) {
	sees, err := d.seenBy(as)
	if err != nil {
		return nil, err
	}
	now := d.config.Clock().UTC()
	c := &calendarPage{page: d.newPage(lang, now), sees: sees, host: d.Charter().Mechanism, items: []ical.Item{}}
	matters, err := d.work.Matters(ctx, "", false)
	if err != nil {
		return nil, err
	}
	for _, m := range matters {
		if since, ok := d.work.TimeAt(m.Since); ok && sees(m.Area) {
			c.matter(m, since)
		}
	}
	mine, others := d.tasks(now, sees)
	for _, t := range slices.Concat(mine, others) {
		c.reply(&t)
	}
	areas, err := d.areas(ctx, now)
	if err != nil {
		return nil, err
	}
	c.reviews(areas)
	if len(c.items) > maxItems {
		return nil, rule.Refuse(CalendarFull, "ask as an officer who reads fewer areas", "there are %d meetings and due dates; a calendar takes %d", len(c.items), maxItems)
	}
	v := &CalendarView{Exercise: c.charter.Exercise, Items: c.items}
	file := ical.Calendar{Name: words.M("calendar.name", "mechanism", words.Said(c.charter.Names), "party", c.party(d.party)).In(c.lang), Lang: c.lang, Items: c.items}
	if v.Exercise {
		file.Mark = words.M("exercise.mark").In(c.lang)
	}
	text, err := file.Bytes()
	if err != nil {
		return nil, err
	}
	v.File = string(text)
	c.list()
	v.Text = c.String()
	return v, d.work.Err()
}

// list writes what is to come, and what of the past is still due, for people.
func (c *calendarPage) list() {
	slices.SortStableFunc(c.items, func(a, b ical.Item) int {
		return cmp.Or(a.Starts.Compare(b.Starts), cmp.Compare(a.UID, b.UID))
	})
	c.say(0, "calendar.title", "at", c.code(c.now.Format(time.DateOnly)), "time", c.at(c.now))
	none := true
	for _, item := range c.items {
		if item.Kind == ical.Meeting && !item.Ends.After(c.now) {
			continue
		}
		c.say(2, "calendar.item", "left", c.left(item.Starts), "at", c.at(item.Starts), "summary", words.Raw(item.Summary))
		none = false
	}
	if none {
		c.say(2, "calendar.none")
	}
}

// A calendarPage collects the items of one reader.
type calendarPage struct {
	*page
	sees  func(area string) bool
	host  string // of identifiers
	items []ical.Item
}

// add gives an item its identifier, made of what it is of and what is due, and where
// to look it up.
func (c *calendarPage) add(item ical.Item, entry uint64, id ...string) {
	item.UID = strings.Join(id, ".") + "@" + c.host + ".parley"
	item.Detail = words.M("calendar.detail", "entry", c.code(mechanism.EntryName(entry))).In(c.lang)
	c.items = append(c.items, item)
}

// matter adds what falls due in a matter, and its meetings.
func (c *calendarPage) matter(m *mechanism.Matter, since time.Time) {
	called := []any{"kind", c.named("matter.due", "kind", string(m.Kind)), "name", words.Raw(""), "entry", c.code(mechanism.EntryName(m.Opened))}
	if name := m.State.Name(); name != "" {
		called[3] = words.Raw(" " + string(c.code(name)))
	}
	item := ical.Item{Sequence: int(m.Since), Changed: since.UTC(), Area: m.Area} //nolint:gosec // entries
	if m.State.Ended() == "" {
		for _, t := range m.State.Timers() {
			due := item
			due.Kind, due.Status, due.Starts = ical.Due, ical.Confirmed, t.At.UTC()
			stage := c.named("matter.due", "stage", t.Stage)
			if t.Stage == accord.StageCommitmentOverdue { // which it is not yet
				stage = words.Raw(words.M("calendar.commitment-met").In(c.lang))
			}
			key, args := "calendar.due", append([]any{"stage", stage}, called...)
			if t.Party != "" {
				key, args = "calendar.due-from", append(args, "party", c.party(t.Party))
			}
			due.Summary = words.M(key, args...).In(c.lang)
			id := []string{m.ID, t.Stage}
			if t.Party != "" {
				id = append(id, t.Party)
			}
			c.add(due, m.Opened, id...)
		}
	}
	meet := func(key, part, status string, starts, ends time.Time) {
		meeting := item
		meeting.Kind, meeting.Status, meeting.Starts, meeting.Ends = ical.Meeting, status, starts.UTC(), ends.UTC()
		meeting.Summary = words.M(key, called...).In(c.lang)
		c.add(meeting, m.Opened, m.ID, part)
	}
	switch s := m.State.(type) {
	case *accord.Session:
		key, status := "calendar.session-called", ical.Tentative
		switch {
		case !s.Locked.IsZero():
			key, status = "calendar.session", ical.Confirmed
		case s.Over != "":
			key, status = "calendar.session-not-held", ical.Cancelled
		}
		meet(key, "meeting", status, s.Starts, s.Ends)
	case *casefile.State:
		for i := range s.Visits {
			v := &s.Visits[i]
			if v.Terms.Start.IsZero() {
				continue // one that was asked for and refused
			}
			key, status := "calendar.visit-off", ical.Cancelled
			switch v.Status {
			case casefile.VisitProposed:
				key, status = "calendar.visit-proposed", ical.Tentative
			case casefile.VisitAgreed, casefile.VisitOver:
				key, status = "calendar.visit", ical.Confirmed
			}
			if v.Meeting() {
				key += "-meet"
			}
			meet(key, fmt.Sprintf("visit-%d", i+1), status, v.Terms.Start, v.Terms.End)
		}
	}
}

// reply adds when a reply is due.
func (c *calendarPage) reply(t *Task) {
	for _, step := range t.Steps {
		if step.Stage == delivery.StageReply && !step.Due.IsZero() {
			c.add(ical.Item{Changed: t.Since, Kind: ical.Due, Status: ical.Confirmed, Starts: step.Due.UTC(),
				Summary: words.M("calendar.reply", "party", c.party(t.Party), "format", c.format(t.Format), "entry", c.code(mechanism.EntryName(t.Index))).In(c.lang)},
				t.Index, t.ID, string(step.Stage), t.Party)
		}
	}
}

// reviews adds when pauses and restrictions are to be looked at again.
func (c *calendarPage) reviews(areas []AreaView) {
	for _, a := range areas {
		for _, sw := range slices.Concat(a.Switches, a.Coming) {
			if sw.Review.IsZero() {
				continue
			}
			c.add(ical.Item{Changed: sw.From, Kind: ical.Due, Status: ical.Confirmed, Starts: sw.Review.UTC(), Area: a.ID,
				Summary: words.M("calendar.review", "area", c.area(a.ID), "party", c.party(sw.Party)).In(c.lang)},
				sw.Index, sw.Statement, a.ID, "review")
		}
	}
}

func (d *Desk) apiCalendar(r *http.Request) (any, error) {
	lang, as, err := askedBy(r, false)
	if err != nil {
		return nil, err
	}
	return d.Calendar(r.Context(), lang, as)
}

// calendarFile serves the file itself, for programs that read a calendar.
func (d *Desk) calendarFile(w http.ResponseWriter, r *http.Request) {
	lang, as, err := askedBy(r, false)
	if err != nil {
		fail(w, err)
		return
	}
	v, err := d.Calendar(r.Context(), lang, as)
	if err != nil {
		fail(w, err)
		return
	}
	w.Header().Set("Content-Type", "text/calendar; charset=utf-8")
	w.Header().Set("Content-Disposition", `attachment; filename="calendar.ics"`)
	w.Write([]byte(v.File)) //nolint:errcheck // the caller is gone, or has it
}
