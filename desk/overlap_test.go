package desk

import (
	"encoding/json"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"parley/charter"
	"parley/delivery"
	"parley/format"
	"parley/geo"
	"parley/identity"
	"parley/mechanism"
	"parley/statement"
	"parley/store"
)

var sevenTomorrow = time.Now().UTC().Truncate(24 * time.Hour).Add(31 * time.Hour)

// tomorrow is a window that begins some hours after tomorrow's seven o'clock.
func tomorrow(from, hours int) string {
	begins := sevenTomorrow.Add(time.Duration(from) * time.Hour)
	return "window=" + format.WriteInstant(begins) + "/" + format.WriteInstant(begins.Add(time.Duration(hours)*time.Hour))
}

const (
	valley = "place=DMM 00 33.600N 017 57.000W ±50m; valley, north end"
	low    = "altitude=0 m SFC to 120 m SFC"
)

func flight(fields ...string) []string {
	return append(fields, "activity=survey", "description=Survey flight, one small aircraft.", "contact=desk:line 2")
}

// overlaps waits until a desk has a statement, and gives what it says it overlaps.
func (w *world) overlaps(party, id string) *Overlaps {
	w.t.Helper()
	w.until(party+" has "+id, func() bool { _, ok := w.desks[party].work.Record(id); return ok })
	return w.look(party, id, "en").Overlaps
}

// met are the statements of an answer.
func met(o *Overlaps) (ids []string) {
	if o != nil {
		for _, one := range o.With {
			ids = append(ids, one.ID)
		}
	}
	return ids
}

