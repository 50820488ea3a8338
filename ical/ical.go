// Package ical writes meetings and due dates as an iCalendar file (RFC 5545), which
// the calendars on officers' tables read.
//
// A calendar goes where a desk's replica does not: to a telephone, to a secretary's
// screen. So it holds what a [Item] has and no more: when, what kind of thing, by
// whom, and the entry to look up. An item keeps its identifier for as long as it is
// the same thing, and its sequence grows as it changes, so that a calendar that
// reads the file again moves it instead of doubling it.
//
// Everything is an event, a due date too: most calendars show no to-dos of a file
// that they subscribe to.
package ical

import (
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"

	ics "github.com/arran4/golang-ical"
)

// Kinds of items.
const (
	Meeting = "MEETING"
	Due     = "DUE"
)

// How a meeting stands.
const (
	Tentative = "TENTATIVE"
	Confirmed = "CONFIRMED"
	Cancelled = "CANCELLED"
)

// An Item is a meeting or something due.
type Item struct {
	UID      string    `json:"uid"`            // the same for as long as it is the same thing
	Sequence int       `json:"sequence"`       // grows with each change
	Changed  time.Time `json:"changed"`        // since when it stands so
	Kind     string    `json:"kind"`           // [Meeting] or [Due]
	Status   string    `json:"status"`         // [Confirmed] of what is due
	Starts   time.Time `json:"starts"`         // or when it is due
	Ends     time.Time `json:"ends,omitzero"`  // excluded; zero: it takes no time
	Summary  string    `json:"summary"`        // one line
	Detail   string    `json:"detail"`         // where to look it up
	Area     string    `json:"area,omitempty"` // compartment that it is of
}

// A Calendar is the items of one reader.
type Calendar struct {
	Name  string
	Lang  string // of its texts
	Mark  string // what its name and each of its summaries begin and end with, such as EXERCISE; empty: nothing
	Items []Item
}

// Bytes writes the calendar: lines of at most 75 bytes, folded and ended as RFC 5545
// asks, items by time and then by identifier. The same calendar has the same bytes.
// Whatever a text holds, it stays the one text that it is.
func (c Calendar) Bytes() ([]byte, error) {
	cal := &ics.Calendar{}
	cal.SetVersion("2.0")
	cal.SetProductId("-//parley//desk//EN")
	cal.SetMethod(ics.MethodPublish)
	cal.SetName(c.marked(c.Name))
	cal.SetXWRCalName(c.marked(c.Name))
	items := slices.Clone(c.Items)
	slices.SortFunc(items, func(a, b Item) int {
		if n := a.Starts.Compare(b.Starts); n != 0 {
			return n
		}
		return strings.Compare(a.UID, b.UID)
	})
	for i, item := range items {
		if i > 0 && item.UID == items[i-1].UID {
			return nil, fmt.Errorf("write calendar: two items are called %q", item.UID)
		}
		c.event(cal.AddEvent(clean(item.UID)), item)
	}
	var text strings.Builder
	if err := cal.SerializeTo(&text, ics.WithNewLine("\r\n")); err != nil {
		return nil, fmt.Errorf("write calendar: %w", err)
	}
	return []byte(text.String()), nil
}

func (c Calendar) event(e *ics.VEvent, item Item) {
	e.SetDtStampTime(item.Changed)
	e.SetModifiedAt(item.Changed)
	e.SetSequence(item.Sequence)
	e.SetStartAt(item.Starts)
	if !item.Ends.IsZero() {
		e.SetEndAt(item.Ends)
	}
	language := &ics.KeyValues{Key: string(ics.ParameterLanguage), Value: []string{c.Lang}}
	e.SetSummary(c.marked(item.Summary), language)
	e.SetDescription(c.marked(item.Detail), language)
	e.AddCategory(item.Kind)
	e.SetStatus(ics.ObjectStatus(item.Status))
	e.SetClass(ics.ClassificationConfidential)
	e.SetTimeTransparency(ics.TransparencyTransparent)
	if item.Kind == Meeting && item.Status == Confirmed {
		e.SetTimeTransparency(ics.TransparencyOpaque)
	}
}

// marked puts a text between marks.
func (c Calendar) marked(s string) string {
	if c.Mark == "" {
		return clean(s)
	}
	return clean(c.Mark + " " + s + " " + c.Mark)
}

// clean makes a text one line of characters that show, or that isolate the
// directions of what does.
func clean(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r >= '\u2066' && r <= '\u2069', r >= '\u200c' && r <= '\u200f', r == '\u061c':
			return r
		case unicode.IsControl(r), unicode.In(r, unicode.Cf, unicode.Zl, unicode.Zp):
			return ' '
		}
		return r
	}, strings.ToValidUTF8(s, "\ufffd"))
}
