package console

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"parley/activity"
	"parley/desk"
	"parley/format"
	"parley/rule"
	"parley/words"
)

// A look is what the map and the timeline show: their filters and their window, which
// stand in the address, and what the desk answers.
type look struct {
	*desk.Picture
	Filter desk.PictureQuery
	At     time.Time // the minute that is looked at
	Action string    // address of the page without its query

	Parties []option
	Areas   []option
	Formats []string          // of what may have a place
	Marks   map[string]string // of each party, see [visit.sides]
}

// An option is one choice of a filter.
type option struct{ ID, Name string }

// Bounds of the window where the address says none: round now.
const (
	lookBack  = 24 * time.Hour
	lookAhead = 72 * time.Hour
)

// look reads the address and asks the desk.
func (v *visit) look(events bool) (*look, error) {
	q := v.r.URL.Query()
	l := &look{Action: v.r.URL.Path, Marks: v.sides(), Filter: desk.PictureQuery{Area: q.Get("area"), Party: q.Get("party"), Format: q.Get("format"), Events: events, Lang: v.lang}}
	hour := v.now.Truncate(time.Hour)
	var err error
	if l.Filter.From, err = moment("from", q.Get("from"), hour.Add(-lookBack)); err != nil {
		return nil, err
	}
	if l.Filter.To, err = moment("to", q.Get("to"), l.Filter.From.Add(lookBack+lookAhead)); err != nil {
		return nil, err
	}
	if l.At, err = moment("at", q.Get("at"), v.now.Truncate(time.Minute)); err != nil {
		return nil, err
	}
	l.Filter.At = l.At
	if l.Picture, err = v.console.desk.Picture(v.ctx, l.Filter, v.officer); err != nil {
		return nil, err
	}
	c := v.console.desk.Charter()
	for _, p := range c.Parties {
		l.Parties = append(l.Parties, option{p.ID, words.Visible(v.partyName(p.ID))})
	}
	for _, a := range c.Areas {
		l.Areas = append(l.Areas, option{a.ID, words.Visible(v.areaName(a.ID))})
	}
	seen := map[string]bool{}
	for _, r := range c.Formats {
		f, ok := c.Format(r.Format)
		if ok && f.Kind == format.Message && !seen[f.ID] && placed(f) {
			seen[f.ID] = true
			l.Formats = append(l.Formats, f.ID)
		}
	}
	return l, nil
}

// wholePicture refuses a file of less than there is: a picture is bounded, which a page
// says and rows cannot.
func (v *visit) wholePicture(l *look) error {
	if v.export == nil || !l.More {
		return nil
	}
	return rule.Refuse(desk.BadRequest, "choose a shorter time, a party or an area", "there is more in this time than the %d that a picture takes", desk.MaxPicture)
}

// placed reports whether a format's messages may be on the map.
func placed(f *format.Format) bool {
	for _, field := range f.Fields {
		if field.Critical && (field.Type == format.Place || field.Type == format.Area) {
			return true
		}
	}
	return false
}

// moment reads a time of an address: an instant, or as a slider has it, minutes since
// 1970.
func moment(name, said string, otherwise time.Time) (time.Time, error) {
	if said == "" {
		return otherwise, nil
	}
	if t, ok := format.ReadInstant(said); ok {
		return t, nil
	}
	if minutes, err := strconv.ParseInt(said, 10, 64); err == nil && minutes > 0 && minutes < 1<<32 {
		return time.Unix(60*minutes, 0).UTC(), nil
	}
	return time.Time{}, rule.Refuse(desk.BadRequest, "write it as 2026-11-25T06:00Z", "%s is %q; want a time in UTC", name, clipped(said))
}

func clipped(s string) string {
	const most = 60
	if len(s) > most {
		return s[:most] + "…"
	}
	return s
}

// Minutes are the slider's bounds and place.
func (l *look) Minutes() (m struct{ From, To, At int64 }) {
	m.From, m.To = minute(l.From), minute(l.To)
	m.At = min(max(minute(l.At), m.From), m.To)
	return m
}

func minute(t time.Time) int64 { return t.Unix() / 60 }

// Active reports whether something takes place at the minute that is looked at.
func (l *look) Active(s desk.Sight) bool {
	for _, span := range s.Times {
		if _, shared := span.Shared(activity.Span{Begins: l.At, Ends: l.At.Add(time.Minute)}); shared {
			return true
		}
	}
	return false
}

// Times are a sight's as the slider counts: from and to in minutes, nothing for an end
// that nobody knows.
func (l *look) Times(s desk.Sight) string {
	text := ""
	for i, span := range s.Times {
		if i > 0 {
			text += " "
		}
		text += strconv.FormatInt(minute(span.Begins), 10) + "-"
		if !span.Ends.IsZero() {
			text += strconv.FormatInt(minute(span.Ends), 10)
		}
	}
	return text
}

// sides gives each party its mark on map and timeline: the sides 0, 1 and so on by the
// charter, the supervisor "s". None of them is red.
func (v *visit) sides() map[string]string {
	c, marks := v.console.desk.Charter(), map[string]string{}
	n := 0
	for _, p := range c.Parties {
		if p.ID == c.Supervisor().ID {
			marks[p.ID] = "s"
			continue
		}
		marks[p.ID] = strconv.Itoa(n % 2)
		n++
	}
	return marks
}

// shortName is what stands beside a sight in the picture: its format and entry.
func shortName(item desk.ListItem) string {
	name, _, _ := strings.Cut(item.Format, "/")
	if item.Index == nil {
		return words.Visible(name)
	}
	return words.Visible(fmt.Sprintf("%s #%d", name, *item.Index))
}
