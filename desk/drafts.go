package desk

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"parley/identity"
	"parley/mechanism"
	"parley/rule"
	"parley/statement"
	"parley/words"
)

// Bounds of the drafts that a desk keeps; the oldest go first. One that is larger
// than any statement is not kept.
const (
	maxDrafts     = 500
	maxDraft      = statement.MaxSize // bytes of one
	maxDraftBytes = 16 << 20          // of all together, so that they can be listed
)

// DraftTaken says that a draft was sent, or dropped, while it was taken up again.
const DraftTaken = "desk.draft-taken"

// A KeptDraft is what an officer wrote and was not sent, as it was written.
type KeptDraft struct {
	Number  int64     `json:"number"`
	Saved   time.Time `json:"saved"`
	Saying  Saying    `json:"saying"`
	Problem Problem   `json:"problem"` // why it was not sent
	// Withheld says that it is of a project, and whoever asks may not read that: its
	// fields, and the words of the problem, are left out.
	Withheld bool `json:"withheld,omitempty"`
}

// A Kept error is a refusal whose draft stays on the desk.
type Kept struct {
	Draft int64 // by which [Desk.Resume] finds it
	Err   error
}

func (k *Kept) Error() string { return k.Err.Error() }

// Unwrap gives the refusal.
func (k *Kept) Unwrap() error { return k.Err }

// keep saves what was refused, so that nothing an officer has written is lost.
// Only a refusal keeps a draft; the refusal is given back as a [Kept]. What was
// sent meanwhile is not kept again.
func (d *Desk) keep(ctx context.Context, q Saying, err error) error {
	var refusal *rule.Refusal
	if !errors.As(err, &refusal) || refusal.Rule == DraftTaken {
		return err
	}
	size := 0
	for _, field := range q.Fields {
		size += len(field)
	}
	if size > maxDraft {
		return err
	}
	number, failure := d.outbox.saveDraft(context.WithoutCancel(ctx), q, problemOf(err), d.config.Clock())
	if failure != nil {
		d.log.Error("a refused draft was not kept", "error", failure)
		return err
	}
	return &Kept{number, err}
}

// KeepDraft keeps what an officer has written of a new statement so far, over the draft
// that it comes from, to go on with it later. It reads nothing of it and signs nothing.
func (d *Desk) KeepDraft(ctx context.Context, q Saying) (number int64, err error) {
	ctx = reading(ctx, q.By)
	if q.Draft != 0 {
		if _, err := d.takable(ctx, q.Draft, q.By, q.Lang); err != nil {
			return 0, err
		}
	}
	err = d.keep(ctx, q, refusal(Unsent, q.Lang, words.M("draft.unsent"), words.Message{}))
	if kept, ok := errors.AsType[*Kept](err); ok {
		return kept.Draft, nil
	}
	return 0, rule.Refuse(BadRequest, "write less", "what is written is not kept: it is larger than any statement, or this desk's disk does not take it")
}

// takable finds a draft that an officer may go on with.
func (d *Desk) takable(ctx context.Context, number int64, by identity.Author, lang string) (*KeptDraft, error) {
	kept, err := d.outbox.draft(ctx, number)
	if err != nil {
		return nil, err
	}
	if kept != nil {
		seen, err := d.draftsSeen(reading(ctx, by), []KeptDraft{*kept})
		if err == nil && len(seen) == 0 {
			kept, err = nil, d.hidden(reading(ctx, by), "take up a draft", fmt.Sprint(number))
		}
		if err != nil {
			return nil, err
		}
	}
	if kept == nil {
		return nil, rule.Refuse(NotFound, "`parley drafts` lists them", "this desk keeps no draft %d", number)
	}
	return kept, d.admitDraft(ctx, kept, by, lang)
}

