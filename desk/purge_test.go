package desk

import (
	"bytes"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"parley/activity"
	"parley/fsck"
	"parley/identity"
	"parley/ledger"
)

var secretNotice = []string{"activity=survey", "place=DMM 00 33.600N 017 57.000W ±50m; zebra hospital", "window=2026-11-24T07:00Z/2026-11-24T09:00Z", "description=The ward of the zebra.", "contact=desk:line 2"}

// disclosed gives what a text discloses, a part of each.
func disclosed(texts ...[]byte) (parts [][]byte) {
	for _, text := range texts {
		for _, part := range bytes.Split(text, []byte("~"))[1:] {
			if len(part) > 44 {
				parts = append(parts, part[8:44])
			}
		}
	}
	return parts
}

// holding gives the files of the world that hold what is secret, in plain or as a
// statement discloses it.
func (w *world) holding(secret [][]byte) (files []string) {
	w.t.Helper()
	secret = append(slices.Clone(secret), []byte("zebra"))
	w.must(filepath.WalkDir(w.dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		content, err := os.ReadFile(path)
		if slices.ContainsFunc(secret, func(part []byte) bool { return bytes.Contains(content, part) }) {
			name, _ := filepath.Rel(w.dir, path)
			files = append(files, name)
		}
		return err
	}))
	return files
}

func (w *world) ledgerText(party, id string) []byte {
	w.t.Helper()
	record, ok := w.desks[party].work.Record(id)
	if !ok {
		w.t.Fatalf("%s does not know %s", party, id)
	}
	text, err := w.desks[party].Content(w.t.Context(), record.Index)
	w.must(err)
	return text
}

// carriedOut waits until a desk has destroyed a statement's text.
func (w *world) carriedOut(party, id string) {
	w.t.Helper()
	w.until("the text is destroyed at "+party, func() bool {
		d := w.desks[party]
		record, ok := d.work.Record(id)
		size, err := d.journal.Purged(w.t.Context(), d.origin)
		return ok && err == nil && record.Purged != 0 && size > record.Purged
	})
}

// sighted reports whether a desk has in mind when a statement takes place.
func (w *world) sighted(party, id string) bool {
	d := w.desks[party]
	record, _ := d.work.Record(id)
	d.sights.within(d, activity.Span{Begins: time.Unix(0, 0), Ends: time.Now().Add(time.Hour)}) // as whoever asks does
	d.sights.mu.Lock()
	defer d.sights.mu.Unlock()
	return record != nil && slices.ContainsFunc(d.sights.known, func(one sight) bool { return one.index == record.Index })
}

