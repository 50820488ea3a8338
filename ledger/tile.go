package ledger

import (
	"errors"
	"fmt"

	"filippo.io/torchwood"
	"golang.org/x/mod/sumdb/tlog"
)

// ErrNoTile is the error for a tile that the ledger does not have, or not yet.
var ErrNoTile = errors.New("the ledger has no such tile")

// ReadTile gives the tile at a path of c2sp.org/tlog-tiles, "tile/0/x001/234" or
// "tile/entries/000.p/5", of the ledger's first size entries. r reads the tree's
// hashes; entries gives the entries from one index, included, to another,
// excluded. A tile once given never changes. An error that wraps [ErrNoTile]
// says that the path is none or lies beyond the tree.
func ReadTile(path string, size uint64, r tlog.HashReader, entries func(from, to uint64) ([]Entry, error)) ([]byte, error) {
	if err := checkSize(size); err != nil {
		return nil, fmt.Errorf("read tile: %w", err)
	}
	if len(path) > 64 {
		return nil, fmt.Errorf("read tile %q: %w", clip(path), ErrNoTile)
	}
	t, err := torchwood.ParseTilePath(path)
	if err != nil {
		return nil, fmt.Errorf("read tile %q: %w", path, ErrNoTile)
	}
	level := max(t.L, 0)
	var count uint64 // hashes or entries at this level
	if level < 8 {
		count = size >> (torchwood.TileHeight * level)
	}
	if t.N < 0 || uint64(t.N) > count>>torchwood.TileHeight {
		return nil, fmt.Errorf("read tile %q: %w", path, ErrNoTile)
	}
	from := uint64(t.N) << torchwood.TileHeight
	to := from + uint64(t.W)
	if to > count {
		return nil, fmt.Errorf("read tile %q: %w", path, ErrNoTile)
	}
	if t.L >= 0 {
		tile, err := tlog.ReadTileData(t, r)
		if err != nil {
			return nil, fmt.Errorf("read tile %q: %w", path, err)
		}
		return tile, nil
	}
	list, err := entries(from, to)
	if err == nil && uint64(len(list)) != to-from {
		err = fmt.Errorf("asked for entries %d to %d, got %d", from, to, len(list))
	}
	if err != nil {
		return nil, fmt.Errorf("read tile %q: %w", path, err)
	}
	tile := make([]byte, 0, len(list)*(2+entrySize))
	for _, e := range list {
		if tile, err = torchwood.AppendTileEntry(tile, e.Bytes()); err != nil {
			return nil, fmt.Errorf("read tile %q: %w", path, err)
		}
	}
	return tile, nil
}
