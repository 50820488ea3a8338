package desk

import (
	"slices"
	"strings"
	"testing"
	"time"

	"parley/screening"
)

// imported takes an edition in at cedar's desk.
func (w *world) imported(version, day string, rows ...string) (*ImportView, error) {
	stated := screening.Stated{Name: "EXERCISE-LIST", Version: version}
	stated.Published, _ = time.Parse(time.DateOnly, day)
	text := "id,kind,names,born,countries\n" + strings.Join(rows, "\n") + "\n"
	return w.desks["cedar"].ImportList(w.t.Context(), "en", screening.Plain, stated, []screening.Source{{Name: "list.csv", Text: strings.NewReader(text)}}, w.author(chen))
}

func (w *world) screened(q ScreenRequest) *ScreenView {
	w.t.Helper()
	v, err := w.desks["cedar"].Screen(w.t.Context(), q, w.author(chen))
	w.must(err)
	return v
}

// From the list to the result: a proposal's parties are compared, a person decides,
// the list changes, and what was decided is asked anew.
func TestScreen(t *testing.T) {
	w := traders(t)
	cedar, by := w.desks["cedar"], w.author(chen)
	w.until("the desk knows the key of chen", func() bool { _, err := cedar.officerKey(by); return err == nil })
	if _, err := cedar.Screen(t.Context(), ScreenRequest{Names: []string{"x"}}, by); ruleOf(err) != NoLists {
		t.Errorf("without a list: %v", err)
	}
	if _, err := cedar.Screen(t.Context(), ScreenRequest{Names: []string{"x"}}, w.author("cedar/watch/carl")); err == nil {
		t.Error("an officer who does not read the area screened")
	}
	board, dulbani := "7,entity,ALDER Water Board,,AL", "8,person,Samir al-Dulbani;سمير الدلباني,1961,LB"
	v, err := w.imported("1", "2026-11-01", board, dulbani)
	w.must(err)
	if v.New != 2 || v.Already || v.List.By != chen || v.List.Count != 2 {
		t.Errorf("import %+v", v)
	}
	if v, err = w.imported("1", "2026-11-01", board, dulbani); err != nil || !v.Already {
		t.Errorf("the same again: %+v, %v", v, err)
	}

	id := w.propose(1)
	w.receipt("alder", id)
	w.release(id)
	w.pipeline(chen, id, "proposed")
	shown := w.screened(ScreenRequest{For: id, Names: []string{"Sameer Doulbani", "Dana Levi"}, Owners: "owner,owned,percent\nSamir Dulbani,Zarqun Maritime,50\nDana Levi,Zarqun Maritime,50\n"})
	if shown.Like != 3 || shown.Undecided != 3 || shown.Ownership[0].Finding != screening.Possible {
		t.Fatalf("screened %+v", shown)
	}
	for _, lang := range []string{"en", "ar", "he"} {
		page := w.screened(ScreenRequest{For: id, Lang: lang}).Text
		for _, want := range []string{"Samir al-Dulbani", "Dana Levi", "ALDER water board", "1961", "EXERCISE-LIST", "list-hashes="} {
			if !strings.Contains(page, want) {
				t.Errorf("%s page lacks %q:\n%s", lang, want, page)
			}
		}
	}
	hit := func(v *ScreenView, name string) screening.Hit {
		i := slices.IndexFunc(v.Names, func(s Screened) bool { return s.Name == name })
		if i < 0 || len(v.Names[i].Hits) != 1 {
			t.Fatalf("%s has not one hit in %+v", name, v.Names)
		}
		return v.Names[i].Hits[0]
	}
	for _, bad := range []DecideRequest{{Verdict: "maybe", Reason: "x"}, {Verdict: screening.Same}, {Verdict: screening.Same, Reason: strings.Repeat("x", maxReason+1)}} {
		bad.Hit = hit(shown, "Sameer Doulbani").ID
		if _, err := cedar.DecideHit(t.Context(), bad, by); ruleOf(err) != NoVerdict {
			t.Errorf("decide %+v: %v", bad, err)
		}
	}
	if _, err := cedar.DecideHit(t.Context(), DecideRequest{Hit: "000000000000", Verdict: screening.Same, Reason: "x"}, by); ruleOf(err) != NoHit {
		t.Errorf("decide what was not shown: %v", err)
	}
	decide := func(id, verdict, reason string) {
		t.Helper()
		_, err := cedar.DecideHit(t.Context(), DecideRequest{Hit: id, Verdict: verdict, Reason: reason}, by)
		w.must(err)
	}
	decide(hit(shown, "Sameer Doulbani").ID, screening.Other, "born 1990")
	decide(hit(shown, "Samir Dulbani").ID, screening.Same, "same birth year")
	decide(hit(shown, "ALDER water board").ID, screening.Same, "same registration")
	shown = w.screened(ScreenRequest{For: id, Owners: "owner,owned,percent\nSamir Dulbani,Zarqun Maritime,50\nDana Levi,Zarqun Maritime,50\n"})
	if d := hit(shown, "Sameer Doulbani"); d.Standing != screening.Decided || d.Last.By != chen || d.Last.Reason != "born 1990" || d.Last.Version != "1" {
		t.Errorf("decided %+v", d)
	}
	if shown.Undecided != 0 || shown.Ownership[0].Finding != screening.Barred {
		t.Errorf("after the decisions %+v", shown)
	}

	// The result is told with these fields, and stops the project.
	fields := append(shown.Fields, "disposition=held-ownership", "reviewer=cedar/gate")
	w.send(chen, Saying{Format: "J51", About: id, Fields: fields})
	w.pipeline(adnan, id, "stopped")

	if _, err = w.imported("9", "2999-01-01", board); ruleOf(err) != BadList {
		t.Errorf("an edition that would bar all others: %v", err)
	}
	if _, err = w.imported("0", "2026-10-01", board); ruleOf(err) != BadList {
		t.Errorf("an older edition: %v", err)
	}
	v, err = w.imported("2", "2026-11-02", "8,person,Samir al-Dulbani,1961,LB", "9,person,Dana Levi,1970,")
	w.must(err)
	if v.New != 1 || v.Changed != 1 || v.Gone != 1 || v.Kept != 5 || v.Undecide != 4 {
		t.Errorf("import of another edition %+v", v)
	}
	again := w.screened(ScreenRequest{Again: true})
	for name, want := range map[string]string{"Sameer Doulbani": screening.Changed, "Samir Dulbani": screening.Changed, "ALDER water board": screening.Removed, "Dana Levi": screening.New} {
		if got := hit(again, name).Standing; got != want {
			t.Errorf("%s is %s by the new edition, want %s", name, got, want)
		}
	}
	if _, err := cedar.DecideHit(t.Context(), DecideRequest{Hit: hit(again, "ALDER water board").ID, Verdict: screening.Same, Reason: "x"}, by); ruleOf(err) != NoHit {
		t.Errorf("decide what is off the list: %v", err)
	}
	odd := w.screened(ScreenRequest{Names: []string{"Sаmir al-Dulbаni", "Самир Дульбани"}, Owners: "owner,owned,percent\nСамир Дульбани,Zarqun Maritime,50\n"})
	if odd.Partly != 2 || !odd.Names[1].Partly || strings.Contains(odd.Names[1].Name+odd.Text, "Самир Дульбани: like no") || odd.Ownership[0].Finding != screening.Possible {
		t.Errorf("names in another script: %+v\n%s", odd, odd.Text)
	}
	lists, err := cedar.Lists(t.Context(), "en", by)
	w.must(err)
	if len(lists.Lists) != 2 || !lists.Lists[0].InForce || lists.Lists[1].InForce {
		t.Errorf("lists %+v", lists.Lists)
	}
}

