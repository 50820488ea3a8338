package desk

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"parley/accord"
	"parley/charter"
	"parley/format"
	"parley/ical"
	"parley/identity"
	"parley/matter"
	"parley/mechanism"
	"parley/words"
)

// talking has the watch speak in the diplomatic area too, a public line by one
// officer alone.
func talking(c *charter.Charter) {
	for i := range c.Formats {
		if c.Formats[i].Format == "J45/1" {
			c.Formats[i].Sensitive = false
		}
	}
	for i := range c.Roles {
		if c.Roles[i].ID == "watch" {
			c.Roles[i].May = append(c.Roles[i].May, "J40", "J41", "J42", "J43", "J45")
		}
	}
}

// saidBy sends what a side says and has it released.
func (w *world) saidBy(name, format, about string, fields ...string) string {
	w.t.Helper()
	id := w.send(name, Saying{Format: format, About: about, Fields: fields})
	if strings.HasPrefix(name, "cedar") {
		w.receipt("cedar", id)
		w.until("every desk has it", func() bool {
			for _, d := range w.desks {
				if _, ok := d.work.Record(id); !ok {
					return false
				}
			}
			return true
		})
		return id
	}
	w.release(id)
	return id
}

// asked gets a page of a desk's API in a language.
func (w *world) asked(party, path, lang string, into any) (text string) {
	w.t.Helper()
	mux := &routes{}
	w.desks[party].agreedRoutes(mux)
	answer := httptest.NewRecorder()
	join := "?"
	if strings.Contains(path, "?") {
		join = "&"
	}
	mux.ServeHTTP(answer, httptest.NewRequestWithContext(w.t.Context(), http.MethodGet, path+join+"lang="+lang, http.NoBody))
	if answer.Code != http.StatusOK {
		w.t.Fatalf("GET %s at %s: %d %s", path, party, answer.Code, answer.Body)
	}
	var page struct{ Text string }
	for _, v := range []any{&page, into} {
		if v == nil {
			continue
		}
		if err := json.Unmarshal(answer.Body.Bytes(), v); err != nil {
			w.t.Fatal(err)
		}
	}
	return page.Text
}

// holds checks that every desk's page has all of these.
func (w *world) holds(path, lang string, want ...string) {
	w.t.Helper()
	for _, party := range []string{"alder", "birch", "cedar"} {
		text := w.asked(party, path, lang, nil)
		for _, part := range want {
			if !strings.Contains(text, part) {
				w.t.Errorf("%s of %s in %s has no %q:\n%s", path, party, lang, part, text)
			}
		}
	}
}

// level waits until every desk has what cedar has by now.
func (w *world) level() {
	w.t.Helper()
	size := w.desks["cedar"].work.Size()
	w.until("every desk has the ledger", func() bool {
		return w.desks["alder"].work.Size() >= size && w.desks["birch"].work.Size() >= size
	})
}

func instantIn(w *world, d time.Duration) string {
	return w.now().Add(d).UTC().Truncate(time.Second).Format(time.RFC3339)
}

