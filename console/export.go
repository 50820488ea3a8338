package console

import (
	"bytes"
	"cmp"
	"encoding/csv"
	"encoding/xml"
	"errors"
	"fmt"
	"html/template"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"parley/desk"
	"parley/rule"
)

// Every table of a page is to be had as a CSV file, of the rows that the page is made of
// and by the same template: the page's address with "csv=" and the table's id, or that of
// what it stands in. A link to it stands under each. So no table has a writer of its own,
// and none can say other things in its file than on screen, or to others.
//
// The file is UTF-8 with a byte order mark, as RFC 4180 has it. A cell is its text; a time
// its instant in UTC; words of a closed list have their code after them in brackets, as
// have the words of the heading. Where a page has more rows than it shows, by a limit or on
// pages to follow, the file has them all. What a spreadsheet would take for a formula it
// reads as text.
type export struct {
	table  string
	rows   [][]string
	header bool // it is among rows
}

const (
	csvQuery  = "csv"
	maxExport = 200_000 // rows of one file

	// What stands between these in a page that is made for a file is the code of the words
	// before it. They are private to us, and no text from outside has them here.
	codeBegins, codeEnds = "\uE000", "\uE001"
)

// coded puts a code after words, where a file is being made.
func (v *visit) coded(words, code string) string {
	if v.export == nil || code == "" || code == words {
		return words
	}
	return words + codeBegins + code + codeEnds
}

// most bounds what a page shows; a file has all.
func (v *visit) most(n int) int {
	if v.export != nil {
		return maxExport
	}
	return n
}

// A paged page has more rows at another address; empty: it has no more.
type paged interface{ next() string }

// exported serves a table of a screen as a file.
func (v *visit) exported(serve func(*visit) error) error {
	v.export = &export{table: v.r.URL.Query().Get(csvQuery)}
	for {
		v.followed = ""
		if err := serve(v); err != nil || v.written || !v.export.header { // or something else than a page was answered
			return err
		}
		if len(v.export.rows) > maxExport {
			v.export = nil
			return rule.Refuse(desk.BadRequest, "choose a narrower part of it", "a file has at most %d rows", maxExport)
		}
		if v.followed == "" {
			return v.writeCSV(v.export.table, v.export.rows)
		}
		u, err := url.Parse(v.followed)
		if err != nil {
			return err
		}
		again := *v.r
		again.URL = u
		v.r = &again
		if err := v.ctx.Err(); err != nil {
			return err
		}
	}
}

// take takes over the table's rows from a page.
func (e *export) take(page []byte) error {
	for _, t := range tablesIn(page) {
		if t.name != e.table {
			continue
		}
		rows, headings, err := readTable(page[t.begins:t.ends])
		if err != nil {
			return fmt.Errorf("read table %s: %w", t.name, err)
		}
		if e.header {
			rows = rows[headings:]
		}
		e.rows, e.header = append(e.rows, rows...), true
		return nil
	}
	if e.header {
		return nil // a page that follows has none
	}
	return rule.Refuse(desk.NotFound, "open the page, and take the file by the link under the table", "there is no table %q on this page now", clipped(e.table))
}

// writeCSV gives rows as a file, the headings first. name is what it is of.
func (v *visit) writeCSV(name string, rows [][]string) error {
	var text bytes.Buffer
	text.WriteString("\uFEFF")
	w := csv.NewWriter(&text)
	w.UseCRLF = true
	exercise := v.console.desk.Charter().Exercise
	for i, row := range rows {
		if exercise { // whoever gets the file alone must see it
			mark := "EXERCISE"
			if i == 0 {
				mark = v.say("console.csv.exercise")
			}
			row = append(slices.Clip(row), mark)
		}
		if err := w.Write(row); err != nil {
			return err
		}
	}
	w.Flush()
	name = v.console.desk.Party() + "-" + name + "-" + v.now.Format("20060102T150405Z") + ".csv"
	if exercise {
		name = "EXERCISE-" + name
	}
	v.w.Header().Set("Content-Type", "text/csv; charset=utf-8; header=present")
	v.w.Header().Set("Content-Disposition", `attachment; filename="`+name+`"`)
	text.WriteTo(v.w) //nolint:errcheck // the browser is gone, or has it
	return nil
}

// A tableAt is where a table stands in a page.
type tableAt struct {
	name         string
	begins, ends int
}

var (
	boxTag = regexp.MustCompile(`<(/?)(table|section|article|details|div|form|main)\b([^>]*)>`)
	idAttr = regexp.MustCompile(`\bid="([a-zA-Z0-9_-]+)"`)
)

