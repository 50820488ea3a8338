package desk

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"parley/identity"
)

// pages reads all pages of a query.
func (w *world) pages(party string, q ListQuery, as identity.Author) (items []ListItem) {
	w.t.Helper()
	for range 100 {
		p, err := w.desks[party].Page(w.t.Context(), q, as)
		w.must(err)
		items = append(items, p.Items...)
		if q.Before = p.Next; p.Next == nil {
			return items
		}
	}
	w.t.Fatal("the pages do not end")
	return nil
}

// Page by page one reads what the list has, each entry once, whether it is written to
// the read model's database or not; filters leave what fits, and lines say what is said.
func TestPages(t *testing.T) {
	w := newWorld(t)
	birch := w.desks["birch"]
	var ids []string
	for i := range 5 {
		id := w.send("alder/watch/amal", Saying{Format: "J14", Fields: notice})
		w.receipt("alder", id)
		if w.release(id); i == 2 {
			w.show("birch", id)
			w.act("birch/watch/basil", "ack", id)
		}
		ids = append(ids, id)
	}
	w.until("birch has all", func() bool { _, ok := birch.work.Record(ids[4]); return ok })
	for _, flushed := range []bool{false, true} {
		if flushed {
			w.must(birch.work.Flush(t.Context()))
		}
		for _, acts := range []bool{false, true} {
			list, err := birch.List(t.Context(), maxList, acts)
			w.must(err)
			var want, got []string
			for _, i := range list {
				if i.Index != nil {
					want = append(want, fmt.Sprint(*i.Index, i.ID))
				}
			}
			for _, i := range w.pages("birch", ListQuery{Limit: 2, Acts: acts, Unread: true}, identity.Author{}) {
				got = append(got, fmt.Sprint(*i.Index, i.ID))
			}
			if !slices.Equal(want, got) {
				t.Errorf("flushed %t, acts %t: the list has %q, the pages %q", flushed, acts, want, got)
			}
		}
	}
	for _, test := range []struct {
		q ListQuery
		n int
	}{
		{ListQuery{Format: "J14"}, 5}, {ListQuery{Format: "J1"}, 0}, {ListQuery{Format: "J14/1", Party: "alder", Area: "military"}, 5}, {ListQuery{Party: "ald"}, 0},
		{ListQuery{Area: "diplomatic"}, 0}, {ListQuery{Precedence: "PRIORITY"}, 5}, {ListQuery{Precedence: "FLASH"}, 0}, {ListQuery{Status: "acknowledged", Limit: 1}, 1}, {ListQuery{Format: "J01", Acts: true}, 1},
	} {
		test.q.Unread = true // which has no effect here
		if got := w.pages("birch", test.q, identity.Author{}); len(got) != test.n {
			t.Errorf("%+v gives %d items, want %d: %+v", test.q, len(got), test.n, got)
		}
	}
	for lang, want := range map[string][2]string{"en": {"Advance notice of activity", "survey or measurement · "}, "ar": {"إشعار مسبق بنشاط", "سكان"}, "he": {"הודעה מראש על פעילות", "סקר או מדידה · "}} {
		p, err := birch.Page(t.Context(), ListQuery{Limit: 1, Lang: lang}, w.author("birch/watch/basil"))
		w.must(err)
		if i := p.Items[0]; i.Title != want[0] || lang != "ar" && !strings.HasPrefix(i.Subject, want[1]) || !strings.Contains(i.Subject, "valley") || strings.Contains(i.Subject, "\n") || i.Serial == "" {
			t.Errorf("in %s: %+v", lang, i)
		}
	}
	own, err := w.desks["alder"].Page(t.Context(), ListQuery{Limit: 1}, identity.Author{})
	w.must(err)
	if len(own.Unsent) != 0 || own.Next == nil {
		t.Errorf("alder has %+v", own)
	}
	if _, err := birch.Page(t.Context(), ListQuery{Limit: 301}, identity.Author{}); ruleOf(err) != BadRequest {
		t.Errorf("a page of 301: %v", err)
	}
}

// Of other areas a page has entries without a text at most, and a filter finds none of them.
func TestPageKeepsAreasApart(t *testing.T) {
	s := newSecrets(t)
	w := s.world
	for _, c := range compartments {
		for _, q := range []ListQuery{{}, {Acts: true, Unread: true}, {Area: "commercial"}, {Party: "birch"}, {Format: "J31"}} {
			for _, i := range w.pages("alder", q, w.author(c.reader)) {
				if i.ID != "" && i.Area != c.area && i.Area != "service" || i.ID == "" && (i.Title+i.Subject+i.Serial+i.Format != "" && i.Kind == KindWithheld) {
					t.Errorf("the officer of %s is given %+v by %+v", c.area, i, q)
				}
			}
		}
		var all []uint64
		paged := map[uint64]ListItem{}
		for _, i := range w.pages("alder", ListQuery{Acts: true, Unread: true}, w.author(c.reader)) {
			if i.Index != nil {
				paged[*i.Index] = i
				all = append(all, *i.Index)
			}
		}
		all = append(all, 1<<40)
		lines, err := w.desks["alder"].Lines(t.Context(), all, "en", w.author(c.reader))
		if err != nil || len(lines) != len(all) {
			t.Fatalf("%d lines of %d entries: %v", len(lines), len(all), err)
		}
		briefs, err := w.desks["alder"].Briefs(t.Context(), all, "en", w.author(c.reader))
		if err != nil || len(briefs) != len(all) || slices.ContainsFunc(briefs, func(i ListItem) bool { return i.Subject != paged[*i.Index].Subject }) {
			t.Errorf("the officer of %s is given other subjects in brief: %v", c.area, err)
		}
		for n, i := range lines {
			if want := paged[all[n]]; *i.Index != all[n] || i.ID != want.ID || i.Subject != want.Subject || i.Title != want.Title || i.Serial != want.Serial {
				t.Errorf("the officer of %s is given the line %+v, and on a page %+v", c.area, i, want)
			}
		}
	}
}

// A project's text is in no subject where readers are named.
func TestPageOfProject(t *testing.T) {
	w := traders(t)
	id := w.propose(1)
	w.receipt("alder", id)
	w.release(id)
	w.pipeline(basma, id, "proposed")
	for _, name := range []string{basma, boris, "birch/watch/basil"} {
		for _, i := range w.pages("birch", ListQuery{Acts: true}, w.author(name)) {
			if i.Area == "commercial" && i.Kind == "message" && (!i.Limited || i.Subject != "" || i.Title == "") {
				t.Errorf("%s is given %+v", name, i)
			}
		}
	}
}