// Resume takes a kept draft up again, with the fields written anew in the place
// of those of the same name, and sends it. A field is dropped by "name=" alone.
// Once it is signed the draft is gone; refused again, it is kept as it then is.
func (d *Desk) Resume(ctx context.Context, number int64, anew Saying) (id string, err error) {
	kept, err := d.takable(ctx, number, anew.By, anew.Lang)
	if err != nil {
		return "", err
	}
	q := kept.Saying
	q.Draft, q.By = number, anew.By
	if anew.Lang != "" {
		q.Lang = anew.Lang
	}
	if anew.Precedence != "" {
		q.Precedence = anew.Precedence
	}
	if len(anew.To) > 0 {
		q.To = anew.To
	}
	if anew.About != "" {
		q.About = anew.About
	}
	if anew.Late != "" || anew.Route != "" {
		q.Late, q.Route = anew.Late, anew.Route
	}
	if len(anew.Withhold) > 0 {
		q.Withhold = anew.Withhold
	}
	q.Keep = append(slices.Clone(q.Keep), anew.Keep...)
	q.Fields = rewritten(q, anew.Fields)
	if q.Verb != "" {
		return d.Act(ctx, q.Verb, q)
	}
	return d.Say(ctx, q)
}

// rewritten puts fields that are written anew in the place of a draft's own. A
// field dropped that is not there stays written so: in a replacement it is the
// original's, and anywhere else a slip, which is refused when it is read.
func rewritten(kept Saying, anew []string) []string {
	fields := slices.Clone(kept.Fields)
	for _, arg := range anew {
		name, value, named := strings.Cut(arg, "=")
		before := len(fields)
		if named {
			fields = slices.DeleteFunc(fields, func(old string) bool { return strings.HasPrefix(old, name+"=") })
		}
		if value != "" || len(fields) == before || verbs[kept.Verb].carries {
			fields = append(fields, arg)
		}
	}
	return fields
}

// Drafts lists what the desk keeps, oldest first, as far as an officer may read it;
// the zero Author is anybody.
func (d *Desk) Drafts(ctx context.Context, as identity.Author) ([]KeptDraft, error) {
	ctx = reading(ctx, as)
	all, err := d.outbox.drafts(ctx)
	if err != nil {
		return nil, err
	}
	if all, err = d.draftsSeen(ctx, all); err != nil {
		return nil, err
	}
	for i := range all {
		if k := &all[i]; d.draftFor(ctx, k, as) != nil {
			k.Saying.Fields, k.Problem.Detail, k.Problem.Remedy, k.Problem.Options, k.Withheld = nil, "", "", nil, true
		}
	}
	return all, err
}

// draftsSeen leaves of drafts those whose area whoever asks may read.
func (d *Desk) draftsSeen(ctx context.Context, all []KeptDraft) ([]KeptDraft, error) {
	sees, err := d.eyes(ctx)
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(all, func(k KeptDraft) bool { return !sees(d.draftArea(&k.Saying)) }), nil
}

// draftArea is the area of what a draft would be: its format's, or that of what it is
// about; the channel's own where neither is known.
func (d *Desk) draftArea(q *Saying) string {
	if f, ok := d.Charter().Newest(q.Format); ok && f.Area != "" && f.Borrows == "" {
		return f.Area
	}
	all := func(string) bool { return true }
	if id, _, err := d.find(context.Background(), q.About, all); err == nil {
		if r, ok := d.work.Record(id); ok {
			return r.Claims.Area
		}
	}
	return mechanism.Service
}

// dropFor forgets a draft that whoever asks may read.
func (d *Desk) dropFor(ctx context.Context, number int64) error {
	kept, err := d.outbox.draft(ctx, number)
	if err != nil {
		return err
	}
	if asks := readerOf(ctx); kept != nil && asks.officer != (identity.Author{}) {
		seen, err := d.draftsSeen(ctx, []KeptDraft{*kept})
		if err != nil {
			return err
		}
		if len(seen) == 0 || d.draftFor(ctx, kept, asks.officer) != nil {
			if err := d.hidden(ctx, "drop a draft", fmt.Sprint(number)); err != nil {
				return err
			}
			return rule.Refuse(NotFound, "`parley drafts` lists them", "this desk keeps no draft %d", number)
		}
	}
	return d.Drop(ctx, number)
}

// Drop forgets a draft.
func (d *Desk) Drop(ctx context.Context, number int64) error {
	gone, err := d.outbox.dropDraft(ctx, number)
	if err == nil && !gone {
		return rule.Refuse(NotFound, "`parley drafts` lists them", "this desk keeps no draft %d", number)
	}
	return err
}

