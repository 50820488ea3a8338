package mechanism

import (
	"testing"
	"time"

	"parley/delivery"
	"parley/format"
	"parley/statement"
)

// consentWorld is a world in which birch has given alder an item that it controls.
func consentWorld(t *testing.T) (*world, *statement.Statement) {
	w := newWorld(t)
	for i := range w.charter.Formats {
		w.charter.Formats[i].Sensitive = false
		if w.charter.Formats[i].Format == "J31/1" {
			w.charter.Formats[i].Gate = "none"
		}
	}
	return w, w.must(given(bahia, true, "alder", "cedar"))
}

func given(by string, control bool, to ...string) draft {
	return draft{by: by, format: "J31/1", area: "intelligence", to: to, fields: map[string]any{"source": "B", "credibility": "3", "item": statement.Paragraphs{"The clip is forged."}, "confidence": "moderate", "tlp": "AMBER",
		"use-mark": "PROTECT-ONLY", "originator-control": control, "dissent": statement.Paragraphs{"none"}}}
}

func ask(by string, about *statement.Statement, extent string, to ...string) draft {
	return draft{by: by, format: "consent.ask/1", area: "intelligence", to: to, refs: ref("asks-consent", about), fields: map[string]any{"recipient": "the ministry", "purpose": "verify", "extent": extent}}
}

func answer(by string, about *statement.Statement, said string, until time.Time, to ...string) draft {
	d := draft{by: by, format: "consent.answer/1", area: "intelligence", to: to, refs: ref("consents", about), fields: map[string]any{"answer": said}}
	if !until.IsZero() {
		d.fields["until"] = format.WriteInstant(until)
	}
	return d
}

func copied(by, recipient string, of *statement.Statement, to []string, answers ...*statement.Statement) draft {
	d := draft{by: by, format: "copy.made/1", area: "intelligence", to: to, refs: ref("copies", of), fields: map[string]any{"recipient": recipient}}
	for _, a := range answers {
		d.refs = append(d.refs, ref("by-consent", a)...)
	}
	return d
}

// Nobody but its author's party consents, and a copy is made for exactly the recipient
// that was consented to, as often and as long as that was.
func TestConsent(t *testing.T) {
	w, x := consentWorld(t)
	birch := []string{"birch"}
	w.refused(OwnConsent, ask(bahia, x, "once", "alder"))
	w.refused(BadAddressee, ask(aya, x, "once", "birch", "cedar"))
	w.refused(BadAddressee, ask(aya, x, "once", "cedar"))
	free := w.must(given(bahia, false, "alder"))
	w.refused(NotControlled, ask(aya, free, "once", "birch"))
	hidden := w.must(given(bahia, true, "cedar"))
	w.refused(delivery.UnknownStatement, ask(aya, hidden, "once", "birch"))

	asked := w.must(ask(aya, x, "once", "birch"))
	if r := w.state(asked); !r.Facts.ReplyBy.Equal(w.now.Add(24*time.Hour)) || !r.Delivery.Owing("birch") || r.Delivery.Owing("cedar") {
		t.Errorf("the request is %+v, %+v", r.Facts, r.Delivery)
	}
	w.refused(OwnConsent, answer(cora, asked, "granted", time.Time{}, "alder"))
	w.refused(OwnConsent, answer(adel, asked, "granted", time.Time{}, "birch"))
	w.refused(BadAddressee, answer(bahia, asked, "granted", time.Time{}, "alder", "cedar"))
	w.refused(BadField, answer(bahia, asked, "granted", w.now.Add(-time.Minute), "alder"))
	w.refused(ConsentMissing, copied(aya, "the ministry", x, birch, asked))
	granted := w.must(answer(bahia, asked, "granted", w.now.Add(time.Hour), "alder"))
	if w.state(asked).Delivery.Awaits(delivery.StageReply, "birch") {
		t.Error("the request still waits for its answer")
	}
	w.refused(ConsentMissing, copied(aya, "The ministry", x, birch, granted))
	w.refused(ConsentMissing, copied(cora, "the ministry", x, birch, granted))
	w.refused(NotControlled, copied(aya, "the ministry", free, birch, granted))
	w.refused(BadRef, draft{by: aya, format: "copy.made/1", area: "intelligence", to: birch, refs: ref("copies", x), fields: map[string]any{"recipient": "the ministry"}})
	w.refused(BadAddressee, copied(aya, "the ministry", x, []string{"birch", "cedar"}, granted))
	w.refused(BadRef, copied(aya, "the ministry", x, birch, granted, granted))
	w.must(copied(aya, "the ministry", x, birch, granted))
	w.refused(ConsentUsed, copied(aya, "the ministry", x, birch, granted))

	again := w.must(ask(aya, x, "repeatedly", "birch"))
	until := w.must(answer(bahia, again, "granted", w.now.Add(time.Hour), "alder"))
	w.must(copied(aya, "the ministry", x, birch, until))
	w.must(copied(adel, "the ministry", x, birch, until))
	taken := w.must(answer(bahia, again, "refused", time.Time{}, "alder"))
	w.refused(ConsentMissing, copied(aya, "the ministry", x, birch, until))
	w.refused(ConsentMissing, copied(aya, "the ministry", x, birch, taken))
	anew := w.must(answer(bahia, again, "granted", w.now.Add(time.Hour), "alder"))
	w.now = w.now.Add(2 * time.Hour)
	w.refused(ConsentOver, copied(aya, "the ministry", x, birch, anew))
}

