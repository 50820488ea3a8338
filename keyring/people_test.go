package keyring

import (
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"parley/identity"
)

// people is a desk with adam in the main ring and amal in a ring of her own.
func people(t *testing.T, now func() time.Time) (*People, string) {
	t.Helper()
	dir := t.TempDir()
	main, err := Create(filepath.Join(dir, "keys.age"), "the desk's", 1)
	if err != nil {
		t.Fatal(err)
	}
	folder := filepath.Join(dir, "keys.age.d")
	if err := os.Mkdir(folder, 0o700); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"alder/watch/adam", "alder/desk/one", "hub/log"} {
		if _, err := main.New(name, true, rand.Reader); err != nil {
			t.Fatal(err)
		}
	}
	personalRing(t, folder, "alder-watch-amal.age", "amal's", true, "alder/watch/amal")
	p, err := NewPeople(folder, main.Of(true), knownOfficer, now)
	if err != nil {
		t.Fatal(err)
	}
	return p, folder
}

func knownOfficer(a identity.Author) bool {
	return a.Party == "alder" && (a.Role == "watch" || a.Role == "duty-chief")
}

func personalRing(t *testing.T, folder, file, passphrase string, exercise bool, names ...string) {
	t.Helper()
	ring, err := Create(filepath.Join(folder, file), passphrase, 1)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		if _, err := ring.New(name, exercise, rand.Reader); err != nil {
			t.Fatal(err)
		}
	}
}

