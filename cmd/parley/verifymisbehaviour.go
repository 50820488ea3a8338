package main

import (
	"errors"
	"fmt"
	"io"
	"os"

	"parley/charter"
	"parley/misbehaviour"
	"parley/words"
)

// isMisbehaviour reports whether the file at path is a proof of misbehaviour. What
// cannot be read is none; who reads it next says why.
func isMisbehaviour(path string) bool {
	file, err := os.Open(path)
	if err != nil {
		return false
	}
	defer file.Close()
	beginning := make([]byte, 100)
	n, _ := io.ReadFull(file, beginning)
	return misbehaviour.Is(beginning[:n])
}

// verifyMisbehaviour judges the file at path and says what it proves.
func verifyMisbehaviour(path string, trusted *charter.Charter, lang string, asJSON bool, stdout, stderr io.Writer) int {
	text, err := readBounded(path, misbehaviour.MaxFile)
	var v misbehaviour.Verdict
	if err == nil {
		v, err = misbehaviour.Judge(text, trusted)
	}
	if !asJSON {
		markExercise(v.Exercise || trusted != nil && trusted.Exercise, lang, stdout, stderr)
	}
	refuted, isRefuted := errors.AsType[*misbehaviour.Refuted](err)
	switch {
	case isRefuted && asJSON:
		writeJSON(stdout, map[string]any{"outcome": "refuted", "exercise": v.Exercise, "reason": refuted.Sentence.In(lang)})
		return 1
	case isRefuted:
		fmt.Fprintln(stdout, words.M("misbehaviour.refuted", "sentence", words.Raw(refuted.Sentence.In(lang))).In(lang))
		return 1
	case err != nil:
		hint := ""
		if trusted == nil {
			hint = "give the charter that you agreed to with -charter"
		}
		report(stderr, "could not be checked: "+err.Error(), hint)
		return 2
	}
	if asJSON {
		writeJSON(stdout, newAccusation(v, lang))
	} else {
		printVerdict(stdout, v, lang)
	}
	if !v.Proven {
		return 1
	}
	return 0
}

// printVerdict says what a file proves or shows, whom it accuses, and what it leaves
// open.
func printVerdict(w io.Writer, v misbehaviour.Verdict, lang string) {
	key := "misbehaviour.shown"
	if v.Proven {
		key = "misbehaviour.proven"
	}
	say := func(key, sentence string) {
		fmt.Fprintln(w, words.M(key, "sentence", words.Raw(sentence)).In(lang))
	}
	say(key, v.Sentence.In(lang))
	for _, m := range v.More {
		say("misbehaviour.also", m.In(lang))
	}
	for _, a := range v.Accused {
		say("misbehaviour.accused", a.In(lang))
	}
	for _, m := range v.NotShown {
		say("misbehaviour.not-shown", m.In(lang))
	}
}

// An accusation is a verdict as a program reads it.
type accusation struct {
	Outcome   string                 `json:"outcome"` // "proven" or "shown"
	Kind      string                 `json:"kind"`
	Mechanism string                 `json:"mechanism"`
	Exercise  bool                   `json:"exercise"`
	Accused   []misbehaviour.Accused `json:"accused"`
	Sentence  string                 `json:"sentence"`
	More      []string               `json:"more"`
	NotShown  []string               `json:"notShown"`
}

func newAccusation(v misbehaviour.Verdict, lang string) accusation {
	a := accusation{"shown", v.Kind, v.Mechanism, v.Exercise, v.Accused, v.Sentence.In(lang), []string{}, []string{}}
	if v.Proven {
		a.Outcome = "proven"
	}
	for _, m := range v.More {
		a.More = append(a.More, m.In(lang))
	}
	for _, m := range v.NotShown {
		a.NotShown = append(a.NotShown, m.In(lang))
	}
	return a
}

// readBounded reads a file of at most so many bytes, or one more, for who refuses it.
func readBounded(path string, most int64) ([]byte, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	text, err := io.ReadAll(io.LimitReader(file, most+1))
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", path, err)
	}
	return text, nil
}
