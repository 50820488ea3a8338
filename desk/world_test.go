package desk

import (
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/tls"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"filippo.io/mldsa"

	"parley/charter"
	"parley/delivery"
	"parley/hub"
	"parley/identity"
	"parley/journal"
	"parley/ledger"
	"parley/registrar"
	"parley/rule"
	"parley/store"
)

// A world is a mechanism for tests: the real hub on loopback TLS, and the desks
// that a test opens.
type world struct {
	t         *testing.T
	dir       string
	charter   *charter.Signed
	signer    *ledger.Signer
	tls       tls.Certificate
	keys      map[string]ed25519.PrivateKey
	ringing   sync.Mutex // for keys that are made while desks run
	witnesses map[string]*ledger.Cosigner
	address   string
	desks     map[string]*Desk
	stopHub   func()
	adjustHub func(*hub.Config)
	ahead     atomic.Int64 // by how much all clocks are, in nanoseconds
}

var cast = []string{"alder/desk/one", "birch/desk/one", "cedar/desk/one", "cedar/hub/one", "alder/watch/amal", "alder/watch/adam", "birch/watch/basil", "birch/watch/dalia", "cedar/gate/chen"}

// newWorld begins a mechanism on the template quiet-orchard, changed as the test
// wants it, and opens the desks of all its parties.
func newWorld(t *testing.T, change ...func(*charter.Charter)) *world {
	t.Helper()
	w := &world{t: t, dir: t.TempDir(), keys: map[string]ed25519.PrivateKey{}, witnesses: map[string]*ledger.Cosigner{}, desks: map[string]*Desk{}, stopHub: func() {}}
	c, err := charter.Template("quiet-orchard")
	w.must(err)
	for _, change := range change {
		change(c)
	}
	for _, name := range append(cast, "hub/log", "hub/tls") {
		w.newKey(name)
	}
	for i, p := range c.Parties {
		c.Parties[i].Roots = []string{identity.EncodeKey(w.newKey(p.ID + "/registrar/root").Public().(ed25519.PublicKey))}
		w.witnesses[p.ID], err = ledger.NewCosigner(p.ID, w.newKey(p.ID+"/witness"), quantum(w.keys[p.ID+"/witness"]))
		w.must(err)
		c.Parties[i].Witness, c.Parties[i].WitnessMLDSA = w.witnesses[p.ID].VerifierKey(), w.witnesses[p.ID].VerifierKeyMLDSA()
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	w.must(err)
	w.address = listener.Addr().String()
	c.Hub.Origin = "orchard.example/log"
	if len(c.Hub.URLs) == 0 {
		c.Hub.URLs = []string{"https://" + w.address}
	}
	w.signer, err = ledger.NewSigner(c.Hub.Origin, w.keys["hub/log"])
	w.must(err)
	c.Hub.Key = w.signer.VerifierKey()
	c.Hub.TLS, err = hub.PinOf(w.keys["hub/tls"].Public().(ed25519.PublicKey))
	w.must(err)
	w.tls, err = hub.Certificate(w.keys["hub/tls"], time.Now(), rand.Reader)
	w.must(err)
	w.charter = w.sign(c)
	w.startHub(listener)
	t.Cleanup(func() {
		for _, d := range w.desks {
			d.Close()
		}
		w.stopHub()
	})
	w.endorse(c)
	for _, p := range c.Parties {
		w.open(p.ID)
	}
	return w
}

func (w *world) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) newKey(name string) ed25519.PrivateKey {
	w.t.Helper()
	_, key, err := ed25519.GenerateKey(rand.Reader)
	w.must(err)
	w.ringing.Lock()
	defer w.ringing.Unlock()
	w.keys[name] = key
	return key
}

// quantum is the ML-DSA key of the same seed.
func quantum(key ed25519.PrivateKey) *mldsa.PrivateKey {
	q, err := mldsa.NewPrivateKey(mldsa.MLDSA44(), key.Seed())
	if err != nil {
		panic(err) // a seed has the right length
	}
	return q
}

func (w *world) sign(c *charter.Charter) *charter.Signed {
	w.t.Helper()
	note, err := c.Text(), error(nil)
	for _, p := range c.Parties {
		note, err = charter.Sign(w.t.Context(), note, p.ID, identity.NewSigner(w.keys[p.ID+"/registrar/root"]))
		w.must(err)
	}
	signed, err := charter.Open(note)
	w.must(err)
	return signed
}

