package keyring

import (
	"fmt"
	"io"

	"filippo.io/mldsa"
)

// NewMLDSA is [Ring.New] for an ML-DSA-44 key.
func (r *Ring) NewMLDSA(name string, exercise bool, rand io.Reader) (*mldsa.PublicKey, error) {
	if _, err := r.make(name, MLDSA44, exercise, rand); err != nil {
		return nil, err
	}
	key, err := r.PrivateMLDSA(name)
	if err != nil {
		return nil, err
	}
	return key.PublicKey(), nil
}

// PrivateMLDSA returns a copy of an ML-DSA-44 private key.
func (r *Ring) PrivateMLDSA(name string) (*mldsa.PrivateKey, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	i, ok := r.find(name)
	if !ok {
		return nil, r.missing(name)
	}
	k := r.content.Keys[i]
	if k.Algorithm != MLDSA44 {
		return nil, fmt.Errorf("key %s of %s is for Ed25519, not for %s", name, r.path, MLDSA44)
	}
	return mldsa.NewPrivateKey(mldsa.MLDSA44(), k.Seed)
}

// PrivateMLDSA is [Ring.PrivateMLDSA] for keys of the right mark.
func (m *Marked) PrivateMLDSA(name string) (*mldsa.PrivateKey, error) {
	if err := m.check(name); err != nil {
		return nil, err
	}
	return m.Ring.PrivateMLDSA(name)
}
