package format

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"parley/identity"
	"parley/words"
)

// A role says who without naming a person: "watch", or "birch/watch" for that of
// one party. Nothing in a mechanism depends on one person.
type roleType struct{ stringType }

func (roleType) accepts(*Field) words.Message { return words.M("accepts.role") }

func (roleType) parse(_ *Setting, _ *Field, typed string) (any, *fault) {
	s, why := readRole(typed)
	return s, why
}

func (roleType) check(_ *Field, value any) *fault { return checkCanonical(value, readRole) }

func readRole(typed string) (string, *fault) {
	text := strings.ToLower(strings.TrimSpace(typed))
	party, role, both := strings.Cut(text, "/")
	switch {
	case strings.Count(text, "/") > 1:
		return "", faulty("role.person")
	case identity.CheckID(party) != nil, both && identity.CheckID(role) != nil:
		return "", faulty("role.form")
	}
	return text, nil
}

func (roleType) schema(*Field) map[string]any {
	return map[string]any{"type": "string", "pattern": `^[a-z0-9][a-z0-9-]*(/[a-z0-9][a-z0-9-]*)?$`}
}

// A contact is how to reach those who are meant: tel: and sat: with an
// international number (ITU-T E.164), radio: with a frequency and its unit,
// mail: with an address, desk: with a line or extension of the mechanism's own.
type contactType struct{ stringType }

var (
	phone     = regexp.MustCompile(`^\+[1-9]\d{6,14}$`)
	frequency = regexp.MustCompile(`^(\d{1,6}(?:\.\d{1,6})?)\s*(kHz|MHz|GHz)$`)
	mail      = regexp.MustCompile(`^[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9.-]{1,190}\.[A-Za-z]{2,24}$`)
)

func (contactType) accepts(*Field) words.Message { return words.M("accepts.contact") }

func (contactType) parse(_ *Setting, _ *Field, typed string) (any, *fault) {
	s, why := readContact(typed)
	return s, why
}

func (contactType) check(_ *Field, value any) *fault { return checkCanonical(value, readContact) }

func readContact(typed string) (string, *fault) {
	kind, rest, ok := strings.Cut(strings.TrimSpace(words.LatinDigits(typed)), ":")
	kind, rest = strings.ToLower(strings.TrimSpace(kind)), strings.TrimSpace(rest)
	if !ok || rest == "" {
		return "", faulty("contact.kind")
	}
	switch kind {
	case "tel", "sat":
		number := strings.NewReplacer(" ", "", "-", "", "(", "", ")", "", ".", "").Replace(rest)
		if !phone.MatchString(number) {
			return "", faulty("contact.phone")
		}
		return kind + ":" + number, nil
	case "radio":
		m := frequency.FindStringSubmatch(rest)
		if m == nil {
			return "", faulty("contact.radio-remedy")
		}
		return kind + ":" + m[1] + " " + m[2], nil
	case "mail":
		if !mail.MatchString(rest) {
			return "", faulty("contact.mail-remedy")
		}
		return kind + ":" + rest, nil
	case "desk":
		if why := lineFault(rest); why != nil {
			return "", why
		}
		if len(rest) > 100 {
			return "", faulty("contact.kind")
		}
		return kind + ":" + rest, nil
	}
	return "", faulty("contact.kind")
}

func (contactType) count(_ *Field, value any) int {
	line, ok := strings.CutPrefix(fmt.Sprint(value), "desk:")
	if !ok {
		return 0
	}
	return wordCount(line)
}

func (contactType) brief(_ *Setting, _ *Field, lang string, value any) string {
	return words.LeftToRight(lang, fmt.Sprint(value))
}

func (contactType) show(_ *Setting, _ *Field, lang string, value any) []string {
	kind, rest, _ := strings.Cut(fmt.Sprint(value), ":")
	if !slices.Contains([]string{"tel", "sat", "radio", "mail", "desk"}, kind) {
		return []string{words.Isolate(lang, fmt.Sprint(value))}
	}
	shown := words.LeftToRight(lang, rest)
	if kind == "desk" {
		shown = words.Isolate(lang, rest)
	}
	return []string{words.M("contact."+kind, "contact", words.Raw(shown)).In(lang)}
}

func (contactType) schema(*Field) map[string]any {
	return map[string]any{"type": "string", "pattern": `^(tel|sat|radio|mail|desk):\S(.*\S)?$`}
}

// Parties are those to whom a text may be released, by their identifiers.
type partiesType struct{ stringType }

func (partiesType) accepts(*Field) words.Message { return words.M("accepts.parties") }

func (partiesType) parse(_ *Setting, _ *Field, typed string) (any, *fault) {
	return splitList(strings.ToLower(typed)), nil
}

func (partiesType) check(_ *Field, value any) *fault {
	list, ok := value.([]string)
	if !ok {
		return faulty("remedy.type", "type", Parties)
	}
	if len(list) == 0 || len(list) > 16 {
		return &fault{}
	}
	for i, p := range list {
		if identity.CheckID(p) != nil {
			return faulty("parties.form", "party", p)
		}
		if slices.Contains(list[:i], p) {
			return faulty("list.twice", "item", p)
		}
	}
	return nil
}

func (t partiesType) brief(s *Setting, _ *Field, lang string, value any) string {
	list, _ := value.([]string)
	names := make([]words.Message, len(list))
	for i, id := range list {
		names[i] = words.Plain(id)
		for _, p := range s.parties() {
			if p.ID == id {
				names[i] = words.Plain(p.Names.In(lang))
			}
		}
	}
	return joined(names).In(lang)
}

func (t partiesType) show(s *Setting, field *Field, lang string, value any) []string {
	return []string{t.brief(s, field, lang, value)}
}

func (partiesType) schema(*Field) map[string]any {
	return map[string]any{"type": "array", "minItems": 1, "uniqueItems": true, "items": map[string]any{"type": "string", "pattern": `^[a-z0-9][a-z0-9-]*$`}}
}
