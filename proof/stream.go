package proof

import (
	"slices"

	"parley/identity"
	"parley/ledger"
	"parley/statement"
	"parley/store"
)

// streams follow the chains of all authors through a replay. The rules do not see two
// statements of one author in one place where texts between them are withheld, or
// were as they were decided; the chains do. An author whose statements came whole and
// in order needs no second look, and of one who does only the indexes are kept.
type streams struct {
	author     map[identity.Author]*stream
	statements uint64
	inPart     uint64 // of them, without some of their text
	purged     uint64 // statements whose text is destroyed
}

type stream struct {
	chain            // with the newest link alone, and of its claims serial and seen alone
	indexes []uint64 // in the order in which the texts came
	again   bool     // something is missing, came late, or does not follow
}

func newStreams() *streams { return &streams{author: map[identity.Author]*stream{}} }

func (s *streams) add(index uint64, hash ledger.Hash, c *statement.Claims) {
	s.statements++
	a := s.author[c.Author]
	if a == nil {
		a = &stream{chain: chain{author: c.Author.String(), links: make([]link, 1)}}
		s.author[c.Author] = a
	}
	if n := len(a.indexes); n > 0 && !a.again {
		a.again = index < a.indexes[n-1] || c.Prev != statement.EncodeHash(a.links[0].hash) || a.follows(link{index, hash, *c}) != nil
	}
	a.indexes = append(a.indexes, index)
	a.links[0] = link{index, hash, statement.Claims{Serial: c.Serial, Seen: c.Seen}}
}

// check looks again at the chains that need it, in the order of the ledger.
func (s *streams) check(w *store.Working) error {
	var indexes []uint64
	for _, a := range s.author {
		if a.again {
			indexes = append(indexes, a.indexes...)
		}
	}
	slices.Sort(indexes)
	chains := newChains()
	for _, index := range indexes {
		record, ok := w.RecordAt(index)
		if !ok {
			return w.Err()
		}
		if err := chains.add(link{index, record.Hash, record.Claims}); err != nil {
			return err
		}
	}
	return nil
}
