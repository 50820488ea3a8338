package stats

import (
	"context"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/binary"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode"

	"parley/area"
	"parley/charter"
	"parley/delivery"
	"parley/identity"
	"parley/line"
	"parley/mechanism"
	"parley/rule"
	"parley/statement"
	"parley/words"
)

var update = flag.Bool("update", false, "write testdata anew")

var noon = time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)

// A book is a ledger's records as a test writes them.
type book struct {
	t       testing.TB
	charter *charter.Charter
	keys    []mechanism.Key
	records []*mechanism.Record
	texts   map[uint64]*statement.Statement
	board   *mechanism.Board
	now     time.Time
}

// newBook begins on the template quiet-orchard; sides are added to its two.
func newBook(t testing.TB, sides ...string) *book {
	t.Helper()
	c, err := charter.Template("quiet-orchard")
	if err != nil {
		t.Fatal(err)
	}
	for _, id := range sides {
		p := c.Sides()[0]
		p.ID = id
		c.Parties = append(c.Parties, p)
	}
	b := &book{t: t, charter: c, texts: map[uint64]*statement.Statement{}, board: &mechanism.Board{}, now: noon.Add(time.Hour)}
	for _, p := range c.Parties {
		b.keys = append(b.keys, mechanism.Key{ID: p.ID, Author: author(p.ID, "desk"), Areas: []string{"military", "intelligence", "diplomatic", "commercial"}, Endorsed: 1})
	}
	return b
}

func author(party, role string) identity.Author {
	return identity.Author{Party: party, Role: role, Officer: "one"}
}

// A said is one message: what was said, and when after noon what became of it.
type said struct {
	by, format, precedence, area string
	to                           []string
	refs                         []statement.Ref
	gate                         time.Duration // how long it waited; negative: it is still there
	facts                        mechanism.Facts
	change                       func(*delivery.State)
	fields                       map[string]any
	at                           time.Duration
	ordered                      time.Duration // how long after it was signed
}

func (b *book) say(m said) string {
	b.t.Helper()
	index := uint64(len(b.records) + 10)
	id := statement.NewID(noon, [10]byte(append(binary.BigEndian.AppendUint64(nil, index), 0, 0)))
	if m.precedence == "" {
		m.precedence = "PRIORITY"
	}
	if m.area == "" {
		m.area = "military"
	}
	claims := statement.Claims{ID: id, Author: author(m.by, "watch"), Format: m.format, Precedence: m.precedence, Area: m.area, To: m.to, Refs: m.refs, Time: noon.Add(m.at - m.ordered)}
	p, _ := b.charter.Precedence(m.precedence)
	at := noon.Add(m.at)
	d := &delivery.State{ID: id, Author: claims.Author, To: m.to, Supervisor: "cedar", Submitted: at, Mode: delivery.ModeReview, Status: delivery.Submitted, Due: at.Add(charter.Seconds(p.GateSeconds)),
		Terms: delivery.Terms{Gate: charter.Seconds(p.GateSeconds), Ack: charter.Seconds(p.AckSeconds), Readback: charter.Seconds(p.ReadbackSeconds)}}
	if m.by == "cedar" {
		d.Due, d.Mode, d.Terms.Gate = time.Time{}, delivery.ModeNone, 0
	}
	if m.gate >= 0 {
		d.Apply(delivery.StatementReleased{At: at.Add(m.gate)})
	}
	if m.change != nil {
		m.change(d)
	}
	if m.facts.Content == "" {
		m.facts.Content = m.format
	}
	b.records = append(b.records, &mechanism.Record{Index: index, Claims: claims, Logged: at, Delivery: d, Facts: &m.facts})
	b.text(index, claims, m.fields)
	return id
}

// note adds a word of the hub's clock.
func (b *book) note(format string, at time.Duration, fields map[string]any) {
	index := uint64(len(b.records) + 10)
	claims := statement.Claims{ID: statement.NewID(noon, [10]byte(append(binary.BigEndian.AppendUint64(nil, index), 1, 0))), Author: author("cedar", "hub"), Format: format, Precedence: "PRIORITY", Area: "service"}
	for _, p := range b.charter.Parties {
		if p.ID != "cedar" {
			claims.To = append(claims.To, p.ID)
		}
	}
	b.records = append(b.records, &mechanism.Record{Index: index, Claims: claims, Logged: noon.Add(at)})
	b.text(index, claims, fields)
}

