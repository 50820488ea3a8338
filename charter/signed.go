package charter

import (
	"context"
	"crypto/ed25519"
	"errors"
	"fmt"
	"slices"
	"strings"

	"golang.org/x/mod/sumdb/note"

	"parley/identity"
)

// maxNote bounds a signed charter: the text and sixty signatures or so.
const maxNote = maxText + 16<<10

// A Signed is a charter that makes sense and that every root key has signed.
type Signed struct {
	*Charter
	Note []byte // text, blank line, signatures, as received
}

// An UnsignedError says whose signature a charter lacks.
type UnsignedError struct {
	Mechanism string
	Parties   []string // in the charter's order
}

func (e *UnsignedError) Error() string {
	return fmt.Sprintf("charter of %s: not signed by %s; each party signs with 'parley charter sign'", e.Mechanism, strings.Join(e.Parties, ", "))
}

// Split parts a signed note into the charter's text and the lines of
// signatures. A bare text has no signatures. It verifies nothing.
func Split(n []byte) (text, signatures []byte) {
	// A charter's text has no blank line, so the first one ends it.
	if i := strings.Index(string(n), "\n\n"); i >= 0 {
		return n[:i+1], n[i+2:]
	}
	return n, nil
}

// Open reads a signed charter and checks its sense and the signatures of all
// root keys. The error is an *UnsignedError where only signatures are missing,
// and wraps [Problems] where the charter does not make sense. Signatures of
// other keys are ignored, as c2sp.org/signed-note demands.
func Open(n []byte) (*Signed, error) {
	if len(n) > maxNote {
		return nil, fmt.Errorf("open charter: %d bytes; at most %d are accepted", len(n), maxNote)
	}
	text, signatures := Split(n)
	c, err := Parse(text)
	if err != nil {
		return nil, err
	}
	if err := c.Check(); err != nil {
		return nil, err
	}
	var missing []string
	for _, p := range c.Parties {
		signed, err := signedBy(text, signatures, p)
		if err != nil {
			return nil, fmt.Errorf("open charter of %s: %w", c.Mechanism, err)
		}
		if len(signed) < len(p.Roots) {
			missing = append(missing, p.ID)
		}
	}
	if len(missing) > 0 {
		return nil, &UnsignedError{c.Mechanism, missing}
	}
	return &Signed{c, slices.Clone(n)}, nil
}

// SignedBy lists the parties of the charter of which every root has signed the
// note. The note's text must parse; nothing else is checked.
func SignedBy(n []byte) ([]string, error) {
	text, signatures := Split(n)
	c, err := Parse(text)
	if err != nil {
		return nil, err
	}
	var parties []string
	for _, p := range c.Parties {
		signed, err := signedBy(text, signatures, p)
		if err != nil {
			return nil, fmt.Errorf("open charter of %s: %w", c.Mechanism, err)
		}
		if len(signed) > 0 && len(signed) == len(p.Roots) {
			parties = append(parties, p.ID)
		}
	}
	return parties, nil
}

// signedBy gives the roots of p that have signed. A signature under a root's
// name that is not one over the text is an error.
func signedBy(text, signatures []byte, p Party) ([]string, error) {
	if len(signatures) == 0 {
		return nil, nil
	}
	var verifiers []note.Verifier
	byHash := map[uint32]string{}
	for _, root := range p.Roots {
		key, err := identity.ParseKey(root)
		if err != nil {
			return nil, fmt.Errorf("root of %s: %w", p.ID, err)
		}
		v, err := noteVerifier(p.ID, key)
		if err != nil {
			return nil, err
		}
		verifiers, byHash[v.KeyHash()] = append(verifiers, v), root
	}
	whole := slices.Concat(text, []byte("\n"), signatures)
	n, err := note.Open(whole, note.VerifierList(verifiers...))
	var none *note.UnverifiedNoteError
	var bad *note.InvalidSignatureError
	switch {
	case errors.As(err, &none):
		return nil, nil
	case errors.As(err, &bad):
		return nil, fmt.Errorf("the signature of %s does not fit this text; the charter was changed after it was signed", bad.Name)
	case err != nil:
		return nil, fmt.Errorf("its signature lines are damaged: %w", err)
	}
	var roots []string
	for _, s := range n.Sigs {
		roots = append(roots, byHash[s.Hash])
	}
	return roots, nil
}

