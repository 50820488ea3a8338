package console

import (
	"errors"

	"parley/desk"
	"parley/digest"
	"parley/matter"
	"parley/rule"
)

// A register is one list of what has a life of its own, or of what concerns all such, as
// the desk writes it for people.
type register struct {
	Name string // in its path, and "console.register.NAME" names it
	Kind matter.Kind
	text func(k *Console, v *visit, all bool) (string, error)
	one  func(k *Console, v *visit, ref string) (string, error) // nil: it has no page of one
}

var registers = []register{
	{"cases", matter.Case, func(k *Console, v *visit, all bool) (string, error) {
		return text(k.desk.Cases(v.ctx, v.lang, v.officer, false, all))(func(c *desk.CaseList) string { return c.Text })
	}, func(k *Console, v *visit, ref string) (string, error) {
		return text(k.desk.Case(v.ctx, ref, v.lang, v.officer, true))(func(c *desk.CaseView) string { return c.Text })
	}},
	{"sessions", matter.Session, func(k *Console, v *visit, all bool) (string, error) {
		return text(k.desk.Sessions(v.ctx, v.lang, v.officer, all))(func(s *desk.SessionsView) string { return s.Text })
	}, nil},
	{"commitments", matter.Commitment, func(k *Console, v *visit, all bool) (string, error) {
		return text(k.desk.Commitments(v.ctx, v.lang, v.officer, all))(func(c *desk.CommitmentsView) string { return c.Text })
	}, nil},
	{"public-lines", matter.PublicLine, func(k *Console, v *visit, all bool) (string, error) {
		return text(k.desk.PublicLines(v.ctx, v.lang, v.officer, all))(func(l *desk.PublicLinesView) string { return l.Text })
	}, nil},
	{"questions", "", func(k *Console, v *visit, all bool) (string, error) {
		return text(k.desk.Questions(v.ctx, v.lang, v.officer, all))(func(q *desk.QuestionsView) string { return q.Text })
	}, nil},
	{"exchanges", matter.Exchange, func(k *Console, v *visit, all bool) (string, error) {
		return text(k.desk.Exchanges(v.ctx, v.lang, all))(func(e *desk.ExchangesView) string { return e.Text })
	}, nil},
	{"projects", matter.Project, func(k *Console, v *visit, all bool) (string, error) {
		return text(k.desk.Projects(v.ctx, v.lang, v.officer, all))(func(p *desk.ProjectsView) string { return p.Text })
	}, func(k *Console, v *visit, ref string) (string, error) {
		return text(k.desk.Project(v.ctx, ref, v.lang, v.officer))(func(p *desk.ProjectDetail) string { return p.Text })
	}},
	{"consents", "", func(k *Console, v *visit, _ bool) (string, error) {
		return text(k.desk.Consents(v.ctx, v.lang, v.officer))(func(c *desk.ConsentsView) string { return c.Text })
	}, nil},
	{"calendar", "", func(k *Console, v *visit, _ bool) (string, error) {
		return text(k.desk.Calendar(v.ctx, v.lang, v.officer))(func(c *desk.CalendarView) string { return c.Text })
	}, nil},
	{"digest", "", func(k *Console, v *visit, _ bool) (string, error) {
		page, ch, err := k.desk.Digest(v.ctx, digest.Question{Audience: digest.Watch, Span: digest.Day}, v.officer)
		if err != nil {
			return "", err
		}
		return page.Report(v.lang, ch).Text(), nil
	}, nil},
	{"line", "", func(k *Console, v *visit, _ bool) (string, error) {
		return text(k.desk.Line(v.ctx, v.lang))(func(l *desk.LineView) string { return l.Text })
	}, nil},
	{"areas", "", func(k *Console, v *visit, _ bool) (string, error) {
		return text(k.desk.Areas(v.ctx, v.lang))(func(a *desk.AreasView) string { return a.Text })
	}, nil},
}

// text takes the text of a view, if there is one.
func text[V any](view *V, err error) func(func(*V) string) (string, error) {
	return func(of func(*V) string) (string, error) {
		if err != nil {
			return "", err
		}
		return of(view), nil
	}
}

// A registerPage is one of them, or the choice between them.
type registerPage struct {
	All     []register
	Name    string
	Ref     string
	Text    string
	Refused *desk.Problem // why this officer is not shown it
	Turns   []desk.Turn   // this party's, of its kind or of all
	Ended   bool          // what has ended is listed too
}

// matters shows one register, one thing of it, or which there are.
func (k *Console) matters(v *visit) error {
	p := registerPage{All: registers, Name: v.r.PathValue("register"), Ref: v.r.PathValue("ref"), Ended: v.r.URL.Query().Get("all") == "1"}
	view, err := k.desk.Watch(v.ctx, v.lang, v.officer)
	if err != nil {
		return err
	}
	if p.Name == "" {
		p.Turns = view.Turns
		return v.show("matters", p)
	}
	for _, r := range registers {
		if r.Name != p.Name {
			continue
		}
		for _, turn := range view.Turns {
			if turn.Kind == r.Kind {
				p.Turns = append(p.Turns, turn)
			}
		}
		switch {
		case p.Ref == "":
			p.Text, err = r.text(k, v, p.Ended)
		case r.one != nil:
			p.Text, err = r.one(k, v, p.Ref)
		default:
			return notFound(v.r.URL.Path)
		}
		var refusal *rule.Refusal
		if errors.As(err, &refusal) {
			problem := desk.ProblemOf(err)
			p.Refused, err = &problem, nil
		}
		if err != nil {
			return err
		}
		return v.show("matters", p)
	}
	return notFound(v.r.URL.Path)
}
