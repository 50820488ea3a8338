// Package identity knows who speaks in a mechanism: authors, their Ed25519
// keys, the request by which a key is enrolled, and the token by which a desk
// proves to a hub who calls.
//
// It checks form and signatures. Whether a key was endorsed for an author, and
// whether that author may do something, is in the ledger and the charter.
package identity

import (
	"fmt"
	"strings"
)

// An Author is one officer, or one machine, of one party.
type Author struct{ Party, Role, Officer string }

// ParseAuthor reads the form "party/role/officer", each part as [CheckID] has
// it. It is the inverse of [Author.String].
func ParseAuthor(s string) (Author, error) {
	party, rest, _ := strings.Cut(s, "/")
	role, officer, ok := strings.Cut(rest, "/")
	if !ok {
		return Author{}, fmt.Errorf("author %q: want party/role/officer, such as israel/watch/amal", s)
	}
	a := Author{party, role, officer}
	if err := a.Check(); err != nil {
		return Author{}, fmt.Errorf("author %q: %w", s, err)
	}
	return a, nil
}

// Check reports whether each part is as [CheckID] has it.
func (a Author) Check() error {
	if err := CheckID(a.Party); err != nil {
		return fmt.Errorf("party: %w", err)
	}
	if err := CheckID(a.Role); err != nil {
		return fmt.Errorf("role: %w", err)
	}
	if err := CheckID(a.Officer); err != nil {
		return fmt.Errorf("officer: %w", err)
	}
	return nil
}

// String is the form "party/role/officer".
func (a Author) String() string { return a.Party + "/" + a.Role + "/" + a.Officer }

// maxID is the most characters of an identifier.
const maxID = 32

// CheckID reports whether s can name a mechanism, a party, a role, an officer
// or an area: 1 to 32 of a-z, 0-9 and "-", beginning with a letter or a digit.
func CheckID(s string) error {
	ok := 0 < len(s) && len(s) <= maxID && s[0] != '-'
	for i := 0; ok && i < len(s); i++ {
		c := s[i]
		ok = 'a' <= c && c <= 'z' || '0' <= c && c <= '9' || c == '-'
	}
	if !ok {
		return fmt.Errorf("%q is not an identifier: want 1 to %d of a-z, 0-9 and \"-\", not beginning with \"-\"", s, maxID)
	}
	return nil
}
