package paper

import (
	"bytes"
	"testing"

	"github.com/go-text/typesetting/font"
)

// A subset keeps the numbers, widths and outlines of its glyphs, also of those
// made of others, and drops the rest.
func TestSubset(t *testing.T) {
	for _, file := range testFonts(t).Regular[:3] {
		whole, err := font.ParseTTF(bytes.NewReader(file))
		if err != nil {
			t.Fatal(err)
		}
		var glyphs []font.GID
		for _, r := range "Aé±شؤ7" {
			if g, ok := whole.NominalGlyph(r); ok {
				glyphs = append(glyphs, g)
			}
		}
		part, err := subset(file, glyphs)
		if err != nil {
			t.Fatal(err)
		}
		if len(part) >= len(file) {
			t.Errorf("the subset has %d bytes of %d", len(part), len(file))
		}
		old, err := fontTables(file)
		if err != nil {
			t.Fatal(err)
		}
		tables, err := fontTables(part)
		if err != nil {
			t.Fatal(err)
		}
		was := outlineTable{old["glyf"], old["loca"], old["head"][51] == 1}
		is := outlineTable{tables["glyf"], tables["loca"], true}
		if was.count() != is.count() || !bytes.Equal(old["hmtx"], tables["hmtx"]) {
			t.Errorf("%d glyphs, were %d", is.count(), was.count())
		}
		for len(glyphs) > 0 {
			g := glyphs[0]
			if !bytes.HasPrefix(is.outline(g), was.outline(g)) {
				t.Errorf("glyph %d has another outline", g)
			}
			glyphs = append(glyphs[1:], was.parts(g)...)
		}
	}
}

func FuzzSubset(f *testing.F) {
	f.Add(writeFont(map[string][]byte{"glyf": make([]byte, 40), "head": make([]byte, 54), "hhea": {1}, "hmtx": {1}, "loca": make([]byte, 8), "maxp": {1}}))
	f.Fuzz(func(t *testing.T, file []byte) {
		if part, err := subset(file, []font.GID{1, 2, 3}); err == nil {
			if _, err := subset(part, nil); err != nil {
				t.Errorf("a subset has no subset: %v", err)
			}
		}
	})
}
