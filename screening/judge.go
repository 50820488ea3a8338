package screening

// A Listing says whether a name is a listed one.
type Listing int

const (
	NotListed   Listing = iota // no hit, or each decided to be another's
	MaybeListed                // a hit that nobody has decided
	Listed                     // decided to be the listed one
)

// What [Ownership.Judge] finds of what is owned.
const (
	Barred   = "barred"   // 50% or more is in listed hands, whatever is not known
	Possible = "possible" // may be, by what is not known, not decided, or goes round in a ring
	Below    = "below"    // is not, whatever is not known
)

// A Judgement is what listed owners hold of one that is owned.
type Judgement struct {
	Name    string  `json:"name"`
	Finding string  `json:"finding"` // Barred, Possible or Below
	From    Percent `json:"from"`    // that they hold at least, in the aggregate
	To      Percent `json:"to"`      // that they may hold at most
	Through []Share `json:"through"` // direct shares that count, or may
	Chain   []Share `json:"chain"`   // where it is not Below: from a listed or possible owner down to it, if one is named
}

// Judge says of everything that is owned whether listed persons own 50 percent or
// more of it in the aggregate, directly or indirectly. What they so own counts as
// listed itself, and what it holds counts in full; what they own less of passes
// nothing on (the rule of general licences and of the OFAC's guidance of 13 August
// 2014: an owner's share is not multiplied down the chain).
//
// Shares that go round in a ring are counted from outside alone; where a ring could
// change the finding it is Possible. So it is by shares that are not stated, down to
// 100 percent of each, and by what something holds of itself. Who owns what is in the
// table as an owner alone is not known, and changes nothing. Control without shares
// is not looked at.
func (o *Ownership) Judge(listed func(name string) Listing) []Judgement {
	j := judging{o: o, least: make([]bool, len(o.names)), most: make([]bool, len(o.names)), roots: make([]bool, len(o.names))}
	for i, name := range o.names {
		is := listed(name)
		j.least[i] = is == Listed
		j.roots[i] = is >= MaybeListed
	}
	j.atLeast()
	j.atMost()
	var all []Judgement
	for i, name := range o.names {
		if len(o.owners[i]) == 0 {
			continue
		}
		one := Judgement{Name: name, Finding: Below}
		one.From, one.To = j.held(i)
		counts := j.most
		switch {
		case one.From >= Half:
			one.Finding, counts = Barred, j.least
		case one.To >= Half:
			one.Finding = Possible
		}
		for _, h := range o.owners[i] {
			if counts[h.owner] && h.owner != i {
				one.Through = append(one.Through, o.share(i, h))
			}
		}
		if one.Finding != Below {
			one.Chain = j.chain(i, counts)
		}
		all = append(all, one)
	}
	return all
}

type judging struct {
	o     *Ownership
	least []bool // listed, or owned by them for certain
	most  []bool // perhaps
	roots []bool // listed or perhaps listed
}

// held adds up what those who count hold of i, at least; at most it is all that
// nobody else is stated to hold.
func (j *judging) held(i int) (from, to Percent) {
	to = All
	for _, h := range j.o.owners[i] {
		if j.least[h.owner] && h.owner != i {
			from += h.from
		}
		if !j.most[h.owner] && h.owner != i {
			to -= h.from
		}
	}
	return from, to
}

// atLeast finds the smallest set that the rule gives.
func (j *judging) atLeast() {
	for changed := true; changed; {
		changed = false
		for i := range j.o.names {
			if j.least[i] {
				continue
			}
			if from, _ := j.held(i); from >= Half {
				j.least[i], changed = true, true
			}
		}
	}
}

// atMost finds the largest set that the rule allows of those that somebody listed,
// or somebody unknown, has a part in through others of the set.
func (j *judging) atMost() {
	for i := range j.most {
		j.most[i] = true
	}
	for changed := true; changed; {
		changed = false
		reached := j.reached()
		for i := range j.o.names {
			if !j.most[i] || j.roots[i] {
				continue
			}
			if _, to := j.held(i); to < Half || !reached[i] || len(j.o.owners[i]) == 0 {
				j.most[i], changed = false, true
			}
		}
	}
}

// reached gives what roots and unknown owners have a part in, through the set.
func (j *judging) reached() []bool {
	reached := make([]bool, len(j.o.names))
	for i := range j.o.names {
		var stated Percent
		for _, h := range j.o.owners[i] {
			stated += h.from
		}
		reached[i] = j.roots[i] || len(j.o.owners[i]) > 0 && stated < All
	}
	for changed := true; changed; {
		changed = false
		for i := range j.o.names {
			for _, h := range j.o.owners[i] {
				if !reached[i] && j.most[h.owner] && reached[h.owner] && h.to > 0 {
					reached[i], changed = true, true
				}
			}
		}
	}
	return reached
}

// chain gives the shortest way from a root through those who count down to i.
func (j *judging) chain(i int, counts []bool) []Share {
	type step struct {
		at   int
		back *step
		by   holder
	}
	seen := make([]bool, len(j.o.names))
	for queue := []*step{{at: i}}; len(queue) > 0; queue = queue[1:] {
		s := queue[0]
		if s.back != nil && j.roots[s.at] {
			var down []Share
			for ; s.back != nil; s = s.back {
				down = append(down, j.o.share(s.back.at, s.by))
			}
			return down
		}
		for _, h := range j.o.owners[s.at] {
			if counts[h.owner] && !seen[h.owner] && h.to > 0 {
				seen[h.owner] = true
				queue = append(queue, &step{h.owner, s, h})
			}
		}
	}
	return nil
}
