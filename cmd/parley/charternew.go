package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"parley/charter"
)

const charterNewUsage = `usage: parley charter new -template NAME [flags] [-o FILE]

New makes a charter from a template. Values that are wrong are refused; values
that are still missing are listed, and the draft is written all the same.

  -template NAME       draft to begin with; 'parley charter templates' lists them
  -mechanism ID        identifier of the mechanism; the template's name if left out
  -exercise            everything sent under it is an exercise
  -hub-url URL         address of the hub, https://host:port (repeatable)
  -hub-key VKEY        verifier key of the hub's log, origin+hash+key
  -tls PIN             SHA-256 of the hub's TLS key, base64
  -root PARTY=KEY      root key of a party (repeatable)
  -witness PARTY=VKEY  verifier key of a party's cosignatures; two in one argument,
                       Ed25519 and ML-DSA-44, as 'parley key new witness' prints
                       them (repeatable)
  -outside VKEY        verifier key of a witness that is no party's (repeatable)
  -public              the hub may show times and hashes of entries to anybody
  -o FILE              where to write it; never over an existing file.
                       Standard output if left out

Exit status: 0 written, 1 a value is refused, 2 it could not be written.
`

// repeated is a flag that may be written several times.
type repeated []string

func (r *repeated) String() string { return strings.Join(*r, " ") }

func (r *repeated) Set(s string) error {
	*r = append(*r, s)
	return nil
}

func charterNew(args []string, stdout, stderr io.Writer) int {
	flags := flag.NewFlagSet("charter new", flag.ContinueOnError)
	var (
		template  = flags.String("template", "", "")
		mechanism = flags.String("mechanism", "", "")
		exercise  = flags.Bool("exercise", false, "")
		hubKey    = flags.String("hub-key", "", "")
		tls       = flags.String("tls", "", "")
		out       = flags.String("o", "", "")

		public = flags.Bool("public", false, "")

		urls, roots, witnesses, outside repeated
	)
	flags.Var(&urls, "hub-url", "")
	flags.Var(&roots, "root", "")
	flags.Var(&witnesses, "witness", "")
	flags.Var(&outside, "outside", "")
	if status, ok := parseFlags(flags, charterNewUsage, args, 0, stdout, stderr); !ok {
		return status
	}
	if *template == "" {
		return misused(stderr, "charter new: no template is named", "-template "+strings.Join(charter.Templates(), ", or -template "))
	}
	c, err := charter.Template(*template)
	if err != nil {
		return misused(stderr, "charter new: "+err.Error(), "")
	}
	if *mechanism != "" {
		c.Mechanism = *mechanism
	}
	c.Exercise = c.Exercise || *exercise
	c.Witness.Outside, c.Witness.Public = outside, *public
	c.Hub.Key, c.Hub.TLS, c.Hub.URLs = *hubKey, *tls, urls
	c.Hub.Origin, _, _ = strings.Cut(*hubKey, "+")
	if err := giveKeys(c, roots, witnesses); err != nil {
		report(stderr, "charter new: "+err.Error(), "write -root PARTY=KEY; the parties are "+strings.Join(partyIDs(c), ", "))
		return 1
	}
	missing, wrong := draftProblems(c)
	if len(wrong) > 0 {
		report(stderr, wrong.Error(), "")
		return 1
	}
	if err := writeNew(*out, c.Text(), stdout); err != nil {
		hint := ""
		if errors.Is(err, os.ErrExist) {
			hint = "a charter is never overwritten; name another file, or remove that one yourself"
		}
		report(stderr, "charter new: "+err.Error(), hint)
		return 2
	}
	if len(missing) > 0 {
		report(stderr, missing.Error(), "this is a draft; make it again with what is missing before anyone signs")
	}
	return 0
}

// giveKeys puts the keys of "party=key" in their places.
func giveKeys(c *charter.Charter, roots, witnesses []string) error {
	party := func(arg string) (*charter.Party, string, error) {
		id, key, ok := strings.Cut(arg, "=")
		i := slices.IndexFunc(c.Parties, func(p charter.Party) bool { return p.ID == id })
		if !ok || i < 0 || key == "" {
			return nil, "", fmt.Errorf("%q does not name a party of the template and its key", arg)
		}
		return &c.Parties[i], key, nil
	}
	for _, arg := range roots {
		p, key, err := party(arg)
		if err != nil {
			return err
		}
		p.Roots = append(p.Roots, key)
	}
	for _, arg := range witnesses {
		p, key, err := party(arg)
		if err != nil {
			return err
		}
		for _, vkey := range strings.Fields(key) {
			at := &p.Witness
			if len(vkey) > 1000 { // an ML-DSA key has 1312 bytes, an Ed25519 key 32
				at = &p.WitnessMLDSA
			}
			if *at != "" {
				return fmt.Errorf("-witness is given twice for %s; a party has one witness key of each algorithm", p.ID)
			}
			*at = vkey
		}
	}
	return nil
}

// draftProblems parts a draft's problems into what is missing and what is wrong.
func draftProblems(c *charter.Charter) (missing, wrong charter.Problems) {
	var all charter.Problems
	errors.As(c.Check(), &all)
	for _, p := range all {
		if p.Missing {
			missing = append(missing, p)
		} else {
			wrong = append(wrong, p)
		}
	}
	return missing, wrong
}

// writeNew writes a file that must not be there yet, or to stdout.
func writeNew(name string, text []byte, stdout io.Writer) error {
	if name == "" {
		_, err := stdout.Write(text)
		return err
	}
	file, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return err
	}
	if _, err = file.Write(text); err == nil {
		err = file.Sync()
	}
	if err := errors.Join(err, file.Close()); err != nil {
		os.Remove(name)
		return err
	}
	return nil
}
