package main

import (
	"fmt"
	"log/slog"
	"path/filepath"
	"strings"
	"time"
)

// explain says how to talk to what is left running.
func (d *demo) explain(log *slog.Logger) error {
	fmt.Fprintf(d.out, "\nEverything is still running in %s. In another terminal, from here:\n\n", d.world.dir)
	for _, part := range d.script.Cast {
		fmt.Fprintf(d.out, "  parley ls -desk %s    # %s\n", filepath.Join(d.world.dir, d.cast[part], "desk"), strings.ToUpper(part))
	}
	first := filepath.Join(d.world.dir, d.cast[d.script.Cast[0]], "desk")
	fmt.Fprintf(d.out, "\n  parley watch -desk %s    # what needs a hand\n  parley case ls -all -desk %s    # and sessions, commitments, lines, exchange ls, projects\n", first, first)
	fmt.Fprintf(d.out, "\nThe pages of each desk, in a browser on this machine. An address works once; the\npassphrase of every officer is %q, and 'parley console' prints another:\n\n", worldPassphrase)
	for _, part := range d.script.Cast {
		party := d.cast[part]
		folder := filepath.Join(d.world.dir, party)
		people, err := peopleIn("", d.world.rings[party], d.world.charter.Charter, party)
		if err != nil {
			return err
		}
		pages, err := openConsole(d.desks[party], "127.0.0.1:0", filepath.Join(folder, "desk"), people, 24*time.Hour, log)
		if err != nil {
			return err
		}
		d.consoles = append(d.consoles, pages)
		fmt.Fprintf(d.out, "  %s    # %s\n", pages.Invite(), strings.ToUpper(part))
	}
	fmt.Fprintln(d.out, "\nInterrupt (Ctrl-C) ends it.")
	return nil
}
