package paper

import (
	"cmp"
	"slices"

	"golang.org/x/text/unicode/bidi"
)

// A sequence is one isolating run sequence while its characters are resolved.
type sequence struct {
	*resolver
	places     []int        // of its characters in the paragraph
	classes    []bidi.Class // of its characters, changed from rule to rule
	embedding  bidi.Class   // L or R
	begin, end bidi.Class   // sos and eos: L or R
}

// weak resolves numbers and what belongs to them (W1-W7).
func (s *sequence) weak() {
	c := s.classes
	before := s.begin
	for i := range c { // W1
		if c[i] == bidi.NSM {
			c[i] = before
			if initiates(before) || before == bidi.PDI {
				c[i] = bidi.ON
			}
		}
		before = c[i]
	}
	strong := s.begin
	for i := range c { // W2
		switch {
		case c[i] == bidi.L || c[i] == bidi.R || c[i] == bidi.AL:
			strong = c[i]
		case c[i] == bidi.EN && strong == bidi.AL:
			c[i] = bidi.AN
		}
	}
	for i := range c { // W3
		if c[i] == bidi.AL {
			c[i] = bidi.R
		}
	}
	for i := 1; i+1 < len(c); i++ { // W4
		one := c[i] == bidi.ES || c[i] == bidi.CS
		if one && c[i-1] == bidi.EN && c[i+1] == bidi.EN {
			c[i] = bidi.EN
		}
		if c[i] == bidi.CS && c[i-1] == bidi.AN && c[i+1] == bidi.AN {
			c[i] = bidi.AN
		}
	}
	for i := 0; i < len(c); i++ { // W5
		j := i
		for j < len(c) && c[j] == bidi.ET {
			j++
		}
		if j > i && (i > 0 && c[i-1] == bidi.EN || j < len(c) && c[j] == bidi.EN) {
			for k := i; k < j; k++ {
				c[k] = bidi.EN
			}
		}
		i = max(i, j-1)
	}
	strong = s.begin
	for i := range c { // W6, W7
		switch c[i] {
		case bidi.ES, bidi.ET, bidi.CS:
			c[i] = bidi.ON
		case bidi.L, bidi.R:
			strong = c[i]
		case bidi.EN:
			if strong == bidi.L {
				c[i] = bidi.L
			}
		}
	}
}

// direction of a class where numbers count as from the right; ON for neutrals.
func strongOf(c bidi.Class) bidi.Class {
	switch c {
	case bidi.L:
		return bidi.L
	case bidi.R, bidi.EN, bidi.AN:
		return bidi.R
	}
	return bidi.ON
}

// maxBrackets is how many may be open at once (BD16).
const maxBrackets = 63

// brackets gives both brackets of a pair one direction (N0).
func (s *sequence) brackets() {
	type open struct{ pair, at int }
	var stack []open
	var found [][2]int
scan:
	for i, place := range s.places {
		if s.classes[i] != bidi.ON {
			continue
		}
		pair, opens, ok := bracket(s.runes[place])
		switch {
		case !ok:
		case opens && len(stack) == maxBrackets:
			found = nil
			break scan
		case opens:
			stack = append(stack, open{pair, i})
		default:
			for k, o := range slices.Backward(stack) {
				if o.pair == pair {
					found = append(found, [2]int{o.at, i})
					stack = stack[:k]
					break
				}
			}
		}
	}
	slices.SortFunc(found, func(a, b [2]int) int { return cmp.Compare(a[0], b[0]) })
	for _, pair := range found {
		if to := s.inside(pair[0], pair[1]); to != bidi.ON {
			s.setBracket(pair[0], to)
			s.setBracket(pair[1], to)
		}
	}
}

// inside decides the direction of a pair of brackets; ON where nothing within
// has one.
func (s *sequence) inside(from, to int) bidi.Class {
	other := bidi.ON
	for _, c := range s.classes[from+1 : to] {
		switch strongOf(c) {
		case s.embedding:
			return s.embedding
		case bidi.L, bidi.R:
			other = strongOf(c)
		}
	}
	if other == bidi.ON {
		return bidi.ON
	}
	before := s.begin
	for _, c := range slices.Backward(s.classes[:from]) {
		if d := strongOf(c); d != bidi.ON {
			before = d
			break
		}
	}
	if before == other {
		return other
	}
	return s.embedding
}

// setBracket turns a bracket, and the marks upon it.
func (s *sequence) setBracket(at int, to bidi.Class) {
	s.classes[at] = to
	for i := at + 1; i < len(s.places) && s.resolver.classes[s.places[i]] == bidi.NSM; i++ {
		s.classes[i] = to
	}
}

// neutral gives what has no direction that of its neighbours where they agree,
// else that of the sequence (N1, N2).
func (s *sequence) neutral() {
	c := s.classes
	before := s.begin
	for i := 0; i < len(c); i++ {
		if d := strongOf(c[i]); d != bidi.ON {
			before = d
			continue
		}
		j := i
		for j < len(c) && strongOf(c[j]) == bidi.ON {
			j++
		}
		after, to := s.end, s.embedding
		if j < len(c) {
			after = strongOf(c[j])
		}
		if before == after {
			to = before
		}
		for k := i; k < j; k++ {
			c[k] = to
		}
		i = j - 1
	}
}
