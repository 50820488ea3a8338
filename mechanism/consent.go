package mechanism

import (
	"slices"
	"strings"
	"time"

	"parley/charter"
	"parley/delivery"
	"parley/format"
	"parley/rule"
	"parley/statement"
)

// Rules of originator control, as refusals name them.
const (
	NotControlled  = "consent.not-controlled"
	OwnConsent     = "consent.own"
	ConsentMissing = "consent.missing"
	ConsentUsed    = "consent.used"
	ConsentOver    = "consent.over"
	TooManyAnswers = "consent.too-often"
	Onward         = "consent.onward"
)

// The formats of originator control.
const (
	ConsentAsk    = "consent.ask"
	ConsentAnswer = "consent.answer"
	CopyMade      = "copy.made"
)

// A copy refers to what it copies with the first relation and to the consents for it
// with the second.
const (
	Copies    = "copies"
	ByConsent = "by-consent"
)

// controlField is the field by which an author keeps control.
const controlField = "originator-control"

// Once is the extent of a consent to a single copy.
const Once = "once"

// A Consent is what a request for consent asks, or what the answer to one says.
type Consent struct {
	Of        string    `json:"of"`                  // statement that is asked about, or request that is answered
	Recipient string    `json:"recipient,omitempty"` // of a request: who would get a copy, to the letter
	Extent    string    `json:"extent,omitempty"`    // of a request
	Granted   bool      `json:"granted,omitempty"`   // of an answer
	Until     time.Time `json:"until,omitzero"`      // of an answer: when it ends; zero: as it is taken back
}

// consent reads what a request or an answer says. A request waits for its answer as
// long as the charter has it.
func (facts *Facts) consent(ch *charter.Charter, content *format.Format, c Case) {
	refs := c.Statement.Claims().Refs
	if len(refs) == 0 {
		return
	}
	switch content.ID {
	case ConsentAsk:
		facts.Consent = &Consent{Of: refs[0].ID, Recipient: text(c.Statement, "recipient"), Extent: text(c.Statement, "extent")}
		facts.ReplyBy = c.Now.Add(ch.Consent().Answer())
	case ConsentAnswer:
		facts.Consent = &Consent{Of: refs[0].ID, Granted: text(c.Statement, "answer") == "granted"}
		facts.Consent.Until, _ = format.ReadInstant(text(c.Statement, "until"))
	}
}

// keepsControl reports whether a message keeps originator control; also where the field
// that says so is withheld.
func keepsControl(content *format.Format, s *statement.Statement) bool {
	_, has := content.Field(controlField)
	_, here := s.Field(controlField)
	return flag(s, controlField) || has && !here && !s.Complete()
}

// Controlled reports whether nobody may pass on what r itself says without its
// author's consent. What is withheld here counts as controlled, and is not known.
func Controlled(v View, ch *charter.Charter, r *Record) (is, known bool) {
	if r.Delivery == nil {
		return false, true
	}
	if r.Facts != nil {
		return r.Facts.Control, true
	}
	f, ok := ch.Format(contentOf(v, ch, r))
	if !ok {
		return true, false
	}
	_, is = f.Field(controlField)
	return is, !is
}

// How much is looked through for what a statement may quote: by a rule, which everyone
// replays for each statement, and by a desk before something leaves it.
const (
	maxQuoted  = 256
	maxLeaving = 1 << 16
)

// Controlling gives the statements under originator control that r is or may quote:
// itself, what it translates or refers to, and so on; but for what party has written
// itself, what it may not read, and what a newer text has replaced. sure is false where
// that is more than is looked through, or not known here.
func Controlling(v View, ch *charter.Charter, r *Record, party string) (all []*Record, sure bool) {
	all, sure, _ = controlling(v, ch, r, party, maxQuoted)
	return all, sure
}

// ControllingLeaving is Controlling before r leaves the channel, when far more is
// looked through; more says that even that was not all.
func ControllingLeaving(v View, ch *charter.Charter, r *Record, party string) (all []*Record, more bool) {
	all, _, more = controlling(v, ch, r, party, maxLeaving)
	return all, more
}

