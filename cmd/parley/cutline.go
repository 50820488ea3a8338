package main

import (
	"context"
	"errors"
	"net"
	"sync"
)

// A cutLine is a line to the hub that can be cut: connections that stand end, and
// new ones fail, until it is mended.
type cutLine struct {
	mu    sync.Mutex
	cut   bool
	conns map[net.Conn]struct{}
}

func newCutLine() *cutLine { return &cutLine{conns: map[net.Conn]struct{}{}} }

var errCut = errors.New("the line is cut")

// dial opens a connection over the line, as [client.Dial] does.
func (l *cutLine) dial(ctx context.Context, network, address string) (net.Conn, error) {
	l.mu.Lock()
	cut := l.cut
	l.mu.Unlock()
	if cut {
		return nil, errCut
	}
	conn, err := (&net.Dialer{}).DialContext(ctx, network, address)
	if err != nil {
		return nil, err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.cut {
		return nil, errors.Join(errCut, conn.Close())
	}
	l.conns[conn] = struct{}{}
	return &lineConn{Conn: conn, line: l}, nil
}

// set cuts the line, or mends it.
func (l *cutLine) set(up bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.cut = !up
	if up {
		return
	}
	for conn := range l.conns {
		conn.Close()
	}
	clear(l.conns)
}

type lineConn struct {
	net.Conn
	line *cutLine
}

// Close forgets the connection.
func (c *lineConn) Close() error {
	c.line.mu.Lock()
	delete(c.line.conns, c.Conn)
	c.line.mu.Unlock()
	return c.Conn.Close()
}
