package console_test

import (
	"html"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/chromedp/chromedp/kb"

	"parley/delivery"
	"parley/desk"
)

// A sitting is an officer at his console, with the page that was answered last.
type sitting struct {
	*guest
	*world
	status int
	page   string
}

func (w *world) sit(name string) *sitting {
	w.Helper()
	return &sitting{guest: newGuest(w, w.consoleOf(author(name).Party, new(atomic.Int64)), name), world: w}
}

func (s *sitting) get(path string) string {
	s.world.Helper()
	s.status, s.page = s.guest.get(path)
	return s.page
}

func (s *sitting) post(path string, form url.Values) {
	s.world.Helper()
	s.status, s.page = s.answer(s.client.PostForm(s.base+path, form))
}

func (s *sitting) has(what ...string) {
	s.world.Helper()
	for _, text := range what {
		if !strings.Contains(s.page, text) {
			_, main, _ := strings.Cut(s.page, "<main")
			s.world.Errorf("the page (%d) lacks %q:\n%s", s.status, text, main)
		}
	}
}

func (s *sitting) lacks(what ...string) {
	s.world.Helper()
	for _, text := range what {
		if strings.Contains(s.page, text) {
			s.world.Errorf("the page (%d) has %q", s.status, text)
		}
	}
}

// hidden gives the values of a form's hidden fields of that name.
func (s *sitting) hidden(name string) []string {
	var all []string
	for _, found := range regexp.MustCompile(`<input type="hidden" name="`+name+`" value="([^"]*)">`).FindAllStringSubmatch(s.page, -1) {
		all = append(all, html.UnescapeString(found[1]))
	}
	return all
}

func (s *sitting) stands(party, id string, status delivery.Status) {
	s.world.Helper()
	waitFor(s.world, id+" is "+string(status)+" at "+party, func() bool {
		r, ok := s.desks[party].Work().Record(id)
		return ok && r.Delivery != nil && r.Delivery.Status == status
	})
}

// What the supervisor does at the gate with forms alone: hold with a reason and then
// release in part, as previewed and not otherwise; return; annotate. No other desk's page
// shows what waits.
func TestGatePages(t *testing.T) {
	w := newWorld(t, nil)
	first := w.say(amal, desk.Saying{Format: "J14", Fields: notice})
	second := w.say(basil, desk.Saying{Format: "J14", Fields: slices.Concat(notice[:3], []string{"description=<b>Another</b> flight.", "contact=desk:line 2"})})
	for _, id := range []string{first, second} {
		waitFor(w, "the supervisor has "+id, func() bool { _, ok := w.desks["cedar"].Work().Record(id); return ok })
	}
	s, side, other := w.sit(chen), w.sit(amal), w.sit(basil)
	s.get("/gate")
	s.has(first, second, `data-key="h"`, "then to the superior")
	s.get("/gate/" + second)
	s.has("&lt;b&gt;Another&lt;/b&gt;")
	s.lacks("<b>Another")
	for name, value := range map[string]string{"description": "Edited.", "withheld": strings.Repeat("A", 43) + " source", "critical": "yes"} {
		if s.post("/gate/"+first+"/release", url.Values{"field." + name: {value}}); s.status != http.StatusBadRequest {
			t.Errorf("a release with the field %s gives %d", name, s.status)
		}
	}
	for _, verb := range []string{"edit", "replace", "withdraw", "unseal", "auto-release"} {
		if s.post("/gate/"+first+"/"+verb, url.Values{"field.description": {"Edited."}}); s.status != http.StatusNotFound {
			t.Errorf("the gate has the verb %q: %d", verb, s.status)
		}
	}
	s.stands("cedar", first, delivery.Submitted)
	if s.post("/gate/"+first+"/hold", url.Values{"field.note": {"kept words"}}); s.status == http.StatusOK {
		t.Error("a hold without a reason was signed")
	}
	s.has("kept words", `role="alert"`)
	s.post("/gate/"+first+"/hold", url.Values{"field.reason": {"plausibility"}})
	s.stands("cedar", first, delivery.Held)
	s.get("/gate/" + first)
	s.has("a place, time or number looks wrong", `name="cut" value="description/1"`, `name="cut" value="contact"`)
	s.lacks(`name="cut" value="window"`)
	waitFor(w, "its author sees the hold", func() bool { return strings.Contains(side.get("/s/"+first), "held at the gate") })

	cut := url.Values{"cut": {"description/1"}, "why.description/1": {"source"}}
	s.post("/gate/"+first+"/release", cut)
	s.has("Nothing was signed")
	s.stands("cedar", first, delivery.Held)
	s.post("/gate/"+first+"/preview", cut)
	s.has(`id="preview"`, "would show a source", "checked")
	preview := regexp.MustCompile(`(?s)<section id="preview".*?</section>`).FindString(s.page)
	if preview == "" || strings.Contains(preview, "Survey flight") || !strings.Contains(preview, "line 2") {
		t.Errorf("the preview shows what its reader would not get, or lacks what he would: %s", preview)
	}
	cut.Set("seen", s.hidden("seen")[0])
	s.post("/gate/"+first+"/release", cut)
	s.has("Signed: ")
	w.delivered("birch", first)
	waitFor(w, "its addressee reads it", func() bool { other.get("/s/" + first); return other.status == http.StatusOK })
	other.lacks("Survey flight")
	other.has("line 2")

	s.post("/gate/"+second+"/annotate", url.Values{"field.mark": {"not-verified"}, "field.note": {"Not checked."}})
	waitFor(w, "the annotation stands beside it", func() bool { return strings.Contains(s.get("/gate/"+second), "Not checked.") })
	if s.post("/gate/"+second+"/destroy", nil); s.status != http.StatusNotFound {
		t.Errorf("an unknown verb gives %d", s.status)
	}
	s.post("/gate/"+second+"/return", url.Values{"field.reason": {"unclear"}})
	s.stands("birch", second, delivery.Returned)
	waitFor(w, "nothing waits", func() bool { return strings.Contains(s.get("/gate"), "Nothing waits at the gate.") })
}

