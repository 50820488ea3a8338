package desk

import (
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"parley/client"
	"parley/delivery"
	"parley/format"
	"parley/ledger"
	"parley/rule"
	"parley/statement"
)

func ruleOf(err error) string {
	var refusal *rule.Refusal
	if !errors.As(err, &refusal) {
		return ""
	}
	return refusal.Rule
}

// One statement takes every step: submitted, held, released, delivered,
// displayed, acknowledged; and what a step needs is asked before it is signed.
func TestStatement(t *testing.T) {
	w := newWorld(t)
	ctx, birch, basil := t.Context(), w.desks["birch"], w.author("birch/watch/basil")
	id := w.say("alder/watch/amal")
	if sent := w.receipt("alder", id); sent.Gate != "submitted" || len(sent.Receipt) == 0 {
		t.Fatalf("sent: gate %q and a receipt of %d bytes; want it submitted, with a receipt", sent.Gate, len(sent.Receipt))
	}
	w.status("cedar", id, "submitted")
	w.until("birch sees that something is withheld", func() bool {
		items, err := birch.List(ctx, 1, false)
		w.must(err)
		return len(items) == 1 && items[0].Kind == KindWithheld && items[0].ID == ""
	})
	if _, err := birch.Show(ctx, id, "en"); ruleOf(err) != NotFound {
		t.Errorf("show what is withheld: %v", err)
	}
	w.act("cedar/gate/chen", "hold", id, "reason=unclear")
	w.status("alder", id, "held")
	w.act("cedar/gate/chen", "release", id)
	w.status("birch", id, "delivered")
	if _, err := birch.Act(ctx, "ack", Saying{By: basil, About: id}); ruleOf(err) != delivery.NotShown {
		t.Errorf("acknowledge before it was shown: %v", err)
	}
	detail, err := birch.Show(ctx, id, "en")
	w.must(err)
	if !strings.Contains(detail.Text, "Survey flight") || detail.Key.Author != "alder/watch/amal" || detail.Index == nil {
		t.Errorf("shown: %+v", detail)
	}
	w.act("birch/watch/basil", "ack", id) // at once: it waits for the report that it was shown
	for _, party := range []string{"alder", "birch", "cedar"} {
		w.status(party, id, "acknowledged")
	}
	w.until("the entry is cosigned by every side", func() bool {
		status, err := w.desks["alder"].Status(ctx)
		w.must(err)
		return status.Confirmed > *detail.Index && status.Alarm == "" && status.Queued == 0 && status.Refused == 0
	})
}

// The hub is away while officers write, and the desk itself is stopped between.
// Nothing is lost and nothing is doubled, even what the hub had accepted without
// the desk hearing of it.
func TestHubAway(t *testing.T) {
	w := newWorld(t)
	ctx := t.Context()
	w.receipt("alder", w.say("alder/watch/amal"))
	w.stopHub()
	var ids []string
	for range 5 {
		ids = append(ids, w.say("alder/watch/amal"))
	}
	first, err := w.desks["alder"].outbox.get(ctx, ids[0])
	w.must(err)
	w.close("alder")
	w.startHub(nil)
	lost := client.New(w.charter.Charter, w.charter.Hub.URLs[0], w.author("alder/desk/one"), signerOf(w, "alder/desk/one"), w.config("alder").Clock)
	defer lost.Close()
	results, err := lost.Submit(ctx, first.bytes)
	w.must(err)
	w.open("alder")
	for i, id := range ids {
		sent := w.receipt("alder", id)
		if i == 0 && string(sent.Receipt) != results[0].Receipt {
			t.Errorf("the statement sent again has another receipt")
		}
		record, ok := w.desks["alder"].work.Record(id)
		if !ok || record.Claims.Serial.Number != i+2 {
			t.Errorf("statement %d: %v, serial %v; want number %d", i, ok, record.Claims.Serial, i+2)
		}
	}
	count := 0
	items, err := w.desks["alder"].List(ctx, 100, false)
	w.must(err)
	for _, item := range items {
		if item.Author == "alder/watch/amal" {
			count++
		}
	}
	if count != 6 {
		t.Errorf("the ledger has %d statements of amal's, want 6", count)
	}
}

