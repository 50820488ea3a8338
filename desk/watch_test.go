package desk

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"parley/area"
	"parley/charter"
	"parley/delivery"
	"parley/format"
	"parley/identity"
	"parley/ledger"
	"parley/line"
	"parley/mechanism"
	"parley/watch"
)

var accident = []string{"thing=drone", "what=lost-link", "place=DMM 00 33.600N 017 57.000W ±50m; valley, north end", "seen-at=2026-11-24T07:39Z", "armed=no", "not-hostile=yes",
	"heading=E", "speed=20 km/h", "altitude=0 m SFC to 120 m SFC", "until=2026-11-24T08:10Z", "people=0", "mass=4 kg", "asked=hold-fire", "contact=radio:121.500 MHz"}

// hasty makes a charter whose FLASH goes through the gate, up its ladder and overdue
// within seconds.
func hasty(c *charter.Charter) {
	p := &c.Precedences[0]
	p.GateSeconds, p.AckSeconds = 1, 4
	for i := range p.Ladder {
		p.Ladder[i].AfterSeconds = 1 + i
	}
}

// floor gives a party's watch floor.
func (w *world) floor(party, lang string) *WatchView {
	w.t.Helper()
	v, err := w.desks[party].Watch(w.t.Context(), lang, identity.Author{})
	w.must(err)
	return v
}

func (v *WatchView) alarmed(kind string) []Alarm {
	return slices.DeleteFunc(slices.Clone(v.Alarms), func(a Alarm) bool { return a.Kind != kind })
}

func in(hours int) string {
	return format.WriteInstant(time.Now().Add(time.Duration(hours) * time.Hour))
}

// A FLASH that nobody acknowledges alarms on all three desks, and the side that has
// to acknowledge sees it first, with the command. The acknowledgement ends the alarm.
func TestWatchAlarms(t *testing.T) {
	w := newWorld(t, hasty)
	routine := w.send("alder/watch/amal", Saying{Format: "J17", Precedence: "ROUTINE", Fields: exampleOf(t, "J17")})
	w.status("cedar", routine, "submitted")
	w.act("cedar/gate/chen", "release", routine)
	id := w.send("alder/watch/amal", Saying{Format: "J11", Precedence: "FLASH", Fields: accident})
	for party := range w.desks {
		w.until(party+" is alarmed", func() bool {
			v := w.floor(party, "en")
			alarms := v.alarmed(AlarmUnacked)
			return len(alarms) == 1 && alarms[0].Party == "birch" && strings.Contains(v.Text, "!! FLASH") && strings.Contains(v.Text, "nobody of Birch has acknowledged it")
		})
	}
	v := w.floor("birch", "en")
	if len(v.Tasks) != 2 || v.Tasks[0].ID != id || v.Tasks[0].Steps[0].Stage != delivery.StageAcknowledge || !strings.HasPrefix(v.Tasks[0].Command, "parley show ") {
		t.Errorf("birch is to do %+v", v.Tasks)
	}
	w.until("it has gone up the ladder", func() bool { return strings.Contains(w.floor("cedar", "en").Text, "gone to cedar/superior") })
	for lang, want := range map[string]string{"ar": "لم يُقرّ أحد من", "he": "לא אושרה בידי"} {
		if text := w.floor("cedar", lang).Text; !strings.Contains(text, want) {
			t.Errorf("the page in %s does not say %q:\n%s", lang, want, text)
		}
	}
	w.show("birch", id)
	w.act("birch/watch/basil", "ack", id)
	for party := range w.desks {
		w.until(party+" is alarmed no more", func() bool { return len(w.floor(party, "en").alarmed(AlarmUnacked)) == 0 })
	}
	if v = w.floor("birch", "en"); v.Tasks[0].Command != "parley readback "+entryOf(w, id) {
		t.Errorf("after the acknowledgement birch is to do %+v", v.Tasks[0])
	}
}

