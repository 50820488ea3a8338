package statement

import (
	"crypto/ed25519"
	"crypto/sha256"
	"math/big"
	"slices"
	"strings"
	"testing"

	"parley/base64url"
	"parley/identity"
)

// forge signs header and payload as they are and appends the disclosures: what
// an author who writes their own software could send.
func forge(header, payload string, disclosures ...string) string {
	signed := base64url.Encode([]byte(header)) + "." + base64url.Encode([]byte(payload))
	text := signed + "." + base64url.Encode(ed25519.Sign(amal, []byte(signed))) + "~"
	for _, d := range disclosures {
		text += d + "~"
	}
	return text
}

func testHeader() string { return headerStart + identity.Thumbprint(amalPublic()) + headerEnd }

func testPayload(digests ...[32]byte) string {
	slices.SortFunc(digests, func(a, b [32]byte) int { return slices.Compare(a[:], b[:]) })
	return string(appendPayload(nil, testClaims(), digests))
}

func encoded(json string) string { return base64url.Encode([]byte(json)) }

func digestOf(disclosure string) [32]byte { return sha256.Sum256([]byte(disclosure)) }

// refused checks that text is refused with a sentence that has want in it, and
// shows the sentence.
func refused(t *testing.T, name, text, want string) {
	t.Helper()
	s, err := Parse([]byte(text))
	switch {
	case err == nil:
		t.Errorf("%s: accepted, fields %v", name, s.Fields())
	case !strings.HasPrefix(err.Error(), "read statement: ") || !strings.Contains(err.Error(), want):
		t.Errorf("%s: %v\nwant %q in it", name, err, want)
	default:
		t.Logf("%s: %v", name, err)
	}
}

func TestForge(t *testing.T) {
	d := encoded(`["salt-000000000000000000001","kind","x"]`)
	s, err := Parse([]byte(forge(testHeader(), testPayload(digestOf(d)), d)))
	if err != nil || s.Verify(amalPublic()) != nil {
		t.Fatalf("forge makes no good statement, so the tests below prove nothing: %v", err)
	}
}

func TestRefuseHeader(t *testing.T) {
	kid := identity.Thumbprint(amalPublic())
	for _, test := range []struct{ name, header, want string }{
		{"no signature", `{"alg":"none","kid":"` + kid + headerEnd, "want exactly"},
		{"other algorithm", `{"alg":"HS256","kid":"` + kid + headerEnd, "want exactly"},
		{"other type", headerStart + kid + `","typ":"token+jwt"}`, "want exactly"},
		{"alg twice", `{"alg":"none",` + testHeader()[1:], "want exactly"},
		{"unknown member", strings.TrimSuffix(testHeader(), "}") + `,"x5u":"https://example.org"}`, "want exactly"},
		{"space", strings.Replace(testHeader(), ":", ": ", 1), "want exactly"},
		{"short kid", headerStart + kid[1:] + headerEnd, "kid"},
		{"kid with spare bits", headerStart + kid[:42] + "B" + headerEnd, "kid"},
		{"members in another order", `{"kid":"` + kid + `","alg":"EdDSA","typ":"statement.v1+sd-jwt"}`, "want exactly"},
		{"overlapping ends", `{"alg":"EdDSA","kid":"","typ":"statement.v1+sd-jwt"}`, "kid"},
	} {
		refused(t, test.name, forge(test.header, testPayload()), test.want)
	}
}

