package desk

import (
	"slices"
	"strings"
	"time"

	"parley/charter"
	"parley/ledger"
)

// How a witness stands.
const (
	WitnessFresh = "fresh" // it has cosigned lately
	WitnessLate  = "late"  // it has, but not lately
	WitnessNever = "never" // it never has
	WitnessNone  = "none"  // the charter names no key for it
)

// A WitnessStatus is what this desk has verified of one party's cosignatures. Who
// lags may be off, may refuse, or may be kept from this desk by the hub: from here
// they look the same. None of them stops the channel.
type WitnessStatus struct {
	Party   string             `json:"party"`             // or the name of a witness outside
	Outside bool               `json:"outside,omitempty"` // it is no party's
	Needed  bool               `json:"needed"`            // an entry is confirmed once it has cosigned
	State   string             `json:"state"`             // "fresh", "late", "never" or "none"
	Size    uint64             `json:"size"`              // entries that it has cosigned, by all of its keys
	Lag     uint64             `json:"lag"`               // entries of this desk's beyond those
	Last    time.Time          `json:"last,omitzero"`
	Alarm   bool               `json:"alarm,omitempty"` // for longer than the charter allows
	Keys    []WitnessKeyStatus `json:"keys"`
}

// A WitnessKeyStatus is the same of one of its keys.
type WitnessKeyStatus struct {
	Algorithm string    `json:"algorithm"`
	Size      uint64    `json:"size"`
	Last      time.Time `json:"last,omitzero"` // by the witness's clock, or when it came, the earlier of the two
}

// freshAfter is how old a witness's word may be before it counts as late: twice
// what the charter asks for, and some for the way.
func freshAfter(c *charter.Charter) time.Duration {
	return 2*time.Duration(c.Witness.FreshSeconds)*time.Second + 10*time.Second
}

// witnesses gives how each party's witness stands. The caller holds mu.
func (d *Desk) witnesses(c *charter.Charter, now time.Time) []WitnessStatus {
	size := d.work.Size()
	alarm := max(time.Duration(c.Witness.AlarmSeconds)*time.Second, freshAfter(c))
	var all []WitnessStatus
	for _, p := range c.Parties {
		w := WitnessStatus{Party: p.ID, Needed: slices.Contains(c.Witness.Parties, p.ID), Size: d.sizeOf(p), State: WitnessNone, Keys: []WitnessKeyStatus{}}
		for i, vkey := range p.WitnessKeys() {
			k := d.state.cosigned[shortKey(vkey)]
			w.Keys = append(w.Keys, WitnessKeyStatus{[]string{ledger.Ed25519, ledger.MLDSA44}[i], k.size, k.last()})
			if last := k.last(); i == 0 || last.Before(w.Last) {
				w.Last = last
			}
		}
		w.Lag = size - min(size, w.Size)
		silent := now.Sub(w.Last)
		switch {
		case len(w.Keys) == 0:
		case w.Size == 0:
			w.State = WitnessNever
			if begun, ok := d.work.TimeAt(0); ok {
				silent = now.Sub(begun)
			}
		case silent > freshAfter(c):
			w.State = WitnessLate
		default:
			w.State = WitnessFresh
		}
		waits, _ := d.work.TimeAt(w.Size) // the oldest entry that it has not cosigned
		w.Alarm = w.Needed && size > 0 && w.State != WitnessNone && (silent > alarm || w.Lag > 0 && now.Sub(waits) > alarm)
		all = append(all, w)
	}
	for _, vkey := range c.Witness.Outside {
		k := d.state.cosigned[shortKey(vkey)]
		name, _, _ := strings.Cut(vkey, "+")
		w := WitnessStatus{Party: name, Outside: true, State: WitnessFresh, Size: k.size, Lag: size - min(size, k.size), Last: k.last(), Keys: []WitnessKeyStatus{}}
		switch {
		case k.size == 0:
			w.State = WitnessNever
		case now.Sub(w.Last) > freshAfter(c):
			w.State = WitnessLate
		}
		all = append(all, w)
	}
	return all
}

// frozen reports since when no other witness has been heard of by this desk, while
// the hub answers: it may show the desk an old head for ever, or the others may all
// be off. The zero time: some have.
func frozen(all []WitnessStatus, self string) time.Time {
	var newest time.Time
	for _, w := range all {
		if w.Party == self || w.State == WitnessNone {
			continue
		}
		if w.State == WitnessFresh {
			return time.Time{}
		}
		if w.Last.After(newest) {
			newest = w.Last
		}
	}
	return newest
}
