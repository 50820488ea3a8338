package desk

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"parley/casefile"
	"parley/charter"
	"parley/delivery"
	"parley/format"
	"parley/identity"
	"parley/matter"
	"parley/mechanism"
	"parley/proof"
	"parley/rule"
	"parley/statement"
)

// A CaseSource has the statements of a case: a desk's replica, or a bundle.
type CaseSource interface {
	Record(id string) (*mechanism.Record, bool)
	RecordAt(index uint64) (*mechanism.Record, bool)
	Statement(ctx context.Context, index uint64) (*statement.Statement, error)
}

// A CaseView is one case: how it stands, by its rules, and everything that was said
// in it.
type CaseView struct {
	Exercise   bool            `json:"exercise"`
	Now        time.Time       `json:"now"`
	Entry      uint64          `json:"entry"` // of the report that opened it; people call the case by it
	ID         string          `json:"id"`
	Parties    []string        `json:"parties"`
	Area       string          `json:"area"`
	Stage      string          `json:"stage"`
	Kind       string          `json:"kind"` // of the incident
	Harm       string          `json:"harm,omitempty"`
	Late       bool            `json:"late,omitempty"`
	Overdue    bool            `json:"overdue,omitempty"`
	Outcome    string          `json:"outcome,omitempty"`
	Cause      string          `json:"cause,omitempty"`
	Next       []Turn          `json:"next,omitempty"`
	Facts      []casefile.Row  `json:"facts"`
	State      *casefile.State `json:"state"` // whole, as the rules have it
	Statements []CaseStatement `json:"statements,omitempty"`
	Voids      []CaseVoid      `json:"voids,omitempty"`    // overtaken: they change nothing
	Remedies   []CaseStatement `json:"remedies,omitempty"` // the commitments that findings name, as far as they are here
	Beside     []CaseStatement `json:"beside,omitempty"`   // those of Proof.Broken: they change nothing here
	Absent     []CaseAbsent    `json:"absent,omitempty"`
	Partial    bool            `json:"partial,omitempty"`
	Proof      *CaseProof      `json:"proof,omitempty"` // where it was rebuilt from a bundle
	Text       string          `json:"text,omitempty"`
}

// A CaseStatement is one statement of a case, in the order in which they took
// effect.
type CaseStatement struct {
	Entry    uint64    `json:"entry"`
	ID       string    `json:"id"`
	Author   string    `json:"author"`
	Format   string    `json:"format"` // of its content, such as "J21"
	Logged   time.Time `json:"logged"`
	Effect   time.Time `json:"effect"` // when its addressees could read it
	Refs     []Ref     `json:"refs,omitempty"`
	Evidence []string  `json:"evidence,omitempty"` // SHA-256, of what its side keeps
	Current  bool      `json:"current"`            // neither replaced nor cancelled, in the case
	By       uint64    `json:"by,omitempty"`       // the entry that replaced or cancelled it
	Withheld int       `json:"withheld,omitempty"` // parts that its author signed and that are not here
	Said     string    `json:"said,omitempty"`     // its format's sentence
	Text     string    `json:"text"`               // all its fields, rendered

	facts map[string]string // its lines, rendered
}

// A CaseVoid is a statement that was overtaken before its addressees could read it.
type CaseVoid struct {
	Entry    uint64    `json:"entry"`
	At       time.Time `json:"at"`
	Rule     string    `json:"rule"`
	Sentence string    `json:"sentence"`
}

// A CaseAbsent is a statement that one of the case refers to or rests on, and whose
// text is not here: it is of something else, withheld, or was left out.
type CaseAbsent struct {
	Entry uint64 `json:"entry"` // of the one that names it
	ID    string `json:"id"`
}

// A CaseProof is what a case that is rebuilt from a bundle rests on, and what the
// bundle is known to lack.
type CaseProof struct {
	Charter  string      `json:"charter"`          // hash of its first charter
	Compared bool        `json:"compared"`         // the reader gave a charter, and the ledger is of that
	Size     uint64      `json:"size"`             // entries that its checkpoint covers
	Absent   uint64      `json:"absent"`           // how many of these are not in it
	Broken   []uint64    `json:"broken,omitempty"` // statements in it that do not follow from the others: one was left out, or some of it withheld
	Gaps     []proof.Gap `json:"gaps,omitempty"`   // where a statement of an author of the case is not in it
}

