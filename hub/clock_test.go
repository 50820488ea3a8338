package hub

import (
	"context"
	"maps"
	"strings"
	"sync"
	"testing"
	"time"

	"parley/charter"
	"parley/delivery"
	"parley/format"
	"parley/ledger"
	"parley/line"
	"parley/mechanism"
	"parley/statement"
)

// forward sets the hub's clock to d after the present.
func (w *world) forward(d time.Duration) { w.offset.Store(int64(d)) }

// until waits for what the hub does by itself, on the real clock.
func (w *world) until(what string, holds func() bool) {
	w.t.Helper()
	timeout := time.NewTimer(10 * time.Second)
	ticker := time.NewTicker(5 * time.Millisecond)
	defer timeout.Stop()
	defer ticker.Stop()
	for !holds() {
		select {
		case <-ticker.C:
		case <-timeout.C:
			w.t.Fatalf("after 10 s it is not so that %s; the clock has said:\n%s", what, strings.Join(w.said(), "\n"))
		}
	}
}

// said gives what the hub's clock has said, in order.
func (w *world) said() []string {
	var all []string
	for i := range w.hub.work.Size() {
		r, ok := w.hub.work.RecordAt(i)
		if !ok || r.Claims.Author != w.config.Author {
			continue
		}
		s, err := w.statementAt(r)
		if err != nil {
			w.t.Fatal(err)
		}
		f, _ := format.Catalogue().Lookup(r.Claims.Format)
		all = append(all, f.Say(nil, "en", s))
	}
	return all
}

func (w *world) statementAt(r *mechanism.Record) (*statement.Statement, error) {
	text, _, err := w.hub.content(w.t.Context(), r.Height, r.Index)
	if err != nil {
		return nil, err
	}
	return statement.Parse(text)
}

func (w *world) count(part string) (n int) {
	for _, s := range w.said() {
		if strings.Contains(s, part) {
			n++
		}
	}
	return n
}

func accidentDraft(w *world) *statement.Statement {
	return w.draft("alder/watch/amal", func(d *draft) {
		d.claims.Format, d.claims.Precedence = "J11/1", "FLASH"
		d.fields = example(w.t, "J11")
	})
}

// everyoneDraft is a statement of the channel's own.
func everyoneDraft(w *world, name, formatRef string, fields map[string]any) *statement.Statement {
	party, _, _ := strings.Cut(name, "/")
	return w.draft(name, func(d *draft) {
		d.claims.Format, d.claims.Area, d.claims.Precedence, d.claims.To = formatRef, mechanism.Service, "ROUTINE", mechanism.Others(party, "alder", "birch", "cedar")
		d.fields = fields
	})
}

// A FLASH that nobody takes: the gate's limit, then every rung of the ladder, each
// once, whether the hub runs through or is restarted between them; and the clock
// of what is acknowledged stops.
func TestClockLadder(t *testing.T) {
	w := newWorld(t)
	s := accidentDraft(w)
	w.accept(s)
	w.forward(2*time.Minute + time.Second)
	w.until("the first rung is called", func() bool { return w.count("step 1") == 1 })
	w.stop()
	w.forward(4*time.Minute + 2*time.Second)
	w.restart()
	w.until("the second rung is called", func() bool { return w.count("step 2") == 1 })
	w.forward(10 * time.Minute)
	w.until("all that is due is said", func() bool { return len(w.said()) == 6 })
	for _, part := range []string{"the statement has passed", "step 1. ", "step 2. ", "step 3. ", "now to birch/watch", "now to birch/head", "now to cedar/superior", "acknowledgement, owed by birch", "readback, owed by birch"} {
		if n := w.count(part); n != 1 {
			t.Errorf("%q was said %d times:\n%s", part, n, strings.Join(w.said(), "\n"))
		}
	}
	w.restart()
	w.accept(accidentDraft(w)) // the hub is at work
	if n := len(w.said()); n != 6 {
		t.Errorf("after another restart the clock has said %d things, want 6", n)
	}
	if r, _ := w.hub.work.Record(s.Claims().ID); len(r.Delivery.Calls) != 5 {
		t.Errorf("the statement has %d calls, want 5", len(r.Delivery.Calls))
	}
}

// Many things fall due in one second, and each is said once, in one chain.
func TestClockManyAtOnce(t *testing.T) {
	w := newWorld(t)
	const n = 150
	for range n {
		w.accept(w.draft("alder/watch/amal", func(d *draft) { d.fields = future() }))
	}
	w.forward(time.Hour + time.Minute)
	w.until("every gate is overdue", func() bool { return w.count("owed by cedar") == n })
	if stood := len(w.said()); stood != n {
		t.Errorf("the clock has said %d things, want %d", stood, n)
	}
}

