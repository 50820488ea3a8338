package casefile

import (
	"slices"
	"strings"
	"time"

	"parley/matter"
	"parley/rule"
)

// The stages of a finding.
const (
	FoundInterim = "interim"
	FoundFinal   = "final"
	FoundClosing = "closing" // the supervisor's word that ends a case
)

// What the supervisor's findings say of a case.
const (
	OutcomeAgreed = "agreed"
	OutcomePartly = "partly-agreed"
	OutcomeNot    = "not-agreed"
)

// A Ruling is one finding of the supervisor's: interim, final or closing.
type Ruling struct {
	ID          string    `json:"id"`
	Stage       string    `json:"stage"`
	Outcome     string    `json:"outcome,omitempty"`
	Cause       string    `json:"cause,omitempty"`
	Agreed      []string  `json:"agreed,omitempty"`
	Disputed    []string  `json:"disputed,omitempty"`
	Positions   []string  `json:"positions,omitempty"`
	Without     []string  `json:"without,omitempty"`  // sides for which a dated fact stands
	Remedies    bool      `json:"remedies,omitempty"` // it asks for commitments
	Commitments []string  `json:"commitments,omitempty"`
	Dropped     string    `json:"dropped,omitempty"` // why there are none
	Logged      time.Time `json:"logged"`
	At          time.Time `json:"at"`
	Withdrawn   string    `json:"withdrawn,omitempty"` // the statement that took it back
	Overtaken   string    `json:"overtaken,omitempty"` // the position that it lacked
}

// standsFrom is until when a side that a final finding lacks may still speak.
func (s *State) standsFrom(f *Ruling) time.Time { return f.At.Add(s.Terms.Answer) }

func (f *Ruling) stands() bool { return f.Withdrawn == "" && f.Overtaken == "" }

// Final gives the final finding that stands; nil for none.
func (s *State) Final() *Ruling {
	for i := range s.Findings {
		if f := &s.Findings[i]; f.Stage == FoundFinal && f.stands() {
			return f
		}
	}
	return nil
}

func (s *State) ruling(id string) *Ruling {
	for i := range s.Findings {
		if f := &s.Findings[i]; f.ID == id && f.stands() {
			return f
		}
	}
	return nil
}

func (s *State) takeFinding(m matter.Move, now time.Time) error {
	if m.Author.Party != s.Supervisor {
		return rule.Refuse(NotParty, "state your position with a J21", "findings are the supervisor's")
	}
	f := Ruling{ID: m.ID, Stage: m.Value("stage"), Outcome: m.Value("outcome"), Cause: m.Value("cause"), Agreed: sorted(m.All("agreed-facts")), Disputed: sorted(m.All("disputed-facts")),
		Positions: statements(m.All("positions")), Without: sorted(m.All("no-position")), Remedies: m.Value("remedies") == "asked", Commitments: statements(m.All("commitments")), Dropped: m.Value("dropped"),
		Logged: m.Logged.UTC(), At: now.UTC()}
	var old *Ruling
	if m.Replaces() {
		if old = s.ruling(m.About().ID); old == nil {
			return s.notThere(m.About().ID)
		}
		if old.Stage != f.Stage {
			return rule.Refuse(Found, "cancel it, or send a new J23", "what replaces a finding is of its stage")
		}
		f.Logged = old.Logged
	}
	if err := s.checkFinding(&f, old, now); err != nil {
		return err
	}
	if old == nil {
		s.Findings = append(s.Findings, f)
	} else {
		*old = f
	}
	switch {
	case f.Stage == FoundClosing, f.Stage == FoundFinal && !f.Remedies && len(f.Without) == 0:
		s.Result = Closed
	case f.Stage == FoundFinal && f.Remedies:
		s.oweAnew(StageRemedies, f.At.Add(s.Terms.Remedies))
	}
	return nil
}

// statements gives the identifiers of the statements that a field names. What else
// it names, such as a document, stays as it is.
func statements(named []string) []string {
	ids := make([]string, len(named))
	for i, name := range named {
		ids[i] = strings.TrimPrefix(name, "statement:")
	}
	return sorted(ids)
}

// oweAnew starts a clock of the supervisor's, unless it runs.
func (s *State) oweAnew(stage string, due time.Time) {
	if o := s.owed(stage, s.Supervisor); o == nil || o.By != "" {
		s.Owed = append(s.Owed, Owed{Stage: stage, Party: s.Supervisor, Due: due})
	}
}

// checkFinding holds a finding to what the case has; old is the one that it
// replaces.
func (s *State) checkFinding(f, old *Ruling, now time.Time) error {
	switch final := s.Final(); {
	case f.Stage == FoundClosing:
		return s.checkClosing(f, final, now)
	case f.Stage != FoundInterim && f.Stage != FoundFinal:
		return rule.Refuse(Incomplete, "write stage=interim, final or closing", "a finding of stage %q ends nothing", f.Stage)
	case final != nil && final != old:
		return rule.Refuse(Found, "replace it with a J04", "the final finding %s stands", final.ID)
	case f.Stage == FoundInterim && old == nil && len(s.Findings) >= maxInterims:
		return rule.Refuse(Full, "make the final one", "%d findings have been made in this case", len(s.Findings))
	case f.Outcome == "" || f.Cause == "":
		return rule.Refuse(Incomplete, "write outcome and cause", "a finding says what it finds")
	}
	if err := s.checkAttached(f); err != nil {
		return err
	}
	return s.checkFacts(f)
}

