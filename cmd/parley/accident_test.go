package main

import (
	"bytes"
	"context"
	"io"
	"os/exec"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	"parley/format"
	"parley/words"
)

// typing runs parley accident with what an officer types at it.
func typing(t *testing.T, keys string, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	return typingAt(t, strings.NewReader(keys), args...)
}

func typingAt(t *testing.T, keyboard io.Reader, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	var out, errs bytes.Buffer
	marked := &output{w: &errs, prefix: "parley: "}
	code = accident(t.Context(), args[1:], keyboard, &out, marked) // args[0] is the command's name
	marked.end()
	return code, out.String(), errs.String()
}

// shortest is all that an officer types from `parley accident` to a queued FLASH:
// drone, link lost, where, now, unarmed, send.
const shortest = "1\n1\nDD 0.56 -17.95 ±50m\n\n1\n1\n"

// The shortest path takes ten keys besides the place, in each language.
func TestAccidentKeys(t *testing.T) {
	if keys := utf8.RuneCountInString(shortest); keys != 10+len("DD 0.56 -17.95 +50m") {
		t.Errorf("the shortest path takes %d keys", keys)
	}
	o := newOffice(t)
	for _, lang := range format.Languages() {
		code, stdout, stderr := typing(t, shortest, o.as("alder/watch/amal", "accident", "-lang", lang)...)
		id, rest, _ := strings.Cut(stdout, " ")
		if code != 0 || !strings.HasPrefix(rest, "entry ") {
			t.Fatalf("%s: status %d, %q\n%s", lang, code, stdout, stderr)
		}
		f, _ := format.Catalogue().Newest("J11")
		what, _ := f.Field("what")
		banner := "parley: " + words.ExerciseBanner(lang) + "\n"
		if !strings.HasPrefix(stderr, banner) || !strings.HasSuffix(stderr, banner) {
			t.Errorf("%s: not marked\n%s", lang, stderr)
		}
		for _, want := range []string{what.Label.In(lang), what.CodeName("lost-link", lang), "DD 0.56 -17.95", words.M("accident.confirm").In(lang), "parley replace -desk " + o.desk("alder") + " -as alder/watch/amal " + id + " why=changed heading=…"} {
			if !strings.Contains(stderr, want) {
				t.Errorf("%s: no %q in\n%s", lang, want, stderr)
			}
		}
		detail := o.detail("alder", id)
		if detail.Format != "J11/1" || detail.Precedence != "FLASH" || !detail.Exercise {
			t.Errorf("%s: sent %s %s", lang, detail.Format, detail.Precedence)
		}
	}
}

// From the hint of an incident's report place, time and contact are carried over:
// eight keys are left.
func TestAccidentPrompt(t *testing.T) {
	o := newOffice(t)
	report := []string{"J20", "kind=craft", "where=DMM 00 33.600N 017 57.000W ±50m", "when=2026-11-24T06:55Z", "confidence=high", "contact=desk:line 1"}
	code, stdout, stderr := parley(t, o.as("alder/watch/amal", "send", report...)...)
	if code != 0 || !strings.Contains(stdout, " entry ") {
		t.Fatalf("status %d: %s%s", code, stdout, stderr)
	}
	hint := regexp.MustCompile(`(?m)^parley: hint: parley (accident .*)$`).FindStringSubmatch(stderr)
	if hint == nil {
		t.Fatalf("no command in\n%s", stderr)
	}
	split, err := exec.CommandContext(t.Context(), "sh", "-c", "printf '%s\\n' "+hint[1]).Output()
	if err != nil {
		t.Skip(err) // no shell to paste it into
	}
	args := strings.Split(strings.TrimSpace(string(split)), "\n")
	const keys = "1\n1\n1\n1\n"
	if len(keys) != 8 {
		t.Errorf("it takes %d keys", len(keys))
	}
	if code, stdout, stderr = typing(t, keys, args...); code != 0 {
		t.Fatalf("status %d: %s", code, stderr)
	}
	id, _, _ := strings.Cut(stdout, " ")
	if text := o.detail("alder", id).Text; !strings.Contains(text, "2026-11-24T06:55Z") || !strings.Contains(text, "DMM 00 33.600N 017 57.000W") || !strings.Contains(text, "desk:line 1") {
		t.Errorf("it says\n%s", text)
	}
}

