package main

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"runtime/debug"
	"slices"
	"strings"
	"time"

	"parley/charter"
	"parley/format"
	"parley/ledger"
	"parley/proof"
	"parley/sealed"
)

const verifyUsage = `usage: parley verify [-json] [-lang en|ar|he] [-charter FILE] [-checkpoint FILE] [-texts FILE]
                     [-record FILE|DIR] [-report FILE] [-progress] FILE|DIR

Verify checks a bundle, a record or the data folder of a desk or a hub offline:
every signature, endorsement, proof and order, and by the charter's rules every
outcome that the texts decide. It asks no server. With -charter it must belong
to that charter; without, compare the charter's hash with your own copy. It says of
each sealed exchange what was deposited, and whether both sides were opened or it
lapsed. -texts takes texts of exchanges ('parley exchange texts') and checks each
against what was deposited. -checkpoint takes a checkpoint that you have from
elsewhere, by itself or in a receipt: what was cut off at the file's end, and a
second ledger of the same hub, are refuted by it.

It checks a receipt too, by itself under -charter, or with -record against a record, a
bundle or a data folder. -report writes a page for who has to rely on the file, in the
language of -lang: what is proven, by whom, what is not, and how to check it again; as
PDF where FILE ends in .pdf, else as text. On a terminal it tells how far it is;
-progress has it do so elsewhere.

It judges a proof of misbehaviour too ('parley evidence' shows a desk's own): who is
accused, and of what, in the language of -lang. That takes -charter:
anybody can write a charter and accuse its hub. What only shows that the accused or
the accuser lies is not proven.

Exit status: 0 it is proven, 1 it is refuted, 2 it could not be checked.
`

func verifyCommand(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	flags := flag.NewFlagSet("verify", flag.ContinueOnError)
	asJSON := flags.Bool("json", false, "")
	charterFile := flags.String("charter", "", "")
	textsFile := flags.String("texts", "", "")
	checkpointFile := flags.String("checkpoint", "", "")
	recordFile := flags.String("record", "", "")
	reportFile := flags.String("report", "", "")
	tell := flags.Bool("progress", false, "")
	lang := flags.String("lang", "en", "")
	if code, ok := parseFlags(flags, verifyUsage, args, 1, stdout, stderr); !ok {
		return code
	}
	if !slices.Contains(format.Languages(), *lang) {
		return misused(stderr, fmt.Sprintf("-lang: language %q is not spoken here", *lang), "the languages are "+strings.Join(format.Languages(), ", "))
	}
	trusted, code := trustedCharter(*charterFile, stderr)
	if code != 0 {
		return code
	}
	if isMisbehaviour(flags.Arg(0)) {
		if *reportFile != "" || *recordFile != "" {
			return misused(stderr, "-report and -record are not for a proof of misbehaviour, which says by itself what it proves", "`parley verify -h` shows how")
		}
		return verifyMisbehaviour(flags.Arg(0), trusted, *lang, *asJSON, stdout, stderr)
	}
	var texts *sealed.Texts
	if *textsFile != "" {
		var err error
		if texts, err = readTexts(*textsFile); err != nil {
			report(stderr, err.Error(), "-texts takes what `parley exchange texts` writes")
			return 2
		}
	}
	var known []byte
	if *checkpointFile != "" {
		var err error
		if known, err = readKnown(*checkpointFile); err != nil {
			report(stderr, err.Error(), "-checkpoint takes a checkpoint, or a receipt, which holds one")
			return 2
		}
	}
	defer boundMemory()()
	check := checking{path: flags.Arg(0), record: *recordFile, trusted: trusted}
	if check.progress = newProgress(stderr, *tell); *asJSON && !*tell {
		check.progress.end(false)
		check.progress = nil
	}
	result, err := check.run(ctx)
	check.progress.end(*tell)
	if err == nil && known != nil {
		err = result.CheckCheckpoint(known)
	}
	if err == nil && texts != nil {
		err = result.CheckTexts(texts)
	}
	if !*asJSON {
		spoken := "en" // as accusations and sentences are
		if *reportFile == "-" {
			spoken = *lang
		}
		markExercise(result.Exercise || trusted != nil && trusted.Exercise, spoken, stdout, stderr)
	}
	refuted, isRefuted := errors.AsType[*proof.Refuted](err)
	if *reportFile != "" && (err == nil || isRefuted) {
		if err := check.report(*reportFile, *lang, &result, refuted, stdout); err != nil {
			report(stderr, "the report could not be written: "+err.Error(), "a report as text needs no fonts")
			return 2
		}
		if *reportFile == "-" {
			if isRefuted {
				return 1
			}
			return 0
		}
	}
	switch {
	case isRefuted && *asJSON:
		writeJSON(stdout, map[string]any{"outcome": "refuted", "exercise": result.Exercise, "accusation": refuted.Sentence})
		return 1
	case isRefuted:
		fmt.Fprintf(stdout, "refuted: %s\n", refuted.Sentence)
		return 1
	case err != nil:
		report(stderr, "could not be checked: "+err.Error(), "")
		return 2
	case *asJSON:
		writeJSON(stdout, newVerified(result))
		return 0
	}
	for _, sentence := range result.Proven {
		fmt.Fprintf(stdout, "proven: %s\n", sentence)
	}
	for _, sentence := range result.NotShown {
		fmt.Fprintf(stdout, "not shown: %s\n", sentence)
	}
	fmt.Fprintf(stdout, "verified: size %d, root %s\n", result.Size, base64.StdEncoding.EncodeToString(result.Root[:]))
	return 0
}

