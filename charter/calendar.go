package charter

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"parley/calendar"
	"parley/zone"
)

// A Calendar is when a party works, by the clock of its zone. A party without one
// works every day, round the clock. Holidays are known to the last of the list: who
// goes on beyond it amends the charter in time.
type Calendar struct {
	Weekend  []string  `json:"weekend,omitempty"` // days of the week, "monday" to "sunday"
	From     string    `json:"from"`              // "08:00"
	To       string    `json:"to"`                // "17:00"; at the latest "24:00"
	Holidays []Holiday `json:"holidays,omitempty"`
}

// A Holiday is a date on which a party does not work.
type Holiday struct {
	Date  string            `json:"date"` // "2026-12-25"
	Names map[string]string `json:"names,omitempty"`
}

// Calendar gives the working days that these parties share; of all parties where
// none is named. So for something due within 20 working days of all parties:
//
//	due := ch.Calendar().Add(logged, 20)
//
// [calendar.Calendar.Add] says what a whole day is between zones. Fix what it gives
// as the thing begins: a later charter may have other holidays.
func (c *Charter) Calendar(parties ...string) calendar.Calendar {
	var all []calendar.Party
	for _, p := range c.Parties {
		if len(parties) == 0 || slices.Contains(parties, p.ID) {
			all = append(all, p.works())
		}
	}
	return calendar.Joint(all...)
}

// Works gives the working hours of one party; of one that the charter does not
// have: always.
func (c *Charter) Works(party string) calendar.Party {
	p, _ := c.Party(party)
	return p.works()
}

// works reads the party's calendar; what is wrong in one that has not passed
// [Charter.Check] is left out.
func (p Party) works() calendar.Party {
	location, err := zone.Load(p.Zone)
	if err != nil {
		location = time.UTC
	}
	own := calendar.Party{Zone: location}
	if p.Calendar == nil {
		return own
	}
	for _, day := range p.Calendar.Weekend {
		if i := slices.Index(weekdays, day); i >= 0 {
			own.Weekend = append(own.Weekend, time.Weekday(i))
		}
	}
	from, fromOK := clock(p.Calendar.From)
	to, toOK := clock(p.Calendar.To)
	if fromOK && toOK && from < to {
		own.Opens, own.Closes = from, to
	}
	for _, h := range p.Calendar.Holidays {
		own.Holidays = append(own.Holidays, h.Date)
	}
	slices.Sort(own.Holidays)
	return own
}

// Days is the time for a reply in whole days, as a precedence in working time counts
// it.
func (p Precedence) Days() int { return p.ReplySeconds / daySeconds }

const daySeconds = 24 * 3600

// weekdays are the days of the week as a charter writes them, by [time.Weekday].
var weekdays = []string{"sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"}

// clock reads a time of the day such as "08:00".
func clock(text string) (time.Duration, bool) {
	if text == "24:00" {
		return 24 * time.Hour, true
	}
	t, err := time.Parse("15:04", text)
	if err != nil || len(text) != len("15:04") {
		return 0, false
	}
	return time.Duration(t.Hour())*time.Hour + time.Duration(t.Minute())*time.Minute, true
}

const (
	maxHolidays = 400
	leastHours  = 4 * time.Hour // of a working day
)

func (k *checker) calendars(c *Charter) {
	for _, p := range c.Parties {
		if p.Calendar != nil {
			k.calendar(fmt.Sprintf("parties[%s].calendar", p.ID), p.Calendar)
		}
	}
	if !c.Calendar().Shares() {
		var weekends []string
		for _, p := range c.Parties {
			if p.Calendar != nil {
				weekends = append(weekends, p.ID+": "+strings.Join(p.Calendar.Weekend, " "))
			}
		}
		k.add("parties", strings.Join(weekends, "; "), "weekends that leave at least one day of the week on which every party works", "what is due in working days would never be due")
	}
	for _, p := range c.Precedences {
		if p.Working && p.ReplySeconds%daySeconds != 0 {
			k.add(fmt.Sprintf("precedences[%s].replySeconds", p.ID), fmt.Sprint(p.ReplySeconds), "whole days (86400 seconds each), where the precedence runs in working time", "")
		}
	}
}

func (k *checker) calendar(field string, c *Calendar) {
	for i, day := range c.Weekend {
		if !slices.Contains(weekdays, day) || slices.Contains(c.Weekend[:i], day) {
			k.add(field+".weekend", day, strings.Join(weekdays, ", ")+", each once", "")
		}
	}
	from, fromOK := clock(c.From)
	to, toOK := clock(c.To)
	if !fromOK || !toOK || to-from < leastHours {
		k.add(field+".from", c.From+" to "+c.To, "two times of one day such as 08:00 and 17:00, at least 4 hours apart and at the latest 24:00", "")
	}
	if len(c.Holidays) > maxHolidays {
		k.add(field+".holidays", fmt.Sprint(len(c.Holidays)), fmt.Sprintf("at most %d", maxHolidays), "")
	}
	for i, h := range c.Holidays {
		at := fmt.Sprintf("%s.holidays[%d]", field, i)
		if _, err := time.Parse(time.DateOnly, h.Date); err != nil {
			k.add(at+".date", h.Date, "a date such as 2026-12-25", "")
		} else if i > 0 && h.Date <= c.Holidays[i-1].Date {
			k.add(at+".date", h.Date, "dates in their order, each once", "")
		}
		if len(h.Names) > 0 {
			k.names(at+".names", h.Names)
		}
	}
}
