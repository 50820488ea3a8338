package mechanism

import (
	"crypto/ed25519"
	"errors"
	"slices"
	"strings"
	"time"

	"parley/charter"
	"parley/delivery"
	"parley/format"
	"parley/rule"
	"parley/statement"
)

// Rules of this package, as refusals name them.
const (
	WrongMechanism  = "statement.mechanism"
	WrongExercise   = "statement.exercise"
	IDTaken         = "statement.id-taken"
	UnknownKey      = "key.unknown"
	RevokedKey      = "key.revoked"
	OthersKey       = "key.other-author"
	BadSignature    = "statement.signature"
	Undisclosed     = "statement.undisclosed"
	NotInForce      = "format.not-in-force"
	BadField        = "format.field"
	NoRight         = "role.no-right"
	WrongArea       = "statement.area"
	BadAddressee    = "statement.to"
	BadPrecedence   = "statement.precedence"
	ClockAhead      = "time.ahead"
	ClockBehind     = "time.behind"
	TooLate         = "time.late"
	SeenFuture      = "seen.future"
	SeenOther       = "seen.other-root"
	SeenBack        = "seen.back"
	WrongPrev       = "chain.prev"
	WrongSerial     = "chain.serial"
	BadRef          = "statement.refs"
	BadContent      = "statement.content"
	ReadbackShort   = "readback.missing"
	NothingCritical = "readback.nothing"
	EarlyReader     = "translation.reader"
	NotInOriginal   = "translation.not-in-original"
)

// ErrKnown says that this very statement, byte for byte, is in the ledger
// already. The caller answers with the receipt it gave before.
var ErrKnown = errors.New("statement is already in the ledger")

// A Case is one content to decide.
type Case struct {
	Statement *statement.Statement
	Index     uint64    // the entry's index, or the one it would get
	Now       time.Time // the entry's time
	Height    uint64    // of the block that holds the text
	// Checked is the key that the caller has already verified the statement's
	// signature with; nil where it has not. A nil key costs a verification, a
	// wrong one is found out and costs the same.
	Checked ed25519.PublicKey
	// Purged is the entry that is said to destroy the statement's text, of which
	// nothing is disclosed any more; 0 where it is there, or withheld. Whoever folds
	// the ledger sees to it that the entry does.
	Purged uint64
	// Unseconded is for a desk that asks before the second officer has signed:
	// that signature is then not missed. It is never set for what is ordered.
	Unseconded bool
}

// Decide answers what c changes, or why it is refused: a [rule.Refusal] for the
// author, or [ErrKnown]. It reads nothing but v and changes nothing.
func Decide(v View, c Case) (Change, error) {
	s, claims := c.Statement, c.Statement.Claims()
	ch := v.CharterAt(c.Index)
	switch {
	case ch == nil:
		return Change{}, rule.Refuse(WrongMechanism, "", "no charter is in force at entry %d", c.Index)
	case claims.Mechanism != ch.Mechanism:
		return Change{}, rule.Refuse(WrongMechanism, "send it to the hub of that mechanism", "the statement is for mechanism %q; this is %q", claims.Mechanism, ch.Mechanism)
	case claims.Exercise != ch.Exercise:
		return Change{}, rule.Refuse(WrongExercise, "use the keys and the desk of the right mechanism", "the statement says exercise %t and the charter says exercise %t; exercise and live traffic never mix", claims.Exercise, ch.Exercise)
	}
	if known, ok := v.Record(claims.ID); ok {
		if known.Hash == s.Hash() {
			return Change{}, ErrKnown
		}
		return Change{}, rule.Refuse(IDTaken, "give the new text an identifier of its own", "identifier %s already names another text, at entry %d", claims.ID, known.Index)
	}
	key, err := signer(v, c)
	if err != nil {
		return Change{}, err
	}
	f, err := admit(v, ch, c, &key)
	if err != nil {
		return Change{}, err
	}
	if err := checkTime(v, ch, c); err != nil {
		return Change{}, err
	}
	if err := checkLate(ch, c, f); err != nil {
		return Change{}, err
	}
	head, err := checkChain(v, c)
	if err != nil {
		return Change{}, err
	}
	if err := checkSecond(v, ch, c, f); err != nil {
		return Change{}, err
	}
	change, err := effects(v, ch, c, f, &key)
	if err != nil {
		return Change{}, err
	}
	change.Record.Index, change.Record.Hash, change.Record.Height = c.Index, s.Hash(), c.Height
	change.Record.Claims, change.Record.Logged, change.Record.Purged = claims, c.Now, c.Purged
	change.Head = head
	return change, nil
}

