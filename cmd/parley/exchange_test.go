package main

import (
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"parley/charter"
	"parley/sealed"
)

// openExchangeOffice opens one in which the watch and the analysts may exchange
// sealed texts.
func openExchangeOffice(t *testing.T) *office {
	t.Helper()
	return openOfficeOn(t, true, func(c *charter.Charter) {
		for i := range c.Roles {
			if role := &c.Roles[i]; role.ID == "watch" || role.ID == "analyst" {
				role.May = append(role.May, "J44")
			}
		}
	}, "birch/analyst/badr")
}

// exchange begins a command about exchanges of an officer's at the desk of his party.
func (o *office) exchange(who, verb string, rest ...string) []string {
	return with([]string{"exchange", verb}, o.as(who, "", rest...)[1:]...)
}

// seconded signs as second officer what waits.
func (o *office) seconded(who, id string) {
	o.t.Helper()
	page := printed(o.t, o.as(who, "second", id)...)
	digest := regexp.MustCompile(` ([0-9a-f]{32})\n`).FindStringSubmatch(page)
	if digest == nil {
		o.t.Fatalf("no digest in\n%s", page)
	}
	printed(o.t, o.as(who, "second", id, digest[1])...)
}

// Two sides exchange sealed texts by commands alone, and an auditor checks what was
// opened from files.
func TestExchangeCommands(t *testing.T) {
	o := openExchangeOffice(t)
	const name = "doc:irrigation-priorities"
	verb := func(verb string, rest ...string) []string { return append([]string{"exchange", verb}, rest...) }
	file := o.write("alder.txt", "1 canal\n2 pumps\n")
	deadline := time.Now().UTC().Add(time.Hour).Format("2006-01-02T15:04Z")
	first := o.sent(o.exchange("alder/watch/amal", "deposit", "-file", file, name, "deadline="+deadline, "open-rule=both-in")...)
	if out := printed(t, o.exchange("alder/analyst/adel", "check", "-file", file, first)...); !strings.Contains(out, "the same: ") {
		t.Errorf("checked:\n%s", out)
	}
	if status, out, _ := parley(t, o.exchange("alder/analyst/adel", "check", "-file", o.write("other.txt", "1 canal"), first)...); status != 1 || !strings.Contains(out, "NOT THE SAME") {
		t.Errorf("status %d:\n%s", status, out)
	}
	o.seconded("alder/analyst/adel", first)
	o.until(name+": ONE IN", verb("ls", "-desk", o.desk("birch"))...)
	for _, row := range []struct {
		name   string
		args   []string
		status int
		want   string
	}{
		{"no text", o.exchange("birch/watch/basil", "deposit", name), 2, "needs the text"},
		{"two texts", o.exchange("birch/watch/basil", "deposit", "-file", file, name, "text=x"), 2, "one of them"},
		{"unknown field", o.exchange("birch/watch/basil", "deposit", name, "texts=x"), 2, "does not take"},
		{"other terms", o.exchange("birch/watch/basil", "deposit", name, "text=x", "open-rule=deadline"), 1, "exchange.terms"},
		{"texts too soon", verb("texts", "-desk", o.desk("alder"), name), 1, "has no text"},
		{"prove too soon", o.exchange("alder/watch/amal", "prove", name), 1, "exchange.not-revealed"},
		{"no verb", []string{"exchange"}, 2, "needs one of"},
		{"none", verb("show", "-desk", o.desk("alder"), "doc:none"), 1, "desk.not-found"},
		{"check without a file", o.exchange("alder/watch/amal", "check", name), 2, "needs -file"},
	} {
		if status, _, stderr := parley(t, row.args...); status != row.status || !strings.Contains(stderr, row.want) {
			t.Errorf("%s: status %d, want %d; stderr\n%s\nwant %s", row.name, status, row.status, stderr, row.want)
		}
	}
	o.seconded("birch/analyst/badr", o.sent(o.exchange("birch/watch/basil", "deposit", name, "text=1 canal\n2 wells\n")...))
	for _, side := range []string{"alder", "birch"} {
		page := printed(t, verb("show", "-desk", o.desk(side), "-wait", "20", name)...)
		for _, want := range []string{"REVEALED", "2 pumps", "2 wells", "it is the text that ", "The two texts differ."} {
			if !strings.Contains(page, want) {
				t.Errorf("%s: no %q in\n%s", side, want, page)
			}
		}
	}
	if page := printed(t, verb("show", "-desk", o.desk("cedar"), "-wait", "20", name)...); !strings.Contains(page, "this desk cannot read it") || strings.Contains(page, "canal") {
		t.Errorf("the supervisor reads:\n%s", page)
	}
	texts, record, bundle := filepath.Join(o.dir, "texts"), filepath.Join(o.dir, "cedar-record"), filepath.Join(o.dir, "bundle")
	printed(t, verb("texts", "-desk", o.desk("birch"), "-o", texts, name)...)
	printed(t, "export", "-desk", o.desk("cedar"), "-all", "-o", record)
	printed(t, "export", "-desk", o.desk("birch"), "-o", bundle, first)
	for _, file := range []string{record, bundle} {
		out := printed(t, "verify", "-texts", texts, file)
		for _, want := range []string{"proven: sealed exchange " + name + ": alder deposited commitment ", "the hub released the openings of both in one act at ", "the text shown for alder, 16 bytes, is the one that it deposited", "the text shown for birch, 16 bytes, is"} {
			if !strings.Contains(out, want) {
				t.Errorf("no %q in\n%s", want, out)
			}
		}
		const uncontested = "neither has contested the other's" // what there is to say where no text is shown
		if blind := printed(t, "verify", file); strings.Contains(out, uncontested) || !strings.Contains(blind, uncontested) {
			t.Errorf("with the texts:\n%s\nand without:\n%s", out, blind)
		}
	}
	shown, err := os.ReadFile(texts)
	o.must(err)
	forged := o.write("forged", strings.Replace(string(shown), "2 pumps", "2 lakes", 1))
	if status, out, _ := parley(t, "verify", "-texts", forged, bundle); status != 1 || !strings.Contains(out, "refuted: the text shown for alder in sealed exchange "+name+" is not the one that it deposited") {
		t.Errorf("status %d:\n%s", status, out)
	}
	if status, _, stderr := parley(t, "verify", "-texts", record, bundle); status != 2 || !strings.Contains(stderr, "read texts of exchanges") {
		t.Errorf("status %d:\n%s", status, stderr)
	}
}

