package hub

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"parley/ledger"
	"parley/mechanism"
	"parley/statement"
)

// together queues statements so that one block takes them in, and gives what
// became of them.
func (w *world) together(statements ...*statement.Statement) []*submission {
	w.t.Helper()
	var done sync.WaitGroup
	var subs []*submission
	w.hub.queue.mu.Lock()
	for _, s := range statements {
		sub := &submission{party: s.Claims().Author.Party, statement: s, bytes: len(s.Bytes()), done: &done}
		done.Add(1)
		subs = append(subs, sub)
		l := w.hub.queue.lane(sub.party)
		l.normal = append(l.normal, sub)
	}
	first := w.hub.queue.lane(subs[0].party)
	w.hub.queue.next = slices.Index(w.hub.queue.lanes, first) // in the order given
	w.hub.queue.mu.Unlock()
	w.hub.queue.wake()
	done.Wait()
	return subs
}

// replying makes a notice for birch that replies to another statement.
func (w *world) replying(to *statement.Statement) *statement.Statement {
	return w.draft("alder/watch/amal", func(d *draft) {
		d.claims.Refs = []statement.Ref{{Relation: "replies", ID: to.Claims().ID, Hash: to.Hash()}}
	})
}

// A reply to a text that is still at the gate may be released before it. The
// reader cannot read what is replied to, which is not the hub's fault.
func TestReplyToHiddenAccusesNobody(t *testing.T) {
	w := newWorld(t)
	first := w.draft("alder/watch/amal", nil)
	w.accept(first)
	second := w.replying(first)
	w.accept(second)
	w.accept(w.act("cedar/gate/chen", "gate.release/1", "releases", second, "alder", "birch"))
	for _, name := range []string{"alder/desk/one", "birch/desk/one", "cedar/desk/one"} {
		work, _ := w.follow(name, w.seen.Size)
		if !w.visible(work, second) || w.visible(work, first) != (name != "birch/desk/one") {
			t.Errorf("%s does not read what it may, or more", name)
		}
	}
	if _, ok := w.hub.work.Record(first.Claims().ID); !ok {
		t.Fatal("the hub does not know the first")
	}
}

// An act about statements of two parties goes to both, and neither knows the
// other's.
func TestActOnTwoPartiesAccusesNobody(t *testing.T) {
	w := newWorld(t)
	own := w.draft("alder/watch/amal", nil)
	other := w.draft("birch/watch/basil", func(d *draft) { d.claims.To = []string{"alder"} })
	w.accept(own)
	w.accept(other)
	w.accept(w.draft("cedar/gate/chen", func(d *draft) {
		d.claims.Format, d.claims.To, d.fields = "gate.hold/1", []string{"alder", "birch"}, map[string]any{"reason": "unclear"}
		for _, s := range []*statement.Statement{own, other} {
			d.claims.Refs = append(d.claims.Refs, statement.Ref{Relation: "holds", ID: s.Claims().ID, Hash: s.Hash()})
		}
		slices.SortFunc(d.claims.Refs, func(a, b statement.Ref) int { return strings.Compare(a.ID, b.ID) })
	}))
	for _, name := range []string{"alder/desk/one", "birch/desk/one", "cedar/desk/one"} {
		w.follow(name, w.seen.Size)
	}
}

// What is released in the block that ordered it reaches the addressee at its
// entry: before the block it cannot be disclosed.
func TestReleaseInTheSameBlock(t *testing.T) {
	w := newWorld(t)
	s := w.draft("alder/watch/amal", nil)
	for _, sub := range w.together(s, w.act("cedar/gate/chen", "gate.release/1", "releases", s, "alder", "birch")) {
		if sub.err != nil {
			t.Fatal(sub.err)
		}
	}
	if size := w.hub.work.Size(); w.hub.work.Blocks() != size-1 {
		t.Fatalf("%d entries in %d blocks; two were to share one", size, w.hub.work.Blocks())
	}
	for _, name := range []string{"alder/desk/one", "birch/desk/one", "cedar/desk/one"} {
		if work, _ := w.follow(name, w.hub.work.Size()); !w.visible(work, s) {
			t.Errorf("%s cannot read the released statement", name)
		}
	}
}

