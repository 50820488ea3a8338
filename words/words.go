// Package words says the product's own sentences in English, Arabic and Hebrew.
//
// The catalogue is data: each file under data/ holds the sentences of one topic,
// by key, in every language side by side, so that whoever reads one can compare
// the others. A sentence is text with {name} placeholders. Where a number
// decides a word's form there is one text a plural category of the language
// (Unicode CLDR, UTS 35 part 3), chosen by the argument n.
//
// A [Message] is a key and what goes into it. It is kept as that until somebody
// reads it, so that one refusal can be read on three desks in three languages.
// What goes in from outside is isolated (UAX 9) and shown safely, see [Isolate].
// Numbers keep Latin digits in every language.
package words

import (
	"embed"
	"encoding/json"
	"fmt"
	"math"
	"path"
	"strconv"
	"strings"
	"sync"

	"golang.org/x/text/feature/plural"
	"golang.org/x/text/language"
)

//go:embed data/*.json
var data embed.FS

// Languages are those of every sentence, English first.
func Languages() []string { return []string{"en", "ar", "he"} }

// RightToLeft reports whether lang is written from right to left.
func RightToLeft(lang string) bool { return lang == "ar" || lang == "he" }

// A sentence is one text in one language; its texts are by plural category,
// "other" alone where no number decides.
type sentence map[string]string

func (s *sentence) UnmarshalJSON(text []byte) error {
	var one string
	if json.Unmarshal(text, &one) == nil {
		*s = sentence{"other": one}
		return nil
	}
	forms := map[string]string{}
	if err := json.Unmarshal(text, &forms); err != nil {
		return fmt.Errorf("want a text, or an object of texts by plural category: %w", err)
	}
	*s = forms
	return nil
}

var sentences = sync.OnceValue(func() map[string]map[string]sentence {
	files, err := data.ReadDir("data")
	if err != nil {
		panic(err) // embedded: cannot be missing
	}
	all := map[string]map[string]sentence{}
	for _, file := range files {
		text, err := data.ReadFile(path.Join("data", file.Name()))
		if err != nil {
			panic(err)
		}
		topic := map[string]map[string]sentence{}
		if err := json.Unmarshal(text, &topic); err != nil {
			panic(fmt.Sprintf("words file %s: %v", file.Name(), err))
		}
		for key, by := range topic {
			if all[key] != nil {
				panic(fmt.Sprintf("words file %s: %s is there already", file.Name(), key))
			}
			all[key] = by
		}
	}
	return all
})

// A Raw argument goes into a sentence as it is: it was made safe before, or is
// text of our own.
type Raw string

// A Message is a sentence with what goes into it. The zero Message says nothing.
type Message struct {
	Key  string
	args []any // name, value, name, value, ...
}

// M makes a message from a key of the catalogue and pairs of a placeholder's
// name and its value: a string (text from outside), a [Raw], an int or int64, or
// a Message. It panics where the catalogue has no such key.
func M(key string, pairs ...any) Message {
	if sentences()[key] == nil {
		panic("words: the catalogue has no sentence " + strconv.Quote(key))
	}
	return Message{key, pairs}
}

// Has reports whether the catalogue has a sentence of that key.
func Has(key string) bool { return sentences()[key] != nil }

// Plain makes a message of a text that has no translation, such as a code; it
// reads the same in every language and counts as text from outside.
func Plain(text string) Message { return Message{args: []any{"", text}} }

// Said makes a message of what is said elsewhere, such as in a format's file, by
// language. English stands in where a language is missing.
func Said(by map[string]string) Message { return Message{args: []any{"", by}} }

// IsZero reports whether m says nothing.
func (m Message) IsZero() bool { return m.Key == "" && len(m.args) == 0 }

// In says the message in lang, or in English where lang is not spoken.
func (m Message) In(lang string) string {
	if m.IsZero() {
		return ""
	}
	if m.Key == "" {
		return write(lang, m.args[1])
	}
	by := sentences()[m.Key]
	text := by[lang]
	if text == nil {
		lang, text = "en", by["en"]
	}
	values := make(map[string]string, len(m.args)/2)
	form := "other"
	for i := 0; i+1 < len(m.args); i += 2 {
		name, _ := m.args[i].(string)
		if n, ok := number(m.args[i+1]); ok && name == "n" {
			form = category(lang, n)
		}
		values[name] = write(lang, m.args[i+1])
	}
	chosen, ok := text[form]
	if !ok {
		chosen = text["other"]
	}
	return fill(chosen, values)
}

func number(value any) (int64, bool) {
	switch n := value.(type) {
	case int:
		return int64(n), true
	case int64:
		return n, true
	}
	return 0, false
}

func write(lang string, value any) string {
	switch v := value.(type) {
	case string:
		return Isolate(lang, v)
	case Raw:
		return string(v)
	case Message:
		return v.In(lang)
	case map[string]string:
		if v[lang] == "" {
			return v["en"]
		}
		return v[lang]
	case int:
		return strconv.Itoa(v)
	case int64:
		return strconv.FormatInt(v, 10)
	}
	return Isolate(lang, fmt.Sprint(value))
}

// category is the CLDR plural category of the whole number n in lang.
func category(lang string, n int64) string {
	if n = max(n, -math.MaxInt64); n < 0 {
		n = -n
	}
	// Every language's rules look at the number modulo a power of ten, and only
	// at small numbers whole; so a large one is brought into range.
	if n > 1_000_000 {
		n = 1_000_000 + n%1_000_000
	}
	tag := language.English
	switch lang {
	case "ar":
		tag = language.Arabic
	case "he":
		tag = language.Hebrew
	}
	return map[plural.Form]string{plural.Zero: "zero", plural.One: "one", plural.Two: "two", plural.Few: "few", plural.Many: "many",
		plural.Other: "other"}[plural.Cardinal.MatchPlural(tag, int(n), 0, 0, 0, 0)]
}

// fill puts values in the place of {name}.
func fill(text string, values map[string]string) string {
	var b strings.Builder
	for {
		before, rest, ok := strings.Cut(text, "{")
		b.WriteString(before)
		if !ok {
			return b.String()
		}
		name, after, closed := strings.Cut(rest, "}")
		value, known := values[name]
		if !closed || !known {
			panic(fmt.Sprintf("words: no value for {%s} in %q", name, text))
		}
		b.WriteString(value)
		text = after
	}
}
