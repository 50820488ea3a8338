package ledger

import (
	"crypto/ed25519"
	"errors"
	"fmt"
	"slices"
	"time"

	"filippo.io/mldsa"
	"filippo.io/torchwood"
	"golang.org/x/mod/sumdb/note"
)

// A Cosignature is a witness's signature that was verified.
type Cosignature struct {
	Name      string
	Algorithm string    // [Ed25519] or [MLDSA44]
	Time      time.Time // when the witness says it was the largest tree it had seen; to the second
}

// Witnesses are the cosigners whose word counts.
type Witnesses struct {
	keys []*torchwood.CosignatureVerifier
}

// NewWitnesses reads the witnesses' keys, as [Cosigner.VerifierKeys] writes them.
// A witness has a name of its own, and at most one key of each algorithm. None
// is fine.
func NewWitnesses(vkeys []string) (*Witnesses, error) {
	w := new(Witnesses)
	for _, vkey := range vkeys {
		v, err := torchwood.NewCosignatureVerifier(vkey)
		if err != nil {
			return nil, fmt.Errorf("read witness key %q: %w", clip(vkey), err)
		}
		if err := checkVerifierKey(v.Name(), vkey); err != nil {
			return nil, fmt.Errorf("read witness key %q: %w", clip(vkey), err)
		}
		for _, other := range w.keys {
			if algorithm(other) == algorithm(v) && (other.Name() == v.Name() || samePublic(other, v)) {
				return nil, fmt.Errorf("read witness key of %s: %s has the same name or key", v.Name(), other.Name())
			}
		}
		w.keys = append(w.keys, v)
	}
	return w, nil
}

func samePublic(a, b *torchwood.CosignatureVerifier) bool {
	switch key := a.PublicKey().(type) {
	case ed25519.PublicKey:
		return key.Equal(b.PublicKey())
	case *mldsa.PublicKey:
		return key.Equal(b.PublicKey())
	}
	return false
}

// Check verifies a checkpoint of the ledger and the cosignatures on it. It gives
// those of the witnesses it knows, in the order of their keys; lines by other
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
		cosignatures = append(cosignatures, Cosignature{w.keys[i].Name(), algorithm(w.keys[i]), time.Unix(seconds, 0).UTC()})
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

// Merge adds to checkpoint a the cosignatures that b has beyond it or of a later
// time, and leaves out of b whatever no witness of these has signed, so that
// nobody can fill the note with lines of their own, nor hold a witness's word at
// an old time by sending that again. Both must be checkpoints of the ledger for
// the same head; a is believed to have been checked before.
func (w *Witnesses) Merge(v *Verifier, a, b []byte) ([]byte, error) {
	if _, _, err := w.check(v, b); err != nil {
		return nil, fmt.Errorf("merge checkpoints of %s: %w", v.Origin(), err)
	}
	return merge(a, b, func(old *signatureLine, l signatureLine) bool {
		return slices.ContainsFunc(w.keys, l.by) && (old == nil || l.seconds() > old.seconds())
	})
}

// Merge is the checkpoint with the signature lines of a and then those of b whose
// keys have none in a. Both must have the same text. No signature is verified;
// where b comes from outside, use [Witnesses.Merge].
func Merge(a, b []byte) ([]byte, error) {
	return merge(a, b, func(old *signatureLine, _ signatureLine) bool { return old == nil })
}

// merge takes those lines of b that take says to take, in the place of the line
// by the same key where a has one.
func merge(a, b []byte, take func(old *signatureLine, l signatureLine) bool) ([]byte, error) {
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
		at := slices.IndexFunc(lines, func(o signatureLine) bool { return o.name == l.name && o.hash == l.hash })
		switch {
		case at < 0 && take(nil, l):
			lines = append(lines, l)
		case at >= 0 && take(&lines[at], l):
			lines[at] = l
		}
	}
	out, err := joinNote(text, lines)
	if err != nil {
		return nil, fmt.Errorf("merge checkpoints: %w", err)
	}
	return out, nil
}

// SameHead reports whether two checkpoints are for the same head. No signature is
// verified.
func SameHead(a, b []byte) bool {
	one, _, err := splitNote(a)
	if err != nil {
		return false
	}
	other, _, err := splitNote(b)
	return err == nil && one == other
}

// Bare is the checkpoint with the lines of the ledger's own key alone, as it was
// before anyone cosigned it. No signature is verified.
func (v *Verifier) Bare(checkpoint []byte) ([]byte, error) {
	return keepLines(checkpoint, func(l signatureLine) bool { return l.name == v.key.Name() && l.hash == v.key.KeyHash() })
}

// Short is the checkpoint without its long lines, which are those by ML-DSA: what
// is left fits where there is little room, such as a QR code. No signature is
// verified.
func Short(checkpoint []byte) ([]byte, error) {
	const long = 512 // bytes; a line by Ed25519 has at most 370, one by ML-DSA-44 over 3,200
	return keepLines(checkpoint, func(l signatureLine) bool { return len(l.line) <= long })
}

func keepLines(checkpoint []byte, keep func(signatureLine) bool) ([]byte, error) {
	text, lines, err := splitNote(checkpoint)
	if err != nil {
		return nil, fmt.Errorf("read checkpoint: %w", err)
	}
	out, err := joinNote(text, slices.DeleteFunc(lines, func(l signatureLine) bool { return !keep(l) }))
	if err != nil {
		return nil, fmt.Errorf("shorten checkpoint: %w", err)
	}
	return out, nil
}
