package statement

import (
	"context"
	"crypto/ed25519"
	"crypto/sha256"
	"errors"
	"fmt"
	"slices"
	"strings"

	"parley/base64url"
	"parley/identity"
)

// The claim second is a second officer's signature over what the statement says:
// a JWS in compact form with detached content (RFC 7515 appendix F),
//
//	second = b64u(header) ".." b64u(signature)
//	header = {"alg":"EdDSA","kid":"<thumbprint>","typ":"second.v1+jws"}
//
// whose content is the statement's own payload without prev, second, seen, serial
// and time. So the author may sign it anew at another place among the author's
// own, and nobody can put it under another text, another identifier or another
// author's name. The digests are in it and the fields are not: it verifies
// whatever is withheld.
const secondEnd = `","typ":"second.v1+jws"}`

// appendContent appends what a second officer signs.
func appendContent(dst []byte, c Claims, digests [][32]byte) []byte {
	dst = appendBegin(dst, c, digests)
	dst = appendRefs(dst, c.Refs)
	return appendTo(dst, c.To)
}

// A second is the claim as read.
type second struct {
	kid       string
	header    string // encoded
	signature []byte
}

// readSecond reads the one text of a claim second. It checks form alone.
func readSecond(text string) (second, error) {
	parts := strings.Split(text, ".")
	if len(parts) != 3 || parts[1] != "" {
		return second{}, errors.New("want header..signature, with the content left out")
	}
	header, err := base64url.Decode(parts[0])
	if err != nil {
		return second{}, fmt.Errorf("header: %w", err)
	}
	kid, start := strings.CutPrefix(string(header), headerStart)
	kid, end := strings.CutSuffix(kid, secondEnd)
	if !start || !end {
		return second{}, fmt.Errorf("header: want exactly %s<thumbprint>%s, read %q", headerStart, secondEnd, header)
	}
	if _, err := base64url.Decode32(kid); err != nil {
		return second{}, fmt.Errorf("header: kid %q: %w", kid, err)
	}
	signature, err := base64url.Decode(parts[2])
	if err != nil {
		return second{}, fmt.Errorf("signature: %w", err)
	}
	if len(signature) != ed25519.SignatureSize {
		return second{}, fmt.Errorf("signature has %d bytes, want %d", len(signature), ed25519.SignatureSize)
	}
	return second{kid, parts[0], signature}, nil
}

// SecondKID returns the thumbprint of the key that the second signature names;
// "" where there is none.
func (s *Statement) SecondKID() string {
	if s.claims.Second == "" {
		return ""
	}
	signed, _ := readSecond(s.claims.Second) // Parse has read it
	return signed.kid
}

// VerifySecond reports whether pub is the key that the claim second names and
// has signed what this statement says, withheld or not. It does not ask whose
// key pub is, nor whether they may.
func (s *Statement) VerifySecond(pub ed25519.PublicKey) error {
	signed, err := readSecond(s.claims.Second)
	if err != nil {
		return fmt.Errorf("verify the second signature of statement %s: %w", s.claims.ID, err)
	}
	if len(pub) != ed25519.PublicKeySize || identity.Thumbprint(pub) != signed.kid {
		return fmt.Errorf("verify the second signature of statement %s: it names key %s, and this is another", s.claims.ID, signed.kid)
	}
	if !ed25519.Verify(pub, secondInput(signed.header, s.claims, s.digests), signed.signature) {
		return fmt.Errorf("verify the second signature of statement %s: it is not one of key %s over what the statement says", s.claims.ID, signed.kid)
	}
	return nil
}

func secondInput(header string, c Claims, digests [][32]byte) []byte {
	return base64url.Append([]byte(header+"."), appendContent(nil, c, digests))
}

// A Body is the fields of a statement with their salts: what stays the same when
// a statement is signed anew. It is never changed.
type Body struct {
	digests     [][32]byte
	disclosures string // each with its "~"
}

// Body returns the fields as they stand in the statement.
func (s *Statement) Body() *Body {
	return &Body{digests: s.digests, disclosures: s.text[len(s.jwt)+1:]}
}

// Content is the SHA-256 of what a second officer signs with those claims: it is
// the same wherever the statement stands among its author's own.
func (b *Body) Content(c Claims) [32]byte {
	c.To = slices.Sorted(slices.Values(c.To))
	return sha256.Sum256(appendContent(nil, c, b.digests))
}

// Second signs what a statement of that body and those claims says, as its second
// officer, and returns the claim. Prev, Second, Seen, Serial and Time are not
// looked at. It does not know whether key's holder may.
func (b *Body) Second(ctx context.Context, key identity.Signer, c Claims) (string, error) {
	c.To = slices.Sorted(slices.Values(c.To))
	header := base64url.Encode([]byte(headerStart + identity.Thumbprint(key.Public()) + secondEnd))
	signature, err := key.Sign(ctx, secondInput(header, c, b.digests))
	if err != nil {
		return "", fmt.Errorf("sign statement %s as its second officer: %w", c.ID, err)
	}
	return header + ".." + base64url.Encode(signature), nil
}
