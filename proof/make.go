package proof

import (
	"context"
	"encoding/base64"
	"fmt"
	"maps"
	"slices"

	"golang.org/x/mod/sumdb/tlog"

	"parley/delivery"
	"parley/journal"
	"parley/ledger"
	"parley/matter"
	"parley/mechanism"
	"parley/statement"
	"parley/store"
)

// MakeBundle makes the bundle about the statements with the identifiers ids: all
// charters, all key statements, the statements themselves and every statement
// that refers to one of them, or to what replaced or cancelled one, as far as the
// holder of the journal may read them, each with its proof in the tree of one
// checkpoint. What never left the gate is in it only where it is one of those named:
// its addressees have not read it, and whoever gets the bundle would.
//
// w is the read model of the ledger called origin in j, up to its end. The
// checkpoint may be a cosigned one; nil stands for that of the newest block.
// MakeBundle does not verify it; [VerifyBundle] does.
func MakeBundle(ctx context.Context, w *store.Working, j journal.Journal, origin string, checkpoint []byte, ids []string) ([]byte, error) {
	return makeBundle(ctx, w, j, origin, checkpoint, ids, selection{})
}

// MakeReleased is MakeBundle without what has not left the gate, and without all that
// refers to nothing else: these texts are for their authors and the supervisor alone.
func MakeReleased(ctx context.Context, w *store.Working, j journal.Journal, origin string, checkpoint []byte, ids []string) ([]byte, error) {
	return makeBundle(ctx, w, j, origin, checkpoint, ids, selection{released: true})
}

// A selection says what of all that is said about some statements a bundle has.
type selection struct {
	released bool                         // nothing that has not left the gate
	only     bool                         // the statements alone, and what opened them
	outside  string                       // what that party may show to others; empty: all that it has
	reads    func(*mechanism.Record) bool // what else than the statements named, charters and keys; nil: everything
}

func makeBundle(ctx context.Context, w *store.Working, j journal.Journal, origin string, checkpoint []byte, ids []string, sel selection) ([]byte, error) {
	fail := func(err error) ([]byte, error) { return nil, fmt.Errorf("make bundle: %w", err) }
	editions := w.Editions()
	if len(editions) == 0 || len(ids) == 0 {
		return fail(fmt.Errorf("%d statements are named and the ledger has %d charters; it takes one of each at least", len(ids), len(editions)))
	}
	c := collection{subjects: map[string]bool{}, successors: map[string]bool{}, wanted: map[uint64]bool{}, found: map[uint64]readItem{}, first: ^uint64(0)}
	for _, e := range editions {
		c.wanted[e.Index] = true
	}
	for _, key := range w.Keys() {
		c.wanted[key.Endorsed] = true
		if key.Revoked > 0 {
			c.wanted[key.Revoked] = true
		}
	}
	for _, id := range withExchanges(w, ids) {
		record, ok := w.Record(id)
		if !ok {
			return fail(fmt.Errorf("statement %q is not known here; `parley ls` lists those that are", id))
		}
		c.subjects[id], c.wanted[record.Index] = true, true
		c.first = min(c.first, record.Index)
	}
	if err := w.Err(); err != nil {
		return fail(err)
	}
	var newest []byte
	var blocks uint64
	for block, err := range j.Read(ctx, origin, 0) {
		if err != nil {
			return fail(err)
		}
		if blocks++; blocks > w.Blocks() {
			break // ordered since w was read
		}
		if err := c.take(block); err != nil {
			return fail(err)
		}
		newest = block.Checkpoint
	}
	if checkpoint == nil {
		checkpoint = newest
	}
	head, _, err := w.OpenCheckpoint(checkpoint)
	if err != nil {
		return fail(err)
	}
	if sel.released {
		c.leaveGate(w)
	}
	if sel.outside != "" {
		c.leaveControlled(w, sel.outside)
	}
	if sel.reads != nil {
		c.leaveUnread(w, sel.reads)
	}
	if sel.only {
		c.leaveOthers(w)
	}
	text, err := c.bundle(w, head.Size, checkpoint)
	if err != nil {
		return fail(err)
	}
	return text, nil
}

// withExchanges adds to statements of sealed exchanges all others of the same: what
// both sides opened in one act proves something only together.
func withExchanges(w *store.Working, ids []string) []string {
	all := slices.Clone(ids)
	for _, id := range ids {
		record, ok := w.Record(id)
		if !ok || record.Facts == nil || record.Facts.Kind != matter.Exchange {
			continue
		}
		m, ok := w.Matter(record.Facts.Matter)
		if !ok {
			continue
		}
		for _, index := range m.Moves {
			if move, ok := w.RecordAt(index); ok && !slices.Contains(all, move.Claims.ID) {
				all = append(all, move.Claims.ID)
			}
		}
	}
	return all
}

// A collection gathers the items of a bundle out of the blocks.
type collection struct {
	subjects   map[string]bool
	successors map[string]bool // of the subjects, and theirs
	wanted     map[uint64]bool // indexes
	first      uint64          // index of the first subject
	found      map[uint64]readItem
	entries    []ledger.Entry // of the subjects and after, for disclosures that refer to a subject
}

