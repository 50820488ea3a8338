package desk

import (
	"sync"
	"time"

	"parley/charter"
	"parley/client"
	"parley/identity"
)

// hubs keeps a client for each address of the charter in force.
type hubs struct {
	author identity.Author
	key    identity.Signer
	clock  func() time.Time
	dial   client.Dial

	mu      sync.Mutex // guards all below
	edition int
	clients []*client.Client
	next    int
}

// pick gives the client in use.
func (h *hubs) pick(c *charter.Charter) *client.Client {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.edition != c.Edition {
		h.drop()
		for _, url := range c.Hub.URLs {
			h.clients = append(h.clients, client.NewDialing(c, url, h.author, h.key, h.clock, h.dial))
		}
		h.edition, h.next = c.Edition, 0
	}
	return h.clients[h.next%len(h.clients)]
}

// failed moves on from a client that did not answer.
func (h *hubs) failed(c *client.Client) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if len(h.clients) > 0 && h.clients[h.next%len(h.clients)] == c {
		h.next++
	}
}

func (h *hubs) drop() {
	for _, c := range h.clients {
		c.Close()
	}
	h.clients = nil
}

func (h *hubs) close() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.drop()
}
