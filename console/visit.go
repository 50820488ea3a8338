package console

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"time"

	"parley/assets"
	"parley/desk"
	"parley/identity"
	"parley/rule"
	"parley/words"
)

// A visit is one request of an officer.
type visit struct {
	console  *Console
	w        http.ResponseWriter
	r        *http.Request
	ctx      context.Context // in whose name the desk is asked: the officer's
	session  *session
	officer  identity.Author // zero on the page that unlocks
	lang     string
	now      time.Time
	form     string  // its once
	top      *strip  // once it was made
	export   *export // of the file that is being made of a table; nil: a page is shown
	followed string  // address of the page that follows, to a file
	written  bool    // something other than rows was answered to it
	at       string  // address that shows again what a page shows that came of a form; empty: none does
}

// liveHeader says that a window reads its page again by itself; "used", that somebody has
// touched it since it last did.
const liveHeader = "Parley-Live"

func (k *Console) visit(w http.ResponseWriter, r *http.Request, s *session) *visit {
	return &visit{console: k, w: w, r: r, ctx: r.Context(), session: s, lang: language(r), now: k.config.Clock().UTC()}
}

// language is what the browser was told last, or asks for first, or English.
func language(r *http.Request) string {
	if c, err := r.Cookie(langCookie); err == nil && spoken(c.Value) {
		return c.Value
	}
	for part := range strings.SplitSeq(r.Header.Get("Accept-Language"), ",") {
		tag, _, _ := strings.Cut(strings.TrimSpace(part), ";")
		if base, _, _ := strings.Cut(tag, "-"); spoken(base) {
			return base
		}
	}
	return "en"
}

func spoken(lang string) bool {
	for _, l := range words.Languages() {
		if l == lang {
			return true
		}
	}
	return false
}

// behindLock serves a screen to the officer of a session that is not locked. What was
// posted with a form that was posted before is not done again, and nothing from a page
// that another officer left behind.
func (k *Console) behindLock(s screen) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		v := k.visit(w, r, k.doors.of(r))
		if v.session == nil {
			v.render(http.StatusUnauthorized, "outside", nil)
			return
		}
		live := r.Header.Get(liveHeader)
		again := live != ""
		officer, ok := v.session.who(k.config.Clock(), k.config.AutoLock, !again || live == "used")
		switch {
		case !ok && again:
			http.Error(w, "locked", http.StatusUnauthorized)
			return
		case !ok:
			http.Redirect(w, r, "/unlock?next="+url.QueryEscape(local(r)), http.StatusSeeOther)
			return
		}
		v.officer, v.ctx = officer, k.desk.As(r.Context(), officer)
		if r.Method == http.MethodPost {
			if err := r.ParseForm(); err != nil {
				v.fail(rule.Refuse(desk.BadRequest, "send less at a time", "the form cannot be read: %s", err)) //nolint:errcheck // it is written
				return
			}
			if as := r.PostForm.Get("as"); as != "" && as != officer.String() {
				v.renderWith(http.StatusConflict, "problem", nil, &desk.Problem{Status: http.StatusConflict, Rule: OtherOfficer, Detail: v.say("console.other-officer", "was", words.Raw(as), "is", words.Raw(officer.String())), Remedy: v.say("console.other-officer.remedy")}) //nolint:errcheck // it is written
				return
			}
			v.form = r.PostForm.Get("once")
			if where, begun := v.session.ledTo(v.form); begun && v.form != "" {
				if where == "" {
					where = "/"
				}
				http.Redirect(w, r, where, http.StatusSeeOther)
				return
			}
			defer func() { // whatever did not lead on may be sent again
				if where, _ := v.session.ledTo(v.form); where == "" {
					v.session.leads(v.form, "")
				}
			}()
		}
		serve := s.serve
		if r.Method == http.MethodGet && r.URL.Query().Has(csvQuery) {
			serve = func(v *visit) error { return v.exported(s.serve) }
		}
		if err := serve(v); err != nil {
			v.export = nil
			v.fail(err) //nolint:errcheck // it is written
		}
	}
}

// local is where a request for a page was going, to come back to it; never elsewhere.
func local(r *http.Request) string {
	if r.Method != http.MethodGet {
		return "/"
	}
	return r.URL.RequestURI()
}

// again reports whether a window reads a page again by itself, of which it takes nothing
// but what has data-live: what a page shows beside that need not be made.
func (v *visit) again() bool { return v.r.Header.Get(liveHeader) != "" }

// say says a sentence in the officer's language.
func (v *visit) say(key string, pairs ...any) string { return words.M(key, pairs...).In(v.lang) }

