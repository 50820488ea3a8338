package desk

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"net/http"

	"parley/base64url"
	"parley/identity"
	"parley/mechanism"
	"parley/rule"
)

// Rules of who reads what at a desk.
const (
	OtherOfficer = "desk.other-officer" // the token is another officer's
	WholeDesk    = "desk.whole"         // what concerns all areas at once is for the desk's own token
	OtherArea    = "desk.other-area"    // logged, and never said: to the officer it does not exist
)

type readerKey struct{}

// A reader is who asks. The zero reader is the desk itself, which has all that its
// own key reads.
type reader struct {
	officer identity.Author
	bound   bool  // by a token that is that officer's alone
	desk    *Desk // of a bound one: where what is denied to him is logged
}

// reading says in whose name the desk is asked from here on. The zero Author leaves it
// as it is.
func reading(ctx context.Context, as identity.Author) context.Context {
	if as == (identity.Author{}) || readerOf(ctx).bound {
		return ctx
	}
	return context.WithValue(ctx, readerKey{}, reader{officer: as})
}

func readerOf(ctx context.Context) reader {
	r, _ := ctx.Value(readerKey{}).(reader)
	return r
}

// eyes are what whoever asks may read: of an officer the areas that his key is endorsed
// for, while it is in force.
func (d *Desk) eyes(ctx context.Context) (func(area string) bool, error) {
	return d.seenBy(readerOf(ctx).officer)
}

// seesAll reports whether whoever asks may read every area that the charter has.
func (d *Desk) seesAll(ctx context.Context) (bool, error) {
	sees, err := d.eyes(ctx)
	if err != nil {
		return false, err
	}
	for _, a := range d.Charter().Areas {
		if !sees(a.ID) {
			return false, nil
		}
	}
	return true, nil
}

// hidden logs that whoever asks was shown nothing of what is there.
func (d *Desk) hidden(ctx context.Context, asked, statement string) error {
	err := d.denied(ctx, readerOf(ctx).officer, asked, statement, "", &rule.Refusal{Rule: OtherArea})
	var refusal *rule.Refusal
	if errors.As(err, &refusal) {
		return nil
	}
	return err
}

// wholeDesk refuses an officer what is of all areas at once.
func (d *Desk) wholeDesk(ctx context.Context, asked string) error {
	if r := readerOf(ctx); r.officer != (identity.Author{}) {
		return d.denied(ctx, r.officer, asked, "", "", rule.Refuse(WholeDesk, "ask whoever runs the desk", "it is of every area at once, and for the desk's own token alone"))
	}
	return nil
}

// A TokenRequest is the body of POST /v1/tokens.
type TokenRequest struct {
	As     string `json:"as"`     // party/role/officer whose token it is
	Revoke bool   `json:"revoke"` // make none, and end those that there are
}

// An officer's token is kept as its hash: whoever reads the table cannot use it.
func tokenHash(token string) []byte {
	sum := sha256.Sum256([]byte("parley officer token v1\n" + token))
	return sum[:]
}

// OfficerAccess makes an access to the API that is one officer's alone: with it he is
// whoever he is, in every call, and reads what his key reads. It replaces those that he
// had; revoke ends them, and makes none.
func (d *Desk) OfficerAccess(ctx context.Context, as identity.Author, revoke bool) (Access, error) {
	if _, err := d.officerKey(as); err != nil && !revoke {
		return Access{}, err
	}
	var secret [32]byte
	if _, err := io.ReadFull(d.config.Rand, secret[:]); err != nil {
		return Access{}, fmt.Errorf("make a token: %w", err)
	}
	a := Access{URL: d.URL(), Token: base64url.Encode(secret[:]), Exercise: d.Charter().Exercise}
	err := d.outbox.transact(ctx, func(tx *sql.Tx) error {
		if _, err := tx.ExecContext(ctx, "DELETE FROM officer_token WHERE officer = ?", as.String()); err != nil || revoke {
			return err
		}
		_, err := tx.ExecContext(ctx, "INSERT INTO officer_token (hash, officer, made) VALUES (?, ?, ?)", tokenHash(a.Token), as.String(), d.config.Clock().UnixMilli())
		return err
	})
	if err != nil || revoke {
		return Access{}, err
	}
	return a, nil
}

// officerOf finds whose token it is; not ok where it is nobody's.
func (d *Desk) officerOf(ctx context.Context, token string) (as identity.Author, ok bool) {
	var name string
	if err := d.outbox.db.QueryRowContext(ctx, "SELECT officer FROM officer_token WHERE hash = ?", tokenHash(token)).Scan(&name); err != nil {
		return as, false
	}
	as, err := identity.ParseAuthor(name)
	return as, err == nil
}

// inName finds in whose name a request is: that of its token, or, with the desk's own,
// of whom it names in its query.
func (d *Desk) inName(r *http.Request, bound identity.Author) (*http.Request, error) {
	name := r.URL.Query().Get("as")
	as := bound
	if name != "" {
		var err error
		if as, err = identity.ParseAuthor(name); err != nil {
			return r, rule.Refuse(BadRequest, "write party/role/officer", "%s", err)
		}
	}
	switch {
	case bound == (identity.Author{}):
		return r.WithContext(reading(r.Context(), as)), nil
	case as != bound:
		return r, d.denied(r.Context(), bound, r.Pattern, "", "", otherOfficer(bound, as))
	}
	return r.WithContext(context.WithValue(r.Context(), readerKey{}, reader{bound, true, d})), nil
}

func otherOfficer(bound, as identity.Author) error {
	return rule.Refuse(OtherOfficer, "leave -as out, or use the token of that officer", "the token is that of %s, who cannot ask as %s", bound, as)
}

func (d *Desk) apiToken(r *http.Request) (any, error) {
	var q TokenRequest
	if err := d.wholeDesk(r.Context(), "POST /v1/tokens"); err != nil { // before its body says in whose name
		return nil, err
	}
	as, err := read(r, &q, func() string { return q.As })
	if err != nil {
		return nil, err
	}
	return d.OfficerAccess(r.Context(), as, q.Revoke)
}

// endorsedFor reports whether a key in force may read an area.
func endorsedFor(key *mechanism.Key, area string) bool { return key.Revoked == 0 && key.Sees(area) }
