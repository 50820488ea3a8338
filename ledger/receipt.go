package ledger

import (
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"strconv"

	"golang.org/x/mod/sumdb/tlog"
)

const (
	proofHeader = "c2sp.org/tlog-proof@v1\n"
	maxReceipt  = maxCheckpoint + 8192
)

// A Receipt is the proof that an entry is in a ledger at its index.
type Receipt struct {
	Index      uint64
	Entry      Entry
	Head       Head   // of the checkpoint that the proof leads to
	Checkpoint []byte // signed note
}

// NewReceipt makes the receipt of the entry at index against a signed checkpoint
// for size entries: a c2sp.org/tlog-proof whose extra data is the entry. It
// checks neither that the checkpoint is signed nor that e is what the tree has
// at index; [OpenReceipt] would refuse the receipt.
func NewReceipt(index uint64, e Entry, size uint64, checkpoint []byte, r tlog.HashReader) ([]byte, error) {
	if err := checkSize(size); err != nil {
		return nil, fmt.Errorf("make receipt of entry %d: %w", index, err)
	}
	if index >= size {
		return nil, fmt.Errorf("make receipt of entry %d: the checkpoint covers only %d", index, size)
	}
	_, rest, _ := bytes.Cut(checkpoint, []byte("\n"))
	if written, _, _ := bytes.Cut(rest, []byte("\n")); string(written) != strconv.FormatUint(size, 10) {
		return nil, fmt.Errorf("make receipt of entry %d: the checkpoint is for %q entries, not %d", index, clip(string(written)), size)
	}
	proof, err := tlog.ProveRecord(int64(size), int64(index), r)
	if err != nil {
		return nil, fmt.Errorf("make receipt of entry %d in %d: %w", index, size, err)
	}
	out := make([]byte, 0, len(proofHeader)+160+len(proof)*45+len(checkpoint))
	out = append(out, proofHeader...)
	out = append(out, "extra "...)
	out = base64.StdEncoding.AppendEncode(out, e.Bytes())
	out = append(out, "\nindex "...)
	out = strconv.AppendUint(out, index, 10)
	out = append(out, '\n')
	for _, h := range proof {
		out = base64.StdEncoding.AppendEncode(out, h[:])
		out = append(out, '\n')
	}
	out = append(out, '\n')
	return append(out, checkpoint...), nil
}

// OpenReceipt verifies a receipt for the text whose [ContentHash] is content: the
// checkpoint is signed by the ledger's key, and the entry, which carries this
// hash, is in its tree at the index. It accepts only what [NewReceipt] could have
// written, so a receipt has one spelling, and any change to one is refused.
func OpenReceipt(v *Verifier, receipt []byte, content Hash) (Receipt, error) {
	r, err := openReceipt(v, receipt, content)
	if err != nil {
		return Receipt{}, fmt.Errorf("open receipt of %s: %w", v.Origin(), err)
	}
	return r, nil
}

// ParseReceipt reads a receipt's form alone. Believe nothing in it, and its Head is the
// zero one.
func ParseReceipt(receipt []byte) (Receipt, error) {
	r, _, err := parseReceipt(receipt)
	if err != nil {
		return Receipt{}, fmt.Errorf("read receipt: %w", err)
	}
	return r, nil
}

// ReadReceipt is OpenReceipt for who does not have the text: the entry in the receipt
// says which it is for.
func ReadReceipt(v *Verifier, receipt []byte) (Receipt, error) {
	parsed, _, err := parseReceipt(receipt)
	if err == nil {
		parsed, err = openReceipt(v, receipt, parsed.Entry.Content)
	}
	if err != nil {
		return Receipt{}, fmt.Errorf("open receipt of %s: %w", v.Origin(), err)
	}
	return parsed, nil
}

// IsReceipt reports whether a file that begins with these bytes is a receipt. The
// first hundred are enough.
func IsReceipt(beginning []byte) bool { return bytes.HasPrefix(beginning, []byte(proofHeader)) }

func openReceipt(v *Verifier, receipt []byte, content Hash) (Receipt, error) {
	r, proof, err := parseReceipt(receipt)
	if err != nil {
		return Receipt{}, err
	}
	if r.Entry.Content != content {
		return Receipt{}, fmt.Errorf("it is for another text: the entry has hash %x, the text %x", r.Entry.Content, content)
	}
	if r.Head, err = v.Open(r.Checkpoint); err != nil {
		return Receipt{}, err
	}
	if r.Index >= r.Head.Size {
		return Receipt{}, fmt.Errorf("entry %d is not in a tree of %d entries", r.Index, r.Head.Size)
	}
	if err := tlog.CheckRecord(proof, int64(r.Head.Size), r.Head.Root, int64(r.Index), r.Entry.leaf()); err != nil {
		return Receipt{}, fmt.Errorf("the proof does not lead from entry %d to the root signed for %d entries", r.Index, r.Head.Size)
	}
	return r, nil
}

// CheckpointOf gives the checkpoint in a receipt and verifies nothing.
func CheckpointOf(receipt []byte) ([]byte, error) {
	r, _, err := parseReceipt(receipt)
	if err != nil {
		return nil, fmt.Errorf("open receipt: %w", err)
	}
	return r.Checkpoint, nil
}

// parseReceipt reads the form alone.
func parseReceipt(receipt []byte) (r Receipt, proof tlog.RecordProof, err error) {
	if len(receipt) > maxReceipt {
		return r, nil, fmt.Errorf("it has %d bytes, at most %d are allowed", len(receipt), maxReceipt)
	}
	rest, ok := bytes.CutPrefix(receipt, []byte(proofHeader))
	if !ok {
		return r, nil, fmt.Errorf("it does not begin with the line %q", proofHeader[:len(proofHeader)-1])
	}
	extra, rest, ok := cutLine(rest, "extra ")
	if !ok {
		return r, nil, errors.New("line 2: the extra data, the entry, is missing")
	}
	entry, err := strictBase64.DecodeString(extra)
	if err != nil || len(extra) != base64.StdEncoding.EncodedLen(entrySize) {
		return r, nil, fmt.Errorf("line 2: the extra data is not the base64 of an entry: %q", clip(extra))
	}
	if r.Entry, err = ParseEntry(entry); err != nil {
		return r, nil, fmt.Errorf("line 2: %w", err)
	}
	index, rest, ok := cutLine(rest, "index ")
	if r.Index, err = strconv.ParseUint(index, 10, 64); !ok || err != nil || strconv.FormatUint(r.Index, 10) != index {
		return r, nil, fmt.Errorf("line 3: %q is not the index of an entry", clip(index))
	}
	for {
		line, after, ok := cutLine(rest, "")
		if !ok {
			return r, nil, errors.New("it ends within the proof")
		}
		if rest = after; line == "" {
			break
		}
		if len(proof) == maxProof {
			return r, nil, fmt.Errorf("the proof has more than the %d hashes that are possible", maxProof)
		}
		h, err := parseHash(line)
		if err != nil {
			return r, nil, fmt.Errorf("line %d: %w", 4+len(proof), err)
		}
		proof = append(proof, h)
	}
	r.Checkpoint = rest
	return r, proof, nil
}

// cutLine takes the first line off b and the prefix off the line.
func cutLine(b []byte, prefix string) (line string, rest []byte, ok bool) {
	first, rest, found := bytes.Cut(b, []byte("\n"))
	first, has := bytes.CutPrefix(first, []byte(prefix))
	return string(first), rest, found && has
}
