package ledger

import (
	"bytes"
	"crypto/ed25519"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"

	"filippo.io/torchwood"
	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"parley/identity"
)

const (
	maxCheckpoint = 1<<16 - 1 // bytes of a checkpoint with its signatures
	maxSignatures = 16        // lines, the log's included
	maxName       = 255       // bytes of an origin or witness name

	typeMLDSA = 0x06 // of c2sp.org/signed-note
)

// A Head is what a checkpoint says: the ledger's name, how many entries it has
// and the root of the tree over them.
type Head struct {
	Origin string
	Size   uint64
	Root   Hash
}

// text is the checkpoint without signatures, as c2sp.org/tlog-checkpoint has it.
func (h Head) text() string {
	return torchwood.Checkpoint{Origin: h.Origin, Tree: tlog.Tree{N: int64(h.Size), Hash: h.Root}}.String()
}

// parseHead reads a checkpoint's text in the one spelling that it has, without
// extension lines.
func parseHead(text string) (Head, error) {
	c, err := torchwood.ParseCheckpoint(text)
	if err != nil {
		return Head{}, fmt.Errorf("it is not an origin, a size and a root, each on a line of its own: %q", clip(text))
	}
	head := Head{Origin: c.Origin, Size: uint64(c.N), Root: Hash(c.Hash)}
	switch {
	case head.text() != text:
		return Head{}, fmt.Errorf("it has extension lines or is not written as a checkpoint must be: %q", clip(text))
	case head.Size > maxTree:
		return Head{}, checkSize(head.Size)
	case head.Size == 0 && head.Root != emptyRoot:
		return Head{}, errors.New("its root is not that of an empty tree")
	}
	return head, nil
}

func checkName(name string) error {
	if name == "" || len(name) > maxName || strings.ContainsFunc(name, func(r rune) bool { return r <= ' ' || r >= 0x7f || r == '+' }) {
		return fmt.Errorf("name %q must be 1 to %d visible ASCII characters without '+'", clip(name), maxName)
	}
	return nil
}

// A signatureLine is one of the lines at the end of a signed note.
type signatureLine struct {
	name string
	hash uint32
	line []byte // without the newline
}

// by reports whether the line is named as one of that key's.
func (l signatureLine) by(k *torchwood.CosignatureVerifier) bool {
	return l.name == k.Name() && l.hash == k.KeyHash()
}

// splitNote takes a signed note apart within the bounds and checks that every
// signature line has its one spelling. It verifies no signature.
func splitNote(signed []byte) (text string, lines []signatureLine, err error) {
	if len(signed) > maxCheckpoint {
		return "", nil, fmt.Errorf("it has %d bytes, at most %d are allowed", len(signed), maxCheckpoint)
	}
	end := bytes.LastIndex(signed, []byte("\n\n"))
	if end < 0 || signed[len(signed)-1] != '\n' {
		return "", nil, errors.New("it is not a signed note: the text, an empty line, signature lines")
	}
	rest := signed[end+2:]
	if n := bytes.Count(rest, []byte("\n")); n > maxSignatures {
		return "", nil, fmt.Errorf("it has %d signature lines, at most %d are allowed", n, maxSignatures)
	}
	if len(rest) == 0 {
		return "", nil, errors.New("it has no signature lines")
	}
	for len(rest) > 0 {
		line, after, _ := bytes.Cut(rest, []byte("\n"))
		rest = after
		body, ok := strings.CutPrefix(string(line), "— ")
		name, encoded, _ := strings.Cut(body, " ")
		raw, err := strictBase64.DecodeString(encoded)
		if !ok || err != nil || len(raw) < 5 || checkName(name) != nil || strings.ContainsAny(encoded, "\r\n") {
			return "", nil, fmt.Errorf("signature line %d is malformed: %q", len(lines)+1, clip(string(line)))
		}
		lines = append(lines, signatureLine{name, binary.BigEndian.Uint32(raw), line})
	}
	return string(signed[:end+1]), lines, nil
}

