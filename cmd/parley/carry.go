package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"golang.org/x/term"

	"parley/carry"
	"parley/desk"
	"parley/keyring"
)

const carryUsage = `usage: parley carry out -desk DIR -o FILE [-plain]
       parley carry in  -desk DIR [-o ANSWER [-plain]] FILE...

Carry takes statements to the hub, and its answers back, where no line does: in
files, on a USB stick or whatever travels. docs/carry.md describes them.

Out writes what waits in the desk's outbox, and how far its replica is, to FILE,
and to FILE.2, FILE.3 and so on where one is too small.
In takes files in. A request is submitted at the hub for the desk that made it,
by a desk of the same party or of the supervisor, and answered in ANSWER,
ANSWER.2 and so on. An answer is taken in by the desk that asked: verified, as
if it had come over the line. Taking in a file again changes nothing.

Files are encrypted with a passphrase that both ends know: from
PARLEY_CARRY_PASSPHRASE, else from the terminal. With -plain they are not, and
whoever finds the stick reads every statement on it.

Exit status: 0 done, 1 refused, 2 wrong arguments, or the desk could not be asked.
`

// carryVariable names the environment variable with the passphrase of carried
// files.
const carryVariable = "PARLEY_CARRY_PASSPHRASE"

func carryCommand(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	flags := flag.NewFlagSet("carry", flag.ContinueOnError)
	dir := deskFlag(flags)
	out := flags.String("o", "", "")
	plain := flags.Bool("plain", false, "")
	if code, done := parseArgs(flags, args, carryUsage, stdout, stderr); done {
		return code
	}
	way, files := flags.Arg(0), flags.Args()
	if way == "" || way == "out" && (*out == "" || len(files) != 1) || way == "in" && len(files) < 2 || way != "in" && way != "out" {
		return misused(stderr, "carry needs out and -o FILE, or in and the files", "`parley carry -h` shows how")
	}
	l, code := withDesk(*dir, stderr)
	if l == nil {
		return code
	}
	l.mark("en", stdout, stderr)
	c := &carrier{local: l, out: *out, plain: *plain, stdout: stdout, stderr: stderr}
	var err error
	if way == "out" {
		err = c.carryOut(ctx)
	} else {
		err = c.carryIn(ctx, files[1:])
	}
	if err != nil {
		return failedAt(stderr, err)
	}
	return 0
}

// A carrier writes and reads carried files for one desk.
type carrier struct {
	*local
	out            string
	plain          bool
	stdout, stderr io.Writer

	passphrase string
	written    int
}

func (c *carrier) carryOut(ctx context.Context) error {
	var answer struct{ Files [][]byte }
	if err := c.call(ctx, "POST", "/v1/carry/out", nil, &answer); err != nil {
		return err
	}
	for _, text := range answer.Files {
		request, err := carry.ParseRequest(text)
		if err != nil {
			return err
		}
		name, err := c.write(text)
		if err != nil {
			return err
		}
		fmt.Fprintf(c.stdout, "%s: %d statements, replica of %d blocks\n", name, len(request.Statements), request.Height)
	}
	return nil
}

func (c *carrier) carryIn(ctx context.Context, files []string) error {
	for _, file := range files {
		text, err := c.read(file)
		if err != nil {
			return err
		}
		if carry.IsRequest(text) && c.out == "" {
			return fmt.Errorf("%s is a request; name the file for its answer with -o", file)
		}
		for next, more := uint64(0), true; more; {
			var done desk.Carried
			if err := c.post(ctx, fmt.Sprintf("/v1/carry/in?after=%d", next), text, &done); err != nil {
				return fmt.Errorf("%s: %w", file, err)
			}
			if more, next = done.More, done.Next; done.Answer == nil {
				fmt.Fprintf(c.stdout, "%s: %d accepted, %d refused, %d blocks; the replica has %d entries\n", file, done.Accepted, done.Refused, done.Blocks, done.Size)
				continue
			}
			name, err := c.write(done.Answer)
			if err != nil {
				return err
			}
			fmt.Fprintf(c.stdout, "%s: submitted for %s; carry back %s\n", file, done.For, name)
		}
	}
	return nil
}

// write writes the next file, encrypted unless it is to be plain. It replaces
// none.
func (c *carrier) write(text []byte) (name string, err error) {
	if c.written++; c.written == 1 {
		name = c.out
	} else {
		name = fmt.Sprintf("%s.%d", c.out, c.written)
	}
	if c.plain {
		report(c.stderr, name+" is not encrypted: whoever finds it reads every statement in it", "leave -plain out")
	} else if text, err = c.seal(text); err != nil {
		return name, err
	}
	file, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return name, err
	}
	_, err = file.Write(text)
	if err == nil {
		err = file.Sync() // a stick is pulled out soon
	}
	return name, errors.Join(err, file.Close())
}

func (c *carrier) seal(text []byte) ([]byte, error) {
	passphrase, err := c.ask()
	if err != nil {
		return nil, err
	}
	return keyring.Seal(text, passphrase, 0)
}

// maxSealed is what encryption may add to a file.
const maxSealed = 1 << 20

func (c *carrier) read(name string) ([]byte, error) {
	file, err := os.Open(filepath.Clean(name))
	if err != nil {
		return nil, err
	}
	defer file.Close()
	text, err := io.ReadAll(io.LimitReader(file, carry.MaxAnswer+maxSealed+1))
	switch {
	case err != nil:
		return nil, err
	case len(text) > carry.MaxAnswer+maxSealed:
		return nil, fmt.Errorf("%s has more than %d bytes; no carried file has", name, carry.MaxAnswer+maxSealed)
	case !keyring.Sealed(text):
		report(c.stderr, name+" is not encrypted: others may have read it; nobody can have changed it unseen", "")
		return text, nil
	}
	passphrase, err := c.ask()
	if err != nil {
		return nil, err
	}
	if text, err = keyring.Unseal(text, passphrase, carry.MaxAnswer); err != nil {
		return nil, fmt.Errorf("open %s: %w", name, err)
	}
	return text, nil
}

// ask gives the passphrase of carried files, asked for once.
func (c *carrier) ask() (string, error) {
	if c.passphrase != "" {
		return c.passphrase, nil
	}
	if c.passphrase = os.Getenv(carryVariable); c.passphrase != "" {
		return c.passphrase, nil
	}
	terminal := int(os.Stdin.Fd())
	if !term.IsTerminal(terminal) {
		return "", errors.New("read passphrase: there is no terminal to ask at; set " + carryVariable)
	}
	fmt.Fprint(c.stderr, "passphrase of the carried file: ")
	typed, err := term.ReadPassword(terminal)
	fmt.Fprintln(c.stderr)
	if err == nil && len(typed) == 0 {
		err = errors.New("read passphrase: it is empty; agree on one with the other end, or use -plain")
	}
	c.passphrase = string(typed)
	return c.passphrase, err
}