// Without the hub a desk does not know whether another has acknowledged: it goes on
// to alarm, and says no more than it knows.
func TestWatchAlarmsWithoutHub(t *testing.T) {
	w := newWorld(t, hasty)
	w.close("birch")
	w.send("alder/watch/amal", Saying{Format: "J11", Precedence: "FLASH", Fields: accident})
	w.until("alder is alarmed", func() bool {
		return strings.Contains(w.floor("alder", "en").Text, "nobody of Birch has acknowledged it")
	})
	w.stopHub()
	w.until("alder has lost the hub", func() bool { return !w.floor("alder", "en").Line.Status.Reachable })
	for lang, want := range map[string][2]string{
		"en": {"no acknowledgement by Birch is known here", "nobody of Birch"},
		"ar": {"لا يُعرف هنا إقرار", "لم يُقرّ أحد"},
		"he": {"לא ידוע כאן על אישור", "לא אושרה"},
	} {
		v := w.floor("alder", lang)
		if alarms := v.alarmed(AlarmUnacked); len(alarms) != 1 || !strings.Contains(alarms[0].Text, want[0]) || strings.Contains(alarms[0].Text, want[1]) {
			t.Errorf("the page in %s:\n%s", lang, v.Text)
		}
	}
}

func entryOf(w *world, id string) string {
	r, _ := w.desks["cedar"].work.Record(id)
	return strings.TrimPrefix(mechanism.EntryName(r.Index), "#")
}

// exampleOf gives a format's example as an officer types it.
func exampleOf(t *testing.T, id string) []string {
	t.Helper()
	f, ok := format.Catalogue().Newest(id)
	if !ok {
		t.Fatalf("there is no format %s", id)
	}
	var fields []string
	for _, field := range f.Fields {
		if value := f.Example[field.Name]; value != "" {
			fields = append(fields, field.Name+"="+value)
		}
	}
	return fields
}

// What a side has at the gate is in the supervisor's queue and its own list, and
// nowhere on the other side's pages.
func TestWatchHidesTheGate(t *testing.T) {
	w := newWorld(t)
	id := w.say("alder/watch/amal")
	w.status("cedar", id, "submitted")
	w.until("birch has the entry", func() bool { return w.desks["birch"].work.Size() == w.desks["cedar"].work.Size() })
	v := w.floor("cedar", "en")
	if len(v.Tasks) != 1 || v.Tasks[0].ID != id || v.Tasks[0].Steps[0].Stage != delivery.StageGate || v.Tasks[0].Command != "parley release "+entryOf(w, id) {
		t.Errorf("cedar's queue is %+v", v.Tasks)
	}
	if v = w.floor("alder", "en"); len(v.Tasks) != 0 || len(v.Others) != 1 || v.Others[0].ID != id || v.Others[0].Party != "cedar" {
		t.Errorf("alder has %+v to do and waits for %+v", v.Tasks, v.Others)
	}
	v = w.floor("birch", "en")
	if len(v.Tasks)+len(v.Others)+len(v.Alarms) != 0 || strings.Contains(v.Text, "J14") || strings.Contains(v.Text, id) {
		t.Errorf("birch sees what alder has at the gate:\n%s", v.Text)
	}
	open, err := w.desks["birch"].Handover(t.Context(), w.author("birch/watch/basil"), "en")
	w.must(err)
	if len(open.Items) != 0 {
		t.Errorf("birch is to hand over %+v", open.Items)
	}
}

