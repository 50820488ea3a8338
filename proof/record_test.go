package proof

import (
	"bytes"
	"errors"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"parley/charter"
	"parley/ledger"
	"parley/statement"
	"parley/store"
)

// verifyText verifies a record and tells the three outcomes apart.
func verifyText(t testing.TB, text string, trusted *charter.Charter) (Result, string) {
	t.Helper()
	result, err := VerifyRecord(t.Context(), strings.NewReader(text), trusted)
	return result, outcome(err)
}

func outcome(err error) string {
	if refuted, ok := errors.AsType[*Refuted](err); ok {
		return "refuted: " + refuted.Sentence
	}
	if err != nil {
		return "not checked: " + err.Error()
	}
	return "proven"
}

func TestRecordProven(t *testing.T) {
	w := newWorld(t)
	play(w)
	for _, test := range []struct {
		party    string
		withheld uint64
	}{
		{"alder", 3}, // birch's held and returned notices, and the return
		{"birch", 3}, // the hold, the withdrawn notice, the withdrawal
		{"cedar", 0},
	} {
		for _, trusted := range []*charter.Charter{nil, w.charter.Charter} {
			result, got := verifyText(t, w.record(test.party), trusted)
			if got != "proven" || result.Size != w.size() || result.Root != w.seen.Root || result.Withheld != test.withheld {
				t.Errorf("%s: %s, size %d of %d, withheld %d, want %d", test.party, got, result.Size, w.size(), result.Withheld, test.withheld)
			}
			if result.Statements+result.Charters+result.Withheld != result.Size || result.Keys != 7 || result.Mechanism != w.charter.Mechanism {
				t.Errorf("%s: result %+v does not add up", test.party, result)
			}
			if asked := slices.ContainsFunc(result.NotShown, func(s string) bool { return strings.Contains(s, "compare its hash") }); asked != (trusted == nil) {
				t.Errorf("%s: not shown: %q", test.party, result.NotShown)
			}
			narrow, err := store.NewReplay(t.Context(), w.charter.Hub.Origin, false, 2)
			w.must(err)
			defer narrow.Close()
			again, err := verifyInto(t.Context(), narrow, w.charter.Hub.Origin, listed(w.feed(test.party)), trusted, nil)
			again.rootAt, result.rootAt = nil, nil // functions are not compared
			if err != nil || !reflect.DeepEqual(again, result) {
				t.Errorf("%s: with what is older put aside: %v, %+v, want %+v", test.party, err, again, result)
			}
		}
	}
	if result, err := VerifyBlocks(t.Context(), w.charter.Hub.Origin, true, listed(w.blocks), w.charter.Charter); err != nil || result.Withheld != 0 {
		t.Errorf("the hub's own blocks: %v", err)
	}
}

// A record up to an earlier block is one of an earlier moment.
func TestRecordPrefix(t *testing.T) {
	w := newWorld(t)
	play(w)
	lines := strings.SplitAfter(w.record("birch"), "\n")
	for n := 2; n < len(lines); n++ {
		result, got := verifyText(t, strings.Join(lines[:n], ""), nil)
		if got != "proven" || result.Size != uint64(n-1) {
			t.Errorf("%d lines: %s, size %d", n, got, result.Size)
		}
	}
}

// No record with a changed byte is proven to say anything but what the one
// without it says. What may differ is what the hub has not signed: nothing.
func TestRecordChangedByte(t *testing.T) {
	w := newWorld(t)
	play(w)
	text := w.record("birch")
	want, _ := verifyText(t, text, nil)
	stride := 97
	if testing.Short() {
		stride = 997
	}
	var refuted, unchecked int
	for at := 0; at < len(text); at += stride {
		changed := []byte(text)
		changed[at] ^= 1 << (at % 7)
		result, err := VerifyRecord(t.Context(), bytes.NewReader(changed), nil)
		switch got := outcome(err); {
		case strings.HasPrefix(got, "refuted"):
			refuted++
		case strings.HasPrefix(got, "not checked"):
			unchecked++
		case result.Root != want.Root || result.Size == want.Size || result.Statements != want.Statements:
			t.Errorf("byte %d of %q: proven", at, around(changed, at))
		}
	}
	if refuted == 0 || unchecked == 0 {
		t.Errorf("%d refuted, %d not checked: both must occur", refuted, unchecked)
	}
	t.Logf("%d refuted, %d not checked", refuted, unchecked)
}

func around(text []byte, at int) []byte { return text[max(0, at-20):min(len(text), at+20)] }

