package proof

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"testing"

	"parley/ledger"
	"parley/statement"
)

// TestBundleProven makes bundles at each desk and reads what they say.
func TestBundleProven(t *testing.T) {
	w := newWorld(t)
	s := play(w)
	id := s.notice.Claims().ID
	for _, test := range []struct {
		party  string
		about  []*statement.Statement
		items  uint64 // statements beside the eight about keys
		proven []string
		not    []string
	}{
		{"alder", []*statement.Statement{s.notice}, 7, []string{ // the notice, five acts, birch's reply
			"entry 8, 2026-11-24T12:00:09.000Z: alder/watch/amal signed PRIORITY J14/1, statement " + id + ", to birch",
			"statement " + id + " is released, by what is shown",
			"cedar/gate/chen signed gate.hold/1, which holds " + id,
			"cedar/gate/chen signed gate.release/1, which releases " + id,
			"birch/desk/one signed desk.displayed/1, which displays " + id,
			"birch/watch/basil signed J01/1, which acknowledges " + id,
			"birch/watch/basil signed J14/1, which replies " + id,
		}, []string{
			"the other 8 entries up to entry 23",
			"revocations by alder/registrar/root after its statement 2026-11-24/4, entry 19",
			"revocations by birch/registrar/root after its statement 2026-11-24/2, entry 5",
			"that alder, or birch, or cedar saw the same ledger",
		}},
		{"birch", []*statement.Statement{s.notice}, 6, []string{"birch/watch/basil signed J01/1, which acknowledges " + id}, nil},
		{"birch", []*statement.Statement{s.held}, 1, []string{"statement " + s.held.Claims().ID + " is submitted, by what is shown"}, nil},
		{"alder", []*statement.Statement{s.first}, 2, []string{"statement " + s.first.Claims().ID + " is released, by what is shown"},
			[]string{"whether entry 22 may refer to 1 statements that are not in the bundle"}},
		{"alder", []*statement.Statement{s.second}, 3, []string{"alder/desk/one signed desk.delivered/1, which delivers " + s.second.Claims().ID},
			[]string{"whether entry 21 may refer to 1 statements", "whether entry 22 may refer to 1 statements"}},
		{"alder", []*statement.Statement{s.withdrawn}, 2, []string{"statement " + s.withdrawn.Claims().ID + " is withdrawn"}, nil},
		{"alder", []*statement.Statement{s.ack}, 1, []string{"birch/watch/basil signed PRIORITY J01/1"}, []string{"may refer to 1 statements"}},
		{"alder", []*statement.Statement{s.delivered}, 1, nil, []string{"may refer to 1 statements"}},
		{"alder", []*statement.Statement{s.displayed}, 1, nil, []string{"may refer to 1 statements"}},
		{"alder", []*statement.Statement{s.hold}, 1, nil, []string{"may refer to 1 statements"}},
		{"birch", []*statement.Statement{s.released}, 1, nil, []string{"may refer to 2 statements"}},
		{"cedar", []*statement.Statement{s.returned, s.first, s.notice}, 11, []string{"statement " + s.returned.Claims().ID + " is returned"}, nil},
	} {
		text := w.bundle(test.party, nil, test.about...)
		result, err := VerifyBundle(t.Context(), text, w.charter.Charter)
		if err != nil {
			t.Errorf("%s about %s: %s", test.party, test.about[0].Claims().Format, outcome(err))
			continue
		}
		if result.Size != w.size() || result.Root != w.seen.Root || result.Statements != 8+test.items || result.Keys != 7 {
			t.Errorf("%s about %s: %d statements, want %d; %+v", test.party, test.about[0].Claims().Format, result.Statements, 8+test.items, result)
		}
		contains(t, result.Proven, test.proven)
		contains(t, result.NotShown, test.not)
		if b, _, err := parseBundle(text); err != nil {
			t.Error(err)
		} else if again, err := b.bytes(); err != nil || !bytes.Equal(again, text) {
			t.Errorf("%v: it is written differently", err)
		}
	}
}

