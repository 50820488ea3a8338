package desk

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"

	"parley/format"
	"parley/identity"
	"parley/mechanism"
	"parley/rule"
	"parley/statement"
)

// Waits is the state of a statement that one officer has written and another has
// still to sign. It is on this desk alone: the hub has not seen it.
const Waits = "waits for a second officer"

// Rules of two-person release on the desk, as refusals name them.
const (
	NotWaiting  = "desk.not-waiting"
	NotShown    = "desk.not-shown"
	ManyWaiting = "desk.many-waiting"
	Declined    = "desk.declined"
	BadReason   = "desk.reason"

	AuthorLocked = "desk.author-locked"
)

// maxWaiting bounds what may wait for a second officer.
const maxWaiting = 256

// A waiter is a statement that waits for a second officer, as its author alone
// has signed it. Its time, seen, prev and serial are not those that it will have.
type waiter struct{ statement *statement.Statement }

func (w *waiter) claims() statement.Claims { return w.statement.Claims() }

// digest is what a second officer names to say which page was read: 128 bits of
// the hash of all that both sign.
func (w *waiter) digest() string {
	content := w.statement.Body().Content(w.claims())
	return hex.EncodeToString(content[:16])
}

// key gives the key of an officer of this desk.
func (d *Desk) key(by identity.Author) (identity.Signer, error) {
	if by.Party != d.party {
		return nil, rule.Refuse(OtherParty, "use that party's desk", "this is the desk of %s; it does not speak for %s", d.party, by)
	}
	key, err := d.config.Signer(by.String())
	if errors.Is(err, identity.ErrLocked) {
		return nil, rule.Refuse(KeyLocked, "the officer unlocks it at the console, and then does this again", "the key of %s is locked", by)
	}
	if err != nil {
		return nil, rule.Refuse(NoKey, "add the key to the desk's key ring and start the desk again, or speak as an officer whose key it holds", "this desk cannot sign as %s: %s", by, err)
	}
	return key, nil
}

// good refuses to sign with a key that the replica knows revoked: the hub is not
// asked first.
func (d *Desk) good(key identity.Signer, by identity.Author) error {
	known, ok := d.work.Key(identity.Thumbprint(key.Public()))
	if ok && known.Revoked != 0 {
		return rule.Refuse(mechanism.RevokedKey, "sign with a key that is in force", "key %s of %s was revoked at entry %d", known.ID, by, known.Revoked)
	}
	return nil
}

// Second signs a statement that waits for a second officer, as that officer, and
// then with its author's key, who is not asked again but must have it unlocked: while
// it is locked the statement goes on waiting. shown is the
// digest that the page of the statement bears ([Detail.Digest]): it says that a
// person had this very text before them. What it says, to the byte, is what both
// saw; its time is now. What the rules have come to refuse since goes back to the
// author's drafts, which the error, a [Kept], says.
func (d *Desk) Second(ctx context.Context, by identity.Author, ref, shown string) (id string, err error) {
	ctx = reading(ctx, by)
	d.awaitSynced(ctx)
	if _, err := d.officer(by); err != nil { // before it is said whether there is anything for him
		return "", err
	}
	if id, err = d.Find(ctx, ref); err != nil {
		return "", err
	}
	err = d.second(ctx, by, id, shown)
	if refused(err) && d.refresh(ctx) {
		err = d.second(ctx, by, id, shown)
	}
	if refused(err) && final(err) {
		err = d.giveBack(ctx, id, err)
	}
	if err != nil {
		return "", err
	}
	d.queued.raise()
	return id, nil
}

func refused(err error) bool {
	_, ok := errors.AsType[*rule.Refusal](err)
	return ok
}

// final reports whether a refusal is of the statement itself: not of who wanted
// to be its second, nor of how this desk stands just now.
func final(err error) bool {
	refusal, _ := errors.AsType[*rule.Refusal](err)
	for _, passing := range []string{"second.", "desk.", "chain.", "seen.", "time."} {
		if strings.HasPrefix(refusal.Rule, passing) {
			return false
		}
	}
	return true
}

