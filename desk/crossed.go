package desk

import (
	"slices"
	"time"

	"parley/delivery"
	"parley/matter"
	"parley/mechanism"
)

// A Crossing is a message of another party that crossed the statement shown: who
// signed the later of the two had not seen the earlier, as its claim seen says.
type Crossing struct {
	ID     string    `json:"id"`
	Index  uint64    `json:"index"`
	Author string    `json:"author"`
	Format string    `json:"format"`
	Logged time.Time `json:"logged"`
	Later  bool      `json:"later"` // it is the later of the two: its author had not seen what is shown
}

// Crossings are looked for in so many entries before and after a statement, and so
// many of them are named.
const (
	crossedWithin = 500
	maxCrossings  = 8
)

// crossed finds the messages between the author's party and those the statement is
// addressed to that crossed it, as far as this desk may read them.
func (d *Desk) crossed(record *mechanism.Record) []Crossing {
	if record.Delivery == nil || record.Delivery.Status != delivery.Released {
		return nil
	}
	var all []Crossing
	first := record.Index - min(record.Index, crossedWithin)
	for index := first; index < min(record.Index+crossedWithin, d.work.Size()) && len(all) < maxCrossings; index++ {
		other, ok := d.work.RecordAt(index)
		if !ok || !between(record, other) {
			continue
		}
		earlier, later := other, record
		if index > record.Index {
			earlier, later = record, other
		}
		if d.unseen(earlier, later) {
			c := other.Claims
			all = append(all, Crossing{c.ID, index, c.Author.String(), c.Format, other.Logged, later == other})
		}
	}
	return all
}

// between reports whether two released messages of one area are from each of two
// parties to the other. Who may read one of a project may not read another's.
func between(a, b *mechanism.Record) bool {
	if b.Facts != nil && b.Facts.Kind == matter.Project && (a.Facts == nil || a.Facts.Matter != b.Facts.Matter) {
		return false
	}
	return a.Index != b.Index && a.Claims.Area == b.Claims.Area && b.Delivery != nil && b.Delivery.Status == delivery.Released && a.Claims.Author.Party != b.Claims.Author.Party &&
		slices.Contains(a.Claims.To, b.Claims.Author.Party) && slices.Contains(b.Claims.To, a.Claims.Author.Party)
}

// unseen reports whether the author of later, by the ledger that it says to have
// seen, could not have read earlier: it was not ordered, or had not left the gate.
func (d *Desk) unseen(earlier, later *mechanism.Record) bool {
	seen := later.Claims.Seen.Size
	if earlier.Index >= seen {
		return true
	}
	at, ok := d.work.TimeAt(seen - 1)
	return ok && earlier.Delivery.Gated.After(at)
}
