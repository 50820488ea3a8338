package desk

import (
	"bytes"
	"cmp"
	"crypto/ed25519"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"filippo.io/torchwood"
	"golang.org/x/mod/sumdb/tlog"

	"parley/carry"
	"parley/charter"
	"parley/client"
	"parley/identity"
	"parley/ledger"
	"parley/misbehaviour"
	"parley/statement"
)

// lying serves a checkpoint, one line of the feed and tiles, as a hub that has the
// hub's keys. A feed without a line stays open.
func (w *world) lying(note []byte, line string, tile func(path string) []byte) {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /checkpoint", func(rw http.ResponseWriter, _ *http.Request) { rw.Write(note) })
	mux.HandleFunc("GET /v1/feed", func(rw http.ResponseWriter, r *http.Request) {
		if line == "" {
			rw.(http.Flusher).Flush()
			<-r.Context().Done()
			return
		}
		fmt.Fprintln(rw, line)
	})
	mux.HandleFunc("GET /tile/", func(rw http.ResponseWriter, r *http.Request) {
		if tile == nil {
			http.NotFound(rw, r)
			return
		}
		rw.Write(tile(strings.TrimPrefix(r.URL.Path, "/")))
	})
	w.serveInstead(mux)
}

// proof waits until a desk has found something, and judges its file by the charter, as
// a stranger would.
func (w *world) proof(party string) (Evidence, misbehaviour.Verdict, error) {
	w.t.Helper()
	d := w.desks[party]
	w.until(party+" has found something", func() bool { return len(d.Evidence("en")) > 0 })
	all := d.Evidence("en")
	_, text, err := d.EvidenceFile(all[len(all)-1].Name, false)
	w.must(err)
	v, err := misbehaviour.Judge(text, w.charter.Charter)
	return all[len(all)-1], v, err
}

