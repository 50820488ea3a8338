package main

import (
	"bufio"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/term"

	"parley/desk"
	"parley/format"
	"parley/rule"
	"parley/words"
)

const accidentUsage = `usage: parley accident -desk DIR -as PARTY/ROLE/OFFICER [-draft N] [THING] [FIELD=VALUE...]

Accident tells the other sides, in FLASH, that something of one's own is out of
control and not hostile (J11). On a terminal it asks for what is required and not
given, one line each: a number or a word, Enter for what stands in brackets. Then
it shows the page, with every reading of the place, and 1 sends it. Elsewhere it
takes the defaults: the time now, and the contact that this party last gave. What
is typed is kept at once as a draft, whatever happens; -draft N goes on with it.
What becomes known later follows with 'parley replace'.

  -to A,B          whom to tell (all other sides)
  -lang en|ar|he   language of questions and page (en)
  -keep TERM,...   contested terms of the charter's glossary to keep
  -wait SECONDS    how long to wait for the hub (20)

Exit status: 0 it has a receipt or is queued, 1 refused or kept as a draft, 2 it
could not be asked.
`

func accidentCommand(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	var in io.Reader
	if term.IsTerminal(int(os.Stdin.Fd())) {
		in = os.Stdin
	}
	return accident(ctx, args, in, stdout, stderr)
}

// accident is the command, with the keyboard to ask at; nil where there is none.
func accident(ctx context.Context, args []string, keyboard io.Reader, stdout, stderr io.Writer) int {
	flags := flag.NewFlagSet("accident", flag.ContinueOnError)
	dir := deskFlag(flags)
	var q desk.AccidentRequest
	flags.StringVar(&q.As, "as", "", "")
	flags.StringVar(&q.Lang, "lang", "en", "")
	flags.Int64Var(&q.Draft, "draft", 0, "")
	flags.IntVar(&q.Wait, "wait", 20, "")
	to := flags.String("to", "", "")
	keep := flags.String("keep", "", "")
	if code, done := parseArgs(flags, args, accidentUsage, stdout, stderr); done {
		return code
	}
	switch {
	case q.As == "" || q.Draft < 0:
		return misused(stderr, "accident needs -as, and -draft the number of a draft", "`parley accident -h` shows how")
	case !slices.Contains(format.Languages(), q.Lang):
		return misused(stderr, fmt.Sprintf("language %q is not spoken here", q.Lang), "the languages are "+strings.Join(format.Languages(), ", "))
	case q.Wait < 0 || q.Wait > 60:
		return misused(stderr, fmt.Sprintf("-wait is %d", q.Wait), "give 0 to 60 seconds; the desk goes on sending anyway")
	}
	if *to != "" {
		q.To = strings.Split(*to, ",")
	}
	if *keep != "" {
		q.Keep = strings.Split(*keep, ",")
	}
	if q.Fields = flags.Args(); len(q.Fields) > 0 && !strings.Contains(q.Fields[0], "=") {
		q.Fields = append([]string{"thing=" + q.Fields[0]}, q.Fields[1:]...)
	}
	l, code := withDesk(*dir, stderr)
	if l == nil {
		return code
	}
	l.mark(q.Lang, stderr)
	s := session{local: l, q: q, dir: *dir, out: stderr}
	if keyboard != nil {
		if code := s.ask(ctx, keyboard); code != 0 {
			return code
		}
	}
	return s.send(ctx, stdout)
}

// A session is one own accident, from the first question to the receipt.
type session struct {
	local *local
	q     desk.AccidentRequest
	kept  bool // the desk has said that q.Draft is there
	dir   string
	out   io.Writer // of questions and of what goes wrong
}

// call asks the desk, and remembers under which draft it keeps what was typed.
func (s *session) call(ctx context.Context, preview bool) (answer desk.AccidentAnswer, err error) {
	s.q.Preview = preview
	err = s.local.call(ctx, "POST", "/v1/accident", s.q, &answer)
	var kept *desk.Kept
	switch {
	case errors.As(err, &kept):
		s.q.Draft, s.kept = kept.Draft, true
	case answer.Draft != 0:
		s.q.Draft, s.q.Fields, s.kept = answer.Draft, nil, true // they are in it now
	}
	return answer, err
}

// ask asks until everything is answered and the officer has said to send it; its
// code is 0 then.
func (s *session) ask(ctx context.Context, keyboard io.Reader) int {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	lines := readLines(ctx, keyboard)
	begun := false
	for {
		answer, err := s.call(context.WithoutCancel(ctx), true) // what was typed is kept, though it is broken off now
		if err != nil {
			return s.refused(err)
		}
		if len(answer.Open) > 0 {
			if !begun {
				fmt.Fprintln(s.out, words.M("accident.begin").In(s.q.Lang))
				begun = true
			}
			typed, ok := s.question(lines, answer.Open[0])
			if !ok {
				fmt.Fprintln(s.out)
				return s.broken()
			}
			s.set(answer.Open[0].Field, typed)
			continue
		}
		fmt.Fprintf(s.out, "\n%s\n", answer.Page)
		for settled := false; !settled; {
			fmt.Fprintf(s.out, "%s\n> ", words.M("accident.confirm").In(s.q.Lang))
			typed, ok := <-lines
			name, value, change := strings.Cut(typed, "=")
			switch typed = digits(typed); {
			case !ok, typed == "0":
				fmt.Fprintln(s.out)
				return s.broken()
			case typed == "1":
				s.q.Fields = answer.Fields // as they were shown
				return 0
			case change:
				s.set(strings.TrimSpace(name), value)
				settled = true
			}
		}
	}
}