// checkAttached holds a finding to the newest word of every side, or the dated
// fact that stands for it.
func (s *State) checkAttached(f *Ruling) error {
	known := map[string]bool{}
	for _, side := range append([]string{s.Supervisor}, s.Sides...) {
		stands := s.standing(side)
		known[stands] = true
		switch named := slices.Contains(f.Without, side); {
		case side == s.Supervisor:
			if named {
				return rule.Refuse(NoPosition, "leave it out of no-position", "%s makes the finding", side)
			}
		case stands != "" && named:
			return rule.Refuse(NoPosition, "leave it out of no-position, and attach "+stands, "%s has stated its position in %s", side, stands)
		case stands != "" && !slices.Contains(f.Positions, stands):
			return rule.Refuse(NoPosition, "add "+stands+" to positions", "the finding does not attach what %s holds, statement %s", side, stands)
		case stands == "" && !s.silent(side):
			return rule.Refuse(NoPosition, "wait for it, or until its time is over", "%s has not yet stated its position and has time to do so", side)
		case stands == "" && !named:
			return rule.Refuse(NoPosition, "write no-position="+side, "%s has stated no position, and the finding does not say so", side)
		}
	}
	for _, side := range f.Without {
		if !slices.Contains(s.Sides, side) {
			return rule.Refuse(NoPosition, "leave it out of no-position", "%s is no side of this case", side)
		}
	}
	for _, id := range f.Positions {
		if !known[id] && !s.said(id) {
			return rule.Refuse(Unknown, "attach reports and positions of this case as they stand", "statement %s is no position in the case %s", id, s.ID)
		}
	}
	return nil
}

// said reports whether a statement is a report or a position that stands.
func (s *State) said(id string) bool {
	p := s.position(id)
	return s.account(id) != nil || p != nil && p.Kind != KindHolding
}

// silent reports whether a dated fact stands for the position of a side: that its
// time passed, or that it took back what it had reported.
func (s *State) silent(side string) bool {
	if o := s.owed(StageAnswer, side); o != nil {
		return o.By == "" && !o.Missed.IsZero()
	}
	return side == s.Reporter // it has no account any more
}

// checkFacts lets nothing be called agreed that not every side agrees to, in the
// wording that stands.
func (s *State) checkFacts(f *Ruling) error {
	for _, name := range f.Agreed {
		if slices.Contains(f.Disputed, name) {
			return rule.Refuse(BothWays, "leave it in one of the two", "the line %q is among the agreed and among the disputed", name)
		}
	}
	for _, row := range s.Table() {
		disputed := row.Status == RowDisputed || row.Status == RowDiffers
		switch named := slices.Contains(f.Agreed, row.Name); {
		case disputed && named:
			return rule.Refuse(NotAgreed, "put it among the disputed lines", "the line %q is disputed between the sides", row.Name)
		case named && row.Status != RowAgreed && len(s.Sides) > 1:
			return rule.Refuse(NotAgreed, "leave it out", "not every side has stated the line %q or agreed to it as it stands", row.Name)
		case disputed && f.Outcome == OutcomeAgreed:
			return rule.Refuse(NotAgreed, "write outcome="+OutcomePartly, "the outcome is %q, and the line %q is disputed between the sides", f.Outcome, row.Name)
		}
	}
	if f.Outcome == OutcomeAgreed && (len(f.Disputed) > 0 || len(f.Without) > 0) {
		return rule.Refuse(NotAgreed, "write outcome="+OutcomePartly, "the outcome is %q, with lines disputed (%s) or sides without a position (%s)", f.Outcome, strings.Join(f.Disputed, ", "), strings.Join(f.Without, ", "))
	}
	return nil
}

// checkClosing lets the supervisor end a case whose remedies have become
// commitments, or have come to nothing for a reason, and one whose report was
// taken back. A side that the final finding lacks may speak first: what it said in
// time may lie at the gate.
func (s *State) checkClosing(f, final *Ruling, now time.Time) error {
	switch {
	case final != nil && len(final.Without) > 0 && now.Before(s.standsFrom(final)):
		return rule.Refuse(NoPosition, "wait for it, or until then", "the finding %s lacks the position of %s, which may still speak until %s", final.ID, strings.Join(final.Without, ", "), s.standsFrom(final).Format(time.RFC3339))
	case final != nil && final.Remedies:
		if len(f.Commitments) == 0 && f.Dropped == "" {
			return rule.Refuse(NoCommitment, "name the entries in commitments, or the reason in dropped", "the finding %s asks for commitments, and none is named", final.ID)
		}
	case !s.anyAccount() && f.Dropped != "":
	default:
		return rule.Refuse(Found, "make the final finding first", "the case %s has no final finding that asks for remedies", s.ID)
	}
	return nil
}

// cancelFinding takes a finding back. What it asked for is owed no more, and the
// final finding is owed again.
func (s *State) cancelFinding(m matter.Move, f *Ruling) error {
	if f.Stage == FoundFinal && len(s.Findings) >= 2*maxInterims {
		return rule.Refuse(Full, "replace it with a J04", "%d findings have been made in this case", len(s.Findings))
	}
	f.Withdrawn = m.ID
	return nil
}

// overtake undoes a final finding that was made without the position that party
// has stated at now, once: it then has one. The supervisor makes it anew, also where
// the case was closed on it.
func (s *State) overtake(party, by string, now time.Time) {
	f := s.Final()
	if f == nil || !slices.Contains(f.Without, party) {
		return
	}
	f.Overtaken = by
	for i := range s.Findings {
		if s.Findings[i].Stage == FoundClosing {
			s.Findings[i].Overtaken = by
		}
	}
	s.oweAnew(StageFinal, now.UTC().Add(s.Terms.Interim))
}
