package mechanism

import (
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"
	"time"

	"parley/delivery"
	"parley/rule"
	"parley/statement"
)

func TestReplaceAndCancel(t *testing.T) {
	w := newWorld(t)
	s := w.acked(basil)
	replacement := w.must(replaces(s))
	if r := w.state(s); r.Delivery.Pending != replacement.Claims().ID || !r.Delivery.Current() {
		t.Errorf("proposed: got %+v", r.Delivery)
	}
	if r, _ := w.desks["birch"].Record(s.Claims().ID); r.Delivery.Pending != "" {
		t.Error("birch is told what alder has at the gate")
	}
	w.must(acks(dalia, s)) // ordered before the release: it counts, and is inherited
	w.must(releases(replacement))
	w.refused(delivery.OutOfDate, acks(basil, s)) // ordered after it
	w.refused(delivery.OutOfDate, w.readsBack(basil, s, nil))
	w.refused(delivery.OutOfDate, passesOn(basil, s, w.now, 0))
	if r := w.state(s).Delivery; r.Current() || r.Superseded.By != replacement.Claims().ID || !r.Visible("birch") || len(r.Reach[0].Acks) != 2 {
		t.Errorf("replaced: got %+v", r)
	}
	if r := w.state(replacement).Delivery; !r.Open() || !slices.Equal(r.Owes(), []delivery.Owed{{Party: "birch", Role: "watch"}}) {
		t.Errorf("the replacement: open %t, owed %v", r.Open(), r.Owes())
	}
	cancellation := w.must(cancelsIt(replacement)) // J04 on J04, before anyone acknowledged the first
	w.must(releases(cancellation))
	w.show(cancellation)
	if !w.state(cancellation).Delivery.Open() || w.state(replacement).Delivery.Open() {
		t.Error("the debt did not go on to the cancellation")
	}
	w.must(w.readsBack(basil, cancellation, nil)) // of what is cancelled
	w.must(acks(dalia, cancellation))
	if r := w.state(cancellation).Delivery; r.Open() || !r.Current() || !r.Understood("birch") {
		t.Errorf("acknowledged: got %+v", r)
	}
	w.refused(delivery.CancelStands, cancelsIt(cancellation))
	w.refused(delivery.CancelStands, replaces(cancellation))
	w.refused(delivery.OutOfDate, cancelsIt(s))
}

func TestReplaceRefusals(t *testing.T) {
	w := newWorld(t)
	gated, s, item := w.must(notice()), w.acked(basil), w.acked()
	change := func(d draft, f func(*draft)) draft { f(&d); return d }
	ack := w.must(acks(basil, item))
	for _, test := range []struct {
		name, rule string
		d          draft
	}{
		{"another's", delivery.NotYours, change(cancelsIt(s), func(d *draft) { d.by, d.to = basil, []string{"alder"} })},
		{"at the gate", delivery.WrongStatus, cancelsIt(gated)},
		{"another's at the gate", delivery.UnknownStatement, change(cancelsIt(gated), func(d *draft) { d.by, d.to = basil, []string{"alder"} })},
		{"an act", BadRef, change(cancelsIt(ack), func(d *draft) { d.by = basil })},
		{"fewer addressees", delivery.FewerAddressees, change(cancelsIt(s), func(d *draft) { d.to = []string{"cedar"} })},
		{"another area", WrongArea, change(cancelsIt(s), func(d *draft) { d.area = "intelligence" })},
		{"another format", BadContent, change(cancelsIt(s), func(d *draft) { d.fields["content"] = "J20/1" })},
		{"no format", BadField, change(cancelsIt(s), func(d *draft) { d.fields = nil })},
		{"without its fields", BadField, change(replaces(s), func(d *draft) { d.fields = map[string]any{"content": content} })},
		{"a format not in force", NotInForce, change(replaces(s), func(d *draft) { d.fields["content"] = "J15/1"; w.notInForce("J15/1") })},
		{"without a right to the format", NoRight, change(cancelsIt(s), func(d *draft) { d.by = adel })},
		{"two at once", BadRef, change(cancelsIt(s), func(d *draft) { d.refs = append(d.refs, ref("cancels", item)...) })},
		{"nothing", BadRef, change(replaces(s), func(d *draft) { d.refs = nil })},
		{"a relation of another format", BadRef, change(replaces(s), func(d *draft) { d.refs[0].Relation = "translates" })},
		{"replaces in name, cancels in deed", BadRef, change(cancelsIt(s), func(d *draft) { d.fields["action"] = "replace" })},
		{"cancels in name, replaces in deed", BadRef, change(replaces(s), func(d *draft) { d.fields["action"] = "cancel" })},
		{"a notice that replaces", BadRef, change(notice(), func(d *draft) { d.refs = ref("replaces", s) })},
	} {
		t.Run(test.name, func(t *testing.T) { w.t = t; w.refused(test.rule, test.d) })
	}
}

