package desk

import "slices"

// Bounds of one submission.
const (
	maxBatch      = 64
	maxBatchBytes = 3 << 20
)

// pick chooses the next batch from the queued statements, in their order, of
// those authors who are not busy: of each author a run that is FLASH throughout
// or not at all, so that the hub cannot reorder it, and nothing before what it
// must come after. If it is urgent, only authors with FLASH are looked at, and
// those whose statements these must come after. The hub is being asked about the
// statements in asked; nothing may overtake those either.
func pick(rows []*row, urgently bool, asked map[int64]bool, busy func(author string) bool) []*row {
	urgent := map[string]bool{}
	queued := map[int64]*row{}
	for _, r := range rows {
		urgent[r.author] = urgent[r.author] || r.flash
		queued[r.seq] = r
	}
	if urgently {
		for _, r := range rows {
			if before := queued[r.after]; before != nil && urgent[r.author] {
				urgent[before.author] = true
			}
		}
	}
	var batch []*row
	class, ended, taken := map[string]bool{}, map[string]bool{}, map[int64]*row{}
	bytes := 0
	for _, r := range rows {
		if ended[r.author] || urgently && !urgent[r.author] || busy(r.author) {
			continue
		}
		first, begun := class[r.author]
		before := taken[r.after]
		waits := asked[r.after] || queued[r.after] != nil && (before == nil || before.flash != r.flash)
		if begun && first != r.flash || waits {
			ended[r.author] = true
			continue
		}
		if bytes += len(r.bytes); len(batch) == maxBatch || bytes > maxBatchBytes && len(batch) > 0 {
			break
		}
		class[r.author], taken[r.seq] = r.flash, r
		batch = append(batch, r)
	}
	return batch
}

func hasFlash(rows []*row) bool {
	return slices.ContainsFunc(rows, func(r *row) bool { return r.flash })
}
