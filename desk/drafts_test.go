package desk

import (
	"bytes"
	"errors"
	"slices"
	"strings"
	"testing"

	"parley/identity"
	"parley/mechanism"
)

// notSent says something that must be refused and kept, and gives the number of
// its draft and the refusal.
func (w *world) notSent(ruleID string, err error) (int64, *Problem) {
	w.t.Helper()
	var kept *Kept
	if ruleOf(err) != ruleID || !errors.As(err, &kept) {
		w.t.Fatalf("%v, want a refusal by %s that keeps the draft", err, ruleID)
	}
	p := problemOf(err)
	return kept.Draft, &p
}

// draft gives a kept draft; it fails the test where there is none.
func (w *world) draft(party string, number int64) KeptDraft {
	w.t.Helper()
	drafts, err := w.desks[party].Drafts(w.t.Context(), identity.Author{})
	w.must(err)
	for _, k := range drafts {
		if k.Number == number {
			return k
		}
	}
	w.t.Fatalf("%s keeps no draft %d: %+v", party, number, drafts)
	return KeptDraft{}
}

func (w *world) drafts(party string) int {
	w.t.Helper()
	drafts, err := w.desks[party].Drafts(w.t.Context(), identity.Author{})
	w.must(err)
	return len(drafts)
}

// with gives the notice with one field written otherwise.
func with(field string) []string {
	name, _, _ := strings.Cut(field, "=")
	fields := slices.Clone(notice)
	for i, old := range fields {
		if strings.HasPrefix(old, name+"=") {
			fields[i] = field
		}
	}
	return fields
}

// What is refused or asked about is kept as it was written, also over a restart,
// and sent once one field is mended, a reading chosen or a word kept.
func TestDrafts(t *testing.T) {
	w := newWorld(t)
	for _, test := range []struct {
		name, wrong, rule string
		again             func(p *Problem) Saying // refused again
		mend              func(p *Problem) Saying
		signed            string // within the text shown
	}{
		{"bad field", "window=2026-11-24T07:00 local", mechanism.BadField,
			func(*Problem) Saying { return Saying{Fields: []string{"window=07:00"}} },
			func(*Problem) Saying { return Saying{Fields: []string{notice[2]}} }, "2026-11-24T07:00Z"},
		{"ambiguous place", "place=00 33.600N 017 57.000W ±50m", Ambiguity,
			func(*Problem) Saying { return Saying{Fields: []string{"description="}} },
			func(p *Problem) Saying { return Saying{Fields: []string{p.Options[0]}} }, "33.600N"},
		{"contested term, kept", "description=An incursion of sheep.", Contested,
			func(*Problem) Saying { return Saying{Keep: []string{"drift"}} },
			func(*Problem) Saying { return Saying{Keep: []string{"incursion"}} }, "An incursion of sheep."},
		{"contested term, replaced", "description=An incursion of sheep.", Contested,
			func(*Problem) Saying { return Saying{Fields: []string{"description=Incursion!"}} },
			func(p *Problem) Saying {
				return Saying{Fields: []string{"description=A " + p.Options[0] + " of sheep."}}
			}, "A drift of sheep."},
	} {
		t.Run(test.name, func(t *testing.T) {
			amal, ctx := w.author("alder/watch/amal"), t.Context()
			said := Saying{By: amal, Format: "J14", Precedence: "IMMEDIATE", Fields: with(test.wrong), Lang: "he"}
			_, err := w.desks["alder"].Say(ctx, said)
			number, p := w.notSent(test.rule, err)
			kept := w.draft("alder", number)
			if !slices.Equal(kept.Saying.Fields, said.Fields) || kept.Saying.By != amal || kept.Saying.Precedence != "IMMEDIATE" || kept.Problem.Detail != p.Detail || kept.Problem.Rule != test.rule {
				t.Errorf("kept: %+v", kept)
			}
			w.reopen("alder")
			again := test.again(p)
			again.By = amal
			_, err = w.desks["alder"].Resume(ctx, number, again)
			if n, _ := w.notSent(test.rule, err); n != number || w.drafts("alder") != 1 {
				t.Errorf("refused again, it is draft %d of %d; want %d", n, w.drafts("alder"), number)
			}
			mended := test.mend(p)
			mended.By = amal
			id, err := w.desks["alder"].Resume(ctx, number, mended)
			w.must(err)
			if w.receipt("alder", id); w.drafts("alder") != 0 {
				t.Error("the draft is there after it was sent")
			}
			if detail := w.look("alder", id, "en"); !strings.Contains(detail.Text, test.signed) || detail.Precedence != "IMMEDIATE" {
				t.Errorf("%s was signed:\n%s", detail.Precedence, detail.Text)
			}
			if _, err := w.desks["alder"].Resume(ctx, number, mended); ruleOf(err) != NotFound {
				t.Errorf("resumed twice: %v", err)
			}
		})
	}
}

