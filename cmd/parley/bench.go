package main

import (
	"bufio"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"parley/charter"
	"parley/identity"
)

const benchUsage = `usage: parley bench [-json] [-seconds N] [-resync [-n STATEMENTS]]
       parley bench [-json] -verify [-n STATEMENTS] [-keep FILE]

Bench starts a hub as a process of its own, on loopback and in a temporary
folder, and measures it with real keys over real TLS. N (3) is how long each
load runs. Times are of this machine and its disk: compare them with verify_us,
one Ed25519 verification, and append_p50_us, one durable journal append, which
are measured in the same run. With -resync it measures instead how fast a desk
gets receipts for STATEMENTS (10000) that it queued while the hub was away, and
counts what was lost or doubled. With -verify it makes a record of STATEMENTS
statements and measures 'parley verify' of it: its rate beside that of parsing and
verifying signatures alone, and its memory. -keep leaves the record at FILE, whose
keys are worth nothing.

Exit status: 0 measured, 1 it could not measure, 2 wrong arguments.
`

// A measure is one number of the benchmark.
type measure struct {
	key   string
	what  string
	value float64
}

func benchCommand(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	flags := flag.NewFlagSet("bench", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	asJSON := flags.Bool("json", false, "")
	seconds := flags.Float64("seconds", 3, "")
	resync := flags.Bool("resync", false, "")
	statements := flags.Int("n", 10_000, "")
	verify := flags.Bool("verify", false, "")
	keep := flags.String("keep", "", "")
	flashWorld := flags.String("flash-world", "", "") // the FLASH client, which bench starts itself
	flashOfficer := flags.Int("flash-officer", 0, "")
	if code, done := parseArgs(flags, args, benchUsage, stdout, stderr); done {
		return code
	}
	if flags.NArg() > 0 || *seconds <= 0 || *seconds > 600 || *statements < 1 || *statements > 10_000_000 || *keep != "" && !*verify {
		return misused(stderr, "bench takes no arguments, -seconds from 0 to 600, and -n from 1 to 10000000; -keep goes with -verify", "`parley bench -h` shows how")
	}
	most := time.Duration(*seconds * float64(time.Second))
	if *flashWorld != "" {
		return flashClient(ctx, *flashWorld, *flashOfficer, most, stdout, stderr)
	}
	dir, err := os.MkdirTemp("", "parley-bench-")
	if err != nil {
		return failed(stderr, err)
	}
	defer os.RemoveAll(dir)
	var measures []measure
	switch {
	case *verify:
		measures, err = measureRecord(ctx, dir, *keep, *statements, stderr)
	case *resync:
		measures, err = measureResync(ctx, dir, *statements, most, stderr)
	default:
		measures, err = measureHub(ctx, dir, most, stderr)
	}
	if err != nil {
		return failed(stderr, err)
	}
	if *asJSON {
		values := map[string]float64{}
		for _, m := range measures {
			values[m.key] = m.value
		}
		text, err := json.MarshalIndent(values, "", "  ")
		if err != nil {
			return failed(stderr, err)
		}
		fmt.Fprintln(stdout, string(text))
		return 0
	}
	for _, m := range measures {
		fmt.Fprintf(stdout, "%-34s %12.2f   %s\n", m.key, m.value, m.what)
	}
	return 0
}

const benchAuthors = 64

// measureHub runs all measurements in turn on one hub.
func measureHub(ctx context.Context, dir string, each time.Duration, stderr io.Writer) ([]measure, error) {
	verify := measureVerify()
	appendP50, err := measureAppend(ctx, filepath.Join(dir, "append.db"))
	if err != nil {
		return nil, err
	}
	measures := []measure{
		{"verify_us", "one Ed25519 verification, CPU", verify},
		{"append_p50_us", "one durable single-entry journal append", appendP50},
	}
	officers := benchOfficers()
	w, err := newWorld(ctx, dir, "quiet-orchard", officers, func(c *charter.Charter) {
		c.Limits.RatePerSecond, c.Limits.Burst = 1_000_000, 1_000_000
	})
	if err != nil {
		return nil, err
	}
	child, err := startHubProcess(ctx, w, stderr)
	if err != nil {
		return nil, err
	}
	defer child.stop()
	if err := w.endorse(ctx, officers); err != nil {
		return nil, err
	}
	b, err := newBench(ctx, w, child, officers)
	if err != nil {
		return nil, err
	}
	loads, err := b.run(ctx, each)
	return append(measures, loads...), err
}

// benchOfficers are the watch officers of one side, and the desk that reads on
// the other.
func benchOfficers() []identity.Author {
	officers := []identity.Author{{Party: "birch", Role: "desk", Officer: "one"}, {Party: "alder", Role: "desk", Officer: "one"}}
	for i := range benchAuthors + 2 { // the last two send FLASH
		officers = append(officers, identity.Author{Party: "alder", Role: "watch", Officer: fmt.Sprintf("o%d", i)})
	}
	return officers
}

// A hubProcess is a hub in a process of its own, so that its processor time can
// be told from its clients'.
type hubProcess struct {
	cmd  *exec.Cmd
	done chan error
}

func startHubProcess(ctx context.Context, w *world, stderr io.Writer) (*hubProcess, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	secret := filepath.Join(w.dir, "passphrase")
	if err := os.WriteFile(secret, []byte(worldPassphrase+"\n"), 0o600); err != nil {
		return nil, err
	}
	party := w.hubName.Party
	cmd := exec.CommandContext(ctx, self, "hub", "-dir", filepath.Join(w.dir, "hub"), "-charter", w.file, "-keys", filepath.Join(w.dir, party, "keys.age"),
		"-passphrase-file", secret, "-as", w.hubName.String(), "-listen", w.listen, "-alone")
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGTERM) }
	var log strings.Builder
	cmd.Stderr = &log
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	p := &hubProcess{cmd: cmd, done: make(chan error, 1)}
	ready := bufio.NewScanner(out)
	if !ready.Scan() {
		cmd.Wait() //nolint:errcheck // its log says more
		return nil, fmt.Errorf("the hub did not start: %s", log.String())
	}
	go func() {
		for ready.Scan() {
		}
		p.done <- cmd.Wait()
	}()
	return p, nil
}

// stop ends the hub gracefully and waits for it.
func (p *hubProcess) stop() {
	p.cmd.Process.Signal(syscall.SIGTERM) //nolint:errcheck // it may have ended
	<-p.done
}

// cpu is the processor time that the hub has used so far (proc(5), /proc/PID/stat,
// fields 14 and 15, in hundredths of a second).
func (p *hubProcess) cpu() (time.Duration, error) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", p.cmd.Process.Pid))
	if err != nil {
		return 0, fmt.Errorf("read the hub's processor time: %w", err)
	}
	_, rest, ok := strings.Cut(string(text), ") ")
	fields := strings.Fields(rest)
	if !ok || len(fields) < 13 {
		return 0, fmt.Errorf("read the hub's processor time: %q is not as proc(5) says", text)
	}
	var user, system int64
	if _, err := fmt.Sscan(fields[11]+" "+fields[12], &user, &system); err != nil {
		return 0, err
	}
	return time.Duration(user+system) * 10 * time.Millisecond, nil
}
