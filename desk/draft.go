package desk

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"

	"parley/base64url"
	"parley/format"
	"parley/identity"
	"parley/mechanism"
	"parley/rule"
	"parley/statement"
)

// Rules of this package, as refusals name them.
const (
	NotStarted = "desk.not-started"
	OtherParty = "desk.other-party"
	NoKey      = "desk.no-key"
	KeyLocked  = "desk.key-locked"
	NoFormat   = "desk.no-format"
	NotFound   = "desk.not-found"
	Ambiguous  = "desk.ambiguous"
)

const flash = "FLASH"

// A Sent tells what became of a statement that this desk signed.
type Sent struct {
	ID      string `json:"id"`
	State   string `json:"state"`           // Queued, Accepted, Refused, Previewed or Waits
	Index   uint64 `json:"index,omitempty"` // of its entry; set where Accepted
	Receipt []byte `json:"receipt,omitempty"`
	Gate    string `json:"gate,omitempty"` // delivery status; empty for acts and while it is not known

	Standing string `json:"standing,omitempty"` // of its entry: Logged, or Confirmed

	Exercise bool          `json:"exercise,omitempty"` // nothing of it is real
	Hint     *Hint         `json:"hint,omitempty"`     // what the officer is reminded of
	Page     string        `json:"page,omitempty"`     // of a preview
	Readback *ReadbackView `json:"readback,omitempty"` // of a readback: how it compares
	Overlaps *Overlaps     `json:"overlaps,omitempty"` // what stands that it overlaps
}

// A Draft is what an officer wants to say.
type Draft struct {
	By         identity.Author
	Format     string   // "J14" or "J14/1"
	Precedence string   // empty: the format's own, or that of the statement it refers to
	To         []string // empty: all others of whom it may concern
	Fields     map[string]any
	Refs       []statement.Ref
	Late       statement.Late // when and how it was passed outside the channel
	Kept       int64          // the kept draft that it comes from, which goes as it is signed; 0: none
}

// Send checks a draft with the rules that the hub will ask, signs it with the
// officer's key and makes it durable in the outbox. From then on it is sent
// until the hub answers; [Desk.Await] waits for that. One that needs a second
// officer stays here, as durable, until [Desk.Second]. A draft that the rules
// refuse is a [rule.Refusal] and leaves no trace.
func (d *Desk) Send(ctx context.Context, draft Draft) (id string, err error) {
	d.awaitSynced(ctx)
	if id, err = d.sign(ctx, draft, 0); err == nil {
		return id, nil
	}
	var refusal *rule.Refusal
	if !errors.As(err, &refusal) || !d.refresh(ctx) {
		return "", err
	}
	return d.sign(ctx, draft, 0) // the replica was behind; ask again
}

// awaitSynced gives a desk that was just started the time to hear of the hub.
func (d *Desk) awaitSynced(ctx context.Context) {
	timer := time.NewTimer(5 * time.Second)
	defer timer.Stop()
	select {
	case <-d.synced:
	case <-timer.C:
	case <-ctx.Done():
	}
}

// refresh brings the replica up to what the hub has now, and reports whether it is:
// what was not known a moment before may be now, also where the replica grew before
// it was asked to. It is false where the hub does not answer at once.
func (d *Desk) refresh(ctx context.Context) bool {
	d.mu.Lock()
	up := d.state.reachable
	d.mu.Unlock()
	if !up {
		return false
	}
	ctx, cancel := context.WithTimeout(ctx, 2*slowAfter)
	defer cancel()
	head, err := ask(ctx, d.hubs, d.Charter(), d.newest)
	if err != nil {
		return false
	}
	for {
		grown := d.grown.wait()
		if d.work.Size() >= head.Size {
			return true
		}
		select {
		case <-grown:
		case <-ctx.Done():
			return false
		}
	}
}

