package screening

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

type tq struct {
	name   string
	target string
}

func TestTune(t *testing.T) {
	w := newTestWorld(11, 10000)
	var vs, ss []tq
	for i, order := 0, w.r.Perm(10000); i < 1500; {
		target := order[0]
		order = order[1:]
		n := w.spoken[target]
		s, d := pick(w.r, fitting(n)), damages()[i%len(damages())]
		parts := d.to(written(n, s, w.r), w.r)
		if parts == nil {
			continue
		}
		i++
		vs = append(vs, tq{strings.Join(parts, " "), fmt.Sprint(target)})
	}
	for i := range 1500 {
		n, _ := w.stranger(i)
		ss = append(ss, tq{strings.Join(written(n, pick(w.r, fitting(n)), w.r), " "), ""})
	}
	run := func(label string) {
		x := NewIndex(w.list)
		var right, wrong []int
		for _, v := range vs {
			sc := 0
			for _, f := range x.Search(v.name, 40) {
				if f.Entry.ID == v.target {
					sc = f.Score
				}
			}
			right = append(right, sc)
		}
		for _, v := range ss {
			sc := 0
			if f := x.Search(v.name, 40); len(f) > 0 {
				sc = f[0].Score
			}
			wrong = append(wrong, sc)
		}
		slices.Sort(right)
		slices.Sort(wrong)
		th := wrong[len(wrong)*95/100] + 1
		n, _ := slices.BinarySearch(right, th)
		th2 := right[len(right)*5/100]
		m, _ := slices.BinarySearch(wrong, th2)
		fmt.Printf("%-50s th %d recall@5 %.1f   fa@95 %.1f\n", label, th, 100-100*float64(n)/float64(len(right)), 100-100*float64(m)/float64(len(wrong)))
	}
	tuneBits, tunePer = 250, 25
	run("base")
	for _, f := range []int{220, 260} {
		for _, d := range []int{20, 30, 40} {
			tuneBits, tunePer = f, d
			run(fmt.Sprint("bits ", f, " per ", d))
		}
	}
	tuneBits, tunePer = 250, 25
	for _, v := range []int{75, 90} {
		tuneAlike = v
		run(fmt.Sprint("alike ", v))
	}
	tuneAlike = 60
	for _, v := range []int{14} {
		headless = v
		run(fmt.Sprint("headless ", v))
	}
	headless = 8
	sure = 80
	run("sure 80")
	tuneTemper = 4
	run("sure 80 temper 4")
}
