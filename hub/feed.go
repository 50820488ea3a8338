package hub

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"

	"parley/ledger"
	"parley/matter"
	"parley/mechanism"
	"parley/statement"
)

// A feed tells followers of new blocks and gives each the part that it may
// read. The newest blocks stay in memory; older ones are read from the journal.
type feed struct {
	hub *Hub

	mu     sync.Mutex
	recent []*routed     // the newest blocks, consecutive
	bytes  int           // of recent
	grown  chan struct{} // closed and replaced when the ledger or the cosigned checkpoint grows
	closed bool
}

// Bounds of the blocks in memory; each may be kept a few times over, once for
// each kind of reader.
const (
	recentBlocks = 1024
	recentBytes  = 32 << 20
)

// blockBytes is about what a block takes in memory.
func blockBytes(b *ledger.Block) (n int) {
	for _, c := range b.Contents {
		n += len(c)
	}
	return n + 200*len(b.Entries)
}

// A routed block knows who may read what of it.
type routed struct {
	block  *ledger.Block
	routes []mechanism.Route // one for each entry
	opened []opened          // in the order of the entries that open them

	mu    sync.Mutex
	lines map[string][]byte // feed lines by kind of reader
}

// An opened statement is one whose addressees get its text with this block.
type opened struct {
	disclosure ledger.Disclosure
	route      mechanism.Route
	purged     uint64 // entry that destroyed the text; 0 for none
}

func newFeed(h *Hub) *feed { return &feed{hub: h, grown: make(chan struct{})} }

// publish makes a durable block known to the feed and what falls due to the
// clock. changes may be nil for a block that this node did not make.
func (h *Hub) publish(b *ledger.Block, changes []mechanism.Change) {
	h.signed.newest(b.Checkpoint, b.First+uint64(len(b.Entries)))
	for _, content := range b.Contents {
		if len(content) > 0 && content[0] == '{' {
			h.adopt()
			h.watchBoard()
		}
	}
	if changes == nil {
		for i := range b.Entries {
			if r, ok := h.work.RecordAt(b.First + uint64(i)); ok {
				change := mechanism.Change{Record: r, Board: h.work.Board()}
				for _, ref := range r.Claims.Refs {
					about, ok := h.work.Record(ref.ID)
					if !ok {
						continue
					}
					change.Touched = append(change.Touched, about)
					for _, replied := range about.Claims.Refs { // whose reply may have been taken back
						if before, ok := h.work.Record(replied.ID); ok {
							change.Touched = append(change.Touched, before)
						}
					}
				}
				change.Matters = h.mattersOf(r)
				changes = append(changes, change)
			}
		}
	}
	for _, c := range changes {
		h.purged(c)
		h.watchRecord(c.Record)
		for _, r := range c.Touched {
			h.watchRecord(r)
		}
		for _, m := range c.Matters {
			h.watchMatter(m)
		}
		if r := c.Record; r != nil && r.Facts != nil && r.Facts.Kind == matter.Exchange { // what waits in escrow changes no matter
			if m, ok := h.work.Matter(r.Facts.Matter); ok {
				h.watchMatter(m)
			}
		}
		if c.Board != nil {
			h.watchBoard()
		}
	}
	h.feed.mu.Lock()
	defer h.feed.mu.Unlock()
	h.feed.recent = append(h.feed.recent, &routed{block: b})
	h.feed.bytes += blockBytes(b)
	for drop := h.feed.recent[0].block; len(h.feed.recent) > 1 && (len(h.feed.recent) > recentBlocks || h.feed.bytes > recentBytes); drop = h.feed.recent[0].block {
		h.feed.bytes -= blockBytes(drop)
		h.feed.recent[0] = nil // the slice keeps its array for a while
		h.feed.recent = h.feed.recent[1:]
	}
	h.feed.wake()
}

// wake tells all followers to look again. The caller holds mu.
func (f *feed) wake() {
	if !f.closed {
		close(f.grown)
		f.grown = make(chan struct{})
	}
}

func (f *feed) close() {
	f.mu.Lock()
	defer f.mu.Unlock()
	if !f.closed {
		f.closed = true
		close(f.grown)
	}
}

// after gives the recent blocks from height on, and a channel that closes when
// there are more. inMemory is false where height is older than what is kept.
func (f *feed) after(height uint64) (blocks []*routed, grown <-chan struct{}, inMemory bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if len(f.recent) == 0 {
		return nil, f.grown, height >= f.hub.work.Blocks()
	}
	first := f.recent[0].block.Height
	if height < first {
		return nil, f.grown, false
	}
	if skip := height - first; skip < uint64(len(f.recent)) {
		blocks = slices.Clone(f.recent[skip:])
	}
	return blocks, f.grown, true
}

