package assets

import (
	"bytes"
	"testing"

	"github.com/go-text/typesetting/font"
)

// What forms are written with must be in the fonts, whichever are found: a sign
// or a digit that is missing would have to be spelled out on the page.
const needed = "0123456789٠١٢٣٤٥٦٧٨٩ abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ" +
	"!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~±°′″–—−‘’“”«»…·×•§¶" +
	"éèàçüöäßñøåčšžłőž€" +
	"ءآأؤإئابةتثجحخدذرزسشصضطظعغفقكلمنهوىيپچژگکی،؛؟٪٫٬ـًٌٍَُِّْ" +
	"אבגדהוזחטיךכלםמןנסעףפץצקרשת־׳״₪ְִֵֶַָֹּ"

func TestFonts(t *testing.T) {
	for _, source := range []struct {
		name string
		get  func() ([][]byte, [][]byte, error)
	}{
		{"embedded", unpacked},
		{"of Debian", func() ([][]byte, [][]byte, error) { return installed(debian) }},
	} {
		t.Run(source.name, func(t *testing.T) {
			regular, bold, err := source.get()
			if err != nil {
				t.Skipf("not here: %v", err)
			}
			for weight, files := range map[string][][]byte{"regular": regular, "bold": bold} {
				var faces []*font.Face
				for _, file := range files {
					face, err := font.ParseTTF(bytes.NewReader(file))
					if err != nil {
						t.Fatal(err)
					}
					faces = append(faces, face)
				}
				for _, r := range needed {
					found := false
					for _, face := range faces {
						_, ok := face.NominalGlyph(r)
						found = found || ok
					}
					if !found {
						t.Errorf("%s: no font has %q (%U)", weight, r, r)
					}
				}
			}
		})
	}
	if _, _, err := installed(t.TempDir()); err == nil {
		t.Error("fonts are found in an empty folder")
	}
}
