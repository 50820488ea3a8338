package mechanism

import (
	"time"

	"parley/charter"
	"parley/format"
	"parley/matter"
	"parley/statement"
)

// Facts are what the rules and the screens ask of a message's fields. They are
// read once, as it enters the ledger, by the charter in force there.
//
// Those of a cancellation are those of what it cancels, for that is what is to
// be read back and passed on; it is itself never late.
type Facts struct {
	Content  string            `json:"content"`            // format whose fields it carries, such as "J14/1"
	Critical map[string]string `json:"critical,omitempty"` // critical fields that it has, as signed; nil for none
	Texts    []string          `json:"texts,omitempty"`    // names of the free texts and lines that it has: what can be translated
	Begins   time.Time         `json:"begins,omitzero"`    // of the format's window; zero for none
	Ends     time.Time         `json:"ends,omitzero"`      // an instant begins and ends at once
	Expires  time.Time         `json:"expires,omitzero"`   // zero: never
	ReplyBy  time.Time         `json:"replyBy,omitzero"`   // when it asks for a reply; zero: it does not
	// LeadSeconds is the notice that format and charter ask for before Begins.
	// LateNotice says that it entered the ledger later than that; nothing done
	// to the statement afterwards changes it.
	LeadSeconds int64 `json:"leadSeconds,omitempty"`
	LateNotice  bool  `json:"lateNotice,omitempty"`
	PassOn      bool  `json:"passOn,omitempty"` // addressees are to pass it on before Begins
	// Parts are what a release of it may withhold, where it waited at the gate; none for
	// those who have it in part.
	Parts []Part `json:"parts,omitempty"`
	// Control says that nobody passes it on without its author's consent, and Consent
	// what a request for that, or the answer to one, says; nil for any other.
	Control bool     `json:"control,omitempty"`
	Consent *Consent `json:"consent,omitempty"`
	// Kind and Matter are what the message is of and Move is what it says to that;
	// without a Kind it is of nothing. Matter is empty where it is withheld here.
	Kind   matter.Kind  `json:"kind,omitempty"`
	Matter string       `json:"matter,omitempty"`
	Move   *matter.Move `json:"move,omitempty"`
}

// PassOnBegins is what [delivery.State.PassOn] asks for: when that must be done
// by, or zero where nothing is to be passed on or that is not known.
func (r *Record) PassOnBegins() time.Time {
	if r.Facts == nil || !r.Facts.PassOn {
		return time.Time{}
	}
	return r.Facts.Begins
}

// contentOf gives the format whose fields a record carries; empty where that is
// withheld. What borrows them speaks as what it refers to does.
func contentOf(v View, ch *charter.Charter, r *Record) string {
	if r.Facts != nil {
		return r.Facts.Content
	}
	f, ok := ch.Format(r.Claims.Format)
	switch {
	case !ok:
		return ""
	case f.Borrows == "":
		return r.Claims.Format
	case len(r.Claims.Refs) == 0:
		return ""
	}
	about, ok := v.Record(r.Claims.Refs[0].ID)
	if !ok || about.Index >= r.Index {
		return ""
	}
	return speaksAs(ch, contentOf(v, ch, about))
}

// speaksAs gives the edition in which what is said in the place of a statement of
// content is written: the same where it is in force, else the newest that is.
func speaksAs(ch *charter.Charter, content string) string {
	if _, ok := ch.Rule(content); ok || content == "" {
		return content
	}
	if f, ok := ch.Newest(identifier(content)); ok {
		return f.Ref()
	}
	return content
}

// ofNoMatter reports whether a record, of which some is not here, can be told to be of
// no matter.
func ofNoMatter(v View, ch *charter.Charter, r *Record) bool {
	f, ok := ch.Format(contentOf(v, ch, r))
	return ok && f.Matter == ""
}

