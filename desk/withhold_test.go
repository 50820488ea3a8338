package desk

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"parley/client"
	"parley/format"
	"parley/ledger"
	"parley/mechanism"
	"parley/proof"
	"parley/statement"
)

// hidden gives what of a statement nobody may find who is not to have those parts:
// the salts of their disclosures, as they would stand in a file.
func hidden(s *statement.Statement, names []string) (pieces []string) {
	withheld := map[[32]byte]bool{}
	for _, p := range s.Parts() {
		if field, _ := p.Of(); slices.Contains(names, p.Name) || slices.Contains(names, field) {
			withheld[p.Digest] = true
		}
	}
	for _, text := range strings.Split(string(s.Bytes()), "~")[1:] {
		if withheld[sha256.Sum256([]byte(text))] {
			pieces = append(pieces, text[3:27], text[12:36])
		}
	}
	return pieces
}

// spelled gives a word as it may stand in a file: as it is, and within base64url.
func spelled(word string) []string {
	all := []string{word}
	for shift := range 3 {
		text := base64.RawURLEncoding.EncodeToString(append(make([]byte, shift), word...))
		all = append(all, text[4:len(text)-2])
	}
	return all
}

// search reports which of the pieces are in a file of a party's folder, or in an answer
// of its desk to what anybody there can ask.
func (w *world) search(party string, ids, pieces []string) (found []string) {
	w.t.Helper()
	look := func(where string, text []byte) {
		for _, piece := range pieces {
			if bytes.Contains(text, []byte(piece)) {
				found = append(found, fmt.Sprintf("%s has %q", where, piece))
				return
			}
		}
	}
	var access Access
	text, err := os.ReadFile(filepath.Join(w.dir, party, AccessFile))
	w.must(err)
	w.must(json.Unmarshal(text, &access))
	paths := []string{"/v1/statements?all=1&limit=1000", "/v1/status", "/v1/stats", "/v1/digest", "/v1/calendar", "/v1/calendar.ics", "/v1/serials", "/v1/drafts", "/v1/line", "/v1/areas", "/v1/watch", "/v1/handover", "/v1/questions", "/v1/cases"}
	for _, id := range ids {
		for _, lang := range []string{"en", "ar", "he"} {
			paths = append(paths, "/v1/statements/"+id+"?lang="+lang, "/v1/sources/"+id+"?lang="+lang)
		}
	}
	for _, path := range paths {
		r, err := http.NewRequestWithContext(w.t.Context(), "GET", access.URL+path, nil)
		w.must(err)
		r.Header.Set("Authorization", "Bearer "+access.Token)
		answer, err := http.DefaultClient.Do(r)
		w.must(err)
		var body bytes.Buffer
		_, err = body.ReadFrom(answer.Body)
		w.must(errors.Join(err, answer.Body.Close()))
		look(path, body.Bytes())
	}
	w.must(filepath.WalkDir(filepath.Join(w.dir, party), func(file string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		text, err := os.ReadFile(file)
		look(file, text)
		return err
	}))
	return found
}

// text gives a statement as a party's desk has it.
func (w *world) text(party, id string) *statement.Statement {
	w.t.Helper()
	record, ok := w.desks[party].work.Record(id)
	if !ok {
		w.t.Fatalf("%s does not have statement %s", party, id)
	}
	s, err := w.desks[party].statementAt(w.t.Context(), record.Index)
	w.must(err)
	return s
}

// marks waits until a desk lists a statement with a status and, among others, marks.
func (w *world) marks(party, id, status string, marks ...string) {
	w.t.Helper()
	w.until(fmt.Sprintf("%s lists %s as %s %q", party, id, status, marks), func() bool {
		items, err := w.desks[party].List(w.t.Context(), 100, false)
		w.must(err)
		return slices.ContainsFunc(items, func(i Item) bool {
			return i.ID == id && i.Status == status && !slices.ContainsFunc(marks, func(m string) bool { return !slices.Contains(i.Marks, m) })
		})
	})
}

var guarded = append(slices.Clone(notice[:3]), "contact=mail:zebrafinch@alder.example", "description=Zebrafinch sees it.\n\nSurvey flight, one small aircraft.")

