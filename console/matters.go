package console

import (
	"errors"
	"html/template"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"parley/desk"
	"parley/digest"
	"parley/matter"
	"parley/rule"
)

// A register is one list of what has a life of its own, or of what concerns all such, as
// the desk writes it for people.
type register struct {
	Name string      // in its path, and "console.register.NAME" names it
	Kind matter.Kind // whose turns stand above it
	list func(k *Console, v *visit, all bool) (listing, error)
	one  func(k *Console, v *visit, ref string) (string, error) // nil: it has no page of one
}

// A listing is a register as the desk lets the officer read it.
type listing struct {
	text    string
	entries []uint64 // that have a page of their own here
}

var registers = []register{
	{"cases", matter.Case, func(k *Console, v *visit, all bool) (listing, error) {
		return listed(func(l *desk.CaseList) listing {
			return listing{l.Text, entries(l.Cases, func(c *desk.CaseView) uint64 { return c.Entry })}
		})(k.desk.Cases(v.ctx, v.lang, v.officer, false, all))
	}, func(k *Console, v *visit, ref string) (string, error) {
		return listed(func(c *desk.CaseView) string { return c.Text })(k.desk.Case(v.ctx, ref, v.lang, v.officer, true))
	}},
	{"sessions", matter.Session, func(k *Console, v *visit, all bool) (listing, error) {
		return listed(func(l *desk.SessionsView) listing { return listing{text: l.Text} })(k.desk.Sessions(v.ctx, v.lang, v.officer, all))
	}, nil},
	{"commitments", matter.Commitment, func(k *Console, v *visit, all bool) (listing, error) {
		return listed(func(l *desk.CommitmentsView) listing { return listing{text: l.Text} })(k.desk.Commitments(v.ctx, v.lang, v.officer, all))
	}, nil},
	{"public-lines", matter.PublicLine, func(k *Console, v *visit, all bool) (listing, error) {
		return listed(func(l *desk.PublicLinesView) listing { return listing{text: l.Text} })(k.desk.PublicLines(v.ctx, v.lang, v.officer, all))
	}, nil},
	{"questions", "", func(k *Console, v *visit, all bool) (listing, error) {
		return listed(func(l *desk.QuestionsView) listing { return listing{text: l.Text} })(k.desk.Questions(v.ctx, v.lang, v.officer, all))
	}, nil},
	{"exchanges", matter.Exchange, func(k *Console, v *visit, all bool) (listing, error) {
		return listed(func(l *desk.ExchangesView) listing {
			return listing{l.Text, entries(l.Exchanges, func(x desk.ExchangeView) uint64 { return x.Entry })}
		})(k.desk.Exchanges(v.ctx, v.lang, all))
	}, func(k *Console, v *visit, ref string) (string, error) {
		return listed(func(x *desk.ExchangeView) string { return x.Page })(k.desk.Exchange(v.ctx, ref, v.lang, 0))
	}},
	{"projects", matter.Project, func(k *Console, v *visit, all bool) (listing, error) {
		return listed(func(l *desk.ProjectsView) listing {
			return listing{l.Text, entries(l.Projects, func(p desk.ProjectView) uint64 { return p.Entry })}
		})(k.desk.Projects(v.ctx, v.lang, v.officer, all))
	}, func(k *Console, v *visit, ref string) (string, error) {
		return listed(func(p *desk.ProjectDetail) string { return p.Text })(k.desk.Project(v.ctx, ref, v.lang, v.officer))
	}},
	{"consents", "", func(k *Console, v *visit, _ bool) (listing, error) {
		return listed(func(l *desk.ConsentsView) listing { return listing{text: l.Text} })(k.desk.Consents(v.ctx, v.lang, v.officer))
	}, nil},
	{"calendar", "", func(k *Console, v *visit, _ bool) (listing, error) {
		return listed(func(l *desk.CalendarView) listing { return listing{text: l.Text} })(k.desk.Calendar(v.ctx, v.lang, v.officer))
	}, nil},
	{"digest", "", func(k *Console, v *visit, _ bool) (listing, error) {
		q := v.r.URL.Query()
		page, ch, err := k.desk.Digest(v.ctx, digest.Question{Audience: q.Get("audience"), Span: q.Get("span"), Date: q.Get("date")}, v.officer)
		if err != nil {
			return listing{}, err
		}
		return listing{text: page.Report(v.lang, ch).Text()}, nil
	}, nil},
	{"line", "", func(k *Console, v *visit, _ bool) (listing, error) {
		return listed(func(l *desk.LineView) listing { return listing{text: l.Text} })(k.desk.Line(v.ctx, v.lang))
	}, nil},
	{"areas", "", func(k *Console, v *visit, _ bool) (listing, error) {
		return listed(func(a *desk.AreasView) listing { return listing{text: a.Text} })(k.desk.Areas(v.ctx, v.lang))
	}, nil},
}