func contains(t *testing.T, sentences, parts []string) {
	t.Helper()
	for _, part := range parts {
		if !slices.ContainsFunc(sentences, func(s string) bool { return strings.Contains(s, part) }) {
			t.Errorf("no sentence says %q:\n%s", part, strings.Join(sentences, "\n"))
		}
	}
}

// What became of a statement is in what replaced it, too: that one was returned
// and another went out in its place is shown whole, and refuted by nobody.
func TestBundleSuccession(t *testing.T) {
	w := newWorld(t)
	s := play(w)
	id := s.notice.Claims().ID
	about := func(relation string, old *statement.Statement, fields map[string]any) *statement.Statement {
		return w.accept(w.draft("alder/watch/amal", func(d *draft) {
			d.claims.Format, d.fields = "J04/1", fields
			d.claims.Refs = []statement.Ref{{Relation: relation, ID: old.Claims().ID, Hash: old.Hash()}}
		}))
	}
	fields := maps.Clone(notice)
	fields["content"], fields["action"], fields["why"] = "J14/1", "replace", "changed"
	w.accept(w.act("cedar/gate/chen", "gate.return/1", "returns", alder, about("replaces", s.notice, fields)))
	replacement := about("replaces", s.notice, fields)
	w.accept(w.act("cedar/gate/chen", "gate.release/1", "releases", both, replacement))
	w.accept(w.act("cedar/gate/chen", "gate.release/1", "releases", both, about("cancels", replacement, map[string]any{"content": "J14/1", "action": "cancel", "why": "completed"})))
	for party, items := range map[string]uint64{"alder": 7 + 4, "birch": 6 + 4} { // what was returned is in neither
		result, err := VerifyBundle(t.Context(), w.bundle(party, nil, s.notice), w.charter.Charter)
		if err != nil {
			t.Errorf("%s: %s", party, outcome(err))
			continue
		}
		if result.Statements != 8+items {
			t.Errorf("%s: %d statements, want %d: %v", party, result.Statements, 8+items, result.Proven)
		}
		contains(t, result.Proven, []string{"statement " + id + " was replaced by statement " + replacement.Claims().ID, "J04/1, which cancels " + replacement.Claims().ID})
	}
}

// What waits at the gate is in nobody's bundle about something else, not even in the
// supervisor's, who has read it; nor are the acts about it.
func TestBundleKeepsTheGate(t *testing.T) {
	w := newWorld(t)
	s := play(w)
	reply := w.accept(w.draft("birch/watch/basil", func(d *draft) {
		d.claims.To = alder
		d.claims.Refs = []statement.Ref{{Relation: "replies", ID: s.notice.Claims().ID, Hash: s.notice.Hash()}}
	}))
	correction := w.accept(w.draft("alder/watch/amal", func(d *draft) {
		d.claims.Format, d.fields = "J04/1", maps.Clone(notice)
		d.fields["content"], d.fields["action"], d.fields["why"] = "J14/1", "replace", "changed"
		d.claims.Refs = []statement.Ref{{Relation: "replaces", ID: s.notice.Claims().ID, Hash: s.notice.Hash()}}
	}))
	hold := w.accept(w.act("cedar/gate/chen", "gate.hold/1", "holds", alder, correction))
	for _, party := range []string{"alder", "birch", "cedar"} {
		text := w.bundle(party, nil, s.notice)
		if _, err := VerifyBundle(t.Context(), text, w.charter.Charter); err != nil {
			t.Errorf("%s: %s", party, outcome(err))
		}
		for _, hidden := range []*statement.Statement{reply, correction, hold} {
			if b := unpack(t, text); slices.ContainsFunc(b.Items, func(i item) bool { return i.Index == w.index[hidden.Claims().ID] }) {
				t.Errorf("%s shows entry %d, a %s", party, w.index[hidden.Claims().ID], hidden.Claims().Format)
			}
		}
	}
	if _, err := VerifyBundle(t.Context(), w.bundle("birch", nil, reply), w.charter.Charter); err != nil {
		t.Errorf("its author names it: %s", outcome(err))
	}
}

