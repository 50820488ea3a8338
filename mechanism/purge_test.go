package mechanism

import (
	"bytes"
	"cmp"
	"errors"
	"maps"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"parley/delivery"
	"parley/rule"
	"parley/statement"
)

// keep has every format that may be purged kept for days.
func (w *world) keep(days int) {
	w.charter.Formats = slices.Clone(w.charter.Formats)
	for i := range w.charter.Formats {
		if w.charter.Formats[i].KeepDays > 0 {
			w.charter.Formats[i].KeepDays = days
		}
	}
}

// doom gives what the hub's clock would purge now; none where nothing is due.
func (w *world) doom() (draft, bool) {
	var all []*Record
	for _, id := range slices.Sorted(maps.Keys(w.hub.records)) {
		if r := w.hub.records[id]; r.Delivery != nil {
			all = append(all, r)
		}
	}
	slices.SortFunc(all, func(a, b *Record) int { return cmp.Compare(a.Index, b.Index) })
	d := Doom(w.hub, w.now, 32, all...)
	if len(d.Records) == 0 {
		return draft{}, false
	}
	return purgeOf(d), true
}

func purgeOf(d Doomed) draft {
	said := draft{by: clock, format: "clock.purged/1", precedence: "ROUTINE", area: d.Records[0].Claims.Area, to: d.To, fields: map[string]any{"kept-days": int64(d.KeepDays)}}
	for _, r := range d.Records {
		said.refs = append(said.refs, statement.Ref{Relation: Purges, ID: r.Claims.ID, Hash: r.Hash})
	}
	return said
}

// purge purges what is due, as the hub does, until nothing is.
func (w *world) purge() (n int) {
	w.t.Helper()
	for range 1000 {
		d, ok := w.doom()
		if !ok {
			return n
		}
		w.until(w.now)
		w.must(d)
		n += len(d.refs)
	}
	w.t.Fatal("purging finds no end")
	return n
}

