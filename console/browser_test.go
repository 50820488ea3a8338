package console_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
)

// All tests of this package share one browser process, which ends with them: the
// machine that runs them has few processors. Each test has its own browser context in
// it, with cookies and storage of its own.
var shared struct {
	once sync.Once
	ctx  context.Context
	stop func()
	err  error
}

func TestMain(m *testing.M) {
	code := m.Run()
	if shared.stop != nil {
		shared.stop()
	}
	os.Exit(code)
}

// browserPatience is how long a test waits for what must come, on a machine under load.
const browserPatience = time.Minute

var errNoBrowser = errors.New("neither chromium-headless-shell nor chromium is installed (Debian: apt-get install chromium-headless-shell)")

// startBrowser starts the shared browser, for which every name under .test is this
// machine: so a page of another origin can be served here.
func startBrowser() {
	program := ""
	for _, name := range []string{"chromium-headless-shell", "chromium"} {
		if path, err := exec.LookPath(name); err == nil {
			program = path
			break
		}
	}
	if program == "" {
		shared.err = errNoBrowser
		return
	}
	profile, err := os.MkdirTemp("", "parley-browser-")
	if err != nil {
		shared.err = err
		return
	}
	options := []chromedp.ExecAllocatorOption{
		chromedp.ExecPath(program), chromedp.Headless, chromedp.NoSandbox, chromedp.DisableGPU, chromedp.NoFirstRun,
		chromedp.UserDataDir(profile), chromedp.WindowSize(1280, 720), chromedp.WSURLReadTimeout(browserPatience),
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-background-networking", true),
		chromedp.Flag("disable-component-update", true), chromedp.Flag("disable-sync", true),
		chromedp.Flag("host-resolver-rules", "MAP *.test 127.0.0.1"),
	}
	allocator, stopAllocator := chromedp.NewExecAllocator(context.Background(), options...)
	ctx, stop := chromedp.NewContext(allocator)
	shared.ctx = ctx
	shared.stop = func() { stop(); stopAllocator(); os.RemoveAll(profile) }
	shared.err = chromedp.Do(ctx)
}

// A tab is one window of the shared browser. What its console complains of fails the
// test: errors, exceptions, and with them whatever the page's policy forbids.
type tab struct {
	testing.TB
	ctx context.Context

	mu      sync.Mutex // guards what follows
	said    []string
	allowed []string
}

// newTab opens a window with cookies and storage of its own. Under the race detector it
// skips: what serves a page is raced by tests without a browser, and a browser waits ten
// minutes for it there; make test runs this package once more without.
func newTab(t testing.TB) *tab {
	t.Helper()
	if raced {
		t.Skip("browsers are for a run without the race detector: go test ./console")
	}
	shared.once.Do(startBrowser)
	if errors.Is(shared.err, errNoBrowser) && os.Getenv("PARLEY_REQUIRE_TOOLS") == "" {
		t.Skip(shared.err)
	}
	if shared.err != nil {
		t.Fatal(shared.err)
	}
	return openTab(t, shared.ctx, chromedp.WithNewBrowserContext())
}

// another opens one more window beside w, with the same cookies.
func (w *tab) another() *tab {
	w.Helper()
	return openTab(w.TB, w.ctx)
}

func openTab(t testing.TB, parent context.Context, options ...chromedp.ContextOption) *tab {
	t.Helper()
	ctx, stop := chromedp.NewContext(parent, options...)
	w := &tab{TB: t, ctx: ctx}
	if err := chromedp.Do(ctx); err != nil {
		stop()
		t.Fatalf("open a window: %v", err)
	}
	messages := chromedp.Console(ctx)
	heard := make(chan struct{})
	go func() {
		defer close(heard)
		for m, err := range messages {
			if err != nil {
				return
			}
			if m.Type == chromedp.ConsoleError || m.Type == chromedp.ConsoleWarning || m.IsException() {
				w.mu.Lock()
				w.said = append(w.said, m.String()+" "+m.URL)
				w.mu.Unlock()
			}
		}
	}()
	t.Cleanup(func() {
		if t.Failed() {
			w.shot(t.Name() + "-failed")
		}
		stop()
		<-heard
		for _, said := range w.complaints() {
			t.Errorf("the page's console: %s", said)
		}
	})
	return w
}

// allow says that complaints with this text are what the test is about.
func (w *tab) allow(text string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.allowed = append(w.allowed, text)
}

func (w *tab) complaints() (all []string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, said := range w.said {
		ok := false
		for _, text := range w.allowed {
			ok = ok || strings.Contains(said, text)
		}
		if !ok {
			all = append(all, said)
		}
	}
	return all
}

// do does steps, within the patience of tests.
func (w *tab) do(steps ...chromedp.Action[chromedp.Void]) {
	w.Helper()
	ctx, cancel := context.WithTimeout(w.ctx, browserPatience)
	defer cancel()
	if err := chromedp.Do(ctx, steps...); err != nil {
		w.Fatal(err)
	}
}

