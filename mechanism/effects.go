package mechanism

import (
	"slices"

	"parley/charter"
	"parley/delivery"
	"parley/format"
	"parley/rule"
	"parley/statement"
)

// effects asks the rules of the statement's own matter.
func effects(v View, ch *charter.Charter, c Case, f form, key *Key) (Change, error) {
	switch f.Kind {
	case format.Note:
		return noteEffects(v, ch, c, f, key)
	case format.Key:
		return keyEffects(v, ch, c, f.Format)
	case format.Act:
		if f.Relation == Purges {
			return purgeEffects(v, ch, c, f)
		}
		return actEffects(v, ch, c, f)
	}
	return messageEffects(v, ch, c, f)
}

// resolve finds the statement that ref names, as the author may see it: his party, and
// a person by the areas of his key.
func resolve(v View, ch *charter.Charter, c Case, ref statement.Ref) (*Record, error) {
	author := c.Statement.Claims().Author
	record, ok := v.Record(ref.ID)
	if !ok || !record.Visible(author.Party, ch.Supervisor().ID) || !readsArea(v, ch, c, record.Claims.Area) {
		return nil, rule.Refuse(delivery.UnknownStatement, "check the identifier with `parley ls`", "the statement referred to is not known to %s", author.Party)
	}
	if record.Hash != ref.Hash {
		return nil, rule.Refuse(BadRef, "refer to the text as it stands in the ledger", "the hash given for statement %s is not that of its text", ref.ID)
	}
	return record, nil
}

// readsArea reports whether the key that signed is of a machine, which says nothing of
// its own, or reads the area: nobody refers to what he may not read, nor learns from the
// answer what it is.
func readsArea(v View, ch *charter.Charter, c Case, area string) bool {
	role, ok := ch.Role(c.Statement.Claims().Author.Role)
	key, known := FindKey(v, c.Statement.KID(), c.Index)
	return ok && role.Machine || !known || key.Sees(area)
}

// withheld reports whether ref is to a text that the author may know and the
// reader of v does not: a reader can check no more than that it was ordered
// before, and must not take it for the hub's fault.
func withheld(v View, c Case, ref statement.Ref) bool {
	_, known := v.Record(ref.ID)
	return !known && v.Withheld(ref.Hash, c.Index)
}

// maxOpened bounds what one release brings to the feeds.
const maxOpened = 16

// Opening reports whether an act with that relation hands its addressees texts
// that they did not have.
func Opening(relation string) bool {
	return relation == "releases" || relation == "auto-releases" || relation == unseals
}

// unseals is how the hub releases both openings of a sealed exchange.
const unseals = "unseals"

