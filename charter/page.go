package charter

import (
	"crypto/sha256"
	"fmt"
	"strings"
	"time"

	"parley/format"
	"parley/words"
)

// labels are the words of the page, by what they label.
var labels = map[string]format.Words{
	"edition":            {"en": "Edition", "ar": "الإصدار", "he": "מהדורה"},
	"hash":               {"en": "Hash", "ar": "البصمة", "he": "טביעה"},
	"previous":           {"en": "Follows", "ar": "يلي", "he": "באה אחרי"},
	"exercise":           {"en": "EXERCISE: nothing sent under this charter is real", "ar": "تمرين: لا شيء مما يُرسل وفق هذا الميثاق حقيقي", "he": "תרגיל: דבר ממה שנשלח לפי אמנה זו אינו אמיתי"},
	"live":               {"en": "Live: what is sent under this charter is real", "ar": "فعلي: ما يُرسل وفق هذا الميثاق حقيقي", "he": "אמת: מה שנשלח לפי אמנה זו אמיתי"},
	"hub":                {"en": "Hub", "ar": "المركز", "he": "מרכז"},
	"log":                {"en": "Log key", "ar": "مفتاح السجل", "he": "מפתח היומן"},
	"address":            {"en": "Address", "ar": "العنوان", "he": "כתובת"},
	"tlsNext":            {"en": "Second TLS pin", "ar": "بصمة TLS الثانية", "he": "נעיצת TLS שנייה"},
	"tls":                {"en": "TLS pin", "ar": "بصمة TLS", "he": "נעיצת TLS"},
	"parties":            {"en": "Parties", "ar": "الأطراف", "he": "הצדדים"},
	"side":               {"en": "side", "ar": "طرف", "he": "צד"},
	"super":              {"en": "supervisor", "ar": "مشرف", "he": "מפקח"},
	"any":                {"en": "any party", "ar": "أي طرف", "he": "כל צד"},
	"zone":               {"en": "Time zone", "ar": "المنطقة الزمنية", "he": "אזור זמן"},
	"calendar":           {"en": "Works", "ar": "ساعات العمل", "he": "שעות עבודה"},
	"weekend":            {"en": "Does not work on", "ar": "أيام العطلة الأسبوعية", "he": "ימי מנוחה"},
	"holiday":            {"en": "Holiday", "ar": "عطلة", "he": "חג"},
	"working":            {"en": "in the addressee's working time", "ar": "بوقت عمل المرسَل إليه", "he": "בזמן העבודה של הנמען"},
	"days":               {"en": "working days:", "ar": "أيام عمل:", "he": "ימי עבודה:"},
	"sunday":             {"en": "Sunday", "ar": "الأحد", "he": "יום ראשון"},
	"monday":             {"en": "Monday", "ar": "الاثنين", "he": "יום שני"},
	"tuesday":            {"en": "Tuesday", "ar": "الثلاثاء", "he": "יום שלישי"},
	"wednesday":          {"en": "Wednesday", "ar": "الأربعاء", "he": "יום רביעי"},
	"thursday":           {"en": "Thursday", "ar": "الخميس", "he": "יום חמישי"},
	"friday":             {"en": "Friday", "ar": "الجمعة", "he": "יום שישי"},
	"saturday":           {"en": "Saturday", "ar": "السبت", "he": "שבת"},
	"languages":          {"en": "Languages", "ar": "اللغات", "he": "שפות"},
	"root":               {"en": "Root key", "ar": "المفتاح الجذر", "he": "מפתח שורש"},
	"witness":            {"en": "Witness key", "ar": "مفتاح الشاهد", "he": "מפתח העד"},
	"witnessMLDSA":       {"en": "Witness key, ML-DSA-44 (SHA-256 of it)", "ar": "مفتاح الشاهد، ML-DSA-44 (بصمة SHA-256)", "he": "מפתח העד, ML-DSA-44 (תמצית SHA-256)"},
	"fresh":              {"en": "Cosigned anew, idle or not, every", "ar": "يُشارَك في التوقيع من جديد، ولو دون حركة، كل", "he": "נחתם במשותף מחדש, גם ללא תעבורה, מדי"},
	"unconfirmed":        {"en": "Alarm when not confirmed for", "ar": "إنذار إذا لم يؤكَّد خلال", "he": "התרעה כשלא אושר במשך"},
	"outside":            {"en": "Cosigned also, outside the channel, by", "ar": "يشارك في التوقيع أيضًا من خارج القناة", "he": "נחתם במשותף גם, מחוץ לערוץ, בידי"},
	"public":             {"en": "The hub may show to anybody how many entries there are, their times and their hashes", "ar": "للمركز أن يُظهر لأي كان عدد القيود وأوقاتها وبصماتها", "he": "המרכז רשאי להראות לכל אדם כמה רשומות יש, את זמניהן ואת תמציותיהן"},
	"absent":             {"en": "(none yet)", "ar": "(لا يوجد بعد)", "he": "(אין עדיין)"},
	"areas":              {"en": "Areas", "ar": "المجالات", "he": "תחומים"},
	"formats":            {"en": "Formats in force, and what the gate does", "ar": "النماذج السارية وما تفعله البوابة", "he": "הטפסים שבתוקף, ומה עושה השער"},
	"floor":              {"en": "safety floor", "ar": "حد السلامة الأدنى", "he": "רצפת הבטיחות"},
	"sensitive":          {"en": "two officers must sign", "ar": "يجب أن يوقّعه ضابطان", "he": "נדרשת חתימת שני קצינים"},
	"roles":              {"en": "Roles, and what they may send", "ar": "الأدوار وما يجوز لها إرساله", "he": "תפקידים, ומה מותר להם לשלוח"},
	"times":              {"en": "Times allowed, from submission", "ar": "المهل المسموح بها منذ التقديم", "he": "הזמנים המותרים, מרגע ההגשה"},
	"gate":               {"en": "gate", "ar": "البوابة", "he": "שער"},
	"ack":                {"en": "acknowledgement", "ar": "الإقرار", "he": "אישור קבלה"},
	"readback":           {"en": "readback", "ar": "الإعادة للتحقق", "he": "חזרה לאימות"},
	"reply":              {"en": "reply", "ar": "الجواب", "he": "מענה"},
	"ladder":             {"en": "if nobody acknowledges, then", "ar": "وإن لم يُقرّ أحد فعندئذ", "he": "אם איש אינו מאשר, אז"},
	"clocks":             {"en": "Clocks of the channel", "ar": "مُهل القناة", "he": "שעוני הערוץ"},
	"superior":           {"en": "A gate beyond its limit goes to", "ar": "البوابة التي تتجاوز مهلتها تُحال إلى", "he": "שער שחרג מזמנו עובר אל"},
	"cover":              {"en": "To be on duty at every hour", "ar": "المناوبون في كل ساعة", "he": "במשמרת בכל שעה"},
	"roster":             {"en": "A gap in duty is alarmed before it by", "ar": "يُنذر بالفجوة في المناوبة قبلها بـ", "he": "התרעה על פער במשמרת לפניו ב"},
	"line":               {"en": "Line test every", "ar": "اختبار الخط كل", "he": "בדיקת קו מדי"},
	"miss":               {"en": "missed after", "ar": "يُعد فائتًا بعد", "he": "מוחמצת אחרי"},
	"human":              {"en": "by a person at least every", "ar": "من شخص كل", "he": "בידי אדם לפחות מדי"},
	"red":                {"en": "RED after", "ar": "أحمر بعد", "he": "אדום אחרי"},
	"dark":               {"en": "DARK after", "ar": "معتم بعد", "he": "חשוך אחרי"},
	"minutes-draft":      {"en": "Minutes drafted after a session in", "ar": "مسودة المحضر بعد الجلسة خلال", "he": "טיוטת פרוטוקול אחרי ישיבה בתוך"},
	"minutes-statement":  {"en": "statements inserted in", "ar": "إدراج الكلمات خلال", "he": "הוספת דברים בתוך"},
	"minutes-adoption":   {"en": "adopted in", "ar": "الاعتماد خلال", "he": "אישור בתוך"},
	"commitment-remind":  {"en": "Owner of a commitment reminded before by", "ar": "تذكير الملتزم قبل الاستحقاق بـ", "he": "תזכורת למתחייב לפני המועד ב"},
	"commitment-report":  {"en": "reported at most every", "ar": "الإبلاغ على الأكثر كل", "he": "דיווח לכל היותר מדי"},
	"commitment-contest": {"en": "contested within", "ar": "الاعتراض خلال", "he": "חלוקה בתוך"},
	"line-agree":         {"en": "Public line agreed in", "ar": "الموافقة على صيغة علنية خلال", "he": "הסכמה לנוסח פומבי בתוך"},
	"lead":               {"en": "Notice asked for", "ar": "مهلة الإخطار المطلوبة", "he": "זמן ההודעה הנדרש"},
	"expiry":             {"en": "Expires after", "ar": "تنتهي صلاحيته بعد", "he": "פג אחרי"},
	"keep":               {"en": "Purged after its end by", "ar": "يُمحى نصه بعد انتهائه بـ", "he": "תוכנה מושמד אחרי סיומה ב"},
	"keep-days":          {"en": "days:", "ar": "أيام:", "he": "ימים:"},
	"places":             {"en": "Places", "ar": "الأماكن", "he": "מקומות"},
	"grids":              {"en": "Grids", "ar": "شبكات الإحداثيات", "he": "רשתות קואורדינטות"},
	"theatre":            {"en": "Where places are expected", "ar": "حيث تُتوقع الأماكن", "he": "היכן מצופים מקומות"},
	"glossary":           {"en": "Agreed terms", "ar": "المصطلحات المتفق عليها", "he": "מונחים מוסכמים"},
	"contested":          {"en": "contested; use", "ar": "متنازع عليه؛ استعمل", "he": "שנוי במחלוקת; השתמשו ב"},
	"confirmed":          {"en": "Confirmed when cosigned by", "ar": "يُعد مؤكدًا متى شارك في التوقيع", "he": "מאושר כשחתמו במשותף"},

	GateNone:        {"en": "none: goes at once", "ar": "بلا بوابة: يمر فورًا", "he": "ללא: עובר מיד"},
	GateNotify:      {"en": "notify: goes at once, the supervisor is told", "ar": "إخطار: يمر فورًا ويُخطر المشرف", "he": "יידוע: עובר מיד והמפקח מיודע"},
	GateAutoRelease: {"en": "auto-release: goes when the gate's time is up, if not before", "ar": "إجازة آلية: يمر بانقضاء مهلة البوابة إن لم يُجز قبلها", "he": "שחרור אוטומטי: עובר כשזמן השער חולף, אם לא קודם"},
	GateReview:      {"en": "review: waits for the supervisor", "ar": "مراجعة: ينتظر المشرف", "he": "בדיקה: ממתין למפקח"},
	GateEscrow:      {"en": "escrow: waits for its counterpart, unopened", "ar": "إيداع: ينتظر نظيره مغلقًا", "he": "נאמנות: ממתין לבן זוגו, סגור"},
}

