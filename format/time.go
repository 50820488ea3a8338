package format

import (
	"strings"
	"time"
)

// A time is written to the minute, or to the second where that is not zero; so
// each has one form.
const (
	minuteForm = "2006-01-02T15:04Z"
	secondForm = "2006-01-02T15:04:05Z"
)

const zoneRemedy = "write the zone: Z for UTC, or an offset such as +02:00; local time is refused, because the clocks of the parties agree in summer and differ in winter"

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
	for _, form := range []string{minuteForm, secondForm} {
		if t, err := time.Parse(form, s); err == nil && WriteInstant(t) == s {
			return t, true
		}
	}
	return time.Time{}, false
}

// ReadWindow reads a window field: from start, included, to end, excluded.
func ReadWindow(s string) (start, end time.Time, ok bool) {
	a, b, cut := strings.Cut(s, "/")
	start, ok1 := ReadInstant(a)
	end, ok2 := ReadInstant(b)
	return start, end, cut && ok1 && ok2 && start.Before(end)
}

func checkInstant(s string) (remedy string, ok bool) {
	if _, ok = ReadInstant(s); ok {
		return "", true
	}
	if t, remedy := typedInstant(s); remedy == "" {
		return "write it in UTC as " + WriteInstant(t), false
	} else {
		return remedy, false
	}
}

func checkWindow(s string) (remedy string, ok bool) {
	if _, _, ok = ReadWindow(s); ok {
		return "", true
	}
	typed, remedy := typedWindow(s)
	if remedy == "" {
		remedy = "write it in UTC as " + typed
	}
	return remedy, false
}

// typedInstant reads a time as a person types it: any offset, seconds or none,
// a space for the T, digits of any of the three scripts. The remedy is empty
// where it could be read.
func typedInstant(s string) (t time.Time, remedy string) {
	s = strings.ToUpper(strings.Replace(latinDigits(strings.TrimSpace(s)), " ", "T", 1))
	for _, form := range []string{"2006-01-02T15:04Z07:00", "2006-01-02T15:04:05Z07:00"} {
		// time.Parse would take a fraction of a second that the form does not have.
		if t, err := time.Parse(form, s); err == nil && t.Nanosecond() == 0 && !strings.ContainsAny(s, ".,") {
			return t.UTC(), ""
		}
	}
	switch {
	case strings.Contains(s, "LOCAL"):
		return t, zoneRemedy
	case !strings.HasSuffix(s, "Z") && !hasOffset(s):
		return t, zoneRemedy
	case !strings.Contains(s, "T"):
		return t, "write the date too"
	}
	return t, "write year-month-dayThour:minute and the zone"
}

// hasOffset reports whether s ends in an offset such as +02:00.
func hasOffset(s string) bool {
	if len(s) < len("+00:00") {
		return false
	}
	_, err := time.Parse("-07:00", s[len(s)-len("+00:00"):])
	return err == nil
}

// typedWindow reads a window as a person types it and writes it as a field.
func typedWindow(s string) (field, remedy string) {
	a, b, cut := strings.Cut(s, "/")
	if !cut {
		if strings.Contains(strings.ToLower(s), "local") {
			return "", zoneRemedy
		}
		return "", "put a / between start and end; " + zoneRemedy
	}
	start, remedy := typedInstant(a)
	if remedy != "" {
		return "", "start: " + remedy
	}
	end, remedy := typedInstant(b)
	if remedy != "" {
		return "", "end: " + remedy
	}
	if !start.Before(end) {
		return "", "the end must be after the start"
	}
	return WriteInstant(start) + "/" + WriteInstant(end), ""
}

// latinDigits writes Arabic-Indic and Eastern Arabic-Indic digits as Latin ones.
func latinDigits(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r >= '٠' && r <= '٩':
			return r - '٠' + '0'
		case r >= '۰' && r <= '۹':
			return r - '۰' + '0'
		}
		return r
	}, s)
}
