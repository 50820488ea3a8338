package desk

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"parley/charter"
	"parley/digest"
	"parley/format"
	"parley/identity"
	"parley/registrar"
	"parley/trade"
)

const (
	adnan = "alder/commercial/adnan"
	basma = "birch/commercial/basma"
	boris = "birch/commercial/boris"
	chen  = "cedar/gate/chen"
)

// traders gives the sides commercial officers, of whom one reads birch's projects.
func traders(t *testing.T) *world {
	w := newWorld(t, func(c *charter.Charter) { c.Clocks.Trade = &charter.Trade{Readers: []string{"birch/basma"}} })
	for _, name := range []string{adnan, basma, boris} {
		author := w.author(name)
		r, err := registrar.Open(t.Context(), w.charter.Charter, "https://"+w.address, author.Party, identity.NewSigner(w.keys[author.Party+"/registrar/root"]), time.Now)
		w.must(err)
		request, err := identity.NewRequest(t.Context(), identity.NewSigner(w.newKey(name)), w.charter.Mechanism, author, []string{"commercial"}, true)
		w.must(err)
		_, err = r.Endorse(t.Context(), request)
		w.must(err)
		r.Close()
		w.until("the desk knows the key of "+name, func() bool { _, err := w.desks[author.Party].officerKey(author); return err == nil })
	}
	return w
}

func (w *world) propose(day int) string {
	w.t.Helper()
	begins := sevenTomorrow.Add(time.Duration(day) * 24 * time.Hour)
	return w.send(adnan, Saying{Format: "J50", Fields: []string{"sector=water", "parties=ALDER water board", "goods=EXERCISE. One pump set.", "end-use=EXERCISE. Irrigation.", "place=DMM 00 33.600N 017 57.000W ±50m; intake",
		"value-band=under-100k USD", "benefits=EXERCISE. Water for both valleys.", "works-window=" + format.WriteInstant(begins) + "/" + format.WriteInstant(begins.Add(8*time.Hour))}})
}

// pipeline waits until a desk shows a project with a status.
func (w *world) pipeline(name, id, status string) ProjectView {
	w.t.Helper()
	var found ProjectView
	w.until(fmt.Sprintf("%s sees %s as %s", name, id, status), func() bool {
		v, err := w.desks[w.author(name).Party].Projects(w.t.Context(), "en", w.author(name), true)
		w.must(err)
		i := slices.IndexFunc(v.Projects, func(p ProjectView) bool { return p.ID == id })
		if i >= 0 {
			found = v.Projects[i]
		}
		return found.Status == status
	})
	return found
}

func (w *world) answered(name, formatID, about string, fields ...string) string {
	w.t.Helper()
	id := w.send(name, Saying{Format: formatID, About: about, Fields: fields})
	w.receipt(w.author(name).Party, id)
	return id
}

