package paper

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"

	"parley/words"
)

// A Transcript is a form as it was keyed in.
type Transcript struct {
	Format   string // "J14/1", as typed, in capitals
	Exercise bool
	Entries  []Keyed // by the row in which each was first keyed in
	Check    string  // the form's check digits; empty if filled in by hand
}

// Keyed is one value as it was keyed in.
type Keyed struct {
	At    Number
	Row   int    // of the text, from 1
	Typed string // what stood between the number and the check digits
	Check string // in Latin digits; empty: there were none, and it was keyed twice
}

// Verify compares the check digits that came with a value with those of what
// the catalogue made of it. A value that was keyed twice has none to compare.
// The error is a [*Fault].
func (k Keyed) Verify(kind Kind, canonical string) error {
	if k.Check == "" {
		return nil
	}
	if want := Check(k.At, kind, canonical); want != k.Check {
		return &Fault{Rule: CheckWrong, Row: k.Row, At: k.At, Read: canonical, Want: want, Given: k.Check}
	}
	return nil
}

// Verify compares given, the check digits that came with a value, with those of
// its canonical form. The error is a [*Fault].
func Verify(at Number, kind Kind, canonical, given string) error {
	return Keyed{At: at, Check: given}.Verify(kind, canonical)
}

// Verify compares the form's check digits with those over the canonical values
// of all its entries, in the order of the form. A form filled in by hand has
// none. The error is a [*Fault].
func (t Transcript) Verify(entries []Entry) error {
	if t.Check == "" {
		return nil
	}
	if want := FormCheck(t.Format, t.Exercise, entries); want != t.Check {
		return &Fault{Rule: FormWrong, Want: want, Given: t.Check}
	}
	return nil
}

const (
	headWord = "parley-form"
	endWord  = "END"
)

// WriteTranscript writes a sheet as a script to be read aloud, which
// [ParseTranscript] reads:
//
//	parley-form J14/1 EXERCISE #96
//	; Activity
//	1 survey #72
//	; Remarks
//	8.1 first paragraph #33
//	8.2 second paragraph #56
//	END 3 #47
//
// A row that begins with a semicolon is for the eye; the first and the last of
// an exercise's script say so to whoever listens. Text from the right stands
// between FSI and PDI. An empty line of the form is its number alone.
func WriteTranscript(s *Sheet) string {
	var b strings.Builder
	comment := func(text string) { fmt.Fprintf(&b, "; %s\n", isolated(oneLine(text))) }
	if s.Exercise {
		comment(words.ExerciseBanner(s.Language))
	}
	comment(s.Title)
	fmt.Fprintf(&b, "%s %s #%s\n", headWord, headline(s.Format, s.Exercise), HeadCheck(s.Format, s.Exercise))
	for _, l := range s.Lines {
		comment(l.Label)
		if len(l.Value) == 0 {
			for _, c := range l.Choices {
				comment(fmt.Sprintf("  %d %s: %s", c.Number, c.Code, c.Label))
			}
			fmt.Fprintf(&b, "%d\n", l.Number)
		}
		for _, e := range l.entries() {
			fmt.Fprintf(&b, "%v %s #%s\n", e.At, isolated(oneLine(e.Value)), e.Check())
		}
	}
	entries := s.Entries()
	if len(entries) == 0 {
		fmt.Fprintf(&b, "%s\n", endWord)
	} else {
		fmt.Fprintf(&b, "%s %d #%s\n", endWord, len(entries), FormCheck(s.Format, s.Exercise, entries))
	}
	if s.Exercise {
		comment(words.ExerciseBanner(s.Language))
	}
	return b.String()
}

func oneLine(text string) string { return strings.Join(strings.Fields(text), " ") }

// isolated keeps text that has letters from the right from turning its
// neighbours round.
func isolated(text string) string {
	if strings.ContainsFunc(text, func(r rune) bool { return unicode.In(r, unicode.Arabic, unicode.Hebrew) }) {
		return "\u2068" + text + "\u2069"
	}
	return text
}

