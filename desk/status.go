package desk

import (
	"context"
	"encoding/base64"
	"time"

	"parley/ledger"
)

// state is what the desk's goroutines tell of themselves.
type state struct {
	reachable bool
	caught    bool      // the replica has what the hub had when it was reached
	trouble   string    // why the hub is not reachable
	down      time.Time // since when; zero while it is
	known     time.Time // until when the replica had what the hub had; zero while it has, and where it never had since the desk began
	alarm     string    // newest; it stands until the evidence is taken away
	up        time.Time // since when the hub is reached
	settled   time.Time // when it last answered what was in the outbox
	stopped   bool      // the hub is not followed any more
	confirmed uint64
	candidate candidate
	skew      skew

	word       word                // what this desk's witness has said last
	rolledBack uint64              // entries that it was shown to have cosigned, unknown to its store; 0: never
	refusing   string              // why it does not cosign; empty: it does
	best       []byte              // the newest checkpoint with the most cosignatures
	ahead      []byte              // checkpoint with cosignatures that the replica has not reached
	cosigned   map[string]cosigned // by witness key
	unkept     bool                // cosigned or confirmed is not written yet
}

// refusedFor is how long a refusal is news. After that it is found in the list.
const refusedFor = 24 * time.Hour

// A Status says how the desk is.
type Status struct {
	Party     string        `json:"party"`
	Mechanism string        `json:"mechanism"`
	Exercise  bool          `json:"exercise"`
	Edition   int           `json:"edition"`           // of the charter in force
	Size      uint64        `json:"size"`              // entries verified
	Root      string        `json:"root"`              // standard base64
	Confirmed uint64        `json:"confirmed"`         // entries that every party has cosigned who must
	Reachable bool          `json:"reachable"`         // the hub answers
	Behind    bool          `json:"behind,omitempty"`  // the replica has not all that it had when it was reached, or it is not followed any more
	Trouble   string        `json:"trouble,omitempty"` // why it does not
	Down      time.Time     `json:"down,omitzero"`     // since when it does not; zero while it does
	Routes    []RouteStatus `json:"routes"`            // the hub's addresses in the charter's order
	Queued    int           `json:"queued"`            // statements that wait for a receipt
	Flash     int           `json:"flash"`             // of those, FLASH
	Oldest    time.Time     `json:"oldest,omitzero"`   // when the oldest of those was signed
	Refused   int           `json:"refused"`           // of what people wrote in the last 24 hours
	Waiting   int           `json:"waiting"`           // statements that wait for a second officer
	Alarm     string        `json:"alarm,omitempty"`   // proof that the hub misbehaved

	Witnesses  []WitnessStatus `json:"witnesses"`            // in the charter's order
	Frozen     time.Time       `json:"frozen,omitzero"`      // since when no other witness was heard of, while the hub answers
	Refusing   string          `json:"refusing,omitempty"`   // why this desk does not cosign
	RolledBack uint64          `json:"rolledBack,omitempty"` // entries that its witness key had cosigned without its store knowing: the store is an old copy, or the key is used elsewhere
}

// Status tells how the desk is now.
func (d *Desk) Status(ctx context.Context) (Status, error) {
	waits, err := d.backlog(ctx)
	if err != nil {
		return Status{}, err
	}
	size := d.work.Size()
	root, _ := d.work.RootAt(size)
	c := d.Charter()
	routes := d.hubs.status(c)
	d.mu.Lock()
	defer d.mu.Unlock()
	witnesses := d.witnesses(c, d.config.Clock())
	var froze time.Time
	if d.state.reachable && d.state.caught {
		froze = frozen(witnesses, d.party)
	}
	return Status{Witnesses: witnesses, Frozen: froze, Refusing: d.state.refusing, RolledBack: d.state.rolledBack,
		Party: d.party, Mechanism: c.Mechanism, Exercise: c.Exercise, Edition: c.Edition, Size: size, Root: base64.StdEncoding.EncodeToString(root[:]),
		Confirmed: min(d.state.confirmed, size), Reachable: d.state.reachable, Behind: !d.state.caught || d.state.stopped, Trouble: d.state.trouble, Down: d.state.down, Routes: routes,
		Queued: waits.queued, Flash: waits.flash, Oldest: waits.oldest, Refused: waits.refused, Waiting: waits.waiting, Alarm: d.state.alarm}, nil
}