// What was screened and decided for a project is its named readers' alone.
func TestScreenNamedReaders(t *testing.T) {
	w := traders(t)
	birch := w.desks["birch"]
	stated := screening.Stated{Name: "EXERCISE-LIST", Published: time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)}
	_, err := birch.ImportList(t.Context(), "en", screening.Plain, stated, []screening.Source{{Name: "l", Text: strings.NewReader("id,kind,names,born,countries\n7,entity,ALDER Water Board,,\n")}}, w.author(boris))
	w.must(err)
	id := w.propose(2)
	w.receipt("alder", id)
	w.release(id)
	w.pipeline(basma, id, "proposed")
	if _, err := birch.Screen(t.Context(), ScreenRequest{For: id}, w.author(boris)); ruleOf(err) != NamedReaders {
		t.Errorf("another officer screens the project's parties: %v", err)
	}
	shown, err := birch.Screen(t.Context(), ScreenRequest{For: id}, w.author(basma))
	w.must(err)
	q := DecideRequest{Hit: shown.Names[0].Hits[0].ID, Verdict: screening.Other, Reason: "the one of the project"}
	if _, err := birch.DecideHit(t.Context(), q, w.author(boris)); ruleOf(err) != NoHit {
		t.Errorf("another officer decides: %v", err)
	}
	_, err = birch.DecideHit(t.Context(), q, w.author(basma))
	w.must(err)
	for name, want := range map[string]string{basma: screening.Decided, boris: screening.New} {
		v, err := birch.Screen(t.Context(), ScreenRequest{Names: []string{"ALDER water board"}}, w.author(name))
		w.must(err)
		if h := v.Names[0].Hits[0]; h.Standing != want || (h.Last == nil) != (want == screening.New) {
			t.Errorf("%s sees %+v", name, h)
		}
		again, err := birch.Screen(t.Context(), ScreenRequest{Again: true}, w.author(name))
		w.must(err)
		if kept := again.Asked; (kept == 1) != (name == basma) {
			t.Errorf("%s compares %d kept names again", name, kept)
		}
	}
}
