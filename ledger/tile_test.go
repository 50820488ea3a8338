package ledger

import (
	"bytes"
	"context"
	"errors"
	"testing"

	"filippo.io/torchwood"
	"golang.org/x/mod/sumdb/tlog"
)

// tiles serves a tree to torchwood's client as an HTTP server would.
type tiles struct {
	size   uint64
	stored Hashes
}

func (s tiles) read(path string) ([]byte, error) {
	return ReadTile(path, s.size, s.stored, func(from, to uint64) ([]Entry, error) { return testEntries(int(from), int(to)), nil })
}

func (s tiles) ReadTiles(_ context.Context, list []tlog.Tile) (data [][]byte, err error) {
	for _, t := range list {
		tile, err := s.read(torchwood.TilePath(t))
		if err != nil {
			return nil, err
		}
		data = append(data, tile)
	}
	return data, nil
}

func (s tiles) ReadEndpoint(context.Context, string) ([]byte, error) { return nil, ErrNoTile }
func (s tiles) SaveTiles([]tlog.Tile, [][]byte)                      {}

// A stock client reads the whole ledger from its tiles and verifies every entry.
func TestTilesAgainstOracle(t *testing.T) {
	for _, size := range []int{1, 255, 256, 257, 700, 256*256 + 300} {
		stored, root := testTree(t, size)
		client, err := torchwood.NewClient(tiles{uint64(size), stored})
		if err != nil {
			t.Fatal(err)
		}
		start, n := max(0, size-600), max(0, size-600)
		for i, entry := range client.AllEntries(t.Context(), tlog.Tree{N: int64(size), Hash: root}, int64(start)) {
			if int(i) != n || !bytes.Equal(entry, testEntry(n).Bytes()) {
				t.Fatalf("entry %d of %d is read as %q", i, size, entry)
			}
			n++
		}
		if err := client.Err(); err != nil || n != size {
			t.Errorf("of %d entries %d were read: %v", size, n, err)
		}
	}
}

func TestReadTileRefuses(t *testing.T) {
	stored, _ := testTree(t, 300)
	s := tiles{300, stored}
	for _, path := range []string{
		"", "tile", "tile/0", "checkpoint", "tile/0/000/../001", "tile/8/0/000", "tile/-1/000",
		"tile/0/001", "tile/0/001.p/45", "tile/0/002.p/1", "tile/1/000", "tile/1/000.p/2", "tile/2/000.p/1", "tile/63/000.p/1", "tile/64/000.p/1",
		"tile/entries/001", "tile/entries/001.p/45", "tile/0/000.p/256", "tile/0/000.p/0", "tile/0/000.p/01", "tile/0/0",
		"tile/0/x999/x999/x999/x999/x999/x999/999", "tile/0/x000/000",
	} {
		if _, err := s.read(path); !errors.Is(err, ErrNoTile) {
			t.Errorf("%q: %v, want that there is no such tile", path, err)
		}
	}
	for path, want := range map[string]int{
		"tile/0/000": 256 * 32, "tile/0/000.p/7": 7 * 32, "tile/0/001.p/44": 44 * 32, "tile/1/000.p/1": 32, "tile/entries/001.p/44": 44 * (2 + entrySize),
	} {
		if tile, err := s.read(path); err != nil || len(tile) != want {
			t.Errorf("%q has %d bytes, %v; want %d", path, len(tile), err, want)
		}
	}
}
