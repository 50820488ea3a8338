package store

import (
	"context"
	"fmt"
	"slices"
	"strings"
)

// Find gives the identifiers of known statements that begin with prefix, sorted,
// at most limit of them.
func (w *Working) Find(ctx context.Context, prefix string, limit int) ([]string, error) {
	var ids []string
	w.mu.RLock()
	for _, l := range w.layers(false) {
		for id := range l.records {
			if strings.HasPrefix(id, prefix) {
				ids = append(ids, id)
			}
		}
	}
	from := w.cold
	w.mu.RUnlock()
	if from != nil {
		for r, err := range from.records() {
			if err != nil {
				return nil, fmt.Errorf("find statements that begin with %q: %w", prefix, err)
			}
			if strings.HasPrefix(r.Claims.ID, prefix) {
				ids = append(ids, r.Claims.ID)
			}
		}
	}
	if w.db != nil {
		rows, err := w.db.read.QueryContext(ctx, "SELECT id FROM entry WHERE id >= ? AND id < ? ORDER BY id LIMIT ?", prefix, prefix+"\x7f", limit)
		if err != nil {
			return nil, fmt.Errorf("find statements that begin with %q: %w", prefix, err)
		}
		defer rows.Close()
		for rows.Next() {
			var id string
			if err := rows.Scan(&id); err != nil {
				return nil, fmt.Errorf("find statements that begin with %q: %w", prefix, err)
			}
			ids = append(ids, id)
		}
		if err := rows.Err(); err != nil {
			return nil, fmt.Errorf("find statements that begin with %q: %w", prefix, err)
		}
	}
	slices.Sort(ids)
	ids = slices.Compact(ids)
	return ids[:min(limit, len(ids))], nil
}
