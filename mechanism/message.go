package mechanism

import (
	"slices"
	"strings"

	"parley/charter"
	"parley/delivery"
	"parley/format"
	"parley/rule"
	"parley/statement"
)

// messageEffects decides a message: its references, and its way to the gate.
func messageEffects(v View, ch *charter.Charter, c Case, f form) (Change, error) {
	claims := c.Statement.Claims()
	relation := ""
	for _, ref := range claims.Refs {
		if !slices.Contains(f.Relations, ref.Relation) {
			if len(f.Relations) == 0 {
				return Change{}, rule.Refuse(BadRef, "leave the reference out", "format %s refers to no other statement", f.ID)
			}
			return Change{}, rule.Refuse(BadRef, "use "+strings.Join(f.Relations, " or "), "format %s cannot refer with %q", f.ID, ref.Relation)
		}
		if borrowed(ref.Relation) {
			relation = ref.Relation
		}
	}
	if (f.Refers == 1 || relation != "") && len(claims.Refs) != 1 {
		return Change{}, rule.Refuse(BadRef, "refer to the one statement that it is about", "a %s refers to exactly one statement; this one refers to %d", f.ID, len(claims.Refs))
	}
	if err := checkAction(c, f, relation); err != nil {
		return Change{}, err
	}
	var answered []*Record
	var first, about *Record // what it refers to first, and last; nil where it refers to nothing, or that is withheld here
	for i, ref := range claims.Refs {
		if withheld(v, c, ref) {
			continue
		}
		old, err := resolve(v, ch, c, ref)
		if err != nil {
			return Change{}, err
		}
		if about = old; i == 0 {
			first = old
		}
		if err := checkConsent(v, ch, c, f, old); err != nil {
			return Change{}, err
		}
		if !borrowed(ref.Relation) && answers(f, claims, old) {
			answered = append(answered, old)
		}
	}
	gate := gateFormat(f.Format, c.Statement)
	if relation != "" && about != nil {
		if err := checkAbout(v, ch, c, f, relation, about); err != nil {
			return Change{}, err
		}
		if gate == "" { // withheld here, but for the original's format
			gate = speaksAs(ch, contentOf(v, ch, about))
		}
	}
	if err := missesSecond(ch, c, gate); err != nil {
		return Change{}, err
	}
	mode, limit := ch.Gate(gate, claims.Precedence)
	submit := delivery.Submit{ID: claims.ID, To: claims.To, Supervisor: ch.Supervisor().ID, Mode: mode, Limit: limit}
	if relation == "translates" && about != nil {
		if err := checkTranslation(c, f, submit, about); err != nil {
			return Change{}, err
		}
		submit.Limit = max(submit.Limit, about.Delivery.Due.Sub(c.Now)) // no clock releases it before its original
	}
	facts := factsOf(v, ch, c, f, first)
	submit.Terms, submit.Index = termsOf(ch, c, f, gate, facts), c.Index
	submit.Due = workingDue(ch, claims, submit.Terms, c.Now, c.Now)
	change, err := submitted(c, relation, submit, about)
	if err != nil {
		return Change{}, err
	}
	if change.Record.Facts = facts; !c.Statement.Complete() && c.Purged == 0 {
		change.Record.Redaction = redactionOf(ch, c, f)
	} else if parts := partsOf(ch, c, facts, change.Record.Delivery); len(parts) > 0 {
		facts.Parts = parts
	}
	change.Record.Index, change.Record.Claims = c.Index, claims
	if err := change.remember(v, c, relation); err != nil {
		return Change{}, err
	}
	matters := turn{v: v, ch: ch, c: c}
	if err := matters.submitted(change.Record); err != nil {
		return Change{}, err
	}
	change.Matters = matters.changed
	for _, old := range answered {
		replied, err := decideDelivery(change.latest(old), c, delivery.Reply{By: claims.ID})
		if err != nil {
			return Change{}, err
		}
		change.touch(replied)
	}
	change.Board, err = boardEffects(v, ch, c, f, about)
	return change, err
}

// unanswered gives what record, which left the gate and reached nobody, had replied
// to, as it stands without that reply; touched is what the act has changed before.
func unanswered(v View, c Case, record *Record, touched []*Record) ([]*Record, error) {
	var all []*Record
	for _, ref := range record.Claims.Refs {
		old, ok := v.Record(ref.ID)
		for _, newer := range touched {
			if newer.Claims.ID == ref.ID {
				old = newer
			}
		}
		if !ok || old.Delivery == nil || borrowed(ref.Relation) {
			continue
		}
		without, err := decideDelivery(old, c, delivery.Unreply{Party: record.Claims.Author.Party, By: record.Claims.ID})
		if err != nil {
			return nil, err
		}
		all = append(all, without)
	}
	return all, nil
}

