package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"net/url"
	"slices"
	"strings"
	"time"

	"parley/delivery"
	"parley/desk"
	"parley/format"
)

const showUsage = `usage: parley show -desk DIR [-as PARTY/ROLE/OFFICER] [-lang en|ar|he] [-json] ID

Show prints one statement and its evidence: who signed it with which key, its
entry, the hub's time, what its author had seen, and how far it has come. ID is
an identifier, the beginning of one, or the number of an entry. A statement to
this party that is shown for the first time is reported displayed: show it to a
person. -as says who asks: what a project's named readers alone may read is shown
to nobody else. It needs no hub.

Exit status: 0 shown, 1 refused or not known, 2 the desk could not be asked.
`

func showCommand(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	flags := flag.NewFlagSet("show", flag.ContinueOnError)
	dir := deskFlag(flags)
	as := flags.String("as", "", "")
	lang := flags.String("lang", "en", "")
	asJSON := flags.Bool("json", false, "")
	if code, done := parseArgs(flags, args, showUsage, stdout, stderr); done {
		return code
	}
	switch {
	case flags.NArg() != 1:
		return misused(stderr, "show needs one identifier", "`parley show -h` shows how; `parley ls` lists the statements")
	case !slices.Contains(format.Languages(), *lang):
		return misused(stderr, fmt.Sprintf("show: language %q is not spoken here", *lang), "the languages are "+strings.Join(format.Languages(), ", "))
	}
	l, code := withDesk(*dir, stderr)
	if l == nil {
		return code
	}
	l.mark(*lang, stderr)
	if !*asJSON {
		l.mark(*lang, stdout)
	}
	var raw json.RawMessage
	if err := l.call(ctx, "GET", "/v1/statements/"+url.PathEscape(flags.Arg(0))+"?lang="+*lang+"&as="+url.QueryEscape(*as), nil, &raw); err != nil {
		return failedAt(stderr, err)
	}
	if *asJSON {
		fmt.Fprintln(stdout, strings.TrimSpace(string(raw)))
		return 0
	}
	var detail desk.Detail
	if err := json.Unmarshal(raw, &detail); err != nil {
		return failedAt(stderr, err)
	}
	printDetail(stdout, &detail)
	return 0
}

func printDetail(w io.Writer, s *desk.Detail) {
	line := func(label, form string, args ...any) { fmt.Fprintf(w, "%-10s %s\n", label, fmt.Sprintf(form, args...)) }
	if d := s.Delivery; d != nil && d.Superseded.By != "" {
		fmt.Fprintf(w, "NOT CURRENT: %s by statement %s %s\n", d.Superseded.Verb(), d.Superseded.By, stamp(d.Superseded.At))
	}
	if s.Late != nil {
		fmt.Fprintln(w, strings.Join(s.Late.Lines, "\n"))
	}
	fmt.Fprintf(w, "%s  %s\n%s %s to %s\n\n%s", s.Format, s.Title, s.Precedence, s.Author, strings.Join(s.To, ", "), s.Text)
	if s.Cut != nil && s.Purged == nil {
		fmt.Fprintf(w, "\n%s\n", strings.Join(s.Cut.Lines, "\n"))
	} else if s.Withheld > 0 && s.Purged == nil {
		fmt.Fprintf(w, "[%d fields or paragraphs were withheld]\n", s.Withheld)
	}
	fmt.Fprintln(w)
	line("id", "%s", s.ID)
	line("status", "%s", s.Status)
	for _, mark := range s.Marks {
		line("MARK", "%s", mark)
	}
	if s.Problem != nil {
		line("refused", "%s: %s", s.Problem.Rule, s.Problem.Detail)
		if s.Problem.Remedy != "" {
			line("hint", "%s", s.Problem.Remedy)
		}
	}
	if s.Digest != "" {
		line("written", "%s; another officer of the party must sign it before it is sent", stamp(s.Time))
		line("digest", "%s", s.Digest)
	} else {
		line("signed", "%s, serial %s, having seen %d entries", stamp(s.Time), s.Serial, s.Seen)
	}
	line("key", "%s", keyLine(s.Key))
	if s.Second != nil {
		line("second", "%s, key %s", orUnknown(s.Second.Author), keyLine(*s.Second))
	}
	if s.Hash != "" {
		line("hash", "%s", s.Hash)
	}
	for _, ref := range s.Refs {
		line(ref.Relation, "%s", ref.ID)
	}
	if s.Index == nil {
		return
	}
	confirmed := "logged: signed by the hub, not yet cosigned by all"
	if s.Confirmed {
		confirmed = "confirmed: cosigned by all"
	}
	line("entry", "%d, ordered %s, %s", *s.Index, stamp(s.Logged), confirmed)
	for _, c := range s.Crossed {
		said := "its author had not seen entry %d, %s of %s, %s"
		if c.Later {
			said = "the author of entry %d, %s of %s, %s, had not seen this"
		}
		line("CROSSED", said, c.Index, c.Format, c.Author, c.ID)
	}
	printDelivery(line, s)
	for _, r := range s.Readbacks {
		for _, difference := range r.Differences {
			line("mismatch", "%s: %s", r.By, difference)
		}
	}
	if s.Overlaps != nil {
		for _, overlap := range s.Overlaps.Lines {
			line("overlaps", "%s", overlap)
		}
	}
	for _, a := range s.Annotations {
		fmt.Fprintf(w, "\nAnnotated by %s %s, statement %s; not a byte of the original above is changed:\n\n%s", a.By, stamp(a.At), a.ID, a.Text)
	}
	for _, t := range s.Translations {
		fmt.Fprintf(w, "\nTranslation into %s by %s (%s), statement %s, %s; the original above is what was signed:\n\n%s", t.Language, t.By, t.Method, t.ID, t.Status, t.Text)
	}
}

