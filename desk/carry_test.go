package desk

import (
	"bytes"
	"crypto/ed25519"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"parley/carry"
	"parley/client"
	"parley/identity"
	"parley/ledger"
	"parley/registrar"
	"parley/statement"
)

// cut takes a desk's line away and waits until it knows.
func (w *world) cut(party string) {
	w.t.Helper()
	d := w.desks[party]
	c := d.Charter()
	d.hubs.mu.Lock()
	d.hubs.adopt(c)
	d.hubs.routes = []*route{{Client: client.New(c, "https://127.0.0.1:1", d.hubs.author, d.hubs.key, d.hubs.clock), url: "https://127.0.0.1:1"}}
	d.hubs.used = 0
	d.hubs.mu.Unlock()
	d.hubs.moved.raise()
	w.until(party+" knows that its line is cut", func() bool {
		status, err := d.Status(w.t.Context())
		w.must(err)
		return !status.Reachable && !status.Down.IsZero()
	})
}

// mend gives it back.
func (w *world) mend(party string) {
	w.t.Helper()
	d := w.desks[party]
	d.hubs.mu.Lock()
	d.hubs.edition = 0
	d.hubs.mu.Unlock()
	d.hubs.moved.raise()
	w.reached(party)
}

// carry takes requests to a carrier's desk and gives the answers.
func (w *world) carry(carrier string, requests ...[]byte) (answers [][]byte) {
	w.t.Helper()
	for _, request := range requests {
		for next, more := uint64(0), true; more; {
			done, err := w.desks[carrier].CarryIn(w.t.Context(), request, next)
			w.must(err)
			answers, next, more = append(answers, done.Answer), done.Next, done.More
		}
	}
	return answers
}

// A desk without a line sends, receives, reports and is answered by files alone;
// files may come twice, and what went by file has one entry when the line is back.
func TestCarry(t *testing.T) {
	w := newWorld(t)
	ctx, alder := t.Context(), w.desks["alder"]
	w.receipt("alder", w.say("alder/watch/amal"))
	w.cut("alder")
	routine, flash := w.say("alder/watch/adam"), w.send("alder/watch/amal", Saying{Format: "J14", Precedence: "FLASH", Fields: notice})
	other := w.say("birch/watch/basil")
	w.status("cedar", other, "submitted")
	w.act("cedar/gate/chen", "release", other)
	requests, err := alder.CarryOut(ctx)
	w.must(err)
	answers := w.carry("cedar", requests...)
	again := w.carry("cedar", requests...) // the stick is read twice
	done, err := alder.CarryIn(ctx, answers[0], 0)
	w.must(err)
	if done.Accepted != 2 || done.Refused != 0 || done.Blocks == 0 {
		t.Fatalf("taken in: %+v; want two receipts and blocks", done)
	}
	for _, id := range []string{routine, flash} {
		if sent := w.receipt("alder", id); len(sent.Receipt) == 0 {
			t.Errorf("%s has no receipt", id)
		}
	}
	if _, ok := alder.work.Record(other); !ok {
		t.Fatal("what birch said did not come with the file")
	}
	if _, err := alder.Show(ctx, other, "en"); err != nil {
		t.Fatal(err)
	}
	for _, answer := range append(answers, again...) {
		if done, err := alder.CarryIn(ctx, answer, 0); err != nil || done.Accepted != 0 {
			t.Errorf("taken in again: %+v, %v", done, err)
		}
	}
	if status, _ := alder.Status(ctx); status.Queued != 2 || status.Alarm != "" {
		t.Fatalf("after the answer %d wait, alarm %q; want the two reports", status.Queued, status.Alarm)
	}
	requests, err = alder.CarryOut(ctx)
	w.must(err)
	w.carry("cedar", requests...) // its answer is lost on the way
	w.status("birch", other, "displayed")
	w.mend("alder")
	w.until("nothing waits", func() bool {
		status, err := alder.Status(ctx)
		w.must(err)
		return status.Queued == 0 && status.Refused == 0 && status.Alarm == ""
	})
	seen := map[string]int{}
	for i := range w.desks["cedar"].work.Size() {
		if r, ok := w.desks["cedar"].work.RecordAt(i); ok {
			seen[r.Claims.ID]++
			if r.Claims.Author.Party == "alder" && seen[r.Claims.ID] > 1 {
				t.Errorf("statement %s has %d entries", r.Claims.ID, seen[r.Claims.ID])
			}
		}
	}
	w.until("the report of its arrival is in the replica", func() bool { // which follows the receipts
		record, ok := alder.work.Record(other)
		return ok && !record.Delivery.Reach[0].Delivered.IsZero()
	})
}

