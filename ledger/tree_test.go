package ledger

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"testing"

	"github.com/transparency-dev/merkle/compact"
	"github.com/transparency-dev/merkle/proof"
	"github.com/transparency-dev/merkle/rfc6962"
	"golang.org/x/mod/sumdb/tlog"
)

// oracleRoots gives the roots of the first 0 to n test entries by another
// implementation.
func oracleRoots(t testing.TB, n int) [][]byte {
	t.Helper()
	r := (&compact.RangeFactory{Hash: rfc6962.DefaultHasher.HashChildren}).NewEmptyRange(0)
	roots := [][]byte{rfc6962.DefaultHasher.EmptyRoot()}
	for i := range n {
		if err := r.Append(rfc6962.DefaultHasher.HashLeaf(testEntry(i).Bytes()), nil); err != nil {
			t.Fatal(err)
		}
		root, err := r.GetRootHash(nil)
		if err != nil {
			t.Fatal(err)
		}
		roots = append(roots, root)
	}
	return roots
}

func TestGrowAgainstOracles(t *testing.T) {
	const n = 300
	roots := oracleRoots(t, n)
	for _, step := range []int{1, 2, 3, 7, 64, 255, n} {
		var stored Hashes
		for size := 0; size < n; size += step {
			grown := min(size+step, n)
			hashes, root, err := Grow(uint64(size), stored, testEntries(size, grown))
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(root[:], roots[grown]) {
				t.Fatalf("steps of %d: the root at %d is %x, merkle has %x", step, grown, root, roots[grown])
			}
			stored = append(stored, hashes...)
			if int64(len(stored)) != tlog.StoredHashCount(int64(grown)) {
				t.Fatalf("%d hashes stored for %d entries, tlog has %d", len(stored), grown, tlog.StoredHashCount(int64(grown)))
			}
		}
		var want Hashes
		for i := range n {
			hashes, err := tlog.StoredHashes(int64(i), testEntry(i).Bytes(), want)
			if err != nil {
				t.Fatal(err)
			}
			want = append(want, hashes...)
		}
		if !slices.Equal(stored, want) {
			t.Errorf("steps of %d: the stored hashes differ from tlog's", step)
		}
		for size := range n + 1 {
			root, err := RootAt(uint64(size), stored)
			if err != nil || !bytes.Equal(root[:], roots[size]) {
				t.Fatalf("the root at %d is %x, %v; merkle has %x", size, root, err, roots[size])
			}
		}
	}
}

func TestGrowNothing(t *testing.T) {
	stored, root := testTree(t, 5)
	more, same, err := Grow(5, stored, nil)
	if err != nil || len(more) != 0 || same != root {
		t.Errorf("growing by nothing gave %d hashes and root %x, %v; want %x", len(more), same, err, root)
	}
	_, _, err = Grow(5, stored[:3], testEntries(5, 6))
	refused(t, err, "grow tree of 5 entries: read tree hash")
	_, _, err = Grow(maxTree, stored, testEntries(5, 6))
	refused(t, err, "larger than any")
}

func TestConsistencyAgainstOracle(t *testing.T) {
	const n = 70
	stored, _ := testTree(t, n)
	roots := oracleRoots(t, n)
	for newer := range n + 1 {
		for older := range newer + 1 {
			hashes, err := ProveConsistency(uint64(older), uint64(newer), stored)
			if err != nil {
				t.Fatal(err)
			}
			var list [][]byte
			for _, h := range hashes {
				list = append(list, h[:])
			}
			if err := proof.VerifyConsistency(rfc6962.DefaultHasher, uint64(older), uint64(newer), list, roots[older], roots[newer]); err != nil {
				t.Fatalf("merkle refuses the proof from %d to %d: %v", older, newer, err)
			}
			from, to := Head{origin, uint64(older), Hash(roots[older])}, Head{origin, uint64(newer), Hash(roots[newer])}
			if err := CheckConsistency(from, to, hashes); err != nil {
				t.Fatal(err)
			}
			if older == newer {
				continue
			}
			mutate(from, to, hashes, func(what string, from, to Head, proof []Hash) {
				if err := CheckConsistency(from, to, proof); err == nil {
					t.Errorf("from %d to %d with %s: accepted", older, newer, what)
				}
			})
		}
	}
}

