package main

import (
	"context"
	"crypto/rand"
	"fmt"
	"io"
	mathrand "math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"sync"
	"syscall"
	"testing"
	"time"

	"parley/format"
	"parley/identity"
	"parley/ledger"
	"parley/mechanism"
	"parley/statement"
	"parley/store"
)

// A convener calls sessions, and each again with another agenda.
type convener struct {
	*killAuthor
	number int
	call   *statement.Statement // the last one in the ledger
}

// next makes what is sent next.
func (c *convener) next(ctx context.Context, b *bench) error {
	var refs []statement.Ref
	again := c.call != nil && c.number%6 > 0
	if again {
		refs = []statement.Ref{{Relation: "replies", ID: c.call.Claims().ID, Hash: c.call.Hash()}}
	}
	now := time.Now().UTC().Truncate(time.Millisecond)
	begins := now.Add(48 * time.Hour).Truncate(time.Minute)
	var random [10]byte
	rand.Read(random[:])
	claims := statement.Claims{Mechanism: b.world.charter.Mechanism, ID: statement.NewID(now, random), Author: c.name, Format: "J41/1", Area: "diplomatic", Precedence: "ROUTINE",
		To: []string{"alder", "birch"}, Refs: refs, Exercise: true, Time: now, Seen: b.seen}
	mechanism.Chain(&claims, c.last)
	s, err := statement.Sign(ctx, c.key, claims, map[string]any{"kind": "call", "session": fmt.Sprintf("doc:%s-%d", c.name.Officer, c.number/6), "items": []string{"incident"}, "attendance": []string{"alder/diplomat", "birch/diplomat"},
		"form": "full", "window": format.WriteInstant(begins) + "/" + format.WriteInstant(begins.Add(time.Hour)), "mode": "remote", "link": "EXERCISE. Room 2"}, rand.Text)
	if err != nil {
		return err
	}
	c.last = &mechanism.Head{Hash: s.Hash(), Serial: claims.Serial}
	c.pending = s
	return nil
}

// speak sends one statement after another until the hub is gone.
func (c *convener) speak(ctx context.Context, t *testing.T, b *bench, verifier *ledger.Verifier) {
	for {
		if c.pending == nil {
			if err := c.next(ctx, b); err != nil {
				t.Error(err)
				return
			}
		}
		s := c.pending
		if b.sendOne(ctx, c.killAuthor, verifier) != nil {
			return
		}
		c.call = s
		c.number++
	}
}

