package main

import (
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"parley/client"
	"parley/format"
	"parley/identity"
	"parley/journal"
	"parley/ledger"
	"parley/mechanism"
	"parley/statement"
	"parley/store"
)

// A bench holds the clients of a measured hub.
type bench struct {
	world   *world
	hub     *hubProcess
	submit  *client.Client // alder's desk
	read    *client.Client // birch's desk
	authors []*benchAuthor
	seen    statement.Seen
}

// A benchAuthor signs its own chain of statements ahead of time.
type benchAuthor struct {
	name identity.Author
	key  identity.Signer
	last *mechanism.Head
}

func newBench(ctx context.Context, w *world, hub *hubProcess, officers []identity.Author) (*bench, error) {
	b := &bench{world: w, hub: hub}
	for i, name := range officers {
		key, err := w.rings[name.Party].Signer(name.String())
		if err != nil {
			return nil, err
		}
		switch i {
		case 0:
			b.read = client.New(w.charter.Charter, w.charter.Hub.URLs[0], name, key, time.Now)
		case 1:
			b.submit = client.New(w.charter.Charter, w.charter.Hub.URLs[0], name, key, time.Now)
		default:
			b.authors = append(b.authors, &benchAuthor{name: name, key: key})
		}
	}
	note, err := b.submit.Checkpoint(ctx)
	if err != nil {
		return nil, err
	}
	verifier, err := ledger.NewVerifier(w.charter.Hub.Key)
	if err != nil {
		return nil, err
	}
	head, err := verifier.Open(note)
	b.seen = statement.Seen{Size: head.Size, Root: head.Root}
	return b, err
}

// sign makes the author's next n statements: notices with five fields, own
// accidents, or link tests, which meet no gate.
func (b *bench) sign(ctx context.Context, a *benchAuthor, n int, ref, precedence string) ([]*statement.Statement, error) {
	fields := map[string]any{"activity": "survey", "place": "geo:0.56,-17.95;u=50;as=dmm;typed=00%2033.600N%20017%2057.000W;name=valley%2C%20north%20end", "window": "2026-11-24T07:00Z/2026-11-24T09:00Z",
		"description": statement.Paragraphs{"EXERCISE. Survey flight at 120 m, one craft, unarmed; it turns back at the river and reports when it is down."}, "contact": "desk:line 2"}
	area, to := "military", []string{"birch"}
	switch ref {
	case "J00/1":
		fields, area, to = map[string]any{"phrase": linkPhrase(), "sequence": int64(1), "operator": true}, mechanism.Service, []string{"birch", "cedar"}
	case "J11/1":
		f, _ := format.Catalogue().Lookup(ref)
		var err error
		if fields, err = f.Exemplar(format.Catalogue().Lookup, nil); err != nil {
			return nil, err
		}
	}
	all := make([]*statement.Statement, n)
	for i := range all {
		now := time.Now().UTC().Truncate(time.Millisecond)
		var random [10]byte
		rand.Read(random[:])
		claims := statement.Claims{Mechanism: b.world.charter.Mechanism, ID: statement.NewID(now, random), Author: a.name, Format: ref, Area: area, Precedence: precedence,
			To: to, Exercise: true, Time: now, Seen: b.seen}
		mechanism.Chain(&claims, a.last)
		s, err := statement.Sign(ctx, a.key, claims, fields, rand.Text)
		if err != nil {
			return nil, err
		}
		a.last = &mechanism.Head{Hash: s.Hash(), Serial: claims.Serial}
		all[i] = s
	}
	return all, nil
}

// send submits statements in one request and insists on receipts.
func (b *bench) send(ctx context.Context, batch ...*statement.Statement) error {
	texts := make([][]byte, len(batch))
	for i, s := range batch {
		texts[i] = s.Bytes()
	}
	results, err := b.submit.Submit(ctx, texts...)
	if err != nil {
		return err
	}
	for _, r := range results {
		if r.Problem != nil {
			return r.Problem.Err()
		}
	}
	return nil
}

// A load is what one run of authors gave.
type load struct {
	receipts int
	took     time.Duration
	cpu      time.Duration
	times    []time.Duration // one for each request
}

