package console_test

import (
	"context"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"parley/console"
	"parley/identity"
)

// Two officers unlock one session at the same moment, again and again. Whoever comes
// second locks the first out: a key that no session holds would stay open for ever.
func TestUnlockAtOnce(t *testing.T) {
	w := newWorld(t, nil)
	for _, name := range []string{amal, adam} {
		lock, err := w.people["alder"].Unlock(t.Context(), author(name), passphrase(author(name)))
		w.must(err)
		defer lock()
	}
	var open atomic.Int64
	k, err := console.Open(console.Config{Desk: w.desks["alder"], Listen: "127.0.0.1:0", Clock: time.Now, Log: slog.New(slog.DiscardHandler),
		Officers: func() []identity.Author { return []identity.Author{author(amal), author(adam)} },
		Unlock: func(context.Context, identity.Author, string) (func(), error) {
			open.Add(1)
			return sync.OnceFunc(func() { open.Add(-1) }), nil
		}})
	w.must(err)
	defer k.Close()
	g := newGuest(t, k, "")
	g.get(strings.TrimPrefix(k.Invite(), k.URL()))
	g.client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	for range 100 {
		var both sync.WaitGroup
		for _, name := range []string{amal, adam} {
			both.Go(func() { g.post("/unlock", "officer", name, "passphrase", "x") })
		}
		both.Wait()
		if n := open.Load(); n != 1 {
			t.Fatalf("%d keys are open in one session", n)
		}
	}
	g.post("/lock")
	if n := open.Load(); n != 0 {
		t.Errorf("%d keys are open after the session was locked", n)
	}
}

// A form that one officer opened is nothing in the hands of the next, who would sign it
// unseen; and his own is done.
func TestFormOfAnotherOfficer(t *testing.T) {
	w := newWorld(t, nil)
	k := w.consoleOf("alder", new(atomic.Int64))
	g := newGuest(t, k, amal)
	_, page := g.get("/line")
	if !strings.Contains(page, `name="as" value="`+amal+`"`) {
		t.Fatal("a form does not say whose it is")
	}
	once := g.once(page)
	g.post("/lock")
	g.post("/unlock", "officer", adam, "passphrase", passphrase(author(adam)))
	for range 2 { // nor is it held for one that was sent
		if status, page := g.post("/line/test", "once", once, "as", amal); status != http.StatusConflict || !strings.Contains(page, console.OtherOfficer) {
			t.Errorf("a form of %s sent by %s is answered %d", amal, adam, status)
		}
	}
	_, page = g.get("/line")
	if status, page := g.post("/line/test", "once", g.once(page), "as", adam); status != http.StatusOK || strings.Contains(page, `class="problem"`) {
		t.Errorf("his own is answered %d", status)
	}
}

// Who enters again in the same browser leaves nothing open behind, and a cookie of the
// same name that another port has set shuts nobody out.
func TestEnterAgain(t *testing.T) {
	w := newWorld(t, nil)
	k := w.consoleOf("alder", new(atomic.Int64))
	g := newGuest(t, k, amal)
	base, err := url.Parse(g.base)
	w.must(err)
	old := g.client.Jar.Cookies(base)
	g.get(strings.TrimPrefix(k.Invite(), k.URL()))
	if w.desks["alder"].Signs(author(amal)) {
		t.Error("the key signs in a session that no window has any more")
	}
	g.post("/unlock", "officer", amal, "passphrase", passphrase(author(amal)))
	thief := newGuest(t, k, "")
	thief.client.Jar, err = cookiejar.New(nil)
	w.must(err)
	thief.client.Jar.SetCookies(base, old)
	if status, _ := thief.get("/"); status != http.StatusUnauthorized {
		t.Errorf("the name of the session before is answered %d", status)
	}
	r, err := http.NewRequest("GET", g.base+"/", nil)
	w.must(err)
	r.AddCookie(&http.Cookie{Name: "parley-alder", Value: "tossed"})
	for _, c := range g.client.Jar.Cookies(base) {
		r.AddCookie(c)
	}
	a, err := http.DefaultTransport.RoundTrip(r)
	w.must(err)
	a.Body.Close()
	if a.StatusCode != http.StatusOK {
		t.Errorf("with a second cookie of that name: %d", a.StatusCode)
	}
}

// What an officer was typing is covered when another window locks, is there again when he
// unlocks, and is gone when another officer does.
func TestTypedIsOfItsOfficer(t *testing.T) {
	w := newWorld(t, nil)
	k := w.consoleOf("alder", new(atomic.Int64))
	first := newTab(t)
	first.allow("401")
	first.open(k.Invite())
	unlock := func(on *tab, name string) {
		t.Helper()
		on.until(`document.querySelector("[name=passphrase]")`)
		eval[bool](on, `(()=>{const f=document.querySelector("form.way");f.officer.value=`+quote(name)+`;f.passphrase.value=`+quote(passphrase(author(name)))+`;f.requestSubmit();return true})()`)
		on.until(`document.body.dataset.officer===` + quote(name))
	}
	unlock(first, amal)
	first.open(k.URL() + "/compose/J14")
	first.until(`document.querySelector("form.write [name^='field.']")`)
	eval[bool](first, `(()=>{document.querySelector("form.write textarea,form.write input[name^='field.']").value="of amal alone";return true})()`)
	other := first.another()
	other.allow("401")
	lock := func() {
		t.Helper()
		other.open(k.URL() + "/statements")
		other.until(`document.querySelector("form[action='/lock']")`)
		eval[bool](other, `(()=>{document.querySelector("form[action='/lock']").requestSubmit();return true})()`)
		other.until(`document.querySelector("[name=passphrase]")`)
		first.until(`document.documentElement.hasAttribute("data-locked")`)
	}
	typed := `[...document.querySelectorAll("form.write textarea,form.write input[name^='field.']")].some((e)=>e.value==="of amal alone")`
	lock()
	unlock(other, amal)
	first.until(`!document.documentElement.hasAttribute("data-locked") && ` + typed)
	lock()
	unlock(other, adam)
	first.until(`document.body.dataset.officer===` + quote(adam))
	if eval[bool](first, typed) {
		t.Error("the next officer reads what the last one was typing")
	}
}