// A person's test and two persons' answers make every path GREEN; without proof they
// turn RED, and the page says how else a party is reached.
func TestLinePage(t *testing.T) {
	w := newWorld(t)
	ctx := t.Context()
	amal, basil, chen := w.author("alder/watch/amal"), w.author("birch/watch/basil"), w.author("cedar/gate/chen")
	lines := func(party, lang string) *LineView {
		v, err := w.desks[party].Line(ctx, lang)
		w.must(err)
		return v
	}
	if v := lines("alder", "en"); v.Paths[0].Colour != line.Unproven || !strings.Contains(v.Text, "No link test was ever held.") || !strings.Contains(v.Paths[0].Next, "parley line -test") {
		t.Errorf("before the first test:\n%s", v.Text)
	}
	if _, err := w.desks["birch"].Answer(ctx, basil, "ar"); ruleOf(err) != NoTest || !strings.Contains(err.Error(), "لا يوجد اختبار") {
		t.Errorf("an answer to no test: %v", err)
	}
	w.send("alder/watch/amal", Saying{Format: "J06", Fields: []string{"duty=" + in(-1) + "/" + in(30), "roles=alder/watch", "lead=alder/watch", "languages=he", "contacts=tel:+963 11 555 0101, radio:121.500 MHz", "verified-at=" + in(-10*24)}})
	id, err := w.desks["alder"].Test(ctx, amal, "en")
	w.must(err)
	w.receipt("alder", id)
	if _, err := w.desks["alder"].Answer(ctx, amal, "en"); ruleOf(err) != NoTest {
		t.Errorf("an answer to one's own test: %v", err)
	}
	for _, by := range []identity.Author{basil, chen} {
		w.until(by.Party+" has the test", func() bool { return lines(by.Party, "en").Waiting == "alder" })
		answer, err := w.desks[by.Party].Answer(ctx, by, "en")
		w.must(err)
		w.receipt(by.Party, answer)
	}
	green := func(v *LineView) bool {
		return !slices.ContainsFunc(v.Paths, func(p PathView) bool { return p.Colour != line.Green || p.Person.IsZero() || p.Next != "" })
	}
	for party := range w.desks {
		w.until(party+" has all paths GREEN", func() bool { return green(lines(party, "en")) })
	}
	if s, ok := fieldOf(w, "alder", id, "sequence"); !ok || s != "1" {
		t.Errorf("the first test is number %q", s)
	}

	// Without the hub nothing is known of the others, which is not that they are gone.
	w.stopHub()
	w.until("birch has lost the hub", func() bool { return !lines("birch", "en").Status.Reachable })
	w.ahead.Store(int64(3 * time.Hour))
	v := lines("birch", "en")
	if !green(v) || v.Now.Sub(v.AsOf) < 2*time.Hour || !strings.Contains(v.Text, "does not reach the hub since") {
		t.Errorf("without the hub:\n%s", v.Text)
	}
	if floor := w.floor("birch", "en"); len(floor.alarmed(AlarmAway)) != 1 || len(floor.alarmed(AlarmPath)) != 0 {
		t.Errorf("without the hub birch is alarmed of %+v", floor.Alarms)
	}
	w.ahead.Store(0)
	w.startHub(nil)
	w.until("birch reaches the hub and has all that it has", func() bool { s := lines("birch", "en").Status; return s.Reachable && !s.Behind })

	w.ahead.Store(int64(100 * time.Minute))
	for lang, want := range map[string][]string{
		"en": {"Alder: RED since", "tel:+963115550101, radio:121.500 MHz. AMBER: last tried", "call Alder now"},
		"ar": {"أحمر منذ", "\u2066tel:+963115550101\u2069، \u2066radio:121.500 MHz\u2069. أصفر"},
		"he": {"אדום מאז", "\u2066tel:+963115550101\u2069, \u2066radio:121.500 MHz\u2069. צהוב"},
	} {
		text := lines("birch", lang).Text
		for _, part := range want {
			if !strings.Contains(text, part) {
				t.Errorf("the page in %s does not say %q:\n%s", lang, part, text)
			}
		}
	}
}

