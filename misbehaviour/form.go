// Package misbehaviour is a proof that somebody on the channel did what cannot be
// done honestly: one file that says it all, and the judge of such files.
//
// Nothing in a file is the accuser's word. It holds the charters, which all parties
// signed, what the hub or a witness signed, and the hashes that lead from the one to
// the other; whoever holds a charter of the mechanism judges it offline with [Judge],
// which ends in one of four ways: proven, with who is accused and of what; shown, which
// says that the accused or the accuser lies, and what would decide it; refuted, with
// the reason; or it could not be judged.
//
// What is proven must stay so whatever the accuser left out of the file. So each kind
// rests on facts that no further text, key or edition of the charter could excuse, and
// what is excused by something that can be left out is shown at most.
package misbehaviour

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"golang.org/x/mod/sumdb/tlog"

	"parley/ledger"
)

// form names the form of a file.
const form = "parley.misbehaviour.v1"

// Bounds of a file.
const (
	MaxFile     = 24 << 20 // bytes
	maxCharters = 64
	maxItems    = 4
	maxHashes   = 63
	maxClaim    = 2 << 10
)

// Kinds of misbehaviour.
const (
	Fork       = "fork"         // the hub signed two ledgers of which neither continues the other
	Dropped    = "dropped"      // an entry with a receipt is not where the receipt says
	Twice      = "twice"        // one text was ordered twice
	Identifier = "identifier"   // two texts were ordered under one identifier
	Chain      = "chain"        // an author's statements do not follow each other as they were ordered
	Seen       = "seen"         // a statement has seen what was not there where it was ordered
	Clock      = "clock"        // the hub's and an author's times cannot both be true
	HubTime    = "hub-time"     // an entry is older than the one before it
	Signature  = "signature"    // a statement was ordered that its key has not signed
	Mechanism  = "mechanism"    // a statement of another mechanism, or with the other mark, was ordered
	RevokedKey = "revoked-key"  // a statement was ordered after its key was revoked
	Text       = "changed-text" // the hub handed over, and signed for, another text than it had ordered
	Beginning  = "beginning"    // the ledger does not begin with the charter that names its key
	Line       = "line"         // what the hub is said to have sent, which it did not sign
)

// A File is the JSON document. Which members a kind has, docs/misbehaviour.md says.
type File struct {
	Form        string   `json:"misbehaviour"`
	Kind        string   `json:"kind"`
	Charters    []string `json:"charters"`              // signed notes, from edition 1 on
	Checkpoints []string `json:"checkpoints"`           // signed notes; that of the smaller tree first
	Prefix      string   `json:"prefix,omitempty"`      // root, in standard base64, that the last checkpoint's tree has over its first entries
	Consistency []string `json:"consistency,omitempty"` // from that root to the last checkpoint's, RFC 9162 section 2.1.4
	Receipt     string   `json:"receipt,omitempty"`
	Items       []Item   `json:"items,omitempty"`  // in the tree of the last checkpoint, by index
	Key         string   `json:"key,omitempty"`    // public Ed25519 key, base64url
	Answer      string   `json:"answer,omitempty"` // file that the hub signed for a carrier
	Line        string   `json:"line,omitempty"`   // of the feed
	Claim       string   `json:"claim,omitempty"`  // what the accuser says of it, in English; proves nothing
}

// An Item is an entry and the proof that it is in the tree. Of Entry and Leaf it has one.
type Item struct {
	Index   uint64   `json:"index"`
	Entry   string   `json:"entry,omitempty"`
	Leaf    string   `json:"leaf,omitempty"` // hash of an entry that is not known, standard base64
	Proof   []string `json:"proof"`          // RFC 9162 section 2.1.3, standard base64
	Content string   `json:"content,omitempty"`
}

// members names, for each kind, the members it has beside the charters.
var members = map[string]string{
	Fork: "checkpoints prefix? consistency?", Dropped: "checkpoints receipt items", Twice: "checkpoints items", Identifier: "checkpoints items",
	Chain: "checkpoints items", Seen: "checkpoints items prefix? consistency?", Clock: "checkpoints items", HubTime: "checkpoints items",
	Signature: "checkpoints items key", Mechanism: "checkpoints items", RevokedKey: "checkpoints items", Text: "checkpoints items answer", Beginning: "checkpoints items", Line: "line claim",
}

// Bytes writes the file in the one form that [Parse] reads.
func (f *File) Bytes() ([]byte, error) {
	whole := *f
	whole.Form, whole.Charters, whole.Checkpoints = form, orEmpty(f.Charters), orEmpty(f.Checkpoints)
	whole.Items = slices.Clone(f.Items)
	for i := range whole.Items {
		whole.Items[i].Proof = orEmpty(whole.Items[i].Proof)
	}
	text, err := json.MarshalIndent(&whole, "", " ")
	if err != nil {
		return nil, err
	}
	if text = append(text, '\n'); len(text) > MaxFile {
		return nil, fmt.Errorf("write proof of misbehaviour: it would have %d bytes, at most %d are accepted", len(text), MaxFile)
	}
	return text, nil
}

func orEmpty(s []string) []string {
	if s == nil {
		return []string{}
	}
	return s
}

// Is reports whether a file that begins with these bytes is a proof of misbehaviour.
// The first hundred are enough.
func Is(beginning []byte) bool { return bytes.HasPrefix(beginning, []byte("{\n \"misbehaviour\":")) }

