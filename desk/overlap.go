package desk

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"parley/activity"
	"parley/format"
	"parley/mechanism"
	"parley/statement"
	"parley/words"
)

// Marks of what overlaps. Both count statements that stand: released, not
// superseded and not over, of any side, as this desk may read them. What waits at
// a gate is never counted, whoever has put it there.
const (
	MarkOverlaps    = "overlaps"          // with their number
	MarkOverlapsOwn = "overlaps-own"      // with the number of them that are this party's, where the statement is not
	MarkUnseen      = "overlaps-unlooked" // there was too much to look at all
)

// maxMeetings is how many overlaps one answer tells of.
const maxMeetings = 100

// Overlaps are the standing statements that one shares time, ground and height
// with, for people to decide what follows: nothing is refused for them.
type Overlaps struct {
	Count  int       `json:"count"`            // how many were found
	With   []Overlap `json:"with"`             // the newest of them, newest first, at most 100
	Unseen int       `json:"unseen,omitempty"` // statements at the same time that were not looked at, as there are too many
	Before uint64    `json:"before,omitempty"` // what was ordered before this entry was not looked at
	Lines  []string  `json:"lines"`            // all of this in the language asked for
}

// An Overlap is one of them and how they meet.
type Overlap struct {
	ID     string    `json:"id"`
	Index  uint64    `json:"index"`
	Format string    `json:"format"`
	Author string    `json:"author"`
	Own    bool      `json:"own,omitempty"`  // of this party
	Begins time.Time `json:"begins"`         // what time they share, ends included
	Ends   time.Time `json:"ends,omitzero"`  // none: nobody knows when that is over
	Metres int64     `json:"metres"`         // between their areas, at least; 0 where they touch or overlap
	Band   string    `json:"band,omitempty"` // the heights they share; none: not said, or not comparable
}

// overlapsOf says what a statement, in the ledger or still in the outbox,
// overlaps; nil where it has no volume, is over or overlaps nothing.
func (d *Desk) overlapsOf(ctx context.Context, s *statement.Statement, lang string) (*Overlaps, error) {
	now, c, expires := d.config.Clock(), s.Claims(), time.Time{}
	if record, ok := d.work.Record(c.ID); ok {
		if !asks(record, now) {
			return nil, nil //nolint:nilnil // nothing is asked
		}
		expires = record.Facts.Expires
	}
	f, ok := d.whole(s)
	if !ok {
		return nil, nil //nolint:nilnil // it has no volume that is known here
	}
	return d.overlapping(ctx, f, s, c, expires, lang)
}

// PreviewOverlaps is what a new statement would overlap; nil where it has no
// volume, overlaps nothing or cannot be read.
func (d *Desk) PreviewOverlaps(q Saying) *Overlaps {
	f, ok := d.Charter().Newest(q.Format)
	if !ok {
		return nil
	}
	values, err := f.Parse(d.Charter().Setting(d.party), q.Fields)
	if err != nil {
		return nil
	}
	o, err := d.overlapping(reading(context.Background(), q.By), f, format.Values(values), statement.Claims{}, time.Time{}, q.Lang)
	if err != nil {
		return nil // it cannot be sent either
	}
	return o
}

func (d *Desk) overlapping(ctx context.Context, f *format.Format, s format.Source, c statement.Claims, expires time.Time, lang string) (answer *Overlaps, err error) {
	sees, err := d.eyes(ctx)
	if err != nil {
		return nil, err
	}
	fields := map[string]string{}
	for _, field := range s.Fields() {
		if said, ok := field.Value.(string); ok {
			fields[field.Name] = said
		}
	}
	volume, ok := activity.Of(f, func(name string) string { return fields[name] }, expires)
	if !ok {
		return nil, nil //nolint:nilnil // it has no volume
	}
	d.ask(d.config.Clock(), 1, func(int) (question, bool) { return question{volume, c.ID, replaced(c)}, true },
		func(_ int, f found) { answer = d.told(d.readable(f, sees), lang) })
	return answer, nil
}

// replaced gives the statements whose place one takes, or will.
func replaced(c statement.Claims) (ids []string) {
	for _, ref := range c.Refs {
		if mechanism.Supersedes(ref.Relation) {
			ids = append(ids, ref.ID)
		}
	}
	return ids
}

