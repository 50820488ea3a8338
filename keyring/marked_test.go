package keyring

import (
	"crypto/rand"
	"path/filepath"
	"strings"
	"testing"
)

// A ring gives out no key of the other kind, to sign or whole.
func TestMarked(t *testing.T) {
	ring, err := Create(filepath.Join(t.TempDir(), "ring.age"), "secret", 1)
	if err != nil {
		t.Fatal(err)
	}
	for name, exercise := range map[string]bool{"alder/watch/amal": true, "alder/watch/adam": false} {
		if _, err := ring.New(name, exercise, rand.Reader); err != nil {
			t.Fatal(err)
		}
	}
	for _, exercise := range []bool{true, false} {
		for name, mark := range map[string]bool{"alder/watch/amal": true, "alder/watch/adam": false} {
			_, signs := ring.Of(exercise).Signer(name)
			_, whole := ring.Of(exercise).Private(name)
			for _, err := range []error{signs, whole} {
				if (err == nil) != (mark == exercise) || err != nil && !strings.Contains(err.Error(), "exercise and live never mix") {
					t.Errorf("%s for exercise %t: %v", name, exercise, err)
				}
			}
		}
		if _, err := ring.Of(exercise).Signer("alder/watch/nobody"); err == nil || !strings.Contains(err.Error(), "is not in key ring") {
			t.Errorf("a key that is missing: %v", err)
		}
	}
}