// A watch is handed over by its list and taken over by another; what the list lacks is
// refused. An area is paused and resumed, duty announced and the line tested.
func TestWatchPages(t *testing.T) {
	w := newWorld(t, nil)
	id := w.say(amal, desk.Saying{Format: "J14", Fields: notice})
	w.act(chen, "release", id)
	w.delivered("birch", id)
	s, relief := w.sit(basil), w.sit(dalia)

	s.get("/roster")
	s.has("Open items: 1", "never announced who is on watch")
	if s.post("/roster/handover", url.Values{"note": {"all quiet"}}); s.status == http.StatusOK {
		t.Error("a handover without the open item was signed")
	}
	s.has("all quiet", "handover.unlisted")
	s.post("/roster/handover", url.Values{"item": s.hidden("item"), "note": {"all quiet"}})
	s.has("Signed: ")
	waitFor(w, "the relief sees it", func() bool { return strings.Contains(relief.get("/roster"), "Sign that you take over") })
	relief.has("all quiet")
	if relief.post("/roster/relief", url.Values{"item": {"one"}}); relief.status != http.StatusBadRequest {
		t.Errorf("an item that is no number gives %d", relief.status)
	}
	relief.get("/roster")
	handover := relief.hidden("handover")
	relief.post("/roster/relief", url.Values{"handover": handover, "note": {"taken"}})
	relief.has("Signed: ")
	waitFor(w, "nothing waits for a relief", func() bool { return strings.Contains(relief.get("/roster"), "No handover of your role waits.") })

	now := time.Now().UTC()
	form := url.Values{"field.switch": {"pause"}, "field.areas": {"commercial", "diplomatic"}, "field.from": {now.Format("2006-01-02T15:04Z")}, "field.review-at": {now.Add(time.Hour).Format("2006-01-02T15:04Z")}, "field.reason": {"holiday"}}
	if s.post("/areas", form); s.status == http.StatusOK {
		t.Error("a pause without a plan was signed")
	}
	s.has(`value="diplomatic" checked`, `<option value="holiday" selected>`)
	form.Set("field.resume-plan", "<i>After</i> the feast.")
	s.post("/areas", form)
	waitFor(w, "the area is paused", func() bool { return strings.Contains(s.get("/areas"), "&lt;i&gt;After&lt;/i&gt; the feast.") })
	s.has("a holiday", "Safety floor: open")

	s.post("/roster/duty", url.Values{"field.duty": {now.Format("2006-01-02T15:04Z") + "/" + now.Add(8*time.Hour).Format("2006-01-02T15:04Z")}, "field.roles": {"birch/watch"}, "field.lead": {"birch/watch"},
		"field.languages": {"ar", "en"}, "field.contacts": {"radio:121.500 MHz"}, "field.verified-at": {now.Add(-time.Hour).Format("2006-01-02T15:04Z")}})
	waitFor(w, "the duty is announced", func() bool { return strings.Contains(s.get("/roster"), `id="on-birch-0"`) })
	s.has("Arabic")
	s.post("/line/test", nil)
	s.has("Signed: ")
	waitFor(w, "the line stands", func() bool { return strings.Contains(s.get("/line"), "radio:121.500 MHz") })
	s.has("Ways to the hub", "must cosign")
	s.post("/line/answer", nil)
	s.has("desk.no-test")
}