// line gives the feed line of the block for one reader.
func (h *Hub) line(ctx context.Context, r *routed, reader mechanism.Reader) ([]byte, error) {
	kind := reader.Party + " " + reader.Key.Author.Role + " " + strings.Join(reader.Key.Areas, ",")
	r.mu.Lock()
	defer r.mu.Unlock()
	if line, ok := r.lines[kind]; ok {
		return line, nil
	}
	if r.routes == nil {
		if err := h.route(ctx, r); err != nil {
			return nil, err
		}
	}
	part := *r.block
	part.Contents = make([][]byte, len(r.block.Contents))
	part.Disclosed, part.Purged = nil, nil
	for i, route := range r.routes {
		if reader.Reads(route) {
			part.Contents[i] = r.block.Contents[i]
		}
	}
	for _, o := range r.opened {
		switch own := o.disclosure.Index >= part.First; {
		case !reader.ReadsOnRelease(o.route):
		case own: // ordered and released in one block: the text stands at its entry
			part.Contents[o.disclosure.Index-part.First] = o.disclosure.Content
		default:
			part.Disclosed = append(part.Disclosed, o.disclosure)
			if o.purged != 0 {
				part.Purged = append(part.Purged, ledger.Tombstone{Index: o.disclosure.Index, By: o.purged})
			}
		}
	}
	for i, content := range part.Contents {
		if by, ok := r.block.PurgedBy(part.First + uint64(i)); ok && content != nil {
			part.Purged = append(part.Purged, ledger.Tombstone{Index: part.First + uint64(i), By: by})
		}
	}
	slices.SortFunc(part.Purged, func(a, b ledger.Tombstone) int { return cmp.Compare(a.Index, b.Index) })
	line, err := part.MarshalJSON()
	if err != nil {
		return nil, fmt.Errorf("feed block %d: %w", part.Height, err)
	}
	if r.lines == nil {
		r.lines = map[string][]byte{}
	}
	r.lines[kind] = append(line, '\n')
	return r.lines[kind], nil
}

// route works out who may read what. It depends on the ledger alone, so it comes
// out the same whenever it is asked.
func (h *Hub) route(ctx context.Context, r *routed) error {
	routes := make([]mechanism.Route, len(r.block.Entries))
	var all []opened
	for i, content := range r.block.Contents {
		index := r.block.First + uint64(i)
		route, err := h.routeOf(content, index)
		if err != nil {
			return err
		}
		routes[i] = route
		for _, id := range route.Opens {
			record, ok := h.work.Record(id)
			if !ok {
				return fmt.Errorf("feed entry %d: it opens statement %s, which is not in the read model", index, id)
			}
			content, by, err := h.content(ctx, record.Height, record.Index)
			if err != nil {
				return err
			}
			of, err := h.routeOf(content, record.Index)
			if err != nil {
				return err
			}
			if by == 0 { // else nothing is left to take out
				if content, err = cut(content, route); err != nil {
					return fmt.Errorf("feed entry %d, which opens entry %d: %w", index, record.Index, err)
				}
			}
			all = append(all, opened{ledger.Disclosure{Index: record.Index, Content: content}, of, by})
		}
	}
	r.routes, r.opened = routes, all // all of it or, where a follower went away meanwhile, nothing
	return nil
}

// cut takes out of a statement what the release with that route withholds.
func cut(content []byte, release mechanism.Route) ([]byte, error) {
	if len(release.Withhold) == 0 {
		return content, nil
	}
	s, err := statement.Parse(content)
	if err != nil {
		return nil, err
	}
	if s, err = release.Cut(s); err != nil {
		return nil, err
	}
	return s.Bytes(), nil
}

func (h *Hub) routeOf(content []byte, index uint64) (mechanism.Route, error) {
	if content[0] == '{' {
		return mechanism.Route{Everyone: true}, nil
	}
	s, err := statement.Parse(content)
	if err != nil {
		return mechanism.Route{}, fmt.Errorf("feed entry %d: %w", index, err)
	}
	if record, ok := h.work.RecordAt(index); ok && !s.Complete() && record.Delivery != nil { // purged: its gate is that which it met
		return mechanism.RouteBy(h.work.CharterAt(index), s, record.Delivery.Mode), nil
	}
	return mechanism.RouteOf(h.work.CharterAt(index), s), nil
}

// content reads the text of the entry at index from the journal, and which entry
// destroyed what it says; 0 for none.
func (h *Hub) content(ctx context.Context, height, index uint64) (text []byte, purged uint64, err error) {
	b, err := h.journal.ReadOne(ctx, h.origin, height)
	if err != nil {
		return nil, 0, err
	}
	purged, _ = b.PurgedBy(index)
	return b.Contents[index-b.First], purged, nil
}