func TestProjects(t *testing.T) {
	w := traders(t)
	id := w.propose(3)
	w.receipt("alder", id)
	if v, err := w.desks["birch"].Projects(t.Context(), "en", w.author(basma), true); err != nil || len(v.Projects) > 0 {
		t.Errorf("birch sees what waits at the gate: %+v, %v", v, err)
	}
	w.release(id)
	w.pipeline(basma, id, "proposed")

	// One officer of birch is named; the desk shows it to nobody else, and logs it.
	birch := w.desks["birch"]
	for _, test := range []struct {
		as    identity.Author
		rule  string
		entry string
	}{{w.author(boris), NamedReaders, boris}, {identity.Author{}, NamedReaders, ""}, {w.author(basma), "", basma}} {
		if _, err := birch.ShowTo(t.Context(), id, "he", test.as); ruleOf(err) != test.rule {
			t.Errorf("%s is answered %v", test.as, err)
		}
		all, denied, err := birch.Accesses(t.Context(), w.author(basma), 10)
		w.must(err)
		if all[0].Officer != test.entry || all[0].Statement != id || (all[0].Answer == AccessDenied) != (test.rule != "") || denied == 0 {
			t.Errorf("logged is %+v, denied %d", all[0], denied)
		}
	}
	if _, err := birch.Project(t.Context(), id, "en", w.author(boris)); ruleOf(err) != NamedReaders {
		t.Errorf("the project is shown to whoever is not named: %v", err)
	}
	if _, err := birch.Projects(t.Context(), "en", w.author("birch/watch/basil"), false); err != nil {
		t.Error(err) // his key sees every area here
	}
	if _, err := birch.Projects(t.Context(), "en", identity.Author{Party: "alder", Role: "commercial", Officer: "adnan"}, false); err == nil {
		t.Error("another party's officer sees the pipeline")
	}
	if _, err := w.desks["cedar"].ShowTo(t.Context(), id, "en", identity.Author{}); err != nil {
		t.Errorf("cedar names nobody: %v", err)
	}
	translation := w.act(adnan, "translate", id, "language=he", "method=human", "goods=תרגיל. משאבה אחת.")
	w.release(translation)
	if _, err := birch.ShowTo(t.Context(), translation, "en", w.author(boris)); ruleOf(err) != NamedReaders {
		t.Errorf("its translation is shown to whoever is not named: %v", err)
	}

	// From screening to licence.
	example := func(formatID string, changed ...string) (fields []string) {
		f, _ := format.Catalogue().Newest(formatID)
		for name, typed := range f.Example {
			if !slices.ContainsFunc(changed, func(c string) bool { return strings.HasPrefix(c, name+"=") }) {
				fields = append(fields, name+"="+typed)
			}
		}
		return append(fields, changed...)
	}
	w.answered(chen, "J51", id, example("J51", "disposition=held-ownership")...)
	w.pipeline(adnan, id, "stopped")
	w.answered(chen, "J51", id, example("J51", "disposition=cleared")...)
	w.pipeline(adnan, id, "review")
	answer := w.answered(basma, "J52", id, "kind=no-objection")
	w.release(answer)
	w.pipeline(adnan, id, "recommended")
	if _, err := w.desks["birch"].Say(t.Context(), Saying{By: w.author(basma), Format: "J52", About: id, Fields: []string{"kind=objection", "reason=goods"}}); ruleOf(err) != trade.NotNow {
		t.Errorf("an objection after the recommendation is answered %v", err)
	}
	w.answered(chen, "J53", id, "step=grant", "instrument=licence", "number=EXERCISE 1", "scope=EXERCISE. One pump set.", "revocable=yes", "valid="+format.WriteInstant(w.now())+"/"+format.WriteInstant(w.now().Add(1000*time.Hour)))
	w.pipeline(basma, id, "licensed")
	for _, lang := range []string{"en", "ar", "he"} {
		v, err := birch.Project(t.Context(), id, lang, w.author(basma))
		if err != nil || len(v.Moves) != 5 || strings.Contains(v.Text, "project.") || strings.Contains(v.Text, "{") {
			t.Errorf("in %s the project is %+v, %v\n%s", lang, v, err, v.Text)
		}
	}
	w.rebuilt("birch")
}

// Silence is said by the hub's clock, and is no consent.
func TestProjectSilence(t *testing.T) {
	w := traders(t)
	id := w.propose(3)
	w.receipt("alder", id)
	w.release(id)
	due := w.pipeline(basma, id, "proposed").Timers
	w.ahead.Store(int64(time.Until(due[len(due)-1].At) + time.Second))
	for _, name := range []string{adnan, basma, chen} {
		if v := w.pipeline(name, id, "referred"); v.Next[0].Party != "cedar" || v.Next[0].Action != trade.ActDecide {
			t.Errorf("%s sees %+v", name, v.Next)
		}
	}
	m, _ := w.desks["birch"].work.Matter(id)
	if a, _ := m.State.(*trade.State).Answer("birch"); a.Kind != trade.Silence || a.Counted {
		t.Errorf("silence is recorded as %+v", a)
	}
}