// Bounds of a transcript.
const (
	maxBytes = 1 << 16
	maxRows  = 2000
)

// ParseTranscript reads what was keyed in from paper, in the form that
// [WriteTranscript] writes, with these liberties: the number may be followed by
// a colon, a full stop or a bracket, spaces may stand anywhere but within it,
// digits may be Eastern Arabic ones, lines may come in any order, the words of
// the first and the last row in any case, marks of direction are ignored.
//
// A value without check digits, as on a form that was filled in by hand, must be
// keyed in twice, the same both times but for spaces. The first row's check
// digits are printed on every form and always needed; the last row's where any
// line has some. The last row says how many lines are filled in, each part
// counted; it is refused if another number was keyed in.
//
// A transcript is not verified against its check digits but for the first row:
// that takes [Keyed.Verify] and [Transcript.Verify], once the values have been
// read. The error is [Faults]; each names the row, the line and the remedy.
func ParseTranscript(text string) (Transcript, error) {
	var p parser
	p.read(text)
	p.finish()
	if len(p.faults) > 0 {
		return Transcript{}, p.faults
	}
	return p.Transcript, nil
}

type parser struct {
	Transcript
	faults     Faults
	head, end  bool
	count      string  // as the last row says
	unverified []Keyed // without check digits, keyed once so far
}

func (p *parser) fault(f *Fault) { p.faults = append(p.faults, f) }

func (p *parser) read(text string) {
	if len(text) > maxBytes {
		p.fault(&Fault{Rule: TooLong, Given: fmt.Sprintf("%d bytes", len(text)), Want: fmt.Sprint(maxBytes)})
		return
	}
	rows := strings.Split(strings.ToValidUTF8(text, string(unicode.ReplacementChar)), "\n")
	if len(rows) > maxRows {
		p.fault(&Fault{Rule: TooLong, Given: fmt.Sprintf("%d rows", len(rows)), Want: fmt.Sprint(maxRows)})
		return
	}
	for i, row := range rows {
		row = oneLine(strings.Map(visible, row))
		if row == "" || row[0] == ';' {
			continue
		}
		p.row(i+1, row)
	}
}

// visible drops what has no width, marks of direction above all.
func visible(r rune) rune {
	if unicode.Is(unicode.Cf, r) && r != '\u200c' && r != '\u200d' {
		return -1
	}
	return r
}

func (p *parser) row(number int, row string) {
	rest, check := cutCheck(row)
	first, second, _ := strings.Cut(rest, " ")
	switch {
	case p.end:
		p.fault(&Fault{Rule: AfterEnd, Row: number, Read: row})
	case strings.EqualFold(first, headWord) && !p.head:
		p.first(number, second, check)
	case !p.head:
		p.head = true // said once
		p.fault(&Fault{Rule: NoHead, Row: number, Read: row, Want: headWord + " J14/1 #" + HeadCheck("J14/1", false)})
		p.row(number, row)
	case strings.EqualFold(first, endWord):
		p.end, p.count, p.Check = true, latin(second), check
	default:
		p.line(number, row)
	}
}

func (p *parser) first(number int, rest, check string) {
	p.head = true
	format, mark, _ := strings.Cut(strings.ToUpper(latin(rest)), " ")
	p.Format, p.Exercise = format, mark == exerciseMark
	want := HeadCheck(p.Format, p.Exercise)
	switch {
	case format == "" || mark != "" && !p.Exercise:
		p.fault(&Fault{Rule: NoHead, Row: number, Read: rest, Want: headWord + " J14/1 #" + HeadCheck("J14/1", false)})
	case check != want:
		p.fault(&Fault{Rule: HeadWrong, Row: number, Read: rest, Given: check, Want: want})
	}
}