// A follower that goes away while its line is made leaves nothing half made
// behind for the others.
func TestFollowerGoesAway(t *testing.T) {
	w := newWorld(t)
	s := w.draft("alder/watch/amal", nil)
	w.accept(s)
	w.accept(w.act("cedar/gate/chen", "gate.release/1", "releases", s, "alder", "birch"))
	b, err := w.hub.journal.ReadOne(t.Context(), w.hub.origin, w.hub.work.Blocks()-1)
	if err != nil {
		t.Fatal(err)
	}
	r := &routed{block: b}
	reader := mechanism.Reader{Party: "birch", Key: mechanism.Key{Areas: []string{"military"}}}
	gone, leave := context.WithCancel(t.Context())
	leave()
	if _, err := w.hub.line(gone, r, reader); !errors.Is(err, context.Canceled) {
		t.Fatalf("got %v, want %v", err, context.Canceled)
	}
	line, err := w.hub.line(t.Context(), r, reader)
	if err != nil {
		t.Fatal(err)
	}
	var shown ledger.Block
	if err := shown.UnmarshalJSON(line[:len(line)-1]); err != nil {
		t.Fatal(err)
	}
	if len(shown.Disclosed) != 1 || shown.Contents[0] == nil {
		t.Errorf("birch gets the release %t and %d disclosures", shown.Contents[0] != nil, len(shown.Disclosed))
	}
}

// Whatever is no statement is refused, line by line, and the hub goes on.
func TestNoStatements(t *testing.T) {
	w := newWorld(t)
	for _, text := range []string{"", "{", "~", ".", "..~", string(w.charter.Note), strings.Repeat("a", 1<<16)} {
		if results, err := w.client("alder/desk/one").Submit(t.Context(), []byte(text)); err == nil {
			for _, r := range results {
				if r.Problem == nil {
					t.Errorf("%.20q was accepted", text)
				}
			}
		}
	}
	w.accept(w.draft("alder/watch/amal", nil))
}

// A slow follower is one whose first line does not get through until it is let.
type slow struct {
	*httptest.ResponseRecorder
	once         sync.Once
	writing, let chan struct{}
}

func (s *slow) SetWriteDeadline(time.Time) error { return nil }

func (s *slow) Write(b []byte) (int, error) {
	s.once.Do(func() { close(s.writing); <-s.let })
	return s.ResponseRecorder.Write(b)
}

// A key that is revoked while its feed catches up reads nothing ordered later.
func TestRevokedWhileCatchingUp(t *testing.T) {
	w := newWorld(t)
	w.restart() // so that what was is read from the journal
	kid := w.draft("birch/desk/one", func(d *draft) { d.claims.To = []string{"alder"} }).KID()
	reader, ok := w.hub.Reader(kid)
	if !ok {
		t.Fatal("birch's desk has no key")
	}
	out := &slow{ResponseRecorder: httptest.NewRecorder(), writing: make(chan struct{}), let: make(chan struct{})}
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	ended := make(chan error, 1)
	r := httptest.NewRequestWithContext(ctx, http.MethodGet, "/v1/feed?after=0", nil)
	go func() { ended <- w.hub.follow(out, r, reader) }()
	<-out.writing
	revoke := w.draft("birch/registrar/root", func(d *draft) {
		d.claims.Format, d.claims.Area, d.claims.Precedence, d.claims.To = "key.revoke/1", mechanism.Service, "IMMEDIATE", []string{"alder", "cedar"}
		d.claims.Seen = statement.Seen{Root: emptyRoot}
		d.fields = map[string]any{"kid": kid, "reason": "lost"}
	})
	if results, err := w.client("birch/registrar/root").Submit(t.Context(), revoke.Bytes()); err != nil || results[0].Problem != nil {
		t.Fatal("not revoked", err, results)
	}
	later := w.draft("cedar/gate/chen", nil)
	w.accept(later)
	close(out.let)
	if err := <-ended; err != nil {
		t.Fatal(err)
	}
	if strings.Contains(out.Body.String(), string(later.Bytes())) {
		t.Error("a revoked key reads what was ordered after its revocation")
	}
}
