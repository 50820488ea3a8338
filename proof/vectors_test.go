package proof

import (
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"filippo.io/edwards25519"
	"golang.org/x/mod/sumdb/tlog"

	"parley/base64url"
	"parley/identity"
	"parley/ledger"
	"parley/statement"
)

var update = flag.Bool("update", false, "write docs/vectors anew")

const vectorFolder = "../docs/vectors"

// A vector is one case of docs/vectors: what is given, and how it must be judged.
type vector struct {
	Name    string `json:"name"`
	Needs   string `json:"needs,omitempty"` // "rules": the whole of them, which a second verifier may not have
	Input   any    `json:"input"`
	Verdict string `json:"verdict"`           // accept or refuse; of files proven, refuted or unchecked
	Reason  string `json:"reason,omitempty"`  // as docs/protocol.md lists them
	Accused string `json:"accused,omitempty"` // who answers for what is refuted
	Output  any    `json:"output,omitempty"`  // what an accepted input comes to
}

// said ties each reason of docs/protocol.md to the words in which parley says it.
var said = map[string]string{
	"base64url": "base64url|43 of 32 bytes", "key.length": "Ed25519 public key has 32", "key.point": "not a point of the curve", "key.canonical": "canonical encoding",
	"key.small-order": "small order", "key.encoding": "base64url", "enrolment.form": "identifier|not sorted|proof: ", "enrolment.proof": "proof is not a signature",
	"statement.form": `no "~" ends|not header.payload.signature`, "statement.limit": "at most|more than", "statement.header": "header: ", "statement.payload": "payload: ",
	"statement.signature-length": "signature has \\d+ bytes", "statement.disclosure": "disclosure \\d+: ", "statement.unreferenced": "no digest of", "statement.repeated": "met twice|two disclosures are field",
	"statement.key": "it names key", "statement.signature": "is not one of key", "second.signature": "second signature", "entry.form": "read entry|not the base64 of an entry",
	"inclusion.proof": "does not lead from entry|not in a tree", "consistency.proof": "does not lead from the older|must be empty|not that of an empty tree", "fork": "two roots for one size", "rollback": "rolled back",
	"note.form": "not a signed note|malformed|signature lines", "checkpoint.form": "extension lines|not an origin|empty tree", "checkpoint.signature": "the signature by .* is wrong", "checkpoint.unsigned": "has not signed it",
	"checkpoint.origin": "of another ledger|presented as ledger", "cosignature": "signature by .* is wrong", "receipt.form": "does not begin with|missing|not the index|ends within|not the base64", "receipt.other-text": "for another text",
	"token.form": "header|payload|parts|signature has", "token.mechanism": "is for mechanism", "token.time": "expired|but it is", "token.key": "names key", "token.signature": "is not signed by",
	"content.other-text": "is not the one", "block.order": "must follow", "checkpoint.other-tree": "did not sign block", "charter.unsigned": "not signed by", "charter.signature": "does not fit this text", "charter.form": "not as parley writes it",
	"charter.succession": "follow edition", "charter.other": "another charter", "disclosed.again": "was there before", "entry.twice": "ordered twice|one text twice", "time.hub": "before that of", "chain.first": "says to be the first", "chain.between": "stands between",
	"chain.seen": "two different ledgers", "chain.registrar": "leaves out a statement of", "bundle.subject": "does not show it", "key.unknown": "not endorsed|nothing in the bundle endorses", "key.revoked": "was revoked at",
	"key.other-author": "is endorsed for|is a root of", "statement.mechanism": "is for mechanism", "statement.exercise": "never mix", "statement.id-taken": "already names another", "role.no-right": "has no right",
	"time.ahead": "ahead of the hub", "time.late": "ago", "time.behind": "the clock is behind", "seen.future": "the ledger has", "seen.other-root": "has seen another ledger", "seen.back": "after it signed in entry|and now says",
	"chain.prev": "not in the ledger before it|as the one before", "chain.serial": "serial", "second.key": "second signature|second officer", "second.key-revoked": "was revoked at", "second.same-officer": "same officer", "second.other-party": "not of the party",
	"key.enrolment": "enrolment request", "key.not-registrar": "not a registrar", "key.other-party": "cannot endorse a key of", "key.taken": "endorsed before", "key.already-revoked": "already revoked", "key.unknown-target": "has no endorsed key",
	"statement.to": "addressee|every party|addressed", "statement.area": "area", "format.not-in-force": "not in force", "statement.redaction": "parts that", "charter.mid-block": "must be the last entry of its block", "purge.unsaid": "is missing, and",
}