// What the hub refuses stays visible with its reason, and what its author signed
// after it is signed anew and accepted.
func TestRefused(t *testing.T) {
	w := newWorld(t)
	ctx, birch, basil := t.Context(), w.desks["birch"], w.author("birch/watch/basil")
	id := w.say("alder/watch/amal")
	w.status("cedar", id, "submitted")
	w.act("cedar/gate/chen", "release", id)
	w.status("birch", id, "delivered")
	w.stopHub()
	if _, err := birch.Show(ctx, id, "he"); err != nil {
		t.Fatalf("show offline: %v", err)
	}
	var acks [2]string
	for i := range acks { // a desk cannot know which of two will be first, so it lets both go
		var err error
		acks[i], err = birch.Act(ctx, "ack", Saying{By: basil, About: id})
		w.must(err)
	}
	later := w.say("birch/watch/basil")
	before, err := birch.outbox.get(ctx, later)
	w.must(err)
	w.startHub(nil)
	w.receipt("birch", acks[0])
	if _, err := birch.Await(ctx, acks[1]); ruleOf(err) != delivery.Twice {
		t.Errorf("second acknowledgement: %v", err)
	}
	w.receipt("birch", later)
	after, err := birch.outbox.get(ctx, later)
	w.must(err)
	if accepted, _ := birch.outbox.get(ctx, acks[0]); after.statement.Claims().Prev != statement.EncodeHash(accepted.statement.Hash()) || after.statement.Hash() == before.statement.Hash() {
		t.Error("the later statement was not signed anew")
	}
	birch = w.reopen("birch")
	detail, err := birch.Show(ctx, acks[1], "en")
	w.must(err)
	if detail.Status != Refused || detail.Problem == nil || detail.Problem.Rule != delivery.Twice || detail.Index != nil {
		t.Errorf("the refused one is shown as %q with %+v", detail.Status, detail.Problem)
	}
}

// Local rules refuse in the hub's words, and leave no trace.
func TestRefusedHere(t *testing.T) {
	w := newWorld(t)
	d := w.desks["alder"]
	var pump []string
	project, _ := format.Catalogue().Newest("J50")
	for name, typed := range project.Example {
		pump = append(pump, name+"="+typed)
	}
	for _, test := range []struct {
		name, by, format, precedence string
		to, fields                   []string
		rule                         string
	}{
		{"other party", "birch/watch/basil", "J14", "", nil, notice, OtherParty},
		{"no key", "alder/watch/nobody", "J14", "", nil, notice, NoKey},
		{"no format", "alder/watch/amal", "J99", "", nil, nil, NoFormat},
		{"missing field", "alder/watch/amal", "J14", "", nil, notice[1:], "format.field"},
		{"unknown field", "alder/watch/amal", "J14", "", nil, append([]string{"x=1"}, notice...), "format.field"},
		{"no right", "alder/watch/amal", "J50", "", nil, pump, "role.no-right"},
		{"precedence", "alder/watch/amal", "J14", "SOON", nil, notice, "statement.precedence"},
		{"addressee", "alder/watch/amal", "J14", "", []string{"oak"}, notice, "statement.to"},
		{"itself", "alder/watch/amal", "J14", "", []string{"alder"}, notice, "statement.to"},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, err := d.Say(t.Context(), Saying{By: w.author(test.by), Format: test.format, Precedence: test.precedence, To: test.to, Fields: test.fields})
			if got := ruleOf(err); got != test.rule {
				t.Errorf("refused by %q (%v), want %q", got, err, test.rule)
			}
		})
	}
	if waits, err := d.outbox.backlog(t.Context(), "", time.Time{}); waits.queued+waits.refused != 0 || err != nil {
		t.Errorf("the outbox has %d queued and %d refused, %v", waits.queued, waits.refused, err)
	}
}

// Without a hub a desk opens, lists and shows; and a lost read model is made
// anew from the journal.
func TestOffline(t *testing.T) {
	w := newWorld(t)
	id := w.say("alder/watch/amal")
	sent := w.receipt("alder", id)
	w.stopHub()
	w.close("alder")
	w.must(os.Remove(filepath.Join(w.dir, "alder", "store.db")))
	d := w.open("alder")
	items, err := d.List(t.Context(), 10, true)
	w.must(err)
	if len(items) == 0 || items[0].ID != id || items[0].Status != "submitted" {
		t.Errorf("listed: %+v", items)
	}
	for _, ref := range []string{id, id[:30], fmt.Sprint(sent.Index)} {
		if detail, err := d.Show(t.Context(), ref, "ar"); err != nil || detail.ID != id || detail.Receipt == "" {
			t.Errorf("show %q: %v", ref, err)
		}
	}
	if _, err := d.Show(t.Context(), "0", "en"); ruleOf(err) != NotFound {
		t.Errorf("show the charter's entry: %v", err)
	}
}

