package desk

import (
	"parley/mechanism"
	"parley/words"
)

// confirmedPage ends a page that names entries with up to where they are confirmed.
// It is of this desk: pages that must be the same for all do not have it.
func (d *Desk) confirmedPage(p *page) {
	size := d.work.Size()
	d.mu.Lock()
	confirmed := min(d.state.confirmed, size)
	d.mu.Unlock()
	p.text.WriteString("\n")
	switch {
	case confirmed == 0:
		p.say(0, "witness.nothing")
	case confirmed == size:
		p.say(0, "witness.all")
	default:
		p.say(0, "witness.up-to", "entry", p.code(mechanism.EntryName(confirmed-1)))
	}
}

// witnessPage says up to where entries are confirmed and how each witness stands.
func (p *page) witnessPage(s Status) {
	p.text.WriteString("\n")
	p.say(0, "witness.confirmed", "n", int64(s.Confirmed), "size", int64(s.Size), "parties", p.parties(p.charter.Witness.Parties))
	for _, w := range s.Witnesses {
		p.line(2, p.witness(w))
	}
	if s.Refusing != "" {
		p.say(2, "witness.refusing", "why", words.Raw(words.LeftToRight(p.lang, s.Refusing)))
	}
}

func (p *page) witness(w WitnessStatus) string {
	switch {
	case w.State == WitnessNone || w.State == WitnessNever:
		return words.M("witness."+w.State, "party", p.party(w.Party)).In(p.lang)
	case w.Lag > 0:
		return words.M("witness.lags", "party", p.party(w.Party), "size", int64(w.Size), "lag", int64(w.Lag), "at", p.at(w.Last), "long", p.since(w.Last)).In(p.lang)
	}
	return words.M("witness.fresh", "party", p.party(w.Party), "size", int64(w.Size), "at", p.at(w.Last), "long", p.since(w.Last)).In(p.lang)
}

// witnessAlarms gives what a watch must know of the witnesses: that a store was
// rolled back, that the line is frozen, and whose word has been missing for longer
// than the charter allows. Of others nothing, while the desk does not reach the hub.
func (p *page) witnessAlarms(self string, s Status) []Alarm {
	var all []Alarm
	add := func(party, key string, pairs ...any) {
		all = append(all, Alarm{AlarmWitness, 0, party, words.M(key, pairs...).In(p.lang)})
	}
	if s.RolledBack > 0 {
		add(self, "witness.rolled-back", "n", int64(s.RolledBack))
	}
	if s.Refusing != "" {
		add(self, "witness.refusing", "why", words.Raw(words.LeftToRight(p.lang, s.Refusing)))
	}
	if !s.Reachable || s.Behind {
		return all
	}
	alarmed := false
	for _, w := range s.Witnesses {
		if !w.Alarm {
			continue
		}
		switch {
		case w.State == WitnessNever:
			add(w.Party, "witness.alarm-never", "party", p.party(w.Party))
		case w.Party == self:
			add(w.Party, "witness.alarm-own", "at", p.at(w.Last), "long", p.since(w.Last))
		default:
			add(w.Party, "witness.alarm", "party", p.party(w.Party), "at", p.at(w.Last), "long", p.since(w.Last))
		}
		alarmed = alarmed || w.Party != self
	}
	if alarmed && !s.Frozen.IsZero() {
		add("", "witness.frozen", "at", p.at(s.Frozen), "long", p.since(s.Frozen))
	}
	return all
}