// Parse reads a file in the one spelling that it has, within the bounds, and checks
// that it has the members of its kind. Believe nothing in it before [Judge].
func Parse(text []byte) (*File, error) {
	f, err := parse(text)
	if err != nil {
		return nil, fmt.Errorf("read proof of misbehaviour: %w", err)
	}
	return f, nil
}

func parse(text []byte) (*File, error) {
	if len(text) > MaxFile {
		return nil, fmt.Errorf("it has %d bytes, at most %d are accepted", len(text), MaxFile)
	}
	f := new(File)
	if err := json.Unmarshal(text, f); err != nil {
		return nil, fmt.Errorf("it is not JSON of its form: %w", err)
	}
	if f.Form != form {
		return nil, fmt.Errorf("its form is %q; this program reads %q", clip(f.Form), form)
	}
	if again, err := f.Bytes(); err != nil || !bytes.Equal(again, text) {
		return nil, errors.New("it has unknown or repeated members, or is not written as parley writes it")
	}
	return f, f.check()
}

// check tells whether the file has what its kind has, within the bounds.
func (f *File) check() error {
	want, known := members[f.Kind]
	if !known {
		return fmt.Errorf("its kind is %q; this program knows %q", clip(f.Kind), Kinds())
	}
	for _, m := range []struct {
		name string
		has  bool
	}{
		{"checkpoints", len(f.Checkpoints) > 0}, {"prefix", f.Prefix != ""}, {"consistency", len(f.Consistency) > 0}, {"receipt", f.Receipt != ""},
		{"items", len(f.Items) > 0}, {"key", f.Key != ""}, {"answer", f.Answer != ""}, {"line", f.Line != ""}, {"claim", f.Claim != ""},
	} {
		needed, allowed := named(want, m.name)
		if needed && !m.has {
			return fmt.Errorf("its kind is %s, and it has no %s", f.Kind, m.name)
		}
		if m.has && !allowed {
			return fmt.Errorf("its kind is %s, and it has %s, which that kind has not", f.Kind, m.name)
		}
	}
	checkpoints := 1
	if f.Kind == Fork {
		checkpoints = 2
	}
	switch {
	case len(f.Charters) == 0 || len(f.Charters) > maxCharters:
		return fmt.Errorf("it has %d charters, 1 to %d are accepted", len(f.Charters), maxCharters)
	case f.Kind != Line && len(f.Checkpoints) != checkpoints:
		return fmt.Errorf("its kind is %s, and it has %d checkpoints, not %d", f.Kind, len(f.Checkpoints), checkpoints)
	case (f.Prefix == "") != (len(f.Consistency) == 0):
		return errors.New("it has a prefix without the hashes that lead from it, or the reverse")
	case len(f.Consistency) > maxHashes:
		return fmt.Errorf("its consistency proof has %d hashes, at most %d are possible", len(f.Consistency), maxHashes)
	case len(f.Items) > maxItems:
		return fmt.Errorf("it has %d items, at most %d are accepted", len(f.Items), maxItems)
	case len(f.Claim) > maxClaim:
		return fmt.Errorf("its claim has %d bytes, at most %d are accepted", len(f.Claim), maxClaim)
	}
	for i := range f.Items {
		if i > 0 && f.Items[i].Index <= f.Items[i-1].Index {
			return fmt.Errorf("item %d: entry %d stands after entry %d", i, f.Items[i].Index, f.Items[i-1].Index)
		}
		if len(f.Items[i].Proof) > maxHashes {
			return fmt.Errorf("item %d: its proof has %d hashes, at most %d are possible", i, len(f.Items[i].Proof), maxHashes)
		}
		if (f.Items[i].Entry == "") == (f.Items[i].Leaf == "") {
			return fmt.Errorf("item %d: it has an entry or the hash of one, not both", i)
		}
	}
	return nil
}

// named looks a member up in a list, where "?" marks one that may be missing.
func named(list, name string) (needed, allowed bool) {
	for _, word := range bytes.Fields([]byte(list)) {
		switch string(word) {
		case name:
			return true, true
		case name + "?":
			return false, true
		}
	}
	return false, false
}

// Kinds are all kinds, sorted.
func Kinds() []string {
	var kinds []string
	for kind := range members {
		kinds = append(kinds, kind)
	}
	slices.Sort(kinds)
	return kinds
}

var strict = base64.StdEncoding.Strict()

// EncodeHashes writes hashes as a file has them.
func EncodeHashes[H ~[32]byte](hashes []H) []string {
	all := make([]string, len(hashes))
	for i, h := range hashes {
		all[i] = EncodeHash(h)
	}
	return all
}

// EncodeHash writes a hash in standard base64.
func EncodeHash[H ~[32]byte](h H) string { return base64.StdEncoding.EncodeToString(h[:]) }

func decodeHash(text string) (h ledger.Hash, err error) {
	raw, err := strict.DecodeString(text)
	if err != nil || len(raw) != len(h) || base64.StdEncoding.EncodeToString(raw) != text {
		return h, fmt.Errorf("%q is not the base64 of a hash", clip(text))
	}
	return ledger.Hash(raw), nil
}

func decodeHashes(texts []string) ([]tlog.Hash, error) {
	hashes := make([]tlog.Hash, len(texts))
	for i, text := range texts {
		h, err := decodeHash(text)
		if err != nil {
			return nil, err
		}
		hashes[i] = tlog.Hash(h)
	}
	return hashes, nil
}

// clip shortens outside text for an error message.
func clip(s string) string {
	if len(s) > 80 {
		return s[:80] + "..."
	}
	return s
}