// A hub that signs what cannot be convicts itself in the file that the desk writes at
// that moment.
func TestMisbehaviourIsProven(t *testing.T) {
	type lie struct {
		w      *world
		size   uint64
		height uint64
		seen   statement.Seen
		last   *statement.Statement // of amal's
		key    string               // that signs; empty: the author's
	}
	// block orders texts on top of the ledger and signs that.
	block := func(l *lie, texts ...[]byte) string {
		b := &ledger.Block{Height: l.height, First: l.size, Contents: texts}
		for _, text := range texts {
			b.Entries = append(b.Entries, ledger.Entry{Time: l.w.now(), Content: ledger.ContentHash(text)})
		}
		_, root, err := ledger.Grow(l.size, l.w.desks["alder"].work, b.Entries)
		l.w.must(err)
		b.Checkpoint, err = l.w.signer.Sign(b.Size(), root)
		l.w.must(err)
		line, err := b.MarshalJSON()
		l.w.must(err)
		return string(line)
	}
	say := func(l *lie, change func(*statement.Claims)) *statement.Statement {
		c := l.last.Claims()
		c.ID, c.Time = statement.NewID(l.w.now(), [10]byte{byte(l.size)}), l.w.now().UTC().Truncate(time.Millisecond)
		c.Seen, c.Prev, c.Serial.Day, c.Serial.Number = l.seen, statement.EncodeHash(l.last.Hash()), c.Time.Format(time.DateOnly), c.Serial.Number+1
		if c.Serial.Day != l.last.Claims().Serial.Day {
			c.Serial.Number = 1
		}
		change(&c)
		fields := map[string]any{}
		for _, f := range l.last.Fields() {
			if fields[f.Name] = f.Value; f.Name == "description" {
				fields[f.Name] = statement.Paragraphs{"Survey flight."}
			}
		}
		salts := 0
		s, err := statement.Sign(l.w.t.Context(), identity.NewSigner(l.w.keys[cmp.Or(l.key, c.Author.String())]), c, fields, func() string { salts++; return fmt.Sprintf("%026d", salts) })
		l.w.must(err)
		return s
	}
	w := newWorld(t)
	d := w.desks["alder"]
	index := w.receipt("alder", w.say("alder/watch/amal")).Index
	w.until("alder has it", func() bool { _, ok := d.work.RecordAt(index); return ok })
	w.stopHub()
	text, err := d.Content(t.Context(), index)
	w.must(err)
	l := &lie{w: w, size: d.work.Size(), height: d.work.Blocks()}
	l.last, err = statement.Parse(text)
	w.must(err)
	l.seen.Size, l.seen.Root = l.size, rootOf(d)
	for _, test := range []struct {
		name string
		lie  func(l *lie) (line string)
		kind string
	}{
		{"one identifier", func(l *lie) string {
			return block(l, say(l, func(c *statement.Claims) { c.ID = l.last.Claims().ID }).Bytes())
		}, misbehaviour.Identifier},
		{"chain, where texts are withheld", func(l *lie) string {
			return block(l, say(l, func(c *statement.Claims) { c.Prev, c.Serial.Number = l.last.Claims().Prev, c.Serial.Number+1 }).Bytes())
		}, misbehaviour.Chain},
		{"another ledger seen", func(l *lie) string {
			return block(l, say(l, func(c *statement.Claims) { c.Seen.Root[0] ^= 1 }).Bytes())
		}, misbehaviour.Seen},
		{"more seen than there was", func(l *lie) string {
			return block(l, say(l, func(c *statement.Claims) { c.Seen.Size += 9 }).Bytes())
		}, misbehaviour.Seen},
		{"the same twice", func(l *lie) string { return block(l, l.last.Bytes()) }, misbehaviour.Twice},
		{"forged", func(l *lie) string {
			l.key = "birch/watch/basil"
			s := say(l, func(*statement.Claims) {})
			l.key = ""
			jwt := strings.SplitN(string(s.Bytes()), ".", 2) // amal's key, basil's signature
			return block(l, []byte(strings.SplitN(string(l.last.Bytes()), ".", 2)[0]+"."+jwt[1]))
		}, misbehaviour.Signature},
		{"two in one block", func(l *lie) string {
			first := say(l, func(*statement.Claims) {})
			return block(l, first.Bytes(), say(l, func(c *statement.Claims) { c.ID = statement.NewID(l.w.now(), [10]byte{99}) }).Bytes())
		}, misbehaviour.Chain},
	} {
		line := []byte(test.lie(l))
		b := &ledger.Block{}
		w.must(b.UnmarshalJSON(line))
		var a *accusation
		if err := d.take(t.Context(), client.Item{Block: b, Line: line}); !errors.As(err, &a) {
			t.Fatalf("%s: taken in, %v", test.name, err)
		}
		d.found(t.Context(), a)
		e, v, err := w.proof("alder")
		if err != nil || !v.Proven || v.Kind != test.kind || !e.Proven {
			t.Errorf("%s: %v, %+v, %q", test.name, err, e, v.Sentence.In("en"))
		}
		if d.work.Size() != l.size {
			t.Fatalf("%s: the replica grew from %d to %d entries", test.name, l.size, d.work.Size())
		}
	}
}

// An answer that the hub signed for a carrier convicts it of a changed text.
func TestChangedTextInAnswer(t *testing.T) {
	w := newWorld(t)
	d := w.desks["alder"]
	w.receipt("alder", w.say("alder/watch/amal"))
	w.stopHub()
	size := d.work.Size()
	e := ledger.Entry{Time: w.now(), Content: ledger.Hash{3}}
	_, root, err := ledger.Grow(size, d.work, []ledger.Entry{e})
	w.must(err)
	b := &ledger.Block{Height: d.work.Blocks(), First: size, Entries: []ledger.Entry{e}, Contents: [][]byte{nil}, Disclosed: []ledger.Disclosure{{Index: size - 1, Content: []byte("other~")}}}
	b.Checkpoint, err = w.signer.Sign(b.Size(), root)
	w.must(err)
	line, err := b.MarshalJSON()
	w.must(err)
	answer := &carry.Answer{Mechanism: w.charter.Mechanism, Exercise: w.charter.Exercise, KID: identity.Thumbprint(w.keys["alder/desk/one"].Public().(ed25519.PublicKey)), Request: strings.Repeat("A", 43), Made: w.now(), After: b.Height, Blocks: [][]byte{line}}
	if _, err := d.CarryIn(t.Context(), answer.Sign(w.keys["hub/tls"]), 0); ruleOf(err) != CarryAlarm {
		t.Fatal(err)
	}
	if _, v, err := w.proof("alder"); err != nil || !v.Proven || v.Kind != misbehaviour.Text {
		t.Errorf("%v, %q", err, v.Sentence.In("en"))
	}
}

