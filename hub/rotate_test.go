package hub

import (
	"crypto/rand"
	"errors"
	"testing"
	"time"

	"crypto/ed25519"

	"parley/charter"
	"parley/client"
	"parley/identity"
	"parley/ledger"
	"parley/mechanism"
	"parley/rule"
	"parley/statement"
	"parley/store"
)

// amended puts an edition in force that differs as change has it, with a root that
// is new signing beside the old one, and gives its receipt's index.
func (w *world) amended(change func(*charter.Charter)) (uint64, error) {
	w.t.Helper()
	next := w.next(change)
	note, err := next.Text(), error(nil)
	for _, p := range next.Parties {
		for _, name := range []string{p.ID + "/registrar/root", p.ID + "/registrar/root-next"} {
			if key, ok := w.keys[name]; ok {
				if note, err = charter.Sign(w.t.Context(), note, p.ID, identity.NewSigner(key)); err != nil {
					w.t.Fatal(err)
				}
			}
		}
	}
	signed, err := charter.Open(note)
	if err != nil {
		return 0, err
	}
	text, err := w.client("cedar/desk/one").Amend(w.t.Context(), signed.Note)
	if err != nil {
		return 0, err
	}
	receipt, _, err := w.hub.work.OpenReceipt(text, signed.Hash())
	if err == nil {
		w.charter = signed
	}
	return receipt.Index, err
}

// The log's key changes with an edition: its own block is signed by the old key, all
// after it by the new one, and whoever follows, verifies or restarts goes along. What
// the wrong key of the two signs for a size is believed by nobody.
func TestRotateLogKey(t *testing.T) {
	w := newWorld(t)
	w.latched()
	coming, err := ledger.NewSigner(w.charter.Hub.Origin, newKey(t))
	if err != nil {
		t.Fatal(err)
	}
	old := w.config.Signer
	rename := func(c *charter.Charter) { c.Hub.Key = coming.VerifierKey() }
	var refusal *rule.Refusal
	if _, err := w.amended(rename); !errors.As(err, &refusal) || refusal.Rule != store.CharterNext {
		t.Fatalf("a key that the hub does not hold: %v", err)
	}
	w.config.Coming = coming
	w.restart()
	before := w.accept(w.draft("alder/watch/amal", nil))
	index, err := w.amended(rename)
	if err != nil {
		t.Fatal(err)
	}
	if w.verifier, err = ledger.NewVerifier(coming.VerifierKey()); err != nil {
		t.Fatal(err)
	}
	after := w.accept(w.draft("alder/watch/amal", nil)) // verified under the new key
	if after.Index != index+1 {
		t.Errorf("entry %d follows the edition at %d", after.Index, index)
	}
	for range 2 {
		work, blocks := w.follow("birch/desk/one", w.hub.work.Size())
		for _, b := range blocks {
			v, err := work.LogVerifier(b.Size())
			if err != nil {
				t.Fatal(err)
			}
			if _, err := v.Open(b.Checkpoint); err != nil {
				t.Errorf("checkpoint for %d entries: %v", b.Size(), err)
			}
			if want := coming.VerifierKey(); (v.VerifierKey() == want) != (b.First > index) {
				t.Errorf("block %d from entry %d has key %s", b.Height, b.First, v.VerifierKey())
			}
		}
		for _, forged := range []struct {
			by   *ledger.Signer
			size uint64
			root ledger.Hash
		}{{old, after.Head.Size, after.Head.Root}, {coming, before.Head.Size, before.Head.Root}} {
			note, err := forged.by.Sign(forged.size, forged.root)
			if err != nil {
				t.Fatal(err)
			}
			if _, _, err := work.OpenCheckpoint(note); err == nil {
				t.Errorf("the wrong key of the two is believed for %d entries", forged.size)
			}
		}
		w.restart() // and once more
	}
	w.config.Signer, w.config.Coming = coming, nil
	w.restart() // without the old key
	w.accept(w.draft("alder/watch/amal", nil))
	w.config.Signer = old
	w.stop()
	if err := w.open(); err == nil {
		t.Error("the hub starts with the old key alone")
	}
}

