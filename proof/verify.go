package proof

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"golang.org/x/mod/sumdb/tlog"

	"parley/charter"
	"parley/ledger"
	"parley/mechanism"
	"parley/rule"
	"parley/statement"
	"parley/store"
)

// VerifyBundle checks a bundle: the charters and who signed them, the checkpoint
// and its cosignatures, that each item is in the checkpoint's tree, and each
// statement's key, signature, place among its author's own, and outcome by the
// rules, as far as what the bundle shows decides it. trusted, where it is not
// nil, is a charter that the ledger must belong to.
//
// The error is a [Refuted], or says why it could not be checked.
func VerifyBundle(ctx context.Context, text []byte, trusted *charter.Charter) (Result, error) {
	_, result, err := OpenBundle(ctx, text, trusted)
	return result, err
}

// OpenBundle is VerifyBundle for who also reads what the bundle shows.
func OpenBundle(ctx context.Context, text []byte, trusted *charter.Charter) (*Shown, Result, error) {
	b, items, err := parseBundle(text)
	if err != nil {
		return nil, Result{}, err
	}
	a := &audit{bundle: b, items: items, view: newView(), chains: newChains()}
	for _, step := range []func() error{a.openCharters, a.openCheckpoint, a.checkInclusion} {
		if err := step(); err != nil {
			return nil, marked(a.editions), err
		}
	}
	if err := a.replay(ctx); err != nil {
		return nil, marked(a.editions), err
	}
	if err := a.conclude(trusted); err != nil {
		return nil, marked(a.editions), err
	}
	return &Shown{a}, a.result, nil
}

// An audit is the verification of one bundle.
type audit struct {
	bundle     *bundle
	items      []readItem
	editions   []store.Edition
	head       ledger.Head
	witnesses  []charter.Party // that the charter names
	cosigned   []ledger.Cosignature
	view       *view
	chains     *chains
	statements []*statement.Statement // by item; nil for a charter
	outside    map[uint64]int         // entries that refer outside the bundle, and to how many
	result     Result
}

// openCharters opens all charters and checks that each follows the one before.
func (a *audit) openCharters() error {
	for i := range a.items {
		item := &a.items[i]
		if ledger.ContentHash(item.content) != item.entry.Content {
			return refute(nil, "the text given for entry %d is not the one whose hash its entry has", item.index)
		}
		if !item.isCharter() {
			continue
		}
		signed, err := charter.Open(item.content)
		if err != nil {
			return refute(err, "entry %d is shown as a charter that it is not: %v", item.index, err)
		}
		if n := len(a.editions); n > 0 {
			if err := signed.Succeeds(a.editions[n-1].Signed.Charter); err != nil {
				return refute(err, "the charter at entry %d cannot follow the one at entry %d: %v", item.index, a.editions[n-1].Index, err)
			}
		}
		a.editions = append(a.editions, store.Edition{Index: item.index, Signed: signed})
	}
	if len(a.editions) == 0 || a.editions[0].Index != 0 {
		return errors.New("check bundle: the charter, entry 0, is not in it, so nothing says whose keys are whose")
	}
	return nil
}

// openCheckpoint verifies the checkpoint under the hub's key and the
// cosignatures on it.
func (a *audit) openCheckpoint() error {
	c := a.editions[len(a.editions)-1].Signed.Charter
	claimed, err := ledger.Peek([]byte(a.bundle.Checkpoint))
	if err != nil {
		return refute(err, "the checkpoint is none: %v", err)
	}
	verifier, err := ledger.NewVerifier(logKeysOf(a.editions).at(claimed.Size))
	if err != nil {
		return fmt.Errorf("check bundle: %w", err)
	}
	for _, p := range c.Parties {
		if p.Witness != "" {
			a.witnesses = append(a.witnesses, p)
		}
	}
	witnesses, err := ledger.NewWitnesses(c.WitnessKeys())
	if err != nil {
		return fmt.Errorf("check bundle: %w", err)
	}
	if a.head, a.cosigned, err = witnesses.Check(verifier, []byte(a.bundle.Checkpoint)); err != nil {
		return refute(err, "the checkpoint is not one that the hub of %s and its witnesses signed: %v", c.Mechanism, err)
	}
	return checkOrigin(a.head.Origin, c)
}

