package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"parley/format"
	"parley/words"
)

// unbannered are the commands that show nothing of a mechanism's content, and
// why. All others must have a row in [bannerRows].
var unbannered = map[string]string{
	"format":  "tells of the catalogue alone; no charter is involved",
	"export":  "writes a file for programs: its charter and each statement in it carry the mark, and verify says so",
	"fsck":    "prints counts, the root and names of rows alone",
	"console": "prints an address; every page that it opens bears the mark",
	"access":  "writes a token, and prints its file's name",
	"rebuild": "prints the tree's size and root alone",
	"bench":   "prints figures of a hub of its own",
	"version": "tells of the program alone",
	"demo":    "plays an exercise, whatever the mechanism here: TestExportVerifyRebuild plays one and looks",
}

// A bannerRow runs one command that shows content.
type bannerRow struct {
	name    string
	args    []string
	stderr  bool // the content is a refusal, on standard error; the receipts of acts are for programs
	lang    bool // the command takes -lang
	verb    bool // its flags stand behind a verb
	runs    bool // it runs until it is interrupted
	comment bool // lines for the eye begin with a semicolon
}

func bannerRows(o *office, id string) []bannerRow {
	alder, ring := o.desk("alder"), filepath.Join(o.dir, "alder", "keys.age")
	record := filepath.Join(o.dir, "record")
	printed(o.t, "export", "-desk", alder, "-all", "-o", record)
	as := func(verb string, rest ...string) []string { return o.as("alder/watch/amal", verb, rest...) }
	text, err := os.ReadFile(o.world.file)
	o.must(err)
	parley(o.t, as("send", "J14", "activity=survey")...) // which stays as a draft
	rows := []bannerRow{
		{name: "charter show", args: []string{"charter", "show", o.world.file}, lang: true},
		{name: "charter check", args: []string{"charter", "check", o.world.file}},
		{name: "charter sign", args: []string{"charter", "sign", "-keys", ring, "-party", "alder", o.write("unsigned", strings.SplitAfter(string(text), "\n\n")[0]+"")}},
		{name: "form of a statement", args: []string{"form", "-desk", alder, "-text", id}, lang: true, comment: true},
		{name: "form of fields", args: with([]string{"form", "-desk", alder, "-text", "J14"}, flight...), lang: true, comment: true},
		{name: "form, blank", args: []string{"form", "-desk", alder, "-text", "-blank", "J14"}, lang: true, comment: true},
		{name: "form that is refused", args: []string{"form", "-desk", alder, "-text", "J14", "activity=" + id}, lang: true, stderr: true},
		{name: "key ls", args: []string{"key", "ls", "-keys", ring}},
		{name: "key new officer", args: []string{"key", "new", "-keys", ring, "-charter", o.world.file, "-o", filepath.Join(o.dir, "request"), "officer", "alder/watch/adam"}},
		{name: "key endorse", args: []string{"key", "endorse", "-keys", ring, "-charter", o.world.file, "-party", "alder", filepath.Join(o.dir, "request")}},
		{name: "key revoke of none", args: []string{"key", "revoke", "-keys", ring, "-charter", o.world.file, "-party", "alder", "-reason", "lost", strings.Repeat("A", 43)}, stderr: true},
		{name: "key promote of none", args: []string{"key", "promote", "-keys", ring, "alder/watch/amal"}, stderr: true},
		{name: "hub", args: []string{"hub", "-dir", filepath.Join(o.dir, "hub2"), "-charter", o.world.file, "-keys", filepath.Join(o.dir, "cedar", "keys.age"), "-as", "cedar/hub/one", "-listen", "127.0.0.1:0"}, runs: true},
		{name: "hub recover", args: []string{"hub", "recover", "-dir", filepath.Join(o.t.TempDir(), "hub3"), "-charter", o.world.file, o.desk("cedar")}, verb: true},
		{name: "desk", args: []string{"desk", "-dir", filepath.Join(o.dir, "desk2"), "-charter", o.world.file, "-keys", ring, "-as", "alder/desk/one"}, runs: true},
		{name: "send -preview", args: as("send", with([]string{"-preview", "J14"}, flight...)...), lang: true},
		{name: "release -preview", args: o.as("cedar/gate/chen", "release", "-preview", "-withhold", "contact=person", id), lang: true},
		{name: "send that is refused", args: as("send", "J14", "activity="+id), lang: true, stderr: true},
		{name: "second of what waits for none", args: as("second", id), lang: true},
		{name: "second of none", args: as("second", "abc"), lang: true, stderr: true},
		{name: "accident", args: as("accident", "drone", "what=1"), lang: true, stderr: true},
		{name: "drafts", args: []string{"drafts", "-desk", alder}},
		{name: "ls", args: []string{"ls", "-desk", alder}},
		{name: "find", args: []string{"find", "-desk", alder, id}, lang: true},
		{name: "find that is refused", args: []string{"find", "-desk", alder, "*"}, lang: true, stderr: true},
		{name: "show", args: []string{"show", "-desk", alder, id}, lang: true},
		{name: "show of none", args: []string{"show", "-desk", alder, "abc"}, lang: true, stderr: true},
		{name: "serials", args: []string{"serials", "-desk", alder}, lang: true},
		{name: "stats", args: []string{"stats", "-desk", alder}, lang: true},
		{name: "stats of a record", args: []string{"stats", "-record", record, "-charter", o.world.file}, lang: true},
		{name: "digest", args: []string{"digest", "-desk", alder, "-for", "auditor"}, lang: true},
		{name: "digest of a record", args: []string{"digest", "-record", record, "-charter", o.world.file, "-span", "week"}, lang: true},
		{name: "digest for nobody", args: []string{"digest", "-desk", alder, "-for", "nobody"}, lang: true, stderr: true},
		{name: "carry", args: []string{"carry", "-desk", alder, "-plain", "-o", filepath.Join(o.t.TempDir(), "stick"), "out"}},
		{name: "sessions", args: []string{"sessions", "-desk", alder}, lang: true},
		{name: "session of none", args: []string{"sessions", "-desk", alder, "session-1"}, lang: true, stderr: true},
		{name: "commitments", args: []string{"commitments", "-desk", alder, "-all"}, lang: true},
		{name: "lines", args: []string{"lines", "-desk", alder}, lang: true},
		{name: "questions", args: []string{"questions", "-desk", alder, "-all"}, lang: true},
		{name: "calendar", args: []string{"calendar", "-desk", alder}, lang: true},
		{name: "exchange ls", args: []string{"exchange", "ls", "-desk", alder}, lang: true, verb: true},
		{name: "exchange show of none", args: []string{"exchange", "show", "-desk", alder, "doc:none"}, lang: true, verb: true, stderr: true},
		{name: "exchange deposit that is refused", args: []string{"exchange", "deposit", "-desk", alder, "-as", "alder/watch/amal", "doc:none", "text=x"}, lang: true, verb: true, stderr: true},
		{name: "checkpoint", args: []string{"checkpoint", "-desk", alder}, lang: true},
		{name: "checkpoint compare of none", args: []string{"checkpoint", "compare", "-desk", alder, o.write("none", "no checkpoint\n")}, lang: true, verb: true, stderr: true},
		{name: "evidence ls", args: []string{"evidence", "ls", "-desk", alder}, lang: true, verb: true},
		{name: "evidence show of none", args: []string{"evidence", "show", "-desk", alder, "none"}, lang: true, verb: true, stderr: true},
		{name: "watch", args: []string{"watch", "-desk", alder}, lang: true},
		{name: "projects", args: as("projects"), lang: true},
		{name: "project access", args: with([]string{"project", "access"}, as("")[1:]...), lang: true, verb: true},
		{name: "project of none", args: with([]string{"project", "show"}, as("", "abc")[1:]...), lang: true, verb: true, stderr: true},
		{name: "lists import", args: with([]string{"lists", "import"}, as("", "-kind", "plain", "-list", "EXAMPLE-LIST", "-published", "2026-11-01", o.write("list.csv", "id,kind,names,born,countries\nX-1,person,Samir al-Dulbani,1961,LB\n"))[1:]...), lang: true, verb: true},
		{name: "lists import of no list", args: with([]string{"lists", "import"}, as("", "-kind", "un-xml", o.world.file)[1:]...), lang: true, verb: true, stderr: true},
		{name: "lists ls", args: with([]string{"lists", "ls"}, as("")[1:]...), lang: true, verb: true},
		{name: "screen", args: as("screen", "Sameer Dulbani"), lang: true},
		{name: "screen that is refused", args: as("screen", "-decide", "abc", "-verdict", "same", "-reason", "x"), lang: true, stderr: true},
		{name: "line", args: []string{"line", "-desk", alder}, lang: true},
		{name: "line -answer of none", args: as("line", "-answer"), lang: true, stderr: true},
		{name: "area", args: []string{"area", "-desk", alder}, lang: true},
		{name: "pause -preview", args: as("pause", "-preview", "military", "reason=domestic", "review-at=2100-01-01T00:00Z", "resume-plan=Alder calls first."), lang: true},
		{name: "restrict of none", args: as("restrict", "nothing", "reason=domestic", "review-at=2100-01-01T00:00Z"), lang: true, stderr: true},
		{name: "resume of none", args: as("resume", "military"), lang: true, stderr: true},
		{name: "handover", args: as("handover"), lang: true},
		{name: "case ls", args: []string{"case", "ls", "-desk", alder}, lang: true, verb: true},
		{name: "case show of none", args: []string{"case", "show", "-desk", alder, "abc"}, lang: true, verb: true, stderr: true},
		{name: "relieve of none", args: as("relieve"), lang: true, stderr: true},
		{name: "consent ls", args: []string{"consent", "ls", "-desk", alder}, lang: true, verb: true},
		{name: "consent ask of none", args: with([]string{"consent", "ask"}, as("", "-to", "x", "-purpose", "verify", "abc")[1:]...), lang: true, verb: true, stderr: true},
		{name: "forward of none", args: as("forward", "-to", "x", "abc"), lang: true, stderr: true},
		{name: "denials", args: []string{"denials", "-desk", alder}},
		{name: "verify", args: []string{"verify", "-charter", o.world.file, record}},
		{name: "audit", args: []string{"audit", record}, lang: true},
	}
	for _, verb := range []string{"ack", "readback", "pass", "replace", "cancel", "translate", "hold", "release", "return", "annotate", "withdraw"} {
		rows = append(rows, bannerRow{name: verb + " of none", args: as(verb, "abc", "x=y"), lang: true, stderr: true})
	}
	return rows
}

