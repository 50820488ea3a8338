package proof

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"

	"parley/charter"
	"parley/ledger"
	"parley/matter"
	"parley/mechanism"
	"parley/rule"
	"parley/statement"
	"parley/store"
)

// VerifyBlocks replays the blocks of the ledger called origin from the first on,
// as a desk does that trusts nobody. complete demands that no text is missing,
// as in the hub's own journal. trusted, where it is not nil, is a charter that
// the ledger must belong to.
//
// The error is a [Refuted], or says why it could not be checked.
func VerifyBlocks(ctx context.Context, origin string, complete bool, blocks iter.Seq2[*ledger.Block, error], trusted *charter.Charter) (Result, error) {
	w, err := store.NewReplay(ctx, origin, complete, store.Recent)
	if err != nil {
		return Result{}, err
	}
	result, err := verifyInto(ctx, w, origin, blocks, trusted, nil)
	if err != nil {
		w.Close() //nolint:errcheck // nothing of it is used
	}
	return result, err // which asks w for roots, and lets go of it
}

// verifyInto is VerifyBlocks into a read model that is still empty. Each statement is
// shown to meet, unless that is nil, once the replay has accepted it.
func verifyInto(ctx context.Context, w *store.Working, origin string, blocks iter.Seq2[*ledger.Block, error], trusted *charter.Charter, meet func(uint64, *statement.Statement)) (Result, error) {
	var (
		result  Result
		met     = exchanged{}
		streams = newStreams()
		seen    witnessed
	)
	err := w.FoldEach(ctx, store.Nobody, blocks, func(p store.Prepared) error {
		entries := p.Block.Entries
		if result.First.IsZero() {
			result.First = entries[0].Time
		}
		result.Last = entries[len(entries)-1].Time
		for index, s := range p.Statements() {
			c := s.Claims()
			streams.add(index, s.Hash(), &c)
			if _, gone := p.Block.PurgedBy(index); gone {
				streams.purged++ // the fold has held it to the entry that says so
			} else if !s.Complete() {
				streams.inPart++ // the fold has held it to its release
			}
			met.meet(s, &c)
			if meet != nil {
				meet(index, s)
			}
		}
		return seen.take(w.CharterAt(p.Block.Size()), w.CharterAt(p.Block.First).Hub.Key, p.Block)
	})
	if fault, ok := errors.AsType[*store.FoldError](err); ok {
		return marked(w.Editions()), accuse(w, fault.Block, fault)
	}
	if err != nil {
		return marked(w.Editions()), err
	}
	if w.Size() == 0 {
		return Result{}, errors.New("there is nothing to check: it holds no blocks")
	}
	if missing := w.Unborne(); len(missing) > 0 {
		return marked(w.Editions()), refute(nil, "the text of entry %d is missing, and nothing here says that it was purged: it was taken out, or the end was cut off", missing[0])
	}
	if err := result.replayed(w, origin, trusted, streams); err != nil {
		return marked(w.Editions()), err
	}
	result.witnesses(w.CharterAt(w.Size()), seen)
	exchanges, err := w.Matters(ctx, matter.Exchange, false)
	if err != nil {
		return Result{}, err
	}
	result.concludeExchanges(w.CharterAt(w.Size()), exchanges, func(id string) uint64 {
		record, _ := w.Record(id)
		return record.Index
	}, met)
	return result, nil
}

// replayed fills in what a replay without fault has shown.
func (r *Result) replayed(w *store.Working, origin string, trusted *charter.Charter, streams *streams) error {
	editions := w.Editions()
	c := editions[len(editions)-1].Signed.Charter
	if err := checkOrigin(origin, c); err != nil {
		return err
	}
	root, ok := w.RootAt(w.Size())
	if !ok {
		return fmt.Errorf("read the root at %d entries: %w", w.Size(), w.Err())
	}
	r.Mechanism, r.Exercise, r.Origin, r.Size, r.Root = c.Mechanism, c.Exercise, origin, w.Size(), root
	r.charter(editions)
	r.Charters, r.Keys = uint64(len(editions)), uint64(len(w.Keys()))
	r.logKeys, r.rootAt = logKeysOf(editions), w.RootAt
	r.Statements, r.InPart, r.Purged = streams.statements, streams.inPart, streams.purged
	if err := streams.check(w); err != nil {
		return err
	}
	r.Withheld = r.Size - r.Statements - r.Charters
	r.proven("the hub of %s signed exactly these %d entries, in this order", r.Mechanism, r.Size)
	r.proven("%d statements are signed by keys that were endorsed and in force, and the charter allows each of them where it stands", r.Statements)
	if streams.inPart > 0 {
		r.proven("%d of them are here in part: each lacks exactly what the supervisor's release lists as withheld, and its author's signature covers the rest", streams.inPart)
	}
	if streams.purged > 0 {
		r.proven("%d of them are here without their text, which was purged as the charter has it: the hub's clock said so in the ledger; author, time, place and signature stand", streams.purged)
	}
	if err := r.anchor(trusted, editions); err != nil {
		return err
	}
	if r.Withheld > 0 {
		r.notShown("what the %d entries say whose text is withheld; that none of them is a key statement or a charter, whoever gives you this file answers for", r.Withheld)
	}
	r.notShown("what was ordered after entry %d: compare a newer checkpoint", r.Size-1)
	return nil
}

