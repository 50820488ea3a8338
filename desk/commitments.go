package desk

import (
	"context"
	"strings"
	"time"

	"parley/accord"
	"parley/casefile"
	"parley/format"
	"parley/matter"
	"parley/mechanism"
	"parley/statement"
	"parley/words"
)

// A CommitmentView is one entry of the register.
type CommitmentView struct {
	AgreedView
	State    *accord.Commitment `json:"state"`
	Texts    map[string]string  `json:"texts"`              // that counts, by language
	Proposed map[string]string  `json:"proposed,omitempty"` // that is proposed in the place of it
	Duties   []DutyOf           `json:"duties,omitempty"`
	Cases    []BreachCase       `json:"cases,omitempty"` // that it was not kept, as somebody reports
}

// A BreachCase is a case that a report opened by which a commitment was not kept.
type BreachCase struct {
	Entry    uint64 `json:"entry"`
	Reporter string `json:"reporter"`
	Ended    string `json:"ended,omitempty"`
}

// A DutyOf is what was said of one owner's duty.
type DutyOf struct {
	Owner    string   `json:"owner"`
	Claimed  *Said    `json:"claimed,omitempty"`
	Evidence []string `json:"evidence,omitempty"` // hashes that the newest claim names
	Contests []Said   `json:"contests,omitempty"`
}

// A CommitmentsView is the register.
type CommitmentsView struct {
	Exercise    bool             `json:"exercise"`
	Now         time.Time        `json:"now"`
	Commitments []CommitmentView `json:"commitments"`
	Older       int              `json:"older,omitempty"` // how many the page has no room for
	Text        string           `json:"text"`
}

// A CommitmentPage is one entry of it, in all languages.
type CommitmentPage struct {
	Exercise   bool           `json:"exercise"`
	Now        time.Time      `json:"now"`
	Commitment CommitmentView `json:"commitment"`
	Text       string         `json:"text"`
}

func (d *Desk) commitments(ctx context.Context, lang string, all bool, sees func(string) bool) (*CommitmentsView, error) {
	now := d.config.Clock().UTC()
	v := &CommitmentsView{Exercise: d.Charter().Exercise, Now: now, Commitments: []CommitmentView{}}
	matters, older, err := d.agreed(ctx, matter.Commitment, all, sees)
	if err != nil {
		return nil, err
	}
	breaches, err := d.breaches(ctx, sees)
	if err != nil {
		return nil, err
	}
	p := d.newPage(lang, now)
	p.titled("accord.commitments")
	for _, m := range matters {
		c, ok := m.State.(*accord.Commitment)
		if !ok {
			continue
		}
		one, err := d.commitmentView(ctx, m, c)
		if err != nil {
			return nil, err
		}
		one.Cases = breaches[m.ID]
		v.Commitments = append(v.Commitments, one)
		p.commitmentHead(2, &one)
		p.quote(4, one.Texts[p.lang])
		p.breached(4, &one)
		p.foot(4, &one.AgreedView)
	}
	v.Older = older
	p.rest(len(v.Commitments), older)
	d.confirmedPage(p)
	v.Text = p.String()
	return v, d.work.Err()
}

// breaches gives the cases of breach that sees lets be read, by the commitment that
// was not kept; a page shows the newest of each.
func (d *Desk) breaches(ctx context.Context, sees func(string) bool) (map[string][]BreachCase, error) {
	const most = 20
	matters, err := d.work.Matters(ctx, matter.Case, false)
	if err != nil {
		return nil, err
	}
	all := map[string][]BreachCase{}
	for _, m := range matters {
		s, ok := m.State.(*casefile.State)
		if !ok || s.Breaches == "" || !sees(m.Area) {
			continue
		}
		if r, ok := d.work.Record(s.Breaches); ok && r.Facts != nil {
			of := append(all[r.Facts.Matter], BreachCase{m.Opened, s.Reporter, s.Ended()})
			all[r.Facts.Matter] = of[max(0, len(of)-most):]
		}
	}
	return all, nil
}

func (d *Desk) commitmentView(ctx context.Context, m *mechanism.Matter, c *accord.Commitment) (CommitmentView, error) {
	v := CommitmentView{AgreedView: agreedView(m), State: c}
	var err error
	if t := c.Text(); t != nil {
		if v.Texts, err = d.inLanguages(ctx, t.Statement, "text-"); err != nil {
			return v, err
		}
	}
	if c.Standing != nil && c.Proposed != nil {
		if v.Proposed, err = d.inLanguages(ctx, c.Proposed.Statement, "text-"); err != nil {
			return v, err
		}
	}
	for i := range c.Duties {
		duty := &c.Duties[i]
		of := DutyOf{Owner: duty.Owner}
		if duty.Claim != nil {
			var s *statement.Statement
			of.Claimed = &Said{Party: duty.Owner}
			if s, of.Claimed.Entry, err = d.read(ctx, duty.Claim.Statement); err != nil {
				return v, err
			}
			of.Claimed.Text, of.Evidence = openField(s, "note"), openList(s, "evidence")
			if of.Contests, err = d.sayings(ctx, duty.Claim.Contests, "note"); err != nil {
				return v, err
			}
		}
		v.Duties = append(v.Duties, of)
	}
	return v, nil
}

// inLanguages reads what a statement says in each language, in fields of that prefix.
func (d *Desk) inLanguages(ctx context.Context, id, prefix string) (map[string]string, error) {
	s, _, err := d.read(ctx, id)
	texts := map[string]string{}
	for _, lang := range format.Languages() {
		texts[lang] = openField(s, prefix+lang)
	}
	return texts, err
}

