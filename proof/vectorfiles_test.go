package proof

import (
	"bytes"
	"crypto/ed25519"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"parley/base64url"
	"parley/charter"
	"parley/identity"
	"parley/ledger"
	"parley/mechanism"
	"parley/statement"
)

// vectorWorld is a ledger under the rules in docs/vectors/rules.json, which stay as
// they are when the templates change.
func vectorWorld(t *testing.T) *world {
	t.Helper()
	w := &world{t: t, heads: map[string]*mechanism.Head{}, seen: statement.Seen{Root: emptyRoot}, now: noon, byID: map[string]*statement.Statement{}, index: map[string]uint64{}}
	path := filepath.Join(vectorFolder, "rules.json")
	text, err := os.ReadFile(path)
	if errors.Is(err, os.ErrNotExist) && *update {
		text = w.draftCharter("orchard.example/log").Text()
		w.must(os.WriteFile(path, text, 0o644)) //nolint:gosec // for everybody to read
		err = nil
	}
	w.must(err)
	rules, err := charter.Parse(text)
	w.must(err)
	w.signer, err = ledger.NewSigner(rules.Hub.Origin, keyOf("hub/log"))
	w.must(err)
	w.charter = w.sign(rules)
	w.order(w.charter.Note)
	return w
}

// told is what the vectors' ledger holds.
type told struct {
	notice, held, assessed, part, release, ack *statement.Statement
}

func tell(w *world) (s told) {
	for _, name := range []string{"alder/desk/one", "alder/watch/amal", "alder/analyst/adel", "alder/analyst/aya", "birch/desk/one", "birch/watch/basil", "cedar/gate/chen"} {
		w.accept(w.endorsement(name, nil))
	}
	s.notice = w.accept(w.draft("alder/watch/amal", nil))
	s.release = w.accept(w.act("cedar/gate/chen", "gate.release/1", "releases", both, s.notice))
	w.accept(w.act("birch/desk/one", "desk.delivered/1", "delivers", alder, s.notice))
	w.accept(w.act("birch/desk/one", "desk.displayed/1", "displays", alder, s.notice))
	s.ack = w.accept(w.act("birch/watch/basil", "J01/1", "acknowledges", alder, s.notice))
	s.held = w.accept(w.draft("birch/watch/basil", func(d *draft) { d.claims.To = alder }))
	s.assessed = w.accept(w.assessed("alder/analyst/aya"))
	w.accept(w.revocation("alder/registrar/root", "alder/analyst/aya"))
	s.part = w.accept(w.draft("alder/watch/amal", nil))
	w.accept(w.withhold(s.part, "description/1", "contact"))
	return s
}

// again is the world as it stands, to go on from in another way.
func (w *world) again() *world {
	c := *w
	c.blocks, c.hashes = slices.Clone(w.blocks), slices.Clone(w.hashes)
	c.heads, c.byID, c.index = maps.Clone(w.heads), maps.Clone(w.byID), maps.Clone(w.index)
	return &c
}

