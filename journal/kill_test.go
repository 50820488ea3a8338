package journal

import (
	"bufio"
	"context"
	"encoding/hex"
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"testing"

	"parley/ledger"
)

var killRounds = flag.Int("kill.rounds", 5, "how often TestKill kills the writer")

const killDir = "PARLEY_TEST_KILL_DIR"

// TestMain lets the test binary run as the writer that TestKill kills.
func TestMain(m *testing.M) {
	if dir := os.Getenv(killDir); dir != "" {
		fmt.Fprintln(os.Stderr, write(dir))
		os.Exit(1)
	}
	os.Exit(m.Run())
}

// write appends blocks until it is killed and tells of each when it is durable.
func write(dir string) error {
	s, err := OpenSQLite(dir)
	if err != nil {
		return err
	}
	ctx := context.Background()
	var last *ledger.Block
	switch height, _, ok, err := s.Head(ctx, name); {
	case err != nil:
		return err
	case ok:
		if last, err = s.ReadOne(ctx, name, height); err != nil {
			return err
		}
	}
	for {
		b := next(last, 3, "kill")
		if b.Height%4 == 0 {
			b = long(last, 100_000) // so that checkpoints run too
		}
		if err := s.Append(ctx, name, b); err != nil {
			return err
		}
		hash := b.Hash()
		if _, err := fmt.Printf("%d %x\n", b.Height, hash); err != nil {
			return err
		}
		last = b
	}
}

// The writer is killed at any moment. What it told of is there, nothing is
// doubled or missing, and at most the block in flight is there untold.
func TestKill(t *testing.T) {
	dir := t.TempDir()
	told := map[uint64]string{}
	var end uint64 // after the newest block told of
	for round := range *killRounds {
		if err := killWriter(dir, 1+rand.IntN(400), func(height uint64, hash string) error {
			if before, ok := told[height]; ok {
				return fmt.Errorf("block %d was told of twice, as %s and %s", height, before, hash)
			}
			told[height] = hash
			end = max(end, height+1)
			return nil
		}); err != nil {
			t.Fatalf("round %d: %v", round, err)
		}
		s := openSQLite(t, dir)
		blocks := readAll(t, s, name, 0)
		if n := uint64(len(blocks)); n < end || n > end+1 {
			t.Fatalf("round %d: %d blocks are there, %d were told of", round, n, end)
		}
		for i, b := range blocks {
			hash := b.Hash()
			if was, ok := told[uint64(i)]; ok && was != hex.EncodeToString(hash[:]) {
				t.Fatalf("round %d: block %d has hash %x, told was %s", round, i, hash, was)
			}
		}
		end = uint64(len(blocks))
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
	t.Logf("%d rounds, %d blocks stored, %d of them told of", *killRounds, end, len(told))
}

// killWriter runs a writer in a process of its own, kills it after some blocks
// and gives every block that it told of.
func killWriter(dir string, after int, heard func(height uint64, hash string) error) error {
	self, err := os.Executable()
	if err != nil {
		return err
	}
	cmd := exec.Command(self)
	cmd.Env = append(os.Environ(), killDir+"="+dir)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return err
	}
	defer cmd.Wait()
	defer cmd.Process.Kill()
	lines := bufio.NewScanner(out)
	n := 0
	for lines.Scan() {
		var height uint64
		var hash string
		if _, err := fmt.Sscanf(lines.Text(), "%d %s", &height, &hash); err != nil || len(hash) != 64 {
			continue // cut by the kill
		}
		if err := heard(height, hash); err != nil {
			return err
		}
		if n++; n == after {
			cmd.Process.Kill() // with what it still has in the pipe
		}
	}
	if n < after {
		return errors.New("the writer ended by itself")
	}
	return nil
}
