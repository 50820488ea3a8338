package desk

import (
	"context"
	"time"

	"parley/mechanism"
	"parley/statement"
	"parley/words"
)

// Purged is the status of a statement whose text is destroyed.
const Purged = "purged"

// A Tombstone is what is shown of a statement whose text is destroyed.
type Tombstone struct {
	Entry    uint64    `json:"entry"` // that says so
	At       time.Time `json:"at,omitzero"`
	KeepDays int64     `json:"keepDays,omitempty"` // for which the charter keeps it after its end
	Lines    []string  `json:"lines"`              // all that, in the language asked for
}

// tombstone tells by what a statement's text is destroyed; nil where it is not.
func (d *Desk) tombstone(ctx context.Context, record *mechanism.Record, lang string) (*Tombstone, error) {
	if record.Purged == 0 {
		return nil, nil //nolint:nilnil // its text is here
	}
	p, t := &page{lang: lang}, &Tombstone{Entry: record.Purged}
	left := words.M("purge.left", "hash", p.code(statement.EncodeHash(record.Hash))).In(lang)
	if record.Purged >= d.work.Size() {
		t.Lines = []string{words.M("purge.promised", "entry", p.code(mechanism.EntryName(t.Entry))).In(lang), left}
		return t, nil
	}
	t.At, _ = d.work.TimeAt(record.Purged)
	note, err := d.statementAt(ctx, record.Purged)
	if err != nil {
		return nil, err
	}
	days, _ := note.Field("kept-days")
	t.KeepDays, _ = days.(int64)
	t.Lines = []string{words.M("purge.shown", "at", p.code(t.At.UTC().Format("2006-01-02 15:04Z")), "days", int(t.KeepDays), "entry", p.code(mechanism.EntryName(t.Entry))).In(lang), left}
	return t, nil
}
