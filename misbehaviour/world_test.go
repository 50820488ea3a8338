package misbehaviour

import (
	"crypto/ed25519"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"fmt"
	"testing"
	"time"

	"parley/charter"
	"parley/identity"
	"parley/ledger"
	"parley/statement"
)

// A world is a hub that orders whatever it is told to, with keys that are derived from
// names, so that every run makes the same bytes.
type world struct {
	t       testing.TB
	charter *charter.Signed
	signer  *ledger.Signer
	entries []ledger.Entry
	texts   [][]byte
	hashes  ledger.Hashes
	now     time.Time
	salts   int
	serial  byte
}

var noon = time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)

func keyOf(name string) ed25519.PrivateKey {
	seed := sha256.Sum256([]byte("parley misbehaviour test " + name))
	return ed25519.NewKeyFromSeed(seed[:])
}

func must[T any](t testing.TB) func(T, error) T {
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

func witness(party string) *ledger.Cosigner {
	c, err := ledger.NewCosigner(party+"/witness", keyOf(party+"/witness"))
	if err != nil {
		panic(err)
	}
	return c
}

func tlsPin(t testing.TB) string {
	der := must[[]byte](t)(x509.MarshalPKIXPublicKey(keyOf("hub/tls").Public()))
	sum := sha256.Sum256(der)
	return base64.StdEncoding.EncodeToString(sum[:])
}

// newWorld begins the mechanism called name; entry 0 is its charter.
func newWorld(t testing.TB, name string) *world {
	t.Helper()
	w := &world{t: t, now: noon}
	c := must[*charter.Charter](t)(charter.Template("quiet-orchard"))
	c.Mechanism = name
	for i, p := range c.Parties {
		c.Parties[i].Roots = []string{identity.EncodeKey(keyOf(p.ID + "/root").Public().(ed25519.PublicKey))}
		c.Parties[i].Witness = witness(p.ID).VerifierKey()
	}
	w.signer = must[*ledger.Signer](t)(ledger.NewSigner("orchard.example/log", keyOf("hub/log")))
	c.Hub = charter.Hub{Origin: "orchard.example/log", Key: w.signer.VerifierKey(), URLs: []string{"https://127.0.0.1:8443"}, TLS: tlsPin(t)}
	w.charter = sign(t, c)
	w.order(w.charter.Note)
	return w
}

func sign(t testing.TB, c *charter.Charter) *charter.Signed {
	t.Helper()
	note := c.Text()
	for _, p := range c.Parties {
		note = must[[]byte](t)(charter.Sign(t.Context(), note, p.ID, identity.NewSigner(keyOf(p.ID+"/root"))))
	}
	return must[*charter.Signed](t)(charter.Open(note))
}

// order puts texts into the ledger, a second apart, and asks no rule.
func (w *world) order(texts ...[]byte) {
	for _, text := range texts {
		w.now = w.now.Add(time.Second)
		w.entry(ledger.Entry{Time: w.now, Content: ledger.ContentHash(text)}, text)
	}
}

func (w *world) entry(e ledger.Entry, text []byte) {
	w.t.Helper()
	stored, _, err := ledger.Grow(uint64(len(w.entries)), w.hashes, []ledger.Entry{e})
	if err != nil {
		w.t.Fatal(err)
	}
	w.hashes, w.entries, w.texts = append(w.hashes, stored...), append(w.entries, e), append(w.texts, text)
}

func (w *world) size() uint64 { return uint64(len(w.entries)) }

// tree is the ledger of the first size entries, as the hub signs it.
func (w *world) tree(size uint64) *Tree {
	w.t.Helper()
	root := must[ledger.Hash](w.t)(ledger.RootAt(size, w.hashes))
	return &Tree{Charters: []string{string(w.charter.Note)}, Checkpoint: must[[]byte](w.t)(w.signer.Sign(size, root)),
		Head: ledger.Head{Origin: w.signer.Origin(), Size: size, Root: root}, Hashes: w.hashes}
}

func (w *world) item(t *Tree, index uint64, text bool) Item {
	w.t.Helper()
	var content []byte
	if text {
		content = w.texts[index]
	}
	return must[Item](w.t)(t.Item(index, w.entries[index], content))
}

// draft is a statement's claims, to be changed before it is signed.
func (w *world) draft(author string) statement.Claims {
	w.serial++
	root := must[ledger.Hash](w.t)(ledger.RootAt(w.size(), w.hashes))
	at := w.now.Add(500 * time.Millisecond)
	return statement.Claims{Mechanism: w.charter.Mechanism, ID: statement.NewID(at, [10]byte{w.serial}), Author: must[identity.Author](w.t)(identity.ParseAuthor(author)),
		Format: "J01/1", Area: "orchard", Precedence: "PRIORITY", To: []string{"birch"}, Exercise: w.charter.Exercise, Time: at,
		Seen: statement.Seen{Size: w.size(), Root: root}, Serial: statement.Serial{Day: at.Format(time.DateOnly), Number: 1}}
}

// say signs claims with the author's key.
func (w *world) say(c statement.Claims, fields map[string]any) *statement.Statement {
	w.t.Helper()
	return must[*statement.Statement](w.t)(statement.Sign(w.t.Context(), identity.NewSigner(keyOf(c.Author.String())), c, fields, func() string {
		w.salts++
		sum := sha256.Sum256(fmt.Append(nil, "salt ", w.salts))
		return fmt.Sprintf("%X", sum[:13])
	}))
}

// after is the draft of a statement that follows another of its author.
func (w *world) after(s *statement.Statement) statement.Claims {
	c := w.draft(s.Claims().Author.String())
	c.Prev, c.Serial.Number = statement.EncodeHash(s.Hash()), s.Claims().Serial.Number+1
	return c
}

func (w *world) bytes(f *File) []byte {
	w.t.Helper()
	return must[[]byte](w.t)(f.Bytes())
}
