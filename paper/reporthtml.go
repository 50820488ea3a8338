package paper

import (
	"bytes"
	_ "embed"
	"html/template"
	"strings"

	"parley/words"
)

//go:embed report.html
var reportPage string

var reportTemplate = template.Must(template.New("report").Parse(reportPage))

// HTML writes a report as one file for a browser, which needs nothing else: no
// script, no font and no picture. The same report gives the same bytes.
func (r *Report) HTML() []byte {
	dir := "ltr"
	if words.RightToLeft(r.Language) {
		dir = "rtl"
	}
	banner := ""
	if r.Exercise {
		said := words.M("paper.exercise").In(r.Language)
		banner = strings.Join([]string{said, "EXERCISE", said}, "  ·  ")
	}
	var b bytes.Buffer
	if err := reportTemplate.Execute(&b, struct {
		*Report
		Dir, Banner string
	}{r, dir, banner}); err != nil {
		panic(err) // texts alone: cannot fail
	}
	return b.Bytes()
}