// future are the fields of a notice that begins in three days.
func future() map[string]any {
	begins := time.Now().Add(72 * time.Hour)
	fields := map[string]any{}
	maps.Copy(fields, notice)
	fields["window"] = format.WriteInstant(begins.Truncate(time.Minute)) + "/" + format.WriteInstant(begins.Add(time.Hour).Truncate(time.Minute))
	return fields
}

// What a hub that was away, or whose clock jumps, did not see it lays at its own
// door.
func TestClockLine(t *testing.T) {
	w := newWorld(t)
	w.accept(everyoneDraft(w, "cedar/gate/chen", "J00/1", example(t, "J00")))
	w.forward(5*time.Minute + 5*time.Second)
	for _, part := range []string{"alder missed the machine part", "birch missed the machine part"} {
		w.until("it is said that "+part, func() bool { return w.count(part) > 0 })
	}
	w.stop()
	w.forward(5 * time.Hour)
	w.restart()
	w.until("the hub has blamed itself and asks for signs of life", func() bool { return w.count("the hub was not running") >= 1 && w.count("Link test") >= 1 })
	for _, p := range []string{"alder", "birch"} {
		if got := w.hub.work.Board().Colour(w.charter.Charter, p, w.hub.clock()); got != line.Red {
			t.Errorf("%s is %s, want RED", p, got)
		}
		if path := w.hub.work.Board().Line.Path(p); path.Cause != line.Hub {
			t.Errorf("%s is out by %s, want the hub", p, path.Cause)
		}
	}
}

// A clock that is set back lets the hub say nothing until it is past its last
// entry; then all is said, once.
func TestClockSetBack(t *testing.T) {
	w := newWorld(t)
	w.forward(10 * time.Minute)
	s := accidentDraft(w)
	w.accept(s)
	w.forward(0)
	if r := w.refused("alder", accidentDraft(w).Bytes()); r.Rule != Clock {
		t.Errorf("refused by %s, want %s", r.Rule, Clock)
	}
	w.forward(13 * time.Minute)
	w.until("the first rung is called", func() bool { return w.count("step 1") == 1 })
	if n := w.count("the statement has passed"); n != 1 {
		t.Errorf("released %d times", n)
	}
}

// A clock that goes back while something is due is tried again, not forgotten.
func TestClockBackWhileDue(t *testing.T) {
	w := newWorld(t)
	w.forward(time.Minute)
	w.accept(accidentDraft(w))
	w.forward(3*time.Minute + time.Second)
	w.until("the gate's limit has passed", func() bool { return w.count("the statement has passed") == 1 })
	w.forward(3 * time.Minute / 2)
	asked := 0
	w.until("the clock was asked again", func() bool { asked++; return asked > 300 })
	w.forward(6 * time.Minute)
	w.until("the second rung is called", func() bool { return w.count("step 2") == 1 })
}

// FLASH with every area paused by both sides, the supervisor asleep and ROUTINE
// saturating: the clock releases it at the charter's limit, set to two seconds
// here, and it comes to the counterpart. The test prints the times.
func TestFlashThroughPause(t *testing.T) {
	w := newWorld(t)
	amended := w.sign(w.next(func(c *charter.Charter) { c.Precedences[0].GateSeconds = 2 }))
	if _, err := w.client("alder/desk/one").Amend(t.Context(), amended.Note); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"alder/watch/amal", "birch/watch/basil"} {
		w.accept(everyoneDraft(w, name, "J05/1", map[string]any{"switch": "pause", "areas": []string{"military", "intelligence", "diplomatic", "commercial"}, "from": format.WriteInstant(time.Now().UTC().Truncate(time.Minute)),
			"review-at": format.WriteInstant(time.Now().UTC().Add(time.Hour).Truncate(time.Minute)), "reason": "not-stated", "floor-confirmed": true, "resume-plan": statement.Paragraphs{"By decision of both sides."}}))
	}
	if r := w.refused("alder", w.draft("alder/watch/amal", nil).Bytes()); r.Rule != "area.paused" {
		t.Errorf("a notice in a paused area is refused by %s", r.Rule)
	}
	s := accidentDraft(w)
	id := s.Claims().ID
	ended := w.saturate("birch/watch/basil", func() bool {
		r, ok := w.hub.work.Record(id)
		return ok && r.Delivery.Status == delivery.Released
	})
	sent := time.Now()
	w.accept(s)
	received := time.Since(sent)
	arrived := w.arrival("birch/desk/one", s).Sub(sent)
	sentMeanwhile := <-ended
	r, _ := w.hub.work.Record(id)
	t.Logf("FLASH beside %d ROUTINE statements of the other side, all areas paused, nobody at the gate: receipt after %s, released %s after it was submitted (limit 2s), on the counterpart's feed %s after it was sent",
		sentMeanwhile, received.Round(time.Millisecond), r.Delivery.Gated.Sub(r.Delivery.Submitted), arrived.Round(time.Millisecond))
	if !r.Delivery.Auto || r.Delivery.Gated.Before(r.Delivery.Due) {
		t.Errorf("it left the gate at %s, before its limit %s", r.Delivery.Gated, r.Delivery.Due)
	}
}

