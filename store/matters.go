package store

import (
	"cmp"
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"parley/matter"
	"parley/mechanism"
)

// MatterTimer is the prefix by which [Working.Due] tells the timers of matters from
// those of statements: what follows is the matter's identifier.
const MatterTimer = "matter:"

// Matter gives the matter that the statement with that identifier opened. The
// caller does not change it.
func (w *Working) Matter(id string) (*mechanism.Matter, bool) { return w.matterIn(false, id) }

// Matter is described with [Deciding].
func (d Deciding) Matter(id string) (*mechanism.Matter, bool) { return d.matterIn(true, id) }

func (w *Working) matterIn(pending bool, id string) (*mechanism.Matter, bool) {
	return lookup(w, pending, func(l *layer) (*mechanism.Matter, bool) { m, ok := l.matters[id]; return m, ok },
		func(aside) (*mechanism.Matter, bool, error) {
			if w.db == nil {
				return nil, false, nil // a replay has all matters in memory
			}
			return one(scanMatter(w.db.read.QueryRow("SELECT body FROM matter WHERE id = ?", id)))
		})
}

// MatterNamed gives the first matter of that kind and name which all of parties are
// party to.
func (w *Working) MatterNamed(kind matter.Kind, name string, parties ...string) (*mechanism.Matter, bool) {
	return w.matterNamed(false, kind, name, parties)
}

// MatterNamed is described with [Deciding].
func (d Deciding) MatterNamed(kind matter.Kind, name string, parties ...string) (*mechanism.Matter, bool) {
	return d.matterNamed(true, kind, name, parties)
}

func (w *Working) matterNamed(pending bool, kind matter.Kind, name string, parties []string) (*mechanism.Matter, bool) {
	fresh := w.freshMatters(pending)
	var stored []*mechanism.Matter
	if w.db != nil {
		var err error
		if stored, err = matterRows(w.db.read.Query("SELECT body FROM matter WHERE kind = ? AND name = ? AND name <> ''", kind, name)); err != nil {
			w.fail(err)
			return nil, false
		}
	}
	for _, m := range joinMatters(stored, fresh, kind, false) {
		if m.State.Name() == name && m.Among(parties) {
			return m, true
		}
	}
	return nil, false
}

// freshMatters gives those in memory as they stand, by identifier. What is looked for
// there first is not missed as it is written meanwhile.
func (w *Working) freshMatters(pending bool) map[string]*mechanism.Matter {
	w.mu.RLock()
	defer w.mu.RUnlock()
	fresh := map[string]*mechanism.Matter{}
	for _, l := range slices.Backward(w.layers(pending)) {
		maps.Copy(fresh, l.matters)
	}
	return fresh
}

// Matters gives the matters of a kind, oldest first; those alone that go on where
// open says so. An empty kind is every kind.
func (w *Working) Matters(ctx context.Context, kind matter.Kind, open bool) ([]*mechanism.Matter, error) {
	fresh := w.freshMatters(false)
	var stored []*mechanism.Matter
	if w.db != nil {
		var err error
		if stored, err = storedMatters(ctx, w.db.read, kind, open); err != nil {
			return nil, err
		}
	}
	return joinMatters(stored, fresh, kind, open), nil
}

// Matters gives the matters of a kind as they stood at the snapshot, as
// [Working.Matters] does.
func (s *Snapshot) Matters(ctx context.Context, kind matter.Kind, open bool) ([]*mechanism.Matter, error) {
	var stored []*mechanism.Matter
	if s.tx != nil {
		var err error
		if stored, err = storedMatters(ctx, s.tx, kind, open); err != nil {
			return nil, err
		}
	}
	return joinMatters(stored, s.matters, kind, open), nil
}

// joinMatters puts what is in memory over what is stored.
func joinMatters(stored []*mechanism.Matter, fresh map[string]*mechanism.Matter, kind matter.Kind, open bool) []*mechanism.Matter {
	all := slices.DeleteFunc(stored, func(m *mechanism.Matter) bool { return fresh[m.ID] != nil })
	for _, m := range fresh {
		if (kind == "" || m.Kind == kind) && !(open && m.State.Ended() != "") {
			all = append(all, m)
		}
	}
	slices.SortFunc(all, func(a, b *mechanism.Matter) int { return cmp.Compare(a.Opened, b.Opened) })
	return all
}

