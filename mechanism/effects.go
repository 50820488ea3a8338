package mechanism

import (
	"slices"

	"parley/charter"
	"parley/delivery"
	"parley/format"
	"parley/identity"
	"parley/rule"
	"parley/statement"
)

// Rules of the key statements.
const (
	NotRegistrar  = "key.not-registrar"
	OtherParty    = "key.other-party"
	KeyTaken      = "key.taken"
	BadEnrolment  = "key.enrolment"
	AlreadyGone   = "key.already-revoked"
	UnknownTarget = "key.unknown-target"
)

// effects asks the rules of the statement's own matter.
func effects(v View, ch *charter.Charter, c Case, f *format.Format) (Change, error) {
	switch f.Kind {
	case format.Key:
		return keyEffects(v, ch, c, f)
	case format.Act:
		return actEffects(v, ch, c, f)
	}
	claims := c.Statement.Claims()
	for _, ref := range claims.Refs {
		if !withheld(v, c, ref) {
			if _, err := resolve(v, ch, c, ref); err != nil {
				return Change{}, err
			}
		}
		if ref.Relation != "replies" {
			return Change{}, rule.Refuse(BadRef, "use replies", "format %s cannot refer with %q", f.ID, ref.Relation)
		}
	}
	mode, limit := ch.Gate(claims.Format, claims.Precedence)
	record, err := decideDelivery(nil, c, delivery.Submit{ID: claims.ID, To: claims.To, Supervisor: ch.Supervisor().ID, Mode: mode, Limit: limit})
	return Change{Record: record}, err
}

// resolve finds the statement that ref names, as the author may see it.
func resolve(v View, ch *charter.Charter, c Case, ref statement.Ref) (*Record, error) {
	author := c.Statement.Claims().Author
	record, ok := v.Record(ref.ID)
	if !ok || !record.Visible(author.Party, ch.Supervisor().ID) {
		return nil, rule.Refuse(delivery.UnknownStatement, "check the identifier with `parley ls`", "the statement referred to is not known to %s", author.Party)
	}
	if record.Hash != ref.Hash {
		return nil, rule.Refuse(BadRef, "refer to the text as it stands in the ledger", "the hash given for statement %s is not that of its text", ref.ID)
	}
	return record, nil
}

// withheld reports whether ref is to a text that the author may know and the
// reader of v does not: a reader can check no more than that it was ordered
// before, and must not take it for the hub's fault.
func withheld(v View, c Case, ref statement.Ref) bool {
	_, known := v.Record(ref.ID)
	return !known && v.Withheld(ref.Hash, c.Index)
}

// command gives what an act's relation asks of each statement it refers to.
func command(relation, reason string) delivery.Command {
	switch relation {
	case "holds":
		return delivery.Hold{Reason: reason}
	case "releases":
		return delivery.Release{}
	case "auto-releases":
		return delivery.AutoRelease{}
	case "returns":
		return delivery.Return{Reason: reason}
	case "withdraws":
		return delivery.Withdraw{}
	case "delivers":
		return delivery.Deliver{}
	case "displays":
		return delivery.Display{}
	case "acknowledges":
		return delivery.Acknowledge{}
	}
	return nil
}

// maxOpened bounds what one release brings to the feeds.
const maxOpened = 16

// Opening reports whether an act with that relation hands its addressees texts
// that they did not have.
func Opening(relation string) bool { return relation == "releases" || relation == "auto-releases" }