// Each forgery is made on birch's blocks, or by a hub that signs what it must
// not, which cedar, who reads everything, then shows.
func TestRecordRefuted(t *testing.T) {
	for _, test := range []struct {
		name string
		hub  func(w *world, s story)                                // orders more, with the hub's key
		file func(w *world, blocks []*ledger.Block) []*ledger.Block // changes what is shown
		want string
	}{
		{"dropped block", nil, func(_ *world, b []*ledger.Block) []*ledger.Block { return slices.Delete(b, 9, 10) },
			"refuted: block 10 stands at entry 10 where block 9 with entry 9 must follow"},
		{"dropped entry", nil, func(w *world, b []*ledger.Block) []*ledger.Block {
			last := b[len(b)-1]
			shown := *b[len(b)-2]
			shown.Checkpoint = last.Checkpoint // the last entry was never there
			return append(b[:len(b)-2], &shown)
		}, "refuted: the hub did not sign block 22, entries 22 to 22, as they stand here: its checkpoint is for 24 entries, with this block there are 23"},
		{"swapped entries", nil, func(_ *world, b []*ledger.Block) []*ledger.Block {
			b[8].Entries, b[9].Entries = b[9].Entries, b[8].Entries
			b[8].Contents, b[9].Contents = b[9].Contents, b[8].Contents
			return b
		}, "refuted: the hub did not sign block 8, entries 8 to 8, as they stand here: its checkpoint has root"},
		{"another text", nil, func(w *world, b []*ledger.Block) []*ledger.Block {
			for _, block := range b {
				for i, d := range block.Disclosed {
					if d.Index == 8 {
						block.Disclosed[i].Content = w.draft("alder/watch/amal", nil).Bytes()
					}
				}
			}
			return b
		}, "refuted: the text given for entry 8 is not the one that was ordered there"},
		{"stretched text", nil, func(w *world, b []*ledger.Block) []*ledger.Block {
			b[10].Contents[0] = append(slices.Clone(b[10].Contents[0]), "WyJzYWx0c2FsdHNhbHRzYWx0c2FsdCIsIm5vdGUiLCJ4Il0~"...)
			return b
		}, "refuted: the text given for entry 10 is neither a statement nor a charter with all its signatures"},
		{"wrong log key", nil, func(w *world, b []*ledger.Block) []*ledger.Block {
			other, err := ledger.NewSigner(w.charter.Hub.Origin, keyOf("someone else"))
			w.must(err)
			b[12].Checkpoint, err = other.Sign(13, ledger.Hash{1})
			w.must(err)
			return b
		}, "refuted: the hub did not sign block 12, entries 12 to 12, as they stand here"},
		{"forged checkpoint", nil, func(w *world, b []*ledger.Block) []*ledger.Block {
			b[12].Checkpoint = bytes.Replace(b[12].Checkpoint, []byte("\n13\n"), []byte("\n14\n"), 1)
			return b
		}, "refuted: the hub did not sign block 12, entries 12 to 12, as they stand here"},
		{"charter without a signature", nil, func(w *world, b []*ledger.Block) []*ledger.Block {
			note := b[0].Contents[0]
			b[0].Contents[0] = note[:bytes.LastIndex(note[:len(note)-1], []byte("\n"))+1]
			return b
		}, "refuted: the text given for entry 0 is neither a statement nor a charter with all its signatures"},
		{"endorsement left out", nil, func(_ *world, b []*ledger.Block) []*ledger.Block {
			b[4].Contents[0] = nil
			return b
		}, "unless one of the 3 texts withheld before it allows it"},

		{"revoked key", func(w *world, _ story) {
			w.accept(w.draft("alder/analyst/adel", nil))
		}, nil, "refuted: entry 24: the hub ordered what the charter refuses: key"},
		{"unknown key", func(w *world, _ story) { w.accept(w.draft("alder/watch/nobody", nil)) }, nil,
			"is not endorsed in this mechanism, so alder/watch/nobody cannot speak with it"},
		{"another's key", func(w *world, _ story) {
			w.accept(w.draft("alder/watch/amal", func(d *draft) { d.key = keyOf("birch/watch/basil") }))
		}, nil, "is endorsed for birch/watch/basil, not for alder/watch/amal"},
		{"forged signature", func(w *world, _ story) {
			s := w.draft("cedar/gate/chen", nil)
			text := s.Bytes()
			end := bytes.IndexByte(text, '~') - 10
			text[end] = 'A' + (text[end]-'A'+1)%26
			w.order(text)
		}, nil, "is not one of key"},
		{"two statements in one place", func(w *world, s story) {
			w.accept(w.draft("cedar/gate/chen", func(d *draft) { d.claims.Prev = statement.EncodeHash(s.hold.Hash()) }))
		}, nil, "refuted: entry 24 says to follow entry 9 of cedar/gate/chen, and entry 22 stands between"},
		{"serial out of turn", func(w *world, _ story) {
			w.accept(w.draft("cedar/gate/chen", func(d *draft) { d.claims.Serial.Number += 3 }))
		}, nil, "refuted: entry 24 has serial 2026-11-24/8 and follows 2026-11-24/4 of cedar/gate/chen, entry 22"},
		{"disclosed twice", func(w *world, s story) {
			w.accept(w.act("cedar/gate/chen", "gate.release/1", "releases", both, s.notice))
		}, func(w *world, _ []*ledger.Block) []*ledger.Block { return w.feed("birch") },
			"refuted: block 24 discloses the text of entry 8, which was there before"},
		{"a clock that goes back", func(w *world, _ story) {
			w.now = w.now.Add(-time.Minute)
			w.accept(w.draft("alder/watch/amal", nil))
		}, nil, "refuted: entry 24: its time is before that of the entry before it"},
		{"ordered twice", func(w *world, s story) { w.order(s.ack.Bytes()) }, nil,
			"refuted: entry 24: the same statement was ordered twice"},
		{"act that the rules refuse", func(w *world, s story) {
			w.accept(w.act("birch/watch/basil", "gate.release/1", "releases", alder, s.held))
		}, nil, `role "watch" of birch has no right to send gate.release`},
		{"second release", func(w *world, s story) {
			w.accept(w.act("cedar/gate/chen", "gate.release/1", "releases", both, s.notice))
		}, nil, "is already released"},
		{"seen another ledger", func(w *world, _ story) {
			w.accept(w.draft("cedar/gate/chen", func(d *draft) { d.claims.Seen.Root = ledger.Hash{7} }))
		}, nil, "the statement has seen another ledger: its root at size 24 is not this ledger's"},
	} {
		t.Run(test.name, func(t *testing.T) {
			w := newWorld(t)
			s, blocks := play(w), w.feed("birch")
			if test.hub != nil {
				test.hub(w, s)
				blocks = w.feed("cedar")
			}
			if test.file != nil {
				blocks = test.file(w, blocks)
			}
			if _, err := VerifyBlocks(t.Context(), w.charter.Hub.Origin, false, listed(blocks), nil); !strings.HasPrefix(outcome(err), "refuted: ") || !strings.Contains(outcome(err), test.want) {
				t.Errorf("blocks: %s\nwant %s", outcome(err), test.want)
			}
			// A replay that puts nearly everything aside says the same.
			narrow, err := store.NewReplay(t.Context(), w.charter.Hub.Origin, false, 2)
			w.must(err)
			defer narrow.Close()
			if _, err := verifyInto(t.Context(), narrow, w.charter.Hub.Origin, listed(blocks), nil, nil); !strings.HasPrefix(outcome(err), "refuted: ") || !strings.Contains(outcome(err), test.want) {
				t.Errorf("put aside: %s\nwant %s", outcome(err), test.want)
			}
			// A file says the same, but where a text does not match within a line.
			if _, got := verifyText(t, w.write(blocks), nil); !strings.HasPrefix(got, "refuted: ") || !strings.Contains(got, test.want) {
				t.Errorf("file: %s\nwant %s", got, test.want)
			}
		})
	}
}

