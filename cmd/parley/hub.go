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
	"slices"
	"time"

	"parley/charter"
	"parley/fsck"
	"parley/hub"
	"parley/identity"
	"parley/journal"
	"parley/keyring"
	"parley/latch"
	"parley/ledger"
	"parley/store"
)

const hubUsage = `usage: parley hub -dir DIR -charter FILE -keys RING -as PARTY/hub/NAME [-listen ADDRESS] [-latch FILE] [-hear TIME] [-alone] [-fsck HH:MM] [-public ADDRESS] [-outside "URL VKEY"] [-passphrase-file FILE]
       parley hub recover -dir DIR -charter FILE [-latch FILE] FOLDER...

Hub runs the supervisor's hub: it orders signed statements in the ledger under
DIR, applies the gate, and feeds the desks. The key ring holds hub/log, hub/tls
and the key of PARTY/hub/NAME, with which the gate's clock signs.

The last checkpoint that was signed is kept in the file -latch, DIR/last-checkpoint
if it is not given; put it on another disk, and never restore it from a copy. A
hub that starts signs nothing until a desk of each party has told what it holds of
the ledger, or TIME (15s) has passed; four times that where the file is missing,
damaged or a copy. -alone waits for nobody: use it only where you know that DIR was
not restored. A hub that has signed more than its journal has signs nothing; 'parley
hub recover -h' tells what to do.

Once a day, at HH:MM UTC (03:00; off: never), it checks all that it has stored, as
'parley fsck' does, and signs nothing on top of what is damaged.

With -public it serves checkpoint and tiles to stock tools (c2sp.org/tlog-tiles), over
HTTP and without tokens, if the charter allows it (witness.public): whoever reaches
ADDRESS learns how many entries there are and when each was ordered. -outside, as
often as is needed, has a witness that is no party's cosign too
(c2sp.org/tlog-witness); desks show those that the charter names (witness.outside).

Exit status: 0 it was asked to stop, 1 it could not serve, 2 wrong arguments.
`

func hubCommand(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	if len(args) > 0 && args[0] == "recover" {
		return recoverCommand(ctx, args[1:], stdout, stderr)
	}
	d, code, done := readDaemon("hub", hubUsage, "127.0.0.1:8443", "united-states/hub/one", args, stdout, stderr)
	if done {
		return code
	}
	log := slog.New(slog.NewTextHandler(stderr, nil))
	running, err := startHub(ctx, d, log)
	if err != nil {
		return failed(stderr, err)
	}
	markCharter(d.charter.Charter, "en", stdout)
	fmt.Fprintf(stdout, "hub of %s on https://%s\n", d.charter.Mechanism, running.listener.Addr())
	if d.public != "" {
		handler, err := running.Public()
		if err == nil {
			var stop func()
			if stop, err = servePublic(d.public, handler, stdout, log); err == nil {
				defer stop()
			}
		}
		if err != nil {
			running.Close()
			return failed(stderr, err)
		}
	}
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
	latch    *latch.File
}

// latchFile is the file of the last checkpoint in a hub's data folder.
const latchFile = "last-checkpoint"

// startHub starts a hub on its data folder and serves it.
func startHub(ctx context.Context, told daemonArgs, log *slog.Logger) (*runningHub, error) {
	config, err := hubConfig(told.charter, told.ring, told.author, log)
	if err != nil {
		return nil, err
	}
	r := &runningHub{ended: make(chan error, 1)}
	if err := r.open(told); err != nil {
		return nil, errors.Join(err, r.closeFiles())
	}
	config.Outside = told.outside
	config.Journal, config.Store, config.Latch, config.Hear = r.journal, r.db, r.latch, told.hear
	if model := filepath.Join(told.dir, "store.db"); told.at >= 0 {
		config.At, config.Nightly = told.at, &fsck.Folder{Model: model, Scratch: model + ".fsck", Latch: told.latch}
	}
	if r.Hub, err = hub.New(ctx, config); err != nil {
		return nil, errors.Join(err, r.closeFiles())
	}
	if r.listener, err = net.Listen("tcp", told.listen); err != nil {
		r.Hub.Close()
		return nil, errors.Join(err, r.closeFiles())
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

// open opens the hub's files, of which the latch keeps other hubs out.
func (r *runningHub) open(told daemonArgs) (err error) {
	if err := os.MkdirAll(told.dir, 0o700); err != nil {
		return err
	}
	if r.latch, err = latch.Open(told.latch); err != nil {
		return err
	}
	if r.journal, err = journal.OpenSQLite(filepath.Join(told.dir, "journal.db")); err != nil {
		return err
	}
	if err := r.journal.Only(told.charter.Hub.Origin); err != nil {
		return err
	}
	r.db, err = store.Open(filepath.Join(told.dir, "store.db"))
	return err
}

func (r *runningHub) closeFiles() error {
	var errs []error
	if r.db != nil {
		errs = append(errs, r.db.Close())
	}
	if r.journal != nil {
		errs = append(errs, r.journal.Close())
	}
	if r.latch != nil {
		errs = append(errs, r.latch.Close())
	}
	return errors.Join(errs...)
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
	if c.Key, err = ring.Signer(author.String()); err != nil {
		return c, err
	}
	return c, nextKeys(ring, author, &c)
}

// nextKeys takes from the ring the keys that are to follow, as far as it has them.
func nextKeys(ring *keyring.Marked, author identity.Author, c *hub.Config) error {
	names := ring.Names()
	if name := "hub/log" + keyring.NextSuffix; slices.Contains(names, name) {
		key, err := ring.Private(name)
		if err != nil {
			return err
		}
		if c.Coming, err = ledger.NewSigner(c.Charter.Hub.Origin, key); err != nil {
			return err
		}
	}
	if name := "hub/tls" + keyring.NextSuffix; slices.Contains(names, name) {
		key, err := ring.Private(name)
		if err != nil {
			return err
		}
		if c.NextTLS, err = hub.Certificate(key, time.Now(), rand.Reader); err != nil {
			return err
		}
	}
	if name := author.String() + keyring.NextSuffix; slices.Contains(names, name) {
		key, err := ring.Signer(name)
		if err != nil {
			return err
		}
		c.NextKey = key
	}
	return nil
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
	return r.closeFiles()
}