// Whatever shows content of an exercise begins and ends with EXERCISE, in the
// reader's language; nothing of a live mechanism says so.
func TestBanner(t *testing.T) {
	t.Setenv(passphraseVariable, worldPassphrase)
	for _, exercise := range []bool{true, false} {
		o := openOffice(t, exercise)
		id := o.sent(o.as("alder/watch/amal", "send", with([]string{"J14"}, flight...)...)...)
		o.arrives("alder", id, "status     submitted")
		o.arrives("cedar", id, "status     submitted")
		rows := bannerRows(o, id)
		for _, c := range commands() {
			told := slices.ContainsFunc(rows, func(r bannerRow) bool { return r.args[0] == c.name })
			if why := unbannered[c.name]; told == (why != "") {
				t.Errorf("command %s: give it a row in bannerRows, or a reason in unbannered, one of them", c.name)
			}
		}
		for _, row := range rows {
			langs := []string{"en"}
			if row.lang {
				langs = format.Languages()
			}
			for _, lang := range langs {
				args := row.args
				if row.lang {
					at := 1
					if row.verb {
						at = 2
					}
					args = with(args[:at], append([]string{"-lang", lang}, args[at:]...)...)
					if row.args[0] == "charter" {
						args = with(row.args, "-lang", lang)
						args[2], args[3], args[4] = args[3], args[4], args[2]
					}
				}
				stdout, stderr := shownBy(t, row.runs, args)
				text, prefix := stdout, ""
				if row.stderr {
					text, prefix = stderr, "parley: "
				}
				if text == "" {
					t.Errorf("%s (%s) shows nothing: %s", row.name, lang, stderr)
				}
				lines := strings.Split(strings.TrimSuffix(text, "\n"), "\n")
				if row.comment {
					for i := range lines {
						lines[i] = strings.Trim(strings.TrimPrefix(lines[i], "; "), "\u2068\u2069")
					}
				}
				banner := prefix + words.ExerciseBanner(lang)
				switch {
				case exercise && !within(banner, lines):
					t.Errorf("%s (%s) does not begin and end with %q:\n%s", row.name, lang, banner, text)
				case !exercise && strings.Contains(stdout+stderr, words.ExerciseBanner(lang)):
					t.Errorf("%s (%s) says EXERCISE of a live mechanism:\n%s%s", row.name, lang, stdout, stderr)
				}
			}
		}
	}
}