// drive has n authors send one request after another, size statements each,
// all signed before the clock starts, until they run out or the time is up.
// started, if not nil, is closed when the clock starts.
func (b *bench) drive(ctx context.Context, n, size, requests int, most time.Duration, started chan<- struct{}) (load, error) {
	signed := make([][]*statement.Statement, n)
	if err := each(n, func(i int) (err error) {
		signed[i], err = b.sign(ctx, b.authors[i], size*requests, "J14/1", "ROUTINE")
		return err
	}); err != nil {
		return load{}, err
	}
	before, err := b.hub.cpu()
	if err != nil {
		return load{}, err
	}
	times := make([][]time.Duration, n)
	if started != nil {
		close(started)
	}
	start := time.Now()
	err = each(n, func(i int) error {
		for r := range requests {
			begin := time.Now()
			if err := b.send(ctx, signed[i][r*size:(r+1)*size]...); err != nil {
				return err
			}
			times[i] = append(times[i], time.Since(begin))
			if time.Since(start) > most {
				b.rewind(i, signed[i][(r+1)*size-1])
				return nil
			}
		}
		return nil
	})
	l := load{took: time.Since(start), times: slices.Concat(times...)}
	l.receipts = len(l.times) * size
	after, cpuErr := b.hub.cpu()
	l.cpu = after - before
	return l, errors.Join(err, cpuErr)
}

// rewind forgets the statements that an author signed and did not send.
func (b *bench) rewind(i int, last *statement.Statement) {
	b.authors[i].last = &mechanism.Head{Hash: last.Hash(), Serial: last.Claims().Serial}
}

// each runs f for 0 to n-1 at once and joins the errors.
func each(n int, f func(int) error) error {
	errs := make([]error, n)
	var wait sync.WaitGroup
	for i := range n {
		wait.Go(func() { errs[i] = f(i) })
	}
	wait.Wait()
	return errors.Join(errs...)
}

func (l load) cpuPerReceipt() float64 { return float64(l.cpu.Microseconds()) / float64(l.receipts) }

// quantile gives the time below which the share q of times lies, in ms.
func quantile(times []time.Duration, q float64) float64 {
	if len(times) == 0 {
		return 0
	}
	slices.Sort(times)
	return float64(times[min(len(times)-1, int(q*float64(len(times))))].Microseconds()) / 1000
}

// run measures each load in turn.
func (b *bench) run(ctx context.Context, each time.Duration) ([]measure, error) {
	seconds := int(max(1, each.Seconds()))
	if _, err := b.drive(ctx, 8, 8, 20, each, nil); err != nil { // warm up
		return nil, fmt.Errorf("warm up: %w", err)
	}
	one, err := b.drive(ctx, 1, 1, 700*seconds, each, nil)
	if err != nil {
		return nil, fmt.Errorf("one author: %w", err)
	}
	batched, err := b.drive(ctx, 4, 64, 20*seconds, each, nil)
	if err != nil {
		return nil, fmt.Errorf("batches: %w", err)
	}
	many, err := b.drive(ctx, benchAuthors, 1, 100*seconds, each, nil)
	if err != nil {
		return nil, fmt.Errorf("%d authors: %w", benchAuthors, err)
	}
	shown, err := b.shown(ctx, 100*seconds)
	if err != nil {
		return nil, fmt.Errorf("shown: %w", err)
	}
	idle, err := b.flash(ctx, benchAuthors, each)
	if err != nil {
		return nil, fmt.Errorf("FLASH: %w", err)
	}
	loaded, err := b.flashLoaded(ctx, each)
	if err != nil {
		return nil, fmt.Errorf("FLASH under load: %w", err)
	}
	return []measure{
		{"hub_cpu_us_per_receipt_batched", "hub's processor time a receipt, 64 statements a request", batched.cpuPerReceipt()},
		{"hub_cpu_us_per_receipt_single", "the same, one statement a request, 64 authors", many.cpuPerReceipt()},
		{"receipts_per_s", "64 authors, one statement a request", float64(many.receipts) / many.took.Seconds()},
		{"receipts_per_s_batched", "4 authors, 64 statements a request", float64(batched.receipts) / batched.took.Seconds()},
		{"receipt_p50_ms", "64 authors: submit to receipt", quantile(many.times, 0.5)},
		{"receipt_p99_ms", "", quantile(many.times, 0.99)},
		{"single_p50_ms", "one author: submit to receipt", quantile(one.times, 0.5)},
		{"single_p99_ms", "", quantile(one.times, 0.99)},
		{"shown_p99_ms", "submit to verified in the counterpart's replica", quantile(shown, 0.99)},
		{"flash_p99_idle_ms", "FLASH, submit to receipt, nothing else going on", quantile(idle, 0.99)},
		{"flash_p99_loaded_ms", "the same under 64 authors' ROUTINE load", quantile(loaded, 0.99)},
	}, nil
}

