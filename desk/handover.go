package desk

import (
	"context"
	"slices"
	"time"

	"parley/format"
	"parley/identity"
	"parley/mechanism"
	"parley/rule"
	"parley/statement"
	"parley/watch"
	"parley/words"
)

// An OpenItem is an entry that no watch may change without listing.
type OpenItem struct {
	Entry uint64   `json:"entry"`
	Task  *Task    `json:"task,omitempty"`  // what is owed of it
	Areas []string `json:"areas,omitempty"` // of an own pause or restriction
	Turns []Turn   `json:"turns,omitempty"` // what is to be done next in the matter that it opened
	Fresh bool     `json:"fresh,omitempty"` // it opened after the handover was signed
	Text  string   `json:"text"`
}

// A Checklist is what a watch hands over, or takes over.
type Checklist struct {
	Exercise bool       `json:"exercise"`
	Now      time.Time  `json:"now"`
	As       string     `json:"as"`
	Size     uint64     `json:"size"` // entries that it is true of
	Items    []OpenItem `json:"items"`
	Done     []uint64   `json:"done,omitempty"`     // of a relief: listed in the handover and no longer open
	Unread   []uint64   `json:"unread,omitempty"`   // of a relief: listed in the handover, and not for this officer's key to read
	Handover string     `json:"handover,omitempty"` // of a relief: identifier of what is taken over
	HandedBy string     `json:"handedBy,omitempty"` // officer
	Signed   time.Time  `json:"signed,omitzero"`
	Note     string     `json:"note,omitempty"`
	Text     string     `json:"text"`
}

// Handover gives the relief checklist of an officer's watch, made from what is open.
func (d *Desk) Handover(_ context.Context, by identity.Author, lang string) (*Checklist, error) {
	c, p, err := d.checklist(by, lang, nil)
	if err != nil {
		return nil, err
	}
	p.say(0, "hand.title", "role", p.code(by.Party+"/"+by.Role), "date", p.code(p.now.Format(time.DateOnly)), "time", p.at(p.now))
	p.items(c)
	d.confirmedPage(p)
	c.Text = p.String()
	return c, nil
}

// checklist lists what is open for the party of by, as far as the officer's key may
// read it. listed are the entries that a handover has.
func (d *Desk) checklist(by identity.Author, lang string, listed []uint64) (*Checklist, *page, error) {
	key, err := d.officerKey(by)
	if err != nil {
		return nil, nil, err
	}
	now := d.config.Clock().UTC()
	p, size := d.newPage(lang, now), d.work.Size()
	c := &Checklist{Exercise: p.charter.Exercise, Now: now, As: by.String(), Size: size, Items: []OpenItem{}}
	for _, index := range mechanism.OpenItems(d.work, d.work.Board(), d.party, key, size, now) {
		r, ok := d.work.RecordAt(index)
		if !ok {
			continue // it was read a moment ago
		}
		item := OpenItem{Entry: index, Fresh: listed != nil && !slices.Contains(listed, index)}
		item.Text = d.describeItem(p, r, &item)
		c.Items = append(c.Items, item)
	}
	return c, p, d.work.Err()
}

// describeItem says what an open item is and what is owed of it.
func (d *Desk) describeItem(p *page, r *mechanism.Record, item *OpenItem) string {
	entry := p.code(mechanism.EntryName(r.Index))
	var pause SwitchView
	for _, a := range d.work.Board().Areas.Areas {
		for _, sw := range a.Switches {
			if sw.Statement == r.Claims.ID && sw.Party == d.party && sw.At(p.now) {
				pause = SwitchView{Switch: sw, Index: r.Index, Overdue: !p.now.Before(sw.Review)}
				item.Areas = append(item.Areas, a.ID)
			}
		}
	}
	if len(item.Areas) > 0 {
		return words.M("hand.pause", "entry", entry, "what", words.Raw(p.switched(p.areaNames(item.Areas), pause))).In(p.lang)
	}
	if item.Turns = d.turnsIn(r, d.party); len(item.Turns) > 0 && !r.Delivery.Owing(d.party) {
		return p.matterTurn(&item.Turns[0], true)
	}
	party := d.party
	if r.Delivery.Waiting() && party != r.Delivery.Supervisor {
		party = r.Delivery.Supervisor // whom it waits for
	}
	t := d.task(r, party, p.now)
	if own := d.task(r, d.party, p.now); party == d.party || len(own.Misread) > 0 {
		t = own
	}
	item.Task = &t
	key := "hand.item"
	if t.Party != d.party {
		key = "hand.gate"
	}
	due := words.Raw("—")
	if !t.Due().IsZero() {
		due = p.left(t.Due())
	}
	return words.M(key, "entry", entry, "precedence", p.code(t.Precedence), "format", p.format(t.Format), "from", p.party(partyOf(t.Author)), "owed", p.owed(&t), "left", due, "long", p.since(t.Since)).In(p.lang)
}

// entries names some.
func (p *page) entries(indexes []uint64) words.Raw {
	names := make([]string, len(indexes))
	for i, index := range indexes {
		names[i] = mechanism.EntryName(index)
	}
	return p.list(names)
}

