package sim

import (
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/sha256"
	"crypto/tls"
	"fmt"
	"io"
	"log/slog"
	mathrand "math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"filippo.io/mldsa"

	"parley/charter"
	"parley/client"
	"parley/desk"
	"parley/hub"
	"parley/identity"
	"parley/ledger"
	"parley/mechanism"
	"parley/statement"
)

const (
	hubName   = "hub"
	hubAuthor = "cedar/hub/one"
)

var parties = []string{"alder", "birch", "cedar"}

// begin is when every world begins; the bubble's clock is put to it.
var begin = time.Date(2026, 11, 24, 6, 0, 0, 0, time.UTC)

// A world is a mechanism on the template quiet-orchard, with all who take part.
type world struct {
	t    *testing.T
	seed uint64
	dir  string
	// chance decides everything that is decided here. Only step, heal and what
	// they call draw from it, never two at once.
	chance *mathrand.Rand
	tempo  time.Duration // mean pause between two steps
	trace  *trail

	charter   *charter.Signed
	keys      map[string]ed25519.PrivateKey
	witnesses map[string]*ledger.Cosigner
	signer    *ledger.Signer
	tls       tls.Certificate

	network  *network
	hub      *node
	desks    map[string]*node // by party
	nodes    []*node          // the hub, then the desks
	faults   faults
	officers []*officer
	auditor  *auditor
	said     record
	steps    int
}

// A record is what officers were told, by whoever told them.
type record struct {
	mu     sync.Mutex
	signed []signed            // statements that a desk has taken and not answered
	typed  map[string][]string // the fields, by identifier
	counts map[string]int      // of acts by what came of them, for the report

	declined map[string]bool // identifiers of what a second officer gave back
	faults   []error         // what is not a refusal
}

// A signed statement is one that an officer was told is signed.
type signed struct {
	id, party string
	waits     bool // for a second officer
}

// newWorld begins a mechanism: hub, keys, desks. It must be called in a bubble,
// and closed in it.
func newWorld(t *testing.T, seed uint64, tempo time.Duration, out io.Writer) *world {
	t.Helper()
	<-time.After(time.Until(begin))
	w := &world{t: t, seed: seed, dir: folder(t), chance: mathrand.New(mathrand.NewPCG(seed, 0)), tempo: tempo, trace: &trail{out: out},
		keys: map[string]ed25519.PrivateKey{}, witnesses: map[string]*ledger.Cosigner{}, desks: map[string]*node{}, network: newNetwork(seed, parties...)}
	w.said.typed, w.said.counts, w.said.declined = map[string][]string{}, map[string]int{}, map[string]bool{}
	w.officers = population()
	w.must(w.found())
	auditor, err := newAuditor(w.charter)
	w.must(err)
	w.auditor = auditor
	w.hub = w.newNode(hubName)
	w.must(w.hub.start())
	w.must(w.endorse())
	for _, party := range parties {
		w.desks[party] = w.newNode(party)
		w.must(w.desks[party].start())
	}
	w.beginLine()
	w.faults.begin(w)
	return w
}

// beginLine has the supervisor's watch hold the first link test, from which on the
// line is proven by the hour.
func (w *world) beginLine() {
	for _, o := range w.officers {
		if o.author.String() == "cedar/gate/chen" {
			f, _ := w.charter.Newest("J00")
			q := desk.Saying{By: o.author, Format: "J00", To: []string{"alder", "birch"}, Fields: w.typed(f)}
			w.act(w.desks["cedar"], "say J00", q, func(ctx context.Context, d *desk.Desk) (string, error) { return d.Say(ctx, q) })()
		}
	}
}

// folder gives a folder for the world's disks: in memory where the system has
// that, for a crash here is what was written and not what was synced, and a disk
// that syncs takes most of the time.
func folder(t *testing.T) string {
	dir, err := os.MkdirTemp("/dev/shm", "parley-sim-")
	if err != nil {
		return t.TempDir()
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	return dir
}

func (w *world) newNode(name string) *node {
	n := &node{world: w, name: name, dir: filepath.Join(w.dir, name+"-0"), log: slog.New(slog.NewTextHandler(w.trace, &slog.HandlerOptions{Level: slog.LevelWarn})).With("node", name)}
	w.nodes = append(w.nodes, n)
	return n
}

func (w *world) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatalf("%s\nseed %d, step %d, %s: %v", w.trace.newest(), w.seed, w.steps, time.Now().UTC().Format(time.RFC3339Nano), err)
	}
}

// tracef notes what is done, for whoever looks for the cause of a failure.
func (w *world) tracef(format string, args ...any) {
	fmt.Fprintf(w.trace, "%s step %d: %s\n", time.Now().UTC().Format("01-02T15:04:05.000"), w.steps, fmt.Sprintf(format, args...))
}

// key gives the key of a name, the same in every world; it is made when the world
// is founded.
func (w *world) key(name string) ed25519.PrivateKey {
	if key, ok := w.keys[name]; ok {
		return key
	}
	seed := sha256.Sum256([]byte("parley simulation " + name))
	w.keys[name] = ed25519.NewKeyFromSeed(seed[:])
	return w.keys[name]
}

// quantum is the ML-DSA key of the same seed.
func quantum(key ed25519.PrivateKey) *mldsa.PrivateKey {
	q, err := mldsa.NewPrivateKey(mldsa.MLDSA44(), key.Seed())
	if err != nil {
		panic(err) // a seed has the right length
	}
	return q
}