// see leads on to another page, which says a notice; empty: none.
func (v *visit) see(path, said string) error {
	if said != "" {
		joint := "?"
		if strings.Contains(path, "?") {
			joint = "&"
		}
		path, fragment, _ := strings.Cut(path, "#")
		path += joint + "note=" + v.session.note(said)
		if fragment != "" {
			path += "#" + fragment
		}
		v.session.leads(v.form, path)
		http.Redirect(v.w, v.r, path, http.StatusSeeOther)
		return nil
	}
	v.session.leads(v.form, path)
	http.Redirect(v.w, v.r, path, http.StatusSeeOther)
	return nil
}

// show shows a page of a template with what it is about.
func (v *visit) show(name string, about any) error { return v.render(http.StatusOK, name, about) }

// showRefused shows it with what the desk refused, above what was typed.
func (v *visit) showRefused(name string, about any, err error) error {
	p := desk.ProblemOf(err)
	return v.renderWith(p.Status, name, about, &p)
}

// fail shows an error as a page of its own.
func (v *visit) fail(err error) error {
	if errors.Is(err, context.Canceled) {
		return nil
	}
	p := desk.ProblemOf(err)
	if p.Rule == desk.Internal {
		v.console.config.Log.Error("page failed", "path", v.r.URL.Path, "error", err)
	}
	return v.renderWith(p.Status, "problem", nil, &p)
}

func notFound(path string) error {
	return rule.Refuse(desk.NotFound, "go to the watch floor", "there is no page %s", path)
}

func (v *visit) render(status int, name string, about any) error {
	return v.renderWith(status, name, about, nil)
}

// A page is what a template is given.
type page struct {
	*visit
	Name    string
	Lang    string
	Dir     string // ltr or rtl
	Theme   string // dark, light, or empty: as the machine has it
	Keys    bool   // shortcuts of single letters
	Officer string
	Now     time.Time
	Strip   *strip
	Nav     []navigation
	Notice  *notice
	Problem *desk.Problem
	Query   url.Values
	D       any // what the page is about
}

// Answer reports whether the page came of a form, so that its own address does not show it
// again; At is the one that does, if any.
func (p page) Answer() bool { return p.r.Method != http.MethodGet }

// At is that address.
func (p page) At() string { return p.at }

// Path is the page's own address, to come back to it.
func (p page) Path() string { return local(p.r) }

// Fonts reports whether the build has fonts of its own.
func (p page) Fonts() bool {
	_, ok := assets.Browser()
	return ok
}

// About is the statement that the page shows; empty: none.
func (p page) About() string {
	if s, ok := p.D.(*shown); ok && s != nil {
		return s.ID
	}
	return ""
}

// AreasRead are the areas of which the page has what there is: the officer's.
func (p page) AreasRead() []string {
	areas, _, err := p.console.desk.AreasRead(p.ctx)
	if err != nil {
		return nil // the page says why
	}
	return areas
}

// Once makes the name of a form that is done once.
func (p page) Once() string { return rand.Text() }

func (v *visit) renderWith(status int, name string, about any, problem *desk.Problem) error {
	p := page{visit: v, Name: name, Lang: v.lang, Dir: "ltr", Theme: v.setting(themeCookie, "dark", "light"), Keys: v.setting(keysCookie, "off") == "", Now: v.now, Query: v.r.URL.Query(), D: about, Problem: problem}
	if words.RightToLeft(v.lang) {
		p.Dir = "rtl"
	}
	if v.session != nil {
		var err error
		if p.Strip, err = v.strip(); err != nil {
			v.console.config.Log.Error("strip of the console not made", "error", err)
			p.Strip = &strip{Trouble: true, Exercise: v.console.desk.Charter().Exercise}
		}
		if n, ok := v.session.noticeOf(p.Query.Get("note")); ok {
			p.Notice = &n
		}
	}
	if v.officer != (identity.Author{}) {
		p.Officer, p.Nav = v.officer.String(), v.nav()
	}
	var text bytes.Buffer
	if err := v.console.pages.write(&text, v, name, p); err != nil {
		v.console.config.Log.Error("page not made", "page", name, "error", err)
		http.Error(v.w, "this page could not be made; the desk's log says why", http.StatusInternalServerError)
		return nil
	}
	if v.export != nil && status == http.StatusOK {
		if of, ok := about.(paged); ok {
			v.followed = of.next()
		}
		return v.export.take(text.Bytes())
	}
	v.written = true
	v.w.Header().Set("Content-Type", "text/html; charset=utf-8")
	v.w.WriteHeader(status)
	v.w.Write(v.linkTables(text.Bytes())) //nolint:errcheck // the browser is gone, or has it
	return nil
}
