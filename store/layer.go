package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/tlog"

	"parley/charter"
	"parley/mechanism"
	"parley/statement"
)

// An Entry is what everyone may know of an entry.
type Entry struct {
	Hash   mechanism.Hash
	Logged time.Time
	Height uint64 // block that holds the text, or the entry while it is withheld
}

// An Edition is a charter and the index of the entry that put it in force.
type Edition struct {
	Index  uint64
	Signed *charter.Signed
}

// A layer holds what is not yet in the database, or not yet in the journal.
type layer struct {
	entries  map[uint64]Entry
	indexes  map[mechanism.Hash]uint64
	records  map[string]*mechanism.Record
	numbers  map[uint64]*mechanism.Record // the same, by index
	keys     map[string]mechanism.Key
	heads    map[string]mechanism.Head
	charters []Edition
	matters  map[string]*mechanism.Matter
	board    *mechanism.Board    // nil where it stays
	awaited  map[uint64][]uint64 // of the block being made, see Working
	from     int64               // stored hash index of tree[0]
	tree     []tlog.Hash
	texts    map[uint64]*statement.Statement // by index, in a replay; nil elsewhere
}

func newLayer(from int64) *layer {
	return &layer{entries: map[uint64]Entry{}, indexes: map[mechanism.Hash]uint64{}, records: map[string]*mechanism.Record{}, numbers: map[uint64]*mechanism.Record{},
		keys: map[string]mechanism.Key{}, heads: map[string]mechanism.Head{}, matters: map[string]*mechanism.Matter{}, awaited: map[uint64][]uint64{}, from: from}
}

func (l *layer) putEntry(index uint64, e Entry) {
	l.entries[index] = e
	l.indexes[e.Hash] = index
}

func (l *layer) putRecord(r *mechanism.Record) {
	l.records[r.Claims.ID] = r
	l.numbers[r.Index] = r
}

func (l *layer) put(c mechanism.Change) {
	l.putRecord(c.Record)
	for _, r := range c.Touched {
		l.putRecord(r)
	}
	if c.Head != nil {
		l.heads[c.Record.Claims.Author.String()] = *c.Head
	}
	if c.Key != nil {
		l.keys[c.Key.ID] = *c.Key
	}
	for _, m := range c.Matters {
		l.matters[m.ID] = m
	}
	if c.Board != nil {
		l.board = c.Board
	}
}

// absorb puts everything of a newer layer on top of l.
func (l *layer) absorb(newer *layer) {
	maps.Copy(l.entries, newer.entries)
	maps.Copy(l.indexes, newer.indexes)
	maps.Copy(l.records, newer.records)
	maps.Copy(l.numbers, newer.numbers)
	maps.Copy(l.keys, newer.keys)
	maps.Copy(l.heads, newer.heads)
	maps.Copy(l.matters, newer.matters)
	l.charters = append(l.charters, newer.charters...)
	if newer.board != nil {
		l.board = newer.board
	}
	l.tree = append(l.tree, newer.tree...)
	if l.texts == nil {
		l.texts = newer.texts
	} else {
		maps.Copy(l.texts, newer.texts)
	}
}

func (l *layer) write(ctx context.Context, tx *sql.Tx) error {
	for _, write := range []func(context.Context, *sql.Tx) error{l.writeEntries, l.writeRecords, l.writeMatters, l.writeSmall, l.writeTree} {
		if err := write(ctx, tx); err != nil {
			return err
		}
	}
	return nil
}

// writeEntries inserts the entries whose text is not known; those with a record
// are written once, by writeRecords.
func (l *layer) writeEntries(ctx context.Context, tx *sql.Tx) error {
	insert, err := tx.PrepareContext(ctx, "INSERT INTO entry (idx, hash, logged, height) VALUES (?, ?, ?, ?)")
	if err != nil {
		return err
	}
	defer insert.Close()
	for _, index := range slices.Sorted(maps.Keys(l.entries)) {
		if _, ok := l.numbers[index]; ok {
			continue
		}
		e := l.entries[index]
		if _, err := insert.ExecContext(ctx, index, e.Hash[:], e.Logged.UnixMilli(), e.Height); err != nil {
			return err
		}
	}
	return nil
}

