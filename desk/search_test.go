package desk

import (
	"bytes"
	"context"
	"database/sql"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"parley/identity"
	"parley/search"
)

// indexed waits until a desk's index has all of its replica, and that has the statements.
func (w *world) indexed(party string, ids ...string) {
	w.t.Helper()
	d := w.desks[party]
	w.until("the index of "+party+" has all", func() bool {
		mark, err := d.finder.index.Mark(w.t.Context())
		w.must(err)
		for _, id := range ids {
			if _, ok := d.work.Record(id); !ok {
				return false
			}
		}
		return mark.Size == d.work.Size() && mark.Size > 0
	})
}

// finds gives the identifiers of what is found.
func (w *world) finds(party, text, lang string, as identity.Author) (ids []string) {
	w.t.Helper()
	q := SearchQuery{Text: text, Lang: lang, Limit: 2}
	for range 50 {
		v, err := w.desks[party].Search(w.t.Context(), q, as)
		w.must(err)
		for _, i := range v.Items {
			ids = append(ids, i.ID)
		}
		if q.After = v.Next; v.Next == "" {
			break
		}
	}
	return ids
}

// What is said is found in each language, by words, codes, serials and identifiers; by
// who has it, once he has it; and again when the index was deleted, was damaged or is
// that of another journal.
func TestSearch(t *testing.T) {
	w := newWorld(t)
	basil := w.author("birch/watch/basil")
	fields := slices.Clone(notice)
	fields[3] = "description=الجسر الشَّمالي, הגשר הצפוני, the old granary"
	id := w.send("alder/watch/amal", Saying{Format: "J14", Fields: fields})
	w.receipt("alder", id)
	w.indexed("alder", id)
	w.until("birch has the entry", func() bool { return w.desks["birch"].work.Size() == w.desks["alder"].work.Size() })
	w.indexed("birch")
	if got := w.finds("birch", "granary", "en", basil); len(got) != 0 {
		t.Errorf("birch finds what is at the gate: %q", got)
	}
	w.release(id)
	w.indexed("birch", id)
	record, _ := w.desks["birch"].work.Record(id)
	check := func(when string) {
		t.Helper()
		for _, text := range []string{"granary", "GRAN*", `"old granary"`, "جسر شمالي", "גשר", "survey", "مسح", "סקר", "J14", "J14/1", id, id[:13], "amal", "amal " + record.Claims.Serial.String(), "valley north", "إشعار", "line 2"} {
			if got := w.finds("birch", text, "en", basil); !slices.Equal(got, []string{id}) {
				t.Errorf("%s, %q finds %q", when, text, got)
			}
		}
	}
	check("first")
	v, err := w.desks["birch"].Search(t.Context(), SearchQuery{Text: "granary", Lang: "he"}, basil)
	w.must(err)
	if i := v.Items[0]; !strings.Contains(i.Excerpt, "granary") || i.Title != "הודעה מראש על פעילות" || i.Fit != "whole" || v.Indexed != v.Size {
		t.Errorf("it is shown as %+v of %d entries, %d looked through", i, v.Size, v.Indexed)
	}
	if record.Delivery.Reach[0].Displayed != (time.Time{}) {
		t.Error("what was found counts as displayed")
	}
	for text, want := range map[string]string{"": SearchEmpty, "a b c d e f g h i j k l m": SearchLong} {
		if _, err := w.desks["birch"].Search(t.Context(), SearchQuery{Text: text, Lang: "ar"}, basil); ruleOf(err) != want {
			t.Errorf("%q is answered %v", text, err)
		}
	}
	for _, after := range []string{"x", "0", "9-1", "1--1", "01-1"} {
		if _, err := w.desks["birch"].Search(t.Context(), SearchQuery{Text: "a", After: after}, basil); ruleOf(err) != BadRequest {
			t.Errorf("after %q is answered %v", after, err)
		}
	}
	file := filepath.Join(w.dir, "birch", SearchFile)
	for when, change := range map[string]func(){
		"kept":    func() {},
		"deleted": func() { w.must(os.Remove(file)) },
		"damaged": func() { w.must(os.WriteFile(file, bytes.Repeat([]byte("x"), 1<<14), 0o600)) },
		"of another journal": func() {
			x, err := search.Open(file)
			w.must(err)
			w.must(x.Put(t.Context(), nil, &search.Mark{Ledger: w.desks["alder"].origin, Blocks: 3, Size: 3}))
			w.must(x.Close())
		},
	} {
		w.close("birch")
		change()
		w.open("birch")
		w.indexed("birch", id)
		check(when)
	}
}

