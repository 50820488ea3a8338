package paper

import (
	"bytes"
	"compress/zlib"
	"fmt"
	"slices"
	"strings"
	"unicode/utf16"

	"github.com/go-text/typesetting/font"
)

// A4, in points.
const (
	pageWidth  = 595.28
	pageHeight = 841.89
)

// A page takes marks in points from the top of the page and from the side at
// which its language begins: x of an Arabic page counts from the right.
type page struct {
	ops    bytes.Buffer
	mirror bool
}

// left is the x, from the left, of what is w wide and x from the beginning.
func (p *page) left(x, w float64) float64 {
	if p.mirror {
		return pageWidth - x - w
	}
	return x
}

func (p *page) fill(x, y, w, h, ink float64) {
	fmt.Fprintf(&p.ops, "%.2f g %.2f %.2f %.2f %.2f re f\n", ink, p.left(x, w), pageHeight-y-h, w, h)
}

func (p *page) box(x, y, w, h, thick, ink float64) {
	fmt.Fprintf(&p.ops, "%.2f G %.2f w %.2f %.2f %.2f %.2f re S\n", ink, thick, p.left(x, w), pageHeight-y-h, w, h)
}

func (p *page) rule(x, y, w, thick, ink float64) { p.fill(x, y-thick/2, w, thick, ink) }

func (p *page) upright(x, y, h, thick, ink float64) { p.fill(x-thick/2, y, thick, h, ink) }

// Where a text stands in the width that it is given.
type align int

const (
	atBegin align = iota
	atCentre
	atEnd
)

// text puts a line with its base line at y.
func (p *page) text(line setLine, x, y, w float64, a align) {
	switch a {
	case atCentre:
		x += (w - line.width) / 2
	case atEnd:
		x += w - line.width
	}
	x = p.left(x, line.width)
	if len(line.glyphs) == 0 {
		return
	}
	fmt.Fprintf(&p.ops, "BT %.2f g\n", line.style.ink)
	// The dots of letters last: in between, whoever copies the text out would
	// take their other base line for the end of a word.
	glyphs := slices.Clone(line.glyphs)
	slices.SortStableFunc(glyphs, func(a, b setGlyph) int { return a.rank() - b.rank() })
	var face *face
	for _, g := range glyphs {
		if g.face != face {
			face = g.face
			fmt.Fprintf(&p.ops, "/%s %.2f Tf\n", face.name, line.style.size)
		}
		fmt.Fprintf(&p.ops, "1 0 0 1 %.3f %.3f Tm <%04X> Tj\n", x+g.x, pageHeight-y+g.y, g.code)
	}
	p.ops.WriteString("ET\n")
}

// rank is 0 for a glyph that stands for text and 1 for its accessories.
func (g setGlyph) rank() int {
	if g.face.used[g.code-1].text == "" {
		return 1
	}
	return 0
}

// A pdf is a file in the making: PDF 1.7 (ISO 32000-1), with no dates and no
// identifiers, so that the same form has the same bytes.
type pdf struct {
	bytes.Buffer
	offsets []int
}

func (d *pdf) object(format string, args ...any) int {
	d.offsets = append(d.offsets, d.Len())
	fmt.Fprintf(d, "%d 0 obj\n"+format+"\nendobj\n", append([]any{len(d.offsets)}, args...)...)
	return len(d.offsets)
}

func (d *pdf) stream(entries string, data []byte) int {
	var packed bytes.Buffer
	w := zlib.NewWriter(&packed)
	w.Write(data) // a bytes.Buffer takes everything
	w.Close()
	return d.object("<<%s/Filter/FlateDecode/Length %d>>\nstream\n%s\nendstream", entries, packed.Len(), packed.Bytes())
}