// Who has stolen the log's old key cannot stop the hub with it once it is replaced:
// not with a ledger that was never made, beyond the edition or before it, and not as a
// stranger. What the desks hold from before the edition is taken as ever.
func TestRetiredLogKeyStopsNothing(t *testing.T) {
	w := newWorld(t)
	w.latched()
	coming, err := ledger.NewSigner(w.charter.Hub.Origin, newKey(t))
	if err != nil {
		t.Fatal(err)
	}
	w.config.Coming = coming
	w.restart()
	w.accept(w.draft("alder/watch/amal", nil))
	honest := w.hub.signed.newestNote()
	index, err := w.amended(func(c *charter.Charter) { c.Hub.Key = coming.VerifierKey() })
	if err != nil {
		t.Fatal(err)
	}
	if w.verifier, err = ledger.NewVerifier(coming.VerifierKey()); err != nil {
		t.Fatal(err)
	}
	edition := w.hub.signed.newestNote()
	w.accept(w.draft("alder/watch/amal", nil))
	w.keys["alder/desk/two"] = newKey(t) // nobody's
	for _, size := range []uint64{1000, index + 2, index + 1, 2} {
		forged, err := w.config.Signer.Sign(size, ledger.Hash{7})
		if err != nil {
			t.Fatal(err)
		}
		for _, by := range []string{"alder/desk/one", "alder/desk/two"} {
			if err := w.client(by).Held(t.Context(), forged); err == nil {
				t.Errorf("%s: %d entries by the retired key are taken", by, size)
			}
		}
		if size > index+1 {
			if err := w.client("alder/desk/one").Cosign(t.Context(), forged); err == nil {
				t.Errorf("%d entries by the retired key are taken to be cosigned", size)
			}
		}
	}
	for _, note := range [][]byte{honest, edition} {
		if err := w.client("alder/desk/one").Held(t.Context(), note); err != nil {
			t.Errorf("what a desk holds from before the edition: %v", err)
		}
	}
	w.accept(w.draft("alder/watch/amal", nil))
	w.restart()
	w.accept(w.draft("alder/watch/amal", nil))
	beyond, err := coming.Sign(1000, ledger.Hash{7})
	if err != nil {
		t.Fatal(err)
	}
	var refusal *rule.Refusal
	if err := w.client("alder/desk/one").Held(t.Context(), beyond); !errors.As(err, &refusal) || refusal.Rule != Behind {
		t.Errorf("the key in force, beyond the ledger: %v", err)
	}
}

// What is queued together with an edition that changes the log's key is ordered
// after it in a block of its own, and nothing is lost.
func TestRotateLogKeyInTheCrowd(t *testing.T) {
	subs := func(kinds string) (all []*submission) {
		for _, k := range kinds {
			s := &submission{}
			if k == 'c' {
				s.charter = &charter.Signed{}
			}
			all = append(all, s)
		}
		return all
	}
	for kinds, want := range map[string][]int{"": {0}, "s": {1}, "c": {1}, "sc": {2}, "scs": {2, 1}, "ccs": {1, 1, 1}, "sscsscs": {3, 3, 1}} {
		parts := apart(subs(kinds))
		if len(parts) != len(want) {
			t.Errorf("%q: %d parts, want %d", kinds, len(parts), len(want))
			continue
		}
		for i := range parts {
			if len(parts[i]) != want[i] {
				t.Errorf("%q: part %d has %d", kinds, i, len(parts[i]))
			}
		}
	}
}

