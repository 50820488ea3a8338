package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"parley/desk"
	"parley/format"
	"parley/statement"
	"parley/words"
)

// A case as officers type it, from the report to the close: two accounts, a visit
// whose hour changes, positions, findings; then written for a review board, verified,
// and built again from the export alone.
func TestCaseCommands(t *testing.T) {
	o := newOffice(t)
	const amal, basil, chen = "alder/watch/amal", "birch/watch/basil", "cedar/gate/chen"
	begun := time.Now() // the same terms have the same times, also past a full minute
	in := func(after time.Duration) string { return format.WriteInstant(begun.Add(after).Truncate(time.Minute)) }
	released := func(id string) string {
		t.Helper()
		if strings.Contains(o.arrives("cedar", id, ", ordered "), "status     submitted") { // the supervisor's own passes at once
			printed(t, o.as(chen, "release", id)...)
		}
		for _, party := range []string{"alder", "birch"} {
			o.arrives(party, id, "gate       review, released")
		}
		return id
	}
	send := func(by, re string, fields ...string) string {
		t.Helper()
		args := []string{"send"}
		if re != "" {
			args = append(args, "-re", re)
		}
		return o.sent(o.as(by, args[0], append(args[1:], fields...)...)...)
	}
	lake := "DMM 00 31.200N 017 58.400W ±30m"
	report := released(send(basil, "", "J20", "kind=craft", "what=EXERCISE. A drone. EXERCISE.", "where="+lake, "when="+in(-30*time.Minute), "noticed-by=farmer", "harm=none", "confidence=high", "asks=visit",
		"evidence=aslv9mnfEPg1vNO-wizxJKxeNtZLg0ZnWQ_4Fj4qqco"))
	cases := func(args ...string) []string { return append([]string{"case"}, args...) }
	ls := o.until("answer awaited", cases("ls", "-desk", o.desk("alder"), "-group")...)
	for _, want := range []string{"1 case: 1 go on, 0 of them overdue", "cause not found yet", "Alder: say at least that an answer will come"} {
		if !strings.Contains(ls, want) {
			t.Errorf("no %q in\n%s", want, ls)
		}
	}
	second := released(send(amal, report, "J20", "kind=craft", "where=DMM 00 31.800N 017 58.400W ±30m", "when="+in(-50*time.Minute), "harm=none", "confidence=moderate"))
	position := released(send(amal, report, "J21", "kind=clarification", "cause=technical-fault", "agreed-facts=harm,state", "disputed-facts=noticed-by", "position=EXERCISE. The battery. EXERCISE."))
	terms := func(kind string, after time.Duration) []string {
		return []string{"J22", "kind=" + kind, "place=" + lake, "window=" + in(after) + "/" + in(after+2*time.Hour), "purpose=recover", "visitors=4", "recorders=1"}
	}
	visit := released(send(chen, report, terms("proposal", 20*time.Hour)...))
	released(send(amal, visit, terms("acceptance", 20*time.Hour)...))
	overtaken := send(basil, visit, terms("acceptance", 20*time.Hour)...) // waits at the gate as other terms are proposed
	other := released(o.sent(o.as(chen, "replace", append([]string{visit, "why=changed"}, terms("proposal", 23*time.Hour)[1:]...)...)...))
	if status, _, stderr := parley(t, o.as(basil, "send", append([]string{"-re", visit}, terms("acceptance", 20*time.Hour)...)...)...); status != 1 || !strings.Contains(stderr, "casefile.other-terms") {
		t.Errorf("terms that are no more were accepted: %d %s", status, stderr)
	}
	released(overtaken)
	released(send(amal, other, terms("acceptance", 23*time.Hour)...))
	released(send(basil, other, terms("acceptance", 23*time.Hour)...))

	finding := []string{"J23", "outcome=partly-agreed", "cause=technical-fault", "disputed-facts=noticed-by", "agreed=EXERCISE. It fell. EXERCISE.", "not-agreed=EXERCISE. Who saw it. EXERCISE.", "recommendations=EXERCISE. Check. EXERCISE."}
	for _, test := range []struct {
		want string
		more []string
	}{
		{"casefile.no-position", []string{"stage=final", "remedies=none", "positions=" + report}},
		{"casefile.no-position", []string{"stage=final", "remedies=none", "positions=" + report, "no-position=alder"}},
		{"casefile.not-agreed", []string{"stage=final", "remedies=none", "positions=" + report + "," + position, "agreed-facts=when"}},
	} {
		if status, _, stderr := parley(t, o.as(chen, "send", append(append([]string{"-re", report}, finding...), test.more...)...)...); status != 1 || !strings.Contains(stderr, test.want) {
			t.Errorf("%v: %d %s", test.more, status, stderr)
		}
	}
	both := "positions=" + report + "," + second + "," + position
	send(chen, report, append(finding, "stage=interim", "agreed-facts=harm", both)...)
	correction := o.sent(o.as(basil, "replace", report, "why=error", "kind=craft", "what=EXERCISE. A kite. EXERCISE.", "where="+lake, "when="+in(-30*time.Minute), "confidence=high")...)
	final := send(chen, report, append(finding, "stage=final", "agreed-facts=harm", "remedies=asked", both)...)

	released(correction) // too late: the finding stands on the report

	shown := o.until("finding, with remedies awaited", cases("show", "-desk", o.desk("birch"), position)...)
	for _, want := range []string{"2 where: THE ACCOUNTS DIFFER", "Birch and Alder: 1.1 km apart; both uncertainties together 60 m: different places.", "Birch and Alder: 20m00s apart.", "4 noticed by: DISPUTED",
		"Alder disputes what Birch states", "AGREED, all have signed these terms", "NO LONGER: replaced or cancelled by entry", "Birch, entry", "aslv9mnfEPg1vNO", "name the commitments", "joint visit, Cedar: due"} {
		if !strings.Contains(shown, want) {
			t.Errorf("no %q in\n%s", want, shown)
		}
	}
	if n := strings.Count(shown, "NO LONGER"); n != 1 || !strings.Contains(shown, "Overtaken") {
		t.Errorf("%d statements are no longer; a correction that was overtaken changes nothing:\n%s", n, shown)
	}
	for lang, want := range map[string]string{"ar": "الروايتان مختلفتان", "he": "הגרסאות שונות"} {
		if page := printed(t, cases("show", "-desk", o.desk("alder"), "-lang", lang, report)...); !strings.Contains(page, want) {
			t.Errorf("no %q in\n%s", want, page)
		}
	}
	waiting := send(basil, report, "J21", "kind=clarification", "position=EXERCISE. Not yet. EXERCISE.")
	o.arrives("cedar", waiting, "status     submitted")
	send(chen, final, "J23", "stage=closing", "dropped=refused")
	o.until("birch/watch/basil", cases("show", "-desk", o.desk("alder"), report)...)
	for _, party := range []string{"alder", "birch"} {
		o.until("Nothing: the case has ended.", cases("show", "-desk", o.desk(party), report)...)
	}

	o.testCaseExport(report, position)
	atGate := filepath.Join(o.dir, "gate")
	printed(t, cases("export", "-desk", o.desk("cedar"), "-lang", "en", "-o", atGate, report)...)
	text, err := os.ReadFile(atGate + ".bundle.json")
	o.must(err)
	b := new(caseBundleFile)
	o.must(json.Unmarshal(text, b))
	for _, i := range b.Items {
		if c := i.claims(t); c.ID == waiting || slices.ContainsFunc(c.Refs, func(r statement.Ref) bool { return r.ID == waiting }) {
			t.Errorf("the export has what is at the gate, entry %d", i.Index)
		}
	}
	for _, test := range []struct {
		status int
		want   string
		args   []string
	}{
		{2, "no command", cases("close")},
		{2, "needs one statement", cases("show", "-desk", o.desk("alder"))},
		{1, "desk.not-found", cases("show", "-desk", o.desk("alder"), "ffff")},
		{2, "-bundle or -as", cases("show", "-bundle", "none", "-as", amal)},
		{2, "-bundle alone", cases("show", "-desk", o.desk("alder"), "-clocks", "alder", report)},
		{1, "is no statement of a case", cases("export", "-desk", o.desk("alder"), "1")},
		{1, "use that party's desk", cases("show", "-desk", o.desk("alder"), "-as", basil, report)},
	} {
		if status, _, stderr := parley(t, test.args...); status != test.status || !strings.Contains(stderr, test.want) {
			t.Errorf("parley %q: status %d, want %d and %q:\n%s", test.args, status, test.status, test.want, stderr)
		}
	}
}

