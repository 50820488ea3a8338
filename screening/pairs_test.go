package screening

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

func TestPairs(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 5))
	c := comparer{tables: costTables(), merged: mergeTable()}
	var all []lexeme
	all = append(all, arabicGiven...)
	all = append(all, hebrewGiven...)
	all = append(all, europeanGiven...)
	for _, l := range arabicAbd {
		l.abd = true
		all = append(all, l)
	}
	for _, l := range arabicDin {
		l.din = true
		all = append(all, l)
	}
	for range 60 {
		all = append(all, arabicFamily(r), hebrewFamily(r), europeanFamily(r))
	}
	type row struct {
		l int
		s string
	}
	var rows []row
	for _, l := range all {
		for _, s := range fitting(spokenName{l}) {
			for _, o := range fitting(spokenName{l}) {
				if s.name > o.name {
					continue
				}
				a, b := s.write(l, r), o.write(l, r)
				pa, pb := partsOf(a), partsOf(b)
				if len(pa) != 1 || len(pb) != 1 {
					rows = append(rows, row{0, fmt.Sprint("PARTS ", a, " | ", b, " ", len(pa), len(pb))})
					continue
				}
				rows = append(rows, row{c.like(&pa[0], &pb[0]), a + " | " + b + " (" + s.name + ", " + o.name + ")"})
			}
		}
	}
	slices.SortFunc(rows, func(a, b row) int { return a.l - b.l })
	n := 0
	for _, x := range rows {
		if x.l < 85 {
			n++
		}
	}
	fmt.Println(len(rows), "below 85:", n)
	seen := map[string]bool{}
	for _, x := range rows {
		if x.l < 84 && !seen[x.s] {
			seen[x.s] = true
			fmt.Println(x.l, x.s)
		}
	}
	_ = strings.Join
}
