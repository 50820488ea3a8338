package hub

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"parley/charter"
	"parley/ledger"
)

// A world of rounds: a log, two witnesses that must cosign and a third that may.
type rounds struct {
	t      *testing.T
	points *checkpoints
	signer *ledger.Signer
	desks  map[string]*ledger.Cosigner
	told   told
}

func newRounds(t *testing.T) *rounds {
	t.Helper()
	r := &rounds{t: t, desks: map[string]*ledger.Cosigner{}}
	key := newKey(t)
	var err error
	if r.signer, err = ledger.NewSigner("orchard.example/log", key); err != nil {
		t.Fatal(err)
	}
	c := &charter.Charter{Hub: charter.Hub{Key: r.signer.VerifierKey()}, Witness: charter.WitnessPolicy{Parties: []string{"alder", "birch"}, FreshSeconds: 60}}
	for _, party := range []string{"alder", "birch", "cedar"} {
		key := newKey(t)
		if r.desks[party], err = ledger.NewCosigner(party, key, quantum(key)); err != nil {
			t.Fatal(err)
		}
		c.Parties = append(c.Parties, charter.Party{ID: party, Witness: r.desks[party].VerifierKey(), WitnessMLDSA: r.desks[party].VerifierKeyMLDSA()})
	}
	if r.points, err = newCheckpoints(func(uint64) (*ledger.Verifier, error) { return ledger.NewVerifier(c.Hub.Key) }, c); err != nil {
		t.Fatal(err)
	}
	return r
}

func (r *rounds) grow(size uint64) {
	r.t.Helper()
	note, err := r.signer.Sign(size, ledger.Hash{byte(size)})
	if err != nil {
		r.t.Fatal(err)
	}
	r.points.newest(note, size)
}

func (r *rounds) cosign(party string, note []byte, at time.Time) bool {
	r.t.Helper()
	out, err := r.desks[party].Cosign(note, at)
	if err != nil {
		r.t.Fatal(err)
	}
	show, err := r.points.add(out, at)
	if err != nil {
		r.t.Fatal(err)
	}
	return show
}

// cosigned counts the cosignatures on a note.
func (r *rounds) cosigned(note []byte) int {
	r.t.Helper()
	_, all, err := r.points.witnesses.Check(r.verifier(), note)
	if err != nil {
		r.t.Fatal(err)
	}
	return len(all)
}

// A round is shown when all who must have cosigned, or after gatherFor with those
// who have; the next begins then, and on the same checkpoint before the charter's
// time has passed.
func TestRounds(t *testing.T) {
	r := newRounds(t)
	at := time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)
	after := func(d time.Duration) time.Time { at = at.Add(d); return at }
	r.grow(7)
	if !r.points.turn(at) {
		t.Fatal("the first checkpoint is not asked for")
	}
	if news := r.points.news(&r.told); len(news) != 1 || r.cosigned([]byte(news[0])) != 0 {
		t.Fatalf("told %d notes, want the bare one", len(news))
	}
	bare := r.points.asked
	if r.cosign("alder", bare, after(time.Millisecond)) || len(r.points.news(&r.told)) != 0 {
		t.Error("shown with one of two")
	}
	r.grow(8)
	if r.points.turn(after(time.Second)) {
		t.Error("a round began while one whose word is wanted may still send it")
	}
	if !r.cosign("birch", bare, after(time.Millisecond)) {
		t.Error("not shown with both")
	}
	if news := r.points.news(&r.told); len(news) != 1 || r.cosigned([]byte(news[0])) != 4 {
		t.Errorf("told %d notes, want one with both parties' cosignatures", len(news))
	}
	if !r.points.turn(after(announceEvery)) {
		t.Error("no round for what came meanwhile")
	}
	if news := r.points.news(&r.told); len(news) != 1 || r.cosigned([]byte(news[0])) != 0 || string(r.points.best()) != news[0] {
		t.Errorf("told %d notes, want the newest, bare", len(news))
	}

	// Birch is away: after gatherFor what alder said is shown, and the ledger goes on.
	r.cosign("alder", r.points.asked, after(time.Millisecond))
	if wait := r.points.pause(at); wait > gatherFor {
		t.Errorf("looks again in %v, want at most %v", wait, gatherFor)
	}
	if !r.points.turn(after(gatherFor)) {
		t.Error("what alder said is never shown")
	}
	if news := r.points.news(&r.told); len(news) != 1 || r.cosigned([]byte(news[0])) != 2 {
		t.Errorf("told %d notes, want one with alder's cosignatures", len(news))
	}
	if !r.cosign("birch", r.points.asked, after(time.Millisecond)) {
		t.Error("a late word is not shown at once")
	}
	r.points.news(&r.told)

	// Idle: the same checkpoint is asked for anew; until all have spoken, what they
	// said before is served.
	if r.points.turn(after(30 * time.Second)) {
		t.Error("asked for anew after half the time")
	}
	if wait := r.points.pause(at); wait > 15*time.Second {
		t.Errorf("looks again in %v, which is too late", wait)
	}
	if !r.points.turn(after(15 * time.Second)) {
		t.Error("not asked for anew in time")
	}
	news := r.points.news(&r.told)
	if len(news) != 1 || r.cosigned([]byte(news[0])) != 0 || r.cosigned(r.points.best()) != 4 {
		t.Errorf("told %d notes, served %d cosignatures; want the bare one, and those of before", len(news), r.cosigned(r.points.best()))
	}

	// A follower who comes late is told what stands and what is asked; none is asked
	// twice for what it can see was cosigned.
	late := told{}
	if news := r.points.news(&late); len(news) != 2 || r.cosigned([]byte(news[0])) != 4 || r.cosigned([]byte(news[1])) != 0 {
		t.Errorf("a late follower is told %d notes", len(news))
	}
	r.cosign("alder", r.points.asked, after(time.Millisecond))
	r.cosign("birch", r.points.asked, at)
	late = told{}
	if news := r.points.news(&late); len(news) != 1 || r.cosigned([]byte(news[0])) != 4 {
		t.Errorf("a late follower is told %d notes after the round", len(news))
	}

	// An old word sent again does not take the place of a newer.
	served := string(r.points.best())
	if r.cosign("alder", r.points.asked, at.Add(-time.Hour)) || string(r.points.best()) != served {
		t.Error("an old word took the place of a newer")
	}
}

// While nothing is ordered the rounds go on by themselves.
func TestRoundsWhenIdle(t *testing.T) {
	r := newRounds(t)
	synctest.Test(t, func(t *testing.T) {
		h := &Hub{signed: r.points, clock: time.Now}
		h.signed.stirred = make(chan struct{}, 1) // of the bubble
		h.feed = newFeed(h)
		stopped := make(chan struct{})
		defer func() { <-stopped }()
		ctx, stop := context.WithCancel(t.Context())
		defer stop()
		go func() { h.announce(ctx); close(stopped) }()
		r.grow(7)
		<-time.After(time.Hour)
		synctest.Wait()
		h.signed.mu.Lock()
		defer h.signed.mu.Unlock()
		if n := h.signed.rounds; n < 60 || n > 90 {
			t.Errorf("%d rounds in an hour, want one in 45 s", n)
		}
	})
}

func (r *rounds) verifier() *ledger.Verifier {
	r.t.Helper()
	v, err := r.points.verifier(0)
	if err != nil {
		r.t.Fatal(err)
	}
	return v
}
