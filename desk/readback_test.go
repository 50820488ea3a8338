package desk

import (
	"slices"
	"strings"
	"testing"
	"time"

	"parley/delivery"
	"parley/format"
	"parley/mechanism"
)

// What a readback of the notice enters, and that with its window an hour off.
var (
	understood = []string{"activity=survey", "place=DD 0.56 -17.95 ±50m", "window=240700ZNOV26/240900ZNOV26"}
	misheard   = []string{"activity=survey", "place=DD 0.56 -17.95 ±50m", "window=240600ZNOV26/240900ZNOV26"}
)

// secrets are pieces of the notice that nobody who reads back may be told.
var secrets = []string{"survey", "مسح", "סקר", "33.6", "0.56", "17.95", "07:00", "09:00", "2026-11", "line 2"}

// A notice is read back: not before it was shown, not in part, wrongly and then
// rightly; it counts as understood only while every party's last word matches.
func TestReadBack(t *testing.T) {
	w := newWorld(t)
	id := w.say("alder/watch/amal")
	w.release(id)
	const basil, dalia = "birch/watch/basil", "birch/watch/dalia"
	w.refuse(delivery.NotShown, basil, "readback", Saying{About: id, Fields: understood})
	w.show("birch", id)

	for _, lang := range format.Languages() {
		for given := range understood {
			refusal := w.refuse(mechanism.BadField, basil, "readback", Saying{About: id, Fields: understood[:given], Lang: lang})
			said := refusal.Error() + refusal.Sentence + refusal.Remedy + strings.Join(refusal.Options, " ")
			for i, field := range []string{"activity=", "place=", "window="} {
				if strings.Contains(said, field) != (i >= given) {
					t.Errorf("%d fields given, the refusal in %s: %s", given, lang, said)
				}
			}
			for _, secret := range secrets {
				if strings.Contains(said, secret) {
					t.Errorf("the refusal tells %q of the original: %s", secret, said)
				}
			}
		}
	}
	w.refuse(delivery.NotAddressed, "alder/watch/adam", "readback", Saying{About: id, Fields: understood})

	w.act(basil, "ack", id)
	readback := w.act(basil, "readback", id, misheard...)
	view, err := w.desks["birch"].Compared(t.Context(), readback, "en")
	w.must(err)
	if view.Match || len(view.Differences) != 1 {
		t.Errorf("compared: %+v", view)
	}
	for _, party := range []string{"alder", "birch", "cedar"} {
		w.mismatch(party, id, "birch")
		w.until(party+" shows the readback", func() bool { return len(w.look(party, id, "en").Readbacks) == 1 })
		for lang, want := range map[string]string{
			"en": "Window: start: your 09:00 Etc/GMT-3 is 2026-11-24T06:00Z; the statement says 2026-11-24T07:00Z: 1 hour apart",
			"ar": "النافذة الزمنية: البداية: وقتك \u206809:00\u2069 \u2068Etc/GMT-3\u2069 هو \u20682026-11-24T06:00Z\u2069؛ والبيان يقول \u20682026-11-24T07:00Z\u2069: الفرق ساعة واحدة",
			"he": "חלון זמן: התחלה: השעה שלכם \u206809:00\u2069 \u2068Etc/GMT-3\u2069 היא \u20682026-11-24T06:00Z\u2069; בהודעה כתוב \u20682026-11-24T07:00Z\u2069: הפרש של שעה אחת",
		} {
			if party != "birch" { // the others did not read it back
				want = map[string]string{
					"en": "Window: start: read back as 09:00 Etc/GMT-3, which is 2026-11-24T06:00Z; the statement says 2026-11-24T07:00Z: 1 hour apart",
					"ar": "النافذة الزمنية: البداية: أُعيد على أنه \u206809:00\u2069 \u2068Etc/GMT-3\u2069، أي \u20682026-11-24T06:00Z\u2069؛ والبيان يقول \u20682026-11-24T07:00Z\u2069: الفرق ساعة واحدة",
					"he": "חלון זמן: התחלה: הוחזר כ-\u206809:00\u2069 \u2068Etc/GMT-3\u2069, שהם \u20682026-11-24T06:00Z\u2069; בהודעה כתוב \u20682026-11-24T07:00Z\u2069: הפרש של שעה אחת",
				}[lang]
			}
			detail := w.look(party, id, lang)
			if len(detail.Readbacks) != 1 || detail.Readbacks[0].Match || len(detail.Readbacks[0].Differences) != 1 || detail.Readbacks[0].Differences[0] != want {
				t.Errorf("%s shows in %s: %+v\nwant %q", party, lang, detail.Readbacks, want)
			}
		}
	}
	w.act(basil, "readback", id, understood...)
	w.refuse(delivery.Twice, basil, "readback", Saying{About: id, Fields: understood})
	for _, party := range []string{"alder", "birch", "cedar"} {
		w.status(party, id, "understood")
	}
	w.act(dalia, "readback", id, slices.Concat(understood, []string{"altitude=0 m SFC to 120 m SFC"})...) // of which the notice says nothing
	for _, party := range []string{"alder", "birch", "cedar"} {
		w.mismatch(party, id, "birch")
	}
	w.act(dalia, "readback", id, understood...)
	for _, party := range []string{"alder", "birch", "cedar"} {
		w.status(party, id, "understood")
		w.until(party+" shows all readbacks, oldest first", func() bool {
			readbacks := w.look(party, id, "en").Readbacks
			return len(readbacks) == 4 && !readbacks[2].Match && readbacks[3].Match
		})
	}
}

