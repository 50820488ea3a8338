package hub

import (
	"sync"
	"testing"
	"time"

	"parley/mechanism"
	"parley/statement"
)

// chain signs n statements that follow each other.
func (w *world) chain(n int) []*statement.Statement {
	all := make([]*statement.Statement, n)
	for i := range all {
		s := w.draft("alder/watch/amal", nil)
		w.heads["alder/watch/amal"] = &mechanism.Head{Hash: s.Hash(), Serial: s.Claims().Serial}
		all[i] = s
	}
	return all
}

// BenchmarkDecide is the rules' part of accepting one statement, its signature
// apart.
func BenchmarkDecide(b *testing.B) {
	w := newWorld(b)
	s := w.draft("alder/watch/amal", nil)
	key, _ := mechanism.FindKey(w.hub.work, s.KID(), w.hub.work.Size())
	c := mechanism.Case{Statement: s, Index: w.hub.work.Size(), Now: time.Now().UTC(), Checked: key.Public}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := mechanism.Decide(w.hub.work, c); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkBlock is the sequencer's part of 64 verified statements: decide, sign
// the checkpoint, append durably, make 64 receipts.
func BenchmarkBlock(b *testing.B) {
	w := newWorld(b)
	b.ReportAllocs()
	for b.Loop() {
		b.StopTimer()
		var done sync.WaitGroup
		subs := w.hub.verify(w.chain(64), false)
		for _, s := range subs {
			s.party, s.done = "alder", &done
		}
		done.Add(len(subs))
		b.StartTimer()
		if err := w.hub.queue.add(subs...); err != nil {
			b.Fatal(err)
		}
		done.Wait()
		for _, s := range subs {
			if s.err != nil {
				b.Fatal(s.err)
			}
		}
	}
	b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(64*b.N), "µs/statement")
}

// BenchmarkFeedLine is what a new kind of reader of a block of 64 costs.
func BenchmarkFeedLine(b *testing.B) {
	w := newWorld(b)
	for _, s := range w.chain(64) {
		w.submit("alder", s.Bytes())
	}
	blocks, _, _ := w.hub.feed.after(0)
	reader, _ := w.hub.Reader(w.draft("cedar/desk/one", nil).KID())
	last := blocks[len(blocks)-1].block
	b.ReportAllocs()
	for b.Loop() {
		if _, err := w.hub.line(b.Context(), &routed{block: last}, reader); err != nil {
			b.Fatal(err)
		}
	}
}