// A stick that was stolen, altered, cut off, swapped or read by the wrong desk
// does nothing and tells nothing.
func TestCarryRefused(t *testing.T) {
	w := newWorld(t)
	ctx, alder := t.Context(), w.desks["alder"]
	w.receipt("alder", w.say("alder/watch/amal"))
	w.cut("alder")
	id := w.say("alder/watch/amal")
	requests, err := alder.CarryOut(ctx)
	w.must(err)
	request := requests[0]
	answer := w.carry("cedar", request)[0]
	remade := func(change func(*carry.Request)) []byte {
		r, err := carry.ParseRequest(request)
		w.must(err)
		change(r)
		w.must(r.Sign(ctx, signerOf(w, "alder/desk/one")))
		return r.Bytes()
	}
	answered := func(key ed25519.PrivateKey, change func(*carry.Answer)) []byte {
		a, err := carry.ParseAnswer(answer)
		w.must(err)
		change(a)
		return a.Sign(key)
	}
	tls := w.keys["hub/tls"]
	flip := func(file []byte, at int) []byte {
		altered := bytes.Clone(file)
		altered[at] ^= 1
		return altered
	}
	size := alder.work.Size()
	for _, test := range []struct {
		name, at string
		file     []byte
		rules    []string
	}{
		{"request of another mechanism", "cedar", remade(func(r *carry.Request) { r.Mechanism = "paris-2026" }), []string{carry.Elsewhere}},
		{"request with the other mark", "cedar", remade(func(r *carry.Request) { r.Exercise = !r.Exercise }), []string{carry.Elsewhere}},
		{"request of another author", "cedar", remade(func(r *carry.Request) { r.Author = w.author("birch/desk/one") }), []string{carry.Altered}},
		{"request cut off", "cedar", request[:len(request)-20], []string{carry.Altered}},
		{"request without its statements", "cedar", func() []byte { r, _ := carry.ParseRequest(request); return r.Ask() }(), []string{carry.Altered}},
		{"request at the other side", "birch", request, []string{CarryParty}},
		{"answer at the other side", "birch", answer, []string{carry.Elsewhere}},
		{"answer of another mechanism", "alder", answered(tls, func(a *carry.Answer) { a.Mechanism = "paris-2026" }), []string{carry.Elsewhere}},
		{"answer with the other mark", "alder", answered(tls, func(a *carry.Answer) { a.Exercise = !a.Exercise }), []string{carry.Elsewhere}},
		{"answer by another key", "alder", answered(w.keys["alder/desk/one"], func(*carry.Answer) {}), []string{carry.Altered}},
		{"answer cut off", "alder", answer[:len(answer)-1], []string{carry.Altered}},
		{"answer with a part missing", "alder", answered(tls, func(a *carry.Answer) {
			b := &ledger.Block{}
			w.must(b.UnmarshalJSON(a.Blocks[0]))
			a.After, a.Results, a.Blocks = a.After+1, nil, a.Blocks[1:]
			if len(a.Blocks) == 0 {
				b.Height, b.First = b.Height+1, b.First+1
				line, err := b.MarshalJSON()
				w.must(err)
				a.Blocks = [][]byte{line}
			}
		}), []string{CarryGap}},
		{"huge request", "cedar", append(bytes.Clone(request), make([]byte, carry.MaxRequest)...), []string{carry.Malformed}},
		{"no such file", "alder", []byte("hello\n"), []string{carry.Malformed}},
		{"request header altered", "cedar", flip(request, 30), []string{carry.Malformed, carry.Altered, carry.Elsewhere}},
		{"statement altered", "cedar", flip(request, len(request)-30), []string{carry.Altered}},
		{"answer header altered", "alder", flip(answer, 12), []string{carry.Malformed, carry.Altered, carry.Elsewhere}},
		{"receipt altered", "alder", flip(answer, bytes.Index(answer, []byte(`"receipt":"`))+40), []string{carry.Altered}},
		{"block altered", "alder", flip(answer, len(answer)-100), []string{carry.Altered}},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, err := w.desks[test.at].CarryIn(ctx, test.file, 0)
			if !slices.Contains(test.rules, ruleOf(err)) {
				t.Errorf("refused by %q (%v), want one of %q", ruleOf(err), err, test.rules)
			}
		})
	}
	if row, _ := alder.outbox.get(ctx, id); row.state != Queued || alder.work.Size() != size {
		t.Errorf("after all that the statement is %s, and the replica has %d entries, not %d", row.state, alder.work.Size(), size)
	}
	if status, _ := alder.Status(ctx); status.Alarm != "" {
		t.Errorf("an altered file raised the alarm against the hub: %s", status.Alarm)
	}
	// The other side's desk asks the hub itself, past its own refusal.
	theirs := client.New(w.charter.Charter, "https://"+w.address, w.author("birch/desk/one"), signerOf(w, "birch/desk/one"), w.now)
	defer theirs.Close()
	if _, err := theirs.Carried(ctx, request, 0); ruleOf(err) != "api.forbidden" {
		t.Errorf("the hub answers the other side's desk: %v", err)
	}
	// A refusal of what was signed anew meanwhile is an old story.
	stale := answered(tls, func(a *carry.Answer) {
		a.Results[0] = carry.Result{ID: id, Hash: "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", Problem: &carry.Problem{Status: 422, Rule: "chain.prev", Detail: "no"}}
	})
	if done, err := alder.CarryIn(ctx, stale, 0); err != nil || done.Accepted+done.Refused != 0 {
		t.Errorf("an answer to other bytes: %+v, %v", done, err)
	}
	if row, _ := alder.outbox.get(ctx, id); row.state != Queued {
		t.Errorf("an answer to other bytes made it %s", row.state)
	}
}

