package console

import (
	"slices"
	"strings"
	"testing"
)

func TestReadTable(t *testing.T) {
	const page = `<main><section id="a"><p>x</p></section><section id="tasks" data-live><table class="rows"><thead><tr><th scope="col">Left</th><th>Precedence` + codeBegins + `precedence` + codeEnds + `</th><th></th></tr></thead>
<tbody id="r"><tr id="t1"><td><time class="due" datetime="2026-11-25T06:00:00+02:00">late 1:00</time></td><td><span class="prec">FLASH</span> <kbd>f</kbd></td><td>=HYPERLINK(&#34;http://evil&#34;)</td></tr>
<tr><td>—</td><td>@sum<br>two <b>three</b></td><td><bdi dir="auto">` + "\u2068\u0645\u2069 \x01" + `</bdi> <select><option>no</option></select><input checked><span aria-hidden="true">●</span> end</td></tr></tbody></table></section>
<div><table id="own"><tbody><tr><td>+963 11</td></tr></tbody></table></div><table><tr><td>&nbsp;-1</td></tr></table></main>`
	var names []string
	tables := map[string][][]string{}
	for _, at := range tablesIn([]byte(page)) {
		names = append(names, at.name)
		rows, headings, err := readTable([]byte(page)[at.begins:at.ends])
		if err != nil || (headings == 1) != (at.name == "tasks") {
			t.Fatalf("table %s: %d headings, %v", at.name, headings, err)
		}
		tables[at.name] = rows
	}
	if want := []string{"tasks", "own", "table"}; !slices.Equal(names, want) {
		t.Errorf("tables %q, want %q", names, want)
	}
	for name, want := range map[string][][]string{
		"tasks": {{"Left", "Precedence [precedence]", ""}, {"2026-11-25T04:00:00Z", "FLASH", `'=HYPERLINK("http://evil")`}, {"", "'@sum · two three", "\u0645 \uFFFD end"}},
		"own":   {{"'+963 11"}},
		"table": {{"'-1"}},
	} {
		if !slices.EqualFunc(tables[name], want, slices.Equal) {
			t.Errorf("table %s: %q, want %q", name, tables[name], want)
		}
	}
}

// What a file says can neither be taken for a formula nor end its cell.
func FuzzCellText(f *testing.F) {
	for _, s := range []string{"", "=1", "\t=1", "\u2068=1\u2069", " - +", "· =x", codeBegins + "=", "\r\n@x", "＝1"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, said string) {
		text := cellText(said)
		if text != "" && strings.ContainsAny(text[:1], "=+-@\t\r\n") || strings.ContainsAny(text, "\r\n\t") {
			t.Errorf("%q is written as %q", said, text)
		}
	})
}
