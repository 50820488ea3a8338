package journal

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"reflect"
	"sync"
	"testing"
	"time"

	"parley/ledger"
)

const name = "hub.example/paris"

var noon = time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)

// next makes the block after prev, which is nil for the first, with n entries.
// Blocks of another salt have other texts.
func next(prev *ledger.Block, n int, salt string) *ledger.Block {
	b := &ledger.Block{Checkpoint: []byte("the journal does not look at checkpoints")}
	if prev != nil {
		b.Height, b.First, b.Prev = prev.Height+1, prev.Size(), prev.Hash()
	}
	for i := range n {
		text := fmt.Appendf(nil, "header.payload-%s-%d.signature~field~", salt, b.First+uint64(i))
		b.Entries = append(b.Entries, ledger.Entry{Time: noon, Content: ledger.ContentHash(text)})
		b.Contents = append(b.Contents, text)
	}
	return b
}

// chain makes n blocks.
func chain(n int, salt string) (blocks []*ledger.Block) {
	var last *ledger.Block
	for i := range n {
		last = next(last, 1+i%3, salt)
		blocks = append(blocks, last)
	}
	return blocks
}

func appendAll(t testing.TB, j Journal, name string, blocks ...*ledger.Block) {
	t.Helper()
	for _, b := range blocks {
		if err := j.Append(t.Context(), name, b); err != nil {
			t.Fatal(err)
		}
	}
}

func readAll(t testing.TB, j Journal, name string, from uint64) (blocks []*ledger.Block) {
	t.Helper()
	for b, err := range j.Read(t.Context(), name, from) {
		if err != nil {
			t.Fatal(err)
		}
		blocks = append(blocks, b)
	}
	return blocks
}

func same(t testing.TB, got, want []*ledger.Block) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("read %d blocks, want %d", len(got), len(want))
	}
	for i := range got {
		if !reflect.DeepEqual(got[i], want[i]) {
			t.Fatalf("block %d is read as %+v, want %+v", i, got[i], want[i])
		}
	}
}

// heard is the next number from a watcher.
func heard(t testing.TB, watch <-chan uint64) uint64 {
	t.Helper()
	select {
	case n, ok := <-watch:
		if !ok {
			t.Fatal("the watch ended")
		}
		return n
	case <-time.After(20 * time.Second):
		t.Fatal("the watcher heard nothing for 20 s")
	}
	panic("unreachable")
}

// testContract is what every engine must pass. open opens the journal in a
// folder, the same one again where the folder is the same, also while it is open.
func testContract(t *testing.T, open func(t *testing.T, dir string) Journal) {
	shut := func(t *testing.T, j Journal) {
		t.Helper()
		if err := j.(io.Closer).Close(); err != nil {
			t.Fatal(err)
		}
	}
	t.Run("append and read", func(t *testing.T) {
		j := open(t, t.TempDir())
		blocks := chain(150, "a")
		blocks[2].Contents[1] = nil // a replica's blocks may lack texts
		blocks[3].Disclosed = []ledger.Disclosure{{Index: blocks[2].First + 1, Content: []byte("h.p.s~")}}
		for i := 3; i < len(blocks); i++ {
			blocks[i].Prev = blocks[i-1].Hash()
		}
		appendAll(t, j, name, blocks...)
		for _, from := range []uint64{0, 1, 63, 64, 65, 149, 150, 151, 1 << 63, 1<<64 - 1} {
			same(t, readAll(t, j, name, from), blocks[min(from, 150):])
		}
		for b, err := range j.Read(t.Context(), name, 70) {
			if err != nil || b.Height != 70 {
				t.Errorf("read %v, %v; want block 70", b, err)
			}
			break
		}
	})
	t.Run("reopen", func(t *testing.T) {
		dir := t.TempDir()
		blocks := chain(10, "a")
		j := open(t, dir)
		appendAll(t, j, name, blocks[:6]...)
		shut(t, j)
		if err := j.Append(t.Context(), name, blocks[6]); err == nil {
			t.Error("a closed journal stored a block")
		}
		j = open(t, dir)
		same(t, readAll(t, j, name, 0), blocks[:6])
		appendAll(t, j, name, blocks[6:]...)
		same(t, readAll(t, j, name, 4), blocks[4:])
	})
	t.Run("taken", func(t *testing.T) {
		j := open(t, t.TempDir())
		blocks, others := chain(3, "a"), chain(3, "b")
		appendAll(t, j, name, blocks...)
		for _, b := range []*ledger.Block{others[0], others[2], blocks[1], blocks[2]} {
			if err := j.Append(t.Context(), name, b); !errors.Is(err, ErrTaken) {
				t.Errorf("block %d again: %v, want that the height is taken", b.Height, err)
			}
		}
		same(t, readAll(t, j, name, 0), blocks)
	})
	t.Run("refused", func(t *testing.T) {
		j := open(t, t.TempDir())
		blocks, others := chain(4, "a"), chain(3, "b")
		spoilt := next(nil, 1, "a")
		spoilt.Contents[0] = []byte("another text")
		for _, test := range []struct {
			name  string
			given []*ledger.Block
			when  *ledger.Block
			want  string
		}{
			{"not begun", nil, blocks[1], "append block 1 to ledger " + name + ": the ledger is not begun; its first block has height 0"},
			{"text of another entry", nil, spoilt, "append block 0 to ledger " + name + ": block 0: entry 0: the text is not the one whose hash was ordered there"},
			{"no entries", nil, &ledger.Block{Checkpoint: []byte("x")}, "append block 0 to ledger " + name + ": block 0: it has no entries"},
			{"gap", blocks[:2], blocks[3], "append block 3 to ledger " + name + ": it leaves a gap; the next block has height 2"},
			{"wrong prev", nil, others[2], fmt.Sprintf("append block 2 to ledger %s: it names %x as the block before, which is %x", name, others[2].Prev, blocks[1].Hash())},
		} {
			appendAll(t, j, name, test.given...)
			err := j.Append(t.Context(), name, test.when)
			if refused, ok := errors.AsType[*RefusedError](err); !ok || err.Error() != test.want || refused.Height != test.when.Height {
				t.Errorf("%s: %v, want %s", test.name, err, test.want)
			}
		}
		same(t, readAll(t, j, name, 0), blocks[:2])
	})
	t.Run("ledgers apart", func(t *testing.T) {
		j := open(t, t.TempDir())
		names := []string{"a", "A", "a/b", "a=2fb", "../a", "..", ".", "a b", "é", "a.journal"}
		for _, n := range names {
			if got := readAll(t, j, n, 0); len(got) != 0 {
				t.Errorf("ledger %q, never begun, has %d blocks", n, len(got))
			}
			appendAll(t, j, n, chain(2, n)...)
		}
		for _, n := range names {
			same(t, readAll(t, j, n, 0), chain(2, n))
		}
	})
	t.Run("two writers", func(t *testing.T) {
		dir := t.TempDir()
		testTwoWriters(t, open(t, dir), open(t, dir))
	})
	t.Run("cancelled", func(t *testing.T) { testCancelled(t, open(t, t.TempDir())) })
	t.Run("watch", func(t *testing.T) {
		dir := t.TempDir()
		j, other := open(t, dir), open(t, dir)
		blocks := chain(6, "a")
		ctx, stop := context.WithCancel(t.Context())
		watch := j.Watch(ctx, name, 0) // before the ledger is begun
		appendAll(t, j, name, blocks[:2]...)
		for n := uint64(0); n < 2; n = heard(t, watch) {
		}
		appendAll(t, other, name, blocks[2:4]...) // as another process would
		for n := uint64(2); n < 4; n = heard(t, watch) {
		}
		if n := heard(t, j.Watch(ctx, name, 1)); n != 4 {
			t.Errorf("a watcher who has 1 block hears of %d, want 4", n)
		}
		late := j.Watch(ctx, name, 4)
		appendAll(t, j, name, blocks[4])
		if n := heard(t, late); n != 5 {
			t.Errorf("a watcher who has 4 blocks hears of %d, want 5", n)
		}
		stop()
		for range watch {
		}
		open := j.Watch(t.Context(), name, 5)
		shut(t, j)
		for n := range open {
			t.Errorf("closing told of %d blocks", n)
		}
		for range j.Watch(t.Context(), name, 0) {
			t.Error("a closed journal told of blocks")
		}
	})
}

