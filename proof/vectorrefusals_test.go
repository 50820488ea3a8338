package proof

import (
	"errors"
	"testing"
	"time"

	"parley/identity"
	"parley/mechanism"
	"parley/rule"
	"parley/statement"
	"parley/store"
)

// What a hub that has the record of cedar answers to a statement: nothing, or the rule
// by which it refuses it. Where `needs` is "rules", format, gate or order of the whole
// record decides, and a verifier of keys, signatures and places alone cannot tell.
func TestVectorsRefusals(t *testing.T) {
	w := vectorWorld(t)
	s := tell(w)
	work, err := store.New(t.Context(), nil, w.charter.Hub.Origin, true)
	w.must(err)
	w.must(work.FoldAll(t.Context(), store.Nobody, 8, listed(w.blocks)))
	now := w.now.Add(2 * time.Second)
	v := newVectors(t, "refusals", "What the hub decides of a statement that comes after record-cedar.jsonl, as entry input.index at input.time (section 10). The reason is the rule's id.")
	decide := func(name, needs, want string, statement *statement.Statement) {
		t.Helper()
		_, err := mechanism.Decide(work, mechanism.Case{Statement: statement, Index: w.size(), Now: now})
		got := ""
		if refusal, ok := errors.AsType[*rule.Refusal](err); ok {
			got = refusal.Rule
		} else if err != nil {
			t.Fatal(err)
		}
		if got != want {
			t.Errorf("%s: %v, want rule %s", name, err, want)
		}
		c := vector{Name: name, Needs: needs, Verdict: "accept", Reason: want, Input: map[string]any{"record": "record-cedar.jsonl", "index": w.size(), "time": now.Format("2006-01-02T15:04:05.000Z"), "statement": string(statement.Bytes())}}
		if want != "" {
			c.Verdict = "refuse"
		}
		v.Cases = append(v.Cases, c)
	}
	by := func(author string, change func(*draft)) *statement.Statement { return w.draft(author, change) }
	amal := func(change func(*draft)) *statement.Statement { return by("alder/watch/amal", change) }
	decide("good", "", "", amal(nil))
	decide("an unknown key", "", mechanism.UnknownKey, by("alder/watch/nobody", nil))
	decide("a revoked key", "", mechanism.RevokedKey, by("alder/analyst/aya", nil))
	decide("another's key", "", mechanism.OthersKey, amal(func(d *draft) { d.key = keyOf("birch/watch/basil") }))
	decide("a root that is no registrar", "", mechanism.OthersKey, amal(func(d *draft) { d.key = keyOf("alder/registrar/root") }))
	decide("another mechanism", "", mechanism.WrongMechanism, amal(func(d *draft) { d.claims.Mechanism = "pear" }))
	decide("live", "", mechanism.WrongExercise, amal(func(d *draft) { d.claims.Exercise = false }))
	decide("an identifier that is taken", "", mechanism.IDTaken, amal(func(d *draft) { d.claims.ID = s.notice.Claims().ID }))
	decide("a role without the right", "", mechanism.NoRight, w.act("birch/watch/basil", "gate.release/1", "releases", alder, s.held))
	decide("a format that is not in force", "", mechanism.NotInForce, amal(func(d *draft) { d.claims.Format = "J14/9" }))
	decide("an area the key is not for", "", mechanism.WrongArea, w.draft("alder/watch/amal", func(d *draft) { d.claims.Area = "naval" }))
	decide("an unknown precedence", "", mechanism.BadPrecedence, amal(func(d *draft) { d.claims.Precedence = "NOW" }))
	decide("an unknown addressee", "", mechanism.BadAddressee, amal(func(d *draft) { d.claims.To = []string{"pear"} }))
	decide("its own party for addressee", "", mechanism.BadAddressee, amal(func(d *draft) { d.claims.To = []string{"alder"} }))
	decide("a clock that is ahead", "", mechanism.ClockAhead, amal(func(d *draft) { d.claims.Time = now.Add(time.Hour) }))
	decide("a clock that is behind", "", mechanism.ClockBehind, amal(func(d *draft) { d.claims.Time = now.Add(-time.Hour) }))
	decide("signed long ago", "", mechanism.TooLate, amal(func(d *draft) { d.claims.Time = now.Add(-90 * 24 * time.Hour) }))
	decide("more seen than there is", "", mechanism.SeenFuture, amal(func(d *draft) { d.claims.Seen.Size = w.size() + 1 }))
	decide("another ledger seen", "", mechanism.SeenOther, amal(func(d *draft) { d.claims.Seen.Root[0] ^= 1 }))
	decide("less seen than before", "rules", mechanism.SeenBack, amal(func(d *draft) { d.claims.Seen = statement.Seen{Root: emptyRoot} }))
	decide("no predecessor", "rules", mechanism.WrongPrev, amal(func(d *draft) { d.claims.Prev = "" }))
	decide("a predecessor that is not the last", "rules", mechanism.WrongPrev, amal(func(d *draft) { d.claims.Prev = statement.EncodeHash(s.notice.Hash()) }))
	decide("a serial left out", "rules", mechanism.WrongSerial, amal(func(d *draft) { d.claims.Serial.Number++ }))
	decide("a serial of another day", "", mechanism.WrongSerial, amal(func(d *draft) { d.claims.Serial.Day = "2026-11-25" }))
	decide("a field missing", "rules", mechanism.BadField, amal(func(d *draft) { d.fields = map[string]any{"activity": "survey"} }))
	withheld, err := amal(nil).Redact("activity")
	w.must(err)
	decide("a field withheld", "rules", mechanism.Undisclosed, withheld)
	decide("sent by one officer that needs two", "rules", mechanism.SecondMissing, w.assessed(""))
	decide("the second officer is the first", "", mechanism.SecondSame, w.assessed("alder/analyst/adel"))
	decide("the second officer is of the other side", "", mechanism.SecondParty, w.assessed("birch/watch/basil"))
	decide("the second officer's key is revoked", "", mechanism.SecondRevoked, w.assessed("alder/analyst/aya"))
	decide("released again", "rules", "delivery.wrong-status", w.act("cedar/gate/chen", "gate.release/1", "releases", both, s.notice))
	decide("acknowledged again", "rules", "delivery.twice", w.act("birch/watch/basil", "J01/1", "acknowledges", alder, s.notice))
	decide("a key endorsed again", "", mechanism.KeyTaken, w.endorsement("alder/watch/amal", nil))
	decide("an endorsement of the other side's", "", mechanism.OtherParty, w.endorsement("birch/watch/bella", func(d *draft) {
		d.key, d.claims.Author = keyOf("alder/registrar/root"), identity.Author{Party: "alder", Role: "registrar", Officer: "root"}
		d.claims.To = []string{"birch", "cedar"}
		mechanism.Chain(&d.claims, w.heads["alder/registrar/root"])
	}))
	decide("a revocation twice", "", mechanism.AlreadyGone, w.revocation("alder/registrar/root", "alder/analyst/aya"))
	v.keep()
}
