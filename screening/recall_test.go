package screening

import (
	"cmp"
	"flag"
	"fmt"
	"maps"
	"math/rand/v2"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
)

// A world is a list of made names, and what is known of each.
type world struct {
	r        *rand.Rand
	families map[tongue][]lexeme
	list     *List
	spoken   []spokenName
	system   []string
	known    map[string]bool // what may not be called a false alarm
	twos     map[string]bool // listed names of two parts
}

func newTestWorld(seed uint64, size int) *world {
	w := &world{r: rand.New(rand.NewPCG(seed, 7)), families: map[tongue][]lexeme{}, list: &List{Header: Header{Kind: Plain, Name: "EXERCISE-LIST", Version: "1"}}, known: map[string]bool{}, twos: map[string]bool{}}
	for range 5000 {
		w.families[arabicName] = append(w.families[arabicName], arabicFamily(w.r))
	}
	for range 3000 {
		w.families[hebrewName] = append(w.families[hebrewName], hebrewFamily(w.r))
		w.families[europeanName] = append(w.families[europeanName], europeanFamily(w.r))
	}
	for i := range size {
		n := draw(w.r, w.families)
		of := pick(w.r, fitting(n))
		w.list.Entries = append(w.list.Entries, Entry{ID: fmt.Sprint(i), Kind: Person, Names: []string{strings.Join(written(n, of, w.r), " ")}})
		w.spoken, w.system = append(w.spoken, n), append(w.system, of.name)
		for _, key := range subNames(n) {
			w.known[key] = true
		}
		if len(n) == 2 {
			w.twos[subNames(n)[0]] = true
		}
	}
	return w
}

// fitting gives the systems that write names of n's tongue.
func fitting(n spokenName) (all []system) {
	for _, s := range systems() {
		if slices.Contains(s.of, n[0].of) {
			all = append(all, s)
		}
	}
	return all
}

func written(n spokenName, s system, r *rand.Rand) (parts []string) {
	for _, l := range n {
		parts = append(parts, s.write(l, r))
	}
	return parts
}

// subNames gives the sorted parts of n, and of n with one part left out: whoever
// has one of these in common may be the same person.
func subNames(n spokenName) (keys []string) {
	sorted := func(n spokenName) string {
		var parts []string
		for _, l := range n {
			parts = append(parts, l.key())
		}
		slices.Sort(parts)
		return strings.Join(parts, " ")
	}
	keys = append(keys, sorted(n))
	if len(n) == 3 {
		for i := range n {
			keys = append(keys, sorted(slices.Delete(slices.Clone(n), i, i+1)))
		}
	}
	return keys
}

// stranger makes a name that is no variant of a listed one, near to one in four of ten
// cases, and how it was made.
func (w *world) stranger(kind int) (spokenName, string) {
	for {
		n := draw(w.r, w.families)
		near := slices.Clone(pick(w.r, w.spoken))
		name := "no relation"
		switch kind % 10 {
		case 1: // a listed family name, other first names
			n, name = append(draw(w.r, w.families)[:0:0], near...), "same family name"
			for i := range n[:len(n)-1] {
				n[i] = w.firstName(n[0].of)
			}
		case 2: // the same first names, another family
			n, name = near, "same first names"
			n[len(n)-1] = pick(w.r, w.families[n[0].of])
		case 3:
			if len(near) < 3 {
				continue
			}
			n, name = near, "same given and family name, other father"
			n[1] = w.firstName(n[0].of)
		case 4:
			n, name = near, "family name one letter off"
			l := &n[len(n)-1]
			switch l.of {
			case arabicName:
				l.spoken = otherConsonant(w.r, l.spoken, "btjHxdrs$STEfqklmn")
				l.written = arabicSpelling(l.spoken)
			case hebrewName:
				l.spoken = otherConsonant(w.r, l.spoken, "bgdzXklmnspCqr$t")
				l.written = hebrewSpelling(l.spoken)
			default:
				continue
			}
		}
		if !slices.ContainsFunc(subNames(n), func(key string) bool { return w.known[key] }) || kind%10 == 3 && !w.known[subNames(n)[0]] && !w.two(n) {
			return n, name
		}
	}
}

// two says whether a listed name of two parts is in n.
func (w *world) two(n spokenName) bool {
	return slices.ContainsFunc(subNames(n)[1:], func(key string) bool { return w.twos[key] })
}

func (w *world) firstName(of tongue) lexeme {
	switch of {
	case arabicName:
		return pick(w.r, arabicGiven)
	case hebrewName:
		return pick(w.r, hebrewGiven)
	}
	return pick(w.r, europeanGiven)
}

func otherConsonant(r *rand.Rand, spoken, consonants string) string {
	for {
		i := r.IntN(len(spoken))
		c := consonants[r.IntN(len(consonants))]
		if strings.IndexByte("aeiouAIUP'wy", spoken[i]) < 0 && spoken[i] != c {
			return spoken[:i] + string(c) + spoken[i+1:]
		}
	}
}

// A tally counts by rule.
type tally map[string]*[2]int

func (t tally) add(rule string, hit bool) {
	if t[rule] == nil {
		t[rule] = &[2]int{}
	}
	t[rule][1]++
	if hit {
		t[rule][0]++
	}
}

func (t tally) print(tt *testing.T, heading string) {
	tt.Helper()
	tt.Log(heading)
	for _, rule := range slices.SortedFunc(maps.Keys(t), func(a, b string) int {
		return cmp.Or(cmp.Compare(t[a][0]*t[b][1], t[b][0]*t[a][1]), cmp.Compare(a, b))
	}) {
		tt.Logf("  %6.2f%%  %5d of %5d  %s", 100*float64(t[rule][0])/float64(t[rule][1]), t[rule][0], t[rule][1], rule)
	}
}

