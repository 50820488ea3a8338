package paper

import (
	"errors"
	"strings"
	"testing"
)

var languages = []string{"en", "ar", "he"}

func TestTranscriptRoundTrip(t *testing.T) {
	for _, language := range languages {
		s := sample(language)
		read, err := ParseTranscript(WriteTranscript(s))
		if err != nil {
			t.Fatal(err)
		}
		entries := s.Entries()
		if read.Format != s.Format || read.Exercise != s.Exercise || len(read.Entries) != len(entries) {
			t.Errorf("%s: read %q, %v, %d entries", language, read.Format, read.Exercise, len(read.Entries))
		}
		for i, k := range read.Entries {
			if k.At != entries[i].At || k.Typed != entries[i].Value {
				t.Errorf("%s: read %v %q, want %v %q", language, k.At, k.Typed, entries[i].At, entries[i].Value)
			}
			if err := k.Verify(entries[i].Kind, entries[i].Value); err != nil {
				t.Error(err)
			}
		}
		if err := read.Verify(entries); err != nil {
			t.Error(err)
		}
	}
}

// One wrong digit, or two in each other's place, in any row of the script.
func TestTranscriptSlips(t *testing.T) {
	s := sample("en")
	rows := strings.Split(strings.TrimSpace(WriteTranscript(s)), "\n")
	judge := func(text string) error {
		read, err := ParseTranscript(text)
		if err != nil {
			return err
		}
		entries := make([]Entry, len(read.Entries))
		for i, k := range read.Entries {
			kind := Coded
			if k.At.Line == 8 {
				kind = Text
			}
			entries[i] = Entry{k.At, kind, k.Typed}
			if err := k.Verify(kind, k.Typed); err != nil {
				return err
			}
		}
		return read.Verify(entries)
	}
	if err := judge(strings.Join(rows, "\n")); err != nil {
		t.Fatal(err)
	}
	slips := 0
	try := func(i int, row string) {
		if row == rows[i] {
			return
		}
		slips++
		changed := append([]string{}, rows...)
		changed[i] = row
		if err := judge(strings.Join(changed, "\n")); err == nil {
			t.Errorf("not caught: %q for %q", row, rows[i])
		}
	}
	for i, row := range rows {
		if row[0] == ';' || row == "7" {
			continue
		}
		for j := range len(row) {
			if !digit(row[j]) {
				continue
			}
			for d := byte('0'); d <= '9'; d++ {
				try(i, row[:j]+string(d)+row[j+1:])
			}
			if j+1 < len(row) && digit(row[j+1]) {
				try(i, row[:j]+string(row[j+1])+string(row[j])+row[j+2:])
			}
		}
		for j := i + 1; j < len(rows); j++ { // a lost row
			if i > 1 && row != "" && !strings.HasPrefix(row, endWord) {
				lost := append(append([]string{}, rows[:i]...), rows[i+1:]...)
				if judge(strings.Join(lost, "\n")) == nil {
					t.Errorf("not caught: %q is lost", row)
				}
				break
			}
		}
	}
	t.Logf("%d slips of digits, all caught", slips)
}

func TestParseTranscript(t *testing.T) {
	head := "parley-form J14/1 #" + HeadCheck("J14/1", false) + "\n"
	for _, test := range []struct {
		name, text string
		want       string // the entries, or part of the error
	}{
		{"by number", head + "1 2 #14\nEND 1 #50", "1=2#14"},
		{"free form", "\ufeff PARLEY-FORM j14/1 # " + HeadCheck("J14/1", false) + "\r\n\r\n 1:  survey   flight #1 4\r\n; note\r\n2) x #10\r\nend 2 # 5 0 \r\n", "1=survey flight#14 2=x#10"},
		{"Eastern Arabic digits", head + "\u2067١٢: ٣٫٥ كم #٤١\u2069\n۸٫۲ ب #۱۰\n٨٫١ ا #١٠\nEND ٣ #٥٠", "12=٣٫٥ كم#41 8.2=ب#10 8.1=ا#10"},
		{"twice", head + "1 survey\n3 x y\n3 x  y\n1 survey\nEND 2", "1=survey 3=x y"},
		{"twice, once with a check", head + "1 survey\n1 survey #14\nEND 1 #50", "1=survey#14"},
		{"again with a check", head + "1 survey #14\n1.1 survey #14\nEND 1 #50", "1=survey#14"},
		{"empty lines", head + "1\n2\n3 x #10\nEND 1 #50", "3=x#10"},
		{"number sign in the value", head + "1 room #7 #14\n2 room #7\n2 room #7\nEND 2 #50", "1=room #7#14 2=room #7"},

		{"nothing", "", "begins with its first line"},
		{"no first line", "1 survey #14\nEND 1 #50", "row 1: read \"1 survey #14\"; a form begins"},
		{"other format", strings.Replace(head, "J14", "J15", 1) + "END 0 #50", "row 1: read \"J15/1\" with check digits"},
		{"no check of the first line", "parley-form J14/1\nEND 0 #50", "belong to another form"},
		{"live form of an exercise", strings.Replace(head, " #", " EXERCISE #", 1) + "END 0 #50", "belong to another form"},
		{"no number", head + "survey #14\nEND 1 #50", "row 2: read \"survey #14\"; a row is NUMBER VALUE"},
		{"no space", head + "12:30 #14\nEND 1 #50", "a row is NUMBER VALUE"},
		{"line nought", head + "0 x #14\nEND 1 #50", "a row is NUMBER VALUE"},
		{"no value", head + "4 #14\nEND 1 #50", "line 4 (row 2): check digits 14 and no value; ask for line 4 again"},
		{"once", head + "4 survey\nEND 1", "line 4 (row 2): read \"survey\" without check digits; key line 4 in a second time"},
		{"one digit of two", head + "4 survey #1\nEND 1", "without check digits"},
		{"twice and differently", head + "4 survey\n4 surveys\nEND 1", "line 4 (row 3): read \"surveys\", and before \"survey\""},
		{"two checks", head + "4 survey #14\n4 survey #15\nEND 1 #50", "\"survey #15\", and before \"survey #14\""},
		{"part missing", head + "4.1 a #14\n4.3 c #15\nEND 2 #50", "line 4.3 (row 3): line 4.2 is missing before it"},
		{"no end", head + "4 a #14\n", "the last line is missing"},
		{"end without a check", head + "4 a #14\nEND 1", "the last line is missing"},
		{"lines lost", head + "4 a #14\nEND 2 #50", "1 lines were keyed in, and the last line says \"2\""},
		{"two forms", head + "4 a #14\nEND 1 #50\n" + head, "row 4: read \"parley-form J14/1 #"},
		{"long", strings.Repeat("x", maxBytes+1), "more than a form holds"},
		{"many rows", strings.Repeat("\n", maxRows+1), "more than a form holds"},
	} {
		t.Run(test.name, func(t *testing.T) {
			read, err := ParseTranscript(test.text)
			var got []string
			for _, k := range read.Entries {
				entry := k.At.String() + "=" + k.Typed
				if k.Check != "" {
					entry += "#" + k.Check
				}
				got = append(got, entry)
			}
			if err == nil && strings.Join(got, " ") != test.want {
				t.Errorf("read %q, want %q", strings.Join(got, " "), test.want)
			}
			if err != nil && !strings.Contains(err.Error(), test.want) {
				t.Errorf("refused with %q, want %q", err, test.want)
			}
		})
	}
}

