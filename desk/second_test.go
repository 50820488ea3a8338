package desk

import (
	"slices"
	"strings"
	"testing"
	"time"

	"parley/charter"
	"parley/delivery"
	"parley/format"
	"parley/mechanism"
	"parley/statement"
)

const amal, adam, basil = "alder/watch/amal", "alder/watch/adam", "birch/watch/basil"

// alarm is of the safety floor, which waits for no second person.
var alarm = []string{notice[1], "when=2026-11-24T07:49Z", "feared=misreading", "asked=hold-flights"}

// sensitive has no single officer send a notice.
func sensitive(c *charter.Charter) {
	for i := range c.Formats {
		if c.Formats[i].Format == "J14/1" {
			c.Formats[i].Sensitive = true
		}
	}
}

// second signs what waits as its second officer, by the digest of the page.
func (w *world) second(name, id string) error {
	w.t.Helper()
	by := w.author(name)
	d := w.desks[by.Party]
	page, err := d.Show(w.t.Context(), id, "en")
	w.must(err)
	_, err = d.Second(w.t.Context(), by, id, page.Digest)
	return err
}

// signed gives a statement as the ledger has it.
func (w *world) signed(party, id string) *statement.Statement {
	w.t.Helper()
	record, ok := w.desks[party].work.Record(id)
	if !ok {
		w.t.Fatalf("%s has no statement %s", party, id)
	}
	s, err := w.desks[party].statementAt(w.t.Context(), record.Index)
	w.must(err)
	return s
}

// What one officer writes of a sensitive format waits on the desk, over a restart
// and unseen by all others, until another officer of the party, who was shown it,
// has signed it; and then it goes without the author being asked again.
func TestSecond(t *testing.T) {
	w := newWorld(t, sensitive)
	ctx, alder := t.Context(), w.desks["alder"]
	id := w.say(amal)
	if sent, err := alder.Await(ctx, id); err != nil || sent.State != Waits {
		t.Errorf("sent: %+v, %v", sent, err)
	}
	items, err := alder.List(ctx, 10, false)
	w.must(err)
	if len(items) != 1 || items[0].ID != id || items[0].Status != Waits || items[0].Index != nil {
		t.Errorf("listed: %+v", items)
	}
	status, err := alder.Status(ctx)
	if w.must(err); status.Waiting != 1 || status.Queued != 0 {
		t.Errorf("status: %+v", status)
	}
	size := alder.work.Size()
	alder = w.reopen("alder")
	page, err := alder.Show(ctx, id[:20], "he")
	w.must(err)
	if page.Status != Waits || len(page.Digest) != 32 || page.Serial != "" || page.Hash != "" || !strings.Contains(page.Text, "line 2") {
		t.Errorf("shown: %+v", page)
	}
	before, err := alder.outbox.waitingOne(ctx, id)
	w.must(err)
	for _, test := range []struct{ name, by, digest, rule string }{
		{"not shown", adam, "", NotShown},
		{"another page", adam, strings.Repeat("0", 32), NotShown},
		{"half a digest", adam, page.Digest[:16], NotShown},
		{"the author", amal, page.Digest, mechanism.SecondSame},
		{"the other side", basil, page.Digest, OtherParty},
		{"an officer whose key is elsewhere", "alder/watch/none", page.Digest, NoKey},
		{"the desk", "alder/desk/one", page.Digest, mechanism.SecondMachine},
	} {
		if _, err := alder.Second(ctx, w.author(test.by), id, test.digest); ruleOf(err) != test.rule {
			t.Errorf("%s: %v, want a refusal by %s", test.name, err, test.rule)
		}
	}
	if alder.work.Size() != size || w.drafts("alder") != 0 {
		t.Errorf("before the second officer the ledger grew from %d to %d, and %d drafts are kept", size, alder.work.Size(), w.drafts("alder"))
	}
	other := w.send(amal, Saying{Format: "J10", Fields: alarm, Precedence: "FLASH"})
	w.receipt("alder", other) // the author goes on meanwhile
	written := time.Now()
	w.must(w.second(adam, id))
	w.receipt("alder", id)
	w.status("cedar", id, "submitted")
	s := w.signed("cedar", id)
	if got := s.Claims(); got.Time.Before(written.Add(-time.Millisecond)) || got.Serial.Number != 2 || s.SecondKID() == "" {
		t.Errorf("signed at %s, serial %s, second %q", got.Time, got.Serial, s.SecondKID())
	}
	if a, b := before.statement.Body().Content(before.claims()), s.Body().Content(s.Claims()); a != b || !slices.EqualFunc(before.statement.Fields(), s.Fields(), func(a, b statement.Field) bool { return a.Name == b.Name }) {
		t.Error("what was signed is not what both saw")
	}
	w.release(id)
	for party := range w.desks {
		if detail := w.look(party, id, "en"); detail.Second == nil || detail.Second.Author != adam || detail.Digest != "" {
			t.Errorf("%s sees the second officer as %+v", party, detail.Second)
		}
	}
	if _, err := alder.Second(ctx, w.author(adam), id, page.Digest); ruleOf(err) != NotWaiting {
		t.Errorf("signed twice: %v", err)
	}
	w.rebuilt("birch")
	w.status("birch", id, "delivered")
}

