package paper

import (
	"strings"
	"testing"
)

func TestIsolateLatin(t *testing.T) {
	for in, want := range map[string]string{
		"من 0 m إلى 120 m فوق":                       "من ‹0 m› إلى ‹120 m› فوق",
		"في 2026-11-27T07:00Z، ثم":                   "في ‹2026-11-27T07:00Z›، ثم",
		"(28 نوفمبر، 07:00Z)":                        "(‹28› نوفمبر، ‹07:00Z›)",
		"الصيغة: DMM 00 33.600N ±50m.":               "الصيغة: ‹DMM 00 33.600N ±50m›.",
		"عند 00°33.600′N 017°57.000′W ±50 m، الوادي": "عند ‹00°33.600′N 017°57.000′W ±50 m›، الوادي",
		"tel:, radio: או desk:":                      "‹tel:›, ‹radio:› או ‹desk:›",
		"בסך 5, 6 או 7. 8 אנשים":                     "בסך ‹5›, ‹6› או ‹7›. ‹8› אנשים",
		"مثل DMM 00 33.6N ±50m; valley, north end.":  "مثل ‹DMM 00 33.6N ±50m; valley, north end›.",
		"-17.95":        "‹-17.95›",
		"مركبة – مركبة": "مركبة – مركبة",
		"20%":           "‹20%›",
		"":              "",
	} {
		got := strings.NewReplacer("\u2066", "‹", "\u2069", "›").Replace(string(isolateLatin([]rune(in))))
		if got != want {
			t.Errorf("%q is %q, want %q", in, got, want)
		}
	}
}
