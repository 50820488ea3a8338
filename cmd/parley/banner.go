package main

import (
	"io"
	"sync"

	"parley/charter"
	"parley/words"
)

// An output is a command's standard output or error. Once it is marked, what is
// written to it begins and ends with a line that says EXERCISE: nobody who sees
// a page, its beginning or its end alone takes it for real.
type output struct {
	prefix string // of the banner's lines

	mu     sync.Mutex // guards what follows
	w      io.Writer
	banner string // empty: not marked
	begun  bool
	line   bool // the last byte written ended a line
}

// Write writes p, after the banner where it is the first.
func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if len(p) == 0 {
		return 0, nil
	}
	if o.banner != "" && !o.begun {
		o.begun = true
		if _, err := io.WriteString(o.w, o.banner); err != nil {
			return 0, err
		}
	}
	o.line = p[len(p)-1] == '\n'
	return o.w.Write(p)
}

// end writes the banner again where anything stands below the first.
func (o *output) end() {
	o.mu.Lock()
	defer o.mu.Unlock()
	if !o.begun {
		return
	}
	text := o.banner
	if !o.line {
		text = "\n" + text
	}
	io.WriteString(o.w, text) //nolint:errcheck // as fmt.Fprint to a terminal or a pipe
}

// markExercise marks outputs of a command that showed an exercise's content, or
// is about to; of a live mechanism it marks nothing.
func markExercise(exercise bool, lang string, outputs ...io.Writer) {
	for _, w := range outputs {
		o, ok := w.(*output)
		if !ok || !exercise {
			continue
		}
		o.mu.Lock()
		if !o.begun {
			o.banner = o.prefix + words.ExerciseBanner(lang) + "\n"
		}
		o.mu.Unlock()
	}
}

// endExercise ends a marked text of a command that runs on.
func endExercise(w io.Writer) {
	if o, ok := w.(*output); ok {
		o.end()
		o.mu.Lock()
		o.banner, o.begun = "", false
		o.mu.Unlock()
	}
}

// mark marks outputs where the desk is one of an exercise.
func (l *local) mark(lang string, outputs ...io.Writer) {
	markExercise(l.Exercise, lang, outputs...)
}

// markCharter marks outputs where a charter, signed or not, is an exercise's.
func markCharter(c *charter.Charter, lang string, outputs ...io.Writer) {
	markExercise(c.Exercise, lang, outputs...)
}