// question asks one question until something was typed that may answer it.
func (s *session) question(lines <-chan string, question desk.Question) (typed string, ok bool) {
	if question.Fault != "" {
		fmt.Fprintln(s.out, question.Fault)
	}
	for i, c := range question.Choices {
		fmt.Fprintf(s.out, "  %d  %s\n", i+1, c.Label)
	}
	for {
		fmt.Fprintf(s.out, "%s", question.Label)
		if question.Default != "" {
			fmt.Fprintf(s.out, " [%s]", words.LeftToRight(s.q.Lang, question.Default))
		}
		fmt.Fprint(s.out, ": ")
		if typed, ok = <-lines; !ok {
			return "", false
		}
		if n, err := strconv.Atoi(digits(typed)); err == nil && n >= 1 && n <= len(question.Choices) {
			return question.Choices[n-1].Typed, true
		}
		switch {
		case typed == "" && question.Default != "":
			return question.Default, true
		case typed != "":
			return typed, true
		}
		fmt.Fprintln(s.out, question.Help)
	}
}

// set writes a field anew.
func (s *session) set(name, value string) {
	s.q.Fields = slices.DeleteFunc(s.q.Fields, func(arg string) bool { return strings.HasPrefix(arg, name+"=") })
	s.q.Fields = append(s.q.Fields, name+"="+value)
}

// send sends it and prints what became of it.
func (s *session) send(ctx context.Context, stdout io.Writer) int {
	answer, err := s.call(ctx, false)
	if err != nil {
		return s.refused(err)
	}
	if answer.State == desk.Asked {
		for _, question := range answer.Open {
			sentence := question.Fault
			if sentence == "" {
				sentence = question.Label + " (" + words.LeftToRight(s.q.Lang, question.Field) + "): " + question.Help
			}
			report(s.out, sentence, "")
			for i, c := range question.Choices {
				fmt.Fprintf(s.out, "parley: choice: %d %s  %s\n", i+1, words.LeftToRight(s.q.Lang, question.Field+"="+c.Typed), c.Label)
			}
		}
		return s.broken()
	}
	printSent(stdout, s.out, answer.Sent)
	var names, later []string
	for _, question := range answer.Later {
		names, later = append(names, question.Label), append(later, question.Field+"=…")
	}
	if len(later) > 0 {
		fmt.Fprintf(s.out, "parley: hint: %s\n", words.M("accident.later", "fields", words.Raw(strings.Join(names, ", "))).In(s.q.Lang))
		fmt.Fprintf(s.out, "parley: hint: parley replace -desk %s -as %s %s why=changed %s\n", s.dir, s.q.As, answer.ID, strings.Join(later, " "))
	}
	return 0
}

// refused says why the desk does not go on, and how to.
func (s *session) refused(err error) int {
	code := failedAt(s.out, withoutDraft(err))
	if s.kept {
		s.broken()
	}
	return code
}

// withoutDraft is a refusal without its draft, which is taken up otherwise here.
func withoutDraft(err error) error {
	var refusal *rule.Refusal
	if errors.As(err, &refusal) {
		return refusal
	}
	return err
}

// broken says where what was typed is kept; its code is 1.
func (s *session) broken() int {
	if s.q.Draft == 0 {
		report(s.out, words.M("accident.none").In(s.q.Lang), "")
		return 1
	}
	report(s.out, words.M("accident.kept", "n", s.q.Draft).In(s.q.Lang), fmt.Sprintf("parley accident -desk %s -as %s -draft %d", s.dir, s.q.As, s.q.Draft))
	return 1
}

// digits writes Arabic digits as Latin ones, without space around them.
func digits(typed string) string {
	return strings.TrimSpace(strings.Map(func(r rune) rune {
		switch {
		case r >= '٠' && r <= '٩':
			return r - '٠' + '0'
		case r >= '۰' && r <= '۹':
			return r - '۰' + '0'
		}
		return r
	}, typed))
}

// readLines gives what is typed, line by line, until the end of it or of ctx. A
// read that nobody awaits any more ends with the program.
func readLines(ctx context.Context, keyboard io.Reader) <-chan string {
	typed, lines := make(chan string), make(chan string)
	go func() {
		defer close(typed)
		scanner := bufio.NewScanner(keyboard)
		for scanner.Scan() {
			select {
			case typed <- strings.TrimSpace(scanner.Text()):
			case <-ctx.Done():
				return
			}
		}
	}()
	go func() {
		defer close(lines)
		for {
			select {
			case line, ok := <-typed:
				if !ok {
					return
				}
				select {
				case lines <- line:
				case <-ctx.Done():
					return
				}
			case <-ctx.Done():
				return
			}
		}
	}()
	return lines
}