// takeDraft forgets the draft of what is signed, in the same transaction: it can
// be sent once, however often it is taken up, and wherever the desk dies. 0 is none.
func takeDraft(ctx context.Context, tx *sql.Tx, number int64) error {
	if number == 0 {
		return nil
	}
	r, err := tx.ExecContext(ctx, "DELETE FROM draft WHERE number = ?", number)
	if err != nil {
		return err
	}
	if n, err := r.RowsAffected(); err != nil || n == 1 {
		return err
	}
	return rule.Refuse(DraftTaken, "`parley ls` shows what was sent; `parley drafts` lists what is kept", "draft %d was sent or dropped meanwhile", number)
}

// saveDraft writes a draft, over the one it comes from where there is one.
func (o *outbox) saveDraft(ctx context.Context, q Saying, p Problem, now time.Time) (number int64, err error) {
	err = o.transact(ctx, func(tx *sql.Tx) error {
		number, err = writeDraft(ctx, tx, q, p, now)
		return err
	})
	return number, err
}

func writeDraft(ctx context.Context, tx *sql.Tx, q Saying, p Problem, now time.Time) (int64, error) {
	saying, err := json.Marshal(q)
	if err != nil {
		return 0, err
	}
	problem, err := json.Marshal(p)
	if err != nil {
		return 0, err
	}
	if q.Draft != 0 {
		r, err := tx.ExecContext(ctx, "UPDATE draft SET saved = ?, saying = ?, problem = ? WHERE number = ?", now.UnixMilli(), saying, problem, q.Draft)
		if err != nil {
			return 0, err
		}
		if n, _ := r.RowsAffected(); n == 1 {
			return q.Draft, nil
		}
	}
	r, err := tx.ExecContext(ctx, "INSERT INTO draft (saved, saying, problem) VALUES (?, ?, ?)", now.UnixMilli(), saying, problem)
	if err != nil {
		return 0, err
	}
	number, err := r.LastInsertId()
	if err != nil {
		return 0, err
	}
	_, err = tx.ExecContext(ctx, `DELETE FROM draft WHERE number <= ?1 - ?2 OR number < ?1 AND number IN (
		SELECT number FROM (SELECT number, sum(length(saying) + length(problem)) OVER (ORDER BY number DESC) AS size FROM draft) WHERE size > ?3)`, number, maxDrafts, maxDraftBytes)
	return number, err
}

func (o *outbox) draft(ctx context.Context, number int64) (*KeptDraft, error) {
	all, err := o.draftsWhere(ctx, "WHERE number = ?", number)
	if err != nil || len(all) == 0 {
		return nil, err
	}
	return &all[0], nil
}

func (o *outbox) drafts(ctx context.Context) ([]KeptDraft, error) {
	return o.draftsWhere(ctx, "ORDER BY number")
}

func (o *outbox) draftsWhere(ctx context.Context, where string, args ...any) ([]KeptDraft, error) {
	rows, err := o.db.QueryContext(ctx, "SELECT number, saved, saying, problem FROM draft "+where, args...)
	if err != nil {
		return nil, fmt.Errorf("read drafts: %w", err)
	}
	defer rows.Close()
	all := []KeptDraft{}
	for rows.Next() {
		var (
			k               KeptDraft
			saved           int64
			saying, problem sql.RawBytes
		)
		if err := rows.Scan(&k.Number, &saved, &saying, &problem); err != nil {
			return nil, fmt.Errorf("read drafts: %w", err)
		}
		k.Saved = time.UnixMilli(saved).UTC()
		if err := errors.Join(json.Unmarshal(saying, &k.Saying), json.Unmarshal(problem, &k.Problem)); err != nil {
			return nil, fmt.Errorf("read draft %d: %w", k.Number, err)
		}
		all = append(all, k)
	}
	return all, rows.Err()
}

func (o *outbox) dropDraft(ctx context.Context, number int64) (gone bool, err error) {
	r, err := o.db.ExecContext(ctx, "DELETE FROM draft WHERE number = ?", number)
	if err != nil {
		return false, fmt.Errorf("drop draft %d: %w", number, err)
	}
	n, err := r.RowsAffected()
	return n == 1, err
}