func TestVectorsNotes(t *testing.T) {
	w := vectorWorld(t)
	w.accept(w.endorsement("alder/watch/amal", nil))
	s := w.accept(w.draft("alder/watch/amal", nil))
	w.accept(w.draft("alder/watch/amal", nil))
	note := string(w.blocks[3].Checkpoint)
	vkey := w.signer.VerifierKey()
	cosign := func(note string, name string, quantumToo bool) string {
		c, err := ledger.NewCosigner(name, keyOf(name+"/witness"))
		if quantumToo {
			c, err = ledger.NewCosigner(name, keyOf(name+"/witness"), quantum(keyOf(name+"/witness")))
		}
		w.must(err)
		out, err := c.Cosign([]byte(note), noon.Add(time.Minute))
		w.must(err)
		return string(out)
	}
	var witnesses []string
	for _, name := range []string{"alder", "birch"} {
		c, err := ledger.NewCosigner(name, keyOf(name+"/witness"), quantum(keyOf(name+"/witness")))
		w.must(err)
		witnesses = append(witnesses, c.VerifierKeys()...)
	}
	cosigned := cosign(cosign(note, "alder", true), "birch", false)

	v := newVectors(t, "checkpoints", "Checkpoints and cosignatures (section 6), with the log's verifier key and the witnesses'. Lines by other keys are passed over.")
	add := func(name, text, reason string, keys []string) {
		var output map[string]any
		verifier, err := ledger.NewVerifier(vkey)
		w.must(err)
		known, err := ledger.NewWitnesses(keys)
		w.must(err)
		head, by, err := known.Check(verifier, []byte(text))
		if err == nil {
			list := []map[string]any{}
			for _, c := range by {
				list = append(list, map[string]any{"algorithm": c.Algorithm, "name": c.Name, "time": c.Time.Format("2006-01-02T15:04:05.000Z")})
			}
			output = map[string]any{"cosigned": list, "origin": head.Origin, "root": b64Of(head.Root), "size": head.Size}
		}
		v.judged(name, map[string]any{"checkpoint": text, "key": vkey, "witnesses": keys}, err, reason, output)
	}
	none := []string{}
	add("signed by the log", note, "", none)
	add("cosigned by two, one of them with both keys", cosigned, "", witnesses)
	add("the same to who knows no witness", cosigned, "", none)
	add("the same to who knows one by ML-DSA alone", cosigned, "", witnesses[1:2])
	swap := func(text, old, new string) string {
		if !strings.Contains(text, old) {
			t.Fatalf("no %q in %q", old, text)
		}
		return strings.Replace(text, old, new, 1)
	}
	add("another size", swap(note, "\n4\n", "\n5\n"), "checkpoint.signature", none)
	add("another size under cosignatures", swap(cosigned, "\n4\n", "\n5\n"), "checkpoint.signature", witnesses)
	end := strings.Index(note, "\n\n")
	line := note[end+2:]
	text := note[:end+1]
	add("no signature of the log's", cosign(text+"\n"+swap(line, "orchard.example/log", "orchard.example/other"), "alder", false), "checkpoint.unsigned", witnesses)
	lines := strings.SplitAfter(cosigned[end+2:], "\n")
	older := strings.SplitAfter(cosign(string(w.blocks[2].Checkpoint), "alder", true), "\n")
	add("an Ed25519 cosignature of another checkpoint", note+older[5], "cosignature", witnesses)
	add("an ML-DSA-44 cosignature of another checkpoint", note+older[6], "cosignature", witnesses)
	add("cosignatures in another order", note+lines[3]+lines[2]+lines[1], "", witnesses)
	add("no empty line", swap(note, "\n\n", "\n"), "note.form", none)
	add("a signature line in base64url", text+"\n"+strings.NewReplacer("+", "-", "/", "_").Replace(line), "note.form", none)
	add("seventeen lines", note+strings.Repeat(line, 16), "note.form", none)
	signed := func(text string) string { return string(signText(w, text)) }
	add("an extension line", signed(text+"extension\n"), "checkpoint.form", none)
	add("a size with a leading zero", signed(swap(text, "\n4\n", "\n04\n")), "checkpoint.form", none)
	add("an empty tree with a root", signed(swap(text, "\n4\n", "\n0\n")), "checkpoint.form", none)
	add("of another ledger", signed(swap(text, "orchard.example/log", "pear.example/log")), "checkpoint.origin", none)
	v.keep()

	v = newVectors(t, "receipts", "Receipts (section 7): c2sp.org/tlog-proof with the entry as extra data, for the text with input.hash.")
	receipt := func(name, text, hash, reason string) {
		verifier, err := ledger.NewVerifier(vkey)
		w.must(err)
		r, err := ledger.OpenReceipt(verifier, []byte(text), statement.DecodeHash(hash))
		v.judged(name, map[string]string{"receipt": text, "key": vkey, "hash": hash}, err, reason, map[string]uint64{"index": r.Index})
	}
	at := w.index[s.Claims().ID]
	good, err := ledger.NewReceipt(at, w.blocks[at].Entries[0], 4, []byte(note), w.hashes)
	w.must(err)
	hash := statement.EncodeHash(s.Hash())
	receipt("good", string(good), hash, "")
	receipt("of another text", string(good), statement.EncodeHash(w.charter.Hash()), "receipt.other-text")
	receipt("another index", swap(string(good), "index 2\n", "index 1\n"), hash, "inclusion.proof")
	receipt("index 02", swap(string(good), "index 2\n", "index 02\n"), hash, "receipt.form")
	receipt("another form", swap(string(good), "@v1", "@v2"), hash, "receipt.form")
	receipt("a checkpoint that was changed", swap(string(good), "\n4\n", "\n5\n"), hash, "checkpoint.signature")
	proofLine := strings.Split(string(good), "\n")[3]
	receipt("a hash of the proof left out", swap(string(good), proofLine+"\n", ""), hash, "inclusion.proof")
	receipt("a hash of the proof cut", swap(string(good), proofLine, proofLine[1:]), hash, "receipt.form")
	v.keep()

	v = newVectors(t, "tokens", "Tokens by which a desk says who calls (section 11), judged at input.now.")
	author := identity.Author{Party: "alder", Role: "desk", Officer: "one"}
	token, err := identity.NewToken(t.Context(), vectorSigner, author, "quiet-orchard", noon, "c2FsdHNhbHRzYWx0c2FsdA")
	w.must(err)
	judge := func(name, text, mechanism string, now time.Time, key, reason string) {
		parsed, err := identity.ParseToken(text)
		if err == nil {
			raw := publicOf(key)
			err = parsed.Verify(raw, mechanism, now)
		}
		v.judged(name, map[string]string{"token": text, "mechanism": mechanism, "now": now.Format("2006-01-02T15:04:05.000Z"), "key": encoded(publicOf(key))}, err, reason, nil)
	}
	judge("good", token, "quiet-orchard", noon.Add(20*time.Second), "alder/watch/amal", "")
	judge("30 seconds before it was made", token, "quiet-orchard", noon.Add(-30*time.Second), "alder/watch/amal", "")
	judge("31 seconds before", token, "quiet-orchard", noon.Add(-31*time.Second), "alder/watch/amal", "token.time")
	judge("90 seconds old", token, "quiet-orchard", noon.Add(90*time.Second), "alder/watch/amal", "")
	judge("91 seconds old", token, "quiet-orchard", noon.Add(91*time.Second), "alder/watch/amal", "token.time")
	judge("for another hub", token, "pear", noon, "alder/watch/amal", "token.mechanism")
	judge("by another key", token, "quiet-orchard", noon, "birch/watch/basil", "token.key")
	judge("changed", "f"+token[1:], "quiet-orchard", noon, "alder/watch/amal", "token.form")
	cut := strings.LastIndex(token, ".")
	judge("another signature", token[:cut+1]+"A"+token[cut+2:], "quiet-orchard", noon, "alder/watch/amal", "token.signature")
	judge("two parts", token[:cut], "quiet-orchard", noon, "alder/watch/amal", "token.form")
	v.keep()
}

