// Package console is the face of a desk: pages in a browser on the same machine, in
// English, Arabic and Hebrew, for an officer with a keyboard and no internet.
//
// Everything is decided by the desk. A page is made on the server by html/template from
// what a method of [desk.Desk] answers to the officer of the session, and a form calls
// one method and shows what came of it; so the console holds no rule, and whatever it
// shows was verified. Each page works without script. With it, pages are live: one
// SharedWorker holds one connection for all windows, on which the console only says
// that something changed; a window then reads its own address again and puts in place
// what differs in its elements with data-live. A lost word costs delay, never truth.
//
// Who gets in: nobody without an invitation, which works once, for a short while, and
// is made by who may read the data folder. It begins a session, which is locked until
// an officer unlocks it with the passphrase of his key, and locks itself when nobody
// uses it. A locked session shows that something waits, and nothing of it.
//
// To add a screen: a method on [Console] of the type reads or acts, registered in
// routes.go with its template under web/templates, its sentences under
// words/data/console-NAME.json. In templates: {{t KEY "name" value}} says a
// sentence, {{bdi text}} shows text from outside (what the desk wrote for people, its
// Text and Lines, is safe as it is: {{.Text}}), {{at time}} and {{left due}} show
// times, {{code text}} what reads from left to right, {{party id}}, {{area id}},
// {{formatName ref}}, {{entry index}} name things. {{placeMap value...}} shows
// signed places and areas on a small map, on a page that has the script /a/place.js and
// the style sheets /a/ol.css and /a/map.css. A form is {{template "once" .}}
// within <form method="post">: what it sends a second time is not done a second time.
package console

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"time"

	"parley/desk"
	"parley/identity"
)

// Config is all that a console is told.
type Config struct {
	Desk   *desk.Desk
	Listen string // loopback address, such as 127.0.0.1:0
	Dir    string // folder of [AccessFile]; the desk's

	// Officers are those who may unlock a session; Unlock opens the key of one of them,
	// and gives what ends that.
	Officers func() []identity.Author
	Unlock   func(ctx context.Context, officer identity.Author, passphrase string) (lock func(), err error)

	AutoLock time.Duration // a session that nobody uses is locked after it; 0: a quarter of an hour
	Invited  time.Duration // how long an invitation holds; 0: a minute
	Clock    func() time.Time
	Log      *slog.Logger
}

// AccessFile is the name of the file, mode 0600, that says where the console is.
const AccessFile = "console.json"

// An Access is what it says, to programs of whoever may read the desk's folder.
type Access struct {
	URL   string `json:"url"`
	Token string `json:"token"` // bearer token of POST /invitations; a new one at every start

	Exercise bool `json:"exercise"` // nothing at this desk is real
}

// A Console serves one desk's pages. Make it with [Open] and Close it before the desk.
type Console struct {
	config Config
	desk   *desk.Desk
	pages  *pages
	guard  *guard
	doors  *doors
	screen []screen // of all routes, for tests that walk them
	access Access

	server *http.Server
	end    context.CancelFunc // of what is live
	ended  sync.WaitGroup
}

// Open starts serving.
func Open(c Config) (*Console, error) {
	if c.AutoLock == 0 {
		c.AutoLock = 15 * time.Minute
	}
	if c.Invited == 0 {
		c.Invited = time.Minute
	}
	host, _, err := net.SplitHostPort(c.Listen)
	if ip := net.ParseIP(host); err != nil || ip == nil || !ip.IsLoopback() {
		return nil, fmt.Errorf("listen on %q: want a loopback address such as 127.0.0.1:0; a console serves nobody else", c.Listen)
	}
	p, err := parsePages()
	if err != nil {
		return nil, err
	}
	listener, err := net.Listen("tcp", c.Listen)
	if err != nil {
		return nil, err
	}
	running, end := context.WithCancel(context.Background())
	k := &Console{config: c, desk: c.Desk, pages: p, end: end}
	_, port, _ := net.SplitHostPort(listener.Addr().String()) //nolint:errcheck // the listener's own
	name := c.Desk.Party() + ".localhost:" + port
	k.guard = newGuard(name, listener.Addr().String())
	k.doors = newDoors(c, "parley-"+c.Desk.Party())
	k.access = Access{"http://" + name, rand.Text(), c.Desk.Charter().Exercise}
	text, err := json.Marshal(k.access)
	if err == nil && c.Dir != "" {
		err = writePrivate(filepath.Join(c.Dir, AccessFile), append(text, '\n'))
	}
	if err != nil {
		end()
		return nil, errors.Join(err, listener.Close())
	}
	k.server = &http.Server{Handler: k.handler(), ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 20 * time.Second, WriteTimeout: taking, IdleTimeout: time.Minute, MaxHeaderBytes: 16 << 10,
		ConnContext: withUser,
		BaseContext: func(net.Listener) context.Context { return running }}
	k.ended.Go(func() {
		if err := k.server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
			c.Log.Error("console ended", "error", err)
		}
	})
	k.ended.Go(func() {
		ticker := time.NewTicker(time.Second)
		defer ticker.Stop()
		for {
			select {
			case <-ticker.C:
				k.doors.autoLock()
			case <-running.Done():
				return
			}
		}
	})
	return k, nil
}

// URL is where the console is served.
func (k *Console) URL() string { return k.access.URL }

// Invite gives an address that begins a session, once, within [Config.Invited].
func (k *Console) Invite() string { return k.access.URL + "/enter?ticket=" + k.doors.invite() }

// Close ends all sessions and what serves them.
func (k *Console) Close() error {
	k.end()
	var err error
	if k.config.Dir != "" {
		err = os.Remove(filepath.Join(k.config.Dir, AccessFile))
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	if k.server.Shutdown(ctx) != nil {
		k.server.Close()
	}
	k.ended.Wait()
	k.doors.close()
	return err
}

// writePrivate replaces a file by one that only its owner may read.
func writePrivate(file string, text []byte) error {
	fresh := file + ".new"
	if err := os.Remove(fresh); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	if err := os.WriteFile(fresh, text, 0o600); err != nil {
		return err
	}
	return os.Rename(fresh, file)
}
