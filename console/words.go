package console

import (
	"cmp"
	"embed"
	"fmt"
	"html/template"
	"io"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	"parley/delivery"
	"parley/format"
	"parley/words"
)

//go:embed all:web
var web embed.FS

// pages are the templates. One of each page that is made at the same time is kept ready,
// with what its functions speak of.
type pages struct {
	all   *template.Template
	ready sync.Map // page to a *sync.Pool of *ready
}

// A ready page is bound to a visit of its own, which is overwritten by the one whose page
// it makes.
type ready struct {
	*template.Template
	of *visit
}

func parsePages() (*pages, error) {
	t, err := template.New("").Funcs((&visit{}).funcs()).ParseFS(web, "web/templates/*.html")
	if err != nil {
		return nil, fmt.Errorf("read the console's pages: %w", err)
	}
	return &pages{all: t}, nil
}

// prepare puts a page into the layout.
func (p *pages) prepare(name string) (*ready, error) {
	t, err := p.all.Clone()
	if err != nil {
		return nil, err
	}
	page := t.Lookup(name + ".html")
	if page == nil {
		return nil, fmt.Errorf("there is no template %s.html", name)
	}
	made := &ready{t, &visit{}}
	t.Funcs(made.of.funcs())
	_, err = t.AddParseTree("page", page.Tree)
	return made, err
}

// write executes the layout around a page.
func (p *pages) write(w io.Writer, v *visit, name string, about page) (err error) {
	defer func() {
		if r := recover(); r != nil { // a sentence that is not in the catalogue
			err = fmt.Errorf("make page %s: %v", name, r)
		}
	}()
	kept, _ := p.ready.LoadOrStore(name, &sync.Pool{})
	pool := kept.(*sync.Pool)
	t, ok := pool.Get().(*ready)
	if !ok {
		if t, err = p.prepare(name); err != nil {
			return err
		}
	}
	*t.of = *v
	if err := t.ExecuteTemplate(w, "layout.html", about); err != nil {
		return err
	}
	*t.of = visit{}
	pool.Put(t)
	return nil
}

// funcs are what templates call. They speak of v as it is when they are called.
func (v *visit) funcs() template.FuncMap {
	ltr := leftToRight
	clock := func(class, form string, t time.Time) template.HTML {
		if t.IsZero() {
			return "—"
		}
		t = t.UTC()
		return template.HTML(`<time class="ltr ` + class + `" dir="ltr" datetime="` + t.Format(time.RFC3339) + `">` + t.Format(form) + `</time>`)
	}
	named := func(by map[string]string, id string) template.HTML {
		return v.isolated(cmp.Or(by[v.lang], by["en"], id), id)
	}
	return template.FuncMap{
		"t": func(key string, pairs ...any) string {
			for i := range pairs {
				if s, ok := pairs[i].(template.HTML); ok {
					pairs[i] = string(s)
				}
			}
			return v.coded(words.M(key, pairs...).In(v.lang), key[strings.LastIndexByte(key, '.')+1:])
		},
		"has":  words.Has,
		"bdi":  isolated,
		"code": func(s any) template.HTML { return ltr(fmt.Sprint(s)) },
		"at": func(t time.Time) template.HTML {
			if v.now.Format(time.DateOnly) == t.UTC().Format(time.DateOnly) {
				return clock("", "15:04:05Z", t)
			}
			return clock("", "2006-01-02 15:04Z", t)
		},
		"minute": func(t time.Time) template.HTML {
			if v.now.Sub(t) < 12*time.Hour {
				return clock("", "15:04Z", t)
			}
			return clock("", "2006-01-02 15:04Z", t)
		},
		"date":   func(t time.Time) template.HTML { return clock("", "2006-01-02 15:04:05Z", t) },
		"left":   func(t time.Time) template.HTML { return v.until("due", "console.late", t) },
		"begins": func(t time.Time) template.HTML { return v.until("due begins", "console.begun", t) },
		"party": func(id string) template.HTML {
			p, _ := v.console.desk.Charter().Party(id)
			return named(p.Names, id)
		},
		"area": func(id string) template.HTML {
			for _, a := range v.console.desk.Charter().Areas {
				if a.ID == id {
					return named(a.Names, id)
				}
			}
			return isolated(id)
		},
		"formatName": func(ref string) template.HTML {
			if f, ok := v.console.desk.Charter().Format(ref); ok {
				if !coded.MatchString(f.ID) {
					return named(f.Names, ref)
				}
				return ltr(f.ID) + " " + named(f.Names, ref)
			}
			return ltr(ref)
		},
		"stage": func(stage delivery.Stage) template.HTML {
			if stage == delivery.StageRelease {
				return isolated(words.M("watch.release").In(v.lang))
			}
			return v.choice("clock.overdue", "stage", string(stage))
		},
		"choice": v.choice,
		"steps":  func(s *delivery.State, r delivery.Reach) []reached { return steps(s, r) },
		"upto": func(n int, list any) any { // so many of a list
			l := reflect.ValueOf(list)
			return l.Slice(0, min(v.most(n), l.Len())).Interface()
		},
		"nth":   func(i int) int { return i + 1 },
		"in":    func(id string, list []string) bool { return slices.Contains(list, id) },
		"minus": func(a, b int) int { return a - b },
		"plus":  func(a, b int) int { return a + b },
		"entry": func(index uint64) template.HTML {
			return template.HTML(fmt.Sprintf(`<a class="ltr entry" dir="ltr" href="/s/%d">#%d</a>`, index, index))
		},
		"number":       func(n uint64) uint64 { return n },
		"onScreen":     v.onScreen,
		"remedy":       v.remedy,
		"guide":        v.guide,
		"isolateLatin": v.isolateLatin,
		"whole":        whole,
		"brief":        v.brief,
		"comma":        func() string { return v.say("console.comma") },
		"statusWord":   v.status,
		"past":         past,
		"besides":      besides,
		"markOf":       v.mark,
		"author":       v.author,
		"sender":       v.sender,
		"entryOf":      v.entryOf,
		"entryName":    v.entryName,
		"signed":       signed,
		"reasonWord":   v.reason,
		"verbKey":      func(verb string) string { return verbKeys[verb] },
		"linked":       linked,
		"formOf": func(p page, f *sayForm) any {
			return struct {
				Page page
				Form *sayForm
			}{p, f}
		},
		"gateForm": func(p page, item string, f gateForm, keys bool) any {
			return struct {
				Page page
				Item string
				Form gateForm
				Keys bool // each choice has a digit
			}{p, item, f, keys}
		},
		"placeMap":  v.placeMap,
		"languages": words.Languages,
		"languageName": func(l string) string {
			return map[string]string{"en": "English", "ar": "العربية", "he": "עברית"}[l]
		},
	}
}

