package desk

import (
	"context"
	"slices"
	"time"

	"parley/identity"
	"parley/matter"
	"parley/mechanism"
	"parley/rule"
	"parley/trade"
	"parley/words"
)

// A ProjectView is one project as the pipeline shows it: where it stands, who holds
// it and by when. It says nothing of what the project is.
type ProjectView struct {
	Entry    uint64         `json:"entry"` // of the statement that opened it
	ID       string         `json:"id"`
	Proposer string         `json:"proposer"`
	Paper    bool           `json:"paper,omitempty"` // an authorisation by itself
	Status   string         `json:"status"`
	Since    uint64         `json:"since"` // entry since which it stands so
	Began    time.Time      `json:"began"` // when the text that stands took effect
	Next     []ProjectTurn  `json:"next,omitempty"`
	Timers   []matter.Timer `json:"timers,omitempty"`
	Readable bool           `json:"readable"` // by the officer who asks
}

// A ProjectTurn is what somebody is to do next.
type ProjectTurn struct {
	Party  string    `json:"party"` // or "clock"
	Action string    `json:"action"`
	By     time.Time `json:"by,omitzero"`
}

// A ProjectsView is the pipeline.
type ProjectsView struct {
	Exercise bool          `json:"exercise"`
	Now      time.Time     `json:"now"`
	Silence  bool          `json:"silenceConsents"` // by the charter in force
	Projects []ProjectView `json:"projects"`
	Text     string        `json:"text"`
}

// Projects shows the pipeline to an officer whose key sees projects: open ones by
// the time that is left, and all others after them where all says so.
func (d *Desk) Projects(ctx context.Context, lang string, as identity.Author, all bool) (*ProjectsView, error) {
	if _, err := d.trader(ctx, as); err != nil {
		return nil, err
	}
	now := d.config.Clock().UTC()
	v := &ProjectsView{Exercise: d.Charter().Exercise, Now: now, Silence: d.Charter().Trade().SilenceConsents, Projects: []ProjectView{}}
	matters, err := d.work.Matters(ctx, matter.Project, !all)
	if err != nil {
		return nil, err
	}
	for _, m := range matters {
		if s, ok := m.State.(*trade.State); ok {
			v.Projects = append(v.Projects, d.projectView(m, s, as))
		}
	}
	slices.SortStableFunc(v.Projects, func(a, b ProjectView) int {
		if order := compareBool(len(a.Next) == 0, len(b.Next) == 0); order != 0 || len(a.Next) == 0 {
			return order
		}
		return a.Next[0].By.Compare(b.Next[0].By)
	})
	p := d.newPage(lang, now)
	p.say(0, "project.title", "at", p.code(now.Format(time.DateOnly)), "time", p.at(now))
	p.silence(v.Silence)
	if len(v.Projects) == 0 {
		p.say(2, "project.none")
	}
	for i := range v.Projects {
		p.project(&v.Projects[i])
	}
	d.confirmedPage(p)
	v.Text = p.String()
	return v, nil
}

func (d *Desk) projectView(m *mechanism.Matter, s *trade.State, as identity.Author) ProjectView {
	v := ProjectView{Entry: m.Opened, ID: m.ID, Proposer: s.Proposer, Paper: s.Phase == trade.Paper, Status: s.Status(), Since: m.Since, Began: s.Began, Timers: s.Timers(), Readable: trade.Reads(d.readersHere(s.Readers), as)}
	for _, n := range s.Next(m.Rules) {
		v.Next = append(v.Next, ProjectTurn{n.Party, n.Action, n.By})
	}
	return v
}

func (p *page) silence(consents bool) {
	if consents {
		p.say(0, "project.silence-consents")
		return
	}
	p.say(0, "project.silence")
}

// project writes one project in a line or two.
func (p *page) project(v *ProjectView) {
	key := "project.line"
	if v.Paper {
		key = "project.line-paper"
	}
	p.say(2, key, "entry", p.code(mechanism.EntryName(v.Entry)), "party", p.party(v.Proposer), "status", words.M("project.status."+v.Status))
	for _, n := range v.Next {
		p.projectTurn(4, n)
	}
	if !v.Readable {
		p.say(4, "project.others-read")
	}
}

func (p *page) projectTurn(indent int, n ProjectTurn) {
	action := p.action(matter.Project, n.Action)
	if n.Party == matter.Clock {
		p.say(indent, "project.clock", "action", action, "at", p.at(n.By), "left", p.left(n.By))
		return
	}
	p.say(indent, "project.holder", "party", p.party(n.Party), "action", action, "at", p.at(n.By), "left", p.left(n.By))
}

// A ProjectDetail is one project with all that its state says. Its texts are shown
// by [Desk.ShowTo], each by its entry.
type ProjectDetail struct {
	ProjectView
	Exercise  bool             `json:"exercise"`
	Now       time.Time        `json:"now"`
	State     *trade.State     `json:"state"`
	Moves     []uint64         `json:"moves"` // entries of the statements that took effect
	Voids     []mechanism.Void `json:"voids,omitempty"`
	Partial   bool             `json:"partial,omitempty"` // some of it is withheld here
	Statement string           `json:"proposal"`          // the text that stands, rendered
	Text      string           `json:"text"`
}

