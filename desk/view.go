package desk

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"parley/delivery"
	"parley/format"
	"parley/identity"
	"parley/mechanism"
	"parley/rule"
	"parley/statement"
)

// Kinds of items, besides those of formats.
const (
	KindCharter  = "charter"
	KindWithheld = "withheld" // its text was not handed over, or not yet
)

// An Item is one line of what a desk knows: an entry of the ledger, or a
// statement of its own that is not in it.
type Item struct {
	Index      *uint64   `json:"index,omitempty"` // of its entry; none for what waits in the outbox or was refused
	ID         string    `json:"id,omitempty"`
	Kind       string    `json:"kind"`             // message, act, key, charter or withheld
	Time       time.Time `json:"time,omitzero"`    // author's clock
	Logged     time.Time `json:"logged,omitzero"`  // hub's clock
	Author     string    `json:"author,omitempty"` // party/role/officer
	Format     string    `json:"format,omitempty"`
	Area       string    `json:"area,omitempty"`
	Precedence string    `json:"precedence,omitempty"`
	To         []string  `json:"to,omitempty"`
	Status     string    `json:"status"`
	Standing   string    `json:"standing,omitempty"` // of what has an entry: logged, or confirmed
	Marks      []string  `json:"marks,omitempty"`    // what must not be overlooked, see marks.go
	Problem    *Problem  `json:"problem,omitempty"`  // why it was refused
}

// List gives the newest items first, at most limit of them: what waits in the
// outbox or was refused, then the ledger from its end. Without all, only
// messages and what is withheld. It needs no hub.
func (d *Desk) List(ctx context.Context, limit int, all bool) ([]Item, error) {
	sees, err := d.eyes(ctx)
	if err != nil {
		return nil, err
	}
	unsent, err := d.unsent(ctx, sees, all)
	if err != nil {
		return nil, err
	}
	items := []Item{}
	for _, u := range unsent {
		items = append(items, u.Item)
	}
	const look = 20_000 // entries looked at
	size := d.work.Size()
	for n := uint64(0); n < min(size, look) && len(items) < limit && ctx.Err() == nil; n++ {
		item, err := d.itemFor(size-1-n, sees)
		if err != nil {
			return nil, err
		}
		if all || item.Kind == string(format.Message) || item.Kind == KindWithheld {
			items = append(items, item)
		}
	}
	items = items[:min(limit, len(items))]
	if err := d.markOverlaps(ctx, items); err != nil {
		return nil, err
	}
	return items, ctx.Err()
}

// item describes the entry at index.
func (d *Desk) item(index uint64) (Item, error) {
	return d.itemFor(index, func(string) bool { return true })
}

// itemFor describes it to whoever reads the areas that sees says: what is of another is
// an entry without a text, like what the desk itself has no text of.
func (d *Desk) itemFor(index uint64, sees func(area string) bool) (Item, error) {
	if record, ok := d.work.RecordAt(index); ok && sees(record.Claims.Area) {
		item := itemOf(record.Claims)
		item.Index, item.Logged, item.Status, item.Standing = &index, record.Logged, statusOf(record), d.standingOf(index)
		item.Marks = marksOf(record, d.config.Clock())
		return item, nil
	}
	entry, ok := d.work.EntryAt(index)
	if !ok {
		return Item{}, fmt.Errorf("read entry %d: %w", index, d.work.Err())
	}
	item := Item{Index: &index, Kind: KindWithheld, Status: KindWithheld, Logged: entry.Logged, Standing: d.standingOf(index)}
	for _, e := range d.work.Editions() {
		if e.Index == index {
			item.Kind, item.Status, item.Format = KindCharter, "in force", fmt.Sprintf("edition %d", e.Signed.Edition)
		}
	}
	return item, nil
}

func itemOf(c statement.Claims) Item {
	item := Item{ID: c.ID, Time: c.Time, Author: c.Author.String(), Format: c.Format, Area: c.Area, Precedence: c.Precedence, To: c.To}
	item.Kind = string(format.Message)
	if !c.Late.IsZero() {
		item.Marks = []string{MarkLateEntry}
	}
	if f, ok := format.Catalogue().Lookup(c.Format); ok { // a charter's own formats are messages
		item.Kind = string(f.Kind)
	}
	return item
}

