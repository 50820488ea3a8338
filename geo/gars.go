package geo

// The Global Area Reference System of NGA: cells of 30 minutes named by a
// number from 001 (180 to 179.5 degrees west) to 720 and two letters from AA
// (90 to 89.5 degrees south) to QZ; quadrants of 15 minutes 1 to 4 and keys of
// 5 minutes 1 to 9, both counted from the north-west by rows.
const garsLetters = "ABCDEFGHJKLMNPQRSTUVWXYZ"

// readGARS reads a cell of five to seven characters. The point is its centre,
// least half its diagonal.
func readGARS(text []byte) (p Point, least int, f *Fault) {
	fault := &Fault{Code: GARSCell, Read: string(text), Want: "001AA…720QZ, 1…4, 1…9"}
	if len(text) < 5 || len(text) > 7 {
		return p, 0, fault
	}
	for _, i := range []int{0, 1, 2} {
		if !isDigit(text[i]) {
			return p, 0, fault
		}
	}
	column := digits(text[:3]) - 1
	first, second := indexByte(garsLetters, text[3]), indexByte(garsLetters, text[4])
	if column < 0 || column > 719 || first < 0 || second < 0 || first > 14 {
		return p, 0, fault
	}
	west, south, size := column*30-180*60, int64(first*24+second)*30-90*60, int64(30)
	for i, across := range []int64{2, 3} {
		if len(text) <= 5+i {
			break
		}
		n := int64(text[5+i]) - '1'
		if n < 0 || n >= across*across {
			return p, 0, fault
		}
		size /= across
		west += n % across * size
		south += (across - 1 - n/across) * size
	}
	// Centres lie on half minutes.
	lat, lon := (2*south+size)*Unit, (2*west+size)*Unit
	p = newPoint(roundDiv(lat, 120), roundDiv(lon, 120))
	return p, garsHalfDiagonal(south, west, size), nil
}

// garsHalfDiagonal is from the centre to the farthest corner, in metres.
func garsHalfDiagonal(south, west, size int64) int {
	centre := newPoint(roundDiv((2*south+size)*Unit, 120), roundDiv((2*west+size)*Unit, 120))
	low := newPoint(roundDiv(south*Unit, 60), roundDiv(west*Unit, 60))
	high := newPoint(roundDiv((south+size)*Unit, 60), roundDiv(west*Unit, 60))
	return ceilMetres(max(Distance(centre, low), Distance(centre, high)))
}

// roundDiv is a/b for positive b, halves rounded away from zero.
func roundDiv(a, b int64) int64 {
	if a < 0 {
		return -((-a + b/2) / b)
	}
	return (a + b/2) / b
}

func indexByte(text string, c byte) int {
	for i := range len(text) {
		if text[i] == c {
			return i
		}
	}
	return -1
}

// appendGARS writes the cell of size 30, 15 or 5 minutes that holds p.
func appendGARS(dst []byte, p Point, size int64) []byte {
	lon := (int64(p.Lon) + maxLon) % (2 * maxLon) // from 180 west
	lat := min(int64(p.Lat)+maxLat, 2*maxLat-1)   // from the south pole, which has the last cell's border
	column, row := lon*2/Unit, lat*2/Unit
	dst = appendPadded(dst, column+1, 3)
	dst = append(dst, garsLetters[row/24], garsLetters[row%24])
	x, y := lon*2-column*Unit, lat*2-row*Unit // within the cell, in units of half a degree
	for _, across := range []int64{2, 3} {
		if size == 30 || size == 15 && across == 3 {
			break
		}
		i, j := x*across/Unit, y*across/Unit
		dst = append(dst, byte('1'+(across-1-j)*across+i))
		x, y = x*across-i*Unit, y*across-j*Unit
	}
	return dst
}
