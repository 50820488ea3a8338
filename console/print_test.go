package console_test

import (
	"regexp"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"

	"parley/desk"
)

var mediaBox = regexp.MustCompile(`/MediaBox \[0 0 ([0-9.]+) ([0-9.]+)\]`)

// What is printed says whose it is, when, of what and that it is an exercise, on A4; it has
// no ways to act, and is black on white whatever the screen has.
func TestPrint(t *testing.T) {
	w := newWorld(t, nil)
	id := w.say(amal, desk.Saying{Format: "J14", Fields: notice})
	w.act(chen, "release", id)
	w.delivered("birch", id)
	k := w.consoleOf("birch", new(atomic.Int64))
	b := w.enter(k.Invite(), basil)
	b.dark(true)
	for _, path := range []string{"/", "/s/" + id, "/statements", "/timeline", "/roster"} {
		b.open(k.URL() + path)
		pdf, err := chromedp.Call(b.ctx, page.PrintToPDF, page.PrintToPDFParams{PreferCSSPageSize: new(true)})
		w.must(err)
		if size := mediaBox.FindSubmatch(pdf.Data); size == nil || !strings.HasPrefix(string(size[1]), "59") || !strings.HasPrefix(string(size[2]), "84") {
			t.Errorf("%s: not on A4: %q", path, size)
		}
		_, err = chromedp.Call(b.ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Media: "print"})
		w.must(err)
		for what, js := range map[string]string{
			"a way to act":           `![...document.querySelectorAll('nav,footer,main form,main button,.csv')].some(e => e.checkVisibility())`,
			"who, when and of what":  `/basil.*20..-..-../.test(document.getElementById('printed').innerText.replace(/\s+/g,' ')) && document.getElementById('printed').checkVisibility()`,
			"that it is an exercise": `document.querySelector('.exercise').checkVisibility()`,
			"black on white":         `getComputedStyle(document.body).backgroundColor === 'rgb(255, 255, 255)' && getComputedStyle(document.body).color === 'rgb(0, 0, 0)'`,
		} {
			if !eval[bool](b, js) {
				t.Errorf("%s, printed: %s", path, what)
			}
		}
		_, err = chromedp.Call(b.ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{})
		w.must(err)
	}
	b.open(k.URL() + "/s/" + id)
	_, err := chromedp.Call(b.ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Media: "print"})
	w.must(err)
	if !eval[bool](b, `document.querySelector('#facts dl').getBoundingClientRect().height > 20`) {
		t.Error("the evidence of a statement is not printed")
	}
}
