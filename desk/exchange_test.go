package desk

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"parley/charter"
	"parley/delivery"
	"parley/identity"
	"parley/mechanism"
	"parley/proof"
	"parley/sealed"
	"parley/statement"
	"parley/words"
)

const priorities = "doc:irrigation-priorities"

// newExchangeWorld lets the officers of the watch exchange sealed texts.
func newExchangeWorld(t *testing.T) *world {
	t.Helper()
	return newWorld(t, func(c *charter.Charter) {
		for i := range c.Roles {
			if role := &c.Roles[i]; role.ID == "watch" {
				role.May = append(role.May, sealed.Format)
			}
		}
	})
}

var deposits = map[string]struct{ by, second, text string }{
	"alder": {"alder/watch/amal", "alder/watch/adam", "ALDER-SECRET 1 canal\n2 pumps\n3 gauge"},
	"birch": {"birch/watch/basil", "birch/watch/dalia", "BIRCH-SECRET 1 canal\n2 wells\n3 road"},
}

// deposit has two officers of a side seal its text.
func (w *world) deposit(side string, q Deposit) string {
	w.t.Helper()
	id := w.drafted(side, q)
	w.sealedBy(side, id)
	return id
}

// drafted has the first officer seal a text, which then waits for the second.
func (w *world) drafted(side string, q Deposit) string {
	w.t.Helper()
	q.By, q.Exchange, q.Text = w.author(deposits[side].by), priorities, deposits[side].text
	id, err := w.desks[side].Deposit(w.t.Context(), q)
	w.must(err)
	if sent, err := w.desks[side].Await(w.t.Context(), id); err != nil || sent.State != Waits {
		w.t.Fatalf("one officer alone has sent a deposit: %+v, %v", sent, err)
	}
	return id
}

func (w *world) sealedBy(side, id string) {
	w.t.Helper()
	_, err := w.desks[side].Second(w.t.Context(), w.author(deposits[side].second), id, w.look(side, id, "en").Digest)
	w.must(err)
	w.receipt(side, id)
}

// ended waits until a desk shows how the exchange ended.
func (w *world) ended(party, end string) *ExchangeView {
	w.t.Helper()
	v, err := w.desks[party].Exchange(w.t.Context(), priorities, "en", patience)
	w.must(err)
	if v.Status != end {
		w.t.Fatalf("%s shows the exchange as %s, want %s:\n%s", party, v.Status, end, v.Page)
	}
	return v
}

// silent asks everything of a desk's API that could tell a text, and looks for it.
func (w *world) silent(party string, secrets ...string) {
	w.t.Helper()
	d := w.desks[party]
	for _, path := range []string{"/v1/exchanges?all=1", "/v1/exchanges/" + priorities, "/v1/statements?all=1&limit=1000", "/v1/drafts", "/v1/watch", "/v1/status", "/v1/calendar", "/v1/serials", "/v1/line", "/v1/handover"} {
		r, err := http.NewRequestWithContext(w.t.Context(), "GET", d.URL()+path, nil)
		w.must(err)
		r.Header.Set("Authorization", "Bearer "+d.api.token)
		answer, err := http.DefaultClient.Do(r)
		w.must(err)
		text, err := io.ReadAll(answer.Body)
		answer.Body.Close()
		w.must(err)
		for _, secret := range append(secrets, "AGE-SECRET-KEY") {
			if strings.Contains(string(text), secret) {
				w.t.Errorf("%s tells %q at %s:\n%s", party, secret, path, text)
			}
		}
	}
	for index := range d.work.Size() {
		if text, err := d.Content(w.t.Context(), index); err == nil && slices.ContainsFunc(secrets, func(secret string) bool { return strings.Contains(string(text), secret) }) {
			w.t.Errorf("entry %d at %s has a text in the clear", index, party)
		}
	}
}

// audited has an auditor check what each party can show of the exchange, and holds
// that it proves what is wanted.
func (w *world) audited(wants ...string) {
	w.t.Helper()
	for party, d := range w.desks {
		m, err := d.exchange(w.t.Context(), priorities)
		w.must(err)
		var record bytes.Buffer
		w.must(proof.WriteRecord(&record, d.Origin(), d.Journal().Read(w.t.Context(), d.Origin(), 0)))
		whole, err := proof.VerifyRecord(w.t.Context(), &record, w.charter.Charter)
		w.must(err)
		text, err := proof.MakeBundle(w.t.Context(), d.Work(), d.Journal(), d.Origin(), nil, []string{m.ID})
		w.must(err)
		part, err := proof.VerifyBundle(w.t.Context(), text, w.charter.Charter)
		w.must(err)
		for _, want := range wants {
			for kind, proven := range map[string][]string{"record": whole.Proven, "bundle": part.Proven} {
				if !slices.ContainsFunc(proven, func(s string) bool { return strings.Contains(s, want) }) {
					w.t.Errorf("the %s of %s does not prove that %s:\n%s", kind, party, want, strings.Join(proven, "\n"))
				}
			}
		}
	}
}

