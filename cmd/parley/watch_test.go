package main

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"parley/format"
)

// An officer's watch as it is typed: the line proven, an area paused, the watch
// looked at and handed over, and every wrong word answered with how it is done.
func TestWatchCommands(t *testing.T) {
	o := newOffice(t)
	in := func(hours int) string { return format.WriteInstant(time.Now().Add(time.Duration(hours) * time.Hour)) }
	const amal, basil, chen = "alder/watch/amal", "birch/watch/basil", "cedar/gate/chen"

	o.sent(o.as(amal, "line", "-test")...)
	o.until("A test of Alder waits", "line", "-desk", o.desk("birch"))
	o.sent(o.as(basil, "line", "-answer")...)
	o.until("A test of Alder waits", "line", "-desk", o.desk("cedar"))
	o.sent(o.as(chen, "line", "-answer")...)
	o.until("LINE  Alder GREEN, Birch GREEN, Cedar GREEN.", "watch", "-desk", o.desk("alder"))

	pause := []string{"diplomatic,commercial", "reason=domestic", "review-at=" + in(4), "resume-plan=EXERCISE. Birch calls first. EXERCISE."}
	if page := printed(t, o.as(basil, "pause", append(pause, "-preview")...)...); !strings.Contains(page, "the safety floor stays open: yes") {
		t.Errorf("the preview does not confirm the safety floor:\n%s", page)
	}
	if areas := printed(t, "area", "-desk", o.desk("birch")); strings.Contains(areas, "PAUSED") {
		t.Errorf("a preview has paused something:\n%s", areas)
	}
	if said := printed(t, o.as(basil, "pause", pause...)...); !strings.Contains(said, "the safety floor stays open") {
		t.Errorf("the pause says %q", said)
	}
	o.until("commercial (Commercial opportunities): PAUSED by Birch", "area", "-desk", o.desk("alder"))
	o.until("Plan for resumption: EXERCISE. Birch calls first.", "watch", "-desk", o.desk("alder"), "-as", amal)
	o.sent(o.as(basil, "resume", "diplomatic")...)
	o.until("diplomatic (Diplomatic engagement): open", "area", "-desk", o.desk("alder"))

	if list := printed(t, o.as(basil, "handover")...); !strings.Contains(list, "Open items: 1") || !strings.Contains(list, "commercial (Commercial opportunities): PAUSED by Birch") {
		t.Errorf("the checklist is\n%s", list)
	}
	if signed := printed(t, o.as(basil, "handover", "-sign", "note=EXERCISE. Quiet. EXERCISE.")...); !strings.Contains(signed, "Open items: 1") || !strings.Contains(signed, " logged") {
		t.Errorf("the handover is\n%s", signed)
	}
	o.until("HANDOVER of birch/watch by basil", "watch", "-desk", o.desk("birch"))

	for _, test := range []struct {
		status int
		want   string
		args   []string
	}{
		{1, "handover.same-officer", o.as(basil, "relieve", "-sign")},
		{1, "handover.unknown", o.as(amal, "relieve")},
		{1, "desk.no-test", o.as(amal, "line", "-answer")},
		{1, "area.not-paused", o.as(amal, "resume", "military")},
		{2, "one of them", o.as(amal, "line", "-test", "-answer")},
		{2, "a person stands behind it", []string{"line", "-desk", o.desk("alder"), "-test"}},
		{2, "with -test or -answer alone", o.as(amal, "line")},
		{2, "the languages are", []string{"watch", "-desk", o.desk("alder"), "-lang", "fr"}},
		{2, "takes flags alone", []string{"watch", "-desk", o.desk("alder"), "now"}},
		{2, "no desk is running", []string{"watch", "-desk", o.dir}},
		{1, "write party/role/officer", []string{"watch", "-desk", o.desk("alder"), "-as", "amal"}},
		{2, "parted by commas", o.as(amal, "pause", "reason=domestic")},
		{2, "does not take", o.as(basil, "handover", "until=now")},
		{2, "add -sign", o.as(basil, "handover", "note=x")},
		{2, "needs -as", []string{"relieve", "-desk", o.desk("birch")}},
		{2, "give 0 to 60 seconds", o.as(basil, "relieve", "-wait", "100")},
	} {
		status, _, stderr := parley(t, test.args...)
		if status != test.status || !strings.Contains(stderr, test.want) {
			t.Errorf("parley %q: status %d, want %d and %q:\n%s", test.args, status, test.status, test.want, stderr)
		}
	}
	for _, name := range []string{"watch", "line", "area", "pause", "restrict", "resume", "handover", "relieve", "annotate"} {
		if page := printed(t, name, "-h"); !strings.HasPrefix(page, "usage: parley "+name) || !strings.Contains(page, "Exit status: 0") {
			t.Errorf("the help of %s is %q", name, page)
		}
	}
	if text := printed(t, "watch", "-desk", o.desk("alder"), "-json"); !strings.HasPrefix(text, "{") || !strings.Contains(text, `"colour":"GREEN"`) {
		t.Errorf("as JSON the floor is %s", text)
	}
}

// What the officer has written stands; what the command adds says now, and that the
// safety floor stays open.
func TestSwitchFields(t *testing.T) {
	now := time.Date(2026, 11, 24, 3, 0, 0, 0, time.UTC)
	for _, test := range []struct {
		verb  string
		typed []string
		want  string
	}{
		{"pause", []string{"reason=domestic"}, "[switch=pause areas=military reason=domestic from=2026-11-24T03:00Z floor-confirmed=yes]"},
		{"restrict", []string{"from=2026-11-24T06:00Z"}, "[switch=restrict areas=military from=2026-11-24T06:00Z floor-confirmed=yes]"},
		{"resume", nil, "[switch=resume areas=military from=2026-11-24T03:00Z floor-confirmed=yes reason=settled review-at=2026-11-25T03:00Z]"},
		{"resume", []string{"reason=not-stated"}, "[switch=resume areas=military reason=not-stated from=2026-11-24T03:00Z floor-confirmed=yes review-at=2026-11-25T03:00Z]"},
	} {
		typed := slices.Clone(test.typed)
		if got := fmt.Sprint(switchFields(test.verb, "military", test.typed, now)); got != test.want || !slices.Equal(typed, test.typed) {
			t.Errorf("%s: %s, want %s", test.verb, got, test.want)
		}
	}
}
