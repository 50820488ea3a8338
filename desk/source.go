package desk

import (
	"net/http"
	"time"

	"parley/statement"
)

// A Source is a statement as this desk has it, for programs that print it for a
// person: one to this party is reported displayed, as by [Desk.Show].
type Source struct {
	Bytes      []byte `json:"bytes"`
	Superseded string `json:"superseded,omitempty"` // identifier of the statement that took its place: it is not current

	Logged time.Time `json:"logged,omitzero"`  // its entry's time; zero: it is not in the ledger
	Waits  bool      `json:"waits,omitempty"`  // for a second officer: serial and time are not those that it will have
	Second string    `json:"second,omitempty"` // who signed it as second officer, party/role/officer; empty: nobody
}

// Statement parses it.
func (s Source) Statement() (*statement.Statement, error) { return statement.Parse(s.Bytes) }

func (d *Desk) apiSource(r *http.Request) (any, error) {
	id, err := d.Find(r.Context(), r.PathValue("id"))
	if err != nil {
		return nil, err
	}
	if record, ok := d.work.Record(id); ok {
		text, err := d.Content(r.Context(), record.Index)
		if err == nil {
			err = d.displayed(r.Context(), record)
		}
		source := Source{Bytes: text, Logged: record.Logged, Second: d.secondOf(text)}
		if record.Delivery != nil {
			source.Superseded = record.Delivery.Superseded.By
		}
		return source, err
	}
	row, err := d.outbox.get(r.Context(), id)
	if err != nil {
		return nil, err
	}
	if row == nil {
		w, err := d.waiter(r.Context(), id)
		if err != nil {
			return nil, err
		}
		return Source{Bytes: w.statement.Bytes(), Waits: true}, nil
	}
	return Source{Bytes: row.bytes, Second: d.keyOf(row.statement.SecondKID()).Author}, nil
}

// secondOf names the second officer of a statement; empty where there is none.
func (d *Desk) secondOf(text []byte) string {
	s, err := statement.Parse(text)
	if err != nil {
		return "" // it is the reader's to say so
	}
	return d.keyOf(s.SecondKID()).Author
}
