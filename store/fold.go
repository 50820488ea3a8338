package store

import (
	"bytes"
	"crypto/ed25519"
	"errors"
	"fmt"
	"iter"
	"time"

	"parley/charter"
	"parley/ledger"
	"parley/mechanism"
	"parley/rule"
	"parley/statement"
)

// A FoldError says which entry of a record is not what the charter, the
// signatures or the checkpoint allow. It accuses whoever made the ledger.
type FoldError struct {
	Height uint64
	Index  uint64
	Entry  bool // Index says which entry; otherwise the block as a whole is meant
	Err    error
	Block  *ledger.Block // that was folded; set by [Working.FoldEach]
}

func (e *FoldError) Error() string {
	if e.Entry {
		return fmt.Sprintf("block %d, entry %d: %v", e.Height, e.Index, e.Err)
	}
	return fmt.Sprintf("block %d: %v", e.Height, e.Err)
}

// Unwrap gives the cause.
func (e *FoldError) Unwrap() error { return e.Err }

// A Prepared is a block whose texts are parsed and whose signatures are checked
// as far as the keys were known, which is the part of a fold that many cores can
// share.
type Prepared struct {
	Block    *ledger.Block
	contents []content // entries, then disclosures
}

// hash is what the entry of a text must carry.
func (c *content) hash() ledger.Hash {
	if c.statement != nil {
		return c.statement.Hash()
	}
	return ledger.ContentHash(c.text)
}

type content struct {
	text      []byte
	statement *statement.Statement
	charter   *charter.Signed
	checked   ed25519.PublicKey
	purged    uint64 // entry that destroyed it; 0 for none
	err       error
}

// Statements gives the statements of the block's texts, each with the index of its
// entry: those of its own entries first, then those disclosed of earlier ones.
func (p Prepared) Statements() iter.Seq2[uint64, *statement.Statement] {
	return func(yield func(uint64, *statement.Statement) bool) {
		for i, c := range p.contents {
			index := p.Block.First + uint64(i)
			if own := len(p.Block.Contents); i >= own {
				index = p.Block.Disclosed[i-own].Index
			}
			if c.statement != nil && !yield(index, c.statement) {
				return
			}
		}
	}
}

// Trust tells Prepare what need not be verified again.
type Trust bool

// Own is for a journal that this program wrote: its texts were verified before
// they were stored, and their hashes are verified by the journal.
const (
	Nobody Trust = false
	Own    Trust = true
)

// Fold takes in the next block of the ledger: it checks the block's place, its
// checkpoint and, by the rules, every text that is in it, and then commits. On
// an error, a [FoldError] where the block is at fault, nothing is changed.
func (w *Working) Fold(p Prepared) error {
	if err := w.Check(p); err != nil {
		return err
	}
	w.Commit(uint64(len(p.Block.Entries)))
	return nil
}

// Check is Fold without its end: the block is left pending, for a caller who
// makes it durable first and then calls Commit, or else Rollback.
func (w *Working) Check(p Prepared) error {
	err := w.fold(p)
	if own := w.Err(); own != nil { // a fault found without all that is known is none
		err = fmt.Errorf("fold block %d: %w", p.Block.Height, own)
	}
	if err != nil {
		w.Rollback()
	}
	return err
}

func (w *Working) fold(p Prepared) error {
	b := p.Block
	fail := func(err error) error { return &FoldError{Height: b.Height, Err: err} }
	if b.Height != w.Blocks() || b.First != w.Size() {
		return fail(fmt.Errorf("it begins at entry %d; the record has %d blocks and %d entries", b.First, w.Blocks(), w.Size()))
	}
	for i, d := range b.Disclosed {
		entry, ok := w.entryAt(true, d.Index)
		if !ok || entry.Hash != p.contents[len(b.Contents)+i].hash() {
			return &FoldError{Height: b.Height, Index: d.Index, Entry: true, Err: errors.New("the text disclosed is not the one that was ordered there")}
		}
		entry.Height = b.Height
		if err := w.foldContent(p.contents[len(b.Contents)+i], d.Index, entry, b.Height); err != nil {
			return err
		}
	}
	for i, e := range b.Entries {
		entry, index := Entry{Hash: e.Content, Logged: e.Time, Height: b.Height}, b.First+uint64(i)
		if before, ok := w.timeBefore(b, i); ok && e.Time.Before(before) {
			return &FoldError{Height: b.Height, Index: index, Entry: true, Err: errors.New("its time is before that of the entry before it")}
		}
		c := p.contents[i]
		if c.text == nil && w.complete {
			return &FoldError{Height: b.Height, Index: index, Entry: true, Err: errors.New("its text is missing from a record that should be complete")}
		}
		if c.text == nil {
			w.PutEntry(index, entry)
			continue
		}
		if c.hash() != e.Content {
			return &FoldError{Height: b.Height, Index: index, Entry: true, Err: errors.New("the text is not the one whose hash was ordered there")}
		}
		if err := w.foldContent(c, index, entry, b.Height); err != nil {
			return err
		}
	}
	if err := w.foldParts(p); err != nil {
		return err
	}
	if err := w.borne(b.First, b.Size(), b.Height); err != nil {
		return err
	}
	return w.foldCheckpoint(b)
}

