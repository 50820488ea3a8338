package console_test

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"parley/console"
	"parley/desk"
)

// changing is what a page says anew each time, and what the clock says.
var changing = []*regexp.Regexp{
	regexp.MustCompile(`(name="once" value|name="seen" value|name="digest" value|id)="[A-Z0-9a-f]{20,}"`),
	regexp.MustCompile(`data-now="\d+"`),
	regexp.MustCompile(`\d{4}-\d\d-\d\d|\d{8}T\d{4,6}Z?`),
	regexp.MustCompile(`(\d+d )?\d{1,2}:\d\d(:\d\d)?Z?`),
	regexp.MustCompile(`(value|min|max)="\d{7,}"|:\d{13}\b`),
	regexp.MustCompile(`\b(\d+[dhms])+\b|\b\d+\.\d+`),
}

func settled(page string) string {
	for _, r := range changing {
		page = r.ReplaceAllString(page, "~")
	}
	return page
}

// whole is all that an answer says about one statement: its status, and its text without
// what changes.
func (g *guest) whole(path, id string) string {
	g.Helper()
	status, page := g.get(path)
	return strconv.Itoa(status) + " " + settled(strings.ReplaceAll(page, id, "‹REF›"))
}

// apart gives the first lines in which two texts differ.
func apart(a, b string) string {
	x, y := strings.Split(a, "\n"), strings.Split(b, "\n")
	for i := range min(len(x), len(y)) {
		if x[i] != y[i] {
			at := 0
			for at < min(len(x[i]), len(y[i])) && x[i][at] == y[i][at] {
				at++
			}
			from := max(0, at-80)
			return "…" + x[i][from:min(len(x[i]), at+160)] + "…\n…" + y[i][from:min(len(y[i]), at+160)] + "…"
		}
	}
	return "one is longer"
}

// No page of any route tells an officer what the desk does not let him read: neither the
// words of a statement nor its name, and what is not for him is answered as what is not.
// What waits at the gate changes no page of the other side.
func TestPagesTellNoMoreThanTheDesk(t *testing.T) {
	w := newWorld(t, areasOf{adam: {"service", "diplomatic"}, dalia: {"diplomatic"}})
	words := []string{"uincunx", "allowfield", "33.641", "57.087"}
	fields := slices.Clone(notice)
	fields[1], fields[2], fields[3] = "place=DMM 00 33.641N 017 57.087W ±50m; sallowfield", "window="+tomorrow(), "description=Quincunx flight."
	id := w.say(amal, desk.Saying{Format: "J14", Fields: fields})
	w.act(chen, "release", id)
	w.delivered("birch", id)
	const none = "01900000-0000-7000-8000-000000000000"
	record, _ := w.desks["alder"].Work().Record(id)
	entry := strconv.FormatUint(record.Index, 10)

	consoles, guests := map[string]*console.Console{}, map[string]*guest{}
	for _, name := range officers {
		party := author(name).Party
		if consoles[party] == nil {
			consoles[party] = w.consoleOf(party, new(atomic.Int64))
		}
		guests[name] = newGuest(t, consoles[party], name)
	}
	told := 0
	for _, name := range []string{amal, adam, dalia} {
		a := author(name)
		_, err := w.desks[a.Party].ShowTo(t.Context(), id, "en", a)
		may := err == nil
		if bounded := name == adam || name == dalia; may == bounded {
			t.Fatalf("%s may read the statement: %t", name, may)
		}
		about := addresses(t, consoles[a.Party], "GET", strings.NewReplacer("REF", id, "ENTRY", entry))
		others := addresses(t, consoles[a.Party], "GET", strings.NewReplacer("REF", none, "ENTRY", entry))
		for i, path := range about {
			page := guests[name].whole(path, id)
			if strings.HasPrefix(page, "500") {
				t.Errorf("%s at %s: %s", name, path, page)
			}
			for _, word := range append(words, "‹REF›") {
				switch {
				case !strings.Contains(page, word):
				case may:
					told++
				case !strings.Contains(strings.ReplaceAll(path, id, "‹REF›"), word):
					t.Errorf("%s at %s is told %q: …%s…", name, path, word, page[max(0, strings.Index(page, word)-200):][:250])
				}
			}
			if may || path == others[i] {
				continue
			}
			if other := guests[name].whole(others[i], none); page != other {
				t.Errorf("%s at %s is answered otherwise than about what is not there:\n%s", name, path, apart(page, other))
			}
		}
	}
	if told < 30 {
		t.Errorf("those who may read it were told %d times; the test sees nothing", told)
	}

	// Of the gate: before and after.
	paths := slices.DeleteFunc(addresses(t, consoles["birch"], "GET", strings.NewReplacer("REF", id, "ENTRY", entry)), func(path string) bool {
		return strings.HasPrefix(path, "/record") || strings.Contains(path, "/line") // how many entries there are is everybody's to know, and who has cosigned them
	})
	entries := regexp.MustCompile(`Confirmed by every party that must: .*|entries behind: <span[^>]*>\d+|\b[0-9a-f]{8}\b|[A-Za-z0-9&#;+/]{40,60}=|\b1[0-9]\b`) // how many there are, which everybody may know, and their root
	look := func(path string) string { return entries.ReplaceAllString(guests[basil].whole(path, id), "~") }
	guests[basil].get("/s/" + id)
	waitFor(t, "it counts as read", func() bool { _, page := guests[basil].get("/roster"); return !strings.Contains(page, "reading it") })
	before := map[string]string{}
	for _, path := range paths {
		before[path] = look(path)
	}
	fields[3] = "description=Quincunx flight, again."
	waits := w.say(amal, desk.Saying{Format: "J14", Fields: fields})
	waitFor(t, "birch has the ledger with it", func() bool {
		at, err := w.desks["birch"].Checkpoint(t.Context(), "en")
		mine, ok := w.desks["alder"].Work().Record(waits)
		return err == nil && ok && at.Size > mine.Index
	})
	for _, path := range append(paths, "/s/"+waits, "/gate/"+waits, "/search?q=again") {
		var now string
		// All witnesses have seen it after a moment.
		until := time.Now().Add(20 * time.Second)
		for now = look(path); before[path] != "" && now != before[path] && !t.Failed(); now = look(path) {
			if time.Now().After(until) {
				t.Errorf("%s of birch changes when something waits at the gate:\n%s", path, apart(before[path], now))
			}
		}
		if strings.Contains(now, "light, again") {
			t.Errorf("%s of birch tells what waits at the gate", path)
		}
	}
}
