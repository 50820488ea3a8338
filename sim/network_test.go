package sim

import (
	"context"
	"errors"
	"io"
	"math/rand/v2"
	"net"
	"os"
	"sync"
	"time"

	"parley/client"
)

// A network connects each party with the hub. Each party's link can be cut, be
// silent or slow; the hub's listener is there while the hub runs.
type network struct {
	mu       sync.Mutex // guards all connections, too
	seed     uint64
	links    map[string]*link
	listener *listener // nil while the hub is down
}

// What a link does.
type linkState string

const (
	up     linkState = "up"
	cut    linkState = "cut"    // connections break, new ones are refused
	silent linkState = "silent" // nothing arrives, and nobody is told; what was sent arrives later
)

type link struct {
	state   linkState
	delay   time.Duration // one way, at least
	jitter  time.Duration // and up to this much more
	changed chan struct{} // closed and replaced with every change
	pairs   map[*pair]bool
	number  uint64 // of the party
	opened  uint64 // connections ever
}

var (
	errReset   = errors.New("connection reset by the simulated network")
	errRefused = errors.New("connection refused by the simulated network")
)

func newNetwork(seed uint64, parties ...string) *network {
	n := &network{seed: seed, links: map[string]*link{}}
	for i, party := range parties {
		n.links[party] = &link{number: uint64(i), state: up, delay: time.Millisecond, jitter: time.Millisecond, changed: make(chan struct{}), pairs: map[*pair]bool{}}
	}
	return n
}

// set changes a party's link.
func (n *network) set(party string, state linkState, delay, jitter time.Duration) {
	n.mu.Lock()
	defer n.mu.Unlock()
	l := n.links[party]
	l.state, l.delay, l.jitter = state, delay, jitter
	close(l.changed)
	l.changed = make(chan struct{})
	for p := range l.pairs {
		if state == cut {
			p.breakOff()
		}
		p.poke()
	}
}

// listen makes the hub reachable; closing the listener ends that.
func (n *network) listen() net.Listener {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.listener = &listener{network: n, queue: make(chan net.Conn), ended: make(chan struct{})}
	return n.listener
}

// unplug breaks every connection of the hub's and lets nobody reach it.
func (n *network) unplug() {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.listener = nil
	for _, l := range n.links {
		for p := range l.pairs {
			p.breakOff()
			p.poke()
		}
	}
}

// from gives a party's way to the hub, whatever the address.
func (n *network) from(party string) client.Dial {
	return func(ctx context.Context, _, _ string) (net.Conn, error) { return n.dial(ctx, party) }
}