// A board that has the export alone sees the page that the desks show, and what was
// taken out of it.
func (o *office) testCaseExport(report, position string) {
	t := o.t
	t.Helper()
	name := filepath.Join(o.dir, "board")
	file := name + ".bundle.json"
	if out := printed(t, "case", "export", "-desk", o.desk("alder"), "-clocks", "birch", "-o", name, position); out != file+"\n"+name+"-en.pdf\n"+name+"-ar.pdf\n"+name+"-he.pdf\n" {
		t.Errorf("exported %s", out)
	}
	for _, lang := range format.Languages() {
		if pdf, err := os.ReadFile(name + "-" + lang + ".pdf"); err != nil || !strings.HasPrefix(string(pdf), "%PDF-") {
			t.Errorf("the paper: %v", err)
		}
		live := printed(t, "case", "show", "-desk", o.desk("birch"), "-lang", lang, "-full", report)
		again := printed(t, "case", "show", "-bundle", file, "-charter", o.world.file, "-clocks", "birch", "-lang", lang, "-full")
		banner := words.ExerciseBanner(lang) + "\n"
		if page := strings.TrimSuffix(live, banner); !strings.HasPrefix(again, page) {
			t.Errorf("the desk shows\n%s\nand the export\n%s", live, again)
		}
		if lang == "en" && (!strings.Contains(again, "without a gap") || !strings.Contains(again, "of the charter that was given") || strings.Contains(again, "NOT HERE") || !strings.Contains(again, "EXERCISE. The battery. EXERCISE.")) {
			t.Errorf("from the bundle:\n%s", again)
		}
	}
	if out := printed(t, "verify", file); !strings.Contains(out, "verified: ") {
		t.Errorf("verified %s", out)
	}
	var live, again desk.CaseView
	for view, args := range map[*desk.CaseView][]string{&live: {"case", "show", "-desk", o.desk("birch"), "-json", report}, &again: {"case", "show", "-json", "-bundle", file}} {
		o.must(json.Unmarshal([]byte(printed(t, args...)), view))
	}
	for _, v := range []*desk.CaseView{&live, &again} {
		v.Now, v.Proof, v.Text = time.Time{}, nil, ""
		for i := range v.Statements {
			v.Statements[i].Text = "" // with the times of the reader's own side
		}
	}
	if a, b := mustJSON(t, live), mustJSON(t, again); a != b || live.Stage != "closed" {
		t.Errorf("the desk has\n%s\nand the export gives\n%s", a, b)
	}

	text, err := os.ReadFile(file)
	o.must(err)
	for _, test := range []struct {
		name   string
		change func(b *caseBundleFile)
		status int
		want   []string
	}{
		{"a letter of a statement", func(b *caseBundleFile) {
			b.at(t, report).turn(func(c string) string { return strings.Replace(c, "~W", "~X", 1) })
		}, 1, []string{"refuted: "}},
		{"another time", func(b *caseBundleFile) {
			b.at(t, report).Entry = b.Items[len(b.Items)-1].Entry
		}, 1, []string{"refuted: "}},
		{"a statement that is listed", func(b *caseBundleFile) { b.drop(t, position, true) }, 1, []string{"refuted: the bundle says to be about statement " + position}},
		{"a position that findings rest on", func(b *caseBundleFile) { b.drop(t, position, false) }, 1, []string{"LEFT OUT: entry", "leaves out something of the case", "amal: the statement that was signed right before entry"}},
		{"an answer that nothing rests on", func(b *caseBundleFile) {
			at := slices.IndexFunc(b.Items, func(i *caseBundleItem) bool {
				c := i.claims(t)
				return c.Author.String() == "alder/watch/amal" && c.Format == "J22/1"
			})
			b.drop(t, b.Items[at].claims(t).ID, false)
		}, 0, []string{"alder/watch/amal: the statement that was signed right before entry"}},
		{"the report", func(b *caseBundleFile) { b.drop(t, report, false) }, 1, []string{"shows no case"}},
		{"a text", func(b *caseBundleFile) {
			b.at(t, position).turn(func(c string) string {
				s, err := statement.Parse([]byte(c))
				o.must(err)
				s, err = s.Redact("position")
				o.must(err)
				return string(s.Bytes())
			})
		}, 1, []string{"WITHHELD: 1 part of entry", "LEFT OUT: entry"}},
	} {
		b := new(caseBundleFile)
		o.must(json.Unmarshal(text, b))
		test.change(b)
		changed, err := json.MarshalIndent(b, "", " ")
		o.must(err)
		status, stdout, stderr := parley(t, "case", "show", "-full", "-bundle", o.write("changed.bundle.json", string(changed)+"\n"))
		for _, want := range test.want {
			if status != test.status || !strings.Contains(stdout+stderr, want) {
				t.Errorf("without %s: status %d, want %d and %q:\n%s%s", test.name, status, test.status, want, stderr, stdout)
			}
		}
	}
}

