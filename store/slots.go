package store

import "iter"

// slots is a table from 64-bit fingerprints to indexes that takes about 20 bytes an
// index. Two things may have one fingerprint, so whoever finds looks at what it means.
type slots struct {
	shards [256]struct {
		prints  []uint64
		indexes []uint32 // from 1; 0 is a free slot
		used    int
	}
}

func (s *slots) put(print uint64, index uint32) {
	shard := &s.shards[print>>56]
	if 4*(shard.used+1) > 3*len(shard.prints) {
		prints, indexes := shard.prints, shard.indexes
		shard.prints, shard.indexes = make([]uint64, max(16, 2*len(prints))), make([]uint32, max(16, 2*len(prints)))
		for i, old := range indexes {
			if old > 0 {
				settle(shard.prints, shard.indexes, prints[i], old)
			}
		}
	}
	settle(shard.prints, shard.indexes, print, index+1)
	shard.used++
}

func settle(prints []uint64, indexes []uint32, print uint64, index uint32) {
	at := int(print) & (len(prints) - 1)
	for indexes[at] > 0 {
		at = (at + 1) & (len(prints) - 1)
	}
	prints[at], indexes[at] = print, index
}

// find gives the indexes that were put with this fingerprint.
func (s *slots) find(print uint64) iter.Seq[uint32] {
	return func(yield func(uint32) bool) {
		shard := &s.shards[print>>56]
		if len(shard.prints) == 0 {
			return
		}
		for at := int(print) & (len(shard.prints) - 1); shard.indexes[at] > 0; at = (at + 1) & (len(shard.prints) - 1) {
			if shard.prints[at] == print && !yield(shard.indexes[at]-1) {
				return
			}
		}
	}
}
