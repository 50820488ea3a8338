package main

import (
	"context"
	"fmt"
	"strings"

	"parley/desk"
	"parley/identity"
	"parley/mechanism"
	"parley/proof"
)

// forward writes a copy of a statement for the recipient that fields name.
func (s stage) forward(ctx context.Context, by identity.Author, about string, fields []string) (string, error) {
	recipient := ""
	for _, field := range fields {
		if value, ok := strings.CutPrefix(field, "recipient="); ok {
			recipient = value
		}
	}
	copied, err := s.desk(by).Forward(ctx, by, about, recipient, "en", stageWait)
	if err != nil {
		return "", err
	}
	if copied.State != desk.Accepted {
		return "", fmt.Errorf("the hub has not answered in %s", stageWait)
	}
	s.copies = append(s.copies, copied.Bundle)
	return copied.Copy, nil
}

// markConsent: what is under originator control left a desk in copies alone, each for a
// recipient to whom its author's party had consented in the ledger; what was denied is
// in the desk's own log.
func (d *demo) markConsent(ctx context.Context) (string, error) {
	made := 0
	for _, r := range d.records(d.supervisor()) {
		if !strings.HasPrefix(r.Claims.Format, mechanism.CopyMade+"/") {
			continue
		}
		made++
		for _, party := range r.Claims.To { // who consented is told
			if _, ok := d.desks[party].Work().Record(r.Claims.ID); !ok {
				return "", fmt.Errorf("entry %d: a copy was made, and %s, which consented, does not know of it", r.Index, party)
			}
		}
	}
	recipients := []string{}
	for _, text := range d.copies {
		result, err := proof.VerifyBundle(ctx, text, d.world.charter.Charter)
		if err != nil {
			return "", fmt.Errorf("whoever gets a copy refutes it: %w", err)
		}
		for _, c := range result.Copies {
			recipients = append(recipients, c.Recipient)
		}
	}
	denied := 0
	for _, part := range d.script.Cast {
		v, err := d.desks[d.cast[part]].Denials(ctx, identity.Author{}, 1000)
		if err != nil {
			return "", err
		}
		for _, n := range v.Denials {
			if n.Rule == mechanism.ConsentMissing && n.Asked == "forward" {
				denied++
			}
		}
	}
	if made == 0 || made != len(d.copies) || len(recipients) != made || denied == 0 {
		return "", fmt.Errorf("%d copies are in the ledger, %d were written for %q, %d attempts were denied", made, len(d.copies), recipients, denied)
	}
	return fmt.Sprintf("under originator control: attempts to forward that were denied and logged: %d; copies that left, each by consent in the ledger and naming its recipient to whoever verifies it: %d", denied, made), nil
}
