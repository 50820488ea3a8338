package desk

import (
	"slices"

	"parley/charter"
	"parley/ledger"
)

// A witnessing is an edition whose witness keys count for a checkpoint.
type witnessing struct {
	*charter.Charter
	verifier *ledger.Verifier
}

// witnessing gives the editions whose witness keys count for a checkpoint of a size:
// the one under which its last entry was ordered, and the one in force after it. So
// retiring and new keys hand over with one checkpoint, which either makes confirmed.
func (d *Desk) witnessing(size uint64) ([]witnessing, error) {
	last, after := d.Charter(), d.Charter()
	if d.work.Blocks() > 0 {
		last, after = d.work.CharterAt(max(size, 1)-1), d.work.CharterAt(size)
	}
	verifier, err := ledger.NewVerifier(last.Hub.Key)
	if err != nil || last == after {
		return []witnessing{{last, verifier}}, err
	}
	return []witnessing{{last, verifier}, {after, verifier}}, nil
}

// cosignerOf gives the keys by which this desk cosigns a checkpoint of a size: those
// of the newest edition that counts for it and whose keys it has; nil: none.
func (d *Desk) cosignerOf(size uint64) *ledger.Cosigner {
	editions, err := d.witnessing(size)
	if err != nil {
		return nil
	}
	for _, c := range slices.Backward(editions) {
		for _, w := range []*ledger.Cosigner{d.config.Witness, d.config.NextWitness} {
			if w == nil {
				continue
			}
			if cosigner := w.Only(c.PartyWitnessKeys(d.party)); cosigner != nil {
				return cosigner
			}
		}
	}
	return nil
}
