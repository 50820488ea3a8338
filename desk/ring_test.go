package desk

import (
	"bytes"
	"log/slog"
	"strings"
	"sync"
	"testing"

	"parley/charter"
)

// A page that several write.
type lockedBuffer struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (b *lockedBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.Write(p)
}

func (b *lockedBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.String()
}

// A FLASH that nobody takes is on the log of every desk, as the ladder climbs; what
// was said before a desk was opened is not rung again.
func TestRing(t *testing.T) {
	w := newWorld(t, func(c *charter.Charter) {
		flash := &c.Precedences[0]
		flash.GateSeconds, flash.AckSeconds = 1, 600
		for i := range flash.Ladder {
			flash.Ladder[i].AfterSeconds = i + 1
		}
	})
	logs := map[string]*lockedBuffer{}
	reopen := func(party string) {
		w.close(party)
		logs[party] = &lockedBuffer{}
		c := w.config(party)
		c.Log = slog.New(slog.NewTextHandler(logs[party], nil))
		d, err := Open(t.Context(), c)
		w.must(err)
		w.desks[party] = d
	}
	for _, party := range []string{"alder", "birch", "cedar"} {
		reopen(party)
	}
	w.until("all follow", func() bool {
		return w.desks["alder"].current() && w.desks["birch"].current() && w.desks["cedar"].current()
	})
	w.send(amal, Saying{Format: "J10", Fields: alarm})
	for party := range logs {
		w.until("the desk of "+party+" has rung for each step", func() bool {
			text := logs[party].String()
			return strings.Contains(text, "goes now to birch/watch") && strings.Contains(text, "goes now to birch/head") && strings.Contains(text, "goes now to cedar/superior")
		})
	}
	reopen("birch")
	w.until("birch follows again", func() bool { return w.desks["birch"].current() })
	if text := logs["birch"].String(); strings.Contains(text, "goes now") {
		t.Errorf("it rings for the past:\n%s", text)
	}
}