// text signs what a record's fields say.
func (b *book) text(index uint64, claims statement.Claims, fields map[string]any) {
	b.t.Helper()
	if fields == nil {
		return
	}
	seed := sha256.Sum256([]byte("key"))
	claims.Mechanism, claims.Time, claims.Serial = b.charter.Mechanism, noon, statement.Serial{Day: "2026-11-24", Number: 1}
	salt := 0
	s, err := statement.Sign(context.Background(), identity.NewSigner(ed25519.NewKeyFromSeed(seed[:])), claims, fields, func() string { salt++; return fmt.Sprintf("%022d", salt) })
	if err != nil {
		b.t.Fatal(err)
	}
	b.texts[index] = s
}

func (b *book) page(period Period) Page {
	b.t.Helper()
	f := New(Input{CharterAt: func(uint64) *charter.Charter { return b.charter }, Board: b.board, Keys: b.keys, Size: uint64(len(b.records) + 10), Now: b.now, Period: period})
	for _, r := range b.records {
		if err := f.Add(r, b.texts[r.Index]); err != nil {
			b.t.Fatal(err)
		}
	}
	return f.Page()
}

func (b *book) month() Page { return b.page(MonthOf(noon)) }

func (p Page) party(id string) Party {
	return p.Parties[slices.IndexFunc(p.Parties, func(c Party) bool { return c.ID == id })]
}

func TestNearestRank(t *testing.T) {
	var hundred []int64
	for i := range 100 {
		hundred = append(hundred, int64(100-i))
	}
	for _, test := range []struct {
		values []int64
		want   Spread
	}{
		{nil, Spread{}},
		{[]int64{7}, Spread{1, 7, 7, 7}},
		{[]int64{2, 1}, Spread{2, 1, 2, 2}},
		{[]int64{3, 1, 2}, Spread{3, 2, 3, 3}},
		{hundred[:20], Spread{20, 90, 99, 100}},
		{hundred, Spread{100, 50, 95, 100}},
	} {
		if got := spread(test.values); got != test.want {
			t.Errorf("%d values: %+v, want %+v", len(test.values), got, test.want)
		}
	}
	for _, test := range []struct {
		late, n int
		want    bool
	}{{0, 0, false}, {0, 1, false}, {1, 1, true}, {1, 19, true}, {1, 20, false}, {2, 20, true}, {5, 100, false}, {6, 100, true}} {
		if got := beyond(test.late, test.n); got != test.want {
			t.Errorf("%d of %d late: beyond is %t", test.late, test.n, got)
		}
	}
}

// acked says that a party acknowledged, so long after noon.
func acked(party string, after time.Duration) func(*delivery.State) {
	return func(d *delivery.State) {
		d.Apply(delivery.StatementDelivered{Party: party, At: noon.Add(after)})
		d.Apply(delivery.StatementAcknowledged{By: author(party, "watch"), At: noon.Add(after)})
	}
}

// What counts is what every party can read, by claims and desk keys alone.
func TestWhatCounts(t *testing.T) {
	both := []string{"alder", "birch"}
	for _, test := range []struct {
		name   string
		sides  []string // beside alder and birch
		change func(*book)
		say    said
		counts bool
		acks   bool // whether birch's acknowledgement does
	}{
		{"to the other side", nil, nil, said{by: "alder", to: []string{"birch"}}, true, true},
		{"to both others", nil, nil, said{by: "alder", to: []string{"birch", "cedar"}}, true, true},
		{"to the supervisor alone", nil, nil, said{by: "alder", to: []string{"cedar"}}, false, false},
		{"of the supervisor to all", nil, nil, said{by: "cedar", to: both}, true, false},
		{"of the supervisor to one", nil, nil, said{by: "cedar", to: []string{"birch"}}, false, false},
		{"still at the gate", nil, nil, said{by: "alder", to: []string{"birch"}, gate: -1}, false, false},
		{"to one of two other sides", []string{"dogwood"}, nil, said{by: "alder", to: []string{"birch"}}, false, false},
		{"to two other sides", []string{"dogwood"}, nil, said{by: "alder", to: []string{"birch", "dogwood"}}, true, false},
		{"a desk does not read its area", nil, func(b *book) { b.keys[0].Areas = []string{"diplomatic"} }, said{by: "alder", to: []string{"birch"}}, false, false},
		{"that desk's key was revoked before", nil, func(b *book) { b.keys[0].Areas, b.keys[0].Revoked = nil, 9 }, said{by: "alder", to: []string{"birch"}}, true, true},
		{"that desk's key was revoked after", nil, func(b *book) { b.keys[0].Areas, b.keys[0].Revoked = nil, 11 }, said{by: "alder", to: []string{"birch"}}, false, false},
		{"an officer does not read it", nil, func(b *book) {
			b.keys = append(b.keys, mechanism.Key{Author: author("birch", "watch"), Endorsed: 1})
		}, said{by: "alder", to: []string{"birch"}}, true, true},
		{"it replaces what does not count", nil, nil, said{by: "alder", to: []string{"birch"}, refs: []statement.Ref{{Relation: "replaces", ID: "other"}}}, false, false},
		{"it replies to what does not count", nil, nil, said{by: "alder", to: []string{"birch"}, refs: []statement.Ref{{Relation: "replies", ID: "other"}}}, true, true},
	} {
		b := newBook(t, test.sides...)
		if test.change != nil {
			test.change(b)
		}
		test.say.format = "J14/1"
		if test.say.gate >= 0 && slices.Contains(test.say.to, "birch") {
			test.say.change = acked("birch", time.Minute)
		}
		b.say(test.say)
		page := b.month()
		if got := page.Messages == 1; got != test.counts {
			t.Errorf("%s: counts is %t", test.name, got)
		}
		if got := len(page.party("birch").Acknowledged) == 1; got != test.acks {
			t.Errorf("%s: birch's acknowledgement counts is %t", test.name, got)
		}
	}
}

