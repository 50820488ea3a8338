package keyring

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"parley/identity"
)

const (
	passphrase = "correct horse battery staple"
	quick      = 4 // work factor of the tests
)

func testRing(t *testing.T) (*Ring, string) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "keys.age")
	r, err := Create(path, passphrase, quick)
	if err != nil {
		t.Fatal(err)
	}
	return r, path
}

func open(t *testing.T, path string) *Ring {
	t.Helper()
	r, err := Open(path, passphrase)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestRingKeepsKeys(t *testing.T) {
	r, path := testRing(t)
	public := map[string]ed25519.PublicKey{}
	for _, name := range []string{"israel/watch/amal", "israel/witness", "hub/log"} {
		pub, err := r.New(name, name == "hub/log", rand.Reader)
		if err != nil {
			t.Fatal(err)
		}
		public[name] = pub
	}
	for _, r := range []*Ring{r, open(t, path)} {
		if got, want := r.Names(), []string{"hub/log", "israel/watch/amal", "israel/witness"}; !slices.Equal(got, want) {
			t.Errorf("names %q, want %q", got, want)
		}
		for _, k := range r.Keys() {
			if !k.Public.Equal(public[k.Name]) || k.Exercise != (k.Name == "hub/log") || r.Exercise(k.Name) != k.Exercise {
				t.Errorf("key %+v", k)
			}
			signer, err := r.Signer(k.Name)
			if err != nil {
				t.Fatal(err)
			}
			signature, err := signer.Sign(t.Context(), []byte("text"))
			if err != nil || !signer.Public().Equal(k.Public) || !ed25519.Verify(k.Public, []byte("text"), signature) {
				t.Errorf("key %s does not sign: %v", k.Name, err)
			}
			private, err := r.Private(k.Name)
			if err != nil || !private.Public().(ed25519.PublicKey).Equal(k.Public) {
				t.Errorf("private key %s: %v", k.Name, err)
			}
			if err := identity.CheckKey(k.Public); err != nil {
				t.Error(err)
			}
		}
	}
	if err := r.Remove("israel/witness"); err != nil {
		t.Fatal(err)
	}
	if got, want := open(t, path).Names(), []string{"hub/log", "israel/watch/amal"}; !slices.Equal(got, want) {
		t.Errorf("after Remove: names %q, want %q", got, want)
	}
}

func TestRingOnDisk(t *testing.T) {
	r, path := testRing(t)
	seed := bytes.Repeat([]byte{7}, ed25519.SeedSize)
	if _, err := r.New("israel/watch/amal", false, bytes.NewReader(seed)); err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	if mode := info.Mode().Perm(); mode != 0o600 {
		t.Errorf("mode %o, want 600", mode)
	}
	file, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.HasPrefix(file, []byte("age-encryption.org/v1\n-> scrypt ")) || bytes.Contains(file, seed) || bytes.Contains(file, []byte("amal")) {
		t.Error("the file is not an encrypted one, or tells a key or a name")
	}
	entries, err := os.ReadDir(filepath.Dir(path))
	if err != nil || len(entries) != 1 {
		t.Errorf("%d files in the folder, %v; want the ring alone, no temporary file", len(entries), err)
	}
}

func TestOpenRefuses(t *testing.T) {
	_, path := testRing(t)
	file, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	write := func(content []byte) string {
		p := filepath.Join(t.TempDir(), "keys.age")
		if err := os.WriteFile(p, content, 0o600); err != nil {
			t.Fatal(err)
		}
		return p
	}
	flipped := slices.Clone(file)
	flipped[len(flipped)-1] ^= 1
	foreign := &Ring{passphrase: passphrase}
	sealed := func(c content) []byte {
		b, err := foreign.seal(c)
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	seed := make([]byte, ed25519.SeedSize)
	for _, test := range []struct {
		name, path, passphrase string
		is                     error // nil: any
		want                   string
	}{
		{"wrong passphrase", path, "wrong", ErrPassphrase, "the passphrase is wrong; nothing was changed, try again"},
		{"empty passphrase", path, "", ErrPassphrase, "empty"},
		{"no file", path + ".none", passphrase, os.ErrNotExist, "no such file"},
		{"flipped bit", write(flipped), passphrase, nil, "damaged"},
		{"cut off", write(file[:len(file)-20]), passphrase, nil, "damaged"},
		{"empty file", write(nil), passphrase, nil, "damaged or not a key ring"},
		{"other file", write([]byte("hello")), passphrase, nil, "damaged or not a key ring"},
		{"too long", write(make([]byte, maxFile+1)), passphrase, nil, "more than 1048576 bytes"},
		{"newer version", write(sealed(content{Version: 2, WorkFactor: quick})), passphrase, nil, "version 2"},
		{"name twice", write(sealed(content{1, quick, []secret{{Name: "a/b", Exercise: false, Seed: seed}, {Name: "a/b", Exercise: true, Seed: seed}}})), passphrase, nil, "twice"},
		{"short key", write(sealed(content{1, quick, []secret{{Name: "a/b", Exercise: false, Seed: seed[1:]}}})), passphrase, nil, "31 bytes"},
		{"unknown algorithm", write(sealed(content{1, quick, []secret{{Name: "a/b", Seed: seed, Algorithm: "RSA"}}})), passphrase, nil, `key a/b is for "RSA"`},
		{"bad name", write(sealed(content{1, quick, []secret{{Name: "a", Seed: seed}}})), passphrase, nil, `key name "a"`},
	} {
		_, err := Open(test.path, test.passphrase)
		switch {
		case err == nil || !strings.HasPrefix(err.Error(), "open key ring") || !strings.Contains(err.Error(), test.want):
			t.Errorf("%s: %v, want %q in it", test.name, err, test.want)
		case test.is != nil && !errors.Is(err, test.is):
			t.Errorf("%s: %v does not wrap %v", test.name, err, test.is)
		case test.is != ErrPassphrase && errors.Is(err, ErrPassphrase):
			t.Errorf("%s: %v blames the passphrase", test.name, err)
		}
	}
}

func TestCreateRefuses(t *testing.T) {
	r, path := testRing(t)
	if _, err := r.New("hub/log", false, rand.Reader); err != nil {
		t.Fatal(err)
	}
	if _, err := Create(path, passphrase, quick); !errors.Is(err, os.ErrExist) {
		t.Errorf("over a ring: %v, want os.ErrExist", err)
	}
	if got := open(t, path).Names(); !slices.Equal(got, []string{"hub/log"}) {
		t.Errorf("the ring that was there now has keys %q", got)
	}
	if _, err := Create(path+"2", "", quick); err == nil {
		t.Error("an empty passphrase is taken")
	}
	if _, err := Create(path+"2", passphrase, 30); err == nil {
		t.Error("a work factor that Open would not spend is taken")
	}
	if _, err := Create(filepath.Join(path+".none", "keys"), passphrase, quick); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("in no folder: %v, want os.ErrNotExist", err)
	}
}

func TestNewRefuses(t *testing.T) {
	r, path := testRing(t)
	first, err := r.New("israel/watch/amal", false, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"", "amal", "a/b/c/d", "israel/watch/Amal", "israel//amal", "israel/watch/amal\n"} {
		if _, err := r.New(name, false, rand.Reader); err == nil {
			t.Errorf("a key of name %q is made", name)
		}
	}
	if _, err := r.New("israel/watch/amal", false, rand.Reader); err == nil || !strings.Contains(err.Error(), "has a key of that name") {
		t.Errorf("name taken: %v", err)
	}
	if _, err := r.New("israel/watch/boris", false, bytes.NewReader(make([]byte, 31))); err == nil {
		t.Error("a key is made of 31 random bytes")
	}
	if keys := open(t, path).Keys(); len(keys) != 1 || !keys[0].Public.Equal(first) {
		t.Errorf("keys %+v, want the first alone", keys)
	}
	for _, name := range []string{"israel/watch/boris", ""} {
		if _, err := r.Signer(name); err == nil {
			t.Errorf("Signer(%q) is given", name)
		}
		if _, err := r.Private(name); err == nil {
			t.Errorf("Private(%q) is given", name)
		}
		if err := r.Remove(name); err == nil {
			t.Errorf("Remove(%q) says it was there", name)
		}
		if r.Exercise(name) {
			t.Errorf("Exercise(%q) is true", name)
		}
	}
}

// Two programs have the ring open. The second to save would drop the first's
// key, so it is told instead.
func TestSaveOverAnother(t *testing.T) {
	r, path := testRing(t)
	other := open(t, path)
	if _, err := r.New("hub/log", false, rand.Reader); err != nil {
		t.Fatal(err)
	}
	if _, err := other.New("hub/tls", false, rand.Reader); err == nil || !strings.Contains(err.Error(), "open it again") {
		t.Errorf("the second saves: %v", err)
	}
	if got := other.Names(); len(got) != 0 {
		t.Errorf("the second has %q, which is not on the disk", got)
	}
	if _, err := open(t, path).New("hub/tls", false, rand.Reader); err != nil {
		t.Error(err)
	}
}

// A key that could not be saved is not there, and the file is as it was.
func TestSaveFails(t *testing.T) {
	r, path := testRing(t)
	before, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	stays := errors.New("no")
	if err := writeFile(path, []byte("half"), func(string) error { return stays }); !errors.Is(err, stays) {
		t.Fatal(err)
	}
	after, err := os.ReadFile(path)
	if err != nil || !bytes.Equal(before, after) {
		t.Errorf("the file was changed: %v", err)
	}
	if entries, err := os.ReadDir(filepath.Dir(path)); err != nil || len(entries) != 1 {
		t.Errorf("%d files in the folder, %v; want the ring alone", len(entries), err)
	}
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	if _, err := r.New("hub/log", false, rand.Reader); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the file is gone: %v", err)
	}
	if len(r.Names()) != 0 {
		t.Error("a key that was not saved is in the ring")
	}
}

func TestRingTogether(t *testing.T) {
	r, path := testRing(t)
	names := []string{"a/1", "a/2", "a/3", "a/4"}
	var wait sync.WaitGroup
	for _, name := range names {
		wait.Go(func() {
			if _, err := r.New(name, false, rand.Reader); err != nil {
				t.Error(err)
			}
			r.Keys()
		})
	}
	wait.Wait()
	if got := open(t, path).Names(); !slices.Equal(got, names) {
		t.Errorf("names %q, want %q", got, names)
	}
}

func TestSignerEndsWithContext(t *testing.T) {
	r, _ := testRing(t)
	if _, err := r.New("hub/log", false, rand.Reader); err != nil {
		t.Fatal(err)
	}
	signer, err := r.Signer("hub/log")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := signer.Sign(ctx, nil); !errors.Is(err, context.Canceled) {
		t.Errorf("%v, want %v", err, context.Canceled)
	}
}
