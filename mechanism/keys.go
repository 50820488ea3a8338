package mechanism

import (
	"slices"

	"parley/charter"
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

func flag(s *statement.Statement, field string) bool {
	v, _ := s.Field(field)
	is, _ := v.(bool)
	return is
}

func list(s *statement.Statement, field string) []string {
	v, _ := s.Field(field)
	l, _ := v.([]string)
	return l
}
