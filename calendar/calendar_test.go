package calendar

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"parley/zone"
)

func in(t testing.TB, name string) *time.Location {
	t.Helper()
	location, err := zone.Load(name)
	if err != nil {
		t.Fatal(err)
	}
	return location
}

func at(t testing.TB, text string) time.Time {
	t.Helper()
	instant, err := time.Parse(time.RFC3339, text)
	if err != nil {
		t.Fatal(err)
	}
	return instant
}

const hour = time.Hour

// three are parties as they are: two weekends and a half, three zones, summer time
// that changes on other days.
func three(t testing.TB) []Party {
	return []Party{
		{Zone: in(t, "Asia/Jerusalem"), Weekend: []time.Weekday{time.Friday, time.Saturday}, Opens: 8 * hour, Closes: 17 * hour, Holidays: []string{"2026-04-22", "2026-09-12", "2026-09-13", "2026-09-21"}},
		{Zone: in(t, "Asia/Damascus"), Weekend: []time.Weekday{time.Friday}, Opens: 8 * hour, Closes: 15*hour + 30*time.Minute, Holidays: []string{"2026-03-20", "2026-03-22", "2026-05-27"}},
		{Zone: in(t, "America/New_York"), Weekend: []time.Weekday{time.Saturday, time.Sunday}, Opens: 9 * hour, Closes: 17 * hour, Holidays: []string{"2026-07-03", "2026-11-26", "2026-12-25"}},
	}
}

func TestAdd(t *testing.T) {
	all := three(t)
	for _, test := range []struct {
		name    string
		parties []Party
		from    string
		days    int
		want    string
	}{
		{"nothing", all, "2026-11-24T12:00:00Z", 0, "2026-11-24T12:00:00Z"},
		{"nobody", nil, "2026-11-24T12:00:00Z", 3, "2026-11-28T00:00:00Z"},
		{"always, in a zone", []Party{{Zone: in(t, "Asia/Damascus")}}, "2026-11-24T22:00:00Z", 1, "2026-11-26T21:00:00Z"},
		{"over a weekend of one", all[:1], "2026-11-25T12:00:00Z", 2, "2026-11-29T15:00:00Z"},
		{"over a weekend of all", all, "2026-11-17T12:00:00Z", 3, "2026-11-23T22:00:00Z"},
		{"over a weekend and a holiday", all, "2026-11-24T12:00:00Z", 3, "2026-12-01T22:00:00Z"},
		{"the day has begun in one zone", all, "2026-11-23T21:30:00Z", 1, "2026-11-25T22:00:00Z"},
		{"the day has begun in none", all, "2026-11-23T20:59:59Z", 1, "2026-11-24T22:00:00Z"},
		{"a holiday of one alone", all, "2026-04-20T12:00:00Z", 2, "2026-04-23T21:00:00Z"},
		{"winter time begins meanwhile", all[2:], "2026-10-30T12:00:00Z", 1, "2026-11-02T22:00:00Z"},
		{"a date that a zone leaves out", []Party{{Zone: in(t, "Pacific/Apia")}}, "2011-12-29T12:00:00Z", 1, "2011-12-31T10:00:00Z"},
		{"no joint day", []Party{{Weekend: []time.Weekday{0, 1, 2, 3}}, {Weekend: []time.Weekday{4, 5, 6}}}, "2026-11-24T12:00:00Z", 3, "2026-11-28T00:00:00Z"},
	} {
		if got := Joint(test.parties...).Add(at(t, test.from), test.days); !got.Equal(at(t, test.want)) {
			t.Errorf("%s: %s, want %s", test.name, got.Format(time.RFC3339), test.want)
		}
	}
}

func TestAddHours(t *testing.T) {
	jerusalem := three(t)[0]
	night := Party{Zone: in(t, "Asia/Jerusalem"), Opens: 0, Closes: 4 * hour}
	for _, test := range []struct {
		name  string
		party Party
		from  string
		d     time.Duration
		want  string
	}{
		{"nothing, outside hours", jerusalem, "2026-11-27T12:00:00Z", 0, "2026-11-27T12:00:00Z"},
		{"always", Party{}, "2026-11-27T12:00:00Z", 50 * hour, "2026-11-29T14:00:00Z"},
		{"always, over a change of the clock", Party{Zone: in(t, "America/Havana")}, "2026-10-31T12:00:00Z", 48 * hour, "2026-11-02T12:00:00Z"},
		{"within a day", jerusalem, "2026-11-24T07:00:00Z", 6 * hour, "2026-11-24T13:00:00Z"},
		{"to the end of a day", jerusalem, "2026-11-24T09:00:00Z", 6 * hour, "2026-11-24T15:00:00Z"},
		{"into the next day", jerusalem, "2026-11-24T09:00:00Z", 6*hour + time.Second, "2026-11-25T06:00:01Z"},
		{"over the weekend", jerusalem, "2026-11-26T13:00:00Z", 6 * hour, "2026-11-29T10:00:00Z"},
		{"from a weekend", jerusalem, "2026-11-27T22:30:00Z", 6 * hour, "2026-11-29T12:00:00Z"},
		{"summer time takes an hour", night, "2026-03-26T22:00:00Z", 4 * hour, "2026-03-27T22:00:00Z"},
		{"winter time gives one", night, "2026-10-24T21:00:00Z", 5 * hour, "2026-10-25T02:00:00Z"},
		{"it never opens", Party{Opens: 9 * hour, Closes: 8 * hour}, "2026-11-24T07:00:00Z", 6 * hour, "2026-11-24T13:00:00Z"},
	} {
		if got := test.party.AddHours(at(t, test.from), test.d); !got.Equal(at(t, test.want)) {
			t.Errorf("%s: %s, want %s", test.name, got.Format(time.RFC3339), test.want)
		}
	}
}

