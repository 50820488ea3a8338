package matter

import (
	"strings"
	"unicode"

	"parley/rule"
)

// BadName is the rule that names are told apart by sight.
const BadName = "matter.name"

// CheckName refuses a name that can look like another one: that two people choose
// alike and a machine takes for two, or that one chooses to be taken for another's.
// It has the letters of one of the channel's three scripts, without marks on them,
// figures and ASCII's other characters, and single spaces.
func CheckName(name string) error {
	script := ""
	for _, r := range strings.TrimPrefix(name, "doc:") {
		of := scriptOf(r)
		switch {
		case of == "":
			return rule.Refuse(BadName, "write it in plain letters, such as doc:session-1", "the name %q has the character %U, which looks like another or does not show", name, r)
		case of != anyScript && script != "" && script != of:
			return rule.Refuse(BadName, "write it in one script", "the name %q has letters of two scripts, %s and %s", name, script, of)
		case of != anyScript:
			script = of
		}
	}
	if strings.Contains(name, "  ") || strings.TrimSpace(name) != name {
		return rule.Refuse(BadName, "write one space at a time", "the name %q has spaces that do not show", name)
	}
	return nil
}

const anyScript = "any"

// scriptOf gives whose letter a character is; empty for what no name has.
func scriptOf(r rune) string {
	switch {
	case r < unicode.MaxASCII && unicode.IsLetter(r):
		return "Latin"
	case ' ' <= r && r < unicode.MaxASCII, '٠' <= r && r <= '٩':
		return anyScript
	case 'ء' <= r && r <= 'غ', 'ف' <= r && r <= 'ي':
		return "Arabic"
	case 'א' <= r && r <= 'ת':
		return "Hebrew"
	}
	return ""
}