// within says whether something stands between two banners.
func within(banner string, lines []string) bool {
	return len(lines) >= 3 && lines[0] == banner && lines[len(lines)-1] == banner
}

// shownBy runs a command, and interrupts one that runs on once it has said so.
func shownBy(t *testing.T, runs bool, args []string) (stdout, stderr string) {
	t.Helper()
	ctx, stop := context.WithTimeout(t.Context(), time.Minute)
	defer stop()
	var errs syncBuffer
	out := &syncBuffer{}
	if runs {
		out.written = func(text string) {
			if strings.Contains(text, " on http") {
				stop()
			}
		}
	}
	run(ctx, args, out, &errs)
	return out.String(), errs.String()
}

// A syncBuffer may be written to by a command's goroutines.
type syncBuffer struct {
	mu      sync.Mutex
	text    bytes.Buffer
	written func(text string) // nil: nobody
}

func (b *syncBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	n, err := b.text.Write(p)
	if b.written != nil {
		b.written(b.text.String())
	}
	return n, err
}

func (b *syncBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.String()
}

// Programs read the mark in JSON, where no banner may stand.
func TestExerciseInJSON(t *testing.T) {
	for _, exercise := range []bool{true, false} {
		o := openOffice(t, exercise)
		id := o.sent(o.as("alder/watch/amal", "send", with([]string{"J14"}, flight...)...)...)
		want := `"exercise":` + map[bool]string{true: "true", false: "false"}[exercise]
		record := filepath.Join(o.dir, "record")
		printed(t, "export", "-desk", o.desk("alder"), "-all", "-o", record)
		for _, args := range [][]string{{"show", "-json", "-desk", o.desk("alder"), id}, {"verify", "-json", record}} {
			text := printed(t, args...)
			if !strings.HasPrefix(text, "{") || !strings.HasSuffix(text, "}\n") || !strings.Contains(strings.ReplaceAll(text, " ", ""), want) {
				t.Errorf("%s: no %s in\n%s", args[0], want, text)
			}
		}
	}
}
