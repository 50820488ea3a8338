package desk

import (
	"fmt"
	"slices"

	"parley/ledger"
	"parley/mechanism"
	"parley/misbehaviour"
	"parley/statement"
)

// A chainError says which statement of a block breaks its author's chain.
type chainError struct {
	index uint64
	other uint64
	how   string
}

func (e *chainError) Error() string {
	return fmt.Sprintf("the hub ordered entries %d and %d of one author, which cannot follow each other as they stand (%s)", min(e.index, e.other), max(e.index, e.other), e.how)
}

// checkChains checks the statements of a block that is being folded, and those that
// it discloses, against the newest that is known of each author. The rules do not see
// it where texts between are withheld; two that follow one statement, or stand in the
// wrong order, cannot be an honest hub's whatever is withheld. It must be called
// between Check and Commit.
func (d *Desk) checkChains(b *ledger.Block) *chainError {
	view := d.work.Deciding()
	newest := map[string]*mechanism.Record{}
	var indexes []uint64
	for _, disclosed := range b.Disclosed {
		indexes = append(indexes, disclosed.Index)
	}
	for i, content := range b.Contents {
		if content != nil && content[0] != '{' {
			indexes = append(indexes, b.First+uint64(i))
		}
	}
	slices.Sort(indexes)
	for _, index := range slices.Compact(indexes) {
		r, ok := view.RecordAt(index)
		if !ok {
			continue
		}
		author := r.Claims.Author.String()
		last, ok := newest[author]
		if !ok {
			if head, known := d.work.Head(author); known {
				last, ok = d.work.RecordAt(head.Index)
			}
		}
		if ok && last.Index != index {
			first, second := last, r
			if second.Index < first.Index {
				first, second = second, first
			}
			if how := d.breaks(first, second); how != "" {
				return &chainError{index, last.Index, how}
			}
		}
		if !ok || last.Index < index {
			newest[author] = r
		}
	}
	return nil
}

// breaks names what keeps second from following first, where other statements of the
// author may stand between.
func (d *Desk) breaks(first, second *mechanism.Record) string {
	if how := link(second).Breaks(link(first)); how != "" {
		return how
	}
	prev := statement.DecodeHash(second.Claims.Prev)
	if before, ok := d.work.Deciding().IndexOf(prev); ok && before < first.Index {
		return "chain-between"
	}
	return ""
}

func link(r *mechanism.Record) misbehaviour.Link {
	return misbehaviour.Link{Hash: r.Hash, Claims: r.Claims}
}