func TestRefusePayload(t *testing.T) {
	one, two := [32]byte{1}, [32]byte{2}
	good := testPayload(one, two)
	for _, test := range []struct{ name, old, new, want string }{
		{"member twice", `"area":"military"`, `"area":"military","area":"intelligence"`, `want ,"author":`},
		{"member twice in another case", `"author"`, `"Area":"service","author"`, `want ,"author":`},
		{"unknown member", `,"to":`, `,"tlp":"red","to":`, `want ,"to":`},
		{"unknown last member", `"us"]}`, `"us"],"zone":"x"}`, `want ]}`},
		{"missing member", `"exercise":false,`, ``, `want ,"exercise":`},
		{"space", `"format":`, `"format": `, `want "`},
		{"line end behind", `"us"]}`, "\"us\"]}\n", "want the end"},
		{"escaped name", `"area"`, `"\u0061rea"`, `"area":`},
		{"escaped letter", `"military"`, `"\u006dilitary"`, "escape"},
		{"escaped slash", `israel/watch`, `israel\/watch`, "escape"},
		{"number for a string", `"area":"military"`, `"area":7`, `want "`},
		{"null", `"exercise":false`, `"exercise":null`, "want false"},
		{"other hash", `sha-256`, `sha-512`, "sha-256"},
		{"no hash", `"_sd_alg":"sha-256",`, ``, "_sd_alg"},
		{"digest twice", EncodeHash(two), EncodeHash(one), "not sorted, each once"},
		{"digests not sorted", EncodeHash(one) + `","` + EncodeHash(two), EncodeHash(two) + `","` + EncodeHash(one), "not sorted"},
		{"digest with spare bits", EncodeHash(one), EncodeHash(one)[:42] + "B", "spare bits"},
		{"comma without digest", EncodeHash(two) + `"`, EncodeHash(two) + `",`, "after the comma"},
		{"broken UTF-8", `"military"`, "\"milit\xffry\"", "0xff is not UTF-8"},
		{"control character", `"military"`, "\"milit\tary\"", "U+0009"},
		{"NUL", `"military"`, "\"milit\x00ary\"", "U+0000"},
		{"author of two parts", `israel/watch/amal`, `israel/amal`, "want party/role/officer"},
		{"author of four parts", `israel/watch/amal`, `israel/watch/amal/x`, "officer"},
		{"author in capitals", `israel/watch/amal`, `israel/watch/Amal`, "officer"},
		{"format without edition", `J14/1`, `J14`, "want identifier/edition"},
		{"format edition zero", `J14/1`, `J14/01`, "want identifier/edition"},
		{"id in capitals", `019390c5-7c00-7000-8000-000000000001`, `019390C5-7c00-7000-8000-000000000001`, "UUID"},
		{"id of version 4", `019390c5-7c00-7000-8000-000000000001`, `019390c5-7c00-4000-8000-000000000001`, "UUID"},
		{"precedence in small letters", `IMMEDIATE`, `immediate`, "capital letters"},
		{"prev too short", `"prev":"`, `"prev":"A","x":"`, "prev"},
		{"seen with leading zero", `1000003:`, `01000003:`, "want size:root"},
		{"seen negative", `1000003:`, `-1:`, "want size:root"},
		{"seen too large", `1000003:`, `9223372036854775808:`, "want size:root"},
		{"seen root with spare bits", `AAA="`, `AAB="`, "want size:root"},
		{"serial of no day", `2026-11-24/3`, `2026-11-31/3`, "want day/number"},
		{"serial zero", `2026-11-24/3`, `2026-11-24/0`, "want day/number"},
		{"serial with leading zero", `2026-11-24/3`, `2026-11-24/03`, "want day/number"},
		{"serial with sign", `2026-11-24/3`, `2026-11-24/+3`, "want day/number"},
		{"time without milliseconds", `06:15:00.007Z`, `06:15:00Z`, "milliseconds"},
		{"time with comma", `06:15:00.007Z`, `06:15:00,007Z`, "another spelling"},
		{"time with zone", `06:15:00.007Z`, `08:15:00.007+02:00`, "want UTC"},
		{"party twice", `"syria","us"`, `"syria","syria"`, "not sorted, each once"},
		{"parties not sorted", `"syria","us"`, `"us","syria"`, "not sorted"},
		{"ref with unknown member", `"rel":"replies"`, `"note":"x","rel":"replies"`, `"rel":`},
		{"ref without hash", `{"hash":`, `{"hush":`, `"hash":`},
		{"capital relation", `"replies"`, `"Replies"`, "rel"},
	} {
		changed := strings.Replace(good, test.old, test.new, 1)
		if changed == good {
			t.Errorf("%s: nothing was changed in %s", test.name, good)
			continue
		}
		refused(t, test.name, forge(testHeader(), changed), test.want)
	}
}

