package sealed

import (
	"bytes"
	"encoding/hex"
	"os/exec"
	"strings"
	"testing"
	"unicode/utf8"

	"parley/base64url"
)

func TestSealAndUnseal(t *testing.T) {
	cast := newCast(t)
	for name, text := range map[string]string{"one byte": "x", "Arabic": "القناة الشمالية أولًا", "the longest": strings.Repeat("x", MaxText), "with a line end": "a\nb\n"} {
		t.Run(name, func(t *testing.T) {
			in := Text{Text: text}
			in.Salt[31] = 7
			sealed := seal(t, in, cast["alder"].key)
			if want := len(cast["birch"].sealed["good"]); len(sealed) != want {
				t.Errorf("sealed it has %d characters, a text of another length %d", len(sealed), want)
			}
			if out, err := Unseal(sealed, cast["alder"].identity); err != nil || out != in {
				t.Errorf("unsealed: %v, %v", out, err)
			}
			if _, err := Unseal(sealed, cast["birch"].identity); err == nil {
				t.Error("another's identity opens it")
			}
		})
	}
	for name, text := range map[string]string{"empty": "", "too long": strings.Repeat("x", MaxText+1), "not UTF-8": "\xff"} {
		if _, err := Seal(Text{Text: text}, cast["alder"].key); err == nil {
			t.Errorf("%s: it was sealed", name)
		}
	}
}

// What is sealed fits in one disclosure of a statement, 16 KiB, whose JSON is
// base64url once more.
func TestSealedFits(t *testing.T) {
	if n := len(newCast(t)["alder"].sealed["good"]); (n+64)*4/3 > 16<<10 {
		t.Errorf("what is sealed has %d characters: too many for one disclosure", n)
	}
}

// The commitment is what the documentation says, computed by another program.
func TestCommitByShell(t *testing.T) {
	text := Text{Text: "EXERCISE. First the north channel.\n"}
	for i := range text.Salt {
		text.Salt[i] = byte(i)
	}
	c := exec.Command("sha256sum")
	c.Stdin = bytes.NewReader(append(append([]byte("sealed-exchange.v1\nquiet-orchard\ndoc:irrigation-priorities\nalder\n"), text.Salt[:]...), text.Text...))
	out, err := c.Output()
	if err != nil {
		t.Skip("there is no sha256sum here")
	}
	got, err := base64url.Decode(text.Commit(context("alder")))
	if err != nil {
		t.Fatal(err)
	}
	if want := string(out[:64]); hex.EncodeToString(got) != want {
		t.Errorf("commitment %x, sha256sum says %s", got, want)
	}
}

// A commitment is of one text, party, exchange and mechanism, and a copy under
// another's name fits nothing.
func TestCommitmentsAreBound(t *testing.T) {
	text := Text{Text: "a"}
	seen := map[string]bool{}
	for _, c := range []Context{{"m", "e", "p"}, {"n", "e", "p"}, {"m", "f", "p"}, {"m", "e", "q"}} {
		seen[text.Commit(c)] = true
		seen[Text{Text: "b"}.Commit(c)] = true
		seen[Text{Salt: [SaltSize]byte{1}, Text: "a"}.Commit(c)] = true
	}
	if len(seen) != 12 {
		t.Errorf("%d commitments of 12 things", len(seen))
	}
}

func TestCheck(t *testing.T) {
	cast := newCast(t)
	alder, birch := cast["alder"], cast["birch"]
	good := Evidence{Context: context("alder"), Commitment: alder.text.Commit(context("alder")), Sealed: alder.sealed["good"], Key: birch.key, Identity: birch.identity}
	for _, test := range []struct {
		name   string
		change func(*Evidence)
		want   Verdict
	}{
		{"as it should be", func(*Evidence) {}, Kept},
		{"another text", func(e *Evidence) { e.Sealed = alder.sealed["lie"] }, Mismatched},
		{"another's commitment", func(e *Evidence) { e.Party = "birch" }, Mismatched},
		{"sealed to another key", func(e *Evidence) { e.Sealed = alder.sealed["own-key"] }, Unopenable},
		{"noise", func(e *Evidence) { e.Sealed = "AAAA" }, Unopenable},
		{"no base64url", func(e *Evidence) { e.Sealed = "=" }, Unopenable},
		{"cut short", func(e *Evidence) { e.Sealed = e.Sealed[:len(e.Sealed)-4] }, Unopenable},
		{"a text alone", func(e *Evidence) {
			file, err := sealTo(birch.key, []byte("text without salt"))
			if err != nil {
				t.Fatal(err)
			}
			e.Sealed = base64url.Encode(file)
		}, Unopenable},
		{"a stranger's identity", func(e *Evidence) { e.Identity = alder.identity }, Unproven},
		{"no identity", func(e *Evidence) { e.Identity = "" }, Unproven},
	} {
		t.Run(test.name, func(t *testing.T) {
			e := good
			test.change(&e)
			if got, _, err := Check(e); got != test.want {
				t.Errorf("%s (%v), want %s", got, err, test.want)
			}
		})
	}
}

func FuzzUnpad(f *testing.F) {
	f.Add([]byte{}, uint16(0))
	f.Add([]byte("text"), uint16(4))
	f.Add([]byte("text\x00"), uint16(4))
	f.Fuzz(func(t *testing.T, text []byte, n uint16) {
		plain := make([]byte, padded)
		plain[SaltSize], plain[SaltSize+1] = byte(n>>8), byte(n)
		copy(plain[SaltSize+2:], text)
		got, err := unpad(plain)
		if err == nil && (len(got.Text) != int(n) || !utf8.ValidString(got.Text) || got.Text == "") {
			t.Errorf("unpadded to %q", got.Text)
		}
		if err == nil && strings.Trim(string(plain[SaltSize+2+int(n):]), "\x00") != "" {
			t.Error("something was hidden behind the text")
		}
	})
}

func BenchmarkCheckKey(b *testing.B) {
	_, key, err := NewIdentity()
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if err := CheckKey(key); err != nil {
			b.Fatal(err)
		}
	}
}
