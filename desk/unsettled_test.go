package desk

import (
	"slices"
	"testing"
)

// Where a party runs two desks, the hub refuses what the second says of an
// arrival after the first. That crowds out nothing that a person wrote and was
// refused, and is no alarm.
func TestRefusedOfTheMachine(t *testing.T) {
	w := newWorld(t)
	ctx, d := t.Context(), w.desks["alder"]
	w.receipt("alder", w.say(amal))
	const refused = `INSERT INTO statement (id, author, flash, signed, bytes, state, problem)
		WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?1)
		SELECT ?2 || i, ?3, flash, signed, bytes, 'refused', CAST('{"status":409,"rule":"delivery.twice"}' AS BLOB) FROM statement, n WHERE author = ?4 AND state = 'accepted'`
	for _, of := range []struct {
		n      int
		id, by string
	}{{1, "person", amal}, {300, "machine", "alder/desk/one"}} {
		_, err := d.outbox.db.ExecContext(ctx, refused, of.n, of.id, of.by, amal)
		w.must(err)
	}
	rows, err := d.unsettled(ctx)
	w.must(err)
	if len(rows) != 65 || !slices.ContainsFunc(rows, func(r *row) bool { return r.author == amal }) || !slices.IsSortedFunc(rows, func(a, b *row) int { return int(b.seq - a.seq) }) {
		t.Errorf("%d rows, want the person's and 64 of the machine's, newest first", len(rows))
	}
	if id, err := d.Find(ctx, "person"); id != "person1" || err != nil {
		t.Errorf("found %q, %v", id, err)
	}
	if status, err := d.Status(ctx); err != nil || status.Refused != 1 {
		t.Errorf("%d refused, %v; want the person's alone", status.Refused, err)
	}
}
