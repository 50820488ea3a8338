package hub

import (
	"encoding/json"
	"net/http"
	"strconv"
	"time"

	"parley/mechanism"
	"parley/rule"
)

const (
	keepAlive    = 2 * time.Second
	writeTimeout = 30 * time.Second // a follower that takes longer is dropped; it comes back where it was
	maxFeeds     = 16               // open feeds of one party
)

// follow serves GET /v1/feed?after=H: the ledger from block height H on, one
// line a block, each with the texts that the caller may read, for as long as the
// caller stays. It says what is; the caller verifies it.
func (h *Hub) follow(w http.ResponseWriter, r *http.Request, caller mechanism.Reader) error {
	height, err := strconv.ParseUint(r.URL.Query().Get("after"), 10, 63)
	if err != nil {
		return rule.Refuse(BadRequest, "give the number of blocks that you have, such as after=0", "after is %q, which is not a block height", r.URL.Query().Get("after"))
	}
	if !h.limits.openFeed(caller.Party) {
		return rule.Refuse(TooMany, "close one", "%s has %d feeds open, which is all that one party may have", caller.Party, maxFeeds)
	}
	defer h.limits.closeFeed(caller.Party)
	w.Header().Set("Content-Type", "application/x-ndjson")
	w.WriteHeader(http.StatusOK)
	control := http.NewResponseController(w)
	send := func(lines ...[]byte) error {
		if err := control.SetWriteDeadline(time.Now().Add(writeTimeout)); err != nil {
			return err
		}
		for _, line := range lines {
			if _, err := w.Write(line); err != nil {
				return err
			}
		}
		return control.Flush()
	}
	var announced told
	timer := time.NewTicker(keepAlive)
	defer timer.Stop()
	for {
		blocks, grown, inMemory := h.feed.after(height)
		if _, ok := h.Reader(caller.Key.ID); !ok {
			return nil // revoked while it was following
		}
		if !inMemory {
			if height, err = h.sendOld(r, height, caller, send); err != nil {
				return nil // the line has ended; the status was sent long ago
			}
			continue
		}
		var lines [][]byte
		for _, b := range blocks {
			line, err := h.line(r.Context(), b, caller)
			if err != nil {
				h.log.Error("feed", "error", err)
				return nil
			}
			lines = append(lines, line)
			height = b.block.Height + 1
		}
		if height > 0 {
			for _, note := range h.signed.news(&announced) {
				line, err := json.Marshal(map[string]string{"checkpoint": note})
				if err != nil {
					return nil
				}
				lines = append(lines, append(line, '\n'))
			}
		}
		if len(lines) > 0 {
			if err := send(lines...); err != nil {
				return nil
			}
		}
		select {
		case <-grown:
		case <-timer.C:
			if err := send([]byte("\n")); err != nil {
				return nil
			}
		case <-r.Context().Done():
			return nil
		}
		if h.queue.isClosed() {
			return nil
		}
	}
}

// sendOld sends blocks from the journal until the ones in memory are reached. What
// the journal has beyond what was published is nobody's yet.
func (h *Hub) sendOld(r *http.Request, height uint64, caller mechanism.Reader, send func(...[]byte) error) (uint64, error) {
	var lines [][]byte
	bytes := 0
	for b, err := range h.journal.Read(r.Context(), h.origin, height) {
		if err != nil {
			h.log.Error("feed", "error", err)
			return height, err
		}
		if b.Height >= h.work.Blocks() {
			break
		}
		line, err := h.line(r.Context(), &routed{block: b}, caller)
		if err != nil {
			h.log.Error("feed", "error", err)
			return height, err
		}
		lines, height = append(lines, line), b.Height+1
		if bytes += len(line); bytes > 1<<20 {
			break
		}
	}
	return height, send(lines...)
}

// tile serves the C2SP tlog-tiles of the tree: hashes, and entries, of which
// every party may have all.
func (h *Hub) tile(w http.ResponseWriter, r *http.Request, _ mechanism.Reader) error {
	data, err := h.mirrored().Tile(r.URL.Path[1:])
	if err != nil {
		return rule.Refuse(NotFound, "tiles exist up to the newest checkpoint", "%s", err)
	}
	w.Header().Set("Content-Type", "application/octet-stream")
	w.Header().Set("Cache-Control", "max-age=31536000, immutable")
	_, err = w.Write(data)
	return err
}