// keyLine says which key signed, and whether it is good.
func keyLine(k desk.Key) string {
	switch {
	case k.Author == "":
		return k.ID
	case k.Endorsed == 0:
		return k.ID + ", a root of the charter"
	case k.Revoked != 0:
		return fmt.Sprintf("%s, endorsed at entry %d, REVOKED at entry %d", k.ID, k.Endorsed, k.Revoked)
	}
	return fmt.Sprintf("%s, endorsed at entry %d", k.ID, k.Endorsed)
}

// orUnknown names an officer whose key is not known here.
func orUnknown(author string) string {
	if author == "" {
		return "an officer unknown here"
	}
	return author
}

// printDelivery prints the steps that a statement has taken since it was ordered.
func printDelivery(line func(label, form string, args ...any), s *desk.Detail) {
	d := s.Delivery
	if d == nil {
		return
	}
	switch {
	case d.Waiting() && !d.Due.IsZero():
		line("gate", "%s, %s; the limit ends %s", d.Mode, d.Status, stamp(d.Due))
	case d.Auto:
		line("gate", "%s, released by the clock %s", d.Mode, stamp(d.Gated))
	case d.Gated.IsZero():
		line("gate", "%s, %s", d.Mode, d.Status)
	default:
		line("gate", "%s, %s %s", d.Mode, d.Status, stamp(d.Gated))
	}
	switch {
	case d.Reason != "" && d.Status == delivery.Returned:
		line("returned", "for the reason %s", d.Reason)
	case d.Reason != "":
		line("held", "for the reason %s", d.Reason)
	}
	for _, reach := range d.Reach {
		steps := []string{"not yet delivered"}
		if !reach.Delivered.IsZero() {
			steps = []string{"delivered " + stamp(reach.Delivered)}
		}
		if !reach.Displayed.IsZero() {
			steps = append(steps, "displayed "+stamp(reach.Displayed))
		}
		for _, ack := range reach.Acks {
			steps = append(steps, fmt.Sprintf("acknowledged by %s %s", ack.By, stamp(ack.At)))
		}
		for _, r := range reach.Readbacks {
			outcome := "understood"
			if !r.Match {
				outcome = "MISMATCH, not understood"
			}
			steps = append(steps, fmt.Sprintf("read back by %s %s: %s", r.By, stamp(r.At), outcome))
		}
		for _, p := range reach.Passed {
			steps = append(steps, fmt.Sprintf("passed on to %s by %s %s, %d not yet", p.Echelon, p.By, stamp(p.PassedAt), p.Outstanding))
		}
		if !reach.Replied.IsZero() {
			steps = append(steps, "replied to "+stamp(reach.Replied))
		}
		line("to "+reach.Party, "%s", strings.Join(steps, ", "))
	}
	for _, c := range d.Calls {
		called, missing := string(c.Stage)+" of "+c.Party, "done since"
		if c.Stage == delivery.StageLadder {
			called = fmt.Sprintf("not acknowledged by %s, step %d of the ladder: to %s", c.Party, c.Step, c.Role)
		}
		if d.Awaits(c.Stage, c.Party) {
			missing = "still missing"
		}
		line("overdue", "%s, said %s, %s", called, stamp(c.At), missing)
	}
	switch {
	case d.Status == delivery.Lapsed:
		line("lapsed", "%s, at the gate; its addressees never read it", stamp(d.Expired))
	case !d.Expired.IsZero():
		line("expired", "%s", stamp(d.Expired))
	case !d.Terms.Expires.IsZero():
		line("expires", "%s", stamp(d.Terms.Expires))
	}
}

func stamp(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z") }
