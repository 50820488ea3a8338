//go:build ignore

// Egm96gen packs the EGM96 geoid (NASA/TP-1998-206861, public domain), heights
// over WGS84 every 15 minutes, for geoid.go:
//
//	go run egm96gen.go /usr/share/proj/egm96_15.gtx egm96.bin
//
// The input is the file of that name in Debian's package proj-data. The output
// is the heights in decimetres from 90 south, by rows eastward from 180 west,
// each as its difference from west + south - south-west, in varints, in zlib.
package main

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"fmt"
	"math"
	"os"
)

const rows, columns = 721, 1440

func main() {
	if err := run(os.Args[1], os.Args[2]); err != nil {
		fmt.Fprintln(os.Stderr, "egm96gen:", err)
		os.Exit(1)
	}
}

func run(from, to string) error {
	data, err := os.ReadFile(from)
	if err != nil {
		return err
	}
	if len(data) != 40+4*rows*columns || binary.BigEndian.Uint32(data[32:]) != rows || binary.BigEndian.Uint32(data[36:]) != columns {
		return fmt.Errorf("%s is not the 15' grid of EGM96", from)
	}
	heights := make([]int64, rows*columns)
	for i := range heights {
		heights[i] = int64(math.Round(10 * float64(math.Float32frombits(binary.BigEndian.Uint32(data[40+4*i:])))))
	}
	var packed []byte
	at := func(row, column int) int64 {
		if row < 0 || column < 0 {
			return 0
		}
		return heights[row*columns+column]
	}
	for row := range rows {
		for column := range columns {
			packed = binary.AppendVarint(packed, at(row, column)-at(row, column-1)-at(row-1, column)+at(row-1, column-1))
		}
	}
	var out bytes.Buffer
	writer, err := zlib.NewWriterLevel(&out, zlib.BestCompression)
	if err != nil {
		return err
	}
	if _, err := writer.Write(packed); err != nil {
		return err
	}
	if err := writer.Close(); err != nil {
		return err
	}
	return os.WriteFile(to, out.Bytes(), 0o644)
}
