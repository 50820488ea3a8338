package desk

import (
	"context"
	"errors"
	"fmt"
	"io"

	"parley/identity"
	"parley/ledger"
	"parley/matter"
	"parley/mechanism"
	"parley/proof"
	"parley/rule"
	"parley/trade"
)

// maxBundle is how many statements one bundle may be asked to be about.
const maxBundle = 50

// Bundle makes the evidence about some statements, named by identifier, its beginning or
// entry, for an officer to show to others: what he may read and his party may show, each
// with its proof in the newest checkpoint. It counts as reading them. One is made at a
// time.
func (d *Desk) Bundle(ctx context.Context, refs []string, lang string, as identity.Author) ([]byte, error) {
	ctx = reading(ctx, as)
	if len(refs) == 0 || len(refs) > maxBundle {
		return nil, rule.Refuse(BadRequest, "name at least one, and as many as these", "%d statements are named; want 1 to %d", len(refs), maxBundle)
	}
	sees, err := d.eyes(ctx)
	if err != nil {
		return nil, err
	}
	var ids []string
	for _, ref := range refs {
		detail, err := d.ShowTo(ctx, ref, lang, as)
		if err != nil {
			return nil, err
		}
		if _, ordered := d.work.Record(detail.ID); !ordered {
			return nil, rule.Refuse(NotFound, "wait until the hub has ordered it", "statement %s is not in the ledger, so nothing proves it", detail.ID)
		}
		ids = append(ids, detail.ID)
	}
	select {
	case d.disclosing <- struct{}{}:
		defer func() { <-d.disclosing }()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	at, err := d.Checkpoint(ctx, lang)
	if err != nil {
		return nil, err
	}
	var failed error
	text, err := proof.MakeRead(ctx, d.work, d.journal, d.origin, []byte(at.Note), ids, d.party, func(r *mechanism.Record) bool {
		ok, err := d.readsRecord(ctx, r, sees, as, lang)
		failed = errors.Join(failed, err)
		return ok && err == nil
	})
	switch {
	case failed != nil:
		return nil, failed
	case errors.Is(err, proof.ErrUnread):
		return nil, rule.Refuse(NotFound, "have one export it who reads them all", "what belongs together with these statements is not for the eyes of %s", as)
	}
	return text, err
}

// readsRecord reports whether as may read a statement of the ledger; of a project, that
// he does is logged.
func (d *Desk) readsRecord(ctx context.Context, r *mechanism.Record, sees func(area string) bool, as identity.Author, lang string) (bool, error) {
	if !sees(r.Claims.Area) {
		return false, nil
	}
	project, readers := d.readersOf(r.Claims, nil, 0)
	if project == "" || !trade.Limited(readers, d.party) {
		return true, nil
	}
	if d.reads(readers, r.Claims.Area, as, lang) != nil {
		return false, nil
	}
	return true, d.admit(ctx, r.Claims, nil, as, lang)
}

// readsWhole reports whether whoever asks may read all that this desk has: every area,
// and every project of which readers are named.
func (d *Desk) readsWhole(ctx context.Context) (bool, error) {
	if all, err := d.seesAll(ctx); !all || err != nil {
		return false, err
	}
	projects, err := d.work.Matters(ctx, matter.Project, false)
	if err != nil {
		return false, err
	}
	for _, m := range projects {
		if s, ok := m.State.(*trade.State); ok {
			readers := d.readersHere(s.Readers)
			if trade.Limited(readers, d.party) && d.reads(readers, projectArea, readerOf(ctx).officer, "en") != nil {
				return false, nil
			}
		}
	}
	return true, nil
}

// ReadsWhole reports whether [Desk.WriteRecord] would give whoever asks the record.
func (d *Desk) ReadsWhole(ctx context.Context) (bool, error) { return d.readsWhole(ctx) }

// WriteRecord writes the whole record, which `parley verify` checks, with every text that
// this desk has, those under others' control too: it is for the party's own auditors. It
// is refused, before anything is written, to who may not read all of it.
func (d *Desk) WriteRecord(ctx context.Context, w io.Writer) error {
	all, err := d.readsWhole(ctx)
	if err != nil {
		return err
	}
	if !all {
		officer := readerOf(ctx).officer
		return d.denied(ctx, officer, "record", "", "", rule.Refuse(WholeDesk, "export the statements that you read, or ask one who reads everything", "the record has every text of this desk, and %s may not read them all", officer))
	}
	if d.work.Size() == 0 {
		return rule.Refuse(NotStarted, "wait until it has reached the hub", "this desk has not followed the ledger yet")
	}
	select {
	case d.recording <- struct{}{}:
		defer func() { <-d.recording }()
	default:
		return rule.Refuse(BadRequest, "try again when it is written", "somebody exports from this desk just now")
	}
	at, err := d.Checkpoint(ctx, "en")
	if err != nil {
		return err
	}
	last := d.work.Blocks() // which has the block that the checkpoint is of
	blocks := func(yield func(*ledger.Block, error) bool) {
		for b, err := range d.journal.Read(ctx, d.origin, 0) {
			if err == nil && b.Height >= last || !yield(b, err) || err != nil {
				return
			}
		}
	}
	if err := proof.WriteRecord(w, d.origin, proof.Cosigned(blocks, []byte(at.Note))); err != nil {
		return fmt.Errorf("export the record: %w", err)
	}
	return nil
}

// EvidenceFor is [Desk.EvidenceFile] for whoever may read every text, for it may hold any.
func (d *Desk) EvidenceFor(ctx context.Context, name string) (Evidence, []byte, error) {
	if all, err := d.readsWhole(ctx); err != nil || !all {
		return Evidence{}, nil, errors.Join(err, d.wholeDesk(ctx, "GET /v1/evidence/file"))
	}
	return d.EvidenceFile(name, false)
}