func (d *Desk) commitment(ctx context.Context, name, lang string, sees func(string) bool) (*CommitmentPage, error) {
	m, err := d.agreedOne(ctx, matter.Commitment, name, sees)
	if err != nil {
		return nil, err
	}
	c, ok := m.State.(*accord.Commitment)
	if !ok {
		return nil, d.work.Err()
	}
	now := d.config.Clock().UTC()
	v := &CommitmentPage{Exercise: d.Charter().Exercise, Now: now}
	if v.Commitment, err = d.commitmentView(ctx, m, c); err != nil {
		return nil, err
	}
	breaches, err := d.breaches(ctx, sees)
	if err != nil {
		return nil, err
	}
	v.Commitment.Cases = breaches[m.ID]
	p := d.newPage(lang, now)
	p.commitment(d, &v.Commitment)
	d.confirmedPage(p)
	v.Text = p.String()
	return v, d.work.Err()
}

// commitmentHead says in a line which commitment it is, how it stands, whose it is and
// when it is due.
func (p *page) commitmentHead(indent int, v *CommitmentView) {
	t := v.State.Text()
	due := words.M("accord.no-due")
	if at := v.due(t); !at.IsZero() {
		due = words.M("accord.due", "at", p.at(at), "left", p.left(at))
	}
	p.say(indent, "accord.commitment-head", "name", p.code(v.Name), "entry", p.code(mechanism.EntryName(v.Entry)), "status", p.statusWord(matter.Commitment, v.Status),
		"owners", p.parties(t.Owners), "recurrence", p.named("J43", "recurrence", t.Recurrence), "due", due)
}

// due is when it is due next: the first of its owners' duties that is not met, and of
// one that is not in force what its text says.
func (v *CommitmentView) due(t *accord.Text) time.Time {
	var first time.Time
	for _, d := range v.State.Duties {
		if !d.Due.IsZero() && (first.IsZero() || d.Due.Before(first)) {
			first = d.Due
		}
	}
	if len(v.State.Duties) == 0 {
		return t.Due
	}
	return first
}

func (p *page) commitment(d *Desk, v *CommitmentView) {
	p.commitmentHead(0, v)
	for _, lang := range format.Languages() {
		p.tongue(2, lang, v.Texts[lang])
	}
	if t := v.State.Text(); t != nil {
		p.say(2, "accord.agreed-by", "entry", p.entryBy(d, t.Statement), "signed", p.signed(d, t.Agreed))
		if t.AgreedIn != "" {
			p.say(2, "accord.agreed-in", "where", p.reference(d, t.AgreedIn))
		}
		if len(t.After) > 0 {
			names := make([]string, len(t.After))
			for i, name := range t.After {
				names[i] = string(p.reference(d, name))
			}
			p.say(2, "accord.after", "names", words.Raw(strings.Join(names, p.comma())))
		}
	}
	if t := v.State.Proposed; t != nil && v.State.Standing != nil {
		p.say(2, "accord.other-text", "party", p.party(t.By), "entry", p.entryBy(d, t.Statement), "signed", p.signed(d, t.Agreed))
		for _, lang := range format.Languages() {
			p.tongue(4, lang, v.Proposed[lang])
		}
	}
	for i, of := range v.Duties {
		p.dutyOf(d, v.State.Duties[i], of)
	}
	if len(v.State.Waivers) > 0 {
		p.say(2, "accord.waived-by", "signed", p.signed(d, v.State.Waivers))
	}
	p.breached(2, v)
	p.foot(2, &v.AgreedView)
}

// dutyOf writes what was said of one owner's duty.
func (p *page) dutyOf(desk *Desk, d accord.Duty, of DutyOf) {
	if d.Overdue {
		p.say(2, "accord.overdue", "party", p.party(d.Owner), "at", p.at(d.Due), "left", p.left(d.Due))
	}
	if d.Claim != nil {
		p.say(2, "accord.claimed", "party", p.party(d.Owner), "entry", p.code(mechanism.EntryName(of.Claimed.Entry)), "n", len(of.Evidence), "until", p.at(d.Claim.Until))
		p.quote(4, of.Claimed.Text)
		for _, hash := range of.Evidence {
			p.line(4, string(p.code(hash)))
		}
		if d.Claim.Late {
			p.say(4, "accord.claimed-late")
		}
		if len(d.Claim.Accepted) > 0 {
			p.say(4, "accord.accepted-by", "signed", p.signed(desk, d.Claim.Accepted))
		}
		p.texts(4, "accord.contested-by", of.Contests)
	}
	if d.Claims > 1 || d.Late > 0 || d.Disputed > 0 {
		p.say(2, "accord.record", "party", p.party(d.Owner), "claims", d.Claims, "late", d.Late, "disputed", d.Disputed)
	}
}

// breached lists the cases of breach, and says how one is opened where the register
// alone settles nothing.
func (p *page) breached(indent int, v *CommitmentView) {
	for _, c := range v.Cases {
		key := "accord.case"
		if c.Ended != "" {
			key = "accord.case-ended"
		}
		p.say(indent, key, "party", p.party(c.Reporter), "entry", p.code(mechanism.EntryName(c.Entry)))
	}
	if len(v.Cases) == 0 && (v.Status == "overdue" || v.Status == "contested") {
		p.say(indent, "accord.case-how", "entry", p.code(mechanism.EntryName(v.Entry)))
	}
}

// tongue writes a text in one of the languages, under that language's code.
func (p *page) tongue(indent int, lang, text string) {
	if text != "" {
		p.line(indent, string(p.code(lang+":"))+" "+words.Isolate(p.lang, text))
	}
}