func (w *world) endorse(c *charter.Charter) {
	w.t.Helper()
	var areas []string
	for _, a := range c.Areas {
		areas = append(areas, a.ID)
	}
	for _, p := range c.Parties {
		r, err := registrar.Open(w.t.Context(), c, "https://"+w.address, p.ID, identity.NewSigner(w.keys[p.ID+"/registrar/root"]), time.Now)
		w.must(err)
		for _, name := range cast {
			if author := w.author(name); author.Party == p.ID {
				request, err := identity.NewRequest(w.t.Context(), identity.NewSigner(w.keys[name]), c.Mechanism, author, areas, c.Exercise)
				w.must(err)
				_, err = r.Endorse(w.t.Context(), request)
				w.must(err)
			}
		}
		r.Close()
	}
}

func (w *world) author(name string) identity.Author {
	w.t.Helper()
	author, err := identity.ParseAuthor(name)
	w.must(err)
	return author
}

// startHub starts the hub on the world's folder; a nil listener means the same
// address as before.
func (w *world) startHub(listener net.Listener) {
	w.t.Helper()
	var err error
	if listener == nil {
		listener, err = net.Listen("tcp", w.address)
		w.must(err)
	}
	j, err := journal.OpenSQLite(filepath.Join(w.dir, "hub", "journal.db"))
	w.must(err)
	db, err := store.Open(filepath.Join(w.dir, "hub", "store.db"))
	w.must(err)
	config := hub.Config{Charter: w.charter, Signer: w.signer, Author: w.author("cedar/hub/one"), Key: identity.NewSigner(w.keys["cedar/hub/one"]), TLS: w.tls,
		Journal: j, Store: db, Clock: w.now, Salt: rand.Text, Nonce: func() (b [10]byte) { rand.Read(b[:]); return b }, Log: slog.New(slog.DiscardHandler)}
	if w.adjustHub != nil {
		w.adjustHub(&config)
	}
	h, err := hub.New(context.Background(), config)
	w.must(err)
	server := h.Server()
	go server.ServeTLS(listener, "", "") //nolint:errcheck // ends with Close
	w.stopHub = func() {
		h.Close()
		server.Close()
		db.Close()
		j.Close()
		w.stopHub = func() {}
	}
}

// serveInstead has handler answer at the hub's address, with the hub's own keys:
// a hub that lies.
func (w *world) serveInstead(handler http.Handler) {
	w.t.Helper()
	w.stopHub()
	listener, err := net.Listen("tcp", w.address)
	w.must(err)
	server := &http.Server{Handler: handler, TLSConfig: &tls.Config{Certificates: []tls.Certificate{w.tls}, MinVersion: tls.VersionTLS13}}
	go server.ServeTLS(listener, "", "") //nolint:errcheck // ends with Close
	w.stopHub = func() { server.Close() }
}

// now is what all clocks show.
func (w *world) now() time.Time { return time.Now().Round(0).Add(time.Duration(w.ahead.Load())) }

func (w *world) config(party string) Config {
	return Config{Charter: w.charter, Dir: filepath.Join(w.dir, party), Author: identity.Author{Party: party, Role: "desk", Officer: "one"}, Witness: w.witnesses[party],
		Signer: func(name string) (identity.Signer, error) {
			w.ringing.Lock()
			key, ok := w.keys[name]
			w.ringing.Unlock()
			if !ok || !strings.HasPrefix(name, party+"/") {
				return nil, fmt.Errorf("the key ring has no key %s", name)
			}
			return identity.NewSigner(key), nil
		},
		Clock: w.now,
		Rand:  rand.Reader, Listen: "127.0.0.1:0", Log: slog.New(slog.DiscardHandler)}
}

func (w *world) open(party string) *Desk {
	w.t.Helper()
	d, err := Open(w.t.Context(), w.config(party))
	w.must(err)
	w.desks[party] = d
	return d
}

func (w *world) close(party string) {
	w.t.Helper()
	w.must(w.desks[party].Close())
	delete(w.desks, party)
}

func (w *world) reopen(party string) *Desk {
	w.t.Helper()
	w.close(party)
	return w.open(party)
}

// say sends a notice at the desk of the author's party.
func (w *world) say(name string) string {
	w.t.Helper()
	return w.send(name, Saying{Format: "J14", Fields: notice})
}

// send sends what an officer says.
func (w *world) send(name string, q Saying) string {
	w.t.Helper()
	q.By = w.author(name)
	id, err := w.desks[q.By.Party].Say(w.t.Context(), q)
	w.must(err)
	return id
}

// release lets a statement through the gate and waits until birch has it.
func (w *world) release(id string) {
	w.t.Helper()
	w.status("cedar", id, "submitted")
	w.act("cedar/gate/chen", "release", id)
	w.until("birch has reported what was released", func() bool {
		record, ok := w.desks["cedar"].work.Record(id)
		return ok && !slices.ContainsFunc(record.Delivery.Reach, func(r delivery.Reach) bool { return r.Delivered.IsZero() })
	})
	w.until("every desk knows that", func() bool {
		for _, d := range w.desks {
			if record, ok := d.work.Record(id); !ok || len(record.Delivery.Reach) == 0 || record.Delivery.Reach[0].Delivered.IsZero() {
				return false
			}
		}
		return true
	})
}

