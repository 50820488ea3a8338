package main

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"strings"
	"testing"
)

// woff packs tables as a web font, those longer than 40 bytes compressed.
func woff(tables []table) []byte {
	be := binary.BigEndian
	file := append([]byte("wOFF"), 0, 1, 0, 0)
	file = append(file, make([]byte, woffHeader-8)...)
	be.PutUint16(file[12:], uint16(len(tables)))
	offset := woffHeader + woffEntry*len(tables)
	var body []byte
	for _, t := range tables {
		packed := t.data
		if len(packed) > 40 {
			var b bytes.Buffer
			w := zlib.NewWriter(&b)
			w.Write(packed)
			w.Close()
			packed = b.Bytes()
		}
		for _, v := range []int{int(t.tag), offset + len(body), len(packed), len(t.data), int(t.sum)} {
			file = be.AppendUint32(file, uint32(v))
		}
		body = append(body, packed...)
	}
	return append(file, body...)
}

func sample() []table {
	tables := []table{
		{tag: 0x676c7966, data: bytes.Repeat([]byte("outline"), 40)}, // glyf
		{tag: 0x6c6f6361, data: []byte{0, 0, 1, 7, 9}},               // loca
	}
	for i := range tables {
		tables[i].sum = checksum(tables[i].data)
	}
	return tables
}

func TestTrueType(t *testing.T) {
	file, err := trueType(woff(sample()))
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(file, sfnt(sample())) {
		t.Errorf("unpacked %x, want %x", file, sfnt(sample()))
	}
	// The file's own checksums hold: each table where its entry says.
	for i, want := range sample() {
		entry := file[sfntHeader+sfntEntry*i:]
		from, size := binary.BigEndian.Uint32(entry[8:]), binary.BigEndian.Uint32(entry[12:])
		if from%4 != 0 || !bytes.Equal(file[from:from+size], want.data) {
			t.Errorf("table %d is not where its entry says", i)
		}
	}
}

func TestTrueTypeRefuses(t *testing.T) {
	altered := sample()
	altered[1].sum++
	cut := woff(sample())
	for _, test := range []struct {
		name string
		file []byte
		want string
	}{
		{"nothing", nil, "not a WOFF 1.0 file"},
		{"WOFF 2", append([]byte("wOF2"), make([]byte, 60)...), "not a WOFF 1.0 file"},
		{"altered", woff(altered), `table "loca" has another checksum`},
		{"cut off", cut[:len(cut)-3], "cut off"},
		{"cut off in the directory", cut[:woffHeader+3], "cut off in its directory"},
	} {
		if _, err := trueType(test.file); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: refused with %v, want %q", test.name, err, test.want)
		}
	}
}

func FuzzTrueType(f *testing.F) {
	f.Add(woff(sample()))
	f.Fuzz(func(t *testing.T, file []byte) {
		unpacked, err := trueType(file)
		if err == nil && len(unpacked) < sfntHeader {
			t.Errorf("unpacked %d bytes", len(unpacked))
		}
	})
}
