package statement

import (
	"fmt"
	"time"

	"parley/base64url"
)

const hexDigits = "0123456789abcdef"

// NewID makes the identifier of a statement, a UUID of version 7 (RFC 9562
// section 5.7), from the time in milliseconds and 74 of the random bits. A desk
// makes it once, before it sends: the same statement sent again is the same.
func NewID(now time.Time, random [10]byte) string {
	var b [16]byte
	ms := uint64(now.UnixMilli())
	for i := range 6 {
		b[i] = byte(ms >> (40 - 8*i))
	}
	copy(b[6:], random[:])
	b[6] = b[6]&0x0f | 0x70 // version 7
	b[8] = b[8]&0x3f | 0x80 // variant of RFC 9562
	text := make([]byte, 0, 36)
	for i, c := range b {
		if i == 4 || i == 6 || i == 8 || i == 10 {
			text = append(text, '-')
		}
		text = append(text, hexDigits[c>>4], hexDigits[c&15])
	}
	return string(text)
}

// CheckID reports whether s is an identifier such as [NewID] makes: lower case,
// version 7. It does not compare the time in it with anything.
func CheckID(s string) error {
	ok := len(s) == 36
	for i := 0; ok && i < len(s); i++ {
		switch c := s[i]; i {
		case 8, 13, 18, 23:
			ok = c == '-'
		case 14:
			ok = c == '7'
		case 19:
			ok = c == '8' || c == '9' || c == 'a' || c == 'b'
		default:
			ok = '0' <= c && c <= '9' || 'a' <= c && c <= 'f'
		}
	}
	if !ok {
		return fmt.Errorf("%q is not a UUID of version 7 in lower case, such as 019390c5-7c00-7000-8000-000000000001", s)
	}
	return nil
}

// EncodeHash returns the text that h has in claims: base64url, 43 characters.
func EncodeHash(h [32]byte) string { return base64url.Encode(h[:]) }

// DecodeHash is the inverse of [EncodeHash], for a text out of [Claims]. It
// returns the zero hash for "" and for whatever is not such a text.
func DecodeHash(s string) [32]byte {
	h, _ := base64url.Decode32(s)
	return h
}