// markOverlaps adds their marks to items of a list.
func (d *Desk) markOverlaps(ctx context.Context, items []Item) error {
	sees, err := d.eyes(ctx)
	if err != nil {
		return err
	}
	now := d.config.Clock()
	d.ask(now, len(items), func(i int) (q question, ok bool) {
		if items[i].Index == nil || items[i].Kind != string(format.Message) {
			return q, false
		}
		record, ok := d.work.RecordAt(*items[i].Index)
		if !ok || !asks(record, now) {
			return q, false
		}
		q = question{id: record.Claims.ID, not: replaced(record.Claims)}
		q.volume, ok = d.volumeOf(record)
		return q, ok
	}, func(i int, f found) {
		items[i].Marks = append(items[i].Marks, d.overlapMarks(items[i].Author, d.readable(f, sees))...)
	})
	return nil
}

// readable leaves of what was found what may be read. Whoever may not read all that has
// a volume is not told how many of them there are.
func (d *Desk) readable(f found, sees func(area string) bool) found {
	for _, r := range d.Charter().Formats {
		if of, ok := d.Charter().Format(r.Format); ok && of.Volume != nil && !sees(of.Area) {
			f.unseen, f.before = 0, 0
		}
	}
	f.meetings = slices.DeleteFunc(slices.Clone(f.meetings), func(m meeting) bool { return !sees(m.record.Claims.Area) })
	return f
}

func (d *Desk) overlapMarks(author string, f found) (marks []string) {
	own := 0
	for _, m := range f.meetings {
		if m.record.Claims.Author.Party == d.party {
			own++
		}
	}
	if len(f.meetings) > 0 {
		marks = append(marks, fmt.Sprintf("%s %d", MarkOverlaps, len(f.meetings)))
	}
	if party, _, _ := strings.Cut(author, "/"); own > 0 && party != d.party {
		marks = append(marks, fmt.Sprintf("%s %d", MarkOverlapsOwn, own))
	}
	if f.unseen > 0 {
		marks = append(marks, MarkUnseen)
	}
	return marks
}

// told puts what was found in words.
func (d *Desk) told(f found, lang string) *Overlaps {
	if len(f.meetings) == 0 && f.unseen == 0 {
		return nil
	}
	o := &Overlaps{Count: len(f.meetings), With: []Overlap{}, Unseen: f.unseen, Before: f.before, Lines: []string{}}
	for _, m := range f.meetings[:min(len(f.meetings), maxMeetings)] {
		c := m.record.Claims
		one := Overlap{ID: c.ID, Index: m.record.Index, Format: c.Format, Author: c.Author.String(), Own: c.Author.Party == d.party,
			Begins: m.Time.Begins, Ends: m.Time.Ends, Metres: int64(math.Floor(m.Metres))}
		if m.Band != nil {
			one.Band = m.Band.String()
		}
		o.With = append(o.With, one)
		o.Lines = append(o.Lines, d.overlapLine(m.record, one, lang))
	}
	if rest := o.Count - len(o.With); rest > 0 {
		o.Lines = append(o.Lines, words.M("overlap.more", "count", rest).In(lang))
	}
	if o.Unseen > 0 {
		o.Lines = append(o.Lines, words.M("overlap.unseen", "count", o.Unseen).In(lang))
	}
	if o.Before > 0 {
		o.Lines = append(o.Lines, words.M("overlap.before", "entry", strconv.FormatUint(o.Before, 10)).In(lang))
	}
	return o
}

// overlapLine says how a statement is met.
func (d *Desk) overlapLine(r *mechanism.Record, o Overlap, lang string) string {
	code := func(text string) words.Raw { return words.Raw(words.LeftToRight(lang, text)) }
	name := words.Plain(o.Format)
	if f, ok := d.Charter().Format(r.Facts.Content); ok {
		name = words.Plain(words.Said(f.Names).In(lang))
	}
	when := words.M("overlap.from", "start", code(format.WriteInstant(o.Begins)))
	if !o.Ends.IsZero() {
		when = words.M("window.shown", "start", code(format.WriteInstant(o.Begins)), "end", code(format.WriteInstant(o.Ends)))
	}
	ground := words.M("overlap.ground")
	if o.Metres > 0 {
		ground = words.M("overlap.metres", "metres", code(strconv.FormatInt(o.Metres, 10)+" m"))
	}
	height := words.M("overlap.any-height")
	if o.Band != "" {
		height = words.M("overlap.height", "band", code(o.Band))
	}
	return words.M("overlap.with", "entry", code(strconv.FormatUint(o.Index, 10)), "format", code(r.Facts.Content), "name", name, "author", code(o.Author), "when", when, "ground", ground, "height", height).In(lang)
}
