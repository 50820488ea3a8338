package proof

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"strings"

	"parley/charter"
	"parley/ledger"
)

// recordForm names the form of a record.
const recordForm = "parley.record.v1"

// maxRecordLine bounds a line: a block with all that it may disclose, and the
// escapes that JSON adds.
const maxRecordLine = 2 * (ledger.MaxBlock + ledger.MaxDisclosed)

type recordHead struct {
	Record string `json:"record"`
	Origin string `json:"origin"`
}

func (h recordHead) line() []byte {
	line, err := json.Marshal(h)
	if err != nil {
		panic(err) // strings only
	}
	return append(line, '\n')
}

// WriteRecord writes the record of the ledger called origin: a line that says
// so, and then each block as a line of the feed (see [ledger.Block.MarshalJSON]),
// with the texts that the holder of the journal may read. Blocks must come from
// the first on. After an error the record is not whole.
func WriteRecord(w io.Writer, origin string, blocks iter.Seq2[*ledger.Block, error]) error {
	out := bufio.NewWriterSize(w, 1<<16)
	fail := func(err error) error { return fmt.Errorf("write record of %s: %w", origin, err) }
	if _, err := out.Write(recordHead{recordForm, origin}.line()); err != nil {
		return fail(err)
	}
	for b, err := range blocks {
		if err != nil {
			return fail(err)
		}
		line, err := b.MarshalJSON()
		if err != nil {
			return fail(err)
		}
		if _, err := out.Write(append(line, '\n')); err != nil {
			return fail(err)
		}
	}
	if err := out.Flush(); err != nil {
		return fail(err)
	}
	return nil
}

// IsRecord reports whether a file that begins with these bytes is a record. The
// first hundred are enough.
func IsRecord(beginning []byte) bool {
	return bytes.HasPrefix(beginning, []byte(`{"record":`))
}

// VerifyRecord replays a record as [VerifyBlocks] does. A record that ends after
// a whole block is one of an earlier moment: it proves what it shows, and the
// result's size says how much that is.
func VerifyRecord(ctx context.Context, r io.Reader, trusted *charter.Charter) (Result, error) {
	origin, blocks, err := OpenRecord(r)
	if err != nil {
		return Result{}, err
	}
	return VerifyBlocks(ctx, origin, false, blocks, trusted)
}

// OpenRecord reads the head of a record and gives the ledger's name and the blocks,
// whose form alone is checked as they are read. They end with an error where a line
// is no block.
func OpenRecord(r io.Reader) (origin string, blocks iter.Seq2[*ledger.Block, error], err error) {
	lines := &recordLines{in: bufio.NewReaderSize(r, 1<<16)}
	if origin, err = lines.head(); err != nil {
		return "", nil, fmt.Errorf("read record: %w", err)
	}
	return origin, lines.blocks(), nil
}

// recordLines reads the lines of a record.
type recordLines struct {
	in     *bufio.Reader
	line   []byte // read last, whose memory the next one takes
	number int    // of the line read last, from 1
}

// next reads a line, without its end; io.EOF where there is none. The line stands
// until the next is read.
func (l *recordLines) next() ([]byte, error) {
	line := l.line[:0]
	for {
		part, err := l.in.ReadSlice('\n')
		line = append(line, part...)
		switch {
		case len(line) > maxRecordLine:
			return nil, fmt.Errorf("line %d: it has more than %d bytes", l.number+1, maxRecordLine)
		case errors.Is(err, bufio.ErrBufferFull):
			continue
		case errors.Is(err, io.EOF) && len(line) == 0:
			return nil, io.EOF
		case errors.Is(err, io.EOF):
			return nil, fmt.Errorf("line %d: the file ends within it; it was cut off, get it again", l.number+1)
		case err != nil:
			return nil, fmt.Errorf("line %d: %w", l.number+1, err)
		}
		l.number++
		l.line = line
		return line[:len(line)-1], nil
	}
}

func (l *recordLines) head() (origin string, err error) {
	line, err := l.next()
	if errors.Is(err, io.EOF) {
		return "", errors.New("the file is empty")
	}
	if err != nil {
		return "", err
	}
	var head recordHead
	if err := json.Unmarshal(line, &head); err != nil || head.Record != recordForm || !bytes.Equal(head.line(), append(line, '\n')) {
		return "", fmt.Errorf(`line 1: it is not {"record":%q,"origin":...}, so this is not a record`, recordForm)
	}
	return head.Origin, nil
}

// blocks reads the lines after the first. It ends with an error where a line is
// no block.
func (l *recordLines) blocks() iter.Seq2[*ledger.Block, error] {
	return func(yield func(*ledger.Block, error) bool) {
		for {
			line, err := l.next()
			if errors.Is(err, io.EOF) {
				return
			}
			b := new(ledger.Block)
			if err == nil {
				if err = b.UnmarshalJSON(line); err != nil {
					err = l.judge(line, err)
				}
			}
			if err != nil {
				yield(nil, fmt.Errorf("read record: %w", err))
				return
			}
			if !yield(b, nil) {
				return
			}
		}
	}
}

// judge tells a line that shows other texts than those that were ordered from
// one that cannot be read.
func (l *recordLines) judge(line []byte, cause error) error {
	var shown struct {
		First     uint64
		Entries   []string
		Contents  []*string
		Disclosed []struct {
			Index   uint64
			Content string
		}
	}
	damaged := fmt.Errorf("line %d: %w; the file is damaged, get it again", l.number, cause)
	if json.Unmarshal(line, &shown) != nil || len(shown.Contents) != len(shown.Entries) {
		return damaged
	}
	for i, entry := range shown.Entries {
		at, content, ok := strings.Cut(entry, " ")
		e, err := ledger.ParseEntry(fmt.Appendf(nil, "entry.v1\n%s\n%s\n", at, content))
		if !ok || err != nil {
			return damaged
		}
		index, texts := shown.First+uint64(i), []string{}
		if shown.Contents[i] != nil {
			texts = append(texts, *shown.Contents[i])
		}
		for _, d := range shown.Disclosed {
			if d.Index == index {
				texts = append(texts, d.Content)
			}
		}
		for _, text := range texts {
			if ledger.ContentHash([]byte(text)) != e.Content {
				return refute(cause, "line %d: the text given for entry %d is not the one that was ordered there", l.number, index)
			}
		}
	}
	return damaged
}
