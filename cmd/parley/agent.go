package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"slices"
	"sync"

	"parley/identity"
	"parley/keyring"
	"parley/mechanism"
	"parley/store"
)

// agentKeys finds an officer's key in the ring, then in the officer's personal ring
// while it is unlocked, and then in an ssh-agent: there it is the one that the ledger
// endorses for the officer. Of two in a ring, the next one is taken as soon as the
// ledger endorses it.
type agentKeys struct {
	ctx    context.Context
	ring   *keyring.Marked
	people *keyring.People // nil: there are no personal rings

	mu    sync.Mutex // guards what follows
	agent *keyring.AgentSource
	work  *store.Working
}

func (a *agentKeys) use(agent *keyring.AgentSource, work *store.Working) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.agent, a.work = agent, work
}

// A signerRing gives officers' keys: the main ring, or the personal ones that are open.
type signerRing interface {
	Names() []string
	Signer(name string) (identity.Signer, error)
}

// ringSigner gives the key of that name, or the next one.
func ringSigner(ring signerRing, work *store.Working, name string) (identity.Signer, error) {
	key, err := ring.Signer(name)
	if work != nil && slices.Contains(ring.Names(), name+keyring.NextSuffix) {
		next, nextErr := ring.Signer(name + keyring.NextSuffix)
		if nextErr == nil && endorsed(work, next, name) {
			return next, nil
		}
	}
	return key, err
}

func (a *agentKeys) signer(name string) (identity.Signer, error) {
	a.mu.Lock()
	agent, work := a.agent, a.work
	a.mu.Unlock()
	key, err := ringSigner(a.ring, work, name)
	if err != nil && a.people != nil && !slices.Contains(a.ring.Names(), name) {
		personal, personalErr := ringSigner(a.people, work, name)
		if personalErr == nil || errors.Is(personalErr, identity.ErrLocked) {
			key, err = personal, personalErr
		}
	}
	if err == nil || agent == nil {
		return key, err
	}
	for _, k := range work.Keys() {
		if k.Author.String() != name || k.Revoked != 0 {
			continue
		}
		if key, agentErr := agent.Signer(a.ctx, k.Public); agentErr == nil {
			return key, nil
		}
	}
	return nil, fmt.Errorf("%w; and the ssh-agent holds no key that the ledger endorses for %s", err, name)
}

// endorsed reports whether the ledger endorses the key for the author.
func endorsed(work *store.Working, key identity.Signer, author string) bool {
	size := work.Size()
	known, ok := mechanism.FindKey(work, identity.Thumbprint(key.Public()), size)
	return ok && known.ValidAt(size) && known.Author.String() == author
}

// officerKey gives the key for a new officer: a fresh one in the ring, or one
// that an ssh-agent holds.
func officerKey(ctx context.Context, f keyFlags, name string, exercise bool, stderr io.Writer) (identity.Signer, error) {
	if f.agent == "" {
		ring, err := openOrCreateRing(f.keys, f.passphraseFile, stderr)
		if err != nil {
			return nil, err
		}
		if f.next {
			name += keyring.NextSuffix
		}
		if _, err := ring.New(name, exercise, rand.Reader); err != nil {
			return nil, err
		}
		return ring.Signer(name)
	}
	source := keyring.Agent(f.agent)
	keys, err := source.Keys(ctx)
	if err != nil {
		return nil, err
	}
	for _, key := range keys {
		if f.agentKey == identity.EncodeKey(key) || (f.agentKey == "" && len(keys) == 1) {
			return source.Signer(ctx, key)
		}
	}
	if f.agentKey != "" {
		return nil, fmt.Errorf("the ssh-agent does not hold key %s", f.agentKey)
	}
	return nil, fmt.Errorf("the ssh-agent holds %d Ed25519 keys; say which with -agent-key", len(keys))
}
