package paper

import (
	"bytes"
	"fmt"
	"unicode"

	"github.com/go-text/typesetting/font"
)

// Fonts are TrueType files (ISO/IEC 14496-22 with glyf outlines), of one weight
// in the order in which a character is looked for. Those for Latin must be among
// them, in both weights.
type Fonts struct{ Regular, Bold [][]byte }

// A face is one font of one document: what was set in it goes into the file.
type face struct {
	name string // of the PDF resource
	font *font.Face
	file []byte

	// Each pair of a glyph and the text it stands for has one code in the
	// document, so that text copied out is the text that was put in.
	codes map[glyphText]int
	used  []glyphText // by code
}

type glyphText struct {
	glyph font.GID
	text  string
}

func (f *face) code(g glyphText) int {
	code, ok := f.codes[g]
	if !ok {
		f.used = append(f.used, g)
		code = len(f.used) // 0 is kept for the glyph that is not there
		f.codes[g] = code
	}
	return code
}

func (f *face) has(r rune) bool {
	_, ok := f.font.NominalGlyph(r)
	return ok
}

// spelled is what [legible] writes characters with that no font has.
const spelled = "[U+0123456789ABCDEF] \u00a0"

func parseFonts(fonts Fonts) (regular, bold []*face, err error) {
	for i, files := range [][][]byte{fonts.Regular, fonts.Bold} {
		var faces []*face
		for j, file := range files {
			parsed, err := parseFont(file)
			if err != nil {
				return nil, nil, fmt.Errorf("font %d of weight %d: %w", j+1, i+1, err)
			}
			name := fmt.Sprintf("F%c%d", "RB"[i], j)
			faces = append(faces, &face{name: name, font: parsed, file: file, codes: map[glyphText]int{}})
		}
		for _, r := range spelled {
			if pick(faces, r) == nil {
				return nil, nil, fmt.Errorf("no font of weight %d has %q; put one for Latin among them", i+1, r)
			}
		}
		if i == 0 {
			regular = faces
		} else {
			bold = faces
		}
	}
	return regular, bold, nil
}

// fresh returns the faces with nothing set in them.
func fresh(faces []*face) []*face {
	list := make([]*face, len(faces))
	for i, f := range faces {
		list[i] = &face{name: f.name, font: f.font, file: f.file, codes: map[glyphText]int{}}
	}
	return list
}

// parseFont reads a font that can be put into a file in part.
func parseFont(file []byte) (*font.Face, error) {
	parsed, err := font.ParseTTF(bytes.NewReader(file))
	if err != nil {
		return nil, err
	}
	_, err = subset(file, nil)
	return parsed, err
}

// pick returns the first face that has r, nil where none has.
func pick(faces []*face, r rune) *face {
	for _, f := range faces {
		if f.has(r) {
			return f
		}
	}
	return nil
}

// legible returns text as it will be seen: what no face has, and what would not
// be seen at all, is written as its code point, such as [U+202E]. The marks that
// isolate a text of another direction are kept where trusted; they come from the
// sentences that the text was put into.
func legible(faces []*face, text string, trusted bool, missing map[rune]bool) []rune {
	var out []rune
	for _, r := range text {
		switch {
		case r == '\u00a0', r == '\u202f': // where a line must not end
			out = append(out, '\u00a0')
		case r == '\t', r == '\n', r == '\r', unicode.Is(unicode.Zs, r), r == '\u2028', r == '\u2029':
			out = append(out, ' ')
		case isIsolate(r) && trusted, isJoiner(r):
			out = append(out, r)
		case unicode.IsControl(r), unicode.Is(unicode.Cf, r), !unicode.IsGraphic(r), pick(faces, r) == nil:
			missing[r] = true
			out = append(out, '\u2066')
			out = append(out, []rune(fmt.Sprintf("[U+%04X]", r))...)
			out = append(out, '\u2069')
		default:
			out = append(out, r)
		}
	}
	return out
}

// isIsolate: LRI, RLI, FSI, PDI (Unicode Annex 9).
func isIsolate(r rune) bool { return r >= '\u2066' && r <= '\u2069' }

// isJoiner: ZWNJ and ZWJ, part of how some words are spelled.
func isJoiner(r rune) bool { return r == '\u200c' || r == '\u200d' }

// unseen: takes part in the order or shape of a text, and has no glyph.
func unseen(r rune) bool {
	return isIsolate(r) || isJoiner(r) || r == '\u200e' || r == '\u200f'
}
