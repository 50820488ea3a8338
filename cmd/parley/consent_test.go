package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"parley/charter"
	"parley/statement"
)

// An officer cannot show an item under the other side's control to anybody, in any way
// that the program has, until the other side has consented to that recipient; the copy
// then names him to whoever verifies it.
func TestConsentCommands(t *testing.T) {
	const aya, bahia = "alder/analyst/aya", "birch/analyst/bahia"
	o := openOfficeOn(t, true, func(c *charter.Charter) {
		for i := range c.Formats {
			if c.Formats[i].Format == "J31/1" {
				c.Formats[i].Gate, c.Formats[i].Sensitive = charter.GateNone, false
			}
		}
	}, bahia)
	id := o.sent(o.as(bahia, "send", with([]string{"-to", "alder"}, assessed...)...)...)
	o.arrives("alder", id, "The clip is forged.")
	file := filepath.Join(o.dir, "copy.json")
	forward := o.as(aya, "forward", "-to", "the ministry", "-o", file, id)
	for _, row := range []struct {
		name   string
		args   []string
		status int
		want   string
	}{
		{"forward", forward, 1, "refused by rule consent.missing"},
		{"forward to nobody", o.as(aya, "forward", id), 2, "forward needs -as, -to"},
		{"forward in Arabic", o.as(aya, "forward", "-lang", "ar", "-to", "x", id), 1, "`parley consent ask " + id + "`"},
		{"export", []string{"export", "-desk", o.desk("alder"), id}, 1, "refused by rule consent.missing"},
		{"form", []string{"form", "-desk", o.desk("alder"), "-text", id}, 1, "refused by rule consent.missing"},
		{"ask without a purpose", with([]string{"consent"}, o.as(aya, "ask", "-to", "x", id)...), 2, "-purpose"},
		{"answer both ways", with([]string{"consent"}, o.as(aya, "answer", "-grant", "-refuse", id)...), 2, "one of them"},
		{"answer of no request", with([]string{"consent"}, o.as(bahia, "answer", "-grant", id)...), 1, "refused by rule"},
		{"no verb", []string{"consent"}, 2, "ask, answer, ls"},
		{"ask for one's own", with([]string{"consent"}, o.as(bahia, "ask", "-to", "x", "-purpose", "verify", id)...), 1, "refused by rule consent.own"},
	} {
		t.Run(row.name, func(t *testing.T) {
			status, _, stderr := parley(t, row.args...)
			if status != row.status || !strings.Contains(stderr, row.want) || exists(file) {
				t.Errorf("status %d, want %d; stderr\n%s\nwant %s", status, row.status, stderr, row.want)
			}
		})
	}
	_, _, stderr := parley(t, "export", "-desk", o.desk("alder"), "-all", "-o", filepath.Join(o.dir, "all"))
	if !strings.Contains(stderr, "for your own party's auditors alone") {
		t.Errorf("of the whole record it says %q", stderr)
	}
	asked := o.sent(with([]string{"consent"}, o.as(aya, "ask", "-to", "the ministry", "-purpose", "verify", id)...)...)
	o.until("Request for consent", "watch", "-desk", o.desk("birch"), "-as", bahia)
	granted := o.sent(with([]string{"consent"}, o.as(bahia, "answer", "-grant", "-conditions", "For reading only.", asked)...)...)
	o.arrives("alder", granted, "For reading only.")
	if out := printed(t, forward...); !strings.Contains(out, `a copy for "the ministry"`) {
		t.Errorf("printed %s", out)
	}
	if out := printed(t, "verify", "-charter", o.world.file, file); !strings.Contains(out, `was made for "the ministry" by `+aya+`, with the consent of birch`) {
		t.Errorf("verified:\n%s", out)
	}
	if out := printed(t, "verify", "-charter", o.world.file, without(t, file, granted)); strings.Contains(out, "with the consent of") || !strings.Contains(out, "not shown: that birch consented to the copy") {
		t.Errorf("verified without the consent:\n%s", out)
	}
	for lang, want := range map[string]string{"en": "USED", "ar": "استُعملت", "he": "נוצלה"} {
		o.until(want, "consent", "ls", "-desk", o.desk("birch"), "-lang", lang)
	}
	if out := printed(t, "denials", "-desk", o.desk("alder"), "-as", aya); !strings.Contains(out, "2 denied\n") || !strings.Contains(out, "consent.missing") {
		t.Errorf("denied:\n%s", out)
	}
}

// without writes a bundle less one statement beside it.
func without(t *testing.T, file, id string) string {
	t.Helper()
	var b struct {
		Bundle     string `json:"bundle"`
		Checkpoint string `json:"checkpoint"`
		Items      []struct {
			Index   uint64   `json:"index"`
			Entry   string   `json:"entry"`
			Proof   []string `json:"proof"`
			Content string   `json:"content"`
		} `json:"items"`
		Subjects []string `json:"subjects"`
	}
	text, err := os.ReadFile(file)
	if err == nil {
		err = json.Unmarshal(text, &b)
	}
	if err != nil {
		t.Fatal(err)
	}
	for i, item := range b.Items {
		if s, err := statement.Parse([]byte(item.Content)); err == nil && s.Claims().ID == id {
			b.Items = append(b.Items[:i], b.Items[i+1:]...)
			break
		}
	}
	b.Subjects = slices.DeleteFunc(b.Subjects, func(s string) bool { return s == id })
	if text, err = json.MarshalIndent(b, "", " "); err == nil {
		err = os.WriteFile(file+".less", append(text, '\n'), 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
	return file + ".less"
}

// With a file of his own an officer is himself in every command, and is shown nothing of
// an area that his key does not read.
func TestAccessCommand(t *testing.T) {
	const amal, noor = "alder/watch/amal", "alder/watch/noor"
	o := openOfficeOn(t, true, nil)
	id := o.sent(o.as(amal, "send", with([]string{"J14"}, flight...)...)...)
	file := filepath.Join(o.dir, "amal.json")
	for _, row := range []struct {
		args   []string
		status int
		want   string
	}{
		{[]string{"access", "-desk", o.desk("alder"), "-as", amal}, 2, "-o or -revoke"},
		{o.as(noor, "access", "-o", file), 1, "refused by rule desk.no-key"},
	} {
		status, _, stderr := parley(t, row.args...)
		if status != row.status || !strings.Contains(stderr, row.want) {
			t.Errorf("%q: status %d\n%s", row.args, status, stderr)
		}
	}
	printed(t, o.as(amal, "access", "-o", file)...)
	if out := printed(t, "ls", "-desk", file); !strings.Contains(out, id) {
		t.Errorf("listed:\n%s", out)
	}
	if status, _, stderr := parley(t, "show", "-desk", file, "-as", "alder/analyst/adel", id); status != 1 || !strings.Contains(stderr, "refused by rule desk.other-officer") {
		t.Errorf("as another: %d\n%s", status, stderr)
	}
	if status, _, stderr := parley(t, "carry", "-desk", file, "-o", filepath.Join(o.dir, "stick"), "out"); status == 0 || !strings.Contains(stderr, "desk.whole") {
		t.Errorf("of the whole desk: %d\n%s", status, stderr)
	}
	if out := printed(t, "denials", "-desk", o.desk("alder")); !strings.Contains(out, "2 denied") {
		t.Errorf("denied:\n%s", out)
	}
	printed(t, o.as(amal, "access", "-revoke")...)
	if status, _, stderr := parley(t, "ls", "-desk", file); status != 1 || !strings.Contains(stderr, "api.unauthorized") {
		t.Errorf("after it was ended: %d\n%s", status, stderr)
	}
}