// A bundle leads to the checkpoint it is given, and says who cosigned it.
func TestBundleCheckpoint(t *testing.T) {
	w := newWorld(t)
	s := play(w)
	cosigner, err := ledger.NewCosigner("birch", keyOf("birch/witness"))
	w.must(err)
	note, err := cosigner.Cosign(w.blocks[15].Checkpoint, noon)
	w.must(err)
	result, err := VerifyBundle(t.Context(), w.bundle("birch", note, s.notice), nil)
	w.must(err)
	if result.Size != 16 {
		t.Errorf("size %d", result.Size)
	}
	contains(t, result.Proven, []string{"birch cosigned the checkpoint at 2026-11-24T12:00:00Z (Ed25519)"})
	contains(t, result.NotShown, []string{"that alder, or cedar saw the same ledger", "that birch cosigned it with every key that the charter names for it", "compare its hash"})
	both, err := ledger.NewCosigner("birch", keyOf("birch/witness"), quantum(keyOf("birch/witness")))
	w.must(err)
	note, err = both.Cosign(w.blocks[15].Checkpoint, noon)
	w.must(err)
	result, err = VerifyBundle(t.Context(), w.bundle("birch", note, s.notice), nil)
	w.must(err)
	contains(t, result.Proven, []string{"birch cosigned the checkpoint at 2026-11-24T12:00:00Z (ML-DSA-44)"})
}

// unpack gives the bundle to change; pack writes it in its one spelling.
func unpack(t *testing.T, text []byte) *bundle {
	t.Helper()
	b := new(bundle)
	if err := json.Unmarshal(text, b); err != nil {
		t.Fatal(err)
	}
	return b
}

func drop(b *bundle, index uint64) {
	b.Items = slices.DeleteFunc(b.Items, func(i item) bool { return i.Index == index })
}

func at(b *bundle, index uint64) *item {
	return &b.Items[slices.IndexFunc(b.Items, func(i item) bool { return i.Index == index })]
}

