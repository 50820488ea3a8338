package casefile

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"
)

var (
	moves = flag.Int("moves", 10_000, "random moves of TestRandomMoves")
	seed  = flag.Uint64("seed", 1, "of TestRandomMoves")
)

// Whatever is said in whatever order, a case keeps what [sound] asks of it, no
// state is changed by what follows it, and it can be brought to its end.
func TestRandomMoves(t *testing.T) {
	stages := map[string]int{}
	taken, said := 0, 0
	for run := uint64(0); said < *moves; run++ {
		r := rand.New(rand.NewPCG(*seed, run))
		f := open(t, drone)
		for step := 0; step < 60 && f.Ended() == "" && said < *moves; step++ {
			said++
			if r.IntN(4) == 0 {
				f.at(f.now.Sub(noon) + time.Duration(r.IntN(60))*time.Hour/2)
				continue
			}
			words := random(r, f.State)
			before := fmt.Sprintf("%+v", f.State)
			old := f.State
			logged := f.now.Add(-time.Duration(r.IntN(3)) * time.Hour)
			if err := f.gated(fmt.Sprintf("%d-%d", run, step), words, logged); err == nil {
				taken++
			} else if !strings.Contains(ruleOf(err), ".") {
				t.Fatalf("seed %d, run %d, %s: %v", *seed, run, words, err)
			}
			if fmt.Sprintf("%+v", old) != before {
				t.Fatalf("seed %d, run %d: %s changed the state that it followed", *seed, run, words)
			}
			stages[f.Stage()]++
		}
		if err := finish(f); err != nil {
			t.Fatalf("seed %d, run %d: %v", *seed, run, err)
		}
		stages[f.Stage()]++
	}
	for _, stage := range []string{Clocked, Answered, NoAnswer, Examined, Interim, Finding, Remedies, Closed, Withdrawn} {
		if stages[stage] == 0 {
			t.Errorf("stage %s was never reached in %d moves", stage, said)
		}
	}
	if taken < said/10 {
		t.Errorf("only %d of %d moves were taken", taken, said)
	}
}

// finish lets the supervisor and the clock alone end the case.
func finish(f *file) error {
	f.at(f.now.Sub(noon) + 60*24*time.Hour)
	if f.Ended() != "" {
		return nil
	}
	if f.Final() == nil {
		said := "cedar J23 stage=final outcome=not-agreed cause=not-known ref=replies:r1"
		var positions, without []string
		for _, side := range f.Sides {
			if id := f.standing(side); id != "" {
				positions = append(positions, id)
			} else {
				without = append(without, side)
			}
		}
		if len(positions) > 0 {
			said += " positions=" + strings.Join(positions, ",")
		}
		if len(without) > 0 {
			said += " no-position=" + strings.Join(without, ",")
		}
		if err := f.say("final", said); err != nil {
			return err
		}
	}
	if f.Stage() == Remedies {
		if err := f.say("closing", "cedar J23 stage=closing dropped=refused ref=replies:r1"); err != nil {
			return err
		}
	}
	if f.at(f.now.Sub(noon) + terms.Answer); f.Ended() == "" {
		return fmt.Errorf("still %s: %v", f.Stage(), f.Next(between))
	}
	return nil
}

// random makes up something to say, more often than not about what is there.
func random(r *rand.Rand, s *State) string {
	pick := func(all ...string) string { return all[r.IntN(len(all))] }
	party := pick("alder", "birch", "cedar")
	ids := []string{s.ID, "zz"}
	for _, a := range s.Accounts {
		ids = append(ids, a.ID())
	}
	for _, p := range s.Positions {
		ids = append(ids, p.ID)
	}
	for _, v := range s.Visits {
		ids = append(ids, v.ID, v.ID)
		for _, a := range v.Answers {
			ids = append(ids, a.By)
		}
	}
	for _, f := range s.Findings {
		ids = append(ids, f.ID)
	}
	ref := pick("replies", "replies", "replies", "replaces", "cancels") + ":" + pick(ids...)
	facts := func() string {
		var all []string
		for _, name := range Facts {
			if r.IntN(3) == 0 {
				all = append(all, name)
			}
		}
		return strings.Join(all, ",")
	}
	when := noon.Add(time.Duration(r.IntN(200)) * time.Hour)
	switch r.IntN(10) {
	case 0, 1:
		return party + " J20 kind=" + pick("craft", "fire") + " where=" + pick("lake", "shore") + " when=2026-11-24T" + pick("10", "11") + ":00Z harm=" + pick("none", "life") + pick(" text:state", "") + " ref=" + ref
	case 2, 3, 4:
		said := party + " J21 kind=" + pick("position", "clarification", "holding") + " ref=" + ref
		if a := facts(); a != "" {
			said += " agreed-facts=" + a
		}
		if d := facts(); d != "" && r.IntN(2) == 0 {
			said += " disputed-facts=" + d
		}
		return said
	case 5, 6, 7:
		terms := fmt.Sprintf(" place=%s window=%s/%s purpose=%s visitors=4 recorders=1 refusal=%s", pick("lake", "shore"), when.Format("2006-01-02T15:04Z"), when.Add(2*time.Hour).Format("2006-01-02T15:04Z"), pick("recover", "meet"), pick("safety", "terms"))
		if n := len(s.Visits); n > 0 && r.IntN(3) > 0 {
			v := s.Visits[n-1]
			terms = fmt.Sprintf(" place=%s window=%s/%s purpose=%s visitors=4 recorders=1 refusal=safety", v.Terms.Place, v.Terms.Start.Format("2006-01-02T15:04Z"), v.Terms.End.Format("2006-01-02T15:04Z"), v.Terms.Purpose)
			ref = pick("replies", "replies", "replaces") + ":" + v.ID
			if lacks := v.Lacks(); len(lacks) > 0 && r.IntN(2) == 0 {
				return lacks[0] + " J22 kind=acceptance" + terms + " ref=replies:" + v.ID
			}
		}
		return party + " J22 kind=" + pick("proposal", "counter", "acceptance", "acceptance", "refusal") + terms + " ref=" + ref
	}
	said := "cedar J23 stage=" + pick("interim", "final", "closing") + " outcome=" + pick(OutcomeAgreed, OutcomePartly, OutcomeNot) + " cause=weather remedies=" + pick("none", "asked") + " ref=" + ref
	var positions, without []string
	for _, side := range s.Sides {
		if id := s.standing(side); id != "" && r.IntN(8) > 0 {
			positions = append(positions, id)
		} else {
			without = append(without, side)
		}
	}
	if len(positions) > 0 {
		said += " positions=" + strings.Join(positions, ",")
	}
	if len(without) > 0 {
		said += " no-position=" + strings.Join(without, ",")
	}
	return said + pick("", " commitments=c1,c2", " dropped=refused")
}
