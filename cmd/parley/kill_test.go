package main

import (
	"context"
	"math/rand/v2"
	"os"
	"sync"
	"testing"
	"time"

	"parley/charter"
	"parley/ledger"
	"parley/statement"
	"parley/store"
)

// TestMain lets the test binary stand in for the program: started with
// PARLEY_CHILD=1 it is parley.
func TestMain(m *testing.M) {
	if os.Getenv("PARLEY_CHILD") == "1" {
		main()
	}
	os.Exit(m.Run())
}

// killRounds is how often a process is killed: short in every run, long with
// PARLEY_KILL=long.
func killRounds(short, long int) int {
	if os.Getenv("PARLEY_KILL") == "long" {
		return long
	}
	return short
}

// given is a receipt that an author holds.
type given struct {
	hash    ledger.Hash
	receipt ledger.Receipt
}

// A killAuthor keeps sending; what is unanswered is sent again, byte for byte.
type killAuthor struct {
	*benchAuthor
	pending  *statement.Statement
	receipts []given
}

// The hub is killed under load, again and again. Every receipt given must be in
// the ledger at its index afterwards, nothing may be there twice, and every
// statement signed is accepted in the end.
func TestKillHub(t *testing.T) {
	t.Setenv("PARLEY_CHILD", "1")
	ctx := t.Context()
	officers := benchOfficers()[:10]
	w, err := newWorld(ctx, t.TempDir(), "quiet-orchard", officers, func(c *charter.Charter) { c.Limits.RatePerSecond, c.Limits.Burst = 100_000, 100_000 })
	if err != nil {
		t.Fatal(err)
	}
	hub, err := startHubProcess(ctx, w, os.Stderr)
	if err != nil {
		t.Fatal(err)
	}
	if err := w.endorse(ctx, officers); err != nil {
		t.Fatal(err)
	}
	b, err := newBench(ctx, w, hub, officers)
	if err != nil {
		t.Fatal(err)
	}
	verifier, err := ledger.NewVerifier(w.charter.Hub.Key)
	if err != nil {
		t.Fatal(err)
	}
	authors := make([]*killAuthor, len(b.authors))
	for i, a := range b.authors {
		authors[i] = &killAuthor{benchAuthor: a}
	}
	for range killRounds(5, 100) {
		var wait sync.WaitGroup
		for _, a := range authors {
			wait.Go(func() { b.sendUntilDead(ctx, t, a, verifier) })
		}
		<-time.After(time.Duration(20+rand.IntN(200)) * time.Millisecond)
		if err := hub.cmd.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		<-hub.done
		wait.Wait()
		if hub, err = startHubProcess(ctx, w, os.Stderr); err != nil {
			t.Fatal(err)
		}
	}
	defer hub.stop()
	receipts := 0
	for _, a := range authors {
		if a.pending != nil {
			if err := b.sendOne(ctx, a, verifier); err != nil {
				t.Fatalf("the unanswered statement is not accepted after the restart: %v", err)
			}
		}
		receipts += len(a.receipts)
	}
	work := followAll(ctx, t, b, w)
	for _, a := range authors {
		for _, g := range a.receipts {
			if e, ok := work.EntryAt(g.receipt.Index); !ok || e.Hash != g.hash {
				t.Fatalf("receipt for entry %d: the ledger has %x there", g.receipt.Index, e.Hash)
			}
		}
	}
	seen := map[ledger.Hash]bool{}
	for i := range work.Size() {
		e, _ := work.EntryAt(i)
		if seen[e.Hash] {
			t.Fatalf("entry %d is in the ledger twice", i)
		}
		seen[e.Hash] = true
	}
	if receipts == 0 {
		t.Fatal("no receipt was given: the test has tested nothing")
	}
	t.Logf("%d receipts, %d entries", receipts, work.Size())
}

// sendUntilDead sends one statement after another until the hub is gone.
func (b *bench) sendUntilDead(ctx context.Context, t *testing.T, a *killAuthor, verifier *ledger.Verifier) {
	for {
		if a.pending == nil {
			signed, err := b.sign(ctx, a.benchAuthor, 1, "J14/1", "ROUTINE")
			if err != nil {
				t.Error(err)
				return
			}
			a.pending = signed[0]
		}
		if b.sendOne(ctx, a, verifier) != nil {
			return
		}
	}
}

// sendOne sends what is pending and keeps the receipt.
func (b *bench) sendOne(ctx context.Context, a *killAuthor, verifier *ledger.Verifier) error {
	results, err := b.submit.Submit(ctx, a.pending.Bytes())
	if err != nil {
		return err
	}
	if results[0].Problem != nil {
		return results[0].Problem.Err()
	}
	receipt, err := ledger.OpenReceipt(verifier, []byte(results[0].Receipt), a.pending.Hash())
	if err != nil {
		return err
	}
	a.receipts = append(a.receipts, given{a.pending.Hash(), receipt})
	a.pending = nil
	return nil
}

// followAll verifies the whole ledger as the other side is fed it.
func followAll(ctx context.Context, t *testing.T, b *bench, w *world) *store.Working {
	t.Helper()
	ctx, cancel := context.WithTimeout(ctx, 3*time.Minute)
	defer cancel()
	work, err := store.New(ctx, nil, w.charter.Hub.Origin, false)
	if err != nil {
		t.Fatal(err)
	}
	note, err := b.read.Checkpoint(ctx)
	if err != nil {
		t.Fatal(err)
	}
	verifier, err := ledger.NewVerifier(w.charter.Hub.Key)
	if err != nil {
		t.Fatal(err)
	}
	head, err := verifier.Open(note)
	if err != nil {
		t.Fatal(err)
	}
	for item, err := range b.read.Feed(ctx, 0) {
		if err != nil {
			t.Fatal(err)
		}
		if item.Block == nil {
			continue
		}
		if err := work.Fold(work.Prepare(store.Nobody, item.Block)[0]); err != nil {
			t.Fatal(err)
		}
		if work.Size() >= head.Size {
			break
		}
	}
	return work
}
