package console_test

import (
	"net/url"
	"strings"
	"testing"

	"parley/charter"
	"parley/desk"
	"parley/mechanism"
)

// analysts lets the watch send items under control, ask for consent, answer and copy.
func analysts(c *charter.Charter) {
	for i := range c.Roles {
		if c.Roles[i].ID == "watch" {
			c.Roles[i].May = append(c.Roles[i].May, "J31", mechanism.ConsentAsk, mechanism.ConsentAnswer, mechanism.CopyMade)
		}
	}
	for i := range c.Formats {
		if c.Formats[i].Format == "J31/1" {
			c.Formats[i].Gate, c.Formats[i].Sensitive = charter.GateNone, false
		}
	}
}

// What is under another's control leaves by consent, all of it on screen: asked,
// answered at the other desk, and then copied into a file.
func TestForward(t *testing.T) {
	w := newWorld(t, nil, analysts)
	id := w.say(basil, desk.Saying{Format: "J31", To: []string{"alder"}, Fields: []string{"source=B", "credibility=3", "item=The clip is forged.", "confidence=moderate", "tlp=AMBER", "use-mark=PROTECT-ONLY", "originator-control=yes", "dissent=none"}})
	w.delivered("alder", id)
	const office = "the ministry's <legal> office"
	here, there := w.reader(t, amal), w.reader(t, basil)
	here.wants(here.get("/s/"+id), "the statement", "ORIGINATOR CONTROL", "/s/"+id+"/forward")
	there.lacks(there.get("/s/"+id), "it at its author's", "ORIGINATOR CONTROL", "/s/"+id+"/forward")

	page := here.get("/s/" + id + "/forward")
	here.wants(page, "the page before anything is asked", "/s/"+id+"/ask-consent", "Nobody has been asked yet", "No recipient has the consent")
	here.lacks(page, "the page before anything is asked", `name="recipient"`)
	here.wants(here.post("/s/"+id+"/forward", url.Values{"once": {"1"}, "recipient": {office}}), "a copy without consent", `role="alert"`, mechanism.ConsentMissing)

	here.wants(here.get("/s/"+id+"/ask-consent"), "the request", `name="field.recipient"`, `name="field.purpose"`)
	here.post("/s/"+id+"/ask-consent", url.Values{"once": {"2"}, "field.recipient": {office}, "field.purpose": {"verify"}})
	asked := ""
	waitFor(t, "birch has the request", func() bool {
		v, err := w.desks["birch"].Consents(t.Context(), "en", author(basil))
		if err == nil && len(v.Consents) == 1 && v.Consents[0].Status == "open" {
			asked = v.Consents[0].ID
		}
		return asked != ""
	})
	there.wants(there.get("/s/"+asked), "the request at the other desk", "/s/"+asked+"/answer-consent", "asks consent about")
	here.lacks(here.get("/s/"+asked), "the request at its author's", "/s/"+asked+"/answer-consent")
	there.wants(there.post("/s/"+asked+"/answer-consent", url.Values{"once": {"3"}, "field.answer": {"granted"}, "field.conditions": {"For reading only."}}), "the answer", "Signed: ")
	waitFor(t, "alder has the answer", func() bool {
		return strings.Contains(here.get("/s/"+id+"/forward"), `name="recipient"`)
	})
	page = here.get("/s/" + id + "/forward")
	here.wants(page, "the page once it is granted", "GRANTED", "For reading only.", "the ministry&#39;s &lt;legal&gt; office")
	if file := here.post("/s/"+id+"/forward", url.Values{"once": {"4"}, "recipient": {office}}); !strings.HasPrefix(file, "{") && !strings.HasPrefix(file, "parley") {
		t.Errorf("the copy is %.200q", file)
	}
	waitFor(t, "the copy is listed", func() bool { return strings.Contains(here.get("/s/"+id+"/forward"), "USED") })
}

// Names are compared on screen, and a person decides each hit; who does not read the
// area of projects is refused.
func TestScreening(t *testing.T) {
	w := newWorld(t, areasOf{adam: {"military"}})
	w.importList("alder", amal)
	r := w.reader(t, amal)
	r.wants(r.get("/screening"), "the page", "OFAC SDN", `name="names"`)
	names := url.Values{"names": {"סמיר דולבאני\nDana <b>Levi"}, "once": {"1"}}
	page := r.post("/screening", names)
	r.wants(page, "what the lists say", "NOT DECIDED", "like no listed name", "Dana &lt;b&gt;Levi", `name="decide"`)
	r.lacks(page, "what the lists say", "<b>Levi")
	_, after, _ := strings.Cut(page, `name="decide" value="`)
	hit, _, _ := strings.Cut(after, `"`)
	names.Set("decide", hit)
	names.Set("verdict."+hit, "other")
	names.Set("once", "2")
	r.wants(r.post("/screening", names), "a decision without a reason", `role="alert"`, `value="other" checked`, "NOT DECIDED")
	names.Set("reason."+hit, "born 1990")
	names.Set("once", "3")
	page = r.post("/screening", names)
	r.wants(page, "a decision", "Decision kept:", "it is somebody else. <bdi", "born 1990")
	r.lacks(page, "a decision", "NOT DECIDED")
	names = url.Values{"names": {"x"}, "owners": {"owner,owned,percent\nסמיר דולבאני,Orchard Works,60\n"}, "once": {"4"}}
	r.wants(r.post("/screening", names), "what owners hold", "below the 50 percent rule")

	other := w.reader(t, adam)
	other.wants(other.get("/screening"), "the page of who does not read it", `class="problem"`)
	other.lacks(other.post("/screening", names), "the answer to who does not read it", "OFAC SDN")
}
