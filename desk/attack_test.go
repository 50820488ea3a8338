package desk

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"parley/client"
	"parley/ledger"
	"parley/sealed"
)

// onDisk names the files of a folder that hold a word.
func onDisk(t *testing.T, folder, word string) (files []string) {
	t.Helper()
	if err := filepath.WalkDir(folder, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := os.ReadFile(path)
		if strings.Contains(string(text), word) {
			files = append(files, filepath.Base(path))
		}
		return err
	}); err != nil {
		t.Fatal(err)
	}
	return files
}

// Attack 16: the supervisor never releases. That something waits, since when, and
// that it is beyond the limit, everyone is told; what it is, nobody new.
func TestAttack16NeverReleased(t *testing.T) {
	w := newWorld(t)
	ctx := t.Context()
	id := w.say("alder/watch/amal")
	w.status("cedar", id, "submitted")
	p, _ := w.charter.Precedence("PRIORITY")
	w.ahead.Store(int64(time.Duration(p.GateSeconds)*time.Second + time.Minute))
	var called, withheld Item
	w.until("birch is told that the gate is late", func() bool {
		items, err := w.desks["birch"].List(ctx, 100, true)
		w.must(err)
		for _, item := range items {
			if strings.HasPrefix(item.Format, "clock.overdue/") {
				called = item
			}
			if item.Kind == KindWithheld {
				withheld = item
			}
		}
		return called.ID != "" && withheld.Index != nil
	})
	if withheld.Author != "" || withheld.Format != "" || withheld.Area != "" || time.Since(withheld.Logged) > time.Hour || withheld.Logged.IsZero() {
		t.Errorf("birch lists what is withheld as %+v", withheld)
	}
	for lang, words := range map[string]string{"en": "the gate", "ar": "البوابة", "he": "בשער"} {
		page := w.look("birch", called.ID, lang)
		if !strings.Contains(strings.ToLower(page.Text), words) {
			t.Errorf("%s, want %q in it:\n%s", lang, words, page.Text)
		}
		if strings.Contains(page.Text, id) || strings.Contains(page.Text, "J14") {
			t.Errorf("birch is told what waits:\n%s", page.Text)
		}
	}
}

// Attack 25: the hub, and so the supervisor, reads every text that passes; the
// design says so. What two sides seal for each other it cannot read, before or after
// it is opened.
func TestAttack25HubReads(t *testing.T) {
	w := newExchangeWorld(t)
	w.receipt("alder", w.say("alder/watch/amal"))
	w.deposit("alder", Deposit{Deadline: w.soon(3 * time.Minute), OpenRule: sealed.BothIn})
	w.until("birch knows of alder's deposit", func() bool {
		v, err := w.desks["birch"].Exchanges(t.Context(), "en", false)
		return err == nil && len(v.Exchanges) == 1
	})
	w.deposit("birch", Deposit{})
	w.ended("alder", sealed.Revealed)
	w.ended("cedar", sealed.Revealed)
	w.close("cedar")
	w.stopHub()
	for _, folder := range []string{"hub", "cedar"} {
		for _, secret := range []string{"ALDER-SECRET", "BIRCH-SECRET"} {
			if files := onDisk(t, filepath.Join(w.dir, folder), secret); len(files) > 0 {
				t.Errorf("%s has %s in %q", folder, secret, files)
			}
		}
		if files := onDisk(t, filepath.Join(w.dir, folder), "orchard.example/log"); len(files) == 0 {
			t.Errorf("%s has nothing in the clear, so that nothing above proves anything", folder)
		}
	}
}

// Attack 24: somebody who can break Ed25519 has all such keys of the hub and of the
// witnesses, and signs another past. Nothing is confirmed without the ML-DSA-44
// cosignatures, which date every earlier signature.
func TestAttack24Quantum(t *testing.T) {
	w := newWorld(t)
	d := w.desks["alder"]
	w.close("birch") // so that nothing more is confirmed
	w.receipt("alder", w.say("alder/watch/amal"))
	size := d.work.Size()
	w.stopHub()
	confirmed := w.statusOf("alder").Confirmed
	if confirmed >= size {
		t.Fatalf("%d of %d entries are confirmed without birch", confirmed, size)
	}
	root, _ := d.work.RootAt(size)
	cosigned := func(keys func(*ledger.Cosigner) *ledger.Cosigner) client.Item {
		note, err := w.signer.Sign(size, root)
		w.must(err)
		for _, party := range []string{"alder", "birch", "cedar"} {
			note, err = keys(w.witnesses[party]).Cosign(note, w.now())
			w.must(err)
		}
		return client.Item{Checkpoint: note}
	}
	w.must(d.heard(cosigned(func(c *ledger.Cosigner) *ledger.Cosigner { return c.Only([]string{c.VerifierKey()}) })))
	if got := w.statusOf("alder").Confirmed; got != confirmed {
		t.Errorf("by Ed25519 alone %d entries are confirmed, %d before", got, confirmed)
	}
	w.must(d.heard(cosigned(func(c *ledger.Cosigner) *ledger.Cosigner { return c })))
	if got := w.statusOf("alder").Confirmed; got != size {
		t.Errorf("by both algorithms %d of %d entries are confirmed", got, size)
	}
}