// A text that does not match its entry is found when the line is read.
func TestRecordLineMismatch(t *testing.T) {
	w := newWorld(t)
	s := play(w)
	text := w.record("birch")
	other := w.draft("birch/watch/basil", func(d *draft) { d.claims = s.ack.Claims(); d.claims.Precedence = "FLASH"; d.fields = nil })
	_, got := verifyText(t, strings.Replace(text, string(s.ack.Bytes()), string(other.Bytes()), 1), nil)
	if want := "refuted: line 15: the text given for entry 13 is not the one that was ordered there"; got != want {
		t.Errorf("%s\nwant %s", got, want)
	}
}

func TestRecordOfAnotherCharter(t *testing.T) {
	w := newWorld(t)
	play(w)
	other := w.draftCharter("pear.example/log")
	if _, got := verifyText(t, w.record("birch"), other); !strings.HasPrefix(got, "refuted: this is the ledger of another charter") {
		t.Error(got)
	}
	later := *w.charter.Charter
	later.Edition = 3
	if _, got := verifyText(t, w.record("birch"), &later); !strings.HasPrefix(got, "not checked: check the charter: edition 3 was given and the last that is shown is 1") {
		t.Error(got)
	}
	next := *w.charter.Charter
	next.Edition, next.Previous = 2, charter.EncodeHash(w.charter.Hash())
	if _, got := verifyText(t, w.record("birch"), &next); got != "proven" {
		t.Error(got)
	}
	renamed := strings.Replace(w.record("birch"), "orchard.example", "orchard.examples", 1)
	if _, got := verifyText(t, renamed, nil); got != `refuted: it is presented as ledger "orchard.examples/log", and its charter is that of ledger "orchard.example/log"` {
		t.Error(got)
	}
}

