package sealed

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"filippo.io/age"

	"parley/base64url"
)

// Sizes of what is sealed, in bytes. Everything is padded to one length, so that
// who cannot read it does not learn how long it is. A longer document is sealed by
// its SHA-256.
const (
	SaltSize = 32
	MaxText  = 7000 // of the text in UTF-8
	padded   = SaltSize + 2 + MaxText
	maxFile  = padded + 4096 // of the age file, header included
)

// A Context is what a commitment is bound to beside its text: a commitment copied
// or prolonged by another party, or in another exchange, fits nothing.
type Context struct {
	Mechanism string
	Exchange  string // its name, as the deposits give it
	Party     string // whose text it is
}

// A Text is what one side seals, with the random value that keeps it from being
// guessed.
type Text struct {
	Salt [SaltSize]byte
	Text string
}

// Check tells why the text cannot be sealed; nil where it can.
func (t Text) Check() error {
	switch {
	case t.Text == "":
		return errors.New("the text is empty")
	case len(t.Text) > MaxText:
		return fmt.Errorf("the text has %d bytes, at most %d are sealed; seal the SHA-256 of a longer document", len(t.Text), MaxText)
	case !utf8.ValidString(t.Text):
		return errors.New("the text is not UTF-8")
	}
	return nil
}

// Commit gives the commitment: SHA-256, in base64url, of the bytes
//
//	"sealed-exchange.v1\n" mechanism "\n" exchange "\n" party "\n" salt text
//
// with the salt's 32 bytes as they are and the text's in UTF-8 as they are. None of
// the three names has a line end.
func (t Text) Commit(c Context) string {
	h := sha256.New()
	io.WriteString(h, "sealed-exchange.v1\n"+c.Mechanism+"\n"+c.Exchange+"\n"+c.Party+"\n")
	h.Write(t.Salt[:])
	io.WriteString(h, t.Text)
	return base64url.Encode(h.Sum(nil))
}

// NewIdentity makes the key pair that a side uses in one exchange: an age identity
// of the hybrid kind (ML-KEM-768 with X25519), and the recipient to deposit.
func NewIdentity() (identity, key string, err error) {
	id, err := age.GenerateHybridIdentity()
	if err != nil {
		return "", "", err
	}
	return id.String(), id.Recipient().String(), nil
}

// Recipient gives the key that belongs to an identity.
func Recipient(identity string) (string, error) {
	id, err := age.ParseHybridIdentity(identity)
	if err != nil || id.String() != identity {
		return "", errors.New("it is not an age identity of the hybrid kind (AGE-SECRET-KEY-PQ-1)")
	}
	return id.Recipient().String(), nil
}

// CheckKey tells why nothing can be sealed to a deposited key; nil where it can.
// It seals something to be sure: a key whose owner alone knows that nobody can use
// it would make the other side miss its time.
func CheckKey(key string) error {
	_, err := sealTo(key, []byte("trial"))
	return err
}

// Seal encrypts the text to the other side's key: an age file in base64url. The
// plaintext is the salt, the text's length (2 bytes, big end first), the text, and
// zeros up to 7,034 bytes.
func Seal(t Text, key string) (string, error) {
	if err := t.Check(); err != nil {
		return "", err
	}
	plain := make([]byte, padded)
	copy(plain, t.Salt[:])
	binary.BigEndian.PutUint16(plain[SaltSize:], uint16(len(t.Text)))
	copy(plain[SaltSize+2:], t.Text)
	file, err := sealTo(key, plain)
	if err != nil {
		return "", err
	}
	return base64url.Encode(file), nil
}

func sealTo(key string, plain []byte) ([]byte, error) {
	r, err := age.ParseHybridRecipient(key)
	if err != nil || r.String() != key {
		return nil, errors.New("it is not an age recipient of the hybrid kind (age1pq1)")
	}
	var file bytes.Buffer
	w, err := age.Encrypt(&file, r)
	if err != nil {
		return nil, err
	}
	if _, err := w.Write(plain); err != nil {
		return nil, err
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	return file.Bytes(), nil
}

// Unseal decrypts what was sealed to the key of identity. Every error is the fault
// of who sealed it, where the identity is that of the key deposited.
func Unseal(sealed, identity string) (Text, error) {
	id, err := age.ParseHybridIdentity(identity)
	if err != nil {
		return Text{}, errors.New("the identity is not one of age's hybrid kind")
	}
	file, err := base64url.Decode(sealed)
	switch {
	case err != nil:
		return Text{}, fmt.Errorf("what is sealed is no age file: %w", err)
	case len(file) > maxFile:
		return Text{}, fmt.Errorf("what is sealed has %d bytes, more than any that is sealed as it should be", len(file))
	}
	r, err := age.Decrypt(bytes.NewReader(file), id)
	if err != nil {
		return Text{}, fmt.Errorf("it does not open with the key that it should be sealed to: %w", err)
	}
	plain, err := io.ReadAll(io.LimitReader(r, padded+1))
	if err != nil {
		return Text{}, fmt.Errorf("it is damaged: %w", err)
	}
	return unpad(plain)
}

func unpad(plain []byte) (Text, error) {
	var t Text
	if len(plain) != padded {
		return t, fmt.Errorf("it is not padded to %d bytes", padded)
	}
	copy(t.Salt[:], plain)
	n := int(binary.BigEndian.Uint16(plain[SaltSize:]))
	rest := plain[SaltSize+2:]
	if n > len(rest) || strings.Trim(string(rest[n:]), "\x00") != "" {
		return t, errors.New("its length is not that of its text")
	}
	t.Text = string(rest[:n])
	return t, t.Check()
}