// TestRecall measures how many variants of listed names are found, and how many
// names that are not listed raise a hit. Everything is made from a seed by rules
// that stand apart from the matcher and share no table with it.
//
// A name is drawn as it is spoken: 60% Arabic, 25% Hebrew, 15% European; three
// parts of four have a father's name. First names are common ones (lexicon_test.go
// has all), family names are made from random roots and syllables. The list has each
// in one writing, drawn from the systems of variants_test.go. A variant is a listed
// name written anew, by a system drawn among all that write its tongue, and then
// damaged in one of nine ways in turn (damage_test.go); one whose text a system
// gives without any choice is left out, where nothing was damaged either. It counts
// as found where its own entry is among the hits.
//
// A stranger is a name that is not on the list, nor any two parts of it in any
// order. Six of ten are drawn at will; one in ten each has the first names, the
// family name, or all but the father's name of somebody listed, or a listed family
// name with one consonant changed. Any hit is a false alarm.
//
// The issue asks for at least 95% of at least 2,000 variants, and at most 5% alarms.
// Again with others: go test ./screening -run Recall -seeds 5 -entries 50000 -v
func TestRecall(t *testing.T) {
	for i := range *testSeeds {
		seed := *firstSeed + uint64(i)
		t.Run(fmt.Sprintf("seed %d", seed), func(t *testing.T) { testRecall(t, seed, *testEntries) })
	}
}

var (
	testSeeds   = flag.Int("seeds", 1, "how many worlds TestRecall makes")
	firstSeed   = flag.Uint64("seed", 1, "the seed of the first")
	testEntries = flag.Int("entries", 3000, "size of the list in TestRecall")
	showMisses  = flag.Int("misses", 0, "how many misses and false alarms to show")
)

// A question is a name that is looked up, and what is known of it.
type question struct {
	name   string
	target int // the entry; -1: nobody listed
	rules  []string
	found  []Found
}

func testRecall(t *testing.T, seed uint64, entries int) {
	const variants, strangers = 2100, 1000
	w := newTestWorld(seed, entries)
	x := NewIndex(w.list)
	questions := append(w.variants(variants), w.strangers(strangers)...)
	var wait sync.WaitGroup
	for part := range slices.Chunk(questions, len(questions)/runtime.GOMAXPROCS(0)+1) {
		wait.Go(func() {
			for i := range part {
				part[i].found = x.Search(part[i].name, Threshold)
			}
		})
	}
	wait.Wait()

	recall, scripts, alarms, all := tally{}, tally{}, tally{}, tally{}
	shown := 0
	for _, q := range questions {
		if q.target < 0 {
			alarms.add(q.rules[0], len(q.found) > 0)
			all.add("all strangers", len(q.found) > 0)
			if len(q.found) > 0 && shown < *showMisses {
				shown++
				t.Logf("alarm: %s | %s %d (%s)", q.name, q.found[0].Entry.Names[0], q.found[0].Score, q.rules)
			}
			continue
		}
		listed := w.list.Entries[q.target].Names[0]
		hit := slices.ContainsFunc(q.found, func(f Found) bool { return f.Entry.ID == fmt.Sprint(q.target) })
		for _, rule := range q.rules {
			recall.add(rule, hit)
		}
		scripts.add(fmt.Sprintf("%v asked, %v listed", scriptName(q.name), scriptName(listed)), hit)
		all.add("all variants", hit)
		if !hit && shown < *showMisses {
			shown++
			t.Logf("miss: %s | %s %s", q.name, listed, q.rules)
		}
	}
	recall.print(t, "recall by rule of writing and by damage")
	scripts.print(t, "recall by script")
	alarms.print(t, "false alarms")
	all.print(t, "together")
	if got := all["all variants"]; got[0]*100 < got[1]*95 {
		t.Errorf("seed %d: %d of %d variants found, want at least 95%%", seed, got[0], got[1])
	}
	if got := all["all strangers"]; got[0]*100 > got[1]*5 {
		t.Errorf("seed %d: %d of %d strangers alarm, want at most 5%%", seed, got[0], got[1])
	}
}

func (w *world) variants(count int) (all []question) {
	for order := w.r.Perm(len(w.spoken)); len(all) < count; order = order[1:] {
		target := order[0]
		n := w.spoken[target]
		s, d := pick(w.r, fitting(n)), damages()[len(all)%len(damages())]
		if d.name == "as it is" && s.name == w.system[target] && (s.name == inArabic.name || s.name == alaLC.name) {
			continue // the same text
		}
		if parts := d.to(written(n, s, w.r), w.r); parts != nil {
			all = append(all, question{name: strings.Join(parts, " "), target: target, rules: []string{s.name, d.name}})
		}
	}
	return all
}

func (w *world) strangers(count int) (all []question) {
	for i := range count {
		n, kind := w.stranger(i)
		all = append(all, question{name: strings.Join(written(n, pick(w.r, fitting(n)), w.r), " "), target: -1, rules: []string{kind}})
	}
	return all
}

func scriptName(s string) string { return []string{"Latin", "Arabic", "Hebrew"}[scriptOfText(s)] }

// One name against 50,000 entries; the issue asks for 5 ms at most.
func BenchmarkScreen(b *testing.B) {
	w := newTestWorld(3, 50000)
	x := NewIndex(w.list)
	var names []string
	for range 500 {
		n := draw(w.r, w.families)
		names = append(names, strings.Join(written(n, pick(w.r, fitting(n)), w.r), " "))
	}
	b.ResetTimer()
	for i := range b.N {
		x.Search(names[i%len(names)], Threshold)
	}
}
