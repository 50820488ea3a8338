package carry

import (
	"bytes"
	"crypto/ed25519"
	"encoding/json"
	"slices"
	"time"

	"parley/base64url"
	"parley/rule"
)

// An Answer is what the hub says to a request: to each statement a result, and
// the ledger's blocks as the feed gives them to the desk that asked.
type Answer struct {
	Mechanism string
	Exercise  bool
	KID       string // key of the desk that it is for
	Request   string // [Request.Hash]
	Made      time.Time
	After     uint64   // height of the first block
	More      bool     // there are more blocks after these
	Results   []Result // to the statements, in their order; none where blocks alone were asked for
	Blocks    [][]byte // lines of the feed

	head      []byte
	signature []byte
	key       ed25519.PublicKey
}

// A Result is the hub's answer to one statement: a receipt or a problem.
type Result struct {
	Hash    string   `json:"hash"` // base64url of the statement's SHA-256; empty where it could not be read
	ID      string   `json:"id"`
	Problem *Problem `json:"problem"`
	Receipt string   `json:"receipt"`
}

// A Problem is the refusal of a statement.
type Problem struct {
	Detail string `json:"detail"`
	Remedy string `json:"remedy"`
	Rule   string `json:"rule"`
	Status int    `json:"status"`
}

type answerHeader struct {
	After     uint64 `json:"after"`
	Blocks    int    `json:"blocks"`
	Digest    string `json:"digest"` // base64url of the SHA-256 of all lines that follow
	Exercise  bool   `json:"exercise"`
	Key       string `json:"key"` // the hub's TLS key, 32 bytes, base64url
	Kid       string `json:"kid"`
	Kind      string `json:"kind"`
	Made      string `json:"made"`
	Mechanism string `json:"mechanism"`
	More      bool   `json:"more"`
	Request   string `json:"request"`
	Results   int    `json:"results"`
}

// Sign completes a with the signature of the hub's TLS key, and gives the file.
func (a *Answer) Sign(key ed25519.PrivateKey) []byte {
	body := a.body()
	a.key = key.Public().(ed25519.PublicKey)
	a.head = encode(answerHeader{a.After, len(a.Blocks), digest(body), a.Exercise, base64url.Encode(a.key), a.KID, answerKind, a.Made.UTC().Format(layout), a.Mechanism, a.More, a.Request, len(a.Results)})
	a.signature = ed25519.Sign(key, append([]byte(answerContext), a.head...))
	return file(a.head, a.signature, body)
}

// Bytes is the file.
func (a *Answer) Bytes() []byte { return file(a.head, a.signature, a.body()) }

func (a *Answer) body() []byte {
	var body []byte
	for _, r := range a.Results {
		body = append(append(body, encode(r)...), '\n')
	}
	return append(body, lines(a.Blocks)...)
}

// ParseAnswer reads an answer. It checks form and digest; believe nothing in it
// before [Answer.Verify].
func ParseAnswer(text []byte) (*Answer, error) {
	if len(text) > MaxAnswer {
		return nil, rule.Refuse(Malformed, "have it made in more parts", "the answer has %d bytes, at most %d are allowed", len(text), MaxAnswer)
	}
	var h answerHeader
	head, signature, body, err := split(text, answerKind, &h)
	if err != nil {
		return nil, err
	}
	a := &Answer{Mechanism: h.Mechanism, Exercise: h.Exercise, KID: h.Kid, Request: h.Request, After: h.After, More: h.More, head: head, signature: signature}
	if a.Made, err = parseTime(h.Made); err != nil {
		return nil, err
	}
	key, err := base64url.Decode32(h.Key)
	if err != nil {
		return nil, malformed("key: %s", err)
	}
	a.key = key[:]
	if digest(body) != h.Digest {
		return nil, rule.Refuse(Altered, "have the file brought again", "the answer is not as the hub made it, or is cut off")
	}
	all := bytes.SplitAfter(body, []byte("\n"))
	all = all[:len(all)-1] // what follows the last line end: nothing, or the count is wrong
	if h.Results < 0 || h.Results > MaxStatements || h.Blocks < 0 || h.Results+h.Blocks != len(all) || len(body) > 0 && body[len(body)-1] != '\n' {
		return nil, malformed("its header names %d results and %d blocks, and %d lines follow", h.Results, h.Blocks, len(all))
	}
	for _, line := range all[:h.Results] {
		var r Result
		if err := json.Unmarshal(line, &r); err != nil {
			return nil, malformed("result: %s", err)
		}
		if !bytes.Equal(append(encode(r), '\n'), line) || (r.Problem == nil) == (r.Receipt == "") {
			return nil, malformed("a result is not in its one accepted form")
		}
		a.Results = append(a.Results, r)
	}
	for _, line := range all[h.Results:] {
		a.Blocks = append(a.Blocks, bytes.TrimSuffix(line, []byte("\n")))
	}
	return a, nil
}

// Verify reports whether the answer is the hub's, one of whose TLS keys the charter pins,
// to the desk with the key kid of this mechanism.
func (a *Answer) Verify(pins []string, mechanism string, exercise bool, kid string) error {
	if err := place(a.Mechanism, a.Exercise, mechanism, exercise); err != nil {
		return err
	}
	if a.KID != kid {
		return rule.Refuse(Elsewhere, "take it to the desk that asked", "the answer is for a desk with another key, %s", a.KID)
	}
	if word, err := pin(a.key); err != nil || !slices.Contains(pins, word) || !ed25519.Verify(a.key, append([]byte(answerContext), a.head...), a.signature) {
		return rule.Refuse(Altered, "have the file brought again; if it is the same, it is not from the hub", "the answer is not signed by the hub's key that the charter pins")
	}
	return nil
}