// An officer of the supervisor looks at what the addressee will read, and releases that;
// the author is told what was withheld and why, the addressee that something was.
func TestReleaseInPart(t *testing.T) {
	w := newWorld(t)
	id := w.send("alder/watch/amal", Saying{Format: "J14", Fields: guarded})
	w.status("cedar", id, "submitted")
	chen, ask := w.author("cedar/gate/chen"), Saying{By: w.author("cedar/gate/chen"), About: id, Lang: "en", Withhold: []string{"description/1=source", "contact=person"}}
	for lang, want := range map[string][]string{"en": {"What birch will read, with 2 parts withheld", "contact: could endanger a person", "description/1: would show a source", "[withheld]", "Survey flight"},
		"ar": {"مع حجب جزأين"}, "he": {"2 חלקים חסויים"}} {
		ask.Lang = lang
		page, err := w.desks["cedar"].PreviewRelease(t.Context(), ask)
		w.must(err)
		if lower := strings.ToLower(page); strings.Contains(lower, "zebrafinch") {
			t.Errorf("the preview shows what will be withheld:\n%s", page)
		}
		for _, word := range want {
			if !strings.Contains(page, word) {
				t.Errorf("the preview in %s does not say %q:\n%s", lang, word, page)
			}
		}
	}
	whole, err := w.desks["cedar"].PreviewRelease(t.Context(), Saying{By: chen, About: id, Lang: "en"})
	if err != nil || !strings.Contains(whole, "read it whole") || !strings.Contains(whole, "Zebrafinch") {
		t.Errorf("%v\n%s", err, whole)
	}
	if r := w.refuse(mechanism.WithheldForm, "cedar/gate/chen", "release", Saying{About: id, Withhold: []string{"describtion=source"}, Lang: "en"}); !strings.Contains(r.Sentence, "description/2") {
		t.Error(r)
	}
	w.refuse(mechanism.WithheldForm, "cedar/gate/chen", "release", Saying{About: id, Withhold: []string{"contact=pleasure"}})
	w.refuse(mechanism.WithheldForm, "cedar/gate/chen", "release", Saying{About: id, Withhold: []string{"contact"}}) // other, without a note
	w.refuse(mechanism.WithheldRules, "cedar/gate/chen", "release", Saying{About: id, Withhold: []string{"window=source"}})
	w.refuse(BadRequest, "cedar/gate/chen", "hold", Saying{About: id, Withhold: []string{"contact=source"}, Fields: []string{"reason=unclear"}})
	w.refuse(NotFound, "birch/watch/basil", "release", Saying{About: id})
	act, err := w.desks["cedar"].Act(t.Context(), "release", Saying{By: chen, About: id, Lang: "en", Withhold: []string{"description/1=source", "contact=person"}, Fields: []string{"note=EXERCISE. As agreed. EXERCISE."}})
	w.must(err)
	w.receipt("cedar", act)
	for party, want := range map[string][]string{"alder": {"contact", "description/1"}, "cedar": {"contact", "description/1"}, "birch": {"", "description/1"}} {
		w.marks(party, id, "delivered", "withheld 2")
		d := w.look(party, id, "en")
		var names []string
		for _, p := range d.Cut.Parts {
			names = append(names, p.Name)
		}
		slices.Sort(names)
		if !slices.Equal(names, want) || d.Cut.Release != act || d.Cut.By != "cedar/gate/chen" || d.Cut.Whole != (party != "birch") || !strings.Contains(strings.Join(d.Cut.Lines, "\n"), "As agreed") {
			t.Errorf("%s: %+v", party, d.Cut)
		}
		if strings.Contains(d.Text, "Zebrafinch") == (party == "birch") || strings.Contains(strings.Join(d.Cut.Lines, "\n"), "contact") == (party == "birch") {
			t.Errorf("%s reads:\n%s\n%s", party, d.Text, strings.Join(d.Cut.Lines, "\n"))
		}
	}
	if d := w.look("birch", id, "he"); !strings.Contains(d.Cut.Lines[0], "חסוי") || !strings.Contains(w.look("alder", id, "ar").Cut.Lines[0], "محجوب عن") {
		t.Errorf("%q", d.Cut.Lines)
	}
	w.show("birch", id)
	w.act("birch/watch/basil", "readback", id, notice[:3]...)
	w.until("alder knows that it was understood", func() bool {
		r, _ := w.desks["alder"].work.Record(id)
		return r.Delivery.Understood("birch")
	})
	dispute := w.send("alder/watch/amal", Saying{Format: "J20", About: act, Fields: []string{"kind=dispute", "what=Without its first paragraph the rest misleads.", "where=DMM 00 31.200N 017 58.400W ±30m; valley, north end",
		"when=" + format.WriteInstant(w.now().Truncate(time.Minute)), "noticed-by=patrol", "harm=none", "state=It stands so.", "request=Release it whole.", "contact=desk:line 1", "confidence=high"}})
	w.receipt("alder", dispute) // its author disputes the release on record: a case, with clocks on all
	pieces := append(hidden(w.text("alder", id), []string{"contact", "description/1"}), append(spelled("zebrafinch"), spelled("Zebrafinch")...)...)
	for range 2 {
		if found := w.search("birch", []string{id, act}, pieces); len(found) > 0 {
			t.Errorf("%q", found)
		}
		w.rebuilt("birch")
		w.marks("birch", id, "displayed", "withheld 2")
	}
	if len(w.search("alder", []string{id}, pieces)) == 0 {
		t.Error("the search finds nothing where it is, so it proves nothing")
	}
}

