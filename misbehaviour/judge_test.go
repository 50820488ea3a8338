package misbehaviour

import (
	"errors"
	"strings"
	"testing"
	"time"

	"parley/carry"
	"parley/charter"
	"parley/identity"
	"parley/ledger"
	"parley/statement"
)

// A crime is a file and the words that must be in its sentence.
type crime struct {
	name   string
	file   *File
	says   string
	proven bool
}

// crimes plays every kind with a real hub that lies, and makes the files that desks
// would make.
func crimes(t testing.TB) (*world, []crime) {
	w := newWorld(t, "quiet-orchard")
	amal, gal := "alder/watch/amal", "alder/watch/gal"
	first := w.say(w.draft(amal), map[string]any{"note": "one"})
	w.order(first.Bytes()) // 1
	second := w.say(w.after(first), nil)
	w.order(second.Bytes()) // 2
	honest := w.tree(w.size())

	var all []crime
	add := func(name string, f *File, says string) { all = append(all, crime{name, f, says, true}) }
	ordered := func(w *world, kind string, indexes ...uint64) *File {
		t := w.tree(w.size())
		f := t.Ordered(kind)
		for _, i := range indexes {
			f.Items = append(f.Items, w.item(t, i, i > 0 && kind != Twice && kind != HubTime))
		}
		return f
	}
	// fresh is the same ledger again, on which the hub then orders texts.
	fresh := func(texts ...[]byte) *world {
		v := newWorld(t, "quiet-orchard")
		v.order(first.Bytes(), second.Bytes())
		v.salts, v.serial = w.salts, w.serial
		v.order(texts...)
		w.salts, w.serial = v.salts+10, v.serial+10
		return v
	}

	other := newWorld(t, "quiet-orchard")
	other.order(second.Bytes(), first.Bytes())
	add("fork of one size", must[*File](t)(other.tree(3).Against(honest.Head, honest.Checkpoint)), "signed two different ledgers of 3 entries")
	for range 20 {
		other.order(other.say(other.draft(gal), nil).Bytes())
	}
	for _, size := range []uint64{2, 3} {
		add("fork", must[*File](t)(other.tree(23).Against(w.tree(size).Head, w.tree(size).Checkpoint)), "The larger does not continue the smaller")
	}
	both := other.tree(23)
	both.Checkpoint = must[[]byte](t)(witness("birch").Cosign(both.Checkpoint, noon))
	add("fork and witness", must[*File](t)(both.Against(honest.Head, must[[]byte](t)(witness("birch").Cosign(honest.Checkpoint, noon)))), "The larger does not")

	receipt := must[[]byte](t)(ledger.NewReceipt(1, w.entries[1], 3, honest.Checkpoint, w.hashes))
	later := other.tree(23)
	add("dropped", &File{Kind: Dropped, Charters: later.Charters, Checkpoints: []string{string(later.Checkpoint)}, Receipt: string(receipt), Items: []Item{other.item(later, 1, false)}}, "dropped or moved what it had receipted")
	leaf := must[Item](t)(later.Leaf(1))
	add("dropped, by hash", &File{Kind: Dropped, Charters: later.Charters, Checkpoints: []string{string(later.Checkpoint)}, Receipt: string(receipt), Items: []Item{leaf}}, "dropped or moved")
	redated := newWorld(t, "quiet-orchard")
	redated.entry(ledger.Entry{Time: noon.Add(time.Hour), Content: w.entries[1].Content}, first.Bytes())
	old := redated.tree(2)
	add("redated", &File{Kind: Dropped, Charters: old.Charters, Checkpoints: []string{string(old.Checkpoint)}, Receipt: string(receipt), Items: []Item{redated.item(old, 1, false)}}, "the same entry has the time")

	add("twice", ordered(fresh(first.Bytes()), Twice, 1, 3), "ordered one text")
	changed := w.draft(gal)
	changed.ID = first.Claims().ID
	add("identifier", ordered(fresh(w.say(changed, nil).Bytes()), Identifier, 1, 3), "two different texts under one identifier")

	chain := func(name, says string, c statement.Claims, indexes ...uint64) {
		add("chain "+name, ordered(fresh(w.say(c, nil).Bytes()), Chain, indexes...), says)
	}
	same := w.after(first)
	same.Serial.Number = 3
	chain("same", "both follow the same statement", same, 2, 3)
	chain("between", "stands between", same, 1, 2, 3)
	chain("first", "for the first time", w.draft(amal), 2, 3)
	back := w.after(second)
	back.Serial.Number = 1
	chain("back", "Serials only go up", back, 2, 3)
	skip := w.after(second)
	skip.Serial.Number = 9
	chain("serial", "not the next number", skip, 2, 3)
	missing := w.after(second)
	missing.Prev = statement.EncodeHash([32]byte{7})
	chain("skip", "as the next after", missing, 2, 3)
	less := w.after(second)
	less.Seen.Size = 1
	chain("seen", "seen less", less, 2, 3)
	day := w.after(second)
	day.Serial.Day = "2026-11-25"
	chain("day", "not of the day", day, 3)
	reversed := w.say(w.after(second), nil)
	ahead := w.after(reversed)
	add("chain later", ordered(fresh(w.say(ahead, nil).Bytes(), reversed.Bytes()), Chain, 3, 4), "wrong order")

	future := w.after(second)
	future.Seen.Size = 99
	add("seen future", ordered(fresh(w.say(future, nil).Bytes()), Seen, 3), "had already seen 99 entries")
	elsewhere := w.after(second)
	elsewhere.Seen = statement.Seen{Size: 2, Root: ledger.Hash{1}}
	v := fresh(w.say(elsewhere, nil).Bytes())
	seen := ordered(v, Seen, 3)
	if err := v.tree(4).Prefix(seen, 2); err != nil {
		t.Fatal(err)
	}
	add("seen other", seen, "to have seen another ledger")
	nothing := w.after(second)
	nothing.Seen = statement.Seen{Root: ledger.Hash{1}}
	add("seen another nothing", ordered(fresh(w.say(nothing, nil).Bytes()), Seen, 3), "to have seen another ledger")

	late := w.after(second)
	late.Time = noon.Add(2 * time.Hour)
	add("clock ahead", ordered(fresh(w.say(late, nil).Bytes()), Clock, 3), "signed it only at")
	early := w.after(second)
	early.Time = noon.Add(-2 * time.Hour)
	add("clock behind", ordered(fresh(w.say(early, nil).Bytes()), Clock, 2, 3), "Nobody sees what comes later")
	early.Time = noon.Add(-20 * time.Minute)
	add("clock a little behind", ordered(fresh(w.say(early, nil).Bytes()), Clock, 2, 3), "Nobody sees what comes later")
	all[len(all)-1].proven = false

	v = fresh()
	v.entry(ledger.Entry{Time: noon, Content: [32]byte{1}}, nil)
	add("hub time", ordered(v, HubTime, 2, 3), "It set its clock back")

	forged := w.say(w.after(second), nil).Bytes()
	dot := strings.IndexByte(string(forged), '~')
	if forged[dot-10] == 'A' {
		forged[dot-10] = 'B'
	} else {
		forged[dot-10] = 'A'
	}
	f := ordered(fresh(forged), Signature, 3)
	f.Key = identity.EncodeKey(identity.NewSigner(keyOf(amal)).Public())
	add("signature", f, "has not signed it")

	foreign := w.after(second)
	foreign.Mechanism = "loud-orchard"
	add("mechanism", ordered(fresh(w.say(foreign, nil).Bytes()), Mechanism, 3), "signed for another channel")
	marked := w.after(second)
	marked.Exercise = !marked.Exercise
	add("mark", ordered(fresh(w.say(marked, nil).Bytes()), Mechanism, 3), "exercise")

	revocation := w.draft("alder/registrar/root")
	revocation.Format = "key.revoke/1"
	v = fresh(w.say(revocation, map[string]any{"kid": first.KID()}).Bytes(), w.say(w.after(second), nil).Bytes())
	add("revoked key", ordered(v, RevokedKey, 3, 4), "after entry #3 had revoked")

	beginning := newWorld(t, "loud-orchard")
	start := beginning.tree(1)
	start.Charters = honest.Charters
	add("beginning", start.Ordered(Beginning, beginning.item(start, 0, false)), "does not begin with the charter")

	v = fresh()
	block := &ledger.Block{Height: 3, First: 3, Entries: []ledger.Entry{{Time: v.now, Content: [32]byte{9}}}, Contents: [][]byte{nil},
		Disclosed: []ledger.Disclosure{{Index: 1, Content: second.Bytes()}}, Checkpoint: honest.Checkpoint}
	line := must[[]byte](t)(block.MarshalJSON())
	answer := &carry.Answer{Mechanism: w.charter.Mechanism, Exercise: w.charter.Exercise, KID: first.KID(), Request: first.KID(), Made: noon, After: 3, Blocks: [][]byte{line}}
	f = ordered(v, Text, 1)
	f.Items[0].Content, f.Answer = "", string(answer.Sign(keyOf("hub/tls")))
	add("changed text", f, "The statement was changed")

	all = append(all, crime{"line", &File{Kind: Line, Charters: honest.Charters, Line: string(line), Claim: "entry 1 has another text"}, "entry 1 has another text", false})
	return w, all
}

