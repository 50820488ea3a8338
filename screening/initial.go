package screening

// initialLike is how alike an initial and a part are that begins with it.
const initialLike = 88

func (c *comparer) initials(a, b *part) int {
	if !beginsLike(a.sounds[0], b.sounds[0]) {
		return 0
	}
	if a.initial && b.initial {
		return whole
	}
	return initialLike
}

// beginsLike says whether two sounds may be written with one first letter, in some
// script: an initial is a letter, and S may stand for Sh.
func beginsLike(a, b sound) bool {
	return firstLetter(a)&firstLetter(b) != 0
}

// firstLetter is a set of the letters with which a sound may begin.
func firstLetter(heard sound) int {
	const (
		vowel = 1 << iota
		p
		v
		t
		d
		k
		z
		s
		h
		other
	)
	switch heard {
	case ss, sheen, shin:
		return s
	case zz:
		return z
	case tsade:
		return s | t | z
	case theta:
		return s | t
	case tt:
		return t
	case chay:
		return s | t | k | h
	case dd, daad:
		return d | z
	case dhal, zaa:
		return d | z | t
	case jeem:
		return d | k | vowel
	case gg, kk, qaf:
		return k
	case ghayn:
		return k | vowel | other<<int(rr) // French rh
	case kaf, khaa:
		return k | h
	case hh, het:
		return h
	case bb, pp, peh, ff:
		return p
	case bet:
		return p | v
	case vv:
		return v
	case longU:
		return vowel | v
	}
	if heard < bb {
		return vowel
	}
	return other << int(heard)
}
