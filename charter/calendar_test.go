package charter

import (
	"testing"
	"time"
)

func TestCalendar(t *testing.T) {
	c := filled(t, "quiet-orchard")
	from := time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC) // a Wednesday
	for _, row := range []struct {
		name    string
		parties []string
		days    int
		want    string
	}{
		{"all", nil, 4, "2026-12-03T17:00:00Z"}, // birch's holiday between
		{"alder", []string{"alder"}, 3, "2026-11-30T15:00:00Z"},
		{"both sides", []string{"alder", "birch"}, 5, "2026-12-03T15:00:00Z"},
		{"a party of no charter", []string{"norway"}, 3, "2026-11-29T00:00:00Z"},
	} {
		if got := c.Calendar(row.parties...).Add(from, row.days).Format(time.RFC3339); got != row.want {
			t.Errorf("%s: %d days end at %s, want %s", row.name, row.days, got, row.want)
		}
	}
	if got := c.Works("birch").AddHours(from, 6*time.Hour).Format(time.RFC3339); got != "2026-11-26T10:30:00Z" {
		t.Errorf("birch has worked 6 h at %s", got)
	}
	for i := range c.Parties {
		c.Parties[i].Calendar = nil
	}
	if got := c.Works("birch").AddHours(from, 50*time.Hour); !got.Equal(from.Add(50 * time.Hour)) {
		t.Errorf("who has no calendar has worked 50 h at %s", got)
	}
}

func TestCheckCalendar(t *testing.T) {
	const from = "; accepted: two times of one day such as 08:00 and 17:00, at least 4 hours apart and at the latest 24:00"
	for _, row := range []struct {
		name   string
		change func(*Charter)
		want   string
	}{
		{"none", func(c *Charter) { c.Parties[0].Calendar = nil }, ""},
		{"round the clock", func(c *Charter) { c.Parties[0].Calendar = &Calendar{From: "00:00", To: "24:00"} }, ""},
		{"days of the week", func(c *Charter) { c.Parties[0].Calendar.Weekend = []string{"Friday"} },
			`charter: parties[israel].calendar.weekend: read "Friday"; accepted: sunday, monday, tuesday, wednesday, thursday, friday, saturday, each once`},
		{"hours", func(c *Charter) { c.Parties[0].Calendar.To = "8:00" }, `charter: parties[israel].calendar.from: read "08:00 to 8:00"` + from},
		{"night", func(c *Charter) { c.Parties[0].Calendar.To = "06:00" }, `charter: parties[israel].calendar.from: read "08:00 to 06:00"` + from},
		{"holidays out of order", func(c *Charter) {
			c.Parties[0].Calendar.Holidays = []Holiday{{Date: "2026-12-25"}, {Date: "2026-12-25"}}
		}, `charter: parties[israel].calendar.holidays[1].date: read "2026-12-25"; accepted: dates in their order, each once`},
		{"no such date", func(c *Charter) { c.Parties[0].Calendar.Holidays = []Holiday{{Date: "2026-02-29"}} },
			`charter: parties[israel].calendar.holidays[0].date: read "2026-02-29"; accepted: a date such as 2026-12-25`},
		{"no day for all", func(c *Charter) {
			c.Parties[0].Calendar.Weekend = []string{"friday", "saturday"}
			c.Parties[1].Calendar.Weekend = []string{"monday", "tuesday", "wednesday", "thursday"}
		}, `charter: parties: read "israel: friday saturday; syria: monday tuesday wednesday thursday; united-states: saturday sunday"; ` +
			`accepted: weekends that leave at least one day of the week on which every party works; what is due in working days would never be due`},
		{"a part of a day", func(c *Charter) { c.Precedences[3].ReplySeconds++ },
			`charter: precedences[ROUTINE].replySeconds: read "259201"; accepted: whole days (86400 seconds each), where the precedence runs in working time`},
	} {
		c := filled(t, "paris-2026")
		row.change(c)
		got := ""
		if err := c.Check(); err != nil {
			got = err.Error()
		}
		if got != row.want {
			t.Errorf("%s:\n%s\nwant\n%s", row.name, got, row.want)
		}
	}
}
