package ledger

import (
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"time"

	"golang.org/x/crypto/cryptobyte"
)

// Bounds of a block. Whoever makes blocks keeps within them; whoever reads them
// refuses more before parsing.
const (
	MaxEntries   = 1024     // entries of a block
	MaxBlock     = 4 << 20  // bytes of a block without what it discloses of earlier blocks
	MaxDisclosed = 32 << 20 // bytes that a block discloses of earlier blocks
	maxDisclosed = 1 << 14  // disclosures of a block
	maxPurged    = MaxEntries + maxDisclosed
)

// A Block is what one group commit made durable. The hub's block has all texts.
// A replica's block has the same entries and checkpoint, the texts that the hub
// has handed over, and those of earlier entries that came with it; its hashes
// therefore chain up on their own.
type Block struct {
	Height     uint64       // from 0
	First      uint64       // index of the first entry
	Prev       Hash         // hash of the block before, in the same journal; zero at height 0
	Entries    []Entry      // at least one
	Contents   [][]byte     // text of each entry, never empty; nil is withheld
	Disclosed  []Disclosure // texts handed over later, in the order they were opened
	Purged     []Tombstone  // which of these texts were destroyed since, by their indexes; nil for none
	Checkpoint []byte       // signed note for the tree after the entries
}

// A Disclosure is the text of an entry that was withheld before.
type Disclosure struct {
	Index   uint64
	Content []byte
}

// Size is how many entries the ledger has after the block.
func (b *Block) Size() uint64 { return b.First + uint64(len(b.Entries)) }

// Check reports what keeps b from being a block: a bound, a place that cannot
// be, or a text that is not the one whose hash was ordered. It does not know
// earlier blocks, so it checks neither Prev nor disclosures of earlier entries,
// and it does not check the checkpoint.
func (b *Block) Check() error {
	if err := b.check(); err != nil {
		return fmt.Errorf("block %d: %w", b.Height, err)
	}
	return nil
}

func (b *Block) check() error {
	switch {
	case len(b.Entries) == 0:
		return errors.New("it has no entries")
	case len(b.Entries) > MaxEntries:
		return fmt.Errorf("it has %d entries, at most %d are allowed", len(b.Entries), MaxEntries)
	case len(b.Contents) != len(b.Entries):
		return fmt.Errorf("it has %d entries and %d texts", len(b.Entries), len(b.Contents))
	case b.Height == 0 && (b.First != 0 || b.Prev != Hash{}):
		return fmt.Errorf("the first block must begin with entry 0 and have no predecessor, it begins with entry %d", b.First)
	case b.First < b.Height || b.First > maxTree-MaxEntries:
		return fmt.Errorf("it cannot begin with entry %d", b.First)
	case len(b.Checkpoint) == 0 || len(b.Checkpoint) > maxCheckpoint:
		return fmt.Errorf("its checkpoint has %d bytes, 1 to %d are allowed", len(b.Checkpoint), maxCheckpoint)
	case len(b.Disclosed) > maxDisclosed:
		return fmt.Errorf("it discloses %d texts of earlier blocks, at most %d are allowed", len(b.Disclosed), maxDisclosed)
	}
	if err := b.checkPurged(); err != nil {
		return err
	}
	if own, disclosed := b.length(); own > MaxBlock || disclosed > MaxDisclosed {
		return fmt.Errorf("it has %d bytes and discloses %d, at most %d and %d are allowed", own, disclosed, MaxBlock, MaxDisclosed)
	}
	for i, e := range b.Entries {
		if err := checkTime(e.Time); err != nil {
			return fmt.Errorf("entry %d: %w", b.First+uint64(i), err)
		}
		if content := b.Contents[i]; content != nil && (len(content) == 0 || ContentHash(content) != e.Content) {
			return fmt.Errorf("entry %d: the text is not the one whose hash was ordered there", b.First+uint64(i))
		}
	}
	for _, d := range b.Disclosed {
		switch {
		case len(d.Content) == 0:
			return fmt.Errorf("entry %d: it is disclosed without a text", d.Index)
		case d.Index >= b.Size():
			return fmt.Errorf("entry %d: it is disclosed before it is ordered", d.Index)
		case d.Index >= b.First && ContentHash(d.Content) != b.Entries[d.Index-b.First].Content:
			return fmt.Errorf("entry %d: the text disclosed is not the one whose hash was ordered there", d.Index)
		}
	}
	return nil
}

