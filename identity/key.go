package identity

import (
	"context"
	"crypto/ed25519"
	"crypto/sha256"
	"errors"
	"fmt"

	"filippo.io/edwards25519"

	"parley/base64url"
)

// CheckKey reports whether pub may be enrolled as an Ed25519 public key
// (RFC 8032 section 5.1.5): 32 bytes, the canonical encoding of a point of the
// curve that is not of small order. crypto/ed25519 takes others too, and under
// some of them one signature fits two texts.
//
// It costs a fifth of a verification, so check a key when it is enrolled and
// not whenever it is used.
func CheckKey(pub []byte) error {
	if len(pub) != ed25519.PublicKeySize {
		return fmt.Errorf("key has %d bytes, an Ed25519 public key has %d", len(pub), ed25519.PublicKeySize)
	}
	point, err := new(edwards25519.Point).SetBytes(pub)
	switch {
	case err != nil:
		return errors.New("key is not a point of the curve; make a new one")
	case string(point.Bytes()) != string(pub):
		return errors.New("key is not in its canonical encoding; make a new one")
	case new(edwards25519.Point).MultByCofactor(point).Equal(edwards25519.NewIdentityPoint()) == 1:
		return errors.New("key is a point of small order, under which one signature fits many texts; make a new one")
	}
	return nil
}

// EncodeKey returns pub as base64url, 43 characters.
func EncodeKey(pub ed25519.PublicKey) string { return base64url.Encode(pub) }

// ParseKey is the inverse of [EncodeKey], followed by [CheckKey].
func ParseKey(s string) (ed25519.PublicKey, error) {
	pub, err := base64url.Decode32(s)
	if err != nil {
		return nil, fmt.Errorf("key %q: %w", s, err)
	}
	if err := CheckKey(pub[:]); err != nil {
		return nil, fmt.Errorf("key %q: %w", s, err)
	}
	return pub[:], nil
}

// Thumbprint returns the JWK thumbprint of pub (RFC 7638 with RFC 8037
// appendix A.3) as base64url, 43 characters. Signatures name their key by it.
func Thumbprint(pub ed25519.PublicKey) string {
	jwk := make([]byte, 0, 96)
	jwk = append(jwk, `{"crv":"Ed25519","kty":"OKP","x":"`...)
	jwk = base64url.Append(jwk, pub)
	jwk = append(jwk, `"}`...)
	sum := sha256.Sum256(jwk)
	return base64url.Encode(sum[:])
}

// ErrLocked says that a key is at hand and cannot sign before its officer has unlocked
// it.
var ErrLocked = errors.New("it is locked")

// A Signer holds an Ed25519 private key, or speaks to what holds it.
type Signer interface {
	Public() ed25519.PublicKey
	// Sign returns the signature (RFC 8032 section 5.1.6, 64 bytes) of message.
	// It gives up when ctx ends, as a hardware key may wait for a person.
	Sign(ctx context.Context, message []byte) ([]byte, error)
}

// NewSigner returns the Signer of a private key that is in memory.
func NewSigner(key ed25519.PrivateKey) Signer {
	if len(key) != ed25519.PrivateKeySize {
		panic(fmt.Sprintf("identity: private key has %d bytes", len(key)))
	}
	return memory{key}
}

type memory struct{ key ed25519.PrivateKey }

func (m memory) Public() ed25519.PublicKey { return m.key.Public().(ed25519.PublicKey) }

func (m memory) Sign(_ context.Context, message []byte) ([]byte, error) {
	return ed25519.Sign(m.key, message), nil
}
