package keyring

import (
	"bytes"
	"crypto/ed25519"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"filippo.io/age"
)

// content is the plaintext of the file, as JSON.
type content struct {
	Version    int      `json:"version"` // 1
	WorkFactor int      `json:"work_factor"`
	Keys       []secret `json:"keys"` // sorted by name
}

type secret struct {
	Name     string `json:"name"`
	Exercise bool   `json:"exercise"`
	Seed     []byte `json:"seed"` // 32 bytes: RFC 8032's private key, or FIPS 204's seed

	Algorithm string `json:"algorithm,omitempty"` // empty: Ed25519; or MLDSA44
}

// seal returns the file that holds c.
func (r *Ring) seal(c content) ([]byte, error) {
	text, err := json.Marshal(c)
	if err != nil {
		return nil, err
	}
	return Seal(text, r.passphrase, c.WorkFactor)
}

// Seal encrypts text with a passphrase (age, scrypt recipient), as a key ring's
// file is. 0 stands for [DefaultWorkFactor].
func Seal(text []byte, passphrase string, workFactor int) ([]byte, error) {
	recipient, err := age.NewScryptRecipient(passphrase)
	if err != nil {
		return nil, err
	}
	if workFactor == 0 {
		workFactor = DefaultWorkFactor
	}
	recipient.SetWorkFactor(workFactor)
	var file bytes.Buffer
	w, err := age.Encrypt(&file, recipient)
	if err != nil {
		return nil, err
	}
	if _, err := w.Write(text); err != nil {
		return nil, err
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	return file.Bytes(), nil
}

// Sealed reports whether a file says that it is encrypted with age.
func Sealed(file []byte) bool { return bytes.HasPrefix(file, []byte("age-encryption.org/v1\n")) }

// Unseal decrypts what [Seal] made, of at most limit bytes of text. The error
// wraps [ErrPassphrase] if the passphrase is wrong.
func Unseal(file []byte, passphrase string, limit int64) ([]byte, error) {
	if passphrase == "" {
		return nil, fmt.Errorf("%w: it is empty", ErrPassphrase)
	}
	id, err := age.NewScryptIdentity(passphrase)
	if err != nil {
		return nil, err
	}
	id.SetMaxWorkFactor(maxWorkFactor)
	plain, err := age.Decrypt(bytes.NewReader(file), id)
	switch {
	case errors.Is(err, age.ErrIncorrectIdentity):
		return nil, ErrPassphrase
	case err != nil:
		return nil, fmt.Errorf("the file is damaged: %w", err)
	}
	text, err := io.ReadAll(io.LimitReader(plain, limit+1))
	switch {
	case err != nil:
		return nil, fmt.Errorf("the file is damaged: %w", err)
	case int64(len(text)) > limit:
		return nil, fmt.Errorf("the file holds more than %d bytes", limit)
	}
	return text, nil
}

// unseal decrypts file into r.
func (r *Ring) unseal(file []byte) error {
	if r.passphrase == "" {
		return fmt.Errorf("%w: it is empty", ErrPassphrase)
	}
	id, err := age.NewScryptIdentity(r.passphrase)
	if err != nil {
		return err
	}
	id.SetMaxWorkFactor(maxWorkFactor)
	plain, err := age.Decrypt(bytes.NewReader(file), id)
	switch {
	case errors.Is(err, age.ErrIncorrectIdentity):
		return fmt.Errorf("%w; nothing was changed, try again", ErrPassphrase)
	case err != nil:
		return fmt.Errorf("the file is damaged or not a key ring; restore it from a copy: %w", err)
	}
	text, err := io.ReadAll(plain)
	if err != nil {
		return fmt.Errorf("the file is damaged; restore it from a copy: %w", err)
	}
	var c content
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	if err := d.Decode(&c); err != nil {
		return fmt.Errorf("its content is not a key ring's: %w", err)
	}
	if err := c.check(); err != nil {
		return fmt.Errorf("its content is not a key ring's: %w", err)
	}
	r.content, r.file = c, file
	return nil
}

func (c content) check() error {
	if c.Version != 1 {
		return fmt.Errorf("version %d is not 1, the one this program knows", c.Version)
	}
	if c.WorkFactor < 1 || c.WorkFactor > maxWorkFactor {
		return fmt.Errorf("work factor %d is not from 1 to %d", c.WorkFactor, maxWorkFactor)
	}
	for i, k := range c.Keys {
		if err := CheckName(k.Name); err != nil {
			return err
		}
		if len(k.Seed) != ed25519.SeedSize {
			return fmt.Errorf("key %s has %d bytes, want %d", k.Name, len(k.Seed), ed25519.SeedSize)
		}
		if k.Algorithm != "" && k.Algorithm != MLDSA44 {
			return fmt.Errorf("key %s is for %q; this program knows Ed25519 and %s", k.Name, k.Algorithm, MLDSA44)
		}
		if i > 0 && c.Keys[i-1].Name >= k.Name {
			return fmt.Errorf("key %s is out of order, or there twice", k.Name)
		}
	}
	return nil
}
