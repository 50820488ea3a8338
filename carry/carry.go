// Package carry knows the two files that travel where no line does: the request,
// with what a desk wants to send and how far its replica is, and the answer, with
// what the hub says to that. docs/carry.md describes both.
//
// A file is lines. The first is a header, one JSON object in its one accepted
// form; the second the signature over it; the header holds the digest of all
// that follows. So nothing in a file is believed before all of it was verified:
// a request by the key of the desk that asks, an answer by the TLS key that the
// charter pins, which is what a desk trusts on the line too.
//
// The package checks form, digests and signatures. Whether a key is endorsed,
// whether the carrier may carry and what the content means is for hub and desk.
package carry

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"time"

	"parley/base64url"
	"parley/identity"
	"parley/rule"
)

// Bounds of a file.
const (
	MaxStatements = 1024     // of a request
	MaxRequest    = 3 << 20  // bytes of a request
	MaxAnswer     = 64 << 20 // bytes of an answer; a hub makes them much smaller where blocks are
	maxHeader     = 4 << 10
)

// Rules of the files, as refusals name them.
const (
	Malformed = "carry.malformed" // not a file of this kind, or a part of one
	Altered   = "carry.altered"   // digest or signature are wrong
	Elsewhere = "carry.elsewhere" // for another mechanism, mark or desk
)

const (
	requestKind = "carry-request/1"
	answerKind  = "carry-answer/1"
)

// What is signed begins with these, so that no signature here is one of anything
// else: statements and tokens begin with base64url, TLS 1.3 with spaces.
const (
	requestContext = "parley carry request v1\n"
	answerContext  = "parley carry answer v1\n"
)

// A Request is what a desk asks the hub by way of a carrier.
type Request struct {
	Mechanism  string
	Exercise   bool
	Author     identity.Author // the desk
	KID        string          // thumbprint of its key
	Made       time.Time       // UTC, to the millisecond
	Nonce      string          // 22 characters of base64url
	Height     uint64          // blocks that the desk's replica has
	Feed       bool            // it wants the blocks from there on
	Statements [][]byte        // signed, each of one line, in the order to submit them; nil where they were left out

	head      []byte // header as read or written, without line end
	digest    string
	count     int
	signature []byte
}

type requestHeader struct {
	Author     string `json:"author"`
	Digest     string `json:"digest"` // base64url of the SHA-256 of the statements' lines
	Exercise   bool   `json:"exercise"`
	Feed       bool   `json:"feed"`
	Height     uint64 `json:"height"`
	Kid        string `json:"kid"`
	Kind       string `json:"kind"`
	Made       string `json:"made"`
	Mechanism  string `json:"mechanism"`
	Nonce      string `json:"nonce"`
	Statements int    `json:"statements"`
}

const layout = "2006-01-02T15:04:05.000Z"

// Sign completes r with the signature of the desk's key.
func (r *Request) Sign(ctx context.Context, key identity.Signer) error {
	body := lines(r.Statements)
	r.KID, r.digest, r.count = identity.Thumbprint(key.Public()), digest(body), len(r.Statements)
	r.head = encode(requestHeader{r.Author.String(), r.digest, r.Exercise, r.Feed, r.Height, r.KID, requestKind, r.Made.UTC().Format(layout), r.Mechanism, r.Nonce, r.count})
	signature, err := key.Sign(ctx, append([]byte(requestContext), r.head...))
	if err != nil {
		return fmt.Errorf("sign request of %s: %w", r.Author, err)
	}
	r.signature = signature
	_, err = ParseRequest(r.Bytes())
	return err
}

// Bytes is the file.
func (r *Request) Bytes() []byte { return file(r.head, r.signature, lines(r.Statements)) }

// Ask is the file without its statements: proof enough that the desk asks for
// blocks, once the statements were answered.
func (r *Request) Ask() []byte { return file(r.head, r.signature, nil) }

// Hash names the request in its answer.
func (r *Request) Hash() string { return digest(r.head) }

// ParseRequest reads a request, with its statements or without them. It checks
// form and digest; believe nothing in it before [Request.Verify].
func ParseRequest(text []byte) (*Request, error) {
	if len(text) > MaxRequest {
		return nil, rule.Refuse(Malformed, "make the file again with `parley carry out`, which splits it", "the request has %d bytes, at most %d are allowed", len(text), MaxRequest)
	}
	var h requestHeader
	head, signature, body, err := split(text, requestKind, &h)
	if err != nil {
		return nil, err
	}
	r := &Request{Mechanism: h.Mechanism, Exercise: h.Exercise, KID: h.Kid, Nonce: h.Nonce, Height: h.Height, Feed: h.Feed, head: head, digest: h.Digest, count: h.Statements, signature: signature}
	if r.Author, err = identity.ParseAuthor(h.Author); err != nil {
		return nil, malformed("author: %s", err)
	}
	if r.Made, err = parseTime(h.Made); err != nil {
		return nil, err
	}
	if nonce, err := base64url.Decode(h.Nonce); err != nil || len(nonce) != 16 {
		return nil, malformed("nonce %q is not 16 bytes of base64url", h.Nonce)
	}
	if h.Statements < 0 || h.Statements > MaxStatements {
		return nil, malformed("it names %d statements, at most %d are allowed", h.Statements, MaxStatements)
	}
	if len(body) == 0 {
		return r, nil
	}
	r.Statements = bytes.Split(bytes.TrimSuffix(body, []byte("\n")), []byte("\n"))
	if digest(body) != h.Digest || len(r.Statements) != h.Statements || body[len(body)-1] != '\n' {
		return nil, rule.Refuse(Altered, "have the file made and brought again", "the request is not as it was signed: its statements are not those of its header, or are cut off")
	}
	return r, nil
}