// What was found stands after a restart, on the watch floor in the officer's language
// with what to do, and is never overwritten nor kept twice.
func TestAlarmStands(t *testing.T) {
	w := newWorld(t)
	d := w.desks["alder"]
	w.receipt("alder", w.say("alder/watch/amal"))
	w.stopHub()
	size := d.work.Size()
	note, err := w.signer.Sign(size, ledger.Hash{1})
	w.must(err)
	w.lying(note, "", nil)
	e, v, err := w.proof("alder")
	if err != nil || !v.Proven || v.Kind != misbehaviour.Fork {
		t.Fatalf("%v, %q", err, v.Sentence.In("en"))
	}
	before, err := os.ReadFile(e.File)
	w.must(err)
	for range 2 {
		d = w.reopen("alder")
		for lang, says := range map[string]string{"en": "PROOF: The hub of", "ar": "دليل: وقّع مركز", "he": "הוכחה: המרכז של"} {
			watch, err := d.Watch(t.Context(), lang, identity.Author{})
			w.must(err)
			if len(watch.Alarms) < 2 || !strings.HasPrefix(watch.Alarms[0].Text, says) || !strings.Contains(watch.Alarms[1].Text, "parley evidence export") || !strings.Contains(watch.Text, says) {
				t.Errorf("%s: %+v", lang, watch.Alarms)
			}
			line, err := d.Line(t.Context(), lang)
			w.must(err)
			if !strings.Contains(line.Text, says) {
				t.Errorf("%s: the line's page does not say it:\n%s", lang, line.Text)
			}
		}
		w.until("the hub was found out again", func() bool {
			s, err := d.Status(t.Context())
			w.must(err)
			return s.Behind && strings.Contains(s.Alarm, "forked") && strings.Contains(s.Alarm, e.File)
		})
	}
	files, err := filepath.Glob(filepath.Join(w.dir, "alder", "evidence", "*"))
	w.must(err)
	if after, err := os.ReadFile(e.File); err != nil || !bytes.Equal(before, after) || len(files) != 3 {
		t.Errorf("kept: %q, %v", files, err)
	}
}

// A hub that rebuilds its ledger without one entry is convicted by its own tiles; one
// whose receipt is of another ledger, by the receipt.
func TestRebuiltLedger(t *testing.T) {
	w := newWorld(t)
	d := w.desks["alder"]
	w.receipt("alder", w.say("alder/watch/amal"))
	w.stopHub()
	size, height := d.work.Size(), d.work.Blocks()
	var hashes ledger.Hashes
	var entries []ledger.Entry
	for i := range size {
		e, _ := d.work.EntryAt(i)
		if i != size-2 { // dropped
			entries = append(entries, ledger.Entry{Time: e.Logged, Content: e.Hash})
		}
	}
	more := []ledger.Entry{{Time: w.now(), Content: ledger.Hash{5}}, {Time: w.now(), Content: ledger.Hash{6}}}
	stored, root, err := ledger.Grow(0, hashes, slices.Concat(entries, more))
	w.must(err)
	hashes = stored
	note, err := w.signer.Sign(size+1, root)
	w.must(err)
	b := &ledger.Block{Height: height, First: size, Entries: more[1:], Contents: [][]byte{nil}, Checkpoint: note}
	line, err := b.MarshalJSON()
	w.must(err)
	w.lying(note, string(line), func(path string) []byte {
		tile, err := torchwood.ParseTilePath(path)
		if err != nil {
			t.Error(err)
		}
		text, err := tlog.ReadTileData(tile, hashes)
		if err != nil {
			t.Error(err)
		}
		return text
	})
	if _, v, err := w.proof("alder"); err != nil || !v.Proven || v.Kind != misbehaviour.Fork {
		t.Errorf("%v, %q", err, v.Sentence.In("en"))
	}

	// A receipt from the same rebuilt ledger.
	receipt, err := ledger.NewReceipt(size-2, entries[size-2], size-1, w.headOf(size-1, hashes), hashes)
	w.must(err)
	opened, err := ledger.ReadReceipt(w.verifier(), receipt)
	w.must(err)
	if err := d.meet(t.Context(), shownCheckpoint{head: opened.Head, note: opened.Checkpoint, receipt: receipt, at: w.now()}); err == nil {
		t.Fatal("the receipt of another ledger agrees")
	}
	if _, v, err := w.proof("alder"); err != nil || !v.Proven || v.Kind != misbehaviour.Dropped {
		t.Errorf("%v, %q", err, v.Sentence.In("en"))
	}
}

