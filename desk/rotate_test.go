package desk

import (
	"crypto/ed25519"
	"crypto/rand"
	"testing"
	"time"

	"parley/charter"
	"parley/hub"
	"parley/identity"
	"parley/ledger"
	"parley/registrar"
)

// amend puts the next edition in force, which differs as change has it.
func (w *world) amend(current *charter.Signed, change func(*charter.Charter)) *charter.Signed {
	w.t.Helper()
	c, err := charter.Parse(current.Text())
	w.must(err)
	c.Edition++
	c.Previous = charter.EncodeHash(current.Hash())
	change(c)
	signed := w.sign(c)
	r, err := registrar.Open(w.t.Context(), w.charter.Charter, "https://"+w.address, "cedar", signerOf(w, "cedar/registrar/root"), time.Now)
	w.must(err)
	defer r.Close()
	_, err = r.Amend(w.t.Context(), signed)
	w.must(err)
	return signed
}

// confirms waits until all desks that are open have everything, confirmed.
func (w *world) confirms(what string) {
	w.t.Helper()
	w.until(what, func() bool {
		size := uint64(0)
		for _, d := range w.desks {
			status, err := d.Status(w.t.Context())
			w.must(err)
			if status.Alarm != "" {
				w.t.Fatalf("%s: %s", d.party, status.Alarm)
			}
			size = max(size, status.Size)
		}
		for _, d := range w.desks {
			if status, err := d.Status(w.t.Context()); err != nil || status.Size < size || status.Confirmed < size || status.Queued > 0 {
				return false
			}
		}
		return true
	})
}

// The log's key, the TLS key and both kinds of a party's witness keys change under
// desks that run, and under one that is away meanwhile: nothing is lost or locked
// out, everything is confirmed again, and nobody is accused.
func TestRotateUnderDesks(t *testing.T) {
	w := newWorld(t)
	w.say("alder/watch/amal")
	w.confirms("all is confirmed before")
	coming, err := ledger.NewSigner(w.charter.Hub.Origin, w.newKey("hub/log-next"))
	w.must(err)
	certificate, err := hub.Certificate(w.newKey("hub/tls-next"), time.Now(), rand.Reader)
	w.must(err)
	pin, err := hub.PinOf(w.keys["hub/tls-next"].Public().(ed25519.PublicKey))
	w.must(err)
	w.close("birch")
	w.stopHub()
	w.adjustHub = func(c *hub.Config) { c.Coming, c.NextTLS = coming, certificate }
	w.startHub(nil)

	edition := w.amend(w.charter, func(c *charter.Charter) { c.Hub.TLSNext = pin })
	edition = w.amend(edition, func(c *charter.Charter) { c.Hub.Key, c.Hub.TLS, c.Hub.TLSNext = coming.VerifierKey(), pin, "" })
	sent := w.say("alder/watch/amal")
	w.status("cedar", sent, "submitted")
	w.open("birch") // which knows the first edition alone
	w.confirms("all is confirmed under the new log key")

	next, err := ledger.NewCosigner("alder", w.newKey("alder/witness-next"))
	w.must(err)
	w.close("alder")
	config := w.config("alder")
	config.NextWitness = next
	alder, err := Open(t.Context(), config)
	w.must(err)
	w.desks["alder"] = alder
	w.say("alder/watch/amal")
	w.confirms("all is confirmed before the witness changes")
	edition = w.amend(edition, func(c *charter.Charter) {
		for i := range c.Parties {
			if c.Parties[i].ID == "alder" {
				c.Parties[i].Witness, c.Parties[i].WitnessMLDSA = next.VerifierKey(), ""
			}
		}
	})
	w.confirms("the edition that changes the witness is confirmed")
	w.say("birch/watch/basil")
	w.confirms("all is confirmed by the new witness")
	w.close("alder")
	config = w.config("alder")
	config.Witness = next
	alder, err = Open(t.Context(), config)
	w.must(err)
	w.desks["alder"] = alder
	w.say("alder/watch/amal")
	w.confirms("all is confirmed by the new witness alone")
	if alder.Charter().Edition != edition.Edition {
		t.Errorf("alder is at edition %d, want %d", alder.Charter().Edition, edition.Edition)
	}
}

// An officer's key and the desk's own change while statements wait for the hub: all
// that was written is sent, signed anew with the new key where the old is revoked.
func TestRotateWhileQueued(t *testing.T) {
	w := newWorld(t)
	w.say("alder/watch/amal")
	w.confirms("all is there before")
	r, err := registrar.Open(t.Context(), w.charter.Charter, "https://"+w.address, "alder", signerOf(w, "alder/registrar/root"), time.Now)
	w.must(err)
	defer r.Close()
	for _, name := range []string{"alder/watch/amal", "alder/desk/one"} {
		old := w.thumbprint(name)
		key := w.newKey(name + "-next")
		request, err := identity.NewRequest(t.Context(), identity.NewSigner(key), w.charter.Mechanism, w.author(name), areasOf(w.charter.Charter), w.charter.Exercise)
		w.must(err)
		_, err = r.Endorse(t.Context(), request)
		w.must(err)
		w.until("the desk knows the new key", func() bool { return len(w.desks["alder"].work.Keys()) == len(r.Keys()) })
		w.ringing.Lock()
		w.keys[name] = key // what the ring gives from now on
		w.ringing.Unlock()
		w.say("alder/watch/amal")
		_, err = r.Revoke(t.Context(), old, "replaced")
		w.must(err)
		w.say("alder/watch/amal")
		w.confirms("all is there after " + name)
	}
}

func areasOf(c *charter.Charter) (areas []string) {
	for _, a := range c.Areas {
		areas = append(areas, a.ID)
	}
	return areas
}
