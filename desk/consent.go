package desk

import (
	"context"
	"strings"
	"time"

	"parley/delivery"
	"parley/identity"
	"parley/mechanism"
	"parley/rule"
	"parley/statement"
	"parley/words"
)

// A ConsentView is one request for consent, what was answered, and the copies made by
// that.
type ConsentView struct {
	Entry     uint64     `json:"entry"`
	ID        string     `json:"id"`
	By        string     `json:"by"` // party/role/officer
	Of        string     `json:"of"` // party that is asked
	Statement string     `json:"statement"`
	About     *uint64    `json:"about,omitempty"` // entry of that statement; none where it is not known here
	Recipient string     `json:"recipient"`
	Purpose   string     `json:"purpose"`
	Extent    string     `json:"extent"`
	Status    string     `json:"status"`       // open, overdue, granted, refused, ended or used; waiting while it is at a gate
	Due       time.Time  `json:"due,omitzero"` // when the answer is due; zero where there is one
	Answer    string     `json:"answer,omitempty"`
	Until     time.Time  `json:"until,omitzero"`
	Terms     string     `json:"conditions,omitempty"`
	Copies    []CopyView `json:"copies,omitempty"`
	granted   bool       // and by whom it can be used:
	answer    *mechanism.Record
	asker     string
}

// A CopyView is one copy that was made.
type CopyView struct {
	Entry uint64    `json:"entry"`
	ID    string    `json:"id"`
	By    string    `json:"by"`
	At    time.Time `json:"at"`
}

// ConsentsView is the answer to GET /v1/consents.
type ConsentsView struct {
	Exercise bool          `json:"exercise"`
	Now      time.Time     `json:"now"`
	Consents []ConsentView `json:"consents"`
	Text     string        `json:"text"`
}

// Consents lists the requests for consent that as may read, the newest first: this
// party's, those that it is to answer, and at the supervisor's desk all.
func (d *Desk) Consents(ctx context.Context, lang string, as identity.Author) (*ConsentsView, error) {
	sees, err := d.seenBy(as)
	if err != nil {
		return nil, err
	}
	v := &ConsentsView{Exercise: d.Charter().Exercise, Now: d.config.Clock().UTC()}
	if v.Consents, err = d.consents(ctx, sees, v.Now); err != nil {
		return nil, err
	}
	p := d.newPage(lang, v.Now)
	p.say(0, "consent.title", "at", p.code(v.Now.Format(time.DateOnly)), "time", p.at(v.Now))
	if len(v.Consents) == 0 {
		p.say(2, "consent.none")
	}
	for i := range v.Consents {
		p.consent(&v.Consents[i])
	}
	v.Text = p.String()
	return v, d.work.Err()
}

func (d *Desk) consents(ctx context.Context, sees func(string) bool, now time.Time) ([]ConsentView, error) {
	const look = 20_000 // entries looked at
	all := []ConsentView{}
	size := d.work.Size()
	for n := uint64(0); n < min(size, look) && len(all) < maxList && ctx.Err() == nil; n++ {
		r, ok := d.work.RecordAt(size - 1 - n)
		if !ok || r.Facts == nil || r.Facts.Consent == nil || r.Delivery == nil || !isFormat(r, mechanism.ConsentAsk) || !sees(r.Claims.Area) {
			continue
		}
		v, err := d.consentView(ctx, r, now)
		if err != nil {
			return nil, err
		}
		all = append(all, v)
	}
	return all, ctx.Err()
}

func isFormat(r *mechanism.Record, id string) bool {
	return strings.HasPrefix(r.Claims.Format, id+"/")
}

