package proof

import (
	"bytes"
	"errors"
	"iter"
	"slices"
	"strings"
	"time"

	"parley/charter"
	"parley/ledger"
)

// A Witnessed is the largest tree that a party has cosigned with one of its keys, as
// far as the file shows.
type Witnessed struct {
	Party     string    `json:"party"`
	Algorithm string    `json:"algorithm"`
	Size      uint64    `json:"size"` // entries; the root over them is the file's own
	Time      time.Time `json:"time"` // when the witness says that it was the largest it had seen
}

// witnessed keeps what cosigned checkpoints show, newest last.
type witnessed struct{ all []Witnessed }

// isCosigned reports whether more than the hub has signed a checkpoint, or says so.
func isCosigned(checkpoint []byte) bool { return bytes.Count(checkpoint, []byte("\n— ")) > 1 }

// take verifies the cosignatures on a block's checkpoint, which the hub is known to
// have signed by logKey, by the charter in force after it. Whoever shows the file answers for a
// line that is not the witness's.
func (w *witnessed) take(c *charter.Charter, logKey string, b *ledger.Block) error {
	if !isCosigned(b.Checkpoint) {
		return nil
	}
	verifier, err := ledger.NewVerifier(logKey)
	if err != nil {
		return err
	}
	witnesses, err := ledger.NewWitnesses(c.WitnessKeys())
	if err != nil {
		return err
	}
	head, cosigned, err := witnesses.Check(verifier, b.Checkpoint)
	if err != nil {
		return refute(err, "the checkpoint of %d entries bears a cosignature that is not its witness's: %v", b.Size(), err)
	}
	for _, p := range c.Parties {
		for _, s := range cosigned {
			if s.Name == p.WitnessName() {
				w.put(Witnessed{p.ID, s.Algorithm, head.Size, s.Time})
			}
		}
	}
	return nil
}

func (w *witnessed) put(next Witnessed) {
	w.all = slices.DeleteFunc(w.all, func(old Witnessed) bool { return old.Party == next.Party && old.Algorithm == next.Algorithm })
	w.all = append(w.all, next)
}

// witnesses says up to where each party has cosigned, and who has not.
func (r *Result) witnesses(c *charter.Charter, w witnessed) {
	var missing []string
	for _, p := range c.Parties {
		if p.WitnessName() == "" {
			continue
		}
		seen := false
		for _, s := range w.all {
			if s.Party != p.ID {
				continue
			}
			seen = true
			r.Witnesses = append(r.Witnesses, s)
			r.proven("%s cosigned this ledger up to %d entries at %s (%s)", s.Party, s.Size, s.Time.Format(time.RFC3339), s.Algorithm)
		}
		if !seen {
			missing = append(missing, p.ID)
		}
	}
	if len(missing) > 0 {
		r.notShown("that %s saw this ledger: no checkpoint in the file bears their cosignature", strings.Join(missing, ", or "))
	}
}

// Cosigned gives blocks with the cosignatures of a checkpoint of one of them on that
// block's own: a record then shows who has seen the ledger up to there. It verifies
// nothing, and ends with an error where no block ends as the checkpoint says.
func Cosigned(blocks iter.Seq2[*ledger.Block, error], note []byte) iter.Seq2[*ledger.Block, error] {
	text, _, _ := bytes.Cut(note, []byte("\n\n"))
	return func(yield func(*ledger.Block, error) bool) {
		found := false
		for b, err := range blocks {
			if err == nil {
				if own, _, _ := bytes.Cut(b.Checkpoint, []byte("\n\n")); bytes.Equal(own, text) {
					merged, fault := ledger.Merge(b.Checkpoint, note)
					if fault != nil {
						yield(nil, fault)
						return
					}
					with := *b
					with.Checkpoint, b, found = merged, &with, true
				}
			}
			if !yield(b, err) {
				return
			}
		}
		if !found {
			yield(nil, errors.New("add the cosigned checkpoint: no block of this ledger ends as it says; give one of the size at which a block ends"))
		}
	}
}
