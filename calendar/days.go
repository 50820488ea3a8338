package calendar

import (
	"slices"
	"time"

	"parley/zone"
)

// Bounds of the holidays that Days keep.
const (
	maxHolidays = 300
	ahead       = 3 * 366 * 24 * time.Hour
)

// Days are the working days of several parties together as a charter had them when
// something began, in a form that is kept with it: a later charter changes nobody's
// time. Holidays more than three years ahead are left out. The zero Days are of
// parties that always work.
type Days struct {
	Clocks   []Clock        `json:"clocks,omitempty"`
	Weekend  []time.Weekday `json:"weekend,omitempty"`  // of any of them, sorted
	Holidays []string       `json:"holidays,omitempty"` // of any of them, sorted, beside the weekends
}

// A Clock is by which one party closes.
type Clock struct {
	Zone   string        `json:"zone"`
	Opens  time.Duration `json:"opens,omitempty"`
	Closes time.Duration `json:"closes,omitempty"`
}

// Keep gives what these parties' calendars say from now on.
func Keep(now time.Time, parties ...Party) Days {
	var d Days
	from, to := now.Add(-48*time.Hour).Format(time.DateOnly), now.Add(ahead).Format(time.DateOnly)
	for _, p := range parties {
		d.Clocks = append(d.Clocks, Clock{Zone: p.zone().String(), Opens: p.Opens, Closes: p.Closes})
		d.Weekend = append(d.Weekend, p.Weekend...)
	}
	slices.Sort(d.Weekend)
	d.Weekend = slices.Compact(d.Weekend)
	for _, p := range parties {
		for _, h := range p.Holidays {
			date, err := time.Parse(time.DateOnly, h)
			if err == nil && from <= h && h <= to && !slices.Contains(d.Weekend, date.Weekday()) {
				d.Holidays = append(d.Holidays, h)
			}
		}
	}
	slices.Sort(d.Holidays)
	if d.Holidays = slices.Compact(d.Holidays); len(d.Holidays) > maxHolidays {
		d.Holidays = d.Holidays[:maxHolidays]
	}
	return d
}

// Add gives when that many working days are over, as [Calendar.Add] has it, in the
// form that JSON gives again.
func (d Days) Add(from time.Time, days int) time.Time {
	parties := make([]Party, len(d.Clocks))
	for i, c := range d.Clocks {
		location, err := zone.Load(c.Zone)
		if err != nil {
			location = time.UTC // the charter's zones are known ones
		}
		parties[i] = Party{Zone: location, Weekend: d.Weekend, Opens: c.Opens, Closes: c.Closes, Holidays: d.Holidays}
	}
	return Joint(parties...).Add(from, days).Round(0).UTC()
}
