package screening

import "slices"

// A sound is one letter or group of letters as it is heard, whatever script it is
// written in. Letters that are read in two ways (Hebrew bet, pe, kaf, shin; Latin
// ch) are sounds of their own, near to both readings.
type sound uint8

const (
	shortA sound = iota + 1 // vowels written in Latin script
	shortE
	shortI
	shortU
	longA // alif, alef, aa
	longI // ya, yod, y, ee, ai
	longU // waw, vav, w, oo, ou
	endA  // ta marbuta, final he
	endY  // alif maqsura
	glottal
	ayin
	bb
	pp
	peh // Hebrew pe, p or f
	vv
	bet // b or v
	ff
	mm
	nn
	rr
	ll
	tt
	theta
	dd
	dhal
	daad
	zaa // the emphatic of dhal
	ss
	sheen
	shin // Hebrew, sh or s
	tsade
	zz
	jeem
	gg
	ghayn
	kk
	qaf
	kaf // Hebrew, k or kh
	khaa
	hh
	het // Hebrew, of h or kh
	chay
	digit0 // and nine more
	sounds = digit0 + 10
)

func (s sound) consonant() bool { return s >= bb }

// A script is what a name part is written in.
type script uint8

const (
	latin script = iota
	arabic
	hebrew
	scripts
)

// exact is what one consonant in the place of a wholly different one costs.
const exact = 100

// weight is what a sound counts for in the length of a name part.
func (s sound) weight() int {
	switch {
	case s == hh:
		return 70
	case s.consonant():
		return exact
	case s == longA, s == longI, s == longU, s == endY:
		return 50
	case s == ayin:
		return 30
	}
	return 20
}

// near lists what one sound in the place of another costs, in hundredths of a
// consonant, where it is less than all. Each is one that some tradition of writing makes.
var near = []struct {
	a, b sound
	cost int
}{
	{shortA, shortE, 10}, {shortE, shortI, 10}, {shortA, longA, 0}, {shortE, longA, 10}, {shortI, longI, 0}, {shortE, longI, 5}, {shortU, longU, 0},
	{shortA, shortI, 45}, {shortA, shortU, 50}, {shortI, shortU, 50}, {shortE, shortU, 45}, {shortA, longI, 60}, {shortA, longU, 70},
	{shortI, longA, 65}, {shortU, longA, 65}, {shortU, longI, 65}, {shortI, longU, 65}, {shortE, longU, 60}, {longA, longI, 70}, {longA, longU, 70}, {longI, longU, 60},
	{endA, shortA, 0}, {endA, shortE, 0}, {endA, longA, 5}, {endA, hh, 10}, {endA, het, 10}, {endA, longU, 25}, {endA, tt, 20}, {endA, shortU, 20}, {endA, shortI, 20}, {endA, endY, 10},
	{endY, shortA, 0}, {endY, shortE, 0}, {endY, shortI, 0}, {endY, longA, 0}, {endY, longI, 0},
	{glottal, shortA, 0}, {glottal, shortE, 0}, {glottal, shortI, 0}, {glottal, shortU, 0}, {glottal, longA, 5}, {glottal, longI, 5}, {glottal, longU, 5}, {glottal, ayin, 20},
	{ayin, shortA, 5}, {ayin, shortE, 5}, {ayin, shortI, 5}, {ayin, shortU, 5}, {ayin, longA, 10}, {ayin, longI, 10}, {ayin, longU, 10},
	{bb, bet, 0}, {vv, bet, 5}, {bb, vv, 25}, {bb, pp, 20}, {pp, peh, 0}, {ff, peh, 5}, {pp, ff, 30}, {bb, peh, 25}, {peh, bet, 40}, {ff, vv, 20}, {bet, ff, 10},
	{vv, longU, 10}, {bet, longU, 20}, {ff, longU, 20}, {vv, peh, 30},
	{tt, theta, 10}, {ss, theta, 20}, {theta, dhal, 10}, {theta, zz, 25}, {theta, zaa, 15}, {theta, dd, 30}, {dd, zz, 40}, {dd, dhal, 10}, {zz, dhal, 15}, {dd, daad, 5}, {dhal, daad, 10}, {zz, daad, 15}, {zz, zaa, 5}, {dhal, zaa, 5},
	{dd, zaa, 20}, {tt, zaa, 25}, {daad, zaa, 10}, {tsade, daad, 25}, {tsade, zaa, 25}, {tt, dd, 45}, {shin, theta, 35},
	{ss, shin, 5}, {sheen, shin, 5}, {ss, sheen, 35}, {ss, tsade, 10}, {zz, tsade, 20}, {ss, zz, 35}, {chay, tsade, 25}, {chay, daad, 10}, {chay, dhal, 15}, {chay, dd, 25}, {chay, zaa, 20}, {shin, tsade, 35},
	{chay, theta, 20}, {chay, sheen, 10}, {chay, shin, 15}, {chay, khaa, 10}, {chay, het, 5}, {chay, kaf, 15}, {chay, kk, 25}, {chay, hh, 20}, {chay, jeem, 40},
	{jeem, gg, 15}, {jeem, zz, 40}, {jeem, sheen, 45}, {jeem, longI, 20}, {gg, ghayn, 10}, {jeem, ghayn, 15}, {gg, kk, 35}, {gg, qaf, 20}, {ghayn, qaf, 25}, {ghayn, khaa, 40}, {ghayn, rr, 40}, {ghayn, ayin, 45},
	{kk, qaf, 5}, {kk, kaf, 0}, {qaf, kaf, 10}, {khaa, kaf, 10}, {kk, khaa, 25}, {hh, khaa, 25}, {hh, het, 0}, {khaa, het, 5}, {hh, kaf, 45}, {het, kaf, 25},
	{nn, mm, 55},
}

