package mechanism

import (
	"maps"
	"slices"
	"time"

	"parley/format"
	"parley/matter"
)

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
