package keyring

import (
	"bytes"
	"crypto/rand"
	"strings"
	"testing"
)

// An ML-DSA key is kept in the file, gives the same key after it is opened again,
// and is never handed out as an Ed25519 key, nor the reverse.
func TestMLDSA(t *testing.T) {
	path := t.TempDir() + "/keys.age"
	r, err := Create(path, "open", 1)
	if err != nil {
		t.Fatal(err)
	}
	made, err := r.NewMLDSA("alder/witness-mldsa", true, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := r.New("alder/witness", true, rand.Reader); err != nil {
		t.Fatal(err)
	}
	if r, err = Open(path, "open"); err != nil {
		t.Fatal(err)
	}
	key, err := r.Of(true).PrivateMLDSA("alder/witness-mldsa")
	if err != nil || !bytes.Equal(key.PublicKey().Bytes(), made.Bytes()) {
		t.Errorf("opened again: %v, another key than was made", err)
	}
	for _, k := range r.Keys() {
		if (k.Public == nil) != (k.Name == "alder/witness-mldsa") {
			t.Errorf("key %s has the Ed25519 key %v", k.Name, k.Public)
		}
	}
	for _, test := range []struct {
		name string
		do   func() error
		want string
	}{
		{"as Ed25519", func() error { _, err := r.Private("alder/witness-mldsa"); return err }, "is for ML-DSA-44, not for Ed25519"},
		{"as a signer", func() error { _, err := r.Signer("alder/witness-mldsa"); return err }, "is for ML-DSA-44, not for Ed25519"},
		{"the other as ML-DSA", func() error { _, err := r.PrivateMLDSA("alder/witness"); return err }, "is for Ed25519, not for ML-DSA-44"},
		{"for a live mechanism", func() error { _, err := r.Of(false).PrivateMLDSA("alder/witness-mldsa"); return err }, "exercise and live never mix"},
		{"taken", func() error { _, err := r.NewMLDSA("alder/witness", true, rand.Reader); return err }, "has a key of that name"},
		{"none", func() error { _, err := r.PrivateMLDSA("birch/witness"); return err }, "is not in key ring"},
	} {
		if err := test.do(); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: %v; want %q", test.name, err, test.want)
		}
	}
}
