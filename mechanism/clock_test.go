package mechanism

import (
	"cmp"
	"crypto/ed25519"
	"encoding/json"
	"maps"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"parley/charter"
	"parley/delivery"
	"parley/format"
	"parley/identity"
	"parley/line"
	"parley/rule"
	"parley/statement"
	"parley/watch"
)

const (
	dan   = "dover/watch/dan"
	dina  = "dover/watch/dina"
	ddesk = "dover/desk/one"
)

// third adds a third side, dover, to a world in which nothing was said yet.
func (w *world) third() {
	w.t.Helper()
	alder, _ := w.charter.Party("alder")
	alder.ID = "dover"
	w.charter.Parties = append(slices.Clone(w.charter.Parties), alder)
	for _, name := range []string{dan, dina, ddesk} {
		author, err := identity.ParseAuthor(name)
		if err != nil {
			w.t.Fatal(err)
		}
		public := keyOf(name).Public().(ed25519.PublicKey)
		w.keys[name] = keyOf(name)
		w.hub.keys[identity.Thumbprint(public)] = Key{ID: identity.Thumbprint(public), Public: public, Author: author, Areas: []string{"military", "intelligence"}}
	}
	w.desks["dover"] = &memory{charter: w.charter, keys: w.hub.keys, heads: map[string]Head{}, records: map[string]*Record{}, texts: map[uint64]bool{}, indexes: map[Hash]uint64{},
		times: slices.Clone(w.hub.times), board: &Board{}, reader: Reader{Party: "dover", Key: Key{Areas: []string{"military", "intelligence"}}}}
}

// everyone is channel for all parties of the charter.
func (w *world) everyone(by, form string, fields map[string]any, refs ...statement.Ref) draft {
	d := channel(by, form, fields, refs...)
	var all []string
	for _, p := range w.charter.Parties {
		all = append(all, p.ID)
	}
	author, _ := identity.ParseAuthor(by)
	d.to = Others(author.Party, all...)
	return d
}

// tick says what the hub's clock has to say now, as the hub does, until nothing is
// due. What the rules refuse of it would keep a hub trying for ever.
func (w *world) tick(seen map[string]int) {
	w.t.Helper()
	for range 3000 {
		d, ok := w.due()
		if !ok {
			return
		}
		w.until(w.now) // the clock takes no time
		w.must(d)
		seen[d.format]++
	}
	d, _ := w.due()
	w.t.Fatalf("the clock finds no end: %+v", d)
}

func (w *world) due() (draft, bool) {
	var next *Record
	var at delivery.Timer
	for _, id := range slices.Sorted(maps.Keys(w.hub.records)) {
		r := w.hub.records[id]
		if r.Delivery == nil {
			continue
		}
		timers := r.Delivery.Timers()
		if len(timers) == 0 || timers[0].At.After(w.now) || timers[0].Stage == delivery.StageRelease && Orphaned(w.hub, r) {
			continue
		}
		if next == nil || timers[0].At.Before(at.At) {
			next, at = r, timers[0]
		}
	}
	if next == nil {
		return w.dueOfBoard()
	}
	ref := func(relation string) []statement.Ref {
		return []statement.Ref{{Relation: relation, ID: next.Claims.ID, Hash: next.Hash}}
	}
	c := next.Claims
	d := draft{by: clock, area: c.Area, precedence: c.Precedence, to: Others("cedar", append([]string{c.Author.Party}, c.To...)...)}
	switch at.Stage {
	case delivery.StageRelease:
		d.format, d.refs = "gate.auto-release/1", ref("auto-releases")
		return d, true
	case delivery.StageExpire:
		if d.format, d.refs = "clock.expired/1", ref("expires"); next.Delivery.Status != delivery.Released {
			d.to = Others("cedar", c.Author.Party)
		}
		return d, true
	}
	fields := map[string]any{"stage": string(at.Stage), "owed-by": at.Party, "due": format.WriteInstant(at.At)}
	if at.Step > 0 {
		fields["step"] = int64(at.Step)
	}
	if to := GoesTo(w.charter, at); to != "" {
		fields["goes-to"] = to
	}
	d = w.everyone(clock, "clock.overdue/1", fields, ref("overdue")...)
	d.precedence = c.Precedence
	return d, true
}

