package console_test

import (
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp/kb"

	"parley/assets"
	"parley/console"
	"parley/desk"
	"parley/format"
	"parley/identity"
)

// mapped is a world in which something stands on the map: two notices that overlap, a
// corridor, an incident and a call; and alder's console.
func mapped(t *testing.T) (*world, *console.Console) {
	t.Helper()
	w := newWorld(t, nil)
	now := time.Now().UTC().Truncate(time.Minute)
	window := func(from, to time.Duration) string {
		return "window=" + format.WriteInstant(now.Add(from)) + "/" + format.WriteInstant(now.Add(to))
	}
	hour := time.Hour
	flight := func(fields ...string) []string {
		return append(fields, "activity=survey", "description=Survey flight, one small aircraft.", "contact=desk:line 2")
	}
	for _, said := range []struct {
		by string
		q  desk.Saying
	}{
		{amal, desk.Saying{Format: "J14", Fields: flight("place=DMM 00 33.600N 017 57.000W ±50m; الوادي الشمالي", "extent=polygon DMM 00 31.000N 017 59.500W / 00 31.000N 017 55.000W / 00 36.000N 017 56.000W ±50m; الوادي", window(-hour, 3*hour))}},
		{basil, desk.Saying{Format: "J14", Fields: flight("place=DMM 00 33.900N 017 56.500W ±100m; <b>north</b> gate", "extent=circle DMM 00 33.900N 017 56.500W r=3km ±100m; עמק", window(2*hour, 20*hour))}},
		{basil, desk.Saying{Format: "J16", Fields: []string{"kind=ambulance", "vehicles=1", "marks=red-cross", "route=corridor DMM 00 25.000N 018 02.000W / 00 29.000N 017 58.000W / 00 29.500N 017 50.000W w=800m ±50m; mill road", window(10*hour, 12*hour), "contact=desk:line 2"}}},
		{amal, desk.Saying{Format: "J20", Fields: []string{"kind=fire", "what=Smoke.", "where=DMM 00 31.200N 018 01.400W ±600m; mill", "when=" + format.WriteInstant(now.Add(-20*time.Minute)), "noticed-by=patrol", "harm=none", "confidence=high"}}},
	} {
		id := w.say(said.by, said.q)
		w.act(chen, "release", id)
		w.delivered(map[string]string{amal: "birch", basil: "alder"}[said.by], id)
	}
	k, err := console.Open(console.Config{Desk: w.desks["alder"], Listen: "127.0.0.1:0", Clock: time.Now, Log: slog.New(slog.DiscardHandler),
		Officers: func() []identity.Author { return []identity.Author{author(amal)} }, Unlock: w.people["alder"].Unlock})
	w.must(err)
	t.Cleanup(func() { k.Close() })
	return w, k
}

// visitor is a browser without script, at an unlocked console.
func visitor(t *testing.T, k *console.Console) func(path string) (int, string, http.Header) {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	host, err := url.Parse(k.URL())
	if err != nil {
		t.Fatal(err)
	}
	client := &http.Client{Jar: jar}
	get := func(path string) (int, string, http.Header) {
		t.Helper()
		answer, err := client.Get("http://127.0.0.1:" + host.Port() + path)
		if err != nil {
			t.Fatal(err)
		}
		defer answer.Body.Close()
		text, err := io.ReadAll(answer.Body)
		if err != nil {
			t.Fatal(err)
		}
		return answer.StatusCode, string(text), answer.Header
	}
	_, path, _ := strings.Cut(strings.TrimPrefix(k.Invite(), "http://"), "/")
	get("/" + path)
	answer, err := client.PostForm("http://127.0.0.1:"+host.Port()+"/unlock", url.Values{"officer": {amal}, "passphrase": {passphrase(author(amal))}, "next": {"/"}})
	if err != nil {
		t.Fatal(err)
	}
	answer.Body.Close()
	return get
}

