package charter

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"parley/format"
	"parley/identity"
)

// Trade is what the parties have agreed about projects of the commercial track.
// Numbers are working days that all parties share; 0 means the usual number, which
// [Charter.Trade] gives.
type Trade struct {
	ScreeningDays      int      `json:"screeningDays,omitempty"`      // until the supervisor has screened a proposal: 5
	RecommendationDays int      `json:"recommendationDays,omitempty"` // until every other side has answered it: 20
	ExtendedDays       int      `json:"extendedDays,omitempty"`       // the same, once more time was asked for: 30
	DisagreementDays   int      `json:"disagreementDays,omitempty"`   // until an objection that stands is a refusal: 45
	ConfirmationDays   int      `json:"confirmationDays,omitempty"`   // until a condition that is said to be met is confirmed: 5
	ReferralDays       int      `json:"referralDays,omitempty"`       // until a refusal is referred to the supervisor: 5
	DecisionDays       int      `json:"decisionDays,omitempty"`       // until the supervisor has decided: 10
	SuperiorDays       int      `json:"superiorDays,omitempty"`       // until its superior has, where it has not: 5
	LicenceDays        int      `json:"licenceDays,omitempty"`        // until a licence follows: 60
	SilenceConsents    bool     `json:"silenceConsents,omitempty"`    // silence counts as no objection
	EndUse             []string `json:"endUse,omitempty"`             // sectors (J50) that need an end-use certificate
	Readers            []string `json:"readers,omitempty"`            // officers who read projects, "party/officer"; of a party without any, all of its area
}

// most is the longest of those times.
const mostTradeDays = 250

// Trade gives the charter's agreement on projects, complete with the usual numbers.
func (c *Charter) Trade() Trade {
	var t Trade
	if c.Clocks.Trade != nil {
		t = *c.Clocks.Trade
	}
	t.ScreeningDays, t.RecommendationDays = cmp.Or(t.ScreeningDays, 5), cmp.Or(t.RecommendationDays, 20)
	t.ExtendedDays = cmp.Or(t.ExtendedDays, max(30, t.RecommendationDays))
	t.DisagreementDays = cmp.Or(t.DisagreementDays, max(45, t.ExtendedDays))
	t.ConfirmationDays, t.ReferralDays = cmp.Or(t.ConfirmationDays, 5), cmp.Or(t.ReferralDays, 5)
	t.DecisionDays, t.SuperiorDays, t.LicenceDays = cmp.Or(t.DecisionDays, 10), cmp.Or(t.SuperiorDays, 5), cmp.Or(t.LicenceDays, 60)
	return t
}

func (k *checker) trade(c *Charter) {
	if c.Clocks.Trade == nil {
		return
	}
	t := c.Trade()
	for _, n := range []struct {
		name        string
		days, least int
	}{
		{"screeningDays", t.ScreeningDays, 1}, {"recommendationDays", t.RecommendationDays, 1}, {"extendedDays", t.ExtendedDays, t.RecommendationDays},
		{"disagreementDays", t.DisagreementDays, t.ExtendedDays}, {"confirmationDays", t.ConfirmationDays, 1}, {"referralDays", t.ReferralDays, 1},
		{"decisionDays", t.DecisionDays, 1}, {"superiorDays", t.SuperiorDays, 1}, {"licenceDays", t.LicenceDays, 1},
	} {
		k.between("clocks.trade."+n.name, n.days, max(1, min(n.least, mostTradeDays)), mostTradeDays)
	}
	var sectors []string
	if f, ok := format.Catalogue().Newest("J50"); ok {
		if sector, ok := f.Field("sector"); ok {
			sectors = sector.Choices
		}
	}
	for i, sector := range t.EndUse {
		if !slices.Contains(sectors, sector) || slices.Contains(t.EndUse[:i], sector) {
			k.add("clocks.trade.endUse", sector, "sectors of J50, each once: "+strings.Join(sectors, ", "), "")
		}
	}
	const maxReaders = 40
	if len(t.Readers) > maxReaders {
		k.add("clocks.trade.readers", fmt.Sprint(len(t.Readers)), fmt.Sprintf("at most %d", maxReaders), "")
	}
	for i, reader := range t.Readers {
		party, officer, _ := strings.Cut(reader, "/")
		if _, ok := c.Party(party); !ok || identity.CheckID(officer) != nil || slices.Contains(t.Readers[:i], reader) {
			k.add("clocks.trade.readers", reader, "a party of this charter and an officer of it, such as alder/amal, each once", "")
		}
	}
}

