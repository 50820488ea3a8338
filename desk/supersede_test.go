package desk

import (
	"slices"
	"strings"
	"testing"
	"time"

	"parley/delivery"
	"parley/format"
	"parley/mechanism"
	"parley/statement"
)

// written gives the fields that a desk shows of a statement, texts as paragraphs.
func (w *world) written(party, id string) map[string]any {
	w.t.Helper()
	fields := map[string]any{}
	for _, field := range w.look(party, id, "en").Fields {
		fields[field.Name] = field.Value
		if text, ok := field.Value.(statement.Text); ok {
			var open []string
			for _, p := range text {
				open = append(open, p.Text)
			}
			fields[field.Name] = strings.Join(open, "\n\n")
		}
	}
	return fields
}

// all waits until every desk lists a statement so.
func (w *world) all(id, status string, marks ...string) {
	w.t.Helper()
	for party := range w.desks {
		w.marked(party, id, status, marks...)
	}
}

// A notice that was acknowledged is replaced, the replacement replaced, and that
// cancelled: what is written anew changes, all else stays, and nobody ever sees
// two of them as current.
func TestReplaceAndCancel(t *testing.T) {
	w := newWorld(t)
	begins := time.Now().UTC().Truncate(time.Minute).Add(100 * time.Hour)
	window := func(at time.Time) string {
		return "window=" + format.WriteInstant(at) + "/" + format.WriteInstant(at.Add(2*time.Hour))
	}
	const amal, adam, basil, dalia = "alder/watch/amal", "alder/watch/adam", "birch/watch/basil", "birch/watch/dalia"
	description := "description=Survey flight.\n\nOne small aircraft, white."
	fields := slices.Concat([]string{notice[0], notice[1], window(begins), notice[4], description}, []string{"altitude=0 m SFC to 120 m SFC", "people=3", "effects=noise, low-flight"})
	first := w.send(amal, Saying{Format: "J14", Fields: fields})
	w.status("alder", first, "submitted")
	w.refuse(delivery.WrongStatus, adam, "cancel", Saying{About: first, Fields: []string{"why=error"}})
	w.release(first)
	w.show("birch", first)
	w.act(basil, "ack", first)
	const amber = "pass-on amber birch"
	w.all(first, "acknowledged", amber)

	for _, wrong := range []struct {
		rule, by string
		fields   []string
	}{
		{mechanism.BadField, adam, []string{window(begins.Add(time.Hour))}}, // no reason why
		{mechanism.BadField, adam, []string{"why=delayed", "place="}},       // a field that must be there
		{mechanism.BadField, adam, []string{"why=delayed", "people=few"}},
		{mechanism.BadField, adam, []string{"why=delayed", "x=1"}},
		{mechanism.BadField, adam, []string{"why=delayed", "altitude"}},  // which drops nothing
		{mechanism.BadField, adam, []string{"why=delayed", "altitdue="}}, // nor does this
		{delivery.NotYours, basil, []string{"why=delayed", window(begins.Add(time.Hour))}},
	} {
		w.refuse(wrong.rule, wrong.by, "replace", Saying{About: first, Fields: wrong.fields})
	}

	// It waits at the gate as the original did: its own side knows, the other does not.
	later := begins.Add(time.Hour)
	_, err := w.desks["alder"].Act(t.Context(), "replace", Saying{By: w.author(amal), About: first, Fields: []string{window(later), "why=soon", "people=4"}})
	number, _ := w.notSent(mechanism.BadField, err)
	second, err := w.desks["alder"].Resume(t.Context(), number, Saying{By: w.author(adam), Fields: []string{"why=delayed", "altitude="}})
	w.must(err)
	w.receipt("alder", second)
	w.marked("alder", first, "acknowledged", MarkPending, amber)
	w.marked("cedar", first, "acknowledged", MarkPending, amber)
	w.marked("cedar", second, "submitted")
	w.marked("birch", first, "acknowledged", amber)
	if detail := w.look("cedar", second, "en"); detail.Delivery.Mode != delivery.ModeReview || detail.Precedence != "PRIORITY" || detail.Area != "military" {
		t.Errorf("the replacement waits as %s, %s, %s", detail.Delivery.Mode, detail.Precedence, detail.Area)
	}
	if _, err := w.desks["birch"].Show(t.Context(), second, "en"); ruleOf(err) != NotFound {
		t.Errorf("birch is shown what waits: %v", err)
	}
	w.refuse(delivery.OtherPending, amal, "cancel", Saying{About: first, Fields: []string{"why=error"}})
	w.refuse(delivery.WrongStatus, amal, "replace", Saying{About: second, Fields: []string{"why=error"}})

	w.release(second)
	w.all(first, "replaced", MarkSuperseded+" "+second)
	w.all(second, "delivered", MarkOpen, amber)
	before, after := w.written("alder", first), w.written("birch", second)
	for name, value := range before {
		switch name {
		case "window":
			value = strings.TrimPrefix(window(later), "window=")
		case "people":
			value = int64(4)
		case "altitude":
			value = nil
		}
		if got := after[name]; !equal(got, value) {
			t.Errorf("field %s of the replacement is %v, want %v", name, got, value)
		}
	}
	if after["description"] != "Survey flight.\n\nOne small aircraft, white." || after["why"] != "delayed" || after["action"] != "replace" || after["content"] != "J14/1" {
		t.Errorf("the replacement says %v", after)
	}
	for party := range w.desks {
		if detail := w.look(party, first, "ar"); detail.Delivery.Superseded.By != second || detail.Delivery.Current() {
			t.Errorf("%s shows the original as current: %+v", party, detail.Delivery.Superseded)
		}
	}
	w.refuse(delivery.OutOfDate, dalia, "ack", Saying{About: first})
	w.refuse(delivery.OutOfDate, dalia, "readback", Saying{About: first, Fields: []string{"activity=survey", notice[1], window(begins), "altitude=0 m SFC to 120 m SFC"}})
	w.refuse(delivery.OutOfDate, amal, "replace", Saying{About: first, Fields: []string{"why=error"}})

	// A replacement of the replacement, before anyone has acknowledged that.
	third := w.act(amal, "replace", second, "why=error", "people=5")
	w.marked("alder", second, "delivered", MarkPending, MarkOpen, amber)
	w.release(third)
	w.all(first, "replaced", MarkSuperseded+" "+second)
	w.all(second, "replaced", MarkSuperseded+" "+third)
	w.all(third, "delivered", MarkOpen, amber)
	now := w.written("birch", third)
	for name, value := range after {
		switch name {
		case "people":
			value = int64(5)
		case "why":
			value = "error"
		}
		if !equal(now[name], value) {
			t.Errorf("field %s of the second replacement is %v, want %v", name, now[name], value)
		}
	}
	w.show("birch", third)
	w.act(dalia, "ack", third) // in the role of basil, who acknowledged the first
	w.all(third, "acknowledged", amber)
	w.act(basil, "readback", third, "activity=survey", notice[1], window(later))
	w.all(third, "understood", amber)

	// The cancel waits, stops nothing while it does, and stays open until it is acknowledged.
	cancel := w.act(adam, "cancel", third, "why=other", "why-note=The aircraft is broken.")
	w.marked("alder", third, "understood", MarkPending, amber)
	w.act("cedar/gate/chen", "return", cancel, "reason=unclear")
	w.all(third, "understood", amber)
	cancel = w.act(adam, "cancel", third, "why=completed")
	w.release(cancel)
	check := func() {
		t.Helper()
		w.all(first, "replaced", MarkSuperseded+" "+second)
		w.all(second, "replaced", MarkSuperseded+" "+third)
		w.all(third, "cancelled", MarkSuperseded+" "+cancel)
		w.all(cancel, "delivered", MarkOpen, amber)
	}
	check()
	w.rebuilt("birch")
	check()
	w.refuse(delivery.CancelStands, amal, "cancel", Saying{About: cancel, Fields: []string{"why=error"}})
	w.refuse(delivery.CancelStands, amal, "replace", Saying{About: cancel, Fields: []string{"why=error"}})
	w.show("birch", cancel)
	w.act(basil, "ack", cancel)
	w.all(cancel, "acknowledged", amber)
}

func equal(a, b any) bool {
	if list, ok := a.([]string); ok {
		other, ok := b.([]string)
		return ok && slices.Equal(list, other)
	}
	return a == b
}