// What was typed is on the desk whatever ends the asking, and goes on from there.
func TestAccidentBrokenOff(t *testing.T) {
	o := newOffice(t)
	as := o.as("alder/watch/amal", "accident")
	code, stdout, stderr := typing(t, "", as...)
	if code != 1 || stdout != "" || !strings.Contains(stderr, words.M("accident.none").In("en")) {
		t.Errorf("nothing typed: status %d, %q\n%s", code, stdout, stderr)
	}
	draft := func(stderr string) string {
		t.Helper()
		found := regexp.MustCompile(`parley accident -desk .* -draft (\d+)\n`).FindStringSubmatch(stderr)
		if found == nil {
			t.Fatalf("no draft in\n%s", stderr)
		}
		return found[1]
	}
	for _, test := range []struct{ name, keys, rest, kept string }{
		{"end of input", "3\n7\n", "DD 0.56 -17.95 ±50m\n\n2\n1\n", "what=crashed"},
		{"a place of two readings", "3\n7\n00 33.600N 017 57.000W ±50m\n", "1\n\n2\n1\n", "place=00 33.600N"},
		{"a slip", "dragon\n", "1\n1\nDD 0.56 -17.95 ±50m\n\n2\n1\n", "thing=dragon"},
		{"on second thoughts", "3\n7\nDD 0.56 -17.95 ±50m\n\n2\nspeed=20 km/h\n\n0\n", "1\n", "speed=20 km/h"},
		{"a line left out again", "3\n7\nDD 0.56 -17.95 ±50m\n\n2\nspeed=20 km/h\nspeed=\ncontact=\nheading=E\n0\n", "1\n", "heading=E"},
	} {
		t.Run(test.name, func(t *testing.T) {
			code, stdout, stderr := typing(t, test.keys, as...)
			if code != 1 || stdout != "" {
				t.Fatalf("status %d, %q\n%s", code, stdout, stderr)
			}
			number := draft(stderr)
			if list := printed(t, "drafts", "-desk", o.desk("alder")); !strings.Contains(list, number+"  ") || !strings.Contains(list, test.kept) {
				t.Errorf("drafts are\n%s", list)
			}
			if code, stdout, stderr = typing(t, test.rest, with(as, "-draft", number)...); code != 0 || !strings.Contains(stdout, " entry ") {
				t.Errorf("going on: status %d, %q\n%s", code, stdout, stderr)
			}
		})
	}
	t.Run("interrupted", func(t *testing.T) {
		ctx, stop := context.WithCancel(t.Context())
		var out, errs bytes.Buffer
		if code := accident(ctx, as[1:], &interrupted{keys: []string{"3\n", "7\n"}, stop: stop, ctx: ctx}, &out, &errs); code != 1 || out.Len() > 0 {
			t.Errorf("status %d, %q\n%s", code, out.String(), errs.String())
		}
		if list := printed(t, "drafts", "-desk", o.desk("alder")); !strings.Contains(list, "thing=helicopter") {
			t.Errorf("drafts are\n%s", list)
		}
	})
}

// An interrupted keyboard gives its lines, one a Read, and then the interrupt:
// the last but one has been taken by then.
type interrupted struct {
	keys []string
	stop func()
	ctx  context.Context
}

func (i *interrupted) Read(p []byte) (int, error) {
	if len(i.keys) == 0 {
		i.stop()
		<-i.ctx.Done()
		return 0, i.ctx.Err()
	}
	n := copy(p, i.keys[0])
	i.keys = i.keys[1:]
	return n, nil
}

// Where there is no terminal nothing is asked: it is sent with the defaults, or
// what is open is said.
func TestAccidentWithoutTerminal(t *testing.T) {
	o := newOffice(t)
	as := o.as("alder/watch/amal", "accident", "1", "what=1", "armed=no")
	code, stdout, stderr := typingAt(t, nil, as...)
	if code != 1 || stdout != "" || !strings.Contains(stderr, "Last known place (place)") || !strings.Contains(stderr, "-draft 1") {
		t.Errorf("without a place: status %d, %q\n%s", code, stdout, stderr)
	}
	if code, stdout, stderr = typingAt(t, nil, with(as, "place=00 33.600N 017 57.000W ±50m")...); code != 1 || !strings.Contains(stderr, "parley: choice: 1 place=DMM") {
		t.Errorf("with two readings: status %d, %q\n%s", code, stdout, stderr)
	}
	if code, stdout, stderr = typingAt(t, nil, with(as, "place=DD 0.56 -17.95 ±50m", "contact=desk:line 3")...); code != 0 || !strings.Contains(stdout, " entry ") {
		t.Errorf("complete: status %d, %q\n%s", code, stdout, stderr)
	}
	for name, test := range map[string]struct {
		args []string
		code int
		want string
	}{
		"nobody":          {[]string{"accident", "-desk", o.desk("alder")}, 2, "accident needs -as"},
		"language":        {with(as, "-lang", "fr"), 2, `"fr" is not spoken here`},
		"wait":            {with(as, "-wait", "99"), 2, "-wait is 99"},
		"no desk":         {[]string{"accident", "-desk", t.TempDir(), "-as", "alder/watch/amal"}, 2, "no desk is running"},
		"no draft":        {with(as, "-draft", "77"), 1, "keeps no draft 77"},
		"no field":        {with(as, "colour=red"), 1, "colour"},
		"another's desk":  {[]string{"accident", "-desk", o.desk("birch"), "-as", "alder/watch/amal", "1", "what=1", "armed=no", "place=DD 0.56 -17.95 ±50m"}, 1, "does not speak for"},
		"no such officer": {[]string{"accident", "-desk", o.desk("alder"), "-as", "amal", "1"}, 1, "party/role/officer"},
	} {
		if code, stdout, stderr := typingAt(t, nil, test.args...); code != test.code || stdout != "" || !strings.Contains(stderr, test.want) {
			t.Errorf("%s: status %d, want %d; %q\n%s", name, code, test.code, stdout, stderr)
		} else if name == "no draft" && strings.Contains(stderr, "-draft 77") {
			t.Errorf("it says that what was not there is kept:\n%s", stderr)
		}
	}
}