func officer(t *testing.T, name string) identity.Author {
	t.Helper()
	a, err := identity.ParseAuthor(name)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// A key in a personal ring signs between the first unlock and the last lock, also
// through a signer that was taken before; one in the main ring always does.
func TestPeople(t *testing.T) {
	p, folder := people(t, time.Now)
	ctx, amal, adam := t.Context(), officer(t, "alder/watch/amal"), officer(t, "alder/watch/adam")
	personalRing(t, folder, "alder-duty-chief-ann-mary.age", "ann's", true, "alder/duty-chief/ann-mary")
	var names []string
	for _, a := range p.Officers() {
		names = append(names, a.String())
	}
	if got := strings.Join(names, " "); got != "alder/duty-chief/ann-mary alder/watch/adam alder/watch/amal" {
		t.Errorf("officers %s", got)
	}
	if _, err := p.Signer(amal.String()); !errors.Is(err, identity.ErrLocked) {
		t.Errorf("before it is unlocked: %v", err)
	}
	if _, err := p.Signer("alder/watch/none"); err == nil || errors.Is(err, identity.ErrLocked) {
		t.Errorf("nobody: %v", err)
	}
	lock, err := p.Unlock(ctx, amal, "amal's")
	if err != nil {
		t.Fatal(err)
	}
	again, err := p.Unlock(ctx, amal, "amal's")
	if err != nil {
		t.Fatal(err)
	}
	key, err := p.Signer(amal.String())
	if err != nil {
		t.Fatal(err)
	}
	signs := func() error {
		signature, err := key.Sign(ctx, []byte("text"))
		if err == nil && !ed25519.Verify(key.Public(), []byte("text"), signature) {
			t.Error("the signature is wrong")
		}
		return err
	}
	lock()
	lock() // does no more
	if err := signs(); err != nil {
		t.Errorf("after one of two has locked: %v", err)
	}
	again()
	if err := signs(); !errors.Is(err, identity.ErrLocked) {
		t.Errorf("after both have locked: %v", err)
	}
	if len(p.Names()) != 0 {
		t.Errorf("open after the last lock: %v", p.Names())
	}
	lock, err = p.Unlock(ctx, adam, "the desk's")
	if err != nil {
		t.Fatal(err)
	}
	lock()
	if _, err := p.main.Signer(adam.String()); err != nil {
		t.Errorf("a key in the main ring after the lock: %v", err)
	}
}

// All that is wrong with a passphrase or an officer reads the same.
func TestPeopleRefused(t *testing.T) {
	p, folder := people(t, time.Now)
	personalRing(t, folder, "alder-watch-live.age", "live", false, "alder/watch/live")
	personalRing(t, folder, "alder-watch-two.age", "two", true, "alder/watch/two", "alder/watch/other")
	personalRing(t, folder, "alder-watch-empty.age", "empty", true)
	for _, test := range []struct{ name, passphrase, want string }{
		{"alder/watch/amal", "the desk's", ""},
		{"alder/watch/amal", "", ""},
		{"alder/watch/amal", strings.Repeat("x", 1<<20), ""},
		{"alder/watch/adam", "amal's", ""},
		{"alder/watch/none", "the desk's", ""},
		{"alder/desk/one", "the desk's", ""},
		{"birch/watch/basil", "the desk's", ""},
		{"alder/watch/live", "live", "exercise and live never mix"},
		{"alder/watch/two", "two", "holds key alder/watch/other too"},
		{"alder/watch/empty", "empty", "is not in key ring"},
	} {
		_, err := p.Unlock(t.Context(), officer(t, test.name), test.passphrase)
		if test.want == "" && (!errors.Is(err, ErrPassphrase) || err.Error() != "unlock "+test.name+": the passphrase is wrong, or there is no such officer") {
			t.Errorf("%s with %.12q: %v", test.name, test.passphrase, err)
		}
		if test.want != "" && (errors.Is(err, ErrPassphrase) || err == nil || !strings.Contains(err.Error(), test.want)) {
			t.Errorf("%s: %v, want %q", test.name, err, test.want)
		}
	}
	if len(p.Names()) != 0 {
		t.Errorf("open: %v", p.Names())
	}
	ended, end := context.WithCancel(t.Context())
	end()
	p.turn <- struct{}{}
	if _, err := p.Unlock(ended, officer(t, "alder/watch/amal"), "amal's"); !errors.Is(err, context.Canceled) {
		t.Errorf("whose request has ended: %v", err)
	}
	<-p.turn
	for file, want := range map[string]string{"alder-watch-adam.age": "remove it from one of them", "birch-watch-basil.age": "stands for 0 officers", "amal.age": "stands for 0 officers"} {
		path := filepath.Join(folder, file)
		if err := os.WriteFile(path, nil, 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := NewPeople(folder, p.main, knownOfficer, time.Now); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", file, err, want)
		}
		os.Remove(path)
	}
}

// Wrong passphrases make the next one wait, never longer than a minute, and one
// officer's make no other wait; the right one ends it.
func TestPeopleThrottled(t *testing.T) {
	var clock time.Time
	p, folder := people(t, func() time.Time { return clock })
	personalRing(t, folder, "alder-watch-ann.age", "ann's", true, "alder/watch/ann")
	ctx, amal := t.Context(), officer(t, "alder/watch/amal")
	var pauses []time.Duration
	for range 12 {
		if _, err := p.Unlock(ctx, amal, "wrong"); !errors.Is(err, ErrPassphrase) {
			t.Fatal(err)
		}
		_, err := p.Unlock(ctx, amal, "amal's")
		wait, ok := errors.AsType[*TooOften](err)
		if !ok {
			if err != nil {
				t.Fatal(err)
			}
			pauses = append(pauses, 0)
			p.tries[amal.String()] = &tries{wrong: len(pauses), last: clock} // as if it had not been tried
			continue
		}
		pauses = append(pauses, wait.Wait)
		clock = clock.Add(wait.Wait)
	}
	want := []time.Duration{0, 0, 0, 0, 2e9, 4e9, 8e9, 16e9, 32e9, 60e9, 60e9, 60e9}
	for i := range want {
		if pauses[i] != want[i] {
			t.Fatalf("pauses %v, want %v", pauses, want)
		}
	}
	if lock, err := p.Unlock(ctx, officer(t, "alder/watch/ann"), "ann's"); err != nil {
		t.Errorf("another officer: %v", err)
	} else {
		lock()
	}
	if _, err := p.Unlock(ctx, amal, "amal's"); err != nil {
		t.Errorf("after the pause: %v", err)
	}
	if len(p.tries) != 0 {
		t.Errorf("kept after the right one: %v", p.tries)
	}
}

// Many browsers unlock and lock at the same time, and all that stays is what is held.
func TestPeopleAtOnce(t *testing.T) {
	p, _ := people(t, time.Now)
	amal := officer(t, "alder/watch/amal")
	var wait sync.WaitGroup
	for range 8 {
		wait.Go(func() {
			for range 5 {
				lock, err := p.Unlock(t.Context(), amal, "amal's")
				if err != nil {
					t.Error(err)
					return
				}
				key, err := p.Signer(amal.String())
				if err != nil {
					t.Error(err)
				} else if _, err := key.Sign(t.Context(), []byte("x")); err != nil {
					t.Error(err)
				}
				lock()
			}
		})
	}
	wait.Wait()
	if _, err := p.Signer(amal.String()); !errors.Is(err, identity.ErrLocked) {
		t.Errorf("after all: %v", err)
	}
}
