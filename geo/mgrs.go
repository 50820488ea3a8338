package geo

import (
	"bytes"
	"math"
)

// The Military Grid Reference System of NGA.STND.0037_2.0.0_GRIDS (2014),
// annex B, on UTM and UPS.
const (
	upsLetters = "ABYZ"
	square     = 100_000 // metres
	mgrsRows   = "ABCDEFGHJKLMNPQRSTUV"
)

var (
	mgrsColumns = [3]string{"ABCDEFGH", "JKLMNPQR", "STUVWXYZ"}
	upsColumns  = [4]string{"JKLPQRSTUXYZ", "ABCFGHJKLPQR", "RSTUXYZ", "ABCFGHJ"} // by upsLetters
	upsRows     = [2]string{"ABCDEFGHJKLMNPQRSTUVWXYZ", "ABCDEFGHJKLMNP"}         // south, north
	upsFirst    = [2]int{8, 13}                                                   // first row and column, in squares
)

// readMGRS reads zone and band letter, or a letter of UPS, then the two letters
// of a square of 100 km and up to five digits each of easting and northing. The
// point is the centre of the square that the digits leave; least is half its
// diagonal.
//
// The band must be one that the square of 100 km touches. References that lie
// outside their zone, as on maps that extend one, are read like others.
func readMGRS(text []byte) (p Point, least int, f *Fault) {
	fault := func(code Code) (Point, int, *Fault) {
		return Point{}, 0, &Fault{Code: code, Read: string(text)}
	}
	i := 0
	for i < len(text) && isDigit(text[i]) {
		i++
	}
	zone := int(digits(text[:min(i, 2)]))
	if i > 2 || i > 0 && (zone < 1 || zone > 60) {
		return fault(UTMZone)
	}
	var letters [3]byte
	for j := range letters {
		for i < len(text) && text[i] == ' ' {
			i++
		}
		if i == len(text) {
			return fault(BadCoordinates)
		}
		letters[j] = text[i]
		i++
	}
	east, north, size, code := mgrsDigits(text[i:])
	if code != "" {
		return fault(code)
	}
	var g gridPoint
	var ok bool
	if zone == 0 {
		g, ok = upsSquare(letters)
	} else {
		g, ok = utmSquare(zone, letters)
		if !ok && g.zone != 0 {
			return fault(MGRSRange)
		}
	}
	if !ok {
		return fault(MGRSLetter)
	}
	half := float64(size) / 2
	g.easting += float64(east*size) + half
	g.northing += float64(north*size) + half
	if p, ok = g.point(); !ok {
		return fault(MGRSRange)
	}
	return p, ceilMetres(half * math.Sqrt2), nil
}

// mgrsDigits reads the digits behind the letters: in one run or in two of the
// same length.
func mgrsDigits(text []byte) (east, north, size int, code Code) {
	text = bytes.Trim(text, " ")
	first, second := text, []byte(nil)
	if gap := bytes.IndexByte(text, ' '); gap >= 0 {
		first, second = text[:gap], bytes.TrimLeft(text[gap:], " ")
		if len(first) != len(second) {
			code = MGRSDigits
		}
	} else {
		half := len(text) / 2
		first, second = text[:half], text[half:]
		if len(text)%2 != 0 {
			code = MGRSDigits
		}
	}
	for _, c := range append(append(make([]byte, 0, maxCoordinates), first...), second...) {
		if !isDigit(c) {
			return 0, 0, 0, BadCoordinates
		}
	}
	if code != "" {
		return 0, 0, 0, code
	}
	if len(first) > 5 {
		return 0, 0, 0, MGRSRange
	}
	size = square
	for range first {
		size /= 10
	}
	return int(digits(first)), int(digits(second)), size, ""
}

