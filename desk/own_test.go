package desk

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"parley/charter"
	"parley/delivery"
	"parley/format"
	"parley/mechanism"
	"parley/proof"
)

// water puts in force a format that the parties have made for themselves.
func water(c *charter.Charter) {
	name := func(en, ar, he string) format.Words { return format.Words{"en": en, "ar": ar, "he": he} }
	f := &format.Format{ID: "WATER", Edition: 1, Kind: format.Message, Area: "military", Precedence: "ROUTINE", Gate: "review",
		Names: name("Water level", "منسوب المياه", "מפלס המים"), Help: name("Tells how high the shared lake stands.", "يبيّن منسوب البحيرة المشتركة.", "אומרת מה מפלס האגם המשותף."),
		Fields: []format.Field{
			{Name: "level", Type: format.Quantity, Units: []string{"m"}, Required: true, Critical: true, Label: name("Level", "المنسوب", "מפלס"), Help: name("Above the mark.", "فوق العلامة.", "מעל הסימון.")},
			{Name: "remark", Type: format.Text, MaxWords: 50, Label: name("Remark", "ملاحظة", "הערה"), Help: name("What else is to be known.", "ما يلزم علمه أيضًا.", "מה עוד כדאי לדעת.")},
		}}
	c.Own, c.Formats = append(c.Own, f), append(c.Formats, charter.Rule{Format: "WATER/1", Gate: charter.GateReview})
	for i := range c.Roles {
		if c.Roles[i].ID == "watch" {
			c.Roles[i].May = append(c.Roles[i].May, "WATER")
		}
	}
}

// A format of the charter's own takes every step that one of the catalogue
// takes, reads in each language, and is verified by an auditor from a file.
func TestOwnFormat(t *testing.T) {
	w := newWorld(t, water)
	ctx := t.Context()
	_, err := w.desks["alder"].Say(ctx, Saying{By: w.author("alder/watch/amal"), Format: "water", Fields: []string{"level=12 feet"}, Lang: "ar"})
	if ruleOf(err) != mechanism.BadField || !strings.Contains(err.Error(), "المنسوب") {
		t.Errorf("a wrong unit: %v", err)
	}
	id := w.send("alder/watch/amal", Saying{Format: "water", Fields: []string{"level=12 m", "remark=The drift of the reeds goes on.\n\nNothing else."}})
	w.release(id)
	w.show("birch", id)
	for lang, want := range map[string][]string{
		"en": {"Water level", "Level: 12 m", "The drift of the reeds goes on."},
		"ar": {"منسوب المياه", "المنسوب: ", "The drift of the reeds goes on.", "مصطلح متفق عليه: \u2068drift\u2069 = انجراف"},
		"he": {"מפלס המים", "מפלס: ", "The drift of the reeds goes on.", "מונח מוסכם: \u2068drift\u2069 = היסחפות"},
	} {
		detail := w.look("birch", id, lang)
		for _, part := range want {
			if !strings.Contains(detail.Title+"\n"+detail.Text, part) {
				t.Errorf("%s: no %q in\n%s\n%s", lang, part, detail.Title, detail.Text)
			}
		}
		if lang == "en" && strings.Contains(detail.Text, "Agreed term") {
			t.Errorf("a note on a term that is in the page's language:\n%s", detail.Text)
		}
	}
	w.act("birch/watch/basil", "ack", id)
	w.refuse(mechanism.BadField, "birch/watch/basil", "readback", Saying{About: id})
	w.act("birch/watch/basil", "readback", id, "level=13 m")
	w.mismatch("alder", id, "birch")
	w.act("birch/watch/basil", "readback", id, "level=12.0 m")
	w.status("alder", id, "understood")
	anew := w.act("alder/watch/adam", "replace", id, "why=changed", "level=14 m")
	w.release(anew)
	w.status("birch", id, "replaced")
	if said := w.written("birch", anew); said["level"] != "14 m" || said["remark"] != "The drift of the reeds goes on.\n\nNothing else." || said["content"] != "WATER/1" {
		t.Errorf("the replacement says %v", said)
	}
	sent := w.receipt("alder", id)
	w.until("the hub's checkpoint is confirmed", func() bool {
		status, err := w.desks["alder"].Status(ctx)
		w.must(err)
		return status.Confirmed > sent.Index
	})
	for party, d := range w.desks {
		var record bytes.Buffer
		w.must(proof.WriteRecord(&record, d.Origin(), d.Journal().Read(ctx, d.Origin(), 0)))
		if result, err := proof.VerifyRecord(ctx, &record, w.charter.Charter); err != nil {
			t.Errorf("the auditor refutes %s's record: %v, %+v", party, err, result)
		}
		tip, err := d.journal.ReadOne(ctx, d.Origin(), d.Work().Blocks()-1)
		w.must(err)
		bundle, err := proof.MakeBundle(ctx, d.Work(), d.Journal(), d.Origin(), tip.Checkpoint, []string{id, anew})
		w.must(err)
		if result, err := proof.VerifyBundle(ctx, bundle, w.charter.Charter); err != nil {
			t.Errorf("the auditor refutes %s's bundle: %v, %+v", party, err, result)
		}
	}
}

