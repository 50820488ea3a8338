package console_test

import (
	"bufio"
	"context"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/chromedp/chromedp/kb"

	"parley/desk"
	"parley/identity"
	"parley/registrar"
)

// enter opens a window in which an officer has unlocked.
func (w *world) enter(address, officer string) *tab {
	w.Helper()
	b := newTab(w.TB)
	b.open(address)
	b.until(`document.activeElement?.name === 'passphrase' && (document.querySelector('[name=officer]').value = ` + quote(officer) + `)`)
	b.press(passphrase(author(officer)) + kb.Enter)
	b.until(`location.pathname === '/' && document.querySelector('nav')`)
	return b
}

// revoke takes an officer's key out of force, and waits until the desk knows.
func (w *world) revoke(officer string) {
	w.Helper()
	a := author(officer)
	key, lock := w.unlocked(a)
	defer lock()
	r, err := registrar.Open(w.Context(), w.charter.Charter, "https://"+w.address, a.Party, w.signer(a.Party, a.Party+"/registrar/root"), time.Now)
	w.must(err)
	defer r.Close()
	_, err = r.Revoke(w.Context(), identity.Thumbprint(key.Public()), "lost")
	w.must(err)
	waitFor(w, officer+" signs no more", func() bool { return !w.desks[a.Party].Signs(a) })
}

// What a page shows goes from the screen as soon as its officer may no longer read it, and
// what was typed into it stays until the session ends; a locked window is covered, and
// nothing that one officer typed is shown to the next.
func TestGoneFromTheScreen(t *testing.T) {
	w := newWorld(t, nil)
	id := w.say(amal, desk.Saying{Format: "J14", Fields: notice})
	w.act(chen, "release", id)
	w.delivered("birch", id)
	k := w.consoleOf("birch", new(atomic.Int64))
	b := w.enter(k.Invite(), basil)
	b.allow("the server responded with a status of")
	b.open(k.URL() + "/s/" + id)
	b.reads("Survey flight")
	typing := b.another()
	typing.allow("the server responded with a status of")
	typing.open(k.URL() + "/s/" + id + "/pass")
	typing.until(`document.querySelector('main form.typing input:not([type=hidden])')`)
	fill := `(()=>{const i=document.querySelector('main form.typing input:not([type=hidden])');i.value='told the mill';return true})()`
	eval[bool](typing, fill)

	// Locked in one window, the other is covered at once, and uncovered by the same officer.
	eval[bool](b, `(fetch('/lock',{method:'POST',keepalive:true}), true)`)
	typing.until(`document.documentElement.hasAttribute('data-locked') && !document.querySelector('main').checkVisibility({visibilityProperty:true}) && document.querySelector('.covered').checkVisibility()`)
	b.until(`location.pathname === '/unlock' && document.activeElement?.name === 'passphrase'`)
	b.press(passphrase(author(basil)) + kb.Enter)
	typing.until(`!document.documentElement.hasAttribute('data-locked') && document.querySelector('main form.typing input:not([type=hidden])').value === 'told the mill'`)
	b.reads("Survey flight")

	w.revoke(basil)
	b.until(`document.getElementById('gone')?.querySelector('.problem .rule')`)
	if text := eval[string](b, `document.body.textContent`); strings.Contains(text, "Survey flight") || strings.Contains(text, "17 57.000") {
		t.Errorf("what may no longer be read is still there: %s", text)
	}
	typing.until(`document.getElementById('gone') && document.querySelector('main form.typing input:not([type=hidden])').value === 'told the mill'`)

	// Another officer in the same browser is not shown it.
	eval[bool](b, `(fetch('/lock',{method:'POST',keepalive:true}), true)`)
	typing.until(`document.documentElement.hasAttribute('data-locked')`)
	b.until(`location.pathname === '/unlock' && document.activeElement?.name === 'passphrase'`)
	b.until(`(document.querySelector('[name=officer]').value = ` + quote(dalia) + `) === ` + quote(dalia))
	b.press(passphrase(author(dalia)) + kb.Enter)
	typing.until(`document.body.dataset.officer === ` + quote(dalia) + ` && ![...document.querySelectorAll('input')].some(i => i.value === 'told the mill')`)
}

// hear listens to what the console tells a window, but that it is still there.
func (g *guest) hear() <-chan string {
	g.Helper()
	r, err := http.NewRequestWithContext(g.Context(), http.MethodGet, g.base+"/live", http.NoBody)
	if err != nil {
		g.Fatal(err)
	}
	a, err := g.client.Do(r)
	if err != nil {
		g.Fatal(err)
	}
	heard, lines, ended := make(chan string, 100), bufio.NewScanner(a.Body), make(chan struct{})
	go func() {
		defer close(ended)
		for lines.Scan() {
			if event, ok := strings.CutPrefix(lines.Text(), "event: "); ok && event != "beat" {
				heard <- event
			}
		}
	}()
	g.Cleanup(func() { a.Body.Close(); <-ended })
	return heard
}

// A locked session hears nothing of what happens at the desk, nor when.
func TestLockedHearsNothing(t *testing.T) {
	w := newWorld(t, nil)
	k := w.consoleOf("alder", new(atomic.Int64))
	g := newGuest(t, k, "")
	g.get(strings.TrimPrefix(k.Invite(), k.URL()))
	heard := g.hear()
	for range 3 {
		w.say(adam, desk.Saying{Format: "J14", Fields: notice})
	}
	select {
	case what := <-heard:
		t.Errorf("a locked session hears %q", what)
	default:
	}
	g.post("/unlock", "officer", amal, "passphrase", passphrase(author(amal)))
	<-heard // that it was unlocked
	w.say(adam, desk.Saying{Format: "J14", Fields: notice})
	ctx, cancel := context.WithTimeout(t.Context(), browserPatience)
	defer cancel()
	select {
	case <-heard:
	case <-ctx.Done():
		t.Error("an unlocked session hears nothing")
	}
}
