package main

import (
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"time"

	"parley/hub"
	"parley/identity"
	"parley/keyring"
	"parley/ledger"
	"parley/registrar"
)

const keyUsage = `usage: parley key new -keys RING [-exercise] root PARTY
       parley key new -keys RING [-exercise] log ORIGIN
       parley key new -keys RING [-exercise] tls
       parley key new -keys RING [-exercise] witness PARTY
       parley key new -keys RING -charter FILE [-areas A,B] [-o FILE] officer PARTY/ROLE/NAME
       parley key new -agent SOCKET [-agent-key KEY] -charter FILE [-areas A,B] [-o FILE] officer PARTY/ROLE/NAME
       parley key promote -keys RING NAME
       parley key ls -keys RING
       parley key endorse -charter FILE -keys RING -party PARTY [-hub URL] REQUEST...
       parley key revoke -charter FILE -keys RING -party PARTY [-hub URL] -reason CODE KID
All take -passphrase-file FILE; otherwise PARLEY_PASSPHRASE or the terminal is asked.

New makes a key in an age-encrypted ring, which it creates if need be, and
prints what others need of it: a root's public key, the log's verifier key, a
witness's two (Ed25519 and ML-DSA-44, one a line) and the TLS pin for the charter, or an officer's enrolment request
for the registrar. With -agent the officer's key is one that an ssh-agent holds and
stays there; KEY (base64url) says which where it holds several. In a ring of his own, such as
RING.d/israel-watch-amal.age, an officer has a passphrase of his own (docs/operate.md). Endorse and revoke put the registrar's word in the ledger.

New with -next makes the key that is to take the place of one that the ring holds,
beside it: hub and desk use it as soon as the ledger endorses it or the charter in force
names it. Promote then puts NAME-next in the place of NAME, and forgets the old key;
'parley key ls' lists the names. docs/operate.md has the steps for each kind.

Exit status: 0 done, 1 refused or not possible, 2 wrong arguments.
`

// keyFlags are the flags of the key commands.
type keyFlags struct {
	keys, passphraseFile, charter, areas, out, party, hub, reason string
	agent, agentKey                                               string
	exercise, next                                                bool
	args                                                          []string
}

