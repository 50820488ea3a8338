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

// The repertoire is what people say to matters here, by kind: a format and its
// fields, as typed. In braces stand a time from now on, the matter's name, and the
// positions taken in a case.
var repertoire = map[matter.Kind][]string{
	matter.Case: {
		"J20|kind=craft|what=EXERCISE. A drone.|where=DMM 00 31.200N 017 58.400W ±30m|when={-1h}|noticed-by=farmer|harm=none|confidence=high|asks=visit, meeting",
		"J20|kind=shots|what=EXERCISE. Three shots.|where=DMM 00 31.800N 017 58.400W ±30m|when={-2h}|noticed-by=post|harm=unknown|confidence=low",
		"J21|kind=holding|position=EXERCISE. We look into it.",
		"J21|kind=position|cause=weather|agreed-facts=what, where, when, harm|position=EXERCISE. It was the wind.",
		"J21|kind=clarification|cause=human-error|agreed-facts=what|disputed-facts=where|position=EXERCISE. It was elsewhere.",
		"J22|kind=proposal|place=DMM 00 31.200N 017 58.400W ±30m|window={24h}/{26h}|purpose=recover|visitors=4|recorders=1|recording=notes|escorts=birch/watch, cedar/gate",
		"J22|kind=counter|place=DMM 00 31.200N 017 58.400W ±30m|window={48h}/{50h}|purpose=recover|visitors=2|recorders=0|recording=notes|escorts=birch/watch, cedar/gate",
		"J22|kind=acceptance|place=DMM 00 31.200N 017 58.400W ±30m|window={24h}/{26h}|purpose=recover|visitors=4|recorders=1|recording=notes|escorts=birch/watch, cedar/gate", "J22|kind=refusal|refusal=safety",
		"J23|stage=interim|outcome=partly-agreed|cause=not-known|agreed-facts=what|disputed-facts=where|positions={positions}|remedies=none|agreed=EXERCISE. Something fell.|not-agreed=EXERCISE. Where.",
		"J23|stage=final|outcome=agreed|cause=weather|agreed-facts=what|positions={positions}|remedies=none|agreed=EXERCISE. Something fell.|not-agreed=EXERCISE. Where.",
		"J23|stage=closing|dropped=overtaken",
	},
	matter.Session: {
		"J41|kind=call|session={name}|items=incident, notice list|attendance=alder/diplomat, birch/diplomat|form=full|window={20h}/{22h}|mode=remote|link=EXERCISE. Room 2",
		"J41|kind=lock|session={name}",
		"J42|kind=draft|session={name}|item=1|text=EXERCISE. Both agree.|corrections-by={120h}", "J42|kind=correction|session={name}|item=1|text=EXERCISE. Nearly.",
		"J42|kind=statement|session={name}|text=EXERCISE. We differ.", "J42|kind=adoption|session={name}|text=EXERCISE. So be it.", "J42|kind=dissent|session={name}|text=EXERCISE. One phrase.",
	},
	matter.Commitment: {
		"J43|kind=entry|number={name}|owner=alder|text-en=Checked.|text-ar=نعم|text-he=כן|recurrence=once|due={30h}",
		"J43|kind=entry|number={name}|owner=alder, birch|text-en=Answered.|text-ar=نعم|text-he=כן|recurrence=periodic|every=12 h|due={30h}",
		"J43|kind=entry|number={name}|owner=birch|text-en=Told.|text-ar=نعم|text-he=כן|recurrence=each-time|after=doc:other-1",
		"J43|kind=agreement|number={name}", "J43|kind=agreement|number={name}", "J43|kind=in-force|number={name}",
		"J43|kind=met|number={name}|evidence=Z5Ba08wt1SsfX2ptKBTeA5Zhiym0I4ua9SB662mTbm0", "J43|kind=met|number={name}",
		"J43|kind=contest|number={name}|note=EXERCISE. Not so.", "J43|kind=waiver|number={name}",
	},
	matter.Exchange: {
		"J44|kind=deposit|exchange={name}|commitment={commitment}|key={key}|deadline={24h}|open-rule=both-in",
		"J44|kind=deposit|exchange={name}|commitment={commitment}|key={key}|deadline={24h}|open-rule=both-in",
		"J44|kind=signal|exchange={name}", "J44|kind=contest|exchange={name}|identity={identity}",
		"exchange.open|exchange={name}|sealed={sealed}", "exchange.open|exchange={name}|sealed={sealed}", "exchange.open|exchange={name}|sealed={sealed}",
	},
	matter.PublicLine: {
		"J45|kind=proposal|line-en=It fell.|line-ar=سقطت|line-he=נפל|release-at={3h}|use-mark=OPEN", "J45|kind=proposal|line-en=It drifted.|line-ar=انجرفت|line-he=נסחף|release-at={5h}|use-mark=OPEN",
		"J45|kind=agreement", "J45|kind=agreement", "J45|kind=withdrawal",
	},
	matter.Project: {
		"J50|sector=water|parties=ALDER water board|goods=EXERCISE. One pump.|end-use=EXERCISE. Irrigation.|place=DMM 00 31.000N 017 58.500W ±50m|value-band=under-100k USD|benefits=EXERCISE. Water.",
		"J51|lists=EXERCISE-LIST 1|as-of={-1h}|list-hashes=7oMiraSvUxkQtNIfq6asFuoN-sNQFNoeM9crnXD5j4k|hits=0|disposition=no-hits|reviewer=cedar/gate",
		"J51|lists=EXERCISE-LIST 1|as-of={-1h}|list-hashes=7oMiraSvUxkQtNIfq6asFuoN-sNQFNoeM9crnXD5j4k|hits=1|disposition=held-name|reviewer=cedar/gate",
		"J52|kind=no-objection", "J52|kind=no-objection", "J52|kind=objection|reason=goods", "J52|kind=condition|reason=ownership|conditions=EXERCISE. All owners.|meet-by={70h}",
		"J52|kind=condition-met", "J52|kind=condition-confirmed", "J52|kind=extension", "J52|kind=referral", "J52|kind=approval", "J52|kind=refusal|reason=goods",
		"J53|step=grant|instrument=licence|number=EXERCISE 1|scope=EXERCISE. One pump.|valid={0h}/{800h}|revocable=yes", "J53|step=revoke|instrument=licence|number=EXERCISE 1|scope=EXERCISE. One pump.|effective={10h}",
	},
}

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
		if len(m.Moves) > maxMoves || len(m.Voids) > maxVoids {
			c.t.Fatalf("%d statements, %d overtaken", len(m.Moves), len(m.Voids))
		}
		c.counts[string(m.Kind)+" "+m.State.Ended()]++
		c.counts["overtaken"] += len(m.Voids)
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
			hand(c.said[id], c.order[id])
		}
	}
	if c.second.reader.Reads(route) {
		hand(s, size)
	}
	c.enter(c.second, s)
}

