package hub

import (
	"errors"
	"slices"
	"testing"
	"time"

	"parley/charter"
	"parley/delivery"
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

// An edition that drops a compartment with all its formats leaves nothing hanging:
// what was accepted there before is released by the clock, taken and expired as it
// would have been.
func TestAreaDropped(t *testing.T) {
	w := newWorld(t)
	s := accidentDraft(w)
	w.accept(s)
	lapsing := w.draft("alder/watch/amal", func(d *draft) { d.fields = future() })
	w.accept(lapsing)
	amended := w.sign(w.next(func(c *charter.Charter) {
		c.Areas = slices.DeleteFunc(c.Areas, func(a charter.Area) bool { return a.ID == "military" })
		dropped := map[string]bool{}
		c.Formats = slices.DeleteFunc(c.Formats, func(r charter.Rule) bool {
			f, _ := c.Format(r.Format)
			if f.Area == "military" {
				dropped[f.ID] = true
			}
			return f.Area == "military"
		})
		for i := range c.Roles {
			c.Roles[i].May = slices.DeleteFunc(c.Roles[i].May, func(id string) bool { return dropped[id] })
		}
	}))
	if _, err := w.client("alder/desk/one").Amend(t.Context(), amended.Note); err != nil {
		t.Fatal(err)
	}
	if refusal := w.refused("alder", accidentDraft(w).Bytes()); refusal.Rule != "format.not-in-force" {
		t.Errorf("under the new edition: got %v", refusal)
	}
	w.forward(2*time.Minute + time.Second)
	w.until("the gate's limit has passed", func() bool { return w.count("the statement has passed") == 1 })
	w.accept(w.act("birch/desk/one", "desk.delivered/1", "delivers", s, "alder"))
	w.forward(80 * time.Hour)
	w.until("its time is over", func() bool {
		r, ok := w.hub.work.Record(lapsing.Claims().ID)
		return ok && r.Delivery.Status == delivery.Lapsed
	})
	size := w.hub.work.Size()
	if work, _ := w.follow("birch/desk/one", size); work.Size() < size {
		t.Error("the other side's desk does not follow")
	}
}