func controlling(v View, ch *charter.Charter, r *Record, party string, most int) (all []*Record, sure, more bool) {
	sure = true
	seen, next := map[string]bool{r.Claims.ID: true}, []*Record{r}
	for ; len(next) > 0; next = next[1:] {
		r := next[0]
		is, known := Controlled(v, ch, r)
		if is && r.Claims.Author.Party != party && r.Visible(party, ch.Supervisor().ID) {
			all, sure = append(all, r), sure && known
		}
		if id := identifier(r.Claims.Format); id == ConsentAsk || id == ConsentAnswer {
			continue // it says nothing of what it is about
		}
		for _, ref := range r.Claims.Refs {
			if Supersedes(ref.Relation) || seen[ref.ID] {
				continue
			}
			about, ok := v.Record(ref.ID)
			if !ok {
				sure = sure && v.Complete()
				continue
			}
			if seen[ref.ID] = true; len(seen) > most {
				return all, false, true
			}
			next = append(next, about)
		}
	}
	return all, sure, false
}

// checkConsent holds a message to the originator control of old, which it refers to:
// a request and an answer to what they are about, and any other to the readers of what
// it may quote.
func checkConsent(v View, ch *charter.Charter, c Case, f form, old *Record) error {
	switch claims := c.Statement.Claims(); f.ID {
	case ConsentAsk:
		return checkAsk(v, ch, claims, old)
	case ConsentAnswer:
		return checkAnswer(c, claims, old)
	default:
		all, _ := Controlling(v, ch, old, claims.Author.Party)
		for _, quoted := range all {
			if _, known := Controlled(v, ch, quoted); !known && !v.Complete() {
				continue
			}
			for _, party := range claims.To {
				if !quoted.Visible(party, ch.Supervisor().ID) {
					return rule.Refuse(Onward, "leave it out of to, or refer to something else", "statement %s is under the control of %s and was not given to %s; what refers to it may quote it", quoted.Claims.ID, quoted.Claims.Author.Party, party)
				}
			}
		}
	}
	return nil
}

func checkAsk(v View, ch *charter.Charter, claims statement.Claims, old *Record) error {
	is, _ := Controlled(v, ch, old)
	owner := old.Claims.Author.Party
	switch {
	case old.Claims.Area != claims.Area:
		return rule.Refuse(WrongArea, "set area to "+old.Claims.Area, "statement %s is of area %q, the request says %q", old.Claims.ID, old.Claims.Area, claims.Area)
	case !is:
		return rule.Refuse(NotControlled, "ask about the statement that it quotes or translates; what is under nobody's control needs no consent", "statement %s is not itself under originator control", old.Claims.ID)
	case owner == claims.Author.Party:
		return rule.Refuse(OwnConsent, "show it to whom you like", "statement %s is of %s itself, which needs nobody's consent", old.Claims.ID, owner)
	case !slices.Equal(claims.To, []string{owner}):
		return rule.Refuse(BadAddressee, "address it to "+owner+" alone; the supervisor reads it", "consent to statement %s is %s's to give", old.Claims.ID, owner)
	}
	return nil
}

