package ledger

import (
	"strings"
	"testing"

	"golang.org/x/mod/sumdb/tlog"
)

// Attack 11: somebody shows a node of the tree as an entry of it, or an entry as a
// node. The prefixes of RFC 6962 section 2.1 keep the two apart.
func TestAttack11LeafAsNode(t *testing.T) {
	_, v := testSigner(t)
	stored, _ := testTree(t, 4)
	hashes, err := stored.ReadHashes([]int64{tlog.StoredHashIndex(0, 0), tlog.StoredHashIndex(0, 1), tlog.StoredHashIndex(1, 1)})
	if err != nil {
		t.Fatal(err)
	}
	node := append(hashes[0][:], hashes[1][:]...) // the left half, as the bytes that its hash is over
	if _, err := ParseEntry(node); err == nil || !strings.Contains(err.Error(), "do not begin with the line") {
		t.Errorf("a node is read as an entry: %v", err)
	}
	// As a leaf of the tree of two that the upper level makes, it would lead to the root.
	_, root := testTree(t, 4)
	proof := tlog.RecordProof{hashes[2]}
	if err := tlog.CheckRecord(proof, 2, tlog.Hash(root), 0, tlog.NodeHash(hashes[0], hashes[1])); err != nil {
		t.Fatalf("the attack is made wrongly, so that nothing below proves anything: %v", err)
	}
	if err := tlog.CheckRecord(proof, 2, tlog.Hash(root), 0, tlog.RecordHash(node)); err == nil {
		t.Error("a node's bytes are proven to be an entry")
	}
	receipt := strings.Replace(string(testReceipt(t, 0, 4)), "index 0\n", "index 0\n"+hashes[2].String()+"\n", 1)
	if _, err := OpenReceipt(v, []byte(receipt), testEntry(0).Content); err == nil || !strings.Contains(err.Error(), "receipt") {
		t.Errorf("a proof that is too long is taken: %v", err)
	}
}
