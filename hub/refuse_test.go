package hub

import (
	"crypto/ed25519"
	"encoding/base64"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"parley/rule"
	"parley/statement"
)

// Every bad input that can reach the hub in a statement, and the rule that
// answers it. None of them may leave a trace in the ledger.
func TestRefusals(t *testing.T) {
	w := newWorld(t)
	first := w.draft("alder/watch/amal", nil)
	w.accept(first)
	stranger, other := newKey(t), w.keys["birch/watch/basil"]
	for _, test := range []struct {
		name     string
		change   func(*draft)
		rule     string
		sentence string // part of what the person reads
	}{
		{"unknown key", func(d *draft) { d.key = stranger }, "key.unknown", "is not endorsed in this mechanism"},
		{"key of the other side", func(d *draft) { d.key = other }, "key.other-author", "is endorsed for birch/watch/basil, not for alder/watch/amal"},
		{"other mechanism", func(d *draft) { d.claims.Mechanism = "elsewhere" }, "statement.mechanism", `is for mechanism "elsewhere"`},
		{"live on an exercise charter", func(d *draft) { d.claims.Exercise = false }, "statement.exercise", "exercise and live traffic never mix"},
		{"wrong prev", func(d *draft) { d.claims.Prev = statement.EncodeHash([32]byte{1}) }, "chain.prev", "the last accepted statement of alder/watch/amal"},
		{"serial out of turn", func(d *draft) { d.claims.Serial.Number += 3 }, "chain.serial", "is out of turn"},
		{"seen from the future", func(d *draft) { d.claims.Seen.Size += 100 }, "seen.future", "entries; the ledger has"},
		{"seen another ledger", func(d *draft) { d.claims.Seen.Root[0] ^= 1 }, "seen.other-root", "has seen another ledger"},
		{"clock a day ahead", func(d *draft) {
			d.claims.Time = d.claims.Time.Add(24 * time.Hour)
			d.claims.Serial = statement.Serial{Day: d.claims.Time.Format(time.DateOnly), Number: 1}
		}, "time.ahead", "ahead of the hub's"},
		{"clock a day behind", func(d *draft) {
			d.claims.Time = d.claims.Time.Add(-24 * time.Hour)
			d.claims.Serial = statement.Serial{Day: d.claims.Time.Format(time.DateOnly), Number: 1}
		}, "time.behind", "the clock is behind"},
		{"format not in force", func(d *draft) { d.claims.Format = "J99/1" }, "format.not-in-force", `"J99/1" is not in force`},
		{"role without the right", func(d *draft) { d.claims.Format = "gate.release/1" }, "role.no-right", `role "watch" of alder has no right`},
		{"wrong area", func(d *draft) { d.claims.Area = "commercial" }, "statement.area", `belongs to area "military"`},
		{"unknown addressee", func(d *draft) { d.claims.To = []string{"oak"} }, "statement.to", `"oak" is not a party`},
		{"to oneself", func(d *draft) { d.claims.To = []string{"alder"} }, "statement.to", "its author's own party"},
		{"window without zone", func(d *draft) {
			d.fields = map[string]any{"activity": "survey", "place": "geo:0.56,-17.95;u=50;as=dmm;typed=00%2033.600N%20017%2057.000W;name=valley%2C%20north%20end", "window": "2026-11-24T09:00/2026-11-24T11:00 local", "description": statement.Paragraphs{"x"}, "contact": "desk:line 2"}
		}, "format.field", "window"},
		{"missing field", func(d *draft) {
			d.fields = map[string]any{"place": "geo:0.56,-17.95;u=50;as=dmm;typed=00%2033.600N%20017%2057.000W;name=valley%2C%20north%20end"}
		}, "format.field", "nothing was written"},
		{"reply to what is not known", func(d *draft) {
			d.claims.Refs = []statement.Ref{{Relation: "replies", ID: d.claims.ID, Hash: [32]byte{1}}}
		}, "delivery.unknown-statement", "not known to alder"},
	} {
		t.Run(test.name, func(t *testing.T) {
			size := w.hub.work.Size()
			refusal := w.refused("alder", w.draft("alder/watch/amal", test.change).Bytes())
			if refusal.Rule != test.rule || !strings.Contains(refusal.Sentence, test.sentence) {
				t.Errorf("got %s: %s\nwant %s with %q", refusal.Rule, refusal.Sentence, test.rule, test.sentence)
			}
			if w.hub.work.Size() != size {
				t.Error("the refused statement left an entry in the ledger")
			}
		})
	}
}

func TestSeenNeverGoesBack(t *testing.T) {
	w := newWorld(t)
	w.accept(w.draft("alder/watch/amal", nil))
	w.accept(w.draft("alder/watch/amal", nil)) // has seen the first
	s := w.draft("alder/watch/amal", func(d *draft) { d.claims.Seen = statement.Seen{Root: emptyRoot} })
	if refusal := w.refused("alder", s.Bytes()); refusal.Rule != "seen.back" {
		t.Errorf("got %v, want seen.back", refusal)
	}
}

