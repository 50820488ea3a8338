package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"parley/charter"
	"parley/hub"
	"parley/identity"
	"parley/journal"
	"parley/keyring"
	"parley/ledger"
	"parley/store"
)

const hubUsage = `usage: parley hub -dir DIR -charter FILE -keys RING -as PARTY/hub/NAME [-listen ADDRESS] [-passphrase-file FILE]

Hub runs the supervisor's hub: it orders signed statements in the ledger under
DIR, applies the gate, and feeds the desks. The key ring holds hub/log, hub/tls
and the key of PARTY/hub/NAME, with which the gate's clock signs.

Exit status: 0 it was asked to stop, 1 it could not serve, 2 wrong arguments.
`

func hubCommand(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	d, code, done := readDaemon("hub", hubUsage, "127.0.0.1:8443", "united-states/hub/one", args, stdout, stderr)
	if done {
		return code
	}
	log := slog.New(slog.NewTextHandler(stderr, nil))
	running, err := startHub(ctx, d.dir, d.listen, d.charter, d.ring, d.author, log)
	if err != nil {
		return failed(stderr, err)
	}
	markCharter(d.charter.Charter, "en", stdout)
	fmt.Fprintf(stdout, "hub of %s on https://%s\n", d.charter.Mechanism, running.listener.Addr())
	endExercise(stdout)
	select {
	case <-ctx.Done():
	case err = <-running.ended:
	}
	running.Close()
	if err != nil {
		return failed(stderr, err)
	}
	return 0
}

// A runningHub is a hub with its server and its files.
type runningHub struct {
	*hub.Hub
	listener net.Listener
	server   *http.Server
	ended    chan error
	journal  *journal.SQLite
	db       *store.DB
}

// startHub starts a hub on its data folder and serves it.
func startHub(ctx context.Context, dir, listen string, signed *charter.Signed, ring *keyring.Ring, author identity.Author, log *slog.Logger) (*runningHub, error) {
	config, err := hubConfig(signed, ring, author, log)
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	r := &runningHub{ended: make(chan error, 1)}
	if r.journal, err = journal.OpenSQLite(filepath.Join(dir, "journal.db")); err != nil {
		return nil, err
	}
	if err := r.journal.Only(signed.Hub.Origin); err != nil {
		return nil, errors.Join(err, r.journal.Close())
	}
	if r.db, err = store.Open(filepath.Join(dir, "store.db")); err != nil {
		return nil, errors.Join(err, r.journal.Close())
	}
	config.Journal, config.Store = r.journal, r.db
	if r.Hub, err = hub.New(ctx, config); err != nil {
		return nil, errors.Join(err, r.db.Close(), r.journal.Close())
	}
	if r.listener, err = net.Listen("tcp", listen); err != nil {
		r.Hub.Close()
		return nil, errors.Join(err, r.db.Close(), r.journal.Close())
	}
	r.server = r.Hub.Server()
	go func() {
		if err := r.server.ServeTLS(r.listener, "", ""); !errors.Is(err, http.ErrServerClosed) {
			r.ended <- err
		}
		close(r.ended)
	}()
	return r, nil
}

// hubConfig takes the hub's keys from the ring.
func hubConfig(signed *charter.Signed, whole *keyring.Ring, author identity.Author, log *slog.Logger) (hub.Config, error) {
	ring := whole.Of(signed.Exercise)
	c := hub.Config{Charter: signed, Author: author, Clock: time.Now, Salt: rand.Text, Log: log}
	c.Nonce = func() (b [10]byte) { rand.Read(b[:]); return b }
	logKey, err := ring.Private("hub/log")
	if err != nil {
		return c, err
	}
	if c.Signer, err = ledger.NewSigner(signed.Hub.Origin, logKey); err != nil {
		return c, err
	}
	tlsKey, err := ring.Private("hub/tls")
	if err != nil {
		return c, err
	}
	if c.TLS, err = hub.Certificate(tlsKey, time.Now(), rand.Reader); err != nil {
		return c, err
	}
	c.Key, err = ring.Signer(author.String())
	return c, err
}

// Close stops the server gracefully, then the hub, then its files.
func (r *runningHub) Close() error {
	r.Hub.Close() // answers what is queued and ends the feeds
	stop, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	if err := r.server.Shutdown(stop); err != nil {
		r.server.Close()
	}
	for range r.ended {
	}
	return errors.Join(r.db.Close(), r.journal.Close())
}