// A CaseReader is for whom a case is written down: the rules that it is read by, the
// party whose clocks stand beside the times, none for an auditor, the language, and
// now.
type CaseReader struct {
	Charter *charter.Charter
	Party   string
	Lang    string
	Now     time.Time
	Whole   bool       // with every field of every statement
	Proof   *CaseProof // nil: it is read from a ledger
}

// NewCaseView writes down a case from what source has of it.
func NewCaseView(ctx context.Context, source CaseSource, m *mechanism.Matter, reader CaseReader) (*CaseView, error) {
	v, err := summary(m, reader)
	if err != nil {
		return nil, err
	}
	for _, index := range m.Moves {
		s, err := caseStatement(ctx, source, index, reader)
		if err != nil {
			return nil, err
		}
		if slices.ContainsFunc(m.Voids, func(v mechanism.Void) bool { return v.Index == s.By }) {
			s.Current, s.By = true, 0 // what would have taken its place was overtaken
		}
		v.Statements = append(v.Statements, s)
	}
	for _, void := range m.Voids {
		v.Voids = append(v.Voids, CaseVoid{void.Index, void.At, void.Rule, void.Sentence})
	}
	if err := v.addRemedies(ctx, source, reader); err != nil {
		return nil, err
	}
	v.Absent = v.absent(source)
	if v.Proof = reader.Proof; v.Proof != nil {
		v.Partial = len(v.Proof.Broken) > 0 // a bundle is always of a part; this is known to matter
		for _, index := range v.Proof.Broken {
			s, err := caseStatement(ctx, source, index, reader)
			if err != nil {
				return nil, err
			}
			v.Beside = append(v.Beside, s)
		}
	}
	p := pageFor(reader.Charter, reader.Party, reader.Lang, reader.Now)
	p.caseFile(v, reader)
	v.Text = p.String()
	return v, nil
}

func (v *CaseView) addRemedies(ctx context.Context, source CaseSource, reader CaseReader) error {
	for _, f := range v.State.Findings {
		for _, id := range f.Commitments {
			record, ok := source.Record(id)
			if !ok || record.Facts == nil || record.Facts.Kind != matter.Commitment || slices.ContainsFunc(v.Remedies, func(s CaseStatement) bool { return s.ID == id }) {
				continue
			}
			s, err := caseStatement(ctx, source, record.Index, reader)
			if err != nil {
				return err
			}
			v.Remedies = append(v.Remedies, s)
		}
	}
	return nil
}

// absent gives what statements of the case name and source does not have.
func (v *CaseView) absent(source CaseSource) (all []CaseAbsent) {
	names := func(by uint64, id string) {
		a := CaseAbsent{by, id}
		if statement.CheckID(id) != nil {
			return // a document
		}
		if record, ok := source.Record(id); (!ok || record.Delivery != nil && record.Facts == nil) && !slices.Contains(all, a) {
			all = append(all, a)
		}
	}
	for _, s := range v.Statements {
		for _, ref := range s.Refs {
			names(s.Entry, ref.ID)
		}
		for _, f := range v.State.Findings {
			if f.ID == s.ID {
				for _, id := range slices.Concat(f.Positions, f.Commitments) {
					names(s.Entry, id)
				}
			}
		}
	}
	return all
}

// summary is a case without its statements.
func summary(m *mechanism.Matter, reader CaseReader) (*CaseView, error) {
	s, ok := m.State.(*casefile.State)
	if !ok {
		return nil, rule.Refuse(NotFound, "`parley case ls` lists the cases", "statement %s opened a %s and no case", m.ID, m.Kind)
	}
	v := &CaseView{Exercise: reader.Charter.Exercise, Now: reader.Now, Entry: m.Opened, ID: m.ID, Parties: m.Rules.Parties, Area: m.Area, Stage: s.Stage(), Kind: s.Kind(), Harm: s.Harm(), Late: s.Late(),
		Facts: s.Table(), State: s, Partial: m.Partial}
	v.Outcome, v.Cause = s.Outcome()
	_, v.Overdue = s.Due(reader.Now)
	for _, n := range s.Next(m.Rules) {
		v.Next = append(v.Next, Turn{Entry: m.Opened, Kind: m.Kind, Party: n.Party, Action: n.Action, By: n.By})
	}
	return v, nil
}

