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
//	 "disclosed":[{"index":3,"content":"<text>"}],"purged":[{"index":3,"by":230}],"checkpoint":"<signed note>"}
//
// It is one line, without spaces, members in this order; "purged" is left out where
// nothing was. Texts must be UTF-8, as
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
		out = e.appendLine(out)
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
	out = append(out, ']')
	for i, t := range b.Purged {
		if i == 0 {
			out = append(out, `,"purged":[`...)
		}
		out = comma(out, i)
		out = append(out, `{"index":`...)
		out = strconv.AppendUint(out, t.Index, 10)
		out = append(out, `,"by":`...)
		out = strconv.AppendUint(out, t.By, 10)
		out = append(out, '}')
		if i == len(b.Purged)-1 {
			out = append(out, ']')
		}
	}
	out = append(out, `,"checkpoint":`...)
	if out, err = appendText(out, b.Checkpoint); err != nil {
		return nil, fmt.Errorf("write block %d: checkpoint: %w", b.Height, err)
	}
	return append(out, '}'), nil
}

// appendLine writes the entry as a JSON string.
func (e Entry) appendLine(out []byte) []byte {
	out = append(out, '"')
	out = e.Time.UTC().AppendFormat(out, timeLayout)
	out = append(out, ' ')
	out = base64.StdEncoding.AppendEncode(out, e.Content[:])
	return append(out, '"')
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

// plain reports whether the text is a JSON string as it stands.
func plain(text []byte) bool { return plainLength(text) == len(text) }

// plainLength is how many bytes at the beginning of a text need no escape.
func plainLength(text []byte) int {
	for i, c := range text {
		if !unescaped[c] {
			return i
		}
	}
	return len(text)
}

var unescaped = func() (table [256]bool) {
	for c := byte(0x20); c < 0x7f; c++ {
		table[c] = !strings.ContainsRune(`"\<>&`, rune(c))
	}
	return table
}()

// UnmarshalJSON reads what [Block.MarshalJSON] writes, and nothing else, and
// checks it as [Block.Check] does, except that Prev is zero.
func (b *Block) UnmarshalJSON(line []byte) error {
	if len(line) > 2*(MaxBlock+MaxDisclosed) {
		return fmt.Errorf("read feed line: it has %d bytes, at most %d are allowed", len(line), 2*(MaxBlock+MaxDisclosed))
	}
	r := lineReader{rest: bytes.Clone(line)} // the block keeps it
	read := r.block()
	if r.err != nil {
		return fmt.Errorf("read feed line: at byte %d: %w", len(line)-len(r.rest), r.err)
	}
	if err := read.check(); err != nil {
		return fmt.Errorf("read feed line: block %d: %w", read.Height, err)
	}
	*b = read
	return nil
}

// A lineReader reads the one spelling of a feed line. After an error it reads
// nothing more.
type lineReader struct {
	rest []byte
	err  error
}

func (r *lineReader) block() (b Block) {
	r.literal(`{"height":`)
	b.Height = r.number()
	r.literal(`,"first":`)
	b.First = r.number()
	r.literal(`,"entries":[`)
	for i := 0; r.more(i, MaxEntries); i++ {
		b.Entries = append(b.Entries, r.entry(b.First+uint64(i)))
	}
	r.literal(`,"contents":[`)
	b.Contents = make([][]byte, 0, len(b.Entries))
	for i := 0; r.more(i, len(b.Entries)); i++ {
		if r.has("null") {
			b.Contents = append(b.Contents, nil)
		} else {
			b.Contents = append(b.Contents, r.text())
		}
	}
	r.literal(`,"disclosed":[`)
	for i := 0; r.more(i, maxDisclosed); i++ {
		r.literal(`{"index":`)
		index := r.number()
		r.literal(`,"content":`)
		b.Disclosed = append(b.Disclosed, Disclosure{index, r.text()})
		r.literal("}")
	}
	if r.has(`,"purged":[`) {
		for i := 0; r.more(i, maxPurged); i++ {
			r.literal(`{"index":`)
			index := r.number()
			r.literal(`,"by":`)
			b.Purged = append(b.Purged, Tombstone{index, r.number()})
			r.literal("}")
		}
		if r.err == nil && len(b.Purged) == 0 {
			r.err = errors.New("a list of what was purged must not be empty")
		}
	}
	r.literal(`,"checkpoint":`)
	b.Checkpoint = r.text()
	r.literal("}")
	if r.err == nil && len(r.rest) > 0 {
		r.err = errors.New("the line goes on after the block")
	}
	return b
}

// has takes s off the rest if it is there.
func (r *lineReader) has(s string) bool {
	rest, ok := bytes.CutPrefix(r.rest, []byte(s))
	if ok && r.err == nil {
		r.rest = rest
	}
	return ok && r.err == nil
}

func (r *lineReader) literal(s string) {
	if !r.has(s) && r.err == nil {
		r.err = fmt.Errorf("%s must follow", s)
	}
}

// more reports whether a list has an item after the first i, of at most so many.
func (r *lineReader) more(i, most int) bool {
	if r.has("]") || r.err != nil {
		return false
	}
	if i == most {
		r.err = fmt.Errorf("the list has more than %d items", most)
	} else if i > 0 {
		r.literal(",")
	}
	return r.err == nil
}

func (r *lineReader) number() (n uint64) {
	digits := 0
	for digits < len(r.rest) && r.rest[digits] >= '0' && r.rest[digits] <= '9' {
		digits++
	}
	if r.err != nil {
		return 0
	}
	text := string(r.rest[:digits])
	n, err := strconv.ParseUint(text, 10, 64)
	if err != nil || strconv.FormatUint(n, 10) != text {
		r.err = errors.New("a whole number without sign and leading zeros must follow")
		return 0
	}
	r.rest = r.rest[digits:]
	return n
}

// text reads a string. Only one that needs escapes is copied.
func (r *lineReader) text() []byte {
	r.literal(`"`)
	if r.err != nil {
		return nil
	}
	if n := plainLength(r.rest); n < len(r.rest) && r.rest[n] == '"' {
		text := r.rest[:n:n]
		r.rest = r.rest[n+1:]
		return text
	}
	end := 0
	for end < len(r.rest) && r.rest[end] != '"' {
		if r.rest[end] == '\\' {
			end++
		}
		end++
	}
	if end >= len(r.rest) {
		r.err = errors.New("a string must follow, and its end is missing")
		return nil
	}
	quoted := append([]byte{'"'}, r.rest[:end+1]...)
	var text string
	err := json.Unmarshal(quoted, &text)
	if again, _ := appendText(nil, []byte(text)); err != nil || !bytes.Equal(again, quoted) {
		r.err = errors.New("a string must follow, escaped as encoding/json does and no more")
		return nil
	}
	r.rest = r.rest[end+1:]
	return []byte(text)
}

// entry reads the entry with this index.
func (r *lineReader) entry(index uint64) Entry {
	line := r.rest
	at, content, _ := strings.Cut(string(r.text()), " ")
	if r.err != nil {
		return Entry{}
	}
	e, err := parseEntry(at, content)
	if err == nil && !bytes.Equal(e.appendLine(nil), line[:len(line)-len(r.rest)]) {
		err = errors.New("it is not written as this ledger writes it")
	}
	if err != nil {
		r.err = fmt.Errorf("entry %d: %w", index, err)
	}
	return e
}