const (
	blockHeader = "block.v2\n"
	hashHeader  = "block.v2 hash\n"
	fixedSize   = len(blockHeader) + 8 + 8 + sha256.Size + 2 + 2 + 2 + 2 // with all counts and lengths that are always there
	entryBytes  = 8 + sha256.Size
	purgedBytes = 8 + 8
)

// length is the encoded size, without and of the disclosures.
func (b *Block) length() (own, disclosed int) {
	own = fixedSize + len(b.Entries)*(entryBytes+3) + len(b.Purged)*purgedBytes + len(b.Checkpoint)
	for _, c := range b.Contents {
		own += len(c)
	}
	for _, d := range b.Disclosed {
		disclosed += 8 + 3 + len(d.Content)
	}
	return own, disclosed
}

// Bytes is the block as journals store it. All numbers are big-endian:
//
//	"block.v2\n"  height uint64  first uint64  prev [32]
//	uint16 count, then for each entry: time uint64 in ms since 1970, content hash [32]
//	for each entry: uint24 length, text       (length 0: withheld)
//	uint16 count, then for each disclosure: index uint64, uint24 length, text
//	uint16 count, then for each text that was purged: index uint64, entry that says so uint64
//	uint16 length, checkpoint
//
// The block must be one that [Block.Check] accepts.
func (b *Block) Bytes() []byte {
	own, disclosed := b.length()
	out := b.appendEntries(append(make([]byte, 0, own+disclosed), blockHeader...))
	for _, c := range b.Contents {
		out = append(out, byte(len(c)>>16), byte(len(c)>>8), byte(len(c)))
		out = append(out, c...)
	}
	out = binary.BigEndian.AppendUint16(out, uint16(len(b.Disclosed)))
	for _, d := range b.Disclosed {
		out = binary.BigEndian.AppendUint64(out, d.Index)
		out = append(out, byte(len(d.Content)>>16), byte(len(d.Content)>>8), byte(len(d.Content)))
		out = append(out, d.Content...)
	}
	out = binary.BigEndian.AppendUint16(out, uint16(len(b.Purged)))
	for _, t := range b.Purged {
		out = binary.BigEndian.AppendUint64(out, t.Index)
		out = binary.BigEndian.AppendUint64(out, t.By)
	}
	return b.appendCheckpoint(out)
}

// appendEntries writes the block's place and entries.
func (b *Block) appendEntries(out []byte) []byte {
	out = binary.BigEndian.AppendUint64(out, b.Height)
	out = binary.BigEndian.AppendUint64(out, b.First)
	out = append(out, b.Prev[:]...)
	out = binary.BigEndian.AppendUint16(out, uint16(len(b.Entries)))
	for _, e := range b.Entries {
		out = binary.BigEndian.AppendUint64(out, uint64(e.Time.UnixMilli()))
		out = append(out, e.Content[:]...)
	}
	return out
}

func (b *Block) appendCheckpoint(out []byte) []byte {
	out = binary.BigEndian.AppendUint16(out, uint16(len(b.Checkpoint)))
	return append(out, b.Checkpoint...)
}

// Hash is what the next block names as Prev: the SHA-256 of the header
// "block.v2 hash\n" and of what [Block.Bytes] writes, with one byte for each entry's
// text, 1 where it is there, with the hash of each disclosed text in its place, and
// without the list of what was purged. So a text may be destroyed and the chain
// stands: each text is bound by its own hash, and what it discloses by the digests
// in it.
func (b *Block) Hash() Hash {
	out := make([]byte, 0, len(hashHeader)+fixedSize+len(b.Entries)*(entryBytes+1)+len(b.Disclosed)*(8+sha256.Size)+len(b.Checkpoint))
	out = b.appendEntries(append(out, hashHeader...))
	for _, c := range b.Contents {
		out = append(out, here(c))
	}
	out = binary.BigEndian.AppendUint16(out, uint16(len(b.Disclosed)))
	for _, d := range b.Disclosed {
		out = binary.BigEndian.AppendUint64(out, d.Index)
		hash := ContentHash(d.Content)
		out = append(out, hash[:]...)
	}
	return sha256.Sum256(b.appendCheckpoint(out))
}