func TestOverlaps(t *testing.T) {
	w := newWorld(t)
	fire := w.send("birch/watch/basil", Saying{Format: "J14", Fields: flight(valley, tomorrow(0, 2), low)})
	w.release(fire)
	preview := func(fields ...string) *Overlaps {
		t.Helper()
		q := Saying{By: w.author("alder/watch/amal"), Format: "J14", Fields: flight(fields...), Lang: "en"}
		if _, err := w.desks["alder"].Preview(t.Context(), q); err != nil {
			t.Fatal(err)
		}
		return w.desks["alder"].PreviewOverlaps(q)
	}
	for _, test := range []struct {
		name   string
		fields []string
		metres int64 // -1: it does not overlap
		band   string
		hours  float64
	}{
		{"time, ground and height", []string{valley, tomorrow(1, 2), "altitude=100 m SFC to 300 m SFC"}, 0, "100 m SFC/120 m SFC", 1},
		{"no height said", []string{valley, tomorrow(-1, 9)}, 0, "", 2},
		{"edges touch in time", []string{valley, tomorrow(2, 2), low}, 0, "0 m SFC/120 m SFC", 0},
		{"edges touch in height", []string{valley, tomorrow(0, 2), "altitude=120 m SFC to UNL"}, 0, "120 m SFC/120 m SFC", 2},
		{"areas touch", []string{"place=DMM 00 34.600N 017 57.000W ±50m", "extent=circle DMM 00 34.600N 017 57.000W r=1800m ±50m", tomorrow(0, 2), low}, 0, "0 m SFC/120 m SFC", 2},
		{"within 500 m", []string{"place=DMM 00 33.900N 017 57.000W ±50m", tomorrow(0, 2), low}, 452, "0 m SFC/120 m SFC", 2},
		{"farther", []string{"place=DMM 00 34.000N 017 57.000W ±50m", tomorrow(0, 2), low}, -1, "", 0},
		{"later", []string{valley, tomorrow(3, 2), low}, -1, "", 0},
		{"higher", []string{valley, tomorrow(0, 2), "altitude=121 m SFC to 300 m SFC"}, -1, "", 0},
	} {
		o := preview(test.fields...)
		if test.metres < 0 {
			if o != nil {
				t.Errorf("%s: %+v", test.name, o)
			}
			continue
		}
		if !slices.Equal(met(o), []string{fire}) || len(o.Lines) != 1 || o.Count != 1 {
			t.Errorf("%s: %+v, want %s", test.name, o, fire)
			continue
		}
		one := o.With[0]
		if one.Metres != test.metres || one.Band != test.band || one.Ends.Sub(one.Begins).Hours() != test.hours || one.Own || one.Author != "birch/watch/basil" || one.Format != "J14/1" {
			t.Errorf("%s: %+v, want %+v", test.name, one, test)
		}
	}

	// What is sent says it too, at the gate already, and does not stop for it.
	survey := w.send("alder/watch/amal", Saying{Format: "J14", Fields: flight(valley, tomorrow(0, 2), low)})
	sent, err := w.desks["alder"].answer(t.Context(), survey, "he", 20)
	if err != nil || !slices.Equal(met(sent.Overlaps), []string{fire}) || !strings.Contains(sent.Overlaps.Lines[0], "גבהים משותפים") {
		t.Errorf("the answer: %+v, %v", sent.Overlaps, err)
	}
	if got := met(w.overlaps("birch", fire)); got != nil {
		t.Errorf("birch is told of what waits: %v", got)
	}
	for _, party := range []string{"alder", "cedar"} { // who can read what waits
		if got := met(w.overlaps(party, fire)); got != nil {
			t.Errorf("%s is told that what waits stands: %v", party, got)
		}
	}
	w.marked("alder", survey, "submitted", "late-notice", "overlaps 1")
	w.marked("cedar", survey, "submitted", "late-notice", "overlaps 1") // the gate's keeper reads both
	w.release(survey)

	// On arrival, the page and the list of both say it; the other's names what is own.
	for party, other := range map[string][2]string{"birch": {survey, fire}, "alder": {fire, survey}} {
		if o := w.overlaps(party, other[0]); !slices.Equal(met(o), []string{other[1]}) || !o.With[0].Own {
			t.Errorf("%s is told of %+v", party, o)
		}
		w.marked(party, other[0], "delivered", "late-notice", "pass-on amber "+party, "overlaps 1", "overlaps-own 1")
	}
	for _, reopen := range []func(){func() { w.reopen("birch") }, func() { w.rebuilt("birch") }} {
		reopen()
		if got := met(w.overlaps("birch", survey)); !slices.Equal(got, []string{fire}) {
			t.Errorf("a desk that has just started says %v", got)
		}
	}

	// A replacement that waits changes nothing; its own page leaves out what it is to
	// replace. Once it is released, that stands no more.
	moved := w.act("birch/watch/basil", "replace", fire, tomorrow(1, 3), "why=changed")
	if got := met(w.overlaps("birch", moved)); !slices.Equal(got, []string{survey}) {
		t.Errorf("the replacement overlaps %v", got)
	}
	if got := met(w.overlaps("alder", survey)); !slices.Equal(got, []string{fire}) {
		t.Errorf("alder is told of what waits: %v", got)
	}
	if got := met(w.overlaps("birch", survey)); !slices.Equal(got, []string{fire}) {
		t.Errorf("birch is told of its own that waits: %v", got)
	}
	w.release(moved)
	if got := met(w.overlaps("alder", survey)); !slices.Equal(got, []string{moved}) {
		t.Errorf("after the replacement alder is told of %v, want %s", got, moved)
	}
	if o := w.overlaps("alder", fire); o != nil {
		t.Errorf("what was replaced still overlaps: %+v", o)
	}
	cancelled := w.act("birch/watch/basil", "cancel", moved, "why=changed")
	if got := met(w.overlaps("alder", survey)); !slices.Equal(got, []string{moved}) {
		t.Errorf("before the cancel is released alder is told of %v", got)
	}
	w.release(cancelled)
	if o := w.overlaps("alder", survey); o != nil {
		t.Errorf("what was cancelled overlaps: %+v", o)
	}

	// What is over stands no more.
	again := w.send("birch/watch/basil", Saying{Format: "J14", Fields: flight(valley, tomorrow(1, 9), low)})
	w.release(again)
	if got := met(w.overlaps("alder", survey)); !slices.Equal(got, []string{again}) {
		t.Errorf("alder is told of %v", got)
	}
	w.ahead.Store(int64(60 * time.Hour))
	if o := w.overlaps("alder", survey); o != nil {
		t.Errorf("after its time: %+v", o)
	}
}

