package proof

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"

	"parley/charter"
	"parley/delivery"
	"parley/matter"
	"parley/mechanism"
	"parley/statement"
)

// A Shown is what a bundle that was proven shows: its statements, and the matters
// that they speak about, folded again by the rules from these statements and from
// nothing else.
type Shown struct{ audit *audit }

// Charter gives the newest charter in the bundle.
func (s *Shown) Charter() *charter.Charter {
	return s.audit.editions[len(s.audit.editions)-1].Signed.Charter
}

// CharterHash is that of the first charter, which a reader compares with a copy of
// his own.
func (s *Shown) CharterHash() string { return charter.EncodeHash(s.audit.editions[0].Signed.Hash()) }

// Matters gives the matters of a kind, oldest first. What the bundle leaves out is
// not in them, so each says to be known in part.
func (s *Shown) Matters(kind matter.Kind) []*mechanism.Matter {
	all := slices.DeleteFunc(slices.Collect(maps.Values(s.audit.view.matters)), func(m *mechanism.Matter) bool { return m.Kind != kind })
	slices.SortFunc(all, func(a, b *mechanism.Matter) int { return cmp.Compare(a.Opened, b.Opened) })
	return all
}

// Broken gives the entries of statements that left the gate, are of the matter as far
// as can be told, and change nothing in it, nor did as they were ordered: something
// that they rest on was left out of the bundle, or is withheld. What followed from
// what is shown as it was ordered, and no longer as it was released, was overtaken.
func (s *Shown) Broken(m *mechanism.Matter) []uint64 {
	var broken []uint64
	for _, r := range s.audit.view.records {
		if r.Delivery == nil || r.Delivery.Status != delivery.Released || !s.speaks(r, m) {
			continue
		}
		if !slices.Contains(m.Moves, r.Index) && !slices.ContainsFunc(m.Voids, func(v mechanism.Void) bool { return v.Index == r.Index }) {
			broken = append(broken, r.Index)
		}
	}
	slices.Sort(broken)
	return broken
}

// speaks reports whether a statement may be of a matter. Of one that is here in part
// only its references tell.
func (s *Shown) speaks(r *mechanism.Record, m *mechanism.Matter) bool {
	if r.Facts != nil {
		return r.Facts.Kind == m.Kind && (r.Facts.Matter == m.ID || r.Facts.Matter == "")
	}
	return slices.ContainsFunc(r.Claims.Refs, func(ref statement.Ref) bool {
		about, ok := s.Record(ref.ID)
		return ok && about.Facts != nil && about.Facts.Matter == m.ID
	})
}

// A Gap is where a statement is not in the bundle: the one that its author signed
// right before an entry that is.
type Gap struct {
	Author string `json:"author"`
	Before uint64 `json:"before"`
}

// Gaps gives what is missing of the authors who spoke in the matter, from its opening
// to the last that is shown of each. It is of something else, or was left out.
func (s *Shown) Gaps(m *mechanism.Matter) []Gap {
	var gaps []Gap
	for _, index := range m.Moves {
		record, ok := s.RecordAt(index)
		if !ok {
			continue
		}
		author := record.Claims.Author.String()
		if slices.ContainsFunc(gaps, func(g Gap) bool { return g.Author == author }) {
			continue
		}
		prev := ""
		for _, l := range s.audit.chains.of(author).links {
			if l.claims.Prev != prev && l.index > m.Opened {
				gaps = append(gaps, Gap{author, l.index})
			}
			prev = statement.EncodeHash(l.hash)
		}
	}
	slices.SortFunc(gaps, func(a, b Gap) int { return cmp.Compare(a.Before, b.Before) })
	return gaps
}

// Record gives a statement as it stands by what is shown.
func (s *Shown) Record(id string) (*mechanism.Record, bool) { return s.audit.view.Record(id) }

// RecordAt gives the statement of an entry.
func (s *Shown) RecordAt(index uint64) (*mechanism.Record, bool) {
	at, ok := s.item(index)
	if !ok || s.audit.statements[at] == nil {
		return nil, false
	}
	return s.Record(s.audit.statements[at].Claims().ID)
}

// Statement gives the text of an entry.
func (s *Shown) Statement(_ context.Context, index uint64) (*statement.Statement, error) {
	at, ok := s.item(index)
	if !ok || s.audit.statements[at] == nil {
		return nil, fmt.Errorf("entry %d is no statement in the bundle", index)
	}
	return s.audit.statements[at], nil
}

func (s *Shown) item(index uint64) (int, bool) {
	return slices.BinarySearchFunc(s.audit.items, index, func(i readItem, index uint64) int { return cmp.Compare(i.index, index) })
}
