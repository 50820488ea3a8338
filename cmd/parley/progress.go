package main

import (
	"context"
	"fmt"
	"io"
	"iter"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/term"

	"parley/ledger"
)

// progressAfter is how long work may take before it is told of, and progressEvery how
// often it is told of then.
const (
	progressAfter = time.Second
	progressEvery = 500 * time.Millisecond
)

// A progress tells a person how far long work has come, in one line of standard error
// that is written over. A nil one tells nobody.
type progress struct {
	out     io.Writer
	begun   time.Time
	entries atomic.Uint64
	blocks  atomic.Uint64
	bytes   atomic.Int64
	ofBytes atomic.Int64  // how many there are; 0 where that is not known
	ofBlock atomic.Uint64 // the same
	stop    chan struct{}
	stopped sync.WaitGroup
}

// newProgress begins telling where standard error is a terminal, or asked says so.
func newProgress(stderr io.Writer, asked bool) *progress {
	out := stderr
	if o, ok := stderr.(*output); ok {
		out = o.w // beside the banner, which is for what stays
	}
	if file, ok := out.(*os.File); !asked && !(ok && term.IsTerminal(int(file.Fd()))) {
		return nil
	}
	p := &progress{out: out, begun: time.Now(), stop: make(chan struct{})}
	p.stopped.Go(func() {
		for next := progressAfter; ; next = progressEvery {
			select {
			case <-time.After(next):
				fmt.Fprintf(p.out, "\r\x1b[K%s", p.line(time.Since(p.begun)))
			case <-p.stop:
				return
			}
		}
	})
	return p
}

// end takes the line away and, where it was asked for, says what was done.
func (p *progress) end(asked bool) {
	if p == nil {
		return
	}
	close(p.stop)
	p.stopped.Wait()
	took := time.Since(p.begun)
	if took > progressAfter {
		fmt.Fprint(p.out, "\r\x1b[K")
	}
	if asked {
		fmt.Fprintf(p.out, "parley: read %d entries in %.1f s\n", p.entries.Load(), took.Seconds())
	}
}

// line says how far it is after so long.
func (p *progress) line(took time.Duration) string {
	n, seconds := p.entries.Load(), took.Seconds()
	text := fmt.Sprintf("parley: %d entries, %.0f/s", n, float64(n)/max(seconds, 0.001))
	if part := p.part(); part > 0 {
		text += fmt.Sprintf(", %.0f%%, %.0f s left", 100*min(part, 1), max(0, seconds/part-seconds))
	}
	return text
}

// part is what is done of the whole, from 0 to 1; 0 where that is not known.
func (p *progress) part() float64 {
	if whole := p.ofBytes.Load(); whole > 0 {
		return float64(p.bytes.Load()) / float64(whole)
	}
	if whole := p.ofBlock.Load(); whole > 0 {
		return float64(p.blocks.Load()) / float64(whole)
	}
	return 0
}

// read counts the bytes of a file with that many.
func (p *progress) read(r io.Reader, size int64) io.Reader {
	if p == nil {
		return r
	}
	p.ofBytes.Store(size)
	return countingReader{r, p}
}

type countingReader struct {
	io.Reader
	p *progress
}

func (c countingReader) Read(b []byte) (int, error) {
	n, err := c.Reader.Read(b)
	c.p.bytes.Add(int64(n))
	return n, err
}

// watch counts the blocks and entries that pass.
func (p *progress) watch(blocks iter.Seq2[*ledger.Block, error]) iter.Seq2[*ledger.Block, error] {
	if p == nil {
		return blocks
	}
	return func(yield func(*ledger.Block, error) bool) {
		for b, err := range blocks {
			if err == nil {
				p.entries.Add(uint64(len(b.Entries)))
				p.blocks.Add(1)
			}
			if !yield(b, err) {
				return
			}
		}
	}
}

// of says of how many blocks a journal's are.
func (p *progress) of(ctx context.Context, f *folder) {
	if p == nil {
		return
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	p.ofBlock.Store(<-f.Watch(ctx, f.ledger, 0))
}