func (p *parser) line(row int, text string) {
	rest, check := cutCheck(text)
	at, typed, ok := cutNumber(rest)
	switch {
	case !ok:
		p.fault(&Fault{Rule: RowUnread, Row: row, Read: text})
		return
	case typed == "" && check == "":
		return // left empty
	case typed == "":
		p.fault(&Fault{Rule: NoValue, Row: row, At: at, Given: check})
		return
	}
	k := Keyed{at, row, typed, check}
	for i, before := range p.Entries {
		if !before.At.same(at) {
			continue
		}
		if before.Typed != typed || before.Check != "" && check != "" && before.Check != check {
			p.fault(&Fault{Rule: TwiceUnequal, Row: row, At: at, Given: shownKeyed(k), Want: shownKeyed(before)})
		}
		if before.Check == "" {
			p.Entries[i].Check = check
		}
		p.confirm(at)
		return
	}
	p.Entries = append(p.Entries, k)
	if check == "" {
		p.unverified = append(p.unverified, k)
	}
}

func shownKeyed(k Keyed) string {
	if k.Check == "" {
		return k.Typed
	}
	return k.Typed + " #" + k.Check
}

// confirm takes a line that was keyed again from those that must be.
func (p *parser) confirm(at Number) {
	for i, k := range p.unverified {
		if k.At.same(at) {
			p.unverified = append(p.unverified[:i], p.unverified[i+1:]...)
			return
		}
	}
}

func (p *parser) finish() {
	if len(p.faults) > 0 && p.faults[0].Rule == TooLong {
		return
	}
	if !p.head {
		p.fault(&Fault{Rule: NoHead, Want: headWord + " J14/1 #" + HeadCheck("J14/1", false)})
	}
	for _, k := range p.unverified {
		p.fault(&Fault{Rule: NotTwice, Row: k.Row, At: k.At, Read: k.Typed})
	}
	checked := false
	for _, k := range p.Entries {
		checked = checked || k.Check != ""
		if k.At.Part > 1 && !p.has(Number{k.At.Line, k.At.Part - 1}) {
			missing := Number{k.At.Line, k.At.Part - 1}
			p.fault(&Fault{Rule: PartMissing, Row: k.Row, At: k.At, Want: missing.String()})
		}
	}
	switch entries := fmt.Sprint(len(p.Entries)); {
	case !p.end, checked && p.Check == "":
		p.fault(&Fault{Rule: NoEnd})
	case p.count != entries:
		p.fault(&Fault{Rule: CountWrong, Want: entries, Given: strconv.Quote(p.count)})
	}
}

func (p *parser) has(at Number) bool {
	for _, k := range p.Entries {
		if k.At.same(at) {
			return true
		}
	}
	return false
}

// latin writes Eastern Arabic digits as Latin ones.
func latin(s string) string {
	return strings.Map(func(r rune) rune {
		if p := plain(r); p >= '0' && p <= '9' {
			return p
		}
		return r
	}, s)
}

// cutCheck cuts "#41", with spaces anywhere, from the end of a row.
func cutCheck(row string) (rest, check string) {
	i := strings.LastIndexByte(row, '#')
	if i < 0 {
		return row, ""
	}
	check = strings.ReplaceAll(latin(row[i+1:]), " ", "")
	if len(check) != 2 || !digit(check[0]) || !digit(check[1]) {
		return row, ""
	}
	return strings.TrimSpace(row[:i]), check
}

func digit(b byte) bool { return b >= '0' && b <= '9' }

// cutNumber cuts "4", "4:", "4.", "4)", "4.2", "4.2:" and the space behind it
// from the beginning of a row.
func cutNumber(row string) (at Number, rest string, ok bool) {
	first, rest, _ := strings.Cut(row, " ")
	first = strings.Replace(latin(first), "\u066b", ".", 1)
	first = strings.TrimRight(first, ":.)")
	line, part, parted := strings.Cut(first, ".")
	at.Line, ok = small(line)
	if ok && parted {
		at.Part, ok = small(part)
	}
	return at, strings.TrimSpace(rest), ok
}

// small reads a number from 1 to 999 without leading zeros or sign.
func small(s string) (int, bool) {
	n, err := strconv.Atoi(s)
	return n, err == nil && n > 0 && n < 1000 && strconv.Itoa(n) == s
}
