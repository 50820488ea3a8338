package store

import (
	"context"
	"fmt"
	"time"

	"parley/mechanism"
	"parley/statement"
	"parley/stats"
)

// Statistics makes the page of a period: period gives it by the hub's time of the
// newest entry, and text gives a statement's text where [stats.Fold.Reads] asks for it.
// It counts the areas that all desks read, or those that are named, whoever reads them.
// The page is of one moment, however long it takes.
func (w *Working) Statistics(ctx context.Context, areas []string, period func(now time.Time) (stats.Period, error), text func(*mechanism.Record) (*statement.Statement, error)) (stats.Page, error) {
	s, err := w.Snapshot(ctx)
	if err != nil {
		return stats.Page{}, err
	}
	defer s.Close()
	of, err := period(s.Now)
	if err != nil {
		return stats.Page{}, err
	}
	f := stats.New(stats.Input{CharterAt: s.CharterAt, Board: s.Board, Keys: s.Keys,
		Size: s.Size, Root: s.Root, Now: s.Now, Period: of, Areas: areas})
	for r, err := range s.Records(ctx) {
		if err != nil {
			return stats.Page{}, err
		}
		var said *statement.Statement
		if f.Reads(r) {
			if said, err = text(r); err != nil {
				return stats.Page{}, fmt.Errorf("count entry %d: %w", r.Index, err)
			}
		}
		if err := f.Add(r, said); err != nil {
			return stats.Page{}, err
		}
	}
	return f.Page(), nil
}
