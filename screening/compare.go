package screening

import "math"

// whole is the likeness of a part with itself; likenesses are in hundredths.
const whole = 100

// A comparer compares parts of names. It is not safe for concurrent use.
type comparer struct {
	tables  *[scripts][scripts]costs
	merged  *merged
	weights *[sounds]int32
	enough  int // see enough
	rows    [3][maxSounds*2 + 1]int32
	gaps    [maxSounds * 2]int32
	joint   [maxSounds * 2]joint
}

// like says how alike two parts are, from 0 to whole: the better of their
// readings. An initial is like every part that begins as it does.
func (c *comparer) like(a, b *part) int {
	if a.initial || b.initial {
		return c.initials(a, b)
	}
	best := c.soundsLike(a.sounds, b.sounds, a.in, b.in)
	if best < whole && a.other != nil {
		best = max(best, c.soundsLike(a.other, b.sounds, a.in, b.in))
	}
	if best < whole && b.other != nil {
		best = max(best, c.soundsLike(a.sounds, b.other, a.in, b.in))
	}
	return best
}

// swapped is what two sounds in the wrong order cost.
const swapped = 45

// soundsLike is the weighted edit distance of Damerau and Levenshtein (adjacent
// transpositions, each once), as a likeness. It gives up, with 0, on what will be
// less than partLike.
func (c *comparer) soundsLike(a, b []sound, in, other script) int {
	table := &c.tables[in][other]
	n := len(b)
	before, row, next := c.rows[0][:n+1], c.rows[1][:n+1], c.rows[2][:n+1]
	gaps, joins := c.gaps[:n], c.joint[:n]
	long := int32(2 * exact)
	var wa, wb int32
	for j, s := range b {
		gaps[j] = int32(table.gap[1][within][s])
		wb += c.weights[s]
		if j > 0 {
			joins[j] = c.merged[b[j-1]][s]
		}
	}
	for _, s := range a {
		wa += c.weights[s]
	}
	if n > 0 {
		joins[0] = joint{}
		gaps[n-1] = int32(table.gap[1][ends][b[n-1]])
		gaps[0] = int32(table.gap[1][begins][b[0]])
	}
	row[0] = 0
	for j, g := range gaps {
		row[j+1] = row[j] + g
	}
	long = max(long, wa, wb)
	limit := long * (whole - partLike) / whole
	least := int32(0) // of the row before
	for i, s := range a {
		lost := int32(table.gap[0][placeOf(i, len(a))][s])
		swap := &table.swap[s]
		var last sound
		var join joint
		if i > 0 {
			last = a[i-1]
			join = c.merged[last][s]
		}
		left := row[0] + lost
		next[0] = left
		here := left
		for j, t := range b {
			cost := min(row[j]+int32(swap[t]), row[j+1]+lost, left+gaps[j])
			if last == t && j > 0 && s != t && s == b[j-1] {
				cost = min(cost, before[j-1]+swapped)
			}
			if join.one != 0 {
				cost = min(cost, before[j]+int32(join.cost+table.swap[join.one][t]))
			}
			if m := joins[j]; m.one != 0 {
				cost = min(cost, row[j-1]+int32(m.cost+swap[m.one]))
			}
			next[j+1] = cost
			left = cost
			here = min(here, cost)
		}
		if least > limit && here > limit { // no later row has less than these two
			return 0
		}
		least = here
		before, row, next = row, next, before
	}
	return max(0, whole-int(row[n]*whole/long))
}

func placeOf(i, n int) place {
	switch i {
	case 0:
		return begins
	case n - 1:
		return ends
	}
	return within
}

// Parts and names that are less alike than this are not the same.
const (
	partLike = 60
	joinLike = 85
)

// sure is from where on a likeness is taken as it is. What is less alike counts for
// less than it is: a part with one consonant of three changed is another name.
const sure = 86

func temper(like int) int {
	if like >= sure {
		return like
	}
	return like - (sure-like)*4/5
}

// enough is what a likeness must tell among so many names: the more there are, the
// more are alike by chance. It was fitted on made names, so that recall and false
// alarms stay much the same from 3,000 names to 10,000.
func enough(names int) int {
	return int(16*math.Log2(float64(names+more))) + 33
}

// A pairing says which part of one name is taken for which of the other.
type pairing struct {
	like  int
	pairs []pair
}

type pair struct {
	a, b   int // first parts
	na, nb int // how many parts, joined
	like   int
}

// What it tells that two names are alike is measured in tenths of a bit: how
// seldom names have parts as alike as these. Below enough, a name's score falls,
// by a hundredth for each half bit.
const (
	joinTells    = 80
	initialTells = 20
)