// Whoever asks for a works window learns whether it is free, on whole days and
// seldom, and nothing of what waits at a gate.
func TestWorksWindow(t *testing.T) {
	w := traders(t)
	ctx, alder := t.Context(), w.desks["alder"]
	id := w.propose(0)
	w.receipt("alder", id)
	ask := func(ref string) string {
		t.Helper()
		v, err := alder.Window(ctx, ref, "en", w.author(adnan))
		if err != nil {
			return ruleOf(err)
		}
		if want := map[bool]string{true: "Window free", false: "Window not free"}[v.Free]; !strings.HasPrefix(v.Text, want+": ") || strings.Count(v.Text, "\n") != 1 {
			t.Errorf("it says %q", v.Text)
		}
		return fmt.Sprint(v.Free)
	}
	notice := w.send("birch/watch/basil", Saying{Format: "J14", Fields: flight("place=DMM 00 35.600N 017 57.000W ±50m", tomorrow(12, 2))})
	w.status("cedar", notice, "submitted")
	w.until("alder has the entry", func() bool { return alder.work.Size() >= w.desks["cedar"].work.Size() })
	if got := ask(id); got != "true" {
		t.Errorf("what waits at birch's gate makes it %s", got)
	}
	w.release(notice)
	if got := ask(id); got != "false" { // later on that day, and some kilometres away
		t.Errorf("with a notice on that day it is %s", got)
	}
	day := func(n int) []string {
		begins := sevenTomorrow.Add(time.Duration(n) * 24 * time.Hour)
		return []string{"place=DMM 00 33.600N 017 57.000W ±50m", "works-window=" + format.WriteInstant(begins) + "/" + format.WriteInstant(begins.Add(time.Hour))}
	}
	for n, free := range []bool{false, true, true, true} {
		v, err := alder.PreviewWindow(ctx, Saying{By: w.author(adnan), Fields: day(n), Lang: "ar"})
		if err != nil || v.Free != free || v.Left != 3-n {
			t.Errorf("day %d: %+v, %v", n, v, err)
		}
	}
	if got := ask(id); got != NoWindow {
		t.Errorf("the seventh question of an hour is answered %s", got)
	}
	w.ahead.Store(int64(61 * time.Minute))
	if got := ask(id); got != "false" {
		t.Errorf("an hour later it is %s", got)
	}
	all, _, err := alder.Accesses(ctx, w.author(adnan), 100)
	w.must(err)
	answers := map[string]int{}
	for _, e := range all {
		answers[e.Answer]++
	}
	if answers[AccessFree] != 4 || answers[AccessNotFree] != 3 || answers[AccessTooMany] != 1 {
		t.Errorf("logged are %v", answers)
	}
	if _, err := alder.Window(ctx, id, "en", w.author("birch/watch/basil")); err == nil {
		t.Error("another party's officer is answered")
	}
	for _, fields := range [][]string{{"place=DMM 00 33.600N 017 57.000W ±50m"}, {}} {
		if _, err := alder.PreviewWindow(ctx, Saying{By: w.author(adnan), Fields: fields}); ruleOf(err) != NoWindow {
			t.Errorf("%q is answered %v", fields, err)
		}
	}
	if _, err := alder.outbox.db.ExecContext(ctx, "DELETE FROM access"); err == nil {
		t.Error("the log can be cut")
	}
}

