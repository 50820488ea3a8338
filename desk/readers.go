package desk

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"parley/identity"
	"parley/matter"
	"parley/mechanism"
	"parley/rule"
	"parley/statement"
	"parley/trade"
	"parley/words"
)

// NamedReaders is the rule that keeps a project's texts to the officers named.
const NamedReaders = "project.named-readers"

// What the desk answered to whoever asked for something of a project.
const (
	AccessRead    = "read"
	AccessDenied  = "denied"
	AccessFree    = "free"     // to a question about a works window
	AccessNotFree = "not-free" // the same
	AccessTooMany = "too-many" // such questions
)

// An AccessEntry is one such question, as the desk has logged it.
type AccessEntry struct {
	At        time.Time `json:"at"`
	Project   string    `json:"project,omitempty"`
	Statement string    `json:"statement,omitempty"`
	Officer   string    `json:"officer,omitempty"` // empty: nobody was named
	Answer    string    `json:"answer"`
}

// admit lets an officer read a statement, or refuses him: what belongs to a project
// is for its named readers alone, where any of this party are named. Each reading
// and each refusal is logged before it is answered. Others' statements pass.
func (d *Desk) admit(ctx context.Context, c statement.Claims, fields func(name string) (any, bool), as identity.Author, lang string) error {
	project, readers := d.readersOf(c, fields, 0)
	if project == "" || !trade.Limited(readers, d.party) {
		return nil
	}
	entry := AccessEntry{At: d.config.Clock(), Project: project, Statement: c.ID, Answer: AccessRead}
	err := d.reads(readers, c.Area, as, lang)
	if as != (identity.Author{}) {
		entry.Officer = as.String()
	}
	if err != nil {
		entry.Answer = AccessDenied
	}
	if failed := d.outbox.logAccess(ctx, entry); failed != nil {
		return failed // what cannot be logged is not read
	}
	return err
}

// mayAct keeps an officer from acting on a statement of a project that he may not read,
// and logs that.
func (d *Desk) mayAct(ctx context.Context, s *statement.Statement, by identity.Author, lang string) error {
	project, readers := d.readersOf(s.Claims(), s.Field, 0)
	if project == "" || !trade.Limited(readers, d.party) {
		return nil
	}
	err := d.reads(readers, s.Claims().Area, by, lang)
	if err != nil {
		err = errors.Join(err, d.outbox.logAccess(ctx, AccessEntry{At: d.config.Clock(), Project: project, Statement: s.Claims().ID, Officer: by.String(), Answer: AccessDenied}))
	}
	return err
}

// reads asks whether an officer of this desk is one of those who may read.
func (d *Desk) reads(readers []string, area string, as identity.Author, lang string) error {
	if as == (identity.Author{}) {
		return refusal(NamedReaders, lang, words.M("project.nobody"), words.M("project.nobody-remedy", "flag", words.Raw(words.LeftToRight(lang, "-as PARTY/ROLE/OFFICER"))))
	}
	key, err := d.officerKey(as)
	switch {
	case err != nil:
		return err
	case key.Revoked != 0 || !key.Sees(area) || !trade.Reads(readers, as):
		return refusal(NamedReaders, lang, words.M("project.not-reader", "officer", as.String()), words.M("project.not-reader-remedy"))
	}
	return nil
}

// draftFor asks whether an officer may read a draft. One of a project is for whoever
// wrote it and for the project's readers, as far as it names them rightly.
func (d *Desk) draftFor(ctx context.Context, k *KeptDraft, as identity.Author) error {
	q := &k.Saying
	if q.By == as {
		return nil
	}
	c := statement.Claims{ID: "draft", Author: q.By, Format: q.Format, To: q.To}
	if f, ok := d.Charter().Newest(q.Format); ok {
		c.Format = f.Ref()
	}
	if id, err := d.Find(ctx, q.About); err == nil && q.About != "" {
		c.Refs = []statement.Ref{{ID: id}}
	}
	var named []string
	wrong := false
	for _, field := range q.Fields {
		name, typed, _ := strings.Cut(field, "=")
		ok := strings.TrimSpace(name) == "readers" // as it is read
		for reader := range strings.SplitSeq(typed, ",") {
			if _, err := identity.ParseAuthor(strings.TrimSpace(reader)); ok {
				named, wrong = append(named, strings.TrimSpace(reader)), wrong || err != nil
			}
		}
	}
	project, readers := d.readersOf(c, func(string) (any, bool) { return named, named != nil }, 0)
	if project == "" || !wrong && !trade.Limited(readers, d.party) {
		return nil
	}
	return d.reads(readers, projectArea, as, q.Lang)
}

