package desk

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"parley/mechanism"
	"parley/paper"
	"parley/words"
)

// A CaseBundle is the file that a report of a case is printed from.
type CaseBundle struct {
	File   string // its name
	SHA256 string // hexadecimal
}

// CaseReport sets a case for a review board: how it stands, the fact table, findings,
// the time line, every statement in full, and how to verify all that from the bundle
// without anybody's help.
func CaseReport(v *CaseView, reader CaseReader, from CaseBundle) *paper.Report {
	p := pageFor(reader.Charter, reader.Party, reader.Lang, reader.Now)
	p.dated = true
	p.caseHead(v)
	head := p.taken()
	r := &paper.Report{Language: p.lang, Exercise: v.Exercise, Title: head[0], Head: head[1:], Code: fmt.Sprintf("%s %s %.16s", reader.Charter.Mechanism, mechanism.EntryName(v.Entry), from.SHA256)}
	add := func(sections ...func(*CaseView)) {
		for _, section := range sections {
			section(v)
			if lines := p.taken(); len(lines) > 0 {
				r.Parts = append(r.Parts, paper.Part{Heading: lines[0], Lines: lines[1:]})
			}
		}
	}
	add(p.caseNext, p.caseClocks)
	r.Parts = append(r.Parts, p.factTable(v))
	add(p.caseVisits, p.caseFindings, p.caseEvidence, p.caseSteps)
	r.Parts = append(r.Parts, p.timeLine(v))
	add(p.caseVoids)
	for _, s := range slices.Concat(v.Statements, v.Remedies, v.Beside) {
		r.Parts = append(r.Parts, paper.Part{Heading: p.statementLine(s), Lines: compact(p.statementText(s, true), 80)})
	}
	if v.Proof != nil {
		add(p.caseProof)
	}
	p.boardLines(v, from)
	r.Foot = p.taken()
	return r
}

// factTable is the fact table: beside each line what stands under it on a page.
func (p *page) factTable(v *CaseView) paper.Part {
	part := paper.Part{Heading: p.word("case.facts"), Columns: []string{p.word("case.column.line"), p.word("case.column.status"), p.word("case.column.accounts")}}
	for _, row := range v.Facts {
		line, status := string(p.named("J21", "agreed-facts", row.Name)), string(p.caseRow(row))
		for _, said := range p.factLines(v, row) {
			part.Rows = append(part.Rows, []string{line, status, said})
			line, status = "", ""
		}
		if line != "" {
			part.Rows = append(part.Rows, []string{line, status, ""})
		}
	}
	return part
}

// timeLine is every statement in a line. To leave room its times are UTC alone.
func (p *page) timeLine(v *CaseView) paper.Part {
	part := paper.Part{Heading: p.word("case.statements")}
	for _, column := range []string{"entry", "format", "author", "ordered", "effect", "said"} {
		part.Columns = append(part.Columns, p.word("case.column."+column))
	}
	for _, s := range v.Statements {
		said := s.Said
		if !s.Current {
			said = words.M("case.no-longer", "entry", words.Raw(fmt.Sprint(s.By))).In(p.lang) + " " + said
		}
		at := func(t time.Time) string { return string(p.code(t.UTC().Format("2006-01-02 15:04:05Z"))) }
		effect := "="
		if !s.Effect.Equal(s.Logged) {
			effect = at(s.Effect)
		}
		part.Rows = append(part.Rows, []string{string(p.code(mechanism.EntryName(s.Entry))), string(p.code(s.Format)), string(p.code(s.Author)), at(s.Logged), effect, said})
	}
	return part
}

// boardLines tell whoever reads the paper what it is, and how to check it.
func (p *page) boardLines(v *CaseView, from CaseBundle) {
	p.say(0, "case.board-what", "mechanism", p.code(p.charter.Mechanism), "last", p.code(mechanism.EntryName(v.last())), "bundle", p.code(from.File))
	p.say(0, "case.board-verify", "command", p.code("parley verify -charter CHARTER "+from.File))
	p.say(0, "case.board-again", "command", p.code("parley case show -charter CHARTER -bundle "+from.File))
	p.say(0, "case.board-hash", "hash", p.code(from.SHA256))
}

func (p *page) word(key string) string { return words.M(key).In(p.lang) }

// taken gives the lines written so far, as paper has them, and begins anew.
func (p *page) taken() []string {
	lines := compact(strings.Split(p.text.String(), "\n"), 2)
	p.text.Reset()
	return lines
}

// compact leaves out empty lines, and puts a dash where one is indented by more than
// so many spaces.
func compact(lines []string, indent int) (all []string) {
	for _, line := range lines {
		text := strings.TrimSpace(line)
		switch {
		case text == "":
		case len(line)-len(strings.TrimLeft(line, " ")) > indent:
			all = append(all, "– "+text)
		default:
			all = append(all, text)
		}
	}
	return all
}
