package identity

import (
	"crypto/ed25519"
	"encoding/hex"
	"slices"
	"strings"
	"testing"

	"parley/base64url"
)

// amal is the key that signs in these tests.
var amal = ed25519.NewKeyFromSeed([]byte("0123456789abcdef0123456789abcdef"))

func amalPublic() ed25519.PublicKey { return amal.Public().(ed25519.PublicKey) }

func unhex(t *testing.T, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(s)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// RFC 8037 appendix A.3.
func TestThumbprint(t *testing.T) {
	pub, err := ParseKey("11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo")
	if err != nil {
		t.Fatal(err)
	}
	if got, want := Thumbprint(pub), "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"; got != want {
		t.Errorf("Thumbprint = %s, want %s", got, want)
	}
}

func TestCheckKeyRefuses(t *testing.T) {
	const order8a = "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc"
	const order8b = "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03"
	ff := strings.Repeat("ff", 30)
	for _, test := range []struct{ name, key, want string }{
		{"order 1", "01" + strings.Repeat("00", 31), "small order"},
		{"order 2", "ec" + ff + "7f", "small order"},
		{"order 4", strings.Repeat("00", 32), "small order"},
		{"order 4, negative", strings.Repeat("00", 31) + "80", "small order"},
		{"order 8", order8a + "05", "small order"},
		{"order 8, negative", order8a + "85", "small order"},
		{"order 8, other", order8b + "7a", "small order"},
		{"order 8, other, negative", order8b + "fa", "small order"},
		{"y = p", "ed" + ff + "7f", "canonical"},
		{"y = p, negative", "ed" + ff + "ff", "canonical"},
		{"y = p + 1", "ee" + ff + "7f", "canonical"},
		{"y = 1, negative x of 0", "01" + strings.Repeat("00", 30) + "80", "canonical"},
		{"y = p + 3, of large order", "f0" + ff + "7f", "canonical"},
		{"not on the curve", "02" + strings.Repeat("00", 31), "not a point"},
		{"short", strings.Repeat("07", 31), "31 bytes"},
		{"empty", "", "0 bytes"},
	} {
		key := unhex(t, test.key)
		if err := CheckKey(key); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: %v, want %q in it", test.name, err, test.want)
		}
		if _, err := ParseKey(base64url.Encode(key)); err == nil {
			t.Errorf("%s: ParseKey takes it", test.name)
		}
	}
	if err := CheckKey(amalPublic()); err != nil {
		t.Errorf("a good key: %v", err)
	}
}

// Why CheckKey is needed: crypto/ed25519 takes the neutral point for a key, and
// then one signature for any text.
func TestOneSignatureForTwoTexts(t *testing.T) {
	neutral := unhex(t, "01"+strings.Repeat("00", 31))
	signature := slices.Concat(neutral, make([]byte, 32))
	for _, text := range []string{"we fired", "we did not fire"} {
		if !ed25519.Verify(neutral, []byte(text), signature) {
			t.Errorf("crypto/ed25519 refuses %q now; see whether CheckKey is still needed", text)
		}
	}
	if err := CheckKey(neutral); err == nil {
		t.Error("CheckKey takes the neutral point")
	}
}

func TestParseKeyRefusesSecondText(t *testing.T) {
	good := EncodeKey(amalPublic())
	for _, s := range []string{"", good + "=", good[:42], good + "\n", "\n" + good[:42], good[:42] + string(good[42]+1), " " + good} {
		if _, err := ParseKey(s); err == nil {
			t.Errorf("ParseKey takes %q", s)
		}
	}
	pub, err := ParseKey(good)
	if err != nil || !pub.Equal(amalPublic()) {
		t.Errorf("ParseKey(%s) = %x, %v", good, pub, err)
	}
}

func FuzzParseKey(f *testing.F) {
	f.Add(EncodeKey(amalPublic()))
	f.Add(EncodeKey(make([]byte, 32)))
	f.Fuzz(func(t *testing.T, s string) {
		if pub, err := ParseKey(s); err == nil && EncodeKey(pub) != s {
			t.Errorf("ParseKey takes %q, a second text of %q", s, EncodeKey(pub))
		}
	})
}

func BenchmarkCheckKey(b *testing.B) {
	for b.Loop() {
		if err := CheckKey(amalPublic()); err != nil {
			b.Fatal(err)
		}
	}
}
