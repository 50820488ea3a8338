package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"parley/format"
	"parley/words"
)

const formatUsage = `usage: parley format ls [-lang en|ar|he]
       parley format show [-lang en|ar|he] [-json | -schema] FORMAT
       parley format check [-coded] [FILE...]

Format tells what the catalogue holds. Ls lists every format: its area,
precedence, gate mode, who may send it, how many fields it has, how many of them
must be read back, and how many read the same in every language (coded). Show
explains one format as an officer meets it; with -json it prints the catalogue's
own file, with -schema the JSON Schema (draft 2020-12) of its fields for other
people's tools. FORMAT is such as J14 or J14/1.

Check reads the shipped catalogue, or the files given, and reports everything
that is wrong or missing: words in a language, a sentence, an example that is not
accepted. It prints the share of safety content that is coded, which must be 80%
or more; with -coded it prints it for each format.

Exit status: 0 shown or nothing wrong, 1 something is wrong, 2 wrong arguments.
`

func formatCommand(_ context.Context, args []string, stdout, stderr io.Writer) int {
	if len(args) == 0 {
		return misused(stderr, "format needs ls, show or check", "`parley format -h` shows how")
	}
	verb := args[0]
	flags := flag.NewFlagSet("format", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	lang := flags.String("lang", "en", "")
	asJSON := flags.Bool("json", false, "")
	asSchema := flags.Bool("schema", false, "")
	each := flags.Bool("coded", false, "")
	if verb == "-h" || verb == "--help" || verb == "help" {
		fmt.Fprint(stdout, formatUsage)
		return 0
	}
	if code, done := parseArgs(flags, args[1:], formatUsage, stdout, stderr); done {
		return code
	}
	if !slices.Contains(format.Languages(), *lang) {
		return misused(stderr, fmt.Sprintf("language %q is not spoken here", *lang), "the languages are "+strings.Join(format.Languages(), ", "))
	}
	if *asJSON && *asSchema {
		return misused(stderr, "format show takes one of -json and -schema", "`parley format -h` shows how")
	}
	switch {
	case verb == "ls" && flags.NArg() == 0:
		listFormats(stdout, *lang)
		return 0
	case verb == "show" && flags.NArg() == 1:
		return showFormat(stdout, stderr, flags.Arg(0), *lang, *asJSON, *asSchema)
	case verb == "check":
		return checkFormats(stdout, stderr, flags.Args(), *each)
	}
	return misused(stderr, "format takes ls, show FORMAT or check", "`parley format -h` shows how")
}

func listFormats(stdout io.Writer, lang string) {
	table := tabwriter.NewWriter(stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "FORMAT\tAREA\tPRECEDENCE\tGATE\tFROM\tFIELDS\tREAD BACK\tCODED\tNAME")
	for _, f := range format.Catalogue().All() {
		coded, critical := 0, 0
		for i := range f.Fields {
			if f.Fields[i].Coded() {
				coded++
			}
			if f.Fields[i].Critical {
				critical++
			}
		}
		from := strings.Join(f.From, ",")
		if from == "" {
			from = "any"
		}
		gate := f.Gate
		if f.Floor {
			gate += " (floor)"
		}
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\t%d\t%d\t%d\t%s\n", f.Ref(), dash(f.Area), dash(f.Precedence), gate, from, len(f.Fields), critical, coded, f.Names.In(lang))
	}
	table.Flush()
}

func showFormat(stdout, stderr io.Writer, name, lang string, asJSON, asSchema bool) int {
	f, ok := format.Catalogue().Newest(name)
	if !ok {
		return misused(stderr, fmt.Sprintf("there is no format %q in the catalogue", name), "`parley format ls` lists them")
	}
	switch {
	case asSchema:
		stdout.Write(f.Schema())
	case asJSON:
		encoder := json.NewEncoder(stdout)
		encoder.SetEscapeHTML(false)
		encoder.SetIndent("", "  ")
		encoder.Encode(f) //nolint:errcheck // to stdout, of strings and numbers
	default:
		describeFormat(stdout, f, lang)
	}
	return 0
}

// describeFormat writes a format as an officer meets it.
func describeFormat(w io.Writer, f *format.Format, lang string) {
	fmt.Fprintf(w, "%s  %s\n%s\n\n", f.Ref(), f.Names.In(lang), f.Help.In(lang))
	fact := func(label, value string) {
		if value != "" {
			fmt.Fprintf(w, "%-11s %s\n", label, value)
		}
	}
	fact("kind", string(f.Kind))
	fact("area", f.Area)
	fact("precedence", f.Precedence)
	fact("gate", f.Gate)
	if f.Floor {
		fact("floor", "of the safety floor, which no switch may pause")
	}
	fact("from", strings.Join(f.From, ", "))
	if f.LeadMinutes > 0 {
		fact("notice", (time.Duration(f.LeadMinutes)*time.Minute).String()+" before "+f.Window+" begins; less is marked late for ever")
	}
	if f.ExpiryHours > 0 {
		fact("expires", (time.Duration(f.ExpiryHours)*time.Hour).String()+" after it is logged")
	} else if f.Window != "" {
		fact("expires", "when "+f.Window+" ends")
	}
	if f.PassOn {
		fact("pass on", "to those it concerns before "+f.Window+" begins; red from 30 minutes before")
	}
	fact("refers", strings.Join(f.Relations, ", "))
	if f.Borrows != "" {
		fact("borrows", f.Borrows+" of the fields of the format named in "+format.ContentField)
	}
	for i := range f.Fields {
		describeField(w, f, &f.Fields[i], lang)
	}
	if whole, err := f.Whole(format.Catalogue().Lookup, f.Example[format.ContentField]); err == nil && len(f.Example) > 0 {
		if values, err := f.Exemplar(format.Catalogue().Lookup, nil); err == nil {
			fmt.Fprintf(w, "\nFor example:\n\n%s", indent(whole.Render(nil, lang, values), "  "))
		}
	}
}

func describeField(w io.Writer, f *format.Format, field *format.Field, lang string) {
	var marks []string
	if field.Required {
		marks = append(marks, "required")
	}
	if field.RequiredWhen != "" {
		marks = append(marks, "required when "+field.RequiredWhen)
	}
	if field.Critical {
		marks = append(marks, "read back")
	}
	if field.Default != "" {
		marks = append(marks, "default "+field.Default)
	}
	fmt.Fprintf(w, "\n%s  (%s)  %s\n", field.Name, field.Label.In(lang), strings.Join(marks, ", "))
	fmt.Fprintf(w, "  %s\n  %s: %s\n", field.Help.In(lang), field.Type, field.Accepts().In(lang))
	for _, c := range field.Choices {
		fmt.Fprintf(w, "    %-16s %s\n", c, field.ChoiceNames[c].In(lang))
	}
	if typed, ok := f.Example[field.Name]; ok {
		fmt.Fprintf(w, "  e.g. %s=%s\n", field.Name, words.Isolate(lang, strings.ReplaceAll(typed, "\n\n", " / ")))
	}
}

func indent(text, by string) string {
	return by + strings.ReplaceAll(strings.TrimRight(text, "\n"), "\n", "\n"+by) + "\n"
}

func checkFormats(stdout, stderr io.Writer, files []string, each bool) int {
	formats := format.Catalogue().All()
	lookup := format.Catalogue().Lookup
	faults := 0
	fault := func(err error) {
		faults++
		fmt.Fprintf(stderr, "parley: %v\n", err)
	}
	if len(files) > 0 {
		formats = nil
		for _, file := range files {
			text, err := os.ReadFile(file)
			if err != nil {
				return failedAt(stderr, err)
			}
			f, err := format.Read(text)
			if err != nil {
				fault(fmt.Errorf("%s: %w", file, err))
				continue
			}
			formats = append(formats, f)
		}
	}
	for _, f := range formats {
		for _, err := range f.Complete(lookup) {
			fault(err)
		}
		if each && f.Safety {
			s := format.CodedShare(f)
			fmt.Fprintf(stdout, "%-8s %d of %d fields are coded, %d%%\n", f.Ref(), s.Coded, s.All, s.Percent())
		}
	}
	share := format.CodedShare(formats...)
	fmt.Fprintf(stdout, "%d formats, %d faults; of %d fields of safety formats %d are coded: %d%% (of the %d required ones %d)\n",
		len(formats), faults, share.All, share.Coded, share.Percent(), share.AllMust, share.CodedMust)
	if len(files) == 0 && share.Percent() < 80 {
		fault(fmt.Errorf("%d%% of safety content is coded; want 80%% or more", share.Percent()))
	}
	if faults > 0 {
		return 1
	}
	return 0
}
