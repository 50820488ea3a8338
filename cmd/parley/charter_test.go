package main

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"parley/charter"
	"parley/identity"
	"parley/keyring"
)

// A charterDesk is a folder with a key ring and a passphrase file, and the flags
// that make a complete charter of quiet-orchard.
type charterDesk struct {
	t    *testing.T
	dir  string
	args []string // of charter new
}

func newCharterDesk(t *testing.T) *charterDesk {
	t.Helper()
	t.Setenv(passphraseVariable, "")
	d := &charterDesk{t: t, dir: t.TempDir()}
	d.write("passphrase", "correct horse\n")
	ring, err := keyring.Create(d.path("keys.age"), "correct horse", 10)
	if err != nil {
		t.Fatal(err)
	}
	key := func(name string, exercise bool) ed25519.PublicKey {
		public, err := ring.New(name, exercise, rand.Reader)
		if err != nil {
			t.Fatal(err)
		}
		return public
	}
	quantum := func(party string) string {
		public, err := ring.NewMLDSA(witnessNameMLDSA(party), true, rand.Reader)
		if err != nil {
			t.Fatal(err)
		}
		return testVerifierKey(party, 6, public.Bytes())
	}
	d.args = []string{"new", "-template", "quiet-orchard", "-mechanism", "drill",
		"-hub-url", "https://hub.example:7443", "-hub-url", "https://second.example",
		"-hub-key", testVerifierKey("drill.example/log", 1, key("hub/log", true)),
		"-tls", base64.StdEncoding.EncodeToString(make([]byte, 32))}
	for _, party := range []string{"alder", "birch", "cedar"} {
		d.args = append(d.args, "-root", party+"="+identity.EncodeKey(key(party+"/registrar/root", true)),
			"-witness", party+"="+testVerifierKey(party, 4, key(party+"/witness", true))+" "+quantum(party))
	}
	key("alder/registrar/live", false)
	return d
}

func testVerifierKey(name string, algorithm byte, key []byte) string {
	raw := append([]byte{algorithm}, key...)
	sum := sha256.Sum256(append([]byte(name+"\n"), raw...))
	return fmt.Sprintf("%s+%08x+%s", name, binary.BigEndian.Uint32(sum[:]), base64.StdEncoding.EncodeToString(raw))
}

func (d *charterDesk) path(name string) string { return filepath.Join(d.dir, name) }

func (d *charterDesk) write(name, text string) {
	d.t.Helper()
	if err := os.WriteFile(d.path(name), []byte(text), 0o600); err != nil {
		d.t.Fatal(err)
	}
}

// run runs parley charter. The folder's name reads DIR in what it printed.
func (d *charterDesk) run(args ...string) (status int, stdout, stderr string) {
	d.t.Helper()
	for i := range args {
		args[i] = strings.ReplaceAll(args[i], "DIR", d.dir)
	}
	var out, err bytes.Buffer
	status = charterCommand(context.Background(), args, &out, &err)
	tidy := strings.NewReplacer(d.dir, "DIR")
	return status, tidy.Replace(out.String()), tidy.Replace(err.String())
}

// must runs parley charter and wants it to succeed.
func (d *charterDesk) must(args ...string) string {
	d.t.Helper()
	status, out, err := d.run(args...)
	if status != 0 || err != "" {
		d.t.Fatalf("parley charter %v: status %d, %s", args, status, err)
	}
	return out
}

func (d *charterDesk) sign(party string) string {
	d.t.Helper()
	return d.must("sign", "-keys", "DIR/keys.age", "-passphrase-file", "DIR/passphrase", "-party", party, "DIR/charter")
}

