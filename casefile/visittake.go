package casefile

import (
	"slices"
	"time"

	"parley/matter"
	"parley/rule"
)

func (s *State) takeVisit(m matter.Move, now time.Time) error {
	terms, err := readConditions(m)
	if err != nil {
		return err
	}
	if m.Replaces() {
		return s.replaceVisit(m, terms, now)
	}
	switch kind := m.Value("kind"); kind {
	case proposes, countered:
		return s.propose(m, terms, kind == countered, now)
	case Accepts:
		return s.accept(m, terms, now)
	case Refuses:
		return s.refuse(m, terms, now)
	default:
		return rule.Refuse(Incomplete, "write kind=proposal, counter, acceptance or refusal", "a J22 of kind %q does nothing", kind)
	}
}

func (s *State) propose(m matter.Move, terms Conditions, counter bool, now time.Time) error {
	v := s.standingVisit(terms.Purpose == purposeMeet)
	switch {
	case counter && v == nil:
		return rule.Refuse(NoVisit, "send a proposal", "no visit is proposed, so there is nothing to counter")
	case counter && v.Party == m.Author.Party:
		return rule.Refuse(VisitStands, "replace your own proposal with a J04", "the terms that stand, %s, are %s's own", v.ID, v.Party)
	case counter && v.Status == VisitAgreed:
		return rule.Refuse(VisitStands, "refuse it with a reason, or ask "+v.Party+" to replace it", "the visit %s is agreed", v.ID)
	case counter && m.About().ID != v.ID:
		return otherTerms(v)
	case counter && v.Terms.differs(terms) == "":
		return rule.Refuse(OtherTerms, "send an acceptance", "these are the terms of %s", v.ID)
	case !counter && v != nil:
		return rule.Refuse(VisitStands, "counter "+v.ID+", accept it or refuse it", "a visit is %s already", v.Status)
	case !terms.Start.After(now):
		return windowBegun(terms)
	case s.proposedBy(m.Author.Party) >= maxVisits:
		return rule.Refuse(Full, "accept what another proposes", "%s has proposed %d visits in this case", m.Author.Party, maxVisits)
	}
	if counter {
		v.Status, v.Since = VisitCountered, now.UTC()
	}
	s.Visits = append(s.Visits, Visit{ID: m.ID, Party: m.Author.Party, Terms: terms, Logged: m.Logged.UTC(), Needs: s.needs(m.Author.Party), Status: VisitProposed, Since: now.UTC()})
	return nil
}

// proposedBy counts the visits that a party has proposed, or refused as none was
// proposed, whatever became of them.
func (s *State) proposedBy(party string) int {
	n := 0
	for i := range s.Visits {
		if s.Visits[i].Party == party {
			n++
		}
	}
	return n
}

// accept signs the terms that stand. Who accepted in time and was kept at the gate
// has accepted in time; the visit takes place only where its window goes on.
func (s *State) accept(m matter.Move, terms Conditions, now time.Time) error {
	meeting := terms.Purpose == purposeMeet
	v := s.standingVisit(meeting)
	if v == nil {
		if last := s.lastVisit(meeting); last != nil && last.Status == VisitLapsed && m.Logged.Before(last.Terms.Start) {
			v = last
		}
	}
	switch {
	case v == nil:
		return rule.Refuse(NoVisit, "send a proposal", "no visit is proposed, so there is nothing to accept")
	case m.About().ID != v.ID:
		return otherTerms(v)
	case v.Party == m.Author.Party:
		return rule.Refuse(VisitStands, "", "%s proposed %s itself", v.Party, v.ID)
	case v.answer(m.Author.Party) != nil && v.answer(m.Author.Party).Said == Accepts:
		return rule.Refuse(VisitStands, "", "%s has accepted %s already", m.Author.Party, v.ID)
	case !m.Logged.Before(v.Terms.Start):
		return windowBegun(v.Terms)
	}
	if term := v.Terms.differs(terms); term != "" {
		return rule.Refuse(OtherTerms, "accept exactly what is proposed, or counter it", "the %s is not that of %s; both sides sign the same terms", term, v.ID)
	}
	v.set(Answer{Party: m.Author.Party, Said: Accepts, By: m.ID, At: m.Logged.UTC()})
	if len(v.Lacks()) == 0 && now.Before(v.Terms.End) {
		v.Status, v.Since = VisitAgreed, now.UTC()
	}
	return nil
}

func (v *Visit) set(a Answer) {
	if old := v.answer(a.Party); old != nil {
		*old = a
		return
	}
	v.Answers = append(v.Answers, a)
}

// refuse ends a visit that is proposed or agreed, or says why none is offered that
// was asked for. It names its reason.
func (s *State) refuse(m matter.Move, terms Conditions, now time.Time) error {
	meeting := terms.Purpose == purposeMeet
	v := s.standingVisit(meeting)
	said := Answer{Party: m.Author.Party, Said: Refuses, Reason: m.Value("refusal"), By: m.ID, At: m.Logged.UTC()}
	switch {
	case said.Reason == "":
		return noReason()
	case v == nil && !s.asked(meeting):
		return rule.Refuse(NoVisit, "", "no visit is proposed or asked for, so there is nothing to refuse")
	case v == nil && s.proposedBy(m.Author.Party) >= maxVisits:
		return rule.Refuse(Full, "", "%s has proposed or refused %d visits in this case", m.Author.Party, maxVisits)
	case v == nil:
		s.Visits = append(s.Visits, Visit{ID: m.ID, Party: m.Author.Party, Terms: terms, Logged: m.Logged.UTC(), Answers: []Answer{said}, Status: VisitRefused, Since: now.UTC()})
		return nil
	case v.Party == m.Author.Party:
		return rule.Refuse(VisitStands, "cancel it with a J04", "%s proposed %s itself", v.Party, v.ID)
	case m.About().ID != v.ID:
		return otherTerms(v)
	}
	v.set(said)
	v.Status, v.Since = VisitRefused, now.UTC()
	return nil
}

