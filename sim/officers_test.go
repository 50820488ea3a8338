package sim

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"parley/delivery"
	"parley/desk"
	"parley/format"
	"parley/identity"
	"parley/mechanism"
	"parley/rule"
)

// An officer speaks for a party at its desk.
type officer struct {
	author identity.Author
	asleep bool
}

func population() []*officer {
	var all []*officer
	for _, name := range []string{"alder/watch/amal", "alder/watch/adam", "alder/analyst/aziz", "birch/watch/basil", "birch/watch/dalia", "birch/analyst/bahir", "cedar/gate/chen", "cedar/gate/cora",
		"alder/diplomat/dan", "birch/diplomat/dima", "alder/commercial/adnan", "birch/commercial/basma"} {
		all = append(all, &officer{author: author(name)})
	}
	return all
}

// plan chooses what people do now. All of it happens at about the same time.
func (w *world) plan() (acts []func()) {
	for range 1 + w.chance.IntN(3) {
		o := w.officers[w.chance.IntN(len(w.officers))]
		if change := w.chance.IntN(20); change == 0 || o.asleep && change < 5 {
			o.asleep = !o.asleep
			w.tracef("%s sleeps: %v", o.author, o.asleep)
		}
		if n := w.desks[o.author.Party]; n.runs() && !o.asleep {
			acts = append(acts, w.choose(o, n))
		}
	}
	return slices.DeleteFunc(acts, func(do func()) bool { return do == nil })
}

// choose gives what an officer does next, decided by chance and by what the desk
// shows; nil for nothing.
func (w *world) choose(o *officer, n *node) func() {
	if w.chance.IntN(3) == 0 {
		if do := w.seconds(o, n); do != nil {
			return do
		}
	}
	if o.author.Party == "cedar" && w.chance.IntN(2) == 0 {
		if r := w.pickWaiting(n); r != nil {
			return w.gate(o, n, r.Claims.ID)
		}
	}
	record := w.pick(n)
	if record == nil {
		return w.say(o, n, "")
	}
	if w.chance.IntN(3) == 0 {
		return w.say(o, n, record.Claims.ID)
	}
	switch {
	case o.author.Party == "cedar" && record.Delivery.Waiting():
		return w.gate(o, n, record.Claims.ID)
	case record.Claims.Author.Party == o.author.Party:
		return w.amend(o, n, record)
	}
	return w.answer(o, n, record)
}

// pick gives one of the newest messages that the desk knows; nil where none came
// up.
func (w *world) pick(n *node) *mechanism.Record {
	size := n.desk.Work().Size()
	for range 8 {
		back := 1 + w.chance.Uint64N(60)
		if back > size {
			continue
		}
		r, ok := n.desk.Work().RecordAt(size - back)
		if ok && r.Delivery != nil {
			return r
		}
	}
	return nil
}

// pickWaiting gives one of the newest messages that wait at the gate.
func (w *world) pickWaiting(n *node) *mechanism.Record {
	size := n.desk.Work().Size()
	var waiting []*mechanism.Record
	for back := uint64(1); back < min(size, 200) && len(waiting) < 4; back++ {
		if r, ok := n.desk.Work().RecordAt(size - back); ok && r.Delivery != nil && r.Delivery.Waiting() {
			waiting = append(waiting, r)
		}
	}
	if len(waiting) == 0 {
		return nil
	}
	return waiting[w.chance.IntN(len(waiting))]
}

