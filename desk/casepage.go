package desk

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"parley/casefile"
	"parley/format"
	"parley/geo"
	"parley/matter"
	"parley/mechanism"
	"parley/words"
)

// caseFile writes a case down.
func (p *page) caseFile(v *CaseView, reader CaseReader) {
	p.dated = true // it is read on other days too
	p.caseHead(v)
	p.caseNext(v)
	p.caseClocks(v)
	p.caseFacts(v)
	p.caseVisits(v)
	p.caseFindings(v)
	p.caseEvidence(v)
	p.caseSteps(v)
	p.caseStatements(v, reader.Whole)
	p.caseVoids(v)
	if v.Proof != nil {
		p.caseProof(v)
	}
}

func (p *page) caseHead(v *CaseView) {
	s := v.State
	p.say(0, "case.title", "entry", p.code(mechanism.EntryName(v.Entry)), "kind", p.named("J20", "kind", v.Kind), "stage", p.caseStage(v.Stage))
	p.say(2, "case.head", "party", p.party(s.Reporter), "at", p.at(s.Reported), "parties", p.parties(v.Parties), "id", p.code(v.ID))
	p.caseMarks(v)
	p.say(2, "case.not-finding")
}

// last gives the newest entry of the case.
func (v *CaseView) last() uint64 {
	last := v.Entry
	for _, s := range v.Statements {
		last = max(last, s.Entry)
	}
	return last
}

// caseMarks says what must not be overlooked.
func (p *page) caseMarks(v *CaseView) {
	s := v.State
	if v.Partial {
		p.say(2, "case.partial")
	}
	for _, st := range slices.Concat(v.Statements, v.Beside) {
		if st.Withheld > 0 {
			p.say(2, "case.withheld", "entry", words.Raw(fmt.Sprint(st.Entry)), "n", st.Withheld)
		}
	}
	for _, st := range v.Beside {
		p.say(2, "case.broken", "entry", words.Raw(fmt.Sprint(st.Entry)))
	}
	for _, a := range v.Absent {
		p.say(2, "case.absent", "entry", words.Raw(fmt.Sprint(a.Entry)), "id", p.code(a.ID))
	}
	if s.Breaches != "" {
		p.say(2, "case.breach", "id", p.code(s.Breaches))
	}
	if v.Late {
		after := words.Raw("—")
		if when := s.Accounts[0].Fact("when"); when != nil {
			if t, ok := format.ReadInstant(when.Value); ok {
				after = p.code(span(s.Accounts[0].Versions[0].Logged.Sub(t)))
			}
		}
		p.say(2, "case.late", "span", after, "within", p.code(span(s.Terms.Late)))
	}
	for _, a := range s.Accounts {
		if by, ok := v.entry(a.Withdrawn); ok {
			p.say(2, "case.taken-back", "party", p.party(a.Party), "entry", by)
		}
	}
}

func (p *page) caseStage(stage string) words.Raw {
	return words.Raw(words.M("case.stage." + stage).In(p.lang))
}

// entries gives the entries of some.
func (v *CaseView) entries(ids []string, comma string) words.Raw {
	all := make([]string, len(ids))
	for i, id := range ids {
		entry, _ := v.entry(id)
		all[i] = string(entry)
	}
	return words.Raw(strings.Join(all, comma))
}

// entry gives the entry of a statement of the case, by its identifier.
func (v *CaseView) entry(id string) (words.Raw, bool) {
	for _, s := range v.Statements {
		if s.ID == id && id != "" {
			return words.Raw(fmt.Sprint(s.Entry)), true
		}
	}
	return "—", false
}

func (p *page) caseNext(v *CaseView) {
	p.head("case.next")
	if len(v.Next) == 0 {
		p.say(2, "case.nothing-next")
	}
	for _, n := range v.Next {
		p.nextLine(2, v.Now, n)
	}
}

// nextLine says what is to be done next, by whom and by when.
func (p *page) nextLine(indent int, now time.Time, n Turn) {
	pairs := []any{"action", p.action(n.Kind, n.Action), "by", p.at(n.By), "left", p.left(n.By)}
	switch {
	case n.Party == matter.Clock:
		p.say(indent, "case.next-clock", pairs...)
	case !now.Before(n.By):
		p.say(indent, "case.next-late", append(pairs, "party", p.party(n.Party))...)
	default:
		p.say(indent, "case.next-by", append(pairs, "party", p.party(n.Party))...)
	}
}

