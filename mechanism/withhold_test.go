package mechanism

import (
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"parley/delivery"
	"parley/statement"
)

// withholding releases s without the parts of those names; "name=reason" gives a reason
// besides source.
func (w *world) withholding(s *statement.Statement, names ...string) draft {
	w.t.Helper()
	d := releases(s)
	if len(names) == 0 {
		return d
	}
	d.fields = map[string]any{}
	var list []string
	for _, name := range names {
		name, reason, _ := strings.Cut(name, "=")
		if reason == "" {
			reason = "source"
		}
		i := slices.IndexFunc(s.Parts(), func(p statement.Part) bool { return p.Name == name })
		if i < 0 {
			w.t.Fatalf("%s has no part %s", s.Claims().ID, name)
		}
		list = append(list, statement.EncodeHash(s.Parts()[i].Digest)+" "+reason)
		if critical, err := MayWithhold(w.charter, w.state(s), name); err == nil && critical {
			d.fields["critical"] = true
		}
	}
	slices.Sort(list)
	d.fields["withheld"] = list
	return d
}

// withholds releases s without some of it, at random, often more than is allowed.
func (w *world) withholds(random *rand.Rand, s *statement.Statement) draft {
	var names []string
	for _, p := range s.Parts() {
		field, paragraph := p.Of()
		_, err := MayWithhold(w.charter, w.state(s), p.Name)
		if random.IntN(3) == 0 && (err == nil || random.IntN(20) == 0) && !(paragraph && slices.Contains(names, field)) {
			names = append(names, p.Name)
		}
	}
	return w.withholding(s, names...)
}

// factsFor is what a party's desk must know of a message that the hub knows whole.
func (r *Record) factsFor(party string) *Facts {
	if r.Facts == nil || r.Delivery.Author.Party == party || r.Delivery.Supervisor == party {
		return r.Facts
	}
	facts, withheld := *r.Facts, r.WithheldNames()
	if facts.Parts, facts.Critical = nil, maps.Clone(facts.Critical); len(withheld) == 0 && r.Delivery.Withheld == nil {
		facts.Parts = r.Facts.Parts
	}
	maps.DeleteFunc(facts.Critical, func(name, _ string) bool { return slices.Contains(withheld, name) })
	facts.Texts = slices.DeleteFunc(slices.Clone(facts.Texts), func(name string) bool { return slices.Contains(withheld, name) })
	if len(facts.Critical) == 0 {
		facts.Critical = nil
	}
	if len(facts.Texts) == 0 {
		facts.Texts = nil
	}
	return &facts
}

func tearable() draft {
	return draft{by: adel, format: "J31/1", area: "intelligence", second: aya, fields: map[string]any{"source": "B", "credibility": "3", "confidence": "moderate", "tlp": "AMBER+STRICT", "use-mark": "PROTECT-ONLY",
		"item": statement.Paragraphs{"How it is known.", "The clip is forged."}, "releasable": []string{"birch"}, "originator-control": true, "dissent": statement.Paragraphs{"none"}}}
}

