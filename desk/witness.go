package desk

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"time"

	"parley/client"
	"parley/ledger"
)

// A candidate is a checkpoint that the hub asks to have cosigned.
type candidate struct {
	head ledger.Head
	note []byte
	mine bool // the party's cosignatures are on it
}

// heard takes a checkpoint line of the feed: it notes who has cosigned and leaves
// the rest to the witness.
func (d *Desk) heard(item client.Item) error {
	head, mine, err := d.weigh(item.Checkpoint)
	if err != nil {
		return err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if head.Size >= d.state.candidate.head.Size {
		d.state.candidate = candidate{head, item.Checkpoint, mine}
		d.asked.raise()
	}
	return nil
}

// cosign is the witness: it puts the party's cosignatures to checkpoints that the
// replica bears out.
func (d *Desk) cosign(ctx context.Context) {
	pause := backoff{chance: d.config.Rand}
	for ctx.Err() == nil {
		asked := d.asked.wait()
		d.mu.Lock()
		c := d.state.candidate
		d.mu.Unlock()
		if c.note == nil || c.mine || c.head.Size > d.work.Size() {
			select {
			case <-asked:
			case <-ctx.Done():
			}
			continue
		}
		done, err := d.cosignOne(ctx, c)
		d.refusing(err)
		if err != nil {
			pause.rest(ctx, nil)
			continue
		}
		if done {
			pause.reset()
		}
		select {
		case <-asked:
		case <-ctx.Done():
		}
	}
}

// maxStep is how far a witness's clock may step back: what it says of a time is
// believed by others.
const maxStep = time.Second

// errForked keeps a witness from saying that a tree continues all that it has seen.
var errForked = errors.New("this desk holds proof that the hub has signed two ledgers; nothing more is cosigned")

// cosignOne cosigns a checkpoint if it extends the largest one cosigned before,
// which is durable before the cosignature leaves.
func (d *Desk) cosignOne(ctx context.Context, c candidate) (bool, error) {
	note, err := d.sayWord(ctx, c)
	if note == nil || err != nil {
		return false, err
	}
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	_, err = ask(ctx, d.hubs, d.Charter(), func(ctx context.Context, r *route) (struct{}, error) { return struct{}{}, r.Cosign(ctx, note) })
	if err != nil {
		return true, &unsentError{err}
	}
	return true, nil
}

// sayWord gives the checkpoint with this party's cosignatures, which are durable as
// said; nil where the checkpoint is one of before.
func (d *Desk) sayWord(ctx context.Context, c candidate) ([]byte, error) {
	d.wording.Lock()
	defer d.wording.Unlock()
	size, root, err := d.outbox.mark(ctx, markCosigned)
	if err != nil {
		return nil, err
	}
	word, _, err := d.outbox.mark(ctx, markWord)
	if err != nil {
		return nil, err
	}
	if c.head.Size < size {
		return nil, nil // an old one that came late
	}
	known, ok := d.work.RootAt(size)
	if size > 0 && !ok {
		return nil, fmt.Errorf("this witness has cosigned %d entries and the replica has %d; it waits for the others", size, d.work.Size())
	}
	if size > 0 && known != root {
		return nil, fmt.Errorf("the replica at size %d is not what this desk cosigned before; nothing more is cosigned", size)
	}
	if c.head.Size > d.work.Size() {
		return nil, fmt.Errorf("the replica has %d entries and the checkpoint is of %d", d.work.Size(), c.head.Size)
	}
	if err := d.compareMet(shownCheckpoint{head: c.head, note: c.note}); err != nil {
		return nil, err
	}
	if d.evidence.forked() {
		return nil, errForked
	}
	cosigner := d.cosignerOf(c.head.Size)
	if cosigner == nil {
		return nil, fmt.Errorf("the charter in force names none of the witness keys in the key ring, which are %s", shortKeys(d.config.Witness.VerifierKeys()))
	}
	now, last := d.config.Clock(), time.Unix(int64(word), 0)
	switch back := last.Sub(now); {
	case back > maxStep:
		return nil, fmt.Errorf("this desk's clock is %s behind its own last cosignature; set it right", back.Truncate(time.Second))
	case back > 0:
		now = last
	}
	if err := d.keepWord(ctx, c.head, now); err != nil {
		return nil, err
	}
	return cosigner.Cosign(c.note, now)
}

// An unsentError says that a cosignature was made and did not reach the hub.
type unsentError struct{ err error }

func (e *unsentError) Error() string { return "send cosignature: " + e.err.Error() }
func (e *unsentError) Unwrap() error { return e.err }

// keepWord makes durable what the witness is about to say: in its store, and in
// the file that is kept apart from it. The caller holds wording.
func (d *Desk) keepWord(ctx context.Context, head ledger.Head, at time.Time) error {
	err := d.outbox.transact(ctx, func(tx *sql.Tx) error {
		const set = "INSERT INTO mark VALUES (?, ?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value, hash = excluded.hash"
		if _, err := tx.ExecContext(ctx, set, markCosigned, head.Size, head.Root[:]); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, set, markWord, at.Unix(), []byte{})
		return err
	})
	if err != nil {
		return err
	}
	said := word{head.Size, head.Root, at.Unix()}
	d.mu.Lock()
	d.state.word = said
	d.mu.Unlock()
	return d.writeMark(said)
}

// shortKeys names verifier keys by name and hash.
func shortKeys(vkeys []string) string {
	var short []string
	for _, vkey := range vkeys {
		short = append(short, shortKey(vkey))
	}
	if len(short) == 0 {
		return "none"
	}
	return strings.Join(short, ", ")
}

func shortKey(vkey string) string {
	name, rest, _ := strings.Cut(vkey, "+")
	hash, _, _ := strings.Cut(rest, "+")
	return name + "+" + hash
}
