// Package ledger is what is proved: entries, the Merkle tree over them, the
// blocks they are stored in, signed checkpoints, receipts and cosignatures.
//
// An [Entry] is a leaf: the hub's time and the hash of a statement or charter.
// The tree over the entries is that of RFC 6962 with SHA-256. A [Block] is what
// one group commit of the hub made durable: its entries, their texts as far as
// the holder may read them, and the checkpoint after them. Every text that is
// there matches its entry, so a withheld text can come later but cannot change.
//
// Checkpoints, receipts, cosignatures and tiles have the forms of c2sp.org
// (tlog-checkpoint, tlog-proof, tlog-cosignature, tlog-tiles), so any stock tool
// checks them. Everything here is pure: bytes and times come in, bytes and
// refusals come out. Input is bounded before it is parsed.
package ledger

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"time"

	"golang.org/x/mod/sumdb/tlog"
)

// A Hash is a SHA-256 hash.
type Hash = [sha256.Size]byte

// An Entry is a leaf of the ledger.
type Entry struct {
	Time    time.Time // the hub's clock when it ordered the entry; UTC, to the millisecond
	Content Hash      // ContentHash of the statement or charter
}

const (
	entryHeader = "entry.v1\n"
	timeLayout  = "2006-01-02T15:04:05.000Z"
	entrySize   = len(entryHeader) + len(timeLayout) + 1 + 44 + 1
)

// maxMilli is the last millisecond of the year 9999.
const maxMilli = 253402300799999

func checkTime(t time.Time) error {
	if ms := t.UnixMilli(); ms < 0 || ms > maxMilli {
		return fmt.Errorf("time %s is outside the years 1970 to 9999", t.UTC().Format(time.RFC3339))
	}
	return nil
}

// Bytes is the entry as it is hashed into the tree: three lines of ASCII,
// "entry.v1", the time and the content hash in base64. What the time has beyond
// the millisecond is dropped.
func (e Entry) Bytes() []byte { return e.append(make([]byte, 0, entrySize)) }

func (e Entry) append(b []byte) []byte {
	b = append(b, entryHeader...)
	b = e.Time.UTC().AppendFormat(b, timeLayout)
	b = append(b, '\n')
	b = base64.StdEncoding.AppendEncode(b, e.Content[:])
	return append(b, '\n')
}

// leaf is the entry's hash in the tree.
func (e Entry) leaf() tlog.Hash {
	var buf [1 + entrySize]byte // buf[0] is the prefix of a leaf, RFC 6962 section 2.1
	return sha256.Sum256(e.append(buf[:1]))
}

// ParseEntry reads what [Entry.Bytes] writes, and nothing else: for every b that
// it accepts, Bytes gives b again.
func ParseEntry(b []byte) (Entry, error) {
	if len(b) != entrySize || !bytes.HasPrefix(b, []byte(entryHeader)) {
		return Entry{}, fmt.Errorf("read entry: %d bytes that do not begin with the line %q; an entry has %d", len(b), entryHeader[:len(entryHeader)-1], entrySize)
	}
	line := b[len(entryHeader):]
	e, err := parseEntry(string(line[:len(timeLayout)]), string(line[len(timeLayout)+1:entrySize-len(entryHeader)-1]))
	if err != nil {
		return Entry{}, fmt.Errorf("read entry: %w", err)
	}
	if !bytes.Equal(e.Bytes(), b) {
		return Entry{}, errors.New("read entry: it is not written as this ledger writes it")
	}
	return e, nil
}

// parseEntry reads the two values of an entry. It accepts spellings that are not
// ours: the caller compares with the re-encoding.
func parseEntry(at, content string) (e Entry, err error) {
	if e.Time, err = time.Parse(timeLayout, at); err != nil {
		return e, fmt.Errorf("time %q is not like %s", at, timeLayout)
	}
	if err := checkTime(e.Time); err != nil {
		return e, err
	}
	h, err := parseHash(content)
	if err != nil {
		return e, fmt.Errorf("content hash: %w", err)
	}
	e.Content = h
	return e, nil
}

var strictBase64 = base64.StdEncoding.Strict()

// parseHash reads a hash in the one base64 spelling that it has.
func parseHash(s string) (h Hash, err error) {
	if len(s) != 44 {
		return h, fmt.Errorf("%q is not the base64 of 32 bytes", clip(s))
	}
	var raw [33]byte // base64 decodes in groups of three
	if n, err := strictBase64.Decode(raw[:], []byte(s)); err != nil || n != len(h) {
		return h, fmt.Errorf("%q is not the base64 of 32 bytes", s)
	}
	return Hash(raw[:32]), nil
}

// clip shortens outside text for an error message.
func clip(s string) string {
	if len(s) > 80 {
		return s[:80] + "..."
	}
	return s
}

// ContentHash is the hash that an entry carries for a text. Of a statement it is
// the SHA-256 of the issuer-signed JWT, the bytes before the first '~', so it
// stays the same when fields are withheld. Of a charter, which begins with '{',
// it is the SHA-256 of the note's text without its signatures. ContentHash does
// not check that the text is a valid statement or charter.
func ContentHash(content []byte) Hash {
	if len(content) > 0 && content[0] == '{' {
		if end := bytes.LastIndex(content, []byte("\n\n")); end >= 0 {
			content = content[:end+1]
		}
		return sha256.Sum256(content)
	}
	if end := bytes.IndexByte(content, '~'); end >= 0 {
		content = content[:end]
	}
	return sha256.Sum256(content)
}
