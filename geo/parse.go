package geo

import (
	"errors"
	"math"
	"strings"
	"unicode"
)

const maxText = 400 // bytes of a position as typed

// Parse reads a position as officers type it:
//
//	FORMAT COORDINATES ±METRES[; name]
//
// FORMAT is one of [Grids], case ignored. ± may be typed +- or +/-; METRES is
// a whole number of metres as 50m, 50 m or 0.5km, from 1 m to 100 km. It is
// compulsory but in MGRS and GARS, where the half diagonal of the square is
// both the default and the least. Eastern Arabic and Persian digits are read
// like Latin ones.
//
//   - DD: two numbers of degrees, latitude first, signed or with N, S, E, W.
//   - DMM, DMS: degrees and minutes, and seconds in DMS, with N, S, E, W before
//     or behind each, decimals in the last number only. Digits without gaps are
//     read where their number is exact, as in 0033.60N 01757.00W.
//   - MGRS: zone, band, square and an even number of digits up to ten; the
//     point is the square's centre.
//   - UTM: zone and band letter, easting, northing in metres; in place of the
//     letter, or behind it, north or south. Near the poles UPS: A, B, Y or Z
//     in place of the zone.
//   - GARS: a cell of 30, 15 or 5 minutes; the point is its centre.
//   - EPSG:n: two numbers in the order of axes that EPSG gives for the code.
//
// Errors are [*Fault] or, where the text can mean two places, [*Ambiguous].
// So is text that declares no format: its digits alone never decide.
func (r Reader) Parse(text string) (Position, error) {
	if len(text) > maxText {
		return Position{}, &Fault{Code: TooLong, Read: text[:maxText], Max: maxText}
	}
	t, err := splitTyped(text)
	if err != nil {
		return Position{}, err
	}
	var meant bool
	t.coordinates, meant = cutOutside(t.coordinates)
	point, least, err := r.point(t.format, t.coordinates, t.tail(), meant)
	if err != nil {
		return Position{}, err
	}
	metres, f := t.metres(least, t.format.kind == mgrs || t.format.kind == gars)
	if f != nil {
		return Position{}, f
	}
	return Position{point, metres, t.format.String(), t.coordinates, t.name}, nil
}

// typed is an officer's text taken apart.
type typed struct {
	format      format
	coordinates string
	uncertainty string // what stands behind ±
	marked      bool   // ± was there
	name        string
}

// tail writes what stood behind the coordinates, for text to type instead.
func (t *typed) tail() string {
	tail := ""
	if t.marked {
		tail = " ±" + t.uncertainty
	}
	if t.name != "" {
		tail += "; " + t.name
	}
	return tail
}

// splitTyped takes text apart and reads its format. Without one it answers
// with the readings of the digits.
func splitTyped(text string) (t typed, err error) {
	t, word := cutTyped(text)
	if f := checkName(t.name); f != nil {
		return t, f
	}
	format, f := parseFormat(word)
	if f != nil {
		whole := strings.TrimSpace(word + " " + t.coordinates)
		if f.Code == UnknownFormat && (whole == "" || !letters(word) || readable(whole)) {
			return t, undeclared(whole, t.tail())
		}
		return t, f
	}
	t.format = format
	if t.coordinates == "" {
		return t, &Fault{Code: NoCoordinates, Read: text}
	}
	return t, nil
}

// cutTyped parts text into its format's word, coordinates, uncertainty and
// name, and judges none of them.
func cutTyped(text string) (t typed, word string) {
	head, name, _ := strings.Cut(text, ";")
	t.name = strings.TrimSpace(name)
	for _, mark := range []string{"±", "+/-", "+-"} {
		if i := strings.LastIndex(head, mark); i >= 0 {
			t.uncertainty, t.marked = strings.TrimSpace(head[i+len(mark):]), true
			head = head[:i]
			break
		}
	}
	word, t.coordinates = cutWord(head)
	return t, word
}

// cutWord takes the first word off text.
func cutWord(text string) (word, rest string) {
	text = strings.TrimSpace(text)
	end := strings.IndexFunc(text, unicode.IsSpace)
	if end < 0 {
		return text, ""
	}
	return text[:end], strings.TrimSpace(text[end:])
}

// letters says whether a word can be meant as a format's name: it begins with
// two letters.
func letters(word string) bool {
	for i := range 2 {
		if i >= len(word) || !('A' <= word[i]&^0x20 && word[i]&^0x20 <= 'Z') {
			return false
		}
	}
	return true
}

// outside is what an officer types behind coordinates to say that he means a
// place outside the theatre.
const outside = " outside"

func cutOutside(coordinates string) (without string, meant bool) {
	at := len(coordinates) - len(outside)
	if at <= 0 || !strings.EqualFold(coordinates[at:], outside) {
		return coordinates, false
	}
	return strings.TrimSpace(coordinates[:at]), true
}