func caseStatement(ctx context.Context, source CaseSource, index uint64, reader CaseReader) (CaseStatement, error) {
	record, ok := source.RecordAt(index)
	if !ok {
		return CaseStatement{}, fmt.Errorf("read entry %d: its text is not here", index)
	}
	s, err := source.Statement(ctx, index)
	if err != nil {
		return CaseStatement{}, err
	}
	c := record.Claims
	v := CaseStatement{Entry: index, ID: c.ID, Author: c.Author.String(), Logged: record.Logged, Effect: record.Logged, Current: true, Withheld: s.Withheld(), facts: map[string]string{}}
	for _, ref := range c.Refs {
		v.Refs = append(v.Refs, Ref{ref.Relation, ref.ID})
	}
	if d := record.Delivery; d != nil {
		if d.Status == delivery.Released && !d.Gated.IsZero() {
			v.Effect = d.Gated
		}
		if by, ok := source.Record(d.Superseded.By); ok && d.Superseded.By != "" {
			v.Current, v.By = false, by.Index
		}
	}
	f, ok := reader.Charter.Format(c.Format)
	if !ok {
		if f, ok = format.Catalogue().Lookup(c.Format); !ok {
			return v, nil
		}
	}
	content := f
	if whole, err := f.WholeOf(reader.Charter.Format, s); err == nil {
		f = whole
	}
	if record.Facts != nil {
		if of, ok := reader.Charter.Format(record.Facts.Content); ok {
			content = of
		}
	}
	setting := reader.Charter.Setting(reader.Party)
	v.Format, v.Said, v.Text = content.ID, content.Say(setting, reader.Lang, s), f.Render(setting, reader.Lang, s)
	for _, field := range s.Fields() {
		of, ok := content.Field(field.Name)
		if !ok {
			continue
		}
		if lines := of.Show(setting, reader.Lang, field.Value); len(lines) > 0 {
			v.facts[field.Name] = lines[0]
		}
		if hashes, ok := field.Value.([]string); ok && field.Name == "evidence" {
			v.Evidence = slices.Clone(hashes)
		}
	}
	return v, nil
}

// Case gives a case to a person to read. ref names any statement of it, as
// [Desk.Find] takes it. Its statements to this party that nobody here has seen yet
// are reported displayed.
func (d *Desk) Case(ctx context.Context, ref, lang string, as identity.Author, whole bool) (*CaseView, error) {
	ctx = reading(ctx, as)
	m, err := d.caseOf(ctx, ref) // which is of the area of each of its statements
	if err != nil {
		return nil, err
	}
	v, err := NewCaseView(ctx, replica{d}, m, CaseReader{Charter: d.Charter(), Party: d.party, Lang: lang, Now: d.config.Clock().UTC(), Whole: whole})
	if err != nil {
		return nil, err
	}
	for _, index := range m.Moves {
		if record, ok := d.work.RecordAt(index); ok {
			err = errors.Join(err, d.displayed(ctx, record))
		}
	}
	return v, err
}

// caseOf finds the case that a statement is of.
func (d *Desk) caseOf(ctx context.Context, ref string) (*mechanism.Matter, error) {
	id, err := d.Find(ctx, ref)
	if err != nil {
		return nil, err
	}
	record, ok := d.work.Record(id)
	if ok && record.Facts != nil && record.Facts.Kind == matter.Case {
		if m, known := d.work.Matter(record.Facts.Matter); known {
			return m, nil
		}
	}
	return nil, rule.Refuse(NotFound, "`parley case ls` lists the cases", "statement %s is of no case that is known to %s", id, d.party)
}

// replica is a desk's replica as a [CaseSource].
type replica struct{ d *Desk }

func (r replica) Record(id string) (*mechanism.Record, bool)      { return r.d.work.Record(id) }
func (r replica) RecordAt(index uint64) (*mechanism.Record, bool) { return r.d.work.RecordAt(index) }
func (r replica) Statement(ctx context.Context, index uint64) (*statement.Statement, error) {
	return r.d.statementAt(ctx, index)
}
