// Package crosscheck has stock tools follow a ledger of parley's: the client and
// fsck of github.com/transparency-dev/tessera, and the witness of
// github.com/transparency-dev/witness.
package crosscheck

import (
	"context"
	"crypto/ed25519"
	"crypto/sha256"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"filippo.io/mldsa"
	fnote "github.com/transparency-dev/formats/note"
	"github.com/transparency-dev/merkle/rfc6962"
	"github.com/transparency-dev/tessera/api"
	"github.com/transparency-dev/tessera/client"
	"github.com/transparency-dev/tessera/fsck"
	"github.com/transparency-dev/witness/config"
	"github.com/transparency-dev/witness/persistence/inmemory"
	"github.com/transparency-dev/witness/witness"
	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"parley/ledger"
	"parley/mirror"
)

const origin = "orchard.example/log"

// A tree is a ledger in memory.
type tree struct {
	t       *testing.T
	signer  *ledger.Signer
	entries []ledger.Entry
	hashes  []tlog.Hash
	note    []byte // newest checkpoint
}

func (tr *tree) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	var list []tlog.Hash
	for _, i := range indexes {
		list = append(list, tr.hashes[i])
	}
	return list, nil
}

func newTree(t *testing.T) *tree {
	t.Helper()
	seed := sha256.Sum256([]byte("log"))
	signer, err := ledger.NewSigner(origin, ed25519.NewKeyFromSeed(seed[:]))
	if err != nil {
		t.Fatal(err)
	}
	return &tree{t: t, signer: signer}
}

// grow adds entries up to a size, of which some say salt, and signs.
func (tr *tree) grow(size int, salt string) {
	tr.t.Helper()
	for i := len(tr.entries); i < size; i++ {
		e := ledger.Entry{Time: time.UnixMilli(1_800_000_000_000 + int64(i)).UTC(), Content: sha256.Sum256(fmt.Append(nil, salt, i))}
		stored, err := tlog.StoredHashes(int64(i), e.Bytes(), tr)
		if err != nil {
			tr.t.Fatal(err)
		}
		tr.entries, tr.hashes = append(tr.entries, e), append(tr.hashes, stored...)
	}
	root, err := tlog.TreeHash(int64(size), tr)
	if err == nil {
		tr.note, err = tr.signer.Sign(uint64(size), ledger.Hash(root))
	}
	if err != nil {
		tr.t.Fatal(err)
	}
}

func (tr *tree) log() mirror.Log {
	return mirror.Log{Size: func() uint64 { return uint64(len(tr.entries)) }, Hashes: tr,
		Entries:    func(from, to uint64) ([]ledger.Entry, error) { return tr.entries[from:to], nil },
		Checkpoint: func(context.Context) ([]byte, error) { return tr.note, nil }}
}

func (tr *tree) verifier() note.Verifier {
	tr.t.Helper()
	v, err := note.NewVerifier(tr.signer.VerifierKey())
	if err != nil {
		tr.t.Fatal(err)
	}
	return v
}

// cosigned is the newest checkpoint with a party's words by both algorithms.
func (tr *tree) cosigned(party string) []byte {
	tr.t.Helper()
	seed := sha256.Sum256([]byte(party))
	quantum, err := mldsa.NewPrivateKey(mldsa.MLDSA44(), seed[:])
	if err != nil {
		tr.t.Fatal(err)
	}
	c, err := ledger.NewCosigner(party, ed25519.NewKeyFromSeed(seed[:]), quantum)
	if err != nil {
		tr.t.Fatal(err)
	}
	out, err := c.Cosign(tr.note, time.Unix(1_800_000_000, 0))
	if err != nil {
		tr.t.Fatal(err)
	}
	return out
}

func serve(t *testing.T, handler http.Handler) *client.HTTPFetcher {
	t.Helper()
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	root, err := url.Parse(server.URL + "/")
	if err != nil {
		t.Fatal(err)
	}
	fetcher, err := client.NewHTTPFetcher(root, server.Client())
	if err != nil {
		t.Fatal(err)
	}
	return fetcher
}

func bundle(data []byte) ([][]byte, error) {
	var entries api.EntryBundle
	if err := entries.UnmarshalText(data); err != nil {
		return nil, err
	}
	var leaves [][]byte
	for _, e := range entries.Entries {
		leaves = append(leaves, rfc6962.DefaultHasher.HashLeaf(e))
	}
	return leaves, nil
}

// Tessera's fsck fetches all of it and finds it whole, at sizes with and without
// partial tiles and of more than one level; one entry or hash that is another, it
// finds out.
func TestFsck(t *testing.T) {
	for _, size := range []int{1, 255, 256, 257, 70_000} {
		tr := newTree(t)
		tr.grow(size, "")
		tr.note = tr.cosigned("alder")
		if err := fsck.New(origin, tr.verifier(), serve(t, tr.log().Handler()), bundle, fsck.Opts{N: 2}).Check(t.Context()); err != nil {
			t.Errorf("%d entries: %v", size, err)
		}
		if size > 1000 { // fsck itself hangs where it finds a fault in a long log
			continue
		}
		whole := tr.entries[size/2].Content
		tr.entries[size/2].Content[0]++
		if err := fsck.New(origin, tr.verifier(), serve(t, tr.log().Handler()), bundle, fsck.Opts{N: 2}).Check(t.Context()); err == nil {
			t.Errorf("%d entries: it accepts another entry", size)
		}
		tr.entries[size/2].Content = whole
		tr.hashes[0][0]++
		if err := fsck.New(origin, tr.verifier(), serve(t, tr.log().Handler()), bundle, fsck.Opts{N: 2}).Check(t.Context()); err == nil && size > 1 {
			t.Errorf("%d entries: it accepts another hash", size)
		}
	}
}