func (w *world) headOf(size uint64, hashes ledger.Hashes) []byte {
	w.t.Helper()
	root, err := ledger.RootAt(size, hashes)
	w.must(err)
	note, err := w.signer.Sign(size, root)
	w.must(err)
	return note
}

func (w *world) verifier() *ledger.Verifier {
	w.t.Helper()
	v, err := ledger.NewVerifier(w.charter.Hub.Key)
	w.must(err)
	return v
}

// Checkpoints of two desks are compared over any path.
func TestCompareCheckpoints(t *testing.T) {
	w := newWorld(t)
	alder, birch := w.desks["alder"], w.desks["birch"]
	w.receipt("alder", w.say("alder/watch/amal"))
	var ours *CheckpointView
	w.until("all have cosigned", func() bool {
		var err error
		ours, err = alder.Checkpoint(t.Context(), "en")
		w.must(err)
		return len(ours.Cosigned) >= 2 && birch.work.Size() >= ours.Size
	})
	compare := func(d *Desk, text, outcome string) *Compared {
		t.Helper()
		v, err := d.Compare(t.Context(), []byte(text), "en")
		if err != nil || v.Outcome != outcome {
			t.Fatalf("%v, %+v, want %s", err, v, outcome)
		}
		return v
	}
	outcome := CheckpointSame
	if birch.work.Size() > ours.Size {
		outcome = CheckpointOlder
	}
	if v := compare(birch, ours.Note, outcome); len(v.Cosigned) != len(ours.Cosigned) {
		t.Errorf("cosigned by %v, want %v", v.Cosigned, ours.Cosigned)
	}
	if len(ours.Compact) > 700 || len(ours.Compact) >= len(ours.Note) {
		t.Errorf("compact, it has %d bytes of %d", len(ours.Compact), len(ours.Note))
	}
	compare(birch, ours.Compact, outcome)
	compare(birch, "\ufeff\n"+strings.ReplaceAll(strings.ReplaceAll(ours.Compact, "— ", "-- "), "\n", " \r\n")+"\n", outcome)
	for _, text := range []string{"", "no checkpoint\n", strings.Replace(ours.Note, "\n", "\n1", 1), strings.Repeat("x\n", 40_000)} {
		if v, err := birch.Compare(t.Context(), []byte(text), "ar"); ruleOf(err) != UnsignedCheckpoint {
			t.Errorf("%.40q: %v, %+v", text, err, v)
		}
	}

	// One that is ahead is kept through a restart, and convicts the hub later.
	size := birch.work.Size()
	forked, err := w.signer.Sign(size+2, ledger.Hash{7})
	w.must(err)
	compare(birch, string(forked), CheckpointAhead)
	birch = w.reopen("birch")
	w.ahead.Store(int64(2 * holdsBack))
	w.until("birch says that the hub holds something back", func() bool {
		watch, err := birch.Watch(t.Context(), "en", identity.Author{})
		w.must(err)
		return slices.ContainsFunc(watch.Alarms, func(a Alarm) bool {
			return a.Kind == AlarmShort && strings.Contains(a.Text, fmt.Sprintf("has signed %d entries", size+2))
		})
	})
	for birch.work.Size() < size+2 {
		w.receipt("alder", w.say("alder/watch/amal"))
		w.until("birch has all", func() bool { return birch.work.Size() >= alder.work.Size() })
	}
	e, v, err := w.proof("birch")
	if err != nil || !v.Proven || v.Kind != misbehaviour.Fork {
		t.Fatalf("%v, %+v", err, e)
	}
	if c := compare(birch, string(forked), CheckpointFork); c.Evidence == nil || c.Evidence.Name != e.Name || !strings.Contains(c.Text, "IT DISAGREES") {
		t.Errorf("compared again: %+v", c)
	}
	if status, err := birch.Status(t.Context()); err != nil || status.Behind || status.Alarm == "" {
		t.Errorf("the channel must go on: %+v, %v", status, err)
	}
	if done, err := birch.cosignOne(t.Context(), candidate{head: ledger.Head{Origin: w.signer.Origin(), Size: birch.work.Size(), Root: rootOf(birch)}, note: forked}); done || err == nil {
		t.Errorf("birch cosigns on: %v", err)
	}
}

