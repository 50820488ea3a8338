package console_test

import (
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp/kb"

	"parley/charter"
	"parley/console"
	"parley/desk"
	"parley/identity"
)

// A writer is a browser without script, at an unlocked console.
type writer struct {
	testing.TB
	client  *http.Client
	base    string
	console *console.Console
}

func newWriter(w *world, name string) *writer {
	w.Helper()
	a := author(name)
	k, err := console.Open(console.Config{Desk: w.desks[a.Party], Listen: "127.0.0.1:0", Officers: func() []identity.Author { return []identity.Author{a} }, Unlock: w.people[a.Party].Unlock, Clock: time.Now, Log: slog.New(slog.DiscardHandler)})
	w.must(err)
	w.Cleanup(func() { k.Close() })
	jar, err := cookiejar.New(nil)
	w.must(err)
	host, err := url.Parse(k.URL())
	w.must(err)
	b := &writer{w, &http.Client{Jar: jar}, "http://127.0.0.1:" + host.Port(), k}
	invited, err := url.Parse(k.Invite())
	w.must(err)
	b.get(invited.RequestURI())
	b.post("/unlock", "officer", name, "passphrase", passphrase(a), "next", "/")
	return b
}

func (b *writer) get(path string) string {
	b.Helper()
	return b.text(b.client.Get(b.base + path))
}

func (b *writer) post(path string, pairs ...string) string {
	b.Helper()
	form := url.Values{}
	for i := 0; i < len(pairs); i += 2 {
		form.Add(pairs[i], pairs[i+1])
	}
	return b.text(b.client.PostForm(b.base+path, form))
}