// answers reports whether a message that refers to old can be its reply: neither a
// link test, which a machine sends, to anything but another, nor what is of another
// compartment, which not every desk that holds the one to its reply can read.
func answers(f form, claims statement.Claims, old *Record) bool {
	if id := identifier(old.Claims.Format); id == ConsentAsk || id == ConsentAnswer { // a request is answered by that alone
		return id == ConsentAsk && f.ID == ConsentAnswer
	}
	return old.Delivery != nil && (!f.Quiet || f.ID == identifier(old.Claims.Format)) && (claims.Area == old.Claims.Area || claims.Area == Service)
}

// checkAction holds what a J04 says that it does to what its reference does: the
// reader goes by the one and the rules by the other.
func checkAction(c Case, f form, relation string) error {
	action := map[string]string{"replaces": "replace", "cancels": "cancel"}[relation]
	if said := text(c.Statement, "action"); f.Borrows == format.BorrowsAll && said != "" && said != action {
		return rule.Refuse(BadRef, "write action="+action, "the statement says %q and its reference %q", said, relation)
	}
	return nil
}

// Supersedes reports whether a message with that relation is to take the place
// of the statement that it refers to, or to leave it empty.
func Supersedes(relation string) bool { return relation == "replaces" || relation == "cancels" }

// borrowed reports whether a message with that relation speaks in the place, or
// in the words, of the one statement that it refers to.
func borrowed(relation string) bool {
	return Supersedes(relation) || relation == "translates"
}

// checkAbout holds a replacement, cancellation or translation to what it is
// about: a message, of the same area and of the same format. Whose it is and how
// it stands is for package delivery to ask.
func checkAbout(v View, ch *charter.Charter, c Case, f form, relation string, about *Record) error {
	claims := c.Statement.Claims()
	if about.Delivery == nil {
		return rule.Refuse(BadRef, "refer to the statement itself", "statement %s is an act (%s), which nothing %s", about.Claims.ID, about.Claims.Format, relation)
	}
	if of, ok := ch.Format(about.Claims.Format); ok && of.Everyone && relation != "translates" {
		return rule.Refuse(Unrepeated, "send a new "+of.ID, "statement %s is a %s, which nothing %s: what the newest one says counts", about.Claims.ID, of.ID, relation)
	}
	if about.Claims.Area != claims.Area {
		return rule.Refuse(WrongArea, "set area to "+about.Claims.Area, "statement %s is of area %q, the one that %s it says %q", about.Claims.ID, about.Claims.Area, relation, claims.Area)
	}
	if err := CheckTranslated(ch, about.Claims, relation); err != nil {
		return err
	}
	was, is := speaksAs(ch, contentOf(v, ch, about)), gateFormat(f.Format, c.Statement)
	if was != "" && is != "" && was != is {
		return rule.Refuse(BadContent, "write "+was, "statement %s is of format %s; what %s it cannot be of %s", about.Claims.ID, was, relation, is)
	}
	return nil
}

// CheckTranslated refuses to replace or to translate a translation. A desk asks
// it before it reads the fields that such a statement would have.
func CheckTranslated(ch *charter.Charter, about statement.Claims, relation string) error {
	if old, ok := ch.Format(about.Format); ok && old.Borrows == format.BorrowsTexts && (relation == "replaces" || relation == "translates") {
		return rule.Refuse(BadRef, "cancel it, and translate anew", "statement %s is a translation, which nothing %s", about.ID, relation)
	}
	return nil
}

