package geo

import (
	"bytes"
	"math/bits"
)

// A number is digits with or without decimals, as they stand in the text.
type number struct {
	whole, decimals []byte // digits before and behind the point
	mark            byte   // degreeMark, minuteMark, secondMark or 0 behind it
}

const maxDecimals = 9

// A side is one of the two coordinates of a point in degrees.
type side struct {
	letter  byte // N, S, E, W or 0
	minus   bool
	signed  bool // a sign was given
	numbers [4]number
	n       int // how many numbers
}

// splitSides takes normalised text apart into two coordinates. It knows
// nothing of degrees: it refuses only what has no two sides.
func splitSides(text []byte) (sides [2]side, f *Fault) {
	lettered := bytes.ContainsAny(text, "NSEW")
	prefixed := len(text) > 0 && bytes.IndexByte([]byte("NSEW"), text[0]) >= 0
	at, closed := 0, false // the side being read, and whether it is complete
	parted := false        // a comma stands between the sides
	bad := func() ([2]side, *Fault) {
		return sides, &Fault{Code: BadCoordinates, Read: string(text)}
	}
	for i := 0; i < len(text); {
		c := text[i]
		s := &sides[at]
		switch {
		case c == ' ':
			i++
		case 'A' <= c && c <= 'Z':
			if c != 'N' && c != 'S' && c != 'E' && c != 'W' {
				return bad()
			}
			if prefixed && (s.letter != 0 || s.n > 0) || !prefixed && closed {
				if at == 1 {
					return bad()
				}
				at, s, closed = 1, &sides[1], false
			}
			if s.letter != 0 || prefixed != (s.n == 0) {
				return bad()
			}
			s.letter = c
			closed = !prefixed
			i++
		case c == ',':
			if i > 0 && isDigit(text[i-1]) && i+1 < len(text) && isDigit(text[i+1]) && !commaParts(text, i) {
				return sides, &Fault{Code: Comma, Read: string(text)}
			}
			if parted || at == 1 || s.n == 0 || lettered && !prefixed && !closed {
				return bad()
			}
			parted = true
			if !closed {
				at, closed = 1, false
			}
			i++
		case c == '+' || c == '-':
			if c == '-' && lettered && s.n > 0 && !closed && isDigit(text[i-1]) && i+1 < len(text) && isDigit(text[i+1]) {
				i++ // parts degrees from minutes, as charts do
				continue
			}
			if closed || !lettered && s.n > 0 {
				if at == 1 {
					return bad()
				}
				at, s, closed = 1, &sides[1], false
			}
			if s.signed || s.n > 0 || i+1 == len(text) || !isDigit(text[i+1]) {
				return bad()
			}
			s.signed, s.minus = true, c == '-'
			i++
		case isDigit(c):
			if closed {
				if at == 1 {
					return bad()
				}
				at, s, closed = 1, &sides[1], false
			}
			if s.n == len(s.numbers) {
				return bad()
			}
			var ok bool
			if s.numbers[s.n], i, ok = scanNumber(text, i); !ok {
				return bad()
			}
			s.n++
		default: // a point or a mark without digits in front
			return bad()
		}
	}
	if !lettered && at == 0 && !halve(&sides) || sides[0].n == 0 || sides[1].n == 0 {
		return bad()
	}
	return sides, nil
}

// commaParts says whether the comma at i, digits on both sides of it, can only
// part two coordinates: it is the one comma and both numbers have points.
func commaParts(text []byte, i int) bool {
	return bytes.Count(text, []byte{','}) == 1 && bytes.IndexByte(text[:i], '.') >= 0 && bytes.IndexByte(text[i:], '.') >= 0
}

