package digest

import (
	"slices"
	"strings"
	"time"

	"parley/charter"
	"parley/mechanism"
	"parley/rule"
	"parley/stats"
	"parley/zone"
)

// Rules of this package, as refusals name them.
const (
	BadPeriod   = "digest.period"
	BadAudience = "digest.audience"
	NotRead     = "digest.not-read"
)

// How long a report is about.
const (
	Day   = "day"
	Week  = "week"  // seven days
	Month = "month" // of the calendar
)

// Audiences beside the areas themselves: the readers of the diplomatic area are the
// diplomats, those of the commercial one the commercial liaison, and so on.
const (
	Watch   = "watch"   // military: what the watch floor reads
	Command = "command" // all areas but the commercial one
	Auditor = "auditor" // all areas
)

// A Question is what a report is to be about.
type Question struct {
	Audience string // one of [Audiences]; empty: Watch
	Span     string // [Day], [Week] or [Month]; empty: Day
	Date     string // a day of it, such as "2026-11-24", of a week the last; empty: that of the newest entry
	Zone     string // party whose days are meant; empty: UTC
}

// Audiences names whom reports are for by a charter.
func Audiences(ch *charter.Charter) []string {
	return append([]string{Watch, Command, Auditor}, mechanism.Switchable(ch)...)
}

// AreasOf gives the areas that a report for an audience is of: the channel's own, and
// those that its readers read.
func AreasOf(ch *charter.Charter, audience string) ([]string, error) {
	if !slices.Contains(Audiences(ch), audience) {
		return nil, rule.Refuse(BadAudience, "name one of "+strings.Join(Audiences(ch), ", "), "nobody reads a report for %q", audience)
	}
	areas := []string{mechanism.Service}
	for _, id := range mechanism.Switchable(ch) {
		if audience == Auditor || audience == id || audience == Command && id != "commercial" || audience == Watch && id == "military" {
			areas = append(areas, id)
		}
	}
	return areas, nil
}

// zone gives the name of the time zone that divides the days, and the zone.
func (q Question) zone(ch *charter.Charter) (string, *time.Location, error) {
	if q.Zone == "" {
		return "UTC", time.UTC, nil
	}
	p, ok := ch.Party(q.Zone)
	if !ok {
		return "", nil, rule.Refuse(BadPeriod, "name a party of the charter, or nothing for UTC", "%q is no party whose days could be meant", q.Zone)
	}
	location, err := zone.Load(p.Zone)
	return p.Zone, location, err
}

// period reads what days the report is about.
func (q Question) period(now time.Time, in *time.Location) (stats.Period, error) {
	now = now.In(in)
	day := time.Date(now.Year(), now.Month(), now.Day(), 0, 0, 0, 0, in)
	if q.Date != "" {
		var err error
		if day, err = time.ParseInLocation(time.DateOnly, q.Date, in); err != nil {
			return stats.Period{}, rule.Refuse(BadPeriod, "write a day such as 2026-11-24", "%q is not a day", q.Date)
		}
	}
	month := time.Date(day.Year(), day.Month(), 1, 0, 0, 0, 0, in)
	switch q.Span {
	case Day:
		return stats.Period{From: day, To: day.AddDate(0, 0, 1)}, nil
	case Week:
		return stats.Period{From: day.AddDate(0, 0, -6), To: day.AddDate(0, 0, 1)}, nil
	case Month:
		if in == time.UTC {
			return stats.MonthOf(month), nil // with the availability of the line
		}
		return stats.Period{From: month, To: month.AddDate(0, 1, 0)}, nil
	}
	return stats.Period{}, rule.Refuse(BadPeriod, "write "+strings.Join([]string{Day, Week, Month}, ", "), "a report is not about a %q", q.Span)
}

// Sees refuses an audience whose areas are not all read with a key.
func Sees(ch *charter.Charter, audience string, key *mechanism.Key) error {
	areas, err := AreasOf(ch, audience)
	if err != nil {
		return err
	}
	if i := slices.IndexFunc(areas, func(id string) bool { return !key.Sees(id) }); i >= 0 {
		return rule.Refuse(NotRead, "ask as one who reads it, or for another audience", "%s does not read the area %s, and a report for %s tells of it", key.Author, areas[i], audience)
	}
	return nil
}