// Times, lateness, what is missing, and whose they are.
func TestTimes(t *testing.T) {
	const ack = 3 * time.Hour // PRIORITY in quiet-orchard; the gate has its share of it
	p, _ := newBook(t).charter.Precedence("PRIORITY")
	if charter.Seconds(p.AckSeconds) != ack {
		t.Fatalf("the template gives %d s", p.AckSeconds)
	}
	share := charter.Seconds(p.GateSeconds)
	for _, test := range []struct {
		name          string
		gate, done    time.Duration // done 0: never
		now           time.Duration
		over          time.Duration // superseded; 0: not
		n, late, open int
		p95           time.Duration
	}{
		{"in time", time.Minute, time.Hour, 9 * time.Hour, 0, 1, 0, 0, time.Hour},
		{"late", time.Minute, 4 * time.Hour, 9 * time.Hour, 0, 1, 1, 0, 4 * time.Hour},
		{"behind a slow gate", 4 * time.Hour, 4*time.Hour + time.Minute, 9 * time.Hour, 0, 1, 0, 0, 4*time.Hour + time.Minute},
		{"behind a slow gate, and late", 4 * time.Hour, 4*time.Hour + ack - share + time.Second, 9 * time.Hour, 0, 1, 1, 0, 4*time.Hour + ack - share + time.Second},
		{"not yet due", time.Minute, 0, ack, 0, 0, 0, 0, 0},
		{"overdue", time.Minute, 0, 5 * time.Hour, 0, 1, 1, 1, 5 * time.Hour},
		{"replaced before it was due", time.Minute, 0, 9 * time.Hour, 2 * time.Hour, 0, 0, 0, 0},
		{"replaced when it was overdue", time.Minute, 0, 9 * time.Hour, 4 * time.Hour, 1, 1, 1, 4 * time.Hour},
	} {
		b := newBook(t)
		b.now = noon.Add(test.now)
		b.say(said{by: "alder", format: "J14/1", to: []string{"birch"}, gate: test.gate, change: func(d *delivery.State) {
			d.Terms.Readback = 0
			if test.done != 0 {
				acked("birch", test.done)(d)
			}
			if test.over != 0 {
				d.Apply(delivery.StatementSuperseded{By: "x", At: noon.Add(test.over)})
			}
		}})
		var got Timing
		if all := b.month().party("birch").Acknowledged; len(all) > 0 {
			got = all[0]
		}
		if got.Submission.Count != test.n || got.Late != test.late || got.Missing != test.open || got.Submission.P95 != test.p95.Milliseconds() || got.Beyond != (test.late > 0) {
			t.Errorf("%s: %+v", test.name, got)
		}
		if test.done != 0 && got.Release.Max != (test.done-test.gate).Milliseconds() {
			t.Errorf("%s: %d ms from release", test.name, got.Release.Max)
		}
	}
}

// Attack 6: a hub that lets one side wait for its entries shows it in the figures,
// which are the same for everyone. What was entered late says so, and does not count.
func TestAttack06Delay(t *testing.T) {
	b := newBook(t)
	for i := range 20 {
		b.say(said{by: "alder", format: "J14/1", to: []string{"birch"}, ordered: time.Duration(i) * time.Minute})
		b.say(said{by: "birch", format: "J14/1", to: []string{"alder"}, ordered: time.Second})
	}
	b.records[len(b.records)-1].Claims.Late = statement.Late{At: noon.Add(-time.Hour), Route: "voice"}
	b.say(said{by: "birch", format: "J14/1", to: []string{"alder"}, ordered: -time.Second}) // whose clock is ahead
	page := b.month()
	if got, want := page.party("alder").Ordered, (Spread{20, 9 * time.Minute.Milliseconds(), 18 * time.Minute.Milliseconds(), 19 * time.Minute.Milliseconds()}); got != want {
		t.Errorf("alder: %+v, want %+v", got, want)
	}
	if got, want := page.party("birch").Ordered, (Spread{20, 1000, 1000, 1000}); got != want {
		t.Errorf("birch: %+v, want %+v", got, want)
	}
}

