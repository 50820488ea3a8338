package mechanism

import (
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"parley/area"
	"parley/delivery"
	"parley/format"
	"parley/line"
	"parley/statement"
	"parley/watch"
)

// channel is a statement of the channel's own, for everyone.
func channel(by, format string, fields map[string]any, refs ...statement.Ref) draft {
	party, _, _ := strings.Cut(by, "/")
	return draft{by: by, format: format, area: Service, precedence: "ROUTINE", to: Others(party, "alder", "birch", "cedar"), fields: fields, refs: refs}
}

func linkTest(leg string, person bool, sequence int64) map[string]any {
	f, _ := format.Catalogue().Lookup("J00/1")
	phrase, _ := f.Field("phrase")
	return map[string]any{"phrase": phrase.Default, "sequence": sequence, "operator": person, "leg": leg}
}

func pause(kind string, from, review time.Time, areas ...string) map[string]any {
	fields := map[string]any{"switch": kind, "areas": areas, "from": format.WriteInstant(from), "review-at": format.WriteInstant(review), "reason": "domestic", "floor-confirmed": true}
	if kind == "pause" {
		fields["resume-plan"] = statement.Paragraphs{"The desk opens again at the review."}
	}
	return fields
}

// boards checks that every desk has the board that the hub has.
func (w *world) boards() {
	w.t.Helper()
	for party, desk := range w.desks {
		hub, own := w.hub.board, desk.board
		if !reflect.DeepEqual(hub.Line, own.Line) || !reflect.DeepEqual(hub.Areas, own.Areas) {
			w.t.Errorf("the board of %s is %+v, the hub's is %+v", party, own, hub)
		}
	}
}

// until lets time pass, so that what is sent next is of that time.
func (w *world) until(at time.Time) { w.now = at.Add(-time.Second) }

func TestPausedArea(t *testing.T) {
	w := newWorld(t)
	waiting := w.must(notice())
	w.must(channel(basil, "J05/1", pause("pause", w.now, w.now.Add(time.Hour), "military", "diplomatic")))
	w.boards()
	w.refused(area.IsPaused, notice())
	w.must(releases(waiting)) // it was accepted before
	w.show(waiting)
	w.must(acks(basil, waiting))
	w.must(draft{by: amal, format: "J11/1", precedence: "FLASH", fields: example("J11")}) // the floor never asks
	cancel := w.must(cancelsIt(waiting))
	w.must(releases(cancel))

	w.refused(area.NotPaused, channel(amal, "J05/1", pause("resume", w.now, w.now.Add(time.Hour), "military"))) // another's pause
	w.refused(NotEveryone, draft{by: basil, format: "J05/1", area: Service, to: []string{"cedar"}, fields: pause("resume", w.now, w.now.Add(time.Hour), "military")})
	w.must(channel(basil, "J05/1", pause("resume", w.now, w.now.Add(time.Hour), "military")))
	w.must(notice())
	w.must(channel(amal, "J05/1", pause("restrict", w.now, w.now.Add(time.Hour), "military")))
	w.refused(area.IsClosed, notice())
	w.must(draft{by: amal, format: "J14/1", fields: noticeFields(), refs: ref("replies", waiting)})
	w.boards()
}

// What one block orders has one time: a pause does not reach back to what was
// accepted before it in the same block and is read by its addressee only later.
func TestPauseInOneBlock(t *testing.T) {
	w := newWorld(t)
	waiting := w.must(notice())
	w.until(w.now)
	w.must(channel(basil, "J05/1", pause("pause", w.now, w.now.Add(time.Hour), "military")))
	if a, b := w.state(waiting).Logged, w.hub.times[w.hub.Size()-1]; !a.Equal(b) {
		t.Fatalf("they were ordered at %s and %s, which shows nothing", a, b)
	}
	w.refused(area.IsPaused, notice())
	w.must(releases(waiting))
	w.boards()
}

