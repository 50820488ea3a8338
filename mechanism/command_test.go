package mechanism

import (
	"maps"
	"reflect"
	"slices"
	"testing"
	"time"

	"parley/delivery"
)

func TestReadBackCompares(t *testing.T) {
	other := map[string]any{"window": "2026-11-27T06:00Z/2026-11-27T08:00Z"}
	for _, test := range []struct {
		name    string
		changes map[string]any
		rule    string
		differs []string
	}{
		{"the same", nil, "", nil},
		{"another window", other, "", []string{"window"}},
		{"another window and activity", with(other, map[string]any{"activity": "works"}), "", []string{"activity", "window"}},
		{"without the window", map[string]any{"window": nil}, ReadbackShort, nil},
		{"as another format", map[string]any{"content": "J20/1", "activity": nil, "place": nil, "window": nil}, BadContent, nil},
		{"as no format", map[string]any{"content": "J99/1"}, BadField, nil},
		{"with a field that need not be read back", map[string]any{"contact": "desk:line 2"}, BadField, nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			w := newWorld(t)
			s := w.shown(notice())
			if d := w.readsBack(basil, s, test.changes); test.rule != "" {
				w.refused(test.rule, d)
				return
			}
			w.must(w.readsBack(basil, s, test.changes))
			for _, view := range []*memory{w.hub, w.desks["alder"], w.desks["birch"], w.desks["cedar"]} {
				r, _ := view.Record(s.Claims().ID)
				got := r.Delivery.Reach[0].Readbacks[0]
				if r.Delivery.Understood("birch") != (test.differs == nil) || !slices.Equal(got.Differs, test.differs) {
					t.Errorf("understood %t, differs %v, want %v", r.Delivery.Understood("birch"), got.Differs, test.differs)
				}
			}
		})
	}
}

// A readback that is refused names fields, and no value of the original.
func TestReadBackRefusals(t *testing.T) {
	w := newWorld(t)
	s := w.must(notice())
	hidden := w.refused(delivery.UnknownStatement, w.readsBack(basil, s, nil))
	never := act(basil, "J02/1", "reads-back", s)
	never.refs[0].ID, never.fields, never.to = "019390c5-7c00-7000-8000-000000000001", map[string]any{"content": content}, []string{"alder"}
	if unknown := w.refused(delivery.UnknownStatement, never); !reflect.DeepEqual(hidden, unknown) {
		t.Errorf("at the gate: %v\nunknown: %v", hidden, unknown)
	}
	w.must(releases(s))
	w.must(act(bdesk, "desk.delivered/1", "delivers", s))
	w.refused(delivery.NotShown, w.readsBack(basil, s, map[string]any{"window": nil}))
	w.must(act(bdesk, "desk.displayed/1", "displays", s))
	own := w.readsBack(amal, s, nil)
	own.to = []string{"birch"}
	w.refused(delivery.NotAddressed, own)
	short := w.refused(ReadbackShort, w.readsBack(basil, s, map[string]any{"window": nil, "activity": nil}))
	if want := "the readback of statement " + s.Claims().ID + " leaves out activity, window"; short.Sentence != want {
		t.Errorf("got %q, want %q", short.Sentence, want)
	}
	two := w.readsBack(basil, s, nil)
	two.refs = append(two.refs, ref("reads-back", w.shown(notice()))...)
	w.refused(BadRef, two)
	w.must(w.readsBack(basil, s, nil))
	w.refused(delivery.Twice, w.readsBack(basil, s, nil))
}

// Where the original has a field less than what was read back, they differ.
func TestReadBackMore(t *testing.T) {
	w := newWorld(t)
	s := w.shown(notice())
	d := w.readsBack(basil, s, nil)
	record := *w.state(s)
	facts := *record.Facts
	facts.Critical = maps.Clone(facts.Critical)
	delete(facts.Critical, "place")
	record.Facts = &facts
	w.hub.records[s.Claims().ID] = &record
	w.must(d)
	if got := w.state(s).Delivery.Reach[0].Readbacks[0]; got.Match || !slices.Equal(got.Differs, []string{"place"}) {
		t.Errorf("got %+v", got)
	}
}

// A reader of redacted texts compares nothing, and takes nothing for understood.
func TestReadBackRedacted(t *testing.T) {
	w := newWorld(t)
	s := w.shown(notice())
	auditor := w.desks["birch"]
	readback := w.must(w.readsBack(basil, s, nil))
	redacted, err := s.Redact("contact")
	if err != nil {
		t.Fatal(err)
	}
	delete(auditor.records, s.Claims().ID)
	delete(auditor.records, readback.Claims().ID)
	change, err := Decide(auditor, Case{Statement: redacted, Index: w.order[s.Claims().ID], Now: w.now})
	if err != nil {
		t.Fatal(err)
	}
	if change.Record.Facts != nil {
		t.Errorf("it has facts of what is withheld: %+v", change.Record.Facts)
	}
	change.Record.Delivery = w.state(s).Delivery.Clone()
	change.Record.Delivery.Reach[0].Readbacks = nil
	auditor.put(change)
	if change, err = Decide(auditor, Case{Statement: readback, Index: w.order[readback.Claims().ID], Now: w.now}); err != nil {
		t.Fatal(err)
	}
	if state := change.Touched[0].Delivery; state.Understood("birch") || !state.Reach[0].Readbacks[0].Unknown {
		t.Errorf("got %+v", state.Reach[0])
	}
}

func TestPassOnReaches(t *testing.T) {
	w := newWorld(t)
	s := w.shown(notice())
	begins := w.state(s).PassOnBegins()
	light := func() delivery.Light { return w.state(s).Delivery.PassOn("birch", begins, w.now) }
	if begins != time.Date(2026, 11, 27, 7, 0, 0, 0, time.UTC) || light() != delivery.Amber {
		t.Fatalf("begins %s, light %s", begins, light())
	}
	w.refused(delivery.BadPassedAt, passesOn(basil, s, w.now.Add(time.Hour), 0))
	w.refused(delivery.BadPassedAt, passesOn(basil, s, w.now.Add(-time.Hour), 0))
	w.must(passesOn(basil, s, w.now, 1))
	if light() != delivery.Amber {
		t.Errorf("one outstanding: %s", light())
	}
	w.must(passesOn(dalia, s, w.now, 0))
	if light() != delivery.Clear {
		t.Errorf("none outstanding: %s", light())
	}
	if r := w.state(w.must(draft{by: amal, format: "J10/1", precedence: "FLASH", fields: j10()})); !r.PassOnBegins().IsZero() {
		t.Error("a format that asks for no passing on has a time for it")
	}
}
