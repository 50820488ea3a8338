package paper

import (
	"slices"
	"strings"

	"golang.org/x/text/unicode/bidi"
	"golang.org/x/text/unicode/norm"
)

// A level is how deep a character stands in text of other directions: even from
// the left, odd from the right.
type level = uint8

const maxDepth = 125

// levels resolves the order of a paragraph by Unicode Annex 9, rules X1 to I2
// and L1 for its end, in a paragraph of the given direction. Isolates count;
// embeddings and overrides are passed over like other controls, since [legible]
// leaves none in a text.
//
// It is here because what Go's libraries tell of the levels is too little to put
// a number back in its place after letters from the right.
func levels(runes []rune, dir direction) []level {
	p := resolver{runes: runes, classes: make([]bidi.Class, len(runes)), levels: make([]level, len(runes)), base: level(dir)}
	for i, r := range runes {
		property, _ := bidi.LookupRune(r)
		p.classes[i] = property.Class()
	}
	p.match()
	p.explicit()
	p.explicitLevels = slices.Clone(p.levels)
	for _, sequence := range p.sequences() {
		p.resolve(sequence)
	}
	p.ends()
	return p.levels
}

type resolver struct {
	runes   []rune
	classes []bidi.Class
	levels  []level
	base    level
	// explicitLevels are the levels before anything was resolved.
	explicitLevels []level
	partner        []int // of an isolate's initiator and its PDI; -1 where there is none
}

func initiates(c bidi.Class) bool { return c == bidi.LRI || c == bidi.RLI || c == bidi.FSI }

func removed(c bidi.Class) bool {
	switch c {
	case bidi.BN, bidi.LRE, bidi.RLE, bidi.LRO, bidi.RLO, bidi.PDF:
		return true
	}
	return false
}

// match finds the partners (BD9).
func (p *resolver) match() {
	p.partner = make([]int, len(p.runes))
	var open []int
	for i, c := range p.classes {
		p.partner[i] = -1
		if initiates(c) {
			open = append(open, i)
		} else if c == bidi.PDI && len(open) > 0 {
			last := open[len(open)-1]
			p.partner[i], p.partner[last] = last, i
			open = open[:len(open)-1]
		}
	}
}

// explicit gives each character the level of the isolate it is in (X1-X8).
func (p *resolver) explicit() {
	stack, overflow := []level{p.base}, 0
	for i, c := range p.classes {
		top := stack[len(stack)-1]
		switch {
		case initiates(c):
			p.levels[i] = top
			next := top + 2 - top&1 // the next even level
			if c == bidi.RLI || c == bidi.FSI && p.firstStrong(i) {
				next = top + 1 + top&1 // the next odd one
			}
			if next <= maxDepth && overflow == 0 {
				stack = append(stack, next)
			} else {
				overflow++
			}
			continue
		case c == bidi.PDI && overflow > 0:
			overflow--
		case c == bidi.PDI && len(stack) > 1:
			stack = stack[:len(stack)-1]
			top = stack[len(stack)-1]
		case c == bidi.B:
			top = p.base
		}
		p.levels[i] = top
	}
}

// firstStrong reports whether an isolate is from the right (P2, P3).
func (p *resolver) firstStrong(at int) bool {
	for i := at + 1; i < len(p.runes); i++ {
		switch c := p.classes[i]; {
		case c == bidi.L || c == bidi.PDI:
			return false
		case c == bidi.R || c == bidi.AL:
			return true
		case initiates(c):
			if p.partner[i] < 0 {
				return false
			}
			i = p.partner[i]
		}
	}
	return false
}

