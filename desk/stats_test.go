package desk

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"parley/charter"
	"parley/digest"
	"parley/format"
	"parley/identity"
	"parley/journal"
	"parley/mechanism"
	"parley/proof"
	"parley/registrar"
	"parley/statement"
	"parley/stats"
	"parley/store"
)

// caseFormats lets the watches report incidents and the gate find on them.
func caseFormats(c *charter.Charter) {
	may := map[string][]string{"J00": {"watch", "gate"}, "J05": {"watch", "gate"}, "J10": {"watch"}, "J14": {"watch", "gate"}, "J20": {"watch"}, "J23": {"gate"}}
	for id, roles := range may {
		f, _ := format.Catalogue().Newest(id)
		if _, ok := c.Rule(f.Ref()); !ok {
			c.Formats = append(c.Formats, charter.Rule{Format: f.Ref(), Gate: f.Gate})
		}
		for i := range c.Roles {
			if r := &c.Roles[i]; slices.Contains(roles, r.ID) && !r.Allows(id) {
				r.May = append(r.May, id)
			}
		}
	}
}

// agree waits until all desks have followed equally far and gives the page that
// each of them makes, which must be one.
func (w *world) agree(month string) stats.Page {
	w.t.Helper()
	var pages []stats.Page
	w.until("all desks have followed as far", func() bool {
		pages = nil
		for _, party := range []string{"alder", "birch", "cedar"} {
			page, _, err := w.desks[party].Stats(w.t.Context(), month, "", "")
			w.must(err)
			pages = append(pages, page)
		}
		return pages[0].Size == pages[1].Size && pages[1].Size == pages[2].Size
	})
	for i, page := range pages[1:] {
		if a, b := pages[0].JSON(), page.JSON(); !bytes.Equal(a, b) {
			w.t.Fatalf("desk %d has another page:\n%s\n%s", i+1, a, b)
		}
	}
	return pages[0]
}

// A random exercise, with statements to one side and to all, through the gate and
// back, acts of every kind: three desks, the hub's own store, its journal and the
// records that two sides export make one page, to the byte.
func TestStatsAgree(t *testing.T) {
	seed := time.Now().UnixNano()
	t.Logf("seed %d", seed)
	dice := rand.New(rand.NewPCG(uint64(seed), 1)) //nolint:gosec // the test's own choices
	w := newWorld(t, caseFormats)
	begins := time.Now().UTC().Add(3 * time.Hour)
	p := &player{world: w, dice: dice, notice: slices.Clone(notice)}
	p.notice[2] = "window=" + begins.Format("2006-01-02T15:04Z") + "/" + begins.Add(time.Hour).Format("2006-01-02T15:04Z")
	for range 120 {
		p.step()
	}
	journalOf, work := w.still()
	page := w.agree("")
	if page.Messages == 0 || len(page.Areas) != 5 || page.Month != time.Now().UTC().Format("2006-01") {
		t.Errorf("a page of nothing: %s", page.JSON())
	}
	want := page.JSON()
	for _, party := range []string{"alder", "birch"} {
		d := w.desks[party]
		var record bytes.Buffer
		w.must(proof.WriteRecord(&record, d.origin, d.journal.Read(t.Context(), d.origin, 0)))
		w.same(want, func(period func(time.Time) (stats.Period, error)) (stats.Page, error) {
			counted, err := proof.RecordStatistics(t.Context(), bytes.NewReader(record.Bytes()), w.charter.Charter, period)
			return counted.Page, err
		})
	}
	text := func(r *mechanism.Record) (*statement.Statement, error) {
		b, err := journalOf.ReadOne(t.Context(), w.charter.Hub.Origin, r.Height)
		if err != nil {
			return nil, err
		}
		return statement.Parse(b.Contents[r.Index-b.First])
	}
	w.same(want, func(period func(time.Time) (stats.Period, error)) (stats.Page, error) {
		return work.Statistics(t.Context(), nil, period, text)
	})
	w.same(want, func(period func(time.Time) (stats.Period, error)) (stats.Page, error) {
		counted, err := proof.Statistics(t.Context(), w.charter.Hub.Origin, true, journalOf.Read(t.Context(), w.charter.Hub.Origin, 0), w.charter.Charter, period)
		return counted.Page, err
	})
	w.digests(work, text)
}

// still stops the hub at a moment when every desk has followed to its end, and opens
// its journal and its read model.
func (w *world) still() (*journal.SQLite, *store.Working) {
	w.t.Helper()
	for range 20 {
		w.agree("")
		w.stopHub()
		j, err := journal.OpenSQLite(filepath.Join(w.dir, "hub", "journal.db"))
		w.must(err)
		db, err := store.Open(filepath.Join(w.dir, "hub", "store.db"))
		w.must(err)
		work, err := store.New(w.t.Context(), db, w.charter.Hub.Origin, true)
		w.must(err)
		// The read model may be behind the journal, as after any end of a hub.
		w.must(work.FoldAll(w.t.Context(), store.Own, 64, j.Read(w.t.Context(), w.charter.Hub.Origin, work.Blocks())))
		if !slices.ContainsFunc([]string{"alder", "birch", "cedar"}, func(party string) bool { return w.desks[party].work.Size() != work.Size() }) {
			w.t.Cleanup(func() { db.Close(); j.Close() })
			return j, work
		}
		db.Close()
		j.Close()
		w.startHub(nil)
	}
	w.t.Fatal("the ledger grew each time that the hub was stopped")
	return nil, nil
}

