package desk

import (
	"context"
	"errors"
	"iter"
	"sync"
	"time"

	"parley/format"
	"parley/ledger"
	"parley/paper"
	"parley/proof"
	"parley/rule"
)

// How a verification of the whole record ended.
const (
	Proven    = "proven"    // everything holds
	Refuted   = "refuted"   // something cannot be true
	Unchecked = "unchecked" // it could not be checked, as where the machine has no room for it
)

// A VerificationView tells of the newest verification of this desk's whole record since
// the desk was opened.
type VerificationView struct {
	Running bool
	Began   time.Time // zero: there was none
	Ended   time.Time // zero while it runs
	Done    uint64    // entries that were checked
	Size    uint64    // entries that there were as it began
	Outcome string    // of one that ended

	Root   string        // standard base64, where it is proven: of Size entries
	Report *paper.Report // what is proven and what is not, in the reader's language, for who reads every area; nil for others
}

// A verifier verifies the record again, from the charter on, as an auditor does who
// trusts nobody.
type verifier struct {
	asked chan struct{}

	mu     sync.Mutex // guards what follows
	now    VerificationView
	result proof.Result
	fault  *proof.Refuted
	told   time.Time // when a page was last told of progress
}

// A verification works in rounds, and rests a quarter of each: no officer waits for it.
const verifyRound = 200 * time.Millisecond

// StartVerification has the whole record verified, in the background. There is never more
// than one at work: where one is, that one is meant.
func (d *Desk) StartVerification() error {
	if d.work.Size() == 0 {
		return rule.Refuse(NotStarted, "wait until it has reached the hub", "this desk has not followed the ledger yet")
	}
	d.verifier.mu.Lock()
	defer d.verifier.mu.Unlock()
	if !d.verifier.now.Running {
		d.verifier.now = VerificationView{Running: true, Began: d.config.Clock(), Size: d.work.Size()}
		d.verifier.asked <- struct{}{} // it is empty: nothing runs
	}
	return nil
}

// Verification tells how far it is, or how it ended. Of the texts it says something to
// nobody but who may read them all.
func (d *Desk) Verification(ctx context.Context, lang string) (VerificationView, error) {
	all, err := d.readsWhole(ctx)
	if err != nil {
		return VerificationView{}, err
	}
	d.verifier.mu.Lock()
	defer d.verifier.mu.Unlock()
	v := d.verifier.now
	if all && (v.Outcome == Proven || v.Outcome == Refuted) {
		v.Report = d.verifier.result.Report(lang, proof.Checked{Name: "journal.db", At: v.Ended, Program: "parley", Refuted: d.verifier.fault})
	}
	return v, nil
}

// verifyWhenAsked verifies the record whenever that is asked for.
func (d *Desk) verifyWhenAsked(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-d.verifier.asked:
		}
		result, err := d.verifyRecord(ctx)
		if ctx.Err() != nil {
			return
		}
		d.verified(result, err)
	}
}

// verifyRecord verifies it, with the cosignatures that are known on its end.
func (d *Desk) verifyRecord(ctx context.Context) (proof.Result, error) {
	at, err := d.Checkpoint(ctx, format.Languages()[0])
	if err != nil {
		return proof.Result{}, err
	}
	return proof.VerifyBlocks(ctx, d.origin, false, proof.Cosigned(d.countedBlocks(ctx), []byte(at.Note)), d.config.Charter.Charter)
}

func (d *Desk) verified(result proof.Result, err error) {
	v := &d.verifier
	v.mu.Lock()
	v.now.Running, v.now.Ended, v.result, v.fault = false, d.config.Clock(), result, nil
	switch {
	case err == nil:
		v.now.Outcome, v.now.Done, v.now.Root = Proven, result.Size, base64Of(result.Root)
	case errors.As(err, &v.fault):
		v.now.Outcome = Refuted
		d.log.Error("ALARM: the record is refuted", "error", err)
	default:
		v.now.Outcome = Unchecked
		d.log.Error("the record could not be verified", "error", err)
	}
	v.mu.Unlock()
	d.news.raise()
}

// countedBlocks gives the blocks that there are, counts them, and leaves the machine to
// others now and then.
func (d *Desk) countedBlocks(ctx context.Context) iter.Seq2[*ledger.Block, error] {
	last := d.work.Blocks()
	return func(yield func(*ledger.Block, error) bool) {
		began := time.Now()
		for b, err := range d.journal.Read(ctx, d.origin, 0) {
			if err == nil && b.Height >= last {
				return
			}
			if !yield(b, err) || err != nil {
				return
			}
			d.progress(b.Size())
			if worked := time.Since(began); worked > verifyRound {
				select {
				case <-time.After(worked / 4):
				case <-ctx.Done():
				}
				began = time.Now()
			}
		}
	}
}

// progress notes it, and has the pages say it once a second.
func (d *Desk) progress(size uint64) {
	v, now := &d.verifier, d.config.Clock()
	v.mu.Lock()
	v.now.Done = size
	tell := now.Sub(v.told) >= time.Second
	if tell {
		v.told = now
	}
	v.mu.Unlock()
	if tell {
		d.news.raise()
	}
}
