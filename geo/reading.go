package geo

import (
	"errors"
	"slices"
)

// undeclared answers for coordinates without a format: it shows what they may
// mean and decides nothing, even if only one meaning is left.
func undeclared(coordinates, tail string) error {
	found := readings(coordinates, tail)
	if len(found) > 1 {
		return ambiguous(coordinates, found)
	}
	f := &Fault{Code: NoFormat, Read: coordinates, Want: wantFormat}
	if len(found) == 1 {
		f.Try = found[0].Typed
	}
	return f
}

func readable(coordinates string) bool { return len(readings(coordinates, "")) > 0 }

func ambiguous(read string, found []Reading) *Ambiguous {
	a := &Ambiguous{Read: read, Readings: found}
	for i, r := range found {
		for _, other := range found[:i] {
			a.Apart = max(a.Apart, Distance(r.Point, other.Point))
		}
	}
	return a
}

// readings returns what coordinates mean in each format, those of one point
// once.
func readings(coordinates, tail string) (found []Reading) {
	text, f := normalise(nil, coordinates)
	if f != nil {
		return nil
	}
	add := func(format string, p Point, typed string) {
		if !slices.ContainsFunc(found, func(r Reading) bool { return r.Point == p }) {
			found = append(found, Reading{format, format + " " + typed + tail, p})
		}
	}
	if sides, f := splitSides(text); f == nil {
		addAngles(sides, add)
	}
	if p, _, f := readMGRS(text); f == nil {
		add("MGRS", p, string(text))
	}
	var several *Ambiguous
	if p, _, err := readUTM(text); err == nil {
		add("UTM", p, string(text))
	} else if errors.As(err, &several) {
		for _, r := range several.Readings {
			add("UTM", r.Point, r.Typed[len("UTM "):])
		}
	}
	if p, _, f := readGARS(text); f == nil {
		add("GARS", p, string(text))
	}
	return found
}

// addAngles adds the readings of digits that degrees, minutes and seconds may
// part in three ways: 33 10.30 is 33.1030 degrees, 33 degrees 10.30 minutes, or
// 33 degrees 10 minutes 30 seconds to whoever expects one of them. The way in
// which the digits are parted comes first.
func addAngles(sides [2]side, add func(string, Point, string)) {
	natural := sides[0].n
	if sides[1].n != natural || natural > 3 {
		return
	}
	var degrees, rest [2][]byte
	for i := range sides {
		s := &sides[i]
		width := len(s.numbers[0].whole)
		for parts := 2; parts <= 3; parts++ {
			if s.compact(parts) {
				width -= 2 * (parts - 1)
				natural = parts
			}
		}
		degrees[i] = s.numbers[0].whole[:width]
		rest[i] = append(rest[i], s.numbers[0].whole[width:]...)
		for j := range s.n {
			if j > 0 {
				if len(s.numbers[j].whole) == 1 {
					rest[i] = append(rest[i], '0')
				}
				rest[i] = append(rest[i], s.numbers[j].whole...)
			}
			rest[i] = append(rest[i], s.numbers[j].decimals...)
		}
	}
	for _, parts := range []int{natural, 1, 2, 3} {
		var again [2]side
		for i := range sides {
			rest := rest[i]
			if n := len(rest); n == 2*parts-3 { // 30.5 is also taken for 30 minutes 05 seconds
				rest = append(append(append([]byte(nil), rest[:n-1]...), '0'), rest[n-1])
			} else if n < 2*(parts-1) {
				return
			}
			again[i] = side{letter: sides[i].letter, minus: sides[i].minus, signed: sides[i].signed}
			again[i].lay(degrees[i], rest, parts)
			if parts > 1 && again[i].letter == 0 {
				again[i].spell(i == 0)
			}
		}
		typed := sidesText(&again[0], &again[1])
		if p, f := readAngles([]byte(typed), parts); f == nil {
			add(kindNames[parts], p, typed)
		}
	}
}

// lay fills the side's numbers from digits: two for each of minutes and
// seconds, what is left as decimals.
func (s *side) lay(degrees, rest []byte, parts int) {
	s.n = parts
	s.numbers[0].whole = degrees
	for i := 1; i < parts; i++ {
		s.numbers[i].whole = rest[:2]
		rest = rest[2:]
	}
	s.numbers[parts-1].decimals = rest[:min(len(rest), maxDecimals)]
}

// spell writes a sign as a letter.
func (s *side) spell(latitude bool) {
	letters := "EW"
	if latitude {
		letters = "NS"
	}
	s.letter = letters[0]
	if s.minus {
		s.letter = letters[1]
	}
	s.signed, s.minus = false, false
}

// askSwap returns the question about a point p outside the theatre whose
// coordinates, swapped, lie inside it, or nil. Letters stay where they were:
// who types into the wrong field swaps numbers.
func (r Reader) askSwap(f format, p Point, coordinates, tail string) error {
	text, fault := normalise(nil, coordinates)
	if fault != nil {
		return nil
	}
	sides, fault := splitSides(text)
	if fault != nil {
		return nil
	}
	a, b := &sides[0], &sides[1]
	a.letter, b.letter = b.letter, a.letter
	typed := sidesText(b, a)
	swapped, fault := readAngles([]byte(typed), f.parts())
	if fault != nil || !r.Theatre.Contains(swapped) {
		return nil
	}
	return ambiguous(coordinates, []Reading{
		{f.String(), f.String() + " " + coordinates + outside + tail, p},
		{f.String(), f.String() + " " + typed + tail, swapped},
	})
}
