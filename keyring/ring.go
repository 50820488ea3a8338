// Package keyring keeps Ed25519 private keys: in a file encrypted with a
// passphrase, or in an ssh-agent, which may itself hold them in hardware. The file
// also keeps ML-DSA-44 keys, with which witnesses cosign.
//
// Either way the rest of the program sees an [identity.Signer] and no key,
// but for the hub's log key and TLS key and the witness keys, which their
// libraries want whole.
package keyring

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"sync"

	"parley/identity"
)

// DefaultWorkFactor makes every guess at a passphrase cost about a second.
const DefaultWorkFactor = 18

const (
	maxWorkFactor = 22      // about 15 seconds: what Open is willing to spend on a file
	maxFile       = 1 << 20 // bytes of a key ring
)

// ErrPassphrase says that a key ring is not encrypted with that passphrase.
var ErrPassphrase = errors.New("the passphrase is wrong")

// A Key is what a key ring tells about a key.
type Key struct {
	// Name is two or three identifiers: an author ("israel/watch/amal"), or
	// what the key is for ("israel/witness", "hub/log", "hub/tls").
	Name     string
	Public   ed25519.PublicKey // nil for an ML-DSA-44 key
	Exercise bool              // it signs exercise traffic, and no other
}

// MLDSA44 is the other algorithm of keys in a ring, beside Ed25519.
const MLDSA44 = "ML-DSA-44"

// A Ring is an open key ring: a file (age, scrypt recipient) that holds any
// number of keys. Its methods may be called at the same time. What they return
// as done is on the disk.
type Ring struct {
	path       string
	passphrase string

	mu      sync.Mutex
	content content
	file    []byte // as last read or written
}

// Create makes an empty key ring at path, readable by its owner alone. It never
// replaces a file. workFactor is the base-2 logarithm of scrypt's cost, 1 to
// 22; 0 stands for [DefaultWorkFactor], and below that is for tests and
// exercises.
func Create(path, passphrase string, workFactor int) (*Ring, error) {
	if workFactor == 0 {
		workFactor = DefaultWorkFactor
	}
	r := &Ring{path: path, passphrase: passphrase, content: content{Version: 1, WorkFactor: workFactor}}
	switch {
	case passphrase == "":
		return nil, fmt.Errorf("create key ring %s: the passphrase is empty; choose one", path)
	case workFactor < 1 || workFactor > maxWorkFactor:
		return nil, fmt.Errorf("create key ring %s: work factor %d is not from 1 to %d", path, workFactor, maxWorkFactor)
	}
	file, err := r.seal(r.content)
	if err != nil {
		return nil, fmt.Errorf("create key ring %s: %w", path, err)
	}
	if err := createFile(path, file); err != nil {
		if errors.Is(err, os.ErrExist) {
			return nil, fmt.Errorf("create key ring %s: there is a file already, and it may hold keys; open it or choose another path: %w", path, os.ErrExist)
		}
		return nil, fmt.Errorf("create key ring %s: %w", path, err)
	}
	r.file = file
	return r, nil
}

// Open opens the key ring at path. The error wraps [ErrPassphrase] if the
// passphrase is wrong, and [os.ErrNotExist] if there is no such file.
func Open(path, passphrase string) (*Ring, error) {
	r := &Ring{path: path, passphrase: passphrase}
	file, err := readFile(path)
	if err != nil {
		return nil, fmt.Errorf("open key ring: %w", err)
	}
	if err := r.unseal(file); err != nil {
		return nil, fmt.Errorf("open key ring %s: %w", path, err)
	}
	return r, nil
}

// CheckName reports whether name can name a key: two or three identifiers
// ([identity.CheckID]) with "/" between them.
func CheckName(name string) error {
	parts := strings.Split(name, "/")
	if len(parts) != 2 && len(parts) != 3 {
		return fmt.Errorf("key name %q: want party/role/officer or owner/use, such as israel/watch/amal or hub/log", name)
	}
	for _, p := range parts {
		if err := identity.CheckID(p); err != nil {
			return fmt.Errorf("key name %q: %w", name, err)
		}
	}
	return nil
}

// New makes a key of that name from 32 bytes of rand, saves it and returns its
// public half. A name that is taken is an error: nothing replaces a key.
func (r *Ring) New(name string, exercise bool, rand io.Reader) (ed25519.PublicKey, error) {
	seed, err := r.make(name, "", exercise, rand)
	if err != nil {
		return nil, err
	}
	return public(seed), nil
}

