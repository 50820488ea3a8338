package mechanism

import (
	"slices"
	"testing"
	"time"

	"parley/accord"
	"parley/casefile"
	"parley/charter"
	"parley/matter"
	"parley/statement"
)

// newTalks is a world in which everybody speaks in the diplomatic area too.
func newTalks(t *testing.T) *world {
	t.Helper()
	w := newWorld(t)
	formats := []string{"J04", "J20", "J41", "J42", "J43", "J45"}
	for _, id := range formats {
		if _, ok := w.charter.Rule(id + "/1"); !ok {
			w.charter.Formats = append(w.charter.Formats, charter.Rule{Format: id + "/1", Gate: charter.GateReview})
		}
		for i := range w.charter.Roles {
			if role := &w.charter.Roles[i]; slices.Contains([]string{"watch", "gate", "analyst"}, role.ID) && !role.Allows(id) {
				role.May = append(role.May, id)
			}
		}
	}
	for id, key := range w.hub.keys { // the desks' too
		key.Areas = append(slices.Clone(key.Areas), "diplomatic")
		w.hub.keys[id] = key
	}
	for _, desk := range w.desks {
		desk.reader.Key.Areas = append(slices.Clone(desk.reader.Key.Areas), "diplomatic")
	}
	return w
}

// says is a draft of the diplomatic area to all others, with the second officer
// that a public line needs.
func says(by, format string, about *statement.Statement, fields map[string]any) draft {
	d := draft{by: by, format: format, area: "diplomatic", fields: fields}
	d.to = Others(by[:5], "alder", "birch", "cedar")
	if about != nil {
		d.refs = ref("replies", about)
	}
	if format == "J45/1" {
		d.second = map[string]string{amal: adel, basil: bahia, chen: cora}[by]
	}
	return d
}

// out sends a side's draft and has it released.
func (w *world) out(d draft) *statement.Statement {
	w.t.Helper()
	s := w.must(d)
	w.must(within(releases(s), "diplomatic"))
	return s
}

func within(d draft, area string) draft {
	d.area = area
	return d
}

// falls has the clock say that a stage of the matter of s is due, at its time.
func (w *world) falls(s *statement.Statement, stage, party string) {
	w.t.Helper()
	m, ok := w.hub.Matter(s.Claims().ID)
	if !ok {
		w.t.Fatalf("statement %s opened nothing", s.Claims().ID)
	}
	timers := m.State.Timers()
	i := slices.IndexFunc(timers, func(t matter.Timer) bool { return t.Stage == stage && t.Party == party })
	if i < 0 {
		w.t.Fatalf("no %s of %q among %+v", stage, party, timers)
	}
	w.now = timers[i].At
	fields := map[string]any{"kind": string(m.Kind), "stage": stage, "due": timers[i].At.Format("2006-01-02T15:04Z")}
	if timers[i].At.Second() != 0 {
		fields["due"] = timers[i].At.Format("2006-01-02T15:04:05Z")
	}
	if party != "" {
		fields["owed-by"] = party
	}
	w.must(draft{by: clock, format: "matter.due/1", area: m.Area, precedence: "ROUTINE", to: Others("cedar", m.Rules.Parties...), refs: ref("concerns", s), fields: fields})
}

// stands gives the state of the matter that s opened, and holds every desk to it.
func (w *world) stands(s *statement.Statement, want string) {
	w.t.Helper()
	for _, m := range []*memory{w.hub, w.desks["alder"], w.desks["birch"], w.desks["cedar"]} {
		k, ok := m.Matter(s.Claims().ID)
		if !ok {
			w.t.Fatalf("a desk does not know what statement %s opened", s.Claims().ID)
		}
		if got := k.State.(interface{ Status() string }).Status(); got != want {
			w.t.Errorf("it is %s, want %s: %+v", got, want, k.State)
		}
	}
}

func paragraph(text string) statement.Paragraphs { return statement.Paragraphs{text} }