// typed reads a line of the repertoire as an officer types it now.
func (c *crowd) typed(line, name, positions, by string) (*format.Format, map[string]any) {
	c.t.Helper()
	id, rest, _ := strings.Cut(line, "|")
	f, _ := c.charter.Newest(id)
	var fields []string
	for field := range strings.SplitSeq(rest, "|") {
		for {
			before, after, ok := strings.Cut(field, "{")
			if !ok {
				break
			}
			word, after, _ := strings.Cut(after, "}")
			switch hours, err := time.ParseDuration(word); {
			case err == nil:
				word = format.WriteInstant(c.now.Add(hours))
			case word == "name":
				word = name
			case word == "positions":
				word = positions
			case f.Example[word] != "" && by == amal:
				word = f.Example[word]
			default:
				word = secrets[word]
			}
			field = before + word + after
		}
		if !strings.HasSuffix(field, "=") {
			fields = append(fields, field)
		}
	}
	values, err := f.Parse(c.charter.Setting("alder"), fields)
	if err != nil {
		c.t.Fatalf("%s: %v", line, err)
	}
	return f, values
}

var secrets = map[string]string{}

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

// gate does something with what waits.
func (c *crowd) gate() {
	if len(c.waiting) == 0 {
		return
	}
	i := c.chance.IntN(len(c.waiting))
	s := c.waiting[i]
	d := releases(s)
	switch c.chance.IntN(12) {
	case 0:
		d = returns(s)
	case 1:
		d = withdraws(s.Claims().Author.String(), s)
	}
	d.area = s.Claims().Area
	if _, ok := c.try(d); ok || !c.state(s).Delivery.Waiting() {
		c.waiting = slices.Delete(c.waiting, i, i+1)
	}
}

