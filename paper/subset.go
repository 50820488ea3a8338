package paper

import (
	"encoding/binary"
	"fmt"
	"slices"

	"github.com/go-text/typesetting/font"
)

// kept are the tables that a TrueType font in a PDF needs (ISO 32000-1, section
// 9.9), in the order of their tags.
var kept = [...]string{"cvt ", "fpgm", "glyf", "head", "hhea", "hmtx", "loca", "maxp", "prep"}

// subset returns the font with the outlines of these glyphs, and of those they
// are composed of, and no others. Glyphs keep their numbers. It refuses a file
// without TrueType outlines.
func subset(file []byte, glyphs []font.GID) ([]byte, error) {
	tables, err := fontTables(file)
	if err != nil {
		return nil, err
	}
	for _, tag := range []string{"glyf", "head", "hhea", "hmtx", "loca", "maxp"} {
		if tables[tag] == nil {
			return nil, fmt.Errorf("font has no table %q; give TrueType files", tag)
		}
	}
	if len(tables["head"]) < 54 {
		return nil, fmt.Errorf("font's table %q is cut off", "head")
	}
	outlines := outlineTable{tables["glyf"], tables["loca"], tables["head"][51] == 1}
	wanted := map[font.GID]bool{}
	for queue := append([]font.GID{0}, glyphs...); len(queue) > 0; queue = queue[1:] {
		if g := queue[0]; !wanted[g] {
			wanted[g] = true
			queue = append(queue, outlines.parts(g)...)
		}
	}
	tables["glyf"], tables["loca"] = outlines.only(wanted)
	tables["head"] = slices.Clone(tables["head"])
	tables["head"][51] = 1 // loca is written with long offsets
	return writeFont(tables), nil
}

func fontTables(file []byte) (map[string][]byte, error) {
	be := binary.BigEndian
	if len(file) < 12 || be.Uint32(file) != 0x00010000 && string(file[:4]) != "true" {
		return nil, fmt.Errorf("not a TrueType file")
	}
	tables := map[string][]byte{}
	for i := range int(be.Uint16(file[4:])) {
		at := 12 + 16*i
		if at+16 > len(file) {
			return nil, fmt.Errorf("font is cut off in its directory")
		}
		from, size := uint64(be.Uint32(file[at+8:])), uint64(be.Uint32(file[at+12:]))
		if from+size > uint64(len(file)) {
			return nil, fmt.Errorf("font's table %q is cut off", file[at:at+4])
		}
		tables[string(file[at:at+4])] = file[from : from+size : from+size]
	}
	return tables, nil
}

// outlineTable is glyf and the index to it, loca.
type outlineTable struct {
	glyf, loca []byte
	long       bool
}

func (o outlineTable) count() int {
	if o.long {
		return len(o.loca)/4 - 1
	}
	return len(o.loca)/2 - 1
}

func (o outlineTable) offset(i int) int {
	if o.long {
		return int(binary.BigEndian.Uint32(o.loca[4*i:]))
	}
	return 2 * int(binary.BigEndian.Uint16(o.loca[2*i:]))
}

// outline of a glyph; empty for a space or where the font is broken.
func (o outlineTable) outline(g font.GID) []byte {
	if int(g) >= o.count() {
		return nil
	}
	from, to := o.offset(int(g)), o.offset(int(g)+1)
	if from > to || to > len(o.glyf) {
		return nil
	}
	return o.glyf[from:to]
}

// parts are the glyphs that a composite one is made of (ISO/IEC 14496-22,
// section 5.3.3.2).
func (o outlineTable) parts(g font.GID) (parts []font.GID) {
	data := o.outline(g)
	if len(data) < 10 || int16(binary.BigEndian.Uint16(data)) >= 0 {
		return nil
	}
	for data = data[10:]; len(data) >= 4; {
		flags := binary.BigEndian.Uint16(data)
		parts = append(parts, font.GID(binary.BigEndian.Uint16(data[2:])))
		size := 6
		if flags&0x0001 != 0 { // arguments are words
			size += 2
		}
		switch {
		case flags&0x0008 != 0: // one scale
			size += 2
		case flags&0x0040 != 0: // two
			size += 4
		case flags&0x0080 != 0: // a matrix
			size += 8
		}
		if flags&0x0020 == 0 || len(data) < size { // no more components
			break
		}
		data = data[size:]
	}
	return parts
}

func (o outlineTable) only(wanted map[font.GID]bool) (glyf, loca []byte) {
	glyf = []byte{} // a table without outlines is still there
	for g := range max(o.count(), 0) {
		loca = binary.BigEndian.AppendUint32(loca, uint32(len(glyf)))
		if wanted[font.GID(g)] {
			glyf = append(glyf, o.outline(font.GID(g))...)
			glyf = append(glyf, make([]byte, -len(glyf)&3)...)
		}
	}
	return glyf, binary.BigEndian.AppendUint32(loca, uint32(len(glyf)))
}

func writeFont(tables map[string][]byte) []byte {
	var tags []string
	for _, tag := range kept {
		if tables[tag] != nil {
			tags = append(tags, tag)
		}
	}
	be, selector := binary.BigEndian, 0
	for 2<<selector <= len(tags) {
		selector++
	}
	file := be.AppendUint32(nil, 0x00010000)
	for _, v := range []int{len(tags), 16 << selector, selector, 16*len(tags) - 16<<selector} {
		file = be.AppendUint16(file, uint16(v))
	}
	offset := 12 + 16*len(tags)
	for _, tag := range tags {
		file = append(file, tag...)
		for _, v := range []uint32{tableSum(tables[tag]), uint32(offset), uint32(len(tables[tag]))} {
			file = be.AppendUint32(file, v)
		}
		offset += (len(tables[tag]) + 3) &^ 3
	}
	for _, tag := range tags {
		file = append(file, tables[tag]...)
		file = append(file, make([]byte, -len(tables[tag])&3)...)
	}
	return file
}

func tableSum(data []byte) (sum uint32) {
	for i, b := range data {
		sum += uint32(b) << (24 - 8*(i%4))
	}
	return sum
}