// Two desks never hold one folder.
func TestFolderTaken(t *testing.T) {
	w := newWorld(t)
	if d, err := Open(t.Context(), w.config("alder")); err == nil || !strings.Contains(err.Error(), "another desk") {
		d.Close()
		t.Errorf("opened twice: %v", err)
	}
}

// A desk talks to nobody but the holder of the TLS key that the charter pins.
func TestWrongTLSKey(t *testing.T) {
	w := newWorld(t)
	w.close("alder")
	other := *w.charter.Charter
	other.Hub.TLS = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="
	config := w.config("alder")
	config.Charter, config.Dir = w.sign(&other), t.TempDir()
	d, err := Open(t.Context(), config)
	w.must(err)
	w.desks["alder"] = d
	w.until("the desk says why it does not follow", func() bool {
		status, err := d.Status(t.Context())
		w.must(err)
		return !status.Reachable && strings.Contains(status.Trouble, "TLS key is not the one") && status.Size == 0
	})
	if _, err := d.Say(t.Context(), Saying{By: w.author("alder/watch/amal"), Format: "J14", Fields: notice}); ruleOf(err) != NotStarted {
		t.Errorf("a desk that has followed nothing signs: %v", err)
	}
}

// A hub that signs two ledgers, or orders what the rules refuse, is not followed
// on; what it sent is kept.
func TestLies(t *testing.T) {
	for _, test := range []struct {
		name string
		lie  func(w *world, size, height uint64) (checkpoint []byte, line string)
		says string
	}{
		{"fork", func(w *world, size, _ uint64) ([]byte, string) {
			note, err := w.signer.Sign(size, ledger.Hash{1})
			w.must(err)
			return note, ""
		}, "forked"},
		{"root of another tree", func(w *world, size, height uint64) ([]byte, string) {
			root, _ := w.desks["alder"].work.RootAt(size)
			note, err := w.signer.Sign(size, root)
			w.must(err)
			b := &ledger.Block{Height: height, First: size, Entries: []ledger.Entry{{Time: w.config("alder").Clock(), Content: ledger.Hash{2}}}, Contents: [][]byte{nil}}
			b.Checkpoint, err = w.signer.Sign(size+1, ledger.Hash{1})
			w.must(err)
			line, err := b.MarshalJSON()
			w.must(err)
			return note, string(line)
		}, "the hub's checkpoint is for"},
	} {
		t.Run(test.name, func(t *testing.T) {
			w := newWorld(t)
			d := w.desks["alder"]
			w.receipt("alder", w.say("alder/watch/amal"))
			w.stopHub()
			size, height := d.work.Size(), d.work.Blocks()
			note, line := test.lie(w, size, height)
			mux := http.NewServeMux()
			mux.HandleFunc("GET /checkpoint", func(rw http.ResponseWriter, _ *http.Request) { rw.Write(note) })
			mux.HandleFunc("GET /v1/feed", func(rw http.ResponseWriter, _ *http.Request) { fmt.Fprintln(rw, line) })
			w.serveInstead(mux)
			w.until("the alarm is raised", func() bool {
				status, err := d.Status(t.Context())
				w.must(err)
				return strings.Contains(status.Alarm, test.says)
			})
			if d.work.Size() != size {
				t.Errorf("the replica grew from %d to %d entries", size, d.work.Size())
			}
			kept, err := filepath.Glob(filepath.Join(w.dir, "alder", "evidence", "*.txt"))
			w.must(err)
			text := ""
			for _, file := range kept {
				b, err := os.ReadFile(file)
				w.must(err)
				text += string(b)
			}
			if want := line + string(note); len(kept) != 1 || !strings.Contains(want, text) || text == "" {
				t.Errorf("kept as evidence, in %d files: %q", len(kept), text)
			}
		})
	}
}
