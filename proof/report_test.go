package proof

import (
	"bytes"
	"slices"
	"strings"
	"testing"
	"time"

	"parley/assets"
	"parley/ledger"
	"parley/paper"
	"parley/words"
)

// cosigned is the newest checkpoint with the cosignatures of those parties.
func (w *world) cosigned(parties ...string) []byte {
	w.t.Helper()
	note := w.blocks[len(w.blocks)-1].Checkpoint
	for _, p := range parties {
		c, err := ledger.NewCosigner(p, keyOf(p+"/witness"))
		w.must(err)
		note, err = c.Cosign(note, w.now)
		w.must(err)
	}
	return note
}

// A record bears cosignatures, and says of each party up to where it has seen the
// ledger; a line that is not the witness's is refuted.
func TestRecordCosigned(t *testing.T) {
	w := newWorld(t)
	play(w)
	write := func(note []byte) (string, error) {
		var out strings.Builder
		err := WriteRecord(&out, w.charter.Hub.Origin, Cosigned(listed(w.feed("alder")), note))
		return out.String(), err
	}
	note := w.cosigned("alder", "cedar")
	text, err := write(note)
	w.must(err)
	r, got := verifyText(t, text, nil)
	if got != "proven" || len(r.Witnesses) != 2 || r.Witnesses[0].Party != "alder" || r.Witnesses[1].Size != w.size() {
		t.Errorf("%s: witnesses %v", got, r.Witnesses)
	}
	contains(t, r.NotShown, []string{"that birch saw this ledger: no checkpoint in the file bears their cosignature"})
	at := strings.LastIndex(text, "— cedar")                   // the first are on the charter
	forged := text[:at] + "— birch" + text[at+len("— cedar"):] // with cedar's key hash, so of nobody known
	if r, got := verifyText(t, forged, nil); got != "proven" || len(r.Witnesses) != 1 {
		t.Errorf("a stranger's line: %s, witnesses %v", got, r.Witnesses)
	}
	end := at + strings.Index(text[at:], "\\n")
	changed := text[:end-30] + string(text[end-30]^1) + text[end-29:]
	if _, got := verifyText(t, changed, nil); !strings.Contains(got, "refuted: the checkpoint of 24 entries bears a cosignature that is not its witness's") {
		t.Errorf("a changed line: %s", got)
	}
	other := newWorld(t)
	play(other)
	other.accept(other.draft("alder/watch/amal", nil))
	if _, err := write(other.cosigned("alder")); err == nil || !strings.Contains(err.Error(), "no block of this ledger ends as it says") {
		t.Errorf("another's checkpoint: %v", err)
	}
}

// A receipt is proven by itself under a charter, and held to a record.
func TestReceiptFile(t *testing.T) {
	w := newWorld(t)
	s := play(w)
	index := w.index[s.notice.Claims().ID]
	entry := ledger.Entry{Time: w.blocks[index].Entries[0].Time, Content: s.notice.Hash()}
	receipt, err := ledger.NewReceipt(index, entry, w.size(), w.cosigned("birch"), w.hashes)
	w.must(err)
	r, err := VerifyReceipt(receipt, w.charter.Charter)
	if err != nil || r.Size != w.size() || len(r.Witnesses) != 1 || !r.Anchored {
		t.Errorf("by itself: %+v, %v", r, err)
	}
	if _, err := VerifyReceipt(receipt, nil); err == nil || !strings.Contains(err.Error(), "give the charter") {
		t.Errorf("without a charter: %v", err)
	}
	if _, err := VerifyReceipt(bytes.Replace(receipt, []byte("index 8"), []byte("index 9"), 1), w.charter.Charter); !strings.HasPrefix(outcome(err), "refuted: it is no receipt by the hub") {
		t.Errorf("of another entry: %s", outcome(err))
	}
	whole, got := verifyText(t, w.record("alder"), nil)
	if err := whole.CheckReceipt(receipt); err != nil {
		t.Errorf("against the record: %s, %v", got, err)
	}
	contains(t, whole.Proven, []string{"the hub has ordered, as entry 8 at", "it agrees with the checkpoint of 24 entries"})
	short, _ := verifyText(t, w.write(w.feed("alder")[:10]), nil)
	if err := short.CheckReceipt(receipt); !strings.Contains(outcome(err), "refuted: the hub has signed 24 entries, and this file ends after 10") {
		t.Errorf("against a record cut off: %s", outcome(err))
	}
	fork := newWorld(t)
	play(fork)
	fork.accept(fork.draft("birch/watch/basil", func(d *draft) { d.claims.To = alder }))
	w.accept(w.draft("alder/watch/amal", nil))
	receipt, err = ledger.NewReceipt(index, entry, w.size(), w.cosigned(), w.hashes)
	w.must(err)
	forked, got := verifyText(t, fork.record("cedar"), nil)
	if err := forked.CheckReceipt(receipt); !strings.Contains(outcome(err), "refuted: the hub has signed two ledgers") {
		t.Errorf("against another ledger: %s, %s", got, outcome(err))
	}
}

