package desk

import (
	"context"
	"encoding/base64"
	"errors"
	"time"

	"parley/client"
)

// state is what the desk's goroutines tell of themselves.
type state struct {
	reachable bool
	trouble   string // why the hub is not reachable
	alarm     string
	confirmed uint64
	candidate candidate
	lost      time.Time // when the hub was found to be away; zero where it was never reached
	skew      skew
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
	Alarm     string `json:"alarm,omitempty"` // proof that the hub misbehaved
}

// Status tells how the desk is now.
func (d *Desk) Status(ctx context.Context) (Status, error) {
	queued, refused, err := d.outbox.counts(ctx)
	if err != nil {
		return Status{}, err
	}
	size := d.work.Size()
	root, _ := d.work.RootAt(size)
	c := d.Charter()
	d.mu.Lock()
	defer d.mu.Unlock()
	return Status{Party: d.party, Mechanism: c.Mechanism, Exercise: c.Exercise, Edition: c.Edition, Size: size, Root: base64.StdEncoding.EncodeToString(root[:]),
		Confirmed: d.state.confirmed, Reachable: d.state.reachable, Trouble: d.state.trouble, Queued: queued, Refused: refused, Alarm: d.state.alarm}, nil
}

func (d *Desk) reachable() {
	d.mu.Lock()
	defer d.mu.Unlock()
	if !d.state.reachable {
		d.log.Info("hub reached")
	}
	d.state.reachable, d.state.trouble = true, ""
}

// unreachable logs the first of a row of equal failures.
func (d *Desk) unreachable(err error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.state.reachable {
		d.state.lost = d.config.Clock()
	}
	trouble := err.Error()
	if errors.Is(err, client.ErrTLSKey) {
		trouble = client.ErrTLSKey.Error()
	}
	if d.state.reachable || d.state.trouble != trouble {
		d.log.Warn("hub not reached; trying on", "error", trouble)
	}
	d.state.reachable, d.state.trouble = false, trouble
}

func (d *Desk) alarm(text string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.state.alarm = text
}
