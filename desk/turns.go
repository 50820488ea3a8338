package desk

import (
	"cmp"
	"context"
	"slices"
	"time"

	"parley/matter"
	"parley/mechanism"
	"parley/words"
)

// A Turn is something that a party is to do next in a matter, such as to answer in
// a case.
type Turn struct {
	Entry  uint64      `json:"entry"` // of the statement that opened the matter
	Kind   matter.Kind `json:"kind"`
	Name   string      `json:"name,omitempty"`
	Party  string      `json:"party"`
	Action string      `json:"action"` // words "next.KIND.ACTION" say it
	By     time.Time   `json:"by,omitzero"`
}

// turns gives what this party is to do next in the matters that sees lets be read,
// and what others are to do in those; by time left, what has no time last.
func (d *Desk) turns(ctx context.Context, sees func(area string) bool) (mine, others []Turn, err error) {
	open, err := d.work.Matters(ctx, "", true)
	if err != nil {
		return nil, nil, err
	}
	for _, m := range open {
		if !sees(m.Area) {
			continue
		}
		for _, n := range m.State.Next(m.Rules) {
			t := Turn{Entry: m.Opened, Kind: m.Kind, Name: m.State.Name(), Party: n.Party, Action: n.Action, By: n.By}
			switch n.Party {
			case matter.Clock:
			case d.party:
				mine = append(mine, t)
			default:
				others = append(others, t)
			}
		}
	}
	for _, all := range [][]Turn{mine, others} {
		slices.SortStableFunc(all, func(a, b Turn) int {
			return cmp.Or(-compareBool(!a.By.IsZero(), !b.By.IsZero()), a.By.Compare(b.By), cmp.Compare(a.Entry, b.Entry))
		})
	}
	return mine, others, nil
}

// turnsIn gives what party is to do next in the matter that an entry opened.
func (d *Desk) turnsIn(r *mechanism.Record, party string) []Turn {
	m, ok := d.work.Matter(r.Claims.ID)
	if !ok {
		return nil
	}
	var all []Turn
	for _, n := range m.State.Next(m.Rules) {
		if n.Party == party {
			all = append(all, Turn{Entry: m.Opened, Kind: m.Kind, Name: m.State.Name(), Party: n.Party, Action: n.Action, By: n.By})
		}
	}
	return all
}

// matters writes a list of turns, each in one line.
func (p *page) matters(all []Turn, mine bool) {
	const most = 30
	for i := range all {
		if i == most {
			p.say(2, "watch.more", "n", len(all)-most)
			return
		}
		p.line(2, p.matterTurn(&all[i], mine))
	}
}

func (p *page) matterTurn(t *Turn, mine bool) string {
	left := words.Raw("—")
	if !t.By.IsZero() {
		left = p.left(t.By)
	}
	key, name := "watch.turn", words.Raw("")
	if !mine {
		key = "watch.turn-other"
	}
	if t.Name != "" {
		name = words.Raw(" " + string(p.code(t.Name)))
	}
	return words.M(key, "left", left, "entry", p.code(mechanism.EntryName(t.Entry)), "kind", p.named("matter.due", "kind", string(t.Kind)), "name", name,
		"action", p.action(t.Kind, t.Action), "party", p.party(t.Party)).In(p.lang)
}

// action says what is to be done next in a matter of that kind.
func (p *page) action(kind matter.Kind, action string) words.Raw {
	key := "next." + string(kind) + "." + action
	if !words.Has(key) {
		return p.code(action)
	}
	return words.Raw(words.M(key).In(p.lang))
}