// tablesIn finds the tables of a page that a template made: it has no ">" in attributes.
func tablesIn(page []byte) (all []tableAt) {
	var boxes []string // ids of what is open
	seen := map[string]int{}
	for _, at := range boxTag.FindAllSubmatchIndex(page, -1) {
		closing, tag := at[2] != at[3], string(page[at[4]:at[5]])
		if closing {
			if tag == "table" && len(all) > 0 {
				all[len(all)-1].ends = at[1]
			}
			boxes = boxes[:max(len(boxes)-1, 0)]
			continue
		}
		id := ""
		if found := idAttr.FindSubmatch(page[at[6]:at[7]]); found != nil {
			id = string(found[1])
		}
		boxes = append(boxes, id)
		if tag != "table" {
			continue
		}
		name := "table"
		for _, box := range boxes {
			if box != "" {
				name = box
			}
		}
		if seen[name]++; seen[name] > 1 {
			name = fmt.Sprintf("%s-%d", name, seen[name])
		}
		all = append(all, tableAt{name, at[0], len(page)})
	}
	return all
}

// linkTables puts under each table of a page the link to its file.
func (v *visit) linkTables(page []byte) []byte {
	if v.r.Method != http.MethodGet || !bytes.Contains(page, []byte("<table")) {
		return page
	}
	query := v.r.URL.Query()
	query.Del("note")
	var out bytes.Buffer
	rest := 0
	for _, t := range tablesIn(page) {
		query.Set(csvQuery, t.name)
		out.Write(page[rest:t.ends])
		fmt.Fprintf(&out, `<p class="csv"><a href="%s" download>%s</a></p>`, template.HTMLEscapeString(v.r.URL.Path+"?"+query.Encode()), template.HTMLEscapeString(v.say("console.csv")))
		rest = t.ends
	}
	out.Write(page[rest:])
	return out.Bytes()
}

// readTable reads a table of a page, and how many of its rows are headings.
func readTable(table []byte) (rows [][]string, headings int, err error) {
	d := xml.NewDecoder(bytes.NewReader(bytes.Map(legal, table)))
	d.Strict, d.AutoClose, d.Entity = false, xml.HTMLAutoClose, xml.HTMLEntity
	var cell *strings.Builder
	var row []string
	head, wide := false, 0 // more columns that the cell takes
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return rows, headings, nil
		}
		if err != nil {
			return nil, 0, err
		}
		switch x := token.(type) {
		case xml.StartElement:
			switch tag := x.Name.Local; {
			case tag == "thead":
				head = true
			case tag == "tr":
				row = nil
			case tag == "th" || tag == "td":
				cell = &strings.Builder{}
				wide, _ = strconv.Atoi(cmp.Or(attribute(x, "colspan"), "1")) //nolint:errcheck // our own
				wide = min(max(wide-1, 0), 100)
			case cell == nil:
			case tag == "time":
				if at, err := time.Parse(time.RFC3339, attribute(x, "datetime")); err == nil {
					cell.WriteString(" " + at.UTC().Format("2006-01-02T15:04:05Z") + " ")
					err := d.Skip()
					if err != nil {
						return nil, 0, err
					}
				}
			case tag == "kbd" || tag == "button" || tag == "select" || tag == "input" || attribute(x, "aria-hidden") == "true" || attribute(x, "data-csv") == "no":
				if err := d.Skip(); err != nil {
					return nil, 0, err
				}
			case tag == "br" || tag == "li" || tag == "div" || tag == "p":
				cell.WriteString(" · ")
			}
		case xml.EndElement:
			switch x.Name.Local {
			case "thead":
				head = false
			case "th", "td":
				if cell != nil {
					row, cell = append(row, cellText(cell.String())), nil
					row = append(row, make([]string, wide)...)
				}
			case "tr":
				rows = append(rows, row)
				if head {
					headings++
				}
			}
		case xml.CharData:
			if cell != nil {
				cell.Write(x)
			}
		}
	}
}

func attribute(e xml.StartElement, name string) string {
	for _, a := range e.Attr {
		if a.Name.Local == name {
			return a.Value
		}
	}
	return ""
}

// legal keeps what XML may have (XML 1.0, section 2.2).
func legal(r rune) rune {
	if r < ' ' && r != '\t' && r != '\n' && r != '\r' || r == 0xFFFE || r == 0xFFFF {
		return utf8.RuneError
	}
	return r
}

// cellText gives what a cell says: its words on one line, without what isolates them from
// each other on a screen, and codes in brackets.
func cellText(said string) string {
	text := strings.Map(func(r rune) rune {
		if r >= '\u2066' && r <= '\u2069' {
			return -1
		}
		return r
	}, said)
	text = strings.Join(strings.Fields(text), " ")
	text = strings.NewReplacer(codeBegins, " [", codeEnds, "]").Replace(text)
	text = strings.ReplaceAll(text, "· ·", "·")
	text = strings.Trim(text, " ·")
	if text == "—" {
		return ""
	}
	return harmless(text)
}

// harmless keeps a spreadsheet from taking text for a formula.
func harmless(s string) string {
	if first, _ := utf8.DecodeRuneInString(s); strings.ContainsRune("=+-@\t\r\n|%＝＋－＠", first) && s != "" {
		return "'" + s
	}
	return s
}
