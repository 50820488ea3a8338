package console_test

import (
	"strings"
	"sync/atomic"
	"testing"

	"parley/desk"
)

// After a lock, neither the back button nor what the browser keeps of a page shows what
// was on it.
func TestBackAfterLock(t *testing.T) {
	w := newWorld(t, nil)
	id := w.say(amal, desk.Saying{Format: "J14", Fields: notice})
	w.receipt("alder", id)
	k := w.consoleOf("alder", new(atomic.Int64))
	tab := newTab(t)
	tab.open(k.Invite())
	tab.until(`document.querySelector("[name=passphrase]")`)
	eval[bool](tab, `(()=>{const f=document.querySelector("form.way");f.officer.value=`+quote(amal)+`;f.passphrase.value=`+quote(passphrase(author(amal)))+`;f.requestSubmit();return true})()`)
	tab.until(`document.body.dataset.officer===` + quote(amal))
	tab.allow("401")
	for _, path := range []string{"/statements", "/s/" + id, "/drafts"} {
		tab.open(k.URL() + path)
		tab.until(`document.readyState==="complete" && location.pathname===` + quote(path))
	}
	eval[bool](tab, `(()=>{document.querySelector("form[action='/lock']").requestSubmit();return true})()`)
	tab.until(`document.querySelector("[name=passphrase]")`)
	for range 3 {
		eval[bool](tab, `(history.back(),true)`)
		tab.until(`document.readyState==="complete" && document.querySelector("[name=passphrase]")`)
		if text := eval[string](tab, `document.body.innerText`); strings.Contains(text, "Survey flight") || strings.Contains(text, id) {
			t.Errorf("the page before is shown: %s", text)
		}
	}
}
