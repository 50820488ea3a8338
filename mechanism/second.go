package mechanism

import (
	"parley/charter"
	"parley/format"
	"parley/rule"
	"parley/statement"
)

// Rules of two-person release.
const (
	SecondMissing   = "second.missing"
	SecondKey       = "second.key"
	SecondRevoked   = "second.key-revoked"
	SecondParty     = "second.other-party"
	SecondSame      = "second.same-officer"
	SecondMachine   = "second.machine"
	SecondNoRight   = "second.no-right"
	SecondArea      = "second.area"
	SecondSignature = "second.signature"
)

// NeedsSecond reports whether the charter wants a second officer's signature
// under a message, which is complete. What replaces or translates a statement is
// as sensitive as that; a cancellation puts nothing in its place and needs none.
func NeedsSecond(ch *charter.Charter, s *statement.Statement) bool {
	f, ok := ch.Format(s.Claims().Format)
	return ok && f.Kind == format.Message && ch.Sensitive(gateFormat(f, s)) && !cancels(s.Claims())
}

// checkSecond checks the second officer's signature, where a statement has one,
// needed or not: another officer of the author's party, who might have sent it
// alone, with a key that is good here. One person in two roles is one person.
func checkSecond(v View, ch *charter.Charter, c Case, f form) error {
	s, claims := c.Statement, c.Statement.Claims()
	kid := s.SecondKID()
	if kid == "" {
		return nil
	}
	key, ok := FindKey(v, kid, c.Index)
	by := key.Author
	role, known := ch.Role(by.Role)
	const another = "have another officer of your party sign it with `parley second`"
	switch {
	case !ok || key.Endorsed >= c.Index:
		return rule.Refuse(SecondKey, "have that officer's registrar endorse it with `parley key endorse`", "the second signature of statement %s is by key %s, which is not endorsed in this mechanism", claims.ID, kid)
	case !key.ValidAt(c.Index):
		return rule.Refuse(SecondRevoked, another, "the second signature of statement %s is by key %s of %s, which was revoked at entry %d", claims.ID, kid, by, key.Revoked)
	case by.Party != claims.Author.Party:
		return rule.Refuse(SecondParty, another, "%s is not of the party of %s and cannot be its second officer", by, claims.Author)
	case kid == s.KID() || by.Officer == claims.Author.Officer:
		return rule.Refuse(SecondSame, another, "statement %s is by %s, and the second signature by %s, who is the same officer", claims.ID, claims.Author, by)
	case !known || role.Machine:
		return rule.Refuse(SecondMachine, another, "%s is a machine, which has read nothing; a person must be the second officer", by)
	case !ch.Holds(by.Party, role) || !role.Allows(f.ID) || f.Borrows == format.BorrowsAll && f.content != "" && !role.Allows(identifier(f.content)):
		return rule.Refuse(SecondNoRight, "have an officer sign it whose role may send it", "role %q of %s has no right to send %s, so it cannot be second to one either", by.Role, by.Party, f.ID)
	case !key.Sees(claims.Area):
		return rule.Refuse(SecondArea, "have an officer sign it whose key is endorsed for it", "key %s of %s is not endorsed for area %q", kid, by, claims.Area)
	}
	if err := s.VerifySecond(key.Public); err != nil {
		return rule.Refuse(SecondSignature, "have it signed again with `parley second`; what was signed cannot be changed, nor its signature put elsewhere", "the second signature of statement %s is not one of key %s over what the statement says", claims.ID, kid)
	}
	return nil
}

// missesSecond refuses a message of a sensitive format that one officer alone has
// signed. content is the format whose fields it carries; empty where that cannot
// be told here.
func missesSecond(ch *charter.Charter, c Case, content string) error {
	if c.Unseconded || c.Statement.SecondKID() != "" || !ch.Sensitive(content) || cancels(c.Statement.Claims()) {
		return nil
	}
	return rule.Refuse(SecondMissing, "have another officer of your party sign it with `parley second`", "statement %s is of format %s, which no officer sends alone", c.Statement.Claims().ID, content)
}