// bare gives a statement as it is when its text is destroyed.
func bare(t *testing.T, s *statement.Statement) *statement.Statement {
	t.Helper()
	text := s.Bytes()
	b, err := statement.Parse(text[:bytes.IndexByte(text, '~')+1])
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// replay folds the whole ledger again as it is after the Purges, into the view of one
// who has nothing yet.
func (w *world) replay(live *memory) *memory {
	w.t.Helper()
	again := &memory{reader: live.reader, complete: live.complete, charter: w.charter, keys: live.keys, heads: map[string]Head{}, records: map[string]*Record{}, texts: map[uint64]bool{}, indexes: map[Hash]uint64{},
		times: live.times[:1:1], board: &Board{}}
	byIndex := map[uint64]*statement.Statement{}
	for id, index := range w.order {
		byIndex[index] = w.said[id]
	}
	fold := func(s *statement.Statement, at uint64) {
		c := Case{Statement: s, Index: at, Now: live.times[at]}
		if r := w.state(s); r.Purged != 0 {
			c.Statement, c.Purged = bare(w.t, s), r.Purged
		}
		change, err := Decide(again, c)
		if err != nil {
			w.t.Fatalf("replayed by %q, entry %d of %d, %s (purged by %d): %v", live.reader.Party, at, again.Size(), s.Claims().Format, c.Purged, err)
		}
		again.put(change)
	}
	for index := uint64(1); index < live.Size(); index++ {
		s := byIndex[index]
		route := RouteOf(w.charter, s)
		for _, id := range route.Opens {
			if !live.complete && live.reader.ReadsOnRelease(RouteOf(w.charter, w.said[id])) {
				cut, err := route.Cut(w.said[id])
				if err != nil {
					w.t.Fatal(err)
				}
				fold(cut, w.order[id])
			}
		}
		if live.complete || live.reader.Reads(route) {
			fold(s, index)
		}
		again.indexes[s.Hash()] = again.Size()
		again.times = append(again.times, live.times[index])
	}
	return again
}

// sameView compares everything that two views know.
func sameView(t *testing.T, who string, got, want *memory) {
	t.Helper()
	for id, w := range want.records {
		g, ok := got.records[id]
		if !ok {
			t.Fatalf("%s: %s is not known after the replay", who, id)
		}
		if a, b := written(g), written(w); a != b {
			t.Fatalf("%s: %s of %s, entry %d, is replayed as\n%s\nand was\n%s", who, id, w.Claims.Format, w.Index, a, b)
		}
	}
	if len(got.records) != len(want.records) {
		t.Fatalf("%s: %d statements are replayed, and there were %d", who, len(got.records), len(want.records))
	}
	if a, b := written(got.board), written(want.board); a != b {
		t.Fatalf("%s: the board is replayed as\n%s\nand was\n%s", who, a, b)
	}
	if a, b := written(got.matters), written(want.matters); a != b && len(want.matters)+len(got.matters) > 0 {
		t.Fatalf("%s: matters are replayed as\n%s\nand were\n%s", who, a, b)
	}
	if a, b := written(got.heads), written(want.heads); a != b {
		t.Fatalf("%s: heads are replayed as\n%s\nand were\n%s", who, a, b)
	}
}

// Whatever is said, in whichever order, and purged: who replays the ledger from what is
// left has what those have who followed it, and can go on from there.
func TestPurgeAtRandom(t *testing.T) {
	purged := map[string]int{}
	for seed := range uint64(5) {
		w, random := newWorld(t), rand.New(rand.NewPCG(seed, 11))
		w.third()
		w.keep(1)
		p := player{w, random, map[string]int{}, nil}
		for step := range 120 {
			p.step()
			if s := p.said; len(s) > 0 && step%3 == 0 { // all that is said of a statement is said of the newest
				s := s[len(s)-1]
				for _, d := range []draft{releases(s), act(bdesk, "desk.delivered/1", "delivers", s), act(bdesk, "desk.displayed/1", "displays", s), acks(basil, s), p.readsBack(basil, s, nil), passesOn(basil, s, w.now, 0),
					{by: chen, format: "gate.annotate/1", refs: ref("annotates", s), fields: example("gate.annotate")}} {
					w.send(d) //nolint:errcheck // what is refused is not said
				}
			}
			if step%30 == 29 {
				w.now = w.now.Add(5 * 24 * time.Hour)
			}
			w.tick(p.seen)
			if step%4 == 3 && w.purge() > 0 {
				p.said = slices.DeleteFunc(p.said, func(s *statement.Statement) bool { return w.state(s).Purged != 0 && random.IntN(3) > 0 })
			}
			if step%40 != 39 {
				continue
			}
			again := w.replay(w.hub)
			sameView(t, "the hub", again, w.hub)
			w.hub = again
			for _, party := range slices.Sorted(maps.Keys(w.desks)) {
				again := w.replay(w.desks[party])
				sameView(t, party, again, w.desks[party])
				w.desks[party] = again
			}
			w.agreeAll()
		}
		for _, r := range w.hub.records {
			if r.Purged != 0 {
				purged[r.Claims.Format]++
			}
			if r.Purged != 0 && (r.Facts != nil || r.Delivery != nil && len(r.Delivery.Timers()) > 0) {
				t.Errorf("entry %d is purged and stands as %s", r.Index, written(r))
			}
		}
	}
	for _, form := range []string{"J14/1", "J11/1", "J04/1", "J01/1", "J02/1", "J03/1", "translation/1"} {
		if purged[form] == 0 {
			t.Errorf("no %s was ever purged: %v", form, purged)
		}
	}
}

func TestPurgeRules(t *testing.T) {
	w := newWorld(t)
	w.keep(30)
	sent := w.must(draft{by: amal, format: "J14/1", fields: noticeFields()})
	w.must(releases(sent))
	w.must(act(bdesk, "desk.delivered/1", "delivers", sent))
	w.must(act(bdesk, "desk.displayed/1", "displays", sent))
	ack := w.must(acks(basil, sent))
	returned := w.must(draft{by: amal, format: "J14/1", fields: noticeFields()})
	w.must(returns(returned))
	waiting := w.must(draft{by: amal, format: "J14/1", fields: noticeFields()})
	asked := w.must(draft{by: adel, format: "J32/1", area: "intelligence", fields: example("J32")})
	over := w.state(sent).Delivery.PurgeDue()
	if want := w.state(sent).Facts.Ends.Add(30 * 24 * time.Hour); !over.Equal(want) {
		t.Fatalf("it is due at %s, want %s", over, want)
	}
	note := func(days int, to string, of ...*statement.Statement) draft {
		d := draft{by: clock, format: "clock.purged/1", precedence: "ROUTINE", to: []string{"alder", "birch"}, fields: map[string]any{"kept-days": int64(days)}}
		if to != "" {
			d.to = []string{to}
		}
		for _, s := range of {
			d.refs = append(d.refs, ref(Purges, s)...)
		}
		return d
	}
	by := note(30, "", sent)
	by.by = chen
	w.now = over.Add(-2 * time.Second)
	for _, test := range []struct {
		name, rule string
		when       draft
	}{
		{"too early", delivery.NotToGo, note(30, "", sent)},
		{"at the gate", delivery.NotToGo, note(30, "alder", waiting)},
		{"kept for good", delivery.NotToGo, func() draft { d := note(30, "alder", asked); d.area = "intelligence"; return d }()},
		{"not by an officer", NoRight, by},
		{"fewer readers", BadAddressee, note(30, "alder", sent)},
		{"more readers", BadAddressee, note(30, "", returned)},
		{"nothing purged is repeated", NotItsTurn, note(30, "", ack)},
		{"other days", delivery.KeptOther, note(29, "alder", returned)},
		{"twice in one", BadRef, note(30, "alder", returned, returned)},
	} {
		t.Run(test.name, func(t *testing.T) {
			w.t = t
			now := w.now
			w.refused(test.rule, test.when)
			w.now = now
		})
	}
	w.t = t
	if d, ok := w.doom(); !ok || len(d.refs) != 1 || d.refs[0].ID != returned.Claims().ID || !slices.Equal(d.to, []string{"alder"}) {
		t.Errorf("what was returned is to be purged for its author alone, got %+v", d)
	}
	w.must(note(30, "alder", returned))
	w.refused(delivery.GoneTwice, note(30, "alder", returned))
	w.now = over
	d, ok := w.doom()
	if !ok || len(d.refs) != 2 || d.refs[0].ID != sent.Claims().ID || d.refs[1].ID != ack.Claims().ID {
		t.Fatalf("the notice and its acknowledgement are to go, got %+v", d)
	}
	w.must(d)
	r := w.state(sent)
	if r.Purged == 0 || r.Facts != nil || r.Delivery.Current() || !r.Delivery.Acknowledged("birch") || r.Delivery.Owing("birch") {
		t.Errorf("it stands as %s", written(r))
	}
	for _, d := range []draft{acks(dalia, sent), cancelsIt(sent), w.translation(sent)} {
		w.refused(delivery.Gone, d)
	}
	w.must(draft{by: basil, format: "J14/1", to: []string{"alder"}, fields: noticeFields(), refs: ref("replies", sent)})
	w.replay(w.hub)
}

func (w *world) translation(s *statement.Statement) draft {
	return draft{by: basil, format: "translation/1", refs: ref("translates", s), to: []string{"alder"},
		fields: map[string]any{"content": content, "language": "ar", "method": "human", "description": statement.Paragraphs{"طلعة مسح."}}}
}

// What a case refers to is kept until the case has ended.
func TestPurgeWaitsForTheCase(t *testing.T) {
	w := newWorld(t)
	w.keep(1)
	sent := w.must(draft{by: amal, format: "J14/1", fields: noticeFields()})
	w.must(releases(sent))
	opens := w.must(draft{by: basil, format: "J20/1", to: []string{"alder"}, fields: example("J20"), refs: ref("replies", sent)})
	w.now = w.state(sent).Delivery.PurgeDue().Add(time.Hour)
	refused := func() {
		t.Helper()
		if d, ok := w.doom(); ok {
			t.Fatalf("the clock would purge %+v", d)
		}
		d := draft{by: clock, format: "clock.purged/1", precedence: "ROUTINE", to: []string{"alder", "birch"}, fields: map[string]any{"kept-days": int64(1)}, refs: ref(Purges, sent)}
		_, err := w.send(d)
		if refusal, ok := errors.AsType[*rule.Refusal](err); !ok || refusal.Rule != StillCited {
			t.Fatalf("got %v, want a refusal by %s", err, StillCited)
		}
	}
	refused() // it waits at the gate
	w.must(releases(opens))
	refused()
	if kept := Kept(w.hub, w.state(sent)); kept != opens.Claims().ID {
		t.Errorf("it is kept by %q", kept)
	}
}

// A case that is opened once the time is over, and a translation that then waits at
// the gate, keep nothing: nobody puts a purge off for ever.
func TestPurgeIsNotPutOff(t *testing.T) {
	for _, name := range []string{"a case at the gate", "a case", "a translation at the gate"} {
		w := newWorld(t)
		w.keep(1)
		sent := w.must(draft{by: amal, format: "J14/1", fields: noticeFields()})
		w.must(releases(sent))
		w.now = w.state(sent).Delivery.PurgeDue().Add(time.Second)
		if name == "a translation at the gate" {
			w.must(draft{by: amal, format: "translation/1", to: []string{"birch"}, refs: ref("translates", sent), fields: map[string]any{"content": "J14/1", "language": "ar", "method": "human", "description": statement.Paragraphs{"طلعة مسح."}}})
		} else if opens := w.must(draft{by: basil, format: "J20/1", to: []string{"alder"}, fields: example("J20"), refs: ref("replies", sent)}); name == "a case" {
			w.must(releases(opens))
		}
		if kept := Kept(w.hub, w.state(sent)); kept != "" {
			t.Errorf("%s: it is kept by %q", name, kept)
		}
		if d, ok := w.doom(); !ok || len(d.refs) == 0 || d.refs[0].ID != sent.Claims().ID {
			t.Errorf("%s: the clock would purge %+v", name, d)
		}
	}
}
