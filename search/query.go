package search

import (
	"errors"
	"strings"
	"unicode"
)

// Bounds of a question.
const (
	MaxQuery = 400 // letters
	maxTerms = 12
)

// What is wrong with a question.
var (
	ErrEmpty = errors.New("there is no word in it")
	ErrLong  = errors.New("it is too long")
)

// A Fit is how well a hit fits, best first. Hits of one fit are given newest first.
type Fit int

// The fits.
const (
	InOrder    Fit = iota // the words stand there one after the other
	Whole                 // all words stand there, with an article or a particle before them or not
	Beginnings            // words that begin so do
	fits
)

// A Query is what is looked for. Every text is one: nothing in it is an error but to
// have no word or too many.
type Query struct{ terms []term }

// A term is what stands between spaces, or between quotes.
type term struct {
	words  []string // one after the other
	quoted bool
	open   bool // the last word may go on, whatever fit is asked: a star stands after it
}

// Parse reads what an officer types: words, each of which must be there; "words in
// quotes", which must be there in this order; a star after the beginning of a word.
func Parse(text string) (Query, error) {
	var q Query
	runes := []rune(text)
	if len(runes) > MaxQuery {
		return q, ErrLong
	}
	var part []rune
	quoted := false
	end := func() {
		if all := Words(string(part)); len(all) > 0 {
			q.terms = append(q.terms, term{words: all, quoted: quoted, open: strings.HasSuffix(strings.TrimSpace(string(part)), "*")})
		}
		part = part[:0]
	}
	for i, r := range runes {
		mark := strings.ContainsRune("\"“”„«»״", r)
		if mark && !quoted && len(part) > 0 && hebrew(part[len(part)-1]) && i+1 < len(runes) && hebrew(runes[i+1]) {
			mark = false // gershayim
		}
		switch {
		case mark:
			end()
			quoted = !quoted
		case unicode.IsSpace(r) && !quoted:
			end()
		default:
			part = append(part, r)
		}
	}
	end()
	count := 0
	for _, t := range q.terms {
		count += len(t.words)
	}
	switch {
	case count == 0:
		return q, ErrEmpty
	case count > maxTerms:
		return q, ErrLong
	}
	return q, nil
}

// expression is the query for one fit, in the language of FTS5; empty where that fit
// finds no more than a better one.
func (q Query) expression(fit Fit) string {
	if fit == InOrder {
		var all []string
		for _, t := range q.terms {
			if t.quoted || t.open {
				return ""
			}
			all = append(all, t.words...)
		}
		if len(q.terms) == 1 {
			return ""
		}
		return phrase(all, false)
	}
	var parts []string
	closed := false
	for _, t := range q.terms {
		parts = append(parts, t.expression(fit))
		closed = closed || !t.quoted && !t.open && t.goesOn()
	}
	if fit == Beginnings && !closed {
		return ""
	}
	return "(" + strings.Join(parts, " AND ") + ")"
}

// goesOn reports whether words are looked for that begin as the last one does: a single
// letter begins too many.
func (t term) goesOn() bool { return len([]rune(t.words[len(t.words)-1])) > 1 }

func (t term) expression(fit Fit) string {
	open := t.open || fit == Beginnings && !t.quoted && t.goesOn()
	if len(t.words) > 1 || t.quoted {
		return phrase(t.words, open)
	}
	var any []string
	for _, form := range forms(t.words[0]) {
		any = append(any, phrase([]string{form}, open))
	}
	return "(" + strings.Join(any, " OR ") + ")"
}

// phrase writes words, which are letters and digits alone, in quotes.
func phrase(all []string, open bool) string {
	text := `"` + strings.Join(all, " ") + `"`
	if open {
		text += " *"
	}
	return text
}

// In reports whether something of what is looked for stands in a line of text.
func (q Query) In(line string) bool { return len(q.Spans(line)) > 0 }

// A Span is where something stands in a text, in bytes: from From, included, to To,
// excluded.
type Span struct{ From, To int }

// Spans gives where in a line of text something stands that is looked for: whole words,
// with the particle that is written before one, in the line's order.
func (q Query) Spans(line string) []Span {
	in := scan(line)
	hit := make([]bool, len(in))
	for _, t := range q.terms {
		for i := range in {
			if t.at(in[i:]) {
				for k := range t.words {
					hit[i+k] = true
				}
			}
		}
	}
	var all []Span
	for i, f := range in {
		if !hit[i] {
			continue
		}
		if n := len(all); n > 0 && all[n-1].To >= f.from {
			all[n-1].To = f.to
			continue
		}
		all = append(all, Span{f.from, f.to})
	}
	return all
}

// at reports whether the term stands at the beginning of these words.
func (t term) at(in []standing) bool {
	if len(in) < len(t.words) {
		return false
	}
	last := len(t.words) - 1
	if last > 0 {
		for k, word := range t.words[:last] {
			if in[k].word != word {
				return false
			}
		}
		return strings.HasPrefix(in[last].word, t.words[last])
	}
	for _, form := range forms(t.words[0]) {
		if in[0].word == form || (!t.quoted || t.open) && t.goesOn() && strings.HasPrefix(in[0].word, form) {
			return true
		}
	}
	return false
}
