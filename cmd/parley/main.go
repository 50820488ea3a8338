// Command parley is both programs of a mechanism, hub and desk, and the tools
// around them.
package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
)

// A command is one word after parley.
type command struct {
	name, summary string
	run           func(ctx context.Context, args []string, stdout, stderr io.Writer) int
}

func commands() []command {
	return []command{
		{"demo", "play an exercise with a hub and three desks, judge it and verify it", demoCommand},
		{"charter", "make, sign, check and show the rulebook", charterCommand},
		{"format", "list, show and check the formats of the catalogue", formatCommand},
		{"form", "print a form, blank or filled, as PDF or as a script to read aloud", formCommand},
		{"key", "make, endorse and revoke keys", keyCommand},
		{"hub", "run the supervisor's hub", hubCommand},
		{"desk", "run a party's desk", deskCommand},
		{"send", "sign and send a statement", sendCommand},
		{"second", "sign as second officer what no officer sends alone", secondCommand},
		{"accident", "tell at once that something of one's own is out of control", accidentCommand},
		{"drafts", "list what was refused and is kept on the desk", draftsCommand},
		{"ls", "list the statements that a desk knows", lsCommand},
		{"find", "find statements by what stands in them, in any of the languages", findCommand},
		{"show", "show one statement and its evidence", showCommand},
		{"ack", "acknowledge a statement that was shown", actCommand("ack")},
		{"readback", "read back what must be understood, entered anew", actCommand("readback")},
		{"pass", "say to whom a statement was passed on, and who still waits", actCommand("pass")},
		{"replace", "replace a statement of one's own side by a new one", actCommand("replace")},
		{"cancel", "cancel a statement of one's own side", actCommand("cancel")},
		{"translate", "translate the free texts of a statement", actCommand("translate")},
		{"hold", "hold a statement at the gate, with a reason", actCommand("hold")},
		{"release", "release a statement from the gate", actCommand("release")},
		{"return", "return a statement to its author, with a reason", actCommand("return")},
		{"annotate", "say something beside a statement, as the supervisor", actCommand("annotate")},
		{"withdraw", "withdraw a statement that is still at the gate", actCommand("withdraw")},
		{"sessions", "list the sessions, or show one with its agenda and minutes", agreedOrOne("sessions", sessionsUsage)},
		{"commitments", "show the register of commitments, or one of them", agreedOrOne("commitments", commitmentsUsage)},
		{"lines", "show the public lines: proposed, locked, released", agreedCommand("lines", linesUsage)},
		{"questions", "list the diplomatic questions and their answers", agreedCommand("questions", questionsUsage)},
		{"calendar", "list meetings and due dates, or write them as an iCalendar file", calendarCommand},
		{"stats", "print the figures of a month, the same for every party", statsCommand},
		{"digest", "make the situation report of a day, a week or a month", digestCommand},
		{"watch", "show the watch floor: what needs a hand now, and how the channel stands", watchCommand},
		{"line", "tell whether the line is alive, test it, answer a test", lineCommand},
		{"area", "tell which areas are open, restricted or paused, and why", areaCommand},
		{"pause", "pause areas, saying why and when that is looked at again", switchCommand("pause")},
		{"restrict", "restrict areas to the business at hand", switchCommand("restrict")},
		{"resume", "open areas again that one's own side has paused", switchCommand("resume")},
		{"case", "list, show and export incidents and disputes", caseCommand},
		{"handover", "list what is open, and hand the watch over", handoverCommand},
		{"relieve", "look at a handover, and take the watch over", relieveCommand},
		{"projects", "show the pipeline of commercial projects: who holds each, and by when", projectsCommand},
		{"project", "show one project, ask whether its works window is free, or who has read it", projectCommand},
		{"exchange", "seal a text, see where an exchange stands, and both texts once opened", exchangeCommand},
		{"lists", "take in lists of sanctions from files, and show which are in force", listsCommand},
		{"screen", "compare names with the lists, decide hits, add up ownership", screenCommand},
		{"consent", "ask consent to show a controlled statement outside, answer, list", consentCommand},
		{"forward", "write a copy of a controlled statement for one recipient, by consent", forwardCommand},
		{"console", "print an address that opens a desk's pages in a browser", consoleCommand},
		{"access", "give an officer a token of his own for the desk, or end it", accessCommand},
		{"denials", "list what this desk has denied, and to whom", denialsCommand},
		{"export", "write a bundle, or the whole record, to a file", exportCommand},
		{"verify", "verify a bundle, a record, a receipt, a data folder or an accusation offline", verifyCommand},
		{"checkpoint", "print the newest checkpoint, also as a QR code, or compare another's", checkpointCommand},
		{"evidence", "list, show and export what proves that somebody misbehaved", evidenceCommand},
		{"audit", "look through what was verified: texts, evidence, cases, keys, figures", auditCommand},
		{"carry", "carry statements to the hub, and its answers back, in files", carryCommand},
		{"serials", "show which numbers of each author's are here, and which are missing", serialsCommand},
		{"fsck", "check all that a hub or a desk has stored, and name what is damaged", fsckCommand},
		{"rebuild", "rebuild a data folder's read model from its journal", rebuildCommand},
		{"bench", "measure a hub on this machine", benchCommand},
		{"version", "say what this program was made from, and how to check that", versionCommand},
	}
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	os.Exit(run(ctx, os.Args[1:], os.Stdout, os.Stderr))
}

func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	if len(args) == 0 {
		usage(stderr)
		return 2
	}
	if args[0] == "help" || args[0] == "-h" || args[0] == "--help" {
		usage(stdout)
		return 0
	}
	for _, c := range commands() {
		if c.name == args[0] {
			out, errs := &output{w: stdout}, &output{w: stderr, prefix: "parley: "}
			defer out.end()
			defer errs.end()
			return c.run(ctx, args[1:], out, errs)
		}
	}
	fmt.Fprintf(stderr, "parley: there is no command %q\nparley: hint: `parley help` lists the commands\n", args[0])
	return 2
}

func usage(w io.Writer) {
	fmt.Fprint(w, "usage: parley COMMAND [ARGUMENTS]\n\nOne supervised channel between parties that distrust each other.\n\n")
	for _, c := range commands() {
		fmt.Fprintf(w, "  %-11s %s\n", c.name, c.summary)
	}
	fmt.Fprint(w, "\n`parley COMMAND -h` tells more of each.\n")
}
