package calendar

import (
	"encoding/json"
	"reflect"
	"testing"
	"time"
)

// What is kept counts as the calendars themselves do.
func TestDays(t *testing.T) {
	holidays := []string{"2026-11-26", "2026-12-24", "2026-12-25", "2027-04-22"}
	parties := []Party{
		{Zone: in(t, "Asia/Jerusalem"), Weekend: []time.Weekday{time.Friday, time.Saturday}, Opens: 8 * hour, Closes: 17 * hour, Holidays: holidays[:2]},
		{Zone: in(t, "Asia/Damascus"), Weekend: []time.Weekday{time.Friday, time.Saturday}, Opens: 8 * hour, Closes: 15 * hour, Holidays: holidays[1:]},
		{Zone: in(t, "America/New_York"), Weekend: []time.Weekday{time.Saturday, time.Sunday}},
	}
	begun := at(t, "2026-11-23T08:00:00Z")
	whole := Joint(parties...)
	text, err := json.Marshal(Keep(begun, parties...))
	var kept Days
	if err != nil || json.Unmarshal(text, &kept) != nil || !reflect.DeepEqual(kept, Keep(begun, parties...)) {
		t.Fatalf("%s reads back as %+v (%v)", text, kept, err)
	}
	for i := range 24 * 25 {
		from, days := begun.Add(time.Duration(i)*7*hour), 1+i%46
		if got, want := kept.Add(from, days), whole.Add(from, days); !got.Equal(want) {
			t.Fatalf("%d days from %s: %s, by the charter %s", days, from, got, want)
		}
	}
	if got, want := (Days{}).Add(begun, 2), Joint().Add(begun, 2); !got.Equal(want) {
		t.Errorf("no days kept: %s, want %s", got, want)
	}
}