// timeBefore is the time of the entry before the block's entry i, of this block or
// of the one before it; false where i is the ledger's first.
func (w *Working) timeBefore(b *ledger.Block, i int) (time.Time, bool) {
	if i > 0 {
		return b.Entries[i-1].Time, true
	}
	if b.First == 0 {
		return time.Time{}, false
	}
	last, ok := w.entryAt(true, b.First-1)
	return last.Logged, ok
}

// foldCheckpoint checks that the hub signed exactly the tree that the entries
// make.
func (w *Working) foldCheckpoint(b *ledger.Block) error {
	fail := func(err error) error { return &FoldError{Height: b.Height, Err: err} }
	stored, root, err := ledger.Grow(b.First, w, b.Entries)
	if err != nil {
		return fail(err)
	}
	ch := w.Deciding().CharterAt(b.First)
	if ch == nil {
		return fail(errors.New("the ledger does not begin with a charter"))
	}
	if end := w.Deciding().CharterAt(b.Size() - 1); end.Hub.Key != ch.Hub.Key {
		return fail(errors.New("an edition within it changes the log's key; such an edition must be the last entry of its block, so that a checkpoint's size tells its key"))
	}
	if w.verifier == nil || w.verifier.VerifierKey() != ch.Hub.Key {
		if w.verifier, err = ledger.NewVerifier(ch.Hub.Key); err != nil {
			return fail(err)
		}
	}
	head, err := w.verifier.Open(b.Checkpoint)
	if err != nil {
		return fail(err)
	}
	if size := b.First + uint64(len(b.Entries)); head.Size != size || head.Root != root {
		return fail(fmt.Errorf("the hub's checkpoint is for %d entries with root %x; the entries are %d with root %x", head.Size, head.Root, size, root))
	}
	w.PutHashes(stored)
	return nil
}

func (w *Working) foldContent(c content, index uint64, entry Entry, height uint64) error {
	fail := func(err error) error { return &FoldError{Height: height, Index: index, Entry: true, Err: err} }
	if c.err != nil {
		return fail(c.err)
	}
	if c.charter != nil {
		if err := w.AdmitCharter(index, c.charter); err != nil {
			return fail(err)
		}
		w.PutEntry(index, entry)
		w.PutCharter(index, c.charter)
		return nil
	}
	change, err := mechanism.Decide(w.Deciding(), mechanism.Case{Statement: c.statement, Index: index, Now: entry.Logged, Height: height, Checked: c.checked, Purged: c.purged})
	if errors.Is(err, mechanism.ErrKnown) {
		return fail(errors.New("the same statement was ordered twice"))
	}
	if err != nil {
		return fail(fmt.Errorf("the hub ordered what the charter refuses: %w", err))
	}
	for _, r := range change.Opened {
		if err := w.overOpened(r); err != nil {
			return fail(err)
		}
	}
	w.Put(change, entry)
	w.putText(c.statement, change)
	if c.purged != 0 {
		w.await(c.purged, index)
	}
	return nil
}

// Rules for charters, as refusals name them.
const (
	CharterFirst = "charter.first"
	CharterNext  = "charter.succession"
)

// AdmitCharter checks that signed may come into force at index: as the first
// entry of all, or as the successor of the edition in force.
func (w *Working) AdmitCharter(index uint64, signed *charter.Signed) error {
	if index == 0 {
		return nil
	}
	current := w.Deciding().CharterAt(index)
	if current == nil {
		return rule.Refuse(CharterFirst, "", "the ledger does not begin with a charter")
	}
	if err := signed.Succeeds(current); err != nil {
		return rule.Refuse(CharterNext, "have every party of the edition in force sign it", "%s", err)
	}
	return nil
}

// SameCharter reports whether the ledger begins with exactly this charter. A
// desk and an auditor ask it before they believe anything else.
func (w *Working) SameCharter(first *charter.Charter) error {
	editions := w.Editions()
	if len(editions) == 0 {
		return errors.New("the ledger does not begin with a charter")
	}
	if begun := editions[0].Signed.Exercise; begun != first.Exercise {
		return fmt.Errorf("the ledger was begun with exercise %t and the charter says exercise %t; exercise and live never mix", begun, first.Exercise)
	}
	if !bytes.Equal(editions[0].Signed.Text(), first.Text()) {
		return fmt.Errorf("the ledger was begun under another charter: its hash is %x, ours is %x", editions[0].Signed.Hash(), first.Hash())
	}
	return nil
}
