package format

import (
	"encoding/hex"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"parley/base64url"
	"parley/statement"
	"parley/words"
)

// A hash is 32 bytes: a SHA-256 of a piece of evidence, or a key. It is typed as
// 64 hexadecimal digits or in its canonical form, base64url without padding.
type hashType struct{ stringType }

func (hashType) accepts(*Field) words.Message { return words.M("accepts.hash") }

func (hashType) parse(_ *Setting, _ *Field, typed string) (any, *fault) {
	s, why := readHash(typed)
	return s, why
}

func (hashType) check(_ *Field, value any) *fault { return checkCanonical(value, readHash) }

func readHash(typed string) (string, *fault) {
	text := strings.TrimSpace(strings.TrimPrefix(typed, "sha256:"))
	if b, err := hex.DecodeString(text); err == nil && len(b) == 32 {
		return base64url.Encode(b), nil
	}
	if _, err := base64url.Decode32(text); err != nil {
		return "", &fault{}
	}
	return text, nil
}

func (hashType) brief(_ *Setting, _ *Field, lang string, value any) string {
	return words.LeftToRight(lang, fmt.Sprint(value))
}

func (t hashType) show(s *Setting, field *Field, lang string, value any) []string {
	return []string{t.brief(s, field, lang, value)}
}

func (hashType) schema(*Field) map[string]any {
	return map[string]any{"type": "string", "pattern": `^[A-Za-z0-9_-]{43}$`}
}

// A money value is a band and a currency (ISO 4217): bands are enough, and no
// side learns a price.
type moneyType struct{ stringType }

var (
	bands        = []string{"under-100k", "100k-1m", "1m-10m", "10m-100m", "over-100m"}
	currencyForm = regexp.MustCompile(`^[A-Z]{3}$`)
)

func (moneyType) accepts(*Field) words.Message {
	return words.M("accepts.money", "choices", codes(bands...))
}

func (moneyType) parse(_ *Setting, _ *Field, typed string) (any, *fault) {
	s, why := readMoney(typed)
	return s, why
}

func (moneyType) check(_ *Field, value any) *fault { return checkCanonical(value, readMoney) }

func readMoney(typed string) (string, *fault) {
	parts := strings.Fields(words.LatinDigits(typed))
	if len(parts) != 2 {
		return "", faulty("money.both")
	}
	band, why := chosen(bands, parts[0])
	if why != nil {
		return "", faulty("money.band")
	}
	currency := strings.ToUpper(parts[1])
	if !currencyForm.MatchString(currency) {
		return "", faulty("money.currency")
	}
	return band + " " + currency, nil
}

func (moneyType) brief(_ *Setting, _ *Field, lang string, value any) string {
	band, currency, _ := strings.Cut(fmt.Sprint(value), " ")
	if !slices.Contains(bands, band) {
		return words.Isolate(lang, fmt.Sprint(value))
	}
	return words.M("money."+band, "currency", words.Raw(words.LeftToRight(lang, currency))).In(lang)
}

func (t moneyType) show(s *Setting, field *Field, lang string, value any) []string {
	return []string{coded(lang, fmt.Sprint(value), t.brief(s, field, lang, value))}
}

func (moneyType) schema(*Field) map[string]any {
	return map[string]any{"type": "string", "pattern": `^(` + strings.Join(bands, "|") + `) [A-Z]{3}$`}
}

// A reference names an earlier statement ("statement:" and its identifier), a
// notice to airmen ("notam:A1234/26"), or a document ("doc:" and its title).
type referenceType struct{ stringType }

var notamForm = regexp.MustCompile(`^[A-Z]\d{4}/\d{2}$`)

func (referenceType) accepts(*Field) words.Message { return words.M("accepts.reference") }

func (referenceType) parse(_ *Setting, _ *Field, typed string) (any, *fault) {
	s, why := readReference(typed)
	return s, why
}

func (referenceType) check(_ *Field, value any) *fault { return checkCanonical(value, readReference) }

func readReference(typed string) (string, *fault) {
	text := strings.TrimSpace(typed)
	if rest, ok := strings.CutPrefix(text, "doc:"); ok {
		rest = strings.TrimSpace(rest)
		if why := lineFault(rest); why != nil {
			return "", why
		}
		return "doc:" + rest, nil
	}
	id := strings.ToLower(strings.TrimPrefix(text, "statement:"))
	if statement.CheckID(id) == nil {
		return "statement:" + id, nil
	}
	upper := strings.ToUpper(words.LatinDigits(text))
	for _, prefix := range []string{"NOTAM:", "NOTAM "} {
		if number, ok := strings.CutPrefix(upper, prefix); ok && notamForm.MatchString(strings.TrimSpace(number)) {
			return "notam:" + strings.TrimSpace(number), nil
		}
	}
	return "", &fault{}
}

func (referenceType) count(_ *Field, value any) int {
	title, ok := strings.CutPrefix(fmt.Sprint(value), "doc:")
	if !ok {
		return 0
	}
	return wordCount(title)
}

func (referenceType) schema(*Field) map[string]any {
	return map[string]any{"type": "string", "pattern": `^(statement|notam|doc):\S(.*\S)?$`}
}

// A format field names a format and its edition.
type formatType struct{ stringType }

var refForm = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9.-]{0,31}/[1-9]\d{0,3}$`)

func (formatType) accepts(*Field) words.Message { return words.M("accepts.format") }

func (formatType) parse(_ *Setting, _ *Field, typed string) (any, *fault) {
	s, why := readRef(typed)
	return s, why
}

func (formatType) check(_ *Field, value any) *fault { return checkCanonical(value, readRef) }

func readRef(typed string) (string, *fault) {
	text := strings.TrimSpace(words.LatinDigits(typed))
	if len(text) > 0 && text[0] == 'j' {
		text = "J" + text[1:]
	}
	if !refForm.MatchString(text) {
		return "", &fault{}
	}
	return text, nil
}

func (formatType) brief(_ *Setting, _ *Field, lang string, value any) string {
	if f, ok := Catalogue().Lookup(fmt.Sprint(value)); ok {
		return f.Names.In(lang)
	}
	return words.LeftToRight(lang, fmt.Sprint(value))
}

func (t formatType) show(s *Setting, field *Field, lang string, value any) []string {
	return []string{coded(lang, fmt.Sprint(value), t.brief(s, field, lang, value))}
}

func (formatType) schema(*Field) map[string]any {
	return map[string]any{"type": "string", "pattern": `^[A-Za-z][A-Za-z0-9.-]*/[1-9]\d*$`}
}