// signer finds the key that the statement names and checks that it may speak
// for the author, and that the signature is its own.
func signer(v View, c Case) (Key, error) {
	claims := c.Statement.Claims()
	key, ok := FindKey(v, c.Statement.KID(), c.Index)
	root := key.Endorsed == 0 && key.Author.Role == Registrar
	switch {
	case !ok || key.Endorsed >= c.Index:
		return Key{}, rule.Refuse(UnknownKey, "have your registrar endorse it with `parley key endorse`", "key %s is not endorsed in this mechanism, so %s cannot speak with it", c.Statement.KID(), claims.Author)
	case !key.ValidAt(c.Index):
		return Key{}, rule.Refuse(RevokedKey, "sign with a key that is in force", "key %s of %s was revoked at entry %d", key.ID, key.Author, key.Revoked)
	case root && (claims.Author.Party != key.Author.Party || claims.Author.Role != Registrar):
		return Key{}, rule.Refuse(OthersKey, "sign with the author's own key", "key %s is a root of %s and can sign only as its registrar, not as %s", key.ID, key.Author.Party, claims.Author)
	case !root && key.Author != claims.Author:
		return Key{}, rule.Refuse(OthersKey, "sign with the author's own key", "key %s is endorsed for %s, not for %s", key.ID, key.Author, claims.Author)
	}
	if c.Checked == nil || !key.Public.Equal(c.Checked) {
		if err := c.Statement.Verify(key.Public); err != nil {
			return Key{}, rule.Refuse(BadSignature, "send the statement exactly as it was signed", "the signature of statement %s is not one of key %s over these bytes", claims.ID, key.ID)
		}
	}
	return key, nil
}

