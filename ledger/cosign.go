package ledger

import (
	"crypto/ed25519"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"time"

	"filippo.io/torchwood"
	"golang.org/x/mod/sumdb/note"
)

// A Cosigner signs checkpoints as a witness, in the form of Ed25519
// cosignature/v1 of c2sp.org/tlog-cosignature.
type Cosigner struct {
	key      ed25519.PrivateKey
	verifier *torchwood.CosignatureVerifier
}

// NewCosigner makes the cosigner called name. Its key must serve nothing else:
// the signature does not cover the name.
func NewCosigner(name string, key ed25519.PrivateKey) (*Cosigner, error) {
	if err := checkName(name); err != nil {
		return nil, fmt.Errorf("make cosigner: %w", err)
	}
	if len(key) != ed25519.PrivateKeySize {
		return nil, fmt.Errorf("make cosigner %s: the private key has %d bytes, an Ed25519 key has %d", name, len(key), ed25519.PrivateKeySize)
	}
	v, err := torchwood.NewCosignatureVerifierFromKey(name, key.Public())
	if err != nil {
		return nil, fmt.Errorf("make cosigner %s: %w", name, err)
	}
	return &Cosigner{key, v}, nil
}

// VerifierKey is the public key in the form of c2sp.org/signed-note.
func (c *Cosigner) VerifierKey() string { return c.verifier.String() }

// Cosign adds the cosigner's line to a checkpoint; it replaces one that the
// cosigner made before. It says that at this time, to the second, this is the
// largest tree consistent with all that the witness has seen. To see to that,
// and to verify the ledger's signature, is the caller's duty, who also makes it
// durable before the cosignature leaves.
func (c *Cosigner) Cosign(checkpoint []byte, at time.Time) ([]byte, error) {
	fail := func(err error) ([]byte, error) {
		return nil, fmt.Errorf("cosign checkpoint as %s: %w", c.verifier.Name(), err)
	}
	text, lines, err := splitNote(checkpoint)
	if err != nil {
		return fail(err)
	}
	if _, err := parseHead(text); err != nil {
		return fail(err)
	}
	if err := checkTime(at); err != nil {
		return fail(err)
	}
	out := []byte(text + "\n")
	for _, l := range lines {
		if l.name != c.verifier.Name() || l.hash != c.verifier.KeyHash() {
			out = append(append(out, l.line...), '\n')
		}
	}
	seconds := at.Unix()
	signed := ed25519.Sign(c.key, fmt.Appendf(nil, "cosignature/v1\ntime %d\n%s", seconds, text))
	signature := append(binary.BigEndian.AppendUint64(nil, uint64(seconds)), signed...)
	out = appendSignature(out, c.verifier.Name(), c.verifier.KeyHash(), signature)
	if _, _, err := splitNote(out); err != nil {
		return fail(err)
	}
	return out, nil
}

// A Cosignature is a witness's signature that was verified.
type Cosignature struct {
	Name string
	Time time.Time // when the witness says it was the largest tree it had seen; to the second
}

// Witnesses are the cosigners whose word counts.
type Witnesses struct {
	keys []*torchwood.CosignatureVerifier
}

// NewWitnesses reads the witnesses' keys, as [Cosigner.VerifierKey] writes them.
// Each must have a name and a key of its own. None is fine.
func NewWitnesses(vkeys []string) (*Witnesses, error) {
	w := new(Witnesses)
	for _, vkey := range vkeys {
		v, err := torchwood.NewCosignatureVerifier(vkey)
		if err != nil {
			return nil, fmt.Errorf("read witness key %q: %w", clip(vkey), err)
		}
		public, ok := v.PublicKey().(ed25519.PublicKey)
		if !ok {
			return nil, fmt.Errorf("read witness key of %s: it is not an Ed25519 cosignature key", clip(v.Name()))
		}
		if err := checkVerifierKey(v.Name(), vkey); err != nil {
			return nil, fmt.Errorf("read witness key %q: %w", clip(vkey), err)
		}
		for _, other := range w.keys {
			if other.Name() == v.Name() || public.Equal(other.PublicKey()) {
				return nil, fmt.Errorf("read witness key of %s: %s has the same name or key", v.Name(), other.Name())
			}
		}
		w.keys = append(w.keys, v)
	}
	return w, nil
}

