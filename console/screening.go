package console

import (
	"strings"

	"parley/desk"
	"parley/screening"
)

// A screeningPage is what was asked of the lists, what they say, and what the officer has
// decided of it. Names that belong to no project are nowhere but on this page.
type screeningPage struct {
	Lists  []desk.ListView
	Names  string // one a line
	Owners string
	For    string
	Again  bool
	View   *desk.ScreenView    // nil: nothing was asked yet
	Kept   *screening.Decision // just decided
	Typed  map[string][]string // verdicts and reasons, by hit
	Result []string            // fields of J51
	Judged []screening.Judgement
}

// Verdict is what was chosen of a hit, and not yet kept.
func (p screeningPage) Verdict(hit string) string { return first(p.Typed["verdict."+hit]) }

// Reason is what was typed for it.
func (p screeningPage) Reason(hit string) string { return first(p.Typed["reason."+hit]) }

// Open reports whether a person must look at a hit.
func (p screeningPage) Open(h screening.Hit) bool {
	return h.Standing != screening.Decided && h.Standing != screening.Removed
}

func first(of []string) string {
	if len(of) == 0 {
		return ""
	}
	return of[0]
}

// screening asks for names to compare with the lists in force.
func (k *Console) screening(v *visit) error {
	p, err := k.screeningPage(v)
	if err != nil {
		return err
	}
	p.For = v.r.URL.Query().Get("for")
	return v.show("screening", p)
}

func (k *Console) screeningPage(v *visit) (*screeningPage, error) {
	lists, err := k.desk.Lists(v.ctx, v.lang, v.officer)
	if err != nil {
		return nil, err
	}
	p := &screeningPage{Typed: v.r.PostForm}
	for _, l := range lists.Lists {
		if l.InForce {
			p.Lists = append(p.Lists, l)
		}
	}
	return p, nil
}

// screened keeps what was decided of a hit, if anything was, and compares the names.
func (k *Console) screened(v *visit) error {
	p, err := k.screeningPage(v)
	if err != nil {
		return err
	}
	post := v.r.PostForm
	p.Names, p.Owners, p.For, p.Again = post.Get("names"), post.Get("owners"), strings.TrimSpace(post.Get("for")), post.Get("again") != "" || post.Get("decide") != "" && post.Get("shown") == "again"
	q := desk.ScreenRequest{Lang: v.lang, For: p.For, Owners: strings.TrimSpace(p.Owners), Again: p.Again}
	if p.Again {
		q.For, q.Owners = "", ""
	} else {
		for line := range strings.Lines(p.Names) {
			if name := strings.TrimSpace(line); name != "" {
				q.Names = append(q.Names, name)
			}
		}
	}
	var refused error
	if hit := post.Get("decide"); hit != "" {
		decided, err := k.decide(v, hit)
		if err != nil {
			refused = err
		} else {
			p.Kept = &decided.Decision
		}
	}
	view, err := k.desk.Screen(v.ctx, q, v.officer)
	if err != nil {
		return v.showRefused("screening", p, err)
	}
	p.View, p.Judged = view, view.Ownership
	if p.For != "" && !p.Again {
		p.Result = view.Fields
	}
	if refused != nil {
		return v.showRefused("screening", p, refused)
	}
	return v.show("screening", p)
}

func (k *Console) decide(v *visit, hit string) (*desk.DecideView, error) {
	return k.desk.DecideHit(v.ctx, desk.DecideRequest{Lang: v.lang, Hit: hit, Verdict: v.r.PostForm.Get("verdict." + hit), Reason: v.r.PostForm.Get("reason." + hit)}, v.officer)
}
