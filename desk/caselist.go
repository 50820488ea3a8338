package desk

import (
	"context"
	"net/http"
	"time"

	"parley/casefile"
	"parley/identity"
	"parley/matter"
	"parley/mechanism"
	"parley/words"
)

// A CaseList is the cases that a desk knows, the most urgent first.
type CaseList struct {
	Exercise bool        `json:"exercise"`
	Now      time.Time   `json:"now"`
	Cases    []*CaseView `json:"cases"` // without their statements
	Open     int         `json:"open"`
	Overdue  int         `json:"overdue"`
	Late     int         `json:"late"`
	Ages     []CaseAge   `json:"ages"`             // of those that go on
	Groups   []CaseGroup `json:"groups,omitempty"` // of those that go on, where they are asked for
	Text     string      `json:"text"`
}

// A CaseAge counts the cases that go on and are at most so old.
type CaseAge struct {
	Hours int `json:"hours"` // 0: older than all others
	Cases int `json:"cases"`
}

// A CaseGroup is cases of one cause and one place.
type CaseGroup struct {
	casefile.Group
	Entries []uint64 `json:"entries"`
}

// caseAges are the bounds of [CaseList.Ages].
var caseAges = []int{24, 48, 5 * 24, 15 * 24, 0}

// nearMetres is how near two places of a group lie.
const nearMetres = 1000

// Cases lists the cases that as may read, or that the desk has where as is nobody:
// those that go on, and with ended those that have ended too. group puts those that
// go on together by cause and place.
func (d *Desk) Cases(ctx context.Context, lang string, as identity.Author, group, ended bool) (*CaseList, error) {
	sees, err := d.seenBy(as)
	if err != nil {
		return nil, err
	}
	all, err := d.work.Matters(ctx, matter.Case, !ended)
	if err != nil {
		return nil, err
	}
	reader := CaseReader{Charter: d.Charter(), Party: d.party, Lang: lang, Now: d.config.Clock().UTC()}
	l := &CaseList{Exercise: reader.Charter.Exercise, Now: reader.Now, Cases: []*CaseView{}}
	states, open, views := []*casefile.State{}, []*casefile.State{}, map[string]*CaseView{}
	for _, m := range all {
		if !sees(m.Area) {
			continue
		}
		v, err := summary(m, reader)
		if err != nil {
			return nil, err
		}
		views[m.ID], states = v, append(states, v.State)
		if v.State.Ended() == "" {
			open = append(open, v.State)
		}
	}
	casefile.Triage(states, reader.Now)
	for _, s := range states {
		l.Cases = append(l.Cases, views[s.ID])
	}
	l.count(open)
	if group {
		for _, g := range casefile.Groups(open, nearMetres, reader.Now) {
			shown := CaseGroup{Group: g}
			for _, s := range g.Cases {
				shown.Entries = append(shown.Entries, views[s.ID].Entry)
			}
			l.Groups = append(l.Groups, shown)
		}
	}
	p := d.newPage(lang, reader.Now)
	p.caseList(l, views, group, ended)
	d.confirmedPage(p)
	l.Text = p.String()
	return l, nil
}

func (l *CaseList) count(open []*casefile.State) {
	l.Open = len(open)
	for _, hours := range caseAges {
		l.Ages = append(l.Ages, CaseAge{Hours: hours})
	}
	for _, s := range open {
		age := l.Now.Sub(s.Reported)
		for i, a := range l.Ages {
			if a.Hours == 0 || age <= time.Duration(a.Hours)*time.Hour {
				l.Ages[i].Cases++
				break
			}
		}
		if _, overdue := s.Due(l.Now); overdue {
			l.Overdue++
		}
		if s.Late() {
			l.Late++
		}
	}
}

// caseList writes the list, in groups where they are asked for.
func (p *page) caseList(l *CaseList, views map[string]*CaseView, group, ended bool) {
	p.say(0, "case.list", "time", p.at(l.Now), "date", p.code(l.Now.Format(time.DateOnly)))
	if len(l.Cases) == 0 {
		key := "case.none-open"
		if ended {
			key = "case.none"
		}
		p.say(2, key)
		return
	}
	p.say(2, "case.counts", "count", p.caseCount(len(l.Cases)), "open", l.Open, "overdue", l.Overdue, "late", l.Late)
	if group {
		for _, g := range l.Groups {
			cause := p.named("J23", "cause", g.Cause)
			if kind, found := g.Kind(); found {
				cause = words.Raw(words.M("case.of-kind", "kind", p.named("J20", "kind", kind)).In(p.lang))
			}
			p.text.WriteString("\n")
			p.say(0, "case.group", "count", p.caseCount(len(g.Cases)), "cause", cause, "place", words.Raw(p.place(g.Place)), "age", p.since(g.Oldest))
			for _, s := range g.Cases {
				p.caseLine(views[s.ID])
			}
		}
	} else {
		p.text.WriteString("\n")
		const most = 60
		for i, v := range l.Cases {
			if i == most {
				p.say(2, "case.more", "n", len(l.Cases)-most)
				break
			}
			p.caseLine(v)
		}
	}
	p.head("case.ages")
	for _, a := range l.Ages {
		if a.Hours == 0 {
			p.say(2, "case.age-over", "n", a.Cases)
		} else {
			p.say(2, "case.age", "bound", p.code(span(time.Duration(a.Hours)*time.Hour)), "n", a.Cases)
		}
	}
}

func (p *page) caseCount(n int) words.Raw { return words.Raw(words.M("case.count", "n", n).In(p.lang)) }

// caseLine writes a case in one line, and below it what is to be done next.
func (p *page) caseLine(v *CaseView) {
	harm, marks := words.Raw("—"), words.Raw("")
	if v.Harm != "" {
		harm = p.named("J20", "harm", v.Harm)
	}
	if v.Late {
		marks = words.Raw(words.M("case.mark-late").In(p.lang))
	}
	p.say(2, "case.line", "entry", p.code(mechanism.EntryName(v.Entry)), "kind", p.named("J20", "kind", v.Kind), "stage", p.caseStage(v.Stage), "harm", harm, "age", p.since(v.State.Reported), "marks", marks)
	if len(v.Next) > 0 {
		p.nextLine(6, v.Now, v.Next[0])
	}
}

// caseRoutes serves the cases.
func (d *Desk) caseRoutes(mux *routes) {
	mux.Handle("GET /v1/cases", endpoint(func(r *http.Request) (any, error) {
		lang, as, err := askedBy(r, false)
		if err != nil {
			return nil, err
		}
		return d.Cases(r.Context(), lang, as, r.URL.Query().Get("group") == "1", r.URL.Query().Get("ended") == "1")
	}))
	mux.Handle("GET /v1/cases/{id}", endpoint(func(r *http.Request) (any, error) {
		lang, as, err := askedBy(r, false)
		if err != nil {
			return nil, err
		}
		return d.Case(r.Context(), r.PathValue("id"), lang, as, r.URL.Query().Get("full") == "1")
	}))
}
