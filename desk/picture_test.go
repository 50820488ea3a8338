package desk

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"parley/activity"
	"parley/format"
	"parley/identity"
	"parley/rule"
)

// picture is what a desk shows of a day round tomorrow's seven o'clock, and of now.
func (w *world) picture(party string, q PictureQuery, as identity.Author) *Picture {
	w.t.Helper()
	if q.From.IsZero() {
		q.From, q.To = w.now().Add(-24*time.Hour), sevenTomorrow.Add(48*time.Hour)
	}
	p, err := w.desks[party].Picture(w.t.Context(), q, as)
	w.must(err)
	return p
}

func (p *Picture) ids() (ids []string) {
	for _, s := range p.Sights {
		ids = append(ids, s.ID)
	}
	return ids
}

func TestPicture(t *testing.T) {
	w := newWorld(t)
	fire := w.send("birch/watch/basil", Saying{Format: "J14", Fields: flight(valley, "extent=circle DMM 00 33.600N 017 57.000W r=2km ±50m; the valley", tomorrow(0, 2), low)})
	w.release(fire)
	seen := w.now().Add(-20 * time.Minute).UTC().Truncate(time.Minute)
	smoke := w.send("alder/watch/amal", Saying{Format: "J20", Fields: []string{"kind=fire", "what=Smoke.", "where=DMM 00 31.200N 017 58.400W ±30m; mill", "when=" + format.WriteInstant(seen), "noticed-by=patrol", "harm=none", "confidence=high"}})
	w.release(smoke)
	w.until("birch has both", func() bool { _, ok := w.desks["birch"].work.Record(smoke); return ok })
	w.until("alder has both", func() bool { _, ok := w.desks["alder"].work.Record(fire); return ok })

	p := w.picture("alder", PictureQuery{Lang: "en"}, w.author("alder/watch/amal"))
	if !slices.Equal(p.ids(), []string{smoke, fire}) || p.More || len(p.Events) > 0 {
		t.Fatalf("alder sees %+v", p)
	}
	s, n := p.Sights[0], p.Sights[1]
	if s.Notice || !s.Own || s.Party != "alder" || len(s.Shapes) != 1 || s.Shapes[0].Kind != "place" || s.Shapes[0].Name != "mill" || s.Shapes[0].Metres != 30 ||
		len(s.Times) != 1 || !s.Times[0].Begins.Equal(seen) || s.Overlaps != 0 || s.Subject == "" || s.Title == "" {
		t.Errorf("the incident: %+v", s)
	}
	if !n.Notice || n.Own || n.Party != "birch" || len(n.Shapes) != 2 || !n.Times[0].Begins.Equal(sevenTomorrow) || len(n.Shapes[0].Ring) < 8 {
		t.Errorf("the notice: %+v", n)
	}
	if got := w.picture("alder", PictureQuery{At: sevenTomorrow.Add(time.Hour)}, identity.Author{}).ids(); !slices.Equal(got, []string{fire, smoke}) {
		t.Errorf("tomorrow at eight: %v, want what takes place then first", got)
	}
	for _, test := range []struct {
		name string
		q    PictureQuery
		want []string
	}{
		{"party", PictureQuery{Party: "birch"}, []string{fire}},
		{"format", PictureQuery{Format: "J20"}, []string{smoke}},
		{"area", PictureQuery{Area: "commercial"}, nil},
		{"before", PictureQuery{From: seen.Add(-2 * time.Hour), To: seen.Add(-time.Hour)}, nil},
		{"next", PictureQuery{Next: 1}, []string{fire}},
		{"more than there are", PictureQuery{Next: 8}, []string{fire}},
		{"its last second", PictureQuery{From: sevenTomorrow.Add(2 * time.Hour), To: sevenTomorrow.Add(3 * time.Hour)}, []string{fire}},
	} {
		if got := w.picture("alder", test.q, identity.Author{}).ids(); !slices.Equal(got, test.want) {
			t.Errorf("%s: %v, want %v", test.name, got, test.want)
		}
	}
	for _, q := range []PictureQuery{{}, {From: seen, To: seen}, {From: seen, To: seen.Add(MaxPictureWindow + 1)}} {
		var refusal *rule.Refusal
		if _, err := w.desks["alder"].Picture(t.Context(), q, identity.Author{}); !errors.As(err, &refusal) || refusal.Rule != BadRequest {
			t.Errorf("the window from %v to %v: %v", q.From, q.To, err)
		}
	}

	// What overlaps is marked on both, by what each desk may read.
	survey := w.send("alder/watch/amal", Saying{Format: "J14", Fields: flight(valley, tomorrow(1, 2), low)})
	w.release(survey)
	w.until("birch has it", func() bool { _, ok := w.desks["birch"].work.Record(survey); return ok })
	for _, s := range w.picture("birch", PictureQuery{Format: "J14"}, identity.Author{}).Sights {
		if s.Overlaps != 1 {
			t.Errorf("%s overlaps %d", s.ID, s.Overlaps)
		}
	}

	// What was replaced, or cancelled, is gone; what is over stays until the window leaves it.
	moved := w.act("birch/watch/basil", "replace", fire, tomorrow(5, 1), "why=changed")
	w.release(moved)
	w.until("alder has the replacement", func() bool { _, ok := w.desks["alder"].work.Record(moved); return ok })
	if got := w.picture("alder", PictureQuery{Party: "birch"}, identity.Author{}); !slices.Equal(got.ids(), []string{moved}) || !got.Sights[0].Notice {
		t.Errorf("after the replacement: %+v", got)
	}
	w.reopen("alder")
	if got := w.picture("alder", PictureQuery{Party: "birch"}, identity.Author{}).ids(); !slices.Equal(got, []string{moved}) {
		t.Errorf("a desk that has just started shows %v", got)
	}
	cancelled := w.act("birch/watch/basil", "cancel", moved, "why=changed")
	w.release(cancelled)
	w.until("alder has the cancel", func() bool { _, ok := w.desks["alder"].work.Record(cancelled); return ok })
	if got := w.picture("alder", PictureQuery{Party: "birch"}, identity.Author{}).ids(); len(got) > 0 {
		t.Errorf("after the cancel: %v", got)
	}
}

