package desk

import (
	"strings"
	"testing"
	"time"

	"parley/casefile"
	"parley/format"
	"parley/screening"
)

// A side hides no alarm from the other's watch by referring it to a project that the
// watch may not read.
func TestAlarmBesideProject(t *testing.T) {
	w := traders(t)
	birch, basil := w.desks["birch"], w.author("birch/watch/basil")
	id := w.propose(1)
	w.receipt("alder", id)
	w.release(id)
	w.pipeline(basma, id, "proposed")
	f, _ := format.Catalogue().Newest("J10")
	var fields []string
	for name, typed := range f.Example {
		if name != "when" && name != "until" {
			fields = append(fields, name+"="+typed)
		}
	}
	fields = append(fields, "when="+format.WriteInstant(w.now()), "until="+format.WriteInstant(sevenTomorrow))
	alarm := w.send("alder/watch/amal", Saying{Format: "J10", About: id, Fields: fields})
	w.receipt("alder", alarm)
	w.release(alarm)
	w.until("birch has it", func() bool { _, ok := birch.work.Record(alarm); return ok })
	if _, err := birch.ShowTo(t.Context(), alarm, "en", basil); err != nil {
		t.Errorf("the watch cannot read it: %v", err)
	}
	if _, err := birch.Act(t.Context(), "ack", Saying{By: basil, About: alarm}); err != nil {
		t.Errorf("the watch cannot acknowledge it: %v", err)
	}
}

// A proposal that names for another party nobody who could read it is read there as
// if it named nobody: or that party would be silent by its proposer's choice.
func TestReadersWhoAreNot(t *testing.T) {
	w := traders(t)
	birch := w.desks["birch"]
	id := w.send(adnan, Saying{Format: "J50", Fields: []string{"sector=water", "parties=ALDER water board", "goods=EXERCISE. One pump set.", "end-use=EXERCISE. Irrigation.", "place=DMM 00 33.600N 017 57.000W ±50m; intake",
		"value-band=under-100k USD", "benefits=EXERCISE. Water for both valleys.", "readers=birch/commercial/nobody"}})
	w.receipt("alder", id)
	w.release(id)
	w.until("birch has it", func() bool { _, ok := birch.work.Matter(id); return ok })
	if _, err := birch.ShowTo(t.Context(), id, "en", w.author(boris)); ruleOf(err) != NamedReaders {
		t.Errorf("the charter's reader is another, and %s is answered %v", boris, err)
	}
	if _, err := birch.Project(t.Context(), id, "en", w.author(basma)); err != nil {
		t.Errorf("nobody at birch can read it: %v", err)
	}
	if _, err := birch.Say(t.Context(), Saying{By: w.author(basma), Format: "J52", About: id, Fields: []string{"kind=objection", "reason=goods"}}); err != nil {
		t.Errorf("nobody at birch can answer it: %v", err)
	}
}

// What was decided about a name of a project is for the project's readers: whoever
// asks the same name by itself learns neither that nor the reason.
func TestDecisionsAreOfProjects(t *testing.T) {
	w := traders(t)
	birch := w.desks["birch"]
	id := w.propose(1)
	w.receipt("alder", id)
	w.release(id)
	w.pipeline(basma, id, "proposed")
	stated := screening.Stated{Name: "EXERCISE-LIST", Version: "1", Published: sevenTomorrow.Add(-480 * time.Hour)}
	text := "id,kind,names,born,countries\n7,entity,ALDER Water Board,,AL\n"
	_, err := birch.ImportList(t.Context(), "en", screening.Plain, stated, []screening.Source{{Name: "list.csv", Text: strings.NewReader(text)}}, w.author(basma))
	w.must(err)
	asked := func(name string, q ScreenRequest) screening.Hit {
		t.Helper()
		v, err := birch.Screen(t.Context(), q, w.author(name))
		w.must(err)
		if len(v.Names) != 1 || len(v.Names[0].Hits) != 1 {
			t.Fatalf("%s is shown %+v", name, v.Names)
		}
		return v.Names[0].Hits[0]
	}
	alone := ScreenRequest{Names: []string{"ALDER water board"}}
	hit := asked(basma, ScreenRequest{For: id})
	asked(boris, alone) // whoever is shown the same hit later
	_, err = birch.DecideHit(t.Context(), DecideRequest{Hit: hit.ID, Verdict: screening.Same, Reason: "Xylophone"}, w.author(basma))
	w.must(err)
	if h := asked(boris, alone); h.Standing != screening.New || h.Last != nil {
		t.Errorf("%s is shown %+v", boris, h.Last)
	}
	if again, err := birch.Screen(t.Context(), ScreenRequest{Again: true}, w.author(boris)); err != nil || again.Asked != 0 {
		t.Errorf("%s is asked again about %+v, %v", boris, again, err)
	}
	if h := asked(basma, ScreenRequest{For: id}); h.Standing != screening.Decided || h.Last.Reason != "Xylophone" {
		t.Errorf("%s is shown %+v", basma, h)
	}
	_, err = birch.DecideHit(t.Context(), DecideRequest{Hit: hit.ID, Verdict: screening.Other, Reason: "of another country"}, w.author(boris))
	w.must(err)
	if h := asked(basma, ScreenRequest{For: id}); h.Last.By != basma {
		t.Errorf("%s is shown %+v", basma, h)
	}
}

// A draft is for the readers that it names, however that is typed.
func TestDraftNamesReaders(t *testing.T) {
	w := traders(t)
	alder := w.desks["alder"]
	for _, readers := range []string{"readers=", "readers =", " readers= "} {
		_, err := alder.Say(t.Context(), Saying{By: w.author(adnan), Format: "J50", Fields: []string{"goods=Xylophone", readers + adnan}})
		number, _ := w.notSent("format.field", err)
		drafts, err := alder.Drafts(t.Context(), w.author(amal))
		w.must(err)
		for _, k := range drafts {
			if k.Number == number && !k.Withheld {
				t.Errorf("with %q it is shown to %s: %v", readers, amal, k.Saying.Fields)
			}
		}
	}
}

// A finding that names a project among its commitments has no case show it.
func TestCaseShowsNoProject(t *testing.T) {
	w := traders(t)
	birch := w.desks["birch"]
	id := w.propose(1)
	w.receipt("alder", id)
	w.release(id)
	w.pipeline(basma, id, "proposed")
	v := &CaseView{State: &casefile.State{Findings: []casefile.Ruling{{Commitments: []string{id}}}}}
	w.must(v.addRemedies(t.Context(), replica{birch}, CaseReader{Charter: birch.Charter(), Party: "birch", Lang: "en", Now: w.now(), Whole: true}))
	if len(v.Remedies) > 0 {
		t.Errorf("the case shows %+v", v.Remedies)
	}
}