// alike lists sounds whose letters are taken for each other where both names are
// in that script: by shape, by the dots of Arabic, as neighbours on a keyboard.
var alike = map[script][][2]sound{
	latin: {{qaf, longU}, {rr, tt}, {tt, longI}, {ss, dd}, {dd, ff}, {ff, gg}, {gg, hh}, {hh, jeem}, {jeem, kk}, {kk, ll}, {kk, vv}, {vv, bb}, {bb, nn}, {nn, mm}, {pp, shortU}, {ss, shortA}, {zz, shortA}, {rr, shortE}, {zz, ss}, {bb, gg}, {hh, nn}, {jeem, mm},
		{ll, shortI}, {kk, shortE}, {hh, bb}, {shortU, vv}, {gg, qaf}, {ff, tt}, {ff, rr}, {dd, rr}, {kk, mm}},
	arabic: {{bb, tt}, {bb, theta}, {bb, nn}, {tt, nn}, {theta, nn}, {jeem, hh}, {jeem, khaa}, {hh, khaa}, {dd, dhal}, {rr, zz}, {ss, sheen}, {ss, daad}, {tt, zaa}, {ayin, ghayn}, {ff, qaf}, {kk, ll}, {ss, sheen}, {sheen, bb}, {bb, ll}, {ll, tt}, {nn, mm}, {mm, kk}, {kk, tt}, {ff, ghayn}, {ghayn, ayin}, {ayin, hh}, {jeem, dd}, {rr, glottal}, {theta, qaf}, {theta, daad}, {daad, ss}, {longU, zz}, {zz, zaa}, {longI, bb}, {longI, ss}, {longA, tt}, {longA, ll}},
	hebrew: {{dd, rr}, {hh, het}, {het, tt}, {hh, tt}, {bet, kaf}, {longU, zz}, {longU, nn}, {longU, rr}, {mm, ss}, {kaf, rr}, {gg, nn}, {longU, longI}, {qaf, rr}, {rr, longA}, {longA, tt}, {tt, longU}, {mm, peh}, {shin, dd}, {dd, gg}, {gg, kaf}, {kaf, ayin}, {ayin, longI}, {longI, het}, {het, ll}, {ll, kaf}, {zz, ss}, {ss, bet}, {bet, hh}, {hh, nn}, {nn, mm}, {mm, tsade}, {tsade, tt}},
}

// alikeCost is what one of them costs.
const alikeCost = 75

// A place is where in a name part a sound stands.
type place uint8

const (
	begins place = iota
	within
	ends
	places
)

