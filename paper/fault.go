package paper

import (
	"fmt"
	"strings"
)

// What may be wrong with a transcript. Each is the stable identifier of a rule,
// under which a catalogue of sentences may have it in other languages.
const (
	NoHead       = "paper.no-head"       // the text does not begin with the form's first line
	HeadWrong    = "paper.head-wrong"    // the first line's check digits do not agree
	RowUnread    = "paper.row-unread"    // a row that is no line of a form
	NoValue      = "paper.no-value"      // a number and check digits, nothing between
	CheckWrong   = "paper.check-wrong"   // the value and its check digits do not agree
	NotTwice     = "paper.not-twice"     // no check digits, and keyed once
	TwiceUnequal = "paper.twice-unequal" // one line keyed again, and differently
	PartMissing  = "paper.part-missing"  // part 3 of a line without part 2
	NoEnd        = "paper.no-end"        // the last line is missing
	AfterEnd     = "paper.after-end"     // something stands behind the last line
	CountWrong   = "paper.count-wrong"   // lines were lost
	FormWrong    = "paper.form-wrong"    // each line agrees, the form does not
	TooLong      = "paper.too-long"      // no form is that long
)

// A Fault is one thing wrong with a transcript, and what to do about it. It is
// about the slip of a pen or a voice, so its remedy is mostly to ask again.
type Fault struct {
	Rule  string // one of the constants above
	Row   int    // of the text, from 1; 0 where no row is at fault
	At    Number // the form's line; 0 where none is at fault
	Read  string // what was read there
	Want  string // the check digits, number or text that would agree
	Given string // the one that was given
}

// Error says in English what was read, what was expected, and the remedy.
func (f *Fault) Error() string {
	where := "the form"
	switch {
	case f.At.Line > 0 && f.Row > 0:
		where = fmt.Sprintf("line %v (row %d)", f.At, f.Row)
	case f.At.Line > 0:
		where = fmt.Sprintf("line %v", f.At)
	case f.Row > 0:
		where = fmt.Sprintf("row %d", f.Row)
	}
	return where + ": " + f.sentence()
}

func (f *Fault) sentence() string {
	switch f.Rule {
	case NoHead:
		return fmt.Sprintf("read %q; a form begins with its first line, such as %q", f.Read, f.Want)
	case HeadWrong:
		return fmt.Sprintf("read %q with check digits %s, which belong to another form; %s would agree; ask for the first line again", f.Read, f.Given, f.Want)
	case RowUnread:
		return fmt.Sprintf("read %q; a row is NUMBER VALUE #CHECK with a space after the number, such as 4 survey #14; key it in again, on one row", f.Read)
	case NoValue:
		return fmt.Sprintf("check digits %s and no value; ask for line %v again, or leave its row out if it is empty on the form", f.Given, f.At)
	case CheckWrong:
		return fmt.Sprintf("read %q, whose check digits are %s, not %s; ask for line %v again", f.Read, f.Want, f.Given, f.At)
	case NotTwice:
		return fmt.Sprintf("read %q without check digits; key line %v in a second time, from the paper and not from the screen", f.Read, f.At)
	case TwiceUnequal:
		return fmt.Sprintf("read %q, and before %q; strike out the wrong one, and ask for line %v again if both came by voice", f.Given, f.Want, f.At)
	case PartMissing:
		return fmt.Sprintf("line %v is missing before it; ask for line %v", f.Want, f.Want)
	case NoEnd:
		return "the last line is missing, such as END 9 #47; ask for the rest of the form"
	case AfterEnd:
		return fmt.Sprintf("read %q after the last line; key in one form at a time", f.Read)
	case CountWrong:
		return fmt.Sprintf("%s lines were keyed in, and the last line says %s; ask which numbers are filled in on the form", f.Want, f.Given)
	case FormWrong:
		return fmt.Sprintf("the check digits of the whole form are %s, not %s, although each line agrees with its own; ask for the numbers of all lines and compare their check digits", f.Want, f.Given)
	case TooLong:
		return fmt.Sprintf("%s are more than a form holds (%s); key in one form at a time", f.Given, f.Want)
	}
	panic("paper: no sentence for " + f.Rule)
}

// Faults are all that is wrong with one transcript, in the order of its rows.
type Faults []*Fault

// Error is one line for each.
func (f Faults) Error() string {
	lines := make([]string, len(f))
	for i, fault := range f {
		lines[i] = fault.Error()
	}
	return strings.Join(lines, "\n")
}

// Unwrap gives errors.As each single fault.
func (f Faults) Unwrap() []error {
	list := make([]error, len(f))
	for i, fault := range f {
		list[i] = fault
	}
	return list
}