func public(key ed25519.PrivateKey) ed25519.PublicKey { return key.Public().(ed25519.PublicKey) }

func author(name string) identity.Author {
	a, err := identity.ParseAuthor(name)
	if err != nil {
		panic(err) // a name of this file
	}
	return a
}

// signers are all who sign statements but the roots.
func (w *world) signers() []string {
	names := []string{hubAuthor}
	for _, party := range parties {
		names = append(names, party+"/desk/one")
	}
	for _, o := range w.officers {
		names = append(names, o.author.String())
	}
	return names
}

// found makes all keys and the charter, signed by every party.
func (w *world) found() error {
	c, err := charter.Template("quiet-orchard")
	if err != nil {
		return err
	}
	for _, name := range w.signers() {
		w.key(name)
	}
	for i, p := range c.Parties {
		c.Parties[i].Roots = []string{identity.EncodeKey(public(w.key(p.ID + "/registrar/root")))}
		if w.witnesses[p.ID], err = ledger.NewCosigner(p.ID, w.key(p.ID+"/witness"), quantum(w.key(p.ID+"/witness"))); err != nil {
			return err
		}
		c.Parties[i].Witness, c.Parties[i].WitnessMLDSA = w.witnesses[p.ID].VerifierKey(), w.witnesses[p.ID].VerifierKeyMLDSA()
	}
	c.Witness.FreshSeconds, c.Witness.AlarmSeconds = 1800, 3600 // a minute of the template's is 1440 rounds a day, most of what a day costs
	c.Hub.Origin, c.Hub.URLs = "orchard.example/log", []string{"https://hub.example"}
	if w.signer, err = ledger.NewSigner(c.Hub.Origin, w.key("hub/log")); err != nil {
		return err
	}
	c.Hub.Key = w.signer.VerifierKey()
	if c.Hub.TLS, err = hub.PinOf(public(w.key("hub/tls"))); err != nil {
		return err
	}
	if w.tls, err = hub.Certificate(w.key("hub/tls"), time.Now(), rand.Reader); err != nil {
		return err
	}
	note := c.Text()
	for _, p := range c.Parties {
		if note, err = charter.Sign(w.t.Context(), note, p.ID, identity.NewSigner(w.key(p.ID+"/registrar/root"))); err != nil {
			return err
		}
	}
	w.charter, err = charter.Open(note)
	return err
}

// endorse has each party's root endorse the keys of its people and machines.
func (w *world) endorse() error {
	var areas []string
	for _, a := range w.charter.Areas {
		areas = append(areas, a.ID)
	}
	chance := newChance(w.seed, "registrar", 1)
	empty, err := ledger.RootAt(0, ledger.Hashes(nil))
	if err != nil {
		return err
	}
	for _, party := range parties {
		root := author(party + "/registrar/root")
		signer := identity.NewSigner(w.key(root.String()))
		var head *mechanism.Head
		var batch [][]byte
		for _, name := range w.signers() {
			if author(name).Party != party {
				continue
			}
			request, err := identity.NewRequest(w.t.Context(), identity.NewSigner(w.key(name)), w.charter.Mechanism, author(name), areas, w.charter.Exercise)
			if err != nil {
				return err
			}
			now := w.hub.now().UTC().Truncate(time.Millisecond)
			c := statement.Claims{Mechanism: w.charter.Mechanism, ID: statement.NewID(now, chance.nonce()), Author: root, Format: "key.endorse/1", Area: mechanism.Service,
				Precedence: "ROUTINE", To: mechanism.Others(party, parties...), Exercise: w.charter.Exercise, Time: now, Seen: statement.Seen{Root: empty}}
			mechanism.Chain(&c, head)
			s, err := statement.Sign(w.t.Context(), signer, c, map[string]any{"holder": request.Author, "key": request.Key, "areas": request.Areas, "proof": request.Proof}, chance.salt)
			if err != nil {
				return err
			}
			head = &mechanism.Head{Hash: s.Hash(), Serial: c.Serial}
			batch = append(batch, s.Bytes())
		}
		caller := client.NewDialing(w.charter.Charter, w.charter.Hub.URLs[0], root, signer, w.hub.now, w.network.from(party))
		results, err := caller.Submit(w.t.Context(), batch...)
		caller.Close()
		if err != nil {
			return err
		}
		for _, r := range results {
			if r.Problem != nil {
				return fmt.Errorf("endorse a key of %s: %w", party, r.Problem.Err())
			}
		}
	}
	return nil
}

// step lets some time pass, and then people act and things go wrong, often at
// once.
func (w *world) step() {
	w.steps++
	w.wait(time.Duration(w.chance.ExpFloat64() * float64(w.tempo)))
	w.faults.recover(w)
	var acts sync.WaitGroup
	for _, do := range w.plan() {
		acts.Go(do)
	}
	if w.chance.IntN(w.faults.rarity) == 0 {
		w.wait(time.Duration(w.chance.Int64N(int64(300 * time.Millisecond))))
		w.must(w.faults.strike(w))
	}
	acts.Wait()
}

// wait lets simulated time pass.
func (w *world) wait(d time.Duration) {
	if d > 0 {
		<-time.After(d)
	}
}

// settle waits until nothing happens any more at this instant.
func (w *world) settle() { synctest.Wait() }

// close ends everything that runs.
func (w *world) close() {
	for _, n := range slices.Backward(w.nodes) { // desks first
		if err := n.close(); err != nil {
			w.t.Errorf("seed %d: close %s: %v", w.seed, n.name, err)
		}
	}
}
