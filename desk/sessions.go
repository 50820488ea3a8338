package desk

import (
	"context"
	"strconv"
	"time"

	"parley/accord"
	"parley/matter"
	"parley/mechanism"
	"parley/words"
)

// A SessionView is one session: its agenda as it stands, and its minutes.
type SessionView struct {
	AgreedView
	State      *accord.Session `json:"state"`
	Agenda     []string        `json:"agenda"` // as the call that stands has it
	Attendance []string        `json:"attendance"`
	Form       string          `json:"form,omitempty"`
	Mode       string          `json:"mode,omitempty"`

	// What the page of one session shows besides.
	Inserted    []Said `json:"inserted,omitempty"` // statements, in the order in which they were handed in
	Draft       *Said  `json:"draft,omitempty"`
	Decisions   string `json:"decisions,omitempty"`
	Corrections []Said `json:"corrections,omitempty"`
	Dissents    []Said `json:"dissents,omitempty"`
}

// A SessionsView is the list of sessions.
type SessionsView struct {
	Exercise bool          `json:"exercise"`
	Now      time.Time     `json:"now"`
	Sessions []SessionView `json:"sessions"`
	Older    int           `json:"older,omitempty"` // how many the page has no room for
	Text     string        `json:"text"`
}

// A SessionPage is one session.
type SessionPage struct {
	Exercise bool        `json:"exercise"`
	Now      time.Time   `json:"now"`
	Session  SessionView `json:"session"`
	Text     string      `json:"text"`
}

func (d *Desk) sessions(ctx context.Context, lang string, all bool, sees func(string) bool) (*SessionsView, error) {
	now := d.config.Clock().UTC()
	v := &SessionsView{Exercise: d.Charter().Exercise, Now: now, Sessions: []SessionView{}}
	matters, older, err := d.agreed(ctx, matter.Session, all, sees)
	if err != nil {
		return nil, err
	}
	p := d.newPage(lang, now)
	p.titled("accord.sessions")
	for _, m := range matters {
		s, ok := m.State.(*accord.Session)
		if !ok {
			continue
		}
		one, err := d.sessionView(ctx, m, s)
		if err != nil {
			return nil, err
		}
		v.Sessions = append(v.Sessions, one)
		p.sessionHead(2, &one)
		p.foot(4, &one.AgreedView)
	}
	v.Older = older
	p.rest(len(v.Sessions), older)
	d.confirmedPage(p)
	v.Text = p.String()
	return v, d.work.Err()
}

func (d *Desk) sessionView(ctx context.Context, m *mechanism.Matter, s *accord.Session) (SessionView, error) {
	v := SessionView{AgreedView: agreedView(m), State: s}
	call, _, err := d.read(ctx, s.Call)
	v.Agenda, v.Attendance, v.Form, v.Mode = openList(call, "items"), openList(call, "attendance"), openField(call, "form"), openField(call, "mode")
	return v, err
}

func (d *Desk) session(ctx context.Context, name, lang string, sees func(string) bool) (*SessionPage, error) {
	m, err := d.agreedOne(ctx, matter.Session, name, sees)
	if err != nil {
		return nil, err
	}
	s, ok := m.State.(*accord.Session)
	if !ok {
		return nil, d.work.Err()
	}
	now := d.config.Clock().UTC()
	v := &SessionPage{Exercise: d.Charter().Exercise, Now: now}
	if v.Session, err = d.sessionView(ctx, m, s); err != nil {
		return nil, err
	}
	one := &v.Session
	minutes := &s.Minutes
	for _, part := range []struct {
		of    []accord.Signature
		texts *[]Said
	}{{minutes.Inserted, &one.Inserted}, {minutes.Corrections, &one.Corrections}, {minutes.Dissents, &one.Dissents}} {
		if *part.texts, err = d.sayings(ctx, part.of, "text"); err != nil {
			return nil, err
		}
	}
	if minutes.Draft != "" {
		draft, entry, err := d.read(ctx, minutes.Draft)
		if err != nil {
			return nil, err
		}
		one.Draft, one.Decisions = &Said{minutes.Drafter, entry, openField(draft, "text")}, openField(draft, "decisions")
	}
	p := d.newPage(lang, now)
	p.session(d, one)
	d.confirmedPage(p)
	v.Text = p.String()
	return v, d.work.Err()
}

// sessionHead says in a line what a session is, when, and how it stands.
func (p *page) sessionHead(indent int, v *SessionView) {
	p.say(indent, "accord.session-head", "name", p.code(v.Name), "entry", p.code(mechanism.EntryName(v.Entry)), "status", p.statusWord(matter.Session, v.Status), "from", p.at(v.State.Starts), "to", p.at(v.State.Ends))
}

func (p *page) session(d *Desk, v *SessionView) {
	s := v.State
	p.sessionHead(0, v)
	p.say(2, "accord.called-by", "party", p.party(s.Caller), "entry", p.entryBy(d, s.Call), "form", p.named("J41", "form", v.Form), "mode", p.named("J41", "mode", v.Mode))
	p.say(2, "accord.attendance", "roles", p.list(v.Attendance))
	p.say(2, "accord.agenda")
	for i, item := range v.Agenda {
		p.line(4, string(p.code(strconv.Itoa(i+1)+"."))+" "+words.Isolate(p.lang, item))
	}
	p.say(2, "accord.locked-by", "signed", p.signed(d, s.Locks))
	if len(s.Missed) > 0 {
		p.say(2, "accord.not-locked", "parties", p.parties(s.Missed))
	}
	if !s.Locked.IsZero() {
		p.say(2, "accord.locked-since", "at", p.at(s.Locked))
		if until := s.StatementsBy(); p.now.After(until) {
			p.say(2, "accord.statements-over", "at", p.at(until))
		} else {
			p.say(2, "accord.statements-by", "at", p.at(until), "left", p.left(until))
		}
		p.texts(4, "accord.said-in", v.Inserted)
		p.minutes(d, v)
	}
	p.foot(2, &v.AgreedView)
}

func (p *page) minutes(d *Desk, v *SessionView) {
	minutes := &v.State.Minutes
	if minutes.Late {
		p.say(2, "accord.draft-late")
	}
	if v.Draft == nil {
		return
	}
	p.say(2, "accord.draft", "number", minutes.Drafts, "party", p.party(v.Draft.Party), "entry", p.code(mechanism.EntryName(v.Draft.Entry)), "corrections", p.at(minutes.CorrectionsBy), "adopt", p.at(minutes.AdoptBy))
	p.quote(4, v.Draft.Text)
	if v.Decisions != "" {
		p.say(4, "accord.decisions")
		p.quote(6, v.Decisions)
	}
	p.texts(4, "accord.correction", v.Corrections)
	p.say(2, "accord.adopted-by", "signed", p.signed(d, minutes.Adopted))
	p.texts(2, "accord.dissent", v.Dissents)
	if len(minutes.Silent) > 0 {
		p.say(2, "accord.silent", "parties", p.parties(minutes.Silent))
	}
}
