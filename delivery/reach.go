package delivery

import (
	"slices"
	"time"

	"parley/identity"
	"parley/rule"
)

// maxSaid bounds the readbacks of one statement by one addressee, and what it says
// of passing it on.
const maxSaid = 200

func (s *State) tooOften(what string, by identity.Author) error {
	return rule.Refuse(TooOften, "send a statement that refers to it", "statement %s was %s %d times by %s; more is not kept", s.ID, what, maxSaid, by.Party)
}

// decideReach decides what only an addressee can say of a statement. That it
// arrived and was shown is said of a superseded one too; what counts on it as
// current is refused with the name of what took its place. Every addressee can
// see that: a successor is addressed to all of them, and it is released.
func (s *State) decideReach(by identity.Author, c Command, now time.Time) ([]Event, error) {
	switch {
	case by.Party == s.Author.Party:
		return nil, rule.Refuse(NotAddressed, "", "statement %s is %s's own; only an addressee can say that it arrived", s.ID, by.Party)
	case !slices.Contains(s.To, by.Party):
		return nil, rule.Refuse(NotAddressed, "", "statement %s is not addressed to %s", s.ID, by.Party)
	case s.Status != Released:
		return nil, rule.Refuse(WrongStatus, "release it first", "statement %s is %s; it has not left the gate", s.ID, s.Status)
	}
	reach := s.reach(by.Party)
	switch c.(type) { // what may be said again and again is kept, and copied, as often
	case ReadBack:
		if len(reach.Readbacks) >= maxSaid {
			return nil, s.tooOften("read back", by)
		}
	case PassOn:
		if len(reach.Passed) >= maxSaid {
			return nil, s.tooOften("said to be passed on", by)
		}
	}
	switch c.(type) {
	case Deliver:
		if !reach.Delivered.IsZero() {
			return nil, rule.Refuse(Twice, "", "statement %s was already reported delivered to %s", s.ID, by.Party)
		}
		return []Event{StatementDelivered{by.Party, now}}, nil
	case Display:
		if reach.Delivered.IsZero() {
			return nil, rule.Refuse(WrongStatus, "report it delivered first", "statement %s has not been reported delivered to %s", s.ID, by.Party)
		}
		if !reach.Displayed.IsZero() {
			return nil, rule.Refuse(Twice, "", "statement %s was already reported displayed at %s", s.ID, by.Party)
		}
		return []Event{StatementDisplayed{by.Party, now}}, nil
	}
	if s.Superseded.By != "" {
		return nil, s.outOfDate()
	}
	unseen := func(verb string) error {
		return rule.Refuse(NotShown, "open it first with `parley show "+s.ID+"`", "statement %s was never shown to a person at %s, so nobody there can %s", s.ID, by.Party, verb)
	}
	shown := !reach.Displayed.IsZero()
	switch c := c.(type) {
	case ReadBack:
		if !shown {
			return nil, unseen("read it back")
		}
		return s.decideReadBack(by, c, reach, now)
	case PassOn:
		if !shown {
			return nil, unseen("pass it on")
		}
		return s.decidePassOn(by, c, now)
	}
	if !shown {
		return nil, unseen("acknowledge it")
	}
	for _, ack := range reach.Acks {
		if ack.By == by {
			return nil, rule.Refuse(Twice, "", "%s has already acknowledged statement %s", by, s.ID)
		}
	}
	return []Event{StatementAcknowledged{by, now}}, nil
}
