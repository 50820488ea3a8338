package hub

import (
	"context"
	"net/http"
	"sync"
	"time"

	"parley/charter"
	"parley/ledger"
	"parley/mechanism"
	"parley/rule"
)

// announceEvery is how often a new checkpoint is put to the desks to cosign.
const announceEvery = 100 * time.Millisecond

// checkpoints keeps the newest checkpoint and the one that the desks are asked to
// cosign, with the cosignatures that have come. Whether it is confirmed, each
// desk judges for itself.
type checkpoints struct {
	verifier  *ledger.Verifier
	witnesses *ledger.Witnesses

	mu        sync.Mutex
	tip       []byte
	tipSize   uint64
	asked     []byte // with the cosignatures that have come so far
	askedSize uint64

	grown chan struct{} // holds a token while there may be a new tip to ask for
}

func newCheckpoints(c *charter.Charter) (*checkpoints, error) {
	verifier, err := ledger.NewVerifier(c.Hub.Key)
	if err != nil {
		return nil, err
	}
	points := &checkpoints{verifier: verifier, grown: make(chan struct{}, 1)}
	return points, points.adopt(c)
}

// adopt takes the witnesses of a new edition. Its log key is the old one.
func (c *checkpoints) adopt(edition *charter.Charter) error {
	witnesses, err := ledger.NewWitnesses(edition.WitnessKeys())
	if err != nil {
		return err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.witnesses = witnesses
	return nil
}

func (c *checkpoints) newest(note []byte, size uint64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.tip, c.tipSize = note, size
	select {
	case c.grown <- struct{}{}:
	default:
	}
}

func (c *checkpoints) newestNote() []byte {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.tip
}

// ask makes the newest checkpoint the one to cosign; it reports whether it is a
// new one.
func (c *checkpoints) ask() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.tipSize <= c.askedSize {
		return false
	}
	c.asked, c.askedSize = c.tip, c.tipSize
	return true
}

// candidate is the checkpoint to cosign with what cosignatures it has.
func (c *checkpoints) candidate(started bool) string {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !started {
		return ""
	}
	return string(c.asked)
}

// add takes a cosigned checkpoint from a desk. Cosignatures on any checkpoint
// but the one asked for are of no use and are passed over.
func (c *checkpoints) add(note []byte) (bool, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	head, cosignatures, err := c.witnesses.Check(c.verifier, note)
	if err != nil {
		return false, err
	}
	if head.Size != c.askedSize || len(cosignatures) == 0 {
		return false, nil
	}
	merged, err := c.witnesses.Merge(c.verifier, c.asked, note)
	if err != nil {
		return false, err
	}
	if string(merged) == string(c.asked) {
		return false, nil
	}
	c.asked = merged
	return true, nil
}

// announce puts a new checkpoint to the desks at a steady pace, so that all of
// them cosign the same one: the newest there is announceEvery after the first
// that they were not asked for. While the ledger stands still it does nothing.
func (h *Hub) announce(ctx context.Context) {
	timer := time.NewTimer(announceEvery)
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-h.signed.grown:
		}
		timer.Reset(announceEvery)
		select {
		case <-ctx.Done():
			return
		case <-timer.C:
		}
		if h.signed.ask() {
			h.feed.mu.Lock()
			h.feed.wake()
			h.feed.mu.Unlock()
		}
	}
}

// checkpoint serves the newest checkpoint, with cosignatures where it has some.
func (h *Hub) checkpoint(w http.ResponseWriter, _ *http.Request, _ mechanism.Reader) error {
	h.signed.mu.Lock()
	note := h.signed.tip
	if h.signed.askedSize == h.signed.tipSize {
		note = h.signed.asked
	}
	h.signed.mu.Unlock()
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	_, err := w.Write(note)
	return err
}

// cosign takes a desk's cosignature.
func (h *Hub) cosign(w http.ResponseWriter, r *http.Request, _ mechanism.Reader) error {
	note, err := body(r, 64<<10)
	if err != nil {
		return err
	}
	if head, err := ledger.Peek(note); err == nil && head.Size > h.work.Size() {
		return h.Held(note)
	}
	grown, err := h.signed.add(note)
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
