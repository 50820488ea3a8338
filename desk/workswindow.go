package desk

import (
	"context"
	"errors"
	"math"
	"time"

	"parley/activity"
	"parley/format"
	"parley/geo"
	"parley/identity"
	"parley/matter"
	"parley/mechanism"
	"parley/rule"
	"parley/statement"
	"parley/trade"
	"parley/words"
)

// The answer to whether a works window is free is an oracle for an officer who may
// not read notices, so it is coarse and rare: whole days of UTC, a cell of the map,
// and few questions for the whole desk.
const (
	windowCell   = 833_333 // 1e-7 degrees: five minutes of arc, about 9 km
	windowRadius = 6_600   // metres from a cell's centre to beyond its corners
	windowStep   = 5_000   // metres in which the place's uncertainty counts
	windowHourly = 6
	windowDaily  = 20
)

// NoWindow is the rule of questions about works windows.
const NoWindow = "project.window"

// A WindowAnswer says whether a works window is free, and nothing of why.
type WindowAnswer struct {
	Exercise bool   `json:"exercise"`
	Free     bool   `json:"free"`
	From     string `json:"from"`  // first day that was looked at, UTC
	Until    string `json:"until"` // last day
	Left     int    `json:"left"`  // questions that this desk may still ask in this hour
	Text     string `json:"text"`
}

// Window answers whether the works window of a proposal is free of announced
// activities, for an officer who may read the proposal. ref is as [Desk.Find] takes
// it. It is answered with what this desk may read, and logged.
func (d *Desk) Window(ctx context.Context, ref, lang string, as identity.Author) (*WindowAnswer, error) {
	if _, err := d.trader(ctx, as); err != nil {
		return nil, err
	}
	id, err := d.Find(ctx, ref)
	if err != nil {
		return nil, err
	}
	project := id
	if record, ok := d.work.Record(id); ok && record.Facts != nil && record.Facts.Kind == matter.Project {
		if m, ok := d.work.Matter(record.Facts.Matter); ok {
			if s, ok := m.State.(*trade.State); ok {
				id, project = s.Text, m.ID // the text that stands
			}
		}
	}
	s, err := d.said(ctx, id)
	if err != nil {
		return nil, err
	}
	if _, readers := d.readersOf(s.Claims(), s.Field, 0); trade.Limited(readers, d.party) {
		if err := d.reads(readers, projectArea, as, lang); err != nil {
			return nil, errors.Join(err, d.outbox.logAccess(ctx, AccessEntry{At: d.config.Clock(), Project: project, Statement: id, Officer: as.String(), Answer: AccessDenied}))
		}
	}
	return d.window(ctx, s.Field, project, id, lang, as)
}

// said gives a statement of the ledger or of the outbox.
func (d *Desk) said(ctx context.Context, id string) (*statement.Statement, error) {
	if record, ok := d.work.Record(id); ok {
		return d.statementAt(ctx, record.Index)
	}
	row, err := d.outbox.get(ctx, id)
	if err == nil && row == nil {
		return nil, rule.Refuse(NotFound, "`parley projects` lists them", "there is no proposal %s here", id)
	}
	if err != nil {
		return nil, err
	}
	return row.statement, nil
}

// PreviewWindow is [Desk.Window] for a proposal that is being written.
func (d *Desk) PreviewWindow(ctx context.Context, q Saying) (*WindowAnswer, error) {
	if _, err := d.trader(ctx, q.By); err != nil {
		return nil, err
	}
	f, ok := d.Charter().Newest("J50")
	if !ok {
		return nil, rule.Refuse(NoFormat, "`parley charter show` lists those in force", "format J50 is not in force")
	}
	values, err := f.Parse(d.Charter().Setting(d.party), q.Fields)
	if err != nil {
		return nil, fieldRefusal(err, q.Lang)
	}
	return d.window(ctx, func(name string) (any, bool) { v, ok := values[name]; return v, ok }, "", "", q.Lang, q.By)
}