// What waits at the gate changes no picture, of whose side ever, nor its events at the
// other side.
func TestPictureHidesTheGate(t *testing.T) {
	w := newWorld(t)
	stands := w.send("birch/watch/basil", Saying{Format: "J14", Fields: flight(valley, tomorrow(0, 2), low)})
	w.release(stands)
	w.until("alder has it", func() bool { _, ok := w.desks["alder"].work.Record(stands); return ok })
	q := PictureQuery{From: w.now().Add(-24 * time.Hour), To: sevenTomorrow.Add(48 * time.Hour), Events: true}
	everything := func(party string, events bool) string {
		t.Helper()
		p := w.picture(party, q, identity.Author{})
		p.Now = time.Time{}
		if !events {
			p.Events = nil
		}
		for i := range p.Sights {
			p.Sights[i].Status, p.Sights[i].Standing, p.Sights[i].Marks = "", "", nil // which change meanwhile, with the time
		}
		for i := range p.Events {
			p.Events[i].Status, p.Events[i].Standing = "", ""
		}
		text, err := json.Marshal(p)
		w.must(err)
		return string(text)
	}
	before := map[string]string{}
	for party := range w.desks {
		before[party] = everything(party, party == "alder")
	}
	hidden := w.send("birch/watch/basil", Saying{Format: "J14", Fields: flight(valley, tomorrow(0, 2), low)})
	index := w.receipt("birch", hidden).Index
	w.act("cedar/gate/chen", "hold", hidden, "reason=unclear")
	w.until("all have the entry", func() bool {
		return w.desks["alder"].work.Size() > index && w.desks["birch"].work.Size() > index+1 && w.desks["cedar"].work.Size() > index+1
	})
	for party := range w.desks {
		if after := everything(party, party == "alder"); after != before[party] {
			t.Errorf("%s, with what waits at the gate:\n%s\nwithout:\n%s", party, after, before[party])
		}
	}
}

