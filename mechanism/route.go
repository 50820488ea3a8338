package mechanism

import (
	"slices"

	"parley/charter"
	"parley/delivery"
	"parley/format"
	"parley/statement"
)

// A Route says who may read one content of the ledger, from the moment it is
// ordered, and which earlier statements it opens. It follows from the content
// and the charter alone, so a feed read late is the feed read live.
type Route struct {
	Everyone bool // charters and key statements: never withheld
	Party    string
	Area     string
	To       []string // may read it at once
	Opens    []string // identifiers of the statements whose addressees may read them from here on
	Later    []string // may read it once it is released
	Withhold []Hash   // digests of what those addressees do not get even then
}

// Cut gives a statement that the route opens as its addressees are to get it.
func (r Route) Cut(s *statement.Statement) (*statement.Statement, error) {
	if len(r.Withhold) == 0 {
		return s, nil
	}
	return s.Withhold(r.Withhold...)
}

// RouteOf gives the route of a statement under the charter in force at its entry.
// The statement must be complete, as the hub has it: the gate of one that replaces
// or translates another is that of the format its field content names, which
// [Decide] has found to be the other's.
func RouteOf(ch *charter.Charter, s *statement.Statement) Route {
	f, ok := ch.Format(s.Claims().Format)
	if !ok {
		return RouteBy(ch, s, "")
	}
	mode, _ := ch.Gate(gateFormat(f, s), s.Claims().Precedence)
	return RouteBy(ch, s, mode)
}

// RouteBy is [RouteOf] of a statement of which some is not here any more, and which met
// a gate of that mode, where it is a message.
func RouteBy(ch *charter.Charter, s *statement.Statement, mode string) Route {
	claims := s.Claims()
	r := Route{Party: claims.Author.Party, Area: claims.Area, To: claims.To}
	f, ok := ch.Format(claims.Format)
	if !ok {
		return Route{Party: claims.Author.Party, Area: claims.Area}
	}
	switch f.Kind {
	case format.Key:
		r.Everyone = true
	case format.Act:
		if Opening(f.Relation) {
			for _, ref := range claims.Refs {
				r.Opens = append(r.Opens, ref.ID)
			}
			for _, w := range WithheldBy(s) {
				r.Withhold = append(r.Withhold, statement.DecodeHash(w.Digest))
			}
		}
	default:
		if mode != delivery.ModeNone && mode != delivery.ModeNotify && r.Party != ch.Supervisor().ID {
			r.To, r.Later = nil, claims.To
		}
	}
	return r
}

// A Reader is whom a feed is for: one party's desk and the compartments that its
// key is endorsed for.
type Reader struct {
	Party      string
	Supervisor bool
	Key        Key
}

// Reads reports whether the reader may have the content at once.
func (r Reader) Reads(route Route) bool {
	if route.Everyone {
		return true
	}
	if !r.Key.Sees(route.Area) {
		return false
	}
	return r.Supervisor || r.Party == route.Party || slices.Contains(route.To, r.Party)
}

// ReadsOnRelease reports whether a release hands the reader the content, which
// it did not have before.
func (r Reader) ReadsOnRelease(route Route) bool {
	return !r.Reads(route) && r.Key.Sees(route.Area) && slices.Contains(route.Later, r.Party)
}
