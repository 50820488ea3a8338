// Package mirror lets stock tools follow a ledger: it serves the newest checkpoint
// and the tiles of the tree without tokens (c2sp.org/tlog-tiles), and it puts
// checkpoints to witnesses outside the mechanism (c2sp.org/tlog-witness).
//
// An entry is a time and a hash, so nobody learns from it what was said, by whom or
// in which area. But whoever can reach it learns how many entries there are and
// when each was ordered, to the millisecond: how busy the channel is, of whatever
// areas, held or not. So nothing is served unless it is asked for.
package mirror

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"golang.org/x/mod/sumdb/tlog"
	"golang.org/x/time/rate"

	"parley/ledger"
	"parley/store"
)

// What one server answers, to all callers together: fetching tiles is cheap, and
// whoever follows a ledger fetches each once.
const (
	perSecond = 200
	burst     = 1000
)

// A Log is what is served of a ledger.
type Log struct {
	Size       func() uint64 // of the tree
	Hashes     tlog.HashReader
	Entries    func(from, to uint64) ([]ledger.Entry, error) // to is excluded
	Checkpoint func(context.Context) ([]byte, error)         // of at most the tree
}

// Of is the log that a read model holds.
func Of(work *store.Working, checkpoint func(context.Context) ([]byte, error)) Log {
	return Log{work.Size, work, func(from, to uint64) ([]ledger.Entry, error) {
		var entries []ledger.Entry
		for i := from; i < to; i++ {
			e, ok := work.EntryAt(i)
			if !ok {
				return nil, fmt.Errorf("read entry %d: %w", i, work.Err())
			}
			entries = append(entries, ledger.Entry{Time: e.Logged, Content: e.Hash})
		}
		return entries, nil
	}, checkpoint}
}

// Tile gives the tile at a path such as "tile/0/000" or "tile/entries/000.p/5". An
// error that wraps [ledger.ErrNoTile] says that there is none.
func (l Log) Tile(path string) ([]byte, error) {
	return ledger.ReadTile(path, l.Size(), l.Hashes, l.Entries)
}

// Handler serves GET /checkpoint and GET /tile/... and nothing else.
func (l Log) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /checkpoint", func(w http.ResponseWriter, r *http.Request) {
		note, err := l.Checkpoint(r.Context())
		if err != nil {
			http.Error(w, "the checkpoint cannot be read now", http.StatusServiceUnavailable)
			return
		}
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		w.Header().Set("Cache-Control", "no-cache")
		w.Write(note) //nolint:errcheck // the caller is gone
	})
	mux.HandleFunc("GET /tile/", func(w http.ResponseWriter, r *http.Request) {
		tile, err := l.Tile(r.URL.Path[1:])
		switch {
		case errors.Is(err, ledger.ErrNoTile):
			http.Error(w, "there is no such tile", http.StatusNotFound)
			return
		case err != nil:
			http.Error(w, "the tile cannot be read now", http.StatusServiceUnavailable)
			return
		}
		w.Header().Set("Content-Type", "application/octet-stream")
		w.Header().Set("Cache-Control", "max-age=31536000, immutable")
		w.Write(tile) //nolint:errcheck // the caller is gone
	})
	limiter := rate.NewLimiter(perSecond, burst)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !limiter.Allow() {
			w.Header().Set("Retry-After", "1")
			http.Error(w, "too many requests", http.StatusTooManyRequests)
			return
		}
		mux.ServeHTTP(w, r)
	})
}

// Server serves a handler over plain HTTP, with bounds on every wait: what it
// serves is signed, and public to whoever reaches the address.
func Server(handler http.Handler) *http.Server {
	return &http.Server{Handler: http.MaxBytesHandler(handler, 1), ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 10 * time.Second, WriteTimeout: 30 * time.Second,
		IdleTimeout: time.Minute, MaxHeaderBytes: 8 << 10}
}