func (w *world) soon(after time.Duration) string {
	return w.now().Add(after).UTC().Format("2006-01-02T15:04Z")
}

// Both sides deposit, each by two officers; the desks do the rest, started anew at
// every point. Nobody has a text before both do, and the supervisor never.
func TestExchange(t *testing.T) {
	w := newExchangeWorld(t)
	first := w.drafted("alder", Deposit{Deadline: w.soon(2 * time.Hour), OpenRule: sealed.BothIn})
	w.reopen("alder")
	w.sealedBy("alder", first)
	w.reopen("alder")
	if same, err := w.desks["alder"].SameText(t.Context(), first, deposits["alder"].text); err != nil || !same {
		t.Errorf("the text is not the one deposited: %v", err)
	}
	if same, err := w.desks["alder"].SameText(t.Context(), first, "another"); err != nil || same {
		t.Errorf("another text is the one deposited: %v", err)
	}
	w.silent("alder", "ALDER-SECRET")
	w.stopHub()
	w.startHub(nil)
	v, err := w.desks["alder"].Exchange(t.Context(), first, "en", 0)
	w.must(err)
	if v.Status != OneIn || !v.Held || len(v.Next) != 1 || v.Next[0].Party != "birch" {
		t.Errorf("one is in: %+v", v)
	}
	w.until("birch knows of alder's deposit", func() bool { _, ok := w.desks["birch"].work.Record(first); return ok })
	w.close("alder") // it opens when it is back
	second := w.drafted("birch", Deposit{})
	w.sealedBy("birch", second)
	w.until("birch has opened", func() bool {
		v, err := w.desks["birch"].Exchange(t.Context(), priorities, "ar", 0)
		return err == nil && v.Status == Opening && v.Sent
	})
	w.silent("birch", "ALDER-SECRET", "BIRCH-SECRET")
	w.stopHub()
	w.startHub(nil)
	w.reopen("birch")
	w.silent("cedar", "ALDER-SECRET", "BIRCH-SECRET")
	w.open("alder")
	for side, other := range map[string]string{"alder": "birch", "birch": "alder"} {
		v := w.ended(side, sealed.Revealed)
		for _, s := range v.Sides {
			if s.Opened == nil || *s.Opened != deposits[s.Party].text {
				t.Errorf("%s shows of %s: %+v", side, s.Party, s)
			}
			if s.Party == other && s.Verdict != sealed.Kept {
				t.Errorf("%s found the text of %s %s", side, other, s.Verdict)
			}
		}
		w.reopen(side)
		w.ended(side, sealed.Revealed)
	}
	for _, lang := range []string{"en", "ar", "he"} {
		v, err := w.desks["cedar"].Exchange(t.Context(), priorities, lang, patience)
		w.must(err)
		if text, _ := json.Marshal(v); strings.Contains(string(text), "SECRET") || v.Sides[0].Opened != nil || v.Sides[0].Verdict != "" {
			t.Errorf("the supervisor reads:\n%s", text)
		}
	}
	w.silent("cedar", "ALDER-SECRET", "BIRCH-SECRET")
	if _, err := w.desks["alder"].Prove(t.Context(), w.author("alder/watch/amal"), priorities, "en"); ruleOf(err) != Mismatched {
		t.Errorf("a contest of what was kept: %v", err)
	}
	w.audited("the hub released the openings of both in one act at ")
	if left, err := w.desks["alder"].outbox.unsettled(t.Context()); err != nil || len(left) > 0 {
		t.Errorf("the exchange has ended, and %d secrets wait; %v", len(left), err)
	}
}

