package desk

import (
	"context"
	"time"

	"parley/accord"
	"parley/format"
	"parley/matter"
	"parley/mechanism"
)

// A LineOfWords is one public line. While it is locked nobody may say it.
type LineOfWords struct {
	AgreedView
	State   *accord.Line      `json:"state"`
	Words   map[string]string `json:"words"` // by language
	MaySay  bool              `json:"maySay"`
	UseMark string            `json:"useMark,omitempty"`
	// Asked is the entry that asked for it, such as a J33, and After how long after
	// that all had agreed, in seconds; 0 for none and not yet.
	Asked uint64 `json:"asked,omitempty"`
	After int64  `json:"agreedAfterSeconds,omitempty"`
}

// A PublicLinesView is the list of public lines.
type PublicLinesView struct {
	Exercise bool          `json:"exercise"`
	Now      time.Time     `json:"now"`
	Lines    []LineOfWords `json:"lines"`
	Older    int           `json:"older,omitempty"` // how many the page has no room for
	Text     string        `json:"text"`
}

func (d *Desk) publicLines(ctx context.Context, lang string, all bool, sees func(string) bool) (*PublicLinesView, error) {
	now := d.config.Clock().UTC()
	v := &PublicLinesView{Exercise: d.Charter().Exercise, Now: now, Lines: []LineOfWords{}}
	matters, older, err := d.agreed(ctx, matter.PublicLine, all, sees)
	if err != nil {
		return nil, err
	}
	p := d.newPage(lang, now)
	p.titled("accord.lines")
	for _, m := range matters {
		l, ok := m.State.(*accord.Line)
		if !ok {
			continue
		}
		one, err := d.lineView(ctx, m, l)
		if err != nil {
			return nil, err
		}
		v.Lines = append(v.Lines, one)
		p.publicLine(d, &one)
	}
	v.Older = older
	p.rest(len(v.Lines), older)
	d.confirmedPage(p)
	v.Text = p.String()
	return v, d.work.Err()
}

func (d *Desk) lineView(ctx context.Context, m *mechanism.Matter, l *accord.Line) (LineOfWords, error) {
	v := LineOfWords{AgreedView: agreedView(m), State: l, MaySay: l.Over == accord.Released}
	var err error
	if v.Words, err = d.inLanguages(ctx, l.Words, "line-"); err != nil {
		return v, err
	}
	s, _, err := d.read(ctx, l.Words)
	if err != nil {
		return v, err
	}
	v.UseMark = openField(s, "use-mark")
	if r, ok := d.work.Record(l.Request); ok {
		v.Asked = r.Index
		if !l.Locked.IsZero() {
			v.After = int64(l.Locked.Sub(r.Logged) / time.Second)
		}
	}
	return v, nil
}

func (p *page) publicLine(d *Desk, v *LineOfWords) {
	l := v.State
	p.say(2, "accord.line-head", "entry", p.code(mechanism.EntryName(v.Entry)), "status", p.statusWord(matter.PublicLine, v.Status), "at", p.at(l.Release), "left", p.left(l.Release), "use", p.code(v.UseMark))
	for _, lang := range format.Languages() {
		p.tongue(4, lang, v.Words[lang])
	}
	p.say(4, "accord.agreed-by", "entry", p.entryBy(d, l.Words), "signed", p.signed(d, l.Agreed))
	switch {
	case v.Asked > 0 && v.After > 0:
		p.say(4, "accord.asked-agreed", "entry", p.code(mechanism.EntryName(v.Asked)), "span", p.code(span(time.Duration(v.After)*time.Second)))
	case v.Asked > 0:
		p.say(4, "accord.asked", "entry", p.code(mechanism.EntryName(v.Asked)))
	}
	if len(l.Withdrawals) > 0 {
		p.say(4, "accord.withdrawn-by", "signed", p.signed(d, l.Withdrawals))
	}
	p.foot(4, &v.AgreedView)
}