func TestWithholdRefusals(t *testing.T) {
	for _, test := range []struct {
		name  string
		of    func() draft
		parts []string
		alter func(fields map[string]any, s *statement.Statement)
		rule  string // empty: it is accepted
		says  string
	}{
		{"a paragraph", tearable, []string{"item/1"}, nil, "", ""},
		{"a field and a paragraph", tearable, []string{"item/1", "dissent=method", "source=person"}, nil, "", ""},
		{"a whole text", tearable, []string{"item"}, nil, "", ""},
		{"all paragraphs of a text", tearable, []string{"item/1", "item/2"}, nil, "", ""},
		{"text and paragraph", tearable, []string{"item", "item/1"}, nil, WithheldForm, "beside the text"},
		{"use mark", tearable, []string{"use-mark"}, nil, WithheldRules, "what its reader may do"},
		{"sharing", tearable, []string{"tlp"}, nil, WithheldRules, "what its reader may do"},
		{"releasable", tearable, []string{"releasable"}, nil, WithheldRules, "what its reader may do"},
		{"originator control", tearable, []string{"originator-control"}, nil, WithheldRules, "what its reader may do"},
		{"window", notice, []string{"window"}, nil, WithheldRules, "nobody's time"},
		{"critical", notice, []string{"place"}, nil, "", ""},
		{"critical unsaid", notice, []string{"place"}, func(f map[string]any, _ *statement.Statement) { delete(f, "critical") }, WithheldForm, "critical false"},
		{"critical untrue", notice, []string{"contact"}, func(f map[string]any, _ *statement.Statement) { f["critical"] = true }, WithheldForm, "critical true"},
		{"critical alone", notice, []string{"contact"}, func(f map[string]any, _ *statement.Statement) { delete(f, "withheld"); f["critical"] = true }, WithheldForm, "lists nothing"},
		{"safety floor", accident, []string{"heading"}, nil, WithheldFloor, "safety floor"},
		{"not critical of the floor", accident, []string{"contact"}, nil, "", ""},
		{"another's digest", tearable, []string{"item/1"}, func(f map[string]any, s *statement.Statement) {
			f["withheld"] = []string{statement.EncodeHash(s.Hash()) + " source"}
		}, WithheldForm, "of no part"},
		{"empty list", tearable, nil, func(f map[string]any, _ *statement.Statement) { f["withheld"] = []string{} }, WithheldForm, "lists nothing"},
		{"unsorted", tearable, []string{"item/1", "dissent"}, func(f map[string]any, _ *statement.Statement) { slices.Reverse(f["withheld"].([]string)) }, WithheldForm, "does not come after"},
		{"twice, for two reasons", tearable, []string{"item/1", "item/1=person"}, nil, WithheldForm, "does not come after"},
		{"no such reason", tearable, []string{"item/1=pleasure"}, nil, BadField, "source"},
		{"other without a note", tearable, []string{"item/1=other"}, nil, WithheldForm, "no note"},
		{"other with a note", tearable, []string{"item/1=other"}, func(f map[string]any, _ *statement.Statement) { f["note"] = statement.Paragraphs{"As agreed."} }, "", ""},
		{"padded digest", tearable, []string{"item/1"}, func(f map[string]any, _ *statement.Statement) {
			l := f["withheld"].([]string)
			l[0] = l[0][:43] + "= source"
		}, BadField, "digest"},
	} {
		w := newWorld(t)
		s := w.must(test.of())
		d := w.withholding(s, test.parts...)
		if d.fields == nil {
			d.fields = map[string]any{}
		}
		if test.alter != nil {
			test.alter(d.fields, s)
		}
		if test.rule != "" {
			if r := w.refused(test.rule, d); !strings.Contains(r.Sentence, test.says) {
				t.Errorf("%s: %s", test.name, r.Sentence)
			}
			continue
		}
		w.must(d)
		if got := w.state(s).Delivery; len(got.Withheld) != len(test.parts) || got.Status != delivery.Released {
			t.Errorf("%s: %+v", test.name, got)
		}
		w.agree([]*statement.Statement{s})
	}
}

// accident is a message of the safety floor that waits at the gate.
func accident() draft {
	return draft{by: amal, format: "J11/1", precedence: "FLASH", fields: example("J11")}
}

func TestWithholdNothingLeft(t *testing.T) {
	w := newWorld(t)
	s := w.must(notice())
	w.must(w.withholding(s, "activity", "place", "description", "contact")) // the window is left
	only := draft{by: adel, format: "translation/1", area: "intelligence", fields: map[string]any{"content": "J31/1", "language": "ar", "method": "human", "item": statement.Paragraphs{"الشريط مزور."}}}
	of := w.must(tearable())
	only.refs = ref("translates", of)
	only.second = aya
	translation := w.must(only)
	w.must(releases(of))
	w.refused(WithheldAll, w.withholding(translation, "language", "method", "item"))
	w.must(w.withholding(translation, "language", "method"))
}

// What is of a matter, or what the channel stands by, is released whole.
func TestWithholdNotOfMatters(t *testing.T) {
	w := newTalks(t)
	s := w.must(says(amal, "J45/1", nil, proposal("fell")))
	r := w.refused(WithheldRules, w.withholding(s, "line-en"))
	if !strings.Contains(r.Sentence, "whole only") {
		t.Error(r.Sentence)
	}
	two := releases(s)
	other := w.must(tearable())
	two.refs = append(two.refs, ref("releases", other)...)
	two.fields = map[string]any{"withheld": []string{statement.EncodeHash(s.Hash()) + " source"}}
	w.refused(WithheldForm, two)
}

