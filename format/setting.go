package format

import (
	"strings"
	"time"

	"parley/geo"
	"parley/words"
)

// A Setting is what a mechanism's charter says of time and place, and which of
// its parties the words are for. It decides what a person is shown and asked,
// never what is accepted from the wire. A nil Setting has no parties and no grids.
type Setting struct {
	Parties   []Party
	Reader    string     // the party whose clocks its officers read; empty: nobody's
	Aside     bool       // what differs in a readback is said to others than who read back
	Grids     []string   // in which places are echoed, besides the one they were typed in
	Theatre   *geo.Box   // where places are expected; nil: anywhere
	Landmarks []Landmark // agreed points that places are described from
	Glossary  []Term
}

// A Party is one whose clocks are echoed.
type Party struct {
	ID       string
	Names    Words
	Zone     string // IANA name
	Location *time.Location
}

// A Landmark is an agreed point.
type Landmark struct {
	Names Words
	Point geo.Point
}

// A Term is an agreed word of the mechanism in each language, or one that the
// charter marks as contested.
type Term struct {
	ID        string
	Words     map[string][]string // by language: the spellings that are found in texts, the first is the one to write
	Contested bool
	Use       []string // of a contested term: the agreed terms to choose from
}

func (s *Setting) parties() []Party {
	if s == nil {
		return nil
	}
	return s.Parties
}

// zones gives the parties whose zones are known.
func (s *Setting) zones() []Party {
	var with []Party
	for _, p := range s.parties() {
		if p.Location != nil {
			with = append(with, p)
		}
	}
	return with
}

func (s *Setting) reader() (Party, bool) {
	for _, p := range s.zones() {
		if p.ID == s.Reader {
			return p, true
		}
	}
	return Party{}, false
}

func (s *Setting) grids(besides string) []string {
	if s == nil {
		return nil
	}
	var others []string
	for _, g := range s.Grids {
		if !strings.EqualFold(g, besides) {
			others = append(others, g)
		}
	}
	return others
}

func (s *Setting) geoReader() geo.Reader {
	if s == nil {
		return geo.Reader{}
	}
	return geo.Reader{Theatre: s.Theatre}
}

func (s *Setting) landmarks() []Landmark {
	if s == nil {
		return nil
	}
	return s.Landmarks
}

// differs makes the sentence on a difference, to whoever read back or to others.
func (s *Setting) differs(key string, pairs ...any) words.Message {
	if s != nil && s.Aside {
		key += "-other"
	}
	return words.M(key, pairs...)
}
