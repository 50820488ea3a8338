package store

import (
	"errors"
	"fmt"

	"parley/mechanism"
)

// foldParts checks the texts of which the block brings only some: each must be a
// message that the same block releases, and lack exactly what that release lists. So
// nobody but the supervisor withholds anything, and not without signing what.
func (w *Working) foldParts(p Prepared) error {
	b := p.Block
	for i, c := range p.contents {
		if c.statement == nil || c.statement.Complete() || c.purged != 0 {
			continue
		}
		index := b.First + uint64(i)
		if i >= len(b.Contents) {
			index = b.Disclosed[i-len(b.Contents)].Index
		}
		if err := w.checkPart(c); err != nil {
			return &FoldError{Height: b.Height, Index: index, Entry: true, Err: err}
		}
	}
	return nil
}

func (w *Working) checkPart(c content) error {
	claims, n := c.statement.Claims(), c.statement.Withheld()
	r, ok := w.Deciding().Record(claims.ID)
	if !ok || r.Delivery == nil || r.Redaction == nil {
		return fmt.Errorf("the text handed over lacks %d parts that its author signed, and nobody may withhold part of a %s", n, claims.Format)
	}
	switch red := r.Redaction; {
	case red.Release == "":
		return fmt.Errorf("the text handed over lacks %d parts that its author signed, and no release that came with it withholds any", n)
	case !red.Exact():
		return fmt.Errorf("the text handed over is not as its release %s says: it lacks %d parts that the release does not withhold, and has %d that it does", red.Release, len(red.Extra), len(red.Open))
	}
	return nil
}

// overOpened reports that a party was handed what a release, which the supervisor has
// signed, keeps from it.
func (w *Working) overOpened(r *mechanism.Record) error {
	if w.reader == "" || r.Delivery == nil || len(r.Delivery.Withheld) == 0 || r.Redaction != nil || r.Purged != 0 || w.reader == r.Delivery.Author.Party || w.reader == r.Delivery.Supervisor {
		return nil
	}
	return errors.New("the text was handed over whole, with the parts that this release withholds")
}