func keyCommand(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	if len(args) == 0 {
		return misused(stderr, "key needs one of new, ls, endorse, revoke, promote", "`parley key -h` shows how")
	}
	if args[0] == "-h" || args[0] == "--help" || args[0] == "help" {
		fmt.Fprint(stdout, keyUsage)
		return 0
	}
	var f keyFlags
	flags := flag.NewFlagSet("key", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	flags.StringVar(&f.keys, "keys", "", "")
	flags.StringVar(&f.passphraseFile, "passphrase-file", "", "")
	flags.StringVar(&f.charter, "charter", "", "")
	flags.StringVar(&f.areas, "areas", "", "")
	flags.StringVar(&f.out, "o", "", "")
	flags.StringVar(&f.party, "party", "", "")
	flags.StringVar(&f.agent, "agent", "", "")
	flags.StringVar(&f.agentKey, "agent-key", "", "")
	flags.StringVar(&f.hub, "hub", "", "")
	flags.StringVar(&f.reason, "reason", "", "")
	flags.BoolVar(&f.exercise, "exercise", false, "")
	flags.BoolVar(&f.next, "next", false, "")
	if code, done := parseArgs(flags, args[1:], keyUsage, stdout, stderr); done {
		return code
	}
	f.args = flags.Args()
	if f.keys == "" && f.agent == "" {
		return misused(stderr, "-keys is missing", "name the key ring's file with -keys")
	}
	switch args[0] {
	case "new":
		return keyNew(ctx, f, stdout, stderr)
	case "ls":
		return keyList(f, stdout, stderr)
	case "endorse":
		return keyEndorse(ctx, f, stdout, stderr)
	case "revoke":
		return keyRevoke(ctx, f, stdout, stderr)
	case "promote":
		return keyPromote(f, stdout, stderr)
	}
	return misused(stderr, fmt.Sprintf("there is no command key %q", args[0]), "key needs one of new, ls, endorse, revoke, promote")
}

func keyNew(ctx context.Context, f keyFlags, stdout, stderr io.Writer) int {
	kind, name := "", ""
	if len(f.args) > 0 {
		kind = f.args[0]
	}
	if len(f.args) > 1 {
		name = f.args[1]
	}
	names := map[string]string{"root": name + "/registrar/root", "log": "hub/log", "tls": "hub/tls", "witness": witnessName(name), "officer": name}
	ringName, ok := names[kind]
	if !ok || len(f.args) > 2 || (name == "") != (kind == "tls") {
		return misused(stderr, fmt.Sprintf("key new %s: want root PARTY, log ORIGIN, tls, witness PARTY or officer PARTY/ROLE/NAME", strings.Join(f.args, " ")), "`parley key -h` shows how")
	}
	if kind == "officer" {
		return newOfficer(ctx, f, name, stdout, stderr)
	}
	ring, err := openOrCreateRing(f.keys, f.passphraseFile, stderr)
	if err != nil {
		return failed(stderr, err)
	}
	if kind == "witness" {
		cosigner, err := newWitness(ring, f.exercise, name, f.suffix())
		if err != nil {
			return failed(stderr, err)
		}
		fmt.Fprintln(stdout, strings.Join(cosigner.VerifierKeys(), "\n"))
		return 0
	}
	ringName += f.suffix()
	public, err := ring.New(ringName, f.exercise, rand.Reader)
	if err != nil {
		return failed(stderr, err)
	}
	word, err := publicWord(kind, name, ring, ringName, public)
	if err != nil {
		return failed(stderr, err)
	}
	fmt.Fprintln(stdout, word)
	return 0
}

// publicWord is what a charter needs of a new key.
func publicWord(kind, name string, ring *keyring.Ring, ringName string, public ed25519.PublicKey) (string, error) {
	private, err := ring.Private(ringName)
	if err != nil {
		return "", err
	}
	switch kind {
	case "log":
		signer, err := ledger.NewSigner(name, private)
		if err != nil {
			return "", err
		}
		return signer.VerifierKey(), nil
	case "tls":
		return hub.PinOf(public)
	}
	return identity.EncodeKey(public), nil
}

// newWitness makes a party's witness keys, one of each algorithm. Where the ring
// has one of them, as it has from before there were two, it makes the other.
func newWitness(ring *keyring.Ring, exercise bool, party, suffix string) (*ledger.Cosigner, error) {
	first, second := witnessName(party)+suffix, witnessNameMLDSA(party)+suffix
	classical, quantum := slices.Contains(ring.Names(), first), slices.Contains(ring.Names(), second)
	if !classical || quantum { // with both there, this says that the name is taken
		if _, err := ring.New(first, exercise, rand.Reader); err != nil {
			return nil, err
		}
	}
	if !quantum {
		if _, err := ring.NewMLDSA(second, exercise, rand.Reader); err != nil {
			return nil, err
		}
	}
	return witnessWith(ring.Of(exercise), party, suffix)
}

// suffix ends the names of the keys that are made.
func (f keyFlags) suffix() string {
	if f.next {
		return keyring.NextSuffix
	}
	return ""
}

// keyPromote puts a next key in its place.
func keyPromote(f keyFlags, stdout, stderr io.Writer) int {
	if len(f.args) != 1 || f.keys == "" {
		return misused(stderr, "promote needs -keys and the name of one key", "`parley key ls` lists the names; name the old one, such as hub/log")
	}
	ring, err := openRing(f.keys, f.passphraseFile, stderr)
	if err != nil {
		return failed(stderr, err)
	}
	markExercise(ring.Exercise(f.args[0]), "en", stdout, stderr)
	if err := ring.Promote(f.args[0]); err != nil {
		return failed(stderr, err)
	}
	fmt.Fprintf(stdout, "%s is now the key that was %s%s; the one before is gone\n", f.args[0], f.args[0], keyring.NextSuffix)
	return 0
}

// newOfficer makes an officer's key and the request to endorse it.
func newOfficer(ctx context.Context, f keyFlags, name string, stdout, stderr io.Writer) int {
	author, err := identity.ParseAuthor(name)
	if err != nil {
		return misused(stderr, err.Error(), "an officer is such as israel/watch/amal")
	}
	if f.charter == "" {
		return misused(stderr, "-charter is missing", "a key is made for one mechanism; name its charter's file")
	}
	signed, err := readCharter(f.charter)
	if err != nil {
		return failed(stderr, err)
	}
	signer, err := officerKey(ctx, f, name, signed.Exercise, stderr)
	if err != nil {
		return failed(stderr, err)
	}
	var areas []string
	if f.areas != "" {
		areas = strings.Split(f.areas, ",")
	}
	request, err := identity.NewRequest(ctx, signer, signed.Mechanism, author, areas, signed.Exercise)
	if err != nil {
		return failed(stderr, err)
	}
	text, err := json.MarshalIndent(request, "", "  ")
	if err != nil {
		return failed(stderr, err)
	}
	text = append(text, '\n')
	if f.out == "" {
		stdout.Write(text)
		return 0
	}
	if err := os.WriteFile(f.out, text, 0o644); err != nil {
		return failed(stderr, err)
	}
	markCharter(signed.Charter, "en", stdout)
	fmt.Fprintf(stdout, "request of %s in %s; give it to the registrar of %s\n", author, f.out, author.Party)
	return 0
}

func keyList(f keyFlags, stdout, stderr io.Writer) int {
	ring, err := openRing(f.keys, f.passphraseFile, stderr)
	if err != nil {
		return failed(stderr, err)
	}
	for _, name := range ring.Names() {
		markExercise(ring.Exercise(name), "en", stdout) // one is enough
	}
	for _, key := range ring.Keys() {
		mark := "live"
		if key.Exercise {
			mark = "EXERCISE"
		}
		print := keyring.MLDSA44
		if key.Public != nil {
			print = identity.Thumbprint(key.Public)
		}
		fmt.Fprintf(stdout, "%-32s %-8s %s\n", key.Name, mark, print)
	}
	return 0
}

// openRegistrar opens the ring, the charter and the ledger for a registrar.
func openRegistrar(ctx context.Context, f keyFlags, stdout, stderr io.Writer) (*registrar.Registrar, int) {
	if f.charter == "" || f.party == "" {
		return nil, misused(stderr, "-charter and -party are needed", "`parley key -h` shows how")
	}
	signed, err := readCharter(f.charter)
	if err != nil {
		return nil, failed(stderr, err)
	}
	ring, err := openRing(f.keys, f.passphraseFile, stderr)
	if err != nil {
		return nil, failed(stderr, err)
	}
	markCharter(signed.Charter, "en", stdout, stderr)
	root, err := ring.Of(signed.Exercise).Signer(f.party + "/registrar/root")
	if err != nil {
		return nil, failed(stderr, err)
	}
	url := f.hub
	if url == "" {
		url = signed.Hub.URLs[0]
	}
	r, err := registrar.Open(ctx, signed.Charter, url, f.party, root, time.Now)
	if err != nil {
		return nil, failed(stderr, err)
	}
	return r, 0
}

func keyEndorse(ctx context.Context, f keyFlags, stdout, stderr io.Writer) int {
	if len(f.args) == 0 {
		return misused(stderr, "there is no request to endorse", "name the files that `parley key new ... officer` wrote")
	}
	var requests []identity.Request
	for _, file := range f.args {
		text, err := os.ReadFile(file)
		if err != nil {
			return failed(stderr, err)
		}
		var r identity.Request
		if err := json.Unmarshal(text, &r); err != nil {
			return failed(stderr, fmt.Errorf("%s is not an enrolment request: %w", file, err))
		}
		requests = append(requests, r)
	}
	r, code := openRegistrar(ctx, f, stdout, stderr)
	if r == nil {
		return code
	}
	defer r.Close()
	indexes, err := r.Endorse(ctx, requests...)
	for i, index := range indexes {
		fmt.Fprintf(stdout, "endorsed %s at entry %d\n", requests[i].Author, index)
	}
	if err != nil {
		return failed(stderr, err)
	}
	return 0
}

func keyRevoke(ctx context.Context, f keyFlags, stdout, stderr io.Writer) int {
	if len(f.args) != 1 || f.reason == "" {
		return misused(stderr, "revoke needs -reason and one key id", "`parley key ls` shows key ids; reasons are lost, exposed, replaced, left-duty, mistake, other")
	}
	r, code := openRegistrar(ctx, f, stdout, stderr)
	if r == nil {
		return code
	}
	defer r.Close()
	index, err := r.Revoke(ctx, f.args[0], f.reason)
	if err != nil {
		return failed(stderr, err)
	}
	fmt.Fprintf(stdout, "revoked %s at entry %d\n", f.args[0], index)
	return 0
}
