package desk

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"parley/casefile"
	"parley/identity"
	"parley/registrar"
	"parley/words"
)

// Whatever a case may ask for, and wherever it may stand, has words.
func TestCaseWords(t *testing.T) {
	for _, action := range []string{casefile.StageHolding, casefile.StageAnswer, casefile.StageCall, casefile.StageMeeting, casefile.StageMeetingAnswer, casefile.StageMeetingOver, casefile.StageOffer, casefile.StageVisit,
		casefile.StageVisitAnswer, casefile.StageVisitOver, casefile.StageInterim, casefile.StageFinal, casefile.StageStands, casefile.StageRemedies} {
		if !words.Has("next.case." + action) {
			t.Errorf("no words for %s", action)
		}
	}
	for _, stage := range []string{casefile.Reported, casefile.Clocked, casefile.Answered, casefile.NoAnswer, casefile.Examined, casefile.Interim, casefile.Finding, casefile.Remedies, casefile.Closed, casefile.Withdrawn} {
		if !words.Has("case.stage." + stage) {
			t.Errorf("no words for %s", stage)
		}
	}
	for _, row := range []string{casefile.RowUnsaid, casefile.RowOpen, casefile.RowAgreed, casefile.RowDiffers, casefile.RowDisputed} {
		if !words.Has("case.row." + row) {
			t.Errorf("no words for %s", row)
		}
	}
}

// Three cases, two of them of one kind in one place; one reader who may read none.
func TestCaseList(t *testing.T) {
	w := newWorld(t)
	const basil = "birch/watch/basil"
	report := func(kind, where, harm string) string {
		return w.saidBy(basil, "J20", "", "kind="+kind, "what=EXERCISE. Seen. EXERCISE.", "where="+where, "when="+w.now().Add(-20*time.Minute).UTC().Format("2006-01-02T15:04Z"), "noticed-by=patrol", "harm="+harm, "confidence=high")
	}
	first := report("shots", "DMM 00 31.200N 017 58.400W ±30m", "none")
	report("shots", "DMM 00 31.300N 017 58.400W ±30m", "none")
	hurt := report("injury", "DMM 00 40.000N 017 58.400W ±30m", "injury")
	waiting := w.send(basil, Saying{Format: "J20", Fields: []string{"kind=fire", "what=EXERCISE. Smoke. EXERCISE.", "where=DMM 00 31.200N 017 58.400W ±30m", "when=" + w.now().Add(-20*time.Minute).UTC().Format("2006-01-02T15:04Z"), "noticed-by=patrol", "harm=none", "confidence=high"}})
	w.status("cedar", waiting, "submitted")

	asked := func(path string) *CaseList {
		t.Helper()
		mux := &routes{}
		w.desks["alder"].caseRoutes(mux)
		answer := httptest.NewRecorder()
		mux.ServeHTTP(answer, httptest.NewRequestWithContext(t.Context(), http.MethodGet, path, http.NoBody))
		l := new(CaseList)
		if err := json.Unmarshal(answer.Body.Bytes(), l); err != nil || answer.Code != http.StatusOK {
			t.Fatalf("GET %s: %d %s", path, answer.Code, answer.Body)
		}
		return l
	}
	l := asked("/v1/cases?group=1&as=alder/watch/amal")
	if l.Open != 3 || l.Ages[0].Cases != 3 || l.Overdue != 0 || l.Cases[0].ID != hurt {
		t.Errorf("listed:\n%s", l.Text)
	}
	sizes := map[int]int{}
	for _, g := range l.Groups {
		sizes[len(g.Entries)]++
	}
	if len(l.Groups) != 2 || sizes[2] != 1 || sizes[1] != 1 {
		t.Errorf("grouped %v:\n%s", l.Groups, l.Text)
	}

	const narrow = "alder/watch/nora"
	w.newKey(narrow)
	r, err := registrar.Open(t.Context(), w.charter.Charter, w.charter.Hub.URLs[0], "alder", identity.NewSigner(w.keys["alder/registrar/root"]), time.Now)
	w.must(err)
	defer r.Close()
	request, err := identity.NewRequest(t.Context(), signerOf(w, narrow), w.charter.Mechanism, w.author(narrow), []string{"diplomatic"}, w.charter.Exercise)
	w.must(err)
	_, err = r.Endorse(t.Context(), request)
	w.must(err)
	alder := w.desks["alder"]
	w.until("the key is known", func() bool { _, err := alder.officerKey(w.author(narrow)); return err == nil })
	if l := asked("/v1/cases?as=" + narrow); len(l.Cases) != 0 || l.Open != 0 || strings.Contains(l.Text, "shots") {
		t.Errorf("listed for a key that does not read them:\n%s", l.Text)
	}
	if _, err := alder.Case(t.Context(), first, "en", w.author(narrow), true); ruleOf(err) != NotFound {
		t.Errorf("a case is shown to a key that does not read it: %v", err)
	}
	if _, err := alder.Case(t.Context(), waiting, "en", w.author("alder/watch/amal"), true); ruleOf(err) != NotFound {
		t.Errorf("what waits at the gate is shown: %v", err)
	}
}
