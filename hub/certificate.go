package hub

import (
	"crypto/ed25519"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"fmt"
	"io"
	"math/big"
	"time"

	"parley/charter"
)

// Certificate makes the hub's TLS certificate, signed by its own key: desks
// check the key against the pin in the charter, not an authority. It is valid
// from a day before now for a year; the pin is what counts and stays the same.
func Certificate(key ed25519.PrivateKey, now time.Time, random io.Reader) (tls.Certificate, error) {
	template := &x509.Certificate{
		SerialNumber: big.NewInt(now.Unix()),
		Subject:      pkix.Name{CommonName: "parley hub"},
		NotBefore:    now.AddDate(0, 0, -1),
		NotAfter:     now.AddDate(1, 0, 0),
		KeyUsage:     x509.KeyUsageDigitalSignature,
		ExtKeyUsage:  []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	der, err := x509.CreateCertificate(random, template, template, key.Public(), key)
	if err != nil {
		return tls.Certificate{}, fmt.Errorf("make TLS certificate: %w", err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, nil
}

// PinOf gives the pin of a TLS key as charters write it ([charter.Pin]).
func PinOf(public ed25519.PublicKey) (string, error) {
	spki, err := x509.MarshalPKIXPublicKey(public)
	if err != nil {
		return "", fmt.Errorf("pin of TLS key: %w", err)
	}
	return charter.Pin(spki), nil
}