// Every kind is proven by the file that a desk makes of it, in three languages, and
// the file has one spelling. Nothing is proven without a charter, nor against another.
func TestJudge(t *testing.T) {
	w, all := crimes(t)
	stranger := newWorld(t, "loud-orchard").charter.Charter
	seen := map[string]bool{}
	for _, c := range all {
		text := w.bytes(c.file)
		seen[c.file.Kind] = true
		v, err := Judge(text, w.charter.Charter)
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		if v.Proven != c.proven || !strings.Contains(v.Sentence.In("en"), c.says) || len(v.Accused) == 0 || v.Accused[0].Party != "cedar" {
			t.Errorf("%s: proven %t, %q, accused %v", c.name, v.Proven, v.Sentence.In("en"), v.Accused)
		}
		for _, lang := range []string{"ar", "he"} {
			if s := v.Sentence.In(lang); s == "" || s == v.Sentence.In("en") {
				t.Errorf("%s: in %s it is %q", c.name, lang, s)
			}
		}
		if c.name == "fork and witness" && (len(v.Accused) != 2 || v.Accused[1].Party != "birch" || v.Accused[1].Role != Witness) {
			t.Errorf("%s: accused %v", c.name, v.Accused)
		}
		if _, err := Judge(text, nil); err == nil || errors.As(err, new(*Refuted)) {
			t.Errorf("%s: judged without a charter: %v", c.name, err)
		}
		if _, err := Judge(text, stranger); !errors.As(err, new(*Refuted)) {
			t.Errorf("%s: judged under a stranger's charter: %v", c.name, err)
		}
	}
	for _, kind := range Kinds() {
		if !seen[kind] {
			t.Errorf("no file of kind %s", kind)
		}
	}
}