// From nothing to a charter in force, as the manual has it.
func TestCharterFromNewToComplete(t *testing.T) {
	d := newCharterDesk(t)
	if out := d.must("templates"); out != "paris-2026     Joint fusion mechanism, Paris 2026: israel, syria, united-states\n"+
		"quiet-orchard  EXERCISE QUIET ORCHARD: alder, birch, cedar\n" {
		t.Errorf("templates: %s", out)
	}
	d.must(append(d.args, "-o", "DIR/charter")...)
	status, _, stderr := d.run("check", "DIR/charter")
	if want := "parley: charter of drill: not signed by alder, birch, cedar; each party signs with 'parley charter sign'\n" +
		"parley: hint: each of them runs: parley charter sign -keys RING -party alder DIR/charter\n"; status != 1 || stderr != want {
		t.Errorf("check of a bare charter: status %d, %s", status, stderr)
	}
	if out := d.sign("birch"); !strings.HasSuffix(out, "\nSigned by: birch\nNot signed by: alder, cedar\n") {
		t.Errorf("after birch signed: %s", out)
	}
	if out := d.must("show", "DIR/charter"); !strings.HasPrefix(out, "EXERCISE QUIET ORCHARD (drill)\n") || !strings.HasSuffix(out, "\nSigned by: birch\nNot signed by: alder, cedar\n") {
		t.Errorf("show: %s", out)
	}
	d.sign("cedar")
	t.Setenv(passphraseVariable, "correct horse") // no file: the environment
	if out := d.must("sign", "-keys", "DIR/keys.age", "-party", "alder", "DIR/charter"); !strings.HasSuffix(out, "\nSigned by: alder, birch, cedar\n") {
		t.Errorf("after all signed: %s", out)
	}
	out := d.must("check", "DIR/charter")
	text, err := os.ReadFile(d.path("charter"))
	if err != nil {
		t.Fatal(err)
	}
	signed, err := charter.Open(text)
	if err != nil {
		t.Fatal(err)
	}
	if want := "charter of drill, edition 1: complete, signed by alder, birch, cedar\nhash " + charter.EncodeHash(signed.Hash()) + "\n"; out != want {
		t.Errorf("check: got %s, want %s", out, want)
	}
	if !slices.Equal(signed.Hub.URLs, []string{"https://hub.example:7443", "https://second.example"}) || signed.Hub.Origin != "drill.example/log" {
		t.Errorf("the hub is %+v", signed.Hub)
	}
	for lang, want := range map[string]string{"ar": "تمرين البستان الهادئ", "he": "תרגיל בוסתן שקט"} {
		if out := d.must("show", "-lang", lang, "DIR/charter"); !strings.HasPrefix(out, want) {
			t.Errorf("show -lang %s: %s", lang, out)
		}
	}
	if files, _ := os.ReadDir(d.dir); len(files) != 3 {
		t.Errorf("files were left behind: %v", files)
	}
}

