package geo

import (
	"cmp"
	"math"
	"slices"
)

// A tree finds the nearest of many pieces: each node has an extent that holds all
// pieces below it.
type tree struct {
	nodes  []node
	pieces []piece
	last   piece // that was nearest last: it is most likely near the next spot too
}

// A node has its first child behind it; or, as a leaf, pieces.
type node struct {
	extent
	second   int // its second child; 0 in a leaf
	from, to int
}

const leaf = 4 // pieces at most

// newTree takes the pieces and orders them.
func newTree(pieces []piece) *tree {
	t := &tree{pieces: pieces}
	if len(pieces) > 0 {
		t.grow(0, len(pieces))
		t.last = pieces[0]
	}
	return t
}

func (t *tree) grow(from, to int) {
	some := t.pieces[from:to]
	n := node{extent: extentOf(some[0].a, some[0].b), from: from, to: to}
	for _, p := range some[1:] {
		n.extent = extentOf(n.low, n.high, p.a, p.b)
	}
	at := len(t.nodes)
	t.nodes = append(t.nodes, n)
	if len(some) <= leaf {
		return
	}
	across := func(p piece) int64 { return p.a.x + p.b.x }
	up := func(p piece) int64 { return p.a.y + p.b.y }
	if n.high.y-n.low.y > n.high.x-n.low.x {
		across, up = up, across
	}
	slices.SortFunc(some, func(p, q piece) int {
		if c := cmp.Compare(across(p), across(q)); c != 0 {
			return c
		}
		return cmp.Or(cmp.Compare(up(p), up(q)), cmp.Compare(p.a.x, q.a.x), cmp.Compare(p.a.y, q.a.y)) // the same order everywhere
	})
	middle := (from + to) / 2
	t.grow(from, middle)
	t.nodes[at].second = len(t.nodes)
	t.grow(middle, to)
}

// nearest returns the square of the distance from s to the pieces, and the nearest
// of them; it may stop at the first that is no farther than enough, which is a
// square too. The distance from no pieces is infinite.
func (t *tree) nearest(s spot, enough float64) (least float64, at piece) {
	if len(t.nodes) == 0 {
		return math.Inf(1), piece{}
	}
	least = t.last.squared(s)
	t.visit(0, s, enough, &least)
	return least, t.last
}

func (t *tree) visit(i int, s spot, enough float64, least *float64) {
	n := &t.nodes[i]
	if n.second == 0 {
		for _, p := range t.pieces[n.from:n.to] {
			if d := p.squared(s); d < *least {
				*least, t.last = d, p
			}
		}
		return
	}
	one, two := i+1, n.second
	near, far := t.nodes[one].squared(s), t.nodes[two].squared(s)
	if far < near {
		one, two, near, far = two, one, far, near
	}
	if near < *least && *least > enough {
		t.visit(one, s, enough, least)
	}
	if far < *least && *least > enough {
		t.visit(two, s, enough, least)
	}
}
