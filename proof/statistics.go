package proof

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"time"

	"parley/charter"
	"parley/ledger"
	"parley/mechanism"
	"parley/statement"
	"parley/stats"
	"parley/store"
)

// A Counted is a page of statistics and what it was counted from. Where texts are
// withheld in that, the page is everyone's only if none of them is one that every
// party can read: whoever gave it answers for that, and another party's page shows it.
type Counted struct {
	Page    stats.Page
	Charter *charter.Charter // of the page's edition
	Result  Result           // of the replay
}

// Statistics replays blocks as [VerifyBlocks] does and makes the page of a period,
// which period gives by the hub's time of the newest entry.
func Statistics(ctx context.Context, origin string, complete bool, blocks iter.Seq2[*ledger.Block, error], trusted *charter.Charter, period func(time.Time) (stats.Period, error)) (Counted, error) {
	w, err := store.New(ctx, nil, origin, complete)
	if err != nil {
		return Counted{}, err
	}
	texts := map[uint64]*statement.Statement{}
	result, err := verifyInto(ctx, w, origin, keepTexts(blocks, texts), trusted)
	if err != nil {
		return Counted{}, err
	}
	page, err := w.Statistics(ctx, period, func(r *mechanism.Record) (*statement.Statement, error) {
		s := texts[r.Index]
		if s == nil || s.Hash() != r.Hash {
			return nil, errors.New("its text is not in what was replayed")
		}
		return s, nil
	})
	if err != nil {
		return Counted{}, fmt.Errorf("count %d entries: %w", result.Size, err)
	}
	return Counted{page, w.CharterAt(w.Size()), result}, nil
}

// RecordStatistics is [Statistics] of a record.
func RecordStatistics(ctx context.Context, r io.Reader, trusted *charter.Charter, period func(time.Time) (stats.Period, error)) (Counted, error) {
	lines := &recordLines{in: bufio.NewReaderSize(r, 1<<16)}
	origin, err := lines.head()
	if err != nil {
		return Counted{}, fmt.Errorf("read record: %w", err)
	}
	return Statistics(ctx, origin, false, lines.blocks(), trusted, period)
}

// keepTexts keeps, by entry, the texts of the blocks that pass which a page may
// need. They are believed only once the replay has accepted them.
func keepTexts(blocks iter.Seq2[*ledger.Block, error], texts map[uint64]*statement.Statement) iter.Seq2[*ledger.Block, error] {
	keep := func(index uint64, content []byte) {
		if content == nil || content[0] == '{' {
			return
		}
		if s, err := statement.Parse(content); err == nil && stats.Reads(s.Claims().Format) {
			texts[index] = s
		}
	}
	return func(yield func(*ledger.Block, error) bool) {
		for b, err := range blocks {
			if err == nil {
				for i, content := range b.Contents {
					keep(b.First+uint64(i), content)
				}
				for _, d := range b.Disclosed {
					keep(d.Index, d.Content)
				}
			}
			if !yield(b, err) {
				return
			}
		}
	}
}
