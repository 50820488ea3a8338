package charter

import (
	"cmp"
	"fmt"
	"strings"
)

// AccordTimes are the times of sessions, commitments and public lines (J41 to J43,
// J45). What is 0 is as [Charter.Accord] has it.
type AccordTimes struct {
	DraftHours       int `json:"draftHours,omitempty"`       // from the end of a session to the draft of its minutes
	StatementSeconds int `json:"statementSeconds,omitempty"` // from the end of a session, to hand in what is to be inserted
	AdoptionDays     int `json:"adoptionDays,omitempty"`     // joint working days of the sides, from a draft to adoption or dissent
	RemindHours      int `json:"remindHours,omitempty"`      // before a commitment is due, its owner is reminded
	ReportHours      int `json:"reportHours,omitempty"`      // what recurs more often is reported once in so long
	ContestHours     int `json:"contestHours,omitempty"`     // from the word that a commitment was met, to contest it
	LineMinutes      int `json:"lineMinutes,omitempty"`      // from a public line's proposal to the agreement of the others
}

// Accord gives the times of what is agreed on, those that the charter leaves open
// filled in: a draft of minutes in 24 h, statements in 2 h, adoption in 5 working
// days; a commitment's reminder 24 h before, reports at most daily, 72 h to contest
// one; 60 min to agree to a public line.
func (c *Charter) Accord() AccordTimes {
	var t AccordTimes
	if c.Clocks.Accord != nil {
		t = *c.Clocks.Accord
	}
	return AccordTimes{
		DraftHours: cmp.Or(t.DraftHours, 24), StatementSeconds: cmp.Or(t.StatementSeconds, 2*3600), AdoptionDays: cmp.Or(t.AdoptionDays, 5),
		RemindHours: cmp.Or(t.RemindHours, 24), ReportHours: cmp.Or(t.ReportHours, 24), ContestHours: cmp.Or(t.ContestHours, 72),
		LineMinutes: cmp.Or(t.LineMinutes, 60),
	}
}

func (k *checker) accord(t *AccordTimes) {
	if t == nil {
		return
	}
	const field = "clocks.accord."
	k.between(field+"draftHours", t.DraftHours, 0, 90*24)
	k.between(field+"statementSeconds", t.StatementSeconds, 0, 30*24*3600)
	k.between(field+"adoptionDays", t.AdoptionDays, 0, 90)
	k.between(field+"remindHours", t.RemindHours, 0, 90*24)
	k.between(field+"reportHours", t.ReportHours, 0, 366*24)
	k.between(field+"contestHours", t.ContestHours, 0, 90*24)
	k.between(field+"lineMinutes", t.LineMinutes, 0, 30*24*60)
}

func (p *page) accord(t AccordTimes) {
	p.line(1, strings.Join([]string{
		p.word("minutes-draft") + " " + p.span(t.DraftHours*3600),
		p.word("minutes-statement") + " " + p.span(t.StatementSeconds),
		p.word("minutes-adoption") + " " + p.word("days") + " " + fmt.Sprint(t.AdoptionDays),
	}, p.comma()))
	p.line(1, strings.Join([]string{
		p.word("commitment-remind") + " " + p.span(t.RemindHours*3600),
		p.word("commitment-report") + " " + p.span(t.ReportHours*3600),
		p.word("commitment-contest") + " " + p.span(t.ContestHours*3600),
	}, p.comma()))
	p.line(1, p.word("line-agree")+" "+p.span(t.LineMinutes*60))
}
