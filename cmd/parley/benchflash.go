package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	"parley/keyring"
)

// flashEvery is how often the FLASH client sends one.
const flashEvery = 20 * time.Millisecond

// flash has a process of its own send FLASH for that long: it shares the hub
// with the load, not the load's own queues. officer is the number of its author.
func (b *bench) flash(ctx context.Context, officer int, most time.Duration) ([]time.Duration, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	cmd := exec.CommandContext(ctx, self, "bench", "-flash-world", b.world.dir, "-flash-officer", fmt.Sprint(officer), "-seconds", fmt.Sprint(most.Seconds()))
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("FLASH client: %w", err)
	}
	var times []time.Duration
	return times, json.Unmarshal(out, &times)
}

// flashLoaded does the same while all authors send ROUTINE as fast as they can.
func (b *bench) flashLoaded(ctx context.Context, most time.Duration) (times []time.Duration, err error) {
	started := make(chan struct{})
	ended := make(chan error, 1)
	go func() {
		_, err := b.drive(ctx, benchAuthors, 1, int(200*most.Seconds()), 2*most, started)
		ended <- err
	}()
	select {
	case <-started:
	case err := <-ended:
		return nil, err
	}
	times, err = b.flash(ctx, benchAuthors+1, most)
	return times, errors.Join(err, <-ended)
}

// flashClient is the FLASH client: it prints the time of each, in nanoseconds,
// as a JSON list.
func flashClient(ctx context.Context, dir string, officer int, most time.Duration, stdout, stderr io.Writer) int {
	times, err := sendFlash(ctx, dir, officer, most)
	if err != nil {
		return failed(stderr, err)
	}
	text, err := json.Marshal(times)
	if err != nil {
		return failed(stderr, err)
	}
	fmt.Fprintln(stdout, string(text))
	return 0
}

func sendFlash(ctx context.Context, dir string, officer int, most time.Duration) ([]time.Duration, error) {
	signed, err := readCharter(filepath.Join(dir, "charter.txt"))
	if err != nil {
		return nil, err
	}
	w := &world{dir: dir, charter: signed, rings: map[string]*keyring.Ring{}}
	for _, p := range signed.Parties {
		if w.rings[p.ID], err = keyring.Open(filepath.Join(dir, p.ID, "keys.age"), worldPassphrase); err != nil {
			return nil, err
		}
	}
	b, err := newBench(ctx, w, nil, benchOfficers())
	if err != nil {
		return nil, err
	}
	if officer < 0 || officer >= len(b.authors) {
		return nil, fmt.Errorf("there is no officer %d", officer)
	}
	batch, err := b.sign(ctx, b.authors[officer], int(most/flashEvery), "J11/1", "FLASH")
	if err != nil {
		return nil, err
	}
	tick := time.NewTicker(flashEvery)
	defer tick.Stop()
	var times []time.Duration
	for i, s := range batch {
		<-tick.C
		start := time.Now()
		if err := b.send(ctx, s); err != nil {
			return nil, err
		}
		if i > 0 { // the first one makes the connection
			times = append(times, time.Since(start))
		}
	}
	return times, nil
}