// The gate's time stands with the author and with the supervisor, and the latter
// alone is beyond it. What the clock lets through is not late.
func TestGate(t *testing.T) {
	b := newBook(t)
	p, _ := b.charter.Precedence("PRIORITY")
	limit := charter.Seconds(p.GateSeconds)
	for _, gate := range []time.Duration{time.Minute, limit + time.Second, limit + 2*line.Grace} {
		b.say(said{by: "birch", format: "J14/1", to: []string{"alder"}, gate: gate})
	}
	auto := func(d *delivery.State) { d.Mode, d.Auto = delivery.ModeAutoRelease, true }
	b.say(said{by: "alder", format: "J14/1", to: []string{"birch"}, gate: limit + time.Second, change: auto})
	b.say(said{by: "alder", format: "J14/1", to: []string{"birch"}, gate: limit + 2*line.Grace, change: auto})
	page := b.month()
	alder, birch, cedar := page.party("alder"), page.party("birch"), page.party("cedar")
	if g := birch.Gate; len(g) != 1 || g[0].Wait.Count != 3 || g[0].Late != 2 || g[0].Automatic != 0 || len(birch.Beyond) != 0 {
		t.Errorf("birch's statements: %+v, beyond %+v", g, birch.Beyond)
	}
	if g := alder.Gate; len(g) != 1 || g[0].Mode != "auto-release" || g[0].Automatic != 2 || g[0].Late != 1 {
		t.Errorf("alder's statements: %+v", g)
	}
	if len(cedar.Gate) != 2 || cedar.Gate[1].Wait.Max != (limit+2*line.Grace).Milliseconds() || !slices.Equal(cedar.Beyond, []Figure{{"gate", "PRIORITY", "auto-release"}, {"gate", "PRIORITY", "review"}}) {
		t.Errorf("cedar's gate: %+v, beyond %+v", cedar.Gate, cedar.Beyond)
	}
}

// Readbacks, passing on, late notices, expiry and the use of precedence.
func TestCounts(t *testing.T) {
	b := newBook(t)
	by := author("birch", "watch")
	read := func(matches ...bool) func(*delivery.State) {
		return func(d *delivery.State) {
			for i, m := range matches {
				d.Apply(delivery.StatementReadBack{By: by, Match: m, At: noon.Add(time.Duration(i+1) * time.Minute)})
			}
		}
	}
	passed := func(after time.Duration) func(*delivery.State) {
		return func(d *delivery.State) {
			d.Terms.Begins = noon.Add(30 * time.Minute)
			if after > 0 {
				d.Apply(delivery.StatementPassedOn{By: by, Echelon: "post", At: noon.Add(after)})
			}
		}
	}
	alder := func(precedence, format string, facts mechanism.Facts, change func(*delivery.State)) {
		b.say(said{by: "alder", format: format, precedence: precedence, to: []string{"birch"}, facts: facts, change: change})
	}
	alder("PRIORITY", "J14/1", mechanism.Facts{LeadSeconds: 60, LateNotice: true}, read(true))
	alder("PRIORITY", "J14/1", mechanism.Facts{LeadSeconds: 60}, read(false, true))
	alder("FLASH", "J14/1", mechanism.Facts{}, passed(29*time.Minute))
	alder("FLASH", "J10/1", mechanism.Facts{}, passed(30*time.Minute))
	alder("FLASH", "J04/1", mechanism.Facts{Content: "J17/1"}, passed(0))
	alder("ROUTINE", "J14/1", mechanism.Facts{}, func(d *delivery.State) { d.Expired = noon.Add(time.Minute) })
	alder("ROUTINE", "J14/1", mechanism.Facts{}, func(d *delivery.State) {
		d.Apply(delivery.StatementDelivered{Party: "birch", At: noon})
		d.Expired = noon.Add(time.Minute)
	})
	alder("ROUTINE", "J06/1", mechanism.Facts{}, nil) // asks for no acknowledgement: its precedence is no matter
	page := b.month()
	a, c := page.party("alder"), page.party("birch")
	for what, is := range map[string]bool{
		"first try":      c.FirstTry == Share{1, 2},
		"understood":     c.ReadBack[1].Submission == Spread{2, 60_000, 120_000, 120_000},
		"passed on":      c.PassedOn == Share{1, 3},
		"beyond":         slices.Contains(c.Beyond, Figure{Of: "pass-on"}),
		"late notices":   a.LateNotices == Share{1, 2},
		"expired":        c.Expired == Expired{1, 1} && a.Expired == Expired{},
		"precedence":     slices.Equal(a.Sent, []Sent{{"FLASH", 3, 1, 0}, {"PRIORITY", 2, 0, 0}, {"ROUTINE", 2, 0, 2}}),
		"false flash":    a.FalseUrgent == Share{1, 3} && a.Misused,
		"birch is quiet": c.Messages == 0 && !c.Misused,
	} {
		if !is {
			t.Errorf("%s: alder %+v\nbirch %+v", what, a, c)
		}
	}
}

