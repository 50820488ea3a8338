package proof

import (
	"context"
	"fmt"
	"io"
	"iter"
	"time"

	"parley/charter"
	"parley/ledger"
	"parley/statement"
	"parley/stats"
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
	r, err := Replay(ctx, origin, complete, blocks, trusted, counted)
	if err != nil {
		return Counted{}, err
	}
	defer r.Close()
	return r.Statistics(ctx, period)
}

// RecordStatistics is [Statistics] of a record.
func RecordStatistics(ctx context.Context, in io.Reader, trusted *charter.Charter, period func(time.Time) (stats.Period, error)) (Counted, error) {
	r, err := ReplayRecord(ctx, in, trusted, counted)
	if err != nil {
		return Counted{}, err
	}
	defer r.Close()
	return r.Statistics(ctx, period)
}

// counted tells of which statements a page of statistics needs the texts.
func counted(c statement.Claims) bool { return stats.Reads(c.Format) }

// Statistics makes the page of a period of what was replayed; the texts that
// [stats.Reads] names must have been kept.
func (r *Replayed) Statistics(ctx context.Context, period func(time.Time) (stats.Period, error)) (Counted, error) {
	page, err := r.Work.Statistics(ctx, nil, period, r.Text)
	if err != nil {
		return Counted{}, fmt.Errorf("count %d entries: %w", r.Result.Size, err)
	}
	return Counted{page, r.Work.CharterAt(r.Work.Size()), r.Result}, nil
}
