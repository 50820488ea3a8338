package main

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"time"

	"parley/casefile"
	"parley/delivery"
	"parley/desk"
	"parley/digest"
	"parley/identity"
	"parley/matter"
	"parley/mechanism"
	"parley/proof"
)

const (
	flashAcknowledged = 5 * time.Minute  // a person of the addressee has it
	flashEndToEnd     = 10 * time.Minute // and everybody who must act on it
	caseRebuilt       = 5 * time.Minute  // by the auditor, from its export
)

// passMarks judges what was played by the marks of the exercise: each is computed
// from the ledger, and the first that is missed is an error.
func (d *demo) passMarks(ctx context.Context) error {
	fmt.Fprintln(d.out, "Pass marks, from the ledger alone:")
	for _, mark := range []func(context.Context) (string, error){d.markFlash, d.markStates, d.markWithheld, d.markInPart, d.markConsent, d.markSigned, d.markVerifiers, d.markCase, d.markFigures} {
		said, err := mark(ctx)
		if err != nil {
			return fmt.Errorf("pass mark: %w", err)
		}
		fmt.Fprintf(d.out, "  [x] %s\n", strings.TrimSpace(wrap(said, "      ")))
	}
	fmt.Fprintln(d.out)
	return nil
}

// records gives all that a party's desk may read.
func (d *demo) records(party string) []*mechanism.Record {
	var all []*mechanism.Record
	work := d.desks[party].Work()
	for i := range work.Size() {
		if r, ok := work.RecordAt(i); ok {
			all = append(all, r)
		}
	}
	return all
}

func (d *demo) supervisor() string { return d.world.charter.Supervisor().ID }

// markFlash: every FLASH was acknowledged within five minutes, and understood or
// passed on within ten.
func (d *demo) markFlash(context.Context) (string, error) {
	n, slowest, end := 0, time.Duration(0), time.Duration(0)
	for _, r := range d.records(d.supervisor()) {
		if r.Delivery == nil || r.Claims.Precedence != "FLASH" {
			continue
		}
		n++
		for _, reach := range r.Delivery.Reach {
			if reach.Party == d.supervisor() {
				continue
			}
			if len(reach.Acks) == 0 {
				return "", fmt.Errorf("entry %d: FLASH that %s never acknowledged", r.Index, reach.Party)
			}
			slowest = max(slowest, reach.Acks[0].At.Sub(r.Delivery.Submitted))
			done := reach.PassedOnAt()
			if done.IsZero() {
				done = reach.UnderstoodAt()
			}
			if done.IsZero() {
				return "", fmt.Errorf("entry %d: FLASH that %s neither passed on nor understood", r.Index, reach.Party)
			}
			end = max(end, done.Sub(r.Delivery.Submitted))
		}
	}
	if n == 0 || slowest > flashAcknowledged || end > flashEndToEnd {
		return "", fmt.Errorf("%d FLASH, the slowest acknowledged after %s (at most %s), end to end after %s (at most %s)", n, slowest, flashAcknowledged, end, flashEndToEnd)
	}
	return fmt.Sprintf("%d FLASH: the slowest was acknowledged %s after it was submitted (5 min at most) and read back or passed on to the units after %s (10 min at most); clocks are compressed here", n, slowest.Round(time.Millisecond), end.Round(time.Millisecond)), nil
}

// markStates: no statement and no matter is in an unknown state.
func (d *demo) markStates(ctx context.Context) (string, error) {
	messages, acts := 0, 0
	for _, r := range d.records(d.supervisor()) {
		if r.Delivery == nil {
			acts++
			continue
		}
		switch r.Delivery.Status {
		case delivery.Submitted, delivery.Held, delivery.Released, delivery.Returned, delivery.Withdrawn, delivery.Lapsed:
			messages++
		default:
			return "", fmt.Errorf("entry %d is in state %q", r.Index, r.Delivery.Status)
		}
	}
	matters, err := d.desks[d.supervisor()].Work().Matters(ctx, "", false)
	if err != nil {
		return "", err
	}
	ended := 0
	for _, m := range matters {
		switch next := m.State.Next(m.Rules); {
		case (m.State.Ended() != "") == (len(next) > 0):
			return "", fmt.Errorf("the %s of entry %d has no next step and no end, or both", m.Kind, m.Opened)
		case m.State.Ended() != "":
			ended++
		}
	}
	return fmt.Sprintf("0 statements without a known state: %d messages and %d acts; %d matters, %d of them ended and each other one with somebody who is to act", messages, acts, len(matters), ended), nil
}

// markWithheld: what one side's desk lacks and another party's has was never
// released to it.
func (d *demo) markWithheld(context.Context) (string, error) {
	all := d.desks[d.supervisor()].Work()
	var counts []string
	for _, part := range d.script.Cast {
		party := d.cast[part]
		if party == d.supervisor() {
			continue
		}
		lacking, work := 0, d.desks[party].Work()
		for i := range work.Size() {
			r, known := all.RecordAt(i)
			if _, has := work.RecordAt(i); has || !known {
				continue
			}
			lacking++
			if r.Visible(party, d.supervisor()) {
				return "", fmt.Errorf("entry %d (%s) was given to others and not to %s", i, r.Claims.Format, party)
			}
		}
		counts = append(counts, fmt.Sprintf("%s lacks the texts of %d", strings.ToUpper(part), lacking))
	}
	return "nothing is in the record that one side saw and the other did not, but for what was never released to it or is another party's own act: " + strings.Join(counts, ", "), nil
}

