package ledger

import (
	"crypto"
	"crypto/ed25519"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"time"

	"filippo.io/mldsa"
	"filippo.io/torchwood"
	"golang.org/x/crypto/cryptobyte"
)

// The algorithms of cosignatures.
const (
	Ed25519 = "Ed25519"   // cosignature/v1 of c2sp.org/tlog-cosignature, signature type 0x04
	MLDSA44 = "ML-DSA-44" // subtree/v1 of the same, FIPS 204, signature type 0x06
)

// A Cosigner signs checkpoints as a witness, in the forms of
// c2sp.org/tlog-cosignature: by Ed25519, by ML-DSA-44, or both. The second still
// dates what was logged when the first can be forged.
type Cosigner struct {
	name string
	keys []cosignerKey // Ed25519's first
}

type cosignerKey struct {
	verifier *torchwood.CosignatureVerifier
	sign     func(seconds uint64, head Head) ([]byte, error)
}

// NewCosigner makes the cosigner called name from one key of each algorithm that
// it signs with: an [ed25519.PrivateKey], an ML-DSA-44 [*mldsa.PrivateKey]. Its
// keys must serve nothing else: an Ed25519 cosignature does not cover the name.
func NewCosigner(name string, keys ...crypto.Signer) (*Cosigner, error) {
	if err := checkName(name); err != nil {
		return nil, fmt.Errorf("make cosigner: %w", err)
	}
	c := &Cosigner{name: name}
	for _, key := range keys {
		k, err := newCosignerKey(name, key)
		if err != nil {
			return nil, fmt.Errorf("make cosigner %s: %w", name, err)
		}
		if c.key(algorithm(k.verifier)) != nil {
			return nil, fmt.Errorf("make cosigner %s: it has two keys for %s; give one", name, algorithm(k.verifier))
		}
		c.keys = append(c.keys, k)
	}
	if len(keys) == 0 {
		return nil, fmt.Errorf("make cosigner %s: it has no key", name)
	}
	slices.SortFunc(c.keys, func(a, b cosignerKey) int { return compareAlgorithms(algorithm(a.verifier), algorithm(b.verifier)) })
	return c, nil
}

func newCosignerKey(name string, key crypto.Signer) (k cosignerKey, err error) {
	switch key := key.(type) {
	case ed25519.PrivateKey:
		if len(key) != ed25519.PrivateKeySize {
			return k, fmt.Errorf("the private key has %d bytes, an Ed25519 key has %d", len(key), ed25519.PrivateKeySize)
		}
		k.sign = func(seconds uint64, head Head) ([]byte, error) {
			return ed25519.Sign(key, fmt.Appendf(nil, "cosignature/v1\ntime %d\n%s", seconds, head.text())), nil
		}
	case *mldsa.PrivateKey:
		k.sign = func(seconds uint64, head Head) ([]byte, error) {
			message, err := subtreeMessage(name, seconds, head)
			if err != nil {
				return nil, err
			}
			return key.SignDeterministic(message, nil)
		}
	default:
		return k, fmt.Errorf("cosignatures are made with Ed25519 and ML-DSA-44 keys, not with a %T", key)
	}
	k.verifier, err = torchwood.NewCosignatureVerifierFromKey(name, key.Public())
	return k, err
}

// subtreeMessage is what an ML-DSA cosignature is over: the whole tree as a
// subtree, with the names of both who signs and what.
func subtreeMessage(name string, seconds uint64, head Head) ([]byte, error) {
	var b cryptobyte.Builder
	b.AddBytes([]byte("subtree/v1\n\x00"))
	b.AddUint8LengthPrefixed(func(b *cryptobyte.Builder) { b.AddBytes([]byte(name)) })
	b.AddUint64(seconds)
	b.AddUint8LengthPrefixed(func(b *cryptobyte.Builder) { b.AddBytes([]byte(head.Origin)) })
	b.AddUint64(0)
	b.AddUint64(head.Size)
	b.AddBytes(head.Root[:])
	return b.Bytes()
}

func algorithm(v *torchwood.CosignatureVerifier) string {
	if _, ok := v.PublicKey().(ed25519.PublicKey); ok {
		return Ed25519
	}
	return MLDSA44
}

// compareAlgorithms puts Ed25519 first.
func compareAlgorithms(a, b string) int {
	switch {
	case a == b:
		return 0
	case a == Ed25519:
		return -1
	}
	return 1
}

func (c *Cosigner) key(algorithmName string) *torchwood.CosignatureVerifier {
	for _, k := range c.keys {
		if algorithm(k.verifier) == algorithmName {
			return k.verifier
		}
	}
	return nil
}

// Name is the cosigner's name.
func (c *Cosigner) Name() string { return c.name }

// VerifierKey is the public Ed25519 key in the form of c2sp.org/signed-note;
// empty where the cosigner has none.
func (c *Cosigner) VerifierKey() string { return c.vkey(Ed25519) }

// VerifierKeyMLDSA is the public ML-DSA-44 key in the same form; empty where the
// cosigner has none.
func (c *Cosigner) VerifierKeyMLDSA() string { return c.vkey(MLDSA44) }

func (c *Cosigner) vkey(algorithm string) string {
	if v := c.key(algorithm); v != nil {
		return v.String()
	}
	return ""
}

// Only is the cosigner with those of its keys that are among the verifier keys;
// nil where none is.
func (c *Cosigner) Only(vkeys []string) *Cosigner {
	only := &Cosigner{name: c.name}
	for _, k := range c.keys {
		if slices.Contains(vkeys, k.verifier.String()) {
			only.keys = append(only.keys, k)
		}
	}
	if len(only.keys) == 0 {
		return nil
	}
	return only
}

// VerifierKeys are all its public keys, Ed25519's first.
func (c *Cosigner) VerifierKeys() []string {
	var keys []string
	for _, k := range c.keys {
		keys = append(keys, k.verifier.String())
	}
	return keys
}

// Cosign adds the cosigner's lines to a checkpoint, one of each of its keys; they
// replace those that it made before. They say that at this time, to the second,
// this is the largest tree consistent with all that the witness has seen. To see
// to that, and to verify the ledger's signature, is the caller's duty, who also
// makes it durable before the cosignatures leave.
func (c *Cosigner) Cosign(checkpoint []byte, at time.Time) ([]byte, error) {
	out, err := c.cosign(checkpoint, at)
	if err != nil {
		return nil, fmt.Errorf("cosign checkpoint as %s: %w", c.name, err)
	}
	return out, nil
}

func (c *Cosigner) cosign(checkpoint []byte, at time.Time) ([]byte, error) {
	text, lines, err := splitNote(checkpoint)
	if err != nil {
		return nil, err
	}
	head, err := parseHead(text)
	if err != nil {
		return nil, err
	}
	if len(head.Origin) > maxName {
		return nil, errors.New("its origin is longer than a name may be")
	}
	if err := checkTime(at); err != nil {
		return nil, err
	}
	out, err := joinNote(text, slices.DeleteFunc(lines, func(l signatureLine) bool {
		return slices.ContainsFunc(c.keys, func(k cosignerKey) bool { return l.by(k.verifier) })
	}))
	if err != nil {
		return nil, err
	}
	seconds := uint64(at.Unix())
	for _, k := range c.keys {
		signed, err := k.sign(seconds, head)
		if err != nil {
			return nil, err
		}
		out = appendSignature(out, c.name, k.verifier.KeyHash(), append(binary.BigEndian.AppendUint64(nil, seconds), signed...))
	}
	_, _, err = splitNote(out)
	return out, err
}