func (w *world) dueOfBoard() (draft, bool) {
	b, rules := w.hub.board, LineRules(w.charter)
	for _, t := range b.Line.Timers(rules) {
		if t.At.After(w.now) {
			continue
		}
		if t.Kind == line.KindProbe {
			return w.everyone(clock, "J00/1", linkTest("start", false, 1)), true
		}
		party, cause := t.Party, line.Network
		switch {
		case w.now.Sub(t.At) > line.Grace:
			party, cause = "cedar", line.Hub
		case t.Part == line.Human:
			cause = line.Operator
		case b.Areas.AllPausedBy(t.Party, Switchable(w.charter), w.now):
			cause = line.Pause
		}
		fields := map[string]any{"party": party, "part": t.Part, "due": format.WriteInstant(t.At), "cause": string(cause)}
		if turns := t.Turns(rules, w.now); cause == line.Hub && turns > 0 {
			fields["tests"] = turns
		}
		return w.everyone(clock, "line.missed/1", fields), true
	}
	for _, sw := range b.Areas.Reminders() {
		if r, ok := w.hub.Record(sw.Statement); ok && !sw.Review.After(w.now) {
			return w.everyone(clock, "clock.overdue/1", map[string]any{"stage": "review", "owed-by": sw.Party, "due": format.WriteInstant(sw.Review)},
				statement.Ref{Relation: "overdue", ID: r.Claims.ID, Hash: r.Hash}), true
		}
	}
	for _, p := range w.charter.Parties {
		if gaps := b.Watch.Of(p.ID).Warnings(Cover(w.charter, p.ID), RosterLead(w.charter), w.now); len(gaps) > 0 {
			return w.everyone(clock, "roster.gap/1", map[string]any{"role": p.ID + "/" + gaps[0].Role, "from": format.WriteInstant(gaps[0].From)}), true
		}
	}
	return draft{}, false
}

// Whatever is said, by whom and in which order, with whatever time between: every
// desk agrees to what the hub orders, the hub's clock is never refused by its own
// rules and comes to an end, and all desks have the hub's board.
func TestDesksAgreeOnTheClock(t *testing.T) {
	seen := map[string]int{}
	for seed := range uint64(5) {
		w, random := newWorld(t), rand.New(rand.NewPCG(seed, 5))
		w.third()
		if seed%2 == 0 { // amended in force from the beginning: short turns
			w.charter.Clocks.Line = charter.LineTimes{IntervalSeconds: 600, MissSeconds: 120, HumanSeconds: 3600, RedSeconds: 900, DarkSeconds: 3600}
		}
		p := player{w, random, seen, nil}
		for step := range 220 {
			p.step()
			w.tick(seen)
			if step%10 == 9 {
				w.agreeAll()
			}
		}
	}
	for _, form := range []string{"J00/1", "J01/1", "J04/1", "J05/1", "J06/1", "J11/1", "J12/1", "J14/1", "translation/1", "handover/1", "relief/1", "gate.hold/1", "gate.release/1", "gate.return/1", "withdraw/1",
		"gate.auto-release/1", "clock.overdue/1", "clock.expired/1", "line.missed/1", "roster.gap/1", "J03/1", "cut"} {
		if seen[form] == 0 {
			t.Errorf("no %s was ever accepted: %v", form, seen)
		}
	}
}

// A player says something at random.
type player struct {
	*world
	random *rand.Rand
	seen   map[string]int
	said   []*statement.Statement // with a delivery
}

func (p *player) one(of ...string) string { return of[p.random.IntN(len(of))] }

// around is a whole minute near now, mostly to come and at times absurd.
func (p *player) around() time.Time {
	far := []time.Duration{time.Minute, 20 * time.Minute, 3 * time.Hour, 30 * time.Hour, 5000 * time.Hour}[p.random.IntN(5)]
	return p.now.Add(time.Duration(p.random.Int64N(int64(far))) - far/5).Truncate(time.Minute)
}

func (p *player) step() {
	switch p.random.IntN(9) {
	case 0, 1, 2:
		p.until(p.now) // in one block
	case 3:
		p.now = p.now.Add(time.Duration(p.random.Int64N(int64(3 * time.Minute))))
	case 4:
		p.now = p.now.Add(time.Duration(p.random.Int64N(int64(time.Hour))))
	case 5:
		if p.random.IntN(4) == 0 {
			p.now = p.now.Add(time.Duration(p.random.Int64N(int64(30 * time.Hour))))
		}
	}
	p.now = p.now.Truncate(time.Millisecond)
	d := p.draft()
	sent, err := p.send(d)
	if _, refused := err.(*rule.Refusal); err != nil && !refused { //nolint:errorlint // Decide gives it as it is
		p.t.Fatal(err)
	}
	if err != nil {
		p.seen[d.format+" refused"]++
		return
	}
	p.seen[d.format]++
	if d.fields["withheld"] != nil {
		p.seen["cut"]++
	}
	if p.state(sent).Delivery != nil {
		p.said = append(p.said, sent)
	}
}

