package format

import (
	"fmt"
	"strings"

	"parley/words"
)

// The codes that every format has alike. They have no default: who grades or
// marks an item says so. Each code's name is the sentence "KEY.CODE".
var (
	// sourceType grades the source alone, A to F (NATO AJP-2.1, the admiralty
	// system), and never the information.
	sourceType = codeType{key: "source", codes: []string{"A", "B", "C", "D", "E", "F"}}
	// credibilityType grades the information in itself, 1 to 6.
	credibilityType = codeType{key: "credibility", codes: []string{"1", "2", "3", "4", "5", "6"}}
	// tlpType is the Traffic Light Protocol 2.0 (FIRST): with whom it may be shared.
	tlpType = codeType{key: "tlp", codes: []string{"CLEAR", "GREEN", "AMBER", "AMBER+STRICT", "RED"}, prefix: "TLP:"}
	// useMarkType says what it may be used for, apart from who may have it.
	useMarkType = codeType{key: "use-mark", codes: []string{"PROTECT-ONLY", "VERIFY", "COORDINATE", "OPEN"}}
)

// A codeType is a choice whose codes belong to the type.
type codeType struct {
	stringType
	key    string
	codes  []string
	prefix string // that may stand before the code, and is dropped
}

func (t codeType) declared(field *Field) error {
	if field.Default != "" && (t.key == "source" || t.key == "credibility") {
		return fmt.Errorf("a grade has no default: who grades says so")
	}
	return nil
}

func (t codeType) accepts(*Field) words.Message {
	if t.key == "source" || t.key == "credibility" {
		return words.M("accepts." + t.key)
	}
	return words.M("accepts.choice", "choices", codes(t.codes...))
}

func (t codeType) read(typed string) (string, *fault) {
	typed = strings.ToUpper(strings.TrimSpace(words.LatinDigits(typed)))
	if len(typed) == 2 && (t.key == "source" || t.key == "credibility") && typed[0] >= 'A' && typed[0] <= 'F' && typed[1] >= '1' && typed[1] <= '6' {
		return "", faulty("grade.pair", "source", typed[:1], "credibility", typed[1:])
	}
	return chosen(t.codes, strings.TrimSpace(strings.TrimPrefix(typed, t.prefix)))
}

func (t codeType) parse(_ *Setting, _ *Field, typed string) (any, *fault) {
	s, why := t.read(typed)
	return s, why
}

func (t codeType) check(_ *Field, value any) *fault { return checkCanonical(value, t.read) }

func (t codeType) brief(_ *Setting, _ *Field, lang string, value any) string {
	return words.LeftToRight(lang, fmt.Sprint(value))
}

func (t codeType) show(_ *Setting, _ *Field, lang string, value any) []string {
	code := fmt.Sprint(value)
	if _, why := chosen(t.codes, code); why != nil {
		return []string{words.Isolate(lang, code)}
	}
	return []string{coded(lang, code, words.M(t.key+"."+code).In(lang))}
}

func (t codeType) schema(*Field) map[string]any { return map[string]any{"enum": t.codes} }