func checkAnswer(c Case, claims statement.Claims, ask *Record) error {
	switch {
	case identifier(ask.Claims.Format) != ConsentAsk:
		return rule.Refuse(BadRef, "answer the request", "statement %s is no request for consent", ask.Claims.ID)
	case ask.Delivery.Status != delivery.Released:
		return rule.Refuse(delivery.WrongStatus, "release it first", "request %s is %s; it has not left the gate", ask.Claims.ID, ask.Delivery.Status)
	case !slices.Contains(ask.Claims.To, claims.Author.Party):
		return rule.Refuse(OwnConsent, "leave it to "+strings.Join(ask.Claims.To, ", "), "request %s is not one that %s can answer", ask.Claims.ID, claims.Author.Party)
	case ask.Claims.Area != claims.Area:
		return rule.Refuse(WrongArea, "set area to "+ask.Claims.Area, "request %s is of area %q, the answer says %q", ask.Claims.ID, ask.Claims.Area, claims.Area)
	case !slices.Equal(claims.To, []string{ask.Claims.Author.Party}):
		return rule.Refuse(BadAddressee, "address it to "+ask.Claims.Author.Party+" alone; the supervisor reads it", "request %s is of %s", ask.Claims.ID, ask.Claims.Author.Party)
	case len(ask.Delivery.Replies(claims.Author.Party)) >= delivery.MaxReplies:
		return rule.Refuse(TooManyAnswers, "answer a new request", "request %s was answered %d times; more is not kept", ask.Claims.ID, delivery.MaxReplies)
	}
	if until, ok := format.ReadInstant(text(c.Statement, "until")); ok && !until.After(c.Now) {
		return rule.Refuse(BadField, "write a later time, or answer=refused", "the consent would have ended at %s, and it is %s", until.Format(time.RFC3339), c.Now.UTC().Format(time.RFC3339))
	}
	return nil
}

// StandingAnswer gives the answer to a request that counts: the last one that left the
// gate.
func StandingAnswer(v View, ask *Record) (*Record, bool) {
	for _, party := range ask.Claims.To {
		for _, id := range slices.Backward(ask.Delivery.Replies(party)) {
			if r, ok := v.Record(id); ok && r.Delivery != nil && r.Delivery.Status == delivery.Released {
				return r, true
			}
		}
	}
	return nil, false
}

// Consented refuses a copy of quoted for recipient, by party at now, that the answer
// does not allow.
func Consented(v View, quoted, answer *Record, party, recipient string, now time.Time) error {
	missing := func(form string, args ...any) error {
		return rule.Refuse(ConsentMissing, "ask with `parley consent ask`", form, args...)
	}
	if answer.Facts == nil || answer.Facts.Consent == nil || identifier(answer.Claims.Format) != ConsentAnswer {
		return missing("statement %s is no answer to a request for consent", answer.Claims.ID)
	}
	ask, ok := v.Record(answer.Facts.Consent.Of)
	if !ok && !v.Complete() {
		return nil // it is withheld here
	}
	if !ok || ask.Facts == nil || ask.Facts.Consent == nil || ask.Delivery == nil {
		return missing("the request that statement %s answers is not known", answer.Claims.ID)
	}
	said, asked := answer.Facts.Consent, ask.Facts.Consent
	newest, ok := StandingAnswer(v, ask)
	switch {
	case asked.Of != quoted.Claims.ID || ask.Claims.Author.Party != party:
		return missing("request %s of %s is about statement %s, not about statement %s for %s", ask.Claims.ID, ask.Claims.Author.Party, asked.Of, quoted.Claims.ID, party)
	case asked.Recipient != recipient:
		return missing("request %s is about another recipient, %q", ask.Claims.ID, asked.Recipient)
	case !ok || newest.Claims.ID != answer.Claims.ID:
		return missing("statement %s is not the answer to request %s that counts", answer.Claims.ID, ask.Claims.ID)
	case !said.Granted:
		return missing("%s has refused its consent to statement %s for that recipient", answer.Claims.Author.Party, quoted.Claims.ID)
	case !said.Until.IsZero() && !said.Until.After(now):
		return rule.Refuse(ConsentOver, "ask anew with `parley consent ask`", "the consent of %s to statement %s ended at %s", answer.Claims.Author.Party, quoted.Claims.ID, said.Until.Format(time.RFC3339))
	case len(answer.Delivery.Replies(party)) >= CopiesOf(asked.Extent):
		return rule.Refuse(ConsentUsed, "ask anew with `parley consent ask`", "the consent of %s to statement %s is for %d copies, which were made", answer.Claims.Author.Party, quoted.Claims.ID, CopiesOf(asked.Extent))
	}
	return nil
}

// CopiesOf gives how many copies a consent of that extent is for.
func CopiesOf(extent string) int {
	if extent == Once {
		return 1
	}
	return delivery.MaxReplies
}

