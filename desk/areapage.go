package desk

import (
	"context"
	"strings"
	"time"

	"parley/area"
	"parley/mechanism"
	"parley/statement"
	"parley/words"
)

// A SwitchView is one party's pause or restriction of an area.
type SwitchView struct {
	area.Switch
	Index   uint64 `json:"entry"`
	Plan    string `json:"plan,omitempty"`    // for its resumption, as its party wrote it
	Overdue bool   `json:"overdue,omitempty"` // its review is past its time
}

// An AreaView is how an area stands.
type AreaView struct {
	ID       string       `json:"id"`
	Status   area.Status  `json:"status"`
	Switches []SwitchView `json:"switches,omitempty"` // in force, the hardest first
	Coming   []SwitchView `json:"coming,omitempty"`   // declared and not yet begun
}

// An AreasView is how all areas that can be switched stand. The safety floor has no
// switch.
type AreasView struct {
	Exercise bool       `json:"exercise"`
	Now      time.Time  `json:"now"`
	Areas    []AreaView `json:"areas"`
	Text     string     `json:"text"`
}

// Areas tells how the areas stand, by whom and why, in one of the catalogue's
// languages.
func (d *Desk) Areas(ctx context.Context, lang string) (*AreasView, error) {
	now := d.config.Clock().UTC()
	v := &AreasView{Exercise: d.Charter().Exercise, Now: now}
	var err error
	if v.Areas, err = d.areas(ctx, now); err != nil {
		return nil, err
	}
	p := d.newPage(lang, now)
	p.say(0, "area.title", "at", p.code(now.Format(time.DateOnly)), "time", p.at(now))
	p.areas(v.Areas, true)
	v.Text = p.String()
	return v, nil
}

func (d *Desk) areas(ctx context.Context, now time.Time) ([]AreaView, error) {
	b := d.work.Board()
	var all []AreaView
	for _, id := range mechanism.Switchable(d.Charter()) {
		status, in := b.Areas.Of(id, now)
		v := AreaView{ID: id, Status: status}
		for _, sw := range in {
			view, err := d.switched(ctx, sw, now)
			if err != nil {
				return nil, err
			}
			v.Switches = append(v.Switches, view)
		}
		for _, a := range b.Areas.Areas {
			for _, sw := range a.Switches {
				if a.ID != id || !now.Before(sw.From) || !sw.Until.IsZero() && !sw.From.Before(sw.Until) {
					continue
				}
				view, err := d.switched(ctx, sw, now)
				if err != nil {
					return nil, err
				}
				v.Coming = append(v.Coming, view)
			}
		}
		all = append(all, v)
	}
	return all, nil
}

// switched reads the declaration behind a switch.
func (d *Desk) switched(ctx context.Context, sw area.Switch, now time.Time) (SwitchView, error) {
	v := SwitchView{Switch: sw, Overdue: !now.Before(sw.Review)}
	r, ok := d.work.Record(sw.Statement)
	if !ok {
		return v, nil
	}
	v.Index = r.Index
	s, err := d.statementAt(ctx, r.Index)
	if err != nil {
		return v, err
	}
	if plan, _ := s.Field("resume-plan"); plan != nil {
		v.Plan = openText(plan)
	}
	return v, nil
}

// openText gives what can be read of a free text, its paragraphs parted by blank
// lines.
func openText(value any) string {
	text, ok := value.(statement.Text)
	if !ok {
		s, _ := value.(string)
		return s
	}
	var open []string
	for _, p := range text {
		open = append(open, p.Text)
	}
	return strings.TrimSpace(strings.Join(open, "\n\n"))
}

// areas writes how areas stand: in full, or each in one line.
func (p *page) areas(all []AreaView, full bool) {
	for _, a := range all {
		if a.Status == area.Open {
			p.say(2, "area.open", "area", p.area(a.ID))
		}
		for _, sw := range a.Switches {
			p.line(2, p.switched(p.area(a.ID), sw))
			p.plan(sw, full)
		}
		for _, sw := range a.Coming {
			p.say(2, "area.coming", "area", p.area(a.ID), "kind", p.named("J05", "switch", sw.Kind), "party", p.party(sw.Party), "from", p.at(sw.From), "left", p.left(sw.From),
				"reason", p.named("J05", "reason", sw.Reason))
			p.plan(sw, full)
		}
	}
	if full {
		p.say(2, "area.floor-formats", "formats", p.floor())
		return
	}
	p.say(2, "area.floor")
}

func (p *page) plan(sw SwitchView, full bool) {
	switch {
	case sw.Plan == "":
	case full:
		p.say(4, "area.plan", "plan", firstWords(sw.Plan, 1000))
	default:
		p.say(4, "area.plan", "plan", firstWords(sw.Plan, 60))
	}
}

// switched says by whom areas are paused or restricted, since when, why and until
// when, and when that is looked at again.
func (p *page) switched(areas words.Raw, sw SwitchView) string {
	until := words.M("area.until-resumed")
	if !sw.Until.IsZero() {
		until = words.M("area.until", "at", p.at(sw.Until))
	}
	review := words.M("area.review", "at", p.at(sw.Review), "left", p.left(sw.Review))
	if sw.Overdue {
		review = words.M("area.review-due", "at", p.at(sw.Review), "left", p.left(sw.Review))
	}
	key := "area.restricted"
	if sw.Kind == area.Pause {
		key = "area.paused"
	}
	return words.M(key, "area", areas, "party", p.party(sw.Party), "from", p.at(sw.From), "reason", p.named("J05", "reason", sw.Reason), "until", until, "review", review).In(p.lang)
}
