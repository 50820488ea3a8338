package mechanism

import (
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"parley/accord"
	"parley/charter"
	"parley/delivery"
	"parley/matter"
	"parley/rule"
	"parley/statement"
)

func proposal(word string) map[string]any {
	return map[string]any{"kind": "proposal", "line-en": paragraph("A drone " + word + "."), "line-ar": paragraph("طائرة"), "line-he": paragraph("רחפן"), "release-at": "2026-11-24T12:00Z", "use-mark": "OPEN"}
}

var agreed = map[string]any{"kind": "agreement"}

// opened gives the matter that s opened, as the hub has it.
func (w *world) opened(s *statement.Statement) *Matter {
	w.t.Helper()
	m, ok := w.hub.Matter(s.Claims().ID)
	if !ok {
		w.t.Fatalf("statement %s opened nothing", s.Claims().ID)
	}
	return m
}

// What waits at the gate opens nothing and changes nothing; what is returned or
// taken back never does. What refers to it meanwhile cannot.
func TestMatterWaitsAtTheGate(t *testing.T) {
	w := newTalks(t)
	opening := w.must(says(amal, "J45/1", nil, proposal("fell")))
	if _, ok := w.hub.Matter(opening.Claims().ID); ok {
		t.Fatal("it opened before anybody could read it")
	}
	w.refused(delivery.UnknownStatement, says(basil, "J45/1", opening, agreed))
	w.refused(UnknownMatter, says(chen, "J45/1", opening, proposal("drifted")))
	w.must(within(releases(opening), "diplomatic"))
	w.stands(opening, "proposed")
	began := w.opened(opening).Began
	if !began.Equal(w.now) {
		t.Errorf("it began at %s, was released at %s", began, w.now)
	}
	for _, end := range []func(*statement.Statement) draft{returns, func(s *statement.Statement) draft { return withdraws(basil, s) }} {
		answer := w.must(says(basil, "J45/1", opening, agreed))
		w.must(within(end(answer), "diplomatic"))
		if m := w.opened(opening); len(m.Moves) != 1 || m.Voids != nil {
			t.Errorf("what never left the gate is in it: %+v", m)
		}
	}
}

// Everybody who is party to a matter reads all of it, and nobody else any.
func TestMatterParties(t *testing.T) {
	w := newTalks(t)
	both := w.out(says(amal, "J45/1", nil, proposal("fell")))
	answer := says(basil, "J45/1", both, agreed)
	answer.to = []string{"cedar"}
	if refusal := w.refused(MatterParties, answer); !strings.Contains(refusal.Remedy, "alder") {
		t.Errorf("the remedy is %q", refusal.Remedy)
	}
	answer = says(chen, "J45/1", both, proposal("drifted"))
	answer.to = []string{"birch"}
	w.refused(MatterParties, answer)

	report := w.must(draft{by: chen, format: "J20/1", to: []string{"alder"}, fields: example("J20")})
	if _, ok := w.desks["birch"].Matter(report.Claims().ID); ok {
		t.Error("birch knows a case that is not its own")
	}
	position := draft{by: amal, format: "J21/1", to: []string{"birch", "cedar"}, refs: ref("replies", report), fields: example("J21")}
	if refusal := w.refused(MatterParties, position); !strings.Contains(refusal.Sentence, "birch is not party") {
		t.Errorf("it says %q", refusal.Sentence)
	}
	position.to = []string{"cedar"}
	w.must(releases(w.must(position)))
	if got := w.opened(report); len(got.Moves) != 2 || !slices.Equal(got.Rules.Parties, []string{"alder", "cedar"}) {
		t.Errorf("the case is %+v", got)
	}
}