// copyEffects decides the word that a copy was made: of a statement that its author may
// read, for a recipient to whom everyone who controls what it says has consented.
func copyEffects(v View, ch *charter.Charter, c Case, f form) (Change, error) {
	claims, change := c.Statement.Claims(), Change{Record: &Record{}}
	if len(claims.Refs) < 2 || claims.Refs[0].Relation != Copies || slices.ContainsFunc(claims.Refs[1:], func(r statement.Ref) bool { return r.Relation != ByConsent }) {
		return Change{}, rule.Refuse(BadRef, "refer to the statement, then to each consent", "a %s refers with copies to one statement and with by-consent to the consents", f.ID)
	}
	var all []*Record // nil where it is withheld here
	for i, ref := range claims.Refs {
		if slices.ContainsFunc(claims.Refs[:i], func(r statement.Ref) bool { return r.ID == ref.ID }) {
			return Change{}, rule.Refuse(BadRef, "name each statement once", "%s refers to statement %s twice", f.ID, ref.ID)
		}
		if withheld(v, c, ref) {
			all = append(all, nil)
			continue
		}
		old, err := resolve(v, ch, c, ref)
		if err != nil {
			return Change{}, err
		}
		if old.Claims.Area != claims.Area || old.Delivery == nil {
			return Change{}, rule.Refuse(BadRef, "refer to a statement and to consents of its area", "statement %s is of area %q, and cannot be copied, or consent to it, in area %q", ref.ID, old.Claims.Area, claims.Area)
		}
		all = append(all, old)
	}
	if all[0] != nil {
		if err := checkCopy(v, ch, c, all[0], all[1:]); err != nil {
			return Change{}, err
		}
	}
	for _, answer := range all[1:] {
		if answer == nil {
			continue
		}
		noted, err := decideDelivery(answer, c, delivery.Reply{By: claims.ID})
		if err != nil {
			return Change{}, err
		}
		change.Touched = append(change.Touched, noted)
	}
	return change, nil
}

// checkCopy holds a copy to the consents for it: one of each who controls what is
// copied, and no other, as far as that is known here.
func checkCopy(v View, ch *charter.Charter, c Case, old *Record, answers []*Record) error {
	claims := c.Statement.Claims()
	controlling, sure := Controlling(v, ch, old, claims.Author.Party)
	switch {
	case !sure && v.Complete():
		return rule.Refuse(ConsentMissing, "copy what it quotes instead", "statement %s refers to more than can be looked through, so nobody can say whose consent it needs", old.Claims.ID)
	case !sure || slices.Contains(answers, nil) || !c.Statement.Complete():
		return nil // not all of it can be judged here
	case len(controlling) == 0:
		return rule.Refuse(NotControlled, "write it with `parley export`", "statement %s is under nobody else's control", old.Claims.ID)
	}
	left := slices.Clone(answers)
	var parties []string
	for _, quoted := range controlling {
		parties = append(parties, quoted.Claims.Author.Party)
		err := rule.Refuse(ConsentMissing, "ask with `parley consent ask`", "statement %s is under the control of %s, and no consent of it is named", quoted.Claims.ID, quoted.Claims.Author.Party)
		for i, answer := range left {
			if answer.Claims.Author.Party != quoted.Claims.Author.Party {
				continue
			}
			if err = Consented(v, quoted, answer, claims.Author.Party, text(c.Statement, "recipient"), c.Now); err == nil {
				left = slices.Delete(left, i, i+1)
				break
			}
		}
		if err != nil {
			return err
		}
	}
	if len(left) > 0 {
		return rule.Refuse(BadRef, "name the consents that it needs alone", "consent %s is to nothing that statement %s says", left[0].Claims.ID, old.Claims.ID)
	}
	if !slices.Equal(claims.To, Others(claims.Author.Party, parties...)) {
		return rule.Refuse(BadAddressee, "address it to "+strings.Join(Others(claims.Author.Party, parties...), ", "), "a copy concerns those who consented to it, and nobody else")
	}
	return nil
}
