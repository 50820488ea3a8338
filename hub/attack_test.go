package hub

import (
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"fmt"
	"math/big"
	"net/http"
	"slices"
	"strings"
	"testing"

	"filippo.io/edwards25519"

	"parley/identity"
	"parley/ledger"
	"parley/mechanism"
	"parley/statement"
)

// The attacks of docs/attacks.md that a hub must stand, each with the words of its
// answer. Nothing of them may leave a trace in the ledger.

// refuses submits a forgery and checks the answer.
func (w *world) refuses(name, party string, text []byte, ruleID, sentence string) {
	w.t.Helper()
	size := w.hub.work.Size()
	refusal := w.refused(party, text)
	if refusal.Rule != ruleID || !strings.Contains(refusal.Sentence, sentence) {
		w.t.Errorf("%s: got %s: %s\nwant %s with %q", name, refusal.Rule, refusal.Sentence, ruleID, sentence)
	}
	if w.hub.work.Size() != size {
		w.t.Errorf("%s: it left an entry in the ledger", name)
	}
}

// parts takes a statement apart: header and payload as JSON, the signature, and the
// disclosures, each with its tilde.
func parts(t testing.TB, s *statement.Statement) (header, payload, signature, disclosures string) {
	t.Helper()
	jwt, rest, _ := strings.Cut(string(s.Bytes()), "~")
	three := strings.Split(jwt, ".")
	for i, part := range three {
		raw, err := base64.RawURLEncoding.DecodeString(part)
		if err != nil {
			t.Fatal(err)
		}
		three[i] = string(raw)
	}
	return three[0], three[1], three[2], rest
}

func b64(s string) string { return base64.RawURLEncoding.EncodeToString([]byte(s)) }

// signed signs any header and payload: what an author who writes their own software
// could send.
func signed(key ed25519.PrivateKey, header, payload, disclosures string) []byte {
	input := b64(header) + "." + b64(payload)
	return []byte(input + "." + b64(string(ed25519.Sign(key, []byte(input)))) + "~" + disclosures)
}

// order is that of the prime subgroup of edwards25519.
var order, _ = new(big.Int).SetString("7237005577332262213973186563042994240857116359379907606001950938285454250989", 10)

func little(n *big.Int) []byte {
	b := n.FillBytes(make([]byte, 32))
	slices.Reverse(b)
	return b
}

// Attack 8: the author, or anyone on the way, makes a second text of one signed
// statement. The hub takes one spelling alone, and the statement once.
func TestAttack08SecondEncoding(t *testing.T) {
	w := newWorld(t)
	s := w.draft("alder/watch/amal", nil)
	header, payload, signature, disclosures := parts(t, s)
	text := string(s.Bytes())
	key := w.keys["alder/watch/amal"]
	scalar := []byte(signature[32:])
	slices.Reverse(scalar)
	high := little(new(big.Int).Add(new(big.Int).SetBytes(scalar), order))
	jwt, _, _ := strings.Cut(text, "~")
	dot := strings.LastIndexByte(jwt, '.')
	const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
	last := strings.Index(alphabet, jwt[len(jwt)-1:])
	spare := jwt[:len(jwt)-1] + alphabet[last|1:last|1+1]
	const malformed = "statement.malformed"
	for _, test := range []struct{ name, text, rule, sentence string }{
		{"signature with S + L", jwt[:dot+1] + b64(signature[:32]+string(high)) + "~" + disclosures, "statement.signature", "is not one of key"},
		{"spare bits", spare + "~" + disclosures, malformed, "base64url"},
		{"padding", jwt + "==~" + disclosures, malformed, "base64url"},
		{"a space in the header", string(signed(key, strings.Replace(header, ":", ": ", 1), payload, disclosures)), malformed, "want exactly"},
		{"a space in the payload", string(signed(key, header, strings.Replace(payload, ":", ": ", 1), disclosures)), malformed, "want"},
		{"an escaped letter", string(signed(key, header, strings.Replace(payload, `"military"`, `"\u006dilitary"`, 1), disclosures)), malformed, "escape"},
		{"disclosures in another order", string(signed(key, header, payload, swapped(disclosures))), malformed, "disclosure"},
		{"a disclosure twice", text + disclosures[:strings.Index(disclosures, "~")+1], malformed, "disclosure"},
		{"no last tilde", strings.TrimSuffix(text, "~"), malformed, "~"},
		{"a tilde more", text + "~", malformed, "disclosure"},
	} {
		w.refuses(test.name, "alder", []byte(test.text), test.rule, test.sentence)
	}
	w.accept(s)
}

