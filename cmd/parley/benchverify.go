package main

import (
	"bufio"
	"context"
	"crypto/ed25519"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"os"
	"os/exec"
	"runtime"
	"runtime/debug"
	"sync"
	"syscall"
	"time"

	"parley/identity"
	"parley/proof"
	"parley/statement"
)

// sampleStatements are how many statements verification alone is measured on.
const sampleStatements = 20_000

// measureRecord makes a record of n statements and measures `parley verify` of it, as
// a process of its own, beside parsing its statements and verifying their signatures
// on all cores, which is measured before and after: this machine may have other work.
func measureRecord(ctx context.Context, dir, keep string, n int, stderr io.Writer) ([]measure, error) {
	fmt.Fprintf(stderr, "parley: making a record of %d statements\n", n)
	w, path, err := recordWorld(ctx, dir)
	if err != nil {
		return nil, err
	}
	if keep != "" {
		path = keep
	}
	start := time.Now()
	if err := writeRecord(ctx, w, path, uint64(n)); err != nil {
		return nil, err
	}
	made := time.Since(start)
	debug.FreeOSMemory() // what making it took is not to be in the way
	texts, err := sample(ctx, path)
	if err != nil {
		return nil, err
	}
	before, cpuBefore, err := verifyAlone(w, texts)
	if err != nil {
		return nil, err
	}
	whole, err := verifyProcess(ctx, path)
	if err != nil {
		return nil, err
	}
	after, cpuAfter, err := verifyAlone(w, texts)
	if err != nil {
		return nil, err
	}
	alone, aloneCPU := (before+after)/2, (cpuBefore+cpuAfter)/2
	each := whole.took.Seconds() * 1e6 / float64(whole.statements)
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	return []measure{
		{"record_statements", "in a record with their releases, deliveries and acknowledgements", float64(whole.statements)},
		{"record_mb", "size of the record's file", float64(info.Size()) / 1e6},
		{"record_make_s", "to sign and write it", made.Seconds()},
		{"verify_record_s", "`parley verify` of it, from start to end of the process", whole.took.Seconds()},
		{"verify_record_per_s", "statements", 1e6 / each},
		{"verify_record_us", "wall time a statement, on all cores", each},
		{"verify_alone_us", "the same for parsing and its signature alone", alone},
		{"verify_ratio", "verification alone over the whole; at least 0.8 is wanted", alone / each},
		{"verify_cpu_us", "processor time of the process, a statement", whole.cpu.Seconds() * 1e6 / float64(whole.statements)},
		{"verify_alone_cpu_us", "the same for parsing and its signature alone", aloneCPU},
		{"verify_cpu_ratio", "the ratio of these, which other work on the machine disturbs less", aloneCPU * float64(whole.statements) / 1e6 / whole.cpu.Seconds()},
		{"verify_peak_mb", "most memory that the process had, in 10^6 bytes; at most 300 is wanted", whole.peak},
	}, nil
}

// sample reads the first statements of a record.
func sample(ctx context.Context, path string) ([][]byte, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	_, blocks, err := proof.OpenRecord(bufio.NewReader(file))
	if err != nil {
		return nil, err
	}
	var texts [][]byte
	for b, err := range blocks {
		if err != nil {
			return nil, err
		}
		for _, text := range b.Contents {
			if len(text) > 0 && text[0] != '{' {
				texts = append(texts, text)
			}
		}
		if len(texts) >= sampleStatements || ctx.Err() != nil {
			break
		}
	}
	return texts, ctx.Err()
}

// verifyAlone is the best of three times that the statements took, in microseconds
// each: wall time on all cores, and processor time.
func verifyAlone(w *world, texts [][]byte) (wall, cpu float64, err error) {
	defer boundMemory()() // as `parley verify` has it
	keys := map[string]ed25519.PublicKey{}
	for _, p := range w.charter.Parties {
		for _, root := range p.Roots {
			key, err := identity.ParseKey(root)
			if err != nil {
				return 0, 0, err
			}
			keys[identity.Thumbprint(key)] = key
		}
	}
	for _, name := range recordNames() {
		key, err := w.rings[name.Party].Signer(name.String())
		if err != nil {
			return 0, 0, err
		}
		keys[identity.Thumbprint(key.Public())] = key.Public()
	}
	wall, cpu = math.Inf(1), math.Inf(1)
	for range 3 {
		workers := runtime.GOMAXPROCS(0)
		faults := make([]error, workers)
		var wait sync.WaitGroup
		start, used := time.Now(), processorTime()
		for n := range workers {
			wait.Go(func() {
				for i := n; i < len(texts); i += workers {
					s, err := statement.Parse(texts[i])
					if err == nil {
						err = s.Verify(keys[s.KID()])
					}
					if err != nil {
						faults[n] = err
						return
					}
				}
			})
		}
		wait.Wait()
		for _, err := range faults {
			if err != nil {
				return 0, 0, err
			}
		}
		wall = min(wall, float64(time.Since(start).Nanoseconds())/1e3/float64(len(texts)))
		cpu = min(cpu, float64((processorTime()-used).Nanoseconds())/1e3/float64(len(texts)))
	}
	return wall, cpu, nil
}

// processorTime is what this process has used so far.
func processorTime() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		panic(err) // the arguments are constants
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// A verifyRun is one run of `parley verify`.
type verifyRun struct {
	statements uint64
	took, cpu  time.Duration
	peak       float64 // 10^6 bytes
}

func verifyProcess(ctx context.Context, path string) (verifyRun, error) {
	self, err := os.Executable()
	if err != nil {
		return verifyRun{}, err
	}
	cmd := exec.CommandContext(ctx, self, "verify", "-json", path)
	start := time.Now()
	out, err := cmd.Output()
	took := time.Since(start)
	if err != nil {
		return verifyRun{}, fmt.Errorf("verify %s: %w: %s", path, err, out)
	}
	var result verified
	if err := json.Unmarshal(out, &result); err != nil {
		return verifyRun{}, err
	}
	run := verifyRun{statements: result.Statements, took: took, cpu: cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()}
	if usage, ok := cmd.ProcessState.SysUsage().(*syscall.Rusage); ok {
		run.peak = float64(usage.Maxrss) * 1024 / 1e6
	}
	return run, nil
}