// Each row is a mistake of the first day, and what it is answered.
func TestCharterMistakes(t *testing.T) {
	d := newCharterDesk(t)
	d.must(append(d.args, "-o", "DIR/charter")...)
	whole, err := os.ReadFile(d.path("charter"))
	if err != nil {
		t.Fatal(err)
	}
	d.write("typo", strings.Replace(string(whole), "Etc/GMT-2", "Etc/GMT-99", 1))
	d.write("indent", strings.Replace(string(whole), "  \"edition\"", "\t\"edition\"", 1))
	d.write("letter", "Dear colleagues,\n")
	d.write("empty", "")
	d.write("wrong", "battery staple\n")
	sign := func(args ...string) []string {
		return append([]string{"sign", "-keys", "DIR/keys.age", "-passphrase-file", "DIR/passphrase"}, args...)
	}
	changed := func(flag, value string) []string {
		args := slices.Clone(d.args)
		args[slices.Index(args, flag)+1] = value
		return args
	}
	for _, row := range []struct {
		name   string
		args   []string
		status int
		want   string // within what stderr says
	}{
		{"nothing", nil, 2, "usage: parley charter new | sign | check | show | amend | templates"},
		{"misspelt command", []string{"chekc", "DIR/charter"}, 2, "parley: there is no command \"chekc\" under charter\nparley: hint: they are new, sign, check, show, amend and templates\n"},
		{"no file", []string{"check"}, 2, "parley: charter check: 0 files are named, it takes 1\nparley: hint: 'parley charter check -h' shows how it is written\n"},
		{"file that is not there", []string{"check", "DIR/chartr"}, 2, "parley: open DIR/chartr: no such file or directory\n"},
		{"folder", []string{"check", "DIR"}, 2, "is a directory"},
		{"letter in place of a charter", []string{"check", "DIR/letter"}, 1, "parley: read charter: invalid character 'D' looking for beginning of value\n"},
		{"empty file", []string{"show", "DIR/empty"}, 1, "parley: read charter: the file is empty\n"},
		{"edited by hand", []string{"check", "DIR/indent"}, 1, "parley: read charter: line 3 is not as parley writes it"},
		{"zone that is nowhere", []string{"check", "DIR/typo"}, 1, "parley: charter: parties[alder].zone: read \"Etc/GMT-99\"; accepted: a time zone of the IANA database, such as Asia/Damascus; local time means another thing on each desk\n"},
		{"flag after the file", []string{"show", "DIR/charter", "-lang", "ar"}, 2, "parley: charter show: -lang comes after DIR/charter\nparley: hint: write the flags before the file\n"},
		{"unknown language", []string{"show", "-lang", "fr", "DIR/charter"}, 2, "parley: charter show: language \"fr\" is not spoken here\nparley: hint: the languages are en, ar, he\n"},
		{"unknown flag", []string{"check", "-v", "DIR/charter"}, 2, "parley: flag provided but not defined: -v\nparley: hint: 'parley charter check -h' lists the flags\n"},

		{"no template", []string{"new"}, 2, "parley: charter new: no template is named\nparley: hint: -template paris-2026, or -template quiet-orchard\n"},
		{"unknown template", []string{"new", "-template", "oslo"}, 2, "parley: charter new: there is no charter template \"oslo\"; there are paris-2026, quiet-orchard\n"},
		{"file as an operand", []string{"new", "-template", "paris-2026", "charter"}, 2, "parley: charter new: 1 files are named, it takes 0\n"},
		{"over an existing charter", append(slices.Clone(d.args), "-o", "DIR/charter"), 2, "parley: charter new: open DIR/charter: file exists\nparley: hint: a charter is never overwritten; name another file, or remove that one yourself\n"},
		{"into no folder", append(slices.Clone(d.args), "-o", "DIR/nowhere/charter"), 2, "parley: charter new: open DIR/nowhere/charter: no such file or directory\n"},
		{"root without its party", changed("-root", "8SzecazmeD1IsH"), 1, "parley: charter new: \"8SzecazmeD1IsH\" does not name a party of the template and its key\nparley: hint: write -root PARTY=KEY; the parties are alder, birch, cedar\n"},
		{"root of a stranger", changed("-root", "norway=8SzecazmeD1IsH"), 1, "does not name a party of the template"},
		{"root cut short", changed("-root", "alder=8SzecazmeD1IsH"), 1, "parley: charter: parties[alder].roots[0]: read \"8SzecazmeD1IsH\"; accepted: a public Ed25519 key, 43 characters of base64url; "},
		{"two witness keys for one party", append(slices.Clone(d.args), "-witness", "alder=w"), 1, "-witness is given twice for alder; a party has one witness key of each algorithm"},
		{"hub without TLS", changed("-hub-url", "http://hub.example"), 1, "parley: charter: hub.urls[0]: read \"http://hub.example\"; accepted: https:// and a host"},
		{"mechanism with a space", changed("-mechanism", "the drill"), 1, "parley: charter: mechanism: read \"the drill\"; accepted: a to z, 0 to 9 and hyphens"},
		{"pin in hexadecimal", changed("-tls", strings.Repeat("0f", 32)), 1, "parley: charter: hub.tls: read \"0f0f"},

		{"sign with no ring", []string{"sign", "-party", "alder", "DIR/charter"}, 2, "parley: charter sign: no key ring is named\n"},
		{"sign for nobody", sign("DIR/charter"), 2, "parley: charter sign: no party is named\n"},
		{"sign for a stranger", sign("-party", "norway", "-key", "alder/registrar/root", "DIR/charter"), 1, "parley: sign charter of drill: \"norway\" is not one of its parties; they are alder, birch, cedar\n"},
		{"sign with another's key", sign("-party", "alder", "-key", "birch/registrar/root", "DIR/charter"), 1, "is not a root of alder; its roots are "},
		{"sign with a key the ring lacks", sign("-party", "alder", "-key", "alder/registrar/spare", "DIR/charter"), 1, "parley: key ring DIR/keys.age holds no key alder/registrar/spare\nparley: hint: it holds "},
		{"sign an exercise with a live key", sign("-party", "alder", "-key", "alder/registrar/live", "DIR/charter"), 1, "parley: key alder/registrar/live says exercise false and the charter says exercise true; the two never mix\n"},
		{"wrong passphrase", []string{"sign", "-keys", "DIR/keys.age", "-passphrase-file", "DIR/wrong", "-party", "alder", "DIR/charter"}, 2, "passphrase"},
		{"no passphrase anywhere", []string{"sign", "-keys", "DIR/keys.age", "-party", "alder", "DIR/charter"}, 2, "parley: read passphrase: there is no terminal to ask at; give -passphrase-file or set PARLEY_PASSPHRASE\n"},
		{"empty passphrase file", []string{"sign", "-keys", "DIR/keys.age", "-passphrase-file", "DIR/empty", "-party", "alder", "DIR/charter"}, 2, "parley: read passphrase: DIR/empty is empty\n"},
		{"ring that is not there", []string{"sign", "-keys", "DIR/ring", "-passphrase-file", "DIR/passphrase", "-party", "alder", "DIR/charter"}, 2, "DIR/ring"},
		{"sign a zone that is nowhere", sign("-party", "alder", "DIR/typo"), 1, "parley: charter: parties[alder].zone: read \"Etc/GMT-99\""},
		{"sign a letter", sign("-party", "alder", "DIR/letter"), 1, "parley: read charter: "},
	} {
		t.Run(row.name, func(t *testing.T) {
			status, stdout, stderr := d.run(row.args...)
			if status != row.status || !strings.Contains(stderr, row.want) || stdout != "" {
				t.Errorf("status %d, want %d; stdout %q; stderr\n%s\nwant\n%s", status, row.status, stdout, stderr, row.want)
			}
			for line := range strings.Lines(stderr) {
				if row.args != nil && !strings.HasPrefix(line, "parley: ") {
					t.Errorf("stderr has the line %q", line)
				}
			}
		})
	}
	after, err := os.ReadFile(d.path("charter"))
	if err != nil || !bytes.Equal(after, whole) {
		t.Errorf("a refused command changed the charter (%v)", err)
	}
}