// A second officer may refuse; then it is a draft as it was written, and waits
// anew when it is sent anew.
func TestDecline(t *testing.T) {
	w := newWorld(t, sensitive)
	ctx, alder := t.Context(), w.desks["alder"]
	said := Saying{Format: "J14", Precedence: "IMMEDIATE", Fields: with("description=An incursion of sheep.\n\nTwo paragraphs."), Keep: []string{"incursion"}, Late: "2026-11-24 06:00+02:00", Route: "Voice"}
	said.Late = time.Now().Add(-time.Hour).UTC().Format("2006-01-02T15:04Z")
	id := w.send(amal, said)
	for _, test := range []struct{ name, by, reason, rule string }{
		{"no reason", adam, " ", BadReason},
		{"a reason that reorders", adam, "no \u202e", BadReason},
		{"the other side", basil, "no", OtherParty},
		{"a machine", "alder/desk/one", "no", mechanism.SecondMachine},
	} {
		if _, err := alder.Decline(ctx, w.author(test.by), id, test.reason); ruleOf(err) != test.rule {
			t.Errorf("%s: %v, want a refusal by %s", test.name, err, test.rule)
		}
	}
	number, err := alder.Decline(ctx, w.author(adam), id, "The wind turns.")
	w.must(err)
	kept := w.draft("alder", number)
	if kept.Problem.Rule != Declined || !strings.Contains(kept.Problem.Detail, adam+" has not signed it: The wind turns.") || kept.Saying.By != w.author(amal) || kept.Saying.Precedence != "IMMEDIATE" {
		t.Errorf("kept: %+v", kept)
	}
	if _, err := alder.Decline(ctx, w.author(adam), id, "again"); ruleOf(err) != NotFound {
		t.Errorf("declined twice: %v", err)
	}
	again, err := alder.Resume(ctx, number, Saying{By: w.author(amal)})
	w.must(err)
	w.must(w.second(adam, again))
	w.receipt("alder", again)
	if got := w.written("alder", again); got["description"] != "An incursion of sheep.\n\nTwo paragraphs." {
		t.Errorf("sent anew: %v", got)
	}
	if late := w.signed("alder", again).Claims().Late; late.Route != "voice" || format.WriteInstant(late.At) != said.Late {
		t.Errorf("late: %+v", late)
	}
	if w.drafts("alder") != 0 {
		t.Error("the draft is there after it was sent")
	}
}

// What the rules have come to refuse while it waited goes back to its author.
func TestSecondTooLate(t *testing.T) {
	w := newWorld(t, sensitive)
	alder := w.desks["alder"]
	id := w.say(amal)
	w.must(w.second(adam, id))
	w.release(id)
	replacement, err := alder.Act(t.Context(), "replace", Saying{By: w.author(amal), About: id, Fields: []string{"why=changed", "description=Another flight."}})
	w.must(err)
	cancel, err := alder.Act(t.Context(), "cancel", Saying{By: w.author(adam), About: id, Fields: []string{"why=completed"}})
	w.must(err)
	w.receipt("alder", cancel) // which needs no second officer
	w.release(cancel)
	w.status("alder", id, "cancelled")
	err = w.second(adam, replacement)
	number, _ := w.notSent(delivery.OutOfDate, err)
	kept := w.draft("alder", number).Saying
	if kept.Verb != "replace" || kept.About != id || !slices.Contains(kept.Fields, "description=Another flight.") || !slices.Contains(kept.Fields, "why=changed") {
		t.Errorf("kept: %+v", kept)
	}
}