// backlog counts what waits in the outbox, as far as whoever asks may read it.
func (d *Desk) backlog(ctx context.Context) (backlog, error) {
	since := d.config.Clock().Add(-refusedFor)
	if all, err := d.seesAll(ctx); all || err != nil {
		if err != nil {
			return backlog{}, err
		}
		return d.outbox.backlog(ctx, d.config.Author.String(), since)
	}
	sees, err := d.eyes(ctx)
	if err != nil {
		return backlog{}, err
	}
	var b backlog
	rows, err := d.outbox.rows(ctx, "WHERE state <> 'accepted' ORDER BY seq DESC LIMIT 4096")
	if err != nil {
		return b, err
	}
	for _, r := range rows {
		switch {
		case !sees(r.statement.Claims().Area):
		case r.state == Refused && r.author != d.config.Author.String() && !r.signed.Before(since):
			b.refused++
		case r.state == Queued:
			if b.queued++; r.flash {
				b.flash++
			}
			b.oldest = r.signed // the oldest comes last
		}
	}
	waiting, err := d.outbox.waiting(ctx)
	for _, w := range waiting {
		if sees(w.claims().Area) {
			b.waiting++
		}
	}
	return b, err
}

// reachable notes that the hub answers.
func (d *Desk) reachable() {
	d.mu.Lock()
	defer d.mu.Unlock()
	if now := d.config.Clock(); !d.state.reachable {
		d.log.Info("hub reached")
		if d.state.up.IsZero() || !d.state.down.IsZero() && now.Sub(d.state.down) > noReceipt { // a hub that hangs up now and then has had its time
			d.state.up = now
		}
	}
	if !d.state.down.IsZero() {
		d.state.down = time.Time{}
		d.keepDown()
	}
	if !d.state.reachable {
		defer d.news.raise()
	}
	d.state.reachable, d.state.trouble = true, ""
}

// lags notes that the hub has more than the replica.
func (d *Desk) lags() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.leave()
	if d.state.caught {
		defer d.news.raise()
	}
	d.state.caught = false
}

// leave keeps until when the replica had what the hub had. The caller holds mu.
func (d *Desk) leave() {
	if d.state.reachable && d.state.caught && d.state.known.IsZero() {
		d.state.known = d.config.Clock().UTC()
	}
}

// caught notes that the replica has what the hub had, and wakes who waits for it.
func (d *Desk) caught() {
	d.mu.Lock()
	first := !d.state.caught
	d.state.caught = true
	if !d.state.stopped {
		d.state.known = time.Time{}
	}
	d.mu.Unlock()
	if first {
		d.grown.raise()
	}
}

// unreachable notes since when no address of the hub answers, also for after a
// restart, and logs the first of a row of equal failures.
func (d *Desk) unreachable(err error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	trouble := troubleOf(err)
	if d.state.reachable || d.state.trouble != trouble {
		d.log.Warn("hub not reached; trying on", "error", trouble)
	}
	if d.state.down.IsZero() {
		d.state.down = d.config.Clock().UTC().Truncate(time.Millisecond)
		d.keepDown()
	}
	d.leave()
	if d.state.reachable || d.state.caught || d.state.trouble != trouble {
		defer d.news.raise()
	}
	d.state.reachable, d.state.caught, d.state.trouble = false, false, trouble
}

// keepDown makes durable since when the hub is not reached. The caller holds mu.
func (d *Desk) keepDown() {
	var since uint64
	if !d.state.down.IsZero() {
		since = uint64(d.state.down.UnixMilli())
	}
	if err := d.outbox.setMark(context.Background(), markDown, since, ledger.Hash{}); err != nil {
		d.log.Error("not kept since when the hub is not reached", "error", err)
	}
}

func (d *Desk) alarm(text string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.state.alarm = text
	d.news.raise()
}

// stopped notes that the hub is not followed any more.
func (d *Desk) stopped() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.leave()
	d.state.stopped = true
	d.news.raise()
}
