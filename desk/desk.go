// Package desk is one party's program: it holds its officers' keys, keeps the
// party's own verified replica of the ledger, signs and sends what officers say,
// and answers them when the hub is away.
//
// A desk trusts the hub with nothing. Every block is checked against the rules,
// the signatures and the hub's own checkpoint before it enters the replica; a
// block that fails is kept as evidence and nothing is followed after it. What an
// officer signs is durable here before anyone hears of it, and is sent with the
// same bytes until the hub gives a receipt that verifies, or refuses it. A
// refused statement was never accepted; it stays visible with the reason.
//
// Ten goroutines do the work: the follower reads the ledger and reports what
// arrived, the sender empties the outbox, the keeper proves the line, the sealer
// opens sealed exchanges, the purger destroys what the ledger says is destroyed, the
// finder keeps the search index, the verifier checks the whole record when it is asked
// to, the witness cosigns checkpoints, and the read model and who has cosigned are
// written behind. Close ends and awaits them all.
package desk

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"parley/charter"
	"parley/client"
	"parley/identity"
	"parley/journal"
	"parley/ledger"
	"parley/mechanism"
	"parley/store"
)

// Config is all that a desk is told.
type Config struct {
	Charter *charter.Signed // the edition that the ledger begins with
	Dir     string          // data folder; made where there is none
	Author  identity.Author // the desk itself, party/desk/...; signs tokens and machine acts
	// Signer gives the key of the desk or of one of its officers. An error that wraps
	// identity.ErrLocked says that the officer has it locked.
	Signer  func(author string) (identity.Signer, error)
	Witness *ledger.Cosigner // the party's cosigning keys; nil: this desk does not cosign

	NextWitness *ledger.Cosigner // by the keys of an edition to come, used as soon as it is in force; nil: none

	// WitnessMark is a file, best on another disk than Dir, that says what the witness
	// has cosigned: from it an old copy of Dir is found out. Empty: none.
	WitnessMark string
	Nightly     bool          // the folder is checked once a day
	At          time.Duration // when, after midnight UTC
	Clock       func() time.Time
	Rand        io.Reader   // for identifiers, salts, pauses and the API's token; safe for concurrent use
	Listen      string      // loopback address of the API, such as 127.0.0.1:0; empty: no API
	Dial        client.Dial // how the hub is reached; nil: over TCP
	Log         *slog.Logger
}

// A Desk serves one party. Make it with [Open] and Close it.
type Desk struct {
	config  Config
	party   string
	origin  string
	journal *journal.SQLite
	db      *store.DB
	work    *store.Working
	outbox  *outbox
	lists   *listStore
	hubs    *hubs
	log     *slog.Logger
	api     *api

	signing sync.Mutex // held from finding an author's last statement to storing the next

	reporting sync.Mutex // held from asking what was reported to reporting more

	counting   chan struct{} // holds one while a page of statistics is made
	disclosing chan struct{} // holds one while a bundle is made
	recording  chan struct{} // holds one while the record is exported, which its reader may make long
	verifier   verifier      // of the whole record

	news      *signal     // whatever a page may show
	grown     *signal     // the replica grew
	queued    *signal     // the outbox has something new to send, or the hub is back
	redone    atomic.Bool // the outbox was changed by another way than the sender; it reads it anew
	sent      *signal     // the hub answered something of the outbox
	asked     *signal     // there is a checkpoint to cosign
	deposited *signal     // a text was sealed
	noted     *signal     // somebody has cosigned
	doomed    *signal     // the ledger says that texts are destroyed
	synced    chan struct{}
	once      sync.Once // closes synced

	folding sync.Mutex  // held while a block is taken in; guards prev and target
	prev    ledger.Hash // of the newest block
	target  uint64      // size to reach before anything is reported

	volumes volumes // what may overlap
	sights  sights  // what has a place and a time
	finder  finder  // what stands in statements

	openings openings // what was released and is not here
	todo     undone   // by whom something is to be done

	evidence *evidence // of misbehaviour
	met      unreached // what the hub has signed beyond the replica

	windows sync.Mutex // held while a question about a works window is counted and answered

	wording sync.Mutex // held from reading what the witness has said to making durable what it says next

	mu    sync.Mutex // guards state
	state state

	stop          context.CancelFunc
	stopFollowing context.CancelFunc
	workers       sync.WaitGroup
}

