package ledger

import (
	"bytes"
	"cmp"
	"fmt"
	"slices"
)

// A Tombstone says that what the text at Index disclosed was destroyed, because the
// entry By says so. What remains of the text is the part that its hash is of, which
// ends at the first '~': signature, claims and digests, and no field.
type Tombstone struct {
	Index uint64
	By    uint64 // later than Index; whoever folds the ledger finds there whether it is true
}

// Bare gives what remains of a statement's text when it is purged.
func Bare(text []byte) []byte {
	if end := bytes.IndexByte(text, '~'); end >= 0 {
		return text[: end+1 : end+1]
	}
	return text
}

// Purge gives b without what the texts that marks name disclose. It has the hash that
// b has. Marks of texts that are not here, and of those that are bare, change nothing;
// changed reports whether any did.
func (b *Block) Purge(marks ...Tombstone) (purged *Block, changed bool) {
	next := *b
	next.Contents, next.Disclosed, next.Purged = slices.Clone(b.Contents), slices.Clone(b.Disclosed), slices.Clone(b.Purged)
	for _, t := range marks {
		found := false
		if i := t.Index - b.First; t.Index >= b.First && i < uint64(len(next.Contents)) && destructible(next.Contents[i]) {
			next.Contents[i], found = Bare(bytes.Clone(next.Contents[i])), true
		}
		for i := range next.Disclosed {
			if d := &next.Disclosed[i]; d.Index == t.Index && destructible(d.Content) {
				d.Content, found = Bare(bytes.Clone(d.Content)), true
			}
		}
		if !found || slices.ContainsFunc(next.Purged, func(o Tombstone) bool { return o.Index == t.Index }) {
			continue
		}
		next.Purged, changed = append(next.Purged, t), true
	}
	slices.SortFunc(next.Purged, func(a, b Tombstone) int { return cmp.Compare(a.Index, b.Index) })
	return &next, changed
}

// destructible reports whether a text is a statement of which more is here than what
// its hash is of.
func destructible(text []byte) bool {
	return len(text) > 0 && text[0] != '{' && len(Bare(text)) < len(text)
}

// PurgedBy gives the entry that destroyed the text at index, as the block has it.
func (b *Block) PurgedBy(index uint64) (by uint64, ok bool) {
	i, ok := slices.BinarySearchFunc(b.Purged, index, func(t Tombstone, index uint64) int { return cmp.Compare(t.Index, index) })
	if !ok {
		return 0, false
	}
	return b.Purged[i].By, true
}

// checkPurged checks that every tombstone stands for texts of the block of which
// nothing is disclosed.
func (b *Block) checkPurged() error {
	if len(b.Purged) > maxPurged {
		return fmt.Errorf("%d of its texts are purged, at most %d can be", len(b.Purged), maxPurged)
	}
	for i, t := range b.Purged {
		if i > 0 && t.Index <= b.Purged[i-1].Index {
			return fmt.Errorf("entry %d: it is purged after entry %d, and they must stand in order, each once", t.Index, b.Purged[i-1].Index)
		}
		if t.By <= t.Index || t.By > maxTree {
			return fmt.Errorf("entry %d: it cannot be purged by entry %d", t.Index, t.By)
		}
		texts := 0
		bare := func(text []byte) bool {
			texts++
			return text[0] != '{' && len(Bare(text)) == len(text) && text[len(text)-1] == '~'
		}
		if k := t.Index - b.First; t.Index >= b.First && k < uint64(len(b.Contents)) && len(b.Contents[k]) > 0 && !bare(b.Contents[k]) {
			return fmt.Errorf("entry %d: it is purged, and its text is here", t.Index)
		}
		for _, d := range b.Disclosed {
			if d.Index == t.Index && len(d.Content) > 0 && !bare(d.Content) {
				return fmt.Errorf("entry %d: it is purged, and its text is here", t.Index)
			}
		}
		if texts == 0 {
			return fmt.Errorf("entry %d: it is purged, and the block has no text of it", t.Index)
		}
	}
	return nil
}
