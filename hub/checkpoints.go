package hub

import (
	"bytes"
	"context"
	"net/http"
	"sync"
	"time"

	"parley/charter"
	"parley/ledger"
	"parley/mechanism"
	"parley/rule"
)

const (
	announceEvery = 100 * time.Millisecond // how often a new checkpoint is put to the desks to cosign
	gatherFor     = 2 * time.Second        // how long cosignatures are waited for: those of a slow line count, those of a dead one hold nothing up
)

// checkpoints keeps the newest checkpoint and the one that the desks are asked to
// cosign, with the cosignatures that have come. Whether it is confirmed, each
// desk judges for itself.
//
// Cosigning goes in rounds: one checkpoint is asked for, bare, and shown again
// with what came once all whose word the charter wants have cosigned, or after
// [gatherFor]. After that a round begins when the ledger has grown, and on the
// same checkpoint again before what was cosigned is older than the charter allows.
type checkpoints struct {
	verifier func(size uint64) (*ledger.Verifier, error) // of the log key that is due for a size

	mu        sync.Mutex
	witnesses *ledger.Witnesses
	retiring  *ledger.Witnesses // of the edition before, which still count for the checkpoint with which they hand over
	wanted    map[string]int    // how many cosignatures complete a round, by name of who must cosign
	fresh     time.Duration     // how old a round may become; 0: any age
	tip       []byte
	tipSize   uint64
	asked     []byte // bare
	askedSize uint64
	askedAt   time.Time
	gathered  []byte // asked, with the cosignatures that have come so far
	whole     bool   // all who must have cosigned it
	before    []byte // gathered in the round before, where that was for the same head
	shown     []byte // gathered, as it was last shown
	shownAt   time.Time
	outside   []byte // a checkpoint as witnesses outside have cosigned it
	rounds    uint64 // begun
	shows     uint64

	stirred chan struct{} // holds a token while a round may be to begin or to be shown
}

func newCheckpoints(verifier func(size uint64) (*ledger.Verifier, error), c *charter.Charter) (*checkpoints, error) {
	points := &checkpoints{verifier: verifier, stirred: make(chan struct{}, 1)}
	return points, points.adopt(c, c)
}

// adopt takes the witnesses of a new edition, and of the one before it.
func (c *checkpoints) adopt(edition, before *charter.Charter) error {
	witnesses, err := ledger.NewWitnesses(edition.WitnessKeys())
	if err != nil {
		return err
	}
	retiring, err := ledger.NewWitnesses(before.WitnessKeys())
	if err != nil {
		return err
	}
	wanted := map[string]int{}
	for _, id := range edition.Witness.Parties {
		if p, ok := edition.Party(id); ok {
			wanted[p.WitnessName()] = len(p.WitnessKeys())
		}
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.witnesses, c.retiring, c.wanted = witnesses, retiring, wanted
	c.fresh = time.Duration(edition.Witness.FreshSeconds) * time.Second * 3 / 4 // so that what is cosigned anew is there in time
	return nil
}

func (c *checkpoints) newest(note []byte, size uint64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.tip, c.tipSize = note, size
	c.stir()
}

// stir has announce look again. The caller holds mu.
func (c *checkpoints) stir() {
	select {
	case c.stirred <- struct{}{}:
	default:
	}
}

func (c *checkpoints) newestNote() []byte {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.tip
}

// turn begins a round or shows what came in the one that stands, where it is time
// for either; it reports whether it did.
func (c *checkpoints) turn(now time.Time) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	age := now.Sub(c.askedAt)
	over := age >= gatherFor || age < 0 || c.askedSize == 0 || c.whole
	grown, stale := over && c.tipSize > c.askedSize, c.askedSize > 0 && c.fresh > 0 && age >= c.fresh
	if !grown && !stale {
		return age >= gatherFor && now.Sub(c.shownAt) >= gatherFor && c.show(now)
	}
	c.show(now)
	c.before = nil
	if !grown {
		c.before = c.shown
	}
	c.asked, c.gathered, c.askedSize, c.askedAt = c.tip, c.tip, c.tipSize, now
	c.whole = len(c.wanted) == 0
	c.rounds++
	return true
}

// show shows what was gathered, if that is more than was shown. The caller holds
// mu.
func (c *checkpoints) show(now time.Time) bool {
	if bytes.Equal(c.gathered, c.asked) || bytes.Equal(c.gathered, c.shown) {
		return false
	}
	c.shown, c.shownAt = c.gathered, now
	c.shows++
	return true
}

// pause is how long nothing is to be done unless something stirs.
func (c *checkpoints) pause(now time.Time) time.Duration {
	c.mu.Lock()
	defer c.mu.Unlock()
	wait := time.Hour
	if c.askedSize > 0 && c.fresh > 0 {
		wait = c.askedAt.Add(c.fresh).Sub(now)
	}
	for _, gathering := range []time.Duration{c.askedAt.Add(gatherFor).Sub(now), c.shownAt.Add(gatherFor).Sub(now)} {
		if gathering > 0 {
			wait = min(wait, gathering)
		}
	}
	return max(wait, announceEvery)
}