func (w *world) notInForce(formatRef string) {
	for i := range w.charter.Formats {
		if w.charter.Formats[i].Format == formatRef {
			w.charter.Formats[i].Format = "J98/1"
		}
	}
}

// What races at the gate: order settles it.
func TestSuccessionRaces(t *testing.T) {
	w := newWorld(t)
	s := w.acked(basil)
	first := w.must(replaces(s))
	refusal := w.refused(delivery.OtherPending, cancelsIt(s))
	if want := "withdraw statement " + first.Claims().ID; refusal.Remedy[:len(want)] != want {
		t.Errorf("the remedy is %q", refusal.Remedy)
	}
	w.must(withdraws(amal, first))
	if w.state(s).Delivery.Pending != "" {
		t.Error("a withdrawn successor is still pending")
	}
	second := w.must(cancelsIt(s))
	w.must(returns(second))
	if r := w.state(s).Delivery; r.Pending != "" || !r.Current() {
		t.Errorf("after the return: %+v", r)
	}
	w.must(acks(dalia, s))
	third := w.must(cancelsIt(s))
	w.must(releases(third))
	w.refused(delivery.WrongStatus, releases(first))
	for party, desk := range w.desks {
		r, _ := desk.Record(s.Claims().ID)
		if r.Delivery.Current() || r.Delivery.Superseded != w.state(s).Delivery.Superseded {
			t.Errorf("%s takes it for current, or for superseded by another: %+v", party, r.Delivery.Superseded)
		}
	}
	for _, hidden := range []*statement.Statement{first, second} {
		if _, ok := w.desks["birch"].Record(hidden.Claims().ID); ok {
			t.Errorf("birch reads what never left the gate")
		}
	}
}

// A reader from whom the original is withheld knows no debts, and accuses nobody.
func TestSuccessorOfTheWithheld(t *testing.T) {
	w := newWorld(t)
	s := w.acked(basil)
	delete(w.desks["birch"].records, s.Claims().ID)
	delete(w.desks["birch"].texts, w.order[s.Claims().ID])
	replacement := w.shown(replaces(s))
	w.must(acks(basil, replacement))
	cancellation := w.shown(cancelsIt(replacement))
	for _, s := range []*statement.Statement{replacement, cancellation} {
		if got, _ := w.desks["birch"].Record(s.Claims().ID); got.Delivery.Status != delivery.Released || !reflect.DeepEqual(got.Facts, w.state(s).Facts) {
			t.Errorf("got %+v", got)
		}
	}
	s = w.shown(notice())
	replacement = w.must(replaces(s))
	unproposed := *w.desks["alder"].records[s.Claims().ID]
	unproposed.Delivery = unproposed.Delivery.Clone()
	unproposed.Delivery.Pending = ""
	w.desks["alder"].records[s.Claims().ID] = &unproposed
	w.must(releases(replacement)) // which alder's desk must not refuse
}

