package main

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"strings"
	"sync"
	"time"

	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
)

// The passphrase of every officer of the demonstration.
const passphrase = "exercise"

// looks are the six that a sheet shows, three above three.
var looks = []struct{ lang, theme string }{
	{"en", "light"}, {"ar", "light"}, {"he", "light"}, {"en", "dark"}, {"ar", "dark"}, {"he", "dark"},
}

// patience is how long a page may take on a machine that does other things.
const patience = time.Minute

// A browser takes pictures of one window's size.
type browser struct {
	format        page.CaptureScreenshotFormat
	ctx           context.Context
	width, height int
	close         func()
}

func openBrowser(ctx context.Context, width, height int) (*browser, error) {
	program := ""
	for _, name := range []string{"chromium-headless-shell", "chromium"} {
		if path, err := exec.LookPath(name); err == nil {
			program = path
			break
		}
	}
	if program == "" {
		return nil, errors.New("neither chromium-headless-shell nor chromium is installed; scripts/tools.sh does that")
	}
	profile, err := os.MkdirTemp("", "parley-screens-browser-")
	if err != nil {
		return nil, err
	}
	ctx, stop := chromedp.NewExecAllocator(ctx,
		chromedp.ExecPath(program), chromedp.Headless, chromedp.NoSandbox, chromedp.DisableGPU, chromedp.NoFirstRun,
		chromedp.UserDataDir(profile), chromedp.WindowSize(width, height), chromedp.WSURLReadTimeout(patience),
		chromedp.Flag("disable-background-networking", true))
	ctx, leave := chromedp.NewContext(ctx)
	b := &browser{ctx: ctx, width: width, height: height, close: func() { leave(); stop(); os.RemoveAll(profile) }}
	if err := chromedp.Do(ctx); err != nil {
		b.close()
		return nil, err
	}
	return b, nil
}

// show opens a screen in each look, in a window with cookies of its own. The first
// picture is in English by day.
func (b *browser) show(s screen, invitation string) (six [][]byte, err error) {
	ctx, leave := chromedp.NewContext(b.ctx, chromedp.WithNewBrowserContext())
	defer leave()
	ctx, cancel := context.WithTimeout(ctx, 4*patience)
	defer cancel()
	if err := chromedp.Do(ctx, chromedp.EmulateViewport(int64(b.width), int64(b.height))); err != nil {
		return nil, err
	}
	var mu sync.Mutex // guards what the page complains of
	var complaints []string
	messages := chromedp.Console(ctx)
	go func() {
		for m, err := range messages {
			if err != nil {
				return
			}
			if m.Type == chromedp.ConsoleError || m.IsException() {
				mu.Lock()
				complaints = append(complaints, m.String())
				mu.Unlock()
			}
		}
	}()
	address, err := url.Parse(invitation)
	if err != nil {
		return nil, err
	}
	base := address.Scheme + "://" + address.Host
	if err := chromedp.Do(ctx, chromedp.Navigate(invitation), chromedp.WaitVisible(`[name=passphrase]`)); err != nil {
		return nil, err
	}
	officer := host(base) + s.as.officer
	path := s.path
	if path != "" {
		if err := chromedp.Do(ctx, chromedp.SetValue(`[name=officer]`, officer), chromedp.SendKeys(`[name=passphrase]`, passphrase+"\r"), chromedp.WaitVisible(`nav`)); err != nil {
			return nil, fmt.Errorf("unlock as %s: %w", officer, err)
		}
	}
	if s.first != "" {
		if err := chromedp.Do(ctx, chromedp.Navigate(base+path), chromedp.WaitVisible(`footer`)); err != nil {
			return nil, err
		}
		if path, err = chromedp.Run(ctx, chromedp.Evaluate[string](`document.querySelector("`+s.first+`")?.getAttribute("href") ?? ""`)); err != nil || path == "" {
			return nil, fmt.Errorf("%s has no link %s: %v", s.path, s.first, err)
		}
	}
	path += s.then
	for _, look := range looks {
		if err := b.look(ctx, base, path, look.lang, look.theme); err != nil {
			return nil, err
		}
		for _, typed := range s.typed {
			if err := chromedp.Do(ctx, chromedp.SendKeys(`[name="`+typed[0]+`"]`, typed[1])); err != nil {
				return nil, fmt.Errorf("type %s: %w", typed[0], err)
			}
		}
		// What is drawn, fetched while one types, or counted by a clock needs a moment.
		if err := chromedp.Do(ctx, chromedp.Sleep(1200*time.Millisecond)); err != nil {
			return nil, err
		}
		picture, err := b.capture(ctx, 80)
		if err != nil {
			return nil, err
		}
		six = append(six, picture)
	}
	mu.Lock()
	defer mu.Unlock()
	if len(complaints) > 0 {
		return nil, fmt.Errorf("its console says %s", strings.Join(complaints, "; "))
	}
	return six, nil
}