func swapped(disclosures string) string {
	all := strings.SplitAfter(disclosures, "~")
	all[0], all[1] = all[1], all[0]
	return strings.Join(all, "")
}

// Attack 9: a signature that some verifiers take and others do not, and a key under
// which one signature fits every text.
func TestAttack09Ambiguous(t *testing.T) {
	w := newWorld(t)
	s := w.draft("alder/watch/amal", nil)
	header, payload, _, disclosures := parts(t, s)
	input := b64(header) + "." + b64(payload)
	torsion := torsionSignature(t, w.keys["alder/watch/amal"], []byte(input))
	w.refuses("a torsion point in R", "alder", []byte(input+"."+b64(string(torsion))+"~"+disclosures), "statement.signature", "is not one of key")
	neutral := base64.RawURLEncoding.EncodeToString(append([]byte{1}, make([]byte, 31)...))
	enrolment := w.endorsement("alder/watch/new", newKey(t), func(d *draft) { d.fields["key"] = neutral })
	w.refuses("a key of small order", "alder", enrolment.Bytes(), "key.enrolment", "small order")
	w.accept(s)
}

// torsionSignature signs so that the equation with the cofactor holds, and the one
// without it does not: a point of order 8 is added to R (RFC 8032 section 5.1.7
// allows both readings).
func torsionSignature(t *testing.T, key ed25519.PrivateKey, message []byte) []byte {
	t.Helper()
	digest := sha512.Sum512(key.Seed())
	secret, err := edwards25519.NewScalar().SetBytesWithClamping(digest[:32])
	if err != nil {
		t.Fatal(err)
	}
	nonce := sha512.Sum512(append(digest[32:], message...))
	r, err := edwards25519.NewScalar().SetUniformBytes(nonce[:])
	if err != nil {
		t.Fatal(err)
	}
	point := []byte("\x26\xe8\x95\x8f\xc2\xb2\x27\xb0\x45\xc3\xf4\x89\xf2\xef\x98\xf0\xd5\xdf\xac\x05\xd3\xc6\x33\x39\xb1\x38\x02\x88\x6d\x53\xfc\x05")
	eight, err := new(edwards25519.Point).SetBytes(point)
	if err != nil {
		t.Fatal(err)
	}
	commitment := new(edwards25519.Point).Add(new(edwards25519.Point).ScalarBaseMult(r), eight).Bytes()
	hash := sha512.New()
	hash.Write(commitment)
	hash.Write(key[32:])
	hash.Write(message)
	k, err := edwards25519.NewScalar().SetUniformBytes(hash.Sum(nil))
	if err != nil {
		t.Fatal(err)
	}
	return append(commitment, edwards25519.NewScalar().MultiplyAdd(k, secret, r).Bytes()...)
}

// Attack 10: another algorithm, another type, a key that serves something else.
func TestAttack10Confusion(t *testing.T) {
	w := newWorld(t)
	s := w.draft("alder/watch/amal", nil)
	header, payload, _, disclosures := parts(t, s)
	key := w.keys["alder/watch/amal"]
	root, hub := w.keys["alder/registrar/root"], w.keys["cedar/hub/one"]
	for _, test := range []struct {
		name, text, rule, sentence string
	}{
		{"no algorithm", string(signed(key, strings.Replace(header, "EdDSA", "none", 1), payload, disclosures)), "statement.malformed", "want exactly"},
		{"a shared secret", string(signed(key, strings.Replace(header, "EdDSA", "HS256", 1), payload, disclosures)), "statement.malformed", "want exactly"},
		{"a token's type", string(signed(key, strings.Replace(header, "statement.v1+sd-jwt", "token+jwt", 1), payload, disclosures)), "statement.malformed", "want exactly"},
		{"a root for an officer", string(w.draft("alder/watch/amal", func(d *draft) { d.key = root }).Bytes()), "key.other-author", "can sign only as its registrar"},
		{"the hub's clock for an officer", string(w.draft("alder/watch/amal", func(d *draft) { d.key = hub }).Bytes()), "key.other-author", "is endorsed for cedar/hub/one, not for alder/watch/amal"},
		{"a key that nobody endorsed, such as a witness's", string(w.draft("alder/watch/amal", func(d *draft) { d.key = newKey(t) }).Bytes()), "key.unknown", "is not endorsed in this mechanism"},
	} {
		w.refuses(test.name, "alder", []byte(test.text), test.rule, test.sentence)
	}
	request, err := http.NewRequestWithContext(t.Context(), "GET", w.charter.Hub.URLs[0]+"/checkpoint", nil)
	if err != nil {
		t.Fatal(err)
	}
	jwt, _, _ := strings.Cut(string(s.Bytes()), "~")
	request.Header.Set("Authorization", "Bearer "+jwt) // a statement for a token
	if caller, err := w.hub.identify(request); err == nil || !strings.Contains(err.Error(), "token") {
		t.Errorf("a statement is taken for a token of %v: %v", caller, err)
	}
	w.accept(s)
}

