package desk

import (
	"cmp"
	"context"
	"slices"
	"time"

	"parley/delivery"
	"parley/mechanism"
)

// A QuestionView is a diplomatic question (J40) and its answers.
type QuestionView struct {
	Entry    uint64    `json:"entry"`
	ID       string    `json:"id"`
	Author   string    `json:"author"` // party/role/officer
	Asked    time.Time `json:"asked"`
	ReplyBy  time.Time `json:"replyBy"`
	Subject  string    `json:"subject"`
	Question string    `json:"question"`
	Answers  []Answer  `json:"answers,omitempty"`
	Waiting  []string  `json:"waiting,omitempty"` // parties that have not answered
}

// An Answer is what replies to a question.
type Answer struct {
	Said
	Kind   string    `json:"kind"` // answer, note or question; the format, where it is no J40
	At     time.Time `json:"at"`
	AtGate bool      `json:"atGate,omitempty"` // its addressees may not read it yet
}

// A QuestionsView is the list of questions.
type QuestionsView struct {
	Exercise  bool           `json:"exercise"`
	Now       time.Time      `json:"now"`
	Questions []QuestionView `json:"questions"`
	Text      string         `json:"text"`
}

// questions lists those that somebody has still to answer, the first to fall due
// first, and those that all have answered after them where all says so.
func (d *Desk) questions(ctx context.Context, lang string, all bool, sees func(string) bool) (*QuestionsView, error) {
	now := d.config.Clock().UTC()
	v := &QuestionsView{Exercise: d.Charter().Exercise, Now: now, Questions: []QuestionView{}}
	records, err := d.questioned(ctx, all)
	if err != nil {
		return nil, err
	}
	for _, r := range records {
		if !sees(r.Claims.Area) {
			continue
		}
		q, err := d.question(ctx, r)
		if err != nil {
			return nil, err
		}
		v.Questions = append(v.Questions, q)
	}
	slices.SortStableFunc(v.Questions, func(a, b QuestionView) int {
		return cmp.Or(compareBool(len(a.Waiting) == 0, len(b.Waiting) == 0), a.ReplyBy.Compare(b.ReplyBy), cmp.Compare(a.Entry, b.Entry))
	})
	p := d.newPage(lang, now)
	p.titled("accord.questions")
	for i := range v.Questions {
		p.question(&v.Questions[i])
	}
	if len(v.Questions) == 0 {
		p.say(2, "accord.none")
	}
	d.confirmedPage(p)
	v.Text = p.String()
	return v, d.work.Err()
}

// questioned gives the questions that left the gate: those that are open, or all.
func (d *Desk) questioned(ctx context.Context, all bool) ([]*mechanism.Record, error) {
	asks := func(r *mechanism.Record) bool {
		return r.Facts != nil && r.Facts.Content == "J40/1" && !r.Facts.ReplyBy.IsZero() && r.Delivery != nil && r.Delivery.Current() && r.Delivery.Status == delivery.Released
	}
	var found []*mechanism.Record
	if !all {
		for _, party := range d.Charter().Parties {
			for _, r := range d.work.Open(party.ID) {
				if asks(r) && r.Delivery.Awaits(delivery.StageReply, party.ID) && !slices.ContainsFunc(found, func(f *mechanism.Record) bool { return f.Index == r.Index }) {
					found = append(found, r)
				}
			}
		}
		return found, nil
	}
	snapshot, err := d.work.Snapshot(ctx)
	if err != nil {
		return nil, err
	}
	defer snapshot.Close()
	for r, err := range snapshot.Records(ctx) {
		if err != nil {
			return nil, err
		}
		if asks(r) {
			found = append(found, r)
		}
	}
	return found[max(0, len(found)-maxList):], nil
}

func (d *Desk) question(ctx context.Context, r *mechanism.Record) (QuestionView, error) {
	q := QuestionView{Entry: r.Index, ID: r.Claims.ID, Author: r.Claims.Author.String(), Asked: r.Logged, ReplyBy: r.Facts.ReplyBy}
	s, err := d.statementAt(ctx, r.Index)
	if err != nil {
		return q, err
	}
	q.Subject, q.Question = openField(s, "subject"), openField(s, "text")
	for _, reach := range r.Delivery.Reach {
		if len(reach.Replies) == 0 {
			q.Waiting = append(q.Waiting, reach.Party)
		}
		for _, id := range reach.Replies {
			reply, ok := d.work.Record(id)
			if !ok {
				continue
			}
			a := Answer{Said: Said{Party: reach.Party, Entry: reply.Index}, Kind: reply.Claims.Format, At: reply.Logged, AtGate: reply.Delivery != nil && reply.Delivery.Waiting()}
			text, err := d.statementAt(ctx, reply.Index)
			if err != nil {
				return q, err
			}
			if a.Text = openField(text, "text"); reply.Claims.Format == r.Claims.Format {
				a.Kind = openField(text, "kind")
			}
			q.Answers = append(q.Answers, a)
		}
	}
	return q, nil
}

func (p *page) question(q *QuestionView) {
	p.say(2, "accord.question", "entry", p.code(mechanism.EntryName(q.Entry)), "author", p.code(q.Author), "at", p.at(q.Asked), "by", p.at(q.ReplyBy), "left", p.left(q.ReplyBy), "subject", q.Subject)
	p.quote(4, q.Question)
	for _, a := range q.Answers {
		key := "accord.answer"
		if a.AtGate {
			key = "accord.answer-gate"
		}
		p.say(4, key, "party", p.party(a.Party), "entry", p.code(mechanism.EntryName(a.Entry)), "kind", p.named("J40", "kind", a.Kind), "at", p.at(a.At))
		p.quote(6, a.Text)
	}
	if len(q.Waiting) > 0 {
		p.say(4, "accord.unanswered", "parties", p.parties(q.Waiting))
	}
}
