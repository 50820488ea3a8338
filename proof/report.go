package proof

import (
	"encoding/base64"
	"slices"
	"strconv"
	"strings"
	"time"

	"parley/paper"
	"parley/words"
)

// A Checked says what was verified, when and with what, as a report states it.
type Checked struct {
	Name    string // of the file or folder
	Bytes   int64
	SHA256  string // hexadecimal; empty for a folder
	Receipt bool   // it is a receipt, by itself
	Program string // and version
	At      time.Time
	Refuted *Refuted // nil where it is proven
}

// Bounds of what a page of a report has room for. The result itself has all of it.
const (
	maxSubjectRows = 6
	maxWitnessRows = 5
	maxAccusation  = 900 // bytes
)

// Report is one page for who has to rely on the file and does not read proofs: what is
// proven and by whom, what is not and why, and how to check it again.
func (r *Result) Report(lang string, c Checked) *paper.Report {
	w := reporter{lang}
	out := &paper.Report{Language: lang, Exercise: r.Exercise, Title: w.word("title-proven")}
	if c.Refuted != nil {
		out.Title = w.word("title-refuted")
	}
	out.Head = w.head(r, c)
	if c.Refuted != nil {
		out.Parts = append(out.Parts, paper.Part{Heading: w.word("refuted"), Lines: []string{w.word("refuted-means"), string(w.code(clipText(c.Refuted.Sentence, maxAccusation)))}})
	} else {
		out.Parts = append(out.Parts, w.proven(r, c))
		if len(r.Subjects) > 0 {
			out.Parts = append(out.Parts, w.subjects(r))
		}
		out.Parts = append(out.Parts, w.notProven(r, c))
	}
	out.Parts = append(out.Parts, w.again(r, c))
	out.Foot = []string{w.word("foot", "program", w.code(c.Program), "at", w.code(c.At.UTC().Format("2006-01-02 15:04:05Z")))}
	if out.Code = c.SHA256; out.Code == "" && c.Refuted == nil {
		out.Code = base64.StdEncoding.EncodeToString(r.Root[:])
	}
	return out
}

func clipText(s string, most int) string {
	if len(s) <= most {
		return s
	}
	return strings.ToValidUTF8(s[:most], "") + " ..."
}

type reporter struct{ lang string }

func (w reporter) word(key string, pairs ...any) string {
	return words.M("verify."+key, pairs...).In(w.lang)
}

// code is what reads from left to right in every language.
func (w reporter) code(s string) words.Raw { return words.Raw(words.LeftToRight(w.lang, s)) }

func (w reporter) number(n uint64) words.Raw { return w.code(strconv.FormatUint(n, 10)) }

func (w reporter) at(t time.Time) words.Raw { return w.code(t.UTC().Format("2006-01-02 15:04:05Z")) }

func (w reporter) parties(all []string) words.Raw {
	comma := ", "
	if w.lang == "ar" {
		comma = "، "
	}
	var said []string
	for _, p := range all {
		said = append(said, string(w.code(p)))
	}
	return words.Raw(strings.Join(said, comma))
}

func (w reporter) head(r *Result, c Checked) []string {
	var lines []string
	if c.SHA256 == "" {
		lines = append(lines, w.word("folder", "name", w.code(clipText(c.Name, 90))))
	} else {
		lines = append(lines, w.word("file", "name", w.code(clipText(c.Name, 90)), "bytes", w.number(uint64(c.Bytes))), string(w.code("SHA-256: "+c.SHA256)))
	}
	if r.Mechanism != "" {
		lines = append(lines, w.word("mechanism", "mechanism", w.code(r.Mechanism), "origin", w.code(r.Origin)))
	}
	if r.Charter != "" {
		lines = append(lines, w.word("charter", "edition", w.number(uint64(r.Edition)), "parties", w.parties(r.Parties), "first", w.code(r.Charter)))
		if r.Newest != r.Charter {
			lines = append(lines, w.word("newest", "hash", w.code(r.Newest)))
		}
	}
	if c.Refuted == nil {
		lines = append(lines, w.word("root", "size", w.number(r.Size), "root", w.code(base64.StdEncoding.EncodeToString(r.Root[:]))))
	}
	return lines
}

// isBundle reports whether the file shows a few statements of a ledger alone.
func (r *Result) isBundle() bool { return r.Subjects != nil }

