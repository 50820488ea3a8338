package screening

import (
	"strings"
	"testing"
)

// A name that is not compared whole is never said to be like nothing.
func TestWhole(t *testing.T) {
	for name, want := range map[string]bool{
		"Samir al-Dulbani": true, "Sa'd Øſtergård-ʿAlī, Co. 7": true, "סמיר ג'ורג'": true, "سـمير الدلباني": true, "Ｓａｍｉｒ": true, "Éric Şahin Đorđe": true, "Samir\u200bDulbani": true,
		"Sаmir al-Dulbаni": false, "Самир Дульбани": false, "扎尔昆": false, "Zarqun 扎尔昆": false, "Ζαρκουν": false, "سمیر ٹیپو": false,
		"\u202einabluD-la rimaS": false, "\u200b": false, "": false,
		strings.Repeat("Karim ", 12) + "Samir Dulbani": false, strings.Repeat("x", maxNameRunes+1): false,
	} {
		if got := Whole(name); got != want {
			t.Errorf("%q is compared whole: %v", name, got)
		}
	}
	w := newTestWorld(1, 3000)
	for _, q := range w.variants(500) {
		if !Whole(q.name) {
			t.Errorf("%q is an ordinary writing", q.name)
		}
	}
}