// Attack 13: the author wants one digest to open two ways, or to be opened by a
// text that was not signed.
func TestAttack13TwoOpenings(t *testing.T) {
	w := newWorld(t)
	s := w.draft("alder/watch/amal", nil)
	var signed, other string
	for _, d := range strings.Split(string(s.Bytes()), "~")[1:] {
		if raw, _ := base64.RawURLEncoding.DecodeString(d); strings.Contains(string(raw), `"survey"`) {
			signed, other = d, b64(strings.Replace(string(raw), "survey", "mowing", 1))
		}
	}
	changed := strings.Replace(string(s.Bytes()), signed, other, 1)
	w.refuses("another opening", "alder", []byte(changed), "statement.malformed", "no digest")
	w.refuses("both", "alder", []byte(string(s.Bytes())+other+"~"), "statement.malformed", "no digest")
	w.accept(s)
}

// Attack 15: a disclosed field that takes the name of a signed claim, or of another
// field.
func TestAttack15Override(t *testing.T) {
	w := newWorld(t)
	s := w.draft("alder/watch/amal", nil)
	header, payload, _, disclosures := parts(t, s)
	for _, name := range []string{"author", "precedence", "_sd", "...", "activity"} {
		d := b64(fmt.Sprintf(`["salt-000000000000000000001",%q,"x"]`, name))
		sum := sha256.Sum256([]byte(d))
		from, to := strings.Index(payload, `"_sd":[`)+len(`"_sd":[`), strings.Index(payload, `]`)
		digests := append(strings.Split(payload[from:to], ","), `"`+base64.RawURLEncoding.EncodeToString(sum[:])+`"`)
		decoded := func(s string) string {
			b, _ := base64.RawURLEncoding.DecodeString(strings.Trim(s, `"`))
			return string(b)
		}
		slices.SortFunc(digests, func(a, b string) int { return strings.Compare(decoded(a), decoded(b)) })
		forged := payload[:from] + strings.Join(digests, ",") + payload[to:]
		opened := append(strings.SplitAfter(strings.TrimSuffix(disclosures, "~"), "~"), d)
		opened[len(opened)-2] = strings.TrimSuffix(opened[len(opened)-2], "~") + "~"
		refusal := w.refused("alder", signed(w.keys["alder/watch/amal"], header, forged, strings.Join(opened, "")+"~"))
		if refusal.Rule != "statement.malformed" || !strings.Contains(refusal.Sentence, "disclosure") {
			t.Errorf("%s: %s: %s", name, refusal.Rule, refusal.Sentence)
		}
	}
	w.accept(s)
}

// Attack 19: a stolen officer's key signs until it is revoked, by the order of the
// ledger and not by any clock; what it signed before stands. A stolen log key signs
// no statement.
func TestAttack19StolenKey(t *testing.T) {
	w := newWorld(t)
	before := w.draft("alder/watch/amal", nil)
	w.accept(before)
	ready := w.draft("alder/watch/amal", nil) // signed in time, and not ordered in time
	w.accept(w.draft("alder/registrar/root", func(d *draft) {
		d.claims.Format, d.claims.Area, d.claims.Precedence, d.claims.To = "key.revoke/1", "service", "IMMEDIATE", []string{"birch", "cedar"}
		d.fields = map[string]any{"kid": ready.KID(), "reason": "lost"}
	}))
	w.refuses("the thief", "alder", ready.Bytes(), "key.revoked", "was revoked at entry")
	if record, ok := w.hub.work.Record(before.Claims().ID); !ok || record.Delivery == nil {
		t.Error("what was signed before does not stand")
	}
	log := w.keys["hub/log"]
	w.refuses("the log's key", "birch", w.draft("birch/watch/basil", func(d *draft) { d.key, d.claims.To = log, []string{"alder"} }).Bytes(), "key.unknown", "is not endorsed in this mechanism")
}