// accuse turns the fault that stopped the replay at b into an accusation. Only
// what the hub's signature covers is laid at the hub's door.
func accuse(w *store.Working, b *ledger.Block, fault *store.FoldError) error {
	if b.Height != w.Blocks() || b.First != w.Size() {
		return refute(fault, "block %d stands at entry %d where block %d with entry %d must follow; one was left out, repeated or moved", b.Height, b.First, w.Blocks(), w.Size())
	}
	for i, content := range b.Contents {
		if content == nil {
			continue
		}
		if err := checkText(b.First+uint64(i), b.Entries[i], content); err != nil {
			return err
		}
	}
	if err := checkSigned(w, b); err != nil {
		return refute(err, "the hub did not sign block %d, entries %d to %d, as they stand here: %v", b.Height, b.First, b.Size()-1, err)
	}
	for _, d := range b.Disclosed {
		e, ok := w.EntryAt(d.Index)
		if !ok {
			continue // of this block, compared before
		}
		if err := checkText(d.Index, ledger.Entry{Time: e.Logged, Content: e.Hash}, d.Content); err != nil {
			return err
		}
	}
	if !fault.Entry {
		return refute(fault, "block %d: %v", b.Height, fault.Err)
	}
	opened := slices.ContainsFunc(b.Disclosed, func(d ledger.Disclosure) bool { return d.Index == fault.Index })
	if _, known := w.RecordAt(fault.Index); known && opened && fault.Index < b.First {
		return refute(fault, "block %d discloses the text of entry %d, which was there before", b.Height, fault.Index)
	}
	sentence := fmt.Sprintf("entry %d: %v", fault.Index, fault.Err)
	if left := leftOut(w, b, fault.Index); left != "" && !final(fault.Err) {
		sentence += "; unless " + left + " allows it, the hub is to blame"
	}
	return &Refuted{sentence, fault.Err}
}

// checkText checks what the hub's signature over an entry does not cover: that
// the text is the one ordered there, that its form is right, and whose
// signatures a charter shows. Whoever shows the text answers for that.
func checkText(index uint64, e ledger.Entry, content []byte) error {
	if ledger.ContentHash(content) != e.Content {
		return refute(nil, "the text given for entry %d is not the one that was ordered there", index)
	}
	var err error
	if content[0] == '{' {
		_, err = charter.Open(content)
	} else {
		_, err = statement.Parse(content)
	}
	if err != nil {
		return refute(err, "the text given for entry %d is neither a statement nor a charter with all its signatures: %v", index, err)
	}
	return nil
}

// final reports whether a refusal stands whatever the file leaves out: it rests
// on the statement itself, on others that are there, or on the entries.
func final(err error) bool {
	refusal, ok := errors.AsType[*rule.Refusal](err)
	if !ok {
		return true
	}
	switch refusal.Rule {
	case mechanism.BadSignature, mechanism.RevokedKey, mechanism.OthersKey, mechanism.IDTaken,
		mechanism.SeenFuture, mechanism.SeenOther, mechanism.WrongPrev, mechanism.WrongSerial, mechanism.AlreadyGone,
		mechanism.WithheldForm, mechanism.WithheldRules, mechanism.WithheldFloor, mechanism.WithheldAll,
		mechanism.SecondRevoked, mechanism.SecondParty, mechanism.SecondSame, mechanism.SecondSignature:
		return true
	}
	return false
}

// leftOut names what is missing up to the entry at index and could excuse it;
// empty where nothing is.
func leftOut(w *store.Working, b *ledger.Block, index uint64) string {
	missing := 0
	for i := range w.Size() {
		if _, known := w.RecordAt(i); !known && !isCharter(w, i) {
			missing++
		}
	}
	for i, content := range b.Contents {
		switch at := b.First + uint64(i); {
		case at < index && content == nil:
			missing++
		case at == index:
			if s, err := statement.Parse(content); err == nil && !s.Complete() {
				return "what is withheld of its own text"
			}
		}
	}
	if missing == 0 {
		return ""
	}
	return fmt.Sprintf("one of the %d texts withheld before it", missing)
}

func isCharter(w *store.Working, index uint64) bool {
	for _, e := range w.Editions() {
		if e.Index == index {
			return true
		}
	}
	return false
}
