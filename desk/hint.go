package desk

import (
	"maps"
	"path/filepath"
	"slices"
	"strings"

	"parley/format"
	"parley/statement"
	"parley/words"
)

// A Hint reminds an officer that an accident of the own side is told by a format
// of its own. It never stands in the way of what was said.
type Hint struct {
	Format   string   `json:"format"`
	Sentence string   `json:"sentence"` // in the officer's language
	Fields   []string `json:"fields"`   // what can be carried over, as it is typed
	Command  string   `json:"command"`  // the same, for a shell
}

// accidentHint gives the hint that s calls for; nil where it calls for none.
func (d *Desk) accidentHint(s *statement.Statement, lang string) *Hint {
	c := s.Claims()
	f, ok := d.Charter().Format(c.Format)
	if !ok {
		return nil
	}
	accident, inForce := d.Charter().Newest(format.AccidentFormat)
	carried, tells := f.TellsOwnAccident(s)
	if !tells || !inForce {
		return nil
	}
	h := &Hint{Format: accident.Ref(), Sentence: words.M("accident.hint", "format", accident.Names.In(lang)).In(lang), Fields: []string{}}
	dir := d.config.Dir
	if whole, err := filepath.Abs(dir); err == nil {
		dir = whole
	}
	command := []string{"parley", "accident", "-desk", shell(dir), "-as", c.Author.String()}
	if lang != "" && lang != "en" {
		command = append(command, "-lang", shell(lang))
	}
	for _, name := range slices.Sorted(maps.Keys(carried)) {
		h.Fields = append(h.Fields, name+"="+carried[name])
		command = append(command, name+"="+shell(carried[name]))
	}
	h.Command = strings.Join(command, " ")
	return h
}

// shell quotes a word for a POSIX shell where it must be.
func shell(word string) string {
	plain := func(r rune) bool {
		return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("-_./:+,@", r)
	}
	if word != "" && !strings.ContainsFunc(word, func(r rune) bool { return !plain(r) }) {
		return word
	}
	return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
}
