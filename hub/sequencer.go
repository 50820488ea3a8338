package hub

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"parley/journal"
	"parley/ledger"
	"parley/mechanism"
	"parley/rule"
	"parley/store"
)

// stepBack is how far the clock may be behind the last entry for the hub to go
// on with the last entry's time; beyond it nothing is signed.
const stepBack = time.Second

// sequence is the one maker of blocks: it takes what is queued, decides it,
// signs and stores the block, and only then answers. While a block is being
// stored the next one's submissions gather, so the batches size themselves.
func (h *Hub) sequence(ctx context.Context) {
	select {
	case <-h.hearing.open:
	case <-ctx.Done():
		for batch := h.queue.pick(); len(batch) > 0; batch = h.queue.pick() {
			refuseAll(batch, rule.Refuse(Stopping, "send it again in a moment; the same statement gets the same receipt", "the hub is stopping"))
		}
		return
	}
	for {
		batch := h.queue.take(ctx)
		if len(batch) == 0 {
			return
		}
		for _, part := range apart(batch) {
			h.runBlock(ctx, part)
		}
	}
}

// apart parts a batch so that an edition of the charter ends its block: whoever
// follows knows by a checkpoint's size whose key signs it.
func apart(batch []*submission) (parts [][]*submission) {
	for {
		i := slices.IndexFunc(batch, func(s *submission) bool { return s.charter != nil })
		if i < 0 || i == len(batch)-1 {
			return append(parts, batch)
		}
		parts, batch = append(parts, batch[:i+1]), batch[i+1:]
	}
}

// An outcome is a submission that waits for its block to be durable.
type outcome struct {
	sub   *submission
	index uint64
}

// runBlock decides a batch and makes it durable. Each submission is answered.
func (h *Hub) runBlock(ctx context.Context, batch []*submission) {
	ctx = context.WithoutCancel(ctx) // a block that was begun is finished
	for range 3 {
		if halted := h.hearing.halted(); halted != nil {
			refuseAll(batch, halted)
			return
		}
		again, err := h.tryBlock(ctx, batch)
		if !again {
			if err != nil {
				h.log.Error("block not stored", "error", err)
			}
			return
		}
		h.log.Warn("the journal has a block of this height; deciding again", "height", h.work.Blocks(), "error", err)
	}
	refuseAll(batch, errStorage)
}

func refuseAll(batch []*submission, err error) {
	for _, s := range batch {
		s.answer(nil, err)
	}
}

var errStorage = rule.Refuse(Storage, "send it again; the same statement gets the same receipt", "the hub could not store the statement durably, so nothing was accepted")

// tryBlock reports whether the batch must be decided again because another node
// of this hub took the height.
func (h *Hub) tryBlock(ctx context.Context, batch []*submission) (again bool, err error) {
	now := h.clock().UTC().Truncate(time.Millisecond)
	if now.Before(h.last) {
		if behind := h.last.Sub(now); behind > stepBack {
			refusal := rule.Refuse(Clock, "tell the supervisor's administrator; nothing is signed until the clock is past that entry", "the hub's clock is %s behind its last entry", behind.Round(time.Millisecond))
			refuseAll(batch, refusal)
			return false, refusal
		}
		now = h.last
	}
	b := &ledger.Block{Height: h.work.Blocks(), First: h.work.Size(), Prev: h.prev}
	var waiting []outcome
	var changes []mechanism.Change
	type refused struct {
		sub *submission
		err error
	}
	var refusals []refused
	for _, s := range batch {
		index := b.First + uint64(len(b.Entries))
		change, content, err := h.decide(s, index, now, b.Height)
		if errors.Is(err, mechanism.ErrKnown) {
			at, _ := h.work.Deciding().IndexOf(s.statement.Hash())
			waiting = append(waiting, outcome{s, at})
			continue
		}
		if err != nil || content == nil {
			refusals = append(refusals, refused{s, err})
			continue
		}
		b.Entries = append(b.Entries, ledger.Entry{Time: now, Content: ledger.ContentHash(content)})
		b.Contents = append(b.Contents, content)
		changes = append(changes, change)
		waiting = append(waiting, outcome{s, index})
	}
	fail := func(err error) (bool, error) {
		h.work.Rollback()
		for _, o := range waiting {
			o.sub.answer(nil, errStorage)
		}
		for _, r := range refusals {
			r.sub.answer(nil, errStorage) // it was refused beside what is now forgotten
		}
		return false, err
	}
	if err := h.work.Err(); err != nil {
		return fail(fmt.Errorf("read model: %w", err))
	}
	if len(b.Entries) > 0 {
		switch again, err := h.store(ctx, b); {
		case again:
			h.work.Rollback()
			return true, h.catchUp(ctx)
		case err != nil:
			return fail(err)
		}
		h.last = now
		h.publish(b, changes)
	}
	for _, r := range refusals {
		r.sub.answer(nil, r.err)
	}
	for _, o := range waiting {
		o.sub.answer(h.receipt(ctx, b, o.index))
	}
	return false, nil
}

