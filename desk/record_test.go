package desk

import (
	"bytes"
	"errors"
	"slices"
	"strings"
	"testing"

	"parley/digest"
	"parley/identity"
	"parley/ledger"
	"parley/mechanism"
	"parley/proof"
)

// An entry is proven to anybody, also one whose text he may not read, of which the proof
// says nothing.
func TestEntryProof(t *testing.T) {
	s := newSecrets(t)
	w := s.world
	alder := w.desks["alder"]
	for _, c := range compartments {
		record, _ := alder.work.Record(s.id[c.area])
		for _, reader := range compartments {
			ctx := alder.As(t.Context(), w.author(reader.reader))
			p, err := alder.Entry(ctx, record.Index, "en")
			w.must(err)
			verifier, err := alder.work.LogVerifier(p.Size)
			w.must(err)
			text, err := alder.Content(t.Context(), record.Index)
			w.must(err)
			if r, err := ledger.OpenReceipt(verifier, p.Receipt, ledger.ContentHash(text)); err != nil || r.Index != record.Index {
				t.Errorf("the proof of entry %d: %v", record.Index, err)
			}
			if told := p.Item.ID != "" || p.Item.Area != "" || p.Item.Author != ""; told != (reader.area == c.area) {
				t.Errorf("%s is told of %s: %+v", reader.reader, c.area, p.Item)
			}
		}
	}
	if _, err := alder.Entry(t.Context(), alder.work.Size()+5, "en"); ruleOf(err) != NotFound {
		t.Errorf("an entry that is not there: %v", err)
	}
}

// What an officer exports holds what he may read, and is proven by itself; the whole
// record is for who reads everything.
func TestDisclose(t *testing.T) {
	s := newSecrets(t)
	w := s.world
	alder := w.desks["alder"]
	w.until("a checkpoint is as far as the statements", func() bool {
		at, err := alder.Checkpoint(t.Context(), "en")
		return err == nil && at.Size == alder.work.Size()
	})
	for _, c := range compartments {
		as := w.author(c.reader)
		ctx := alder.As(t.Context(), as)
		text, err := alder.Bundle(ctx, []string{s.id[c.area]}, "en", as)
		if c.area == "intelligence" { // which is under birch's control
			if ruleOf(err) != mechanism.ConsentMissing {
				t.Errorf("%s exports what birch controls: %v", c.reader, err)
			}
			continue
		}
		w.must(err)
		if r, err := proof.VerifyBundle(t.Context(), text, w.charter.Charter); err != nil || len(r.Subjects) != 1 {
			t.Errorf("the bundle of %s: %+v, %v", c.reader, r.Subjects, err)
		}
		for _, other := range compartments {
			if other.area == c.area {
				continue
			}
			if bytes.Contains(text, []byte(s.id[other.area])) {
				t.Errorf("the bundle of %s has the statement of %s", c.reader, other.area)
			}
			if _, err := alder.Bundle(ctx, []string{s.id[c.area], s.id[other.area]}, "en", as); ruleOf(err) != NotFound {
				t.Errorf("%s exports what %s reads: %v", c.reader, other.area, err)
			}
		}
		var file strings.Builder
		if err := alder.WriteRecord(ctx, &file); ruleOf(err) != WholeDesk || file.Len() > 0 {
			t.Errorf("%s exports the record: %v", c.reader, err)
		}
		if _, _, err := alder.EvidenceFor(ctx, ""); ruleOf(err) != WholeDesk {
			t.Errorf("%s exports evidence: %v", c.reader, err)
		}
	}
	var file strings.Builder
	w.must(alder.WriteRecord(t.Context(), &file))
	if r, err := proof.VerifyRecord(t.Context(), strings.NewReader(file.String()), w.charter.Charter); err != nil || r.Size != alder.work.Size() {
		t.Errorf("the record of %d entries: %v", r.Size, err)
	}
	for _, refs := range [][]string{nil, make([]string, maxBundle+1)} {
		if _, err := alder.Bundle(t.Context(), refs, "en", identity.Author{}); ruleOf(err) != BadRequest {
			t.Errorf("a bundle of %d: %v", len(refs), err)
		}
	}
	alder.recording <- struct{}{} // somebody exports
	if err := alder.WriteRecord(t.Context(), &file); ruleOf(err) != BadRequest {
		t.Errorf("a second export: %v", err)
	}
	<-alder.recording
}

