package client

import (
	"context"
	"crypto/ed25519"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"parley/charter"
	"parley/identity"
)

// A silent is a hub that answers the feed and then says nothing more.
type silent struct{}

func (silent) RoundTrip(r *http.Request) (*http.Response, error) {
	reader, writer := io.Pipe()
	context.AfterFunc(r.Context(), func() { writer.CloseWithError(r.Context().Err()) })
	return &http.Response{StatusCode: http.StatusOK, Body: reader, Request: r}, nil
}

// A hub that died without a word must not keep a desk waiting for ever.
func TestFeedSilence(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		key := identity.NewSigner(ed25519.NewKeyFromSeed(make([]byte, ed25519.SeedSize)))
		c := New(&charter.Charter{Mechanism: "m"}, "https://hub.example", identity.Author{Party: "a", Role: "desk", Officer: "one"}, key, time.Now)
		c.http = &http.Client{Transport: silent{}}
		start := time.Now()
		for _, err := range c.Feed(t.Context(), 0) {
			if !errors.Is(err, errSilent) || !strings.Contains(err.Error(), "said nothing") {
				t.Errorf("got %v", err)
			}
		}
		if took := time.Since(start); took != feedSilence {
			t.Errorf("it gave up after %v, want %v", took, feedSilence)
		}
	})
}

// A dial that hangs is given up after dialTimeout, so that the next address is
// tried.
func TestDialHangs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		key := identity.NewSigner(ed25519.NewKeyFromSeed(make([]byte, ed25519.SeedSize)))
		var asked string
		c := NewDialing(&charter.Charter{Mechanism: "m"}, "https://hub.example", identity.Author{Party: "a", Role: "desk", Officer: "one"}, key, time.Now,
			func(ctx context.Context, network, address string) (net.Conn, error) {
				asked = network + " " + address
				<-ctx.Done()
				return nil, ctx.Err()
			})
		start := time.Now()
		if _, err := c.Checkpoint(t.Context()); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("got %v", err)
		}
		if took := time.Since(start); took != dialTimeout || asked != "tcp hub.example:443" {
			t.Errorf("it gave up dialling %q after %v, want %v", asked, took, dialTimeout)
		}
	})
}