// coded is the identifier of a format that officers know it by.
var coded = regexp.MustCompile(`^J[0-9]+$`)

// choice names a code of a closed list of a format's field, such as a reason.
func (v *visit) choice(formatID, field, code string) template.HTML {
	if f, ok := format.Catalogue().Newest(formatID); ok {
		if field, ok := f.Field(field); ok && len(field.ChoiceNames[code]) > 0 {
			return v.isolated(field.ChoiceNames[code].In(v.lang), code)
		}
	}
	return isolated(code)
}

// isolated shows text from outside: it can neither reorder what stands around it nor
// hide what it is.
func isolated(s string) template.HTML {
	return template.HTML(`<bdi dir="auto">` + template.HTMLEscapeString(words.Visible(s)) + `</bdi>`)
}

// isolated shows words of a closed list, whose code a file has too.
func (v *visit) isolated(s, code string) template.HTML {
	return template.HTML(`<bdi dir="auto">` + template.HTMLEscapeString(v.coded(words.Visible(s), code)) + `</bdi>`)
}

// until shows how long it is to a time, and past it the words of a key and how long it has
// been so. From then on clock.js counts, with the words that the page's body holds.
func (v *visit) until(class, past string, t time.Time) template.HTML {
	if t.IsZero() {
		return "—"
	}
	d, word := t.Sub(v.now), ""
	if d <= 0 {
		class, d, word = class+" late", -d, v.say(past)+" "
	}
	return template.HTML(`<time class="` + class + `" datetime="` + t.UTC().Format(time.RFC3339) + `">` + template.HTMLEscapeString(word) + "\u2066" + countdown(d) + "\u2069</time>")
}

// leftToRight shows what reads so in every language.
func leftToRight(s string) template.HTML {
	return template.HTML(`<span class="ltr" dir="ltr">` + template.HTMLEscapeString(words.Visible(s)) + `</span>`)
}

// countdown writes how long something takes as "12:40", "1:02:40" or "2d 01:02".
func countdown(d time.Duration) string {
	s := int(d / time.Second)
	if s >= 24*3600 {
		return fmt.Sprintf("%dd %02d:%02d", s/86400, s/3600%24, s/60%60)
	}
	if s >= 3600 {
		return fmt.Sprintf("%d:%02d:%02d", s/3600, s/60%60, s%60)
	}
	return fmt.Sprintf("%d:%02d", s/60, s%60)
}
