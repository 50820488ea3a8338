package stats

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"
)

// width is how many columns a terminal shows s in.
func width(s string) int {
	n := 0
	for _, r := range s {
		if !unicode.In(r, unicode.Mn, unicode.Cf) {
			n++
		}
	}
	return n
}

func sum(all []Count) (n int) {
	for _, c := range all {
		n += c.N
	}
	return n
}

func mark(beyond bool) string {
	if beyond {
		return " !"
	}
	return ""
}

func counts(all ...int) string {
	text := make([]string, len(all))
	for i, n := range all {
		text[i] = strconv.Itoa(n)
	}
	return strings.Join(text, " / ")
}

// text writes a share; nothing of none.
func (s Share) text() string {
	if s.Of == 0 {
		return ""
	}
	return fmt.Sprintf("%d/%d = %s", s.Count, s.Of, percent(int64(s.Count), int64(s.Of)))
}

// percent writes a share in percent, cut after the second place so that what is
// not whole never reads as whole.
func percent(n, of int64) string {
	hundredths := n * 10_000 / of
	text := strings.TrimRight(fmt.Sprintf("%d.%02d", hundredths/100, hundredths%100), "0")
	return strings.TrimSuffix(text, ".") + "%"
}

func quantiles(s Spread, missing int, beyond bool) string {
	n := strconv.Itoa(s.Count)
	if missing > 0 {
		n += ", ?" + strconv.Itoa(missing)
	}
	return fmt.Sprintf("%s/%s/%s (%s)%s", Span(s.P50), Span(s.P95), Span(s.Max), n, mark(beyond))
}

// Span writes a duration in milliseconds, rounded up in its second unit, so that what is beyond a
// time never reads as the time itself.
func Span(ms int64) string {
	up := func(n, by int64) int64 { return (n + by - 1) / by }
	pair := func(n, by int64, first, second string) string {
		switch {
		case n < by:
			return fmt.Sprintf("%d%s", n, second)
		case n%by == 0:
			return fmt.Sprintf("%d%s", n/by, first)
		}
		return fmt.Sprintf("%d%s%d%s", n/by, first, n%by, second)
	}
	switch {
	case ms <= 0:
		return "0s"
	case ms < 10_000:
		tenths := up(ms, 100)
		return strings.TrimSuffix(fmt.Sprintf("%d.%d", tenths/10, tenths%10), ".0") + "s"
	case ms <= 3_599_000:
		return pair(up(ms, 1000), 60, "m", "s")
	case ms <= 48*3_600_000:
		return pair(up(ms, 60_000), 60, "h", "m")
	}
	return pair(up(ms, 3_600_000), 24, "d", "h")
}