// What the clock says of a matter is held to the matter, word for word.
func TestMatterDue(t *testing.T) {
	w := newTalks(t)
	first := w.out(says(amal, "J45/1", nil, proposal("fell")))
	other := w.out(says(basil, "J45/1", nil, proposal("drifted")))
	answer := w.out(says(basil, "J45/1", first, proposal("came down")))
	timers := w.opened(first).State.Timers()
	due := timers[0]
	if due.Party == "" || len(w.opened(other).State.Timers()) == 0 {
		t.Fatalf("somebody owes an answer: %+v", timers)
	}
	word := func(change func(d *draft)) draft {
		fields := map[string]any{"kind": "public-line", "stage": due.Stage, "owed-by": due.Party, "due": due.At.Truncate(time.Second).Format(time.RFC3339)}
		if due.At.Second() == 0 {
			fields["due"] = due.At.Format("2006-01-02T15:04Z")
		}
		d := draft{by: clock, format: "matter.due/1", area: "diplomatic", to: []string{"alder", "birch"}, refs: ref("concerns", first), fields: fields}
		change(&d)
		return d
	}
	set := func(name string, value any) func(*draft) {
		return func(d *draft) { d.fields = with(d.fields, map[string]any{name: value}) }
	}
	w.refused(matter.NotDue, word(func(*draft) {}))
	w.now = due.At
	for _, test := range []struct {
		name, rule string
		change     func(*draft)
	}{
		{"stage", matter.NotDue, set("stage", accord.StageLineRelease)},
		{"party", matter.NotDue, set("owed-by", "cedar")},
		{"no party", matter.NotDue, func(d *draft) { delete(d.fields, "owed-by") }},
		{"due", ClockWords, set("due", due.At.Add(-time.Minute).Format("2006-01-02T15:04Z"))},
		{"kind", ClockWords, set("kind", "session")},
		{"area", WrongArea, func(d *draft) { d.area = "military" }},
		{"too few", MatterParties, func(d *draft) { d.to = []string{"alder"} }},
		{"no opening", UnknownMatter, func(d *draft) { d.refs = ref("concerns", answer) }},
		{"hash", BadRef, func(d *draft) { d.refs[0].Hash[0]++ }},
		{"officer", NoRight, func(d *draft) { d.by = chen }},
	} {
		t.Run(test.name, func(t *testing.T) { w.refused(test.rule, word(test.change)) })
	}
	before := w.opened(first)
	w.must(word(func(*draft) {}))
	if m := w.opened(first); slices.Contains(m.State.Timers(), due) || m.Since == before.Since || len(m.Moves) != len(before.Moves) {
		t.Errorf("%+v is due again: %+v", due, m)
	}
	w.refused(matter.NotDue, word(func(*draft) {}))
}

// An equal share of 500 statements for each party, and no more; what waits at the
// gate then is overtaken. Who has used up its own takes nothing from the others.
func TestMatterFull(t *testing.T) {
	w := newTalks(t)
	first := w.out(says(amal, "J45/1", nil, proposal("fell")))
	waits := w.must(says(basil, "J45/1", first, agreed))
	for _, m := range []*memory{w.hub, w.desks["alder"], w.desks["birch"], w.desks["cedar"]} {
		full := m.matters[first.Claims().ID].clone()
		full.Shares["birch"] = maxMoves / 3
		for len(full.Voids) < maxVoids {
			full.Voids = append(full.Voids, Void{Index: full.Opened})
		}
		m.matters[full.ID] = full
	}
	w.refused(MatterFull, says(basil, "J45/1", first, proposal("drifted")))
	w.must(within(releases(waits), "diplomatic"))
	w.stands(first, "proposed")
	m := w.opened(first)
	if last := m.Voids[len(m.Voids)-1]; len(m.Moves) != 1 || len(m.Voids) != maxVoids || last.Rule != MatterFull || last.Index != w.order[waits.Claims().ID] || last.Sentence == "" {
		t.Errorf("%d statements, overtaken %+v", len(m.Moves), m.Voids)
	}
	if r := w.state(waits); r.Delivery.Status != delivery.Released {
		t.Errorf("what was overtaken is %s", r.Delivery.Status)
	}
	second := w.must(says(chen, "J45/1", first, proposal("drifted")))
	w.out(says(amal, "J45/1", second, agreed))
	if m := w.opened(first); m.Shares["alder"] != 2 || m.Shares["birch"] != maxMoves/3 || m.Shares["cedar"] != 1 {
		t.Errorf("shares %v", m.Shares)
	}
}

