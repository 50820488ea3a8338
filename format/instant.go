package format

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	"parley/words"
)

// An instant is a date and time in UTC, RFC 3339 to the minute, or to the second
// where that is not zero; so each has one form. It is typed with any offset, or
// as a military date-time group (ACP 121: 240700ZNOV26); its zone is compulsory.
// "Local" is refused: the clocks of neighbours agree in summer and differ in
// winter.
type instantType struct{ stringType }

const (
	minuteForm = "2006-01-02T15:04Z"
	secondForm = "2006-01-02T15:04:05Z"
)

// WriteInstant writes t as an instant field. Fractions of a second are cut off.
func WriteInstant(t time.Time) string {
	t = t.UTC().Truncate(time.Second)
	if t.Second() == 0 {
		return t.Format(minuteForm)
	}
	return t.Format(secondForm)
}

// ReadInstant reads an instant field, in the one form that [WriteInstant] writes.
func ReadInstant(s string) (time.Time, bool) {
	form := minuteForm
	if len(s) == len(secondForm) {
		form = secondForm
	}
	t, err := time.Parse(form, s)
	if err != nil || len(s) != len(form) || form == secondForm && t.Second() == 0 || strings.ContainsAny(s, ".,") {
		return time.Time{}, false
	}
	return t, true
}

func (instantType) accepts(*Field) words.Message { return words.M("accepts.instant") }

func (instantType) parse(s *Setting, _ *Field, typed string) (any, *fault) {
	t, why := typedInstant(s, typed)
	if why != nil {
		return nil, why
	}
	return WriteInstant(t), nil
}

func (instantType) check(_ *Field, value any) *fault {
	s, ok := value.(string)
	if !ok {
		return notString(value)
	}
	if _, ok := ReadInstant(s); ok {
		return nil
	}
	t, why := typedInstant(nil, s)
	if why != nil {
		return why
	}
	return faulty("remedy.instead", "canonical", WriteInstant(t))
}

var (
	dateTimeGroup = regexp.MustCompile(`^(\d{2})(\d{2})(\d{2})([A-Z])([A-Z]{3})(\d{2}|\d{4})$`)
	slashDate     = regexp.MustCompile(`^(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})[ T](\d{1,2}:\d{2})(Z|[+-]\d{2}:\d{2})$`)
	anyDate       = regexp.MustCompile(`^\d{4}-\d{2}-\d{2}`)
	anyOffset     = regexp.MustCompile(`([+-]\d{2}:?\d{2}|Z)$`)
)

// typedInstant reads a time as a person types it: any offset, seconds or none,
// a space for the T, digits of any of the three scripts, or a date-time group.
func typedInstant(s *Setting, typed string) (time.Time, *fault) {
	text := strings.ToUpper(strings.Replace(words.LatinDigits(strings.TrimSpace(typed)), " ", "T", 1))
	text = strings.ReplaceAll(text, "\u2212", "-")
	if group := dateTimeGroup.FindStringSubmatch(strings.ToUpper(strings.Join(strings.Fields(words.LatinDigits(typed)), ""))); group != nil {
		return readGroup(s, group)
	}
	for _, form := range []string{"2006-01-02T15:04Z07:00", "2006-01-02T15:04:05Z07:00"} {
		// time.Parse would take a fraction of a second that the form does not have.
		if t, err := time.Parse(form, text); err == nil && t.Nanosecond() == 0 && !strings.ContainsAny(text, ".,") {
			return t.UTC(), nil
		}
	}
	switch {
	case slashDate.MatchString(strings.Replace(text, "T", " ", 1)):
		return time.Time{}, slashReadings(s, strings.Replace(text, "T", " ", 1))
	case strings.Contains(text, "LOCAL"), !anyOffset.MatchString(text) && anyDate.MatchString(text):
		return time.Time{}, noZone(s, text)
	case !anyOffset.MatchString(text):
		return time.Time{}, faulty("time.no-zone")
	case !strings.Contains(text, "T"):
		return time.Time{}, faulty("time.no-date")
	case strings.ContainsAny(text, ".,") && anyDate.MatchString(text):
		return time.Time{}, faulty("time.seconds")
	case anyDate.MatchString(text):
		return time.Time{}, faulty("time.no-such")
	}
	return time.Time{}, faulty("time.form")
}

// noZone says what a time without a zone could mean to each party.
func noZone(*Setting, string) *fault { return faulty("time.no-zone") }

