package ledger

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"slices"
	"strings"
	"testing"

	"filippo.io/torchwood"
	"github.com/transparency-dev/formats/proof"
	mproof "github.com/transparency-dev/merkle/proof"
	"github.com/transparency-dev/merkle/rfc6962"
	"golang.org/x/mod/sumdb/note"
)

func testReceipt(t testing.TB, index, size int) []byte {
	t.Helper()
	stored, _ := testTree(t, size)
	receipt, err := NewReceipt(uint64(index), testEntry(index), uint64(size), testCheckpoint(t, size), stored)
	if err != nil {
		t.Fatal(err)
	}
	return receipt
}

func TestReceiptAgainstOracles(t *testing.T) {
	s, v := testSigner(t)
	key, err := note.NewVerifier(s.VerifierKey())
	if err != nil {
		t.Fatal(err)
	}
	policy := torchwood.ThresholdPolicy(2, torchwood.OriginPolicy(origin), torchwood.SingleVerifierPolicy(key))
	for _, size := range []int{1, 2, 3, 8, 33} {
		_, root := testTree(t, size)
		for index := range size {
			receipt := testReceipt(t, index, size)
			r, err := OpenReceipt(v, receipt, testEntry(index).Content)
			if err != nil {
				t.Fatal(err)
			}
			if r.Index != uint64(index) || r.Entry != testEntry(index) || r.Head != (Head{origin, uint64(size), root}) || !bytes.Equal(r.Checkpoint, testCheckpoint(t, size)) {
				t.Errorf("opened %+v", r)
			}

			var oracle proof.TLogProof
			if err := oracle.Unmarshal(receipt); err != nil {
				t.Fatalf("formats: %v", err)
			}
			if !bytes.Equal(oracle.Marshal(), receipt) || !bytes.Equal(oracle.ExtraData, testEntry(index).Bytes()) {
				t.Errorf("formats writes the receipt as %q, we as %q", oracle.Marshal(), receipt)
			}
			var hashes [][]byte
			for _, h := range oracle.Hashes {
				hashes = append(hashes, h[:])
			}
			leaf := rfc6962.DefaultHasher.HashLeaf(oracle.ExtraData)
			if err := mproof.VerifyInclusion(rfc6962.DefaultHasher, oracle.Index, uint64(size), leaf, hashes, root[:]); err != nil {
				t.Errorf("merkle: %v", err)
			}
			if err := torchwood.VerifyProof(policy, testEntry(index).leaf(), receipt); err != nil {
				t.Errorf("torchwood: %v", err)
			}
		}
	}
}

// Every change to the proof of a receipt is refused, and so is every receipt in
// place of another.
func TestReceiptMutations(t *testing.T) {
	_, v := testSigner(t)
	const size = 11
	for index := range size {
		good := string(testReceipt(t, index, size))
		head, checkpoint, _ := strings.Cut(good, "\n\n")
		lines := strings.SplitAfter(head+"\n", "\n")
		lines = lines[:len(lines)-1]
		try := func(what string, lines []string, checkpoint string) {
			t.Helper()
			if _, err := OpenReceipt(v, []byte(strings.Join(lines, "")+"\n"+checkpoint), testEntry(index).Content); err == nil {
				t.Errorf("entry %d with %s: accepted", index, what)
			}
		}
		for i := 3; i < len(lines); i++ {
			try(fmt.Sprintf("hash %d left out", i-3), slices.Delete(slices.Clone(lines), i, i+1), checkpoint)
			try(fmt.Sprintf("hash %d twice", i-3), slices.Insert(slices.Clone(lines), i, lines[i]), checkpoint)
			swapped := slices.Clone(lines)
			swapped[i], swapped[i-1] = swapped[i-1], swapped[i]
			try(fmt.Sprintf("line %d and the one before swapped", i), swapped, checkpoint)
		}
		zero := base64.StdEncoding.EncodeToString(make([]byte, 32)) + "\n"
		try("a hash added", append(slices.Clone(lines), zero), checkpoint)
		try("64 hashes", append(slices.Clone(lines[:3]), slices.Repeat([]string{zero}, 64)...), checkpoint)
		try("another checkpoint", lines, string(testCheckpoint(t, size+1)))
		for other := range size {
			if other == index {
				continue
			}
			moved := slices.Clone(lines)
			moved[2] = fmt.Sprintf("index %d\n", other)
			try(fmt.Sprintf("index %d", other), moved, checkpoint)
			if _, err := OpenReceipt(v, testReceipt(t, other, size), testEntry(index).Content); err == nil {
				t.Errorf("the receipt of entry %d was accepted for the text of %d", other, index)
			}
		}
		for i := range good {
			changed := []byte(good)
			changed[i] ^= 1
			if _, err := OpenReceipt(v, changed, testEntry(index).Content); err == nil {
				t.Errorf("entry %d: byte %d changed: accepted", index, i)
			}
		}
	}
}