// admitDraft lets an officer take up a draft, and logs it where he may not.
func (d *Desk) admitDraft(ctx context.Context, k *KeptDraft, as identity.Author, lang string) error {
	k.Saying.Lang = cmp.Or(lang, k.Saying.Lang)
	err := d.draftFor(ctx, k, as)
	if err != nil {
		err = errors.Join(err, d.outbox.logAccess(ctx, AccessEntry{At: d.config.Clock(), Officer: as.String(), Answer: AccessDenied}))
	}
	return err
}

// readersOf finds the project that a statement belongs to, itself or through what it
// is about, such as its translation, and who may read that here; no project where it
// belongs to none.
func (d *Desk) readersOf(c statement.Claims, fields func(name string) (any, bool), depth int) (project string, readers []string) {
	project, readers = d.namedOf(c, fields, depth)
	return project, d.readersHere(readers)
}

// readersHere gives readers with those of the charter in the place of the ones of this
// party, where none of these is an officer whose key reads projects: a proposer
// chooses who of the other side reads, and never that nobody does.
func (d *Desk) readersHere(readers []string) []string {
	if !trade.Limited(readers, d.party) {
		return readers
	}
	for _, key := range d.work.Keys() {
		role, ok := d.Charter().Role(key.Author.Role)
		if key.Author.Party == d.party && ok && !role.Machine && key.Revoked == 0 && key.Sees(projectArea) && trade.Reads(readers, key.Author) {
			return readers
		}
	}
	agreed, err := trade.ReadersOf(nil, d.Charter().Trade().Readers, []string{d.party})
	if err != nil {
		return readers
	}
	others := slices.DeleteFunc(slices.Clone(readers), func(reader string) bool { return strings.HasPrefix(reader, d.party+"/") })
	return append(others, agreed...)
}

// lends reports whether what a statement refers to says who may read it: not what is
// urgent, nor what is of another area, which has readers of its own, or a reference
// would hide an alarm from a watch.
func lends(c statement.Claims) bool {
	switch c.Area {
	case "", projectArea:
		return true
	}
	return c.Area == mechanism.Service && c.Precedence != flash
}

func (d *Desk) namedOf(c statement.Claims, fields func(name string) (any, bool), depth int) (project string, readers []string) {
	record, ordered := d.work.Record(c.ID)
	var named []string
	if ordered && record.Facts != nil && record.Facts.Kind == matter.Project {
		if m, ok := d.work.Matter(record.Facts.Matter); ok {
			if s, ok := m.State.(*trade.State); ok {
				return m.ID, s.Readers
			}
		}
		if record.Facts.Move != nil {
			named = record.Facts.Move.All("readers")
		}
	} else if fields != nil {
		said, _ := fields("readers")
		named, _ = said.([]string)
	}
	const deepest, most = 3, 8
	for i, ref := range c.Refs {
		if i == most || depth == deepest || !lends(c) {
			break
		}
		if about, ok := d.work.Record(ref.ID); ok {
			if project, readers = d.namedOf(about.Claims, nil, depth+1); project != "" {
				return project, readers
			}
		}
	}
	if f, ok := d.Charter().Format(c.Format); ok && matter.Kind(f.Matter) == matter.Project {
		readers, err := trade.ReadersOf(named, d.Charter().Trade().Readers, append([]string{c.Author.Party, d.Charter().Supervisor().ID}, c.To...))
		if err != nil {
			readers, _ = trade.ReadersOf(nil, d.Charter().Trade().Readers, []string{d.party}) // the hub refuses it
		}
		return c.ID, readers
	}
	return "", nil
}