// A translation stands beside the original under its translator's name, on the
// desks that may read it, and the original stays what was signed.
func TestTranslation(t *testing.T) {
	w := newWorld(t)
	id := w.say("alder/watch/amal")
	w.release(id)
	w.show("birch", id)
	original := w.look("birch", id, "ar")
	const arabic = "طلعة مسح، طائرة صغيرة واحدة."
	w.refuse(mechanism.BadField, "birch/watch/basil", "translate", Saying{About: id, Fields: []string{"language=fr", "method=human", "description=Vol."}})
	w.refuse(mechanism.BadField, "birch/watch/basil", "translate", Saying{About: id, Fields: []string{"language=ar", "method=human", "activity=flight"}}) // which is coded
	w.refuse(mechanism.BadField, "birch/watch/basil", "translate", Saying{About: id, Fields: []string{"language=ar", "method=human"}})                    // no text at all
	mute := w.send("alder/watch/amal", Saying{Format: "J14", Fields: slices.Concat(notice[:3], notice[4:])})
	w.release(mute)
	w.show("birch", mute)
	w.refuse(mechanism.BadRef, "birch/watch/basil", "translate", Saying{About: mute, Fields: []string{"language=ar", "method=human", "description=" + arabic}})
	translated := w.act("birch/watch/basil", "translate", id, "language=ar", "method=human", "description="+arabic)
	w.marked("cedar", translated, "submitted")
	sees := func(party string, want bool) {
		t.Helper()
		w.until(party+" shows the translation", func() bool {
			detail := w.look(party, id, "ar")
			if detail.Text != original.Text && party == "birch" || detail.Hash != original.Hash || !strings.Contains(detail.Text, "Survey flight, one small aircraft.") {
				t.Fatalf("%s shows another original:\n%s", party, detail.Text)
			}
			if !want {
				return len(detail.Translations) == 0
			}
			return len(detail.Translations) == 1 && detail.Translations[0].By == "birch/watch/basil" && detail.Translations[0].Language == "ar" && strings.Contains(detail.Translations[0].Text, arabic)
		})
	}
	sees("birch", true)
	sees("cedar", true)
	sees("alder", false)
	w.act("cedar/gate/chen", "release", translated)
	sees("alder", true)
	w.refuse(delivery.NotYours, "birch/watch/basil", "withdraw", Saying{About: id})

	// What is superseded takes its translations with it; a translation is not replaced.
	if refusal := w.refuse(mechanism.BadRef, "birch/watch/basil", "replace", Saying{About: translated, Fields: []string{"why=error", "description=" + arabic}}); !strings.Contains(refusal.Remedy, "cancel") {
		t.Errorf("%s; %s", refusal.Sentence, refusal.Remedy)
	}
	cancel := w.act("birch/watch/dalia", "cancel", translated, "why=error")
	w.status("cedar", cancel, "submitted")
	w.act("cedar/gate/chen", "release", cancel)
	w.status("alder", translated, "cancelled")
	sees("alder", false)
}