// What a desk does not have yet, it does not know: while it catches up, after proof
// against the hub, and when it was off and comes up without the hub, its pages are of
// when it last knew, and say so.
func TestLinePageAsOf(t *testing.T) {
	w := newWorld(t)
	id, err := w.desks["alder"].Test(t.Context(), w.author("alder/watch/amal"), "en")
	w.must(err)
	index := w.receipt("alder", id).Index
	w.until("birch has the test", func() bool { return w.desks["birch"].work.Size() > index })
	check := func(when, says string) {
		t.Helper()
		for lang := range map[string]bool{"en": true, "ar": true, "he": true} {
			v, err := w.desks["birch"].Line(t.Context(), lang)
			w.must(err)
			if at := v.Now.Sub(v.AsOf); at < 2*time.Hour || v.Paths[0].Colour != line.Green || lang == "en" && strings.Count(v.Text, says) != 1 {
				t.Errorf("%s: as of %s ago, alder is %s:\n%s", when, at, v.Paths[0].Colour, v.Text)
			}
			if floor := w.floor("birch", lang); len(floor.alarmed(AlarmPath)) > 0 || len(floor.alarmed(AlarmAway)) != 1 {
				t.Errorf("%s, the floor:\n%s", when, floor.Text)
			}
		}
	}
	status := func() Status {
		s, err := w.desks["birch"].Status(t.Context())
		w.must(err)
		return s
	}
	w.until("birch has caught up", func() bool { return !status().Behind })
	w.close("birch")
	w.stopHub()
	w.ahead.Store(int64(3 * time.Hour))
	d := w.open("birch")
	w.until("birch has looked for the hub", func() bool { return status().Trouble != "" })
	check("off for three hours, and no hub", "does not reach the hub since")

	var lies atomic.Bool
	size, height := d.work.Size(), d.work.Blocks()
	note, err := w.signer.Sign(size+5, ledger.Hash{1})
	w.must(err)
	b := &ledger.Block{Height: height, First: size, Entries: []ledger.Entry{{Time: w.now(), Content: ledger.Hash{2}}}, Contents: [][]byte{nil}}
	b.Checkpoint, err = w.signer.Sign(size+1, ledger.Hash{1})
	w.must(err)
	lie, err := b.MarshalJSON()
	w.must(err)
	mux := http.NewServeMux()
	mux.HandleFunc("GET /checkpoint", func(rw http.ResponseWriter, _ *http.Request) { rw.Write(note) })
	mux.HandleFunc("GET /v1/feed", func(rw http.ResponseWriter, r *http.Request) {
		if lies.Load() {
			fmt.Fprintln(rw, string(lie))
			return
		}
		rw.(http.Flusher).Flush()
		<-r.Context().Done() // a slow one
	})
	w.serveInstead(mux)
	w.until("birch reaches the hub", func() bool { return status().Reachable })
	check("catching up", "has not all that the hub has")
	lies.Store(true)
	w.stopHub()
	w.serveInstead(mux)
	w.until("birch has proof", func() bool { s := status(); return s.Alarm != "" && s.Reachable })
	check("after proof", "has not all that the hub has")
}

func fieldOf(w *world, party, id, name string) (string, bool) {
	for _, field := range w.look(party, id, "en").Fields {
		if n, ok := field.Value.(int64); ok && field.Name == name {
			return strings.TrimPrefix(mechanism.EntryName(uint64(n)), "#"), true
		}
	}
	return "", false
}

// No watch changes with an open item unlisted: neither as it is handed over nor as it
// is taken over. The other side learns nothing of it.
func TestHandover(t *testing.T) {
	w := newWorld(t)
	ctx, d := t.Context(), w.desks["birch"]
	basil, dalia := w.author("birch/watch/basil"), w.author("birch/watch/dalia")
	first := w.say("alder/watch/amal")
	w.release(first)
	c, err := d.Handover(ctx, basil, "en")
	w.must(err)
	if len(c.Items) != 1 || c.Items[0].Task == nil || c.Items[0].Task.ID != first || !strings.Contains(c.Text, "J14 Advance notice of activity, from Alder: reading it, acknowledgement") {
		t.Fatalf("birch is to hand over %+v\n%s", c.Items, c.Text)
	}
	if _, err := d.HandOver(ctx, basil, "", "", "en", nil); ruleOf(err) != watch.Unlisted {
		t.Errorf("a handover that lists nothing: %v", err)
	}
	if _, err := d.Relief(ctx, dalia, "en"); ruleOf(err) != watch.NoHandover {
		t.Errorf("a relief without a handover: %v", err)
	}
	id, err := d.HandOver(ctx, basil, "", "EXERCISE. Call the north post. EXERCISE.", "en", []uint64{c.Items[0].Entry})
	w.must(err)
	w.receipt("birch", id)

	second := w.say("alder/watch/amal")
	w.release(second)
	r, err := d.Relief(ctx, dalia, "en")
	w.must(err)
	if r.Handover != id || r.HandedBy != "basil" || len(r.Items) != 2 || r.Items[0].Fresh || !r.Items[1].Fresh || !strings.Contains(r.Text, "Call the north post") || !strings.Contains(r.Text, "NEW SINCE THE HANDOVER: ") {
		t.Fatalf("dalia is to take over %+v\n%s", r, r.Text)
	}
	if v := w.floor("birch", "en"); len(v.Handovers) != 1 || v.Handovers[0].By != "basil" || !strings.Contains(v.Text, "`parley relieve`") {
		t.Errorf("birch's floor shows the handovers %+v", v.Handovers)
	}
	if _, err := d.Relieve(ctx, dalia, id, "", "en", nil); ruleOf(err) != watch.Unlisted {
		t.Errorf("a relief that does not list what opened: %v", err)
	}
	fresh := []uint64{r.Items[1].Entry}
	if _, err := d.Relieve(ctx, basil, id, "", "en", fresh); ruleOf(err) != watch.SameOfficer {
		t.Errorf("a relief by who hands over: %v", err)
	}
	if _, err := d.Relieve(ctx, dalia, second, "", "en", fresh); ruleOf(err) != watch.NoHandover {
		t.Errorf("a relief of another handover than was shown: %v", err)
	}
	relief, err := d.Relieve(ctx, dalia, id, "", "en", fresh)
	w.must(err)
	w.receipt("birch", relief)
	w.until("cedar has read both", func() bool {
		h := w.desks["cedar"].work.Board().Watch.Of("birch").Handovers
		return len(h) == 1 && h[0].Relief == "dalia"
	})
	if v := w.floor("birch", "en"); len(v.Handovers) != 0 {
		t.Errorf("after the relief these wait for one: %+v", v.Handovers)
	}
	w.until("alder has the entries", func() bool { return w.desks["alder"].work.Size() == w.desks["cedar"].work.Size() })
	if h := w.desks["alder"].work.Board().Watch.Of("birch").Handovers; len(h) != 0 {
		t.Errorf("alder knows of birch's watch: %+v", h)
	}
	if _, err := d.Handover(ctx, w.author("alder/watch/amal"), "en"); ruleOf(err) != OtherParty {
		t.Errorf("the checklist of another party's officer: %v", err)
	}
}

