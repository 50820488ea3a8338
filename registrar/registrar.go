// Package registrar is what the holder of a party's root key does: endorse the
// keys of its officers and machines, and revoke them.
//
// A registrar keeps no replica. Each time, it follows the ledger from its first
// entry in memory, verifies all of it, and so knows its own last statement, which
// the next one must name. Key statements go to every party.
package registrar

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"time"

	"parley/charter"
	"parley/client"
	"parley/identity"
	"parley/ledger"
	"parley/mechanism"
	"parley/statement"
	"parley/store"
)

// A Registrar acts for one party. It is for one goroutine.
type Registrar struct {
	charter *charter.Charter
	author  identity.Author
	key     identity.Signer
	clock   func() time.Time
	client  *client.Client
	work    *store.Working
}

// Open follows the ledger at url and verifies it. first is the charter that the
// ledger must have begun with; key is a root key of party in it.
func Open(ctx context.Context, first *charter.Charter, url, party string, key identity.Signer, clock func() time.Time) (*Registrar, error) {
	r := &Registrar{charter: first, author: identity.Author{Party: party, Role: mechanism.Registrar, Officer: "root"}, key: key, clock: clock}
	r.client = client.New(first, url, r.author, key, clock)
	var err error
	if r.work, err = store.New(ctx, nil, first.Hub.Origin, false); err != nil {
		return nil, err
	}
	if err := r.Follow(ctx); err != nil {
		r.Close()
		return nil, err
	}
	return r, nil
}

// Close ends the connections.
func (r *Registrar) Close() { r.client.Close() }

// Follow reads and verifies the ledger up to the hub's newest checkpoint.
func (r *Registrar) Follow(ctx context.Context) error {
	note, err := r.client.Checkpoint(ctx)
	if err != nil {
		return err
	}
	head, err := ledger.Peek(note) // its key may come with the blocks; it is verified below
	if err != nil {
		return err
	}
	if err := r.take(ctx, head.Size); err != nil {
		return err
	}
	if _, _, err := r.work.OpenCheckpoint(note); err != nil {
		return err
	}
	if root, ok := r.work.RootAt(head.Size); !ok || root != head.Root {
		return errors.New("the hub's checkpoint is not for the ledger that it feeds; keep both as evidence")
	}
	return r.work.SameCharter(r.charter)
}

// take folds the ledger up to a size.
func (r *Registrar) take(ctx context.Context, size uint64) error {
	if size <= r.work.Size() {
		return nil
	}
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	for item, err := range r.client.Feed(ctx, r.work.Blocks()) {
		if err != nil {
			return err
		}
		if item.Block == nil {
			continue
		}
		if err := r.work.Fold(r.work.Prepare(store.Nobody, item.Block)[0]); err != nil {
			return fmt.Errorf("the ledger is not what the charter allows: %w", err)
		}
		if r.work.Size() >= size {
			break
		}
	}
	return nil
}

// Endorse puts the endorsement of each request in the ledger, in order, and
// gives the entries' indexes. Those before a refused one stand.
func (r *Registrar) Endorse(ctx context.Context, requests ...identity.Request) ([]uint64, error) {
	var indexes []uint64
	for _, request := range requests {
		if err := request.Check(); err != nil {
			return indexes, err
		}
		fields := map[string]any{"holder": request.Author, "key": request.Key, "proof": request.Proof}
		if len(request.Areas) > 0 {
			fields["areas"] = request.Areas
		}
		index, err := r.order(ctx, "key.endorse/1", "ROUTINE", fields)
		if err != nil {
			return indexes, fmt.Errorf("endorse %s: %w", request.Author, err)
		}
		indexes = append(indexes, index)
	}
	return indexes, nil
}

// Revoke revokes a key of the party, for a reason code of format key.revoke.
func (r *Registrar) Revoke(ctx context.Context, kid, reason string) (uint64, error) {
	index, err := r.order(ctx, "key.revoke/1", "IMMEDIATE", map[string]any{"kid": kid, "reason": reason})
	if err != nil {
		return 0, fmt.Errorf("revoke %s: %w", kid, err)
	}
	return index, nil
}

// Keys gives the endorsed keys of all parties, revoked ones too, in the order of
// their endorsement.
func (r *Registrar) Keys() []mechanism.Key { return r.work.Keys() }

// order signs a key statement, sends it until the hub answers, and verifies the
// receipt.
func (r *Registrar) order(ctx context.Context, format, precedence string, fields map[string]any) (uint64, error) {
	now := r.clock().UTC().Truncate(time.Millisecond)
	size := r.work.Size()
	root, _ := r.work.RootAt(size)
	var parties []string
	for _, p := range r.charter.Parties {
		parties = append(parties, p.ID)
	}
	var random [10]byte
	rand.Read(random[:])
	claims := statement.Claims{Mechanism: r.charter.Mechanism, ID: statement.NewID(now, random), Author: r.author, Format: format, Area: mechanism.Service, Precedence: precedence,
		To: mechanism.Others(r.author.Party, parties...), Exercise: r.charter.Exercise, Time: now, Seen: statement.Seen{Size: size, Root: root}}
	var last *mechanism.Head
	if head, ok := r.work.Head(r.author.String()); ok {
		last = &head
	}
	mechanism.Chain(&claims, last)
	s, err := statement.Sign(ctx, r.key, claims, fields, rand.Text)
	if err != nil {
		return 0, err
	}
	results, err := r.client.Submit(ctx, s.Bytes())
	if err != nil {
		return 0, err
	}
	if results[0].Problem != nil {
		return 0, results[0].Problem.Err()
	}
	return r.receipted(ctx, []byte(results[0].Receipt), s.Hash())
}

// receipted verifies a receipt against the ledger, which it follows up to there.
func (r *Registrar) receipted(ctx context.Context, text []byte, content ledger.Hash) (uint64, error) {
	if err := r.Follow(ctx); err != nil {
		return 0, err
	}
	receipt, _, err := r.work.OpenReceipt(text, content)
	return receipt.Index, err
}

// Amend puts the next edition of the charter, which every party has signed, in the
// ledger and gives its entry's index.
func (r *Registrar) Amend(ctx context.Context, next *charter.Signed) (uint64, error) {
	receipt, err := r.client.Amend(ctx, next.Note)
	if err != nil {
		return 0, err
	}
	return r.receipted(ctx, receipt, next.Hash())
}