// trade writes what is agreed about projects.
func (p *page) trade(t Trade) {
	p.head("trade")
	for _, n := range []struct {
		label string
		days  int
	}{
		{"trade.screening", t.ScreeningDays}, {"trade.recommendation", t.RecommendationDays}, {"trade.extended", t.ExtendedDays}, {"trade.disagreement", t.DisagreementDays},
		{"trade.confirmation", t.ConfirmationDays}, {"trade.referral", t.ReferralDays}, {"trade.decision", t.DecisionDays}, {"trade.superior", t.SuperiorDays}, {"trade.licence", t.LicenceDays},
	} {
		p.fact(1, n.label, fmt.Sprint(n.days))
	}
	silence := "trade.silence"
	if t.SilenceConsents {
		silence = "trade.consents"
	}
	p.line(1, p.word(silence))
	p.fact(1, "trade.end-use", strings.Join(t.EndUse, ", "))
	p.facts(1, "trade.reader", t.Readers)
}

var tradeLabels = map[string]format.Words{
	"trade":                {"en": "Projects, in working days that all parties share", "ar": "المشاريع، بأيام العمل المشتركة بين جميع الأطراف", "he": "מיזמים, בימי עבודה משותפים לכל הצדדים"},
	"trade.screening":      {"en": "The supervisor screens a proposal within", "ar": "يفحص المشرف أسماء الاقتراح خلال", "he": "המפקח מסנן הצעה בתוך"},
	"trade.recommendation": {"en": "The other sides answer it within", "ar": "تجيب عنه الأطراف الأخرى خلال", "he": "הצדדים האחרים משיבים עליה בתוך"},
	"trade.extended":       {"en": "or, once more time was asked for, within", "ar": "أو خلال هذه المدة متى طُلب تمديدها", "he": "או, אם התבקשה ארכה, בתוך"},
	"trade.disagreement":   {"en": "An objection that stands is a refusal after", "ar": "الاعتراض القائم يصبح رفضًا بعد", "he": "התנגדות שעומדת בעינה היא סירוב אחרי"},
	"trade.confirmation":   {"en": "A condition that is said to be met is confirmed within", "ar": "يُؤكد استيفاء الشرط المُبلَّغ عنه خلال", "he": "מילוי תנאי שדווח מאושר בתוך"},
	"trade.referral":       {"en": "A refusal is referred to the supervisor within", "ar": "يُحال الرفض إلى المشرف خلال", "he": "סירוב מופנה אל המפקח בתוך"},
	"trade.decision":       {"en": "The supervisor decides within", "ar": "يقرر المشرف خلال", "he": "המפקח מחליט בתוך"},
	"trade.superior":       {"en": "or its superior within", "ar": "أو رئيسه خلال", "he": "או הממונה עליו בתוך"},
	"trade.licence":        {"en": "A licence follows within", "ar": "تتبعه رخصة خلال", "he": "רישיון ניתן בתוך"},
	"trade.silence":        {"en": "Silence is recorded as silence and goes to the supervisor; it is never consent", "ar": "يُسجَّل السكوت سكوتًا ويُحال إلى المشرف؛ ولا يُعد موافقة أبدًا", "he": "שתיקה נרשמת כשתיקה ועוברת אל המפקח; לעולם אינה הסכמה"},
	"trade.consents":       {"en": "Silence counts as no objection", "ar": "يُعد السكوت عدم ممانعة", "he": "שתיקה נחשבת להיעדר התנגדות"},
	"trade.end-use":        {"en": "An end-use certificate is needed in", "ar": "تلزم شهادة استعمال نهائي في", "he": "נדרש אישור שימוש סופי בענפים"},
	"trade.reader":         {"en": "Reads projects", "ar": "يطلع على المشاريع", "he": "קורא מיזמים"},
}
