package geo

import (
	"strconv"
	"strings"
)

// The characters that stand for themselves in a parameter's value besides
// letters and digits: p-unreserved and mark of RFC 5870 section 3.3.
const uriMarks = "-_.!~*'()[]:&+$"

const upperHex = "0123456789ABCDEF"

// appendValue writes text as a parameter's value: bytes that RFC 5870 does not
// let stand for themselves as % and two upper-case hexadecimal digits.
func appendValue(dst []byte, text string) []byte {
	for i := range len(text) {
		c := text[i]
		if '0' <= c && c <= '9' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || strings.IndexByte(uriMarks, c) >= 0 {
			dst = append(dst, c)
		} else {
			dst = append(dst, '%', upperHex[c>>4], upperHex[c&15])
		}
	}
	return dst
}

// unescape undoes appendValue. What it makes of other text is of no use: the
// caller writes its result again and compares.
func unescape(text string) string {
	i := strings.IndexByte(text, '%')
	if i < 0 {
		return text
	}
	out := make([]byte, 0, len(text))
	for len(text) > 0 {
		if text[0] == '%' && len(text) > 2 {
			out = append(out, unhex(text[1])<<4|unhex(text[2]))
			text = text[3:]
			continue
		}
		out = append(out, text[0])
		text = text[1:]
	}
	return string(out)
}

func unhex(c byte) byte {
	if c >= 'A' {
		return (c - 'A' + 10) & 15
	}
	return c & 15
}

// String is the position's canonical text, a geo URI of RFC 5870:
//
//	geo:LAT,LON;u=METRES;as=FORMAT;typed=COORDINATES;name=NAME
//
// LAT and LON are WGS84 degrees as [Point.String] writes them, FORMAT is in
// lower case, COORDINATES are as typed, and name is left out where it is empty.
func (p Position) String() string {
	dst := p.Point.append(append(make([]byte, 0, 160), "geo:"...))
	dst = strconv.AppendInt(append(dst, ";u="...), int64(p.Metres), 10)
	return string(appendAs(dst, p.Format, p.Typed, p.Name))
}

// appendAs writes the parameters that say what was typed.
func appendAs(dst []byte, format, typed, name string) []byte {
	dst = append(dst, ";as="...)
	for i := range len(format) {
		c := format[i]
		if 'A' <= c && c <= 'Z' {
			c += 'a' - 'A'
		}
		dst = append(dst, c)
	}
	dst = appendValue(append(dst, ";typed="...), typed)
	if name != "" {
		dst = appendValue(append(dst, ";name="...), name)
	}
	return dst
}

// ParsePosition accepts exactly what [Position.String] writes for a position
// that [Parse] can return. The typed coordinates are read again: a text in
// which they do not give the point is refused, so the two cannot say different
// places. Errors are [*Fault]. It asks nothing of a theatre.
func ParsePosition(uri string) (Position, error) {
	p := Position{}
	rest, ok := strings.CutPrefix(uri, "geo:")
	bad := func() (Position, error) {
		return Position{}, &Fault{Code: NotCanonical, Read: uri, Want: "geo:LAT,LON;u=METRES;as=FORMAT;typed=COORDINATES;name=NAME"}
	}
	if !ok || len(uri) > 3*maxText {
		return bad()
	}
	at, rest, _ := strings.Cut(rest, ";")
	u, rest, _ := strings.Cut(rest, ";")
	metres, err := strconv.Atoi(strings.TrimPrefix(u, "u="))
	if err != nil {
		return bad()
	}
	p.Metres = metres
	var f format
	if f, p.Typed, p.Name, ok = cutAs(rest); !ok {
		return bad()
	}
	point, least, err := readTyped(f, p.Typed)
	if err != nil {
		return Position{}, &Fault{Code: TypedDiffers, Read: p.Typed}
	}
	p.Point, p.Format = point, f.String()
	if p.Metres < least || p.Metres > MaxMetres {
		return Position{}, &Fault{Code: UncertaintyRange, Read: u, Min: int64(least), Max: MaxMetres}
	}
	if fault := checkName(p.Name); fault != nil {
		return Position{}, fault
	}
	var buffer [32]byte
	if string(point.append(buffer[:0])) != at {
		return Position{}, &Fault{Code: TypedDiffers, Read: p.Typed, Want: at}
	}
	if p.String() != uri {
		return bad()
	}
	return p, nil
}

// cutAs reads the parameters that [appendAs] writes.
func cutAs(text string) (f format, typed, name string, ok bool) {
	as, rest, _ := strings.Cut(text, ";")
	if as, ok = strings.CutPrefix(as, "as="); !ok {
		return f, "", "", false
	}
	f, fault := parseFormat(as)
	if fault != nil {
		return f, "", "", false
	}
	typed, rest, _ = strings.Cut(rest, ";")
	if typed, ok = strings.CutPrefix(typed, "typed="); !ok {
		return f, "", "", false
	}
	return f, unescape(typed), unescape(strings.TrimPrefix(rest, "name=")), true
}

// readTyped reads the coordinates of a signed value, which are trimmed.
func readTyped(f format, typed string) (Point, int, error) {
	if typed == "" || typed != strings.TrimSpace(typed) {
		return Point{}, 0, &Fault{Code: NoCoordinates, Read: typed}
	}
	return readCoordinates(f, typed)
}