// Nothing at the desk shows what a project says to an officer who is not named: no
// page, no list, no draft, and no answer to what he tries to do about it.
func TestNamedReadersEverywhere(t *testing.T) {
	w := traders(t)
	ctx, birch := t.Context(), w.desks["birch"]
	const secret = "Xylophone"
	id := w.send(adnan, Saying{Format: "J50", Fields: []string{"sector=water", "parties=" + secret, "goods=" + secret, "end-use=" + secret, "place=DMM 00 33.600N 017 57.000W ±50m", "value-band=under-100k USD", "benefits=" + secret}})
	w.receipt("alder", id)
	w.release(id)
	w.pipeline(basma, id, "proposed")
	w.answered(chen, "J51", id, "lists=EXERCISE-LIST 1", "as-of="+format.WriteInstant(w.now().Add(-time.Hour)), "list-hashes=7oMiraSvUxkQtNIfq6asFuoN-sNQFNoeM9crnXD5j4k", "hits=0", "disposition=no-hits", "reviewer=cedar/gate", "note="+secret)
	condition := w.send(basma, Saying{Format: "J52", About: id, Fields: []string{"kind=condition", "reason=ownership", "conditions=" + secret, "meet-by=" + format.WriteInstant(w.now().Add(48*time.Hour))}})
	w.receipt("birch", condition)
	_, err := birch.Say(ctx, Saying{By: w.author(basma), Format: "J52", About: id, Fields: []string{"kind=condition", "conditions=" + secret, "meet-by=never"}})
	if err == nil {
		t.Fatal("it is never met")
	}

	quiet := func(what string, v any, err error) {
		t.Helper()
		text, failure := json.Marshal(v)
		if failure != nil {
			t.Fatal(failure)
		}
		if strings.Contains(string(text), secret) || err != nil && strings.Contains(err.Error(), secret) {
			t.Errorf("%s shows it: %s, %v", what, text, err)
		}
	}
	for _, as := range []identity.Author{w.author(boris), {}} {
		for _, ref := range []string{id, condition} {
			shown, err := birch.ShowTo(ctx, ref, "en", as)
			quiet("show", shown, err)
			window, err := birch.Window(ctx, ref, "en", as)
			quiet("the window", window, err)
			project, err := birch.Project(ctx, ref, "en", as)
			quiet("the project", project, err)
			if shown != nil || window != nil || project != nil {
				t.Errorf("%q is answered about %s", as, ref)
			}
		}
		floor, err := birch.Watch(ctx, "en", as)
		quiet("the watch floor", floor, err)
		drafts, err := birch.Drafts(ctx, as)
		quiet("the drafts", drafts, err)
		if len(drafts) != 1 || !drafts[0].Withheld {
			t.Errorf("%q has the drafts %+v", as, drafts)
		}
		list, err := birch.List(ctx, 100, true)
		quiet("the list", list, err)
		status, err := birch.Status(ctx)
		quiet("the status", status, err)
	}
	as := w.author(boris)
	pipeline, err := birch.Projects(ctx, "en", as, true)
	quiet("the pipeline", pipeline, err)
	hand, err := birch.Handover(ctx, as, "en")
	quiet("the handover", hand, err)
	calendar, err := birch.Calendar(ctx, "en", as)
	quiet("the calendar", calendar, err)
	page, _, err := birch.Stats(ctx, "", "", "")
	quiet("the statistics", page, err)
	for _, audience := range []string{"commercial", digest.Auditor} {
		report, _, err := birch.Digest(ctx, digest.Question{Audience: audience}, as)
		quiet("the situation report", report, err)
	}
	_, err = birch.Case(ctx, id, "en", as, true)
	quiet("the case", nil, err)
	_, err = birch.Screen(ctx, ScreenRequest{Lang: "en", For: id}, as)
	quiet("the screening", nil, err)
	log, _, err := birch.Accesses(ctx, as, 100)
	quiet("the log", log, err)
	for verb, fields := range map[string][]string{"readback": {"goods=x"}, "pass": {"echelon=post"}, "replace": {"why=error", "reason=goods"}, "cancel": {"why=error"}, "translate": {"language=he", "method=human", "goods=x"}, "ack": nil} {
		for _, ref := range []string{id, condition} {
			_, err := birch.Act(ctx, verb, Saying{By: as, About: ref, Fields: fields})
			quiet(verb, nil, err)
			if ruleOf(err) != NamedReaders {
				t.Errorf("%s by who is not named is answered %v", verb, err)
			}
		}
	}
	if _, err := birch.Say(ctx, Saying{By: as, Format: "J52", About: id, Fields: []string{"kind=no-objection"}}); ruleOf(err) != NamedReaders {
		t.Errorf("who may not read it answers it: %v", err)
	}
	drafts, err := birch.Drafts(ctx, w.author(basma))
	if err != nil || len(drafts) < 1 || drafts[0].Withheld || !strings.Contains(strings.Join(drafts[0].Saying.Fields, " "), secret) {
		t.Errorf("who wrote it has the drafts %+v, %v", drafts, err)
	}
	if _, err := birch.Resume(ctx, drafts[0].Number, Saying{By: as, Fields: []string{"kind=no-objection"}}); ruleOf(err) != NamedReaders {
		t.Errorf("who may not read it takes it up: %v", err)
	}
	denied, _, err := birch.Accesses(ctx, w.author(basma), 100)
	if err != nil || len(denied) < 10 {
		t.Errorf("logged are %d, %v", len(denied), err)
	}
}