func (p *page) items(c *Checklist) {
	if len(c.Items) == 0 && len(c.Unread) > 0 {
		return
	}
	if len(c.Items) == 0 {
		p.say(0, "hand.nothing")
		return
	}
	p.say(0, "hand.open", "n", len(c.Items))
	for _, item := range c.Items {
		text := item.Text
		if item.Fresh {
			text = words.M("hand.fresh", "item", words.Raw(text)).In(p.lang)
		}
		p.line(2, text)
	}
}

// HandOver signs the handover of an officer's watch. listed are the entries that the
// officer was shown; what is open and not among them is refused by the rules, so that
// nobody signs what he has not seen. A zero time is now.
func (d *Desk) HandOver(ctx context.Context, by identity.Author, at, note, lang string, listed []uint64) (id string, err error) {
	if at == "" {
		at = format.WriteInstant(d.config.Clock())
	}
	fields := []string{"at=" + at}
	return d.signNote(ctx, by, "handover", fields, listed, note, lang)
}

func (d *Desk) signNote(ctx context.Context, by identity.Author, id string, fields []string, listed []uint64, note, lang string, refs ...statement.Ref) (string, error) {
	f, ok := d.Charter().Newest(id)
	if !ok {
		return "", rule.Refuse(NoFormat, "`parley charter show` lists those in force", "format %s is not in force", id)
	}
	if len(listed) > 0 {
		listed = listed[:min(len(listed), watch.MaxListed)] // the oldest
		names := ""
		for i, index := range listed {
			if i > 0 {
				names += ", "
			}
			names += mechanism.EntryName(index)
		}
		fields = append(fields, "items="+names)
	}
	if note != "" {
		fields = append(fields, "note="+note)
	}
	return d.say(ctx, f, Saying{By: by, Lang: lang, Fields: fields}, refs)
}

// Relief gives what an officer would take over: the newest handover of his role, what
// of it is still open, and what has opened since.
func (d *Desk) Relief(ctx context.Context, by identity.Author, lang string) (*Checklist, error) {
	h, ref, err := d.waiting(by)
	if err != nil {
		return nil, err
	}
	listed := h.Items
	if listed == nil {
		listed = []uint64{}
	}
	c, p, err := d.checklist(by, lang, listed)
	if err != nil {
		return nil, err
	}
	r, _ := d.work.Record(ref.ID)
	s, err := d.statementAt(ctx, r.Index)
	if err != nil {
		return nil, err
	}
	note, _ := s.Field("note")
	c.Handover, c.HandedBy, c.Signed, c.Note = h.Statement, h.By, h.Signed, openText(note)
	key, err := d.officerKey(by)
	if err != nil {
		return nil, err
	}
	for _, index := range h.Items {
		if slices.ContainsFunc(c.Items, func(item OpenItem) bool { return item.Entry == index }) {
			continue
		}
		if r, ok := d.work.RecordAt(index); ok && key.Sees(r.Claims.Area) {
			c.Done = append(c.Done, index)
		} else {
			c.Unread = append(c.Unread, index)
		}
	}
	p.say(0, "hand.relief", "role", p.code(by.Party+"/"+by.Role), "officer", p.code(h.By), "at", p.at(h.Signed), "long", p.since(h.Signed), "entry", p.code(mechanism.EntryName(r.Index)))
	if c.Note != "" {
		p.say(0, "hand.note", "note", firstWords(c.Note, 4000))
	}
	p.items(c)
	if len(c.Done) > 0 {
		p.say(0, "hand.done", "items", p.entries(c.Done))
	}
	if len(c.Unread) > 0 {
		p.say(0, "hand.unread", "items", p.entries(c.Unread))
	}
	d.confirmedPage(p)
	c.Text = p.String()
	return c, nil
}

// Relieve signs that an officer takes over the watch of his role; handover is the one
// that he was shown, and fresh the entries that he was shown to have opened since.
func (d *Desk) Relieve(ctx context.Context, by identity.Author, handover, note, lang string, fresh []uint64) (id string, err error) {
	h, ref, err := d.waiting(by)
	if err != nil {
		return "", err
	}
	if h.Statement != handover {
		return "", rule.Refuse(watch.NoHandover, "look at it with `parley relieve`, and sign then", "a newer handover has taken the place of %s", handover)
	}
	return d.signNote(ctx, by, "relief", nil, fresh, note, lang, ref)
}

// waiting gives the newest handover of an officer's role that waits for its relief.
func (d *Desk) waiting(by identity.Author) (watch.Handover, statement.Ref, error) {
	if by.Party != d.party {
		_, err := d.officerKey(by)
		return watch.Handover{}, statement.Ref{}, err
	}
	for _, h := range d.work.Board().Watch.Of(d.party).Handovers {
		if r, ok := d.work.Record(h.Statement); ok && h.Role == by.Role && h.Relief == "" {
			return h, statement.Ref{Relation: "relieves", ID: h.Statement, Hash: r.Hash}, nil
		}
	}
	return watch.Handover{}, statement.Ref{}, rule.Refuse(watch.NoHandover, "have the officer who leaves sign `parley handover -sign`", "no handover of role %s waits for its relief at %s", by.Role, d.party)
}
