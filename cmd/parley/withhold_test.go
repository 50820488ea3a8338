package main

import (
	"slices"
	"strings"
	"testing"
)

// The supervisor's officer sees what the addressee will read, releases that, and every
// desk says what was withheld, as far as it may know it.
func TestReleaseInPart(t *testing.T) {
	o := newOffice(t)
	const chen = "cedar/gate/chen"
	fields := append(slices.Clone(flight[:3]), "contact=mail:zebrafinch@alder.example", "description=Zebrafinch sees it.\n\nOne small craft.")
	id := o.sent(o.as("alder/watch/amal", "send", with([]string{"J14"}, fields...)...)...)
	o.arrives("cedar", id, "status     submitted")
	for _, test := range []struct {
		args []string
		want string
	}{
		{[]string{"-withhold", "description/3=source"}, "there are: activity"},
		{[]string{"-withhold", "window=source"}, "rule release.rules"},
		{[]string{"-withhold", "contact"}, "no note says which"},
		{[]string{"-withhold", "contact=person,contact=source"}, "does not come after"},
		{[]string{"-withhold", "description=source", "-withhold", "description/1=source"}, "listed beside the text"},
	} {
		if status, stdout, stderr := parley(t, o.as(chen, "release", append(test.args, id)...)...); status != 1 || !strings.Contains(stderr, test.want) {
			t.Errorf("%q: status %d, %s%s", test.args, status, stdout, stderr)
		}
	}
	if status, _, stderr := parley(t, o.as(chen, "hold", "-withhold", "contact=person", id)...); status != 2 || !strings.Contains(stderr, "withhold") {
		t.Errorf("hold -withhold: status %d, %s", status, stderr)
	}
	withhold := []string{"-withhold", "description/1=source,contact=person"}
	for _, want := range []string{"What birch will read, with 2 parts withheld. Nothing was signed.\n  ", "contact: could endanger a person\n", "description/1: would show a source\n", "Description: [withheld]\n  One small craft.\n"} {
		if page := printed(t, o.as(chen, "release", append(withhold, "-preview", id)...)...); !strings.Contains(page, want) || strings.Contains(page, "ebrafinch") {
			t.Errorf("no %q in\n%s", want, page)
		}
	}
	printed(t, o.as(chen, "release", append(withhold, id, "note=As agreed.")...)...)
	o.arrives("birch", id, "WITHHELD: 2 parts of this statement were withheld at the gate by cedar/gate/chen, in statement ")
	o.arrives("alder", id, "WITHHELD FROM birch: 2 parts of this statement, by cedar/gate/chen, in statement ")
	reader, author := printed(t, "show", "-desk", o.desk("birch"), id), printed(t, "show", "-desk", o.desk("alder"), "-lang", "he", id)
	for _, want := range []string{"Description: [withheld]\n  One small craft.\n", "  a field, whose name is withheld too: could endanger a person\n", "  description/1: would show a source\n", "  As agreed.\n", "MARK       withheld 2\n"} {
		if !strings.Contains(reader, want) || strings.Contains(reader, "ebrafinch") || strings.Contains(reader, "contact") {
			t.Errorf("no %q in\n%s", want, reader)
		}
	}
	for _, want := range []string{"Zebrafinch sees it.", "contact", "description/1", "יחשוף מקור", "חסוי מ-"} {
		if !strings.Contains(author, want) {
			t.Errorf("no %q in\n%s", want, author)
		}
	}
	if form := printed(t, "form", "-desk", o.desk("birch"), "-text", id); !strings.Contains(form, "2 PARTS WITHHELD: ") || strings.Contains(form, "ebrafinch") {
		t.Errorf("the form does not say that some of it is missing:\n%s", form)
	}
	for _, party := range []string{"alder", "birch"} {
		bundle := o.dir + "/" + party + ".bundle"
		printed(t, "export", "-desk", o.desk(party), "-o", bundle, id)
		said := printed(t, "verify", "-charter", o.world.file, bundle)
		if !strings.Contains(said, "without 2 of its parts, by digest") || strings.Contains(said, "exactly these are missing") != (party == "birch") {
			t.Errorf("%s: %s", party, said)
		}
	}
}