// dial connects a party to the hub.
func (n *network) dial(ctx context.Context, party string) (net.Conn, error) {
	for {
		n.mu.Lock()
		l, hub := n.links[party], n.listener
		state, changed, wait := l.state, l.changed, 2*l.delay
		n.mu.Unlock()
		var after <-chan time.Time
		if state != silent {
			after = time.After(wait)
		}
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-changed:
			continue
		case <-after:
		}
		if state == cut || hub == nil {
			return nil, errRefused
		}
		client, server := n.connect(l)
		select {
		case hub.queue <- server:
			return client, nil
		case <-hub.ended:
			return nil, errRefused
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}

func (n *network) connect(l *link) (client, server net.Conn) {
	n.mu.Lock()
	defer n.mu.Unlock()
	l.opened++
	p := &pair{network: n, link: l}
	for i := range p.flows {
		p.flows[i] = &flow{chance: rand.New(rand.NewPCG(n.seed, l.number<<32+2*l.opened+uint64(i))), arrived: make(chan struct{}, 1), drained: make(chan struct{}, 1)}
	}
	l.pairs[p] = true
	return &conn{pair: p, in: p.flows[0], out: p.flows[1]}, &conn{pair: p, in: p.flows[1], out: p.flows[0]}
}

type listener struct {
	network *network
	queue   chan net.Conn
	ended   chan struct{}
	once    sync.Once
}

func (l *listener) Accept() (net.Conn, error) {
	select {
	case c := <-l.queue:
		return c, nil
	case <-l.ended:
		return nil, net.ErrClosed
	}
}

func (l *listener) Close() error {
	l.once.Do(func() {
		l.network.mu.Lock()
		defer l.network.mu.Unlock()
		if l.network.listener == l {
			l.network.listener = nil
		}
		close(l.ended)
	})
	return nil
}

func (l *listener) Addr() net.Addr { return address{} }

type address struct{}

func (address) Network() string { return "simulated" }
func (address) String() string  { return "hub" }

// A pair is a connection with both its directions.
type pair struct {
	network *network
	link    *link
	flows   [2]*flow
	broken  bool
}

func (p *pair) breakOff() {
	p.broken = true
	delete(p.link.pairs, p)
}

// poke has everyone who waits on the connection look again.
func (p *pair) poke() {
	for _, f := range p.flows {
		f.poke()
	}
}

// A flow is one direction: bytes with the time when they arrive.
type flow struct {
	chance  *rand.Rand
	chunks  []chunk
	size    int
	last    time.Time // when the newest chunk arrives
	closed  bool      // by the writer: ends after its chunks
	dropped bool      // by the reader
	reading time.Time // deadlines
	writing time.Time
	arrived chan struct{} // holds a token when the reader is to look again
	drained chan struct{} // and the writer
}

type chunk struct {
	at   time.Time
	data []byte
}

const maxInFlight = 1 << 20

func (f *flow) poke() {
	for _, c := range []chan struct{}{f.arrived, f.drained} {
		select {
		case c <- struct{}{}:
		default:
		}
	}
}

// A conn is one end of a pair.
type conn struct {
	pair    *pair
	in, out *flow
}

func (c *conn) Read(b []byte) (int, error) {
	for {
		n, wait, err := c.read(b, time.Now())
		if n > 0 || err != nil {
			return n, err
		}
		pause(c.in.arrived, wait)
	}
}

// pause waits for a token, or until a time that is not zero.
func pause(token <-chan struct{}, until time.Time) {
	if until.IsZero() {
		<-token
		return
	}
	timer := time.NewTimer(time.Until(until))
	defer timer.Stop()
	select {
	case <-token:
	case <-timer.C:
	}
}

// read takes what has arrived by now, or tells when to look again at the latest;
// a zero time means that something must happen first.
func (c *conn) read(b []byte, now time.Time) (n int, wait time.Time, err error) {
	c.pair.network.mu.Lock()
	defer c.pair.network.mu.Unlock()
	f := c.in
	wait = f.reading
	heard := c.pair.link.state != silent
	switch {
	case f.dropped:
		return 0, wait, net.ErrClosed
	case c.pair.broken:
		return 0, wait, errReset
	case !f.reading.IsZero() && !now.Before(f.reading):
		return 0, wait, os.ErrDeadlineExceeded
	case heard && len(f.chunks) > 0 && !now.Before(f.chunks[0].at):
		n = copy(b, f.chunks[0].data)
		if f.chunks[0].data = f.chunks[0].data[n:]; len(f.chunks[0].data) == 0 {
			f.chunks = f.chunks[1:]
		}
		f.size -= n
		select {
		case f.drained <- struct{}{}:
		default:
		}
	case heard && len(f.chunks) > 0:
		if at := f.chunks[0].at; wait.IsZero() || at.Before(wait) {
			wait = at
		}
	case heard && f.closed:
		return 0, wait, io.EOF
	}
	return n, wait, nil
}

func (c *conn) Write(b []byte) (int, error) {
	for {
		done, wait, err := c.write(b, time.Now())
		if done {
			return len(b), nil
		}
		if err != nil {
			return 0, err
		}
		pause(c.out.drained, wait)
	}
}

func (c *conn) write(b []byte, now time.Time) (done bool, wait time.Time, err error) {
	c.pair.network.mu.Lock()
	defer c.pair.network.mu.Unlock()
	f := c.out
	switch {
	case f.closed:
		return false, wait, net.ErrClosed
	case c.pair.broken || f.dropped:
		return false, wait, errReset
	case !f.writing.IsZero() && !now.Before(f.writing):
		return false, wait, os.ErrDeadlineExceeded
	case f.size > 0 && f.size+len(b) > maxInFlight:
		return false, f.writing, nil
	}
	at := now.Add(c.pair.link.delay)
	if c.pair.link.jitter > 0 {
		at = at.Add(time.Duration(f.chance.Int64N(int64(c.pair.link.jitter))))
	}
	if at.Before(f.last) {
		at = f.last // bytes do not overtake each other
	}
	f.last = at
	f.chunks = append(f.chunks, chunk{at, append([]byte(nil), b...)})
	f.size += len(b)
	select {
	case f.arrived <- struct{}{}:
	default:
	}
	return true, wait, nil
}

func (c *conn) Close() error {
	c.pair.network.mu.Lock()
	defer c.pair.network.mu.Unlock()
	c.in.dropped, c.out.closed = true, true
	if c.in.closed && c.out.dropped {
		delete(c.pair.link.pairs, c.pair)
	}
	c.pair.poke()
	return nil
}

func (c *conn) LocalAddr() net.Addr  { return address{} }
func (c *conn) RemoteAddr() net.Addr { return address{} }

func (c *conn) SetDeadline(t time.Time) error {
	return errors.Join(c.SetReadDeadline(t), c.SetWriteDeadline(t))
}

func (c *conn) SetReadDeadline(t time.Time) error {
	c.pair.network.mu.Lock()
	defer c.pair.network.mu.Unlock()
	c.in.reading = t
	c.in.poke()
	return nil
}

func (c *conn) SetWriteDeadline(t time.Time) error {
	c.pair.network.mu.Lock()
	defer c.pair.network.mu.Unlock()
	c.out.writing = t
	c.out.poke()
	return nil
}
