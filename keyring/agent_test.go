package keyring

import (
	"context"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"errors"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"golang.org/x/crypto/ssh"
	"golang.org/x/crypto/ssh/agent"

	"parley/identity"
)

// serve answers each connection to the socket that it returns, until the test
// ends.
func serve(t *testing.T, answer func(net.Conn)) string {
	t.Helper()
	folder, err := os.MkdirTemp("", "agent") // t.TempDir can be too long for a socket
	if err != nil {
		t.Fatal(err)
	}
	socket := filepath.Join(folder, "s")
	l, err := net.Listen("unix", socket)
	if err != nil {
		t.Fatal(err)
	}
	var wait sync.WaitGroup
	wait.Go(func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			wait.Go(func() {
				defer conn.Close()
				answer(conn)
			})
		}
	})
	t.Cleanup(func() {
		l.Close()
		wait.Wait()
		os.RemoveAll(folder)
	})
	return socket
}

func serveKeys(t *testing.T, keyring agent.Agent) string {
	return serve(t, func(conn net.Conn) { agent.ServeAgent(keyring, conn) })
}

func TestAgent(t *testing.T) {
	pub, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	other, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	keys := agent.NewKeyring()
	for _, key := range []any{other, private} {
		if err := keys.Add(agent.AddedKey{PrivateKey: key}); err != nil {
			t.Fatal(err)
		}
	}
	source := Agent(serveKeys(t, keys))

	listed, err := source.Keys(t.Context())
	if err != nil || len(listed) != 1 || !listed[0].Equal(pub) {
		t.Fatalf("keys %x, %v; want the Ed25519 key %x alone", listed, err, pub)
	}
	signer, err := source.Signer(t.Context(), pub)
	if err != nil {
		t.Fatal(err)
	}
	signature, err := signer.Sign(t.Context(), []byte("text"))
	if err != nil || !signer.Public().Equal(pub) || !ed25519.Verify(pub, []byte("text"), signature) {
		t.Fatalf("signature %x, %v", signature, err)
	}
	// The same bytes as a key in memory gives: the agent adds nothing of SSH.
	same, err := identity.NewSigner(private).Sign(t.Context(), []byte("text"))
	if err != nil || string(same) != string(signature) {
		t.Errorf("the agent signs %x, the key in memory %x, %v", signature, same, err)
	}
	if _, err := source.Signer(t.Context(), make(ed25519.PublicKey, 32)); err == nil || !strings.Contains(err.Error(), "ssh-add") {
		t.Errorf("a key that the agent has not: %v", err)
	}
	if err := keys.RemoveAll(); err != nil {
		t.Fatal(err)
	}
	if _, err := signer.Sign(t.Context(), []byte("text")); err == nil || !strings.Contains(err.Error(), identity.EncodeKey(pub)) {
		t.Errorf("a key that the agent has no longer: %v", err)
	}
}

// forger is an agent that signs another text.
type forger struct{ agent.Agent }

func (f forger) Sign(key ssh.PublicKey, data []byte) (*ssh.Signature, error) {
	return f.Agent.Sign(key, append(data, '!'))
}

func TestAgentThatSignsOtherText(t *testing.T) {
	pub, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	keys := agent.NewKeyring()
	if err := keys.Add(agent.AddedKey{PrivateKey: private}); err != nil {
		t.Fatal(err)
	}
	signer, err := Agent(serveKeys(t, forger{keys})).Signer(t.Context(), pub)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := signer.Sign(t.Context(), []byte("text")); err == nil || !strings.Contains(err.Error(), "its signature is wrong") {
		t.Errorf("%v, want the signature refused", err)
	}
}

func TestAgentAway(t *testing.T) {
	_, err := Agent(filepath.Join(t.TempDir(), "none")).Keys(t.Context())
	if !errors.Is(err, os.ErrNotExist) || !strings.Contains(err.Error(), "is the agent running?") {
		t.Errorf("%v", err)
	}
}

// An agent that never answers, such as one that waits for a person, is left
// when the context ends.
func TestAgentSilent(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	socket := serve(t, func(conn net.Conn) {
		var request [1]byte
		if _, err := conn.Read(request[:]); err == nil {
			cancel() // it has asked and now waits
		}
		io.Copy(io.Discard, conn)
	})
	if _, err := Agent(socket).Keys(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("%v, want %v", err, context.Canceled)
	}
}