// Signed anew at another place, a statement keeps its salts and with them the
// second officer's signature.
func TestResignKeepsSecond(t *testing.T) {
	w := newWorld(t, sensitive)
	ctx, alder := t.Context(), w.desks["alder"]
	w.stopHub()
	first := w.send(amal, Saying{Format: "J10", Fields: alarm})
	id := w.say(amal)
	w.must(w.second(adam, id))
	was, err := alder.outbox.get(ctx, id)
	w.must(err)
	r, err := alder.outbox.get(ctx, first)
	w.must(err)
	w.must(alder.refuse(ctx, r, problemTo(refusal("x.y", "en", format.Absent(), format.Absent()))))
	n, err := alder.resign(ctx, w.author(amal))
	w.must(err)
	is, err := alder.outbox.get(ctx, id)
	w.must(err)
	_, before, _ := strings.Cut(string(was.bytes), "~")
	_, after, _ := strings.Cut(string(is.bytes), "~")
	if n != 1 || was.statement.Claims().Serial.Number != 2 || is.statement.Claims().Serial.Number != 1 || before != after || was.statement.Claims().Second != is.statement.Claims().Second {
		t.Errorf("%d signed anew: serial %v and %v, the same disclosures: %t", n, was.statement.Claims().Serial, is.statement.Claims().Serial, before == after)
	}
	w.startHub(nil)
	w.receipt("alder", id)
	w.status("cedar", id, "submitted")
}

// What waits is believed only as its author signed it.
func TestWaitingChangedOnDisk(t *testing.T) {
	w := newWorld(t, sensitive)
	ctx, alder := t.Context(), w.desks["alder"]
	id := w.say(amal)
	waits, err := alder.outbox.waitingOne(ctx, id)
	w.must(err)
	claims := waits.claims()
	claims.Precedence = "FLASH"
	forged, err := waits.statement.Body().Sign(ctx, signerOf(w, adam), claims)
	w.must(err)
	_, err = alder.outbox.db.ExecContext(ctx, "UPDATE waiting SET bytes = ?", forged.Bytes())
	w.must(err)
	if _, err := alder.Show(ctx, id, "en"); err == nil {
		t.Error("what another key signed is shown as amal's")
	}
	if _, err := alder.Second(ctx, w.author(adam), id, (&waiter{forged}).digest()); err == nil || refused(err) {
		t.Errorf("it is signed: %v", err)
	}
}

func TestLateEntry(t *testing.T) {
	w := newWorld(t)
	ctx, alder := t.Context(), w.desks["alder"]
	passed := time.Now().UTC().Add(-40 * time.Minute).Truncate(time.Second)
	typed := passed.In(time.FixedZone("", 7200)).Format("2006-01-02 15:04:05-07:00")
	id := w.send(amal, Saying{Format: "J14", Fields: notice, Late: typed, Route: "paper"})
	w.release(id)
	w.show("birch", id)
	w.marked("birch", id, "displayed", MarkLateEntry, MarkLate, MarkExpired, MarkPassOn+" red birch")
	late := w.look("birch", id, "en").Late
	if late == nil || !late.At.Equal(passed) || late.Route != "paper" || len(late.Lines) < 5 || !strings.HasPrefix(late.Lines[0], "LATE ENTRY: passed by paper") || !strings.Contains(late.Lines[1], format.WriteInstant(passed)) {
		t.Errorf("late: %+v", late)
	}
	for _, lang := range format.Languages() {
		if lines := w.look("birch", id, lang).Late.Lines; len(lines) != len(late.Lines) || strings.Contains(strings.Join(lines, " "), "late.") {
			t.Errorf("%s: %q", lang, lines)
		}
	}
	ack, err := w.desks["birch"].Act(ctx, "ack", Saying{By: w.author(basil), About: id, Late: typed, Route: "voice"})
	w.must(err)
	w.receipt("birch", ack)
	if got := w.signed("alder", id).Claims().Late; !got.At.Equal(passed) {
		t.Errorf("signed: %v", got)
	}
	old := passed.Add(-time.Duration(w.charter.Limits.LateHours+1) * time.Hour).Format(time.RFC3339)
	for _, test := range []struct{ name, late, route, rule string }{
		{"no zone", "2026-11-24T06:00 local", "voice", mechanism.BadField},
		{"no route", typed, "", BadLate},
		{"no time", "", "voice", BadLate},
		{"unknown route", typed, "pigeon", BadLate},
		{"old", old, "voice", mechanism.LateOld},
		{"to come", time.Now().Add(time.Hour).UTC().Format(time.RFC3339), "voice", mechanism.LateAhead},
	} {
		_, err := alder.Say(ctx, Saying{By: w.author(amal), Format: "J14", Fields: notice, Late: test.late, Route: test.route})
		number, _ := w.notSent(test.rule, err)
		if kept := w.draft("alder", number).Saying; kept.Late != test.late || kept.Route != test.route {
			t.Errorf("%s: kept %+v", test.name, kept)
		}
	}
	w.refuse(mechanism.LateFormat, "cedar/gate/chen", "hold", Saying{About: id, Fields: []string{"reason=unclear"}, Late: typed, Route: "voice"})
}
