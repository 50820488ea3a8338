package desk

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"
	"time"

	"parley/base64url"
	"parley/carry"
	"parley/client"
	"parley/identity"
	"parley/ledger"
	"parley/mechanism"
	"parley/rule"
	"parley/statement"
)

// Rules of carried files that a desk decides.
const (
	CarryGap   = "carry.gap"   // an earlier part of the answer was not taken in
	CarryParty = "carry.party" // this desk does not carry for that party
	CarryAlarm = "carry.alarm" // the answer proves that the hub misbehaved
)

const (
	maxCarryFiles = 16 // made at once
	carryTimeout  = 2 * time.Minute
)

// CarryOut gives the files with which somebody can carry to the hub what waits in
// the outbox, FLASH first, and bring back what this desk's replica lacks: at least
// one, each within the bounds of package carry. Nothing changes here: statements
// stay queued until their receipts are in, whichever way these come.
func (d *Desk) CarryOut(ctx context.Context) ([][]byte, error) {
	key, err := d.config.Signer(d.config.Author.String())
	if err != nil {
		return nil, err
	}
	if d.work.Size() == 0 {
		return nil, rule.Refuse(NotStarted, "let the desk reach the hub once", "this desk has not yet followed the ledger, so nobody there knows its key")
	}
	first, err := d.outbox.urgent(ctx, maxUrgent)
	if err != nil {
		return nil, err
	}
	rows, err := d.outbox.queued(ctx, 0, maxCarryFiles*carry.MaxStatements)
	if err != nil {
		return nil, err
	}
	seen := map[int64]bool{}
	var texts [][]byte
	for _, r := range append(first, rows...) {
		if !seen[r.seq] {
			seen[r.seq] = true
			texts = append(texts, r.bytes)
		}
	}
	var files [][]byte
	groups := split(texts)
	for i, group := range groups {
		var nonce [16]byte
		if _, err := io.ReadFull(d.config.Rand, nonce[:]); err != nil {
			return nil, fmt.Errorf("make request: %w", err)
		}
		c := d.Charter()
		request := &carry.Request{Mechanism: c.Mechanism, Exercise: c.Exercise, Author: d.config.Author, Made: d.config.Clock(), Nonce: base64url.Encode(nonce[:]),
			Height: d.work.Blocks(), Feed: i == len(groups)-1, Statements: group}
		if err := request.Sign(ctx, key); err != nil {
			return nil, err
		}
		files = append(files, request.Bytes())
	}
	return files, nil
}

// split groups texts for files, in their order; the last group, which asks for
// blocks too, is there even if it is empty.
func split(texts [][]byte) [][][]byte {
	const room = carry.MaxRequest - 8<<10 // for header and signature
	groups := [][][]byte{nil}
	bytes := 0
	for _, text := range texts {
		last := &groups[len(groups)-1]
		if len(*last) == carry.MaxStatements || bytes+len(text)+1 > room {
			if len(groups) == maxCarryFiles {
				break // the rest waits for the next time
			}
			groups = append(groups, nil)
			last, bytes = &groups[len(groups)-1], 0
		}
		*last = append(*last, text)
		bytes += len(text) + 1
	}
	return groups
}

// A Carried tells what became of a file that was taken in.
type Carried struct {
	// Of a request that this desk submitted for another:
	Answer []byte `json:"answer,omitempty"` // the file to carry back
	For    string `json:"for,omitempty"`    // the desk that asked
	More   bool   `json:"more,omitempty"`   // there are more blocks; ask again with Next
	Next   uint64 `json:"next,omitempty"`

	// Of an answer for this desk:
	Accepted int    `json:"accepted"` // receipts taken in
	Refused  int    `json:"refused"`
	Blocks   int    `json:"blocks"` // that the replica did not have
	Size     uint64 `json:"size"`   // entries verified now
}

// CarryIn takes in a file that was carried here: a request is submitted at the hub
// for the desk that made it; an answer for this desk is verified, folded and
// settled as if it had come over the line. Taking in a file again changes nothing.
// after is 0, or the height from which to go on with the blocks of an answer.
func (d *Desk) CarryIn(ctx context.Context, file []byte, after uint64) (Carried, error) {
	if carry.IsRequest(file) {
		return d.carryRequest(ctx, file, after)
	}
	return d.carryAnswer(ctx, file)
}

func (d *Desk) carryRequest(ctx context.Context, file []byte, after uint64) (Carried, error) {
	request, err := carry.ParseRequest(file)
	if err != nil {
		return Carried{}, err
	}
	c := d.Charter()
	d.awaitSynced(ctx)
	key, ok := mechanism.FindKey(d.work, request.KID, d.work.Size())
	if !ok && d.refresh(ctx) { // it was endorsed a moment ago
		key, ok = mechanism.FindKey(d.work, request.KID, d.work.Size())
	}
	switch {
	case request.Author.Party != d.party && c.Supervisor().ID != d.party:
		return Carried{}, rule.Refuse(CarryParty, "take it to a desk of that party or of the supervisor", "a desk of %s does not carry for %s", d.party, request.Author.Party)
	case !request.Whole():
		return Carried{}, rule.Refuse(carry.Altered, "have the file made and brought again", "the request is cut off: its statements are missing")
	case !ok || key.Author != request.Author:
		return Carried{}, rule.Refuse(carry.Altered, "have the file made again by a desk whose key is endorsed", "the request names a key that is not one of %s", request.Author)
	}
	if err := request.Verify(key.Public, c.Mechanism, c.Exercise); err != nil {
		return Carried{}, err
	}
	text := file
	if after > 0 {
		text = request.Ask()
	}
	ctx, cancel := context.WithTimeout(ctx, carryTimeout)
	defer cancel()
	var answer []byte
	for _, r := range d.hubs.all(c) {
		if answer, err = r.Carried(ctx, text, after); answered(err) {
			break
		}
		d.hubs.failed(r, err)
	}
	if err != nil {
		return Carried{}, fmt.Errorf("submit for %s: %w", request.Author, err)
	}
	parsed, err := carry.ParseAnswer(answer)
	if err != nil {
		return Carried{}, err
	}
	if err := parsed.Verify(c.Hub.TLSPins(), c.Mechanism, c.Exercise, request.KID); err != nil {
		return Carried{}, err
	}
	return Carried{Answer: answer, For: request.Author.String(), More: parsed.More, Next: parsed.After + uint64(len(parsed.Blocks))}, nil
}