// saturate has an officer send link tests, 64 at a time and without a pause, until
// done; the channel gives how many were accepted.
func (w *world) saturate(name string, done func() bool) <-chan int {
	var batches [][][]byte
	for range 40 {
		var batch [][]byte
		for range 64 {
			s := everyoneDraft(w, name, "J00/1", example(w.t, "J00"))
			c := s.Claims()
			w.heads[name] = &mechanism.Head{Hash: s.Hash(), Serial: c.Serial}
			batch = append(batch, s.Bytes())
		}
		batches = append(batches, batch)
	}
	party, _, _ := strings.Cut(name, "/")
	desk := w.client(party + "/desk/one")
	ended := make(chan int, 1)
	go func() {
		accepted := 0
		defer func() { ended <- accepted }()
		for !done() {
			for _, batch := range batches { // the same again gets the same receipts: it is work all the same
				results, err := desk.Submit(w.t.Context(), batch...)
				if err != nil {
					break // more than the charter allows a second
				}
				accepted += len(results)
				if done() {
					return
				}
			}
		}
	}()
	return ended
}

// arrival waits for a statement's text on a desk's feed, and gives the time then.
func (w *world) arrival(name string, s *statement.Statement) time.Time {
	w.t.Helper()
	ctx, stop := context.WithTimeout(w.t.Context(), time.Minute)
	defer stop()
	for item, err := range w.client(name).Feed(ctx, 0) {
		if err != nil {
			w.t.Fatal(err)
		}
		if item.Block == nil {
			continue
		}
		for _, d := range item.Block.Disclosed {
			if ledger.ContentHash(d.Content) == s.Hash() {
				return time.Now()
			}
		}
	}
	w.t.Fatal("the feed ended")
	return time.Time{}
}

// The clock has a turn of its own in the queue: what the supervisor's desks send
// neither fills its place nor goes before it.
func TestClockBesideItsParty(t *testing.T) {
	w := newWorld(t)
	w.accept(everyoneDraft(w, "cedar/gate/chen", "J00/1", example(t, "J00")))
	hold := make(chan struct{})
	var done sync.WaitGroup
	var flood []*submission
	for range maxQueued {
		flood = append(flood, &submission{party: "cedar", done: &done, make: func(time.Time) (*statement.Statement, error) {
			<-hold
			return nil, nil //nolint:nilnil // no longer needed
		}})
	}
	done.Add(len(flood))
	if err := w.hub.queue.add(flood...); err != nil {
		t.Fatal(err)
	}
	w.until("the sequencer is at work", func() bool { return w.waiting("cedar") < maxQueued })
	for range maxQueued - w.waiting("cedar") { // fill it again
		s := &submission{party: "cedar", done: &done, make: flood[0].make}
		done.Add(1)
		if err := w.hub.queue.add(s); err != nil {
			t.Fatal(err)
		}
	}
	w.forward(5*time.Minute + 5*time.Second)
	w.until("the clock's word waits for its turn", func() bool { return w.waiting(w.config.Author.String()) > 0 })
	close(hold)
	done.Wait()
	w.until("it is said", func() bool { return w.count("birch missed the machine part") > 0 })
}

// waiting tells how many submissions of a lane wait, FLASH apart.
func (w *world) waiting(lane string) int {
	w.hub.queue.mu.Lock()
	defer w.hub.queue.mu.Unlock()
	for _, l := range w.hub.queue.lanes {
		if l.party == lane {
			return len(l.normal)
		}
	}
	return 0
}