func (p *player) draft() draft {
	s := (*statement.Statement)(nil)
	if len(p.said) > 0 {
		s = p.said[len(p.said)-1-p.random.IntN(min(5, len(p.said)))]
	}
	n := p.random.IntN(26)
	for range 40 { // mostly what can be done
		other := p.said[max(0, len(p.said)-1-p.random.IntN(40)):]
		if len(other) == 0 || s == nil {
			break
		}
		d, f := p.state(s).Delivery, s.Claims().Format
		shown := len(d.Reach) > 0 && !d.Reach[0].Displayed.IsZero() && d.Superseded.By == ""
		if waits := n >= 13 && n <= 18; waits == d.Waiting() && ((n != 11 && n != 12 && n != 22) || f == content) && (n < 23 || shown) && (n < 19 || n > 21 || !shown) {
			break
		}
		s = other[0]
	}
	to := [][]string{{"birch"}, {"birch", "dover"}, {"birch", "cedar", "dover"}}[p.random.IntN(3)]
	switch {
	case s == nil || n == 0:
		from := p.around()
		return draft{by: amal, format: "J14/1", to: to, precedence: p.one("PRIORITY", "IMMEDIATE", "FLASH"), fields: with(noticeFields(), map[string]any{
			"window": format.WriteInstant(from) + "/" + format.WriteInstant(from.Add(time.Duration(1+p.random.IntN(300))*time.Minute))})}
	case n == 1:
		return draft{by: amal, format: "J11/1", to: to, precedence: "FLASH", fields: example("J11")}
	case n == 2:
		return draft{by: amal, format: "J12/1", to: to, precedence: p.one("PRIORITY", "IMMEDIATE"), fields: example("J12")}
	case n == 3:
		return draft{by: p.one(basil, dan), format: "J14/1", to: []string{"alder"}, fields: noticeFields(), refs: ref("replies", s)}
	case n == 4:
		return p.everyone(p.one(amal, basil, dan), "J05/1", p.declares())
	case n == 5:
		return p.duty()
	case n <= 7:
		return p.handover()
	case n == 8:
		return p.relief()
	case n <= 10:
		by := p.one(amal, basil, dan, chen, bdesk, ddesk)
		author, _ := identity.ParseAuthor(by)
		if open := p.hub.board.Line.Open; len(open) > 0 && p.random.IntN(3) > 0 {
			return p.everyone(by, "J00/1", linkTest("answer", author.Role != "desk", 1), ref("replies", p.hubSaid(open[p.random.IntN(len(open))].ID))...)
		}
		return p.everyone(by, "J00/1", linkTest("start", author.Role != "desk", 1))
	case n == 11:
		return replaces(s)
	case n == 12:
		return cancelsIt(s)
	case n == 13:
		return p.withholds(p.random, s)
	case n <= 15:
		return releases(s)
	case n == 16:
		return returns(s)
	case n == 17:
		return withdraws(p.one(amal, basil, dan), s)
	case n == 18:
		return draft{by: chen, format: "gate.hold/1", refs: ref("holds", s), fields: map[string]any{"reason": "unclear"}}
	case n <= 21:
		desk := p.one(bdesk, cdesk, ddesk)
		if _, err := p.send(act(desk, "desk.delivered/1", "delivers", s)); err == nil {
			p.seen["desk.delivered/1"]++
		}
		return act(desk, "desk.displayed/1", "displays", s)
	case n == 22:
		return draft{by: p.one(amal, basil), format: "translation/1", refs: ref("translates", s), to: s.Claims().To, precedence: p.one("PRIORITY", "ROUTINE"),
			fields: map[string]any{"content": content, "language": "ar", "method": "human", "description": statement.Paragraphs{"طلعة مسح."}}}
	case n == 23 && s.Claims().Format == content:
		return p.readsBack(p.one(basil, dan), s, []map[string]any{nil, {"activity": "works"}}[p.random.IntN(2)])
	case n == 24:
		return passesOn(p.one(basil, dan), s, p.now, p.random.Int64N(2))
	}
	return acks(p.one(basil, dan, chen), s)
}

func (p *player) hubSaid(id string) *statement.Statement { return p.world.said[id] }