func b64Of(h [32]byte) string { return base64.StdEncoding.EncodeToString(h[:]) }

func encodeURL(b []byte) string { return base64url.Encode(b) }

// signText signs a checkpoint's text, whatever it says, with the log's key.
func signText(w *world, text string) []byte {
	w.t.Helper()
	name, rest, _ := strings.Cut(w.signer.VerifierKey(), "+")
	hash, err := hex.DecodeString(rest[:8])
	w.must(err)
	return []byte(text + "\n— " + name + " " + base64.StdEncoding.EncodeToString(append(hash, ed25519.Sign(keyOf("hub/log"), []byte(text))...)) + "\n")
}

// otherCharter is one of another mechanism.
func (w *world) otherCharter() *charter.Charter {
	c := *w.charter.Charter
	c.Mechanism, c.Hub.Origin = "pear", "pear.example/log"
	signer, err := ledger.NewSigner(c.Hub.Origin, keyOf("pear/log"))
	w.must(err)
	c.Hub.Key = signer.VerifierKey()
	return &c
}

// A changed is a file put together from the lines of one that is there and others.
type changed struct {
	File    string `json:"file"`
	Parts   []any  `json:"parts,omitempty"` // [from, to] of the file's lines, or lines; none: the file as it is
	Charter string `json:"charter,omitempty"`
}

