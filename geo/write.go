package geo

import (
	"math"
	"strconv"
)

// Format writes p in a grid, without the grid's name: what [Parse] reads behind
// it. The text is as coarse as it can be while the place it means lies no more
// than a quarter of metres, the uncertainty, from p; where the grid's finest
// text is coarser (MGRS 1 m squares, GARS 5' cells), it is that one. So
// reading the text again, or reading it over a telephone, costs nothing that
// was known.
//
// MGRS and GARS name the square that holds p. UTM's band S is written with the
// hemisphere behind it, 36S north, as the letter alone is read in two ways.
//
// Errors are [*Fault]: [UnknownFormat], [EPSGUnknown], or [EPSGRange] where a
// grid of EPSG is not defined at p.
func Format(p Point, grid string, metres float64) (string, error) {
	f, fault := parseFormat(grid)
	if fault != nil {
		return "", fault
	}
	allowed := metres / 4
	dst := make([]byte, 0, 48)
	switch f.kind {
	case mgrs:
		digits := 0
		for size := float64(square); digits < 5 && size/math.Sqrt2 > allowed; size /= 10 {
			digits++
		}
		dst = appendMGRS(dst, p, digits)
	case utm:
		dst = appendUTM(dst, p, allowed)
	case gars:
		size := int64(30)
		for _, across := range []int64{2, 3} {
			if float64(size)*minuteMetres/math.Sqrt2 > allowed {
				size /= across
			}
		}
		dst = appendGARS(dst, p, size)
	case epsg:
		if f.code == 4326 {
			step := degreeDecimals(1, allowed)
			dst = appendSigned(dst, p.Lat, step)
			return string(appendSigned(append(dst, ' '), p.Lon, step)), nil
		}
		east, north, fault := gridOfEPSG(f.code, p)
		if fault != nil {
			return "", fault
		}
		dst = appendMetres(dst, east, north, allowed)
	default:
		parts := f.parts()
		decimals := degreeDecimals(parts, allowed)
		dst = appendAngle(dst, p.Lat, true, parts, decimals)
		dst = appendAngle(append(dst, ' '), p.Lon, false, parts, decimals)
	}
	return string(dst), nil
}

// minuteMetres is no less than a minute of latitude or longitude, in metres.
const minuteMetres = 1862.0

// degreeDecimals returns how many decimals keep rounding within allowed metres:
// half a step each way, so 0.71 of one.
func degreeDecimals(parts int, allowed float64) int {
	step := 60 * minuteMetres
	most := 7
	for i := 1; i < parts; i++ {
		step /= 60
		most -= 2
	}
	decimals := 0
	for ; decimals < most && step/math.Sqrt2 > allowed; step /= 10 {
		decimals++
	}
	return decimals
}

// appendSigned writes v, in units, as degrees with a sign and decimals.
func appendSigned(dst []byte, v int32, decimals int) []byte {
	unit := int64(1)
	for i := decimals; i < 7; i++ {
		unit *= 10
	}
	n := roundDiv(int64(v), unit) * unit
	if n < 0 {
		dst = append(dst, '-')
		n = -n
	}
	dst = strconv.AppendInt(dst, n/Unit, 10)
	if decimals > 0 {
		dst = appendPadded(append(dst, '.'), n%Unit/unit, decimals)
	}
	return dst
}

// appendMetres writes easting and northing, rounded to a power of ten metres.
func appendMetres(dst []byte, east, north, allowed float64) []byte {
	step := 0.01
	for step*10/math.Sqrt2 <= allowed && step < 10_000 {
		step *= 10
	}
	decimals := 0
	if step < 1 {
		decimals = int(math.Round(-math.Log10(step)))
	}
	dst = strconv.AppendFloat(dst, math.Round(east/step)*step, 'f', decimals, 64)
	return strconv.AppendFloat(append(dst, ' '), math.Round(north/step)*step, 'f', decimals, 64)
}

// appendUTM writes p in UTM with its band letter, or UPS.
func appendUTM(dst []byte, p Point, allowed float64) []byte {
	g := gridOf(p)
	if g.zone == 0 {
		quarter := 0
		if g.north {
			quarter = 2
		}
		if g.easting >= upsFalse {
			quarter++
		}
		dst = append(dst, upsLetters[quarter])
		return appendMetres(append(dst, ' '), g.easting, g.northing, allowed)
	}
	// Rounding may carry a northing out of its band: then less of it.
	for {
		text := appendMetres(nil, g.easting, g.northing, allowed)
		band := utmBands[bandOf(int64(p.Lat))]
		dst = appendPadded(dst, int64(g.zone), 2)
		dst = append(dst, band)
		if band == 'S' {
			dst = append(dst, " north"...)
		}
		if _, _, err := readUTM(append(append(append([]byte(nil), upper(dst)...), ' '), text...)); err == nil || allowed < 1e-3 {
			return append(append(dst, ' '), text...)
		}
		dst, allowed = dst[:0], allowed/10
	}
}

func upper(text []byte) []byte {
	out, _ := normalise(nil, string(text))
	return out
}