// judged adds a vector, having held parley's own judgement to it.
func (v *vectors) judged(name string, input any, err error, reason string, output any) {
	v.t.Helper()
	c := vector{Name: name, Input: input, Verdict: "accept", Reason: reason, Output: output}
	if reason != "" {
		c.Verdict, c.Output = "refuse", nil
	}
	v.add(c, err)
}

func (v *vectors) add(c vector, err error) {
	v.t.Helper()
	words, known := said[c.Reason]
	switch {
	case c.Verdict == "unchecked" && err != nil:
	case c.Reason == "" && err != nil:
		v.t.Errorf("%s: %s: parley refuses it: %v", v.name, c.Name, err)
	case c.Reason != "" && err == nil:
		v.t.Errorf("%s: %s: parley accepts it, want %s", v.name, c.Name, c.Reason)
	case c.Reason != "" && c.Verdict != "unchecked" && (!known || !regexp.MustCompile(words).MatchString(err.Error())):
		v.t.Errorf("%s: %s: parley says %q, which is not in the words of %s (%s)", v.name, c.Name, err, c.Reason, words)
	}
	v.Cases = append(v.Cases, c)
}

// vectors is one file of docs/vectors.
type vectors struct {
	t     *testing.T
	name  string
	About string   `json:"about"`
	Cases []vector `json:"cases"`
}

func newVectors(t *testing.T, name, about string) *vectors {
	return &vectors{t: t, name: name, About: about}
}

// keep compares the file with what is made now, or writes it.
func (v *vectors) keep() {
	v.t.Helper()
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", " ")
	if err := encoder.Encode(v); err != nil {
		v.t.Fatal(err)
	}
	keepFile(v.t, v.name+".json", text.Bytes())
}

func keepFile(t *testing.T, name string, text []byte) {
	t.Helper()
	path := filepath.Join(vectorFolder, name)
	if *update {
		if err := os.WriteFile(path, text, 0o644); err != nil { //nolint:gosec // for everybody to read
			t.Fatal(err)
		}
	}
	if kept, err := os.ReadFile(path); err != nil || !bytes.Equal(kept, text) {
		t.Errorf("docs/vectors/%s is not what is made now (%v). What was signed must verify for ever: if the change is meant, a new edition is too; else `go test ./proof -run TestVectors -update`", name, err)
	}
}

// vectorSigner is the key of whom the small vectors are signed by.
var vectorSigner = identity.NewSigner(keyOf("alder/watch/amal"))

func publicOf(name string) ed25519.PublicKey { return keyOf(name).Public().(ed25519.PublicKey) }

func encoded(key ed25519.PublicKey) string { return base64url.Encode(key) }

func TestVectorsKeys(t *testing.T) {
	v := newVectors(t, "keys", "Ed25519 public keys as they are enrolled (docs/protocol.md, section 2). output.thumbprint: RFC 7638.")
	add := func(name, key, reason string) {
		pub, err := identity.ParseKey(key)
		output := map[string]string{}
		if err == nil {
			output["thumbprint"] = identity.Thumbprint(pub)
		}
		v.judged(name, map[string]string{"key": key}, err, reason, output)
	}
	good := encoded(publicOf("alder/watch/amal"))
	add("a good key", good, "")
	add("padded", good+"=", "key.encoding")
	add("spare bits set", good[:42]+string(good[42]+1), "key.encoding")
	add("31 bytes", base64url.Encode(publicOf("alder/watch/amal")[:31]), "key.encoding")
	bytesOf := func(hex string) string {
		var b []byte
		fmt.Sscanf(hex, "%x", &b) //nolint:errcheck // constants below
		return base64url.Encode(b)
	}
	add("not on the curve", bytesOf("0200000000000000000000000000000000000000000000000000000000000000"), "key.point")
	add("the identity", bytesOf("0100000000000000000000000000000000000000000000000000000000000000"), "key.small-order")
	add("order 2", bytesOf("ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f"), "key.small-order")
	add("order 4", bytesOf("0000000000000000000000000000000000000000000000000000000000000000"), "key.small-order")
	add("order 8", bytesOf("c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a"), "key.small-order")
	add("the identity, y = p+1", bytesOf("eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f"), "key.canonical")
	add("y = p+3, of large order", bytesOf("f0ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f"), "key.canonical")
	add("the identity, with the sign of x set", bytesOf("0100000000000000000000000000000000000000000000000000000000000080"), "key.canonical")

	author := identity.Author{Party: "alder", Role: "watch", Officer: "amal"}
	r, err := identity.NewRequest(t.Context(), vectorSigner, "quiet-orchard", author, []string{"military", "diplomatic"}, true)
	if err != nil {
		t.Fatal(err)
	}
	v.keep()
	v = newVectors(t, "requests", "Requests to endorse a key, with proof of possession (section 2).")
	v.judged("good", r, r.Check(), "", nil)
	for _, test := range []struct {
		name, reason string
		change       func(*identity.Request)
	}{
		{"another mechanism", "enrolment.proof", func(r *identity.Request) { r.Mechanism = "other" }},
		{"another author", "enrolment.proof", func(r *identity.Request) { r.Author = "alder/watch/adam" }},
		{"live instead of exercise", "enrolment.proof", func(r *identity.Request) { r.Exercise = false }},
		{"one area more", "enrolment.proof", func(r *identity.Request) { r.Areas = append(r.Areas, "service") }},
		{"another's key", "enrolment.proof", func(r *identity.Request) { r.Key = encoded(publicOf("birch/watch/basil")) }},
		{"areas out of order", "enrolment.form", func(r *identity.Request) { r.Areas = []string{"military", "diplomatic"} }},
		{"a key of small order", "key.small-order", func(r *identity.Request) {
			r.Key = bytesOf("0100000000000000000000000000000000000000000000000000000000000000")
		}},
	} {
		changed := r
		changed.Areas = append([]string(nil), r.Areas...)
		test.change(&changed)
		v.judged(test.name, changed, changed.Check(), test.reason, nil)
	}
	v.keep()
}