// Whatever is verified, its report is one page in each language, and says what is and
// what is not.
func TestReportIsOnePage(t *testing.T) {
	regular, bold, err := assets.Fonts()
	if err != nil {
		t.Skip(err)
	}
	w := newWorld(t)
	s := play(w)
	whole, _ := verifyText(t, w.record("alder"), nil)
	bundled, err := VerifyBundle(t.Context(), w.bundle("cedar", w.cosigned("alder", "birch", "cedar"), s.notice, s.hold, s.release, s.ack, s.held, s.returned, s.first, s.second), w.charter.Charter)
	w.must(err)
	for _, p := range []string{"dover", "elm", "fir", "gorse"} { // as with many parties and keys
		bundled.Witnesses = append(bundled.Witnesses, Witnessed{p, ledger.Ed25519, 24, noon}, Witnessed{p, ledger.MLDSA44, 24, noon})
	}
	whole.InPart, whole.Purged = 3, 4
	checked := Checked{Name: strings.Repeat("a file with a long name ", 40), Bytes: 1 << 40, SHA256: strings.Repeat("5f", 32), Program: "parley 0123456789ab", At: noon}
	accused := checked
	accused.Refuted = &Refuted{Sentence: "the hub ordered \u202e what " + strings.Repeat("it had to refuse; ", 500)}
	for _, lang := range words.Languages() {
		for name, page := range map[string]*paper.Report{
			"record": whole.Report(lang, checked), "bundle": bundled.Report(lang, checked), "refuted": (&Result{}).Report(lang, accused),
			"folder": whole.Report(lang, Checked{Name: "desk", Program: "parley", At: time.Unix(0, 0)}),
		} {
			printed, err := paper.RenderReport(page, paper.Fonts{Regular: regular, Bold: bold})
			if err != nil || printed.Pages != 1 {
				t.Errorf("%s in %s has %d pages, %v", name, lang, printed.Pages, err)
			}
			text := page.Text()
			if strings.ContainsRune(text, '\u202e') || strings.Contains(text, "{") {
				t.Errorf("%s in %s:\n%s", name, lang, text)
			}
		}
	}
	page := bundled.Report("en", checked)
	said := page.Text()
	for _, want := range []string{"and 2 more, which the file shows", "alder/watch/amal", "the signatures of alder, birch, cedar", "cosignature (Ed25519)"} {
		if !strings.Contains(strings.ToLower(said), strings.ToLower(want)) {
			t.Errorf("the bundle's report does not say %q:\n%s", want, said)
		}
	}
	if slices.ContainsFunc(page.Parts, func(p paper.Part) bool { return p.Heading == "What is refuted" }) || !page.Exercise {
		t.Error("the bundle's report is of something else")
	}
}
