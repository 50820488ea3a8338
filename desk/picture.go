package desk

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"parley/activity"
	"parley/area"
	"parley/charter"
	"parley/format"
	"parley/identity"
	"parley/mechanism"
	"parley/rule"
	"parley/statement"
)

// Bounds of a picture.
const (
	MaxPicture       = 300                 // sights, and events
	MaxPictureWindow = 31 * 24 * time.Hour // from its begin to its end
)

// A PictureQuery says what a picture is to show. Each filter that is empty lets
// everything pass.
type PictureQuery struct {
	From, To time.Time // at most [MaxPictureWindow] apart
	At       time.Time // what takes place then comes first; zero: now

	Area   string
	Party  string // of the author
	Format string // "J14"
	Events bool   // besides what has a place, what was done and what failed
	Next   int    // gives no more than so many, of what announces an activity alone, the first to begin first, and not what they overlap; 0: the whole picture
	Lang   string // of titles and subjects; empty: English
}

// A Sight is a message that says where and when something takes place or took place.
type Sight struct {
	ListItem
	Party    string          `json:"party"` // of its author
	Own      bool            `json:"own,omitempty"`
	Notice   bool            `json:"notice,omitempty"` // it announces an activity; else it tells of something
	Times    []activity.Span `json:"times"`            // at least one, by their begin
	Shapes   []Shape         `json:"shapes"`           // at least one
	Overlaps int             `json:"overlaps"`         // how many standing statements it overlaps, as [Desk.Page] marks it
}

// An Event is what was done or failed at a moment, without a place.
type Event struct {
	ListItem
	Party  string `json:"party"`            // whose it is: of its author, or who missed a test
	Missed bool   `json:"missed,omitempty"` // a link test that did not come
}

// A Picture is what stands with a place and a time within a window.
type Picture struct {
	Exercise bool      `json:"exercise"`
	Now      time.Time `json:"now"`
	From     time.Time `json:"from"`
	To       time.Time `json:"to"`
	Sights   []Sight   `json:"sights"`           // what takes place at the moment asked for first, then the newest first, but see [PictureQuery.Next]
	More     bool      `json:"more,omitempty"`   // there are more of either that may be read than a picture takes
	Before   uint64    `json:"before,omitempty"` // what was ordered before this entry was not looked at

	Events   []Event      `json:"events,omitempty"`   // newest first
	Switches []PartSwitch `json:"switches,omitempty"` // pauses and restrictions, by area and begin
}

// A PartSwitch is a pause or restriction of one area.
type PartSwitch struct {
	Area string `json:"area"`
	area.Switch
}

// Picture gives what as may read that has left the gate, nothing has taken the place of
// and whose text is not destroyed, where it says a place and a time within the window;
// the zero Author is the desk itself. What waits at a gate is in no picture, whoever has
// put it there. What is over stays in it. It needs no hub.
func (d *Desk) Picture(ctx context.Context, q PictureQuery, as identity.Author) (*Picture, error) {
	ctx = reading(ctx, as)
	sees, err := d.eyes(ctx)
	if err != nil {
		return nil, err
	}
	if !q.From.Before(q.To) || q.To.Sub(q.From) > MaxPictureWindow {
		return nil, rule.Refuse(BadRequest, "give a begin, and an end at most 31 days after it", "the window is from %s to %s; it must begin before it ends and last at most %d days",
			format.WriteInstant(q.From), format.WriteInstant(q.To), int(MaxPictureWindow/(24*time.Hour)))
	}
	if q.Lang == "" {
		q.Lang = format.Languages()[0]
	}
	now := d.config.Clock().UTC()
	if q.At.IsZero() {
		q.At = now
	}
	p := &Picture{Exercise: d.Charter().Exercise, Now: now, From: q.From.UTC(), To: q.To.UTC(), Sights: []Sight{}}
	if err := d.addSights(ctx, p, q, sees); err != nil {
		return nil, err
	}
	if !q.Events {
		return p, ctx.Err()
	}
	if err := d.addEvents(ctx, p, q, as); err != nil {
		return nil, err
	}
	for _, a := range d.work.Board().Areas.Areas {
		for _, sw := range a.Switches {
			if sees(a.ID) && (q.Area == "" || q.Area == a.ID) && (q.Party == "" || q.Party == sw.Party) && sw.From.Before(q.To) && (sw.Until.IsZero() || sw.Until.After(q.From)) {
				p.Switches = append(p.Switches, PartSwitch{a.ID, sw})
			}
		}
	}
	return p, ctx.Err()
}

