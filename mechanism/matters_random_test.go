package mechanism

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"parley/charter"
	"parley/format"
	"parley/matter"
	"parley/rule"
	"parley/sealed"
	"parley/statement"
)

// A crowd is a world whose officers say anything to matters of every kind.
type crowd struct {
	*world
	chance  *rand.Rand
	sent    []*statement.Statement    // messages
	waiting []*statement.Statement    // at the gate
	second  *memory                   // a desk of birch's that lacks some of what it may read
	fields  map[string]map[string]any // of messages, by identifier
	counts  map[string]int
}

// newCrowd is a world in which everybody may speak in every matter.
func newCrowd(t *testing.T, seed uint64) *crowd {
	t.Helper()
	w := newWorld(t)
	everyFormat := func(role *charter.Role, ids ...string) {
		for _, id := range ids {
			if _, ok := w.charter.Rule(id + "/1"); !ok {
				f, _ := format.Catalogue().Newest(id)
				w.charter.Formats = append(w.charter.Formats, charter.Rule{Format: id + "/1", Gate: f.Gate})
			}
			if !role.Allows(id) {
				role.May = append(role.May, id)
			}
		}
	}
	for i := range w.charter.Roles {
		if role := &w.charter.Roles[i]; slices.Contains([]string{"watch", "gate", "analyst"}, role.ID) {
			everyFormat(role, "J04", "J20", "J21", "J22", "J23", "J40", "J41", "J42", "J43", "J44", "J45", "J50", "J51", "J52", "J53")
		}
	}
	areas := []string{"military", "intelligence", "diplomatic", "commercial"}
	for id, key := range w.hub.keys { // the desks' too
		key.Areas = areas
		w.hub.keys[id] = key
	}
	for _, desk := range w.desks {
		desk.reader.Key.Areas = areas
	}
	c := &crowd{world: w, chance: rand.New(rand.NewPCG(seed, 1)), fields: map[string]map[string]any{}, counts: map[string]int{}}
	birch := w.desks["birch"]
	second := *birch
	second.heads, second.records, second.texts, second.indexes = map[string]Head{}, map[string]*Record{}, map[uint64]bool{}, map[Hash]uint64{}
	second.times, second.board = slices.Clone(birch.times), &Board{}
	c.second = &second
	return c
}

// one gives one of all.
func one[T any](c *crowd, all []T) T { return all[c.chance.IntN(len(all))] }

// try sends what may be refused, by a rule alone, and looks at what it changed.
func (c *crowd) try(d draft) (*statement.Statement, bool) {
	c.t.Helper()
	size := c.hub.Size()
	s, err := c.send(d)
	if err != nil {
		refusal, ok := errors.AsType[*rule.Refusal](err)
		if !ok {
			c.t.Fatalf("%s by %s: %v", d.format, d.by, err)
		}
		c.counts["refused "+refusal.Rule]++
		return nil, false
	}
	c.disclose(s, size)
	c.alike()
	return s, true
}

// alike holds all who are party to a matter that has just changed to the same
// state, which its text gives again, and whose turn it is to somebody.
func (c *crowd) alike() {
	c.t.Helper()
	for _, id := range slices.Sorted(maps.Keys(c.hub.matters)) {
		m := c.hub.matters[id]
		if m.Since != c.hub.Size()-1 {
			continue
		}
		text, err := json.Marshal(m)
		if err != nil {
			c.t.Fatal(err)
		}
		again := &Matter{}
		if err := json.Unmarshal(text, again); err != nil || !reflect.DeepEqual(again, m) {
			c.t.Fatalf("its text gives another state, %v:\n%+v\n%+v\n%s", err, m.State, again.State, text)
		}
		c.hub.matters[id] = again // as after a restart
		for party, desk := range c.desks {
			own, ok := desk.Matter(id)
			if !slices.Contains(m.Rules.Parties, party) {
				if ok {
					c.t.Fatalf("%s knows the %s of %v", party, m.Kind, m.Rules.Parties)
				}
				continue
			}
			if got, _ := json.Marshal(own); string(got) != string(text) {
				c.t.Fatalf("%s has it as\n%s\nthe hub as\n%s", party, got, text)
			}
		}
		next := m.State.Next(m.Rules)
		if (len(next) == 0) != (m.State.Ended() != "") {
			c.t.Fatalf("it ended %q, and %v is to act: %s", m.State.Ended(), next, text)
		}
		for _, n := range next {
			if n.Party != matter.Clock && !slices.Contains(m.Rules.Parties, n.Party) || n.Action == "" {
				c.t.Fatalf("%+v is to act: %s", n, text)
			}
		}
		due, _ := format.Catalogue().Newest("matter.due")
		stages, _ := due.Field("stage")
		timers := m.State.Timers()
		for _, timer := range timers {
			if !slices.Contains(stages.Choices, timer.Stage) {
				c.t.Fatalf("the clock has no word for the stage %q of a %s", timer.Stage, m.Kind)
			}
		}
		if !reflect.DeepEqual(timers, matter.SortTimers(slices.Clone(timers))) {
			c.t.Fatalf("unsorted: %v", timers)
		}
		if slices.Max(slices.Collect(maps.Values(m.Shares))) > maxMoves/len(m.Rules.Parties) || len(m.Voids) > maxVoids {
			c.t.Fatalf("%d statements, %d overtaken", len(m.Moves), len(m.Voids))
		}
		c.counts[string(m.Kind)+" "+m.State.Ended()]++
		c.counts["overtaken"] += len(m.Voids)
		for _, v := range m.Voids {
			if v.Rule == MatterName {
				c.counts["overtaken openings"]++
			}
		}
	}
}