// Whole reports whether all the statements are there.
func (r *Request) Whole() bool { return len(r.Statements) == r.count }

// Verify reports whether the desk's key, public, signed the request for this
// mechanism.
func (r *Request) Verify(public ed25519.PublicKey, mechanism string, exercise bool) error {
	if err := place(r.Mechanism, r.Exercise, mechanism, exercise); err != nil {
		return err
	}
	if identity.Thumbprint(public) != r.KID || !ed25519.Verify(public, append([]byte(requestContext), r.head...), r.signature) {
		return rule.Refuse(Altered, "have the file made and brought again", "the request is not signed by the key of %s that it names", r.Author)
	}
	return nil
}

func place(ofMechanism string, ofExercise bool, mechanism string, exercise bool) error {
	switch {
	case ofMechanism != mechanism:
		return rule.Refuse(Elsewhere, "take it to that mechanism's hub", "the file is of mechanism %q, this is %q", ofMechanism, mechanism)
	case ofExercise != exercise:
		return rule.Refuse(Elsewhere, "exercise and live never mix", "the file is marked exercise: %t, this mechanism exercise: %t", ofExercise, exercise)
	}
	return nil
}

// split takes a file apart: header, signature and what follows.
func split(text []byte, kind string, header any) (head, signature, body []byte, err error) {
	head, rest, ok := bytes.Cut(text, []byte("\n"))
	if !ok || len(head) > maxHeader || len(head) == 0 || head[0] != '{' {
		return nil, nil, nil, malformed("it does not begin with a header of one line")
	}
	line, body, ok := bytes.Cut(rest, []byte("\n"))
	if !ok {
		return nil, nil, nil, malformed("it ends before its signature")
	}
	if signature, err = base64url.Decode(string(line)); err != nil || len(signature) != ed25519.SignatureSize {
		return nil, nil, nil, malformed("its second line is not a signature")
	}
	if Kind(text) != kind {
		return nil, nil, nil, malformed("it is of kind %q, want %q", Kind(text), kind)
	}
	if err := json.Unmarshal(head, header); err != nil {
		return nil, nil, nil, malformed("header: %s", err)
	}
	if !bytes.Equal(encode(header), head) {
		return nil, nil, nil, malformed("the header is not in its one accepted form: exactly the known members, sorted, no spaces")
	}
	return bytes.Clone(head), signature, body, nil
}

// Kind tells which file this is: "carry-request/1", "carry-answer/1", or another
// word, or nothing.
func Kind(text []byte) string {
	head, _, _ := bytes.Cut(text, []byte("\n"))
	var h struct {
		Kind string `json:"kind"`
	}
	if len(head) > maxHeader || json.Unmarshal(head, &h) != nil {
		return ""
	}
	return h.Kind
}

// IsRequest and IsAnswer tell by the header alone what a file says it is.
func IsRequest(text []byte) bool { return Kind(text) == requestKind }

// IsAnswer is described with [IsRequest].
func IsAnswer(text []byte) bool { return Kind(text) == answerKind }

func malformed(sentence string, args ...any) error {
	return rule.Refuse(Malformed, "have the file made and brought again", "the file cannot be read: "+sentence, args...)
}

func parseTime(text string) (time.Time, error) {
	t, err := time.Parse(layout, text)
	if err != nil || t.Format(layout) != text {
		return t, malformed("made %q is not a time such as %s", text, layout)
	}
	return t, nil
}

func lines(all [][]byte) []byte {
	var text []byte
	for _, line := range all {
		text = append(append(text, line...), '\n')
	}
	return text
}

func file(head, signature, body []byte) []byte {
	text := append(bytes.Clone(head), '\n')
	text = append(base64url.Append(text, signature), '\n')
	return append(text, body...)
}

func digest(text []byte) string {
	sum := sha256.Sum256(text)
	return base64url.Encode(sum[:])
}

// encode is the one text of a header: its members are declared in the order of
// their names.
func encode(header any) []byte {
	text, err := json.Marshal(header)
	if err != nil {
		panic(err) // strings, numbers and booleans alone
	}
	return text
}

// pin is the charter's word for a TLS key, see charter.Pin.
func pin(public ed25519.PublicKey) (string, error) {
	spki, err := x509.MarshalPKIXPublicKey(public)
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256(spki)
	return base64.StdEncoding.EncodeToString(sum[:]), nil
}
