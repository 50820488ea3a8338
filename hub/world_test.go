package hub

import (
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"filippo.io/mldsa"

	"parley/charter"
	"parley/client"
	"parley/identity"
	"parley/journal"
	"parley/ledger"
	"parley/mechanism"
	"parley/rule"
	"parley/statement"
	"parley/store"
)

// A world is a mechanism for tests: a hub on loopback TLS with real keys, journal
// and read model, and officers who sign their own chains.
type world struct {
	t        testing.TB
	dir      string
	charter  *charter.Signed
	verifier *ledger.Verifier
	config   Config
	hub      *Hub
	server   *http.Server
	journal  *journal.SQLite
	db       *store.DB
	offset   atomic.Int64 // of the hub's clock, nanoseconds
	address  string
	keys     map[string]ed25519.PrivateKey
	heads    map[string]*mechanism.Head
	seen     statement.Seen
	adjust   func(*Config) // before each start; what it opens, release closes
	release  func()
}

func newKey(t testing.TB) ed25519.PrivateKey {
	t.Helper()
	_, key, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
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

var officers = []string{"alder/desk/one", "birch/desk/one", "alder/watch/amal", "birch/watch/basil", "cedar/gate/chen", "cedar/desk/one", "cedar/hub/one"}

// newWorld begins a mechanism on the template quiet-orchard.
func newWorld(t testing.TB, change ...func(*charter.Charter)) *world {
	t.Helper()
	w := &world{t: t, dir: t.TempDir(), keys: map[string]ed25519.PrivateKey{}, heads: map[string]*mechanism.Head{}, seen: statement.Seen{Root: emptyRoot}}
	c, err := charter.Template("quiet-orchard")
	if err != nil {
		t.Fatal(err)
	}
	for i, p := range c.Parties {
		key := newKey(t)
		w.keys[p.ID+"/registrar/root"] = key
		c.Parties[i].Roots = []string{identity.EncodeKey(key.Public().(ed25519.PublicKey))}
		w.keys[p.ID+"/witness"] = newKey(t)
		cosigner, err := ledger.NewCosigner(p.ID, w.keys[p.ID+"/witness"], quantum(w.keys[p.ID+"/witness"]))
		if err != nil {
			t.Fatal(err)
		}
		c.Parties[i].Witness, c.Parties[i].WitnessMLDSA = cosigner.VerifierKey(), cosigner.VerifierKeyMLDSA()
	}
	logKey, tlsKey := newKey(t), newKey(t)
	w.keys["hub/log"] = logKey
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	w.address = listener.Addr().String()
	c.Hub.Origin, c.Hub.URLs = "orchard.example/log", []string{"https://" + w.address}
	signer, err := ledger.NewSigner(c.Hub.Origin, logKey)
	if err != nil {
		t.Fatal(err)
	}
	c.Hub.Key = signer.VerifierKey()
	if c.Hub.TLS, err = PinOf(tlsKey.Public().(ed25519.PublicKey)); err != nil {
		t.Fatal(err)
	}
	for _, change := range change {
		change(c)
	}
	w.charter = w.sign(c)
	if w.verifier, err = ledger.NewVerifier(c.Hub.Key); err != nil {
		t.Fatal(err)
	}
	certificate, err := Certificate(tlsKey, time.Now(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range officers {
		w.keys[name] = newKey(t)
	}
	author, _ := identity.ParseAuthor("cedar/hub/one")
	w.config = Config{Charter: w.charter, Signer: signer, Author: author, Key: identity.NewSigner(w.keys["cedar/hub/one"]), TLS: certificate,
		Clock: w.now, Salt: rand.Text, Nonce: func() (b [10]byte) { rand.Read(b[:]); return b }, Log: slog.New(slog.DiscardHandler)}
	w.start(listener)
	t.Cleanup(w.stop)
	for _, name := range officers {
		w.endorse(name)
	}
	return w
}

func (w *world) now() time.Time { return time.Now().Add(time.Duration(w.offset.Load())) }

func (w *world) sign(c *charter.Charter) *charter.Signed {
	w.t.Helper()
	note := c.Text()
	var err error
	for _, p := range c.Parties {
		if note, err = charter.Sign(w.t.Context(), note, p.ID, identity.NewSigner(w.keys[p.ID+"/registrar/root"])); err != nil {
			w.t.Fatal(err)
		}
	}
	signed, err := charter.Open(note)
	if err != nil {
		w.t.Fatal(err)
	}
	return signed
}

// open starts the hub on the world's folder; a failure is the caller's to judge.
func (w *world) open() error {
	var err error
	if w.journal, err = journal.OpenSQLite(filepath.Join(w.dir, "journal")); err != nil {
		w.t.Fatal(err)
	}
	if w.db, err = store.Open(filepath.Join(w.dir, "store.db")); err != nil {
		w.t.Fatal(err)
	}
	w.config.Journal, w.config.Store = w.journal, w.db
	if w.adjust != nil {
		w.adjust(&w.config)
	}
	w.hub, err = New(context.Background(), w.config)
	if err != nil {
		w.db.Close()
		w.journal.Close()
		w.hub = nil
		if w.release != nil {
			w.release()
		}
	}
	return err
}

func (w *world) start(listener net.Listener) {
	w.t.Helper()
	if err := w.open(); err != nil {
		w.t.Fatal(err)
	}
	w.server = w.hub.Server()
	server := w.server
	go server.ServeTLS(listener, "", "") //nolint:errcheck // ends with Close
}

func (w *world) stop() {
	if w.hub == nil {
		return
	}
	w.hub.Close()
	w.server.Close()
	w.db.Close()
	w.journal.Close()
	w.hub = nil
	if w.release != nil {
		w.release()
	}
}

// restart stops the hub and starts it on the same folder and address.
func (w *world) restart() {
	w.t.Helper()
	w.stop()
	w.start(w.listen())
}

// listen gives the world's address again.
func (w *world) listen() net.Listener {
	w.t.Helper()
	listener, err := net.Listen("tcp", w.address)
	for range 100 { // a connection of another test may have the port
		if err == nil {
			break
		}
		<-time.After(50 * time.Millisecond)
		listener, err = net.Listen("tcp", w.address)
	}
	if err != nil {
		w.t.Fatal(err)
	}
	return listener
}

func (w *world) client(name string) *client.Client {
	author, err := identity.ParseAuthor(name)
	if err != nil {
		w.t.Fatal(err)
	}
	c := client.New(w.charter.Charter, w.charter.Hub.URLs[0], author, identity.NewSigner(w.keys[name]), w.now)
	w.t.Cleanup(c.Close)
	return c
}

// A draft is what a test changes before it is signed.
type draft struct {
	claims statement.Claims
	fields map[string]any
	key    ed25519.PrivateKey
}

var notice = map[string]any{"activity": "survey", "place": "geo:0.56,-17.95;u=50;as=dmm;typed=00%2033.600N%20017%2057.000W;name=valley%2C%20north%20end", "window": "2026-11-24T07:00Z/2026-11-24T09:00Z", "description": statement.Paragraphs{"Survey flight."}, "contact": "desk:line 2"}

// draft makes the author's next statement, a notice for birch unless changed.
func (w *world) draft(name string, change func(*draft)) *statement.Statement {
	w.t.Helper()
	author, err := identity.ParseAuthor(name)
	if err != nil {
		w.t.Fatal(err)
	}
	var random [10]byte
	rand.Read(random[:])
	now := time.Now().UTC().Truncate(time.Millisecond)
	d := &draft{key: w.keys[name], fields: notice, claims: statement.Claims{Mechanism: w.charter.Mechanism, ID: statement.NewID(now, random), Author: author,
		Format: "J14/1", Area: "military", Precedence: "PRIORITY", To: []string{"birch"}, Exercise: w.charter.Exercise, Time: now, Seen: w.seen}}
	mechanism.Chain(&d.claims, w.heads[name])
	if change != nil {
		change(d)
	}
	s, err := statement.Sign(w.t.Context(), identity.NewSigner(d.key), d.claims, d.fields, rand.Text)
	if err != nil {
		w.t.Fatal(err)
	}
	return s
}

// submit sends raw statements from a desk of party.
func (w *world) submit(party string, texts ...[]byte) []client.Result {
	w.t.Helper()
	results, err := w.client(party+"/desk/one").Submit(w.t.Context(), texts...)
	if err != nil {
		w.t.Fatal(err)
	}
	return results
}

// accept submits a statement that must be accepted and moves its author on.
func (w *world) accept(s *statement.Statement) ledger.Receipt {
	w.t.Helper()
	c := s.Claims()
	result := w.submit(c.Author.Party, s.Bytes())[0]
	if result.Problem != nil {
		w.t.Fatalf("refused: %v", result.Problem.Err())
	}
	receipt, err := ledger.OpenReceipt(w.verifier, []byte(result.Receipt), s.Hash())
	if err != nil {
		w.t.Fatal(err)
	}
	w.heads[c.Author.String()] = &mechanism.Head{Index: receipt.Index, Hash: s.Hash(), Serial: c.Serial, Seen: c.Seen.Size}
	w.seen = statement.Seen{Size: receipt.Head.Size, Root: receipt.Head.Root}
	return receipt
}

// refused submits a statement that must be refused, and gives the refusal.
func (w *world) refused(party string, text []byte) *rule.Refusal {
	w.t.Helper()
	result := w.submit(party, text)[0]
	if result.Problem == nil {
		w.t.Fatal("it was accepted")
	}
	var refusal *rule.Refusal
	errors.As(result.Problem.Err(), &refusal)
	return refusal
}

// endorse has the party's root endorse the key of name, through its own client.
func (w *world) endorse(name string) {
	w.t.Helper()
	s := w.endorsement(name, w.keys[name], nil)
	party, _, _ := strings.Cut(name, "/")
	results, err := w.client(party+"/registrar/root").Submit(w.t.Context(), s.Bytes())
	if err != nil {
		w.t.Fatal(err)
	}
	if results[0].Problem != nil {
		w.t.Fatalf("endorse %s: %v", name, results[0].Problem.Err())
	}
	c := s.Claims()
	w.heads[c.Author.String()] = &mechanism.Head{Hash: s.Hash(), Serial: c.Serial}
}

func (w *world) endorsement(name string, key ed25519.PrivateKey, change func(*draft)) *statement.Statement {
	w.t.Helper()
	author, err := identity.ParseAuthor(name)
	if err != nil {
		w.t.Fatal(err)
	}
	areas := []string{"commercial", "diplomatic", "intelligence", "military", "service"}
	request, err := identity.NewRequest(w.t.Context(), identity.NewSigner(key), w.charter.Mechanism, author, areas, w.charter.Exercise)
	if err != nil {
		w.t.Fatal(err)
	}
	return w.draft(author.Party+"/registrar/root", func(d *draft) {
		d.claims.Format, d.claims.Area, d.claims.Precedence = "key.endorse/1", mechanism.Service, "ROUTINE"
		d.claims.To = mechanism.Others(author.Party, "alder", "birch", "cedar")
		d.claims.Seen = statement.Seen{Root: emptyRoot}
		d.fields = map[string]any{"holder": request.Author, "key": request.Key, "areas": request.Areas, "proof": request.Proof}
		if change != nil {
			change(d)
		}
	})
}

// act makes an act about s.
func (w *world) act(name, format, relation string, about *statement.Statement, to ...string) *statement.Statement {
	w.t.Helper()
	return w.draft(name, func(d *draft) {
		c := about.Claims()
		d.claims.Format, d.claims.Area, d.claims.Precedence, d.claims.To = format, c.Area, c.Precedence, to
		d.claims.Refs = []statement.Ref{{Relation: relation, ID: c.ID, Hash: about.Hash()}}
		d.fields = nil
		if relation == "holds" || relation == "returns" {
			d.fields = map[string]any{"reason": "unclear"}
		}
	})
}

var emptyRoot = func() ledger.Hash { root, _ := ledger.RootAt(0, ledger.Hashes(nil)); return root }()