// markSigned: the newest checkpoint carries the hub's signature and the
// cosignatures of both sides.
func (d *demo) markSigned(ctx context.Context) (string, error) {
	var sizes []string
	for _, part := range d.script.Cast {
		s, err := d.desks[d.cast[part]].Status(ctx)
		if err != nil {
			return "", err
		}
		if s.Confirmed != s.Size {
			return "", fmt.Errorf("the desk of %s has %d entries and every side's cosignature for %d", part, s.Size, s.Confirmed)
		}
		sizes = append(sizes, fmt.Sprint(s.Size))
	}
	return "the head of the record, at size " + sizes[0] + ", is signed by the hub and cosigned by " + strings.Join(d.world.charter.Witness.Parties, " and "), nil
}

// markVerifiers: an auditor of each party verifies that party's own copy, offline,
// and all come to the same root.
func (d *demo) markVerifiers(ctx context.Context) (string, error) {
	root := ""
	for _, part := range d.script.Cast {
		own := d.desks[d.cast[part]]
		var record bytes.Buffer
		if err := proof.WriteRecord(&record, own.Origin(), own.Journal().Read(ctx, own.Origin(), 0)); err != nil {
			return "", err
		}
		result, err := proof.VerifyRecord(ctx, &record, d.world.charter.Charter)
		if err != nil {
			return "", fmt.Errorf("the auditor of %s refutes the record: %w", part, err)
		}
		found := base64.StdEncoding.EncodeToString(result.Root[:])
		if root != "" && found != root {
			return "", errors.New("the auditors come to different roots")
		}
		root = found
	}
	return fmt.Sprintf("%d verifiers, each offline with its own party's copy, agree on root %s", len(d.script.Cast), root), nil
}

// markCase: an auditor who has the export of the case, the charter and nothing else
// builds the case again, and has what the desks have.
func (d *demo) markCase(ctx context.Context) (string, error) {
	side := d.cast[d.script.Cast[0]]
	cases, err := d.desks[side].Work().Matters(ctx, matter.Case, false)
	if err != nil || len(cases) != 1 {
		return "", errors.Join(err, fmt.Errorf("%d cases were opened, one is expected", len(cases)))
	}
	held, err := json.Marshal(cases[0].State)
	if err != nil {
		return "", err
	}
	f, err := openFolder(filepath.Join(d.world.dir, side, "desk"))
	if err != nil {
		return "", err
	}
	defer f.Close()
	bundle, _, err := caseBundle(ctx, f, "", cases[0].ID)
	if err != nil {
		return "", err
	}
	begun := time.Now()
	v, _, err := caseFrom(ctx, bundle, d.world.charter.Charter, "", &desk.CaseReader{Lang: "en", Whole: true})
	if err != nil {
		return "", fmt.Errorf("the auditor cannot build the case from its export: %w", err)
	}
	took := time.Since(begun)
	rebuilt, err := json.Marshal(v.State)
	switch {
	case err != nil:
		return "", err
	case !bytes.Equal(rebuilt, held):
		return "", errors.New("the case that the auditor builds is not the one that the desks have")
	case len(v.Proof.Broken) > 0:
		return "", fmt.Errorf("the export leaves out %d statements of the case", len(v.Proof.Broken))
	case took > caseRebuilt:
		return "", fmt.Errorf("the auditor took %s to build the case, at most %s", took, caseRebuilt)
	}
	agreed := 0
	for _, row := range v.Facts {
		if row.Status == casefile.RowAgreed {
			agreed++
		}
	}
	return fmt.Sprintf("from the export of the case alone (%d KiB, %d statements) the auditor builds it again in %s (5 min at most), to the byte as the desks have it: %s, outcome %s, cause %s, %d of %d facts agreed", len(bundle)/1024, len(v.Statements), took.Round(time.Millisecond), v.Stage, v.Outcome, v.Cause, agreed, len(v.Facts)), nil
}

// markFigures: the desks print the same statistics and the same report of the day, to
// the byte.
func (d *demo) markFigures(ctx context.Context) (string, error) {
	figures, report := "", ""
	for _, part := range d.script.Cast {
		own := d.desks[d.cast[part]]
		page, c, err := own.Stats(ctx, "", "", "")
		if err != nil {
			return "", err
		}
		day, _, err := own.Digest(ctx, digest.Question{Audience: digest.Auditor}, identity.Author{})
		if err != nil {
			return "", err
		}
		text, told := page.Text("en", c, true), string(day.JSON())
		if figures != "" && (text != figures || told != report) {
			return "", fmt.Errorf("the desk of %s has other figures than the first", part)
		}
		figures, report = text, told
	}
	return fmt.Sprintf("all %d desks make the same statistics (%d lines, `parley stats`) and the same report of the day (%d KiB, `parley digest`), to the byte", len(d.script.Cast), strings.Count(figures, "\n"), len(report)/1024), nil
}