// halve moves the second half of the first side's numbers to the second side.
func halve(sides *[2]side) bool {
	first, second := &sides[0], &sides[1]
	if first.n%2 != 0 {
		return false
	}
	half := first.n / 2
	copy(second.numbers[:], first.numbers[half:first.n])
	first.n, second.n = half, half
	return true
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

// scanNumber reads the number at text[i] with its mark.
func scanNumber(text []byte, i int) (n number, next int, ok bool) {
	start := i
	for i < len(text) && isDigit(text[i]) {
		i++
	}
	n.whole = text[start:i]
	if i < len(text) && text[i] == '.' {
		i++
		start = i
		for i < len(text) && isDigit(text[i]) {
			i++
		}
		n.decimals = text[start:i]
		if len(n.decimals) == 0 {
			return n, i, false
		}
	}
	if i < len(text) && (text[i] == degreeMark || text[i] == minuteMark || text[i] == secondMark) {
		n.mark = text[i]
		i++
	}
	return n, i, true
}

// latitude says whether the side is one, by its letter.
func (s *side) latitude() bool { return s.letter == 'N' || s.letter == 'S' }

// compact says whether the side is digits without gaps, of exactly the width
// that ICAO Annex 15 and NMEA 0183 give to degrees, minutes and seconds.
func (s *side) compact(parts int) bool {
	width := 2*parts + 1
	if s.latitude() {
		width = 2 * parts
	}
	return parts > 1 && s.n == 1 && s.numbers[0].mark == 0 && len(s.numbers[0].whole) == width
}

// spread turns compact digits into numbers.
func (s *side) spread(parts int) {
	digits, decimals := s.numbers[0].whole, s.numbers[0].decimals
	first := len(digits) - 2*(parts-1)
	s.numbers[0] = number{whole: digits[:first]}
	for i := 1; i < parts; i++ {
		s.numbers[i] = number{whole: digits[first+2*(i-1) : first+2*i]}
	}
	s.numbers[parts-1].decimals = decimals
	s.n = parts
}

// value reads the side as degrees (parts 1), degrees and minutes (2) or also
// seconds (3), in units of 1e-7 degree, half a unit rounded away from zero.
func (s *side) value(parts int, latitude bool) (int64, *Fault) {
	if s.compact(parts) {
		s.spread(parts)
	}
	if s.n != parts {
		return 0, &Fault{Code: BadCoordinates, Read: s.text()}
	}
	var v [3]int64
	scale := int64(1)
	for i := range parts {
		n := &s.numbers[i]
		last := i == parts-1
		if len(n.whole) > 3 || i > 0 && len(n.whole) > 2 || len(n.decimals) > 0 && !last || n.mark != 0 && n.mark != "*'\""[i] {
			return 0, &Fault{Code: BadCoordinates, Read: s.text()}
		}
		if len(n.decimals) > maxDecimals {
			return 0, &Fault{Code: TooFine, Read: s.text(), Max: maxDecimals}
		}
		v[i] = digits(n.whole)
		if i > 0 && v[i] >= 60 {
			code := MinutesRange
			if i == 2 {
				code = SecondsRange
			}
			return 0, &Fault{Code: code, Read: string(n.append(nil))}
		}
		if last {
			for _, c := range n.decimals {
				v[i] = v[i]*10 + int64(c-'0')
				scale *= 10
			}
		}
	}
	var value int64
	switch parts {
	case 1:
		value = toUnits(v[0], scale)
	case 2:
		value = v[0]*Unit + toUnits(v[1], 60*scale)
	default:
		value = v[0]*Unit + toUnits(v[1]*60*scale+v[2], 3600*scale)
	}
	if latitude && value > maxLat {
		return 0, &Fault{Code: LatitudeRange, Read: s.text()}
	}
	if value > maxLon {
		return 0, &Fault{Code: LongitudeRange, Read: s.text()}
	}
	if s.minus || s.letter == 'S' || s.letter == 'W' {
		value = -value
	}
	return value, nil
}

// toUnits returns numerator/denominator degrees in units, rounded.
func toUnits(numerator, denominator int64) int64 {
	hi, lo := bits.Mul64(uint64(numerator), Unit)
	lo, carry := bits.Add64(lo, uint64(denominator/2), 0)
	quotient, _ := bits.Div64(hi+carry, lo, uint64(denominator))
	return int64(quotient)
}

func digits(text []byte) (v int64) {
	for _, c := range text {
		v = v*10 + int64(c-'0')
	}
	return v
}

// readAngles reads normalised text as DD, DMM or DMS (parts 1, 2, 3).
func readAngles(text []byte, parts int) (Point, *Fault) {
	sides, f := splitSides(text)
	if f != nil {
		return Point{}, f
	}
	a, b := &sides[0], &sides[1]
	for i := range sides {
		if s := &sides[i]; s.signed && (s.letter != 0 || parts > 1) {
			return Point{}, &Fault{Code: SignAndLetter, Read: s.text()}
		}
	}
	lettered := a.letter != 0 && b.letter != 0
	switch {
	case lettered && a.latitude() == b.latitude():
		return Point{}, &Fault{Code: TwoHemispheres, Read: string(text)}
	case !lettered && (parts > 1 || a.letter != b.letter):
		return Point{}, &Fault{Code: NoHemisphere, Read: string(text), Want: "N, S; E, W"}
	case lettered && !a.latitude():
		a, b = b, a
	}
	lat, f := a.value(parts, true)
	if f != nil {
		return Point{}, f
	}
	lon, f := b.value(parts, false)
	if f != nil {
		return Point{}, f
	}
	return newPoint(lat, lon), nil
}