// Await waits until the hub has answered statement id, or ctx ends, and tells
// how things stand then. A refusal of the hub's is a [rule.Refusal].
func (d *Desk) Await(ctx context.Context, id string) (Sent, error) {
	for {
		sent := d.sent.wait()
		r, err := d.outbox.get(context.WithoutCancel(ctx), id)
		if err != nil {
			return Sent{}, err
		}
		if r == nil {
			if w, err := d.outbox.waitingOne(context.WithoutCancel(ctx), id); err != nil || w != nil {
				return Sent{ID: id, State: Waits}, err
			}
			if r, err = d.outbox.get(context.WithoutCancel(ctx), id); err != nil { // signed between the two questions
				return Sent{}, err
			}
		}
		if r == nil {
			return Sent{}, rule.Refuse(NotFound, "check the identifier with `parley ls`", "this desk has not signed statement %s", id)
		}
		answer := Sent{ID: id, State: r.state, Index: r.index, Receipt: r.receipt}
		if r.state == Accepted {
			answer.Standing = d.standingOf(r.index)
		}
		switch {
		case r.state == Refused:
			return answer, r.problem.Err()
		case r.state == Accepted:
			d.awaitSize(ctx, r.index+1)
			if record, ok := d.work.Record(id); ok && record.Delivery != nil {
				answer.Gate = string(record.Delivery.Status)
			}
			return answer, nil
		case ctx.Err() != nil:
			return answer, nil
		}
		select {
		case <-sent:
		case <-ctx.Done():
		}
	}
}

// awaitSize waits a moment for the replica to have size entries.
func (d *Desk) awaitSize(ctx context.Context, size uint64) {
	d.await(ctx, func() bool { return d.work.Size() >= size })
}

// await waits a moment for the replica to have grown so that is holds.
func (d *Desk) await(ctx context.Context, is func() bool) {
	ctx, cancel := context.WithTimeout(ctx, time.Second)
	defer cancel()
	for {
		grown := d.grown.wait()
		if is() {
			return
		}
		select {
		case <-grown:
		case <-ctx.Done():
			return
		}
	}
}

// sign completes the claims, checks them and queues the signed statement, or has
// it wait for a second officer.
func (d *Desk) sign(ctx context.Context, draft Draft, after int64, reports ...report) (string, error) {
	c, f, err := d.claims(draft)
	if err != nil {
		return "", err
	}
	key, err := d.key(draft.By)
	if err != nil {
		return "", err
	}
	body, err := statement.Disclose(draft.Fields, d.salt)
	if err != nil {
		return "", rule.Refuse(mechanism.BadField, "", "%s", err)
	}
	if after == 0 {
		if after, err = d.prerequisite(ctx, f, c.Refs); err != nil {
			return "", err
		}
	}
	d.signing.Lock()
	defer d.signing.Unlock()
	last, err := d.last(ctx, c.Author.String(), false)
	if err != nil {
		return "", err
	}
	s, err := d.place(ctx, key, c, body, last)
	if err != nil {
		return "", err
	}
	waits := mechanism.NeedsSecond(d.Charter(), s)
	if err := d.check(ctx, s, last, waits); err != nil {
		return "", err
	}
	if waits {
		return c.ID, d.outbox.wait(context.WithoutCancel(ctx), s, draft.Kept)
	}
	if err := d.outbox.add(context.WithoutCancel(ctx), s, s.Claims().Time, after, draft.Kept, reports...); err != nil {
		return "", err
	}
	d.queued.raise()
	return c.ID, nil
}