// The gate of a replacement is that of the format it carries: a safety format's
// is released by the clock, the supervisor's own passes at once.
func TestSuccessionGates(t *testing.T) {
	w := newWorld(t)
	alert := draft{by: amal, format: "J10/1", precedence: "FLASH", fields: j10()}
	byClock := func(s *statement.Statement) draft {
		d := act(clock, "gate.auto-release/1", "auto-releases", s)
		d.precedence = "FLASH"
		return d
	}
	s := w.must(alert)
	w.now = w.now.Add(3 * time.Minute)
	w.must(byClock(s))
	w.show(s)
	w.must(acks(basil, s))
	replacement := w.must(draft{by: amal, format: "J04/1", precedence: "FLASH", refs: ref("replaces", s), fields: with(j10(), map[string]any{"action": "replace", "why": "changed", "content": "J10/1"})})
	if got := w.state(replacement).Delivery.Mode; got != delivery.ModeAutoRelease {
		t.Fatalf("its gate is %s", got)
	}
	w.refused(delivery.FloorHold, returns(replacement))
	w.now = w.now.Add(3 * time.Minute)
	w.must(byClock(replacement))
	if !w.state(replacement).Delivery.Open() || w.state(s).Delivery.Current() {
		t.Error("the clock's release does not supersede")
	}
	own := notice()
	own.by, own.to = chen, []string{"alder", "birch"}
	theirs := w.must(own)
	w.show(theirs)
	w.must(acks(basil, theirs))
	cancellation := cancelsIt(theirs)
	cancellation.by = chen
	if r := w.state(w.must(cancellation)).Delivery; !r.Open() || w.state(theirs).Delivery.Current() {
		t.Errorf("no gate, and yet not superseded: %+v", r)
	}
	for _, test := range []struct {
		notice, own string // gate modes
		reads       bool   // birch, at once
	}{{delivery.ModeReview, delivery.ModeNone, false}, {delivery.ModeNotify, delivery.ModeReview, true}} {
		s := w.shown(notice())
		w.gate(content, test.notice)
		w.gate("J04/1", test.own)
		replacement := w.must(replaces(s))
		if _, reads := w.desks["birch"].Record(replacement.Claims().ID); reads != test.reads || w.state(s).Delivery.Current() == reads {
			t.Errorf("J14 has gate %s, J04 %s: birch reads the replacement at once: %t", test.notice, test.own, reads)
		}
	}
}

func (w *world) gate(formatRef, mode string) {
	for i := range w.charter.Formats {
		if w.charter.Formats[i].Format == formatRef {
			w.charter.Formats[i].Gate = mode
		}
	}
}

// A translation goes where its original goes, and no sooner.
func TestTranslation(t *testing.T) {
	w := newWorld(t)
	translation := func(by string, s *statement.Statement, to ...string) draft {
		return draft{by: by, format: "translation/1", refs: ref("translates", s), to: to, fields: map[string]any{"content": content, "language": "ar", "method": "human", "description": statement.Paragraphs{"طلعة مسح."}}}
	}
	s := w.must(notice())
	w.refused(EarlyReader, translation(chen, s, "alder", "birch")) // the supervisor's meets no gate
	w.must(translation(chen, s, "alder"))
	beside := w.must(translation(amal, s, "birch"))
	if got := w.state(beside).Delivery; got.Mode != delivery.ModeReview || got.Status != delivery.Submitted {
		t.Errorf("beside its original: %+v", got)
	}
	w.refused(EarlyReader, releases(beside))
	w.must(releases(s))
	w.must(translation(chen, s, "alder", "birch"))
	w.must(releases(beside))
	w.show(beside)
	w.refused(NothingCritical, w.readsBack(basil, beside, nil))
	again := translation(amal, beside, "birch")
	w.refused(BadRef, again)
	w.must(cancelsIt(beside))
}

// A translation says no more than its original.
func TestTranslationOfNothing(t *testing.T) {
	w := newWorld(t)
	silent := notice()
	silent.fields = with(silent.fields, map[string]any{"description": nil})
	said := draft{by: amal, format: "translation/1", to: []string{"birch"}, fields: map[string]any{"content": content, "language": "ar", "method": "human", "description": statement.Paragraphs{"قافلة عند الفجر."}}}
	for _, s := range []*statement.Statement{w.shown(silent), w.shown(cancelsIt(w.shown(notice())))} {
		said.refs = ref("translates", s)
		w.refused(NotInOriginal, said)
	}
	said.refs = ref("translates", w.shown(notice()))
	w.must(said)
}

// The gate's clock does not let a FLASH translation out before its ROUTINE original.
func TestTranslationWaitsForItsOriginal(t *testing.T) {
	w := newWorld(t)
	s := w.must(draft{by: amal, format: "J10/1", precedence: "ROUTINE", fields: j10()})
	early := w.must(draft{by: amal, format: "translation/1", precedence: "FLASH", refs: ref("translates", s), to: []string{"birch"},
		fields: map[string]any{"content": "J10/1", "language": "ar", "method": "human", "remarks": statement.Paragraphs{"ناس في الوادي."}}})
	if due, first := w.state(early).Delivery.Due, w.state(s).Delivery.Due; due.Before(first) {
		t.Errorf("the translation is due at %v, its original at %v", due, first)
	}
}