// admit checks the statement's form against the charter and the catalogue.
func admit(v View, ch *charter.Charter, c Case, key *Key) (form, error) {
	s, claims := c.Statement, c.Statement.Claims()
	f, known := ch.Format(claims.Format)
	if _, ok := ch.Rule(claims.Format); !ok || !known {
		return form{}, rule.Refuse(NotInForce, "`parley charter show` lists what is", "format %q is not in force in this mechanism", claims.Format)
	}
	role, ok := ch.Role(claims.Author.Role)
	if !ok || !role.Allows(f.ID) || !ch.Holds(claims.Author.Party, role) {
		return form{}, rule.Refuse(NoRight, "ask an officer whose role has it", "role %q of %s has no right to send %s", claims.Author.Role, claims.Author.Party, f.ID)
	}
	if party, ok := ch.Party(claims.Author.Party); ok && len(f.From) > 0 && !slices.Contains(f.From, party.Kind) {
		return form{}, rule.Refuse(NoRight, "it is for a "+strings.Join(f.From, " or "), "%s is a %s, which cannot send %s", party.ID, party.Kind, f.ID)
	}
	switch {
	case f.Area != "" && f.Area != claims.Area:
		return form{}, rule.Refuse(WrongArea, "set area to "+f.Area, "format %s belongs to area %q, the statement says %q", f.ID, f.Area, claims.Area)
	case !ch.HasArea(claims.Area) && f.Kind != format.Act && f.Kind != format.Note: // an act or a note is about what was accepted while it had
		return form{}, rule.Refuse(WrongArea, "`parley charter show` lists the areas", "area %q is not one of this mechanism's", claims.Area)
	case !key.Sees(claims.Area):
		return form{}, rule.Refuse(WrongArea, "have your registrar endorse a key for it", "key %s of %s is not endorsed for area %q", key.ID, key.Author, claims.Area)
	case !ch.HasPrecedence(claims.Precedence):
		return form{}, rule.Refuse(BadPrecedence, "use FLASH, IMMEDIATE, PRIORITY or ROUTINE", "precedence %q is not one of this mechanism's", claims.Precedence)
	}
	for _, party := range claims.To {
		if _, ok := ch.Party(party); !ok {
			return form{}, rule.Refuse(BadAddressee, "`parley charter show` lists the parties", "addressee %q is not a party of this mechanism", party)
		}
		if party == claims.Author.Party {
			return form{}, rule.Refuse(BadAddressee, "leave your own party out", "the statement is addressed to its author's own party, %q", party)
		}
	}
	if err := checkReach(ch, claims, f); err != nil {
		return form{}, err
	}
	if len(claims.To) == 0 && !f.Own {
		return form{}, rule.Refuse(BadAddressee, "name at least one other party", "the statement is addressed to nobody")
	}
	held, err := formOf(ch, s, f)
	if err != nil {
		return form{}, err
	}
	if held.content != "" && f.Borrows == format.BorrowsAll { // it speaks in that format's place
		if _, ok := ch.Rule(held.content); !ok && !cancels(claims) {
			return form{}, rule.Refuse(NotInForce, "`parley charter show` lists what is", "format %q is not in force in this mechanism", held.content)
		}
		if !role.Allows(identifier(held.content)) {
			return form{}, rule.Refuse(NoRight, "ask an officer whose role has it", "role %q of %s has no right to send %s, nor to replace or cancel one", claims.Author.Role, claims.Author.Party, identifier(held.content))
		}
	}
	if err := admitArea(v, ch, c, held); err != nil {
		return form{}, err
	}
	if !s.Complete() {
		if v.Complete() && c.Purged == 0 {
			return form{}, rule.Refuse(Undisclosed, "submit the statement with every disclosure; what may be withheld is decided later, visibly", "%d of the fields that statement %s signs are not disclosed", s.Withheld(), claims.ID)
		}
		return held, nil // a reader of a redacted statement cannot check its fields
	}
	if err := held.whole.Check(s, claims.Precedence); err != nil {
		return form{}, fieldRefusal(err)
	}
	return held, nil
}

