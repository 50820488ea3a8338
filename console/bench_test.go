package console_test

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"net/url"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"

	"parley/console"
)

// What stands behind the page that is measured, and how often each thing is.
const (
	benchBehind  = 50_000
	benchEvents  = 100 // FLASH that come
	benchWindows = 8
	benchLoads   = 11
)

// BenchmarkConsole measures the console of a desk with 50,000 statements, in a real
// browser. The figures of docs/console.md are its own:
//
//	go test ./console -run '^$' -bench 'Console$' -timeout 1h
func BenchmarkConsole(b *testing.B) {
	secondMachines(b)
	w := newWorld(b, nil, ungated)
	behind := benchBehind
	if testing.Short() {
		behind /= 25
	}
	w.year(behind)
	b.Logf("%d entries", w.desks["alder"].Work().Size())
	k := w.consoleOf("alder", new(atomic.Int64))
	first := w.enter(k.Invite(), adam)
	windows := []*tab{first}
	b.Run("visible", func(b *testing.B) { w.visible(b, windows) })
	for len(windows) < benchWindows {
		next := first.another()
		next.open(k.URL())
		windows = append(windows, next)
	}
	b.Run("windows", func(b *testing.B) { w.visible(b, windows) })
	b.Run("page", func(b *testing.B) { w.pages(b, k, first) })
}

// pages measures the watch floor as a browser that has nothing of it gets it, and each
// page of the navigation as the desk makes it.
func (w *world) pages(b *testing.B, k *console.Console, first *tab) {
	type timing struct {
		Interactive, Loaded float64
		Fetched             []string
	}
	var interactive, loaded []float64
	var t timing
	for range benchLoads {
		_, err := chromedp.Call(first.ctx, network.ClearBrowserCache, cdp.Empty{})
		w.must(err)
		first.open(k.URL())
		first.until(`performance.getEntriesByType('navigation')[0].loadEventEnd > 0`)
		t = eval[timing](first, `(()=>{const n=performance.getEntriesByType('navigation')[0];return {Interactive:n.domContentLoadedEventEnd,Loaded:n.loadEventEnd,Fetched:performance.getEntriesByType('resource').map(r=>r.name).concat(location.href)}})()`)
		interactive, loaded = append(interactive, t.Interactive), append(loaded, t.Loaded)
	}
	b.ReportMetric(percentile(interactive, 50), "ms-interactive-p50")
	b.ReportMetric(percentile(interactive, 99), "ms-interactive-p99")
	b.ReportMetric(percentile(loaded, 50), "ms-loaded-p50")
	g := newGuest(b, k, adam)
	raw, packed := 0, 0
	for _, address := range append(t.Fetched, k.URL()+"/a/live-worker.js") {
		at, err := url.Parse(address)
		w.must(err)
		if strings.HasSuffix(at.Path, ".woff2") {
			continue
		}
		_, text := g.get(at.RequestURI())
		sent := len(text)
		if strings.HasPrefix(at.Path, "/a/") {
			sent = gzipped(text) // as it is sent; pages are not packed
		}
		raw += len(text)
		packed += sent
		b.Logf("%s %d bytes, sent as %d", at.Path, len(text), sent)
	}
	b.ReportMetric(float64(raw), "bytes-first")
	b.ReportMetric(float64(packed), "bytes-first-sent")
	for _, path := range []string{"/", "/statements", "/map", "/timeline", "/matters", "/record", "/statistics", "/line", "/areas", "/roster", "/drafts"} {
		var took []float64
		for range benchLoads {
			began := time.Now()
			g.get(path)
			took = append(took, milliseconds(time.Since(began)))
		}
		b.Logf("%s made in %.1f ms (p50), %.1f ms (slowest)", path, percentile(took, 50), percentile(took, 100))
	}
}

// seeing gives, in a page, when the strip's count of FLASH was painted as n: in
// milliseconds since 1970, as the hub's clock counts on the same machine.
const seeing = `(n)=>new Promise(done=>{
  const strip=document.getElementById('strip'), now=()=>document.getElementById('flash-count').dataset.flash===String(n);
  const painted=()=>{const c=new MessageChannel();c.port1.onmessage=()=>done(performance.timeOrigin+performance.now());c.port2.postMessage(0)};
  const frame=()=>document.visibilityState==='visible'?requestAnimationFrame(painted):painted();
  if(now())return frame();
  const o=new MutationObserver(()=>{if(now()){o.disconnect();frame()}});
  o.observe(strip,{subtree:true,childList:true,attributes:true});
})`

// visible lets FLASH come, one after another; it measures from the hub's own time of
// each entry to the frame in which each window shows it.
func (w *world) visible(b *testing.B, windows []*tab) {
	from := w.pen(basil)
	defer from.lock()
	count := eval[int](windows[0], `Number(document.getElementById('flash-count').dataset.flash)`)
	var came []float64
	for range benchEvents {
		count++
		seen, errs := make([]float64, len(windows)), make([]error, len(windows))
		var looking, wait sync.WaitGroup
		for i, tab := range windows {
			looking.Add(1)
			wait.Go(func() {
				_, err := tryEval[bool](tab, fmt.Sprintf("(window.seen=(%s)(%d),true)", seeing, count))
				looking.Done()
				if errs[i] = err; err == nil {
					seen[i], errs[i] = tryEval[float64](tab, "window.seen")
				}
			})
		}
		looking.Wait()
		said, err := from.say(w.Context(), call)
		w.must(err)
		wait.Wait()
		w.must(errors.Join(errs...))
		id := said[0].Claims().ID
		waitFor(b, "the desk has it", func() bool { _, ok := w.desks["alder"].Work().Record(id); return ok })
		r, _ := w.desks["alder"].Work().Record(id)
		for _, at := range seen {
			came = append(came, at-float64(r.Logged.UnixMicro())/1000)
		}
	}
	b.ReportMetric(percentile(came, 50), "ms-p50")
	b.ReportMetric(percentile(came, 99), "ms-p99")
	b.ReportMetric(percentile(came, 100), "ms-slowest")
	b.ReportMetric(float64(len(came)), "samples")
	b.ReportMetric(0, "ns/op")
}

func milliseconds(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

// percentile gives the value that p of a hundred do not exceed.
func percentile(all []float64, p int) float64 {
	sorted := slices.Sorted(slices.Values(all))
	return sorted[max(0, (len(sorted)*p+99)/100-1)]
}

func gzipped(text string) int {
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	io.WriteString(z, text) //nolint:errcheck // into memory
	z.Close()
	return packed.Len()
}
