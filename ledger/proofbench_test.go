package ledger

import (
	"bytes"
	"fmt"
	"math/bits"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/tlog"
)

// A perfect is the tree of a ledger of any size whose entries are all the same, so that
// a node is known by its level: the largest tree, in no memory.
type perfect struct{ levels []tlog.Hash }

func newPerfect(leaf tlog.Hash) *perfect {
	p := &perfect{levels: []tlog.Hash{leaf}}
	for range 62 {
		last := p.levels[len(p.levels)-1]
		p.levels = append(p.levels, tlog.NodeHash(last, last))
	}
	return p
}

// ReadHashes gives the hashes at the stored hash indexes.
func (p *perfect) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	all := make([]tlog.Hash, len(indexes))
	for i, at := range indexes {
		level, _ := tlog.SplitStoredHashIndex(at)
		all[i] = p.levels[level]
	}
	return all, nil
}

// What a receipt and the proofs cost in ledgers of 10^3 to 10^7 entries: size and time
// grow with the logarithm alone.
func BenchmarkProofs(b *testing.B) {
	signer, verifier := testSigner(b)
	entry := Entry{Time: time.UnixMilli(1_764_000_000_000).UTC(), Content: Hash{7}}
	for _, size := range []uint64{1_000, 10_000, 100_000, 1_000_000, 10_000_000} {
		all := newPerfect(entry.leaf())
		root, err := RootAt(size, all)
		if err != nil {
			b.Fatal(err)
		}
		checkpoint, err := signer.Sign(size, root)
		if err != nil {
			b.Fatal(err)
		}
		index := size / 3
		receipt, err := NewReceipt(index, entry, size, checkpoint, all)
		if err != nil {
			b.Fatal(err)
		}
		b.Run(fmt.Sprintf("make-receipt/%d", size), func(b *testing.B) {
			for b.Loop() {
				if _, err := NewReceipt(index, entry, size, checkpoint, all); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(len(receipt)), "bytes/receipt")
		})
		b.Run(fmt.Sprintf("open-receipt/%d", size), func(b *testing.B) {
			for b.Loop() {
				verifier.last.Store(nil) // with the checkpoint's signature
				if _, err := OpenReceipt(verifier, receipt, entry.Content); err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run(fmt.Sprintf("consistency/%d", size), func(b *testing.B) {
			old, new := Head{Origin: "x", Size: size / 3}, Head{Origin: "x", Size: size, Root: root}
			if old.Root, err = RootAt(old.Size, all); err != nil {
				b.Fatal(err)
			}
			proof, err := ProveConsistency(old.Size, size, all)
			if err != nil {
				b.Fatal(err)
			}
			for b.Loop() {
				if _, err := ProveConsistency(old.Size, size, all); err != nil {
					b.Fatal(err)
				}
				if err := CheckConsistency(old, new, proof); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(len(proof)), "hashes/proof")
		})
	}
}

// In ledgers of 10^3 entries up to the largest that can be, a proof has no more hashes
// than the logarithm asks for, the bounds let it through, and nothing longer.
func TestProofsGrowByTheLogarithm(t *testing.T) {
	signer, verifier := testSigner(t)
	entry := Entry{Time: time.UnixMilli(1_764_000_000_000).UTC(), Content: Hash{7}}
	all := newPerfect(entry.leaf())
	for _, size := range []uint64{1_000, 10_000, 100_000, 1_000_000, 10_000_000, 1<<40 + 1, maxTree - 1, maxTree} {
		root, err := RootAt(size, all)
		if err != nil {
			t.Fatal(err)
		}
		checkpoint, err := signer.Sign(size, root)
		if err != nil {
			t.Fatal(err)
		}
		log := bits.Len64(size - 1)
		for _, index := range []uint64{0, size / 3, size / 2, size - 1} {
			receipt, err := NewReceipt(index, entry, size, checkpoint, all)
			if err != nil {
				t.Fatal(err)
			}
			if most := 420 + 45*log; len(receipt) > most || len(receipt) > maxReceipt {
				t.Errorf("the receipt of entry %d of %d has %d bytes, at most %d are wanted", index, size, len(receipt), most)
			}
			if _, err := OpenReceipt(verifier, receipt, entry.Content); err != nil {
				t.Errorf("entry %d of %d: %v", index, size, err)
			}
			line := append([]byte{'\n'}, bytes.SplitAfter(receipt, []byte("\n"))[3]...)
			longer := bytes.Replace(receipt, []byte("\n\n"), append(bytes.Repeat(line[:len(line)-1], maxProof+1-log), "\n\n"...), 1)
			if _, err := OpenReceipt(verifier, longer, entry.Content); err == nil {
				t.Errorf("entry %d of %d: a proof that is too long is accepted", index, size)
			}
		}
		old := Head{Origin: origin, Size: size/3 + 1}
		if old.Root, err = RootAt(old.Size, all); err != nil {
			t.Fatal(err)
		}
		proof, err := ProveConsistency(old.Size, size, all)
		if err != nil || len(proof) > log+1 {
			t.Errorf("from %d to %d: %d hashes, %v", old.Size, size, len(proof), err)
		}
		if err := CheckConsistency(old, Head{Origin: origin, Size: size, Root: root}, proof); err != nil {
			t.Errorf("from %d to %d: %v", old.Size, size, err)
		}
	}
}
