package hub

import (
	"crypto/ed25519"
	"crypto/tls"

	"parley/client"
	"parley/identity"
	"parley/ledger"
	"parley/mechanism"
)

// logKey is the log key under which the next block is signed.
func (h *Hub) logKey() string {
	if c := h.Charter(); c != nil {
		return c.Hub.Key
	}
	return h.config.Charter.Hub.Key
}

// signerOf gives the signer with a log key; nil where this hub does not hold it.
func (h *Hub) signerOf(key string) *ledger.Signer {
	for _, s := range []*ledger.Signer{h.config.Signer, h.config.Coming} {
		if s != nil && s.VerifierKey() == key {
			return s
		}
	}
	return nil
}

// clockKey gives the key with which the clock signs: the next one as soon as the
// ledger endorses it.
func (h *Hub) clockKey() identity.Signer {
	next := h.config.NextKey
	if next == nil {
		return h.config.Key
	}
	size := h.work.Size()
	key, ok := mechanism.FindKey(h.work.Deciding(), identity.Thumbprint(next.Public()), size)
	if ok && key.ValidAt(size) && key.Author == h.config.Author {
		return next
	}
	return h.config.Key
}

// certificates are those of the hub's TLS keys, each under its pin.
func (h *Hub) certificates() map[string]*tls.Certificate {
	all := map[string]*tls.Certificate{}
	for _, c := range []*tls.Certificate{&h.config.TLS, &h.config.NextTLS} {
		if key, ok := c.PrivateKey.(ed25519.PrivateKey); ok {
			if pin, err := PinOf(key.Public().(ed25519.PublicKey)); err == nil {
				all[pin] = c
			}
		}
	}
	return all
}

// certificate gives the certificate that the charter in force pins first, or that a
// desk asks for which knows an earlier or a later edition: a desk that was away while
// the key changed is not locked out as long as the hub holds the key that it knows.
func (h *Hub) certificate(hello *tls.ClientHelloInfo) (*tls.Certificate, error) {
	all := h.certificates()
	for pin, c := range all {
		if hello != nil && hello.ServerName == client.ServerName(pin) {
			return c, nil
		}
	}
	pins := h.config.Charter.Hub.TLSPins()
	if c := h.Charter(); c != nil {
		pins = c.Hub.TLSPins()
	}
	for _, pin := range pins {
		if c := all[pin]; c != nil {
			return c, nil
		}
	}
	return &h.config.TLS, nil
}

// answerKey signs carried answers.
func (h *Hub) answerKey() (ed25519.PrivateKey, bool) {
	c, err := h.certificate(nil)
	if err != nil {
		return nil, false
	}
	key, ok := c.PrivateKey.(ed25519.PrivateKey)
	return key, ok
}
