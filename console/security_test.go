package console_test

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"

	"parley/console"
	"parley/desk"
)

// headers stand on every answer, also of errors.
var headers = map[string]string{
	"Content-Security-Policy": console.Policy, "X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer",
	"Cross-Origin-Opener-Policy": "same-origin", "Cross-Origin-Embedder-Policy": "require-corp", "Cross-Origin-Resource-Policy": "same-origin",
	"Permissions-Policy": "camera=(), microphone=(), geolocation=()",
}

// ask sends a request with the guest's cookies, follows nothing, and checks what must
// stand on every answer.
func (g *guest) ask(method, path, body string, header ...string) int {
	g.Helper()
	r, err := http.NewRequestWithContext(g.Context(), method, g.base+path, strings.NewReader(body))
	if err != nil {
		g.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
		if header[i] == "Host" {
			r.Host = header[i+1]
		}
	}
	direct := http.Client{Jar: g.client.Jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	a, err := direct.Do(r)
	if err != nil {
		g.Fatal(err)
	}
	status, _ := g.answer(a, nil)
	for name, want := range headers {
		if got := a.Header.Get(name); got != want {
			g.Errorf("%s %s, %d: %s is %q", method, path, status, name, got)
		}
	}
	if kept := a.Header.Get("Cache-Control"); kept != "no-store" && !strings.HasPrefix(path, "/a/") {
		g.Errorf("%s %s, %d: it may be kept: %q", method, path, status, kept)
	}
	if kind := a.Header.Get("Content-Type"); kind == "" && status == http.StatusOK {
		g.Errorf("%s %s: what it is, is not said", method, path)
	}
	for _, c := range a.Cookies() {
		if !c.HttpOnly || c.SameSite != http.SameSiteStrictMode || c.Path != "/" || c.Domain != "" {
			g.Errorf("%s %s sets the cookie %s", method, path, c)
		}
	}
	return status
}

// Every route answers with the same headers and cookies, whatever it is asked; takes
// nothing from a page of another origin, nor under another name, nor by the wrong method,
// nor more than it can hold.
func TestEveryRouteIsGuarded(t *testing.T) {
	w := newWorld(t, nil)
	id := w.say(amal, desk.Saying{Format: "J14", Fields: notice})
	k := w.consoleOf("cedar", new(atomic.Int64))
	g, stranger := newGuest(t, k, chen), newGuest(t, k, "")
	about := strings.NewReplacer("REF", id, "ENTRY", "3")
	gets, posts := addresses(t, k, "GET", about), addresses(t, k, "POST", about)
	for _, way := range ways {
		method, path, _ := strings.Cut(way, " ")
		if method == "GET" {
			gets = append(gets, path)
		} else {
			posts = append(posts, path)
		}
	}
	open := func(path string) bool { return strings.HasPrefix(path, "/a/") }
	for _, path := range gets {
		g.ask("GET", path, "")
		if status := stranger.ask("GET", path, ""); status != http.StatusUnauthorized && !open(path) {
			t.Errorf("GET %s without a session: %d", path, status)
		}
		for _, from := range []string{"cross-site", "same-site"} {
			if status := g.ask("GET", path, "", "Sec-Fetch-Site", from, "Sec-Fetch-Mode", "no-cors", "Sec-Fetch-Dest", "image"); status != http.StatusForbidden {
				t.Errorf("GET %s as an image of a %s page: %d", path, from, status)
			}
		}
		if status := g.ask("GET", path, "", "Host", "rebound.example"); status != http.StatusMisdirectedRequest {
			t.Errorf("GET %s under another name: %d", path, status)
		}
	}
	size := func() uint64 {
		at, err := w.desks["cedar"].Checkpoint(t.Context(), "en")
		w.must(err)
		return at.Size
	}
	before := size()
	const maxBody = 4 << 20
	large := "once=x&field.note=" + strings.Repeat("a", maxBody)
	reads := map[string]bool{"/areas": true, "/exchange": true, "/screening": true, "/accident": true, "/unlock": true, "/nothing": true} // forms whose address is also a page
	for _, path := range posts {
		for _, from := range [][]string{
			{"Sec-Fetch-Site", "cross-site", "Sec-Fetch-Mode", "navigate", "Sec-Fetch-Dest", "document", "Origin", "http://evil.test"},
			{"Sec-Fetch-Site", "same-site", "Sec-Fetch-Mode", "cors", "Sec-Fetch-Dest", "empty", "Origin", "http://cedar.localhost:1"},
			{"Origin", "http://evil.test"}, {"Origin", "null"},
		} {
			if status := g.ask("POST", path, "do=send&officer="+chen+"&passphrase=chen!", from...); status != http.StatusForbidden {
				t.Errorf("POST %s from %s: %d", path, from, status)
			}
		}
		if status := stranger.ask("POST", path, "do=send"); status != http.StatusUnauthorized && path != "/lock" && path != "/settings" {
			t.Errorf("POST %s without a session: %d", path, status)
		}
		if status := g.ask("GET", path, ""); status != http.StatusMethodNotAllowed && status != http.StatusNotFound && !reads[path] && !strings.HasPrefix(path, "/s/") && !strings.HasPrefix(path, "/compose/") && !strings.HasPrefix(path, "/second/") && !strings.HasPrefix(path, "/exchange/") {
			t.Errorf("GET %s: %d", path, status)
		}
		if path == "/lock" || path == "/settings" || path == "/invitations" {
			continue // they do not read what comes
		}
		if status := g.ask("POST", path, large); status < 400 {
			t.Errorf("POST %s of %d bytes: %d", path, len(large), status)
		}
	}
	if now := size(); now != before {
		t.Errorf("the ledger has grown from %d to %d", before, now)
	}
	if _, page := g.get("/"); !strings.Contains(page, `data-officer="`+chen) {
		t.Error("the session was locked by what was refused")
	}
}

// Whoever knew a cookie before its session began knows nothing of it after.
func TestNoFixedSession(t *testing.T) {
	w := newWorld(t, nil)
	k := w.consoleOf("alder", new(atomic.Int64))
	g, thief := newGuest(t, k, ""), newGuest(t, k, "")
	host, err := url.Parse(g.base)
	w.must(err)
	planted := []*http.Cookie{{Name: "parley-alder", Value: "PLANTED", Path: "/"}}
	g.client.Jar.SetCookies(host, planted)
	thief.client.Jar.SetCookies(host, planted)
	for range 2 { // also a session that has begun, by an invitation that comes after it
		g.get(strings.TrimPrefix(k.Invite(), k.URL()))
		g.post("/unlock", "officer", amal, "passphrase", passphrase(author(amal)))
		if _, page := g.get("/"); !strings.Contains(page, `data-officer="`+amal) {
			t.Fatal("it does not open")
		}
		if status, page := thief.get("/"); status != http.StatusUnauthorized || strings.Contains(page, amal) {
			t.Fatalf("with the cookie of before: %d", status)
		}
		thief.client.Jar.SetCookies(host, planted)
	}
}

// Who sends slowly, or does not read what comes, keeps nobody else out, and is sent away.
func TestSlowClients(t *testing.T) {
	w := newWorld(t, nil)
	k := w.consoleOf("alder", new(atomic.Int64))
	g := newGuest(t, k, amal)
	address := strings.TrimPrefix(g.base, "http://")
	slow := []string{"GET / HTTP/1.1\r\nHost: ", "POST /unlock HTTP/1.1\r\nHost: " + address + "\r\nContent-Length: 4000000\r\nContent-Type: application/x-www-form-urlencoded\r\n\r\nofficer=", "", "G"}
	var all []net.Conn
	for i := range 200 {
		c, err := net.Dial("tcp", address)
		w.must(err)
		defer c.Close()
		_, err = io.WriteString(c, slow[i%len(slow)])
		w.must(err)
		all = append(all, c)
	}
	for range 10 {
		if status, page := g.get("/"); status != http.StatusOK || !strings.Contains(page, amal) {
			t.Errorf("beside slow ones: %d", status)
		}
	}
	_, err := io.Copy(io.Discard, all[0]) // until the console ends it
	w.must(err)
}

// A page of another origin, of another port of the same name, and a name that was made to
// point here, can in a real browser neither read nor act, by any means it has.
func TestOtherOriginsInBrowser(t *testing.T) {
	w := newWorld(t, nil)
	id := w.say(amal, desk.Saying{Format: "J14", Fields: notice})
	k := w.consoleOf("alder", new(atomic.Int64))
	b := w.enter(k.Invite(), amal)
	b.allow("")
	evil := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		fmt.Fprint(w, `<!doctype html><html lang=en><title>evil</title><main id=main>evil</main>`)
	}))
	t.Cleanup(evil.Close)
	port := evil.URL[strings.LastIndex(evil.URL, ":"):]
	try := `(async () => {
	const at = ` + quote(k.URL()) + `, got = [];
	const kept = async (name, f) => { try { const v = await f(); if (v) got.push(name + ': ' + v); } catch (e) { } };
	const wait = (e, good, bad, name) => new Promise((done) => { e[good] = () => done('came'); e[bad] = () => done(''); });
	for (const path of ['/', '/map.geojson', '/s/` + id + `', '/record/file', '/live', '/a/live.js', '/unlock'])
		for (const credentials of ['include', 'omit']) {
			await kept('fetch ' + path, async () => (await fetch(at + path, {credentials})).text());
			await kept('opaque ' + path, async () => { const a = await fetch(at + path, {credentials, mode: 'no-cors'}); return a.status || await a.text(); });
		}
	for (const path of ['/lock', '/settings', '/s/` + id + `/withdraw', '/unlock'])
		await kept('post ' + path, async () => (await fetch(at + path, {method: 'POST', credentials: 'include', mode: 'no-cors', body: new URLSearchParams({lang: 'ar', 'field.why': 'x'})})).status);
	navigator.sendBeacon(at + '/lock', 'x');
	await kept('image', () => { const i = new Image(); const w = wait(i, 'onload', 'onerror'); i.src = at + '/map.geojson'; return w; });
	for (const [tag, name, path] of [['script', 'src', '/a/live.js'], ['script', 'src', '/map.geojson'], ['link', 'href', '/a/console.css']])
		await kept(tag + path, () => { const e = document.createElement(tag); if (tag === 'link') e.rel = 'stylesheet'; const w = wait(e, 'onload', 'onerror'); e[name] = at + path; document.head.append(e); return w; });
	await kept('events', () => { const e = new EventSource(at + '/live', {withCredentials: true}); const w = wait(e, 'onopen', 'onerror'); return w.finally(() => e.close()); });
	await kept('socket', () => { const s = new WebSocket(at.replace('http', 'ws') + '/live'); return wait(s, 'onopen', 'onerror'); });
	await kept('worker', () => { const s = new SharedWorker(at + '/a/live-worker.js'); return wait(s, 'onopen', 'onerror'); });
	await kept('frame', async () => { const f = document.createElement('iframe'); f.src = at + '/'; const w = wait(f, 'onload', 'onerror'); document.body.append(f); await w; return f.contentDocument?.body?.innerText; });
	return got;
})()`
	for _, origin := range []string{"http://evil.test" + port, "http://alder.localhost" + port, "http://localhost" + port, "http://127.0.0.1" + port} {
		other := b.another()
		other.allow("")
		other.open(origin + "/")
		for _, got := range eval[[]string](other, try) {
			t.Errorf("a page of %s reads %.200s", origin, got)
		}
		// By a form, which leaves the page.
		for _, path := range []string{"/lock", "/s/" + id + "/withdraw", "/settings"} {
			other.open(origin + "/")
			eval[bool](other, `(() => { const f = document.createElement('form'); f.method = 'POST'; f.action = `+quote(k.URL()+path)+`; document.body.append(f); f.submit(); return true })()`)
			other.until(`location.href.startsWith(` + quote(k.URL()) + `) && document.body.innerText.includes('another origin')`)
		}
	}
	rebound := b.another()
	rebound.allow("")
	rebound.open("http://rebound.test" + k.URL()[strings.LastIndex(k.URL(), ":"):] + "/")
	rebound.until(`document.body.innerText.includes('does not answer to that name')`)

	b.open(k.URL() + "/s/" + id)
	b.until(`document.body.dataset.officer === ` + quote(amal) + ` && document.documentElement.lang === 'en' && document.querySelector('a[href$="/withdraw"]')`)
	b.press("g")
	b.press("l")
	b.until(`location.pathname === '/unlock'`)
}
