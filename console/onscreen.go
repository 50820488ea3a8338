package console

import (
	"regexp"
	"strings"

	"parley/desk"
	"parley/words"
)

// What the desk writes for people may name a command of the program. On a screen the
// place for it is a screen: onScreen says which, by its name and key.
var commandPlaces = []struct{ command, name, path string }{
	{"second", "console.nav.drafts", "/drafts"},
	{"drafts", "console.nav.drafts", "/drafts"},
	{"watch", "console.nav.floor", "/"},
	{"case", "console.register.cases", "/matters"},
	{"consent", "console.register.consents", "/matters"},
	{"exchange", "console.register.exchanges", "/matters"},
	{"projects", "console.register.projects", "/matters"},
	{"sessions", "console.register.sessions", "/matters"},
	{"commitments", "console.register.commitments", "/matters"},
	{"public-lines", "console.register.public-lines", "/matters"},
	{"publiclines", "console.register.public-lines", "/matters"},
	{"questions", "console.register.questions", "/matters"},
	{"line", "console.nav.line", "/line"},
	{"area", "console.nav.areas", "/areas"},
	{"handover", "console.nav.roster", "/roster"},
	{"relieve", "console.nav.roster", "/roster"},
	{"checkpoint", "console.nav.record", "/record"},
	{"evidence", "console.nav.record", "/record"},
	{"export", "console.nav.record", "/record"},
	{"release", "console.nav.gate", "/gate"},
	{"hold", "console.nav.gate", "/gate"},
	{"ls", "console.nav.statements", "/statements"},
	{"show", "console.nav.statements", "/statements"},
	{"ack", "console.nav.statements", "/statements"},
	{"cancel", "console.nav.statements", "/statements"},
}

// A command in a text, with the word before it that says that it is one.
var commandInText = regexp.MustCompile("(?:(?:الأمر|הפקודה|the command) )?`parley ([a-z-]+)[^`]*`")

// onScreen puts the screen in the place of each command that the desk's own words name.
// What is from outside, and so isolated from them, stays as it is; so does a command that
// no screen does.
func (v *visit) onScreen(text string) string {
	var out strings.Builder
	depth, rest := 0, 0
	flush := func(to int) {
		part := text[rest:to]
		if depth == 0 {
			part = v.placed(part)
		}
		out.WriteString(part)
		rest = to
	}
	for i, r := range text {
		switch {
		case r >= '\u2066' && r <= '\u2068':
			flush(i)
			depth++
		case r == '\u2069' && depth > 0:
			flush(i)
			depth--
		}
	}
	flush(len(text))
	return out.String()
}

func (v *visit) placed(text string) string {
	return commandInText.ReplaceAllStringFunc(text, func(command string) string {
		verb := commandInText.FindStringSubmatch(command)[1]
		for _, place := range commandPlaces {
			if place.command != verb {
				continue
			}
			name := v.say(place.name)
			for _, s := range v.console.screen {
				if _, path, _ := strings.Cut(s.pattern, " "); s.key != "" && strings.TrimSuffix(path, "{$}") == place.path {
					return v.say("console.on-screen", "screen", name, "key", "g "+s.key)
				}
			}
			return name
		}
		return command
	})
}

// remedy says what to do about a refusal: as the desk says it, or, in another language
// than the desk's, what there is to do about such refusals at all, where that is known.
func (v *visit) remedy(p *desk.Problem) string {
	if key := "console.remedy." + p.Rule; v.lang != "en" && words.Has(key) {
		return v.say(key)
	}
	return v.onScreen(p.Remedy)
}
