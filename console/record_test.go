package console_test

import (
	"encoding/json"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/chromedp/chromedp/kb"

	"parley/desk"
	"parley/proof"
)

// What stands in statements is found and marked, in three scripts, by who may read it; an
// officer of another area learns nothing of it, not even by a next page.
func TestSearchPage(t *testing.T) {
	w := newWorld(t, areasOf{adam: {"service"}})
	fields := append([]string{}, notice...)
	fields[3] = "description=<b>Granary</b> of the old mill, الجِسْر الشمالي, הגשר הצפוני."
	id := w.say(amal, desk.Saying{Format: "J14", Fields: fields})
	k := w.consoleOf("alder", new(atomic.Int64))
	as := map[string]*guest{amal: newGuest(t, k, amal), adam: newGuest(t, k, adam)}
	waitFor(t, "it is found", func() bool {
		_, page := as[amal].get("/search?q=granary")
		return strings.Contains(page, "<mark>Granary</mark>")
	})
	for _, c := range []struct {
		officer, q   string
		status       int
		holds, lacks string
	}{
		{amal, "granary", 200, "&lt;b&gt;<mark>Granary</mark>&lt;/b&gt;", "<b>"},
		{amal, "جسر", 200, "<mark>الجِسْر</mark>", ""},
		{amal, "גשר", 200, "<mark>הגשר</mark>", ""},
		{amal, "survey", 200, "<mark>", "Nothing is found"},
		{amal, `<script>"x`, 200, `value="&lt;script&gt;&#34;x"`, "<script>\"x"},
		{amal, "*", 422, `class="rule"`, "<mark>"},
		{amal, "1", 200, `href="/s/1"`, ""},
		{adam, "granary", 200, "Nothing is found", id},
		{adam, id, 200, "Nothing is found", "/s/"},
	} {
		status, page := as[c.officer].get("/search?q=" + url.QueryEscape(c.q))
		main := page[strings.Index(page, "<main"):]
		if status != c.status || !strings.Contains(main, c.holds) || c.lacks != "" && strings.Contains(strings.ReplaceAll(main, "data-key", ""), c.lacks) {
			t.Errorf("%s finds %q: %d, want %d with %q and without %q:\n%s", c.officer, c.q, status, c.status, c.holds, c.lacks, main)
		}
	}
}

