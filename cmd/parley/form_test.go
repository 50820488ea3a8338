package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"parley/assets"
	"parley/desk"
	"parley/format"
	"parley/paper"
)

var flight = []string{"activity=survey", "place=DMM 00 33.600N 017 57.000W ±50m; valley, north end", "window=2026-12-27T07:00Z/2026-12-27T09:00Z",
	"contact=desk:line 2", "people=3", "effects=noise, low-flight", "description=Survey flight.\n\nOne small aircraft, white."}

func with(args []string, more ...string) []string {
	return append(append([]string{}, args...), more...)
}

// Forms are printed blank and filled in each language, as PDF and as a script.
func TestForm(t *testing.T) {
	t.Chdir(t.TempDir())
	_, _, noFonts := assets.Fonts()
	for _, lang := range format.Languages() {
		for name, fields := range map[string][]string{"blank": nil, "filled": flight} {
			t.Run(lang+" "+name, func(t *testing.T) {
				f, _ := format.Catalogue().Newest("J14")
				args := with([]string{"form", "-lang", lang, "J14"}, fields...)
				script := printed(t, with(args, "-text")...)
				if !strings.Contains(script, f.Names.In(lang)) || !strings.Contains(script, "\nparley-form J14/1 #") {
					t.Errorf("the script:\n%s", script)
				}
				if _, err := paper.ParseTranscript(script); (err != nil) != (fields == nil) { // a blank one says nothing
					t.Errorf("read again: %v", err)
				}
				if noFonts != nil {
					t.Skip(noFonts)
				}
				if out := printed(t, with(args, "-o", "-")...); !strings.HasPrefix(out, "%PDF") {
					t.Errorf("standard output begins with %.20q", out)
				}
				for file, args := range map[string][]string{"J14-1." + lang + ".pdf": args, name + ".pdf": with(args, "-o", name+".pdf")} {
					if out := printed(t, args...); out != file+"\n" {
						t.Errorf("printed %q, want the file's name %s", out, file)
					}
					if text, err := os.ReadFile(file); err != nil || !strings.HasPrefix(string(text), "%PDF") {
						t.Errorf("%s begins with %.20q, %v", file, text, err)
					}
				}
			})
		}
	}
	if text := printed(t, "form", "-text", "-exercise", "J14"); !strings.Contains(text, "parley-form J14/1 EXERCISE #") {
		t.Errorf("not marked:\n%s", text)
	}
	if text := printed(t, "form", "-text", "-blank", "J14", "-o", "script.txt"); text != "script.txt\n" {
		t.Errorf("printed %q", text)
	}
}

func TestFormMistakes(t *testing.T) {
	t.Setenv("PARLEY_DESK", "")
	for _, row := range []struct {
		name   string
		args   []string
		status int
		want   string
	}{
		{"nothing", nil, 2, "form needs a format, or a desk and a statement"},
		{"unknown format", []string{"J99"}, 2, "there is no format \"J99\"\nparley: hint: `parley format ls` lists them; a statement needs its desk, -desk DIR"},
		{"unknown language", []string{"-lang", "fr", "J14"}, 2, "language \"fr\" is not spoken here"},
		{"blank with fields", []string{"-blank", "J14", "activity=survey"}, 2, "a blank form takes no fields"},
		{"bad field in Arabic", with([]string{"-lang", "ar", "-text", "J14"}, with(flight, "altitude=high")...), 1, "الحقل الارتفاع (\u2066altitude\u2069): كُتب «\u2068high\u2069»"},
		{"missing fields in Hebrew", []string{"-lang", "he", "-text", "J14", "activity=survey"}, 1, "לא נכתב דבר"},
		{"no field", []string{"-text", "J14", "survey"}, 1, "field=value"},
		{"ambiguous", with([]string{"-text", "J14"}, with(flight[2:], "activity=survey", "place=00 33.600N 017 57.000W ±50m")...), 1, "write DMM 00 33.600N 017 57.000W"},
		{"into no folder", []string{"-text", "J14", "-o", filepath.Join("nowhere", "form.txt")}, 2, "name another file with -o"},
		{"no desk there", []string{"-desk", "nowhere", "J14"}, 2, "no desk is running on this folder"},
		{"borrowed from what is none", []string{"-text", "J04", "action=replace", "why=error", "content=J99/1"}, 1, "J99/1"},
	} {
		t.Run(row.name, func(t *testing.T) {
			status, stdout, stderr := parley(t, with([]string{"form"}, row.args...)...)
			if status != row.status || !strings.Contains(stderr, row.want) || stdout != "" {
				t.Errorf("status %d, want %d; stdout %q; stderr\n%s\nwant\n%s", status, row.status, stdout, stderr, row.want)
			}
			for line := range strings.Lines(stderr) {
				if !strings.HasPrefix(line, "parley: ") {
					t.Errorf("stderr has the line %q", line)
				}
			}
		})
	}
}