// Page writes the charter for a person to read, in lang ("en", "ar" or "he"):
// plain text, one fact a line. It shows the charter as it stands, complete or not.
func (c *Charter) Page(lang string) string {
	p := &page{lang: lang}
	p.line(0, p.name(c.Mechanism, c.Names))
	if c.Exercise {
		p.line(0, p.word("exercise"))
	} else {
		p.line(0, p.word("live"))
	}
	p.fact(0, "edition", fmt.Sprint(c.Edition))
	p.fact(0, "hash", EncodeHash(c.Hash()))
	if c.Previous != "" {
		p.fact(0, "previous", c.Previous)
	}

	p.head("hub")
	p.fact(1, "log", c.Hub.Key)
	p.facts(1, "address", c.Hub.URLs)
	p.fact(1, "tls", c.Hub.TLS)
	if c.Hub.TLSNext != "" {
		p.fact(1, "tlsNext", c.Hub.TLSNext)
	}

	p.head("parties")
	for _, party := range c.Parties {
		p.line(1, p.name(party.ID, party.Names)+p.comma()+p.of(party.Kind))
		p.fact(2, "zone", party.Zone)
		p.calendar(party.Calendar)
		p.fact(2, "languages", strings.Join(party.Languages, ", "))
		p.facts(2, "root", party.Roots)
		p.fact(2, "witness", party.Witness)
		p.fact(2, "witnessMLDSA", shortKey(party.WitnessMLDSA))
	}

	p.head("areas")
	for _, a := range c.Areas {
		p.line(1, p.name(a.ID, a.Names))
	}
	p.formats(c)
	p.agreed(c)
	p.head("roles")
	for _, r := range c.Roles {
		p.line(1, p.name(r.ID, r.Names)+p.comma()+p.of(r.Of)+": "+p.isolate(strings.Join(r.May, " ")))
	}
	p.head("times")
	for _, t := range c.Precedences {
		reply := p.span(t.ReplySeconds)
		if t.Working {
			reply = p.word("days") + " " + fmt.Sprint(t.Days())
		}
		steps := strings.Join([]string{
			p.word("gate") + " " + p.span(t.GateSeconds),
			p.word("ack") + " " + p.span(t.AckSeconds),
			p.word("readback") + " " + p.span(t.ReadbackSeconds),
			p.word("reply") + " " + reply,
		}, p.comma())
		if t.Working {
			steps += " (" + p.word("working") + ")"
		}
		p.line(1, p.isolate(t.ID)+": "+steps)
		for _, r := range t.Ladder {
			p.line(2, p.word("ladder")+" "+p.span(r.AfterSeconds)+": "+p.isolate(r.Role))
		}
	}
	p.clocks(c.Clocks)
	p.trade(c.Trade())
	p.cases(c.CaseTimes())
	p.sealedTimes(c.Sealed())
	p.accord(c.Accord())
	p.consentTimes(c.Consent())
	p.line(0, "")
	p.fact(0, "confirmed", strings.Join(c.Witness.Parties, ", "))
	p.line(0, p.word("fresh")+" "+p.span(c.Witness.FreshSeconds))
	p.line(0, p.word("unconfirmed")+" "+p.span(c.Witness.AlarmSeconds))
	for _, vkey := range c.Witness.Outside {
		p.fact(0, "outside", shortKey(vkey))
	}
	if c.Witness.Public {
		p.line(0, p.word("public"))
	}
	return p.text.String()
}