func (d *Desk) carryAnswer(ctx context.Context, file []byte) (Carried, error) {
	answer, err := carry.ParseAnswer(file)
	if err != nil {
		return Carried{}, err
	}
	key, err := d.config.Signer(d.config.Author.String())
	if err != nil {
		return Carried{}, err
	}
	c := d.Charter()
	if err := answer.Verify(c.Hub.TLSPins(), c.Mechanism, c.Exercise, identity.Thumbprint(key.Public())); err != nil {
		return Carried{}, err
	}
	ctx = context.WithoutCancel(ctx)
	before := d.work.Blocks()
	if err := d.carryBlocks(ctx, answer); err != nil {
		return Carried{}, err
	}
	done := Carried{Blocks: int(d.work.Blocks() - before), Size: d.work.Size()}
	if done.Accepted, done.Refused, err = d.carryResults(ctx, answer); err != nil {
		return done, err
	}
	if len(answer.Blocks) > 0 && !answer.More {
		d.setSynced()
		err = d.reportArrivals(ctx)
	}
	return done, err
}

// carryBlocks takes in blocks as the follower does. One that proves that the hub
// misbehaved raises the same alarm.
func (d *Desk) carryBlocks(ctx context.Context, answer *carry.Answer) error {
	for _, line := range answer.Blocks {
		b := &ledger.Block{}
		if err := b.UnmarshalJSON(line); err != nil {
			d.found(ctx, &accusation{name: "answer", text: answer.Bytes(), err: fmt.Errorf("the hub signed an answer with a block that cannot be: %w", err)})
			return rule.Refuse(carry.Malformed, "tell the supervisor's administrator", "the hub signed a block that cannot be read: %s", err)
		}
		if have := d.work.Blocks(); b.Height > have {
			return rule.Refuse(CarryGap, "take in the earlier parts of the answer first, then this one again", "the file goes on from block %d, and the replica has %d", b.Height, have)
		}
		err := d.take(ctx, client.Item{Block: b, Line: line})
		var accused *accusation
		if errors.As(err, &accused) {
			accused.answer = answer.Bytes()
			d.accuse(ctx, accused)
			d.stopFollowing()
			return rule.Refuse(CarryAlarm, "keep the evidence and the file, and call the other parties", "the answer, which the hub signed, proves that it misbehaved: %s", err)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// carryResults settles the statements that still wait with exactly the bytes that
// were answered.
func (d *Desk) carryResults(ctx context.Context, answer *carry.Answer) (accepted, refused int, err error) {
	var batch []*row
	var results []client.Result
	for _, r := range answer.Results {
		row, err := d.outbox.get(ctx, r.ID)
		if err != nil {
			return 0, 0, err
		}
		if row == nil || row.state != Queued || r.Hash != statement.EncodeHash(row.statement.Hash()) {
			continue
		}
		result := client.Result{ID: r.ID, Receipt: r.Receipt}
		if p := r.Problem; p != nil {
			if _, ordered := d.work.IndexOf(row.statement.Hash()); ordered {
				continue // the hub has taken it since; its receipt is still asked for
			}
			result.Problem = &client.Problem{Status: p.Status, Detail: p.Detail, Rule: p.Rule, Remedy: p.Remedy}
		}
		batch, results = append(batch, row), append(results, result)
	}
	if len(batch) == 0 {
		return 0, 0, nil
	}
	err = d.settleAll(ctx, batch, results)
	for _, r := range batch {
		now, getErr := d.outbox.get(ctx, r.id)
		switch {
		case getErr != nil:
			return accepted, refused, getErr
		case now.state == Accepted:
			accepted++
		case now.state == Refused:
			refused++
		}
	}
	d.redo()
	var later *rule.Refusal
	if errors.As(err, &later) && slices.ContainsFunc(results, func(r client.Result) bool { return r.Problem != nil && !r.Problem.Final() }) {
		err = nil // the hub could not take it at that time; it waits for the next way
	}
	return accepted, refused, err
}

func (d *Desk) apiCarryOut(r *http.Request) (any, error) {
	if err := d.wholeDesk(r.Context(), "POST /v1/carry/out"); err != nil {
		return nil, err
	}
	files, err := d.CarryOut(r.Context())
	return struct {
		Files [][]byte `json:"files"`
	}{files}, err
}

func (d *Desk) apiCarryIn(r *http.Request) (any, error) {
	if err := d.wholeDesk(r.Context(), "POST /v1/carry/in"); err != nil {
		return nil, err
	}
	file, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, rule.Refuse(BadRequest, "", "the file cannot be read: %s", err)
	}
	var after uint64
	if text := r.URL.Query().Get("after"); text != "" {
		if after, err = strconv.ParseUint(text, 10, 63); err != nil {
			return nil, rule.Refuse(BadRequest, "", "after is %q; want a block height", text)
		}
	}
	return d.CarryIn(r.Context(), file, after)
}
