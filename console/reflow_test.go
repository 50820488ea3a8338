package console_test

import (
	"sync/atomic"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"

	"parley/desk"
)

// In a window of 640 pixels, which is one of 1280 at 200 %, no page scrolls sideways but
// within a table, in either direction (WCAG 2.2, 1.4.10).
func TestReflow(t *testing.T) {
	w := newWorld(t, nil)
	id := w.say(amal, desk.Saying{Format: "J14", Fields: notice})
	w.act(chen, "release", id)
	w.delivered("birch", id)
	k := w.consoleOf("birch", new(atomic.Int64))
	b := w.enter(k.Invite(), basil)
	_, err := chromedp.Call(b.ctx, emulation.SetDeviceMetricsOverride, emulation.SetDeviceMetricsOverrideParams{Width: 640, Height: 720, DeviceScaleFactor: 1})
	w.must(err)
	for _, lang := range []string{"ar"} {
		eval[bool](b, `(document.querySelector('footer button[value=`+lang+`]').click(), true)`)
		b.until(`document.documentElement.lang === '` + lang + `'`)
		for _, path := range []string{"/", "/s/" + id, "/s/" + id + "/readback", "/statements", "/areas", "/roster", "/line", "/matters/cases", "/compose", "/compose/J14", "/drafts", "/map", "/timeline", "/record", "/statistics"} {
			b.open(k.URL() + path)
			if wide := eval[int](b, `document.documentElement.scrollWidth`); wide > 640 {
				t.Errorf("%s in %s is %d pixels wide: %s", path, lang, wide, eval[string](b, `[...document.querySelectorAll('body *')].filter(e => { const r = e.getBoundingClientRect(); return (r.right > 641 || r.left < -1) && r.width && !e.closest('.skip,.sr') && !e.parentElement.closest(':is(section,div):has(>table),.drawing,.text') }).slice(0, 4).map(e => e.outerHTML.slice(0, 120)).join(' | ')`))
			}
		}
	}
}
