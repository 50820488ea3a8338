package format

import (
	"fmt"
	"strings"

	"parley/base64url"
	"parley/words"
)

// A part names, by its digest, a part of another statement that is withheld, and says
// with one of the field's codes why: "<43 characters of base64url> <code>". Desks write
// it. People are shown the reason; whose digest it is, the statement itself tells.
type partType struct{ stringType }

func (partType) declared(field *Field) error { return choiceType{}.declared(field) }

func (partType) accepts(field *Field) words.Message {
	return words.M("accepts.part", "choices", codes(field.Choices...))
}

func (partType) parse(_ *Setting, field *Field, typed string) (any, *fault) {
	s, why := readPart(field, typed)
	return s, why
}

func (partType) check(field *Field, value any) *fault {
	return checkCanonical(value, func(s string) (string, *fault) { return readPart(field, s) })
}

func readPart(field *Field, typed string) (string, *fault) {
	digest, code, _ := strings.Cut(strings.TrimSpace(typed), " ")
	if _, err := base64url.Decode32(digest); err != nil {
		return "", &fault{}
	}
	code, why := chosen(field.Choices, code)
	if why != nil {
		return "", why
	}
	return digest + " " + code, nil
}

// CutPart takes the signed value of a part apart.
func CutPart(value string) (digest, code string) {
	digest, code, _ = strings.Cut(value, " ")
	return digest, code
}

func (partType) brief(s *Setting, field *Field, lang string, value any) string {
	_, code := CutPart(fmt.Sprint(value))
	return choiceType{}.brief(s, field, lang, code)
}

func (t partType) show(s *Setting, field *Field, lang string, value any) []string {
	digest, _ := CutPart(fmt.Sprint(value))
	return []string{words.LeftToRight(lang, digest) + " – " + t.brief(s, field, lang, value)}
}

func (partType) schema(field *Field) map[string]any {
	return map[string]any{"type": "string", "pattern": `^[A-Za-z0-9_-]{43} (` + strings.Join(field.Choices, "|") + `)$`}
}
