package console_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"parley/console"
	"parley/delivery"
	"parley/desk"
)

// A guest is somebody with a browser, without script.
type guest struct {
	testing.TB
	client *http.Client
	base   string
}

// newGuest opens a console with an invitation; with an officer, he unlocks it.
func newGuest(t testing.TB, k *console.Console, officer string) *guest {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	host, err := url.Parse(k.URL())
	if err != nil {
		t.Fatal(err)
	}
	g := &guest{t, &http.Client{Jar: jar}, "http://127.0.0.1:" + host.Port()}
	g.client.CheckRedirect = func(r *http.Request, _ []*http.Request) error {
		if r.URL.Host != "127.0.0.1:"+host.Port() {
			t.Errorf("the console leads to %s", r.URL)
		}
		return nil
	}
	if officer != "" {
		g.get(strings.TrimPrefix(k.Invite(), k.URL()))
		waitFor(t, "the desk knows "+officer, func() bool {
			_, page := g.post("/unlock", "officer", officer, "passphrase", passphrase(author(officer)))
			return !strings.Contains(page, "is not in force")
		})
	}
	return g
}

func (g *guest) answer(a *http.Response, err error) (int, string) {
	g.Helper()
	if err != nil {
		g.Fatal(err)
	}
	defer a.Body.Close()
	text, err := io.ReadAll(a.Body)
	if err != nil {
		g.Fatal(err)
	}
	return a.StatusCode, string(text)
}

func (g *guest) get(path string) (int, string) {
	g.Helper()
	return g.answer(g.client.Get(g.base + path))
}

func (g *guest) post(path string, pairs ...string) (int, string) {
	g.Helper()
	form := url.Values{}
	for i := 0; i < len(pairs); i += 2 {
		form.Add(pairs[i], pairs[i+1])
	}
	return g.answer(g.client.PostForm(g.base+path, form))
}

var onceIn = regexp.MustCompile(`name="once" value="([A-Z0-9]+)"`)

// once takes the name of the first form of a page.
func (g *guest) once(page string) string {
	g.Helper()
	found := onceIn.FindStringSubmatch(page)
	if found == nil {
		g.Fatal("the page has no form")
	}
	return found[1]
}

// consoleOf opens the console of a party, with a clock that can be moved.
func (w *world) consoleOf(party string, ahead *atomic.Int64) *console.Console {
	w.Helper()
	people := w.people[party]
	k, err := console.Open(console.Config{Desk: w.desks[party], Listen: "127.0.0.1:0", Officers: people.Officers, Unlock: people.Unlock, Log: slog.New(slog.DiscardHandler),
		Clock: func() time.Time { return time.Now().Add(time.Duration(ahead.Load())) }})
	w.must(err)
	w.Cleanup(func() { k.Close() })
	return k
}

// packed reads a file of the console's own: whole, as gzip, and not again.
func (g *guest) packed(path string) {
	g.Helper()
	ask := func(encoding, tag string) (*http.Response, []byte) {
		r, err := http.NewRequest(http.MethodGet, g.base+path, nil)
		if err != nil {
			g.Fatal(err)
		}
		r.Header.Set("Accept-Encoding", encoding)
		r.Header.Set("If-None-Match", tag)
		a, err := g.client.Do(r)
		if err != nil {
			g.Fatal(err)
		}
		defer a.Body.Close()
		text, err := io.ReadAll(a.Body)
		if err != nil {
			g.Fatal(err)
		}
		return a, text
	}
	whole, text := ask("identity", "")
	small, packed := ask("gzip", "")
	unpack, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		g.Fatalf("%s as gzip: %v, %d", path, err, small.StatusCode)
	}
	if again, err := io.ReadAll(unpack); err != nil || !bytes.Equal(again, text) || whole.StatusCode != http.StatusOK || len(packed) >= len(text) {
		g.Errorf("%s is %d bytes, and packed %d, of which %d come back: %v", path, len(text), len(packed), len(again), err)
	}
	if a, text := ask("gzip", small.Header.Get("ETag")); a.StatusCode != http.StatusNotModified || len(text) > 0 {
		g.Errorf("%s is sent again to who has it: %d", path, a.StatusCode)
	}
}

