package casefile

import (
	"math"
	"slices"
	"time"

	"parley/format"
	"parley/geo"
)

// How a line of the fact table stands between the sides.
const (
	RowUnsaid   = "unsaid"   // nobody states it
	RowOpen     = "open"     // stated, and not every other side has agreed or disputed
	RowAgreed   = "agreed"   // every side states the same or agrees
	RowDiffers  = "differs"  // two accounts of it differ, and neither side agrees with the other's
	RowDisputed = "disputed" // a side disputes it
)

// A Row is one line of the fact table.
type Row struct {
	Name        string       `json:"name"`
	Status      string       `json:"status"`
	Stated      []Stated     `json:"stated,omitempty"`
	Stances     []Stance     `json:"stances,omitempty"`
	Differences []Difference `json:"differences,omitempty"`
}

// Stated is one party's account of a line.
type Stated struct {
	Party string `json:"party"`
	By    string `json:"by"` // the statement
	Value string `json:"value,omitempty"`
	Words bool   `json:"words,omitempty"`
	Since string `json:"since"` // the wording that said it first

	account int
}

// A Stance is what a side says to another's account of a line. It is stale where
// that account has been corrected since.
type Stance struct {
	Party string `json:"party"`
	Of    string `json:"of"` // whose account
	Agree bool   `json:"agree"`
	By    string `json:"by"`
	Stale bool   `json:"stale,omitempty"`

	account int
}

// A Difference compares two parties' accounts of a line, by its type. What is in
// words alone is not compared.
type Difference struct {
	A       string  `json:"a"`
	B       string  `json:"b"`
	Kind    string  `json:"kind"`                   // "instant", "place" or "choice"
	Same    bool    `json:"same"`                   // an instant or a code alike; places within their uncertainties
	Seconds int64   `json:"seconds,omitempty"`      // between two instants
	Metres  float64 `json:"metres,omitempty"`       // between two places, along the geodesic
	Within  int     `json:"withinMetres,omitempty"` // both places' uncertainties together
}

// Table gives the fact table: each line with who states it, who agrees and who
// disputes, and how far the accounts lie apart.
func (s *State) Table() []Row {
	rows := make([]Row, 0, len(Facts))
	for _, name := range Facts {
		row := Row{Name: name}
		for i := range s.Accounts {
			a := &s.Accounts[i]
			if f := a.Fact(name); f != nil && a.Live() {
				row.Stated = append(row.Stated, Stated{Party: a.Party, By: a.ID(), Value: f.Value, Words: f.Words, Since: a.Versions[f.Since].ID, account: i})
			}
		}
		row.Stances = s.stances(name)
		for i, a := range row.Stated {
			for _, b := range row.Stated[i+1:] {
				if d, ok := compare(name, a, b); ok {
					row.Differences = append(row.Differences, d)
				}
			}
		}
		row.Status = s.status(&row)
		rows = append(rows, row)
	}
	return rows
}

// stances gives the newest word of each side on each account of a line.
func (s *State) stances(name string) []Stance {
	var all []Stance
	for i := range s.Positions {
		p := &s.Positions[i]
		agree := slices.Contains(p.Agreed, name)
		if !p.Live() || p.About < 0 || !agree && !slices.Contains(p.Disputed, name) {
			continue
		}
		a := &s.Accounts[p.About]
		f := a.Fact(name)
		if f == nil || !a.Live() {
			continue
		}
		stance := Stance{Party: p.Party, Of: a.Party, Agree: agree, By: p.ID, Stale: f.Since > p.Version, account: p.About}
		at := slices.IndexFunc(all, func(old Stance) bool { return old.Party == stance.Party && old.account == stance.account })
		if at >= 0 {
			all[at] = stance
		} else {
			all = append(all, stance)
		}
	}
	return all
}

// compare says how two accounts of a line differ; nothing of what is in words.
func compare(name string, a, b Stated) (Difference, bool) {
	d := Difference{A: a.Party, B: b.Party, Kind: "choice"}
	if a.Value == "" || b.Value == "" {
		return d, false
	}
	switch name {
	case "where":
		p, err1 := geo.ParsePosition(a.Value)
		q, err2 := geo.ParsePosition(b.Value)
		if err1 != nil || err2 != nil {
			return d, false
		}
		d.Kind, d.Metres, d.Within = "place", math.Round(geo.Distance(p.Point, q.Point)*1000)/1000, p.Metres+q.Metres
		d.Same = d.Metres <= float64(d.Within)
	case "when":
		t, ok1 := format.ReadInstant(a.Value)
		u, ok2 := format.ReadInstant(b.Value)
		if !ok1 || !ok2 {
			return d, false
		}
		d.Kind, d.Seconds = "instant", int64(t.Sub(u).Abs()/time.Second)
		d.Same = d.Seconds == 0
	default:
		d.Same = a.Value == b.Value
	}
	return d, true
}

// status says how a line stands between the sides.
func (s *State) status(row *Row) string {
	if len(row.Stated) == 0 {
		return RowUnsaid
	}
	if slices.ContainsFunc(row.Stances, func(st Stance) bool { return !st.Agree && !st.Stale }) {
		return RowDisputed
	}
	for _, d := range row.Differences {
		if !d.Same && !row.agrees(d.A, d.B) && !row.agrees(d.B, d.A) {
			return RowDiffers
		}
	}
	for _, a := range row.Stated {
		if !slices.ContainsFunc(s.Sides, func(side string) bool {
			return side != a.Party && !row.agrees(side, a.Party) && !row.same(side, a.Party)
		}) && len(s.Sides) > 1 {
			return RowAgreed
		}
	}
	return RowOpen
}

// agrees reports whether a party agrees with another's account as it stands.
func (r *Row) agrees(party, of string) bool {
	return slices.ContainsFunc(r.Stances, func(st Stance) bool { return st.Party == party && st.Of == of && st.Agree && !st.Stale })
}

// same reports whether two parties' own accounts say the same.
func (r *Row) same(a, b string) bool {
	return slices.ContainsFunc(r.Differences, func(d Difference) bool { return d.Same && (d.A == a && d.B == b || d.A == b && d.B == a) })
}
