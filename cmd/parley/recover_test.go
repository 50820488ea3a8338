package main

import (
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"parley/ledger"
	"parley/rule"
)

// restart stops the hub and starts it again, waiting for the desks for as long as
// is said. A hub that does not start gives its error.
func (o *office) restart(hear time.Duration, between func(dir string)) error {
	o.t.Helper()
	if o.hub != nil {
		o.must(o.hub.Close())
		o.hub = nil
	}
	dir := filepath.Join(o.dir, "hub")
	if between != nil {
		between(dir)
	}
	w := o.world
	hub, err := startHub(o.t.Context(), daemonArgs{dir: dir, latch: filepath.Join(dir, latchFile), hear: hear, listen: w.listen, charter: w.charter, ring: w.rings[w.hubName.Party], author: w.hubName}, slog.New(slog.DiscardHandler))
	if err == nil {
		o.hub = hub
	}
	return err
}

// quiet closes all desks but one and waits until that has all that the hub has.
func (o *office) quiet(party string) {
	o.t.Helper()
	for other, d := range o.desks {
		if other != party {
			o.must(d.Close())
			delete(o.desks, other)
		}
	}
	limit := time.Now().Add(20 * time.Second)
	for {
		status, err := o.desks[party].Status(o.t.Context())
		o.must(err)
		head, err := ledger.Peek(o.hub.latch.Load())
		o.must(err)
		if status.Queued == 0 && status.Size == head.Size {
			return
		}
		if time.Now().After(limit) {
			o.t.Fatalf("%s has %d of %d entries", party, status.Size, head.Size)
		}
		<-time.After(50 * time.Millisecond)
	}
}

// Yesterday's copy of the hub's whole folder is put back. The desks show it what it
// had signed since; it signs nothing, now and after a restart, until what it lacks
// was taken from a desk's folder. Then it goes on where it was.
func TestRestoreYesterday(t *testing.T) {
	t.Setenv(passphraseVariable, worldPassphrase)
	o := newOffice(t)
	say := func() string { return o.sent(o.as("alder/watch/amal", "send", with([]string{"J14"}, flight...)...)...) }
	o.arrives("cedar", say(), "status     submitted")
	yesterday := t.TempDir()
	o.must(o.restart(0, func(dir string) { o.must(os.CopyFS(yesterday, os.DirFS(dir))) }))
	o.arrives("cedar", say(), "status     submitted") // birch has no text of it
	o.quiet("cedar")
	restore := func(dir string) {
		o.must(os.RemoveAll(dir))
		o.must(os.CopyFS(dir, os.DirFS(yesterday)))
	}
	o.must(o.restart(time.Hour, restore))
	o.open("alder")
	o.open("birch")
	limit := time.Now().Add(20 * time.Second)
	for {
		status, err := o.desks["alder"].Status(t.Context())
		o.must(err)
		if strings.Contains(status.Trouble, "it was restored from an old copy") {
			break
		}
		if time.Now().After(limit) {
			t.Fatalf("the desk says %q", status.Trouble)
		}
		<-time.After(10 * time.Millisecond)
	}
	var refusal *rule.Refusal
	if err := o.restart(time.Hour, nil); !errors.As(err, &refusal) || refusal.Rule != "hub.behind" {
		t.Fatalf("started again: %v", err)
	}
	args := []string{"hub", "recover", "-dir", filepath.Join(o.dir, "hub"), "-charter", o.world.file}
	if status, stdout, stderr := parley(t, append(args, o.desk("birch"))...); status != 1 || !strings.Contains(stderr, "none of them has the text of entry") && !strings.Contains(stderr, "find a desk that has more") {
		t.Fatalf("from the other side's folder: status %d\n%s%s", status, stdout, stderr)
	}
	if got := printed(t, append(args, o.desk("cedar"))...); !strings.Contains(got, "recovered: ") {
		t.Fatal(got)
	}
	o.must(o.restart(time.Hour, nil))
	for party := range o.desks {
		o.open(party) // which asks at once, and not after a pause
	}
	o.arrives("cedar", say(), "status     submitted")
	o.must(o.restart(0, nil)) // what it has written
	printed(t, "verify", "-charter", o.world.file, filepath.Join(o.dir, "hub"))
	for party, d := range o.desks {
		status, err := d.Status(t.Context())
		o.must(err)
		if status.Alarm != "" {
			t.Errorf("%s: %s", party, status.Alarm)
		}
	}
}

// A second hub on the folder of one that runs, or that only has its latch, refuses.
func TestSecondHub(t *testing.T) {
	t.Setenv(passphraseVariable, worldPassphrase)
	o := newOffice(t)
	o.arrives("cedar", o.sent(o.as("alder/watch/amal", "send", with([]string{"J14"}, flight...)...)...), "status     submitted")
	status, _, stderr := parley(t, "hub", "-dir", filepath.Join(o.dir, "hub"), "-charter", o.world.file, "-keys", filepath.Join(o.dir, "cedar", "keys.age"), "-as", "cedar/hub/one", "-listen", "127.0.0.1:0")
	if status != 1 || !strings.Contains(stderr, "another hub is running on this folder") {
		t.Errorf("status %d\n%s", status, stderr)
	}
	if status, _, stderr := parley(t, "hub", "recover", "-dir", filepath.Join(o.dir, "hub"), "-charter", o.world.file, o.desk("cedar")); status != 1 || !strings.Contains(stderr, "another hub is running on this folder") {
		t.Errorf("recover: status %d\n%s", status, stderr)
	}
	for _, args := range [][]string{{"hub", "recover"}, {"hub", "recover", "-dir", o.dir}, {"hub", "-hear", "-1s", "-dir", o.dir, "-charter", o.world.file, "-keys", "x", "-as", "cedar/hub/one"}} {
		if status, _, _ := parley(t, args...); status != 2 {
			t.Errorf("parley %q: status %d, want 2", args, status)
		}
	}
}
