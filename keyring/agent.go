package keyring

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"errors"
	"fmt"
	"io"
	"net"
	"time"

	"golang.org/x/crypto/ssh"
	"golang.org/x/crypto/ssh/agent"

	"parley/identity"
)

// An AgentSource finds keys in an ssh-agent. It connects anew for each request,
// so the agent may be restarted between them.
type AgentSource struct{ socket string }

// Agent returns the source of the agent that listens at that path of a unix
// socket, which ssh calls SSH_AUTH_SOCK. It does not connect yet.
func Agent(socket string) *AgentSource { return &AgentSource{socket} }

// Keys returns the Ed25519 public keys that the agent offers, in its order.
func (a *AgentSource) Keys(ctx context.Context) ([]ed25519.PublicKey, error) {
	var keys []ed25519.PublicKey
	err := a.do(ctx, func(c agent.ExtendedAgent) error {
		listed, err := c.List()
		if err != nil {
			return err
		}
		for _, k := range listed {
			if pub, ok := ed25519Key(k); ok {
				keys = append(keys, pub)
			}
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("list the keys of the agent at %s: %w", a.socket, err)
	}
	return keys, nil
}

// Signer returns the agent's key pub as one that signs. It asks the agent now
// whether it has the key, and again at every signature.
func (a *AgentSource) Signer(ctx context.Context, pub ed25519.PublicKey) (identity.Signer, error) {
	keys, err := a.Keys(ctx)
	if err != nil {
		return nil, err
	}
	for _, k := range keys {
		if k.Equal(pub) {
			return agentSigner{a, bytes.Clone(pub)}, nil
		}
	}
	return nil, fmt.Errorf("the agent at %s does not offer key %s; add it with ssh-add", a.socket, identity.EncodeKey(pub))
}

// do connects, calls f and disconnects. When ctx ends, f is cut short.
func (a *AgentSource) do(ctx context.Context, f func(agent.ExtendedAgent) error) error {
	conn, err := new(net.Dialer).DialContext(ctx, "unix", a.socket)
	if err != nil {
		return fmt.Errorf("is the agent running? %w", err)
	}
	defer conn.Close()
	stop := context.AfterFunc(ctx, func() { conn.SetDeadline(time.Unix(1, 0)) })
	defer stop()
	// Without its Close the client starts no goroutine, which could outlive us.
	err = f(agent.NewClient(struct{ io.ReadWriter }{conn}))
	if err != nil && ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return err
}

type agentSigner struct {
	source *AgentSource
	public ed25519.PublicKey
}

func (s agentSigner) Public() ed25519.PublicKey { return s.public }

// Sign returns the agent's signature once it has verified it: an agent is
// another program, and may front a device that fails.
func (s agentSigner) Sign(ctx context.Context, message []byte) ([]byte, error) {
	var signature *ssh.Signature
	err := s.source.do(ctx, func(c agent.ExtendedAgent) error {
		key, err := ssh.NewPublicKey(s.public)
		if err != nil {
			return err
		}
		signature, err = c.Sign(key, message)
		return err
	})
	if err == nil && (signature.Format != ssh.KeyAlgoED25519 || !ed25519.Verify(s.public, message, signature.Blob)) {
		err = errors.New("its signature is wrong")
	}
	if err != nil {
		return nil, fmt.Errorf("sign with key %s in the agent at %s: %w", identity.EncodeKey(s.public), s.source.socket, err)
	}
	return signature.Blob, nil
}

// ed25519Key returns the key that an agent lists, if it is of our kind.
func ed25519Key(k *agent.Key) (ed25519.PublicKey, bool) {
	if k.Format != ssh.KeyAlgoED25519 {
		return nil, false
	}
	parsed, err := ssh.ParsePublicKey(k.Blob)
	if err != nil {
		return nil, false
	}
	crypto, ok := parsed.(ssh.CryptoPublicKey)
	if !ok {
		return nil, false
	}
	pub, ok := crypto.CryptoPublicKey().(ed25519.PublicKey)
	return pub, ok
}
