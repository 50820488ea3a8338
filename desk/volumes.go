package desk

import (
	"cmp"
	"slices"
	"sync"
	"time"

	"parley/activity"
	"parley/delivery"
	"parley/mechanism"
)

// Bounds of what one question about overlaps looks at.
const (
	maxOverlapLook = 20_000    // newest entries that are looked through for volumes when the desk has just started
	maxCandidates  = 2_000     // statements whose time the question's shares
	maxOverlapWork = 1_000_000 // steps of [activity.Volume.Meets], each about a microsecond, of one request
	maxVolumes     = 20_000    // statements that are kept in mind
	maxRead        = 8 << 20   // bytes of signed fields whose volumes are kept as they are compared, which takes some times that
)

// volumes are the statements with a volume whose texts this desk has, oldest
// first. They are gathered from the replica by whoever asks, so what is withheld
// here is not among them. What is current is asked of the replica each time.
type volumes struct {
	mu    sync.Mutex // guards all
	begun bool
	first uint64 // entries before it were not looked through
	next  uint64 // entry to look at next
	known []*placed
	ids   map[string]bool // of known
	read  int             // bytes of the fields of those that have their volume
}

// A placed is one of them.
type placed struct {
	id      string
	index   uint64
	lasts   activity.Span
	expires time.Time
	volume  *activity.Volume // nil: to be read from its record again
	size    int              // bytes of the fields that it was read from
	over    bool             // superseded: it never is current again
}

// gather looks at what the replica has got since. A text that a release hands over
// stands before the entry of the release. What is over is forgotten by the hub's
// clock, since this desk's may be wrong for a while.
func (v *volumes) gather(d *Desk) {
	size := d.work.Size()
	var now time.Time
	if size > 0 {
		now, _ = d.work.TimeAt(size - 1)
	}
	if !v.begun {
		v.begun, v.ids = true, map[string]bool{}
		v.first = size - min(size, maxOverlapLook)
		v.next = v.first
	}
	for ; v.next < size; v.next++ {
		r, ok := d.work.RecordAt(v.next)
		if !ok {
			continue
		}
		v.add(d, r, now)
		for _, ref := range r.Claims.Refs {
			if !mechanism.Opening(ref.Relation) {
				continue
			}
			if opened, ok := d.work.Record(ref.ID); ok {
				v.add(d, opened, now)
			}
		}
	}
	slices.SortFunc(v.known, func(a, b *placed) int { return cmp.Compare(a.index, b.index) })
	if more := len(v.known) - maxVolumes; more > 0 {
		v.first = max(v.first, v.known[more].index)
		for _, p := range v.known[:more] {
			p.over = true
		}
	}
	v.known = slices.DeleteFunc(v.known, func(p *placed) bool {
		gone := p.over || !p.expires.IsZero() && now.After(p.expires)
		if gone {
			delete(v.ids, p.id)
			v.read -= p.size
		}
		return gone
	})
}

// add keeps a record in mind that stands or may come to. Nothing else does later.
func (v *volumes) add(d *Desk, r *mechanism.Record, now time.Time) {
	if v.ids[r.Claims.ID] || !asks(r, now) {
		return
	}
	volume, ok := d.volumeOf(r)
	if !ok {
		return
	}
	v.ids[r.Claims.ID] = true
	p := &placed{id: r.Claims.ID, index: r.Index, lasts: volume.Lasts(), expires: r.Facts.Expires}
	v.keep(p, r, volume)
	v.known = append(v.known, p)
}

// keep keeps a volume as it is compared, while there is room.
func (v *volumes) keep(p *placed, r *mechanism.Record, volume *activity.Volume) {
	size := 0
	for _, said := range r.Facts.Critical {
		size += len(said)
	}
	if v.read+size <= maxRead {
		v.read += size
		p.volume, p.size = volume, size
	}
}

// volumeOf reads a statement's volume from what is critical in it. A cancellation
// announces nothing.
func (d *Desk) volumeOf(r *mechanism.Record) (*activity.Volume, bool) {
	if r.Facts == nil || r.Delivery == nil || r.Delivery.Cancels {
		return nil, false
	}
	f, ok := d.Charter().Format(r.Facts.Content)
	if !ok {
		return nil, false
	}
	return activity.Of(f, func(name string) string { return r.Facts.Critical[name] }, r.Facts.Expires)
}

// standing reports whether what a record says is announced now: it has left the
// gate, nothing has taken its place, and its time is not over.
func standing(r *mechanism.Record, now time.Time) bool {
	state := r.Delivery
	if state == nil || !state.Current() || !state.Expired.IsZero() {
		return false
	}
	return r.Facts != nil && (r.Facts.Expires.IsZero() || !now.After(r.Facts.Expires))
}

// asks reports whether it is worth asking what a record overlaps: it stands, or it
// waits at the gate.
func asks(r *mechanism.Record, now time.Time) bool {
	if r.Delivery == nil || r.Facts == nil || !r.Facts.Expires.IsZero() && now.After(r.Facts.Expires) {
		return false
	}
	return r.Delivery.Waiting() || standing(r, now)
}

// A meeting is one standing statement that a question's volume meets.
type meeting struct {
	record *mechanism.Record
	activity.Overlap
}

// A question asks what a volume meets.
type question struct {
	volume *activity.Volume
	id     string   // of the statement itself; empty where it has none yet
	not    []string // statements that it takes the place of
}

// found is the answer to a question.
type found struct {
	meetings []meeting // newest first
	unseen   int       // whose time it shares and that were not looked at
	before   uint64    // entries before this one were not looked at
}

// ask answers questions, one by one, with the same bounds for all of them
// together; answer is called for each in turn.
func (d *Desk) ask(now time.Time, questions int, question func(i int) (question, bool), answer func(i int, f found)) {
	v := &d.volumes
	v.mu.Lock()
	defer v.mu.Unlock()
	v.gather(d)
	work := maxOverlapWork
	for i := range questions {
		if q, ok := question(i); ok {
			answer(i, v.meet(d, q, now, &work))
		}
	}
}

func (v *volumes) meet(d *Desk, q question, now time.Time, work *int) found {
	f := found{before: v.first}
	lasts := q.volume.Lasts()
	looked := 0
	*work -= len(v.known) / 64
	for i := len(v.known) - 1; i >= 0; i-- {
		p := v.known[i]
		if _, shared := lasts.Shared(p.lasts); !shared || p.over || p.id == q.id || slices.Contains(q.not, p.id) {
			continue
		}
		if looked++; looked > maxCandidates || *work < 0 {
			f.unseen++
			continue
		}
		other := p.volume
		if other == nil {
			*work -= 100
			r, ok := d.work.Record(p.id)
			if ok {
				other, ok = d.volumeOf(r)
			}
			if !ok {
				continue
			}
			v.keep(p, r, other)
		}
		o, meets := q.volume.Meets(other, activity.Margin, work)
		if !meets {
			continue
		}
		*work -= 50
		switch r, ok := d.work.Record(p.id); {
		case !ok:
		case r.Delivery.Superseded.By != "" || r.Delivery.Status == delivery.Returned || r.Delivery.Status == delivery.Withdrawn:
			p.over = true
		case standing(r, now):
			f.meetings = append(f.meetings, meeting{r, o})
		}
	}
	return f
}
