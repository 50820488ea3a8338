package desk

import (
	"slices"
	"testing"
	"time"

	"parley/charter"
)

// FLASH goes before what is overdue; then the least time left; what no clock drives last.
func TestGateOrder(t *testing.T) {
	c, err := charter.Template("quiet-orchard")
	if err != nil {
		t.Fatal(err)
	}
	noon := time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)
	item := func(name, precedence string, due time.Time, index uint64) GateItem {
		return GateItem{ListItem: ListItem{Item: Item{ID: name, Precedence: precedence, Index: &index}}, Due: due}
	}
	all := []GateItem{
		item("sealed", "ROUTINE", time.Time{}, 1),
		item("later", "PRIORITY", noon.Add(time.Hour), 2),
		item("overdue", "PRIORITY", noon.Add(-time.Hour), 3),
		item("same", "PRIORITY", noon.Add(time.Hour), 4),
		item("flash", "FLASH", noon.Add(2*time.Minute), 5),
		item("immediate", "IMMEDIATE", noon.Add(10*time.Minute), 6),
	}
	slices.SortStableFunc(all, gateOrder(c))
	var got []string
	for _, item := range all {
		got = append(got, item.ID)
	}
	if want := []string{"flash", "overdue", "immediate", "later", "same", "sealed"}; !slices.Equal(got, want) {
		t.Errorf("the gate's order is %q, want %q", got, want)
	}
}
