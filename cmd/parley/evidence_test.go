package main

import (
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"parley/desk"
	"parley/ledger"
	"parley/store"
)

// What a desk refused and could not prove in one file is proven by its record with
// that block at the end.
func TestEvidenceRecord(t *testing.T) {
	o := newOffice(t)
	id := o.sent(o.as("alder/watch/amal", "send", with([]string{"J14"}, flight...)...)...)
	o.arrives("alder", id, "status     submitted")
	o.must(o.desks["alder"].Close())
	folder, err := openFolder(o.desk("alder"))
	o.must(err)
	work, err := store.New(t.Context(), nil, folder.ledger, false)
	o.must(err)
	o.must(work.FoldAll(t.Context(), store.Own, 16, folder.Read(t.Context(), folder.ledger, 0)))
	o.must(folder.Close())

	// A hub that orders a text which is no statement, and signs that.
	garbage := []byte("no statement~")
	b := &ledger.Block{Height: work.Blocks(), First: work.Size(), Entries: []ledger.Entry{{Time: time.Now().Add(time.Minute), Content: ledger.ContentHash(garbage)}}, Contents: [][]byte{garbage}}
	_, root, err := ledger.Grow(b.First, work, b.Entries)
	o.must(err)
	key, err := o.world.rings["cedar"].Private("hub/log")
	o.must(err)
	liar, err := ledger.NewSigner(o.world.charter.Hub.Origin, key)
	o.must(err)
	b.Checkpoint, err = liar.Sign(b.Size(), root)
	o.must(err)
	line, err := b.MarshalJSON()
	o.must(err)
	dir := filepath.Join(o.desk("alder"), "evidence")
	o.must(os.MkdirAll(dir, 0o700))
	for ending, text := range map[string][]byte{".txt": line, ".reason": []byte("it ordered what is no statement\n")} {
		o.must(os.WriteFile(filepath.Join(dir, "20261124T120000.000Z-block-9-0123456789ab"+ending), text, 0o600))
	}
	o.desks["alder"], err = desk.Open(t.Context(), desk.Config{Charter: o.world.charter, Dir: o.desk("alder"), Author: deskOf("alder"), Signer: o.world.rings["alder"].Signer, Clock: time.Now, Rand: randomReader, Listen: "127.0.0.1:0", Log: slog.New(slog.DiscardHandler)})
	o.must(err)

	if out := printed(t, "evidence", "ls", "-desk", o.desk("alder")); !strings.Contains(out, "NOT PROVEN, but shown: it ordered what is no statement") {
		t.Errorf("listed:\n%s", out)
	}
	record := filepath.Join(o.dir, "accusing")
	printed(t, "evidence", "export", "-desk", o.desk("alder"), "-record", "-o", record, "0123456789ab")
	if code, out, errs := parley(t, "verify", "-charter", o.world.file, record); code != 1 || !strings.Contains(out, "refuted: ") || !strings.Contains(out, "entry") {
		t.Errorf("exit status %d:\n%s%s", code, out, errs)
	}
}