// The session of the second day: called by the supervisor, locked by both, a later
// item turned away to a session of its own, a statement inserted, one phrase
// dissented from.
func TestSession(t *testing.T) {
	w := newTalks(t)
	call := func(name string, items ...string) map[string]any {
		return map[string]any{"kind": "call", "session": name, "items": items, "attendance": []string{"alder/diplomat", "birch/diplomat"}, "form": "full", "window": "2026-11-24T09:30Z/2026-11-24T11:30Z", "mode": "remote", "link": "EXERCISE. Room 2"}
	}
	lock := map[string]any{"kind": "lock", "session": "doc:session-1"}
	first := w.must(says(chen, "J41/1", nil, call("doc:session-1", "incident", "notice list", "pump project")))
	w.stands(first, "called")
	w.out(says(amal, "J41/1", first, lock))
	held := w.must(says(basil, "J41/1", first, lock))
	w.stands(first, "called") // it waits at the gate
	w.must(within(releases(held), "diplomatic"))
	w.stands(first, "locked")

	w.refused(accord.Frozen, says(basil, "J41/1", first, call("doc:session-1", "incident", "notice list", "pump project", "grazing")))
	w.refused(MatterName, says(basil, "J41/1", nil, call("doc:session-1", "grazing")))
	other := w.out(says(basil, "J41/1", nil, call("doc:session-2", "grazing")))
	w.stands(first, "locked")
	w.stands(other, "called")

	w.now = time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)
	minutes := func(kind string) map[string]any {
		return map[string]any{"kind": kind, "session": "doc:session-1", "text": paragraph("Both sides took it to be an accident.")}
	}
	w.out(says(amal, "J42/1", first, minutes("statement")))
	w.refused(accord.NotYours, says(amal, "J42/1", first, with(minutes("draft"), map[string]any{"corrections-by": "2026-11-25T12:00Z"})))
	w.falls(first, accord.StageMinutesDraft, "cedar")
	draft := w.must(says(chen, "J42/1", first, with(minutes("draft"), map[string]any{"corrections-by": "2026-11-26T12:00Z"})))
	w.stands(first, "drafted")
	w.out(says(amal, "J42/1", draft, minutes("dissent")))
	w.out(says(basil, "J42/1", draft, minutes("adoption")))
	w.stands(first, accord.AdoptedWithDissent)
	w.refused(matter.Ended, says(basil, "J42/1", draft, minutes("dissent")))
}

func entryOf(number, recurrence string, more map[string]any) map[string]any {
	return with(map[string]any{"kind": "entry", "number": number, "owner": []string{"alder"}, "recurrence": recurrence,
		"text-en": paragraph("Batteries are checked."), "text-ar": paragraph("تُفحص البطاريات."), "text-he": paragraph("הסוללות נבדקות.")}, more)
}

func TestCommitment(t *testing.T) {
	w := newTalks(t)
	evidence := map[string]any{"evidence": []string{"Z5Ba08wt1SsfX2ptKBTeA5Zhiym0I4ua9SB662mTbm0"}}
	of := func(number, kind string) map[string]any { return map[string]any{"kind": kind, "number": number} }
	first := w.must(says(chen, "J43/1", nil, entryOf("doc:commitment-1", "once", map[string]any{"due": "2026-11-25T06:00Z"})))
	w.out(says(amal, "J43/1", first, of("doc:commitment-1", "agreement")))
	w.out(says(basil, "J43/1", first, of("doc:commitment-1", "agreement")))
	w.stands(first, "due") // within its last day
	later := w.must(says(chen, "J43/1", nil, entryOf("doc:commitment-2", "each-time", map[string]any{"after": []string{"doc:commitment-1"}})))
	w.out(says(amal, "J43/1", later, of("doc:commitment-2", "agreement")))
	w.out(says(basil, "J43/1", later, of("doc:commitment-2", "agreement")))
	w.stands(later, "text-agreed")
	w.refused(NotFulfilled, says(amal, "J43/1", later, of("doc:commitment-2", "in-force")))

	w.falls(first, accord.StageCommitmentOverdue, "alder")
	w.stands(first, "overdue")
	w.refused(accord.Incomplete, says(amal, "J43/1", first, of("doc:commitment-1", "met")))
	claim := w.out(says(amal, "J43/1", first, with(of("doc:commitment-1", "met"), evidence)))
	w.stands(first, "claimed")
	contest := w.out(says(basil, "J43/1", claim, with(of("doc:commitment-1", "contest"), map[string]any{"note": paragraph("Nobody was shown it.")})))
	w.stands(first, "contested")
	w.out(says(basil, "J43/1", claim, of("doc:commitment-1", "met")))
	w.stands(first, accord.Met)
	if k, _ := w.hub.Matter(first.Claims().ID); k.Voids != nil || len(contest.Claims().ID) == 0 {
		t.Errorf("overtaken: %+v", k.Voids)
	}
	w.must(says(chen, "J43/1", later, of("doc:commitment-2", "in-force")))
	w.stands(later, "in-force")
}

