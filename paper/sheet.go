package paper

import (
	"fmt"
	"slices"
)

// A Sheet is one form, blank or filled, as it is to be printed in one language.
// All its words come from the caller, but for the few of the form itself.
type Sheet struct {
	Language string   // "en", "ar" or "he"; decides the side a line begins at
	Exercise bool     // EXERCISE at the head and the foot of each page
	Format   string   // "J14/1": identifier and edition
	Title    string   // the format's name
	Help     string   // what the format is for; empty: nothing is printed
	Header   []Row    // who, when, how urgent; empty values are left to be written
	Lines    []Line   // in the order in which they are numbered
	Notes    []string // printed at the end in small letters
}

// A Row is one entry of the header: not numbered, not keyed in again.
type Row struct{ Label, Value string }

// A Line is one field of the format.
type Line struct {
	Number   int    // from 1, one in a sheet; a form's numbers never change
	Label    string // what the field is called
	Help     string // what is accepted; small, on a blank form alone
	Kind     Kind
	Required bool
	Critical bool // must be read back

	// Value is what is signed, in canonical form: one string, or one for each
	// paragraph or item. Empty where the form is blank or the field was left out.
	Value []string
	// Shown is the Value in the reader's language, one for one with Value; empty
	// where that says no more than Value does.
	Shown []string
	// Choices are those of a field with a closed list; empty elsewhere.
	Choices []Choice
	// Room is how many rows a blank form leaves to write in: 0 for one, or two to
	// four for a Text, as many as fit.
	Room int
}

// A Choice may be keyed in by its number or its code.
type Choice struct {
	Number int // from 1
	Code   string
	Label  string // in the sheet's language
}

// Blank reports that nothing is filled in.
func (s *Sheet) Blank() bool {
	return !slices.ContainsFunc(s.Lines, func(l Line) bool { return len(l.Value) > 0 })
}

// rightToLeft: the page begins at its right side.
func (s *Sheet) rightToLeft() bool { return s.Language == "ar" || s.Language == "he" }

// Entries returns the values of the sheet in order, each at its place.
func (s *Sheet) Entries() []Entry {
	var entries []Entry
	for _, l := range s.Lines {
		entries = append(entries, l.entries()...)
	}
	return entries
}

func (l *Line) entries() []Entry {
	var entries []Entry
	for i, value := range l.Value {
		at := Number{Line: l.Number}
		if len(l.Value) > 1 {
			at.Part = i + 1
		}
		entries = append(entries, Entry{at, l.Kind, value})
	}
	return entries
}

// An Entry is one canonical value at its place in a form.
type Entry struct {
	At    Number
	Kind  Kind
	Value string
}

// Check returns the entry's check digits.
func (e Entry) Check() string { return Check(e.At, e.Kind, e.Value) }

// FormCheck returns the check digits over a whole form: the format's line with
// its exercise mark, how many entries there are, and each entry in order, as
// [Check] has them. A line left out, keyed twice or in another's place changes
// them, if with a chance of 1 in 97 that it does not; the number of entries
// stands beside them in the last line.
func FormCheck(format string, exercise bool, entries []Entry) string {
	var sum mod97
	sum.text(Normal(Coded, headline(format, exercise)))
	sum.number(len(entries))
	for _, e := range entries {
		sum.number(e.At.Line)
		sum.number(max(e.At.Part, 1))
		sum.text(Normal(e.Kind, e.Value))
	}
	return sum.check()
}

// HeadCheck returns the check digits of the first line, which names the format.
func HeadCheck(format string, exercise bool) string {
	return Check(Number{}, Coded, headline(format, exercise))
}

const exerciseMark = "EXERCISE"

func headline(format string, exercise bool) string {
	if exercise {
		return format + " " + exerciseMark
	}
	return format
}

// Choose returns the code of the choice that typed names, by number (in any
// digits) or by code (case ignored). The error says which there are.
func Choose(choices []Choice, typed string) (string, error) {
	var found []string
	for _, c := range choices {
		if Normal(Coded, typed) == Normal(Coded, c.Code) || Normal(Coded, typed) == fmt.Sprint(c.Number) {
			found = append(found, c.Code)
		}
	}
	switch len(found) {
	case 1:
		return found[0], nil
	case 0:
		return "", fmt.Errorf("%q is none of the choices %s; give the number or the code", typed, list(choices))
	}
	return "", fmt.Errorf("%q is the number of one choice and the code of another (%s); number the choices otherwise", typed, list(choices))
}

func list(choices []Choice) string {
	text := ""
	for i, c := range choices {
		if i > 0 {
			text += ", "
		}
		text += fmt.Sprintf("%d %s", c.Number, c.Code)
	}
	return text
}

// maxima of a sheet; a form that needs more is no form for a telephone.
const (
	maxLines   = 96     // check digits tell so many line numbers apart
	maxEntries = 500    // values and parts
	maxText    = 80_000 // bytes in all
	maxFormat  = 40     // bytes of a format's identifier
)

// check refuses a sheet that cannot be printed so that it can be keyed in again.
func (s *Sheet) check() error {
	seen, entries := map[int]bool{}, 0
	size := len(s.Title) + len(s.Help)
	for _, row := range s.Header {
		size += len(row.Label) + len(row.Value)
	}
	for _, note := range s.Notes {
		size += len(note)
	}
	if len(s.Format) > maxFormat {
		return fmt.Errorf("the format's identifier has %d bytes, at most %d", len(s.Format), maxFormat)
	}
	for _, l := range s.Lines {
		switch {
		case l.Number < 1 || l.Number > maxLines:
			return fmt.Errorf("line number %d: lines are numbered from 1 to %d", l.Number, maxLines)
		case seen[l.Number]:
			return fmt.Errorf("line number %d: met twice", l.Number)
		case len(l.Shown) > 0 && len(l.Shown) != len(l.Value):
			return fmt.Errorf("line %d: %d values and %d renderings of them", l.Number, len(l.Value), len(l.Shown))
		}
		for _, c := range l.Choices {
			size += len(c.Code) + len(c.Label)
			if _, err := Choose(l.Choices, fmt.Sprint(c.Number)); err != nil {
				return fmt.Errorf("line %d: choices: %w", l.Number, err)
			}
			if _, err := Choose(l.Choices, c.Code); err != nil {
				return fmt.Errorf("line %d: choices: %w", l.Number, err)
			}
		}
		seen[l.Number] = true
		entries += len(l.Value)
		size += len(l.Label) + len(l.Help)
		for _, text := range slices.Concat(l.Value, l.Shown) {
			size += len(text)
		}
	}
	if entries > maxEntries || size > maxText {
		return fmt.Errorf("%d values and %d bytes in all are more than a form holds (%d, %d)", entries, size, maxEntries, maxText)
	}
	return nil
}