// look opens a path in a language and a theme, which are set as the buttons at the foot of
// a page set them.
func (b *browser) look(ctx context.Context, base, path, lang, theme string) error {
	set := `(async()=>{for(const [name,value] of [["lang","` + lang + `"],["theme","` + theme + `"]])` +
		`await fetch("/settings",{method:"POST",redirect:"manual",body:new URLSearchParams({[name]:value,next:"/"})});return true})()`
	if _, err := chromedp.Run(ctx, chromedp.Evaluate[bool](set, chromedp.EvalAwaitPromise)); err != nil {
		return fmt.Errorf("set %s, %s: %w", lang, theme, err)
	}
	if err := chromedp.Do(ctx, chromedp.Navigate(base+path), chromedp.WaitVisible(`html[lang=`+lang+`][data-theme=`+theme+`] footer`)); err != nil {
		return fmt.Errorf("open %s in %s, %s: %w", path, lang, theme, err)
	}
	status, err := chromedp.Run(ctx, chromedp.Evaluate[int](`performance.getEntriesByType("navigation")[0].responseStatus`))
	if err == nil && status >= 400 {
		err = fmt.Errorf("%s is answered with status %d", path, status)
	}
	return err
}

// sheet lays six pictures on one.
func (b *browser) sheet(six [][]byte) ([]byte, error) {
	ctx, leave := chromedp.NewContext(b.ctx)
	defer leave()
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	const across = 660
	down := across * b.height / b.width
	if err := chromedp.Do(ctx, chromedp.EmulateViewport(3*across+16, int64(2*down+12))); err != nil {
		return nil, err
	}
	var images strings.Builder
	for _, picture := range six {
		fmt.Fprintf(&images, `<img width=%d height=%d src="data:image/*;base64,%s">`, across, down, base64.StdEncoding.EncodeToString(picture))
	}
	page := `<!doctype html><style>body{margin:4px;display:grid;grid-template-columns:repeat(3,auto);gap:4px;background:#888}</style>` + images.String()
	write := `(async()=>{document.documentElement.innerHTML=` + quoted(page) + `;await Promise.all([...document.images].map(i=>i.decode()));return true})()`
	if err := chromedp.Do(ctx, chromedp.Navigate("about:blank")); err != nil {
		return nil, err
	}
	if _, err := chromedp.Run(ctx, chromedp.Evaluate[bool](write, chromedp.EvalAwaitPromise)); err != nil {
		return nil, err
	}
	return b.capture(ctx, 60)
}

// capture takes the window as it stands.
func (b *browser) capture(ctx context.Context, quality int64) ([]byte, error) {
	picture, err := chromedp.Call(ctx, page.CaptureScreenshot, page.CaptureScreenshotParams{Format: b.format, Quality: &quality})
	return picture.Data, err
}

// quoted writes HTML of Latin letters as a string of JavaScript.
func quoted(text string) string { return fmt.Sprintf("%q", text) }
