package statement

import (
	"crypto/rand"
	"crypto/sha256"
	"fmt"
	"strings"
	"testing"

	"parley/base64url"
	"parley/identity"
)

// Attack 12: who has a statement less a field that can say but a few things tries
// them all. Without its salt, which no other field has, no guess can be checked;
// and a salt that could be guessed is refused.
func TestAttack12Guess(t *testing.T) {
	whole, err := Sign(t.Context(), identity.NewSigner(amal), testClaims(), testFields(), rand.Text)
	if err != nil {
		t.Fatal(err)
	}
	part, err := whole.Redact("confirmed")
	if err != nil {
		t.Fatal(err)
	}
	jwt, disclosures, _ := strings.Cut(string(part.Bytes()), "~")
	payload, err := base64url.Decode(strings.Split(jwt, ".")[1])
	if err != nil {
		t.Fatal(err)
	}
	salts := []string{"", "0000000000000000000000"}
	for _, d := range strings.Split(strings.TrimSuffix(disclosures, "~"), "~") {
		text, err := base64url.Decode(d)
		if err != nil {
			t.Fatal(err)
		}
		salts = append(salts, strings.Split(string(text), `"`)[1])
	}
	tried := 0
	for _, salt := range salts {
		for _, value := range []string{"true", "false", `"true"`, `"false"`, `"yes"`, `"no"`} {
			guess := sha256.Sum256([]byte(base64url.Encode(fmt.Appendf(nil, `[%q,"confirmed",%s]`, salt, value))))
			if tried++; strings.Contains(string(payload), EncodeHash(guess)) {
				t.Errorf("salt %q and value %s make a digest that was signed", salt, value)
			}
		}
	}
	if part.Withheld() != 1 || tried < 20 {
		t.Errorf("%d withheld, %d guesses", part.Withheld(), tried)
	}
	short := encoded(`["salt","confirmed",true]`)
	refused(t, "a salt of 4 letters", forge(testHeader(), testPayload(digestOf(short)), short), "want 22 to 64")
}