// The file is changed after it was made at alder's desk, about the notice.
func TestBundleRefuted(t *testing.T) {
	for _, test := range []struct {
		name   string
		change func(w *world, s story, b *bundle)
		want   string
	}{
		{"missing endorsement of the signer", func(_ *world, _ story, b *bundle) { drop(b, 6) },
			"entry 9 is signed with a key that nothing in the bundle endorses before it"},
		{"missing endorsement of another", func(_ *world, _ story, b *bundle) { drop(b, 7) },
			"the hub ordered entry 19, which rule key.unknown-target refuses"},
		{"missing registrar statement", func(_ *world, _ story, b *bundle) { drop(b, 1) },
			"the bundle leaves out a statement of alder/registrar/root before entry 4"},
		{"missing release", func(_ *world, _ story, b *bundle) { drop(b, 10) },
			"unless the bundle leaves out what allows it, the hub is to blame"},
		{"missing subject", func(_ *world, s story, b *bundle) { b.Subjects = []string{s.first.Claims().ID} },
			"and does not show it"},
		{"another text", func(_ *world, s story, b *bundle) { at(b, 8).Content = string(s.first.Bytes()) },
			"the text given for entry 8 is not the one whose hash its entry has"},
		{"another entry", func(w *world, s story, b *bundle) {
			e := ledger.Entry{Time: noon, Content: s.notice.Hash()}
			at(b, 8).Entry = string(e.Bytes())
		}, "the proof does not lead from entry 8 to the root that the hub signed for 24 entries"},
		{"another index", func(_ *world, _ story, b *bundle) { at(b, 19).Index = 18 },
			"the proof does not lead from entry 18"},
		{"swapped", func(_ *world, _ story, b *bundle) {
			one, two := at(b, 12), at(b, 13)
			one.Index, two.Index = 13, 12
			*one, *two = *two, *one
		}, "the proof does not lead from entry 12"},
		{"another proof", func(_ *world, _ story, b *bundle) {
			at(b, 8).Proof[2] = base64.StdEncoding.EncodeToString(make([]byte, 32))
		}, "the proof does not lead from entry 8"},
		{"beyond the checkpoint", func(_ *world, _ story, b *bundle) { b.Items[len(b.Items)-1].Index = 99 },
			"entry 99 is not among the 24 that the checkpoint covers"},
		{"forged checkpoint", func(w *world, _ story, b *bundle) {
			other, err := ledger.NewSigner(w.charter.Hub.Origin, keyOf("someone else"))
			w.must(err)
			note, err := other.Sign(w.size(), w.seen.Root)
			w.must(err)
			b.Checkpoint = string(note)
		}, "the checkpoint is not one that the hub of quiet-orchard and its witnesses signed"},
		{"changed checkpoint", func(_ *world, _ story, b *bundle) {
			b.Checkpoint = strings.Replace(b.Checkpoint, "\n24\n", "\n25\n", 1)
		},
			"the checkpoint is not one that the hub of quiet-orchard and its witnesses signed"},
		{"forged cosignature", func(w *world, _ story, b *bundle) {
			cosigner, err := ledger.NewCosigner("birch", keyOf("birch/witness"))
			w.must(err)
			note, err := cosigner.Cosign(w.blocks[3].Checkpoint, noon)
			w.must(err)
			line := note[bytes.LastIndex(note[:len(note)-1], []byte("\n"))+1:]
			b.Checkpoint += string(line)
		}, "the checkpoint is not one that the hub of quiet-orchard and its witnesses signed"},
		{"charter unsigned by one", func(_ *world, _ story, b *bundle) {
			note := b.Items[0].Content
			b.Items[0].Content = note[:strings.LastIndex(note[:len(note)-1], "\n")+1]
		}, "entry 0 is shown as a charter that it is not"},
		{"disclosure of another", func(_ *world, _ story, b *bundle) {
			at(b, 13).Content += "WyJzYWx0c2FsdHNhbHRzYWx0c2FsdCIsIm5vdGUiLCJ4Il0~"
		}, "the text given for entry 13 is not a statement"},
	} {
		t.Run(test.name, func(t *testing.T) {
			w := newWorld(t)
			s := play(w)
			b := unpack(t, w.bundle("alder", nil, s.notice))
			test.change(w, s, b)
			text, err := b.bytes()
			w.must(err)
			if _, err := VerifyBundle(t.Context(), text, nil); !strings.HasPrefix(outcome(err), "refuted: ") || !strings.Contains(outcome(err), test.want) {
				t.Errorf("%s\nwant %s", outcome(err), test.want)
			}
		})
	}
}