// clock says what is due, as the hub does, and is refused all else.
func (c *crowd) clock() {
	c.t.Helper()
	for range 400 {
		said := false
		for _, id := range slices.Sorted(maps.Keys(c.hub.matters)) {
			m := c.hub.matters[id]
			if openings := Unsealing(c.hub, m); len(openings) > 0 {
				d := unsealing(c.said[openings[0].Claims.ID], c.said[openings[1].Claims.ID])
				if _, ok := c.try(d); !ok {
					c.t.Fatal("what both sides opened stays sealed")
				}
				said = true
				continue
			}
			due, ok := DueOf(c.hub, m)
			if !ok {
				continue
			}
			if c.chance.IntN(50) == 0 {
				wrong := due
				switch c.chance.IntN(3) {
				case 0:
					wrong.At = wrong.At.Add(time.Minute)
				case 1:
					wrong.Stage = one(c, []string{"answer", "line-agreement", "referral"})
				default:
					wrong.Party = one(c, []string{"alder", "birch", "cedar", ""})
				}
				if wrong != due && !slices.ContainsFunc(m.State.Timers(), func(t matter.Timer) bool { return t == wrong }) {
					if _, ok := c.try(c.says(m, wrong)); ok {
						c.t.Fatalf("the clock says %+v of %+v", wrong, m.State.Timers())
					}
				}
			}
			if due.At.After(c.now.Add(time.Second)) { // send adds a second
				if c.chance.IntN(40) > 0 {
					continue
				}
				if _, ok := c.try(c.says(m, due)); ok {
					c.t.Fatalf("the clock says at %s that %+v", c.now, due)
				}
				continue
			}
			d := c.says(m, due)
			if _, ok := c.try(d); !ok {
				_, err := c.send(d)
				c.t.Fatalf("%s of %q of a %s is due, and refused: %v", due.Stage, due.Party, m.Kind, err)
			}
			if again, ok := DueOf(c.hub, c.hub.matters[id]); ok && again == due {
				c.t.Fatalf("%+v of a %s is due after it was said", due, m.Kind)
			}
			said = true
		}
		if !said {
			return
		}
	}
	c.t.Fatal("there is no end to what is due")
}

// says is the clock's word that something of a matter is due.
func (c *crowd) says(m *Matter, due matter.Timer) draft {
	fields := map[string]any{"kind": string(m.Kind), "stage": due.Stage, "due": due.At.UTC().Truncate(time.Second).Format(time.RFC3339)}
	if due.At.Second() == 0 {
		fields["due"] = format.WriteInstant(due.At)
	}
	if due.Party != "" {
		fields["owed-by"] = due.Party
	}
	return draft{by: clock, format: "matter.due/1", area: m.Area, precedence: "ROUTINE", to: Others("cedar", m.Rules.Parties...), refs: ref("concerns", c.said[m.ID]), fields: fields}
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
	for _, name := range slices.Sorted(maps.Keys(total)) {
		t.Logf("%s: %d", name, total[name])
	}
}
