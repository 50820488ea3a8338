package charter

import (
	"cmp"
	"time"

	"parley/format"
)

// CaseTimes are the clocks of a case, in minutes; 0 means the usual time, which
// [Charter.CaseTimes] gives.
type CaseTimes struct {
	LateMinutes     int `json:"lateMinutes,omitempty"`     // from the incident to its report; a later one is marked: 24 h
	HoldingMinutes  int `json:"holdingMinutes,omitempty"`  // a side's first word: 6 h
	AnswerMinutes   int `json:"answerMinutes,omitempty"`   // a side's answer: 48 h
	CallMinutes     int `json:"callMinutes,omitempty"`     // the call of an urgent meeting: 6 h
	MeetingMinutes  int `json:"meetingMinutes,omitempty"`  // that meeting agreed: 24 h
	OfferMinutes    int `json:"offerMinutes,omitempty"`    // the offer of a joint visit: 24 h
	VisitMinutes    int `json:"visitMinutes,omitempty"`    // that visit agreed: 72 h
	InterimMinutes  int `json:"interimMinutes,omitempty"`  // the interim finding: 5 days
	FinalMinutes    int `json:"finalMinutes,omitempty"`    // the final finding: 15 days
	RemediesMinutes int `json:"remediesMinutes,omitempty"` // the commitments that it asks for: 30 days
}

// CaseTimes gives the charter's clocks of a case, complete with the usual times.
func (c *Charter) CaseTimes() CaseTimes {
	var t CaseTimes
	if c.Clocks.Cases != nil {
		t = *c.Clocks.Cases
	}
	const hour, day = 60, 24 * 60
	for _, n := range t.named() {
		*n.minutes = cmp.Or(*n.minutes, map[string]int{"late": day, "holding": 6 * hour, "answer": 2 * day, "call": 6 * hour, "meeting": day, "offer": day,
			"visit": 3 * day, "interim": 5 * day, "final": 15 * day, "remedies": 30 * day}[n.name])
	}
	return t
}

type namedMinutes struct {
	name    string
	minutes *int
}

func (t *CaseTimes) named() []namedMinutes {
	return []namedMinutes{{"late", &t.LateMinutes}, {"holding", &t.HoldingMinutes}, {"answer", &t.AnswerMinutes}, {"call", &t.CallMinutes}, {"meeting", &t.MeetingMinutes},
		{"offer", &t.OfferMinutes}, {"visit", &t.VisitMinutes}, {"interim", &t.InterimMinutes}, {"final", &t.FinalMinutes}, {"remedies", &t.RemediesMinutes}}
}

// Minutes gives a number of minutes as a duration.
func Minutes(n int) time.Duration { return time.Duration(n) * time.Minute }

func (k *checker) cases(c *Charter) {
	if c.Clocks.Cases == nil {
		return
	}
	const most = 365 * 24 * 60
	t := c.CaseTimes()
	for _, n := range t.named() {
		k.between("clocks.cases."+n.name+"Minutes", *n.minutes, 1, most)
	}
	if t.HoldingMinutes > t.AnswerMinutes {
		k.between("clocks.cases.holdingMinutes", t.HoldingMinutes, 1, t.AnswerMinutes)
	}
	if t.InterimMinutes > t.FinalMinutes {
		k.between("clocks.cases.interimMinutes", t.InterimMinutes, 1, t.FinalMinutes)
	}
}

// cases writes the clocks of a case.
func (p *page) cases(t CaseTimes) {
	p.line(0, "\n"+caseLabels["cases"].In(p.lang))
	for _, n := range t.named() {
		p.line(1, caseLabels[n.name].In(p.lang)+" "+p.span(*n.minutes*60))
	}
}

var caseLabels = map[string]format.Words{
	"cases":    {"en": "Incidents and disputes: a time that is missed is dated and stops nothing", "ar": "الحوادث والخلافات: ما يفوت موعده يُؤرَّخ ولا يوقف شيئًا", "he": "תקריות ומחלוקות: מועד שהוחמץ נרשם בתאריכו ואינו עוצר דבר"},
	"late":     {"en": "A report is late after", "ar": "يُعد التقرير متأخرًا بعد", "he": "דיווח נחשב מאוחר אחרי"},
	"holding":  {"en": "A side's first word within", "ar": "أول كلمة من الطرف خلال", "he": "מילה ראשונה של צד בתוך"},
	"answer":   {"en": "A side's answer within", "ar": "جواب الطرف خلال", "he": "מענה של צד בתוך"},
	"call":     {"en": "An urgent meeting that is asked for is called within", "ar": "يُدعى إلى الاجتماع العاجل المطلوب خلال", "he": "פגישה דחופה שהתבקשה מזומנת בתוך"},
	"meeting":  {"en": "and agreed within", "ar": "ويُتفق عليه خلال", "he": "ומוסכמת בתוך"},
	"offer":    {"en": "A joint visit that is asked for is offered within", "ar": "تُعرض الزيارة المشتركة المطلوبة خلال", "he": "ביקור משותף שהתבקש מוצע בתוך"},
	"visit":    {"en": "and agreed within", "ar": "ويُتفق عليها خلال", "he": "ומוסכם בתוך"},
	"interim":  {"en": "The supervisor's interim finding within", "ar": "الاستنتاج المؤقت للمشرف خلال", "he": "ממצא ביניים של המפקח בתוך"},
	"final":    {"en": "Its final finding within", "ar": "واستنتاجه النهائي خلال", "he": "ממצא סופי שלו בתוך"},
	"remedies": {"en": "The commitments that it asks for within", "ar": "والالتزامات التي يطلبها خلال", "he": "ההתחייבויות שהוא מבקש בתוך"},
}
