package main

import (
	"context"
	"crypto/rand"
	"fmt"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"time"

	"parley/charter"
	"parley/identity"
	"parley/keyring"
	"parley/ledger"
	"parley/registrar"
)

// worldPassphrase locks the key rings of a demo or a benchmark, whose keys are
// marked EXERCISE and are worth nothing.
const worldPassphrase = "exercise"

// worldWork is the scrypt work factor (log2) for those rings: they hold nothing,
// so opening them is made cheap.
const worldWork = 10

// A world is a whole mechanism on this machine, for a demo or a benchmark: its
// keys, its charter and its folder.
type world struct {
	dir     string
	charter *charter.Signed
	file    string // the charter's
	rings   map[string]*keyring.Ring
	hubName identity.Author
	listen  string
}

// newWorld makes the keys and the charter of an exercise on a template: for each
// party a ring under dir with its root, witness, desk and officers.
func newWorld(ctx context.Context, dir, template string, officers []identity.Author, adjust func(*charter.Charter)) (*world, error) {
	return newMarkedWorld(ctx, dir, template, officers, true, adjust)
}

// newMarkedWorld is newWorld for an exercise or for a live mechanism.
func newMarkedWorld(ctx context.Context, dir, template string, officers []identity.Author, exercise bool, adjust func(*charter.Charter)) (*world, error) {
	c, err := charter.Template(template)
	if err != nil {
		return nil, err
	}
	listen, err := freeAddress()
	if err != nil {
		return nil, err
	}
	c.Exercise = exercise
	supervisor := c.Supervisor().ID
	w := &world{dir: dir, file: filepath.Join(dir, "charter.txt"), rings: map[string]*keyring.Ring{}, listen: listen,
		hubName: identity.Author{Party: supervisor, Role: "hub", Officer: "one"}}
	for i, p := range c.Parties {
		ring, err := w.newRing(p.ID)
		if err != nil {
			return nil, err
		}
		root, err := ring.New(p.ID+"/registrar/root", exercise, rand.Reader)
		if err != nil {
			return nil, err
		}
		c.Parties[i].Roots = []string{identity.EncodeKey(root)}
		cosigner, err := newWitness(ring, exercise, p.ID, "")
		if err != nil {
			return nil, err
		}
		c.Parties[i].Witness, c.Parties[i].WitnessMLDSA = cosigner.VerifierKey(), cosigner.VerifierKeyMLDSA()
	}
	for _, o := range append(officers, w.hubName) {
		if _, err := w.rings[o.Party].New(o.String(), exercise, rand.Reader); err != nil {
			return nil, err
		}
	}
	c.Hub.URLs = []string{"https://" + listen}
	if c.Hub.Origin == "" {
		c.Hub.Origin = c.Mechanism + ".hub.example/log"
	}
	if c.Hub.Key, err = newWord(w.rings[supervisor], exercise, "log", c.Hub.Origin, "hub/log"); err != nil {
		return nil, err
	}
	if c.Hub.TLS, err = newWord(w.rings[supervisor], exercise, "tls", "", "hub/tls"); err != nil {
		return nil, err
	}
	if adjust != nil {
		adjust(c)
	}
	return w, w.sign(ctx, c)
}

func (w *world) newRing(party string) (*keyring.Ring, error) {
	folder := filepath.Join(w.dir, party)
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return nil, err
	}
	ring, err := keyring.Create(filepath.Join(folder, "keys.age"), worldPassphrase, worldWork)
	w.rings[party] = ring
	return ring, err
}

// newWord makes a key and gives what a charter needs of it.
func newWord(ring *keyring.Ring, exercise bool, kind, name, ringName string) (string, error) {
	public, err := ring.New(ringName, exercise, rand.Reader)
	if err != nil {
		return "", err
	}
	return publicWord(kind, name, ring, ringName, public)
}

// sign has every party sign the charter and writes it to the world's folder.
func (w *world) sign(ctx context.Context, c *charter.Charter) error {
	note := c.Text()
	for _, p := range c.Parties {
		root, err := w.rings[p.ID].Signer(p.ID + "/registrar/root")
		if err != nil {
			return err
		}
		if note, err = charter.Sign(ctx, note, p.ID, root); err != nil {
			return err
		}
	}
	var err error
	if w.charter, err = charter.Open(note); err != nil {
		return err
	}
	return os.WriteFile(w.file, note, 0o644)
}

// startHub starts the world's hub in this process.
func (w *world) startHub(ctx context.Context, log *slog.Logger) (*runningHub, error) {
	dir := filepath.Join(w.dir, "hub")
	return startHub(ctx, daemonArgs{dir: dir, latch: filepath.Join(dir, latchFile), listen: w.listen, charter: w.charter, ring: w.rings[w.hubName.Party], author: w.hubName, at: -1}, log)
}

// endorse has each party's registrar endorse its officers and machines, for all
// areas.
func (w *world) endorse(ctx context.Context, officers []identity.Author) error {
	var areas []string
	for _, a := range w.charter.Areas {
		areas = append(areas, a.ID)
	}
	for _, p := range w.charter.Parties {
		root, err := w.rings[p.ID].Signer(p.ID + "/registrar/root")
		if err != nil {
			return err
		}
		r, err := registrar.Open(ctx, w.charter.Charter, w.charter.Hub.URLs[0], p.ID, root, time.Now)
		if err != nil {
			return fmt.Errorf("registrar of %s: %w", p.ID, err)
		}
		var requests []identity.Request
		for _, o := range append(officers, w.hubName) {
			if o.Party != p.ID {
				continue
			}
			key, err := w.rings[p.ID].Signer(o.String())
			if err != nil {
				return err
			}
			request, err := identity.NewRequest(ctx, key, w.charter.Mechanism, o, areas, w.charter.Exercise)
			if err != nil {
				return err
			}
			requests = append(requests, request)
		}
		_, err = r.Endorse(ctx, requests...)
		r.Close()
		if err != nil {
			return err
		}
	}
	return nil
}

// witness gives a party's cosigning keys.
func (w *world) witness(party string) (*ledger.Cosigner, error) {
	return witnessOf(w.rings[party], party)
}

// freeAddress finds a loopback port that is free now.
func freeAddress() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	defer l.Close()
	return l.Addr().String(), nil
}