// A draft is written with what there is, and what is missing is named.
func TestCharterDraft(t *testing.T) {
	d := newCharterDesk(t)
	status, stdout, stderr := d.run("new", "-template", "paris-2026", "-exercise")
	want := `parley: charter: hub.key: is missing; accepted: the log's verifier key, origin+hash+key; give it with -hub-key
parley: charter: hub.urls: is missing; accepted: at least one address, such as https://hub.example:7443; give it with -hub-url
parley: charter: hub.tls: is missing; accepted: SHA-256 of the hub's TLS key (SubjectPublicKeyInfo), standard base64; give it with -tls; 'parley key new tls' prints it
parley: charter: parties[israel].roots: is missing; accepted: at least one root key of the party; give it with -root israel=KEY
parley: charter: parties[syria].roots: is missing; accepted: at least one root key of the party; give it with -root syria=KEY
parley: charter: parties[united-states].roots: is missing; accepted: at least one root key of the party; give it with -root united-states=KEY
parley: hint: this is a draft; make it again with what is missing before anyone signs
`
	if status != 0 || stderr != want {
		t.Errorf("status %d, stderr\n%s", status, stderr)
	}
	c, err := charter.Parse([]byte(stdout))
	if err != nil || !c.Exercise || c.Mechanism != "paris-2026" {
		t.Errorf("the draft: %v\n%s", err, stdout)
	}
	d.write("draft", stdout)
	if status, _, stderr := d.run("check", "DIR/draft"); status != 1 || !strings.Contains(stderr, "parties[syria].roots: is missing") {
		t.Errorf("check of the draft: status %d, %s", status, stderr)
	}
	if status, stdout, _ := d.run("show", "DIR/draft"); status != 0 || !strings.Contains(stdout, "Root key: (none yet)") {
		t.Errorf("show of the draft: status %d, %s", status, stdout)
	}
}

// A charter that was changed after one party signed is refused by all.
func TestCharterChangedAfterSigning(t *testing.T) {
	d := newCharterDesk(t)
	d.must(append(d.args, "-o", "DIR/charter")...)
	d.sign("alder")
	text, err := os.ReadFile(d.path("charter"))
	if err != nil {
		t.Fatal(err)
	}
	d.write("charter", strings.Replace(string(text), `"gateSeconds": 120`, `"gateSeconds": 121`, 1))
	const want = "the signature of alder does not fit this text; the charter was changed after it was signed\n"
	for _, args := range [][]string{
		{"check", "DIR/charter"},
		{"show", "DIR/charter"},
		{"sign", "-keys", "DIR/keys.age", "-passphrase-file", "DIR/passphrase", "-party", "birch", "DIR/charter"},
	} {
		if status, stdout, stderr := d.run(args...); status != 1 || !strings.HasSuffix(stderr, want) || stdout != "" {
			t.Errorf("%s: status %d, stdout %q, stderr %s", args[0], status, stdout, stderr)
		}
	}
}

func TestCharterHelp(t *testing.T) {
	d := newCharterDesk(t)
	for _, args := range [][]string{{"-h"}, {"new", "-h"}, {"sign", "--help"}, {"check", "-h"}, {"show", "-h"}, {"templates", "-h"}} {
		if out := d.must(args...); !strings.HasPrefix(out, "usage: parley charter") || !strings.Contains(out, "Exit status: 0") {
			t.Errorf("%v: %s", args, out)
		}
	}
}
