package console

import (
	"cmp"
	"fmt"
	"html/template"
	"math"
	"strings"
	"time"

	"parley/charter"
	"parley/mechanism"
	"parley/stats"
	"parley/words"
)

// A statisticsPage is the figures of a period: of what all parties read, which are the
// same at every desk, or of one area.
type statisticsPage struct {
	Areas    []string // that the officer may ask for
	All      bool     // he may ask for all of them together
	Area     string
	Month    string
	From, To string

	Page     *stats.Page // nil: refused, or a window that reads itself again
	Verdicts []verdict
	Panels   []panel
	Columns  []string
	Rows     [][]string
	Files    string // query of the same as a file

	AsOf, Counted, Whose, Hash string // sentences
}

// A verdict says of a party whether it is within its times.
type verdict struct {
	Party  string
	Beyond bool
	Says   string
}

// A panel is one small picture: how long a step took, of each party.
type panel struct {
	Label   string
	Allowed int64 // milliseconds; 0: the charter has no time for it
	Rows    []panelRow
	SVG     template.HTML
}

type panelRow struct {
	Party  string // its name
	Took   stats.Spread
	Beyond bool
}

func (k *Console) statistics(v *visit) error {
	p, ch, err := v.figures()
	if err != nil {
		return v.showRefused("statistics", p, err)
	}
	if p.Page == nil {
		return v.show("statistics", p)
	}
	says := p.Page.Verdicts(v.lang, ch)
	for i, c := range p.Page.Parties {
		p.Verdicts = append(p.Verdicts, verdict{c.ID, len(c.Beyond) > 0 || c.Misused, says[i]})
	}
	p.Columns, p.Rows = p.Page.Table(v.lang, ch)
	code := func(s string) words.Raw { return words.Raw(words.LeftToRight(v.lang, s)) }
	p.AsOf = v.say("stats.as-of", "at", code(time.UnixMilli(p.Page.At).UTC().Format("2006-01-02 15:04:05Z")), "size", p.Page.Size, "root", code(p.Page.Root))
	p.Whose = v.say("console.statistics.own")
	if p.Area == "" {
		p.Whose = v.say("console.statistics.same")
		p.Counted = v.say("stats.counted", "n", p.Page.Messages, "areas", code(strings.Join(p.Page.Areas, " ")))
		p.Hash = v.say("stats.hash", "hash", code(p.Page.Hash()))
	}
	p.Panels = panels(p.Page, ch, v.lang)
	return v.show("statistics", p)
}

// figures asks the desk what the form says. Half a page that reads itself again is not
// counted again: figures of a period do not move under the eyes.
func (v *visit) figures() (*statisticsPage, *charter.Charter, error) {
	d, q := v.console.desk, v.r.URL.Query()
	p := &statisticsPage{Area: q.Get("area"), Month: q.Get("month"), From: q.Get("from"), To: q.Get("to")}
	var err error
	if p.Areas, p.All, err = d.AreasRead(v.ctx); err != nil {
		return p, nil, err
	}
	if !p.All && !q.Has("area") {
		for _, area := range p.Areas {
			if p.Area == "" || p.Area == mechanism.Service {
				p.Area = area
			}
		}
	}
	if v.again() {
		return p, nil, nil
	}
	q.Set("area", p.Area)
	q.Del("note")
	p.Files = q.Encode()
	page, ch, err := d.StatsFor(v.ctx, p.Area, p.Month, p.From, p.To)
	if err != nil {
		return p, nil, err
	}
	p.Page = &page
	return p, ch, nil
}

// statisticsCSV gives the table as a file, and statisticsJSON the figures in the form
// whose hash every desk has.
func (k *Console) statisticsCSV(v *visit) error {
	p, ch, err := v.figures()
	if err != nil || p.Page == nil {
		return err
	}
	columns, rows := p.Page.Table(v.lang, ch)
	for _, row := range rows {
		for i, cell := range row {
			row[i] = cellText(cell)
		}
	}
	return v.writeCSV("statistics", append([][]string{columns}, rows...))
}

func (k *Console) statisticsJSON(v *visit) error {
	p, _, err := v.figures()
	if err != nil || p.Page == nil {
		return err
	}
	_, err = v.download("statistics.json", "application/json").Write(p.Page.JSON())
	return err
}

// Span is the period in words.
func (p *statisticsPage) Span() template.HTML {
	at := func(ms int64) string { return time.UnixMilli(ms).UTC().Format("2006-01-02 15:04Z") }
	return template.HTML(`<span class="ltr" dir="ltr">` + at(p.Page.From) + " – " + at(p.Page.To) + `</span>`)
}