// checkInclusion checks that each entry is in the tree that the hub signed.
func (a *audit) checkInclusion() error {
	for i := range a.items {
		item := &a.items[i]
		if item.index >= a.head.Size {
			return refute(nil, "entry %d is not among the %d that the checkpoint covers", item.index, a.head.Size)
		}
		leaf := tlog.RecordHash(item.entry.Bytes())
		if err := tlog.CheckRecord(item.path, int64(a.head.Size), a.head.Root, int64(item.index), leaf); err != nil {
			return refute(err, "the proof does not lead from entry %d to the root that the hub signed for %d entries", item.index, a.head.Size)
		}
		if i > 0 && item.entry.Time.Before(a.items[i-1].entry.Time) {
			return refute(nil, "the hub gave entry %d a time before that of entry %d", item.index, a.items[i-1].index)
		}
	}
	return nil
}

// replay decides every statement again, in order.
func (a *audit) replay(ctx context.Context) error {
	if err := a.parse(); err != nil {
		return err
	}
	a.outside = map[uint64]int{}
	for i := range a.items {
		item, s := &a.items[i], a.statements[i]
		if s == nil {
			edition := slices.IndexFunc(a.editions, func(e store.Edition) bool { return e.Index == item.index })
			a.view.charters = append(a.view.charters, a.editions[edition])
			continue
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		a.view.index, a.view.current = item.index, s.Claims()
		c := mechanism.Case{Statement: s, Index: item.index, Now: item.entry.Time}
		change, err := mechanism.Decide(a.view, c)
		if err != nil {
			return a.accuse(item, s, err)
		}
		for _, ref := range s.Claims().Refs {
			if a.view.Withheld(ref.Hash, item.index) {
				a.outside[item.index]++
			}
		}
		if err := a.chains.add(link{item.index, s.Hash(), s.Claims()}); err != nil {
			return err
		}
		if r := change.Record; r.Facts != nil && r.Delivery != nil && r.Delivery.Waiting() && mechanism.Follows(a.view, c, r) {
			a.view.followed[r.Claims.ID] = true
		}
		a.view.put(change)
		a.view.overtake(c, change.Opened)
	}
	if err := a.chains.registrars(); err != nil {
		return err
	}
	for _, id := range a.bundle.Subjects {
		if !a.view.ids[id] {
			return refute(nil, "the bundle says to be about statement %s, and does not show it", id)
		}
	}
	return nil
}

// parse reads all statements, so that what is in the bundle is known before the
// first is decided.
func (a *audit) parse() error {
	a.statements = make([]*statement.Statement, len(a.items))
	for i := range a.items {
		item := &a.items[i]
		a.view.times[item.index] = item.entry.Time
		if other, ok := a.view.indexes[item.entry.Content]; ok {
			return refute(nil, "the hub ordered one text twice, as entries %d and %d", other, item.index)
		}
		a.view.indexes[item.entry.Content] = item.index
		if item.isCharter() {
			continue
		}
		s, err := statement.Parse(item.content)
		if err != nil {
			return refute(err, "the text given for entry %d is not a statement: %v", item.index, err)
		}
		a.statements[i] = s
		a.view.ids[s.Claims().ID] = true
	}
	return nil
}

// accuse says what a refusal means: that the hub ordered what it had to refuse,
// or that the bundle leaves out what would allow it.
func (a *audit) accuse(item *readItem, s *statement.Statement, err error) error {
	var refusal *rule.Refusal
	if !errors.As(err, &refusal) {
		return refute(err, "entry %d: %v", item.index, err)
	}
	switch {
	case final(err):
		return refute(err, "the hub ordered entry %d, which rule %s refuses: %s", item.index, refusal.Rule, refusal.Sentence)
	case refusal.Rule == mechanism.UnknownKey:
		return refute(err, "entry %d is signed with a key that nothing in the bundle endorses before it: %s", item.index, refusal.Sentence)
	case refusal.Rule == mechanism.SecondKey:
		return refute(err, "nothing in the bundle endorses the key of entry %d's second officer before it: %s", item.index, refusal.Sentence)
	}
	excuse := "unless the bundle leaves out what allows it"
	if !s.Complete() {
		excuse = "unless what is withheld of its own text allows it"
	}
	return refute(err, "the hub ordered entry %d, which rule %s refuses: %s; %s, the hub is to blame", item.index, refusal.Rule, refusal.Sentence, excuse)
}
