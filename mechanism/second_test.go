package mechanism

import (
	"testing"
	"time"

	"parley/identity"
	"parley/statement"
)

func itemFields() map[string]any {
	return map[string]any{"source": "B", "credibility": "3", "item": statement.Paragraphs{"The clip is forged."}, "confidence": "moderate", "tlp": "AMBER", "use-mark": "PROTECT-ONLY",
		"originator-control": true, "dissent": statement.Paragraphs{"none"}}
}

// item is an assessed item, which no officer sends alone.
func item(second string) draft {
	return draft{by: adel, format: "J31/1", area: "intelligence", fields: itemFields(), second: second}
}

func itemAgain(relation, second string, s *statement.Statement) draft {
	d := draft{by: adel, format: "J04/1", area: "intelligence", refs: ref(relation, s), to: s.Claims().To, second: second}
	if relation == "cancels" {
		d.fields = map[string]any{"action": "cancel", "why": "completed", "content": "J31/1"}
	} else {
		d.fields = with(itemFields(), map[string]any{"action": "replace", "why": "error", "content": "J31/1", "credibility": "4"})
	}
	return d
}

func (w *world) thumbprint(name string) string {
	return identity.Thumbprint(identity.NewSigner(w.keys[name]).Public())
}

// revoke has the ledger know of a revocation at its end.
func (w *world) revoke(name string) {
	for _, m := range append([]*memory{w.hub}, w.desks["alder"], w.desks["birch"], w.desks["cedar"]) {
		key := m.keys[w.thumbprint(name)]
		key.Revoked = w.hub.Size() - 1
		m.keys[key.ID] = key
	}
}

func TestTwoPersonRelease(t *testing.T) {
	w := newWorld(t)
	w.refused(SecondMissing, item(""))
	s := w.must(item(aya))
	if kid := w.state(s).Claims.Second; kid == "" || s.SecondKID() != w.thumbprint(aya) {
		t.Errorf("the record has second %q", kid)
	}
	w.must(releases(s))
	w.refused(SecondMissing, itemAgain("replaces", "", s))
	w.refused(SecondSame, itemAgain("replaces", adel, s))
	translation := draft{by: adel, format: "translation/1", area: "intelligence", refs: ref("translates", s), to: []string{"birch"},
		fields: map[string]any{"content": "J31/1", "language": "ar", "method": "human", "item": statement.Paragraphs{"المقطع مزوّر."}}}
	w.refused(SecondMissing, translation)
	translation.second = aya
	w.must(translation)
	replacement := w.must(itemAgain("replaces", aya, s))
	w.must(releases(replacement))
	w.must(itemAgain("cancels", "", replacement)) // it puts nothing in its place

	ordinary := notice()
	w.must(ordinary)
	ordinary.second = adelOnWatch
	w.must(ordinary) // allowed, and checked all the same
	ordinary.second = amal
	w.refused(SecondSame, ordinary)
	ordinary.second = basil
	w.refused(SecondParty, ordinary)
}

// Each row is one way to have no second person.
func TestSecondRefusals(t *testing.T) {
	w := newWorld(t)
	lost := "alder/analyst/lost"
	w.keys[lost] = keyOf(lost) // not endorsed
	alter := func(change func(*statement.Claims)) draft {
		d := item(aya)
		d.alter = change
		return d
	}
	stolen := w.must(item(aya)).Claims().Second
	for _, test := range []struct {
		name, rule string
		d          draft
	}{
		{"nobody", SecondMissing, item("")},
		{"the author", SecondSame, item(adel)},
		{"the author's other key", SecondSame, item(adelsOther)},
		{"the author in another role", SecondSame, item(adelOnWatch)},
		{"the other side", SecondParty, item(bahia)},
		{"the supervisor", SecondParty, item(chen)},
		{"the desk", SecondMachine, item("alder/desk/one")},
		{"a role without the right", SecondNoRight, item(amal)},
		{"a key that nobody endorsed", SecondKey, item(lost)},
		{"taken from another statement", SecondSignature, alter(func(c *statement.Claims) { c.Second = stolen })},
		{"under another identifier", SecondSignature, alter(func(c *statement.Claims) { c.ID = statement.NewID(c.Time, [10]byte{9, 9}) })},
		{"under another precedence", SecondSignature, alter(func(c *statement.Claims) { c.Precedence = "FLASH" })},
		{"to more parties", SecondSignature, alter(func(c *statement.Claims) { c.To = []string{"birch", "cedar"} })},
		{"late since", SecondSignature, alter(func(c *statement.Claims) { c.Late = statement.Late{At: c.Time.Truncate(time.Second), Route: "voice"} })},
		{"stripped", SecondMissing, alter(func(c *statement.Claims) { c.Second = "" })},
	} {
		t.Run(test.name, func(t *testing.T) { w.t = t; w.refused(test.rule, test.d) })
	}
	t.Run("another author's statement", func(t *testing.T) {
		w.t = t
		d := item(aya)
		d.alter = func(c *statement.Claims) { c.Author.Officer = "adil" }
		d.by = "alder/analyst/adel" // the key; refused before that for speaking as another
		w.refused(OthersKey, d)
	})
	t.Run("a compartment that the key lacks", func(t *testing.T) {
		w.t = t
		key := w.hub.keys[w.thumbprint(aya)]
		areas := key.Areas
		key.Areas = []string{"military"}
		w.hub.keys[key.ID] = key
		w.refused(SecondArea, item(aya))
		key.Areas = areas
		w.hub.keys[key.ID] = key
	})
	t.Run("revoked", func(t *testing.T) {
		w.t = t
		w.revoke(aya)
		w.refused(SecondRevoked, item(aya))
	})
	t.Run("author revoked", func(t *testing.T) {
		w.t = t
		w.revoke(adel)
		w.refused(RevokedKey, item(aya))
	})
}

