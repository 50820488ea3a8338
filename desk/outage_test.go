package desk

import (
	"slices"
	"testing"
	"time"

	"parley/carry"
)

// Two desks are cut off for 24 hours while both sides write. Each says since when
// and what waits; a restart does not make it forget; and when the line is back
// nothing is lost or doubled, each author's order is kept, and FLASH goes first.
func TestDayWithoutLine(t *testing.T) {
	w := newWorld(t)
	ctx := t.Context()
	w.receipt("alder", w.say("alder/watch/amal"))
	w.receipt("birch", w.say("birch/watch/basil"))
	w.cut("alder")
	w.cut("birch")
	w.stopHub()
	began := w.now()
	ids := map[string][]string{}
	var flashID string
	const hours = 24
	for hour := range hours {
		for _, by := range []string{"alder/watch/amal", "alder/watch/adam", "birch/watch/basil"} {
			ids[by] = append(ids[by], w.say(by))
		}
		if hour == hours-1 {
			flashID = w.send("birch/watch/dalia", Saying{Format: "J14", Precedence: "FLASH", Fields: notice})
		}
		w.ahead.Add(int64(time.Hour))
	}
	for party, queued := range map[string]int{"alder": 2 * hours, "birch": hours + 1} {
		for range 2 {
			status, err := w.desks[party].Status(ctx)
			w.must(err)
			if status.Reachable || status.Queued != queued || status.Down.Before(began.Add(-time.Minute)) || status.Down.After(began.Add(time.Minute)) {
				t.Errorf("%s: down since %s (the line was cut at %s), %d wait, want %d", party, status.Down, began, status.Queued, queued)
			}
			if age := w.now().Sub(status.Oldest); age < hours*time.Hour || age > hours*time.Hour+time.Minute {
				t.Errorf("%s: the oldest has waited %s", party, age)
			}
			if urgent := map[string]int{"birch": 1}[party]; status.Flash != urgent {
				t.Errorf("%s: %d FLASH wait, want %d", party, status.Flash, urgent)
			}
			w.reopen(party) // and asked again
		}
	}
	w.startHub(nil)
	for by, sent := range ids {
		party := w.author(by).Party
		var last uint64
		for i, id := range sent {
			receipt := w.receipt(party, id)
			if receipt.Index <= last {
				t.Errorf("%s: statement %d is entry %d, after entry %d", by, i, receipt.Index, last)
			}
			last = receipt.Index
		}
		if first := w.receipt("birch", flashID).Index; party == "birch" {
			if routine := w.receipt(party, sent[len(sent)-1]).Index; first > routine {
				t.Errorf("FLASH is entry %d, after ROUTINE at %d", first, routine)
			}
		}
	}
	cedar := w.desks["cedar"]
	w.reached("cedar")
	found := map[string]int{}
	w.until("cedar has all", func() bool {
		clear(found)
		for i := range cedar.work.Size() {
			if r, ok := cedar.work.RecordAt(i); ok {
				found[r.Claims.ID]++
			}
		}
		return !slices.ContainsFunc(slices.Concat(ids["alder/watch/amal"], ids["alder/watch/adam"], ids["birch/watch/basil"], []string{flashID}), func(id string) bool { return found[id] == 0 })
	})
	for id, n := range found {
		if n != 1 {
			t.Errorf("statement %s has %d entries", id, n)
		}
	}
	for _, party := range []string{"alder", "birch"} {
		w.until(party+" is as if nothing had been", func() bool {
			status, err := w.desks[party].Status(ctx)
			w.must(err)
			return status.Reachable && status.Down.IsZero() && status.Queued == 0 && status.Refused == 0 && status.Oldest.IsZero() && status.Alarm == ""
		})
	}
}

