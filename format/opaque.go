package format

import (
	"crypto/sha256"
	"fmt"
	"regexp"

	"parley/base64url"
	"parley/words"
)

// An opaque value is what a program has written for another, such as a key or what
// is sealed to one: letters, digits, hyphens and low lines. It is signed as it is.
// People are shown its length and its hash, by which two of them tell whether they
// have the same.
type opaqueType struct{ stringType }

var opaqueForm = regexp.MustCompile(`^[A-Za-z0-9_-]+$`)

// maxOpaque is how long one may be where its field does not say.
const maxOpaque = 12_000

func (field *Field) maxOpaque() int64 {
	if field.Max > 0 {
		return field.Max
	}
	return maxOpaque
}

func (opaqueType) declared(field *Field) error {
	if field.Max < 0 || field.Max > maxOpaque {
		return fmt.Errorf("max is %d: want at most %d characters", field.Max, maxOpaque)
	}
	return nil
}

func (opaqueType) accepts(field *Field) words.Message {
	return words.M("accepts.opaque", "most", field.maxOpaque())
}

func (opaqueType) parse(_ *Setting, _ *Field, typed string) (any, *fault) { return typed, nil }

func (opaqueType) check(field *Field, value any) *fault {
	s, ok := value.(string)
	if !ok {
		return notString(value)
	}
	if !opaqueForm.MatchString(s) || int64(len(s)) > field.maxOpaque() {
		return &fault{}
	}
	return nil
}

func (opaqueType) brief(_ *Setting, _ *Field, lang string, value any) string {
	s := fmt.Sprint(value)
	sum := sha256.Sum256([]byte(s))
	return words.M("opaque.brief", "count", len(s), "hash", words.Raw(words.LeftToRight(lang, base64url.Encode(sum[:])))).In(lang)
}

func (t opaqueType) show(s *Setting, field *Field, lang string, value any) []string {
	return []string{t.brief(s, field, lang, value)}
}

func (opaqueType) schema(field *Field) map[string]any {
	return map[string]any{"type": "string", "minLength": 1, "maxLength": field.maxOpaque(), "pattern": `^[A-Za-z0-9_-]+$`}
}