// A project's texts are in the bundle of its readers alone.
func TestDiscloseNamedReaders(t *testing.T) {
	w := traders(t)
	id := w.propose(1)
	w.receipt("alder", id)
	w.release(id)
	w.pipeline(basma, id, "proposed")
	birch := w.desks["birch"]
	for name, whole := range map[string]bool{basma: true, boris: false} {
		as := w.author(name)
		ctx := birch.As(t.Context(), as)
		_, err := birch.Bundle(ctx, []string{id}, "en", as)
		if (err == nil) != whole {
			t.Errorf("%s exports it: %v", name, err)
		}
		if all, err := birch.ReadsWhole(ctx); err != nil || all {
			t.Errorf("%s, of one area, reads everything: %v", name, err)
		}
	}
	if all, err := birch.ReadsWhole(t.Context()); err != nil || all {
		t.Errorf("the desk itself reads what is for named readers: %v", err)
	}
}

// However often it is asked for, one verification is at work; it says what it found, and
// what the texts hold to those alone who read them all.
func TestVerification(t *testing.T) {
	s := newSecrets(t)
	w := s.world
	alder := w.desks["alder"]
	for range 100 {
		w.must(alder.StartVerification())
	}
	var v VerificationView
	w.until("it has ended", func() (ended bool) {
		var err error
		v, err = alder.Verification(t.Context(), "ar")
		w.must(err)
		return !v.Running
	})
	if v.Outcome != Proven || v.Size == 0 || v.Done < v.Size || v.Root == "" || v.Report == nil || len(v.Report.Parts) == 0 {
		t.Errorf("it ended as %+v", v)
	}
	if len(alder.verifier.asked) != 0 {
		t.Error("another is to follow")
	}
	limited, err := alder.Verification(alder.As(t.Context(), w.author(compartments[0].reader)), "en")
	w.must(err)
	if limited.Outcome != Proven || limited.Report != nil {
		t.Errorf("an officer of one area is shown %+v", limited)
	}
	alder.verified(proof.Result{}, &proof.Refuted{Sentence: "secret birch"})
	limited, err = alder.Verification(alder.As(t.Context(), w.author(compartments[0].reader)), "en")
	w.must(err)
	if v, _ := alder.Verification(t.Context(), "en"); v.Outcome != Refuted || v.Report == nil || limited.Outcome != Refuted || limited.Report != nil {
		t.Errorf("a refuted one is shown as %+v, and to an officer of one area as %+v", v, limited)
	}
	alder.verified(proof.Result{}, errors.New("no room"))
	if v, _ := alder.Verification(t.Context(), "en"); v.Outcome != Unchecked || v.Report != nil {
		t.Errorf("an unchecked one is shown as %+v", v)
	}
}

// Of all areas together only who reads them all has figures; of one, who reads it.
func TestStatsFor(t *testing.T) {
	s := newSecrets(t)
	w := s.world
	alder := w.desks["alder"]
	for _, c := range compartments {
		ctx := alder.As(t.Context(), w.author(c.reader))
		if _, _, err := alder.StatsFor(ctx, "", "", "", ""); ruleOf(err) != digest.NotRead {
			t.Errorf("%s is given all figures: %v", c.reader, err)
		}
		for _, other := range compartments {
			page, _, err := alder.StatsFor(ctx, other.area, "", "", "")
			switch {
			case other.area != c.area && ruleOf(err) != digest.NotRead:
				t.Errorf("%s is given the figures of %s: %v", c.reader, other.area, err)
			case other.area == c.area && (err != nil || len(page.Areas) != 1 || page.Areas[0] != c.area):
				t.Errorf("%s is given of his own area %+v, %v", c.reader, page.Areas, err)
			}
		}
		if areas, all, err := alder.AreasRead(ctx); err != nil || all || !slices.Equal(areas, []string{mechanism.Service, c.area}) {
			t.Errorf("%s reads %q, %v", c.reader, areas, err)
		}
	}
	if _, _, err := alder.StatsFor(t.Context(), "weather", "", "", ""); ruleOf(err) != BadRequest {
		t.Errorf("of no area: %v", err)
	}
	if _, _, err := alder.StatsFor(t.Context(), "", "", "", ""); err != nil {
		t.Errorf("the desk itself: %v", err)
	}
}
