package ledger

import (
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"fmt"
	"strings"
	"testing"
	"time"
)

const origin = "hub.example/paris"

var noon = time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)

// testKey makes the same key for the same word.
func testKey(word string) ed25519.PrivateKey {
	seed := sha256.Sum256([]byte(word))
	return ed25519.NewKeyFromSeed(seed[:])
}

func testSigner(t testing.TB) (*Signer, *Verifier) {
	t.Helper()
	s, err := NewSigner(origin, testKey("log"))
	if err != nil {
		t.Fatal(err)
	}
	v, err := NewVerifier(s.VerifierKey())
	if err != nil {
		t.Fatal(err)
	}
	return s, v
}

// testText is a text in the form of a statement.
func testText(i int) []byte { return fmt.Appendf(nil, "aGVhZGVy.cGF5bG9hZA%d.c2ln~ZmllbGQ~", i) }

func testEntry(i int) Entry {
	return Entry{noon.Add(time.Duration(i) * time.Millisecond), ContentHash(testText(i))}
}

func testEntries(from, to int) []Entry {
	entries := make([]Entry, 0, to-from)
	for i := from; i < to; i++ {
		entries = append(entries, testEntry(i))
	}
	return entries
}

// testTree is the tree of the first n test entries.
func testTree(t testing.TB, n int) (Hashes, Hash) {
	t.Helper()
	stored, root, err := Grow(0, Hashes(nil), testEntries(0, n))
	if err != nil {
		t.Fatal(err)
	}
	return stored, root
}

func testCheckpoint(t testing.TB, n int) []byte {
	t.Helper()
	s, _ := testSigner(t)
	_, root := testTree(t, n)
	checkpoint, err := s.Sign(uint64(n), root)
	if err != nil {
		t.Fatal(err)
	}
	return checkpoint
}

// testBlock has n entries from first on, of which every third text is withheld,
// and one disclosure.
func testBlock(t testing.TB, height, first uint64, n int) *Block {
	t.Helper()
	b := &Block{Height: height, First: first, Entries: testEntries(int(first), int(first)+n), Checkpoint: testCheckpoint(t, int(first)+n)}
	for i := range b.Entries {
		b.Contents = append(b.Contents, testText(int(first)+i))
		if i%3 == 2 {
			b.Contents[i] = nil
		}
	}
	if height > 0 {
		b.Prev = sha256.Sum256([]byte("before"))
		b.Disclosed = []Disclosure{{first - 1, testText(int(first) - 1)}}
	}
	return b
}

// refused fails the test unless err is there and says want.
func refused(t *testing.T, err error, want string) {
	t.Helper()
	if err == nil {
		t.Errorf("accepted, want an error with %q", want)
	} else if !strings.Contains(err.Error(), want) {
		t.Errorf("error %q, want one with %q", err, want)
	}
}

func TestEntry(t *testing.T) {
	e := Entry{time.Date(2026, 1, 2, 3, 4, 5, 67_000_000, time.FixedZone("", 7200)), sha256.Sum256([]byte("x"))}
	want := "entry.v1\n2026-01-02T01:04:05.067Z\nLXEWQrcmsEQBYnyp+6wy9chTD7GQPMTbAiWHF5IaSIE=\n"
	got := e.Bytes()
	if string(got) != want {
		t.Fatalf("entry is written as %q, want %q", got, want)
	}
	again, err := ParseEntry(got)
	if err != nil || !again.Time.Equal(e.Time) || again.Content != e.Content {
		t.Fatalf("read back %v, %v", again, err)
	}
}

func TestParseEntryRefuses(t *testing.T) {
	good := string(testEntry(1).Bytes())
	line := strings.SplitAfter(good, "\n")
	for name, bad := range map[string]string{
		"empty":        "",
		"cut":          good[:len(good)-1],
		"longer":       good + "\n",
		"version":      strings.Replace(good, "v1", "v2", 1),
		"comma":        strings.Replace(good, ".001Z", ",001Z", 1),
		"zone":         strings.Replace(good, ".001Z", ".001z", 1),
		"31 February":  strings.Replace(good, "2026-11-24", "2026-02-31", 1),
		"before 1970":  strings.Replace(good, "2026", "1969", 1),
		"no newline":   line[0] + strings.Replace(line[1], "\n", " ", 1) + line[2],
		"spare bits":   good[:len(good)-3] + string(good[len(good)-3]+1) + "=\n",
		"url alphabet": line[0] + line[1] + strings.Repeat("_", 43) + "=\n",
	} {
		if _, err := ParseEntry([]byte(bad)); err == nil {
			t.Errorf("%s: accepted %q", name, bad)
		}
	}
}

func FuzzParseEntry(f *testing.F) {
	f.Add(testEntry(1).Bytes())
	f.Add([]byte("entry.v1\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		if e, err := ParseEntry(b); err == nil && !bytes.Equal(e.Bytes(), b) {
			t.Errorf("%q is written again as %q", b, e.Bytes())
		}
	})
}

func TestContentHash(t *testing.T) {
	for _, test := range []struct{ name, content, hashed string }{
		{"statement", "h.p.s~d1~d2~", "h.p.s"},
		{"statement with a field withheld", "h.p.s~d2~", "h.p.s"},
		{"statement without fields", "h.p.s~", "h.p.s"},
		{"charter", "{\n  \"a\": \"~\"\n}\n\n— a c2ln\n— b c2ln\n", "{\n  \"a\": \"~\"\n}\n"},
		{"charter without signatures", "{}\n", "{}\n"},
		{"empty", "", ""},
	} {
		if got := ContentHash([]byte(test.content)); got != sha256.Sum256([]byte(test.hashed)) {
			t.Errorf("%s: the hash is not over %q", test.name, test.hashed)
		}
	}
}