// Tessera's client proves an entry included, from tiles that it fetches.
func TestClientProves(t *testing.T) {
	tr := newTree(t)
	tr.grow(1000, "")
	fetcher := serve(t, tr.log().Handler())
	checkpoint, _, _, err := client.FetchCheckpoint(t.Context(), fetcher.ReadCheckpoint, tr.verifier(), origin)
	if err != nil {
		t.Fatal(err)
	}
	builder, err := client.NewProofBuilder(t.Context(), checkpoint.Size, fetcher.ReadTile)
	if err != nil {
		t.Fatal(err)
	}
	hashes, err := builder.InclusionProof(t.Context(), 777)
	if err != nil {
		t.Fatal(err)
	}
	var proof tlog.RecordProof
	for _, h := range hashes {
		proof = append(proof, tlog.Hash(h))
	}
	if err := tlog.CheckRecord(proof, 1000, tlog.Hash(checkpoint.Hash), 777, tlog.RecordHash(tr.entries[777].Bytes())); err != nil {
		t.Error(err)
	}
}

// newStock starts the stock witness, which knows the log, and gives what a hub is
// told of it.
func newStock(t *testing.T, tr *tree) (*mirror.Witness, *int) {
	t.Helper()
	private, public, err := note.GenerateKey(nil, "stock.example/witness")
	if err != nil {
		t.Fatal(err)
	}
	signer, err := fnote.NewSignerForCosignatureV1(private)
	if err != nil {
		t.Fatal(err)
	}
	vkey, err := fnote.VKeyToCosignatureV1(public)
	if err != nil {
		t.Fatal(err)
	}
	store := inmemory.New()
	if err := store.AddLogs(t.Context(), []config.Log{{Origin: origin, VKey: tr.signer.VerifierKey(), Verifier: tr.verifier()}}); err != nil {
		t.Fatal(err)
	}
	stock, err := witness.New(t.Context(), witness.Opts{Persistence: store, Signers: []note.Signer{signer}, VerifierForLog: func(context.Context, string) (note.Verifier, bool, error) {
		return tr.verifier(), true, nil
	}})
	if err != nil {
		t.Fatal(err)
	}
	asked := 0
	mux := http.NewServeMux()
	handler := witness.NewHTTPHandler(stock)
	mux.HandleFunc("POST /add-checkpoint", func(w http.ResponseWriter, r *http.Request) {
		asked++
		handler.AddCheckpoint(w, r)
	})
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	w, err := mirror.NewWitness(server.URL + " " + vkey)
	if err != nil {
		t.Fatal(err)
	}
	return w, &asked
}

// A stock witness cosigns our checkpoints as they grow, the same one again, and
// after a restart of ours, which has forgotten what it has cosigned; a fork it
// refuses, and a rollback.
func TestStockWitness(t *testing.T) {
	tr := newTree(t)
	v, err := ledger.NewVerifier(tr.signer.VerifierKey())
	if err != nil {
		t.Fatal(err)
	}
	stock, asked := newStock(t, tr)
	witnesses, err := ledger.NewWitnesses([]string{stock.VerifierKey()})
	if err != nil {
		t.Fatal(err)
	}
	ask := func(size int) {
		t.Helper()
		tr.grow(size, "")
		cosigned, err := stock.Ask(t.Context(), v, tr.note, tr)
		if err != nil {
			t.Fatal(err)
		}
		head, words, err := witnesses.Check(v, cosigned)
		if err != nil || head.Size != uint64(size) || len(words) != 1 || time.Since(words[0].Time) > time.Hour {
			t.Fatalf("at %d entries it has cosigned %v, %v, %v", size, head, words, err)
		}
	}
	for _, size := range []int{1, 7, 7, 256, 300} {
		ask(size)
	}
	if *asked != 5 {
		t.Errorf("asked %d times for 5 words", *asked)
	}
	if stock, err = mirror.NewWitness(stock.URL() + " " + stock.VerifierKey()); err != nil {
		t.Fatal(err)
	}
	ask(301)
	if *asked != 7 { // once with no size, once with the one that it answered
		t.Errorf("asked %d times, want 7", *asked)
	}

	fork := newTree(t)
	fork.grow(400, "other")
	if _, err := stock.Ask(t.Context(), v, fork.note, fork); err == nil || !strings.Contains(err.Error(), "422") {
		t.Errorf("a fork: %v", err)
	}
	old := newTree(t)
	old.grow(100, "")
	if _, err := stock.Ask(t.Context(), v, old.note, old); err == nil || !strings.Contains(err.Error(), "it has cosigned 301 entries of this ledger, which are more than the 100") {
		t.Errorf("a rollback: %v", err)
	}
}