// disclose hands birch's second desk some of what it may read: at once, without a
// field, or later. It never has an objection.
func (c *crowd) disclose(s *statement.Statement, size uint64) {
	c.t.Helper()
	route := RouteOf(c.charter, s)
	hand := func(s *statement.Statement, at uint64) {
		now := c.now
		if at < c.second.Size() {
			now = c.second.times[at]
		}
		f, _ := c.charter.Format(s.Claims().Format)
		if fields := s.Fields(); len(fields) > 0 && f.Kind != format.Act && c.chance.IntN(12) == 0 {
			s, _ = s.Redact(one(c, fields).Name)
		}
		change, err := Decide(c.second, Case{Statement: s, Index: at, Now: now})
		if errors.Is(err, ErrKnown) {
			return
		}
		if err != nil {
			c.t.Fatalf("who lacks some of it refuses entry %d, %s of %d withheld: %v", at, s.Claims().Format, s.Withheld(), err)
		}
		c.second.put(change)
	}
	for _, id := range route.Opens {
		if c.second.reader.ReadsOnRelease(RouteOf(c.charter, c.said[id])) {
			hand(c.cut(route, id), c.order[id])
		}
	}
	if c.second.reader.Reads(route) {
		hand(s, size)
	}
	c.enter(c.second, s)
}

