package console_test

import (
	"os"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"parley/desk"
)

// Every screen is for everybody: axe looks at one address of each route that leads to a
// page; all that one can do on it is within reach of the keyboard, and its shortcuts are
// shown and are of one thing alone. A run takes each screen in one of the languages, by
// day or by night, and with PARLEY_ALL_SCREENS in all of them, which takes three times as
// long.
func TestAccessible(t *testing.T) {
	if _, err := axe(); err != nil {
		t.Skipf("%v; run make assets", err)
	}
	w := newWorld(t, nil)
	id := w.say(amal, desk.Saying{Format: "J14", Fields: notice})
	w.act(chen, "release", id)
	w.delivered("birch", id)
	waits := w.say(amal, desk.Saying{Format: "J14", Fields: notice})
	waitFor(t, "the supervisor has it", func() bool { _, ok := w.desks["cedar"].Work().Record(waits); return ok })
	sides := []struct {
		officer, ref string
		only         func(path string) bool
	}{
		{basil, id, func(path string) bool {
			// One of what differs by a parameter alone, and what is shown and not only sent.
			for _, not := range []string{"/gate", "?", "none", "99", "/x", "/compose/J14", "/compose/J40", "/compose/J03", "/withdraw", "/reply", "/cancel", "/annotate", "/matters/none"} {
				if strings.Contains(path, not) {
					return false
				}
			}
			registers := strings.Count(path, "/") > 1 && strings.HasPrefix(path, "/matters/")
			return !registers || path == "/matters/cases" || path == "/matters/digest"
		}},
		{chen, waits, func(path string) bool { return strings.HasPrefix(path, "/gate") }},
	}
	for _, side := range sides {
		k := w.consoleOf(author(side.officer).Party, new(atomic.Int64))
		g := newGuest(t, k, side.officer)
		b := w.enter(k.Invite(), side.officer)
		b.allow("422")
		var paths []string
		for _, path := range addresses(t, k, "GET", strings.NewReplacer("REF", side.ref, "ENTRY", "3")) {
			if !side.only(path) {
				continue
			}
			if status, page := g.get(path); status == 200 && strings.Contains(page, `<main id="main"`) && !slices.Contains(paths, path) {
				paths = append(paths, path)
			}
		}
		if len(paths) < 2 {
			t.Fatalf("%s has only the pages %q", side.officer, paths)
		}
		for i, lang := range []string{"en", "ar", "he"} {
			b.open(k.URL() + "/line")
			eval[bool](b, `(document.querySelector('footer button[value=`+lang+`]').click(), true)`)
			b.until(`document.readyState === 'complete' && document.documentElement.lang === '` + lang + `'`)
			for n, path := range paths {
				if n%3 != i && os.Getenv("PARLEY_ALL_SCREENS") == "" {
					continue
				}
				b.dark((i+n)%2 == 1) // each by day and by night, in one language or another
				b.open(k.URL() + path)
				b.until(`document.readyState === 'complete' && [...document.querySelectorAll('#map')].every(m => m.dataset.ready || !m.children.length)`)
				b.accessible(lang + " " + path)
				if n%3 != i {
					continue
				}
				for _, lost := range eval[[]string](b, reach) {
					t.Errorf("%s: %s", path, lost)
				}
			}
		}
		t.Logf("%s: %d pages %q", side.officer, len(paths), paths)
	}
}

// reach gives what a keyboard does not reach, and keys that are not shown or are of two things.
const reach = `(() => {
	const seen = (e) => e.checkVisibility({visibilityProperty: true, contentVisibilityAuto: true}) && !e.disabled && e.type !== 'hidden';
	const name = (e) => e.outerHTML.slice(0, 140), bad = [];
	for (const e of document.querySelectorAll('a[href],button,input,select,textarea,summary,[data-key]')) {
		if (!seen(e) || e.matches('.sr')) continue;
		if (e.tabIndex < 0) bad.push('no key reaches ' + name(e));
	}
	for (const e of document.querySelectorAll('*')) if (e.scrollHeight > e.clientHeight + 2 && /auto|scroll/.test(getComputedStyle(e).overflowY) && e !== document.documentElement && e !== document.body && seen(e) && e.tabIndex < 0 && !e.querySelector('a[href],button,input,select,textarea,[tabindex]')) bad.push('no key scrolls ' + name(e));
	const of = new Map();
	for (const e of document.querySelectorAll('[data-key]')) {
		if (!seen(e)) continue;
		const key = e.dataset.key, shown = [e, e.closest('label'), ...(e.labels ?? []), e.matches('input') && e.form].flatMap(o => o ? [...o.querySelectorAll('kbd')] : []);
		if (!e.matches('textarea') && !shown.some(k => k.textContent === key)) bad.push('the key ' + key + ' is not shown by ' + name(e));
		const where = e.closest('tr') ?? document;
		const all = of.get(where) ?? new Set();
		if (all.has(key)) bad.push('the key ' + key + ' is of two things, one of them ' + name(e));
		of.set(where, all.add(key));
	}
	return bad;
})()`
