package proof

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"iter"

	"parley/charter"
	"parley/ledger"
	"parley/mechanism"
	"parley/statement"
	"parley/store"
)

// A Replayed is a ledger that was replayed and verified, in memory, with those of its
// texts that were asked for.
type Replayed struct {
	Work   *store.Working
	Result Result
	texts  map[uint64]*statement.Statement
}

// Replay replays blocks as [VerifyBlocks] does and keeps the texts for which keep
// says so.
func Replay(ctx context.Context, origin string, complete bool, blocks iter.Seq2[*ledger.Block, error], trusted *charter.Charter, keep func(statement.Claims) bool) (*Replayed, error) {
	w, err := store.New(ctx, nil, origin, complete)
	if err != nil {
		return nil, err
	}
	r := &Replayed{Work: w, texts: map[uint64]*statement.Statement{}}
	if r.Result, err = verifyInto(ctx, w, origin, keepTexts(blocks, r.texts, keep), trusted); err != nil {
		return nil, err
	}
	return r, nil
}

// ReplayRecord is [Replay] of a record.
func ReplayRecord(ctx context.Context, in io.Reader, trusted *charter.Charter, keep func(statement.Claims) bool) (*Replayed, error) {
	lines := &recordLines{in: bufio.NewReaderSize(in, 1<<16)}
	origin, err := lines.head()
	if err != nil {
		return nil, fmt.Errorf("read record: %w", err)
	}
	return Replay(ctx, origin, false, lines.blocks(), trusted, keep)
}

// Text gives a text that was kept.
func (r *Replayed) Text(record *mechanism.Record) (*statement.Statement, error) {
	s := r.texts[record.Index]
	if s == nil || s.Hash() != record.Hash {
		return nil, errors.New("its text is not in what was replayed")
	}
	return s, nil
}

// keepTexts keeps, by entry, texts of the blocks that pass. They are believed only
// once the replay has accepted them.
func keepTexts(blocks iter.Seq2[*ledger.Block, error], texts map[uint64]*statement.Statement, keep func(statement.Claims) bool) iter.Seq2[*ledger.Block, error] {
	take := func(index uint64, content []byte) {
		if content == nil || content[0] == '{' {
			return
		}
		if s, err := statement.Parse(content); err == nil && keep(s.Claims()) {
			texts[index] = s
		}
	}
	return func(yield func(*ledger.Block, error) bool) {
		for b, err := range blocks {
			if err == nil {
				for i, content := range b.Contents {
					take(b.First+uint64(i), content)
				}
				for _, d := range b.Disclosed {
					take(d.Index, d.Content)
				}
			}
			if !yield(b, err) {
				return
			}
		}
	}
}
