package console_test

import (
	"context"
	"crypto/rand"
	"fmt"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"parley/charter"
	"parley/delivery"
	"parley/desk"
	"parley/hub"
	"parley/identity"
	"parley/journal"
	"parley/keyring"
	"parley/ledger"
	"parley/registrar"
	"parley/screening"
	"parley/store"
)

// A world is an exercise for tests: a real hub on loopback TLS, and a desk and a console
// of each party. Each officer has a personal key ring, whose passphrase is the name and
// an exclamation mark.
type world struct {
	testing.TB
	dir     string
	charter *charter.Signed
	rings   map[string]*keyring.Ring
	people  map[string]*keyring.People
	desks   map[string]*desk.Desk
	address string
	stopHub func()
}

const (
	amal  = "alder/watch/amal"
	adam  = "alder/watch/adam"
	basil = "birch/watch/basil"
	dalia = "birch/watch/dalia"
	chen  = "cedar/gate/chen"
)

var officers = []string{amal, adam, basil, dalia, chen}

// machines are the desks, and the hub's clock.
var machines = []string{"alder/desk/one", "birch/desk/one", "cedar/desk/one", "cedar/hub/one"}

// areasOf bounds the areas of an officer's key; the others have all.
type areasOf map[string][]string

// newWorld begins a mechanism on the template quiet-orchard, changed as the test wants
// it.
func newWorld(t testing.TB, areas areasOf, change ...func(*charter.Charter)) *world {
	t.Helper()
	w := &world{TB: t, dir: t.TempDir(), rings: map[string]*keyring.Ring{}, people: map[string]*keyring.People{}, desks: map[string]*desk.Desk{}}
	c, err := charter.Template("quiet-orchard")
	w.must(err)
	for _, change := range change {
		change(c)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	w.must(err)
	w.address = listener.Addr().String()
	c.Hub.Origin, c.Hub.URLs = "orchard.example/log", []string{"https://" + w.address}
	for i, p := range c.Parties {
		w.newRings(&c.Parties[i], c)
		if p.ID == c.Supervisor().ID {
			w.hubKeys(c, p.ID)
		}
	}
	note := c.Text()
	for _, p := range c.Parties {
		note, err = charter.Sign(t.Context(), note, p.ID, w.signer(p.ID, p.ID+"/registrar/root"))
		w.must(err)
	}
	w.charter, err = charter.Open(note)
	w.must(err)
	w.startHub(listener)
	t.Cleanup(func() {
		for _, d := range w.desks {
			d.Close()
		}
		w.stopHub()
	})
	w.endorse(areas)
	for _, p := range c.Parties {
		w.openDesk(p.ID)
	}
	return w
}

func (w *world) must(err error) {
	w.Helper()
	if err != nil {
		w.Fatal(err)
	}
}

// newRings makes a party's ring and those of its officers.
func (w *world) newRings(p *charter.Party, c *charter.Charter) {
	w.Helper()
	folder := filepath.Join(w.dir, "keys", p.ID)
	w.must(os.MkdirAll(filepath.Join(folder, "people"), 0o700))
	ring, err := keyring.Create(filepath.Join(folder, "keys.age"), "the desk's", 1)
	w.must(err)
	w.rings[p.ID] = ring
	root, err := ring.New(p.ID+"/registrar/root", true, rand.Reader)
	w.must(err)
	p.Roots = []string{identity.EncodeKey(root)}
	_, err = ring.New(p.ID+"/witness", true, rand.Reader)
	w.must(err)
	_, err = ring.NewMLDSA(p.ID+"/witness-mldsa", true, rand.Reader)
	w.must(err)
	witness := w.witness(p.ID)
	p.Witness, p.WitnessMLDSA = witness.VerifierKey(), witness.VerifierKeyMLDSA()
	for _, name := range machines {
		if author(name).Party == p.ID {
			_, err := ring.New(name, true, rand.Reader)
			w.must(err)
		}
	}
	for _, name := range officers {
		if a := author(name); a.Party == p.ID {
			personal, err := keyring.Create(filepath.Join(folder, "people", strings.ReplaceAll(name, "/", "-")+".age"), passphrase(a), 1)
			w.must(err)
			_, err = personal.New(name, true, rand.Reader)
			w.must(err)
		}
	}
	w.people[p.ID], err = keyring.NewPeople(filepath.Join(folder, "people"), ring.Of(true), func(a identity.Author) bool {
		role, ok := c.Role(a.Role)
		return ok && !role.Machine && a.Party == p.ID
	}, time.Now)
	w.must(err)
}

func passphrase(a identity.Author) string { return a.Officer + "!" }

func author(name string) identity.Author {
	a, err := identity.ParseAuthor(name)
	if err != nil {
		panic(err)
	}
	return a
}

func (w *world) witness(party string) *ledger.Cosigner {
	w.Helper()
	first, err := w.rings[party].Private(party + "/witness")
	w.must(err)
	second, err := w.rings[party].PrivateMLDSA(party + "/witness-mldsa")
	w.must(err)
	witness, err := ledger.NewCosigner(party, first, second)
	w.must(err)
	return witness
}

// hubKeys makes the keys of log and TLS and puts them into the charter.
func (w *world) hubKeys(c *charter.Charter, party string) {
	w.Helper()
	ring := w.rings[party]
	_, err := ring.New("hub/log", true, rand.Reader)
	w.must(err)
	tls, err := ring.New("hub/tls", true, rand.Reader)
	w.must(err)
	c.Hub.Key = w.logSigner(party, c.Hub.Origin).VerifierKey()
	c.Hub.TLS, err = hub.PinOf(tls)
	w.must(err)
}

func (w *world) logSigner(party, origin string) *ledger.Signer {
	w.Helper()
	key, err := w.rings[party].Private("hub/log")
	w.must(err)
	signer, err := ledger.NewSigner(origin, key)
	w.must(err)
	return signer
}

// signer gives a key of the main ring.
func (w *world) signer(party, name string) identity.Signer {
	w.Helper()
	key, err := w.rings[party].Signer(name)
	w.must(err)
	return key
}

// startHub starts the hub, and again on what it had; a nil listener means the same
// address as before.
func (w *world) startHub(listener net.Listener) {
	w.Helper()
	var err error
	if listener == nil {
		listener, err = net.Listen("tcp", w.address)
		w.must(err)
	}
	party := w.charter.Supervisor().ID
	key, err := w.rings[party].Private("hub/tls")
	w.must(err)
	certificate, err := hub.Certificate(key, time.Now(), rand.Reader)
	w.must(err)
	j, err := journal.OpenSQLite(filepath.Join(w.dir, "hub", "journal.db"))
	w.must(err)
	db, err := store.Open(filepath.Join(w.dir, "hub", "store.db"))
	w.must(err)
	h, err := hub.New(context.Background(), hub.Config{Charter: w.charter, Signer: w.logSigner(party, w.charter.Hub.Origin), Author: author("cedar/hub/one"), Key: w.signer(party, "cedar/hub/one"), TLS: certificate,
		Journal: j, Store: db, Clock: time.Now, Salt: rand.Text, Nonce: func() (b [10]byte) { rand.Read(b[:]); return b }, Log: slog.New(slog.DiscardHandler)})
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

func (w *world) endorse(areas areasOf) {
	w.Helper()
	var all []string
	for _, a := range w.charter.Areas {
		all = append(all, a.ID)
	}
	for _, p := range w.charter.Parties {
		r, err := registrar.Open(w.Context(), w.charter.Charter, "https://"+w.address, p.ID, w.signer(p.ID, p.ID+"/registrar/root"), time.Now)
		w.must(err)
		for _, name := range append(slices.Clone(machines), officers...) {
			a := author(name)
			if a.Party != p.ID {
				continue
			}
			key, lock := w.unlocked(a)
			of, bounded := areas[name]
			if !bounded {
				of = all
			}
			request, err := identity.NewRequest(w.Context(), key, w.charter.Mechanism, a, of, true)
			w.must(err)
			_, err = r.Endorse(w.Context(), request)
			w.must(err)
			lock()
		}
		r.Close()
	}
}

// unlocked gives the key of a machine, or of an officer, who has it unlocked until lock.
func (w *world) unlocked(a identity.Author) (key identity.Signer, lock func()) {
	w.Helper()
	if slices.Contains(machines, a.String()) {
		return w.signer(a.Party, a.String()), func() {}
	}
	lock, err := w.people[a.Party].Unlock(w.Context(), a, passphrase(a))
	w.must(err)
	key, err = w.people[a.Party].Signer(a.String())
	w.must(err)
	return key, lock
}

func (w *world) openDesk(party string) *desk.Desk {
	w.Helper()
	ring, people := w.rings[party].Of(true), w.people[party]
	d, err := desk.Open(w.Context(), desk.Config{Charter: w.charter, Dir: filepath.Join(w.dir, party), Author: identity.Author{Party: party, Role: "desk", Officer: "one"}, Witness: w.witness(party),
		Signer: func(name string) (identity.Signer, error) {
			key, err := ring.Signer(name)
			if err != nil {
				return people.Signer(name)
			}
			return key, nil
		},
		Clock: time.Now, Rand: rand.Reader, Log: slog.New(slog.DiscardHandler)})
	w.must(err)
	w.desks[party] = d
	return d
}

// say has an officer say something at the desk, without a browser, and waits for the
// hub's receipt.
func (w *world) say(name string, q desk.Saying) string {
	w.Helper()
	q.By = author(name)
	_, lock := w.unlocked(q.By)
	defer lock()
	id, err := w.desks[q.By.Party].Say(w.Context(), q)
	w.must(err)
	w.receipt(q.By.Party, id)
	return id
}

// act has an officer do an act, without a browser.
func (w *world) act(name, verb, about string, fields ...string) string {
	w.Helper()
	a := author(name)
	_, lock := w.unlocked(a)
	defer lock()
	waitFor(w, fmt.Sprintf("%s knows %s", a.Party, about), func() bool { _, ok := w.desks[a.Party].Work().Record(about); return ok })
	id, err := w.desks[a.Party].Act(w.Context(), verb, desk.Saying{By: a, About: about, Fields: fields})
	w.must(err)
	w.receipt(a.Party, id)
	return id
}

func (w *world) receipt(party, id string) {
	w.Helper()
	ctx, cancel := context.WithTimeout(w.Context(), browserPatience)
	defer cancel()
	sent, err := w.desks[party].Await(ctx, id)
	w.must(err)
	if sent.State != desk.Accepted {
		w.Fatalf("statement %s is %s after %s", id, sent.State, browserPatience)
	}
}

// delivered waits until a party's desk has a statement that the gate let through.
func (w *world) delivered(party, id string) {
	w.Helper()
	waitFor(w, fmt.Sprintf("%s has %s", party, id), func() bool {
		r, ok := w.desks[party].Work().Record(id)
		return ok && r.Delivery != nil && !slices.ContainsFunc(r.Delivery.Reach, func(r delivery.Reach) bool { return r.Delivered.IsZero() }) && len(r.Delivery.Reach) > 0
	})
}

var notice = []string{"activity=survey", "place=DMM 00 33.600N 017 57.000W ±50m; valley, north end", "window=2026-11-24T07:00Z/2026-11-24T09:00Z", "description=Survey flight, one small aircraft.", "contact=desk:line 2"}

// The world itself: what one side says reaches the other through the gate.
func TestWorld(t *testing.T) {
	w := newWorld(t, nil)
	id := w.say(amal, desk.Saying{Format: "J14", Fields: notice})
	w.act(chen, "release", id)
	w.delivered("birch", id)
}

// importList takes a list into force at a desk.
func (w *world) importList(party, name string) {
	w.Helper()
	file, err := os.Open(filepath.Join("..", "screening", "testdata", "sdn.xml"))
	w.must(err)
	defer file.Close()
	_, lock := w.unlocked(author(name))
	defer lock()
	_, err = w.desks[party].ImportList(w.Context(), "en", "ofac-xml", screening.Stated{Name: "OFAC SDN"}, []screening.Source{{Name: "sdn.xml", Text: file}}, author(name))
	w.must(err)
}
