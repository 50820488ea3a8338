package desk

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"parley/charter"
	"parley/delivery"
	"parley/ledger"
	"parley/mechanism"
	"parley/rule"
	"parley/statement"
)

// maxRefs is how many statements one report covers.
const maxRefs = 32

// reportArrivals says of each statement to this party, as it is released, that
// the desk has it: one act for each author's party and area. What was reported
// is remembered by block, so that a crash neither loses a report nor doubles it.
func (d *Desk) reportArrivals(ctx context.Context) error {
	from, _, err := d.outbox.mark(ctx, markReported)
	if err != nil {
		return err
	}
	blocks := d.work.Blocks()
	if from >= blocks {
		return nil
	}
	var arrived []*mechanism.Record
	for b, err := range d.journal.Read(ctx, d.origin, from) {
		if err != nil {
			return err
		}
		if b.Height >= blocks {
			break
		}
		for _, id := range mentioned(b) {
			record, ok := d.work.Record(id)
			if ok && d.owes(record, "delivers") && !slices.ContainsFunc(arrived, func(r *mechanism.Record) bool { return r.Claims.ID == id }) {
				arrived = append(arrived, record)
			}
		}
		if from = b.Height + 1; len(arrived) >= maxRefs {
			if err := d.report(ctx, "delivers", arrived...); err != nil {
				return err
			}
			if err := d.outbox.setMark(ctx, markReported, from, ledger.Hash{}); err != nil {
				return err
			}
			arrived = nil
		}
	}
	if err := d.report(ctx, "delivers", arrived...); err != nil {
		return err
	}
	return d.outbox.setMark(ctx, markReported, from, ledger.Hash{})
}

// mentioned gives the statements that a block holds, discloses or refers to.
func mentioned(b *ledger.Block) []string {
	contents := slices.Clone(b.Contents)
	for _, disclosed := range b.Disclosed {
		contents = append(contents, disclosed.Content)
	}
	var ids []string
	for _, content := range contents {
		if content == nil || content[0] == '{' {
			continue
		}
		s, err := statement.Parse(content)
		if err != nil {
			continue // cannot be: it was verified before it was stored
		}
		c := s.Claims()
		ids = append(ids, c.ID)
		for _, ref := range c.Refs {
			ids = append(ids, ref.ID)
		}
	}
	return ids
}

// owes reports whether this party has still to say that a statement reached it.
func (d *Desk) owes(r *mechanism.Record, relation string) bool {
	if r.Delivery == nil || r.Delivery.Status != delivery.Released || r.Purged != 0 {
		return false
	}
	for _, reach := range r.Delivery.Reach {
		if reach.Party == d.party {
			return relation == "delivers" && reach.Delivered.IsZero() || relation == "displays" && reach.Displayed.IsZero()
		}
	}
	return false
}

// report queues the acts that say of records that they were delivered or
// displayed here. Those that were reported before are left out.
func (d *Desk) report(ctx context.Context, relation string, records ...*mechanism.Record) error {
	d.reporting.Lock()
	defer d.reporting.Unlock()
	formats := map[string]string{"delivers": "desk.delivered/1", "displays": "desk.displayed/1"}
	type group struct{ party, area string }
	groups := map[group][]statement.Ref{}
	var order []group
	for _, r := range records {
		seq, err := d.outbox.reported(ctx, r.Claims.ID, relation)
		if err != nil {
			return err
		}
		if seq != 0 || !d.owes(r, relation) {
			continue
		}
		g := group{r.Claims.Author.Party, r.Claims.Area}
		if groups[g] == nil {
			order = append(order, g)
		}
		groups[g] = append(groups[g], statement.Ref{Relation: relation, ID: r.Claims.ID, Hash: r.Hash})
	}
	for _, g := range order {
		for refs := range slices.Chunk(groups[g], maxRefs) {
			reports := make([]report, len(refs))
			for i, ref := range refs {
				reports[i] = report{ref.ID, relation}
			}
			if _, err := d.sign(ctx, Draft{By: d.config.Author, Format: formats[relation], Refs: refs}, 0, reports...); err != nil {
				var refusal *rule.Refusal
				if !errors.As(err, &refusal) {
					return fmt.Errorf("report %d statements of %s: %w", len(refs), g.party, err)
				}
				d.log.Warn("the rules let this desk not report what arrived", "relation", relation, "of", g.party, "rule", refusal.Rule, "reason", refusal.Sentence)
			}
		}
	}
	return nil
}

// displayed says that a person has been shown a statement.
func (d *Desk) displayed(ctx context.Context, r *mechanism.Record) error {
	if !d.owes(r, "displays") {
		return nil
	}
	if err := d.report(ctx, "delivers", r); err != nil {
		return err
	}
	return d.report(ctx, "displays", r)
}

// rank is how urgent a precedence is: 0 the most.
func rank(precedences []charter.Precedence, id string) int {
	return slices.IndexFunc(precedences, func(p charter.Precedence) bool { return p.ID == id })
}