// What one side has at the gate cannot be told from what the other's desk says of
// overlaps: every answer is the same with it and without it.
func TestOverlapsHideTheGate(t *testing.T) {
	w := newWorld(t)
	stands := w.send("birch/watch/basil", Saying{Format: "J14", Fields: flight(valley, tomorrow(0, 2), low)})
	w.release(stands)
	mine := w.send("alder/watch/amal", Saying{Format: "J14", Fields: flight(valley, tomorrow(0, 2), low)})
	w.release(mine)
	everything := func() string {
		t.Helper()
		alder := w.desks["alder"]
		items, err := alder.List(t.Context(), 100, true)
		w.must(err)
		marks := map[string][]string{}
		for _, item := range items {
			if item.ID == stands || item.ID == mine {
				for _, mark := range item.Marks {
					if strings.HasPrefix(mark, MarkOverlaps) {
						marks[item.ID] = append(marks[item.ID], mark)
					}
				}
			}
		}
		text, err := json.Marshal([]any{marks, w.overlaps("alder", mine), w.overlaps("alder", stands),
			alder.PreviewOverlaps(Saying{By: w.author("alder/watch/amal"), Format: "J14", Fields: flight(valley, tomorrow(1, 2), low)})})
		w.must(err)
		return string(text)
	}
	before := everything()
	if strings.Count(before, stands) < 3 || !strings.Contains(before, "overlaps 1") {
		t.Fatalf("too little is said for this test: %s", before)
	}
	hidden := w.send("birch/watch/basil", Saying{Format: "J14", Fields: flight(valley, tomorrow(0, 2), low)})
	index := w.receipt("birch", hidden).Index
	w.until("alder has the entry", func() bool { return w.desks["alder"].work.Size() > index })
	if after := everything(); after != before {
		t.Errorf("with what waits at the gate:\n%s\nwithout:\n%s", after, before)
	}
	w.act("cedar/gate/chen", "hold", hidden, "reason=unclear")
	if after := everything(); after != before {
		t.Errorf("with what is held:\n%s\nwithout:\n%s", after, before)
	}
	w.act("cedar/gate/chen", "return", hidden, "reason=unclear")
	w.status("birch", hidden, "returned")
	if after := everything(); after != before {
		t.Errorf("with what was returned:\n%s\nwithout:\n%s", after, before)
	}
}

// A clock that runs days ahead for a while makes the desk forget nothing that stands.
func TestOverlapsOutliveTheClock(t *testing.T) {
	w := newWorld(t)
	fire := w.send("birch/watch/basil", Saying{Format: "J14", Fields: flight(valley, tomorrow(0, 2), low)})
	w.release(fire)
	survey := w.send("alder/watch/amal", Saying{Format: "J14", Fields: flight(valley, tomorrow(0, 2), low)})
	w.release(survey)
	w.close("alder")
	var ahead atomic.Int64
	config := w.config("alder")
	config.Clock = func() time.Time { return w.now().Add(time.Duration(ahead.Load())) }
	d, err := Open(t.Context(), config)
	w.must(err)
	w.desks["alder"] = d
	for _, days := range []int{0, 60, 0} {
		ahead.Store(int64(time.Duration(days) * 24 * time.Hour))
		want := []string{fire}
		if days > 0 {
			want = nil
		}
		if got := met(w.overlaps("alder", survey)); !slices.Equal(got, want) {
			t.Errorf("with the clock %d days ahead alder is told of %v, want %v", days, got, want)
		}
		if _, err := d.List(t.Context(), 10, false); err != nil {
			t.Error(err)
		}
	}
}

// A corridor of a hundred legs over half a continent, for a year, is named like
// anything else, and what it costs is bounded.
func TestHostileCorridor(t *testing.T) {
	w := newWorld(t)
	var points []string
	for i := range 100 {
		points = append(points, fmt.Sprintf("%.3f %.3f", 0.56+0.6*float64(i%2*2-1), -17.95+0.01*float64(i-50)))
	}
	begins := time.Now().UTC().Truncate(time.Hour)
	huge := w.send("birch/watch/basil", Saying{Format: "J16", Fields: []string{"kind=ambulance", "vehicles=1", "marks=red-cross",
		"route=corridor DD " + strings.Join(points, " / ") + " w=100km ±100km", "window=" + format.WriteInstant(begins) + "/" + format.WriteInstant(begins.Add(365*24*time.Hour)), "contact=desk:line 2"}})
	w.release(huge)
	mine := w.send("alder/watch/amal", Saying{Format: "J14", Fields: flight(valley, tomorrow(0, 2), low)})
	start := time.Now()
	if got := met(w.overlaps("alder", mine)); !slices.Equal(got, []string{huge}) {
		t.Errorf("told of %v", got)
	}
	if took := time.Since(start); took > 3*time.Second {
		t.Errorf("it took %v", took)
	}
}

