package trade

import (
	"slices"
	"time"

	"parley/format"
	"parley/matter"
	"parley/rule"
)

// Instruments of an authorisation (J53) that make a recommended project licensed.
var licensing = []string{"licence", "general-licence", "waiver"}

// Certificate is the instrument that says what goods are used for in the end.
const Certificate = "end-use-certificate"

// A Grant is an authorisation that a project relies on.
type Grant struct {
	Statement  string    `json:"statement"`
	Party      string    `json:"party"` // that granted it
	Instrument string    `json:"instrument"`
	From       time.Time `json:"from"`
	Until      time.Time `json:"until"`
	Revocation string    `json:"revocation,omitempty"` // statement that revokes it later, Ends at that time
	Ends       time.Time `json:"ends,omitzero"`
}

func (g Grant) licenses() bool { return slices.Contains(licensing, g.Instrument) }

func (s *State) licensed() bool { return slices.ContainsFunc(s.Papers, Grant.licenses) }

// NeedsCertificate reports whether the charter asks for an end-use certificate of
// this project.
func (s *State) NeedsCertificate() bool { return slices.Contains(s.Terms.EndUse, s.Sector) }

func (s *State) certified() bool {
	return !s.NeedsCertificate() || slices.ContainsFunc(s.Papers, func(g Grant) bool { return g.Instrument == Certificate })
}

// standAlone keeps an authorisation that is about no project.
func (s *State) standAlone(m matter.Move, now time.Time) error {
	s.Phase, s.Began = Paper, clean(now)
	if m.Value("step") == "revoke" {
		s.finish(Revoked, time.Time{}) // of something that was not sent on this channel
		return nil
	}
	g, err := granted(m, now)
	s.Papers = []Grant{g}
	return err
}

func granted(m matter.Move, now time.Time) (Grant, error) {
	from, until, ok := format.ReadWindow(m.Value("valid"))
	if !ok || !until.After(now) {
		return Grant{}, rule.Refuse(BadTime, "name a window that has not ended", "valid: what is granted would hold for %q", m.Value("valid"))
	}
	return Grant{Statement: m.ID, Party: m.Author.Party, Instrument: m.Value("instrument"), From: from.UTC(), Until: until.UTC()}, nil
}

// paper takes in an authorisation or a revocation, or takes one back.
func (s *State) paper(m matter.Move, now time.Time) error {
	if m.Cancels() || m.Replaces() {
		return s.correctPaper(m, now)
	}
	if m.Value("step") == "revoke" {
		return s.revoke(m, now)
	}
	return s.grant(m, now)
}

func (s *State) grant(m matter.Move, now time.Time) error {
	g, err := granted(m, now)
	switch {
	case err != nil:
		return err
	case s.Phase == Paper:
		return rule.Refuse(NotNow, "send it without a reference", "statement %s is an authorisation by itself", s.ID)
	case s.replaced(m.About().ID):
		return rule.Refuse(OldText, "refer to statement "+s.Text, "the text of statement %s was replaced; what is granted is for the text that stands", m.About().ID)
	case len(s.Papers) >= maxPapers:
		return rule.Refuse(Full, "revoke one that is no longer needed", "the project has %d authorisations already", len(s.Papers))
	case hashed(m, g) != nil:
		return hashed(m, g)
	case !g.licenses():
		s.Papers = append(s.Papers, g)
		return nil
	case s.Phase != Approved:
		return rule.Refuse(NotNow, "a licence follows a recommendation or a decision", "the project is %s", s.Status())
	case !s.Screening.Passes():
		return rule.Refuse(Stopped, "wait for another screening", "the screening does not let the project pass")
	case !s.certified():
		return rule.Refuse(NoCert, "send it first: J53 with instrument "+Certificate, "projects of the sector %s need an end-use certificate", s.Sector)
	}
	s.Papers = append(s.Papers, g)
	return nil
}

// revoke ends what its author granted: the statement referred to, or all that is of
// the instrument named.
func (s *State) revoke(m matter.Move, now time.Time) error {
	effective, ok := format.ReadInstant(m.Value("effective"))
	if !ok {
		return noTime(m)
	}
	named := slices.ContainsFunc(s.Papers, func(g Grant) bool { return g.Statement == m.About().ID })
	found := false
	for i := range s.Papers {
		g := &s.Papers[i]
		if g.Party == m.Author.Party && (g.Statement == m.About().ID || !named && g.Instrument == m.Value("instrument")) {
			g.Revocation, g.Ends, found = m.ID, effective.UTC(), true
		}
	}
	if !found {
		return rule.Refuse(Unknown, "refer to the J53 that granted it; its own party revokes it", "%s has granted no such authorisation for this project", m.Author.Party)
	}
	s.end(now)
	return nil
}

