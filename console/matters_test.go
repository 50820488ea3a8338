package console_test

import (
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"parley/charter"
	"parley/desk"
	"parley/format"
)

// Every register answers an officer who may read it, in each language; another is shown
// what the desk refuses him, or nothing; nobody is shown what waits at the gate.
func TestMatters(t *testing.T) {
	const carmi, carla = "alder/commercial/carmi", "alder/commercial/carla"
	before := officers
	officers = append(append([]string{}, before...), carmi, carla)
	defer func() { officers = before }()
	w := newWorld(t, areasOf{adam: {"military"}, carmi: {"commercial"}, carla: {"commercial"}}, func(c *charter.Charter) {
		for i := range c.Roles {
			if role := &c.Roles[i]; role.ID == "watch" {
				role.May = append(role.May, "J40")
			}
		}
	})
	now := time.Now().UTC().Truncate(time.Minute)
	at := func(d time.Duration) string { return format.WriteInstant(now.Add(d)) }
	released := func(by string, q desk.Saying) string {
		id := w.say(by, q)
		w.act(chen, "release", id)
		w.delivered(map[string]string{"alder": "birch", "birch": "alder"}[author(by).Party], id)
		return id
	}
	smoke := released(amal, desk.Saying{Format: "J20", Fields: []string{"kind=fire", "what=Smoke <i>over</i> #1.", "where=DMM 00 31.200N 018 01.400W ±600m; mill", "when=" + at(-20*time.Minute), "noticed-by=patrol", "harm=none", "confidence=high"}})
	released(amal, desk.Saying{Format: "J40", Fields: []string{"kind=question", "level=working", "subject=Grazing", "text=May herders use the bank?", "reply-by=" + at(3*time.Hour)}})
	waits := w.say(basil, desk.Saying{Format: "J40", Fields: []string{"kind=question", "level=working", "subject=Xylophone", "text=Is it loud?", "reply-by=" + at(3*time.Hour)}})
	project := released(carmi, desk.Saying{Format: "J50", Fields: []string{"sector=water", "parties=Marimba board", "goods=One pump.", "end-use=Irrigation.", "place=DMM 00 33.600N 017 57.000W ±50m",
		"value-band=under-100k USD", "benefits=Water.", "works-window=" + at(240*time.Hour) + "/" + at(250*time.Hour), "readers=" + carmi}})

	k := w.consoleOf("alder", new(atomic.Int64))
	as := map[string]*guest{}
	for _, name := range []string{amal, adam, carmi, carla} {
		as[name] = newGuest(t, k, name)
	}
	for _, c := range []struct {
		officer, path string
		status        int
		holds, lacks  string
	}{
		{amal, "/matters", 200, `href="/matters/cases"`, "Xylophone"},
		{amal, "/matters/cases", 200, `<a href="/matters/cases/`, "Xylophone"},
		{amal, "/matters/cases/" + smoke, 200, "Smoke &lt;i&gt;over&lt;/i&gt;", "<i>over"},
		{amal, "/matters/questions", 200, "Grazing", "Xylophone"},
		{amal, "/matters/projects/" + project, 200, `class="rule"`, "Marimba"},
		{amal, "/matters/exchanges", 200, `class="text said"`, ""},
		{amal, "/matters/exchanges/doc:nothing", 200, `class="rule"`, ""},
		{amal, "/matters/exchanges/" + smoke, 200, `class="rule"`, ""},
		{amal, "/matters/sessions", 200, `class="text said"`, ""},
		{amal, "/matters/commitments?all=1", 200, `class="text said"`, ""},
		{amal, "/matters/public-lines", 200, `class="text said"`, ""},
		{amal, "/matters/consents", 200, `class="text said"`, ""},
		{amal, "/matters/calendar", 200, `href="/calendar.ics"`, "Xylophone"},
		{amal, "/matters/digest?audience=watch&span=week", 200, `<option value="week" selected>`, "Xylophone"},
		{amal, "/matters/digest?span=age", 200, `class="rule"`, ""},
		{amal, "/matters/line", 200, `class="text said"`, ""},
		{amal, "/matters/areas", 200, `class="text said"`, ""},
		{amal, "/matters/lines", 404, "", ""},
		{amal, "/matters/sessions/1", 404, "", ""},
		{amal, "/calendar.ics", 200, "BEGIN:VCALENDAR", "Xylophone"},
		{adam, "/matters/cases/" + smoke, 200, "Smoke", ""},
		{adam, "/matters/questions?all=1", 200, "", "Grazing"},
		{adam, "/matters/projects", 200, `class="rule"`, `id="waiting"`},
		{adam, "/matters/projects/" + project, 200, `class="rule"`, "Marimba"},
		{adam, "/matters/digest?audience=auditor", 200, `class="rule"`, ""},
		{adam, "/calendar.ics", 200, "BEGIN:VCALENDAR", "Grazing"},
		{carmi, "/matters/projects", 200, `<a href="/matters/projects/`, "Marimba"},
		{carmi, "/matters/projects/" + project, 200, "Marimba", ""},
		{carla, "/matters/projects", 200, `<a href="/matters/projects/`, "Marimba"},
		{carla, "/matters/projects/" + project, 200, `class="rule"`, "Marimba"},
		{carla, "/matters/cases/" + smoke, 200, `class="rule"`, "Smoke"},
		{carla, "/matters/cases?all=1", 200, "", "/matters/cases/"},
	} {
		status, page := as[c.officer].get(c.path)
		if status != c.status || !strings.Contains(page, c.holds) || c.lacks != "" && strings.Contains(page, c.lacks) {
			t.Errorf("%s at %s: %d, want %d with %q and without %q:\n%s", c.officer, c.path, status, c.status, c.holds, c.lacks, page[strings.Index(page, "<main")+1:])
		}
		if strings.Contains(page, waits) {
			t.Errorf("%s at %s: what waits at the gate is named", c.officer, c.path)
		}
	}
	for _, lang := range []string{"ar", "he"} {
		for _, path := range []string{"/matters", "/matters/cases", "/matters/cases/" + smoke, "/matters/digest", "/matters/calendar"} {
			r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, as[amal].base+path, http.NoBody)
			w.must(err)
			r.Header.Set("Accept-Language", lang)
			status, page := as[amal].answer(as[amal].client.Do(r))
			if status != http.StatusOK || !strings.Contains(page, `dir="rtl"`) {
				t.Errorf("%s in %s: %d", path, lang, status)
			}
		}
	}
}
