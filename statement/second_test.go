package statement

import (
	"crypto/ed25519"
	"reflect"
	"strings"
	"testing"
	"time"

	"parley/base64url"
	"parley/identity"
)

// adam is the key of the second officer in these tests.
var adam = ed25519.NewKeyFromSeed([]byte("fedcba9876543210fedcba9876543210"))

func adamPublic() ed25519.PublicKey { return adam.Public().(ed25519.PublicKey) }

var passed = Late{time.Date(2026, 11, 24, 5, 50, 0, 0, time.UTC), "voice"}

// seconded signs a statement of testFields, by amal, that adam has signed before.
func seconded(t testing.TB, c Claims) *Statement {
	t.Helper()
	body, err := Disclose(testFields(), salts())
	if err != nil {
		t.Fatal(err)
	}
	if c.Second, err = body.Second(t.Context(), identity.NewSigner(adam), c); err != nil {
		t.Fatal(err)
	}
	s, err := body.Sign(t.Context(), identity.NewSigner(amal), c)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestSecondAndLate(t *testing.T) {
	c := testClaims()
	c.Late = passed
	s := seconded(t, c)
	read, err := Parse(s.Bytes())
	if err != nil || !reflect.DeepEqual(read, s) {
		t.Fatalf("Parse gives %+v, %v\nSign gave %+v", read, err, s)
	}
	if read.SecondKID() != identity.Thumbprint(adamPublic()) || read.Claims().Late != passed {
		t.Errorf("second by %q, late %v", read.SecondKID(), read.Claims().Late)
	}
	bare, err := read.Redact("confirmed", "kind", "persons", "place", "text", "units")
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range []*Statement{read, bare} {
		if err := s.Verify(amalPublic()); err != nil {
			t.Error(err)
		}
		if err := s.VerifySecond(adamPublic()); err != nil {
			t.Errorf("with %d withheld: %v", s.Withheld(), err)
		}
		if err := s.VerifySecond(amalPublic()); err == nil {
			t.Error("the author's key is taken for the second officer's")
		}
	}
	if err := sign(t, testClaims(), nil).VerifySecond(adamPublic()); err == nil {
		t.Error("no second signature verifies")
	}
}

// What has neither claim has the bytes that it had before there were any. The
// hash was taken then.
func TestBytesWithoutSecondAndLate(t *testing.T) {
	const before = "CbI7d_yuVsVZg9afrhPr8cj6eamuN1GCawUAJLUh2ec"
	if got := EncodeHash(sign(t, testClaims(), testFields()).Hash()); got != before {
		t.Errorf("hash %s, was %s", got, before)
	}
}

// The author may sign anew at another place; whatever else is changed, the second
// signature is not one of that.
func TestSecondIsOfWhatIsSaid(t *testing.T) {
	c := testClaims()
	c.Late = passed
	s := seconded(t, c)
	for _, test := range []struct {
		name   string
		change func(*Claims)
		holds  bool
	}{
		{"nothing", func(*Claims) {}, true},
		{"time", func(c *Claims) { c.Time = c.Time.Add(time.Hour) }, true},
		{"seen", func(c *Claims) { c.Seen.Size++ }, true},
		{"prev", func(c *Claims) { c.Prev = "" }, true},
		{"serial", func(c *Claims) { c.Serial.Number++ }, true},
		{"mechanism", func(c *Claims) { c.Mechanism = "other" }, false},
		{"exercise", func(c *Claims) { c.Exercise = true }, false},
		{"id", func(c *Claims) { c.ID = "019390c5-7c00-7000-8000-000000000009" }, false},
		{"author", func(c *Claims) { c.Author.Officer = "avi" }, false},
		{"format", func(c *Claims) { c.Format = "J14/2" }, false},
		{"area", func(c *Claims) { c.Area = "service" }, false},
		{"precedence", func(c *Claims) { c.Precedence = "FLASH" }, false},
		{"addressee less", func(c *Claims) { c.To = []string{"us"} }, false},
		{"reference less", func(c *Claims) { c.Refs = nil }, false},
		{"relation", func(c *Claims) { c.Refs = []Ref{{"cancels", c.Refs[0].ID, c.Refs[0].Hash}} }, false},
		{"late route", func(c *Claims) { c.Late.Route = "paper" }, false},
		{"late time", func(c *Claims) { c.Late.At = c.Late.At.Add(time.Second) }, false},
		{"not late", func(c *Claims) { c.Late = Late{} }, false},
	} {
		again := s.Claims()
		test.change(&again)
		signed, err := s.Body().Sign(t.Context(), identity.NewSigner(amal), again)
		if err != nil {
			t.Fatalf("%s: %v", test.name, err)
		}
		if err := signed.VerifySecond(adamPublic()); (err == nil) != test.holds {
			t.Errorf("%s changed: %v, want it to hold: %t", test.name, err, test.holds)
		}
		if same := s.Body().Content(again) == s.Body().Content(s.Claims()); same != test.holds {
			t.Errorf("%s changed: same content %t, want %t", test.name, same, test.holds)
		}
	}
	// The same words with other salts are another body, and so is one word changed.
	fields := testFields()
	other := sign(t, s.Claims(), fields)
	if other.VerifySecond(adamPublic()) != nil {
		t.Error("the same fields and salts are not what was signed")
	}
	fields["kind"] = "own incident"
	if sign(t, s.Claims(), fields).VerifySecond(adamPublic()) == nil {
		t.Error("an edited field is taken")
	}
	fields = testFields()
	delete(fields, "kind")
	if sign(t, s.Claims(), fields).VerifySecond(adamPublic()) == nil {
		t.Error("a field that was taken out is not missed")
	}
}

func TestRefuseSecond(t *testing.T) {
	good := seconded(t, testClaims()).Claims().Second
	header, signature, _ := strings.Cut(good, "..")
	kid := identity.Thumbprint(adamPublic())
	head := func(json string) string { return encoded(json) + ".." + signature }
	detached := func(of string) string { // a signature of adam's for another use
		input := encoded(of) + "." + encoded("{}")
		return encoded(of) + ".." + base64url.Encode(ed25519.Sign(adam, []byte(input)))
	}
	payload := func(second string) string {
		c := testClaims()
		c.Second = second
		return string(appendPayload(nil, c, nil))
	}
	if _, err := Parse([]byte(forge(testHeader(), payload(good)))); err != nil {
		t.Fatalf("forge makes no good statement, so the tests below prove nothing: %v", err)
	}
	for _, test := range []struct{ name, second, want string }{
		{"no JWS", "x", "header..signature"},
		{"content in it", header + "." + encoded("{}") + "." + signature, "content left out"},
		{"four parts", good + ".AAAA", "header..signature"},
		{"other type", head(headerStart + kid + headerEnd), "want exactly"},
		{"token", detached(headerStart + kid + `","typ":"token+jwt"}`), "want exactly"},
		{"no signature", head(`{"alg":"none","kid":"` + kid + secondEnd), "want exactly"},
		{"members in another order", head(`{"kid":"` + kid + `","alg":"EdDSA","typ":"second.v1+jws"}`), "want exactly"},
		{"unknown member", head(headerStart + kid + `","b64":false,"typ":"second.v1+jws"}`), "want exactly"},
		{"member twice", head(`{"alg":"EdDSA",` + (headerStart + kid + secondEnd)[1:]), "want exactly"},
		{"space", head(headerStart + kid + secondEnd + " "), "want exactly"},
		{"short kid", head(headerStart + kid[1:] + secondEnd), "kid"},
		{"kid with spare bits", head(headerStart + kid[:42] + "B" + secondEnd), "kid"},
		{"short signature", header + ".." + signature[4:], "want 64"},
		{"empty signature", header + "..", "want 64"},
		{"padding", good + "==", "base64url"},
		{"spare bits", good[:len(good)-1] + "B", "spare bits"},
		{"standard base64", header + ".." + strings.Repeat("+", 86), "base64url"},
	} {
		refused(t, test.name, forge(testHeader(), payload(test.second)), test.want)
	}
	whole := payload(good)
	for _, test := range []struct{ name, old, new, want string }{
		{"empty", good, "", "header..signature"},
		{"null", `"` + good + `"`, "null", `want "`},
		{"twice", `"seen":`, `"second":"` + good + `","seen":`, `,"seen":`},
		{"behind seen", `,"serial":`, `,"second":"` + good + `","serial":`, `,"serial":`},
		{"escaped name", `"second"`, `"s\u0065cond"`, `,"seen":`},
	} {
		refused(t, test.name, forge(testHeader(), strings.Replace(whole, test.old, test.new, 1)), test.want)
	}
}

func TestRefuseLate(t *testing.T) {
	c := testClaims()
	c.Late = passed
	good := string(appendPayload(nil, c, nil))
	if _, err := Parse([]byte(forge(testHeader(), good))); err != nil {
		t.Fatalf("forge makes no good statement, so the tests below prove nothing: %v", err)
	}
	for _, test := range []struct{ name, old, new, want string }{
		{"no time", `"at":"2026-11-24T05:50:00Z",`, ``, `{"at":`},
		{"no route", `,"route":"voice"`, ``, `,"route":`},
		{"empty route", `"voice"`, `""`, "want one of voice"},
		{"unknown route", `"voice"`, `"pigeon"`, "want one of voice"},
		{"capital route", `"voice"`, `"Voice"`, "want one of voice"},
		{"members in another order", `"at":"2026-11-24T05:50:00Z","route":"voice"`, `"route":"voice","at":"2026-11-24T05:50:00Z"`, `{"at":`},
		{"unknown member", `"voice"}`, `"voice","who":"x"}`, "want }"},
		{"twice", `,"mechanism":`, `,"late":{"at":"2026-11-24T05:50:00Z","route":"voice"},"mechanism":`, `,"mechanism":`},
		{"null", `{"at":"2026-11-24T05:50:00Z","route":"voice"}`, `null`, `{"at":`},
		{"milliseconds", `05:50:00Z`, `05:50:00.000Z`, "UTC to the second"},
		{"comma", `05:50:00Z`, `05:50:00,5Z`, "UTC to the second"},
		{"to the minute", `05:50:00Z`, `05:50Z`, "UTC to the second"},
		{"zone", `05:50:00Z`, `07:50:00+02:00`, "UTC to the second"},
		{"no such day", `11-24T05`, `11-31T05`, "UTC to the second"},
	} {
		changed := strings.Replace(good, test.old, test.new, 1)
		if changed == good {
			t.Fatalf("%s: nothing was changed in %s", test.name, good)
		}
		refused(t, test.name, forge(testHeader(), changed), test.want)
	}
	for _, l := range []Late{{Route: "voice"}, {At: passed.At}, {At: passed.At, Route: "a\tb"}} {
		c.Late = l
		if _, err := Sign(t.Context(), identity.NewSigner(amal), c, nil, salts()); err == nil {
			t.Errorf("%v is signed", l)
		}
	}
}

// A statement whose second was taken out, or put in the place of another's, is
// not the author's any more, nor the second officer's where the author signs it.
func TestStripAndSwapSecond(t *testing.T) {
	one := seconded(t, testClaims())
	other := testClaims()
	other.ID = "019390c5-7c00-7000-8000-000000000002"
	two := seconded(t, other)
	for name, second := range map[string]string{"strip": "", "swap": two.Claims().Second} {
		c := one.Claims()
		c.Second = second
		jwt := strings.Split(one.jwt, ".")
		text := jwt[0] + "." + base64url.Encode(appendPayload(nil, c, one.digests)) + "." + jwt[2] + "~" + one.Body().disclosures
		forged, err := Parse([]byte(text))
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if forged.Verify(amalPublic()) == nil {
			t.Errorf("%s: the author's signature covers it", name)
		}
		signed, err := one.Body().Sign(t.Context(), identity.NewSigner(amal), c)
		if err != nil {
			t.Fatal(err)
		}
		if signed.VerifySecond(adamPublic()) == nil {
			t.Errorf("%s: the second signature verifies", name)
		}
	}
}