// actEffects decides an act: one command to each statement that it refers to.
func actEffects(v View, ch *charter.Charter, c Case, f *format.Format) (Change, error) {
	claims := c.Statement.Claims()
	reason, _ := c.Statement.Field("reason")
	reasonText, _ := reason.(string)
	change := Change{Record: &Record{}}
	if len(claims.Refs) == 0 {
		return Change{}, rule.Refuse(BadRef, "name the statement it is about", "%s refers to no statement", f.ID)
	}
	if Opening(f.Relation) && len(claims.Refs) > maxOpened {
		return Change{}, rule.Refuse(BadRef, "release them in several acts", "one %s can open %d statements; this one refers to %d", f.ID, maxOpened, len(claims.Refs))
	}
	readers := map[string]bool{} // who must be able to read this act
	unknown := false             // some of what it is about is withheld here
	for i, ref := range claims.Refs {
		cmd := command(ref.Relation, reasonText)
		if cmd == nil || ref.Relation != f.Relation {
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
		if old.Claims.Area != claims.Area {
			return Change{}, rule.Refuse(WrongArea, "set area to "+old.Claims.Area, "statement %s is of area %q, this act says %q", ref.ID, old.Claims.Area, claims.Area)
		}
		record, err := decideDelivery(old, c, cmd)
		if err != nil {
			return Change{}, err
		}
		change.Touched = append(change.Touched, record)
		readers[old.Claims.Author.Party] = true
		if Opening(f.Relation) {
			change.Opened = append(change.Opened, record)
			change.Record.Opens = append(change.Record.Opens, old.Index)
			for _, party := range old.Claims.To {
				readers[party] = true
			}
		}
		if f.Relation == "withdraws" {
			readers[ch.Supervisor().ID] = true
		}
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

// keyEffects decides an endorsement or a revocation. Key statements go to every
// party and are never withheld, so that anyone can tell which keys were good.
func keyEffects(v View, ch *charter.Charter, c Case, f *format.Format) (Change, error) {
	claims := c.Statement.Claims()
	for _, p := range ch.Parties {
		if p.ID != claims.Author.Party && !slices.Contains(claims.To, p.ID) {
			return Change{}, rule.Refuse(BadAddressee, "address it to every other party", "a key statement must go to every party; %s is missing", p.ID)
		}
	}
	if f.ID == "key.revoke" {
		return revoke(v, c)
	}
	return endorse(v, ch, c)
}

func endorse(v View, ch *charter.Charter, c Case) (Change, error) {
	claims, s := c.Statement.Claims(), c.Statement
	if claims.Author.Role != Registrar {
		return Change{}, rule.Refuse(NotRegistrar, "ask your party's registrar", "%s is not a registrar and cannot endorse keys", claims.Author)
	}
	request := identity.Request{Mechanism: claims.Mechanism, Exercise: claims.Exercise,
		Author: text(s, "holder"), Key: text(s, "key"), Areas: list(s, "areas"), Proof: text(s, "proof")}
	if err := request.Check(); err != nil {
		return Change{}, rule.Refuse(BadEnrolment, "make a new request with `parley key new`, for this mechanism and with the same exercise mark", "%s", err)
	}
	author, err := identity.ParseAuthor(request.Author)
	if err != nil {
		return Change{}, rule.Refuse(BadEnrolment, "write party/role/officer", "%s", err)
	}
	public, _ := identity.ParseKey(request.Key)
	key := &Key{ID: identity.Thumbprint(public), Public: public, Author: author, Areas: request.Areas, Endorsed: c.Index}
	role, ok := ch.Role(author.Role)
	switch {
	case author.Party != claims.Author.Party:
		return Change{}, rule.Refuse(OtherParty, "each party endorses its own officers", "the registrar of %s cannot endorse a key of %s", claims.Author.Party, author.Party)
	case !ok || !ch.Holds(author.Party, role) || author.Role == Registrar:
		return Change{}, rule.Refuse(BadEnrolment, "`parley charter show` lists the roles", "role %q is not one that %s can give", author.Role, author.Party)
	}
	for _, area := range request.Areas {
		if !ch.HasArea(area) {
			return Change{}, rule.Refuse(BadEnrolment, "`parley charter show` lists the areas", "area %q is not one of this mechanism's", area)
		}
	}
	if _, known := FindKey(v, key.ID, c.Index); known {
		return Change{}, rule.Refuse(KeyTaken, "make a new key", "key %s is or was endorsed before; a key is endorsed once", key.ID)
	}
	return Change{Record: &Record{}, Key: key}, nil
}

func revoke(v View, c Case) (Change, error) {
	claims := c.Statement.Claims()
	kid := text(c.Statement, "kid")
	key, ok := v.Key(kid)
	switch {
	case !ok || key.Author.Party != claims.Author.Party:
		return Change{}, rule.Refuse(UnknownTarget, "`parley key ls` lists the keys", "%s has no endorsed key %s", claims.Author.Party, kid)
	case claims.Author.Role != Registrar && claims.Author != key.Author:
		return Change{}, rule.Refuse(NotRegistrar, "ask your party's registrar", "%s can revoke only keys of its own", claims.Author)
	case key.Revoked != 0:
		return Change{}, rule.Refuse(AlreadyGone, "", "key %s was already revoked at entry %d", kid, key.Revoked)
	}
	key.Revoked = c.Index
	return Change{Record: &Record{}, Key: &key}, nil
}

func text(s *statement.Statement, field string) string {
	v, _ := s.Field(field)
	t, _ := v.(string)
	return t
}

func list(s *statement.Statement, field string) []string {
	v, _ := s.Field(field)
	l, _ := v.([]string)
	return l
}
