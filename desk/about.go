package desk

import (
	"context"
	"fmt"
	"slices"
	"time"

	"parley/format"
	"parley/identity"
	"parley/mechanism"
	"parley/statement"
	"parley/words"
)

// maxAbout is how many entries after a statement are looked through for what was
// said about it.
const maxAbout = 20_000

// A Translation of a statement's texts, by a named translator. The original
// stays what was signed.
type Translation struct {
	ID       string `json:"id"`
	By       string `json:"by"`
	Status   string `json:"status"` // as in a list; one that is at the gate is shown to those who may read it there
	Language string `json:"language"`
	Method   string `json:"method"`
	Text     string `json:"text"` // the fields, rendered
}

// An Annotation is what the supervisor has said beside a statement, in a statement
// of its own: the one that it is about stays as it was signed.
type Annotation struct {
	ID   string    `json:"id"`
	By   string    `json:"by"`
	At   time.Time `json:"at"` // hub's clock
	Mark string    `json:"mark"`
	Text string    `json:"text"` // the fields, rendered
}

// A ReadbackView is one readback and how it compares, in words.
type ReadbackView struct {
	By          identity.Author `json:"by"`
	At          time.Time       `json:"at,omitzero"`
	Match       bool            `json:"match"`
	Differences []string        `json:"differences,omitempty"`
}

// about gathers what others have said about the statement at record: its
// readbacks and the supervisor's annotations, oldest first, and the translations
// that this desk may read.
func (d *Desk) about(ctx context.Context, detail *Detail, record *mechanism.Record, lang string) error {
	size := d.work.Size()
	for index := record.Index + 1; index < min(size, record.Index+maxAbout) && ctx.Err() == nil; index++ {
		r, ok := d.work.RecordAt(index)
		if !ok || !slices.ContainsFunc(r.Claims.Refs, func(ref statement.Ref) bool {
			return ref.ID == record.Claims.ID && slices.Contains([]string{"reads-back", "annotates", "translates"}, ref.Relation)
		}) {
			continue
		}
		if r.Delivery != nil && !r.Delivery.Waiting() && !r.Delivery.Current() {
			continue // a translation that its translator does not stand by: cancelled, returned or withdrawn
		}
		said, err := d.statementAt(ctx, index)
		if err != nil {
			return err
		}
		f, ok := d.whole(said)
		switch relation := r.Claims.Refs[0].Relation; {
		case relation == "reads-back":
			view := d.compared(record, said, lang)
			view.At = r.Logged
			detail.Readbacks = append(detail.Readbacks, view)
		case ok && relation == "annotates":
			mark, _ := said.Field("mark")
			detail.Annotations = append(detail.Annotations, Annotation{ID: r.Claims.ID, By: r.Claims.Author.String(), At: r.Logged, Mark: fmt.Sprint(mark), Text: f.Render(d.Charter().Setting(d.party), lang, said)})
		case ok:
			language, _ := said.Field("language")
			method, _ := said.Field("method")
			detail.Translations = append(detail.Translations, Translation{ID: r.Claims.ID, By: r.Claims.Author.String(), Status: statusOf(r), Language: fmt.Sprint(language), Method: fmt.Sprint(method),
				Text: f.Render(d.Charter().Setting(d.party), lang, said)})
		}
	}
	return ctx.Err()
}

// statementAt reads the statement of an entry.
func (d *Desk) statementAt(ctx context.Context, index uint64) (*statement.Statement, error) {
	text, err := d.Content(ctx, index)
	if err != nil {
		return nil, err
	}
	s, err := statement.Parse(text)
	if err != nil {
		return nil, fmt.Errorf("read entry %d: %w", index, err)
	}
	return s, nil
}

// whole gives a statement's format with the fields that it borrows.
func (d *Desk) whole(s *statement.Statement) (*format.Format, bool) {
	f, ok := d.Charter().Format(s.Claims().Format)
	if !ok {
		return nil, false
	}
	if whole, err := f.WholeOf(d.Charter().Format, s); err == nil {
		return whole, true
	}
	return f, true
}

// compared says how a readback compares with what the statement at record says,
// in the words of lang and by the clock of whoever read back. It goes by the facts
// that the rules go by: of a cancellation those of what it cancels. What cannot be
// compared is no match.
func (d *Desk) compared(record *mechanism.Record, readback *statement.Statement, lang string) ReadbackView {
	by := readback.Claims().Author
	view := ReadbackView{By: by}
	if record.Facts == nil {
		return view
	}
	if record.Delivery.Uncompared {
		view.Differences = []string{words.M("withhold.uncompared").In(lang)}
		return view
	}
	f, ok := d.Charter().Format(record.Facts.Content)
	if !ok {
		return view
	}
	missing, differs := record.Facts.Differing(f, readback)
	view.Match = len(missing)+len(differs) == 0
	setting := d.Charter().Setting(by.Party)
	setting.Aside = by.Party != d.party
	for i := range f.Fields {
		field := &f.Fields[i]
		said := ""
		was, had := record.Facts.Critical[field.Name]
		value, _ := readback.Field(field.Name)
		again, _ := value.(string)
		switch {
		case slices.Contains(missing, field.Name):
			said = "—"
		case !slices.Contains(differs, field.Name):
			continue
		case !had:
			said = format.Absent().In(lang)
		default:
			said = format.Difference(setting, field, was, again).In(lang)
		}
		view.Differences = append(view.Differences, field.Label.In(lang)+": "+said)
	}
	return view
}

// Compared says how the readback of that identifier, which this desk signed,
// compares with its original.
func (d *Desk) Compared(ctx context.Context, id, lang string) (ReadbackView, error) {
	view, err := d.compareSent(ctx, id, lang)
	if err != nil || view == nil {
		return ReadbackView{}, err
	}
	return *view, nil
}

// compareSent is Compared; nil where the statement is no readback.
func (d *Desk) compareSent(ctx context.Context, id, lang string) (*ReadbackView, error) {
	r, err := d.outbox.get(ctx, id)
	if err != nil || r == nil {
		return nil, err
	}
	refs := r.statement.Claims().Refs
	if len(refs) != 1 || refs[0].Relation != "reads-back" {
		return nil, nil //nolint:nilnil // there is nothing to compare
	}
	record, ok := d.work.Record(refs[0].ID)
	if !ok {
		return nil, nil //nolint:nilnil // there is nothing to compare with
	}
	view := d.compared(record, r.statement, lang)
	return &view, nil
}