// A year of dates, each counted again by looking every five minutes at what each
// clock shows.
func TestYear(t *testing.T) {
	begins, ends := at(t, "2025-12-25T00:00:00Z"), at(t, "2027-02-10T00:00:00Z")
	const step = 5 * time.Minute
	type moment struct {
		date  string
		works bool
	}
	all := three(t)
	clocks := make([][]moment, len(all))
	for i, p := range all {
		for now := begins; now.Before(ends); now = now.Add(step) {
			local := now.In(p.Zone)
			date, clock := local.Format(time.DateOnly), time.Duration(local.Hour())*hour+time.Duration(local.Minute())*time.Minute
			clocks[i] = append(clocks[i], moment{date, !slices.Contains(p.Weekend, local.Weekday()) && !slices.Contains(p.Holidays, date) && clock >= p.Opens && clock < p.Closes})
		}
	}
	last := make([]map[string]int, len(all)) // moment that a party works on each date
	for i := range all {
		last[i] = map[string]int{}
		for n, m := range clocks[i] {
			if m.works {
				last[i][m.date] = n + 1
			}
		}
	}
	overs, joint := map[string]int{}, []string{} // of each joint working day: when it is over
	for date := begins; date.Before(ends); date = date.AddDate(0, 0, 1) {
		name, over := date.Format(time.DateOnly), 0
		for i := range all {
			if last[i][name] == 0 {
				over = 0
				break
			}
			over = max(over, last[i][name])
		}
		if over > 0 {
			overs[name], joint = over, append(joint, name)
		}
	}
	for from := 7 * 24 * 12; from < 372*24*12; from += 319 {
		newest := max(clocks[0][from].date, clocks[1][from].date, clocks[2][from].date)
		first := slices.IndexFunc(joint, func(date string) bool { return date > newest })
		now := begins.Add(time.Duration(from) * step)
		for _, days := range []int{1, 3, 5, 20} {
			want := begins.Add(time.Duration(overs[joint[first+days-1]]) * step)
			if got := Joint(all...).Add(now, days); !got.Equal(want) {
				t.Fatalf("%d days from %s: %s, want %s", days, now, got, want)
			}
		}
		for i, p := range all {
			left, end := 6*12, from
			for ; left > 0; end++ {
				if clocks[i][end].works {
					left--
				}
			}
			if got, want := p.AddHours(now, 6*hour), begins.Add(time.Duration(end)*step); !got.Equal(want) {
				t.Fatalf("6 h of party %d from %s: %s, want %s", i, now, got, want)
			}
		}
	}
}

// Whatever the parties: later is never sooner, more is never less, what is due is
// due on a working day, and the whole of it lay ahead for everyone.
func TestProperties(t *testing.T) {
	zones := []string{"UTC", "Asia/Jerusalem", "Asia/Damascus", "America/New_York", "America/Goose_Bay", "America/Havana", "Pacific/Apia", "Australia/Lord_Howe", "Etc/GMT+12", "Pacific/Kiritimati", "Africa/Casablanca"}
	for seed := range uint64(400) {
		r := rand.New(rand.NewPCG(seed, 1))
		begins := time.Date(2006+r.IntN(25), time.Month(1+r.IntN(12)), 1+r.IntN(28), 0, 0, 0, 0, time.UTC)
		var parties []Party
		for range 1 + r.IntN(3) {
			p := Party{Zone: in(t, zones[r.IntN(len(zones))])}
			for day := time.Sunday; day <= time.Saturday; day++ {
				if day != time.Tuesday && r.IntN(4) == 0 {
					p.Weekend = append(p.Weekend, day)
				}
			}
			if r.IntN(3) > 0 {
				p.Opens = time.Duration(r.IntN(12)) * hour
				p.Closes = p.Opens + time.Duration(4+r.IntN(9))*hour
			}
			for range r.IntN(40) {
				p.Holidays = append(p.Holidays, begins.AddDate(0, 0, r.IntN(90)).Format(time.DateOnly))
			}
			slices.Sort(p.Holidays)
			parties = append(parties, p)
		}
		joint := Joint(parties...)
		from, lastDay, lastHours := begins, time.Time{}, time.Time{}
		for range 40 {
			from = from.Add(time.Duration(r.Int64N(int64(9 * hour))))
			due, more := joint.Add(from, 2), joint.Add(from, 3)
			if due.Before(lastDay) || !more.After(due) || !due.After(from) {
				t.Fatalf("seed %d: from %s: 2 days to %s, 3 to %s; before it was %s", seed, from, due, more, lastDay)
			}
			works := false
			for back := range 3 { // the date that is due, in the zone of whoever closes last
				date := due.Add(-time.Second).AddDate(0, 0, 1-back)
				over, ok := joint.day(time.Date(date.Year(), date.Month(), date.Day(), 0, 0, 0, 0, time.UTC))
				works = works || ok && over.Equal(due)
			}
			if !works {
				t.Fatalf("seed %d: 2 days from %s end at %s, which ends no joint working day", seed, from, due)
			}
			p := parties[0]
			hours := p.AddHours(from, 5*hour)
			if hours.Before(lastHours) || hours.Before(from.Add(5*hour)) || p.AddHours(from, 5*hour+1).Before(hours) || !p.Works(hours.Add(-1)) {
				t.Fatalf("seed %d: 5 h from %s end at %s; before it was %s", seed, from, hours, lastHours)
			}
			if half := p.AddHours(p.AddHours(from, 2*hour), 3*hour); !half.Equal(hours) {
				t.Fatalf("seed %d: 2 h and 3 h from %s end at %s, 5 h at %s", seed, from, half, hours)
			}
			lastDay, lastHours = due, hours
		}
	}
}