func TestPauseIsNotEdited(t *testing.T) {
	w := newWorld(t)
	declared := w.must(channel(basil, "J05/1", pause("pause", w.now, w.now.Add(time.Hour), "diplomatic")))
	w.refused(Unrepeated, draft{by: basil, format: "J04/1", area: Service, to: []string{"alder", "cedar"}, fields: map[string]any{"content": "J05/1", "action": "cancel", "why": "overtaken"}, refs: ref("cancels", declared)})

	review := channel(clock, "clock.overdue/1", map[string]any{"stage": "review", "owed-by": "birch", "due": format.WriteInstant(w.hub.board.Areas.Reminders()[0].Review)}, ref("overdue", declared)...)
	w.refused(area.NotDue, review)
	w.until(w.now.Add(2 * time.Hour))
	said := func(owedBy string, due time.Time, goesTo string) draft {
		fields := map[string]any{"stage": "review", "owed-by": owedBy, "due": format.WriteInstant(due)}
		if goesTo != "" {
			fields["goes-to"] = goesTo
		}
		return channel(clock, "clock.overdue/1", fields, ref("overdue", declared)...)
	}
	due := w.hub.board.Areas.Reminders()[0].Review
	w.refused(ClockWords, said("alder", due, "")) // a lie about who owes it
	w.refused(ClockWords, said("birch", due.Add(-time.Hour), ""))
	w.refused(ClockWords, said("birch", due, "birch/head"))
	w.must(review)
	w.refused(area.NotDue, review)
	w.boards()
}

func TestLinkTests(t *testing.T) {
	w := newWorld(t)
	missed := func(party, part, cause string, due time.Time) draft {
		return channel(clock, "line.missed/1", map[string]any{"party": party, "part": part, "due": format.WriteInstant(due.Truncate(time.Second)), "cause": cause})
	}
	w.refused(line.NeverBegun, missed("birch", "machine", "network", w.now))
	w.refused(BadField, channel(bdesk, "J00/1", linkTest("start", true, 1))) // a machine is no person
	w.refused(line.NoTest, channel(bdesk, "J00/1", linkTest("answer", false, 1)))
	first := w.must(channel(amal, "J00/1", linkTest("start", true, 1)))
	at := w.state(first).Logged
	w.refused(line.OwnTest, channel("alder/desk/one", "J00/1", linkTest("answer", false, 1), ref("replies", first)...))
	w.must(channel(bdesk, "J00/1", linkTest("answer", false, 1), ref("replies", first)...))
	w.must(channel(chen, "J00/1", linkTest("answer", true, 1), ref("replies", first)...))
	w.refused(line.NotDue, missed("birch", "human", "operator", at.Add(5*time.Minute)))
	w.until(at.Add(5 * time.Minute))
	w.refused(NoRight, func() draft { d := missed("birch", "human", "operator", at.Add(5*time.Minute)); d.by = chen; return d }())
	w.must(missed("birch", "human", "operator", at.Add(5*time.Minute)))
	if got := w.hub.board.Colour(w.charter, "birch", w.now); got != line.Amber {
		t.Errorf("birch is %s, want AMBER", got)
	}
	w.must(channel(basil, "J00/1", linkTest("answer", true, 1), ref("replies", first)...))
	if got := w.hub.board.Colour(w.charter, "birch", w.now); got != line.Green {
		t.Errorf("birch is %s, want GREEN", got)
	}
	w.boards()
}