// The hub orders what it must not, and proves it in its own tree.
func TestBundleRefutesHub(t *testing.T) {
	for _, test := range []struct {
		name string
		hub  func(w *world, s story) *statement.Statement // the subject, ordered last
		want string
	}{
		{"revoked key", func(w *world, _ story) *statement.Statement { return w.draft("alder/analyst/adel", nil) },
			"the hub ordered entry 24, which rule key.revoked refuses"},
		{"unknown key", func(w *world, _ story) *statement.Statement { return w.draft("alder/watch/nobody", nil) },
			"entry 24 is signed with a key that nothing in the bundle endorses before it"},
		{"another's key", func(w *world, _ story) *statement.Statement {
			return w.draft("alder/watch/amal", func(d *draft) { d.key = keyOf("birch/watch/basil") })
		}, "which rule key.other-author refuses"},
		{"no right", func(w *world, s story) *statement.Statement {
			return w.act("birch/watch/basil", "gate.release/1", "releases", alder, s.held)
		}, "which rule role.no-right refuses"},
		{"released twice", func(w *world, s story) *statement.Statement {
			return w.act("cedar/gate/chen", "gate.release/1", "releases", both, s.notice)
		}, "which rule delivery.wrong-status refuses"},
		{"acknowledged twice", func(w *world, s story) *statement.Statement {
			return w.act("birch/watch/basil", "J01/1", "acknowledges", alder, s.notice)
		}, "which rule delivery.twice refuses"},
		{"wrong addressees with a statement not shown", func(w *world, s story) *statement.Statement {
			return w.act("cedar/gate/chen", "gate.hold/1", "holds", both, s.held)
		}, "which rule statement.to refuses"},
		{"serial out of turn", func(w *world, s story) *statement.Statement {
			return w.draft("alder/watch/amal", func(d *draft) { d.claims.Serial.Number++; d.claims.To = []string{"birch"} })
		}, "entry 24 has serial 2026-11-24/6 and follows 2026-11-24/4"},
		{"two heads of one chain", func(w *world, s story) *statement.Statement {
			return w.draft("alder/watch/amal", func(d *draft) { d.claims.Prev = statement.EncodeHash(s.notice.Hash()) })
		}, "entry 24 says to follow entry 8 of alder/watch/amal, and entry 20 stands between"},
		{"second beginning", func(w *world, s story) *statement.Statement {
			return w.draft("alder/watch/amal", func(d *draft) { d.claims.Prev = "" })
		}, "entry 24 says to be the first statement of alder/watch/amal"},
		{"another ledger seen", func(w *world, s story) *statement.Statement {
			return w.draft("alder/watch/amal", func(d *draft) {
				d.claims.Seen = statement.Seen{Size: s.released.Claims().Seen.Size, Root: ledger.Hash{1}}
			})
		}, "say to have seen two different ledgers of 22 entries"},
		{"another empty ledger seen", func(w *world, s story) *statement.Statement {
			return w.draft("alder/watch/amal", func(d *draft) { d.claims.Seen = statement.Seen{Root: ledger.Hash{1}} })
		}, "which rule seen.other-root refuses"},
	} {
		t.Run(test.name, func(t *testing.T) {
			w := newWorld(t)
			s := play(w)
			subject := test.hub(w, s)
			w.accept(subject)
			indexes := []uint64{24}
			for index := range uint64(24) {
				indexes = append(indexes, index)
			}
			text, err := w.forge([]*statement.Statement{subject}, indexes...).bytes()
			w.must(err)
			if _, err := VerifyBundle(t.Context(), text, nil); !strings.HasPrefix(outcome(err), "refuted: ") || !strings.Contains(outcome(err), test.want) {
				t.Errorf("%s\nwant %s", outcome(err), test.want)
			}
		})
	}
}