func (d *Desk) consentView(ctx context.Context, r *mechanism.Record, now time.Time) (ConsentView, error) {
	asked := r.Facts.Consent
	v := ConsentView{Entry: r.Index, ID: r.Claims.ID, By: r.Claims.Author.String(), Statement: asked.Of, Recipient: asked.Recipient, Extent: asked.Extent, Status: "open", Due: r.Facts.ReplyBy, asker: r.Claims.Author.Party}
	if len(r.Claims.To) > 0 {
		v.Of = r.Claims.To[0]
	}
	if about, ok := d.work.Record(asked.Of); ok {
		v.About = &about.Index
	}
	s, err := d.statementAt(ctx, r.Index)
	if err != nil {
		return v, err
	}
	v.Purpose = openField(s, "purpose")
	answer, ok := mechanism.StandingAnswer(d.work, r)
	switch {
	case r.Delivery.Status != delivery.Released:
		v.Status = string(r.Delivery.Status)
		if r.Delivery.Waiting() {
			v.Status = "waiting"
		}
	case !ok && !v.Due.IsZero() && v.Due.Before(now):
		v.Status = "overdue"
	}
	if !ok || answer.Facts == nil || answer.Facts.Consent == nil {
		return v, nil
	}
	said := answer.Facts.Consent
	v.answer, v.Answer, v.Until, v.Due, v.granted, v.Status = answer, answer.Claims.ID, said.Until, time.Time{}, said.Granted, "refused"
	if s, err = d.statementAt(ctx, answer.Index); err != nil {
		return v, err
	}
	v.Terms = openField(s, "conditions")
	for _, id := range answer.Delivery.Replies(v.asker) {
		if c, ok := d.work.Record(id); ok {
			v.Copies = append(v.Copies, CopyView{c.Index, id, c.Claims.Author.String(), c.Logged})
		}
	}
	switch {
	case !said.Granted:
	case !said.Until.IsZero() && !said.Until.After(now):
		v.Status = "ended"
	case len(v.Copies) >= mechanism.CopiesOf(asked.Extent):
		v.Status = "used"
	default:
		v.Status = "granted"
	}
	return v, nil
}

// consent writes one request.
func (p *page) consent(v *ConsentView) {
	about := p.code(v.Statement)
	if v.About != nil {
		about = p.code(mechanism.EntryName(*v.About))
	}
	p.say(2, "consent.line", "entry", p.code(mechanism.EntryName(v.Entry)), "officer", p.code(v.By), "party", p.party(v.Of), "about", about, "recipient", v.Recipient,
		"purpose", p.named(mechanism.ConsentAsk, "purpose", v.Purpose), "extent", p.named(mechanism.ConsentAsk, "extent", v.Extent), "status", words.M("consent.status."+v.Status))
	if !v.Due.IsZero() {
		p.say(4, "consent.due", "at", p.at(v.Due), "left", p.left(v.Due))
	}
	if !v.Until.IsZero() {
		p.say(4, "consent.until", "at", p.at(v.Until), "left", p.left(v.Until))
	}
	if v.Terms != "" {
		p.say(4, "consent.conditions", "conditions", v.Terms)
	}
	for _, c := range v.Copies {
		p.say(4, "consent.copy", "entry", p.code(mechanism.EntryName(c.Entry)), "officer", p.code(c.By), "at", p.at(c.At))
	}
}

// controlling gives what a statement is or may quote that is under the control of
// another party than this one.
func (d *Desk) controlling(ctx context.Context, r *mechanism.Record) ([]*mechanism.Record, error) {
	all, more := mechanism.ControllingLeaving(d.work, d.Charter(), r, d.party)
	if more {
		return nil, rule.Refuse(mechanism.ConsentMissing, "name what it is about", "statement %s refers to more statements than can be looked through, so one of them may be under another's control", r.Claims.ID)
	}
	kept := all[:0]
	for _, r := range all {
		if _, known := mechanism.Controlled(d.work, d.Charter(), r); !known { // some of it is withheld; the field itself may not be
			s, err := d.statementAt(ctx, r.Index)
			if err != nil {
				return nil, err
			}
			if is, said := s.Field("originator-control"); said && is == false {
				continue
			}
		}
		kept = append(kept, r)
	}
	return kept, d.work.Err()
}

// refOf refers to a statement.
func refOf(relation string, r *mechanism.Record) statement.Ref {
	return statement.Ref{Relation: relation, ID: r.Claims.ID, Hash: r.Hash}
}

// controls names the other parties without whose consent nobody shows a statement
// outside.
func (d *Desk) controls(ctx context.Context, r *mechanism.Record) ([]string, error) {
	all, err := d.controlling(ctx, r)
	if err != nil {
		return nil, err
	}
	var parties []string
	for _, r := range all {
		parties = append(parties, r.Claims.Author.Party)
	}
	return mechanism.Others(d.party, parties...), nil
}
