package sim

import (
	"crypto/sha256"
	"fmt"
	"math/rand/v2"
	"sync"

	"parley/base64url"
)

// A chance is the randomness of one life of one node, which follows from the
// seed. It is safe for concurrent use.
type chance struct {
	mu     sync.Mutex
	source *rand.ChaCha8
}

func newChance(seed uint64, name string, life int) *chance {
	return &chance{source: rand.NewChaCha8(sha256.Sum256(fmt.Appendf(nil, "%d %s %d", seed, name, life)))}
}

// Read fills b.
func (c *chance) Read(b []byte) (int, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.source.Read(b)
}

func (c *chance) salt() string {
	var b [16]byte
	c.Read(b[:]) //nolint:errcheck // it has none
	return base64url.Encode(b[:])
}

func (c *chance) nonce() (b [10]byte) {
	c.Read(b[:]) //nolint:errcheck // it has none
	return b
}
