package desk

import (
	"bytes"
	"compress/gzip"
	"context"
	"database/sql"
	_ "embed"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"time"

	"parley/rule"
	"parley/screening"
)

//go:embed lists.sql
var listsSchema string

// A listStore keeps the lists that names are compared with, what persons decided
// about hits, and the names that are compared again. It is this party's alone and
// goes nowhere.
type listStore struct {
	db *sql.DB

	mu    sync.Mutex       // guards what follows
	index *screening.Index // of the lists in force; nil: to be made
	lists []ListView       // those lists
	shown map[string]shown // hits that were shown, by officer and identifier
}

// A shown hit may be decided.
type shown struct {
	hit     screening.Hit
	project string
}

// maxShown bounds the hits that wait to be decided; beyond it all are forgotten, and
// shown again when they are asked again.
const maxShown = 20_000

// A ListView is one edition of a list on this desk.
type ListView struct {
	screening.Header
	Hash     string    `json:"hash"` // of its files, hexadecimal
	Imported time.Time `json:"imported"`
	By       string    `json:"by"` // party/role/officer
	InForce  bool      `json:"inForce"`
}

func openLists(path string) (*listStore, error) {
	db, err := sql.Open("sqlite", "file:"+path+"?_pragma=busy_timeout(500)&_pragma=locking_mode(EXCLUSIVE)&_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)&_txlock=immediate")
	if err != nil {
		return nil, fmt.Errorf("open lists: %w", err)
	}
	db.SetMaxOpenConns(1)
	if _, err := db.Exec(listsSchema); err != nil {
		return nil, errors.Join(fmt.Errorf("open lists %s (is another desk running on this folder?): %w", path, err), db.Close())
	}
	return &listStore{db: db, shown: map[string]shown{}}, nil
}

// all gives every edition, the newest first.
func (s *listStore) all(ctx context.Context) ([]ListView, error) {
	rows, err := s.db.QueryContext(ctx, "SELECT hash, at, officer, header, seq = (SELECT max(seq) FROM list l WHERE l.name = list.name) FROM list ORDER BY seq DESC LIMIT ?", maxList)
	if err != nil {
		return nil, fmt.Errorf("read lists: %w", err)
	}
	defer rows.Close()
	views := []ListView{}
	for rows.Next() {
		var v ListView
		var at int64
		var header []byte
		if err := rows.Scan(&v.Hash, &at, &v.By, &header, &v.InForce); err != nil {
			return nil, fmt.Errorf("read lists: %w", err)
		}
		if err := json.Unmarshal(header, &v.Header); err != nil {
			return nil, fmt.Errorf("read list %s: %w", v.Hash, err)
		}
		v.Imported = time.UnixMilli(at).UTC()
		views = append(views, v)
	}
	return views, rows.Err()
}

// load reads the edition of a list that is in force; nil: there is none.
func (s *listStore) load(ctx context.Context, name string) (*screening.List, error) {
	var header, packed []byte
	err := s.db.QueryRowContext(ctx, "SELECT header, entries FROM list WHERE name = ? ORDER BY seq DESC LIMIT 1", name).Scan(&header, &packed)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	l := &screening.List{}
	if err == nil {
		err = json.Unmarshal(header, &l.Header)
	}
	if err == nil {
		var r *gzip.Reader
		if r, err = gzip.NewReader(bytes.NewReader(packed)); err == nil {
			err = json.NewDecoder(r).Decode(&l.Entries)
		}
	}
	if err != nil {
		return nil, fmt.Errorf("read list %q: %w", name, err)
	}
	return l, nil
}

