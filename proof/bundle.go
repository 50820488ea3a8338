package proof

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"golang.org/x/mod/sumdb/tlog"

	"parley/ledger"
	"parley/statement"
)

// bundleForm names the form of a bundle.
const bundleForm = "parley.bundle.v1"

// MaxBundle bounds a bundle, in bytes. Larger matters are shown as a record.
const MaxBundle = 64 << 20

// maxPath is the most hashes of an inclusion proof.
const maxPath = 63

// A bundle is the JSON document. Its items stand in the order of their indexes,
// its subjects in alphabetical order.
type bundle struct {
	Bundle     string   `json:"bundle"`
	Checkpoint string   `json:"checkpoint"` // cosigned note
	Items      []item   `json:"items"`
	Subjects   []string `json:"subjects"` // identifiers of the statements it is about
}

// An item is one entry with its text and the proof that it is in the tree of the
// checkpoint.
type item struct {
	Index   uint64   `json:"index"`
	Entry   string   `json:"entry"`
	Proof   []string `json:"proof"` // hashes in standard base64, RFC 9162 section 2.1.3
	Content string   `json:"content"`
}

func (b *bundle) bytes() ([]byte, error) {
	text, err := json.MarshalIndent(b, "", " ")
	if err != nil {
		return nil, err
	}
	if text = append(text, '\n'); len(text) > MaxBundle {
		return nil, fmt.Errorf("it would have %d bytes, at most %d are accepted; write the whole record instead", len(text), MaxBundle)
	}
	return text, nil
}

// readItem is an item that was read.
type readItem struct {
	index   uint64
	entry   ledger.Entry
	path    tlog.RecordProof
	content []byte
}

func (i *readItem) isCharter() bool { return i.content[0] == '{' }

// IsBundle reports whether a file that begins with these bytes is a bundle. The
// first hundred are enough.
func IsBundle(beginning []byte) bool {
	return bytes.HasPrefix(beginning, []byte("{\n \"bundle\":"))
}

// parseBundle reads the one spelling that a bundle has and checks its form: for
// every text that it accepts, bytes gives the text again.
func parseBundle(text []byte) (*bundle, []readItem, error) {
	fail := func(err error) (*bundle, []readItem, error) { return nil, nil, fmt.Errorf("read bundle: %w", err) }
	if len(text) > MaxBundle {
		return fail(fmt.Errorf("it has %d bytes, at most %d are accepted", len(text), MaxBundle))
	}
	b := new(bundle)
	if err := json.Unmarshal(text, b); err != nil {
		return fail(fmt.Errorf("it is not JSON of its form: %w", err))
	}
	if b.Bundle != bundleForm {
		return fail(fmt.Errorf("its form is %q; this program reads %q", clip(b.Bundle), bundleForm))
	}
	if again, err := b.bytes(); err != nil || !bytes.Equal(again, text) {
		return fail(errors.New("it has unknown or repeated members, or is not written as `parley export` writes it"))
	}
	switch {
	case len(b.Items) == 0 || len(b.Subjects) == 0:
		return fail(errors.New("it has no items or no subjects"))
	case !slices.IsSorted(b.Subjects) || len(slices.Compact(slices.Clone(b.Subjects))) < len(b.Subjects):
		return fail(errors.New("its subjects are not in order, each once"))
	}
	for _, id := range b.Subjects {
		if err := statement.CheckID(id); err != nil {
			return fail(fmt.Errorf("subject %q: %w", clip(id), err))
		}
	}
	items := make([]readItem, len(b.Items))
	for i := range b.Items {
		if i > 0 && b.Items[i].Index <= b.Items[i-1].Index {
			return fail(fmt.Errorf("item %d: entry %d stands after entry %d", i, b.Items[i].Index, b.Items[i-1].Index))
		}
		var err error
		if items[i], err = b.Items[i].read(); err != nil {
			return fail(fmt.Errorf("item %d: %w", i, err))
		}
	}
	return b, items, nil
}

func (i *item) read() (r readItem, err error) {
	switch {
	case i.Content == "":
		return r, errors.New("it has no text")
	case len(i.Proof) > maxPath:
		return r, fmt.Errorf("its proof has %d hashes, at most %d are possible", len(i.Proof), maxPath)
	}
	r.index, r.content = i.Index, []byte(i.Content)
	if r.entry, err = ledger.ParseEntry([]byte(i.Entry)); err != nil {
		return r, err
	}
	for _, text := range i.Proof {
		hash, err := base64.StdEncoding.Strict().DecodeString(text)
		if err != nil || len(hash) != tlog.HashSize || base64.StdEncoding.EncodeToString(hash) != text {
			return r, fmt.Errorf("%q in its proof is not the base64 of a hash", clip(text))
		}
		r.path = append(r.path, tlog.Hash(hash))
	}
	return r, nil
}

// clip shortens outside text for an error message.
func clip(s string) string {
	if len(s) > 80 {
		return s[:80] + "..."
	}
	return s
}