func TestAgreedPages(t *testing.T) {
	w := newWorld(t, talking)
	for _, path := range []string{"/v1/sessions", "/v1/commitments", "/v1/lines", "/v1/questions"} {
		w.holds(path, "en", "  none\n")
	}
	window := "window=" + instantIn(w, time.Hour) + "/" + instantIn(w, 2*time.Hour)
	call := w.saidBy("cedar/gate/chen", "J41", "", "kind=call", "session=doc:session-1", "items=incident, notice list", "attendance=alder/diplomat, birch/diplomat", "form=full", window, "mode=remote", "link=Room 2")
	w.saidBy("alder/watch/amal", "J41", call, "kind=lock", "session=doc:session-1")
	w.holds("/v1/sessions", "en", "doc:session-1 (#", "called, agenda not locked", "Birch: lock the agenda, or call another (J41)")
	open := w.desks["birch"].work.Open("birch") // the call is to be acknowledged, and the agenda to be locked
	if all := len(open); all == 0 || len(slices.CompactFunc(open, func(a, b *mechanism.Record) bool { return a.Index == b.Index })) != all {
		t.Errorf("birch is shown %d statements, some of them twice", all)
	}
	held := w.send("birch/watch/basil", Saying{Format: "J41", About: call, Fields: []string{"kind=lock", "session=doc:session-1"}})
	w.status("cedar", held, "submitted")
	w.level()
	if text := w.asked("alder", "/v1/sessions/session-1", "en", nil); strings.Contains(text, "agenda locked by all") || !strings.Contains(text, "locked by: Alder (#") {
		t.Errorf("with a lock at the gate alder reads:\n%s", text)
	}
	w.release(held)
	w.holds("/v1/sessions/session-1", "en", "agenda locked by all", "  1. incident\n", "  2. notice list\n", "locked by: Alder (#", ", Birch (#", "Cedar: draft the minutes (J42)")
	w.holds("/v1/sessions/"+call, "ar", "جدول الأعمال مثبّت من الجميع")
	w.holds("/v1/sessions/doc:session-1", "he", "סדר היום נעול בידי כולם")

	entry := w.saidBy("alder/watch/amal", "J43", "", "kind=entry", "number=doc:commitment-1", "owner=alder", "recurrence=once", "agreed-in="+call, "due="+instantIn(w, 30*time.Minute),
		"text-en=Batteries are checked.", "text-ar=تُفحص البطاريات.", "text-he=הסוללות נבדקות.")
	w.holds("/v1/commitments", "en", "PROPOSED; owner Alder; once", "Batteries are checked.", "Birch: agree to the text")
	w.saidBy("birch/watch/basil", "J43", entry, "kind=agreement", "number=doc:commitment-1")
	w.holds("/v1/commitments", "he", "הגיע מועדה", "הסוללות נבדקות.")
	for party, d := range w.desks {
		calendar, err := d.Calendar(t.Context(), "en", identity.Author{})
		w.must(err)
		if !slices.ContainsFunc(calendar.Items, func(i ical.Item) bool {
			return i.Kind == ical.Due && strings.HasPrefix(i.UID, entry+"."+accord.StageCommitmentOverdue+".alder@") && strings.Contains(i.Summary, "doc:commitment-1")
		}) {
			t.Errorf("the calendar of %s lacks the commitment:\n%s", party, calendar.Text)
		}
	}
	w.holds("/v1/commitments/commitment-1", "ar", "تُفحص البطاريات.", "Batteries are checked.")
	w.holds("/v1/commitments/commitment-1", "en", "agreed in #")

	line := w.saidBy("alder/watch/amal", "J45", "", "kind=proposal", "line-en=A drone drifted.", "line-ar=انجرفت طائرة.", "line-he=רחפן נסחף.", "release-at="+instantIn(w, time.Hour), "use-mark=OPEN")
	w.holds("/v1/lines", "en", "PROPOSED, not agreed: nobody may say it", "Birch: agree to the words")
	w.saidBy("birch/watch/basil", "J45", line, "kind=agreement")
	w.holds("/v1/lines", "en", "LOCKED: nobody may say it before its time", "en: A drone drifted.")

	question := w.saidBy("alder/watch/amal", "J40", "", "kind=question", "level=working", "subject=Grazing", "text=May herders use the bank?", "reply-by="+instantIn(w, 3*time.Hour))
	w.holds("/v1/questions", "en", "Grazing", "not answered by: Birch")
	answer := w.send("birch/watch/basil", Saying{Format: "J40", About: question, Fields: []string{"kind=answer", "level=working", "subject=Grazing", "text=They may."}})
	w.status("cedar", answer, "submitted")
	w.level()
	if text := w.asked("alder", "/v1/questions", "en", nil); !strings.Contains(text, "not answered by: Birch") || strings.Contains(text, "answer of") {
		t.Errorf("with an answer at the gate alder reads:\n%s", text)
	}
	for _, party := range []string{"birch", "cedar"} {
		if text := w.asked(party, "/v1/questions?all=1", "en", nil); !strings.Contains(text, "They may.") {
			t.Errorf("with an answer at the gate %s reads:\n%s", party, text)
		}
	}
	w.release(answer)
	w.holds("/v1/questions", "en", "  none\n")
	w.holds("/v1/questions?all=1", "en", "answer of Birch (#", "They may.")

	w.ahead.Add(int64(time.Hour))
	w.until("every desk has heard the clock", func() bool {
		for party := range w.desks {
			var register CommitmentsView
			var lines PublicLinesView
			w.asked(party, "/v1/commitments", "en", &register)
			w.asked(party, "/v1/lines", "en", &lines)
			if register.Commitments[0].Status != "overdue" || !lines.Lines[0].MaySay {
				return false
			}
		}
		return true
	})
	w.holds("/v1/lines", "en", "RELEASED: it may be said")
	w.holds("/v1/commitments", "en", "OVERDUE; owner Alder", "opens a case of it with J20, kind=breach, in reply to #")

	report := w.send("birch/watch/basil", Saying{Format: "J20", About: entry, Fields: []string{"kind=breach", "where=DMM 00 31.000N 017 58.500W ±50m", "when=" + instantIn(w, -time.Minute), "confidence=moderate"}})
	w.status("cedar", report, "submitted")
	w.level()
	if text := w.asked("alder", "/v1/commitments", "en", nil); strings.Contains(text, "not kept") {
		t.Errorf("with a report at the gate alder reads:\n%s", text)
	}
	w.release(report)
	w.holds("/v1/commitments", "en", "OVERDUE; owner Alder", "Birch reports in #", "the case goes on")
	w.holds("/v1/commitments/commitment-1", "he", "התיק פתוח")
}