func TestRecordNotChecked(t *testing.T) {
	w := newWorld(t)
	play(w)
	text := w.record("birch")
	head, _, _ := strings.Cut(text, "\n")
	for _, test := range []struct{ name, text, want string }{
		{"empty", "", "the file is empty"},
		{"head alone", head + "\n", "it holds no blocks"},
		{"cut head", head, "the file ends within it"},
		{"cut", text[:len(text)-1], "the file ends within it; it was cut off"},
		{"cut in the middle", text[:len(text)/2], "the file ends within it; it was cut off"},
		{"not a record", "{}\n" + text, "this is not a record"},
		{"spaced head", strings.Replace(text, ":", ": ", 1), "this is not a record"},
		{"extra member", strings.Replace(text, `"}`, `","x":1}`, 1), "this is not a record"},
		{"other form", strings.Replace(text, "v1", "v2", 1), "this is not a record"},
		{"spaced block", strings.Replace(text, `"height":3,`, `"height": 3,`, 1), "line 5"},
		{"empty line", text + "\n", "the file is damaged"},
	} {
		if _, got := verifyText(t, test.text, nil); !strings.HasPrefix(got, "not checked: ") || !strings.Contains(got, test.want) {
			t.Errorf("%s: %s\nwant not checked: ... %s", test.name, got, test.want)
		}
	}
}

// A failing journal is no record, and no accusation.
func TestWriteRecordFails(t *testing.T) {
	broken := errors.New("the disk is gone")
	err := WriteRecord(new(bytes.Buffer), "x", func(yield func(*ledger.Block, error) bool) { yield(nil, broken) })
	if !errors.Is(err, broken) {
		t.Error(err)
	}
}

func FuzzVerifyRecord(f *testing.F) {
	w := newWorld(f)
	for _, name := range []string{"alder/watch/amal", "cedar/gate/chen"} {
		w.accept(w.endorsement(name, nil))
	}
	w.accept(w.act("cedar/gate/chen", "gate.release/1", "releases", both, w.accept(w.draft("alder/watch/amal", nil))))
	for _, party := range []string{"alder", "birch"} {
		f.Add([]byte(w.record(party)))
	}
	f.Add(recordHead{recordForm, "x"}.line())
	f.Fuzz(func(t *testing.T, text []byte) {
		result, err := VerifyRecord(t.Context(), bytes.NewReader(text), nil)
		if err == nil && (result.Size == 0 || result.Size > w.size()) {
			t.Errorf("proven with size %d", result.Size)
		}
	})
}

// What was cut off at the end, and another ledger of the same hub, show beside a
// checkpoint that the reader has from elsewhere.
func TestRecordAgainstCheckpoint(t *testing.T) {
	w := newWorld(t)
	play(w)
	lines := strings.SplitAfter(w.record("birch"), "\n")
	verify := func(n int, note []byte) string {
		result, err := VerifyRecord(t.Context(), strings.NewReader(strings.Join(lines[:n], "")), nil)
		w.must(err)
		return outcome(result.CheckCheckpoint(note))
	}
	forked, err := w.signer.Sign(10, ledger.Hash{1})
	w.must(err)
	size := len(w.blocks)
	for _, test := range []struct {
		name  string
		lines int
		note  []byte
		want  string
	}{
		{"its own", size + 1, w.blocks[size-1].Checkpoint, "proven"},
		{"an older one", size + 1, w.blocks[3].Checkpoint, "proven"},
		{"a newer one", 5, w.blocks[size-1].Checkpoint, "refuted: the hub has signed 24 entries, and this file ends after 4: the last 20 were left out, or it was made before them"},
		{"a fork", size + 1, forked, "refuted: the hub has signed two ledgers: root 0100"},
		{"a stranger's", size + 1, []byte("x\n"), "not checked: check against a checkpoint: open checkpoint of"},
	} {
		if got := verify(test.lines, test.note); !strings.HasPrefix(got, test.want) {
			t.Errorf("%s: %s, want %s", test.name, got, test.want)
		}
	}
}