// make makes a key of an algorithm and gives its seed.
func (r *Ring) make(name, algorithm string, exercise bool, rand io.Reader) ([]byte, error) {
	if err := CheckName(name); err != nil {
		return nil, err
	}
	seed := make([]byte, ed25519.SeedSize)
	if _, err := io.ReadFull(rand, seed); err != nil {
		return nil, fmt.Errorf("make key %s: draw its bytes: %w", name, err)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	i, taken := r.find(name)
	if taken {
		return nil, fmt.Errorf("make key %s: %s has a key of that name; remove it first if it is no longer needed", name, r.path)
	}
	next := r.content
	next.Keys = slices.Insert(slices.Clone(next.Keys), i, secret{Name: name, Exercise: exercise, Seed: seed, Algorithm: algorithm})
	if err := r.save(next); err != nil {
		return nil, fmt.Errorf("make key %s: %w", name, err)
	}
	return seed, nil
}

// NextSuffix ends the name of the key that is to take another's place: that of
// "hub/log" is "hub/log-next".
const NextSuffix = "-next"

// Promote puts the key called name-next in the place of name, which is forgotten for
// ever. It is done once the ledger, or the charter in force, names the next one.
func (r *Ring) Promote(name string) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	i, ok := r.find(name)
	if !ok {
		return r.missing(name)
	}
	j, ok := r.find(name + NextSuffix)
	if !ok {
		return r.missing(name + NextSuffix)
	}
	next := r.content
	next.Keys = slices.Clone(next.Keys)
	old, coming := next.Keys[i], next.Keys[j]
	if old.Exercise != coming.Exercise || old.Algorithm != coming.Algorithm {
		return fmt.Errorf("promote key %s: %s is of another kind", name, coming.Name)
	}
	coming.Name = name
	next.Keys[i] = coming
	next.Keys = slices.Delete(next.Keys, j, j+1)
	if err := r.save(next); err != nil {
		return fmt.Errorf("promote key %s: %w", name, err)
	}
	return nil
}

// Remove forgets a key for ever, such as one that was revoked.
func (r *Ring) Remove(name string) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	i, ok := r.find(name)
	if !ok {
		return r.missing(name)
	}
	next := r.content
	next.Keys = slices.Delete(slices.Clone(next.Keys), i, i+1)
	if err := r.save(next); err != nil {
		return fmt.Errorf("remove key %s: %w", name, err)
	}
	return nil
}

// save puts next on the disk and then into r. Its caller holds mu.
func (r *Ring) save(next content) error {
	now, err := readFile(r.path)
	if err != nil {
		return err
	}
	if !bytes.Equal(now, r.file) {
		return fmt.Errorf("%s was changed by another program since it was opened; open it again", r.path)
	}
	file, err := r.seal(next)
	if err != nil {
		return err
	}
	if err := replaceFile(r.path, file); err != nil {
		return err
	}
	r.content, r.file = next, file
	return nil
}

// find returns where the key is or would be. Its caller holds mu.
func (r *Ring) find(name string) (int, bool) {
	return slices.BinarySearchFunc(r.content.Keys, name, func(k secret, name string) int { return strings.Compare(k.Name, name) })
}

func (r *Ring) missing(name string) error {
	return fmt.Errorf("key %q is not in key ring %s", name, r.path)
}

// Keys returns what is in the ring, sorted by name.
func (r *Ring) Keys() []Key {
	r.mu.Lock()
	defer r.mu.Unlock()
	keys := make([]Key, len(r.content.Keys))
	for i, k := range r.content.Keys {
		keys[i] = Key{Name: k.Name, Exercise: k.Exercise}
		if k.Algorithm == "" {
			keys[i].Public = public(k.Seed)
		}
	}
	return keys
}

// Names returns the names of the keys, sorted.
func (r *Ring) Names() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	names := make([]string, len(r.content.Keys))
	for i, k := range r.content.Keys {
		names[i] = k.Name
	}
	return names
}

// Exercise reports whether the key signs exercise traffic alone; false for a
// name that is not in the ring.
func (r *Ring) Exercise(name string) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	i, ok := r.find(name)
	return ok && r.content.Keys[i].Exercise
}

// Private returns a copy of a private key, for a library that wants it whole.
// What can sign through an [identity.Signer] uses [Ring.Signer].
func (r *Ring) Private(name string) (ed25519.PrivateKey, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	i, ok := r.find(name)
	if !ok {
		return nil, r.missing(name)
	}
	if k := r.content.Keys[i]; k.Algorithm != "" {
		return nil, fmt.Errorf("key %s of %s is for %s, not for Ed25519", name, r.path, k.Algorithm)
	}
	return ed25519.NewKeyFromSeed(r.content.Keys[i].Seed), nil
}

// Signer returns the key as one that signs.
func (r *Ring) Signer(name string) (identity.Signer, error) {
	key, err := r.Private(name)
	if err != nil {
		return nil, err
	}
	return signer{name, identity.NewSigner(key)}, nil
}

// signer adds the key's name to what may go wrong, and ends with its context.
type signer struct {
	name string
	identity.Signer
}

func (s signer) Sign(ctx context.Context, message []byte) ([]byte, error) {
	if err := ctx.Err(); err != nil {
		return nil, fmt.Errorf("sign with key %s: %w", s.name, err)
	}
	return s.Signer.Sign(ctx, message)
}

func public(seed []byte) ed25519.PublicKey {
	return ed25519.NewKeyFromSeed(seed).Public().(ed25519.PublicKey)
}