func noteVerifier(name string, key ed25519.PublicKey) (note.Verifier, error) {
	vkey, err := note.NewEd25519VerifierKey(name, key)
	if err != nil {
		return nil, err
	}
	return note.NewVerifier(vkey)
}

// Sign adds party's signature to a charter, bare or signed in part, and returns
// the note. It signs only what makes sense and names the party. In edition 1 the
// key must be one of the party's roots; in a later one it may also be a root of
// the edition before, which is how a root is replaced.
func Sign(ctx context.Context, n []byte, party string, key identity.Signer) ([]byte, error) {
	text, signatures := Split(n)
	c, err := Parse(text)
	if err != nil {
		return nil, err
	}
	if err := c.Check(); err != nil {
		return nil, err
	}
	p, ok := c.Party(party)
	if !ok {
		return nil, fmt.Errorf("sign charter of %s: %q is not one of its parties; they are %s", c.Mechanism, party, strings.Join(partyIDs(c), ", "))
	}
	public := identity.EncodeKey(key.Public())
	if c.Edition == 1 && !slices.Contains(p.Roots, public) {
		return nil, fmt.Errorf("sign charter of %s: key %s is not a root of %s; its roots are %s", c.Mechanism, public, party, strings.Join(p.Roots, ", "))
	}
	v, err := noteVerifier(party, key.Public())
	if err != nil {
		return nil, fmt.Errorf("sign charter of %s: %w", c.Mechanism, err)
	}
	open := &note.Note{Text: string(text)}
	if len(signatures) > 0 {
		if _, err := SignedBy(n); err != nil {
			return nil, err
		}
		_, err := note.Open(n, note.VerifierList())
		var all *note.UnverifiedNoteError
		if !errors.As(err, &all) || all.Note.Text != string(text) {
			return nil, fmt.Errorf("sign charter of %s: its signature lines are damaged: %w", c.Mechanism, err)
		}
		open = all.Note
	}
	signed, err := note.Sign(open, signer{ctx, v, key})
	if err != nil {
		return nil, fmt.Errorf("sign charter of %s for %s: %w", c.Mechanism, party, err)
	}
	return signed, nil
}

// A signer fits an identity.Signer into a note for the length of one call.
type signer struct {
	ctx context.Context
	note.Verifier
	key identity.Signer
}

func (s signer) Sign(text []byte) ([]byte, error) {
	sig, err := s.key.Sign(s.ctx, text)
	if err == nil && !s.Verify(text, sig) {
		return nil, errors.New("the key gave a signature that is not its own")
	}
	return sig, err
}

// Succeeds reports whether s may follow prev: the next edition of the same
// mechanism, on the same ledger, signed by a root that each of prev's parties
// had in prev. The signatures of its own roots, [Open] has checked.
func (s *Signed) Succeeds(prev *Charter) error {
	doing := fmt.Sprintf("follow edition %d of the charter of %s", prev.Edition, prev.Mechanism)
	switch previous := EncodeHash(prev.Hash()); {
	case s.Mechanism != prev.Mechanism:
		return fmt.Errorf("%s: this is the charter of %q", doing, s.Mechanism)
	case s.Edition != prev.Edition+1:
		return fmt.Errorf("%s: this is edition %d, the next is %d", doing, s.Edition, prev.Edition+1)
	case s.Previous != previous:
		return fmt.Errorf("%s: this edition follows %s, not %s", doing, s.Previous, previous)
	case s.Exercise != prev.Exercise:
		return fmt.Errorf("%s: exercise changes from %t to %t; start a mechanism of its own instead", doing, prev.Exercise, s.Exercise)
	case s.Hub.Origin != prev.Hub.Origin:
		return fmt.Errorf("%s: the log's name changes from %s to %s; a ledger keeps its name, its key may change", doing, prev.Hub.Origin, s.Hub.Origin)
	}
	text, signatures := Split(s.Note)
	var missing []string
	for _, p := range prev.Parties {
		signed, err := signedBy(text, signatures, p)
		if err != nil {
			return fmt.Errorf("%s: %w", doing, err)
		}
		if len(signed) == 0 {
			missing = append(missing, p.ID)
		}
	}
	if len(missing) > 0 {
		return fmt.Errorf("%s: not signed by a root that %s had in it", doing, strings.Join(missing, ", "))
	}
	return nil
}

func partyIDs(c *Charter) []string {
	ids := make([]string, len(c.Parties))
	for i, p := range c.Parties {
		ids[i] = p.ID
	}
	return ids
}
