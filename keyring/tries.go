package keyring

import (
	"errors"
	"fmt"
	"time"
)

// Bounds of trying passphrases for one officer: freeTries wrong ones in a row at once,
// then a pause before each that doubles, up to maxPause. It is never longer: whoever
// types wrong passphrases for an officer on purpose must not keep him out. What is
// older than forgetTries counts no more.
const (
	freeTries   = 5
	minPause    = 2 * time.Second
	maxPause    = time.Minute
	forgetTries = 10 * time.Minute
)

// TooOften says that an officer's passphrase was wrong too often just now.
type TooOften struct {
	Wait time.Duration // until one is tried again
}

func (e *TooOften) Error() string {
	return fmt.Sprintf("the passphrase was wrong too often; try again in %d seconds", max(1, int(e.Wait.Round(time.Second)/time.Second)))
}

// tries counts an officer's wrong passphrases in a row.
type tries struct {
	wrong int
	last  time.Time
	next  time.Time // no earlier is another tried
}

func (p *People) mayTry(officer string) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	t, ok := p.tries[officer]
	if !ok {
		return nil
	}
	// A clock that was turned back makes no pause longer than it can be.
	if wait := t.next.Sub(p.now()); wait > 0 && wait <= maxPause {
		return &TooOften{wait}
	}
	return nil
}

// tried counts one that was tried. Officers are as many as there are rings, so what it
// keeps is bounded.
func (p *People) tried(officer string, err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !errors.Is(err, ErrPassphrase) {
		delete(p.tries, officer)
		return
	}
	now := p.now()
	t, ok := p.tries[officer]
	if !ok || now.Sub(t.last) > forgetTries {
		t = &tries{}
		p.tries[officer] = t
	}
	t.wrong++
	t.last = now
	if t.wrong >= freeTries {
		pause := maxPause
		if n := t.wrong - freeTries; n < 5 {
			pause = min(maxPause, minPause<<n)
		}
		t.next = now.Add(pause)
	}
}