// checkTranslation lets nobody learn from a translation what the original does
// not tell them yet. One who is to get the original may be sent both, where the
// translation waits at the gate beside it. Nor does it say in another language
// what the original does not say at all.
func checkTranslation(c Case, f form, submit delivery.Submit, about *Record) error {
	claims := c.Statement.Claims()
	said := 0
	for i := range f.whole.Fields {
		name := f.whole.Fields[i].Name
		_, own := f.Field(name)
		_, here := c.Statement.Field(name)
		if !here || own {
			continue
		}
		if said++; !about.tells(claims.Author.Party, name) {
			return rule.Refuse(NotInOriginal, "leave it out, or say it in a statement of your own", "statement %s has no %s to translate", about.Claims.ID, name)
		}
	}
	if said == 0 && c.Statement.Complete() {
		return rule.Refuse(NotInOriginal, "write each text under its own name", "the translation of statement %s has no text", about.Claims.ID)
	}
	open := claims.Author.Party == submit.Supervisor || submit.Mode == delivery.ModeNone || submit.Mode == delivery.ModeNotify
	if name := saysWithheld(c, about); open && name != "" && !slices.Equal(claims.To, []string{about.Claims.Author.Party}) {
		return rule.Refuse(EarlyReader, "leave it out, or send it to the author's side alone", "%s of statement %s was withheld from its addressees, so no translation tells it to them", name, about.Claims.ID)
	}
	for _, party := range claims.To {
		if about.Delivery.Visible(party) || !open && about.Delivery.Waiting() && slices.Contains(about.Claims.To, party) {
			continue
		}
		return rule.Refuse(EarlyReader, "leave it out, or wait until the original is released to it", "%s may not read statement %s, so it cannot be sent a translation", party, about.Claims.ID)
	}
	return nil
}

// translated finds what a translation is of; none where r is no translation, or that
// is withheld here.
func translated(v View, r *Record) (*Record, bool) {
	for _, ref := range r.Claims.Refs {
		if about, ok := v.Record(ref.ID); ok && ref.Relation == "translates" && about.Delivery != nil {
			return about, true
		}
	}
	return nil, false
}

// checkOriginal keeps a translation at the gate until all whom it goes to may read
// its original.
func checkOriginal(v View, translation *Record) error {
	about, ok := translated(v, translation)
	if !ok {
		return nil
	}
	for _, party := range translation.Claims.To {
		if !about.Delivery.Visible(party) {
			return rule.Refuse(EarlyReader, "release the original first", "%s may not read statement %s, which statement %s translates", party, about.Claims.ID, translation.Claims.ID)
		}
	}
	return nil
}

// Orphaned reports whether r translates what never left the gate for its addressees,
// so that nothing may release it any more.
func Orphaned(v View, r *Record) bool {
	about, ok := translated(v, r)
	return ok && !about.Delivery.Waiting() && about.Delivery.Status != delivery.Released
}

// submitted decides the way to the gate, and what it means to the statement that
// is to be replaced or cancelled.
func submitted(c Case, relation string, submit delivery.Submit, about *Record) (Change, error) {
	if !Supersedes(relation) {
		record, err := decideDelivery(nil, c, submit)
		return Change{Record: record}, err
	}
	submit.Supersedes, submit.Cancels = c.Statement.Claims().Refs[0].ID, relation == "cancels"
	if about == nil {
		record, err := decideDelivery(nil, c, submit)
		return Change{Record: record}, err
	}
	original, err := decideDelivery(about, c, delivery.Propose{By: submit.ID, To: submit.To})
	if err != nil {
		return Change{}, err
	}
	submit.Owed = about.Delivery.Bequest()
	record, err := decideDelivery(nil, c, submit)
	if err != nil {
		return Change{}, err
	}
	if record.Delivery.Status == delivery.Released {
		if original, err = decideDelivery(original, c, delivery.Supersede{By: submit.ID, Cancel: submit.Cancels}); err != nil {
			return Change{}, err
		}
	}
	return Change{Record: record, Touched: []*Record{original}}, nil
}

// original finds what a successor is to supersede, as it stands; none where it
// is withheld here.
func original(v View, successor *Record) (*Record, bool) {
	if successor.Delivery.Supersedes == "" {
		return nil, false
	}
	record, ok := v.Record(successor.Delivery.Supersedes)
	if !ok || !v.Complete() && record.Delivery.Pending != successor.Claims.ID {
		return nil, false // what was proposed is withheld
	}
	return record, true
}

// bequest gives what a successor inherits if it is released now.
func bequest(v View, successor *Record) []delivery.Owed {
	if old, ok := original(v, successor); ok {
		return old.Delivery.Bequest()
	}
	return nil
}

// succession decides what it means to the original that its successor has left
// the gate; nil where it is no successor, or has not left it.
func succession(v View, c Case, successor *Record) (*Record, error) {
	old, ok := original(v, successor)
	if !ok {
		return nil, nil //nolint:nilnil // nothing else is touched
	}
	switch successor.Delivery.Status {
	case delivery.Released:
		return decideDelivery(old, c, delivery.Supersede{By: successor.Claims.ID, Cancel: successor.Delivery.Cancels})
	case delivery.Returned, delivery.Withdrawn, delivery.Lapsed:
		return decideDelivery(old, c, delivery.Drop{By: successor.Claims.ID})
	}
	return nil, nil //nolint:nilnil // held: it is still at the gate
}