// Attack 21: input without end. Each bound is checked before anything is parsed, and
// FLASH goes through meanwhile.
func TestAttack21Oversized(t *testing.T) {
	w := newWorld(t)
	s := w.draft("alder/watch/amal", nil)
	jwt, disclosures, _ := strings.Cut(string(s.Bytes()), "~")
	first := disclosures[:strings.Index(disclosures, "~")+1]
	for _, test := range []struct{ name, text, rule, sentence string }{
		{"10,000 disclosures", jwt + "~" + strings.Repeat(first, 10_000), "statement.malformed", "the statement cannot be read"},
		{"a disclosure of 17 KiB", jwt + "~" + strings.Repeat("A", 17<<10) + "~", "statement.malformed", "at most"},
		{"an issuer-jwt of 17 KiB", jwt + strings.Repeat("A", 17<<10) + "~", "statement.malformed", "at most"},
	} {
		w.refuses(test.name, "alder", []byte(test.text), test.rule, test.sentence)
	}
	c := w.client("alder/desk/one")
	if _, err := c.Submit(t.Context(), slices.Repeat([][]byte{s.Bytes()}, 65)...); err == nil || !strings.Contains(err.Error(), "at most 64") {
		t.Errorf("65 statements at once: %v", err)
	}
	if _, err := c.Submit(t.Context(), bytes.Repeat([]byte("A"), maxBody+10)); err == nil || !strings.Contains(err.Error(), "longer than") {
		t.Errorf("a body of more than 4 MiB: %v", err)
	}
	note, err := w.config.Signer.Sign(1, ledger.Hash{1})
	if err != nil {
		t.Fatal(err)
	}
	for n, words := range map[int]string{100: "at most", 10_000: "longer than"} {
		lines := strings.Repeat("— x AAAAAAA=\n", n)
		if err := c.Cosign(t.Context(), append(slices.Clone(note), lines...)); err == nil || !strings.Contains(err.Error(), words) {
			t.Errorf("%d cosignatures: %v", n, err)
		}
	}
	w.accept(w.draft("alder/watch/amal", func(d *draft) { d.claims.Precedence = "FLASH" }))
}

// Attack 23: the other side watches what it cannot read. Of what is withheld it
// gets the hub's time and a hash, in the same form whatever that is; how many there
// are, and when, does show.
func TestAttack23Traffic(t *testing.T) {
	w := newWorld(t)
	var ids []string
	for w.seen.Size < 10 { // so that all sizes have two digits
		w.accept(w.draft("alder/watch/amal", nil))
	}
	lines := func(name string) (all []string) {
		author, err := identity.ParseAuthor(name)
		if err != nil {
			t.Fatal(err)
		}
		key, _ := mechanism.FindKey(w.hub.work, identity.Thumbprint(w.keys[name].Public().(ed25519.PublicKey)), w.hub.work.Size())
		blocks, _, _ := w.hub.feed.after(0)
		for _, b := range blocks[len(blocks)-2:] {
			line, err := w.hub.line(t.Context(), b, mechanism.Reader{Party: author.Party, Key: key})
			if err != nil {
				t.Fatal(err)
			}
			all = append(all, string(line))
		}
		return all
	}
	for _, change := range []func(*draft){
		nil,
		func(d *draft) {
			d.claims.Precedence = "ROUTINE"
			d.claims.To = []string{"birch", "cedar"}
			d.fields = map[string]any{"activity": "works", "place": notice["place"], "window": notice["window"], "description": statement.Paragraphs{strings.TrimSpace(strings.Repeat("Much longer. ", 60))}, "contact": "desk:line 2"}
		},
	} {
		s := w.draft("alder/watch/amal", change)
		w.accept(s)
		ids = append(ids, s.Claims().ID)
	}
	held := lines("birch/desk/one")
	if len(held[0]) != len(held[1]) {
		t.Errorf("what is withheld shows by its length:\n%s%s", held[0], held[1])
	}
	for _, line := range held {
		for _, word := range append(ids, "alder", "amal", "J14", "military", "PRIORITY", "ROUTINE", "survey") {
			if strings.Contains(line, word) {
				t.Errorf("birch is told %q of what is withheld: %s", word, line)
			}
		}
		if !strings.Contains(line, `"contents":[null]`) {
			t.Errorf("the line shows a text: %s", line)
		}
	}
	if own := lines("alder/desk/one"); len(own[0]) <= len(held[0]) {
		t.Errorf("alder is not given its own text: %s", own[0])
	}
}
