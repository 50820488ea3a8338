// Package base64url reads and writes base64url (RFC 4648 section 5, without
// padding) so that every value has one accepted text.
//
// The standard decoder skips line ends, and unless told otherwise spare bits
// too. Either would let anyone make a second text of something signed.
package base64url

import (
	"encoding/base64"
	"fmt"
	"strings"
)

var strict = base64.RawURLEncoding.Strict()

// Encode returns the text of b.
func Encode(b []byte) string { return strict.EncodeToString(b) }

// Append appends the text of b to dst.
func Append(dst, b []byte) []byte { return strict.AppendEncode(dst, b) }

// Decode returns the bytes that s is the text of. It refuses every s but the
// one that [Encode] gives for them: no padding, no line ends, no spare bits.
func Decode(s string) ([]byte, error) {
	if i := lineEnd(s); i >= 0 {
		return nil, fmt.Errorf("base64url has a line end at byte %d", i)
	}
	b, err := strict.DecodeString(s)
	if err != nil {
		return nil, fmt.Errorf("not base64url without padding and spare bits: %w", err)
	}
	return b, nil
}

// Decode32 is [Decode] for a value of 32 bytes, such as a hash or a key.
func Decode32(s string) (b [32]byte, err error) {
	if len(s) != 43 {
		return b, fmt.Errorf("has %d characters, want the 43 of 32 bytes in base64url", len(s))
	}
	if i := lineEnd(s); i >= 0 {
		return b, fmt.Errorf("base64url has a line end at byte %d", i)
	}
	if _, err := strict.Decode(b[:], []byte(s)); err != nil {
		return [32]byte{}, fmt.Errorf("not base64url without padding and spare bits: %w", err)
	}
	return b, nil
}

// lineEnd returns where s has a line end, which the standard decoder skips, or
// -1. Two searches for a byte are several times as fast as one for a set.
func lineEnd(s string) int {
	if i := strings.IndexByte(s, '\n'); i >= 0 {
		return i
	}
	return strings.IndexByte(s, '\r')
}