// What was withheld is read back by nobody, so nothing read back of such a statement
// counts as understood, nor of a cancellation that tells no more; and no refusal names
// the field.
func TestReadBackUncompared(t *testing.T) {
	w := newWorld(t)
	s := w.must(notice())
	w.must(w.withholding(s, "place"))
	w.must(act(bdesk, "desk.delivered/1", "delivers", s))
	w.must(act(bdesk, "desk.displayed/1", "displays", s))
	if d := w.state(s).Delivery; d.Terms.Readback != 0 || !d.Uncompared {
		t.Errorf("a readback is owed of what nobody can compare: %+v", d.Terms)
	}
	for _, left := range []map[string]any{nil, {"place": nil}, {"place": nil, "window": nil}} {
		w.must(w.readsBack(basil, s, left))
	}
	d := w.state(s).Delivery
	if len(d.Reach[0].Readbacks) != 3 || d.Understood("birch") || !d.Reach[0].Readbacks[0].Unknown || d.Reach[0].Readbacks[2].Differs != nil {
		t.Errorf("got %+v", d.Reach[0].Readbacks)
	}
	if d.Owing("alder") {
		t.Error("its author has something to do about that")
	}
	w.agree([]*statement.Statement{s})
	cancel := w.must(cancelsIt(s))
	w.must(releases(cancel))
	w.must(act(bdesk, "desk.delivered/1", "delivers", cancel))
	w.must(act(bdesk, "desk.displayed/1", "displays", cancel))
	back := w.readsBack(basil, cancel, map[string]any{"place": nil})
	w.must(back)
	if !w.state(cancel).Delivery.Understood("birch") {
		t.Error("what it could read of the cancellation was compared, and it matches")
	}
	w.agree([]*statement.Statement{s, cancel})
}

// A translation tells nobody what was withheld from him, and a translation of the whole
// that passes the gate accuses nobody.
func TestTranslateWithheld(t *testing.T) {
	w := newWorld(t)
	s := w.must(tearable())
	w.must(w.withholding(s, "dissent", "item/1"))
	translate := draft{by: chen, format: "translation/1", area: "intelligence", refs: ref("translates", s), to: []string{"alder", "birch"}, second: cora,
		fields: map[string]any{"content": "J31/1", "language": "ar", "method": "human", "dissent": statement.Paragraphs{"لا أحد"}}}
	r := w.refused(EarlyReader, translate)
	if !strings.Contains(r.Sentence, "dissent") {
		t.Error(r.Sentence)
	}
	guess := draft{by: bahia, format: "translation/1", area: "intelligence", refs: ref("translates", s), to: []string{"alder"}, fields: translate.fields, second: ""}
	for i := range w.charter.Formats {
		w.charter.Formats[i].Sensitive = false
	}
	r = w.refused(NotInOriginal, guess)
	if want := "statement " + s.Claims().ID + " has no dissent to translate"; r.Sentence != want {
		t.Errorf("who did not get the dissent learns %q, want %q", r.Sentence, want)
	}
	own := translate
	own.by, own.second, own.to = adel, aya, []string{"birch"}
	waiting := w.must(own)
	w.must(releases(waiting)) // as the supervisor saw it
	w.agree([]*statement.Statement{s, waiting})
}

// What is asked and answered of consent is released whole; and consent is asked and
// given to what its asker has in part, as of anything else.
func TestWithholdAndConsent(t *testing.T) {
	w, _ := consentWorld(t)
	item := given(bahia, true, "alder")
	item.fields["item"] = statement.Paragraphs{"How it is known.", "The clip is forged."}
	for i := range w.charter.Formats {
		if r := &w.charter.Formats[i]; r.Format == "J31/1" || r.Format == "consent.ask/1" {
			r.Gate = "review"
		}
	}
	s := w.must(item)
	w.must(w.withholding(s, "item/1", "dissent"))
	asked := w.must(ask(aya, s, "once", "birch"))
	w.refused(WithheldRules, w.withholding(asked, "recipient"))
	w.must(releases(asked))
	answered := w.must(answer(bahia, asked, "granted", w.now.Add(time.Hour), "alder"))
	w.must(copied(aya, "the ministry", s, []string{"birch"}, answered))
	w.agree([]*statement.Statement{s, asked, answered})
}
