package main

import (
	"log/slog"
	"path/filepath"
	"strings"
	"testing"
)

// While a hub runs no second one starts on its folder, and no read model is made
// anew under a running program; once it has stopped both may be.
func TestFolderIsHeld(t *testing.T) {
	o := newOffice(t)
	hub := filepath.Join(o.world.dir, "hub")
	start := func() error {
		h, err := startHub(t.Context(), hub, "127.0.0.1:0", o.world.charter, o.world.rings["cedar"], o.world.hubName, slog.New(slog.DiscardHandler))
		if err == nil {
			err = h.Close()
		}
		return err
	}
	const running = "is another program running on this folder?"
	if err := start(); err == nil || !strings.Contains(err.Error(), running) {
		t.Errorf("a second hub on the folder: %v", err)
	}
	for _, dir := range []string{hub, o.desk("alder")} {
		if status, out, stderr := parley(t, "rebuild", "-dir", dir); status != 1 || out != "" || !strings.Contains(stderr, running) || !strings.Contains(stderr, "stop the program first") {
			t.Errorf("rebuild under a running program: status %d, %s%s", status, out, stderr)
		}
		if status, _, stderr := parley(t, "verify", "-charter", o.world.file, dir); status != 0 { // which only reads
			t.Errorf("verify beside a running program: status %d, %s", status, stderr)
		}
	}
}

// A hub's folder is let go when the hub stops, and when it cannot start.
func TestFolderIsLetGo(t *testing.T) {
	o := newOffice(t)
	start := func(listen string) (*runningHub, error) {
		return startHub(t.Context(), filepath.Join(o.dir, "own"), listen, o.world.charter, o.world.rings["cedar"], o.world.hubName, slog.New(slog.DiscardHandler))
	}
	if _, err := start("nowhere:none"); err == nil {
		t.Fatal("it listens nowhere")
	}
	for range 2 {
		h, err := start("127.0.0.1:0")
		o.must(err)
		o.must(h.Close())
	}
}
