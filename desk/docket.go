package desk

import (
	"bytes"
	"context"

	"parley/identity"
	"parley/ledger"
	"parley/mechanism"
	"parley/misbehaviour"
	"parley/statement"
)

// A docket makes charges of entries that are in a block, or before it.
type docket struct {
	desk  *Desk
	ctx   context.Context
	tree  *misbehaviour.Tree
	block *ledger.Block
	files []*misbehaviour.File
}

// ordered gives the charges that entry index of the block, or one that the block
// discloses, should not have been ordered there.
func (d *Desk) ordered(ctx context.Context, tree *misbehaviour.Tree, b *ledger.Block, index uint64) []*misbehaviour.File {
	k := &docket{desk: d, ctx: ctx, tree: tree, block: b}
	if b.First == 0 {
		k.charge(misbehaviour.Beginning, nil, 0)
	}
	entry, ok := k.entry(index)
	if !ok {
		return k.files
	}
	if index > 0 {
		k.charge(misbehaviour.HubTime, nil, index-1, index)
	}
	if other, ok := k.index(entry.Content, index); ok {
		k.charge(misbehaviour.Twice, nil, min(other, index), max(other, index))
	}
	s, err := statement.Parse(k.content(index))
	if err != nil {
		return k.files
	}
	k.charge(misbehaviour.Mechanism, s, index)
	if key, ok := mechanism.FindKey(d.work, s.KID(), index); ok {
		if f := k.charge(misbehaviour.Signature, s, index); f != nil {
			f.Key = identity.EncodeKey(key.Public)
		}
		if key.Revoked != 0 && key.Revoked < index {
			k.charge(misbehaviour.RevokedKey, s, key.Revoked, index)
		}
	}
	k.others(s, index)
	if f := k.charge(misbehaviour.Seen, s, index); f != nil {
		if err := tree.Prefix(f, s.Claims().Seen.Size); err != nil {
			d.log.Warn("a proof of misbehaviour could not be made", "error", err)
		}
	}
	k.charge(misbehaviour.Clock, s, index)
	if seen := s.Claims().Seen.Size; seen > 0 && seen <= index {
		k.charge(misbehaviour.Clock, s, seen-1, index)
	}
	return k.files
}

// others charges what s cannot be beside: another text of its identifier, and others
// of its author.
func (k *docket) others(s *statement.Statement, index uint64) {
	claims := s.Claims()
	var siblings []uint64
	for i, content := range k.block.Contents {
		at := k.block.First + uint64(i)
		other, err := statement.Parse(content)
		if content == nil || err != nil || at == index {
			continue
		}
		if other.Claims().ID == claims.ID {
			k.charge(misbehaviour.Identifier, s, min(at, index), max(at, index))
		}
		if other.Claims().Author == claims.Author && len(siblings) < 8 {
			siblings = append(siblings, at)
		}
	}
	if record, ok := k.desk.work.Record(claims.ID); ok && record.Index != index {
		k.charge(misbehaviour.Identifier, s, min(record.Index, index), max(record.Index, index))
	}
	k.charge(misbehaviour.Chain, s, index)
	if head, ok := k.desk.work.Head(claims.Author.String()); ok {
		siblings = append(siblings, head.Index)
	}
	prev, known := k.index(statement.DecodeHash(claims.Prev), index)
	if known {
		siblings = append(siblings, prev)
	}
	for _, other := range siblings {
		if other == index {
			continue
		}
		k.charge(misbehaviour.Chain, s, min(other, index), max(other, index))
		if known && prev < other && other < index {
			k.charge(misbehaviour.Chain, s, prev, other, index)
		}
		if r, ok := k.desk.work.RecordAt(other); ok && other > index { // disclosed later than what follows it
			if before, ok := k.index(statement.DecodeHash(r.Claims.Prev), other); ok && before < index {
				k.charge(misbehaviour.Chain, s, before, index, other)
			}
		}
	}
}

// charge adds a file about entries; texts come with it where s is given. It gives nil
// where an entry cannot be shown.
func (k *docket) charge(kind string, s *statement.Statement, indexes ...uint64) *misbehaviour.File {
	f := k.tree.Ordered(kind)
	for _, index := range indexes {
		entry, ok := k.entry(index)
		if !ok {
			return nil
		}
		var content []byte
		if s != nil {
			content = k.content(index)
		}
		switch {
		case len(content) > 0 && content[0] == '{':
			content = nil // a charter is in the file anyhow
		case kind != misbehaviour.RevokedKey: // what revokes goes to every party
			content = bare(content)
		}
		item, err := k.tree.Item(index, entry, content)
		if err != nil {
			return nil
		}
		f.Items = append(f.Items, item)
	}
	k.files = append(k.files, f)
	return f
}

// bare is a statement without any of its texts: its claims alone are judged, and who
// gets the file need not be one who may read the rest.
func bare(content []byte) []byte {
	if end := bytes.IndexByte(content, '~'); end >= 0 {
		return content[:end+1]
	}
	return content
}

// entry is the one at an index, of the block or before.
func (k *docket) entry(index uint64) (ledger.Entry, bool) {
	if index >= k.block.First {
		if index >= k.block.Size() {
			return ledger.Entry{}, false
		}
		return k.block.Entries[index-k.block.First], true
	}
	e, ok := k.desk.work.EntryAt(index)
	return ledger.Entry{Time: e.Logged, Content: e.Hash}, ok
}

// index finds another entry than not with a hash, of the block or before.
func (k *docket) index(hash ledger.Hash, not uint64) (uint64, bool) {
	for i, e := range k.block.Entries {
		if at := k.block.First + uint64(i); e.Content == hash && at != not {
			return at, true
		}
	}
	at, ok := k.desk.work.IndexOf(hash)
	return at, ok && at != not
}

// content is the text of an entry, nil where it is not known.
func (k *docket) content(index uint64) []byte {
	for _, disclosed := range k.block.Disclosed {
		if disclosed.Index == index {
			return disclosed.Content
		}
	}
	if index >= k.block.First && index < k.block.Size() {
		return k.block.Contents[index-k.block.First]
	}
	if _, known := k.desk.work.RecordAt(index); !known {
		return nil
	}
	text, err := k.desk.Content(k.ctx, index)
	if err != nil {
		return nil
	}
	return text
}
