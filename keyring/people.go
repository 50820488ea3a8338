package keyring

import (
	"context"
	"crypto/ed25519"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"parley/identity"
)

// maxPassphrase bounds, in bytes, what is tried as a passphrase.
const maxPassphrase = 1024

// People unlocks the officers of one desk, each with a passphrase.
//
// An officer's key is in a personal ring, a file of its own under a passphrase that
// the officer alone knows, or in the desk's main ring. One in a personal ring signs
// only while its officer has it unlocked; the last lock wipes it from memory. One in
// the main ring signs as long as the desk runs, which its API needs: there Unlock only
// checks that ring's passphrase, which all whose keys are in it share, and so tells
// that somebody knows it, not who.
//
// Its methods may be called at the same time.
type People struct {
	folder string // of personal rings; empty: there are none
	main   *Marked
	known  func(identity.Author) bool
	now    func() time.Time
	turn   chan struct{} // one passphrase at a time is tried: each takes much memory

	mu    sync.Mutex // guards what follows
	open  map[string]*unlocked
	tries map[string]*tries
}

// unlocked is a personal ring that is open.
type unlocked struct {
	ring  *Ring
	times int // unlocked and not yet locked
}

// NewPeople gives the officers of a main ring and of a folder of personal rings, files
// such as alder-watch-amal.age, which 'parley key new' makes like any ring. The folder
// is read anew each time, so that a ring may be added while a desk runs; an empty name
// means none. known says who is an officer of the desk. now is the clock of pauses.
//
// It is an error if a file's name names nobody who is known, or an officer whose key is
// in the main ring too: the passphrase of one would not guard the other.
func NewPeople(folder string, main *Marked, known func(identity.Author) bool, now func() time.Time) (*People, error) {
	p := &People{folder: folder, main: main, known: known, now: now, turn: make(chan struct{}, 1), open: map[string]*unlocked{}, tries: map[string]*tries{}}
	files, err := p.files()
	if err != nil {
		return nil, err
	}
	for officer, path := range files {
		if slices.Contains(main.Names(), officer) {
			return nil, fmt.Errorf("the key of %s is in %s and in %s; remove it from one of them", officer, main.path, path)
		}
	}
	return p, nil
}

// files finds the personal rings, by officer.
func (p *People) files() (map[string]string, error) {
	files := map[string]string{}
	if p.folder == "" {
		return files, nil
	}
	entries, err := os.ReadDir(p.folder)
	if err != nil {
		return nil, fmt.Errorf("read the folder of personal key rings: %w", err)
	}
	for _, e := range entries {
		name, ok := strings.CutSuffix(e.Name(), ".age")
		if !ok || strings.HasPrefix(name, ".") {
			continue
		}
		path := filepath.Join(p.folder, e.Name())
		officer, err := p.named(name)
		if err != nil {
			return nil, fmt.Errorf("personal key ring %s: %w", path, err)
		}
		files[officer.String()] = path
	}
	return files, nil
}

// named finds the officer whom the name of a file names: identifiers may have "-" in
// them too.
func (p *People) named(file string) (identity.Author, error) {
	var found []identity.Author
	parts := strings.Split(file, "-")
	for i := 1; i < len(parts)-1; i++ {
		for j := i + 1; j < len(parts); j++ {
			name := strings.Join(parts[:i], "-") + "/" + strings.Join(parts[i:j], "-") + "/" + strings.Join(parts[j:], "-")
			if author, err := identity.ParseAuthor(name); err == nil && p.known(author) {
				found = append(found, author)
			}
		}
	}
	if len(found) != 1 {
		return identity.Author{}, fmt.Errorf("its name stands for %d officers of this desk, want one; name it PARTY-ROLE-NAME.age", len(found))
	}
	return found[0], nil
}

// Officers gives all who can be unlocked, sorted. Officers whose keys are in an
// ssh-agent are not among them. Where the folder cannot be read now, it gives those of
// the main ring.
func (p *People) Officers() []identity.Author {
	names := p.main.Names()
	files, _ := p.files() //nolint:errcheck // Unlock says what is wrong
	for officer := range files {
		names = append(names, officer)
	}
	slices.Sort(names)
	var all []identity.Author
	for _, name := range slices.Compact(names) {
		if author, err := identity.ParseAuthor(name); err == nil && p.known(author) {
			all = append(all, author)
		}
	}
	return all
}

