package geo

import "strconv"

func (n *number) append(dst []byte) []byte {
	dst = append(dst, n.whole...)
	if len(n.decimals) > 0 {
		dst = append(dst, '.')
		dst = append(dst, n.decimals...)
	}
	return dst
}

// appendTo writes the side with numbers parted by spaces and without marks.
func (s *side) appendTo(dst []byte) []byte {
	if s.signed && s.minus {
		dst = append(dst, '-')
	}
	for i := range s.n {
		if i > 0 {
			dst = append(dst, ' ')
		}
		dst = s.numbers[i].append(dst)
	}
	if s.letter != 0 {
		dst = append(dst, s.letter)
	}
	return dst
}

func (s *side) text() string { return string(s.appendTo(nil)) }

func sidesText(a, b *side) string {
	return string(b.appendTo(append(a.appendTo(nil), ' ')))
}

// appendAngle writes v, in units, in parts numbers (DD 1, DMM 2, DMS 3) with
// decimals behind the last, rounded, and a hemisphere letter.
func appendAngle(dst []byte, v int32, latitude bool, parts, decimals int) []byte {
	letter, width := byte('E'), 3
	if latitude {
		letter, width = 'N', 2
	}
	n := int64(v)
	if n < 0 {
		n = -n
		letter = 'W'
		if latitude {
			letter = 'S'
		}
	}
	scale := int64(1)
	for range decimals {
		scale *= 10
	}
	per := []int64{1, 60, 3600}[parts-1] * scale // steps in one degree
	steps := (n*per + Unit/2) / Unit
	dst = appendPadded(dst, steps/per, width)
	rest := steps % per
	for i := 1; i < parts; i++ {
		per /= 60
		dst = appendPadded(append(dst, ' '), rest/per, 2)
		rest %= per
	}
	if decimals > 0 {
		dst = appendPadded(append(dst, '.'), rest, decimals)
	}
	return append(dst, letter)
}

func appendPadded(dst []byte, v int64, width int) []byte {
	text := strconv.AppendInt(make([]byte, 0, 20), v, 10)
	for i := len(text); i < width; i++ {
		dst = append(dst, '0')
	}
	return append(dst, text...)
}