// factsOf reads the facts of a message; nil where some of it is withheld. about
// is what it refers to, nil where that is withheld or nothing.
func factsOf(v View, ch *charter.Charter, c Case, f form, about *Record) *Facts {
	if !c.Statement.Complete() {
		return nil
	}
	if cancels(c.Statement.Claims()) {
		if about == nil || about.Facts == nil {
			return nil
		}
		facts := *about.Facts
		facts.Parts, facts.Critical = nil, about.comparable()
		facts.Texts, facts.LeadSeconds, facts.LateNotice, facts.ReplyBy, facts.Move = nil, 0, false, time.Time{}, nil
		facts.Control = false // it says nothing of what it cancels
		if content, ok := ch.Format(facts.Content); ok && facts.Kind != "" {
			facts.Move = moveOf(content, c)
		}
		return &facts
	}
	content, known := ch.Format(f.contentName())
	if !known {
		content = nil
	}
	return readFacts(v, ch, c, f, content, about)
}

// readFacts reads the facts from what there is of the statement; content is nil where
// the charter does not know it.
func readFacts(v View, ch *charter.Charter, c Case, f form, content *format.Format, about *Record) *Facts {
	facts := &Facts{Content: f.contentName()}
	if content == nil || f.Borrows == format.BorrowsTexts {
		return facts
	}
	for i := range content.Fields {
		name := content.Fields[i].Name
		if _, said := c.Statement.Field(name); said && !content.Fields[i].Coded() {
			facts.Texts = append(facts.Texts, name)
		}
		if value := text(c.Statement, name); content.Fields[i].Critical && value != "" {
			if facts.Critical == nil {
				facts.Critical = map[string]string{}
			}
			facts.Critical[name] = value
		}
	}
	facts.Control = keepsControl(content, c.Statement)
	facts.consent(ch, content, c)
	facts.window(content, c.Statement)
	facts.limits(ch, content, c.Now)
	if until, ok := content.EndsAt(c.Statement); ok && (facts.Expires.IsZero() || until.Before(facts.Expires)) {
		facts.Expires = until
	}
	if by, ok := content.ReplyBy(c.Statement, c.Now); ok {
		facts.ReplyBy = by
	}
	if content.Matter != "" {
		facts.Move = moveOf(content, c)
		facts.concern(v, ch, matter.Kind(content.Matter), c.Statement.Claims(), about)
	}
	return facts
}

// window reads the field that the format's times are counted from.
func (facts *Facts) window(content *format.Format, s *statement.Statement) {
	facts.Begins, facts.Ends, _ = content.Times(s)
	facts.PassOn = content.PassOn && !facts.Begins.IsZero()
}

// limits sets expiry and notice: the format's, or the charter's where that is
// tighter.
func (facts *Facts) limits(ch *charter.Charter, content *format.Format, logged time.Time) {
	facts.Expires = facts.Ends
	if hours := ch.Expiry(content); hours > 0 {
		facts.Expires = logged.UTC().Add(time.Duration(hours) * time.Hour)
	}
	lead := time.Duration(ch.Lead(content)) * time.Minute
	if lead > 0 && !facts.Begins.IsZero() {
		facts.LeadSeconds = int64(lead / time.Second)
		facts.LateNotice = facts.Begins.Sub(logged) < lead
	}
}

// Differing compares what was read back with the facts' critical fields, by type
// and in the order of content, their format: which of them were left out, and in
// which it differs, one that the original does not have included. What a readback
// counts as and what people are told of it both come from here.
func (facts *Facts) Differing(content *format.Format, again *statement.Statement) (missing, differs []string) {
	for i := range content.Fields {
		field := &content.Fields[i]
		if !field.Critical {
			continue
		}
		was, had := facts.Critical[field.Name]
		_, given := again.Field(field.Name)
		switch {
		case had && !given:
			missing = append(missing, field.Name)
		case had != given || had && !format.Compare(field, was, text(again, field.Name)):
			differs = append(differs, field.Name)
		}
	}
	return missing, differs
}