// A relief whose key reads less than that of who hands over is not told that what he
// cannot read is done.
func TestReliefReadsLess(t *testing.T) {
	w := newWorld(t)
	ctx, d := t.Context(), w.desks["birch"]
	first := w.say("alder/watch/amal")
	w.release(first)
	c, err := d.Handover(ctx, w.author("birch/watch/basil"), "en")
	w.must(err)
	id, err := d.HandOver(ctx, w.author("birch/watch/basil"), "", "", "en", []uint64{c.Items[0].Entry})
	w.must(err)
	w.receipt("birch", id)
	w.newKey("birch/watch/nour")
	w.endorseOne("birch/watch/nour", "commercial")
	w.until("birch knows the key", func() bool { _, err := d.officerKey(w.author("birch/watch/nour")); return err == nil })
	r, err := d.Relief(ctx, w.author("birch/watch/nour"), "en")
	w.must(err)
	if len(r.Items) != 0 || len(r.Done) != 0 || !slices.Equal(r.Unread, []uint64{c.Items[0].Entry}) || !strings.Contains(r.Text, mechanism.EntryName(c.Items[0].Entry)) || strings.Contains(r.Text, "done since") || strings.Contains(r.Text, "Nothing is open") {
		t.Errorf("nour takes over %+v\n%s", r, r.Text)
	}
	if _, err := d.Relieve(ctx, w.author("birch/watch/nour"), id, "", "en", nil); ruleOf(err) != mechanism.NotReadable {
		t.Errorf("the relief of who may not read what is open: %v", err)
	}
}

