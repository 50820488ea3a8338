// Package statement makes and reads what an officer signs.
//
// A statement is a strict profile of SD-JWT (RFC 9901) over JWS with Ed25519,
// so stock tools verify it:
//
//	statement  = issuer-jwt "~" *( disclosure "~" )
//	issuer-jwt = b64u(header) "." b64u(payload) "." b64u(signature)
//	header     = {"alg":"EdDSA","kid":"<thumbprint>","typ":"statement.v1+sd-jwt"}
//	disclosure = b64u(["<salt>","<field>",<value>])
//
// The payload has the [Claims], which all readers see, and the digests of the
// fields. One of the claims may be the signature of a second officer over what the
// statement says ([Body.Second]). Each field, and each paragraph of a free text, is a disclosure of its
// own: whoever passes the statement on may withhold some, visibly, and cannot
// change any.
//
// Every statement has one text. The disclosures stand in the order of their
// digests in the payload, each free text's paragraphs right behind it in its
// own order; JSON and base64url have one accepted spelling; a digest is met
// once. So Bytes(Parse(b)) equals b, and two parties that hold the same
// issuer-jwt and the same fields hold the same bytes.
package statement

import (
	"crypto/ed25519"
	"crypto/sha256"
	"errors"
	"fmt"
	"slices"
	"strings"

	"parley/base64url"
	"parley/identity"
)

// Limits, in bytes and pieces. MaxSize is what follows from the others.
const (
	MaxJWT         = 16 << 10 // of an issuer-jwt
	MaxDisclosure  = 16 << 10 // of one disclosure
	MaxDisclosures = 64       // also of digests, so that all could be opened
	MaxSize        = MaxJWT + 1 + MaxDisclosures*(MaxDisclosure+1)
)

const (
	headerStart = `{"alg":"EdDSA","kid":"`
	headerEnd   = `","typ":"statement.v1+sd-jwt"}`
)

// A Statement is one that was read or signed. It is never changed.
type Statement struct {
	text        string // exactly as received
	jwt         string // the issuer-jwt, its first part
	kid         string
	signature   []byte
	hash        [32]byte
	claims      Claims
	digests     [][32]byte   // of the payload
	disclosures []disclosure // as they stand in text
	parts       []Part       // one for each digest that is known here, see [Statement.Parts]
	fields      []Field      // sorted by name
	withheld    int
}

// Parse reads a statement, whole or with fields withheld. It refuses every text
// but the one that [Statement.Bytes] gives back, and everything that RFC 9901
// section 7.1 says must be refused: a disclosure that no digest refers to, a
// digest met twice, a field with the name of a claim or of another field.
//
// Parse checks form alone. Believe nothing in the result until
// [Statement.Verify] has returned nil for a key that was found, by KID, to be
// the author's. Whether all was disclosed, [Statement.Complete] tells.
func Parse(b []byte) (*Statement, error) {
	s, err := parse(b)
	if err != nil {
		return nil, fmt.Errorf("read statement: %w", err)
	}
	return s, nil
}

func parse(b []byte) (*Statement, error) {
	if len(b) > MaxSize {
		return nil, fmt.Errorf("has %d bytes, at most %d are allowed", len(b), MaxSize)
	}
	s := &Statement{text: string(b)}
	jwt, rest, ok := strings.Cut(s.text, "~")
	switch {
	case len(jwt) > MaxJWT:
		return nil, fmt.Errorf("the issuer-jwt has %d bytes, at most %d are allowed", len(jwt), MaxJWT)
	case !ok:
		return nil, errors.New(`no "~" ends the issuer-jwt`)
	case rest != "" && rest[len(rest)-1] != '~':
		return nil, errors.New(`no "~" ends the last disclosure`)
	}
	s.jwt = jwt
	s.hash = sha256.Sum256(b[:len(jwt)])
	digests, err := s.readJWT()
	if err != nil {
		return nil, err
	}
	s.digests = digests
	if err := s.open(digests, rest); err != nil {
		return nil, err
	}
	return s, nil
}