// An act with fields is kept too, and taken up again as that act; another
// officer may do so, under his own name. One without fields leaves nothing.
func TestDraftOfAct(t *testing.T) {
	w := newWorld(t)
	ctx, birch := t.Context(), w.desks["birch"]
	id := w.say("alder/watch/amal")
	w.release(id)
	w.show("birch", id)
	basil, dalia := w.author("birch/watch/basil"), w.author("birch/watch/dalia")
	if _, err := birch.Act(ctx, "readback", Saying{By: basil, About: id}); ruleOf(err) != mechanism.BadField || w.drafts("birch") != 0 {
		t.Errorf("without fields: %v, %d drafts", err, w.drafts("birch"))
	}
	_, err := birch.Act(ctx, "readback", Saying{By: basil, About: id, Fields: understood[:2]})
	number, _ := w.notSent(mechanism.BadField, err)
	if kept := w.draft("birch", number); kept.Saying.Verb != "readback" || kept.Saying.About != id || !slices.Equal(kept.Saying.Fields, understood[:2]) {
		t.Errorf("kept: %+v", kept)
	}
	act, err := birch.Resume(ctx, number, Saying{By: dalia, Fields: understood[2:]})
	w.must(err)
	w.receipt("birch", act)
	if record, ok := birch.work.Record(id); !ok || len(record.Delivery.Reach[0].Readbacks) != 1 || record.Delivery.Reach[0].Readbacks[0].By != dalia || !record.Delivery.Reach[0].Readbacks[0].Match {
		t.Errorf("read back: %+v", record.Delivery.Reach)
	}
	if w.drafts("birch") != 0 {
		t.Error("the draft is there after it was sent")
	}
	if _, err := birch.Act(ctx, "ack", Saying{By: w.author("alder/watch/amal"), About: id}); ruleOf(err) != OtherParty {
		t.Errorf("act of another party's: %v", err)
	}
}

// A draft is written anew by name: a word that names no field changes nothing.
func TestRewritten(t *testing.T) {
	kept := []string{"activity=survey", "place=x", "description=y"}
	for _, test := range []struct {
		verb, anew string
		want       []string
	}{
		{"", "place=z", []string{"activity=survey", "description=y", "place=z"}},
		{"", "place=a=b", []string{"activity=survey", "description=y", "place=a=b"}},
		{"", "place=", []string{"activity=survey", "description=y"}},
		{"", "people=", append(slices.Clone(kept), "people=")},
		{"", "place", append(slices.Clone(kept), "place")},
		{"", "J14", append(slices.Clone(kept), "J14")},
		{"replace", "place=", []string{"activity=survey", "description=y", "place="}},
	} {
		if got := rewritten(Saying{Verb: test.verb, Fields: kept}, []string{test.anew}); !slices.Equal(got, test.want) {
			t.Errorf("%s %s: %q, want %q", test.verb, test.anew, got, test.want)
		}
	}
}

// Drafts are dropped by number, the oldest go first where there are too many,
// and what no desk needs is not kept.
func TestDraftBounds(t *testing.T) {
	w := newWorld(t)
	ctx, d := t.Context(), w.desks["alder"]
	wrong := Saying{By: w.author("alder/watch/amal"), Format: "J14", Fields: notice[1:]}
	if err := d.Drop(ctx, 99); ruleOf(err) != NotFound {
		t.Errorf("drop what is not there: %v", err)
	}
	var numbers []int64
	for range 3 {
		_, err := d.Say(ctx, wrong)
		number, _ := w.notSent(mechanism.BadField, err)
		numbers = append(numbers, number)
	}
	w.must(d.Drop(ctx, numbers[1]))
	if err := d.Drop(ctx, numbers[1]); ruleOf(err) != NotFound || w.drafts("alder") != 2 {
		t.Errorf("dropped twice: %v, %d drafts", err, w.drafts("alder"))
	}
	_, err := d.Say(ctx, Saying{By: wrong.By, Format: "J14", Fields: []string{"description=" + strings.Repeat("x", maxDraft)}})
	var kept *Kept
	if ruleOf(err) != mechanism.BadField || errors.As(err, &kept) || w.drafts("alder") != 2 {
		t.Errorf("a draft of more than %d bytes: %v, %d drafts", maxDraft, err, w.drafts("alder"))
	}
	large := append([]byte("{}"), bytes.Repeat([]byte(" "), maxDraft)...)
	for range maxDraftBytes/maxDraft + 1 {
		_, err := d.outbox.db.ExecContext(ctx, "INSERT INTO draft (saved, saying, problem) VALUES (0, ?, ?)", large, []byte("{}"))
		w.must(err)
	}
	_, err = d.Say(ctx, wrong)
	last, _ := w.notSent(mechanism.BadField, err)
	w.draft("alder", last)
	if k, err := d.outbox.draft(ctx, numbers[0]); k != nil || err != nil {
		t.Errorf("the oldest is kept: %v, %v", k, err)
	}
	if n := w.drafts("alder"); n != maxDraftBytes/maxDraft+1 {
		t.Errorf("%d drafts are kept, want the newest and all but one of the large ones", n)
	}
}