// What a paused area refuses stays on the desk; the safety floor goes. The page says
// by whom, why and until when.
func TestPausedArea(t *testing.T) {
	w := newWorld(t)
	ctx := t.Context()
	pause := w.send("birch/watch/basil", Saying{Format: "J05", Fields: []string{"switch=pause", "areas=military, commercial", "from=" + in(0), "review-at=" + in(5), "until=" + in(9), "reason=domestic", "floor-confirmed=yes",
		"resume-plan=EXERCISE. Birch calls first. EXERCISE."}})
	w.receipt("birch", pause)
	d := w.desks["alder"]
	var v *AreasView
	w.until("alder knows that the area is paused", func() bool {
		var err error
		v, err = d.Areas(ctx, "en")
		w.must(err)
		return v.Areas[0].Status == area.Paused
	})
	for _, part := range []string{"military (Military de-escalation): PAUSED by Birch", "reason: domestic reasons", "Plan for resumption: EXERCISE. Birch calls first.", "intelligence (Intelligence sharing): open", "J11", "T-4h59m"} {
		if !strings.Contains(v.Text, part) {
			t.Errorf("the page does not say %q:\n%s", part, v.Text)
		}
	}
	_, err := d.Say(ctx, Saying{By: w.author("alder/watch/amal"), Format: "J14", Fields: notice})
	var kept *Kept
	if ruleOf(err) != area.IsPaused || !errors.As(err, &kept) {
		t.Fatalf("a notice in a paused area: %v", err)
	}
	drafts, err := d.Drafts(ctx, identity.Author{})
	w.must(err)
	if len(drafts) != 1 || drafts[0].Number != kept.Draft || !slices.Equal(drafts[0].Saying.Fields, notice) {
		t.Errorf("alder keeps %+v", drafts)
	}
	w.receipt("alder", w.send("alder/watch/amal", Saying{Format: "J11", Fields: accident}))

	w.ahead.Store(int64(6 * time.Hour))
	if alarms := w.floor("alder", "en").alarmed(AlarmReview); len(alarms) != 1 || alarms[0].Party != "birch" || !strings.Contains(alarms[0].Text, "military (Military de-escalation), commercial (") {
		t.Errorf("an hour after the review alder is alarmed of %+v", alarms)
	}
	c, err := w.desks["birch"].Handover(ctx, w.author("birch/watch/basil"), "en")
	w.must(err)
	if !slices.ContainsFunc(c.Items, func(item OpenItem) bool { return slices.Equal(item.Areas, []string{"commercial", "military"}) }) {
		t.Errorf("birch's own pause is not on its checklist: %+v", c.Items)
	}
	w.ahead.Store(int64(10 * time.Hour))
	if v, err = d.Areas(ctx, "en"); err != nil || v.Areas[0].Status != area.Open {
		t.Errorf("after its end the area is %+v, %v", v.Areas[0], err)
	}
}

// A gap in the cover alarms on every desk before it opens.
func TestGapAlarm(t *testing.T) {
	w := newWorld(t)
	w.receipt("birch", w.send("birch/watch/basil", Saying{Format: "J06", Fields: []string{"duty=" + in(-1) + "/" + in(2), "roles=birch/watch", "lead=birch/watch", "languages=ar, en", "contacts=desk:line 2", "verified-at=" + in(-5)}}))
	for party := range w.desks {
		w.until(party+" knows who is on watch", func() bool {
			return strings.Contains(w.floor(party, "en").Text, "Birch: watch; languages: Arabic, English; until")
		})
		if alarms := w.floor(party, "en").alarmed(AlarmCover); len(alarms) != 0 {
			t.Errorf("two hours before the gap %s is alarmed of %+v", party, alarms)
		}
	}
	for _, ahead := range []time.Duration{95 * time.Minute, 3 * time.Hour} {
		w.ahead.Store(int64(ahead))
		for party := range w.desks {
			if alarms := w.floor(party, "en").alarmed(AlarmCover); len(alarms) != 1 || alarms[0].Party != "birch" || !strings.Contains(alarms[0].Text, "birch/watch") {
				t.Errorf("%s later %s is alarmed of %+v", ahead, party, alarms)
			}
		}
	}
}

// A page shows nothing that a peer could reorder it with, and cuts long texts.
func TestPageIsolates(t *testing.T) {
	hostile := "now\u202eopen " + strings.Repeat("x", 5000)
	if got := firstWords(hostile, 60); len([]rune(got)) > 63 {
		t.Errorf("%d letters", len([]rune(got)))
	}
	p := &page{lang: "he", charter: &charter.Charter{}}
	p.plan(SwitchView{Plan: hostile}, false)
	if text := p.String(); strings.ContainsRune(text, '\u202e') || !strings.Contains(text, "[U+202E]") {
		t.Errorf("the page is %q", text)
	}
}

// The share that the line shows is that of the statistics: cut, not rounded.
func TestPercent(t *testing.T) {
	for share, want := range map[float64]string{100: "100.00%", 99.999: "99.99%", 98.246: "98.24%", 98.24: "98.24%", 99.59: "99.59%", 57.38: "57.38%", 0: "0.00%", 1.0 / 3 * 100: "33.33%"} {
		if got := percent(share); got != want {
			t.Errorf("%v is %s, want %s", share, got, want)
		}
	}
}