func vectorClaims() statement.Claims {
	hash := sha256.Sum256([]byte("the statement before"))
	return statement.Claims{Mechanism: "quiet-orchard", ID: "0193625e-a5a0-7000-8000-000000000001", Author: identity.Author{Party: "alder", Role: "watch", Officer: "amal"},
		Format: "J14/1", Area: "military", Precedence: "PRIORITY", To: []string{"birch", "cedar"}, Exercise: true, Time: noon, Seen: statement.Seen{Size: 7, Root: sha256.Sum256([]byte("a root"))},
		Prev: statement.EncodeHash(hash), Refs: []statement.Ref{{Relation: "replies", ID: "0193625e-a5a0-7000-8000-000000000000", Hash: hash}}, Serial: statement.Serial{Day: "2026-11-24", Number: 3}}
}

var vectorFields = map[string]any{"activity": "survey", "count": int64(-12), "armed": false, "grids": []string{"MGRS", "DD"}, "empty": []string{},
	"note": "a quote \" and \\ and a line\nend, שלום, سلام", "description": statement.Paragraphs{"Survey flight.", "One aircraft."}}

// signedRaw signs any header and payload, which nothing of parley's own would.
func signedRaw(header, payload string, disclosures ...string) string {
	signed := base64url.Encode([]byte(header)) + "." + base64url.Encode([]byte(payload))
	text := signed + "." + base64url.Encode(ed25519.Sign(keyOf("alder/watch/amal"), []byte(signed))) + "~"
	for _, d := range disclosures {
		text += d + "~"
	}
	return text
}

// torsioned signs so that only a verifier which multiplies by the cofactor accepts:
// a point of order 8 is added to R.
func torsioned(message []byte) []byte {
	h := sha512Of(keyOf("alder/watch/amal").Seed())
	s, _ := new(edwards25519.Scalar).SetBytesWithClamping(h[:32])
	r, _ := new(edwards25519.Scalar).SetUniformBytes(sha512Of(append(h[32:], message...)))
	torsion, _ := new(edwards25519.Point).SetBytes([]byte("\xc7\x17\x6a\x70\x3d\x4d\xd8\x4f\xba\x3c\x0b\x76\x0d\x10\x67\x0f\x2a\x20\x53\xfa\x2c\x39\xcc\xc6\x4e\xc7\xfd\x77\x92\xac\x03\x7a"))
	point := new(edwards25519.Point).ScalarBaseMult(r)
	point.Add(point, torsion)
	k, _ := new(edwards25519.Scalar).SetUniformBytes(sha512Of(append(append(point.Bytes(), publicOf("alder/watch/amal")...), message...)))
	return append(point.Bytes(), new(edwards25519.Scalar).MultiplyAdd(k, s, r).Bytes()...)
}

func sha512Of(b []byte) []byte { sum := sha512.Sum512(b); return sum[:] }

