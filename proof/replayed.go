package proof

import (
	"context"
	"errors"
	"io"
	"iter"

	"parley/charter"
	"parley/ledger"
	"parley/mechanism"
	"parley/statement"
	"parley/store"
)

// A Replayed is a ledger that was replayed and verified, with those of its texts that
// were asked for. It is to be closed.
type Replayed struct {
	Work   *store.Working
	Result Result
	texts  map[uint64]*statement.Statement
}

// Replay replays blocks as [VerifyBlocks] does and keeps the texts for which keep
// says so.
func Replay(ctx context.Context, origin string, complete bool, blocks iter.Seq2[*ledger.Block, error], trusted *charter.Charter, keep func(statement.Claims) bool) (*Replayed, error) {
	w, err := store.NewReplay(ctx, origin, complete, store.Recent)
	if err != nil {
		return nil, err
	}
	r := &Replayed{Work: w, texts: map[uint64]*statement.Statement{}}
	r.Result, err = verifyInto(ctx, w, origin, blocks, trusted, func(index uint64, s *statement.Statement) {
		if keep(s.Claims()) {
			r.texts[index] = s
		}
	})
	if err != nil {
		w.Close() //nolint:errcheck // nothing of it is used
		return nil, err
	}
	return r, nil
}

// Close gives up what the replay has put aside on disk.
func (r *Replayed) Close() error { return r.Work.Close() }

// ReplayRecord is [Replay] of a record.
func ReplayRecord(ctx context.Context, in io.Reader, trusted *charter.Charter, keep func(statement.Claims) bool) (*Replayed, error) {
	origin, blocks, err := OpenRecord(in)
	if err != nil {
		return nil, err
	}
	return Replay(ctx, origin, false, blocks, trusted, keep)
}

// Text gives a text that was kept.
func (r *Replayed) Text(record *mechanism.Record) (*statement.Statement, error) {
	s := r.texts[record.Index]
	if s == nil || s.Hash() != record.Hash {
		return nil, errors.New("its text is not in what was replayed")
	}
	return s, nil
}

// ReplayEach replays blocks as [VerifyBlocks] does, shows each statement to meet once
// it is accepted, and gives the read model, which is to be closed; nil beside an error.
func ReplayEach(ctx context.Context, origin string, complete bool, blocks iter.Seq2[*ledger.Block, error], trusted *charter.Charter, meet func(index uint64, s *statement.Statement)) (*store.Working, Result, error) {
	w, err := store.NewReplay(ctx, origin, complete, store.Recent)
	if err != nil {
		return nil, Result{}, err
	}
	result, err := verifyInto(ctx, w, origin, blocks, trusted, meet)
	if err != nil {
		w.Close() //nolint:errcheck // nothing of it is used
		return nil, result, err
	}
	return w, result, nil
}