// An officer's picture has only what his key reads, and does not count the rest.
func TestPictureKeepsAreas(t *testing.T) {
	w := newWorld(t)
	fire := w.send("birch/watch/basil", Saying{Format: "J14", Fields: flight(valley, tomorrow(0, 2), low)})
	w.release(fire)
	w.until("alder has it", func() bool { _, ok := w.desks["alder"].work.Record(fire); return ok })
	w.endorseFor("alder/watch/tala", "commercial")
	p := w.picture("alder", PictureQuery{Events: true}, w.author("alder/watch/tala"))
	text, err := json.Marshal(p)
	w.must(err)
	if len(p.Sights)+len(p.Events)+len(p.Switches) > 0 || p.More || p.Before > 0 {
		t.Errorf("who may read commerce alone sees %s", text)
	}
}

// Acts, missed tests and pauses stand in a picture that asks for events.
func TestPictureEvents(t *testing.T) {
	w := newWorld(t)
	fire := w.send("birch/watch/basil", Saying{Format: "J14", Fields: flight(valley, tomorrow(0, 2), low)})
	w.release(fire)
	w.show("alder", fire)
	ack := w.act("alder/watch/amal", "ack", fire)
	w.receipt("alder", ack)
	w.until("alder has it", func() bool { _, ok := w.desks["alder"].work.Record(ack); return ok })
	p := w.picture("alder", PictureQuery{Events: true}, identity.Author{})
	if !slices.Equal(p.ids(), []string{fire}) {
		t.Errorf("sights: %v", p.ids())
	}
	var got []string
	for _, e := range p.Events {
		got = append(got, fmt.Sprintf("%s by %s", e.Format, e.Party))
	}
	if !slices.Contains(got, "J01/1 by alder") || slices.ContainsFunc(got, func(s string) bool { return s == "desk.displayed/1 by alder" }) {
		t.Errorf("events: %q", got)
	}
	soon := format.WriteInstant(w.now().Add(time.Hour))
	pause := w.send("birch/watch/basil", Saying{Format: "J05", Fields: []string{"switch=pause", "areas=commercial", "from=" + soon, "until=" + format.WriteInstant(w.now().Add(9*time.Hour)), "review-at=" + format.WriteInstant(w.now().Add(5*time.Hour)), "reason=domestic", "floor-confirmed=yes", "resume-plan=Call line 2."}})
	w.until("alder has the pause", func() bool { _, ok := w.desks["alder"].work.Record(pause); return ok })
	for area, want := range map[string]int{"": 1, "commercial": 1, "military": 0} {
		if got := w.picture("alder", PictureQuery{Events: true, Area: area}, identity.Author{}).Switches; len(got) != want || want > 0 && (got[0].Statement != pause || got[0].Area != "commercial" || format.WriteInstant(got[0].From) != soon) {
			t.Errorf("switches of %q: %+v", area, got)
		}
	}
	if got := w.picture("alder", PictureQuery{Events: true, Party: "birch"}, identity.Author{}).Events; slices.ContainsFunc(got, func(e Event) bool { return e.Party != "birch" }) {
		t.Errorf("events of birch: %+v", got)
	}
}

// What a picture costs at a desk that has ten thousand notices: when it has just started,
// and later; and their outlines.
func BenchmarkSights(b *testing.B) {
	d := filled(b, 10_000, func(i int) (string, string) {
		return placeAt(0.1+0.9*float64(i*7%1000)/1000, -18.4+0.9*float64(i*31%997)/997), strings.TrimPrefix(tomorrow(i*17%336, 4), "window=")
	})
	window := activity.Span{Begins: sevenTomorrow.Add(90 * time.Hour), Ends: sevenTomorrow.Add(186 * time.Hour)}
	b.Run("first", func(b *testing.B) {
		for b.Loop() {
			(&sights{}).within(d, window)
		}
	})
	b.Run("later", func(b *testing.B) {
		for b.Loop() {
			d.sights.within(d, window)
		}
	})
	found, _ := d.sights.within(d, window)
	b.Run("300 drawn", func(b *testing.B) {
		for b.Loop() {
			for _, s := range found[:300] {
				r, ok := d.work.RecordAt(s.index)
				if !ok {
					b.Fatal("a sight is gone")
				}
				for _, value := range d.placesOf(r) {
					ShapeOf(value)
				}
			}
		}
	})
}