// Nobody passes on before its window what left the gate when that had begun: this is
// no figure of the addressee's, whoever was late.
func TestPassOnWithoutTime(t *testing.T) {
	for _, test := range []struct {
		name         string
		begins, gate time.Duration
		done         time.Duration
		want         Share
	}{
		{"notice of what has begun", -time.Hour, time.Minute, 5 * time.Minute, Share{}},
		{"the gate took until it began", 10 * time.Minute, 10 * time.Minute, 0, Share{}},
		{"a minute is left", 10 * time.Minute, 9 * time.Minute, 0, Share{0, 1}},
		{"a minute is left, and enough", 10 * time.Minute, 9 * time.Minute, 9*time.Minute + time.Second, Share{1, 1}},
	} {
		b := newBook(t)
		b.say(said{by: "alder", format: "J14/1", to: []string{"birch"}, gate: test.gate, change: func(d *delivery.State) {
			d.Terms.Begins = noon.Add(test.begins)
			if test.done > 0 {
				d.Apply(delivery.StatementPassedOn{By: author("birch", "watch"), Echelon: "post", At: noon.Add(test.done)})
			}
		}})
		if got := b.month().party("birch").PassedOn; got != test.want {
			t.Errorf("%s: %+v, want %+v", test.name, got, test.want)
		}
	}
}

// An incident is open until a finding on it, or on what took its place, stands.
func TestCases(t *testing.T) {
	ref := func(relation, id string) []statement.Ref { return []statement.Ref{{Relation: relation, ID: id}} }
	for _, test := range []struct {
		name string
		then func(b *book, id string)
		age  time.Duration
		want Cases
	}{
		{"new", nil, time.Hour, Cases{Day: 1}},
		{"a day old", nil, 24 * time.Hour, Cases{TwoDays: 1}},
		{"two days old", nil, 71 * time.Hour, Cases{ThreeDays: 1}},
		{"old", nil, 72 * time.Hour, Cases{Older: 1}},
		{"found on", func(b *book, id string) {
			b.say(said{by: "cedar", format: "J23/1", to: []string{"alder", "birch"}, refs: ref("replies", id)})
		}, time.Hour, Cases{}},
		{"found on, to one side alone", func(b *book, id string) {
			b.say(said{by: "cedar", format: "J23/1", to: []string{"alder"}, refs: ref("replies", id)})
		}, time.Hour, Cases{Day: 1}},
		{"the finding is cancelled", func(b *book, id string) {
			b.say(said{by: "cedar", format: "J23/1", to: []string{"alder", "birch"}, refs: ref("replies", id), change: func(d *delivery.State) { d.Superseded = delivery.Supersession{By: "x", Cancel: true, At: noon} }})
		}, time.Hour, Cases{Day: 1}},
		{"replaced", func(b *book, id string) {
			b.say(said{by: "alder", format: "J04/1", to: []string{"birch"}, refs: ref("replaces", id), at: 20 * time.Hour, change: func(d *delivery.State) { d.Supersedes = id }})
		}, 30 * time.Hour, Cases{TwoDays: 1}},
		{"found on what replaced it", func(b *book, id string) {
			next := b.say(said{by: "alder", format: "J04/1", to: []string{"birch"}, refs: ref("replaces", id), change: func(d *delivery.State) { d.Supersedes = id }})
			b.say(said{by: "cedar", format: "J23/1", to: []string{"alder", "birch"}, refs: ref("replies", next)})
		}, time.Hour, Cases{}},
		{"the finding was replaced, and that is cancelled", func(b *book, id string) {
			both := []string{"alder", "birch"}
			found := b.say(said{by: "cedar", format: "J23/1", to: both, refs: ref("replies", id), change: func(d *delivery.State) { d.Superseded = delivery.Supersession{By: "x", At: noon} }})
			b.say(said{by: "cedar", format: "J04/1", to: both, refs: ref("replaces", found), change: func(d *delivery.State) {
				d.Supersedes, d.Superseded = found, delivery.Supersession{By: "y", Cancel: true, At: noon}
			}})
		}, time.Hour, Cases{Day: 1}},
		{"the finding was replaced", func(b *book, id string) {
			both := []string{"alder", "birch"}
			found := b.say(said{by: "cedar", format: "J23/1", to: both, refs: ref("replies", id), change: func(d *delivery.State) { d.Superseded = delivery.Supersession{By: "x", At: noon} }})
			b.say(said{by: "cedar", format: "J04/1", to: both, refs: ref("replaces", found), change: func(d *delivery.State) { d.Supersedes = found }})
		}, time.Hour, Cases{}},
		{"two findings, of which one is cancelled", func(b *book, id string) {
			both := []string{"alder", "birch"}
			b.say(said{by: "cedar", format: "J23/1", to: both, refs: ref("replies", id)})
			b.say(said{by: "cedar", format: "J23/1", to: both, refs: ref("replies", id), change: func(d *delivery.State) { d.Superseded = delivery.Supersession{By: "x", Cancel: true, At: noon} }})
		}, time.Hour, Cases{}},
		{"cancelled", func(b *book, id string) {
			b.records[0].Delivery.Superseded = delivery.Supersession{By: "x", Cancel: true, At: noon}
		}, time.Hour, Cases{}},
	} {
		b := newBook(t)
		id := b.say(said{by: "alder", format: "J20/1", to: []string{"birch"}})
		if test.then != nil {
			test.then(b, id)
		}
		b.now = noon.Add(test.age)
		if got := b.month().party("alder").Cases; got != test.want {
			t.Errorf("%s: %+v, want %+v", test.name, got, test.want)
		}
	}
}