// claims fills in what the draft leaves open.
func (d *Desk) claims(draft Draft) (statement.Claims, *format.Format, error) {
	ch := d.Charter()
	f, ok := ch.Newest(draft.Format)
	switch {
	case d.work.Size() == 0:
		return statement.Claims{}, nil, rule.Refuse(NotStarted, "let the desk reach the hub once; `parley key endorse` first, if its key is not endorsed", "this desk has not yet followed the ledger, so it does not know where a statement of %s would stand", draft.By)
	case draft.By.Party != d.party:
		return statement.Claims{}, nil, rule.Refuse(OtherParty, "use that party's desk", "this is the desk of %s; it does not speak for %s", d.party, draft.By)
	case !ok:
		return statement.Claims{}, nil, rule.Refuse(NoFormat, "`parley charter show` lists those in force", "there is no format %q", draft.Format)
	}
	now := d.config.Clock().UTC().Truncate(time.Millisecond)
	var random [10]byte
	if _, err := io.ReadFull(d.config.Rand, random[:]); err != nil {
		return statement.Claims{}, nil, fmt.Errorf("make identifier: %w", err)
	}
	c := statement.Claims{Mechanism: ch.Mechanism, ID: statement.NewID(now, random), Author: draft.By, Format: f.Ref(), Area: f.Area, Precedence: draft.Precedence,
		To: slices.Clone(draft.To), Exercise: ch.Exercise, Refs: draft.Refs, Late: draft.Late}
	for _, ref := range draft.Refs {
		old, ok := d.work.Record(ref.ID)
		if !ok || f.Kind != format.Act && f.Area != "" {
			continue // it has an area and a precedence of its own
		}
		if c.Area == "" {
			c.Area = old.Claims.Area
		}
		if draft.Precedence == "" && f.Precedence == "" && (c.Precedence == "" || rank(ch.Precedences, old.Claims.Precedence) < rank(ch.Precedences, c.Precedence)) {
			c.Precedence = old.Claims.Precedence
		}
	}
	if c.Precedence == "" {
		c.Precedence = f.Precedence
	}
	if len(c.To) == 0 {
		c.To = d.addressees(f, draft.Refs)
	}
	if f.Kind == format.Act && c.Area == "" || len(draft.Refs) > 0 && len(c.To) == 0 && !f.Own { // what it refers to is not known here, or concerns nobody else; the rules will say so
		c.Area, c.To = cmp.Or(c.Area, mechanism.Service), d.addressees(&format.Format{Kind: format.Key}, nil)
	}
	if c.Precedence == "" {
		c.Precedence = "ROUTINE"
	}
	return c, f, nil
}

// readers gives whom statements were addressed to, and for a translation their
// authors too.
func (d *Desk) readers(refs []statement.Ref) []string {
	var parties []string
	for _, ref := range refs {
		if old, ok := d.work.Record(ref.ID); ok {
			parties = append(parties, old.Claims.To...)
			if ref.Relation == "translates" {
				parties = append(parties, old.Claims.Author.Party)
			}
		}
	}
	return parties
}

// last gives an author's newest statement that can stand: queued, accepted or,
// if the ledger knows of a newer one, that.
func (d *Desk) last(ctx context.Context, author string, settled bool) (*mechanism.Head, error) {
	var last *mechanism.Head
	if head, ok := d.work.Head(author); ok {
		last = &head
	}
	r, err := d.outbox.last(ctx, author, settled)
	if err != nil || r == nil {
		return last, err
	}
	if r.state == Accepted && last != nil && last.Index >= r.index {
		return last, nil
	}
	return headOf(r.statement, r.index), nil
}

func headOf(s *statement.Statement, index uint64) *mechanism.Head {
	c := s.Claims()
	return &mechanism.Head{Index: index, Hash: s.Hash(), Serial: c.Serial, Seen: c.Seen.Size}
}

// place signs the statement as the next of its author's own after last, at this
// moment and with what the desk has verified now.
func (d *Desk) place(ctx context.Context, key identity.Signer, c statement.Claims, body *statement.Body, last *mechanism.Head) (*statement.Statement, error) {
	if err := d.good(key, c.Author); err != nil {
		return nil, err
	}
	c.Time = d.config.Clock().UTC().Truncate(time.Millisecond)
	c.Seen.Size = d.work.Size()
	root, ok := d.work.RootAt(c.Seen.Size)
	if !ok {
		return nil, fmt.Errorf("sign statement %s: root at size %d: %w", c.ID, c.Seen.Size, d.work.Err())
	}
	c.Seen.Root = root
	if last != nil && c.Seen.Size < last.Seen {
		return nil, rule.Refuse(mechanism.SeenBack, "let the desk follow the ledger before it signs", "%s has signed to have seen %d entries and this desk now has %d", c.Author, last.Seen, c.Seen.Size)
	}
	mechanism.Chain(&c, last)
	s, err := body.Sign(ctx, key, c)
	if err != nil {
		return nil, rule.Refuse(mechanism.BadField, "", "%s", err)
	}
	return s, nil
}

func (d *Desk) salt() string {
	var b [16]byte
	if _, err := io.ReadFull(d.config.Rand, b[:]); err != nil {
		return "" // which Sign refuses
	}
	return base64url.Encode(b[:])
}