// A statement is of the matter that its first reference names, and of no other.
func TestMatterOfFirstReference(t *testing.T) {
	w := newTalks(t)
	first := w.out(says(amal, "J45/1", nil, proposal("fell")))
	second := w.out(says(basil, "J45/1", nil, proposal("drifted")))
	both := says(basil, "J45/1", first, agreed)
	both.refs = append(both.refs, ref("replies", second)...)
	w.out(both)
	w.stands(first, "locked")
	w.stands(second, "proposed")
	talks := says(amal, "J43/1", first, entryOf("doc:commitment-5", "once", map[string]any{"due": "2026-11-25T06:00Z"}))
	entry := w.out(talks) // of another kind: it opens its own
	if m := w.opened(entry); m.Kind != matter.Commitment || len(w.opened(first).Moves) != 2 {
		t.Errorf("the entry is of %+v", m)
	}
	w.refused(MatterName, says(basil, "J43/1", nil, entryOf("doc:commitment-5", "once", map[string]any{"due": "2026-11-25T06:00Z"}))) // a name finds nothing
	w.refused(matter.BadName, says(basil, "J43/1", nil, entryOf("doc:c\u043emmitment-5", "once", map[string]any{"due": "2026-11-25T06:00Z"})))
}

// What is replaced or cancelled has been answered already, or is as the correction
// waits at the gate.
func TestMatterAmended(t *testing.T) {
	w := newTalks(t)
	amends := func(by, relation string, old *statement.Statement, fields map[string]any) draft {
		d := says(by, "J04/1", nil, with(map[string]any{"action": map[string]string{"replaces": "replace", "cancels": "cancel"}[relation], "content": old.Claims().Format, "why": "error"}, fields))
		d.refs = ref(relation, old)
		d.second = map[string]string{amal: adel, basil: bahia, chen: cora}[by]
		return d
	}
	first := w.out(says(amal, "J45/1", nil, proposal("fell")))
	correction := w.must(amends(amal, "replaces", first, proposal("came down")))
	w.out(says(basil, "J45/1", first, agreed))
	w.stands(first, "locked")
	w.must(within(releases(correction), "diplomatic"))
	w.stands(first, "locked")
	if m := w.opened(first); len(m.Voids) != 1 || m.Voids[0].Rule != accord.Frozen || m.Voids[0].Index != w.order[correction.Claims().ID] || len(m.Moves) != 2 {
		t.Errorf("overtaken: %+v", m.Voids)
	}

	second := w.out(says(amal, "J45/1", nil, proposal("drifted")))
	agreement := w.must(says(basil, "J45/1", second, agreed))
	corrected := w.out(amends(amal, "replaces", second, proposal("drifted off")))
	w.must(within(releases(agreement), "diplomatic")) // to words that are no longer there
	w.stands(second, "proposed")
	if m := w.opened(second); len(m.Voids) != 1 || m.Voids[0].Rule != accord.Superseded || len(m.Moves) != 2 {
		t.Errorf("overtaken: %+v of %d", m.Voids, len(m.Moves))
	}
	w.out(says(basil, "J45/1", corrected, agreed))
	w.stands(second, "locked")

	third := w.out(says(amal, "J45/1", nil, proposal("landed")))
	w.out(amends(amal, "cancels", third, nil))
	w.stands(third, accord.Withdrawn)
	w.refused(matter.Ended, says(basil, "J45/1", third, agreed))
}

