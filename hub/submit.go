package hub

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"runtime"
	"sync"
	"time"

	"parley/charter"
	"parley/format"
	"parley/mechanism"
	"parley/rule"
	"parley/statement"
)

type clockFunc = func() time.Time

// Bounds of one request.
const (
	maxStatements = 64
	maxBody       = 4 << 20
)

// A Result answers one statement of a batch: a receipt, or the problem.
type Result struct {
	ID      string   `json:"id,omitempty"` // as read; empty where the statement could not be read
	Receipt string   `json:"receipt,omitempty"`
	Problem *Problem `json:"problem,omitempty"`
}

// Results answers POST /v1/statements, in the order of the statements.
type Results struct {
	Results []Result `json:"results"`
}

// body reads a request's body of at most limit bytes.
func body(r *http.Request, limit int64) ([]byte, error) {
	b, err := io.ReadAll(http.MaxBytesReader(nil, r.Body, limit))
	var large *http.MaxBytesError
	if errors.As(err, &large) {
		return nil, rule.Refuse(TooLarge, "send less at once", "the request is longer than %d bytes", limit)
	}
	if err != nil {
		return nil, rule.Refuse(BadRequest, "send it again", "the request broke off after %d bytes", len(b))
	}
	return b, nil
}

// submit orders the statements of a batch, one a line, and answers each with the
// receipt of a durable entry or with the reason for its refusal. The same
// statement again gets the same receipt, so a desk may always retry.
func (h *Hub) submit(w http.ResponseWriter, r *http.Request, caller mechanism.Reader) error {
	text, err := body(r, maxBody)
	if err != nil {
		return err
	}
	lines := bytes.Split(bytes.TrimSuffix(text, []byte("\n")), []byte("\n"))
	if len(lines) > maxStatements {
		return rule.Refuse(TooLarge, "send them in several requests", "the request holds %d statements; at most %d are taken at once", len(lines), maxStatements)
	}
	results := make([]Result, len(lines))
	parsed := make([]*statement.Statement, len(lines))
	flash, normal := 0, 0
	for i, line := range lines {
		s, err := h.read(line, caller)
		if err != nil {
			results[i] = refused("", err)
			continue
		}
		parsed[i], results[i].ID = s, s.Claims().ID
		if s.Claims().Precedence == "FLASH" {
			flash++
		} else {
			normal++
		}
	}
	if !h.limits.allow(caller.Party, flash, normal, h.clock) {
		return rule.Refuse(TooMany, "wait a second and send it again", "%s sends more statements than the charter allows it a second", caller.Party)
	}
	subs := h.verify(parsed, flash > 0)
	var done sync.WaitGroup
	var queued []*submission
	for _, s := range subs {
		if s == nil {
			continue
		}
		s.party, s.done = caller.Party, &done
		queued = append(queued, s)
	}
	done.Add(len(queued))
	if err := h.queue.add(queued...); err != nil {
		return err
	}
	done.Wait()
	for i, s := range subs {
		switch {
		case s == nil:
		case s.err != nil:
			results[i] = refused(results[i].ID, s.err)
		default:
			results[i].Receipt = string(s.receipt)
		}
	}
	return reply(w, Results{results})
}

func refused(id string, err error) Result {
	p := problem(err)
	return Result{ID: id, Problem: &p}
}

// read parses one statement and checks that it is the caller's party's.
func (h *Hub) read(line []byte, caller mechanism.Reader) (*statement.Statement, error) {
	s, err := statement.Parse(line)
	if err != nil {
		return nil, rule.Refuse(Malformed, "send the statement exactly as it was signed", "the statement cannot be read: %s", err)
	}
	if party := s.Claims().Author.Party; party != caller.Party {
		return nil, rule.Refuse(Forbidden, "each party's desk submits its own", "a desk of %s cannot submit a statement of %s", caller.Party, party)
	}
	return s, nil
}

// Malformed is the rule that a statement must have the one accepted form.
const Malformed = "statement.malformed"

// verify checks the signatures under the keys that are endorsed now, on all
// cores. What fails here is left to the sequencer, whose answer is the one that
// counts: the key may be endorsed in the very block before. FLASH does not queue
// behind routine verification.
func (h *Hub) verify(parsed []*statement.Statement, flash bool) []*submission {
	subs := make([]*submission, len(parsed))
	check := func(i int) {
		s := parsed[i]
		sub := &submission{statement: s, bytes: len(s.Bytes()), flash: s.Claims().Precedence == "FLASH"}
		if f, ok := format.Catalogue().Lookup(s.Claims().Format); ok && mechanism.Opening(f.Relation) {
			sub.bytes += len(s.Claims().Refs) * openingWeight
		} else if ok && f.Own { // a watch changes hands: all that is open is gone through
			sub.bytes += openingWeight
		}
		if key, ok := mechanism.FindKey(h.work, s.KID(), h.work.Size()); ok && s.Verify(key.Public) == nil {
			sub.checked = key.Public
		}
		subs[i] = sub
	}
	if !flash {
		h.cores <- struct{}{}
		defer func() { <-h.cores }()
	}
	workers := min(runtime.GOMAXPROCS(0), (len(parsed)+15)/16)
	var wait sync.WaitGroup
	for n := 1; n < workers; n++ {
		wait.Go(func() { every(parsed, n, workers, check) })
	}
	every(parsed, 0, workers, check)
	wait.Wait()
	return subs
}

func every(parsed []*statement.Statement, from, step int, do func(int)) {
	for i := from; i < len(parsed); i += step {
		if parsed[i] != nil {
			do(i)
		}
	}
}

// amend orders a new edition of the charter, signed by every party.
func (h *Hub) amend(w http.ResponseWriter, r *http.Request, caller mechanism.Reader) error {
	note, err := body(r, 1<<20)
	if err != nil {
		return err
	}
	signed, err := charter.Open(note)
	if err != nil {
		return rule.Refuse(Malformed, "have every party sign it with `parley charter sign`", "%s", err)
	}
	s := &submission{party: caller.Party, charter: signed, bytes: len(note), done: &sync.WaitGroup{}}
	s.done.Add(1)
	if err := h.queue.add(s); err != nil {
		return err
	}
	s.done.Wait()
	if s.err != nil {
		return s.err
	}
	return reply(w, Result{Receipt: string(s.receipt)})
}