// say is a new message; one that must answer another answers about.
func (w *world) say(o *officer, n *node, about string) func() {
	role, _ := w.charter.Role(o.author.Role)
	var formats []*format.Format
	for _, id := range role.May {
		if f, ok := w.charter.Newest(id); ok && f.Kind == format.Message && f.Borrows == "" {
			formats = append(formats, f)
		}
	}
	f := formats[w.chance.IntN(len(formats))]
	if of := slices.DeleteFunc(slices.Clone(formats), func(f *format.Format) bool { return len(lines[f.ID]) == 0 }); len(of) > 1 && w.chance.IntN(2) == 0 {
		f = of[w.chance.IntN(len(of))]
	}
	q := desk.Saying{By: o.author, Format: f.Ref(), Fields: w.typed(f)}
	if f.Refers > 0 || w.chance.IntN(6) == 0 {
		q.About = about
	}
	w.inMatter(n, f, &q)
	if w.chance.IntN(6) == 0 {
		q.Precedence = w.charter.Precedences[w.chance.IntN(len(w.charter.Precedences))].ID
	}
	return w.act(n, "say "+f.Ref(), q, func(ctx context.Context, d *desk.Desk) (string, error) { return d.Say(ctx, q) })
}

// seconds finds what waits for a second officer; nil where nothing does.
func (w *world) seconds(o *officer, n *node) func() {
	items, err := n.desk.List(w.t.Context(), 8, false)
	if err != nil {
		return nil // the desk is closing
	}
	for _, item := range items {
		if item.Status == desk.Waits && item.Author != o.author.String() {
			return w.second(o, n, item.ID)
		}
	}
	return nil
}

// second is what an officer does with what another has written and cannot send
// alone: mostly sign it too.
func (w *world) second(o *officer, n *node, id string) func() {
	decline := w.chance.IntN(5) == 0
	return w.act(n, "second", desk.Saying{By: o.author, About: id}, func(ctx context.Context, d *desk.Desk) (string, error) {
		page, err := d.ShowTo(ctx, id, "en", o.author)
		if err != nil {
			return "", err
		}
		if decline {
			_, err := d.Decline(ctx, o.author, id, "unclear")
			if err == nil {
				w.said.giveBack(id)
			}
			return "", err
		}
		_, err = d.Second(ctx, o.author, id, page.Digest)
		return "", err
	})
}

// giveBack notes that what was written is a draft again.
func (r *record) giveBack(id string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.declined[id] = true
}

// gate is what a gate officer does with what waits.
func (w *world) gate(o *officer, n *node, id string) func() {
	switch w.chance.IntN(6) {
	case 0:
		return w.about(o, n, "hold", id, "reason=plausibility")
	case 1:
		return w.about(o, n, "return", id, "reason=unclear")
	case 2:
		return w.cut(o, n, id)
	}
	return w.about(o, n, "release", id)
}

// cut releases what waits without some of what may be withheld of it, or whole where that
// is nothing.
func (w *world) cut(o *officer, n *node, id string) func() {
	q := desk.Saying{By: o.author, About: id}
	if r, ok := n.desk.Work().Record(id); ok && r.Facts != nil {
		for _, p := range r.Facts.Parts {
			_, paragraph, _ := strings.Cut(p.Name, "/")
			if _, err := mechanism.MayWithhold(n.desk.Charter(), r, p.Name); err == nil && paragraph == "" && w.chance.IntN(3) == 0 {
				q.Withhold = append(q.Withhold, p.Name+"=source")
			}
		}
	}
	return w.act(n, "release", q, func(ctx context.Context, d *desk.Desk) (string, error) { return d.Act(ctx, "release", q) })
}

// amend is what an officer does to a statement of the own side.
func (w *world) amend(o *officer, n *node, r *mechanism.Record) func() {
	id := r.Claims.ID
	switch {
	case r.Delivery.Waiting() && w.chance.IntN(5) == 0:
		return w.about(o, n, "withdraw", id, "reason=mistake")
	case r.Delivery.Status != delivery.Released:
		return nil
	}
	switch w.chance.IntN(4) {
	case 0:
		return w.about(o, n, "cancel", id, "why=overtaken")
	case 1:
		if fields := w.said.fieldsOf(id); len(fields) > 0 {
			return w.about(o, n, "replace", id, "why=error", w.slip(fields[w.chance.IntN(len(fields))]))
		}
	}
	return nil
}

