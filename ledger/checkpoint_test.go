package ledger

import (
	"bytes"
	"crypto/ed25519"
	"fmt"
	"strings"
	"testing"

	"filippo.io/torchwood"
	"github.com/transparency-dev/formats/log"
	"golang.org/x/mod/sumdb/note"
)

func TestCheckpointAgainstOracles(t *testing.T) {
	s, v := testSigner(t)
	key, err := note.NewVerifier(s.VerifierKey())
	if err != nil {
		t.Fatal(err)
	}
	policy := torchwood.ThresholdPolicy(2, torchwood.OriginPolicy(origin), torchwood.SingleVerifierPolicy(key))
	for _, n := range []int{0, 1, 2, 77} {
		_, root := testTree(t, n)
		signed, err := s.Sign(uint64(n), root)
		if err != nil {
			t.Fatal(err)
		}
		head, err := v.Open(signed)
		if err != nil || head != (Head{origin, uint64(n), root}) {
			t.Fatalf("opened %v, %v", head, err)
		}
		oracle, rest, _, err := log.ParseCheckpoint(signed, origin, key)
		if err != nil || oracle.Size != uint64(n) || !bytes.Equal(oracle.Hash, root[:]) || len(rest) != 0 {
			t.Errorf("formats reads %v, %q, %v", oracle, rest, err)
		}
		c, _, err := torchwood.VerifyCheckpoint(signed, policy)
		if err != nil || c.N != int64(n) || Hash(c.Hash) != root {
			t.Errorf("torchwood reads %v, %v", c, err)
		}
	}
}

func TestSignRefuses(t *testing.T) {
	s, _ := testSigner(t)
	_, err := s.Sign(0, Hash{1})
	refused(t, err, "no such tree")
	_, err = s.Sign(maxTree+1, Hash{1})
	refused(t, err, "no such tree")
	for _, name := range []string{"", "a b", "a+b", "a\nb", "é", strings.Repeat("a", 256)} {
		_, err := NewSigner(name, testKey("log"))
		refused(t, err, "visible ASCII")
	}
	_, err = NewSigner(origin, ed25519.PrivateKey("short"))
	refused(t, err, "5 bytes")
}

// resign signs any text with the log's key.
func resign(t *testing.T, text string) []byte {
	t.Helper()
	s, _ := testSigner(t)
	return appendSignature([]byte(text+"\n"), s.origin, s.hash, ed25519.Sign(s.key, []byte(text)))
}

func TestOpenRefuses(t *testing.T) {
	_, v := testSigner(t)
	good := string(testCheckpoint(t, 7))
	text, _, _ := strings.Cut(good, "\n\n")
	text += "\n"
	lines := strings.SplitAfter(text, "\n")
	other, err := NewSigner(origin, testKey("other"))
	if err != nil {
		t.Fatal(err)
	}
	_, root := testTree(t, 7)
	stranger, err := other.Sign(7, root)
	if err != nil {
		t.Fatal(err)
	}
	junk := "— nobody AAAAAAAA\n"
	for _, test := range []struct {
		name string
		note []byte
		want string
	}{
		{"empty", nil, "not a signed note"},
		{"no signature", []byte(text), "not a signed note"},
		{"no signature line", []byte(text + "\n"), "no signature lines"},
		{"no newline at the end", []byte(good[:len(good)-1]), "not a signed note"},
		{"another key", stranger, "has not signed"},
		{"another size", []byte(strings.Replace(good, "\n7\n", "\n8\n", 1)), "signature by " + origin + " is wrong"},
		{"another origin signed", resign(t, "hub.example/other\n"+lines[1]+lines[2]), "another ledger"},
		{"extension line", resign(t, text+"x 1\n"), "extension lines"},
		{"leading zero", resign(t, lines[0]+"07\n"+lines[2]), "not an origin, a size"},
		{"negative size", resign(t, lines[0]+"-7\n"+lines[2]), "not an origin, a size"},
		{"beyond any tree", resign(t, lines[0]+"4611686018427387905\n"+lines[2]), "larger than any"},
		{"empty tree with a root", resign(t, lines[0]+"0\n"+lines[2]), "empty tree"},
		{"root with spare bits", resign(t, lines[0]+lines[1]+lines[2][:42]+string(lines[2][42]+1)+"=\n"), "not written as"},
		{"17 signature lines", []byte(good + strings.Repeat(junk, 16)), "17 signature lines, at most 16"},
		{"10,000 signature lines", []byte(good + strings.Repeat(junk, 10_000)), "at most"},
		{"malformed line", []byte(good + "— nobody ??\n"), "line 2 is malformed"},
		{"line without dash", []byte(good + "nobody AAAAAAAA\n"), "line 2 is malformed"},
		{"control character", []byte(strings.Replace(good, origin, "hub.example\x00", 1)), "malformed"},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, err := v.Open(test.note)
			refused(t, err, test.want)
		})
	}
	if _, err := v.Open([]byte(good + strings.Repeat(junk, 15))); err != nil {
		t.Errorf("with 15 signatures by unknown keys: %v", err)
	}
	for i := range good {
		changed := []byte(good)
		changed[i] ^= 1
		if _, err := v.Open(changed); err == nil {
			t.Errorf("byte %d changed: accepted %q", i, changed)
		}
	}
}

func TestNewVerifierRefuses(t *testing.T) {
	s, _ := testSigner(t)
	cosigner, err := NewCosigner("israel/witness", testKey("israel"))
	if err != nil {
		t.Fatal(err)
	}
	for _, vkey := range []string{"", "hub", s.VerifierKey() + "A", strings.Replace(s.VerifierKey(), "hub", "bub", 1), cosigner.VerifierKey()} {
		_, err := NewVerifier(vkey)
		refused(t, err, "read log key")
	}
	identityPoint := append([]byte{1}, make([]byte, 31)...)
	vkey, err := note.NewEd25519VerifierKey(origin, identityPoint)
	if err != nil {
		t.Fatal(err)
	}
	_, err = NewVerifier(vkey)
	refused(t, err, "small order")
	name, rest, _ := strings.Cut(s.VerifierKey(), "+")
	hash, key, _ := strings.Cut(rest, "+")
	_, err = NewVerifier(name + "+" + strings.ToUpper(hash) + "+" + key)
	refused(t, err, "not written as")
	small, err := torchwood.NewCosignatureVerifierFromKey("israel/witness", ed25519.PublicKey(identityPoint))
	if err != nil {
		t.Fatal(err)
	}
	_, err = NewWitnesses([]string{small.String()})
	refused(t, err, "small order")
}

func FuzzOpenCheckpoint(f *testing.F) {
	_, v := testSigner(f)
	f.Add(testCheckpoint(f, 7))
	f.Add([]byte("— nobody AAAAAAAA\n\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		head, err := v.Open(b)
		if err == nil && !bytes.HasPrefix(b, fmt.Appendf(nil, "%s\n%d\n", origin, head.Size)) {
			t.Errorf("%q is opened as %v", b, head)
		}
	})
}
