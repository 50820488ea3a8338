package hub

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"time"

	"parley/area"
	"parley/delivery"
	"parley/format"
	"parley/line"
	"parley/matter"
	"parley/mechanism"
	"parley/rule"
	"parley/statement"
	"parley/store"
	"parley/watch"
)

const (
	// clockCheck is how often the clock is looked at: a clock that is set forward
	// makes things due that no timer would wake for.
	clockCheck = 750 * time.Millisecond
	// clockRetry is how soon what could not be said is tried again; what the rules
	// refuse of it, each time half as often, down to clockRefused.
	clockRetry   = 500 * time.Millisecond
	clockRefused = time.Minute
)

// load takes in what was due or to come when the hub last stopped.
func (h *Hub) loadTimers(ctx context.Context) error {
	all, err := h.work.Due(ctx)
	for _, d := range all {
		h.timers.watch(d.ID, d.At)
	}
	h.watchBoard()
	exchanges, failure := h.work.Matters(ctx, matter.Exchange, true)
	for _, m := range exchanges {
		h.watchMatter(m) // both sides may have opened
	}
	return errors.Join(err, failure)
}

// watchRecord has a statement looked at when its next timer falls due.
func (h *Hub) watchRecord(r *mechanism.Record) {
	if r == nil || r.Delivery == nil {
		return
	}
	if timers := r.Delivery.Timers(); len(timers) > 0 {
		h.timers.watch(r.Claims.ID, timers[0].At)
	}
	h.timers.watch(r.Claims.ID, h.purgeNext(r))
}

// watchMatter has a matter looked at when its next timer falls due.
func (h *Hub) watchMatter(m *mechanism.Matter) {
	if timers := m.State.Timers(); len(timers) > 0 {
		h.timers.watch(store.MatterTimer+m.ID, timers[0].At)
	}
	if len(mechanism.Unsealing(h.work, m)) > 0 {
		h.timers.watch(store.MatterTimer+m.ID, h.clock())
	}
}

// mattersOf gives the matters that an entry may have changed.
func (h *Hub) mattersOf(r *mechanism.Record) []*mechanism.Matter {
	ids := []string{r.Claims.ID}
	if r.Facts != nil {
		ids = append(ids, r.Facts.Matter)
	}
	for _, ref := range r.Claims.Refs {
		ids = append(ids, ref.ID)
		if about, ok := h.work.Record(ref.ID); ok && about.Facts != nil {
			ids = append(ids, about.Facts.Matter)
		}
	}
	slices.Sort(ids)
	var all []*mechanism.Matter
	for _, id := range slices.Compact(ids) {
		if m, ok := h.work.Matter(id); ok {
			all = append(all, m)
		}
	}
	return all
}

// watchBoard has the board looked at when something of it falls due.
func (h *Hub) watchBoard() {
	c := h.Charter()
	if c == nil {
		return
	}
	b, now := h.work.Board(), h.clock()
	if timers := b.Line.Timers(mechanism.LineRules(c)); len(timers) > 0 {
		h.timers.watch(board, timers[0].At)
	}
	if reviews := b.Areas.Reminders(); len(reviews) > 0 {
		h.timers.watch(board, reviews[0].Review)
	}
	for _, p := range c.Parties {
		h.timers.watch(board, b.Watch.Of(p.ID).NextWarning(mechanism.Cover(c, p.ID), mechanism.RosterLead(c), now))
	}
}

// runClock says, in the ledger and over the hub's own signature, what falls due:
// each once, and within a second of its time while the hub runs.
func (h *Hub) runClock(ctx context.Context) {
	refused := map[string]int{}
	for {
		ids, next := h.timers.pop(h.clock())
		if len(ids) > 0 {
			h.say(ctx, ids, refused)
			if ctx.Err() == nil {
				continue
			}
		}
		timer := time.NewTimer(min(next, clockCheck))
		select {
		case <-ctx.Done():
			timer.Stop()
			return
		case <-h.timers.wake:
			timer.Stop()
		case <-timer.C:
		}
	}
}

// again is how long to wait with what could not be said because of err, times in a
// row. What storage, a full queue or the clock did not take is taken soon; what the
// rules refuse will be for long, and must not fill the queue and the log meanwhile.
func again(err error, times int) time.Duration {
	refusal, ok := errors.AsType[*rule.Refusal](err)
	if !ok || strings.HasPrefix(refusal.Rule, "hub.") {
		return clockRetry
	}
	return min(clockRetry<<min(times, 10), clockRefused)
}