func (c *collection) take(b *ledger.Block) error {
	for i, e := range b.Entries {
		if b.First+uint64(i) >= c.first {
			c.entries = append(c.entries, e)
		}
	}
	for _, d := range b.Disclosed {
		wanted, err := c.wants(d.Index, d.Content)
		if err != nil {
			return err
		}
		if wanted { // never older than the first subject: the rest is not withheld
			if d.Index < c.first {
				return fmt.Errorf("entry %d: it is withheld at first, and nothing about a charter, a key or these statements can be", d.Index)
			}
			c.found[d.Index] = readItem{index: d.Index, entry: c.entries[d.Index-c.first], content: d.Content}
		}
	}
	for i, e := range b.Entries { // after what they disclose, as in a fold
		index := b.First + uint64(i)
		wanted, err := c.wants(index, b.Contents[i])
		if err != nil {
			return err
		}
		if wanted {
			c.found[index] = readItem{index: index, entry: e, content: b.Contents[i]}
		}
	}
	return nil
}

func (c *collection) wants(index uint64, content []byte) (bool, error) {
	if content == nil {
		return c.wanted[index], nil // its place; the text may come later
	}
	if c.wanted[index] || index <= c.first || content[0] == '{' {
		return c.wanted[index], nil
	}
	s, err := statement.Parse(content)
	if err != nil {
		return false, fmt.Errorf("entry %d: %w", index, err)
	}
	wanted := false
	for _, ref := range s.Claims().Refs {
		if !c.subjects[ref.ID] && !c.successors[ref.ID] {
			continue
		}
		if wanted = true; mechanism.Supersedes(ref.Relation) {
			c.successors[s.Claims().ID] = true
		}
	}
	return wanted, nil
}

// leaveGate takes out what has not left the gate, and then what refers to that alone.
func (c *collection) leaveGate(w *store.Working) {
	inside := map[string]bool{}
	for _, index := range slices.Sorted(maps.Keys(c.found)) {
		record, ok := w.RecordAt(index)
		if !ok || c.wanted[index] {
			continue
		}
		refs := record.Claims.Refs
		stays := record.Delivery != nil && record.Delivery.Status != delivery.Released
		about := record.Delivery == nil && len(refs) > 0 && !slices.ContainsFunc(refs, func(r statement.Ref) bool { return !inside[r.ID] })
		if stays || about {
			inside[record.Claims.ID] = true
			delete(c.found, index)
		}
	}
}

// bundle proves each item in the tree of size entries. What was ordered later is
// left out, unless it is a subject.
func (c *collection) bundle(w *store.Working, size uint64, checkpoint []byte) ([]byte, error) {
	b := &bundle{Bundle: bundleForm, Checkpoint: string(checkpoint), Subjects: slices.Sorted(maps.Keys(c.subjects))}
	for _, id := range b.Subjects {
		if record, ok := w.Record(id); ok && record.Index >= size {
			return nil, fmt.Errorf("statement %s is entry %d and the checkpoint covers only %d; use a newer one", id, record.Index, size)
		}
	}
	if err := c.keepBehindGate(w); err != nil {
		return nil, err
	}
	for _, index := range slices.Sorted(maps.Keys(c.found)) {
		if index >= size {
			break
		}
		found := c.found[index]
		if found.content == nil {
			return nil, fmt.Errorf("entry %d: its text is not in the journal", index)
		}
		path, err := tlog.ProveRecord(int64(size), int64(index), w)
		if err != nil {
			return nil, fmt.Errorf("prove entry %d: %w", index, err)
		}
		b.Items = append(b.Items, item{index, string(found.entry.Bytes()), encodePath(path), string(found.content)})
	}
	return b.bytes()
}

// keepBehindGate leaves out what never left the gate and is neither named nor
// referred to by what is, and the acts about that alone.
func (c *collection) keepBehindGate(w *store.Working) error {
	named, hidden := map[string]bool{}, map[string]bool{}
	for id := range c.subjects {
		named[id] = true
		if record, ok := w.Record(id); ok {
			for _, ref := range record.Claims.Refs {
				named[ref.ID] = true
			}
		}
	}
	for index := range c.found {
		if r, ok := w.RecordAt(index); ok && r.Delivery != nil && r.Delivery.Status != delivery.Released && !named[r.Claims.ID] {
			hidden[r.Claims.ID] = true
			delete(c.found, index)
		}
	}
	for index := range c.found {
		r, ok := w.RecordAt(index)
		if ok && r.Delivery == nil && len(r.Claims.Refs) > 0 && !slices.ContainsFunc(r.Claims.Refs, func(ref statement.Ref) bool { return !hidden[ref.ID] }) {
			delete(c.found, index)
		}
	}
	return w.Err()
}

func encodePath(path tlog.RecordProof) []string {
	hashes := make([]string, len(path))
	for i, hash := range path {
		hashes[i] = base64.StdEncoding.EncodeToString(hash[:])
	}
	return hashes
}
