package proof

import (
	"parley/ledger"
	"parley/mechanism"
	"parley/statement"
)

// A link is a statement's place among its author's own.
type link struct {
	index  uint64
	hash   ledger.Hash
	claims statement.Claims
}

// A chain is what is shown of one author, in the order of the ledger.
type chain struct {
	author string
	links  []link
	at     map[string]uint64 // index of each by its hash, as prev has it
}

// chains are of all authors, in the order in which they first appear.
type chains struct {
	all    []*chain
	author map[string]*chain
	seen   map[uint64]link // first statement to name a size it has seen
}

func newChains() *chains { return &chains{author: map[string]*chain{}, seen: map[uint64]link{}} }

func (c *chains) of(author string) *chain {
	a, ok := c.author[author]
	if !ok {
		a = &chain{author: author, at: map[string]uint64{}}
		c.author[author], c.all = a, append(c.all, a)
	}
	return a
}

// add puts a statement at the end of its author's chain, if it can stand there.
func (c *chains) add(next link) error {
	if other, ok := c.seen[next.claims.Seen.Size]; ok && other.claims.Seen.Root != next.claims.Seen.Root {
		return refute(nil, "entries %d and %d say to have seen two different ledgers of %d entries; the hub showed %s another than %s, or one of them lies",
			other.index, next.index, next.claims.Seen.Size, other.claims.Author, next.claims.Author)
	} else if !ok {
		c.seen[next.claims.Seen.Size] = next
	}
	a := c.of(next.claims.Author.String())
	if len(a.links) > 0 {
		if err := a.follows(next); err != nil {
			return err
		}
	}
	a.links = append(a.links, next)
	a.at[statement.EncodeHash(next.hash)] = next.index
	return nil
}

// follows checks next against what is shown before it. Statements between may be
// withheld.
func (a *chain) follows(next link) error {
	last := a.links[len(a.links)-1]
	serial, before := next.claims.Serial, last.claims.Serial
	prev := next.claims.Prev
	switch {
	case prev == "":
		return refute(nil, "entry %d says to be the first statement of %s, and entry %d is an earlier one", next.index, a.author, last.index)
	case next.claims.Seen.Size < last.claims.Seen.Size:
		return refute(nil, "entry %d: %s says to have seen %d entries, after it signed in entry %d to have seen %d", next.index, a.author, next.claims.Seen.Size, last.index, last.claims.Seen.Size)
	case prev != statement.EncodeHash(last.hash):
		if earlier, ok := a.at[prev]; ok {
			return refute(nil, "entry %d says to follow entry %d of %s, and entry %d stands between", next.index, earlier, a.author, last.index)
		}
		if serial.Day < before.Day || serial.Day == before.Day && serial.Number < before.Number+2 {
			return refute(nil, "entry %d has serial %s, and %s had %s in entry %d with at least one between", next.index, serial, a.author, before, last.index)
		}
	default:
		want := statement.Serial{Day: serial.Day, Number: 1}
		if serial.Day == before.Day {
			want.Number = before.Number + 1
		}
		if serial != want || serial.Day < before.Day {
			return refute(nil, "entry %d has serial %s and follows %s of %s, entry %d", next.index, serial, before, a.author, last.index)
		}
	}
	return nil
}

// whole reports whether nothing is missing up to the last that is shown; else
// the entry before which something is.
func (a *chain) whole() (gap uint64, ok bool) {
	prev := ""
	for _, l := range a.links {
		if l.claims.Prev != prev {
			return l.index, false
		}
		prev = statement.EncodeHash(l.hash)
	}
	return 0, true
}

// registrars checks that no statement of a registrar is left out between those
// that are shown: one could be the revocation of a key.
func (c *chains) registrars() error {
	for _, a := range c.all {
		if a.links[0].claims.Author.Role != mechanism.Registrar {
			continue
		}
		if gap, ok := a.whole(); !ok {
			return refute(nil, "the bundle leaves out a statement of %s before entry %d; without it nobody can tell which keys were good", a.author, gap)
		}
	}
	return nil
}