// readJWT reads the issuer-jwt and returns the digests of the payload.
func (s *Statement) readJWT() ([][32]byte, error) {
	header, rest, _ := strings.Cut(s.jwt, ".")
	payload, signature, ok := strings.Cut(rest, ".")
	if !ok || strings.Contains(signature, ".") {
		return nil, errors.New("the issuer-jwt is not header.payload.signature")
	}
	text, err := base64url.Decode(header)
	if err != nil {
		return nil, fmt.Errorf("header: %w", err)
	}
	kid, start := strings.CutPrefix(string(text), headerStart)
	kid, end := strings.CutSuffix(kid, headerEnd)
	if !start || !end {
		return nil, fmt.Errorf("header: want exactly %s<thumbprint>%s, read %q", headerStart, headerEnd, text)
	}
	if _, err := base64url.Decode32(kid); err != nil {
		return nil, fmt.Errorf("header: kid %q: %w", kid, err)
	}
	s.kid = kid
	if text, err = base64url.Decode(payload); err != nil {
		return nil, fmt.Errorf("payload: %w", err)
	}
	var digests [][32]byte
	if s.claims, digests, err = readPayload(string(text)); err != nil {
		return nil, fmt.Errorf("payload: %w", err)
	}
	if s.signature, err = base64url.Decode(signature); err != nil {
		return nil, fmt.Errorf("signature: %w", err)
	}
	if len(s.signature) != ed25519.SignatureSize {
		return nil, fmt.Errorf("signature has %d bytes, want %d", len(s.signature), ed25519.SignatureSize)
	}
	return digests, nil
}

// open reads the disclosures and matches each with the digest it opens.
func (s *Statement) open(digests [][32]byte, rest string) error {
	met := slices.Clone(digests) // every digest so far
	next := 0                    // of digests
	var name string              // of the free text that paragraphs now belong to,
	var text Text                // the text itself,
	var paragraphs [][32]byte    // its digests
	nextParagraph := 0           // and the next of them
	s.withheld = len(digests)
	s.parts = make([]Part, len(digests), len(digests)+min(strings.Count(rest, "~"), MaxDisclosures))
	for i, digest := range digests {
		s.parts[i].Digest = digest
	}
	first := 0 // of the parts that are the text's paragraphs
	for n := 1; rest != ""; n++ {
		var d disclosure
		d.text, rest, _ = strings.Cut(rest, "~")
		if n > MaxDisclosures {
			return fmt.Errorf("has more than %d disclosures", MaxDisclosures)
		}
		if len(d.text) > MaxDisclosure {
			return fmt.Errorf("disclosure %d has %d bytes, at most %d are allowed", n, len(d.text), MaxDisclosure)
		}
		p, err := readPart(d.text)
		if err != nil {
			return fmt.Errorf("disclosure %d: %w", n, err)
		}
		digest := sha256.Sum256([]byte(d.text))
		if p.name == "" {
			i := indexFrom(paragraphs, nextParagraph, digest)
			if i < 0 {
				return fmt.Errorf("disclosure %d: no digest of the text before it refers to this paragraph, or it is out of order", n)
			}
			text[i] = Paragraph{Text: p.paragraph}
			nextParagraph = i + 1
			d.name = paragraphName(name, i)
			s.parts[first+i].Open = true
		} else {
			i := indexFrom(digests, next, digest)
			if i < 0 {
				return fmt.Errorf("disclosure %d: no digest of the payload refers to field %q, or it is out of order", n, p.name)
			}
			next = i + 1
			d.name = p.name
			s.parts[i].Name, s.parts[i].Open = p.name, true
			name, text, paragraphs, nextParagraph = p.name, nil, p.digests, 0
			if p.digests != nil {
				if met, err = meet(met, p.digests); err != nil {
					return fmt.Errorf("disclosure %d: field %q: %w", n, p.name, err)
				}
				text = make(Text, len(p.digests))
				first = len(s.parts)
				for i := range text {
					text[i].Withheld = true
					s.parts = append(s.parts, Part{Digest: p.digests[i], Name: paragraphName(p.name, i)})
				}
				s.withheld += len(text)
				p.value = text // shared, so that its paragraphs arrive in the field
			}
			s.fields = append(s.fields, Field{p.name, p.value})
		}
		s.withheld--
		s.disclosures = append(s.disclosures, d)
	}
	slices.SortFunc(s.fields, func(a, b Field) int { return strings.Compare(a.Name, b.Name) })
	for i := 1; i < len(s.fields); i++ {
		if s.fields[i-1].Name == s.fields[i].Name {
			return fmt.Errorf("two disclosures are field %q", s.fields[i].Name)
		}
	}
	return nil
}

