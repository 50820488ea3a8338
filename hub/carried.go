package hub

import (
	"bytes"
	"context"
	"net/http"
	"slices"
	"strconv"
	"sync"
	"time"

	"parley/carry"
	"parley/mechanism"
	"parley/rule"
	"parley/statement"
)

const (
	maxCarried   = 2                // carried files answered at once
	carriedBytes = 8 << 20          // of blocks in one answer; one larger block still fits alone
	carriedWait  = 20 * time.Second // how long a carried file may wait for its party's allowance
)

// carried answers a request that a desk without a line has signed and that
// somebody has carried: it submits the statements and gives the blocks that the
// desk's key may read. With ?after=H, and without the statements, it goes on with
// the blocks from there.
//
// The carrier may be a desk of the supervisor, who reads all texts, or of the
// same party; and it must be endorsed for every area that the asking desk reads,
// so that nobody learns by carrying. A request may come again: the same
// statements get the same receipts, and blocks are the same for ever.
func (h *Hub) carried(w http.ResponseWriter, r *http.Request, caller mechanism.Reader) error {
	text, err := body(r, carry.MaxRequest)
	if err != nil {
		return err
	}
	request, err := carry.ParseRequest(text)
	if err != nil {
		return err
	}
	reader, err := h.asking(request, caller)
	if err != nil {
		return err
	}
	after := request.Height
	if text := r.URL.Query().Get("after"); text != "" {
		if after, err = strconv.ParseUint(text, 10, 63); err != nil || after < request.Height {
			return rule.Refuse(BadRequest, "give the number of blocks that were answered", "after is %q, which is not a block height from %d on", text, request.Height)
		}
	} else if !request.Whole() {
		return rule.Refuse(BadRequest, "send the file as it is", "the request comes without its statements")
	}
	select {
	case h.carrying <- struct{}{}:
		defer func() { <-h.carrying }()
	default:
		return rule.Refuse(TooMany, "send it again in a moment", "the hub is answering %d carried files already", maxCarried)
	}
	ch := h.Charter()
	answer := &carry.Answer{Mechanism: ch.Mechanism, Exercise: ch.Exercise, KID: request.KID, Request: request.Hash(), Made: h.clock(), After: after}
	if answer.Results, err = h.submitCarried(r.Context(), reader, request.Statements); err != nil {
		return err
	}
	if request.Feed {
		if err := h.carriedBlocks(r.Context(), answer, reader); err != nil {
			return err
		}
	}
	key, ok := h.answerKey()
	if !ok {
		return rule.Refuse(Internal, "give the hub an Ed25519 TLS key", "this hub's TLS key cannot sign answers")
	}
	w.Header().Set("Content-Type", "text/plain")
	if err := http.NewResponseController(w).SetWriteDeadline(time.Now().Add(2 * time.Minute)); err != nil {
		return err
	}
	_, err = w.Write(answer.Sign(key))
	return err
}

// asking finds the desk that made a request, and whether caller may carry it.
// What another party's desk carries is refused in the same words whatever it is.
func (h *Hub) asking(request *carry.Request, caller mechanism.Reader) (mechanism.Reader, error) {
	if request.Author.Party != caller.Party && !caller.Supervisor || caller.Key.Author.Role == mechanism.Registrar {
		return mechanism.Reader{}, rule.Refuse(Forbidden, "take it to a desk of the party that made it, or of the supervisor", "%s cannot carry for %s", caller.Key.Author, request.Author.Party)
	}
	ch := h.Charter()
	reader, ok := h.Reader(request.KID)
	if !ok || reader.Key.Author != request.Author || reader.Key.Author.Role != mechanism.Desk {
		return reader, rule.Refuse(Unauthorized, "have a key endorsed for the desk, and make the file again", "the request's key is not one of a desk's that is good now")
	}
	if err := request.Verify(reader.Key.Public, ch.Mechanism, ch.Exercise); err != nil {
		return reader, err
	}
	for _, area := range reader.Key.Areas {
		if !caller.Key.Sees(area) {
			return reader, rule.Refuse(Forbidden, "take it to a desk that is endorsed for all its areas", "%s is not endorsed for area %s, which the desk that asks reads", caller.Key.Author, area)
		}
	}
	return reader, nil
}