// Without script, and without a map in the build, pages and files say the same.
func TestMapPages(t *testing.T) {
	w, k := mapped(t)
	get := visitor(t, k)
	status, page, _ := get("/map")
	for _, want := range []string{"الوادي", "&lt;b&gt;north&lt;/b&gt;", "overlaps 1 other", `id="m-`, `class="p-PRIORITY active"`, `type="range"`} {
		if !strings.Contains(page, want) {
			t.Errorf("the map's page lacks %q", want)
		}
	}
	if status != http.StatusOK || strings.Contains(page, "<b>north") {
		t.Errorf("the map's page: status %d", status)
	}
	_, text, header := get("/map.geojson")
	var drawn struct {
		Features []struct {
			Geometry   struct{ Type string }
			Properties struct {
				Item, Draw, Side, Label string
				Conflict                bool
				Times                   [][2]int64
			}
		}
	}
	w.must(json.Unmarshal([]byte(text), &drawn))
	var got []string
	for _, f := range drawn.Features {
		p := f.Properties
		got = append(got, fmt.Sprint(f.Geometry.Type, " ", p.Draw, " ", p.Side, " ", p.Conflict))
		if len(p.Times) == 0 || !strings.Contains(page, `id="`+p.Item+`"`) {
			t.Errorf("feature %+v has no time, or no row", p)
		}
	}
	slices.Sort(got)
	want := []string{"Point place 0 false", "Point place 0 true", "Point place 1 true", "Polygon area 0 true", "Polygon area 1 false", "Polygon area 1 true", "Polygon doubt 0 false", "Polygon doubt 0 true", "Polygon doubt 1 true"}
	if !slices.Equal(got, want) || header.Get("Content-Type") != "application/geo+json" {
		t.Errorf("features %q of type %s, want %q", got, header.Get("Content-Type"), want)
	}
	if _, text, _ := get("/map.geojson?party=birch&format=J16"); strings.Count(text, `"Feature"`) != 1 {
		t.Errorf("the corridor alone: %s", text)
	}
	for _, bad := range []string{"/map?from=yesterday", "/map?at=-3", "/timeline?from=2026-01-01T00:00Z&to=2025-01-01T00:00Z", "/map.geojson?to=9999-01-01T00:00Z", "/timeline?csv=timeline&from=%00"} {
		if status, page, _ := get(bad); status != http.StatusBadRequest || !strings.Contains(page, "api.bad-request") {
			t.Errorf("%s: status %d", bad, status)
		}
	}
	status, page, _ = get("/timeline")
	if status != http.StatusOK || strings.Count(page, `class="row k-notice"`) != 3 || !strings.Contains(page, `class="row k-incident"`) || !strings.Contains(page, `class="row k-act"`) || !strings.Contains(page, `class="now"`) || strings.Contains(page, "<b>north") {
		t.Errorf("the timeline: status %d\n%s", status, page)
	}
	_, text, header = get("/timeline?party=birch&csv=timeline")
	if !strings.HasPrefix(text, "\uFEFFWhen (UTC) [when],Kind [kind],") || strings.Count(text, " [notice],Birch [birch],#") != 2 || !strings.HasPrefix(header.Get("Content-Type"), "text/csv") {
		t.Errorf("the file: %s", text)
	}
	if _, ok := assets.Browser(); !ok {
		return
	}
	for _, name := range []string{"ol.js", "ol.css", "latin.woff2", "land.json", "NOTICES.txt"} {
		if status, text, _ := get("/a/" + name); status != http.StatusOK || len(text) < 1000 {
			t.Errorf("/a/%s: status %d, %d bytes", name, status, len(text))
		}
	}
}

