package desk

import (
	"slices"
	"strings"

	"parley/ledger"
	"parley/mechanism"
	"parley/statement"
)

// rung are the clock's words that a watch must hear of at once, and not when
// somebody next looks at a page.
var rung = []string{"clock.overdue/", "line.missed/", "roster.gap/"}

// ring tells whoever keeps the desk's log what the hub's clock says, as it arrives.
// While the replica catches up it is silent: that is the past.
func (d *Desk) ring(b *ledger.Block) {
	if !d.current() {
		return
	}
	for i, content := range b.Contents {
		r, ok := d.work.RecordAt(b.First + uint64(i))
		if !ok || content == nil || r.Claims.Author.Role != mechanism.Hub || !slices.ContainsFunc(rung, func(prefix string) bool { return strings.HasPrefix(r.Claims.Format, prefix) }) {
			continue
		}
		s, err := statement.Parse(content)
		f, known := d.Charter().Format(r.Claims.Format)
		if err != nil || !known {
			continue // cannot be: it was verified and folded
		}
		about := ""
		if len(r.Claims.Refs) > 0 {
			about = r.Claims.Refs[0].ID
		}
		d.log.Warn("CLOCK", "says", f.Say(d.Charter().Setting(d.party), "en", s), "precedence", r.Claims.Precedence, "entry", r.Index, "about", about)
	}
}