// decide asks the rules about one submission and adds its change to the block
// being made.
func (h *Hub) decide(s *submission, index uint64, now time.Time, height uint64) (mechanism.Change, []byte, error) {
	if s.charter != nil {
		if err := h.admitCharter(s, index); err != nil {
			return mechanism.Change{}, nil, err
		}
		entry := store.Entry{Hash: ledger.ContentHash(s.charter.Note), Logged: now, Height: height}
		h.work.PutEntry(index, entry)
		h.work.PutCharter(index, s.charter)
		return mechanism.Change{}, s.charter.Note, nil
	}
	if s.make != nil {
		made, err := s.make(now)
		if made == nil || err != nil {
			return mechanism.Change{}, nil, err
		}
		s.statement = made
	}
	change, err := mechanism.Decide(h.work.Deciding(), mechanism.Case{Statement: s.statement, Index: index, Now: now, Height: height, Checked: s.checked})
	if err != nil {
		return mechanism.Change{}, nil, err
	}
	h.work.Put(change, store.Entry{Hash: s.statement.Hash(), Logged: now, Height: height})
	return change, s.statement.Bytes(), nil
}

func (h *Hub) admitCharter(s *submission, index uint64) error {
	if _, known := h.work.Deciding().IndexOf(s.charter.Hash()); known {
		return rule.Refuse(store.CharterNext, "", "this edition is already in the ledger")
	}
	if key := s.charter.Hub.Key; h.signerOf(key) == nil {
		return rule.Refuse(store.CharterNext, "put the key in the hub's ring with `parley key new -next log`, start the hub again and send the edition then", "this edition names log key %s, and the hub does not hold it", key)
	}
	return h.work.AdmitCharter(index, s.charter)
}

// store signs the block's checkpoint, appends the block and then latches the
// checkpoint, which leaves this function only if both are done. Where the block is
// durable and its checkpoint could not be latched, nobody is told of it: the next
// block finds it in the journal and begins with latching it.
//
// The tree that is signed grows from the one that was signed last, not from what
// has become of its hashes since.
func (h *Hub) store(ctx context.Context, b *ledger.Block) (again bool, err error) {
	if root, err := ledger.RootAt(b.First, h.work); err != nil {
		return false, err
	} else if root != h.root {
		return false, h.halt(rule.Refuse(Broken, rebuildRemedy, "the hashes of the tree, as they are stored, no longer make the root that was signed for %d entries. The hub signs nothing on top of them", b.First))
	}
	hashes, root, err := ledger.Grow(b.First, h.work, b.Entries)
	if err != nil {
		return false, err
	}
	if b.Checkpoint, err = h.signerOf(h.logKey()).Sign(b.First+uint64(len(b.Entries)), root); err != nil {
		return false, err
	}
	if err := h.journal.Append(ctx, h.origin, b); err != nil {
		if again, err = h.settle(ctx, b, err); again || err != nil {
			return again, err
		}
	}
	if err := h.latch(b.Size(), root, b.Checkpoint); err != nil {
		return false, err
	}
	h.prev, h.root = b.Hash(), root
	h.work.PutHashes(hashes)
	h.work.Commit(uint64(len(b.Entries)))
	return false, nil
}

// settle finds out what became of an append that did not answer "stored": the
// journal, read back, is the judge.
func (h *Hub) settle(ctx context.Context, b *ledger.Block, cause error) (again bool, err error) {
	stored, err := h.journal.ReadOne(ctx, h.origin, b.Height)
	switch {
	case err != nil && errors.Is(cause, journal.ErrTaken):
		return false, fmt.Errorf("read back block %d, which is taken: %w", b.Height, err)
	case err != nil:
		return false, fmt.Errorf("append block %d: %w", b.Height, cause)
	case stored.Hash() == b.Hash():
		return false, nil
	}
	return true, nil
}

// catchUp takes in the blocks that are in the journal and were not latched, or
// that another node of this hub has stored.
func (h *Hub) catchUp(ctx context.Context) error {
	for b, err := range h.journal.Read(ctx, h.origin, h.work.Blocks()) {
		if err != nil {
			return err
		}
		if err := h.work.Check(h.work.Prepare(store.Nobody, b)[0]); err != nil {
			return err
		}
		head, err := h.openHead(b.Checkpoint)
		if err == nil {
			err = h.latch(head.Size, head.Root, b.Checkpoint)
		}
		if err != nil {
			h.work.Rollback()
			return err
		}
		h.work.Commit(uint64(len(b.Entries)))
		h.prev, h.root, h.last = b.Hash(), head.Root, b.Entries[len(b.Entries)-1].Time
		h.publish(b, nil)
	}
	return nil
}

// receipt makes the receipt for the entry at index: against the checkpoint of
// the block that ordered it, so that it is the same whenever it is asked for.
func (h *Hub) receipt(ctx context.Context, b *ledger.Block, index uint64) ([]byte, error) {
	if index < b.First {
		entry, ok := h.work.EntryAt(index)
		if !ok {
			return nil, errStorage
		}
		old, err := h.journal.ReadOne(ctx, h.origin, entry.Height)
		if err != nil {
			h.log.Error("receipt of an earlier entry", "index", index, "error", err)
			return nil, errStorage
		}
		b = old
	}
	receipt, err := ledger.NewReceipt(index, b.Entries[index-b.First], b.First+uint64(len(b.Entries)), b.Checkpoint, h.work)
	if err != nil {
		h.log.Error("receipt", "index", index, "error", err)
		return nil, errStorage
	}
	return receipt, nil
}