// A reader from whom some of a matter is withheld knows that, and accuses nobody by
// what is left.
func TestMatterInPart(t *testing.T) {
	w := newTalks(t)
	first := w.must(says(chen, "J45/1", nil, proposal("fell")))
	partly := func(s *statement.Statement, field string) *Matter {
		t.Helper()
		desk := w.desks["birch"]
		redacted, err := s.Redact(field)
		if err != nil {
			t.Fatal(err)
		}
		change, err := Decide(desk, Case{Statement: redacted, Index: desk.Size(), Now: w.now})
		if err != nil {
			t.Fatalf("%s without its %s: %v", s.Claims().Format, field, err)
		}
		if len(change.Matters) != 1 || !change.Matters[0].Partial {
			t.Fatalf("it is not known in part: %+v", change.Matters)
		}
		return change.Matters[0]
	}
	sign := func(d draft) *statement.Statement { // which the hub orders and birch has not read yet
		t.Helper()
		known := w.desks
		w.desks = nil
		s := w.must(d)
		w.desks = known
		return s
	}
	again := sign(says(chen, "J45/1", first, proposal("drifted")))
	m := partly(again, "line-en")

	birch := w.desks["birch"]
	birch.matters[m.ID] = m
	w.enter(birch, again)
	m, _ = birch.Matter(m.ID)
	hub := w.opened(first)
	due := hub.State.Timers()[0]
	w.now = due.At
	fields := map[string]any{"kind": "public-line", "stage": due.Stage, "due": due.At.Truncate(time.Second).Format(time.RFC3339)}
	if due.Party != "" {
		fields["owed-by"] = due.Party
	}
	said := sign(draft{by: clock, format: "matter.due/1", area: "diplomatic", to: []string{"alder", "birch"}, refs: ref("concerns", first), fields: fields})
	if change, err := Decide(birch, Case{Statement: said, Index: birch.Size(), Now: w.now}); err != nil || len(change.Matters) > 0 {
		t.Errorf("what is true of what is withheld is refused: %v", err)
	}
	whole := m.clone()
	whole.Partial = false
	birch.matters[m.ID] = whole
	partly(said, "stage")
	if _, err := Decide(birch, Case{Statement: said, Index: birch.Size(), Now: w.now}); err == nil || err.(*rule.Refusal).Rule != ClockWords && err.(*rule.Refusal).Rule != matter.NotDue { //nolint:errorlint,forcetypeassert // the rules wrap nothing
		t.Errorf("who has all of it answers %v", err)
	}
}

func called(name string) map[string]any {
	return map[string]any{"kind": "call", "session": name, "items": []string{"incident"}, "attendance": []string{"alder/diplomat", "birch/diplomat"}, "form": "full",
		"window": "2026-11-25T09:30Z/2026-11-25T11:30Z", "mode": "remote", "link": "EXERCISE. Room 2"}
}

// Two that wait at the gate would open one name: the second to leave it opens nothing,
// and all its parties find it, with the reason, with what took the name.
func TestOvertakenOpening(t *testing.T) {
	w := newTalks(t)
	second, first := w.must(says(amal, "J41/1", nil, called("doc:session-1"))), w.must(says(basil, "J41/1", nil, called("doc:session-1")))
	w.must(within(releases(first), "diplomatic"))
	w.must(within(releases(second), "diplomatic"))
	w.stands(first, "called")
	for party, m := range w.views() {
		k, ok := m.Matter(first.Claims().ID)
		if !ok || len(k.Voids) != 1 || k.Voids[0].Rule != MatterName || k.Voids[0].Index != w.order[second.Claims().ID] {
			t.Errorf("%s has it as %+v", party, k)
		}
		if _, ok := m.Matter(second.Claims().ID); ok {
			t.Errorf("%s knows a second matter of that name", party)
		}
	}
}

