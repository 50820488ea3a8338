package desk

import (
	"context"
	"database/sql"
	"errors"
	"slices"
	"strings"
	"time"

	"parley/charter"
	"parley/ledger"
)

// How an entry stands: the hub has signed it, or all who must have cosigned it.
const (
	Logged    = "logged"
	Confirmed = "confirmed"
)

// standingOf tells how an entry stands.
func (d *Desk) standingOf(index uint64) string {
	d.mu.Lock()
	defer d.mu.Unlock()
	if index < d.state.confirmed {
		return Confirmed
	}
	return Logged
}

// A cosigned is the newest word of one witness key.
type cosigned struct {
	size  uint64
	at    int64 // seconds since 1970, by the witness
	heard int64 // by this desk
}

// last is when the witness spoke, as far as this desk can tell: not later than it
// came, whatever the witness's clock says, and not later than it says.
func (c cosigned) last() time.Time {
	if c.size == 0 {
		return time.Time{}
	}
	return time.Unix(min(c.at, c.heard), 0).UTC()
}

// weigh verifies a checkpoint and what was cosigned on it, holds it against the
// replica and notes who has cosigned. It reports whether all keys of this party
// are among them. What is ahead of the replica is noted once that has come so far.
func (d *Desk) weigh(note []byte) (head ledger.Head, mine bool, err error) {
	head, beyond, err := d.openAnyCheckpoint(note)
	if err != nil && beyond {
		// The key that signed it comes with the blocks up to there, each of which is
		// verified; until then it says only how far there is to go.
		d.mu.Lock()
		d.state.ahead = note
		d.mu.Unlock()
		return head, false, nil
	}
	if err != nil {
		return head, false, err
	}
	if err := d.compare(head, note); err != nil {
		return head, false, err
	}
	editions, err := d.witnessing(head.Size)
	if err != nil {
		return head, false, err
	}
	for _, c := range editions {
		witnesses, err := ledger.NewWitnesses(c.WitnessKeys())
		if err != nil {
			return head, false, err
		}
		_, cosignatures, err := witnesses.Check(editions[0].verifier, note)
		if err != nil {
			return head, false, err
		}
		mine = mine || d.hasCosigned(c.Charter, cosignatures)
		if head.Size > d.work.Size() {
			d.mu.Lock()
			if len(cosignatures) > 0 {
				d.state.ahead = note
			}
			d.mu.Unlock()
			continue
		}
		if err := d.note(c.Charter, head, cosignatures); err != nil {
			return head, mine, err
		}
		d.keepBest(note, len(cosignatures) > 0)
	}
	return head, mine, nil
}

// keepBest keeps the newest checkpoint of the replica with all cosignatures on it.
func (d *Desk) keepBest(note []byte, cosigned bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if best, err := ledger.Merge(note, d.state.best); err == nil {
		d.state.best = best
	} else if cosigned {
		d.state.best = note
	}
}

// hasCosigned reports whether all keys by which this desk can cosign have.
func (d *Desk) hasCosigned(c *charter.Charter, cosignatures []ledger.Cosignature) bool {
	for _, w := range []*ledger.Cosigner{d.config.Witness, d.config.NextWitness} {
		if w == nil {
			continue
		}
		cosigner := w.Only(c.PartyWitnessKeys(d.party))
		if cosigner != nil && !slices.ContainsFunc(cosigner.VerifierKeys(), func(vkey string) bool {
			return !slices.ContainsFunc(cosignatures, func(s ledger.Cosignature) bool { key, _ := keyOf(c, s); return key == shortKey(vkey) })
		}) {
			return true
		}
	}
	return false
}

// weighAhead weighs what had come before the replica was there.
func (d *Desk) weighAhead() error {
	d.mu.Lock()
	note := d.state.ahead
	d.state.ahead = nil
	d.mu.Unlock()
	if note == nil {
		return nil
	}
	_, _, err := d.weigh(note)
	return err
}

// maxFuture is by how many seconds a witness's clock may be ahead of this desk's
// for its time to count.
const maxFuture = 600

// note keeps who has cosigned a head of the replica.
func (d *Desk) note(c *charter.Charter, head ledger.Head, cosignatures []ledger.Cosignature) error {
	now := d.config.Clock().Unix()
	d.mu.Lock()
	unknown := word{}
	for _, s := range cosignatures {
		vkey, party := keyOf(c, s)
		if vkey == "" {
			continue
		}
		old, newer := d.state.cosigned[vkey], cosigned{head.Size, s.Time.Unix(), now}
		if newer.at <= old.at || newer.at > now+maxFuture { // a clock far ahead says nothing about when
			newer.at, newer.heard = old.at, old.heard
		}
		newer.size = max(newer.size, old.size)
		if newer != old {
			d.state.cosigned[vkey], d.state.unkept = newer, true
		}
		if party == d.party && d.holds(vkey) && (head.Size > d.state.word.size || s.Time.Unix() > d.state.word.at) {
			unknown = word{head.Size, head.Root, max(unknown.at, s.Time.Unix())}
		}
	}
	d.agree(d.Charter())
	d.mu.Unlock()
	d.noted.raise()
	if unknown.size == 0 {
		return nil
	}
	return d.learnWord(context.Background(), unknown, "a checkpoint from the hub")
}