// A list has the newest, and what goes on before what has ended.
func TestNewest(t *testing.T) {
	var all []*mechanism.Matter
	for i, over := range []string{"", accord.Released, "", accord.Lapsed, accord.Released, ""} {
		all = append(all, &mechanism.Matter{Opened: uint64(i), State: &accord.Line{Over: over}})
	}
	for most, want := range map[int][]uint64{0: nil, 2: {2, 5}, 4: {0, 2, 5, 4}, 6: {0, 2, 5, 1, 3, 4}, 9: {0, 2, 5, 1, 3, 4}} {
		kept, older := newest(slices.Clone(all), most)
		var got []uint64
		for _, m := range kept {
			got = append(got, m.Opened)
		}
		if !slices.Equal(got, want) || older != len(all)-len(want) {
			t.Errorf("at most %d: %v and %d older, want %v", most, got, older, want)
		}
	}
}

// Whatever a state may say has words in every language.
func TestAgreedWords(t *testing.T) {
	actions := map[matter.Kind][]string{
		matter.Session:    {accord.LockAgenda, accord.DraftMinutes, accord.AdoptMinutes},
		matter.Commitment: {accord.AgreeText, accord.PutInForce, accord.Keep, accord.Meet, accord.AcceptClaim, accord.ClaimAgain},
		matter.PublicLine: {accord.AgreeLine},
	}
	statuses := map[matter.Kind][]string{
		matter.Session:    {"called", "locked", "drafted", accord.Cancelled, accord.NotLocked, accord.Adopted, accord.AdoptedWithDissent},
		matter.Commitment: {"proposed", "text-agreed", "in-force", "due", "overdue", "claimed", "contested", accord.Met, accord.Waived, accord.Withdrawn},
		matter.PublicLine: {"proposed", "locked", accord.Released, accord.Lapsed, accord.Withdrawn},
	}
	f, _ := format.Catalogue().Newest("matter.due")
	stages, _ := f.Field("stage")
	for _, stage := range []string{accord.StageAgendaLock, accord.StageSessionLapse, accord.StageMinutesDraft, accord.StageMinutesAdoption, accord.StageCommitmentDue, accord.StageCommitmentOverdue,
		accord.StageCommitmentSettled, accord.StageLineAgreement, accord.StageLineRelease} {
		if len(stages.ChoiceNames[stage]) != len(format.Languages()) {
			t.Errorf("the clock has no word for %s", stage)
		}
	}
	for kind := range actions {
		for _, action := range actions[kind] {
			if !words.Has("next." + string(kind) + "." + action) {
				t.Errorf("no words for %s %s", kind, action)
			}
		}
		for _, status := range statuses[kind] {
			if !words.Has("accord." + string(kind) + "." + status) {
				t.Errorf("no words for %s %s", kind, status)
			}
		}
	}
}
