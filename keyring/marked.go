package keyring

import (
	"crypto/ed25519"
	"fmt"

	"parley/identity"
)

// A Marked ring gives out the keys of exercises alone, or those of live
// mechanisms alone.
type Marked struct {
	*Ring
	exercise bool
}

// Of gives the ring's keys for a mechanism: a key that is marked for the other
// kind is an error, so that no exercise is ever signed with a live key, nor the
// reverse.
func (r *Ring) Of(exercise bool) *Marked { return &Marked{r, exercise} }

// Signer is [Ring.Signer] for keys of the right mark.
func (m *Marked) Signer(name string) (identity.Signer, error) {
	if err := m.check(name); err != nil {
		return nil, err
	}
	return m.Ring.Signer(name)
}

// Private is [Ring.Private] for keys of the right mark.
func (m *Marked) Private(name string) (ed25519.PrivateKey, error) {
	if err := m.check(name); err != nil {
		return nil, err
	}
	return m.Ring.Private(name)
}

// check leaves a key that is missing to the ring itself.
func (m *Marked) check(name string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	i, ok := m.find(name)
	if ok && m.content.Keys[i].Exercise != m.exercise {
		return fmt.Errorf("key %s of %s says exercise %t and the mechanism says exercise %t; exercise and live never mix: use the key ring of the right mechanism", name, m.path, !m.exercise, m.exercise)
	}
	return nil
}
