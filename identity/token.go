package identity

import (
	"context"
	"crypto/ed25519"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"parley/base64url"
)

const (
	tokenLife = 60 * time.Second // from Issued to Expires, exactly
	tokenSkew = 30 * time.Second // how far the two clocks may be apart
	maxToken  = 1024             // bytes of a token
	maxNonce  = 64               // characters
)

// A Token says who calls a hub: a JWT (RFC 7519) that the caller signs itself
// with an endorsed key, for one mechanism and for 60 seconds.
//
//	header  = {"alg":"EdDSA","kid":"<thumbprint>","typ":"token+jwt"}
//	payload = {"aud":"<mechanism>","exp":<s>,"iat":<s>,"iss":"<author>","jti":"<nonce>"}
//
// Believe nothing in it until [Token.Verify] has returned nil for a key that
// was found, by KID, to be Author's.
type Token struct {
	KID       string // thumbprint of the key
	Author    Author
	Mechanism string
	Issued    time.Time // UTC, to the second
	Expires   time.Time // 60 seconds later
	Nonce     string    // different in every token; whether it was seen before is for the hub to know

	signed    string // the signing input
	signature []byte
}

// The members are declared in the order of their names, so that encoding/json
// writes the one accepted text.
type tokenHeader struct {
	Alg string `json:"alg"`
	Kid string `json:"kid"`
	Typ string `json:"typ"`
}

type tokenPayload struct {
	Aud string `json:"aud"`
	Exp int64  `json:"exp"`
	Iat int64  `json:"iat"`
	Iss string `json:"iss"`
	Jti string `json:"jti"`
}

// NewToken makes the token of a, signed by key at now, cut to the second. The
// nonce is 16 to 64 characters of base64url, such as rand.Text gives.
func NewToken(ctx context.Context, key Signer, a Author, mechanism string, now time.Time, nonce string) (string, error) {
	now = now.Truncate(time.Second)
	header := encodePart(tokenHeader{"EdDSA", Thumbprint(key.Public()), "token+jwt"})
	payload := encodePart(tokenPayload{mechanism, now.Add(tokenLife).Unix(), now.Unix(), a.String(), nonce})
	signed := header + "." + payload
	signature, err := key.Sign(ctx, []byte(signed))
	if err != nil {
		return "", fmt.Errorf("sign token of %s: %w", a, err)
	}
	token := signed + "." + base64url.Encode(signature)
	if _, err := ParseToken(token); err != nil {
		return "", fmt.Errorf("make token of %s: %w", a, err)
	}
	return token, nil
}

// ParseToken reads a token. It takes one text for each token: base64url without
// line ends or spare bits, and JSON that equals its own encoding. It checks
// form alone, and no signature.
func ParseToken(s string) (Token, error) {
	t, err := parseToken(s)
	if err != nil {
		return Token{}, fmt.Errorf("read token: %w", err)
	}
	return t, nil
}

func parseToken(s string) (Token, error) {
	if len(s) > maxToken {
		return Token{}, fmt.Errorf("has %d bytes, at most %d are allowed", len(s), maxToken)
	}
	parts := strings.Split(s, ".")
	if len(parts) != 3 {
		return Token{}, fmt.Errorf("has %d parts, want header.payload.signature", len(parts))
	}
	var h tokenHeader
	if err := decodePart(parts[0], &h); err != nil {
		return Token{}, fmt.Errorf("header: %w", err)
	}
	if h.Alg != "EdDSA" || h.Typ != "token+jwt" {
		return Token{}, fmt.Errorf("header: alg %q and typ %q, want EdDSA and token+jwt", h.Alg, h.Typ)
	}
	if _, err := base64url.Decode32(h.Kid); err != nil {
		return Token{}, fmt.Errorf("header: kid %q: %w", h.Kid, err)
	}
	var p tokenPayload
	if err := decodePart(parts[1], &p); err != nil {
		return Token{}, fmt.Errorf("payload: %w", err)
	}
	if err := p.check(); err != nil {
		return Token{}, fmt.Errorf("payload: %w", err)
	}
	author, err := ParseAuthor(p.Iss)
	if err != nil {
		return Token{}, fmt.Errorf("payload: iss: %w", err)
	}
	signature, err := base64url.Decode(parts[2])
	if err != nil {
		return Token{}, fmt.Errorf("signature: %w", err)
	}
	if len(signature) != ed25519.SignatureSize {
		return Token{}, fmt.Errorf("signature has %d bytes, want %d", len(signature), ed25519.SignatureSize)
	}
	return Token{
		KID: h.Kid, Author: author, Mechanism: p.Aud, Nonce: p.Jti,
		Issued: time.Unix(p.Iat, 0).UTC(), Expires: time.Unix(p.Exp, 0).UTC(),
		signed: parts[0] + "." + parts[1], signature: signature,
	}, nil
}

func (p tokenPayload) check() error {
	if err := CheckID(p.Aud); err != nil {
		return fmt.Errorf("aud: %w", err)
	}
	const year10000 = 253402300800
	if p.Iat < 0 || p.Iat >= year10000 {
		return fmt.Errorf("iat %d is not a time of these ages, in seconds", p.Iat)
	}
	if p.Exp-p.Iat != int64(tokenLife/time.Second) {
		return fmt.Errorf("exp is %d seconds after iat, want %d", p.Exp-p.Iat, tokenLife/time.Second)
	}
	ok := 16 <= len(p.Jti) && len(p.Jti) <= maxNonce
	for i := 0; ok && i < len(p.Jti); i++ {
		c := p.Jti[i]
		ok = 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || c == '-' || c == '_'
	}
	if !ok {
		return fmt.Errorf("jti %q: want 16 to %d of A-Z, a-z, 0-9, \"-\" and \"_\"", p.Jti, maxNonce)
	}
	return nil
}

// Verify reports whether the token is signed by pub, names pub as its key, is
// for mechanism, and is in force at now, give or take 30 seconds of clock.
func (t Token) Verify(pub ed25519.PublicKey, mechanism string, now time.Time) error {
	switch {
	case t.Mechanism != mechanism:
		return fmt.Errorf("token of %s is for mechanism %q, this is %q", t.Author, t.Mechanism, mechanism)
	case now.Before(t.Issued.Add(-tokenSkew)):
		return fmt.Errorf("token of %s is of %s, but it is %s here; set the desk's clock", t.Author, clock(t.Issued), clock(now))
	case now.After(t.Expires.Add(tokenSkew)):
		return fmt.Errorf("token of %s expired at %s, and it is %s here; make a new one, or set the desk's clock", t.Author, clock(t.Expires), clock(now))
	case Thumbprint(pub) != t.KID:
		return fmt.Errorf("token of %s names key %s, not %s", t.Author, t.KID, Thumbprint(pub))
	case !ed25519.Verify(pub, []byte(t.signed), t.signature):
		return errors.New("token of " + t.Author.String() + " is not signed by key " + t.KID)
	}
	return nil
}

func clock(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05Z") }

// encodePart is the one JSON text of v, as base64url.
func encodePart(v any) string {
	text, err := json.Marshal(v)
	if err != nil {
		panic(err) // strings and integers alone
	}
	return base64url.Encode(text)
}

// decodePart reads a part into v, and refuses it if v's own text is another.
func decodePart(part string, v any) error {
	text, err := base64url.Decode(part)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(text, v); err != nil {
		return err
	}
	if encodePart(v) != part {
		return fmt.Errorf("JSON %q is not in its one accepted form (exactly the known members, sorted, no spaces)", text)
	}
	return nil
}
