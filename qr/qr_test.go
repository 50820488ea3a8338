package qr

import (
	"bytes"
	"image"
	"image/png"
	"strings"
	"testing"

	"github.com/makiuchi-d/gozxing"
	"github.com/makiuchi-d/gozxing/qrcode"
)

// Another library reads what this one draws, in each form.
func TestRead(t *testing.T) {
	text := "orchard.example/log\n23\n" + strings.Repeat("A", 43) + "=\n\n" + strings.Repeat("— orchard.example/log "+strings.Repeat("b", 92)+"\n", 4)
	c, err := New(text)
	if err != nil {
		t.Fatal(err)
	}
	file, err := c.PNG()
	if err != nil {
		t.Fatal(err)
	}
	drawn, err := png.Decode(bytes.NewReader(file))
	if err != nil {
		t.Fatal(err)
	}
	if got := read(t, drawn); got != text {
		t.Errorf("the PNG is read as %q", got)
	}
	lines := strings.Split(strings.TrimSuffix(c.Terminal(), "\n"), "\n")
	if want := (c.Size() + 1) / 2; len(lines) != want {
		t.Errorf("%d lines in the terminal, want %d", len(lines), want)
	}
	again := &Code{size: c.size, dark: make([]bool, c.size*c.size)}
	for y, line := range lines {
		line = strings.TrimSuffix(strings.TrimPrefix(line, "\x1b[30;107m"), "\x1b[0m")
		for x, r := range []rune(line) {
			again.dark[2*y*c.size+x] = r == '█' || r == '▀'
			if 2*y+1 < c.size {
				again.dark[(2*y+1)*c.size+x] = r == '█' || r == '▄'
			}
		}
	}
	if got := read(t, again.Image(4)); got != text {
		t.Errorf("the terminal's is read as %q", got)
	}
	if svg := string(c.SVG()); strings.Count(svg, "h1v1h-1z") != strings.Count(string(c.SVG()), "M") || !strings.HasPrefix(svg, "<svg ") {
		t.Error("the SVG does not draw each module once")
	}
	if _, err := New(strings.Repeat("x", 4000)); err == nil {
		t.Error("a text that is too long was drawn")
	}
}

func read(t *testing.T, drawn image.Image) string {
	t.Helper()
	bitmap, err := gozxing.NewBinaryBitmapFromImage(drawn)
	if err != nil {
		t.Fatal(err)
	}
	result, err := qrcode.NewQRCodeReader().Decode(bitmap, nil)
	if err != nil {
		t.Fatal(err)
	}
	return result.GetText()
}