// statusOf says in one word where a statement stands: at the gate, the step that
// every addressee has reached, that another has taken its place, or that its time
// has ended. What is superseded or expired is never shown as current, and what was
// read back wrongly never as understood.
func statusOf(r *mechanism.Record) string {
	d := r.Delivery
	switch {
	case r.Purged != 0:
		return Purged
	case d == nil:
		return "logged"
	case d.Status != delivery.Released:
		return string(d.Status)
	case d.Superseded.By != "" && d.Superseded.Cancel:
		return "cancelled"
	case d.Superseded.By != "":
		return "replaced"
	case !d.Expired.IsZero():
		return MarkExpired
	}
	every := func(reached func(delivery.Reach) bool) bool {
		return !slices.ContainsFunc(d.Reach, func(reach delivery.Reach) bool { return !reached(reach) })
	}
	acknowledged := every(func(reach delivery.Reach) bool { return len(reach.Acks) > 0 })
	switch {
	case acknowledged && every(func(reach delivery.Reach) bool { return d.Understood(reach.Party) }):
		return "understood"
	case acknowledged:
		return "acknowledged"
	case every(func(reach delivery.Reach) bool { return !reach.Displayed.IsZero() }):
		return "displayed"
	case every(func(reach delivery.Reach) bool { return !reach.Delivered.IsZero() }):
		return "delivered"
	}
	return string(delivery.Released)
}

// A Detail is one statement with its evidence.
type Detail struct {
	Item
	Hash      string            `json:"hash"`
	Serial    string            `json:"serial"`
	Prev      string            `json:"prev,omitempty"`
	Seen      uint64            `json:"seen"` // size of the ledger that its author had verified
	Refs      []Ref             `json:"refs,omitempty"`
	Exercise  bool              `json:"exercise"`
	Fields    []statement.Field `json:"fields"`
	Withheld  int               `json:"withheld"` // fields and paragraphs that were taken out
	Title     string            `json:"title"`    // the format's name in the language asked for
	Text      string            `json:"text"`     // the fields, rendered in it
	Late      *LateView         `json:"late,omitempty"`
	Key       Key               `json:"key"`
	Second    *Key              `json:"second,omitempty"` // of the second officer who signed it
	Digest    string            `json:"digest,omitempty"` // of what waits for a second officer, who names it to sign; then hash, serial, prev and seen are not set
	Delivery  *delivery.State   `json:"delivery,omitempty"`
	Confirmed bool              `json:"confirmed"` // cosigned by every party that must
	Receipt   string            `json:"receipt,omitempty"`

	Readbacks    []ReadbackView `json:"readbacks,omitempty"`    // oldest first
	Translations []Translation  `json:"translations,omitempty"` // that this desk may read
	Overlaps     *Overlaps      `json:"overlaps,omitempty"`     // what stands that it overlaps
	Annotations  []Annotation   `json:"annotations,omitempty"`  // of the supervisor's, oldest first
	Purged       *Tombstone     `json:"purged,omitempty"`       // its text is destroyed; nil: it is not
	Cut          *Cut           `json:"cut,omitempty"`          // what its release kept from its addressees; nil: nothing
	Crossed      []Crossing     `json:"crossed,omitempty"`      // in the ledger's order
}

// A Ref is a reference as people read it.
type Ref struct {
	Relation string `json:"relation"`
	ID       string `json:"id"`
}

// A Key is the key that signed, as the ledger knows it.
type Key struct {
	ID       string `json:"id"`
	Author   string `json:"author"`
	Endorsed uint64 `json:"endorsed"`          // entry of its endorsement; 0 for a root key of the charter
	Revoked  uint64 `json:"revoked,omitempty"` // entry of its revocation
}

// Show gives a statement to a person to read, in one of the catalogue's
// languages. ref is as [Desk.Find] takes it. A statement to this party that
// nobody here has seen yet is reported displayed. What is for named readers alone
// is shown by [Desk.ShowTo].
func (d *Desk) Show(ctx context.Context, ref, lang string) (*Detail, error) {
	return d.ShowTo(ctx, ref, lang, identity.Author{})
}

func (d *Desk) detail(ctx context.Context, ref, lang string) (*Detail, *mechanism.Record, error) {
	id, err := d.Find(ctx, ref)
	if err != nil {
		return nil, nil, err
	}
	r, err := d.outbox.get(ctx, id)
	if err != nil {
		return nil, nil, err
	}
	record, ordered := d.work.Record(id)
	detail := &Detail{}
	var s *statement.Statement
	if !ordered && r == nil {
		return d.waits(ctx, id, lang)
	}
	if ordered {
		if s, err = d.statementAt(ctx, record.Index); err != nil {
			return nil, nil, err
		}
		if detail.Item, err = d.item(record.Index); err != nil {
			return nil, nil, err
		}
		detail.Delivery, detail.Hash = record.Delivery, statement.EncodeHash(record.Hash)
		detail.Confirmed = detail.Standing == Confirmed
	} else {
		s = r.statement
		detail.Item, detail.Hash = itemOf(s.Claims()), statement.EncodeHash(s.Hash())
		detail.Status = r.state
		if r.problem != nil {
			p := problemOf(r.problem.Err())
			detail.Problem = &p
		}
	}
	if r != nil {
		detail.Receipt = string(r.receipt)
	}
	d.describe(detail, s, lang)
	if ordered && record.Purged != 0 {
		if detail.Purged, err = d.tombstone(ctx, record, lang); err != nil {
			return nil, nil, err
		}
		detail.Text = strings.Join(detail.Purged.Lines, "\n") + "\n"
	} else if detail.Overlaps, err = d.overlapsOf(ctx, s, lang); err != nil {
		return nil, nil, err
	}
	if ordered && record.Delivery != nil {
		detail.Crossed = d.crossed(record)
		if detail.Cut, err = d.cutOf(ctx, record, s, lang); err != nil {
			return nil, nil, err
		}
		if err := d.about(ctx, detail, record, lang); err != nil {
			return nil, nil, err
		}
	}
	return detail, record, nil
}

