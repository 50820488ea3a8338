package desk

import (
	"slices"
	"sync"

	"parley/mechanism"
	"parley/statement"
	"parley/words"
)

// untoldWithin is among how many of the newest entries releases are looked for that
// came without their text.
const untoldWithin = 1000

// An openings is what the newest entries say was released to this party without its text
// being here, as far as they were looked through: each is looked at once.
type openings struct {
	mu      sync.Mutex // guards what follows
	blocks  uint64     // of the replica as it was looked through
	size    uint64
	unread  []uint64 // entries whose own text is not here, and may come
	missing []opening
}

// An opening is a release of a statement whose text is not here.
type opening struct {
	entry uint64 // of the release
	area  string
	ref   statement.Ref
}

// missingTexts gives the releases to this party among the newest entries whose texts are
// not here.
func (d *Desk) missingTexts() []opening {
	o := &d.openings
	o.mu.Lock()
	defer o.mu.Unlock()
	blocks, size := d.work.Blocks(), d.work.Size()
	if blocks == o.blocks {
		return slices.Clone(o.missing)
	}
	oldest := size - min(size, untoldWithin)
	look := slices.DeleteFunc(o.unread, func(index uint64) bool { return index < oldest })
	for index := max(o.size, oldest); index < size; index++ {
		look = append(look, index)
	}
	o.unread = nil
	for _, index := range look {
		r, ok := d.work.RecordAt(index)
		if !ok {
			o.unread = append(o.unread, index)
			continue
		}
		if r.Delivery != nil || !slices.Contains(r.Claims.To, d.party) {
			continue
		}
		for _, ref := range r.Claims.Refs {
			if mechanism.Opening(ref.Relation) {
				o.missing = append(o.missing, opening{index, r.Claims.Area, ref})
			}
		}
	}
	o.missing = slices.DeleteFunc(o.missing, func(m opening) bool {
		_, known := d.work.Record(m.ref.ID)
		return known || m.entry < oldest
	})
	o.blocks, o.size = blocks, size
	return slices.Clone(o.missing)
}

// untold raises an alarm for what was released to this party and was not handed over.
// That accuses nobody: the hub, or a desk's key that did not read the area, may be the
// reason. So only what all of this desk's keys read by then is told.
func (d *Desk) untold(p *page, sees func(area string) bool) []Alarm {
	var all []Alarm
	for _, m := range d.missingTexts() {
		if !sees(m.area) {
			continue
		}
		if at, ok := d.work.IndexOf(m.ref.Hash); ok && d.readBy(m.area, at) {
			all = append(all, Alarm{Kind: AlarmUntold, Entry: at, Text: words.M("watch.untold", "entry", p.code(mechanism.EntryName(at)), "release", p.code(mechanism.EntryName(m.entry)), "party", p.party(p.charter.Supervisor().ID)).In(p.lang)})
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