// writePDF returns the file. The faces hold what was set in them.
func writePDF(title, lang string, pages []*page, faces []*face) ([]byte, error) {
	var d pdf
	d.WriteString("%PDF-1.7\n%\xe2\xe3\xcf\xd3\n")
	var fonts strings.Builder
	for _, f := range faces {
		if len(f.used) == 0 {
			continue
		}
		number, err := d.font(f)
		if err != nil {
			return nil, err
		}
		fmt.Fprintf(&fonts, "/%s %d 0 R", f.name, number)
	}
	tree := len(d.offsets) + 2*len(pages) + 1
	var kids strings.Builder
	for _, p := range pages {
		body := d.stream("", p.ops.Bytes())
		fmt.Fprintf(&kids, "%d 0 R ", d.object("<</Type/Page/Parent %d 0 R/MediaBox[0 0 %.2f %.2f]/Contents %d 0 R/Resources<</Font<<%s>>>>>>",
			tree, pageWidth, pageHeight, body, fonts.String()))
	}
	d.object("<</Type/Pages/Count %d/Kids[%s]>>", len(pages), kids.String())
	reading := "L2R"
	if len(pages) > 0 && pages[0].mirror {
		reading = "R2L"
	}
	root := d.object("<</Type/Catalog/Pages %d 0 R/Lang%s/ViewerPreferences<</Direction/%s/DisplayDocTitle true>>>>", tree, pdfText(lang), reading)
	info := d.object("<</Title%s/Producer(parley)>>", pdfText(title))
	start := d.Len()
	fmt.Fprintf(&d, "xref\n0 %d\n0000000000 65535 f \n", len(d.offsets)+1)
	for _, offset := range d.offsets {
		fmt.Fprintf(&d, "%010d 00000 n \n", offset)
	}
	fmt.Fprintf(&d, "trailer<</Size %d/Root %d 0 R/Info %d 0 R>>\nstartxref\n%d\n%%%%EOF\n", len(d.offsets)+1, root, info, start)
	return d.Bytes(), nil
}

// font writes the used part of a face: its outlines, its widths, and what each
// of its codes stands for. No ActualText stands beside them: readers that put
// what they find on a page in order would turn that round a second time.
func (d *pdf) font(f *face) (int, error) {
	glyphs := make([]font.GID, len(f.used))
	codes := []byte{0, 0}
	var widths, meaning strings.Builder
	scale := 1000 / float64(f.font.Upem())
	for i, g := range f.used {
		glyphs[i] = g.glyph
		codes = append(codes, byte(g.glyph>>8), byte(g.glyph))
		fmt.Fprintf(&widths, " %.0f", float64(f.font.HorizontalAdvance(g.glyph))*scale)
		if g.text != "" {
			fmt.Fprintf(&meaning, "1 beginbfchar <%04X> <%s> endbfchar\n", i+1, hexUTF16(g.text))
		}
	}
	file, err := subset(f.file, glyphs)
	if err != nil {
		return 0, err
	}
	name := "PARLEY+" + f.name
	program := d.stream(fmt.Sprintf("/Length1 %d", len(file)), file)
	toGlyph := d.stream("", codes)
	toText := d.stream("", []byte("/CIDInit /ProcSet findresource begin 12 dict begin begincmap\n"+
		"/CMapName /parley def /CMapType 2 def 1 begincodespacerange <0000> <FFFF> endcodespacerange\n"+
		meaning.String()+"endcmap end end"))
	descriptor := d.object("<</Type/FontDescriptor/FontName/%s/Flags 4/FontBBox[-1000 -500 2000 1500]/ItalicAngle 0/Ascent 1069/Descent -293/CapHeight 714/StemV 80/FontFile2 %d 0 R>>", name, program)
	descendant := d.object("<</Type/Font/Subtype/CIDFontType2/BaseFont/%s/CIDSystemInfo<</Registry(Adobe)/Ordering(Identity)/Supplement 0>>/CIDToGIDMap %d 0 R/FontDescriptor %d 0 R/W[1[%s]]>>",
		name, toGlyph, descriptor, widths.String())
	return d.object("<</Type/Font/Subtype/Type0/BaseFont/%s/Encoding/Identity-H/DescendantFonts[%d 0 R]/ToUnicode %d 0 R>>", name, descendant, toText), nil
}

func hexUTF16(s string) string {
	var b strings.Builder
	for _, unit := range utf16.Encode([]rune(s)) {
		fmt.Fprintf(&b, "%04X", unit)
	}
	return b.String()
}

// pdfText is a text string (ISO 32000-1, section 7.9.2.2).
func pdfText(s string) string { return "<FEFF" + hexUTF16(s) + ">" }