// shortKey names a verifier key that is too long to be read by its name, its hash
// and the SHA-256 of the whole, base64url.
func shortKey(vkey string) string {
	parts := strings.Split(vkey, "+")
	if len(parts) < 3 {
		return vkey
	}
	return parts[0] + "+" + parts[1] + "+" + EncodeHash(sha256.Sum256([]byte(vkey)))
}

// calendar writes when a party works; nothing where it always does.
func (p *page) calendar(c *Calendar) {
	if c == nil {
		return
	}
	p.line(2, p.word("calendar")+": "+words.LeftToRight(p.lang, c.From+"–"+c.To))
	var days []string
	for _, day := range c.Weekend {
		days = append(days, p.word(day))
	}
	if len(days) > 0 {
		p.line(2, p.word("weekend")+": "+strings.Join(days, p.comma()))
	}
	for _, h := range c.Holidays {
		s := p.word("holiday") + ": " + words.LeftToRight(p.lang, h.Date)
		if name := format.Words(h.Names).In(p.lang); name != "" {
			s += p.comma() + p.isolate(name)
		}
		p.line(2, s)
	}
}

func (p *page) formats(c *Charter) {
	p.head("formats")
	for _, r := range c.Formats {
		var names map[string]string
		if f, ok := c.Format(r.Format); ok {
			names = f.Names
		}
		s := p.name(r.Format, names) + ": " + p.word(r.Gate)
		if r.Floor {
			s += " (" + p.word("floor") + ")"
		}
		if r.Sensitive {
			s += " (" + p.word("sensitive") + ")"
		}
		p.line(1, s)
		if r.LeadMinutes > 0 {
			p.fact(2, "lead", fmt.Sprint(time.Duration(r.LeadMinutes)*time.Minute))
		}
		if r.ExpiryHours > 0 {
			p.fact(2, "expiry", fmt.Sprint(time.Duration(r.ExpiryHours)*time.Hour))
		}
		if r.KeepDays > 0 {
			p.fact(2, "keep", p.word("keep-days")+" "+fmt.Sprint(r.KeepDays))
		}
	}
}

