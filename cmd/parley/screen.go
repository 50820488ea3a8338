package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"os"
	"strings"

	"parley/desk"
)

const screenUsage = `usage: parley screen -desk DIR -as PARTY/ROLE/OFFICER [-for ID] [-file FILE] [-owners FILE] [-lang en|ar|he] [-json] [NAME...]
       parley screen -desk DIR -as PARTY/ROLE/OFFICER -again [-lang en|ar|he] [-json]
       parley screen -desk DIR -as PARTY/ROLE/OFFICER -decide HIT -verdict same|other -reason TEXT [-lang en|ar|he] [-json]

Screen compares names with the lists in force ('parley lists ls'), in Latin, Arabic
or Hebrew script, whatever script the list is in. It decides nothing: each hit is for
a person to decide, and stays open until one has.

-for ID     a statement of a project: the parties that its proposal names are
            compared too, all names are kept with it, and the fields of the result
            (J51) are printed
-file       names from a file, one a line; - is standard input
-owners     a table of shares, CSV with the heading owner,owned,percent; a percent is
            50, 33.34, 25-50, or empty where it is not known. All names in it are
            compared, and listed owners' shares added up by the 50 percent rule
-again      compare all kept names again, and show those that need a decision: new
            hits, hits by another edition of a list, of a changed entry, and who is
            no longer listed
-decide     decide a hit that was shown: same, it is the listed one; other, it is
            somebody else. The reason, the edition and its hash are kept with it

Exit status: 0 no hit is open, or the decision is kept; 1 refused; 2 the desk or a
file could not be read; 3 a hit is open, or ownership may bar somebody.
`

// openHits is the exit status where a person must look.
const openHits = 3

func screenCommand(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	flags := flag.NewFlagSet("screen", flag.ContinueOnError)
	dir := deskFlag(flags)
	var q desk.ScreenRequest
	var decision desk.DecideRequest
	flags.StringVar(&q.As, "as", "", "")
	flags.StringVar(&q.For, "for", "", "")
	flags.BoolVar(&q.Again, "again", false, "")
	file := flags.String("file", "", "")
	owners := flags.String("owners", "", "")
	flags.StringVar(&decision.Hit, "decide", "", "")
	flags.StringVar(&decision.Verdict, "verdict", "", "")
	flags.StringVar(&decision.Reason, "reason", "", "")
	lang := flags.String("lang", "en", "")
	asJSON := flags.Bool("json", false, "")
	if code, done := parseArgs(flags, args, screenUsage, stdout, stderr); done {
		return code
	}
	q.Names, q.Lang, decision.As, decision.Lang = flags.Args(), *lang, q.As, *lang
	asks := q.For != "" || q.Again || *file != "" || *owners != "" || len(q.Names) > 0
	switch decides := decision.Hit != ""; {
	case q.As == "":
		return misused(stderr, "screen needs -as: hits are decided by persons", "-as is such as cedar/gate/chen")
	case decides && (asks || decision.Verdict == "" || decision.Reason == "") || !decides && decision.Verdict+decision.Reason != "":
		return misused(stderr, "-decide, -verdict and -reason go together, and with no names", "`parley screen -h` shows how")
	case !decides && !asks:
		return misused(stderr, "screen needs a name, or one of -for, -file, -owners, -again, -decide", "`parley screen -h` shows how")
	}
	if code := spoken(*lang, stderr); code != 0 {
		return code
	}
	if *file != "" {
		text, code := readInput(*file, stderr)
		if code != 0 {
			return code
		}
		for line := range strings.Lines(text) {
			q.Names = append(q.Names, strings.TrimSpace(line))
		}
	}
	if *owners != "" {
		text, code := readInput(*owners, stderr)
		if code != 0 {
			return code
		}
		q.Owners = text
	}
	l, code := withDesk(*dir, stderr)
	if l == nil {
		return code
	}
	l.mark(*lang, stderr)
	path, question := "/v1/screen", any(q)
	if decision.Hit != "" {
		path, question = "/v1/screen/decide", decision
	}
	var raw json.RawMessage
	if err := l.call(ctx, "POST", path, question, &raw); err != nil {
		return failedAt(stderr, err)
	}
	if !*asJSON {
		l.mark(*lang, stdout)
	}
	if code := printAnswer(raw, *asJSON, stdout, stderr); code != 0 {
		return code
	}
	return leftOpen(raw)
}

// leftOpen says whether a person must look at what was answered.
func leftOpen(raw json.RawMessage) int {
	var v struct {
		Undecided int
		Ownership []struct{ Finding string }
	}
	if json.Unmarshal(raw, &v) != nil {
		return 0
	}
	for _, j := range v.Ownership {
		if j.Finding != "below" {
			return openHits
		}
	}
	if v.Undecided > 0 {
		return openHits
	}
	return 0
}

// maxInput bounds a file of names or shares.
const maxInput = 3 << 20

func readInput(file string, stderr io.Writer) (string, int) {
	from := io.Reader(os.Stdin)
	if file != "-" {
		f, err := os.Open(file)
		if err != nil {
			return "", cannotRead(stderr, err)
		}
		defer f.Close()
		from = f
	}
	text, err := io.ReadAll(io.LimitReader(from, maxInput+1))
	if err == nil && len(text) > maxInput {
		err = fmt.Errorf("read %s: it has more than %d bytes", file, maxInput)
	}
	if err != nil {
		return "", cannotRead(stderr, err)
	}
	return string(text), 0
}

func cannotRead(stderr io.Writer, err error) int {
	failed(stderr, err)
	return 2
}