func (p *player) declares() map[string]any {
	areas := []string{"military", "intelligence", "diplomatic", "commercial"}
	areas = areas[p.random.IntN(4):]
	fields := pause(p.one("pause", "restrict", "resume", "resume"), p.around(), p.around(), areas...)
	if p.random.IntN(2) == 0 {
		fields["until"] = format.WriteInstant(p.around())
	}
	return fields
}

func (p *player) duty() draft {
	by := p.one(amal, basil, dan, chen)
	author, _ := identity.ParseAuthor(by)
	from := p.around()
	return p.everyone(by, "J06/1", map[string]any{"duty": format.WriteInstant(from) + "/" + format.WriteInstant(from.Add(time.Duration(1+p.random.IntN(2000))*time.Minute)),
		"roles": []string{author.Party + "/" + p.one("watch", "analyst", "gate")}, "lead": author.Party + "/watch", "languages": []string{"ar"}, "contacts": []string{"desk:line 1"}, "verified-at": format.WriteInstant(p.now)})
}

// own is a note for nobody else, which lists what is open but for one item at times.
func (p *player) own(by, form string, refs []statement.Ref, fields map[string]any) draft {
	author, _ := identity.ParseAuthor(by)
	key := Key{Author: author, Areas: []string{"military", "intelligence"}}
	open := OpenItems(p.hub, p.hub.board, author.Party, &key, p.hub.Size(), p.now.Add(time.Second))
	if len(open) > 0 && p.random.IntN(5) == 0 {
		open = open[1:]
	}
	items := []string{}
	for _, index := range open {
		items = append(items, EntryName(index))
	}
	if len(items) > 0 {
		fields["items"] = items
	}
	return draft{by: by, format: form, area: Service, precedence: "ROUTINE", to: []string{}, fields: fields, refs: refs}
}

func (p *player) handover() draft {
	return p.own(p.one(amal, basil, dan, chen), "handover/1", nil, map[string]any{"at": format.WriteInstant(p.now)})
}

func (p *player) relief() draft {
	by := p.one(adelOnWatch, dalia, dina, cora)
	author, _ := identity.ParseAuthor(by)
	waiting := p.hub.board.Watch.Of(author.Party).Handovers
	if len(waiting) == 0 {
		return p.handover()
	}
	return p.own(by, "relief/1", ref("relieves", p.hubSaid(waiting[0].Statement)), map[string]any{})
}

// written is a board or a delivery as it is stored.
func written(v any) string {
	text, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return string(text)
}

// agreeAll compares what every desk has with what the hub has, as far as it may
// know it.
func (w *world) agreeAll() {
	w.t.Helper()
	for party, desk := range w.desks {
		hub, own := *w.hub.board, *desk.board
		if party != "cedar" { // another's handovers are its own matter
			hub.Watch, own.Watch = *hub.Watch.Clone(), *own.Watch.Clone()
			for _, s := range []*watch.State{&hub.Watch, &own.Watch} {
				for i := range s.Rosters {
					if s.Rosters[i].Party != party {
						s.Rosters[i].Handovers = nil
					}
				}
				s.Rosters = slices.DeleteFunc(s.Rosters, func(r watch.Roster) bool { return len(r.Duties)+len(r.Handovers)+len(r.Warned) == 0 })
			}
		}
		if got, want := written(own), written(hub); got != want {
			w.t.Fatalf("the board of %s is\n%s, the hub's is\n%s", party, got, want)
		}
		for id, want := range w.hub.records {
			got, ok := desk.Record(id)
			if want.Delivery == nil || !ok {
				continue
			}
			g, d := *got.Delivery, *want.Delivery
			for _, s := range []*delivery.State{&g, &d} {
				if s.Reach = slices.Clone(s.Reach); party != "cedar" && party != d.Author.Party {
					s.Reach = slices.DeleteFunc(s.Reach, func(r delivery.Reach) bool { return r.Party != party })
					s.Pending, s.Owed, s.Reason = "", nil, ""
					s.Quoted = nil // what others said of it
				}
				for i := range s.Reach {
					if s.Reach[i].Party != party && party != "cedar" { // a reply may be at the gate
						s.Reach[i].Replied = time.Time{}
						s.Reach[i].Replies = nil
					}
				}
				s.Calls = slices.DeleteFunc(slices.Clone(s.Calls), func(c delivery.Call) bool { return c.Stage == delivery.StageGate })
				slices.SortFunc(s.Calls, func(a, b delivery.Call) int { return cmp.Compare(a.Stage, b.Stage) })
			}
			if got, want := written(g), written(d); got != want {
				w.t.Fatalf("%s has %s as\n%s, the hub as\n%s", party, id, got, want)
			}
		}
	}
}