// mismatch waits until a desk marks a party's readback so; the statement is then
// not listed as understood.
func (w *world) mismatch(party, id, by string) {
	w.t.Helper()
	w.until(party+" marks the mismatch", func() bool {
		detail := w.look(party, id, "en")
		marked := slices.Contains(detail.Marks, MarkMismatch+" "+by)
		if marked && detail.Status == "understood" {
			w.t.Errorf("%s lists what %s misread as understood", party, by)
		}
		return marked
	})
}

// Two parties are addressed: only when both have understood it is it understood.
func TestReadBackByTwo(t *testing.T) {
	w := newWorld(t)
	id := w.send("alder/watch/amal", Saying{Format: "J14", Fields: notice, To: []string{"birch", "cedar"}})
	w.release(id)
	for _, name := range []string{"birch/watch/basil", "cedar/gate/chen"} {
		party := w.author(name).Party
		w.show(party, id)
		w.act(name, "ack", id)
	}
	w.act("birch/watch/basil", "readback", id, understood...)
	w.act("cedar/gate/chen", "readback", id, misheard...)
	for _, party := range []string{"alder", "cedar"} { // birch is not told what cedar does
		w.mismatch(party, id, "cedar")
		if detail := w.look(party, id, "en"); slices.Contains(detail.Marks, MarkMismatch+" birch") {
			t.Errorf("%s marks %q", party, detail.Marks)
		}
	}
	w.act("cedar/gate/chen", "readback", id, understood...)
	for _, party := range []string{"alder", "cedar"} {
		w.status(party, id, "understood")
	}
	if detail := w.look("birch", id, "en"); detail.Status == "understood" {
		t.Error("birch lists as understood what it cannot know cedar to have understood")
	}
}

// The hub is away as an officer reads a notice, acknowledges it and reads it
// back. All of it is signed at once and none of it overtakes the desk's own
// report that the notice was shown.
func TestReadBackHubAway(t *testing.T) {
	for _, precedence := range []string{"ROUTINE", "FLASH"} {
		t.Run(precedence, func(t *testing.T) {
			w := newWorld(t)
			birch := w.desks["birch"]
			id := w.send("alder/watch/amal", Saying{Format: "J14", Fields: notice, Precedence: precedence})
			w.release(id)
			w.stopHub()
			_, err := birch.Show(t.Context(), id, "ar")
			w.must(err)
			var acts []string
			for _, verb := range []string{"ack", "readback", "pass"} {
				fields := map[string][]string{"readback": understood, "pass": {"echelon=post", "passed-at=" + format.WriteInstant(time.Now().Truncate(time.Minute)), "outstanding=0"}}[verb]
				act, err := birch.Act(t.Context(), verb, Saying{By: w.author("birch/watch/basil"), About: id, Fields: fields})
				w.must(err)
				acts = append(acts, act)
			}
			if detail := w.look("birch", id, "en"); detail.Status != "delivered" || len(detail.Readbacks) != 0 {
				t.Errorf("before the hub has heard of it, it is %s with %d readbacks", detail.Status, len(detail.Readbacks))
			}
			w.startHub(nil)
			shown := -1
			for _, act := range acts {
				sent := w.receipt("birch", act)
				for i := range sent.Index {
					if r, ok := birch.work.RecordAt(i); ok && r.Claims.Format == "desk.displayed/1" {
						shown = int(i)
					}
				}
				if shown < 0 {
					t.Errorf("entry %d overtook the report that the notice was shown", sent.Index)
				}
			}
			for party := range w.desks {
				w.status(party, id, "understood")
			}
		})
	}
}

// What was keyed in from a paper form names its format, not a verb: with the
// statement that it is about it is the same act.
func TestSayAct(t *testing.T) {
	w := newWorld(t)
	id := w.say("alder/watch/amal")
	w.release(id)
	w.show("birch", id)
	keyed := append([]string{"content=J14/1", "means=paper"}, understood...)
	if _, err := w.desks["birch"].Say(t.Context(), Saying{By: w.author("birch/watch/basil"), Format: "J02", Fields: keyed}); ruleOf(err) != NoFormat {
		t.Errorf("a readback of nothing: %v", err)
	}
	other := Saying{By: w.author("birch/watch/basil"), Format: "J02", About: id, Fields: append([]string{"content=J15/1"}, understood...)}
	if _, err := w.desks["birch"].Say(t.Context(), other); ruleOf(err) != mechanism.BadContent {
		t.Errorf("a readback of another format: %v", err)
	}
	w.send("birch/watch/basil", Saying{Format: "J01", About: id})
	w.send("birch/watch/basil", Saying{Format: "J02", About: id, Fields: keyed})
	w.status("alder", id, "understood")
	w.send("alder/watch/amal", Saying{Format: "J04", About: id, Fields: []string{"action=cancel", "content=J14/1", "why=completed"}})
	w.until("alder shows that a cancel waits", func() bool { return slices.Contains(w.look("alder", id, "en").Marks, MarkPending) })
}

func TestReplaceNothing(t *testing.T) {
	w := newWorld(t)
	id := w.say("alder/watch/amal")
	w.release(id)
	for _, fields := range [][]string{{"why=changed"}, {"why=changed", notice[0]}, {"why=changed", "altitude="}} {
		w.refuse(mechanism.BadField, "alder/watch/amal", "replace", Saying{About: id, Fields: fields})
	}
}
