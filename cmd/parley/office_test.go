package main

import (
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"parley/charter"
	"parley/desk"
	"parley/identity"
)

// printed runs a command that must succeed.
func printed(t *testing.T, args ...string) string {
	t.Helper()
	status, stdout, stderr := parley(t, args...)
	if status != 0 {
		t.Fatalf("parley %q: status %d\n%s", args, status, stderr)
	}
	return stdout
}

// An office is a hub and the desks of two sides and the supervisor, for officers
// who type commands.
type office struct {
	t     *testing.T
	dir   string
	world *world
	hub   *runningHub
	desks map[string]*desk.Desk // that run in this process, by party
}

// newOffice opens one on the template quiet-orchard, for an exercise.
func newOffice(t *testing.T) *office {
	t.Helper()
	return openOffice(t, true)
}

// openOffice opens one for an exercise or a live mechanism.
func openOffice(t *testing.T, exercise bool) *office {
	t.Helper()
	return openOfficeOn(t, exercise, nil)
}

// openOfficeOn opens one with a charter that adjust has changed, and more officers.
func openOfficeOn(t *testing.T, exercise bool, adjust func(*charter.Charter), more ...string) *office {
	t.Helper()
	ctx, o := t.Context(), &office{t: t, dir: t.TempDir(), desks: map[string]*desk.Desk{}}
	var officers []identity.Author
	for _, name := range append([]string{"alder/desk/one", "alder/watch/amal", "alder/analyst/adel", "alder/analyst/aya", "alder/commercial/adnan", "birch/desk/one", "birch/watch/basil", "birch/commercial/basma", "cedar/desk/one", "cedar/gate/chen"}, more...) {
		author, err := identity.ParseAuthor(name)
		o.must(err)
		officers = append(officers, author)
	}
	w, err := newMarkedWorld(ctx, o.dir, "quiet-orchard", officers, exercise, adjust)
	o.must(err)
	o.world = w
	log := slog.New(slog.DiscardHandler)
	o.hub, err = w.startHub(ctx, log)
	o.must(err)
	t.Cleanup(func() {
		if o.hub != nil {
			o.hub.Close()
		}
	})
	o.must(w.endorse(ctx, officers))
	t.Cleanup(func() {
		for _, d := range o.desks {
			d.Close()
		}
	})
	for _, p := range w.charter.Parties {
		o.open(p.ID)
	}
	return o
}

// open opens a party's desk, and closes it first where it runs.
func (o *office) open(party string) {
	o.t.Helper()
	if d := o.desks[party]; d != nil {
		o.must(d.Close())
	}
	w := o.world
	d, err := desk.Open(o.t.Context(), desk.Config{Charter: w.charter, Dir: o.desk(party), Author: deskOf(party), Signer: w.rings[party].Signer, Clock: time.Now, Rand: randomReader, Listen: "127.0.0.1:0", Log: slog.New(slog.DiscardHandler)})
	o.must(err)
	o.desks[party] = d
}

func (o *office) must(err error) {
	o.t.Helper()
	if err != nil {
		o.t.Fatal(err)
	}
}

// desk is the data folder of a party's desk.
func (o *office) desk(party string) string { return filepath.Join(o.dir, party, "desk") }

// as begins a command of an officer's at the desk of his party.
func (o *office) as(name, verb string, rest ...string) []string {
	party, _, _ := strings.Cut(name, "/")
	return append([]string{verb, "-desk", o.desk(party), "-as", name}, rest...)
}

// sent runs a command that must send, and gives the statement's identifier.
func (o *office) sent(args ...string) string {
	o.t.Helper()
	id, _, _ := strings.Cut(printed(o.t, args...), " ")
	return id
}

// arrives waits until a party's desk shows a statement with something in its
// page, and gives that.
func (o *office) arrives(party, id, what string) string {
	o.t.Helper()
	return o.until(what, "show", "-desk", o.desk(party), id)
}

// until runs a command until it prints something.
func (o *office) until(what string, args ...string) string {
	o.t.Helper()
	limit := time.NewTimer(20 * time.Second)
	defer limit.Stop()
	ticker := time.NewTicker(10 * time.Millisecond)
	defer ticker.Stop()
	for {
		status, stdout, stderr := parley(o.t, args...)
		if status == 0 && strings.Contains(stdout, what) {
			return stdout
		}
		select {
		case <-ticker.C:
		case <-limit.C:
			o.t.Fatalf("parley %q does not print %q:\n%s%s", args, what, stdout, stderr)
		}
	}
}

// write writes a file of the office and gives its name.
func (o *office) write(name, text string) string {
	o.t.Helper()
	file := filepath.Join(o.dir, name)
	o.must(os.WriteFile(file, []byte(text), 0o600))
	return file
}