func (w *tab) open(address string) {
	w.Helper()
	w.do(chromedp.Navigate(address))
}

// press sends keys to what has the focus, as a keyboard does.
func (w *tab) press(keys string, modifiers ...chromedp.KeyOption) {
	w.Helper()
	w.do(chromedp.KeyEvent(keys, modifiers...))
}

// eval gives the value of an expression, and waits for it if it is a promise.
func eval[T any](w *tab, js string) T {
	w.Helper()
	v, err := tryEval[T](w, js)
	if err != nil {
		w.Fatalf("%.200s: %v", js, err)
	}
	return v
}

func tryEval[T any](w *tab, js string) (T, error) {
	ctx, cancel := context.WithTimeout(w.ctx, browserPatience)
	defer cancel()
	return chromedp.Run(ctx, chromedp.Evaluate[T](js, chromedp.EvalAwaitPromise))
}

// until waits for an expression to hold, over pages that are left meanwhile.
func (w *tab) until(js string) {
	w.Helper()
	ctx, cancel := context.WithTimeout(w.ctx, browserPatience)
	defer cancel()
	ticker := time.NewTicker(15 * time.Millisecond)
	defer ticker.Stop()
	var last error
	for {
		holds, err := chromedp.Run(ctx, chromedp.Evaluate[bool]("Boolean("+js+")"))
		if err == nil && holds {
			return
		}
		if ctx.Err() == nil {
			last = err
		}
		select {
		case <-ctx.Done():
			text, _ := chromedp.Run(w.ctx, chromedp.Evaluate[string]("location.pathname+': '+document.body.innerText.slice(0,1500)"))
			w.Fatalf("after %s still not: %s (%v); the page reads %s", browserPatience, js, last, text)
		case <-ticker.C:
		}
	}
}

// reads waits until the page's text has these words.
func (w *tab) reads(text string) {
	w.Helper()
	w.until("document.body.innerText.includes(" + quote(text) + ")")
}

// dark shows pages as at night, or as by day.
func (w *tab) dark(on bool) {
	w.Helper()
	scheme := "light"
	if on {
		scheme = "dark"
	}
	if _, err := chromedp.Call(w.ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}}}); err != nil {
		w.Fatal(err)
	}
}

// shot writes a picture of the window to PARLEY_SHOTS, where that is set.
func (w *tab) shot(name string) {
	folder := os.Getenv("PARLEY_SHOTS")
	if folder == "" {
		return
	}
	ctx, cancel := context.WithTimeout(w.ctx, browserPatience)
	defer cancel()
	picture, err := chromedp.Run(ctx, chromedp.CaptureScreenshot())
	if err == nil {
		err = errors.Join(os.MkdirAll(folder, 0o755), os.WriteFile(filepath.Join(folder, strings.NewReplacer("/", "-", " ", "-").Replace(name)+".png"), picture, 0o644))
	}
	if err != nil {
		w.Logf("no picture: %v", err)
	}
}

// axeFile is Deque's accessibility checker, which make assets fetches.
const axeFile = "../assets/node_modules/axe-core/axe.min.js"

// axe returns the checker, and skips where it was not fetched.
var axe = sync.OnceValues(func() (string, error) {
	text, err := os.ReadFile(axeFile)
	return string(text), err
})

// accessible runs axe on the page as it stands; each violation fails the test.
func (w *tab) accessible(what string) {
	w.Helper()
	script, err := axe()
	if err != nil {
		if os.Getenv("PARLEY_REQUIRE_TOOLS") != "" {
			w.Fatalf("%v; run make assets", err)
		}
		w.Skipf("%v; run make assets", err)
	}
	// It goes in by the debugger, which the page's policy does not bind.
	eval[bool](w, "typeof axe==='object' || (()=>{"+script+";return true})()")
	found := eval[[]string](w, `axe.run({resultTypes:['violations'],runOnly:['wcag2a','wcag2aa','wcag21a','wcag21aa','wcag22aa','best-practice']}).then(r=>r.violations.map(v=>v.id+' ('+v.impact+') '+v.help+': '+v.nodes.slice(0,3).map(n=>n.target+' '+n.html.slice(0,160)+' '+(n.any[0]?.message??'')).join(' | ')))`)
	for _, violation := range found {
		w.Errorf("%s: %s", what, violation)
	}
}

// waitFor waits until something outside a page holds.
func waitFor(t testing.TB, what string, holds func() bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), browserPatience)
	defer cancel()
	ticker := time.NewTicker(5 * time.Millisecond)
	defer ticker.Stop()
	for !holds() {
		select {
		case <-ticker.C:
		case <-ctx.Done():
			t.Fatalf("after %s, still not: %s", browserPatience, what)
		}
	}
}

// quote writes a text as a JavaScript string.
func quote(text string) string {
	b, err := json.Marshal(text)
	if err != nil {
		panic(fmt.Sprintf("%q is no text: %v", text, err))
	}
	return string(b)
}
