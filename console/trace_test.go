package console_test

import (
	"regexp"
	"strings"
	"sync/atomic"
	"testing"

	"parley/desk"
)

// passing is what of a page differs at each reading, names of forms and times, and what
// everybody knows: how many entries there are, how far they are confirmed, and the paths.
var passing = regexp.MustCompile(`(?s)name="once" value="[A-Z0-9]+"|data-now="[0-9]+"|<time[^>]*>[^<]*</time>|[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9:]{5,8}Z?|[0-9]{2}:[0-9]{2}(:[0-9]{2})?Z?` +
	`|<g class="now">.*?</g>|Confirmed by every party that must[^<]*(<a [^>]*>[^<]*</a>[^<]*)?|[0-9]+ entries of the ledger|The record then had [0-9]+ entr[a-z]+|[0-9]+ entries, root [^<]*|<div id="indexed".*?</div>|<p[^>]*class="state (path|good|warn|bad).*?</p>|<section id="(sides|paths)".*?</section>`)

// Of what is said in an area that an officer may not read, and of what waits at the other
// side's gate, no page shows a trace, but that the ledger has more entries.
func TestNoTrace(t *testing.T) {
	w := newWorld(t, areasOf{adam: {"service"}})
	w.receipt("alder", w.say(amal, desk.Saying{Format: "J14", Fields: notice}))
	ka, kb := w.consoleOf("alder", new(atomic.Int64)), w.consoleOf("birch", new(atomic.Int64))
	ofArea, ofSide := newGuest(t, ka, adam), newGuest(t, kb, basil)
	paths := []string{"/search?q=survey", "/compose/J11", "/statements?acts=1", "/statements?before=9", "/matters/cases", "/matters/sessions", "/matters/commitments", "/matters/public-lines",
		"/matters/questions", "/matters/exchanges", "/matters/projects", "/matters/consents", "/matters/calendar", "/matters/digest", "/matters/areas"}
	for _, pattern := range ka.Patterns() {
		if path, ok := strings.CutPrefix(pattern, "GET "); ok && !strings.Contains(path, "{") && path != "/line" && !strings.HasPrefix(path, "/record") && !strings.HasPrefix(path, "/statistics") { // which are of the whole ledger
			paths = append(paths, path)
		}
	}
	take := func(g *guest) map[string]string {
		all := map[string]string{}
		for _, p := range paths {
			_, page := g.get(p)
			all[p] = passing.ReplaceAllString(page, "~")
		}
		return all
	}
	same := func(what string, before, after map[string]string) {
		t.Helper()
		for _, p := range paths {
			x, y := before[p], after[p]
			if x == y {
				continue
			}
			at := 0
			for at < min(len(x), len(y)) && x[at] == y[at] {
				at++
			}
			at = max(0, at-80)
			t.Errorf("%s shows %s:\n  before %.300q\n  after  %.300q", p, what, x[min(at, len(x)):], y[min(at, len(y)):])
		}
	}
	reach := func(party, id string) {
		record, _ := w.desks["alder"].Work().Record(id)
		waitFor(t, party+" has the entry", func() bool { return w.desks[party].Work().Size() > record.Index })
	}
	for _, party := range []string{"alder", "birch"} {
		reach(party, w.say(amal, desk.Saying{Format: "J14", Fields: notice}))
	}
	area, side := take(ofArea), take(ofSide)
	_, printed, _ := strings.Cut(area["/statements?acts=1"], `id="printed"`)
	if printed, _, _ = strings.Cut(printed, "</div>"); !strings.Contains(printed, "Service") || strings.Contains(printed, "Military") {
		t.Errorf("a sheet says that it is of areas which its officer does not read: %s", printed)
	}
	if _, err := w.desks["alder"].Say(t.Context(), desk.Saying{By: author(amal), Format: "J14", Fields: []string{"description=half"}}); desk.ProblemOf(err).Draft == 0 {
		t.Fatalf("no draft is kept: %v", err)
	}
	id := w.say(amal, desk.Saying{Format: "J14", Fields: notice, Precedence: "FLASH"})
	w.receipt("alder", id)
	reach("birch", id)
	same("what waits at the gate of the other side", side, take(ofSide))
	w.act(chen, "release", id)
	w.delivered("birch", id)
	same("what was said in another area", area, take(ofArea))
}
