package sim

import (
	"io"
	"strings"
	"sync"
)

// A trail keeps the newest lines of what was done and logged, to be told with a
// failure, and writes all of them to out where there is one.
type trail struct {
	out io.Writer

	mu    sync.Mutex
	lines []string
}

const trailLines = 60

// Write takes one line.
func (t *trail) Write(line []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.lines = append(t.lines, string(line))
	if len(t.lines) > 2*trailLines {
		t.lines = append(t.lines[:0], t.lines[trailLines:]...)
	}
	if t.out != nil {
		return t.out.Write(line)
	}
	return len(line), nil
}

func (t *trail) newest() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return strings.Join(t.lines[max(0, len(t.lines)-trailLines):], "")
}