// checkTime compares the author's clock with the hub's, and what the author
// says to have seen with the ledger.
func checkTime(v View, ch *charter.Charter, c Case) error {
	claims := c.Statement.Claims()
	ahead := time.Duration(ch.Limits.AheadSeconds) * time.Second
	late := time.Duration(ch.Limits.LateHours) * time.Hour
	stamp := func(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05Z") }
	switch {
	case claims.Time.After(c.Now.Add(ahead)):
		return rule.Refuse(ClockAhead, "set the desk's clock", "the author's clock says %s, which is %s ahead of the hub's %s; %s is allowed", stamp(claims.Time), claims.Time.Sub(c.Now).Round(time.Second), stamp(c.Now), ahead)
	case claims.Time.Before(c.Now.Add(-late)):
		return rule.Refuse(TooLate, "sign it anew; say in the text when it was first written", "the statement was signed at %s, more than %s ago", stamp(claims.Time), late)
	}
	if claims.Seen.Size > c.Index {
		return rule.Refuse(SeenFuture, "let the desk follow the ledger again before it signs", "the statement says to have seen %d entries; the ledger has %d", claims.Seen.Size, c.Index)
	}
	root, ok := v.RootAt(claims.Seen.Size)
	if !ok || root != claims.Seen.Root {
		return rule.Refuse(SeenOther, "keep the desk's record as evidence and compare checkpoints: one of the two ledgers is not this one", "the statement has seen another ledger: its root at size %d is not this ledger's", claims.Seen.Size)
	}
	if claims.Seen.Size > 0 {
		if at, ok := v.TimeAt(claims.Seen.Size - 1); ok && claims.Time.Before(at.Add(-ahead)) {
			return rule.Refuse(ClockBehind, "set the desk's clock", "the author's clock says %s, but the statement has seen an entry of %s; the clock is behind", stamp(claims.Time), stamp(at))
		}
	}
	return nil
}

// checkChain checks the statement's place among its author's own. Where the
// view is not complete, statements between may be withheld; then it checks that
// the one before is in the ledger, and earlier.
func checkChain(v View, c Case) (*Head, error) {
	s, claims := c.Statement, c.Statement.Claims()
	head, known := v.Head(claims.Author.String())
	next := &Head{Index: c.Index, Hash: s.Hash(), Serial: claims.Serial, Seen: claims.Seen.Size}
	if day := claims.Time.UTC().Format(time.DateOnly); claims.Serial.Day != day {
		return nil, rule.Refuse(WrongSerial, "number each day's statements from 1", "serial %s is not of the day %s that the statement was signed on", claims.Serial, day)
	}
	if !v.Complete() {
		if claims.Prev != "" {
			index, ok := v.IndexOf(statement.DecodeHash(claims.Prev))
			if !ok || index >= c.Index {
				return nil, rule.Refuse(WrongPrev, "", "statement %s follows one of its author's (%s) that is not in the ledger before it", claims.ID, claims.Prev)
			}
		}
		if known && head.Index > c.Index {
			return nil, nil //nolint:nilnil // an older statement, disclosed later: the head stays
		}
		return next, nil
	}
	prev := ""
	if known {
		prev = statement.EncodeHash(head.Hash)
	}
	want := statement.Serial{Day: claims.Serial.Day, Number: 1}
	if known && head.Serial.Day == claims.Serial.Day {
		want.Number = head.Serial.Number + 1
	}
	switch {
	case claims.Prev != prev && prev == "":
		return nil, rule.Refuse(WrongPrev, "leave prev empty", "%s has no accepted statement yet, but this one names %s as the one before", claims.Author, claims.Prev)
	case claims.Prev != prev:
		return nil, rule.Refuse(WrongPrev, "let the desk follow the ledger and sign it again", "the last accepted statement of %s is %s; this one names %q as the one before", claims.Author, prev, claims.Prev)
	case known && claims.Serial.Day < head.Serial.Day:
		return nil, rule.Refuse(WrongSerial, "set the desk's clock", "serial %s is of a day before %s, the author's last", claims.Serial, head.Serial)
	case claims.Serial != want:
		return nil, rule.Refuse(WrongSerial, "number each day's statements from 1, without a gap", "serial %s is out of turn; the next of %s is %s", claims.Serial, claims.Author, want)
	case known && claims.Seen.Size < head.Seen:
		return nil, rule.Refuse(SeenBack, "let the desk follow the ledger before it signs", "%s has signed to have seen %d entries and now says %d", claims.Author, head.Seen, claims.Seen.Size)
	}
	return next, nil
}

// decideDelivery asks the delivery rules and folds the events into a copy.
func decideDelivery(old *Record, c Case, cmd delivery.Command) (*Record, error) {
	var state *delivery.State
	if old != nil {
		state = old.Delivery
	}
	events, err := state.Decide(c.Statement.Claims().Author, cmd, c.Now)
	if err != nil {
		return nil, err
	}
	record := &Record{}
	next := &delivery.State{}
	if old != nil {
		*record = *old
		next = state.Clone()
	}
	for _, e := range events {
		next.Apply(e)
	}
	record.Delivery = next
	return record, nil
}
