// Package paper puts one message on one page, and reads it back.
//
// When the line is down, a message goes by hand, by fax or by a voice on a
// telephone. A [Sheet] is a form: numbered lines, each with a label, and in a
// filled form a value and two check digits. [Render] prints it as PDF, filled or
// blank, from the right in Arabic and Hebrew; [WriteTranscript] writes the same
// lines as a script to be read aloud; [ParseTranscript] reads what was keyed in
// at the other end.
//
// The check digits are over the canonical value, not over what was heard or
// typed, so a choice may be keyed by its number and a time in any form that the
// field reads. Only the catalogue knows the canonical value: ParseTranscript
// returns what was typed with the digits that came with it, and [Verify]
// compares the two once the field has been read.
//
// The package knows no format and no field: the caller fills the Sheet.
//
// A [Report] is what is only read: headings, lines and tables, which [RenderReport]
// prints in the same way.
package paper