func (w reporter) proven(r *Result, c Checked) paper.Part {
	part := paper.Part{Heading: w.word("proven"), Columns: []string{w.word("fact"), w.word("by")}}
	row := func(fact, by string) { part.Rows = append(part.Rows, []string{fact, by}) }
	hub, first, last := w.word("by-hub"), w.at(r.First), w.at(r.Last)
	switch {
	case c.Receipt:
		row(w.word("received", "at", first, "size", w.number(r.Size)), hub)
	case r.isBundle():
		row(w.word("included", "shown", w.number(r.Statements+r.Charters), "first", first, "last", last, "size", w.number(r.Size)), hub)
	default:
		row(w.word("order", "size", w.number(r.Size), "first", first, "last", last), hub)
	}
	if !c.Receipt {
		row(w.word("signed", "statements", w.number(r.Statements)), w.word("by-authors", "keys", w.number(r.Keys)))
		row(w.word("rules"), w.word("by-rules"))
	}
	if r.Anchored {
		row(w.word("agreed"), w.word("by-roots", "parties", w.parties(r.Parties)))
	}
	for i, seen := range byParty(r.Witnesses) {
		if i == maxWitnessRows {
			row(w.word("more", "count", w.number(uint64(len(byParty(r.Witnesses))-i))), "")
			break
		}
		row(w.word("witnessed", "party", w.code(seen.Party), "size", w.number(seen.Size), "at", w.at(seen.Time)), w.word("by-witness", "algorithm", w.code(seen.Algorithm)))
	}
	return part
}

// byParty puts the cosignatures of one party over one size, by several algorithms,
// together, at the earliest time.
func byParty(all []Witnessed) []Witnessed {
	var out []Witnessed
	for _, s := range all {
		at := slices.IndexFunc(out, func(o Witnessed) bool { return o.Party == s.Party && o.Size == s.Size })
		if at < 0 {
			out = append(out, s)
			continue
		}
		if out[at].Algorithm += ", " + s.Algorithm; s.Time.Before(out[at].Time) {
			out[at].Time = s.Time
		}
	}
	return out
}

func (w reporter) subjects(r *Result) paper.Part {
	part := paper.Part{Heading: w.word("subjects"), Columns: []string{w.word("entry"), w.word("time"), w.word("author"), w.word("format"), w.word("status")}}
	for i, s := range r.Subjects {
		if i == maxSubjectRows {
			part.Rows = append(part.Rows, []string{"", w.word("more", "count", w.number(uint64(len(r.Subjects)-i))), "", "", ""})
			break
		}
		part.Rows = append(part.Rows, []string{string(w.number(s.Index)), string(w.at(s.Logged)), string(w.code(s.Author)), string(w.code(s.Format)), string(w.code(s.Status))})
	}
	return part
}

func (w reporter) notProven(r *Result, c Checked) paper.Part {
	part := paper.Part{Heading: w.word("not")}
	say := func(key string, pairs ...any) { part.Lines = append(part.Lines, w.word(key, pairs...)) }
	if !r.Anchored {
		say("not-anchored")
	}
	switch {
	case c.Receipt:
		say("not-text")
	case r.isBundle():
		say("not-shown", "count", w.number(r.Withheld))
	case r.Withheld > 0:
		say("not-withheld", "count", w.number(r.Withheld))
	}
	if r.InPart > 0 {
		say("not-part", "count", w.number(r.InPart))
	}
	if r.Purged > 0 {
		say("not-purged", "count", w.number(r.Purged))
	}
	if without := slices.DeleteFunc(slices.Clone(r.Parties), func(p string) bool {
		return slices.ContainsFunc(r.Witnesses, func(s Witnessed) bool { return s.Party == p })
	}); len(without) > 0 {
		say("not-witnessed", "parties", w.parties(without))
	}
	if r.Size > 0 {
		say("not-later", "last", w.number(r.Size-1))
	}
	say("not-true")
	return part
}

func (w reporter) again(r *Result, c Checked) paper.Part {
	part := paper.Part{Heading: w.word("again")}
	if c.SHA256 != "" {
		part.Lines = append(part.Lines, w.word("again-hash", "command", w.code("sha256sum FILE")))
	}
	part.Lines = append(part.Lines,
		w.word("again-parley", "command", w.code("parley verify -charter CHARTER FILE")),
		w.word("again-other", "statements", w.code("SD-JWT (RFC 9901), EdDSA (RFC 8032, 8037)"), "ledger", w.code("a Merkle tree (RFC 6962, 9162)"), "notes", w.code("C2SP signed-note, tlog-checkpoint, tlog-cosignature, tlog-proof")))
	return part
}