// changeOf says how a text is put together from the lines of another, by their
// longest common subsequence.
func changeOf(file, base, text string) changed {
	c := changed{File: file}
	if base == text {
		return c
	}
	a, b := slices.Collect(strings.Lines(base)), slices.Collect(strings.Lines(text))
	longest := make([][]int, len(a)+1)
	for i := range longest {
		longest[i] = make([]int, len(b)+1)
	}
	for i := len(a) - 1; i >= 0; i-- {
		for k := len(b) - 1; k >= 0; k-- {
			if longest[i][k] = max(longest[i+1][k], longest[i][k+1]); a[i] == b[k] {
				longest[i][k] = longest[i+1][k+1] + 1
			}
		}
	}
	for i, k := 0, 0; i < len(a) || k < len(b); {
		from, inserted := i, k
		for i < len(a) && k < len(b) && a[i] == b[k] {
			i, k = i+1, k+1
		}
		if i > from {
			c.Parts = append(c.Parts, []int{from, i})
			continue
		}
		for (i < len(a) || k < len(b)) && (i == len(a) || k == len(b) || a[i] != b[k]) {
			if k == len(b) || i < len(a) && longest[i+1][k] >= longest[i][k+1] {
				i++
			} else {
				k++
			}
		}
		if k > inserted {
			c.Parts = append(c.Parts, b[inserted:k])
		}
	}
	return c
}