// shown measures from submit to the moment when the other side's replica has
// verified the statement.
func (b *bench) shown(ctx context.Context, n int) ([]time.Duration, error) {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	work, err := store.New(ctx, nil, b.world.charter.Hub.Origin, false)
	if err != nil {
		return nil, err
	}
	known := make(chan string, 1024)
	failed := make(chan error, 1)
	go func() {
		for item, err := range b.read.Feed(ctx, 0) {
			if err != nil {
				failed <- err
				return
			}
			if item.Block == nil {
				continue
			}
			if err := work.Fold(work.Prepare(store.Nobody, item.Block)[0]); err != nil {
				failed <- err
				return
			}
			for i := range item.Block.Entries {
				if r, ok := work.RecordAt(item.Block.First + uint64(i)); ok && r.Claims.Format == "J00/1" {
					known <- r.Claims.ID
				}
			}
		}
	}()
	var times []time.Duration
	for range n {
		s, err := b.sign(ctx, b.authors[0], 1, "J00/1", "ROUTINE")
		if err != nil {
			return nil, err
		}
		start := time.Now()
		if err := b.send(ctx, s[0]); err != nil {
			return nil, err
		}
		for id := ""; id != s[0].Claims().ID; {
			select {
			case id = <-known:
			case err := <-failed:
				return nil, err
			case <-ctx.Done():
				return nil, ctx.Err()
			}
		}
		times = append(times, time.Since(start))
	}
	return times[len(times)/10:], nil // the first ones waited for the replica to catch up
}

// measureVerify gives the time of one Ed25519 verification in µs.
func measureVerify() float64 {
	public, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		panic(err) // the system's randomness cannot fail
	}
	message := make([]byte, 800)
	signature := ed25519.Sign(private, message)
	const n = 3000
	start := time.Now()
	for range n {
		ed25519.Verify(public, message, signature)
	}
	return float64(time.Since(start).Microseconds()) / n
}

// measureAppend gives the median time of a durable append of one entry in µs.
func measureAppend(ctx context.Context, path string) (float64, error) {
	j, err := journal.OpenSQLite(path)
	if err != nil {
		return 0, err
	}
	defer j.Close()
	_, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return 0, err
	}
	const origin = "bench.example/log"
	signer, err := ledger.NewSigner(origin, private)
	if err != nil {
		return 0, err
	}
	var tree ledger.Hashes
	var prev ledger.Hash
	var times []time.Duration
	for i := range uint64(1000) {
		content := fmt.Appendf(nil, "%0800d~", i)
		b := &ledger.Block{Height: i, First: i, Prev: prev, Contents: [][]byte{content},
			Entries: []ledger.Entry{{Time: time.Now().UTC().Truncate(time.Millisecond), Content: ledger.ContentHash(content)}}}
		stored, root, err := ledger.Grow(i, tree, b.Entries)
		if err != nil {
			return 0, err
		}
		tree = append(tree, stored...)
		if b.Checkpoint, err = signer.Sign(i+1, root); err != nil {
			return 0, err
		}
		start := time.Now()
		if err := j.Append(ctx, origin, b); err != nil {
			return 0, err
		}
		times = append(times, time.Since(start))
		prev = b.Hash()
	}
	return quantile(times, 0.5) * 1000, nil
}

// linkPhrase is the phrase of a link test, in all scripts.
func linkPhrase() string {
	f, _ := format.Catalogue().Lookup("J00/1")
	phrase, _ := f.Field("phrase")
	return phrase.Covers
}