// show opens a statement in front of a person, and waits until that is known.
func (w *world) show(party, id string) *Detail {
	w.t.Helper()
	_, err := w.desks[party].Show(w.t.Context(), id, "en")
	w.must(err)
	w.until(party+" has reported what was shown", func() bool {
		record, ok := w.desks[party].work.Record(id)
		return ok && !w.desks[party].owes(record, "displays")
	})
	return w.look(party, id, "en")
}

// look gives what a desk knows of a statement, and reports nothing.
func (w *world) look(party, id, lang string) *Detail {
	w.t.Helper()
	detail, _, err := w.desks[party].detail(w.t.Context(), id, lang)
	w.must(err)
	return detail
}

// marked waits until a desk lists a statement with a status and marks; of a mark
// with a countdown, what stands before that is enough.
func (w *world) marked(party, id, status string, marks ...string) {
	w.t.Helper()
	var last Item
	defer func() {
		if w.t.Failed() {
			w.t.Logf("%s lists %s as %s %q", party, id, last.Status, last.Marks)
		}
	}()
	w.until(fmt.Sprintf("%s lists %s as %s %q", party, id, status, marks), func() bool {
		items, err := w.desks[party].List(w.t.Context(), 100, false)
		w.must(err)
		for _, item := range items {
			if item.ID == id {
				last = item
			}
		}
		return last.Status == status && slices.EqualFunc(last.Marks, marks, func(mark, want string) bool {
			return mark == want || strings.HasPrefix(mark, want+" T")
		})
	})
}

// refuse does an act that must be refused by a rule, and gives the refusal.
func (w *world) refuse(ruleID, name, verb string, q Saying) *rule.Refusal {
	w.t.Helper()
	q.By = w.author(name)
	_, err := w.desks[q.By.Party].Act(w.t.Context(), verb, q)
	if ruleOf(err) != ruleID {
		w.t.Fatalf("%s %s: %v, want a refusal by %s", name, verb, err, ruleID)
	}
	var refusal *rule.Refusal
	errors.As(err, &refusal)
	return refusal
}

// rebuilt closes a desk, takes its read model away and opens it again.
func (w *world) rebuilt(party string) {
	w.t.Helper()
	w.close(party)
	for _, name := range []string{"store.db", "store.db-wal", "store.db-shm"} {
		if err := os.Remove(filepath.Join(w.dir, party, name)); !errors.Is(err, fs.ErrNotExist) {
			w.must(err)
		}
	}
	w.open(party)
}

var notice = []string{"activity=survey", "place=DMM 00 33.600N 017 57.000W ±50m; valley, north end", "window=2026-11-24T07:00Z/2026-11-24T09:00Z", "description=Survey flight, one small aircraft.", "contact=desk:line 2"}

// receipt waits for the hub's answer to what a party's desk signed.
func (w *world) receipt(party, id string) Sent {
	w.t.Helper()
	ctx, cancel := context.WithTimeout(w.t.Context(), patience)
	defer cancel()
	sent, err := w.desks[party].Await(ctx, id)
	w.must(err)
	if sent.State != Accepted {
		w.t.Fatalf("statement %s is %s after %s", id, sent.State, patience)
	}
	return sent
}

// act does an act, waits for its receipt and gives its identifier.
func (w *world) act(name, verb, id string, fields ...string) string {
	w.t.Helper()
	author := w.author(name)
	act, err := w.desks[author.Party].Act(w.t.Context(), verb, Saying{By: author, About: id, Fields: fields})
	w.must(err)
	w.receipt(author.Party, act)
	return act
}

const patience = time.Minute

// until waits for a condition, looking every few milliseconds.
func (w *world) until(what string, holds func() bool) {
	w.t.Helper()
	ctx, cancel := context.WithTimeout(w.t.Context(), patience)
	defer cancel()
	ticker := time.NewTicker(5 * time.Millisecond)
	defer ticker.Stop()
	for !holds() {
		select {
		case <-ticker.C:
		case <-ctx.Done():
			w.t.Fatalf("after %s, still not: %s", patience, what)
		}
	}
}

// status waits until a desk lists a statement with a status.
func (w *world) status(party, id, status string) {
	w.t.Helper()
	w.until(fmt.Sprintf("%s is %s at %s", id, status, party), func() bool {
		record, ok := w.desks[party].work.Record(id)
		return ok && statusOf(record) == status
	})
}

func signerOf(w *world, name string) identity.Signer { return identity.NewSigner(w.keys[name]) }