func TestVectorsFiles(t *testing.T) {
	w := vectorWorld(t)
	s := tell(w)
	v := newVectors(t, "files", "Whole records and bundles (sections 8 and 9): files of this folder, and what others made of them. A changed file is put together from `parts`: two numbers stand for lines of the file, from the first, counted from 0, to before the second; texts are lines. input.charter is a charter that the judge trusts.")
	keepFile(t, "charter.txt", w.charter.Note)
	other := w.sign(w.otherCharter())
	keepFile(t, "other-charter.txt", other.Note)
	charters := map[string]*charter.Charter{"": nil, "charter.txt": w.charter.Charter, "other-charter.txt": other.Charter}

	judge := func(name, file, base, text, reason, accused, trusted string) {
		in := changeOf(file, base, text)
		in.Charter = trusted
		var err error
		if strings.HasPrefix(file, "record") {
			_, err = VerifyRecord(t.Context(), strings.NewReader(text), charters[trusted])
		} else {
			_, err = VerifyBundle(t.Context(), []byte(text), charters[trusted])
		}
		verdict, _, _ := strings.Cut(outcome(err), ":")
		c := vector{Name: name, Input: in, Verdict: map[string]string{"proven": "proven", "refuted": "refuted", "not checked": "unchecked"}[verdict], Reason: reason, Accused: accused}
		if want := map[bool]string{true: "proven", false: "refuted"}[reason == ""]; c.Verdict != want && c.Verdict != "unchecked" {
			t.Errorf("%s: %s", name, outcome(err))
		}
		if c.Verdict == "unchecked" {
			c.Reason, c.Accused = "", ""
		}
		v.add(c, err)
	}
	records := map[string]string{}
	for _, party := range []string{"alder", "birch", "cedar"} {
		name := "record-" + party + ".jsonl"
		records[party] = w.record(party)
		keepFile(t, name, []byte(records[party]))
		judge("record of "+party, name, records[party], records[party], "", "", "")
		judge("record of "+party+", its charter given", name, records[party], records[party], "", "", "charter.txt")
	}
	birch := records["birch"]
	tamper := func(name, reason, accused string, change func([]*ledger.Block) []*ledger.Block) {
		blocks := w.feed("birch")
		for i, b := range blocks {
			own := *b // its slices are the world's
			own.Entries, own.Contents, own.Disclosed = slices.Clone(b.Entries), slices.Clone(b.Contents), slices.Clone(b.Disclosed)
			blocks[i] = &own
		}
		judge("record: "+name, "record-birch.jsonl", birch, w.write(change(blocks)), reason, accused, "")
	}
	text := func(name, text string) {
		judge("record: "+name, "record-birch.jsonl", birch, text, "unchecked", "", "")
	}
	lines := strings.SplitAfter(birch, "\n")
	judge("record: up to an earlier block", "record-birch.jsonl", birch, strings.Join(lines[:7], ""), "", "", "")
	text("cut in a line", birch[:len(birch)-9])
	text("its head alone", lines[0])
	text("of another form", strings.Replace(birch, "record.v1", "record.v2", 1))
	text("a space in a line", strings.Replace(birch, `"height":3,`, `"height": 3,`, 1))
	text("a member twice", strings.Replace(birch, `{"height":3,`, `{"height":3,"height":3,`, 1))
	judge("record: under another charter", "record-birch.jsonl", birch, birch, "charter.other", "bearer", "other-charter.txt")
	judge("record: as another ledger", "record-birch.jsonl", birch, strings.Replace(birch, `"origin":"orchard`, `"origin":"pear`, 1), "checkpoint.origin", "bearer", "")
	tamper("a block left out", "block.order", "bearer", func(b []*ledger.Block) []*ledger.Block { return slices.Delete(b, 9, 10) })
	tamper("a block twice", "block.order", "bearer", func(b []*ledger.Block) []*ledger.Block { return slices.Insert(b, 9, b[9]) })
	tamper("two blocks swapped", "block.order", "bearer", func(b []*ledger.Block) []*ledger.Block { b[9], b[10] = b[10], b[9]; return b })
	tamper("an entry's time changed", "checkpoint.other-tree", "bearer", func(b []*ledger.Block) []*ledger.Block {
		b[8].Entries[0].Time = b[8].Entries[0].Time.Add(time.Millisecond)
		return b
	})
	tamper("entries swapped", "checkpoint.other-tree", "bearer", func(b []*ledger.Block) []*ledger.Block {
		b[8].Entries, b[9].Entries, b[8].Contents, b[9].Contents = b[9].Entries, b[8].Entries, b[9].Contents, b[8].Contents
		return b
	})
	tamper("another text", "content.other-text", "bearer", func(b []*ledger.Block) []*ledger.Block {
		b[12].Contents[0] = s.release.Bytes()
		return b
	})
	tamper("a disclosure more", "statement.unreferenced", "bearer", func(b []*ledger.Block) []*ledger.Block {
		b[12].Contents[0] = append(slices.Clone(b[12].Contents[0]), "WyJjMkZzZEhOaGJIUnpZV3gwYzJGc2RBIiwibm90ZSIsIngiXQ~"...)
		return b
	})
	tamper("signed with another log key", "checkpoint.unsigned", "bearer", func(b []*ledger.Block) []*ledger.Block {
		signer, err := ledger.NewSigner(w.charter.Hub.Origin, keyOf("someone else"))
		w.must(err)
		b[12].Checkpoint, err = signer.Sign(13, ledger.Hash{1})
		w.must(err)
		return b
	})
	tamper("a checkpoint changed", "checkpoint.signature", "bearer", func(b []*ledger.Block) []*ledger.Block {
		b[12].Checkpoint = bytes.Replace(b[12].Checkpoint, []byte("\n13\n"), []byte("\n14\n"), 1)
		return b
	})
	tamper("the charter with a signature less", "charter.unsigned", "bearer", func(b []*ledger.Block) []*ledger.Block {
		note := b[0].Contents[0]
		b[0].Contents[0] = note[:bytes.LastIndex(note[:len(note)-1], []byte("\n"))+1]
		return b
	})
	tamper("an endorsement withheld", "key.unknown", "hub or bearer", func(b []*ledger.Block) []*ledger.Block { b[6].Contents[0] = nil; return b })
	tamper("more withheld than the release says", "statement.redaction", "hub or bearer", func(b []*ledger.Block) []*ledger.Block {
		for _, block := range b {
			for i, d := range block.Disclosed {
				if p, err := statement.Parse(d.Content); err == nil && p.Claims().ID == s.part.Claims().ID {
					less, err := p.Redact("activity")
					w.must(err)
					block.Disclosed[i].Content = less.Bytes()
				}
			}
		}
		return b
	})
	tamper("an act in part", "statement.redaction", "hub or bearer", func(b []*ledger.Block) []*ledger.Block {
		p, err := statement.Parse(b[15].Contents[0])
		w.must(err)
		less, err := p.Redact("reason")
		w.must(err)
		b[15].Contents[0] = less.Bytes()
		return b
	})

	forged := func(name, reason, accused string, hub func(w *world, s told)) {
		w := w.again()
		hub(w, s)
		judge("hub: "+name, "record-cedar.jsonl", records["cedar"], w.record("cedar"), reason, accused, "")
		var all []uint64
		for i := range w.size() {
			all = append(all, i)
		}
		if reason == "seen.future" || reason == "chain.prev" || reason == "seen.other-root" {
			return // a bundle has no whole tree to tell
		}
		last := w.blocks[len(w.blocks)-1]
		subject, err := statement.Parse(last.Contents[len(last.Contents)-1])
		w.must(err)
		packed, err := w.forge([]*statement.Statement{subject}, all...).bytes()
		w.must(err)
		if _, err := VerifyBundle(t.Context(), packed, nil); !strings.HasPrefix(outcome(err), "refuted") {
			t.Errorf("bundle: hub: %s: %s", name, outcome(err))
		}
	}
	next := func(author string, change func(w *world, s told, d *draft)) func(*world, told) {
		return func(w *world, s told) {
			w.accept(w.draft(author, func(d *draft) {
				if change != nil {
					change(w, s, d)
				}
			}))
		}
	}
	forged("a key that nobody endorsed", "key.unknown", "hub", next("alder/watch/nobody", nil))
	forged("a revoked key", "key.revoked", "hub", next("alder/analyst/aya", nil))
	forged("another's key", "key.other-author", "hub", next("alder/watch/amal", func(_ *world, _ told, d *draft) { d.key = keyOf("birch/watch/basil") }))
	forged("a forged signature", "statement.signature", "hub", func(w *world, _ told) {
		text := w.draft("alder/watch/amal", nil).Bytes()
		end := bytes.IndexByte(text, '~') - 10
		text[end] = 'A' + (text[end]-'A'+1)%26
		w.order(text)
	})
	forged("a signature that cofactored verifiers accept", "statement.signature", "hub", func(w *world, _ told) {
		jwt, rest, _ := strings.Cut(string(w.draft("alder/watch/amal", nil).Bytes()), "~")
		signed := jwt[:strings.LastIndex(jwt, ".")]
		w.order([]byte(signed + "." + encodeURL(torsioned([]byte(signed))) + "~" + rest))
	})
	forged("of another mechanism", "statement.mechanism", "hub", next("alder/watch/amal", func(_ *world, _ told, d *draft) { d.claims.Mechanism = "pear" }))
	forged("live in an exercise", "statement.exercise", "hub", next("alder/watch/amal", func(_ *world, _ told, d *draft) { d.claims.Exercise = false }))
	forged("an identifier twice", "statement.id-taken", "hub", next("alder/watch/amal", func(_ *world, s told, d *draft) { d.claims.ID = s.notice.Claims().ID }))
	forged("a statement twice", "entry.twice", "hub", func(w *world, s told) { w.order(s.ack.Bytes()) })
	forged("more seen than there was", "seen.future", "hub", next("alder/watch/amal", func(w *world, _ told, d *draft) { d.claims.Seen.Size = w.size() + 1 }))
	forged("another ledger seen", "seen.other-root", "hub", next("alder/watch/amal", func(_ *world, _ told, d *draft) { d.claims.Seen.Root = ledger.Hash{7} }))
	forged("an author ahead of the hub", "time.ahead", "hub", next("alder/watch/amal", func(w *world, _ told, d *draft) { d.claims.Time = w.now.Add(time.Hour) }))
	forged("an author whose clock is behind what is seen", "time.behind", "hub", next("alder/watch/amal", func(w *world, _ told, d *draft) { d.claims.Time = w.now.Add(-2 * time.Hour) }))
	forged("a predecessor that is not there", "chain.prev", "hub", next("alder/watch/amal", func(_ *world, _ told, d *draft) { d.claims.Prev = statement.EncodeHash(ledger.Hash{9}) }))
	forged("a second beginning", "chain.first", "hub or author", next("alder/watch/amal", func(_ *world, _ told, d *draft) { d.claims.Prev = "" }))
	forged("two in one place", "chain.between", "hub or author", next("alder/watch/amal", func(_ *world, s told, d *draft) { d.claims.Prev = statement.EncodeHash(s.notice.Hash()) }))
	forged("a serial out of turn", "chain.serial", "hub or author", next("alder/watch/amal", func(_ *world, _ told, d *draft) { d.claims.Serial.Number += 3 }))
	forged("a serial of another day", "chain.serial", "hub", next("alder/watch/amal", func(_ *world, _ told, d *draft) { d.claims.Serial.Day = "2026-11-25" }))
	forged("less seen than before", "seen.back", "hub or author", next("alder/watch/amal", func(_ *world, _ told, d *draft) { d.claims.Seen = statement.Seen{Root: emptyRoot} }))
	forged("a role without the right", "role.no-right", "hub", func(w *world, s told) {
		w.accept(w.act("birch/watch/basil", "gate.release/1", "releases", alder, s.held))
	})
	forged("an author among the addressees", "statement.to", "hub", next("alder/watch/amal", func(_ *world, _ told, d *draft) { d.claims.To = both }))
	forged("a key endorsed again", "key.taken", "hub", func(w *world, _ told) { w.accept(w.endorsement("alder/watch/amal", nil)) })
	forged("a key endorsed without its holder's proof", "key.enrolment", "hub", func(w *world, _ told) {
		w.accept(w.endorsement("alder/watch/adam", func(d *draft) { d.fields["proof"] = encodeURL(make([]byte, 64)) }))
	})
	forged("a key revoked again", "key.already-revoked", "hub", func(w *world, _ told) { w.accept(w.revocation("alder/registrar/root", "alder/analyst/aya")) })
	forged("another party's key revoked", "key.unknown-target", "hub", func(w *world, _ told) { w.accept(w.revocation("birch/registrar/root", "alder/watch/amal")) })
	forged("a second officer who is the first", "second.same-officer", "hub", func(w *world, _ told) { w.accept(w.assessed("alder/analyst/adel")) })
	forged("a second officer of the other side", "second.other-party", "hub", func(w *world, _ told) { w.accept(w.assessed("birch/watch/basil")) })
	forged("a second officer whose key was revoked", "second.key-revoked", "hub", func(w *world, _ told) { w.accept(w.assessed("alder/analyst/aya")) })
	forged("a hub whose clock goes back", "time.hub", "hub", func(w *world, _ told) {
		w.now = w.now.Add(-time.Minute)
		w.accept(w.draft("alder/watch/amal", nil))
	})

	amended := func(name, reason, accused string, change func(w *world, c *charter.Charter), also func(w *world)) {
		w := w.again()
		c := *w.charter.Charter
		c.Edition, c.Previous = 2, charter.EncodeHash(w.charter.Hash())
		c.Parties = slices.Clone(c.Parties)
		change(w, &c)
		note := c.Text()
		for _, p := range c.Parties {
			for _, root := range []string{p.ID + "/registrar/root", p.ID + "/registrar/new"} {
				signed, err := charter.Sign(t.Context(), note, p.ID, identity.NewSigner(keyOf(root)))
				w.must(err)
				note = signed
			}
		}
		next, err := ledger.NewSigner(w.charter.Hub.Origin, keyOf("hub/next"))
		w.must(err)
		switch {
		case c.Hub.Key != next.VerifierKey():
			w.order(note)
		case strings.Contains(name, "within a block"):
			w.order(note, w.draft("alder/watch/amal", nil).Bytes())
		case strings.Contains(name, "too early"):
			w.signer = next
			w.order(note)
		default:
			w.order(note)
			w.signer = next
		}
		if !strings.Contains(name, "within a block") {
			w.accept(w.draft("alder/watch/amal", nil))
		}
		if also != nil {
			also(w)
		}
		judge("charter: "+name, "record-cedar.jsonl", records["cedar"], w.record("cedar"), reason, accused, "")
	}
	amended("a next edition", "", "", func(*world, *charter.Charter) {}, nil)
	amended("a root replaced, signed by both", "", "", func(_ *world, c *charter.Charter) {
		c.Parties[0].Roots = []string{identity.EncodeKey(publicOf(c.Parties[0].ID + "/registrar/new"))}
	}, nil)
	amended("an edition left out", "charter.succession", "hub", func(_ *world, c *charter.Charter) { c.Edition = 3 }, nil)
	amended("an edition after another", "charter.succession", "hub", func(_ *world, c *charter.Charter) { c.Previous = charter.EncodeHash(ledger.Hash{1}) }, nil)
	amended("the log's name changed", "charter.succession", "hub", func(_ *world, c *charter.Charter) {
		signer, err := ledger.NewSigner("pear.example/log", keyOf("hub/log"))
		w.must(err)
		c.Hub.Origin, c.Hub.Key = "pear.example/log", signer.VerifierKey()
	}, nil)
	key := func(w *world, c *charter.Charter) {
		signer, err := ledger.NewSigner(w.charter.Hub.Origin, keyOf("hub/next"))
		w.must(err)
		c.Hub.Key = signer.VerifierKey()
	}
	amended("the log's key changed, from the next block on", "", "", key, nil)
	amended("the log's key changed, and used too early", "checkpoint.unsigned", "bearer", key, nil)
	amended("the log's key changed within a block", "charter.mid-block", "hub", key, nil)
	amended("a root that was replaced signs on", "key.unknown", "hub", func(_ *world, c *charter.Charter) {
		c.Parties[0].Roots = []string{identity.EncodeKey(publicOf(c.Parties[0].ID + "/registrar/new"))}
	}, func(w *world) { w.accept(w.endorsement("alder/watch/adam", nil)) })

	purged := func(name, reason, accused string, by uint64, lines int) {
		w := w.again()
		w.accept(w.endorsement("cedar/hub/one", nil))
		w.accept(w.act("birch/watch/basil", "withdraw/1", "withdraws", []string{"cedar"}, s.held))
		w.now = w.now.Add(40 * 24 * time.Hour)
		w.accept(w.draft("cedar/hub/one", func(d *draft) {
			d.claims.Format, d.claims.Precedence, d.claims.To, d.fields = "clock.purged/1", "ROUTINE", []string{"birch"}, map[string]any{"kept-days": int64(30)}
			d.claims.Refs = []statement.Ref{{Relation: mechanism.Purges, ID: s.held.Claims().ID, Hash: s.held.Hash()}}
		}))
		blocks := w.feed("birch")
		blocks[13], _ = blocks[13].Purge(ledger.Tombstone{Index: 13, By: by})
		judge("purged: "+name, "record-birch.jsonl", birch, w.write(blocks[:len(blocks)-lines]), reason, accused, "")
	}
	purged("a text, by an entry that says so", "", "", 20, 0)
	purged("a text, by an entry that says something else", "purge.unsaid", "hub or bearer", 19, 0)
	purged("a text, in a file that ends before the entry that says so", "purge.unsaid", "hub or bearer", 20, 1)

	checkpoint := w.blocks[len(w.blocks)-1].Checkpoint
	for _, name := range []string{"alder", "birch"} {
		c, err := ledger.NewCosigner(name, keyOf(name+"/witness"), quantum(keyOf(name+"/witness")))
		w.must(err)
		checkpoint, err = c.Cosign(checkpoint, w.now)
		w.must(err)
	}
	shown := string(w.bundle("alder", checkpoint, s.notice, s.assessed))
	keepFile(t, "bundle.json", []byte(shown))
	judge("bundle", "bundle.json", shown, shown, "", "", "charter.txt")
	judge("bundle: under another charter", "bundle.json", shown, shown, "charter.other", "bearer", "other-charter.txt")
	spoil := func(name, reason, accused string, change func(*bundle)) {
		b := unpack(t, []byte(shown))
		change(b)
		packed, err := b.bytes()
		w.must(err)
		judge("bundle: "+name, "bundle.json", shown, string(packed), reason, accused, "")
	}
	spoil("an endorsement left out", "key.unknown", "hub or bearer", func(b *bundle) { drop(b, 6) })
	spoil("a registrar's statement left out", "chain.registrar", "bearer", func(b *bundle) { drop(b, 1) })
	spoil("the subject left out", "bundle.subject", "bearer", func(b *bundle) { b.Subjects = []string{s.held.Claims().ID} })
	spoil("another text", "content.other-text", "bearer", func(b *bundle) { at(b, 8).Content = string(s.ack.Bytes()) })
	spoil("another proof", "inclusion.proof", "bearer", func(b *bundle) { at(b, 8).Proof[2] = b64Of(ledger.Hash{}) })
	spoil("another index", "inclusion.proof", "bearer", func(b *bundle) { b.Items[len(b.Items)-1].Index++ })
	spoil("another checkpoint", "checkpoint.signature", "bearer", func(b *bundle) { b.Checkpoint = strings.Replace(b.Checkpoint, "\n18\n", "\n17\n", 1) })
	spoil("the charter left out", "unchecked", "", func(b *bundle) { drop(b, 0) })
	spoil("fields of the subject withheld", "", "", func(b *bundle) {
		less, err := s.assessed.Redact("source", "item")
		w.must(err)
		at(b, w.index[s.assessed.Claims().ID]).Content = string(less.Bytes())
	})
	judge("bundle: with a space", "bundle.json", shown, strings.Replace(shown, `"items": [`, `"items":  [`, 1), "unchecked", "", "")
	v.keep()
	if t.Failed() {
		fmt.Println("entries:", w.size())
	}
}