// answer is what an officer does to a statement of the other side: often the next
// step in order, sometimes any.
func (w *world) answer(o *officer, n *node, r *mechanism.Record) func() {
	id := r.Claims.ID
	var reach delivery.Reach
	for _, one := range r.Delivery.Reach {
		if one.Party == o.author.Party {
			reach = one
		}
	}
	next := 0
	switch {
	case w.chance.IntN(8) == 0:
		next = w.chance.IntN(4)
	case reach.Displayed.IsZero():
	case len(reach.Acks) == 0:
		next = 1
	default:
		next = 2 + w.chance.IntN(2)
	}
	switch next {
	case 0:
		return w.act(n, "show", desk.Saying{By: o.author, About: id}, func(ctx context.Context, d *desk.Desk) (string, error) {
			_, err := d.ShowTo(ctx, id, "en", o.author)
			return "", err
		})
	case 1:
		return w.about(o, n, "ack", id)
	case 2:
		return w.about(o, n, "readback", id, w.readback(r, id)...)
	}
	return w.about(o, n, "pass", id, "echelon=post", "passed-at="+n.now().UTC().Format("2006-01-02T15:04Z"), fmt.Sprintf("outstanding=%d", w.chance.IntN(3)))
}

// readback enters what the author typed in the fields that count, in one case of
// four with a slip.
func (w *world) readback(r *mechanism.Record, id string) (fields []string) {
	if r.Facts == nil {
		return nil
	}
	typed := w.said.fieldsOf(id)
	for _, name := range slices.Sorted(maps.Keys(r.Facts.Critical)) {
		for _, field := range typed {
			if strings.HasPrefix(field, name+"=") {
				fields = append(fields, field)
			}
		}
	}
	if len(fields) > 0 && w.chance.IntN(4) == 0 {
		i := w.chance.IntN(len(fields))
		fields[i] = w.slip(fields[i])
	}
	return fields
}

func (w *world) about(o *officer, n *node, verb, id string, fields ...string) func() {
	q := desk.Saying{By: o.author, About: id, Fields: fields}
	return w.act(n, verb, q, func(ctx context.Context, d *desk.Desk) (string, error) { return d.Act(ctx, verb, q) })
}

// act has the desk do something in an officer's name, and notes what came of it.
// A refusal is an answer like another; any other error is a fault, unless the
// desk died meanwhile.
func (w *world) act(n *node, what string, q desk.Saying, do func(context.Context, *desk.Desk) (string, error)) func() {
	d, life := n.desk, n.life.Load()
	after := time.Duration(w.chance.Int64N(int64(20 * time.Millisecond))) // two at the very same instant would be for Go's scheduler to order
	return func() {
		w.wait(after)
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		defer cancel()
		id, err := do(ctx, d)
		waits := err == nil && id != "" && forSecond(d, id)
		if n.life.Load() != life {
			return
		}
		w.said.note(what, signed{id: id, party: n.name, waits: waits}, q, err)
		w.tracef("%s: %s %s %.12s: %v", q.By, what, q.About, id, err)
	}
}

// forSecond reports whether a statement that was just signed may yet become a draft
// again, as it waits for a second officer.
func forSecond(d *desk.Desk, id string) bool {
	ctx, cancel := context.WithCancel(context.Background())
	cancel() // how things stand is asked, and nothing awaited
	sent, err := d.Await(ctx, id)
	return err != nil || sent.State == desk.Waits
}

// note keeps what an officer was told.
func (r *record) note(what string, s signed, q desk.Saying, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	var refusal *rule.Refusal
	switch {
	case err == nil:
		r.counts[what]++
		if s.id != "" {
			r.signed = append(r.signed, s)
			r.typed[s.id] = q.Fields
		}
	case errors.As(err, &refusal):
		r.counts[what+": "+refusal.Rule]++
	default:
		r.faults = append(r.faults, fmt.Errorf("%s %s: %w", q.By, what, err))
	}
}

func (r *record) fieldsOf(id string) []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.typed[id]
}