// An officer is refused in the language that he asks for.
func TestRefusalLanguages(t *testing.T) {
	w := newWorld(t)
	ctx := t.Context()
	id := w.say("alder/watch/amal")
	w.release(id)
	w.show("birch", id)
	local, unread := with("window=2026-11-24T07:00/2026-11-24T09:00"), with("place=00 33.600N 017 57.000W ±50m")
	incursion := with("description=An incursion.")
	for _, test := range []struct {
		name, rule string
		say        func(lang string) error
		want       map[string]string
	}{
		{"local time", mechanism.BadField, func(lang string) error {
			_, err := w.desks["alder"].Say(ctx, Saying{By: w.author("alder/watch/amal"), Format: "J14", Lang: lang, Fields: local})
			return err
		}, map[string]string{"en": "local time is refused", "ar": "الوقت المحلي مرفوض", "he": "שעה מקומית נדחית"}},
		{"ambiguous", Ambiguity, func(lang string) error {
			_, err := w.desks["alder"].Say(ctx, Saying{By: w.author("alder/watch/amal"), Format: "J14", Lang: lang, Fields: unread})
			return err
		}, map[string]string{"en": "in more than one way", "ar": "بأكثر من وجه", "he": "ביותר מדרך אחת"}},
		{"contested", Contested, func(lang string) error {
			_, err := w.desks["alder"].Say(ctx, Saying{By: w.author("alder/watch/amal"), Format: "J14", Lang: lang, Fields: incursion})
			return err
		}, map[string]string{"en": "is a contested term", "ar": "مصطلح مختلف عليه", "he": "שנוי במחלוקת"}},
		{"readback", mechanism.BadField, func(lang string) error {
			_, err := w.desks["birch"].Act(ctx, "readback", Saying{By: w.author("birch/watch/basil"), About: id, Lang: lang})
			return err
		}, map[string]string{"en": "also enter: activity=… (Activity)", "ar": "أدخل أيضًا: \u2066activity=…\u2069 (النشاط)", "he": "הזינו גם: \u2066activity=…\u2069 (פעילות)"}},
		{"replace", mechanism.BadField, func(lang string) error {
			_, err := w.desks["alder"].Act(ctx, "replace", Saying{By: w.author("alder/watch/amal"), About: id, Lang: lang, Fields: []string{"people=4"}})
			return err
		}, map[string]string{"en": "nothing was written", "ar": "لم يُكتب شيء", "he": "לא נכתב דבר"}},
	} {
		for lang, want := range test.want {
			t.Run(test.name+" "+lang, func(t *testing.T) {
				err := test.say(lang)
				if p := problemOf(err); p.Rule != test.rule || !strings.Contains(p.Detail+"; "+p.Remedy, want) {
					t.Errorf("%s: %s; %s", p.Rule, p.Detail, p.Remedy)
				}
			})
		}
	}
}

// A draft that two officers take up at once, or one officer twice, is sent once.
func TestDraftSentOnce(t *testing.T) {
	w := newWorld(t)
	amal, ctx := w.author("alder/watch/amal"), t.Context()
	_, err := w.desks["alder"].Say(ctx, Saying{By: amal, Format: "J14", Fields: with("window=07:00")})
	number, _ := w.notSent(mechanism.BadField, err)
	type outcome struct {
		id  string
		err error
	}
	const callers = 6
	outcomes := make(chan outcome, callers)
	for i := range callers {
		go func() {
			by := amal
			if i%2 == 1 {
				by = w.author("alder/watch/adam")
			}
			id, err := w.desks["alder"].Resume(ctx, number, Saying{By: by, Fields: []string{notice[2]}})
			outcomes <- outcome{id, err}
		}()
	}
	sent := 0
	for range callers {
		if o := <-outcomes; o.err == nil {
			sent++
		} else if r := ruleOf(o.err); r != NotFound && r != DraftTaken {
			t.Errorf("refused by %v", o.err)
		}
	}
	if sent != 1 {
		t.Errorf("one draft was sent %d times", sent)
	}
	if n := w.drafts("alder"); n != 0 {
		t.Errorf("%d drafts are left of what was sent", n)
	}
}