// Unlock tries a passphrase for an officer. What it gives locks again; calling that more
// than once does no more. An officer may be unlocked several times over, and the key is
// wiped when all of them have locked.
//
// The error wraps [ErrPassphrase] if there is no such officer or the passphrase is not
// theirs, and says the same, after the same work, in both cases. It is a [*TooOften]
// after too many of those: then nothing was tried.
func (p *People) Unlock(ctx context.Context, officer identity.Author, passphrase string) (lock func(), err error) {
	files, err := p.files()
	if err != nil {
		return nil, err
	}
	name := officer.String()
	path := files[name]
	inMain := slices.Contains(p.main.Names(), name) && p.known(officer)
	select {
	case p.turn <- struct{}{}:
		defer func() { <-p.turn }()
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
	throttled := name
	if path == "" && !inMain {
		throttled = "" // all who are not there count as one
	}
	if err := p.mayTry(throttled); err != nil {
		return nil, err
	}
	var ring *Ring
	if path != "" && !inMain {
		ring, err = p.openPersonal(path, name, passphrase)
	} else {
		err = p.main.try(passphrase)
	}
	if err == nil && path == "" && !inMain {
		err = ErrPassphrase
	}
	p.tried(throttled, err)
	switch {
	case errors.Is(err, ErrPassphrase):
		return nil, fmt.Errorf("unlock %s: %w, or there is no such officer", officer, ErrPassphrase)
	case err != nil:
		return nil, fmt.Errorf("unlock %s: %w", officer, err)
	case inMain:
		_, err := p.main.Signer(name) // of the right mark
		return func() {}, err
	}
	p.hold(name, ring)
	var once sync.Once
	return func() { once.Do(func() { p.release(name) }) }, nil
}

// openPersonal opens the ring of one officer, and refuses one that holds more.
func (p *People) openPersonal(path, officer, passphrase string) (*Ring, error) {
	if len(passphrase) > maxPassphrase {
		passphrase = "" // is none's
	}
	ring, err := Open(path, passphrase)
	if errors.Is(err, ErrPassphrase) {
		return nil, ErrPassphrase
	}
	if err != nil {
		return nil, err
	}
	if _, err := ring.Of(p.main.exercise).Signer(officer); err != nil {
		ring.wipe()
		return nil, err
	}
	for _, name := range ring.Names() {
		if name != officer && name != officer+NextSuffix {
			ring.wipe()
			return nil, fmt.Errorf("%s holds key %s too; a personal ring holds the key of one officer", path, name)
		}
	}
	ring.passphrase = ""
	return ring, nil
}

// try checks a passphrase of the ring, which is open.
func (r *Ring) try(passphrase string) error {
	r.mu.Lock()
	file := r.file
	r.mu.Unlock()
	if len(passphrase) > maxPassphrase {
		return ErrPassphrase
	}
	again := &Ring{path: r.path, passphrase: passphrase}
	err := again.unseal(file)
	again.wipe()
	if errors.Is(err, ErrPassphrase) {
		return ErrPassphrase
	}
	return err
}

// wipe forgets all keys.
func (r *Ring) wipe() {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, k := range r.content.Keys {
		clear(k.Seed)
	}
	r.content, r.passphrase, r.file = content{}, "", nil
}

// hold keeps a ring that was opened, in the place of one that is open already: its file
// may have changed since.
func (p *People) hold(officer string, ring *Ring) {
	p.mu.Lock()
	defer p.mu.Unlock()
	u, ok := p.open[officer]
	if !ok {
		u = &unlocked{}
		p.open[officer] = u
	} else {
		u.ring.wipe()
	}
	u.ring = ring
	u.times++
}

func (p *People) release(officer string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	u := p.open[officer]
	if u.times--; u.times == 0 {
		u.ring.wipe()
		delete(p.open, officer)
	}
}

// Names gives the names of the keys in personal rings that are open now.
func (p *People) Names() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	var names []string
	for _, u := range p.open {
		names = append(names, u.ring.Names()...)
	}
	slices.Sort(names)
	return names
}

// Signer gives a key of a personal ring that is open. What it gives asks again at each
// signature whether that is so still. The error wraps [identity.ErrLocked] if there is
// such a ring and it is locked.
func (p *People) Signer(name string) (identity.Signer, error) {
	key, err := p.key(name)
	if err != nil {
		return nil, err
	}
	return personal{p, name, key}, nil
}

// key gives the public half of a key that is open.
func (p *People) key(name string) ([]byte, error) {
	var public []byte
	err := p.with(name, func(s identity.Signer) error { public = s.Public(); return nil })
	return public, err
}

// with calls f with a key that is open, which it is until f returns.
func (p *People) with(name string, f func(identity.Signer) error) error {
	officer := strings.TrimSuffix(name, NextSuffix)
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, of := range []string{name, officer} { // an officer's own name may end as a next key's
		if u, ok := p.open[of]; ok && slices.Contains(u.ring.Names(), name) {
			s, err := u.ring.Of(p.main.exercise).Signer(name)
			if err != nil {
				return err
			}
			return f(s)
		}
	}
	files, err := p.files()
	if err != nil {
		return err
	}
	if path, ok := files[name]; ok {
		return fmt.Errorf("key %s of %s: %w", name, path, identity.ErrLocked)
	}
	return fmt.Errorf("key %q is in no personal key ring", name)
}

// personal signs with a key while it is unlocked.
type personal struct {
	people *People
	name   string
	public []byte
}

func (s personal) Public() ed25519.PublicKey { return slices.Clone(s.public) }

func (s personal) Sign(ctx context.Context, message []byte) (signature []byte, err error) {
	err = s.people.with(s.name, func(now identity.Signer) error {
		if !slices.Equal(now.Public(), s.public) {
			return fmt.Errorf("key %s was replaced in its ring", s.name)
		}
		signature, err = now.Sign(ctx, message)
		return err
	})
	return signature, err
}