func (l *layer) writeRecords(ctx context.Context, tx *sql.Tx) error {
	insert, err := tx.PrepareContext(ctx, `INSERT INTO entry (idx, hash, logged, height, id, author, format, area, precedence, signed, claims, facts, status, due, owing, delivery, purged)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (idx) DO UPDATE SET height = excluded.height, id = excluded.id, author = excluded.author, format = excluded.format, area = excluded.area,
			precedence = excluded.precedence, signed = excluded.signed, claims = excluded.claims, facts = excluded.facts, status = excluded.status, due = excluded.due, owing = excluded.owing, delivery = excluded.delivery, purged = excluded.purged`)
	if err != nil {
		return err
	}
	defer insert.Close()
	update, err := tx.PrepareContext(ctx, "UPDATE entry SET status = ?, due = ?, owing = ?, delivery = ?, purged = ?, facts = CASE WHEN ? THEN facts END WHERE idx = ?")
	if err != nil {
		return err
	}
	defer update.Close()
	for _, index := range slices.Sorted(maps.Keys(l.numbers)) {
		r := l.numbers[index]
		d, err := deliveryColumns(r)
		if err != nil {
			return err
		}
		e, fresh := l.entries[index]
		if !fresh { // only its delivery changed, or its text was purged
			if _, err := update.ExecContext(ctx, d.status, d.due, d.owing, d.state, d.purged, r.Facts != nil, index); err != nil {
				return err
			}
			continue
		}
		claims, err := json.Marshal(r.Claims)
		if err != nil {
			return err
		}
		var facts any
		if r.Facts != nil {
			if facts, err = json.Marshal(r.Facts); err != nil {
				return err
			}
		}
		c := r.Claims
		if _, err := insert.ExecContext(ctx, index, e.Hash[:], e.Logged.UnixMilli(), r.Height, c.ID, c.Author.String(), c.Format, c.Area, c.Precedence, c.Time.UnixMilli(), claims, facts, d.status, d.due, d.owing, d.state, d.purged); err != nil {
			return err
		}
	}
	return nil
}

func (l *layer) writeSmall(ctx context.Context, tx *sql.Tx) error {
	for _, name := range slices.Sorted(maps.Keys(l.heads)) {
		h := l.heads[name]
		if _, err := tx.ExecContext(ctx, "INSERT INTO author VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (name) DO UPDATE SET idx = excluded.idx, hash = excluded.hash, day = excluded.day, number = excluded.number, seen = excluded.seen",
			name, h.Index, h.Hash[:], h.Serial.Day, h.Serial.Number, h.Seen); err != nil {
			return err
		}
	}
	for _, kid := range slices.Sorted(maps.Keys(l.keys)) {
		k := l.keys[kid]
		if _, err := tx.ExecContext(ctx, "INSERT INTO key VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (kid) DO UPDATE SET revoked = excluded.revoked",
			kid, []byte(k.Public), k.Author.String(), strings.Join(k.Areas, " "), k.Endorsed, k.Revoked); err != nil {
			return err
		}
	}
	if l.board != nil {
		body, err := json.Marshal(l.board)
		if err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, "INSERT INTO board VALUES (1, ?) ON CONFLICT (one) DO UPDATE SET body = excluded.body", string(body)); err != nil {
			return err
		}
	}
	for _, e := range l.charters {
		if _, err := tx.ExecContext(ctx, "INSERT INTO charter VALUES (?, ?, ?)", e.Signed.Edition, e.Index, e.Signed.Note); err != nil {
			return err
		}
	}
	return nil
}

func (l *layer) writeTree(ctx context.Context, tx *sql.Tx) error {
	for at := l.from; at < l.from+int64(len(l.tree)); {
		chunk := at / chunkHashes
		end := min((chunk+1)*chunkHashes, l.from+int64(len(l.tree)))
		var bytes []byte
		for i := at; i < end; i++ {
			bytes = append(bytes, l.tree[i-l.from][:]...)
		}
		// CAST: in SQLite the concatenation of blobs is text.
		if _, err := tx.ExecContext(ctx, "INSERT INTO tree VALUES (?, ?) ON CONFLICT (chunk) DO UPDATE SET hashes = CAST(tree.hashes || excluded.hashes AS BLOB)", chunk, bytes); err != nil {
			return err
		}
		at = end
	}
	return nil
}

// A deliveryRow is the columns that change as a delivery goes on; all but purged are
// NULL for an act.
type deliveryRow struct{ status, due, owing, state, purged any }

func deliveryColumns(r *mechanism.Record) (row deliveryRow, err error) {
	if r.Purged != 0 {
		row.purged = r.Purged
	}
	if r.Delivery == nil {
		return row, nil
	}
	if row.state, err = json.Marshal(r.Delivery); err != nil {
		return row, err
	}
	if due := r.Delivery.NextDue(); !due.IsZero() {
		row.due = due.UnixMilli()
	}
	if owing := owingText(r); owing != "" {
		row.owing = owing
	}
	row.status = string(r.Delivery.Status)
	return row, nil
}

// concerned gives the parties that can have something to do about a statement.
func concerned(r *mechanism.Record) []string {
	parties := append([]string{r.Claims.Author.Party}, r.Claims.To...)
	if r.Delivery != nil && !slices.Contains(parties, r.Delivery.Supervisor) {
		parties = append(parties, r.Delivery.Supervisor)
	}
	return parties
}

// owingText lists the parties that have something to do, each between spaces.
func owingText(r *mechanism.Record) string {
	text := ""
	for _, party := range concerned(r) {
		if r.Delivery.Owing(party) {
			text = strings.TrimSuffix(text, " ") + " " + party + " "
		}
	}
	return text
}