func (w *world) same(want []byte, page func(func(time.Time) (stats.Period, error)) (stats.Page, error)) {
	w.t.Helper()
	got, err := page(func(now time.Time) (stats.Period, error) { return stats.MonthOf(now), nil })
	w.must(err)
	if !bytes.Equal(got.JSON(), want) {
		w.t.Errorf("another page:\n%s\n%s", want, got.JSON())
	}
}

// A player does what three watches may do, one thing after another.
type player struct {
	*world
	dice   *rand.Rand
	said   []string
	notice []string // a J14 of what is to come
}

func (p *player) pick(from ...string) string { return from[p.dice.IntN(len(from))] }

// step says something or does something to what was said. What the rules refuse
// there and then is no matter: the choice is blind.
func (p *player) step() {
	p.t.Helper()
	if len(p.said) == 0 || p.dice.IntN(3) == 0 {
		p.speak()
		return
	}
	id := p.said[p.dice.IntN(len(p.said))]
	verb := p.pick("release", "release", "release", "hold", "return", "withdraw", "show", "ack", "ack", "ack", "readback", "readback", "pass", "cancel", "replace")
	by := p.pick("alder/watch/amal", "birch/watch/basil")
	var fields []string
	switch verb {
	case "release", "hold", "return":
		by = "cedar/gate/chen"
		if verb != "release" {
			fields = []string{"reason=unclear"}
		}
	case "show":
		_, _ = p.desks[p.pick("alder", "birch", "cedar")].Show(p.t.Context(), id, "en") // may not be there
		return
	case "readback":
		fields = append(slices.Clone(p.notice[:2]), p.pick(p.notice[2], p.notice[2], "window=2026-11-24T08:00Z/2026-11-24T10:00Z"))
	case "pass":
		fields = []string{"echelon=post", "passed-at=" + time.Now().UTC().Format("2006-01-02T15:04Z"), fmt.Sprintf("outstanding=%d", p.dice.IntN(2))}
	case "replace":
		fields = p.notice
	}
	author := p.author(by)
	r, ok := p.desks[author.Party].work.Record(id)
	if !ok || verb == "readback" && r.Claims.Format != "J14/1" {
		return
	}
	if slices.Contains([]string{"ack", "readback", "pass"}, verb) && slices.Contains(r.Claims.To, author.Party) && p.desks[author.Party].owes(r, "displays") {
		p.show(author.Party, id)
	}
	act, err := p.desks[author.Party].Act(p.t.Context(), verb, Saying{By: author, About: id, Fields: fields})
	if err == nil {
		p.settled(author.Party, act)
		if verb == "cancel" || verb == "replace" {
			p.said = append(p.said, act)
		}
	}
}

func (p *player) speak() {
	p.t.Helper()
	now := time.Now().UTC()
	by := p.pick("alder/watch/amal", "birch/watch/basil", "cedar/gate/chen")
	q := Saying{By: p.author(by), Format: p.pick("J14", "J14", "J14", "J10", "J20", "J05", "J00"), Lang: "en"}
	if by == "cedar/gate/chen" {
		q.Format = p.pick("J14", "J23", "J23", "J05", "J00")
	}
	q.Precedence = p.pick("", "", "FLASH", "IMMEDIATE", "ROUTINE")
	if q.By.Party != "cedar" && p.dice.IntN(4) == 0 {
		q.To = []string{p.pick(mechanism.Others(q.By.Party, "alder", "birch", "cedar")...)}
	}
	if q.Format == "J00" || q.Format == "J05" {
		q.To = mechanism.Others(q.By.Party, "alder", "birch", "cedar")
	}
	q.Fields = p.notice
	switch {
	case q.Format == "J05":
		q.Precedence = ""
		q.Fields = []string{"switch=" + p.pick("pause", "pause", "restrict", "resume"), "areas=" + p.pick("commercial", "diplomatic"), "from=" + now.Format("2006-01-02T15:04Z"),
			"review-at=" + now.Add(time.Hour).Format("2006-01-02T15:04Z"), "reason=" + p.pick("domestic", "technical"), "floor-confirmed=yes", "resume-plan=We look at it again."}
	case q.Format != "J14":
		f, _ := format.Catalogue().Newest(q.Format)
		q.Fields = nil
		for name, typed := range f.Example {
			q.Fields = append(q.Fields, name+"="+typed)
		}
	}
	if q.Format == "J23" && len(p.said) > 0 {
		q.About = p.pick(p.said...)
	}
	id, err := p.desks[q.By.Party].Say(p.t.Context(), q)
	if err != nil {
		p.t.Logf("%s %s: %v", by, q.Format, err)
		return
	}
	if !p.settled(q.By.Party, id) {
		return
	}
	p.said = append(p.said, id)
	if p.dice.IntN(3) > 0 {
		if act, err := p.desks["cedar"].Act(p.t.Context(), "release", Saying{By: p.author("cedar/gate/chen"), About: id}); err == nil {
			p.settled("cedar", act)
		}
	}
}