// add keeps an edition, which is in force from then on.
func (s *listStore) add(ctx context.Context, l *screening.List, by string, at time.Time) error {
	header, err := json.Marshal(l.Header)
	if err != nil {
		return err
	}
	var packed bytes.Buffer
	w := gzip.NewWriter(&packed)
	if err := errors.Join(json.NewEncoder(w).Encode(l.Entries), w.Close()); err != nil {
		return err
	}
	hash := l.Hash()
	if _, err := s.db.ExecContext(ctx, "INSERT INTO list (name, hash, published, at, officer, header, entries) VALUES (?, ?, ?, ?, ?, ?, ?)",
		l.Name, hex.EncodeToString(hash[:]), l.Published.UnixMilli(), at.UnixMilli(), by, header, packed.Bytes()); err != nil {
		return fmt.Errorf("keep list %q: %w", l.Name, err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.index, s.lists = nil, nil
	clear(s.shown) // what was shown is of other editions
	return nil
}

// inForce gives the index of all lists in force, and those lists. The first question
// after a change makes it, which takes a second or two for large ones.
func (s *listStore) inForce(ctx context.Context) (*screening.Index, []ListView, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.index != nil {
		return s.index, s.lists, nil
	}
	views, err := s.all(ctx)
	if err != nil {
		return nil, nil, err
	}
	var lists []*screening.List
	var current []ListView
	for _, v := range views {
		if !v.InForce {
			continue
		}
		l, err := s.load(ctx, v.Name)
		if err != nil {
			return nil, nil, err
		}
		lists, current = append(lists, l), append(current, v)
	}
	s.index, s.lists = screening.NewIndex(lists...), current
	return s.index, s.lists, nil
}

// decisions gives what was decided about a name, the oldest first, in the projects
// that whoever asks may read; last that of the one it is asked for, which counts there
// above what others decided.
func (s *listStore) decisions(ctx context.Context, name, project string, reads func(project string) bool) ([]screening.Decision, error) {
	rows, err := s.db.QueryContext(ctx, "SELECT project, body FROM decision WHERE key = ? ORDER BY project <> '' AND project = ?, seq", screening.NameKey(name), project)
	if err != nil {
		return nil, fmt.Errorf("read decisions: %w", err)
	}
	defer rows.Close()
	var all []screening.Decision
	for rows.Next() {
		var project string
		var body []byte
		var d screening.Decision
		if err := rows.Scan(&project, &body); err != nil {
			return nil, fmt.Errorf("read decisions: %w", err)
		}
		if !reads(project) {
			continue
		}
		if err := json.Unmarshal(body, &d); err != nil {
			return nil, fmt.Errorf("read decisions: %w", err)
		}
		all = append(all, d)
	}
	return all, rows.Err()
}

// decide keeps a decision, and the name with it.
func (s *listStore) decide(ctx context.Context, d screening.Decision, project string) error {
	body, err := json.Marshal(d)
	if err != nil {
		return err
	}
	if _, err := s.db.ExecContext(ctx, "INSERT INTO decision (project, key, body) VALUES (?, ?, ?)", project, screening.NameKey(d.Asked), body); err != nil {
		return fmt.Errorf("keep the decision about hit %s: %w", d.Hit, err)
	}
	return s.keep(ctx, project, []string{d.Asked}, d.By, d.At)
}

// keep keeps names to be compared again; more than maxKept are refused.
func (s *listStore) keep(ctx context.Context, project string, names []string, by string, at time.Time) error {
	var count int
	if err := s.db.QueryRowContext(ctx, "SELECT count(*) FROM asked").Scan(&count); err != nil {
		return fmt.Errorf("keep a name: %w", err)
	}
	if count+len(names) > maxKept {
		return rule.Refuse(BadNames, "compare them without a project", "this desk keeps %d names, at most %d", count, maxKept)
	}
	for _, name := range names {
		if _, err := s.db.ExecContext(ctx, "INSERT INTO asked (project, key, name, at, officer) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING", project, screening.NameKey(name), name, at.UnixMilli(), by); err != nil {
			return fmt.Errorf("keep a name: %w", err)
		}
	}
	return nil
}

// kept gives the names that are compared again, by project; of one alone, where it is
// named.
func (s *listStore) kept(ctx context.Context, project string, all bool) (names map[string][]string, err error) {
	rows, err := s.db.QueryContext(ctx, "SELECT project, name FROM asked WHERE ? OR project = ? ORDER BY project, at, key", all, project)
	if err != nil {
		return nil, fmt.Errorf("read kept names: %w", err)
	}
	defer rows.Close()
	names = map[string][]string{}
	for rows.Next() {
		var of, name string
		if err := rows.Scan(&of, &name); err != nil {
			return nil, fmt.Errorf("read kept names: %w", err)
		}
		names[of] = append(names[of], name)
	}
	return names, rows.Err()
}

func (s *listStore) close() error { return s.db.Close() }
