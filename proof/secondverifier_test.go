package proof

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

var seconded = flag.Int("seconded", 80, "how many damaged files TestSecondVerifierDamaged has both verifiers judge")

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

// Files damaged at random places end alike with both: proven, refuted, or unchecked.
// `-seconded=5000` is the long form.
func TestSecondVerifierDamaged(t *testing.T) {
	w := vectorWorld(t)
	s := tell(w)
	record, bundle := w.record("birch"), string(w.bundle("alder", nil, s.notice, s.assessed))
	chance := rand.New(rand.NewPCG(6, 7))
	const letters = "ABCXYZabcxyz0129-_+/=.~,:\"\\{}[] \n"
	dir := t.TempDir()
	v := newVectors(t, "files", "")
	tally := map[string]int{}
	for i := range *seconded {
		name, text := "record.jsonl", record
		if i%3 == 0 {
			name, text = "bundle.json", bundle
		}
		at := chance.IntN(len(text))
		if i%5 > 0 { // the charter is most of it: rather in what comes behind
			at = len(text)/2 + chance.IntN(len(text)/2)
		}
		lines := strings.SplitAfter(text, "\n")
		line := chance.IntN(len(lines) - 1)
		var changed string
		switch i % 7 {
		case 0:
			changed = text[:at] + text[min(len(text), at+1+chance.IntN(90)):]
		case 1:
			changed = text[:at] + text[at:min(len(text), at+90)] + text[at:]
		case 2:
			changed = strings.Join(slices.Delete(slices.Clone(lines), line, line+1), "")
		case 3:
			changed = strings.Join(slices.Insert(slices.Clone(lines), line, lines[chance.IntN(len(lines)-1)]), "")
		default:
			changed = text[:at] + string(letters[chance.IntN(len(letters))]) + text[at+1:]
		}
		changed = strings.ToValidUTF8(changed, "?")
		var err error
		if name == "record.jsonl" {
			_, err = VerifyRecord(t.Context(), strings.NewReader(changed), nil)
		} else {
			_, err = VerifyBundle(t.Context(), []byte(changed), nil)
		}
		verdict, _, _ := strings.Cut(outcome(err), ":")
		if verdict == "not checked" {
			verdict = "unchecked"
		}
		tally[verdict]++
		v.Cases = append(v.Cases, vector{Name: fmt.Sprintf("%d: %s", i, outcome(err)), Input: changeOf(name, text, changed), Verdict: verdict})
	}
	text, err := json.Marshal(v)
	w.must(err)
	for name, text := range map[string]string{"record.jsonl": record, "bundle.json": bundle, "files.json": string(text)} {
		w.must(os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600))
	}
	if code, said := node(t, "vectors.mjs", dir); code != 0 {
		t.Errorf("exit status %d:\n%s", code, said)
	}
	if tally["refuted"] == 0 || tally["unchecked"] == 0 {
		t.Errorf("%v: both must occur", tally)
	}
}
