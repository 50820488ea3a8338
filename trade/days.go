package trade

import (
	"slices"
	"time"

	"parley/calendar"
	"parley/zone"
)

// Bounds of the holidays that a project keeps.
const (
	maxHolidays = 300
	ahead       = 3 * 366 * 24 * time.Hour
)

// Days are the working days of all parties as the charter had them when a project
// opened, to be kept with it: a later charter changes nobody's time. Holidays more
// than three years ahead are left out; no clock but a licence's own reaches there.
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

// DaysOf keeps what these parties' calendars say from now on.
func DaysOf(now time.Time, parties ...calendar.Party) Days {
	var d Days
	from, to := now.Add(-48*time.Hour).Format(time.DateOnly), now.Add(ahead).Format(time.DateOnly)
	for _, p := range parties {
		c := Clock{Zone: "UTC", Opens: p.Opens, Closes: p.Closes}
		if p.Zone != nil {
			c.Zone = p.Zone.String()
		}
		d.Clocks = append(d.Clocks, c)
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
	d.Holidays = slices.Compact(d.Holidays)
	d.Holidays = d.Holidays[:min(len(d.Holidays), maxHolidays)]
	if len(d.Holidays) == 0 {
		d.Holidays = nil
	}
	return d
}

// Add gives when that many working days are over, as [calendar.Calendar.Add] has
// it.
func (d Days) Add(from time.Time, days int) time.Time {
	parties := make([]calendar.Party, len(d.Clocks))
	for i, c := range d.Clocks {
		location, err := zone.Load(c.Zone)
		if err != nil {
			location = time.UTC // the charter's zones are known ones
		}
		parties[i] = calendar.Party{Zone: location, Weekend: d.Weekend, Opens: c.Opens, Closes: c.Closes, Holidays: d.Holidays}
	}
	return clean(calendar.Joint(parties...).Add(from, days))
}