// boundMemory has the collector run seldom while there is little to keep, and often
// enough to stay within what is promised of a long record. It gives what undoes it.
func boundMemory() (undo func()) {
	limit, percent := debug.SetMemoryLimit(220<<20), debug.SetGCPercent(400)
	return func() { debug.SetMemoryLimit(limit); debug.SetGCPercent(percent) }
}

// trustedCharter reads the charter that -charter names; nil where it names none. A
// status other than 0 is that of a command that stops here.
func trustedCharter(file string, stderr io.Writer) (*charter.Charter, int) {
	if file == "" {
		return nil, 0
	}
	signed, err := readCharter(file)
	if err != nil {
		return nil, misused(stderr, err.Error(), "-charter takes a charter that all parties have signed")
	}
	return signed.Charter, 0
}

// readKnown reads a file with a checkpoint, or with a receipt that ends in one.
func readKnown(name string) ([]byte, error) {
	file, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	text, err := io.ReadAll(io.LimitReader(file, 1<<16))
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", name, err)
	}
	if !ledger.IsReceipt(text) {
		return text, nil
	}
	receipt, err := ledger.ParseReceipt(text)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", name, err)
	}
	return receipt.Checkpoint, nil
}

// readTexts reads a file of texts of exchanges.
func readTexts(name string) (*sealed.Texts, error) {
	file, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	text, err := io.ReadAll(io.LimitReader(file, sealed.MaxTexts))
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", name, err)
	}
	return sealed.ReadTexts(text)
}

// verified is a result as a program reads it.
type verified struct {
	Outcome    string    `json:"outcome"`
	Mechanism  string    `json:"mechanism"`
	Exercise   bool      `json:"exercise"`
	Origin     string    `json:"origin"`
	Size       uint64    `json:"size"`
	Root       string    `json:"root"` // standard base64
	Statements uint64    `json:"statements"`
	Charters   uint64    `json:"charters"`
	Withheld   uint64    `json:"withheld"`
	Keys       uint64    `json:"keys"`
	First      time.Time `json:"first"`
	Last       time.Time `json:"last"`
	Proven     []string  `json:"proven"`
	NotShown   []string  `json:"notShown"`

	Exchanges []proof.Exchange `json:"exchanges,omitempty"` // sealed exchanges
	Copies    []proof.Copy     `json:"copies,omitempty"`    // for recipients outside

	Charter   string            `json:"charter"` // hash of edition 1
	Edition   int               `json:"edition"` // the newest
	Anchored  bool              `json:"anchored"`
	Witnesses []proof.Witnessed `json:"witnesses,omitempty"`
	Subjects  []proof.Subject   `json:"subjects,omitempty"`
}

func newVerified(r proof.Result) verified {
	return verified{"proven", r.Mechanism, r.Exercise, r.Origin, r.Size, base64.StdEncoding.EncodeToString(r.Root[:]),
		r.Statements, r.Charters, r.Withheld, r.Keys, r.First, r.Last, r.Proven, r.NotShown, r.Exchanges, r.Copies,
		r.Charter, r.Edition, r.Anchored, r.Witnesses, r.Subjects}
}

func writeJSON(w io.Writer, v any) {
	out := json.NewEncoder(w)
	out.SetIndent("", "  ")
	out.SetEscapeHTML(false)
	out.Encode(v) //nolint:errcheck // as fmt.Fprint to a terminal or a pipe
}