// The record's pages: what there is, its proofs, one verification however often it is
// asked for, and exports of what the officer may read.
func TestRecordPages(t *testing.T) {
	w := newWorld(t, areasOf{adam: {"service"}})
	id := w.say(amal, desk.Saying{Format: "J14", Fields: notice})
	w.act(chen, "release", id)
	w.delivered("birch", id)
	record, _ := w.desks["alder"].Work().Record(id)
	ref := record.Index
	path := func(p string) string { b, _ := json.Marshal(ref); return strings.ReplaceAll(p, "N", string(b)) }
	waitFor(t, "a checkpoint covers it", func() bool {
		at, err := w.desks["alder"].Checkpoint(t.Context(), "en")
		return err == nil && at.Size > ref
	})
	k := w.consoleOf("alder", new(atomic.Int64))
	as := map[string]*guest{amal: newGuest(t, k, amal), adam: newGuest(t, k, adam)}
	for _, c := range []struct {
		officer, path string
		status        int
		holds, lacks  string
	}{
		{amal, "/record", 200, `href="/record/file"`, ""},
		{amal, "/record?before=3", 200, `href="/record/2"`, `href="/record/3"`},
		{amal, "/record?before=x", 400, `class="rule"`, ""},
		{amal, path("/record/N"), 200, path(`href="/record/bundle?refs=N"`), ""},
		{amal, path("/record/go?entry=%23N"), 200, path(`href="/record/proof/N"`), ""},
		{amal, "/record/go?entry=x", 400, `class="rule"`, ""},
		{amal, "/record/99999", 404, `class="rule"`, ""},
		{amal, "/record/x", 404, "", ""},
		{amal, path("/record/proof/N"), 200, "c2sp.org/tlog-proof@v1", ""},
		{amal, path("/record/bundle?refs=N"), 200, `"bundle"`, ""},
		{amal, "/record/bundle?refs=", 400, `class="rule"`, ""},
		{amal, "/record/file", 200, `{"record":`, ""},
		{amal, "/record/evidence/none", 422, `class="rule"`, ""},
		{adam, "/record", 200, "", `href="/record/file"`},
		{adam, path("/record/N"), 200, path(`href="/record/proof/N"`), id},
		{adam, path("/record/bundle?refs=N"), 404, `class="rule"`, "birch"},
		{adam, "/record/bundle?refs=" + id, 404, `class="rule"`, ""},
		{adam, "/record/file", 422, `class="rule"`, `{"record":`},
		{adam, "/record/evidence/none", 422, `class="rule"`, ""},
		{amal, "/statistics", 200, `<svg class="panel"`, ""},
		{amal, "/statistics?area=military&from=2026-01-01T00:00Z&to=2099-01-01T00:00Z", 200, `<option value="military" selected>`, ""},
		{amal, "/statistics?month=x", 422, `class="rule"`, "<svg class=\"panel\""},
		{amal, "/statistics.csv?area=military", 200, "alder", "\u2066"},
		{amal, "/statistics.json", 200, `"form":"parley.statistics.v1"`, ""},
		{adam, "/statistics", 200, `<option value="service" selected>`, "military"},
		{adam, "/statistics?area=", 422, `class="rule"`, ""},
		{adam, "/statistics?area=military", 422, `class="rule"`, "<svg class=\"panel\""},
		{adam, "/statistics.json?area=military", 422, `class="rule"`, "parley.statistics"},
	} {
		status, page := as[c.officer].get(c.path)
		if at := strings.Index(page, "<main"); at >= 0 {
			page = page[at:]
		}
		if status != c.status || !strings.Contains(page, c.holds) || c.lacks != "" && strings.Contains(page, c.lacks) {
			t.Errorf("%s at %s: %d, want %d with %q and without %q:\n%s", c.officer, c.path, status, c.status, c.holds, c.lacks, page)
		}
	}
	_, bundle := as[amal].get(path("/record/bundle?refs=N"))
	if _, err := proof.VerifyBundle(t.Context(), []byte(bundle), w.charter.Charter); err != nil {
		t.Errorf("the bundle: %v", err)
	}
	_, file := as[amal].get("/record/file")
	if _, err := proof.VerifyRecord(t.Context(), strings.NewReader(file), w.charter.Charter); err != nil {
		t.Errorf("the record: %v", err)
	}
	for range 5 {
		_, page := as[adam].get("/record")
		as[adam].post("/record/verify", "once", as[adam].once(page))
	}
	waitFor(t, "it is verified", func() bool {
		_, page := as[amal].get("/record")
		return strings.Contains(page, "PROVEN: everything holds") && strings.Contains(page, "verify-report")
	})
	if _, page := as[adam].get("/record"); !strings.Contains(page, "PROVEN") || strings.Contains(page, "verify-report") {
		t.Error("who reads one area is shown the report")
	}
	at, err := w.desks["birch"].Checkpoint(t.Context(), "en")
	w.must(err)
	_, page := as[amal].get("/record")
	if _, page = as[amal].post("/record/compare", "once", as[amal].once(page), "checkpoint", at.Note); !strings.Contains(page, `class="lines"`) {
		t.Errorf("birch's checkpoint is answered:\n%s", page[strings.Index(page, "<main"):])
	}
	if status, page := as[amal].post("/record/compare", "once", "again", "checkpoint", "rubbish <b>"); status != 422 || !strings.Contains(page, "rubbish &lt;b&gt;</textarea>") {
		t.Errorf("rubbish is answered %d", status)
	}
}

// With the keyboard alone one searches from everywhere; the pages are accessible in each
// language, light and dark.
func TestRecordScreens(t *testing.T) {
	w := newWorld(t, nil)
	id := w.say(amal, desk.Saying{Format: "J14", Fields: notice})
	w.act(chen, "release", id)
	w.delivered("birch", id)
	k := w.consoleOf("alder", new(atomic.Int64))
	tab := newTab(t)
	tab.open(k.Invite())
	tab.until(`document.querySelector('[name=passphrase]')`)
	eval[bool](tab, `(document.querySelector('[name=officer]').value = `+quote(amal)+`, true)`)
	tab.press(passphrase(author(amal)) + kb.Enter)
	tab.until(`location.pathname === '/' && document.readyState === 'complete'`)
	tab.press("/")
	tab.until(`document.activeElement.name==='q'`)
	tab.press("survey aircraft" + kb.Enter)
	tab.until(`location.pathname==='/search' && document.querySelector('mark')`)
	for _, lang := range []string{"en", "ar", "he"} {
		eval[bool](tab, `(document.querySelector('footer button[value=`+lang+`]').click(), true)`)
		tab.until(`document.documentElement.lang === '` + lang + `'`)
		for _, path := range []string{"/search?q=survey", "/record", "/record/3", "/statistics"} {
			tab.open(k.URL() + path)
			tab.dark(lang == "ar")
			tab.accessible(lang + path)
		}
	}
	tab.open(k.URL() + "/record")
	tab.until(`document.readyState === 'complete'`)
	tab.press("b")
	tab.until(`document.getElementById('verify-report')`)
	eval[bool](tab, `(document.getElementById('verify-report').open = true)`)
	tab.accessible("the report")
	tab.shot("verified")
}
