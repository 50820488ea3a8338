package proof

import (
	"errors"
	"strings"
	"testing"
	"time"

	"parley/identity"
	"parley/ledger"
	"parley/misbehaviour"
	"parley/statement"
)

// tree is what the world's hub has signed, as an accuser holds it.
func (w *world) tree() *misbehaviour.Tree {
	last := w.blocks[len(w.blocks)-1]
	return &misbehaviour.Tree{Charters: []string{string(w.charter.Note)}, Checkpoint: last.Checkpoint, Hashes: w.hashes,
		Head: ledger.Head{Origin: w.charter.Hub.Origin, Size: last.Size(), Root: w.seen.Root}}
}

// items proves entries of the world with their texts.
func (w *world) items(indexes ...uint64) (all []misbehaviour.Item) {
	w.t.Helper()
	for _, index := range indexes {
		b := w.blocks[index] // one entry a block
		content := b.Contents[0]
		if content[0] == '{' {
			content = nil
		}
		it, err := w.tree().Item(index, b.Entries[0], content)
		w.must(err)
		all = append(all, it)
	}
	return all
}

// Proofs of misbehaviour, of each kind that a second verifier judges.
func TestVectorsMisbehaviour(t *testing.T) {
	v := newVectors(t, "misbehaviour", "Proofs of misbehaviour (docs/misbehaviour.md), put together from misbehaviour.txt as files.json does it. The verdict shown says that the accused or the accuser lies. output.accused is all who are accused of what is proven or shown.")
	base := ""
	judge := func(name string, w *world, f *misbehaviour.File, verdict, reason, accused string) {
		t.Helper()
		text, err := f.Bytes()
		w.must(err)
		if base == "" {
			base = string(text)
			keepFile(t, "misbehaviour.txt", text)
		}
		in := changeOf("misbehaviour.txt", base, string(text))
		in.Charter = "charter.txt"
		said, err := misbehaviour.Judge(text, w.charter.Charter)
		got := "shown"
		if _, refuted := errors.AsType[*misbehaviour.Refuted](err); refuted {
			got = "refuted"
		} else if err != nil {
			got = "unchecked"
		} else if said.Proven {
			got = "proven"
		}
		if got != verdict {
			t.Errorf("%s: %s, %v, want %s", name, got, err, verdict)
		}
		c := vector{Name: name, Input: in, Verdict: verdict, Reason: reason}
		if verdict == "proven" || verdict == "shown" {
			var names []string
			for _, a := range said.Accused {
				names = append(names, strings.TrimSuffix(a.Role+" "+map[bool]string{true: a.Party}[a.Role == misbehaviour.Witness], " "))
			}
			c.Output = map[string]string{"accused": strings.Join(names, ", ")}
			if got := strings.Join(names, ", "); got != accused {
				t.Errorf("%s: accused %q, want %q", name, got, accused)
			}
		}
		v.Cases = append(v.Cases, c)
	}
	w := vectorWorld(t)
	s := tell(w)
	other := vectorWorld(t) // what the same hub shows somebody else
	other.accept(other.endorsement("alder/watch/amal", nil))
	cosigned := func(note []byte) []byte {
		c, err := ledger.NewCosigner("birch", keyOf("birch/witness"), quantum(keyOf("birch/witness")))
		w.must(err)
		out, err := c.Cosign(note, noon)
		w.must(err)
		return out
	}
	head := other.tree().Head
	against := func(note []byte, head ledger.Head) *misbehaviour.File {
		f, err := w.tree().Against(head, note)
		w.must(err)
		return f
	}
	forked := other.blocks[1].Checkpoint
	judge("a fork", w, against(forked, head), "proven", "", "hub")
	same, err := w.signer.Sign(w.size(), ledger.Hash{1})
	w.must(err)
	judge("two roots for one size", w, against(same, ledger.Head{Size: w.size()}), "proven", "", "hub")
	both := against(cosigned(forked), head)
	both.Checkpoints[1] = string(cosigned([]byte(both.Checkpoints[1])))
	judge("a fork that a witness cosigned twice", w, both, "proven", "", "hub, witness birch")
	judge("no fork: the same ledger before", w, against(w.blocks[1].Checkpoint, ledger.Head{Size: 2}), "refuted", "misbehaviour.not", "")
	wrong := against(forked, head)
	wrong.Prefix = misbehaviour.EncodeHash(ledger.Hash{3})
	judge("a fork by a prefix that is not proved", w, wrong, "refuted", "consistency.proof", "")
	unsigned := against(forked, head)
	unsigned.Checkpoints[0] = strings.Replace(unsigned.Checkpoints[0], "\n2\n", "\n3\n", 1)
	judge("a fork that the hub did not sign", w, unsigned, "refuted", "checkpoint.signature", "")

	receipt, err := ledger.NewReceipt(1, other.blocks[1].Entries[0], 2, forked, other.hashes)
	w.must(err)
	kept, err := ledger.NewReceipt(1, w.blocks[1].Entries[0], 2, w.blocks[1].Checkpoint, w.hashes)
	w.must(err)
	dropped := func(receipt []byte) *misbehaviour.File {
		leaf, err := w.tree().Leaf(1)
		w.must(err)
		f := w.tree().Ordered(misbehaviour.Dropped, leaf)
		f.Receipt = string(receipt)
		return f
	}
	judge("an entry dropped", w, dropped(receipt), "proven", "", "hub")
	judge("no entry dropped", w, dropped(kept), "refuted", "misbehaviour.not", "")

	crime := func(name, kind, verdict, reason string, hub func(w *world, s told) []uint64, change func(*misbehaviour.File)) {
		t.Helper()
		w := w.again()
		indexes := hub(w, s)
		f := w.tree()
		file := f.Ordered(kind, w.items(indexes...)...)
		if kind == misbehaviour.Seen {
			claims, err := statement.Parse([]byte(file.Items[0].Content))
			w.must(err)
			w.must(f.Prefix(file, claims.Claims().Seen.Size))
		}
		if change != nil {
			change(file)
		}
		accused := "hub"
		if verdict == "refuted" {
			accused = ""
		}
		judge(name, w, file, verdict, reason, accused)
	}
	next := func(change func(*world, told, *draft)) func(*world, told) []uint64 {
		return func(w *world, s told) []uint64 {
			w.accept(w.draft("alder/watch/amal", func(d *draft) { change(w, s, d) }))
			return []uint64{w.size() - 1}
		}
	}
	two := func(change func(*world, told, *draft)) func(*world, told) []uint64 {
		return func(w *world, s told) []uint64 {
			next(change)(w, s)
			return []uint64{8, w.size() - 1} // the notice is entry 8
		}
	}
	crime("a text ordered twice", misbehaviour.Twice, "proven", "", func(w *world, s told) []uint64 { w.order(s.ack.Bytes()); return []uint64{12, w.size() - 1} }, nil)
	crime("two texts", misbehaviour.Twice, "refuted", "misbehaviour.not", func(*world, told) []uint64 { return []uint64{8, 12} }, nil)
	crime("one identifier for two texts", misbehaviour.Identifier, "proven", "", two(func(_ *world, s told, d *draft) { d.claims.ID = s.notice.Claims().ID }), nil)
	crime("two identifiers", misbehaviour.Identifier, "refuted", "misbehaviour.not", two(func(*world, told, *draft) {}), nil)
	crime("two statements in one place", misbehaviour.Chain, "proven", "", two(func(_ *world, s told, d *draft) { d.claims.Prev = s.notice.Claims().Prev }), nil)
	crime("a serial of another day", misbehaviour.Chain, "proven", "", next(func(_ *world, _ told, d *draft) { d.claims.Serial.Day = "2026-11-25" }), nil)
	crime("a chain as it should be", misbehaviour.Chain, "refuted", "misbehaviour.not", two(func(*world, told, *draft) {}), nil)
	crime("more seen than there was", misbehaviour.Seen, "proven", "", next(func(w *world, _ told, d *draft) { d.claims.Seen.Size = w.size() + 1 }), nil)
	crime("another ledger seen", misbehaviour.Seen, "proven", "", next(func(w *world, _ told, d *draft) { d.claims.Seen.Root[0] ^= 1 }), nil)
	crime("this ledger seen", misbehaviour.Seen, "refuted", "misbehaviour.not", next(func(*world, told, *draft) {}), nil)
	crime("an author's clock two hours ahead", misbehaviour.Clock, "proven", "", next(func(w *world, _ told, d *draft) { d.claims.Time = w.now.Add(2 * time.Hour) }), nil)
	crime("an author's clock half an hour ahead", misbehaviour.Clock, "shown", "", next(func(w *world, _ told, d *draft) { d.claims.Time = w.now.Add(30 * time.Minute) }), nil)
	crime("clocks that agree", misbehaviour.Clock, "refuted", "misbehaviour.not", next(func(*world, told, *draft) {}), nil)
	crime("an author's clock behind what was seen", misbehaviour.Clock, "proven", "", func(w *world, s told) []uint64 {
		next(func(w *world, _ told, d *draft) { d.claims.Time = w.now.Add(-2 * time.Hour) })(w, s)
		return []uint64{w.size() - 2, w.size() - 1}
	}, nil)
	crime("the hub's clock going back", misbehaviour.HubTime, "proven", "", func(w *world, s told) []uint64 {
		w.now = w.now.Add(-time.Minute)
		next(func(*world, told, *draft) {})(w, s)
		return []uint64{w.size() - 2, w.size() - 1}
	}, nil)
	crime("the hub's clock going on", misbehaviour.HubTime, "refuted", "misbehaviour.not", func(*world, told) []uint64 { return []uint64{8, 9} }, nil)
	forge := func(w *world, _ told) []uint64 {
		text := w.draft("alder/watch/amal", nil).Bytes()
		at := strings.IndexByte(string(text), '~') - 10
		text[at] = 'A' + (text[at]-'A'+1)%26
		w.order(text)
		return []uint64{w.size() - 1}
	}
	key := func(f *misbehaviour.File) { f.Key = identity.EncodeKey(publicOf("alder/watch/amal")) }
	crime("a forged signature", misbehaviour.Signature, "proven", "", forge, key)
	crime("a good signature", misbehaviour.Signature, "refuted", "misbehaviour.not", next(func(*world, told, *draft) {}), key)
	crime("another mechanism", misbehaviour.Mechanism, "proven", "", next(func(_ *world, _ told, d *draft) { d.claims.Mechanism = "pear" }), nil)
	crime("live in an exercise", misbehaviour.Mechanism, "proven", "", next(func(_ *world, _ told, d *draft) { d.claims.Exercise = false }), nil)
	crime("this mechanism", misbehaviour.Mechanism, "refuted", "misbehaviour.not", next(func(*world, told, *draft) {}), nil)
	crime("a revoked key", misbehaviour.RevokedKey, "proven", "", func(w *world, _ told) []uint64 {
		w.accept(w.draft("alder/analyst/aya", nil))
		return []uint64{15, w.size() - 1}
	}, nil)
	crime("a key that is good", misbehaviour.RevokedKey, "refuted", "misbehaviour.not", func(w *world, _ told) []uint64 {
		w.accept(w.draft("alder/watch/amal", nil))
		return []uint64{15, w.size() - 1}
	}, nil)
	crime("another text", misbehaviour.Mechanism, "refuted", "content.other-text", next(func(*world, told, *draft) {}), func(f *misbehaviour.File) { f.Items[0].Content = string(s.ack.Bytes()) })
	crime("an entry that is not in the tree", misbehaviour.Mechanism, "refuted", "inclusion.proof", next(func(*world, told, *draft) {}), func(f *misbehaviour.File) { f.Items[0].Index-- })

	begun := vectorWorld(t)
	begun.blocks, begun.hashes = nil, nil
	begun.order(s.ack.Bytes())
	first, err := begun.tree().Item(0, begun.blocks[0].Entries[0], nil)
	w.must(err)
	judge("a ledger that begins with something else", begun, begun.tree().Ordered(misbehaviour.Beginning, first), "proven", "", "hub")
	judge("a ledger that begins with its charter", w, w.tree().Ordered(misbehaviour.Beginning, w.items(0)...), "refuted", "misbehaviour.not", "")
	line, err := w.blocks[8].MarshalJSON()
	w.must(err)
	judge("a line that the hub is said to have sent", w, &misbehaviour.File{Kind: misbehaviour.Line, Charters: w.tree().Charters, Line: string(line), Claim: "It has another text."}, "shown", "", "hub")
	judge("a line under a checkpoint that is not the hub's", w, &misbehaviour.File{Kind: misbehaviour.Line, Charters: w.tree().Charters, Line: strings.Replace(string(line), "\\n9\\n", "\\n8\\n", 1), Claim: "It has another text."}, "refuted", "misbehaviour.not", "")
	v.keep()
}