// say has what is due of each of ids said, all at once. What could not be said is
// tried again; refused counts how often in a row.
func (h *Hub) say(ctx context.Context, ids []string, refused map[string]int) {
	var done sync.WaitGroup
	subs := make([]*submission, len(ids))
	for i, id := range ids {
		s := &submission{party: h.config.Author.String(), flash: h.urgent(id), bytes: openingWeight, done: &done}
		s.make = func(now time.Time) (*statement.Statement, error) { return h.due(ctx, now, id, ids) }
		done.Add(1)
		if err := h.queue.add(s); err != nil {
			s.answer(nil, err)
		}
		subs[i] = s
	}
	done.Wait()
	for i, id := range ids {
		if subs[i].err != nil && ctx.Err() == nil {
			h.log.Error("what is due could not be said; it will be tried again", "statement", id, "error", subs[i].err)
			h.timers.watch(id, h.clock().Add(again(subs[i].err, refused[id])))
			refused[id]++
			continue
		}
		delete(refused, id)
		if id == board {
			h.watchBoard()
		} else if matterID, ok := strings.CutPrefix(id, store.MatterTimer); ok {
			if m, known := h.work.Matter(matterID); known {
				h.watchMatter(m) // there may be more
			}
		} else if r, ok := h.work.Record(id); ok && !(subs[i].receipt == nil && mechanism.Orphaned(h.work, r)) {
			h.watchRecord(r) // there may be more
		}
	}
}

// urgent reports whether what is due of a statement goes before everything else.
func (h *Hub) urgent(id string) bool {
	r, ok := h.work.Record(id)
	return ok && (r.Claims.Precedence == "FLASH" || r.Delivery != nil && r.Delivery.Waiting())
}

// due makes what is due first of a statement, or of the board; nil where nothing
// is, because someone was faster. ids are all that fell due with it. It runs on the sequencer, which alone knows the
// hub's place in the chain of its own statements.
func (h *Hub) due(ctx context.Context, now time.Time, id string, ids []string) (*statement.Statement, error) {
	if id == board {
		return h.dueOfBoard(ctx, now)
	}
	if matterID, ok := strings.CutPrefix(id, store.MatterTimer); ok {
		return h.dueOfMatter(ctx, now, matterID)
	}
	r, ok := h.work.Deciding().Record(id)
	if !ok || r.Delivery == nil {
		return nil, nil //nolint:nilnil // nothing is due
	}
	timers := r.Delivery.Timers()
	if len(timers) == 0 || timers[0].At.After(now) {
		return h.duePurge(ctx, now, r, ids)
	}
	c, t := r.Claims, timers[0]
	said := statement.Claims{Area: c.Area, Precedence: c.Precedence}
	switch t.Stage {
	case delivery.StageRelease:
		if mechanism.Orphaned(h.work.Deciding(), r) {
			return nil, nil //nolint:nilnil // it stays, until its author withdraws it
		}
		said.Format, said.Refs = "gate.auto-release/1", about("auto-releases", r)
		said.To = h.others(append([]string{c.Author.Party}, c.To...)...)
		return h.sign(ctx, now, said, nil)
	case delivery.StageExpire:
		said.Format, said.Refs, said.To = "clock.expired/1", about("expires", r), h.others(c.Author.Party)
		if r.Delivery.Status == delivery.Released {
			said.To = h.others(append([]string{c.Author.Party}, c.To...)...)
		}
		return h.sign(ctx, now, said, nil)
	}
	return h.overdue(ctx, now, r, t)
}

func about(relation string, r *mechanism.Record) []statement.Ref {
	return []statement.Ref{{Relation: relation, ID: r.Claims.ID, Hash: r.Hash}}
}

func (h *Hub) others(parties ...string) []string {
	return mechanism.Others(h.config.Author.Party, parties...)
}

func (h *Hub) everyone() []string {
	var all []string
	for _, p := range h.Charter().Parties {
		all = append(all, p.ID)
	}
	return h.others(all...)
}

func (h *Hub) overdue(ctx context.Context, now time.Time, r *mechanism.Record, t delivery.Timer) (*statement.Statement, error) {
	fields := map[string]any{"stage": string(t.Stage), "owed-by": t.Party, "due": instant(t.At)}
	if t.Step > 0 {
		fields["step"] = int64(t.Step)
	}
	if to := mechanism.GoesTo(h.Charter(), t); to != "" {
		fields["goes-to"] = to
	}
	return h.sign(ctx, now, statement.Claims{Format: "clock.overdue/1", Precedence: r.Claims.Precedence, To: h.everyone(), Refs: about("overdue", r)}, fields)
}

// instant writes a time as the clock's statements name it: to the second.
func instant(t time.Time) string { return format.WriteInstant(t.Truncate(time.Second)) }

// dueOfMatter says what is due first of a matter.
func (h *Hub) dueOfMatter(ctx context.Context, now time.Time, id string) (*statement.Statement, error) {
	m, ok := h.work.Deciding().Matter(id)
	opening, known := h.work.Deciding().Record(id)
	if !ok || !known {
		return nil, nil //nolint:nilnil // nothing is due
	}
	if openings := mechanism.Unsealing(h.work.Deciding(), m); len(openings) > 0 {
		refs := append(about("unseals", openings[0]), about("unseals", openings[1])...)
		return h.sign(ctx, now, statement.Claims{Format: "gate.unseal/1", Area: m.Area, Precedence: opening.Claims.Precedence, To: h.others(m.Rules.Parties...), Refs: refs}, nil)
	}
	t, ok := mechanism.DueOf(h.work.Deciding(), m)
	if !ok || t.At.After(now) {
		return nil, nil //nolint:nilnil // nothing is due
	}
	fields := map[string]any{"kind": string(m.Kind), "stage": t.Stage, "due": instant(t.At)}
	if t.Party != "" {
		fields["owed-by"] = t.Party
	}
	return h.sign(ctx, now, statement.Claims{Format: "matter.due/1", Area: m.Area, Precedence: opening.Claims.Precedence, To: h.others(m.Rules.Parties...), Refs: about("concerns", opening)}, fields)
}

