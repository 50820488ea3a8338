package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"os"

	"parley/desk"
)

const accessUsage = `usage: parley access -desk DIR -as PARTY/ROLE/OFFICER -o FILE
       parley access -desk DIR -as PARTY/ROLE/OFFICER -revoke

Access writes what one officer needs to call the desk, and nobody else: with
'-desk FILE' every command is his. What it shows him is what his key reads: of
another area no text, author, format, area or count, and that he asked is logged
('parley denials'). It takes the place of the one he had; -revoke ends that and
writes none. Give FILE to his own account on the machine, and the desk's folder to
none: whoever reads the folder is the desk, and asks as whom he likes. Start the desk
with -listen and a port of its own, so that FILE stays true when it starts again.

Exit status: 0 written or ended, 1 refused, 2 the desk could not be asked, or the file
not written.
`

func accessCommand(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	flags := flag.NewFlagSet("access", flag.ContinueOnError)
	dir := deskFlag(flags)
	var q desk.TokenRequest
	flags.StringVar(&q.As, "as", "", "")
	flags.BoolVar(&q.Revoke, "revoke", false, "")
	output := flags.String("o", "", "")
	if code, done := parseArgs(flags, args, accessUsage, stdout, stderr); done {
		return code
	}
	if q.As == "" || (*output == "") != q.Revoke || flags.NArg() > 0 {
		return misused(stderr, "access needs -as, and -o or -revoke", "`parley access -h` shows how")
	}
	l, code := withDesk(*dir, stderr)
	if l == nil {
		return code
	}
	var access desk.Access
	if err := l.call(ctx, "POST", "/v1/tokens", q, &access); err != nil {
		return failedAt(stderr, err)
	}
	if q.Revoke {
		fmt.Fprintf(stdout, "%s has no access file any more\n", q.As)
		return 0
	}
	text, err := json.Marshal(access)
	if err == nil {
		err = os.WriteFile(*output, append(text, '\n'), 0o600)
	}
	if err == nil {
		err = os.Chmod(*output, 0o600) // it may have been there before
	}
	if err != nil {
		return misused(stderr, err.Error(), "name another file with -o; the token that is lost is ended by the next")
	}
	fmt.Fprintln(stdout, *output)
	return 0
}