// The map draws what the table says, and one choice is both; the minute makes what does
// not take place then faint.
func TestMapInBrowser(t *testing.T) {
	if _, ok := assets.Browser(); !ok {
		t.Skip("this build has no map; make assets")
	}
	orchard, k := mapped(t)
	w := newTab(t)
	w.open(k.Invite())
	w.until(`document.querySelector('[name=passphrase]')`)
	w.press(passphrase(author(amal)) + kb.Enter)
	w.until(`location.pathname === '/'`)
	w.open(k.URL() + "/map")
	w.until(`document.getElementById('map')?.dataset.ready`)
	if n := eval[string](w, `document.getElementById('map').dataset.count`); n != "9" {
		t.Errorf("%s features were drawn, want 9", n)
	}
	if !eval[bool](w, `[...document.querySelectorAll('#map canvas')].some(c => { const d = c.getContext('2d').getImageData(0, 0, c.width, c.height).data, seen = new Set(); for (let i = 0; i < d.length; i += 400) seen.add(d[i] + ',' + d[i+1] + ',' + d[i+2]); return seen.size > 5; })`) {
		t.Error("the map is empty")
	}
	w.accessible("map")
	eval[bool](w, `(document.querySelector('#map-items a.find').click(), true)`)
	w.until(`location.hash.startsWith('#m-') && document.querySelector('#map-items tr[aria-current]')?.id === location.hash.slice(1) && document.getElementById('map').dataset.chosen === location.hash.slice(1)`)
	active := eval[int](w, `document.querySelectorAll('#map-items tr.active').length`)
	eval[bool](w, `(()=>{ const s = document.getElementById('at'); s.value = +s.value + 150; s.dispatchEvent(new Event('input')); s.dispatchEvent(new Event('change')); return true })()`)
	w.until(fmt.Sprintf(`document.querySelectorAll('#map-items tr.active').length === %d && location.search.includes('at=')`, active+1))
	// A small map comes to whatever element asks for one, and follows it.
	eval[bool](w, `fetch('/map.geojson').then(r => r.text()).then(async text => { await import('/a/place.js'); const d = document.createElement('div'); d.className = 'place-map'; d.dataset.geojson = text; document.querySelector('main').prepend(d); return true })`)
	w.until(`document.querySelector('.place-map[data-ready] canvas')`)
	w.open(k.URL() + "/timeline")
	w.until(`document.querySelector('svg.timeline a:focus') || (document.querySelector('svg.timeline a')?.focus(), false)`)
	w.accessible("timeline")

	// What is released meanwhile comes by itself, on both.
	other := w.another()
	other.open(k.URL() + "/map")
	other.until(`document.getElementById('map')?.dataset.ready`)
	id := orchard.say(basil, desk.Saying{Format: "J20", Fields: []string{"kind=fire", "what=Smoke.", "where=DMM 00 32.200N 018 01.400W ±600m; yard", "when=" + format.WriteInstant(time.Now().Add(-5*time.Minute)), "noticed-by=patrol", "harm=none", "confidence=high"}})
	orchard.act(chen, "release", id)
	w.until(`document.querySelectorAll('svg.timeline .k-incident').length === 2 && document.querySelector('svg.timeline pattern') && [...document.querySelectorAll('svg.timeline .k-incident')].every(a => a.getBoundingClientRect().width > 5)`)
	other.until(`document.getElementById('map').dataset.count === '11' && document.querySelectorAll('#map-items tbody tr').length === 5`)
	if os.Getenv("PARLEY_SHOTS") == "" {
		return
	}
	for _, lang := range []string{"en", "ar", "he"} {
		eval[bool](w, `(document.querySelector('footer button[value=`+lang+`]').click(), true)`)
		w.until(`document.documentElement.lang === '` + lang + `'`)
		for _, dark := range []bool{false, true} {
			w.dark(dark)
			for _, page := range []string{"map", "timeline"} {
				w.open(k.URL() + "/" + page)
				w.until(`document.querySelector('svg.timeline, #map[data-ready]')`)
				w.shot(fmt.Sprintf("%s-%s-dark-%t", page, lang, dark))
			}
		}
	}
}
