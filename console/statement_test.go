package console_test

import (
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/chromedp/chromedp/kb"

	"parley/console"
	"parley/desk"
	"parley/identity"
)

// A reader is a browser without script, at the console of an officer.
type reader struct {
	testing.TB
	client *http.Client
	base   string
}

func (w *world) reader(t *testing.T, name string) *reader {
	t.Helper()
	a := author(name)
	k, err := console.Open(console.Config{Desk: w.desks[a.Party], Listen: "127.0.0.1:0", Clock: time.Now, Log: slog.New(slog.DiscardHandler),
		Officers: func() []identity.Author { return []identity.Author{a} }, Unlock: w.people[a.Party].Unlock})
	w.must(err)
	t.Cleanup(func() { k.Close() })
	jar, err := cookiejar.New(nil)
	w.must(err)
	host, err := url.Parse(k.URL())
	w.must(err)
	r := &reader{t, &http.Client{Jar: jar}, "http://127.0.0.1:" + host.Port()}
	_, path, _ := strings.Cut(strings.TrimPrefix(k.Invite(), "http://"), "/")
	r.get("/" + path)
	r.post("/unlock", url.Values{"officer": {name}, "passphrase": {passphrase(a)}, "next": {"/"}})
	return r
}

func (r *reader) get(path string) string {
	r.Helper()
	answer, err := r.client.Get(r.base + path)
	return r.read(answer, err)
}

func (r *reader) post(path string, form url.Values) string {
	r.Helper()
	answer, err := r.client.PostForm(r.base+path, form)
	return r.read(answer, err)
}

