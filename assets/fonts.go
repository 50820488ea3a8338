// Package assets holds what other people made and a build embeds: the fonts of
// printed forms. They are not kept in git; make assets puts them here.
package assets

import (
	"embed"
	"fmt"
	"os"
	"path/filepath"
)

//go:embed all:fonts
var embedded embed.FS

// A Name says where one embedded font comes from.
type Name struct {
	Package string // of npm, under @fontsource
	Web     string // its file there, without .woff
	File    string // its file in the folder fonts
	Bold    bool
}

// Names lists the fonts that make assets unpacks, those of one weight in the
// order in which a character is looked for. The parts of Noto Sans are disjoint
// but for a few marks: Latin first, since it has the digits.
func Names() []Name {
	var names []Name
	for _, weight := range []string{"400", "700"} {
		for _, part := range []struct{ pack, name string }{
			{"noto-sans", "latin"}, {"noto-sans", "latin-ext"},
			{"noto-sans-arabic", "arabic"}, {"noto-sans-hebrew", "hebrew"},
			{"noto-sans", "greek"}, {"noto-sans", "cyrillic"},
			{"noto-sans-arabic", "math"},
		} {
			web := part.pack + "-" + part.name + "-" + weight + "-normal"
			names = append(names, Name{part.pack, web, web + ".ttf", weight == "700"})
		}
	}
	return names
}

// debian is where Debian's fonts-noto-core puts the same typeface.
const debian = "/usr/share/fonts/truetype/noto"

// Fonts returns the TrueType files that forms are printed in, regular and bold,
// each in the order in which a character is looked for: those embedded by the
// build or, where it had none, those of Debian's package fonts-noto-core. The
// error says what to do when there are neither.
func Fonts() (regular, bold [][]byte, err error) {
	regular, bold, err = unpacked()
	if err == nil {
		return regular, bold, nil
	}
	if regular, bold, err = installed(debian); err == nil {
		return regular, bold, nil
	}
	return nil, nil, fmt.Errorf("no fonts to print with: %w; run make assets and build again, or install Debian's fonts-noto-core", err)
}

// Embedded reports whether the build had the fonts of make assets.
func Embedded() bool {
	_, _, err := unpacked()
	return err == nil
}

func unpacked() (regular, bold [][]byte, err error) {
	for _, name := range Names() {
		file, err := embedded.ReadFile("fonts/" + name.File)
		if err != nil {
			return nil, nil, err
		}
		if name.Bold {
			bold = append(bold, file)
		} else {
			regular = append(regular, file)
		}
	}
	return regular, bold, nil
}

func installed(folder string) (regular, bold [][]byte, err error) {
	for _, font := range []struct{ regular, bold string }{
		{"NotoSans-Regular", "NotoSans-Bold"},
		{"NotoSansArabic-Regular", "NotoSansArabic-Bold"},
		{"NotoSansHebrew-Regular", "NotoSansHebrew-Bold"},
		{"NotoSansMath-Regular", "NotoSansMath-Regular"}, // there is no bold one
	} {
		for _, weight := range []struct {
			name string
			list *[][]byte
		}{{font.regular, &regular}, {font.bold, &bold}} {
			file, err := os.ReadFile(filepath.Join(folder, weight.name+".ttf"))
			if err != nil {
				return nil, nil, err
			}
			*weight.list = append(*weight.list, file)
		}
	}
	return regular, bold, nil
}
