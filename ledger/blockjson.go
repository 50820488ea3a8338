package ledger

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"
)

// MarshalJSON writes the block as a line of the feed, without Prev, which is
// each replica's own:
//
//	{"height":7,"first":9,"entries":["<time> <base64 hash>"],"contents":["<text>",null],
//	 "disclosed":[{"index":3,"content":"<text>"}],"checkpoint":"<signed note>"}
//
// It is one line, without spaces, members in this order. Texts must be UTF-8, as
// statements and charters are.
func (b *Block) MarshalJSON() ([]byte, error) {
	own, disclosed := b.length()
	out := make([]byte, 0, own+own/8+disclosed+256)
	out = append(out, `{"height":`...)
	out = strconv.AppendUint(out, b.Height, 10)
	out = append(out, `,"first":`...)
	out = strconv.AppendUint(out, b.First, 10)
	out = append(out, `,"entries":[`...)
	for i, e := range b.Entries {
		out = comma(out, i)
		out = append(out, '"')
		out = e.Time.UTC().AppendFormat(out, timeLayout)
		out = append(out, ' ')
		out = base64.StdEncoding.AppendEncode(out, e.Content[:])
		out = append(out, '"')
	}
	out = append(out, `],"contents":[`...)
	var err error
	for i, c := range b.Contents {
		out = comma(out, i)
		if c == nil {
			out = append(out, "null"...)
		} else if out, err = appendText(out, c); err != nil {
			return nil, fmt.Errorf("write block %d: entry %d: %w", b.Height, b.First+uint64(i), err)
		}
	}
	out = append(out, `],"disclosed":[`...)
	for i, d := range b.Disclosed {
		out = comma(out, i)
		out = append(out, `{"index":`...)
		out = strconv.AppendUint(out, d.Index, 10)
		out = append(out, `,"content":`...)
		if out, err = appendText(out, d.Content); err != nil {
			return nil, fmt.Errorf("write block %d: entry %d: %w", b.Height, d.Index, err)
		}
		out = append(out, '}')
	}
	out = append(out, `],"checkpoint":`...)
	if out, err = appendText(out, b.Checkpoint); err != nil {
		return nil, fmt.Errorf("write block %d: checkpoint: %w", b.Height, err)
	}
	return append(out, '}'), nil
}

func comma(out []byte, i int) []byte {
	if i > 0 {
		out = append(out, ',')
	}
	return out
}

// appendText writes a JSON string as encoding/json does. A statement has nothing
// to escape, so it is copied.
func appendText(out, text []byte) ([]byte, error) {
	if plain(text) {
		out = append(out, '"')
		out = append(out, text...)
		return append(out, '"'), nil
	}
	if !utf8.Valid(text) {
		return nil, errors.New("the text is not UTF-8")
	}
	quoted, err := json.Marshal(string(text))
	return append(out, quoted...), err
}

func plain(text []byte) bool {
	for _, c := range text {
		if c < 0x20 || c >= 0x7f || c == '"' || c == '\\' || c == '<' || c == '>' || c == '&' {
			return false
		}
	}
	return true
}

// UnmarshalJSON reads what [Block.MarshalJSON] writes, and nothing else, and
// checks it as [Block.Check] does, except that Prev is zero.
func (b *Block) UnmarshalJSON(line []byte) error {
	if len(line) > 2*(MaxBlock+MaxDisclosed) {
		return fmt.Errorf("read feed line: it has %d bytes, at most %d are allowed", len(line), 2*(MaxBlock+MaxDisclosed))
	}
	var wire struct {
		Height    uint64    `json:"height"`
		First     uint64    `json:"first"`
		Entries   []string  `json:"entries"`
		Contents  []*string `json:"contents"`
		Disclosed []struct {
			Index   uint64 `json:"index"`
			Content string `json:"content"`
		} `json:"disclosed"`
		Checkpoint string `json:"checkpoint"`
	}
	if err := json.Unmarshal(line, &wire); err != nil {
		return fmt.Errorf("read feed line: %w", err)
	}
	if len(wire.Entries) > MaxEntries || len(wire.Contents) > MaxEntries {
		return fmt.Errorf("read feed line: it has %d entries, at most %d are allowed", len(wire.Entries), MaxEntries)
	}
	read := Block{Height: wire.Height, First: wire.First, Checkpoint: []byte(wire.Checkpoint)}
	for i, text := range wire.Entries {
		at, content, _ := strings.Cut(text, " ")
		e, err := parseEntry(at, content)
		if err != nil {
			return fmt.Errorf("read feed line: entry %d: %w", wire.First+uint64(i), err)
		}
		read.Entries = append(read.Entries, e)
	}
	read.Contents = make([][]byte, len(wire.Contents))
	for i, text := range wire.Contents {
		if text != nil {
			read.Contents[i] = []byte(*text)
		}
	}
	for _, d := range wire.Disclosed {
		read.Disclosed = append(read.Disclosed, Disclosure{d.Index, []byte(d.Content)})
	}
	if err := read.check(); err != nil {
		return fmt.Errorf("read feed line: block %d: %w", read.Height, err)
	}
	if again, err := read.MarshalJSON(); err != nil || !bytes.Equal(again, line) {
		return fmt.Errorf("read feed line: block %d is not written as a feed writes it", read.Height)
	}
	*b = read
	return nil
}