// names compares two names, given as parts with a weight each. Parts are paired
// whatever their order, the most alike first; two that stand side by side may be
// one of the other name. Each part of the shorter name counts by its weight, and
// what the longer has beyond that costs a little. telling says for each part of a
// what a likeness tells.
func (c *comparer) names(a, b []part, weightA, weightB []int, likes [][]int, telling [][]int) pairing {
	var pairs []pair
	usedA, usedB := [maxParts]bool{}, [maxParts]bool{}
	if len(a) != len(b) || len(a) == 2 {
		c.joins(a, b, likes, func(p pair) {
			for i := p.a; i < p.a+p.na; i++ {
				if usedA[i] {
					return
				}
			}
			for i := p.b; i < p.b+p.nb; i++ {
				if usedB[i] {
					return
				}
			}
			for i := p.a; i < p.a+p.na; i++ {
				usedA[i] = true
			}
			for i := p.b; i < p.b+p.nb; i++ {
				usedB[i] = true
			}
			pairs = append(pairs, p)
		})
	}
	for {
		best := pair{like: partLike - 1}
		for i := range a {
			for j := range b {
				if !usedA[i] && !usedB[j] && likes[i][j] > best.like {
					best = pair{i, j, 1, 1, likes[i][j]}
				}
			}
		}
		if best.like < partLike {
			break
		}
		usedA[best.a], usedB[best.b] = true, true
		pairs = append(pairs, best)
	}
	bits := 0
	for _, p := range pairs {
		switch {
		case p.na+p.nb > 2:
			bits += joinTells
		case a[p.a].initial || b[p.b].initial:
			bits += initialTells
		default:
			bits += telling[p.a][min(p.like, whole)]
		}
	}
	result := score(a, b, weightA, weightB, pairs, usedA, usedB)
	if same(a, b, pairs) {
		return pairing{result, pairs}
	}
	return pairing{result - max(0, c.enough-bits)/5, pairs}
}

// sameLike is from where on two parts are one name in two spellings.
const sameLike = 95

// same says whether every part of both names has its own in the other: then they
// are one name, however little it tells.
func same(a, b []part, pairs []pair) bool {
	countA, countB := 0, 0
	for _, p := range pairs {
		if p.like < sameLike || a[p.a].initial != b[p.b].initial {
			return false
		}
		countA, countB = countA+p.na, countB+p.nb
	}
	return countA == len(a) && countB == len(b)
}

// joins tries each two neighbours of one name against the parts of the other.
func (c *comparer) joins(a, b []part, likes [][]int, found func(pair)) {
	for i := 0; i+1 < len(a); i++ {
		if a[i].initial || a[i+1].initial || a[i].in != a[i+1].in {
			continue
		}
		for j := range b {
			if length := a[i].length + a[i+1].length; b[j].initial || likes[i][j] >= joinLike || likes[i+1][j] >= joinLike || b[j].length*4 < length*3 || b[j].length*3 > length*4 {
				continue
			}
			if like := c.joined(&a[i], &a[i+1], &b[j]); like >= joinLike {
				found(pair{i, j, 2, 1, like})
			}
		}
	}
	for j := 0; j+1 < len(b); j++ {
		if b[j].initial || b[j+1].initial || b[j].in != b[j+1].in {
			continue
		}
		for i := range a {
			if length := b[j].length + b[j+1].length; a[i].initial || likes[i][j] >= joinLike || likes[i][j+1] >= joinLike || a[i].length*4 < length*3 || a[i].length*3 > length*4 {
				continue
			}
			if like := c.joined(&b[j], &b[j+1], &a[i]); like >= joinLike {
				found(pair{i, j, 1, 2, like})
			}
		}
	}
}

func (c *comparer) joined(first, second, one *part) int {
	var both [2 * maxSounds]sound
	n := copy(both[:], first.sounds)
	n += copy(both[n:], second.sounds)
	return c.soundsLike(both[:min(n, maxSounds)], one.sounds, first.in, one.in)
}

// headless is what it costs that the longer name's first part is not in the
// shorter: fathers' names are left out, and family names, but not the own.
const headless = 8

// extra is what each part costs that the longer name has beyond the shorter.
const extra = 3

func score(a, b []part, weightA, weightB []int, pairs []pair, usedA, usedB [maxParts]bool) int {
	counted, sum, full := 0, 0, 0
	for _, p := range pairs {
		if !a[p.a].initial && !b[p.b].initial {
			full += max(p.na, p.nb)
		}
		wa, wb := 0, 0
		for i := p.a; i < p.a+p.na; i++ {
			wa += weightA[i]
		}
		for i := p.b; i < p.b+p.nb; i++ {
			wb += weightB[i]
		}
		w := max(wa, wb)
		counted += w
		sum += w * temper(p.like)
	}
	if len(a) > len(b) && !usedA[0] && !a[0].minor || len(b) > len(a) && !usedB[0] && !b[0].minor {
		sum -= counted * headless
	}
	leftA, leftB, restA, restB := 0, 0, 0, 0
	for i := range a {
		if !usedA[i] && !a[i].minor {
			leftA += weightA[i]
			restA++
		}
	}
	for i := range b {
		if !usedB[i] && !b[i].minor {
			leftB += weightB[i]
			restB++
		}
	}
	// What is in neither pair contradicts as far as both have it; the rest is a
	// part that one of them leaves out.
	missing := min(leftA, leftB)
	if restA == restB || full+min(1, len(pairs)-1) < 2 { // one part in common is not a name
		missing = max(leftA, leftB)
	}
	if full == 0 && !same(a, b, pairs) {
		return 0
	}
	result := sum / (counted + missing)
	return max(0, result-extra*max(restA-restB, restB-restA))
}
