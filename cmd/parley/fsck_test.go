package main

import (
	"bytes"
	"database/sql"
	"log/slog"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"parley/fsck"
)

// stored makes the folders of a hub and of three desks with something in all
// tables, and closes them.
func stored(t *testing.T) (o *office, hub, desk string) {
	t.Helper()
	t.Setenv(passphraseVariable, worldPassphrase)
	o = newOffice(t)
	first := o.sent(o.as("alder/watch/amal", "send", with([]string{"J14"}, flight...)...)...)
	o.arrives("cedar", first, "status     submitted")
	printed(t, o.as("cedar/gate/chen", "release", first)...)
	o.arrives("birch", first, "status     ") // released, or delivered by now
	o.sent(o.as("alder/watch/amal", "send", with([]string{"J14"}, flight...)...)...)
	printed(t, "fsck", filepath.Join(o.dir, "hub")) // while it runs
	printed(t, "fsck", o.desk("birch"))
	o.quiet("cedar")
	o.must(o.desks["cedar"].Close())
	delete(o.desks, "cedar")
	o.must(o.hub.Close())
	o.hub = nil
	return o, filepath.Join(o.dir, "hub"), o.desk("cedar")
}

// settle moves what is in the write-ahead log into the database, so that a byte of
// the file is a byte of what is stored.
func settle(t *testing.T, path string) {
	t.Helper()
	db, err := sql.Open("sqlite", "file:"+path)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	for _, do := range []string{"VACUUM", "PRAGMA wal_checkpoint(TRUNCATE)"} { // no page keeps what is no longer stored
		if _, err := db.Exec(do); err != nil {
			t.Fatal(err)
		}
	}
}

func copyOf(t *testing.T, dir string) string {
	t.Helper()
	to := filepath.Join(t.TempDir(), "copy")
	if err := os.CopyFS(to, os.DirFS(dir)); err != nil {
		t.Fatal(err)
	}
	return to
}

// One byte flipped in the journal or in the read model, of the hub or of a desk: if
// it is one of what was stored, the check names it; if nothing that is read has
// changed, it is sound. Nothing makes it panic or call the folder uncheckable.
func TestFsckFlips(t *testing.T) {
	o, hub, desk := stored(t)
	seed := uint64(time.Now().UnixNano())
	chance := rand.New(rand.NewPCG(seed, 1))
	for _, dir := range []string{hub, desk} {
		if got := printed(t, "fsck", dir); !strings.HasPrefix(got, "sound: ") {
			t.Fatal(got)
		}
		journals, err := filepath.Glob(filepath.Join(dir, "journal.db", "*.journal"))
		o.must(err)
		settle(t, journals[0])
		settle(t, filepath.Join(dir, "store.db"))
		blocks := journalBytes(t, dir)
		for n := range 8 {
			b := blocks[chance.IntN(len(blocks))]
			copied := copyOf(t, dir)
			file := filepath.Join(copied, "journal.db", filepath.Base(journals[0]))
			text, err := os.ReadFile(file)
			o.must(err)
			if !bytes.Contains(text, b[:512]) {
				t.Fatal("the block is not in the file in one piece")
			}
			at := chance.IntN(512)
			flipped := bytes.Clone(b[:512])
			flipped[at] ^= 1 << chance.IntN(8)
			o.must(os.WriteFile(file, bytes.ReplaceAll(text, b[:512], flipped), 0o600)) // SQLite leaves old bytes lying about
			status, stdout, stderr := parley(t, "fsck", copied)
			if status != 1 || !strings.Contains(stdout, "block ") {
				t.Errorf("seed %d, flip %d at %d of the journal of %s: status %d\n%s%s", seed, n, at, dir, status, stdout, stderr)
			}
		}
		size := fileSize(t, filepath.Join(dir, "store.db"))
		found := 0
		for n := range 12 {
			copied := copyOf(t, dir)
			at := chance.IntN(size-100) + 100 // the header of the file says nothing of the ledger
			flip(t, filepath.Join(copied, "store.db"), at, byte(1)<<chance.IntN(8))
			status, stdout, stderr := parley(t, "fsck", copied)
			if status > 1 {
				t.Errorf("seed %d, flip %d at %d of the read model of %s: status %d\n%s%s", seed, n, at, dir, status, stdout, stderr)
			}
			found += status
		}
		if found == 0 {
			t.Errorf("seed %d: none of 12 flips in the read model of %s was found", seed, dir)
		}
	}
}

func flip(t *testing.T, file string, at int, bit byte) {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	text[at] ^= bit
	if err := os.WriteFile(file, text, 0o600); err != nil {
		t.Fatal(err)
	}
}

func fileSize(t *testing.T, file string) int {
	t.Helper()
	info, err := os.Stat(file)
	if err != nil {
		t.Fatal(err)
	}
	return int(info.Size())
}