// Everything wrong is said at once, so that one call over the telephone is enough.
func TestFaultsTogether(t *testing.T) {
	_, err := ParseTranscript("parley-form J14/1 #" + HeadCheck("J14/1", false) + "\n1 a\n2 #10\nEND 7 #50")
	var faults Faults
	if !errors.As(err, &faults) || len(faults) != 3 {
		t.Fatalf("%v, want 3 faults", err)
	}
	var one *Fault
	if !errors.As(err, &one) || one.Rule != NoValue || one.At.Line != 2 || one.Row != 3 {
		t.Errorf("first fault %+v, want no value in line 2", one)
	}
}

func TestVerify(t *testing.T) {
	err := Verify(Number{Line: 3}, Coded, "2026-11-27T07:00Z", "10")
	if err == nil || !strings.Contains(err.Error(), "line 3: read \"2026-11-27T07:00Z\", whose check digits are ") || !strings.Contains(err.Error(), "not 10; ask for line 3 again") {
		t.Errorf("refused with %v", err)
	}
	if err := Verify(Number{Line: 3}, Coded, "2026-11-27T07:00Z", Check(Number{Line: 3}, Coded, "2026-11-27T07:00Z")); err != nil {
		t.Error(err)
	}
}

func TestChoose(t *testing.T) {
	choices := sample("en").Lines[0].Choices
	for typed, want := range map[string]string{"2": "live-fire", "٢": "live-fire", "LIVE-FIRE": "live-fire", " Survey ": "survey"} {
		if code, err := Choose(choices, typed); err != nil || code != want {
			t.Errorf("Choose(%q) = %q, %v, want %q", typed, code, err, want)
		}
	}
	if _, err := Choose(choices, "7"); err == nil || !strings.Contains(err.Error(), `"7" is none of the choices 1 survey, 2 live-fire`) {
		t.Errorf("refused with %v", err)
	}
	if code, err := Choose([]Choice{{1, "1", "confirmed"}, {2, "2", "probable"}}, "2"); err != nil || code != "2" {
		t.Errorf("grade: %q, %v", code, err)
	}
	if _, err := Choose([]Choice{{1, "2", "a"}, {2, "1", "b"}}, "2"); err == nil {
		t.Error("a number that is another's code is taken")
	}
}

// What is read from any text is written in one form, which reads the same.
func FuzzParseTranscript(f *testing.F) {
	f.Add(WriteTranscript(sample("ar")))
	f.Add("parley-form J14/1 #44\n1: a\n1: a\nEND 1")
	f.Fuzz(func(t *testing.T, text string) {
		read, err := ParseTranscript(text)
		if err != nil {
			if err.Error() == "" {
				t.Error("an error without a sentence")
			}
			return
		}
		s := &Sheet{Language: "en", Format: read.Format, Exercise: read.Exercise}
		for _, k := range read.Entries {
			if k.At.Part <= 1 {
				s.Lines = append(s.Lines, Line{Number: k.At.Line, Value: []string{k.Typed}})
			}
		}
		again, err := ParseTranscript(WriteTranscript(s))
		if err != nil {
			t.Fatal(err)
		}
		for i, k := range again.Entries {
			if k.Typed != s.Lines[i].Value[0] {
				t.Errorf("read %q, wrote and read %q", s.Lines[i].Value[0], k.Typed)
			}
		}
	})
}
