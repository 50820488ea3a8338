package main

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
)

// The README's walk-through works as pasted: its blocks are run here, in order,
// by bash. Only the build line and the port are replaced.
func TestWalkthrough(t *testing.T) {
	t.Parallel() // it mostly waits
	bash, err := exec.LookPath("bash")
	if err != nil {
		t.Skip("the walk-through is for bash, which is not here")
	}
	readme, err := os.ReadFile(filepath.Join("..", "..", "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	address, err := freeAddress()
	if err != nil {
		t.Fatal(err)
	}
	var blocks []string
	for _, m := range regexp.MustCompile("(?s)```sh\n(.*?)```").FindAllStringSubmatch(string(readme), -1) {
		block := strings.ReplaceAll(m[1], "127.0.0.1:8443", address)
		blocks = append(blocks, strings.ReplaceAll(block, "parley hub ", "parley hub -listen "+address+" "))
	}
	if len(blocks) != 5 {
		t.Fatalf("the README has %d blocks to paste, want keys, hub, endorse, desks, message", len(blocks))
	}
	_, rest, _ := strings.Cut(blocks[0], "\n") // the line that builds the program
	blocks[0] = rest
	bin, folder := t.TempDir(), t.TempDir()
	if out, err := exec.CommandContext(t.Context(), "go", "build", "-o", filepath.Join(bin, "parley"), ".").CombinedOutput(); err != nil {
		t.Fatalf("build: %v\n%s", err, out) // the real program: the race detector would slow scrypt tenfold
	}
	env := append(os.Environ(), passphraseVariable+"=exercise", "PATH="+bin+":"+os.Getenv("PATH"))
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Minute)
	paste := func(block string) string {
		cmd := exec.CommandContext(ctx, bash, "-euo", "pipefail", "-c", block)
		cmd.Dir, cmd.Env = folder, env
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Fatalf("%v\n%s\nprinted\n%s", err, block, out)
		}
		return string(out)
	}
	var running []*exec.Cmd
	defer func() {
		cancel()
		for _, cmd := range running {
			cmd.Wait() //nolint:errcheck // it was ended
		}
	}()
	start := func(line string) {
		cmd := exec.CommandContext(ctx, bash, "-c", "exec "+line)
		cmd.Dir, cmd.Env = folder, env
		cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
		ready := &firstLine{ready: make(chan struct{})}
		cmd.Stdout = ready
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		running = append(running, cmd)
		select {
		case <-ready.ready:
		case <-ctx.Done():
			t.Fatalf("%s did not get ready", line)
		}
	}
	paste(blocks[0])
	start(strings.TrimSpace(blocks[1]))
	paste(blocks[2])
	for line := range strings.Lines(blocks[3]) {
		start(strings.TrimSpace(line))
	}
	printed := paste(blocks[4])
	for _, want := range []string{"withheld for", "acknowledged by birch/watch/basil", "verified: size"} {
		if !strings.Contains(printed, want) {
			t.Errorf("the last block printed no %q:\n%s", want, printed)
		}
	}
}

// firstLine closes ready when a whole line was written.
type firstLine struct {
	text  bytes.Buffer
	ready chan struct{}
	told  bool
}

func (f *firstLine) Write(p []byte) (int, error) {
	f.text.Write(p)
	if !f.told && bytes.Contains(f.text.Bytes(), []byte("\n")) {
		f.told = true
		close(f.ready)
	}
	return len(p), nil
}
