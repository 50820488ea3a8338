package journal

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"parley/ledger"
)

// secrets is a chain whose texts say what must be found nowhere once it is purged,
// among them one so long that it has pages of its own.
func secrets(n int) (blocks []*ledger.Block) {
	var last *ledger.Block
	for i := range n {
		last = next(last, 2, "secret")
		for k := range last.Contents {
			last.Contents[k] = append(last.Contents[k], strings.Repeat("the-hospital-is-here", 1+i%3*500)...)
			last.Contents[k] = append(last.Contents[k], '~')
		}
		blocks = append(blocks, last)
	}
	return blocks
}

// found counts the files of a folder that hold some bytes.
func found(t *testing.T, dir string, what []byte) (n int) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "*"))
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		content, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if bytes.Contains(content, what) {
			n++
		}
	}
	return n
}

func TestPurge(t *testing.T) {
	dir := t.TempDir()
	s := openSQLite(t, dir)
	blocks := secrets(20)
	appendAll(t, s, name, blocks...)
	if found(t, dir, []byte("hospital")) == 0 {
		t.Fatal("the texts are not even there before")
	}
	var texts []Erasure
	for _, b := range blocks {
		for i := range b.Entries {
			texts = append(texts, Erasure{b.Height, ledger.Tombstone{Index: b.First + uint64(i), By: 1000}})
		}
	}
	for range 2 { // what is done is done
		if err := s.Purge(t.Context(), name, texts...); err != nil {
			t.Fatal(err)
		}
	}
	if n := found(t, dir, []byte("hospital")); n != 0 {
		t.Errorf("%d files still hold a purged text", n)
	}
	got := readAll(t, s, name, 0)
	for i, b := range got {
		if b.Hash() != blocks[i].Hash() || len(b.Purged) != 2 || !bytes.HasSuffix(b.Contents[0], []byte("signature~")) {
			t.Fatalf("block %d is read as %+v", i, b)
		}
	}
	appendAll(t, s, name, next(got[19], 1, "after"))
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if n := found(t, dir, []byte("hospital")); n != 0 {
		t.Errorf("%d files hold a purged text after the journal was closed", n)
	}
	if again := readAll(t, openSQLite(t, dir), name, 0); len(again) != 21 {
		t.Errorf("%d blocks are read again", len(again))
	}
}

func TestPurged(t *testing.T) {
	s := openSQLite(t, t.TempDir())
	if err := s.Purge(t.Context(), name, Erasure{}); err == nil {
		t.Error("a ledger that was never begun was purged")
	}
	appendAll(t, s, name, chain(1, "a")...)
	for _, test := range []struct{ set, want uint64 }{{7, 7}, {3, 7}, {9, 9}} {
		if err := s.SetPurged(t.Context(), name, test.set); err != nil {
			t.Fatal(err)
		}
		if size, err := s.Purged(t.Context(), name); err != nil || size != test.want {
			t.Errorf("after %d it says %d, %v; want %d", test.set, size, err, test.want)
		}
	}
}