// What the clock says, and pauses, which overlap and end.
func TestClockAndPauses(t *testing.T) {
	b := newBook(t)
	b.now = noon.Add(10 * time.Hour)
	b.note("clock.overdue/1", 0, map[string]any{"stage": "ladder", "owed-by": "birch/watch", "due": "2026-11-24T12:00Z", "step": int64(2)})
	b.note("clock.overdue/1", 0, map[string]any{"stage": "gate", "owed-by": "cedar", "due": "2026-11-24T12:00Z"})
	b.note("clock.overdue/1", -40*24*time.Hour, nil) // before the month: its text is not asked for
	b.note("line.missed/1", 0, map[string]any{"party": "birch", "part": "machine", "due": "2026-11-24T12:00Z", "cause": "hub", "tests": int64(3)})
	b.note("line.missed/1", 0, map[string]any{"party": "birch", "part": "human", "due": "2026-11-24T12:00Z", "cause": "operator"})
	b.note("roster.gap/1", 0, map[string]any{"role": "alder/watch", "from": "2026-11-24T14:00Z"})
	declare := func(kind, reason, from, until string, at time.Duration, areas ...string) {
		fields := map[string]any{"switch": kind, "reason": reason, "areas": areas, "from": from, "review-at": "2026-11-25T12:00Z"}
		if until != "" {
			fields["until"] = until
		}
		b.say(said{by: "alder", format: "J05/1", area: "service", to: []string{"birch", "cedar"}, at: at, fields: fields})
	}
	declare(area.Pause, "domestic", "2026-11-24T13:00Z", "2026-11-24T15:00Z", 0, "commercial")         // 13 to 15
	declare(area.Pause, "technical", "2026-11-24T14:00Z", "", 0, "diplomatic")                         // 14 to 16:30, as it is resumed
	declare(area.Resume, "settled", "2026-11-24T16:30Z", "", 4*time.Hour, "diplomatic")                //
	declare(area.Pause, "technical", "2026-11-24T20:00Z", "", 5*time.Hour, "diplomatic", "commercial") // 20 to 22, now
	b.say(said{by: "alder", format: "J00/1", area: "service", to: []string{"birch", "cedar"}})
	b.say(said{by: "birch", format: "J00/1", area: "service", to: []string{"alder", "cedar"}, refs: []statement.Ref{{Relation: "replies", ID: "x"}}})
	b.board.Line = line.State{Begun: noon, Paths: []line.Path{{Party: "birch", Machine: noon, Months: []line.Month{{Month: "2026-11", Out: 1000}}}}}
	page := b.month()
	a, c, s := page.party("alder"), page.party("birch"), page.party("cedar")
	equal := func(what string, got, want any) {
		if fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("%s: %v, want %v", what, got, want)
		}
	}
	equal("calls of birch", c.Overdue, []Count{{"ladder", 1}})
	equal("ladder", c.Ladder, []Count{{"2", 1}})
	equal("calls of cedar", s.Overdue, []Count{{"gate", 1}})
	equal("tests of birch", c.Tests, Tests{0, 1, 3, 1, []Count{{"human/operator", 1}, {"machine/hub", 3}}})
	equal("tests of alder", a.Tests.Started, 1)
	equal("gaps", a.RosterGaps, 1)
	equal("pauses", a.Pauses, Pauses{3, (5*time.Hour + 30*time.Minute).Milliseconds(), []Count{{"domestic", 1}, {"technical", 2}}})
	equal("availability", c.Availability, Availability{1000, (10 * time.Hour).Milliseconds()})

	day, err := ReadPeriod("", "2026-11-24T14:30Z", "2026-11-24T15:30Z", b.now)
	if err != nil {
		t.Fatal(err)
	}
	page = b.page(day)
	equal("an hour's pauses", page.party("alder").Pauses, Pauses{Paused: time.Hour.Milliseconds()})
	equal("an hour's availability", page.party("birch").Availability, Availability{})
}

