package desk

import (
	"cmp"
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"parley/charter"
	"parley/delivery"
	"parley/identity"
	"parley/mechanism"
	"parley/rule"
	"parley/statement"
	"parley/words"
)

// A GateItem is a message that waits at the gate.
type GateItem struct {
	ListItem
	Since    time.Time `json:"since"`              // when it came to the gate
	Due      time.Time `json:"due,omitzero"`       // when the gate's limit ends
	Auto     bool      `json:"auto,omitempty"`     // the hub's clock releases it then
	Escrow   bool      `json:"escrow,omitempty"`   // it waits for the other side's deposit, and no person opens it
	Superior string    `json:"superior,omitempty"` // party/role that it goes to at its limit, or went to
	Called   time.Time `json:"called,omitzero"`    // when it went there
	Reason   string    `json:"reason,omitempty"`   // of the last hold
	Other    *ListItem `json:"other,omitempty"`    // the latest of another side that it refers to or is in one matter with
}

// Gate gives what waits at the gate and as may read, first that of the charter's first
// precedence, then by time left, overdue first: all of it at the supervisor's desk, and at any other only what its own side has there. What another
// side has at the gate is in no replica of this one, and Other never tells of it.
// It reports nothing displayed.
func (d *Desk) Gate(ctx context.Context, lang string, as identity.Author) ([]GateItem, error) {
	ctx = reading(ctx, as)
	sees, err := d.eyes(ctx)
	if err != nil {
		return nil, err
	}
	all, blocks := []GateItem{}, blockCache{}
	for _, r := range d.work.Open(d.party) {
		s := r.Delivery
		if !s.Waiting() || !sees(r.Claims.Area) {
			continue
		}
		item, err := d.gateItem(ctx, r, lang, sees, blocks)
		if err != nil {
			return nil, err
		}
		all = append(all, item)
	}
	slices.SortStableFunc(all, gateOrder(d.Charter()))
	return all, d.work.Err()
}

// gateOrder puts the first precedence before all others, what has a limit before what has
// none, and less time left before more.
func gateOrder(c *charter.Charter) func(a, b GateItem) int {
	first := ""
	if len(c.Precedences) > 0 {
		first = c.Precedences[0].ID
	}
	return func(a, b GateItem) int {
		return cmp.Or(-compareBool(a.Precedence == first, b.Precedence == first), -compareBool(!a.Due.IsZero(), !b.Due.IsZero()), a.Due.Compare(b.Due), cmp.Compare(*a.Index, *b.Index))
	}
}

func (d *Desk) gateItem(ctx context.Context, r *mechanism.Record, lang string, sees func(string) bool, blocks blockCache) (GateItem, error) {
	s := r.Delivery
	base, err := d.itemFor(r.Index, sees)
	if err != nil {
		return GateItem{}, err
	}
	item := GateItem{Since: s.Submitted, Due: s.Due, Auto: s.Mode == delivery.ModeAutoRelease, Escrow: s.Mode == delivery.ModeEscrow, Reason: s.Reason}
	if item.ListItem, err = d.listItem(ctx, base, lang, blocks); err != nil {
		return item, err
	}
	if s.Mode == delivery.ModeReview {
		item.Superior = mechanism.GoesTo(d.Charter(), delivery.Timer{Stage: delivery.StageGate, Party: s.Supervisor})
	}
	for _, call := range s.Calls {
		if call.Stage == delivery.StageGate {
			item.Called = call.At
		}
	}
	if other, ok := d.across(r, sees); ok {
		base, err := d.itemFor(other.Index, sees)
		if err != nil {
			return item, err
		}
		line, err := d.listItem(ctx, base, lang, blocks)
		if err != nil {
			return item, err
		}
		item.Other = &line
	}
	return item, nil
}

// across gives the latest that another side has said of what r says: in the same
// matter, or where it is in none, among what it refers to. What waits at the gate is not
// said yet.
func (d *Desk) across(r *mechanism.Record, sees func(string) bool) (other *mechanism.Record, ok bool) {
	consider := func(o *mechanism.Record) {
		said := o.Delivery != nil && o.Delivery.Status == delivery.Released && o.Claims.Author.Party != r.Claims.Author.Party && o.Claims.Author.Party != r.Delivery.Supervisor
		if said && o.Purged == 0 && sees(o.Claims.Area) && (other == nil || o.Index > other.Index) {
			other = o
		}
	}
	if r.Facts != nil && r.Facts.Matter != "" {
		if m, known := d.work.Matter(r.Facts.Matter); known {
			for _, index := range slices.Backward(m.Moves) {
				if o, known := d.work.RecordAt(index); known && other == nil {
					consider(o)
				}
			}
		}
	}
	if other == nil {
		for _, ref := range r.Claims.Refs {
			if o, known := d.work.Record(ref.ID); known {
				consider(o)
			}
		}
	}
	return other, other != nil
}

// A TearPart is a field or a paragraph of what waits at the gate, and whether its release
// may withhold it.
type TearPart struct {
	Name     string   `json:"name"` // "item" or "item/2", as Saying.Withhold takes it
	Label    string   `json:"label"`
	Lines    []string `json:"lines"`              // what it says
	Critical bool     `json:"critical,omitempty"` // without it no readback counts as understood
	Rule     string   `json:"rule,omitempty"`     // that it may not be withheld by; empty: it may
	Refused  string   `json:"refused,omitempty"`  // why
}

// TearLine gives the parts of a message at the gate to an officer who may release it, in
// the order of its format. An empty list means that nothing of it may be withheld at all.
func (d *Desk) TearLine(ctx context.Context, ref, lang string, as identity.Author) ([]TearPart, error) {
	ctx = reading(ctx, as)
	_, original, err := d.refer(ctx, Saying{By: as, About: ref, Lang: lang}, "releases")
	if err != nil {
		return nil, err
	}
	c := original.Claims()
	record, ok := d.work.Record(c.ID)
	if !ok || record.Delivery == nil || !record.Delivery.Waiting() || record.Delivery.Supervisor != as.Party {
		return nil, rule.Refuse(mechanism.BadRef, "`parley watch` shows what does", "statement %s does not wait for a release by %s", c.ID, as)
	}
	if record.Facts == nil {
		return nil, nil
	}
	f, ok := d.whole(original)
	if !ok {
		return nil, nil
	}
	var all []TearPart
	for i := range f.Fields {
		field := &f.Fields[i]
		for _, p := range original.Parts() {
			name, paragraph := p.Of()
			if name != field.Name || !p.Open {
				continue
			}
			part := TearPart{Name: p.Name, Label: field.Label.In(lang)}
			value, _ := original.Field(name)
			if paragraph {
				part.Lines = []string{words.Isolate(lang, paragraphOf(value, p.Name))}
			} else {
				part.Lines = field.Show(d.Charter().Setting(d.party), lang, value)
			}
			if part.Critical, err = mechanism.MayWithhold(d.Charter(), record, p.Name); err != nil {
				problem := problemOf(err)
				part.Rule, part.Refused = problem.Rule, problem.Detail
			}
			all = append(all, part)
		}
	}
	if !slices.ContainsFunc(all, func(p TearPart) bool { return p.Rule == "" }) {
		return nil, nil
	}
	return all, nil
}

// paragraphOf gives the text of one paragraph, named "item/2".
func paragraphOf(value any, name string) string {
	text, ok := value.(statement.Text)
	_, number, _ := strings.Cut(name, "/")
	if !ok {
		return ""
	}
	for i, p := range text {
		if number == strconv.Itoa(i+1) {
			return p.Text
		}
	}
	return ""
}