// Nobody reads or acts without an invitation, once, and a passphrase; nor once it is locked.
func TestDoors(t *testing.T) {
	w := newWorld(t, nil)
	var ahead atomic.Int64
	k := w.consoleOf("alder", &ahead)
	stranger := newGuest(t, k, "")
	for _, path := range []string{"/", "/map", "/s/1", "/gate", "/matters/cases", "/unlock", "/nothing", "/live", "/enter?ticket=AAAA"} {
		if status, page := stranger.get(path); status != http.StatusUnauthorized || strings.Contains(page, amal) {
			t.Errorf("%s without a session: %d", path, status)
		}
	}
	for _, path := range []string{"/a/%2e%2e/templates/layout.html", "/a/..%2ftemplates/layout.html", "/a/templates/layout.html", "/a/"} {
		if status, _ := stranger.get(path); status != http.StatusNotFound && status != http.StatusUnauthorized {
			t.Errorf("%s, which is no file for browsers: %d", path, status)
		}
	}
	stranger.packed("/a/console.css")
	if status, _ := stranger.post("/invitations"); status != http.StatusUnauthorized {
		t.Errorf("an invitation without the token: %d", status)
	}
	ticket := strings.TrimPrefix(k.Invite(), k.URL())
	if status, page := stranger.get(ticket); status != http.StatusOK || !strings.Contains(page, `name="passphrase"`) {
		t.Fatalf("with an invitation: %d", status)
	}
	if status, _ := newGuest(t, k, "").get(ticket); status != http.StatusUnauthorized {
		t.Errorf("an invitation that was used: %d", status)
	}
	old := strings.TrimPrefix(k.Invite(), k.URL())
	ahead.Add(int64(2 * time.Minute))
	if status, _ := newGuest(t, k, "").get(old); status != http.StatusUnauthorized {
		t.Errorf("an old invitation: %d", status)
	}
	if status, page := stranger.post("/unlock", "officer", amal, "passphrase", "wrong"); status < 400 || !strings.Contains(page, console.WrongPassphrase) {
		t.Errorf("a wrong passphrase: %d", status)
	}
	if _, page := stranger.get("/map"); !strings.Contains(page, `name="passphrase"`) {
		t.Error("a locked session is shown the map")
	}
	if status, page := stranger.post("/unlock", "officer", amal, "passphrase", passphrase(author(amal)), "next", "//evil.example/x"); status != http.StatusOK || !strings.Contains(page, amal) {
		t.Fatalf("the right passphrase: %d", status)
	}
	ahead.Add(int64(16 * time.Minute))
	if _, page := stranger.get("/map"); !strings.Contains(page, `name="passphrase"`) {
		t.Error("a session that nobody used is not locked")
	}
	stranger.post("/unlock", "officer", amal, "passphrase", passphrase(author(amal)))
	ahead.Add(int64(16 * time.Minute))
	waitFor(t, "the key of a browser that asks for nothing any more is locked", func() bool { return !w.desks["alder"].Signs(author(amal)) })
	stranger.post("/unlock", "officer", amal, "passphrase", passphrase(author(amal)))
	stranger.post("/lock")
	if status, page := stranger.post("/s/1/ack"); !strings.Contains(page, `name="passphrase"`) {
		t.Errorf("a locked session acts: %d", status)
	}
	if w.desks["alder"].Signs(author(amal)) {
		t.Error("the key signs after its officer has locked")
	}
}