func (d *Desk) second(ctx context.Context, by identity.Author, id, shown string) error {
	d.signing.Lock()
	defer d.signing.Unlock()
	w, err := d.waiter(ctx, id)
	if err != nil {
		return err
	}
	c, body := w.claims(), w.statement.Body()
	if shown != w.digest() {
		return rule.Refuse(NotShown, "read it with `parley show`, and give the digest that stands there", "%q is not the digest of what statement %s says", shown, id)
	}
	key, err := d.officer(by)
	if err != nil {
		return err
	}
	author, err := d.key(c.Author)
	if refusal, ok := errors.AsType[*rule.Refusal](err); ok && refusal.Rule == KeyLocked {
		return rule.Refuse(AuthorLocked, "ask the author to unlock at the console, and then sign it; it waits meanwhile", "%s has written it and locked the key since, which signs it last", c.Author)
	}
	if err != nil {
		return err
	}
	last, err := d.last(ctx, c.Author.String(), false)
	if err != nil {
		return err
	}
	if c.Second, err = body.Second(ctx, key, c); err != nil {
		return err
	}
	s, err := d.place(ctx, author, c, body, last)
	if err != nil {
		return err
	}
	if err := d.check(ctx, s, last, false); err != nil {
		return err
	}
	return d.outbox.add(context.WithoutCancel(ctx), s, s.Claims().Time, 0, 0)
}

// officer gives the key of a person who may act on what waits.
func (d *Desk) officer(by identity.Author) (identity.Signer, error) {
	key, err := d.key(by)
	if err != nil {
		return nil, err
	}
	if role, ok := d.Charter().Role(by.Role); !ok || role.Machine {
		return nil, rule.Refuse(mechanism.SecondMachine, "have an officer do it", "%s is a machine, which has read nothing", by)
	}
	if d.good(key, by) != nil {
		return nil, rule.Refuse(mechanism.SecondRevoked, "have another officer do it", "the key of %s was revoked", by)
	}
	return key, nil
}

// Decline refuses, for a reason, what waits for a second officer: it goes back to
// the author's drafts, whose number it gives. Any officer of the desk may, the
// author too.
func (d *Desk) Decline(ctx context.Context, by identity.Author, ref, reason string) (draft int64, err error) {
	ctx = reading(ctx, by)
	if _, err := d.officer(by); err != nil {
		return 0, err
	}
	id, err := d.Find(ctx, ref)
	if err != nil {
		return 0, err
	}
	line := &format.Format{ID: "declined", Edition: 1, Fields: []format.Field{{Name: "reason", Type: format.Line, Required: true, Label: format.Words{"en": "Reason"}}}}
	values, err := line.Parse(nil, []string{"reason=" + reason})
	if err == nil {
		err = line.Check(format.Values(values), "")
	}
	if err != nil {
		return 0, rule.Refuse(BadReason, "say in one line why not", "the reason %q cannot be kept: %s", clip(reason), err)
	}
	err = d.giveBack(ctx, id, rule.Refuse(Declined, "change it, or talk to that officer", "%s has not signed it: %s", by, values["reason"]))
	if kept, ok := errors.AsType[*Kept](err); ok {
		return kept.Draft, nil
	}
	return 0, err
}

func clip(s string) string {
	const most = 200
	if r := []rune(s); len(r) > most {
		return string(r[:most]) + "…"
	}
	return s
}

// waiter finds a statement that waits, and checks that it is as its author signed
// it: what lies on a disk is not believed.
func (d *Desk) waiter(ctx context.Context, id string) (*waiter, error) {
	w, err := d.outbox.waitingOne(ctx, id)
	if err != nil {
		return nil, err
	}
	if w == nil {
		return nil, rule.Refuse(NotWaiting, "`parley ls` shows what became of it", "statement %s does not wait for a second officer", id)
	}
	key, ok := mechanism.FindKey(d.work, w.statement.KID(), d.work.Size())
	if !ok || key.Author != w.claims().Author {
		return nil, fmt.Errorf("statement %s, which waits for a second officer, is not signed by a key of %s", id, w.claims().Author)
	}
	if err := w.statement.Verify(key.Public); err != nil {
		return nil, fmt.Errorf("what waits for a second officer was changed on the disk: %w", err)
	}
	return w, nil
}