func (r *reader) read(answer *http.Response, err error) string {
	r.Helper()
	if err != nil {
		r.Fatal(err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		r.Fatal(err)
	}
	return string(text)
}

func (r *reader) wants(page, what string, all ...string) {
	r.Helper()
	for _, want := range all {
		if !strings.Contains(page, want) {
			_, main, ok := strings.Cut(page, "<main")
			if !ok {
				main = page
			}
			r.Errorf("%s lacks %q: %.3000s", what, want, main)
		}
	}
}

func (r *reader) lacks(page, what string, all ...string) {
	r.Helper()
	for _, never := range all {
		if strings.Contains(page, never) {
			r.Errorf("%s has %q", what, never)
		}
	}
}

const surveyed = "DMM 00 34.100N 017 58.200W ±50m; ridge"

// What an addressee does to a statement is four different things, and a readback is
// entered without sight of the original.
func TestReadStatement(t *testing.T) {
	w := newWorld(t, nil)
	// Not the place that the format's own help has as an example.
	fields := append([]string{"place=" + surveyed}, slices.DeleteFunc(slices.Clone(notice), func(f string) bool { return strings.HasPrefix(f, "place=") })...)
	id := w.say(amal, desk.Saying{Format: "J14", Fields: fields})
	w.act(chen, "release", id)
	w.delivered("birch", id)
	r := w.reader(t, basil)

	list := r.get("/statements")
	r.wants(list, "the list", `id="row-`, "/s/", "survey or measurement", `class="prec"`)
	r.lacks(r.get("/statements?direction=out"), "the list of what was sent", "survey or measurement")
	r.wants(r.get("/statements?direction=in&party=alder&format=J14"), "the list of what was received", "survey or measurement")
	r.wants(r.get("/statements?area=none"), "a list of nothing", "Nothing on this page.")

	page := r.get("/s/" + id)
	r.wants(page, "the statement", "/s/"+id+"/ack", "/s/"+id+"/readback", "/s/"+id+"/pass", "None of these means agreed", "/compose?re="+id, `data-key="o"`, `id="evidence"`, "endorsed at")
	r.lacks(page, "the statement of the other side", "/s/"+id+"/withdraw", "/s/"+id+"/replace", "/s/"+id+"/annotate")
	r.wants(r.get("/s/"+id+"?in=ar"), "the statement in Arabic", `lang="ar" tabindex`)
	r.wants(r.post("/s/"+id+"/ack", url.Values{"once": {"1"}}), "the answer to an acknowledgement", "Signed: ")

	hidden := r.get("/s/" + id + "/readback")
	r.wants(hidden, "the readback", `name="field.place"`, `name="field.window"`, "The original is hidden")
	r.lacks(hidden, "the readback", "34.100", "ridge", "Survey flight", "2026-11-24T07")
	r.post("/settings", url.Values{"lang": {"ar"}, "next": {"/"}})
	r.wants(r.get("/s/"+id+"/pass"), "the page of passing on in Arabic", `<bdi dir="ltr">2026-11-24T06:40Z</bdi>`)
	r.post("/settings", url.Values{"lang": {"en"}, "next": {"/"}})
	entered := url.Values{"field.activity": {"survey"}, "field.place": {surveyed}}
	entered.Set("field.window", "2026-11-24T08:00Z/2026-11-24T09:00Z")
	entered.Set("once", "2")
	wrong := r.post("/s/"+id+"/readback", entered)
	r.wants(wrong, "a wrong readback", "READ BACK WRONGLY", "Enter all fields again", "/s/"+id+"/readback")
	entered.Set("field.window", "2026-11-24T07:00Z/2026-11-24T09:00Z")
	entered.Set("once", "3")
	r.wants(r.post("/s/"+id+"/readback", entered), "a right readback", "<strong>matches</strong>")

	typed := r.post("/s/"+id+"/pass", url.Values{"once": {"4"}, "field.echelon": {"unit"}, "field.passed-at": {"yesterday <b>"}})
	r.wants(typed, "a refused act", `role="alert"`, `value="yesterday &lt;b&gt;"`, `value="unit" selected`)
}

// What has been replaced is never shown as if it held.
func TestReplacedStatement(t *testing.T) {
	w := newWorld(t, nil)
	id := w.say(amal, desk.Saying{Format: "J14", Fields: notice})
	r := w.reader(t, amal)
	r.wants(r.get("/s/"+id), "an own statement at the gate", "/s/"+id+"/withdraw", "/s/"+id+"/replace", "at the gate", "Its addressees do not have it")
	w.act(chen, "release", id)
	w.delivered("birch", id)
	next := w.act(amal, "cancel", id, "why=changed")
	w.act(chen, "release", next)
	w.delivered("alder", next)
	page := r.get("/s/" + id)
	r.wants(page, "a cancelled statement", "NOT CURRENT", "/s/"+next, "CANCELLED, not current")
	r.lacks(page, "a cancelled statement", "/s/"+id+"/ack")
	r.wants(r.get("/statements"), "the list", `past"`)
}

// With the keyboard alone one goes from the list to a statement, its original, its
// evidence and an act; the screens are accessible in each language, light and dark.
func TestReadScreens(t *testing.T) {
	w := newWorld(t, nil, analysts)
	controlled := w.say(basil, desk.Saying{Format: "J31", To: []string{"alder"}, Fields: []string{"source=B", "credibility=3", "item=The clip is forged.", "confidence=moderate", "tlp=AMBER", "use-mark=PROTECT-ONLY", "originator-control=yes", "dissent=none"}})
	w.delivered("alder", controlled)
	id := w.say(basil, desk.Saying{Format: "J14", Fields: notice})
	w.act(chen, "release", id)
	w.delivered("alder", id)
	w.importList("alder", amal)
	k := w.consoleOf("alder", new(atomic.Int64))
	tab := newTab(t)
	tab.open(k.Invite())
	tab.until(`document.querySelector('[name=passphrase]')`)
	eval[bool](tab, `(document.querySelector('[name=officer]').value = `+quote(amal)+`, true)`)
	tab.press(passphrase(author(amal)) + kb.Enter)
	tab.until(`location.pathname === '/' && document.readyState === 'complete'`)
	tab.press("gs")
	tab.until(`location.pathname === '/statements' && document.querySelectorAll('.list tbody tr').length >= 2 && document.readyState === 'complete'`)
	if tall := eval[float64](tab, `Math.min(...[...document.querySelectorAll('.list tbody tr')].map(r => r.getClientRects()[0].height))`); tall > 20 {
		t.Errorf("a line of the list is %v px high; want so little that thirty stand on a screen", tall)
	}
	tab.press("j")
	tab.until(`document.activeElement.closest('.list')`)
	tab.press(kb.Enter)
	tab.until(`location.pathname.startsWith('/s/') && document.querySelector('.four') && document.readyState === 'complete'`)
	tab.press("o")
	tab.until(`location.search === '?in=ar' && document.querySelector('pre[lang=ar]') && document.readyState === 'complete'`)
	tab.press("e")
	tab.until(`document.querySelector('#evidence').open`)
	tab.press("b")
	tab.until(`location.pathname.endsWith('/readback') && document.readyState === 'complete'`)
	for i, lang := range []string{"en", "ar", "he"} {
		eval[bool](tab, `(document.querySelector('footer button[value=`+lang+`]').click(), true)`)
		tab.until(`document.documentElement.lang === '` + lang + `' && document.readyState === 'complete'`)
		tab.dark(lang == "ar")
		paths := []string{"/s/" + id, "/s/" + id + "/readback", "/s/" + controlled + "/forward", "/statements", "/s/" + controlled + "/ask-consent", "/s/" + controlled}
		for _, path := range slices.Concat(paths[2*i:2*i+2], []string{"/s/" + id, "/screening"}) {
			tab.open(k.URL() + path)
			tab.until(`document.readyState === 'complete'`)
			eval[bool](tab, `(document.querySelectorAll('details').forEach(d => d.open = true), true)`)
			tab.accessible(lang + path)
		}
		eval[bool](tab, `(document.querySelector('#names').value = 'סמיר דולבאני', document.querySelector('[data-key=s]').click(), true)`)
		tab.until(`document.querySelector('.hit')`)
		tab.accessible(lang + " hits")
	}
}
