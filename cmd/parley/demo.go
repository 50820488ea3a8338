package main

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"time"

	"parley/charter"
	"parley/console"
	"parley/desk"
	"parley/exercise"
	"parley/identity"
	"parley/proof"
)

const demoUsage = `usage: parley demo [-speed N] [-keep] [-dir DIR] [-scenario NAME]

Demo makes keys and a charter on the template paris-2026, marked EXERCISE, starts
a hub and three desks that talk HTTPS on loopback, and plays exercise QUIET
ORCHARD: 25 messages with a fault in nearly each of them. Then all three desks and
an auditor, who is given nothing but a file, verify every step, and the pass marks
are computed from the ledger.

  -speed N        how much faster than told the story goes (1)
  -keep           leave everything running and say how to talk to it
  -dir DIR        folder for keys, charter and data (a temporary one)
  -scenario NAME  which scenario (quiet-orchard)

Exit status: 0 played and verified, 1 something did not come out as it must,
2 wrong arguments.
`

// demoPause is how long the story stops after a step at speed 1.
const demoPause = 250 * time.Millisecond

func demoCommand(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	flags := flag.NewFlagSet("demo", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	speed := flags.Float64("speed", 1, "")
	keep := flags.Bool("keep", false, "")
	dir := flags.String("dir", "", "")
	name := flags.String("scenario", "quiet-orchard", "")
	if code, done := parseArgs(flags, args, demoUsage, stdout, stderr); done {
		return code
	}
	if flags.NArg() > 0 || *speed < 0.1 || *speed > 1000 {
		return misused(stderr, "demo takes no arguments, and -speed from 0.1 to 1000", "`parley demo -h` shows how")
	}
	script, err := exercise.Load(*name)
	if err != nil {
		return misused(stderr, err.Error(), "leave -scenario out")
	}
	if *dir == "" {
		if *dir, err = os.MkdirTemp("", "parley-demo-"); err != nil {
			return failed(stderr, err)
		}
		if !*keep {
			defer os.RemoveAll(*dir)
		}
	} else if err := os.MkdirAll(*dir, 0o700); err != nil {
		return failed(stderr, err)
	}
	markExercise(true, "en", stdout)
	d := &demo{script: script, speed: *speed, out: stdout, desks: map[string]*desk.Desk{}, lines: map[string]*cutLine{}}
	if err := d.start(ctx, *dir); err != nil {
		return failed(stderr, errors.Join(err, d.close()))
	}
	err = d.run(ctx)
	if err == nil && *keep {
		if err = d.explain(slog.New(slog.NewTextHandler(stderr, nil))); err == nil {
			<-ctx.Done()
		}
	}
	if err := errors.Join(err, d.close()); err != nil {
		return failed(stderr, err)
	}
	return 0
}

// A demo is a mechanism on this machine and the story that is played on it.
type demo struct {
	script   *exercise.Scenario
	speed    float64
	out      io.Writer
	world    *world
	hub      *runningHub
	desks    map[string]*desk.Desk
	lines    map[string]*cutLine // to the hub, by party
	cast     map[string]string   // part to party
	parts    map[string]string   // party to part
	acted    string              // identifier of the newest act's statement
	consoles []*console.Console  // that are open
	copies   [][]byte            // bundles that were written for recipients outside
}

// start makes the world and starts its hub and desks.
func (d *demo) start(ctx context.Context, dir string) error {
	template, err := charter.Template("paris-2026")
	if err != nil {
		return err
	}
	d.cast, d.parts = map[string]string{}, map[string]string{}
	parties := append(template.Sides(), template.Supervisor())
	if len(parties) != len(d.script.Cast) {
		return fmt.Errorf("the scenario has %d parts and the charter %d parties", len(d.script.Cast), len(parties))
	}
	for i, part := range d.script.Cast {
		d.cast[part], d.parts[parties[i].ID] = parties[i].ID, part
	}
	officers := d.officers()
	orchard, err := charter.Template("quiet-orchard")
	if err != nil {
		return err
	}
	d.world, err = newWorld(ctx, dir, "paris-2026", officers, func(c *charter.Charter) {
		c.Places = orchard.Places // the exercise is played on an invented lake
		c.Clocks.Accord = &charter.AccordTimes{StatementSeconds: 8}
		c.Clocks.Line.IntervalSeconds, c.Clocks.Line.MissSeconds = 3600, max(1, int(2/d.speed))
		for i := range c.Precedences {
			if id := c.Precedences[i].ID; id == "FLASH" || id == "IMMEDIATE" { // the exercise clock is compressed
				c.Precedences[i].GateSeconds = max(1, int(3/d.speed))
			}
		}
	})
	if err != nil {
		return err
	}
	log := slog.New(slog.NewTextHandler(io.Discard, nil))
	if d.hub, err = d.world.startHub(ctx, log); err != nil {
		return err
	}
	if err := d.world.endorse(ctx, officers); err != nil {
		return err
	}
	for _, p := range parties {
		witness, err := d.world.witness(p.ID)
		if err != nil {
			return err
		}
		d.lines[p.ID] = newCutLine()
		d.desks[p.ID], err = desk.Open(ctx, desk.Config{Dial: d.lines[p.ID].dial, Charter: d.world.charter, Dir: filepath.Join(dir, p.ID, "desk"), Author: deskOf(p.ID),
			Signer: d.world.rings[p.ID].Signer, Witness: witness, Clock: time.Now, Rand: randomReader, Listen: "127.0.0.1:0", Log: log})
		if err != nil {
			return err
		}
	}
	return nil
}

func deskOf(party string) identity.Author {
	return identity.Author{Party: party, Role: "desk", Officer: "one"}
}

// officers are all who act in the script, and the desks.
func (d *demo) officers() []identity.Author {
	var all []identity.Author
	known := map[string]bool{}
	for _, part := range d.script.Cast {
		all = append(all, deskOf(d.cast[part]))
	}
	for _, step := range d.script.Steps {
		part, rest, ok := strings.Cut(step.Actor, "/")
		if !ok || known[step.Actor] {
			continue
		}
		known[step.Actor] = true
		if author, err := identity.ParseAuthor(d.cast[part] + "/" + rest); err == nil {
			all = append(all, author)
		}
	}
	return all
}

// run plays the story and has everything verified.
func (d *demo) run(ctx context.Context) error {
	c := d.world.charter
	fmt.Fprintf(d.out, "%s\n%s\n\n", d.script.Title, strings.Repeat("=", len(d.script.Title)))
	fmt.Fprintf(d.out, "Mechanism %s, EXERCISE. One hub at %s and three desks, each with its own keys,\nits own folder and its own verified copy of the ledger:\n\n", c.Mechanism, c.Hub.URLs[0])
	for _, part := range d.script.Cast {
		p, _ := c.Party(d.cast[part])
		fmt.Fprintf(d.out, "  %-6s is played by %s (%s)\n", strings.ToUpper(part), p.Names["en"], p.Kind)
	}
	fmt.Fprintln(d.out)
	if err := d.script.Play(ctx, stage{d}, d.cast, time.Now, d.tell); err != nil {
		return err
	}
	fmt.Fprintln(d.out)
	return d.verify(ctx)
}

// tell prints one step of the timeline.
func (d *demo) tell(m exercise.Moment) {
	step := m.Step
	if step.Clock != "" {
		fmt.Fprintf(d.out, "%s\n", step.Clock)
	}
	if step.Do == exercise.Note {
		fmt.Fprintf(d.out, "%s\n\n", wrap(step.Story, "        "))
		return
	}
	part, rest, _ := strings.Cut(step.Actor, "/")
	what := step.Do
	if step.Do == exercise.Send || step.Do == exercise.Paper {
		what = strings.Join(strings.Fields(step.Do+" "+step.Precedence+" "+step.Format), " ")
	}
	if len(step.Withhold) > 0 {
		what += " (without " + strings.Join(step.Withhold, ", ") + ")"
	}
	if step.Reason != "" {
		what += " (" + step.Reason + ")"
	}
	fmt.Fprintf(d.out, "  %-6s %s, %s\n%s\n", strings.ToUpper(part), rest, what, wrap(step.Story, "         "))
	if outcome := d.outcome(m); outcome != "" {
		fmt.Fprintf(d.out, "         %s\n", outcome)
	}
	for _, shown := range m.Shown {
		fmt.Fprintf(d.out, "         > %s\n", strings.TrimSpace(wrap(shown, "           ")))
	}
	fmt.Fprintln(d.out)
	time.Sleep(time.Duration(float64(demoPause) / d.speed))
}

// outcome is the evidence of a step: the entry, or the refusal.
func (d *demo) outcome(m exercise.Moment) string {
	if m.Refusal != nil {
		verb := "refused"
		if m.Refusal.Rule == desk.Ambiguity {
			verb = "asked"
		}
		said := strings.TrimSpace(wrap(verb+" by rule "+m.Refusal.Rule+": "+strings.ReplaceAll(m.Refusal.Error(), "\n", "; "), "         "))
		for _, option := range m.Refusal.Options {
			said += "\n         ? " + option
		}
		return said
	}
	took := m.Took.Round(time.Millisecond)
	r, ok := d.desks[m.Actor.Party].Work().Record(m.ID)
	switch {
	case m.Step.Queued:
		return fmt.Sprintf("signed, and kept on the desk in %s", took)
	case m.Step.Do == exercise.Look:
		return ""
	case !ok && (m.Step.Do == exercise.Send || m.Step.Do == exercise.Deposit):
		return fmt.Sprintf("signed, and kept on the desk for a second officer in %s", took)
	case !ok:
		return fmt.Sprintf("done in %s", took)
	}
	status := ""
	if r.Delivery != nil {
		status = ", " + string(r.Delivery.Status)
		if r.Delivery.Auto {
			status += " by the hub's clock"
		}
	}
	switch m.Step.Do {
	case exercise.Send, exercise.Paper:
		return fmt.Sprintf("entry %d, receipt verified in %s%s", r.Index, took, status)
	case exercise.Await:
		if r.Delivery.Waiting() {
			return fmt.Sprintf("entry %d%s", r.Index, status)
		}
		return fmt.Sprintf("entry %d%s, %s after it was submitted", r.Index, status, r.Delivery.Gated.Sub(r.Delivery.Submitted).Round(time.Millisecond))
	}
	return fmt.Sprintf("about entry %d, receipt verified in %s%s", r.Index, took, status)
}

// wrap breaks text into lines of at most 88 characters behind an indent.
func wrap(text, indent string) string {
	var out strings.Builder
	line := indent
	for _, word := range strings.Fields(text) {
		if len(line)+len(word) > 88 && line != indent {
			out.WriteString(strings.TrimRight(line, " ") + "\n")
			line = indent
		}
		line += word + " "
	}
	return out.String() + strings.TrimRight(line, " ")
}

// verify has the three desks and an offline auditor agree on the ledger.
func (d *demo) verify(ctx context.Context) error {
	size, root, err := d.settle(ctx)
	if err != nil {
		return err
	}
	for _, part := range d.script.Cast {
		s, err := d.desks[d.cast[part]].Status(ctx)
		if err != nil {
			return err
		}
		withheld := 0
		for i := range s.Size {
			if _, ok := d.desks[d.cast[part]].Work().RecordAt(i); !ok && i > 0 {
				withheld++
			}
		}
		fmt.Fprintf(d.out, "  desk of %-6s verified %d entries (%d of them withheld from it), root %s, cosigned by every side up to %d\n", strings.ToUpper(part), s.Size, withheld, s.Root, s.Confirmed)
	}
	first := d.desks[d.cast[d.script.Cast[0]]]
	var record bytes.Buffer
	if err := proof.WriteRecord(&record, first.Origin(), first.Journal().Read(ctx, first.Origin(), 0)); err != nil {
		return err
	}
	length := record.Len()
	result, err := proof.VerifyRecord(ctx, bytes.NewReader(record.Bytes()), d.world.charter.Charter)
	if err != nil {
		return fmt.Errorf("the auditor refutes the record: %w", err)
	}
	if result.Size != size || base64.StdEncoding.EncodeToString(result.Root[:]) != root {
		return fmt.Errorf("the auditor finds size %d, the desks %d", result.Size, size)
	}
	fmt.Fprintf(d.out, "  auditor, offline, from a file of %d KiB: every signature, receipt, order and rule holds\n\n", length/1024)
	if err := d.passMarks(ctx); err != nil {
		return err
	}
	if err := d.tampered(ctx, record.Bytes()); err != nil {
		return err
	}
	fmt.Fprintf(d.out, "verified: %d desks and 1 auditor agree on size %d, root %s\n", len(d.desks), size, root)
	return nil
}

// settle waits until the desks have said all that they owe and have the same
// ledger, cosigned by every side.
func (d *demo) settle(ctx context.Context) (size uint64, root string, err error) {
	ctx, cancel := context.WithTimeout(ctx, 15*time.Second)
	defer cancel()
	ticker := time.NewTicker(50 * time.Millisecond)
	defer ticker.Stop()
	for steady := 0; steady < 5; {
		select {
		case <-ctx.Done():
			return 0, "", errors.New("the desks did not come to the same ledger in 15 s")
		case <-ticker.C:
		}
		same := true
		for i, part := range d.script.Cast {
			s, err := d.desks[d.cast[part]].Status(ctx)
			switch {
			case err != nil:
				return 0, "", err
			case s.Alarm != "":
				return 0, "", fmt.Errorf("the desk of %s raises an alarm: %s", part, s.Alarm)
			}
			same = same && s.Queued == 0 && s.Confirmed == s.Size && (i == 0 || s.Size == size && s.Root == root)
			if i == 0 {
				same = same && s.Size == size
				size, root = s.Size, s.Root
			}
		}
		steady++
		if !same {
			steady = 0
		}
	}
	return size, root, nil
}

func (d *demo) close() error {
	var errs []error
	for _, pages := range d.consoles {
		errs = append(errs, pages.Close())
	}
	for _, part := range d.script.Cast {
		if desk := d.desks[d.cast[part]]; desk != nil {
			errs = append(errs, desk.Close())
		}
	}
	if d.hub != nil {
		errs = append(errs, d.hub.Close())
	}
	return errors.Join(errs...)
}