// A side sees that a number of the other's is missing while it is withheld, and
// where the entry stands; the gap closes when the text comes. Its own numbers that
// wait for the line are shown too, and nothing else is.
func TestSerials(t *testing.T) {
	w := newWorld(t)
	ctx := t.Context()
	day := w.now().UTC().Format(time.DateOnly)
	of := func(party, author string) (found Serials) {
		t.Helper()
		all, err := w.desks[party].Serials(ctx, day)
		w.must(err)
		for _, s := range all {
			if s.Author == author {
				found = s
			}
		}
		return found
	}
	first, second := w.say("alder/watch/amal"), w.say("alder/watch/amal")
	third := w.say("alder/watch/amal")
	entry := w.receipt("alder", second).Index
	w.status("cedar", third, "submitted")
	if s := of("birch", "alder/watch/amal"); s.Author != "" {
		t.Errorf("birch was told of numbers whose texts are all withheld: %+v", s)
	}
	w.act("cedar/gate/chen", "release", third)
	w.status("birch", third, "delivered")
	s := of("birch", "alder/watch/amal")
	if s.Own || !slices.Equal(s.Have, []Span{{3, 3}}) || len(s.Missing) != 1 || s.Missing[0].Span != (Span{1, 2}) || s.Missing[0].Entry == nil || *s.Missing[0].Entry != entry || s.Missing[0].Logged.IsZero() {
		t.Errorf("with two withheld, birch shows %+v, want 3, and 1-2 missing with the entry of 2, which is %d", s, entry)
	}
	w.act("cedar/gate/chen", "release", first)
	w.status("birch", first, "delivered")
	if s := of("birch", "alder/watch/amal"); !slices.Equal(s.Have, []Span{{1, 1}, {3, 3}}) || len(s.Missing) != 1 || s.Missing[0].Span != (Span{2, 2}) {
		t.Errorf("with one withheld, birch shows %+v", s)
	}
	w.act("cedar/gate/chen", "release", second)
	w.status("birch", second, "delivered")
	if s := of("birch", "alder/watch/amal"); !slices.Equal(s.Have, []Span{{1, 3}}) || len(s.Missing) != 0 {
		t.Errorf("after all came, birch shows %+v", s)
	}
	w.cut("alder")
	w.say("alder/watch/amal")
	w.say("alder/watch/amal")
	if s := of("alder", "alder/watch/amal"); !s.Own || !slices.Equal(s.Have, []Span{{1, 3}}) || !slices.Equal(s.Waiting, []Span{{4, 5}}) || len(s.Missing) != 0 {
		t.Errorf("with two in the outbox, alder shows %+v", s)
	}
	if s := of("birch", "alder/watch/amal"); !slices.Equal(s.Have, []Span{{1, 3}}) || len(s.Missing)+len(s.Waiting) != 0 {
		t.Errorf("of what waits at alder, birch shows %+v", s)
	}
	if _, err := w.desks["alder"].Serials(ctx, "today"); ruleOf(err) != BadRequest {
		t.Errorf("a day that is none: %v", err)
	}
	if all, err := w.desks["alder"].Serials(ctx, "2020-01-01"); err != nil || len(all) != 0 {
		t.Errorf("a day on which nobody said anything: %+v, %v", all, err)
	}
}

// An old stick, found and read again after much has been said, changes nothing:
// the same statement has the same receipt, at the hub and at the desk.
func TestCarryReplay(t *testing.T) {
	w := newWorld(t)
	ctx, alder := t.Context(), w.desks["alder"]
	w.receipt("alder", w.say("alder/watch/amal"))
	w.cut("alder")
	id := w.say("alder/watch/amal")
	requests, err := alder.CarryOut(ctx)
	w.must(err)
	old := w.carry("cedar", requests...)
	w.mend("alder") // it goes by the line meanwhile
	sent := w.receipt("alder", id)
	last := w.receipt("alder", w.say("alder/watch/amal"))
	size := last.Index + 1
	w.until("cedar has what alder has sent last", func() bool { return w.desks["cedar"].work.Size() == size })
	fresh := w.carry("cedar", requests...)
	for _, file := range slices.Concat(old, fresh) {
		a, err := carry.ParseAnswer(file)
		w.must(err)
		if len(a.Results) != 1 || a.Results[0].Receipt != string(sent.Receipt) {
			t.Errorf("another answer than the line's: %+v", a.Results)
		}
		if done, err := alder.CarryIn(ctx, file, 0); err != nil || done.Accepted+done.Refused+done.Blocks != 0 {
			t.Errorf("taken in: %+v, %v", done, err)
		}
	}
	row, err := alder.outbox.get(ctx, id)
	w.must(err)
	if row.state != Accepted || string(row.receipt) != string(sent.Receipt) {
		t.Errorf("the statement is %s", row.state)
	}
	if again := w.desks["cedar"].work.Size(); again != size {
		t.Errorf("the ledger has grown from %d to %d entries", size, again)
	}
}
