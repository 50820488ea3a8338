package statement

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// A Late says that a statement was passed to the other side outside the channel,
// while the link was cut, and keyed in afterwards. It explains; no clock of the
// rules is counted from it.
type Late struct {
	At    time.Time // when it was passed; UTC, to the second
	Route string    // by which way, one of [Routes]
}

// Routes are the ways outside the channel.
func Routes() []string { return []string{"voice", "paper", "radio", "satellite", "courier"} }

// IsZero reports that nothing was passed outside the channel.
func (l Late) IsZero() bool { return l.Route == "" && l.At.IsZero() }

const lateLayout = "2006-01-02T15:04:05Z"

// appendLate appends the claim late; nothing where there is none.
func appendLate(dst []byte, l Late) []byte {
	if l.IsZero() {
		return dst
	}
	dst = append(dst, `,"late":{"at":"`...)
	dst = l.At.UTC().AppendFormat(dst, lateLayout)
	dst = append(dst, '"')
	dst = appendMember(dst, "route", l.Route)
	return append(dst, '}')
}

// readLate reads the claim late, if it is next.
func readLate(r *reader) (l Late) {
	if !r.optional(`,"late":`) {
		return l
	}
	r.literal(`{"at":`)
	l.At = claim(r, "late: at", parseLateTime)
	r.literal(`,"route":`)
	l.Route = r.str()
	r.check("late: route", checkRoute(l.Route))
	r.literal(`}`)
	return l
}

func parseLateTime(s string) (time.Time, error) {
	t, err := time.Parse(lateLayout, s)
	if err != nil || t.Format(lateLayout) != s || t.IsZero() {
		return time.Time{}, fmt.Errorf("%q: want UTC to the second, such as 2026-11-24T06:15:00Z", s)
	}
	return t, nil
}

func checkRoute(s string) error {
	if !slices.Contains(Routes(), s) {
		return fmt.Errorf("%q: want one of %s", s, strings.Join(Routes(), ", "))
	}
	return nil
}
