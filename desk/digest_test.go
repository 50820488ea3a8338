package desk

import (
	"bytes"
	"slices"
	"strings"
	"testing"
	"time"

	"parley/digest"
	"parley/identity"
	"parley/mechanism"
	"parley/proof"
	"parley/statement"
	"parley/store"
)

// digests checks that all desks, the hub's own store and the records that the sides
// export make one report for each audience, to the byte, and that it tells of nothing
// that not everybody may read.
func (w *world) digests(work *store.Working, text func(*mechanism.Record) (*statement.Statement, error)) {
	w.t.Helper()
	var records []*proof.Replayed
	for _, party := range []string{"alder", "birch"} {
		d := w.desks[party]
		var record bytes.Buffer
		w.must(proof.WriteRecord(&record, d.origin, d.journal.Read(w.t.Context(), d.origin, 0)))
		r, err := proof.ReplayRecord(w.t.Context(), &record, w.charter.Charter, digest.Reads)
		w.must(err)
		records = append(records, r)
	}
	told := 0
	for _, audience := range digest.Audiences(w.charter.Charter) {
		for _, span := range []string{digest.Day, digest.Month} {
			q := digest.Question{Audience: audience, Span: span, Zone: "birch"}
			want, err := digest.Make(w.t.Context(), work, q, text)
			w.must(err)
			var pages []digest.Page
			for _, party := range []string{"alder", "birch", "cedar"} {
				page, _, err := w.desks[party].Digest(w.t.Context(), q, identity.Author{})
				w.must(err)
				pages = append(pages, page)
			}
			for _, r := range records {
				page, err := digest.Make(w.t.Context(), r.Work, q, r.Text)
				w.must(err)
				pages = append(pages, page)
			}
			for i, page := range pages {
				if !bytes.Equal(page.JSON(), want.JSON()) {
					w.t.Fatalf("%s, %s: page %d is another:\n%s\n%s", audience, span, i, want.JSON(), page.JSON())
				}
			}
			told += w.common(work, want)
		}
	}
	if told == 0 {
		w.t.Error("the reports tell of nothing")
	}
}

// common checks that every party may read each statement that a report names, and
// that it is of the report's areas.
func (w *world) common(work *store.Working, page digest.Page) (n int) {
	w.t.Helper()
	var entries []uint64
	for _, o := range page.Open {
		entries = append(entries, o.Entry)
	}
	for _, o := range page.Overdue {
		entries = append(entries, o.Entry)
	}
	for _, m := range page.Matters {
		entries = append(entries, m.Entry)
	}
	for _, f := range page.Flash {
		entries = append(entries, f.Entry)
	}
	for _, index := range entries {
		r, ok := work.RecordAt(index)
		if !ok {
			w.t.Fatalf("%s: entry %d is not there", page.Audience, index)
		}
		if !slices.Contains(page.Areas, r.Claims.Area) {
			w.t.Errorf("%s is told of entry %d, of area %s", page.Audience, index, r.Claims.Area)
		}
		for _, party := range []string{"alder", "birch", "cedar"} {
			if !r.Visible(party, "cedar") {
				w.t.Errorf("%s is told of entry %d, which %s may not read", page.Audience, index, party)
			}
		}
	}
	return len(entries)
}

// A question that cannot be answered is refused, and so is one for readers of more
// than the key of the officer who asks.
func TestDigestRefuses(t *testing.T) {
	w := newWorld(t)
	w.release(w.say("alder/watch/amal"))
	d := w.desks["alder"]
	for _, test := range []struct {
		name string
		q    digest.Question
		rule string
	}{
		{"", digest.Question{}, ""},
		{"week", digest.Question{Span: "week", Date: "2026-11-24", Zone: "alder"}, ""},
		{"audience", digest.Question{Audience: "public"}, digest.BadAudience},
		{"span", digest.Question{Span: "year"}, digest.BadPeriod},
		{"date", digest.Question{Date: "24 November"}, digest.BadPeriod},
		{"zone", digest.Question{Zone: "elm"}, digest.BadPeriod},
	} {
		if _, _, err := d.Digest(t.Context(), test.q, identity.Author{}); ruleOf(err) != test.rule {
			t.Errorf("%s: %v, want %q", test.name, err, test.rule)
		}
	}
	if _, _, err := d.Digest(t.Context(), digest.Question{Audience: strings.Repeat("public", 2000)}, w.author("alder/watch/amal")); ruleOf(err) != digest.BadAudience {
		t.Error(err)
	}
	denials, err := d.Denials(t.Context(), w.author("alder/watch/amal"), 1)
	w.must(err)
	if len(denials.Denials) != 1 || len(denials.Denials[0].Asked) > 300 {
		t.Errorf("the log keeps of each question as much as was typed: %+v", denials)
	}
	page, ch, err := d.Digest(t.Context(), digest.Question{Span: "week", Date: "2026-11-24", Zone: "birch"}, w.author("alder/watch/amal"))
	if err != nil || page.Zone != ch.Parties[1].Zone || page.To-page.From != (7*24*time.Hour).Milliseconds() {
		t.Errorf("%+v: %v", page, err)
	}
	key := mechanism.Key{Author: w.author("alder/diplomat/dina"), Areas: []string{"diplomatic"}}
	for audience, want := range map[string]string{"diplomatic": "", digest.Watch: digest.NotRead, digest.Command: digest.NotRead, digest.Auditor: digest.NotRead, "commercial": digest.NotRead} {
		if err := digest.Sees(w.charter.Charter, audience, &key); ruleOf(err) != want {
			t.Errorf("%s: %v, want %q", audience, err, want)
		}
	}
}
