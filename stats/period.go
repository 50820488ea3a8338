package stats

import (
	"time"

	"parley/format"
	"parley/rule"
)

// BadPeriod is the rule by which a period is refused.
const BadPeriod = "stats.period"

// A Period is the time that a page is about: statements count by the hub's time of
// their entries, from From, included, to To, excluded. Month is "2026-11" where it
// is exactly a month (UTC), and empty elsewhere.
type Period struct {
	Month    string
	From, To time.Time
}

// MonthOf gives the month that holds t.
func MonthOf(t time.Time) Period {
	from := time.Date(t.UTC().Year(), t.UTC().Month(), 1, 0, 0, 0, 0, time.UTC)
	return Period{Month: from.Format("2006-01"), From: from, To: from.AddDate(0, 1, 0)}
}

// ReadPeriod reads a period as people write it: a month such as 2026-11, or two
// instants such as 2026-11-24T06:00Z; where all are empty it is the month of now.
func ReadPeriod(month, from, to string, now time.Time) (Period, error) {
	switch {
	case month != "" && (from != "" || to != ""):
		return Period{}, rule.Refuse(BadPeriod, "leave one of them out", "a month and two instants are both given")
	case month == "" && from == "" && to == "":
		return MonthOf(now), nil
	case month != "":
		t, err := time.Parse("2006-01", month)
		if err != nil {
			return Period{}, rule.Refuse(BadPeriod, "write a month such as 2026-11", "%q is not a month", month)
		}
		return MonthOf(t), nil
	}
	begin, ok := format.ReadInstant(from)
	if !ok {
		return Period{}, rule.Refuse(BadPeriod, "write an instant such as 2026-11-24T06:00Z", "%q, where the period begins, is not an instant", from)
	}
	end, ok := format.ReadInstant(to)
	if !ok {
		return Period{}, rule.Refuse(BadPeriod, "write an instant such as 2026-11-24T06:00Z", "%q, where the period ends, is not an instant", to)
	}
	if !begin.Before(end) {
		return Period{}, rule.Refuse(BadPeriod, "write the earlier instant first", "the period ends at %s, before it begins", to)
	}
	return Period{From: begin.UTC(), To: end.UTC()}, nil
}

func (p Period) holds(t time.Time) bool { return !t.Before(p.From) && t.Before(p.To) }
