// Package calendar counts working days and working hours, of one party or of
// several together.
//
// A [Party] works on every date that is neither of its weekend nor one of its
// holidays, between two times of its own clock. A [Calendar] is that of several
// parties: a joint working day is a date on which every one of them works. One
// date stands for each party's own, which begins and ends at its own midnight.
//
// A number of days is whole days for everyone: the first to count is the next date
// that has not begun for any of them, and the last ends when the last of them
// closes. So nobody has less than he was promised, in whichever zone he sits, and a
// time that is due on a working day is never on a holiday.
//
// A clock time that a change of zone repeats is meant the first time, and one that
// it leaves out is the moment of the change. Zones come as arguments; package zone
// has the one table of them.
package calendar

import (
	"slices"
	"time"
)

// horizon is how far ahead a working day is looked for. What a charter's check
// lets pass is always found long before.
const horizon = 6000

// A Party is when one party works. The zero Party always does, by UTC.
type Party struct {
	Zone     *time.Location // nil: UTC
	Weekend  []time.Weekday
	Opens    time.Duration // by the clock, from midnight
	Closes   time.Duration // by the clock; zero: at midnight, after 24 h
	Holidays []string      // dates such as "2026-12-25", sorted
}

// AddHours gives when the party has worked for d, counted from from on; from itself
// where d is not more than nothing. A party that does not open, which no charter's
// check lets pass, is taken to work always.
func (p Party) AddHours(from time.Time, d time.Duration) time.Time {
	if d <= 0 {
		return from
	}
	left, date := d, p.date(from)
	for range horizon {
		if opens, closes, ok := p.hours(date); ok && closes.After(from) {
			if opens.Before(from) {
				opens = from
			}
			if done := opens.Add(left); !done.After(closes) {
				return done.UTC()
			}
			left -= closes.Sub(opens)
		}
		date = date.AddDate(0, 0, 1)
	}
	return from.Add(d).UTC()
}

// Works reports whether t is within the party's working hours.
func (p Party) Works(t time.Time) bool {
	opens, closes, ok := p.hours(p.date(t))
	return ok && !t.Before(opens) && t.Before(closes)
}

// hours gives when the party opens and closes on a date; not ok where it does not
// work then, be it that its zone has no such date.
func (p Party) hours(date time.Time) (opens, closes time.Time, ok bool) {
	if slices.Contains(p.Weekend, date.Weekday()) {
		return opens, closes, false
	}
	if _, holiday := slices.BinarySearch(p.Holidays, date.Format(time.DateOnly)); holiday {
		return opens, closes, false
	}
	end := p.Closes
	if end <= 0 {
		end = 24 * time.Hour
	}
	opens, closes = p.instant(date, p.Opens), p.instant(date, end)
	return opens, closes, opens.Before(closes)
}

// date is the party's newest date that has begun at t, as midnight in UTC. Where
// its clock goes back over midnight, the newer date goes on.
func (p Party) date(t time.Time) time.Time {
	y, m, d := t.In(p.zone()).Date()
	next := time.Date(y, m, d+1, 0, 0, 0, 0, time.UTC)
	if !p.instant(next, 0).After(t) {
		return next
	}
	return next.AddDate(0, 0, -1)
}

// instant gives when the party's clock first shows the time that is so long after
// midnight of date, or has gone past it.
func (p Party) instant(date time.Time, clock time.Duration) time.Time {
	wall, first := date.Add(clock), time.Time{}
	for _, beside := range []time.Duration{-24 * time.Hour, 24 * time.Hour} {
		_, offset := wall.Add(beside).In(p.zone()).Zone()
		t := wall.Add(-time.Duration(offset) * time.Second).In(p.zone())
		if _, now := t.Zone(); now == offset && (first.IsZero() || t.Before(first)) {
			first = t
		}
	}
	if !first.IsZero() {
		return first.UTC()
	}
	_, offset := wall.Add(-24 * time.Hour).In(p.zone()).Zone()
	change, _ := wall.Add(-time.Duration(offset) * time.Second).In(p.zone()).ZoneBounds()
	return change.UTC()
}

func (p Party) zone() *time.Location {
	if p.Zone == nil {
		return time.UTC
	}
	return p.Zone
}

// A Calendar is that of several parties together. That of nobody always works, by
// UTC.
type Calendar struct{ parties []Party }

// Joint gives the calendar of these parties together.
func Joint(parties ...Party) Calendar {
	if len(parties) == 0 {
		parties = []Party{{}}
	}
	return Calendar{slices.Clone(parties)}
}

// Add gives when that many joint working days are over, without the day of from
// itself: the first to count is the next one that has begun for none of the
// parties, and the last is over when the last of them closes. It gives from where
// days is not more than nothing. Parties without a joint working day, which no
// charter's check lets pass, are taken to work every day.
func (c Calendar) Add(from time.Time, days int) time.Time {
	if days <= 0 {
		return from
	}
	var date time.Time
	for _, p := range c.parties {
		if own := p.date(from); own.After(date) {
			date = own
		}
	}
	next, left := date, days
	for range horizon {
		next = next.AddDate(0, 0, 1)
		if over, ok := c.day(next); ok {
			if left--; left == 0 {
				return over
			}
		}
	}
	return date.AddDate(0, 0, days+1)
}

// Works reports whether a date, of which the time of day and the zone do not count,
// is a joint working day.
func (c Calendar) Works(date time.Time) bool {
	y, m, d := date.Date()
	_, ok := c.day(time.Date(y, m, d, 0, 0, 0, 0, time.UTC))
	return ok
}

// Shares reports whether there is a day of the week on which every party works.
func (c Calendar) Shares() bool {
	for day := time.Sunday; day <= time.Saturday; day++ {
		if !slices.ContainsFunc(c.parties, func(p Party) bool { return slices.Contains(p.Weekend, day) }) {
			return true
		}
	}
	return false
}

// day gives when the last of the parties closes on a date; not ok where one of them
// does not work then.
func (c Calendar) day(date time.Time) (over time.Time, ok bool) {
	for _, p := range c.parties {
		_, closes, works := p.hours(date)
		if !works {
			return time.Time{}, false
		}
		if closes.After(over) {
			over = closes
		}
	}
	return over, true
}
