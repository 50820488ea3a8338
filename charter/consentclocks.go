package charter

import (
	"cmp"
	"time"

	"parley/format"
)

// Consent is what the parties have agreed about consent to onward use. 0 means the
// usual number, which [Charter.Consent] gives.
type Consent struct {
	AnswerMinutes int `json:"answerMinutes,omitempty"` // from a request until it is overdue: 24 h
}

// Answer is that time.
func (c Consent) Answer() time.Duration { return Minutes(c.AnswerMinutes) }

// Consent gives the charter's agreement on consent, complete with the usual number.
func (c *Charter) Consent() Consent {
	var t Consent
	if c.Clocks.Consent != nil {
		t = *c.Clocks.Consent
	}
	t.AnswerMinutes = cmp.Or(t.AnswerMinutes, 24*60)
	return t
}

func (k *checker) consent(c *Charter) {
	k.between("clocks.consent.answerMinutes", c.Consent().AnswerMinutes, 1, 30*24*60)
}

// consentTimes writes what is agreed about consent.
func (p *page) consentTimes(t Consent) {
	p.head("consent")
	p.line(1, p.word("consent.answer")+" "+p.span(t.AnswerMinutes*60))
}

var consentLabels = map[string]format.Words{
	"consent":        {"en": "Consent to onward use", "ar": "الموافقة على الاستعمال اللاحق", "he": "הסכמה להעברה הלאה"},
	"consent.answer": {"en": "A request is answered within", "ar": "يُجاب عن الطلب خلال", "he": "בקשה נענית בתוך"},
}
