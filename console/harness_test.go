package console_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/chromedp/chromedp/kb"
)

// The harness itself: it types, waits over a change of page, sees what the console says
// and what axe finds.
func TestHarness(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Security-Policy", "default-src 'none'; form-action 'self'")
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		if r.URL.Path != "/" {
			http.NotFound(w, r)
			return
		}
		fmt.Fprintf(w, `<!doctype html><html lang=en><title>t</title><main><h1>Hello %s</h1><form><label>Name <input name=n autofocus></label></form></main>`, r.FormValue("n"))
	}))
	t.Cleanup(server.Close)
	w := newTab(t)
	w.allow("favicon.ico")
	w.open(server.URL)
	w.until(`document.activeElement.name==='n'`)
	w.press("amal" + kb.Enter)
	w.reads("Hello amal")
	w.dark(true)
	w.until(`matchMedia('(prefers-color-scheme: dark)').matches`)
	w.accessible("a plain page")
	if len(w.complaints()) > 0 {
		t.Errorf("complaints %q", w.complaints())
	}
	other := w.another()
	other.allow("")
	other.open(server.URL)
	eval[bool](other, `(()=>{const s=document.createElement('script');s.textContent='document.title="x"';document.body.append(s);return true})()`)
	other.until(`document.title==='t'`)
	other.allowed = nil
	waitFor(t, "the policy's violation is heard", func() bool { return len(other.complaints()) > 0 })
	other.allow("")
}