// A notice is shown, read back and acknowledged. When the charter keeps it no longer,
// nothing of what it said is in any file of hub and desks, the desk that was away
// included; what it was, and that it is purged, every desk still shows.
func TestPurge(t *testing.T) {
	w := newWorld(t)
	id := w.send("alder/watch/amal", Saying{Format: "J14", Fields: secretNotice})
	w.receipt("alder", id)
	w.release(id)
	w.show("birch", id)
	w.until("birch has reported that it was shown", func() bool {
		record, ok := w.desks["birch"].work.Record(id)
		return ok && !record.Delivery.Reach[0].Displayed.IsZero()
	})
	back := w.act("birch/watch/basil", "readback", id, secretNotice[0], secretNotice[1], secretNotice[2])
	w.act("birch/watch/basil", "ack", id)
	secret := disclosed(w.ledgerText("alder", id), w.ledgerText("birch", back))
	for _, d := range w.desks {
		w.must(d.work.Flush(t.Context()))
	}
	for _, party := range []string{"alder", "birch", "cedar"} {
		w.indexed(party, id, back)
		if got := w.finds(party, "zebra hospital", "en", identity.Author{}); len(got) == 0 {
			t.Errorf("%s does not find it before", party)
		}
	}
	if found := w.holding(secret); len(found) < 4 || !slices.ContainsFunc(found, func(file string) bool { return strings.HasPrefix(file, "birch/"+SearchFile) }) {
		t.Fatalf("the secret is in %v alone before", found)
	}
	w.until("everyone has all", func() bool {
		size := w.desks["birch"].work.Size()
		return w.desks["alder"].work.Size() == size && w.desks["cedar"].work.Size() == size
	})
	for _, party := range []string{"alder", "cedar"} {
		if !w.sighted(party, id) {
			t.Errorf("%s does not have it for the map before", party)
		}
	}
	w.close("birch") // away for months
	w.ahead.Store(int64(31 * 24 * time.Hour))
	for _, party := range []string{"alder", "cedar"} {
		w.carriedOut(party, id)
	}
	w.until("the hub has destroyed it", func() bool {
		return !slices.ContainsFunc(w.holding(secret), func(file string) bool { return !strings.HasPrefix(file, "birch/") })
	})
	w.open("birch")
	w.carriedOut("birch", id)
	w.until("nothing holds it", func() bool { return len(w.holding(secret)) == 0 })
	for _, party := range []string{"alder", "birch", "cedar"} {
		text := w.ledgerText(party, id)
		if record, _ := w.desks[party].work.Record(id); !bytes.Equal(text, ledger.Bare(text)) || ledger.ContentHash(text) != record.Hash || record.Facts != nil {
			t.Errorf("%s has %q", party, text)
		}
	}
	for _, party := range []string{"alder", "birch", "cedar"} {
		if w.sighted(party, id) {
			t.Errorf("%s keeps in mind when it took place", party)
		}
		if got := w.finds(party, "zebra", "en", identity.Author{}); len(got) != 0 {
			t.Errorf("%s finds %q after", party, got)
		}
		if got := w.finds(party, id, "en", identity.Author{}); !slices.Contains(got, id) {
			t.Errorf("%s does not find what is left of it, but %q", party, got)
		}
	}
	for lang, part := range map[string]string{"en": "under the charter's rule of 30 days", "ar": "مُحي النص", "he": "התוכן הושמד"} {
		for _, party := range []string{"alder", "birch", "cedar"} {
			shown := w.look(party, id, lang)
			if shown.Status != Purged || shown.Purged == nil || !strings.Contains(shown.Text, part) || !strings.Contains(shown.Text, shown.Hash) || len(shown.Fields) > 0 {
				t.Errorf("%s shows in %s: %s, %q", party, lang, shown.Status, shown.Text)
			}
		}
	}
	if items, err := w.desks["birch"].List(t.Context(), 100, true); err != nil || !slices.ContainsFunc(items, func(i Item) bool { return i.ID == back && i.Status == Purged }) {
		t.Errorf("birch lists %+v, %v", items, err)
	}
	w.must(w.desks["birch"].work.Flush(t.Context()))
	report, err := fsck.Check(t.Context(), fsck.Folder{Journal: w.desks["birch"].journal, Ledger: w.desks["birch"].origin, Model: filepath.Join(w.dir, "birch", "store.db"), Scratch: filepath.Join(w.dir, "birch", "scratch.db")})
	if w.must(err); !report.Sound() {
		t.Errorf("the check finds %q", report.Findings)
	}
	for _, party := range []string{"alder", "birch", "cedar"} {
		w.rebuilt(party)
		if record, ok := w.desks[party].work.Record(id); !ok || record.Purged == 0 || record.Delivery.Purged.IsZero() || !record.Delivery.Acknowledged("birch") {
			t.Errorf("rebuilt, %s has %+v", party, record)
		}
	}
	for _, name := range []string{"journal.db", "store.db", "store.db-wal", "store.db-shm", "outbox.db", "outbox.db-wal"} { // a desk that begins anew gets no text
		w.desks["birch"].Close()
		w.must(os.RemoveAll(filepath.Join(w.dir, "birch", name)))
	}
	w.open("birch")
	w.until("birch has all again", func() bool { return w.desks["birch"].work.Size() == w.desks["cedar"].work.Size() })
	if record, ok := w.desks["birch"].work.Record(id); !ok || record.Purged == 0 {
		t.Errorf("birch, which began anew, has %+v", record)
	}
	if found := w.holding(secret); len(found) != 0 {
		t.Errorf("the secret came back into %v", found)
	}
}
