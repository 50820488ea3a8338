package identity

import (
	"context"
	"crypto/ed25519"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"parley/base64url"
)

// A Request asks a party's registrar to endorse a key for an author. Its proof
// shows that whoever asks holds the private key, and wants it for exactly this
// mechanism, author and areas, and for live or exercise traffic: a registrar
// cannot enrol a key that is someone else's, or use a request for another place.
type Request struct {
	Mechanism string   `json:"mechanism"`
	Author    string   `json:"author"`   // "party/role/officer"
	Key       string   `json:"key"`      // as [EncodeKey]
	Areas     []string `json:"areas"`    // sorted, each once; empty: the service area alone
	Exercise  bool     `json:"exercise"` // the key signs exercise traffic, and no other
	Proof     string   `json:"proof"`    // signature of the above by Key, base64url
}

// NewRequest makes and signs a Request. The order of areas does not matter.
func NewRequest(ctx context.Context, key Signer, mechanism string, a Author, areas []string, exercise bool) (Request, error) {
	r := Request{Mechanism: mechanism, Author: a.String(), Key: EncodeKey(key.Public()), Areas: slices.Sorted(slices.Values(areas)), Exercise: exercise}
	signature, err := key.Sign(ctx, r.message())
	if err != nil {
		return Request{}, fmt.Errorf("sign the enrolment request for %s: %w", a, err)
	}
	r.Proof = base64url.Encode(signature)
	if err := r.Check(); err != nil {
		return Request{}, err
	}
	return r, nil
}

// Check reports whether the request is well formed, its key may be enrolled
// ([CheckKey]) and its proof is a signature of it by that key. It does not ask
// whether mechanism, role and areas exist; the charter knows.
func (r Request) Check() error {
	pub, err := r.checkForm()
	if err != nil {
		return fmt.Errorf("enrolment request for %q: %w", r.Author, err)
	}
	proof, err := base64url.Decode(r.Proof)
	if err != nil {
		return fmt.Errorf("enrolment request for %q: proof: %w", r.Author, err)
	}
	if !ed25519.Verify(pub, r.message(), proof) {
		return fmt.Errorf("enrolment request for %q: proof is not a signature by key %s of this mechanism, author, areas and exercise mark", r.Author, r.Key)
	}
	return nil
}

func (r Request) checkForm() (ed25519.PublicKey, error) {
	if err := CheckID(r.Mechanism); err != nil {
		return nil, fmt.Errorf("mechanism: %w", err)
	}
	if _, err := ParseAuthor(r.Author); err != nil {
		return nil, err
	}
	for i, area := range r.Areas {
		if err := CheckID(area); err != nil {
			return nil, fmt.Errorf("area: %w", err)
		}
		if i > 0 && r.Areas[i-1] >= area {
			return nil, errors.New("areas are not sorted, each once")
		}
	}
	return ParseKey(r.Key)
}

// message is what the proof signs. Its spaces and line ends keep it apart from
// a JWS, and its first line from every other text that a key of ours signs.
func (r Request) message() []byte {
	return []byte("parley enrolment request v1\n" +
		"mechanism " + r.Mechanism + "\n" +
		"author " + r.Author + "\n" +
		"key " + r.Key + "\n" +
		"areas " + strings.Join(r.Areas, ",") + "\n" +
		"exercise " + strconv.FormatBool(r.Exercise) + "\n")
}
