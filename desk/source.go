package desk

import (
	"context"
	"net/http"
	"time"

	"parley/mechanism"
	"parley/statement"
)

// A Source is a statement as this desk has it, for programs that print it for a
// person: one to this party is reported displayed, as by [Desk.Show].
type Source struct {
	Bytes      []byte `json:"bytes"`
	Superseded string `json:"superseded,omitempty"` // identifier of the statement that took its place: it is not current

	Logged  time.Time `json:"logged,omitzero"`   // its entry's time; zero: it is not in the ledger
	Waits   bool      `json:"waits,omitempty"`   // for a second officer: serial and time are not those that it will have
	Control []string  `json:"control,omitempty"` // parties, but for this one, without whose consent nobody shows it outside
	Second  string    `json:"second,omitempty"`  // who signed it as second officer, party/role/officer; empty: nobody
}

// Statement parses it.
func (s Source) Statement() (*statement.Statement, error) { return statement.Parse(s.Bytes) }

func (d *Desk) apiSource(r *http.Request) (any, error) {
	lang, as, err := askedBy(r, false)
	if err != nil {
		return nil, err
	}
	id, err := d.Find(r.Context(), r.PathValue("id"))
	if err != nil {
		return nil, err
	}
	source, record, err := d.source(r.Context(), id)
	if err != nil {
		return nil, err
	}
	s, err := source.Statement()
	if err != nil {
		return nil, err
	}
	if err := d.admit(r.Context(), s.Claims(), s.Field, as, lang); err != nil {
		return nil, err
	}
	if record != nil && record.Delivery != nil {
		if source.Control, err = d.controls(r.Context(), record); err != nil {
			return nil, err
		}
	}
	if record != nil {
		err = d.displayed(r.Context(), record)
	}
	return source, err
}

// source gives a statement as this desk has it, and its record if it is in the
// ledger.
func (d *Desk) source(ctx context.Context, id string) (Source, *mechanism.Record, error) {
	if record, ok := d.work.Record(id); ok {
		text, err := d.Content(ctx, record.Index)
		source := Source{Bytes: text, Logged: record.Logged, Second: d.secondOf(text)}
		if record.Delivery != nil {
			source.Superseded = record.Delivery.Superseded.By
		}
		return source, record, err
	}
	row, err := d.outbox.get(ctx, id)
	if err != nil {
		return Source{}, nil, err
	}
	if row == nil {
		w, err := d.waiter(ctx, id)
		if err != nil {
			return Source{}, nil, err
		}
		return Source{Bytes: w.statement.Bytes(), Waits: true}, nil, nil
	}
	return Source{Bytes: row.bytes, Second: d.keyOf(row.statement.SecondKID()).Author}, nil, nil
}

// secondOf names the second officer of a statement; empty where there is none.
func (d *Desk) secondOf(text []byte) string {
	s, err := statement.Parse(text)
	if err != nil {
		return "" // it is the reader's to say so
	}
	return d.keyOf(s.SecondKID()).Author
}
