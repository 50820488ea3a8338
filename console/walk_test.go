package console_test

import (
	"encoding/csv"
	"html"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"parley/console"
	"parley/desk"
	"parley/format"
)

var (
	hrefIn   = regexp.MustCompile(`href="(/[^"]*)"`)
	numbers  = regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f-]{27}|[0-9]+`)
	mostOf   = 4  // addresses that differ by numbers alone
	mostWalk = 90 // pages in all
)

// walk visits what pages lead to, from the watch floor on, and gives each to look.
func (g *guest) walk(k *console.Console, lang string, look func(path, page string)) (seen []string) {
	g.Helper()
	g.post("/settings", "lang", lang, "next", "/")
	waiting, known, kinds := []string{"/"}, map[string]bool{"/": true}, map[string]int{}
	for _, pattern := range k.Patterns() {
		if path, ok := strings.CutPrefix(pattern, "GET "); ok && !strings.Contains(path, "{") {
			waiting = append(waiting, path)
		}
	}
	for len(waiting) > 0 && len(seen) < mostWalk {
		path := waiting[0]
		waiting = waiting[1:]
		a, err := g.client.Get(g.base + path)
		if err != nil {
			g.Fatal(err)
		}
		isPage := strings.HasPrefix(a.Header.Get("Content-Type"), "text/html")
		status, page := g.answer(a, nil)
		if status >= 500 {
			g.Errorf("%s: %d", path, status)
		}
		if !isPage || status != http.StatusOK {
			continue
		}
		seen = append(seen, path)
		look(path, page)
		for _, found := range hrefIn.FindAllStringSubmatch(page, -1) {
			to, _, _ := strings.Cut(html.UnescapeString(found[1]), "#")
			kind := numbers.ReplaceAllString(to, "*")
			if known[to] || kinds[kind] >= mostOf || strings.HasPrefix(to, "/a/") || strings.Contains(to, "csv=") {
				continue
			}
			known[to] = true
			kinds[kind]++
			waiting = append(waiting, to)
		}
	}
	return seen
}

// Every table of every page is to be had as a file, which has the heading and at least the
// rows that the page shows, and nothing that a spreadsheet would run.
func TestTablesAsFiles(t *testing.T) {
	w := newWorld(t, nil)
	now := time.Now().UTC().Truncate(time.Minute)
	id := w.say(amal, desk.Saying{Format: "J20", Fields: []string{"kind=fire", "what==HYPERLINK(1).", "where=DMM 00 31.200N 018 01.400W ±600m; mill", "when=" + format.WriteInstant(now.Add(-20*time.Minute)), "noticed-by=patrol", "harm=none", "confidence=high"}})
	w.act(chen, "release", id)
	w.delivered("birch", id)
	w.say(basil, desk.Saying{Format: "J14", Fields: []string{"activity=survey", "place=DD 0.56 -17.95 ±50m", "window=" + tomorrow(), "description=Survey flight, one craft.", "contact=desk:line 2"}})
	for _, of := range []struct{ party, officer, lang string }{{"birch", basil, "ar"}, {"cedar", chen, "en"}} {
		k := w.consoleOf(of.party, new(atomic.Int64))
		g := newGuest(t, k, of.officer)
		tables := 0
		seen := g.walk(k, of.lang, func(path, page string) {
			links := 0
			for _, found := range hrefIn.FindAllStringSubmatch(page, -1) {
				link := html.UnescapeString(found[1])
				u, err := url.Parse(link)
				w.must(err)
				name := u.Query().Get("csv")
				if name == "" {
					continue
				}
				links++
				tables++
				a, err := g.client.Get(g.base + link)
				w.must(err)
				kind, as := a.Header.Get("Content-Type"), a.Header.Get("Content-Disposition")
				_, text := g.answer(a, nil)
				body, marked := strings.CutPrefix(text, "\uFEFF")
				if !marked || !strings.HasPrefix(kind, "text/csv; charset=utf-8") || !strings.Contains(as, "EXERCISE-"+of.party+"-"+name+"-") || strings.Count(body, "\n") != strings.Count(body, "\r\n") {
					t.Errorf("%s: type %q, %q", link, kind, as)
					continue
				}
				rows, err := csv.NewReader(strings.NewReader(body)).ReadAll() // of equal length
				if err != nil || len(rows) < 1 {
					t.Errorf("%s: %v in %s", link, err, body)
					continue
				}
				if !strings.HasPrefix(link, "/statistics") && !slices.ContainsFunc(rows[0], func(cell string) bool { return strings.HasSuffix(cell, "]") }) {
					t.Errorf("%s: heading %q has no codes", link, rows[0])
				}
				for _, row := range rows {
					for _, cell := range row {
						if cell != "" && strings.ContainsAny(cell[:1], "=+-@") {
							t.Errorf("%s: cell %q is a formula", link, cell)
						}
					}
				}
			}
			if want := strings.Count(page, "<table"); links != want {
				t.Errorf("%s has %d tables and leads to %d files", path, want, links)
			}
		})
		for _, path := range []string{"/calendar.ics?csv=x", "/map.geojson?csv=x", "/record/go?entry=1&csv=x"} {
			if status, text := g.get(path); status != http.StatusOK || strings.Contains(text, "\uFEFF") {
				t.Errorf("%s: %d, %.80q", path, status, text)
			}
		}
		if status, page := g.get("/statements?csv=%0d%0ax"); status != http.StatusNotFound || !strings.Contains(page, `class="rule"`) {
			t.Errorf("a table that there is not: %d", status)
		}
		if tables < 5 || len(seen) < 12 {
			t.Errorf("walked %q, and found %d tables", seen, tables)
		}
	}
}