// A told is what a follower was given of the rounds.
type told struct{ rounds, shows uint64 }

// news gives the checkpoints that a follower who was given so much has not seen:
// what came in a round, and what is to be cosigned.
func (c *checkpoints) news(t *told) []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	var notes []string
	if c.shows > t.shows {
		notes = append(notes, string(c.shown))
	}
	// What was just shown came of this round: whoever has cosigned it need not again.
	if c.rounds > t.rounds && !(len(notes) > 0 && t.rounds == 0 && bytes.Equal(c.shown, c.gathered)) {
		notes = append(notes, string(c.asked))
	}
	t.rounds, t.shows = c.rounds, c.shows
	return notes
}

// add takes a cosigned checkpoint from a desk. Cosignatures on any checkpoint
// but the one asked for are of no use and are passed over. It reports whether
// there is something new to show.
func (c *checkpoints) add(note []byte, now time.Time) (bool, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	head, err := ledger.Peek(note)
	if err != nil {
		return false, err
	}
	verifier, err := c.verifier(head.Size)
	if err != nil {
		return false, err
	}
	merged := c.gathered
	for _, witnesses := range []*ledger.Witnesses{c.witnesses, c.retiring} {
		_, cosignatures, err := witnesses.Check(verifier, note)
		if err != nil {
			return false, err
		}
		if head.Size != c.askedSize || len(cosignatures) == 0 {
			continue
		}
		if merged, err = witnesses.Merge(verifier, merged, note); err != nil {
			return false, err
		}
	}
	if bytes.Equal(merged, c.gathered) {
		return false, nil
	}
	c.gathered = merged
	was := c.whole
	c.whole = c.complete()
	c.stir()
	return (c.whole && !was || !c.whole && now.Sub(c.askedAt) >= gatherFor && now.Sub(c.shownAt) >= announceEvery) && c.show(now), nil // what comes after a whole round waits for turn, so that nobody floods the feeds
}

// complete reports whether all who must cosign have. The caller holds mu.
func (c *checkpoints) complete() bool {
	verifier, err := c.verifier(c.askedSize)
	if err != nil {
		return false
	}
	_, cosignatures, err := c.witnesses.Check(verifier, c.gathered)
	if err != nil {
		return false
	}
	by := map[string]int{}
	for _, s := range cosignatures {
		by[s.Name]++
	}
	for name, n := range c.wanted {
		if n == 0 || by[name] < n {
			return false
		}
	}
	return true
}

// best is the newest checkpoint, with the newest cosignatures that it has.
func (c *checkpoints) best() []byte {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.askedSize != c.tipSize {
		return c.tip
	}
	note := c.gathered
	for _, more := range [][]byte{c.before, c.outside} {
		if more == nil || !ledger.SameHead(note, more) {
			continue
		}
		if merged, err := ledger.Merge(note, more); err == nil { // more lines than a checkpoint may have are left out
			note = merged
		}
	}
	return note
}

// announce puts new checkpoints to the desks at a steady pace, so that all of
// them cosign the same one: the newest there is announceEvery after the first
// that they were not asked for. While the ledger stands still it has the newest
// one cosigned anew, as often as the charter wants.
func (h *Hub) announce(ctx context.Context) {
	timer := time.NewTimer(announceEvery)
	defer timer.Stop()
	for {
		timer.Reset(h.signed.pause(h.clock()))
		select {
		case <-ctx.Done():
			return
		case <-timer.C:
		case <-h.signed.stirred:
			timer.Reset(announceEvery)
			select {
			case <-ctx.Done():
				return
			case <-timer.C:
			}
		}
		if h.signed.turn(h.clock()) {
			h.feed.mu.Lock()
			h.feed.wake()
			h.feed.mu.Unlock()
		}
	}
}

// checkpoint serves the newest checkpoint, with cosignatures where it has some.
func (h *Hub) checkpoint(w http.ResponseWriter, _ *http.Request, _ mechanism.Reader) error {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	_, err := w.Write(h.signed.best())
	return err
}

// errWords keeps a party from having the hub verify signatures all the time, which
// the sequencer would wait for.
var errWords = rule.Refuse(TooMany, "wait a second", "more checkpoints come from this party than a desk is ever asked to cosign")

// cosign takes a desk's cosignature.
func (h *Hub) cosign(w http.ResponseWriter, r *http.Request, caller mechanism.Reader) error {
	if !h.limits.allowWord(caller.Party, h.clock) {
		return errWords
	}
	note, err := body(r, 64<<10)
	if err != nil {
		return err
	}
	if head, err := ledger.Peek(note); err == nil && head.Size > h.work.Size() {
		return h.Held(note)
	}
	grown, err := h.signed.add(note, h.clock())
	if err != nil {
		return rule.Refuse(BadRequest, "send a checkpoint of this hub with your cosignature line", "%s", err)
	}
	if grown {
		h.feed.mu.Lock()
		h.feed.wake()
		h.feed.mu.Unlock()
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}