// point reads coordinates, and asks about those that lie outside the theatre,
// unless that is meant, while their swap lies inside. least is the smallest
// uncertainty in metres that the format allows them. What an error says to type
// ends with tail.
func (r Reader) point(f format, coordinates, tail string, meant bool) (p Point, least int, err error) {
	p, least, err = readCoordinates(f, coordinates)
	var fault *Fault
	var several *Ambiguous
	switch {
	case errors.As(err, &fault) && fault.Try != "":
		fault.Try += tail
	case errors.As(err, &several):
		for i := range several.Readings {
			several.Readings[i].Typed += tail
		}
	case err == nil && !meant && r.Theatre != nil && f.parts() > 0 && !r.Theatre.Contains(p):
		err = r.askSwap(f, p, coordinates, tail)
	}
	return p, least, err
}

// readCoordinates reads coordinates of a declared format.
func readCoordinates(f format, coordinates string) (p Point, least int, err error) {
	var buffer [maxCoordinates]byte
	text, fault := normalise(buffer[:0], coordinates)
	if fault != nil {
		return p, 0, fault
	}
	least = MinMetres
	switch f.kind {
	case mgrs:
		p, least, fault = readMGRS(text)
	case utm:
		return readUTM(text)
	case gars:
		p, least, fault = readGARS(text)
	case epsg:
		p, least, fault = readEPSG(f.code, text)
	default:
		p, fault = readAngles(text, f.parts())
	}
	if fault != nil {
		fault.Try = tryInstead(f, text, fault)
		return p, 0, fault
	}
	return p, least, nil
}

// tryInstead suggests what to type for text of a wrong form, where there is no
// doubt what it says: as many numbers as another format has, or points for
// commas.
func tryInstead(f format, text []byte, fault *Fault) string {
	if fault.Try != "" || f.parts() == 0 {
		return fault.Try
	}
	switch fault.Code {
	case Comma:
		dotted := []byte(strings.ReplaceAll(string(text), ",", "."))
		if _, fault := readAngles(dotted, f.parts()); fault == nil {
			return f.String() + " " + string(dotted)
		}
	case BadCoordinates:
		sides, fault := splitSides(text)
		if fault != nil || sides[0].n != sides[1].n || sides[0].n > 3 || sides[0].n == f.parts() {
			return ""
		}
		if _, fault := readAngles(text, sides[0].n); fault == nil {
			return kindNames[sides[0].n] + " " + sidesText(&sides[0], &sides[1])
		}
	}
	return ""
}

const wantMetres = "±50m, ±0.5km"

// metres reads the uncertainty, which may not be smaller than least. Where
// optional, least is also what a missing one means.
func (t *typed) metres(least int, optional bool) (int, *Fault) {
	if !t.marked {
		if optional {
			return least, nil
		}
		return 0, &Fault{Code: NoUncertainty, Read: t.coordinates, Want: wantMetres}
	}
	metres, ok := parseMetres(t.uncertainty)
	if !ok {
		return 0, &Fault{Code: BadUncertainty, Read: t.uncertainty, Want: wantMetres}
	}
	if metres < int64(least) || metres > MaxMetres {
		return 0, &Fault{Code: UncertaintyRange, Read: t.uncertainty, Min: int64(least), Max: MaxMetres}
	}
	return int(metres), nil
}

// parseMetres reads a length of whole metres with its unit, m or km. M alone
// is no metre: sailors mean the nautical mile.
func parseMetres(text string) (int64, bool) {
	text = latinDigits(text)
	scale := int64(1)
	digits, isKm := strings.CutSuffix(text, "km")
	if !isKm {
		digits, isKm = strings.CutSuffix(text, "KM")
	}
	if isKm {
		scale = 1000
	} else {
		var isM bool
		if digits, isM = strings.CutSuffix(text, "m"); !isM {
			return 0, false
		}
	}
	whole, decimals, dotted := strings.Cut(strings.TrimRight(digits, " "), ".")
	if whole == "" || dotted && decimals == "" || len(whole) > 9 || len(decimals) > 3 {
		return 0, false
	}
	value := int64(0)
	for i := range len(whole) {
		if !isDigit(whole[i]) {
			return 0, false
		}
		value = value*10 + int64(whole[i]-'0')
	}
	value *= scale
	for i := range len(decimals) {
		scale /= 10
		if !isDigit(decimals[i]) || scale == 0 && decimals[i] != '0' {
			return 0, false
		}
		value += scale * int64(decimals[i]-'0')
	}
	return value, true
}

// ceilMetres is the smallest whole number of metres that is no less than m.
func ceilMetres(m float64) int { return max(MinMetres, int(math.Ceil(m))) }
