// Unpack makes the fonts that are embedded from the npm packages installed
// beside it: it takes each web font (WOFF 1.0, W3C Recommendation of 2012) apart
// into the TrueType file that was put in, byte for byte, and writes the SHA-256
// sums and the licences.
//
// Run it by make assets, from the root of the module.
package main

import (
	"bytes"
	"compress/zlib"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"

	"parley/assets"
)

func main() {
	if err := run("assets"); err != nil {
		fmt.Fprintf(os.Stderr, "unpack: %v\n", err)
		os.Exit(1)
	}
}

func run(folder string) error {
	var sums, notice bytes.Buffer
	licences := map[string]bool{}
	for _, font := range assets.Names() {
		from := filepath.Join(folder, "node_modules", "@fontsource", font.Package)
		woff, err := os.ReadFile(filepath.Join(from, "files", font.Web+".woff"))
		if err != nil {
			return fmt.Errorf("%w; install the packages first: make assets", err)
		}
		ttf, err := trueType(woff)
		if err != nil {
			return fmt.Errorf("%s: %w", font.Web, err)
		}
		if err := os.WriteFile(filepath.Join(folder, "fonts", font.File), ttf, 0o644); err != nil {
			return err
		}
		fmt.Fprintf(&sums, "%x  %s\n", sha256.Sum256(ttf), font.File)
		if !licences[font.Package] {
			licences[font.Package] = true
			text, err := os.ReadFile(filepath.Join(from, "LICENSE"))
			if err != nil {
				return err
			}
			fmt.Fprintf(&notice, "%s\n\n%s\n\n", font.Package, bytes.TrimSpace(text))
		}
	}
	if err := os.WriteFile(filepath.Join(folder, "fonts", "NOTICE"), notice.Bytes(), 0o644); err != nil {
		return err
	}
	// Last: make takes this file as the sign that all others are there.
	return os.WriteFile(filepath.Join(folder, "fonts", "SHA256SUMS"), sums.Bytes(), 0o644)
}

const (
	woffHeader  = 44
	woffEntry   = 20
	sfntHeader  = 12
	sfntEntry   = 16
	maxFontSize = 32 << 20
)

type table struct {
	tag, sum uint32
	data     []byte
}

// trueType takes a WOFF file apart. It refuses one whose tables do not have the
// checksums that stand in it.
func trueType(woff []byte) ([]byte, error) {
	be := binary.BigEndian
	if len(woff) < woffHeader || string(woff[:4]) != "wOFF" {
		return nil, fmt.Errorf("not a WOFF 1.0 file")
	}
	if be.Uint32(woff[4:]) != 0x00010000 {
		return nil, fmt.Errorf("holds no TrueType outlines")
	}
	count := int(be.Uint16(woff[12:]))
	if len(woff) < woffHeader+count*woffEntry {
		return nil, fmt.Errorf("cut off in its directory")
	}
	tables := make([]table, count)
	for i := range tables {
		entry := woff[woffHeader+i*woffEntry:]
		offset, packed, size := int(be.Uint32(entry[4:])), int(be.Uint32(entry[8:])), int(be.Uint32(entry[12:]))
		t := table{tag: be.Uint32(entry), sum: be.Uint32(entry[16:])}
		if offset+packed > len(woff) || size > maxFontSize {
			return nil, fmt.Errorf("table %q is cut off", entry[:4])
		}
		t.data = woff[offset : offset+packed]
		if packed < size {
			reader, err := zlib.NewReader(bytes.NewReader(t.data))
			if err != nil {
				return nil, fmt.Errorf("table %q: %w", entry[:4], err)
			}
			t.data = make([]byte, size)
			if _, err := io.ReadFull(reader, t.data); err != nil {
				return nil, fmt.Errorf("table %q: %w", entry[:4], err)
			}
		}
		if string(entry[:4]) != "head" && checksum(t.data) != t.sum { // head's leaves one field out
			return nil, fmt.Errorf("table %q has another checksum than it should", entry[:4])
		}
		tables[i] = t
	}
	slices.SortFunc(tables, func(a, b table) int { return int(int64(a.tag) - int64(b.tag)) })
	return sfnt(tables), nil
}

// sfnt writes a font file of these tables, in this order (ISO/IEC 14496-22,
// section 4.4).
func sfnt(tables []table) []byte {
	be := binary.BigEndian
	count, selector := len(tables), 0
	for 2<<selector <= count {
		selector++
	}
	file := be.AppendUint32(nil, 0x00010000)
	for _, v := range []int{count, 16 << selector, selector, 16*count - 16<<selector} {
		file = be.AppendUint16(file, uint16(v))
	}
	offset := sfntHeader + sfntEntry*count
	for _, t := range tables {
		for _, v := range []uint32{t.tag, t.sum, uint32(offset), uint32(len(t.data))} {
			file = be.AppendUint32(file, v)
		}
		offset += (len(t.data) + 3) &^ 3
	}
	for _, t := range tables {
		file = append(file, t.data...)
		file = append(file, make([]byte, -len(t.data)&3)...)
	}
	return file
}

func checksum(data []byte) (sum uint32) {
	for ; len(data) >= 4; data = data[4:] {
		sum += binary.BigEndian.Uint32(data)
	}
	var rest [4]byte
	copy(rest[:], data)
	return sum + binary.BigEndian.Uint32(rest[:])
}
