package desk

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"parley/format"
	"parley/identity"
	"parley/matter"
	"parley/mechanism"
	"parley/rule"
	"parley/sealed"
	"parley/statement"
)

// Rules of sealed exchanges on the desk, as refusals name them.
const (
	BadText     = "exchange.text"
	NoSecret    = "exchange.no-secret"
	ManySecrets = "exchange.many-secrets"
	Mismatched  = "exchange.mismatched"
)

// maxSecrets bounds the texts that a desk keeps for sealed exchanges.
const maxSecrets = 2000

// A secret is what this party seals in one exchange. It stays on this desk until
// both sides are opened.
type secret struct {
	commitment string // of its deposit
	exchange   string // its name
	text       sealed.Text
	identity   string // of the key deposited
}

// A Deposit is what an officer seals.
type Deposit struct {
	By       identity.Author
	Exchange string   // its name, as both sides have agreed; empty: that of the statement it is about
	Text     string   // exactly as it will be opened
	Deadline string   // until when deposits are taken, with its zone; empty: that of the other side's deposit
	OpenRule string   // "both-in", "deadline" or "signal"; empty: that of the other side's deposit
	About    string   // a statement of the exchange; empty: the one of that name, or a new one
	To       []string // the other side; empty: the only one there is
	Lang     string   // of refusals that concern what was typed
}

// Deposit seals a text. It goes out as a commitment alone: the text, and what opens
// the other side's, are durable here before anything is signed, and in no answer of
// the desk until both sides are opened. Two officers sign a deposit where the
// charter says so, see [Desk.Second].
func (d *Desk) Deposit(ctx context.Context, q Deposit) (id string, err error) {
	text := sealed.Text{Text: q.Text}
	if err := text.Check(); err != nil {
		return "", rule.Refuse(BadText, "write the text in UTF-8, at most "+fmt.Sprint(sealed.MaxText)+" bytes", "it cannot be sealed: %s", err)
	}
	if _, err := io.ReadFull(d.config.Rand, text.Salt[:]); err != nil {
		return "", fmt.Errorf("make salt: %w", err)
	}
	d.awaitSynced(ctx)
	d.refresh(ctx) // the other side may have deposited meanwhile
	f, ok := d.Charter().Newest(sealed.Format)
	if !ok {
		return "", rule.Refuse(NoFormat, "`parley charter show` lists those in force", "format %s is not in force", sealed.Format)
	}
	if err := d.joins(ctx, &q); err != nil {
		return "", err
	}
	named, err := f.Parse(d.Charter().Setting(d.party), []string{"exchange=" + q.Exchange})
	if err != nil {
		return "", fieldRefusal(err, q.Lang)
	}
	name, _ := named["exchange"].(string)
	own, key, err := sealed.NewIdentity()
	if err != nil {
		return "", err
	}
	s := secret{commitment: text.Commit(sealed.Context{Mechanism: d.Charter().Mechanism, Exchange: name, Party: d.party}), exchange: name, text: text, identity: own}
	kept := context.WithoutCancel(ctx)
	if err := d.outbox.keepSecret(kept, s, d.config.Clock()); err != nil {
		return "", err
	}
	fields := []string{"kind=" + sealed.Deposit, "exchange=" + name, "commitment=" + s.commitment, "key=" + key}
	for _, field := range []struct{ name, value string }{{"deadline", q.Deadline}, {"open-rule", q.OpenRule}} {
		if field.value != "" {
			fields = append(fields, field.name+"="+field.value)
		}
	}
	id, err = d.Say(ctx, Saying{By: q.By, Format: sealed.Format, To: q.To, Fields: fields, About: q.About, Lang: q.Lang})
	if err == nil {
		d.deposited.raise()
		return id, nil
	}
	if _, draft := errors.AsType[*Kept](err); refused(err) && !draft { // nobody has the commitment
		err = errors.Join(err, d.outbox.dropSecret(kept, s.commitment))
	}
	return "", err
}

// joins completes a deposit by the other side's, where that is there.
func (d *Desk) joins(ctx context.Context, q *Deposit) error {
	var x *sealed.State
	if q.About == "" {
		m, ok := d.work.MatterNamed(matter.Exchange, q.Exchange, d.party)
		if ok {
			x, _ = m.State.(*sealed.State)
		}
		if x == nil || x.End != "" || x.Other(d.party) == "" {
			return nil // a new one; the rules say if the name is taken
		}
	} else {
		m, err := d.exchange(ctx, q.About)
		if err != nil {
			return err
		}
		x = m.State.(*sealed.State) //nolint:forcetypeassert // exchange has looked
	}
	q.About = x.ID
	for _, field := range []struct {
		value *string
		first string
	}{{&q.Exchange, x.Exchange}, {&q.Deadline, format.WriteInstant(x.Deadline)}, {&q.OpenRule, x.Rule}} {
		if *field.value == "" {
			*field.value = field.first
		}
	}
	return nil
}

// exchange finds the exchange that ref names: by its name, or a statement of it.
func (d *Desk) exchange(ctx context.Context, ref string) (*mechanism.Matter, error) {
	sees, err := d.eyes(ctx)
	if err != nil {
		return nil, err
	}
	m, ok := d.work.MatterNamed(matter.Exchange, ref, d.party)
	if ok && !sees(m.Area) {
		if err := d.hidden(ctx, "read", ref); err != nil {
			return nil, err
		}
		ok, ref = false, "doc:"+ref
	}
	if !ok && !strings.HasPrefix(ref, "doc:") {
		id, err := d.Find(ctx, ref)
		if err != nil {
			return nil, err
		}
		if record, known := d.work.Record(id); known && record.Facts != nil && record.Facts.Kind == matter.Exchange {
			m, ok = d.work.Matter(record.Facts.Matter)
		}
	}
	if ok {
		if _, ok = m.State.(*sealed.State); ok {
			return m, nil
		}
	}
	return nil, rule.Refuse(NotFound, "`parley exchange ls` lists them", "%q names no sealed exchange that has begun", ref)
}