func TestOpenReceiptRefuses(t *testing.T) {
	_, v := testSigner(t)
	good := string(testReceipt(t, 3, 7))
	extra := base64.StdEncoding.EncodeToString(testEntry(3).Bytes())
	for _, test := range []struct{ name, receipt, want string }{
		{"empty", "", "does not begin with the line"},
		{"version", strings.Replace(good, "@v1", "@v2", 1), "does not begin with the line"},
		{"no entry", strings.Replace(good, "extra "+extra+"\n", "", 1), "line 2: the extra data"},
		{"other entry", strings.Replace(good, extra, base64.StdEncoding.EncodeToString(testEntry(4).Bytes()), 1), "for another text"},
		{"entry cut", strings.Replace(good, extra, extra[:104], 1), "line 2: the extra data is not"},
		{"leading zero", strings.Replace(good, "index 3", "index 03", 1), "line 3"},
		{"sign", strings.Replace(good, "index 3", "index +3", 1), "line 3"},
		{"beyond the tree", strings.Replace(good, "index 3", "index 7", 1), "not in a tree of 7"},
		{"beyond any tree", strings.Replace(good, "index 3", "index 18446744073709551615", 1), "not in a tree of 7"},
		{"no checkpoint", good[:strings.Index(good, "\n\n")+2], "not a signed note"},
		{"ends in the proof", good[:strings.Index(good, "\n\n")], "ends within the proof"},
		{"64 hashes", strings.Replace(good, "\n\n", "\n"+strings.Repeat(strings.Repeat("A", 43)+"=\n", 64)+"\n", 1), "more than the 63 hashes"},
		{"short hash", strings.Replace(good, "\n\n", "\nAAAA\n\n", 1), "not the base64 of 32 bytes"},
		{"too long", good + strings.Repeat("a", maxReceipt), "at most"},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, err := OpenReceipt(v, []byte(test.receipt), testEntry(3).Content)
			refused(t, err, test.want)
		})
	}
}

func TestNewReceiptRefuses(t *testing.T) {
	stored, _ := testTree(t, 7)
	_, err := NewReceipt(7, testEntry(7), 7, testCheckpoint(t, 7), stored)
	refused(t, err, "covers only 7")
	_, err = NewReceipt(3, testEntry(3), 7, testCheckpoint(t, 6), stored)
	refused(t, err, `for "6" entries, not 7`)
	_, err = NewReceipt(3, testEntry(3), 7, testCheckpoint(t, 7), stored[:2])
	refused(t, err, "make receipt of entry 3 in 7: read tree hash")
}

// Only a receipt that the ledger gave is accepted, but for signatures that its
// verifier passes over.
func FuzzOpenReceipt(f *testing.F) {
	_, v := testSigner(f)
	const size = 7
	receipts := map[uint64][]byte{}
	for i := range size {
		receipts[uint64(i)] = testReceipt(f, i, size)
		f.Add(receipts[uint64(i)], i)
	}
	f.Fuzz(func(t *testing.T, b []byte, entry int) {
		content := testEntry(((entry % size) + size) % size).Content
		if r, err := OpenReceipt(v, b, content); err == nil && !bytes.HasPrefix(b, receipts[r.Index][:len(receipts[r.Index])-len(r.Checkpoint)]) {
			t.Errorf("accepted %q, the ledger gave %q", b, receipts[r.Index])
		}
	})
}

func BenchmarkReceipt(b *testing.B) {
	const size = 1<<17 + 77
	stored, root := testTree(b, size)
	s, v := testSigner(b)
	checkpoint, err := s.Sign(size, root)
	if err != nil {
		b.Fatal(err)
	}
	e := testEntry(size - 1)
	b.Run("new", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if _, err := NewReceipt(size-1, e, size, checkpoint, stored); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("old", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if _, err := NewReceipt(5, testEntry(5), size, checkpoint, stored); err != nil {
				b.Fatal(err)
			}
		}
	})
	receipt, err := NewReceipt(size-1, e, size, checkpoint, stored)
	if err != nil {
		b.Fatal(err)
	}
	b.Run("open", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if _, err := OpenReceipt(v, receipt, e.Content); err != nil {
				b.Fatal(err)
			}
		}
	})
}
