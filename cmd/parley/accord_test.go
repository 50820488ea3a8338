package main

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"parley/desk"
	"parley/format"
)

// What the supervisor calls and enters, as the sides list it, by name and by entry,
// and every wrong word answered with how it is done.
func TestAgreedCommands(t *testing.T) {
	o := newOffice(t)
	const chen = "cedar/gate/chen"
	begins := time.Now().UTC().Add(2 * time.Hour).Truncate(time.Second)
	call := o.sent(o.as(chen, "send", "J41", "kind=call", "session=doc:session-1", "items=incident, notice list", "attendance=alder/diplomat, birch/diplomat", "form=full",
		"window="+format.WriteInstant(begins)+"/"+format.WriteInstant(begins.Add(time.Hour)), "mode=remote", "link=Room 2")...)
	o.sent(o.as(chen, "send", "J43", "kind=entry", "number=doc:commitment-1", "owner=alder", "recurrence=each-time", "text-en=Batteries are checked.", "text-ar=تُفحص البطاريات.", "text-he=הסוללות נבדקות.")...)
	at := func(verb string, rest ...string) []string {
		return append([]string{verb, "-desk", o.desk("alder")}, rest...)
	}
	o.until("doc:session-1", at("sessions")...)
	o.until("تُفحص البطاريات.", at("commitments", "-lang", "ar")...)
	for _, test := range []struct {
		want string
		args []string
	}{
		{"Birch: lock the agenda", at("sessions")},
		{"  2. notice list\n", at("sessions", "session-1")},
		{"  2. notice list\n", at("sessions", call)},
		{"סדר היום אינו נעול", at("sessions", "-lang", "he", "doc:session-1")},
		{"he: ", at("commitments", "commitment-1")},
		{"none", at("lines")},
		{"none", at("questions", "-all")},
	} {
		if page := printed(t, test.args...); !strings.Contains(page, test.want) {
			t.Errorf("parley %q lacks %q:\n%s", test.args, test.want, page)
		}
	}
	var register desk.CommitmentsView
	if err := json.Unmarshal([]byte(printed(t, at("commitments", "-json")...)), &register); err != nil || len(register.Commitments) != 1 || register.Commitments[0].Status != "proposed" {
		t.Errorf("the register is %+v, %v", register, err)
	}
	for _, test := range []struct {
		status int
		want   string
		args   []string
	}{
		{1, "no session of the name", at("sessions", "session-2")},
		{1, "no commitment of the name", at("commitments", "session-1")}, // a name is of one kind
		{1, "no commitment of the name", at("commitments", call)},
		{2, "takes one name", at("sessions", "session-1", "session-2")},
		{2, "a name or -all, not both", at("commitments", "-all", "commitment-1")},
		{2, "takes flags alone", at("lines", "1")},
		{2, "not spoken here", at("questions", "-lang", "fr")},
		{1, "want party/role/officer", at("sessions", "-as", "amal")},
		{1, "desk.other-party", at("sessions", "-as", chen)},
		{2, "no desk is running", []string{"lines", "-desk", t.TempDir()}},
	} {
		if status, stdout, stderr := parley(t, test.args...); status != test.status || !strings.Contains(stderr, test.want) {
			t.Errorf("parley %q: status %d, want %d and %q\n%s%s", test.args, status, test.status, test.want, stdout, stderr)
		}
	}
}
