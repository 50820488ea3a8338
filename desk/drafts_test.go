package desk

import (
	"strings"
	"testing"
	"time"
)

// Drafts are bounded by size too, and the newest is always kept.
func TestDraftsAreBounded(t *testing.T) {
	w := newWorld(t)
	ctx, o := t.Context(), w.desks["alder"].outbox
	keep := func(bytes int) int64 {
		number, err := o.saveDraft(ctx, Saying{Fields: []string{"description=" + strings.Repeat("x", bytes)}}, Problem{}, time.Unix(0, 0))
		w.must(err)
		return number
	}
	for range 5 {
		keep(maxDraftBytes / 4)
	}
	last := keep(10)
	all, err := o.drafts(ctx)
	w.must(err)
	if len(all) != 4 || all[3].Number != last {
		t.Errorf("%d drafts are kept, want 3 large ones and the last", len(all))
	}
	only := keep(2 * maxDraftBytes)
	if all, err = o.drafts(ctx); err != nil || len(all) != 1 || all[0].Number != only {
		t.Errorf("%d drafts are kept, %v; want the newest alone", len(all), err)
	}
}