// Two writers want every height. Each has one winner, and the other is told.
func testTwoWriters(t *testing.T, journals ...Journal) {
	const heights = 40
	won := make([][]int, len(journals))
	var wait sync.WaitGroup
	for w, j := range journals {
		wait.Go(func() {
			var last *ledger.Block
			for last == nil || last.Height < heights-1 {
				b := next(last, 1, fmt.Sprint("writer-", w))
				err := j.Append(t.Context(), name, b)
				if err == nil {
					won[w] = append(won[w], int(b.Height))
				} else if !errors.Is(err, ErrTaken) {
					t.Error(err)
					return
				}
				for stored, err := range j.Read(t.Context(), name, b.Height) {
					if err != nil {
						t.Error(err)
						return
					}
					last = stored
				}
			}
		})
	}
	wait.Wait()
	blocks := readAll(t, journals[0], name, 0)
	var total int
	for w, heights := range won {
		total += len(heights)
		for _, h := range heights {
			if want := fmt.Sprintf("header.payload-writer-%d-%d.signature~field~", w, h); string(blocks[h].Contents[0]) != want {
				t.Errorf("writer %d was told that it has height %d, where %q is stored", w, h, blocks[h].Contents[0])
			}
		}
	}
	if total != len(blocks) {
		t.Errorf("%d blocks are stored and %d appends were acknowledged", len(blocks), total)
	}
}

// Appends are cancelled at any moment. After each unknown outcome the height is
// read back: the block is there, or it can be sent again.
func testCancelled(t *testing.T, j Journal) {
	random := rand.New(rand.NewPCG(1, 2))
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	blocks := chain(120, "a")
	unknown := 0
	for i := 0; i < len(blocks); {
		ctx, cancel := gone, context.CancelFunc(func() {})
		if random.IntN(4) > 0 {
			ctx, cancel = context.WithTimeout(t.Context(), time.Duration(random.IntN(600))*time.Microsecond)
		}
		err := j.Append(ctx, name, blocks[i])
		cancel()
		if err == nil {
			i++
			continue
		}
		if unknown++; unknown > 10_000 {
			t.Fatalf("block %d cannot be stored: %v", i, err)
		}
		for b, err := range j.Read(t.Context(), name, uint64(i)) {
			if err != nil {
				t.Fatal(err)
			}
			if b.Hash() != blocks[i].Hash() {
				t.Fatalf("block %d was not the one appended", i)
			}
			i++
		}
		if unknown%3 == 0 && i < len(blocks) { // whoever is in a hurry just sends it again
			if err := j.Append(t.Context(), name, blocks[i]); err != nil {
				t.Fatal(err)
			}
			i++
		}
	}
	same(t, readAll(t, j, name, 0), blocks)
	if unknown == 0 {
		t.Error("no append was cancelled")
	}
}