// What was withheld of the critical fields is read back by nobody, and the desks say so.
func TestReadBackInPart(t *testing.T) {
	w := newWorld(t)
	id := w.say("alder/watch/amal")
	w.status("cedar", id, "submitted")
	act, err := w.desks["cedar"].Act(t.Context(), "release", Saying{By: w.author("cedar/gate/chen"), About: id, Withhold: []string{"place=operation"}})
	w.must(err)
	w.receipt("cedar", act)
	w.marks("birch", id, "delivered", "withheld 1")
	w.show("birch", id)
	w.act("birch/watch/basil", "readback", id, notice[0], notice[2])
	for _, party := range []string{"alder", "birch", "cedar"} {
		w.marks(party, id, "displayed", "withheld 1", "uncompared birch")
		w.until(party+" says that it was not compared", func() bool {
			d := w.look(party, id, "en")
			return len(d.Readbacks) == 1 && !d.Readbacks[0].Match && slices.Equal(d.Readbacks[0].Differences, []string{"it could not be compared: a critical field was withheld at the gate"}) && d.Cut.Critical
		})
	}
}

// Whatever is said and whatever is withheld of it, every party has the same of it, an
// auditor of each agrees, and its addressee has nothing else anywhere.
func TestWithholdAtRandom(t *testing.T) {
	seed := rand.Uint64()
	chance := rand.New(rand.NewPCG(seed, 1))
	t.Logf("seed %d", seed)
	w := newWorld(t)
	word := func() string {
		b := make([]byte, 14)
		for i := range b {
			b[i] = byte('a' + chance.IntN(26))
		}
		return string(b)
	}
	var ids, pieces []string
	cuts := map[string][]string{}
	for range 10 {
		var said []string
		texts := make([]string, 1+chance.IntN(4))
		secret := map[string]string{}
		for i := range texts {
			secret[fmt.Sprintf("description/%d", i+1)] = word()
			texts[i] = "Flight " + secret[fmt.Sprintf("description/%d", i+1)] + "."
		}
		secret["contact"] = word()
		fields := append(slices.Clone(notice[:3]), "contact=mail:"+secret["contact"]+"@alder.example", "description="+strings.Join(texts, "\n\n"))
		id := w.send("alder/watch/amal", Saying{Format: "J14", Fields: fields})
		w.status("cedar", id, "submitted")
		original := w.text("cedar", id)
		record, _ := w.desks["cedar"].work.Record(id)
		for _, p := range original.Parts() {
			field, paragraph := p.Of()
			if _, err := mechanism.MayWithhold(w.desks["cedar"].Charter(), record, p.Name); err != nil || chance.IntN(3) > 0 || paragraph && slices.Contains(said, field) {
				continue
			}
			said = append(said, p.Name)
		}
		var withhold []string
		for _, name := range said {
			withhold = append(withhold, name+"=source")
			for of, text := range secret {
				if of == name || strings.HasPrefix(of, name+"/") {
					pieces = append(pieces, spelled(text)...)
				}
			}
		}
		act, err := w.desks["cedar"].Act(t.Context(), "release", Saying{By: w.author("cedar/gate/chen"), About: id, Withhold: withhold})
		w.must(err)
		w.receipt("cedar", act)
		pieces = append(pieces, hidden(original, said)...)
		ids, cuts[id] = append(ids, id, act), said
	}
	for _, party := range []string{"birch", "alder", "cedar"} {
		d := w.desks[party]
		w.until(party+" has reported all", func() bool {
			return !slices.ContainsFunc(ids, func(id string) bool {
				r, ok := d.work.Record(id)
				return !ok || r.Delivery != nil && (len(r.Delivery.Reach) == 0 || r.Delivery.Reach[0].Delivered.IsZero())
			})
		})
		if d.state.alarm != "" {
			t.Fatalf("%s: %s", party, d.state.alarm)
		}
		for id, names := range cuts {
			own, s := w.look(party, id, "en"), w.text(party, id)
			if reader := party == "birch"; (own.Cut == nil) != (len(names) == 0) || own.Cut != nil && len(own.Cut.Parts) != len(names) || s.Complete() == (reader && len(names) > 0) {
				t.Errorf("%s has %d parts missing of %s and says %+v, withheld were %q", party, s.Withheld(), id, own.Cut, names)
			}
			r, _ := d.work.Record(id)
			if other, _ := w.desks["cedar"].work.Record(id); !reflect.DeepEqual(r.Delivery, other.Delivery) {
				t.Errorf("%s has %s as\n%+v\ncedar as\n%+v", party, id, r.Delivery, other.Delivery)
			}
		}
		var file bytes.Buffer
		w.must(proof.WriteRecord(&file, d.Origin(), d.Journal().Read(t.Context(), d.Origin(), 0)))
		if _, err := proof.VerifyRecord(t.Context(), &file, w.charter.Charter); err != nil {
			t.Errorf("the auditor of %s: %v", party, err)
		}
	}
	if found := w.search("birch", ids, pieces); len(found) > 0 {
		t.Errorf("%q", found)
	}
}