// What an honest hub did is refuted under every kind that its files could be dressed
// up as.
func TestJudgeHonest(t *testing.T) {
	w := newWorld(t, "quiet-orchard")
	s := w.say(w.draft("alder/watch/amal"), nil)
	w.order(s.Bytes())
	for range 3 {
		s = w.say(w.after(s), nil)
		w.order(s.Bytes())
	}
	for _, kind := range []string{Twice, Identifier, Chain, Seen, Clock, HubTime, Signature, Mechanism, RevokedKey, Beginning} {
		for a := range w.size() {
			for b := a; b < w.size(); b++ {
				tree := w.tree(w.size())
				f := tree.Ordered(kind, w.item(tree, a, a > 0))
				if b > a {
					f.Items = append(f.Items, w.item(tree, b, true))
				}
				if kind == Signature {
					f.Key = identity.EncodeKey(identity.NewSigner(keyOf("alder/watch/amal")).Public())
				}
				if kind == Seen && a > 0 {
					if err := tree.Prefix(f, must[*statement.Statement](t)(statement.Parse(w.texts[a])).Claims().Seen.Size); err != nil {
						t.Fatal(err)
					}
				}
				if v, err := Judge(w.bytes(f), w.charter.Charter); !errors.As(err, new(*Refuted)) {
					t.Errorf("%s of entries %d and %d: %v, %q", kind, a, b, err, v.Sentence.In("en"))
				}
			}
		}
	}
	for n := range w.size() {
		tree, old := w.tree(w.size()), w.tree(n+1)
		if _, err := Judge(w.bytes(must[*File](t)(tree.Against(old.Head, old.Checkpoint))), w.charter.Charter); !errors.As(err, new(*Refuted)) {
			t.Errorf("fork of %d entries: %v", n+1, err)
		}
		receipt := must[[]byte](t)(ledger.NewReceipt(n, w.entries[n], n+1, old.Checkpoint, w.hashes))
		f := &File{Kind: Dropped, Charters: tree.Charters, Checkpoints: []string{string(tree.Checkpoint)}, Receipt: string(receipt), Items: []Item{w.item(tree, n, false)}}
		if _, err := Judge(w.bytes(f), w.charter.Charter); !errors.As(err, new(*Refuted)) {
			t.Errorf("dropped entry %d: %v", n, err)
		}
	}
}