// slashReadings asks which of the numbers is the month.
func slashReadings(s *Setting, text string) *fault {
	parts := slashDate.FindStringSubmatch(text)
	why := faulty("time.slash-order")
	for _, order := range [][2]string{{parts[2], parts[1]}, {parts[1], parts[2]}} {
		month, _ := strconv.Atoi(order[0])
		day, _ := strconv.Atoi(order[1])
		t, err := time.Parse("2006-1-2T15:04Z07:00", fmt.Sprintf("%s-%d-%dT%s%s", parts[3], month, day, parts[4], parts[5]))
		if err != nil {
			continue
		}
		typed := WriteInstant(t)
		if len(why.readings) == 1 && why.readings[0].Typed == typed {
			continue
		}
		why.readings = append(why.readings, Reading{Typed: typed, Means: words.Plain(typed)})
	}
	if len(why.readings) < 2 {
		why.readings = nil
		return why
	}
	why.remedy = words.Message{}
	return why
}

// readGroup reads a date-time group. A zone letter other than Z is read, but
// only as a question: letters are mistaken for one another, and J means local.
func readGroup(s *Setting, group []string) (time.Time, *fault) {
	letter := group[4]
	year := group[6]
	if len(year) == 2 {
		year = "20" + year
	}
	month := group[5][:1] + strings.ToLower(group[5][1:])
	t, err := time.Parse("02 15:04 Jan 2006", fmt.Sprintf("%s %s:%s %s %s", group[1], group[2], group[3], month, year))
	if err != nil {
		return time.Time{}, faulty("time.no-such")
	}
	if letter == "Z" {
		return t, nil
	}
	if letter == "J" {
		return time.Time{}, faulty("time.no-zone")
	}
	hours := zoneHours(letter[0])
	t = t.Add(-time.Duration(hours) * time.Hour)
	utc := WriteInstant(t)
	return time.Time{}, &fault{readings: []Reading{{Typed: utc, Means: words.M("time.zone-letter", "letter", letter, "offset", offset(hours*3600))}}}
}

// zoneHours gives the hours east of UTC of a military zone letter.
func zoneHours(letter byte) int {
	switch {
	case letter <= 'I':
		return int(letter-'A') + 1
	case letter <= 'M':
		return int(letter - 'A')
	}
	return -(int(letter-'N') + 1)
}

// offset writes seconds east of UTC as "+02:00".
func offset(seconds int) string {
	sign := '+'
	if seconds < 0 {
		sign, seconds = '-', -seconds
	}
	return fmt.Sprintf("%c%02d:%02d", sign, seconds/3600, seconds/60%60)
}

func (instantType) brief(_ *Setting, _ *Field, lang string, value any) string {
	return words.LeftToRight(lang, fmt.Sprint(value))
}

func (instantType) show(s *Setting, _ *Field, lang string, value any) []string {
	text := fmt.Sprint(value)
	lines := []string{words.LeftToRight(lang, text)}
	t, ok := ReadInstant(text)
	if !ok {
		return lines
	}
	for _, p := range s.zones() {
		lines = append(lines, inZone(p, lang, t, t))
	}
	return lines
}

// inZone says what a party's clocks show at t, with the date where it differs
// from that of the UTC time beside it.
func inZone(p Party, lang string, t, beside time.Time) string {
	_, seconds := t.In(p.Location).Zone()
	return words.M("time.in-zone", "time", words.Raw(words.LeftToRight(lang, clock(p, t, beside))), "party", p.Names.In(lang),
		"zone", words.Raw(words.LeftToRight(lang, p.Zone)), "offset", words.Raw(words.LeftToRight(lang, offset(seconds)))).In(lang)
}

// clock writes the time of day at t by a party's clocks.
func clock(p Party, t, beside time.Time) string {
	local := t.In(p.Location)
	form := "15:04"
	if local.Format(time.DateOnly) != beside.UTC().Format(time.DateOnly) {
		form = "2006-01-02 15:04"
	}
	if local.Second() != 0 {
		form += ":05"
	}
	return local.Format(form)
}

func (instantType) same(_ *Field, original, again string) bool {
	a, ok1 := ReadInstant(original)
	b, ok2 := ReadInstant(again)
	return ok1 && ok2 && a.Equal(b)
}

func (instantType) differ(s *Setting, _ *Field, original, again string) words.Message {
	a, _ := ReadInstant(original)
	b, _ := ReadInstant(again)
	return differInstants(s, a, b)
}

// differInstants says how far apart two times are, and what the reader's own
// clock made of it.
func differInstants(s *Setting, original, again time.Time) words.Message {
	apart := words.M("differ.apart", "span", span(original.Sub(again)))
	if reader, ok := s.reader(); ok {
		return s.differs("differ.instant-local", "local", again.In(reader.Location).Format("15:04"), "zone", reader.Zone, "again", WriteInstant(again),
			"original", WriteInstant(original), "apart", apart)
	}
	return s.differs("differ.instant", "again", WriteInstant(again), "original", WriteInstant(original), "apart", apart)
}

func (instantType) schema(*Field) map[string]any {
	return map[string]any{"type": "string", "pattern": `^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2})?Z$`}
}