// utmSquare returns the south-west corner of a square in a UTM zone. Where only
// the band does not fit the square, g has its zone set and ok is false.
func utmSquare(zone int, letters [3]byte) (g gridPoint, ok bool) {
	band := indexByte(utmBands, letters[0])
	column := indexByte(mgrsColumns[(zone-1)%3], letters[1])
	row := indexByte(mgrsRows, letters[2])
	if band < 0 || column < 0 || row < 0 {
		return g, false
	}
	if zone%2 == 0 {
		row = (row + 15) % 20
	}
	g = gridPoint{zone: zone, north: band >= 10, easting: float64((column + 1) * square)}
	row, ok = rowInBand(band-10, column, row)
	if !ok {
		return g, false
	}
	g.northing = float64(row * square)
	if !g.north {
		g.northing += falseNorthing
	}
	return g, true
}

// rowInBand returns the row, in squares north of the equator, whose letter
// repeats every 20 rows, that lies in a band, counted from the equator. A band
// is 80/9 squares high; the rows that it touches in every column are those
// about its middle, and where its edges bend across a row the columns that
// reach it are listed: rows 70 and 71 about 64 degrees, 79 and 80 about 72.
func rowInBand(band, column, letter int) (row int, ok bool) {
	middle := 100 * float64(8*band+4) / 90
	lift := 0.0
	if band >= 0 {
		lift = 0.1
	}
	low, high := -90, 94
	if band > -10 {
		low = int(math.Floor(middle - 4.3 - lift))
	}
	if band < 9 {
		high = int(math.Floor(middle + 4.4 - lift))
	}
	base := (low+high)/2 - 10
	row = (letter-base+100)%20 + base
	if low <= row && row <= high {
		return row, true
	}
	if band < 0 {
		band = -band - 1
	}
	edge, side := row, column
	if edge < 0 {
		edge = -edge - 1
	}
	if side > 3 {
		side = 7 - side
	}
	return row, edge == 70 && band == 8 && side >= 2 || edge == 71 && band == 7 && side <= 2 ||
		edge == 79 && band == 9 && side >= 1 || edge == 80 && band == 8 && side <= 1
}

// upsSquare returns the south-west corner of a square about a pole.
func upsSquare(letters [3]byte) (g gridPoint, ok bool) {
	quarter := indexByte(upsLetters, letters[0])
	if quarter < 0 {
		return g, false
	}
	pole := quarter / 2
	column := indexByte(upsColumns[quarter], letters[1])
	row := indexByte(upsRows[pole], letters[2])
	if column < 0 || row < 0 {
		return g, false
	}
	first := upsFirst[pole]
	if quarter%2 == 1 {
		first = upsFalse / square
	}
	return gridPoint{0, pole == 1, float64((column + first) * square), float64((row + upsFirst[pole]) * square)}, true
}

// appendMGRS writes the square of 10^(5-digits) metres that holds p. MGRS cuts
// digits off and never rounds.
func appendMGRS(dst []byte, p Point, digits int) []byte {
	g := gridOf(p)
	column, row := int(g.easting/square), int(g.northing/square)
	if g.zone == 0 {
		pole := 0
		if g.north {
			pole = 1
		}
		quarter, first := 2*pole, upsFirst[pole]
		if column >= upsFalse/square {
			quarter, first = quarter+1, upsFalse/square
		}
		dst = append(dst, upsLetters[quarter], upsColumns[quarter][column-first], upsRows[pole][row-upsFirst[pole]])
	} else {
		letter := row
		if g.zone%2 == 0 {
			letter += 5
		}
		dst = appendPadded(dst, int64(g.zone), 2)
		dst = append(dst, utmBands[bandOf(int64(p.Lat))], mgrsColumns[(g.zone-1)%3][column-1], mgrsRows[letter%20])
	}
	if digits == 0 {
		return dst
	}
	size := int64(square)
	for range digits {
		size /= 10
	}
	dst = appendPadded(append(dst, ' '), int64(g.easting)%square/size, digits)
	return appendPadded(append(dst, ' '), int64(g.northing)%square/size, digits)
}
