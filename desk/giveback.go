package desk

import (
	"context"
	"database/sql"
	"encoding/json"
	"strings"

	"parley/client"
	"parley/format"
	"parley/identity"
	"parley/ledger"
	"parley/mechanism"
	"parley/rule"
	"parley/statement"
)

// giveBack ends the wait for a second officer: what was written becomes a draft of
// its author's, with why as its problem. It gives why, as [Kept].
func (d *Desk) giveBack(ctx context.Context, id string, why error) error {
	d.signing.Lock()
	defer d.signing.Unlock()
	w, err := d.outbox.waitingOne(ctx, id)
	if err != nil {
		return err
	}
	if w == nil {
		return rule.Refuse(NotWaiting, "`parley ls` shows what became of it", "statement %s does not wait for a second officer", id)
	}
	saying := d.saying(w.statement)
	ctx = context.WithoutCancel(ctx)
	var number int64
	err = d.outbox.transact(ctx, func(tx *sql.Tx) error {
		if _, err := tx.ExecContext(ctx, "DELETE FROM waiting WHERE id = ?", id); err != nil {
			return err
		}
		number, err = writeDraft(ctx, tx, saying, problemOf(why), d.config.Clock())
		return err
	})
	if err != nil {
		return err
	}
	return &Kept{number, why}
}

// saying gives a statement as its author would write it again: for a draft. A
// verb stands for its format where it has one.
func (d *Desk) saying(s *statement.Statement) Saying {
	c := s.Claims()
	q := Saying{By: c.Author, Format: c.Format, Precedence: c.Precedence, To: c.To, Fields: []string{}}
	if !c.Late.IsZero() {
		q.Late, q.Route = format.WriteInstant(c.Late.At), c.Late.Route
	}
	if len(c.Refs) > 0 {
		q.About = c.Refs[0].ID
		id, _, _ := strings.Cut(c.Format, "/")
		for _, name := range Verbs() {
			if v := verbs[name]; v.format == id && (v.relation == "" || v.relation == c.Refs[0].Relation) {
				q.Verb, q.Format = name, ""
			}
		}
	}
	f, ok := d.whole(s)
	if !ok {
		return q
	}
	for i := range f.Fields {
		field := &f.Fields[i]
		if _, filled := verbs[q.Verb].fields[field.Name]; filled || q.Verb != "" && field.Name == format.ContentField {
			continue // which the verb fills in
		}
		if value, said := s.Field(field.Name); said {
			q.Fields = append(q.Fields, field.Name+"="+strings.Join(field.Typed(value), "\n\n"))
		}
	}
	for _, contest := range d.Charter().Setting(d.party).Contests(f, s) { // the officer chose them once
		q.Keep = append(q.Keep, contest.Term.ID)
	}
	return q
}

// revokes reports whether a block revokes a key.
func (d *Desk) revokes(b *ledger.Block) bool {
	for i := range b.Entries {
		if r, ok := d.work.RecordAt(b.First + uint64(i)); ok && strings.HasPrefix(r.Claims.Format, "key.revoke/") {
			return true
		}
	}
	return false
}

// barRevoked takes back at once what was signed with keys that the replica knows
// revoked, by an author or a second officer: what is queued is refused, what
// waits waits no longer, and both become drafts. What the hub had ordered before
// the revocation stands, and its receipt is still asked for.
func (d *Desk) barRevoked(ctx context.Context) error {
	barred, waiting, err := d.barQueued(ctx)
	if err != nil {
		return err
	}
	for _, w := range waiting {
		why := d.bar(w.statement)
		if why == nil {
			continue
		}
		if err := d.giveBack(ctx, w.claims().ID, why); !refused(err) {
			return err
		}
	}
	for _, author := range barred { // what another key of theirs has signed after it
		if _, err := d.resign(ctx, author); err != nil && !refused(err) {
			return err
		}
	}
	return nil
}

// barQueued refuses what is queued and barred, and gives its authors, and what
// waits for a second officer. Nothing is signed meanwhile: whoever signs next
// knows of the revocation.
func (d *Desk) barQueued(ctx context.Context) ([]identity.Author, []*waiter, error) {
	d.signing.Lock()
	defer d.signing.Unlock()
	rows, err := d.outbox.rows(ctx, "WHERE state = 'queued' ORDER BY seq")
	if err != nil {
		return nil, nil, err
	}
	var barred []identity.Author
	for _, r := range rows {
		why := d.bar(r.statement)
		if _, ordered := d.work.IndexOf(r.statement.Hash()); why == nil || ordered {
			continue
		}
		if err := d.refuse(ctx, r, problemTo(why)); err != nil {
			return nil, nil, err
		}
		d.log.Warn("a statement of a revoked key was not sent", "id", r.id, "author", r.author)
		barred = append(barred, r.statement.Claims().Author)
	}
	waiting, err := d.outbox.waiting(ctx)
	return barred, waiting, err
}

// bar says which revoked key a statement is signed with; nil for none.
func (d *Desk) bar(s *statement.Statement) error {
	for _, kid := range []string{s.KID(), s.SecondKID()} {
		if key, ok := d.work.Key(kid); ok && key.Revoked != 0 {
			ruleID := mechanism.RevokedKey
			if kid != s.KID() {
				ruleID = mechanism.SecondRevoked
			}
			return rule.Refuse(ruleID, "sign with a key that is in force", "key %s of %s was revoked at entry %d", kid, key.Author, key.Revoked)
		}
	}
	return nil
}

// problemTo gives a refusal of the desk's own as the hub would have given it.
func problemTo(err error) *client.Problem {
	p := problemOf(err)
	return &client.Problem{Status: p.Status, Detail: p.Detail, Rule: p.Rule, Remedy: p.Remedy}
}

// refuse settles a queued statement as refused; one that was settled or signed anew
// meanwhile is left as it is. What a revoked key has signed is
// kept as a draft besides: somebody else may have to say it.
func (d *Desk) refuse(ctx context.Context, r *row, p *client.Problem) error {
	text, err := json.Marshal(p)
	if err != nil {
		return err
	}
	role, _ := d.Charter().Role(r.statement.Claims().Author.Role)
	keep := (p.Rule == mechanism.RevokedKey || p.Rule == mechanism.SecondRevoked) && !role.Machine
	ctx = context.WithoutCancel(ctx)
	err = d.outbox.transact(ctx, func(tx *sql.Tx) error {
		result, err := tx.ExecContext(ctx, "UPDATE statement SET state = 'refused', problem = ? WHERE seq = ? AND state = 'queued' AND bytes = ?", text, r.seq, r.bytes)
		if err != nil {
			return err
		}
		if n, err := result.RowsAffected(); err != nil || n == 0 || !keep {
			return err // settled before, or nothing to keep
		}
		_, err = writeDraft(ctx, tx, d.saying(r.statement), problemOf(p.Err()), d.config.Clock())
		return err
	})
	if err == nil {
		d.sent.raise()
		d.redo()
	}
	return err
}
