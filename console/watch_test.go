package console_test

import (
	"net/url"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/chromedp/chromedp/kb"

	"parley/delivery"
	"parley/desk"
	"parley/format"
)

// ready waits until a window has come to a page, whose scripts hear keys.
func (w *tab) ready(holds string) {
	w.Helper()
	w.until(`document.readyState === 'complete' && document.getElementById('utc')?.textContent && ` + holds)
}

// A watch, with the keyboard alone: unlock; a FLASH that pre-empts whatever one looks at,
// and its acknowledgement; a notice held and released by the supervisor, read back wrongly
// and then rightly; an own accident within a minute; the hub lost, written meanwhile, and
// back by itself; another language; locked.
func TestWatchInBrowser(t *testing.T) {
	w := newWorld(t, nil)
	first := w.say(amal, desk.Saying{Format: "J14", Fields: notice})
	for _, party := range []string{"birch", "cedar"} {
		waitFor(t, party+" follows", func() bool { at, err := w.desks[party].Checkpoint(t.Context(), "en"); return err == nil && at.Size > 8 })
	}
	waitFor(t, "the supervisor has it", func() bool { _, ok := w.desks["cedar"].Work().Record(first); return ok })
	none := new(atomic.Int64)
	birch := w.consoleOf("birch", none)
	b, gate := w.enter(birch.Invite(), basil), w.enter(w.consoleOf("cedar", none).Invite(), chen)
	b.allow("422") // a readback that does not match, a form that is asked again
	b.allow("ERR_CONNECTION")

	// FLASH comes to whatever page is open, with a notification.
	b.ready(`document.querySelector('#flash-count').dataset.flash === '0'`)
	b.press("gs")
	b.ready(`location.pathname === '/statements'`)
	eval[bool](b, `(globalThis.told = [], globalThis.Notification = class { static permission = 'granted'; constructor(title) { told.push(title) } }, true)`)
	accident := []string{"thing=drone", "what=crashed", "armed=no", "not-hostile=yes", "place=DMM 00 33.600N 017 57.000W ±50m", "seen-at=" + format.WriteInstant(time.Now().Add(-time.Minute)), "contact=desk:line 2"}
	w.act(chen, "release", w.say(amal, desk.Saying{Format: "J11", Fields: accident}))
	b.until(`document.querySelector('#flash-count.flash')?.dataset.flash === '1' && told.length === 1 && document.getElementById('say').textContent.includes('FLASH') && document.title.includes('FLASH 1')`)
	b.press("gw")
	b.ready(`location.pathname === '/' && document.querySelector('#task-rows .prec')?.textContent.includes('FLASH')`)
	b.press("j")
	b.until(`document.activeElement.closest('#task-rows tr') === document.querySelector('#task-rows tr')`)
	b.press(kb.Enter)
	b.ready(`location.pathname.startsWith('/s/') && document.querySelector('[data-key=a]')`)
	b.press("a")
	b.reads("Signed: ")
	b.ready(`!document.querySelector('[data-key=a]')`)

	// The supervisor holds a notice and releases it.
	gate.press("gg")
	gate.ready(`location.pathname === '/gate' && document.querySelector('#gate-rows a')`)
	gate.press("j")
	gate.press("h")
	gate.ready(`document.querySelector('form#hold:target')`)
	gate.press("3")
	gate.press("h")
	gate.ready(`document.body.innerText.includes('HELD:')`)
	if held, _ := w.desks["cedar"].Work().Record(first); held.Delivery.Status != delivery.Held {
		t.Errorf("what is held is %s", held.Delivery.Status)
	}
	gate.press("r")
	gate.reads("Nothing waits at the gate.")

	// It comes to the list by itself, and is read back without sight of it.
	w.delivered("birch", first)
	b.open(birch.URL() + "/s/" + first)
	b.ready(`document.querySelector('a[data-key][href$="/readback"]')`)
	readback := func(window string) {
		b.press(eval[string](b, `document.querySelector('a[data-key][href$="/readback"]').dataset.key`))
		b.ready(`location.pathname.endsWith('/readback') && document.querySelector('[name="field.window"]') && !document.body.innerText.includes('Survey flight')`)
		fields := slices.Clone(notice)
		fields[2] = "window=" + window
		for _, field := range fields {
			name, value, _ := strings.Cut(field, "=")
			if eval[bool](b, `(e => { e?.focus(); return Boolean(e) })(document.querySelector('[name="field.`+name+`"]'))`) {
				eval[bool](b, `(e => { e.value = `+quote(value)+`; return true })(document.activeElement)`)
			}
		}
		eval[bool](b, `(document.querySelector('[name="field.window"]').focus(), true)`)
		b.press(kb.Enter)
	}
	readback("2026-11-24T07:30Z/2026-11-24T09:00Z")
	b.reads("READ BACK WRONGLY")
	b.open(birch.URL() + "/s/" + first)
	b.ready(`document.querySelector('a[data-key][href$="/readback"]')`)
	readback("2026-11-24T07:00Z/2026-11-24T09:00Z")
	b.until(`document.querySelector('#result .notice strong')`)

	// An own accident, from the first key until it is signed.
	own := func(place string) (path string, keys int, took time.Duration) {
		b.ready(`document.querySelector('[data-key=F2]')`)
		begun := time.Now()
		press := func(all string) { keys += len([]rune(all)); b.press(all) }
		press(kb.F2)
		b.ready(`location.pathname === '/accident' && document.activeElement?.id === 'f-thing'`)
		press("1\t7\t" + place + "\t\t1" + kb.Enter)
		b.ready(`document.activeElement?.value === 'send'`)
		press(kb.Enter)
		b.until(`location.pathname.startsWith('/s/')`)
		return eval[string](b, `location.pathname.slice(3)`), keys, time.Since(begun)
	}
	said, keys, took := own("DMM 00 33.600N 017 57.000W ±50m")
	t.Logf("own accident: %d keys, signed %.1f s after the first of them", keys, took.Seconds())
	if keys > 60 {
		t.Errorf("an own accident takes %d keys, want at most 60", keys)
	}
	w.act(chen, "release", said)
	w.delivered("alder", said)

	// The hub is away: the page says so, what is signed waits, and goes by itself.
	w.stopHub()
	b.until(`document.querySelector('#hub.bad')`)
	waits, _, _ := own("DMM 00 33.700N 017 57.000W ±50m")
	b.until(`document.querySelector('#strip .warn') && document.body.innerText.includes('waits here')`)
	if _, known := w.desks["alder"].Work().Record(waits); known {
		t.Error("it came without a hub")
	}
	w.startHub(nil)
	b.until(`document.querySelector('#hub.good')`)
	w.act(chen, "release", waits)
	w.delivered("alder", waits)

	// Another language, and locked.
	for _, lang := range []struct{ code, dir string }{{"ar", "rtl"}, {"he", "rtl"}, {"en", "ltr"}} {
		eval[bool](b, `(document.querySelector('footer button[value=`+lang.code+`]').focus(), true)`)
		b.press(kb.Enter)
		b.ready(`document.documentElement.lang === '` + lang.code + `' && document.documentElement.dir === '` + lang.dir + `'`)
	}
	b.allow("status of 401") // of what was being read anew as it was locked
	b.press("gl")
	b.until(`location.pathname === '/unlock' && !document.body.dataset.officer`)
	if w.desks["birch"].Signs(author(basil)) {
		t.Error("the key signs after its officer has locked")
	}
}

