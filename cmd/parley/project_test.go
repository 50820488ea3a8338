package main

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"parley/format"
)

// A project as its officers type it, from the question for its window to the answer
// of the other side, and every wrong word answered with how it is done.
func TestProjectCommands(t *testing.T) {
	o := newOffice(t)
	const adnan, basma, basil, chen = "alder/commercial/adnan", "birch/commercial/basma", "birch/watch/basil", "cedar/gate/chen"
	project := func(name, verb string, rest ...string) []string {
		args := o.as(name, "project", rest...)
		return append([]string{"project", verb}, args[1:]...)
	}
	begins := time.Now().UTC().Add(72 * time.Hour)
	works := []string{"place=DMM 00 31.000N 017 58.500W ±50m", "works-window=" + format.WriteInstant(begins) + "/" + format.WriteInstant(begins.Add(time.Hour))}
	if page := printed(t, project(adnan, "window", works...)...); !strings.Contains(page, "Window free: ") || !strings.HasPrefix(page, "EXERCISE") {
		t.Errorf("the window is answered %q", page)
	}
	id := o.sent(o.as(adnan, "send", append([]string{"J50", "sector=water", "parties=ALDER water board", "goods=EXERCISE. One pump set.", "end-use=EXERCISE. Irrigation.", "value-band=under-100k USD",
		"benefits=EXERCISE. Water for both.", "readers=birch/commercial/basma"}, works...)...)...)
	o.until(id, "ls", "-desk", o.desk("cedar"))
	o.sent(o.as(chen, "release", id)...)
	o.until("Birch is to answer the proposal (J52)", o.as(basma, "projects")...)
	o.until("على", append(o.as(basma, "projects"), "-lang", "ar")...)
	page := printed(t, project(basma, "show", id)...)
	for _, want := range []string{"proposed by Alder: proposed, not screened yet", "names not screened yet; due ", "Birch: no answer yet; its time is until ", "Silence is never consent here", "named readers: birch/basma", "One pump set."} {
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks %q:\n%s", want, page)
		}
	}
	if status, _, stderr := parley(t, "show", "-desk", o.desk("birch"), id); status != 1 || !strings.Contains(stderr, "project.named-readers") {
		t.Errorf("nobody is shown it: status %d\n%s", status, stderr)
	}
	if status, _, _ := parley(t, "form", "-desk", o.desk("birch"), "-as", basil, "-text", id); status != 1 {
		t.Errorf("it is printed for whoever is not named: status %d", status)
	}
	printed(t, o.as(basma, "show", id)...)
	printed(t, "form", "-desk", o.desk("birch"), "-as", basma, "-text", id)
	o.sent(o.as(basma, "send", "-re", id, "J52", "kind=condition", "conditions=EXERCISE. Name the owners.", "meet-by="+format.WriteInstant(begins))...)
	var answer struct {
		Denied   int
		Accesses []struct{ Officer, Answer string }
	}
	if err := json.Unmarshal([]byte(printed(t, project(basma, "access", "-json")...)), &answer); err != nil || answer.Denied != 2 || len(answer.Accesses) != 5 {
		t.Errorf("the log is %+v, %v", answer, err)
	}
	if log := printed(t, project(basma, "access")...); !strings.Contains(strings.Join(strings.Fields(log), " "), basil+" denied "+id+" "+id) {
		t.Errorf("the log is\n%s", log)
	}
	for _, test := range []struct {
		status int
		want   string
		args   []string
	}{
		{2, "one of show, window, access", []string{"project"}},
		{2, "needs -as", []string{"project", "show", "-desk", o.desk("alder"), id}},
		{2, "needs one identifier", project(adnan, "show")},
		{2, "takes flags alone", project(adnan, "access", id)},
		{1, "project.window", project(adnan, "window", works[0])},
		{1, "is of no project", project(chen, "show", "1")},
		{2, "needs -as", []string{"projects", "-desk", o.desk("alder")}},
		{1, "desk.other-party", []string{"projects", "-desk", o.desk("birch"), "-as", adnan}},
	} {
		status, _, stderr := parley(t, test.args...)
		if status != test.status || !strings.Contains(stderr, test.want) {
			t.Errorf("parley %q: status %d, want %d and %q:\n%s", test.args, status, test.status, test.want, stderr)
		}
	}
	for _, name := range []string{"projects", "project"} {
		if page := printed(t, name, "-h"); !strings.HasPrefix(page, "usage: parley "+name) || !strings.Contains(page, "Exit status: 0") {
			t.Errorf("the help of %s is %q", name, page)
		}
	}
}