func (p *page) caseClocks(v *CaseView) {
	p.head("case.clocks")
	for _, o := range v.State.Owed {
		by, _ := v.entry(o.By)
		pairs := []any{"stage", p.named("matter.due", "stage", o.Stage), "party", p.party(o.Party), "due", p.at(o.Due)}
		key := "case.clock-runs"
		switch {
		case o.By == "" && !o.Missed.IsZero():
			key = "case.clock-missed"
		case o.By == "":
			pairs = append(pairs, "left", p.left(o.Due))
		case !o.InTime():
			key = "case.clock-late"
		case !o.Missed.IsZero():
			key = "case.clock-gate"
		default:
			key = "case.clock-met"
		}
		if o.By != "" {
			pairs = append(pairs, "at", p.at(o.At), "entry", by)
		}
		p.say(2, key, pairs...)
	}
}

// caseFacts writes the fact table: line by line who states what, who agrees and who
// disputes, and how far the accounts lie apart.
func (p *page) caseFacts(v *CaseView) {
	p.head("case.facts")
	for _, row := range v.Facts {
		p.say(2, "case.row", "line", p.named("J21", "agreed-facts", row.Name), "status", p.caseRow(row))
		for _, line := range p.factLines(v, row) {
			p.line(4, line)
		}
	}
}

func (p *page) caseRow(row casefile.Row) words.Raw {
	return words.Raw(words.M("case.row." + row.Status).In(p.lang))
}

// factLines gives what stands under a line of the fact table.
func (p *page) factLines(v *CaseView, row casefile.Row) (lines []string) {
	say := func(key string, pairs ...any) { lines = append(lines, words.M(key, pairs...).In(p.lang)) }
	for _, st := range row.Stated {
		entry, _ := v.entry(st.By)
		say("case.states", "party", p.party(st.Party), "value", words.Raw(v.stated(st.By, row.Name, p.lang)), "entry", entry)
	}
	for _, st := range row.Stances {
		key := map[[2]bool]string{{true, false}: "case.agrees", {false, false}: "case.disputes", {true, true}: "case.agreed-earlier", {false, true}: "case.disputed-earlier"}[[2]bool{st.Agree, st.Stale}]
		entry, _ := v.entry(st.By)
		say(key, "party", p.party(st.Party), "of", p.party(st.Of), "entry", entry)
	}
	for _, d := range row.Differences {
		lines = append(lines, p.difference(d))
	}
	return lines
}

// factFields are the fields of a report that a line of the fact table is made of.
var factFields = map[string][]string{"what": {"kind", "what"}, "where": {"where"}, "when": {"when"}, "noticed-by": {"noticed-by"}, "harm": {"harm", "harm-note"}, "state": {"state"}}

// stated gives what a statement says in a line, in the reader's language.
func (v *CaseView) stated(id, line, lang string) string {
	for _, s := range v.Statements {
		if s.ID != id {
			continue
		}
		var parts []string
		for _, field := range factFields[line] {
			if text := s.facts[field]; text != "" {
				parts = append(parts, text)
			}
		}
		if lang == "ar" {
			return strings.Join(parts, "؛ ")
		}
		return strings.Join(parts, "; ")
	}
	return "—"
}

func (p *page) difference(d casefile.Difference) string {
	pairs := []any{"a", p.party(d.A), "b", p.party(d.B)}
	key := "case.same"
	switch {
	case d.Kind == "place":
		key = "case.apart-place"
		if d.Same {
			key = "case.near-place"
		}
		pairs = append(pairs, "apart", p.code(metres(d.Metres)), "within", p.code(metres(float64(d.Within))))
	case d.Same:
	case d.Kind == "instant":
		key = "case.apart-time"
		pairs = append(pairs, "apart", p.code(span(time.Duration(d.Seconds)*time.Second)))
	default:
		key = "case.unlike"
	}
	return words.M(key, pairs...).In(p.lang)
}

// metres writes a distance as a person says it.
func metres(m float64) string {
	if m < 1000 {
		return fmt.Sprintf("%.0f m", m)
	}
	return fmt.Sprintf("%.1f km", m/1000)
}

