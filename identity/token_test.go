package identity

import (
	"crypto/ed25519"
	"strings"
	"testing"
	"time"

	"parley/base64url"
)

var noon = time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)

const nonce = "ABCDEFGHIJKLMNOP"

// keyOf returns another key for each n.
func keyOf(n byte) ed25519.PrivateKey {
	seed := make([]byte, ed25519.SeedSize)
	seed[0] = n
	return ed25519.NewKeyFromSeed(seed)
}

func testToken(t testing.TB) string {
	t.Helper()
	s, err := NewToken(t.Context(), NewSigner(amal), Author{"israel", "desk", "main"}, "paris-2026", noon.Add(999*time.Millisecond), nonce)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestTokenVerify(t *testing.T) {
	token, err := ParseToken(testToken(t))
	if err != nil {
		t.Fatal(err)
	}
	if token.KID != Thumbprint(amalPublic()) || token.Author.String() != "israel/desk/main" || token.Mechanism != "paris-2026" ||
		!token.Issued.Equal(noon) || !token.Expires.Equal(noon.Add(time.Minute)) || token.Nonce != nonce {
		t.Errorf("token %+v", token)
	}
	for _, test := range []struct {
		name      string
		key       ed25519.PublicKey
		mechanism string
		at        time.Duration // after noon
		want      string        // empty where it is accepted
	}{
		{"at once", amalPublic(), "paris-2026", 0, ""},
		{"hub 30 s behind", amalPublic(), "paris-2026", -30 * time.Second, ""},
		{"hub 31 s behind", amalPublic(), "paris-2026", -31 * time.Second, "set the desk's clock"},
		{"after 90 s", amalPublic(), "paris-2026", 90 * time.Second, ""},
		{"after 91 s", amalPublic(), "paris-2026", 91 * time.Second, "expired"},
		{"other mechanism", amalPublic(), "quiet-orchard", 0, "for mechanism"},
		{"other key", keyOf(1).Public().(ed25519.PublicKey), "paris-2026", 0, "names key"},
		{"no key", nil, "paris-2026", 0, "names key"},
	} {
		err := token.Verify(test.key, test.mechanism, noon.Add(test.at))
		if test.want == "" && err != nil || test.want != "" && (err == nil || !strings.Contains(err.Error(), test.want)) {
			t.Errorf("%s: %v, want %q in it", test.name, err, test.want)
		}
	}
}

func TestTokenChangedByte(t *testing.T) {
	text := testToken(t)
	for i := range text {
		for _, c := range []byte{text[i] ^ 1, text[i] ^ 0x20, 'A', '.', '\n'} {
			changed := text[:i] + string(c) + text[i+1:]
			if token, err := ParseToken(changed); changed != text && err == nil && token.Verify(amalPublic(), "paris-2026", noon) == nil {
				t.Fatalf("byte %d changed from %q to %q: accepted", i, text[i], c)
			}
		}
	}
}

// Each of these is signed as it stands.
func TestParseTokenRefuses(t *testing.T) {
	kid := Thumbprint(amalPublic())
	header := `{"alg":"EdDSA","kid":"` + kid + `","typ":"token+jwt"}`
	payload := `{"aud":"paris-2026","exp":1795521660,"iat":1795521600,"iss":"israel/desk/main","jti":"` + nonce + `"}`
	make := func(header, payload string) string {
		signed := base64url.Encode([]byte(header)) + "." + base64url.Encode([]byte(payload))
		return signed + "." + base64url.Encode(ed25519.Sign(amal, []byte(signed)))
	}
	good := make(header, payload)
	if _, err := ParseToken(good); err != nil {
		t.Fatalf("the token that the others are made from: %v", err)
	}
	change := func(s, old, new string) string {
		changed := strings.Replace(s, old, new, 1)
		if changed == s {
			t.Fatalf("nothing was changed from %q to %q", old, new)
		}
		return changed
	}
	for _, test := range []struct{ name, text string }{
		{"empty", ""},
		{"two parts", "a.b"},
		{"four parts", good + ".AAAA"},
		{"line end behind", good + "\n"},
		{"padding", good + "=="},
		{"too long", strings.Repeat("A", 2000)},
		{"statement", make(change(header, "token+jwt", "statement.v1+sd-jwt"), payload)},
		{"alg none", make(change(header, "EdDSA", "none"), payload)},
		{"alg twice", make(change(header, `{`, `{"alg":"none",`), payload)},
		{"alg in capitals", make(change(header, `"alg"`, `"ALG"`), payload)},
		{"unknown header member", make(change(header, `}`, `,"x":1}`), payload)},
		{"short kid", make(change(header, kid, kid[1:]), payload)},
		{"space", make(header, change(payload, ":", ": "))},
		{"member twice", make(header, change(payload, `{`, `{"aud":"quiet-orchard",`))},
		{"unknown member", make(header, change(payload, `}`, `,"sub":"x"}`))},
		{"escape", make(header, change(payload, `paris`, `\u0070aris`))},
		{"null", make(header, "null")},
		{"something behind", make(header, payload+"{}")},
		{"61 seconds", make(header, change(payload, "1795521660", "1795521661"))},
		{"backwards", make(header, change(payload, "1795521660", "1795521540"))},
		{"fraction", make(header, change(payload, "1795521660", "1795521660.0"))},
		{"exponent", make(header, change(payload, "1795521660", "179552166e1"))},
		{"before 1970", make(header, change(change(payload, "1795521660", "59"), "1795521600", "-1"))},
		{"overflow", make(header, change(change(payload, "1795521660", "-9223372036854775757"), "1795521600", "9223372036854775799"))},
		{"bad author", make(header, change(payload, "israel/desk/main", "israel"))},
		{"bad mechanism", make(header, change(payload, "paris-2026", "Paris"))},
		{"short nonce", make(header, change(payload, nonce, "A"))},
		{"nonce with a space", make(header, change(payload, nonce, "ABCDEFGHIJKLMNO "))},
		{"no signature", good[:strings.LastIndex(good, ".")+1]},
	} {
		if _, err := ParseToken(test.text); err == nil || !strings.HasPrefix(err.Error(), "read token: ") {
			t.Errorf("%s: %v, want it refused", test.name, err)
		}
	}
}

func FuzzParseToken(f *testing.F) {
	f.Add(testToken(f))
	f.Fuzz(func(t *testing.T, s string) {
		token, err := ParseToken(s)
		if err != nil {
			return
		}
		again := encodePart(tokenHeader{"EdDSA", token.KID, "token+jwt"}) + "." +
			encodePart(tokenPayload{token.Mechanism, token.Expires.Unix(), token.Issued.Unix(), token.Author.String(), token.Nonce}) + "." +
			base64url.Encode(token.signature)
		if again != s {
			t.Errorf("ParseToken takes %q, a second text of %q", s, again)
		}
	})
}