func rootOf(d *Desk) ledger.Hash {
	root, _ := d.work.RootAt(d.work.Size())
	return root
}

// A desk that is killed between taking in a block and comparing what it has met with
// it compares as it starts.
func TestComparedAfterCrash(t *testing.T) {
	w := newWorld(t)
	birch := w.desks["birch"]
	w.until("birch has the charter", func() bool { return birch.work.Size() > 0 })
	size := birch.work.Size()
	forked, err := w.signer.Sign(size, ledger.Hash{7})
	w.must(err)
	head, err := birch.openSigned(forked)
	w.must(err)
	w.must(birch.outbox.keepMet(t.Context(), shownCheckpoint{head: head, note: forked, at: w.now()}))
	w.reopen("birch")
	if _, v, err := w.proof("birch"); err != nil || !v.Proven || v.Kind != misbehaviour.Fork {
		t.Errorf("%v, %q", err, v.Sentence.In("en"))
	}
}

// A hub that answers and gives no receipts is said to swallow statements.
func TestSwallowed(t *testing.T) {
	w := newWorld(t)
	d := w.desks["alder"]
	w.receipt("alder", w.say("alder/watch/amal"))
	w.stopHub()
	root, _ := d.work.RootAt(d.work.Size())
	note, err := w.signer.Sign(d.work.Size(), root)
	w.must(err)
	w.lying(note, "", nil)
	w.until("the hub is reached", func() bool {
		s, err := d.Status(t.Context())
		w.must(err)
		return s.Reachable
	})
	w.say("alder/watch/amal")
	w.until("the watch floor says so", func() bool {
		w.ahead.Add(int64(2 * noReceipt)) // also where the line was cut meanwhile
		watch, err := d.Watch(t.Context(), "en", identity.Author{})
		w.must(err)
		return slices.ContainsFunc(watch.Alarms, func(a Alarm) bool {
			return a.Kind == AlarmShort && strings.Contains(a.Text, "No receipt for")
		})
	})
}

// The folder of evidence keeps proofs apart from rubbish, and both within bounds.
func TestEvidenceBounds(t *testing.T) {
	c, err := charter.Template("quiet-orchard")
	if err != nil {
		t.Fatal(err)
	}
	e, err := openEvidence(filepath.Join(t.TempDir(), "evidence"), c)
	if err != nil {
		t.Fatal(err)
	}
	for i := range maxRaw + 5 {
		_, err := e.keep(time.Unix(int64(i), 0), "receipt", "rubbish", nil, []byte{byte(i)})
		if (err == nil) != (i < maxRaw) {
			t.Errorf("find %d: %v", i, err)
		}
	}
	if _, err := e.keep(time.Unix(99, 0), "fork", "a proof", []byte("{}"), []byte("raw")); err != nil {
		t.Errorf("rubbish keeps a proof out: %v", err)
	}
	again, err := openEvidence(e.dir, c)
	if err != nil || len(again.all()) != maxRaw+1 {
		t.Errorf("%d finds after a restart, %v", len(again.all()), err)
	}
	os.WriteFile(filepath.Join(e.dir, "new-1"), []byte("cut off"), 0o600)
	if again, err = openEvidence(e.dir, c); err != nil || len(again.all()) != maxRaw+1 {
		t.Errorf("%d finds after a crash, %v", len(again.all()), err)
	}
}
