package geo

import (
	"bytes"
	"compress/zlib"
	_ "embed"
	"encoding/binary"
	"fmt"
	"io"
	"sync"
)

// The geoid EGM96 (NASA/TP-1998-206861, public domain) every 15 minutes, as
// egm96gen.go packs it.
//
//go:embed egm96.bin
var egm96 []byte

const geoidRows, geoidColumns = 721, 1440

// geoidHeights holds decimetres from 90 south, by rows eastward from 180 west.
var geoidHeights = sync.OnceValue(func() []int16 {
	reader, err := zlib.NewReader(bytes.NewReader(egm96))
	if err != nil {
		panic(fmt.Sprintf("embedded egm96.bin: %v", err))
	}
	packed, err := io.ReadAll(reader)
	if err != nil {
		panic(fmt.Sprintf("embedded egm96.bin: %v", err))
	}
	heights := make([]int16, geoidRows*geoidColumns)
	for row := range geoidRows {
		for column := range geoidColumns {
			difference, n := binary.Varint(packed)
			if n <= 0 {
				panic("embedded egm96.bin ends early")
			}
			packed = packed[n:]
			i := row*geoidColumns + column
			height := difference
			if column > 0 {
				height += int64(heights[i-1])
			}
			if row > 0 {
				height += int64(heights[i-geoidColumns])
			}
			if row > 0 && column > 0 {
				height -= int64(heights[i-geoidColumns-1])
			}
			heights[i] = int16(height)
		}
	}
	return heights
})

// Geoid returns how many metres mean sea level lies over the WGS84 ellipsoid
// at p, by EGM96, interpolated linearly each way in a grid of 15 minutes. The
// interpolation is within 0.1 m of PROJ's; EGM96 itself is within about 1 m of
// the sea. The first call unpacks the grid, which takes milliseconds.
func Geoid(p Point) float64 {
	const cell = Unit / 4
	heights := geoidHeights()
	lat, lon := int64(p.Lat)+maxLat, int64(p.Lon)+maxLon
	row := min(lat/cell, geoidRows-2)
	column := lon / cell % geoidColumns
	next := (column + 1) % geoidColumns
	y, x := float64(lat-row*cell)/cell, float64(lon%cell)/cell
	at := func(row, column int64) float64 { return float64(heights[row*geoidColumns+column]) / 10 }
	return (1-y)*((1-x)*at(row, column)+x*at(row, next)) + y*((1-x)*at(row+1, column)+x*at(row+1, next))
}
