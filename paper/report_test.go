package paper

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// A report in each language, of n rows.
func sampleReport(language string, n int) *Report {
	say := func(en, ar, he string) string { return map[string]string{"en": en, "ar": ar, "he": he}[language] }
	r := &Report{
		Language: language, Exercise: true,
		Title: say("Situation report", "تقرير الموقف", "דוח מצב"),
		Head:  []string{say("For the watch officers", "لضباط المناوبة", "לקצינים התורנים")},
		Parts: []Part{{
			Heading: say("Statements", "البيانات", "הצהרות"),
			Columns: []string{say("Format", "الصيغة", "תבנית"), say("From", "من", "מאת"), say("What is to be done", "المطلوب", "מה נדרש")},
		}, {
			Heading: say("Cases", "الحالات", "מקרים"),
			Lines:   []string{say("None is open.", "لا حالة مفتوحة.", "אין מקרה פתוח.")},
		}},
		Foot: []string{say("Made from the ledger alone.", "أُعدّ من السجل وحده.", "נערך מן היומן בלבד.")},
		Code: "ORCHARD 412 0a1b2c3d",
	}
	for i := range n {
		r.Parts[0].Rows = append(r.Parts[0].Rows, []string{fmt.Sprintf("J14/%d", i+1), "BIRCH", strings.Repeat(say("answer the notice ", "الرد على الإشعار ", "לענות להודעה "), 1+i%9)})
	}
	return r
}

func TestReport(t *testing.T) {
	fonts := testFonts(t)
	for _, language := range []string{"en", "ar", "he"} {
		r := sampleReport(language, 90)
		printed, err := RenderReport(r, fonts)
		if err != nil {
			t.Fatal(err)
		}
		again, err := RenderReport(r, fonts)
		if err != nil || !bytes.Equal(printed.PDF, again.PDF) {
			t.Errorf("%s: another time the same report gives other bytes (%v)", language, err)
		}
		if printed.Pages < 3 || len(printed.Missing) > 0 {
			t.Errorf("%s: %d pages, %q missing", language, printed.Pages, printed.Missing)
		}
		if dir := os.Getenv("PARLEY_PRINT"); dir != "" {
			if err := os.WriteFile(filepath.Join(dir, "report-"+language+".pdf"), printed.PDF, 0o600); err != nil {
				t.Fatal(err)
			}
		}
		text := copied(t, printed.PDF)
		for i := range 90 {
			if !strings.Contains(text, fmt.Sprintf("J14/%d", i+1)) {
				t.Errorf("%s: row %d is on no page", language, i+1)
			}
		}
		if n := strings.Count(text, r.Parts[0].Columns[1]); language == "en" && n < printed.Pages {
			t.Errorf("the table says %d times on %d pages what its columns are", n, printed.Pages)
		}
		if n := strings.Count(text, "EXERCISE"); n < printed.Pages {
			t.Errorf("%s: EXERCISE %d times on %d pages", language, n, printed.Pages)
		}
	}
}

func TestReportBounds(t *testing.T) {
	fonts := testFonts(t)
	for name, change := range map[string]func(*Report){
		"a row too short": func(r *Report) { r.Parts[0].Rows[1] = []string{"J14/1"} },
		"rows no columns": func(r *Report) { r.Parts[0].Columns = nil },
		"too many rows":   func(r *Report) { r.Parts[1].Lines = make([]string, maxRowsOfReport) },
		"too much text":   func(r *Report) { r.Head = []string{strings.Repeat("a", maxBytesOfReport)} },
	} {
		r := sampleReport("en", 3)
		change(r)
		if _, err := RenderReport(r, fonts); err == nil {
			t.Errorf("%s: printed", name)
		}
	}
	if _, err := RenderReport(&Report{Language: "ar"}, fonts); err != nil {
		t.Errorf("an empty report: %v", err)
	}
}

// In a browser and in a terminal stands what stands on paper, and nothing from
// outside is taken for a part of the page.
func TestReportElsewhere(t *testing.T) {
	for _, language := range []string{"en", "ar", "he"} {
		r := sampleReport(language, 12)
		r.Parts[1].Lines = append(r.Parts[1].Lines, "<script>alert(1)</script>")
		page, text := string(r.HTML()), r.Text()
		if strings.Contains(page, "<script>") {
			t.Errorf("%s: a script", language)
		}
		if want := map[string]string{"en": `dir="ltr"`, "ar": `dir="rtl"`, "he": `dir="rtl"`}[language]; !strings.Contains(page, want) || strings.Count(page, "EXERCISE") < 2 {
			t.Errorf("%s: not %s, or not marked", language, want)
		}
		for _, said := range []string{r.Title, r.Head[0], r.Parts[0].Rows[11][0], r.Parts[1].Lines[0], r.Foot[0]} {
			if !strings.Contains(page, said) || !strings.Contains(text, said) {
				t.Errorf("%s: %q is not said", language, said)
			}
		}
		for _, line := range strings.Split(strings.TrimSuffix(text, "\n"), "\n") {
			if language != "en" && line != "" && !strings.HasPrefix(line, "\u200f") {
				t.Errorf("%s: line %q begins at the left", language, line)
			}
		}
	}
}