func TestVectorsStatements(t *testing.T) {
	salts := 0
	salt := func() string {
		salts++
		sum := sha256.Sum256(fmt.Append(nil, "vector salt ", salts))
		return base64url.Encode(sum[:16])
	}
	good, err := statement.Sign(t.Context(), vectorSigner, vectorClaims(), vectorFields, salt)
	if err != nil {
		t.Fatal(err)
	}
	twice := vectorClaims()
	twice.Late = statement.Late{At: noon.Add(-time.Hour), Route: "voice"}
	body := good.Body()
	if twice.Second, err = body.Second(t.Context(), identity.NewSigner(keyOf("alder/watch/adam")), twice); err != nil {
		t.Fatal(err)
	}
	seconded, err := body.Sign(t.Context(), vectorSigner, twice)
	if err != nil {
		t.Fatal(err)
	}
	moved := twice
	moved.Precedence = "FLASH"
	edited, err := body.Sign(t.Context(), vectorSigner, moved)
	if err != nil {
		t.Fatal(err)
	}
	key, second := encoded(publicOf("alder/watch/amal")), encoded(publicOf("alder/watch/adam"))

	v := newVectors(t, "statements", "Statements (section 4), each with the key it must be signed by, and a second officer's where it has one. output.hash is what the ledger holds.")
	add := func(name, text, reason string, keys ...string) {
		input := map[string]string{"text": text, "key": key}
		if len(keys) > 0 {
			input["key"] = keys[0]
		}
		if len(keys) > 1 {
			input["second"] = keys[1]
		}
		output, err := judgeStatement(input)
		v.judged(name, input, err, reason, output)
	}
	text := string(good.Bytes())
	jwt, rest, _ := strings.Cut(text, "~")
	parts := strings.Split(jwt, ".")
	decode := func(s string) string { b, _ := base64url.Decode(s); return string(b) }
	header, payload := decode(parts[0]), decode(parts[1])
	disclosures := strings.Split(strings.TrimSuffix(rest, "~"), "~")
	replaced := func(old, new string) string { // the payload signed anew with that change
		if !strings.Contains(payload, old) {
			t.Fatalf("the payload has no %s", old)
		}
		return signedRaw(header, strings.Replace(payload, old, new, 1), disclosures...)
	}
	add("good", text, "")
	add("signed anew, the same", signedRaw(header, payload, disclosures...), "")
	add("all fields withheld", jwt+"~", "")
	add("with a second officer, and late", string(seconded.Bytes()), "", key, second)
	add("a second signature from under another precedence", string(edited.Bytes()), "second.signature", key, second)
	add("another's key", text, "statement.key", encoded(publicOf("birch/watch/basil")))
	flip := func(s string, at int) string { return s[:at] + string(s[at]^1) + s[at+1:] }
	other := vectorClaims()
	other.Precedence = "ROUTINE"
	swapped, err := body.Sign(t.Context(), vectorSigner, other)
	if err != nil {
		t.Fatal(err)
	}
	swappedParts := strings.Split(strings.SplitN(string(swapped.Bytes()), "~", 2)[0], ".")
	add("the signature of another statement", strings.Join([]string{parts[0], parts[1], swappedParts[2]}, ".")+"~"+rest, "statement.signature")
	add("a byte of the signature changed", strings.Join([]string{parts[0], parts[1], "A" + parts[2][1:]}, ".")+"~"+rest, "statement.signature")
	add("R with a point of order 8 added, which cofactored verifiers accept", strings.Join([]string{parts[0], parts[1], base64url.Encode(torsioned([]byte(parts[0] + "." + parts[1])))}, ".")+"~"+rest, "statement.signature")
	add("no tilde", jwt, "statement.form")
	add("cut within a disclosure", text[:len(text)-1], "statement.form")
	add("four parts", jwt+".x~", "statement.form")
	add("a line end in the payload", parts[0]+"."+parts[1][:40]+"\n"+parts[1][40:]+"."+parts[2]+"~"+rest, "base64url")
	add("spare bits of the signature set", flip(jwt, len(jwt)-1)+"~"+rest, "base64url")
	add("padding", parts[0]+"=."+parts[1]+"."+parts[2]+"~"+rest, "base64url")
	add("a signature of 63 bytes", parts[0]+"."+parts[1]+"."+base64url.Encode(good.Bytes()[:63])+"~"+rest, "statement.signature-length")
	for _, change := range []struct{ name, old, new string }{
		{"alg none", "EdDSA", "none"}, {"another typ", "statement.v1+sd-jwt", "JWT"}, {"a space", `,"kid"`, `, "kid"`}, {"members in another order", `{"alg":"EdDSA",`, `{"x":1,"alg":"EdDSA",`}, {"another case", `"typ"`, `"Typ"`},
	} {
		add("header: "+change.name, signedRaw(strings.Replace(header, change.old, change.new, 1), payload, disclosures...), "statement.header")
	}
	for _, change := range []struct{ name, old, new string }{
		{"a space", `,"area"`, `, "area"`}, {"a member twice", `"area":"military"`, `"area":"military","area":"military"`}, {"a member more", `,"author"`, `,"aud":"x","author"`},
		{"an escape", `"military"`, `"\u006dilitary"`}, {"a member missing", `,"exercise":true`, ``}, {"members out of order", `"area":"military","author":"alder/watch/amal"`, `"author":"alder/watch/amal","area":"military"`},
		{"a name in capitals", `"area":`, `"Area":`}, {"a list for a string", `"area":"military"`, `"area":["military"]`}, {"null", `"exercise":true`, `"exercise":null`}, {"a string for a boolean", `"exercise":true`, `"exercise":"true"`},
		{"an author of two parts", `alder/watch/amal`, `alder/watch`}, {"a format without edition", `J14/1`, `J14`}, {"edition 01", `J14/1`, `J14/01`}, {"an identifier of version 4", `a5a0-7000`, `a5a0-4000`}, {"an identifier in capitals", `0193625e-a5a0-7000-8000-000000000001`, `0193625E-a5a0-7000-8000-000000000001`},
		{"a time without milliseconds", `12:00:00.000Z`, `12:00:00Z`}, {"a time with an offset", `12:00:00.000Z`, `12:00:00.000+00:00`}, {"a leap second", `12:00:00.000Z`, `23:59:60.000Z`}, {"30 February", `"2026-11-24/3"`, `"2026-02-30/3"`}, {"serial 03", `/3"`, `/03"`}, {"serial 0", `/3"`, `/0"`},
		{"a size with a leading zero", `"seen":"7:`, `"seen":"07:`}, {"addressees out of order", `["birch","cedar"]`, `["cedar","birch"]`}, {"an addressee twice", `["birch","cedar"]`, `["birch","birch"]`}, {"prev cut", `"prev":"`, `"prev":"A`},
		{"late by another way", `,"mechanism"`, `,"late":{"at":"2026-11-24T11:00:00Z","route":"pigeon"},"mechanism"`}, {"another digest algorithm", `sha-256`, `sha-512`}, {"text after the end", `"to":["birch","cedar"]}`, `"to":["birch","cedar"]} `},
	} {
		add("payload: "+change.name, replaced(change.old, change.new), "statement.payload")
	}
	var digests []string
	for _, d := range good.Parts()[:strings.Count(payload[:strings.Index(payload, "]")], `"`)/2-1] {
		digests = append(digests, `"`+statement.EncodeHash(d.Digest)+`"`)
	}
	add("payload: digests out of order", replaced(digests[0]+","+digests[1], digests[1]+","+digests[0]), "statement.payload")
	add("payload: a digest twice", replaced(digests[0], digests[0]+","+digests[0]), "statement.payload")

	// A disclosure alone, with its digest in the payload.
	only := func(content string) string {
		d := base64url.Encode([]byte(content))
		sum := sha256.Sum256([]byte(d))
		start := strings.Index(payload, "]")
		return signedRaw(header, `{"_sd":["`+base64url.Encode(sum[:])+`"`+payload[start:], d)
	}
	const s = `"c2FsdHNhbHRzYWx0c2FsdA"`
	for _, test := range []struct{ name, content, reason string }{
		{"a string", `[` + s + `,"note","x"]`, ""}, {"an empty list", `[` + s + `,"note",[]]`, ""}, {"the largest integer", `[` + s + `,"note",9007199254740991]`, ""},
		{"an integer too large", `[` + s + `,"note",9007199254740992]`, "statement.disclosure"}, {"a fraction", `[` + s + `,"note",1.0]`, "statement.disclosure"}, {"an exponent", `[` + s + `,"note",1e2]`, "statement.disclosure"}, {"minus nothing", `[` + s + `,"note",-0]`, "statement.disclosure"},
		{"a leading zero", `[` + s + `,"note",01]`, "statement.disclosure"}, {"null", `[` + s + `,"note",null]`, "statement.disclosure"}, {"an object", `[` + s + `,"note",{"a":"b"}]`, "statement.disclosure"}, {"a short salt", `["c2FsdHNhbHQ","note","x"]`, "statement.disclosure"},
		{"a number for the salt", `[1234567890123456789012,"note","x"]`, "statement.disclosure"}, {"a list for the salt", `[[` + s + `],"note","x"]`, "statement.disclosure"}, {"the name of a claim", `[` + s + `,"area","x"]`, "statement.disclosure"}, {"the name of a JWT claim", `[` + s + `,"iss","x"]`, "statement.disclosure"}, {"_sd as a name", `[` + s + `,"_sd","x"]`, "statement.disclosure"},
		{"a name in capitals", `[` + s + `,"Note","x"]`, "statement.disclosure"}, {"an unneeded escape", `[` + s + `,"note","\u0041"]`, "statement.disclosure"}, {"an escaped solidus", `[` + s + `,"note","\/"]`, "statement.disclosure"}, {"a tab", `[` + s + `,"note","a\tb"]`, "statement.disclosure"}, {"a raw control character", `[` + s + `,"note","a` + "\x01" + `b"]`, "statement.disclosure"},
		{"a C1 control character", `[` + s + `,"note","a` + "\u0085" + `b"]`, "statement.disclosure"}, {"a line separator", `[` + s + `,"note","a` + "\u2028" + `b"]`, "statement.disclosure"}, {"half a surrogate pair", `[` + s + `,"note","\ud800"]`, "statement.disclosure"}, {"not UTF-8", `[` + s + `,"note","` + "\xff" + `"]`, "statement.disclosure"},
		{"a byte order mark as text", `[` + s + `,"note","` + "\ufeff" + `"]`, ""}, {"a space", `[` + s + `, "note","x"]`, "statement.disclosure"}, {"four items", `[` + s + `,"note","x","y"]`, "statement.disclosure"}, {"a mixed list", `[` + s + `,"note",["a",1]]`, "statement.disclosure"},
		{"a paragraph without its text", `[` + s + `,"x"]`, "statement.unreferenced"}, {"paragraphs that are withheld", `[` + s + `,"note",[{"...":"c2FsdHNhbHRzYWx0c2FsdHNhbHRzYWx0c2FsdHNhbHQ"}]]`, ""},
		{"one paragraph's digest twice", `[` + s + `,"note",[{"...":"c2FsdHNhbHRzYWx0c2FsdHNhbHRzYWx0c2FsdHNhbHQ"},{"...":"c2FsdHNhbHRzYWx0c2FsdHNhbHRzYWx0c2FsdHNhbHQ"}]]`, "statement.repeated"},
	} {
		add("disclosure: "+test.name, only(test.content), test.reason)
	}
	add("disclosures out of order", jwt+"~"+strings.Join(append([]string{disclosures[len(disclosures)-1]}, disclosures[:len(disclosures)-1]...), "~")+"~", "statement.unreferenced")
	add("a disclosure twice", jwt+"~"+disclosures[0]+"~"+text[len(jwt)+1:], "statement.unreferenced")
	add("a disclosure of no digest", text+base64url.Encode([]byte(`[`+s+`,"extra","x"]`))+"~", "statement.unreferenced")
	first, second2 := base64url.Encode([]byte(`[`+s+`,"note","one"]`)), base64url.Encode([]byte(`[`+s+`,"note","two"]`))
	sums := [][32]byte{sha256.Sum256([]byte(first)), sha256.Sum256([]byte(second2))}
	if bytes.Compare(sums[0][:], sums[1][:]) > 0 {
		sums[0], sums[1], first, second2 = sums[1], sums[0], second2, first
	}
	add("two fields of one name", signedRaw(header, `{"_sd":["`+base64url.Encode(sums[0][:])+`","`+base64url.Encode(sums[1][:])+`"`+payload[strings.Index(payload, "]"):], first, second2), "statement.repeated")
	v.keep()

	v = newVectors(t, "redactions", "What is left of a statement when fields, or paragraphs as name/number, are withheld (section 4). The same signature holds.")
	for _, names := range [][]string{{"activity"}, {"description/1"}, {"description/2", "count"}, {"description"}, {"activity", "armed", "count", "description", "empty", "grids", "note"}} {
		redacted, err := good.Redact(names...)
		if err != nil {
			t.Fatal(err)
		}
		v.judged(strings.Join(names, ", "), map[string]any{"text": text, "key": key, "withhold": names}, redacted.Verify(publicOf("alder/watch/amal")), "", map[string]any{"text": string(redacted.Bytes()), "withheld": redacted.Withheld()})
	}
	v.keep()
}

