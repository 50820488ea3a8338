package form

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"parley/charter"
	"parley/format"
	"parley/paper"
)

// orchard is what the exercise's charter says of time and place, as alder reads.
func orchard(t *testing.T) *format.Setting {
	t.Helper()
	c, err := charter.Template("quiet-orchard")
	if err != nil {
		t.Fatal(err)
	}
	return c.Setting("alder")
}

// example gives a format, whole, and the values of its example.
func example(t *testing.T, f *format.Format, s *format.Setting) (*format.Format, format.Values) {
	t.Helper()
	lookup := format.Catalogue().Lookup
	whole, err := f.Whole(lookup, f.Example[format.ContentField])
	if err != nil {
		t.Fatal(err)
	}
	values, err := f.Exemplar(lookup, s)
	if err != nil {
		t.Fatal(err)
	}
	return whole, values
}

// script writes the telephone script of a format's example.
func script(t *testing.T, id, lang string) string {
	t.Helper()
	f, ok := format.Catalogue().Newest(id)
	if !ok {
		t.Fatalf("no format %s", id)
	}
	whole, values := example(t, f, orchard(t))
	return paper.WriteTranscript(Filled(whole, orchard(t), lang, Head{Exercise: true}, values))
}

func read(text string, s *format.Setting) (*format.Format, []string, error) {
	transcript, err := paper.ParseTranscript(text)
	if err != nil {
		return nil, nil, err
	}
	return Read(transcript, s, Formats{format.Catalogue().Newest, format.Catalogue().Lookup})
}

// What is printed of a statement and keyed in again gives the very values that
// were signed: for each format of the catalogue, in each language.
func TestRoundTrip(t *testing.T) {
	for _, f := range format.Catalogue().All() {
		if len(f.Example) == 0 {
			continue // made by machines alone
		}
		for _, lang := range format.Languages() {
			t.Run(f.ID+" "+lang, func(t *testing.T) {
				s := orchard(t)
				whole, values := example(t, f, s)
				sheet := Filled(whole, s, lang, Head{Exercise: true}, values)
				if len(sheet.Lines) != len(whole.Fields) {
					t.Fatalf("the form has %d lines, the format %d fields", len(sheet.Lines), len(whole.Fields))
				}
				again, fields, err := read(paper.WriteTranscript(sheet), s)
				if err != nil {
					t.Fatal(err)
				}
				if again.ID != f.ID {
					t.Errorf("read as %s", again.Ref())
				}
				got, err := again.Parse(s, fields)
				if err != nil {
					t.Fatal(err)
				}
				for name, value := range values {
					if !reflect.DeepEqual(got[name], value) {
						t.Errorf("field %s: keyed in again it is %#v, and %#v was signed", name, got[name], value)
					}
				}
				if len(got) != len(values) {
					t.Errorf("%d fields came back, of %d", len(got), len(values))
				}
				if err := again.Check(format.Values(got), f.Precedence); err != nil {
					t.Error(err)
				}
			})
		}
	}
}

// A blank form has the same lines with the same numbers as a filled one, and
// keyed in as it is it says that nothing is filled in.
func TestBlank(t *testing.T) {
	for _, f := range format.Catalogue().All() {
		for _, lang := range format.Languages() {
			sheet := Blank(f, lang, Head{})
			if !sheet.Blank() || len(sheet.Lines) != len(f.Fields) {
				t.Errorf("%s %s: %d lines, blank %t", f.Ref(), lang, len(sheet.Lines), sheet.Blank())
			}
			for i, line := range sheet.Lines {
				if line.Number != i+1 || line.Label == "" {
					t.Errorf("%s %s: line %d is numbered %d and labelled %q", f.Ref(), lang, i+1, line.Number, line.Label)
				}
			}
		}
	}
}

// coded gives the rows of a script that carry a coded value, by number of row.
func coded(t *testing.T, id, text string) map[int]bool {
	t.Helper()
	f, _ := format.Catalogue().Newest(id)
	whole, _ := example(t, f, orchard(t))
	rows := map[int]bool{}
	for i, row := range strings.Split(text, "\n") {
		for n := range whole.Fields {
			if strings.HasPrefix(row, fmt.Sprintf("%d ", n+1)) && whole.Fields[n].Coded() {
				rows[i] = true
			}
		}
	}
	return rows
}

