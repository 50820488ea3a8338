package main

import (
	"bytes"
	"crypto/ed25519"
	"crypto/rand"
	"errors"
	"io"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/crypto/ssh/agent"

	"parley/desk"
	"parley/identity"
	"parley/keyring"
)

// serveAgent serves an ssh-agent with one Ed25519 key on a socket.
func serveAgent(t *testing.T) string {
	t.Helper()
	_, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	keys := agent.NewKeyring()
	if err := keys.Add(agent.AddedKey{PrivateKey: private}); err != nil {
		t.Fatal(err)
	}
	socket := filepath.Join(t.TempDir(), "agent")
	listener, err := net.Listen("unix", socket)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { listener.Close() })
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			go func() { defer conn.Close(); agent.ServeAgent(keys, conn) }() //nolint:errcheck // ends with the connection
		}
	}()
	return socket
}

// An officer whose key never leaves an ssh-agent is enrolled, endorsed and signs.
func TestAgentOfficer(t *testing.T) {
	ctx := t.Context()
	t.Setenv("PARLEY_PASSPHRASE", worldPassphrase)
	officers := []identity.Author{{Party: "alder", Role: "desk", Officer: "one"}}
	w, err := newWorld(ctx, t.TempDir(), "quiet-orchard", officers, nil)
	if err != nil {
		t.Fatal(err)
	}
	log := slog.New(slog.DiscardHandler)
	hub, err := w.startHub(ctx, log)
	if err != nil {
		t.Fatal(err)
	}
	defer hub.Close()
	if err := w.endorse(ctx, officers); err != nil {
		t.Fatal(err)
	}
	socket, request := serveAgent(t), filepath.Join(w.dir, "agnes.json")
	var out, problems bytes.Buffer
	if code := keyCommand(ctx, []string{"new", "-agent", socket, "-charter", w.file, "-areas", "military", "-o", request, "officer", "alder/watch/agnes"}, &out, &problems); code != 0 {
		t.Fatalf("key new: %s", problems.String())
	}
	if code := keyCommand(ctx, []string{"endorse", "-charter", w.file, "-keys", filepath.Join(w.dir, "alder", "keys.age"), "-party", "alder", request}, &out, &problems); code != 0 {
		t.Fatalf("key endorse: %s", problems.String())
	}
	agents := &agentKeys{ctx: ctx, ring: w.rings["alder"].Of(true)}
	d, err := desk.Open(ctx, desk.Config{Charter: w.charter, Dir: filepath.Join(w.dir, "alder", "desk"), Author: officers[0], Signer: agents.signer, Clock: time.Now, Rand: rand.Reader, Log: log})
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	agents.use(keyring.Agent(socket), d.Work())
	by := identity.Author{Party: "alder", Role: "watch", Officer: "agnes"}
	id, err := d.Say(ctx, desk.Saying{By: by, Format: "J14", Fields: []string{"activity=survey", "place=DMM 00 33.600N 017 57.000W ±50m; valley, north end", "window=2026-11-24T07:00Z/2026-11-24T09:00Z", "description=x", "contact=desk:line 2"}})
	if err != nil {
		t.Fatal(err)
	}
	sent, err := d.Await(ctx, id)
	if err != nil || sent.State != desk.Accepted {
		t.Fatalf("got %+v, %v", sent, err)
	}
}

// An officer with a ring of his own is found beside the desk's, and signs through the
// desk while it is unlocked.
func TestPersonalOfficer(t *testing.T) {
	w, err := newWorld(t.Context(), t.TempDir(), "quiet-orchard", nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	told := daemonArgs{keys: filepath.Join(w.dir, "alder", "keys.age"), ring: w.rings["alder"], charter: w.charter, author: identity.Author{Party: "alder", Role: "desk", Officer: "one"}}
	if err := os.Mkdir(told.keys+peopleSuffix, 0o700); err != nil {
		t.Fatal(err)
	}
	ring, err := keyring.Create(filepath.Join(told.keys+peopleSuffix, "alder-watch-amal.age"), "amal's own", worldWork)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := ring.New("alder/watch/amal", true, rand.Reader); err != nil {
		t.Fatal(err)
	}
	people, err := peopleOf(told)
	if err != nil {
		t.Fatal(err)
	}
	amal := identity.Author{Party: "alder", Role: "watch", Officer: "amal"}
	if all := people.Officers(); len(all) != 1 || all[0] != amal {
		t.Errorf("officers %v", all)
	}
	keys := &agentKeys{ctx: t.Context(), ring: told.ring.Of(true), people: people}
	if _, err := keys.signer(amal.String()); !errors.Is(err, identity.ErrLocked) {
		t.Errorf("before: %v", err)
	}
	lock, err := people.Unlock(t.Context(), amal, "amal's own")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := keys.signer(amal.String()); err != nil {
		t.Errorf("unlocked: %v", err)
	}
	lock()
	if _, err := keys.signer(amal.String()); !errors.Is(err, identity.ErrLocked) {
		t.Errorf("after: %v", err)
	}
	told.people = filepath.Join(w.dir, "none")
	if _, err := peopleOf(told); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a folder that is not there: %v", err)
	}
}

// What a newcomer gets wrong with keys, and the sentence they read.
func TestKeyMistakes(t *testing.T) {
	t.Setenv("PARLEY_PASSPHRASE", worldPassphrase)
	ring := filepath.Join(t.TempDir(), "keys.age")
	for _, test := range []struct {
		args []string
		code int
		want string
	}{
		{nil, 2, "key needs one of new, ls, endorse, revoke"},
		{[]string{"make"}, 2, "-keys is missing"},
		{[]string{"make", "-keys", ring}, 2, `there is no command key "make"`},
		{[]string{"new", "-keys", ring}, 2, "want root PARTY"},
		{[]string{"new", "-keys", ring, "officer", "amal"}, 2, "amal"},
		{[]string{"new", "-keys", ring, "officer", "alder/watch/amal"}, 2, "-charter is missing"},
		{[]string{"endorse", "-keys", ring}, 2, "there is no request"},
		{[]string{"revoke", "-keys", ring}, 2, "revoke needs -reason and one key id"},
		{[]string{"ls", "-keys", ring + ".none"}, 1, "no such file"},
		{[]string{"new", "-unknown"}, 2, "flag provided but not defined"},
	} {
		var problems bytes.Buffer
		if code := keyCommand(t.Context(), test.args, io.Discard, &problems); code != test.code || !strings.Contains(problems.String(), test.want) {
			t.Errorf("%q: status %d, %q; want %d with %q", test.args, code, problems.String(), test.code, test.want)
		}
	}
}