// A desk that is handed what the release keeps from its party takes none of it in, and
// keeps the proof.
func TestDeskIsHandedTooMuch(t *testing.T) {
	w := newWorld(t)
	id := w.send("alder/watch/amal", Saying{Format: "J14", Fields: guarded})
	w.status("cedar", id, "submitted")
	act, err := w.desks["cedar"].Act(t.Context(), "release", Saying{By: w.author("cedar/gate/chen"), About: id, Withhold: []string{"contact=person"}})
	w.must(err)
	w.receipt("cedar", act)
	w.status("alder", id, "delivered")
	w.stopHub()
	w.close("birch")
	w.must(os.RemoveAll(filepath.Join(w.dir, "birch")))
	birch, alder := w.open("birch"), w.desks["alder"]
	for b, err := range alder.Journal().Read(t.Context(), alder.Origin(), 0) {
		w.must(err)
		line, err := b.MarshalJSON()
		w.must(err)
		if err = birch.take(t.Context(), client.Item{Block: b, Line: line}); err == nil {
			continue
		}
		var fault *accusation
		if !errors.As(err, &fault) || !strings.Contains(err.Error(), "handed over whole, with the parts that this release withholds") {
			t.Fatal(err)
		}
		if birch.work.Size() != b.First {
			t.Errorf("birch has %d entries, want %d", birch.work.Size(), b.First)
		}
		return
	}
	t.Error("birch has taken all that alder may read")
}

// A hub hands over the release and not the text. No rule is broken that the addressee
// could prove, and its watch is told.
func TestDeskIsHandedNothing(t *testing.T) {
	w := newWorld(t)
	id := w.say("alder/watch/amal")
	w.release(id)
	kept := w.desks["birch"].Journal()
	var blocks []*ledger.Block
	for b, err := range kept.Read(t.Context(), w.desks["birch"].Origin(), 0) {
		w.must(err)
		blocks = append(blocks, b)
	}
	alarms := func(lang string) (all []Alarm) {
		v, err := w.desks["birch"].Watch(t.Context(), lang, w.author("birch/watch/basil"))
		w.must(err)
		return slices.DeleteFunc(v.Alarms, func(a Alarm) bool { return a.Kind != AlarmUntold })
	}
	if all := alarms("en"); len(all) > 0 {
		t.Errorf("what was handed over raises %+v", all)
	}
	w.stopHub()
	w.close("birch")
	w.must(os.RemoveAll(filepath.Join(w.dir, "birch")))
	birch := w.open("birch")
	for _, b := range blocks {
		b.Disclosed = nil
		for _, content := range b.Contents { // what birch's desk said of it cannot be there
			if s, err := statement.Parse(content); err == nil && strings.HasPrefix(s.Claims().Format, "desk.delivered/") {
				blocks = nil
			}
		}
		if blocks == nil {
			break
		}
		w.must(birch.take(t.Context(), client.Item{Block: b}))
	}
	for lang, want := range map[string]string{"en": "its text was not handed over", "ar": "ولم يُسلَّم نصه", "he": "לא נמסר"} {
		if all := alarms(lang); len(all) != 1 || !strings.Contains(all[0].Text, want) {
			t.Errorf("%s: %+v", lang, all)
		}
	}
}
