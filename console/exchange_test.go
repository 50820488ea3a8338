package console_test

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"parley/charter"
	"parley/desk"
	"parley/sealed"
)

// Two sides seal their texts on screen; neither page has the other's text before both are
// opened.
func TestExchange(t *testing.T) {
	w := newWorld(t, nil, func(c *charter.Charter) {
		for i := range c.Roles {
			if c.Roles[i].ID == "watch" {
				c.Roles[i].May = append(c.Roles[i].May, sealed.Format)
			}
		}
		for i := range c.Formats {
			if strings.HasPrefix(c.Formats[i].Format, sealed.Format+"/") {
				c.Formats[i].Sensitive = false
			}
		}
	})
	here, there := w.reader(t, amal), w.reader(t, basil)
	here.wants(here.get("/matters/exchanges"), "the register", `href="/exchange"`)
	ours, theirs := "ALDER-SECRET\r\nة <b>", "BIRCH-SECRET"
	form := url.Values{"once": {"1"}, "do": {"deposit"}, "exchange": {"doc:water"}, "text": {ours}, "deadline": {"whenever"}, "open-rule": {"both-in"}}
	here.wants(here.post("/exchange", form), "a refused deposit", `role="alert"`, `value="whenever"`, "ALDER-SECRET")
	form.Set("once", "2")
	form.Set("deadline", time.Now().UTC().Add(2*time.Hour).Format("2006-01-02T15:04Z"))
	deposited := here.post("/exchange", form)
	here.wants(deposited, "the deposit", "Signed: ")
	here.lacks(deposited, "the deposit", "ALDER-SECRET")
	var first desk.ExchangeView
	for _, party := range []string{"alder", "birch"} {
		waitFor(t, party+" has the exchange", func() bool {
			v, err := w.desks[party].Exchanges(t.Context(), "en", false)
			if err != nil || len(v.Exchanges) != 1 {
				return false
			}
			first = v.Exchanges[0]
			return true
		})
	}
	path := "/exchange/" + first.ID
	check := url.Values{"once": {"3"}, "do": {"check"}, "deposit": {first.ID}, "text": {ours}}
	here.wants(here.post(path, check), "a comparison", "It is the text that was deposited.")
	check.Set("text", "ALDER-SECRET")
	check.Set("once", "4")
	here.wants(here.post(path, check), "a comparison with another", "ANOTHER text")
	here.lacks(here.get(path), "the exchange at who has deposited", `value="deposit"`, "ALDER-SECRET")
	page := there.get(path)
	there.wants(page, "the exchange at the other side", `value="deposit"`)
	there.lacks(page, "the exchange at the other side", "ALDER-SECRET", `name="open-rule"`)
	there.wants(there.post(path, check), "a comparison by the other side", `role="alert"`)
	there.wants(there.post(path, url.Values{"once": {"5"}, "do": {"deposit"}, "text": {theirs}}), "the other deposit", "Signed: ")
	waitFor(t, "both are opened", func() bool { return strings.Contains(here.get(path), theirs) })
	waitFor(t, "both are opened there", func() bool { return strings.Contains(there.get(path), "ALDER-SECRET") })
	here.wants(here.get(path), "the opened exchange", "&lt;b&gt;")
}

// Whose statement crossed another's in transit is said above both.
func TestCrossed(t *testing.T) {
	w := newWorld(t, nil)
	ours := w.say(amal, desk.Saying{Format: "J14", Fields: notice})
	theirs := w.say(basil, desk.Saying{Format: "J14", Fields: notice})
	w.act(chen, "release", ours)
	w.act(chen, "release", theirs)
	w.delivered("alder", theirs)
	w.delivered("alder", ours)
	r := w.reader(t, amal)
	r.wants(r.get("/s/"+theirs), "the later", "CROSSED IN TRANSIT", "this statement")
	r.wants(r.get("/s/"+ours), "the earlier", "CROSSED IN TRANSIT", "its author had not seen this statement")
}
