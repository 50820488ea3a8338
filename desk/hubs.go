package desk

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"parley/charter"
	"parley/client"
	"parley/identity"
)

// Bounds of the ways to the hub.
const (
	callTimeout  = 20 * time.Second // of every call to the hub but the feed
	reachTimeout = 5 * time.Second  // of the question for the newest checkpoint
	slowAfter    = 2 * time.Second  // without an answer, the next address is asked too
	comeBack     = time.Minute      // between questions whether an earlier address answers again
)

// hubs keeps a client for each address of the charter in force. The charter's
// first address is used while it answers.
type hubs struct {
	author identity.Author
	signer func() (identity.Signer, error) // the author's key, which changes
	clock  func() time.Time
	dial   client.Dial
	moved  *signal // another address is in use

	mu      sync.Mutex // guards all below
	key     identity.Signer
	edition int
	routes  []*route
	used    int // index of the address in use
}

// A route is one address of the hub.
type route struct {
	*client.Client
	url    string
	failed time.Time // zero: it never failed
	why    string
}

// A RouteStatus tells of one address of the hub.
type RouteStatus struct {
	URL    string    `json:"url"`
	InUse  bool      `json:"inUse"`
	Failed time.Time `json:"failed,omitzero"` // when it last did not answer; zero: always answered
	Why    string    `json:"why,omitempty"`
}

// all gives the addresses, the one in use first.
func (h *hubs) all(c *charter.Charter) []*route {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.adopt(c)
	return append(append([]*route{}, h.routes[h.used:]...), h.routes[:h.used]...)
}

// adopt takes the addresses of the charter in force, and the desk's key as it is now.
// The caller holds mu.
func (h *hubs) adopt(c *charter.Charter) {
	key, err := h.signer()
	if err != nil { // it was there when the desk was opened
		key = h.key
	}
	if h.edition == c.Edition && h.key.Public().Equal(key.Public()) {
		return
	}
	h.key = key
	h.drop()
	for _, url := range c.Hub.URLs {
		h.routes = append(h.routes, &route{Client: client.NewDialing(c, url, h.author, h.key, h.clock, h.dial), url: url})
	}
	h.edition, h.used = c.Edition, 0
}

// inUse gives the address in use.
func (h *hubs) inUse(c *charter.Charter) *route { return h.all(c)[0] }

// before gives the addresses that the charter names before r.
func (h *hubs) before(r *route) []*route {
	h.mu.Lock()
	defer h.mu.Unlock()
	for i, other := range h.routes {
		if other == r {
			return append([]*route{}, h.routes[:i]...)
		}
	}
	return nil
}

// use makes r the address in use.
func (h *hubs) use(r *route) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for i, other := range h.routes {
		if other == r && i != h.used {
			h.used = i
			h.moved.raise()
		}
	}
}

// failed notes why r did not answer, and moves on from it if it is in use.
func (h *hubs) failed(r *route, err error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.note(r, err)
	if h.routes[h.used%len(h.routes)] == r && len(h.routes) > 1 {
		h.used = (h.used + 1) % len(h.routes)
		h.moved.raise()
	}
}

// note keeps why r did not answer. The caller holds mu.
func (h *hubs) note(r *route, err error) { r.failed, r.why = h.clock().UTC(), troubleOf(err) }

func (h *hubs) status(c *charter.Charter) []RouteStatus {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.adopt(c)
	var all []RouteStatus
	for i, r := range h.routes {
		all = append(all, RouteStatus{r.url, i == h.used, r.failed, r.why})
	}
	return all
}

// answered reports whether a call that ended with err was answered by the hub,
// so that another address would say the same.
func answered(err error) bool {
	var (
		status  *client.StatusError
		accused *accusation
	)
	return err == nil || errors.As(err, &accused) || errors.As(err, &status) && status.Problem.Status < 500
}

var errSlow = fmt.Errorf("no answer within %s", slowAfter)

// ask puts a question to the hub by every way there is: by the address in use,
// and by the next one as soon as that fails or has not answered for [slowAfter].
// Where there is one address alone, it is asked again over another connection.
// The first answer counts, and its address is used from then on; the other
// questions are broken off. do may run several times at once.
func ask[T any](ctx context.Context, h *hubs, c *charter.Charter, do func(context.Context, *route) (T, error)) (T, error) {
	type outcome struct {
		route  *route
		answer T
		err    error
	}
	ctx, cancel := context.WithCancel(ctx)
	routes := h.all(c)
	attempts := max(2, len(routes))
	outcomes := make(chan outcome, attempts)
	var running sync.WaitGroup
	defer running.Wait()
	defer cancel()
	begun := 0
	begin := func() {
		r := routes[begun%len(routes)]
		begun++
		running.Go(func() {
			answer, err := do(ctx, r)
			outcomes <- outcome{r, answer, err}
		})
	}
	begin()
	slow := time.NewTicker(slowAfter)
	defer slow.Stop()
	var last outcome
	for ended := 0; ended < begun; {
		select {
		case <-slow.C:
			if begun < attempts {
				begin()
			}
		case last = <-outcomes:
			if answered(last.err) {
				h.outrun(routes[:min(begun, len(routes))], last.route)
				return last.answer, last.err
			}
			ended++
			if ctx.Err() != nil {
				return last.answer, last.err
			}
			h.failed(last.route, last.err)
			if begun < len(routes) {
				begin()
			}
		}
	}
	return last.answer, last.err
}

// outrun uses the route that answered first, and notes those asked before it.
func (h *hubs) outrun(asked []*route, first *route) {
	h.mu.Lock()
	for _, r := range asked {
		if r == first {
			break
		}
		if r == h.routes[h.used%len(h.routes)] {
			h.note(r, errSlow)
		}
	}
	h.mu.Unlock()
	h.use(first)
}

// troubleOf says in one sentence why a hub did not answer.
func troubleOf(err error) string {
	if errors.Is(err, client.ErrTLSKey) {
		return client.ErrTLSKey.Error()
	}
	return err.Error()
}

// The caller holds mu, or is alone.
func (h *hubs) drop() {
	for _, r := range h.routes {
		r.Close()
	}
	h.routes = nil
}

// close ends idle connections. The addresses stay: an officer's call may still be
// on its way, and fails by itself.
func (h *hubs) close() {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, r := range h.routes {
		r.Close()
	}
}