// The gate's pages are for who keeps it: to anybody else each of them is a page that does
// not exist, to the byte, whoever has something waiting there, and nothing leads to it.
func TestGateIsNoPageOfOthers(t *testing.T) {
	w := newWorld(t, nil)
	sides := []*sitting{w.sit(amal), w.sit(basil)}
	once := regexp.MustCompile(`name="once" value="[^"]*"|data-now="[0-9]*"|[0-9:]{8}Z|[0-9T:-]{19}Z|datetime="[^"]*"|\x{2066}[0-9:]*\x{2069}`)
	same := func(s *sitting, method, path string) {
		t.Helper()
		ask := func(path string) (int, string) {
			if method == "GET" {
				s.get(path)
			} else {
				s.post(path, url.Values{"field.reason": {"unclear"}, "cut": {"contact"}})
			}
			return s.status, once.ReplaceAllString(strings.ReplaceAll(s.page, "/nothing", "/gate"), "")
		}
		status, page := ask(path)
		unknown, none := ask(strings.Replace(path, "/gate", "/nothing", 1))
		if status != http.StatusNotFound || status != unknown || page != none {
			t.Errorf("%s %s gives a side %d, and an unknown page %d:\n%s\n%s", method, path, status, unknown, page, none)
		}
	}
	id := "01000000-0000-7000-8000-000000000000"
	for _, waits := range []bool{false, true} {
		if waits {
			id = w.say(amal, desk.Saying{Format: "J14", Fields: notice})
			waitFor(w, "its author has it ordered", func() bool { _, ok := w.desks["alder"].Work().Record(id); return ok })
			waitFor(w, "the other side has as much", func() bool { return w.desks["birch"].Work().Size() >= w.desks["alder"].Work().Size() })
		}
		for _, s := range sides {
			for _, path := range []string{"/gate", "/gate?csv=gate", "/gate/" + id, "/gate/" + id + "?in=ar"} {
				same(s, "GET", path)
			}
			for _, verb := range []string{"release", "hold", "return", "annotate", "preview", "edit"} {
				same(s, "POST", "/gate/"+id+"/"+verb)
			}
			s.get("/")
			s.lacks(`href="/gate`)
		}
	}
	if r, ok := w.desks["alder"].Work().Record(id); !ok || r.Delivery.Status != delivery.Submitted {
		t.Error("a side moved what waits at the gate")
	}
	keeper := w.sit(chen)
	keeper.get("/")
	keeper.has(`href="/gate"`)
	keys := regexp.MustCompile(`data-key="(g [^"]*)"`).FindAllStringSubmatch(keeper.page, -1)
	for i, key := range keys {
		if slices.ContainsFunc(keys[:i], func(k []string) bool { return k[1] == key[1] }) {
			t.Errorf("two pages have the key %q", key[1])
		}
	}
}

// At the gate with the keyboard alone: a row's key leads to its form, a digit picks the
// reason and a letter signs the hold; a part is withheld, previewed and released. The
// screens of the watch have no fault that axe finds.
func TestGateInBrowser(t *testing.T) {
	w := newWorld(t, nil)
	first := w.say(amal, desk.Saying{Format: "J14", Fields: notice})
	waitFor(w, "the supervisor has it", func() bool { _, ok := w.desks["cedar"].Work().Record(first); return ok })
	k := w.consoleOf("cedar", new(atomic.Int64))
	b := newTab(t)
	accessible := func(page string) {
		t.Run(page, func(t *testing.T) { (&tab{TB: t, ctx: b.ctx}).accessible(page) }) // where axe is not here, that alone is skipped
	}
	b.open(k.Invite())
	b.until(`document.querySelector('[name=passphrase]')`)
	b.press(passphrase(author(chen)) + kb.Enter)
	b.until(`location.pathname === '/' && document.readyState === 'complete'`)
	b.press("g")
	b.press("g")
	b.until(`location.pathname === '/gate' && document.readyState === 'complete' && document.querySelector('#gate-rows a')`)
	accessible("gate")
	b.press("j")
	b.press("h")
	b.until(`location.hash === '#hold' && document.readyState === 'complete' && document.querySelector('form#hold:target')`)
	b.press("h") // without a reason
	b.until(`document.querySelector('[name="field.reason"]:invalid')`)
	b.press("3")
	b.until(`document.querySelector('[value=plausibility]').checked`)
	b.press("h")
	b.reads("HELD: a place, time or number looks wrong")
	b.until(`document.readyState === 'complete'`)
	b.press("w")
	b.until(`document.querySelector('details.tear').open && document.activeElement.matches('details.tear summary')`)
	eval[bool](b, `(document.querySelector('[name=cut][value="description/1"]').focus(), true)`)
	b.press(" ")
	b.press("p")
	b.until(`location.hash === '#preview' && document.readyState === 'complete' && document.getElementById('preview')`)
	if text := eval[string](b, `document.getElementById('preview').innerText`); strings.Contains(text, "Survey flight") || !strings.Contains(text, "line 2") {
		t.Errorf("the preview reads %s", text)
	}
	accessible("gate-item")
	b.press("r")
	b.reads("Nothing waits at the gate.")
	if r, _ := w.desks["cedar"].Work().Record(first); r.Delivery.Status != delivery.Released {
		t.Errorf("it is %s", r.Delivery.Status)
	}
	for _, page := range []struct{ lang, path string }{{"en", "/areas"}, {"ar", "/roster"}, {"he", "/line"}} {
		eval[bool](b, `(document.querySelector('footer button[value=`+page.lang+`]').click(), true)`)
		b.until(`document.documentElement.lang === '` + page.lang + `' && document.readyState === 'complete'`)
		b.open(k.URL() + page.path)
		accessible(page.path)
	}
}