// A caseBundleFile is a bundle in the hands of somebody who changes it.
type caseBundleFile struct {
	Bundle     string            `json:"bundle"`
	Checkpoint string            `json:"checkpoint"`
	Items      []*caseBundleItem `json:"items"`
	Subjects   []string          `json:"subjects"`
}

type caseBundleItem struct {
	Index   uint64   `json:"index"`
	Entry   string   `json:"entry"`
	Proof   []string `json:"proof"`
	Content string   `json:"content"`
}

func (i *caseBundleItem) turn(change func(string) string) { i.Content = change(i.Content) }

func (i *caseBundleItem) claims(t *testing.T) statement.Claims {
	t.Helper()
	if strings.HasPrefix(i.Content, "{") {
		return statement.Claims{}
	}
	s, err := statement.Parse([]byte(i.Content))
	if err != nil {
		t.Fatal(err)
	}
	return s.Claims()
}

func (b *caseBundleFile) at(t *testing.T, id string) *caseBundleItem {
	t.Helper()
	for _, i := range b.Items {
		if i.claims(t).ID == id {
			return i
		}
	}
	t.Fatalf("no %s in the bundle", id)
	return nil
}

// drop takes out a statement and all that refers to it, but not its name where that
// is kept.
func (b *caseBundleFile) drop(t *testing.T, id string, keepName bool) {
	t.Helper()
	b.Items = slices.DeleteFunc(b.Items, func(i *caseBundleItem) bool {
		c := i.claims(t)
		return c.ID == id || slices.ContainsFunc(c.Refs, func(r statement.Ref) bool { return r.ID == id })
	})
	if keepName {
		return
	}
	b.Subjects = slices.DeleteFunc(b.Subjects, func(s string) bool {
		return !slices.ContainsFunc(b.Items, func(i *caseBundleItem) bool { return i.claims(t).ID == s })
	})
}

func mustJSON(t *testing.T, v any) string {
	t.Helper()
	text, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
