package charter

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"strings"
	"unicode"

	"parley/identity"
)

// Signature types of c2sp.org/signed-note.
const (
	algorithmLog         = 0x01 // Ed25519, over the note's text
	algorithmCosignature = 0x04 // Ed25519, over c2sp.org/tlog-cosignature's text
	algorithmMLDSA       = 0x06 // ML-DSA-44, over c2sp.org/tlog-cosignature's subtree
)

// sizeMLDSA is how many bytes an ML-DSA-44 public key has (FIPS 204, table 2).
const sizeMLDSA = 1312

// A verifier is the content of a verifier key, "name+hash+key".
type verifier struct {
	name string
	key  []byte
}

// parseVerifier reads a verifier key of one algorithm, in its only encoding.
func parseVerifier(vkey string, algorithm byte) (verifier, error) {
	name, rest, ok1 := strings.Cut(vkey, "+")
	hash, encoded, ok2 := strings.Cut(rest, "+")
	raw, err := decodeStd(encoded)
	wanted, size := "Ed25519", 32
	if algorithm == algorithmMLDSA {
		wanted, size = "ML-DSA-44", sizeMLDSA
	}
	switch {
	case !ok1 || !ok2:
		return verifier{}, errors.New("it has three parts, joined by +")
	case name == "" || strings.ContainsFunc(name, func(r rune) bool { return unicode.IsSpace(r) || !unicode.IsPrint(r) }):
		return verifier{}, errors.New("its name is empty or has a space in it")
	case err != nil || len(raw) != 33 && len(raw) != 1+sizeMLDSA:
		return verifier{}, fmt.Errorf("its last part is not the base64 of an %s key with its type", wanted)
	case raw[0] != algorithm:
		return verifier{}, fmt.Errorf("it is of signature type %d, here type %d is used", raw[0], algorithm)
	case len(raw) != 1+size:
		return verifier{}, fmt.Errorf("its last part is not the base64 of an %s key with its type", wanted)
	case hash != fmt.Sprintf("%08x", noteHash(name, raw)):
		return verifier{}, fmt.Errorf("its hash should be %08x; the key was altered or cut", noteHash(name, raw))
	}
	if algorithm == algorithmMLDSA {
		return verifier{name, raw[1:]}, nil
	}
	if err := identity.CheckKey(raw[1:]); err != nil {
		return verifier{}, err
	}
	return verifier{name, raw[1:]}, nil
}

// noteHash is the key hash of c2sp.org/signed-note, of a key with its type byte.
func noteHash(name string, key []byte) uint32 {
	sum := sha256.Sum256(append([]byte(name+"\n"), key...))
	return binary.BigEndian.Uint32(sum[:])
}

// decodeStd reads standard base64 in its only encoding; the standard decoder
// would skip line ends.
func decodeStd(s string) ([]byte, error) {
	b, err := base64.StdEncoding.DecodeString(s)
	if err == nil && base64.StdEncoding.EncodeToString(b) != s {
		err = errors.New("it is not the one way to write it")
	}
	return b, err
}