// A key that the judge's own edition has replaced is said to be old, although the file
// leaves that edition out: a thief of the old key may have made it.
func TestJudgeOldKey(t *testing.T) {
	w, all := crimes(t)
	next := *w.charter.Charter
	next.Edition, next.Previous = 2, charter.EncodeHash(w.charter.Hash())
	next.Hub.Key = must[*ledger.Signer](t)(ledger.NewSigner(next.Hub.Origin, keyOf("hub/log-next"))).VerifierKey()
	second := sign(t, &next)
	f := *all[0].file
	for _, charters := range [][]string{{string(w.charter.Note)}, {string(w.charter.Note), string(second.Note)}} {
		f.Charters = charters
		v, err := Judge(w.bytes(&f), second.Charter)
		if err != nil || len(v.NotShown) == 0 {
			t.Errorf("with %d editions: %v; not shown: %v", len(charters), err, v.NotShown)
		}
	}
	f.Charters = f.Charters[:1]
	if v, err := Judge(w.bytes(&f), w.charter.Charter); err != nil || len(v.NotShown) != 0 {
		t.Errorf("before it was replaced: %v; not shown: %v", err, v.NotShown)
	}
}

// A later edition of the charter may be shown, or be the judge's own.
func TestJudgeEditions(t *testing.T) {
	w, all := crimes(t)
	next := *w.charter.Charter
	next.Edition, next.Previous = 2, charter.EncodeHash(w.charter.Hash())
	second := sign(t, &next)
	f := *all[0].file
	if _, err := Judge(w.bytes(&f), second.Charter); err != nil {
		t.Errorf("with the next edition: %v", err)
	}
	f.Charters = []string{string(w.charter.Note), string(second.Note)}
	for _, c := range []*charter.Charter{w.charter.Charter, second.Charter} {
		if v, err := Judge(w.bytes(&f), c); err != nil || !v.Proven {
			t.Errorf("with edition %d: %v", c.Edition, err)
		}
	}
	f.Charters = f.Charters[1:]
	if _, err := Judge(w.bytes(&f), w.charter.Charter); !errors.As(err, new(*Refuted)) {
		t.Errorf("without the first edition: %v", err)
	}
	third := next
	third.Edition, third.Previous = 3, charter.EncodeHash(second.Hash())
	if _, err := Judge(w.bytes(all[0].file), sign(t, &third).Charter); err == nil || errors.As(err, new(*Refuted)) {
		t.Errorf("two editions later: %v", err)
	}
}