func (p *page) clocks(c Clocks) {
	p.head("clocks")
	p.fact(1, "superior", c.Superior)
	p.fact(1, "cover", strings.Join(c.Cover, ", "))
	p.line(1, p.word("roster")+" "+p.span(c.RosterMinutes*60))
	p.line(1, strings.Join([]string{
		p.word("line") + " " + p.span(c.Line.IntervalSeconds),
		p.word("miss") + " " + p.span(c.Line.MissSeconds),
		p.word("human") + " " + p.span(c.Line.HumanSeconds),
		p.word("red") + " " + p.span(c.Line.RedSeconds),
		p.word("dark") + " " + p.span(c.Line.DarkSeconds),
	}, p.comma()))
}

// agreed writes what is agreed of places and terms.
func (p *page) agreed(c *Charter) {
	p.head("places")
	p.fact(1, "grids", strings.Join(c.Places.Grids, ", "))
	if t := c.Places.Theatre; t != nil {
		p.fact(1, "theatre", t.SouthWest+" / "+t.NorthEast)
	}
	for _, l := range c.Places.Landmarks {
		p.line(1, p.isolate(format.Words(l.Names).In(p.lang))+": "+p.isolate(l.At))
	}
	if len(c.Glossary) == 0 {
		return
	}
	p.head("glossary")
	for _, t := range c.Glossary {
		var spelt []string
		for _, lang := range sortedKeys(t.Words) {
			for _, s := range t.Words[lang] {
				spelt = append(spelt, p.isolate(s))
			}
		}
		s := p.isolate(t.ID) + ": " + strings.Join(spelt, p.comma())
		if t.Contested {
			s += " (" + p.word("contested") + ": " + p.isolate(strings.Join(t.Use, ", ")) + ")"
		}
		p.line(1, s)
	}
}

