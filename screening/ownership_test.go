package screening

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

func table(t *testing.T, rows string) *Ownership {
	t.Helper()
	o, err := ReadOwnership(strings.NewReader("owner,owned,percent\n" + strings.ReplaceAll(rows, "; ", "\n") + "\n"))
	if err != nil {
		t.Fatal(err)
	}
	return o
}

func (o *Ownership) table() (all []Share) {
	for owned := range o.names {
		for _, h := range o.owners[owned] {
			all = append(all, o.share(owned, h))
		}
	}
	return all
}

// L and M are listed, N may be, everybody else is not.
func lettered(name string) Listing {
	switch NameKey(name) {
	case "l", "m":
		return Listed
	case "n":
		return MaybeListed
	}
	return NotListed
}

func TestJudge(t *testing.T) {
	for _, test := range []struct{ name, rows, want string }{
		{"half is enough", "L,A,50; X,A,50", "A barred 50-50"},
		{"just below", "L,A,49.99; X,A,50.01", "A below 49.99-49.99"},
		{"in the aggregate", "L,A,25; M,A,25; X,A,50", "A barred 50-50"},
		{"through one that is barred, in full", "L,A,50; X,A,50; A,B,50; X,B,50", "A barred 50-50, B barred 50-50"},
		{"through one that is not, nothing", "L,A,49; X,A,51; A,B,100", "A below 49-49, B below 0-0"},
		{"direct and indirect", "L,A,60; X,A,40; A,B,30; M,B,20; X,B,50", "A barred 60-60, B barred 50-50"},
		{"two branches of one owner", "L,A,50; X,A,50; L,B,50; X,B,50; A,C,25; B,C,25; X,C,50", "A barred 50-50, B barred 50-50, C barred 50-50"},
		{"branches below", "L,A,50; X,A,50; L,B,25; X,B,75; A,C,25; B,C,25; X,C,50", "A barred 50-50, B below 25-25, C below 25-25"},
		{"a long chain", "L,A,50; X,A,50; A,B,50; X,B,50; B,C,50; X,C,50; C,D,50; X,D,50", "A barred 50-50, B barred 50-50, C barred 50-50, D barred 50-50"},
		{"not stated", "L,A,30; X,A,30", "A possible 30-70"},
		{"not stated, too little", "L,A,30; X,A,50.01", "A below 30-49.99"},
		{"share not known", "L,A,; X,A,40", "A possible 0-60"},
		{"a span", "L,A,25-50; X,A,50", "A possible 25-50"},
		{"a span below", "L,A,25-49; X,A,51", "A below 25-49"},
		{"a hit nobody decided", "N,A,50; X,A,50", "A possible 0-50"},
		{"decided and undecided", "N,A,30; L,A,30; X,A,40", "A possible 30-60"},
		{"unknown passed on", "L,A,30; X,A,30; A,B,60; X,B,40", "A possible 30-70, B possible 0-60"},
		{"a ring with nobody listed", "A,B,60; X,B,40; B,A,60; X,A,40", "A below 0-0, B below 0-0"},
		{"a ring that listed persons alone are outside of", "A,B,60; L,B,40; B,A,60; L,A,40", "A possible 40-100, B possible 40-100"},
		{"a ring that is barred from outside", "A,B,50; L,B,50; B,A,60; X,A,40", "A barred 60-60, B barred 100-100"},
		{"holding of itself", "A,A,30; L,A,35; X,A,35", "A possible 35-65"},
		{"holding of itself, nobody listed", "A,A,30; X,A,70", "A below 0-30"},
		{"a listed one that is owned", "X,L,100; L,A,50; X,A,50", "L below 0-0, A barred 50-50"},
		{"rows that add up", "L,A,20; L,A,30; X,A,50", "A barred 50-50"},
		{"one name in two writings", "l,Åa,25; L,aa,25; X,AA,50", "Åa barred 50-50"},
	} {
		var got []string
		for _, j := range table(t, test.rows).Judge(lettered) {
			got = append(got, fmt.Sprintf("%s %s %v-%v", j.Name, j.Finding, j.From, j.To))
		}
		if strings.Join(got, ", ") != test.want {
			t.Errorf("%s: %s, want %s", test.name, strings.Join(got, ", "), test.want)
		}
	}
}

func TestChain(t *testing.T) {
	all := table(t, "L,A,50; X,A,50; A,B,30; M,B,20; X,B,50; B,C,80").Judge(lettered)
	if got := fmt.Sprint(all[2].Chain); got != "[{M B 20 20} {B C 80 80}]" {
		t.Errorf("chain of C: %s", got)
	}
	if got := fmt.Sprint(all[1].Through); got != "[{A B 30 30} {M B 20 20}]" {
		t.Errorf("through to B: %s", got)
	}
}