// journalBytes gives the blocks of a folder as they are stored.
func journalBytes(t *testing.T, dir string) [][]byte {
	t.Helper()
	f, err := openFolder(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var all [][]byte
	for b, err := range f.Read(t.Context(), f.ledger, 0) {
		if err != nil {
			t.Fatal(err)
		}
		if text := b.Bytes(); len(text) >= 512 && len(text) < 3500 { // in one page of the file
			all = append(all, text)
		}
	}
	return all
}

// Each column that the rules and the screens decide by, changed alone, is found and
// named, and so is a row too few or too many.
func TestFsckNamesRows(t *testing.T) {
	_, hub, desk := stored(t)
	for n, test := range []struct{ change, want string }{
		{"UPDATE entry SET status = 'released' WHERE status = 'submitted'", "(status)"},
		{"UPDATE entry SET logged = logged + 1 WHERE idx = 3", "entry 3 is not what the journal makes it (logged)"},
		{"UPDATE entry SET hash = zeroblob(32) WHERE idx = 3", "entry 3 is not what the journal makes it (hash)"},
		{"UPDATE entry SET claims = CAST(replace(CAST(claims AS TEXT), 'alder', 'birch') AS BLOB) WHERE idx = 3", "entry 3 is not what"},
		{"DELETE FROM entry WHERE idx = 4", "entry 4 is missing"},
		{"UPDATE key SET revoked = endorsed + 1 WHERE author = 'birch/watch/basil'", "(revoked)"},
		{"INSERT INTO key SELECT 'x', public, author, areas, endorsed, revoked FROM key LIMIT 1", "key x is there, and the journal has no such thing"},
		{"UPDATE tree SET hashes = CAST(zeroblob(32) || substr(hashes, 33) AS BLOB)", "row 0 of the tree's hashes"},
		{"UPDATE author SET number = number + 1", "the last statement of alder"},
		{"UPDATE charter SET note = zeroblob(length(note))", "edition 1 of the charter is not what"},
		{"UPDATE progress SET blocks = blocks + 5, size = size + 5", "has lost blocks"},
		{"DROP TABLE matter", "matter"},
	} {
		for _, dir := range []string{hub, desk} {
			copied := copyOf(t, dir)
			db, err := sql.Open("sqlite", "file:"+filepath.Join(copied, "store.db"))
			if err != nil {
				t.Fatal(err)
			}
			result, err := db.Exec(test.change)
			if err != nil {
				t.Fatalf("%s: %v", test.change, err)
			}
			if n, _ := result.RowsAffected(); n == 0 && !strings.HasPrefix(test.change, "DROP") && strings.HasSuffix(dir, "hub") {
				t.Fatalf("%s: changes nothing", test.change)
			}
			db.Close()
			if status, stdout, stderr := parley(t, "fsck", copied); status != 1 || !strings.Contains(stdout, test.want) {
				t.Errorf("%s in %s: status %d, want %q\n%s%s", test.change, filepath.Base(dir), status, test.want, stdout, stderr)
			}
			if n%4 == 0 {
				if status, _, stderr := parley(t, "rebuild", "-dir", copied); status != 0 {
					t.Errorf("%s: rebuild: %s", test.change, stderr)
				}
				if status, stdout, _ := parley(t, "fsck", copied); status != 0 {
					t.Errorf("%s: rebuilt, and still %s", test.change, stdout)
				}
			}
		}
	}
	for _, args := range [][]string{{"fsck"}, {"fsck", t.TempDir()}, {"fsck", hub, desk}, {"fsck", "-x", hub}} {
		if status, _, _ := parley(t, args...); status != 2 {
			t.Errorf("parley %q: status %d, want 2", args, status)
		}
	}
}

// A hub whose read model is damaged under it finds out at its hour, says so, and
// signs nothing more; rebuilt, it goes on.
func TestFsckNightly(t *testing.T) {
	o, hub, _ := stored(t)
	db, err := sql.Open("sqlite", "file:"+filepath.Join(hub, "store.db"))
	o.must(err)
	_, err = db.Exec("UPDATE entry SET logged = logged + 1 WHERE idx = 3")
	o.must(err)
	o.must(db.Close())
	now := time.Now().UTC()
	at := now.Add(1500 * time.Millisecond).Sub(now.Truncate(24 * time.Hour))
	if at >= 24*time.Hour {
		t.Skip("midnight is too near")
	}
	w := o.world
	o.hub, err = startHub(t.Context(), daemonArgs{dir: hub, latch: filepath.Join(hub, latchFile), listen: w.listen, charter: w.charter, ring: w.rings[w.hubName.Party], author: w.hubName, at: at}, slog.New(slog.DiscardHandler))
	o.must(err)
	o.open("alder")
	limit := time.Now().Add(30 * time.Second)
	for {
		status, err := o.desks["alder"].Status(t.Context())
		o.must(err)
		if strings.Contains(status.Trouble, "entry 3 is not what the journal makes it") {
			break
		}
		if time.Now().After(limit) {
			t.Fatalf("the desk says %q", status.Trouble)
		}
		o.open("alder") // which asks the hub anew
		<-time.After(100 * time.Millisecond)
	}
	o.must(o.hub.Close())
	o.hub = nil
	printed(t, "rebuild", "-dir", hub)
	o.must(o.restart(0, nil))
	o.open("alder")
	o.arrives("alder", o.sent(o.as("alder/watch/amal", "send", with([]string{"J14"}, flight...)...)...), "status     submitted")
}

func TestFsckAt(t *testing.T) {
	for text, want := range map[string]time.Duration{"03:00": 3 * time.Hour, "23:59": 24*time.Hour - time.Minute, "off": -1} {
		if got, err := fsck.ParseAt(text); err != nil || got != want {
			t.Errorf("%s: %v, %v", text, got, err)
		}
	}
	for _, text := range []string{"", "3", "24:00", "noon"} {
		if _, err := fsck.ParseAt(text); err == nil {
			t.Errorf("%q is taken as a time", text)
		}
	}
}
