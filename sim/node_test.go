package sim

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"time"

	"parley/desk"
	"parley/hub"
	"parley/identity"
	"parley/journal"
	"parley/statement"
	"parley/store"
)

// A node is one machine: a folder, a clock and the program that runs there.
type node struct {
	world  *world
	name   string // of the party, or "hub"
	dir    string
	lives  int          // how often it was started
	life   atomic.Int64 // which of its lives this is; 0 while it is dead
	offset atomic.Int64 // of its clock, nanoseconds

	desk *desk.Desk // of a desk that runs
	hub  *hub.Hub   // of a hub that runs
	stop func() error
	log  *slog.Logger
}

func (n *node) now() time.Time { return time.Now().Round(0).Add(time.Duration(n.offset.Load())) }

func (n *node) runs() bool { return n.stop != nil }

// start starts the node's program on its folder.
func (n *node) start() error {
	n.lives++
	n.life.Store(int64(n.lives))
	if n.name == hubName {
		return n.startHub()
	}
	return n.startDesk()
}

func (n *node) startDesk() error {
	w := n.world
	d, err := desk.Open(context.Background(), desk.Config{Charter: w.charter, Dir: n.dir, Author: author(n.name + "/desk/one"), Witness: w.witnesses[n.name],
		Signer: func(name string) (identity.Signer, error) {
			if key, ok := w.keys[name]; ok && strings.HasPrefix(name, n.name+"/") {
				return identity.NewSigner(key), nil
			}
			return nil, fmt.Errorf("the key ring has no key %s", name)
		},
		Dial:  w.network.from(n.name),
		Clock: n.now, Rand: newChance(w.seed, n.name, n.lives), Log: n.log})
	if err != nil {
		return fmt.Errorf("start desk of %s: %w", n.name, err)
	}
	n.desk = d
	n.stop = d.Close
	return nil
}

func (n *node) startHub() error {
	w := n.world
	j, err := journal.OpenSQLite(filepath.Join(n.dir, "journal"))
	if err != nil {
		return err
	}
	db, err := store.Open(filepath.Join(n.dir, "store.db"))
	if err != nil {
		return errors.Join(err, j.Close())
	}
	w.auditor.journal = j
	if err := w.auditor.read(); err != nil {
		return errors.Join(err, db.Close(), j.Close())
	}
	w.able()
	chance := newChance(w.seed, n.name, n.lives)
	h, err := hub.New(context.Background(), hub.Config{Charter: w.charter, Signer: w.signer, Author: author(hubAuthor), Key: identity.NewSigner(w.keys[hubAuthor]), TLS: w.tls,
		Journal: j, Store: db, Clock: n.now, Salt: chance.salt, Nonce: chance.nonce, Log: n.log})
	if err != nil {
		return errors.Join(fmt.Errorf("start hub: %w", err), db.Close(), j.Close())
	}
	n.hub = h
	server := h.Server()
	server.Handler = n.witnessed(server.Handler, n.lives)
	ended := make(chan error, 1)
	w.auditor.life(n.lives)
	listener := w.network.listen()
	go func() { ended <- server.ServeTLS(listener, "", "") }()
	n.stop = func() error {
		h.Close()
		err := errors.Join(server.Close(), db.Close(), j.Close())
		<-ended
		return err
	}
	return nil
}

// witnessed notes every receipt that the hub gives, whether or not it arrives.
func (n *node) witnessed(next http.Handler, life int) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/v1/statements" {
			next.ServeHTTP(w, r)
			return
		}
		sent, err := io.ReadAll(r.Body)
		if err != nil {
			return // the line broke
		}
		r.Body = io.NopCloser(bytes.NewReader(sent))
		answer := &answer{ResponseWriter: w}
		next.ServeHTTP(answer, r)
		var results hub.Results
		if json.Unmarshal(answer.text.Bytes(), &results) != nil {
			return // a refusal of the whole
		}
		for i, line := range bytes.Split(bytes.TrimSuffix(sent, []byte("\n")), []byte("\n")) {
			if i < len(results.Results) && results.Results[i].Receipt != "" {
				s, err := statement.Parse(line)
				n.world.auditor.given(life, s, results.Results[i].Receipt, err)
			}
		}
	})
}

type answer struct {
	http.ResponseWriter
	text bytes.Buffer
}

func (a *answer) Write(b []byte) (int, error) {
	a.text.Write(b)
	return a.ResponseWriter.Write(b)
}

// close stops the program as an administrator would.
func (n *node) close() error {
	if !n.runs() {
		return nil
	}
	stop := n.stop
	n.stop, n.desk, n.hub = nil, nil, nil
	n.life.Store(0)
	return stop()
}

// crash ends the program as a power cut does: what it has not written by this
// instant is lost, and nothing more leaves it. lose says whether the log of the
// read model, which is not synced, goes with it.
func (n *node) crash(lose bool) error {
	if !n.runs() {
		return nil
	}
	n.life.Store(0)
	if n.name == hubName {
		n.world.auditor.life(0)
		n.world.network.unplug()
	} else {
		n.world.network.set(n.name, cut, 0, 0)
	}
	left := filepath.Join(n.world.dir, fmt.Sprintf("%s-%d", n.name, n.lives))
	if err := copyFolder(left, n.dir, lose); err != nil {
		return err
	}
	dead := n.dir
	n.dir = left
	stop := n.stop
	n.stop, n.desk, n.hub = nil, nil, nil
	return errors.Join(stop(), os.RemoveAll(dead))
}

// copyFolder copies what a power cut leaves: all that was written, without the
// shared memory, and of the read model's log what had reached the disk.
func copyFolder(to, from string, lose bool) error {
	return filepath.WalkDir(from, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		relative, err := filepath.Rel(from, path)
		if err != nil {
			return err
		}
		if entry.IsDir() {
			return os.MkdirAll(filepath.Join(to, relative), 0o700)
		}
		if strings.HasSuffix(path, "-shm") || lose && strings.HasSuffix(path, "store.db-wal") {
			return nil
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		return os.WriteFile(filepath.Join(to, relative), text, 0o600)
	})
}
