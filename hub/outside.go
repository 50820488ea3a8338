package hub

import (
	"context"
	"errors"
	"net/http"
	"time"

	"parley/ledger"
	"parley/mirror"
)

const (
	outsideEvery = 10 * time.Second // at most so often a witness outside is asked
	outsideLook  = time.Second
)

// Public serves the newest checkpoint and the tiles to anybody, for stock tools to
// follow. The charter must allow it: it tells how busy the channel is.
func (h *Hub) Public() (http.Handler, error) {
	if !h.Charter().Witness.Public {
		return nil, errors.New("the charter does not let the hub show times and hashes of entries to anybody: witness.public is not set in it")
	}
	serve := h.mirrored().Handler()
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !h.Charter().Witness.Public { // a later edition may take it back
			http.Error(w, "the charter does not allow this any more", http.StatusForbidden)
			return
		}
		serve.ServeHTTP(w, r)
	}), nil
}

// mirrored is the ledger as stock tools read it.
func (h *Hub) mirrored() mirror.Log {
	return mirror.Of(h.work, func(context.Context) ([]byte, error) { return h.signed.best(), nil })
}

// askOutside has a witness that is no party's cosign what the desks are asked to.
// Whether it answers makes no difference to anything but what is shown.
func (h *Hub) askOutside(ctx context.Context, w *mirror.Witness) {
	look := time.NewTicker(outsideLook)
	defer look.Stop()
	var (
		asked   uint64 // round
		next    time.Time
		trouble string
	)
	for {
		select {
		case <-ctx.Done():
			return
		case <-look.C:
		}
		note, size, round := h.signed.standing()
		if round == asked || time.Now().Before(next) {
			continue
		}
		asked, next = round, time.Now().Add(outsideEvery)
		verifier, err := h.signed.verifier(size)
		var cosigned []byte
		if err == nil {
			cosigned, err = w.Ask(ctx, verifier, note, h.work)
		}
		if err == nil {
			err = h.signed.addOutside(w, verifier, cosigned, h.clock())
		}
		switch {
		case err != nil && err.Error() != trouble && ctx.Err() == nil:
			trouble = err.Error()
			h.log.Warn("not cosigned by a witness outside", "witness", w.URL(), "error", err)
		case err == nil && trouble != "":
			trouble = ""
			h.log.Info("cosigned again by a witness outside", "witness", w.URL())
		}
		if err == nil {
			h.feed.mu.Lock()
			h.feed.wake()
			h.feed.mu.Unlock()
		}
	}
}

// standing is the checkpoint of the round that stands, bare.
func (c *checkpoints) standing() (note []byte, size, round uint64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.asked, c.askedSize, c.rounds
}

// addOutside takes what a witness outside has cosigned. It is served with the
// checkpoint; the desks hear of it where the charter names the witness.
func (c *checkpoints) addOutside(w *mirror.Witness, verifier *ledger.Verifier, cosigned []byte, now time.Time) error {
	if _, err := c.add(cosigned, now); err != nil {
		return err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.outside == nil || !ledger.SameHead(c.outside, cosigned) {
		c.outside = cosigned
		return nil
	}
	merged, err := w.Merge(verifier, c.outside, cosigned)
	if err == nil {
		c.outside = merged
	}
	return err
}