// Project shows one project to an officer who may read it, and logs that. ref is as
// [Desk.Find] takes it, and may name any statement of the project.
func (d *Desk) Project(ctx context.Context, ref, lang string, as identity.Author) (*ProjectDetail, error) {
	if _, err := d.trader(ctx, as); err != nil {
		return nil, err
	}
	id, err := d.Find(ctx, ref)
	if err != nil {
		return nil, err
	}
	record, ok := d.work.Record(id)
	var m *mechanism.Matter
	if ok && record.Facts != nil && record.Facts.Kind == matter.Project {
		m, _ = d.work.Matter(record.Facts.Matter)
	}
	if m == nil {
		return nil, rule.Refuse(NotFound, "`parley projects` lists them", "statement %s is of no project that has begun; one that waits at the gate has not", id)
	}
	s, ok := m.State.(*trade.State)
	if !ok {
		return nil, rule.Refuse(NotFound, "`parley projects` lists them", "statement %s is of no project", id)
	}
	text, err := d.ShowTo(ctx, s.Text, lang, as)
	if err != nil {
		return nil, err
	}
	now := d.config.Clock().UTC()
	v := &ProjectDetail{ProjectView: d.projectView(m, s, as), Exercise: d.Charter().Exercise, Now: now, State: s, Moves: m.Moves, Voids: m.Voids, Partial: m.Partial, Statement: text.Text}
	p := d.newPage(lang, now)
	p.say(0, "project.one", "entry", p.code(mechanism.EntryName(m.Opened)), "party", p.party(s.Proposer), "status", words.M("project.status."+v.Status))
	p.projectState(d, s, v)
	p.text.WriteString("\n" + text.Text)
	d.confirmedPage(p)
	v.Text = p.String()
	return v, nil
}

// projectState writes what has been said of a project, and what falls due.
func (p *page) projectState(d *Desk, s *trade.State, v *ProjectDetail) {
	if v.Partial {
		p.say(2, "project.partial")
	}
	for _, n := range v.Next {
		p.projectTurn(2, n)
	}
	if s.Phase != trade.Paper {
		p.silence(s.Terms.Silence)
		p.screening(d, s)
		for _, a := range s.Answers {
			p.answered(d, a)
		}
		for _, side := range s.Asked {
			if _, ok := s.Answer(side); !ok {
				p.say(2, "project.unanswered", "party", p.party(side), "at", p.at(s.RecommendBy), "left", p.left(s.RecommendBy))
			}
		}
		if s.Decision != "" {
			p.say(2, "project.decided", "entry", p.entryOf(d, s.Decision))
		}
		if s.NeedsCertificate() {
			p.say(2, "project.certificate")
		}
	}
	for _, g := range s.Papers {
		key := "project.paper"
		if !g.Ends.IsZero() {
			key = "project.paper-ends"
		}
		p.say(2, key, "instrument", p.named("J53", "instrument", g.Instrument), "party", p.party(g.Party), "from", p.at(g.From), "until", p.at(g.Until), "ends", p.at(g.Ends), "entry", p.entryOf(d, g.Statement))
	}
	for _, t := range v.Timers {
		if slices.ContainsFunc(v.Next, func(n ProjectTurn) bool { return n.By.Equal(t.At) }) {
			continue // it is said above
		}
		p.say(2, "project.timer", "stage", p.named("matter.due", "stage", t.Stage), "at", p.at(t.At), "left", p.left(t.At))
	}
	if len(s.Readers) > 0 {
		p.say(2, "project.readers", "readers", p.list(s.Readers))
	}
	for _, void := range v.Voids {
		p.say(2, "project.void", "entry", p.code(mechanism.EntryName(void.Index)), "reason", void.Sentence)
	}
}

func (p *page) screening(d *Desk, s *trade.State) {
	switch c := s.Screening; {
	case c.Statement == "":
		p.say(2, "project.unscreened", "at", p.at(c.By), "left", p.left(c.By))
	case c.Over:
		p.say(2, "project.screened-over", "disposition", p.named("J51", "disposition", c.Disposition), "at", p.at(c.Until), "entry", p.entryOf(d, c.Statement))
	default:
		p.say(2, "project.screened", "disposition", p.named("J51", "disposition", c.Disposition), "entry", p.entryOf(d, c.Statement))
	}
}

// answered says where a party stands. Silence is called silence.
func (p *page) answered(d *Desk, a trade.Answer) {
	pairs := []any{"party", p.party(a.Party), "kind", p.named("J52", "kind", a.Kind), "entry", p.entryOf(d, a.Statement), "reason", p.named("J52", "reason", a.Reason), "at", p.at(a.MeetBy), "left", p.left(a.MeetBy)}
	key := "project.answer"
	switch {
	case a.Kind == trade.Silence && a.Counted:
		key = "project.silent-counted"
	case a.Kind == trade.Silence:
		key = "project.silent"
	case a.Failed:
		key = "project.condition-failed"
	case a.Kind == trade.Condition && a.Waited:
		key = "project.condition-waited"
	case a.Kind == trade.Condition && !a.Met.IsZero():
		key = "project.condition-met"
	case a.Kind == trade.Condition:
		key = "project.condition-open"
	case a.Reason != "":
		key = "project.answer-reason"
	}
	p.say(2, key, pairs...)
}

// entryOf names the entry of a statement.
func (p *page) entryOf(d *Desk, id string) words.Raw {
	if r, ok := d.work.Record(id); ok {
		return p.code(mechanism.EntryName(r.Index))
	}
	return "—"
}