// gap is what a sound costs that the other name does not have: little for a short
// vowel beside a script that does not write them, all for a consonant. What begins
// or ends a part is written in every script.
func gap(s sound, at place, in, other script) int {
	switch {
	case s == hh && at == ends:
		return 50
	case s == hh:
		return 70
	case s.consonant():
		return exact
	case s == ayin && other == latin && at != ends:
		return 10
	case s == ayin && other == latin:
		return 20
	case s == ayin:
		return 45
	case at == begins && s < ayin:
		return 40
	case s == endA:
		return 12
	case s == glottal:
		return 15
	}
	letter := s >= longA // a letter of its own where vowels are not written
	switch {
	case at == ends && s == shortE: // often silent
		return 15
	case at == ends && s == shortA:
		return 25
	case at == ends:
		return 45
	case in == latin && other == latin && letter:
		return 35
	case in == latin && other == latin:
		return 25
	case in == latin && s == longA:
		return 10
	case in == latin && letter:
		return 30
	case in == latin:
		return 5
	case in == arabic && other == arabic && s == longA:
		return 35
	case in == arabic && other == hebrew && s == longA:
		return 8
	case in == arabic && other == hebrew:
		return 40
	case in == arabic:
		return 55
	case other == latin && s == longA:
		return 20
	case other == latin && s == longI:
		return 25
	case other == latin:
		return 40
	case other == arabic:
		return 10 // Hebrew writes short vowels of foreign names with letters
	}
	return 20
}

// costs are the tables of near, alike and gap, for two scripts.
type costs struct {
	swap [sounds][sounds]int16
	gap  [2][places][sounds]int16 // of a sound of the first name, and of the second
}

func costTables() *[scripts][scripts]costs {
	var all [scripts][scripts]costs
	for a := range scripts {
		for b := range scripts {
			c := &all[a][b]
			for x := range sounds {
				for at := range places {
					c.gap[0][at][x], c.gap[1][at][x] = int16(gap(x, at, a, b)), int16(gap(x, at, b, a))
				}
				for y := range sounds {
					if x != y {
						c.swap[x][y] = 120 // dearer than a gap for vowels, so that they are never taken for a consonant
						if x.consonant() && y.consonant() {
							c.swap[x][y] = exact
						}
					}
				}
			}
			for _, n := range near {
				c.swap[n.a][n.b], c.swap[n.b][n.a] = int16(n.cost), int16(n.cost)
			}
			for _, pair := range slices.Concat(alike[a], alike[b]) {
				for _, p := range [][2]sound{pair, {pair[1], pair[0]}} {
					c.swap[p[0]][p[1]] = min(c.swap[p[0]][p[1]], alikeCost)
				}
			}
		}
	}
	return &all
}

// merges lists two letters that are written for one sound, or for two: Is-haq and
// Ishaq, Yiz-hak and zh; and rn, which is misread as m.
var merges = []struct {
	first, second, one sound
	cost               int16
}{
	{ss, hh, sheen, 10}, {ss, het, sheen, 10}, {zz, hh, jeem, 10}, {zz, het, jeem, 10}, {tsade, het, jeem, 10}, {tsade, hh, jeem, 10}, {tt, hh, theta, 10}, {tt, het, theta, 10}, {dd, hh, dhal, 10}, {dd, het, dhal, 10},
	{kk, hh, khaa, 10}, {gg, hh, ghayn, 10}, {tt, ss, tsade, 5}, {tt, sheen, chay, 5}, {tt, shin, chay, 5}, {dd, jeem, jeem, 10}, {kk, ss, sheen, 50}, {longA, ff, longU, 20}, {rr, nn, mm, 45}, {rr, shortI, nn, 45},
	{longU, longU, vv, 5}, {longA, glottal, longI, 5}, {longA, longI, longI, 5}, {longA, longU, longU, 10}, {shortU, longU, longU, 0}, {zz, chay, jeem, 10}, {tsade, chay, jeem, 10},
}

// merged finds what two sounds may be together.
type merged [sounds][sounds]joint

// A joint is one sound for two; the zero joint is none.
type joint struct {
	one  sound
	cost int16
}

// weightTable is the weight of each sound.
func weightTable() *[sounds]int32 {
	var all [sounds]int32
	for s := range sounds {
		all[s] = int32(s.weight())
	}
	return &all
}

func mergeTable() *merged {
	var all merged
	for s := bb; s < digit0; s++ {
		all[s][s].one, all[s][s].cost = s, 15 // a doubled letter
	}
	for _, m := range merges {
		all[m.first][m.second].one, all[m.first][m.second].cost = m.one, m.cost
	}
	return &all
}