// filled is a desk whose replica has many standing notices of birch, each with
// fields of its own.
func filled(tb testing.TB, count int, fields func(i int) (place, window string)) *Desk {
	tb.Helper()
	must := func(err error) {
		tb.Helper()
		if err != nil {
			tb.Fatal(err)
		}
	}
	db, err := store.Open(filepath.Join(tb.TempDir(), "store.db"))
	must(err)
	tb.Cleanup(func() { db.Close() })
	work, err := store.New(tb.Context(), db, "orchard.example/log", false)
	must(err)
	c, err := charter.Template("quiet-orchard")
	must(err)
	basil := identity.Author{Party: "birch", Role: "watch", Officer: "basil"}
	for i := range count {
		index := uint64(i) //nolint:gosec // not negative
		place, window := fields(i)
		_, ends, ok := format.ReadWindow(window)
		if !ok {
			tb.Fatal(window)
		}
		id := fmt.Sprintf("%026d", i)
		work.Put(mechanism.Change{Record: &mechanism.Record{Index: index, Hash: mechanism.Hash{byte(i), byte(i >> 8)}, Claims: statement.Claims{ID: id, Author: basil, Format: "J14/1", To: []string{"alder"}},
			Delivery: &delivery.State{ID: id, Author: basil, To: []string{"alder"}, Status: delivery.Released},
			Facts:    &mechanism.Facts{Content: "J14/1", Critical: map[string]string{"place": place, "window": window}, Expires: ends}}}, store.Entry{})
	}
	work.Commit(uint64(count)) //nolint:gosec // not negative
	return &Desk{party: "alder", work: work, config: Config{Charter: &charter.Signed{Charter: c}, Clock: func() time.Time { return sevenTomorrow }}}
}

func placeAt(lat, lon float64) string {
	p, err := geo.Parse(fmt.Sprintf("DD %.5f %.5f ±50m", lat, lon))
	if err != nil {
		panic(err)
	}
	return p.String()
}

// However many statements stand, a question looks at two thousand of those whose
// time it shares, the newest, and says that there are more.
func TestOverlapsAreBounded(t *testing.T) {
	shared := strings.TrimPrefix(tomorrow(0, 2), "window=")
	other := strings.TrimPrefix(tomorrow(3, 2), "window=")
	d := filled(t, maxCandidates+600, func(i int) (string, string) {
		if i%13 == 0 {
			return placeAt(0.56, -17.95), other // which does not count
		}
		return placeAt(0.56, -17.95), shared
	})
	o := d.PreviewOverlaps(Saying{Format: "J14", Fields: flight(valley, "window="+shared), Lang: "ar"})
	if o == nil || o.Count != maxCandidates || o.Unseen != 400 || len(o.With) != maxMeetings || o.With[0].Index != maxCandidates+599 || len(o.Lines) != maxMeetings+2 {
		t.Fatalf("found %d and %d unseen, told of %d, in %d lines", o.Count, o.Unseen, len(o.With), len(o.Lines))
	}
	kept := 0
	for _, p := range d.volumes.known {
		kept += p.size
	}
	if kept == 0 || kept != d.volumes.read {
		t.Errorf("%d bytes of volumes are kept, and %d counted", kept, d.volumes.read)
	}
	for _, p := range d.volumes.known { // as when there are too many to keep
		p.volume, p.size, d.volumes.read = nil, 0, maxRead
	}
	items := []Item{{Index: &o.With[0].Index, Kind: string(format.Message), Author: "birch/watch/basil"}}
	noError(t, d.markOverlaps(t.Context(), items))
	if want := []string{fmt.Sprintf("%s %d", MarkOverlaps, maxCandidates), MarkUnseen}; !slices.Equal(items[0].Marks, want) {
		t.Errorf("marked %q, want %q", items[0].Marks, want)
	}
	if d.volumes.known[0].volume != nil {
		t.Error("more is kept than there is room for")
	}
	// A list of a thousand such items has the work of one question to share.
	many := make([]Item, maxList)
	for i := range many {
		many[i] = items[0]
		many[i].Marks = nil
	}
	noError(t, d.markOverlaps(t.Context(), many))
	if last := many[maxList-1].Marks; !slices.Equal(last, []string{MarkUnseen}) {
		t.Errorf("the last of many is marked %q", last)
	}
}

func noError(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func BenchmarkOverlaps(b *testing.B) {
	for _, count := range []int{1_000, 10_000} {
		b.Run(fmt.Sprint(count), func(b *testing.B) {
			d := filled(b, count, func(i int) (string, string) { // over 100 km each way and two weeks
				return placeAt(0.1+0.9*float64(i*7%1000)/1000, -18.4+0.9*float64(i*31%997)/997), strings.TrimPrefix(tomorrow(i*17%336, 4), "window=")
			})
			q := Saying{Format: "J14", Fields: flight(valley, "extent=circle DMM 00 33.600N 017 57.000W r=10km ±50m", tomorrow(100, 4)), Lang: "en"}
			if d.PreviewOverlaps(q) == nil {
				b.Fatal("it overlaps nothing")
			}
			count := 0
			b.ReportAllocs()
			for b.Loop() {
				count = d.PreviewOverlaps(q).Count
			}
			b.ReportMetric(float64(count), "overlaps")
		})
	}
}
