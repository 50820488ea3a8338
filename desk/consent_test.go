package desk

import (
	"slices"
	"strings"
	"testing"
	"time"

	"parley/charter"
	"parley/identity"
	"parley/mechanism"
	"parley/proof"
)

// analysts lets the watch send items, ask for consent, answer and copy.
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

var clipItem = []string{"source=B", "credibility=3", "item=The clip is forged.", "confidence=moderate", "tlp=AMBER", "use-mark=PROTECT-ONLY", "originator-control=yes", "dissent=none"}

const ministry = "the ministry's legal office"

// A statement under originator control leaves the desk for one recipient, by the
// consent to that, or not at all; what is denied is kept, and the copy names its
// recipient to whoever verifies it.
func TestForward(t *testing.T) {
	w := newWorld(t, analysts)
	alder, ctx := w.desks["alder"], t.Context()
	amal := w.author("alder/watch/amal")
	id := w.send("birch/watch/basil", Saying{Format: "J31", To: []string{"alder"}, Fields: clipItem})
	w.until("alder has it", func() bool { _, ok := alder.work.Record(id); return ok })
	forward := func(recipient string) (*Forwarded, error) {
		return alder.Forward(ctx, amal, id, recipient, "en", patience)
	}
	if _, err := forward(ministry); ruleOf(err) != mechanism.ConsentMissing || !strings.Contains(err.Error(), "birch") {
		t.Fatalf("without consent: %v", err)
	}
	asked := w.act("alder/watch/amal", "ask-consent", id, "recipient="+ministry, "purpose=verify")
	w.until("birch has the request", func() bool {
		v, err := w.desks["birch"].Watch(ctx, "ar", w.author("birch/watch/basil"))
		return err == nil && slices.ContainsFunc(v.Tasks, func(t Task) bool { return t.ID == asked })
	})
	if _, err := forward(ministry); ruleOf(err) != mechanism.ConsentMissing {
		t.Fatalf("before the answer: %v", err)
	}
	granted := w.act("birch/watch/basil", "answer-consent", asked, "answer=granted", "conditions=For reading only.")
	w.until("alder has the answer", func() bool { _, ok := alder.work.Record(granted); return ok })
	if _, err := forward("somebody else"); ruleOf(err) != mechanism.ConsentMissing {
		t.Fatalf("for another recipient: %v", err)
	}
	made, err := forward(ministry)
	w.must(err)
	again, err := forward(ministry)
	w.must(err)
	if made.Again || !again.Again || again.Copy != made.Copy {
		t.Errorf("the copy is %+v, and again %+v", made, again)
	}
	if _, err := alder.Forward(ctx, w.author("alder/watch/adam"), id, ministry, "en", patience); ruleOf(err) != mechanism.ConsentUsed {
		t.Errorf("another officer's copy by a consent to one: %v", err)
	}
	result, err := proof.VerifyBundle(ctx, made.Bundle, w.charter.Charter)
	w.must(err)
	if len(result.Copies) != 1 || result.Copies[0].Recipient != ministry || result.Copies[0].Statement != id || result.Copies[0].By != amal.String() {
		t.Errorf("the copy's file says %+v", result.Copies)
	}
	v, err := alder.Denials(ctx, identity.Author{}, 10)
	w.must(err)
	if v.Denied != 4 || len(v.Denials) != 4 || v.Denials[0].Officer != "alder/watch/adam" || v.Denials[1].Recipient != "somebody else" || v.Denials[3].Statement != id {
		t.Errorf("denied %+v", v)
	}
	for _, party := range []string{"alder", "birch", "cedar"} { // all who are to know of the copy do
		w.until(party+" sees the copy", func() bool {
			v, err := w.desks[party].Consents(ctx, "he", identity.Author{})
			return err == nil && len(v.Consents) == 1 && v.Consents[0].Status == "used" && len(v.Consents[0].Copies) == 1 && strings.Contains(v.Text, "עותק")
		})
	}
	own := w.send("alder/watch/amal", Saying{Format: "J31", To: []string{"birch"}, Fields: clipItem})
	w.until("alder has its own", func() bool { _, ok := alder.work.Record(own); return ok })
	if _, err := alder.Forward(ctx, amal, own, ministry, "en", patience); ruleOf(err) != mechanism.NotControlled {
		t.Errorf("its own: %v", err)
	}
	if _, err := proof.MakeOutside(ctx, alder.Work(), alder.Journal(), alder.Origin(), nil, []string{id}, "alder", false); ruleOf(err) != mechanism.ConsentMissing {
		t.Errorf("a bundle for others: %v", err)
	}
	_, err = proof.MakeOutside(ctx, w.desks["birch"].Work(), w.desks["birch"].Journal(), alder.Origin(), nil, []string{id}, "birch", false)
	w.must(err)
}

// A request that is not answered in the charter's time is said to be overdue by the
// hub's clock, once.
func TestConsentOverdue(t *testing.T) {
	w := newWorld(t, analysts, func(c *charter.Charter) { c.Clocks.Consent = &charter.Consent{AnswerMinutes: 60} })
	id := w.send("birch/watch/basil", Saying{Format: "J31", To: []string{"alder"}, Fields: clipItem})
	w.until("alder has it", func() bool { _, ok := w.desks["alder"].work.Record(id); return ok })
	asked := w.act("alder/watch/amal", "ask-consent", id, "recipient="+ministry, "purpose=verify")
	w.ahead.Store(int64(61 * time.Minute))
	w.send("cedar/gate/chen", Saying{Format: "J31", To: []string{"alder"}, Fields: clipItem}) // the hub's clock looks at the time again
	w.until("it is overdue", func() bool {
		v, err := w.desks["birch"].Consents(t.Context(), "en", w.author("birch/watch/basil"))
		r, ok := w.desks["birch"].work.Record(asked)
		return err == nil && ok && v.Consents[0].Status == "overdue" && len(r.Delivery.Calls) > 0
	})
}
