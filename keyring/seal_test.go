package keyring

import (
	"bytes"
	"errors"
	"testing"
)

func TestSeal(t *testing.T) {
	text := bytes.Repeat([]byte("a line\n"), 20_000)
	file, err := Seal(text, "open sesame", 10)
	if err != nil || !Sealed(file) || Sealed(text) || bytes.Contains(file, []byte("a line")) {
		t.Fatalf("sealed: %v", err)
	}
	if got, err := Unseal(file, "open sesame", int64(len(text))); err != nil || !bytes.Equal(got, text) {
		t.Errorf("opened %d bytes, %v", len(got), err)
	}
	for _, wrong := range []string{"open sesam", ""} {
		if _, err := Unseal(file, wrong, 1<<20); !errors.Is(err, ErrPassphrase) {
			t.Errorf("passphrase %q: %v", wrong, err)
		}
	}
	if _, err := Unseal(file, "open sesame", 1000); err == nil {
		t.Error("more than the limit was opened")
	}
	if _, err := Unseal(file[:len(file)-1], "open sesame", 1<<20); err == nil {
		t.Error("a file that is cut off was opened")
	}
	file[len(file)/2] ^= 1
	if _, err := Unseal(file, "open sesame", 1<<20); err == nil || errors.Is(err, ErrPassphrase) {
		t.Errorf("an altered file: %v", err)
	}
}