// ShowTo is [Desk.Show] for an officer: what a project's named readers alone may
// read is shown to nobody else, and each reading is logged.
func (d *Desk) ShowTo(ctx context.Context, ref, lang string, as identity.Author) (*Detail, error) {
	ctx = reading(ctx, as)
	detail, record, err := d.detail(ctx, ref, lang)
	if err != nil {
		return nil, err
	}
	if err := d.admitShown(ctx, detail, record, as, lang); err != nil {
		return nil, err
	}
	if record == nil {
		return detail, nil
	}
	return detail, d.displayed(ctx, record)
}

func (d *Desk) admitShown(ctx context.Context, detail *Detail, record *mechanism.Record, as identity.Author, lang string) error {
	c := statement.Claims{ID: detail.ID, Format: detail.Format, Area: detail.Area, To: detail.To}
	if record != nil {
		c = record.Claims
	} else {
		c.Author, _ = identity.ParseAuthor(detail.Author)
		for _, ref := range detail.Refs {
			c.Refs = append(c.Refs, statement.Ref{Relation: ref.Relation, ID: ref.ID})
		}
	}
	return d.admit(ctx, c, func(name string) (any, bool) {
		for _, f := range detail.Fields {
			if f.Name == name {
				return f.Value, true
			}
		}
		return nil, false
	}, as, lang)
}

// Accesses gives the newest entries of the desk's log of who asked for what of
// projects, newest first, to an officer whose key sees projects; and how many were
// denied in all.
func (d *Desk) Accesses(ctx context.Context, as identity.Author, limit int) (all []AccessEntry, denied int, err error) {
	if _, err := d.trader(ctx, as); err != nil {
		return nil, 0, err
	}
	return d.outbox.accesses(ctx, limit)
}

// trader gives the key of an officer of this desk that reads projects; of another, that
// he asked is logged.
func (d *Desk) trader(ctx context.Context, as identity.Author) (*mechanism.Key, error) {
	key, err := d.officerKey(as)
	if err == nil && !endorsedFor(key, projectArea) {
		return nil, d.denied(ctx, as, "the area "+projectArea, "", "", rule.Refuse(mechanism.WrongArea, "ask an officer of that area", "the key of %s does not read the area %s", as, projectArea))
	}
	return key, err
}

// projectArea is the area of the formats of projects.
const projectArea = "commercial"

func (o *outbox) logAccess(ctx context.Context, e AccessEntry) error {
	_, err := o.db.ExecContext(ctx, "INSERT INTO access (at, project, statement, officer, answer) VALUES (?, ?, ?, ?, ?)", e.At.UnixMilli(), e.Project, e.Statement, e.Officer, e.Answer)
	if err != nil {
		return fmt.Errorf("log the access to statement %s: %w", e.Statement, err)
	}
	return nil
}

func (o *outbox) accesses(ctx context.Context, limit int) (all []AccessEntry, denied int, err error) {
	if err := o.db.QueryRowContext(ctx, "SELECT count(*) FROM access WHERE answer = 'denied'").Scan(&denied); err != nil {
		return nil, 0, fmt.Errorf("read accesses: %w", err)
	}
	rows, err := o.db.QueryContext(ctx, "SELECT at, project, statement, officer, answer FROM access ORDER BY seq DESC LIMIT ?", limit)
	if err != nil {
		return nil, 0, fmt.Errorf("read accesses: %w", err)
	}
	defer rows.Close()
	all = []AccessEntry{}
	for rows.Next() {
		var e AccessEntry
		var at int64
		if err := rows.Scan(&at, &e.Project, &e.Statement, &e.Officer, &e.Answer); err != nil {
			return nil, 0, fmt.Errorf("read accesses: %w", err)
		}
		e.At = time.UnixMilli(at).UTC()
		all = append(all, e)
	}
	return all, denied, rows.Err()
}

// questions counts the answers about works windows since a time.
func (o *outbox) questions(ctx context.Context, since time.Time) (n int, err error) {
	err = o.db.QueryRowContext(ctx, "SELECT count(*) FROM access WHERE answer IN ('free', 'not-free') AND at >= ?", since.UnixMilli()).Scan(&n)
	return n, err
}
