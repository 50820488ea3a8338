package desk

import (
	"fmt"
	"strings"
	"time"

	"parley/screening"
	"parley/words"
)

// typed writes a command, which reads from left to right in every language.
func typed(lang, text string) words.Raw { return words.Raw(words.LeftToRight(lang, text)) }

// screenPage writes what the lists say of names, each hit with what a person needs to
// decide it.
func (d *Desk) screenPage(v *ScreenView, q ScreenRequest, now time.Time) string {
	p := d.newPage(q.Lang, now)
	for i := range v.Lists {
		l := &v.Lists[i]
		p.say(0, "screen.compared", "list", l.Name, "version", l.Version, "published", p.code(l.Published.Format(time.DateOnly)), "count", l.Count)
	}
	if q.Again {
		p.say(0, "screen.again-count", "names", v.Asked, "hits", v.Undecided)
	}
	for i := range v.Names {
		p.screened(&v.Names[i])
	}
	for i := range v.Ownership {
		p.judgement(&v.Ownership[i])
	}
	if v.Undecided > 0 {
		p.say(0, "screen.undecided", "hits", v.Undecided, "command", typed(q.Lang, "parley screen -decide HIT -verdict same|other -reason TEXT"))
	}
	if q.For != "" {
		p.say(0, "screen.result", "command", typed(q.Lang, "parley send -re "+q.For+" J51"))
		for _, f := range v.Fields {
			p.line(2, words.LeftToRight(p.lang, f))
		}
	}
	return p.String()
}

func (p *page) screened(s *Screened) {
	p.text.WriteString("\n")
	if s.Partly {
		p.say(0, "screen.partly", "name", s.Name)
	}
	if len(s.Hits) == 0 && s.Partly {
		return
	}
	if len(s.Hits) == 0 {
		p.say(0, "screen.no-hits", "name", s.Name)
		return
	}
	p.say(0, "screen.hits", "name", s.Name)
	for i := range s.Hits {
		h := &s.Hits[i]
		p.say(2, "screen.hit."+h.Standing, "hit", p.code(h.ID), "score", h.Score, "like", h.Like, "entry", p.code(h.Entry.ID), "list", h.List, "version", h.Version, "names", p.some(h.Entry.Names))
		if h.Standing != screening.Removed {
			p.entryOfList(&h.Entry, h.Like)
		}
		if l := h.Last; l != nil {
			p.say(4, "screen.decided", "officer", p.code(l.By), "at", p.at(l.At), "verdict", words.M("screen.verdict."+l.Verdict), "version", l.Version, "reason", l.Reason)
		}
	}
}

// entryOfList writes what a list says of an entry beside the name that is alike.
func (p *page) entryOfList(e *screening.Entry, like string) {
	var others []string
	for _, n := range e.Names {
		if n != like {
			others = append(others, n)
		}
	}
	if e.Kind != screening.Unknown {
		p.say(4, "screen.kind."+e.Kind)
	}
	if len(others) > 0 {
		p.say(4, "screen.names", "names", p.some(others))
	}
	var born []string
	for _, y := range e.Born {
		if y.From == y.To {
			born = append(born, fmt.Sprint(y.From))
		} else {
			born = append(born, fmt.Sprintf("%d-%d", y.From, y.To))
		}
	}
	if len(born) > 0 {
		p.say(4, "screen.born", "years", p.code(strings.Join(born, ", ")))
	}
	if len(e.Countries) > 0 {
		p.say(4, "screen.countries", "countries", p.some(e.Countries))
	}
	if len(e.Programs) > 0 {
		p.say(4, "screen.programs", "programs", p.some(e.Programs))
	}
}

// some writes the first texts of many from outside.
func (p *page) some(texts []string) words.Raw {
	const most = 8
	var shown []string
	for i, text := range texts {
		if i == most {
			shown = append(shown, "…")
			break
		}
		shown = append(shown, words.Isolate(p.lang, text))
	}
	return words.Raw(strings.Join(shown, p.comma()))
}

func (p *page) judgement(j *screening.Judgement) {
	p.text.WriteString("\n")
	p.say(0, "screen.owned."+j.Finding, "name", j.Name, "from", p.code(j.From.String()), "to", p.code(j.To.String()))
	for _, s := range j.Chain {
		percent := s.From.String()
		if s.To != s.From {
			percent += "-" + s.To.String()
		}
		p.say(2, "screen.share", "owner", s.Owner, "owned", s.Owned, "percent", p.code(percent))
	}
}
