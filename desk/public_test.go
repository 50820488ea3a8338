package desk

import (
	"net/http/httptest"
	"testing"

	"filippo.io/torchwood"

	"parley/charter"
	"parley/ledger"
)

// A party's own mirror follows its desk with a stock client, while the hub is away:
// it fetches every entry and finds them under the checkpoint that all have cosigned.
func TestPublicDesk(t *testing.T) {
	w := newWorld(t, func(c *charter.Charter) { c.Witness.FreshSeconds = 1 })
	w.receipt("alder", w.say("alder/watch/amal"))
	alder := w.desks["alder"]
	w.until("what is served is cosigned by both", func() bool {
		note, err := alder.newestCheckpoint(t.Context())
		w.must(err)
		verifier, err := ledger.NewVerifier(w.charter.Hub.Key)
		w.must(err)
		witnesses, err := ledger.NewWitnesses(w.charter.WitnessKeys())
		w.must(err)
		head, words, err := witnesses.Check(verifier, note)
		w.must(err)
		return head.Size == alder.work.Size() && len(words) >= 4
	})
	w.stopHub()
	server := httptest.NewServer(alder.Public())
	defer server.Close()
	fetcher, err := torchwood.NewTileFetcher(server.URL, torchwood.WithHTTPClient(server.Client()))
	w.must(err)
	client, err := torchwood.NewClient(fetcher)
	w.must(err)
	note, err := alder.newestCheckpoint(t.Context())
	w.must(err)
	policy, err := torchwood.ParsePolicy([]byte("log " + w.charter.Hub.Key + "\nwitness a " + w.witnesses["alder"].VerifierKey() + "\nwitness a2 " + w.witnesses["alder"].VerifierKeyMLDSA() +
		"\nwitness b " + w.witnesses["birch"].VerifierKey() + "\nwitness b2 " + w.witnesses["birch"].VerifierKeyMLDSA() + "\ngroup all-sides all a a2 b b2\nquorum all-sides\n"))
	w.must(err)
	checkpoint, _, err := torchwood.VerifyCheckpoint(note, policy)
	w.must(err)
	n := int64(0)
	for i, entry := range client.AllEntries(t.Context(), checkpoint.Tree, 0) {
		e, err := ledger.ParseEntry(entry)
		w.must(err)
		if known, ok := alder.work.EntryAt(uint64(i)); !ok || known.Hash != e.Content {
			t.Errorf("entry %d is another than the desk's", i)
		}
		n++
	}
	if err := client.Err(); err != nil || n != checkpoint.N {
		t.Errorf("fetched %d of %d entries, %v", n, checkpoint.N, err)
	}
}
