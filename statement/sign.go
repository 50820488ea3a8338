package statement

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"maps"
	"slices"

	"parley/base64url"
	"parley/identity"
)

// Sign makes the statement of those claims and fields, with every field
// disclosed: [Disclose] and [Body.Sign] in one.
func Sign(ctx context.Context, key identity.Signer, c Claims, fields map[string]any, salt func() string) (*Statement, error) {
	b, err := Disclose(fields, salt)
	if err != nil {
		return nil, fmt.Errorf("sign statement %s: %w", c.ID, err)
	}
	return b.Sign(ctx, key, c)
}

// Disclose makes the disclosures of those fields. The values of fields are
// string, int64, bool, []string or [Paragraphs]. Each call of salt returns a new
// random text of at least 128 bits, such as rand.Text; a salt used twice would
// let a reader of one withheld value guess another.
func Disclose(fields map[string]any, salt func() string) (*Body, error) {
	groups := make([]group, 0, len(fields))
	for _, name := range slices.Sorted(maps.Keys(fields)) {
		if err := CheckField(name); err != nil {
			return nil, err
		}
		g, err := disclose(name, fields[name], salt)
		if err != nil {
			return nil, fmt.Errorf("field %q: %w", name, err)
		}
		groups = append(groups, g)
	}
	slices.SortFunc(groups, func(a, b group) int { return slices.Compare(a.digest[:], b.digest[:]) })
	b := &Body{digests: make([][32]byte, len(groups))}
	var text []byte
	for i, g := range groups {
		b.digests[i] = g.digest
		text = append(text, g.text...)
	}
	b.disclosures = string(text)
	return b, nil
}

// Sign makes the statement of those claims and that body. It sorts c.To and cuts
// c.Time to the millisecond and c.Late to the second. It refuses whatever [Parse]
// refuses. It does not know which formats, fields and addressees are right, nor
// whether key belongs to the author.
func (b *Body) Sign(ctx context.Context, key identity.Signer, c Claims) (*Statement, error) {
	c.To = slices.Sorted(slices.Values(c.To))
	text := base64url.Append(nil, []byte(headerStart+identity.Thumbprint(key.Public())+headerEnd))
	text = append(text, '.')
	text = base64url.Append(text, appendPayload(nil, c, b.digests))
	signature, err := key.Sign(ctx, text)
	if err != nil {
		return nil, fmt.Errorf("sign statement %s: %w", c.ID, err)
	}
	text = append(text, '.')
	text = base64url.Append(text, signature)
	text = append(text, '~')
	text = append(text, b.disclosures...)
	s, err := parse(text)
	if err != nil {
		return nil, fmt.Errorf("sign statement %s: %w", c.ID, err)
	}
	return s, nil
}

// A group is the disclosure of a field and those of its paragraphs, each with
// its "~"; digest is the field's.
type group struct {
	digest [32]byte
	text   []byte
}

func disclose(name string, value any, salt func() string) (group, error) {
	text, isText := value.(Paragraphs)
	if isText && len(text) == 0 {
		return group{}, errors.New("a text needs at least one paragraph")
	}
	var paragraphs []byte
	content, err := appendString(appendSalt(salt), name)
	if err != nil {
		return group{}, err
	}
	content = append(content, ',')
	if !isText {
		if content, err = appendValue(content, value); err != nil {
			return group{}, err
		}
	}
	for i, p := range text {
		inner, err := appendString(appendSalt(salt), p)
		if err != nil {
			return group{}, fmt.Errorf("paragraph %d: %w", i+1, err)
		}
		encoded := base64url.Append(nil, append(inner, ']'))
		digest := sha256.Sum256(encoded)
		paragraphs = append(append(paragraphs, encoded...), '~')
		if i == 0 {
			content = append(content, `[{"...":"`...)
		} else {
			content = append(content, `,{"...":"`...)
		}
		content = base64url.Append(content, digest[:])
		content = append(content, `"}`...)
	}
	if isText {
		content = append(content, ']')
	}
	encoded := base64url.Append(nil, append(content, ']'))
	return group{sha256.Sum256(encoded), append(append(encoded, '~'), paragraphs...)}, nil
}

// appendSalt begins a disclosure: a bracket, a salt and a comma.
func appendSalt(salt func() string) []byte {
	return append(append([]byte(`["`), salt()...), `",`...)
}