func (d *Desk) addSights(ctx context.Context, p *Picture, q PictureQuery, sees func(area string) bool) error {
	candidates, before := d.sights.within(d, activity.Span{Begins: q.From, Ends: q.To})
	if p.Before = before; !d.seesVolumes(sees) {
		p.Before = 0
	}
	first := func(s sight) int {
		if _, active := s.lasts.Shared(activity.Span{Begins: q.At, Ends: q.At}); active {
			return 0
		}
		return 1
	}
	most := MaxPicture
	if q.Next > 0 {
		most = min(most, q.Next)
		slices.SortStableFunc(candidates, func(a, b sight) int { return a.lasts.Begins.Compare(b.lasts.Begins) })
	} else {
		slices.SortStableFunc(candidates, func(a, b sight) int { return first(a) - first(b) })
	}
	blocks := blockCache{}
	for _, c := range candidates {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		r, ok := d.work.RecordAt(c.index)
		if !ok || !sees(r.Claims.Area) || r.Delivery == nil || !r.Delivery.Current() || r.Purged != 0 || !q.passes(r) {
			continue
		}
		f, _, ok := d.criticalOf(r)
		notice := ok && f.Volume != nil
		if q.Next > 0 && !notice {
			continue
		}
		if len(p.Sights) == most {
			p.More = true
			break
		}
		one := Sight{Notice: notice, Party: r.Claims.Author.Party, Own: r.Claims.Author.Party == d.party, Times: d.timesOf(r)}
		for _, value := range d.placesOf(r) {
			if shape, ok := ShapeOf(value); ok {
				one.Shapes = append(one.Shapes, shape)
			}
		}
		item, err := d.itemFor(c.index, sees)
		if err != nil {
			return err
		}
		if one.ListItem, err = d.listItem(ctx, item, q.Lang, blocks); err != nil {
			return err
		}
		if one.Limited || len(one.Times) == 0 || len(one.Shapes) == 0 {
			continue // its text is for named readers alone, or was taken meanwhile
		}
		p.Sights = append(p.Sights, one)
	}
	if q.Next > 0 {
		return nil
	}
	lines := make([]ListItem, len(p.Sights))
	for i := range lines {
		lines[i] = p.Sights[i].ListItem
	}
	if err := d.markPage(ctx, lines); err != nil {
		return err
	}
	for i := range lines {
		p.Sights[i].ListItem = lines[i]
		for _, mark := range lines[i].Marks {
			if count, ok := strings.CutPrefix(mark, MarkOverlaps+" "); ok {
				p.Sights[i].Overlaps, _ = strconv.Atoi(count)
			}
		}
	}
	return nil
}

// seesVolumes reports whether whoever reads by sees may read all that says where it is:
// only he is told what was not looked at.
func (d *Desk) seesVolumes(sees func(area string) bool) bool {
	return !slices.ContainsFunc(d.Charter().Areas, func(a charter.Area) bool { return !sees(a.ID) })
}

func (q PictureQuery) passes(r *mechanism.Record) bool {
	name, _, _ := strings.Cut(r.Facts.Content, "/")
	return (q.Area == "" || q.Area == r.Claims.Area) && (q.Party == "" || q.Party == r.Claims.Author.Party) && (q.Format == "" || q.Format == name)
}

// addEvents gives what was done within the window: acts, tests that were missed, and
// what came with the highest precedence.
func (d *Desk) addEvents(ctx context.Context, p *Picture, q PictureQuery, as identity.Author) error {
	placed := map[string]bool{}
	for _, s := range p.Sights {
		placed[s.ID] = true
	}
	list := ListQuery{Limit: MaxPage, Area: q.Area, Acts: true, Lang: q.Lang}
	for looked := 0; looked < pageLook; looked++ {
		page, err := d.Page(ctx, list, as)
		if err != nil {
			return err
		}
		for _, item := range page.Items {
			if item.Logged.Before(q.From) {
				return nil
			}
			if item.Logged.After(q.To) || placed[item.ID] || !tells(&item) {
				continue
			}
			if len(p.Events) == MaxPicture {
				p.More = true
				return nil
			}
			e, err := d.event(ctx, item)
			if err != nil {
				return err
			}
			if q.Party == "" || q.Party == e.Party {
				p.Events = append(p.Events, e)
			}
		}
		if page.Next == nil {
			return nil
		}
		list.Before = page.Next
	}
	p.More = true
	return nil
}

const missedTest = "line.missed"

// tells reports whether an entry is worth a mark: what an officer did, what failed, and
// what came first. What desks and the hub's clock report of every statement is not.
func tells(item *ListItem) bool {
	name, _, _ := strings.Cut(item.Format, "/")
	switch item.Kind {
	case string(format.Act):
		return !strings.HasPrefix(name, "desk.")
	case string(format.Message):
		return item.Precedence == "FLASH"
	}
	return name == missedTest || name == "handover" || name == "relief"
}

// event says whose an entry is.
func (d *Desk) event(ctx context.Context, item ListItem) (Event, error) {
	e := Event{ListItem: item}
	e.Party, _, _ = strings.Cut(item.Author, "/")
	if e.Missed = strings.HasPrefix(item.Format, missedTest+"/"); !e.Missed || item.Index == nil {
		return e, nil
	}
	s, err := d.statementAt(ctx, *item.Index)
	if err != nil {
		return e, err
	}
	e.Party = fieldText(s, "party")
	return e, nil
}

func fieldText(s *statement.Statement, name string) string {
	value, _ := s.Field(name)
	text, _ := value.(string)
	return text
}