// settled waits for the hub's answer, whatever it is.
func (p *player) settled(party, id string) bool {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.t.Context(), patience)
	defer cancel()
	sent, err := p.desks[party].Await(ctx, id)
	if ruleOf(err) != "" { // another was quicker
		return false
	}
	p.must(err)
	return sent.State == Accepted
}

// A period that cannot be read is refused, and the API tells the page, its hash and
// its text.
func TestStatsAPI(t *testing.T) {
	w := newWorld(t)
	id := w.say("alder/watch/amal")
	w.release(id)
	d := w.desks["birch"]
	for _, test := range []struct{ month, from, to string }{
		{"2026-13", "", ""}, {"november", "", ""}, {"2026-11", "2026-11-24T06:00Z", "2026-11-24T07:00Z"}, {"", "2026-11-24T06:00Z", ""},
		{"", "yesterday", "2026-11-24T06:00Z"}, {"", "2026-11-24T07:00Z", "2026-11-24T06:00Z"},
	} {
		if _, _, err := d.Stats(t.Context(), test.month, test.from, test.to); ruleOf(err) != stats.BadPeriod {
			t.Errorf("%+v: %v, want a refusal by %s", test, err, stats.BadPeriod)
		}
	}
	page, ch, err := d.Stats(t.Context(), "2001-01", "", "")
	if err != nil || page.Messages != 0 {
		t.Errorf("a month before the ledger: %d messages, %v", page.Messages, err)
	}
	if text := page.Text("en", ch, false); !strings.Contains(text, page.Hash()) {
		t.Errorf("the text lacks the hash %s:\n%s", page.Hash(), text)
	}
}

// A desk of fewer compartments makes the page that all others make: an area that it
// does not read counts for nobody, and the page says which do.
func TestStatsNarrowDesk(t *testing.T) {
	w := newWorld(t)
	id := w.say("alder/watch/amal")
	w.release(id)
	if page := w.agree(""); page.Messages != 1 || !slices.Contains(page.Areas, "military") {
		t.Fatalf("before: %s", page.JSON())
	}
	const narrow = "birch/desk/two"
	w.newKey(narrow)
	r, err := registrar.Open(t.Context(), w.charter.Charter, w.charter.Hub.URLs[0], "birch", identity.NewSigner(w.keys["birch/registrar/root"]), time.Now)
	w.must(err)
	defer r.Close()
	request, err := identity.NewRequest(t.Context(), identity.NewSigner(w.keys[narrow]), w.charter.Mechanism, w.author(narrow), []string{"diplomatic"}, w.charter.Exercise)
	w.must(err)
	_, err = r.Endorse(t.Context(), request)
	w.must(err)
	config := w.config("birch")
	config.Author, config.Dir, config.Witness = w.author(narrow), filepath.Join(w.dir, "birch-two"), nil
	d, err := Open(t.Context(), config)
	w.must(err)
	w.desks["birch/two"] = d
	page := stats.Page{}
	w.until("the narrow desk has followed as far as the others", func() bool {
		page = w.agree("")
		if d.work.Size() == 0 {
			return false
		}
		own, _, err := d.Stats(t.Context(), "", "", "")
		w.must(err)
		if own.Size == page.Size && !bytes.Equal(own.JSON(), page.JSON()) {
			t.Fatalf("the narrow desk has another page:\n%s\n%s", page.JSON(), own.JSON())
		}
		return own.Size == page.Size
	})
	if page.Messages != 0 || !slices.Equal(page.Areas, []string{"service", "diplomatic"}) {
		t.Errorf("after: %s", page.JSON())
	}
	if _, _, err := d.Digest(t.Context(), digest.Question{}, identity.Author{}); ruleOf(err) != digest.NotRead {
		t.Errorf("a report for readers of more than the desk reads: %v, want a refusal by %s", err, digest.NotRead)
	}
	w.until("both desks have followed as far", func() bool {
		var pages []digest.Page
		for _, d := range []*Desk{d, w.desks["alder"]} {
			report, _, err := d.Digest(t.Context(), digest.Question{Audience: "diplomatic"}, identity.Author{})
			w.must(err)
			pages = append(pages, report)
		}
		if pages[0].Size == pages[1].Size && !bytes.Equal(pages[0].JSON(), pages[1].JSON()) {
			t.Fatalf("the narrow desk makes another report:\n%s\n%s", pages[1].JSON(), pages[0].JSON())
		}
		return pages[0].Size == pages[1].Size
	})
}