// Open opens the desk's data folder, brings its read model up to its journal and
// starts following, sending and serving. It needs no hub. The context bounds the
// opening alone.
func Open(ctx context.Context, c Config) (*Desk, error) {
	news := newSignal()
	d := &Desk{config: c, party: c.Author.Party, origin: c.Charter.Hub.Origin, log: c.Log, news: news,
		grown: newSignalWith(news), queued: newSignalWith(news), sent: newSignalWith(news), asked: newSignal(), deposited: newSignal(), noted: newSignalWith(news), doomed: newSignal(), synced: make(chan struct{}), counting: make(chan struct{}, 1), disclosing: make(chan struct{}, 1), recording: make(chan struct{}, 1), verifier: verifier{asked: make(chan struct{}, 1)}}
	if err := d.open(ctx); err != nil {
		return nil, errors.Join(fmt.Errorf("open desk of %s: %w", d.party, err), d.closeFiles())
	}
	running, stop := context.WithCancel(context.WithoutCancel(ctx))
	d.stop = stop
	following, stopFollowing := context.WithCancel(running)
	d.stopFollowing = stopFollowing
	d.workers.Go(func() { d.follow(following) })
	d.workers.Go(func() { d.send(running) })
	d.workers.Go(func() { d.proveLine(running) })
	d.workers.Go(func() { d.openSealed(running) })
	d.workers.Go(func() { d.carryOut(running) })
	d.workers.Go(func() { d.keepFinding(running) })
	d.workers.Go(func() { d.verifyWhenAsked(running) })
	if c.Witness != nil {
		d.workers.Go(func() { d.cosign(running) })
	}
	d.workers.Go(func() { d.keepNoted(running) })
	d.workers.Go(func() {
		d.work.Follow(running, 250*time.Millisecond, func(err error) { d.log.Error("read model not written; it will be tried again", "error", err) })
	})
	if c.Nightly {
		d.workers.Go(func() { d.checkNightly(running) })
	}
	if c.Listen != "" {
		if err := d.serve(); err != nil {
			return nil, errors.Join(fmt.Errorf("open desk of %s: %w", d.party, err), d.Close())
		}
	}
	return d, nil
}

func (d *Desk) open(ctx context.Context) error {
	c := d.config
	own := func() (identity.Signer, error) { return c.Signer(c.Author.String()) }
	key, err := own()
	if err != nil {
		return err
	}
	switch _, ok := c.Charter.Party(d.party); {
	case !ok:
		return fmt.Errorf("%q is not a party of mechanism %s", d.party, c.Charter.Mechanism)
	case c.Author.Role != mechanism.Desk:
		return fmt.Errorf("it must act as %s/%s/..., not as %s", d.party, mechanism.Desk, c.Author)
	}
	d.hubs = &hubs{author: c.Author, signer: own, key: key, clock: c.Clock, dial: c.Dial, moved: newSignal()}
	if err := os.MkdirAll(c.Dir, 0o700); err != nil {
		return err
	}
	if d.outbox, err = openOutbox(filepath.Join(c.Dir, "outbox.db")); err != nil {
		return err
	}
	since, _, err := d.outbox.mark(ctx, markDown)
	if err != nil {
		return err
	}
	if since != 0 {
		d.state.down = time.UnixMilli(int64(since)).UTC()
	}
	if d.journal, err = journal.OpenSQLite(filepath.Join(c.Dir, "journal.db")); err != nil {
		return err
	}
	if err := d.belongs(ctx); err != nil {
		return err
	}
	if d.evidence, err = openEvidence(filepath.Join(c.Dir, "evidence"), c.Charter.Charter); err != nil {
		return err
	}
	if finds := d.evidence.all(); len(finds) > 0 {
		d.state.alarm = finds[len(finds)-1].alarm()
	}
	if d.lists, err = openLists(filepath.Join(c.Dir, "lists.db")); err != nil {
		return err
	}
	if err := d.openFinder(); err != nil {
		return err
	}
	if d.db, err = store.Open(filepath.Join(c.Dir, "store.db")); err != nil {
		return err
	}
	if d.work, err = store.New(ctx, d.db, d.origin, false); err != nil {
		return err
	}
	d.work.ReadBy(d.party)
	if err := d.recover(ctx); err != nil {
		return err
	}
	if c.Witness != nil && d.cosignerOf(d.work.Size()) == nil {
		return fmt.Errorf("the charter names witness keys %s for %s, the key ring holds %s", shortKeys(d.Charter().PartyWitnessKeys(d.party)), d.party, shortKeys(c.Witness.VerifierKeys()))
	}
	if err := d.loadCosigned(ctx); err != nil {
		return err
	}
	if err := d.readMark(ctx); err != nil {
		return err
	}
	return d.loadMet(ctx)
}