// submitCarried submits statements in their order, in runs that are FLASH
// throughout or not at all, so that none overtakes another, and answers each.
func (h *Hub) submitCarried(ctx context.Context, by mechanism.Reader, lines [][]byte) ([]carry.Result, error) {
	var results []carry.Result
	var run []*statement.Statement
	flush := func() error {
		if len(run) == 0 {
			return nil
		}
		answers, err := h.submitRun(ctx, by.Party, run)
		for i, a := range answers {
			results = append(results, carriedResult(statement.EncodeHash(run[i].Hash()), a))
		}
		run = nil
		return err
	}
	for _, line := range lines {
		s, err := h.read(line, by)
		if err != nil {
			if err := flush(); err != nil {
				return nil, err
			}
			results = append(results, carriedResult("", refused("", err)))
			continue
		}
		if len(run) == maxStatements || len(run) > 0 && isFlash(run[0]) != isFlash(s) {
			if err := flush(); err != nil {
				return nil, err
			}
		}
		run = append(run, s)
	}
	return results, flush()
}

func isFlash(s *statement.Statement) bool { return s.Claims().Precedence == "FLASH" }

func carriedResult(hash string, r Result) carry.Result {
	result := carry.Result{Hash: hash, ID: r.ID, Receipt: r.Receipt}
	if p := r.Problem; p != nil {
		result.Problem = &carry.Problem{Detail: p.Detail, Remedy: p.Remedy, Rule: p.Rule, Status: p.Status}
	}
	return result
}

// submitRun queues a run and waits for its answers. What is in the ledger already
// costs no allowance.
func (h *Hub) submitRun(ctx context.Context, party string, run []*statement.Statement) ([]Result, error) {
	fresh := 0
	for _, s := range run {
		if _, known := h.work.IndexOf(s.Hash()); !known {
			fresh++
		}
	}
	if err := h.awaitAllowance(ctx, party, isFlash(run[0]), fresh); err != nil {
		return nil, err
	}
	subs := h.verify(run, isFlash(run[0]))
	var done sync.WaitGroup
	done.Add(len(subs))
	for _, s := range subs {
		s.party, s.done = party, &done
	}
	if err := h.queue.add(subs...); err != nil {
		return nil, err
	}
	done.Wait()
	results := make([]Result, len(run))
	for i, s := range subs {
		results[i] = Result{ID: run[i].Claims().ID, Receipt: string(s.receipt)}
		if s.err != nil {
			results[i] = refused(results[i].ID, s.err)
		}
	}
	return results, nil
}

// awaitAllowance waits until the party may submit n more statements.
func (h *Hub) awaitAllowance(ctx context.Context, party string, flash bool, n int) error {
	normal, urgent := n, 0
	if flash {
		normal, urgent = 0, n
	}
	ctx, cancel := context.WithTimeout(ctx, carriedWait)
	defer cancel()
	ticker := time.NewTicker(100 * time.Millisecond)
	defer ticker.Stop()
	for !h.limits.allow(party, urgent, normal, h.clock) {
		select {
		case <-ticker.C:
		case <-ctx.Done():
			return rule.Refuse(TooMany, "send the file again; what was accepted gets the same receipt", "%s sends more statements than the charter allows it a second", party)
		}
	}
	return nil
}

// carriedBlocks adds the blocks from answer.After on, as the reader may have them.
func (h *Hub) carriedBlocks(ctx context.Context, answer *carry.Answer, reader mechanism.Reader) error {
	size, end := 0, h.work.Blocks()
	for b, err := range h.journal.Read(ctx, h.origin, answer.After) {
		if err != nil {
			return err
		}
		if b.Height >= end {
			return nil
		}
		line, err := h.line(ctx, &routed{block: b}, reader)
		if err != nil {
			return err
		}
		if size += len(line); size > carriedBytes && len(answer.Blocks) > 0 {
			answer.More = true
			return nil
		}
		answer.Blocks = append(answer.Blocks, bytes.TrimSuffix(slices.Clone(line), []byte("\n")))
	}
	return nil
}