// A party that joins reads nothing of a pause declared before, so it does not
// count; its resumption, which went to all, must not keep everyone from a page.
func TestResumedAfterJoining(t *testing.T) {
	b := newBook(t, "dogwood")
	declare := func(kind string, at time.Duration, to ...string) {
		b.say(said{by: "alder", format: "J05/1", area: "service", to: to, at: at, fields: map[string]any{"switch": kind, "reason": "domestic", "areas": []string{"commercial", "military"},
			"from": "2026-11-24T12:00Z", "review-at": "2026-11-25T12:00Z"}})
	}
	declare(area.Pause, 0, "birch", "cedar")
	declare(area.Resume, time.Hour, "birch", "cedar", "dogwood")
	declare(area.Pause, 2*time.Hour, "birch", "cedar", "dogwood")
	declare(area.Resume, 3*time.Hour, "birch", "cedar", "dogwood")
	b.now = noon.Add(5 * time.Hour)
	if got := b.month().party("alder").Pauses; got.Declared != 1 || got.Paused != time.Hour.Milliseconds() {
		t.Errorf("%+v", got)
	}
}

func TestMissingText(t *testing.T) {
	b := newBook(t)
	b.note("line.missed/1", 0, nil)
	f := New(Input{CharterAt: func(uint64) *charter.Charter { return b.charter }, Keys: b.keys, Now: b.now, Period: MonthOf(noon)})
	if err := f.Add(b.records[0], nil); err == nil || !strings.Contains(err.Error(), "entry 10") {
		t.Errorf("a note without its text: %v", err)
	}
}

func TestPeriods(t *testing.T) {
	for _, test := range []struct{ month, from, to, want string }{
		{"", "", "", "2026-11"},
		{"2025-02", "", "", "2025-02"},
		{"", "2026-11-24T06:00Z", "2026-11-24T07:00Z", ""},
		{"2026-13", "", "", "refused"},
		{"2026-1", "", "", "refused"},
		{"November", "", "", "refused"},
		{"2026-11", "2026-11-24T06:00Z", "", "refused"},
		{"", "2026-11-24T06:00Z", "", "refused"},
		{"", "", "2026-11-24T06:00Z", "refused"},
		{"", "2026-11-24 06:00", "2026-11-24T07:00Z", "refused"},
		{"", "2026-11-24T07:00Z", "2026-11-24T07:00Z", "refused"},
	} {
		p, err := ReadPeriod(test.month, test.from, test.to, noon)
		refusal, refused := err.(*rule.Refusal) //nolint:errorlint // it is one or nil
		switch {
		case test.want == "refused":
			if !refused || refusal.Rule != BadPeriod {
				t.Errorf("%+v: %v", test, err)
			}
		case err != nil || p.Month != test.want || !p.From.Before(p.To):
			t.Errorf("%+v: %+v, %v", test, p, err)
		}
	}
	if p := MonthOf(time.Date(2026, 12, 31, 23, 59, 59, 0, time.UTC)); p.holds(p.To) || !p.holds(p.From) || p.To.Year() != 2027 {
		t.Errorf("December: %+v", p)
	}
}