// recover brings the read model up to the end of the desk's own journal.
func (d *Desk) recover(ctx context.Context) error {
	if err := d.work.FoldAll(ctx, store.Own, 64, d.journal.Read(ctx, d.origin, d.work.Blocks())); err != nil {
		return err
	}
	if err := d.work.Flush(ctx); err != nil {
		return err
	}
	blocks := d.work.Blocks()
	if blocks == 0 {
		return nil
	}
	tip, err := d.journal.ReadOne(ctx, d.origin, blocks-1)
	if err != nil {
		return fmt.Errorf("the read model has %d blocks, but the journal cannot show the last: %w", blocks, err)
	}
	head, err := d.openCheckpoint(tip.Checkpoint)
	if err != nil {
		return err
	}
	if root, ok := d.work.RootAt(d.work.Size()); !ok || head.Size != d.work.Size() || head.Root != root {
		return errors.New("the read model does not match the journal; delete store.db in the data folder, it is made anew from the journal")
	}
	d.prev = tip.Hash()
	return d.work.SameCharter(d.config.Charter.Charter)
}

// Close stops the API, then everything the desk started, and returns when all of
// it has ended and is written.
func (d *Desk) Close() error {
	var err error
	if d.api != nil {
		err = d.api.close()
	}
	d.stop()
	d.workers.Wait()
	// The follower may have taken a block after the read model was last written.
	return errors.Join(err, d.work.Flush(context.Background()), d.closeFiles())
}

func (d *Desk) closeFiles() error {
	var errs []error
	if d.hubs != nil {
		d.hubs.close()
	}
	if d.db != nil {
		errs = append(errs, d.db.Close())
	}
	if d.journal != nil {
		errs = append(errs, d.journal.Close())
	}
	if d.outbox != nil {
		errs = append(errs, d.outbox.close())
	}
	if d.finder.index != nil {
		errs = append(errs, d.finder.index.Close())
	}
	if d.lists != nil {
		errs = append(errs, d.lists.close())
	}
	return errors.Join(errs...)
}

// Charter is the edition in force now; before anything was followed, the one
// that the desk was told.
func (d *Desk) Charter() *charter.Charter {
	if c := d.work.CharterAt(d.work.Size()); c != nil {
		return c
	}
	return d.config.Charter.Charter
}

// Work is the verified read model. It is for reading alone.
func (d *Desk) Work() *store.Working { return d.work }

// Journal is the desk's own journal, under the ledger's name [Desk.Origin].
func (d *Desk) Journal() journal.Journal { return d.journal }

// Origin is the ledger's name.
func (d *Desk) Origin() string { return d.origin }

// URL is where the API is served; empty where it is not.
func (d *Desk) URL() string {
	if d.api == nil {
		return ""
	}
	return d.api.url
}

// Content gives the text of the entry at index, as it was received; nil where it
// is withheld.
func (d *Desk) Content(ctx context.Context, index uint64) ([]byte, error) {
	entry, ok := d.work.EntryAt(index)
	if !ok {
		return nil, fmt.Errorf("read entry %d: the replica has %d entries", index, d.work.Size())
	}
	// A block is checked, and its texts known, a moment before it is durable.
	d.await(ctx, func() bool { return d.work.Blocks() > entry.Height })
	b, err := d.journal.ReadOne(ctx, d.origin, entry.Height)
	if err != nil {
		return nil, fmt.Errorf("read entry %d: %w", index, err)
	}
	if index >= b.First && index < b.Size() {
		return b.Contents[index-b.First], nil
	}
	for _, disclosed := range b.Disclosed {
		if disclosed.Index == index {
			return disclosed.Content, nil
		}
	}
	return nil, fmt.Errorf("read entry %d: block %d, which should hold its text, does not", index, entry.Height)
}

// openCheckpoint reads a checkpoint under the hub's key that is due for its size.
func (d *Desk) openCheckpoint(note []byte) (ledger.Head, error) {
	head, _, err := d.openAnyCheckpoint(note)
	return head, err
}

// openAnyCheckpoint tells besides whether it is beyond the replica, where the key may
// be one that the desk does not know yet.
func (d *Desk) openAnyCheckpoint(note []byte) (head ledger.Head, beyond bool, err error) {
	if d.work.Blocks() > 0 {
		return d.work.OpenCheckpoint(note)
	}
	if head, err = ledger.Peek(note); err != nil {
		return head, false, err
	}
	verifier, err := ledger.NewVerifier(d.config.Charter.Hub.Key)
	if err != nil {
		return head, false, err
	}
	_, err = verifier.Open(note)
	return head, !verifier.Claims(note), err
}