// A commitment that was not kept is a case of its own; what was only proposed binds
// nobody.
func TestBreach(t *testing.T) {
	w := newTalks(t)
	report := func(about *statement.Statement) draft {
		d := draft{by: basil, format: "J20/1", precedence: "IMMEDIATE", to: []string{"alder", "cedar"}, fields: map[string]any{
			"kind": "breach", "where": noticeFields()["place"], "when": "2026-11-25T06:00Z", "confidence": "moderate"}}
		if about != nil {
			d.refs = ref("replies", about)
		}
		return d
	}
	first := w.must(says(chen, "J43/1", nil, entryOf("doc:commitment-1", "once", map[string]any{"due": "2026-11-25T06:00Z"})))
	w.out(says(amal, "J43/1", first, map[string]any{"kind": "agreement", "number": "doc:commitment-1"}))
	w.refused(casefile.NoBreach, report(nil))
	w.refused(casefile.NoBreach, report(first)) // it does not stand yet
	note := w.out(says(basil, "J45/1", nil, map[string]any{"kind": "proposal", "line-en": paragraph("A drone drifted."), "line-ar": paragraph("طائرة"), "line-he": paragraph("רחפן"), "release-at": "2026-11-24T09:15Z", "use-mark": "OPEN"}))
	w.refused(casefile.NoBreach, report(note))
	agreed := w.out(says(basil, "J43/1", first, map[string]any{"kind": "agreement", "number": "doc:commitment-1"}))
	w.falls(first, accord.StageCommitmentOverdue, "alder")
	for _, about := range []*statement.Statement{first, agreed} { // any statement of it will do
		opened := w.must(report(about))
		w.must(releases(opened))
		for name, m := range map[string]*memory{"hub": w.hub, "alder": w.desks["alder"], "birch": w.desks["birch"], "cedar": w.desks["cedar"]} {
			k, ok := m.Matter(opened.Claims().ID)
			if !ok || k.Kind != matter.Case || k.State.(*casefile.State).Breaches != about.Claims().ID {
				t.Errorf("%s has the case of the breach as %+v", name, k)
			}
		}
	}
	w.stands(first, "overdue") // a case judges nothing
}

// ALDER proposes, BIRCH disputes a word and proposes another, ALDER takes that.
func TestPublicLine(t *testing.T) {
	w := newTalks(t)
	line := func(word string) map[string]any {
		return map[string]any{"kind": "proposal", "line-en": paragraph("A drone " + word + "."), "line-ar": paragraph("طائرة"), "line-he": paragraph("רחפן"), "release-at": "2026-11-24T09:15Z", "use-mark": "OPEN"}
	}
	first := w.out(says(amal, "J45/1", nil, line("made an incursion")))
	other := w.out(says(basil, "J45/1", first, line("drifted")))
	overtaken := w.must(says(amal, "J45/1", other, map[string]any{"kind": "agreement"}))
	third := w.out(says(basil, "J45/1", first, line("drifted across")))
	w.must(within(releases(overtaken), "diplomatic"))
	w.stands(first, "proposed")
	if k, _ := w.hub.Matter(first.Claims().ID); len(k.Voids) != 1 || k.Voids[0].Rule != accord.Superseded {
		t.Errorf("overtaken: %+v", k.Voids)
	}
	w.out(says(amal, "J45/1", third, map[string]any{"kind": "agreement"}))
	w.stands(first, "locked")
	w.refused(accord.Frozen, says(amal, "J45/1", first, line("fell")))
	w.falls(first, accord.StageLineRelease, "")
	w.stands(first, accord.Released)
}

// A position that was ordered in time and held at the gate opens the case again that
// was closed meanwhile, at the hub and at every desk.
func TestHeldOverTheClose(t *testing.T) {
	w := newTalks(t)
	report := w.must(draft{by: basil, format: "J20/1", to: []string{"alder", "cedar"}, fields: example("J20")})
	w.must(releases(report))
	position := w.must(draft{by: amal, format: "J21/1", to: []string{"birch", "cedar"}, refs: ref("replies", report), fields: example("J21")})
	w.falls(report, casefile.StageHolding, "alder")
	w.falls(report, casefile.StageAnswer, "alder")
	w.must(draft{by: chen, format: "J23/1", to: []string{"alder", "birch"}, refs: ref("replies", report), fields: map[string]any{"stage": "final", "outcome": "not-agreed", "cause": "not-known", "remedies": "none",
		"positions": []string{"statement:" + report.Claims().ID}, "no-position": []string{"alder"}, "agreed": paragraph("None."), "not-agreed": paragraph("All."), "recommendations": paragraph("None.")}})
	w.falls(report, casefile.StageStands, "")
	if end := w.opened(report).State.Ended(); end != casefile.Closed {
		t.Fatalf("it ended %q", end)
	}
	late := draft{by: amal, format: "J21/1", to: []string{"birch", "cedar"}, refs: ref("replies", report), fields: example("J21")}
	w.refused(matter.Ended, late)
	w.must(releases(position))
	for _, m := range []*memory{w.hub, w.desks["alder"], w.desks["birch"], w.desks["cedar"]} {
		if k := m.matters[report.Claims().ID]; k.State.Ended() != "" || len(k.Moves) != 3 || k.Voids != nil {
			t.Errorf("it ended %q, with %d statements, overtaken %+v", k.State.Ended(), len(k.Moves), k.Voids)
		}
	}
}
