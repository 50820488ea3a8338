package desk

import (
	"slices"

	"parley/mechanism"
	"parley/words"
)

// untoldWithin is among how many of the newest entries releases are looked for that
// came without their text.
const untoldWithin = 1000

// untold raises an alarm for what was released to this party and was not handed over.
// That accuses nobody: the hub, or a desk's key that did not read the area, may be the
// reason. So only what all of this desk's keys read by then is told.
func (d *Desk) untold(p *page, sees func(area string) bool) []Alarm {
	var all []Alarm
	size := d.work.Size()
	for index := size - min(size, untoldWithin); index < size; index++ {
		r, ok := d.work.RecordAt(index)
		if !ok || r.Delivery != nil || !slices.Contains(r.Claims.To, d.party) || !sees(r.Claims.Area) {
			continue
		}
		for _, ref := range r.Claims.Refs {
			if !mechanism.Opening(ref.Relation) {
				continue
			}
			if _, known := d.work.Record(ref.ID); known {
				continue
			}
			if at, ok := d.work.IndexOf(ref.Hash); ok && d.readBy(r.Claims.Area, at) {
				all = append(all, Alarm{Kind: AlarmUntold, Entry: at, Text: words.M("watch.untold", "entry", p.code(mechanism.EntryName(at)), "release", p.code(mechanism.EntryName(index)), "party", p.party(p.charter.Supervisor().ID)).In(p.lang)})
			}
		}
	}
	return all
}

// readBy reports whether every key of this desk was endorsed for the area before index.
func (d *Desk) readBy(area string, index uint64) bool {
	any := false
	for _, key := range d.work.Keys() {
		if key.Author != d.config.Author {
			continue
		}
		if any = true; key.Endorsed >= index || !key.Sees(area) {
			return false
		}
	}
	return any
}