// The hub's TLS key changes without locking a desk out: who knows the old edition
// reaches it by the old pin, who knows the one between by either, and who knows the
// last by the new pin.
func TestRotateTLSKey(t *testing.T) {
	w := newWorld(t)
	key := newKey(t)
	certificate, err := Certificate(key, time.Now(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	pin, err := PinOf(key.Public().(ed25519.PublicKey))
	if err != nil {
		t.Fatal(err)
	}
	first := w.charter
	reaches := func(name string, c *charter.Charter, want bool) {
		t.Helper()
		author, _ := identity.ParseAuthor("birch/desk/one")
		caller := client.New(c, c.Hub.URLs[0], author, identity.NewSigner(w.keys["birch/desk/one"]), w.now)
		defer caller.Close()
		if _, err := caller.Checkpoint(t.Context()); (err == nil) != want {
			t.Errorf("%s: %v", name, err)
		}
	}
	old := w.config.TLS
	w.config.NextTLS = certificate
	w.restart()
	if _, err := w.amended(func(c *charter.Charter) { c.Hub.TLSNext = pin }); err != nil {
		t.Fatal(err)
	}
	between := w.charter
	reaches("both keys, the first edition", first.Charter, true)
	reaches("both keys, the edition between", between.Charter, true)
	if _, err := w.amended(func(c *charter.Charter) { c.Hub.TLS, c.Hub.TLSNext = pin, "" }); err != nil {
		t.Fatal(err)
	}
	last := w.charter
	for _, edition := range []*charter.Signed{first, between, last} {
		reaches("both keys, after the change", edition.Charter, true)
	}
	w.config.TLS, w.config.NextTLS = certificate, old
	w.restart()
	reaches("both keys the other way round, the first edition", first.Charter, true)
	w.config.NextTLS.PrivateKey = nil
	w.restart()
	reaches("the new key alone, the edition between", between.Charter, true)
	reaches("the new key alone, the last edition", last.Charter, true)
	reaches("the new key alone, the first edition", first.Charter, false)
}

// The hub's clock signs with its next key as soon as that is endorsed, and goes on
// when the old one is revoked; what it said before stands.
func TestRotateClockKey(t *testing.T) {
	w := newWorld(t)
	next := newKey(t)
	w.config.NextKey = identity.NewSigner(next)
	w.restart()
	if got := w.hub.clockKey(); !got.Public().Equal(w.config.Key.Public()) {
		t.Error("it signs with a key that nobody endorsed")
	}
	s := w.endorsement("cedar/hub/one", next, nil)
	results, err := w.client("cedar/registrar/root").Submit(t.Context(), s.Bytes())
	if err != nil || results[0].Problem != nil {
		t.Fatal(err, results)
	}
	w.heads["cedar/registrar/root"] = &mechanism.Head{Hash: s.Hash(), Serial: s.Claims().Serial}
	if got := w.hub.clockKey(); !got.Public().Equal(next.Public()) {
		t.Error("it does not sign with the key that was endorsed")
	}
	revoke := w.draft("cedar/registrar/root", func(d *draft) {
		d.claims.Format, d.claims.Area, d.claims.Precedence = "key.revoke/1", mechanism.Service, "IMMEDIATE"
		d.claims.To, d.claims.Seen = mechanism.Others("cedar", "alder", "birch", "cedar"), statement.Seen{Root: emptyRoot}
		d.fields = map[string]any{"kid": identity.Thumbprint(w.keys["cedar/hub/one"].Public().(ed25519.PublicKey)), "reason": "replaced"}
	})
	if results, err = w.client("cedar/registrar/root").Submit(t.Context(), revoke.Bytes()); err != nil || results[0].Problem != nil {
		t.Fatal(err, results[0].Problem.Err())
	}
	said := accidentDraft(w)
	w.accept(said)
	w.forward(2*time.Minute + time.Second)
	w.until("the clock releases with its new key", func() bool {
		r, ok := w.hub.work.Record(said.Claims().ID)
		return ok && r.Delivery.Status == "released"
	})
	w.follow("birch/desk/one", w.hub.work.Size())
}

// A party's root is replaced by an edition that its old root and its new one sign;
// from then on the new one endorses, and the old one is refused.
func TestRotateRoot(t *testing.T) {
	w := newWorld(t)
	w.keys["alder/registrar/root-next"] = newKey(t)
	public := identity.EncodeKey(w.keys["alder/registrar/root-next"].Public().(ed25519.PublicKey))
	change := func(c *charter.Charter) { c.Parties[0].Roots = []string{public} }
	old := w.keys["alder/registrar/root"]
	delete(w.keys, "alder/registrar/root") // the new one alone
	if _, err := w.amended(change); err == nil {
		t.Fatal("an edition that the old root has not signed is in force")
	}
	w.keys["alder/registrar/root"] = old
	if _, err := w.amended(change); err != nil {
		t.Fatal(err)
	}
	w.keys["alder/watch/adam"] = newKey(t)
	if s := w.endorsement("alder/watch/adam", w.keys["alder/watch/adam"], nil); true {
		results, err := w.client("alder/desk/one").Submit(t.Context(), s.Bytes())
		if err != nil || results[0].Problem == nil {
			t.Fatalf("the old root still endorses: %v, %v", results, err)
		}
	}
	w.keys["alder/registrar/root"] = w.keys["alder/registrar/root-next"]
	w.endorse("alder/watch/adam")
	w.accept(w.draft("alder/watch/adam", nil))
	w.follow("birch/desk/one", w.hub.work.Size())
}
