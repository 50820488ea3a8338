package store

import (
	"fmt"
	"testing"

	"parley/mechanism"
	"parley/statement"
)

// A record that was read is kept until a newer one of its entry is in the database, and
// one that was read before that is not kept after it.
func TestRecall(t *testing.T) {
	numbered := func(i int) *mechanism.Record {
		return &mechanism.Record{Index: uint64(i), Claims: statement.Claims{ID: fmt.Sprint(i)}}
	}
	has := func(c *recall, i int) bool {
		_, byID := c.record(fmt.Sprint(i))
		_, byIndex := c.recordAt(uint64(i))
		if byID != byIndex {
			t.Errorf("record %d: found by identifier %v, by index %v", i, byID, byIndex)
		}
		return byID
	}
	var c recall
	if has(&c, 1) {
		t.Error("an empty one has a record")
	}
	c.put(numbered(1), c.turn())
	c.put(numbered(2), c.turn())
	before := c.turn()
	newer := newLayer(0)
	newer.putRecord(numbered(1))
	c.forget(newer)
	if has(&c, 1) || !has(&c, 2) {
		t.Error("what was written is kept, or what was not is forgotten")
	}
	if c.put(numbered(1), before); has(&c, 1) {
		t.Error("what was read before it was written anew is kept")
	}
	for i := range 3 * maxRecalled {
		c.put(numbered(i), c.turn())
		has(&c, 7) // is asked for all the time
	}
	if !has(&c, 7) || has(&c, 8) || !has(&c, 3*maxRecalled-1) {
		t.Error("what is asked for is given up, or what is not is kept")
	}
	if n := len(c.new.byID) + len(c.old.byID); n > 2*maxRecalled+1 {
		t.Errorf("%d records are kept", n)
	}
	c.forget(newer)
	if has(&c, 1) {
		t.Error("of two generations one is not forgotten")
	}
}