// The ladder of a FLASH that nobody acknowledges: watch, head, superior, each once
// and in words that the charter bears out.
func TestLadder(t *testing.T) {
	w := newWorld(t)
	s := w.must(draft{by: amal, format: "J11/1", precedence: "FLASH", fields: example("J11")})
	at := w.state(s).Logged
	rung := func(step int64, after time.Duration, to string) draft {
		d := channel(clock, "clock.overdue/1", map[string]any{"stage": "ladder", "owed-by": "birch", "due": format.WriteInstant(at.Add(after).Truncate(time.Second)), "step": step, "goes-to": to}, ref("overdue", s)...)
		d.precedence = "FLASH"
		return d
	}
	w.refused(delivery.NotDue, rung(1, 2*time.Minute, "birch/watch")) // it is still at the gate
	w.until(at.Add(2 * time.Minute))
	w.must(draft{by: clock, format: "gate.auto-release/1", precedence: "FLASH", refs: ref("auto-releases", s)})
	due := w.state(s).Delivery.Timers()[0].At // it left the gate a moment after its limit
	first := rung(1, due.Sub(at), "birch/watch")
	w.refused(ClockWords, rung(1, due.Sub(at), "birch/head"))
	w.refused(ClockWords, rung(1, due.Sub(at)-time.Second, "birch/watch"))
	w.refused(NoRight, func() draft { d := rung(1, due.Sub(at), "birch/watch"); d.by = chen; return d }())
	w.refused(NotEveryone, func() draft { d := rung(1, due.Sub(at), "birch/watch"); d.to = []string{"alder"}; return d }())
	w.must(first)
	w.refused(delivery.Twice, first)
	w.until(due.Add(2 * time.Minute))
	w.must(rung(2, due.Sub(at)+2*time.Minute, "birch/head"))
	w.show(s)
	w.must(acks(dalia, s)) // anyone of the watch
	w.until(due.Add(4 * time.Minute))
	w.refused(delivery.NotDue, rung(3, due.Sub(at)+4*time.Minute, "cedar/superior"))
	if calls := w.state(s).Delivery.Calls; len(calls) != 2 || calls[1].Role != "head" {
		t.Errorf("called were %+v", calls)
	}
}

// A gate beyond its limit is told to everyone, and what it is about is not.
func TestGateOverdue(t *testing.T) {
	w := newWorld(t)
	s := w.must(notice())
	due := w.state(s).Delivery.Due
	w.until(due)
	w.must(channel(clock, "clock.overdue/1", map[string]any{"stage": "gate", "owed-by": "cedar", "due": format.WriteInstant(due.Truncate(time.Second)), "goes-to": "cedar/superior"}, ref("overdue", s)...))
	if _, known := w.desks["birch"].Record(s.Claims().ID); known {
		t.Error("the other side has learned of the statement")
	}
	w.must(releases(s))
}

// What lapses at the gate never leaves it; what expires behind it is current no
// more, and nothing of it falls due.
func TestExpiry(t *testing.T) {
	w := newWorld(t)
	fields := noticeFields()
	fields["window"] = format.WriteInstant(w.now.Add(20*time.Minute)) + "/" + format.WriteInstant(w.now.Add(40*time.Minute))
	lapsing := w.must(draft{by: amal, format: "J14/1", fields: fields})
	read := w.must(draft{by: amal, format: "J14/1", fields: fields})
	w.must(releases(read))
	successor := w.must(cancelsIt(read))
	w.refused(delivery.NotDue, draft{by: clock, format: "clock.expired/1", refs: ref("expires", read), to: []string{"alder", "birch"}})
	w.until(w.now.Add(41 * time.Minute))
	w.must(draft{by: clock, format: "clock.expired/1", refs: ref("expires", lapsing), to: []string{"alder"}})
	w.refused(delivery.WrongStatus, releases(lapsing))
	w.must(draft{by: clock, format: "clock.expired/1", refs: ref("expires", successor), to: []string{"alder"}}) // its original's time
	if pending := w.state(read).Delivery.Pending; pending != "" {
		t.Errorf("a lapsed cancel still waits to take place: %s", pending)
	}
	w.must(draft{by: clock, format: "clock.expired/1", refs: ref("expires", read), to: []string{"alder", "birch"}})
	if timers := w.state(read).Delivery.Timers(); len(timers) > 0 {
		t.Errorf("of what has expired there falls due %+v", timers)
	}
}

