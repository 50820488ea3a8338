package ledger

import (
	"bytes"
	"crypto/ed25519"
	"slices"
	"strings"
	"testing"
	"time"

	"filippo.io/mldsa"
	"filippo.io/torchwood"
	"github.com/transparency-dev/formats/log"
	fnote "github.com/transparency-dev/formats/note"
	"golang.org/x/mod/sumdb/note"
)

func testCosigner(t testing.TB, name string) *Cosigner {
	t.Helper()
	c, err := NewCosigner(name, testKeyMLDSA(t, name), testKey(name))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func testKeyMLDSA(t testing.TB, word string) *mldsa.PrivateKey {
	t.Helper()
	key, err := mldsa.NewPrivateKey(mldsa.MLDSA44(), testKey(word).Seed())
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func cosign(t testing.TB, c *Cosigner, checkpoint []byte, at time.Time) []byte {
	t.Helper()
	out, err := c.Cosign(checkpoint, at)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func testWitnesses(t testing.TB, cosigners ...*Cosigner) *Witnesses {
	t.Helper()
	var vkeys []string
	for _, c := range cosigners {
		vkeys = append(vkeys, c.VerifierKeys()...)
	}
	w, err := NewWitnesses(vkeys)
	if err != nil {
		t.Fatal(err)
	}
	return w
}

func TestCosignatureAgainstOracles(t *testing.T) {
	s, v := testSigner(t)
	a, b := testCosigner(t, "israel/witness"), testCosigner(t, "syria/witness")
	signed := cosign(t, b, cosign(t, a, testCheckpoint(t, 7), noon), noon.Add(time.Minute))

	head, got, err := testWitnesses(t, a, b).Check(v, signed)
	want := []Cosignature{{"israel/witness", Ed25519, noon}, {"israel/witness", MLDSA44, noon}, {"syria/witness", Ed25519, noon.Add(time.Minute)}, {"syria/witness", MLDSA44, noon.Add(time.Minute)}}
	if err != nil || !slices.Equal(got, want) || head.Size != 7 {
		t.Fatalf("checked: %v, %v, %v; want %v", head, got, err, want)
	}
	if opened, err := v.Open(signed); err != nil || opened != head {
		t.Errorf("without witnesses it opens as %v, %v", opened, err)
	}

	key, err := note.NewVerifier(s.VerifierKey())
	if err != nil {
		t.Fatal(err)
	}
	var oracles []note.Verifier
	for _, c := range []*Cosigner{a, b} {
		oracle, err := fnote.NewVerifierForCosignatureV1(c.VerifierKey())
		if err != nil {
			t.Fatal(err)
		}
		quantum, err := fnote.NewMLDSAVerifier(c.VerifierKeyMLDSA())
		if err != nil {
			t.Fatal(err)
		}
		oracles = append(oracles, oracle, quantum)
	}
	_, _, n, err := log.ParseCheckpoint(signed, origin, key, oracles...)
	if err != nil || len(n.Sigs) != 5 {
		t.Fatalf("formats verifies %v, %v; want 5 signatures", n, err)
	}
	at, err := fnote.CoSigV1Timestamp(n.Sigs[1])
	if err != nil || !at.Equal(noon) {
		t.Errorf("formats reads the time of the first cosignature as %v, %v", at, err)
	}

	policy, err := torchwood.ParsePolicy([]byte("log " + s.VerifierKey() + "\nwitness A " + a.VerifierKey() + "\nwitness A2 " + a.VerifierKeyMLDSA() +
		"\nwitness B " + b.VerifierKey() + "\nwitness B2 " + b.VerifierKeyMLDSA() + "\ngroup both all A A2 B B2\nquorum both\n"))
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := torchwood.VerifyCheckpoint(signed, policy); err != nil {
		t.Errorf("torchwood refuses it under the policy of both: %v", err)
	}
	short, err := Short(signed)
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := torchwood.VerifyCheckpoint(short, policy); err == nil {
		t.Error("torchwood accepts it without ML-DSA under the policy of both algorithms")
	}
	if _, got, err := testWitnesses(t, a, b).Check(v, short); err != nil || len(got) != 2 || got[1].Algorithm != Ed25519 {
		t.Errorf("short: %v, %v; want the cosignatures by Ed25519", got, err)
	}
	if bare, err := v.Bare(signed); err != nil || !bytes.Equal(bare, testCheckpoint(t, 7)) {
		t.Errorf("bare: %q, %v", bare, err)
	}
}

func TestWitnessesCheck(t *testing.T) {
	_, v := testSigner(t)
	a, b, stranger := testCosigner(t, "israel/witness"), testCosigner(t, "syria/witness"), testCosigner(t, "nobody")
	w := testWitnesses(t, a, b)
	plain := testCheckpoint(t, 7)
	both := cosign(t, a, cosign(t, stranger, cosign(t, b, plain, noon), noon), noon)
	_, got, err := w.Check(v, both)
	if err != nil || len(got) != 4 || got[0].Name != "israel/witness" {
		t.Errorf("checked %v, %v; want both witnesses in the order of the keys", got, err)
	}
	if _, got, err := w.Check(v, plain); err != nil || len(got) != 0 {
		t.Errorf("a checkpoint without cosignatures: %v, %v", got, err)
	}
	again := cosign(t, a, cosign(t, a, plain, noon), noon.Add(time.Hour))
	if _, got, err := w.Check(v, again); err != nil || len(got) != 2 || !got[0].Time.Equal(noon.Add(time.Hour)) {
		t.Errorf("cosigned again: %v, %v; want the later time alone", got, err)
	}

	text, _, _ := strings.Cut(string(plain), "\n\n")
	unsigned := cosign(t, a, []byte(text+"\n\n— nobody AAAAAAAA\n"), noon)
	_, _, err = w.Check(v, unsigned)
	refused(t, err, "has not signed it")

	// The witness's line of another checkpoint.
	smaller := cosign(t, a, testCheckpoint(t, 6), noon)
	stolen := append(bytes.Clone(plain), smaller[bytes.LastIndex(smaller, []byte("— ")):]...)
	_, _, err = w.Check(v, stolen)
	refused(t, err, "the signature by israel/witness is wrong")

	// A line by ML-DSA under another name that has the same key: the name is covered.
	other, err := NewCosigner("syria/witness", testKeyMLDSA(t, "israel/witness"))
	if err != nil {
		t.Fatal(err)
	}
	mixed, err := NewWitnesses([]string{other.VerifierKeyMLDSA()})
	if err != nil {
		t.Fatal(err)
	}
	_, lines, err := splitNote(cosign(t, a, plain, noon))
	if err != nil {
		t.Fatal(err)
	}
	_, encoded, _ := strings.Cut(string(lines[2].line)[len("— "):], " ")
	raw, err := strictBase64.DecodeString(encoded)
	if err != nil {
		t.Fatal(err)
	}
	_, _, err = mixed.Check(v, appendSignature(bytes.Clone(plain), "syria/witness", mixed.keys[0].KeyHash(), raw[4:]))
	refused(t, err, "the signature by syria/witness is wrong")

	// The time is covered by the signature, of either algorithm.
	for _, line := range lines[1:] {
		_, encoded, _ := strings.Cut(string(line.line)[len("— "):], " ")
		raw, err := strictBase64.DecodeString(encoded)
		if err != nil {
			t.Fatal(err)
		}
		raw[4+7]++ // the last byte of the time
		_, _, err = w.Check(v, appendSignature(bytes.Clone(plain), "israel/witness", line.hash, raw[4:]))
		refused(t, err, "the signature by israel/witness is wrong")
	}
}

func TestNewWitnessesRefuses(t *testing.T) {
	a := testCosigner(t, "israel/witness")
	sameKey, err := NewCosigner("syria/witness", testKey("israel/witness"))
	if err != nil {
		t.Fatal(err)
	}
	sameName, err := NewCosigner("israel/witness", testKey("x"))
	if err != nil {
		t.Fatal(err)
	}
	sameMLDSA, err := NewCosigner("syria/witness", testKeyMLDSA(t, "israel/witness"))
	if err != nil {
		t.Fatal(err)
	}
	s, _ := testSigner(t)
	for _, test := range []struct {
		name string
		keys []string
		want string
	}{
		{"same key", []string{a.VerifierKey(), sameKey.VerifierKey()}, "same name or key"},
		{"same name", []string{a.VerifierKey(), sameName.VerifierKey()}, "same name or key"},
		{"same ML-DSA key", []string{a.VerifierKeyMLDSA(), sameMLDSA.VerifierKeyMLDSA()}, "same name or key"},
		{"ML-DSA key cut", []string{a.VerifierKeyMLDSA()[:200]}, "read witness key"},
		{"ML-DSA key in another spelling", []string{strings.ToUpper(a.VerifierKeyMLDSA()[:24]) + a.VerifierKeyMLDSA()[24:]}, "read witness key"},
		{"log key", []string{s.VerifierKey()}, "read witness key"},
		{"nothing", []string{""}, "read witness key"},
	} {
		_, err := NewWitnesses(test.keys)
		refused(t, err, test.want)
	}
}

func TestCosignRefuses(t *testing.T) {
	a := testCosigner(t, "israel/witness")
	_, err := a.Cosign([]byte("hello\n\n— nobody AAAAAAAA\n"), noon)
	refused(t, err, "not an origin, a size and a root")
	_, err = a.Cosign(testCheckpoint(t, 7), time.Time{})
	refused(t, err, "outside the years")
	full := append(testCheckpoint(t, 7), strings.Repeat("— nobody AAAAAAAA\n", 15)...)
	_, err = a.Cosign(full, noon)
	refused(t, err, "18 signature lines")
	_, err = NewCosigner("a b", testKey("x"))
	refused(t, err, "visible ASCII")
	_, err = NewCosigner("a", ed25519.PrivateKey{})
	refused(t, err, "0 bytes")
	_, err = NewCosigner("a")
	refused(t, err, "no key")
	_, err = NewCosigner("a", testKey("x"), testKey("y"))
	refused(t, err, "two keys for Ed25519")
	large, err := mldsa.GenerateKey(mldsa.MLDSA65())
	if err != nil {
		t.Fatal(err)
	}
	_, err = NewCosigner("a", large)
	refused(t, err, "not ML-DSA-44")
}

func TestMerge(t *testing.T) {
	_, v := testSigner(t)
	a, b, stranger := testCosigner(t, "israel/witness"), testCosigner(t, "syria/witness"), testCosigner(t, "nobody")
	w := testWitnesses(t, a, b)
	plain := testCheckpoint(t, 7)
	first, second := cosign(t, a, plain, noon), cosign(t, b, cosign(t, stranger, plain, noon), noon)

	merged, err := Merge(first, second)
	if err != nil {
		t.Fatal(err)
	}
	if _, got, err := w.Check(v, merged); err != nil || len(got) != 4 {
		t.Errorf("merged: %v, %v; want both", got, err)
	}
	if n := strings.Count(string(merged), "\n— "); n != 7 {
		t.Errorf("merged has %d signature lines, want 7", n)
	}
	if again, err := Merge(merged, second); err != nil || !bytes.Equal(again, merged) {
		t.Errorf("merging what is there already changed it: %q, %v", again, err)
	}
	_, err = Merge(first, testCheckpoint(t, 8))
	refused(t, err, "different heads")
	_, err = Merge(first, []byte("x"))
	refused(t, err, "the second: ")

	// What comes from outside cannot fill the note with lines of its own.
	filled := append(bytes.Clone(second), strings.Repeat("— filler AAAAAAAA\n", 11)...)
	clean, err := w.Merge(v, first, filled)
	if err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(string(clean), "\n— "); n != 5 {
		t.Errorf("merged from outside has %d signature lines, want the log's and two of each witness", n)
	}
	_, err = w.Merge(v, first, testCheckpoint(t, 8))
	refused(t, err, "different heads")
	_, err = w.Merge(v, first, append(bytes.Clone(plain), "— israel/witness AAAAAAAA\n"...))
	if err != nil {
		t.Errorf("a line with a witness's name and another key: %v; want it left out", err)
	}

	// The later word of a witness counts, in whichever order they come.
	later := cosign(t, a, plain, noon.Add(time.Hour))
	for _, order := range [][2][]byte{{first, later}, {later, first}} {
		merged, err := w.Merge(v, order[0], order[1])
		if err != nil {
			t.Fatal(err)
		}
		if _, got, err := w.Check(v, merged); err != nil || len(got) != 2 || !got[0].Time.Equal(noon.Add(time.Hour)) || !got[1].Time.Equal(noon.Add(time.Hour)) {
			t.Errorf("merged with a later word: %v, %v; want it of %v", got, err, noon.Add(time.Hour))
		}
	}
}