// mutate tries every way of spoiling a consistency proof.
func mutate(from, to Head, proof []Hash, try func(what string, from, to Head, proof []Hash)) {
	for i := range proof {
		changed := slices.Clone(proof)
		changed[i][i%32] ^= 1
		try(fmt.Sprintf("hash %d changed", i), from, to, changed)
		try(fmt.Sprintf("hash %d left out", i), from, to, slices.Delete(slices.Clone(proof), i, i+1))
		try(fmt.Sprintf("hash %d twice", i), from, to, slices.Insert(slices.Clone(proof), i, proof[i]))
		if i > 0 {
			swapped := slices.Clone(proof)
			swapped[0], swapped[i] = swapped[i], swapped[0]
			try(fmt.Sprintf("hashes 0 and %d swapped", i), from, to, swapped)
		}
	}
	try("a hash added", from, to, append(slices.Clone(proof), Hash{}))
	try("64 hashes added", from, to, append(slices.Clone(proof), make([]Hash, 64)...))
	root := from
	root.Root[0] ^= 1
	try("another older root", root, to, proof)
	root = to
	root.Root[31] ^= 1
	if from.Size > 0 { // every tree extends the empty one
		try("another newer root", from, root, proof)
	}
	other := to
	other.Origin = "hub.example/other"
	try("another origin", from, other, proof)
	try("the heads exchanged", to, from, proof)
}

// A hub that rebuilds its ledger with another entry, or without one, or restores
// yesterday's copy, is seen by whoever holds a checkpoint.
func TestForkAndRollback(t *testing.T) {
	stored, root := testTree(t, 10)
	seen := Head{origin, 10, root}
	forked := testEntries(0, 20)
	forked[4] = testEntry(1000)
	fork, forkRoot, err := Grow(0, Hashes(nil), forked)
	if err != nil {
		t.Fatal(err)
	}
	sameSize, err := RootAt(10, Hashes(fork))
	if err != nil {
		t.Fatal(err)
	}
	if err := CheckConsistency(seen, Head{origin, 10, sameSize}, nil); !errors.Is(err, ErrFork) {
		t.Errorf("another root for the same size: %v, want a fork", err)
	}
	proof, err := ProveConsistency(10, 20, Hashes(fork))
	if err != nil {
		t.Fatal(err)
	}
	if err := CheckConsistency(Head{origin, 10, sameSize}, Head{origin, 20, forkRoot}, proof); err != nil {
		t.Errorf("the fork does not extend itself: %v", err)
	}
	refused(t, CheckConsistency(seen, Head{origin, 20, forkRoot}, proof), "does not lead from the older root")
	old, err := RootAt(7, stored)
	if err != nil {
		t.Fatal(err)
	}
	if err := CheckConsistency(seen, Head{origin, 7, old}, nil); !errors.Is(err, ErrRollback) {
		t.Errorf("a smaller tree: %v, want a rollback", err)
	}
	if err := CheckConsistency(seen, seen, nil); err != nil {
		t.Errorf("the same head: %v", err)
	}
	refused(t, CheckConsistency(Head{origin, 0, root}, seen, nil), "not that of an empty tree")
	_, err = ProveConsistency(10, 7, stored)
	refused(t, err, "the older tree is the larger one")
}

func BenchmarkGrow(b *testing.B) {
	stored, _ := testTree(b, 1<<14-1) // a right edge of 14 hashes
	for _, n := range []int{1, 16, 128} {
		entries := testEntries(1<<14-1, 1<<14-1+n)
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, _, err := Grow(1<<14-1, stored, entries); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*n), "ns/entry")
		})
	}
}