type page struct {
	lang string
	text strings.Builder
}

func (p *page) line(indent int, s string) {
	p.text.WriteString(strings.TrimRight(strings.Repeat("  ", indent)+s, " ") + "\n")
}

func (p *page) head(label string) { p.line(0, "\n"+p.word(label)) }

func (p *page) word(label string) string {
	for _, words := range []map[string]format.Words{labels, tradeLabels, sealedLabels, consentLabels} {
		if w, ok := words[label]; ok {
			return w.In(p.lang)
		}
	}
	return p.isolate(label)
}

func (p *page) of(kind string) string {
	if kind == KindSupervisor {
		kind = "super"
	}
	return p.word(kind)
}

func (p *page) fact(indent int, label, value string) {
	if value == "" {
		p.line(indent, p.word(label)+": "+p.word("absent"))
		return
	}
	p.line(indent, p.word(label)+": "+p.isolate(value))
}

// facts writes one line a value.
func (p *page) facts(indent int, label string, values []string) {
	if len(values) == 0 {
		p.fact(indent, label, "")
	}
	for _, v := range values {
		p.fact(indent, label, v)
	}
}

// name is what a thing is called, and its identifier.
func (p *page) name(id string, names map[string]string) string {
	if n := format.Words(names).In(p.lang); n != "" {
		return p.isolate(n) + " (" + p.isolate(id) + ")"
	}
	return p.isolate(id)
}

// comma parts the items of a list.
func (p *page) comma() string {
	if p.lang == "ar" {
		return "، "
	}
	return ", "
}

func (p *page) isolate(s string) string { return words.Isolate(p.lang, s) }

// span writes a number of seconds as Go does, without the zeros: 2m, 72h.
func (p *page) span(seconds int) string {
	s := (time.Duration(seconds) * time.Second).String()
	if strings.HasSuffix(s, "m0s") {
		s = strings.TrimSuffix(s, "0s")
	}
	if strings.HasSuffix(s, "h0m") {
		s = strings.TrimSuffix(s, "0m")
	}
	return p.isolate(s)
}
