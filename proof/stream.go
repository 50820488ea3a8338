package proof

import (
	"slices"

	"parley/ledger"
	"parley/statement"
	"parley/store"
)

// streams follow the chains of all authors through a replay. The rules do not see two
// statements of one author in one place where texts between them are withheld, or
// were as they were decided; the chains do. An author whose statements came whole and
// in order needs no second look, and of one who does only the indexes are kept.
type streams struct {
	author     map[string]*stream
	statements uint64
}

type stream struct {
	indexes []uint64 // in the order in which the texts came
	last    link     // its index is the newest's; of its claims only serial and seen are kept
	again   bool     // something is missing, came late, or does not follow
}

func newStreams() *streams { return &streams{author: map[string]*stream{}} }

func (s *streams) add(index uint64, hash ledger.Hash, c *statement.Claims) {
	s.statements++
	name := c.Author.String()
	a := s.author[name]
	if a == nil {
		a = &stream{}
		s.author[name] = a
	}
	if n := len(a.indexes); n > 0 && !a.again {
		before := &chain{author: name, links: []link{a.last}}
		a.again = index < a.indexes[n-1] || c.Prev != statement.EncodeHash(a.last.hash) || before.follows(link{index, hash, *c}) != nil
	}
	a.indexes = append(a.indexes, index)
	a.last = link{index, hash, statement.Claims{Serial: c.Serial, Seen: c.Seen}}
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
