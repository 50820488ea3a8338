// Package qr draws a text as a QR code (ISO/IEC 18004), for a screen, a page or a
// terminal, so that another machine can read it without any line between them.
//
// The code itself is made by a library; this package knows sizes and colours alone.
package qr

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"strings"

	"github.com/boombuler/barcode/qr"
)

// quiet is how many light modules stand around a code: readers need them.
const quiet = 4

// A Code is a text as dark and light modules.
type Code struct {
	size int // modules a side, with the quiet zone
	dark []bool
}

// New makes the code of a text of at most 1,900 bytes or so, with enough redundancy for
// a camera that sees seven of a hundred modules wrong.
func New(text string) (*Code, error) {
	drawn, err := qr.Encode(text, qr.L, qr.Unicode)
	if err != nil {
		return nil, fmt.Errorf("make QR code of %d bytes: %w", len(text), err)
	}
	n := drawn.Bounds().Dx()
	c := &Code{size: n + 2*quiet}
	c.dark = make([]bool, c.size*c.size)
	for y := range n {
		for x := range n {
			r, _, _, _ := drawn.At(x, y).RGBA()
			c.dark[(y+quiet)*c.size+x+quiet] = r < 0x8000
		}
	}
	return c, nil
}

// Size is how many modules a side has, with the quiet zone.
func (c *Code) Size() int { return c.size }

func (c *Code) at(x, y int) bool { return y < c.size && c.dark[y*c.size+x] }

// Terminal draws two rows of modules a line, black on white whatever the terminal's
// own colours are.
func (c *Code) Terminal() string {
	var b strings.Builder
	for y := 0; y < c.size; y += 2 {
		b.WriteString("\x1b[30;107m")
		for x := range c.size {
			switch upper, lower := c.at(x, y), c.at(x, y+1); {
			case upper && lower:
				b.WriteString("█")
			case upper:
				b.WriteString("▀")
			case lower:
				b.WriteString("▄")
			default:
				b.WriteByte(' ')
			}
		}
		b.WriteString("\x1b[0m\n")
	}
	return b.String()
}

// Image draws each module as a square of scale pixels.
func (c *Code) Image(scale int) image.Image {
	drawn := image.NewPaletted(image.Rect(0, 0, c.size*scale, c.size*scale), color.Palette{color.White, color.Black})
	for y := range c.size * scale {
		for x := range c.size * scale {
			if c.at(x/scale, y/scale) {
				drawn.SetColorIndex(x, y, 1)
			}
		}
	}
	return drawn
}

// PNG is the code as a PNG file.
func (c *Code) PNG() ([]byte, error) {
	var b bytes.Buffer
	err := png.Encode(&b, c.Image(8))
	return b.Bytes(), err
}

// SVG is the code as an SVG file.
func (c *Code) SVG() []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" shape-rendering="crispEdges"><rect width="%d" height="%d" fill="#fff"/><path d="`, c.size, c.size, c.size, c.size)
	for y := range c.size {
		for x := range c.size {
			if c.at(x, y) {
				fmt.Fprintf(&b, "M%d %dh1v1h-1z", x, y)
			}
		}
	}
	b.WriteString("\" fill=\"#000\"/></svg>\n")
	return b.Bytes()
}