// A hub that lies by file is found out as on the line: evidence, alarm, and
// nothing more is followed.
func TestCarryLyingHub(t *testing.T) {
	w := newWorld(t)
	ctx, alder := t.Context(), w.desks["alder"]
	w.receipt("alder", w.say("alder/watch/amal"))
	w.cut("alder")
	w.say("alder/watch/amal")
	requests, err := alder.CarryOut(ctx)
	w.must(err)
	a, err := carry.ParseAnswer(w.carry("cedar", requests...)[0])
	w.must(err)
	b := &ledger.Block{}
	w.must(b.UnmarshalJSON(a.Blocks[0]))
	b.Contents[0] = []byte("something else")
	a.Blocks[0], err = b.MarshalJSON()
	if err != nil { // the block does not even leave our hands: change the checkpoint instead
		t.Fatal(err)
	}
	lie := a.Sign(w.keys["hub/tls"])
	_, err = alder.CarryIn(ctx, lie, 0)
	if ruleOf(err) != carry.Malformed && ruleOf(err) != CarryAlarm {
		t.Fatalf("a text that is not its entry's: %v", err)
	}
	w.must(b.UnmarshalJSON(func() []byte { whole, _ := carry.ParseAnswer(w.carry("cedar", requests...)[0]); return whole.Blocks[0] }()))
	b.Checkpoint, err = w.signer.Sign(b.Size(), ledger.Hash{1})
	w.must(err)
	a.Blocks[0], err = b.MarshalJSON()
	w.must(err)
	if _, err = alder.CarryIn(ctx, a.Sign(w.keys["hub/tls"]), 0); ruleOf(err) != CarryAlarm {
		t.Fatalf("a checkpoint for another tree: %v", err)
	}
	status, err := alder.Status(ctx)
	w.must(err)
	kept, err := os.ReadDir(filepath.Join(w.dir, "alder", "evidence"))
	if status.Alarm == "" || err != nil || len(kept) < 2 {
		t.Errorf("alarm %q, evidence %v, %v; want both", status.Alarm, kept, err)
	}
}