// Each content is signed with its digest in the payload, so nothing but the
// content itself is wrong.
func TestRefuseDisclosure(t *testing.T) {
	const salt = `["salt-000000000000000000001",`
	for _, test := range []struct{ name, content, want string }{
		{"name of a claim", salt + `"author","syria/watch/samir"]`, `"author" has the name of a claim`},
		{"name that JWT libraries act on", salt + `"exp","1"]`, `"exp" has the name of a claim`},
		{"name _sd", salt + `"_sd","x"]`, `field "_sd"`},
		{"name _sd_alg", salt + `"_sd_alg","x"]`, `field "_sd_alg"`},
		{"name ...", salt + `"...","x"]`, `field "..."`},
		{"capital name", salt + `"Kind","x"]`, `field "Kind"`},
		{"no value", `["salt-000000000000000000001"]`, "want ,"},
		{"four items", salt + `"kind","x","y"]`, "want ]"},
		{"empty", ``, "want ["},
		{"object", `{"salt":1}`, "want ["},
		{"null value", salt + `"kind",null]`, "want a string, an integer"},
		{"object value", salt + `"kind",{"a":1}]`, "want a string, an integer"},
		{"nested list", salt + `"kind",[["a"]]]`, "want ]"},
		{"list of numbers", salt + `"kind",[1]]`, "want ]"},
		{"list with trailing comma", salt + `"kind",["a",]]`, "after the comma"},
		{"list of both kinds", salt + `"kind",["a",{"...":"` + EncodeHash([32]byte{}) + `"}]]`, "after the comma"},
		{"fraction", salt + `"kind",1.0]`, "want ]"},
		{"exponent", salt + `"kind",1e3]`, "want ]"},
		{"minus zero", salt + `"kind",-0]`, "want an integer"},
		{"leading zero", salt + `"kind",01]`, "want an integer"},
		{"integer that JavaScript rounds", salt + `"kind",9007199254740993]`, "want an integer"},
		{"huge integer", salt + `"kind",99999999999999999999]`, "want an integer"},
		{"short salt", `["salt","kind","x"]`, "salt"},
		{"number for a salt", `[1,"kind","x"]`, `want "`},
		{"space", salt + ` "kind","x"]`, `want "`},
		{"escaped quote in another way", salt + `"kind","\u0022"]`, "escape"},
		{"escaped tab", salt + `"kind","\t"]`, "escape"},
		{"line end as itself", salt + "\"kind\",\"a\nb\"]", "U+000A"},
		{"line separator", salt + "\"kind\",\"a\u2028b\"]", "U+2028"},
		{"paragraph separator", salt + "\"kind\",\"a\u2029b\"]", "U+2029"},
		{"delete", salt + "\"kind\",\"a\x7fb\"]", "U+007F"},
		{"control character of Latin-1", salt + "\"kind\",\"a\u0085b\"]", "U+0085"},
		{"surrogate", salt + "\"kind\",\"\xed\xa0\x80\"]", "not UTF-8"},
		{"overlong", salt + "\"kind\",\"\xc0\xaf\"]", "not UTF-8"},
		{"no end", salt + `"kind","x`, "string does not end"},
		{"digest with spare bits", salt + `"kind",[{"...":"` + EncodeHash([32]byte{})[:42] + `B"}]]`, "spare bits"},
		{"paragraph with a second member", salt + `"kind",[{"...":"` + EncodeHash([32]byte{}) + `","x":1}]]`, "want }"},
		{"something behind", salt + `"kind","x"]]`, "want the end"},
		{"paragraph without a text", salt + `"a paragraph"]`, "no digest of the text before it"},
	} {
		d := encoded(test.content)
		refused(t, test.name, forge(testHeader(), testPayload(digestOf(d)), d), test.want)
	}
}