func (b *writer) text(answer *http.Response, err error) string {
	b.Helper()
	if err != nil {
		b.Fatal(err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		b.Fatal(err)
	}
	return string(text)
}

func (b *writer) has(page string, want ...string) {
	b.Helper()
	for _, s := range want {
		if !strings.Contains(page, s) {
			b.Errorf("the page lacks %q:\n%s", s, page)
		}
	}
}

// What one writes is read back while one types, asked about, shown as it will be signed,
// kept when it is refused, and sent.
func TestCompose(t *testing.T) {
	w := newWorld(t, nil)
	w.say(amal, w14())
	b := newWriter(w, amal)
	b.has(b.get("/compose"), `href="/compose/J14"`, `href="/compose/J11"`)
	b.has(b.get("/compose/J14?re=7"), `name="field.place"`, `name="field.description"`, `value="7"`)
	b.has(b.get("/compose/reading?format=J14&field=place&value="+url.QueryEscape("DMM 00 33.600N 017 57.000W ±50m")), "±50 m", "MGRS")
	b.has(b.get("/compose/reading?format=J14&field=window&value=tomorrow"), `class="asks`)
	if page := b.get("/compose/reading?format=J14&field=place&value=" + url.QueryEscape("<script>x</script>")); strings.Contains(page, "<script") {
		t.Errorf("markup went through: %s", page)
	}

	form := []string{"do", "preview", "precedence", "PRIORITY"}
	for _, arg := range notice {
		name, value, _ := strings.Cut(arg, "=")
		form = append(form, "field."+name, value)
	}
	page := b.post("/compose/J14", form...)
	b.has(page, `id="preview"`, `lang="en"`, `value="send"`)
	bad := append([]string{"do", "preview"}, form[2:]...)
	for i := range bad {
		if bad[i] == "field.window" {
			bad[i+1] = "<never>"
		}
	}
	page = b.post("/compose/J14", bad...)
	b.has(page, "bad-blank", "&lt;never&gt;", "Survey flight")
	mark := func(page string) string {
		return regexp.MustCompile(`name="seen" value="([0-9a-f]*)"`).FindStringSubmatch(page)[1]
	}

	// Only what was shown is signed: what was changed since is shown first.
	form[1] = "send"
	page = b.post("/compose/J14", form...)
	b.has(page, `id="preview"`)
	if strings.Contains(page, "Signed:") {
		t.Error("what was not shown was signed")
	}
	for i := range form {
		if form[i] == "field.description" {
			form[i+1] = "Changed.\r\n\r\nA second paragraph."
		}
	}
	changed := b.post("/compose/J14", append(form, "seen", mark(page))...)
	b.has(changed, `id="preview"`, "A second paragraph.")
	if strings.Contains(changed, "Signed:") {
		t.Error("what was changed since it was shown was signed")
	}
	sent := append(form, "seen", mark(changed))

	// What the desk refuses is kept, and gone on with under its number.
	refused := append(slices.Clone(form), "to", "nowhere")
	page = b.post("/compose/J14", append(refused, "seen", mark(b.post("/compose/J14", refused...)))...)
	b.has(page, "kept as draft", "A second paragraph.")
	n := regexp.MustCompile(`name="draft" value="(\d+)"`).FindStringSubmatch(page)[1]
	b.has(b.get("/drafts"), "/compose/J14?draft="+n)
	b.has(b.get("/compose/J14?draft="+n), "A second paragraph.")
	b.has(b.get("/compose/J20?draft="+n), "is not one of J20")
	b.has(b.post("/compose/J14", append(sent, "draft", n)...), "Signed:")
	if page := b.get("/drafts"); strings.Contains(page, "?draft="+n) {
		t.Error("the draft of what was sent is still kept")
	}

	page = b.post("/compose/J14", append(refused, "seen", mark(b.post("/compose/J14", refused...)))...)
	n = regexp.MustCompile(`name="draft" value="(\d+)"`).FindStringSubmatch(page)[1]
	b.has(b.post("/drafts/"+n+"/drop"), "dropped")
	b.has(b.post("/drafts/"+n+"/drop"), "no draft")
}

// An own accident takes one page, a preview and Enter.
func TestAccident(t *testing.T) {
	w := newWorld(t, nil)
	w.say(amal, w14())
	b := newWriter(w, amal)
	page := b.get("/accident")
	b.has(page, `data-key="F2"`, `name="field.thing"`, `name="field.place"`, `name="field.seen-at"`, "desk:line 2", `<option value="`)
	form := []string{"do", "preview", "field.thing", "1", "field.what", "crashed", "field.armed", "no", "field.place", "DMM 00 33.600N 017 57.000W ±50m", "field.contact", "desk:line 2"}
	for _, name := range []string{"seen-at", "not-hostile"} { // as they stand
		form = append(form, "field."+name, regexp.MustCompile(`name="field.` + name + `"[^>]* value="([^"]+)"`).FindStringSubmatch(page)[1])
	}
	page = b.post("/accident", form...)
	b.has(page, `value="send"`, "17 57", "kept as draft")
	form = append(form, "draft", regexp.MustCompile(`name="draft" value="(\d+)"`).FindStringSubmatch(page)[1])
	form[1], form[3] = "send", "drone"                  // as the page has it now
	b.has(b.post("/accident", form...), `value="send"`) // it was not shown
	form = append(form, "seen", regexp.MustCompile(`name="seen" value="([0-9a-f]+)"`).FindStringSubmatch(page)[1])
	b.has(b.post("/accident", form...), "Signed:")
	if strings.Contains(b.get("/drafts"), "/accident?draft=") {
		t.Error("the draft of an accident that was sent is still kept")
	}

	// What is told afterwards is not written as if it were new.
	_, err := w.desks["alder"].Say(t.Context(), desk.Saying{By: author(amal), Format: "J14", Late: "2026-11-25T09:00Z", Route: "radio", Fields: []string{"description=half"}})
	b.has(b.get(fmt.Sprintf("/compose/J14?draft=%d", desk.ProblemOf(err).Draft)), "LATE ENTRY", "by radio", "2026-11-25T09:00Z")

	// A draft for one side alone is not sent from a form that shows no addressees.
	_, err = w.desks["alder"].Say(t.Context(), desk.Saying{By: author(amal), Format: "J11", To: []string{"birch"}, Fields: []string{"what=crashed"}})
	kept := fmt.Sprint(desk.ProblemOf(err).Draft)
	b.has(b.get("/accident?draft="+kept), `action="/compose/J11"`, `value="birch" checked`)
	form[slices.Index(form, "draft")+1] = kept
	b.has(b.post("/accident", form...), `action="/compose/J11"`, `value="birch" checked`)
}

// What needs a second officer waits, and nobody signs what was not shown.
func TestSecondPage(t *testing.T) {
	w := newWorld(t, nil, func(c *charter.Charter) {
		for i := range c.Formats {
			if c.Formats[i].Format == "J14/1" {
				c.Formats[i].Sensitive = true
			}
		}
	})
	_, lock := w.unlocked(author(amal))
	defer lock()
	waiting := func() string {
		w.Helper()
		id, err := w.desks["alder"].Say(t.Context(), desk.Saying{By: author(amal), Format: "J14", Fields: notice})
		w.must(err)
		return id
	}
	b := newWriter(w, adam)
	b.has(b.get("/drafts"), "Nothing waits for a second officer")
	id := waiting()
	b.has(b.get("/drafts"), "/second/"+id)
	page := b.get("/second/" + id)
	b.has(page, "Survey flight")
	digest := regexp.MustCompile(`name="digest" value="([0-9a-f]+)"`).FindStringSubmatch(page)[1]
	b.has(b.post("/second/"+id, "do", "sign", "digest", strings.Repeat("0", len(digest))), desk.NotShown, "Survey flight")
	b.has(b.post("/second/"+id, "do", "sign", "digest", digest), "Signed:")
	w.receipt("alder", id)

	id = waiting()
	b.has(b.post("/second/"+id, "do", "decline", "reason", "The place is wrong."), "Not signed", "The place is wrong.")
	b.has(b.post("/second/"+id, "do", "sign", "digest", digest), `class="rule"`)
}

// The screens of writing are for everybody, in each language, by day and by night.
func TestComposeScreens(t *testing.T) {
	w := newWorld(t, nil, func(c *charter.Charter) {
		for i := range c.Formats {
			if c.Formats[i].Format == "J14/1" {
				c.Formats[i].Sensitive = true
			}
		}
	})
	_, lock := w.unlocked(author(amal))
	defer lock()
	id, err := w.desks["alder"].Say(t.Context(), desk.Saying{By: author(amal), Format: "J14", Fields: notice})
	w.must(err)
	_, err = w.desks["alder"].KeepDraft(t.Context(), desk.Saying{By: author(amal), Format: "J14", Fields: notice[:2]})
	w.must(err)
	w.stopHub()
	waitFor(w, "alder knows that the hub is away", func() bool { s, err := w.desks["alder"].Status(t.Context()); return err == nil && !s.Reachable })
	b := newWriter(w, adam)
	tab := newTab(t)
	tab.open(b.console.Invite())
	tab.until(`document.querySelector('[name=passphrase]')`)
	eval[bool](tab, `(()=>{const o=document.querySelector('[name=officer]');if(o)o.value='`+adam+`';document.querySelector('[name=passphrase]').focus();return true})()`)
	tab.press(passphrase(author(adam)) + kb.Enter)
	tab.until(`document.querySelector('[data-key=F2]')`)
	for i, lang := range []string{"en", "ar", "he"} {
		eval[bool](tab, `(document.querySelector('footer button[value=`+lang+`]').click(), true)`)
		tab.until(`document.documentElement.lang === '` + lang + `' && document.readyState === 'complete'`)
		tab.dark(i != 1)
		pages := []string{"/drafts", "/second/" + id, "/compose/J14"}
		for _, path := range slices.Delete(pages, i, i+1) {
			tab.open(b.console.URL() + path)
			tab.accessible(path + " in " + lang)
			tab.shot("compose" + path[:7] + lang)
		}
	}
}

// With script the readings stand beneath the field at once, and one key leads to the own
// accident from wherever one types.
func TestComposeTab(t *testing.T) {
	w := newWorld(t, nil)
	w.say(amal, w14())
	b := newWriter(w, amal)
	tab := newTab(t)
	tab.allow("compose/J14") // a preview of what is to be mended is answered 422
	tab.open(b.console.Invite())
	tab.until(`document.querySelector('[name=passphrase]')`)
	eval[bool](tab, `(()=>{document.querySelector('[name=passphrase]').focus();return true})()`)
	tab.press(passphrase(author(amal)) + kb.Enter)
	tab.until(`document.querySelector('[data-key=F2]')`)
	tab.open(b.console.URL() + "/compose/J14")
	eval[bool](tab, `(()=>{document.getElementById('f-place').focus();return true})()`)
	tab.press("DMM 00 33.600N 017 57.000W ±50m")
	tab.until(`document.querySelector('#r-place .reads')?.textContent.includes('MGRS')`)
	tab.accessible("a form while one types")
	tab.press(kb.Enter)
	tab.until(`document.querySelector('.bad-blank')`)
	tab.accessible("a form with faults")
	eval[bool](tab, `(()=>{document.getElementById('f-description').focus();return true})()`)
	tab.press("half a sente")
	begun, keys := time.Now(), 0
	press := func(all string) {
		keys += len([]rune(all))
		tab.press(all)
	}
	press(kb.F2)
	tab.until(`location.pathname==='/accident' && document.activeElement?.id==='f-thing'`)
	press("1\t7\tDMM 00 33.600N 017 57.000W ±50m\t\t1" + kb.Enter)
	tab.until(`document.querySelector('[value=send]')===document.activeElement`)
	tab.accessible("an own accident before it is sent")
	press(kb.Enter)
	tab.until(`location.pathname.startsWith('/s/')`)
	took := time.Since(begun)
	t.Logf("own accident: %d keys and %s of machine, from the first key until it is signed", keys, took.Round(time.Millisecond))
	// Someone who finds a key in half a second has it signed within a minute.
	waitFor(t, "what was being typed is kept", func() bool { // when the key was pressed
		all, err := w.desks["alder"].Drafts(t.Context(), author(amal))
		w.must(err)
		return slices.ContainsFunc(all, func(d desk.KeptDraft) bool { return slices.Contains(d.Saying.Fields, "description=half a sente") })
	})
	if person := time.Duration(keys) * time.Second / 2; person+took > time.Minute {
		t.Errorf("an own accident takes %d keys and %s", keys, took)
	}
}

// A notice under way gives the place of what goes wrong with it.
func TestAccidentOfNotice(t *testing.T) {
	w := newWorld(t, nil)
	under := slices.Clone(notice)
	now := time.Now().UTC()
	under[2] = "window=" + now.Add(-time.Hour).Format("2006-01-02T15:04Z") + "/" + now.Add(time.Hour).Format("2006-01-02T15:04Z")
	id := w.say(amal, desk.Saying{Format: "J14", Fields: under, Late: now.Add(-2 * time.Hour).Format("2006-01-02T15:04Z"), Route: "voice"})
	w.act(chen, "release", id)
	waitFor(w, "alder sees it released", func() bool { r, ok := w.desks["alder"].Work().Record(id); return ok && !r.Delivery.Waiting() })
	b := newWriter(w, amal)
	const place = "DMM 00 33.600N 017 57.000W ±50m; valley, north end"
	b.has(b.get("/s/"+id), `href="/accident?re=`+id)
	b.has(b.get("/accident?re="+id), `value="`+place+`"`)
	b.has(b.get("/accident"), `<option value="`+place+`"`)
	if strings.Contains(b.get("/accident?re=nothing"), `<input id="f-place" name="field.place" dir="auto" autocomplete="off" spellcheck="false" value="DMM`) {
		t.Error("a place came from nowhere")
	}
}

// While the hub is away one writes, keeps and signs as always, and is told so.
func TestComposeAway(t *testing.T) {
	w := newWorld(t, nil)
	w.say(amal, w14())
	b := newWriter(w, amal)
	if strings.Contains(b.get("/compose/J14"), "is not reached") {
		t.Error("the hub is away too early")
	}
	w.stopHub()
	waitFor(w, "alder knows that the hub is away", func() bool { s, err := w.desks["alder"].Status(t.Context()); return err == nil && !s.Reachable })
	b.has(b.get("/compose/J14"), "The hub is not reached")
	form := []string{"do", "keep"}
	for _, arg := range notice {
		name, value, _ := strings.Cut(arg, "=")
		form = append(form, "field."+name, value)
	}
	page := b.post("/compose/J14", form...)
	b.has(page, "kept as draft", "not signed")
	n := regexp.MustCompile(`/compose/J14\?draft=(\d+)`).FindStringSubmatch(page)[1]
	form = append(form, "draft", n)
	form[1] = "preview"
	page = b.post("/compose/J14", form...)
	form[1] = "send"
	page = b.post("/compose/J14", append(form, "seen", regexp.MustCompile(`name="seen" value="([0-9a-f]+)"`).FindStringSubmatch(page)[1])...)
	b.has(page, "waits here until the hub is back")
	id := regexp.MustCompile(`waits here until the hub is back: ([^<]+)`).FindStringSubmatch(page)[1]
	w.startHub(nil)
	w.receipt("alder", strings.Trim(id, "\u2066\u2067\u2068\u2069"))
	if strings.Contains(b.get("/drafts"), "?draft="+n) {
		t.Error("the draft of what was sent is still kept")
	}
}

// What is answered stands beside the answer, and a precedence says what it costs.
func TestComposeReply(t *testing.T) {
	w := newWorld(t, nil)
	id := w.say(amal, w14())
	b := newWriter(w, amal)
	page := b.get("/compose/J13?re=" + id)
	b.has(page, `class="answered"`, "Survey flight", `name="re" class="ltr" dir="ltr" value="`+id)
	b.has(b.get("/compose?re="+id), "/compose/J13?re="+id)
	b.has(b.post("/compose/J14", "do", "preview", "re", "nothing"), `class="fault"`, "bad-blank")
	form := []string{"do", "preview", "precedence", "FLASH", "re", id}
	for _, arg := range notice {
		name, value, _ := strings.Cut(arg, "=")
		form = append(form, "field."+name, value)
	}
	page = b.post("/compose/J14", form...)
	b.has(page, `id="preview"`, "is above", "of at most 200", "<article lang=\"")
	long := strings.Repeat("word ", 250)
	for i := range form {
		if form[i] == "field.description" {
			form[i+1] = long
		}
	}
	b.has(b.post("/compose/J14", form...), "bad-blank", "at most 200 words")
}

func w14() desk.Saying { return desk.Saying{Format: "J14", Fields: notice} }
