package trade

import (
	"encoding/json"
	"testing"
	"time"

	"parley/calendar"
	"parley/zone"
)

// week is of parties that rest on Friday, Saturday and Sunday between them.
var week = calendar.Keep(monday, parties()...)

func parties() []calendar.Party {
	zones := map[string][]time.Weekday{"Asia/Jerusalem": {time.Friday, time.Saturday}, "Asia/Damascus": {time.Friday, time.Saturday}, "America/New_York": {time.Saturday, time.Sunday}}
	var all []calendar.Party
	for _, name := range []string{"Asia/Jerusalem", "Asia/Damascus", "America/New_York"} {
		location, err := zone.Load(name)
		if err != nil {
			panic(err)
		}
		all = append(all, calendar.Party{Zone: location, Weekend: zones[name], Opens: 8 * time.Hour, Closes: 16 * time.Hour, Holidays: []string{"2026-11-26", "2026-12-24", "2026-12-25", "2027-04-22"}})
	}
	return all
}

// What a project keeps counts as the charter's calendars do.
func TestDays(t *testing.T) {
	text, err := json.Marshal(week)
	var kept calendar.Days
	if err != nil || json.Unmarshal(text, &kept) != nil {
		t.Fatal(err)
	}
	whole := calendar.Joint(parties()...)
	for hour := range 24 * 25 {
		if from := monday.Add(time.Duration(hour) * 7 * time.Hour); !kept.Add(from, 1+hour%46).Equal(whole.Add(from, 1+hour%46)) {
			t.Fatalf("%d days from %s: %s, by the charter %s", 1+hour%46, from, kept.Add(from, 1+hour%46), whole.Add(from, 1+hour%46))
		}
	}
}