// The must-refuse list of RFC 9901 section 7.1, and what gives a statement one
// order.
func TestRefuseDigests(t *testing.T) {
	field := func(name string) string {
		return encoded(`["salt-000000000000000000001","` + name + `","x"]`)
	}
	a, b := field("alpha"), field("beta")
	if slices.Compare(digest(a), digest(b)) > 0 {
		a, b = b, a
	}
	p1 := encoded(`["salt-000000000000000000002","first"]`)
	p2 := encoded(`["salt-000000000000000000003","second"]`)
	text := func(paragraphs ...string) string {
		list := make([]string, len(paragraphs))
		for i, p := range paragraphs {
			list[i] = `{"...":"` + EncodeHash(digestOf(p)) + `"}`
		}
		return encoded(`["salt-000000000000000000004","text",[` + strings.Join(list, ",") + `]]`)
	}
	both, twice := text(p1, p2), text(p1, p1)
	second := encoded(`["salt-000000000000000000005","alpha","y"]`)
	alpha := field("alpha")
	same := []string{alpha, second}
	if slices.Compare(digest(alpha), digest(second)) > 0 {
		same = []string{second, alpha}
	}
	signed := func(of ...string) string {
		var digests [][32]byte
		for _, d := range of {
			digests = append(digests, digestOf(d))
		}
		return testPayload(digests...)
	}
	for _, test := range []struct {
		name        string
		payload     string
		disclosures []string
		want        string // empty where it is accepted
	}{
		{"in order", signed(a, b), []string{a, b}, ""},
		{"out of order", signed(a, b), []string{b, a}, "out of order"},
		{"twice", signed(a, b), []string{a, a, b}, "out of order"},
		{"without a digest", signed(a), []string{a, b}, "no digest of the payload"},
		{"two values of one field", signed(alpha, second), same, `two disclosures are field "alpha"`},
		{"text", signed(both), []string{both, p1, p2}, ""},
		{"second paragraph alone", signed(both), []string{both, p2}, ""},
		{"paragraphs out of order", signed(both), []string{both, p2, p1}, "out of order"},
		{"paragraph before its text", signed(both), []string{p1, both, p2}, "no digest of the text before it"},
		{"paragraph without its text", signed(both), []string{p1}, "no digest of the text before it"},
		{"paragraph twice", signed(both), []string{both, p1, p1}, "out of order"},
		{"one digest for two paragraphs", signed(twice), []string{twice, p1}, "met twice"},
		{"digest of the payload met in a text", signed(text(a), a), nil, ""}, // not opened, so not met
		{"field in the place of a paragraph", signed(text(a)), []string{text(a), a}, "no digest of the payload"},
		{"paragraph in the place of a field", signed(p1), []string{p1}, "no digest of the text before it"},
	} {
		statement := forge(testHeader(), test.payload, test.disclosures...)
		if test.want != "" {
			refused(t, test.name, statement, test.want)
		} else if _, err := Parse([]byte(statement)); err != nil {
			t.Errorf("%s: %v", test.name, err)
		}
	}
	shared := text(a)
	refused(t, "digest of the payload met in an opened text", forge(testHeader(), signed(shared, a), shared), "met twice")
}

func digest(d string) []byte {
	sum := digestOf(d)
	return sum[:]
}