// keyOf names the witness key that made a cosignature, and whose it is; no party's
// where the witness is outside.
func keyOf(c *charter.Charter, s ledger.Cosignature) (key, party string) {
	for _, p := range c.Parties {
		if p.WitnessName() != s.Name {
			continue
		}
		vkey := p.Witness
		if s.Algorithm == ledger.MLDSA44 {
			vkey = p.WitnessMLDSA
		}
		return shortKey(vkey), p.ID
	}
	for _, vkey := range c.Witness.Outside {
		if name, _, _ := strings.Cut(vkey, "+"); name == s.Name {
			return shortKey(vkey), ""
		}
	}
	return "", ""
}

// holds reports whether this desk cosigns with the key.
func (d *Desk) holds(key string) bool {
	return slices.ContainsFunc([]*ledger.Cosigner{d.config.Witness, d.config.NextWitness}, func(w *ledger.Cosigner) bool {
		return w != nil && slices.ContainsFunc(w.VerifierKeys(), func(vkey string) bool { return shortKey(vkey) == key })
	})
}

// agree works out up to where all have cosigned who must. Keys that an edition has
// retired count up to the checkpoint with which they handed over. The caller holds
// mu.
func (d *Desk) agree(c *charter.Charter) {
	all, none := uint64(0), true
	editions := d.work.Editions()
	for _, party := range c.Witness.Parties {
		p, _ := c.Party(party)
		size := d.sizeOf(p)
		if n := len(editions); n > 1 {
			retired, _ := editions[n-2].Signed.Party(party)
			size = max(size, min(d.sizeOf(retired), editions[n-1].Index+1))
		}
		if none || size < all {
			all, none = size, false
		}
	}
	if all > d.state.confirmed {
		d.state.confirmed, d.state.unkept = all, true
	}
}

// sizeOf is up to where a party has cosigned with all its keys. The caller holds mu.
func (d *Desk) sizeOf(p charter.Party) (size uint64) {
	for i, vkey := range p.WitnessKeys() {
		if s := d.state.cosigned[shortKey(vkey)].size; i == 0 || s < size {
			size = s
		}
	}
	return size
}

// refusing notes why this desk's witness does not cosign; nil: it does.
func (d *Desk) refusing(err error) {
	var unsent *unsentError
	if errors.As(err, &unsent) {
		d.log.Info("cosignature not sent; it will be made again", "error", err)
		err = nil
	}
	text := ""
	if err != nil {
		text = err.Error()
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if text != "" && text != d.state.refusing {
		d.log.Warn("checkpoint not cosigned", "error", err)
	}
	d.state.refusing = text
}

// keepNoted writes what was noted behind, once a second at most: it is looked at
// after a restart and decides nothing.
func (d *Desk) keepNoted(ctx context.Context) {
	pace := time.NewTicker(time.Second)
	defer pace.Stop()
	for {
		noted := d.noted.wait()
		if err := d.keepCosigned(context.WithoutCancel(ctx)); err != nil {
			d.log.Error("who has cosigned is not written; it will be tried again", "error", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-noted:
		}
		select {
		case <-ctx.Done():
		case <-pace.C:
		}
	}
}

func (d *Desk) keepCosigned(ctx context.Context) error {
	d.mu.Lock()
	if !d.state.unkept {
		d.mu.Unlock()
		return nil
	}
	rows, confirmed := map[string]cosigned{}, d.state.confirmed
	for key, c := range d.state.cosigned {
		rows[key] = c
	}
	d.state.unkept = false
	d.mu.Unlock()
	root, _ := d.work.RootAt(confirmed)
	err := d.outbox.transact(ctx, func(tx *sql.Tx) error {
		for key, c := range rows {
			if _, err := tx.ExecContext(ctx, "INSERT INTO cosigned VALUES (?, ?, ?, ?) ON CONFLICT (key) DO UPDATE SET size = excluded.size, at = excluded.at, heard = excluded.heard", key, c.size, c.at, c.heard); err != nil {
				return err
			}
		}
		_, err := tx.ExecContext(ctx, "INSERT INTO mark VALUES (?, ?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value, hash = excluded.hash", markAgreed, confirmed, root[:])
		return err
	})
	if err != nil {
		d.mu.Lock()
		d.state.unkept = true
		d.mu.Unlock()
	}
	return err
}

// loadCosigned reads what was kept. What is of another ledger than the replica's
// counts for nothing: the folder's files are not all of one time and place.
func (d *Desk) loadCosigned(ctx context.Context) error {
	d.state.cosigned = map[string]cosigned{}
	confirmed, root, err := d.outbox.mark(ctx, markAgreed)
	if err != nil {
		return err
	}
	if known, ok := d.work.RootAt(confirmed); confirmed > 0 && (!ok || known != root) {
		d.log.Warn("what this desk had noted of cosignatures is not of its replica; it is noted anew", "confirmed", confirmed, "entries", d.work.Size())
		_, err := d.outbox.db.ExecContext(ctx, "DELETE FROM cosigned")
		return err
	}
	d.state.confirmed = confirmed
	rows, err := d.outbox.db.QueryContext(ctx, "SELECT key, size, at, heard FROM cosigned")
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var (
			key string
			c   cosigned
		)
		if err := rows.Scan(&key, &c.size, &c.at, &c.heard); err != nil {
			return err
		}
		d.state.cosigned[key] = c
	}
	return rows.Err()
}