func here(content []byte) byte {
	if content == nil {
		return 0
	}
	return 1
}

var errCut = errors.New("the bytes end within it")

// ParseBlock reads what [Block.Bytes] writes, and nothing else, and checks it as
// [Block.Check] does: for every b that it accepts, Bytes gives b again. The
// block's texts share b's memory.
func ParseBlock(b []byte) (*Block, error) {
	if len(b) > MaxBlock+MaxDisclosed {
		return nil, fmt.Errorf("read block: it has %d bytes, at most %d are allowed", len(b), MaxBlock+MaxDisclosed)
	}
	block, err := parseBlock(b)
	if err == nil {
		err = block.check()
	}
	if err != nil {
		return nil, fmt.Errorf("read block: %w", err)
	}
	return block, nil
}

func parseBlock(b []byte) (*Block, error) {
	s := cryptobyte.String(b)
	var header []byte
	block := new(Block)
	var count uint16
	if !s.ReadBytes(&header, len(blockHeader)) || string(header) != blockHeader {
		return nil, fmt.Errorf("it does not begin with %q", blockHeader)
	}
	if !s.ReadUint64(&block.Height) || !s.ReadUint64(&block.First) || !s.CopyBytes(block.Prev[:]) || !s.ReadUint16(&count) {
		return nil, errCut
	}
	if count > MaxEntries || len(s) < int(count)*entryBytes {
		return nil, fmt.Errorf("it names %d entries, more than it has bytes for or more than %d", count, MaxEntries)
	}
	block.Entries = make([]Entry, count)
	block.Contents = make([][]byte, count)
	for i := range block.Entries {
		var ms uint64
		if !s.ReadUint64(&ms) || !s.CopyBytes(block.Entries[i].Content[:]) {
			return nil, errCut
		}
		if ms > maxMilli {
			return nil, fmt.Errorf("entry %d: its time is after the year 9999", block.First+uint64(i))
		}
		block.Entries[i].Time = time.UnixMilli(int64(ms)).UTC()
	}
	for i := range block.Contents {
		if !readText(&s, &block.Contents[i]) {
			return nil, errCut
		}
	}
	if !s.ReadUint16(&count) {
		return nil, errCut
	}
	if len(s) < int(count)*(8+3) {
		return nil, errCut
	}
	if count > 0 {
		block.Disclosed = make([]Disclosure, count)
	}
	for i := range block.Disclosed {
		if d := &block.Disclosed[i]; !s.ReadUint64(&d.Index) || !readText(&s, &d.Content) {
			return nil, errCut
		}
	}
	if !s.ReadUint16(&count) || len(s) < int(count)*purgedBytes {
		return nil, errCut
	}
	if count > 0 {
		block.Purged = make([]Tombstone, count)
	}
	for i := range block.Purged {
		if t := &block.Purged[i]; !s.ReadUint64(&t.Index) || !s.ReadUint64(&t.By) {
			return nil, errCut
		}
	}
	var checkpoint cryptobyte.String
	if !s.ReadUint16LengthPrefixed(&checkpoint) {
		return nil, errCut
	}
	if !s.Empty() {
		return nil, fmt.Errorf("%d bytes follow it", len(s))
	}
	block.Checkpoint = checkpoint
	return block, nil
}

// readText reads a text of uint24 length; none leaves out nil.
func readText(s *cryptobyte.String, out *[]byte) bool {
	var text cryptobyte.String
	if !s.ReadUint24LengthPrefixed(&text) {
		return false
	}
	if len(text) > 0 {
		*out = text[:len(text):len(text)]
	}
	return true
}
