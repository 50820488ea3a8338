package proof

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// node runs a program of docs/verifier, which shares no code with parley, and gives
// its exit status and what it says.
func node(t *testing.T, program string, args ...string) (int, string) {
	t.Helper()
	missing := t.Skip
	if os.Getenv("PARLEY_REQUIRE_NODE") == "1" {
		missing = t.Fatal
	}
	folder := filepath.Join("..", "docs", "verifier")
	if _, err := os.Stat(filepath.Join(folder, "node_modules")); err != nil {
		missing("the second verifier's libraries are not installed; run `npm ci --prefix docs/verifier` in the top folder")
	}
	path, err := exec.LookPath("node")
	if err != nil {
		missing("node is not installed; install Node.js 20.19 or newer")
	}
	cmd := exec.CommandContext(context.WithoutCancel(t.Context()), path, append([]string{program}, args...)...)
	cmd.Dir = folder
	out, err := cmd.CombinedOutput()
	exit, failed := errors.AsType[*exec.ExitError](err)
	if err != nil && !failed {
		t.Fatal(err)
	}
	if failed {
		return exit.ExitCode(), string(out)
	}
	return 0, string(out)
}

// The second verifier judges every vector as parley does.
func TestSecondVerifierVectors(t *testing.T) {
	code, said := node(t, "vectors.mjs", filepath.Join("..", "vectors"))
	if code != 0 || !strings.Contains(said, ", 0 differently") {
		t.Errorf("exit status %d:\n%s", code, said)
	}
	if code, said := node(t, "vectors.mjs", t.TempDir()); code != 2 {
		t.Errorf("an empty folder: exit status %d: %s", code, said)
	}
}

// It verifies a record and a bundle that parley has just made, and refutes them with
// one letter changed.
func TestSecondVerifierRecord(t *testing.T) {
	w := newWorld(t)
	s := play(w)
	dir := t.TempDir()
	write := func(name, text string) string {
		path := filepath.Join(dir, name)
		w.must(os.WriteFile(path, []byte(text), 0o600))
		return path
	}
	trusted := write("charter.txt", string(w.charter.Note))
	record := w.record("birch")
	bundle := string(w.bundle("alder", nil, s.notice))
	for _, test := range []struct {
		name, text string
		code       int
		says       string
	}{
		{"record", record, 0, "proven: "},
		{"bundle", bundle, 0, "proven: "},
		{"record changed", strings.Replace(record, string(s.ack.Bytes())[:200], "e"+string(s.ack.Bytes())[1:199]+"A", 1), 1, "refuted (content.other-text"},
		{"bundle changed", strings.Replace(bundle, "\\n24\\n", "\\n25\\n", 1), 1, "refuted (checkpoint.signature"},
		{"record cut", record[:len(record)-5], 2, "could not be checked"},
	} {
		code, said := node(t, "verify.mjs", "-charter", trusted, write("file", test.text))
		if code != test.code || !strings.Contains(said, test.says) {
			t.Errorf("%s: exit status %d, want %d; it says %s", test.name, code, test.code, said)
		}
	}
}