// joinNote is the inverse of splitNote, within the same bounds.
func joinNote(text string, lines []signatureLine) ([]byte, error) {
	out := []byte(text + "\n")
	for _, l := range lines {
		out = append(append(out, l.line...), '\n')
	}
	_, _, err := splitNote(out)
	return out, err
}

// seconds is the time in a cosignature's line; 0 in another's.
func (l signatureLine) seconds() uint64 {
	raw, err := strictBase64.DecodeString(string(l.line[bytes.LastIndexByte(l.line, ' ')+1:]))
	if err != nil || len(raw) < 12 {
		return 0
	}
	return binary.BigEndian.Uint64(raw[4:])
}

func appendSignature(out []byte, name string, hash uint32, signature []byte) []byte {
	out = append(out, "— "...)
	out = append(out, name...)
	out = append(out, ' ')
	out = base64.StdEncoding.AppendEncode(out, append(binary.BigEndian.AppendUint32(nil, hash), signature...))
	return append(out, '\n')
}

// A Signer signs checkpoints with the ledger's key.
type Signer struct {
	origin string
	hash   uint32
	vkey   string
	key    ed25519.PrivateKey
}

// NewSigner makes the signer of the ledger called origin, which is 1 to 255
// visible ASCII characters without '+', a host name and a path by custom.
func NewSigner(origin string, seed ed25519.PrivateKey) (*Signer, error) {
	if err := checkName(origin); err != nil {
		return nil, fmt.Errorf("make log signer: %w", err)
	}
	if len(seed) != ed25519.PrivateKeySize {
		return nil, fmt.Errorf("make log signer %s: the private key has %d bytes, an Ed25519 key has %d", origin, len(seed), ed25519.PrivateKeySize)
	}
	vkey, err := note.NewEd25519VerifierKey(origin, seed.Public().(ed25519.PublicKey))
	if err != nil {
		return nil, fmt.Errorf("make log signer %s: %w", origin, err)
	}
	v, err := note.NewVerifier(vkey)
	if err != nil {
		return nil, fmt.Errorf("make log signer %s: %w", origin, err)
	}
	return &Signer{origin, v.KeyHash(), vkey, seed}, nil
}

// Sign makes the signed checkpoint for a tree of size entries. It does not know
// what it has signed before: the caller signs only what extends it, and hands
// out the checkpoint only once its block is durable.
func (s *Signer) Sign(size uint64, root Hash) ([]byte, error) {
	head := Head{s.origin, size, root}
	if size == 0 && root != emptyRoot || size > maxTree {
		return nil, fmt.Errorf("sign checkpoint of %s for %d entries with root %x: no such tree", s.origin, size, root)
	}
	text := head.text()
	return appendSignature([]byte(text+"\n"), s.origin, s.hash, ed25519.Sign(s.key, []byte(text))), nil
}

// Origin is the ledger's name.
func (s *Signer) Origin() string { return s.origin }

// VerifierKey is the public key in the form of c2sp.org/signed-note,
// "origin+hash+key".
func (s *Signer) VerifierKey() string { return s.vkey }

// A Verifier checks checkpoints of one ledger.
type Verifier struct {
	key   note.Verifier
	known note.Verifiers
	vkey  string
	last  atomic.Pointer[opened] // the newest checkpoint that verified: many receipts carry one
}

type opened struct {
	checkpoint string
	head       Head
}

// NewVerifier makes the verifier of the ledger whose key, as
// [Signer.VerifierKey] writes it, is vkey. It refuses keys under which one
// signature fits many texts, see [identity.CheckKey]; make a Verifier once.
func NewVerifier(vkey string) (*Verifier, error) {
	key, err := note.NewVerifier(vkey)
	if err == nil {
		err = checkVerifierKey(key.Name(), vkey)
	}
	if err != nil {
		return nil, fmt.Errorf("read log key %q: %w", clip(vkey), err)
	}
	return &Verifier{key: key, known: note.VerifierList(key), vkey: vkey}, nil
}