// A request made with a key that was revoked afterwards is worth nothing.
func TestCarryRevoked(t *testing.T) {
	w := newWorld(t)
	ctx := t.Context()
	w.receipt("alder", w.say("alder/watch/amal"))
	w.cut("alder")
	requests, err := w.desks["alder"].CarryOut(ctx)
	w.must(err)
	w.revoke(w.address, "alder/desk/one")
	if _, err := w.desks["cedar"].CarryIn(ctx, requests[0], 0); ruleOf(err) != "api.unauthorized" {
		t.Errorf("carried for a revoked key: %v", err)
	}
}

// Another desk of the same party carries too, if it is endorsed for as much.
func TestCarryOwnParty(t *testing.T) {
	w := newWorld(t)
	ctx := t.Context()
	w.receipt("alder", w.say("alder/watch/amal"))
	w.cut("alder")
	id := w.say("alder/watch/amal")
	requests, err := w.desks["alder"].CarryOut(ctx)
	w.must(err)
	w.newKey("alder/desk/two")
	w.newKey("alder/desk/three")
	w.endorseOne("alder/desk/two", "military", "intelligence", "diplomatic", "commercial")
	w.endorseOne("alder/desk/three", "commercial")
	ask := func(name string) ([]byte, error) {
		c := client.New(w.charter.Charter, "https://"+w.address, w.author(name), signerOf(w, name), w.now)
		defer c.Close()
		return c.Carried(ctx, requests[0], 0)
	}
	if _, err := ask("alder/desk/three"); ruleOf(err) != "api.forbidden" {
		t.Errorf("a desk of one area carries for a desk of all: %v", err)
	}
	answer, err := ask("alder/desk/two")
	w.must(err)
	if done, err := w.desks["alder"].CarryIn(ctx, answer, 0); err != nil || done.Accepted != 1 {
		t.Errorf("taken in: %+v, %v", done, err)
	}
	w.receipt("alder", id)
}

// registry does what a party's registrar does, past every desk.
func (w *world) registry(party string, do func(*registrar.Registrar) error) {
	w.t.Helper()
	r, err := registrar.Open(w.t.Context(), w.charter.Charter, "https://"+w.address, party, signerOf(w, party+"/registrar/root"), w.now)
	w.must(err)
	defer r.Close()
	w.must(do(r))
}

func (w *world) endorseOne(name string, areas ...string) {
	w.t.Helper()
	author := w.author(name)
	slices.Sort(areas)
	request, err := identity.NewRequest(w.t.Context(), signerOf(w, name), w.charter.Mechanism, author, areas, w.charter.Exercise)
	w.must(err)
	w.registry(author.Party, func(r *registrar.Registrar) error { _, err := r.Endorse(w.t.Context(), request); return err })
}

// A refusal that was carried is older than what the line did meanwhile: what the
// hub has ordered since, whose receipt was lost with the line, is not refused.
func TestCarriedRefusalOfTheOrdered(t *testing.T) {
	w := newWorld(t)
	ctx, d := t.Context(), w.desks["alder"]
	id := w.say(amal)
	w.receipt("alder", id)
	w.until("the replica has it", func() bool { _, ok := d.work.Record(id); return ok })
	for _, lose := range []string{"DROP TRIGGER statement_settled", "UPDATE statement SET state = 'queued', idx = NULL, receipt = NULL WHERE id = '" + id + "'"} {
		_, err := d.outbox.db.ExecContext(ctx, lose)
		w.must(err)
	}
	r, err := d.outbox.get(ctx, id)
	w.must(err)
	old := &carry.Answer{Results: []carry.Result{{ID: id, Hash: statement.EncodeHash(r.statement.Hash()), Problem: &carry.Problem{Status: 422, Rule: "area.paused", Detail: "no"}}}}
	if accepted, refused, err := d.carryResults(ctx, old); accepted != 0 || refused != 0 || err != nil {
		t.Errorf("taken in: %d accepted, %d refused, %v", accepted, refused, err)
	}
	d.redo()
	if sent := w.receipt("alder", id); sent.State != Accepted {
		t.Errorf("then: %+v", sent)
	}
}