// A side opens another text than it deposited: the other's desk sees it, writes the
// contest, and two officers publish what proves it to everybody.
func TestExchangeContest(t *testing.T) {
	w := newExchangeWorld(t)
	w.deposit("alder", Deposit{Deadline: w.soon(3 * time.Minute), OpenRule: sealed.AtDeadline})
	w.until("birch knows of alder's deposit", func() bool {
		v, err := w.desks["birch"].Exchanges(t.Context(), "en", false)
		return err == nil && len(v.Exchanges) == 1
	})
	w.deposit("birch", Deposit{})
	cheat := w.desks["birch"].outbox
	own, err := cheat.unsettled(t.Context())
	w.must(err)
	w.must(cheat.dropSecret(t.Context(), own[0].commitment))
	own[0].text.Text = "BIRCH-LIE"
	w.must(cheat.keepSecret(t.Context(), own[0], w.now()))
	w.desks["birch"].deposited.raise() // it may have looked in between, and found nothing to open
	w.silent("alder", "ALDER-SECRET", "BIRCH-LIE")
	w.ahead.Add(int64(3 * time.Minute))
	v := w.ended("alder", sealed.Revealed)
	if other := v.Sides[1]; other.Verdict != sealed.Mismatched || other.Opened == nil || *other.Opened != "BIRCH-LIE" || !strings.Contains(v.Page, "ANOTHER TEXT") {
		t.Fatalf("alder shows of birch: %+v\n%s", other, v.Page)
	}
	var drafts []KeptDraft
	w.until("alder's desk has written the contest", func() bool {
		drafts, err = w.desks["alder"].Drafts(t.Context(), identity.Author{})
		w.must(err)
		return len(drafts) > 0
	})
	w.reopen("alder")
	for _, lang := range []string{"en", "ar", "he"} {
		v, err := w.desks["alder"].Watch(t.Context(), lang, identity.Author{})
		w.must(err)
		if !slices.ContainsFunc(v.Alarms, func(a Alarm) bool { return a.Kind == AlarmSealed && a.Party == "birch" }) {
			t.Errorf("the watch floor raises no alarm:\n%s", v.Text)
		}
	}
	if drafts, err = w.desks["alder"].Drafts(t.Context(), identity.Author{}); err != nil || len(drafts) != 1 || drafts[0].Problem.Rule != Mismatched {
		t.Fatalf("drafts %+v, %v", drafts, err)
	}
	id, err := w.desks["alder"].Resume(t.Context(), drafts[0].Number, Saying{By: w.author("alder/watch/adam")})
	w.must(err)
	_, err = w.desks["alder"].Second(t.Context(), w.author("alder/watch/amal"), id, w.look("alder", id, "en").Digest)
	w.must(err)
	w.receipt("alder", id)
	w.until("the supervisor can see for itself", func() bool {
		v, err := w.desks["cedar"].Exchange(t.Context(), priorities, "en", 0)
		w.must(err)
		return v.Sides[1].Verdict == sealed.Mismatched && v.Sides[1].Opened != nil && *v.Sides[1].Opened == "BIRCH-LIE" && v.Sides[0].Opened == nil
	})
	w.until("birch knows of the contest", func() bool {
		v, err := w.desks["birch"].Exchange(t.Context(), priorities, "he", 0)
		w.must(err)
		return v.Sides[1].Contest != ""
	})
	w.audited("birch opened another text than it had deposited, as alder contests")
}

// Whatever a state asks to be done is said in every language.
func TestExchangeWords(t *testing.T) {
	for _, action := range []string{sealed.Deposit, sealed.Signal, "open"} {
		if key := "next.exchange." + action; !words.Has(key) {
			t.Errorf("no words %q", key)
		}
	}
	for _, verdict := range []sealed.Verdict{sealed.Kept, sealed.Mismatched, sealed.Unopenable, sealed.Unproven} {
		if key := "exchange.verdict." + string(verdict); !words.Has(key) {
			t.Errorf("no words %q", key)
		}
	}
	for _, status := range []string{OneIn, BothIn, Opening, sealed.Revealed, sealed.Lapsed} {
		if key := "exchange.status." + status; !words.Has(key) {
			t.Errorf("no words %q", key)
		}
	}
}

// What is missing at its time leaves both sealed, for good.
func TestExchangeLapses(t *testing.T) {
	for _, both := range []bool{false, true} {
		w := newExchangeWorld(t)
		w.deposit("alder", Deposit{Deadline: w.soon(3 * time.Minute), OpenRule: sealed.BothIn})
		away := 4 * time.Minute
		if both {
			w.until("birch knows of alder's deposit", func() bool {
				v, err := w.desks["birch"].Exchanges(t.Context(), "he", false)
				return err == nil && len(v.Exchanges) == 1
			})
			id := w.drafted("birch", Deposit{})
			db := w.desks["birch"].outbox.db // its opening fails: the desk has lost what it sealed
			_, err := db.ExecContext(t.Context(), "UPDATE sealed SET settled = 1")
			w.must(err)
			w.sealedBy("birch", id)
			w.until("alder has opened", func() bool {
				v, err := w.desks["alder"].Exchange(t.Context(), priorities, "en", 0)
				return err == nil && v.Sent
			})
			away = 31 * time.Minute
		}
		w.ahead.Add(int64(away))
		for _, party := range []string{"alder", "birch", "cedar"} {
			v := w.ended(party, sealed.Lapsed)
			if !slices.Equal(v.Missing, []string{"birch"}) || v.Sides[0].Opened != nil || v.Sides[1].Opened != nil {
				t.Errorf("%s shows %+v", party, v)
			}
			w.silent(party, "ALDER-SECRET", "BIRCH-SECRET")
		}
		w.audited(map[bool]string{false: "because birch missed its deposit, and no opening was released", true: "because birch missed its opening, and no opening was released"}[both])
		if both {
			var openings int
			for index := range w.desks["alder"].work.Size() {
				if record, ok := w.desks["alder"].work.RecordAt(index); ok && strings.HasPrefix(record.Claims.Format, sealed.Opening) {
					openings++
					if record.Delivery.Status != delivery.Lapsed {
						t.Errorf("alder's opening is %s", record.Delivery.Status)
					}
					if _, known := w.desks["birch"].work.Record(record.Claims.ID); known {
						t.Error("birch has what alder sealed")
					}
				}
			}
			if openings != 1 {
				t.Errorf("alder has opened %d times", openings)
			}
		}
	}
}