// Check verifies a checkpoint of the ledger and the cosignatures on it. It gives
// those of the witnesses it knows, in the order of [NewWitnesses]; lines by other
// keys are passed over. A line in a known witness's name that does not verify is
// an error. How many cosignatures are enough is for the caller.
func (w *Witnesses) Check(v *Verifier, checkpoint []byte) (Head, []Cosignature, error) {
	head, cosigned, err := w.check(v, checkpoint)
	if err != nil {
		return Head{}, nil, fmt.Errorf("open cosigned checkpoint of %s: %w", v.Origin(), err)
	}
	var cosignatures []Cosignature
	for i, s := range cosigned {
		if s.Base64 == "" {
			continue
		}
		seconds, err := torchwood.CosignatureTimestamp(s)
		if err == nil && seconds > maxMilli/1000 {
			err = errors.New("its time is after the year 9999")
		}
		if err != nil {
			return Head{}, nil, fmt.Errorf("open cosigned checkpoint of %s: cosignature of %s: %w", v.Origin(), s.Name, err)
		}
		cosignatures = append(cosignatures, Cosignature{w.keys[i].Name(), time.Unix(seconds, 0).UTC()})
	}
	return head, cosignatures, nil
}

// check gives the verified signature of each witness; the zero one where there
// is none.
func (w *Witnesses) check(v *Verifier, checkpoint []byte) (Head, []note.Signature, error) {
	known := []note.Verifier{v.key}
	for _, k := range w.keys {
		known = append(known, k)
	}
	head, signatures, err := v.open(checkpoint, note.VerifierList(known...))
	if err != nil {
		return Head{}, nil, err
	}
	cosigned := make([]note.Signature, len(w.keys))
	for _, s := range signatures {
		for i, k := range w.keys {
			if s.Name == k.Name() && s.Hash == k.KeyHash() {
				cosigned[i] = s
			}
		}
	}
	return head, cosigned, nil
}

// Merge adds to checkpoint a the cosignatures that b has beyond it, and leaves
// out of b whatever no witness of these has signed, so that nobody can fill the
// note with lines of their own. Both must be checkpoints of the ledger for the
// same head.
func (w *Witnesses) Merge(v *Verifier, a, b []byte) ([]byte, error) {
	if _, _, err := w.check(v, b); err != nil {
		return nil, fmt.Errorf("merge checkpoints of %s: %w", v.Origin(), err)
	}
	return merge(a, b, func(l signatureLine) bool {
		return slices.ContainsFunc(w.keys, func(k *torchwood.CosignatureVerifier) bool {
			return l.name == k.Name() && l.hash == k.KeyHash()
		})
	})
}

// Merge is the checkpoint with the signature lines of a and then those of b whose
// keys have none in a. Both must have the same text. No signature is verified;
// where b comes from outside, use [Witnesses.Merge].
func Merge(a, b []byte) ([]byte, error) {
	return merge(a, b, func(signatureLine) bool { return true })
}

func merge(a, b []byte, keep func(signatureLine) bool) ([]byte, error) {
	text, lines, err := splitNote(a)
	if err != nil {
		return nil, fmt.Errorf("merge checkpoints: the first: %w", err)
	}
	other, more, err := splitNote(b)
	if err != nil {
		return nil, fmt.Errorf("merge checkpoints: the second: %w", err)
	}
	if text != other {
		return nil, fmt.Errorf("merge checkpoints: they are for different heads, %q and %q", clip(text), clip(other))
	}
	for _, l := range more {
		has := slices.ContainsFunc(lines, func(o signatureLine) bool { return o.name == l.name && o.hash == l.hash })
		if !has && keep(l) {
			lines = append(lines, l)
		}
	}
	out := []byte(text + "\n")
	for _, l := range lines {
		out = append(append(out, l.line...), '\n')
	}
	if _, _, err := splitNote(out); err != nil {
		return nil, fmt.Errorf("merge checkpoints: %w", err)
	}
	return out, nil
}
