package desk

import (
	"net/http"
	"strings"
	"testing"

	"parley/mechanism"
)

// What is read back of a cancellation is what it cancels, on the desk as in the
// ledger; and what nobody could compare is shown as no match.
func TestReadBackOfACancellation(t *testing.T) {
	w := newWorld(t)
	ctx, alder, birch, basil := t.Context(), w.desks["alder"], w.desks["birch"], w.author("birch/watch/basil")
	id := w.say("alder/watch/amal")
	w.receipt("alder", id)
	w.status("cedar", id, "submitted")
	w.act("cedar/gate/chen", "release", id)
	w.status("alder", id, "delivered")
	cancel, err := alder.Act(ctx, "cancel", Saying{By: w.author("alder/watch/amal"), About: id, Fields: []string{"why=completed"}})
	w.must(err)
	w.receipt("alder", cancel)
	w.status("cedar", cancel, "submitted")
	w.act("cedar/gate/chen", "release", cancel)
	w.status("birch", cancel, "delivered")
	_, err = birch.Show(ctx, cancel, "en")
	w.must(err)
	if _, err := birch.Act(ctx, "readback", Saying{By: basil, About: cancel}); ruleOf(err) != mechanism.BadField || !strings.Contains(err.Error(), "activity=…") || !strings.Contains(err.Error(), "J14/1") {
		t.Errorf("the desk asks for nothing: %v", err)
	}
	said, err := birch.Act(ctx, "readback", Saying{By: basil, About: cancel, Fields: notice[:3]})
	w.must(err)
	w.receipt("birch", said)
	view, err := birch.Compared(ctx, said, "en")
	w.must(err)
	record, _ := birch.work.Record(cancel)
	if !record.Delivery.Understood("birch") || !view.Match {
		t.Errorf("the ledger says understood %t, the desk %+v", record.Delivery.Understood("birch"), view)
	}
	r, err := birch.outbox.get(ctx, said)
	w.must(err)
	unread := *record
	unread.Facts = nil
	if birch.compared(&unread, r.statement, "en").Match {
		t.Error("what could not be compared is shown as a match")
	}
}

// What was taken back is neither printed nor shown beside its original as if it
// stood.
func TestSupersededIsNotShownAsCurrent(t *testing.T) {
	w := newWorld(t)
	ctx, birch, amal := t.Context(), w.desks["birch"], w.author("alder/watch/amal")
	through := func(verb, about string, fields ...string) string {
		t.Helper()
		id, err := w.desks["alder"].Act(ctx, verb, Saying{By: amal, About: about, Fields: fields})
		w.must(err)
		w.receipt("alder", id)
		w.status("cedar", id, "submitted")
		w.act("cedar/gate/chen", "release", id)
		w.status("birch", id, "delivered")
		return id
	}
	id := w.say("alder/watch/amal")
	w.receipt("alder", id)
	w.status("cedar", id, "submitted")
	w.act("cedar/gate/chen", "release", id)
	w.status("birch", id, "delivered")
	translation := through("translate", id, "language=ar", "method=human", "description=طلعة مسح.")
	shown := func() int {
		detail, err := birch.Show(ctx, id, "en")
		w.must(err)
		return len(detail.Translations)
	}
	if n := shown(); n != 1 {
		t.Errorf("%d translations are shown, want 1", n)
	}
	through("cancel", translation, "why=error")
	if n := shown(); n != 0 {
		t.Errorf("%d translations are shown after the cancel", n)
	}
	cancel := through("cancel", id, "why=completed")
	r, err := http.NewRequestWithContext(ctx, "GET", "/v1/sources/"+id, nil)
	w.must(err)
	r.SetPathValue("id", id)
	source, err := birch.apiSource(r)
	w.must(err)
	if got := source.(Source).Superseded; got != cancel {
		t.Errorf("the source of a superseded statement names %q as its successor, want %q", got, cancel)
	}
}