// Alder's desk is killed at every step and started anew, and killed again and again
// while it opens. Both texts come out, each opened once.
func TestKillExchange(t *testing.T) {
	t.Setenv("PARLEY_CHILD", "1")
	t.Setenv(passphraseVariable, worldPassphrase)
	o := openExchangeOffice(t)
	o.must(o.desks["alder"].Close())
	delete(o.desks, "alder")
	const name = "doc:irrigation-priorities"
	cmd, done := startDeskProcess(t, o.world)
	kill := func() {
		t.Helper()
		o.must(cmd.Process.Kill())
		<-done
	}
	restart := func() {
		t.Helper()
		kill()
		cmd, done = startDeskProcess(t, o.world)
	}
	deadline := time.Now().UTC().Add(time.Hour).Format("2006-01-02T15:04Z")
	id := o.sent(o.exchange("alder/watch/amal", "deposit", name, "text=1 canal", "deadline="+deadline, "open-rule=both-in")...)
	restart()
	o.seconded("alder/analyst/adel", id)
	restart()
	o.until("ONE IN", "exchange", "ls", "-desk", o.desk("birch"))
	kill()
	o.seconded("birch/analyst/badr", o.sent(o.exchange("birch/watch/basil", "deposit", name, "text=2 wells")...))
	for range killRounds(4, 40) {
		cmd, done = startDeskProcess(t, o.world)
		<-time.After(time.Duration(rand.IntN(60)) * time.Millisecond)
		kill()
	}
	cmd, done = startDeskProcess(t, o.world)
	defer func() { cmd.Process.Kill(); <-done }() //nolint:errcheck // the test is over
	for _, side := range []string{"alder", "birch"} {
		page := printed(t, "exchange", "show", "-desk", o.desk(side), "-wait", "30", name)
		if !strings.Contains(page, "REVEALED") || !strings.Contains(page, "1 canal") || !strings.Contains(page, "2 wells") {
			t.Errorf("%s shows\n%s", side, page)
		}
	}
	work, openings := o.desks["cedar"].Work(), 0
	for index := range work.Size() {
		if r, ok := work.RecordAt(index); ok && strings.HasPrefix(r.Claims.Format, "exchange.open/") {
			openings++
		}
	}
	if openings != 2 {
		t.Errorf("%d openings are in the ledger, want one of each side", openings)
	}
}

// What is no text is not sealed as another text, and never said to be the same.
func TestSealedIsText(t *testing.T) {
	file := filepath.Join(t.TempDir(), "list")
	for text, want := range map[string]bool{"עצי זית, أشجار\r\n": true, "\ufefflist": true, "a\xff": false, "a\xfe": false, strings.Repeat("a", sealed.MaxText+1): false} {
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if got, err := readSealed(file); (err == nil) != want || want && got != text {
			t.Errorf("%.20q is read as %.20q, %v", text, got, err)
		}
	}
}