// Each single wrong digit and each pair of unequal neighbouring digits that
// change places, in every coded line and its check digits, is refused, and the
// line is named.
func TestSlips(t *testing.T) {
	const digits = "0123456789"
	for _, id := range []string{"J14", "J12", "J04"} {
		t.Run(id, func(t *testing.T) {
			s := orchard(t)
			text := script(t, id, "en")
			_, want, err := read(text, s)
			if err != nil {
				t.Fatal(err)
			}
			rows := strings.Split(text, "\n")
			slips := 0
			try := func(row int, slip string) {
				slips++
				changed := append([]string{}, rows...)
				changed[row] = slip
				_, fields, err := read(strings.Join(changed, "\n"), s)
				number, _, _ := strings.Cut(rows[row], " ")
				switch {
				case err == nil:
					t.Errorf("%q keyed in as %q went through; it says %q, was %q", rows[row], slip, fields, want)
				case !strings.Contains(err.Error(), "line "+number):
					t.Errorf("%q keyed in as %q: the line is not named: %v", rows[row], slip, err)
				}
			}
			for row := range coded(t, id, text) {
				line := rows[row]
				for i := strings.IndexByte(line, ' ') + 1; i < len(line); i++ {
					if !strings.Contains(digits, line[i:i+1]) {
						continue
					}
					for _, d := range digits {
						if string(d) != line[i:i+1] {
							try(row, line[:i]+string(d)+line[i+1:])
						}
					}
					if i+1 < len(line) && strings.Contains(digits, line[i+1:i+2]) && line[i] != line[i+1] {
						try(row, line[:i]+line[i+1:i+2]+line[i:i+1]+line[i+2:])
					}
				}
			}
			if slips < 50 {
				t.Errorf("only %d slips were tried", slips)
			}
		})
	}
}

// Two coded values that change places, each with its own check digits, are
// caught: the check digits are over the line's number too. So is a line that
// was left out, and a form of another format or of a live mechanism.
func TestMixedUp(t *testing.T) {
	s := orchard(t)
	text := script(t, "J14", "en")
	for _, test := range []struct{ name, from, to, says string }{
		{"people and vehicles change places", "", "", "line 6"},
		{"line left out", "\n7 1 #", "\n; 7 1 #", "lines were keyed in"},
		{"another format", "parley-form J14/1", "parley-form J15/1", "check digits"},
		{"a live form", "J14/1 EXERCISE", "J14/1", "check digits"},
		{"unknown line", "\n11 ", "\n19 ", "line 19"},
	} {
		t.Run(test.name, func(t *testing.T) {
			changed := strings.Replace(text, test.from, test.to, 1)
			if test.from == "" {
				changed = strings.NewReplacer("\n6 ", "\n7 ", "\n7 ", "\n6 ").Replace(text)
			}
			if changed == text {
				t.Fatalf("the script has no %q:\n%s", test.from, text)
			}
			if _, _, err := read(changed, s); err == nil || !strings.Contains(err.Error(), test.says) {
				t.Errorf("%v", err)
			}
		})
	}
}

// What an officer may key in otherwise than it is printed, and means the same.
func TestLiberties(t *testing.T) {
	s := orchard(t)
	text := script(t, "J14", "ar")
	_, want, err := read(text, s)
	if err != nil {
		t.Fatal(err)
	}
	f, _ := format.Catalogue().Newest("J14")
	values, err := f.Parse(s, want)
	if err != nil {
		t.Fatal(err)
	}
	eastern := strings.NewReplacer("0", "٠", "1", "١", "2", "٢", "3", "٣", "4", "٤", "5", "٥", "6", "٦", "7", "٧", "8", "٨", "9", "٩")
	rows := strings.Split(text, "\n")
	reversed := []string{}
	for i, row := range rows {
		switch {
		case strings.HasPrefix(row, ";"):
		case strings.HasPrefix(row, "parley-form"), strings.HasPrefix(row, "END"), row == "":
			reversed = append(reversed, row)
		case len(reversed) > 0:
			reversed = append(reversed[:1], append([]string{rows[i]}, reversed[1:]...)...)
		}
	}
	for _, test := range []struct{ name, text string }{
		{"Eastern Arabic digits", eastern.Replace(text)},
		{"lines in another order", strings.Join(reversed, "\n")},
		{"by the number of the choice", strings.NewReplacer("\n1 survey #", "\n1 7 #", "\n9 noise, low-flight #", "\n9 1, 7 #").Replace(text)},
		{"brackets, spaces and small letters", strings.NewReplacer("\n1 survey", "\n1) SURVEY", "\n2 ", "\n2.   ", "END", "end", "parley-form", "Parley-Form").Replace(text)},
		{"time as a date-time group", strings.Replace(text, "2026-11-27T07:00Z/2026-11-27T09:00Z", "270700ZNOV26/270900ZNOV26", 1)},
	} {
		t.Run(test.name, func(t *testing.T) {
			if test.text == text {
				t.Fatal("nothing was changed")
			}
			_, fields, err := read(test.text, s)
			if err != nil {
				t.Fatal(err)
			}
			got, err := f.Parse(s, fields)
			if err != nil {
				t.Fatal(err)
			}
			for name, value := range values {
				field, _ := f.Field(name)
				same := reflect.DeepEqual(got[name], value)
				if field.Type == format.Place || field.Type == format.Area { // which keep how they were spelt
					same = format.Compare(field, value.(string), got[name].(string))
				}
				if !same {
					t.Errorf("field %s: got %v, want %v", name, got[name], value)
				}
			}
		})
	}
}