// An index that is damaged while the desk runs is made anew.
func TestSearchMendsItself(t *testing.T) {
	w := newWorld(t)
	id := w.say("alder/watch/amal")
	w.receipt("alder", id)
	w.indexed("alder", id)
	alder := w.desks["alder"]
	db, err := sql.Open("sqlite", filepath.Join(w.dir, "alder", SearchFile))
	w.must(err)
	rows, err := db.Query("SELECT name FROM sqlite_schema WHERE name LIKE 'text_%_data'")
	w.must(err)
	var tables []string
	for rows.Next() {
		var name string
		w.must(rows.Scan(&name))
		tables = append(tables, name)
	}
	w.must(rows.Close())
	for _, name := range tables {
		_, err = db.Exec("UPDATE " + name + " SET block = x'ff00ff00ff00' WHERE id > 1")
		w.must(err)
	}
	w.must(db.Close())
	w.until("it is found again", func() bool {
		v, err := alder.Search(t.Context(), SearchQuery{Text: "survey"}, identity.Author{})
		return err == nil && len(v.Items) == 1 && v.Items[0].ID == id
	})
}

// Of another area nothing is found; of a project by its readers alone, which is logged.
func TestSearchKeepsApart(t *testing.T) {
	s := newSecrets(t)
	w := s.world
	w.indexed("alder")
	for _, c := range compartments {
		if got := w.finds("alder", "secret", "en", w.author(c.reader)); !slices.Equal(got, []string{s.id[c.area]}) {
			t.Errorf("the officer of %s finds %q", c.area, got)
		}
	}
	if got := w.finds("alder", "secret", "en", identity.Author{}); len(got) != len(compartments) {
		t.Errorf("the desk finds %q", got)
	}
}

func TestSearchNamedReaders(t *testing.T) {
	w := traders(t)
	id := w.propose(1)
	w.receipt("alder", id)
	w.release(id)
	w.pipeline(basma, id, "proposed")
	w.indexed("birch", id)
	for name, n := range map[string]int{basma: 1, boris: 0, "birch/watch/basil": 0} {
		_, before, err := w.desks["birch"].outbox.accesses(t.Context(), 1000)
		w.must(err)
		got := w.finds("birch", "irrigation", "en", w.author(name))
		all, denied, err := w.desks["birch"].outbox.accesses(t.Context(), 1)
		w.must(err)
		if len(got) != n || denied != before || n == 1 && (all[0].Officer != name || all[0].Answer != AccessRead || all[0].Statement != id) {
			t.Errorf("%s finds %q, logged as %+v, %d denied", name, got, all, denied-before)
		}
		birch := w.desks["birch"] // which looks for them nowhere else: a next page would tell what there is
		sees, err := birch.seenBy(w.author(name))
		w.must(err)
		shelves, err := birch.shelves(t.Context(), w.author(name), sees)
		if w.must(err); slices.Contains(shelves, shelf(projectArea, id)) != (n == 1) {
			t.Errorf("for %s these parts are looked through: %q", name, shelves)
		}
	}
}

// Fifty thousand notices are looked through within 100 ms.
func BenchmarkSearch(b *testing.B) {
	const n = 50_000
	x, err := search.Open(filepath.Join(b.TempDir(), SearchFile))
	if err != nil {
		b.Fatal(err)
	}
	defer x.Close()
	pool := strings.Fields("bridge valley survey works flight road checkpoint water tower convoy granary orchard fence mast pump vehicle drone patrol crane cable الجسر الوادي الطريق أشغال إصلاح دورية סקר עבודות גשר כביש סיור צפון notice activity military alder watch amal birch PRIORITY")
	for first := 0; first < n; first += 500 {
		var docs []search.Doc
		for e := first; e < first+500; e++ {
			text := fmt.Sprintf("01a21151-%04x-7263-a030-%012x 2026-11-25/%d J14/1 36RXV%04d%04d ", e%65536, e*7919, e%300, e%10000, e*7%10000)
			for i := range 120 {
				text += pool[(e*31+i*i*17+e/7)%len(pool)] + " "
			}
			docs = append(docs, search.Doc{Entry: uint64(e + 1), Area: "military", Words: search.Words(text)})
		}
		if err := x.Put(context.Background(), docs, &search.Mark{Size: uint64(first + 500)}); err != nil {
			b.Fatal(err)
		}
	}
	for _, text := range []string{"granary", "bridge valley survey", `"road checkpoint"`, "الجسر", "גשר", "br", "01a21151-0", "36RXV1234", "nothing", "amal birch notice watch priority", "patr* con*"} {
		q, err := search.Parse(text)
		if err != nil {
			b.Fatal(err)
		}
		b.Run(text, func(b *testing.B) {
			for b.Loop() {
				if _, _, err := x.Find(context.Background(), q, []string{"military", "service"}, search.Place{}, 40); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