// What was ordered before the second officer's key was revoked stands.
func TestSecondAtItsIndex(t *testing.T) {
	w := newWorld(t)
	s := w.must(item(aya))
	at := w.order[s.Claims().ID]
	w.revoke(aya) // after it
	auditor := w.desks["cedar"]
	delete(auditor.records, s.Claims().ID)
	if _, err := Decide(auditor, Case{Statement: s, Index: at, Now: w.now}); err != nil {
		t.Error(err)
	}
}

// A reader from whom the fields are withheld still sees that two have signed, and
// still finds out one who has not.
func TestSecondRedacted(t *testing.T) {
	w := newWorld(t)
	s := w.must(item(aya))
	bare, err := s.Redact("source", "credibility", "item", "confidence", "tlp", "use-mark", "originator-control", "dissent")
	if err != nil {
		t.Fatal(err)
	}
	auditor := w.desks["cedar"]
	delete(auditor.records, s.Claims().ID)
	if _, err := Decide(auditor, Case{Statement: bare, Index: w.order[s.Claims().ID], Now: w.now}); err != nil {
		t.Error(err)
	}
	key := auditor.keys[w.thumbprint(aya)]
	delete(auditor.keys, key.ID)
	if _, err := Decide(auditor, Case{Statement: bare, Index: w.order[s.Claims().ID], Now: w.now}); err == nil {
		t.Error("an unknown second is taken")
	}
}

func TestUnseconded(t *testing.T) {
	w := newWorld(t)
	s, err := w.send(item(""))
	if err == nil {
		t.Fatal("sent alone")
	}
	if _, err := Decide(w.hub, Case{Statement: s, Index: w.hub.Size(), Now: w.now, Unseconded: true}); err != nil {
		t.Errorf("before the second officer signs: %v", err)
	}
	if !NeedsSecond(w.charter, s) || NeedsSecond(w.charter, w.must(notice())) {
		t.Error("what needs a second officer is not what the charter marks")
	}
}

func TestLateEntries(t *testing.T) {
	w := newWorld(t)
	late := func(d draft, ago time.Duration) draft {
		d.late = statement.Late{At: w.now.Add(-ago).Truncate(time.Second), Route: "voice"}
		return d
	}
	s := w.must(late(notice(), 40*time.Minute))
	plain := w.must(notice())
	w.must(releases(s))
	w.must(releases(plain))
	// It moves no clock.
	if a, b := w.state(s), w.state(plain); b.Delivery.Due.Sub(a.Delivery.Due) != b.Logged.Sub(a.Logged) || a.Facts.LateNotice != b.Facts.LateNotice {
		t.Errorf("due %v and %v, notice %v and %v", a.Delivery.Due, b.Delivery.Due, a.Facts, b.Facts)
	}
	w.show(s)
	w.must(late(acks(basil, s), time.Minute))
	w.must(late(w.readsBack(basil, s, nil), time.Minute))
	w.must(late(passesOn(basil, s, w.now, 0), time.Minute))
	hours := time.Duration(w.charter.Limits.LateHours) * time.Hour
	ahead := time.Duration(w.charter.Limits.AheadSeconds) * time.Second
	w.must(late(notice(), hours-2*time.Second))
	w.must(late(notice(), -ahead))
	for _, test := range []struct {
		name, rule string
		d          draft
	}{
		{"an hour too old", LateOld, late(notice(), hours+time.Hour)},
		{"still to come", LateAhead, late(notice(), -ahead-time.Minute)},
		{"a release", LateFormat, late(releases(w.must(notice())), time.Minute)},
		{"a withdrawal", LateFormat, late(withdraws(amal, w.must(notice())), time.Minute)},
		{"a machine's report", LateFormat, late(act(bdesk, "desk.displayed/1", "displays", plain), time.Minute)},
	} {
		t.Run(test.name, func(t *testing.T) { w.t = t; w.refused(test.rule, test.d) })
	}
}