// Hub and desk are killed while matters are opened and spoken in. Afterwards the
// hub's, the desk's and those that both journals give are the same, and each has
// every statement that somebody holds a receipt for.
func TestKillMatters(t *testing.T) {
	t.Setenv("PARLEY_CHILD", "1")
	t.Setenv("PARLEY_PASSPHRASE", worldPassphrase)
	ctx := t.Context()
	officers := []identity.Author{{Party: "birch", Role: "desk", Officer: "one"}, {Party: "cedar", Role: "desk", Officer: "one"}}
	for i := range 3 {
		officers = append(officers, identity.Author{Party: "cedar", Role: "gate", Officer: fmt.Sprintf("g%d", i)})
	}
	desk := identity.Author{Party: "alder", Role: "desk", Officer: "one"}
	w, err := newWorld(ctx, t.TempDir(), "quiet-orchard", append(officers, desk), nil)
	if err != nil {
		t.Fatal(err)
	}
	hub, err := startHubProcess(ctx, w, os.Stderr)
	if err != nil {
		t.Fatal(err)
	}
	if err := w.endorse(ctx, append(officers, desk)); err != nil {
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
	var callers []*convener
	for _, a := range b.authors {
		callers = append(callers, &convener{killAuthor: &killAuthor{benchAuthor: a}})
	}
	replica, replicaEnds := startDeskProcess(t, w)
	for range killRounds(2, 40) {
		var wait sync.WaitGroup
		for _, c := range callers {
			wait.Go(func() { c.speak(ctx, t, b, verifier) })
		}
		<-time.After(time.Duration(20+mathrand.IntN(400)) * time.Millisecond)
		if err := replica.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		<-replicaEnds
		replica, replicaEnds = startDeskProcess(t, w)
		<-time.After(time.Duration(20+mathrand.IntN(400)) * time.Millisecond)
		if err := hub.cmd.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		<-hub.done
		wait.Wait()
		if hub, err = startHubProcess(ctx, w, os.Stderr); err != nil {
			t.Fatal(err)
		}
	}
	receipts := 0
	for _, c := range callers {
		if c.pending != nil {
			if err := b.sendOne(ctx, c.killAuthor, verifier); err != nil {
				t.Fatalf("the unanswered statement is not accepted after the restart: %v", err)
			}
		}
		receipts += len(c.receipts)
	}
	fed := followAll(ctx, t, b, w)
	caughtUp(ctx, t, w, fed.Size())
	replica.Process.Signal(syscall.SIGTERM) //nolint:errcheck // its end is awaited
	<-replicaEnds
	hub.stop()
	want, err := fed.Matters(ctx, "", false)
	if err != nil {
		t.Fatal(err)
	}
	moves := 0
	for _, m := range want {
		moves += len(m.Moves)
	}
	if moves != receipts || receipts == 0 {
		t.Fatalf("%d statements have receipts, the matters have %d", receipts, moves)
	}
	for _, dir := range []string{filepath.Join(w.dir, "hub"), filepath.Join(w.dir, "alder", "desk")} {
		for _, how := range []string{"as it stopped", "rebuilt"} {
			if how == "rebuilt" {
				if code := rebuildCommand(ctx, []string{"-dir", dir}, io.Discard, os.Stderr); code != 0 {
					t.Fatalf("rebuild of %s: exit status %d", dir, code)
				}
			}
			for _, difference := range differences(mattersIn(ctx, t, dir), want) {
				t.Errorf("%s, %s: %s", dir, how, difference)
			}
		}
	}
	t.Logf("%d statements in %d matters", moves, len(want))
}

// caughtUp waits until the desk has as many entries.
func caughtUp(ctx context.Context, t *testing.T, w *world, size uint64) {
	t.Helper()
	for end := time.Now().Add(2 * time.Minute); awaitOutbox(ctx, t, w) < size; <-time.After(20 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("the desk does not catch up")
		}
	}
}

// differences tells in what matters, which a data folder has, are not those wanted.
func differences(got, want []*mechanism.Matter) (all []string) {
	have := map[string]*mechanism.Matter{}
	for _, m := range got {
		have[m.ID] = m
	}
	for _, m := range want {
		g := have[m.ID]
		delete(have, m.ID)
		if g == nil {
			all = append(all, fmt.Sprintf("matter %s, opened by entry %d, is missing", m.ID, m.Opened))
			continue
		}
		is, wanted := reflect.ValueOf(*g), reflect.ValueOf(*m)
		for i := range is.NumField() {
			if a, b := is.Field(i).Interface(), wanted.Field(i).Interface(); !reflect.DeepEqual(a, b) {
				all = append(all, fmt.Sprintf("%s of matter %s, opened by entry %d, is\n%+v\nwant\n%+v", is.Type().Field(i).Name, m.ID, m.Opened, a, b))
			}
		}
	}
	for id, m := range have {
		all = append(all, fmt.Sprintf("matter %s, opened by entry %d, is there and should not be", id, m.Opened))
	}
	if len(all) == 0 && !reflect.DeepEqual(got, want) {
		all = append(all, "the matters are in another order")
	}
	return all
}

// mattersIn reads the matters of a data folder, and that these go as far as its
// journal does.
func mattersIn(ctx context.Context, t *testing.T, dir string) []*mechanism.Matter {
	t.Helper()
	f, err := openFolder(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	db, err := store.Open(filepath.Join(dir, "store.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	work, err := store.New(ctx, db, f.ledger, f.hub)
	if err != nil {
		t.Fatal(err)
	}
	for b, err := range f.Read(ctx, f.ledger, work.Blocks()) {
		if err != nil {
			t.Fatal(err)
		}
		t.Errorf("%s: the read model ends before block %d, which the journal has", dir, b.Height)
		break
	}
	all, err := work.Matters(ctx, "", false)
	if err != nil {
		t.Fatal(err)
	}
	return all
}