// The page as people read it, in each language. go test ./stats -update writes it.
func TestText(t *testing.T) {
	b := newBook(t)
	b.now = noon.Add(30 * time.Hour)
	for i := range 20 {
		b.say(said{by: "alder", format: "J14/1", to: []string{"birch"}, gate: time.Duration(i) * time.Minute, facts: mechanism.Facts{LeadSeconds: 60, LateNotice: i%7 == 0}, change: func(d *delivery.State) {
			acked("birch", time.Duration(20+i)*time.Minute)(d)
			d.Apply(delivery.StatementReadBack{By: author("birch", "watch"), Match: i%5 > 0, At: noon.Add(time.Hour)})
		}})
	}
	b.say(said{by: "birch", format: "J14/1", precedence: "FLASH", to: []string{"alder"}, gate: 3 * time.Minute, ordered: 90 * time.Second})
	b.say(said{by: "birch", format: "J20/1", precedence: "IMMEDIATE", to: []string{"alder"}, gate: time.Minute, change: acked("alder", 2*time.Minute)})
	b.note("clock.overdue/1", time.Hour, map[string]any{"stage": "ladder", "owed-by": "alder", "due": "2026-11-24T12:00Z", "step": int64(1)})
	b.note("line.missed/1", 0, map[string]any{"party": "birch", "part": "human", "due": "2026-11-24T12:00Z", "cause": "operator"})
	b.say(said{by: "alder", format: "J05/1", area: "service", to: []string{"birch", "cedar"}, fields: map[string]any{"switch": "pause", "reason": "domestic", "areas": []string{"commercial"}, "from": "2026-11-24T13:00Z",
		"review-at": "2026-11-25T12:00Z"}})
	page := b.month()
	for _, lang := range words.Languages() {
		short, long := page.Text(lang, b.charter, false), page.Text(lang, b.charter, true)
		file := filepath.Join("testdata", "page."+lang+".txt")
		if *update {
			if err := os.WriteFile(file, []byte(long), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if long != string(want) {
			t.Errorf("%s: the page is not as in %s:\n%s", lang, file, long)
		}
		if n := strings.Count(short, "\n"); n > 45 {
			t.Errorf("%s: the short page has %d lines, which is more than a screen", lang, n)
		}
		if !strings.Contains(short, page.Hash()) {
			t.Errorf("%s: the page lacks its hash", lang)
		}
	}
	for _, lang := range []string{"ar", "he"} {
		for line := range strings.Lines(page.Text(lang, b.charter, true)) {
			if strings.TrimSpace(line) != "" && !rightToLeft(line) {
				t.Errorf("%s: nothing in a line says that it is read from the right, so its columns may stand in another order than the others': %q", lang, line)
			}
			if a, z := strings.Count(line, "\u2066")+strings.Count(line, "\u2068"), strings.Count(line, "\u2069"); a != z {
				t.Errorf("%s: an isolate is broken over two lines, which reorders both: %q", lang, line)
			}
		}
	}
	sum := sha256.Sum256(page.JSON())
	if got := strings.ReplaceAll(page.Hash(), " ", ""); got != fmt.Sprintf("%x", sum) {
		t.Errorf("hash %s is not that of the JSON, %x", got, sum)
	}
}

// rightToLeft reports whether a line is read from the right where that is taken from
// its first letter outside of isolates (UAX 9, P2).
func rightToLeft(line string) bool {
	deep := 0
	for _, r := range line {
		switch {
		case r == '\u2066' || r == '\u2068':
			deep++
		case r == '\u2069':
			deep--
		case deep == 0 && (r == '\u200f' || unicode.In(r, unicode.Arabic, unicode.Hebrew)):
			return true
		case deep == 0 && unicode.IsLetter(r):
			return false
		}
	}
	return false
}

func TestSpans(t *testing.T) {
	for ms, want := range map[int64]string{0: "0s", -1: "0s", 1: "0.1s", 1000: "1s", 1001: "1.1s", 9999: "10s", 10_001: "11s", 59_001: "1m", 90_000: "1m30s", 3_599_000: "59m59s", 3_599_001: "1h", 3_600_000: "1h", 3_600_001: "1h1m", 86_400_000: "24h", 180_000_000: "2d2h"} {
		if got := Span(ms); got != want {
			t.Errorf("%d ms is %q, want %q", ms, got, want)
		}
	}
	for _, test := range []struct {
		n, of int64
		want  string
	}{{1, 1, "100%"}, {0, 3, "0%"}, {1, 3, "33.33%"}, {99_999, 100_000, "99.99%"}, {1, 2, "50%"}, {1, 10, "10%"}} {
		if got := percent(test.n, test.of); got != test.want {
			t.Errorf("%d of %d is %s, want %s", test.n, test.of, got, test.want)
		}
	}
}

// Fifty thousand records, as a busy month has them.
func BenchmarkFold(b *testing.B) {
	book := newBook(b)
	for i := range 50_000 {
		book.say(said{by: []string{"alder", "birch"}[i%2], format: "J14/1", to: []string{[]string{"birch", "alder"}[i%2]}, gate: time.Minute, change: acked([]string{"birch", "alder"}[i%2], time.Hour)})
	}
	b.ReportAllocs()
	for b.Loop() {
		if page := book.month(); page.Messages != 50_000 {
			b.Fatalf("%d messages", page.Messages)
		}
	}
}