// asked reports whether a visit or meeting that was asked for is still owed.
func (s *State) asked(meeting bool) bool {
	stage := StageVisit
	if meeting {
		stage = StageMeeting
	}
	o := s.owed(stage, s.Supervisor)
	return o != nil && o.By == ""
}

func (s *State) lastVisit(meeting bool) *Visit {
	for i := len(s.Visits) - 1; i >= 0; i-- {
		if s.Visits[i].Meeting() == meeting {
			return &s.Visits[i]
		}
	}
	return nil
}

// replaceVisit changes the terms, which those who had accepted then sign anew, or
// puts an answer in other words.
func (s *State) replaceVisit(m matter.Move, terms Conditions, now time.Time) error {
	id := m.About().ID
	for i := range s.Visits {
		v := &s.Visits[i]
		if v.open() && v.ID == id {
			return s.replaceTerms(v, m, terms, now)
		}
		for k := range v.Answers {
			a := &v.Answers[k]
			if a.By != id {
				continue
			}
			if a.Said == Refuses && m.Value("refusal") == "" {
				return noReason()
			}
			if m.Value("kind") != a.Said || a.Said == Accepts && v.Terms.differs(terms) != "" {
				return rule.Refuse(OtherTerms, "cancel it, or send a new J22", "what replaces a %s does what it did", a.Said)
			}
			if a.By = m.ID; a.Said == Refuses {
				a.Reason = m.Value("refusal")
				if v.ID == id {
					v.ID = m.ID
				}
			}
			return nil
		}
	}
	return s.notThere(id)
}

func (s *State) replaceTerms(v *Visit, m matter.Move, terms Conditions, now time.Time) error {
	kind := m.Value("kind")
	switch {
	case kind != proposes && kind != countered:
		return rule.Refuse(OtherTerms, "cancel it", "what replaces a proposal is one")
	case (terms.Purpose == purposeMeet) != v.Meeting():
		return rule.Refuse(OtherTerms, "cancel it, and propose the other", "a visit does not become a meeting, nor the reverse")
	case v.Wordings >= maxVersions:
		return rule.Refuse(Full, "cancel it, and propose another", "the terms of %s have been replaced %d times", v.ID, v.Wordings)
	}
	v.ID = m.ID
	if v.Terms.differs(terms) == "" {
		return nil // those who signed these terms need not again
	}
	if !terms.Start.After(now) {
		return windowBegun(terms)
	}
	s.undone(v, m, now)
	v.Terms, v.Answers, v.Status, v.Since = terms, nil, VisitProposed, now.UTC()
	v.Wordings++
	return nil
}

// cancelVisit takes back a proposal or an acceptance.
func (s *State) cancelVisit(m matter.Move, id string, now time.Time) error {
	for i := range s.Visits {
		v := &s.Visits[i]
		if v.open() && v.ID == id {
			s.undone(v, m, now)
			v.Status, v.Since = VisitCancelled, now.UTC()
			return nil
		}
		at := slices.IndexFunc(v.Answers, func(a Answer) bool { return a.By == id })
		switch {
		case at < 0:
			continue
		case v.Answers[at].Said == Refuses:
			return rule.Refuse(NoVisit, "send a proposal", "the visit %s was refused; it is proposed anew", v.ID)
		case !v.open():
			return rule.Refuse(VisitStands, "", "the visit %s is %s", v.ID, v.Status)
		}
		if v.Answers = slices.Delete(v.Answers, at, at+1); len(v.Answers) == 0 {
			v.Answers = nil // its one JSON form
		}
		if len(v.Lacks()) > 0 {
			s.undone(v, m, now)
			v.Status, v.Since = VisitProposed, now.UTC()
		}
		return nil
	}
	return s.notThere(id)
}

// undone gives the supervisor its time anew where a side takes back a visit that all
// had agreed to: it makes nobody else late.
func (s *State) undone(v *Visit, m matter.Move, now time.Time) {
	stage, after := StageVisit, s.Terms.Visit
	if v.Meeting() {
		stage, after = StageMeeting, s.Terms.Meeting
	}
	o, due := s.owed(stage, s.Supervisor), now.UTC().Add(after)
	if m.Author.Party != s.Supervisor && v.Status == VisitAgreed && o != nil && o.InTime() && due.After(o.Due) {
		o.Due = due
	}
}

// unanswered ends a proposal whose window has begun.
func (s *State) unanswered(meeting bool, now time.Time) {
	v := s.standingVisit(meeting)
	for _, party := range v.Lacks() {
		v.set(Answer{Party: party, Said: SaidNone, At: now.UTC()})
	}
	v.Status, v.Since = VisitLapsed, now.UTC()
}

// over ends an agreed visit with its window.
func (s *State) over(meeting bool, now time.Time) {
	v := s.standingVisit(meeting)
	v.Status, v.Since = VisitOver, now.UTC()
}

func noReason() error {
	return rule.Refuse(Incomplete, "write refusal=REASON", "a refusal gives its reason")
}

func otherTerms(v *Visit) error {
	return rule.Refuse(OtherTerms, "refer to "+v.ID, "other terms stand now: those of %s", v.ID)
}

func windowBegun(terms Conditions) error {
	return rule.Refuse(WindowBegun, "name a window to come", "the window begins at %s, and that is past", terms.Start.UTC().Format(time.RFC3339))
}
