package statement

import (
	"encoding/base64"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"parley/base64url"
	"parley/identity"
)

// Claims are what every reader of a statement sees and the rules decide by.
// None of them can be withheld.
type Claims struct {
	Mechanism  string          // as identity.CheckID
	ID         string          // as [CheckID]
	Author     identity.Author // who speaks; the key named in the header must be theirs
	Format     string          // identifier and edition: "J14/1"
	Area       string          // as identity.CheckID
	Precedence string          // 1 to 16 capital letters: "FLASH"
	To         []string        // the parties it is addressed to, sorted, each once
	Exercise   bool            // no live traffic
	Time       time.Time       // the author's clock, UTC, to the millisecond
	Seen       Seen            // the newest checkpoint that the author's desk had verified
	Prev       string          // hash of the author's statement before, as [EncodeHash]; "" for the first
	Refs       []Ref           // in the author's order
	Serial     Serial
	Late       Late   `json:",omitzero"`  // the zero Late: it was passed through the channel alone
	Second     string `json:",omitempty"` // another officer's signature, as [Body.Second] makes it; "" for none
}

// Seen is a size of the ledger and its root at that size. The zero Size has a
// root too, the SHA-256 of nothing.
type Seen struct {
	Size uint64 // at most 1<<63 - 1
	Root [32]byte
}

// A Ref says what a statement has to do with an earlier one.
type Ref struct {
	Relation string   // as identity.CheckID: "acknowledges"
	ID       string   // of the other statement
	Hash     [32]byte // of the other statement, see [Statement.Hash]
}

// A Serial numbers an author's statements of one day (UTC), from 1.
type Serial struct {
	Day    string // "2006-01-02"
	Number int    // at most 999999999
}

// String is the form "2026-11-24/3".
func (s Serial) String() string { return s.Day + "/" + strconv.Itoa(s.Number) }

const (
	timeLayout = "2006-01-02T15:04:05.000Z"
	maxNumber  = 999999999
	maxTo      = 16
)

var rootEncoding = base64.StdEncoding.Strict()

// appendPayload appends the payload with those digests, which are sorted.
func appendPayload(dst []byte, c Claims, digests [][32]byte) []byte {
	dst = appendBegin(dst, c, digests)
	dst = appendMember(dst, "prev", c.Prev)
	dst = appendRefs(dst, c.Refs)
	if c.Second != "" {
		dst = appendMember(dst, "second", c.Second)
	}
	dst = append(dst, `,"seen":"`...)
	dst = strconv.AppendUint(dst, c.Seen.Size, 10)
	dst = append(dst, ':')
	dst = rootEncoding.AppendEncode(dst, c.Seen.Root[:])
	dst = append(dst, '"')
	dst = appendMember(dst, "serial", c.Serial.String())
	dst = append(dst, `,"time":"`...)
	dst = c.Time.UTC().AppendFormat(dst, timeLayout)
	dst = append(dst, '"')
	return appendTo(dst, c.To)
}

// appendBegin appends what a payload begins with, up to its precedence.
func appendBegin(dst []byte, c Claims, digests [][32]byte) []byte {
	dst = append(dst, `{"_sd":[`...)
	for i, d := range digests {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = append(dst, '"')
		dst = base64url.Append(dst, d[:])
		dst = append(dst, '"')
	}
	dst = append(dst, `],"_sd_alg":"sha-256"`...)
	dst = appendMember(dst, "area", c.Area)
	dst = appendMember(dst, "author", c.Author.String())
	dst = append(dst, `,"exercise":`...)
	dst = strconv.AppendBool(dst, c.Exercise)
	dst = appendMember(dst, "format", c.Format)
	dst = appendMember(dst, "id", c.ID)
	dst = appendLate(dst, c.Late)
	dst = appendMember(dst, "mechanism", c.Mechanism)
	return appendMember(dst, "precedence", c.Precedence)
}

func appendRefs(dst []byte, refs []Ref) []byte {
	dst = append(dst, `,"refs":[`...)
	for i, ref := range refs {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = append(dst, `{"hash":"`...)
		dst = base64url.Append(dst, ref.Hash[:])
		dst = append(dst, '"')
		dst = appendMember(dst, "id", ref.ID)
		dst = appendMember(dst, "rel", ref.Relation)
		dst = append(dst, '}')
	}
	return append(dst, ']')
}

// appendTo appends the last member, and the end.
func appendTo(dst []byte, to []string) []byte {
	dst = append(dst, `,"to":[`...)
	for i, party := range to {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = appendGrammar(dst, party)
	}
	return append(dst, `]}`...)
}

// appendMember appends a member that is not the first and whose value has a
// grammar without escapes.
func appendMember(dst []byte, name, value string) []byte {
	dst = append(dst, `,"`...)
	dst = append(dst, name...)
	dst = append(dst, `":`...)
	return appendGrammar(dst, value)
}

// appendGrammar appends a string that readPayload will check. What cannot even
// be written is written as a string that no grammar of a claim takes.
func appendGrammar(dst []byte, value string) []byte {
	if out, err := appendString(dst, value); err == nil {
		return out
	}
	return append(dst, `"?"`...)
}