// What refers to an item may quote it: it goes to nobody who has not got the item, and
// is copied with the consent to that.
func TestConsentOfWhatIsQuoted(t *testing.T) {
	w, x := consentWorld(t)
	private := w.must(given(bahia, true, "cedar"))
	onward := given(cora, false, "alder")
	onward.refs = ref("replies", private)
	w.refused(Onward, onward)
	onward.to = []string{"birch"}
	w.must(onward)
	reply := given(aya, false, "birch", "cedar")
	reply.refs = ref("replies", x)
	said := w.must(reply)
	second := given(aya, false, "cedar")
	second.refs = ref("replies", said)
	deep := w.must(second)
	own := given(bahia, false, "alder")
	own.refs = ref("replies", private)
	w.must(own) // its own author gives it to whom it likes
	w.refused(NotControlled, ask(aya, said, "once", "birch"))
	asked := w.must(ask(aya, x, "once", "birch"))
	granted := w.must(answer(bahia, asked, "granted", time.Time{}, "alder"))
	w.must(copied(aya, "the ministry", deep, []string{"birch"}, granted))
	w.refused(ConsentUsed, copied(aya, "the ministry", x, []string{"birch"}, granted))
}

// A pause stops new requests, and neither their answers nor the clock.
func TestConsentInAPause(t *testing.T) {
	w, x := consentWorld(t)
	asked := w.must(ask(aya, x, "once", "birch"))
	w.must(channel(basil, "J05/1", pause("pause", w.now, w.now.Add(time.Hour), "intelligence")))
	w.refused("area.paused", ask(aya, x, "once", "birch"))
	granted := w.must(answer(bahia, asked, "granted", time.Time{}, "alder"))
	w.must(copied(aya, "the ministry", x, []string{"birch"}, granted))
}

// What leaves the channel is looked through far beyond what a rule looks through: a
// long thread hides nothing that is under control.
func TestControlBehindALongThread(t *testing.T) {
	w, x := consentWorld(t)
	last := x
	for range maxQuoted + 20 {
		d := given(aya, false, "birch")
		d.refs = ref("replies", last)
		last = w.must(d)
	}
	if all, sure := Controlling(w.hub, w.charter, w.state(last), "alder"); len(all) > 0 || sure {
		t.Fatalf("the thread is too short: %d, %v", len(all), sure)
	}
	if all, more := ControllingLeaving(w.hub, w.charter, w.state(last), "alder"); len(all) != 1 || more || all[0].Claims.ID != x.Claims().ID {
		t.Errorf("%d under control, more %v", len(all), more)
	}
}