// indexFrom returns where digest is in digests, at from or later, or -1.
func indexFrom(digests [][32]byte, from int, digest [32]byte) int {
	for i := from; i < len(digests); i++ {
		if digests[i] == digest {
			return i
		}
	}
	return -1
}

// meet adds digests to met, where none of them may be yet.
func meet(met, digests [][32]byte) ([][32]byte, error) {
	for _, d := range digests {
		if slices.Contains(met, d) {
			return nil, fmt.Errorf("digest %s is met twice", EncodeHash(d))
		}
		met = append(met, d)
	}
	if len(met) > MaxDisclosures {
		return nil, fmt.Errorf("has more than %d digests", MaxDisclosures)
	}
	return met, nil
}

// Bytes returns the statement exactly as it was received or signed.
func (s *Statement) Bytes() []byte { return []byte(s.text) }

// Signed returns the issuer-jwt: the part that its author signed. With a "~" after it
// it is the statement with every field withheld.
func (s *Statement) Signed() string { return s.jwt }

// Hash returns the SHA-256 of the issuer-jwt: what the ledger holds and others
// refer to. It is the same whatever was withheld.
func (s *Statement) Hash() [32]byte { return s.hash }

// KID returns the thumbprint of the key that the header names.
func (s *Statement) KID() string { return s.kid }

// Claims returns what all readers see. Do not change its slices.
func (s *Statement) Claims() Claims { return s.claims }

// Verify reports whether pub is the key that the header names and the signature
// is one of the issuer-jwt by it (RFC 8032 section 5.1.7, without the cofactor).
// It covers whatever [Statement.Fields] returns, by way of the digests. It does
// not ask whose key pub is, and not whether it may be enrolled
// ([identity.CheckKey]).
func (s *Statement) Verify(pub ed25519.PublicKey) error {
	if len(pub) != ed25519.PublicKeySize || identity.Thumbprint(pub) != s.kid {
		return fmt.Errorf("verify statement %s: it names key %s, and this is another", s.claims.ID, s.kid)
	}
	signed := s.jwt[:strings.LastIndexByte(s.jwt, '.')]
	if !ed25519.Verify(pub, []byte(signed), s.signature) {
		return fmt.Errorf("verify statement %s: the signature is not one of key %s over these bytes", s.claims.ID, s.kid)
	}
	return nil
}

// Field returns the value of a field that is there and disclosed: a string, an
// int64, a bool, a []string or a [Text]. Do not change slices.
func (s *Statement) Field(name string) (any, bool) {
	for _, f := range s.fields {
		if f.Name == name {
			return f.Value, true
		}
	}
	return nil, false
}

// Fields returns the disclosed fields, sorted by name. Do not change slices.
func (s *Statement) Fields() []Field { return slices.Clone(s.fields) }

// Complete reports whether every digest is opened: nothing is withheld.
func (s *Statement) Complete() bool { return s.withheld == 0 }

// Withheld returns how many fields and paragraphs are signed but not here. A
// free text that is withheld whole counts as one.
func (s *Statement) Withheld() int { return s.withheld }