func TestOwnershipRefuses(t *testing.T) {
	for _, test := range []struct{ text, want string }{
		{"", "no share"},
		{"owner,owned,percent\n", "no share"},
		{"owner,owned,share\nA,B,1\n", "the heading is"},
		{"owner,owned,percent\nA,B\n", "wrong number of fields"},
		{"owner,owned,percent\nA,B,60\nC,B,41\n", `line 3: the shares of "B" add up to more than 100 percent`},
		{"owner,owned,percent\nA,B,half\n", `percent "half"`},
		{"owner,owned,percent\nA,B,-1\n", `percent "-1"`},
		{"owner,owned,percent\nA,B,101\n", `percent "101"`},
		{"owner,owned,percent\nA,B,33.333\n", `percent "33.333"`},
		{"owner,owned,percent\nA,B,50-25\n", `percent "50-25"`},
		{"owner,owned,percent\n ,B,50\n", "both need a name"},
		{"owner,owned,percent\n" + strings.Repeat("A,B,\n", maxShares+1), "more than 5000 shares"},
		{"owner,owned,percent\nA,\xff,50\n", "not UTF-8"},
	} {
		if _, err := ReadOwnership(strings.NewReader(test.text)); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%.60q: %v, want %q", test.text, err, test.want)
		}
	}
}

// Random tables, rings among them. Whatever fills in what is not stated, and however
// open hits are decided: what is barred stays so and what is below never is. And
// nobody becomes less barred by another's being listed.
func TestJudgeProperties(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	names := strings.Fields("L M N X Y A B C D E F")
	seen := map[string]int{}
	for range 3000 {
		o := &Ownership{places: map[string]int{}, owners: map[int][]holder{}}
		for range 2 + r.IntN(14) {
			from := Percent(r.IntN(9) * 12_50)
			to := from
			if r.IntN(4) == 0 {
				to = min(All, from+Percent(r.IntN(4)*10_00))
			}
			o.add(pick(r, names), pick(r, names[5:]), from, to) //nolint:errcheck // too much of one is left out
		}
		given := o.Judge(lettered)
		for range 4 {
			// A completion: each share exact, the rest somebody's, each open hit decided.
			whole := &Ownership{places: map[string]int{}, owners: map[int][]holder{}}
			for i := range o.names {
				room := All
				for _, h := range o.owners[i] {
					room -= h.from
				}
				for _, h := range o.owners[i] {
					more := min(room, Percent(r.IntN(int(h.to-h.from)+1)))
					room -= more
					whole.add(o.names[h.owner], o.names[i], h.from+more, h.from+more) //nolint:errcheck // it was right
				}
				if len(o.owners[i]) > 0 && room > 0 {
					whole.add(pick(r, []string{"L", "Z"}), o.names[i], room, room) //nolint:errcheck // as much as is left
				}
			}
			decided := Listing(r.IntN(2)) * Listed
			full := whole.Judge(func(name string) Listing {
				if name == "N" {
					return decided
				}
				return lettered(name)
			})
			for _, j := range given {
				k := full[slices.IndexFunc(full, func(k Judgement) bool { return k.Name == j.Name })]
				seen[j.Finding+" "+k.Finding]++
				if j.Finding == Barred && k.Finding != Barred || j.Finding == Below && k.Finding == Barred {
					t.Fatalf("%+v\nof %+v\nis %+v\nof %+v", j, o.table(), k, whole.table())
				}
			}
		}
		for i, k := range o.Judge(func(name string) Listing { return max(lettered(name), Listing(b2i(name == "X"))*Listed) }) {
			if j := given[i]; k.From < j.From || j.Finding == Barred && k.Finding != Barred || j.Finding == Possible && k.Finding == Below {
				t.Fatalf("with X listed %+v\nwithout %+v\nof %+v", k, j, o.table())
			}
		}
	}
	for _, want := range []string{"barred barred", "possible barred", "possible below", "below below"} {
		if seen[want] < 100 {
			t.Errorf("%s: seen %d times of %v", want, seen[want], seen)
		}
	}
}

func FuzzReadOwnership(f *testing.F) {
	f.Add("owner,owned,percent\nL,A,50\nX,A,25-50\nA,B,\nB,A,33.33\n")
	f.Fuzz(func(t *testing.T, text string) {
		o, err := ReadOwnership(strings.NewReader(text))
		if err != nil || len(o.names) > 50 {
			return
		}
		for _, j := range o.Judge(lettered) {
			if j.From < 0 || j.From > All || j.To > All || j.To < j.From && j.Finding != Barred {
				t.Fatalf("%+v", j)
			}
		}
	})
}