func TestRefuseShape(t *testing.T) {
	text := string(sign(t, testClaims(), testFields()).Bytes())
	jwt, disclosures, _ := strings.Cut(text, "~")
	parts := strings.Split(jwt, ".")
	spare := func(s string) string { // the same bytes to a lenient reader
		const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
		return s[:len(s)-1] + string(alphabet[strings.IndexByte(alphabet, s[len(s)-1])|1])
	}
	for _, test := range []struct{ name, text, want string }{
		{"empty", "", `no "~"`},
		{"no tilde", jwt, `no "~"`},
		{"key binding behind", text + jwt, `no "~" ends the last disclosure`},
		{"empty disclosure", text + "~", "want ["},
		{"two parts", parts[0] + "." + parts[1] + "~", "header.payload.signature"},
		{"four parts", jwt + ".AAAA~", "header.payload.signature"},
		{"line end in the header", "\n" + text, "line end"},
		{"line end in the payload", strings.Replace(text, ".", ".\n", 1), "line end"},
		{"line end in the signature", jwt + "\n~" + disclosures, "line end"},
		{"carriage return in the signature", jwt + "\r~" + disclosures, "line end"},
		{"line end in a disclosure", text[:len(text)-1] + "\n~", "line end"},
		{"line end behind", text + "\n", `no "~"`},
		{"space before", " " + text, "base64url"},
		{"spare bits in the signature", spare(jwt) + "~" + disclosures, "spare bits"},
		{"padding", jwt + "==~" + disclosures, "base64url"},
		{"standard base64", strings.NewReplacer("-", "+", "_", "/").Replace(jwt) + "~", "base64url"},
		{"short signature", parts[0] + "." + parts[1] + "." + parts[2][4:] + "~", "want 64"},
		{"no signature", parts[0] + "." + parts[1] + ".~", "want 64"},
		{"issuer-jwt too long", strings.Repeat("A", MaxJWT+1) + "~", "at most 16384"},
		{"disclosure too long", jwt + "~" + strings.Repeat("A", MaxDisclosure+1) + "~", "at most 16384"},
		{"too long", strings.Repeat("A~", MaxSize), "at most"},
	} {
		refused(t, test.name, test.text, test.want)
	}
}

// Every byte counts: changed, it is another text, and no reader takes it for
// the author's.
func TestChangedByte(t *testing.T) {
	text := sign(t, testClaims(), testFields()).Bytes()
	for i := range text {
		for _, c := range []byte{text[i] ^ 1, text[i] ^ 0x20, 'A', '~', '.', '\n'} {
			if c == text[i] {
				continue
			}
			changed := slices.Clone(text)
			changed[i] = c
			if s, err := Parse(changed); err == nil && s.Verify(amalPublic()) == nil {
				t.Fatalf("byte %d changed from %q to %q: accepted", i, text[i], c)
			}
		}
	}
}

// S+L solves the same equation as S, so a verifier that does not compare S with
// the order L takes a second signature for every first (RFC 8032 section 8.4).
func TestSecondSignature(t *testing.T) {
	s := sign(t, testClaims(), nil)
	order, _ := new(big.Int).SetString("7237005577332262213973186563042994240857116359379907606001950938285454250989", 10)
	little := slices.Clone(s.signature[32:])
	slices.Reverse(little)
	sum := new(big.Int).SetBytes(little)
	sum.Add(sum, order).FillBytes(little)
	slices.Reverse(little)
	signed := s.jwt[:strings.LastIndexByte(s.jwt, '.')]
	second, err := Parse([]byte(signed + "." + base64url.Encode(append(slices.Clone(s.signature[:32]), little...)) + "~"))
	if err != nil {
		t.Fatal(err)
	}
	if err := second.Verify(amalPublic()); err == nil {
		t.Error("S+L is accepted: a second signature of the same statement")
	} else {
		t.Log(err)
	}
}

func TestVerifyOtherKey(t *testing.T) {
	s := sign(t, testClaims(), nil)
	other := ed25519.NewKeyFromSeed(make([]byte, 32)).Public().(ed25519.PublicKey)
	for name, pub := range map[string]ed25519.PublicKey{"other": other, "short": amalPublic()[:31], "none": nil} {
		if err := s.Verify(pub); err == nil {
			t.Errorf("key %s: accepted", name)
		}
	}
}

func TestSizeLimits(t *testing.T) {
	// As many digests as are allowed, and one more.
	var digests [][32]byte
	for i := range MaxDisclosures {
		digests = append(digests, [32]byte{byte(i)})
	}
	s, err := Parse([]byte(forge(testHeader(), testPayload(digests...))))
	if err != nil || s.Withheld() != MaxDisclosures {
		t.Errorf("%d digests: %v", MaxDisclosures, err)
	}
	refused(t, "one digest too many", forge(testHeader(), testPayload(append(digests, [32]byte{0xff})...)), "more than 64")
}