// listed takes what a page shows of a view, if there is one.
func listed[V, L any](of func(*V) L) func(*V, error) (L, error) {
	return func(view *V, err error) (shown L, _ error) {
		if err != nil {
			return shown, err
		}
		return of(view), nil
	}
}

func entries[V any](views []V, of func(V) uint64) (all []uint64) {
	for _, v := range views {
		all = append(all, of(v))
	}
	return all
}

var entryInText = regexp.MustCompile(`#[0-9]{1,15}\b`)

// Linked is the desk's text, as the screen says it, with each entry that it names as a link: to the page of one
// where the register has it, or to the statement. It goes nowhere but to this console,
// which asks the desk again; so a name that a foreign text has does no more.
func (p registerPage) Linked(text string) template.HTML {
	var b strings.Builder
	rest := 0
	for _, at := range entryInText.FindAllStringIndex(text, -1) {
		name := text[at[0]:at[1]]
		where := "/s/" + name[1:]
		if n, err := strconv.ParseUint(name[1:], 10, 64); err == nil && slices.Contains(p.own, n) {
			where = "/matters/" + p.Name + "/" + name[1:]
		}
		b.WriteString(template.HTMLEscapeString(text[rest:at[0]]))
		b.WriteString(`<a href="` + where + `">` + name + `</a>`)
		rest = at[1]
	}
	b.WriteString(template.HTMLEscapeString(text[rest:]))
	return template.HTML(b.String()) //nolint:gosec // escaped above
}

// A registerPage is one of them, or the choice between them.
type registerPage struct {
	All     []register
	Name    string
	Ref     string
	Text    string
	Refused *desk.Problem // why this officer is not shown it
	Turns   []desk.Turn   // this party's, of its kind or of all
	Waiting []desk.Turn   // what others are to do in them
	Ended   bool          // what has ended is listed too
	own     []uint64      // entries that have a page of their own

	Audiences, Spans []string // of a digest
	mine             map[matter.Kind]int
}

// Ending reports whether what has ended is left out of its list unless one asks.
func (p registerPage) Ending() bool {
	return !slices.Contains([]string{"consents", "calendar", "digest", "line", "areas"}, p.Name)
}

// Mine counts what this party is to do next in matters of that kind.
func (p registerPage) Mine(kind matter.Kind) int { return p.mine[kind] }

// matters shows one register, one thing of it, or which there are.
func (k *Console) matters(v *visit) error {
	p := registerPage{All: registers, Name: v.r.PathValue("register"), Ref: v.r.PathValue("ref"), Ended: v.r.URL.Query().Get("all") == "1"}
	view, err := k.desk.Watch(v.ctx, v.lang, v.officer)
	if err != nil {
		return err
	}
	p.mine = map[matter.Kind]int{}
	for _, turn := range view.Turns {
		p.mine[turn.Kind]++
	}
	if p.Name == "" {
		p.Turns, p.Waiting = view.Turns, view.Waiting
		return v.show("matters", p)
	}
	for _, r := range registers {
		if r.Name != p.Name {
			continue
		}
		p.Turns, p.Waiting = turnsOf(view.Turns, r.Kind), turnsOf(view.Waiting, r.Kind)
		if r.Name == "digest" {
			p.Audiences, p.Spans = digest.Audiences(k.desk.Charter()), []string{digest.Day, digest.Week, digest.Month}
		}
		switch {
		case p.Ref == "":
			var l listing
			l, err = r.list(k, v, p.Ended)
			p.Text, p.own = l.text, l.entries
		case r.one != nil:
			p.Text, err = r.one(k, v, p.Ref)
		default:
			return notFound(v.r.URL.Path)
		}
		var refusal *rule.Refusal
		if errors.As(err, &refusal) {
			problem := desk.ProblemOf(err)
			p.Refused, err = &problem, nil // and the page is a good one: a window that has the text replaces it
		}
		if err != nil {
			return err
		}
		return v.show("matters", p)
	}
	return notFound(v.r.URL.Path)
}

func turnsOf(all []desk.Turn, kind matter.Kind) (some []desk.Turn) {
	for _, turn := range all {
		if turn.Kind == kind {
			some = append(some, turn)
		}
	}
	return some
}

// calendarFile gives what is due and when to meet for the calendar of another program.
func (k *Console) calendarFile(v *visit) error {
	c, err := k.desk.Calendar(v.ctx, v.lang, v.officer)
	if err != nil {
		return err
	}
	v.w.Header().Set("Content-Type", "text/calendar; charset=utf-8")
	v.w.Header().Set("Content-Disposition", `attachment; filename="calendar.ics"`)
	v.w.Write([]byte(c.File)) //nolint:errcheck // the browser is gone, or has it
	return nil
}
