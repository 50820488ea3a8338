package mechanism

import (
	"fmt"
	"slices"
	"time"

	"parley/charter"
	"parley/delivery"
	"parley/matter"
	"parley/rule"
	"parley/sealed"
	"parley/statement"
)

// exchanges keeps sealed exchanges.
var exchanges = keeper{open: openExchange, admit: onceOpened, read: read[sealed.State]}

// openExchange opens one, by the time that the charter has then.
func openExchange(ch *charter.Charter, m matter.Move, r matter.Rules, now time.Time) (matter.State, error) {
	s, err := sealed.Open(m, r, sealed.Terms{Opening: ch.Sealed().Opening()}, now)
	if err != nil {
		return nil, err // not a state that is nil
	}
	return s, nil
}

// Sealed gives what party has in escrow for an exchange, as far as that is known
// here: to that party, to the supervisor and to the hub.
func Sealed(v View, x *sealed.State, party string) (*Record, bool) {
	other, ok := x.Of(x.Other(party))
	if !ok {
		return nil, false
	}
	deposit, ok := v.Record(other.ID)
	if !ok || deposit.Delivery == nil {
		return nil, false
	}
	for _, reach := range deposit.Delivery.Reach {
		if reach.Party != party {
			continue
		}
		for _, id := range reach.Replies {
			r, ok := v.Record(id)
			if ok && r.Delivery != nil && r.Delivery.Mode == delivery.ModeEscrow && r.Delivery.Waiting() {
				return r, true
			}
		}
	}
	return nil, false
}

// inEscrow gives the openings of an exchange that wait, as far as they are known
// here, and whose they are.
func inEscrow(v View, x *sealed.State) (openings []*Record, sides []string) {
	for _, side := range x.Sides {
		if r, ok := Sealed(v, x, side); ok {
			openings, sides = append(openings, r), append(sides, side)
		}
	}
	return openings, sides
}

// Unsealing gives the openings that the hub is to release together; none while it
// has not both. It is asked of a view that is complete.
func Unsealing(v View, m *Matter) []*Record {
	x, ok := m.State.(*sealed.State)
	if !ok || x.End != "" {
		return nil
	}
	openings, _ := inEscrow(v, x)
	if len(openings) < 2 {
		return nil
	}
	return openings
}

// DueOf gives what falls due first of a matter, as the hub's clock is to say it.
func DueOf(v View, m *Matter) (matter.Timer, bool) {
	if x, ok := m.State.(*sealed.State); ok {
		_, opened := inEscrow(v, x)
		return x.Due(opened)
	}
	timers := m.State.Timers()
	if len(timers) == 0 {
		return matter.Timer{}, false
	}
	return timers[0], true
}

// onceOpened refuses a second opening of a side's while its first is in escrow, where
// the exchange itself does not know of it.
func onceOpened(v View, old *Matter, m matter.Move, _ []string) error {
	x, ok := old.State.(*sealed.State)
	if !ok || m.Format != sealed.Opening {
		return nil
	}
	if first, ok := Sealed(v, x, m.Author.Party); ok && first.Claims.ID != m.ID {
		return x.Twice(m.Author.Party)
	}
	return nil
}

// checkUnsealing holds an act that unseals to both sides of one exchange. unknown
// says that some of what it is about is withheld here: who reads one opening reads
// both, so that a reader who has one alone was cheated by the hub.
func checkUnsealing(v View, c Case, opened []*Record, unknown bool) error {
	if unknown {
		if len(opened) > 0 {
			return oneSided()
		}
		return nil
	}
	var moves []matter.Move
	id := ""
	for i, r := range opened {
		switch {
		case r.Facts == nil:
			return nil // some of its text is withheld here
		case r.Facts.Kind != matter.Exchange || r.Facts.Move == nil || i > 0 && r.Facts.Matter != id:
			return oneSided()
		}
		id, moves = r.Facts.Matter, append(moves, *r.Facts.Move)
	}
	m, ok := v.Matter(id)
	if !ok || m.Partial {
		if v.Complete() {
			return oneSided()
		}
		return nil
	}
	x, ok := m.State.(*sealed.State)
	if !ok {
		return oneSided()
	}
	_, err := x.Reveal(moves, m.Rules, c.Now)
	return err
}

func oneSided() error {
	return rule.Refuse(sealed.OneSided, "release both in one act, and hand over both", "an exchange is opened on both sides at once, or not at all")
}

// lapsed holds the clock's word that an exchange lapses to what is in escrow, as
// far as that is known here, and ends the wait of what is. It answers what it has
// changed.
func lapsed(v View, c Case, m *Matter, t matter.Timer) ([]*Record, error) {
	x, ok := m.State.(*sealed.State)
	if !ok {
		return nil, nil
	}
	openings, opened := inEscrow(v, x)
	right, due := x.Due(opened)
	untrue := v.Complete() && (!due || right.Stage != t.Stage || right.Party != t.Party)
	if t.Stage == sealed.StageOpening {
		untrue = untrue || slices.Contains(opened, t.Party) || t.Party == "" && len(opened) > 0
	}
	if untrue {
		return nil, rule.Refuse(ClockWords, "say who has not opened; release what both have opened", "in exchange %s %q is said not to have opened, and %s has", x.Exchange, t.Party, listed(opened))
	}
	var touched []*Record
	for _, r := range openings {
		record, err := decideDelivery(r, c, delivery.LapseSealed{})
		if err != nil {
			return nil, err
		}
		touched = append(touched, record)
		without, err := unanswered(v, c, record, touched)
		if err != nil {
			return nil, err
		}
		touched = append(touched, without...)
	}
	return touched, nil
}

// Evidence gives what shows whether a side has opened what it had deposited, from the
// statements that read gives. The identity is the one that the other side has
// published in a contest, and empty where there is none.
func Evidence(ch *charter.Charter, x *sealed.State, side string, read func(id string) (*statement.Statement, error)) (sealed.Evidence, error) {
	e := sealed.Evidence{Context: sealed.Context{Mechanism: ch.Mechanism, Exchange: x.Exchange, Party: side}}
	own, _ := x.Of(side)
	other, both := x.Of(x.Other(side))
	opening, opened := x.OpeningOf(side)
	if !both || !opened {
		return e, fmt.Errorf("exchange %s: %s has not opened", x.Exchange, side)
	}
	e.Commitment = own.Commitment
	wanted := []struct {
		id, field string
		into      *string
	}{{opening.ID, "sealed", &e.Sealed}, {other.ID, "key", &e.Key}}
	if i := slices.IndexFunc(x.Contests, func(c sealed.Said) bool { return c.Party == other.Party }); i >= 0 {
		wanted = append(wanted, struct {
			id, field string
			into      *string
		}{x.Contests[i].ID, "identity", &e.Identity})
	}
	for _, w := range wanted {
		s, err := read(w.id)
		if err != nil {
			return e, err
		}
		value, _ := s.Field(w.field)
		text, ok := value.(string)
		if !ok {
			return e, fmt.Errorf("exchange %s: field %s of statement %s is withheld", x.Exchange, w.field, w.id)
		}
		*w.into = text
	}
	return e, nil
}