// actEffects decides an act: one command to each statement that it refers to.
func actEffects(v View, ch *charter.Charter, c Case, f form) (Change, error) {
	claims := c.Statement.Claims()
	change := Change{Record: &Record{}}
	if len(claims.Refs) == 0 {
		return Change{}, rule.Refuse(BadRef, "name the statement it is about", "%s refers to no statement", f.ID)
	}
	if (f.Refers == 1 || f.Borrows != "") && len(claims.Refs) != 1 {
		return Change{}, rule.Refuse(BadRef, "do each by itself", "one %s is about one statement; this one refers to %d", f.ID, len(claims.Refs))
	}
	if Opening(f.Relation) && len(claims.Refs) > maxOpened {
		return Change{}, rule.Refuse(BadRef, "release them in several acts", "one %s can open %d statements; this one refers to %d", f.ID, maxOpened, len(claims.Refs))
	}
	if f.Relation == unseals && len(claims.Refs) != 2 {
		return Change{}, oneSided()
	}
	readers := map[string]bool{} // who must be able to read this act
	unknown := false             // some of what it is about is withheld here
	for i, ref := range claims.Refs {
		if ref.Relation != f.Relation {
			return Change{}, rule.Refuse(BadRef, "use "+f.Relation, "%s cannot refer with %q", f.ID, ref.Relation)
		}
		if slices.ContainsFunc(claims.Refs[:i], func(r statement.Ref) bool { return r.ID == ref.ID }) {
			return Change{}, rule.Refuse(BadRef, "name each statement once", "%s refers to statement %s twice", f.ID, ref.ID)
		}
		if withheld(v, c, ref) {
			unknown = true
			continue
		}
		old, err := resolve(v, ch, c, ref)
		if err != nil {
			return Change{}, err
		}
		if old.Delivery == nil {
			return Change{}, rule.Refuse(BadRef, "refer to the statement itself", "statement %s is an act (%s); nothing can be done to it", ref.ID, old.Claims.Format)
		}
		if old.Claims.Area != claims.Area && f.Area == "" {
			return Change{}, rule.Refuse(WrongArea, "set area to "+old.Claims.Area, "statement %s is of area %q, this act says %q", ref.ID, old.Claims.Area, claims.Area)
		}
		if Opening(f.Relation) {
			if err := checkOriginal(v, old); err != nil {
				return Change{}, err
			}
		}
		if f.Relation == "overdue" && delivery.Stage(text(c.Statement, "stage")) == StageReview {
			if change.Board, err = remind(v, c, old); err != nil {
				return Change{}, err
			}
			continue
		}
		var cut *delivery.Cut
		if f.Relation == "releases" {
			if old, cut, err = withholds(ch, c, old); err != nil {
				return Change{}, err
			}
		}
		cmd, err := command(v, ch, c, f, old, cut)
		if err != nil {
			return Change{}, err
		}
		record, err := decideDelivery(old, c, cmd)
		if err != nil {
			return Change{}, err
		}
		change.touch(record)
		if quotes(f.Relation) {
			if err := change.apply(c, record, delivery.Quote{By: claims.ID}); err != nil {
				return Change{}, err
			}
			record = change.latest(record)
		}
		if leavesGate(f.Relation) || record.Delivery.Status == delivery.Lapsed {
			switch before, err := succession(v, c, record); {
			case err != nil:
				return Change{}, err
			case before != nil:
				change.Touched = append(change.Touched, before)
			}
		}
		if gone := record.Delivery.Status; gone == delivery.Returned || gone == delivery.Withdrawn || gone == delivery.Lapsed {
			without, err := unanswered(v, c, record, change.Touched)
			if err != nil {
				return Change{}, err
			}
			change.Touched = append(change.Touched, without...)
		}
		readers[old.Claims.Author.Party] = true
		if Opening(f.Relation) {
			change.Opened = append(change.Opened, record)
			for _, party := range old.Claims.To {
				readers[party] = true
			}
		}
		if f.Relation == "withdraws" {
			readers[ch.Supervisor().ID] = true
		}
		if (f.Relation == "expires" || f.Relation == "annotates") && old.Delivery.Status == delivery.Released {
			for _, party := range old.Claims.To {
				readers[party] = true
			}
		}
	}
	if f.Relation == unseals {
		if err := checkUnsealing(v, c, change.Opened, unknown); err != nil {
			return Change{}, err
		}
	}
	matters := turn{v: v, ch: ch, c: c}
	for _, record := range change.Opened {
		matters.released(record)
	}
	change.Matters = matters.changed
	if f.Everyone { // which admit has seen to
		return change, nil
	}
	return change, checkReaders(claims, readers, unknown)
}

// checkReaders holds an act to the addressees that it concerns: no fewer, or a
// party would not learn what happened to its statement; no more, or a hold would
// tell one side what the other has at the gate.
func checkReaders(claims statement.Claims, readers map[string]bool, unknown bool) error {
	delete(readers, claims.Author.Party)
	for _, party := range claims.To {
		if !readers[party] && !unknown {
			return rule.Refuse(BadAddressee, "leave it out", "%s concerns nothing of %s's", claims.Format, party)
		}
	}
	var missing []string
	for party := range readers {
		if !slices.Contains(claims.To, party) {
			missing = append(missing, party)
		}
	}
	slices.Sort(missing)
	if len(missing) > 0 {
		return rule.Refuse(BadAddressee, "add it to to", "%s concerns a statement of %s, which is not among its addressees", claims.Format, missing[0])
	}
	return nil
}
