package desk

import (
	"bytes"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	other "github.com/emersion/go-ical"

	"parley/accord"
	"parley/casefile"
	"parley/charter"
	"parley/ical"
	"parley/identity"
	"parley/matter"
	"parley/mechanism"
)

// dates gives a party's calendar as another program reads the file: summaries by
// identifier.
func (w *world) dates(party, lang string, as identity.Author) map[string]string {
	w.t.Helper()
	v, err := w.desks[party].Calendar(w.t.Context(), lang, as)
	w.must(err)
	cal, err := other.NewDecoder(strings.NewReader(v.File)).Decode()
	w.must(err)
	all := map[string]string{}
	for _, event := range cal.Events() {
		uid, err := event.Props.Text("UID")
		w.must(err)
		all[uid], err = event.Props.Text("SUMMARY")
		w.must(err)
	}
	if len(all) != len(v.Items) || !v.Exercise {
		w.t.Errorf("the calendar of %s has %d items and %d events: %s", party, len(v.Items), len(all), v.File)
	}
	return all
}

// A question's reply and a pause's review are in every desk's calendar, and nothing
// is that waits at a gate.
func TestCalendar(t *testing.T) {
	w := newWorld(t)
	nobody := identity.Author{}
	id := w.send("alder/watch/amal", Saying{Format: "J12", Fields: exampleOf(t, "J12")})
	w.status("cedar", id, "submitted")
	for _, party := range []string{"alder", "birch", "cedar"} {
		if all := w.dates(party, "en", nobody); len(all) != 0 {
			t.Errorf("with a question at the gate %s has %v", party, all)
		}
	}
	w.release(id)
	pause := w.send("birch/watch/basil", Saying{Format: "J05", Fields: []string{"switch=pause", "areas=commercial", "from=" + in(0), "review-at=" + in(5), "until=" + in(9), "reason=domestic", "floor-confirmed=yes", "resume-plan=SECRET PLAN"}})
	w.receipt("birch", pause)
	reply, review := id+".reply.birch@quiet-orchard.parley", pause+".commercial.review@quiet-orchard.parley"
	w.until("every desk knows of the pause", func() bool { return len(w.dates("alder", "en", nobody))+len(w.dates("cedar", "en", nobody)) == 4 })
	for _, party := range []string{"alder", "birch", "cedar"} {
		for lang, want := range map[string][2]string{
			"en": {"EXERCISE Reply due from Birch: J12 Unusual activity query (#", "EXERCISE Review due, commercial (Commercial opportunities): switched by Birch EXERCISE"},
			"ar": {"تمرين جواب مستحق على بتولا: \u2066J12\u2069 استفسار", "تمرين مراجعة مستحقة، \u2066commercial\u2069 ("},
			"he": {"תרגיל נדרש מענה משדר: \u2066J12\u2069 ", "תרגיל נדרשת בחינה, \u2066commercial\u2069 ("},
		} {
			all := w.dates(party, lang, nobody)
			if keys := slices.Sorted(maps.Keys(all)); !slices.Equal(keys, slices.Sorted(slices.Values([]string{reply, review}))) {
				t.Fatalf("%s has %v", party, keys)
			}
			if !strings.HasPrefix(all[reply], want[0]) || !strings.HasPrefix(all[review], want[1]) {
				t.Errorf("%s reads in %s %q and %q", party, lang, all[reply], all[review])
			}
		}
	}
	v, err := w.desks["birch"].Calendar(t.Context(), "en", nobody)
	w.must(err)
	again, err := w.desks["birch"].Calendar(t.Context(), "en", nobody)
	w.must(err)
	if v.File != again.File || strings.Contains(v.File, "SECRET") || strings.Contains(v.File, "lights") || !strings.Contains(v.Text, "Reply due from Birch") || !strings.Contains(v.Text, "T-") {
		t.Errorf("birch's calendar:\n%s\n%s", v.Text, v.File)
	}
	if _, err := w.desks["birch"].Calendar(t.Context(), "en", w.author("alder/watch/amal")); ruleOf(err) != OtherParty {
		t.Errorf("another party's officer: %v", err)
	}
	w.send("birch/watch/basil", Saying{Format: "J13", About: id, Fields: exampleOf(t, "J13")})
	w.until("the reply is known", func() bool { return len(w.dates("birch", "en", nobody)) == 1 })
}