// panels gives a picture for each step that took somebody time, all to one scale.
func panels(page *stats.Page, ch *charter.Charter, lang string) []panel {
	var all []panel
	add := func(f stats.Figure, of func(stats.Party) (stats.Spread, int64, bool)) {
		p := panel{Label: page.Label(lang, ch, f)}
		said := false
		for _, c := range page.Parties {
			took, allowed, beyond := of(c)
			name := c.ID
			if party, ok := ch.Party(c.ID); ok {
				name = cmp.Or(party.Names[lang], party.Names["en"], c.ID)
			}
			p.Rows, p.Allowed, said = append(p.Rows, panelRow{words.Visible(name), took, beyond}), max(p.Allowed, allowed), said || took.Count > 0
		}
		if said {
			all = append(all, p)
		}
	}
	timing := func(of []stats.Timing, precedence string) (stats.Spread, int64, bool) {
		for _, t := range of {
			if t.Precedence == precedence {
				return t.Submission, t.Allowed, t.Beyond
			}
		}
		return stats.Spread{}, 0, false
	}
	for _, pr := range ch.Precedences {
		add(stats.Figure{Of: "acknowledge", Precedence: pr.ID}, func(c stats.Party) (stats.Spread, int64, bool) { return timing(c.Acknowledged, pr.ID) })
	}
	for _, pr := range ch.Precedences {
		add(stats.Figure{Of: "read-back", Precedence: pr.ID}, func(c stats.Party) (stats.Spread, int64, bool) { return timing(c.ReadBack, pr.ID) })
	}
	for _, pr := range ch.Precedences {
		for _, mode := range []string{charter.GateAutoRelease, charter.GateReview, charter.GateEscrow} {
			add(stats.Figure{Of: "gate", Precedence: pr.ID, Mode: mode}, func(c stats.Party) (stats.Spread, int64, bool) {
				for _, g := range c.Gate {
					if g.Precedence == pr.ID && g.Mode == mode {
						return g.Wait, g.Allowed, g.Beyond
					}
				}
				return stats.Spread{}, 0, false
			})
		}
	}
	add(stats.Figure{Of: "ordered"}, func(c stats.Party) (stats.Spread, int64, bool) { return c.Ordered, 0, false })
	longest := int64(0)
	for _, p := range all {
		longest = max(longest, p.Allowed)
		for _, r := range p.Rows {
			longest = max(longest, r.Took.Max)
		}
	}
	for i := range all {
		all[i].draw(longest, lang)
	}
	return all
}

// A small picture's measures, in its own units.
const (
	panelWidth = 340
	panelLeft  = 74 // where time begins
	panelRight = 10
	panelLine  = 18
	panelFoot  = 16
	panelLeast = 100 // milliseconds: what is quicker stands there
)

// panelTicks are the times that are marked, in milliseconds.
var panelTicks = []int64{1000, 10_000, 60_000, 600_000, 3_600_000, 36_000_000, 86_400_000, 604_800_000}

// draw makes the picture: of each party a bar to the 95th percentile, darker to the 50th,
// a stroke at the longest; a line where the time allowed ends. Its scale is logarithmic,
// and the same in all. It says nothing that the table does not.
func (p *panel) draw(longest int64, lang string) {
	scale := math.Log(float64(max(longest, 10*panelLeast)) * 1.2 / panelLeast)
	x := func(ms int64) float64 {
		return panelLeft + (panelWidth-panelLeft-panelRight)*min(1, max(0, math.Log(float64(max(ms, 1))/panelLeast)/scale))
	}
	height := len(p.Rows)*panelLine + panelFoot
	var b strings.Builder
	fmt.Fprintf(&b, `<svg class="panel" role="img" aria-label="%s" viewBox="0 0 %d %d" direction="ltr" xmlns="http://www.w3.org/2000/svg">`, template.HTMLEscapeString(p.said(lang)), panelWidth, height)
	last := -100.0
	for _, tick := range panelTicks {
		if at := x(tick); tick < longest*6/5 && at-last > 34 {
			fmt.Fprintf(&b, `<path class="tick" d="M%.1f 0V%d"/><text class="tick" x="%.1f" y="%d">%s</text>`, at, height-panelFoot, at, height-4, stats.Span(tick))
			last = at
		}
	}
	for i, r := range p.Rows {
		y := i * panelLine
		fmt.Fprintf(&b, `<text class="name" x="0" y="%d">%s</text>`, y+13, template.HTMLEscapeString(r.Party))
		if r.Took.Count == 0 {
			fmt.Fprintf(&b, `<text class="none" x="%d" y="%d">–</text>`, panelLeft, y+13)
			continue
		}
		class := "bar"
		if r.Beyond {
			class = "bar beyond"
		}
		half, most, top := x(r.Took.P50), x(r.Took.P95), x(r.Took.Max)
		fmt.Fprintf(&b, `<g class="%s"><path class="whisker" d="M%.1f %dH%.1f"/><rect class="most" x="%d" y="%d" width="%.1f" height="10"/><rect class="half" x="%d" y="%d" width="%.1f" height="10"/><path class="whisker" d="M%.1f %dv8"/></g>`,
			class, most, y+9, top, panelLeft, y+4, most-panelLeft+1, panelLeft, y+4, half-panelLeft+1, top, y+5)
	}
	if p.Allowed > 0 {
		fmt.Fprintf(&b, `<path class="allowed" d="M%.1f 0V%d"/>`, x(p.Allowed), height-panelFoot)
	}
	b.WriteString(`</svg>`)
	p.SVG = template.HTML(b.String())
}

// said is what the picture shows, in words.
func (p *panel) said(lang string) string {
	text := p.Label
	if p.Allowed > 0 {
		text += "; " + words.M("stats.allowed").In(lang) + " " + words.LeftToRight(lang, stats.Span(p.Allowed))
	}
	for _, r := range p.Rows {
		if r.Took.Count > 0 {
			text += "; " + words.LeftToRight(lang, fmt.Sprintf("%s: %s / %s / %s (%d)", r.Party, stats.Span(r.Took.P50), stats.Span(r.Took.P95), stats.Span(r.Took.Max), r.Took.Count))
		}
	}
	return text
}
