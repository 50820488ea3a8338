package hub

import (
	"context"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"parley/ledger"
)

// A new checkpoint is put to the desks within announceEvery, after any length of
// silence, and those of a burst at that pace, so that a desk is not asked for
// each block.
func TestAnnounce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := &Hub{signed: &checkpoints{stirred: make(chan struct{}, 1)}, clock: time.Now}
		h.feed = newFeed(h)
		h.feed.recent = []*routed{{block: &ledger.Block{}}} // for the feed to have a height
		ctx, stop := context.WithCancel(t.Context())
		defer stop()
		go h.announce(ctx)
		var asked []uint64 // sizes, as the feed wakes for each
		watch := func(d time.Duration) {
			end := time.After(d)
			for {
				_, grown, _ := h.feed.after(0)
				select {
				case <-end:
					return
				case <-grown:
					asked = append(asked, h.signed.askedSize)
				}
			}
		}
		for _, test := range []struct {
			name  string
			sizes []uint64 // of the tips that come 30 ms apart
			want  []uint64
		}{
			{"one", []uint64{1}, []uint64{1}},
			{"the same again", []uint64{1}, nil},
			{"a burst", []uint64{2, 3, 4, 5, 6, 7, 8}, []uint64{5, 8}},
		} {
			<-time.After(time.Hour)
			asked = nil
			for _, size := range test.sizes {
				h.signed.newest([]byte("note"), size)
				watch(30 * time.Millisecond)
			}
			watch(2 * announceEvery)
			if !slices.Equal(asked, test.want) {
				t.Errorf("%s: asked for %d, want %d", test.name, asked, test.want)
			}
		}
	})
}