// Of another name, or from a page of another origin, nothing is read and nothing done.
func TestOrigins(t *testing.T) {
	w := newWorld(t, nil)
	k := w.consoleOf("alder", new(atomic.Int64))
	g := newGuest(t, k, amal)
	for _, test := range []struct {
		name, method, path string
		header             map[string]string
		status             int
	}{
		{"another name", "GET", "/", map[string]string{"Host": "evil.example"}, http.StatusMisdirectedRequest},
		{"a script of another origin", "GET", "/map.geojson", map[string]string{"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors", "Sec-Fetch-Dest": "script"}, http.StatusForbidden},
		{"another port", "GET", "/", map[string]string{"Sec-Fetch-Site": "same-site", "Sec-Fetch-Mode": "cors", "Sec-Fetch-Dest": "empty"}, http.StatusForbidden},
		{"a frame", "GET", "/", map[string]string{"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "iframe"}, http.StatusForbidden},
		{"a form of another origin", "POST", "/lock", map[string]string{"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"}, http.StatusForbidden},
		{"a form of an old browser", "POST", "/lock", map[string]string{"Origin": "http://evil.example"}, http.StatusForbidden},
		{"a link", "GET", "/", map[string]string{"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"}, http.StatusOK},
	} {
		r, err := http.NewRequest(test.method, g.base+test.path, nil)
		w.must(err)
		for name, value := range test.header {
			r.Header.Set(name, value)
		}
		if host := test.header["Host"]; host != "" {
			r.Host = host
		}
		a, err := g.client.Do(r)
		w.must(err)
		a.Body.Close()
		if a.StatusCode != test.status || a.Header.Get("Content-Security-Policy") != console.Policy {
			t.Errorf("%s: status %d, policy %q", test.name, a.StatusCode, a.Header.Get("Content-Security-Policy"))
		}
	}
}

// The supervisor holds, annotates and releases; a form that is sent twice is done once; and
// nothing of what waits is on the other side's pages.
func TestGateAtTheConsole(t *testing.T) {
	w := newWorld(t, nil)
	id := w.say(amal, desk.Saying{Format: "J14", Fields: []string{"activity=survey", "place=DD 0.56 -17.95 ±50m", "window=" + tomorrow(), "description=Survey flight, one craft.", "contact=desk:line 2"}})
	w.receipt("alder", id)
	supervisor := w.desks["cedar"]
	waitFor(t, "the notice at the supervisor's desk", func() bool { _, ok := supervisor.Work().Record(id); return ok })
	none := new(atomic.Int64)
	gate, other := newGuest(t, w.consoleOf("cedar", none), chen), newGuest(t, w.consoleOf("birch", none), basil)
	_, page := gate.get("/gate")
	if !strings.Contains(page, "/gate/") || !strings.Contains(page, amal) {
		t.Fatalf("the gate does not show what waits")
	}
	for _, path := range []string{"/", "/gate", "/map", "/timeline", "/matters"} {
		if _, page := other.get(path); strings.Contains(page, amal) || strings.Contains(page, "Survey") {
			t.Errorf("%s of the other side shows what waits at the gate", path)
		}
	}
	if status, page := gate.post("/gate/"+id+"/hold", "field.reason", "unclear"); status < 400 && !strings.Contains(page, "Signed") {
		t.Errorf("hold: %d", status)
	}
	_, page = gate.get("/gate/" + id)
	form := gate.once(page)
	for range 2 {
		if status, page := gate.post("/gate/"+id+"/release", "once", form); status != http.StatusOK || strings.Contains(page, `class="problem"`) {
			t.Errorf("release: %d", status)
		}
	}
	for _, party := range []string{"birch", "cedar"} {
		waitFor(t, "the release at "+party, func() bool {
			r, ok := w.desks[party].Work().Record(id)
			return ok && r.Delivery.Status == delivery.Released
		})
	}
	if status, page := gate.post("/gate/" + id + "/release"); status < 400 || !strings.Contains(page, `class="rule"`) {
		t.Errorf("a second release: %d", status)
	}
	_, page = other.get("/s/" + id)
	if !strings.Contains(page, "Survey flight") {
		t.Error("the other side does not read what was released")
	}
	if status, page := other.post("/s/"+id+"/ack", "once", other.once(page)); status != http.StatusOK || strings.Contains(page, `class="problem"`) {
		t.Errorf("acknowledge: %d", status)
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	for {
		changed := w.desks["alder"].Changed()
		if r, ok := w.desks["alder"].Work().Record(id); ok && r.Delivery.Acknowledged("birch") {
			break
		}
		select {
		case <-changed:
		case <-ctx.Done():
			t.Fatal("the acknowledgement does not reach its author")
		}
	}
}

// tomorrow is a window of two hours, a day ahead.
func tomorrow() string {
	at := time.Now().UTC().Add(26 * time.Hour).Truncate(time.Minute)
	return at.Format("2006-01-02T15:04Z") + "/" + at.Add(2*time.Hour).Format("2006-01-02T15:04Z")
}
