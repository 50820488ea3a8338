package latch

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func open1(t *testing.T, path string) *File {
	t.Helper()
	l, err := Open(path)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func swap(t *testing.T, l *File, old, next string) {
	t.Helper()
	var before []byte
	if old != "" {
		before = []byte(old)
	}
	if err := l.Swap(before, []byte(next)); err != nil {
		t.Fatal(err)
	}
}

// What was swapped in is there after the program, and only who knows it replaces it.
func TestSwap(t *testing.T) {
	path := filepath.Join(t.TempDir(), "apart", "last")
	l := open1(t, path)
	if l.Doubt() != Missing || l.Load() != nil {
		t.Errorf("a new file: doubt %q, %q", l.Doubt(), l.Load())
	}
	swap(t, l, "", "one")
	swap(t, l, "one", "two")
	for _, old := range [][]byte{nil, []byte("one"), []byte("three")} {
		if err := l.Swap(old, []byte("four")); !errors.Is(err, ErrMoved) {
			t.Errorf("swapped from %q: %v", old, err)
		}
	}
	if err := l.Swap([]byte("two"), nil); err == nil {
		t.Error("nothing was stored as a checkpoint")
	}
	if err := l.Swap([]byte("two"), bytes.Repeat([]byte("x"), slotSize)); err == nil {
		t.Error("what does not fit was stored")
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	l = open1(t, path)
	if got := string(l.Load()); got != "two" || l.Doubt() != "" {
		t.Errorf("opened again: %q, doubt %q", got, l.Doubt())
	}
	swap(t, l, "two", "three")
	l.Close()
}

// The second who wants the file is refused, and a copy is known as one.
func TestOneHolderNoCopies(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "last")
	l := open1(t, path)
	swap(t, l, "", "one")
	if _, err := Open(path); err == nil || !strings.Contains(err.Error(), "another hub is running") {
		t.Errorf("opened twice: %v", err)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	copied := filepath.Join(dir, "copy")
	if err := os.WriteFile(copied, text, 0o600); err != nil {
		t.Fatal(err)
	}
	c := open1(t, copied)
	if c.Doubt() != Copied || string(c.Load()) != "one" {
		t.Errorf("a copy: doubt %q, %q", c.Doubt(), c.Load())
	}
	swap(t, c, "one", "two") // now it is one of its own
	c.Close()
	if c = open1(t, copied); c.Doubt() != "" {
		t.Errorf("after it was used: doubt %q", c.Doubt())
	}
	c.Close()
	l.Close()
}

// Whatever is cut or flipped, the file gives one of the checkpoints stored or says
// that it is damaged; a torn last write leaves the one before.
func TestTorn(t *testing.T) {
	path := filepath.Join(t.TempDir(), "last")
	l := open1(t, path)
	swap(t, l, "", "one")
	swap(t, l, "one", "two")
	if err := l.Sync(); err != nil {
		t.Fatal(err)
	}
	l.Close()
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	judge := func(what string, text []byte, at int) {
		if err := os.WriteFile(path, text, 0o600); err != nil {
			t.Fatal(err)
		}
		l := open1(t, path)
		defer l.Close()
		switch note := string(l.Load()); {
		case note == "one" || note == "two":
		case note == "" && (l.Doubt() == Damaged || l.Doubt() == Missing && len(bytes.Trim(text, "\x00")) == 0):
		default:
			t.Errorf("%s at %d: %q, doubt %q", what, at, note, l.Doubt())
		}
	}
	for at := 0; at < len(whole); at += 7 {
		if at%slotSize > 200 {
			continue // zeros
		}
		judge("cut", whole[:at], at)
		flipped := bytes.Clone(whole)
		flipped[at] ^= 0x20
		judge("flipped", flipped, at)
	}
	torn := bytes.Clone(whole)
	clear(torn[slotSize:][20:]) // the second that was written
	if err := os.WriteFile(path, torn, 0o600); err != nil {
		t.Fatal(err)
	}
	l = open1(t, path)
	if string(l.Load()) != "one" {
		t.Errorf("after a torn write: %q", l.Load())
	}
	l.Close()
}

// What the hub pays for each block.
func BenchmarkSwap(b *testing.B) {
	l, err := Open(filepath.Join(b.TempDir(), "last"))
	if err != nil {
		b.Fatal(err)
	}
	defer l.Close()
	notes := [2][]byte{bytes.Repeat([]byte("a"), 250), bytes.Repeat([]byte("b"), 250)}
	if err := l.Swap(nil, notes[0]); err != nil {
		b.Fatal(err)
	}
	for n := 0; b.Loop(); n++ {
		if err := l.Swap(notes[n%2], notes[(n+1)%2]); err != nil {
			b.Fatal(err)
		}
	}
}
