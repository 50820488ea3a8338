package ledger

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"
)

var update = flag.Bool("update", false, "write the golden files anew")

func TestBlockRoundTrip(t *testing.T) {
	for _, b := range []*Block{testBlock(t, 0, 0, 1), testBlock(t, 0, 0, 7), testBlock(t, 3, 5, 4)} {
		if err := b.Check(); err != nil {
			t.Fatal(err)
		}
		again, err := ParseBlock(b.Bytes())
		if err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(again, b) {
			t.Errorf("read back %+v, want %+v", again, b)
		}
		if again.Hash() != b.Hash() || again.Size() != b.First+uint64(len(b.Entries)) {
			t.Error("the block read back has another hash or size")
		}
	}
}

// The bytes of a block are what both parties' journals hash, so they are fixed.
func TestBlockGolden(t *testing.T) {
	b := testBlock(t, 3, 5, 4)
	line, err := json.Marshal(b)
	if err != nil {
		t.Fatal(err)
	}
	for name, got := range map[string][]byte{"block.bin": b.Bytes(), "block.json": append(line, '\n')} {
		path := filepath.Join("testdata", name)
		if *update {
			if err := os.WriteFile(path, got, 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(got, want) {
			t.Errorf("%s: the block is written as\n%q\nwant\n%q", path, got, want)
		}
	}
}

func TestBlockCheck(t *testing.T) {
	long := bytes.Repeat([]byte("a"), MaxBlock/4)
	for _, test := range []struct {
		name  string
		spoil func(*Block)
		want  string
	}{
		{"no entries", func(b *Block) { b.Entries, b.Contents = nil, nil }, "no entries"},
		{"too many entries", func(b *Block) { b.Entries = testEntries(0, MaxEntries+1) }, "1025 entries, at most 1024"},
		{"text missing", func(b *Block) { b.Contents = b.Contents[1:] }, "4 entries and 3 texts"},
		{"first block in the middle", func(b *Block) { b.Height = 0 }, "must begin with entry 0"},
		{"more blocks than entries", func(b *Block) { b.Height = 6 }, "cannot begin with entry 5"},
		{"beyond any tree", func(b *Block) { b.First = 1 << 62 }, "cannot begin"},
		{"no checkpoint", func(b *Block) { b.Checkpoint = nil }, "checkpoint has 0 bytes"},
		{"checkpoint too long", func(b *Block) { b.Checkpoint = long }, "1 to 65535"},
		{"other text", func(b *Block) { b.Contents[1] = testText(99) }, "entry 6: the text is not the one"},
		{"empty text", func(b *Block) { b.Contents[1] = []byte{} }, "entry 6"},
		{"no time", func(b *Block) { b.Entries[2].Time = time.Time{} }, "entry 7: time"},
		{"too long", func(b *Block) {
			for i := range b.Entries {
				b.Entries[i].Content, b.Contents[i] = ContentHash(long), long
			}
		}, "at most 4194304"},
		{"disclosed without text", func(b *Block) { b.Disclosed[0].Content = nil }, "entry 4: it is disclosed without"},
		{"disclosed from the future", func(b *Block) { b.Disclosed[0].Index = 9 }, "before it is ordered"},
		{"disclosed of this block, wrong", func(b *Block) { b.Disclosed[0].Index = 7 }, "entry 7: the text disclosed"},
		{"discloses too much", func(b *Block) {
			for range MaxDisclosed / len(long) {
				b.Disclosed = append(b.Disclosed, Disclosure{1, long})
			}
		}, "at most 4194304 and 33554432"},
	} {
		t.Run(test.name, func(t *testing.T) {
			b := testBlock(t, 3, 5, 4)
			test.spoil(b)
			refused(t, b.Check(), test.want)
		})
	}
}

// Bounds are met before memory is taken for what a header promises.
func TestParseBlockRefuses(t *testing.T) {
	good := testBlock(t, 3, 5, 4).Bytes()
	for n := range good {
		if _, err := ParseBlock(good[:n]); err == nil {
			t.Errorf("the first %d bytes of %d were accepted", n, len(good))
		}
	}
	count := len(blockHeader) + 8 + 8 + 32
	promise := bytes.Clone(good)
	binary.BigEndian.PutUint16(promise[count:], MaxEntries)
	late := bytes.Clone(good)
	binary.BigEndian.PutUint64(late[count+2:], maxMilli+1)
	for _, test := range []struct {
		name string
		b    []byte
		want string
	}{
		{"other version", append([]byte("block.v1\n"), good[len(blockHeader):]...), "does not begin with"},
		{"more follows", append(bytes.Clone(good), 0), "1 bytes follow"},
		{"promises entries", promise, "names 1024 entries, more than it has bytes for"},
		{"after the year 9999", late, "after the year 9999"},
		{"too long", make([]byte, MaxBlock+MaxDisclosed+1), "at most"},
	} {
		_, err := ParseBlock(test.b)
		refused(t, err, test.want)
	}
}

// Whatever byte of a block is changed, it is refused or has another hash, what texts
// disclose apart: that is bound by the digests in them, and may be destroyed.
func TestParseBlockEveryByte(t *testing.T) {
	good := testBlock(t, 3, 5, 4)
	b := good.Bytes()
	for i := range b {
		changed := bytes.Clone(b)
		changed[i] ^= 0x20
		read, err := ParseBlock(changed)
		if err == nil && (read.Hash() == good.Hash() && !bytes.Equal(bared(read), bared(good)) || !bytes.Equal(read.Bytes(), changed)) {
			t.Errorf("byte %d changed, and it is the same block", i)
		}
	}
}

// bared is what a block writes when nothing is disclosed in it.
func bared(b *Block) []byte {
	c := *b
	c.Contents, c.Disclosed = slices.Clone(b.Contents), slices.Clone(b.Disclosed)
	for i, text := range c.Contents {
		c.Contents[i] = Bare(text)
	}
	for i := range c.Disclosed {
		c.Disclosed[i].Content = Bare(c.Disclosed[i].Content)
	}
	return c.Bytes()
}

func FuzzParseBlock(f *testing.F) {
	purged, _ := testBlock(f, 3, 5, 4).Purge(Tombstone{4, 20}, Tombstone{6, 21})
	for _, b := range []*Block{testBlock(f, 0, 0, 1), testBlock(f, 3, 5, 4), purged} {
		f.Add(b.Bytes())
	}
	f.Fuzz(func(t *testing.T, in []byte) {
		b, err := ParseBlock(in)
		if err != nil {
			return
		}
		if !bytes.Equal(b.Bytes(), in) {
			t.Error("the block is written again otherwise")
		}
		if err := b.Check(); err != nil {
			t.Error(err)
		}
	})
}

func TestBlockJSON(t *testing.T) {
	charter := []byte("{\n  \"names\": \"<דמשק> & \\u2028\"\n}\n\n— a c2ln\n")
	b := testBlock(t, 3, 5, 4)
	b.Entries[0].Content, b.Contents[0] = ContentHash(charter), charter
	line, err := json.Marshal(b)
	if err != nil {
		t.Fatal(err)
	}
	if bytes.ContainsAny(line, "\n") {
		t.Error("a feed line has a newline in it")
	}
	var again Block
	if err := json.Unmarshal(line, &again); err != nil {
		t.Fatal(err)
	}
	want := *b
	want.Prev = Hash{}
	if !reflect.DeepEqual(again, want) {
		t.Errorf("read back %+v, want %+v", again, want)
	}
	if _, err := json.Marshal(&Block{Contents: [][]byte{{0xff}}, Entries: testEntries(0, 1)}); err == nil {
		t.Error("a text that is not UTF-8 was written")
	}
}

func TestBlockJSONRefuses(t *testing.T) {
	line, err := json.Marshal(testBlock(t, 3, 5, 4))
	if err != nil {
		t.Fatal(err)
	}
	good := string(line)
	for _, test := range []struct{ name, line, want string }{
		{"space", strings.Replace(good, `,"first"`, `, "first"`, 1), `at byte 11: ,"first": must follow`},
		{"order", strings.Replace(good, `"height":3,"first":5`, `"first":5,"height":3`, 1), `{"height": must follow`},
		{"twice", strings.Replace(good, `"height":3`, `"height":3,"height":3`, 1), "must follow"},
		{"case", strings.Replace(good, `"height"`, `"Height"`, 1), "must follow"},
		{"unknown member", strings.Replace(good, `"height":3`, `"height":3,"prev":""`, 1), "must follow"},
		{"fraction", strings.Replace(good, `"height":3`, `"height":3.0`, 1), "must follow"},
		{"leading zero", strings.Replace(good, `"height":3`, `"height":03`, 1), "whole number"},
		{"negative", strings.Replace(good, `"first":5`, `"first":-5`, 1), "whole number"},
		{"overflow", strings.Replace(good, `"first":5`, `"first":18446744073709551616`, 1), "whole number"},
		{"escape", strings.Replace(good, `aGVhZGVy`, `\u0061GVhZGVy`, 1), "escaped as encoding/json does"},
		{"newline in a string", strings.Replace(good, `aGVhZGVy`, "\n", 1), "escaped as encoding/json does"},
		{"not UTF-8", strings.Replace(good, `aGVhZGVy`, "\xff", 1), "escaped as encoding/json does"},
		{"string without end", good[:strings.Index(good, "cGF5")], "its end is missing"},
		{"string that ends in an escape", good[:strings.Index(good, "cGF5")] + `\`, "its end is missing"},
		{"time", strings.Replace(good, `12:00:00.005Z`, `12:00:00.5Z`, 1), "entry 5: time"},
		{"comma in the time", strings.Replace(good, `12:00:00.005Z`, `12:00:00,005Z`, 1), "entry 5: it is not written as"},
		{"hash", strings.Replace(good, `.005Z `, `.005Z _`, 1), "entry 5: content hash"},
		{"escaped entry", strings.Replace(good, `["2026`, `["\u003c`, 1), "entry 5: time"},
		{"text", strings.Replace(good, `cGF5bG9hZA5.`, `cGF5bG9hZA7.`, 1), "the text is not the one"},
		{"number for text", strings.Replace(good, `null`, `7`, 1), `" must follow`},
		{"more texts than entries", strings.Replace(good, `null`, `null,null`, 1), "more than 4 items"},
		{"fewer texts than entries", strings.Replace(good, `null,`, ``, 1), "4 entries and 3 texts"},
		{"more entries than a block has", strings.Replace(good, `"entries":[`, `"entries":[`+strings.Repeat(good[strings.Index(good, `"2026`):strings.Index(good, `,"2026-11-24T12:00:00.006Z`)]+",", MaxEntries), 1), "more than 1024 items"},
		{"comma at the end", strings.Replace(good, `],"disclosed"`, `,],"disclosed"`, 1), "more than 4 items"},
		{"cut", good[:len(good)-1], "} must follow"},
		{"more follows", good + " ", "goes on"},
		{"null", "null", `at byte 0: {"height": must follow`},
		{"empty", "", `at byte 0: {"height": must follow`},
	} {
		t.Run(test.name, func(t *testing.T) {
			if test.line == good {
				t.Fatal("the test changes nothing")
			}
			var b Block
			refused(t, b.UnmarshalJSON([]byte(test.line)), test.want)
		})
	}
}

func FuzzBlockJSON(f *testing.F) {
	for _, b := range []*Block{testBlock(f, 0, 0, 1), testBlock(f, 3, 5, 4)} {
		line, err := json.Marshal(b)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(line)
	}
	f.Fuzz(func(t *testing.T, line []byte) {
		var b Block
		if err := b.UnmarshalJSON(line); err != nil {
			return
		}
		if again, err := json.Marshal(&b); err != nil || !bytes.Equal(again, line) {
			t.Errorf("%q is written again as %q, %v", line, again, err)
		}
	})
}
