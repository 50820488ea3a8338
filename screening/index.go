package screening

import (
	"cmp"
	"math"
	"math/bits"
	"slices"
	"strings"
)

// An Index finds the entries of lists whose names are like a given one. It is
// made once and not changed after that; [Index.Search] may be called by many at
// once.
type Index struct {
	lists   []*List
	tables  *[scripts][scripts]costs
	merged  *merged
	weights *[sounds]int32
	heard   []heard             // of words, side by side
	words   []indexed           // each part that occurs, once
	byKey   map[string][]uint32 // words by their keys
	blurred map[string][]uint32 // words by their keys with one letter left out
	names   []indexedName
	digests []string // of entries, by place, see [Index.place]
	first   []int    // of each list, the place of its first entry
}

// An indexed part is a part with where it occurs.
type indexed struct {
	part
	names  []uint32 // places in names, each once
	weight int
}

// What is heard of a word lies side by side with others, since a search goes through
// thousands of them.
type heard struct {
	sounds [maxSounds]sound
	n      uint8
	in     script
	plain  bool // no initial, and no second reading
}

type indexedName struct {
	list, entry, name uint32
	words             []uint32
}

// maxBlur bounds a blurred key's words: one that blurs more tells nothing.
const maxBlur = 4000

// NewIndex indexes all names of lists.
func NewIndex(lists ...*List) *Index {
	x := &Index{lists: lists, tables: costTables(), merged: mergeTable(), weights: weightTable(), byKey: map[string][]uint32{}, blurred: map[string][]uint32{}}
	known := map[string]uint32{}
	for l, list := range lists {
		x.first = append(x.first, len(x.digests))
		for e := range list.Entries {
			entry := &list.Entries[e]
			x.digests = append(x.digests, entry.Digest())
			for n, name := range entry.Names {
				parts := partsOf(name)
				if len(parts) == 0 {
					continue
				}
				in := indexedName{list: uint32(l), entry: uint32(e), name: uint32(n)}
				for _, p := range parts {
					id, ok := known[p.text]
					if !ok {
						id = uint32(len(x.words))
						known[p.text] = id
						x.words = append(x.words, indexed{part: p})
					}
					in.words = append(in.words, id)
					if w := &x.words[id]; len(w.names) == 0 || w.names[len(w.names)-1] != uint32(len(x.names)) {
						w.names = append(w.names, uint32(len(x.names)))
					}
				}
				x.names = append(x.names, in)
			}
		}
	}
	x.addKeys()
	return x
}

func (x *Index) addKeys() {
	occur := map[string]int{} // names by the first key of their parts
	for id := range x.words {
		w := &x.words[id]
		h := heard{n: uint8(len(w.sounds)), in: w.in, plain: !w.initial && w.other == nil}
		copy(h.sounds[:], w.sounds)
		x.heard = append(x.heard, h)
		for i, key := range keysOf(&w.part) {
			x.byKey[key] = append(x.byKey[key], uint32(id))
			if i == 0 {
				occur[key] += len(w.names)
			}
			for _, blurred := range blur(key) {
				if ids := x.blurred[blurred]; len(ids) == 0 || ids[len(ids)-1] != uint32(id) {
					x.blurred[blurred] = append(ids, uint32(id))
				}
			}
		}
	}
	for id := range x.words {
		w := &x.words[id]
		w.weight = x.weigh(&w.part, occur[keysOf(&w.part)[0]])
	}
}

// Weights of parts in hundredths.
const (
	rare      = 100
	minorPart = 25
)

// weigh says how much a part tells: the more names have it the less.
func (x *Index) weigh(p *part, occurs int) int {
	if p.minor {
		return minorPart
	}
	share := occurs * 2000 / (len(x.names) + more)
	return max(rare-6*bits.Len(uint(share)), 60)
}

// A Found is an entry that a name resembles.
type Found struct {
	List  *List
	Entry *Entry
	Name  int // which of the entry's names
	Score int // of the names alone, from 0 to 100
	Parts []Alike

	digest string
}

// An Alike is which part of the name is taken for which of the entry's.
type Alike struct {
	Asked, Listed string
	Score         int
}

const (
	maxCandidates = 160
	maxFound      = 50
)

// Search gives the entries, at most 50, whose names score at least threshold with
// name, the most alike first. Each entry is there once, by its best name.
func (x *Index) Search(name string, threshold int) []Found {
	parts := partsOf(name)
	if len(parts) == 0 || len(x.names) == 0 {
		return nil
	}
	q := &query{x: x, parts: parts, comparer: comparer{tables: x.tables, merged: x.merged, weights: x.weights, enough: enough(len(x.names))}, known: make([][]uint8, len(parts))}
	return q.found(q.candidates(), threshold)
}

type query struct {
	x        *Index
	parts    []part
	weights  []int
	telling  [][]int // of each part, what being as alike tells, in tenths of a bit
	comparer comparer
	known    [][]uint8 // of each part, how alike each indexed word is, plus 1; 0: not known yet
}

func (q *query) like(i int, word uint32) int {
	if l := q.known[i][word]; l != 0 {
		return int(l) - 1
	}
	var l int
	if h, p := &q.x.heard[word], &q.parts[i]; h.plain && !p.initial {
		l = q.comparer.soundsLike(p.sounds, h.sounds[:h.n], p.in, h.in)
		if l < whole && p.other != nil {
			l = max(l, q.comparer.soundsLike(p.other, h.sounds[:h.n], p.in, h.in))
		}
	} else {
		l = q.comparer.like(p, &q.x.words[word].part)
	}
	q.known[i][word] = uint8(l + 1)
	return l
}