// A session is tentative until its agenda is locked, and it, its lock and its minutes,
// like the visits of a case, are in the calendar under one identifier each, as they change.
func TestCalendarOfSessions(t *testing.T) {
	ch, err := charter.Template("quiet-orchard")
	if err != nil {
		t.Fatal(err)
	}
	noon := time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)
	rules := matter.Rules{Supervisor: "cedar", Sides: []string{"alder", "birch"}, Parties: []string{"alder", "birch", "cedar"}}
	move := func(id, by, kind string, values map[string][]string, refs ...matter.Ref) matter.Move {
		author, err := identity.ParseAuthor(by)
		if err != nil {
			t.Fatal(err)
		}
		values["kind"], values["session"] = []string{kind}, []string{"doc:session-1"}
		return matter.Move{ID: id, Author: author, Format: "J41", Values: values, Refs: refs, Logged: noon}
	}
	agenda := map[string][]string{"items": {"1. SECRET"}, "attendance": {"alder/head"}, "window": {"2026-11-26T10:00Z/2026-11-26T12:00Z"}}
	session, err := accord.OpenSession(move("s1", "alder/head/amal", "call", agenda), rules, accord.SessionTerms{Draft: 24 * time.Hour, Adoption: 5}, noon)
	if err != nil {
		t.Fatal(err)
	}
	shows := func(state matter.State, since uint64, area string) []ical.Item {
		c := &calendarPage{page: &page{lang: "en", charter: ch, now: noon}, sees: func(area string) bool { return area == "diplomatic" }, host: "quiet-orchard"}
		if c.sees(area) {
			c.matter(&mechanism.Matter{ID: "s1", Kind: matter.Session, Area: area, Rules: rules, Opened: 7, Since: since, State: state}, noon)
		}
		text, err := ical.Calendar{Lang: "en", Items: c.items}.Bytes()
		if err != nil {
			t.Fatal(err)
		}
		if bytes.Contains(text, []byte("SECRET")) {
			t.Errorf("an agenda is in the calendar:\n%s", text)
		}
		return c.items
	}
	find := func(items []ical.Item, uid string) ical.Item {
		for _, item := range items {
			if item.UID == uid {
				return item
			}
		}
		return ical.Item{}
	}
	called := shows(session, 7, "diplomatic")
	meeting, lock := find(called, "s1.meeting@quiet-orchard.parley"), find(called, "s1.agenda-lock.birch@quiet-orchard.parley")
	if meeting.Status != ical.Tentative || !meeting.Starts.Equal(session.Starts) || !meeting.Ends.Equal(session.Ends) || meeting.Sequence != 7 ||
		!strings.Contains(meeting.Summary, "doc:session-1, agenda not locked (#7)") || !lock.Starts.Equal(session.Starts) || !strings.HasPrefix(lock.Summary, "Due from Birch: ") {
		t.Errorf("called: %+v", called)
	}
	if items := shows(session, 7, "military"); len(items) != 0 {
		t.Errorf("who does not read the area has %+v", items)
	}
	visited := &casefile.State{ID: "s1", Result: casefile.Closed, Visits: []casefile.Visit{{ID: "v", Status: casefile.VisitAgreed, Terms: casefile.Conditions{Purpose: "examine", Place: "SECRET", Start: noon, End: noon.Add(time.Hour)}},
		{Status: casefile.VisitRefused}, {Status: casefile.VisitLapsed, Terms: casefile.Conditions{Purpose: "meet", Start: noon, End: noon.Add(time.Hour)}}}}
	if items := shows(visited, 8, "diplomatic"); len(items) != 2 || find(items, "s1.visit-1@quiet-orchard.parley").Status != ical.Confirmed || !strings.HasPrefix(find(items, "s1.visit-3@quiet-orchard.parley").Summary, "Urgent meeting, not taking place; ") {
		t.Errorf("visits: %+v", items)
	}
	locked, err := session.Take(move("s2", "birch/head/basil", "lock", map[string][]string{}, matter.Ref{Relation: "replies", ID: "s1"}), rules, noon)
	if err != nil {
		t.Fatal(err)
	}
	items := shows(locked, 9, "diplomatic")
	if m := find(items, meeting.UID); m.Status != ical.Confirmed || m.Sequence != 9 || len(items) != 2 || find(items, "s1.minutes-draft.cedar@quiet-orchard.parley").UID == "" {
		t.Errorf("locked: %+v", items)
	}
}
