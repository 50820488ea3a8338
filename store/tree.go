package store

import (
	"errors"
	"fmt"

	"golang.org/x/mod/sumdb/tlog"
)

const (
	chunkHashes = 256  // hashes a row of the tree table
	chunkCache  = 2048 // rows kept in memory, 16 MiB
)

// chunks caches full rows of the tree table, oldest out first. A row that is
// not full may still grow and is never kept.
type chunks struct {
	rows  map[int64][]byte
	order []int64
}

func (c *chunks) put(chunk int64, row []byte) {
	if c.rows == nil {
		c.rows = map[int64][]byte{}
	}
	if _, ok := c.rows[chunk]; ok || len(row) < chunkHashes*tlog.HashSize {
		return
	}
	if len(c.order) == chunkCache {
		delete(c.rows, c.order[0])
		c.order = c.order[1:]
	}
	c.rows[chunk] = row
	c.order = append(c.order, chunk)
}

// ReadHashes reads hashes of the Merkle tree by their stored hash index, as
// [tlog.HashReader] asks.
func (w *Working) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	hashes := make([]tlog.Hash, len(indexes))
	var stored []int // positions to be read from the database
	w.mu.RLock()
next:
	for i, at := range indexes {
		for _, l := range w.layers(true) {
			if k := at - l.from; k >= 0 && k < int64(len(l.tree)) {
				hashes[i] = l.tree[k]
				continue next
			}
		}
		stored = append(stored, i)
	}
	w.mu.RUnlock()
	for _, i := range stored {
		h, err := w.storedHash(indexes[i])
		if err != nil {
			return nil, err
		}
		hashes[i] = h
	}
	return hashes, nil
}

func (w *Working) storedChunk(chunk int64) (row []byte, err error) {
	w.mu.RLock()
	from := w.cold
	w.mu.RUnlock()
	switch {
	case from != nil:
		return from.hashes(chunk)
	case w.db == nil:
		return nil, errors.New("not in this record")
	}
	err = w.db.read.QueryRow("SELECT hashes FROM tree WHERE chunk = ?", chunk).Scan(&row)
	return row, err
}

func (w *Working) storedHash(at int64) (h tlog.Hash, err error) {
	chunk, offset := at/chunkHashes, at%chunkHashes*tlog.HashSize
	w.treeMu.Lock()
	row := w.chunks.rows[chunk]
	w.treeMu.Unlock()
	if row == nil {
		if row, err = w.storedChunk(chunk); err != nil {
			return h, fmt.Errorf("read tree hash %d: %w", at, err)
		}
		w.treeMu.Lock()
		w.chunks.put(chunk, row)
		w.treeMu.Unlock()
	}
	if offset+tlog.HashSize > int64(len(row)) {
		return h, fmt.Errorf("read tree hash %d: the row ends before it", at)
	}
	copy(h[:], row[offset:])
	return h, nil
}