func (d *Desk) describe(detail *Detail, s *statement.Statement, lang string) {
	c := s.Claims()
	detail.Serial, detail.Prev, detail.Seen, detail.Exercise = c.Serial.String(), c.Prev, c.Seen.Size, c.Exercise
	detail.Fields, detail.Withheld = s.Fields(), s.Withheld()
	for _, ref := range c.Refs {
		detail.Refs = append(detail.Refs, Ref{ref.Relation, ref.ID})
	}
	if f, ok := d.whole(s); ok {
		detail.Title, detail.Text = f.Names.In(lang), f.Render(d.Charter().Setting(d.party), lang, s)
	}
	detail.Key, detail.Late = d.keyOf(s.KID()), d.late(s, detail.Logged, lang)
	if kid := s.SecondKID(); kid != "" {
		key := d.keyOf(kid)
		detail.Second = &key
	}
}

// keyOf describes the key of a thumbprint, as far as it is known.
func (d *Desk) keyOf(kid string) Key {
	if key, ok := mechanism.FindKey(d.work, kid, d.work.Size()); ok {
		return Key{ID: key.ID, Author: key.Author.String(), Endorsed: key.Endorsed, Revoked: key.Revoked}
	}
	return Key{ID: kid}
}

// Find gives the identifier of the one known statement that ref names: a whole
// identifier, the beginning of one, or the number of an entry. What whoever asks may not
// read is to him as if it were not there, and that he asked for it is logged.
func (d *Desk) Find(ctx context.Context, ref string) (string, error) {
	sees, err := d.eyes(ctx)
	if err != nil {
		return "", err
	}
	id, hid, err := d.find(ctx, ref, sees)
	if err != nil && hid {
		if failed := d.hidden(ctx, "read", ref); failed != nil {
			return "", failed
		}
	}
	return id, err
}

// find is Find for whoever reads the areas that sees says. hid says that something else
// was meant, or may have been.
func (d *Desk) find(ctx context.Context, ref string, sees func(area string) bool) (id string, hid bool, err error) {
	if ref == "" {
		return "", false, rule.Refuse(NotFound, "check the identifier with `parley ls`", "no statement %q is known to %s", ref, d.party)
	}
	if index, err := strconv.ParseUint(ref, 10, 63); err == nil && strconv.FormatUint(index, 10) == ref {
		record, ok := d.work.RecordAt(index)
		if ok && sees(record.Claims.Area) {
			return record.Claims.ID, false, nil
		}
		if index < d.work.Size() {
			return "", ok, rule.Refuse(NotFound, "`parley ls` shows which can be read", "the text of entry %d is not in this desk's replica, or not for you to read", index)
		}
	}
	// A statement goes from what waits to what is unsettled and then to the ledger: it is
	// looked for in that order, so that one on its way is not missed.
	waiting, err := d.outbox.waiting(ctx)
	if err != nil {
		return "", false, err
	}
	rows, err := d.unsettled(ctx)
	if err != nil {
		return "", false, err
	}
	own, err := d.outbox.get(ctx, ref) // the hub may have accepted it, and this replica not have it yet
	if err != nil {
		return "", false, err
	}
	const most = 1000 // so many may begin alike of which the one that is meant can be read
	found, err := d.work.Find(ctx, ref, most)
	if err != nil {
		return "", false, err
	}
	var ids []string
	add := func(id, area string) {
		if sees(area) {
			ids = append(ids, id)
		} else {
			hid = true
		}
	}
	for _, id := range found {
		if record, ok := d.work.Record(id); ok {
			add(id, record.Claims.Area)
		}
	}
	for _, r := range rows {
		if strings.HasPrefix(r.id, ref) {
			add(r.id, r.statement.Claims().Area)
		}
	}
	for _, w := range waiting {
		if c := w.claims(); strings.HasPrefix(c.ID, ref) {
			add(c.ID, c.Area)
		}
	}
	if own != nil {
		add(own.id, own.statement.Claims().Area)
	}
	slices.Sort(ids)
	ids = slices.Compact(ids)
	switch {
	case len(ids) == 0:
		return "", hid, rule.Refuse(NotFound, "check the identifier with `parley ls`", "no statement %q is known to %s", ref, d.party)
	case len(ids) > 1:
		return "", false, rule.Refuse(Ambiguous, "write more of the identifier, or the entry's number", "%q is the beginning of several identifiers, such as %s and %s", ref, ids[0], ids[1])
	}
	return ids[0], false, nil
}