// A message of a matter is refused that refers to what one of its addressees may not
// read, or not yet: it would belong to nothing there, and to a matter everywhere else.
func TestUnreadReference(t *testing.T) {
	w := newTalks(t)
	private := w.must(draft{by: amal, format: "J14/1", to: []string{"cedar"}, fields: noticeFields()})
	w.must(releases(private))
	w.refused(UnreadMatter, says(amal, "J41/1", private, called("doc:session-1")))
	notice := w.must(draft{by: amal, format: "J14/1", to: []string{"birch", "cedar"}, fields: noticeFields()})
	w.refused(UnreadMatter, says(amal, "J41/1", notice, called("doc:session-1")))
	w.must(releases(notice))
	w.stands(w.out(says(amal, "J41/1", notice, called("doc:session-1"))), "called")
}

// views gives the views of the hub, "hub", and of every desk.
func (w *world) views() map[string]*memory {
	all := maps.Clone(w.desks)
	all["hub"] = w.hub
	return all
}

// What one of three sides cannot know keeps nothing that it may read from taking
// effect: a name that its author has given to others is free, and a commitment that
// others have is none to wait for.
func TestThreeSides(t *testing.T) {
	w := newTalks(t)
	w.charter.Parties = append(w.charter.Parties, charter.Party{ID: "dover", Kind: charter.KindSide})
	dover := *w.desks["birch"]
	dover.reader.Party, dover.matters = "dover", nil
	dover.heads, dover.records, dover.texts, dover.indexes, dover.board = map[string]Head{}, map[string]*Record{}, map[uint64]bool{}, map[Hash]uint64{}, &Board{}
	dover.times = slices.Clone(dover.times)
	w.desks["dover"] = &dover
	to := func(d draft, others ...string) draft {
		d.to = Others(d.by[:5], append(others, "cedar")...)
		return d
	}
	with := func(side string) *statement.Statement {
		return w.must(to(says(amal, "J41/1", nil, called("doc:session-1")), side))
	}
	theirs, ours, late := with("dover"), with("birch"), with("birch")
	for _, s := range []*statement.Statement{theirs, ours, late} {
		w.must(within(releases(s), "diplomatic"))
	}
	w.refused(MatterName, to(says(amal, "J41/1", nil, called("doc:session-1")), "birch"))

	of := func(kind string) map[string]any { return map[string]any{"kind": kind, "number": "doc:commitment-2"} }
	bound := w.must(to(says(chen, "J43/1", nil, entryOf("doc:commitment-2", "each-time", map[string]any{"after": []string{"doc:commitment-1"}})), "alder", "birch"))
	w.must(within(releases(w.must(to(says(amal, "J43/1", bound, of("agreement")), "birch"))), "diplomatic"))
	w.must(within(releases(w.must(to(says(basil, "J43/1", bound, of("agreement")), "alder"))), "diplomatic"))
	begins := w.must(to(says(amal, "J43/1", bound, of("in-force")), "birch"))
	w.must(within(releases(w.must(to(says(amal, "J43/1", nil, entryOf("doc:commitment-1", "each-time", nil)), "dover"))), "diplomatic"))
	w.must(within(releases(begins), "diplomatic"))

	for _, id := range slices.Sorted(maps.Keys(w.hub.matters)) {
		for party, desk := range w.desks {
			own, ok := desk.Matter(id)
			if want := w.hub.matters[id]; ok != want.Among([]string{party}) || ok && !reflect.DeepEqual(own, want) {
				t.Errorf("%s has it as\n%+v, the hub as\n%+v", party, own, want)
			}
		}
	}
	if m := w.hub.matters[ours.Claims().ID]; m == nil || len(m.Voids) != 1 {
		t.Errorf("what was overtaken is not with %+v", m)
	}
	if m := w.hub.matters[bound.Claims().ID]; m.State.(*accord.Commitment).InForce.IsZero() {
		t.Errorf("it is not in force: %+v", m)
	}
}