// readPayload reads what appendPayload writes, and nothing else.
func readPayload(text string) (Claims, [][32]byte, error) {
	r := &reader{text: text}
	var c Claims
	r.literal(`{"_sd":[`)
	digests := readDigests(r)
	r.literal(`],"_sd_alg":"sha-256","area":`)
	c.Area = r.str()
	r.check("area", identity.CheckID(c.Area))
	r.literal(`,"author":`)
	c.Author = claim(r, "", identity.ParseAuthor)
	r.literal(`,"exercise":`)
	c.Exercise = r.boolean()
	r.literal(`,"format":`)
	c.Format = r.str()
	r.check("format", checkFormat(c.Format))
	r.literal(`,"id":`)
	c.ID = r.str()
	r.check("id", CheckID(c.ID))
	c.Late = readLate(r)
	r.literal(`,"mechanism":`)
	c.Mechanism = r.str()
	r.check("mechanism", identity.CheckID(c.Mechanism))
	r.literal(`,"precedence":`)
	c.Precedence = r.str()
	r.check("precedence", checkPrecedence(c.Precedence))
	r.literal(`,"prev":`)
	if c.Prev = r.str(); c.Prev != "" {
		_, err := base64url.Decode32(c.Prev)
		r.check("prev", err)
	}
	r.literal(`,"refs":[`)
	c.Refs = readRefs(r)
	r.literal(`]`)
	if r.optional(`,"second":`) {
		c.Second = r.str()
		_, err := readSecond(c.Second)
		r.check("second", err)
	}
	r.literal(`,"seen":`)
	c.Seen = claim(r, "seen", parseSeen)
	r.literal(`,"serial":`)
	c.Serial = claim(r, "serial", parseSerial)
	r.literal(`,"time":`)
	c.Time = claim(r, "time", parseTime)
	r.literal(`,"to":[`)
	c.To = readTo(r)
	r.literal(`]}`)
	r.end()
	return c, digests, r.err
}

// claim reads a string claim and gives it to parse.
func claim[T any](r *reader, name string, parse func(string) (T, error)) T {
	s := r.str()
	if r.err != nil {
		var zero T
		return zero
	}
	v, err := parse(s)
	r.check(name, err)
	return v
}

func readDigests(r *reader) (digests [][32]byte) {
	r.items('"', func() {
		d := claim(r, "_sd", base64url.Decode32)
		if n := len(digests); n > 0 && slices.Compare(digests[n-1][:], d[:]) >= 0 {
			r.fail("_sd: digests are not sorted, each once")
		}
		digests = append(digests, d)
		if len(digests) > MaxDisclosures {
			r.fail("_sd: has more than %d digests", MaxDisclosures)
		}
	})
	return digests
}

func readRefs(r *reader) (refs []Ref) {
	r.items('{', func() {
		var ref Ref
		r.literal(`{"hash":`)
		ref.Hash = claim(r, "refs: hash", base64url.Decode32)
		r.literal(`,"id":`)
		ref.ID = r.str()
		r.check("refs: id", CheckID(ref.ID))
		r.literal(`,"rel":`)
		ref.Relation = r.str()
		r.check("refs: rel", identity.CheckID(ref.Relation))
		r.literal(`}`)
		refs = append(refs, ref)
	})
	return refs
}

func readTo(r *reader) (to []string) {
	r.items('"', func() {
		party := r.str()
		r.check("to", identity.CheckID(party))
		if n := len(to); n > 0 && to[n-1] >= party {
			r.fail("to: parties are not sorted, each once")
		}
		to = append(to, party)
		if len(to) > maxTo {
			r.fail("to: has more than %d parties", maxTo)
		}
	})
	return to
}

func checkFormat(s string) error {
	id, edition, ok := strings.Cut(s, "/")
	ok = ok && 0 < len(id) && len(id) <= 32 && len(edition) <= 4
	for i := 0; ok && i < len(id); i++ {
		c := id[i]
		letter := 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z'
		ok = letter || i > 0 && ('0' <= c && c <= '9' || c == '.' || c == '-')
	}
	if ok {
		_, ok = parseNumber(edition)
	}
	if !ok {
		return fmt.Errorf("%q: want identifier/edition, such as J14/1", s)
	}
	return nil
}

func checkPrecedence(s string) error {
	ok := 0 < len(s) && len(s) <= 16
	for i := 0; ok && i < len(s); i++ {
		ok = 'A' <= s[i] && s[i] <= 'Z'
	}
	if !ok {
		return fmt.Errorf("%q: want 1 to 16 capital letters, such as FLASH", s)
	}
	return nil
}

// parseNumber reads a number from 1 to maxNumber without leading zeros.
func parseNumber(s string) (int, bool) {
	n, err := strconv.Atoi(s)
	return n, err == nil && 1 <= n && n <= maxNumber && strconv.Itoa(n) == s
}

func parseSeen(s string) (Seen, error) {
	wrong := func() (Seen, error) {
		return Seen{}, fmt.Errorf("%q: want size:root, the root in base64 of 32 bytes", s)
	}
	size, root, ok := strings.Cut(s, ":")
	n, err := strconv.ParseUint(size, 10, 63)
	if !ok || err != nil || strconv.FormatUint(n, 10) != size || len(root) != 44 || strings.ContainsAny(root, "\r\n") {
		return wrong()
	}
	b, err := rootEncoding.DecodeString(root)
	if err != nil || len(b) != 32 {
		return wrong()
	}
	return Seen{n, [32]byte(b)}, nil
}

func parseSerial(s string) (Serial, error) {
	day, number, _ := strings.Cut(s, "/")
	n, ok := parseNumber(number)
	if t, err := time.Parse(time.DateOnly, day); !ok || err != nil || t.Format(time.DateOnly) != day {
		return Serial{}, fmt.Errorf("%q: want day/number, such as 2026-11-24/3", s)
	}
	return Serial{day, n}, nil
}

func parseTime(s string) (time.Time, error) {
	t, err := time.Parse(timeLayout, s)
	if err == nil && t.Format(timeLayout) != s {
		err = errors.New("another spelling of the same time")
	}
	if err != nil {
		return time.Time{}, fmt.Errorf("%q: want UTC with milliseconds, such as 2026-11-24T06:15:00.000Z: %w", s, err)
	}
	return t, nil
}