func TestBundleNotChecked(t *testing.T) {
	w := newWorld(t)
	s := play(w)
	text := string(w.bundle("birch", nil, s.notice))
	changed := func(change func(b *bundle)) string {
		b := unpack(t, []byte(text))
		change(b)
		again, err := b.bytes()
		w.must(err)
		return string(again)
	}
	for _, test := range []struct{ name, text, want string }{
		{"empty", "", "it is not JSON of its form"},
		{"cut", text[:len(text)/2], "it is not JSON of its form"},
		{"cut newline", text[:len(text)-1], "is not written as"},
		{"two", text + text, "it is not JSON of its form"},
		{"unknown member", strings.Replace(text, `"subjects"`, `"x": 1, "subjects"`, 1), "it has unknown or repeated members"},
		{"repeated member", strings.Replace(text, ` "subjects"`, ` "bundle": "parley.bundle.v1",`+"\n "+`"subjects"`, 1), "it has unknown or repeated members"},
		{"other form", strings.Replace(text, "bundle.v1", "bundle.v2", 1), `its form is "parley.bundle.v2"`},
		{"no charter", changed(func(b *bundle) { drop(b, 0) }), "the charter, entry 0, is not in it"},
		{"no subjects", changed(func(b *bundle) { b.Subjects = []string{} }), "it has no items or no subjects"},
		{"subject twice", changed(func(b *bundle) { b.Subjects = append(b.Subjects, b.Subjects[0]) }), "not in order, each once"},
		{"not an identifier", changed(func(b *bundle) { b.Subjects[0] = "x" }), "subject \"x\""},
		{"out of order", changed(func(b *bundle) { slices.Reverse(b.Items) }), "stands after"},
		{"entry twice", changed(func(b *bundle) { b.Items = append(b.Items, b.Items[len(b.Items)-1]) }), "stands after"},
		{"not a hash", changed(func(b *bundle) { b.Items[1].Proof[0] = "AAAA" }), "is not the base64 of a hash"},
		{"not an entry", changed(func(b *bundle) { b.Items[1].Entry += "x" }), "read entry"},
		{"no text", changed(func(b *bundle) { b.Items[1].Content = "" }), "it has no text"},
		{"endless proof", changed(func(b *bundle) { b.Items[1].Proof = slices.Repeat(b.Items[1].Proof, 20) }), "at most 63 are possible"},
	} {
		if _, err := VerifyBundle(t.Context(), []byte(test.text), nil); !strings.HasPrefix(outcome(err), "not checked: ") || !strings.Contains(outcome(err), test.want) {
			t.Errorf("%s: %s\nwant not checked: ... %s", test.name, outcome(err), test.want)
		}
	}
}

// No bundle with a changed byte is proven.
func TestBundleChangedByte(t *testing.T) {
	w := newWorld(t)
	s := play(w)
	text := w.bundle("birch", nil, s.notice)
	stride := 61
	if testing.Short() {
		stride = 997
	}
	for at := 0; at < len(text); at += stride {
		changed := bytes.Clone(text)
		changed[at] ^= 1 << (at % 7)
		if _, err := VerifyBundle(t.Context(), changed, nil); err == nil {
			t.Errorf("byte %d of %q: proven", at, around(changed, at))
		}
	}
}

// A field that the maker withholds is missed, and nothing else changes.
func TestBundleRedacted(t *testing.T) {
	w := newWorld(t)
	s := play(w)
	b := unpack(t, w.bundle("alder", nil, s.notice))
	redacted, err := s.notice.Redact("description")
	w.must(err)
	at(b, 8).Content = string(redacted.Bytes())
	text, err := b.bytes()
	w.must(err)
	result, err := VerifyBundle(t.Context(), text, nil)
	w.must(err)
	contains(t, result.NotShown, []string{"parts of entry 8, which its author signed and which are withheld"})
}

func FuzzVerifyBundle(f *testing.F) {
	w := newWorld(f)
	w.accept(w.endorsement("alder/watch/amal", nil))
	w.accept(w.endorsement("cedar/gate/chen", nil))
	s := w.accept(w.draft("alder/watch/amal", nil))
	f.Add(w.bundle("alder", nil, s))
	release := w.accept(w.act("cedar/gate/chen", "gate.release/1", "releases", both, s))
	f.Add(w.bundle("birch", nil, release))
	f.Add([]byte("{\n \"bundle\": \"parley.bundle.v1\",\n \"checkpoint\": \"\",\n \"items\": [],\n \"subjects\": []\n}\n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		result, err := VerifyBundle(t.Context(), text, nil)
		if err == nil && (result.Size == 0 || result.Size > w.size()) {
			t.Errorf("proven with size %d", result.Size)
		}
		if b, _, err := parseBundle(text); err == nil {
			if again, err := b.bytes(); err != nil || !bytes.Equal(again, text) {
				t.Errorf("%v: written again it differs", err)
			}
		}
	})
}
