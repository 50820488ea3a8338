package main

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"parley/statement"
)

// startDeskProcess starts alder's desk as a process and waits until it is ready.
func startDeskProcess(t *testing.T, w *world) (cmd *exec.Cmd, done chan error) {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	folder := filepath.Join(w.dir, "alder")
	cmd = exec.Command(self, "desk", "-dir", filepath.Join(folder, "desk"), "-charter", w.file, "-keys", filepath.Join(folder, "keys.age"), "-as", "alder/desk/one")
	var log bytes.Buffer
	cmd.Stderr = &log
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	if ready := bufio.NewScanner(out); !ready.Scan() {
		cmd.Wait() //nolint:errcheck // its log says more
		t.Fatalf("the desk did not start: %s", log.String())
	}
	done = make(chan error, 1)
	go func() { io.Copy(io.Discard, out); done <- cmd.Wait() }() //nolint:errcheck // it ends with the process
	return cmd, done
}

// The desk is killed while officers send, again and again. Whatever an officer
// was told is in the ledger must be there, once; and after the last restart the
// desk's replica is the hub's ledger, and nothing is left in the outbox.
func TestKillDesk(t *testing.T) {
	t.Setenv("PARLEY_CHILD", "1")
	t.Setenv("PARLEY_PASSPHRASE", worldPassphrase)
	ctx := t.Context()
	officers := benchOfficers()[:6]
	w, err := newWorld(ctx, t.TempDir(), "quiet-orchard", officers, nil)
	if err != nil {
		t.Fatal(err)
	}
	hub, err := startHubProcess(ctx, w, os.Stderr)
	if err != nil {
		t.Fatal(err)
	}
	defer hub.stop()
	if err := w.endorse(ctx, officers); err != nil {
		t.Fatal(err)
	}
	b, err := newBench(ctx, w, hub, officers)
	if err != nil {
		t.Fatal(err)
	}
	var mu sync.Mutex
	told := map[string]bool{} // identifiers that an officer was given with an entry
	for round := range killRounds(3, 50) {
		cmd, done := startDeskProcess(t, w)
		var wait sync.WaitGroup
		first := make(chan struct{}) // closed as somebody is told in this round
		var once sync.Once
		for i, o := range officers[2:] {
			wait.Go(func() {
				for n := 0; ; n++ {
					id, ok := sendNotice(ctx, w, o.String(), fmt.Sprintf("round %d officer %d number %d", round, i, n))
					if !ok {
						return
					}
					mu.Lock()
					told[id] = true
					mu.Unlock()
					once.Do(func() { close(first) })
				}
			})
		}
		if round == 0 { // the others may be killed before anything
			select {
			case <-first:
			case <-time.After(2 * time.Minute):
			}
		}
		<-time.After(time.Duration(100+rand.IntN(300)) * time.Millisecond)
		if err := cmd.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		<-done
		wait.Wait()
	}
	cmd, done := startDeskProcess(t, w)
	defer func() { cmd.Process.Kill(); <-done }() //nolint:errcheck // the test is over
	settled := awaitOutbox(ctx, t, w)
	work := followAll(ctx, t, b, w)
	if work.Size() < settled {
		t.Fatalf("the desk has %d entries, the hub feeds %d", settled, work.Size())
	}
	for id := range told {
		hash, entries := hashOf(ctx, t, w, id), 0
		for i := range work.Size() {
			if e, ok := work.EntryAt(i); ok && e.Hash == hash {
				entries++
			}
		}
		if entries != 1 {
			t.Fatalf("statement %s, which its officer was given an entry for, is in the ledger %d times", id, entries)
		}
	}
	if len(told) == 0 {
		t.Fatal("no officer was told anything: the test has tested nothing")
	}
	t.Logf("%d statements told, %d entries", len(told), work.Size())
}

// sendNotice sends one notice through the command; it fails when the desk is
// gone.
func sendNotice(ctx context.Context, w *world, by, text string) (id string, ok bool) {
	var out bytes.Buffer
	code := sendCommand(ctx, []string{"-desk", filepath.Join(w.dir, "alder", "desk"), "-as", by, "J14", "activity=survey", "place=DMM 00 33.600N 017 57.000W ±50m; valley, north end",
		"window=2026-11-24T07:00Z/2026-11-24T09:00Z", "description=" + text, "contact=desk:line 2"}, &out, io.Discard)
	fields := strings.Fields(out.String())
	if code != 0 || len(fields) < 2 || fields[1] != "entry" {
		return "", false
	}
	return fields[0], true
}

// awaitOutbox waits until the desk's outbox is empty and its replica is as large
// as what the hub has confirmed, and gives the size.
func awaitOutbox(ctx context.Context, t *testing.T, w *world) uint64 {
	t.Helper()
	ctx, cancel := context.WithTimeout(ctx, 2*time.Minute)
	defer cancel()
	l, err := openLocal(filepath.Join(w.dir, "alder", "desk"))
	if err != nil {
		t.Fatal(err)
	}
	ticker := time.NewTicker(20 * time.Millisecond)
	defer ticker.Stop()
	for {
		var status struct {
			Queued int
			Size   uint64
			Alarm  string
		}
		if err := l.call(ctx, "GET", "/v1/status", nil, &status); err != nil {
			t.Fatal(err)
		}
		if status.Alarm != "" {
			t.Fatalf("the desk raises an alarm: %s", status.Alarm)
		}
		if status.Queued == 0 && status.Size > 0 {
			return status.Size
		}
		select {
		case <-ctx.Done():
			t.Fatalf("%d statements are still in the outbox", status.Queued)
		case <-ticker.C:
		}
	}
}

// hashOf asks the desk for the hash of a statement's text.
func hashOf(ctx context.Context, t *testing.T, w *world, id string) [32]byte {
	t.Helper()
	l, err := openLocal(filepath.Join(w.dir, "alder", "desk"))
	if err != nil {
		t.Fatal(err)
	}
	var shown struct{ Hash string }
	if err := l.call(ctx, "GET", "/v1/statements/"+id, nil, &shown); err != nil {
		t.Fatal(err)
	}
	return statement.DecodeHash(shown.Hash)
}