// candidates gives the names that have the most in common, by the words that are
// like the asked name's parts.
func (q *query) candidates() []uint32 {
	sums := make([]uint16, len(q.x.names))
	best := make([]uint8, len(q.x.names)) // what this part gives a name
	var touched, here []uint32
	for i := range q.parts {
		p := &q.parts[i]
		q.known[i] = make([]uint8, len(q.x.words))
		occurs := 0
		var by [whole + 1]int // names by how alike they have it
		for _, id := range q.alike(i) {
			l := q.like(i, id)
			if l < partLike {
				continue
			}
			w := &q.x.words[id]
			by[l] += len(w.names)
			if l >= joinLike {
				occurs += len(w.names)
			}
			for _, n := range w.names {
				if best[n] == 0 {
					here = append(here, n)
				}
				best[n] = max(best[n], uint8(l))
			}
		}
		q.telling = append(q.telling, tell(by, len(q.x.names)))
		weight := q.x.weigh(p, occurs)
		if p.initial {
			weight = rare / 2
		}
		q.weights = append(q.weights, weight)
		for _, n := range here {
			if sums[n] == 0 {
				touched = append(touched, n)
			}
			sums[n] += uint16(int(best[n]) * weight / 100)
			best[n] = 0
		}
		here = here[:0]
	}
	return most(touched, sums)
}

// A list is taken for a sample of more names than it has, in which unseen more are
// as alike, so that in a short one nothing tells too much.
const (
	more   = 2000
	unseen = 4
)

// tell gives for each likeness what it tells that a part is as alike: how seldom
// that is among all names.
func tell(by [whole + 1]int, names int) []int {
	bits := make([]int, whole+1)
	sum := unseen
	for l := whole; l >= 0; l-- {
		sum += by[l]
		bits[l] = max(0, int(10*math.Log2(float64(names+more)/float64(sum))))
	}
	return bits
}

// most gives those of names with the highest sums, at most maxCandidates.
func most(names []uint32, sums []uint16) []uint32 {
	var count [1 << 11]int
	for _, n := range names {
		count[min(sums[n], uint16(len(count)-1))]++
	}
	least, total := len(count), 0
	for least > 1 && total < maxCandidates {
		least--
		total += count[least]
	}
	var kept []uint32
	for _, n := range names {
		if int(sums[n]) >= least {
			kept = append(kept, n)
		}
	}
	slices.SortFunc(kept, func(a, b uint32) int { return cmp.Or(cmp.Compare(sums[b], sums[a]), cmp.Compare(a, b)) })
	return kept[:min(len(kept), maxCandidates)]
}

// alike gives the words that have one of keys, or differ from it by a letter.
func (q *query) alike(part int) []uint32 {
	const seen = 255 // until it is compared
	known := q.known[part]
	var ids []uint32
	add := func(more []uint32) {
		if len(more) > maxBlur {
			return
		}
		for _, id := range more {
			if known[id] == 0 {
				known[id] = seen
				ids = append(ids, id)
			}
		}
	}
	for _, key := range keysOf(&q.parts[part]) {
		add(q.x.byKey[key])
		for _, blurred := range blur(key) {
			add(q.x.blurred[blurred])
		}
	}
	for _, id := range ids {
		known[id] = 0
	}
	return ids
}

func (q *query) found(candidates []uint32, threshold int) []Found {
	var all []Found
	byEntry := map[[2]uint32]int{}
	for _, id := range candidates {
		n := &q.x.names[id]
		parts, weights := make([]part, len(n.words)), make([]int, len(n.words))
		likes := make([][]int, len(q.parts))
		for j, w := range n.words {
			parts[j], weights[j] = q.x.words[w].part, q.x.words[w].weight
		}
		for i := range q.parts {
			likes[i] = make([]int, len(n.words))
			for j, w := range n.words {
				likes[i][j] = q.like(i, w)
			}
		}
		p := q.comparer.names(q.parts, parts, q.weights, weights, likes, q.telling)
		if p.like < threshold {
			continue
		}
		list := q.x.lists[n.list]
		f := Found{List: list, Entry: &list.Entries[n.entry], Name: int(n.name), Score: p.like, digest: q.x.digests[q.x.first[n.list]+int(n.entry)]}
		for _, one := range p.pairs {
			f.Parts = append(f.Parts, Alike{textOf(q.parts[one.a : one.a+one.na]), textOf(parts[one.b : one.b+one.nb]), one.like})
		}
		at := [2]uint32{n.list, n.entry}
		if i, ok := byEntry[at]; ok {
			if all[i].Score < f.Score {
				all[i] = f
			}
			continue
		}
		byEntry[at] = len(all)
		all = append(all, f)
	}
	slices.SortStableFunc(all, func(a, b Found) int { return cmp.Compare(b.Score, a.Score) })
	return all[:min(len(all), maxFound)]
}

func textOf(parts []part) string {
	texts := make([]string, len(parts))
	for i, p := range parts {
		texts[i] = p.text
	}
	return strings.Join(texts, " ")
}