func (h *Hub) dueOfBoard(ctx context.Context, now time.Time) (*statement.Statement, error) {
	c, b := h.Charter(), h.work.Deciding().Board()
	rules := mechanism.LineRules(c)
	for _, t := range b.Line.Timers(rules) {
		switch {
		case t.At.After(now):
		case t.Kind == line.KindProbe:
			return h.probe(ctx, now, b)
		default:
			return h.missed(ctx, now, b, t)
		}
	}
	for _, sw := range b.Areas.Reminders() {
		if r, ok := h.work.Deciding().Record(sw.Statement); ok && !sw.Review.After(now) {
			return h.review(ctx, now, r, sw)
		}
	}
	for _, p := range c.Parties {
		if gaps := b.Watch.Of(p.ID).Warnings(mechanism.Cover(c, p.ID), mechanism.RosterLead(c), now); len(gaps) > 0 {
			return h.gap(ctx, now, p.ID, gaps[0])
		}
	}
	return nil, nil //nolint:nilnil // nothing is due
}

// probe is a link test of the hub's own: it asks all desks for a sign of life when
// a turn was missed, and a path that came up again whether it hears.
func (h *Hub) probe(ctx context.Context, now time.Time, b *mechanism.Board) (*statement.Statement, error) {
	fields := map[string]any{"sequence": b.Line.Path(h.config.Author.Party).Started + 1, "operator": false, "leg": "start", "route": "main"}
	if f, ok := format.Catalogue().Lookup("J00/1"); ok {
		if phrase, ok := f.Field("phrase"); ok {
			fields["phrase"] = phrase.Default
		}
	}
	return h.sign(ctx, now, statement.Claims{Format: "J00/1", Precedence: "ROUTINE", To: h.everyone()}, fields)
}

// missed says what did not come on the line, and why as far as the hub can tell.
func (h *Hub) missed(ctx context.Context, now time.Time, b *mechanism.Board, t line.Timer) (*statement.Statement, error) {
	c, party, cause := h.Charter(), t.Party, line.Network
	heard, connected := h.limits.heard(t.Party)
	switch {
	case now.Sub(t.At) > line.Grace:
		party, cause = h.config.Author.Party, line.Hub
	case t.Part == line.Human:
		cause = line.Operator
	case b.Areas.AllPausedBy(t.Party, mechanism.Switchable(c), now):
		cause = line.Pause
	case connected:
		cause = line.Desk
	}
	fields := map[string]any{"party": party, "part": t.Part, "due": instant(t.At), "cause": string(cause)}
	if turns := t.Turns(mechanism.LineRules(c), now); cause == line.Hub && turns > 0 {
		fields["tests"] = turns
	}
	if cause != line.Hub && !heard.IsZero() {
		fields["heard"] = instant(heard)
	}
	return h.sign(ctx, now, statement.Claims{Format: "line.missed/1", Precedence: "PRIORITY", To: h.everyone()}, fields)
}

// review reminds everyone that a pause is to be looked at again.
func (h *Hub) review(ctx context.Context, now time.Time, r *mechanism.Record, sw area.Switch) (*statement.Statement, error) {
	return h.sign(ctx, now, statement.Claims{Format: "clock.overdue/1", Precedence: r.Claims.Precedence, To: h.everyone(), Refs: about("overdue", r)},
		map[string]any{"stage": string(mechanism.StageReview), "owed-by": sw.Party, "due": instant(sw.Review)})
}

func (h *Hub) gap(ctx context.Context, now time.Time, party string, gap watch.Gap) (*statement.Statement, error) {
	return h.sign(ctx, now, statement.Claims{Format: "roster.gap/1", Precedence: "PRIORITY", To: h.everyone()},
		map[string]any{"role": party + "/" + gap.Role, "from": instant(gap.From)})
}

// sign completes and signs a statement of the hub's clock. Without an area it is
// of the channel's own.
func (h *Hub) sign(ctx context.Context, now time.Time, claims statement.Claims, fields map[string]any) (*statement.Statement, error) {
	c, view := h.Charter(), h.work.Deciding()
	if claims.Area == "" || claims.Format == "clock.overdue/1" {
		claims.Area = mechanism.Service
	}
	size := h.work.Size()
	root, _ := h.work.RootAt(size)
	claims.Mechanism, claims.Exercise, claims.ID, claims.Author = c.Mechanism, c.Exercise, statement.NewID(now, h.config.Nonce()), h.config.Author
	claims.Time, claims.Seen = now, statement.Seen{Size: size, Root: root}
	var last *mechanism.Head
	if head, ok := view.Head(h.config.Author.String()); ok {
		last = &head
	}
	mechanism.Chain(&claims, last)
	return statement.Sign(ctx, h.clockKey(), claims, fields, h.config.Salt)
}