type queryer interface {
	QueryContext(context.Context, string, ...any) (*sql.Rows, error)
}

func storedMatters(ctx context.Context, db queryer, kind matter.Kind, open bool) ([]*mechanism.Matter, error) {
	return matterRows(db.QueryContext(ctx, "SELECT body FROM matter WHERE (? = '' OR kind = ?) AND (NOT ? OR ended = '') ORDER BY opened", kind, kind, open))
}

func matterRows(rows *sql.Rows, err error) ([]*mechanism.Matter, error) {
	if err != nil {
		return nil, fmt.Errorf("read matters: %w", err)
	}
	defer rows.Close()
	var all []*mechanism.Matter
	for rows.Next() {
		m, err := scanMatter(rows)
		if err != nil {
			return nil, err
		}
		all = append(all, m)
	}
	return all, rows.Err()
}

func scanMatter(row scanner) (*mechanism.Matter, error) {
	var body []byte
	if err := row.Scan(&body); err != nil {
		return nil, err
	}
	m := &mechanism.Matter{}
	if err := json.Unmarshal(body, m); err != nil {
		return nil, fmt.Errorf("read matter: %w", err)
	}
	return m, nil
}

func (l *layer) writeMatters(ctx context.Context, tx *sql.Tx) error {
	for _, id := range slices.Sorted(maps.Keys(l.matters)) {
		m := l.matters[id]
		body, err := json.Marshal(m)
		if err != nil {
			return err
		}
		var due, owing any
		if timers := m.State.Timers(); len(timers) > 0 {
			due = timers[0].At.UnixMilli()
		}
		if parties := owingMatter(m); len(parties) > 0 {
			owing = " " + strings.Join(parties, " ") + " "
		}
		if _, err := tx.ExecContext(ctx, `INSERT INTO matter VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
			ON CONFLICT (id) DO UPDATE SET name = excluded.name, due = excluded.due, owing = excluded.owing, ended = excluded.ended, body = excluded.body`,
			m.ID, string(m.Kind), m.State.Name(), m.Area, m.Opened, due, owing, m.State.Ended(), body); err != nil {
			return err
		}
	}
	return nil
}

func owingMatter(m *mechanism.Matter) []string {
	var all []string
	for _, party := range m.Rules.Parties {
		if m.Owing(party) {
			all = append(all, party)
		}
	}
	return all
}

// indexMatter keeps, by party, which matters in the database wait for it.
func (w *Working) indexMatter(m *mechanism.Matter) {
	for _, party := range m.Rules.Parties {
		if !m.Owing(party) {
			delete(w.acting[party], m.Opened)
			continue
		}
		if w.acting[party] == nil {
			w.acting[party] = map[uint64]mechanism.Owed{}
		}
		w.acting[party][m.Opened] = m.OwedBy()
	}
}

// actingIn gives the matters in which party is to act. The caller holds mu.
func (w *Working) actingIn(pending bool, party string) []mechanism.Owed {
	known := map[uint64]bool{}
	var all []mechanism.Owed
	for _, l := range w.layers(pending) {
		for _, m := range l.matters {
			if known[m.Opened] {
				continue
			}
			known[m.Opened] = true
			if m.Owing(party) {
				all = append(all, m.OwedBy())
			}
		}
	}
	for index, o := range w.acting[party] {
		if !known[index] {
			all = append(all, o)
		}
	}
	return all
}

// dueMatters gives every matter with a timer, in no order.
func (w *Working) dueMatters(ctx context.Context) ([]Due, error) {
	open, err := w.Matters(ctx, "", true)
	var all []Due
	for _, m := range open {
		if timers := m.State.Timers(); len(timers) > 0 {
			all = append(all, Due{MatterTimer + m.ID, timers[0].At})
		}
	}
	return all, err
}

// owingMatters gives the matters in which anyone is to act, oldest first.
func (db *DB) owingMatters(ctx context.Context) ([]*mechanism.Matter, error) {
	return matterRows(db.read.QueryContext(ctx, "SELECT body FROM matter WHERE owing IS NOT NULL ORDER BY opened"))
}