// A form that was filled in by hand has no check digits: each line is keyed in
// twice. Once is not enough, and twice differently is asked about.
func TestByHand(t *testing.T) {
	s := orchard(t)
	head := strings.SplitAfterN(paper.WriteTranscript(Blank(mustFormat(t, "J14"), "he", Head{Exercise: true})), "\n", 4)[2]
	lines := []string{"1 survey", "2 DMM 00 33.600N 017 57.000W ±50m; valley", "4 2026-11-27T07:00Z/2026-11-27T09:00Z", "11 desk:line 2", "12.1 Survey flight.", "12.2 One craft."}
	once := strings.Join(lines, "\n") + "\n"
	f, fields, err := read(head+once+once+"END 6\n", s)
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"activity=survey", "place=DMM 00 33.600N 017 57.000W ±50m; valley", "window=2026-11-27T07:00Z/2026-11-27T09:00Z", "contact=desk:line 2", "description=Survey flight.\n\nOne craft."}
	if f.ID != "J14" || !reflect.DeepEqual(fields, want) {
		t.Errorf("read %q", fields)
	}
	slices.Reverse(lines)
	backwards := strings.Join(lines, "\n") + "\n"
	if _, fields, err := read(head+backwards+once+"END 6\n", s); err != nil || !reflect.DeepEqual(fields, want) {
		t.Errorf("keyed in from the end, it reads %q, %v", fields, err)
	}
	for _, test := range []struct{ name, text, rule string }{
		{"once", once + "END 6\n", paper.NotTwice},
		{"twice, with a wrong digit", once + strings.Replace(once, "07:00Z", "08:00Z", 1) + "END 6\n", paper.TwiceUnequal},
		{"a line less than the form says", once + once + "END 7\n", paper.CountWrong},
		{"no end", once + once, paper.NoEnd},
		{"second paragraph without the first", strings.Replace(once+once, "12.1 Survey flight.\n", "", 2) + "END 5\n", paper.PartMissing},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, _, err := read(head+test.text, s)
			var fault *paper.Fault
			if !errors.As(err, &fault) || fault.Rule != test.rule {
				t.Errorf("got %v, want %s", err, test.rule)
			}
		})
	}
	if _, _, err := read(strings.Replace(head, "EXERCISE ", "", 1)+once+once+"END 6\n", s); err == nil {
		t.Error("the mark EXERCISE was lost and nobody noticed")
	}
}

func mustFormat(t *testing.T, id string) *format.Format {
	t.Helper()
	f, ok := format.Catalogue().Newest(id)
	if !ok {
		t.Fatalf("no format %s", id)
	}
	return f
}

// Whoever leaves the mark out, or adds it, has other check digits in the first
// row, with every format: an exercise's form is never keyed in as a live one.
func TestMarkIsChecked(t *testing.T) {
	for _, f := range format.Catalogue().All() {
		if paper.HeadCheck(f.Ref(), true) == paper.HeadCheck(f.Ref(), false) {
			t.Errorf("%s has the same check digits live and in an exercise", f.Ref())
		}
	}
}