// correctPaper replaces or cancels what its author said before.
func (s *State) correctPaper(m matter.Move, now time.Time) error {
	id := m.About().ID
	if slices.ContainsFunc(s.Papers, func(g Grant) bool { return g.Revocation == id && g.Party == m.Author.Party }) {
		return s.correctRevocation(m, now)
	}
	i := slices.IndexFunc(s.Papers, func(g Grant) bool { return g.Statement == id && g.Party == m.Author.Party })
	if i < 0 {
		return rule.Refuse(Unknown, "refer to the J53 that granted it", "statement %s is no authorisation of %s's that is in force", id, m.Author.Party)
	}
	old := s.Papers[i]
	s.Papers = slices.Delete(s.Papers, i, i+1)
	if len(s.Papers) == 0 {
		s.Papers = nil
	}
	switch {
	case m.Cancels() && s.Phase == Paper:
		s.finish(Withdrawn, time.Time{})
	case m.Cancels():
		if s.Phase == Approved && old.licenses() && !s.licensed() {
			s.LicenseBy = later(s.LicenseBy, s.Terms.Days.Add(now, s.Terms.Refer)) // time to send the right one
		}
	default:
		g, err := granted(m, now)
		if err != nil {
			return err
		}
		switch {
		case g.Instrument != old.Instrument:
			return rule.Refuse(NotNow, "cancel it and grant another", "a correction keeps the instrument, here %s", old.Instrument)
		case m.Value("step") == "revoke":
			return rule.Refuse(NotNow, "revoke it with a J53 of its own", "a correction of what was granted does not revoke it")
		}
		if err := hashed(m, g); err != nil && s.Phase != Paper {
			return err
		}
		g.Revocation, g.Ends = old.Revocation, old.Ends
		s.Papers = slices.Insert(s.Papers, i, g)
	}
	return nil
}

// correctRevocation says anew from when what was revoked is, or lifts that.
func (s *State) correctRevocation(m matter.Move, now time.Time) error {
	var effective time.Time
	revocation := ""
	if !m.Cancels() {
		at, ok := format.ReadInstant(m.Value("effective"))
		switch {
		case m.Value("step") != "revoke":
			return rule.Refuse(NotNow, "cancel it instead", "a correction of a revocation grants nothing")
		case !ok:
			return noTime(m)
		}
		effective, revocation = at.UTC(), m.ID
	}
	for i := range s.Papers {
		if g := &s.Papers[i]; g.Revocation == m.About().ID {
			g.Revocation, g.Ends = revocation, effective
		}
	}
	s.end(now)
	return nil
}

func noTime(m matter.Move) error {
	return rule.Refuse(BadTime, "say from when nobody may rely on it", "effective: it is revoked from %q", m.Value("effective"))
}

// hashed refuses an end-use certificate without the hash of its text.
func hashed(m matter.Move, g Grant) error {
	if g.Instrument != Certificate || len(m.All("evidence")) > 0 {
		return nil
	}
	return rule.Refuse(NoCert, "give its SHA-256 hash", "evidence: an end-use certificate comes with the hash of its text")
}

// end takes away what is over at now. A project stands on every party that has
// licensed it: it ends with the last licence of any of them.
func (s *State) end(now time.Time) {
	kept, over := []Grant(nil), []Grant(nil)
	for _, g := range s.Papers {
		if !g.Until.After(now) || !g.Ends.IsZero() && !g.Ends.After(now) {
			over = append(over, g)
		} else {
			kept = append(kept, g)
		}
	}
	s.Papers = kept
	for _, g := range over {
		lives := slices.ContainsFunc(kept, func(k Grant) bool { return k.Party == g.Party && k.licenses() })
		switch {
		case s.Phase != Paper && (s.Phase != Approved || !g.licenses() || lives):
		case g.Revocation != "" && !g.Ends.After(now):
			s.finish(Revoked, time.Time{})
		case s.End == "":
			s.finish(Expired, g.Until)
		}
	}
}