// say has somebody say something to a matter.
func (c *crowd) say() {
	c.t.Helper()
	kinds := slices.Sorted(maps.Keys(repertoire))
	kind := one(c, kinds)
	var open []*Matter
	for _, id := range slices.Sorted(maps.Keys(c.hub.matters)) {
		if m := c.hub.matters[id]; m.Kind == kind && (m.State.Ended() == "" || c.chance.IntN(30) == 0) {
			open = append(open, m)
		}
	}
	line, name, positions := one(c, repertoire[kind]), fmt.Sprintf("doc:%s-%d", kind, c.chance.IntN(12)), ""
	d := draft{by: one(c, []string{amal, basil, chen}), area: "", precedence: one(c, []string{"ROUTINE", "PRIORITY", "IMMEDIATE"})}
	var about *Matter
	if len(open) > 1 || len(open) > 0 && c.chance.IntN(8) > 0 {
		about = one(c, open)
		if n := about.State.Name(); n != "" && c.chance.IntN(20) > 0 {
			name = n
		}
		for _, next := range about.State.Next(about.Rules) {
			if officer := officers[next.Party]; officer != "" && c.chance.IntN(2) == 0 {
				d.by = officer
			}
		}
		var ids []string
		for _, index := range about.Moves {
			for id, at := range c.order {
				if at == index {
					if ids = append(ids, id); c.said[id].Claims().Format == "J21/1" {
						positions += ", " + id
					}
				}
			}
		}
		positions = strings.TrimPrefix(positions, ", ")
		s := c.said[one(c, append(ids, about.ID, ids[len(ids)-1]))]
		d.refs = ref("replies", s)
	} else {
		line = repertoire[kind][0]
	}
	if about != nil && kind == matter.Exchange && len(about.State.(*sealed.State).Deposits) == 2 && c.chance.IntN(3) > 0 {
		line = repertoire[kind][len(repertoire[kind])-1]
	}
	if strings.HasPrefix(line, "exchange.open") {
		d.by = one(c, []string{"alder/desk/one", bdesk})
	}
	f, _ := c.charter.Newest(line[:strings.Index(line, "|")])
	switch {
	case strings.Contains(line, "{positions}") && positions == "", f.ID == "J50" && len(d.refs) > 0:
		return
	case len(f.From) == 1 && f.From[0] == charter.KindSupervisor:
		d.by = chen
	case d.by == chen && (len(f.From) == 1 || strings.Contains(line, "kind=deposit") || f.ID == "J50"):
		d.by = one(c, []string{amal, basil})
	}
	f, values := c.typed(line, name, positions, d.by)
	d.format, d.fields, d.area = f.Ref(), values, f.Area
	if about != nil && kind == matter.Exchange {
		if values["deadline"] != nil {
			values["deadline"] = c.fields[about.ID]["deadline"]
		}
		if deposit, ok := about.State.(*sealed.State).Of(against[d.by[:5]]); ok && c.chance.IntN(5) > 0 {
			d.refs = ref("replies", c.said[deposit.ID])
		}
	}
	d.to = Others(d.by[:5], "alder", "birch", "cedar")
	if strings.HasPrefix(line, "exchange.open") || f.ID == "J44" && d.by != chen {
		d.to = slices.DeleteFunc(d.to, func(p string) bool { return p == "cedar" })
	}
	if n := len(c.sent); n > 0 && c.chance.IntN(7) == 0 { // it corrects or takes back, often what was answered
		old := c.sent[max(0, n-1-c.chance.IntN(40))]
		if from := old.Claims(); from.Format != "J04/1" && from.Author.Role != Desk {
			d.by = from.Author.String()
			d.area, d.to = from.Area, from.To
			content, _ := c.charter.Format(from.Format)
			fields := map[string]any{"action": "cancel", "content": from.Format, "why": "error"}
			relation := "cancels"
			if c.chance.IntN(2) == 0 {
				relation, fields["action"] = "replaces", "replace"
				maps.Copy(fields, c.fields[from.ID])
			}
			d.format, d.refs, d.fields, f = "J04/1", ref(relation, old), fields, content
		}
	} else if n > 0 && len(d.refs) > 0 && c.chance.IntN(10) == 0 {
		if f.Refers != 1 {
			d.refs = append(d.refs, ref("replies", one(c, c.sent))...)
		}
	}
	if f.ID == "J44" || f.ID == "J45" {
		d.second = seconds[d.by[:5]]
	}
	if c.chance.IntN(40) == 0 && len(d.to) > 1 {
		d.to = d.to[1:]
	}
	s, ok := c.try(d)
	if !ok {
		return
	}
	c.sent, c.fields[s.Claims().ID] = append(c.sent, s), d.fields
	if r := c.state(s); r.Delivery != nil && r.Delivery.Waiting() {
		c.waiting = append(c.waiting, s)
	}
}

// Whatever is said to matters of every kind, in whichever order, with whatever the
// gate and the clock do: all parties have the same state, no state is without a
// next step, and who lacks some of it accuses nobody.
func TestMattersAtRandom(t *testing.T) {
	id, key, err := sealed.NewIdentity()
	if err != nil {
		t.Fatal(err)
	}
	secrets["identity"], secrets["key"], secrets["commitment"] = id, key, "Z5Ba08wt1SsfX2ptKBTeA5Zhiym0I4ua9SB662mTbm0"
	if secrets["sealed"], err = sealed.Seal(sealed.Text{Text: "EXERCISE."}, key); err != nil {
		t.Fatal(err)
	}
	total := map[string]int{}
	for seed := range uint64(3) {
		c := newCrowd(t, seed)
		for range 900 {
			switch c.chance.IntN(16) {
			case 0, 1, 2, 3, 4, 5, 6, 7, 8:
				c.say()
			case 9, 10, 11, 12, 13, 14:
				c.gate()
			default:
				c.now = c.now.Add(time.Duration(c.chance.ExpFloat64() * float64(90*time.Minute)))
			}
			if c.chance.IntN(5) > 0 { // else the hub is away
				c.clock()
			}
		}
		for name, n := range c.counts {
			total[name] += n
		}
	}
	for _, kind := range []matter.Kind{matter.Case, matter.Session, matter.Commitment, matter.Exchange, matter.PublicLine, matter.Project} {
		if _, kept := keeperOf(kind); !kept || total[string(kind)+" "] < 20 {
			t.Errorf("of %s %d steps were made", kind, total[string(kind)+" "])
		}
	}
	if total["overtaken openings"] == 0 {
		t.Error("no opening was overtaken by another of its name")
	}
	for _, name := range slices.Sorted(maps.Keys(total)) {
		t.Logf("%s: %d", name, total[name])
	}
}