func (d *Desk) window(ctx context.Context, fields func(string) (any, bool), project, id, lang string, as identity.Author) (*WindowAnswer, error) {
	volume, err := worksVolume(fields, lang)
	if err != nil {
		return nil, err
	}
	if area := d.unread(); area != "" {
		return nil, refusal(NoWindow, lang, words.M("project.window-blind", "area", area), words.M("project.window-blind-remedy"))
	}
	now := d.config.Clock()
	entry := AccessEntry{At: now, Project: project, Statement: id, Officer: as.String()}
	d.windows.Lock()
	defer d.windows.Unlock()
	hour, err := d.outbox.questions(ctx, now.Add(-time.Hour))
	if err != nil {
		return nil, err
	}
	day, err := d.outbox.questions(ctx, now.Add(-24*time.Hour))
	if err != nil {
		return nil, err
	}
	if hour >= windowHourly || day >= windowDaily {
		entry.Answer = AccessTooMany
		if err := d.outbox.logAccess(ctx, entry); err != nil {
			return nil, err
		}
		return nil, refusal(NoWindow, lang, words.M("project.window-often", "hour", windowHourly, "day", windowDaily), words.M("project.window-often-remedy"))
	}
	free := false
	d.ask(now, 1, func(int) (question, bool) { return question{volume: volume}, true },
		func(_ int, f found) { free = len(f.meetings) == 0 && f.unseen == 0 })
	answer := &WindowAnswer{Exercise: d.Charter().Exercise, Free: free, From: volume.Times[0].Begins.Format(time.DateOnly), Until: volume.Times[0].Ends.Format(time.DateOnly), Left: min(windowHourly-hour, windowDaily-day) - 1}
	entry.Answer = AccessNotFree
	key := "project.window-taken"
	if free {
		entry.Answer, key = AccessFree, "project.window-free"
	}
	if err := d.outbox.logAccess(ctx, entry); err != nil {
		return nil, err
	}
	code := func(text string) words.Raw { return words.Raw(words.LeftToRight(lang, text)) }
	answer.Text = words.M(key, "from", code(answer.From), "until", code(answer.Until)).In(lang) + "\n"
	return answer, nil
}

// unread gives an area with notices that this desk does not read; empty where it
// reads all of them. What it does not know it cannot call free.
func (d *Desk) unread() string {
	signer, err := d.config.Signer(d.config.Author.String())
	if err != nil {
		return projectArea
	}
	key, ok := mechanism.FindKey(d.work, identity.Thumbprint(signer.Public()), d.work.Size())
	for _, r := range d.Charter().Formats {
		if f, known := d.Charter().Format(r.Format); known && f.Volume != nil && (!ok || !key.Sees(f.Area)) {
			return f.Area
		}
	}
	return ""
}

// worksVolume gives the coarse volume of a proposal's works: its cell of the map, on
// whole days, at any height.
func worksVolume(fields func(string) (any, bool), lang string) (*activity.Volume, error) {
	text := func(name string) string { value, _ := fields(name); said, _ := value.(string); return said }
	begins, ends, ok := format.ReadWindow(text("works-window"))
	place, err := geo.ParsePosition(text("place"))
	if !ok || err != nil {
		return nil, refusal(NoWindow, lang, words.M("project.window-none"), words.M("project.window-none-remedy"))
	}
	const day = 24 * time.Hour
	from, until := begins.UTC().Truncate(day), ends.UTC().Add(day-time.Nanosecond).Truncate(day).Add(-time.Second)
	if until.Before(from) {
		until = from.Add(day - time.Second)
	}
	cell := func(at, most int32) int32 { // the middle of its cell
		return int32(min((math.Floor(float64(at)/windowCell)+0.5)*windowCell, float64(most)))
	}
	unsure := (place.Metres + windowStep - 1) / windowStep * windowStep
	if place.Metres <= windowStep/10 {
		unsure = 0
	}
	area := geo.Area{Shape: geo.Circle, Points: []geo.Point{{Lat: cell(place.Point.Lat, 899_999_999), Lon: cell(place.Point.Lon, 1_800_000_000)}}, Size: windowRadius, Metres: unsure}
	return &activity.Volume{Times: []activity.Span{{Begins: from, Ends: until}}, Areas: []*geo.Footprint{area.Footprint()}}, nil
}