func judgeStatement(input map[string]string) (output map[string]any, err error) {
	s, err := statement.Parse([]byte(input["text"]))
	if err != nil {
		return nil, err
	}
	key, err := base64url.Decode(input["key"])
	if err != nil {
		return nil, err
	}
	if err := s.Verify(key); err != nil {
		return nil, err
	}
	if input["second"] != "" {
		second, err := base64url.Decode(input["second"])
		if err != nil {
			return nil, err
		}
		if err := s.VerifySecond(second); err != nil {
			return nil, err
		}
	}
	return map[string]any{"hash": statement.EncodeHash(s.Hash()), "id": s.Claims().ID, "withheld": s.Withheld()}, nil
}

func TestVectorsTree(t *testing.T) {
	v := newVectors(t, "entries", "Entries and the hash of each as a leaf (section 5). input.entry is hashed; output.leaf is standard base64.")
	add := func(name, entry, reason string) {
		e, err := ledger.ParseEntry([]byte(entry))
		output := map[string]string{}
		if err == nil {
			leaf := tlog.RecordHash([]byte(entry))
			output = map[string]string{"leaf": base64.StdEncoding.EncodeToString(leaf[:]), "time": e.Time.Format("2006-01-02T15:04:05.000Z")}
		}
		v.judged(name, map[string]string{"entry": entry}, err, reason, output)
	}
	entry := string(ledger.Entry{Time: noon, Content: sha256.Sum256([]byte("a text"))}.Bytes())
	add("good", entry, "")
	add("no line end", entry[:len(entry)-1], "entry.form")
	add("another form", strings.Replace(entry, "v1", "v2", 1), "entry.form")
	add("microseconds", strings.Replace(entry, ".000Z", ".000000Z", 1), "entry.form")
	add("a day that is none", strings.Replace(entry, "11-24", "11-31", 1), "entry.form")
	add("the hash in base64url", strings.NewReplacer("+", "-", "/", "_").Replace(entry), map[bool]string{true: "entry.form"}[strings.ContainsAny(entry, "+/")])
	add("before 1970", strings.Replace(entry, "2026", "1969", 1), "entry.form")
	v.keep()

	var hashes ledger.Hashes
	var roots []ledger.Hash
	var leaves []tlog.Hash
	roots = append(roots, emptyRoot)
	for i := range 21 {
		e := ledger.Entry{Time: noon.Add(time.Duration(i) * time.Second), Content: sha256.Sum256(fmt.Append(nil, "text ", i))}
		stored, root, err := ledger.Grow(uint64(i), hashes, []ledger.Entry{e})
		if err != nil {
			t.Fatal(err)
		}
		hashes, roots, leaves = append(hashes, stored...), append(roots, root), append(leaves, tlog.RecordHash(e.Bytes()))
	}
	v = newVectors(t, "inclusion", "Inclusion proofs (section 6; RFC 9162 section 2.1.3). Hashes are standard base64.")
	b64 := func(h [32]byte) string { return base64.StdEncoding.EncodeToString(h[:]) }
	type inclusion struct {
		Index, Size uint64
		Leaf, Root  string
		Proof       []string
	}
	include := func(name, reason string, in inclusion) {
		var path tlog.RecordProof
		for _, h := range in.Proof {
			path = append(path, tlog.Hash(unb64(h)))
		}
		err := errors.New("not in a tree")
		if in.Index < in.Size && in.Size > 0 {
			if err = tlog.CheckRecord(path, int64(in.Size), unb64(in.Root), int64(in.Index), unb64(in.Leaf)); err != nil {
				err = fmt.Errorf("the proof does not lead from entry %d: %w", in.Index, err)
			}
		}
		v.judged(name, map[string]any{"index": in.Index, "size": in.Size, "leaf": in.Leaf, "root": in.Root, "proof": in.Proof}, err, reason, nil)
	}
	prove := func(index, size uint64) inclusion {
		path, err := tlog.ProveRecord(int64(size), int64(index), hashes)
		if err != nil {
			t.Fatal(err)
		}
		in := inclusion{index, size, b64(leaves[index]), b64(roots[size]), []string{}}
		for _, h := range path {
			in.Proof = append(in.Proof, b64(h))
		}
		return in
	}
	for _, at := range [][2]uint64{{0, 1}, {0, 2}, {1, 2}, {2, 3}, {0, 7}, {6, 7}, {4, 8}, {5, 13}, {12, 13}, {20, 21}, {16, 21}, {3, 21}} {
		include(fmt.Sprintf("entry %d of %d", at[0], at[1]), "", prove(at[0], at[1]))
	}
	for _, wrong := range []struct {
		name   string
		change func(*inclusion)
	}{
		{"another index", func(in *inclusion) { in.Index = 4 }}, {"another size", func(in *inclusion) { in.Size = 40 }}, {"another leaf", func(in *inclusion) { in.Leaf = b64(leaves[6]) }}, {"another root", func(in *inclusion) { in.Root = b64(roots[12]) }},
		{"a hash more", func(in *inclusion) { in.Proof = append(in.Proof, in.Proof[0]) }}, {"a hash less", func(in *inclusion) { in.Proof = in.Proof[:len(in.Proof)-1] }}, {"hashes swapped", func(in *inclusion) { in.Proof[0], in.Proof[1] = in.Proof[1], in.Proof[0] }},
		{"beyond the tree", func(in *inclusion) { in.Index = 13 }}, {"an inner node for a leaf", func(in *inclusion) {
			in.Leaf, in.Index, in.Size, in.Proof, in.Root = b64(tlog.NodeHash(leaves[0], leaves[1])), 0, 2, []string{b64(tlog.NodeHash(leaves[2], leaves[3]))}, b64(leaves[0])
		}},
	} {
		in := prove(5, 13)
		wrong.change(&in)
		include(wrong.name, "inclusion.proof", in)
	}
	v.keep()

	v = newVectors(t, "consistency", "Consistency proofs (section 6; RFC 9162 section 2.1.4).")
	type consistency struct {
		old, new ledger.Head
		proof    []ledger.Hash
	}
	extend := func(name, reason string, c consistency) {
		list := []string{}
		for _, h := range c.proof {
			list = append(list, b64(h))
		}
		head := func(h ledger.Head) map[string]any { return map[string]any{"size": h.Size, "root": b64(h.Root)} }
		v.judged(name, map[string]any{"old": head(c.old), "new": head(c.new), "proof": list}, ledger.CheckConsistency(c.old, c.new, c.proof), reason, nil)
	}
	between := func(old, new uint64) consistency {
		proof, err := ledger.ProveConsistency(old, new, hashes)
		if err != nil {
			t.Fatal(err)
		}
		return consistency{ledger.Head{Size: old, Root: roots[old]}, ledger.Head{Size: new, Root: roots[new]}, proof}
	}
	for _, sizes := range [][2]uint64{{0, 0}, {0, 5}, {5, 5}, {1, 2}, {1, 21}, {3, 7}, {4, 7}, {6, 8}, {8, 21}, {13, 21}, {16, 21}, {20, 21}} {
		extend(fmt.Sprintf("%d to %d", sizes[0], sizes[1]), "", between(sizes[0], sizes[1]))
	}
	for _, wrong := range []struct {
		name, reason string
		change       func(*consistency)
	}{
		{"another older root", "consistency.proof", func(c *consistency) { c.old.Root = roots[12] }}, {"another newer root", "consistency.proof", func(c *consistency) { c.new.Root = roots[20] }}, {"a hash less", "consistency.proof", func(c *consistency) { c.proof = c.proof[1:] }},
		{"a hash more", "consistency.proof", func(c *consistency) { c.proof = append(c.proof, c.proof[0]) }}, {"two roots for one size", "fork", func(c *consistency) { c.new.Size = 13 }}, {"backwards", "rollback", func(c *consistency) { c.old, c.new = c.new, c.old }},
		{"from an empty tree with a root of its own", "consistency.proof", func(c *consistency) { c.old = ledger.Head{Root: roots[3]}; c.proof = nil }}, {"a proof of nothing", "consistency.proof", func(c *consistency) { c.old = c.new }},
	} {
		c := between(13, 21)
		wrong.change(&c)
		extend(wrong.name, wrong.reason, c)
	}
	v.keep()
}

func unb64(s string) (h [32]byte) {
	b, _ := base64.StdEncoding.DecodeString(s)
	copy(h[:], b)
	return h
}

// Every reason that a vector names stands in docs/protocol.md or docs/refusals.md.
func TestVectorsReasons(t *testing.T) {
	var pages string
	for _, name := range []string{"protocol.md", "refusals.md"} {
		page, err := os.ReadFile(filepath.Join("..", "docs", name))
		if err != nil {
			t.Fatal(err)
		}
		pages += string(page)
	}
	files, err := filepath.Glob(filepath.Join(vectorFolder, "*.json"))
	if err != nil || len(files) < 10 {
		t.Fatalf("%d files of vectors: %v", len(files), err)
	}
	for _, name := range files {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		var file struct{ Cases []vector }
		if err := json.Unmarshal(text, &file); err != nil {
			continue // a bundle
		}
		for _, c := range file.Cases {
			if c.Reason != "" && !strings.Contains(pages, "**"+c.Reason+"**") && !strings.Contains(pages, "`"+c.Reason+"`") {
				t.Errorf("%s: %s: the reason %s is explained nowhere", filepath.Base(name), c.Name, c.Reason)
			}
		}
	}
}
