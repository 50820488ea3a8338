package desk

import (
	"fmt"
	"slices"
	"strings"

	"parley/mechanism"
	"parley/words"
)

func (p *page) caseEvidence(v *CaseView) {
	if !slices.ContainsFunc(v.Statements, func(s CaseStatement) bool { return len(s.Evidence) > 0 }) {
		return
	}
	p.head("case.evidence")
	for _, s := range v.Statements {
		party, _, _ := strings.Cut(s.Author, "/")
		for _, hash := range s.Evidence {
			p.say(2, "case.evidence-line", "party", p.party(party), "entry", words.Raw(fmt.Sprint(s.Entry)), "hash", p.code(hash))
		}
	}
}

func (p *page) caseSteps(v *CaseView) {
	p.head("case.stages")
	for _, step := range v.State.Steps {
		if by, ok := v.entry(step.By); ok {
			p.say(2, "case.step", "at", p.at(step.At), "stage", p.caseStage(step.Stage), "entry", by)
		} else {
			p.say(2, "case.step-clock", "at", p.at(step.At), "stage", p.caseStage(step.Stage))
		}
	}
}

func (p *page) caseStatements(v *CaseView, whole bool) {
	p.head("case.statements")
	list := func(all []CaseStatement) {
		for _, s := range all {
			p.line(2, p.statementLine(s))
			for _, line := range p.statementText(s, whole) {
				p.line(4, line)
			}
		}
	}
	list(v.Statements)
	if len(v.Remedies) > 0 && whole {
		p.head("case.commitments")
		list(v.Remedies)
	}
	if len(v.Beside) > 0 {
		p.head("case.beside")
		list(v.Beside)
	}
}

// statementLine says what a statement is, whose, and when it took effect.
func (p *page) statementLine(s CaseStatement) string {
	effect, is := words.Raw(""), words.Raw("")
	if !s.Effect.Equal(s.Logged) {
		effect = words.Raw(words.M("case.effect", "at", p.at(s.Effect)).In(p.lang))
	}
	if words.Has("case.is." + s.Format) {
		is = words.Raw(words.M("case.is." + s.Format).In(p.lang))
	}
	return words.M("case.statement", "entry", p.code(mechanism.EntryName(s.Entry)), "format", p.code(s.Format), "is", is, "author", p.code(s.Author), "logged", p.at(s.Logged), "effect", effect).In(p.lang)
}

// statementText is what it says: in a sentence, or whole.
func (p *page) statementText(s CaseStatement, whole bool) (lines []string) {
	if !s.Current {
		lines = append(lines, words.M("case.no-longer", "entry", words.Raw(fmt.Sprint(s.By))).In(p.lang))
	}
	if !whole && s.Said != "" {
		return append(lines, s.Said)
	}
	for line := range strings.Lines(s.Text) {
		lines = append(lines, strings.TrimRight(line, "\n"))
	}
	return lines
}

func (p *page) caseVoids(v *CaseView) {
	if len(v.Voids) > 0 {
		p.head("case.voids")
	}
	for _, void := range v.Voids {
		p.say(2, "case.void", "entry", words.Raw(fmt.Sprint(void.Entry)), "at", p.at(void.At), "why", void.Sentence)
	}
}

// caseProof says what a bundle can and cannot show.
func (p *page) caseProof(v *CaseView) {
	p.head("case.proof")
	p.say(2, "case.from-bundle", "n", len(v.Statements), "last", p.code(mechanism.EntryName(v.last())))
	if v.Proof.Compared {
		p.say(2, "case.charter-given")
	} else {
		p.say(2, "case.charter-compare", "hash", p.code(v.Proof.Charter))
	}
	p.say(2, "case.not-shown", "n", v.Proof.Absent, "size", v.Proof.Size)
	const most = 40
	for i, gap := range v.Proof.Gaps {
		if i == most {
			p.say(2, "case.more", "n", len(v.Proof.Gaps)-most)
			break
		}
		p.say(2, "case.gap", "author", p.code(gap.Author), "entry", words.Raw(fmt.Sprint(gap.Before)))
	}
	if len(v.Proof.Gaps) == 0 {
		p.say(2, "case.no-gaps")
	}
	p.say(2, "case.ask-others")
}
