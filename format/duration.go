package format

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	"parley/words"
)

// A duration is days, hours and minutes in the form of ISO 8601: "P2D",
// "PT1H30M". A day is 24 hours. It is typed with a unit of each number ("90 min",
// "48 h", "3 d"), is more than nothing and at most [MaxDuration].
type durationType struct{ stringType }

// MaxDuration bounds a duration field.
const MaxDuration = 3660 * 24 * time.Hour

var (
	isoDuration   = regexp.MustCompile(`^P(?:(\d{1,4})D)?(?:T(?:(\d{1,5})H)?(?:(\d{1,7})M)?)?$`)
	typedDuration = regexp.MustCompile(`^(\d{1,7})\s*(MIN|MINUTES?|M|H|HOURS?|D|DAYS?)$`)
)

// WriteDuration writes d as a duration field. Fractions of a minute are cut off.
func WriteDuration(d time.Duration) string {
	minutes := int64(d / time.Minute)
	days, hours, minutes := minutes/1440, minutes/60%24, minutes%60
	var b strings.Builder
	b.WriteString("P")
	if days > 0 {
		fmt.Fprintf(&b, "%dD", days)
	}
	if hours > 0 || minutes > 0 || days == 0 {
		b.WriteString("T")
	}
	if hours > 0 {
		fmt.Fprintf(&b, "%dH", hours)
	}
	if minutes > 0 || days == 0 && hours == 0 {
		fmt.Fprintf(&b, "%dM", minutes)
	}
	return b.String()
}

// ReadDuration reads a duration field, in the one form that [WriteDuration]
// writes.
func ReadDuration(s string) (time.Duration, bool) {
	d, why := readDuration(s)
	return d, why == nil && WriteDuration(d) == s
}

func readDuration(typed string) (time.Duration, *fault) {
	text := strings.ToUpper(words.LatinDigits(strings.TrimSpace(typed)))
	var d time.Duration
	if m := isoDuration.FindStringSubmatch(text); m != nil && text != "P" && !strings.HasSuffix(text, "T") {
		for i, unit := range []time.Duration{24 * time.Hour, time.Hour, time.Minute} {
			n, _ := strconv.Atoi("0" + m[i+1])
			d += time.Duration(n) * unit
		}
	} else if m := typedDuration.FindStringSubmatch(text); m != nil {
		n, _ := strconv.Atoi(m[1])
		d = time.Duration(n) * map[byte]time.Duration{'M': time.Minute, 'H': time.Hour, 'D': 24 * time.Hour}[m[2][0]]
	} else {
		return 0, faulty("duration.unit")
	}
	switch {
	case d <= 0:
		return 0, faulty("duration.positive")
	case d > MaxDuration:
		return 0, faulty("duration.long", "days", words.M("duration.days", "n", int(MaxDuration/(24*time.Hour))))
	}
	return d, nil
}

func canonicalDuration(typed string) (string, *fault) {
	d, why := readDuration(typed)
	return WriteDuration(d), why
}

func (durationType) accepts(*Field) words.Message { return words.M("accepts.duration") }

func (durationType) parse(_ *Setting, _ *Field, typed string) (any, *fault) {
	s, why := canonicalDuration(typed)
	return s, why
}

func (durationType) check(_ *Field, value any) *fault {
	return checkCanonical(value, canonicalDuration)
}

func (durationType) brief(_ *Setting, _ *Field, lang string, value any) string {
	d, ok := ReadDuration(fmt.Sprint(value))
	if !ok {
		return words.Isolate(lang, fmt.Sprint(value))
	}
	return span(d).In(lang)
}

func (t durationType) show(s *Setting, field *Field, lang string, value any) []string {
	return []string{t.brief(s, field, lang, value)}
}

func (durationType) differ(s *Setting, _ *Field, original, again string) words.Message {
	a, _ := ReadDuration(original)
	b, _ := ReadDuration(again)
	return s.differs("differ.plain", "again", span(b), "original", span(a))
}

func (durationType) schema(*Field) map[string]any {
	return map[string]any{"type": "string", "pattern": `^P(\d+D)?(T(\d+H)?(\d+M)?)?$`}
}

// span says how long d is, in its two largest units.
func span(d time.Duration) words.Message {
	if d < 0 {
		d = -d
	}
	units := []struct {
		key  string
		unit time.Duration
	}{{"duration.days", 24 * time.Hour}, {"duration.hours", time.Hour}, {"duration.minutes", time.Minute}, {"duration.seconds", time.Second}}
	for i, u := range units {
		n := d / u.unit
		if n == 0 && i < len(units)-1 {
			continue
		}
		first := words.M(u.key, "n", int(n))
		if i+1 < len(units) {
			if rest := (d - n*u.unit) / units[i+1].unit; rest > 0 {
				return words.M("duration.and", "first", first, "second", words.M(units[i+1].key, "n", int(rest)))
			}
		}
		return first
	}
	return words.Message{}
}