func TestHandoverListsWhatIsOpen(t *testing.T) {
	w := newWorld(t)
	own := func(by, format string, items []string, refs ...statement.Ref) draft {
		fields := map[string]any{}
		if format == "handover/1" {
			fields["at"] = "2026-11-24T14:00Z"
		}
		if items != nil {
			fields["items"] = items
		}
		return draft{by: by, format: format, area: Service, precedence: "ROUTINE", to: []string{}, fields: fields, refs: refs}
	}
	s := w.must(notice())
	w.must(own(basil, "handover/1", nil)) // what waits at the gate is nothing of birch's
	w.refused(watch.Unlisted, own(amal, "handover/1", nil))
	w.refused(BadField, own(amal, "handover/1", []string{"#01"}))
	w.must(releases(s))
	w.refused(watch.Unlisted, own(basil, "handover/1", nil))
	item := EntryName(w.order[s.Claims().ID])
	w.refused(NotCovered, func() draft { d := own(basil, "handover/1", []string{item}); d.to = []string{"alder"}; return d }())
	handed := w.must(own(basil, "handover/1", []string{item}))
	if _, known := w.desks["alder"].Record(handed.Claims().ID); known {
		t.Error("the other side reads a handover")
	}
	w.refused(watch.SameOfficer, own(basil, "relief/1", nil, ref("relieves", handed)...))
	otherText := ref("relieves", handed)
	otherText[0].Hash[0] ^= 1
	w.refused(BadRef, own(dalia, "relief/1", []string{EntryName(w.hub.Size())}, otherText...))
	w.must(channel(basil, "J05/1", pause("pause", w.now, w.now.Add(time.Hour), "diplomatic")))
	declared := EntryName(w.hub.Size() - 1)
	w.refused(watch.Unlisted, own(dalia, "relief/1", nil, ref("relieves", handed)...))
	w.must(own(dalia, "relief/1", []string{declared}, ref("relieves", handed)...))
	if got := w.hub.board.Watch.Of("birch").Handovers; len(got) != 1 || got[0].Relief != "dalia" || !slices.Contains(got[0].Items, w.order[s.Claims().ID]) {
		t.Errorf("the watch of birch is %+v", got)
	}
}

func TestRoster(t *testing.T) {
	w := newWorld(t)
	duty := map[string]any{"duty": format.WriteInstant(w.now) + "/" + format.WriteInstant(w.now.Add(8*time.Hour)), "roles": []string{"birch/watch"}, "lead": "birch/watch", "languages": []string{"ar", "en"},
		"contacts": []string{"desk:line 1"}, "verified-at": format.WriteInstant(w.now)}
	w.refused(watch.OtherRole, channel(amal, "J06/1", duty))
	end := w.now.Add(8 * time.Hour).Truncate(time.Second)
	end, _ = format.ReadInstant(format.WriteInstant(end))
	w.must(channel(basil, "J06/1", duty))
	gap := channel(clock, "roster.gap/1", map[string]any{"role": "birch/watch", "from": format.WriteInstant(w.hub.board.Watch.Of("birch").Duties[0].To)})
	w.refused(watch.NotDue, gap)
	w.until(end.Add(-29 * time.Minute))
	w.must(gap)
	w.refused(watch.NotDue, gap)
	w.boards()
}

// A reply stops the clock from its submission, and no longer if it never arrives.
func TestReplyThatIsTakenBack(t *testing.T) {
	w := newWorld(t)
	asked := w.must(notice())
	w.must(releases(asked))
	reply := func() *statement.Statement {
		return w.must(draft{by: basil, format: "J14/1", to: []string{"alder"}, fields: noticeFields(), refs: ref("replies", asked)})
	}
	replied := func(want bool) {
		t.Helper()
		if got := !w.state(asked).Delivery.Reach[0].Replied.IsZero(); got != want {
			t.Errorf("it has a reply: %t, want %t", got, want)
		}
	}
	first := reply()
	replied(true)
	w.must(withdraws(basil, first))
	replied(false)
	second, third := reply(), reply()
	w.must(returns(second))
	replied(true)
	w.must(releases(third))
	replied(true)
}