// checkVerifierKey checks the name and the public key in a verifier key whose
// form is known to be right, and that it has its one spelling.
func checkVerifierKey(name, vkey string) error {
	if err := checkName(name); err != nil {
		return err
	}
	hash, encoded, _ := strings.Cut(strings.TrimPrefix(vkey, name+"+"), "+")
	raw, err := strictBase64.DecodeString(encoded)
	if err != nil || len(raw) == 0 || strings.ToLower(hash) != hash || strings.ContainsAny(encoded, "\r\n") {
		return errors.New("it is not written as such a key must be")
	}
	if raw[0] == typeMLDSA {
		return nil // its length and its hash were checked with its form; no key of it is weak
	}
	return identity.CheckKey(raw[1:])
}

// Origin is the ledger's name.
func (v *Verifier) Origin() string { return v.key.Name() }

// VerifierKey is the key that v was made from.
func (v *Verifier) VerifierKey() string { return v.vkey }

// Open reads a checkpoint that the ledger's key has signed. Signatures by other
// keys are passed over. The head is what the ledger's owner claims: whether it
// extends an earlier one is for [CheckConsistency].
func (v *Verifier) Open(checkpoint []byte) (Head, error) {
	if last := v.last.Load(); last != nil && last.checkpoint == string(checkpoint) {
		return last.head, nil
	}
	head, _, err := v.open(checkpoint, v.known)
	if err != nil {
		return Head{}, fmt.Errorf("open checkpoint of %s: %w", v.Origin(), err)
	}
	v.last.Store(&opened{string(checkpoint), head})
	return head, nil
}

// Peek reads what a checkpoint claims and verifies nothing: whoever wrote it may
// have made it up.
func Peek(checkpoint []byte) (Head, error) {
	text, _, err := splitNote(checkpoint)
	if err != nil {
		return Head{}, fmt.Errorf("read checkpoint: %w", err)
	}
	head, err := parseHead(text)
	if err != nil {
		return Head{}, fmt.Errorf("read checkpoint: %w", err)
	}
	return head, nil
}

// Claims reports whether a checkpoint has a line that claims to be the ledger's key's
// signature; it verifies nothing. Where there is none, another key may have signed.
func (v *Verifier) Claims(checkpoint []byte) bool {
	_, lines, err := splitNote(checkpoint)
	return err == nil && slices.ContainsFunc(lines, func(l signatureLine) bool { return l.name == v.key.Name() && l.hash == v.key.KeyHash() })
}

// open verifies a checkpoint with the known keys, of which the ledger's must
// have signed it.
func (v *Verifier) open(checkpoint []byte, known note.Verifiers) (Head, []note.Signature, error) {
	if _, _, err := splitNote(checkpoint); err != nil {
		return Head{}, nil, err
	}
	n, err := note.Open(checkpoint, known)
	if invalid, ok := errors.AsType[*note.InvalidSignatureError](err); ok {
		return Head{}, nil, fmt.Errorf("the signature by %s is wrong", invalid.Name)
	}
	if _, ok := errors.AsType[*note.UnverifiedNoteError](err); err != nil && !ok {
		return Head{}, nil, err
	}
	signed := err == nil && func() bool {
		for _, s := range n.Sigs {
			if s.Name == v.key.Name() && s.Hash == v.key.KeyHash() {
				return true
			}
		}
		return false
	}()
	if !signed {
		return Head{}, nil, fmt.Errorf("the key %s+%08x has not signed it", v.key.Name(), v.key.KeyHash())
	}
	head, err := parseHead(n.Text)
	if err != nil {
		return Head{}, nil, err
	}
	if head.Origin != v.Origin() {
		return Head{}, nil, fmt.Errorf("it is of another ledger, %q", clip(head.Origin))
	}
	return head, n.Sigs, nil
}