func (p *page) caseVisits(v *CaseView) {
	if len(v.State.Visits) == 0 {
		return
	}
	p.head("case.visits")
	for _, visit := range v.State.Visits {
		entry, _ := v.entry(visit.ID)
		place := words.Raw(p.place(visit.Terms.Place))
		p.say(2, "case.visit", "purpose", p.named("J22", "purpose", visit.Terms.Purpose), "place", place, "from", p.at(visit.Terms.Start), "to", p.at(visit.Terms.End),
			"party", p.party(visit.Party), "entry", entry, "status", words.Raw(words.M("case.visit."+visit.Status).In(p.lang)))
		for _, a := range visit.Answers {
			entry, _ := v.entry(a.By)
			switch a.Said {
			case casefile.Refuses:
				p.say(4, "case.visit-refused", "party", p.party(a.Party), "reason", p.named("J22", "refusal", a.Reason), "entry", entry)
			case casefile.SaidNone:
				p.say(4, "case.visit-silent", "party", p.party(a.Party))
			default:
				p.say(4, "case.visit-said", "party", p.party(a.Party), "said", p.named("J22", "kind", a.Said), "entry", entry)
			}
		}
	}
}

// place writes a place in the form in which it was typed.
func (p *page) place(uri string) string {
	at, err := geo.ParsePosition(uri)
	if err != nil {
		return "—"
	}
	grid, err := geo.Format(at.Point, at.Format, float64(at.Metres))
	if err != nil {
		return "—"
	}
	return string(p.code(fmt.Sprintf("%s %s ±%d m", at.Format, grid, at.Metres)))
}

// caseFindings writes the supervisor's findings, and what each rests on.
func (p *page) caseFindings(v *CaseView) {
	if len(v.State.Findings) == 0 {
		return
	}
	p.head("case.findings")
	for _, f := range v.State.Findings {
		entry, _ := v.entry(f.ID)
		stage := p.named("J23", "stage", f.Stage)
		if f.Outcome != "" {
			p.say(2, "case.finding", "stage", stage, "outcome", p.named("J23", "outcome", f.Outcome), "cause", p.named("J23", "cause", f.Cause), "at", p.at(f.At), "entry", entry)
		} else {
			p.say(2, "case.finding-closing", "stage", stage, "at", p.at(f.At), "entry", entry)
		}
		for _, of := range []struct {
			key, field string
			codes      []string
		}{{"case.finding-agreed", "agreed-facts", f.Agreed}, {"case.finding-disputed", "disputed-facts", f.Disputed}} {
			if len(of.codes) > 0 {
				p.say(4, of.key, "lines", p.factNames("J23", of.field, of.codes))
			}
		}
		if len(f.Positions) > 0 {
			p.say(4, "case.finding-rests", "entries", v.entries(f.Positions, p.comma()))
		}
		for _, party := range f.Without {
			p.say(4, "case.finding-without", "party", p.party(party))
		}
		if f.Remedies {
			p.say(4, "case.finding-remedies")
		}
		for _, id := range f.Commitments {
			p.say(4, "case.finding-commitment", "said", v.commitment(p, id))
		}
		if f.Dropped != "" {
			p.say(4, "case.finding-dropped", "reason", p.named("J23", "dropped", f.Dropped))
		}
		if by, ok := v.entry(f.Withdrawn); ok {
			p.say(4, "case.no-longer", "entry", by)
		}
		if by, ok := v.entry(f.Overtaken); ok {
			p.say(4, "case.finding-overtaken", "entry", by)
		}
	}
}

// commitment says what a remedy has become.
func (v *CaseView) commitment(p *page, id string) words.Raw {
	for _, s := range v.Remedies {
		if s.ID == id {
			return p.code(mechanism.EntryName(s.Entry)) + " " + words.Raw(s.Said)
		}
	}
	return p.code(id)
}

// factNames names some lines of the fact table, in its order.
func (p *page) factNames(formatID, field string, codes []string) words.Raw {
	var named []string
	for _, code := range casefile.Facts {
		if slices.Contains(codes, code) {
			named = append(named, string(p.named(formatID, field, code)))
		}
	}
	return words.Raw(strings.Join(named, p.comma()))
}