// Both sides begin the exchange, each without knowing of the other. Who is later goes on
// with what was sealed, in reply to who was sooner.
func TestDepositsCross(t *testing.T) {
	w := newExchangeWorld(t)
	terms := Deposit{Deadline: w.soon(time.Hour), OpenRule: sealed.BothIn}
	id := w.drafted("alder", terms)
	first := w.deposit("birch", terms)
	w.until("alder knows of birch's deposit", func() bool { _, ok := w.desks["alder"].work.Record(first); return ok })
	_, err := w.desks["alder"].Second(t.Context(), w.author(deposits["alder"].second), id, w.look("alder", id, "en").Digest)
	kept, ok := errors.AsType[*Kept](err)
	if !ok || ruleOf(err) != mechanism.MatterName {
		t.Fatalf("a second first deposit: %v", err)
	}
	id, err = w.desks["alder"].Resume(t.Context(), kept.Draft, Saying{By: w.author(deposits["alder"].by), About: first})
	w.must(err)
	w.sealedBy("alder", id)
	v := w.ended("birch", sealed.Revealed)
	if v.Sides[1].Party != "alder" || v.Sides[1].Opened == nil || *v.Sides[1].Opened != deposits["alder"].text {
		t.Errorf("birch shows %+v", v.Sides)
	}
}

// A deposit whose text the desk does not hold is refused, as is a text that cannot be
// sealed; neither leaves anything behind.
func TestDepositRefused(t *testing.T) {
	w := newExchangeWorld(t)
	d, by := w.desks["alder"], w.author("alder/watch/amal")
	_, key, err := sealed.NewIdentity()
	w.must(err)
	for name, row := range map[string]struct {
		rule string
		do   func() error
	}{
		"by hand": {NoSecret, func() error {
			_, err := d.Say(t.Context(), Saying{By: by, Format: sealed.Format, Fields: []string{"kind=deposit", "exchange=" + priorities, "commitment=" + statement.EncodeHash([32]byte{1}), "key=" + key, "deadline=" + w.soon(time.Hour), "open-rule=both-in"}})
			return err
		}},
		"empty": {BadText, func() error {
			_, err := d.Deposit(t.Context(), Deposit{By: by, Exchange: priorities})
			return err
		}},
		"too long": {BadText, func() error {
			_, err := d.Deposit(t.Context(), Deposit{By: by, Exchange: priorities, Text: strings.Repeat("x", sealed.MaxText+1)})
			return err
		}},
		"of no exchange": {NotFound, func() error {
			_, err := d.Deposit(t.Context(), Deposit{By: by, Text: "x", About: "01NOTHING"})
			return err
		}},
	} {
		if err := row.do(); ruleOf(err) != row.rule {
			t.Errorf("%s: %v, want %s", name, err, row.rule)
		}
	}
	id, err := d.Deposit(t.Context(), Deposit{By: by, Exchange: priorities, Text: "ALDER-SECRET", Deadline: "yesterday", OpenRule: sealed.BothIn})
	if err == nil {
		t.Fatalf("a deposit without a deadline is %s", id)
	}
	drafts, err := d.Drafts(t.Context(), identity.Author{})
	w.must(err)
	text, _ := json.Marshal(drafts)
	if strings.Contains(string(text), "ALDER-SECRET") {
		t.Errorf("a draft tells the text:\n%s", text)
	}
	id, err = d.Resume(context.WithoutCancel(t.Context()), drafts[len(drafts)-1].Number, Saying{By: by, Fields: []string{"deadline=" + w.soon(time.Hour)}})
	w.must(err)
	w.sealedBy("alder", id)
	if info, err := os.Stat(filepath.Join(w.dir, "alder")); err != nil || info.Mode().Perm() != 0o700 {
		t.Errorf("the folder of the secrets: %v %v", info.Mode(), err)
	}
}
