package desk

import (
	"context"
	"encoding/base64"
	"errors"

	"parley/client"
)

// state is what the desk's goroutines tell of themselves.
type state struct {
	reachable bool
	caught    bool   // the replica has what the hub had when it was reached
	trouble   string // why the hub is not reachable
	alarm     string
	confirmed uint64
	candidate candidate
}

// A Status says how the desk is.
type Status struct {
	Party     string `json:"party"`
	Mechanism string `json:"mechanism"`
	Exercise  bool   `json:"exercise"`
	Edition   int    `json:"edition"` // of the charter in force
	Size      uint64 `json:"size"`    // entries verified
	Root      string `json:"root"`    // standard base64
	Confirmed uint64 `json:"confirmed"`
	Reachable bool   `json:"reachable"`         // the hub answers
	Trouble   string `json:"trouble,omitempty"` // why it does not
	Queued    int    `json:"queued"`            // statements that wait for a receipt
	Refused   int    `json:"refused"`
	Waiting   int    `json:"waiting"`         // statements that wait for a second officer
	Alarm     string `json:"alarm,omitempty"` // proof that the hub misbehaved
}

// Status tells how the desk is now.
func (d *Desk) Status(ctx context.Context) (Status, error) {
	queued, refused, waiting, err := d.outbox.counts(ctx)
	if err != nil {
		return Status{}, err
	}
	size := d.work.Size()
	root, _ := d.work.RootAt(size)
	c := d.Charter()
	d.mu.Lock()
	defer d.mu.Unlock()
	return Status{Party: d.party, Mechanism: c.Mechanism, Exercise: c.Exercise, Edition: c.Edition, Size: size, Root: base64.StdEncoding.EncodeToString(root[:]),
		Confirmed: d.state.confirmed, Reachable: d.state.reachable, Trouble: d.state.trouble, Queued: queued, Refused: refused, Waiting: waiting, Alarm: d.state.alarm}, nil
}

func (d *Desk) reachable() {
	d.mu.Lock()
	defer d.mu.Unlock()
	if !d.state.reachable {
		d.log.Info("hub reached")
	}
	d.state.reachable, d.state.trouble = true, ""
}

// caught notes that the replica has what the hub had, and wakes who waits for it.
func (d *Desk) caught() {
	d.mu.Lock()
	first := !d.state.caught
	d.state.caught = true
	d.mu.Unlock()
	if first {
		d.grown.raise()
	}
}

// unreachable logs the first of a row of equal failures.
func (d *Desk) unreachable(err error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	trouble := err.Error()
	if errors.Is(err, client.ErrTLSKey) {
		trouble = client.ErrTLSKey.Error()
	}
	if d.state.reachable || d.state.trouble != trouble {
		d.log.Warn("hub not reached; trying on", "error", trouble)
	}
	d.state.reachable, d.state.caught, d.state.trouble = false, false, trouble
}

func (d *Desk) alarm(text string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.state.alarm = text
}
