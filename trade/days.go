package trade

import "time"

// Days PLACEHOLDER until calendar lands.
type Days struct {
	Weekend  []time.Weekday `json:"weekend,omitempty"`
	Holidays []string       `json:"holidays,omitempty"`
}

func (d Days) Add(from time.Time, n int) time.Time {
	day := from.UTC().Truncate(24 * time.Hour)
	for n > 0 {
		day = day.Add(24 * time.Hour)
		ok := true
		for _, w := range d.Weekend {
			ok = ok && day.Weekday() != w
		}
		if ok {
			n--
		}
	}
	return day.Add(24 * time.Hour)
}