// holdsSecret refuses a deposit of this party's whose text this desk does not hold:
// nothing could ever open it.
func (d *Desk) holdsSecret(ctx context.Context, s *statement.Statement) error {
	value := func(name string) string {
		v, _ := s.Field(name)
		text, _ := v.(string)
		return text
	}
	c := s.Claims()
	if f, ok := d.Charter().Format(c.Format); !ok || f.ID != sealed.Format || value("kind") != sealed.Deposit {
		return nil
	}
	own, err := d.outbox.secret(ctx, value("commitment"))
	if err != nil {
		return err
	}
	if own != nil {
		key, err := sealed.Recipient(own.identity)
		if err == nil && key == value("key") && own.commitment == own.text.Commit(sealed.Context{Mechanism: c.Mechanism, Exchange: value("exchange"), Party: d.party}) {
			return nil
		}
	}
	return rule.Refuse(NoSecret, "make the deposit anew with `parley exchange deposit`", "this desk holds no text and key that this deposit of exchange %s commits to", value("exchange"))
}

// SameText reports whether text is what a deposit of this party's, on its way or
// made, commits to. It is for the second officer, who has the text from the first.
func (d *Desk) SameText(ctx context.Context, ref, text string) (bool, error) {
	id, err := d.Find(ctx, ref)
	if err != nil {
		return false, err
	}
	source, _, err := d.source(ctx, id)
	if err != nil {
		return false, err
	}
	s, err := source.Statement()
	if err != nil {
		return false, err
	}
	value, _ := s.Field("commitment")
	commitment, _ := value.(string)
	own, err := d.outbox.secret(ctx, commitment)
	if err != nil {
		return false, err
	}
	if own == nil || s.Claims().Author.Party != d.party {
		return false, rule.Refuse(NoSecret, "name a deposit of this desk's", "statement %s is no deposit whose text this desk holds", id)
	}
	return own.text.Text == text, nil
}

// keepSecret makes a secret durable.
func (o *outbox) keepSecret(ctx context.Context, s secret, now time.Time) error {
	return o.transact(ctx, func(tx *sql.Tx) error {
		var n int
		if err := tx.QueryRowContext(ctx, "SELECT count(*) FROM sealed").Scan(&n); err != nil {
			return err
		}
		if n >= maxSecrets {
			return rule.Refuse(ManySecrets, "begin another data folder for the desk, and keep this one", "this desk keeps %d sealed texts, and takes no more", n)
		}
		_, err := tx.ExecContext(ctx, "INSERT INTO sealed (commitment, made, exchange, salt, text, identity) VALUES (?, ?, ?, ?, ?, ?)",
			s.commitment, now.UnixMilli(), s.exchange, s.text.Salt[:], s.text.Text, s.identity)
		return err
	})
}

func (o *outbox) dropSecret(ctx context.Context, commitment string) error {
	_, err := o.db.ExecContext(ctx, "DELETE FROM sealed WHERE commitment = ?", commitment)
	return err
}

// secret gives the one of a commitment; nil where this desk has none.
func (o *outbox) secret(ctx context.Context, commitment string) (*secret, error) {
	all, err := o.secrets(ctx, "commitment = ?", commitment)
	if err != nil || len(all) == 0 {
		return nil, err
	}
	return &all[0], nil
}

// unsettled gives the secrets of exchanges that go on, or of none yet.
func (o *outbox) unsettled(ctx context.Context) ([]secret, error) {
	return o.secrets(ctx, "settled = 0 ORDER BY made")
}

// cheated gives the secrets of exchanges in which the other side has opened another
// text than it had deposited.
func (o *outbox) cheated(ctx context.Context) ([]secret, error) {
	return o.secrets(ctx, "settled = 2 ORDER BY made")
}

func (o *outbox) secrets(ctx context.Context, where string, args ...any) ([]secret, error) {
	rows, err := o.db.QueryContext(ctx, "SELECT commitment, exchange, salt, text, identity FROM sealed WHERE "+where, args...)
	if err != nil {
		return nil, fmt.Errorf("read sealed texts: %w", err)
	}
	defer rows.Close()
	var all []secret
	for rows.Next() {
		var s secret
		var salt sql.RawBytes
		if err := rows.Scan(&s.commitment, &s.exchange, &salt, &s.text.Text, &s.identity); err != nil {
			return nil, fmt.Errorf("read sealed texts: %w", err)
		}
		copy(s.text.Salt[:], salt)
		all = append(all, s)
	}
	return all, rows.Err()
}

// settle says that nothing more is to be done with a secret, and keeps the contest
// that it may lead to, both or neither.
func (o *outbox) settle(ctx context.Context, commitment string, contest *Saying, why Problem, now time.Time) error {
	return o.transact(ctx, func(tx *sql.Tx) error {
		settled := 1
		if contest != nil {
			settled = 2
		}
		r, err := tx.ExecContext(ctx, "UPDATE sealed SET settled = ? WHERE commitment = ? AND settled = 0", settled, commitment)
		if err != nil || contest == nil {
			return err
		}
		if n, err := r.RowsAffected(); err != nil || n == 0 {
			return err
		}
		_, err = writeDraft(ctx, tx, *contest, why, now)
		return err
	})
}