func TestReplay(t *testing.T) {
	w := newWorld(t)
	s := w.draft("alder/watch/amal", nil)
	first := w.submit("alder", s.Bytes())[0]
	w.heads["alder/watch/amal"] = nil
	again := w.submit("alder", s.Bytes())[0]
	twice := w.submit("alder", s.Bytes(), s.Bytes())
	for _, r := range []string{again.Receipt, twice[0].Receipt, twice[1].Receipt} {
		if r == "" || r != first.Receipt {
			t.Errorf("the same statement got another receipt:\n%s\nwant\n%s", r, first.Receipt)
		}
	}
	other := w.draft("alder/watch/amal", func(d *draft) { d.claims.ID = s.Claims().ID })
	if refusal := w.refused("alder", other.Bytes()); refusal.Rule != "statement.id-taken" {
		t.Errorf("other bytes under the same identifier: got %v", refusal)
	}
}

// A changed byte anywhere must be refused: as malformed, or by its signature,
// or by a rule; never accepted.
func TestChangedByte(t *testing.T) {
	w := newWorld(t)
	text := w.draft("alder/watch/amal", nil).Bytes()
	var batch [][]byte
	for i := 0; i < len(text); i += 7 {
		changed := slices.Clone(text)
		if changed[i]++; changed[i] == '\n' {
			continue
		}
		batch = append(batch, changed)
	}
	for chunk := range slices.Chunk(batch, maxStatements) {
		for _, result := range w.submit("alder", chunk...) {
			if result.Problem == nil {
				t.Fatal("a changed statement was accepted")
			}
		}
	}
}

func TestUndisclosed(t *testing.T) {
	w := newWorld(t)
	redacted, err := w.draft("alder/watch/amal", nil).Redact("contact")
	if err != nil {
		t.Fatal(err)
	}
	if refusal := w.refused("alder", redacted.Bytes()); refusal.Rule != "statement.undisclosed" {
		t.Errorf("got %v", refusal)
	}
}

func TestOtherPartysStatement(t *testing.T) {
	w := newWorld(t)
	if refusal := w.refused("birch", w.draft("alder/watch/amal", nil).Bytes()); refusal.Rule != "api.forbidden" {
		t.Errorf("got %v", refusal)
	}
}

func TestRevokedKey(t *testing.T) {
	w := newWorld(t)
	ready := w.draft("alder/watch/amal", nil)
	revoke := w.draft("alder/registrar/root", func(d *draft) {
		d.claims.Format, d.claims.Area, d.claims.Precedence, d.claims.To = "key.revoke/1", "service", "IMMEDIATE", []string{"birch", "cedar"}
		d.fields = map[string]any{"kid": ready.KID(), "reason": "lost"}
	})
	w.accept(revoke)
	refusal := w.refused("alder", ready.Bytes())
	if refusal.Rule != "key.revoked" || !strings.Contains(refusal.Sentence, "was revoked at entry") {
		t.Errorf("got %v", refusal)
	}
	again := w.endorsement("alder/watch/amal", w.keys["alder/watch/amal"], nil)
	if refusal := w.refused("alder", again.Bytes()); refusal.Rule != "key.taken" {
		t.Errorf("a revoked key endorsed again: got %v", refusal)
	}
}

func TestEndorsementRefusals(t *testing.T) {
	w := newWorld(t)
	key := newKey(t)
	small := base64.RawURLEncoding.EncodeToString(append([]byte{1}, make([]byte, ed25519.PublicKeySize-1)...))
	for _, test := range []struct {
		name, holder string
		change       func(*draft)
		rule         string
	}{
		{"small-order key", "alder/watch/new", func(d *draft) { d.fields["key"] = small }, "key.enrolment"},
		{"no proof of possession", "alder/watch/new", func(d *draft) { d.fields["proof"] = base64.RawURLEncoding.EncodeToString(make([]byte, 64)) }, "key.enrolment"},
		{"request for another officer", "alder/watch/new", func(d *draft) { d.fields["holder"] = "alder/watch/else" }, "key.enrolment"},
		{"role of the other kind", "alder/gate/new", nil, "key.enrolment"},
		{"not to every party", "alder/watch/new", func(d *draft) { d.claims.To = []string{"cedar"} }, "statement.to"},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := w.endorsement(test.holder, key, test.change)
			if refusal := w.refused("alder", s.Bytes()); refusal.Rule != test.rule {
				t.Errorf("got %v, want %s", refusal, test.rule)
			}
		})
	}
}

// A party that shows checkpoints without end is told to wait; the others and its own
// statements are not kept waiting for it.
func TestTooManyCheckpoints(t *testing.T) {
	w := newWorld(t)
	one := w.client("alder/desk/one")
	for name, call := range map[string]func() error{
		"held":    func() error { return one.Held(t.Context(), nil) },
		"cosigns": func() error { return one.Cosign(t.Context(), w.hub.signed.newestNote()) },
	} {
		w.until(name+" is told to wait", func() bool {
			for w.hub.limits.allowWord("alder", w.now) { // what a flood uses up
			}
			var refusal *rule.Refusal
			return errors.As(call(), &refusal) && refusal.Rule == TooMany
		})
	}
	if err := w.client("birch/desk/one").Held(t.Context(), nil); err != nil {
		t.Errorf("another party: %v", err)
	}
	w.accept(w.draft("alder/watch/amal", nil))
	w.forward(time.Second)
	if err := one.Held(t.Context(), nil); err != nil {
		t.Errorf("a second later: %v", err)
	}
}