// What the other side writes is text and nothing else, whatever it writes: no element, no
// handler, no request and no direction comes of it, on no page, however much there is.
func TestHostileTextInBrowser(t *testing.T) {
	w := newWorld(t, nil)
	said := func(subject, place string) string {
		fields := slices.Clone(notice)
		fields[1], fields[2], fields[3] = "place=DMM 00 33.600N 017 57.000W ±50m; "+place, "window="+tomorrow(), "description="+subject
		id := w.say(amal, desk.Saying{Format: "J14", Fields: fields})
		w.act(chen, "release", id)
		w.delivered("birch", id)
		return id
	}
	hostile := `<img src=x onerror=alert(1)><script>document.title="owned"</script><a href="javascript:alert(1)" autofocus onfocus=alert(1)>x</a></bdi></main><base href=//evil.test><style>*{display:none}</style><meta http-equiv=refresh content=0;url=//evil.test>&lt;b&gt;{{.}} ` + "${x} `y` " + `" onmouseover="alert(1)" x='`
	long := strings.Repeat("W", 1800)
	plain := said("An ordinary flight.", "mill")
	texts := []string{hostile, long, strings.Repeat("\u05d0", 900), strings.Repeat("a\u0301\u0327", 300)}
	var ids []string
	for _, text := range texts {
		if id, err := trySay(w, text); err == nil {
			w.act(chen, "release", id)
			w.delivered("birch", id)
			ids = append(ids, id)
		} else {
			t.Logf("the format takes no such text: %.80s", err)
		}
	}
	if len(ids) < 2 {
		t.Fatalf("%d of %d texts came through", len(ids), len(texts))
	}
	k := w.consoleOf("birch", new(atomic.Int64))
	b := w.enter(k.Invite(), basil)
	const shape = `(() => {
	const all = [...document.querySelectorAll('*')];
	return {
		foreign: all.filter(e => !e.closest('#map') && (e.matches('img,iframe,object,embed,base,style,svg script,meta[http-equiv]') || [...e.attributes].some(a => a.name.startsWith('on') || a.name === 'style' || /^\s*javascript:/i.test(a.value)))).map(e => e.outerHTML.slice(0, 200)),
		scripts: [...document.scripts].map(s => new URL(s.src).pathname).filter(p => !p.startsWith('/a/')),
		asked: performance.getEntriesByType('resource').map(r => r.name).filter(n => new URL(n).origin !== location.origin && !n.startsWith('data:')),
		wide: document.documentElement.scrollWidth - innerWidth, title: document.title, dir: getComputedStyle(document.getElementById('main')).direction,
	} })()`
	type seen struct {
		Foreign, Scripts, Asked []string
		Wide                    int
		Title, Dir              string
	}
	count := `document.querySelectorAll('#said *').length + 10 * document.querySelectorAll('h1 *').length`
	for _, lang := range []string{"en", "ar"} {
		eval[bool](b, `(document.querySelector('footer button[value=`+lang+`]').click(), true)`)
		b.ready(`document.documentElement.lang === '` + lang + `'`)
		b.open(k.URL() + "/s/" + plain)
		elements := eval[int](b, count)
		paths := []string{"/", "/statements", "/map", "/timeline", "/search?q=" + url.QueryEscape(hostile[:200]), "/record"}
		for _, id := range ids {
			paths = append(paths, "/s/"+id)
		}
		for _, path := range paths {
			if strings.HasPrefix(path, "/search") {
				b.allow("422")
			}
			b.open(k.URL() + path)
			b.ready(`document.querySelector('h1')`)
			got := eval[seen](b, shape)
			want := map[string]string{"en": "ltr", "ar": "rtl"}[lang]
			if len(got.Foreign)+len(got.Scripts)+len(got.Asked) > 0 || got.Wide > 0 || got.Dir != want || strings.Contains(got.Title, "owned") {
				t.Errorf("%s in %s: %+v", path, lang, got)
			}
			if n := eval[int](b, count); strings.HasPrefix(path, "/s/") && n != elements {
				t.Errorf("%s in %s has %d elements, and %d where it says nothing odd", path, lang, n, elements)
			}
		}
	}
	if text := eval[string](b, `document.title`); strings.Contains(text, "owned") {
		t.Error(text)
	}
}

// trySay says a notice with a description.
func trySay(w *world, text string) (string, error) {
	fields := slices.Clone(notice)
	fields[2], fields[3] = "window="+tomorrow(), "description="+text
	_, lock := w.unlocked(author(amal))
	defer lock()
	id, err := w.desks["alder"].Say(w.Context(), desk.Saying{By: author(amal), Format: "J14", Fields: fields})
	if err == nil {
		w.receipt("alder", id)
	}
	return id, err
}