// sequences are the isolating run sequences (BD13), each as the places of its
// characters.
func (p *resolver) sequences() (sequences [][]int) {
	of := map[int]int{} // a PDI whose initiator ended a run, to that sequence
	previous := -1
	current := -1
	for i, c := range p.classes {
		if removed(c) {
			continue
		}
		if previous < 0 || p.levels[i] != p.levels[previous] {
			var known bool
			if current, known = of[i]; !known {
				sequences = append(sequences, nil)
				current = len(sequences) - 1
			}
		}
		sequences[current] = append(sequences[current], i)
		if initiates(c) && p.partner[i] >= 0 {
			of[p.partner[i]] = current
		}
		previous = i
	}
	return sequences
}

// ends gives what stands at the end of the paragraph, and before and at its
// separators, the level of the paragraph (L1); and what was passed over the
// level before it.
func (p *resolver) ends() {
	trailing := true
	for i, c := range slices.Backward(p.classes) {
		switch {
		case c == bidi.B || c == bidi.S:
			trailing = true
		case c == bidi.WS || c == bidi.PDI || initiates(c) || removed(c):
		default:
			trailing = false
		}
		if trailing {
			p.levels[i] = p.base
		}
	}
	for i, c := range p.classes {
		if removed(c) {
			p.levels[i] = p.base
			if i > 0 {
				p.levels[i] = p.levels[i-1]
			}
		}
	}
}

// resolve gives the characters of one sequence their levels (W1-W7, N0-N2, I1, I2).
func (p *resolver) resolve(places []int) {
	own := p.levels[places[0]]
	s := sequence{resolver: p, places: places, embedding: bidi.L}
	if own&1 == 1 {
		s.embedding = bidi.R
	}
	s.begin = side(max(own, p.levelBeside(places[0], -1)))
	last := places[len(places)-1]
	after := p.levelBeside(last, 1)
	if initiates(p.classes[last]) {
		after = p.base // it has no PDI, or the sequence would go on
	}
	s.end = side(max(own, after))
	for _, i := range places {
		s.classes = append(s.classes, p.classes[i])
	}
	s.weak()
	s.brackets()
	s.neutral()
	for k, i := range places {
		switch c := s.classes[k]; {
		case own&1 == 0 && c == bidi.R:
			p.levels[i]++
		case own&1 == 0 && (c == bidi.AN || c == bidi.EN):
			p.levels[i] += 2
		case own&1 == 1 && c != bidi.R:
			p.levels[i]++
		}
	}
}

func side(l level) bidi.Class {
	if l&1 == 1 {
		return bidi.R
	}
	return bidi.L
}

// levelBeside is the level of the next character that counts, before anything
// was resolved there; that of the paragraph at its ends.
func (p *resolver) levelBeside(i, step int) level {
	for i += step; i >= 0 && i < len(p.runes); i += step {
		if !removed(p.classes[i]) {
			return p.explicitLevels[i]
		}
	}
	return p.base
}

// pairs are the brackets of BidiBrackets.txt, each with its partner.
const pairs = "()[]{}༺༻༼༽᚛᚜⁅⁆⁽⁾₍₎⌈⌉⌊⌋❨❩❪❫❬❭❮❯❰❱❲❳❴❵⟅⟆⟦⟧⟨⟩⟪⟫⟬⟭⟮⟯⦃⦄⦅⦆⦇⦈⦉⦊⦋⦌⦍⦐⦏⦎⦑⦒⦓⦔⦕⦖⦗⦘⧘⧙⧚⧛⧼⧽" +
	"⸢⸣⸤⸥⸦⸧⸨⸩⹕⹖⹗⹘⹙⹚⹛⹜〈〉《》「」『』【】〔〕〖〗〘〙〚〛﹙﹚﹛﹜﹝﹞（）［］｛｝｟｠｢｣"

// bracket returns the number of r's pair, and whether r opens it.
func bracket(r rune) (pair int, opens, ok bool) {
	normal := []rune(norm.NFC.String(string(r)))
	at := strings.IndexRune(pairs, normal[0])
	if at < 0 || len(normal) > 1 {
		return 0, false, false
	}
	n := len([]rune(pairs[:at]))
	return n / 2, n%2 == 0, true
}