// What was withdrawn does not come out in another language, by whatever clock.
func TestTranslationOfTheWithdrawn(t *testing.T) {
	w := newWorld(t)
	s := w.must(draft{by: amal, format: "J10/1", precedence: "FLASH", fields: j10()})
	translation := w.must(draft{by: amal, format: "translation/1", precedence: "FLASH", refs: ref("translates", s), to: []string{"birch"},
		fields: map[string]any{"content": "J10/1", "language": "ar", "method": "human", "remarks": statement.Paragraphs{"ناس في الوادي."}}})
	if Orphaned(w.hub, w.state(translation)) {
		t.Error("its original is still at the gate")
	}
	w.must(withdraws(amal, s))
	w.now = w.now.Add(time.Hour)
	release := act(clock, "gate.auto-release/1", "auto-releases", translation)
	release.precedence = "FLASH"
	w.refused(EarlyReader, release)
	w.refused(EarlyReader, releases(translation))
	if !Orphaned(w.hub, w.state(translation)) {
		t.Error("the hub's clock tries for ever")
	}
	w.must(withdraws(amal, translation))
}

// Whatever is tried in whatever order, no desk refuses what the hub ordered, and
// all who may read a statement agree on how it stands.
func TestDesksAgree(t *testing.T) {
	seen := map[string]int{}
	for seed := range uint64(12) {
		w, random := newWorld(t), rand.New(rand.NewPCG(seed, 3))
		var said []*statement.Statement
		for range 150 {
			s := (*statement.Statement)(nil)
			if len(said) > 0 {
				s = said[len(said)-1-random.IntN(min(3, len(said)))]
			}
			var d draft
			switch n := random.IntN(16); {
			case s == nil || n == 0:
				if d = notice(); random.IntN(2) == 0 {
					d.to = []string{"birch", "cedar"}
				}
			case n <= 2:
				d = replaces(s)
			case n == 3:
				d = cancelsIt(s)
			case n <= 6:
				if d = releases(s); n == 4 {
					d = w.withholds(random, s)
				}
			case n == 7:
				d = returns(s)
			case n == 8:
				d = withdraws(amal, s)
			case n <= 11:
				desk := []string{bdesk, cdesk}[n%2]
				if _, err := w.send(act(desk, "desk.delivered/1", "delivers", s)); err == nil {
					seen["desk.delivered/1"]++
				}
				d = act(desk, "desk.displayed/1", "displays", s)
			case n <= 13:
				d = acks([]string{basil, dalia, chen}[random.IntN(3)], s)
			case n == 14 && random.IntN(2) == 0:
				d = draft{by: []string{amal, basil}[random.IntN(2)], format: "translation/1", refs: ref("translates", s), to: []string{"birch"},
					fields: map[string]any{"content": content, "language": "ar", "method": "human", "description": statement.Paragraphs{"طلعة مسح."}}}
			case n == 14:
				d = w.readsBack([]string{basil, dalia}[random.IntN(2)], s, []map[string]any{nil, {"activity": "works"}}[random.IntN(2)])
			default:
				d = passesOn(basil, s, w.now, random.Int64N(2))
			}
			sent, err := w.send(d)
			if _, refused := err.(*rule.Refusal); err != nil && !refused { //nolint:errorlint // Decide gives it as it is
				t.Fatal(err)
			}
			if err != nil {
				continue
			}
			seen[d.format]++
			if d.fields["withheld"] != nil {
				seen["cut"]++
			}
			if w.state(sent).Delivery != nil {
				said = append(said, sent)
			}
			w.agree(said)
		}
	}
	if len(seen) != 12 {
		t.Errorf("not everything was ever accepted: %v", seen)
	}
}

func (w *world) agree(said []*statement.Statement) {
	w.t.Helper()
	for _, s := range said {
		want := w.state(s)
		for party, desk := range w.desks {
			got, ok := desk.Record(s.Claims().ID)
			if ok != want.Delivery.Visible(party) {
				w.t.Fatalf("%s reads %s: %t", party, s.Claims().ID, ok)
			}
			if !ok {
				continue
			}
			g, d := *got.Delivery, *want.Delivery
			if party == "birch" { // what others said, and what waits at the gate, is withheld from it
				d.Pending, d.Owed, g.Owed, d.Reach, g.Reach, d.Quoted, g.Quoted = "", nil, nil, d.Reach[:1], g.Reach[:1], nil, nil
			}
			if !reflect.DeepEqual(g, d) || !reflect.DeepEqual(got.Facts, want.factsFor(party)) {
				w.t.Fatalf("%s has %s as\n%+v %+v, the hub as\n%+v %+v", party, s.Claims().ID, g, got.Facts, d, want.factsFor(party))
			}
		}
	}
}
