package hub

import (
	"errors"
	"testing"

	"parley/charter"
	"parley/ledger"
	"parley/rule"
)

// next is the edition that follows the world's charter, changed.
func (w *world) next(change func(*charter.Charter)) *charter.Charter {
	c, err := charter.Parse(w.charter.Text())
	if err != nil {
		w.t.Fatal(err)
	}
	c.Edition++
	c.Previous = charter.EncodeHash(w.charter.Hash())
	if change != nil {
		change(c)
	}
	return c
}

// A new edition is in force from its own entry on, for the hub and for whoever
// follows it; what was ordered before stands under the old one.
func TestAmendment(t *testing.T) {
	w := newWorld(t)
	w.accept(w.draft("alder/watch/amal", nil))
	amended := w.sign(w.next(func(c *charter.Charter) {
		c.Limits.RatePerSecond = 1234
		for i, r := range c.Roles {
			if r.ID == "watch" {
				c.Roles[i].May = []string{"J00", "J01", "J10", "J11"}
			}
		}
	}))
	client := w.client("alder/desk/one")
	text, err := client.Amend(t.Context(), amended.Note)
	if err != nil {
		t.Fatal(err)
	}
	receipt, err := ledger.OpenReceipt(w.verifier, text, amended.Hash())
	if err != nil {
		t.Fatal(err)
	}
	if refusal := w.refused("alder", w.draft("alder/watch/amal", nil).Bytes()); refusal.Rule != "role.no-right" {
		t.Errorf("under the new edition: got %v, want role.no-right", refusal)
	}
	work, _ := w.follow("birch/desk/one", receipt.Index+1)
	if c := work.CharterAt(receipt.Index + 1); c.Edition != 2 {
		t.Errorf("birch follows edition %d", c.Edition)
	}
	if w.hub.limits.rate != 1234 {
		t.Errorf("the hub keeps the old limits: %v a second", w.hub.limits.rate)
	}
	w.restart()
	if w.hub.limits.rate != 1234 {
		t.Errorf("after the restart it allows %v a second", w.hub.limits.rate)
	}
	if w.hub.Charter().Edition != 2 {
		t.Errorf("after the restart edition %d is in force", w.hub.Charter().Edition)
	}
	if _, err := client.Amend(t.Context(), amended.Note); err == nil {
		t.Error("the same edition came into force twice")
	}
}

// An edition that leaps, or that one party has not signed, is refused.
func TestAmendmentRefused(t *testing.T) {
	w := newWorld(t)
	size := w.hub.work.Size()
	leap := w.sign(w.next(func(c *charter.Charter) { c.Edition++ })).Note
	whole := w.sign(w.next(nil)).Note
	text, signatures := charter.Split(whole)
	unsigned := append(append([]byte{}, text...), '\n')
	unsigned = append(unsigned, signatures[:len(signatures)/2]...)
	for name, note := range map[string][]byte{"leap": leap, "signature cut": unsigned, "bare text": text} {
		_, err := w.client("cedar/desk/one").Amend(t.Context(), note)
		var refusal *rule.Refusal
		if !errors.As(err, &refusal) {
			t.Errorf("%s: got %v, want a refusal", name, err)
		}
	}
	if w.hub.work.Size() != size {
		t.Error("a refused edition left an entry")
	}
}
