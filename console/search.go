package console

import (
	"html/template"
	"regexp"
	"strings"

	"parley/desk"
	"parley/search"
)

// searchHits is how many statements one page of what was found has: each takes two lines.
const searchHits = 20

// A searchPage is what was looked for, and what was found.
type searchPage struct {
	Asked         string
	Entry         string // the entry, where the question is the name of one
	Found         *desk.SearchView
	Fits          []fitting
	Next          string // address of the next page
	First         bool   // page
	Indexed, Size uint64 // entries that are found, and that there are
}

func (p *searchPage) next() string { return p.Next }

// A fitting is the statements that fit equally well.
type fitting struct {
	Fit  string
	Hits []hit
}

// A hit is a statement that was found, with what was looked for marked in it.
type hit struct {
	desk.SearchItem
	MarkedTitle, MarkedSubject, MarkedExcerpt, MarkedAuthor template.HTML
}

var entryName = regexp.MustCompile(`^#?([0-9]{1,15})$`)

// search shows what the officer may read in which something stands. A page that reads
// itself again is not searched again: what it found stays.
func (k *Console) search(v *visit) error {
	asked := v.r.URL.Query()
	p := &searchPage{Asked: asked.Get("q"), First: asked.Get("after") == ""}
	var err error
	if p.Indexed, p.Size, err = k.desk.Indexed(v.ctx); err != nil {
		return err
	}
	if strings.TrimSpace(p.Asked) == "" || v.again() {
		return v.show("search", p)
	}
	if named := entryName.FindStringSubmatch(p.Asked); named != nil {
		p.Entry = named[1]
	}
	p.Found, err = k.desk.Search(v.ctx, desk.SearchQuery{Text: p.Asked, Lang: v.lang, Limit: searchHits, After: asked.Get("after")}, v.officer)
	if err != nil {
		return v.showRefused("search", p, err)
	}
	p.Indexed, p.Size = p.Found.Indexed, p.Found.Size
	query, err := search.Parse(p.Asked)
	if err != nil {
		return err // cannot be: it was just looked for
	}
	for _, item := range p.Found.Items {
		if n := len(p.Fits); n == 0 || p.Fits[n-1].Fit != item.Fit {
			p.Fits = append(p.Fits, fitting{Fit: item.Fit})
		}
		of := &p.Fits[len(p.Fits)-1]
		of.Hits = append(of.Hits, hit{item, marking(query, item.Title), marking(query, item.Subject), marking(query, item.Excerpt), marking(query, item.Author)})
	}
	if p.Found.Next != "" {
		asked.Set("after", p.Found.Next)
		asked.Del("note")
		p.Next = "/search?" + asked.Encode()
	}
	return v.show("search", p)
}

// marking is a line that the desk wrote for people, with what is looked for marked.
func marking(query search.Query, line string) template.HTML {
	var b strings.Builder
	rest := 0
	for _, s := range query.Spans(line) {
		b.WriteString(template.HTMLEscapeString(line[rest:s.From]) + "<mark>" + template.HTMLEscapeString(line[s.From:s.To]) + "</mark>")
		rest = s.To
	}
	b.WriteString(template.HTMLEscapeString(line[rest:]))
	return template.HTML(b.String())
}