// detail gives what a desk shows of a statement, for programs.
func (o *office) detail(party, id string) desk.Detail {
	o.t.Helper()
	var detail desk.Detail
	o.must(json.Unmarshal([]byte(printed(o.t, "show", "-desk", o.desk(party), "-json", id)), &detail))
	return detail
}

// What is printed as a form, and keyed in from it, is signed as if it had been
// typed; a slip is refused and the line is named.
func TestFromPaper(t *testing.T) {
	o := newOffice(t)
	typed := o.detail("alder", o.sent(o.as("alder/watch/amal", "send", with([]string{"J14"}, flight...)...)...))
	script := printed(t, with([]string{"form", "-desk", o.desk("alder"), "-text", "-lang", "ar", "J14"}, flight...)...)
	send := func(text string) []string {
		return o.as("alder/watch/amal", "send", "-from-paper", o.write("keyed.txt", text))
	}
	same := func(detail desk.Detail) bool { return reflect.DeepEqual(detail.Fields, typed.Fields) }
	if detail := o.detail("alder", o.sent(send(script)...)); !same(detail) || detail.Format != "J14/1" {
		t.Errorf("keyed in, it says\n%v\ntyped\n%v", detail.Fields, typed.Fields)
	}
	again := printed(t, "form", "-desk", o.desk("alder"), "-text", typed.ID) // of the signed statement
	if detail := o.detail("alder", o.sent(send(again)...)); !same(detail) {
		t.Errorf("printed of the statement and keyed in, it says\n%v\ntyped\n%v", detail.Fields, typed.Fields)
	}
	byHand := "\n1: survey\n2: DMM 00 33.600N 017 57.000W ±50m; valley, north end\n4: 2026-12-27T07:00Z/2026-12-27T09:00Z\n6: 3\n9: 1, 7\n11: desk:line 2\n12.1: Survey flight.\n12.2: One small aircraft, white.\n"
	head := strings.Split(printed(t, "form", "-text", "-exercise", "J14", "-lang", "he"), "\n")[2]
	if detail := o.detail("alder", o.sent(send(head+byHand+byHand+"END 8\n")...)); !same(detail) {
		t.Errorf("filled in by hand, it says\n%v\ntyped\n%v", detail.Fields, typed.Fields)
	}
	eastern := strings.NewReplacer("0", "٠", "1", "١", "2", "٢", "3", "٣", "4", "٤", "5", "٥", "6", "٦", "7", "٧", "8", "٨", "9", "٩").Replace(script)
	if detail := o.detail("alder", o.sent(send(eastern)...)); len(detail.Fields) != len(typed.Fields) || !strings.Contains(detail.Text, "from 2026-12-27T07:00Z to 2026-12-27T09:00Z") || !strings.Contains(detail.Text, "DMM 00 33.600N 017 57.000W \"valley, north end\", ±50 m\n") {
		t.Errorf("keyed in with Eastern Arabic digits, it says\n%s", detail.Text)
	}
	for _, row := range []struct {
		name, text string
		want       []string
	}{
		{"one wrong digit", strings.Replace(script, "33.600N", "33.900N", 1), []string{"parley: line 2", "ask for line 2 again"}},
		{"two swapped digits", strings.Replace(script, "12-27T07", "12-27T70", 1), []string{"parley: line 4"}},
		{"two lines wrong", strings.NewReplacer("33.600N", "33.060N", "12-27T07:00Z/", "12-27T08:00Z/").Replace(script), []string{"parley: line 2", "parley: line 4"}},
		{"by hand, once", head + byHand + "END 8\n", []string{"line 1", "line 12.2", "a second time"}},
		{"by hand, not the same", head + byHand + strings.Replace(byHand, "6: 3", "6: 5", 1) + "END 8\n", []string{"line 6"}},
		{"a live form", printed(t, with([]string{"form", "-text", "J14"}, flight...)...), []string{"exercise and live traffic never mix"}},
		{"no form", "Dear colleagues,\n", []string{"a form begins with its first line"}},
		{"empty", "", []string{"a form begins with its first line"}},
		{"too long", strings.Repeat("x", maxPaper+1), []string{"that is no form"}},
	} {
		t.Run(row.name, func(t *testing.T) {
			status, stdout, stderr := parley(t, send(row.text)...)
			if status == 0 || stdout != "" {
				t.Errorf("status %d, printed %q", status, stdout)
			}
			for _, want := range row.want {
				if !strings.Contains(stderr, want) {
					t.Errorf("no %q in\n%s", want, stderr)
				}
			}
			for line := range strings.Lines(stderr) {
				if !strings.HasPrefix(line, "parley: ") {
					t.Errorf("stderr has the line %q", line)
				}
			}
		})
	}
}
