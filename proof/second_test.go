package proof

import (
	"strings"
	"testing"
	"time"

	"parley/identity"
	"parley/mechanism"
	"parley/statement"
)

// item makes alder's next assessed item, by adel, with another officer as second;
// empty: nobody.
func (w *world) assessed(second string) *statement.Statement {
	w.t.Helper()
	s := w.draft("alder/analyst/adel", func(d *draft) {
		d.claims.Format, d.claims.Area, d.claims.To = "J31/1", "intelligence", []string{"birch"}
		d.claims.Late = statement.Late{At: w.now.Add(-40 * time.Minute).Truncate(time.Second), Route: "voice"}
		d.fields = map[string]any{"source": "B", "credibility": "3", "item": statement.Paragraphs{"The clip is forged."}, "confidence": "moderate", "tlp": "AMBER", "use-mark": "PROTECT-ONLY",
			"originator-control": true, "dissent": statement.Paragraphs{"none"}}
	})
	if second == "" {
		return s
	}
	c, body := s.Claims(), s.Body()
	var err error
	c.Second, err = body.Second(w.t.Context(), identity.NewSigner(keyOf(second)), c)
	w.must(err)
	s, err = body.Sign(w.t.Context(), identity.NewSigner(keyOf("alder/analyst/adel")), c)
	w.must(err)
	return s
}

// An auditor proves both signatures from a file, also where the fields are
// withheld, and not where the second officer's key is left out or is no one's.
func TestSecondProven(t *testing.T) {
	w := newWorld(t)
	for _, name := range []string{"alder/desk/one", "alder/analyst/adel", "alder/analyst/aya", "birch/desk/one"} {
		w.accept(w.endorsement(name, nil))
	}
	s := w.accept(w.assessed("alder/analyst/aya"))
	w.accept(w.revocation("alder/registrar/root", "alder/analyst/aya")) // afterwards: it stands
	id := s.Claims().ID
	text := w.bundle("alder", nil, s)
	says := []string{"statement " + id + " was signed by alder/analyst/aya too, as its second officer", "alder/analyst/adel says that statement " + id + " was passed by voice at 2026-11-24T11:20:05Z"}
	result, err := VerifyBundle(t.Context(), text, w.charter.Charter)
	if err != nil {
		t.Fatal(outcome(err))
	}
	contains(t, result.Proven, says)

	bare, err := s.Redact("source", "credibility", "item", "confidence", "tlp", "use-mark", "originator-control", "dissent")
	w.must(err)
	b := unpack(t, text)
	at(b, w.index[id]).Content = string(bare.Bytes())
	redacted, err := b.bytes()
	w.must(err)
	if result, err = VerifyBundle(t.Context(), redacted, w.charter.Charter); err != nil {
		t.Fatal(outcome(err))
	}
	contains(t, result.Proven, says)

	b = unpack(t, text)
	drop(b, 3) // aya's endorsement
	without, err := b.bytes()
	w.must(err)
	if _, err = VerifyBundle(t.Context(), without, w.charter.Charter); err == nil || !strings.Contains(outcome(err), "second officer before it") {
		t.Errorf("without the second officer's endorsement: %s", outcome(err))
	}
	if _, err := VerifyRecord(t.Context(), strings.NewReader(w.record("cedar")), w.charter.Charter); err != nil {
		t.Errorf("the whole record: %v", err)
	}
}

// A hub that orders what one officer sent alone is found out.
func TestSecondRefutesHub(t *testing.T) {
	for name, ordered := range map[string]func(w *world) *statement.Statement{
		mechanism.SecondMissing: func(w *world) *statement.Statement { return w.assessed("") },
		mechanism.SecondSame:    func(w *world) *statement.Statement { return w.assessed("alder/analyst/adel") },
		mechanism.SecondParty:   func(w *world) *statement.Statement { return w.assessed("birch/analyst/bahia") },
		mechanism.SecondRevoked: func(w *world) *statement.Statement {
			w.accept(w.revocation("alder/registrar/root", "alder/analyst/aya"))
			return w.assessed("alder/analyst/aya")
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			for _, officer := range []string{"alder/analyst/adel", "alder/analyst/aya", "birch/analyst/bahia"} {
				w.accept(w.endorsement(officer, nil))
			}
			s := w.accept(ordered(w))
			var all []uint64
			for i := range w.size() {
				all = append(all, i)
			}
			text, err := w.forge([]*statement.Statement{s}, all...).bytes()
			w.must(err)
			if _, err := VerifyBundle(t.Context(), text, w.charter.Charter); err == nil || !strings.Contains(outcome(err), name) {
				t.Errorf("the bundle: %s", outcome(err))
			}
			if _, err := VerifyRecord(t.Context(), strings.NewReader(w.record("cedar")), w.charter.Charter); err == nil {
				t.Error("the record is verified")
			}
		})
	}
}
